//! Every flow cut off at each of its requests, before it arrives or after, and finished by a repeat or by the schedule.

use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use cafe_core::payment::flow::{CancelError, CreateError, cancel, create, finish, follow};
use cafe_core::payment::{
    Claim, Claimed, Counted, Guesses, History, Kept, Locked, Notice, Outstanding, PasswordHash, Payment,
    RecordId, RecordName, Records, Reservation, Reserved, Run, Source, Standing, StoreError, Told,
    VendorCode,
};
use store::DynamoRecords;

use super::office::{Office, at, fits, refund};

on_every_dynamodb! {
    a_payment_that_is_cut_off_is_collected_once_when_the_service_repeats_it
    a_payment_that_is_cut_off_is_finished_by_the_schedule
    a_wrong_sum_goes_back_whole_wherever_it_is_cut_off
    a_refund_that_is_cut_off_is_made_once_and_told_once
    a_nudge_that_is_cut_off_is_told_once_by_the_next
}

/// More than any flow here asks of the store.
const MOST_REQUESTS: i64 = 8;

/// Records whose process dies at a request to the store: before it arrives, or after.
pub(super) struct Cut<'a> {
    records: &'a DynamoRecords,
    requests_left: AtomicI64,
    arrives: bool,
}

impl Cut<'_> {
    async fn ask<T>(&self, request: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let left = self.requests_left.fetch_sub(1, Ordering::Relaxed);
        let died = || StoreError::Unavailable("the process died".into());
        match left {
            0 if self.arrives => request.await.and(Err(died())),
            ..1 => Err(died()),
            1.. => request.await,
        }
    }
}

/// Each request of a flow to die at, before it arrives and after.
pub(super) fn cuts(records: &DynamoRecords) -> impl Iterator<Item = Cut<'_>> {
    (0..MOST_REQUESTS).flat_map(move |request| {
        [false, true].map(|arrives| Cut { records, requests_left: AtomicI64::new(request), arrives })
    })
}

#[async_trait]
impl Records for Cut<'_> {
    async fn claim(&self, claim: &Claim, password: &PasswordHash) -> Result<Claimed, StoreError> {
        self.ask(self.records.claim(claim, password)).await
    }
    async fn take_over(&self, claim: &Claim, now: jiff::Timestamp) -> Result<Kept, StoreError> {
        self.ask(self.records.take_over(claim, now)).await
    }
    async fn complete(&self, claim: &Claim, history: &History) -> Result<Kept, StoreError> {
        self.ask(self.records.complete(claim, history)).await
    }
    async fn release(&self, claim: &Claim) -> Result<Kept, StoreError> {
        self.ask(self.records.release(claim)).await
    }
    async fn payment(&self, id: RecordId) -> Result<Option<Locked<Payment>>, StoreError> {
        self.ask(self.records.payment(id)).await
    }
    async fn payment_of(&self, source: &Source) -> Result<Option<Locked<Payment>>, StoreError> {
        self.ask(self.records.payment_of(source)).await
    }
    async fn payment_at(&self, vendor: VendorCode, uid: &str) -> Result<Option<Locked<Payment>>, StoreError> {
        self.ask(self.records.payment_at(vendor, uid)).await
    }
    async fn begin_cancel(&self, history: &History) -> Result<Kept, StoreError> {
        self.ask(self.records.begin_cancel(history)).await
    }
    async fn resume_cancel(&self, history: &History, now: jiff::Timestamp) -> Result<Kept, StoreError> {
        self.ask(self.records.resume_cancel(history, now)).await
    }
    async fn give_up_cancel(&self, history: &History) -> Result<(), StoreError> {
        self.ask(self.records.give_up_cancel(history)).await
    }
    async fn change(&self, history: &History, notice: Option<&Notice>) -> Result<Kept, StoreError> {
        self.ask(Records::change(self.records, history, notice)).await
    }
    async fn reserve(&self, kept: &Reservation, password: &PasswordHash) -> Result<Reserved, StoreError> {
        self.ask(self.records.reserve(kept, password)).await
    }
    async fn reservation(&self, id: RecordId) -> Result<Option<Locked<Reservation>>, StoreError> {
        self.ask(self.records.reservation(id)).await
    }
    async fn reservation_of(&self, source: &Source) -> Result<Option<Locked<Reservation>>, StoreError> {
        self.ask(self.records.reservation_of(source)).await
    }
    async fn count_guess(
        &self,
        record: RecordName,
        before: Option<Guesses>,
        after: Option<Guesses>,
    ) -> Result<Counted, StoreError> {
        self.ask(self.records.count_guess(record, before, after)).await
    }
    async fn left_behind(&self, now: jiff::Timestamp, most: u32) -> Result<Vec<RecordId>, StoreError> {
        self.ask(self.records.left_behind(now, most)).await
    }
    async fn put_off(&self, id: RecordId, until: jiff::Timestamp) -> Result<(), StoreError> {
        self.ask(self.records.put_off(id, until)).await
    }
    async fn to_be_told(&self, now: jiff::Timestamp, most: u32) -> Result<Vec<RecordId>, StoreError> {
        self.ask(self.records.to_be_told(now, most)).await
    }
    async fn outstanding(&self, history: RecordId) -> Result<Vec<Outstanding>, StoreError> {
        self.ask(self.records.outstanding(history)).await
    }
    async fn take_up(&self, outstanding: &Outstanding, run: &Run) -> Result<Kept, StoreError> {
        self.ask(self.records.take_up(outstanding, run)).await
    }
    async fn hold_up(&self, outstanding: &Outstanding, until: jiff::Timestamp) -> Result<(), StoreError> {
        self.ask(self.records.hold_up(outstanding, until)).await
    }
    async fn put_down(&self, notice: &Notice, run: &Run, outcome: Told) -> Result<(), StoreError> {
        self.ask(self.records.put_down(notice, run, outcome)).await
    }
    async fn tell_again(
        &self,
        history: RecordId,
        notice: RecordId,
        now: jiff::Timestamp,
    ) -> Result<Kept, StoreError> {
        self.ask(self.records.tell_again(history, notice, now)).await
    }
}

async fn a_payment_that_is_cut_off_is_collected_once_when_the_service_repeats_it(office: &Office) {
    for (number, cut) in cuts(&office.records).enumerate() {
        let uid = format!("pay-{number}");
        let request = office.request(&uid, 500);
        office.bank.opens(&uid, &request.source.id, 500, Standing::Collectable);
        let first = create(&cut, &office.bank, request.clone(), fits, &office.turn(0)).await;
        let again = create(&office.records, &office.bank, request.clone(), fits, &office.turn(31)).await;
        // Where nothing was cut off, or only its answer to the service, the repeat is one too many.
        let was_kept = matches!(again, Err(CreateError::Taken));
        assert!(was_kept || (first.is_err() && again.is_ok()), "{number}: {first:?}, {again:?}");
        let payment = office.records.payment_of(&request.source).await.unwrap().unwrap().for_ourselves();
        assert!(matches!(payment, Payment::Kept(_)), "{number}: {payment:?}");
        assert_eq!(office.bank.holds(&uid), 500, "{number}");
    }
}

async fn a_payment_that_is_cut_off_is_finished_by_the_schedule(office: &Office) {
    for (number, cut) in cuts(&office.records).enumerate() {
        let uid = format!("pay-{number}");
        let request = office.request(&uid, 500);
        office.bank.opens(&uid, &request.source.id, 500, Standing::Collectable);
        let _cut_off = create(&cut, &office.bank, request.clone(), fits, &office.turn(0)).await;
        for second in [31, 1_000, 5_000] {
            finish(&office.records, &office.bank, 10, &|| office.turn(second)).await.unwrap();
        }
        // Taken on with its money, or as if it had never been.
        let payment = office.records.payment_of(&request.source).await.unwrap().map(Locked::for_ourselves);
        match payment {
            Some(Payment::Kept(_)) => assert_eq!(office.bank.holds(&uid), 500, "{number}"),
            Some(Payment::Claimed(claim)) => panic!("{number}: {claim:?}"),
            None => assert_eq!(office.bank.holds(&uid), 0, "{number}"),
        }
        assert!(office.records.left_behind(at(1_000_000), 10).await.unwrap().is_empty(), "{number}");
    }
}

async fn a_wrong_sum_goes_back_whole_wherever_it_is_cut_off(office: &Office) {
    for (number, cut) in cuts(&office.records).enumerate() {
        let uid = format!("pay-{number}");
        let request = office.request(&uid, 499);
        office.bank.opens(&uid, &request.source.id, 500, Standing::Paid);
        let _cut_off = create(&cut, &office.bank, request.clone(), fits, &office.turn(0)).await;
        for second in [31, 1_000] {
            finish(&office.records, &office.bank, 10, &|| office.turn(second)).await.unwrap();
        }
        if office.bank.holds(&uid) > 0 {
            // It died before anything was written, so nobody but the service can know of it.
            let again =
                create(&office.records, &office.bank, request.clone(), fits, &office.turn(2_000)).await;
            assert!(matches!(again, Err(CreateError::WrongPrice { .. })), "{number}: {again:?}");
        }
        assert_eq!(office.bank.holds(&uid), 0, "{number}");
        assert!(office.records.payment_of(&request.source).await.unwrap().is_none(), "{number}");
    }
}

async fn a_refund_that_is_cut_off_is_made_once_and_told_once(office: &Office) {
    for (number, cut) in cuts(&office.records).enumerate() {
        for by_the_service in [true, false] {
            let uid = format!("pay-{number}-{by_the_service}");
            let request = office.request(&uid, 500);
            office.bank.opens(&uid, &request.source.id, 500, Standing::Collectable);
            let history =
                create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap();
            let id = history.id;
            let first = cancel(&cut, &office.bank, history, refund(200), &office.turn(1)).await;
            let begun = office.history(id).await;
            if by_the_service && begun.cancelling.is_some() {
                let again = cancel(&office.records, &office.bank, begun, refund(200), &office.turn(40)).await;
                assert!(again.is_ok(), "{number}: {again:?}");
            } else {
                for second in [40, 700] {
                    finish(&office.records, &office.bank, 10, &|| office.turn(second)).await.unwrap();
                }
            }
            let after = office.history(id).await;
            assert_eq!(after.cancelling, None, "{number}");
            let returned = 500 - office.bank.holds(&uid);
            assert_eq!(after.facts.refund.get(), returned, "{number}");
            assert_eq!(office.told(id).await.len(), usize::from(returned > 0), "{number}");
            assert!(returned == 200 || (returned == 0 && first.is_err()), "{number}: {returned}");
            let in_doubt = matches!(first, Err(CancelError::Store(_)));
            assert!(first.is_ok() || in_doubt, "{number}: {first:?}");
        }
    }
}

async fn a_nudge_that_is_cut_off_is_told_once_by_the_next(office: &Office) {
    for (number, cut) in cuts(&office.records).enumerate() {
        let uid = format!("pay-{number}");
        let request = office.request(&uid, 500);
        office.bank.opens(&uid, &request.source.id, 500, Standing::Awaited);
        let history = create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap();
        office.bank.changes(&uid, |account| {
            (account.standing, account.paid_at) = (Standing::Paid, Some(at(15)));
        });
        let nudge = (VendorCode::TossPayments, uid.as_str());
        let _cut_off = follow(&cut, &office.bank, nudge, &office.turn(20)).await;
        follow(&office.records, &office.bank, nudge, &office.turn(21)).await.unwrap();
        assert_eq!(office.told(history.id).await.len(), 1, "{number}");
        assert_eq!(office.history(history.id).await.facts.paid_at, Some(at(15)));
    }
}
