//! The order that a path names; a path that names none is answered with the page for it.

use axum::extract::{FromRequestParts, Path};
use cafe_core::payment::OrderId;
use http::request::Parts;

use crate::page::Page;
use crate::reply;

/// The `{order}` of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderInPath(pub OrderId);

impl<S: Send + Sync> FromRequestParts<S> for OrderInPath {
    type Rejection = Page;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<OrderInPath, Page> {
        let Path(order) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| reply::not_found())?;
        OrderId::parse(&order).map(OrderInPath).map_err(|_| reply::not_found())
    }
}
