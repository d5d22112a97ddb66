//! The gateways that the owner has chosen, out of their settings and secrets.

use std::sync::Arc;

use cafe_core::gateway::kakaopay::KakaoPay;
use cafe_core::gateway::portone::{PortOne, Window};
use cafe_core::gateway::tosspayments::TossPayments;
use cafe_core::payment::{BoxError, Http};
use kakaopay::Account;
use portone::{v1, v2};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::parts::SharedGateway;
use crate::settings::{GatewaySettings, KakaoPaySettings, PortOneApi, PortOneSettings, TossSettings};
use crate::world::World;

/// A gateway with the owner's account, whose secret this is.
///
/// # Errors
/// Where the gateway could not take what the account is made of; the function must not start.
pub fn gateway(
    settings: &GatewaySettings,
    secret: &SecretString,
    http: Arc<dyn Http>,
    world: &World,
) -> Result<SharedGateway, BoxError> {
    match settings {
        GatewaySettings::KakaoPay(settings) => kakaopay(settings, secret, http),
        GatewaySettings::TossPayments(settings) => tosspayments(settings, secret, http),
        GatewaySettings::PortOne(settings) => portone(settings, secret, http, world),
    }
}

/// KakaoPay with the owner's account.
///
/// # Errors
/// Where KakaoPay could not take the key or the merchant code; the function must not start.
pub fn kakaopay(
    settings: &KakaoPaySettings,
    key: &SecretString,
    http: Arc<dyn Http>,
) -> Result<SharedGateway, BoxError> {
    let mut account = Account::new(settings.api, key, settings.cid.clone())?;
    if let Some(url) = &settings.url {
        account = account.with_base_url(url.as_str())?;
    }
    if let Some(prefix) = &settings.key_prefix {
        account = account.with_key_prefix(prefix)?;
    }
    Ok(SharedGateway::new(KakaoPay::new(account, http)))
}

/// The keys of an account at Toss Payments. What belongs together is replaced together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TossKeys {
    #[serde(deserialize_with = "secret")]
    secret: SecretString,
    /// The public one, with which our page opens the window. Without it Toss Payments opens it by itself.
    client: Option<String>,
}

impl TossKeys {
    /// The secret key alone, or a JSON object of both.
    fn read(keys: &SecretString) -> Result<TossKeys, BoxError> {
        let text = keys.expose_secret();
        if !text.trim_start().starts_with('{') {
            return Ok(TossKeys { secret: keys.clone(), client: None });
        }
        // What serde says of it may repeat a value.
        let wrong = |_| "TOSS_SECRET_KEY must be the secret key, or a JSON object of secret and client";
        Ok(serde_json::from_str(text).map_err(wrong)?)
    }
}

fn tosspayments(
    settings: &TossSettings,
    key: &SecretString,
    http: Arc<dyn Http>,
) -> Result<SharedGateway, BoxError> {
    let keys = TossKeys::read(key)?;
    let mut account = tosspayments::Account::new(tosspayments::Api::Current, &keys.secret)?;
    if let Some(url) = &settings.url {
        account = account.with_base_url(url.as_str())?;
    }
    let gateway = TossPayments::new(account, http);
    Ok(SharedGateway::new(match keys.client {
        Some(client) => gateway.by_script(client),
        None => gateway,
    }))
}

/// All that makes an account at `PortOne`, in one secret: what belongs together is replaced together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PortOneAccount {
    /// V2's API secret, or V1's.
    #[serde(deserialize_with = "secret")]
    secret: SecretString,
    /// V1's REST API key, which goes with its secret.
    key: Option<String>,
    /// V2's store, or V1's code of the merchant.
    store: String,
    /// The channel that the window is opened for.
    #[serde(deserialize_with = "secret")]
    channel: SecretString,
    /// The owner's own page that opens the window, instead of ours.
    page: Option<String>,
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    String::deserialize(from).map(SecretString::from)
}

fn portone(
    settings: &PortOneSettings,
    account: &SecretString,
    http: Arc<dyn Http>,
    world: &World,
) -> Result<SharedGateway, BoxError> {
    // What serde says of it may repeat a value.
    let account: PortOneAccount = serde_json::from_str(account.expose_secret()).map_err(|_| {
        "PORTONE_ACCOUNT must be a JSON object of secret, store and channel, and of key with PORTONE_API=v1; page may be left out"
    })?;
    let base = settings.url.as_ref().map(Url::as_str);
    let page = account.page.as_deref().map(Url::parse).transpose();
    let page = page.map_err(|_| "PORTONE_ACCOUNT has a page that is no address")?;
    let window = Window { page, store: account.store.clone(), channel: account.channel };
    let gateway = match settings.api {
        PortOneApi::V1 => {
            let key = account.key.ok_or("PORTONE_ACCOUNT has no key, which PORTONE_API=v1 needs")?;
            let mut account = v1::Account::new(&key.into(), &account.secret)?;
            if let Some(base) = base {
                account = account.with_base_url(base)?;
            }
            let world = world.clone();
            PortOne::v1(account, http, Arc::new(move || world.now()))
        }
        PortOneApi::V2 => {
            let mut v2 = v2::Account::new(&account.secret)?.with_store_id(&account.store)?;
            if let Some(base) = base {
                v2 = v2.with_base_url(base)?;
            }
            PortOne::v2(v2, http)
        }
    };
    Ok(SharedGateway::new(gateway.on(window)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toss_keys_are_the_secret_one_alone_or_both_and_a_value_is_never_repeated() {
        let read = |text: &str| TossKeys::read(&text.to_owned().into()).map_err(|error| error.to_string());
        let alone = read("test_sk_1").unwrap();
        assert_eq!((alone.secret.expose_secret(), alone.client), ("test_sk_1", None));
        let both = read(r#" {"secret":"test_sk_1","client":"test_ck_1"}"#).unwrap();
        assert_eq!((both.secret.expose_secret(), both.client.as_deref()), ("test_sk_1", Some("test_ck_1")));
        for wrong in [
            "{",
            r#"{"client":"canary"}"#,
            r#"{"secret":"canary","key":"canary"}"#,
            r#"{"secret":["canary"],"client":"canary"}"#,
        ] {
            let told = read(wrong).err().unwrap();
            assert!(told.starts_with("TOSS_SECRET_KEY must be") && !told.contains("canary"), "{told}");
        }
    }
}
