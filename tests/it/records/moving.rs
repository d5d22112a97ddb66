//! Records that another server kept and that move here: written once, as if they had been made here, and never over
//! what is here.

use std::collections::BTreeSet;

use cafe_core::payment::flow::{cancel, create};
use cafe_core::payment::{
    Document, History, PasswordHash, RecordId, Records, Reservation, Source, Standing, Vendor, Won,
};
use store::{DynamoRecords, Moved, Moving, Vault};

use super::office::{Office, at, fits, refund};
use crate::cafe::at_once;

on_every_dynamodb! {
    a_history_that_moves_here_is_as_one_that_was_made_here
    each_moves_once_however_many_move_it
    what_belongs_to_another_stays_as_it_is
    what_has_changed_here_since_lives_on
    another_store_key_is_noticed
}

fn password() -> PasswordHash {
    PasswordHash("hash".to_owned())
}

/// A history of a payment that the bank has collected.
async fn collected(office: &Office, uid: &str) -> History {
    let request = office.request(uid, 1_000);
    office.bank.opens(uid, &request.source.id, 1_000, Standing::Collectable);
    create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap()
}

fn reservation(office: &Office, uid: &str) -> Reservation {
    let request = office.request(uid, 0);
    Reservation {
        id: office.id(),
        vendor: request.vendor,
        source: request.source,
        title: "Mina's card".to_owned(),
        data: Document("{ \"billingKey\" : 1 }".to_owned()),
        created_at: at(0),
    }
}

/// The names of a record's attributes.
async fn attributes(office: &Office, id: RecordId) -> BTreeSet<String> {
    let items = office.client.scan().table_name(&office.table).send().await.unwrap().items.unwrap();
    let is_its =
        |value: &aws_sdk_dynamodb::types::AttributeValue| *value.as_s().unwrap() == format!("payment#{id}");
    let item = items.into_iter().find(|item| is_its(&item["id"])).unwrap();
    item.into_keys().collect()
}

async fn a_history_that_moves_here_is_as_one_that_was_made_here(office: &Office) {
    let history = collected(office, "pay-1").await;
    let elsewhere = Office::on(office.client.clone()).await;
    let records = &elsewhere.records;
    let moving = Moving::History(&history);
    assert_eq!(records.how_it_stands(moving, &password()).await.unwrap(), Moved::NotYet);
    assert_eq!(elsewhere.items().await, 0);
    assert_eq!(records.move_in(moving, &password()).await.unwrap(), Moved::Now);
    assert_eq!(elsewhere.items().await, 3);
    assert_eq!(attributes(&elsewhere, history.id).await, attributes(office, history.id).await);
    for found in [
        records.payment(history.id).await.unwrap(),
        records.payment_of(&history.source).await.unwrap(),
        records.payment_at(history.vendor.code, &history.vendor.uid).await.unwrap(),
    ] {
        assert_eq!(found, office.records.payment(history.id).await.unwrap());
    }
    assert!(records.left_behind(at(1_000_000), 10).await.unwrap().is_empty(), "nothing of it is on its way");
}

async fn each_moves_once_however_many_move_it(office: &Office) {
    let history = collected(office, "pay-1").await;
    let elsewhere = Office::on(office.client.clone()).await;
    let reservation = reservation(office, "card-1");
    for moving in [Moving::History(&history), Moving::Reservation(&reservation)] {
        let password = password();
        let moved = at_once((0..4).map(|_| elsewhere.records.move_in(moving, &password))).await;
        let moved: Vec<Moved> = moved.into_iter().map(Result::unwrap).collect();
        let how_many = |how| moved.iter().filter(|moved| **moved == how).count();
        assert_eq!((how_many(Moved::Now), how_many(Moved::Before)), (1, 3), "{moved:?}");
    }
    assert_eq!(elsewhere.items().await, 6);
    let stands = elsewhere.records.reservation_of(&reservation.source).await.unwrap().unwrap();
    assert_eq!(stands.unlock(fits).unwrap(), reservation);
}

async fn what_belongs_to_another_stays_as_it_is(office: &Office) {
    let history = collected(office, "pay-1").await;
    let reservation = reservation(office, "card-1");
    let records = &office.records;
    assert_eq!(records.move_in(Moving::Reservation(&reservation), &password()).await.unwrap(), Moved::Now);
    let items = office.items().await;
    let other = || Source { id: office.id().to_string(), ..history.source.clone() };
    let vendor = Vendor { uid: "pay-2".to_owned(), ..history.vendor.clone() };
    let mut dearer = history.clone();
    dearer.facts.price = Won::new(2_000);
    for (moving, moved) in [
        (History { id: office.id(), vendor: vendor.clone(), ..history.clone() }, Moved::SourceTaken),
        (History { id: office.id(), source: other(), ..history.clone() }, Moved::UidTaken),
        (History { source: other(), vendor, ..history.clone() }, Moved::Differently),
        (dearer, Moved::Differently),
    ] {
        let moving = Moving::History(&moving);
        assert_eq!(records.how_it_stands(moving, &password()).await.unwrap(), moved);
        assert_eq!(records.move_in(moving, &password()).await.unwrap(), moved);
    }
    let named = Reservation { title: "another".to_owned(), ..reservation.clone() };
    for (moving, key) in [
        (Moving::Reservation(&named), password()),
        (Moving::Reservation(&reservation), PasswordHash("another".to_owned())),
        (Moving::History(&history), PasswordHash("another".to_owned())),
    ] {
        assert_eq!(records.move_in(moving, &key).await.unwrap(), Moved::Differently);
    }
    assert_eq!((office.items().await, office.history(history.id).await), (items, history));
}

async fn what_has_changed_here_since_lives_on(office: &Office) {
    let history = collected(office, "pay-1").await;
    let cancelled =
        cancel(&office.records, &office.bank, history.clone(), refund(100), &office.turn(1)).await.unwrap();
    let moved = office.records.move_in(Moving::History(&history), &password()).await.unwrap();
    assert_eq!(moved, Moved::AndLivesOn);
    assert_eq!(office.history(history.id).await, cancelled);
}

async fn another_store_key_is_noticed(office: &Office) {
    let vault = || Vault::new("another store key than the one of this office").unwrap();
    let with_another = DynamoRecords::new(office.client.clone(), office.table.clone(), vault());
    assert!(with_another.opens_what_is_here().await.unwrap(), "nothing is here yet");
    collected(office, "pay-1").await;
    assert!(!with_another.opens_what_is_here().await.unwrap());
    assert!(office.records.opens_what_is_here().await.unwrap());
}
