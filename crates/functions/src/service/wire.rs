//! What services send, and what they get: the SDK's types, with their names and nulls.

use std::fmt;

use cafe_core::payment::flow::{CancelRequest, CreateRequest, ReserveRequest};
use cafe_core::payment::{
    BankAccount, Cancel, Document, History, Notice, PasswordHash, RecordId, Reservation, Source, Vendor,
    VendorCode, Won,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::messenger::Reach;
use super::violation::{Fields, Violation};

type Read<T> = Result<T, Violation>;

/// A record's password as a service sends it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([redacted])")
    }
}

fn password(fields: &Fields<'_>) -> Read<Password> {
    fields.text("password").map(|password| Password(password.to_owned()))
}

/// Reads `IPaymentSource.IPassword`.
///
/// # Errors
/// [`Violation`], as below: what is wrong first.
pub fn read_password(input: &Value) -> Read<Password> {
    password(&Fields::of(input, "IPaymentSource.IPassword")?)
}

/// Reads `IPaymentSource.IAccessor`.
///
/// # Errors
/// [`Violation`].
pub fn read_accessor(input: &Value) -> Read<(Source, Password)> {
    let fields = Fields::of(input, "IPaymentSource.IAccessor")?;
    Ok((source(&fields)?, password(&fields)?))
}

fn source(fields: &Fields<'_>) -> Read<Source> {
    let (schema, table) = (fields.text("schema")?.to_owned(), fields.text("table")?.to_owned());
    Ok(Source { schema, table, id: fields.uuid("id")?.to_owned() })
}

fn vendor(fields: &Fields<'_>) -> Read<Vendor> {
    let code = fields.text_that("code", "(\"iamport\" | \"toss.payments\")", VendorCode::from_name)?;
    let (store, uid) = (fields.text("store_id")?.to_owned(), fields.text("uid")?.to_owned());
    Ok(Vendor { code, store, uid })
}

/// Reads `IPaymentHistory.ICreate`, up to its password, which is to be hashed. The address to tell must be one that
/// services may have.
///
/// # Errors
/// [`Violation`].
pub fn read_create(
    input: &Value,
    reach: Reach,
) -> Read<(Password, impl FnOnce(PasswordHash) -> CreateRequest + use<>)> {
    let fields = Fields::of(input, "IPaymentHistory.ICreate")?;
    let vendor = vendor(&fields.object("vendor", "IPaymentVendor")?)?;
    let source = source(&fields.object("source", "IPaymentSource")?)?;
    let price = Won::new(fields.sum("price")?);
    let given = password(&fields)?;
    let url = |text| Url::parse(text).is_ok_and(|url| reach.allows(&url)).then_some(text);
    let webhook_url = fields.text_that("webhook_url", "(string & Format<\"uri\">)", url)?.to_owned();
    let request =
        move |password| CreateRequest { vendor, source, price, password, webhook_url: Some(webhook_url) };
    Ok((given, request))
}

/// Reads `IPaymentReservation.ICreate`.
///
/// # Errors
/// [`Violation`].
pub fn read_reserve(input: &Value) -> Read<(Password, impl FnOnce(PasswordHash) -> ReserveRequest + use<>)> {
    let fields = Fields::of(input, "IPaymentReservation.ICreate")?;
    let vendor = vendor(&fields.object("vendor", "IPaymentVendor")?)?;
    let source = source(&fields.object("source", "IPaymentSource")?)?;
    let title = fields.text("title")?.to_owned();
    let given = password(&fields)?;
    Ok((given, move |password| ReserveRequest { vendor, source, title, password }))
}

/// Reads `IPaymentCancelHistory.ICreate`. `name` is the request's own, which the SDK knows nothing of.
///
/// # Errors
/// [`Violation`].
pub fn read_cancel(input: &Value, name: Option<RecordId>) -> Read<(Source, Password, CancelRequest)> {
    let fields = Fields::of(input, "IPaymentCancelHistory.ICreate")?;
    let source = source(&fields.object("source", "IPaymentSource")?)?;
    let given = password(&fields)?;
    let (amount, reason) = (Won::new(fields.sum("price")?), fields.text("reason")?.to_owned());
    let account = fields.object_or_null("account", "(IPaymentCancelHistory.IBankAccount | null)")?;
    let account = account.map(|fields| {
        Ok(BankAccount {
            bank: fields.text("bank")?.to_owned(),
            number: fields.text("account")?.to_owned(),
            holder: fields.text("holder")?.to_owned(),
            mobile: fields.text("mobile")?.to_owned(),
        })
    });
    Ok((source, given, CancelRequest { amount, reason, account: account.transpose()?, name }))
}

/// A time as the SDK has it: UTC, in milliseconds.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

#[derive(Serialize)]
struct VendorJson<'a> {
    code: &'static str,
    uid: &'a str,
    store_id: &'a str,
}

#[derive(Serialize)]
struct SourceJson<'a> {
    schema: &'a str,
    table: &'a str,
    id: &'a str,
}

#[derive(Serialize)]
struct CancelJson<'a> {
    price: u32,
    reason: &'a str,
    created_at: String,
}

#[derive(Serialize)]
struct HistoryJson<'a> {
    id: String,
    vendor_code: &'static str,
    vendor: VendorJson<'a>,
    source: SourceJson<'a>,
    data: &'a RawValue,
    currency: &'a str,
    price: u32,
    refund: Option<u32>,
    webhook_url: Option<&'a str>,
    created_at: String,
    paid_at: Option<String>,
    cancelled_at: Option<String>,
    cancels: Vec<CancelJson<'a>>,
}

#[derive(Serialize)]
struct ReservationJson<'a> {
    id: String,
    vendor_code: &'static str,
    vendor: VendorJson<'a>,
    source: SourceJson<'a>,
    title: &'a str,
    data: &'a RawValue,
    created_at: String,
}

#[derive(Serialize)]
struct NoticeJson<'a> {
    id: String,
    source: SourceJson<'a>,
    previous: HistoryJson<'a>,
    current: HistoryJson<'a>,
}

impl<'a> From<&'a Vendor> for VendorJson<'a> {
    fn from(vendor: &'a Vendor) -> VendorJson<'a> {
        VendorJson { code: vendor.code.as_str(), uid: &vendor.uid, store_id: &vendor.store }
    }
}

impl<'a> From<&'a Source> for SourceJson<'a> {
    fn from(source: &'a Source) -> SourceJson<'a> {
        SourceJson { schema: &source.schema, table: &source.table, id: &source.id }
    }
}

fn raw(document: &Document) -> Result<&RawValue, serde_json::Error> {
    serde_json::from_str(&document.0)
}

fn history_json(history: &History) -> Result<HistoryJson<'_>, serde_json::Error> {
    let facts = &history.facts;
    let cancel = |cancel: &'_ Cancel| (cancel.price.get(), time(cancel.created_at));
    let cancels = facts.cancels.iter().map(|one| {
        let (price, created_at) = cancel(one);
        CancelJson { price, reason: &one.reason, created_at }
    });
    Ok(HistoryJson {
        id: history.id.to_string(),
        vendor_code: history.vendor.code.as_str(),
        vendor: (&history.vendor).into(),
        source: (&history.source).into(),
        data: raw(&history.data)?,
        currency: &facts.currency,
        price: facts.price.get(),
        refund: Some(facts.refund.get()).filter(|refund| *refund > 0),
        webhook_url: history.webhook_url.as_deref(),
        created_at: time(history.created_at),
        paid_at: facts.paid_at.map(time),
        cancelled_at: facts.cancelled_at().map(time),
        cancels: cancels.collect(),
    })
}

/// Writes `IPaymentHistory`.
///
/// # Errors
/// Where the gateway's own words are no JSON, which an adapter never keeps.
pub fn history(history: &History) -> Result<String, serde_json::Error> {
    serde_json::to_string(&history_json(history)?)
}

/// Writes `IPaymentReservation`.
///
/// # Errors
/// As [`history`].
pub fn reservation(reservation: &Reservation) -> Result<String, serde_json::Error> {
    serde_json::to_string(&ReservationJson {
        id: reservation.id.to_string(),
        vendor_code: reservation.vendor.code.as_str(),
        vendor: (&reservation.vendor).into(),
        source: (&reservation.source).into(),
        title: &reservation.title,
        data: raw(&reservation.data)?,
        created_at: time(reservation.created_at),
    })
}

/// Writes `IPaymentWebhookHistory`, of which a service is told.
///
/// # Errors
/// As [`history`].
pub fn notice(notice: &Notice) -> Result<String, serde_json::Error> {
    serde_json::to_string(&NoticeJson {
        id: notice.id.to_string(),
        source: (&notice.current.source).into(),
        previous: history_json(&notice.previous)?,
        current: history_json(&notice.current)?,
    })
}
