//! The table `cafe_point` of the cafe's system before this one: which of its columns are the number and the points, and
//! what a row says.

use cafe_core::cafe::{Phone, Points};
use openbuilder::PhoneNumber;

use crate::dump::{Broken, Head, Row};

/// What the table is called.
pub(super) const TABLE: &str = "cafe_point";

/// What is in the name of a column that has numbers.
const PHONE: Words =
    Words { whole: &["phone", "tel", "hp"], within: &["phone", "mobile", "전화", "휴대", "연락처"] };

/// What is in the name of a column that has points.
const POINTS: Words = Words { whole: &["point", "points"], within: &["point", "포인트"] };

struct Words {
    whole: &'static [&'static str],
    within: &'static [&'static str],
}

/// The names of the two columns that matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    phone: String,
    points: String,
}

/// Which columns the owner has named.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) phone: Option<String>,
    pub(super) points: Option<String>,
}

/// A table that does not say which of its columns it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("which column of {TABLE} has the {what} is not to be seen: name it with {option}. It has {columns}")]
pub(super) struct NoSuchColumn {
    what: &'static str,
    option: &'static str,
    columns: String,
}

/// Why a row is no member. It does not repeat what is in the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Wrong {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error("its number is none of a Korean mobile telephone")]
    NoPhone,
    #[error("it has no points, not even 0")]
    NoPoints,
    #[error("its points are below zero")]
    BelowZero,
    #[error("its points are no whole number")]
    NoWholeNumber,
    #[error("its points are more than fit")]
    TooMany,
}

impl Columns {
    /// Those that the owner has named, or else those whose names say it.
    ///
    /// # Errors
    /// [`NoSuchColumn`] where there is none, or more than one.
    pub(super) fn of(head: &Head, named: &Named) -> Result<Columns, NoSuchColumn> {
        let find = |named: Option<&str>, words, what, option| {
            let found = match named {
                Some(named) => head.columns.iter().find(|column| *column == named),
                None => one_of(&head.columns, &words),
            };
            let columns = names(&head.columns);
            found.cloned().ok_or(NoSuchColumn { what, option, columns })
        };
        Ok(Columns {
            phone: find(named.phone.as_deref(), PHONE, "numbers", "--phone-column")?,
            points: find(named.points.as_deref(), POINTS, "points", "--points-column")?,
        })
    }

    /// What a row says: whose points they are, and how many.
    pub(super) fn read(&self, row: &Row) -> Said {
        let cells = match row.cells() {
            Ok(cells) => cells,
            Err(broken) => return Said { phone: Err(broken.into()), points: Err(broken.into()) },
        };
        Said { phone: phone(cells.get(&self.phone)), points: points(cells.get(&self.points)) }
    }
}

/// What a row says, of which each may be wrong by itself.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) phone: Result<Phone, Wrong>,
    pub(super) points: Result<Points, Wrong>,
}

/// What the columns are called. A file whose first line is a row already has somebody's number there.
fn names(columns: &[String]) -> String {
    let is_a_name = |column: &String| column.bytes().filter(u8::is_ascii_digit).count() < 3;
    if columns.iter().all(is_a_name) {
        columns.join(", ")
    } else {
        "something else than names: a CSV file begins with a line that names its columns".to_owned()
    }
}

/// The column whose name is one of these words, or else the only one that has one in its name.
fn one_of<'a>(columns: &'a [String], words: &Words) -> Option<&'a String> {
    let plain = |column: &String| column.to_lowercase().replace(['_', '-', ' '], "");
    let mut whole = columns.iter().filter(|column| words.whole.contains(&&*plain(column)));
    let mut within =
        columns.iter().filter(|column| words.within.iter().any(|word| plain(column).contains(word)));
    match (whole.next(), whole.next()) {
        (Some(column), None) => Some(column),
        (Some(_), Some(_)) => None,
        (None, _) => within.next().filter(|_| within.next().is_none()),
    }
}

/// As signing up reads what a customer types.
fn phone(cell: Option<&str>) -> Result<Phone, Wrong> {
    let number = PhoneNumber::parse(cell.unwrap_or_default()).map_err(|_| Wrong::NoPhone)?;
    Phone::new(number.as_str()).map_err(|_| Wrong::NoPhone)
}

/// A whole number, with spaces around it and zeros before it, as the old cafe padded them.
fn points(cell: Option<&str>) -> Result<Points, Wrong> {
    let text = cell.map_or("", str::trim);
    if text.is_empty() {
        return Err(Wrong::NoPoints);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(Points::new).map_err(|_| Wrong::TooMany);
    }
    let is_below_zero =
        text.strip_prefix('-').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    Err(if is_below_zero { Wrong::BelowZero } else { Wrong::NoWholeNumber })
}

#[cfg(test)]
mod tests {
    use super::{PHONE, POINTS, Points, Wrong, one_of, phone, points};

    #[test]
    fn padded_points_are_a_whole_number_or_none() {
        for (text, read) in [
            ("120", 120),
            ("  00120 ", 120),
            ("000120", 120),
            ("0", 0),
            (" 0000 ", 0),
            ("4294967295", u32::MAX),
            ("00000000000000004294967295\u{3000}", u32::MAX),
        ] {
            assert_eq!(points(Some(text)), Ok(Points::new(read)), "{text}");
        }
        for (text, why) in [
            ("", Wrong::NoPoints),
            ("   ", Wrong::NoPoints),
            ("-1", Wrong::BelowZero),
            ("-0", Wrong::BelowZero),
            ("1.5", Wrong::NoWholeNumber),
            ("120.00", Wrong::NoWholeNumber),
            ("1e3", Wrong::NoWholeNumber),
            ("+1", Wrong::NoWholeNumber),
            ("1,200", Wrong::NoWholeNumber),
            ("1 200", Wrong::NoWholeNumber),
            ("many", Wrong::NoWholeNumber),
            ("１２０", Wrong::NoWholeNumber),
            ("0x1f", Wrong::NoWholeNumber),
            ("- 1", Wrong::NoWholeNumber),
            ("4294967296", Wrong::TooMany),
            ("99999999999999999999999", Wrong::TooMany),
        ] {
            assert_eq!(points(Some(text)), Err(why), "{text}");
        }
        assert_eq!(points(None), Err(Wrong::NoPoints));
    }

    #[test]
    fn numbers_are_read_as_signing_up_reads_them() {
        for text in ["01012345678", "010-1234-5678", " 010 1234 5678", "+82 10-1234-5678"] {
            assert_eq!(phone(Some(text)).unwrap().reveal(), "01012345678", "{text}");
        }
        for text in ["", "1012345678", "02-123-4567", "mina"] {
            assert_eq!(phone(Some(text)), Err(Wrong::NoPhone), "{text}");
        }
        assert_eq!(phone(None), Err(Wrong::NoPhone));
    }

    #[test]
    fn columns_are_found_by_their_names_where_one_alone_can_be_meant() {
        let found = |columns: &[&str]| {
            let columns: Vec<_> = columns.iter().map(|column| (*column).to_owned()).collect();
            let name = |words| one_of(&columns, words).cloned().unwrap_or_default();
            format!("{} {}", name(&PHONE), name(&POINTS))
        };
        assert_eq!(found(&["phone", "point"]), "phone point");
        assert_eq!(found(&["id", "Phone_Number", "cafe_points"]), "Phone_Number cafe_points");
        assert_eq!(found(&["phone", "phone_seen_at", "point", "point_id"]), "phone point");
        assert_eq!(found(&["전화번호", "포인트"]), "전화번호 포인트");
        assert_eq!(found(&["TEL", "POINT"]), "TEL POINT");
        assert_eq!(found(&["phone_a", "phone_b", "number"]), " ");
    }
}
