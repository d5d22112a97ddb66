//! The time of day as a fake sees it: it can be moved, and never has to be waited for.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A clock that all of its clones share.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Time>>);

#[derive(Clone, Copy, Debug)]
enum Time {
    Real { ahead: SignedDuration },
    Fixed(Timestamp),
}

impl Clock {
    /// The real time, plus whatever it is [advanced](Clock::advance) by.
    #[must_use]
    pub fn real() -> Clock {
        Clock::new(Time::Real { ahead: SignedDuration::ZERO })
    }

    /// A clock that stands at `at` until it is [advanced](Clock::advance).
    #[must_use]
    pub fn fixed(at: Timestamp) -> Clock {
        Clock::new(Time::Fixed(at))
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match *self.time() {
            Time::Real { ahead } => moved(Timestamp::now(), ahead),
            Time::Fixed(at) => at,
        }
    }

    /// Moves the clock, for everyone who holds it. It stops at the ends of time rather than overflow.
    pub fn advance(&self, by: SignedDuration) {
        let mut time = self.time();
        *time = match *time {
            Time::Real { ahead } => Time::Real { ahead: ahead.saturating_add(by) },
            Time::Fixed(at) => Time::Fixed(moved(at, by)),
        };
    }

    fn new(time: Time) -> Clock {
        Clock(Arc::new(Mutex::new(time)))
    }

    fn time(&self) -> std::sync::MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn moved(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}
