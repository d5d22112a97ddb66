//! What a service hears where it does not get what it asked for: a status and a sentence, in one place.
//!
//! A gateway's own words go to the service, which asked for them, and into no log line.

use cafe_core::payment::flow::{CancelError, CreateError, FollowError, ReserveError, UnlockError};
use cafe_core::payment::{GatewayError, StoreError, TooOften};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::body::Problem;
use crate::reply;

const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const UNAVAILABLE: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

/// A gateway's no, with the status that it was said with.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refusal")]
pub(super) struct RefusalJson<'a> {
    /// The gateway's path that was asked.
    path: &'a str,
    /// All that it said, as it said it.
    message: &'a str,
}

/// No such record.
pub(crate) fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "No such record.")
}

impl From<UnlockError> for Problem {
    fn from(error: UnlockError) -> Problem {
        match error {
            UnlockError::Wrong(_) => Problem::new(StatusCode::FORBIDDEN, "Wrong password."),
            UnlockError::TooOften(too_often) => too_often.into(),
            UnlockError::Store(error) => error.into(),
        }
    }
}

impl From<TooOften> for Problem {
    fn from(too_often: TooOften) -> Problem {
        let wait_s = too_often.wait_s();
        let told = format!("Wrong passwords were tried too often. Try again in {wait_s} seconds.");
        Problem { retry_after_s: Some(wait_s), ..Problem::new(StatusCode::TOO_MANY_REQUESTS, &told) }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        reply::log("the store failed a service", &error);
        Problem::new(UNAVAILABLE, "The store did not answer. Send the same request again in a minute.")
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Problem {
        reply::log("a record could not be written as JSON", &error);
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "The record cannot be shown.")
    }
}

impl From<GatewayError> for Problem {
    fn from(error: GatewayError) -> Problem {
        match error {
            GatewayError::Declined { refusal, .. } => {
                let status = StatusCode::from_u16(refusal.status).unwrap_or(UNPROCESSABLE);
                Problem::of(status, json!(RefusalJson { path: &refusal.path, message: &refusal.text }))
            }
            GatewayError::Unreached(..) | GatewayError::Unknown(..) => {
                reply::log("a gateway did not answer a service", &error);
                Problem::new(
                    UNAVAILABLE,
                    "The payment gateway did not answer. Send the same request again in a minute.",
                )
            }
        }
    }
}

fn no_such_account(store: &str) -> Problem {
    Problem::new(UNPROCESSABLE, &format!("No account \"{store}\" of that vendor is set up."))
}

fn in_doubt(cause: Option<GatewayError>, what: &'static str) -> Problem {
    if let Some(error) = cause {
        reply::log(what, &error);
    }
    Problem::new(
        UNAVAILABLE,
        "Nobody knows yet whether money has moved. Send the same request again in a minute, which finds out.",
    )
}

impl From<CreateError> for Problem {
    fn from(error: CreateError) -> Problem {
        match error {
            CreateError::NoSuchAccount { store, .. } => no_such_account(&store),
            CreateError::Taken => {
                Problem::new(StatusCode::CONFLICT, "The source or the payment is registered already.")
            }
            CreateError::Running => Problem::new(
                StatusCode::CONFLICT,
                "The payment is being registered at this moment. Send the same request again in a minute.",
            ),
            CreateError::TooOften(too_often) => too_often.into(),
            CreateError::OtherOrder => {
                Problem::new(UNPROCESSABLE, "The payment is for another order than source.id.")
            }
            CreateError::WrongPrice { price, sum } => Problem::new(
                UNPROCESSABLE,
                &format!(
                    "The payment is of {}, and not of {}. All that was paid of it was given back.",
                    sum.get(),
                    price.get()
                ),
            ),
            CreateError::NotPaid => {
                Problem::new(UNPROCESSABLE, "The payment has failed or was cancelled. Nothing was collected.")
            }
            CreateError::Gateway(error) => error.into(),
            CreateError::Pending(cause) => in_doubt(cause, "a payment is left in doubt"),
            CreateError::Store(error) => error.into(),
        }
    }
}

impl From<CancelError> for Problem {
    fn from(error: CancelError) -> Problem {
        match error {
            CancelError::NoSuchAccount { store, .. } => no_such_account(&store),
            CancelError::NotThatMuch { amount, left } => Problem::new(
                UNPROCESSABLE,
                &format!("{} cannot be given back: {} is left.", amount.get(), left.get()),
            ),
            CancelError::Running => Problem::new(
                StatusCode::CONFLICT,
                "Another refund of the payment is on its way. Send this one again in a minute.",
            ),
            CancelError::Gateway(error) => error.into(),
            CancelError::Pending(cause) => in_doubt(cause, "a refund is left in doubt"),
            CancelError::Store(error) => error.into(),
        }
    }
}

impl From<ReserveError> for Problem {
    fn from(error: ReserveError) -> Problem {
        match error {
            ReserveError::NoSuchAccount { store, .. } => no_such_account(&store),
            ReserveError::Taken => {
                Problem::new(StatusCode::CONFLICT, "The source or the stored method is registered already.")
            }
            ReserveError::Gateway(error) => error.into(),
            ReserveError::Store(error) => error.into(),
        }
    }
}

/// What a gateway hears whose nudge was not followed. Nothing of the payment, as anybody can nudge.
impl From<FollowError> for Problem {
    fn from(error: FollowError) -> Problem {
        match error {
            FollowError::Unknown => not_found(),
            FollowError::Store(error) => error.into(),
            FollowError::NoSuchAccount { .. } | FollowError::Another | FollowError::Gateway(_) => {
                reply::log("a gateway's nudge was not followed", &error);
                Problem::new(UNAVAILABLE, "The payment could not be looked up. Send it again later.")
            }
        }
    }
}
