//! The owner: what is invoked directly, and what the schedule does.

use cafe_core::cafe::flow::{forget, issue_code, renumber};
use cafe_core::cafe::{CarriedMember, Points};
use cafe_core::payment::OrderId;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use store::{Audited, Auditor, Carried, DynamoStore, Tables};

use super::browser::without_ids;
use super::{Cafe, number};

impl Cafe {
    /// Runs what the schedule runs, and gives what it did: `1 settled, 2 pending`, or `nothing`.
    pub(crate) async fn reconcile(&self) -> String {
        let report = self.invokes("reconcile", String::new()).await;
        let counts = report.as_object().unwrap().iter().filter(|(_, count)| **count != json!(0));
        let did: Vec<_> = counts.map(|(what, count)| format!("{count} {what}")).collect();
        if did.is_empty() { "nothing".to_owned() } else { did.join(", ") }
    }

    /// Has one order looked at now, and gives what became of it.
    pub(crate) async fn looks_at(&self, order: OrderId) -> String {
        let event = json!({ "order": order.to_string() });
        let report = self.invokes("reconcile", event.to_string()).await;
        report["outcome"].as_str().unwrap().to_owned()
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

    fn tables(&self) -> Tables {
        let [members, ledger, orders] =
            ["MEMBERS_TABLE", "LEDGER_TABLE", "ORDERS_TABLE"].map(|setting| self.table(setting).to_owned());
        Tables { members, ledger, orders }
    }

    /// What `cargo cafe audit` finds.
    pub(crate) async fn audits_the_tables(&self) -> Audited {
        Auditor::new(self.dynamodb(), self.tables()).audit(|_| {}).await.unwrap()
    }

    /// Carries the member of a number over, as `cargo cafe members migrate` does.
    pub(crate) async fn carries_over(&self, phone: &str, points: u32) {
        let sealed = self.phone_key.seal(&number(phone), self.server.payments.world.random()).unwrap();
        let carried = CarriedMember {
            id: self.member(phone),
            phone: sealed,
            points: Points::new(points),
            carried_at: self.now(),
        };
        let store = DynamoStore::new(self.dynamodb(), self.tables());
        assert_eq!(store.carry(&carried).await.unwrap(), Carried::Now);
    }

    /// Makes a code for the member of a number, as `cargo cafe members code` does.
    pub(crate) async fn issues_code(&self, phone: &str) -> String {
        let store = &self.server.payments.store;
        let member = store.member(&self.member(phone)).await.unwrap().unwrap();
        let random = self.server.payments.world.random();
        let issued = issue_code(&**store, &self.phone_key, &member, random, self.now()).await.unwrap();
        issued.unwrap().0.reveal().to_owned()
    }

    /// Gives the member of a number another one, as `cargo cafe members move --to` does.
    pub(crate) async fn changes_number(&self, from: &str, to: &str) {
        let store = &self.server.payments.store;
        let member = store.member(&self.member(from)).await.unwrap().unwrap();
        let phone = self.phone_key.seal(&number(to), self.server.payments.world.random()).unwrap();
        renumber(&**store, &member.id, (&self.member(to), &phone)).await.unwrap();
    }

    /// Forgets the member of a number, as `cargo cafe members delete` does, and tells what they forfeit.
    pub(crate) async fn forgets(&self, phone: &str) -> Points {
        let store = &self.server.payments.store;
        let member = store.member(&self.member(phone)).await.unwrap().unwrap();
        forget(&**store, &member.id, self.now()).await.unwrap()
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
