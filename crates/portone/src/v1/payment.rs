//! One payment, as nearly every endpoint answers with it.

use std::fmt;

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;

use super::{Error, Method, Status, envelope};
use crate::Raw;
use crate::answer::{BadAnswer, Fields};

/// How a payment stands. It is proof of *this* payment only where `merchant_uid` (or `imp_uid`), `amount` and
/// `currency` are the expected ones, which is the caller's to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// PortOne's number of the payment.
    pub imp_uid: String,
    /// The merchant's order number.
    pub merchant_uid: String,
    /// How far it has come; [`Payment::progress`] says what that means.
    pub status: Status,
    /// What was asked for, and once it is paid, what was collected; in whole won where `currency` says `KRW`. A sum with
    /// a fraction, as other currencies have it, is not read.
    pub amount: u32,
    /// What was given back so far, likewise.
    pub cancel_amount: u32,
    /// `KRW`, `USD` and so on.
    pub currency: String,
    /// How it was paid.
    pub pay_method: Option<Method>,
    /// What was bought.
    pub name: Option<String>,
    /// The gateway behind PortOne.
    pub pg_provider: Option<String>,
    /// That gateway's number of the payment.
    pub pg_tid: Option<String>,
    /// The key of the stored card, where it was paid with one.
    pub customer_uid: Option<String>,
    /// The page of the receipt.
    pub receipt_url: Option<String>,
    /// Why it failed, in the gateway's words. For logs only.
    pub fail_reason: Option<String>,
    /// Why it was last cancelled, in the merchant's words.
    pub cancel_reason: Option<String>,
    /// When it was begun.
    pub started_at: Option<Timestamp>,
    /// When it was collected.
    pub paid_at: Option<Timestamp>,
    /// When it failed.
    pub failed_at: Option<Timestamp>,
    /// When something was last given back.
    pub cancelled_at: Option<Timestamp>,
    /// What was given back, in PortOne's order.
    pub cancellations: Vec<Cancellation>,
    /// The card, where it was one.
    pub card: Option<Card>,
    /// The virtual account, where it is one.
    pub vbank: Option<Vbank>,
    /// The whole object as PortOne sent it.
    pub raw: Raw,
}

/// Something that was given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    /// PortOne's number of it; older answers have none.
    pub cancellation_id: Option<String>,
    /// The gateway's number of it.
    pub pg_tid: Option<String>,
    /// How much, in whole won.
    pub amount: Option<u32>,
    /// Why, in the merchant's words.
    pub reason: Option<String>,
    /// When.
    pub cancelled_at: Option<Timestamp>,
    /// The page of its receipt.
    pub receipt_url: Option<String>,
}

/// The card of a payment. Look at it, but do not log it: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// The card company's code.
    pub card_code: Option<String>,
    /// The card company.
    pub card_name: Option<String>,
    /// The number, partly hidden by the real service.
    pub card_number: Option<String>,
    /// Months of the instalment; 0 is a lump sum.
    pub card_quota: Option<u32>,
    /// The card company's number of the approval.
    pub apply_num: Option<String>,
}

/// The virtual account of a payment. `Debug` shows neither number nor holder.
#[derive(Clone, PartialEq, Eq)]
pub struct Vbank {
    /// The bank's code.
    pub vbank_code: Option<String>,
    /// The bank.
    pub vbank_name: Option<String>,
    /// The account to pay into.
    pub vbank_num: Option<String>,
    /// Whose it is called.
    pub vbank_holder: Option<String>,
    /// Until when it can be paid into.
    pub due_at: Option<Timestamp>,
    /// When it was issued.
    pub issued_at: Option<Timestamp>,
}

pub(crate) fn read(response: &Response<Bytes>) -> Result<Payment, Error> {
    envelope::read_with_raw(response, Payment::read)
}

impl Payment {
    pub(crate) fn read(it: &Fields<'_>, raw: Raw) -> Result<Payment, BadAnswer> {
        Ok(Payment {
            imp_uid: it.text("imp_uid")?,
            merchant_uid: it.text("merchant_uid")?,
            status: it.word("status")?,
            amount: it.number("amount")?,
            cancel_amount: it.maybe_number("cancel_amount")?.unwrap_or_default(),
            currency: it.text("currency")?,
            pay_method: it.maybe_word("pay_method"),
            name: it.maybe_text("name"),
            pg_provider: it.maybe_text("pg_provider"),
            pg_tid: it.maybe_text("pg_tid"),
            customer_uid: it.maybe_text("customer_uid"),
            receipt_url: it.maybe_text("receipt_url"),
            fail_reason: it.maybe_text("fail_reason"),
            cancel_reason: it.maybe_text("cancel_reason"),
            started_at: it.unix("started_at"),
            paid_at: it.unix("paid_at"),
            failed_at: it.unix("failed_at"),
            cancelled_at: it.unix("cancelled_at"),
            cancellations: it.descriptions("cancel_history", Cancellation::read),
            card: it.maybe_text("card_code").map(|_| Card::read(it)),
            vbank: it.maybe_text("vbank_num").map(|_| Vbank::read(it)),
            raw,
        })
    }
}

impl Cancellation {
    fn read(it: &Fields<'_>) -> Cancellation {
        Cancellation {
            cancellation_id: it.maybe_text("cancellation_id"),
            pg_tid: it.maybe_text("pg_tid"),
            amount: it.count("amount"),
            reason: it.maybe_text("reason"),
            cancelled_at: it.unix("cancelled_at"),
            receipt_url: it.maybe_text("receipt_url"),
        }
    }
}

impl Card {
    fn read(it: &Fields<'_>) -> Card {
        Card {
            card_code: it.maybe_text("card_code"),
            card_name: it.maybe_text("card_name"),
            card_number: it.maybe_text("card_number"),
            card_quota: it.count("card_quota"),
            apply_num: it.maybe_text("apply_num"),
        }
    }
}

impl Vbank {
    fn read(it: &Fields<'_>) -> Vbank {
        Vbank {
            vbank_code: it.maybe_text("vbank_code"),
            vbank_name: it.maybe_text("vbank_name"),
            vbank_num: it.maybe_text("vbank_num"),
            vbank_holder: it.maybe_text("vbank_holder"),
            due_at: it.unix("vbank_date"),
            issued_at: it.unix("vbank_issued_at"),
        }
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").finish_non_exhaustive()
    }
}

impl fmt::Debug for Vbank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vbank").field("due_at", &self.due_at).finish_non_exhaustive()
    }
}
