//! What is not known, and what is odd.

use cafe_core::payment::{Standing, Won};
use fakes::tosspayments::{Endpoint, Fault};

use super::{key, shops};
use crate::answered::is_unknown;

fn doubts(effect: bool) -> [Fault; 8] {
    let refused = |code: &str, http_status| Fault::Refused { code: code.to_owned(), http_status, effect };
    [
        Fault::AnswerLost,
        Fault::Reset,
        Fault::Garbage { effect },
        Fault::ServerErrorHtml { http_status: 502, effect },
        Fault::InProgress,
        refused("PROVIDER_ERROR", 400),
        refused("FAILED_INTERNAL_SYSTEM_PROCESSING", 500),
        refused("SOMETHING_NEW", 400),
    ]
}

#[tokio::test]
async fn what_is_not_known_is_never_a_no() {
    for fault in [false, true].into_iter().flat_map(doubts) {
        for shop in shops() {
            let payment = shop.agreed();
            shop.fake.inject(Endpoint::Confirm, fault.clone());
            assert!(is_unknown(&shop.approve(&payment, "c1").await), "{fault:?}");
            let is_collected = shop.moved(&payment).0 > 0;
            assert_eq!(shop.look(&payment).await.standing == Standing::Paid, is_collected, "{fault:?}");
        }
        for shop in shops() {
            let payment = shop.paid().await;
            shop.fake.inject(Endpoint::Cancel, fault.clone());
            assert!(is_unknown(&shop.cancel(&payment, "r1", (400, 4_400)).await), "{fault:?}");
            let shown = i64::from(shop.look(&payment).await.returned().get());
            assert_eq!(shop.moved(&payment).2, shown, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn odd_answers_are_read_and_another_orders_payment_is_not_ours() {
    for shop in shops() {
        let payment = shop.agreed();
        shop.fake.inject(Endpoint::Confirm, Fault::FractionalNumbers);
        assert_eq!(shop.approve(&payment, "c1").await.unwrap().facts.price, Won::new(4_400));
        shop.fake.inject(Endpoint::LookUp, Fault::UnknownFields);
        assert!(shop.look(&payment).await.is_ours);
        shop.fake.rename(key(&payment), "another-order").unwrap();
        assert!(!shop.look(&payment).await.is_ours);
    }
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_no_end() {
    for shop in shops() {
        let payment = shop.paid().await;
        shop.fake.show_status(key(&payment), Some("PAUSED")).unwrap();
        let shown = shop.look(&payment).await;
        assert_eq!(shown.standing, Standing::Unrecognised("PAUSED".to_owned()));
        assert_eq!((shown.facts.paid_at, shown.approval()), (None, None));
    }
}
