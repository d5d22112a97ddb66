//! Which request is meant, in either dialect.

use serde::{Deserialize, Serialize};

use super::{V1, V2};

/// How a shop speaks to PortOne.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// The older API, once called Iamport.
    V1,
    /// Today's API.
    V2,
}

impl Dialect {
    /// What its paths begin with.
    #[must_use]
    pub fn root(self) -> &'static str {
        match self {
            Dialect::V1 => V1,
            Dialect::V2 => V2,
        }
    }
}

/// What a shop can ask of PortOne, whichever way it is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// V1: asks for a token.
    Token,
    /// Says what an order comes to, beforehand.
    Register,
    /// Reads a payment, or all of an order.
    Payment,
    /// Gives some or all of it back.
    Cancel,
    /// Charges a card or a stored one.
    Charge,
    /// Stores, reads or forgets a card.
    Card,
    /// Issues, changes or closes a virtual account.
    Account,
    /// Issues, reads or cancels a cash receipt.
    Receipt,
    /// Everything about who a person is.
    Person,
    /// V2: has a webhook sent once more.
    ResendWebhook,
}

impl Endpoint {
    /// Every endpoint there is.
    pub const ALL: [Endpoint; 10] = [
        Endpoint::Token,
        Endpoint::Register,
        Endpoint::Payment,
        Endpoint::Cancel,
        Endpoint::Charge,
        Endpoint::Card,
        Endpoint::Account,
        Endpoint::Receipt,
        Endpoint::Person,
        Endpoint::ResendWebhook,
    ];

    /// How the control endpoints spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Endpoint::Token => "token",
            Endpoint::Register => "register",
            Endpoint::Payment => "payment",
            Endpoint::Cancel => "cancel",
            Endpoint::Charge => "charge",
            Endpoint::Card => "card",
            Endpoint::Account => "account",
            Endpoint::Receipt => "receipt",
            Endpoint::Person => "person",
            Endpoint::ResendWebhook => "resend_webhook",
        }
    }
}

/// Whose path it is, and what follows.
pub(crate) fn find(path: &str) -> Option<(Dialect, &str)> {
    [Dialect::V1, Dialect::V2].into_iter().find_map(|dialect| {
        let rest = path.strip_prefix(dialect.root())?;
        rest.starts_with('/').then_some((dialect, rest))
    })
}

/// A path's steps, with what was encoded in them read; nothing where it is no text.
pub(crate) fn steps(path: &str) -> Option<Vec<String>> {
    path.split('/').filter(|step| !step.is_empty()).map(decoded).collect()
}

fn decoded(step: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(step.len());
    let mut rest = step.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = std::str::from_utf8(after.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).ok()
}
