//! Ids and tokens that look random and are the same in every run with the same seed.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// A source of ids: the `SplitMix64` sequence from a seed on.
/// Nothing here is secret, so nothing has to be hard to guess.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ids(u64);

impl Ids {
    pub(crate) fn new(seed: u64) -> Ids {
        Ids(seed)
    }

    /// `prefix` followed by so many lower-case hex digits.
    pub(crate) fn hex(&mut self, prefix: &str, digits: usize) -> String {
        let mut id = String::from(prefix);
        while id.len() < prefix.len() + digits {
            // Writing to a string cannot fail.
            let _ = write!(id, "{:016x}", self.next());
        }
        id.truncate(prefix.len() + digits);
        id
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
