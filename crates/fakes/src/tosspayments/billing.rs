//! Billing keys: made, read, charged, ended.

use serde_json::{Value, json};

use super::desk::{Desk, Name, card};
use super::fields::Fields;
use super::merchant::Manner;
use super::object;
use super::problem::Problem;
use super::state::{Billing, Card, Method, Status};

pub(crate) fn issue(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let customer_key = fields.customer_key()?;
    // An `authKey` comes from a window that this fake does not have, so any will do.
    let card = match fields.raw("authKey") {
        Some(_) => Card { number: "4330123412341234".into(), months: 0 },
        None => card(fields)?,
    };
    let key = desk.state.ids.hex("bfake", 24);
    let billing = Billing { m_id: desk.merchant.m_id.clone(), customer_key, card, at: desk.now };
    let answer = object::billing(&key, &billing, desk.merchant.manner);
    desk.state.billings.insert(key, billing);
    Ok(answer)
}

pub(crate) fn look_up(desk: &mut Desk<'_>, key: &str, fields: &Fields) -> Result<Value, Problem> {
    let customer_key = fields.customer_key()?;
    let billing = find(desk, key)?;
    if billing.customer_key != customer_key {
        return Err(Problem::OtherCustomer);
    }
    Ok(object::billing(key, billing, desk.merchant.manner))
}

pub(crate) fn pay(desk: &mut Desk<'_>, key: &str, fields: &Fields) -> Result<Value, Problem> {
    let customer_key = fields.customer_key()?;
    let sale = desk.sale(fields, Name::Optional)?;
    let billing = find(desk, key)?;
    // The reference does not compare it, and its tests rely on that.
    if billing.customer_key != customer_key && desk.merchant.manner == Manner::Current {
        return Err(Problem::OtherCustomer);
    }
    let card = billing.card.clone();
    desk.is_new_order(&sale.order_id)?;
    let mut payment = desk.fresh(sale);
    payment.is_billing = true;
    payment.method = Some(Method::Card);
    payment.card = Some(card);
    payment.agreed_at = Some(desk.now);
    payment.status = Status::InProgress;
    desk.collect(&mut payment);
    Ok(desk.keep(payment))
}

pub(crate) fn delete(desk: &mut Desk<'_>, key: &str) -> Result<Value, Problem> {
    find(desk, key)?;
    desk.state.billings.remove(key);
    Ok(json!({}))
}

fn find<'a>(desk: &'a Desk<'_>, key: &str) -> Result<&'a Billing, Problem> {
    let billing = desk.state.billings.get(key);
    billing.filter(|billing| billing.m_id == desk.merchant.m_id).ok_or(Problem::NoSuchBillingKey)
}
