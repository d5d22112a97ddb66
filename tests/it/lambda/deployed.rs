//! A cafe as `template.yaml` deploys it: each function a process in the environment that the template gives it, with
//! its secrets in Systems Manager, behind an API Gateway. What each asks of AWS is written down.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use cafe_core::payment::OrderId;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::deployment::{Deployment, Permission, TEMPLATE};
use super::gateway::{Functions, Kind, serve};
use super::process::{BINARIES, Function, Instance, Platform, Running, Start};
use super::recorder::Recorder;
use crate::cafe::Cafe;

/// The parameter that keeps the menu, as an owner may call it.
pub(crate) const MENU: &str = "/cafe/menu";

/// The parameter that keeps what notices are signed with, as whoever runs the payments service may call it.
const SIGNING_SECRET: &str = "/payments/signing-secret";

/// Which parameter keeps which secret, by the template's defaults.
const SECRETS: [(&str, &str); 8] = [
    ("/cafe/skill-key", "SKILL_KEY"),
    ("/cafe/phone-key", "PHONE_KEY"),
    ("/cafe/kakaopay-key", "KAKAOPAY_KEY"),
    ("/payments/body-key", "PAYMENTS_BODY_KEY"),
    ("/payments/body-iv", "PAYMENTS_BODY_IV"),
    ("/payments/store-key", "PAYMENTS_STORE_KEY"),
    ("/payments/accounts", "PAYMENTS_ACCOUNTS"),
    (SIGNING_SECRET, "PAYMENTS_SIGNING_SECRET"),
];

const PACKAGED_MENU: &str = include_str!("../../../menu.toml");

/// A deployed cafe. The dev server beside it is DynamoDB, unless there is another, and KakaoPay.
pub(crate) struct Deployed {
    pub(crate) cafe: Cafe,
    deployment: Deployment,
    recorder: Arc<Recorder>,
    functions: Functions,
    platform: Platform,
}

impl Deployed {
    /// Deploys a cafe behind one kind of API. No function is started yet.
    pub(crate) async fn of(mut cafe: Cafe, kind: Kind, platform: Platform, menu: &str) -> Deployed {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}{}", listener.local_addr().unwrap(), kind.stage());
        let environment: BTreeMap<_, _> = cafe.environment().into_iter().collect();
        let parameters = [
            ("PublicUrl", &*url),
            ("KakaoPayUrl", cafe.kakaopay_url()),
            ("MenuParameter", menu),
            ("TossUrl", &environment["TOSS_URL"]),
            ("PortOneV1Url", &environment["PORTONE_V1_URL"]),
            ("PaymentsSigningSecretParameter", SIGNING_SECRET),
        ];
        let tables = [
            ("MembersTable", "MEMBERS_TABLE"),
            ("LedgerTable", "LEDGER_TABLE"),
            ("OrdersTable", "ORDERS_TABLE"),
            ("PaymentsTable", "PAYMENTS_TABLE"),
        ];
        let tables = tables.map(|(id, setting)| (id, cafe.table(setting)));
        let deployment = Deployment::of(TEMPLATE, &parameters, &tables);
        let secrets =
            SECRETS.map(|(parameter, setting)| (parameter.to_owned(), environment[setting].clone()));
        let kept = secrets.into_iter().chain([(MENU.to_owned(), PACKAGED_MENU.to_owned())]).collect();
        let functions = Functions::default();
        let recorder = Recorder::new(cafe.dynamodb_url(), kept, functions.clone(), deployment.binaries());
        tokio::spawn(serve(listener, functions.clone(), kind));
        cafe.is_reached_at(url);
        Deployed { cafe, deployment, recorder, functions, platform }
    }

    /// The same, with every function started once.
    pub(crate) async fn opens(cafe: Cafe, kind: Kind, platform: Platform) -> Deployed {
        let deployed = Deployed::of(cafe, kind, platform, MENU).await;
        for name in deployed.names() {
            deployed.runs(&name, deployed.start(&name).await).await;
        }
        deployed
    }

    /// The functions' names.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        self.deployment.functions().into_keys().collect()
    }

    /// How a function is started here.
    pub(crate) async fn start(&self, name: &str) -> Start {
        let way = self.way(name).await;
        let services = ["CODEDEPLOY", "DYNAMODB", "LAMBDA", "SSM"];
        let services = services.map(|service| (format!("AWS_ENDPOINT_URL_{service}"), way.clone()));
        Start {
            name: name.to_owned(),
            binary: BINARIES[name].clone(),
            environment: self.deployment.environment(name).into_iter().chain(services).collect(),
            platform: self.platform.clone(),
            frozen_between_events: true,
        }
    }

    /// A way to all of AWS, on which what a function asks for is written down.
    pub(crate) async fn way(&self, name: &str) -> String {
        self.recorder.stands_before(name).await
    }

    /// Has a process answer for a function from now on.
    pub(crate) async fn runs(&self, name: &str, start: Start) {
        let instance = Instance::begins(start, Running::default()).await;
        self.functions.put(name, Function::of(vec![instance]));
    }

    /// What a function asked of AWS so far.
    pub(crate) fn asked(&self, name: &str) -> BTreeSet<Permission> {
        self.recorder.asked(name)
    }

    /// What the template lets a function ask of AWS.
    pub(crate) fn allowed(&self, name: &str) -> BTreeSet<Permission> {
        self.deployment.allowed(name)
    }

    /// Has somebody else answer for a function from now on.
    pub(crate) fn is_run_by(&self, name: &str, function: &Arc<Function>) {
        self.functions.put(name, function.clone());
    }

    /// Ends a function's process, and starts it anew.
    pub(crate) async fn runs_anew(&self, name: &str) {
        self.functions.get(name).unwrap().ends().await;
        self.runs(name, self.start(name).await).await;
    }

    /// Hands an event to a function, which must survive it. Gives its answer, or the error that it tells.
    pub(crate) async fn handles(&self, name: &str, event: impl Into<Vec<u8>>) -> Result<Value, Value> {
        let read = |body: Bytes| serde_json::from_slice(&body).unwrap();
        let told = self.functions.get(name).unwrap().invoke(event).await;
        told.unwrap_or_else(|| panic!("{name} died")).map(read).map_err(read)
    }

    /// Invokes a function directly, and gives its answer.
    pub(crate) async fn invokes(&self, name: &str, event: &Value) -> Value {
        let answer = self.handles(name, event.to_string()).await;
        answer.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Has the owner refund an order, all that is left where no amount is said. Gives what came of it.
    pub(crate) async fn refunds(&self, order: OrderId, amount: Option<i64>, request: &str) -> Value {
        let mut event = json!({ "order": order.to_string(), "reason": "식은 커피", "request": request });
        if let Some(amount) = amount {
            event["amount"] = json!(amount);
        }
        self.invokes("refund", &event).await
    }

    /// Has one order looked at now. Gives what became of it.
    pub(crate) async fn looks_at(&self, order: OrderId) -> String {
        let report = self.invokes("reconcile", &json!({ "order": order.to_string() })).await;
        report["outcome"].as_str().unwrap().to_owned()
    }

    /// The same for all that the payments service has written.
    pub(crate) async fn records_grow_older(&self, minutes: i64) {
        let (client, table) = (self.cafe.dynamodb(), self.cafe.table("PAYMENTS_TABLE"));
        let by = SignedDuration::from_mins(minutes);
        for item in self.cafe.items("PAYMENTS_TABLE").await {
            let item = item.iter().map(|(name, value)| (name.clone(), earlier(name, value, by)));
            client.put_item().table_name(table).set_item(Some(item.collect())).send().await.unwrap();
        }
    }

    /// Makes all that is written about an order older by so many minutes: processes have the real time, in which
    /// nobody waits.
    pub(crate) async fn grows_older(&self, order: OrderId, minutes: i64) {
        let (client, table) = (self.cafe.dynamodb(), self.cafe.table("ORDERS_TABLE"));
        let key = AttributeValue::S(order.to_string());
        let found =
            client.get_item().table_name(table).key("id", key).consistent_read(true).send().await.unwrap();
        let by = SignedDuration::from_mins(minutes);
        let item = found.item.unwrap();
        let item = item.iter().map(|(name, value)| (name.clone(), earlier(name, value, by)));
        client.put_item().table_name(table).set_item(Some(item.collect())).send().await.unwrap();
    }

    /// Forgets all members, ledgers and orders.
    pub(crate) async fn empties_the_tables(&self) {
        for (setting, key) in [
            ("MEMBERS_TABLE", &["id"][..]),
            ("LEDGER_TABLE", &["member", "entry"]),
            ("ORDERS_TABLE", &["id"]),
            ("PAYMENTS_TABLE", &["id", "part"]),
        ] {
            for item in self.cafe.items(setting).await {
                let key = key.iter().map(|name| ((*name).to_owned(), item[*name].clone())).collect();
                let delete = self.cafe.dynamodb().delete_item().table_name(self.cafe.table(setting));
                delete.set_key(Some(key)).send().await.unwrap();
            }
        }
    }

    /// Ends every function, none of which may have died. Gives what each wrote into its log.
    pub(crate) async fn ends(&self) -> BTreeMap<String, Vec<Value>> {
        let mut logs = BTreeMap::new();
        for name in self.names() {
            if let Some(function) = self.functions.get(&name) {
                logs.insert(name, function.ends().await);
            }
        }
        logs
    }
}

/// An attribute with every time in it so much earlier. Times are texts, unless their name says otherwise.
fn earlier(name: &str, value: &AttributeValue, by: SignedDuration) -> AttributeValue {
    let less = |number: &str, by: i64| AttributeValue::N((number.parse::<i64>().unwrap() - by).to_string());
    if let Ok(fields) = value.as_m() {
        let earlier = |(name, value): (&String, _)| (name.clone(), earlier(name, value, by));
        AttributeValue::M(fields.iter().map(earlier).collect())
    } else if let Ok(items) = value.as_l() {
        AttributeValue::L(items.iter().map(|item| earlier("", item, by)).collect())
    } else if let Some(at) = value.as_s().ok().and_then(|text| text.parse::<Timestamp>().ok()) {
        AttributeValue::S(at.checked_sub(by).unwrap().to_string())
    } else if let Some(milliseconds) = value.as_n().ok().filter(|_| name.ends_with("_ms")) {
        less(milliseconds, i64::try_from(by.as_millis()).unwrap())
    } else if let Some(seconds) = value.as_n().ok().filter(|_| ["look_at", "expires_at"].contains(&name)) {
        less(seconds, by.as_secs())
    } else {
        value.clone()
    }
}
