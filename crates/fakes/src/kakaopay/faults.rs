//! What can go wrong with a call, on command.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::said;
use super::endpoint::{Dialect, Endpoint};
use super::problem::{
    APPROVE_FAILED, CANCEL_FAILED, CHARGE_FAILED, DUPLICATE_REQUEST, Extras, Problem, refused,
};
use crate::{Reply, Wait, wire};

/// Something that goes wrong with one call. Where there is a choice, `effect` says whether the request was carried
/// out nevertheless, so that whoever asked cannot know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Fault {
    /// The request is carried out, and the answer never arrives.
    AnswerLost,
    /// The connection is cut, and nothing is carried out.
    Reset,
    /// Closed for maintenance: HTTP 503 with an error in JSON.
    Unavailable503,
    /// A page of some server in between, HTTP 500.
    ServerErrorHtml500 {
        /// Whether the request is carried out.
        #[serde(default)]
        effect: bool,
    },
    /// A page of some server in between, HTTP 502.
    ServerErrorHtml502 {
        /// Whether the request is carried out.
        #[serde(default)]
        effect: bool,
    },
    /// HTTP 200, and a body that breaks off in the middle.
    Garbage {
        /// Whether the request is carried out.
        #[serde(default)]
        effect: bool,
    },
    /// Any refusal of a payment, by its code.
    Refused {
        /// As −780.
        code: i32,
        /// What the method of payment says to it.
        #[serde(default)]
        extras: Option<Extras>,
        /// Whether the request is carried out.
        #[serde(default)]
        effect: bool,
    },
    /// The bank does not say whether it did: −780 (−781 for a cancellation, −782 for a recurring charge).
    BankFirmUnknown {
        /// Whether the request is carried out.
        #[serde(default)]
        effect: bool,
    },
    /// Another transaction of the same payer is running.
    UserLocked,
    /// The same request is in progress already: −785.
    DuplicateRequest785,
    /// The answer takes its time.
    Slow {
        /// How long.
        #[serde(rename = "wait_ms", with = "crate::millis")]
        wait: Duration,
        /// Whether the request is carried out, and truly answered in the end. If not, a server in between gives up
        /// with HTTP 504.
        #[serde(default)]
        effect: bool,
    },
    /// Carried out and answered, with strings for numbers.
    NumericStrings,
    /// Carried out and answered, with fields that nobody has heard of.
    UnknownFields,
}

/// A fault that a person can choose.
#[derive(Clone, Debug)]
pub struct Named {
    /// What the control endpoints call it.
    pub name: &'static str,
    /// What a page calls it.
    pub label: &'static str,
    /// What it is.
    pub fault: Fault,
}

impl Fault {
    /// The faults that a person can choose by name.
    #[must_use]
    pub fn catalogue() -> Vec<Named> {
        let slow = |effect| Fault::Slow { wait: Duration::from_secs(12), effect };
        let declined = Extras {
            method_result_code: "CARD_DECLINED".into(),
            method_result_message: "한도 초과로 거절되었습니다.".into(),
        };
        [
            ("answer_lost", "처리됨, 응답은 사라짐", Fault::AnswerLost),
            ("slow", "처리됨, 응답은 12초 뒤", slow(true)),
            ("slow_unpaid", "처리 안 됨, 12초 뒤 504", slow(false)),
            (
                "bank_firm_unknown",
                "처리됨, 응답은 −780 BANK_FIRM_UNKNOWN",
                Fault::BankFirmUnknown { effect: true },
            ),
            (
                "bank_firm_unknown_unpaid",
                "처리 안 됨, −780 BANK_FIRM_UNKNOWN",
                Fault::BankFirmUnknown { effect: false },
            ),
            (
                "declined",
                "카드 거절 −780",
                Fault::Refused { code: -780, extras: Some(declined), effect: false },
            ),
            ("user_locked", "다른 거래 진행 중 −780 USER_LOCKED", Fault::UserLocked),
            ("duplicate_request", "중복 요청 −785", Fault::DuplicateRequest785),
            ("unavailable", "점검 중 503", Fault::Unavailable503),
            ("html_500", "처리 안 됨, HTML 500", Fault::ServerErrorHtml500 { effect: false }),
            ("html_502", "처리 안 됨, HTML 502", Fault::ServerErrorHtml502 { effect: false }),
            ("html_502_paid", "처리됨, 응답은 HTML 502", Fault::ServerErrorHtml502 { effect: true }),
            ("garbage", "처리 안 됨, 깨진 응답", Fault::Garbage { effect: false }),
            ("garbage_paid", "처리됨, 깨진 응답", Fault::Garbage { effect: true }),
            ("reset", "연결 끊김, 처리 안 됨", Fault::Reset),
            ("numeric_strings", "처리됨, 숫자를 문자열로", Fault::NumericStrings),
            ("unknown_fields", "처리됨, 모르는 필드 추가", Fault::UnknownFields),
        ]
        .map(|(name, label, fault)| Named { name, label, fault })
        .into()
    }

    /// One of the [catalogue](Fault::catalogue).
    #[must_use]
    pub fn named(name: &str) -> Option<Fault> {
        Fault::catalogue().into_iter().find(|named| named.name == name).map(|named| named.fault)
    }

    /// Plays the fault on a call: `work` carries the request out, if it is to be.
    pub(crate) fn play(
        self,
        dialect: Dialect,
        endpoint: Endpoint,
        work: impl FnOnce() -> Result<Value, Problem>,
    ) -> Reply {
        let done = self.has_effect().then(work);
        // What was done is told by few: to the others it makes no difference, even if it was refused.
        let told = |change: fn(Value) -> Value| match done {
            Some(done) => said(dialect, done.map(change)),
            None => error_page(StatusCode::GATEWAY_TIMEOUT),
        };
        let refuse = |problem| dialect.refuse(&problem);
        Reply::Answer(match self {
            Fault::AnswerLost => return Reply::Lost,
            Fault::Reset => return Reply::Reset,
            Fault::NumericStrings => told(numbers_as_strings),
            Fault::UnknownFields => told(with_unknown_fields),
            Fault::Slow { wait, .. } => {
                let mut response = told(|answer| answer);
                response.extensions_mut().insert(Wait(wait));
                response
            }
            Fault::ServerErrorHtml500 { .. } => error_page(StatusCode::INTERNAL_SERVER_ERROR),
            Fault::ServerErrorHtml502 { .. } => error_page(StatusCode::BAD_GATEWAY),
            Fault::Garbage { .. } => wire::answer(StatusCode::OK, wire::JSON, r#"{"tid":"T"#),
            Fault::Unavailable503 => refuse(Problem::Maintenance),
            Fault::Refused { code, extras, .. } => refuse(Problem::Refused { code, extras }),
            Fault::BankFirmUnknown { .. } => {
                refuse(failed(endpoint, "BANK_FIRM_UNKNOWN", "result is unknown"))
            }
            Fault::UserLocked => {
                refuse(failed(endpoint, "USER_LOCKED", "another transaction is in progress"))
            }
            Fault::DuplicateRequest785 => refuse(refused(DUPLICATE_REQUEST)),
        })
    }

    /// Whether the request is carried out nevertheless.
    fn has_effect(&self) -> bool {
        match self {
            Fault::AnswerLost | Fault::NumericStrings | Fault::UnknownFields => true,
            Fault::Reset | Fault::Unavailable503 | Fault::UserLocked | Fault::DuplicateRequest785 => false,
            Fault::ServerErrorHtml500 { effect }
            | Fault::ServerErrorHtml502 { effect }
            | Fault::Garbage { effect }
            | Fault::Refused { effect, .. }
            | Fault::BankFirmUnknown { effect }
            | Fault::Slow { effect, .. } => *effect,
        }
    }
}

/// The method of payment has failed at what was asked of it.
fn failed(endpoint: Endpoint, code: &str, message: &str) -> Problem {
    let extras = Extras { method_result_code: code.into(), method_result_message: message.into() };
    let code = match endpoint {
        Endpoint::Cancel => CANCEL_FAILED,
        Endpoint::Subscription => CHARGE_FAILED,
        Endpoint::Ready
        | Endpoint::Approve
        | Endpoint::Order
        | Endpoint::SubscriptionInactive
        | Endpoint::SubscriptionStatus => APPROVE_FAILED,
    };
    Problem::Refused { code, extras: Some(extras) }
}

/// What some server in front of the API says when it gets no sense out of it.
fn error_page(status: StatusCode) -> Response<Bytes> {
    let title = status.canonical_reason().unwrap_or_default();
    let title = format!("{} {title}", status.as_u16());
    wire::html(
        status,
        format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"),
    )
}

fn numbers_as_strings(answer: Value) -> Value {
    each(answer, &|value| if let Value::Number(number) = value { json!(number.to_string()) } else { value })
}

fn with_unknown_fields(answer: Value) -> Value {
    each(answer, &|mut value| {
        if let Some(fields) = value.as_object_mut() {
            fields.insert("tms_result".into(), json!(false)); // This one has been seen.
            fields
                .insert("not_yet_documented".into(), json!({ "list": [1, "two", null], "text": "새 필드" }));
        }
        value
    })
}

/// Changes every value in an answer, the innermost first.
fn each(value: Value, change: &impl Fn(Value) -> Value) -> Value {
    let inside = match value {
        Value::Array(values) => values.into_iter().map(|value| each(value, change)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, each(value, change))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    };
    change(inside)
}
