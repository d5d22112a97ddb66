//! What is not known, and what is odd.

use cafe_core::payment::{PayerId, PaymentRef, Standing, Won};
use fakes::kakaopay::{Endpoint, Fault};

use super::{shops, tid};
use crate::answered::is_unknown;

fn doubts(effect: bool) -> [Fault; 9] {
    let refused = |code| Fault::Refused { code, extras: None, effect };
    [
        Fault::AnswerLost,
        Fault::Reset,
        Fault::Garbage { effect },
        Fault::ServerErrorHtml500 { effect },
        Fault::ServerErrorHtml502 { effect },
        Fault::BankFirmUnknown { effect },
        Fault::DuplicateRequest785,
        refused(-500),
        refused(-999),
    ]
}

#[tokio::test]
async fn what_is_not_known_is_never_a_no() {
    for fault in [false, true].into_iter().flat_map(doubts) {
        for shop in shops() {
            let (payment, proof) = shop.agreed().await;
            shop.fake.inject(Endpoint::Approve, fault.clone());
            assert!(is_unknown(&shop.approve(&payment, &proof).await), "{fault:?}");
            let is_collected = shop.moved(&payment).0 > 0;
            assert_eq!(shop.look(&payment).await.standing == Standing::Paid, is_collected, "{fault:?}");
        }
        for shop in shops() {
            let payment = shop.paid().await;
            shop.fake.inject(Endpoint::Cancel, fault.clone());
            assert!(is_unknown(&shop.cancel(&payment, (400, 4_400)).await), "{fault:?}");
            let shown = i64::from(shop.look(&payment).await.returned().get());
            assert_eq!(shop.moved(&payment).2, shown, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn odd_answers_are_read_and_anothers_payment_is_not_ours() {
    for shop in shops() {
        let (payment, proof) = shop.agreed().await;
        shop.fake.inject(Endpoint::Approve, Fault::NumericStrings);
        assert_eq!(shop.approve(&payment, &proof).await.unwrap().facts.price, Won::new(4_400));
        shop.fake.inject(Endpoint::Order, Fault::UnknownFields);
        assert!(shop.look(&payment).await.is_ours);
        let another = PaymentRef { payer: Some(PayerId("another".to_owned())), ..payment.clone() };
        assert!(!shop.look(&another).await.is_ours);
        let of_a_service = PaymentRef { payer: None, ..payment.clone() };
        assert!(shop.look(&of_a_service).await.is_ours, "of whose payer nothing is known");
        shop.fake.rename(tid(&payment), "another-order").unwrap();
        assert!(!shop.look(&payment).await.is_ours);
    }
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_no_end() {
    for shop in shops() {
        let payment = shop.paid().await;
        shop.fake.show_status(tid(&payment), Some("ON_THE_MOON")).unwrap();
        let shown = shop.look(&payment).await;
        assert_eq!(shown.standing, Standing::Unrecognised("ON_THE_MOON".to_owned()));
        assert_eq!((shown.facts.paid_at, shown.approval()), (None, None));
    }
}
