//! How payments, reservations and notices are written into DynamoDB, and read back: private twins of the core's
//! types, and what of them is sealed.

use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::payment::{
    BoxError, Cancel, Cancelling, Claim, Document, Facts, History, Lock, Locked, Notice, Outstanding,
    PasswordHash, Payment, RecordId, RecordName, Reservation, Run, Source, Vendor, VendorCode, Won,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lock::lock;
use super::vault::Vault;
use crate::item::{Item, VERSION, binary, needed, number, read_time, text, time};

/// The part of a record's own item, beside those of its notices.
pub(super) const RECORD: &str = "record";
/// The part of the item by which a record is found.
pub(super) const KEY: &str = "key";
/// What the part of a notice begins with.
pub(super) const NOTICE: &str = "notice#";
/// What payments' keys begin with.
pub(super) const PAYMENT: &str = "payment#";
/// What reservations' keys begin with.
pub(super) const RESERVATION: &str = "reservation#";

/// The value of `watch` for a claim or a refund whose run will be over.
pub(super) const OPEN: &str = "open";
/// The value of `watch` for a notice that is to be sent.
pub(super) const TELL: &str = "tell";
/// The value of `watch` for a notice that nobody could be told for seven days.
pub(super) const DEAD: &str = "dead";

/// The attribute that seals what a record is known by.
const IDENTITY: &str = "identity";
/// The attribute that seals what a gateway shows.
const SHOWN: &str = "shown";
/// The attribute that seals why money is being given back.
const REASON: &str = "reason";
/// The attribute that seals what a service is told.
const TELLS: &str = "tells";

/// The part of a notice: they sort as the changes did.
pub(super) fn part_of(notice: &Notice) -> String {
    format!("{NOTICE}{:010}", notice.current.version)
}

/// What a record is known by, which only its own service and its gateway need to know.
#[derive(Deserialize, Serialize)]
struct Identity {
    schema: String,
    table: String,
    id: String,
    uid: String,
    #[serde(default)]
    webhook_url: Option<String>,
    #[serde(default)]
    title: Option<String>,
}

/// What a gateway shows that names people, cards or reasons.
#[derive(Deserialize, Serialize)]
struct Shown {
    data: String,
    cancels: Vec<CancelTwin>,
}

#[derive(Deserialize, Serialize)]
struct CancelTwin {
    price: u32,
    reason: String,
    created_at: Timestamp,
}

/// A record's own item, but for what it is locked with.
#[derive(Deserialize)]
struct RecordItem {
    stage: Option<String>,
    vendor: String,
    store: String,
    created_at: String,
    #[serde(with = "binary")]
    identity: Vec<u8>,
    #[serde(default, with = "binary::maybe")]
    shown: Option<Vec<u8>>,
    price: Option<u32>,
    run: Option<String>,
    run_until_ms: Option<i64>,
    version: Option<u32>,
    currency: Option<String>,
    refund: Option<u32>,
    paid_at: Option<String>,
    cancelling: Option<CancellingItem>,
    #[serde(default)]
    cancelled_as: Vec<String>,
}

#[derive(Deserialize)]
struct CancellingItem {
    id: String,
    amount: u32,
    #[serde(with = "binary")]
    reason: Vec<u8>,
    asked_at: String,
    run: String,
    run_until_ms: i64,
}

fn seal(
    vault: &Vault,
    record: RecordId,
    attribute: &'static str,
    twin: &impl Serialize,
) -> Result<AttributeValue, BoxError> {
    vault.seal(record, attribute, &serde_json::to_vec(twin)?)
}

fn open<T: serde::de::DeserializeOwned>(
    vault: &Vault,
    record: RecordId,
    attribute: &'static str,
    sealed: &[u8],
) -> Result<T, BoxError> {
    Ok(serde_json::from_slice(&vault.open(record, attribute, sealed)?)?)
}

fn run(token: &str, until_ms: i64) -> Result<Run, BoxError> {
    Ok(Run { token: RecordId::parse(token)?, until: Timestamp::from_millisecond(until_ms)? })
}

impl From<&Cancel> for CancelTwin {
    fn from(cancel: &Cancel) -> CancelTwin {
        let Cancel { price, reason, created_at } = cancel;
        CancelTwin { price: price.get(), reason: reason.clone(), created_at: *created_at }
    }
}

impl From<CancelTwin> for Cancel {
    fn from(twin: CancelTwin) -> Cancel {
        Cancel { price: Won::new(twin.price), reason: twin.reason, created_at: twin.created_at }
    }
}

fn known(vendor: &Vendor, source: &Source) -> Identity {
    Identity {
        schema: source.schema.clone(),
        table: source.table.clone(),
        id: source.id.clone(),
        uid: vendor.uid.clone(),
        webhook_url: None,
        title: None,
    }
}

/// What every record's item begins with.
fn record(
    (prefix, id): (&str, RecordId),
    vendor: &Vendor,
    password: &PasswordHash,
    created_at: Timestamp,
) -> Item {
    Item::from([
        ("id".to_owned(), text(format!("{prefix}{id}"))),
        ("part".to_owned(), text(RECORD)),
        ("v".to_owned(), number(VERSION)),
        ("vendor".to_owned(), text(vendor.code.as_str())),
        ("store".to_owned(), text(&*vendor.store)),
        ("password".to_owned(), text(&*password.0)),
        ("created_at".to_owned(), time(created_at)),
    ])
}

/// A claim, watched from when its run is over.
pub(super) fn of_claim(vault: &Vault, claim: &Claim, password: &PasswordHash) -> Result<Item, BoxError> {
    let mut item = record((PAYMENT, claim.id), &claim.vendor, password, claim.claimed_at);
    let webhook_url = claim.webhook_url.clone();
    let identity = Identity { webhook_url, ..known(&claim.vendor, &claim.source) };
    item.extend([
        ("stage".to_owned(), text("claimed")),
        (IDENTITY.to_owned(), seal(vault, claim.id, IDENTITY, &identity)?),
        ("price".to_owned(), number(claim.price.get())),
        ("run".to_owned(), text(claim.run.token.to_string())),
        ("run_until_ms".to_owned(), number(claim.run.until.as_millisecond())),
        ("watch".to_owned(), text(OPEN)),
        ("look_at".to_owned(), number(claim.run.until.as_second())),
    ]);
    Ok(item)
}

/// A history that was kept elsewhere: as a claim is once it was completed.
pub(super) fn of_history(
    vault: &Vault,
    history: &History,
    password: &PasswordHash,
) -> Result<Item, BoxError> {
    let History { id, vendor, source, webhook_url, created_at, facts, version, .. } = history;
    let mut item = record((PAYMENT, *id), vendor, password, *created_at);
    let identity = Identity { webhook_url: webhook_url.clone(), ..known(vendor, source) };
    let names = history.cancelled_as.iter().map(|id| text(id.to_string())).collect();
    item.extend([
        ("stage".to_owned(), text("kept")),
        (IDENTITY.to_owned(), seal(vault, *id, IDENTITY, &identity)?),
        (SHOWN.to_owned(), shown(vault, history)?),
        ("version".to_owned(), number(*version)),
        ("currency".to_owned(), text(&*facts.currency)),
        ("price".to_owned(), number(facts.price.get())),
        ("refund".to_owned(), number(facts.refund.get())),
        ("cancelled_as".to_owned(), AttributeValue::L(names)),
    ]);
    item.extend(facts.paid_at.map(|at| ("paid_at".to_owned(), time(at))));
    Ok(item)
}

/// A reservation.
pub(super) fn of_reservation(
    vault: &Vault,
    reservation: &Reservation,
    password: &PasswordHash,
) -> Result<Item, BoxError> {
    let Reservation { id, vendor, source, title, data, created_at } = reservation;
    let mut item = record((RESERVATION, *id), vendor, password, *created_at);
    let identity = Identity { title: Some(title.clone()), ..known(vendor, source) };
    let shown = Shown { data: data.0.clone(), cancels: Vec::new() };
    item.extend([
        (IDENTITY.to_owned(), seal(vault, *id, IDENTITY, &identity)?),
        (SHOWN.to_owned(), seal(vault, *id, SHOWN, &shown)?),
    ]);
    Ok(item)
}

/// By which a record is found.
pub(super) fn of_key(tag: &str, record: RecordId) -> Item {
    Item::from([
        ("id".to_owned(), text(key_of(tag))),
        ("part".to_owned(), text(KEY)),
        ("v".to_owned(), number(VERSION)),
        ("record".to_owned(), text(record.to_string())),
    ])
}

/// The key of the item by which a record is found.
pub(super) fn key_of(tag: &str) -> String {
    format!("key#{tag}")
}

/// What a gateway shows, sealed.
pub(super) fn shown(vault: &Vault, history: &History) -> Result<AttributeValue, BoxError> {
    let cancels = history.facts.cancels.iter().map(CancelTwin::from).collect();
    seal(vault, history.id, SHOWN, &Shown { data: history.data.0.clone(), cancels })
}

/// A refund that is on its way.
pub(super) fn cancelling(
    vault: &Vault,
    history: RecordId,
    cancelling: &Cancelling,
) -> Result<AttributeValue, BoxError> {
    let Cancelling { id, amount, reason, asked_at, run } = cancelling;
    let item = Item::from([
        ("id".to_owned(), text(id.to_string())),
        ("amount".to_owned(), number(amount.get())),
        (REASON.to_owned(), seal(vault, history, REASON, reason)?),
        ("asked_at".to_owned(), time(*asked_at)),
        ("run".to_owned(), text(run.token.to_string())),
        ("run_until_ms".to_owned(), number(run.until.as_millisecond())),
    ]);
    Ok(AttributeValue::M(item))
}

impl RecordItem {
    fn vendor(&self, uid: String) -> Result<Vendor, BoxError> {
        let code = VendorCode::from_name(&self.vendor).ok_or("the vendor is not known")?;
        Ok(Vendor { code, store: self.store.clone(), uid })
    }

    fn claim(self, id: RecordId, identity: Identity) -> Result<Claim, BoxError> {
        Ok(Claim {
            id,
            vendor: self.vendor(identity.uid)?,
            source: Source::new(identity.schema, identity.table, identity.id)?,
            price: Won::new(needed(self.price, "price")?),
            webhook_url: identity.webhook_url,
            claimed_at: read_time(&self.created_at)?,
            run: run(&needed(self.run, "run")?, needed(self.run_until_ms, "run_until_ms")?)?,
        })
    }

    fn history(self, vault: &Vault, id: RecordId, identity: Identity) -> Result<History, BoxError> {
        let vendor = self.vendor(identity.uid)?;
        let shown: Shown = open(vault, id, SHOWN, &needed(self.shown, SHOWN)?)?;
        let cancelling = self.cancelling.map(|item| -> Result<Cancelling, BoxError> {
            Ok(Cancelling {
                id: RecordId::parse(&item.id)?,
                amount: Won::new(item.amount),
                reason: open(vault, id, REASON, &item.reason)?,
                asked_at: read_time(&item.asked_at)?,
                run: run(&item.run, item.run_until_ms)?,
            })
        });
        let cancelled_as = self.cancelled_as.iter().map(|id| RecordId::parse(id));
        Ok(History {
            id,
            vendor,
            source: Source::new(identity.schema, identity.table, identity.id)?,
            webhook_url: identity.webhook_url,
            created_at: read_time(&self.created_at)?,
            facts: Facts {
                currency: needed(self.currency, "currency")?,
                price: Won::new(needed(self.price, "price")?),
                refund: Won::new(needed(self.refund, "refund")?),
                paid_at: self.paid_at.as_deref().map(read_time).transpose()?,
                cancels: shown.cancels.into_iter().map(Cancel::from).collect(),
            },
            data: Document(shown.data),
            version: needed(self.version, "version")?,
            cancelling: cancelling.transpose()?,
            cancelled_as: cancelled_as.collect::<Result<_, _>>()?,
        })
    }
}

fn record_item(
    (prefix, name): (&str, fn(RecordId) -> RecordName),
    item: Item,
) -> Result<(RecordId, Lock, RecordItem), BoxError> {
    let id = item.get("id").and_then(|id| id.as_s().ok()).and_then(|id| id.strip_prefix(prefix));
    let id = RecordId::parse(id.ok_or("the key is another kind's")?)?;
    Ok((id, lock(name(id), &item)?, serde_dynamo::from_item(item)?))
}

/// Reads a payment.
pub(super) fn payment(vault: &Vault, item: Item) -> Result<Locked<Payment>, BoxError> {
    let (id, lock, item) = record_item((PAYMENT, RecordName::Payment), item)?;
    let identity: Identity = open(vault, id, IDENTITY, &item.identity)?;
    let payment = match item.stage.as_deref() {
        Some("claimed") => Payment::Claimed(item.claim(id, identity)?),
        Some("kept") => Payment::Kept(item.history(vault, id, identity)?),
        Some(_) | None => return Err("the stage is not known".into()),
    };
    Ok(Locked::new(payment, lock))
}

/// Reads a reservation.
pub(super) fn reservation(vault: &Vault, item: Item) -> Result<Locked<Reservation>, BoxError> {
    let (id, lock, item) = record_item((RESERVATION, RecordName::Reservation), item)?;
    let identity: Identity = open(vault, id, IDENTITY, &item.identity)?;
    let shown: Shown = open(vault, id, SHOWN, &needed(item.shown.clone(), SHOWN)?)?;
    let reservation = Reservation {
        id,
        vendor: item.vendor(identity.uid)?,
        source: Source::new(identity.schema, identity.table, identity.id)?,
        title: needed(identity.title, "title")?,
        data: Document(shown.data),
        created_at: read_time(&item.created_at)?,
    };
    Ok(Locked::new(reservation, lock))
}

/// Which record a key leads to.
pub(super) fn found(item: &Item) -> Result<RecordId, BoxError> {
    let record = item.get("record").and_then(|record| record.as_s().ok()).ok_or("the key leads nowhere")?;
    Ok(RecordId::parse(record)?)
}

/// A history as a notice remembers it.
#[derive(Deserialize, Serialize)]
struct HistoryTwin {
    identity: Identity,
    shown: Shown,
    vendor: String,
    store: String,
    created_at: Timestamp,
    currency: String,
    price: u32,
    refund: u32,
    paid_at: Option<Timestamp>,
    version: u32,
}

/// What a service is told.
#[derive(Deserialize, Serialize)]
struct Tells {
    previous: HistoryTwin,
    current: HistoryTwin,
}

/// A notice's item.
#[derive(Deserialize)]
struct NoticeItem {
    id: String,
    notice: String,
    #[serde(with = "binary")]
    tells: Vec<u8>,
    at: String,
    since: String,
    attempts: u32,
    look_at: i64,
}

impl From<&History> for HistoryTwin {
    fn from(history: &History) -> HistoryTwin {
        let History { vendor, source, webhook_url, created_at, facts, data, version, .. } = history;
        HistoryTwin {
            identity: Identity { webhook_url: webhook_url.clone(), ..known(vendor, source) },
            shown: Shown {
                data: data.0.clone(),
                cancels: facts.cancels.iter().map(CancelTwin::from).collect(),
            },
            vendor: vendor.code.as_str().to_owned(),
            store: vendor.store.clone(),
            created_at: *created_at,
            currency: facts.currency.clone(),
            price: facts.price.get(),
            refund: facts.refund.get(),
            paid_at: facts.paid_at,
            version: *version,
        }
    }
}

impl HistoryTwin {
    fn history(self, id: RecordId) -> Result<History, BoxError> {
        let Identity { schema, table, id: row, uid, webhook_url, title: _ } = self.identity;
        let code = VendorCode::from_name(&self.vendor).ok_or("the vendor is not known")?;
        Ok(History {
            id,
            vendor: Vendor { code, store: self.store, uid },
            source: Source::new(schema, table, row)?,
            webhook_url,
            created_at: self.created_at,
            facts: Facts {
                currency: self.currency,
                price: Won::new(self.price),
                refund: Won::new(self.refund),
                paid_at: self.paid_at,
                cancels: self.shown.cancels.into_iter().map(Cancel::from).collect(),
            },
            data: Document(self.shown.data),
            version: self.version,
            cancelling: None,
            cancelled_as: Vec::new(),
        })
    }
}

/// A notice, to be sent at once.
pub(super) fn of_notice(vault: &Vault, notice: &Notice) -> Result<Item, BoxError> {
    let history = notice.current.id;
    let tells = Tells { previous: (&notice.previous).into(), current: (&notice.current).into() };
    Ok(Item::from([
        ("id".to_owned(), text(format!("{PAYMENT}{history}"))),
        ("part".to_owned(), text(part_of(notice))),
        ("v".to_owned(), number(VERSION)),
        ("notice".to_owned(), text(notice.id.to_string())),
        (TELLS.to_owned(), seal(vault, history, TELLS, &tells)?),
        ("at".to_owned(), time(notice.at)),
        ("since".to_owned(), time(notice.at)),
        ("attempts".to_owned(), number(0)),
        ("state".to_owned(), text("waiting")),
        ("watch".to_owned(), text(TELL)),
        ("look_at".to_owned(), number(notice.at.as_second())),
    ]))
}

/// Reads a notice.
pub(super) fn outstanding(vault: &Vault, item: Item) -> Result<Outstanding, BoxError> {
    let item: NoticeItem = serde_dynamo::from_item(item)?;
    let history = RecordId::parse(item.id.strip_prefix(PAYMENT).ok_or("the key is another kind's")?)?;
    let tells: Tells = open(vault, history, TELLS, &item.tells)?;
    Ok(Outstanding {
        notice: Notice {
            id: RecordId::parse(&item.notice)?,
            at: read_time(&item.at)?,
            previous: tells.previous.history(history)?,
            current: tells.current.history(history)?,
        },
        since: read_time(&item.since)?,
        attempts: item.attempts,
        not_before: Timestamp::from_second(item.look_at)?,
    })
}
