//! The accounts at gateways that services may name, each by its `store_id`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cafe_core::gateway::kakaopay::KakaoPay;
use cafe_core::gateway::portone::PortOne;
use cafe_core::gateway::tosspayments::TossPayments;
use cafe_core::payment::{self, BoxError, Gateway, Http, VendorCode};
use http::HeaderMap;
use jiff::Timestamp;
use portone::v2::webhook::{BadSignature, WebhookSecrets};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::settings::Places;
use crate::world::World;

/// All accounts that were set up. A store that nobody set up has none, so a service cannot reach another's money by a
/// name that it made up.
#[derive(Clone, Default)]
pub struct Accounts {
    gateways: BTreeMap<(VendorCode, String), Arc<dyn Gateway>>,
    webhook_secrets: Vec<SecretString>,
}

/// The text is no list of accounts. It says all that is wrong with it, and repeats nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("PAYMENTS_ACCOUNTS {}", .0.join("; PAYMENTS_ACCOUNTS "))]
pub struct BadAccounts(Vec<String>);

impl Accounts {
    /// With one more: the gateway, as services call their account there.
    #[must_use]
    pub fn with(mut self, vendor: VendorCode, store: &str, gateway: Arc<dyn Gateway>) -> Accounts {
        self.gateways.insert((vendor, store.to_owned()), gateway);
        self
    }

    /// With one more secret that PortOne signs its webhooks with.
    #[must_use]
    pub fn signed_with(mut self, secret: SecretString) -> Accounts {
        self.webhook_secrets.push(secret);
        self
    }

    /// Whether a webhook is PortOne's, signed for one of the accounts, and of now.
    ///
    /// # Errors
    /// [`BadSignature`] says why not, also where no account has a secret.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), BadSignature> {
        WebhookSecrets::new(&self.webhook_secrets)?.verify(headers, body, now).map(|_| ())
    }

    /// Reads a JSON list with an object an account: `vendor`, `store_id`, and what that gateway knows the account by. That is
    /// `secret_key` at Toss Payments, whose older way to confirm is `"api": "legacy"`; `imp_key` with `imp_secret` at Iamport;
    /// `secret`, `store` and `webhook_secret` at PortOne (V2), of which only the first has to be there; and `secret_key` at
    /// KakaoPay, with `cid` where it is not the one for tests. An empty list is one: then nobody has an account.
    ///
    /// # Errors
    /// [`BadAccounts`] names every account with something missing or wrong by its place in the list.
    pub fn read(
        list: &SecretString,
        places: &Places,
        http: &Arc<dyn Http>,
        world: &World,
    ) -> Result<Accounts, BadAccounts> {
        let Ok(list) = serde_json::from_str::<Vec<Map<String, Value>>>(list.expose_secret()) else {
            return Err(BadAccounts(vec!["must be a JSON list of objects".to_owned()]));
        };
        let (mut accounts, mut problems) = (Accounts::default(), Vec::new());
        for (place, account) in (1..).zip(&list) {
            match read_one(account, places, http, world) {
                Ok((name, gateway)) => {
                    if accounts.gateways.insert(name, gateway).is_some() {
                        problems.push(format!("account {place}: another one has its vendor and store_id"));
                    }
                    accounts.webhook_secrets.extend(webhook_secret(account));
                }
                Err(problem) => problems.push(format!("account {place}: {problem}")),
            }
        }
        if problems.is_empty() { Ok(accounts) } else { Err(BadAccounts(problems)) }
    }
}

type Named = ((VendorCode, String), Arc<dyn Gateway>);

fn read_one(
    account: &Map<String, Value>,
    places: &Places,
    http: &Arc<dyn Http>,
    world: &World,
) -> Result<Named, BoxError> {
    let text = |name: &str| {
        let text = account.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.ok_or_else(|| BoxError::from(format!("{name} is missing, or no text")))
    };
    let secret = |name: &str| text(name).map(SecretString::from);
    let vendor = VendorCode::from_name(text("vendor")?)
        .ok_or("vendor must be iamport, kakaopay, portone or toss.payments")?;
    let store = text("store_id")?.to_owned();
    let gateway: Arc<dyn Gateway> = match vendor {
        VendorCode::TossPayments => {
            let api = match account.get("api").map(Value::as_str) {
                None | Some(Some("current")) => tosspayments::Api::Current,
                Some(Some("legacy")) => tosspayments::Api::Legacy,
                Some(_) => return Err("api must be current or legacy".into()),
            };
            let mut known = tosspayments::Account::new(api, &secret("secret_key")?)?;
            if let Some(url) = &places.toss {
                known = known.with_base_url(url.as_str())?;
            }
            Arc::new(TossPayments::new(known, http.clone()))
        }
        VendorCode::Iamport => {
            let mut known = portone::v1::Account::new(&secret("imp_key")?, &secret("imp_secret")?)?;
            if let Some(url) = &places.portone_v1 {
                known = known.with_base_url(url.as_str())?;
            }
            let world = world.clone();
            Arc::new(PortOne::v1(known, http.clone(), Arc::new(move || world.now())))
        }
        VendorCode::PortOne => {
            let mut known = portone::v2::Account::new(&secret("secret")?)?;
            if account.contains_key("store") {
                known = known.with_store_id(text("store")?)?;
            }
            if let Some(secret) = webhook_secret(account) {
                WebhookSecrets::new([&secret])?;
            }
            if let Some(url) = &places.portone_v2 {
                known = known.with_base_url(url.as_str())?;
            }
            Arc::new(PortOne::v2(known, http.clone()))
        }
        VendorCode::KakaoPay => {
            let cid = if account.contains_key("cid") { text("cid")? } else { kakaopay::TEST_CID };
            let mut known = kakaopay::Account::new(kakaopay::Api::Open, &secret("secret_key")?, cid)?;
            if let Some(url) = &places.kakaopay {
                known = known.with_base_url(url.as_str())?;
            }
            Arc::new(KakaoPay::new(known, http.clone()))
        }
    };
    Ok(((vendor, store), gateway))
}

/// What PortOne signs an account's webhooks with.
fn webhook_secret(account: &Map<String, Value>) -> Option<SecretString> {
    account.get("webhook_secret").map(|secret| secret.as_str().unwrap_or_default().into())
}

impl payment::Accounts for Accounts {
    fn of(&self, vendor: VendorCode, store: &str) -> Option<&dyn Gateway> {
        self.gateways.get(&(vendor, store.to_owned())).map(|gateway| &**gateway)
    }

    fn all_of(&self, vendor: VendorCode) -> Vec<&dyn Gateway> {
        self.gateways.iter().filter(|((code, _), _)| *code == vendor).map(|(_, gateway)| &**gateway).collect()
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.gateways.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cafe_core::payment::{Accounts as _, Http, VendorCode};

    use super::Accounts;
    use crate::client::Client;
    use crate::settings::Places;
    use crate::world::World;

    fn read(list: &str) -> Result<Accounts, String> {
        let http: Arc<dyn Http> = Arc::new(Client::of_this_machine().unwrap());
        let read = Accounts::read(&list.into(), &Places::default(), &http, &World::real());
        read.map_err(|error| error.to_string())
    }

    #[test]
    fn a_service_finds_the_accounts_that_were_set_up_and_no_other() {
        let accounts = read(
            r#"[{"vendor":"toss.payments","store_id":"shop","secret_key":"test_sk_1"},
                {"vendor":"toss.payments","store_id":"old","secret_key":"test_ak_1","api":"legacy"},
                {"vendor":"iamport","store_id":"shop","imp_key":"k","imp_secret":"s"},
                {"vendor":"portone","store_id":"shop","secret":"s","store":"store-1","webhook_secret":"whsec_c2VjcmV0"},
                {"vendor":"kakaopay","store_id":"shop","secret_key":"DEV1","cid":"TC0ONETIME"}]"#,
        )
        .unwrap();
        for (vendor, store, is_there) in [
            (VendorCode::TossPayments, "shop", true),
            (VendorCode::TossPayments, "old", true),
            (VendorCode::Iamport, "shop", true),
            (VendorCode::PortOne, "shop", true),
            (VendorCode::KakaoPay, "shop", true),
            (VendorCode::Iamport, "old", false),
            (VendorCode::TossPayments, "", false),
        ] {
            assert_eq!(accounts.of(vendor, store).is_some(), is_there, "{vendor} {store}");
        }
        assert_eq!(accounts.all_of(VendorCode::TossPayments).len(), 2);
        assert!(read("[]").unwrap().of(VendorCode::Iamport, "shop").is_none());
    }

    #[test]
    fn every_account_that_is_wrong_is_named_by_its_place_and_no_value_is_repeated() {
        let told = read(
            r#"[{"vendor":"canary","store_id":"shop"},
                {"vendor":"toss.payments","store_id":"shop","secret_key":"can ary"},
                {"vendor":"toss.payments","store_id":"shop","secret_key":"canary","api":"canary"},
                {"vendor":"iamport","store_id":"shop","imp_key":7,"imp_secret":"canary"},
                {"vendor":"iamport","store_id":"","imp_key":"canary","imp_secret":"canary"},
                {"vendor":"iamport","store_id":"one","imp_key":"canary","imp_secret":"canary"},
                {"vendor":"iamport","store_id":"one","imp_key":"canary","imp_secret":"canary"},
                {"vendor":"portone","store_id":"shop","secret":"canary","webhook_secret":"can ary"},
                {"vendor":"portone","store_id":"shop","secret":"canary","store":7},
                {"vendor":"kakaopay","store_id":"shop","secret_key":"canary","cid":""}]"#,
        );
        insta::assert_snapshot!(told.unwrap_err(), @"PAYMENTS_ACCOUNTS account 1: vendor must be iamport, kakaopay, portone or toss.payments; PAYMENTS_ACCOUNTS account 2: the Toss Payments secret key is empty, or has spaces, colons or characters outside ASCII; PAYMENTS_ACCOUNTS account 3: api must be current or legacy; PAYMENTS_ACCOUNTS account 4: imp_key is missing, or no text; PAYMENTS_ACCOUNTS account 5: store_id is missing, or no text; PAYMENTS_ACCOUNTS account 7: another one has its vendor and store_id; PAYMENTS_ACCOUNTS account 8: a PortOne webhook secret is not base64; PAYMENTS_ACCOUNTS account 9: store is missing, or no text; PAYMENTS_ACCOUNTS account 10: cid is missing, or no text");
        for none in ["", "canary", "{}", "[\"canary\"]", "null"] {
            assert_eq!(read(none).unwrap_err(), "PAYMENTS_ACCOUNTS must be a JSON list of objects");
        }
    }
}
