//! `cancel`: gives some or all of a collected payment back. Without an amount that is everything, as documented.

use serde_json::Value;

use super::desk::Desk;
use super::fields::{Fields, bad};
use super::merchant::Manner;
use super::problem::Problem;
use super::state::{Cancel, Method, Payment, Status};

pub(crate) fn perform(desk: &mut Desk<'_>, payment_key: &str, fields: &Fields) -> Result<Value, Problem> {
    let reason = fields.text("cancelReason", 200)?;
    let amount = fields.optional_whole("cancelAmount")?;
    let tax_free = fields.optional_whole("taxFreeAmount")?.unwrap_or(0);
    let believed = fields.optional_whole("refundableAmount")?;
    let account = refund_account(fields)?;
    let manner = desk.merchant.manner;

    let payment = desk.payment(payment_key)?;
    let left = payment.left();
    let amount = amount.unwrap_or(left);
    let is_deposited = payment.approved_at.is_some();
    match payment.status {
        Status::Done | Status::PartialCanceled => {}
        Status::WaitingForDeposit if amount == left => {}
        Status::WaitingForDeposit => return Err(Problem::PartBeforeDeposit),
        Status::Canceled => return Err(Problem::AlreadyCanceled),
        Status::Ready | Status::InProgress | Status::Aborted | Status::Expired => {
            return Err(Problem::NotCancelable);
        }
    }
    if amount > left {
        return Err(Problem::MoreThanLeft);
    }
    // Guess: that nothing is refused, and with this code; PortOne takes it for everything.
    if amount == 0 || tax_free > amount {
        return Err(bad("cancelAmount", "is nothing"));
    }
    if believed.is_some_and(|believed| believed != left) {
        return Err(Problem::BalanceDiffers);
    }
    let needs_account = payment.method == Some(Method::VirtualAccount) && is_deposited;
    if needs_account && !account && manner == Manner::Current {
        return Err(Problem::NoRefundAccount);
    }
    give_back(desk, payment_key, amount, tax_free, reason)
}

fn give_back(
    desk: &mut Desk<'_>,
    payment_key: &str,
    amount: i64,
    tax_free: i64,
    reason: String,
) -> Result<Value, Problem> {
    let (now, transaction_key) = (desk.now, desk.state.transaction());
    let payment = desk.payment(payment_key)?;
    let left = payment.left() - amount;
    payment.cancels.push(Cancel {
        amount,
        tax_free,
        reason,
        left,
        at: now,
        transaction_key: transaction_key.clone(),
    });
    settle(payment);
    payment.transaction_key = Some(transaction_key);
    let payment = payment.clone();
    desk.tell(payment_key);
    Ok(desk.show(&payment))
}

/// What a payment is, once something more was given back.
pub(crate) fn settle(payment: &mut Payment) {
    payment.status = if payment.left() == 0 { Status::Canceled } else { Status::PartialCanceled };
    let was_collected = payment.approved_at.is_some();
    if let Some(account) = payment.account.as_mut().filter(|_| was_collected) {
        account.refund = "COMPLETED".into();
    }
}

/// Whether there is one; it is looked at, but any will do.
fn refund_account(fields: &Fields) -> Result<bool, Problem> {
    let Some(account) = fields.object("refundReceiveAccount")? else { return Ok(false) };
    account.text("bank", 30)?;
    account.digits("accountNumber", 1, 20)?;
    account.text("holderName", 60)?;
    Ok(true)
}
