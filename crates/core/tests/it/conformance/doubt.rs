//! No answer, nobody's payment, and an answer about another's.

use cafe_core::payment::{Decline, GatewayError, PaymentRef, Standing, Won};

use super::{Step, names, open, paid, tills};
use crate::answered::{blamed, declined, is_unknown};
use crate::asked::{cancellation, collection};

#[tokio::test]
async fn no_answer_is_unknown_and_a_look_tells_what_has_happened() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let provider = till.gateway().provider();
        let opened = open(till, 1).await;
        let proof = opened.agree(till);
        till.lose_answer(Step::Approve);
        let approved = opened.approve(till, "c1", &proof).await;
        assert!(is_unknown(&approved) && blamed(&approved) == provider, "{name}: {approved:?}");
        let record = till.record(&opened.payment.order);
        let payment = PaymentRef { key: Some(record.key), ..opened.payment };
        assert_eq!(till.gateway().lookup(&payment).await.unwrap().standing, Standing::Paid, "{name}");

        till.lose_answer(Step::Lookup);
        let looked = till.gateway().lookup(&payment).await;
        assert!(is_unknown(&looked) && blamed(&looked) == provider, "{name}: {looked:?}");

        till.lose_answer(Step::Cancel);
        let cancelled = till.gateway().cancel(&payment, &cancellation("r1", 1_400, 4_400)).await;
        assert!(is_unknown(&cancelled) && blamed(&cancelled) == provider, "{name}: {cancelled:?}");
        let shown = till.gateway().lookup(&payment).await.unwrap();
        assert_eq!((shown.returned(), till.record(&payment.order).cancelled), (Won::new(1_400), (1_400, 1)));
    }
}

#[tokio::test]
async fn nobodys_payment_is_not_found() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let opened = open(till, 1).await;
        let proof = opened.agree(till);
        let payment = PaymentRef { key: Some("nobodys".to_owned()), ..opened.payment };
        let gateway = till.gateway();
        let collection = collection("c1", 4_400, Some(&proof));
        for no in [
            declined(gateway.lookup(&payment).await),
            declined(gateway.approve(&payment, &collection).await),
            declined(gateway.cancel(&payment, &cancellation("r1", 4_400, 4_400)).await),
        ] {
            assert_eq!((no.0, no.1.status), (Decline::NotFound, 404), "{name}");
            assert!(!no.1.path.is_empty() && !no.1.text.is_empty(), "{name}: {no:?}");
        }
        assert_eq!(till.record(&payment.order).cancelled, (0, 0), "{name}");
    }
}

/// Whatever was asked for was done, and nothing that is said of another payment tells.
#[tokio::test]
async fn an_answer_about_anothers_payment_is_unknown() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let gateway = till.gateway();
        let is_unknown = |result: Result<(), GatewayError>| {
            assert!(is_unknown(&result) && blamed(&result) == gateway.provider(), "{name}: {result:?}");
        };
        let (another, others) = paid(till, 2).await;
        let approved = till.wire().said();
        let mut looked = Vec::new();
        for named in &others {
            gateway.lookup(named).await.unwrap();
            looked.push(till.wire().said());
        }
        // Another sum, as V2's answer names nothing else of a refund.
        gateway.cancel(&another, &cancellation("r1", 1_000, 4_400)).await.unwrap();
        let cancelled = till.wire().said();

        let opened = open(till, 1).await;
        let proof = opened.agree(till);
        till.wire().mix_up("", approved);
        is_unknown(opened.approve(till, "c1", &proof).await.map(drop));
        let key = Some(till.record(&opened.payment.order).key);
        let shown = gateway.lookup(&PaymentRef { key, ..opened.payment.clone() }).await.unwrap();
        assert_eq!(shown.standing, Standing::Paid, "{name}");

        let (payment, named) = names(gateway.behaviour(), &opened.payment, &shown);
        assert_eq!(named.len(), looked.len(), "{name}");
        for (named, anothers) in named.iter().zip(looked) {
            till.wire().mix_up("", anothers);
            is_unknown(gateway.lookup(named).await.map(drop));
        }

        till.wire().mix_up("cancel", cancelled);
        is_unknown(gateway.cancel(&payment, &cancellation("r1", 1_400, 4_400)).await.map(drop));
        assert_eq!(till.record(&payment.order).cancelled, (1_400, 1), "{name}");
    }
}
