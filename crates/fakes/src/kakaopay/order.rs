//! `order`: reads a payment, at whatever stage it is.

use serde_json::{Value, json};

use super::desk::{Desk, particulars, put, tid};
use super::fields::Fields;
use super::problem::Problem;
use super::state::{Action, Payment};
use crate::page::local_time;

pub(crate) fn perform(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let cid = desk.cid(fields)?;
    let tid = tid(fields)?;
    let payment = desk.payment(&cid, &tid)?;
    let mut answer = particulars(payment);
    let status = payment.shown_status.as_deref().unwrap_or(payment.status.as_str());
    answer.insert("status".into(), json!(status));
    answer.insert("canceled_amount".into(), payment.cancelled().json());
    // Guess: that nothing is available before anything was collected.
    answer.insert("cancel_available_amount".into(), payment.available().json());
    answer.insert(
        "payment_action_details".into(),
        payment.actions.iter().map(|action| detail(payment, action)).collect(),
    );
    if payment.approval().is_some() && payment.method == "CARD" {
        answer.insert("selected_card_info".into(), card(payment));
    }
    Ok(Value::Object(answer))
}

fn detail(payment: &Payment, action: &Action) -> Value {
    let mut answer = serde_json::Map::new();
    answer.insert("aid".into(), json!(action.aid));
    answer.insert("approved_at".into(), json!(local_time(action.at)));
    answer.insert("amount".into(), json!(action.amount.total));
    answer.insert("point_amount".into(), json!(0));
    answer.insert("discount_amount".into(), json!(0));
    answer.insert("green_deposit".into(), json!(action.amount.green_deposit));
    answer.insert("payment_action_type".into(), json!(action.kind.as_str()));
    answer.insert("payment_method_type".into(), json!(payment.method));
    put(&mut answer, "payload", action.payload.as_deref());
    Value::Object(answer)
}

fn card(payment: &Payment) -> Value {
    json!({
        "card_bin": "000000",
        "install_month": payment.install_month,
        "installment_type": "NONE",
        "card_corp_name": "가짜카드",
        "interest_free_install": "N",
    })
}
