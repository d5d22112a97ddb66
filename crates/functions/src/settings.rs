//! The settings: read once at start from the environment, and all that is wrong named in one message.

use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use cafe_core::cafe::flow::Rules;
use cafe_core::cafe::{Percent, Points};
use cafe_core::payment::{BoxError, Provider};
use kakaopay::Api;
use secrecy::SecretString;
use store::Tables;
use url::{Host, Url};

use crate::window::Scripts;

/// The two halves of what the payments service's bodies are sealed with.
const BODY_KEY: &str = "PAYMENTS_BODY_KEY";
const BODY_IV: &str = "PAYMENTS_BODY_IV";

/// A part that a function may need, and without whose settings it does not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `MEMBERS_TABLE`.
    Members,
    /// `LEDGER_TABLE`.
    Ledger,
    /// `ORDERS_TABLE`.
    Orders,
    /// `SKILL_KEY`, or `SKILL_KEY_PARAMETER`.
    SkillKey,
    /// `PHONE_KEY`, or `PHONE_KEY_PARAMETER`.
    PhoneKey,
    /// `GATEWAYS`, and the secret of each that it names.
    Gateways,
    /// `CHECKED_VERSIONS`.
    CheckedVersions,
    /// `PAYMENTS_TABLE`.
    Records,
    /// `PAYMENTS_STORE_KEY`, or `PAYMENTS_STORE_KEY_PARAMETER`.
    StoreKey,
    /// `PAYMENTS_ACCOUNTS`, or `PAYMENTS_ACCOUNTS_PARAMETER`.
    Accounts,
    /// `PAYMENTS_BODY_KEY` and `PAYMENTS_BODY_IV`, or their `…_PARAMETER`.
    BodyPair,
    /// The same two, where either is set.
    BodyPairIfAny,
    /// `PAYMENTS_SIGNING_SECRET`, or `PAYMENTS_SIGNING_SECRET_PARAMETER`, where either is set.
    SigningSecretIfAny,
}

/// All settings of a function. What it does not need is left out, and what has a default has it.
#[derive(Debug)]
pub struct Settings {
    /// The tables' names; empty for those the function does not use.
    pub tables: Tables,
    /// What `x-skill-key` must carry: one secret, or two with a comma between while one is replaced.
    pub skill_key: Option<Secret>,
    /// What tags and seals phone numbers.
    pub phone_key: Option<Secret>,
    /// The gateways that customers may pay at, as they are offered.
    pub gateways: Vec<GatewaySettings>,
    /// Where the gateways' scripts for browsers are.
    pub scripts: Arc<Scripts>,
    /// Where customers reach us; the request's own host and stage where nothing is set.
    pub public_url: Option<Url>,
    /// The SSM parameter that keeps the menu; the packaged one where nothing is set.
    pub menu_parameter: Option<String>,
    /// What the owner decided about points.
    pub rules: Rules,
    /// What the cafe is called on cards and pages.
    pub cafe_name: String,
    /// The daemon that is told of traces; none where they are off.
    pub traces: Option<SocketAddr>,
    /// The ARNs of the functions that a deployment starts before it counts.
    pub checked_versions: Vec<String>,
    /// The payments service's table; empty for functions that do not use it.
    pub payments_table: String,
    /// What the payments service seals and tags its records with.
    pub store_key: Option<Secret>,
    /// The payments service's accounts at gateways.
    pub accounts: Option<AccountsSettings>,
    /// What the payments service's bodies are sealed with on their way.
    pub body_pair: Option<BodyPairSettings>,
    /// What the payments service's notices are signed with.
    pub signing_secret: Option<Secret>,
}

/// The payments service's accounts, and where their gateways are.
#[derive(Clone, Debug)]
pub struct AccountsSettings {
    /// A JSON list: see [`Accounts::read`](crate::service::accounts::Accounts::read).
    pub accounts: Secret,
    /// Where the gateways are, if not at their own hosts.
    pub places: Places,
}

/// Where gateways are, if not at their own hosts.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Toss Payments.
    pub toss: Option<Url>,
    /// PortOne V1, which is Iamport.
    pub portone_v1: Option<Url>,
    /// PortOne V2.
    pub portone_v2: Option<Url>,
    /// KakaoPay.
    pub kakaopay: Option<Url>,
}

/// Both halves of what bodies are sealed with.
#[derive(Clone, Debug)]
pub struct BodyPairSettings {
    /// The key.
    pub key: Secret,
    /// The iv.
    pub iv: Secret,
}

/// A gateway that the owner has chosen, and how to speak to it.
#[derive(Debug)]
pub enum GatewaySettings {
    /// 카카오페이.
    KakaoPay(KakaoPaySettings),
    /// 토스페이먼츠.
    TossPayments(TossSettings),
    /// 포트원.
    PortOne(PortOneSettings),
}

impl GatewaySettings {
    /// The secret of its account, and what that is called.
    #[must_use]
    pub const fn secret(&self) -> (&'static str, &Secret) {
        match self {
            GatewaySettings::KakaoPay(settings) => ("KAKAOPAY_KEY", &settings.key),
            GatewaySettings::TossPayments(settings) => ("TOSS_SECRET_KEY", &settings.key),
            GatewaySettings::PortOne(settings) => ("PORTONE_ACCOUNT", &settings.account),
        }
    }

    /// Where it is, if not at its own host.
    #[must_use]
    pub const fn url(&self) -> Option<&Url> {
        match self {
            GatewaySettings::KakaoPay(settings) => settings.url.as_ref(),
            GatewaySettings::TossPayments(settings) => settings.url.as_ref(),
            GatewaySettings::PortOne(settings) => settings.url.as_ref(),
        }
    }
}

/// How to speak to Toss Payments.
#[derive(Debug)]
pub struct TossSettings {
    /// Where, if not at its own host.
    pub url: Option<Url>,
    /// The secret key, or JSON of it and the public one.
    pub key: Secret,
}

/// How to speak to `PortOne`.
#[derive(Debug)]
pub struct PortOneSettings {
    /// Which of its two APIs.
    pub api: PortOneApi,
    /// Where, if not at that API's own host.
    pub url: Option<Url>,
    /// All that makes the account, as JSON.
    pub account: Secret,
}

/// Which of `PortOne`'s two APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortOneApi {
    /// The one that was called Iamport.
    V1,
    /// Today's.
    V2,
}

/// How to speak to KakaoPay.
#[derive(Debug)]
pub struct KakaoPaySettings {
    /// Which of its two APIs.
    pub api: Api,
    /// Where, if not at that API's own host.
    pub url: Option<Url>,
    /// The secret key.
    pub key: Secret,
    /// What stands before the key, if not that API's own word.
    pub key_prefix: Option<String>,
    /// The merchant code.
    pub cid: String,
}

/// A secret, or where it is kept.
#[derive(Clone, Debug)]
pub enum Secret {
    /// The secret itself.
    Given(SecretString),
    /// The name of an SSM `SecureString`.
    Parameter(String),
}

/// All that is missing or wrong, in one message. It names settings and never repeats a value.
#[derive(Debug, PartialEq, Eq)]
pub struct BadSettings {
    problems: Vec<String>,
}

/// What stands in the way of a start, gathered from wherever it shows, so that it can be said at once.
#[derive(Debug, Default)]
pub struct Problems(Vec<String>);

impl Problems {
    /// Whether nothing stands in the way.
    #[must_use]
    pub fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// One more.
    pub fn add(&mut self, problem: String) {
        self.0.push(problem);
    }

    /// What there is, unless there is a problem instead, which is kept with its causes.
    pub fn unless<T>(&mut self, there: Result<T, impl Into<BoxError>>) -> Option<T> {
        there.map_err(|problem| self.add(with_causes(problem))).ok()
    }

    /// The same, with the place of the problem before it.
    pub fn unless_of<T>(&mut self, place: &str, there: Result<T, impl Into<BoxError>>) -> Option<T> {
        there.map_err(|problem| self.add(format!("{place}: {}", with_causes(problem)))).ok()
    }
}

impl From<Problems> for BadSettings {
    fn from(problems: Problems) -> BadSettings {
        BadSettings { problems: problems.0 }
    }
}

fn with_causes(error: impl Into<BoxError>) -> String {
    let error: BoxError = error.into();
    let causes = std::iter::successors(Some(&*error as &dyn Error), |&cause| cause.source());
    let told = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    // All of it is one line of the log, whatever an error draws.
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "settings missing or wrong: {}", self.problems.join("; "))
    }
}

impl std::error::Error for BadSettings {}

impl Settings {
    /// Reads the settings of a function that needs `parts`. `get` is the environment, as a function.
    ///
    /// # Errors
    /// [`BadSettings`] names every setting that is missing or wrong, not only the first.
    pub fn read(get: impl Fn(&str) -> Option<String>, parts: &[Part]) -> Result<Settings, BadSettings> {
        let (settings, problems) = Settings::gather(get, parts);
        if problems.are_none() { Ok(settings) } else { Err(problems.into()) }
    }

    /// The same, for whoever has more to look at before it is said what is wrong: the settings as far as they
    /// are right, which must not be used otherwise.
    pub fn gather(get: impl Fn(&str) -> Option<String>, parts: &[Part]) -> (Settings, Problems) {
        let mut reader = Reader { get, problems: Vec::new() };
        let needs = |part| parts.contains(&part);
        let settings = Settings {
            tables: Tables {
                members: reader.table("MEMBERS_TABLE", needs(Part::Members)),
                ledger: reader.table("LEDGER_TABLE", needs(Part::Ledger)),
                orders: reader.table("ORDERS_TABLE", needs(Part::Orders)),
            },
            skill_key: needs(Part::SkillKey).then(|| reader.secret("SKILL_KEY")).flatten(),
            phone_key: needs(Part::PhoneKey).then(|| reader.secret("PHONE_KEY")).flatten(),
            gateways: if needs(Part::Gateways) { reader.gateways() } else { Vec::new() },
            scripts: Arc::new(if needs(Part::Gateways) { reader.scripts() } else { Scripts::default() }),
            public_url: reader.url("PUBLIC_URL"),
            menu_parameter: reader.text("MENU_PARAMETER"),
            rules: reader.rules(),
            cafe_name: reader.text("CAFE_NAME").unwrap_or_else(|| "한모금카페".to_owned()),
            traces: reader.traces(),
            checked_versions: reader.functions("CHECKED_VERSIONS", needs(Part::CheckedVersions)),
            payments_table: reader.table("PAYMENTS_TABLE", needs(Part::Records)),
            store_key: needs(Part::StoreKey).then(|| reader.secret("PAYMENTS_STORE_KEY")).flatten(),
            accounts: needs(Part::Accounts).then(|| reader.accounts()).flatten(),
            body_pair: if needs(Part::BodyPair) {
                reader.body_pair()
            } else if needs(Part::BodyPairIfAny) {
                reader.body_pair_if_any()
            } else {
                None
            },
            signing_secret: needs(Part::SigningSecretIfAny)
                .then(|| reader.secret_if_any("PAYMENTS_SIGNING_SECRET"))
                .flatten(),
        };
        (settings, Problems(reader.problems))
    }
}

/// What the stack is called that a function belongs to; `local` where nothing is set.
pub fn stack(get: impl Fn(&str) -> Option<String>) -> String {
    Reader { get, problems: Vec::new() }.text("STACK").unwrap_or_else(|| "local".to_owned())
}

struct Reader<G> {
    get: G,
    problems: Vec<String>,
}

impl<G: Fn(&str) -> Option<String>> Reader<G> {
    /// The value, if there is one: a template that leaves a parameter empty sets the variable to nothing.
    fn text(&self, name: &str) -> Option<String> {
        (self.get)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn table(&mut self, name: &str, needed: bool) -> String {
        let table = self.text(name);
        if table.is_none() && needed {
            self.problems.push(format!("{name} is missing"));
        }
        table.unwrap_or_default()
    }

    /// Lambda says where its daemon is; elsewhere it is where such a daemon mostly is.
    fn traces(&mut self) -> Option<SocketAddr> {
        match self.text("TRACES").as_deref() {
            None | Some("off") => return None,
            Some("xray") => {}
            Some(_) => self.problems.push("TRACES must be off or xray".to_owned()),
        }
        let address = self.text("AWS_XRAY_DAEMON_ADDRESS").unwrap_or_else(|| "127.0.0.1:2000".to_owned());
        let daemon = address.parse().ok();
        if daemon.is_none() {
            self.problems.push("AWS_XRAY_DAEMON_ADDRESS must be an address and a port".to_owned());
        }
        daemon
    }

    /// Functions by their ARNs, with commas between.
    fn functions(&mut self, name: &str, needed: bool) -> Vec<String> {
        if !needed {
            return Vec::new();
        }
        let Some(text) = self.text(name) else {
            self.problems.push(format!("{name} is missing"));
            return Vec::new();
        };
        let functions: Vec<_> = text.split(',').map(|function| function.trim().to_owned()).collect();
        if !functions.iter().all(|function| function.starts_with("arn:") && function.contains(":function:")) {
            self.problems.push(format!("{name} must be ARNs of functions, with commas between"));
        }
        functions
    }

    fn secret(&mut self, name: &str) -> Option<Secret> {
        let place = format!("{name}_PARAMETER");
        let secret = match (self.text(name), self.text(&place)) {
            (Some(value), _) => Secret::Given(value.into()),
            (None, Some(parameter)) => Secret::Parameter(parameter),
            (None, None) => {
                self.problems.push(format!("{name} is missing, and so is {place}"));
                return None;
            }
        };
        Some(secret)
    }

    /// The same, for one that need not be.
    fn secret_if_any(&mut self, name: &str) -> Option<Secret> {
        self.is_set(name).then(|| self.secret(name)).flatten()
    }

    /// Whether a secret is given, or where it is kept.
    fn is_set(&self, name: &str) -> bool {
        self.text(name).or_else(|| self.text(&format!("{name}_PARAMETER"))).is_some()
    }

    fn accounts(&mut self) -> Option<AccountsSettings> {
        let places = Places {
            toss: self.url("TOSS_URL"),
            portone_v1: self.url("PORTONE_V1_URL"),
            portone_v2: self.url("PORTONE_V2_URL"),
            kakaopay: self.url("KAKAOPAY_URL"),
        };
        Some(AccountsSettings { accounts: self.secret("PAYMENTS_ACCOUNTS")?, places })
    }

    fn body_pair(&mut self) -> Option<BodyPairSettings> {
        let (key, iv) = (self.secret(BODY_KEY), self.secret(BODY_IV));
        Some(BodyPairSettings { key: key?, iv: iv? })
    }

    /// Half a pair is none, and is said.
    fn body_pair_if_any(&mut self) -> Option<BodyPairSettings> {
        (self.is_set(BODY_KEY) || self.is_set(BODY_IV)).then(|| self.body_pair()).flatten()
    }

    /// An address that is spoken to in clear is believed only on this machine.
    fn url(&mut self, name: &str) -> Option<Url> {
        let text = self.text(name)?;
        let url = Url::parse(&text)
            .ok()
            .filter(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)));
        if url.is_none() {
            self.problems.push(format!("{name} must be an https address (http only on this machine)"));
        }
        url
    }

    /// Those that are named, each once, in the order in which they are offered.
    fn gateways(&mut self) -> Vec<GatewaySettings> {
        let text = self.text("GATEWAYS").unwrap_or_else(|| Provider::KakaoPay.to_string());
        let named: Vec<_> = text.split(',').map(|name| Provider::from_name(name.trim())).collect();
        let is_twice = |at: usize| named[at].is_some() && named[..at].contains(&named[at]);
        if named.contains(&None) || (0..named.len()).any(is_twice) {
            let some = "some of kakaopay, tosspayments and portone, each once, with commas between";
            self.problems.push(format!("GATEWAYS must be {some}"));
        }
        let read = |provider: Provider| match provider {
            Provider::KakaoPay => self.kakaopay().map(GatewaySettings::KakaoPay),
            Provider::TossPayments => self.tosspayments().map(GatewaySettings::TossPayments),
            Provider::PortOne => self.portone().map(GatewaySettings::PortOne),
        };
        named.into_iter().flatten().filter_map(read).collect()
    }

    fn scripts(&mut self) -> Scripts {
        let own = Scripts::default();
        Scripts {
            portone_v1: self.url("PORTONE_V1_SCRIPT_URL").unwrap_or(own.portone_v1),
            portone_v2: self.url("PORTONE_V2_SCRIPT_URL").unwrap_or(own.portone_v2),
            tosspayments: self.url("TOSS_SCRIPT_URL").unwrap_or(own.tosspayments),
        }
    }

    fn tosspayments(&mut self) -> Option<TossSettings> {
        let url = self.url("TOSS_URL");
        Some(TossSettings { url, key: self.secret("TOSS_SECRET_KEY")? })
    }

    fn portone(&mut self) -> Option<PortOneSettings> {
        let api = match self.text("PORTONE_API").as_deref() {
            None | Some("v2") => PortOneApi::V2,
            Some("v1") => PortOneApi::V1,
            Some(_) => {
                self.problems.push("PORTONE_API must be v1 or v2".to_owned());
                PortOneApi::V2
            }
        };
        let url = self.url(match api {
            PortOneApi::V1 => "PORTONE_V1_URL",
            PortOneApi::V2 => "PORTONE_V2_URL",
        });
        Some(PortOneSettings { api, url, account: self.secret("PORTONE_ACCOUNT")? })
    }

    fn kakaopay(&mut self) -> Option<KakaoPaySettings> {
        let api = match self.text("KAKAOPAY_API").as_deref() {
            None | Some("open") => Api::Open,
            Some("legacy") => Api::Legacy,
            Some(_) => {
                self.problems.push("KAKAOPAY_API must be open or legacy".to_owned());
                Api::Open
            }
        };
        let url = self.url("KAKAOPAY_URL");
        let key = self.secret("KAKAOPAY_KEY");
        let key_prefix = self.text("KAKAOPAY_KEY_PREFIX");
        let cid = self.text("KAKAOPAY_CID").unwrap_or_else(|| kakaopay::TEST_CID.to_owned());
        Some(KakaoPaySettings { api, url, key: key?, key_prefix, cid })
    }

    fn rules(&mut self) -> Rules {
        let bonus = self.number(
            "SIGN_UP_BONUS",
            100,
            |number| u32::try_from(number).ok(),
            "between 0 and 4294967295",
        );
        let percent = self.number(
            "POINT_PERCENT",
            Percent::TENTH,
            |number| Percent::new(u8::try_from(number).ok()?),
            "between 0 and 100",
        );
        Rules { bonus: Points::new(bonus), earn: percent }
    }

    fn number<T>(&mut self, name: &str, default: T, read: impl Fn(i64) -> Option<T>, range: &str) -> T {
        let Some(text) = self.text(name) else { return default };
        text.parse().ok().and_then(read).unwrap_or_else(|| {
            self.problems.push(format!("{name} must be a whole number {range}"));
            default
        })
    }
}

/// Whether an address is one of this machine's own.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
