//! What look-ups showed of an order in doubt: evidence, for the second look and for a person.

use std::fmt;

use jiff::Timestamp;

use crate::payment::{Snapshot, Standing, Won};

/// How many different things in a row are kept. The first and the latest are what tells.
const MOST: usize = 12;

/// What one look-up showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saw {
    /// Nothing: the gateway was not reached, did not answer, or refused with this code.
    NoAnswer(String),
    /// Not collected, and it still can be.
    Pending,
    /// Collected, as this order's.
    Collected(Won),
    /// Collected, but in the name of another order, payer or account.
    CollectedForAnother(Won),
    /// Collected, and all of it returned.
    Returned(Won),
    /// Over without payment.
    Failed,
    /// A word of the gateway's that is not documented.
    Unrecognised(String),
}

/// The same thing seen once, or several times in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What was seen.
    pub saw: Saw,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
    /// How often.
    pub times: u32,
}

/// All that look-ups showed of an order, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looks(pub Vec<Look>);

impl Looks {
    /// With one more look.
    #[must_use]
    pub fn and(mut self, saw: Saw, at: Timestamp) -> Looks {
        match self.0.last_mut() {
            Some(latest) if latest.saw == saw => {
                latest.last = at;
                latest.times = latest.times.saturating_add(1);
            }
            _ => self.0.push(Look { saw, first: at, last: at, times: 1 }),
        }
        if self.0.len() > MOST {
            self.0.remove(1);
        }
        self
    }

    /// Whether the same was seen before, at `from` or later.
    #[must_use]
    pub fn showed(&self, saw: &Saw, from: Timestamp) -> bool {
        self.0.iter().any(|look| look.saw == *saw && look.last >= from)
    }
}

impl From<&Snapshot> for Saw {
    fn from(snapshot: &Snapshot) -> Saw {
        match &snapshot.standing {
            Standing::Collectable | Standing::Awaited => Saw::Pending,
            Standing::Paid if snapshot.is_ours => Saw::Collected(snapshot.facts.price),
            Standing::Paid => Saw::CollectedForAnother(snapshot.facts.price),
            Standing::Cancelled => Saw::Returned(snapshot.returned()),
            Standing::Failed => Saw::Failed,
            Standing::Unrecognised(word) => Saw::Unrecognised(word.clone()),
        }
    }
}

/// As it is stored, and as an owner reads it.
impl fmt::Display for Saw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Saw::NoAnswer(code) if code.is_empty() => f.write_str("no-answer"),
            Saw::NoAnswer(code) => write!(f, "no-answer {code}"),
            Saw::Pending => f.write_str("pending"),
            Saw::Collected(sum) => write!(f, "collected {}", sum.get()),
            Saw::CollectedForAnother(sum) => write!(f, "collected-for-another {}", sum.get()),
            Saw::Returned(sum) => write!(f, "returned {}", sum.get()),
            Saw::Failed => f.write_str("failed"),
            Saw::Unrecognised(word) => write!(f, "unrecognised {word}"),
        }
    }
}

impl Saw {
    /// Reads what [`Saw`]'s `Display` wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Saw> {
        let (name, detail) = text.split_once(' ').unwrap_or((text, ""));
        let sum = || detail.parse().ok().map(Won::new);
        match name {
            "no-answer" => Some(Saw::NoAnswer(detail.to_owned())),
            "pending" => Some(Saw::Pending),
            "collected" => sum().map(Saw::Collected),
            "collected-for-another" => sum().map(Saw::CollectedForAnother),
            "returned" => sum().map(Saw::Returned),
            "failed" => Some(Saw::Failed),
            "unrecognised" => Some(Saw::Unrecognised(detail.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_is_seen_again_is_counted_and_not_repeated() {
        let looks =
            Looks::default().and(Saw::Pending, at(1)).and(Saw::Pending, at(2)).and(Saw::Failed, at(3));
        let pending = Look { saw: Saw::Pending, first: at(1), last: at(2), times: 2 };
        assert_eq!(looks.0, [pending, Look { saw: Saw::Failed, first: at(3), last: at(3), times: 1 }]);
    }

    #[test]
    fn the_first_and_the_latest_stay_when_there_are_many() {
        let mut looks = Looks::default().and(Saw::Pending, at(0));
        for n in 1..100 {
            looks = looks.and(Saw::NoAnswer(n.to_string()), at(n));
        }
        assert_eq!(looks.0.len(), MOST);
        assert_eq!(looks.0[0].saw, Saw::Pending);
        assert_eq!(looks.0[MOST - 1].saw, Saw::NoAnswer("99".to_owned()));
    }

    #[test]
    fn only_what_was_seen_late_enough_counts() {
        let looks = Looks::default().and(Saw::Failed, at(10));
        assert!(looks.showed(&Saw::Failed, at(10)));
        assert!(!looks.showed(&Saw::Failed, at(11)));
        assert!(!looks.showed(&Saw::Pending, at(0)));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let all = [
            Saw::NoAnswer(String::new()),
            Saw::NoAnswer("-721".to_owned()),
            Saw::Pending,
            Saw::Collected(Won::new(4_000)),
            Saw::CollectedForAnother(Won::new(1)),
            Saw::Returned(Won::new(70)),
            Saw::Failed,
            Saw::Unrecognised("NEW WORD".to_owned()),
        ];
        for saw in all {
            assert_eq!(Saw::parse(&saw.to_string()), Some(saw));
        }
        assert_eq!(Saw::parse("collected much"), None);
        assert_eq!(Saw::parse(""), None);
    }
}
