//! From the opening to a receipt.

use cafe_core::payment::{Decline, LookupKey, PaymentRef, Proof, Standing, Won};

use super::{is_open, names, open, paid, tills, told};
use crate::answered::{blamed, is_unreached};
use crate::asked::{cancellation, collection, opened_at};

#[tokio::test]
async fn whoever_has_not_paid_is_not_taken_for_paid() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let opened = open(till, 1).await;
        assert_eq!(opened.checkout.session.provider, till.gateway().provider(), "{name}");
        let looked = till.gateway().lookup(&opened.payment).await;
        assert!(is_open(till, &opened.payment, &looked), "{name}: {looked:?}");
        let typed = opened.approve(till, "c1", &Proof("typed".to_owned())).await;
        let is_not_ready = typed.as_ref().is_err_and(|error| error.decline() == Some(Decline::NotReady));
        assert!(is_not_ready || is_open(till, &opened.payment, &typed), "{name}: {typed:?}");
        let proof = opened.agree(till);
        assert_eq!(opened.approve(till, "c2", &proof).await.unwrap().standing, Standing::Paid, "{name}");
    }
}

#[tokio::test]
async fn what_was_agreed_to_is_collected_once_and_shown_to_the_byte() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let opened = open(till, 1).await;
        let proof = opened.agree(till);
        let shown = opened.approve(till, "c1", &proof).await.unwrap();
        assert!(till.has_said(&shown.data.0), "{name}: {}", shown.data.0);
        let record = till.record(&opened.payment.order);
        assert_eq!(record.collected, (4_400, 1), "{name}");
        assert_eq!((&shown.key, &shown.order), (&record.key, &opened.payment.order), "{name}");
        assert_eq!((shown.is_ours, &shown.standing), (true, &Standing::Paid), "{name}");
        let facts = &shown.facts;
        assert_eq!((facts.price, facts.refund, &*facts.currency), (Won::new(4_400), Won::ZERO, "KRW"));
        assert_eq!((facts.paid_at, facts.cancels.len()), (Some(opened_at()), 0), "{name}");
        assert_eq!((shown.returned(), shown.approval().unwrap().amount), (Won::ZERO, Won::new(4_400)));

        let (_, names) = names(till.gateway().behaviour(), &opened.payment, &shown);
        for payment in &names {
            let looked = till.gateway().lookup(payment).await.unwrap();
            assert_eq!(told(&looked), told(&shown), "{name}");
            assert!(till.has_said(&looked.data.0), "{name}: {}", looked.data.0);
        }
        assert_eq!(till.record(&opened.payment.order), record, "{name}: a look changes nothing");
    }
}

#[tokio::test]
async fn a_payment_is_found_by_its_order_alone_where_the_behaviour_says_so() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let (payment, _) = paid(till, 1).await;
        let by_order = PaymentRef { key: None, ..payment.clone() };
        till.wire().asked();
        let looked = till.gateway().lookup(&by_order).await;
        match till.gateway().behaviour().lookup {
            LookupKey::Key => {
                assert!(is_unreached(&looked), "{name}: {looked:?}");
                assert_eq!(till.wire().asked(), Vec::<String>::new(), "{name}");
            }
            LookupKey::KeyOrOrder | LookupKey::Order => {
                assert_eq!(looked.unwrap().key, till.record(&payment.order).key, "{name}");
            }
        }
    }
}

#[tokio::test]
async fn another_orders_payment_is_not_ours() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let (payment, _) = paid(till, 1).await;
        let key = Some(till.record(&payment.order).key);
        let elsewhere = PaymentRef { order: "another-order".to_owned(), key, payer: payment.payer };
        let shown = till.gateway().lookup(&elsewhere).await.unwrap();
        assert_eq!((shown.is_ours, shown.order), (false, payment.order), "{name}");
    }
}

#[tokio::test]
async fn two_orders_are_two_payments_though_they_go_by_one_name() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let ((first, _), (second, _)) = (paid(till, 1).await, paid(till, 2).await);
        assert_ne!(till.record(&first.order).key, till.record(&second.order).key, "{name}");
        for payment in [first, second] {
            assert_eq!(till.record(&payment.order).collected, (4_400, 1), "{name}");
            assert_eq!(till.gateway().lookup(&payment).await.unwrap().order, payment.order, "{name}");
        }
    }
}

#[tokio::test]
async fn whoever_is_not_reached_has_done_nothing() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let opened = open(till, 1).await;
        let proof = opened.agree(till);
        let before = till.record(&opened.payment.order);
        till.wire().set_down(true);
        let collection = collection("c1", 4_400, Some(&proof));
        let approved = till.gateway().approve(&opened.payment, &collection).await;
        assert!(is_unreached(&approved), "{name}: {approved:?}");
        assert_eq!(blamed(&approved), till.gateway().provider(), "{name}");
        assert!(is_unreached(&till.gateway().lookup(&opened.payment).await), "{name}");
        let all = cancellation("r1", 4_400, 4_400);
        assert!(is_unreached(&till.gateway().cancel(&opened.payment, &all).await), "{name}");
        till.wire().set_down(false);
        assert_eq!(till.record(&opened.payment.order), before, "{name}");
        assert_eq!(opened.approve(till, "c1", &proof).await.unwrap().standing, Standing::Paid, "{name}");
    }
}
