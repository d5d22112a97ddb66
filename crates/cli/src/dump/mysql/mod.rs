//! The rows of a MySQL dump's tables: what mysqldump, mariadb-dump and phpMyAdmin write.
//!
//! [Their statements](https://dev.mysql.com/doc/refman/8.4/en/mysqldump.html): `CREATE TABLE` names a table's columns, and
//! an `INSERT` has many of its rows. One statement at a time is in memory.

mod insert;
mod statements;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::BufRead;
use std::sync::Arc;

pub(super) use self::insert::cells;
use self::insert::{Said, read};
use self::statements::{Next, Statement, Statements};
use super::lines::Lines;
use super::{BadDump, Head, Part, Row};

/// Charsets in which a number and its points are what they are in UTF-8.
const READABLE: [&str; 6] = ["utf8mb4", "utf8mb3", "utf8", "ascii", "binary", "default"];

/// A dump that is being read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    statements: Statements,
    /// The columns of the tables that were made so far.
    columns: BTreeMap<String, Vec<String>>,
    /// Rows of the last statement that nobody took yet.
    rows: VecDeque<Row>,
}

impl Reading {
    /// The next row of a table that is wanted.
    pub(super) fn row<R: BufRead>(
        &mut self,
        lines: &mut Lines<R>,
        (part, number): (&Part, usize),
        is_wanted: impl Fn(&str) -> bool,
        seen: &mut BTreeSet<String>,
    ) -> Result<Option<Row>, BadDump> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Ok(Some(row));
            }
            let statement = match self.statements.next(lines).map_err(|error| part.unreadable(error))? {
                Next::Statement(statement) => statement,
                Next::End => return Ok(None),
                Next::CutOff => return Err(part.cut_off("its statements")),
            };
            self.take(&statement, (part, number), &is_wanted, seen)?;
        }
    }

    fn take(
        &mut self,
        Statement { at, text }: &Statement,
        (part, number): (&Part, usize),
        is_wanted: impl Fn(&str) -> bool,
        seen: &mut BTreeSet<String>,
    ) -> Result<(), BadDump> {
        let path = || part.path.clone();
        match read(text) {
            Said::Encoding(encoding) if !READABLE.iter().any(|one| encoding.eq_ignore_ascii_case(one)) => {
                return Err(BadDump::Encoding { path: path(), encoding, how: part.format.how() });
            }
            Said::Table { table, columns } if is_wanted(&table) => {
                seen.insert(table.clone());
                self.columns.insert(table, columns);
            }
            Said::Rows { table, columns, rows } if is_wanted(&table) => {
                let columns = columns.or_else(|| self.columns.get(&table).cloned());
                let columns =
                    columns.ok_or_else(|| BadDump::NoColumns { path: path(), table: table.clone() })?;
                let format = part.format;
                let head = Arc::new(Head { table: table.clone(), columns, part: number, format });
                for row in rows {
                    let garbled = |_| BadDump::Garbled { path: path(), table: table.clone(), at: *at };
                    let raw = row.map_err(garbled)?.to_vec();
                    self.rows.push_back(Row { head: head.clone(), at: *at, raw });
                }
                seen.insert(table);
            }
            Said::Encoding(_) | Said::Table { .. } | Said::Rows { .. } | Said::Other => {}
        }
        Ok(())
    }
}
