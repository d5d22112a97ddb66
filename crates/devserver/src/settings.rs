//! The dev server's own settings, each of which the environment overrules.

use fakes::{kakaopay, portone, tosspayments};
use functions::aws::made_up;
use serde_json::{Value, json};
use store::Tables;

use crate::kept;

/// What a skill must send in `x-skill-key`.
const SKILL_KEY: &str = "dev";

/// Good enough to keep a laptop's records from being read by accident.
const STORE_KEY: &str = "the store key of a dev server is no secret at all";

/// What the payments service's notices are signed with: no secret either, so a receiver can be tried with it.
const SIGNING_SECRET: &str = "whsec_ZGV2IHNlcnZlcidzIG5vdGljZXMsIG5vIHNlY3JldA==";

/// What the payments service's table is called.
pub(crate) const PAYMENTS_TABLE: &str = "payments";

/// What the SDK's own examples call their accounts, besides the fakes' own names.
const TOSS_STORES: [&str; 2] = ["test-toss-payments-create-id", "test-toss-payments-store-id"];
const IAMPORT_STORES: [&str; 3] = ["fakeshop", "test-iamport-create-id", "test-iamport-store-id"];

/// Good enough to keep a laptop's phone numbers from being read by accident.
const PHONE_KEY: &str = "the phone key of a dev server, no secret at all";

/// The phone key, if it is the dev server's own: whoever asks on this machine may have that one.
pub(crate) fn own_phone_key(key: &str) -> Option<String> {
    (key == PHONE_KEY).then(|| key.to_owned())
}

/// Likewise what payments are sealed with.
pub(crate) fn own_store_key(key: &str) -> Option<String> {
    (key == STORE_KEY).then(|| key.to_owned())
}

/// The accounts that the fakes know, as the payments service reads them.
pub(crate) fn accounts(
    kakaopay: &kakaopay::Options,
    toss: &tosspayments::Options,
    portone: &portone::Options,
) -> String {
    let at_toss =
        |store: &str, key: &str| json!({ "vendor": "toss.payments", "store_id": store, "secret_key": key });
    let own = toss.merchants.iter().map(|merchant| at_toss(&merchant.m_id, &merchant.secret_key));
    // The last one answers as the SDK's examples have it.
    let examples = toss
        .merchants
        .last()
        .into_iter()
        .flat_map(|merchant| TOSS_STORES.iter().map(move |store| at_toss(store, &merchant.secret_key)));
    let at_iamport = IAMPORT_STORES.iter().map(|store| {
        let (key, secret) = (&portone.imp_key, &portone.imp_secret);
        json!({ "vendor": "iamport", "store_id": store, "imp_key": key, "imp_secret": secret })
    });
    let at_portone = json!({
        "vendor": "portone",
        "store_id": "fakeshop",
        "secret": &portone.api_secret,
        "store": &portone.store_id,
        "webhook_secret": &portone.webhook_secret,
    });
    let at_kakaopay = kakaopay
        .secret_keys
        .first()
        .map(|key| json!({ "vendor": "kakaopay", "store_id": "fakeshop", "secret_key": key }));
    own.chain(examples)
        .chain(at_iamport)
        .chain([at_portone])
        .chain(at_kakaopay)
        .collect::<Value>()
        .to_string()
}

/// What the fakes know of us: a key or an account for each API of each.
#[derive(Debug)]
pub(crate) struct FakeAccounts {
    pub(crate) kakaopay: String,
    pub(crate) legacy_kakaopay: String,
    pub(crate) tosspayments: String,
    pub(crate) portone_v1: String,
    pub(crate) portone_v2: String,
}

impl FakeAccounts {
    /// The accounts at the fakes that are made with these options. Where there is a choice, our own page opens the window.
    pub(crate) fn of(options: &kept::Options) -> FakeAccounts {
        let first = |keys: &[String]| keys.first().cloned().unwrap_or_default();
        let shop = &options.portone;
        let at_portone = |secret: &str| {
            let (key, store, channel) = (&shop.imp_key, &shop.store_id, &shop.channel_key);
            json!({ "secret": secret, "key": key, "store": store, "channel": channel }).to_string()
        };
        let at_toss = options.tosspayments.merchants.first().map(|merchant| {
            json!({ "secret": merchant.secret_key, "client": merchant.client_key }).to_string()
        });
        FakeAccounts {
            kakaopay: first(&options.kakaopay.secret_keys),
            legacy_kakaopay: first(&options.kakaopay.admin_keys),
            tosspayments: at_toss.unwrap_or_default(),
            portone_v1: at_portone(&shop.imp_secret),
            portone_v2: at_portone(&shop.api_secret),
        }
    }
}

/// Looks a setting up: in `environment`, and among the dev server's own where that has none.
pub(crate) fn lookup(
    environment: impl Fn(&str) -> Option<String>,
    fake_url: String,
    own: FakeAccounts,
    accounts: String,
) -> impl Fn(&str) -> Option<String> {
    let tables = Tables::default();
    let toss_url = format!("{fake_url}{}", tosspayments::PREFIX);
    let toss_script = format!("{toss_url}{}", tosspayments::SCRIPT);
    let portone_scripts = [(portone::V1, "iamport.js"), (portone::V2, "browser-sdk.js")]
        .map(|(root, script)| format!("{fake_url}{root}/{script}"));
    let portone_urls = [portone::V1, portone::V2].map(|root| format!("{fake_url}{root}"));
    move |name| {
        environment(name).filter(|value| !value.trim().is_empty()).or_else(|| {
            let own = match name {
                "SKILL_KEY" => SKILL_KEY,
                "PHONE_KEY" => PHONE_KEY,
                "KAKAOPAY_URL" => &fake_url,
                "TOSS_URL" => &toss_url,
                "KAKAOPAY_KEY" if environment("KAKAOPAY_API").as_deref() == Some("legacy") => {
                    &own.legacy_kakaopay
                }
                "KAKAOPAY_KEY" => &own.kakaopay,
                "TOSS_SECRET_KEY" => &own.tosspayments,
                "PORTONE_ACCOUNT" if environment("PORTONE_API").as_deref() == Some("v1") => &own.portone_v1,
                "PORTONE_ACCOUNT" => &own.portone_v2,
                "PORTONE_V1_URL" => &portone_urls[0],
                "PORTONE_V2_URL" => &portone_urls[1],
                "TOSS_SCRIPT_URL" => &toss_script,
                "PORTONE_V1_SCRIPT_URL" => &portone_scripts[0],
                "PORTONE_V2_SCRIPT_URL" => &portone_scripts[1],
                "PAYMENTS_TABLE" => PAYMENTS_TABLE,
                "PAYMENTS_STORE_KEY" => STORE_KEY,
                "PAYMENTS_BODY_KEY" => sealed::PUBLIC_KEY,
                "PAYMENTS_BODY_IV" => sealed::PUBLIC_IV,
                "PAYMENTS_ACCOUNTS" => &accounts,
                "PAYMENTS_SIGNING_SECRET" => SIGNING_SECRET,
                "MEMBERS_TABLE" => &tables.members,
                "LEDGER_TABLE" => &tables.ledger,
                "ORDERS_TABLE" => &tables.orders,
                other => made_up(other)?,
            };
            Some(own.to_owned())
        })
    }
}
