//! Toss Payments as a [`Gateway`]: an order becomes its request, and its words become ours.

use std::fmt::{self, Write as _};
use std::num::NonZeroU32;
use std::sync::Arc;

use ::tosspayments::billing::{BillingKey, LookUp};
use ::tosspayments::cancel::{CancelAll, CancelAmount, RefundAccount};
use ::tosspayments::confirm::Confirm;
use ::tosspayments::look_up::{ByKey, ByOrder};
use ::tosspayments::window::OpenWindow;
use ::tosspayments::{
    Account, Call, Error, IdempotencyKey, Meaning, Payment, Post as _, Refusal as No, Status, WindowMethod,
};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::SignedDuration;
use ring::digest;

use crate::payment::{
    BankAccount, Behaviour, BoxError, Cancel, CancelWithoutAmount, Cancellation, CaptureBy, Charge, Checkout,
    Collection, Decline, Document, Facts, Gateway, GatewayError, Http, Idempotency, KeyScope, LookupKey,
    Method, NoticeTrust, Pages, PaymentRef, Provider, Refusal, Returning, Returns, Session, Snapshot,
    Standing, Won,
};

const TOSSPAYMENTS: Provider = Provider::TossPayments;

/// Half an hour for the payer, and ten minutes for us. How long it gives itself for a confirmation is not documented; a
/// minute is as long as it advises to wait for its answers.
const BEHAVIOUR: Behaviour = Behaviour {
    idempotency: Idempotency::ByKey {
        scope: KeyScope::WithoutBody,
        life: SignedDuration::from_hours(15 * 24),
    },
    lookup: LookupKey::KeyOrOrder,
    capture: CaptureBy::Approve,
    notices: NoticeTrust::Unsigned,
    cancel_without_amount: CancelWithoutAmount::Everything,
    pay_within: SignedDuration::from_mins(30),
    open_for: SignedDuration::from_mins(40),
    failed_after: SignedDuration::from_mins(1),
    released_after: SignedDuration::from_mins(10),
    refund_lost_after: SignedDuration::from_mins(10),
};

/// Toss Payments' limit on the name of an order, in characters.
const MOST_ITEM_CHARACTERS: usize = ::tosspayments::limits::ORDER_NAME_CHARS;

/// Toss Payments, spoken to with one account.
#[derive(Clone)]
pub struct TossPayments {
    account: Account,
    http: Arc<dyn Http>,
    client_key: Option<String>,
}

impl TossPayments {
    /// Speaks for `account` through `http`. Payments are opened by Toss Payments itself.
    #[must_use]
    pub fn new(account: Account, http: Arc<dyn Http>) -> TossPayments {
        TossPayments { account, http, client_key: None }
    }

    /// The same, but payments are opened by our page ([`Returns::window`]) with Toss Payments' own script, for the
    /// merchant's public key, which goes with the secret one. The page's address says what the script wants in its query.
    /// Then nobody is asked at first, and a payment's key is known when its payer comes back: a [`Session`] without one is
    /// looked up by its order.
    #[must_use]
    pub fn by_script(self, client_key: String) -> TossPayments {
        TossPayments { client_key: Some(client_key), ..self }
    }

    async fn ask<C: Call + Sync>(&self, call: &C) -> Result<C::Answer, GatewayError> {
        // A request that breaks a documented limit is never sent.
        let request = call
            .request(&self.account)
            .map_err(|error| GatewayError::Unreached(TOSSPAYMENTS, error.into()))?;
        let path = request.uri().path().to_owned();
        let response =
            self.http.send(request).await.map_err(|error| GatewayError::from_send(TOSSPAYMENTS, error))?;
        C::answer(&response).map_err(|error| match error {
            Error::Refused(no) => refused(no, path, &response),
            unreadable @ Error::Unreadable { .. } => GatewayError::Unknown(TOSSPAYMENTS, unreadable.into()),
        })
    }

    /// By its key, or by its order where nobody has learned that yet.
    async fn find(&self, payment: &PaymentRef) -> Result<Payment, GatewayError> {
        match &payment.key {
            Some(key) => self.ask(&ByKey { payment_key: key.clone() }).await,
            None => self.ask(&ByOrder { order_id: payment.order.clone() }).await,
        }
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
        if let Some(client_key) = &self.client_key {
            let session = Session { provider: TOSSPAYMENTS, key: String::new() };
            return Ok(Checkout { session, pages: on_our_page(client_key, charge, returns) });
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

    async fn approve(&self, payment: &PaymentRef, collection: &Collection) -> Result<Snapshot, GatewayError> {
        // A key that was stored is believed before one that a browser brings.
        let brought = collection.proof.as_ref().map(|proof| &proof.0);
        let Some(payment_key) = payment.key.as_ref().or(brought) else {
            return Err(not_sent("nobody has brought the payment's key"));
        };
        let amount = collection.amount.get();
        let key = key(&["confirm", &payment.order, payment_key, &collection.name, &amount.to_string()]);
        let confirm =
            Confirm { payment_key: payment_key.clone(), order_id: payment.order.clone(), amount }.keyed(key);
        snapshot(&PaymentRef { key: Some(payment_key.clone()), ..payment.clone() }, self.ask(&confirm).await?)
    }

    async fn lookup(&self, payment: &PaymentRef) -> Result<Snapshot, GatewayError> {
        snapshot(payment, self.find(payment).await?)
    }

    async fn cancel(
        &self,
        payment: &PaymentRef,
        cancellation: &Cancellation,
    ) -> Result<Option<Snapshot>, GatewayError> {
        let Cancellation { name, returning, reason, account } = cancellation;
        let payment_key = match &payment.key {
            Some(key) => key.clone(),
            None => self.find(payment).await.map_err(GatewayError::before_asking)?.payment_key,
        };
        let amount = returning.amount().get();
        let key = key(&["cancel", &payment.order, &payment_key, name, &amount.to_string()]);
        // None of it is no guard, and to Toss Payments no amount is everything.
        let some = |won: Won| NonZeroU32::new(won.get()).ok_or_else(|| not_sent("nothing is to be returned"));
        let refundable_amount = Some(some(returning.left())?);
        let (cancel_reason, refund_account) = (reason.clone(), account.as_ref().map(refund_account));
        let paid = PaymentRef { key: Some(payment_key.clone()), ..payment.clone() };
        let cancelled = match returning {
            Returning::All { .. } => {
                let all = CancelAll { payment_key, cancel_reason, refundable_amount, refund_account };
                self.ask(&all.keyed(key)).await?
            }
            Returning::Part { amount, .. } => {
                let part = CancelAmount {
                    payment_key,
                    cancel_reason,
                    cancel_amount: some(*amount)?,
                    tax_free_amount: None,
                    refundable_amount,
                    refund_account,
                };
                self.ask(&part.keyed(key)).await?
            }
        };
        let is_the_refund = cancelled.balance_amount == returning.left_then().get()
            && cancelled.cancels.iter().any(|cancelled| cancelled.cancel_amount == amount);
        let shown = snapshot(&paid, cancelled)?;
        if is_the_refund && shown.order == payment.order {
            Ok(Some(shown))
        } else {
            Err(unbelievable("the answer is about another refund"))
        }
    }

    /// The customer at Toss Payments is whom the card was stored for.
    async fn stored_method(&self, key: &str, customer: &str) -> Result<Document, GatewayError> {
        let look_up = LookUp { billing_key: BillingKey(key.to_owned()), customer_key: customer.to_owned() };
        let found = self.ask(&look_up).await?;
        if found.billing_key.0 != key || found.customer_key != customer {
            return Err(unbelievable("the answer is about another stored card"));
        }
        Ok(Document(found.raw.as_str().to_owned()))
    }
}

impl fmt::Debug for TossPayments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TossPayments")
            .field("account", &self.account)
            .field("client_key", &self.client_key)
            .finish_non_exhaustive()
    }
}

/// What it shows of the payment that was asked about; of another one's nothing is believed.
fn snapshot(asked: &PaymentRef, shown: Payment) -> Result<Snapshot, GatewayError> {
    let is_asked_about = match &asked.key {
        Some(key) => *key == shown.payment_key,
        None => asked.order == shown.order_id,
    };
    if !is_asked_about {
        return Err(unbelievable("the answer is about another payment"));
    }
    let refund = shown.cancelled_amount().ok_or_else(|| unbelievable("refunded more than there is"))?;
    let standing = match &shown.status {
        // Nothing is collected before we confirm it, whether the payer has come as far as agreeing or not.
        Status::Ready | Status::InProgress => Standing::Collectable,
        Status::WaitingForDeposit => Standing::Awaited,
        Status::Done | Status::PartialCanceled => Standing::Paid,
        Status::Canceled => Standing::Cancelled,
        Status::Aborted | Status::Expired => Standing::Failed,
        Status::Other(word) => Standing::Unrecognised(word.clone()),
    };
    // Of a refunded payment it must be known how much went back; none is not nothing then.
    if matches!(shown.status, Status::Canceled | Status::PartialCanceled) && refund == 0 {
        return Err(unbelievable("refunded, but no sum"));
    }
    let currency = shown.currency.clone().unwrap_or_else(|| {
        // Older answers leave out what was the only one then.
        "KRW".to_owned()
    });
    Ok(Snapshot {
        is_ours: shown.order_id == asked.order && currency == "KRW",
        facts: Facts {
            price: Won::new(shown.total_amount),
            refund: Won::new(refund),
            paid_at: standing.paid_at(shown.approved_at),
            cancels: cancels(&shown),
            currency,
        },
        standing,
        method: shown.method.as_ref().map(method),
        number: shown.card.as_ref().and_then(|card| card.approve_no.clone()),
        data: Document(shown.raw.as_str().to_owned()),
        key: shown.payment_key,
        order: shown.order_id,
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
fn on_our_page(client_key: &str, charge: &Charge, returns: &Returns) -> Pages {
    let (order, amount) = (charge.order.to_string(), charge.amount.get().to_string());
    let name = order_name(charge);
    let fields = [
        ("clientKey", client_key),
        ("orderId", &order),
        ("orderName", &name),
        ("amount", &amount),
        ("successUrl", &returns.approve),
        ("failUrl", &returns.fail),
    ];
    let query: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let page = format!("{}?{}", returns.window, query.join("&"));
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
fn key(said: &[&str]) -> IdempotencyKey {
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
fn refused(no: No, path: String, response: &Response<Bytes>) -> GatewayError {
    let decline = match no.code.meaning() {
        // The payer has not agreed, or too long ago, or to another order or sum: a look-up tells which.
        Meaning::NoSession => Decline::NotReady,
        Meaning::Expired => Decline::Expired,
        Meaning::NoSuchPayment => Decline::NotFound,
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
        | Meaning::Unrecognised => return GatewayError::Unknown(TOSSPAYMENTS, no.into()),
    };
    // The statuses that these are said with are documented nowhere. Of the first there is a payment, of the other none.
    let status = match (decline, no.http_status) {
        (Decline::NotReady, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (Decline::NotFound, _) => StatusCode::NOT_FOUND,
        (_, status) => status,
    };
    let refusal = Refusal::said(status, no.code.to_string(), path, response);
    GatewayError::Declined { provider: TOSSPAYMENTS, decline, refusal }
}

fn unbelievable(why: &'static str) -> GatewayError {
    GatewayError::Unknown(TOSSPAYMENTS, BoxError::from(why))
}

fn not_sent(why: &'static str) -> GatewayError {
    GatewayError::Unreached(TOSSPAYMENTS, BoxError::from(why))
}
