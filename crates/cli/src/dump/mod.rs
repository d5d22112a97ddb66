//! Tables that another server exported, row by row: a dump in plain SQL, of PostgreSQL's or MySQL's, or a file of CSV for
//! each table. None is ever in memory as a whole.

mod copy;
mod csv;
mod lines;
mod mysql;

use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::lines::Lines;

/// How the rows of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// The text format of PostgreSQL's `COPY`, as `pg_dump` writes it between its statements.
    Copy,
    /// What PostgreSQL's `\copy … csv header` writes.
    Csv,
    /// Statements, as mysqldump writes them.
    MySql,
}

impl Format {
    /// How to make one that can be read.
    const fn how(self) -> &'static str {
        match self {
            Format::Copy => "have it made with pg_dump --format=plain --encoding=UTF8, and unpacked",
            Format::Csv => "have it written as CSV in UTF-8",
            Format::MySql => {
                "have it made with mysqldump --default-character-set=utf8mb4 --result-file=FILE, and unpacked"
            }
        }
    }
}

/// One file of an export.
#[derive(Clone, Debug)]
struct Part {
    path: PathBuf,
    format: Format,
    /// Which table a file of CSV is; where nothing is said, the one that it is called by.
    table: Option<&'static str>,
}

/// An export: a file, or those of a directory.
#[derive(Clone, Debug)]
pub(crate) struct Dump {
    parts: Vec<Part>,
    bytes: u64,
}

/// A table's columns, as one file has them.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) table: String,
    pub(crate) columns: Vec<String>,
    part: usize,
    format: Format,
}

/// One row, as it stands in its file.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) head: Arc<Head>,
    /// At which of its file's bytes it begins; in a dump of MySQL's, its statement.
    pub(crate) at: u64,
    raw: Vec<u8>,
}

/// What a row says, column by column.
#[derive(Debug)]
pub(crate) struct Cells {
    head: Arc<Head>,
    values: Vec<Option<String>>,
}

/// Why a row cannot be made out. Those after it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("it is no UTF-8")]
    NoText,
    #[error("it ends with half an escape")]
    HalfAnEscape,
    #[error("one of its values cannot be made out")]
    NoValue,
    #[error("it has {found} values for {expected} columns")]
    Values { expected: usize, found: usize },
}

/// Why an export cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadDump {
    #[error("{0} cannot be read")]
    Unreadable(PathBuf, #[source] io::Error),
    #[error("{0} has neither a dump (.sql) nor tables (.csv) in it")]
    Nothing(PathBuf),
    #[error("{path} is no plain text: {how}")]
    NoText { path: PathBuf, how: &'static str },
    #[error("{path} is written in {encoding}: {how}")]
    Encoding { path: PathBuf, encoding: String, how: &'static str },
    #[error("{path} does not say which columns {table} has: have it made with mysqldump --complete-insert")]
    NoColumns { path: PathBuf, table: String },
    #[error("{path} has a statement for {table}, at byte {at}, that cannot be made out")]
    Garbled { path: PathBuf, table: String, at: u64 },
    #[error("{path} has the rows of {table} as INSERTs: have it made without --inserts")]
    Inserts { path: PathBuf, table: String },
    #[error("{path} ends in the middle of {table}: it was cut off, so have it made again")]
    CutOff { path: PathBuf, table: String },
}

impl Row {
    /// What it says.
    ///
    /// # Errors
    /// [`Broken`] where that cannot be made out.
    pub(crate) fn cells(&self) -> Result<Cells, Broken> {
        let values = match self.head.format {
            Format::Copy => copy::cells(&self.raw)?,
            Format::Csv => csv::cells(&self.raw)?,
            Format::MySql => mysql::cells(&self.raw)?,
        };
        let (expected, found) = (self.head.columns.len(), values.len());
        if expected != found {
            return Err(Broken::Values { expected, found });
        }
        Ok(Cells { head: self.head.clone(), values })
    }
}

impl Cells {
    /// What stands in that column; nothing where it is null, or the table has none.
    pub(crate) fn get(&self, column: &str) -> Option<&str> {
        let place = self.head.columns.iter().position(|name| name == column)?;
        self.values.get(place)?.as_deref()
    }
}

impl Dump {
    /// Finds the files: the one of that path, or those of the directory.
    ///
    /// # Errors
    /// [`BadDump`] where there are none that can be read.
    pub(crate) fn at(path: &Path) -> Result<Dump, BadDump> {
        let unreadable = |error| BadDump::Unreadable(path.to_owned(), error);
        let mut paths = vec![path.to_owned()];
        if fs::metadata(path).map_err(unreadable)?.is_dir() {
            let entries = fs::read_dir(path).map_err(unreadable)?;
            paths = entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<_, _>>()
                .map_err(unreadable)?;
            paths.retain(|path| ends_with(path, "csv") || ends_with(path, "sql"));
            paths.sort();
        }
        if paths.is_empty() {
            return Err(BadDump::Nothing(path.to_owned()));
        }
        Dump::of(paths, Format::Copy, None)
    }

    /// The file of that path: a dump of MySQL's, or the rows of that one table as CSV, whatever the file is called.
    ///
    /// # Errors
    /// [`BadDump`] where it cannot be read.
    pub(crate) fn of_mysql(path: &Path, table: &'static str) -> Result<Dump, BadDump> {
        Dump::of(vec![path.to_owned()], Format::MySql, Some(table))
    }

    fn of(paths: Vec<PathBuf>, sql: Format, table: Option<&'static str>) -> Result<Dump, BadDump> {
        let part = |path: PathBuf| {
            let format = if ends_with(&path, "csv") { Format::Csv } else { sql };
            Part { path, format, table }
        };
        let parts: Vec<Part> = paths.into_iter().map(part).collect();
        let mut bytes = 0;
        for part in &parts {
            bytes += part.check()?;
        }
        Ok(Dump { parts, bytes })
    }

    /// How long all files are together.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The rows of these tables, as they stand.
    pub(crate) fn rows(&self, wanted: &'static [&'static str]) -> Rows {
        Rows {
            parts: self.parts.iter().cloned().enumerate().collect(),
            wanted,
            open: None,
            seen: BTreeSet::new(),
            is_over: false,
            passed: 0,
        }
    }

    /// Opens the files for reading single rows.
    ///
    /// # Errors
    /// [`BadDump`] where one cannot be opened.
    pub(crate) fn pick(&self) -> Result<Pick, BadDump> {
        let opened = self.parts.iter().map(|part| Ok((part.clone(), part.open()?)));
        opened.collect::<Result<_, _>>().map(Pick)
    }
}

fn ends_with(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

impl Part {
    /// Looks at the beginning of a file, and gives its length.
    fn check(&self) -> Result<u64, BadDump> {
        let unreadable = |error| self.unreadable(error);
        let file = File::open(&self.path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let mut start = Vec::new();
        file.take(512).read_to_end(&mut start).map_err(unreadable)?;
        // What pg_dump's own format, an archive, a packed file or UTF-16 has, and no text.
        let is_text =
            !start.starts_with(b"PGDMP") && !start.contains(&0) && !start.starts_with(&[0x1f, 0x8b]);
        if is_text { Ok(length) } else { Err(self.no_text()) }
    }

    fn no_text(&self) -> BadDump {
        BadDump::NoText { path: self.path.clone(), how: self.format.how() }
    }

    fn open(&self) -> Result<BufReader<File>, BadDump> {
        File::open(&self.path).map(BufReader::new).map_err(|error| self.unreadable(error))
    }

    fn unreadable(&self, error: io::Error) -> BadDump {
        BadDump::Unreadable(self.path.clone(), error)
    }

    fn cut_off(&self, table: &str) -> BadDump {
        BadDump::CutOff { path: self.path.clone(), table: table.to_owned() }
    }

    /// The table that a file of CSV is called by: `payment_histories.csv`, `public.payment_histories.csv`.
    fn table(&self) -> String {
        if let Some(table) = self.table {
            return table.to_owned();
        }
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        stem.rsplit('.').next().unwrap_or_default().to_owned()
    }
}

/// One row's bytes, without the end of its line. None at the end of the file.
fn raw<R: BufRead>(
    lines: &mut Lines<R>,
    part: &Part,
    table: &str,
) -> Result<Option<(u64, Vec<u8>)>, BadDump> {
    let (mut row, mut begins, mut is_whole) = (Vec::new(), None, true);
    loop {
        let Some((at, line)) = lines.next().map_err(|error| part.unreadable(error))? else {
            return if begins.is_none() { Ok(None) } else { Err(part.cut_off(table)) };
        };
        // PostgreSQL ends every line, the last one too.
        if !line.is_ended {
            return Err(part.cut_off(table));
        }
        begins.get_or_insert(at);
        row.extend_from_slice(&line.text);
        is_whole = match part.format {
            Format::Copy | Format::MySql => true,
            Format::Csv => is_whole == csv::is_whole(&line.text),
        };
        if is_whole {
            return Ok(begins.map(|at| (at, row)));
        }
        if row.len() as u64 > lines::MOST {
            return Err(part.unreadable(lines::too_long()));
        }
        row.extend_from_slice(line.end());
    }
}

/// The rows of some tables, as they stand in the files.
#[derive(Debug)]
pub(crate) struct Rows {
    parts: VecDeque<(usize, Part)>,
    wanted: &'static [&'static str],
    open: Option<Open>,
    seen: BTreeSet<String>,
    is_over: bool,
    passed: u64,
}

/// A file that is being read, and in which table it is.
#[derive(Debug)]
struct Open {
    part: Part,
    number: usize,
    lines: Lines<BufReader<File>>,
    table: Option<Arc<Head>>,
    mysql: mysql::Reading,
}

impl Rows {
    /// How many bytes of all files were read.
    pub(crate) fn passed(&self) -> u64 {
        self.passed + self.open.as_ref().map_or(0, |open| open.lines.at())
    }

    /// Whether the table was there, if only without a row.
    pub(crate) fn saw(&self, table: &str) -> bool {
        self.seen.contains(table)
    }

    fn step(&mut self) -> Result<Option<Row>, BadDump> {
        loop {
            let Some(mut open) = self.open.take() else {
                let Some((number, part)) = self.parts.pop_front() else { return Ok(None) };
                let (lines, mysql) = (Lines::of(part.open()?), mysql::Reading::default());
                self.open = Some(Open { lines, part, number, table: None, mysql });
                continue;
            };
            let is_wanted = |table: &str| self.wanted.contains(&table);
            let row = match open.part.format {
                Format::Copy => open.row_of_dump(is_wanted, &mut self.seen)?,
                Format::Csv => open.row_of_table(is_wanted, &mut self.seen)?,
                Format::MySql => {
                    let Open { mysql, lines, part, number, .. } = &mut open;
                    mysql.row(lines, (part, *number), is_wanted, &mut self.seen)?
                }
            };
            if row.is_some() {
                self.open = Some(open);
                return Ok(row);
            }
            self.passed += open.lines.at();
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, BadDump>;

    fn next(&mut self) -> Option<Result<Row, BadDump>> {
        if self.is_over {
            return None;
        }
        let row = self.step().transpose();
        self.is_over = !matches!(row, Some(Ok(_)));
        row
    }
}

impl Open {
    /// The next row that is wanted between the statements of a dump.
    fn row_of_dump(
        &mut self,
        is_wanted: impl Fn(&str) -> bool,
        seen: &mut BTreeSet<String>,
    ) -> Result<Option<Row>, BadDump> {
        loop {
            let inside = self.table.clone();
            let name = inside.as_ref().map_or("its statements", |head| &*head.table);
            let Some((at, line)) = raw(&mut self.lines, &self.part, name)? else {
                return if inside.is_some() { Err(self.part.cut_off(name)) } else { Ok(None) };
            };
            match inside {
                Some(_) if line == b"\\." => self.table = None,
                Some(head) if is_wanted(&head.table) => return Ok(Some(Row { head, at, raw: line })),
                Some(_) => {}
                None => {
                    self.statement(&line, &is_wanted)?;
                    seen.extend(self.table.as_ref().map(|head| head.table.clone()));
                }
            }
        }
    }

    fn statement(&mut self, line: &[u8], is_wanted: impl Fn(&str) -> bool) -> Result<(), BadDump> {
        let Ok(line) = std::str::from_utf8(line) else { return Ok(()) };
        let path = || self.part.path.clone();
        if let Some(encoding) = copy::encoding(line).filter(|encoding| !copy::is_utf8(encoding)) {
            let (encoding, how) = (encoding.to_owned(), Format::Copy.how());
            return Err(BadDump::Encoding { path: path(), encoding, how });
        }
        if let Some(table) = copy::inserts(line).filter(|table| is_wanted(table)) {
            return Err(BadDump::Inserts { path: path(), table });
        }
        if let Some((table, columns)) = copy::begins(line) {
            self.table = Some(Arc::new(Head { table, columns, part: self.number, format: Format::Copy }));
        }
        Ok(())
    }

    /// The next row of a file of CSV, if its table is wanted.
    fn row_of_table(
        &mut self,
        is_wanted: impl Fn(&str) -> bool,
        seen: &mut BTreeSet<String>,
    ) -> Result<Option<Row>, BadDump> {
        let table = self.part.table();
        if !is_wanted(&table) {
            return Ok(None);
        }
        if self.table.is_none() {
            let Some((_, first)) = raw(&mut self.lines, &self.part, &table)? else { return Ok(None) };
            let columns = csv::cells(first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&first));
            let columns = columns.map_err(|_| self.part.no_text())?;
            let columns = columns.into_iter().map(Option::unwrap_or_default).collect();
            let head = Head { table: table.clone(), columns, part: self.number, format: Format::Csv };
            self.table = Some(Arc::new(head));
            seen.insert(table.clone());
        }
        let row = raw(&mut self.lines, &self.part, &table)?;
        Ok(row.zip(self.table.clone()).map(|((at, raw), head)| Row { head, at, raw }))
    }
}

/// The files of an export, to read single rows from.
#[derive(Debug)]
pub(crate) struct Pick(Vec<(Part, BufReader<File>)>);

impl Pick {
    /// The row of that table that begins at that byte, as [`Row::at`] said.
    ///
    /// # Errors
    /// [`BadDump`] where it cannot be read, or is not there any more.
    pub(crate) fn row(&mut self, head: &Arc<Head>, at: u64) -> Result<Row, BadDump> {
        let gone = || io::Error::other("the file has changed while it was read");
        let Some((part, file)) = self.0.get_mut(head.part) else {
            return Err(BadDump::Unreadable(PathBuf::from(&head.table), gone()));
        };
        file.seek(SeekFrom::Start(at)).map_err(|error| part.unreadable(error))?;
        let row = raw(&mut Lines::of(file), part, &head.table)?;
        let (_, raw) = row.ok_or_else(|| part.unreadable(gone()))?;
        Ok(Row { head: head.clone(), at, raw })
    }
}

#[cfg(test)]
mod tests;
