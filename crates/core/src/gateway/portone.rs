//! PortOne as a [`Gateway`], in either of its dialects: an order becomes a payment window, and its words become ours.
//!
//! The merchant names a payment, so ours is the order's id, in both dialects. The payer pays in PortOne's window, and the
//! money is collected there and then: nobody approves, and `approve` only looks. The window has one address to come
//! back to, the one for approving, with the reason in its query where it failed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ::portone::v1::token::{GetToken, Token};
use ::portone::{Error, v1, v2};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::payment::{
    Approval, Behaviour, BoxError, CancelWithoutAmount, Cancellation, CaptureBy, Charge, Checkout, Decline,
    Gateway, GatewayError, Http, Idempotency, LookupKey, Method, NoticeTrust, Pages, Progress, Proof,
    Provider, Returns, Session, Snapshot, Won,
};

const PORTONE: Provider = Provider::PortOne;

/// What both dialects do. How long a window may be used is a guess: gateways differ, and half an hour is longer than any
/// that is known of. Whoever keeps its address may open it anew, and again after a payment that failed; a day is how long
/// that is reckoned with.
const BEHAVIOUR: Behaviour = Behaviour {
    idempotency: Idempotency::ByPayment,
    lookup: LookupKey::Order,
    capture: CaptureBy::Itself,
    notices: NoticeTrust::Signed,
    cancel_without_amount: CancelWithoutAmount::Everything,
    pay_within: SignedDuration::from_mins(30),
    open_for: SignedDuration::from_hours(24),
    failed_after: SignedDuration::from_mins(1),
    released_after: SignedDuration::from_mins(10),
};

/// What a payer reads of a refund, where PortOne shows it.
const REASON: &str = "주문 취소";

/// Tells the time, for a token has an end.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The page on which PortOne's script opens the payment window, and whose window that is.
///
/// PortOne has no page of its own that a browser could be sent to. This one is the merchant's (or a fake's), and is told
/// everything in its query, under the names that the script takes.
#[derive(Clone)]
pub struct Window {
    /// Where the page is.
    pub page: Url,
    /// V2's store, or V1's code of the merchant (`imp…`).
    pub store: String,
    /// Which of the merchant's channels.
    pub channel: SecretString,
}

/// PortOne, spoken to with one account.
#[derive(Clone)]
pub struct PortOne {
    dialect: Dialect,
    window: Window,
    http: Arc<dyn Http>,
}

/// A session is of one dialect: an account of the other would find nothing, and take that for "not paid yet".
#[derive(Clone)]
enum Dialect {
    V1 { account: v1::Account, token: Arc<Mutex<Option<Token>>>, clock: Clock },
    V2 { account: v2::Account },
}

/// A payment as either dialect shows it.
struct Shown {
    progress: Progress,
    is_ours: bool,
    total: Won,
    cancelled: Won,
}

impl PortOne {
    /// Speaks V1 for `account` through `http`.
    #[must_use]
    pub fn v1(account: v1::Account, window: Window, http: Arc<dyn Http>, clock: Clock) -> PortOne {
        PortOne { dialect: Dialect::V1 { account, token: Arc::default(), clock }, window, http }
    }

    /// Speaks V2 for `account` through `http`.
    #[must_use]
    pub fn v2(account: v2::Account, window: Window, http: Arc<dyn Http>) -> PortOne {
        PortOne { dialect: Dialect::V2 { account }, window, http }
    }

    fn key(&self, charge: &Charge) -> String {
        match self.dialect {
            Dialect::V1 { .. } => format!("v1/{}", charge.order),
            Dialect::V2 { .. } => format!("v2/{}", charge.order),
        }
    }

    /// Whether the session is of this order and of the dialect that is spoken.
    fn check(&self, charge: &Charge, session: &Session) -> Result<(), GatewayError> {
        if session.key == self.key(charge) {
            return Ok(());
        }
        let code = "another dialect or order".to_owned();
        Err(GatewayError::Declined { provider: PORTONE, code, decline: Decline::Misconfigured })
    }

    async fn look(&self, charge: &Charge) -> Result<Option<Shown>, GatewayError> {
        match &self.dialect {
            Dialect::V1 { account, token, clock } => {
                let speaker = V1 { account, token, clock, http: &*self.http };
                let attempts = speaker.attempts(charge).await?;
                attempts.as_ref().map(|payment| v1_shown(charge, payment)).transpose()
            }
            Dialect::V2 { account } => {
                let call = v2::payments::GetPayment { payment_id: charge.order.to_string() };
                match v2_ask(&*self.http, account, &call).await {
                    Ok(payment) => v2_shown(account, charge, &payment).map(Some),
                    // Nobody has come to the window yet.
                    Err(error) if is_not_found(&error) => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

#[async_trait]
impl Gateway for PortOne {
    fn provider(&self) -> Provider {
        PORTONE
    }

    fn behaviour(&self) -> Behaviour {
        match self.dialect {
            Dialect::V1 { .. } => Behaviour {
                notices: NoticeTrust::Unsigned,
                cancel_without_amount: CancelWithoutAmount::EverythingAndForZero,
                ..BEHAVIOUR
            },
            Dialect::V2 { .. } => BEHAVIOUR,
        }
    }

    /// Registers the sum, so that nobody can pay less in their browser, and names the page.
    async fn open(&self, charge: &Charge, returns: &Returns) -> Result<Checkout, GatewayError> {
        let (order, amount) = (charge.order.to_string(), charge.amount.get());
        match &self.dialect {
            Dialect::V1 { account, token, clock } => {
                let speaker = V1 { account, token, clock, http: &*self.http };
                speaker.ask(&v1::prepare::Prepare { merchant_uid: order.clone(), amount }).await?;
            }
            Dialect::V2 { account } => {
                let register = v2::pre_register::PreRegister {
                    payment_id: order.clone(),
                    total_amount: amount,
                    tax_free_amount: None,
                };
                v2_ask(&*self.http, account, &register).await?;
            }
        }
        let page = self.window.page_for(&self.dialect, charge, returns);
        Ok(Checkout {
            session: Session { provider: PORTONE, key: self.key(charge) },
            pages: Pages { desktop: page.clone(), mobile: page },
        })
    }

    /// A look-up: what was collected is compared, and nothing is collected here.
    async fn approve(
        &self,
        charge: &Charge,
        session: &Session,
        _proof: &Proof,
    ) -> Result<Approval, GatewayError> {
        let declined = |code: &str, decline| {
            Err(GatewayError::Declined { provider: PORTONE, code: code.to_owned(), decline })
        };
        self.check(charge, session)?;
        let Some(shown) = self.look(charge).await? else { return declined("not begun", Decline::NotReady) };
        match shown.progress {
            Progress::Paid(approval) if shown.is_ours && approval.amount == charge.amount => Ok(approval),
            Progress::Paid(_) => Err(unbelievable("paid, but not this sum in our name")),
            Progress::Pending => declined("not paid", Decline::NotReady),
            Progress::Failed => declined("failed", Decline::Refused),
            Progress::Refunded => Err(unbelievable("paid, and returned")),
            Progress::Unrecognised(_) => Err(unbelievable("a status that is not known")),
        }
    }

    async fn lookup(&self, charge: &Charge, session: &Session) -> Result<Snapshot, GatewayError> {
        self.check(charge, session)?;
        let Some(shown) = self.look(charge).await? else {
            let (cancelled, cancellable) = (Won::ZERO, Won::ZERO);
            return Ok(Snapshot { progress: Progress::Pending, is_ours: true, cancelled, cancellable });
        };
        let is_paid = matches!(shown.progress, Progress::Paid(_));
        let left = shown.total.checked_sub(shown.cancelled);
        let left = left.ok_or_else(|| unbelievable("more was returned than collected"))?;
        Ok(Snapshot {
            progress: shown.progress,
            is_ours: shown.is_ours,
            cancelled: shown.cancelled,
            cancellable: if is_paid { left } else { Won::ZERO },
        })
    }

    async fn cancel(
        &self,
        charge: &Charge,
        session: &Session,
        cancellation: Cancellation,
    ) -> Result<(), GatewayError> {
        self.check(charge, session)?;
        match &self.dialect {
            Dialect::V1 { account, token, clock } => {
                let speaker = V1 { account, token, clock, http: &*self.http };
                speaker.cancel(charge, &cancellation).await
            }
            Dialect::V2 { account } => v2_cancel(&*self.http, account, charge, &cancellation).await,
        }
    }
}

impl Window {
    fn page_for(&self, dialect: &Dialect, charge: &Charge, returns: &Returns) -> String {
        let (order, amount) = (charge.order.to_string(), charge.amount.get().to_string());
        let channel = self.channel.expose_secret();
        let mut page = self.page.clone();
        let mut query = page.query_pairs_mut();
        match dialect {
            Dialect::V1 { .. } => query.extend_pairs([
                ("user_code", &*self.store),
                ("channelKey", channel),
                ("pay_method", "card"),
                ("merchant_uid", &order),
                ("name", &charge.item),
                ("amount", &amount),
                ("m_redirect_url", &returns.approve),
            ]),
            Dialect::V2 { .. } => query.extend_pairs([
                ("storeId", &*self.store),
                ("channelKey", channel),
                ("payMethod", "CARD"),
                ("paymentId", &order),
                ("orderName", &charge.item),
                ("totalAmount", &amount),
                ("currency", "KRW"),
                ("redirectUrl", &returns.approve),
            ]),
        };
        drop(query);
        page.into()
    }
}

/// V1 wants a token before anything else.
struct V1<'a> {
    account: &'a v1::Account,
    token: &'a Mutex<Option<Token>>,
    clock: &'a Clock,
    http: &'a dyn Http,
}

impl V1<'_> {
    async fn ask<C: v1::Call + Sync>(&self, call: &C) -> Result<C::Answer, GatewayError> {
        let token = self.token().await?;
        // A request that breaks a documented limit is never sent.
        let request = call
            .request(self.account, &token)
            .map_err(|error| GatewayError::Unreached(PORTONE, error.into()))?;
        let response =
            self.http.send(request).await.map_err(|error| GatewayError::from_send(PORTONE, error))?;
        C::answer(&response).map_err(|error| {
            if matches!(&error, Error::Refused(refusal) if refusal.meaning() == v1::Meaning::BadToken) {
                // It was taken back before its end: the next who asks gets another.
                *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
            }
            v1_failed(error)
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
        let response = self.http.send(GetToken.request(self.account)).await;
        let response = response.map_err(|error| not_asked(error.into()))?;
        let token = GetToken::answer(&response, now).map_err(|error| match error {
            Error::Refused(refusal) if refusal.meaning() == v1::Meaning::BadToken => GatewayError::Declined {
                provider: PORTONE,
                code: refusal.http_status.as_u16().to_string(),
                decline: Decline::Misconfigured,
            },
            other @ (Error::Refused(_) | Error::Unreadable { .. }) => not_asked(other.into()),
        })?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }

    /// The attempt that counts among those under the order's number: the one that holds or held money, else the latest.
    async fn attempts(&self, charge: &Charge) -> Result<Option<v1::Payment>, GatewayError> {
        let order = charge.order.to_string();
        let found = self.ask(&v1::payments::FindPayments { merchant_uid: order.clone() }).await;
        let mut attempts = match found {
            Ok(attempts) => attempts,
            Err(error) if is_not_found(&error) => Vec::new(),
            Err(error) => return Err(error),
        };
        if attempts.iter().any(|payment| payment.merchant_uid != order) {
            return Err(unbelievable("the answer is about another payment"));
        }
        let weight = |payment: &v1::Payment| match payment.progress() {
            v1::Progress::Paid
            | v1::Progress::PartlyRefunded
            | v1::Progress::Refunded
            | v1::Progress::Unrecognised => 0,
            v1::Progress::Pending => 1,
            v1::Progress::Failed => 2,
        };
        // The order among equals is kept: the latest comes first.
        attempts.sort_by_key(weight);
        Ok(attempts.into_iter().next())
    }

    /// By PortOne's own number of the attempt that was paid, as the order's number is shared by all of them.
    async fn cancel(&self, charge: &Charge, cancellation: &Cancellation) -> Result<(), GatewayError> {
        let asked = self.attempts(charge).await;
        // Nothing was asked yet but a question.
        let paid = asked.map_err(|error| match error {
            GatewayError::Unknown(provider, source) => GatewayError::Unreached(provider, source),
            declined @ (GatewayError::Declined { .. } | GatewayError::Unreached(..)) => declined,
        })?;
        let Some(paid) = paid else {
            let code = "not begun".to_owned();
            return Err(GatewayError::Declined { provider: PORTONE, code, decline: Decline::Refused });
        };
        let cancel = v1::cancel::Cancel {
            imp_uid: Some(paid.imp_uid.clone()),
            merchant_uid: charge.order.to_string(),
            checksum: cancellation.cancellable.get(),
            reason: REASON.to_owned(),
            refund: None,
            enable_webhook: false,
        };
        let amount = cancellation.amount.get();
        let cancelled = if cancellation.amount == cancellation.cancellable {
            self.ask(&v1::cancel::CancelAll { cancel }).await?
        } else {
            self.ask(&v1::cancel::CancelAmount { cancel, amount, tax_free: 0 }).await?
        };
        let is_of = cancelled.imp_uid == paid.imp_uid && cancelled.merchant_uid == charge.order.to_string();
        if !is_of || cancelled.cancel_amount.checked_sub(paid.cancel_amount) != Some(amount) {
            return Err(unbelievable("the answer is about another refund"));
        }
        Ok(())
    }
}

fn v1_shown(charge: &Charge, payment: &v1::Payment) -> Result<Shown, GatewayError> {
    let (total, cancelled) = (Won::new(payment.amount), Won::new(payment.cancel_amount));
    if payment.merchant_uid != charge.order.to_string() {
        return Err(unbelievable("the answer is about another payment"));
    }
    let progress = match payment.progress() {
        v1::Progress::Pending => Progress::Pending,
        v1::Progress::Paid | v1::Progress::PartlyRefunded => Progress::Paid(Approval {
            amount: total,
            number: payment.pg_tid.clone(),
            method: payment.pay_method.as_ref().map(v1_method),
            at: payment.paid_at,
        }),
        v1::Progress::Refunded => Progress::Refunded,
        v1::Progress::Failed => Progress::Failed,
        v1::Progress::Unrecognised => Progress::Unrecognised(payment.status.as_str().to_owned()),
    };
    Ok(Shown { progress, is_ours: payment.currency == "KRW", total, cancelled })
}

async fn v2_ask<C: v2::Call + Sync>(
    http: &dyn Http,
    account: &v2::Account,
    call: &C,
) -> Result<C::Answer, GatewayError> {
    let request = call.request(account).map_err(|error| GatewayError::Unreached(PORTONE, error.into()))?;
    let response = http.send(request).await.map_err(|error| GatewayError::from_send(PORTONE, error))?;
    C::answer(&response).map_err(|error| match error {
        Error::Refused(refusal) => v2_refused(refusal),
        unreadable @ Error::Unreadable { .. } => GatewayError::Unknown(PORTONE, unreadable.into()),
    })
}

async fn v2_cancel(
    http: &dyn Http,
    account: &v2::Account,
    charge: &Charge,
    cancellation: &Cancellation,
) -> Result<(), GatewayError> {
    let amount = cancellation.amount.get();
    let cancel = v2::cancel::Cancel {
        payment_id: charge.order.to_string(),
        current_cancellable_amount: cancellation.cancellable.get(),
        reason: REASON.to_owned(),
        refund_account: None,
    };
    let cancelled = if cancellation.amount == cancellation.cancellable {
        v2_ask(http, account, &v2::cancel::CancelAll { cancel }).await?
    } else {
        let part = v2::cancel::CancelAmount { cancel, amount, tax_free_amount: 0, vat_amount: None };
        v2_ask(http, account, &part).await?
    };
    let cancelled = cancelled.cancellation;
    match cancelled.status {
        v2::CancellationStatus::Succeeded if cancelled.total_amount == amount => Ok(()),
        v2::CancellationStatus::Failed => {
            let code = cancelled.status.as_str().to_owned();
            Err(GatewayError::Declined { provider: PORTONE, code, decline: Decline::Refused })
        }
        v2::CancellationStatus::Succeeded => Err(unbelievable("the answer is about another refund")),
        v2::CancellationStatus::Requested | v2::CancellationStatus::Other(_) => {
            Err(unbelievable("asked for, and not done yet"))
        }
    }
}

fn v2_shown(account: &v2::Account, charge: &Charge, payment: &v2::Payment) -> Result<Shown, GatewayError> {
    if payment.id != charge.order.to_string() {
        return Err(unbelievable("the answer is about another payment"));
    }
    let (total, cancelled) = (Won::new(payment.amount.total), Won::new(payment.amount.cancelled));
    let unrecognised = || Progress::Unrecognised(payment.status.as_str().to_owned());
    let progress = match payment.status.progress() {
        v2::Progress::Pending => Progress::Pending,
        v2::Progress::Paid | v2::Progress::PartlyRefunded => Progress::Paid(Approval {
            amount: total,
            number: payment.pg_tx_id.clone(),
            method: payment.method.as_ref().map(v2_method),
            at: payment.paid_at,
        }),
        // Cancelled, but nothing went back: a virtual account that was closed, perhaps.
        v2::Progress::Refunded if cancelled.is_zero() => unrecognised(),
        v2::Progress::Refunded => Progress::Refunded,
        v2::Progress::Failed => Progress::Failed,
        v2::Progress::Unrecognised => unrecognised(),
    };
    let is_our_store = match (account.store_id(), payment.store_id.as_deref()) {
        (Some(ours), Some(named)) => ours == named,
        (Some(_) | None, None) | (None, Some(_)) => true,
    };
    Ok(Shown { progress, is_ours: is_our_store && payment.currency == "KRW", total, cancelled })
}

fn v1_method(method: &v1::Method) -> Method {
    if *method == v1::Method::Card { Method::Card } else { Method::Other(method.as_str().to_owned()) }
}

/// A wallet goes by its own name.
fn v2_method(method: &v2::Method) -> Method {
    if method.kind == v2::MethodType::Card {
        return Method::Card;
    }
    Method::Other(method.provider.clone().unwrap_or_else(|| method.kind.as_str().to_owned()))
}

impl fmt::Debug for PortOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dialect = match self.dialect {
            Dialect::V1 { .. } => "V1",
            Dialect::V2 { .. } => "V2",
        };
        f.debug_struct("PortOne").field("dialect", &dialect).finish_non_exhaustive()
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").field("store", &self.store).finish_non_exhaustive()
    }
}

/// V1's no. Its code is the same for nearly everything, so the HTTP status stands for it; and where that says nothing, the
/// gateway behind PortOne may have done it.
fn v1_failed(error: v1::Error) -> GatewayError {
    let refusal = match error {
        Error::Refused(refusal) => refusal,
        unreadable @ Error::Unreadable { .. } => return GatewayError::Unknown(PORTONE, unreadable.into()),
    };
    let decline = match refusal.meaning() {
        v1::Meaning::BadParameter | v1::Meaning::NotPermitted => Decline::Misconfigured,
        v1::Meaning::BadToken | v1::Meaning::TooManyRequests => Decline::Later,
        v1::Meaning::NotFound => Decline::Mismatch,
        v1::Meaning::Unclear => return GatewayError::Unknown(PORTONE, refusal.into()),
    };
    GatewayError::Declined { provider: PORTONE, code: refusal.http_status.as_u16().to_string(), decline }
}

/// V2's no. Some of its words leave open what has happened, and those are no refusals at all.
fn v2_refused(refusal: v2::Refusal) -> GatewayError {
    let decline = match refusal.meaning() {
        v2::Meaning::BadParameter | v2::Meaning::Misconfigured => Decline::Misconfigured,
        v2::Meaning::NotFound => Decline::Mismatch,
        v2::Meaning::TooOften => Decline::Later,
        v2::Meaning::BalanceDiffers => Decline::Refused,
        // The first may have worked, the bank may have paid, or the other request may still be running.
        v2::Meaning::AlreadyDone
        | v2::Meaning::WrongState
        | v2::Meaning::Gateway
        | v2::Meaning::Internal
        | v2::Meaning::Unrecognised => return GatewayError::Unknown(PORTONE, refusal.into()),
    };
    GatewayError::Declined { provider: PORTONE, code: refusal.kind.as_str().to_owned(), decline }
}

/// Whether PortOne knows nothing of what was asked about.
fn is_not_found(error: &GatewayError) -> bool {
    matches!(error, GatewayError::Declined { decline: Decline::Mismatch, .. })
}

fn unbelievable(why: &'static str) -> GatewayError {
    GatewayError::Unknown(PORTONE, BoxError::from(why))
}
