//! Clients of AWS, built by hand: nothing is looked for at start, and one TLS stack serves all.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use cafe_core::payment::BoxError;
use parameters::Source;
use secrecy::{ExposeSecret, SecretString};

use crate::menus::MenuSource;
use crate::traces::Traces;

/// The roots that AWS's endpoints are signed under: Amazon Root CA 1 to 4 and Starfield Services G2.
const AMAZON_ROOTS: &[u8] = include_bytes!("../certs/amazon.pem");

/// How long one try of a request to AWS may take, and all tries of it together: OpenBuilder hangs
/// up on a skill after 5 seconds, and a sentence of ours is better than its own.
const ATTEMPT: Duration = Duration::from_secs(1);
const ALL: Duration = Duration::from_secs(2);

/// How long a function that is invoked may take to start and to answer, longer than Lambda lets any that a
/// customer waits for, and how long all tries may take of one that Lambda has no room for.
const INVOCATION: Duration = Duration::from_secs(45);
const INVOCATIONS: Duration = Duration::from_secs(50);

/// Where Lambda has no room for a function, it may have some in a moment: so often, and with such a pause at most.
const TRIES_FOR_ROOM: u32 = 8;
const PAUSE_FOR_ROOM: Duration = Duration::from_secs(8);

/// The region that every local DynamoDB pretends to be in.
pub const REGION: &str = "ap-northeast-2";

/// What every local DynamoDB takes for a key and its secret: it looks whether they are there.
pub const CREDENTIALS: (&str, &str) = ("local", "local");

/// What stands for AWS's own environment variables where a local DynamoDB is spoken to and nothing is set.
#[must_use]
pub fn made_up(name: &str) -> Option<&'static str> {
    match name {
        "AWS_REGION" => Some(REGION),
        "AWS_ACCESS_KEY_ID" => Some(CREDENTIALS.0),
        "AWS_SECRET_ACCESS_KEY" => Some(CREDENTIALS.1),
        _ => None,
    }
}

/// What Lambda's environment says about AWS: region, credentials, and where its services are if not at AWS.
///
/// On Lambda credentials do not change during a process's life, so no provider chain is needed.
#[derive(Clone, Debug)]
pub struct Aws {
    region: Region,
    credentials: Credentials,
    urls: Urls,
    http: SharedHttpClient,
    traces: Traces,
}

/// Where a service is if not at AWS, by the SDK's own variables.
#[derive(Clone, Debug)]
struct Urls {
    codedeploy: Option<String>,
    dynamodb: Option<String>,
    lambda: Option<String>,
    ssm: Option<String>,
}

impl Aws {
    /// Reads the AWS SDK's own environment variables. `get` is the environment, as a function.
    ///
    /// # Errors
    /// Names all that is missing of region and credentials, or says that TLS cannot be set up; the function
    /// must not start.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Aws, BoxError> {
        let names = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        let [Some(region), Some(key), Some(secret)] = names.map(&get) else {
            let missing =
                names.iter().filter(|name| get(name).is_none()).map(|name| format!("{name} is missing"));
            return Err(missing.collect::<Vec<_>>().join("; ").into());
        };
        let http = http_client()?;
        Ok(Aws {
            region: Region::new(region),
            credentials: Credentials::new(key, secret, get("AWS_SESSION_TOKEN"), None, "environment"),
            urls: Urls {
                codedeploy: get("AWS_ENDPOINT_URL_CODEDEPLOY"),
                dynamodb: get("AWS_ENDPOINT_URL_DYNAMODB"),
                lambda: get("AWS_ENDPOINT_URL_LAMBDA"),
                ssm: get("AWS_ENDPOINT_URL_SSM"),
            },
            http,
            traces: Traces::default(),
        })
    }

    /// The same, with each call to DynamoDB traced.
    #[must_use]
    pub fn traced(self, traces: Traces) -> Aws {
        Aws { traces, ..self }
    }

    /// A client of DynamoDB.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(self.region.clone())
            .credentials_provider(self.credentials.clone())
            .http_client(self.http.clone())
            // The store waits between colliding writes with it, too.
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .timeout_config(quick());
        config.set_endpoint_url(self.urls.dynamodb.clone());
        if self.traces.are_on() {
            config = config.interceptor(self.traces.clone());
        }
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// A client of Lambda, which waits as long as functions may take, and for room.
    #[must_use]
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        let mut config = aws_sdk_lambda::Config::builder()
            .behavior_version(aws_sdk_lambda::config::BehaviorVersion::latest())
            .region(self.region.clone())
            .credentials_provider(self.credentials.clone())
            .http_client(self.http.clone())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .retry_config(
                RetryConfig::standard().with_max_attempts(TRIES_FOR_ROOM).with_max_backoff(PAUSE_FOR_ROOM),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .operation_attempt_timeout(INVOCATION)
                    .operation_timeout(INVOCATIONS)
                    .build(),
            );
        config.set_endpoint_url(self.urls.lambda.clone());
        aws_sdk_lambda::Client::from_conf(config.build())
    }

    /// A client of CodeDeploy.
    #[must_use]
    pub fn codedeploy(&self) -> aws_sdk_codedeploy::Client {
        let mut config = aws_sdk_codedeploy::Config::builder()
            .behavior_version(aws_sdk_codedeploy::config::BehaviorVersion::latest())
            .region(self.region.clone())
            .credentials_provider(self.credentials.clone())
            .http_client(self.http.clone())
            .timeout_config(quick());
        config.set_endpoint_url(self.urls.codedeploy.clone());
        aws_sdk_codedeploy::Client::from_conf(config.build())
    }

    /// The menu that is kept in the SSM parameter of that name.
    #[must_use]
    pub fn kept_menu(&self, parameter: String) -> KeptMenu {
        KeptMenu { aws: self.clone(), parameter }
    }

    /// What is made of the secret that is kept in the SSM parameter of that name.
    #[must_use]
    pub fn kept_secret<M>(&self, parameter: String, make: M) -> KeptSecret<M> {
        KeptSecret { aws: self.clone(), parameter, make }
    }

    async fn parameter(&self, name: &str) -> Result<SecretString, BoxError> {
        let found = self.parameters(vec![name.to_owned()]).await?;
        let (_, value) = found.into_iter().next().ok_or("SSM has no such parameter")?;
        Ok(value)
    }

    /// The values of SSM's parameters, by their names, with one request. What there is none of is left out.
    ///
    /// # Errors
    /// Says why none could be read: often, that one of them may not be.
    pub async fn parameters(&self, names: Vec<String>) -> Result<Vec<(String, SecretString)>, BoxError> {
        let mut config = aws_sdk_ssm::Config::builder()
            .behavior_version(aws_sdk_ssm::config::BehaviorVersion::latest())
            .region(self.region.clone())
            .credentials_provider(self.credentials.clone())
            .http_client(self.http.clone())
            .timeout_config(quick());
        config.set_endpoint_url(self.urls.ssm.clone());
        let client = aws_sdk_ssm::Client::from_conf(config.build());
        let asked = client.get_parameters().set_names(Some(names)).with_decryption(true).send().await;
        let found = asked.map_err(|error| match error.code() {
            Some(code) => format!("SSM refused with {code}").into(),
            None => BoxError::from(error),
        })?;
        let parameters = found.parameters.unwrap_or_default();
        Ok(parameters.into_iter().filter_map(|one| Some((one.name?, one.value?.into()))).collect())
    }
}

/// For what a customer waits for.
fn quick() -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(ALL).build()
}

/// The one HTTP client for AWS, whose endpoints' roots are all it trusts.
///
/// # Errors
/// Where TLS cannot be set up.
pub fn http_client() -> Result<SharedHttpClient, BoxError> {
    let trust = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    let tls = TlsContext::builder().with_trust_store(trust).build()?;
    let tls_provider = Provider::Rustls(CryptoMode::Ring);
    Ok(aws_smithy_http_client::Builder::new().tls_provider(tls_provider).tls_context(tls).build_https())
}

/// A secret in an SSM parameter, as what is made of it: its owner replaces it there.
#[derive(Clone, Debug)]
pub struct KeptSecret<M> {
    aws: Aws,
    parameter: String,
    make: M,
}

#[async_trait]
impl<T, M> Source<T> for KeptSecret<M>
where
    T: Send,
    M: Fn(&SecretString) -> Result<T, BoxError> + Send + Sync,
{
    async fn read(&self) -> Result<T, BoxError> {
        (self.make)(&self.aws.parameter(&self.parameter).await?)
    }
}

/// A menu in an SSM parameter, where its owner changes it.
#[derive(Clone, Debug)]
pub struct KeptMenu {
    aws: Aws,
    parameter: String,
}

#[async_trait]
impl MenuSource for KeptMenu {
    async fn text(&self) -> Result<String, BoxError> {
        Ok(self.aws.parameter(&self.parameter).await?.expose_secret().to_owned())
    }
}
