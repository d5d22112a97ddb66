//! `cancel`: gives some or all of a collected payment back.

use serde_json::{Value, json};

use super::desk::{Desk, particulars, payload, put, tid};
use super::fields::Fields;
use super::money::{Amount, vat};
use super::problem::{CANNOT_CANCEL_NOW, MORE_THAN_LEFT, MORE_THAN_PAID, Problem, WRONG_AMOUNT, refused};
use super::state::{Action, ActionKind, Payment, Status};

pub(crate) fn perform(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let cid = desk.cid(fields)?;
    let tid = tid(fields)?;
    let wanted = Wanted {
        total: fields.whole("cancel_amount")?,
        tax_free: fields.whole("cancel_tax_free_amount")?,
        vat: fields.optional_whole("cancel_vat_amount")?,
        believed_left: fields.optional_whole("cancel_available_amount")?,
    };
    let payload = payload(fields)?;
    let amount = wanted.check(desk.payment(&cid, &tid)?)?;

    let (now, aid) = (desk.now, desk.state.ids.hex("A", 19));
    let payment = desk.payment(&cid, &tid)?;
    payment.actions.push(Action {
        aid: aid.clone(),
        kind: ActionKind::Cancel,
        at: now,
        amount,
        payload: payload.clone(),
    });
    payment.status = match payment.available().total {
        0 => Status::CancelPayment,
        _ => Status::PartCancelPayment,
    };

    let mut answer = particulars(payment);
    answer.insert("aid".into(), json!(aid));
    answer.insert("status".into(), json!(payment.status.as_str()));
    answer.insert("approved_cancel_amount".into(), amount.json());
    answer.insert("canceled_amount".into(), payment.cancelled().json());
    answer.insert("cancel_available_amount".into(), payment.available().json());
    put(&mut answer, "payload", payload);
    Ok(Value::Object(answer))
}

/// What the shop wants back for its customer.
#[derive(Debug)]
struct Wanted {
    total: i64,
    tax_free: i64,
    vat: Option<i64>,
    believed_left: Option<i64>,
}

impl Wanted {
    /// Guess: the code wherever it is −722, and that nothing is left to cancel (−710) rather than nothing can be
    /// (−784) once all was cancelled.
    fn check(&self, payment: &Payment) -> Result<Amount, Problem> {
        match payment.status {
            Status::SuccessPayment | Status::PartCancelPayment | Status::CancelPayment => {}
            Status::Ready
            | Status::OpenPayment
            | Status::AuthPassword
            | Status::IssuedSid
            | Status::QuitPayment
            | Status::FailPayment => return Err(refused(CANNOT_CANCEL_NOW)),
        }
        let left = payment.available();
        if self.total > payment.amount.total {
            return Err(refused(MORE_THAN_PAID));
        }
        if self.total > left.total {
            return Err(refused(MORE_THAN_LEFT));
        }
        if self.believed_left.is_some_and(|believed| believed != left.total) {
            return Err(refused(WRONG_AMOUNT));
        }
        // What remains must still cover each part of what is given back.
        let (taxed, taxed_left) = (self.total - self.tax_free, left.total - left.tax_free);
        if self.total == 0 || self.tax_free > left.tax_free || !(0..=taxed_left).contains(&taxed) {
            return Err(refused(WRONG_AMOUNT));
        }
        let is_all = self.total == left.total;
        if payment.amount.green_deposit > 0 && self.total != payment.amount.total {
            return Err(refused(CANNOT_CANCEL_NOW)); // A cup's deposit is given back whole. Guess: the code.
        }
        let vat = self.vat(taxed, left, is_all)?;
        Ok(Amount {
            total: self.total,
            tax_free: self.tax_free,
            vat,
            green_deposit: if is_all { left.green_deposit } else { 0 },
        })
    }

    /// By the rule where it is left out. Guess: the last part takes what rounding has left over.
    fn vat(&self, taxed: i64, left: Amount, is_all: bool) -> Result<i64, Problem> {
        match self.vat {
            Some(stated) if stated > left.vat || stated > taxed => Err(refused(WRONG_AMOUNT)),
            Some(stated) => Ok(stated),
            None if is_all => Ok(left.vat),
            None => Ok(vat(taxed).min(left.vat)),
        }
    }
}
