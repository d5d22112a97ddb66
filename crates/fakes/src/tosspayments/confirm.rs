//! `confirm`: collects a payment that its payer has agreed to, or makes the account that it is to be paid into.

use serde_json::Value;

use super::desk::Desk;
use super::fields::Fields;
use super::merchant::Manner;
use super::problem::Problem;
use super::state::{Method, Status};

/// `named` is the payment in the path; empty where it stands in the body.
pub(crate) fn perform(desk: &mut Desk<'_>, named: &str, fields: &Fields) -> Result<Value, Problem> {
    let payment_key = if named.is_empty() { fields.text("paymentKey", 200)? } else { named.to_owned() };
    let (order_id, amount) = (fields.order_id()?, fields.amount("amount")?);
    let manner = desk.merchant.manner;
    let payment = desk.payment(&payment_key)?;
    if payment.order_id != order_id || payment.total != amount {
        return Err(Problem::OtherOrderOrAmount); // Guess: a refusal leaves it as it was.
    }
    match (payment.status, manner) {
        (Status::InProgress, _) => {}
        // The reference's payments may be confirmed as often as one likes, and so may a card that was typed in.
        (Status::Done | Status::WaitingForDeposit, Manner::Reference) => {
            let payment = payment.clone();
            return Ok(desk.show(&payment));
        }
        (Status::Ready | Status::Expired | Status::Aborted, _) => return Err(Problem::NoSession),
        (Status::Done | Status::WaitingForDeposit | Status::Canceled | Status::PartialCanceled, _) => {
            return Err(Problem::AlreadyProcessed);
        }
    }
    desk.is_new_order(&order_id)?;
    let mut payment = desk.payment(&payment_key)?.clone();
    if payment.method == Some(Method::VirtualAccount) {
        payment.status = Status::WaitingForDeposit;
        payment.transaction_key = Some(desk.state.transaction());
    } else {
        desk.collect(&mut payment);
    }
    let answer = desk.show(&payment);
    *desk.payment(&payment_key)? = payment;
    desk.tell(&payment_key);
    Ok(answer)
}
