//! The migration itself: each row read, checked, written if it is not here, read back, and counted.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

use cafe_core::payment::{BoxError, History, PasswordHash, RecordId, Reservation, StoreError, Vendor};
use functions::service::messenger::Reach;
use futures_util::{StreamExt as _, stream};
use store::{DynamoRecords, Moved, Moving};

use super::cancels::Cancels;
use super::keys::Keys;
use super::reference::{self, CANCELS, Good, HISTORIES, RESERVATIONS, Remark};
use super::report::{Refused, Report, Why};
use super::survey::Survey;
use crate::dump::{BadDump, Dump, Row, Rows};
use crate::told::{Told, explain};

/// How many records are on their way at a time: the table answers in milliseconds, and need not be waited for one by one.
const AT_ONCE: usize = 16;

/// What is moved, and where to.
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) dump: Dump,
    pub(crate) keys: Keys,
    pub(crate) records: DynamoRecords,
    pub(crate) reach: Reach,
    pub(crate) writes: bool,
    pub(crate) json: bool,
}

/// A row, and what it is here.
#[derive(Debug)]
struct Arrived {
    table: &'static str,
    at: u64,
    /// How many rows of cancels came with it.
    cancels: u64,
    record: Record,
    password: PasswordHash,
    remarks: Vec<Remark>,
}

#[derive(Debug)]
enum Record {
    History(Box<History>),
    Reservation(Box<Reservation>),
}

impl Record {
    fn moving(&self) -> Moving<'_> {
        match self {
            Record::History(history) => Moving::History(history),
            Record::Reservation(reservation) => Moving::Reservation(reservation),
        }
    }

    fn known_by(&self) -> (RecordId, &cafe_core::payment::Source, &Vendor) {
        match self {
            Record::History(history) => (history.id, &history.source, &history.vendor),
            Record::Reservation(reservation) => (reservation.id, &reservation.source, &reservation.vendor),
        }
    }
}

/// A row that was read: a record, or none, with so many cancels.
type Read = Result<Arrived, (Refused, u64)>;

impl Migration {
    /// Moves all of it.
    ///
    /// # Errors
    /// Where the table cannot be asked, or was sealed with another key: nothing was written.
    pub(crate) async fn run(&self, surveyed: Survey) -> Result<Told, BoxError> {
        if !self.records.opens_what_is_here().await? {
            return Err("what is in the table was sealed with another key than PAYMENTS_STORE_KEY".into());
        }
        let Survey { rows, mut cancels, refused } = surveyed;
        let mut report = Report::new(rows.values().sum(), self.writes, self.json);
        for refused in refused {
            report.refuse(refused);
        }
        let mut seen = Seen::default();
        let stopped = self.bring_all(&mut cancels, &mut seen, &mut report).await.err();
        if stopped.is_none() {
            for history in cancels.left() {
                report.refuse(Refused { table: CANCELS, id: Some(history), at: 0, why: Why::NoHistory });
            }
        }
        let stopped = stopped.map(|error| {
            format!("it stopped: {}\nwhat was written stays; run it again, and it goes on", explain(&*error))
        });
        Ok(report.tell(stopped.as_deref()))
    }

    async fn bring_all(
        &self,
        cancels: &mut Cancels,
        seen: &mut Seen,
        report: &mut Report,
    ) -> Result<(), BoxError> {
        let rows = self.dump.rows(&[HISTORIES, RESERVATIONS]);
        let reading = Reading { rows, cancels, keys: &self.keys, reach: self.reach };
        let mut brought = stream::iter(reading).map(|read| self.bring(read)).buffer_unordered(AT_ONCE);
        while let Some(brought) = brought.next().await {
            match brought? {
                Ok((arrived, moved)) => self.note(&arrived, moved, seen, report),
                Err((refused, with_it)) => {
                    report.stand(CANCELS, with_it, Moved::Differently);
                    report.refuse(refused);
                }
            }
        }
        Ok(())
    }

    async fn bring(
        &self,
        read: Result<Read, BadDump>,
    ) -> Result<Result<(Arrived, Moved), (Refused, u64)>, BoxError> {
        let arrived = match read? {
            Ok(arrived) => arrived,
            Err(refused) => return Ok(Err(refused)),
        };
        let moving = arrived.record.moving();
        let moved = if self.writes {
            self.records.move_in(moving, &arrived.password).await
        } else {
            self.records.how_it_stands(moving, &arrived.password).await
        };
        match moved {
            Ok(moved) => Ok(Ok((arrived, moved))),
            Err(StoreError::Unreadable { .. }) => {
                Ok(Err((arrived.refused(Why::Unreadable), arrived.cancels)))
            }
            Err(error @ StoreError::Unavailable(_)) => Err(error.into()),
        }
    }

    fn note(&self, arrived: &Arrived, moved: Moved, seen: &mut Seen, report: &mut Report) {
        let (id, _, vendor) = arrived.record.known_by();
        let why = match moved {
            Moved::Differently => Some(Why::Differently),
            Moved::SourceTaken => Some(Why::SourceTaken),
            Moved::UidTaken => Some(Why::UidTaken),
            Moved::NotYet if self.writes => Some(Why::NotReadBack),
            // The table would refuse the second one of two rows; without writing it cannot.
            Moved::NotYet if !seen.is_new(arrived) => Some(Why::Twice),
            Moved::Now | Moved::Before | Moved::AndLivesOn | Moved::NotYet => None,
        };
        if let Some(why) = why {
            report.stand(CANCELS, arrived.cancels, Moved::Differently);
            return report.refuse(arrived.refused(why));
        }
        report.stand(CANCELS, arrived.cancels, moved);
        report.stand(arrived.table, 1, moved);
        report.names(vendor);
        for remark in &arrived.remarks {
            report.remark(arrived.table, id, *remark);
        }
    }
}

impl Arrived {
    fn refused(&self, why: Why) -> Refused {
        let (id, ..) = self.record.known_by();
        Refused { table: self.table, id: Some(id), at: self.at, why }
    }
}

/// The rows of an export, as what they are here.
struct Reading<'a> {
    rows: Rows,
    cancels: &'a mut Cancels,
    keys: &'a Keys,
    reach: Reach,
}

impl Iterator for Reading<'_> {
    type Item = Result<Read, BadDump>;

    fn next(&mut self) -> Option<Result<Read, BadDump>> {
        Some(self.rows.next()?.and_then(|row| self.read(&row)))
    }
}

impl Reading<'_> {
    fn read(&mut self, row: &Row) -> Result<Read, BadDump> {
        let is_history = row.head.table == HISTORIES;
        let table = if is_history { HISTORIES } else { RESERVATIONS };
        let refused = |id, why: reference::Wrong| Refused { table, id, at: row.at, why: why.into() };
        let (cells, id) = match row.cells().map_err(Into::into).and_then(|cells| {
            let id = reference::id(&cells, "id")?;
            Ok((cells, id))
        }) {
            Ok(known) => known,
            Err(wrong) => return Ok(Err((refused(None, wrong), 0))),
        };
        let cancels = if is_history { self.cancels.of(id)? } else { Vec::new() };
        let with_it = cancels.len() as u64;
        let arrived = |record, password, remarks| Arrived {
            table,
            at: row.at,
            cancels: with_it,
            record,
            password,
            remarks,
        };
        let read = if is_history {
            reference::history(&cells, &cancels, &self.keys.histories, self.reach).map(
                |Good { record, password, remarks }| {
                    arrived(Record::History(record.into()), password, remarks)
                },
            )
        } else {
            reference::reservation(&cells, &self.keys.reservations).map(
                |Good { record, password, remarks }| {
                    arrived(Record::Reservation(record.into()), password, remarks)
                },
            )
        };
        Ok(read.map_err(|wrong| (refused(Some(id), wrong), with_it)))
    }
}

/// What records a run without writing has met, by hashes: eight bytes for each name of a record.
#[derive(Debug, Default)]
struct Seen {
    hashes: HashSet<u64>,
    state: RandomState,
}

impl Seen {
    fn is_new(&mut self, arrived: &Arrived) -> bool {
        let (id, source, vendor) = arrived.record.known_by();
        let row = source.id.to_ascii_lowercase();
        let names = [
            self.state.hash_one((arrived.table, id)),
            self.state.hash_one((arrived.table, &source.schema, &source.table, row)),
            self.state.hash_one((arrived.table, vendor.code, &vendor.uid)),
        ];
        // All three count, whichever was met before.
        names.into_iter().filter(|name| !self.hashes.insert(*name)).count() == 0
    }
}
