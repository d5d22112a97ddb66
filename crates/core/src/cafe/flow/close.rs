//! Closing: the browser says the customer cancelled, or failed. A hint, never a fact: the gateway is asked first.

use jiff::Timestamp;

use super::ApproveError;
use super::approve::settle_found;
use super::look_up::look_up_ours;
use crate::cafe::{CloseReason, Closed, Collected, Kept, Opened, Order, Paid, Store, StoreError, Tender};
use crate::payment::{Gateways, OrderId, Standing};

/// Why an order was not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// There is no such order, or nobody has opened its payment.
    #[error("there is no payment of that order under way")]
    NoSuchPayment,
    /// It has been paid: nothing was touched.
    #[error("the order has been paid")]
    AlreadyPaid(Box<Paid>),
    /// Nobody knows yet how it ends; it was left as it is.
    #[error("nobody knows yet whether it was collected")]
    Pending,
    /// Nobody knows; repeating it is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends an opened payment that was not made, and releases its points. A paid order is never touched.
///
/// Where the gateway still waits for the payer, closing is safe: one that collects only when asked to is never asked for a
/// closed order, and what one that collects by itself still collects is given back.
///
/// # Errors
/// [`CloseError`]; nothing was released.
pub async fn close(
    store: &dyn Store,
    gateways: &Gateways,
    id: OrderId,
    hint: CloseReason,
    now: Timestamp,
) -> Result<Closed, CloseError> {
    match store.order(id).await? {
        Some(Order::Opened(opened)) => close_opened(store, gateways, opened, hint, now).await,
        Some(Order::Quoted(_)) | None => Err(CloseError::NoSuchPayment),
        Some(Order::Approving(_)) => Err(CloseError::Pending),
        Some(Order::Paid(paid)) => Err(CloseError::AlreadyPaid(Box::new(paid))),
        Some(Order::Closed(closed)) => Ok(closed),
    }
}

async fn close_opened(
    store: &dyn Store,
    gateways: &Gateways,
    opened: Opened,
    hint: CloseReason,
    now: Timestamp,
) -> Result<Closed, CloseError> {
    // A gateway sends a payer whose time is up to the same address as one whose payment failed.
    let reason = if now >= opened.expires_at() { CloseReason::Expired } else { hint };
    let closed = if let Tender::Gateway { session, .. } = opened.tender.clone() {
        let gateway = gateways.of(session.provider);
        let seen = look_up_ours(&*gateway, &opened.quote, &session).await.map_err(|_| CloseError::Pending)?;
        if let Some(approval) = seen.approval() {
            return Err(
                match settle_found(store, opened, Collected::Gateway { session, approval }, now).await {
                    Ok(paid) => CloseError::AlreadyPaid(Box::new(paid)),
                    Err(ApproveError::Store(error)) => CloseError::Store(error),
                    Err(_) => CloseError::Pending,
                },
            );
        }
        match seen.standing {
            Standing::Collectable | Standing::Awaited | Standing::Failed => {
                opened.end(reason, now, &gateway.behaviour())
            }
            Standing::Paid | Standing::Cancelled | Standing::Unrecognised(_) => {
                return Err(CloseError::Pending);
            }
        }
    } else {
        opened.close(reason, now)
    };
    match store.close(&closed, None).await? {
        Kept::Done => Ok(closed),
        Kept::Otherwise(Some(order)) => match *order {
            Order::Closed(closed) => Ok(closed),
            Order::Paid(paid) => Err(CloseError::AlreadyPaid(Box::new(paid))),
            Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) => Err(CloseError::Pending),
        },
        Kept::Otherwise(None) | Kept::PointsShort => Err(CloseError::Pending),
    }
}
