//! What each step costs in requests, which is what DynamoDB charges for and customers wait for.

use std::fmt::Write;

use cafe_core::cafe::{Begun, Capture, Store, Watch, Watched};
use devserver::dynamodb::{Counts, Embedded};

use super::shop::{
    Shop, at, at_gateway, cancelled, expired, newcomer, paid, proof, refund_id, refunded, refunding,
    taken_over, token, turn,
};

/// The requests since the last bill, a line a step.
struct Bill {
    counts: Counts,
    lines: String,
}

impl Bill {
    /// A shop, whose opening is not on the bill.
    async fn of_a_shop() -> (Shop, Bill) {
        let embedded = Embedded::in_memory();
        let shop = Shop::on(embedded.client()).await;
        let mut bill = Bill { counts: embedded.counts(), lines: String::new() };
        bill.forget();
        (shop, bill)
    }

    fn add(&mut self, step: &str) {
        let counted = self.counts.take();
        let requests = counted.iter().map(|(operation, count)| format!("{count} {operation}"));
        let requests = requests.collect::<Vec<_>>().join(", ");
        writeln!(self.lines, "{step}: {requests}").unwrap();
    }

    /// What the auditor asked for, who asks far more than the store does.
    fn forget(&mut self) {
        let _uncharged = self.counts.take();
    }
}

#[tokio::test]
async fn every_step_costs_as_little_as_it_can() {
    let (shop, mut bill) = Bill::of_a_shop().await;
    let store = &shop.store;

    let new = newcomer(1, 1_000);
    store.join(&new).await.unwrap();
    bill.add("join");
    store.member(&new.id).await.unwrap();
    bill.add("look up a member");

    for (how, spend, earn) in [("in full", 0, 450), ("with points", 300, 0)] {
        let quoted = super::shop::quote(shop.new_order(), Some(&new.id), spend, earn);
        store.quote(&quoted).await.unwrap();
        bill.add(&format!("quote {how}"));
        let opened = quoted.open(at_gateway("T1"), at(2));
        store.order(opened.quote.id).await.unwrap();
        bill.add(&format!("look up an order {how}"));
        store.open(&opened).await.unwrap();
        bill.add(&format!("open {how}"));
        let turn = turn("first", at(3), at(30));
        let begun = store.begin(opened.quote.id, &turn, Some(&proof("first"))).await.unwrap();
        bill.add(&format!("begin to collect {how}"));
        let Begun::First(approving) = begun else { panic!("{begun:?}") };
        store.give_up(&approving).await.unwrap();
        bill.add(&format!("give up {how}"));
        store.settle(&paid(&opened)).await.unwrap();
        bill.add(&format!("settle {how}"));
    }
    for (how, spend) in [("in full", 0), ("with points", 300)] {
        let opened = shop.opened(Some(&new.id), spend, 0).await;
        bill.forget();
        store.close(&cancelled(&opened), None).await.unwrap();
        bill.add(&format!("close {how}"));
    }

    insta::assert_snapshot!(bill.lines, @r"
    join: 1 TransactWriteItems
    look up a member: 1 GetItem
    quote in full: 1 PutItem
    look up an order in full: 1 GetItem
    open in full: 1 UpdateItem
    begin to collect in full: 1 UpdateItem
    give up in full: 1 UpdateItem
    settle in full: 1 TransactWriteItems
    quote with points: 1 PutItem
    look up an order with points: 1 GetItem
    open with points: 1 TransactWriteItems
    begin to collect with points: 1 UpdateItem
    give up with points: 1 UpdateItem
    settle with points: 1 TransactWriteItems
    close in full: 1 UpdateItem
    close with points: 1 TransactWriteItems
    ");
}

#[tokio::test]
async fn every_step_in_doubt_costs_as_little_as_it_can() {
    let (shop, mut bill) = Bill::of_a_shop().await;
    let store = &shop.store;
    let member = shop.joined(1, 1_000).await;
    for (how, spend) in [("in full", 0), ("with points", 300)] {
        let opened = shop.opened(Some(&member), spend, 0).await;
        let id = opened.quote.id;
        let first = shop.approving(&opened, "first", at(30)).await;
        bill.forget();
        store.leave_in_doubt(&first, at(10)).await.unwrap();
        bill.add(&format!("leave in doubt {how}"));
        let watched = store.watched(id).await.unwrap().unwrap();
        bill.add(&format!("look at {how}"));
        store.keep_watching(&Watched { watch: Some(Watch::From(at(20))), ..watched }).await.unwrap();
        bill.add(&format!("put off {how}"));
        store.begin(id, &turn("second", at(20), at(50)), None).await.unwrap();
        bill.add(&format!("begin again {how}"));
        store.close(&expired(&opened, Capture::Possible), Some(&token("second"))).await.unwrap();
        bill.add(&format!("close {how}"));
        store.follow_up(&expired(&opened, Capture::Returning)).await.unwrap();
        bill.add(&format!("follow up {how}"));
        store.follow_up(&expired(&opened, Capture::Returned(opened.quote.due))).await.unwrap();
        bill.add(&format!("follow up to the end {how}"));
    }
    for _ in 0..3 {
        shop.opened(None, 0, 0).await;
        let in_review = shop.opened(None, 0, 0).await.quote.id;
        shop.needs_review(in_review, at(1)).await;
    }
    bill.forget();
    assert_eq!(store.due(at(10_000), 10).await.unwrap().len(), 3);
    bill.add("list three that are due");
    assert_eq!(store.in_review(10).await.unwrap().len(), 3);
    bill.add("list three in review");

    insta::assert_snapshot!(bill.lines, @r"
    leave in doubt in full: 1 UpdateItem
    look at in full: 1 GetItem
    put off in full: 1 UpdateItem
    begin again in full: 1 UpdateItem
    close in full: 1 UpdateItem
    follow up in full: 1 UpdateItem
    follow up to the end in full: 1 UpdateItem
    leave in doubt with points: 1 UpdateItem
    look at with points: 1 GetItem
    put off with points: 1 UpdateItem
    begin again with points: 1 UpdateItem
    close with points: 1 TransactWriteItems
    follow up with points: 1 UpdateItem
    follow up to the end with points: 1 UpdateItem
    list three that are due: 1 Query
    list three in review: 1 Query
    ");
}

#[tokio::test]
async fn every_step_of_a_refund_costs_as_little_as_it_can() {
    let (shop, mut bill) = Bill::of_a_shop().await;
    let store = &shop.store;
    let member = shop.joined(1, 1_000).await;
    for (how, member, spend, earn) in [
        ("without points", None, 0, 0),
        ("of earned points", Some(&member), 0, 450),
        ("of spent points", Some(&member), 300, 0),
    ] {
        let first = refunding(&shop.paid(member, spend, earn).await, "r1", None);
        let second = taken_over(&first, "second", at(160));
        bill.forget();
        store.begin_refund(&first).await.unwrap();
        bill.add(&format!("begin {how}"));
        store.resume_refund(&second, at(130)).await.unwrap();
        bill.add(&format!("resume {how}"));
        store.give_up_refund(&second).await.unwrap();
        bill.add(&format!("give up {how}"));
        store.begin_refund(&first).await.unwrap();
        bill.forget();
        store.settle_refund(&refunded(&first, 1_000), &refund_id("r1")).await.unwrap();
        bill.add(&format!("settle {how}"));
    }

    insta::assert_snapshot!(bill.lines, @r"
    begin without points: 1 UpdateItem
    resume without points: 1 UpdateItem
    give up without points: 1 UpdateItem
    settle without points: 1 UpdateItem
    begin of earned points: 1 UpdateItem
    resume of earned points: 1 UpdateItem
    give up of earned points: 1 UpdateItem
    settle of earned points: 1 TransactWriteItems
    begin of spent points: 1 UpdateItem
    resume of spent points: 1 UpdateItem
    give up of spent points: 1 UpdateItem
    settle of spent points: 1 TransactWriteItems
    ");
}
