//! What each gateway says of itself is true of its fake, where it can be seen.

use cafe_core::payment::{
    CancelWithoutAmount, CaptureBy, Decline, Idempotency, NoticeTrust, Snapshot, Standing,
};
use jiff::SignedDuration;

use super::{names, open, paid, tills};
use crate::answered::{declined, is_unknown};
use crate::asked::{cancellation, opened_at};

#[tokio::test]
async fn money_moves_when_its_behaviour_says() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let opened = open(till, 1).await;
        let proof = opened.agree(till);
        let looked = till.gateway().lookup(&opened.payment).await.unwrap();
        let collected = till.record(&opened.payment.order).collected;
        till.wire().asked();
        let approved = opened.approve(till, "c1", &proof).await.unwrap();
        assert_eq!(approved.standing, Standing::Paid, "{name}");
        let changes = till.wire().asked().iter().filter(|asked| !asked.starts_with("GET ")).count();
        match till.gateway().behaviour().capture {
            CaptureBy::Approve => {
                assert_eq!((looked.standing, collected), (Standing::Collectable, (0, 0)), "{name}");
            }
            CaptureBy::Itself => {
                assert_eq!((looked.standing, collected), (Standing::Paid, (4_400, 1)), "{name}");
                assert_eq!(changes, 0, "{name}: approving only looks");
            }
        }
        assert_eq!(till.record(&opened.payment.order).collected, (4_400, 1), "{name}");
    }
}

/// Repeats of a collection and of a refund, by the same name and by another.
#[tokio::test]
async fn a_repeat_does_nothing_twice_and_is_answered_as_its_behaviour_says() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let (gateway, behaviour) = (till.gateway(), till.gateway().behaviour());
        let opened = open(till, 1).await;
        let proof = opened.agree(till);
        let first = opened.approve(till, "c1", &proof).await.unwrap();
        let (payment, _) = names(behaviour, &opened.payment, &first);
        let again = |name: &'static str| opened.approve(till, name, &proof);
        let part = |name| cancellation(name, 1_400, 4_400);
        match behaviour.idempotency {
            Idempotency::ByState => {
                for name in ["c1", "c2"] {
                    assert!(is_unknown(&again(name).await), "{name}: a look tells");
                }
            }
            Idempotency::ByPayment => {
                assert_eq!(again("c1").await.unwrap(), first, "{name}");
                assert_eq!(again("c2").await.unwrap(), first, "{name}");
                assert!(till.pay(&opened.charge, &opened.checkout).is_none(), "{name}: paid twice");
            }
            Idempotency::ByKey { .. } => {
                assert_eq!(again("c1").await.unwrap(), first, "{name}: the first answer");
                let other = again("c2").await;
                assert!(is_unknown(&other) || other.unwrap().standing == Standing::Paid, "{name}");
            }
        }
        assert_eq!(till.record(&payment.order).collected, (4_400, 1), "{name}");

        let returned = gateway.cancel(&payment, &part("r1")).await.unwrap();
        let same = gateway.cancel(&payment, &part("r1")).await;
        match behaviour.idempotency {
            Idempotency::ByState | Idempotency::ByPayment => {
                assert_eq!(declined(same).0, Decline::Refused, "{name}: the balance differs");
            }
            Idempotency::ByKey { life, .. } => {
                assert_eq!(same.unwrap(), returned, "{name}: the first answer");
                till.clock().advance(life);
                let late = gateway.cancel(&payment, &part("r1")).await;
                assert_eq!(declined(late).0, Decline::Refused, "{name}: it is a new one by then");
            }
        }
        let other = gateway.cancel(&payment, &part("r2")).await;
        assert_eq!(declined(other).0, Decline::Refused, "{name}: the balance differs");
        assert_eq!(till.record(&payment.order).cancelled, (1_400, 1), "{name}");
    }
}

#[tokio::test]
async fn a_cancellation_without_an_amount_does_what_its_behaviour_says() {
    for (amount, index) in [(None, 0), (Some(0), 1)] {
        for till in tills() {
            let (payment, _) = paid(&*till, 1).await;
            till.cancel_saying(&till.record(&payment.order).key, amount);
            let returned = match till.gateway().behaviour().cancel_without_amount {
                CancelWithoutAmount::Refused => [0, 0],
                CancelWithoutAmount::Everything => [4_400, 0],
                CancelWithoutAmount::EverythingAndForZero => [4_400, 4_400],
            };
            let cancelled = till.record(&payment.order).cancelled.0;
            assert_eq!(cancelled, returned[index], "{}: {amount:?}", till.name());
        }
        for till in tills() {
            let (payment, _) = paid(&*till, 1).await;
            till.cancel_saying(&till.record(&payment.order).key, Some(400));
            assert_eq!(till.record(&payment.order).cancelled, (400, 1), "{}: else it is heard", till.name());
        }
    }
}

/// The last moment in which a payer may agree and we may collect.
#[tokio::test]
async fn whoever_pays_in_the_last_moment_has_paid() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let behaviour = till.gateway().behaviour();
        let opened = open(till, 1).await;
        let second = SignedDuration::from_secs(1);
        till.clock().advance(behaviour.pay_within - second);
        let proof = opened.agree(till);
        if !behaviour.captures_by_itself() {
            till.clock().advance((behaviour.open_for - behaviour.pay_within).max(second) - second);
        }
        assert_eq!(opened.approve(till, "c1", &proof).await.unwrap().standing, Standing::Paid, "{name}");
        assert!(!behaviour.has_run_out(opened_at(), till.clock().now()), "{name}");
    }
}

#[tokio::test]
async fn what_has_run_out_is_not_collected_any_more_and_what_may_be_captured_is_watched() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let behaviour = till.gateway().behaviour();
        let opened = open(till, 1).await;
        let hour = SignedDuration::from_hours(1);
        match behaviour.capture {
            CaptureBy::Approve => {
                let proof = opened.agree(till);
                till.clock().advance(behaviour.open_for + SignedDuration::from_mins(1));
                assert!(behaviour.has_run_out(opened_at(), till.clock().now()), "{name}");
                let late = opened.approve(till, "c1", &proof).await;
                let (decline, refusal) = declined(late);
                assert!(matches!(decline, Decline::Expired | Decline::NotReady), "{name}: {refusal:?}");
                assert_eq!(till.record(&opened.payment.order).collected, (0, 0), "{name}");
                assert!(!behaviour.may_capture_at(opened_at(), till.clock().now()), "{name}");
            }
            CaptureBy::Itself => {
                till.clock().advance(behaviour.open_for - hour);
                opened.agree(till);
                assert_eq!(till.record(&opened.payment.order).collected, (4_400, 1), "{name}");
                assert!(behaviour.may_capture_at(opened_at(), till.clock().now()), "{name}");
            }
        }
    }
}

#[tokio::test]
async fn notices_are_worth_what_its_behaviour_says() {
    let (mut speaking, mut heard) = (Vec::new(), Vec::new());
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let (worth, provider) = (till.gateway().behaviour().notices, till.gateway().provider());
        paid(till, 1).await;
        let notices = till.notices();
        for names in &notices {
            let is_signed = names.iter().any(|name| name.ends_with("-signature"));
            assert_eq!(is_signed, worth == NoticeTrust::Signed, "{name}: {names:?}");
        }
        speaking.extend((worth != NoticeTrust::Silent).then_some(provider));
        // The reference of Toss Payments tells of virtual accounts alone.
        heard.extend((!notices.is_empty()).then_some(provider));
    }
    speaking.dedup();
    heard.dedup();
    assert_eq!(heard, speaking);
}

#[tokio::test]
async fn a_name_belongs_to_its_sum_as_well() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let (payment, _) = paid(till, 1).await;
        let cancelled = |shown: Option<Snapshot>| shown.map(|shown| shown.returned().get());
        let returned = till.gateway().cancel(&payment, &cancellation("r1", 1_400, 4_400)).await.unwrap();
        assert!(matches!(cancelled(returned), None | Some(1_400)), "{name}");
        let returned = till.gateway().cancel(&payment, &cancellation("r1", 1_000, 3_000)).await.unwrap();
        assert!(matches!(cancelled(returned), None | Some(2_400)), "{name}");
        assert_eq!(till.record(&payment.order).cancelled, (2_400, 2), "{name}");
    }
}
