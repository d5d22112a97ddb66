//! Which request is meant: the API's methods and paths.

use http::Method;
use serde::{Deserialize, Serialize};

/// What a merchant can ask of Toss Payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// Makes a payment, and names the page to pay it on.
    Window,
    /// Collects it, once the payer has agreed; by either path.
    Confirm,
    /// Reads it, by its key or by its order.
    LookUp,
    /// Gives some or all of it back.
    Cancel,
    /// Collects from a card's number.
    KeyIn,
    /// Makes a virtual account.
    VirtualAccount,
    /// Makes a billing key, of an `authKey` or of a card's number.
    BillingIssue,
    /// Reads a billing key.
    BillingLookUp,
    /// Charges by a billing key.
    BillingPay,
    /// Ends a billing key.
    BillingDelete,
    /// Issues a cash receipt.
    CashReceipt,
    /// Takes a cash receipt back.
    CashReceiptCancel,
}

impl Endpoint {
    /// Every endpoint there is.
    pub const ALL: [Endpoint; 12] = [
        Endpoint::Window,
        Endpoint::Confirm,
        Endpoint::LookUp,
        Endpoint::Cancel,
        Endpoint::KeyIn,
        Endpoint::VirtualAccount,
        Endpoint::BillingIssue,
        Endpoint::BillingLookUp,
        Endpoint::BillingPay,
        Endpoint::BillingDelete,
        Endpoint::CashReceipt,
        Endpoint::CashReceiptCancel,
    ];

    /// How the control endpoints spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Endpoint::Window => "window",
            Endpoint::Confirm => "confirm",
            Endpoint::LookUp => "look_up",
            Endpoint::Cancel => "cancel",
            Endpoint::KeyIn => "key_in",
            Endpoint::VirtualAccount => "virtual_account",
            Endpoint::BillingIssue => "billing_issue",
            Endpoint::BillingLookUp => "billing_look_up",
            Endpoint::BillingPay => "billing_pay",
            Endpoint::BillingDelete => "billing_delete",
            Endpoint::CashReceipt => "cash_receipt",
            Endpoint::CashReceiptCancel => "cash_receipt_cancel",
        }
    }
}

/// A request's endpoint, and what its path names.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) endpoint: Endpoint,
    /// The key or order in the path; empty where the path has none.
    pub(crate) named: String,
    /// Whether that is an order.
    pub(crate) by_order: bool,
}

/// Where a path of the API leads; `path` begins with `/v1/`.
pub(crate) fn find(method: &Method, path: &str) -> Option<Target> {
    let steps: Vec<String> = path.strip_prefix("/v1/")?.split('/').map(unescape).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let (endpoint, named, by_order) = match (method.as_str(), steps[..].as_ref()) {
        ("POST", ["payments"]) => (Endpoint::Window, "", false),
        ("POST", ["payments", "confirm"]) => (Endpoint::Confirm, "", false),
        ("POST", ["payments", "key-in"]) => (Endpoint::KeyIn, "", false),
        ("POST", ["payments", key]) => (Endpoint::Confirm, *key, false),
        ("GET", ["payments", key]) => (Endpoint::LookUp, *key, false),
        ("GET", ["payments", "orders", order]) => (Endpoint::LookUp, *order, true),
        ("POST", ["payments", key, "cancel"]) => (Endpoint::Cancel, *key, false),
        ("POST", ["virtual-accounts"]) => (Endpoint::VirtualAccount, "", false),
        ("POST", ["billing", "authorizations", "issue" | "card"]) => (Endpoint::BillingIssue, "", false),
        ("POST", ["billing", "authorizations", key]) => (Endpoint::BillingLookUp, *key, false),
        ("POST", ["billing", key]) => (Endpoint::BillingPay, *key, false),
        ("DELETE", ["billing", key]) => (Endpoint::BillingDelete, *key, false),
        ("POST", ["cash-receipts"]) => (Endpoint::CashReceipt, "", false),
        ("POST", ["cash-receipts", key, "cancel"]) => (Endpoint::CashReceiptCancel, *key, false),
        _ => return None,
    };
    Some(Target { endpoint, named: named.to_owned(), by_order })
}

/// Undoes a path's `%2F` and the like; what is not one stays as it is.
pub(crate) fn unescape(step: &str) -> String {
    let mut bytes = Vec::with_capacity(step.len());
    let mut rest = step.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let escaped = hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *first == b'%');
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
