//! What a network and a busy DynamoDB do to single requests: writes collide, and answers are lost.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{AsyncSleep, Sleep};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use cafe_core::cafe::{
    Approving, Begun, CODE_TRIES, Capture, CarriedMember, CodeMac, Entry, EntryKind, Joined, Kept, KeptCode,
    Looks, Member, MemberId, Moved, NewMember, Order, Points, Roster, Saw, SealedPhone, Store, StoreError,
    UserId, Watch, Watched,
};
use devserver::dynamodb::Embedded;
use store::Carried;

use super::shop::{
    Shop, at, at_gateway, attempt, expired, newcomer, paid, proof, refund_id, refunded, refunded_by_hand,
    refunding, review_since, taken_over, turn, watch_from,
};

/// How often the SDK sends a request before it gives up.
const SENDS: usize = 3;

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Another transaction is at one of its items: nothing is written.
    Collides,
    /// It is done, and the connection breaks before the answer.
    AnswerLost,
}

/// The embedded DynamoDB behind a line that is out of order.
#[derive(Clone)]
pub(crate) struct Line {
    dynamodb: Embedded,
    faults: Arc<Mutex<VecDeque<Fault>>>,
}

impl Line {
    pub(crate) fn new() -> Line {
        Line { dynamodb: Embedded::in_memory(), faults: Arc::default() }
    }

    pub(crate) fn client(&self) -> Client {
        let connector = SharedHttpConnector::new(self.clone());
        let config = self.dynamodb.client().config().to_builder().sleep_impl(NoWait);
        Client::from_conf(config.http_client(http_client_fn(move |_, _| connector.clone())).build())
    }

    /// Has the next requests go wrong.
    pub(crate) fn next(&self, fault: Fault, requests: usize) {
        self.faults.lock().unwrap().extend(std::iter::repeat_n(fault, requests));
    }

    /// How many are still to go wrong.
    pub(crate) fn left(&self) -> usize {
        self.faults.lock().unwrap().len()
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("faults", &self.faults).finish_non_exhaustive()
    }
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let fault = self.faults.lock().unwrap().pop_front();
        match fault {
            None => self.dynamodb.call(request),
            Some(Fault::Collides) => HttpConnectorFuture::ready(Ok(collision(&request))),
            Some(Fault::AnswerLost) => {
                let answer = self.dynamodb.call(request);
                HttpConnectorFuture::new(async move {
                    answer.await?;
                    Err(ConnectorError::io("the connection broke".into()))
                })
            }
        }
    }
}

/// As AWS words it; neither local DynamoDB can be made to say it.
fn collision(request: &HttpRequest) -> HttpResponse {
    let body = if request.headers().get("x-amz-target").unwrap().ends_with(".TransactWriteItems") {
        r#"{
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [None, TransactionConflict, None]",
            "CancellationReasons": [
                {"Code": "None"},
                {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"},
                {"Code": "None"}
            ]
        }"#
    } else {
        r#"{
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
            "message": "Transaction is ongoing for the item"
        }"#
    };
    HttpResponse::new(400.try_into().unwrap(), SdkBody::from(body))
}

/// Between two tries no time passes here.
#[derive(Debug)]
struct NoWait;

impl AsyncSleep for NoWait {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(async {})
    }
}

/// Asks for every step of an order's life: each with these faults in its way, until it answers. Gives
/// how many steps failed before they did.
async fn live_through(fault: Fault, requests: usize) -> usize {
    let line = Line::new();
    let shop = Shop::on(line.client()).await;
    let store = &shop.store;
    let mut failed = 0;

    /// One step, asked for until it answers, and then audited.
    macro_rules! step {
        ($step:expr) => {{
            line.next(fault, requests);
            let answer = loop {
                match $step.await {
                    Ok(answer) => break answer,
                    Err(StoreError::Unavailable(_)) => failed += 1,
                    Err(error @ StoreError::Unreadable { .. }) => panic!("{error:?}"),
                }
            };
            assert_eq!(line.left(), 0, "the faults are over");
            shop.audit().await;
            answer
        }};
    }

    let new = newcomer(1, 1_000);
    let member = shop.will_see_member(new.id.clone());
    assert_eq!(step!(store.join(&new)), Joined::New);
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let before = shop.points(&member).await.0;
        for pays in [true, false] {
            let quoted = super::shop::quote(shop.new_order(), Some(&member), spend, earn);
            step!(store.quote(&quoted));
            let opened = quoted.open(at_gateway("T1"), at(2));
            let id = opened.quote.id;
            assert_eq!(step!(store.open(&opened)), Kept::Done);
            assert_eq!(shop.points(&member).await, (before - spend, spend));
            let seen = |order: Order, watch| {
                let looks = Looks::default().and(Saw::Pending, at(4));
                Watched { order, looks, watch: Some(watch) }
            };
            step!(store.keep_watching(&seen(Order::Opened(opened.clone()), Watch::From(at(5)))));
            // Whether the try before was written is not known any more, so it may have to look.
            let first = attempt("first", at(30));
            let first = Approving { opened: opened.clone(), attempt: first, proof: Some(proof("first")) };
            let begun = step!(store.begin(id, &turn("first", at(3), at(30)), Some(&proof("first"))));
            assert!(begun == Begun::First(first.clone()) || begun == Begun::Again(first.clone()));
            assert!(step!(store.give_up(&first)));
            assert_eq!(shop.stands(id).await, Some(Order::Opened(opened.clone())));
            step!(store.begin(id, &turn("second", at(3), at(30)), Some(&proof("second"))));
            let second =
                Approving { attempt: attempt("second", at(30)), proof: Some(proof("second")), ..first };
            step!(store.leave_in_doubt(&second, at(10)));
            let doubt = Approving { attempt: attempt("second", at(10)), ..second };
            assert_eq!(shop.stands(id).await, Some(Order::Approving(doubt.clone())));
            step!(store.keep_watching(&seen(Order::Approving(doubt.clone()), Watch::Review(at(11)))));
            assert_eq!(shop.watch(id).await, Some(review_since(at(11))));
            let third = Approving { attempt: attempt("third", at(40)), ..doubt };
            let begun = step!(store.begin(id, &turn("third", at(12), at(40)), None));
            assert_eq!(begun, Begun::Again(third));
            if pays {
                assert_eq!(step!(store.settle(&paid(&opened))), Kept::Done);
                assert_eq!(shop.points(&member).await, (before - spend + earn, 0));
                let running = refunding(&paid(&opened), "r1", Some(1_000));
                assert_eq!(step!(store.begin_refund(&running)), Kept::Done);
                step!(store.give_up_refund(&running));
                assert_eq!(step!(store.begin_refund(&running)), Kept::Done);
                let second = taken_over(&running, "second", at(160));
                assert_eq!(step!(store.resume_refund(&second, at(130))), Kept::Done);
                let by_hand = refunded_by_hand(&second, shop.points(&member).await.0);
                assert_eq!(step!(store.settle_refund(&by_hand, &refund_id("r1"))), Kept::Done);
                let running = refunding(&by_hand, "r1", None);
                assert_eq!(step!(store.begin_refund(&running)), Kept::Done);
                let made = refunded(&running, shop.points(&member).await.0);
                assert_eq!(step!(store.settle_refund(&made, &refund_id("r1"))), Kept::Done);
            } else {
                let third = super::shop::token("third");
                let possible = expired(&opened, Capture::Possible);
                assert_eq!(step!(store.close(&possible, Some(&third))), Kept::Done);
                for capture in [Capture::Returning, Capture::Returned(opened.quote.due)] {
                    assert_eq!(step!(store.follow_up(&expired(&opened, capture))), Kept::Done);
                }
            }
            assert_eq!(shop.points(&member).await, (before, 0));
        }
    }
    failed
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_nothing_happens_twice() {
    for requests in 1..SENDS {
        assert_eq!(live_through(Fault::AnswerLost, requests).await, 0);
    }
}

#[tokio::test]
async fn a_step_that_failed_without_an_answer_can_be_repeated_and_nothing_happens_twice() {
    assert_ne!(live_through(Fault::AnswerLost, SENDS).await, 0);
}

/// Asks for a step with these faults in its way, until it answers.
async fn insist<T>(
    (line, fault, requests): (&Line, Fault, usize),
    step: impl AsyncFn() -> Result<T, StoreError>,
) -> T {
    line.next(fault, requests);
    loop {
        match step().await {
            Ok(answer) => break answer,
            Err(StoreError::Unavailable(_)) => {}
            Err(error @ StoreError::Unreadable { .. }) => panic!("{error:?}"),
        }
    }
}

/// A member moves to another account and another number, and leaves, and the numbers are joined with again: each
/// step with these faults in its way.
async fn moves_and_leaves(fault: Fault, requests: usize) {
    let line = Line::new();
    let shop = Shop::on(line.client()).await;
    let (store, faults) = (&shop.store, (&line, fault, requests));
    let new = newcomer(1, 100);
    let id = shop.joined(1, 100).await;
    let stands = async || store.member_by_id(&id).await.unwrap().unwrap();

    let code = KeptCode { mac: CodeMac(vec![7; 32]), until: at(600), tries: CODE_TRIES };
    assert!(insist(faults, async || store.keep_code(&id, &code).await).await);
    let (mina, user) = (stands().await, UserId("new".to_owned()));
    assert_eq!(insist(faults, async || store.rebind(&mina, &user, &code.mac).await).await, Moved::Done);
    let (mina, number) = (stands().await, MemberId::new("aa".repeat(16)));
    let moved =
        insist(faults, async || store.renumber(&mina, &number, &SealedPhone(vec![8; 39])).await).await;
    assert_eq!((moved, stands().await.number), (Moved::Done, number.clone()));

    let heir = NewMember { phone: SealedPhone(vec![9; 39]), ..new };
    let joined = insist(faults, async || store.join(&heir).await).await;
    let Joined::Again(Member { id: other, .. }) = joined else { panic!("the old number is free") };
    shop.will_see_member(other);

    let mina = stands().await;
    let (kind, points, at) = (EntryKind::Forfeit, mina.balance, at(500));
    let forfeit = Entry { member: id.clone(), order: None, refund: None, kind, points, at };
    assert_eq!(insist(faults, async || store.forget(&mina, Some(&forfeit), at).await).await, Moved::Done);
    let again = NewMember { id: number, user, ..heir };
    let joined = insist(faults, async || store.join(&again).await).await;
    let Joined::Again(back) = joined else { panic!("who was forgotten may join") };
    assert_eq!((back.id, back.balance), (id, Points::ZERO));
    shop.audit().await;
}

#[tokio::test]
async fn who_moves_or_leaves_while_answers_are_lost_does_so_once() {
    for requests in 1..=SENDS {
        moves_and_leaves(Fault::AnswerLost, requests).await;
    }
    moves_and_leaves(Fault::Collides, 3).await;
}

/// One is carried over and gets their points by a code, and another without points joins: each step with these faults in
/// its way.
async fn is_carried_over(fault: Fault, requests: usize) {
    let line = Line::new();
    let shop = Shop::on(line.client()).await;
    let (store, faults) = (&shop.store, (&line, fault, requests));
    let [with_points, without] = [(1, 120), (2, 0)].map(|(number, points)| {
        let NewMember { id, phone, .. } = newcomer(number, 0);
        CarriedMember { id: shop.will_see_member(id), phone, points: Points::new(points), carried_at: at(0) }
    });
    for carried in [&with_points, &without] {
        let stands = insist(faults, async || store.carry(carried).await).await;
        // Whose answer was lost cannot be told from one of before.
        assert!(matches!(stands, Carried::Now | Carried::Before), "{stands:?}");
    }
    let code = KeptCode { mac: CodeMac(vec![7; 32]), until: at(600), tries: CODE_TRIES };
    assert!(insist(faults, async || store.keep_code(&with_points.id, &code).await).await);
    let (mina, user) =
        (store.member_by_id(&with_points.id).await.unwrap().unwrap(), UserId("mina".to_owned()));
    assert_eq!(insist(faults, async || store.rebind(&mina, &user, &code.mac).await).await, Moved::Done);
    let new = NewMember { phone: SealedPhone(vec![9; 39]), ..newcomer(2, 100) };
    let joined = insist(faults, async || store.join(&new).await).await;
    let Joined::Again(jun) = joined else { panic!("without points there is nothing to guard: {joined:?}") };
    assert_eq!((jun.id, jun.balance), (without.id, Points::ZERO));
    assert_eq!(shop.points(&mina.id).await, (120, 0));
    shop.audit().await;
}

#[tokio::test]
async fn who_is_carried_over_while_answers_are_lost_has_their_points_once() {
    for requests in 1..=SENDS {
        is_carried_over(Fault::AnswerLost, requests).await;
    }
    is_carried_over(Fault::Collides, 3).await;
}

#[tokio::test]
async fn writes_that_collide_wait_for_each_other() {
    let line = Line::new();
    let shop = Shop::on(line.client()).await;
    let new = newcomer(1, 1_000);
    line.next(Fault::Collides, 3);
    let member = shop.will_see_member(new.id.clone());
    assert_eq!(shop.store.join(&new).await.unwrap(), Joined::New);
    for (spend, earn) in [(300, 0), (0, 450)] {
        let opened = shop.quoted(Some(&member), spend, earn).await.open(at_gateway("T1"), at(2));
        line.next(Fault::Collides, 3);
        assert_eq!(shop.store.open(&opened).await.unwrap(), Kept::Done);
        line.next(Fault::Collides, 3);
        let first = turn("first", at(3), at(30));
        let begun = shop.store.begin(opened.quote.id, &first, Some(&proof("first"))).await.unwrap();
        let approving =
            Approving { opened: opened.clone(), attempt: first.attempt, proof: Some(proof("first")) };
        assert_eq!(begun, Begun::First(approving.clone()));
        line.next(Fault::Collides, 3);
        shop.store.leave_in_doubt(&approving, at(10)).await.unwrap();
        assert_eq!(shop.watch(opened.quote.id).await, Some(watch_from(at(15))));
        line.next(Fault::Collides, 3);
        assert_eq!(shop.store.settle(&paid(&opened)).await.unwrap(), Kept::Done);
        assert_eq!(line.left(), 0);
        shop.audit().await;
    }
    assert_eq!(shop.points(&member).await, (1_150, 0));
}

#[tokio::test]
async fn a_collision_that_never_ends_is_told_and_nothing_has_changed() {
    let line = Line::new();
    let shop = Shop::on(line.client()).await;
    let member = shop.joined(1, 1_000).await;
    for spend in [300, 0] {
        let quoted = shop.quoted(Some(&member), spend, 0).await;
        line.next(Fault::Collides, 1_000);
        let opened = quoted.clone().open(at_gateway("T1"), at(2));
        let failed = shop.store.open(&opened).await.unwrap_err();
        assert!(matches!(failed, StoreError::Unavailable(_)), "{failed:?}");
        // It has not waited for ever: a customer is waiting, too.
        assert!(line.left() > 900);
        line.faults.lock().unwrap().clear();
        shop.audit().await;
        assert_eq!(shop.stands(quoted.quote.id).await, Some(Order::Quoted(quoted)));
        assert_eq!(shop.open(&opened).await.unwrap(), Kept::Done);
    }
}
