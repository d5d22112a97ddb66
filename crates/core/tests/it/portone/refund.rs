//! Giving back, guarded by the balance alone: PortOne knows no keys of requests.

use cafe_core::payment::{Decline, Standing, Won};
use jiff::SignedDuration;

use super::Shop;
use crate::answered::{cancels, declined};
use crate::asked::{a_minute_later, opened_at};

#[tokio::test]
async fn a_part_says_how_much_and_all_says_nothing_but_the_balance() {
    for shop in Shop::both() {
        shop.paid().await;
        shop.cancel(400, 4_400).await.unwrap();
        let part = shop.wire.asked().pop().unwrap();
        assert!(part.contains(r#""amount":400"#) && part.contains("4400"), "{part}");
        shop.cancel(4_000, 4_000).await.unwrap();
        let all = shop.wire.asked().pop().unwrap();
        assert!(!all.contains(r#""amount""#) && all.contains("4000"), "{all}");
        let shown = shop.approve().await.unwrap();
        assert_eq!((&shown.standing, shown.returned()), (&Standing::Cancelled, Won::new(4_400)));
        assert_eq!((shown.approval(), shop.cancelled()), (None, 4_400), "and is never taken for paid");
    }
}

#[tokio::test]
async fn never_more_goes_back_than_there_is_and_each_part_once() {
    for shop in Shop::both() {
        shop.paid().await;
        shop.cancel(1_400, 4_400).await.unwrap();
        // A repeat names the balance of before, and so does whoever wants more than is left.
        for (amount, left) in [(1_400, 4_400), (4_400, 4_400), (4_000, 4_400)] {
            let (decline, refusal) = declined(shop.cancel(amount, left).await);
            assert!(decline == Decline::Refused && (400..500).contains(&refusal.status), "{refusal:?}");
        }
        shop.clock.advance(SignedDuration::from_mins(1));
        shop.cancel(3_000, 3_000).await.unwrap();
        let shown = shop.look().await;
        let listed = [(1_400, "a cold cup", opened_at()), (3_000, "a cold cup", a_minute_later())];
        assert_eq!((cancels(&shown), shown.facts.paid_at), (listed.to_vec(), Some(opened_at())));
        assert_eq!(shop.cancelled(), 4_400);
    }
}
