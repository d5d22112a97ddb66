//! The clock of the dev pages: what it shows, how it is moved, and what came of moving it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use cafe_core::payment::BoxError;
use functions::reconcile::{self, Report};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::korean::{lasting, second};
use crate::pages::Desk;

/// The farthest that the clock is moved at once.
const MOST_MINUTES: u32 = 366 * 24 * 60;

/// What came of moving the clock the last time, in a line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moved(Arc<Mutex<Option<String>>>);

/// The clock as a page shows it.
#[derive(Debug)]
pub(crate) struct Clock {
    pub(crate) time: String,
    /// How far it is ahead of the real time.
    pub(crate) ahead: Option<String>,
    pub(crate) moved: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Forward {
    minutes: u32,
    /// The page that it was moved from.
    back: Option<String>,
}

impl Clock {
    pub(crate) fn of(desk: &Desk) -> Clock {
        let now = desk.kept.clock.now();
        let ahead = now.duration_since(Timestamp::now());
        let moved = desk.moved.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Two readings of one clock are never of the same instant.
        let is_ahead = ahead > SignedDuration::from_secs(1);
        let rounded = SignedDuration::from_secs(ahead.as_secs() + 1);
        Clock { time: second(now), ahead: is_ahead.then(|| lasting(rounded)), moved }
    }
}

/// Moves the clock, and looks at the orders that are due then, as the schedule would have.
pub(crate) async fn forward(State(desk): State<Desk>, Form(forward): Form<Forward>) -> Response {
    let back = forward.back.as_deref().filter(|back| is_page(back)).unwrap_or("/_dev");
    match go(&desk, SignedDuration::from_mins(forward.minutes.min(MOST_MINUTES).into())).await {
        Ok(came) => {
            *desk.moved.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(came);
            Redirect::to(back).into_response()
        }
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
    }
}

async fn go(desk: &Desk, by: SignedDuration) -> Result<String, BoxError> {
    let held_before = held(desk).await?;
    desk.kept.clock.advance(by);
    desk.kept.save()?;
    let report = reconcile::handle(&desk.payments, reconcile::Event::default()).await?;
    let held_after = held(desk).await?;
    let points = if held_before == held_after {
        String::new()
    } else {
        format!(" 잡아 둔 포인트 {held_before}P → {held_after}P.")
    };
    Ok(format!("{} 지났습니다. {}{points}", lasting(by), did(&report)))
}

/// All points that are held.
async fn held(desk: &Desk) -> Result<i64, BoxError> {
    Ok(desk.books.accounts().await?.iter().map(|account| account.held).sum())
}

/// What `reconcile` did, in a sentence.
fn did(report: &Report) -> String {
    let Report::Run { settled, closed, returned, refunded, pending, in_review, passed: _ } = report else {
        return String::new();
    };
    let did = [
        (settled, "결제 확인"),
        (closed, "닫음"),
        (returned, "뒤늦은 결제를 돌려줌"),
        (refunded, "환불 마침"),
        (pending, "아직 모름"),
        (in_review, "사람이 확인해야 함"),
    ];
    let did = did.into_iter().filter(|(count, _)| **count > 0);
    let told: Vec<_> = did.map(|(count, what)| format!("{what} {count}건")).collect();
    if told.is_empty() {
        "reconcile이 할 일은 없었습니다.".to_owned()
    } else {
        format!("reconcile: {}.", told.join(", "))
    }
}

/// Whether a redirect there stays here.
fn is_page(back: &str) -> bool {
    let is_under = back == "/_dev" || back.starts_with("/_dev/") || back.starts_with("/_dev?");
    is_under && back.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::is_page;

    #[test]
    fn nobody_is_sent_away() {
        for page in ["/_dev", "/_dev/orders?show=doubt&page=2", "/_dev/orders/01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
            assert!(is_page(page), "{page}");
        }
        for page in ["", "/", "//evil.example/_dev", "/_devil", "https://evil.example", "/_dev/\r\nx: y"] {
            assert!(!is_page(page), "{page}");
        }
    }
}
