//! Which request is meant: the API's paths, in either of its two dialects.

use serde::{Deserialize, Serialize};

/// What a shop can ask of KakaoPay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// Opens a payment.
    Ready,
    /// Collects it, once the payer has agreed.
    Approve,
    /// Reads it.
    Order,
    /// Gives some or all of it back.
    Cancel,
    /// Charges a subscription again.
    Subscription,
    /// Ends a subscription.
    SubscriptionInactive,
    /// Reads a subscription.
    SubscriptionStatus,
}

impl Endpoint {
    /// Every endpoint there is.
    pub const ALL: [Endpoint; 7] = [
        Endpoint::Ready,
        Endpoint::Approve,
        Endpoint::Order,
        Endpoint::Cancel,
        Endpoint::Subscription,
        Endpoint::SubscriptionInactive,
        Endpoint::SubscriptionStatus,
    ];

    /// How the control endpoints spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Endpoint::Ready => "ready",
            Endpoint::Approve => "approve",
            Endpoint::Order => "order",
            Endpoint::Cancel => "cancel",
            Endpoint::Subscription => "subscription",
            Endpoint::SubscriptionInactive => "subscription_inactive",
            Endpoint::SubscriptionStatus => "subscription_status",
        }
    }
}

/// How a request is spelled: today's API, or the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Dialect {
    Open,
    Legacy,
}

/// Where a path of the API leads; no endpoint when there is nothing behind it.
pub(crate) fn find(path: &str) -> Option<(Dialect, Option<Endpoint>)> {
    let (dialect, rest) = if let Some(rest) = path.strip_prefix("/online/v1/payment/") {
        (Dialect::Open, rest)
    } else {
        (Dialect::Legacy, path.strip_prefix("/v1/payment/")?)
    };
    let endpoint = match rest {
        "ready" => Endpoint::Ready,
        "approve" => Endpoint::Approve,
        "order" => Endpoint::Order,
        "status" if dialect == Dialect::Legacy => Endpoint::Order, // Its name before it was `order`.
        "cancel" => Endpoint::Cancel,
        "subscription" => Endpoint::Subscription,
        "manage/subscription/inactive" => Endpoint::SubscriptionInactive,
        "manage/subscription/status" => Endpoint::SubscriptionStatus,
        _ => return Some((dialect, None)),
    };
    Some((dialect, Some(endpoint)))
}
