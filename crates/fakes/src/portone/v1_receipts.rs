//! V1's cash receipts: one a payment, issued, read and cancelled.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::api::Call;
use super::problem::{Problem, no_payment};
use super::state::{Desk, Payment, Receipt};
use super::v1::unprocessable;

pub(crate) fn perform(desk: &mut Desk<'_>, call: &Call<'_>, imp_uid: &str) -> Result<Value, Problem> {
    let (now, uid) = (desk.now, desk.state.ids.hex("receipt_", 12));
    let payment = desk.state.find_mut(imp_uid).filter(|payment| payment.imp_uid == imp_uid);
    let payment = payment.ok_or_else(no_payment)?;
    match call.method {
        "POST" => {
            let fields = call.fields.clone()?;
            fields.text("identifier")?;
            if payment.receipt.as_ref().is_some_and(|receipt| receipt.cancelled_at.is_none()) {
                return Err(unprocessable("이미 발행된 현금영수증이 있습니다."));
            }
            let kind = fields.maybe_text("type")?.unwrap_or_else(|| "person".into());
            payment.receipt = Some(Receipt { uid, kind, applied_at: now, cancelled_at: None });
        }
        "DELETE" => {
            let receipt = payment.receipt.as_mut().ok_or_else(no_payment)?;
            if receipt.cancelled_at.is_some() {
                return Err(unprocessable("이미 취소된 현금영수증입니다."));
            }
            receipt.cancelled_at = Some(now);
        }
        _ => {}
    }
    view(payment).ok_or_else(no_payment)
}

fn view(payment: &Payment) -> Option<Value> {
    let receipt = payment.receipt.as_ref()?;
    Some(json!({
        "imp_uid": payment.imp_uid,
        "receipt_uid": receipt.uid,
        "apply_num": "000000000",
        "type": receipt.kind,
        "amount": payment.amount,
        "vat": (payment.amount - payment.tax_free) / 11,
        "receipt_url": format!("https://pay.example/cash-receipts/{}", receipt.uid),
        "applied_at": receipt.applied_at.as_second(),
        "cancelled_at": receipt.cancelled_at.map_or(0, Timestamp::as_second),
    }))
}
