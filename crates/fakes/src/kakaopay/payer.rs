//! What the payer does, on the fake's pages or without a browser.

use jiff::Timestamp;

use super::state::{Payment, State, Status};

/// What a payer can do on the page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Pay,
    Cancel,
    Fail,
    TimeOut,
}

/// Why the payer cannot do that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayerError {
    /// There is no such payment.
    NoSuchPayment,
    /// The payer has paid, cancelled or failed before. A browser is shown a page that calls it a duplicate.
    Finished(Status),
    /// More than 15 minutes have passed. A browser is sent to the fail URL.
    TimedOut {
        /// The address it is sent to.
        fail_url: String,
    },
}

impl std::fmt::Display for PayerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PayerError::NoSuchPayment => f.write_str("no such payment"),
            PayerError::Finished(status) => write!(f, "the payment is already {}", status.as_str()),
            PayerError::TimedOut { .. } => f.write_str("the payment has timed out"),
        }
    }
}

impl std::error::Error for PayerError {}

/// The payer opens the page.
pub(crate) fn open<'a>(state: &'a mut State, now: Timestamp, name: &str) -> Result<&'a Payment, PayerError> {
    let payment = unfinished(state, name)?;
    if payment.has_expired(now) {
        payment.status = Status::FailPayment; // Guess: that time alone changes nothing until the payer comes.
        return Err(PayerError::TimedOut { fail_url: payment.fail_url.clone() });
    }
    payment.status = Status::OpenPayment;
    Ok(payment)
}

/// The payer presses a button. Gives the address that the browser is sent to.
pub(crate) fn act(state: &mut State, now: Timestamp, name: &str, act: Act) -> Result<String, PayerError> {
    let token = state.ids.hex("", 20);
    let payment = unfinished(state, name)?;
    let act = if payment.has_expired(now) { Act::TimeOut } else { act };
    Ok(match act {
        Act::Pay => {
            payment.status = Status::AuthPassword;
            let address = with_token(&payment.approval_url, &token);
            payment.pg_token = Some(token);
            address
        }
        Act::Cancel => {
            payment.status = Status::QuitPayment;
            payment.cancel_url.clone()
        }
        Act::Fail => {
            payment.status = Status::FailPayment;
            payment.fail_url.clone()
        }
        Act::TimeOut => {
            payment.status = Status::FailPayment;
            payment.timed_out = true;
            payment.fail_url.clone()
        }
    })
}

fn unfinished<'a>(state: &'a mut State, name: &str) -> Result<&'a mut Payment, PayerError> {
    let payment = state.payments.get_mut(name).ok_or(PayerError::NoSuchPayment)?;
    match payment.status {
        Status::Ready | Status::OpenPayment => Ok(payment),
        Status::AuthPassword
        | Status::IssuedSid
        | Status::SuccessPayment
        | Status::PartCancelPayment
        | Status::CancelPayment
        | Status::QuitPayment
        | Status::FailPayment => Err(PayerError::Finished(payment.status)),
    }
}

/// The approval URL with `pg_token` behind its query, and before its fragment.
fn with_token(approval_url: &str, token: &str) -> String {
    let (address, fragment) = approval_url.split_at(approval_url.find('#').unwrap_or(approval_url.len()));
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}pg_token={token}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::with_token;

    #[test]
    fn the_token_goes_behind_the_query() {
        assert_eq!(with_token("https://cafe.example/ok", "1f"), "https://cafe.example/ok?pg_token=1f");
        assert_eq!(
            with_token("https://cafe.example/ok?a=b", "1f"),
            "https://cafe.example/ok?a=b&pg_token=1f"
        );
        assert_eq!(
            with_token("https://cafe.example/ok#top", "1f"),
            "https://cafe.example/ok?pg_token=1f#top"
        );
    }
}
