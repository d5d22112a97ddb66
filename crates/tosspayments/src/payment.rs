//! The payment object: what every answer about a payment is, in whichever version of the API.

use std::fmt;

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use secrecy::SecretString;
use url::Url;

use crate::answer::{BadAnswer, Fields, read};
use crate::words::words;
use crate::{Code, Error, Method, Progress, Raw, Status};

/// A payment, as it stands. It is proof of *this* payment only where order number and amount are the expected ones,
/// which is the caller's to compare. Sums are in whole units of [`currency`](Payment::currency): whole won, but for
/// foreign money.
#[derive(Debug, Clone)]
pub struct Payment {
    /// Toss Payments' key of it.
    pub payment_key: String,
    /// The merchant's order number.
    pub order_id: String,
    /// How far it has come.
    pub status: Status,
    /// What was asked for; it stays the same when money is given back.
    pub total_amount: u32,
    /// What can still be given back.
    pub balance_amount: u32,
    /// What was given back, oldest first as far as seen.
    pub cancels: Vec<Cancelled>,
    /// `KRW`, unless a contract says otherwise.
    pub currency: Option<String>,
    /// How it was paid; none before the payer has chosen.
    pub method: Option<Method>,
    /// An ordinary one, one by billing key, or one by the merchant's own easy payment.
    pub kind: Option<Kind>,
    /// The merchant's account at Toss Payments.
    pub m_id: Option<String>,
    /// The version of the API that answered: `1.3`, `1.4` or a date.
    pub version: Option<String>,
    /// What was bought.
    pub order_name: Option<String>,
    /// The key of the last thing that moved money, or was to.
    pub last_transaction_key: Option<String>,
    /// The part without tax that is still collected.
    pub tax_free_amount: Option<u32>,
    /// The value added tax in what is still collected.
    pub vat: Option<u32>,
    /// Whether it can be given back in parts.
    pub is_partial_cancelable: Option<bool>,
    /// When it was made.
    pub requested_at: Option<Timestamp>,
    /// When it was collected; none for a virtual account before its deposit.
    pub approved_at: Option<Timestamp>,
    /// What webhooks about a virtual account carry, so that they can be told from forged ones: compare it in constant
    /// time.
    pub secret: Option<SecretString>,
    /// The card, where it was one.
    pub card: Option<Card>,
    /// The virtual account, where it was one.
    pub virtual_account: Option<VirtualAccount>,
    /// The bank account, where it was one.
    pub transfer: Option<Transfer>,
    /// The telephone bill, where it was one.
    pub mobile_phone: Option<MobilePhone>,
    /// The gift certificate, where it was one.
    pub gift_certificate: Option<GiftCertificate>,
    /// The easy payment, where it was one.
    pub easy_pay: Option<EasyPay>,
    /// The cash receipt that came with it.
    pub cash_receipt: Option<CashReceiptSummary>,
    /// The payer's receipt.
    pub receipt_url: Option<Url>,
    /// The page on which the payer pays. Whoever opens it is the payer, so `Debug` of [`Checkout`] does not show it.
    pub checkout: Option<Checkout>,
    /// Why it failed, where it did.
    pub failure: Option<Failure>,
    /// What it was read from, unaltered.
    pub raw: Raw,
}

/// The address of a payment's page.
#[derive(Clone, PartialEq, Eq)]
pub struct Checkout(pub Url);

impl fmt::Debug for Checkout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Checkout([redacted])")
    }
}

words! {
    /// What kind of payment it is.
    pub enum Kind {
        /// The payer was there.
        Normal = "NORMAL",
        /// By a billing key.
        Billing = "BILLING",
        /// By the merchant's own easy payment.
        BrandPay = "BRANDPAY",
    }
}

/// Something that was given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelled {
    /// How much.
    pub cancel_amount: u32,
    /// Why.
    pub cancel_reason: Option<String>,
    /// The part of it without tax.
    pub tax_free_amount: Option<u32>,
    /// What could still be given back after it. The fake of `toss-payments-server-api` says the total instead.
    pub refundable_amount: Option<u32>,
    /// When.
    pub canceled_at: Option<Timestamp>,
    /// Toss Payments' key of it.
    pub transaction_key: Option<String>,
}

/// The card of a payment. Look at it, but do not store or log it: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// Older versions: the company, in Korean.
    pub company: Option<String>,
    /// Newer versions: the two characters of who issued it.
    pub issuer_code: Option<String>,
    /// Newer versions: the two characters of who settles.
    pub acquirer_code: Option<String>,
    /// Its number, most of it masked.
    pub number: Option<String>,
    /// Months of the instalment; 0 is a lump sum.
    pub installment_plan_months: Option<u32>,
    /// The card company's number of the approval.
    pub approve_no: Option<String>,
    /// Credit, debit or gift, in Korean.
    pub card_type: Option<String>,
    /// A person's or a company's, in Korean.
    pub owner_type: Option<String>,
    /// How far the settlement with the card company is.
    pub acquire_status: Option<String>,
}

/// The virtual account of a payment. `Debug` shows neither its number nor its customer.
#[derive(Clone, PartialEq, Eq)]
pub struct VirtualAccount {
    /// Its number.
    pub account_number: Option<String>,
    /// For this payment only, or the customer's for good, in Korean.
    pub account_type: Option<String>,
    /// Older versions: the bank, in Korean. Newer versions: its two characters.
    pub bank: Option<String>,
    /// For whom it was made.
    pub customer_name: Option<String>,
    /// Until when it can be paid into, as it was written: a date in older versions, a time in newer ones.
    pub due_date: Option<String>,
    /// Whether that has passed.
    pub expired: Option<bool>,
    /// Whether it has been settled with the merchant.
    pub settlement_status: Option<String>,
    /// How far a refund is.
    pub refund_status: Option<String>,
}

/// The bank account of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Older versions: the bank, in Korean. Newer versions: its two characters.
    pub bank: Option<String>,
    /// Whether it has been settled with the merchant.
    pub settlement_status: Option<String>,
}

/// The telephone bill of a payment. Its number is left where it is, in [`Raw`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MobilePhone {
    /// Older versions: the carrier.
    pub carrier: Option<String>,
    /// Whether it has been settled with the merchant.
    pub settlement_status: Option<String>,
}

/// The gift certificate of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiftCertificate {
    /// The number of the approval.
    pub approve_no: Option<String>,
    /// Whether it has been settled with the merchant.
    pub settlement_status: Option<String>,
}

/// The easy payment of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EasyPay {
    /// Which, in Korean.
    pub provider: Option<String>,
    /// What was paid from an account or a balance kept there.
    pub amount: Option<u32>,
    /// What was paid with points or coupons there.
    pub discount_amount: Option<u32>,
}

/// A cash receipt, as a payment tells of it. Whose it is, is left where it is, in [`Raw`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashReceiptSummary {
    /// For a person's or a company's taxes, in Korean.
    pub kind: Option<String>,
    /// By which it is cancelled.
    pub receipt_key: Option<String>,
    /// For how much.
    pub amount: Option<u32>,
    /// The part of it without tax.
    pub tax_free_amount: Option<u32>,
    /// Where it can be looked at.
    pub receipt_url: Option<Url>,
}

/// Why a payment failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why, as a word.
    pub code: Code,
    /// Why, in a sentence; empty where there was none. For logs only.
    pub message: String,
}

impl Payment {
    /// What the payment means for the order behind it.
    #[must_use]
    pub fn progress(&self) -> Progress {
        match self.status {
            Status::Ready | Status::InProgress => Progress::Pending,
            Status::WaitingForDeposit => Progress::WaitingForDeposit,
            Status::Done => Progress::Paid,
            Status::PartialCanceled => Progress::PartlyRefunded,
            // A virtual account that was given up before its deposit is cancelled as well.
            Status::Canceled if self.approved_at.is_none() => Progress::Failed,
            Status::Canceled => Progress::Refunded,
            Status::Aborted | Status::Expired => Progress::Failed,
            Status::Other(_) => Progress::Unrecognised,
        }
    }

    /// What was given back so far; none where the sum does not fit.
    #[must_use]
    pub fn cancelled_amount(&self) -> Option<u32> {
        self.cancels.iter().try_fold(0_u32, |sum, cancelled| sum.checked_add(cancelled.cancel_amount))
    }

    pub(crate) fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        read(response, Payment::read)
    }

    fn read(it: &Fields<'_>, raw: Raw) -> Result<Payment, BadAnswer> {
        Ok(Payment {
            payment_key: it.text("paymentKey")?,
            order_id: it.text("orderId")?,
            status: it.word("status")?,
            total_amount: it.number("totalAmount")?,
            balance_amount: it.number("balanceAmount")?,
            cancels: it.list("cancels", |cancelled| {
                Ok(Cancelled {
                    cancel_amount: cancelled.number("cancelAmount")?,
                    cancel_reason: cancelled.maybe_text("cancelReason"),
                    tax_free_amount: cancelled.count("taxFreeAmount"),
                    refundable_amount: cancelled.count("refundableAmount"),
                    canceled_at: cancelled.time("canceledAt"),
                    transaction_key: cancelled.maybe_text("transactionKey"),
                })
            })?,
            currency: it.maybe_text("currency"),
            method: it.maybe_word("method"),
            kind: it.maybe_word("type"),
            m_id: it.maybe_text("mId"),
            version: it.maybe_text("version"),
            order_name: it.maybe_text("orderName"),
            last_transaction_key: it
                .maybe_text("lastTransactionKey")
                .or_else(|| it.maybe_text("transactionKey")),
            tax_free_amount: it.count("taxFreeAmount"),
            vat: it.count("vat"),
            is_partial_cancelable: it.flag("isPartialCancelable"),
            requested_at: it.time("requestedAt"),
            approved_at: it.time("approvedAt"),
            secret: it.secret("secret"),
            card: it.maybe_object("card").map(|card| Card::read(&card)),
            virtual_account: it.maybe_object("virtualAccount").map(|account| VirtualAccount::read(&account)),
            transfer: it.maybe_object("transfer").map(|transfer| Transfer {
                bank: bank(&transfer),
                settlement_status: transfer.maybe_text("settlementStatus"),
            }),
            mobile_phone: it.maybe_object("mobilePhone").map(|phone| MobilePhone {
                carrier: phone.maybe_text("carrier"),
                settlement_status: phone.maybe_text("settlementStatus"),
            }),
            gift_certificate: it.maybe_object("giftCertificate").map(|gift| GiftCertificate {
                approve_no: gift.maybe_text("approveNo"),
                settlement_status: gift.maybe_text("settlementStatus"),
            }),
            easy_pay: easy_pay(it),
            cash_receipt: it.maybe_object("cashReceipt").map(|receipt| CashReceiptSummary {
                kind: receipt.maybe_text("type"),
                receipt_key: receipt.maybe_text("receiptKey"),
                amount: receipt.count("amount"),
                tax_free_amount: receipt.count("taxFreeAmount"),
                receipt_url: receipt.web_url("receiptUrl"),
            }),
            receipt_url: it
                .maybe_object("receipt")
                .and_then(|receipt| receipt.web_url("url"))
                .or_else(|| it.maybe_object("card")?.web_url("receiptUrl")),
            checkout: it.maybe_object("checkout").and_then(|checkout| checkout.web_url("url")).map(Checkout),
            failure: it.maybe_object("failure").and_then(|failure| {
                Some(Failure {
                    code: Code::parse(&failure.maybe_text("code")?)?,
                    message: failure.maybe_text("message").unwrap_or_default(),
                })
            }),
            raw,
        })
    }
}

impl Card {
    pub(crate) fn read(it: &Fields<'_>) -> Card {
        Card {
            company: it.maybe_text("company"),
            issuer_code: it.maybe_text("issuerCode"),
            acquirer_code: it.maybe_text("acquirerCode"),
            number: it.maybe_text("number"),
            installment_plan_months: it.count("installmentPlanMonths"),
            approve_no: it.maybe_text("approveNo"),
            card_type: it.maybe_text("cardType"),
            owner_type: it.maybe_text("ownerType"),
            acquire_status: it.maybe_text("acquireStatus"),
        }
    }
}

impl VirtualAccount {
    fn read(it: &Fields<'_>) -> VirtualAccount {
        VirtualAccount {
            account_number: it.maybe_text("accountNumber"),
            account_type: it.maybe_text("accountType"),
            bank: bank(it),
            customer_name: it.maybe_text("customerName"),
            due_date: it.maybe_text("dueDate"),
            expired: it.flag("expired"),
            settlement_status: it.maybe_text("settlementStatus"),
            refund_status: it.maybe_text("refundStatus"),
        }
    }
}

fn bank(it: &Fields<'_>) -> Option<String> {
    it.maybe_text("bankCode").or_else(|| it.maybe_text("bank"))
}

/// An object in newer versions, and a word in older ones.
fn easy_pay(it: &Fields<'_>) -> Option<EasyPay> {
    if let Some(easy) = it.maybe_object("easyPay") {
        return Some(EasyPay {
            provider: easy.maybe_text("provider"),
            amount: easy.count("amount"),
            discount_amount: easy.count("discountAmount"),
        });
    }
    let provider = it.maybe_text("easyPay")?;
    Some(EasyPay { provider: Some(provider), amount: None, discount_amount: None })
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").finish_non_exhaustive()
    }
}

impl fmt::Debug for VirtualAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualAccount")
            .field("due_date", &self.due_date)
            .field("expired", &self.expired)
            .field("settlement_status", &self.settlement_status)
            .field("refund_status", &self.refund_status)
            .finish_non_exhaustive()
    }
}
