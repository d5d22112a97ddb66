//! What each step costs: requests to DynamoDB and calls of the gateway, which is what an owner pays for and a
//! customer waits for.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::cafe::{Cafe, JUN, KAKAOTALK, MINA, SCRAPER, story};

/// What was asked since the last line, a line a step.
#[derive(Default)]
struct Bill {
    lines: String,
    calls: BTreeMap<&'static str, usize>,
}

impl Bill {
    fn add(&mut self, cafe: &Cafe, step: &str) {
        let calls = cafe.calls();
        let requests = cafe.requests().into_iter();
        let asked: Vec<_> = requests
            .chain(calls.iter().map(|(endpoint, calls)| {
                (format!("gateway's {endpoint}"), calls - self.calls.get(endpoint).unwrap_or(&0))
            }))
            .filter(|(_, count)| *count > 0)
            .map(|(what, count)| format!("{count} {what}"))
            .collect();
        let asked = if asked.is_empty() { "nothing".to_owned() } else { asked.join(" + ") };
        writeln!(self.lines, "{step}: {asked}").unwrap();
        self.calls = calls;
    }
}

#[tokio::test]
async fn every_step_asks_for_as_little_as_it_can() {
    story(async |cafe| {
        let mut bill = Bill::default();
        cafe.joins("mina", MINA).await;
        bill.add(cafe, "join");
        cafe.points("mina", MINA).await;
        bill.add(cafe, "points");

        let card = cafe.orders("mina", MINA, 10, "에스프레소").await;
        bill.add(cafe, "quote, in full");
        let page = cafe.opens_link(card.link()).await;
        bill.add(cafe, "open, in full");
        cafe.opens_link(card.link()).await;
        bill.add(cafe, "open again");
        let back = cafe.pays(&page).await;
        bill.add(cafe, "at the gateway's page");
        cafe.returns(&back).await;
        bill.add(cafe, "approve, in full");
        cafe.returns(&back).await;
        bill.add(cafe, "look again");

        let card = cafe.orders("jun", JUN, 1, "에스프레소").await;
        bill.add(cafe, "quote, a stranger's");
        let back = cafe.opens_and_pays(card.link()).await;
        bill.add(cafe, "open, a stranger's");
        cafe.returns(&back).await;
        bill.add(cafe, "approve, a stranger's");

        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await;
        bill.add(cafe, "quote, with points");
        let back = cafe.opens_and_pays(card.link()).await;
        bill.add(cafe, "open, with points");
        cafe.returns(&back).await;
        bill.add(cafe, "approve, with points");

        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 1_500).await;
        bill.add(cafe, "quote, all in points");
        let back = cafe.opens_link(card.link()).await;
        bill.add(cafe, "open, all in points");
        cafe.returns(&back).await;
        bill.add(cafe, "approve, all in points");

        let card = cafe.orders("mina", MINA, 1, "에스프레소").await;
        let page = cafe.opens_link(card.link()).await;
        let back = cafe.cancels(&page).await;
        bill.add(cafe, "quote and open, to be cancelled");
        cafe.returns(&back).await;
        bill.add(cafe, "cancel");

        cafe.visit("/", KAKAOTALK).await;
        bill.add(cafe, "demo link");
        cafe.visit("/payment?item_name=에스프레소", KAKAOTALK).await;
        bill.add(cafe, "a drink's link");
        cafe.visit(card.link(), SCRAPER).await;
        cafe.visit("/", SCRAPER).await;
        bill.add(cafe, "previews");

        insta::assert_snapshot!(bill.lines, @"
        join: 1 TransactWriteItems
        points: 1 GetItem
        quote, in full: 1 GetItem + 1 PutItem
        open, in full: 1 GetItem + 1 UpdateItem + 1 gateway's ready
        open again: 1 GetItem
        at the gateway's page: nothing
        approve, in full: 1 TransactWriteItems + 1 UpdateItem + 1 gateway's approve
        look again: 1 UpdateItem
        quote, a stranger's: 1 GetItem + 1 PutItem
        open, a stranger's: 1 GetItem + 1 UpdateItem + 1 gateway's ready
        approve, a stranger's: 2 UpdateItem + 1 gateway's approve
        quote, with points: 1 GetItem + 1 PutItem
        open, with points: 1 GetItem + 1 TransactWriteItems + 1 gateway's ready
        approve, with points: 1 TransactWriteItems + 1 UpdateItem + 1 gateway's approve
        quote, all in points: 1 GetItem + 1 PutItem
        open, all in points: 1 GetItem + 1 TransactWriteItems
        approve, all in points: 1 GetItem + 1 TransactWriteItems + 1 UpdateItem
        quote and open, to be cancelled: 2 GetItem + 1 PutItem + 1 UpdateItem + 1 gateway's ready
        cancel: 1 GetItem + 1 UpdateItem + 1 gateway's order
        demo link: 1 PutItem + 1 UpdateItem + 1 gateway's ready
        a drink's link: 1 PutItem + 1 UpdateItem + 1 gateway's ready
        previews: nothing
        ");
        assert!(!bill.lines.contains("Scan") && !bill.lines.contains("Query"));
    })
    .await;
}

#[tokio::test]
async fn a_run_of_the_schedule_costs_what_is_due_and_not_what_there_is() {
    story(async |cafe| {
        let mut bill = Bill::default();
        for _ in 0..5 {
            let card = cafe.orders("jun", JUN, 1, "에스프레소").await;
            let back = cafe.opens_and_pays(card.link()).await;
            cafe.returns(&back).await;
        }
        bill.add(cafe, "five orders that are paid");
        cafe.reconcile().await;
        bill.add(cafe, "nothing is due");
        for _ in 0..2 {
            let card = cafe.orders("jun", JUN, 1, "에스프레소").await;
            cafe.opens_link(card.link()).await;
        }
        cafe.later(17);
        bill.add(cafe, "two orders that are not");
        cafe.reconcile().await;
        bill.add(cafe, "two are due");
        insta::assert_snapshot!(bill.lines, @"
        five orders that are paid: 10 GetItem + 5 PutItem + 15 UpdateItem + 5 gateway's approve + 5 gateway's ready
        nothing is due: 1 Query
        two orders that are not: 4 GetItem + 2 PutItem + 2 UpdateItem + 2 gateway's ready
        two are due: 2 GetItem + 1 Query + 2 UpdateItem + 2 gateway's order
        ");
    })
    .await;
}
