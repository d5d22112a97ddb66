//! What can go wrong with a call to any fake, on command.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Reply, Wait, wire};

/// Something that goes wrong with one call. Where there is a choice, `effect` says whether the request was carried out
/// nevertheless, so that whoever asked cannot know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Trouble {
    /// The request is carried out, and the answer never arrives.
    AnswerLost,
    /// The connection is cut, and nothing is carried out.
    Reset,
    /// The gateway's own refusal, in its own words.
    Refused {
        /// Whether the request is carried out.
        #[serde(default)]
        effect: bool,
    },
    /// The gateway's own word that it is in trouble.
    Failed {
        /// Whether the request is carried out.
        #[serde(default)]
        effect: bool,
    },
    /// A page of some server in between, HTTP 502.
    Html502 {
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
    /// The answer takes its time.
    Slow {
        /// How long, in milliseconds.
        wait_ms: u64,
        /// Whether the request is carried out, and truly answered in the end. If not, a server in between gives up with
        /// HTTP 504.
        #[serde(default)]
        effect: bool,
    },
    /// Carried out and answered, with fields that nobody has heard of.
    UnknownFields,
}

/// A trouble that a person can choose.
#[derive(Clone, Debug)]
pub struct NamedTrouble {
    /// What the control endpoints call it.
    pub name: &'static str,
    /// What a page calls it.
    pub label: &'static str,
    /// What it is.
    pub trouble: Trouble,
}

impl Trouble {
    /// The troubles that a person can choose by name.
    #[must_use]
    pub fn catalogue() -> Vec<NamedTrouble> {
        [
            ("answer_lost", "처리됨, 응답은 사라짐", Trouble::AnswerLost),
            ("reset", "연결 끊김, 처리 안 됨", Trouble::Reset),
            ("declined", "거절", Trouble::Refused { effect: false }),
            ("declined_done", "처리됨, 응답은 거절", Trouble::Refused { effect: true }),
            ("failed", "처리 안 됨, 서버 오류", Trouble::Failed { effect: false }),
            ("failed_done", "처리됨, 응답은 서버 오류", Trouble::Failed { effect: true }),
            ("html_502", "처리 안 됨, HTML 502", Trouble::Html502 { effect: false }),
            ("html_502_done", "처리됨, 응답은 HTML 502", Trouble::Html502 { effect: true }),
            ("garbage", "처리 안 됨, 깨진 응답", Trouble::Garbage { effect: false }),
            ("garbage_done", "처리됨, 깨진 응답", Trouble::Garbage { effect: true }),
            ("slow", "처리됨, 응답은 12초 뒤", Trouble::Slow { wait_ms: 12_000, effect: true }),
            ("slow_unpaid", "처리 안 됨, 12초 뒤 504", Trouble::Slow { wait_ms: 12_000, effect: false }),
            ("unknown_fields", "처리됨, 모르는 필드 추가", Trouble::UnknownFields),
        ]
        .map(|(name, label, trouble)| NamedTrouble { name, label, trouble })
        .into()
    }

    /// One of the [catalogue](Trouble::catalogue).
    #[must_use]
    pub fn named(name: &str) -> Option<Trouble> {
        Trouble::catalogue().into_iter().find(|named| named.name == name).map(|named| named.trouble)
    }

    /// Plays the trouble on a call: `work` carries the request out and answers it, `refuse` and `fail` are the gateway's
    /// own words.
    pub(crate) fn play(
        &self,
        work: impl FnOnce() -> Response<Bytes>,
        refuse: impl FnOnce() -> Response<Bytes>,
        fail: impl FnOnce() -> Response<Bytes>,
    ) -> Reply {
        let done = self.has_effect().then(work);
        Reply::Answer(match self {
            Trouble::AnswerLost => return Reply::Lost,
            Trouble::Reset => return Reply::Reset,
            Trouble::Refused { .. } => refuse(),
            Trouble::Failed { .. } => fail(),
            Trouble::Html502 { .. } => error_page(StatusCode::BAD_GATEWAY),
            Trouble::Garbage { .. } => wire::answer(StatusCode::OK, wire::JSON, r#"{"code":0,"id":"#),
            Trouble::Slow { wait_ms, .. } => {
                let mut response = done.unwrap_or_else(|| error_page(StatusCode::GATEWAY_TIMEOUT));
                response.extensions_mut().insert(Wait(Duration::from_millis(*wait_ms)));
                response
            }
            Trouble::UnknownFields => {
                done.map_or_else(|| error_page(StatusCode::BAD_GATEWAY), with_unknown_fields)
            }
        })
    }

    /// Whether the request is carried out nevertheless.
    fn has_effect(&self) -> bool {
        match self {
            Trouble::AnswerLost | Trouble::UnknownFields => true,
            Trouble::Reset => false,
            Trouble::Refused { effect }
            | Trouble::Failed { effect }
            | Trouble::Html502 { effect }
            | Trouble::Garbage { effect }
            | Trouble::Slow { effect, .. } => *effect,
        }
    }
}

/// What some server in front of the API says when it gets no sense out of it.
fn error_page(status: StatusCode) -> Response<Bytes> {
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    let head = format!("<html><head><title>{title}</title></head>");
    wire::html(status, format!("{head}<body><h1>{title}</h1></body></html>\n"))
}

fn with_unknown_fields(response: Response<Bytes>) -> Response<Bytes> {
    response.map(|body| match serde_json::from_slice(&body) {
        Ok(answer) => strange(answer).to_string().into(),
        Err(_) => body,
    })
}

/// Adds a field to every object of an answer, the innermost first.
fn strange(value: Value) -> Value {
    match value {
        Value::Array(values) => values.into_iter().map(strange).collect(),
        Value::Object(fields) => {
            let known = fields.into_iter().map(|(name, value)| (name, strange(value)));
            let new = json!({ "list": [1, "two", null], "text": "새 필드" });
            known.chain([("not_yet_documented".to_owned(), new)]).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
