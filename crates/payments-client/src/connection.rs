//! Where the service is, and what bodies are sealed with.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Uri};
use sealed::Pair;
use serde_json::Value;
use url::Url;

/// One payments service, as this backend knows it.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Without a slash at its end.
    root: String,
    pub(crate) pair: Pair,
}

/// The text is no address of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the service's address must be http or https, a host, and at most a path")]
pub struct BadAddress;

impl Connection {
    /// Takes the address that routes like `/payments/histories` are below, and the pair that was agreed with the service.
    ///
    /// # Errors
    /// [`BadAddress`] where requests could not be sent there.
    pub fn new(address: &str, pair: Pair) -> Result<Connection, BadAddress> {
        let url = Url::parse(address).map_err(|_| BadAddress)?;
        let is_plain = url.query().is_none() && url.fragment().is_none();
        let is_open = url.username().is_empty() && url.password().is_none();
        if !(matches!(url.scheme(), "http" | "https") && url.has_host() && is_plain && is_open) {
            return Err(BadAddress);
        }
        let root = url.as_str().trim_end_matches('/').to_owned();
        // What is parsed once here can be built on below.
        root.parse::<Uri>().map_err(|_| BadAddress)?;
        Ok(Connection { root, pair })
    }

    /// A request with nothing in it.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Request<Bytes> {
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = method;
        // Both halves are known to be well formed: an id in a path is a UUID.
        if let Ok(uri) = format!("{}{path}", self.root).parse() {
            *request.uri_mut() = uri;
        }
        request
    }

    /// A request with a sealed body.
    pub(crate) fn ask_sealed(&self, method: Method, path: &str, body: &Value) -> Request<Bytes> {
        let mut request = self.ask(method, path);
        *request.body_mut() = self.pair.seal(&body.to_string()).into();
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        request
    }
}

#[cfg(test)]
mod tests {
    use super::{BadAddress, Connection};
    use http::Method;
    use sealed::{PUBLIC_IV, PUBLIC_KEY, Pair};

    #[test]
    fn a_service_may_be_below_a_path_and_has_no_query() {
        let pair = || Pair::new(PUBLIC_KEY, PUBLIC_IV).unwrap();
        for (address, asked) in [
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000/monitors/health"),
            ("https://api.example/prod/", "https://api.example/prod/monitors/health"),
        ] {
            let connection = Connection::new(address, pair()).unwrap();
            assert_eq!(connection.ask(Method::GET, "/monitors/health").uri(), asked);
        }
        for address in
            ["", "api.example", "ftp://api.example", "https://a.example/?b", "https://a:b@c.example"]
        {
            assert_eq!(Connection::new(address, pair()).unwrap_err(), BadAddress, "{address}");
        }
    }
}
