//! A shop that asks the fake PortOne, and knows nothing but what is on the wire.

use bytes::Bytes;
use fakes::Reply;
use fakes::clock::Clock;
use fakes::portone::{Options, PortOne, V1, V2};
use serde_json::{Value, json};

use crate::shop::TEN;

/// The window of an order of 4,400 won, as V1's script is told.
pub const V1_QUERY: &str = "merchant_uid=o-1&name=%EB%9D%BC%EB%96%BC&amount=4400&m_redirect_url=https%3A%2F%2Fcafe.example%2Fback%3Fa%3Db";
/// The same for V2's.
pub const V2_QUERY: &str = "paymentId=o-1&orderName=%EB%9D%BC%EB%96%BC&totalAmount=4400&redirectUrl=https%3A%2F%2Fcafe.example%2Fback%3Fa%3Db";

pub struct Shop {
    pub fake: PortOne,
    pub clock: Clock,
    pub token: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// V1's inner answer, of a call that succeeded.
    pub fn response(&self) -> &Value {
        assert_eq!(self.body["code"], 0, "{self:?}");
        &self.body["response"]
    }

    pub fn text(&self, pointer: &str) -> &str {
        self.body
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no {pointer} in {self:?}"))
    }
}

impl Shop {
    /// With somebody to tell.
    pub fn new() -> Shop {
        Shop::with(Options {
            v1_webhook_url: Some("https://cafe.example/hooks/v1".into()),
            v2_webhook_url: Some("https://cafe.example/hooks/v2".into()),
            ..Options::default()
        })
    }

    pub fn with(options: Options) -> Shop {
        let clock = Clock::fixed(TEN.parse().unwrap());
        let shop = Shop { fake: PortOne::new(options, clock.clone()), clock, token: String::new() };
        let token = shop.get_token().response()["access_token"].as_str().unwrap().to_owned();
        Shop { token, ..shop }
    }

    pub fn get_token(&self) -> Answer {
        let keys = json!({ "imp_key": "test_imp_key", "imp_secret": "test_imp_secret" });
        self.v1("POST", "/users/getToken", &keys)
    }

    pub fn v1(&self, method: &str, path: &str, body: &Value) -> Answer {
        answer(self.fake.answer(&request(method, &format!("{V1}{path}"), &self.token, body)))
    }

    pub fn v2(&self, method: &str, path: &str, body: &Value) -> Answer {
        answer(self.fake.answer(&v2_request(method, path, body)))
    }

    /// Status, text and location, as a browser sees them.
    pub fn browse(&self, method: &str, path: &str, form: &str) -> (u16, String, Option<String>) {
        let request = http::Request::builder().method(method).uri(path);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = self.fake.answer(&request.body(form.to_owned().into()).unwrap()).answer().unwrap();
        let location = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap(), location)
    }

    /// A paid card of V1: its number.
    pub fn v1_paid(&self) -> String {
        let charge = json!({
            "merchant_uid": "o-1", "amount": 4400, "name": "라떼", "card_number": "1234-1234-1234-5678",
            "expiry": "2028-12", "birth": "900101",
        });
        let paid = self.v1("POST", "/subscribe/payments/onetime", &charge);
        paid.response()["imp_uid"].as_str().unwrap().to_owned()
    }

    /// A virtual account of V1 that waits: its number.
    pub fn v1_issued(&self) -> String {
        let due = self.clock.now().as_second() + 600;
        let issue = json!({
            "merchant_uid": "o-2", "amount": 40_000, "vbank_code": "020", "vbank_due": due, "vbank_holder": "카페",
        });
        self.v1("POST", "/vbanks", &issue).response()["imp_uid"].as_str().unwrap().to_owned()
    }

    /// A virtual account of V2 that waits, of the order `o-2`.
    pub fn v2_issued(&self) {
        let account = json!({ "bank": "KDB", "expiry": { "validHours": 1 }, "option": { "type": "NORMAL" } });
        let account = charge(&json!({ "virtualAccount": account }));
        assert_eq!(self.v2("POST", "/payments/o-2/instant", &account).status, 200);
    }
}

/// What charges 4,400 won by that method.
pub fn charge(method: &Value) -> Value {
    json!({
        "channelKey": Options::default().channel_key,
        "method": method,
        "orderName": "라떼",
        "amount": { "total": 4400 },
        "currency": "KRW",
    })
}

/// A request to V2, with the secret that is known.
pub fn v2_request(method: &str, path: &str, body: &Value) -> http::Request<Bytes> {
    request(method, &format!("{V2}{path}"), &format!("PortOne {}", Options::default().api_secret), body)
}

pub fn request(method: &str, path: &str, authorization: &str, body: &Value) -> http::Request<Bytes> {
    let request = http::Request::builder().method(method).uri(path).header("authorization", authorization);
    let request = request.header("content-type", "application/json");
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    request.body(body).unwrap()
}

pub fn answer(reply: Reply) -> Answer {
    let response = reply.answer().expect("an answer");
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    Answer { status: response.status().as_u16(), body }
}
