//! Giving payments back, and what webhooks bring.

use cafe_core::payment::flow::{CancelError, FollowError, Followed, cancel, create, follow};
use cafe_core::payment::{Cancel, History, Records, Standing, VendorCode, Won};

use super::bank::Fault;
use super::office::{Office, at, fits, refund};
use crate::cafe::at_once;

on_every_dynamodb! {
    a_payment_goes_back_in_five_parts_and_each_is_told
    nothing_and_more_than_there_is_are_refused_without_asking
    a_named_refund_is_made_once_however_often_it_is_sent
    refunds_at_once_give_back_one
    a_refund_whose_answer_is_lost_is_found
    a_refund_that_never_arrived_is_asked_for_again_with_its_own_key
    a_deposit_is_told_once_however_often_the_gateway_nudges
    a_deposit_that_the_bank_takes_back_is_told
    a_refund_by_hand_is_told
    a_nudge_about_nobody_asks_nobody
    nudges_at_once_are_told_once
}

async fn paid(office: &Office, uid: &str, price: u32) -> History {
    let request = office.request(uid, price);
    office.bank.opens(uid, &request.source.id, price, Standing::Collectable);
    create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap()
}

async fn awaited(office: &Office, uid: &str) -> History {
    let request = office.request(uid, 500);
    office.bank.opens(uid, &request.source.id, 500, Standing::Awaited);
    create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap()
}

async fn nudge(office: &Office, uid: &str) -> Result<Followed, FollowError> {
    follow(&office.records, &office.bank, (VendorCode::TossPayments, uid), &office.turn(20)).await
}

async fn a_payment_goes_back_in_five_parts_and_each_is_told(office: &Office) {
    let mut history = paid(office, "pay-1", 1_000).await;
    for part in 1..=5 {
        history =
            cancel(&office.records, &office.bank, history, refund(200), &office.turn(part)).await.unwrap();
        assert_eq!(history.facts.refund, Won::new(200 * u32::try_from(part).unwrap()));
    }
    assert_eq!((history.facts.cancels.len(), office.bank.holds("pay-1")), (5, 0));
    assert_eq!(history.facts.cancelled_at(), Some(at(10)));
    assert_eq!(office.history(history.id).await, history);
    let told = [(0, 200), (200, 400), (400, 600), (600, 800), (800, 1_000)];
    assert_eq!(office.told(history.id).await, told);
}

async fn nothing_and_more_than_there_is_are_refused_without_asking(office: &Office) {
    let history = paid(office, "pay-1", 1_000).await;
    let movements = office.bank.movements();
    for amount in [0, 1_001] {
        let refused =
            cancel(&office.records, &office.bank, history.clone(), refund(amount), &office.turn(1)).await;
        assert!(matches!(refused, Err(CancelError::NotThatMuch { left, .. }) if left == Won::new(1_000)));
    }
    assert_eq!(office.bank.movements(), movements);
    assert_eq!(office.history(history.id).await, history);
}

async fn a_named_refund_is_made_once_however_often_it_is_sent(office: &Office) {
    let history = paid(office, "pay-1", 1_000).await;
    let request = cafe_core::payment::flow::CancelRequest { name: Some(office.id()), ..refund(300) };
    for second in 1..4 {
        let history = office.history(history.id).await;
        cancel(&office.records, &office.bank, history, request.clone(), &office.turn(second)).await.unwrap();
    }
    assert_eq!((office.bank.holds("pay-1"), office.told(history.id).await.len()), (700, 1));
}

async fn refunds_at_once_give_back_one(office: &Office) {
    let history = paid(office, "pay-1", 1_000).await;
    let turns: Vec<_> = (0..5).map(|_| office.turn(1)).collect();
    let all =
        turns.iter().map(|turn| cancel(&office.records, &office.bank, history.clone(), refund(300), turn));
    let done = at_once(all).await.into_iter().flatten().count();
    assert_eq!((done, office.bank.holds("pay-1")), (1, 700));
}

async fn a_refund_whose_answer_is_lost_is_found(office: &Office) {
    let history = paid(office, "pay-1", 1_000).await;
    office.bank.fails(Fault::Unanswered);
    let history = cancel(&office.records, &office.bank, history, refund(300), &office.turn(1)).await.unwrap();
    assert_eq!((history.facts.refund, office.bank.holds("pay-1")), (Won::new(300), 700));
}

async fn a_refund_that_never_arrived_is_asked_for_again_with_its_own_key(office: &Office) {
    let history = paid(office, "pay-1", 1_000).await;
    office.bank.fails(Fault::Lost);
    let id = history.id;
    let in_doubt = cancel(&office.records, &office.bank, history, refund(300), &office.turn(1)).await;
    assert!(matches!(in_doubt, Err(CancelError::Pending(_))));
    for (amount, second) in [(300, 2), (400, 40)] {
        let history = office.history(id).await;
        let other =
            cancel(&office.records, &office.bank, history, refund(amount), &office.turn(second)).await;
        assert!(matches!(other, Err(CancelError::Running)), "{amount} at {second}");
    }
    let history = office.history(id).await;
    cancel(&office.records, &office.bank, history, refund(300), &office.turn(40)).await.unwrap();
    assert_eq!((office.bank.holds("pay-1"), office.told(id).await), (700, vec![(0, 300)]));
}

async fn a_deposit_is_told_once_however_often_the_gateway_nudges(office: &Office) {
    let history = awaited(office, "pay-1").await;
    assert_eq!(nudge(office, "pay-1").await.unwrap(), Followed::Same);
    office.bank.changes("pay-1", |account| {
        (account.standing, account.paid_at) = (Standing::Paid, Some(at(15)));
    });
    assert_eq!(nudge(office, "pay-1").await.unwrap(), Followed::Changed);
    assert_eq!(nudge(office, "pay-1").await.unwrap(), Followed::Same);
    let outstanding = office.records.outstanding(history.id).await.unwrap();
    let [one] = outstanding.as_slice() else { panic!("{outstanding:?}") };
    let (before, after) = (&one.notice.previous.facts, &one.notice.current.facts);
    assert_eq!((before.paid_at, after.paid_at), (None, Some(at(15))));
    assert_eq!(one.notice.previous.source, history.source);
}

async fn a_deposit_that_the_bank_takes_back_is_told(office: &Office) {
    let history = awaited(office, "pay-1").await;
    for (standing, paid_at) in [(Standing::Paid, Some(at(15))), (Standing::Awaited, None)] {
        office.bank.changes("pay-1", |account| (account.standing, account.paid_at) = (standing, paid_at));
        assert_eq!(nudge(office, "pay-1").await.unwrap(), Followed::Changed);
        assert_eq!(office.history(history.id).await.facts.paid_at, paid_at);
    }
    assert_eq!(office.told(history.id).await.len(), 2);
}

async fn a_refund_by_hand_is_told(office: &Office) {
    let history = paid(office, "pay-1", 1_000).await;
    office.bank.changes("pay-1", |account| {
        let (price, reason) = (Won::new(100), "by hand".to_owned());
        account.cancels.push(Cancel { price, reason, created_at: at(12) });
    });
    assert_eq!(nudge(office, "pay-1").await.unwrap(), Followed::Changed);
    assert_eq!(office.told(history.id).await, [(0, 100)]);
}

async fn a_nudge_about_nobody_asks_nobody(office: &Office) {
    let _before = office.bank.look_ups();
    assert!(matches!(nudge(office, "pay-9").await, Err(FollowError::Unknown)));
    assert_eq!((office.bank.look_ups(), office.items().await), (0, 0));
}

async fn nudges_at_once_are_told_once(office: &Office) {
    let history = awaited(office, "pay-1").await;
    office.bank.changes("pay-1", |account| {
        (account.standing, account.paid_at) = (Standing::Paid, Some(at(15)));
    });
    let followed = at_once((0..5).map(|_| nudge(office, "pay-1"))).await;
    assert!(followed.iter().all(Result::is_ok), "{followed:?}");
    assert_eq!(office.told(history.id).await.len(), 1);
}
