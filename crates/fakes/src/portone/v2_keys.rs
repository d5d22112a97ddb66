//! V2's billing keys and identity verifications.

use http::StatusCode;
use serde_json::{Value, json};

use super::endpoint::Dialect;
use super::fields::Fields;
use super::problem::{Problem, problem};
use super::state::{Buyer, Card, Desk, Method, Stage};
use super::v2_payment::time;
use super::{tell, v2_payment};

pub(crate) fn issue(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    if fields.text("channelKey")? != desk.options.channel_key {
        return Err(problem(StatusCode::NOT_FOUND, "CHANNEL_NOT_FOUND", "no such channel"));
    }
    let number = fields.object("method")?.object("card")?.object("credential")?.text("number")?;
    let last_digits = number.get(number.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    let key = format!("billing-key-{}", desk.state.uuid());
    let (now, owner) = (desk.now, Buyer::default());
    let customer = match fields.maybe_object("customer") {
        Some(customer) => customer.maybe_text("id")?,
        None => None,
    };
    let card = Card { dialect: Dialect::V2, last_digits, owner, customer, inserted: now, deleted_at: None };
    desk.state.cards.insert(key.clone(), card);
    tell::billing_key(desk, "BillingKey.Issued", &key);
    Ok(json!({ "billingKeyInfo": { "billingKey": key, "issuedAt": time(now) } }))
}

pub(crate) fn read_or_delete(desk: &mut Desk<'_>, key: &str, deletes: bool) -> Result<Value, Problem> {
    let (now, store_id) = (desk.now, desk.options.store_id.clone());
    let card = find(desk, key)?;
    if !deletes {
        return Ok(json!({
            "status": if card.deleted_at.is_some() { "DELETED" } else { "ISSUED" },
            "billingKey": key,
            "merchantId": "merchant-00000000-0000-4000-8000-000000000000",
            "storeId": store_id,
            "methods": [{
                "type": "BillingKeyPaymentMethodCard",
                "card": { "name": "가짜카드", "number": format!("000000******{}", card.last_digits) },
            }],
            "channels": [],
            "customer": card.customer.as_ref().map_or_else(|| json!({}), |id| json!({ "id": id })),
            "issuedAt": time(card.inserted),
            "deletedAt": card.deleted_at.map(time),
        }));
    }
    if card.deleted_at.is_some() {
        return Err(already_deleted());
    }
    card.deleted_at = Some(now);
    tell::billing_key(desk, "BillingKey.Deleted", key);
    Ok(json!({ "deletedAt": time(now) }))
}

pub(crate) fn charge(desk: &mut Desk<'_>, id: &str, fields: &Fields) -> Result<Value, Problem> {
    let key = fields.text("billingKey")?;
    let card = find(desk, &key)?;
    if card.deleted_at.is_some() {
        return Err(already_deleted());
    }
    let last_digits = card.last_digits.clone();
    let quota = fields.maybe_whole("installmentMonth")?.unwrap_or(0);
    v2_payment::charge(desk, id, fields, (Method::Card { last_digits, quota }, Stage::Paid), Some(key))
}

/// Persons are certified through V1's endpoints only; V2 reads them by their number.
pub(crate) fn person(desk: &Desk<'_>, id: &str) -> Result<Value, Problem> {
    let kind = "IDENTITY_VERIFICATION_NOT_FOUND";
    let person = desk.state.persons.get(id);
    let person = person.ok_or_else(|| problem(StatusCode::NOT_FOUND, kind, "no such verification"))?;
    let Some(certified_at) = person.certified_at else {
        return Ok(json!({ "status": "READY", "id": id }));
    };
    let birthday = &person.birthday;
    Ok(json!({
        "status": "VERIFIED",
        "id": id,
        "verifiedCustomer": {
            "name": person.name,
            "phoneNumber": person.phone,
            "birthDate": format!("{}-{}-{}", &birthday[..4], &birthday[4..6], &birthday[6..]),
            "ci": format!("ci-{}", person.phone),
            "di": format!("di-{}", person.phone),
        },
        "verifiedAt": time(certified_at),
    }))
}

fn find<'a>(desk: &'a mut Desk<'_>, key: &str) -> Result<&'a mut Card, Problem> {
    let card = desk.state.cards.get_mut(key).filter(|card| card.dialect == Dialect::V2);
    card.ok_or_else(|| problem(StatusCode::NOT_FOUND, "BILLING_KEY_NOT_FOUND", "no such billing key"))
}

fn already_deleted() -> Problem {
    problem(StatusCode::CONFLICT, "BILLING_KEY_ALREADY_DELETED", "the billing key was deleted")
}
