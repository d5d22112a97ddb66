//! The dev server's own settings, each of which the environment overrules.

use functions::aws::made_up;
use store::Tables;

/// What a skill must send in `x-skill-key`.
const SKILL_KEY: &str = "dev";

/// Good enough to keep a laptop's phone numbers from being read by accident.
const PHONE_KEY: &str = "the phone key of a dev server, no secret at all";

/// The phone key, if it is the dev server's own: whoever asks on this machine may have that one.
pub(crate) fn own_phone_key(key: &str) -> Option<String> {
    (key == PHONE_KEY).then(|| key.to_owned())
}

/// The keys that the fake KakaoPay knows, one for each of its APIs.
#[derive(Debug)]
pub(crate) struct FakeKeys {
    pub(crate) open: String,
    pub(crate) legacy: String,
}

/// Looks a setting up: in `environment`, and among the dev server's own where that has none.
pub(crate) fn lookup(
    environment: impl Fn(&str) -> Option<String>,
    fake_url: String,
    fake_keys: FakeKeys,
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
                    &fake_keys.legacy
                }
                "KAKAOPAY_KEY" => &fake_keys.open,
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
