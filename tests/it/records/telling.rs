//! What services are still to be told: taken up by one at a time, in order, put off, given up and told once more.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use cafe_core::payment::flow::{Messenger, NotTold, cancel, create, tell, tell_all};
use cafe_core::payment::{History, Kept, Notice, Outstanding, Records, Standing, TOLD_FOR, Told};
use tokio::sync::Barrier;
use tokio::time::timeout;

use super::office::{Office, at, fits, refund};
use crate::cafe::at_once;

on_every_dynamodb! {
    a_notice_is_taken_up_by_one_and_by_another_only_when_that_one_is_over
    notices_of_one_history_come_in_the_order_of_its_changes
    what_was_taken_is_due_no_more_and_can_be_told_once_more
    what_was_put_off_is_due_then_and_what_was_given_up_never
    a_service_hears_of_changes_in_their_order_and_of_each_once
    one_that_is_not_taken_holds_up_those_behind_it_and_no_other_history
    after_seven_days_a_notice_is_given_up_and_those_behind_it_go_out
    told_at_once_each_is_carried_once
    those_behind_one_that_is_not_due_are_not_looked_at_before_it
    those_behind_go_out_with_it_however_early_it_is_taken
    a_notice_that_is_being_sent_is_not_held_up
    one_service_that_takes_long_keeps_no_other_waiting
}

/// A service that takes notices, or does not, and remembers what it heard: sums given back in all.
#[derive(Default)]
struct Service {
    heard: Mutex<Vec<u32>>,
    is_closed: Mutex<bool>,
}

impl Service {
    fn closes(&self, is_closed: bool) {
        *self.is_closed.lock().unwrap() = is_closed;
    }

    fn heard(&self) -> Vec<u32> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

#[async_trait]
impl Messenger for Service {
    async fn carry(&self, notice: &Notice) -> Result<(), NotTold> {
        self.heard.lock().unwrap().push(notice.current.facts.refund.get());
        if *self.is_closed.lock().unwrap() { Err(NotTold("it is closed".to_owned())) } else { Ok(()) }
    }
}

/// A payment that was given back in so many parts.
async fn given_back(office: &Office, parts: u32) -> History {
    let uid = format!("pay-{}", office.id());
    let request = office.request(&uid, 1_000);
    office.bank.opens(&uid, &request.source.id, 1_000, Standing::Collectable);
    let mut history = create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap();
    for part in 1..=parts {
        let turn = office.turn(part.into());
        history = cancel(&office.records, &office.bank, history, refund(100), &turn).await.unwrap();
    }
    history
}

async fn outstanding(office: &Office, history: &History) -> Vec<Outstanding> {
    office.records.outstanding(history.id).await.unwrap()
}

async fn is_due(office: &Office, history: &History, second: i64) -> bool {
    office.records.to_be_told(at(second), 10).await.unwrap().contains(&history.id)
}

async fn a_notice_is_taken_up_by_one_and_by_another_only_when_that_one_is_over(office: &Office) {
    let history = given_back(office, 1).await;
    let one = outstanding(office, &history).await.remove(0);
    let turns: Vec<_> = (0..5).map(|_| office.turn(2)).collect();
    let taken = at_once(turns.iter().map(|turn| office.records.take_up(&one, &turn.run))).await;
    assert_eq!(taken.into_iter().filter(|kept| matches!(kept, Ok(Kept::Done))).count(), 1);
    assert!(!is_due(office, &history, 31).await && is_due(office, &history, 32).await);

    let again = outstanding(office, &history).await.remove(0);
    assert_eq!((again.attempts, again.notice), (1, one.notice));
}

async fn notices_of_one_history_come_in_the_order_of_its_changes(office: &Office) {
    let history = given_back(office, 3).await;
    let notices = outstanding(office, &history).await.into_iter().map(|one| one.notice).collect::<Vec<_>>();
    assert!(notices.windows(2).all(|two| two[0].current.facts == two[1].previous.facts), "{notices:?}");
    assert_eq!(notices.len(), 3);
    assert_eq!(office.records.to_be_told(at(9), 10).await.unwrap(), [history.id], "once, not thrice");
}

async fn what_was_taken_is_due_no_more_and_can_be_told_once_more(office: &Office) {
    let history = given_back(office, 1).await;
    let one = outstanding(office, &history).await.remove(0);
    let run = office.turn(2).run;
    office.records.take_up(&one, &run).await.unwrap();
    let other = office.turn(2).run;
    office.records.put_down(&one.notice, &other, Told::Taken).await.unwrap();
    assert_eq!(outstanding(office, &history).await.len(), 1, "another run cannot put it down");
    office.records.put_down(&one.notice, &run, Told::Taken).await.unwrap();
    assert_eq!(outstanding(office, &history).await, []);
    assert!(!is_due(office, &history, 1_000_000).await);

    let records = &office.records;
    assert_eq!(records.tell_again(history.id, office.id(), at(50)).await.unwrap(), Kept::Otherwise);
    assert_eq!(records.tell_again(history.id, one.notice.id, at(50)).await.unwrap(), Kept::Done);
    let again = outstanding(office, &history).await.remove(0);
    assert_eq!((again.attempts, again.since, again.notice), (0, at(50), one.notice));
    assert!(is_due(office, &history, 50).await);
}

async fn what_was_put_off_is_due_then_and_what_was_given_up_never(office: &Office) {
    let history = given_back(office, 1).await;
    for (outcome, second, due) in [(Told::Again(at(40)), 39, false), (Told::Again(at(40)), 40, true)] {
        let one = outstanding(office, &history).await.remove(0);
        let run = office.turn(2).run;
        office.records.take_up(&one, &run).await.unwrap();
        office.records.put_down(&one.notice, &run, outcome).await.unwrap();
        assert_eq!(is_due(office, &history, second).await, due);
    }
    let one = outstanding(office, &history).await.remove(0);
    let run = office.turn(41).run;
    office.records.take_up(&one, &run).await.unwrap();
    office.records.put_down(&one.notice, &run, Told::Never).await.unwrap();
    assert_eq!(outstanding(office, &history).await, []);
    assert!(!is_due(office, &history, 1_000_000).await);
}

async fn a_service_hears_of_changes_in_their_order_and_of_each_once(office: &Office) {
    let (history, service) = (given_back(office, 3).await, Service::default());
    for heard in [vec![100, 200, 300], vec![]] {
        tell(&office.records, &service, history.id, &|| office.turn(5)).await.unwrap();
        assert_eq!(service.heard(), heard);
    }
}

async fn one_that_is_not_taken_holds_up_those_behind_it_and_no_other_history(office: &Office) {
    let (history, service) = (given_back(office, 2).await, Service::default());
    service.closes(true);
    tell(&office.records, &service, history.id, &|| office.turn(10)).await.unwrap();
    assert_eq!(service.heard(), [100]);
    let other = given_back(office, 1).await;
    service.closes(false);
    // Five seconds are not over, so the first history waits, and the other does not.
    tell_all(&office.records, &service, 10, &|| office.turn(12)).await.unwrap();
    assert_eq!((service.heard(), outstanding(office, &other).await.len()), (vec![100], 0));
    tell_all(&office.records, &service, 10, &|| office.turn(16)).await.unwrap();
    assert_eq!(service.heard(), [100, 200]);
}

async fn after_seven_days_a_notice_is_given_up_and_those_behind_it_go_out(office: &Office) {
    let (history, service) = (given_back(office, 2).await, Service::default());
    service.closes(true);
    tell(&office.records, &service, history.id, &|| office.turn(TOLD_FOR.as_secs() - 10)).await.unwrap();
    assert_eq!(service.heard(), [100]);
    // The last try of the first, after which the second has waited as long.
    tell(&office.records, &service, history.id, &|| office.turn(TOLD_FOR.as_secs() + 60)).await.unwrap();
    assert_eq!((service.heard(), outstanding(office, &history).await.len()), (vec![100, 200], 0));
}

async fn told_at_once_each_is_carried_once(office: &Office) {
    let (history, service) = (given_back(office, 2).await, Service::default());
    let turns = || office.turn(5);
    at_once((0..4).map(|_| tell(&office.records, &service, history.id, &turns))).await;
    assert_eq!(service.heard(), [100, 200]);
}

async fn those_behind_one_that_is_not_due_are_not_looked_at_before_it(office: &Office) {
    let (history, service) = (given_back(office, 3).await, Service::default());
    service.closes(true);
    tell(&office.records, &service, history.id, &|| office.turn(10)).await.unwrap();
    // And one that is written while they wait.
    let history = office.history(history.id).await;
    cancel(&office.records, &office.bank, history.clone(), refund(100), &office.turn(11)).await.unwrap();
    tell(&office.records, &service, history.id, &|| office.turn(11)).await.unwrap();
    let other = given_back(office, 1).await;
    // However few are looked at, what waits is none of them.
    assert_eq!(office.records.to_be_told(at(14), 1).await.unwrap(), [other.id]);
    assert_eq!(service.heard(), [100]);
    service.closes(false);
    tell_all(&office.records, &service, 10, &|| office.turn(15)).await.unwrap();
    let mut heard = service.heard();
    heard.sort_unstable();
    assert_eq!(heard, [100, 100, 200, 300, 400]);
    assert!(office.records.to_be_told(at(1_000_000), 10).await.unwrap().is_empty());
}

async fn those_behind_go_out_with_it_however_early_it_is_taken(office: &Office) {
    let (history, service) = (given_back(office, 3).await, Service::default());
    service.closes(true);
    for second in [10, 20, 40] {
        tell(&office.records, &service, history.id, &|| office.turn(second)).await.unwrap();
    }
    assert_eq!(service.heard(), [100, 100, 100]);
    let first = outstanding(office, &history).await.remove(0);
    assert!(!is_due(office, &history, 50).await);
    // Somebody sees that it is open again, and has the first told once more.
    service.closes(false);
    office.records.tell_again(history.id, first.notice.id, at(50)).await.unwrap();
    tell(&office.records, &service, history.id, &|| office.turn(50)).await.unwrap();
    assert_eq!(service.heard(), [100, 200, 300]);
}

async fn a_notice_that_is_being_sent_is_not_held_up(office: &Office) {
    let history = given_back(office, 1).await;
    let one = outstanding(office, &history).await.remove(0);
    let run = office.turn(2).run;
    office.records.take_up(&one, &run).await.unwrap();
    office.records.hold_up(&one, at(9_000)).await.unwrap();
    assert!(is_due(office, &history, 32).await, "whoever read it before has no say");
    let sent = outstanding(office, &history).await.remove(0);
    office.records.hold_up(&sent, at(31)).await.unwrap();
    assert!(!is_due(office, &history, 31).await, "nor is it brought forward");
}

/// A service that answers nobody before so many are at its door.
struct Slow(Barrier);

#[async_trait]
impl Messenger for Slow {
    async fn carry(&self, _: &Notice) -> Result<(), NotTold> {
        self.0.wait().await;
        Ok(())
    }
}

async fn one_service_that_takes_long_keeps_no_other_waiting(office: &Office) {
    for _ in 0..3 {
        given_back(office, 1).await;
    }
    let slow = Slow(Barrier::new(3));
    let turns = || office.turn(5);
    let told = timeout(Duration::from_secs(30), tell_all(&office.records, &slow, 10, &turns));
    assert_eq!(told.await.expect("they are told beside each other").unwrap(), 3);
}
