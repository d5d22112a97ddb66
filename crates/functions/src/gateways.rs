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

fn tosspayments(
    settings: &TossSettings,
    key: &SecretString,
    http: Arc<dyn Http>,
) -> Result<SharedGateway, BoxError> {
    let mut account = tosspayments::Account::new(tosspayments::Api::Current, key)?;
    if let Some(url) = &settings.url {
        account = account.with_base_url(url.as_str())?;
    }
    Ok(SharedGateway::new(TossPayments::new(account, http)))
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
    /// The page that opens the window.
    page: String,
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
        "PORTONE_ACCOUNT must be a JSON object of secret, store, channel and page, and of key with PORTONE_API=v1"
    })?;
    let base = settings.url.as_ref().map(Url::as_str);
    let page = Url::parse(&account.page).map_err(|_| "PORTONE_ACCOUNT has a page that is no address")?;
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
