//! Webhooks: what a fake has to tell, and to whom. In process it is [taken](Delivery); over HTTP it is really sent.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// One webhook on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Where it goes.
    pub url: String,
    /// What stands above the body, in lower case.
    pub headers: Vec<(String, String)>,
    /// What it says.
    pub body: String,
}

impl Delivery {
    /// The webhook as the request that its receiver gets.
    ///
    /// # Errors
    /// Where the address is none that a request can be sent to.
    pub fn request(&self) -> Result<http::Request<bytes::Bytes>, http::Error> {
        let mut request = http::Request::post(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(self.body.clone().into())
    }
}

/// Sends webhooks one after the other, in the background and once: what comes of them is nobody's business.
pub(crate) fn send_all(deliveries: Vec<Delivery>) {
    if deliveries.is_empty() {
        return;
    }
    tokio::spawn(async move {
        for delivery in deliveries {
            // Who does not listen is not told, as with the real ones.
            let _ = tokio::time::timeout(PATIENCE, send(&delivery)).await;
        }
    });
}

/// Plain HTTP only: a fake's webhooks stay on this machine, where nobody has a certificate.
async fn send(delivery: &Delivery) -> std::io::Result<()> {
    let no_address = || std::io::Error::from(std::io::ErrorKind::InvalidInput);
    let url: url::Url = delivery.url.parse().map_err(|_| no_address())?;
    let host = url.host_str().filter(|_| url.scheme() == "http").ok_or_else(no_address)?;
    let port = url.port_or_known_default().ok_or_else(no_address)?;
    let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let headers: String =
        delivery.headers.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
    let (body, length) = (&delivery.body, delivery.body.len());
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    // The receiver may take the end of the connection for the end of its work.
    stream.read_to_end(&mut Vec::new()).await.map(drop)
}
