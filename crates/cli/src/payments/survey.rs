//! A first reading of an export: whether it is whole, what is in it, and whether the keys open it. Nothing is written
//! before.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cafe_core::payment::BoxError;

use super::cancels::Cancels;
use super::keys::{self, Keys};
use super::reference::{self, CANCELS, HISTORIES, RESERVATIONS, TABLES, Wrong};
use super::report::Refused;
use crate::dump::{Dump, Row};
use crate::progress::Line;

/// How many rows of a table must not open before its keys count as wrong.
const TRIED_ROWS: u64 = 16;

/// What is in an export.
#[derive(Debug)]
pub(crate) struct Survey {
    /// How many rows each table has.
    pub(crate) rows: BTreeMap<&'static str, u64>,
    /// Where the cancels are.
    pub(crate) cancels: Cancels,
    /// The cancels that name no history.
    pub(crate) refused: Vec<Refused>,
}

/// How the keys of a table did.
#[derive(Default)]
struct Tried {
    rows: u64,
    opened: u64,
}

impl Survey {
    /// Reads all of it.
    ///
    /// # Errors
    /// Where a file is cut off or cannot be read, a table or a column is missing, or keys open none of a table's first rows.
    pub(crate) fn of(dump: &Dump, keys: &Keys) -> Result<Survey, BoxError> {
        let (mut line, mut refused) = (Line::new(), Vec::new());
        let mut counts = BTreeMap::new();
        let mut cancels = Cancels::none_of(dump)?;
        let (mut histories, mut reservations) = (Tried::default(), Tried::default());
        let mut rows = dump.rows(&TABLES);
        while let Some(row) = rows.next() {
            let row = row?;
            let Some(table) = TABLES.into_iter().find(|table| *table == row.head.table) else { continue };
            let count = counts.entry(table).or_insert(0_u64);
            if *count == 0 {
                check_columns(&row, table)?;
            }
            *count += 1;
            match table {
                CANCELS => match history_of(&row) {
                    Ok(history) => cancels.note(history, &row),
                    Err(why) => refused.push(Refused { table, id: None, at: row.at, why: why.into() }),
                },
                HISTORIES => histories.with(&row, &keys.histories),
                _ => reservations.with(&row, &keys.reservations),
            }
            if count.is_multiple_of(1_000) {
                line.show(&format!("{} of {} bytes read", rows.passed(), dump.bytes()));
            }
        }
        histories.say(HISTORIES, keys::HISTORIES)?;
        reservations.say(RESERVATIONS, keys::RESERVATIONS)?;
        let missing: Vec<_> = TABLES.into_iter().filter(|table| !rows.saw(table)).collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(format!(
                "the export has no table {missing}: have all three in it, even those without a row"
            )
            .into());
        }
        cancels.sort();
        Ok(Survey { rows: counts, cancels, refused })
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table: &str) -> u64 {
        self.rows.get(table).copied().unwrap_or_default()
    }

    /// What will be written, and where.
    pub(crate) fn tell(&self, table: &str) -> String {
        let mut told = String::new();
        for of in TABLES {
            // Writing to a string cannot fail.
            let _ = writeln!(told, "{of:23}  {} rows", self.count(of));
        }
        told + &format!("go to the table {table}; what is there already stays as it is\n")
    }
}

fn history_of(row: &Row) -> Result<cafe_core::payment::RecordId, Wrong> {
    reference::id(&row.cells()?, "payment_history_id")
}

/// A column that is missing is missing in every row.
fn check_columns(row: &Row, table: &str) -> Result<(), BoxError> {
    let has = |column: &&&str| row.head.columns.iter().any(|name| name == **column);
    match reference::columns(table).iter().find(|column| !has(column)) {
        Some(missing) => Err(format!("the export of {table} has no column {missing}").into()),
        None => Ok(()),
    }
}

impl Tried {
    fn with(&mut self, row: &Row, keys: &sealed::Pair) {
        if self.rows < TRIED_ROWS {
            self.rows += 1;
            self.opened += u64::from(row.cells().is_ok_and(|cells| reference::opens(&cells, keys)));
        }
    }

    fn say(&self, table: &str, name: &str) -> Result<(), BoxError> {
        if self.rows > 0 && self.opened == 0 {
            let Tried { rows, .. } = self;
            return Err(format!("{name}_KEY and {name}_IV open none of the first {rows} rows of {table}: they are another server's").into());
        }
        Ok(())
    }
}
