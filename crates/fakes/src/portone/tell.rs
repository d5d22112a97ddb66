//! What PortOne tells by itself: V1 in three words and unsigned, V2 signed as Standard Webhooks has it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};

use super::endpoint::Dialect;
use super::state::{Desk, Payment, Sent};
use super::view::Standing;
use crate::webhook::Delivery;

/// Tells of what has become of a payment.
pub(crate) fn payment(desk: &mut Desk<'_>, payment: &Payment) {
    let standing = Standing::of(payment);
    match payment.dialect {
        // Guess: of a window that was opened, and of a failure, V1 says nothing.
        Dialect::V1 if matches!(standing, Standing::Open | Standing::Failed) => {}
        Dialect::V1 => {
            let mut told = json!({
                "imp_uid": payment.imp_uid,
                "merchant_uid": payment.id,
                "status": standing.as_v1(),
            });
            if let Some(cancel) = payment.cancels.last() {
                told["cancellation_id"] = json!(cancel.id);
            }
            let usual = desk.options.v1_webhook_url.clone();
            for url in addresses(payment, usual) {
                let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
                desk.state.outbox.push(Delivery { url, headers, body: told.to_string() });
            }
        }
        Dialect::V2 => {
            let event = match standing {
                Standing::Open => "Transaction.Ready",
                Standing::Issued => "Transaction.VirtualAccountIssued",
                Standing::Paid => "Transaction.Paid",
                Standing::PartlyRefunded => "Transaction.PartialCancelled",
                Standing::Refunded | Standing::Closed => "Transaction.Cancelled",
                Standing::Failed => "Transaction.Failed",
            };
            let mut data = json!({
                "storeId": desk.options.store_id,
                "paymentId": payment.id,
                "transactionId": payment.imp_uid,
            });
            if let Some(cancel) = payment.cancels.last() {
                data["cancellationId"] = json!(cancel.id);
            }
            let urls = addresses(payment, desk.options.v2_webhook_url.clone());
            let sent = v2(desk, event, &data, urls);
            desk.state.sent.entry(payment.id.clone()).or_default().push(sent);
        }
    }
}

/// Tells of a billing key.
pub(crate) fn billing_key(desk: &mut Desk<'_>, event: &str, key: &str) {
    let data = json!({ "storeId": desk.options.store_id, "billingKey": key });
    let urls = desk.options.v2_webhook_url.clone().into_iter().collect();
    v2(desk, event, &data, urls);
}

/// Sends a webhook of V2 once more: the same name and body, signed for now.
pub(crate) fn again(desk: &mut Desk<'_>, sent: &Sent) {
    let deliveries: Vec<Delivery> = sent.urls.iter().map(|url| signed(desk, sent, url)).collect();
    desk.state.outbox.extend(deliveries);
}

fn v2(desk: &mut Desk<'_>, event: &str, data: &Value, urls: Vec<String>) -> Sent {
    let id = format!("wh-{}", desk.state.uuid());
    let body = json!({ "type": event, "timestamp": desk.now.to_string(), "data": data }).to_string();
    let sent = Sent { id, body, urls };
    again(desk, &sent);
    sent
}

fn signed(desk: &Desk<'_>, sent: &Sent, url: &str) -> Delivery {
    let secret = desk.options.webhook_secret.trim_start_matches("whsec_");
    // A secret that is none signs with nothing, and whoever verifies will notice.
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(secret).unwrap_or_default());
    let seconds = desk.now.as_second().to_string();
    let signature = hmac::sign(&key, format!("{}.{seconds}.{}", sent.id, sent.body).as_bytes());
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("webhook-id", sent.id.clone()),
        ("webhook-timestamp", seconds),
        ("webhook-signature", format!("v1,{}", STANDARD.encode(signature))),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).into();
    Delivery { url: url.to_owned(), headers, body: sent.body.clone() }
}

fn addresses(payment: &Payment, usual: Option<String>) -> Vec<String> {
    if payment.notice_urls.is_empty() { usual.into_iter().collect() } else { payment.notice_urls.clone() }
}
