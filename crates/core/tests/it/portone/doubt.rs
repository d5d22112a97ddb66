//! What stays unknown, and what is known to have moved nothing.

use cafe_core::payment::Gateway as _;
use fakes::Trouble;
use fakes::portone::{Dialect, Endpoint};
use jiff::SignedDuration;

use super::Shop;
use crate::answered::{is_unknown, is_unreached};

#[tokio::test]
async fn a_refund_without_a_believable_answer_is_unknown_whatever_happened() {
    for (trouble, cancelled) in [
        (Trouble::AnswerLost, 400),
        (Trouble::Reset, 0),
        (Trouble::Refused { effect: true }, 400),
        (Trouble::Refused { effect: false }, 0),
        (Trouble::Failed { effect: true }, 400),
        (Trouble::Failed { effect: false }, 0),
        (Trouble::Html502 { effect: true }, 400),
        (Trouble::Garbage { effect: false }, 0),
        (Trouble::Slow { wait_ms: 1, effect: false }, 0),
    ] {
        for shop in Shop::both() {
            shop.paid().await;
            shop.fake.inject(Endpoint::Cancel, trouble.clone());
            let result = shop.cancel(400, 4_400).await;
            assert!(is_unknown(&result), "{trouble:?}: {result:?}");
            assert_eq!(shop.cancelled(), cancelled, "{trouble:?}");
            assert_eq!(i64::from(shop.look().await.returned().get()), cancelled, "a look tells");
        }
    }
}

#[tokio::test]
async fn a_refund_that_was_never_sent_is_asked_for_again() {
    for shop in Shop::both() {
        shop.paid().await;
        shop.wire.set_down(true);
        assert!(is_unreached(&shop.cancel(400, 4_400).await));
        shop.wire.set_down(false);
        assert_eq!(shop.cancelled(), 0);
        shop.fake.inject(Endpoint::Cancel, Trouble::UnknownFields);
        shop.cancel(400, 4_400).await.unwrap();
    }
}

#[tokio::test]
async fn a_look_that_fails_says_nothing() {
    for trouble in
        [Trouble::AnswerLost, Trouble::Failed { effect: false }, Trouble::Html502 { effect: false }]
    {
        for shop in Shop::both() {
            shop.paid().await;
            for _ in 0..2 {
                shop.fake.inject(Endpoint::Payment, trouble.clone());
            }
            assert!(is_unknown(&shop.approve().await));
            assert!(is_unknown(&shop.gateway.lookup(&shop.payment()).await));
            shop.approve().await.unwrap();
        }
    }
}

#[tokio::test]
async fn v1_asks_for_no_refund_before_it_knows_of_which_payment_and_with_which_token() {
    let shop = Shop::new(Dialect::V1);
    shop.paid().await;
    shop.fake.inject(Endpoint::Payment, Trouble::AnswerLost);
    let asked = shop.cancel(400, 4_400).await;
    assert!(is_unreached(&asked), "nothing moved: {asked:?}");
    shop.clock.advance(SignedDuration::from_hours(1));
    shop.fake.inject(Endpoint::Token, Trouble::AnswerLost);
    let asked = shop.cancel(400, 4_400).await;
    assert!(is_unreached(&asked), "nothing moved: {asked:?}");
    assert_eq!((shop.cancelled(), shop.fake.calls(Endpoint::Cancel)), (0, 0));
}
