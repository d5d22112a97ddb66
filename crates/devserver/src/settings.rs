//! The dev server's own settings, each of which the environment overrules.

use functions::aws::made_up;
use serde_json::json;
use store::Tables;

use crate::kept;

/// What a skill must send in `x-skill-key`.
const SKILL_KEY: &str = "dev";

/// Good enough to keep a laptop's phone numbers from being read by accident.
const PHONE_KEY: &str = "the phone key of a dev server, no secret at all";

/// The phone key, if it is the dev server's own: whoever asks on this machine may have that one.
pub(crate) fn own_phone_key(key: &str) -> Option<String> {
    (key == PHONE_KEY).then(|| key.to_owned())
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
    /// The accounts at the fakes that are made with these options, at `origin`.
    pub(crate) fn of(options: &kept::Options, origin: &str) -> FakeAccounts {
        let first = |keys: &[String]| keys.first().cloned().unwrap_or_default();
        let shop = &options.portone;
        // The window is the fake's own page: the real one is opened by a script.
        let portone = |root: &str, secret: &str| {
            let (key, store, channel) = (&shop.imp_key, &shop.store_id, &shop.channel_key);
            let page = format!("{origin}{root}/pay");
            json!({ "secret": secret, "key": key, "store": store, "channel": channel, "page": page })
                .to_string()
        };
        let merchant = options.tosspayments.merchants.first();
        FakeAccounts {
            kakaopay: first(&options.kakaopay.secret_keys),
            legacy_kakaopay: first(&options.kakaopay.admin_keys),
            tosspayments: merchant.map(|merchant| merchant.secret_key.clone()).unwrap_or_default(),
            portone_v1: portone(fakes::portone::V1, &shop.imp_secret),
            portone_v2: portone(fakes::portone::V2, &shop.api_secret),
        }
    }
}

/// Looks a setting up: in `environment`, and among the dev server's own where that has none.
pub(crate) fn lookup(
    environment: impl Fn(&str) -> Option<String>,
    fake_url: String,
    accounts: FakeAccounts,
) -> impl Fn(&str) -> Option<String> {
    let tables = Tables::default();
    let toss_url = format!("{fake_url}{}", fakes::tosspayments::PREFIX);
    let portone = [fakes::portone::V1, fakes::portone::V2].map(|root| format!("{fake_url}{root}"));
    move |name| {
        environment(name).filter(|value| !value.trim().is_empty()).or_else(|| {
            let own = match name {
                "SKILL_KEY" => SKILL_KEY,
                "PHONE_KEY" => PHONE_KEY,
                "KAKAOPAY_URL" => &fake_url,
                "TOSS_URL" => &toss_url,
                "KAKAOPAY_KEY" if environment("KAKAOPAY_API").as_deref() == Some("legacy") => {
                    &accounts.legacy_kakaopay
                }
                "KAKAOPAY_KEY" => &accounts.kakaopay,
                "TOSS_SECRET_KEY" => &accounts.tosspayments,
                "PORTONE_ACCOUNT" if environment("PORTONE_API").as_deref() == Some("v1") => {
                    &accounts.portone_v1
                }
                "PORTONE_ACCOUNT" => &accounts.portone_v2,
                "PORTONE_V1_URL" => &portone[0],
                "PORTONE_V2_URL" => &portone[1],
                "MEMBERS_TABLE" => &tables.members,
                "LEDGER_TABLE" => &tables.ledger,
                "ORDERS_TABLE" => &tables.orders,
                other => made_up(other)?,
            };
            Some(own.to_owned())
        })
    }
}
