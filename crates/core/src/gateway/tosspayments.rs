//! Toss Payments as a [`Gateway`]: an order becomes its request, and its words become ours.

use std::fmt::{self, Write as _};
use std::num::NonZeroU32;
use std::sync::Arc;

use ::tosspayments::cancel::CancelAmount;
use ::tosspayments::confirm::Confirm;
use ::tosspayments::look_up::{ByKey, ByOrder};
use ::tosspayments::window::OpenWindow;
use ::tosspayments::{
    Account, Call, Error, IdempotencyKey, Meaning, Payment, Post as _, Refusal, WindowMethod,
};
use async_trait::async_trait;
use jiff::SignedDuration;
use ring::digest;

use crate::payment::{
    Approval, Behaviour, BoxError, CancelWithoutAmount, Cancellation, CaptureBy, Charge, Checkout, Decline,
    Gateway, GatewayError, Http, Idempotency, KeyScope, LookupKey, Method, NoticeTrust, Pages, Progress,
    Proof, Provider, Returns, Session, Snapshot, Won,
};

const TOSSPAYMENTS: Provider = Provider::TossPayments;

/// Half an hour for the payer, and ten minutes for us. How long it gives itself for a confirmation is not documented; a
/// minute is as long as it advises to wait for its answers.
const BEHAVIOUR: Behaviour = Behaviour {
    idempotency: Idempotency::ByKey {
        scope: KeyScope::WithoutBody,
        life: SignedDuration::from_hours(15 * 24),
    },
    lookup: LookupKey::Order,
    capture: CaptureBy::Approve,
    notices: NoticeTrust::Unsigned,
    cancel_without_amount: CancelWithoutAmount::Everything,
    pay_within: SignedDuration::from_mins(30),
    open_for: SignedDuration::from_mins(40),
    failed_after: SignedDuration::from_mins(1),
    released_after: SignedDuration::from_mins(10),
};

/// Toss Payments' limit on the name of an order, in characters.
const MOST_ITEM_CHARACTERS: usize = ::tosspayments::limits::ORDER_NAME_CHARS;

/// Why a payment was given back, as whoever looks at it there reads it. Ours is written down here.
const CANCEL_REASON: &str = "환불";

/// Toss Payments, spoken to with one account.
#[derive(Clone)]
pub struct TossPayments {
    account: Account,
    http: Arc<dyn Http>,
    page: Option<Page>,
}

/// A page of ours that opens the payment window with Toss Payments' own script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it is, without a query. It is handed what the script wants in one: `clientKey`, `orderId`, `orderName`,
    /// `amount`, `successUrl`, `failUrl`.
    pub url: String,
    /// The merchant's public key, which goes with the secret one.
    pub client_key: String,
}

impl TossPayments {
    /// Speaks for `account` through `http`. Payments are opened by Toss Payments itself.
    #[must_use]
    pub fn new(account: Account, http: Arc<dyn Http>) -> TossPayments {
        TossPayments { account, http, page: None }
    }

    /// The same, but payments are opened by a page of ours. Then nobody is asked at first, and a payment's key is known
    /// when its payer comes back: a [`Session`] without one is looked up by its order.
    #[must_use]
    pub fn on(self, page: Page) -> TossPayments {
        TossPayments { page: Some(page), ..self }
    }

    async fn ask<C: Call + Sync>(&self, call: &C) -> Result<C::Answer, GatewayError> {
        // A request that breaks a documented limit is never sent.
        let request = call
            .request(&self.account)
            .map_err(|error| GatewayError::Unreached(TOSSPAYMENTS, error.into()))?;
        let response =
            self.http.send(request).await.map_err(|error| GatewayError::from_send(TOSSPAYMENTS, error))?;
        C::answer(&response).map_err(|error| match error {
            Error::Refused(refusal) => refused(refusal),
            unreadable @ Error::Unreadable { .. } => GatewayError::Unknown(TOSSPAYMENTS, unreadable.into()),
        })
    }
}

#[async_trait]
impl Gateway for TossPayments {
    fn provider(&self) -> Provider {
        TOSSPAYMENTS
    }

    fn behaviour(&self) -> Behaviour {
        BEHAVIOUR
    }

    async fn open(&self, charge: &Charge, returns: &Returns) -> Result<Checkout, GatewayError> {
        if let Some(page) = &self.page {
            let session = Session { provider: TOSSPAYMENTS, key: String::new() };
            return Ok(Checkout { session, pages: on_page(page, charge, returns) });
        }
        let order_id = charge.order.to_string();
        let window = OpenWindow {
            // A drink is not waited for until somebody has been to their bank.
            method: WindowMethod::Card,
            order_id: order_id.clone(),
            order_name: order_name(charge),
            amount: charge.amount.get(),
            tax_free_amount: None,
            customer_key: None,
            success_url: returns.approve.clone(),
            // It says in its query whether the payer pressed cancel.
            fail_url: returns.fail.clone(),
        };
        // Without a key: what is opened twice is paid once, and a first answer of yesterday is of no use.
        let payment = self.ask(&window).await?;
        let page = payment.checkout.ok_or_else(|| unbelievable("opened, but no page"))?;
        if payment.order_id != order_id || payment.total_amount != charge.amount.get() {
            return Err(unbelievable("the answer is about another payment"));
        }
        let page = String::from(page.0);
        Ok(Checkout {
            session: Session { provider: TOSSPAYMENTS, key: payment.payment_key },
            pages: Pages { desktop: page.clone(), mobile: page },
        })
    }

    async fn approve(
        &self,
        charge: &Charge,
        session: &Session,
        proof: &Proof,
    ) -> Result<Approval, GatewayError> {
        // A key that was stored is believed before one that a browser brings.
        let payment_key = if session.key.is_empty() { &proof.0 } else { &session.key };
        let confirm = Confirm {
            payment_key: payment_key.clone(),
            order_id: charge.order.to_string(),
            amount: charge.amount.get(),
        };
        // Without a key: it would remember a refusal for fifteen days, and whoever tries again means to be asked anew. The
        // payment's own state keeps it from being collected twice.
        let payment = self.ask(&confirm).await?;
        if payment.payment_key != *payment_key || !is_of(charge, &payment) {
            return Err(unbelievable("the answer is about another payment"));
        }
        match payment.progress() {
            ::tosspayments::Progress::Paid => Ok(approval(&payment)),
            ::tosspayments::Progress::Pending
            | ::tosspayments::Progress::WaitingForDeposit
            | ::tosspayments::Progress::PartlyRefunded
            | ::tosspayments::Progress::Refunded
            | ::tosspayments::Progress::Failed
            | ::tosspayments::Progress::Unrecognised => Err(unbelievable("confirmed, but not collected")),
        }
    }

    async fn lookup(&self, charge: &Charge, session: &Session) -> Result<Snapshot, GatewayError> {
        if session.key.is_empty() {
            let found = self.ask(&ByOrder { order_id: charge.order.to_string() }).await;
            return match found {
                // Nobody has come as far as a payment yet, and still may.
                Err(GatewayError::Declined { decline: Decline::Mismatch, .. }) => Ok(untouched()),
                found => snapshot(charge, &found?),
            };
        }
        let payment = self.ask(&ByKey { payment_key: session.key.clone() }).await?;
        if payment.payment_key != session.key {
            return Err(unbelievable("the answer is about another payment"));
        }
        snapshot(charge, &payment)
    }

    async fn cancel(
        &self,
        charge: &Charge,
        session: &Session,
        cancellation: Cancellation,
    ) -> Result<(), GatewayError> {
        let payment_key = if session.key.is_empty() {
            self.ask(&ByOrder { order_id: charge.order.to_string() }).await?.payment_key
        } else {
            session.key.clone()
        };
        let (amount, cancellable) = (cancellation.amount.get(), cancellation.cancellable.get());
        // Always with an amount: to Toss Payments none means everything.
        let cancel = CancelAmount {
            payment_key,
            cancel_reason: CANCEL_REASON.to_owned(),
            cancel_amount: NonZeroU32::new(amount).ok_or_else(|| not_sent("nothing is to be returned"))?,
            tax_free_amount: None,
            refundable_amount: NonZeroU32::new(cancellable),
            refund_account: None,
        };
        let (payment_key, order) = (cancel.payment_key.clone(), charge.order.to_string());
        let key = key(&["cancel", &order, &payment_key, &cancellation.name, &amount.to_string()]);
        let payment = self.ask(&cancel.keyed(key)).await?;
        let is_the_refund = payment.payment_key == payment_key
            && is_of(charge, &payment)
            && Some(payment.balance_amount) == cancellable.checked_sub(amount)
            && payment.cancels.iter().any(|cancelled| cancelled.cancel_amount == amount);
        if is_the_refund { Ok(()) } else { Err(unbelievable("the answer is about another refund")) }
    }
}

impl fmt::Debug for TossPayments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let page = self.page.as_ref().map(|page| &page.url);
        f.debug_struct("TossPayments")
            .field("account", &self.account)
            .field("page", &page)
            .finish_non_exhaustive()
    }
}

/// Whether a payment is the order's, and in won.
fn is_of(charge: &Charge, payment: &Payment) -> bool {
    payment.order_id == charge.order.to_string()
        && payment.currency.as_deref().is_none_or(|currency| currency == "KRW")
}

fn snapshot(charge: &Charge, payment: &Payment) -> Result<Snapshot, GatewayError> {
    let cancelled = payment.cancelled_amount().ok_or_else(|| unbelievable("refunded more than there is"))?;
    let progress = match payment.progress() {
        ::tosspayments::Progress::Pending | ::tosspayments::Progress::WaitingForDeposit => Progress::Pending,
        ::tosspayments::Progress::Paid | ::tosspayments::Progress::PartlyRefunded => {
            Progress::Paid(approval(payment))
        }
        ::tosspayments::Progress::Refunded => Progress::Refunded,
        ::tosspayments::Progress::Failed => Progress::Failed,
        ::tosspayments::Progress::Unrecognised => Progress::Unrecognised(payment.status.as_str().to_owned()),
    };
    // Of a refunded payment it must be known how much went back; none is not nothing then.
    let refunded = matches!(
        payment.progress(),
        ::tosspayments::Progress::Refunded | ::tosspayments::Progress::PartlyRefunded
    );
    if refunded && cancelled == 0 {
        return Err(unbelievable("refunded, but no sum"));
    }
    // What was given up before anything was collected is no money.
    let is_money = refunded || matches!(progress, Progress::Paid(_));
    let won = |sum| if is_money { Won::new(sum) } else { Won::ZERO };
    Ok(Snapshot {
        progress,
        is_ours: is_of(charge, payment),
        cancelled: won(cancelled),
        cancellable: won(payment.balance_amount),
    })
}

/// An order that Toss Payments has not heard of: its page was never opened, or nobody has agreed there.
fn untouched() -> Snapshot {
    Snapshot { progress: Progress::Pending, is_ours: true, cancelled: Won::ZERO, cancellable: Won::ZERO }
}

fn approval(payment: &Payment) -> Approval {
    Approval {
        amount: Won::new(payment.total_amount),
        number: payment.card.as_ref().and_then(|card| card.approve_no.clone()),
        method: payment.method.as_ref().map(method),
        at: payment.approved_at,
    }
}

fn method(word: &::tosspayments::Method) -> Method {
    match word {
        ::tosspayments::Method::Card => Method::Card,
        ::tosspayments::Method::VirtualAccount
        | ::tosspayments::Method::EasyPay
        | ::tosspayments::Method::MobilePhone
        | ::tosspayments::Method::Transfer
        | ::tosspayments::Method::CultureGiftCertificate
        | ::tosspayments::Method::BookGiftCertificate
        | ::tosspayments::Method::GameGiftCertificate
        | ::tosspayments::Method::Other(_) => Method::Other(word.as_str().to_owned()),
    }
}

fn order_name(charge: &Charge) -> String {
    charge.item.chars().take(MOST_ITEM_CHARACTERS).collect()
}

/// Our page's address, with what its script wants.
fn on_page(page: &Page, charge: &Charge, returns: &Returns) -> Pages {
    let (order, amount) = (charge.order.to_string(), charge.amount.get().to_string());
    let name = order_name(charge);
    let fields = [
        ("clientKey", page.client_key.as_str()),
        ("orderId", &order),
        ("orderName", &name),
        ("amount", &amount),
        ("successUrl", &returns.approve),
        ("failUrl", &returns.fail),
    ];
    let query: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let page = format!("{}?{}", page.url, query.join("&"));
    Pages { desktop: page.clone(), mobile: page }
}

/// A text as a query carries it.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

/// A key of all that a request says, as Toss Payments compares no bodies: of any length and characters, and never one
/// for two requests.
pub(super) fn key(said: &[&str]) -> IdempotencyKey {
    let hash = digest::digest(&digest::SHA256, said.join("\n").as_bytes());
    let mut hex = String::with_capacity(64);
    for byte in hash.as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    IdempotencyKey::new(hex).expect("64 hex digits are a key")
}

/// Toss Payments' no. At confirming and cancelling some of its codes leave open what has happened, and those are no
/// refusals at all.
fn refused(refusal: Refusal) -> GatewayError {
    let decline = match refusal.code.meaning() {
        // The payer has not agreed, or too long ago: a look-up tells which.
        Meaning::NoSession => Decline::NotReady,
        Meaning::Expired => Decline::Expired,
        Meaning::NoSuchPayment => Decline::Mismatch,
        Meaning::Unavailable => Decline::Later,
        Meaning::BadKey | Meaning::NotPermitted | Meaning::BadParameter => Decline::Misconfigured,
        Meaning::Rejected
        | Meaning::AmountOutsideLimits
        | Meaning::NotCancellable
        | Meaning::RefundTooLarge
        | Meaning::BalanceDiffers
        | Meaning::BadRefundAccount
        | Meaning::WrongCustomer
        | Meaning::NoSuchBillingKey
        | Meaning::PayerCancelled
        | Meaning::WindowAborted => Decline::Refused,
        // The first may have worked, the bank may have paid, or the other request may still be running.
        Meaning::AlreadyProcessed
        | Meaning::AlreadyCancelled
        | Meaning::InProgress
        | Meaning::Internal
        | Meaning::Unrecognised => return GatewayError::Unknown(TOSSPAYMENTS, refusal.into()),
    };
    GatewayError::Declined { provider: TOSSPAYMENTS, code: refusal.code.to_string(), decline }
}

fn unbelievable(why: &'static str) -> GatewayError {
    GatewayError::Unknown(TOSSPAYMENTS, BoxError::from(why))
}

fn not_sent(why: &'static str) -> GatewayError {
    GatewayError::Unreached(TOSSPAYMENTS, BoxError::from(why))
}
