//! An office with a table and a bank of its own, to which services come with payments.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use aws_sdk_dynamodb::Client;
use cafe_core::payment::flow::{CancelRequest, CreateRequest, Turn};
use cafe_core::payment::{
    History, Locked, PasswordHash, Payment, RecordId, Records, Run, Source, Vendor, VendorCode, Won,
};
use devserver::dynamodb::create_tables;
use devserver::template::Template;
use jiff::{SignedDuration, Timestamp};
use store::{DynamoRecords, Vault};

use super::bank::Bank;

/// Offices share a DynamoDB, and differ in the names of their tables.
static OFFICES: AtomicUsize = AtomicUsize::new(0);

const STORE_KEY: &str = "the store key of an office that a test opened";

/// So many seconds after the office opened.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_millisecond(1_790_000_000_500 + 1_000 * second).unwrap()
}

pub(super) struct Office {
    pub(super) records: DynamoRecords,
    pub(super) client: Client,
    pub(super) table: String,
    pub(super) bank: Bank,
    ids: AtomicU32,
}

impl Office {
    pub(super) async fn on(client: Client) -> Office {
        let number = OFFICES.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("office-{}-{number}", std::process::id());
        let template = Template::of_this_build().unwrap();
        create_tables(&client, &template, |id| format!("{prefix}-{id}")).await.unwrap();
        let table = format!("{prefix}-PaymentsTable");
        let records = DynamoRecords::new(client.clone(), table.clone(), Vault::new(STORE_KEY).unwrap());
        Office { records, client, table, bank: Bank::default(), ids: AtomicU32::new(1) }
    }

    /// A fresh id.
    pub(super) fn id(&self) -> RecordId {
        let mut random = [0; 16];
        random[..4].copy_from_slice(&self.ids.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        RecordId::new(random)
    }

    /// A chance to act at that second, for half a minute.
    pub(super) fn turn(&self, second: i64) -> Turn {
        let until = at(second).checked_add(SignedDuration::from_secs(30)).unwrap();
        Turn { now: at(second), run: Run { token: self.id(), until }, record: self.id(), notice: self.id() }
    }

    /// A service's request to take the payment `uid` on, for an order of its own.
    pub(super) fn request(&self, uid: &str, price: u32) -> CreateRequest {
        CreateRequest {
            vendor: Vendor { code: VendorCode::TossPayments, store: "shop".to_owned(), uid: uid.to_owned() },
            source: Source::new("shop".to_owned(), "orders".to_owned(), self.id().to_string()).unwrap(),
            price: Won::new(price),
            password: PasswordHash("hash".to_owned()),
            webhook_url: Some("https://shop.example/told".to_owned()),
        }
    }

    /// The history of that id.
    pub(super) async fn history(&self, id: RecordId) -> History {
        match self.records.payment(id).await.unwrap().map(Locked::for_ourselves) {
            Some(Payment::Kept(history)) => history,
            other => panic!("{other:?}"),
        }
    }

    /// What services are still to be told of a history: sums given back, before and after.
    pub(super) async fn told(&self, id: RecordId) -> Vec<(u32, u32)> {
        let outstanding = self.records.outstanding(id).await.unwrap().into_iter();
        let refunds = |history: &History| history.facts.refund.get();
        outstanding.map(|one| (refunds(&one.notice.previous), refunds(&one.notice.current))).collect()
    }

    /// How many items stand in the table.
    pub(super) async fn items(&self) -> i32 {
        self.client.scan().table_name(&self.table).send().await.unwrap().count
    }
}

/// Whether the password is the one that all requests here have.
pub(super) fn fits(hash: &PasswordHash) -> bool {
    hash.0 == "hash"
}

pub(super) fn refund(amount: u32) -> CancelRequest {
    CancelRequest { amount: Won::new(amount), reason: "a cold cup".to_owned(), account: None, name: None }
}
