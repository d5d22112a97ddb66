//! What came of a migration: how many rows of each table, which were refused, and whose accounts the records name.

use std::collections::BTreeMap;
use std::fmt;

use cafe_core::payment::{RecordId, Vendor, VendorCode};
use serde_json::{Value, json};
use store::Moved;

use super::reference::{Remark, TABLES, Wrong};
use crate::progress::Line;
use crate::table::table;
use crate::told::{FOUND, Told, UNKNOWN, as_text};

/// A row that is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) table: &'static str,
    /// Its id; none where that cannot be made out.
    pub(crate) id: Option<RecordId>,
    /// At which byte of its file it begins.
    pub(crate) at: u64,
    pub(crate) why: Why,
}

/// Why a row is not here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Why {
    #[error(transparent)]
    Wrong(#[from] Wrong),
    #[error("another record has its id here, or it says something else here; that was left")]
    Differently,
    #[error("its source has another record here; that was left")]
    SourceTaken,
    #[error("its payment or stored method has another record here; that was left")]
    UidTaken,
    #[error("what stands here under its id cannot be read")]
    Unreadable,
    #[error("written, it was not there when it was read back")]
    NotReadBack,
    #[error("another row has its id, its source, or its payment or stored method")]
    Twice,
    #[error("its history is not in the export, or cannot be made out")]
    NoHistory,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused { table, id, at, why } = self;
        match id {
            Some(id) => write!(f, "{table} {id}: {why}"),
            None => write!(f, "{table}, the row at byte {at}: {why}"),
        }
    }
}

/// How the rows of one table did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    rows: u64,
    written: u64,
    here: u64,
    refused: u64,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Report {
    counts: BTreeMap<&'static str, Counts>,
    accounts: BTreeMap<(VendorCode, String), u64>,
    remarks: u64,
    /// Kept for programs alone; a person reads each as it comes.
    refused: Vec<Refused>,
    expected: u64,
    writes: bool,
    json: bool,
    line: Line,
}

impl Report {
    /// Nothing yet, of that many rows.
    pub(crate) fn new(expected: u64, writes: bool, json: bool) -> Report {
        Report {
            counts: TABLES.into_iter().map(|table| (table, Counts::default())).collect(),
            accounts: BTreeMap::new(),
            remarks: 0,
            refused: Vec::new(),
            expected,
            writes,
            json,
            line: Line::new(),
        }
    }

    fn count(&mut self, table: &'static str) -> &mut Counts {
        self.counts.entry(table).or_default()
    }

    /// So many rows of a table stand like this.
    pub(crate) fn stand(&mut self, table: &'static str, rows: u64, moved: Moved) {
        let counts = self.count(table);
        counts.rows += rows;
        match moved {
            // Without writing, what is not here yet is what would be written.
            Moved::Now | Moved::NotYet => counts.written += rows,
            Moved::Before | Moved::AndLivesOn => counts.here += rows,
            Moved::Differently | Moved::SourceTaken | Moved::UidTaken => counts.refused += rows,
        }
        self.show();
    }

    /// A row is not here, and why.
    pub(crate) fn refuse(&mut self, refused: Refused) {
        let counts = self.count(refused.table);
        counts.rows += 1;
        counts.refused += 1;
        if self.json {
            self.refused.push(refused);
        } else {
            self.line.say(&refused.to_string());
        }
        self.show();
    }

    /// Something of a row that moves is not as it was.
    pub(crate) fn remark(&mut self, table: &str, id: RecordId, remark: Remark) {
        self.remarks += 1;
        self.line.say(&format!("{table} {id}: {remark}"));
    }

    /// A record names this account.
    pub(crate) fn names(&mut self, vendor: &Vendor) {
        *self.accounts.entry((vendor.code, vendor.store.clone())).or_default() += 1;
    }

    fn show(&mut self) {
        let of = |part: fn(&Counts) -> u64| self.counts.values().map(part).sum::<u64>();
        let (rows, written) = (of(|counts| counts.rows), of(|counts| counts.written));
        let (here, refused) = (of(|counts| counts.here), of(|counts| counts.refused));
        let (expected, done) = (self.expected, if self.writes { "written" } else { "to be written" });
        self.line.show(&format!(
            "{rows} of {expected} rows: {written} {done}, {here} already here, {refused} refused"
        ));
    }

    /// All of it; `stopped` says why it did not come to its end.
    pub(crate) fn tell(mut self, stopped: Option<&str>) -> Told {
        self.line.show("");
        let is_refused = self.counts.values().any(|counts| counts.refused > 0);
        let code = match (stopped, is_refused) {
            (Some(_), _) => UNKNOWN,
            (None, true) => FOUND,
            (None, false) => 0,
        };
        if let Some(why) = stopped {
            self.line.say(why);
        }
        Told { text: if self.json { as_text(&self.as_json()) } else { self.as_table() }, code }
    }

    fn as_table(&self) -> String {
        let row = |(table, counts): (&&str, &Counts)| {
            let Counts { rows, written, here, refused } = counts;
            let [rows, written, here, refused] = [rows, written, here, refused].map(u64::to_string);
            [(*table).to_owned(), rows, written, here, refused]
        };
        let rows: Vec<_> = self.counts.iter().map(row).collect();
        let written = if self.writes { "written" } else { "to be written" };
        let mut text = table(["table", "rows", written, "already here", "refused"], &rows);
        let account = |((vendor, store), records): (&(VendorCode, String), &u64)| {
            [vendor.to_string(), store.clone(), records.to_string()]
        };
        let accounts: Vec<_> = self.accounts.iter().map(account).collect();
        if !accounts.is_empty() {
            text += "\nPAYMENTS_ACCOUNTS needs these, by vendor and store_id:\n";
            text += &table(["vendor", "store_id", "records"], &accounts);
        }
        text
    }

    fn as_json(&self) -> Value {
        let tables = self.counts.iter().map(|(table, counts)| {
            let Counts { rows, written, here, refused } = counts;
            let told = json!({ "rows": rows, "written": written, "already_here": here, "refused": refused });
            ((*table).to_owned(), told)
        });
        let accounts = self.accounts.iter().map(|((vendor, store), records)| {
            json!({ "vendor": vendor.as_str(), "store_id": store, "records": records })
        });
        let refused = self.refused.iter().map(|refused| {
            let id = refused.id.map(|id| id.to_string());
            json!({ "table": refused.table, "id": id, "at_byte": refused.at, "why": refused.why.to_string() })
        });
        json!({
            "wrote": self.writes,
            "tables": tables.collect::<serde_json::Map<_, _>>(),
            "accounts": accounts.collect::<Vec<_>>(),
            "remarks": self.remarks,
            "refused": refused.collect::<Vec<_>>(),
        })
    }
}
