//! The cost page says what a fresh count comes to, and an order costs the same however many there have been.

use devserver::dynamodb::Embedded;
use tests::cost::taken::Taken;
use tests::cost::{Cafe, fill, render, walk};

const PAGE: &str = include_str!("../../docs/cost.md");

#[tokio::test]
async fn the_cost_page_says_what_a_fresh_count_comes_to() {
    let taken = Taken::read(PAGE).unwrap();
    let mut cafe = Cafe::opens(Embedded::in_memory()).await.unwrap();
    let steps = walk(&mut cafe, true).await.unwrap();
    let fresh = render(&steps, &taken).unwrap();
    for (written, fresh) in PAGE.lines().zip(fresh.lines()) {
        assert_eq!(written, fresh, "write docs/cost.md anew with `cargo xtask cost --count`");
    }
    assert!(PAGE == fresh, "write docs/cost.md anew with `cargo xtask cost --count`");
}

#[tokio::test]
async fn an_order_costs_the_same_among_many_items_as_among_few() {
    let (few, many) = (fill(1_000).await.unwrap(), fill(20_000).await.unwrap());
    for (step, asked) in &few.steps {
        assert_eq!(many.steps[step], *asked, "{}", step.words());
    }
    assert!(few.is_as(&many));
}
