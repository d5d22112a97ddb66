//! PortOne's second dialect: a payment goes by the name that its merchant gave it.

use std::sync::Arc;

use ::portone::Error;
use ::portone::v2::billing_keys::{BillingKeyStatus, GetBillingKey};
use ::portone::v2::cancel::{Cancel, CancelAll, CancelAmount, RefundAccount};
use ::portone::v2::payments::GetPayment;
use ::portone::v2::pre_register::PreRegister;
use ::portone::v2::{
    Account, Call, CancellationStatus, Meaning, Method as Word, MethodType, Payment, Progress, Refusal as No,
};
use bytes::Bytes;
use http::Response;

use super::{Named, PORTONE, of_another_customer, unbelievable};
use crate::payment::{
    Cancel as GivenBack, Cancellation, Charge, Decline, Document, Facts, GatewayError, Http, Method,
    PaymentRef, Refusal, Returning, Snapshot, Standing, Won,
};

/// V2, spoken to with one account.
#[derive(Clone)]
pub(super) struct V2 {
    account: Account,
    http: Arc<dyn Http>,
}

impl V2 {
    pub(super) fn new(account: Account, http: Arc<dyn Http>) -> V2 {
        V2 { account, http }
    }

    async fn ask<C: Call + Sync>(&self, call: &C) -> Result<C::Answer, GatewayError> {
        // A request that breaks a documented limit is never sent.
        let request =
            call.request(&self.account).map_err(|error| GatewayError::Unreached(PORTONE, error.into()))?;
        let path = request.uri().path().to_owned();
        let response =
            self.http.send(request).await.map_err(|error| GatewayError::from_send(PORTONE, error))?;
        C::answer(&response).map_err(|error| match error {
            Error::Refused(no) => refused(no, path, &response),
            unreadable @ Error::Unreadable { .. } => GatewayError::Unknown(PORTONE, unreadable.into()),
        })
    }

    pub(super) async fn register(&self, charge: &Charge) -> Result<(), GatewayError> {
        let register = PreRegister {
            payment_id: charge.order.to_string(),
            total_amount: charge.amount.get(),
            tax_free_amount: None,
        };
        self.ask(&register).await.map(|_| ())
    }

    pub(super) async fn lookup(
        &self,
        payment: &PaymentRef,
        named: Named<'_>,
    ) -> Result<Snapshot, GatewayError> {
        let payment_id = payment_id(payment, named);
        let shown = self.ask(&GetPayment { payment_id: payment_id.clone() }).await?;
        if shown.id != payment_id {
            return Err(unbelievable("the answer is about another payment"));
        }
        self.snapshot(payment, shown)
    }

    pub(super) async fn cancel(
        &self,
        payment: &PaymentRef,
        named: Named<'_>,
        cancellation: &Cancellation,
    ) -> Result<(), GatewayError> {
        let returning = cancellation.returning;
        let cancel = Cancel {
            payment_id: payment_id(payment, named),
            current_cancellable_amount: returning.left().get(),
            reason: cancellation.reason.clone(),
            refund_account: cancellation.account.as_ref().map(|account| RefundAccount {
                bank: account.bank.clone(),
                number: account.number.clone(),
                holder_name: account.holder.clone(),
                holder_phone_number: Some(account.mobile.clone()).filter(|mobile| !mobile.is_empty()),
            }),
        };
        let cancelled = match returning {
            Returning::All { .. } => self.ask(&CancelAll { cancel }).await?,
            Returning::Part { amount, .. } => {
                let amount = amount.get();
                let part = CancelAmount { cancel, amount, tax_free_amount: 0, vat_amount: None };
                self.ask(&part).await?
            }
        };
        let cancelled = cancelled.cancellation;
        match cancelled.status {
            CancellationStatus::Succeeded if cancelled.total_amount == returning.amount().get() => Ok(()),
            CancellationStatus::Failed => {
                let refusal = Refusal::of_ours(cancelled.status.as_str(), "The refund has failed.");
                Err(GatewayError::Declined { provider: PORTONE, decline: Decline::Refused, refusal })
            }
            CancellationStatus::Succeeded => Err(unbelievable("the answer is about another refund")),
            CancellationStatus::Requested | CancellationStatus::Other(_) => {
                Err(unbelievable("asked for, and not done yet"))
            }
        }
    }

    pub(super) async fn stored_method(&self, key: &str, customer: &str) -> Result<Document, GatewayError> {
        let found = self.ask(&GetBillingKey { billing_key: key.to_owned().into() }).await?;
        if found.status == BillingKeyStatus::Deleted {
            let refusal = Refusal::of_ours(found.status.as_str(), "The billing key was deleted.");
            let refusal = Refusal { status: 404, ..refusal };
            return Err(GatewayError::Declined { provider: PORTONE, decline: Decline::NotFound, refusal });
        }
        if found.customer_id.as_deref() != Some(customer) {
            return Err(of_another_customer("/billing-keys"));
        }
        Ok(Document(found.raw.as_str().to_owned()))
    }

    fn snapshot(&self, asked: &PaymentRef, shown: Payment) -> Result<Snapshot, GatewayError> {
        let (price, refund) = (Won::new(shown.amount.total), Won::new(shown.amount.cancelled));
        if refund > price {
            return Err(unbelievable("more was returned than collected"));
        }
        let unrecognised = || Standing::Unrecognised(shown.status.as_str().to_owned());
        let standing = match shown.status.progress() {
            Progress::Pending => Standing::Awaited,
            Progress::Paid | Progress::PartlyRefunded => Standing::Paid,
            // Cancelled, but nothing went back: a virtual account that was closed, perhaps.
            Progress::Refunded if refund.is_zero() => unrecognised(),
            Progress::Refunded => Standing::Cancelled,
            Progress::Failed => Standing::Failed,
            Progress::Unrecognised => unrecognised(),
        };
        let is_our_store = match (self.account.store_id(), shown.store_id.as_deref()) {
            (Some(ours), Some(named)) => ours == named,
            (Some(_) | None, None) | (None, Some(_)) => true,
        };
        Ok(Snapshot {
            is_ours: is_our_store && shown.id == asked.order && shown.currency == "KRW",
            facts: Facts {
                price,
                refund,
                paid_at: standing.paid_at(shown.paid_at),
                cancels: cancels(&shown),
                currency: shown.currency,
            },
            standing,
            method: shown.method.as_ref().map(method),
            number: shown.pg_tx_id,
            data: Document(shown.raw.as_str().to_owned()),
            key: shown.id.clone(),
            order: shown.id,
        })
    }
}

/// The merchant's name of it, by which alone it is known.
fn payment_id(payment: &PaymentRef, named: Named<'_>) -> String {
    match named {
        Named::ByOrder => payment.order.clone(),
        Named::ByKey(key) => key.to_owned(),
    }
}

fn cancels(payment: &Payment) -> Vec<GivenBack> {
    let made = payment.cancellations.iter().filter(|made| made.status == CancellationStatus::Succeeded);
    let mut cancels: Vec<_> = made
        .filter_map(|made| {
            let reason = made.reason.clone().unwrap_or_default();
            let created_at = made.cancelled_at.or(made.requested_at)?;
            Some(GivenBack { price: Won::new(made.total_amount), reason, created_at })
        })
        .collect();
    cancels.sort_by_key(|cancel| cancel.created_at);
    cancels
}

/// A wallet goes by its own name.
fn method(word: &Word) -> Method {
    if word.kind == MethodType::Card {
        return Method::Card;
    }
    Method::Other(word.provider.clone().unwrap_or_else(|| word.kind.as_str().to_owned()))
}

/// V2's no. Some of its words leave open what has happened, and those are no refusals at all.
fn refused(no: No, path: String, response: &Response<Bytes>) -> GatewayError {
    let decline = match no.meaning() {
        Meaning::BadParameter | Meaning::Misconfigured => Decline::Misconfigured,
        Meaning::NotFound => Decline::NotFound,
        Meaning::TooOften => Decline::Later,
        Meaning::BalanceDiffers => Decline::Refused,
        // The first may have worked, the bank may have paid, or the other request may still be running.
        Meaning::AlreadyDone
        | Meaning::WrongState
        | Meaning::Gateway
        | Meaning::Internal
        | Meaning::Unrecognised => return GatewayError::Unknown(PORTONE, no.into()),
    };
    let refusal = Refusal::said(no.http_status, no.kind.as_str().to_owned(), path, response);
    GatewayError::Declined { provider: PORTONE, decline, refusal }
}
