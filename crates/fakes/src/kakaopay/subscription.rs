//! `subscription` and what manages it: charges again, ends, reads an agreement made by a first payment.

use serde_json::{Map, Value, json};

use super::approve::receipt;
use super::desk::{Desk, payload, put};
use super::fields::Fields;
use super::problem::{NO_SUCH_SID, OTHER_SUBSCRIBER, Problem, SID_INACTIVE, refused};
use super::state::{Action, ActionKind, Payment, Status, Subscription};
use crate::page::local_time;

pub(crate) fn charge(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let cid = desk.cid(fields)?;
    let sid = fields.text("sid", 20)?;
    let partner_order_id = fields.text("partner_order_id", 100)?;
    let partner_user_id = fields.text("partner_user_id", 100)?;
    let item_name = fields.optional_text("item_name", 100)?;
    let item_code = fields.optional_text("item_code", 100)?;
    let quantity = fields.whole("quantity")?;
    let amount = desk.amount(fields, false)?;
    let payload = payload(fields)?;

    let now = desk.now;
    let subscription = find(desk, &cid, &sid)?;
    if subscription.inactivated_at.is_some() {
        return Err(refused(SID_INACTIVE));
    }
    if subscription.partner_user_id != partner_user_id {
        return Err(refused(OTHER_SUBSCRIBER));
    }
    subscription.last_approved_at = now;
    let (method, first_item) = (subscription.method.clone(), subscription.item_name.clone());

    let ids = &mut desk.state.ids;
    let payment = Payment {
        tid: ids.hex("T", 19),
        page: ids.hex("", 64),
        actions: vec![Action { aid: ids.hex("A", 19), kind: ActionKind::Payment, at: now, amount, payload }],
        dialect: desk.dialect,
        cid,
        sid: Some(sid),
        partner_order_id,
        partner_user_id,
        item_name: item_name.or(first_item),
        item_code,
        quantity,
        amount,
        method,
        install_month: 0,
        // Nobody's browser is involved.
        approval_url: String::new(),
        cancel_url: String::new(),
        fail_url: String::new(),
        created_at: now,
        status: Status::SuccessPayment,
        shown_status: None,
        pg_token: None,
        timed_out: false,
    };
    let answer = receipt(&payment, desk.dialect);
    desk.state.payments.add(payment);
    Ok(answer)
}

pub(crate) fn end(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let cid = desk.cid(fields)?;
    let sid = fields.text("sid", 20)?;
    let now = desk.now;
    let subscription = find(desk, &cid, &sid)?;
    if subscription.inactivated_at.is_some() {
        return Err(refused(SID_INACTIVE)); // Guess: that ending it twice is refused.
    }
    subscription.inactivated_at = Some(now);
    Ok(Value::Object(about(subscription, &sid)))
}

pub(crate) fn status(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let cid = desk.cid(fields)?;
    let sid = fields.text("sid", 20)?;
    let subscription = find(desk, &cid, &sid)?;
    let mut answer = about(subscription, &sid);
    answer.insert("available".into(), json!(subscription.inactivated_at.is_none()));
    answer.insert("payment_method_type".into(), json!(subscription.method));
    put(&mut answer, "item_name", subscription.item_name.as_deref());
    Ok(Value::Object(answer))
}

fn about(subscription: &Subscription, sid: &str) -> Map<String, Value> {
    let status = if subscription.inactivated_at.is_some() { "INACTIVE" } else { "ACTIVE" };
    let mut answer = Map::new();
    answer.insert("cid".into(), json!(subscription.cid));
    answer.insert("sid".into(), json!(sid));
    answer.insert("status".into(), json!(status));
    answer.insert("created_at".into(), json!(local_time(subscription.created_at)));
    answer.insert("last_approved_at".into(), json!(local_time(subscription.last_approved_at)));
    put(&mut answer, "inactivated_at", subscription.inactivated_at.map(local_time));
    answer
}

fn find<'a>(desk: &'a mut Desk<'_>, cid: &str, sid: &str) -> Result<&'a mut Subscription, Problem> {
    let subscription = desk.state.subscriptions.get_mut(sid);
    subscription.filter(|subscription| subscription.cid == cid).ok_or(refused(NO_SUCH_SID))
}
