//! The ledger: every line of it, however long it has become.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::cafe::{Entry, Store};

use super::shop::Shop;

on_every_dynamodb! {
    the_ledger_is_read_to_its_end
    members_have_ledgers_of_their_own
}

/// DynamoDB answers with at most a megabyte at once, so four lines of this size need a second answer.
const HEAVY: usize = 300_000;

async fn the_ledger_is_read_to_its_end(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for _ in 0..3 {
        shop.closed(Some(&member), 300, 0).await;
    }
    let light = shop.entries(&member).await.unwrap();
    assert_eq!(light.len(), 7);

    // A ledger that long would take thousands of orders; heavier lines do as well.
    let ledger = || {
        shop.client
            .query()
            .table_name(&shop.tables.ledger)
            .key_condition_expression("#member = :member")
            .expression_attribute_names("#member", "member")
            .expression_attribute_values(":member", AttributeValue::S(member.as_str().to_owned()))
    };
    for mut item in ledger().send().await.unwrap().items.unwrap() {
        item.insert("weight".to_owned(), AttributeValue::S("#".repeat(HEAVY)));
        let put = shop.client.put_item().table_name(&shop.tables.ledger).set_item(Some(item));
        put.send().await.unwrap();
    }
    assert!(ledger().send().await.unwrap().last_evaluated_key.is_some());
    assert_eq!(shop.entries(&member).await.unwrap(), light);
}

async fn members_have_ledgers_of_their_own(shop: &Shop) {
    let (one, other) = (shop.joined(1, 1_000).await, shop.joined(2, 2_000).await);
    shop.paid(Some(&one), 300, 0).await;
    shop.paid(Some(&other), 0, 450).await;
    for (member, points, lines) in [(&one, (700, 0), 3), (&other, (2_450, 0), 2)] {
        let entries = shop.entries(member).await.unwrap();
        assert!(entries.iter().all(|entry| entry.member == *member));
        assert_eq!(entries.iter().map(Entry::key).collect::<BTreeSet<_>>().len(), lines);
        assert_eq!(shop.points(member).await, points);
    }
}
