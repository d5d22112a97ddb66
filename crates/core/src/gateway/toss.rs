//! Toss Payments as an [`Acquirer`]: what other backends' customers agreed to there, collected and given back in our words.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use ::tosspayments::billing::{BillingKey, LookUp};
use ::tosspayments::cancel::{CancelAll, CancelAmount, RefundAccount};
use ::tosspayments::confirm::Confirm;
use ::tosspayments::look_up::ByKey;
use ::tosspayments::{Account, Call, Error, Meaning, Payment, Post as _, Status};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Response, StatusCode};

use super::tosspayments::key;
use crate::payment::{
    Acquirer, AskError, BankAccount, BoxError, Cancel, Collection, Document, Facts, Http, Observed, Refusal,
    Return, Returning, Standing, VendorCode, Won, paid_at,
};

const TOSS: VendorCode = VendorCode::TossPayments;

/// Toss Payments, spoken to with one account. It collects what its customer has agreed to once we say so.
pub struct Toss {
    account: Account,
    http: Arc<dyn Http>,
}

impl Toss {
    /// Speaks for `account` through `http`.
    #[must_use]
    pub fn new(account: Account, http: Arc<dyn Http>) -> Toss {
        Toss { account, http }
    }

    async fn ask<C: Call + Sync>(&self, call: &C) -> Result<C::Answer, AskError> {
        // A request that breaks a documented limit is never sent.
        let request = call.request(&self.account).map_err(|error| AskError::Unreached(TOSS, error.into()))?;
        let path = request.uri().path().to_owned();
        let response = self.http.send(request).await.map_err(|error| AskError::from_send(TOSS, error))?;
        C::answer(&response).map_err(|error| match error {
            Error::Refused(refusal) => refused(refusal, path, &response),
            unreadable @ Error::Unreadable { .. } => AskError::Unknown(TOSS, unreadable.into()),
        })
    }
}

/// Its no. Some of its codes leave open what has happened, and those are no refusals at all.
fn refused(refusal: ::tosspayments::Refusal, path: String, response: &Response<Bytes>) -> AskError {
    let status = match refusal.code.meaning() {
        // The first may have worked, the bank may have paid, or the other request may still be running.
        Meaning::AlreadyProcessed
        | Meaning::AlreadyCancelled
        | Meaning::InProgress
        | Meaning::Internal
        | Meaning::Unrecognised => return AskError::Unknown(TOSS, refusal.into()),
        // The status that it is said with is documented nowhere, and flows count on it.
        Meaning::NoSuchPayment => StatusCode::NOT_FOUND,
        // Another order or another sum than the payment's, or too late: there is such a payment.
        Meaning::NoSession => StatusCode::UNPROCESSABLE_ENTITY,
        Meaning::BadKey
        | Meaning::NotPermitted
        | Meaning::BadParameter
        | Meaning::Unavailable
        | Meaning::Rejected
        | Meaning::AmountOutsideLimits
        | Meaning::NotCancellable
        | Meaning::RefundTooLarge
        | Meaning::BalanceDiffers
        | Meaning::BadRefundAccount
        | Meaning::WrongCustomer
        | Meaning::NoSuchBillingKey
        | Meaning::PayerCancelled
        | Meaning::WindowAborted
        | Meaning::Expired => match refusal.http_status {
            status if status.is_client_error() => status,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        },
    };
    let text = String::from_utf8_lossy(response.body()).into_owned();
    let refusal = Refusal { status: status.as_u16(), code: refusal.code.to_string(), path, text };
    AskError::Refused { vendor: TOSS, refusal }
}

fn observed(payment: Payment) -> Result<Observed, AskError> {
    let refund = payment.cancelled_amount().ok_or_else(|| unbelievable("refunded more than there is"))?;
    let standing = match &payment.status {
        // Nothing is collected before we confirm it, whether the payer has come as far as agreeing or not.
        Status::Ready | Status::InProgress => Standing::Agreed,
        Status::WaitingForDeposit => Standing::Awaited,
        Status::Done | Status::PartialCanceled => Standing::Paid,
        Status::Canceled => Standing::Cancelled,
        Status::Aborted | Status::Expired => Standing::Failed,
        Status::Other(word) => Standing::Unrecognised(word.clone()),
    };
    let paid_at = paid_at(&standing, payment.approved_at);
    Ok(Observed {
        facts: Facts {
            price: Won::new(payment.total_amount),
            refund: Won::new(refund),
            paid_at,
            cancels: cancels(&payment),
            // Older answers leave out what was the only one then.
            currency: payment.currency.unwrap_or_else(|| "KRW".to_owned()),
        },
        uid: payment.payment_key,
        order: payment.order_id,
        standing,
        data: Document(payment.raw.as_str().to_owned()),
    })
}

fn cancels(payment: &Payment) -> Vec<Cancel> {
    let listed = payment.cancels.iter().filter_map(|cancelled| {
        let reason = cancelled.cancel_reason.clone().unwrap_or_default();
        Some(Cancel { price: Won::new(cancelled.cancel_amount), reason, created_at: cancelled.canceled_at? })
    });
    let mut cancels: Vec<_> = listed.collect();
    cancels.sort_by_key(|cancel| cancel.created_at);
    cancels
}

fn refund_account(account: &BankAccount) -> RefundAccount {
    RefundAccount {
        bank: account.bank.clone(),
        // It takes digits alone, and people write dashes.
        account_number: account.number.replace('-', ""),
        holder_name: account.holder.clone(),
    }
}

#[async_trait]
impl Acquirer for Toss {
    /// Under a key of the record's, so that the same record collects once however often it asks.
    async fn collect(&self, collection: Collection<'_>) -> Result<Observed, AskError> {
        let confirm = Confirm {
            payment_key: collection.uid.to_owned(),
            order_id: collection.order.to_owned(),
            amount: collection.price.get(),
        };
        let (record, price) = (collection.key.to_string(), confirm.amount.to_string());
        let key = key(&["collect", &record, collection.order, collection.uid, &price]);
        self.ask(&confirm.keyed(key)).await.and_then(observed)
    }

    async fn look_up(&self, uid: &str) -> Result<Observed, AskError> {
        self.ask(&ByKey { payment_key: uid.to_owned() }).await.and_then(observed)
    }

    /// Under a key of the refund's; the balance that we believe in guards it as well, once the key is forgotten.
    async fn give_back(&self, request: Return<'_>) -> Result<Observed, AskError> {
        let (name, amount) = (request.key.to_string(), request.returning.amount().get().to_string());
        let key = key(&["give back", &name, request.order, request.uid, &amount]);
        let refundable_amount = NonZeroU32::new(request.returning.left().get());
        let refund_account = request.account.map(refund_account);
        let payment = match request.returning {
            Returning::All { .. } => {
                let all = CancelAll {
                    payment_key: request.uid.to_owned(),
                    cancel_reason: request.reason.to_owned(),
                    refundable_amount,
                    refund_account,
                };
                self.ask(&all.keyed(key)).await?
            }
            Returning::Part { amount, .. } => {
                let part = CancelAmount {
                    payment_key: request.uid.to_owned(),
                    cancel_reason: request.reason.to_owned(),
                    cancel_amount: NonZeroU32::new(amount.get()).ok_or_else(|| {
                        AskError::Unreached(TOSS, BoxError::from("nothing is to be given back"))
                    })?,
                    tax_free_amount: None,
                    refundable_amount,
                    refund_account,
                };
                self.ask(&part.keyed(key)).await?
            }
        };
        observed(payment)
    }

    /// The customer at Toss Payments is what the reservation belongs to.
    async fn stored_method(&self, uid: &str, customer: &str) -> Result<Document, AskError> {
        let look_up = LookUp { billing_key: BillingKey(uid.to_owned()), customer_key: customer.to_owned() };
        let found = self.ask(&look_up).await?;
        if found.billing_key.0 != uid || found.customer_key != customer {
            return Err(unbelievable("the answer is about another stored card"));
        }
        Ok(Document(found.raw.as_str().to_owned()))
    }
}

impl fmt::Debug for Toss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Toss").field("account", &self.account).finish_non_exhaustive()
    }
}

fn unbelievable(why: &'static str) -> AskError {
    AskError::Unknown(TOSS, BoxError::from(why))
}
