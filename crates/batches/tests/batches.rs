//! What a batch leaves undone, whatever fails in it.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should fail")]

use std::cell::{Cell, RefCell};

use batches::{Undone, in_order};
use proptest::prelude::*;

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

proptest! {
    #[test]
    fn every_record_is_handled_in_its_key_s_order_or_reported_with_all_behind_it(
        records in proptest::collection::vec((0_u8..4, any::<bool>()), 0..40),
        together in 0_usize..6,
    ) {
        let records: Vec<(usize, u8, bool)> =
            records.into_iter().enumerate().map(|(index, (key, fails))| (index, key, fails)).collect();
        let tried = RefCell::new(Vec::new());
        let undone = run(in_order(&records, |record| record.1, together, |record| {
            let tried = &tried;
            async move {
                tried.borrow_mut().push(*record);
                tokio::task::yield_now().await;
                if record.2 { Err(record.0) } else { Ok(()) }
            }
        }));
        let tried = tried.borrow();
        for key in 0..4 {
            let of_key: Vec<_> = records.iter().filter(|record| record.1 == key).collect();
            let first = of_key.iter().position(|record| record.2).unwrap_or(of_key.len());
            let expected_tried: Vec<_> = of_key.iter().take(first + 1).map(|record| **record).collect();
            let really_tried: Vec<_> = tried.iter().filter(|record| record.1 == key).copied().collect();
            prop_assert_eq!(really_tried, expected_tried);
            let expected: Vec<_> = of_key[first..]
                .iter()
                .enumerate()
                .map(|(behind, record)| Undone { record: *record, error: (behind == 0).then_some(record.0) })
                .collect();
            let reported: Vec<_> = undone.iter().filter(|undone| undone.record.1 == key).cloned().collect();
            prop_assert_eq!(reported, expected);
        }
        prop_assert!(undone.is_sorted_by_key(|undone| undone.record.0));
    }
}

#[test]
fn keys_are_handled_beside_each_other_and_never_more_of_them_than_allowed() {
    let (running, most) = (Cell::new(0), Cell::new(0));
    let handle = |_: &u32| async {
        running.set(running.get() + 1);
        most.set(most.get().max(running.get()));
        tokio::task::yield_now().await;
        running.set(running.get() - 1);
        Ok::<_, ()>(())
    };
    let records: Vec<_> = (0..10).collect();
    for (together, expected) in [(0, 1), (1, 1), (3, 3), (99, 10)] {
        most.set(0);
        assert_eq!(run(in_order(&records, |record| *record, together, handle)), []);
        assert_eq!(most.get(), expected);
    }
}
