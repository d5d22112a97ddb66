//! What the payer's browser brings back to `successUrl` and `failUrl`. Anybody can type a URL: none of it proves anything.

use std::fmt;

use url::form_urlencoded;

use crate::Code;

/// What came to `successUrl`: the payer is done, and nothing is collected yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Success {
    /// What [`Confirm`](crate::confirm::Confirm) wants. `Debug` does not show it.
    pub payment_key: String,
    /// The order number that the window was opened with.
    pub order_id: String,
    /// What the payer agreed to, in won. Where it is not what was stored, somebody changed it in the page: do not
    /// confirm.
    pub amount: u32,
}

/// What came to `failUrl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Why; none where it is no code.
    pub code: Option<Code>,
    /// The order number; Toss Payments leaves it out where the payer pressed cancel.
    pub order_id: Option<String>,
}

/// The query is not one that Toss Payments would send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("paymentKey, orderId or amount is missing or wrong")]
pub struct BadRedirect;

impl Success {
    /// Reads a query, without its question mark. What else is in it is passed over.
    ///
    /// # Errors
    /// [`BadRedirect`] where one of the three is missing, empty or no amount.
    pub fn read(query: &str) -> Result<Success, BadRedirect> {
        let amount = value(query, "amount").ok_or(BadRedirect)?;
        let digits = !amount.is_empty() && amount.bytes().all(|byte| byte.is_ascii_digit());
        Ok(Success {
            payment_key: value(query, "paymentKey").ok_or(BadRedirect)?,
            order_id: value(query, "orderId").ok_or(BadRedirect)?,
            amount: if digits { amount.parse().map_err(|_| BadRedirect)? } else { return Err(BadRedirect) },
        })
    }
}

impl Failed {
    /// Reads a query, without its question mark. The message is left where it is: it is not written for our customers,
    /// and anybody can type one.
    #[must_use]
    pub fn read(query: &str) -> Failed {
        Failed {
            code: value(query, "code").and_then(|code| Code::parse(&code)),
            order_id: value(query, "orderId"),
        }
    }
}

fn value(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.into_owned())
}

impl fmt::Debug for Success {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Success")
            .field("payment_key", &format_args!("[redacted]"))
            .field("order_id", &self.order_id)
            .field("amount", &self.amount)
            .finish()
    }
}
