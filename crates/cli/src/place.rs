//! Where the cafe is: on AWS or on this machine, and what its tables, functions and parameters are called there.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::Credentials;
use cafe_core::payment::BoxError;
use clap::Args;
use functions::aws::{http_client, made_up};
use functions::settings::is_loopback;
use store::Tables;
use url::Url;

use crate::stack::Stack;

/// How long one request to a table or for a parameter may take: a page of a long table takes longer than
/// anything a customer waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a function may take: longer than any that is invoked here lets one order take.
const PATIENCE_WITH_FUNCTIONS: Duration = Duration::from_secs(90);

/// What `cargo dev` serves on its own ports.
const DEV: [(&str, &str); 3] = [
    ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000"),
    ("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:3000/_dev/lambda"),
    ("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:3000/_dev/ssm"),
];

/// What everything is called there.
const DEV_NAMES: [(&str, &str); 6] = [
    ("REFUND_FUNCTION", "refund"),
    ("RECONCILE_FUNCTION", "reconcile"),
    ("MENU_PARAMETER", "/cafe/menu"),
    ("PHONE_KEY_PARAMETER", "/cafe/phone-key"),
    ("PAYMENTS_TABLE", "payments"),
    ("PAYMENTS_STORE_KEY_PARAMETER", "/payments/store-key"),
];

/// Where the cafe is. What no flag says, the stack says, and without one the environment, as it does to the functions.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Where the cafe is")]
pub(crate) struct Place {
    /// The stack that was deployed: its functions say which tables and parameters they use. Your profile and
    /// region lead to it.
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "dev")]
    stack: Option<String>,
    /// `cargo dev` on this machine, on the ports it takes by itself.
    #[arg(long, global = true)]
    dev: bool,
    /// Another DynamoDB than AWS's, such as `cargo dev`'s `http://127.0.0.1:8000`
    /// [env: `AWS_ENDPOINT_URL_DYNAMODB`].
    #[arg(long, global = true, value_name = "URL")]
    endpoint_url: Option<String>,
    /// Another Lambda than AWS's, such as `cargo dev`'s `http://127.0.0.1:3000/_dev/lambda`
    /// [env: `AWS_ENDPOINT_URL_LAMBDA`].
    #[arg(long, global = true, value_name = "URL")]
    lambda_url: Option<String>,
    /// Another Systems Manager than AWS's, such as `cargo dev`'s `http://127.0.0.1:3000/_dev/ssm`
    /// [env: `AWS_ENDPOINT_URL_SSM`].
    #[arg(long, global = true, value_name = "URL")]
    ssm_url: Option<String>,
    /// The table of members [env: `MEMBERS_TABLE`] [default: cafe-members].
    #[arg(long, global = true, value_name = "TABLE")]
    members: Option<String>,
    /// The ledger [env: `LEDGER_TABLE`] [default: cafe-ledger].
    #[arg(long, global = true, value_name = "TABLE")]
    ledger: Option<String>,
    /// The table of orders [env: `ORDERS_TABLE`] [default: cafe-orders].
    #[arg(long, global = true, value_name = "TABLE")]
    orders: Option<String>,
    /// The function that refunds [env: `REFUND_FUNCTION`].
    #[arg(long, global = true, value_name = "NAME")]
    refund_function: Option<String>,
    /// The function that looks orders up [env: `RECONCILE_FUNCTION`].
    #[arg(long, global = true, value_name = "NAME")]
    reconcile_function: Option<String>,
    /// The parameter that keeps the menu [env: `MENU_PARAMETER`].
    #[arg(long, global = true, value_name = "NAME")]
    menu_parameter: Option<String>,
    /// The parameter that keeps the key of phone numbers, where `PHONE_KEY` itself is not set
    /// [env: `PHONE_KEY_PARAMETER`].
    #[arg(long, global = true, value_name = "NAME")]
    phone_key_parameter: Option<String>,
    /// The payments service's table [env: `PAYMENTS_TABLE`].
    #[arg(long, global = true, value_name = "TABLE")]
    payments: Option<String>,
    /// The parameter that keeps what its records are sealed with, where `PAYMENTS_STORE_KEY` itself is not set
    /// [env: `PAYMENTS_STORE_KEY_PARAMETER`].
    #[arg(long, global = true, value_name = "NAME")]
    payments_store_key_parameter: Option<String>,
}

/// The environment's variables, as a function.
pub(crate) type Environment = fn(&str) -> Option<String>;

/// A place that was found: where each service is, and what everything is called.
#[derive(Debug)]
pub(crate) struct Found {
    place: Place,
    environment: Environment,
    stack: Option<Stack>,
}

impl Place {
    /// Asks the stack, where one is named, for the names of what it made.
    ///
    /// # Errors
    /// Where there is no such stack, or an address is none to be trusted.
    pub(crate) async fn find(self, environment: Environment) -> Result<Found, BoxError> {
        let mut found = Found { place: self, environment, stack: None };
        if let Some(name) = &found.place.stack {
            found.stack = Some(Stack::read(&found.lambda().await?, name).await?);
        }
        Ok(found)
    }
}

impl Found {
    /// A client of the DynamoDB that the tables are in.
    ///
    /// # Errors
    /// Where the address is none to be trusted, or AWS's region is not known.
    pub(crate) async fn dynamodb(&self) -> Result<aws_sdk_dynamodb::Client, BoxError> {
        let url = self.url(self.place.endpoint_url.as_ref(), "AWS_ENDPOINT_URL_DYNAMODB")?;
        Ok(aws_sdk_dynamodb::Client::new(&self.config(url, PATIENCE).await?))
    }

    /// A client of the Lambda that the functions run on.
    ///
    /// # Errors
    /// As [`Found::dynamodb`].
    pub(crate) async fn lambda(&self) -> Result<aws_sdk_lambda::Client, BoxError> {
        let url = self.url(self.place.lambda_url.as_ref(), "AWS_ENDPOINT_URL_LAMBDA")?;
        let config = self.config(url, PATIENCE_WITH_FUNCTIONS).await?;
        // Whether something is asked for once more is for whoever asked it to say.
        let config = config.into_builder().retry_config(RetryConfig::disabled()).build();
        Ok(aws_sdk_lambda::Client::new(&config))
    }

    /// A client of the Systems Manager that keeps the parameters.
    ///
    /// # Errors
    /// As [`Found::dynamodb`].
    pub(crate) async fn ssm(&self) -> Result<aws_sdk_ssm::Client, BoxError> {
        let url = self.url(self.place.ssm_url.as_ref(), "AWS_ENDPOINT_URL_SSM")?;
        Ok(aws_sdk_ssm::Client::new(&self.config(url, PATIENCE).await?))
    }

    /// The tables' names.
    pub(crate) fn tables(&self) -> Tables {
        let (place, default) = (&self.place, Tables::default());
        let name =
            |flag: &Option<String>, variable, default| self.name(flag.as_ref(), variable).unwrap_or(default);
        Tables {
            members: name(&place.members, "MEMBERS_TABLE", default.members),
            ledger: name(&place.ledger, "LEDGER_TABLE", default.ledger),
            orders: name(&place.orders, "ORDERS_TABLE", default.orders),
        }
    }

    /// The function that refunds.
    ///
    /// # Errors
    /// Where nothing names it.
    pub(crate) fn refund_function(&self) -> Result<String, BoxError> {
        let name = self.name(self.place.refund_function.as_ref(), "REFUND_FUNCTION");
        name.ok_or_else(|| unnamed("the function that refunds", "--refund-function"))
    }

    /// The function that looks orders up.
    ///
    /// # Errors
    /// Where nothing names it.
    pub(crate) fn reconcile_function(&self) -> Result<String, BoxError> {
        let name = self.name(self.place.reconcile_function.as_ref(), "RECONCILE_FUNCTION");
        name.ok_or_else(|| unnamed("the function that looks orders up", "--reconcile-function"))
    }

    /// The parameter that keeps the menu, if one does.
    pub(crate) fn menu_parameter(&self) -> Option<String> {
        self.name(self.place.menu_parameter.as_ref(), "MENU_PARAMETER")
    }

    /// The key of phone numbers itself, if the environment has it.
    pub(crate) fn phone_key(&self) -> Option<String> {
        (self.environment)("PHONE_KEY")
    }

    /// The parameter that keeps the key of phone numbers.
    ///
    /// # Errors
    /// Where nothing names it.
    pub(crate) fn phone_key_parameter(&self) -> Result<String, BoxError> {
        let name = self.name(self.place.phone_key_parameter.as_ref(), "PHONE_KEY_PARAMETER");
        name.ok_or_else(|| unnamed("the key of phone numbers, as PHONE_KEY does", "--phone-key-parameter"))
    }

    /// Whether it is `cargo dev`, by its own flag.
    pub(crate) const fn is_dev(&self) -> bool {
        self.place.dev
    }

    /// The payments service's table.
    ///
    /// # Errors
    /// Where nothing names it.
    pub(crate) fn payments_table(&self) -> Result<String, BoxError> {
        let name = self.name(self.place.payments.as_ref(), "PAYMENTS_TABLE");
        name.ok_or_else(|| unnamed("the payments service's table", "--payments"))
    }

    /// What its records are sealed with, if the environment has it.
    pub(crate) fn payments_store_key(&self) -> Option<String> {
        (self.environment)("PAYMENTS_STORE_KEY")
    }

    /// The parameter that keeps what its records are sealed with.
    ///
    /// # Errors
    /// Where nothing names it.
    pub(crate) fn payments_store_key_parameter(&self) -> Result<String, BoxError> {
        let flag = self.place.payments_store_key_parameter.as_ref();
        let name = self.name(flag, "PAYMENTS_STORE_KEY_PARAMETER");
        name.ok_or_else(|| {
            unnamed(
                "what payments are sealed with, as PAYMENTS_STORE_KEY does",
                "--payments-store-key-parameter",
            )
        })
    }

    /// A name: as the flag says, the stack, the environment, or `cargo dev`.
    fn name(&self, flag: Option<&String>, variable: &str) -> Option<String> {
        let of_the_stack = || self.stack.as_ref()?.setting(variable).map(str::to_owned);
        let of_the_dev_server = || self.place.dev.then(|| among(&DEV_NAMES, variable)).flatten();
        flag.cloned()
            .or_else(of_the_stack)
            .or_else(|| (self.environment)(variable))
            .or_else(of_the_dev_server)
    }

    /// Where a service is, if not at AWS.
    fn url(&self, flag: Option<&String>, variable: &str) -> Result<Option<Url>, BoxError> {
        let of_the_dev_server = self.place.dev.then(|| among(&DEV, variable)).flatten();
        let url = flag.cloned().or(of_the_dev_server).or_else(|| (self.environment)(variable));
        url.map(|url| trusted(&url)).transpose()
    }

    /// How a service is spoken to: with whatever credentials an owner has (a profile, SSO, variables), or, on
    /// this machine, with made-up ones where there are none, as any will do.
    async fn config(&self, url: Option<Url>, patience: Duration) -> Result<SdkConfig, BoxError> {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(patience).build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client()?)
            .timeout_config(timeouts);
        let local = |name| (self.environment)(name).or_else(|| made_up(name).map(str::to_owned));
        let config = match url {
            None => config,
            Some(url) if is_loopback(&url) => {
                let of = |name| local(name).unwrap_or_default();
                let (key, secret) = (of("AWS_ACCESS_KEY_ID"), of("AWS_SECRET_ACCESS_KEY"));
                config
                    .region(Region::new(of("AWS_REGION")))
                    .credentials_provider(Credentials::new(
                        key,
                        secret,
                        local("AWS_SESSION_TOKEN"),
                        None,
                        "cafe",
                    ))
                    .endpoint_url(url.as_str().trim_end_matches('/'))
            }
            Some(url) => config.endpoint_url(url),
        };
        let config = config.load().await;
        if config.region().is_none() {
            return Err("no region is set: name one in AWS_REGION or in your profile, or `cargo dev` on this machine with --dev".into());
        }
        Ok(config)
    }
}

fn among(known: &[(&str, &str)], wanted: &str) -> Option<String> {
    known.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
}

fn unnamed(what: &str, flag: &str) -> BoxError {
    format!("nothing names {what}: name the stack with --stack, `cargo dev` with --dev, or it with {flag}")
        .into()
}

/// An address that is spoken to in clear is believed only on this machine.
fn trusted(url: &str) -> Result<Url, BoxError> {
    let url = Url::parse(url)?;
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    is_safe
        .then_some(url)
        .ok_or_else(|| "the endpoint must be an https address (http only on this machine)".into())
}

#[cfg(test)]
mod tests {
    use super::{Found, PATIENCE, Place, trusted};
    use crate::stack::Stack;

    fn found(place: Place) -> Found {
        Found { place, environment: |_| None, stack: None }
    }

    #[test]
    fn a_flag_wins_over_the_stack_that_over_the_environment_and_that_over_the_default() {
        let place = Place { members: Some("by-flag".to_owned()), ..Place::default() };
        let mut found = found(place);
        found.environment = |name| (name != "ORDERS_TABLE").then(|| format!("by-{name}"));
        let tables = found.tables();
        assert_eq!(
            (&*tables.members, &*tables.ledger, &*tables.orders),
            ("by-flag", "by-LEDGER_TABLE", "cafe-orders")
        );
        found.stack = Some(Stack::of([("MEMBERS_TABLE", "by-stack"), ("LEDGER_TABLE", "by-stack")]));
        let tables = found.tables();
        assert_eq!((&*tables.members, &*tables.ledger), ("by-flag", "by-stack"));
    }

    #[test]
    fn a_function_that_nothing_names_says_how_to_name_it() {
        let error = found(Place::default()).refund_function().unwrap_err().to_string();
        assert!(error.contains("--stack") && error.contains("--refund-function"), "{error}");
        let dev = found(Place { dev: true, ..Place::default() });
        assert_eq!(dev.refund_function().unwrap(), "refund");
        assert_eq!(dev.menu_parameter().as_deref(), Some("/cafe/menu"));
    }

    #[tokio::test]
    async fn a_long_page_may_take_longer_than_a_customer_waits() {
        let client = found(Place { dev: true, ..Place::default() }).dynamodb().await.unwrap();
        let timeouts = client.config().timeout_config().unwrap();
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
