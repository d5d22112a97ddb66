//! `approve`: collects a payment that its payer has agreed to. Only here does money move.

use serde_json::{Value, json};

use super::desk::{Desk, is_subscription, particulars, payload, put, tid};
use super::endpoint::Dialect;
use super::fields::Fields;
use super::problem::{
    ALREADY_APPROVED, CANNOT_APPROVE_NOW, EXPIRED, NOT_AUTHENTICATED, OTHER_ORDER, OTHER_USER, Problem,
    WRONG_TOKEN, WRONG_TOTAL, refused,
};
use super::state::{Action, ActionKind, Payment, Status, Subscription};

pub(crate) fn perform(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let cid = desk.cid(fields)?;
    let tid = tid(fields)?;
    let order = fields.text("partner_order_id", 100)?;
    let user = fields.text("partner_user_id", 100)?;
    let token = fields.text("pg_token", usize::MAX)?;
    let total = fields.optional_whole("total_amount")?;
    let payload = payload(fields)?;

    let (now, dialect) = (desk.now, desk.dialect);
    let payment = desk.payment(&cid, &tid)?;
    can_be_approved(payment, payment.has_expired(now))?;
    let differs = if payment.partner_order_id != order {
        Some(OTHER_ORDER)
    } else if payment.partner_user_id != user {
        Some(OTHER_USER)
    } else if payment.pg_token.as_deref() != Some(&token) {
        Some(WRONG_TOKEN)
    } else if total.is_some_and(|total| total != payment.amount.total) {
        Some(WRONG_TOTAL) // Guess: −722 and −724 would fit as well.
    } else {
        None
    };
    if let Some(code) = differs {
        return Err(refused(code)); // Guess: a refusal does not use the token up.
    }

    let aid = desk.state.ids.hex("A", 19); // Guess: its shape, beyond 20 characters.
    let sid = is_subscription(&cid).then(|| desk.state.ids.hex("S", 19));
    let payment = desk.payment(&cid, &tid)?;
    payment.pg_token = None;
    payment.sid.clone_from(&sid);
    // Guess: that a subscription agreed on without a first charge is the one that ends as ISSUED_SID.
    let (status, kind) = match payment.amount.total {
        0 => (Status::IssuedSid, ActionKind::IssuedSid),
        _ => (Status::SuccessPayment, ActionKind::Payment),
    };
    payment.status = status;
    payment.actions.push(Action { aid, kind, at: now, amount: payment.amount, payload });
    let answer = receipt(payment, dialect);
    if let Some(sid) = sid {
        let subscription = Subscription {
            cid,
            partner_user_id: payment.partner_user_id.clone(),
            item_name: payment.item_name.clone(),
            method: payment.method.clone(),
            created_at: now,
            last_approved_at: now,
            inactivated_at: None,
        };
        desk.state.subscriptions.insert(sid, subscription);
    }
    Ok(answer)
}

/// Guess: the order in which these are looked at, in particular that an expired payment is expired whether its payer
/// has agreed or not.
fn can_be_approved(payment: &Payment, has_expired: bool) -> Result<(), Problem> {
    match payment.status {
        Status::SuccessPayment | Status::PartCancelPayment | Status::CancelPayment | Status::IssuedSid => {
            Err(refused(ALREADY_APPROVED))
        }
        Status::Ready
        | Status::OpenPayment
        | Status::AuthPassword
        | Status::QuitPayment
        | Status::FailPayment
            if has_expired =>
        {
            Err(refused(EXPIRED))
        }
        Status::QuitPayment | Status::FailPayment => Err(refused(CANNOT_APPROVE_NOW)),
        Status::Ready | Status::OpenPayment => Err(refused(NOT_AUTHENTICATED)),
        Status::AuthPassword => Ok(()),
    }
}

/// The answer to a collected payment. It names no status.
pub(crate) fn receipt(payment: &Payment, dialect: Dialect) -> Value {
    let mut answer = particulars(payment);
    if let Some(approval) = payment.approval() {
        answer.insert("aid".into(), json!(approval.aid));
        put(&mut answer, "payload", approval.payload.as_deref());
    }
    put(&mut answer, "sid", payment.sid.as_deref());
    if payment.method == "CARD" {
        answer.insert("card_info".into(), card(payment, dialect));
    }
    Value::Object(answer)
}

fn card(payment: &Payment, dialect: Dialect) -> Value {
    let mut card = json!({
        "kakaopay_purchase_corp": "가짜카드",
        "kakaopay_purchase_corp_code": "199",
        "kakaopay_issuer_corp": "가짜카드",
        "kakaopay_issuer_corp_code": "199",
        "bin": "000000",
        "card_type": "신용",
        "install_month": format!("{:02}", payment.install_month),
        "approved_id": "00000000",
        "card_mid": "0000000000",
        "interest_free_install": "N",
        "installment_type": "NONE",
        "card_item_code": "",
    });
    if dialect == Dialect::Legacy {
        card["purchase_corp"] = json!("가짜카드");
        card["purchase_corp_code"] = json!("99");
        card["issuer_corp"] = json!("가짜카드");
        card["issuer_corp_code"] = json!("99");
    }
    card
}
