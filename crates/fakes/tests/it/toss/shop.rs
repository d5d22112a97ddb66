//! A merchant that asks the fake in one manner or the other, and knows nothing but what is on the wire.

use bytes::Bytes;
use fakes::Reply;
use fakes::clock::Clock;
use fakes::tosspayments::{Manner, Options, TossPayments};
use serde_json::{Value, json};

/// 2026-11-21, ten o'clock in Seoul.
pub const TEN: &str = "2026-11-21T01:00:00Z";

/// `test_sk_fake00000000000000000000:`
const CURRENT: &str = "Basic dGVzdF9za19mYWtlMDAwMDAwMDAwMDAwMDAwMDAwMDA6";
/// `test_ak_ZORzdMaqN3wQd5k6ygr5AkYXQGwy:`
const REFERENCE: &str = "Basic dGVzdF9ha19aT1J6ZE1hcU4zd1FkNWs2eWdyNUFrWVhRR3d5Og==";

pub struct Shop {
    pub fake: TossPayments,
    pub clock: Clock,
    pub manner: Manner,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// An error's code; empty for a success.
    pub fn code(&self) -> &str {
        let code = self.body["code"].as_str();
        assert_eq!(code.is_none(), (200..300).contains(&self.status), "{self:?}");
        code.unwrap_or_default()
    }

    pub fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.body))
    }
}

impl Shop {
    pub fn new(manner: Manner) -> Shop {
        let options = Options { webhook_url: Some("http://127.0.0.1:1/hook".into()), ..Options::default() };
        let clock = Clock::fixed(TEN.parse().unwrap());
        Shop { fake: TossPayments::new(options, clock.clone()), clock, manner }
    }

    /// A shop for each manner: what is told of one must be true of the other.
    pub fn both() -> [Shop; 2] {
        [Manner::Current, Manner::Reference].map(Shop::new)
    }

    pub fn today() -> Shop {
        Shop::new(Manner::Current)
    }

    pub fn request(&self, method: &str, path: &str, body: &Value, key: Option<&str>) -> http::Request<Bytes> {
        let authorization = match self.manner {
            Manner::Current => CURRENT,
            Manner::Reference => REFERENCE,
        };
        let mut request =
            http::Request::builder().method(method).uri(path).header("authorization", authorization);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        request.header("content-type", "application/json").body(body).unwrap()
    }

    pub fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        self.fake.answer(&self.request(method, path, body, None))
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.send("POST", path, body))
    }

    pub fn get(&self, path: &str) -> Answer {
        answer(self.send("GET", path, &Value::Null))
    }

    pub fn keyed(&self, path: &str, body: &Value, key: &str) -> Answer {
        answer(self.fake.answer(&self.request("POST", path, body, Some(key))))
    }

    /// Makes a payment of 4,400 won to be paid on its page, and gives its key.
    pub fn window(&self) -> String {
        self.post("/v1/payments", &window_fields("order-1")).text("paymentKey").to_owned()
    }

    /// Makes a payment and lets the payer agree.
    pub fn agreed(&self) -> String {
        let key = self.window();
        self.fake.pay(&key).unwrap();
        key
    }

    /// Makes a payment and collects it.
    pub fn paid(&self) -> String {
        let key = self.agreed();
        assert_eq!(self.confirm(&key).code(), "");
        key
    }

    pub fn confirm(&self, key: &str) -> Answer {
        self.post("/v1/payments/confirm", &confirm_fields(key))
    }

    pub fn look(&self, key: &str) -> Answer {
        self.get(&format!("/v1/payments/{key}"))
    }

    pub fn cancel(&self, key: &str, fields: &Value) -> Answer {
        self.post(&format!("/v1/payments/{key}/cancel"), fields)
    }

    pub fn press(&self, path: &str, form: &'static str) -> (u16, String, Option<String>) {
        let request = http::Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.page(&request.body(Bytes::from_static(form.as_bytes())).unwrap())
    }

    pub fn see(&self, path: &str) -> (u16, String, Option<String>) {
        self.page(&http::Request::get(path).body(Bytes::new()).unwrap())
    }

    /// Status, body and location, as a browser sees them.
    fn page(&self, request: &http::Request<Bytes>) -> (u16, String, Option<String>) {
        let response = self.fake.answer(request).answer().unwrap();
        let location = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap(), location)
    }
}

pub fn answer(reply: Reply) -> Answer {
    let response = reply.answer().expect("an answer");
    Answer { status: response.status().as_u16(), body: serde_json::from_slice(response.body()).unwrap() }
}

pub fn window_fields(order: &str) -> Value {
    json!({
        "method": "CARD",
        "orderId": order,
        "orderName": "아이스아메리카노",
        "amount": 4400,
        "successUrl": "https://cafe.example/pay/o/ok?a=b",
        "failUrl": "https://cafe.example/pay/o/fail",
    })
}

pub fn confirm_fields(key: &str) -> Value {
    json!({ "paymentKey": key, "orderId": "order-1", "amount": 4400 })
}

pub fn part(amount: i64) -> Value {
    json!({ "cancelReason": "식은 커피", "cancelAmount": amount })
}

pub fn account_fields(order: &str) -> Value {
    json!({ "orderId": order, "orderName": "원두", "amount": 30_000, "bank": "20", "customerName": "김미나" })
}

pub fn card_fields(order: &str) -> Value {
    json!({
        "method": "card",
        "cardNumber": "4330123412341234",
        "cardExpirationYear": "28",
        "cardExpirationMonth": "07",
        "amount": 9900,
        "orderId": order,
    })
}

/// The fields with some of them changed, and those that are `null` left out.
pub fn with(mut fields: Value, changes: Value) -> Value {
    let object = fields.as_object_mut().unwrap();
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    for (name, value) in changes {
        if value.is_null() {
            object.remove(&name);
        } else {
            object.insert(name, value);
        }
    }
    fields
}

impl Shop {
    /// Makes a payment for an order of this name and collects it.
    pub fn paid_as(&self, order: &str) -> String {
        let key = self.post("/v1/payments", &window_fields(order)).text("paymentKey").to_owned();
        self.fake.pay(&key).unwrap();
        let fields = with(confirm_fields(&key), json!({ "orderId": order }));
        assert_eq!(self.post("/v1/payments/confirm", &fields).code(), "");
        key
    }
}
