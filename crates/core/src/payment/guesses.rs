//! How often a record's password may be guessed: ten wrong ones, and then none until ten minutes after the first.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::{PasswordHash, RecordId};

/// How many wrong passwords a record takes within [`GUESSES_WITHIN`]: more than whoever has mistyped one needs, and
/// some fourteen hundred a day for whoever tries them all.
pub const GUESSES: u32 = 10;

/// How long a record counts from the first wrong password on, and refuses all when it has heard [`GUESSES`].
pub const GUESSES_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// How long a record is on its guard after that first one: each guess is counted before it is compared then, so that
/// many at once are no more than their number.
const ON_GUARD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// The wrong passwords that a record has heard lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guesses {
    /// When the first of them came, in whole milliseconds.
    pub since: Timestamp,
    /// How many came, those among them that are being compared.
    pub times: u32,
}

/// Wrong passwords came too often, so that none is compared for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("wrong passwords were tried too often: none is compared for {wait}")]
pub struct TooOften {
    /// After how long one is compared again.
    pub wait: SignedDuration,
}

impl TooOften {
    /// That in whole seconds, after which it is over. At least one.
    #[must_use]
    pub fn wait_s(&self) -> i64 {
        let started = i64::from(self.wait.subsec_nanos() > 0);
        self.wait.as_secs().saturating_add(started).max(1)
    }
}

/// The name of a record that is locked with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordName {
    /// A payment's.
    Payment(RecordId),
    /// A stored way to pay's.
    Reservation(RecordId),
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordName::Payment(id) => write!(f, "payment {id}"),
            RecordName::Reservation(id) => write!(f, "reservation {id}"),
        }
    }
}

/// What a record is locked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Whose it is.
    pub name: RecordName,
    /// The password, hashed.
    pub password: PasswordHash,
    /// What was guessed lately.
    pub guesses: Option<Guesses>,
}

impl Guesses {
    /// As many as there are with one more at `now`, in whole milliseconds. Where those before are over, it is the first.
    ///
    /// # Errors
    /// [`TooOften`]: there were as many as there may be.
    pub fn one_more(before: Option<Guesses>, now: Timestamp) -> Result<Guesses, TooOften> {
        match before {
            Some(Guesses { since, times }) if now < over(since, GUESSES_WITHIN) => {
                if times >= GUESSES {
                    return Err(TooOften { wait: over(since, GUESSES_WITHIN).duration_since(now) });
                }
                Ok(Guesses { since, times: times.saturating_add(1) })
            }
            Some(_) | None => Ok(Guesses { since: now, times: 1 }),
        }
    }

    /// As many as there are without one that was none: the password was right.
    #[must_use]
    pub fn one_less(self) -> Guesses {
        Guesses { times: self.times.saturating_sub(1), ..self }
    }

    /// Whether a guess is to be counted before it is compared.
    #[must_use]
    pub fn are_on_guard(before: Option<Guesses>, now: Timestamp) -> bool {
        before.is_some_and(|Guesses { since, times }| times > 0 && now < over(since, ON_GUARD_FOR))
    }
}

fn over(since: Timestamp, after: SignedDuration) -> Timestamp {
    since.checked_add(after).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::{GUESSES, Guesses, TooOften};
    use jiff::{SignedDuration, Timestamp};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    #[test]
    fn ten_wrong_ones_are_heard_and_then_none_until_ten_minutes_after_the_first() {
        let mut guesses = None;
        for second in 0..i64::from(GUESSES) {
            guesses = Some(Guesses::one_more(guesses, at(second)).unwrap());
        }
        assert_eq!(guesses, Some(Guesses { since: at(0), times: 10 }));
        for (second, wait_s) in [(10, 590), (599, 1)] {
            let too_often = Guesses::one_more(guesses, at(second)).unwrap_err();
            assert_eq!(too_often.wait_s(), wait_s);
        }
        assert_eq!(Guesses::one_more(guesses, at(600)), Ok(Guesses { since: at(600), times: 1 }));
    }

    #[test]
    fn no_ten_minutes_hear_more_than_twice_as_many_and_no_day_more_than_1440() {
        let (mut guesses, mut heard) = (None, Vec::new());
        for second in 0..24 * 60 * 60 {
            if let Ok(after) = Guesses::one_more(guesses, at(second)) {
                guesses = Some(after);
                heard.push(second);
            }
        }
        assert_eq!(heard.len(), 1_440);
        assert!(heard.windows(21).all(|some| some[20] - some[0] >= 600), "where two times ten meet");
    }

    #[test]
    fn a_clock_that_goes_back_gives_nobody_more() {
        let guesses = Some(Guesses { since: at(0), times: GUESSES });
        assert!(Guesses::one_more(guesses, at(-5)).is_err());
    }

    #[test]
    fn whoever_waits_as_long_as_they_are_told_is_heard() {
        for (wait_ms, wait_s) in [(1, 1), (999, 1), (1_000, 1), (1_001, 2), (600_000, 600)] {
            assert_eq!(TooOften { wait: SignedDuration::from_millis(wait_ms) }.wait_s(), wait_s);
        }
    }

    #[test]
    fn a_right_one_is_taken_off_again_and_what_was_wrong_stays() {
        let guesses = Guesses { since: at(0), times: 3 };
        let counted = Guesses::one_more(Some(guesses), at(1)).unwrap();
        assert_eq!(counted.one_less(), guesses);
        assert_eq!(Guesses { since: at(0), times: 0 }.one_less().times, 0);
    }

    #[test]
    fn a_record_is_on_its_guard_for_a_day_after_a_wrong_one_and_not_before() {
        let on_guard =
            |times, second| Guesses::are_on_guard(Some(Guesses { since: at(0), times }), at(second));
        assert!(!Guesses::are_on_guard(None, at(0)));
        assert!(on_guard(1, 0) && on_guard(1, 86_399) && !on_guard(1, 86_400));
        assert!(!on_guard(0, 1), "one that was right is none");
    }
}
