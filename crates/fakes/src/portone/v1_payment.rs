//! V1's payments: reading them, registering beforehand what they come to, and giving them back.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::endpoint::Dialect;
use super::fields::Fields;
use super::problem::{Problem, already_paid, bad, no_payment};
use super::state::{Cancel, Desk, Method, Payment, Stage};
use super::tell;
use super::v1::unprocessable;
use super::view::Standing;

pub(crate) fn get(desk: &Desk<'_>, imp_uid: &str) -> Result<Value, Problem> {
    let of_v1 = |payment: &&Payment| payment.imp_uid == imp_uid && payment.dialect == Dialect::V1;
    desk.state.payments.iter().find(of_v1).map(view).ok_or_else(no_payment)
}

/// The latest under an order number, among those that stand so where a status is named.
pub(crate) fn find(desk: &Desk<'_>, id: &str, status: Option<&str>) -> Result<Value, Problem> {
    all(desk, id, status).next().map(view).ok_or_else(no_payment)
}

pub(crate) fn find_all(desk: &Desk<'_>, id: &str, status: Option<&str>) -> Value {
    let list: Vec<Value> = all(desk, id, status).map(view).collect();
    json!({ "total": list.len(), "previous": 0, "next": 0, "list": list })
}

fn all<'a>(desk: &'a Desk<'_>, id: &'a str, status: Option<&'a str>) -> impl Iterator<Item = &'a Payment> {
    let payments = desk.state.payments.iter().rev();
    payments.filter(move |payment| {
        let stands_so =
            status.is_none_or(|status| status == "all" || status == Standing::of(payment).as_v1());
        payment.dialect == Dialect::V1 && payment.id == id && stands_so
    })
}

pub(crate) fn prepare(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let (id, amount) = (fields.text("merchant_uid")?, fields.whole("amount")?);
    if desk.state.is_taken(&id) {
        return Err(already_paid());
    }
    desk.state.registered.insert(id.clone(), amount);
    Ok(json!({ "merchant_uid": id, "amount": amount }))
}

pub(crate) fn prepared(desk: &Desk<'_>, id: &str) -> Result<Value, Problem> {
    let amount = desk.state.registered.get(id).ok_or_else(no_payment)?;
    Ok(json!({ "merchant_uid": id, "amount": amount }))
}

/// No sum, and a sum of 0, mean all that is left, as with the real one.
pub(crate) fn cancel(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let (imp_uid, id) = (fields.maybe_text("imp_uid")?, fields.maybe_text("merchant_uid")?);
    let name = imp_uid.or(id).ok_or_else(|| bad("imp_uid", "is missing"))?;
    let wanted = fields.maybe_whole("amount")?.filter(|amount| *amount > 0);
    let tax_free = fields.maybe_whole("tax_free")?.unwrap_or(0);
    let believed_left = fields.maybe_whole("checksum")?;
    let reason = fields.maybe_text("reason")?.unwrap_or_default();
    let account = ["refund_holder", "refund_bank", "refund_account"].map(|name| fields.text(name).is_ok());
    let (now, cancel_id) = (desk.now, desk.state.ids.hex("cancel_", 12));

    let payment = desk.state.find_mut(&name).filter(|payment| payment.dialect == Dialect::V1);
    let payment = payment.ok_or_else(no_payment)?;
    if payment.stage == Stage::Issued && payment.paid_at.is_none() && wanted.is_none() {
        // Guess: that all of nothing is a way to close the account.
        payment.stage = Stage::Closed;
    } else {
        let left = payment.left();
        let amount = wanted.unwrap_or(left);
        if left == 0 {
            return Err(unprocessable("취소할 금액이 없습니다."));
        }
        if believed_left.is_some_and(|believed| believed != left) {
            return Err(unprocessable("취소 가능 금액이 일치하지 않습니다."));
        }
        if amount > left {
            return Err(unprocessable("취소 요청 금액이 취소 가능 금액보다 큽니다."));
        }
        if matches!(payment.method, Method::Vbank { .. }) && account.contains(&false) {
            return Err(unprocessable("환불 계좌가 없습니다."));
        }
        payment.cancels.push(Cancel { id: cancel_id, amount, tax_free, reason, at: now });
    }
    let payment = payment.clone();
    if desk.options.tells_of_every_refund || fields.is_true("enable_webhook") {
        tell::payment(desk, &payment);
    }
    Ok(view(&payment))
}

/// The whole payment object: every key that payments SDKs demand, under the name that they know and the real one's.
pub(crate) fn view(payment: &Payment) -> Value {
    let seconds = |at: Option<Timestamp>| at.map_or(0, Timestamp::as_second);
    let last_cancel = payment.cancels.last();
    let receipt_url = format!("https://pay.example/receipts/{}", payment.imp_uid);
    let has_receipt = payment.receipt.as_ref().is_some_and(|receipt| receipt.cancelled_at.is_none());
    let status = Standing::of(payment).as_v1();
    let history = payment.cancels.iter().map(|cancel| {
        json!({
            "pg_id": "fake-shop",
            "pg_tid": cancel.id,
            "cancellation_id": cancel.id,
            "amount": cancel.amount,
            "cancelled_at": cancel.at.as_second(),
            "reason": cancel.reason,
            "receipt_url": receipt_url,
        })
    });
    let common = json!({
        "imp_uid": payment.imp_uid,
        "merchant_uid": payment.id,
        "name": payment.name,
        "amount": payment.amount,
        "cancel_amount": payment.cancelled(),
        "currency": "KRW",
        "receipt_url": receipt_url,
        "cash_receipt_issue": has_receipt,
        "cash_receipt_issued": has_receipt,
        "channel": "pc",
        "pg_provider": "fake",
        "emb_pg_provider": null,
        "pg_id": "fake-shop",
        "pg_tid": format!("tid-{}", payment.imp_uid),
        "escrow": false,
        "buyer_name": payment.buyer.name,
        "buyer_email": payment.buyer.email,
        "buyer_tel": payment.buyer.tel,
        "buyer_addr": payment.buyer.addr,
        "buyer_postcode": payment.buyer.postcode,
        "customer_uid": payment.customer_uid,
        "customer_uid_usage": payment.customer_uid.as_ref().map(|_| "payment"),
        "custom_data": payment.custom_data,
        "user_agent": null,
        "status": payment.shown_status.as_deref().unwrap_or(status),
        "started_at": payment.started_at.as_second(),
        "paid_at": seconds(payment.paid_at),
        "failed_at": seconds(payment.failed_at),
        "cancelled_at": seconds(last_cancel.map(|cancel| cancel.at)),
        "fail_reason": payment.fail_reason,
        "cancel_reason": last_cancel.map(|cancel| &cancel.reason),
        "cancel_history": history.collect::<Vec<_>>(),
    });
    let own = match &payment.method {
        Method::Card { last_digits, quota } => json!({
            "pay_method": "card",
            "card_code": "366",
            "card_name": "가짜카드",
            "card_number": format!("0000-0000-0000-{last_digits}"),
            "card_quota": quota,
            "apply_num": "00000000",
        }),
        Method::Vbank { code, number, holder, due } => json!({
            "pay_method": "vbank",
            "vbank_code": code,
            "vbank_name": "가짜은행",
            "vbank_num": number,
            "vbank_holder": holder,
            "vbank_date": due.as_second(),
            "vbank_issued_at": payment.started_at.as_second(),
        }),
    };
    let mut whole = Map::new();
    for part in [common, own] {
        whole.extend(
            part.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())),
        );
    }
    Value::Object(whole)
}
