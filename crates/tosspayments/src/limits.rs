//! The documented limits, checked before anything is sent. Lengths are counted in characters (a guess: the
//! documentation only gives numbers).

use std::ops::RangeInclusive;
use std::time::Duration;

/// The merchant's own order number: letters, digits, `-` and `_`.
pub const ORDER_ID_CHARS: RangeInclusive<usize> = 6..=64;
/// What is bought, as the payer reads it.
pub const ORDER_NAME_CHARS: usize = 100;
/// The merchant's own id of a customer: letters, digits, `-`, `_`, `=`, `.` and `@`. Older documentation ends at 50.
pub const CUSTOMER_KEY_CHARS: RangeInclusive<usize> = 2..=300;
/// A customer's name, and address for e-mail.
pub const CUSTOMER_CHARS: usize = 100;
/// Why a payment is cancelled.
pub const CANCEL_REASON_CHARS: usize = 200;
/// The number of an account that a refund goes to, digits only.
pub const ACCOUNT_NUMBER_DIGITS: RangeInclusive<usize> = 1..=20;
/// Whose account a refund goes to.
pub const ACCOUNT_HOLDER_CHARS: usize = 60;
/// A card's number, digits only.
pub const CARD_NUMBER_DIGITS: RangeInclusive<usize> = 10..=20;
/// The longest card instalment, in months; 0 is a lump sum, 1 is none.
pub const INSTALLMENT_MONTHS: u32 = 12;
/// How long a virtual account can be paid into, in hours: 90 days.
pub const VALID_HOURS: u32 = 2_160;
/// Who a cash receipt is for.
pub const CASH_RECEIPT_NUMBER_CHARS: usize = 30;
/// A key in a path. Toss Payments' own are documented with at most 200 characters; a longer one must not keep us from
/// asking about a payment.
pub const PATH_CHARS: usize = 500;
/// A return URL, with its query (a guess).
pub const URL_CHARS: usize = 2_048;
/// An idempotency key.
pub const IDEMPOTENCY_KEY_CHARS: usize = 300;

/// How long an idempotency key is remembered, from its first use.
pub const IDEMPOTENCY_KEY_LIFE: Duration = Duration::from_hours(15 * 24);
/// How long a payer may take, from when the payment was made.
pub const READY: Duration = Duration::from_mins(30);
/// How long we may take to confirm, from when the payer was done.
pub const IN_PROGRESS: Duration = Duration::from_mins(10);
/// How long Toss Payments may work on a request: it asks for a timeout of at least 60 seconds where a billing key is
/// charged.
pub const ANSWER: Duration = Duration::from_mins(1);
