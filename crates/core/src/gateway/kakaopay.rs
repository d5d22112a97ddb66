//! KakaoPay as a [`Gateway`]: an order becomes its request, and its words become ours.

use std::fmt;
use std::sync::Arc;

use ::kakaopay::approve::{Approve, Approved};
use ::kakaopay::cancel::Cancel;
use ::kakaopay::order::{Action, Order, Payment};
use ::kakaopay::ready::{Ready, ReadyOptions};
use ::kakaopay::subscription::Sid;
use ::kakaopay::subscription_status::{SidStatus, SubscriptionStatus};
use ::kakaopay::{Account, Call, Error, Meaning, PaymentMethod, Progress, Refusal as No};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, offset};
use jiff::{SignedDuration, Timestamp};

use crate::payment::{
    Behaviour, BoxError, Cancel as GivenBack, CancelWithoutAmount, Cancellation, CaptureBy, Charge, Checkout,
    Collection, Decline, Document, Facts, Gateway, GatewayError, Http, Idempotency, LookupKey, Method,
    NoticeTrust, Pages, PaymentRef, Provider, Refusal, Returns, Session, Snapshot, Standing, Won,
};

const KAKAOPAY: Provider = Provider::KakaoPay;

/// A second approval is refused with −702, a second cancellation by `cancel_available_amount`. It gives itself 11 seconds
/// for an approval.
const BEHAVIOUR: Behaviour = Behaviour {
    idempotency: Idempotency::ByState,
    lookup: LookupKey::Key,
    capture: CaptureBy::Approve,
    notices: NoticeTrust::Silent,
    cancel_without_amount: CancelWithoutAmount::Refused,
    pay_within: SignedDuration::from_mins(15),
    open_for: SignedDuration::from_mins(15),
    failed_after: SignedDuration::from_secs(30),
    released_after: SignedDuration::from_mins(10),
    refund_lost_after: SignedDuration::from_mins(10),
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
        let path = request.uri().path().to_owned();
        let response =
            self.http.send(request).await.map_err(|error| GatewayError::from_send(KAKAOPAY, error))?;
        C::answer(&response).map_err(|error| match error {
            Error::Refused(no) => refused(no, path, &response),
            unreadable @ Error::Unreadable { .. } => GatewayError::Unknown(KAKAOPAY, unreadable.into()),
        })
    }

    /// Whether an answer names the order, the payer and the account that it was asked about. A payment that was opened
    /// elsewhere has a payer of which we know nothing.
    fn is_ours(&self, asked: &PaymentRef, (cid, order, payer): (&str, &str, &str)) -> bool {
        cid == self.account.cid()
            && order == asked.order
            && asked.payer.as_ref().is_none_or(|known| known.0 == payer)
    }

    fn snapshot(&self, asked: &PaymentRef, shown: Payment) -> Result<Snapshot, GatewayError> {
        let won =
            |amount: Option<::kakaopay::Amount>| amount.map_or(Won::ZERO, |amount| Won::new(amount.total));
        let progress = shown.status.progress();
        let standing = match progress {
            // Nothing is collected before we approve it.
            Progress::Pending => Standing::Collectable,
            Progress::Paid | Progress::PartlyRefunded => Standing::Paid,
            Progress::Refunded => Standing::Cancelled,
            Progress::Failed => Standing::Failed,
            Progress::SubscriptionIssued | Progress::Unrecognised => {
                Standing::Unrecognised(shown.status.as_str().to_owned())
            }
        };
        if standing == Standing::Paid && shown.amount.is_none() {
            return Err(unbelievable("paid, but no sum"));
        }
        // Of a refunded payment it must be known how much went back; none is not nothing then.
        if matches!(progress, Progress::Refunded | Progress::PartlyRefunded)
            && shown.canceled_amount.is_none()
        {
            return Err(unbelievable("refunded, but no sum"));
        }
        Ok(Snapshot {
            is_ours: self.is_ours(asked, (&shown.cid, &shown.partner_order_id, &shown.partner_user_id)),
            facts: Facts {
                currency: WON.to_owned(),
                price: won(shown.amount),
                refund: won(shown.canceled_amount),
                paid_at: standing.paid_at(shown.approved_at.and_then(korean)),
                cancels: cancels(&shown),
            },
            standing,
            method: shown.payment_method_type.as_ref().map(method),
            number: None,
            data: Document(shown.raw.as_str().to_owned()),
            key: shown.tid,
            order: shown.partner_order_id,
        })
    }
}

/// The only currency that it takes.
const WON: &str = "KRW";

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

    async fn approve(&self, payment: &PaymentRef, collection: &Collection) -> Result<Snapshot, GatewayError> {
        let (Some(proof), Some(payer)) = (&collection.proof, &payment.payer) else {
            // Whoever opened it elsewhere has its payer's proof, and collects it there.
            return self.lookup(payment).await;
        };
        let tid = key(payment)?;
        let shown: Approved = self
            .ask(&Approve {
                tid: tid.to_owned(),
                partner_order_id: payment.order.clone(),
                partner_user_id: payer.0.clone(),
                pg_token: proof.0.clone(),
                payload: None,
                // A guard: KakaoPay refuses when the payment it has is of another sum.
                total_amount: Some(collection.amount.get()),
            })
            .await?;
        if shown.tid != tid {
            return Err(unbelievable("the answer is about another payment"));
        }
        Ok(Snapshot {
            is_ours: self.is_ours(payment, (&shown.cid, &shown.partner_order_id, &shown.partner_user_id)),
            standing: Standing::Paid,
            facts: Facts {
                currency: WON.to_owned(),
                price: Won::new(shown.amount.total),
                refund: Won::ZERO,
                paid_at: shown.approved_at.and_then(korean),
                cancels: Vec::new(),
            },
            method: shown.payment_method_type.as_ref().map(method),
            number: shown.aid,
            data: Document(shown.raw.as_str().to_owned()),
            key: shown.tid,
            order: shown.partner_order_id,
        })
    }

    async fn lookup(&self, payment: &PaymentRef) -> Result<Snapshot, GatewayError> {
        let tid = key(payment)?;
        let shown = self.ask(&Order { tid: tid.to_owned() }).await?;
        if shown.tid != tid {
            return Err(unbelievable("the answer is about another payment"));
        }
        self.snapshot(payment, shown)
    }

    /// Why, it does not ask for. What it answers does not list what went back before, so it is to be looked up.
    async fn cancel(
        &self,
        payment: &PaymentRef,
        cancellation: &Cancellation,
    ) -> Result<Option<Snapshot>, GatewayError> {
        let (tid, returning) = (key(payment)?, cancellation.returning);
        let cancelled = self
            .ask(&Cancel {
                tid: tid.to_owned(),
                // Always with an amount: it refuses a request without.
                cancel_amount: returning.amount().get(),
                cancel_tax_free_amount: 0,
                cancel_vat_amount: None,
                cancel_available_amount: Some(returning.left().get()),
                payload: None,
            })
            .await?;
        let named = (&*cancelled.cid, &*cancelled.partner_order_id, &*cancelled.partner_user_id);
        let is_the_refund = cancelled.tid == tid
            && self.is_ours(payment, named)
            && cancelled.approved_cancel_amount.total == returning.amount().get();
        if is_the_refund { Ok(None) } else { Err(unbelievable("the answer is about another refund")) }
    }

    /// It names no customer, so whoever knows the key is believed.
    async fn stored_method(&self, key: &str, _customer: &str) -> Result<Document, GatewayError> {
        let found = self.ask(&SubscriptionStatus { cid: None, sid: Sid(key.to_owned()) }).await?;
        if found.sid.0 != key {
            return Err(unbelievable("the answer is about another subscription"));
        }
        if found.status != SidStatus::Active {
            let refusal = Refusal::of_ours(found.status.as_str(), "The subscription has ended.");
            return Err(GatewayError::Declined { provider: KAKAOPAY, decline: Decline::Refused, refusal });
        }
        Ok(Document(found.raw.as_str().to_owned()))
    }
}

/// Its number of a payment: there is no way to ask by an order's.
fn key(payment: &PaymentRef) -> Result<&str, GatewayError> {
    let unknown = || GatewayError::Unreached(KAKAOPAY, "a payment is known by its tid alone".into());
    payment.key.as_deref().ok_or_else(unknown)
}

fn cancels(payment: &Payment) -> Vec<GivenBack> {
    let details = payment.payment_action_details.iter();
    let mut cancels: Vec<_> = details
        .filter(|detail| detail.payment_action_type == Some(Action::Cancel))
        .filter_map(|detail| {
            let created_at = detail.approved_at.and_then(korean)?;
            Some(GivenBack { price: Won::new(detail.amount?), reason: String::new(), created_at })
        })
        .collect();
    cancels.sort_by_key(|cancel| cancel.created_at);
    cancels
}

impl fmt::Debug for KakaoPay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KakaoPay").field("account", &self.account).finish_non_exhaustive()
    }
}

/// KakaoPay's no. At approve and cancel some of its codes leave open what has happened, and those are
/// no refusals at all.
fn refused(no: No, path: String, response: &Response<Bytes>) -> GatewayError {
    let bank_knows_nothing =
        no.method_result.as_ref().is_some_and(|result| result.code == "BANK_FIRM_UNKNOWN");
    let payer_is_busy = no.method_result.as_ref().is_some_and(|result| result.code == "USER_LOCKED");
    let decline = match no.code.meaning() {
        Meaning::NotAuthenticated => Decline::NotReady,
        Meaning::Expired => Decline::Expired,
        Meaning::WrongToken | Meaning::PartnerMismatch => Decline::Mismatch,
        Meaning::NoSuchPayment => Decline::NotFound,
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
        | Meaning::Unrecognised => return GatewayError::Unknown(KAKAOPAY, no.into()),
    };
    // It says so with the status of any wrong request.
    let status = if decline == Decline::NotFound { StatusCode::NOT_FOUND } else { no.http_status };
    let refusal = Refusal::said(status, no.code.to_string(), path, response);
    GatewayError::Declined { provider: KAKAOPAY, decline, refusal }
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
