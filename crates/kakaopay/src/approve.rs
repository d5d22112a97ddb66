//! `POST /online/v1/payment/approve`: collects the money of a payment whose payer is done.

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};
use jiff::civil::DateTime;

use crate::answer::{BadAnswer, Fields, read};
use crate::call::sealed::Sealed;
use crate::subscription::Sid;
use crate::{Account, Amount, BadRequest, Call, CardInfo, Error, PaymentMethod, Raw, limits};

/// Collects a payment. After anything but an [`Approved`] that matches, **money may have moved**: look it up
/// with [`Order`](crate::order::Order). A second `Approve` never collects twice; it is refused with
/// [`Meaning::AlreadyApproved`](crate::Meaning::AlreadyApproved).
///
/// `Debug` does not show the `pg_token`.
#[derive(Clone, PartialEq, Eq)]
pub struct Approve {
    /// From [`Prepared`](crate::ready::Prepared).
    pub tid: String,
    /// The same as in [`Ready`](crate::ready::Ready).
    pub partner_order_id: String,
    /// The same as in [`Ready`](crate::ready::Ready).
    pub partner_user_id: String,
    /// From the query that the browser came back with. Works once.
    pub pg_token: String,
    /// A note for KakaoPay to echo, up to 200 characters.
    pub payload: Option<String>,
    /// The same as in [`Ready`](crate::ready::Ready), in won. Better sent than not: KakaoPay compares it.
    pub total_amount: Option<u32>,
}

/// What was collected. There is no status in it; it is proof of *this* payment only where `tid`, `cid`, both
/// partner ids and `amount.total` are the expected ones, which is the caller's to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// KakaoPay's number of this approval.
    pub aid: Option<String>,
    /// KakaoPay's number of the payment.
    pub tid: String,
    /// The merchant code.
    pub cid: String,
    /// The key to charge again, of subscriptions only.
    pub sid: Option<Sid>,
    /// The merchant's order number.
    pub partner_order_id: String,
    /// The merchant's own id of the payer.
    pub partner_user_id: String,
    /// How it was paid.
    pub payment_method_type: Option<PaymentMethod>,
    /// What was collected.
    pub amount: Amount,
    /// The card, where it was one.
    pub card_info: Option<CardInfo>,
    /// The methods that are tried in turn, of sequential subscriptions only.
    pub sequential_payment_methods: Vec<SequentialMethod>,
    /// What was bought.
    pub item_name: Option<String>,
    /// The merchant's code of the item.
    pub item_code: Option<String>,
    /// How many.
    pub quantity: Option<u32>,
    /// When it was prepared, by KakaoPay's clock, without a zone; Korean time is a guess.
    pub created_at: Option<DateTime>,
    /// When it was collected, likewise.
    pub approved_at: Option<DateTime>,
    /// The note of the request.
    pub payload: Option<String>,
    /// The whole answer as KakaoPay sent it.
    pub raw: Raw,
}

/// One of the methods of a sequential subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequentialMethod {
    /// Its turn.
    pub payment_priority: Option<u32>,
    /// The key to charge it again.
    pub sid: Option<Sid>,
    /// What it is.
    pub payment_method_type: Option<PaymentMethod>,
    /// The card, where it is one.
    pub card_info: Option<CardInfo>,
}

impl Sealed for Approve {}

impl Call for Approve {
    type Answer = Approved;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = account.body();
        body.given("tid", &self.tid)?;
        body.text("partner_order_id", &self.partner_order_id, limits::PARTNER_ID_CHARS)?;
        body.text("partner_user_id", &self.partner_user_id, limits::PARTNER_ID_CHARS)?;
        body.given("pg_token", &self.pg_token)?;
        body.some_text("payload", self.payload.as_deref(), limits::PAYLOAD_CHARS)?;
        body.put_some("total_amount", self.total_amount);
        Ok(account.post("/approve", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Approved, Error> {
        read(response, Approved::read)
    }
}

impl Approved {
    pub(crate) fn read(it: &Fields<'_>, raw: Raw) -> Result<Approved, BadAnswer> {
        Ok(Approved {
            aid: it.maybe_text("aid"),
            tid: it.text("tid")?,
            cid: it.text("cid")?,
            sid: it.maybe_text("sid").map(Sid),
            partner_order_id: it.text("partner_order_id")?,
            partner_user_id: it.text("partner_user_id")?,
            payment_method_type: it.maybe_word("payment_method_type"),
            amount: it.amount("amount")?,
            card_info: it.maybe_object("card_info").map(|card| CardInfo::read(&card)),
            sequential_payment_methods: it.list("sequential_payment_methods", |method| {
                Ok(SequentialMethod {
                    payment_priority: method.count("payment_priority"),
                    sid: method.maybe_text("sid").map(Sid),
                    payment_method_type: method.maybe_word("payment_method_type"),
                    card_info: method.maybe_object("card_info").map(|card| CardInfo::read(&card)),
                })
            })?,
            item_name: it.maybe_text("item_name"),
            item_code: it.maybe_text("item_code"),
            quantity: it.count("quantity"),
            created_at: it.date("created_at"),
            approved_at: it.date("approved_at"),
            payload: it.maybe_text("payload"),
            raw,
        })
    }
}

impl fmt::Debug for Approve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Approve")
            .field("tid", &self.tid)
            .field("partner_order_id", &self.partner_order_id)
            .field("partner_user_id", &self.partner_user_id)
            .field("pg_token", &format_args!("[redacted]"))
            .field("payload", &self.payload)
            .field("total_amount", &self.total_amount)
            .finish()
    }
}
