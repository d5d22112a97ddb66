//! Iamport (PortOne V1) as an [`Acquirer`]: what other backends' customers paid there, in our words.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ::portone::v1::cancel::{Cancel as Ask, CancelAll, CancelAmount, RefundAccount};
use ::portone::v1::customers::GetCustomer;
use ::portone::v1::payments::GetPayment;
use ::portone::v1::token::{GetToken, Token};
use ::portone::v1::{Account, Call, Error, Meaning, Payment, Progress};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;

use crate::payment::{
    Acquirer, AskError, BoxError, Cancel, Collection, Document, Facts, Http, Observed, Refusal, Return,
    Returning, Standing, VendorCode, Won, paid_at,
};

const IAMPORT: VendorCode = VendorCode::Iamport;

/// Iamport, spoken to with one account. It collects by itself, so it is only looked up and asked to give back.
pub struct Iamport {
    account: Account,
    http: Arc<dyn Http>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    token: Mutex<Option<Token>>,
}

impl Iamport {
    /// Speaks for `account` through `http`; `clock` says when a token is due to be renewed.
    #[must_use]
    pub fn new(
        account: Account,
        http: Arc<dyn Http>,
        clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    ) -> Iamport {
        Iamport { account, http, clock, token: Mutex::new(None) }
    }

    /// The token that every request carries: the one there is, or a fresh one.
    async fn token(&self) -> Result<Token, AskError> {
        let now = (self.clock)();
        let kept = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(token) = kept.filter(|token| !token.must_be_renewed(now)) {
            return Ok(token);
        }
        // Whatever goes wrong here, nothing was asked that could move money.
        let unreached = |error: BoxError| AskError::Unreached(IAMPORT, error);
        let response =
            self.http.send(GetToken.request(&self.account)).await.map_err(|error| unreached(error.into()))?;
        let token = GetToken::answer(&response, now).map_err(|error| unreached(error.into()))?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }

    async fn ask<C: Call + Sync>(&self, call: &C) -> Result<C::Answer, AskError> {
        let token = self.token().await?;
        // A request that breaks a documented limit is never sent.
        let request = call
            .request(&self.account, &token)
            .map_err(|error| AskError::Unreached(IAMPORT, error.into()))?;
        let path = request.uri().path().to_owned();
        let response = self.http.send(request).await.map_err(|error| AskError::from_send(IAMPORT, error))?;
        C::answer(&response).map_err(|error| match error {
            Error::Refused(refusal) if refusal.meaning() == Meaning::BadToken => {
                // It was ended early; the next request fetches another.
                *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
                AskError::Unreached(IAMPORT, refusal.into())
            }
            Error::Refused(refusal) => refused(refusal, path, &response),
            unreadable @ Error::Unreadable { .. } => AskError::Unknown(IAMPORT, unreadable.into()),
        })
    }
}

/// Its no. What it says with an error of its own server's leaves open what has happened.
fn refused(refusal: ::portone::v1::Refusal, path: String, response: &Response<Bytes>) -> AskError {
    let status = match refusal.http_status {
        status if status.is_client_error() => status,
        status if status.is_success() => StatusCode::UNPROCESSABLE_ENTITY,
        _ => return AskError::Unknown(IAMPORT, refusal.into()),
    };
    let text = String::from_utf8_lossy(response.body()).into_owned();
    let refusal = Refusal { status: status.as_u16(), code: refusal.code.to_string(), path, text };
    AskError::Refused { vendor: IAMPORT, refusal }
}

fn observed(payment: Payment) -> Observed {
    let standing = match payment.progress() {
        // A virtual account that was issued, or a payment that was begun: Iamport calls both ready.
        Progress::Pending => Standing::Awaited,
        Progress::Paid | Progress::PartlyRefunded => Standing::Paid,
        Progress::Refunded => Standing::Cancelled,
        Progress::Failed => Standing::Failed,
        Progress::Unrecognised => Standing::Unrecognised(payment.status.as_str().to_owned()),
    };
    let paid_at = paid_at(&standing, payment.paid_at);
    Observed {
        facts: Facts {
            price: Won::new(payment.amount),
            refund: Won::new(payment.cancel_amount),
            paid_at,
            cancels: cancels(&payment),
            currency: payment.currency,
        },
        uid: payment.imp_uid,
        order: payment.merchant_uid,
        standing,
        data: Document(payment.raw.as_str().to_owned()),
    }
}

fn cancels(payment: &Payment) -> Vec<Cancel> {
    let one = |price: Option<u32>, reason: &Option<String>, at: Option<Timestamp>| {
        let reason = reason.clone().unwrap_or_default();
        Some(Cancel { price: Won::new(price?), reason, created_at: at? })
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

#[async_trait]
impl Acquirer for Iamport {
    async fn collect(&self, collection: Collection<'_>) -> Result<Observed, AskError> {
        self.look_up(collection.uid).await
    }

    async fn look_up(&self, uid: &str) -> Result<Observed, AskError> {
        self.ask(&GetPayment { imp_uid: uid.to_owned(), extension: false }).await.map(observed)
    }

    /// It knows of no keys of requests. The balance that we believe in keeps a repeat from going out twice.
    async fn give_back(&self, request: Return<'_>) -> Result<Observed, AskError> {
        let cancel = Ask {
            imp_uid: Some(request.uid.to_owned()),
            merchant_uid: request.order.to_owned(),
            checksum: request.returning.left().get(),
            reason: request.reason.to_owned(),
            refund: request.account.map(|account| RefundAccount {
                holder: account.holder.clone(),
                bank: account.bank.clone(),
                account: account.number.clone(),
                tel: Some(account.mobile.clone()).filter(|tel| !tel.is_empty()),
            }),
            enable_webhook: false,
        };
        let payment = match request.returning {
            Returning::All { .. } => self.ask(&CancelAll { cancel }).await?,
            Returning::Part { amount, .. } => {
                self.ask(&CancelAmount { cancel, amount: amount.get(), tax_free: 0 }).await?
            }
        };
        Ok(observed(payment))
    }

    /// The service itself named the customer, by the id of what the reservation belongs to.
    async fn stored_method(&self, uid: &str, customer: &str) -> Result<Document, AskError> {
        let found = self.ask(&GetCustomer { customer_uid: uid.to_owned() }).await?;
        if uid != customer || found.customer_uid != customer {
            let refusal = Refusal {
                status: StatusCode::UNPROCESSABLE_ENTITY.as_u16(),
                code: "CUSTOMER".to_owned(),
                path: "/subscribe/customers".to_owned(),
                text: "The customer_uid is another source's.".to_owned(),
            };
            return Err(AskError::Refused { vendor: IAMPORT, refusal });
        }
        Ok(Document(found.raw.as_str().to_owned()))
    }
}

impl fmt::Debug for Iamport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iamport").field("account", &self.account).finish_non_exhaustive()
    }
}
