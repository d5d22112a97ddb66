//! What happens to a payment without its shop: a bank that answers late or wrongly, and a person at KakaoPay's own desk.

use jiff::Timestamp;

use super::money::{Amount, vat};
use super::payer::PayerError;
use super::state::{Action, ActionKind, State, Status};

/// The bank collects after all, at whatever time: `total`, where that is another sum than was asked for.
pub(crate) fn capture(
    state: &mut State,
    now: Timestamp,
    tid: &str,
    total: Option<i64>,
) -> Result<(), PayerError> {
    let aid = state.ids.hex("A", 19);
    let payment = state.payments.get_mut(tid).ok_or(PayerError::NoSuchPayment)?;
    if payment.approval().is_some() {
        return Err(PayerError::Finished(payment.status));
    }
    if let Some(total) = total {
        payment.amount = Amount { total, vat: vat(total), ..Amount::default() };
    }
    payment.pg_token = None;
    payment.status = Status::SuccessPayment;
    payment.actions.push(Action {
        aid,
        kind: ActionKind::Payment,
        at: now,
        amount: payment.amount,
        payload: None,
    });
    Ok(())
}

/// The bank gives up: whatever the payer agreed to, it is not collected any more.
pub(crate) fn give_up(state: &mut State, tid: &str) -> Result<(), PayerError> {
    let payment = state.payments.get_mut(tid).ok_or(PayerError::NoSuchPayment)?;
    if payment.approval().is_some() {
        return Err(PayerError::Finished(payment.status));
    }
    payment.pg_token = None;
    payment.status = Status::FailPayment;
    Ok(())
}

/// A person gives `sum` back, or as much of it as is there.
pub(crate) fn give_back(state: &mut State, now: Timestamp, tid: &str, sum: i64) -> Result<(), PayerError> {
    let aid = state.ids.hex("A", 19);
    let payment = state.payments.get_mut(tid).ok_or(PayerError::NoSuchPayment)?;
    let left = payment.available();
    let sum = sum.clamp(0, left.total);
    if sum == 0 {
        return Err(PayerError::Finished(payment.status));
    }
    let amount = if sum == left.total {
        left
    } else {
        Amount { total: sum, vat: vat(sum).min(left.vat), ..Amount::default() }
    };
    payment.actions.push(Action { aid, kind: ActionKind::Cancel, at: now, amount, payload: None });
    payment.status = if sum == left.total { Status::CancelPayment } else { Status::PartCancelPayment };
    Ok(())
}

/// The payment is another order's from now on: a mix-up, at whoever's.
pub(crate) fn rename(state: &mut State, tid: &str, partner_order_id: &str) -> Result<(), PayerError> {
    let payment = state.payments.get_mut(tid).ok_or(PayerError::NoSuchPayment)?;
    partner_order_id.clone_into(&mut payment.partner_order_id);
    Ok(())
}
