//! A cafe in this process: the functions' own routers and handlers, a metered DynamoDB and the fake KakaoPay. There is
//! no socket, and time stands still until it is moved, so that the same walk asks for the same every time.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use cafe_core::cafe::{MemberId, Phone};
use cafe_core::payment::{BoxError, Http, SendError};
use devserver::api::Api;
use devserver::dynamodb::{Embedded, create_tables};
use devserver::template::Template;
use dynoxide::types::{Item, item_size};
use fakes::clock::Clock;
use fakes::kakaopay::{Endpoint, KakaoPay, Options};
use functions::doubts::Doubts;
use functions::gateways::gateway;
use functions::menus::Menus;
use functions::parts::SharedStore;
use functions::{Part, Payments, Settings, Skills, World, reconcile, refund};
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderName, HeaderValue, Request, Response};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use store::{DynamoStore, Tables};
use tower::ServiceExt as _;

use super::meter::Meter;
use super::steps::{Customer, Place, Sent, Step, StepName};

pub(super) const SKILL_KEY: &str = "the key of a cafe that is metered";
pub(super) const PHONE_KEY: &str = "the phone key of a cafe that is metered";

/// Where it opens in time.
const OPENS_AT: i64 = 1_795_000_000;

/// What the API is called on AWS: links are as long as they are there.
pub(super) const API_HOST: &str = "abc123defg.execute-api.ap-northeast-2.amazonaws.com";

/// KakaoTalk's own browser on a phone.
pub(super) const BROWSER: &str = "Mozilla/5.0 (Linux; Android 15; SM-S928N; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
                       Version/4.0 Chrome/131.0.6778.39 Mobile Safari/537.36;KAKAOTALK 2411090";

/// What DynamoDB adds to the weight of every item it stores, in bytes.
const OVERHEAD: u64 = 100;

/// A cafe whose every request is metered.
pub struct Cafe {
    /// Whether what is kept is weighed with every step, which reads whole tables.
    pub(super) weighs: bool,
    meter: Meter,
    embedded: Embedded,
    tables: Tables,
    kakaopay: KakaoPay,
    clock: Clock,
    api: Api,
    skills: Skills,
    payments: Payments,
    /// What had been asked of the gateway, and kept, before the step that is being taken.
    before: (u64, i64),
}

/// The fake KakaoPay, asked without a network.
struct InProcess(KakaoPay);

#[async_trait]
impl Http for InProcess {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        self.0.answer(&request).answer().ok_or_else(|| SendError::NoAnswer("the answer is lost".into()))
    }
}

impl Cafe {
    /// Opens a cafe over `embedded`, whatever that holds already. Its own tables are made where they are not there.
    ///
    /// # Errors
    /// Where the template, the menu or a setting cannot be read.
    pub async fn opens(embedded: Embedded) -> Result<Cafe, BoxError> {
        let mut template = Template::of_this_build()?;
        // The payments service is no part of an order.
        template.functions.retain(|function| !function.binary.starts_with("payments-"));
        let tables = Tables::default();
        let options = Options::default();
        let setting = |name: &str| {
            let value = match name {
                "MEMBERS_TABLE" => &tables.members,
                "LEDGER_TABLE" => &tables.ledger,
                "ORDERS_TABLE" => &tables.orders,
                "SKILL_KEY" => SKILL_KEY,
                "PHONE_KEY" => PHONE_KEY,
                "KAKAOPAY_URL" => &options.origin,
                "KAKAOPAY_KEY" => &options.secret_keys[0],
                _ => return None,
            };
            Some(value.to_owned())
        };
        let parts =
            [Part::Members, Part::Ledger, Part::Orders, Part::SkillKey, Part::PhoneKey, Part::Gateways];
        let settings = Settings::read(setting, &parts)?;
        let names = |logical_id: &str| match logical_id {
            "MembersTable" => tables.members.clone(),
            "LedgerTable" => tables.ledger.clone(),
            "OrdersTable" => tables.orders.clone(),
            other => other.to_owned(),
        };
        create_tables(&embedded.client(), &template, names).await?;

        let clock = Clock::fixed(Timestamp::from_second(OPENS_AT)?);
        let time = clock.clone();
        let world = World::with_clock(move || time.now());
        let meter = Meter::before(embedded.clone());
        let store = SharedStore::new(DynamoStore::new(meter.client(), tables.clone()));
        let account = settings.gateways.first().ok_or("KakaoPay is not set up")?;
        let key = SecretString::from(options.secret_keys[0].clone());
        let fake = KakaoPay::new(options, clock.clone());
        let gateway = gateway(account, &key, Arc::new(InProcess(fake.clone())), &world)?;
        let menus = Menus::packaged()?;
        let payments = Payments::new(&settings, store.clone(), gateway, menus.clone(), world.clone());
        let keys = (&SecretString::from(SKILL_KEY), &SecretString::from(PHONE_KEY));
        let skills = Skills::new(&settings, store, menus, keys, world)?;
        let api = Api::new(&template, &skills, &payments, None)?;
        let before = (0, 0);
        Ok(Cafe {
            weighs: false,
            meter,
            embedded,
            tables,
            kakaopay: fake,
            clock,
            api,
            skills,
            payments,
            before,
        })
    }

    /// The key of whoever has that number.
    pub(super) fn member(&self, customer: &Customer) -> Result<MemberId, BoxError> {
        Ok(self.skills.phone_key.tag(&Phone::new(&customer.phone)?))
    }

    /// All items, by table.
    pub(super) async fn items(&self) -> Result<Vec<(String, Vec<StoredItem>)>, BoxError> {
        let mut all = Vec::new();
        for table in [&self.tables.members, &self.tables.ledger, &self.tables.orders] {
            let mut page = ask_plainly(&self.embedded, "Scan", &json!({ "TableName": table })).await?;
            if page.contains_key("LastEvaluatedKey") {
                return Err(format!("{table} holds more than one page").into());
            }
            all.push((table.clone(), serde_json::from_value(page.remove("Items").unwrap_or_default())?));
        }
        Ok(all)
    }

    /// What the tables are called.
    pub(super) fn tables(&self) -> &Tables {
        &self.tables
    }

    fn gateway_calls(&self) -> u64 {
        Endpoint::ALL.iter().map(|endpoint| self.kakaopay.calls(*endpoint) as u64).sum()
    }

    /// What all items weigh, in the bytes that DynamoDB charges for keeping.
    async fn kept_bytes(&self) -> Result<i64, BoxError> {
        if !self.weighs {
            return Ok(0);
        }
        let items = self.items().await?.into_iter().flat_map(|(_, items)| items);
        let bytes: u64 = items.map(|item| Ok(weight(item)? + OVERHEAD)).sum::<Result<_, BoxError>>()?;
        Ok(bytes.try_into()?)
    }

    async fn ask(&self, request: Request<Body>) -> Sent<Response<Bytes>> {
        let (head, body) = self.api.clone().oneshot(request).await?.into_parts();
        let body = to_bytes(body, usize::MAX).await?;
        let answer = Response::from_parts(head, body);
        let sent_bytes = bytes_of(&answer);
        Ok((answer, sent_bytes))
    }
}

/// What an answer weighs on its way to the customer: its headers and its body.
pub(super) fn bytes_of(answer: &Response<Bytes>) -> u64 {
    let line =
        |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + ": \r\n".len();
    (answer.headers().iter().map(line).sum::<usize>() + answer.body().len()) as u64
}

/// KakaoPay's name for the payment of an order.
pub(super) fn session(kakaopay: &KakaoPay, order: &str) -> Result<String, BoxError> {
    let payments = kakaopay.payments();
    let payment = payments.iter().find(|payment| payment.partner_order_id == order);
    Ok(payment.ok_or_else(|| format!("KakaoPay was not asked for {order}"))?.tid.clone())
}

/// A turn of the conversation, as far as a skill looks at it.
pub(super) fn turn(customer: &Customer, params: &Value) -> Value {
    json!({
        "action": { "params": params },
        "userRequest": { "user": { "id": customer.user, "type": "botUserKey" } },
    })
}

impl Place for Cafe {
    type Reading = Step;

    async fn begin(&mut self) -> Result<(), BoxError> {
        self.before = (self.gateway_calls(), self.kept_bytes().await?);
        let _not_of_this_step = self.meter.take();
        Ok(())
    }

    async fn read(&mut self, _: StepName, sent_bytes: u64) -> Result<Step, BoxError> {
        let asked = self.meter.take();
        let (calls, kept_bytes) = self.before;
        let gateway_calls = self.gateway_calls() - calls;
        Ok(Step { asked, gateway_calls, sent_bytes, kept_bytes: self.kept_bytes().await? - kept_bytes })
    }

    async fn says(&mut self, customer: &Customer, skill: &str, params: Value) -> Sent<Value> {
        let request = Request::post(format!("https://{API_HOST}/skill/{skill}"))
            .header(HOST, API_HOST)
            .header(CONTENT_TYPE, "application/json")
            .header("x-skill-key", SKILL_KEY)
            .body(turn(customer, &params).to_string().into())?;
        let (answer, sent_bytes) = self.ask(request).await?;
        Ok((serde_json::from_slice(answer.body())?, sent_bytes))
    }

    async fn visits(&mut self, url: &str) -> Sent<Response<Bytes>> {
        let request = Request::get(url).header(HOST, API_HOST).header(USER_AGENT, BROWSER);
        self.ask(request.body(Body::empty())?).await
    }

    fn pays(&self, order: &str) -> Result<String, BoxError> {
        let tid = session(&self.kakaopay, order)?;
        self.kakaopay.open(&tid)?;
        Ok(self.kakaopay.pay(&tid)?)
    }

    fn cancels(&self, order: &str) -> Result<String, BoxError> {
        let tid = session(&self.kakaopay, order)?;
        self.kakaopay.open(&tid)?;
        Ok(self.kakaopay.cancel_payment(&tid)?)
    }

    async fn leaves(&mut self, _: &str) -> Result<(), BoxError> {
        self.clock.advance(SignedDuration::from_mins(17));
        Ok(())
    }

    async fn reconciles(&mut self) -> Result<Value, BoxError> {
        let report = reconcile::handle(&self.payments, reconcile::Event::default()).await?;
        // As its binary does after each run.
        Doubts::at(&*self.payments.store, self.payments.world.now()).await?;
        Ok(serde_json::to_value(report)?)
    }

    async fn refunds(&mut self, order: &str, amount: Option<i64>) -> Result<Value, BoxError> {
        let request = serde_json::from_value(refund_of(order, amount))?;
        Ok(serde_json::to_value(refund::handle(&self.payments, request).await)?)
    }
}

/// What an owner asks for.
pub(super) fn refund_of(order: &str, amount: Option<i64>) -> Value {
    json!({ "order": order, "amount": amount, "reason": "식은 커피", "request": "r1" })
}

impl fmt::Debug for Cafe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cafe").field("meter", &self.meter).finish_non_exhaustive()
    }
}

/// An item as it stands in DynamoDB's own JSON.
pub(super) type StoredItem = Map<String, Value>;

/// What an item weighs, in bytes, as DynamoDB counts.
fn weight(item: StoredItem) -> Result<u64, BoxError> {
    let item: Item = serde_json::from_value(item.into())?;
    Ok(item_size(&item) as u64)
}

/// Asks DynamoDB in its own JSON, past every meter.
pub(super) async fn ask_plainly(
    embedded: &Embedded,
    operation: &str,
    body: &Value,
) -> Result<Map<String, Value>, BoxError> {
    let mut request = HttpRequest::new(SdkBody::from(serde_json::to_vec(body)?));
    request.headers_mut().insert("x-amz-target", format!("DynamoDB_20120810.{operation}"));
    let answer = embedded.call(request).await?;
    let body = answer.body().bytes().unwrap_or_default();
    if answer.status().is_success() {
        Ok(serde_json::from_slice(body)?)
    } else {
        Err(format!("{operation}: {}", String::from_utf8_lossy(body)).into())
    }
}
