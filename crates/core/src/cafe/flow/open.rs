//! Opening: the customer follows the payment link and is sent to pay. A second visit finds the same page.

use jiff::Timestamp;

use crate::cafe::{Closed, Kept, Opened, Order, Paid, Quoted, Store, StoreError, Tender};
use crate::payment::{GatewayError, Gateways, OrderId, Provider, Returns};

/// What a payment link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// To the choice of a gateway: there is more than one, and nobody has chosen. Nothing has changed.
    Choose(Quoted),
    /// To the page on which to pay.
    Pay(Opened),
    /// It has been paid before.
    Paid(Paid),
    /// It is being collected at this moment, or nobody knows yet whether it was.
    Pending,
    /// It ended without payment.
    Closed(Closed),
    /// Nobody followed the link in time, or paid in time.
    Expired,
}

/// Why a payment was not opened. No money has moved and no points are held.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such order.
    #[error("there is no such order")]
    NoSuchOrder,
    /// The points were spent elsewhere since the order was taken.
    #[error("the points do not suffice any more")]
    PointsShort,
    /// The gateway did not open it.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// Nobody knows; repeating it is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens the payment of an order and holds its points. One read, one gateway call and one write (one
/// transaction where points are held); a repeat is one read.
///
/// The gateway is asked before anything is written: opening collects nothing, and a payment whose key
/// was never kept can never be paid. `now` is from before the call, so ours expires before theirs. `by` is the gateway
/// that the customer has chosen, which counts where there is more than one, and as long as the payment is not opened.
///
/// # Errors
/// [`OpenError`]; no money has moved and no points are held.
pub async fn open(
    store: &dyn Store,
    gateways: &Gateways,
    id: OrderId,
    by: Option<Provider>,
    (returns, now): (&Returns, Timestamp),
) -> Result<Opening, OpenError> {
    match store.order(id).await?.ok_or(OpenError::NoSuchOrder)? {
        Order::Quoted(quoted) => open_quoted(store, gateways, quoted, by, (returns, now)).await,
        order @ (Order::Opened(_) | Order::Approving(_) | Order::Paid(_) | Order::Closed(_)) => {
            Ok(opened_before(gateways, order, now))
        }
    }
}

/// Opens the payment of a fresh order, which needs no reading.
///
/// # Errors
/// As [`open`].
pub async fn open_quoted(
    store: &dyn Store,
    gateways: &Gateways,
    quoted: Quoted,
    by: Option<Provider>,
    (returns, now): (&Returns, Timestamp),
) -> Result<Opening, OpenError> {
    if now >= quoted.expires_at() {
        return Ok(Opening::Expired);
    }
    let charge = quoted.quote.charge();
    let opened = if charge.amount.is_zero() {
        quoted.open(Tender::Points, now)
    } else {
        let Some(gateway) = gateways.chosen(by) else { return Ok(Opening::Choose(quoted)) };
        let checkout = gateway.open(&charge, returns).await?;
        let tender = Tender::Gateway { session: checkout.session, pages: checkout.pages };
        quoted.open(tender, now).at(&gateway.behaviour())
    };
    match store.open(&opened).await? {
        Kept::Done => Ok(Opening::Pay(opened)),
        // Two taps at once: the first one's page is the page.
        Kept::Otherwise(Some(order)) => Ok(opened_before(gateways, *order, now)),
        Kept::Otherwise(None) => Err(OpenError::NoSuchOrder),
        Kept::PointsShort => Err(OpenError::PointsShort),
    }
}

fn opened_before(gateways: &Gateways, order: Order, now: Timestamp) -> Opening {
    let may_be_paid = |tender: &Tender| match tender {
        Tender::Gateway { session, .. } => gateways.of(session.provider).behaviour().captures_by_itself(),
        Tender::Points => false,
    };
    match order {
        // A fresh quote is opened by the caller; one that lost a race is never still a quote.
        Order::Quoted(_) | Order::Approving(_) => Opening::Pending,
        // That nothing was paid is not said where nobody has looked, and the gateway needed nobody to collect it.
        Order::Opened(opened) if now >= opened.abandoned_at() && !may_be_paid(&opened.tender) => {
            Opening::Expired
        }
        // Somebody who agreed in the last second may still be on their way back.
        Order::Opened(opened) if now >= opened.expires_at() => Opening::Pending,
        Order::Opened(opened) => Opening::Pay(opened),
        Order::Paid(paid) => Opening::Paid(paid),
        Order::Closed(closed) => Opening::Closed(closed),
    }
}
