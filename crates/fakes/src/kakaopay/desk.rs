//! Where an accepted request is dealt with: what each endpoint can see, and what they have in common.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::endpoint::{Dialect, Endpoint};
use super::fields::{Fields, bad};
use super::money::{Amount, vat};
use super::problem::{NO_SUCH_CID, NO_SUCH_TID, OVER_LIMIT, Problem, WRONG_AMOUNT, refused};
use super::state::{Payment, State};
use super::{Options, approve, cancel, order, ready, subscription};
use crate::page::local_time;

/// What an endpoint sees while it deals with one request.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    pub(crate) options: &'a Options,
    pub(crate) state: &'a mut State,
    pub(crate) dialect: Dialect,
    pub(crate) now: Timestamp,
}

impl Desk<'_> {
    pub(crate) fn perform(&mut self, endpoint: Endpoint, fields: &Fields) -> Result<Value, Problem> {
        match endpoint {
            Endpoint::Ready => ready::perform(self, fields),
            Endpoint::Approve => approve::perform(self, fields),
            Endpoint::Order => order::perform(self, fields),
            Endpoint::Cancel => cancel::perform(self, fields),
            Endpoint::Subscription => subscription::charge(self, fields),
            Endpoint::SubscriptionInactive => subscription::end(self, fields),
            Endpoint::SubscriptionStatus => subscription::status(self, fields),
        }
    }

    /// The shop's code, if it is one of ours. A `cid_secret` is looked at, but any will do.
    pub(crate) fn cid(&self, fields: &Fields) -> Result<String, Problem> {
        let cid = fields.text("cid", 10)?;
        fields.optional_text("cid_secret", 24)?;
        if self.options.cids.contains(&cid) { Ok(cid) } else { Err(refused(NO_SUCH_CID)) }
    }

    /// The payment that is meant. Guess: one of another CID is as good as none.
    pub(crate) fn payment(&mut self, cid: &str, tid: &str) -> Result<&mut Payment, Problem> {
        let payment = self.state.payments.get_mut(tid);
        payment.filter(|payment| payment.tid == tid && payment.cid == cid).ok_or(refused(NO_SUCH_TID))
    }

    /// The sum to collect, from a request for a new payment. Guess: the code of sums that do not add up, and that
    /// nothing at all can only be agreed on for a subscription.
    pub(crate) fn amount(&self, fields: &Fields, may_be_nothing: bool) -> Result<Amount, Problem> {
        let total = fields.whole("total_amount")?;
        let tax_free = fields.whole("tax_free_amount")?;
        let green_deposit = fields.optional_whole("green_deposit")?.unwrap_or(0);
        let stated_vat = fields.optional_whole("vat_amount")?;
        if tax_free > total || green_deposit > total || (total == 0 && !may_be_nothing) {
            return Err(refused(WRONG_AMOUNT));
        }
        let vat = stated_vat.unwrap_or_else(|| vat(total - tax_free));
        if vat > total - tax_free {
            return Err(refused(WRONG_AMOUNT));
        }
        if self.options.largest_amount.is_some_and(|largest| total > largest) {
            return Err(refused(OVER_LIMIT));
        }
        Ok(Amount { total, tax_free, vat, green_deposit })
    }
}

/// Whether payments under this code agree on a subscription. KakaoPay's test codes are told apart by name.
pub(crate) fn is_subscription(cid: &str) -> bool {
    cid.contains("SUBSCRIP")
}

pub(crate) fn tid(fields: &Fields) -> Result<String, Problem> {
    fields.text("tid", 20)
}

pub(crate) fn payload(fields: &Fields) -> Result<Option<String>, Problem> {
    fields.optional_text("payload", 200)
}

/// A return address must at least be one.
pub(crate) fn address(fields: &Fields, name: &str) -> Result<url::Url, Problem> {
    fields.text(name, 255)?.parse().map_err(|_| bad(name, "is not a URL"))
}

/// What every answer about a payment tells of it.
pub(crate) fn particulars(payment: &Payment) -> Map<String, Value> {
    let mut answer = Map::new();
    answer.insert("tid".into(), json!(payment.tid));
    answer.insert("cid".into(), json!(payment.cid));
    answer.insert("partner_order_id".into(), json!(payment.partner_order_id));
    answer.insert("partner_user_id".into(), json!(payment.partner_user_id));
    answer.insert("amount".into(), payment.amount.json());
    answer.insert("quantity".into(), json!(payment.quantity));
    answer.insert("created_at".into(), json!(local_time(payment.created_at)));
    put(&mut answer, "item_name", payment.item_name.as_deref());
    put(&mut answer, "item_code", payment.item_code.as_deref());
    if let Some(approval) = payment.approval() {
        put(&mut answer, "approved_at", Some(local_time(approval.at)));
        put(&mut answer, "payment_method_type", Some(payment.method.as_str()));
    }
    if let Some(cancellation) = payment.last_cancellation() {
        put(&mut answer, "canceled_at", Some(local_time(cancellation.at)));
    }
    answer
}

/// What is not known is left out, rather than said to be `null`.
pub(crate) fn put(answer: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        answer.insert(name.into(), value.into());
    }
}
