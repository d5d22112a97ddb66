//! The name of an order: 26 characters, sortable by time, too random to guess.

use std::fmt;

use jiff::Timestamp;
use ulid::Ulid;

/// The name of an order, here and at every gateway: a ULID in its 26 upper-case characters.
///
/// It is also the key to the order's payment page, so its 80 random bits must come from a
/// cryptographic source. A gateway takes it as it is (KakaoPay up to 100 characters, Toss 6 to 64).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(Ulid);

/// The text is not the name of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an order id: 26 characters of Crockford's base 32 were expected")]
pub struct BadOrderId;

impl OrderId {
    /// The id of an order made at `at` with ten bytes of fresh randomness.
    #[must_use]
    pub fn new(at: Timestamp, random: [u8; 10]) -> OrderId {
        let mut bytes = [0; 16];
        bytes[6..].copy_from_slice(&random);
        let millisecond = u64::try_from(at.as_millisecond()).unwrap_or_default();
        OrderId(Ulid::from_parts(millisecond, u128::from_be_bytes(bytes)))
    }

    /// When it was made, to the millisecond.
    #[must_use]
    pub fn made_at(self) -> Timestamp {
        i64::try_from(self.0.timestamp_ms())
            .ok()
            .and_then(|at| Timestamp::from_millisecond(at).ok())
            .unwrap_or_default()
    }

    /// Reads an id from a link or an item.
    ///
    /// # Errors
    /// [`BadOrderId`] for anything but the 26 characters that [`OrderId`] writes.
    pub fn parse(text: &str) -> Result<OrderId, BadOrderId> {
        let id = OrderId(Ulid::from_string(text).map_err(|_| BadOrderId)?);
        // One order has one name: other spellings of the same number are refused.
        if id.to_string() == text { Ok(id) } else { Err(BadOrderId) }
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderId({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{BadOrderId, OrderId};
    use jiff::Timestamp;

    #[test]
    fn an_id_reads_back_and_sorts_by_time() {
        let early = OrderId::new(Timestamp::from_second(1_700_000_000).unwrap(), [255; 10]);
        let late = OrderId::new(Timestamp::from_second(1_700_000_001).unwrap(), [0; 10]);
        assert_eq!(OrderId::parse(&early.to_string()), Ok(early));
        assert!(early < late && early.to_string() < late.to_string());
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        let id = OrderId::new(Timestamp::from_second(1_700_000_000).unwrap(), *b"abcdefghij").to_string();
        for text in ["", "1", "../etc/passwd", "주문", &id.to_lowercase(), &format!("{id}0"), &id[1..]] {
            assert_eq!(OrderId::parse(text), Err(BadOrderId), "{text}");
        }
    }
}
