//! V1's cards: storing them, and charging them by their digits or their key.

use serde_json::{Value, json};

use super::api::Call;
use super::endpoint::Dialect;
use super::fields::Fields;
use super::problem::{Problem, already_paid, bad, no_payment};
use super::state::{Buyer, Card, Desk, Method, Payment, Stage};
use super::{tell, v1_payment};

pub(crate) fn customer(desk: &mut Desk<'_>, call: &Call<'_>, uid: &str) -> Result<Value, Problem> {
    match call.method {
        "POST" => {
            let fields = call.fields.clone()?;
            let card = card(desk, &fields)?;
            desk.state.cards.insert(uid.to_owned(), card);
            shown(desk, uid)
        }
        "DELETE" => {
            let gone = shown(desk, uid)?;
            desk.state.cards.remove(uid);
            Ok(gone)
        }
        _ => shown(desk, uid),
    }
}

pub(crate) fn onetime(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let card = card(desk, fields)?;
    let last_digits = card.last_digits.clone();
    let uid = fields.maybe_text("customer_uid")?;
    let charged = charge(desk, fields, last_digits, uid.clone())?;
    if let Some(uid) = uid {
        desk.state.cards.insert(uid, card);
    }
    Ok(charged)
}

pub(crate) fn again(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let uid = fields.text("customer_uid")?;
    let card = desk.state.cards.get(&uid).filter(|card| card.dialect == Dialect::V1);
    let last_digits = card.ok_or_else(no_payment)?.last_digits.clone();
    charge(desk, fields, last_digits, Some(uid))
}

fn card(desk: &Desk<'_>, fields: &Fields) -> Result<Card, Problem> {
    let number = fields.text("card_number")?;
    let digits = number.replace('-', "");
    if digits.len() < 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad("card_number", "is not dddd-dddd-dddd-dddd"));
    }
    fields.text("expiry")?;
    fields.text("birth")?;
    Ok(Card {
        customer: None,
        dialect: Dialect::V1,
        last_digits: digits[digits.len() - 4..].to_owned(),
        owner: Buyer {
            name: fields.maybe_text("customer_name")?,
            tel: fields.maybe_text("customer_tel")?,
            email: fields.maybe_text("customer_email")?,
            // The SDKs' spelling, and the real one's.
            addr: fields.maybe_text("customer_addr")?.or(fields.maybe_text("customr_addr")?),
            postcode: fields.maybe_text("customer_postcode")?,
        },
        inserted: desk.now,
        deleted_at: None,
    })
}

fn charge(
    desk: &mut Desk<'_>,
    fields: &Fields,
    last_digits: String,
    customer_uid: Option<String>,
) -> Result<Value, Problem> {
    let id = fields.text("merchant_uid")?;
    let amount = fields.whole("amount")?;
    if amount == 0 {
        return Err(bad("amount", "is 0"));
    }
    if desk.state.is_taken(&id) {
        return Err(already_paid());
    }
    let payment = Payment {
        dialect: Dialect::V1,
        id,
        imp_uid: desk.state.ids.hex("imp_", 12),
        name: fields.maybe_text("name")?,
        amount,
        tax_free: fields.maybe_whole("tax_free")?.unwrap_or(0),
        method: Method::Card { last_digits, quota: fields.maybe_whole("card_quota")?.unwrap_or(0) },
        stage: Stage::Paid,
        buyer: buyer(fields)?,
        customer_uid,
        custom_data: fields.maybe_text("custom_data")?,
        notice_urls: fields.texts("notice_url"),
        started_at: desk.now,
        paid_at: Some(desk.now),
        failed_at: None,
        fail_reason: None,
        cancels: Vec::new(),
        receipt: None,
        shown_status: None,
    };
    tell::payment(desk, &payment);
    let view = v1_payment::view(&payment);
    desk.state.payments.push(payment);
    Ok(view)
}

pub(crate) fn buyer(fields: &Fields) -> Result<Buyer, Problem> {
    Ok(Buyer {
        name: fields.maybe_text("buyer_name")?,
        email: fields.maybe_text("buyer_email")?,
        tel: fields.maybe_text("buyer_tel")?,
        addr: fields.maybe_text("buyer_addr")?,
        postcode: fields.maybe_text("buyer_postcode")?,
    })
}

fn shown(desk: &Desk<'_>, uid: &str) -> Result<Value, Problem> {
    let card = desk.state.cards.get(uid).filter(|card| card.dialect == Dialect::V1).ok_or_else(no_payment)?;
    Ok(json!({
        "customer_uid": uid,
        "pg_provider": "fake",
        "pg_id": "fake-shop",
        "card_name": "가짜카드",
        "card_code": "366",
        "card_number": format!("0000-0000-0000-{}", card.last_digits),
        // A text, as payments SDKs demand; the real one's is 0, 1 or null.
        "card_type": "0",
        "customer_name": card.owner.name,
        "customer_tel": card.owner.tel,
        "customer_email": card.owner.email,
        "customer_addr": card.owner.addr,
        "customer_postcode": card.owner.postcode,
        "inserted": card.inserted.as_second(),
        "updated": card.inserted.as_second(),
    }))
}
