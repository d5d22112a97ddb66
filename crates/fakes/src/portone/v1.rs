//! V1, once called Iamport: its routes, its token and its envelope.

use http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::api::Call;
use super::endpoint::Endpoint;
use super::problem::{Problem, no_route, problem, unauthorized};
use super::state::{Desk, Token};
use super::{payer, v1_cards, v1_payment, v1_persons, v1_receipts, v1_vbanks};

/// How long a token lasts, when it may be prolonged, and by how much (all documented).
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(30);
const LAST_MINUTE: SignedDuration = SignedDuration::from_mins(1);
const PROLONGED_BY: SignedDuration = SignedDuration::from_mins(5);

pub(crate) fn endpoint(call: &Call<'_>) -> Option<Endpoint> {
    Some(match (call.method, &call.steps[..]) {
        ("POST", ["users", "getToken"]) => Endpoint::Token,
        ("POST", ["payments", "prepare"]) | ("GET", ["payments", "prepare", _]) => Endpoint::Register,
        ("POST", ["payments", "cancel"]) => Endpoint::Cancel,
        (
            "GET",
            ["payments", _] | ["payments", "find" | "findAll", _] | ["payments", "find" | "findAll", _, _],
        ) => Endpoint::Payment,
        ("GET" | "POST" | "DELETE", ["subscribe", "customers", _]) => Endpoint::Card,
        ("POST", ["subscribe", "payments", "onetime" | "again"]) => Endpoint::Charge,
        // What is internal, the fake server of payments SDKs has besides: a deposit, and somewhere for webhooks to go.
        ("POST" | "PUT", ["vbanks"])
        | ("PUT" | "DELETE", ["vbanks", _])
        | ("PUT", ["internal", "deposit", _])
        | ("POST", ["internal", "webhook"]) => Endpoint::Account,
        ("GET" | "POST" | "DELETE", ["receipts", _]) => Endpoint::Receipt,
        ("GET" | "DELETE", ["certifications", _])
        | ("POST", ["certifications", "otp", "request"] | ["certifications", "otp", "confirm", _]) => {
            Endpoint::Person
        }
        _ => return None,
    })
}

pub(crate) fn perform(desk: &mut Desk<'_>, endpoint: Endpoint, call: &Call<'_>) -> Result<Value, Problem> {
    match (endpoint, &call.steps[..]) {
        (Endpoint::Token, _) => return token(desk, call),
        (_, ["internal", "webhook"]) => return Ok(Value::Null),
        _ => authorize(desk, call)?,
    }
    match (endpoint, &call.steps[..]) {
        (Endpoint::Register, ["payments", "prepare"]) => v1_payment::prepare(desk, &call.fields.clone()?),
        (Endpoint::Register, [.., id]) => v1_payment::prepared(desk, id),
        (Endpoint::Cancel, _) => v1_payment::cancel(desk, &call.fields.clone()?),
        (Endpoint::Payment, ["payments", "findAll", id, rest @ ..]) => {
            Ok(v1_payment::find_all(desk, id, rest.first().copied()))
        }
        (Endpoint::Payment, ["payments", "find", id, rest @ ..]) => {
            v1_payment::find(desk, id, rest.first().copied())
        }
        (Endpoint::Payment, [.., imp_uid]) => v1_payment::get(desk, imp_uid),
        (Endpoint::Card, [.., customer_uid]) => v1_cards::customer(desk, call, customer_uid),
        (Endpoint::Charge, [.., "onetime"]) => v1_cards::onetime(desk, &call.fields.clone()?),
        (Endpoint::Charge, _) => v1_cards::again(desk, &call.fields.clone()?),
        (Endpoint::Account, ["internal", "deposit", imp_uid]) => deposit(desk, imp_uid),
        (Endpoint::Account, _) => v1_vbanks::perform(desk, call),
        (Endpoint::Receipt, [.., imp_uid]) => v1_receipts::perform(desk, call, imp_uid),
        (Endpoint::Person, _) => v1_persons::perform(desk, call),
        _ => Err(no_route()),
    }
}

pub(crate) fn envelope(response: &Value) -> Value {
    json!({ "code": 0, "message": null, "response": response })
}

/// The real one's words, and beside them those of the fake server that payments SDKs are tested with.
pub(crate) fn refusal(problem: &Problem) -> Value {
    json!({
        "code": -1,
        "message": problem.message,
        "response": null,
        "statusCode": problem.status.as_u16(),
        "error": problem.status.canonical_reason().unwrap_or_default(),
    })
}

/// The same token as long as it lasts, and five minutes more where it is asked for in its last minute.
fn token(desk: &mut Desk<'_>, call: &Call<'_>) -> Result<Value, Problem> {
    let fields = call.fields.clone()?;
    let asks = (fields.text("imp_key")?, fields.text("imp_secret")?);
    if asks != (desk.options.imp_key.clone(), desk.options.imp_secret.clone()) {
        return Err(unauthorized());
    }
    let now = desk.now;
    let later = |by| now.checked_add(by).unwrap_or(now);
    let fresh = Token { secret: desk.state.ids.hex("", 40), ends_at: later(TOKEN_LIFE) };
    let token = match desk.state.token.take() {
        Some(token) if token.ends_at <= now => fresh,
        Some(token) if token.ends_at.duration_since(now) <= LAST_MINUTE => {
            Token { ends_at: token.ends_at.checked_add(PROLONGED_BY).unwrap_or(token.ends_at), ..token }
        }
        Some(token) => token,
        None => fresh,
    };
    desk.state.token = Some(token.clone());
    Ok(json!({
        "access_token": token.secret,
        "now": now.as_second(),
        "expired_at": token.ends_at.as_second(),
    }))
}

/// Bare, or behind `Bearer`.
fn authorize(desk: &Desk<'_>, call: &Call<'_>) -> Result<(), Problem> {
    let sent = call.authorization.ok_or_else(unauthorized)?;
    let sent = sent.strip_prefix("Bearer ").unwrap_or(sent);
    let known = desk.state.token.as_ref().filter(|token| token.secret == sent && desk.now < token.ends_at);
    known.map(|_| ()).ok_or_else(unauthorized)
}

/// Refuses with 422, as the fake server of payments SDKs does.
pub(crate) fn unprocessable(message: impl Into<String>) -> Problem {
    problem(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_REQUEST", message)
}

fn deposit(desk: &mut Desk<'_>, imp_uid: &str) -> Result<Value, Problem> {
    payer::deposit(desk, imp_uid).map(|()| Value::Null).map_err(|error| match error {
        payer::PayerError::NoSuchPayment => super::problem::no_payment(),
        late @ (payer::PayerError::Finished(_) | payer::PayerError::TimedOut) => {
            unprocessable(late.to_string())
        }
    })
}
