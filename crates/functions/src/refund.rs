//! By direct invoke: an owner gives back some or all of a paid order. `{order, amount?, reason, request?}`.

use cafe_core::cafe::flow::{RefundError, RefundRequest, refund};
use cafe_core::cafe::{Paid, RefundId, StoreError};
use cafe_core::payment::{OrderId, Won};
use ring::digest;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::parts::{PATIENCE, Payments};
use crate::reply;

/// What an owner asks for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Of which order.
    pub order: String,
    /// How much, in won; all that is left where nothing is said.
    pub amount: Option<i64>,
    /// Why; kept with the order.
    pub reason: String,
    /// The request's own name, by which a repeat of it is known. Where nothing is said, the same order,
    /// amount and reason are the same request: whoever means to give the same back twice says so.
    pub request: Option<String>,
}

/// How it went.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Answer {
    /// The money went back.
    Refunded {
        /// Of which order.
        order: String,
        /// By which name a repeat is known.
        request: String,
        /// The money given back by this request, in won.
        amount: u32,
        /// Spent points given back.
        points_returned: u32,
        /// Earned points taken back.
        points_reversed: u32,
        /// Earned points that were gone already, which the cafe bears.
        points_forgiven: u32,
        /// The money given back by all requests so far, in won.
        refunded: u32,
        /// The money that could still be given back, in won.
        left: u32,
    },
    /// Nothing has moved.
    Refused {
        /// Why, and what to do.
        reason: String,
    },
    /// Nobody knows yet whether the money went back.
    Pending {
        /// By which name to repeat the request, which finds out.
        request: String,
        /// What to do.
        reason: String,
    },
}

/// Gives back money and the points that came with it.
pub async fn handle(app: &Payments, request: Request) -> Answer {
    let refused = |reason: &str| Answer::Refused { reason: reason.to_owned() };
    let Ok(order) = OrderId::parse(&request.order) else { return refused("order is not an order id") };
    let name = name_of(&request);
    let Some(id) = RefundId::parse(&name) else {
        return refused("request must be 1 to 64 printable characters without space or #");
    };
    let amount = match request.amount.map(u32::try_from).transpose() {
        Ok(amount) => amount.map(Won::new),
        Err(_) => return refused("amount must be a positive number of whole won"),
    };
    let reason = request.reason.trim();
    if reason.is_empty() || reason.chars().count() > 200 {
        return refused("reason must say in 1 to 200 characters why");
    }
    let asked = RefundRequest { order, id: id.clone(), amount, reason: reason.to_owned() };
    match timeout(PATIENCE, refund(&*app.store, &app.gateways, asked, &app.world.turn())).await {
        Ok(Ok(paid)) => refunded(&paid, &id),
        Ok(Err(error)) => answer(&error, &id),
        // As if the process had died here: the schedule finishes it.
        Err(_) => answer(&RefundError::Pending, &id),
    }
}

/// By which a repeat is known: the request's own name, or else the same for the same order, amount and reason.
pub(crate) fn name_of(request: &Request) -> String {
    if let Some(name) = &request.request {
        return name.clone();
    }
    let amount = request.amount.map_or_else(|| "all".to_owned(), |amount| amount.to_string());
    let said = format!("{} {amount} {}", request.order, request.reason.trim());
    let digest = digest::digest(&digest::SHA256, said.as_bytes());
    digest.as_ref()[..12].iter().fold("auto-".to_owned(), |name, byte| format!("{name}{byte:02x}"))
}

fn refunded(paid: &Paid, id: &RefundId) -> Answer {
    let Some(refund) = paid.refund_of(id) else {
        return Answer::Pending {
            request: id.as_str().to_owned(),
            reason: "send the same request again in a minute".to_owned(),
        };
    };
    Answer::Refunded {
        order: paid.quote.id.to_string(),
        request: id.as_str().to_owned(),
        amount: refund.amount.get(),
        points_returned: refund.returned.get(),
        points_reversed: refund.reversed.get(),
        points_forgiven: refund.forgiven.get(),
        refunded: paid.refunded().get(),
        left: paid.refundable().get(),
    }
}

fn answer(error: &RefundError, id: &RefundId) -> Answer {
    match error {
        RefundError::NoSuchOrder
        | RefundError::NotPaid
        | RefundError::Refused(_)
        | RefundError::ReturnedByHand { .. } => Answer::Refused { reason: error.to_string() },
        RefundError::Gateway(cause) => {
            reply::log("a refund was not made", error);
            Answer::Refused { reason: format!("{error}: {cause}") }
        }
        RefundError::Pending
        | RefundError::Store(StoreError::Unavailable(_) | StoreError::Unreadable { .. }) => {
            reply::log("a refund is left in doubt", error);
            Answer::Pending {
                request: id.as_str().to_owned(),
                reason:
                    "nobody knows yet whether the money went back; send the same request again in a minute"
                        .to_owned(),
            }
        }
    }
}
