//! The documented limits, checked before anything is sent. Lengths are counted in characters (a guess: the
//! documentation only gives numbers).

use std::time::Duration;

/// A merchant code (CID).
pub const CID_CHARS: usize = 10;
/// The extra secret of a merchant code.
pub const CID_SECRET_CHARS: usize = 24;
/// The merchant's own order number, and its own id of the payer.
pub const PARTNER_ID_CHARS: usize = 100;
/// An item's name, and its code.
pub const ITEM_CHARS: usize = 100;
/// A return URL, with its query.
pub const URL_CHARS: usize = 255;
/// The merchant's note that KakaoPay echoes.
pub const PAYLOAD_CHARS: usize = 200;
/// The longest card instalment, in months.
pub const INSTALL_MONTHS: u8 = 12;

/// How long a prepared payment can be paid and approved, counted from `ready` (documented by third parties
/// only).
pub const SESSION: Duration = Duration::from_mins(15);
/// How long KakaoPay itself works on a request (documented by third parties only): wait a little longer than
/// this before calling an answer lost.
pub const ANSWER: Duration = Duration::from_secs(11);
