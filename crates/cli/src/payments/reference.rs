//! The rows of a reference server's tables, checked, as what they are here.
//!
//! Its schema, its encrypted columns and where the columns come from: section 3 of its description. Sums are whole
//! units there as well, in a column for floating numbers; times are PostgreSQL's `timestamptz`.

use cafe_core::payment::{
    Cancel, Document, Facts, History, PasswordHash, RecordId, Reservation, Source, Vendor, VendorCode, Won,
};
use functions::service::messenger::Reach;
use jiff::Timestamp;
use sealed::Pair;
use serde_json::Value;
use url::Url;

use crate::dump::{Broken, Cells, Row};

/// The tables that are read. What its webhooks left behind is not: it holds whole payments in clear text.
pub(crate) const TABLES: [&str; 3] = [HISTORIES, CANCELS, RESERVATIONS];
pub(crate) const HISTORIES: &str = "payment_histories";
pub(crate) const CANCELS: &str = "payment_history_cancels";
pub(crate) const RESERVATIONS: &str = "payment_reservations";

/// What of each is read.
pub(crate) fn columns(table: &str) -> &'static [&'static str] {
    match table {
        HISTORIES => &[
            "id",
            "source_schema",
            "source_table",
            "source_id",
            "vendor_code",
            "vendor_uid",
            "vendor_store_id",
            "currency",
            "price",
            "refund",
            "webhook_url",
            "data",
            "password",
            "created_at",
            "paid_at",
            "cancelled_at",
        ],
        CANCELS => &["payment_history_id", "amount", "reason", "created_at"],
        _ => &[
            "id",
            "source_schema",
            "source_table",
            "source_id",
            "vendor_code",
            "vendor_uid",
            "vendor_store_id",
            "title",
            "data",
            "password",
            "created_at",
        ],
    }
}

/// What an item here may hold beside all else, of DynamoDB's 400 KiB.
const MOST_DATA_BYTES: usize = 256 * 1024;

/// Why a row is no record. It names columns, and shows nothing of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error("{0} is null")]
    Null(&'static str),
    #[error("{0} is no UUID")]
    NoUuid(&'static str),
    #[error("vendor_code is neither iamport nor toss.payments")]
    Vendor,
    #[error("{0} is no whole number from 0 to 4294967295")]
    NoSum(&'static str),
    #[error("{0} is no time with its offset from UTC")]
    NoTime(&'static str),
    #[error("password is no hash of bcrypt's")]
    NoHash,
    #[error("data cannot be opened with the keys that were given")]
    Sealed,
    #[error("data is no JSON")]
    NoJson,
    #[error("data is larger than {} KiB", MOST_DATA_BYTES / 1024)]
    TooLarge,
    #[error("more was given back than was paid")]
    BackMoreThanPaid,
    #[error("its cancels add up to more than its refund")]
    CancelsAboveRefund,
    #[error("it was given back before it was paid")]
    BackBeforePaid,
    #[error("a cancel of it: {0}")]
    Cancel(Box<Wrong>),
}

/// What of a row is not as it was, though it is a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Remark {
    #[error("its cancels add up to less than its refund, and its gateway's own words tell of no more")]
    CancelsBelowRefund,
    #[error("its cancelled_at is not kept, as no cancel says when")]
    NoCancel,
    #[error("its webhook_url is none that is told here: that takes https and a public address")]
    Untold,
}

/// A row that is a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Good<T> {
    pub(crate) record: T,
    pub(crate) password: PasswordHash,
    pub(crate) remarks: Vec<Remark>,
}

/// The record's id.
///
/// # Errors
/// [`Wrong`] where it is none.
pub(crate) fn id(cells: &Cells, column: &'static str) -> Result<RecordId, Wrong> {
    RecordId::parse(needed(cells, column)?).map_err(|_| Wrong::NoUuid(column))
}

/// Reads a history, with the rows of its cancels.
///
/// # Errors
/// [`Wrong`]: the first thing that is.
pub(crate) fn history(
    cells: &Cells,
    cancels: &[Row],
    keys: &Pair,
    reach: Reach,
) -> Result<Good<History>, Wrong> {
    let vendor = vendor(cells)?;
    let price = sum(cells, "price")?;
    let refund = if cells.get("refund").is_some() { sum(cells, "refund")? } else { Won::ZERO };
    let paid_at = maybe_time(cells, "paid_at")?;
    let cancelled_at = maybe_time(cells, "cancelled_at")?;
    let data = opened(cells, keys)?;
    let listed = cancels.iter().map(|row| cancel(row).map_err(|wrong| Wrong::Cancel(Box::new(wrong))));
    let listed = listed.collect::<Result<Vec<_>, _>>()?;
    if refund > price {
        return Err(Wrong::BackMoreThanPaid);
    }
    let mut remarks = Vec::new();
    let cancels = reconciled(listed, &data.1, vendor.code, refund, &mut remarks)?;
    let given_back = cancels.iter().map(|cancel| cancel.created_at).chain(cancelled_at);
    if paid_at.is_some_and(|paid| given_back.into_iter().any(|at| at < paid)) {
        return Err(Wrong::BackBeforePaid);
    }
    if cancelled_at.is_some() && cancels.is_empty() {
        remarks.push(Remark::NoCancel);
    }
    let webhook_url = cells.get("webhook_url").map(str::to_owned);
    let is_told = |url: &String| Url::parse(url).is_ok_and(|url| reach.allows(&url));
    if webhook_url.as_ref().is_some_and(|url| !is_told(url)) {
        remarks.push(Remark::Untold);
    }
    let record = History {
        id: id(cells, "id")?,
        vendor,
        source: source(cells)?,
        webhook_url,
        created_at: time(cells, "created_at")?,
        facts: Facts { currency: needed(cells, "currency")?.to_owned(), price, refund, paid_at, cancels },
        data: data.0,
        version: 1,
        cancelling: None,
        cancelled_as: Vec::new(),
    };
    Ok(Good { record, password: password(cells)?, remarks })
}

/// Reads a reservation.
///
/// # Errors
/// [`Wrong`]: the first thing that is.
pub(crate) fn reservation(cells: &Cells, keys: &Pair) -> Result<Good<Reservation>, Wrong> {
    let record = Reservation {
        id: id(cells, "id")?,
        vendor: vendor(cells)?,
        source: source(cells)?,
        title: needed(cells, "title")?.to_owned(),
        data: opened(cells, keys)?.0,
        created_at: time(cells, "created_at")?,
    };
    Ok(Good { record, password: password(cells)?, remarks: Vec::new() })
}

/// Whether these keys open the row.
pub(crate) fn opens(cells: &Cells, keys: &Pair) -> bool {
    opened(cells, keys).is_ok()
}

fn needed<'a>(cells: &'a Cells, column: &'static str) -> Result<&'a str, Wrong> {
    cells.get(column).ok_or(Wrong::Null(column))
}

fn vendor(cells: &Cells) -> Result<Vendor, Wrong> {
    let code = match VendorCode::from_name(needed(cells, "vendor_code")?) {
        Some(code @ (VendorCode::Iamport | VendorCode::TossPayments)) => code,
        // The reference knows no others, so such a word means something else there.
        Some(VendorCode::KakaoPay | VendorCode::PortOne) | None => return Err(Wrong::Vendor),
    };
    let text = |column| needed(cells, column).map(str::to_owned);
    Ok(Vendor { code, store: text("vendor_store_id")?, uid: text("vendor_uid")? })
}

fn source(cells: &Cells) -> Result<Source, Wrong> {
    let text = |column| needed(cells, column).map(str::to_owned);
    Source::new(text("source_schema")?, text("source_table")?, text("source_id")?)
        .map_err(|_| Wrong::NoUuid("source_id"))
}

/// A whole sum out of a column for floating numbers, which PostgreSQL writes without an exponent up to fifteen digits.
fn sum(cells: &Cells, column: &'static str) -> Result<Won, Wrong> {
    let text = needed(cells, column)?;
    let whole = text
        .split_once('.')
        .map_or(Some(text), |(whole, rest)| rest.bytes().all(|digit| digit == b'0').then_some(whole));
    let is_plain = |digits: &&str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    whole.filter(is_plain).and_then(|digits| digits.parse().ok()).map(Won::new).ok_or(Wrong::NoSum(column))
}

/// A time: `2026-11-21 16:00:21.118+09`.
fn time(cells: &Cells, column: &'static str) -> Result<Timestamp, Wrong> {
    needed(cells, column)?.parse().map_err(|_| Wrong::NoTime(column))
}

fn maybe_time(cells: &Cells, column: &'static str) -> Result<Option<Timestamp>, Wrong> {
    cells.get(column).map(|_| time(cells, column)).transpose()
}

/// bcrypt's hash: `$2a$`, a cost of two digits, and 53 letters of its own base64.
fn password(cells: &Cells) -> Result<PasswordHash, Wrong> {
    let hash = needed(cells, "password")?;
    let is_of_bcrypt = match hash.as_bytes() {
        [b'$', b'2', b'a' | b'b' | b'y', b'$', tens, ones, b'$', rest @ ..] => {
            tens.is_ascii_digit()
                && ones.is_ascii_digit()
                && rest.len() == 53
                && rest.iter().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'.' | b'/'))
        }
        _ => false,
    };
    is_of_bcrypt.then(|| PasswordHash(hash.to_owned())).ok_or(Wrong::NoHash)
}

/// What the gateway said, to the byte, and what that says.
fn opened(cells: &Cells, keys: &Pair) -> Result<(Document, Value), Wrong> {
    let text = keys.open(needed(cells, "data")?.as_bytes()).map_err(|_| Wrong::Sealed)?;
    if text.len() > MOST_DATA_BYTES {
        return Err(Wrong::TooLarge);
    }
    let value = serde_json::from_str(&text).map_err(|_| Wrong::NoJson)?;
    Ok((Document(text), value))
}

fn cancel(row: &Row) -> Result<Cancel, Wrong> {
    let cells = row.cells()?;
    Ok(Cancel {
        price: sum(&cells, "amount")?,
        reason: needed(&cells, "reason")?.to_owned(),
        created_at: time(&cells, "created_at")?,
    })
}

/// The cancels that make up the refund. The reference writes none down for what had been given back before it took a
/// payment on, and one for two that are alike in the same second: then the gateway's own words are believed, where those
/// make up the refund.
fn reconciled(
    mut listed: Vec<Cancel>,
    data: &Value,
    vendor: VendorCode,
    refund: Won,
    remarks: &mut Vec<Remark>,
) -> Result<Vec<Cancel>, Wrong> {
    let sum = |cancels: &[Cancel]| cancels.iter().map(|cancel| u64::from(cancel.price.get())).sum::<u64>();
    let refund = u64::from(refund.get());
    if sum(&listed) > refund {
        return Err(Wrong::CancelsAboveRefund);
    }
    if sum(&listed) < refund {
        let shown = shown(data, vendor);
        if sum(&shown) == refund {
            listed = shown;
        } else {
            remarks.push(Remark::CancelsBelowRefund);
        }
    }
    listed.sort_by_key(|cancel| cancel.created_at);
    Ok(listed)
}

/// The cancels that a gateway tells of.
fn shown(data: &Value, vendor: VendorCode) -> Vec<Cancel> {
    let one = |entry: &Value| -> Option<Cancel> {
        let (price, reason, created_at) = match vendor {
            VendorCode::TossPayments => {
                ("cancelAmount", "cancelReason", entry["canceledAt"].as_str()?.parse().ok()?)
            }
            VendorCode::Iamport => {
                ("amount", "reason", Timestamp::from_second(entry["cancelled_at"].as_i64()?).ok()?)
            }
            // The reference knows neither.
            VendorCode::KakaoPay | VendorCode::PortOne => return None,
        };
        let price = Won::new(u32::try_from(entry[price].as_u64()?).ok()?);
        Some(Cancel { price, reason: entry[reason].as_str().unwrap_or_default().to_owned(), created_at })
    };
    let list = match vendor {
        VendorCode::TossPayments => &data["cancels"],
        VendorCode::Iamport => &data["cancel_history"],
        VendorCode::KakaoPay | VendorCode::PortOne => &Value::Null,
    };
    list.as_array().into_iter().flatten().filter_map(one).collect()
}
