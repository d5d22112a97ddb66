//! What each step costs in requests, which is what DynamoDB charges for and customers wait for.

use std::fmt::Write;

use cafe_core::cafe::{Begun, Store};
use devserver::dynamodb::{Counts, Embedded};

use super::shop::{Shop, at, at_gateway, attempt, cancelled, newcomer, paid, refunded, refunding};

/// The requests since the last bill, a line a step.
struct Bill {
    counts: Counts,
    lines: String,
}

impl Bill {
    fn add(&mut self, step: &str) {
        let counted = self.counts.take();
        let requests = counted.iter().map(|(operation, count)| format!("{count} {operation}"));
        let requests = requests.collect::<Vec<_>>().join(", ");
        writeln!(self.lines, "{step}: {requests}").unwrap();
    }
}

#[tokio::test]
async fn every_step_costs_as_little_as_it_can() {
    let embedded = Embedded::in_memory();
    let shop = Shop::on(embedded.client()).await;
    let mut bill = Bill { counts: embedded.counts(), lines: String::new() };
    let _opening_the_shop = bill.counts.take();
    // Not through the auditor, who asks far more than the store does.
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
        let begun = store.begin(opened.quote.id, &attempt("first", at(30)), at(3)).await.unwrap();
        bill.add(&format!("begin to collect {how}"));
        let Begun::First(approving) = begun else { panic!("{begun:?}") };
        store.give_up(&approving).await.unwrap();
        bill.add(&format!("give up {how}"));
        store.settle(&paid(&opened)).await.unwrap();
        bill.add(&format!("settle {how}"));
        let running = refunding(&paid(&opened), "r1", None);
        store.begin_refund(&running).await.unwrap();
        bill.add(&format!("begin to refund {how}"));
        store.settle_refund(&refunded(&running, 1_000)).await.unwrap();
        bill.add(&format!("settle the refund {how}"));
    }

    for (how, spend) in [("in full", 0), ("with points", 300)] {
        let opened = shop.opened(Some(&new.id), spend, 0).await;
        let _audit = bill.counts.take();
        store.look_again(opened.quote.id, at(1)).await.unwrap();
        bill.add(&format!("put off {how}"));
        store.close(&cancelled(&opened), None).await.unwrap();
        bill.add(&format!("close {how}"));
    }
    for _ in 0..3 {
        shop.opened(None, 0, 0).await;
    }
    let _audit = bill.counts.take();
    assert_eq!(store.due(at(10_000), 10).await.unwrap().len(), 3);
    bill.add("list three that are due");

    insta::assert_snapshot!(bill.lines, @r"
    join: 1 TransactWriteItems
    look up a member: 1 GetItem
    quote in full: 1 PutItem
    look up an order in full: 1 GetItem
    open in full: 1 UpdateItem
    begin to collect in full: 1 UpdateItem
    give up in full: 1 UpdateItem
    settle in full: 1 TransactWriteItems
    begin to refund in full: 1 UpdateItem
    settle the refund in full: 1 TransactWriteItems
    quote with points: 1 PutItem
    look up an order with points: 1 GetItem
    open with points: 1 TransactWriteItems
    begin to collect with points: 1 UpdateItem
    give up with points: 1 UpdateItem
    settle with points: 1 TransactWriteItems
    begin to refund with points: 1 UpdateItem
    settle the refund with points: 1 TransactWriteItems
    put off in full: 1 UpdateItem
    close in full: 1 UpdateItem
    put off with points: 1 UpdateItem
    close with points: 1 TransactWriteItems
    list three that are due: 1 Query
    ");
}
