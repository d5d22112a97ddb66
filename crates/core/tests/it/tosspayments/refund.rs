//! Giving back: each sum once, and all of it in the end.

use cafe_core::payment::{Decline, Standing, Won};
use fakes::tosspayments::{Endpoint, Fault};
use jiff::SignedDuration;

use super::{key, shops};
use crate::answered::{cancels, is_unknown, refused};
use crate::asked::{a_minute_later, opened_at};

#[tokio::test]
async fn a_sum_goes_back_once_by_one_name_and_all_of_it_in_the_end() {
    for shop in shops() {
        let payment = shop.paid().await;
        for _ in 0..2 {
            let shown = shop.cancel(&payment, "r1", (1_400, 4_400)).await.unwrap();
            assert_eq!((shown.facts.refund, shown.standing), (Won::new(1_400), Standing::Paid));
        }
        let stale = refused(shop.cancel(&payment, "r2", (1_400, 4_400)).await);
        assert_eq!(stale, ("NOT_MATCHES_REFUNDABLE_AMOUNT".to_owned(), Decline::Refused));
        shop.clock.advance(SignedDuration::from_mins(1));
        let all = shop.cancel(&payment, "r3", (3_000, 3_000)).await.unwrap();
        assert_eq!((all.facts.refund, &all.standing), (Won::new(4_400), &Standing::Cancelled));
        let listed = [(1_400, "a cold cup", opened_at()), (3_000, "a cold cup", a_minute_later())];
        assert_eq!((cancels(&all), all.facts.paid_at), (listed.to_vec(), Some(opened_at())));
        // What went back before is looked up: it may be this very refund.
        assert!(is_unknown(&shop.cancel(&payment, "r4", (3_000, 3_000)).await));
        assert_eq!(shop.moved(&payment), (4_400, 1, 4_400));
        assert_eq!(shop.fake.payment(key(&payment)).unwrap().cancellations, 2);
    }
}

#[tokio::test]
async fn a_refund_without_an_answer_is_found_or_made_once() {
    for fault in [Fault::AnswerLost, Fault::Reset, Fault::ServerErrorHtml { http_status: 502, effect: true }]
    {
        for shop in shops() {
            let payment = shop.paid().await;
            shop.fake.inject(Endpoint::Cancel, fault.clone());
            assert!(is_unknown(&shop.cancel(&payment, "r1", (400, 4_400)).await));
            shop.cancel(&payment, "r1", (400, 4_400)).await.unwrap();
            assert_eq!(shop.moved(&payment).2, 400, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_refund_that_was_refused_can_be_asked_for_again_by_another_name() {
    for shop in shops() {
        let payment = shop.paid().await;
        shop.fake.inject(Endpoint::Cancel, Fault::named("bank_closed").unwrap());
        for _ in 0..2 {
            let no = refused(shop.cancel(&payment, "r1-1", (400, 4_400)).await);
            assert_eq!(no, ("NOT_AVAILABLE_BANK".to_owned(), Decline::Later));
        }
        shop.cancel(&payment, "r1-2", (400, 4_400)).await.unwrap();
    }
}
