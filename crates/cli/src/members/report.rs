//! What came of carrying members over: how many rows, with how many points, and which were refused.

use std::fmt;

use cafe_core::cafe::Points;
use serde_json::{Value, json};
use store::Carried;

use super::cafe_point::{TABLE, Wrong};
use crate::progress::Line;
use crate::table::table;
use crate::told::{FOUND, Told, UNKNOWN, as_text};

/// A row that is no member here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// Which row of the table, from 1.
    pub(super) row: u32,
    pub(super) why: Why,
}

/// Why a row is no member here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Why {
    #[error(transparent)]
    Wrong(#[from] Wrong),
    #[error(
        "its number is in {times} rows, the first of them row {first}, and which of them counts nobody knows"
    )]
    Repeated { times: u32, first: u32 },
    #[error("its number was carried over with other points before; that was left")]
    Differently,
    #[error("somebody has joined with its number here, or had it; that was left")]
    NumberTaken,
    #[error("what stands here under its number cannot be read")]
    Unreadable,
    #[error("written, it was not there when it was read back")]
    NotReadBack,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {} of {TABLE}: {}", self.row, self.why)
    }
}

/// So many members, with so many points together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) members: u64,
    pub(super) points: u64,
}

impl Sum {
    pub(super) fn add(&mut self, points: Points) {
        self.members += 1;
        self.points += u64::from(points.get());
    }
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Report {
    expected: u64,
    written: Sum,
    here: Sum,
    refused: u64,
    /// Kept for programs alone; a person reads each as it comes.
    rows: Vec<Refused>,
    writes: bool,
    json: bool,
    line: Line,
}

impl Report {
    /// Nothing yet, of that many rows.
    pub(super) fn new(expected: u64, writes: bool, json: bool) -> Report {
        let (written, here) = (Sum::default(), Sum::default());
        Report { expected, written, here, refused: 0, rows: Vec::new(), writes, json, line: Line::new() }
    }

    /// A member stands like this.
    pub(super) fn stand(&mut self, row: u32, points: Points, carried: Carried) {
        let why = match carried {
            Carried::Now => return self.count(true, points),
            // Without writing, who is not here yet is who would be written.
            Carried::NotYet if !self.writes => return self.count(true, points),
            Carried::Before => return self.count(false, points),
            Carried::NotYet => Why::NotReadBack,
            Carried::Differently => Why::Differently,
            Carried::NumberTaken => Why::NumberTaken,
        };
        self.refuse(Refused { row, why });
    }

    fn count(&mut self, is_written: bool, points: Points) {
        let sum = if is_written { &mut self.written } else { &mut self.here };
        sum.add(points);
        self.show();
    }

    /// A row is no member here, and why.
    pub(super) fn refuse(&mut self, refused: Refused) {
        self.refused += 1;
        if self.json {
            self.rows.push(refused);
        } else {
            self.line.say(&refused.to_string());
        }
        self.show();
    }

    fn show(&mut self) {
        let Report { expected, written, here, refused, .. } = *self;
        let (written, here) = (written.members, here.members);
        let (rows, done) = (written + here + refused, if self.writes { "written" } else { "to be written" });
        self.line.show(&format!(
            "{rows} of {expected} rows: {written} {done}, {here} already here, {refused} refused"
        ));
    }

    /// All of it; `stopped` says why it did not come to its end.
    pub(super) fn tell(mut self, stopped: Option<&str>) -> Told {
        self.line.show("");
        let code = match (stopped, self.refused) {
            (Some(_), _) => UNKNOWN,
            (None, 1..) => FOUND,
            (None, 0) => 0,
        };
        if let Some(why) = stopped {
            self.line.say(why);
        }
        Told { text: if self.json { as_text(&self.as_json()) } else { self.as_table() }, code }
    }

    fn as_table(&self) -> String {
        let row = |what: &str, rows: u64, points: String| [what.to_owned(), rows.to_string(), points];
        let written = if self.writes { "written" } else { "to be written" };
        let points = |sum: Sum| sum.points.to_string();
        table(
            [TABLE, "rows", "points"],
            &[
                row(written, self.written.members, points(self.written)),
                row("already here", self.here.members, points(self.here)),
                row("refused", self.refused, String::new()),
            ],
        )
    }

    fn as_json(&self) -> Value {
        let sum = |sum: Sum| json!({ "rows": sum.members, "points": sum.points });
        let refused = self.rows.iter();
        let refused = refused.map(|refused| json!({ "row": refused.row, "why": refused.why.to_string() }));
        json!({
            "wrote": self.writes,
            "written": sum(self.written),
            "already_here": sum(self.here),
            "refused": refused.collect::<Vec<_>>(),
        })
    }
}
