//! The owner: what is invoked directly, and what the schedule does.

use cafe_core::payment::OrderId;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::Cafe;
use super::browser::without_ids;

impl Cafe {
    /// Runs what the schedule runs.
    pub(crate) async fn reconcile(&self) -> Value {
        self.invokes("reconcile", String::new()).await
    }

    /// Asks for a refund, and gives the answer without the ids in it.
    pub(crate) async fn refund(&self, event: Value) -> String {
        without_ids(&self.invokes("refund", event.to_string()).await.to_string())
    }

    /// Asks for a refund of an order, of all that is left where no amount is said.
    pub(crate) async fn refunds(&self, order: OrderId, amount: Option<i64>, request: &str) -> String {
        let mut event = json!({ "order": order.to_string(), "reason": "식은 커피", "request": request });
        if let Some(amount) = amount {
            event["amount"] = json!(amount);
        }
        self.refund(event).await
    }

    async fn invokes(&self, function: &str, event: String) -> Value {
        let url = format!("{}/_dev/{function}", self.server.api_url);
        let answer = self.http.post(url).header(CONTENT_TYPE, "application/json").body(event).send().await;
        let answer = answer.unwrap();
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{status}: {body}");
        serde_json::from_str(&body).unwrap()
    }
}
