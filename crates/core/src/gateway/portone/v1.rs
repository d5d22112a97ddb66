//! PortOne's first dialect, once Iamport's: a token before anything else, and attempts that share an order's number.

use std::sync::{Arc, Mutex, PoisonError};

use ::portone::Error;
use ::portone::v1::cancel::{Cancel, CancelAll, CancelAmount, RefundAccount};
use ::portone::v1::customers::GetCustomer;
use ::portone::v1::payments::{FindPayments, GetPayment};
use ::portone::v1::prepare::Prepare;
use ::portone::v1::token::{GetToken, Token};
use ::portone::v1::{Account, Call, Meaning, Method as Word, Payment, Progress, Refusal as No};
use bytes::Bytes;
use http::Response;
use jiff::Timestamp;

use super::{Clock, Named, PORTONE, not_begun, of_another_customer, unbelievable};
use crate::payment::{
    BoxError, Cancel as GivenBack, Cancellation, Charge, Decline, Document, Facts, GatewayError, Http,
    Method, PaymentRef, Refusal, Returning, Snapshot, Standing, Won,
};

/// V1, spoken to with one account.
#[derive(Clone)]
pub(super) struct V1 {
    account: Account,
    token: Arc<Mutex<Option<Token>>>,
    http: Arc<dyn Http>,
    clock: Clock,
}

impl V1 {
    pub(super) fn new(account: Account, http: Arc<dyn Http>, clock: Clock) -> V1 {
        V1 { account, token: Arc::default(), http, clock }
    }

    async fn ask<C: Call + Sync>(&self, call: &C) -> Result<C::Answer, GatewayError> {
        let token = self.token().await?;
        // A request that breaks a documented limit is never sent.
        let request = call
            .request(&self.account, &token)
            .map_err(|error| GatewayError::Unreached(PORTONE, error.into()))?;
        let path = request.uri().path().to_owned();
        let response =
            self.http.send(request).await.map_err(|error| GatewayError::from_send(PORTONE, error))?;
        C::answer(&response).map_err(|error| match error {
            Error::Refused(no) if no.meaning() == Meaning::BadToken => {
                // It was taken back before its end: the next who asks gets another.
                self.keep(None);
                GatewayError::Unreached(PORTONE, no.into())
            }
            Error::Refused(no) => refused(no, path, &response),
            unreadable @ Error::Unreadable { .. } => GatewayError::Unknown(PORTONE, unreadable.into()),
        })
    }

    /// The token that is there, as long as it lasts. Two who ask for one at once get the same.
    async fn token(&self) -> Result<Token, GatewayError> {
        let now = (self.clock)();
        let kept = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(token) = kept.filter(|token| !token.must_be_renewed(now)) {
            return Ok(token);
        }
        // Whatever happens to a token's request, nothing has happened to the one that is to follow.
        let not_asked = |error: BoxError| GatewayError::Unreached(PORTONE, error);
        let request = GetToken.request(&self.account);
        let path = request.uri().path().to_owned();
        let response = self.http.send(request).await.map_err(|error| not_asked(error.into()))?;
        let token = GetToken::answer(&response, now).map_err(|error| match error {
            Error::Refused(no) if no.meaning() == Meaning::BadToken => {
                declined(Decline::Misconfigured, &no, path, &response)
            }
            other @ (Error::Refused(_) | Error::Unreadable { .. }) => not_asked(other.into()),
        })?;
        self.keep(Some(token.clone()));
        Ok(token)
    }

    fn keep(&self, token: Option<Token>) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }

    pub(super) async fn register(&self, charge: &Charge) -> Result<(), GatewayError> {
        let prepare = Prepare { merchant_uid: charge.order.to_string(), amount: charge.amount.get() };
        self.ask(&prepare).await.map(|_| ())
    }

    pub(super) async fn lookup(
        &self,
        payment: &PaymentRef,
        named: Named<'_>,
    ) -> Result<Snapshot, GatewayError> {
        Ok(snapshot(payment, self.find(payment, named).await?))
    }

    async fn find(&self, payment: &PaymentRef, named: Named<'_>) -> Result<Payment, GatewayError> {
        match named {
            Named::ByOrder => self.attempt_that_counts(&payment.order).await,
            Named::ByKey(imp_uid) => {
                let found = self.ask(&GetPayment { imp_uid: imp_uid.to_owned(), extension: false }).await?;
                if found.imp_uid == imp_uid { Ok(found) } else { Err(about_another()) }
            }
        }
    }

    /// Among those under the order's number: the one that holds or held money, else the latest.
    async fn attempt_that_counts(&self, order: &str) -> Result<Payment, GatewayError> {
        let mut attempts = self.ask(&FindPayments { merchant_uid: order.to_owned() }).await?;
        if attempts.iter().any(|payment| payment.merchant_uid != order) {
            return Err(about_another());
        }
        let weight = |payment: &Payment| match payment.progress() {
            Progress::Paid | Progress::PartlyRefunded | Progress::Refunded | Progress::Unrecognised => 0,
            Progress::Pending => 1,
            Progress::Failed => 2,
        };
        // The order among equals is kept: the latest comes first.
        attempts.sort_by_key(weight);
        attempts.into_iter().next().ok_or_else(not_begun)
    }

    /// By PortOne's own number of the attempt that was paid, as the order's number is shared by all of them. It knows of no
    /// keys of requests: the balance that we believe in keeps a repeat from going out twice.
    pub(super) async fn cancel(
        &self,
        payment: &PaymentRef,
        named: Named<'_>,
        cancellation: &Cancellation,
    ) -> Result<Snapshot, GatewayError> {
        let imp_uid = match named {
            Named::ByOrder => self.find(payment, named).await.map_err(GatewayError::before_asking)?.imp_uid,
            Named::ByKey(imp_uid) => imp_uid.to_owned(),
        };
        let returning = cancellation.returning;
        let cancel = Cancel {
            imp_uid: Some(imp_uid.clone()),
            merchant_uid: payment.order.clone(),
            checksum: returning.left().get(),
            reason: cancellation.reason.clone(),
            refund: cancellation.account.as_ref().map(|account| RefundAccount {
                holder: account.holder.clone(),
                bank: account.bank.clone(),
                account: account.number.clone(),
                tel: Some(account.mobile.clone()).filter(|tel| !tel.is_empty()),
            }),
            enable_webhook: false,
        };
        let cancelled = match returning {
            Returning::All { .. } => self.ask(&CancelAll { cancel }).await?,
            Returning::Part { amount, .. } => {
                self.ask(&CancelAmount { cancel, amount: amount.get(), tax_free: 0 }).await?
            }
        };
        let left = cancelled.amount.checked_sub(cancelled.cancel_amount);
        let is_the_refund = cancelled.imp_uid == imp_uid
            && cancelled.merchant_uid == payment.order
            && left == Some(returning.left_then().get());
        if is_the_refund { Ok(snapshot(payment, cancelled)) } else { Err(about_another()) }
    }

    /// The merchant itself named the customer, and whoever has stored a card goes by that name alone.
    pub(super) async fn stored_method(&self, key: &str, customer: &str) -> Result<Document, GatewayError> {
        let found = self.ask(&GetCustomer { customer_uid: key.to_owned() }).await?;
        if key != customer || found.customer_uid != customer {
            return Err(of_another_customer("/subscribe/customers"));
        }
        Ok(Document(found.raw.as_str().to_owned()))
    }
}

fn snapshot(asked: &PaymentRef, shown: Payment) -> Snapshot {
    let standing = match shown.progress() {
        // A virtual account that was issued, or a payment that was begun: V1 calls both ready.
        Progress::Pending => Standing::Awaited,
        Progress::Paid | Progress::PartlyRefunded => Standing::Paid,
        Progress::Refunded => Standing::Cancelled,
        Progress::Failed => Standing::Failed,
        Progress::Unrecognised => Standing::Unrecognised(shown.status.as_str().to_owned()),
    };
    Snapshot {
        is_ours: shown.merchant_uid == asked.order && shown.currency == "KRW",
        facts: Facts {
            price: Won::new(shown.amount),
            refund: Won::new(shown.cancel_amount),
            paid_at: standing.paid_at(shown.paid_at),
            cancels: cancels(&shown),
            currency: shown.currency,
        },
        standing,
        method: shown.pay_method.as_ref().map(method),
        number: shown.pg_tid,
        data: Document(shown.raw.as_str().to_owned()),
        key: shown.imp_uid,
        order: shown.merchant_uid,
    }
}

fn cancels(payment: &Payment) -> Vec<GivenBack> {
    let one = |price: Option<u32>, reason: &Option<String>, at: Option<Timestamp>| {
        let reason = reason.clone().unwrap_or_default();
        Some(GivenBack { price: Won::new(price?), reason, created_at: at? })
    };
    let listed = payment.cancellations.iter();
    let mut cancels: Vec<_> =
        listed.filter_map(|cancel| one(cancel.amount, &cancel.reason, cancel.cancelled_at)).collect();
    if cancels.is_empty() && payment.cancel_amount > 0 {
        cancels.extend(one(Some(payment.cancel_amount), &payment.cancel_reason, payment.cancelled_at));
    }
    cancels.sort_by_key(|cancel| cancel.created_at);
    cancels
}

fn method(word: &Word) -> Method {
    if *word == Word::Card { Method::Card } else { Method::Other(word.as_str().to_owned()) }
}

/// V1's no. Its code is the same for nearly everything, so the HTTP status stands for it. What it says with an error of its
/// own server's leaves open what has happened.
fn refused(no: No, path: String, response: &Response<Bytes>) -> GatewayError {
    let decline = match no.meaning() {
        Meaning::BadParameter | Meaning::NotPermitted => Decline::Misconfigured,
        Meaning::BadToken | Meaning::TooManyRequests => Decline::Later,
        Meaning::NotFound => Decline::NotFound,
        Meaning::Unclear if no.http_status.is_server_error() => {
            return GatewayError::Unknown(PORTONE, no.into());
        }
        Meaning::Unclear => Decline::Refused,
    };
    declined(decline, &no, path, response)
}

fn declined(decline: Decline, no: &No, path: String, response: &Response<Bytes>) -> GatewayError {
    // Beside V1's own code, which is nearly always the same, the status tells an operator more.
    let code = format!("{} ({})", no.http_status.as_u16(), no.code);
    let refusal = Refusal::said(no.http_status, code, path, response);
    GatewayError::Declined { provider: PORTONE, decline, refusal }
}

fn about_another() -> GatewayError {
    unbelievable("the answer is about another payment or refund")
}
