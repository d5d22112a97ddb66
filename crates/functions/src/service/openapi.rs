//! `GET /payments/openapi.json`: the payments service in the words of OpenAPI 3.1. Its schemas are made of the types that are
//! read and written, and the tests hold every answer to it.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::body::ProblemJson;
use super::problem::RefusalJson;
use super::violation::ViolationJson;
use super::wire::{
    CancelCreateJson, HistoryCreateJson, HistoryJson, NoticeJson, PasswordJson, ReservationCreateJson,
    ReservationJson, SourceAccessorJson,
};
use crate::monitors::{Performance, System};
use crate::payments_api::REQUEST_NAME;
use crate::payments_webhook::{Iamport, PortOne, Toss};

/// Where it is.
pub(crate) const PATH: &str = "/payments/openapi.json";

const ABOUT: &str = "Payments of other backends, which their customers made at Iamport (PortOne V1), KakaoPay, PortOne (V2) \
    or Toss Payments.\n\n\
    Bodies of `text/plain` that are marked `x-nestia-encrypted` are sealed: what their schema describes is written as \
    compact JSON in UTF-8, encrypted with AES-CBC and PKCS#7 padding, and sent as base64. Key and initialisation vector \
    are those that were agreed with the service, and of one kind in both directions. Problems are never sealed.\n\n\
    Sums are whole units of the currency, and times are UTC.";

/// Serves the document.
pub(crate) fn answer() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let paths = paths(&mut schemas);
    let webhooks = webhooks(&mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Payments",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "paths": paths,
        "webhooks": webhooks,
        "components": { "schemas": schemas.all() },
    })
}

/// The schemas that were referred to so far.
struct Schemas {
    /// Of what is written in full: a field that may be nothing is there, as null.
    written: SchemaGenerator,
    /// Of what others write, of which we need little.
    heard: SchemaGenerator,
}

impl Schemas {
    fn new() -> Schemas {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
        };
        Schemas {
            written: settings().for_serialize().into_generator(),
            heard: settings().for_deserialize().into_generator(),
        }
    }

    fn of<T: JsonSchema>(&mut self) -> Value {
        self.written.subschema_for::<T>().into()
    }

    fn heard<T: JsonSchema>(&mut self) -> Value {
        self.heard.subschema_for::<T>().into()
    }

    fn told(&mut self, shape: Shape) -> Value {
        match shape {
            Shape::Problem => self.of::<ProblemJson<'_>>(),
            Shape::Violation => self.of::<ViolationJson<'_>>(),
            Shape::Refusal => self.of::<RefusalJson<'_>>(),
        }
    }

    fn all(mut self) -> Map<String, Value> {
        let mut all = self.written.take_definitions(true);
        all.extend(self.heard.take_definitions(true));
        all
    }
}

/// In which shape it is told that something went wrong.
#[derive(Clone, Copy)]
enum Shape {
    Problem,
    Violation,
    Refusal,
}

/// A way to get something else than what was asked for: the status, when, and what is in the body.
struct Trouble(&'static str, &'static str, &'static [Shape]);

const UNREADABLE: Trouble = Trouble(
    "400",
    "The content type is not text/plain, the body cannot be opened, or it does not fit: the first violation is named.",
    &[Shape::Problem, Shape::Violation],
);
const UNREADABLE_OR_REFUSED: Trouble =
    Trouble("400", UNREADABLE.1, &[Shape::Problem, Shape::Violation, Shape::Refusal]);
const UNSIGNED: Trouble =
    Trouble("401", "The message is not signed by PortOne, or was not sent now.", &[Shape::Problem]);
const NO_MESSAGE: Trouble = Trouble("400", "The body is no message of the gateway's.", &[Shape::Problem]);
const WRONG_PASSWORD: Trouble = Trouble("403", "The password is not the record's.", &[Shape::Problem]);
const WRONG_PASSWORD_OR_REFUSED: Trouble =
    Trouble("403", WRONG_PASSWORD.1, &[Shape::Problem, Shape::Refusal]);
/// The one that tells in a header when it is over.
const TOO_MANY: &str = "429";
const GUESSED: Trouble = Trouble(
    TOO_MANY,
    "Wrong passwords were tried ten times within ten minutes, so none is compared until these are over.",
    &[Shape::Problem],
);
const GUESSED_OR_REFUSED: Trouble = Trouble(TOO_MANY, GUESSED.1, &[Shape::Problem, Shape::Refusal]);
const NO_RECORD: Trouble = Trouble("404", "There is no such record.", &[Shape::Problem]);
const NO_RECORD_OR_PAYMENT: Trouble = Trouble(
    "404",
    "There is no such record here, or no such payment there.",
    &[Shape::Problem, Shape::Refusal],
);
const NO_PAYMENT: Trouble = Trouble("404", "The gateway knows of none.", &[Shape::Refusal]);
const CONFLICT: Trouble = Trouble(
    "409",
    "It is registered already, or the same is being done at this moment.",
    &[Shape::Problem, Shape::Refusal],
);
const TOO_LARGE: Trouble = Trouble("413", "The body is too large.", &[Shape::Problem]);
const UNPROCESSABLE: Trouble = Trouble(
    "422",
    "No such account is set up, the sum is not the payment's, or the gateway refuses.",
    &[Shape::Problem, Shape::Refusal],
);
const REFUSED: Trouble = Trouble("4XX", "The gateway's no, with its own status.", &[Shape::Refusal]);
const BROKEN: Trouble = Trouble("500", "What is kept of it cannot be shown.", &[Shape::Problem]);
const UNAVAILABLE: Trouble = Trouble(
    "503",
    "Nobody knows yet what has become of it. The same request, sent again in a minute, finds out.",
    &[Shape::Problem],
);

const READING: &[Trouble] = &[UNREADABLE, WRONG_PASSWORD, NO_RECORD, TOO_LARGE, GUESSED, BROKEN, UNAVAILABLE];
const TAKING_ON: &[Trouble] = &[
    UNREADABLE_OR_REFUSED,
    NO_PAYMENT,
    CONFLICT,
    TOO_LARGE,
    UNPROCESSABLE,
    GUESSED_OR_REFUSED,
    REFUSED,
    UNAVAILABLE,
];
const STORING: &[Trouble] =
    &[UNREADABLE_OR_REFUSED, NO_PAYMENT, CONFLICT, TOO_LARGE, UNPROCESSABLE, REFUSED, UNAVAILABLE];
const GIVING_BACK: &[Trouble] = &[
    UNREADABLE_OR_REFUSED,
    WRONG_PASSWORD_OR_REFUSED,
    NO_RECORD_OR_PAYMENT,
    CONFLICT,
    TOO_LARGE,
    UNPROCESSABLE,
    GUESSED_OR_REFUSED,
    REFUSED,
    BROKEN,
    UNAVAILABLE,
];
const NUDGED: &[Trouble] = &[NO_MESSAGE, NO_RECORD, TOO_LARGE, UNAVAILABLE];

/// What a body is, by its schema.
#[derive(Clone)]
enum Content {
    Nothing,
    Sealed(Value),
    Plain(Value),
    /// Sealed where the functions know a pair, and plain where they know none.
    SealedOrPlain(Value),
}

impl Content {
    /// By its media type.
    fn written(&self) -> Option<Value> {
        let plain = |schema: &Value| json!({ "schema": schema });
        let sealed = |schema: &Value| json!({ "schema": schema, "x-nestia-encrypted": true });
        match self {
            Content::Nothing => None,
            Content::Sealed(schema) => Some(json!({ "text/plain": sealed(schema) })),
            Content::Plain(schema) => Some(json!({ "application/json": plain(schema) })),
            Content::SealedOrPlain(schema) => {
                Some(json!({ "text/plain": sealed(schema), "application/json": plain(schema) }))
            }
        }
    }
}

fn response(description: &str, content: &Content) -> Value {
    let mut response = json!({ "description": description });
    if let Some(content) = content.written() {
        response["content"] = content;
    }
    response
}

fn uuid(name: &str, place: &str, description: &str) -> Value {
    let schema = json!({ "type": "string", "format": "uuid" });
    let required = place == "path";
    json!({ "name": name, "in": place, "required": required, "description": description, "schema": schema })
}

/// One way to ask.
struct Operation {
    id: &'static str,
    summary: &'static str,
    asked: Content,
    /// The status where it goes well, and what is answered then.
    answer: (&'static str, Content),
    troubles: &'static [Trouble],
}

impl Operation {
    fn new(id: &'static str, summary: &'static str) -> Operation {
        Operation { id, summary, asked: Content::Nothing, answer: ("200", Content::Nothing), troubles: &[] }
    }

    fn asked(self, asked: Content) -> Operation {
        Operation { asked, ..self }
    }

    fn answers(self, status: &'static str, content: Content) -> Operation {
        Operation { answer: (status, content), ..self }
    }

    fn or(self, troubles: &'static [Trouble]) -> Operation {
        Operation { troubles, ..self }
    }

    fn written(self, parameters: &[Value], schemas: &mut Schemas) -> Value {
        let (status, content) = self.answer;
        let mut responses = Map::new();
        responses.insert(status.to_owned(), response("As asked.", &content));
        for Trouble(status, when, shapes) in self.troubles {
            let shapes: Vec<_> = shapes.iter().map(|shape| schemas.told(*shape)).collect();
            let schema = if let [only] = &*shapes { only.clone() } else { json!({ "anyOf": shapes }) };
            let mut response = response(when, &Content::Plain(schema));
            if *status == TOO_MANY {
                response["headers"] = json!({ "Retry-After": {
                    "description": "In how many seconds it is over. A gateway's own no may come without it.",
                    "schema": { "type": "integer", "minimum": 1 },
                } });
            }
            responses.insert((*status).to_owned(), response);
        }
        let mut operation =
            json!({ "operationId": self.id, "summary": self.summary, "responses": responses });
        if let Some(content) = self.asked.written() {
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        if !parameters.is_empty() {
            operation["parameters"] = parameters.into();
        }
        operation
    }
}

fn paths(schemas: &mut Schemas) -> Value {
    let accessor = Content::Sealed(schemas.of::<SourceAccessorJson<'_>>());
    let password = Content::Sealed(schemas.of::<PasswordJson<'_>>());
    let history = Content::Sealed(schemas.of::<HistoryJson<'_>>());
    let reservation = Content::Sealed(schemas.of::<ReservationJson<'_>>());

    let create_history = Operation::new(
        "createHistory",
        "Takes a payment on, and collects it where that is still to be done.",
    )
    .asked(Content::Sealed(schemas.of::<HistoryCreateJson<'_>>()))
    .answers("201", history.clone())
    .or(TAKING_ON);
    let history_of_source = Operation::new("historyOfSource", "Reads a payment by what it belongs to.")
        .asked(accessor.clone())
        .answers("200", history.clone())
        .or(READING);
    let history_by_id = Operation::new("history", "Reads a payment by its id.")
        .asked(password.clone())
        .answers("200", history.clone())
        .or(READING);
    let cancel_history = Operation::new("cancelHistory", "Gives a part of a payment back, or all.")
        .asked(Content::Sealed(schemas.of::<CancelCreateJson<'_>>()))
        .answers("200", history)
        .or(GIVING_BACK);
    let create_reservation = Operation::new("createReservation", "Takes a stored way to pay on.")
        .asked(Content::Sealed(schemas.of::<ReservationCreateJson<'_>>()))
        .answers("201", reservation.clone())
        .or(STORING);
    let reservation_of_source =
        Operation::new("reservationOfSource", "Reads a stored way to pay by what it belongs to.")
            .asked(accessor)
            .answers("200", reservation.clone())
            .or(READING);
    let reservation_by_id = Operation::new("reservation", "Reads a stored way to pay by its id.")
        .asked(password)
        .answers("200", reservation)
        .or(READING);
    let told = Operation::new("told", "Takes any notice, for a service to see that it is told.")
        .asked(Content::Sealed(json!(true)))
        .answers("201", Content::Sealed(json!({ "type": "string", "maxLength": 0 })))
        .or(&[UNREADABLE, TOO_LARGE]);
    let nudged_by_iamport =
        Operation::new("nudgedByIamport", "Hears Iamport, and looks the payment up there.")
            .asked(Content::Plain(schemas.heard::<Iamport>()))
            .or(NUDGED);
    let nudged_by_toss =
        Operation::new("nudgedByToss", "Hears Toss Payments, and looks the payment up there.")
            .asked(Content::Plain(schemas.heard::<Toss>()))
            .or(NUDGED);
    let nudged_by_portone = Operation::new(
        "nudgedByPortOne",
        "Hears PortOne (V2), whose signature it carries, and looks the payment up there.",
    )
    .asked(Content::Plain(schemas.heard::<PortOne>()))
    .or(&[NO_MESSAGE, UNSIGNED, TOO_LARGE, UNAVAILABLE]);
    let health = Operation::new("health", "Whether it answers.");
    let performance = Operation::new("performance", "What the process that answers has used.")
        .answers("200", Content::SealedOrPlain(schemas.of::<Performance>()));
    let system = Operation::new("system", "What the process that answers is.")
        .answers("200", Content::SealedOrPlain(schemas.of::<System<'_>>()));
    let description = Operation::new("description", "This very document.")
        .answers("200", Content::Plain(json!({ "type": "object" })));

    let id = [uuid("id", "path", "The record's.")];
    let named = "The refund's own name: sent twice with it, it is given back once.";
    let name = [uuid(REQUEST_NAME, "header", named)];
    let signature = [
        header("webhook-id", "The message's id, the same however often it is sent."),
        header("webhook-timestamp", "When it was sent, in Unix seconds."),
        header("webhook-signature", "v1 and an HMAC-SHA-256 of id, time and body, in base64."),
    ];
    json!({
        "/monitors/health": { "get": health.written(&[], schemas) },
        "/monitors/performance": { "get": performance.written(&[], schemas) },
        "/monitors/system": { "get": system.written(&[], schemas) },
        "/payments/histories": { "post": create_history.written(&[], schemas) },
        "/payments/histories/cancel": { "put": cancel_history.written(&name, schemas) },
        "/payments/histories/get": { "patch": history_of_source.written(&[], schemas) },
        "/payments/histories/{id}": { "patch": history_by_id.written(&id, schemas) },
        "/payments/internal/webhook": { "post": told.written(&[], schemas) },
        PATH: { "get": description.written(&[], schemas) },
        "/payments/reservations": { "post": create_reservation.written(&[], schemas) },
        "/payments/reservations/get": { "patch": reservation_of_source.written(&[], schemas) },
        "/payments/reservations/{id}": { "patch": reservation_by_id.written(&id, schemas) },
        "/payments/webhooks/iamport": { "post": nudged_by_iamport.written(&[], schemas) },
        "/payments/webhooks/portone": { "post": nudged_by_portone.written(&signature, schemas) },
        "/payments/webhooks/toss": { "post": nudged_by_toss.written(&[], schemas) },
    })
}

fn header(name: &str, description: &str) -> Value {
    let schema = json!({ "type": "string" });
    json!({ "name": name, "in": "header", "description": description, "schema": schema })
}

/// What services are sent: Standard Webhooks' headers, around a sealed body.
fn webhooks(schemas: &mut Schemas) -> Value {
    let notice = Operation::new(
        "notice",
        "Tells a service of a change, at the webhook_url of its payment, until it answers 2XX.",
    )
    .asked(Content::Sealed(schemas.of::<NoticeJson<'_>>()))
    .answers("2XX", Content::Nothing);
    let headers = [
        header("webhook-id", "The notice's id, the same however often it is told."),
        header("webhook-timestamp", "When it is sent, in Unix seconds."),
        header(
            "webhook-signature",
            "v1 and an HMAC-SHA-256 of id, time and body, in base64, where a secret was agreed on.",
        ),
    ];
    json!({ "notice": { "post": notice.written(&headers, schemas) } })
}

#[cfg(test)]
mod tests {
    use super::document;
    use serde_json::{Value, json};

    #[test]
    fn what_may_be_nothing_is_there_in_what_we_write_and_in_requests_and_may_be_absent_from_a_nudge() {
        let document = document();
        let schema = |name: &str| document["components"]["schemas"][name].clone();
        let requires =
            |name: &str, field: &str| schema(name)["required"].as_array().unwrap().contains(&json!(field));
        assert!(requires("History", "refund") && requires("CancelCreate", "account"));
        assert!(requires("IamportNudge", "imp_uid") && !requires("IamportNudge", "status"));
        assert!(!requires("Violation", "value"));
        assert_eq!(schema("History")["properties"]["refund"]["type"], json!(["integer", "null"]));
    }

    /// Everything that is referred to, anywhere.
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn what_is_referred_to_is_there_and_nothing_is_there_in_vain() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        for reference in &found {
            let place = document.pointer(reference.strip_prefix('#').unwrap());
            assert!(place.is_some(), "{reference} is nowhere");
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(found.contains(&format!("#/components/schemas/{name}")), "nothing refers to {name}");
        }
    }
}
