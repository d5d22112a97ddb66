//! V2: its routes, its secret and its words.

use serde_json::{Value, json};

use super::api::Call;
use super::endpoint::Endpoint;
use super::problem::{Problem, no_route, unauthorized};
use super::state::Desk;
use super::{v2_keys, v2_payment};

pub(crate) fn endpoint(call: &Call<'_>) -> Option<Endpoint> {
    Some(match (call.method, &call.steps[..]) {
        ("GET", ["payments", _]) => Endpoint::Payment,
        ("POST", ["payments", _, "cancel"]) => Endpoint::Cancel,
        ("POST", ["payments", _, "instant" | "billing-key"]) => Endpoint::Charge,
        ("POST", ["payments", _, "pre-register"]) => Endpoint::Register,
        ("POST", ["payments", _, "virtual-account", "close"]) => Endpoint::Account,
        ("POST", ["payments", _, "resend-webhook"]) => Endpoint::ResendWebhook,
        ("GET", ["payments", _, "cash-receipt"]) | ("POST", ["payments", _, "cash-receipt", "cancel"]) => {
            Endpoint::Receipt
        }
        ("POST", ["billing-keys"]) | ("GET" | "DELETE", ["billing-keys", _]) => Endpoint::Card,
        ("GET", ["identity-verifications", _]) => Endpoint::Person,
        _ => return None,
    })
}

pub(crate) fn perform(desk: &mut Desk<'_>, endpoint: Endpoint, call: &Call<'_>) -> Result<Value, Problem> {
    let secret = call.authorization.and_then(|sent| sent.strip_prefix("PortOne "));
    if secret != Some(&desk.options.api_secret) {
        return Err(unauthorized());
    }
    store(desk, call)?;
    match (endpoint, &call.steps[..]) {
        (Endpoint::Payment, [_, id]) => v2_payment::get(desk, id),
        (Endpoint::Cancel, [_, id, _]) => v2_payment::cancel(desk, id, &call.fields.clone()?),
        (Endpoint::Charge, [_, id, "instant"]) => v2_payment::instant(desk, id, &call.fields.clone()?),
        (Endpoint::Charge, [_, id, _]) => v2_keys::charge(desk, id, &call.fields.clone()?),
        (Endpoint::Register, [_, id, _]) => v2_payment::register(desk, id, &call.fields.clone()?),
        (Endpoint::Account, [_, id, ..]) => v2_payment::close(desk, id),
        (Endpoint::ResendWebhook, [_, id, _]) => v2_payment::resend(desk, id, &call.fields.clone()?),
        (Endpoint::Receipt, [_, id, rest @ ..]) => v2_payment::receipt(desk, id, rest.len() > 1),
        (Endpoint::Card, ["billing-keys"]) => v2_keys::issue(desk, &call.fields.clone()?),
        (Endpoint::Card, [_, key]) => v2_keys::read_or_delete(desk, key, call.method == "DELETE"),
        (Endpoint::Person, [_, id]) => v2_keys::person(desk, id),
        _ => Err(no_route()),
    }
}

/// A store that is named, in the query or the body, has to be ours.
fn store(desk: &Desk<'_>, call: &Call<'_>) -> Result<(), Problem> {
    let in_body = call.fields.as_ref().ok().and_then(|fields| fields.maybe_text("storeId").ok().flatten());
    let named = call.query.maybe_text("storeId")?.or(in_body);
    if named.is_none_or(|named| named == desk.options.store_id) {
        return Ok(());
    }
    Err(super::problem::problem(http::StatusCode::FORBIDDEN, "FORBIDDEN", "not your store"))
}

pub(crate) fn refusal(problem: &Problem) -> Value {
    let mut said = json!({ "type": problem.kind, "message": problem.message });
    if problem.kind == "PG_PROVIDER" {
        said["pgCode"] = json!("2013");
        said["pgMessage"] = json!(problem.message);
    }
    said
}
