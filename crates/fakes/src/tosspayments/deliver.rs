//! Sending webhooks over HTTP: one `POST` a connection, in plain text, as everything here is on one machine.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use super::TossPayments;

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends all that is due, in order.
pub(crate) async fn all_due(fake: TossPayments) {
    for (url, hook) in fake.due_webhooks() {
        let sent = tokio::time::timeout(PATIENCE, post(&url, &hook.body)).await;
        fake.webhook_sent(hook.id, sent.ok().flatten());
    }
}

/// The status of the answer; none where there was none.
async fn post(url: &str, body: &Value) -> Option<u16> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "http")?;
    let host = url.host_str()?;
    let address = (host.trim_matches(['[', ']']), url.port_or_known_default()?);
    let mut stream = TcpStream::connect(address).await.ok()?;
    let (body, path) = (body.to_string(), &url[url::Position::BeforePath..url::Position::AfterQuery]);
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    // The status line is enough; an answer that goes on is not waited for.
    while answer.len() < 12 {
        let mut some = [0; 512];
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => break,
            Ok(read) => answer.extend_from_slice(&some[..read]),
        }
    }
    let line = String::from_utf8_lossy(&answer);
    line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.get(..3)?.parse().ok()
}
