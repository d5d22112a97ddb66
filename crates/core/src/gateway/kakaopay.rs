//! KakaoPay as a [`Gateway`]: an order becomes its request, and its words become ours.

use std::fmt;
use std::sync::Arc;

use ::kakaopay::approve::{Approve, Approved};
use ::kakaopay::cancel::Cancel;
use ::kakaopay::order::{Order, Payment};
use ::kakaopay::ready::{Ready, ReadyOptions};
use ::kakaopay::{Account, Call, Error, Meaning, PaymentMethod, Refusal};
use async_trait::async_trait;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, offset};
use jiff::{SignedDuration, Timestamp};

use crate::payment::{
    Approval, Behaviour, BoxError, CancelWithoutAmount, Cancellation, CaptureBy, Charge, Checkout, Decline,
    Gateway, GatewayError, Http, Idempotency, LookupKey, Method, NoticeTrust, Pages, Progress, Proof,
    Provider, Returns, Session, Snapshot, Won,
};

const KAKAOPAY: Provider = Provider::KakaoPay;

/// A second approval is refused with −702, a second cancellation by `cancel_available_amount`. It gives itself 11 seconds
/// for an approval.
const BEHAVIOUR: Behaviour = Behaviour {
    idempotency: Idempotency::ByState,
    lookup: LookupKey::Session,
    capture: CaptureBy::Approve,
    notices: NoticeTrust::Silent,
    cancel_without_amount: CancelWithoutAmount::Refused,
    pay_within: SignedDuration::from_mins(15),
    open_for: SignedDuration::from_mins(15),
    failed_after: SignedDuration::from_secs(30),
    released_after: SignedDuration::from_mins(10),
};

/// KakaoPay's limit on the name of an item, in characters.
const MOST_ITEM_CHARACTERS: usize = ::kakaopay::limits::ITEM_CHARS;

/// KakaoPay, spoken to with one account.
#[derive(Clone)]
pub struct KakaoPay {
    account: Account,
    http: Arc<dyn Http>,
}

impl KakaoPay {
    /// Speaks for `account` through `http`.
    #[must_use]
    pub fn new(account: Account, http: Arc<dyn Http>) -> KakaoPay {
        KakaoPay { account, http }
    }

    async fn ask<C: Call + Sync>(&self, call: &C) -> Result<C::Answer, GatewayError> {
        // A request that breaks a documented limit is never sent.
        let request =
            call.request(&self.account).map_err(|error| GatewayError::Unreached(KAKAOPAY, error.into()))?;
        let response =
            self.http.send(request).await.map_err(|error| GatewayError::from_send(KAKAOPAY, error))?;
        C::answer(&response).map_err(|error| match error {
            Error::Refused(refusal) => refused(refusal),
            unreadable @ Error::Unreadable { .. } => GatewayError::Unknown(KAKAOPAY, unreadable.into()),
        })
    }

    /// Whether an answer speaks of the payment that was asked about.
    fn is_of(
        &self,
        charge: &Charge,
        session: &Session,
        (tid, cid, order, payer): (&str, &str, &str, &str),
    ) -> bool {
        tid == session.key
            && cid == self.account.cid()
            && order == charge.order.to_string()
            && payer == charge.payer.0
    }

    fn snapshot(
        &self,
        charge: &Charge,
        session: &Session,
        payment: &Payment,
    ) -> Result<Snapshot, GatewayError> {
        if payment.tid != session.key {
            return Err(unbelievable("the answer is about another payment"));
        }
        let named = (&*payment.tid, &*payment.cid, &*payment.partner_order_id, &*payment.partner_user_id);
        let is_ours = self.is_of(charge, session, named);
        let won =
            |amount: Option<::kakaopay::Amount>| amount.map_or(Won::ZERO, |amount| Won::new(amount.total));
        let progress = match payment.status.progress() {
            ::kakaopay::Progress::Pending => Progress::Pending,
            ::kakaopay::Progress::Paid | ::kakaopay::Progress::PartlyRefunded => Progress::Paid(Approval {
                amount: payment
                    .amount
                    .map(|amount| Won::new(amount.total))
                    .ok_or_else(|| unbelievable("paid, but no sum"))?,
                number: None,
                method: payment.payment_method_type.as_ref().map(method),
                at: payment.approved_at.and_then(korean),
            }),
            ::kakaopay::Progress::Refunded => Progress::Refunded,
            ::kakaopay::Progress::Failed => Progress::Failed,
            ::kakaopay::Progress::SubscriptionIssued | ::kakaopay::Progress::Unrecognised => {
                Progress::Unrecognised(payment.status.as_str().to_owned())
            }
        };
        // Of a refunded payment it must be known how much went back; none is not nothing then.
        let refunded = matches!(
            payment.status.progress(),
            ::kakaopay::Progress::Refunded | ::kakaopay::Progress::PartlyRefunded
        );
        if refunded && payment.canceled_amount.is_none() {
            return Err(unbelievable("refunded, but no sum"));
        }
        let (cancelled, cancellable) = (won(payment.canceled_amount), won(payment.cancel_available_amount));
        Ok(Snapshot { progress, is_ours, cancelled, cancellable })
    }
}

#[async_trait]
impl Gateway for KakaoPay {
    fn provider(&self) -> Provider {
        KAKAOPAY
    }

    fn behaviour(&self) -> Behaviour {
        BEHAVIOUR
    }

    async fn open(&self, charge: &Charge, returns: &Returns) -> Result<Checkout, GatewayError> {
        let prepared = self
            .ask(&Ready {
                partner_order_id: charge.order.to_string(),
                partner_user_id: charge.payer.0.clone(),
                item_name: charge.item.chars().take(MOST_ITEM_CHARACTERS).collect(),
                quantity: charge.quantity,
                total_amount: charge.amount.get(),
                tax_free_amount: 0,
                approval_url: returns.approve.clone(),
                cancel_url: returns.cancel.clone(),
                fail_url: returns.fail.clone(),
                options: ReadyOptions::default(),
            })
            .await?;
        Ok(Checkout {
            session: Session { provider: KAKAOPAY, key: prepared.tid },
            pages: Pages {
                desktop: prepared.next_redirect_pc_url.into(),
                mobile: prepared.next_redirect_mobile_url.into(),
            },
        })
    }

    async fn approve(
        &self,
        charge: &Charge,
        session: &Session,
        proof: &Proof,
    ) -> Result<Approval, GatewayError> {
        let approved: Approved = self
            .ask(&Approve {
                tid: session.key.clone(),
                partner_order_id: charge.order.to_string(),
                partner_user_id: charge.payer.0.clone(),
                pg_token: proof.0.clone(),
                payload: None,
                // A guard: KakaoPay refuses when the payment it has is of another sum.
                total_amount: Some(charge.amount.get()),
            })
            .await?;
        let named = (&*approved.tid, &*approved.cid, &*approved.partner_order_id, &*approved.partner_user_id);
        if !self.is_of(charge, session, named) {
            return Err(unbelievable("the answer is about another payment"));
        }
        Ok(Approval {
            amount: Won::new(approved.amount.total),
            number: approved.aid,
            method: approved.payment_method_type.as_ref().map(method),
            at: approved.approved_at.and_then(korean),
        })
    }

    async fn lookup(&self, charge: &Charge, session: &Session) -> Result<Snapshot, GatewayError> {
        let payment = self.ask(&Order { tid: session.key.clone() }).await?;
        self.snapshot(charge, session, &payment)
    }

    async fn cancel(
        &self,
        charge: &Charge,
        session: &Session,
        cancellation: Cancellation,
    ) -> Result<(), GatewayError> {
        let cancelled = self
            .ask(&Cancel {
                tid: session.key.clone(),
                cancel_amount: cancellation.amount.get(),
                cancel_tax_free_amount: 0,
                cancel_vat_amount: None,
                cancel_available_amount: Some(cancellation.cancellable.get()),
                payload: None,
            })
            .await?;
        let named =
            (&*cancelled.tid, &*cancelled.cid, &*cancelled.partner_order_id, &*cancelled.partner_user_id);
        let returned = cancelled.approved_cancel_amount.total;
        if !self.is_of(charge, session, named) || returned != cancellation.amount.get() {
            return Err(unbelievable("the answer is about another refund"));
        }
        Ok(())
    }
}

impl fmt::Debug for KakaoPay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KakaoPay").field("account", &self.account).finish_non_exhaustive()
    }
}

/// KakaoPay's no. At approve and cancel some of its codes leave open what has happened, and those are
/// no refusals at all.
fn refused(refusal: Refusal) -> GatewayError {
    let bank_knows_nothing =
        refusal.method_result.as_ref().is_some_and(|result| result.code == "BANK_FIRM_UNKNOWN");
    let payer_is_busy = refusal.method_result.as_ref().is_some_and(|result| result.code == "USER_LOCKED");
    let decline = match refusal.code.meaning() {
        Meaning::NotAuthenticated => Decline::NotReady,
        Meaning::Expired => Decline::Expired,
        Meaning::WrongToken | Meaning::PartnerMismatch | Meaning::NoSuchPayment => Decline::Mismatch,
        Meaning::QuotaExceeded | Meaning::Maintenance => Decline::Later,
        Meaning::BadHeader
        | Meaning::BadKey
        | Meaning::NotPermitted
        | Meaning::NoSuchUrl
        | Meaning::BadParameter
        | Meaning::ApiEnded
        | Meaning::BadMerchant
        | Meaning::AddressNotAllowed
        | Meaning::DomainMismatch => Decline::Misconfigured,
        Meaning::SourceAmountMismatch
        | Meaning::MethodNotSupported
        | Meaning::AmountMismatch
        | Meaning::AboveLimit
        | Meaning::RefundTooLarge
        | Meaning::NoSuchSubscription
        | Meaning::SubscriptionEnded
        | Meaning::SubscriptionLimit
        | Meaning::SubscriptionOfAnother
        | Meaning::NotKakaoTalkUser => Decline::Refused,
        Meaning::ApproveFailed if payer_is_busy => Decline::Busy,
        Meaning::ApproveFailed if !bank_knows_nothing => Decline::Refused,
        // The first may have worked, the bank may have paid, or the other request may still be running.
        Meaning::ApproveFailed
        | Meaning::AlreadyApproved
        | Meaning::CancelFailed
        | Meaning::ChargeFailed
        | Meaning::WrongState
        | Meaning::InProgress
        | Meaning::Internal
        | Meaning::Unrecognised => return GatewayError::Unknown(KAKAOPAY, refusal.into()),
    };
    GatewayError::Declined { provider: KAKAOPAY, code: refusal.code.to_string(), decline }
}

fn unbelievable(why: &'static str) -> GatewayError {
    GatewayError::Unknown(KAKAOPAY, BoxError::from(why))
}

fn method(word: &PaymentMethod) -> Method {
    match word {
        PaymentMethod::Card => Method::Card,
        PaymentMethod::Money => Method::Balance,
        PaymentMethod::Other(word) => Method::Other(word.clone()),
    }
}

/// KakaoPay's times carry no offset; they are taken as Korea's, which has no daylight saving (a guess:
/// the zone is not documented).
fn korean(local: DateTime) -> Option<Timestamp> {
    Some(local.to_zoned(TimeZone::fixed(offset(9))).ok()?.timestamp())
}
