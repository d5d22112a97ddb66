//! Right books add up whatever is going on, and what is broken by hand is named.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::cafe::CloseReason;
use cafe_core::cafe::audit::{Discrepancy, Table};
use cafe_core::payment::Won;
use futures_util::future::join_all;
use store::{Audited, Progress};

use crate::shop::{Shop, at, id, member};

fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// What is found once an order, a member or a ledger line has been changed by hand.
async fn after(table: Table, key: &str, update: &str, value: AttributeValue) -> Vec<Discrepancy> {
    let shop = Shop::busy().await;
    match table {
        Table::Members => shop.harm(&shop.tables.members, &[("id", key)], update, value).await,
        Table::Orders => shop.harm(&shop.tables.orders, &[("id", key)], update, value).await,
        Table::Ledger => {
            let member = member(1);
            shop.harm(&shop.tables.ledger, &[("member", member.as_str()), ("entry", key)], update, value)
                .await;
        }
    }
    let Audited { discrepancies, unsettled, .. } = shop.audit().await;
    assert!(unsettled.is_empty());
    discrepancies.into_iter().collect()
}

fn names(wrong: &[Discrepancy]) -> Vec<&'static str> {
    wrong.iter().map(Discrepancy::name).collect()
}

#[tokio::test]
async fn books_of_every_sort_add_up() {
    let audited = Shop::busy().await.audit().await;
    assert_eq!(audited, Audited { members: 2, lines: 18, orders: 11, ..Audited::default() });
    assert_eq!(Shop::empty().await.audit().await, Audited::default());
}

#[tokio::test]
async fn a_members_balance_is_what_their_ledger_says() {
    let ledger = 10_000 - 200 - 300 + 450 - 4_500;
    let wrong = after(Table::Members, member(1).as_str(), "SET balance = :value", n(ledger + 1)).await;
    assert_eq!(wrong, [Discrepancy::Balance { member: member(1), kept: ledger + 1, ledger }]);
    let wrong = after(Table::Members, member(1).as_str(), "SET held = :value", n(-1)).await;
    let below = Discrepancy::BelowZero { member: member(1), balance: ledger, held: -1 };
    assert_eq!(wrong, [Discrepancy::Held { member: member(1), kept: -1, ledger: 500 }, below]);
}

#[tokio::test]
async fn a_binding_leads_to_its_member() {
    let shop = Shop::busy().await;
    let put = shop.client.put_item().table_name(&shop.tables.members);
    put.item("id", s("user#user-2")).item("member", s("nobody")).send().await.unwrap();
    let wrong: Vec<_> = shop.audit().await.discrepancies.into_iter().collect();
    assert_eq!(names(&wrong), ["unbound", "bound-to-nobody"]);
}

#[tokio::test]
async fn a_line_says_what_its_order_calls_for() {
    let line = format!("{}#hold", id(4));
    let wrong = after(Table::Ledger, &line, "SET points = :value", n(399)).await;
    assert_eq!(names(&wrong), ["balance", "held", "other-points"]);
    assert!(wrong[2].ids().contains(&("line", line.clone())));
    let wrong = after(Table::Ledger, &line, "SET kind = :value", s("gift")).await;
    assert_eq!(names(&wrong), ["balance", "held", "unknown-kind"]);
}

#[tokio::test]
async fn an_order_is_what_its_stage_says() {
    let order = |number: u32| id(number).to_string();
    for (number, update, value, expected) in [
        (7, "SET collected = :value", n(4_499), "collected"),
        (7, "SET refund_count = :value", n(0), "refund-count"),
        (7, "SET #total = :value", n(9_000), "agreed"),
        (7, "SET expires_at = :value", n(1), "expiry"),
        (2, "REMOVE watch", n(0), "unwatched"),
        (5, "REMOVE watch", n(0), "unwatched"),
        (9, "REMOVE watch", n(0), "unwatched"),
        (7, "SET refunds[0].amount = :value", n(4_501), "refunded-too-much"),
        (4, "REMOVE reason", n(0), "unreadable"),
    ] {
        let wrong = after(Table::Orders, &order(number), update, value).await;
        assert_eq!(names(&wrong), [expected], "{update}");
        let ids = wrong[0].ids();
        assert!(ids.iter().any(|(_, found)| *found == order(number)), "{ids:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_not_repeated() {
    let order = id(3).to_string();
    let wrong = after(Table::Orders, &order, "SET stage = :value", s("lost")).await;
    let [Discrepancy::Unreadable { table: Table::Orders, key, .. }] = &*wrong else { panic!("{wrong:?}") };
    assert_eq!(*key, order);
    let wrong = after(Table::Members, member(1).as_str(), "SET phone = :value", s("010-1234-5678")).await;
    let [Discrepancy::Unreadable { table: Table::Members, .. }] = &*wrong else { panic!("{wrong:?}") };
    assert!(!wrong[0].to_string().contains("010"), "{wrong:?}");
    let wrong = after(Table::Ledger, "0#bonus", "SET points = :value", s("many")).await;
    let [Discrepancy::Unreadable { table: Table::Ledger, key, .. }] = &*wrong else { panic!("{wrong:?}") };
    assert_eq!(*key, format!("{} 0#bonus", member(1)));
}

#[tokio::test]
async fn what_is_gone_is_missed() {
    let shop = Shop::busy().await;
    let line = format!("{}#hold", id(4));
    let delete = shop.client.delete_item().table_name(&shop.tables.ledger);
    delete.key("member", s(member(1).as_str())).key("entry", s(&line)).send().await.unwrap();
    let wrong: Vec<_> = shop.audit().await.discrepancies.into_iter().collect();
    assert_eq!(names(&wrong), ["balance", "held", "missing"]);

    let shop = Shop::busy().await;
    let delete = shop.client.delete_item().table_name(&shop.tables.orders);
    delete.key("id", s(&id(4).to_string())).send().await.unwrap();
    let wrong: Vec<_> = shop.audit().await.discrepancies.into_iter().collect();
    assert_eq!(names(&wrong), ["no-such-order", "no-such-order"]);

    let shop = Shop::busy().await;
    let delete = shop.client.delete_item().table_name(&shop.tables.members);
    delete.key("id", s(member(2).as_str())).send().await.unwrap();
    let wrong: Vec<_> = shop.audit().await.discrepancies.into_iter().collect();
    assert_eq!(names(&wrong), ["no-such-member", "bound-to-nobody"]);
}

/// A customer who joins, and orders in every way there is.
async fn customer(shop: &Shop, number: u32, orders: u32) {
    shop.join(number, 1_000).await;
    for order in (0..orders).map(|order| 1_000 * number + order) {
        match order % 4 {
            0 => drop(shop.paid(order, Some(number), 0, 450).await),
            1 => {
                let opened = shop.open(order, Some(number), 300, 0).await;
                shop.close(opened.close(CloseReason::Cancelled, at(50)), None).await;
            }
            2 => {
                let paid = shop.paid(order, Some(number), 500, 0).await;
                let paid = shop.refund(paid, "r1", Some(1_000)).await;
                shop.refund(paid, "r2", None).await;
            }
            _ => {
                let paid = shop.paid(order, Some(number), 0, 450).await;
                shop.refund(paid, "r1", Some(2_000)).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_open_cafe_is_audited_without_a_false_word() {
    let shop = Arc::new(Shop::busy().await);
    let wrong = Discrepancy::Collected { order: id(8), collected: Won::new(1), due: Won::new(4_500) };
    shop.harm(&shop.tables.orders, &[("id", &id(8).to_string())], "SET collected = :value", n(1)).await;
    let customers: Vec<_> = (10..16)
        .map(|number| {
            let shop = shop.clone();
            tokio::spawn(async move { customer(&shop, number, 24).await })
        })
        .collect();
    let (mut audits, mut looked_at) = (0, 0);
    while audits == 0 || !customers.iter().all(tokio::task::JoinHandle::is_finished) {
        let audited = shop
            .auditor()
            .audit(|progress| {
                if let Progress::LookedAt(..) = progress {
                    looked_at += 1;
                }
            })
            .await
            .unwrap();
        // Who orders faster than anybody reads may stay untold, but nothing untrue is told of them.
        assert!(audited.discrepancies.iter().eq([&wrong]), "{audited:?}");
        audits += 1;
    }
    for ended in join_all(customers).await {
        ended.unwrap();
    }
    assert!(looked_at > audits, "{audits} audits, and nothing ever changed under them");
    let Audited { members, orders, discrepancies, unsettled, .. } = shop.audit().await;
    assert_eq!((members, orders), (8, 11 + 6 * 24));
    assert_eq!((discrepancies.into_iter().collect::<Vec<_>>(), unsettled.len()), (vec![wrong], 0));
}

#[tokio::test]
async fn a_table_of_many_pages_is_read_to_its_end() {
    let shop = Shop::empty().await;
    let item = "라떼".repeat(3_000);
    for number in 0..900 {
        shop.quote_of(&item, number, None, 0, 0).await;
    }
    shop.harm(&shop.tables.orders, &[("id", &id(899).to_string())], "REMOVE expires_at", n(0)).await;
    drop(shop.embedded.counts().take());
    let audited = shop.audit().await;
    assert_eq!(audited.orders, 900);
    assert_eq!(names(&audited.discrepancies.into_iter().collect::<Vec<_>>()), ["expiry"]);
    let scans = shop.embedded.counts().take()["Scan"];
    assert!(scans > 3 * 8 + 8, "{scans} pages of three tables in eight segments each");
}
