//! Cash receipts: issued and taken back. No money moves here.

use serde_json::Value;

use super::desk::Desk;
use super::fields::{Fields, bad};
use super::object;
use super::problem::Problem;
use super::state::Receipt;

pub(crate) fn issue(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let purpose = fields.text("type", 10)?;
    if !["소득공제", "지출증빙"].contains(&purpose.as_str()) {
        return Err(bad("type", "is none of the two"));
    }
    let (order_id, order_name) = (fields.order_id()?, fields.text("orderName", 100)?);
    let amount = fields.amount("amount")?;
    let tax_free = fields.optional_whole("taxFreeAmount")?.unwrap_or(0);
    let number = match fields.optional_text("customerIdentityNumber", 30)? {
        Some(number) => number,
        None => fields.text("registrationNumber", 30)?,
    };
    let payment_key = fields.optional_text("paymentKey", 200)?;
    let key = desk.state.key("rfake");
    if let Some(payment_key) = payment_key {
        let payment = desk.payment(&payment_key)?;
        if payment.order_id != order_id {
            return Err(Problem::NoSuchPayment);
        }
        if payment.receipt.is_some() {
            return Err(Problem::ReceiptExists);
        }
        if amount > payment.total {
            return Err(Problem::ReceiptTooLarge);
        }
        payment.receipt = Some(key.clone());
    }
    let receipt = Receipt {
        m_id: desk.merchant.m_id.clone(),
        order_id,
        order_name,
        purpose,
        number,
        amount,
        tax_free,
        cancelled: 0,
        at: desk.now,
        canceled_at: None,
    };
    let answer = object::receipt(&key, &receipt, desk.merchant.manner);
    desk.state.receipts.insert(key, receipt);
    Ok(answer)
}

pub(crate) fn cancel(desk: &mut Desk<'_>, key: &str, fields: &Fields) -> Result<Value, Problem> {
    let amount = fields.optional_whole("amount")?;
    let (now, manner, m_id) = (desk.now, desk.merchant.manner, &desk.merchant.m_id);
    let receipt = desk.state.receipts.get_mut(key).filter(|receipt| receipt.m_id == *m_id);
    let receipt = receipt.ok_or(Problem::NoSuchReceipt)?;
    let left = receipt.amount - receipt.cancelled;
    let amount = amount.unwrap_or(left);
    if left == 0 || amount > left {
        return Err(Problem::MoreThanLeft);
    }
    if amount == 0 {
        return Err(bad("amount", "is nothing"));
    }
    receipt.cancelled += amount;
    receipt.canceled_at = Some(now);
    Ok(object::receipt(key, receipt, manner))
}
