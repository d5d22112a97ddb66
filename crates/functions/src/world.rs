//! What the core is not allowed to ask for itself: the time, and randomness.

use std::fmt;
use std::sync::Arc;

use cafe_core::cafe::{Attempt, AttemptToken, Turn};
use cafe_core::payment::OrderId;
use jiff::{SignedDuration, Timestamp};
use ring::rand::{SecureRandom, SystemRandom};

/// How long an attempt at collecting or refunding can be alive: no less than the function's time-out.
const ATTEMPT_FOR: SignedDuration = SignedDuration::from_secs(30);

/// The time, which tests and the dev server can replace, and randomness, which nobody can.
#[derive(Clone)]
pub struct World {
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    random: SystemRandom,
}

impl World {
    /// The real time, and randomness from the operating system.
    #[must_use]
    pub fn real() -> World {
        World::with_clock(Timestamp::now)
    }

    /// Another clock, and randomness from the operating system.
    #[must_use]
    pub fn with_clock(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> World {
        World { clock: Arc::new(clock), random: SystemRandom::new() }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Fresh randomness.
    ///
    /// # Panics
    /// Where the operating system gives none: links could be guessed then, so nothing is better than to stop.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes).expect("the operating system gives randomness");
        bytes
    }

    /// A name for an order made at `now`.
    #[must_use]
    pub fn order_id(&self, now: Timestamp) -> OrderId {
        OrderId::new(now, self.random())
    }

    /// One step at collecting or refunding, taken now by a function that ends within 28 seconds.
    #[must_use]
    pub fn turn(&self) -> Turn {
        self.turn_for(ATTEMPT_FOR)
    }

    /// The same for one that has more patience.
    pub(crate) fn turn_for(&self, attempt_for: SignedDuration) -> Turn {
        // Whole milliseconds, as they are stored.
        let whole = |at: Timestamp| Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
        let now = whole(self.now());
        let token = AttemptToken(OrderId::new(now, self.random()).to_string());
        let until = now.checked_add(attempt_for).unwrap_or(Timestamp::MAX);
        Turn { now, attempt: Attempt { token, until: whole(until) } }
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}
