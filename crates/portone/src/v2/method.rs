//! How the payer pays: the method, and the card or account where it is one.

use std::fmt;

use jiff::Timestamp;

use crate::answer::Fields;
use crate::words::words;

words! {
    /// What a method is, by V2's names of them.
    pub enum MethodType {
        /// By card.
        Card = "PaymentMethodCard",
        /// By bank transfer.
        Transfer = "PaymentMethodTransfer",
        /// By deposit to a virtual account.
        VirtualAccount = "PaymentMethodVirtualAccount",
        /// On the telephone bill.
        Mobile = "PaymentMethodMobile",
        /// By a wallet: 카카오페이, 네이버페이 and so on.
        EasyPay = "PaymentMethodEasyPay",
        /// By gift certificate.
        GiftCertificate = "PaymentMethodGiftCertificate",
        /// At a convenience store.
        ConvenienceStore = "PaymentMethodConvenienceStore",
        /// In a cryptocurrency.
        Crypto = "PaymentMethodCrypto",
    }
}

/// How a payment is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// What it is.
    pub kind: MethodType,
    /// The wallet, where it is one.
    pub provider: Option<String>,
    /// The card, where it was one, also one in a wallet.
    pub card: Option<Card>,
    /// The virtual account, where it is one.
    pub virtual_account: Option<VirtualAccount>,
}

/// A card. Look at it, but do not log it: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// The card company's code, as PortOne spells it.
    pub issuer: Option<String>,
    /// The card product.
    pub name: Option<String>,
    /// The number's first six or eight digits.
    pub bin: Option<String>,
    /// The number, partly hidden.
    pub number: Option<String>,
    /// The card company's number of the approval.
    pub approval_number: Option<String>,
    /// Months of the instalment.
    pub instalment_months: Option<u32>,
}

/// A virtual account. `Debug` shows neither number nor names.
#[derive(Clone, PartialEq, Eq)]
pub struct VirtualAccount {
    /// The bank, in PortOne's word.
    pub bank: Option<String>,
    /// The account to pay into.
    pub account_number: Option<String>,
    /// Whose it is called.
    pub remittee_name: Option<String>,
    /// Who pays into it.
    pub remitter_name: Option<String>,
    /// Until when it can be paid into.
    pub expired_at: Option<Timestamp>,
    /// When it was issued.
    pub issued_at: Option<Timestamp>,
    /// How its refund stands.
    pub refund_status: Option<String>,
}

impl Method {
    pub(crate) fn read(it: &Fields<'_>) -> Option<Method> {
        let kind: MethodType = it.maybe_word("type")?;
        // A wallet holds the card, or whatever else it pays with, one level deeper.
        let inner = it.maybe_object("easyPayMethod");
        let holder = inner.as_ref().unwrap_or(it);
        Some(Method {
            provider: it.maybe_text("provider"),
            card: holder.maybe_object("card").map(|card| Card::read(&card, holder)),
            virtual_account: (kind == MethodType::VirtualAccount).then(|| VirtualAccount::read(it)),
            kind,
        })
    }
}

impl Card {
    fn read(it: &Fields<'_>, around: &Fields<'_>) -> Card {
        Card {
            issuer: it.maybe_text("issuer"),
            name: it.maybe_text("name"),
            bin: it.maybe_text("bin"),
            number: it.maybe_text("number"),
            approval_number: around.maybe_text("approvalNumber"),
            instalment_months: around.maybe_object("installment").and_then(|months| months.count("month")),
        }
    }
}

impl VirtualAccount {
    fn read(it: &Fields<'_>) -> VirtualAccount {
        VirtualAccount {
            bank: it.maybe_text("bank"),
            account_number: it.maybe_text("accountNumber"),
            remittee_name: it.maybe_text("remitteeName"),
            remitter_name: it.maybe_text("remitterName"),
            expired_at: it.time("expiredAt"),
            issued_at: it.time("issuedAt"),
            refund_status: it.maybe_text("refundStatus"),
        }
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").finish_non_exhaustive()
    }
}

impl fmt::Debug for VirtualAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualAccount").field("expired_at", &self.expired_at).finish_non_exhaustive()
    }
}
