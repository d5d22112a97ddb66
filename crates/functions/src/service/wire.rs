//! What services send, and what they get: the SDK's types, with their names and nulls. The description of the service
//! (`openapi`) is made of these very types.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use cafe_core::payment::flow::{CancelRequest, CreateRequest, ReserveRequest};
use cafe_core::payment::{
    BankAccount, Cancel, Document, History, Notice, PasswordHash, RecordId, Reservation, Source, Vendor,
    VendorCode, Won,
};
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
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

/// By what one record is read by its id.
#[derive(JsonSchema)]
#[schemars(rename = "Password")]
pub(super) struct PasswordJson<'a> {
    /// The record's password.
    password: &'a str,
}

/// By what one record is read by what it belongs to.
#[derive(JsonSchema)]
#[schemars(rename = "SourceAccessor")]
pub(super) struct SourceAccessorJson<'a> {
    #[schemars(flatten)]
    source: SourceJson<'a>,
    /// The record's password.
    password: &'a str,
}

/// A payment that the service's customer has made, or agreed to, at a gateway.
#[derive(JsonSchema)]
#[schemars(rename = "HistoryCreate")]
pub(super) struct HistoryCreateJson<'a> {
    vendor: VendorJson<'a>,
    source: SourceJson<'a>,
    /// What ought to have been paid. A payment of another sum is given back whole, and refused.
    #[schemars(extend("maximum" = u32::MAX))]
    price: u32,
    /// The record's password from now on. Nobody can change it, and nobody reads the record without it.
    password: &'a str,
    /// Where the service is told of changes: an address of the world's, over https.
    #[schemars(extend("format" = "uri"))]
    webhook_url: &'a str,
}

/// A way to pay that the service's customer has stored at a gateway.
#[derive(JsonSchema)]
#[schemars(rename = "ReservationCreate")]
pub(super) struct ReservationCreateJson<'a> {
    vendor: VendorJson<'a>,
    source: SourceJson<'a>,
    /// What the customer calls it.
    title: &'a str,
    /// The record's password from now on, and not the card's.
    password: &'a str,
}

/// How much of a payment to give back.
#[derive(JsonSchema)]
#[schemars(rename = "CancelCreate")]
pub(super) struct CancelCreateJson<'a> {
    source: SourceJson<'a>,
    /// The record's password.
    password: &'a str,
    /// How much. Nothing is refused, and never means everything.
    #[schemars(extend("maximum" = u32::MAX))]
    price: u32,
    /// Why, for whoever reads the record.
    reason: &'a str,
    account: Option<BankAccountJson<'a>>,
}

/// The account that a payment into a virtual account goes back to. It is handed on, and not kept.
#[derive(JsonSchema)]
#[schemars(rename = "BankAccount")]
struct BankAccountJson<'a> {
    /// The bank, as the gateway calls it.
    bank: &'a str,
    /// Its number.
    account: &'a str,
    /// Whose it is.
    holder: &'a str,
    /// The holder's telephone.
    mobile: &'a str,
}

impl<'a> SourceJson<'a> {
    fn read(fields: &Fields<'a>) -> Read<SourceJson<'a>> {
        Ok(SourceJson {
            schema: fields.text("schema")?,
            table: fields.text("table")?,
            id: fields.uuid("id")?,
        })
    }

    fn of(fields: &Fields<'a>) -> Read<SourceJson<'a>> {
        SourceJson::read(&fields.object("source", "IPaymentSource")?)
    }
}

impl<'a> VendorJson<'a> {
    fn of(fields: &Fields<'a>) -> Read<VendorJson<'a>> {
        let fields = fields.object("vendor", "IPaymentVendor")?;
        let code = fields.text_that(
            "code",
            "(\"iamport\" | \"kakaopay\" | \"portone\" | \"toss.payments\")",
            VendorCode::from_name,
        )?;
        Ok(VendorJson { code: code.into(), store_id: fields.text("store_id")?, uid: fields.text("uid")? })
    }
}

impl<'a> BankAccountJson<'a> {
    fn read(fields: &Fields<'a>) -> Read<BankAccountJson<'a>> {
        Ok(BankAccountJson {
            bank: fields.text("bank")?,
            account: fields.text("account")?,
            holder: fields.text("holder")?,
            mobile: fields.text("mobile")?,
        })
    }
}

impl From<SourceJson<'_>> for Source {
    fn from(source: SourceJson<'_>) -> Source {
        let own = str::to_owned;
        Source { schema: own(source.schema), table: own(source.table), id: own(source.id) }
    }
}

impl From<VendorJson<'_>> for Vendor {
    fn from(vendor: VendorJson<'_>) -> Vendor {
        Vendor { code: vendor.code.0, store: vendor.store_id.to_owned(), uid: vendor.uid.to_owned() }
    }
}

impl From<BankAccountJson<'_>> for BankAccount {
    fn from(account: BankAccountJson<'_>) -> BankAccount {
        BankAccount {
            bank: account.bank.to_owned(),
            number: account.account.to_owned(),
            holder: account.holder.to_owned(),
            mobile: account.mobile.to_owned(),
        }
    }
}

fn password(text: &str) -> Password {
    Password(text.to_owned())
}

/// Reads `IPaymentSource.IPassword`.
///
/// # Errors
/// [`Violation`], as below: what is wrong first.
pub fn read_password(input: &Value) -> Read<Password> {
    let fields = Fields::of(input, "IPaymentSource.IPassword")?;
    let asked = PasswordJson { password: fields.text("password")? };
    Ok(password(asked.password))
}

/// Reads `IPaymentSource.IAccessor`.
///
/// # Errors
/// [`Violation`].
pub fn read_accessor(input: &Value) -> Read<(Source, Password)> {
    let fields = Fields::of(input, "IPaymentSource.IAccessor")?;
    let asked = SourceAccessorJson { source: SourceJson::read(&fields)?, password: fields.text("password")? };
    Ok((asked.source.into(), password(asked.password)))
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
    let url = |text| Url::parse(text).is_ok_and(|url| reach.allows(&url)).then_some(text);
    let asked = HistoryCreateJson {
        vendor: VendorJson::of(&fields)?,
        source: SourceJson::of(&fields)?,
        price: fields.sum("price")?,
        password: fields.text("password")?,
        webhook_url: fields.text_that("webhook_url", "(string & Format<\"uri\">)", url)?,
    };
    let given = password(asked.password);
    let (vendor, source, price) = (asked.vendor.into(), asked.source.into(), Won::new(asked.price));
    let webhook_url = Some(asked.webhook_url.to_owned());
    Ok((given, move |password| CreateRequest { vendor, source, price, password, webhook_url }))
}

/// Reads `IPaymentReservation.ICreate`.
///
/// # Errors
/// [`Violation`].
pub fn read_reserve(input: &Value) -> Read<(Password, impl FnOnce(PasswordHash) -> ReserveRequest + use<>)> {
    let fields = Fields::of(input, "IPaymentReservation.ICreate")?;
    let asked = ReservationCreateJson {
        vendor: VendorJson::of(&fields)?,
        source: SourceJson::of(&fields)?,
        title: fields.text("title")?,
        password: fields.text("password")?,
    };
    let given = password(asked.password);
    let (vendor, source, title) = (asked.vendor.into(), asked.source.into(), asked.title.to_owned());
    Ok((given, move |password| ReserveRequest { vendor, source, title, password }))
}

/// Reads `IPaymentCancelHistory.ICreate`. `name` is the request's own, which the SDK knows nothing of.
///
/// # Errors
/// [`Violation`].
pub fn read_cancel(input: &Value, name: Option<RecordId>) -> Read<(Source, Password, CancelRequest)> {
    let fields = Fields::of(input, "IPaymentCancelHistory.ICreate")?;
    let asked = CancelCreateJson {
        source: SourceJson::of(&fields)?,
        password: fields.text("password")?,
        price: fields.sum("price")?,
        reason: fields.text("reason")?,
        account: fields
            .object_or_null("account", "(IPaymentCancelHistory.IBankAccount | null)")?
            .map(|fields| BankAccountJson::read(&fields))
            .transpose()?,
    };
    let (amount, reason) = (Won::new(asked.price), asked.reason.to_owned());
    let request = CancelRequest { amount, reason, account: asked.account.map(Into::into), name };
    Ok((asked.source.into(), password(asked.password), request))
}

/// A time as the SDK has it: UTC, in milliseconds.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Which gateway, in the SDK's words.
#[derive(Clone, Copy)]
struct Code(VendorCode);

impl From<VendorCode> for Code {
    fn from(code: VendorCode) -> Code {
        Code(code)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "VendorCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": VendorCode::ALL.map(VendorCode::as_str) })
    }
}

/// Where a payment was made.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Vendor")]
struct VendorJson<'a> {
    code: Code,
    /// What the gateway calls it: the `paymentKey` or `billingKey` of Toss Payments; Iamport's `imp_uid`, or the
    /// `customer_uid` of a stored way to pay.
    uid: &'a str,
    /// Through which account at the gateway, by the name that was set up for it.
    store_id: &'a str,
}

/// What in the service's own database a record belongs to.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Source")]
struct SourceJson<'a> {
    schema: &'a str,
    table: &'a str,
    /// What the gateway was told as the order's id, too.
    #[schemars(extend("format" = "uuid"))]
    id: &'a str,
}

/// A part of a payment that was given back.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Cancel")]
struct CancelJson<'a> {
    /// How much.
    price: u32,
    reason: &'a str,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
}

/// A payment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "History")]
pub(super) struct HistoryJson<'a> {
    #[schemars(extend("format" = "uuid"))]
    id: String,
    /// As `vendor.code`, so that clients can tell by it what `data` is.
    vendor_code: Code,
    vendor: VendorJson<'a>,
    source: SourceJson<'a>,
    /// The payment in its gateway's own words, as it was last fetched: `Payment` of Toss Payments or of Iamport.
    #[schemars(with = "BTreeMap<String, Value>")]
    data: &'a RawValue,
    currency: &'a str,
    /// What ought to be paid, in whole units of the currency.
    price: u32,
    /// What was given back of it; null where nothing was.
    refund: Option<u32>,
    /// Where its service is told of changes.
    #[schemars(extend("format" = "uri"))]
    webhook_url: Option<&'a str>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// Null as long as nothing was paid: until a deposit arrives, or since a bank took it back.
    #[schemars(extend("format" = "date-time"))]
    paid_at: Option<String>,
    /// When the first part was given back.
    #[schemars(extend("format" = "date-time"))]
    cancelled_at: Option<String>,
    /// From the first to the last.
    cancels: Vec<CancelJson<'a>>,
}

/// A stored way to pay.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reservation")]
pub(super) struct ReservationJson<'a> {
    #[schemars(extend("format" = "uuid"))]
    id: String,
    /// As `vendor.code`, so that clients can tell by it what `data` is.
    vendor_code: Code,
    vendor: VendorJson<'a>,
    source: SourceJson<'a>,
    title: &'a str,
    /// It in its gateway's own words: `Billing` of Toss Payments, or a customer of Iamport's.
    #[schemars(with = "BTreeMap<String, Value>")]
    data: &'a RawValue,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
}

/// What a service is told of a payment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Notice")]
pub(super) struct NoticeJson<'a> {
    /// The same however often it is told.
    #[schemars(extend("format" = "uuid"))]
    id: String,
    source: SourceJson<'a>,
    /// The payment as it was before.
    previous: HistoryJson<'a>,
    /// And as it is.
    current: HistoryJson<'a>,
}

impl<'a> From<&'a Vendor> for VendorJson<'a> {
    fn from(vendor: &'a Vendor) -> VendorJson<'a> {
        VendorJson { code: vendor.code.into(), uid: &vendor.uid, store_id: &vendor.store }
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
        vendor_code: history.vendor.code.into(),
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
        vendor_code: reservation.vendor.code.into(),
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
