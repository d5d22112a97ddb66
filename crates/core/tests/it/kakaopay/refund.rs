//! Giving back, guarded by the balance alone: KakaoPay knows no keys of requests.

use cafe_core::payment::{Decline, Standing, Won};

use super::{shops, tid};
use crate::answered::{declined, is_unknown};

#[tokio::test]
async fn never_more_goes_back_than_there_is_and_each_part_once() {
    for shop in shops() {
        let payment = shop.paid().await;
        let told = shop.cancel(&payment, (1_400, 4_400)).await.unwrap();
        assert_eq!(told, None, "its answer does not list what went back before");
        for (amount, left) in [(1_400, 4_400), (4_400, 4_400), (4_000, 4_400)] {
            assert_eq!(declined(shop.cancel(&payment, (amount, left)).await).0, Decline::Refused);
        }
        shop.cancel(&payment, (3_000, 3_000)).await.unwrap();
        assert_eq!(declined(shop.cancel(&payment, (3_000, 3_000)).await).0, Decline::Refused);
        assert_eq!(shop.moved(&payment), (4_400, 1, 4_400));
    }
}

#[tokio::test]
async fn what_was_given_back_at_its_own_desk_shows() {
    for shop in shops() {
        let payment = shop.paid().await;
        shop.fake.give_back(tid(&payment), 400).unwrap();
        let shown = shop.look(&payment).await;
        assert_eq!((&shown.standing, shown.returned()), (&Standing::Paid, Won::new(400)));
        assert_eq!(shown.facts.cancels.len(), 1);
    }
}

#[tokio::test]
async fn what_was_never_collected_is_not_given_back() {
    for shop in shops() {
        let (payment, _) = shop.agreed().await;
        assert!(is_unknown(&shop.cancel(&payment, (400, 4_400)).await), "-784: a look tells which state");
        let shown = shop.look(&payment).await;
        assert_eq!((&shown.standing, shown.returned()), (&Standing::Collectable, Won::ZERO));
        assert_eq!(shop.moved(&payment), (0, 0, 0));
    }
}
