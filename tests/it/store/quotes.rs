//! Quoting, and reading back.

use cafe_core::cafe::{Order, Points, Quote, Quoted, Store};
use cafe_core::payment::{OrderId, PayerId, Won};

use super::shop::{Shop, at, quote};

on_every_dynamodb! {
    a_quote_is_read_back_as_it_was_agreed
    an_order_that_was_never_made_is_none
    the_same_quote_may_be_kept_twice
    another_quote_under_the_same_name_is_refused
}

async fn a_quote_is_read_back_as_it_was_agreed(shop: &Shop) {
    let member = shop.joined(1, 100).await;
    let simple = shop.quoted(None, 0, 0).await;
    let of_a_member = shop.quoted(Some(&member), 100, 0).await;
    let of_the_largest_numbers = Quoted {
        quote: Quote {
            id: shop.new_order(),
            item: "\"따뜻한\" 라떼 \u{2615}\n#1 :x".to_owned(),
            quantity: u32::MAX,
            total: Won::new(u32::MAX),
            spend: Points::new(u32::MAX),
            due: Won::new(u32::MAX),
            earn: Points::new(u32::MAX),
            member: Some(member),
            payer: PayerId("u-".repeat(50)),
            quoted_at: at(1).checked_add(jiff::SignedDuration::from_nanos(1)).unwrap(),
        },
    };
    shop.quote(&of_the_largest_numbers).await.unwrap();
    for quoted in [simple, of_a_member, of_the_largest_numbers] {
        assert_eq!(shop.stands(quoted.quote.id).await, Some(Order::Quoted(quoted)));
    }
}

async fn an_order_that_was_never_made_is_none(shop: &Shop) {
    shop.quoted(None, 0, 0).await;
    assert_eq!(shop.stands(OrderId::new(at(0), [255; 10])).await, None);
}

async fn the_same_quote_may_be_kept_twice(shop: &Shop) {
    let quoted = shop.quoted(None, 0, 0).await;
    shop.quote(&quoted).await.unwrap();
    assert_eq!(shop.stands(quoted.quote.id).await, Some(Order::Quoted(quoted)));
}

async fn another_quote_under_the_same_name_is_refused(shop: &Shop) {
    let member = shop.joined(1, 100).await;
    let quoted = shop.quoted(None, 0, 0).await;
    let id = quoted.quote.id;
    shop.quote(&quote(id, Some(&member), 100, 0)).await.unwrap_err();
    assert_eq!(shop.stands(id).await, Some(Order::Quoted(quoted)));
    // And what has gone on since is never put back to its beginning.
    let opened = shop.opened(None, 0, 0).await;
    shop.quote(&Quoted { quote: opened.quote.clone() }).await.unwrap_err();
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Opened(opened)));
}
