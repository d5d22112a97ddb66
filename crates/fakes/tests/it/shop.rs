//! A shop that asks the fake in one dialect or the other, and knows nothing but what is on the wire.

use bytes::Bytes;
use fakes::Reply;
use fakes::clock::Clock;
use fakes::kakaopay::{KakaoPay, Options};
use serde_json::{Value, json};

/// 2026-11-21, ten o'clock in Seoul.
pub const TEN: &str = "2026-11-21T01:00:00Z";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Open,
    Legacy,
}

pub struct Shop {
    pub fake: KakaoPay,
    pub clock: Clock,
    pub dialect: Dialect,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// An error's code, whichever way it is spelled; 0 for a success.
    pub fn code(&self) -> i64 {
        let code = self.body.get("error_code").or_else(|| self.body.get("code"));
        assert_eq!(code.is_none(), self.status == 200, "{self:?}");
        code.map_or(0, |code| code.as_i64().unwrap())
    }

    pub fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.body))
    }
}

impl Shop {
    pub fn new(dialect: Dialect, options: Options) -> Shop {
        let clock = Clock::fixed(TEN.parse().unwrap());
        Shop { fake: KakaoPay::new(options, clock.clone()), clock, dialect }
    }

    /// A shop for each dialect: what is told of one must be true of the other.
    pub fn both() -> [Shop; 2] {
        Shop::both_with(&Options::default())
    }

    pub fn both_with(options: &Options) -> [Shop; 2] {
        [Dialect::Open, Dialect::Legacy].map(|dialect| Shop::new(dialect, options.clone()))
    }

    /// A request as this dialect spells it.
    pub fn request(&self, endpoint: &str, fields: &Value) -> http::Request<Bytes> {
        let options = Options::default();
        let (path, key, content_type, body) = match self.dialect {
            Dialect::Open => (
                "/online/v1/payment/",
                format!("SECRET_KEY {}", options.secret_keys[0]),
                "application/json",
                fields.to_string(),
            ),
            Dialect::Legacy => (
                "/v1/payment/",
                format!("KakaoAK {}", options.admin_keys[0]),
                "application/x-www-form-urlencoded;charset=utf-8",
                form(fields),
            ),
        };
        http::Request::post(format!("{path}{endpoint}"))
            .header("authorization", key)
            .header("content-type", content_type)
            .body(body.into())
            .unwrap()
    }

    pub fn send(&self, endpoint: &str, fields: &Value) -> Reply {
        self.fake.answer(&self.request(endpoint, fields))
    }

    pub fn ask(&self, endpoint: &str, fields: &Value) -> Answer {
        answer(self.send(endpoint, fields))
    }

    /// Prepares a payment of 4,400 won, and gives its tid.
    pub fn ready(&self) -> String {
        self.ask("ready", &ready_fields()).text("tid").to_owned()
    }

    /// Prepares a payment and lets the payer agree: the tid and the token.
    pub fn agreed(&self) -> (String, String) {
        let tid = self.ready();
        let token = token(&self.fake.pay(&tid).unwrap());
        (tid, token)
    }

    /// Prepares a payment and collects it.
    pub fn paid(&self) -> String {
        let (tid, token) = self.agreed();
        assert_eq!(self.ask("approve", &approve_fields(&tid, &token)).code(), 0);
        tid
    }

    pub fn order(&self, tid: &str) -> Answer {
        self.ask("order", &json!({ "cid": "TC0ONETIME", "tid": tid }))
    }

    pub fn get(&self, path: &str) -> (u16, String, Option<String>) {
        self.page(&http::Request::get(path).body(Bytes::new()).unwrap())
    }

    pub fn press(&self, path: &str, form: &'static str) -> (u16, String, Option<String>) {
        let request = http::Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.page(&request.body(Bytes::from_static(form.as_bytes())).unwrap())
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

pub fn ready_fields() -> Value {
    json!({
        "cid": "TC0ONETIME",
        "partner_order_id": "o-01J9Z0",
        "partner_user_id": "u-7f3a",
        "item_name": "아이스아메리카노",
        "quantity": 2,
        "total_amount": 4400,
        "tax_free_amount": 0,
        "approval_url": "https://cafe.example/pay/o-01J9Z0/ok",
        "cancel_url": "https://cafe.example/pay/o-01J9Z0/cancel",
        "fail_url": "https://cafe.example/pay/o-01J9Z0/fail",
    })
}

pub fn approve_fields(tid: &str, token: &str) -> Value {
    json!({
        "cid": "TC0ONETIME",
        "tid": tid,
        "partner_order_id": "o-01J9Z0",
        "partner_user_id": "u-7f3a",
        "pg_token": token,
        "total_amount": 4400,
    })
}

pub fn cancel_fields(tid: &str, amount: i64) -> Value {
    json!({ "cid": "TC0ONETIME", "tid": tid, "cancel_amount": amount, "cancel_tax_free_amount": 0 })
}

/// An amount as every answer breaks it down.
pub fn amount(total: i64, vat: i64) -> Value {
    json!({ "total": total, "tax_free": 0, "vat": vat, "point": 0, "discount": 0, "green_deposit": 0 })
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

/// The token that the browser carries back to the shop.
pub fn token(address: &str) -> String {
    address.split_once("pg_token=").expect("a token").1.to_owned()
}

/// The path of an address on the fake.
pub fn path(address: &str) -> &str {
    address.strip_prefix("http://127.0.0.1:3001").expect("an address on the fake")
}

fn form(fields: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs: Vec<_> = fields.as_object().unwrap().iter().map(|(name, value)| (name, text(value))).collect();
    serde_urlencoded::to_string(pairs).unwrap()
}
