//! Giving back: some, then all that is left, and never everything for nothing.

use cafe_core::payment::{Cancellation, PaymentRef, Returning, Snapshot, Standing, Won};
use jiff::SignedDuration;

use super::{Till, paid, tills, told};
use crate::answered::is_unreached;
use crate::asked::{cancellation, cancellation_of, nothing_at_all};

#[tokio::test]
async fn a_part_goes_back_and_then_all_that_is_left_whichever_name_it_is_asked_by() {
    for till in tills() {
        let till = &*till;
        let (_, names) = paid(till, 9).await;
        for (index, seed) in (0..names.len()).zip(1..) {
            let name = format!("{} by name {index}", till.name());
            let (kept, names) = paid(till, seed).await;
            let (payment, paid_at) = (&names[index], till.clock().now());
            let part = cancellation("r1", 1_400, 4_400);
            assert!(matches!(part.returning, Returning::Part { .. }));
            let shown = cancelled(till, payment, &part).await;
            assert_eq!((&shown.standing, shown.returned()), (&Standing::Paid, Won::new(1_400)), "{name}");
            assert_eq!(till.record(&kept.order).cancelled, (1_400, 1), "{name}");

            till.clock().advance(SignedDuration::from_mins(1));
            let all = cancellation("r2", 3_000, 3_000);
            assert!(matches!(all.returning, Returning::All { .. }));
            let shown = cancelled(till, payment, &all).await;
            assert_eq!(
                (&shown.standing, shown.returned()),
                (&Standing::Cancelled, Won::new(4_400)),
                "{name}"
            );
            let listed = shown.facts.cancels.iter().map(|one| (one.price.get(), one.created_at));
            let listed: Vec<_> = listed.collect();
            assert_eq!(listed, [(1_400, paid_at), (3_000, till.clock().now())], "{name}");
            assert_eq!((shown.facts.paid_at, shown.approval()), (Some(paid_at), None), "{name}");
            let record = till.record(&kept.order);
            assert_eq!((record.collected, record.cancelled), ((4_400, 1), (4_400, 2)), "{name}");
        }
    }
}

/// What a look shows then, which is what the answer itself has shown, if it has shown anything.
async fn cancelled(till: &dyn Till, payment: &PaymentRef, cancellation: &Cancellation) -> Snapshot {
    let answered = till.gateway().cancel(payment, cancellation).await.unwrap();
    let looked = till.gateway().lookup(payment).await.unwrap();
    if let Some(shown) = answered {
        assert_eq!(told(&shown), told(&looked), "{}", till.name());
    }
    looked
}

#[tokio::test]
async fn nothing_is_never_everything() {
    for till in tills() {
        let (till, name) = (&*till, till.name());
        let (payment, names) = paid(till, 1).await;
        for named in &names {
            for nothing in nothing_at_all() {
                let cancelled = till.gateway().cancel(named, &cancellation_of("r1", nothing)).await;
                assert_eq!(till.record(&payment.order).cancelled, (0, 0), "{name}: {nothing:?}");
                assert!(is_unreached(&cancelled), "{name}: {nothing:?}: {cancelled:?}");
            }
        }
    }
}
