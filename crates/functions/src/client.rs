//! The one HTTP client for gateways: TLS 1.2 as KakaoPay speaks it, made once, never following, never retrying.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cafe_core::payment::{BoxError, Http, SendError};
use http::{Request, Response};
use rustls::{ClientConfig, RootCertStore};

/// How long a connection may take. Nothing was sent by then, so giving up is free.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long an answer may take: a little more than the 11 seconds KakaoPay gives itself, and little
/// enough for an approval, a look-up and the writes around them within one function's 28 seconds.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(12);

/// How long an unused connection is kept. Lambda freezes a function between events, so one that is
/// older may have been closed by the gateway without our noticing, and asking by it would leave a doubt.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// Sends gateways' requests over the network.
#[derive(Clone, Debug)]
pub struct Client(reqwest::Client);

impl Client {
    /// Makes the client, TLS set-up included: this belongs before the first event, not into it.
    ///
    /// # Errors
    /// Where TLS cannot be set up; the function must not start.
    pub fn new() -> Result<Client, BoxError> {
        Client::built(reqwest::Client::builder())
    }

    /// Makes a client for addresses of this machine, which no proxy of the environment's could reach.
    ///
    /// # Errors
    /// As [`new`](Client::new).
    pub fn of_this_machine() -> Result<Client, BoxError> {
        Client::built(reqwest::Client::builder().no_proxy())
    }

    fn built(builder: reqwest::ClientBuilder) -> Result<Client, BoxError> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = builder
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build()?;
        Ok(Client(client))
    }
}

#[async_trait]
impl Http for Client {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        // An error of reqwest's carries the URL, and ours carry tokens: it is taken off each.
        let request = request
            .map(reqwest::Body::from)
            .try_into()
            .map_err(|error: reqwest::Error| SendError::NotSent(error.without_url().into()))?;
        let answered = self.0.execute(request).await.map_err(|error| {
            let never_connected = error.is_connect();
            let cause = error.without_url().into();
            if never_connected { SendError::NotSent(cause) } else { SendError::NoAnswer(cause) }
        })?;
        let (status, headers) = (answered.status(), answered.headers().clone());
        let body = answered.bytes().await.map_err(|error| SendError::NoAnswer(error.without_url().into()))?;
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}
