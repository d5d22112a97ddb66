//! What a service is told: that one of its payments has changed, from what to what.

use jiff::{SignedDuration, Timestamp};

use super::{History, RecordId};

/// One change of a history, written in the transaction that made the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// By which the service knows a repeat of it.
    pub id: RecordId,
    /// When it was written, in whole milliseconds.
    pub at: Timestamp,
    /// How it was. [`History::version`] of `current` numbers a history's notices.
    pub previous: History,
    /// How it is.
    pub current: History,
}

/// A notice that the service has not taken yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outstanding {
    /// What to tell.
    pub notice: Notice,
    /// Since when the service has not taken it, which is when it was written or told to be sent once more.
    pub since: Timestamp,
    /// How often it was sent.
    pub attempts: u32,
    /// Not to be sent before, in whole seconds. While somebody sends it, until they cannot be at it any more; behind one
    /// that is not due, no sooner than that.
    pub not_before: Timestamp,
}

impl Outstanding {
    /// Whether it may be sent at `now`, those before it being taken. One that was never sent has waited for those alone.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.attempts == 0 || self.not_before <= now
    }
}

/// How long a service is given to take a notice.
pub const TOLD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// When a notice that was sent `attempts` times, the last time at `now`, is sent again; none when it has
/// waited for seven days.
///
/// After 5, 10, 20 seconds and so on, doubling, and every 6 hours in the end.
#[must_use]
pub fn tell_again_at(since: Timestamp, attempts: u32, now: Timestamp) -> Option<Timestamp> {
    const FIRST_S: i64 = 5;
    const LONGEST_S: i64 = 6 * 60 * 60;
    let pause_s = FIRST_S.saturating_mul(1 << attempts.saturating_sub(1).min(20)).min(LONGEST_S);
    let again = now.checked_add(SignedDuration::from_secs(pause_s)).ok()?;
    (again.duration_since(since) <= TOLD_FOR).then_some(again)
}

#[cfg(test)]
mod tests {
    use super::{TOLD_FOR, tell_again_at};
    use jiff::Timestamp;

    #[test]
    fn a_notice_is_sent_ever_more_rarely_and_for_seven_days() {
        let written = Timestamp::from_second(1_790_000_000).unwrap();
        let (mut now, mut pauses) = (written, Vec::new());
        for attempts in 1.. {
            let Some(again) = tell_again_at(written, attempts, now) else { break };
            pauses.push(again.duration_since(now).as_secs());
            now = again;
        }
        assert_eq!(&pauses[..6], [5, 10, 20, 40, 80, 160]);
        assert_eq!(pauses.last(), Some(&(6 * 60 * 60)));
        let lasted = now.duration_since(written);
        assert!(lasted <= TOLD_FOR && lasted.as_hours() >= 7 * 24 - 6, "{lasted}");
        // Thirteen that double, and then one every six hours.
        assert_eq!(pauses.len(), 39);
    }
}
