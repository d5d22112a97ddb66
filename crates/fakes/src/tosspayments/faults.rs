//! What can go wrong with a call, on command.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::merchant::Manner;
use super::problem::{Problem, Told};
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
    /// The connection is cut, and the request is carried out later, when nobody expects it any more.
    LateEffect {
        /// How much later, in seconds of the fake's clock.
        after_s: i64,
    },
    /// A page of some server in between.
    ServerErrorHtml {
        /// As 502.
        http_status: u16,
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
    /// Any refusal, by its code.
    Refused {
        /// As `REJECT_CARD_PAYMENT`.
        code: String,
        /// As 403.
        http_status: u16,
        /// Whether the request is carried out.
        #[serde(default)]
        effect: bool,
    },
    /// The first request under the same key is still running: 409.
    InProgress,
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
    /// Carried out and answered, with amounts as `4500.0`.
    FractionalNumbers,
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
    /// Faults by name, to choose from.
    #[must_use]
    pub fn catalogue() -> Vec<Named> {
        let refused =
            |code: &str, http_status, effect| Fault::Refused { code: code.to_owned(), http_status, effect };
        let html = |http_status, effect| Fault::ServerErrorHtml { http_status, effect };
        let slow = |effect| Fault::Slow { wait: Duration::from_secs(12), effect };
        [
            ("answer_lost", "처리됨, 응답은 사라짐", Fault::AnswerLost),
            ("late_effect", "연결 끊김, 1분 뒤에 처리됨", Fault::LateEffect { after_s: 60 }),
            ("slow", "처리됨, 응답은 12초 뒤", slow(true)),
            ("slow_unpaid", "처리 안 됨, 12초 뒤 504", slow(false)),
            ("provider_error", "처리 안 됨, 400 PROVIDER_ERROR", refused("PROVIDER_ERROR", 400, false)),
            (
                "provider_error_paid",
                "처리됨, 응답은 400 PROVIDER_ERROR",
                refused("PROVIDER_ERROR", 400, true),
            ),
            ("declined", "카드 거절 403 REJECT_CARD_PAYMENT", refused("REJECT_CARD_PAYMENT", 403, false)),
            ("bank_closed", "은행 점검 403 NOT_AVAILABLE_BANK", refused("NOT_AVAILABLE_BANK", 403, false)),
            ("in_progress", "멱등 요청 처리 중 409", Fault::InProgress),
            ("html_500", "처리 안 됨, HTML 500", html(500, false)),
            ("html_502", "처리 안 됨, HTML 502", html(502, false)),
            ("html_502_paid", "처리됨, 응답은 HTML 502", html(502, true)),
            ("html_503", "점검 중 HTML 503", html(503, false)),
            ("garbage", "처리 안 됨, 깨진 응답", Fault::Garbage { effect: false }),
            ("garbage_paid", "처리됨, 깨진 응답", Fault::Garbage { effect: true }),
            ("reset", "연결 끊김, 처리 안 됨", Fault::Reset),
            ("fractional_numbers", "처리됨, 금액을 소수로", Fault::FractionalNumbers),
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

    /// Whether the request is carried out nevertheless, at once.
    pub(crate) fn has_effect(&self) -> bool {
        match self {
            Fault::AnswerLost | Fault::FractionalNumbers | Fault::UnknownFields => true,
            Fault::Reset | Fault::LateEffect { .. } | Fault::InProgress => false,
            Fault::ServerErrorHtml { effect, .. }
            | Fault::Garbage { effect }
            | Fault::Refused { effect, .. }
            | Fault::Slow { effect, .. } => *effect,
        }
    }

    /// What is said instead of the truth, where Toss Payments itself says it: an idempotency key remembers that too.
    pub(crate) fn refusal(&self, manner: Manner) -> Option<Told> {
        let Fault::Refused { code, http_status, .. } = self else { return None };
        Some(Problem::Refused { code: code.clone(), http_status: *http_status }.say(manner))
    }

    /// Plays the fault: `done` is what truly came of the request, where it was carried out.
    pub(crate) fn play(self, manner: Manner, done: Option<Told>) -> Reply {
        let refusal = self.refusal(manner);
        let told = |change: fn(Value) -> Value| match done {
            Some(told) if told.status().is_success() => answer(&Told { body: change(told.body), ..told }),
            Some(told) => answer(&told),
            None => error_page(StatusCode::GATEWAY_TIMEOUT),
        };
        Reply::Answer(match self {
            Fault::AnswerLost => return Reply::Lost,
            Fault::Reset | Fault::LateEffect { .. } => return Reply::Reset,
            Fault::FractionalNumbers => told(with_fractions),
            Fault::UnknownFields => told(with_unknown_fields),
            Fault::Slow { wait, .. } => {
                let mut response = told(|answer| answer);
                response.extensions_mut().insert(Wait(wait));
                response
            }
            Fault::ServerErrorHtml { http_status, .. } => {
                error_page(StatusCode::from_u16(http_status).unwrap_or(StatusCode::BAD_GATEWAY))
            }
            Fault::Garbage { .. } => wire::answer(StatusCode::OK, wire::JSON, r#"{"paymentKey":"tf"#),
            Fault::Refused { code, http_status, .. } => {
                answer(&refusal.unwrap_or_else(|| Problem::Refused { code, http_status }.say(manner)))
            }
            Fault::InProgress => {
                let code = "IDEMPOTENT_REQUEST_PROCESSING".to_owned();
                answer(&Problem::Refused { code, http_status: 409 }.say(manner))
            }
        })
    }
}

pub(crate) fn answer(told: &Told) -> Response<Bytes> {
    wire::json(told.status(), &told.body)
}

/// What some server in front of the API says when it gets no sense out of it.
fn error_page(status: StatusCode) -> Response<Bytes> {
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    wire::html(
        status,
        format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"),
    )
}

/// As versions write them that also know cents.
fn with_fractions(answer: Value) -> Value {
    each(answer, &|value| match value {
        Value::Number(number) => {
            serde_json::from_str(&format!("{number}.0")).unwrap_or(Value::Number(number))
        }
        other @ (Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
            other
        }
    })
}

fn with_unknown_fields(answer: Value) -> Value {
    each(answer, &|mut value| {
        if let Some(fields) = value.as_object_mut() {
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
