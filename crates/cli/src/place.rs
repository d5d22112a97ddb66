//! Where the tables are: on AWS, or on this machine.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use cafe_core::payment::BoxError;
use clap::Args;
use functions::aws::{Aws, http_client, made_up};
use functions::settings::is_loopback;
use store::Tables;
use url::Url;

/// How long one request may take: a page of a long table takes longer than anything a customer waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the tables are. Without flags the environment says it, as it does to the functions.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Another DynamoDB than AWS's, such as `cargo dev`'s `http://127.0.0.1:8000`
    /// [env: `AWS_ENDPOINT_URL_DYNAMODB`].
    #[arg(long, global = true, value_name = "URL")]
    endpoint_url: Option<String>,
    /// The table of members [env: `MEMBERS_TABLE`] [default: cafe-members].
    #[arg(long, global = true, value_name = "TABLE")]
    members: Option<String>,
    /// The ledger [env: `LEDGER_TABLE`] [default: cafe-ledger].
    #[arg(long, global = true, value_name = "TABLE")]
    ledger: Option<String>,
    /// The table of orders [env: `ORDERS_TABLE`] [default: cafe-orders].
    #[arg(long, global = true, value_name = "TABLE")]
    orders: Option<String>,
}

impl Place {
    /// The tables' names. `get` is the environment, as a function.
    pub(crate) fn tables(&self, get: impl Fn(&str) -> Option<String>) -> Tables {
        let default = Tables::default();
        let name =
            |flag: &Option<String>, variable, default| flag.clone().or(get(variable)).unwrap_or(default);
        Tables {
            members: name(&self.members, "MEMBERS_TABLE", default.members),
            ledger: name(&self.ledger, "LEDGER_TABLE", default.ledger),
            orders: name(&self.orders, "ORDERS_TABLE", default.orders),
        }
    }

    /// A client of the DynamoDB they are in: with whatever credentials an owner has (a profile, SSO,
    /// variables), or, on this machine, with made-up ones where there are none, as any will do.
    ///
    /// # Errors
    /// Where the address is none to be trusted, or AWS's region is not known.
    pub(crate) async fn client(&self, get: impl Fn(&str) -> Option<String>) -> Result<Client, BoxError> {
        let url = match self.endpoint_url.clone().or_else(|| get("AWS_ENDPOINT_URL_DYNAMODB")) {
            None => None,
            Some(url) => Some(trusted(&url)?),
        };
        if let Some(url) = url.as_ref().filter(|url| is_loopback(url)) {
            let local = |name: &str| match name {
                "AWS_ENDPOINT_URL_DYNAMODB" => Some(url.to_string()),
                _ => get(name).or_else(|| made_up(name).map(str::to_owned)),
            };
            return Ok(patient(Aws::from_env(local)?.dynamodb().config()));
        }
        let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client()?);
        let config = match url {
            Some(url) => config.endpoint_url(url),
            None => config,
        };
        let config = config.load().await;
        if config.region().is_none() {
            return Err("no region is set: name one in AWS_REGION or in your profile, or a DynamoDB on this machine with --endpoint-url".into());
        }
        Ok(patient(Client::new(&config).config()))
    }
}

/// An address that is spoken to in clear is believed only on this machine.
fn trusted(url: &str) -> Result<Url, BoxError> {
    let url = Url::parse(url)?;
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    is_safe
        .then_some(url)
        .ok_or_else(|| "the endpoint must be an https address (http only on this machine)".into())
}

/// The same client, which waits longer: nobody stands at the counter.
fn patient(config: &aws_sdk_dynamodb::Config) -> Client {
    // What is not said stays as it was: the functions' own limit on all tries together.
    let timeouts =
        TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).disable_operation_timeout().build();
    Client::from_conf(config.to_builder().timeout_config(timeouts).build())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
    use aws_sdk_dynamodb::config::{BehaviorVersion, Config};

    use super::{PATIENCE, Place, patient, trusted};

    const NOWHERE: Place = Place { endpoint_url: None, members: None, ledger: None, orders: None };

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_default() {
        let place = Place { members: Some("by-flag".to_owned()), ..NOWHERE };
        let tables = place.tables(|name| (name != "ORDERS_TABLE").then(|| format!("by-{name}")));
        assert_eq!(
            (&*tables.members, &*tables.ledger, &*tables.orders),
            ("by-flag", "by-LEDGER_TABLE", "cafe-orders")
        );
    }

    #[test]
    fn a_long_page_may_take_longer_than_a_customer_waits() {
        let hasty = TimeoutConfig::builder()
            .operation_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(Duration::from_secs(1));
        let hasty = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .timeout_config(hasty.build())
            .build();
        let patient: Client = patient(&hasty);
        let timeouts = patient.config().timeout_config().unwrap();
        assert_eq!(timeouts.operation_attempt_timeout(), Some(PATIENCE));
        assert_eq!(timeouts.operation_timeout(), None);
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_clear() {
        for url in
            ["https://dynamodb.ap-northeast-2.amazonaws.com", "http://127.0.0.1:8000", "http://localhost"]
        {
            assert!(trusted(url).is_ok(), "{url}");
        }
        for url in ["http://dynamodb.example", "ftp://127.0.0.1", "127.0.0.1:8000", ""] {
            assert!(trusted(url).is_err(), "{url}");
        }
    }
}
