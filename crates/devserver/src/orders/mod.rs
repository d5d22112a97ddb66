//! `/_dev/orders`: every order, what it is known by, and what an owner can do about it. Works without a script.

mod csv;
mod list;
mod member;
mod one;
mod timeline;
mod words;

use axum::Router;
use axum::routing::{get, post};
use cafe_core::cafe::{Member, MemberId, StoreError};

use crate::pages::Desk;

/// The pages, under `/_dev`.
pub(crate) fn router() -> Router<Desk> {
    Router::new()
        .route("/orders", get(list::show))
        .route("/orders.csv", get(list::download))
        .route("/orders/{id}", get(one::show))
        .route("/orders/{id}/look", post(one::look))
        .route("/orders/{id}/refund", post(one::refund))
        .route("/members/{id}", get(member::show))
}

/// A member's number as it may be shown.
fn masked(desk: &Desk, member: &Member) -> String {
    let phone = desk.phone_key.unseal(&member.number, &member.phone);
    phone.map_or_else(|_| "다른 열쇠로 봉한 번호".to_owned(), |phone| phone.masked())
}

/// The masked number of whoever has that id.
async fn phone(desk: &Desk, id: &MemberId) -> Result<String, StoreError> {
    let member = desk.payments.store.member_by_id(id).await?;
    Ok(member.map_or_else(|| "없는 회원".to_owned(), |member| masked(desk, &member)))
}
