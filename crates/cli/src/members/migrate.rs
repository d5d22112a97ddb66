//! `cafe members migrate`: carries the members of the cafe's system before this one over, each with the points that they
//! had there.

use std::collections::HashMap;
use std::path::PathBuf;

use cafe_core::cafe::{CarriedMember, Phone, Points};
use cafe_core::payment::{BoxError, StoreError};
use clap::Args;
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use store::{Books, Carried, DynamoStore, Tables};

use super::Desk;
use super::cafe_point::{Columns, Named, Said, TABLE};
use super::report::{Refused, Report, Sum, Why};
use crate::ask::agree;
use crate::dump::{BadDump, Dump, Row};
use crate::told::{Told, explain};

/// How many members are on their way at a time.
const AT_ONCE: usize = 16;

/// Who is to be carried over.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// A dump of mysqldump's with the table `cafe_point`, or a CSV file (`.csv`) of that table, whose first line names
    /// the columns.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The column that has the phone numbers, where its name does not say it.
    #[arg(long, value_name = "NAME")]
    phone_column: Option<String>,
    /// The column that has the points, where its name does not say it.
    #[arg(long, value_name = "NAME")]
    points_column: Option<String>,
    /// Reads, checks and compares all rows, and writes nothing.
    #[arg(long)]
    check: bool,
    /// Does not ask.
    #[arg(long)]
    yes: bool,
}

/// What members are carried over with.
pub(crate) struct Migration<'a> {
    pub(crate) desk: &'a Desk<'a>,
    pub(crate) store: &'a DynamoStore,
    pub(crate) books: Books,
    pub(crate) tables: Tables,
}

/// A first reading of the file: nothing is written before.
struct Survey {
    rows: u64,
    columns: Columns,
    /// Who is in it, as far as the file is right by itself.
    sum: Sum,
    numbers: HashMap<u64, Found>,
}

/// A number that is in the file.
struct Found {
    /// In which row first.
    first: u32,
    /// In how many.
    times: u32,
    /// The points of that first row, where they are right.
    points: Option<Points>,
}

impl Survey {
    fn of(dump: &Dump, named: &Named) -> Result<Survey, BoxError> {
        let (mut rows, mut count) = (dump.rows(&[TABLE]), 0_u32);
        let (mut columns, mut numbers) = (None, HashMap::new());
        for row in rows.by_ref() {
            let row = row?;
            count = count.checked_add(1).ok_or("the table has more rows than can be numbered")?;
            let columns = match &columns {
                Some(columns) => columns,
                None => columns.insert(Columns::of(&row.head, named)?),
            };
            let Said { phone: Ok(phone), points } = columns.read(&row) else { continue };
            let fresh = || Found { first: count, times: 0, points: points.ok() };
            numbers.entry(digits(&phone)).or_insert_with(fresh).times += 1;
        }
        if !rows.saw(TABLE) {
            return Err(format!("there is no table {TABLE} in the file").into());
        }
        let columns = columns.ok_or_else(|| format!("{TABLE} has no row"))?;
        let mut sum = Sum::default();
        // A number in several rows is refused in all of them.
        numbers
            .values()
            .filter(|found| found.times == 1)
            .filter_map(|found| found.points)
            .for_each(|points| sum.add(points));
        Ok(Survey { rows: count.into(), columns, sum, numbers })
    }
}

/// A number as a number: no two telephones have the same.
fn digits(phone: &Phone) -> u64 {
    phone.reveal().bytes().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

impl Migration<'_> {
    /// Carries all of a file's members over.
    ///
    /// # Errors
    /// Where the file cannot be read, the key is another than members here are kept under, or the owner does not agree:
    /// nothing was written. Where the tables do not answer any more, what was written stays, and the same command goes on.
    pub(crate) async fn run(&self, wanted: Wanted) -> Result<Told, BoxError> {
        let dump = Dump::of_mysql(&wanted.from, TABLE)?;
        let named = Named { phone: wanted.phone_column, points: wanted.points_column };
        let survey = Survey::of(&dump, &named)?;
        let Desk { key, json, .. } = self.desk;
        if !self.books.is_kept_under(key).await? {
            return Err("the members who are here were sealed with another phone key".into());
        }
        let writes = !wanted.check;
        if writes {
            let Survey { rows, sum, .. } = &survey;
            let told = format!(
                "{TABLE}  {rows} rows, {} members with {} points together\n\
                 go to the tables {} and {}; whoever is there already stays as they are\n",
                sum.members, sum.points, self.tables.members, self.tables.ledger
            );
            agree(&told, "Write them?", wanted.yes)?;
        }
        let mut report = Report::new(survey.rows, writes, *json);
        let stopped = self.carry_all(&dump, &survey, writes, &mut report).await.err();
        let stopped = stopped.map(|error| {
            format!("it stopped: {}\nwhat was written stays; run it again, and it goes on", explain(&*error))
        });
        Ok(report.tell(stopped.as_deref()))
    }

    async fn carry_all(
        &self,
        dump: &Dump,
        survey: &Survey,
        writes: bool,
        report: &mut Report,
    ) -> Result<(), BoxError> {
        let (rows, now) = (dump.rows(&[TABLE]).zip(1_u32..), self.desk.world.now());
        let carried = stream::iter(rows).map(|(row, number)| self.carry(row, number, survey, now, writes));
        let mut carried = carried.buffered(AT_ONCE);
        while let Some(carried) = carried.next().await {
            match carried? {
                Ok((row, points, carried)) => report.stand(row, points, carried),
                Err(refused) => report.refuse(refused),
            }
        }
        Ok(())
    }

    async fn carry(
        &self,
        row: Result<Row, BadDump>,
        number: u32,
        survey: &Survey,
        now: Timestamp,
        writes: bool,
    ) -> Result<Result<(u32, Points, Carried), Refused>, BoxError> {
        let refused = |why| Ok(Err(Refused { row: number, why }));
        let Said { phone, points } = survey.columns.read(&row?);
        let phone = match phone {
            Ok(phone) => phone,
            Err(wrong) => return refused(wrong.into()),
        };
        if let Some(Found { first, times: times @ 2.., .. }) = survey.numbers.get(&digits(&phone)) {
            return refused(Why::Repeated { times: *times, first: *first });
        }
        let points = match points {
            Ok(points) => points,
            Err(wrong) => return refused(wrong.into()),
        };
        let Desk { key, world, .. } = self.desk;
        let sealed = key.seal(&phone, world.random())?;
        let member = CarriedMember { id: key.tag(&phone), phone: sealed, points, carried_at: now };
        let carried =
            if writes { self.store.carry(&member).await } else { self.store.how_they_stand(&member).await };
        match carried {
            Ok(carried) => Ok(Ok((number, points, carried))),
            Err(StoreError::Unreadable { .. }) => refused(Why::Unreadable),
            Err(error @ StoreError::Unavailable(_)) => Err(error.into()),
        }
    }
}
