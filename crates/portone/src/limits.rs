//! The documented limits of V1, checked before anything is sent. Lengths are counted in characters (a guess: the
//! documentation only gives numbers). V2 documents none, so none is checked there.

use std::time::Duration;

/// The merchant's own order number (V1's schema).
pub const MERCHANT_UID_CHARS: usize = 40;
/// What is bought (V1's schema; gateways behind PortOne cut it shorter).
pub const ORDER_NAME_CHARS: usize = 40;
/// The key of a stored card (V1's documentation).
pub const CUSTOMER_UID_CHARS: usize = 80;
/// A buyer's name (V1's schema).
pub const BUYER_NAME_CHARS: usize = 16;
/// A buyer's e-mail address (V1's schema).
pub const BUYER_EMAIL_CHARS: usize = 64;
/// A buyer's telephone number (V1's schema).
pub const BUYER_TEL_CHARS: usize = 16;
/// A buyer's address (V1's schema).
pub const BUYER_ADDRESS_CHARS: usize = 128;
/// A buyer's postcode (V1's schema).
pub const BUYER_POSTCODE_CHARS: usize = 8;

/// How long to wait before calling an answer lost. PortOne asks a card company on its way, and advises a minute
/// (its own V2 documentation; third parties quote it).
pub const ANSWER: Duration = Duration::from_mins(1);
