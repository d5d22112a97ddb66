//! Steps in any order, on the store and on its model: every answer and every book must agree.

use aws_sdk_dynamodb::Client;
use cafe_core::cafe::{
    Approving, Attempt, Begun, Capture, CloseReason, Closed, Joined, Kept, Looks, NewMember, Opened, Order,
    Paid, Quoted, RefundRefused, Saw, SealedPhone, Store, Turn, UserId, Watch, Watched,
};
use cafe_core::payment::{OrderId, Won};
use devserver::dynamodb::Embedded;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::model::Model;
use super::shop::{
    Shop, at, at_gateway, attempt, collected, expired, newcomer, proof, quote, refund_id, refunded,
    refunded_by_hand, taken_over, tender, turn,
};
use crate::support::dynamodb_local::client as dynamodb_local;

/// A step that somebody may ask for at any time. Orders, members and names are few, so that they meet.
#[derive(Clone, Copy, Debug)]
enum Step {
    Join { number: u8, user: u8, seal: u8 },
    Quote { order: usize },
    Open { order: usize, session: u8 },
    Begin { order: usize, token: u8, now: i64, proof: bool },
    GiveUp { order: usize, token: u8 },
    LeaveInDoubt { order: usize, token: u8, now: i64, proof: bool },
    Settle { order: usize, second: i64 },
    Close { order: usize, token: Option<u8>, reason: CloseReason, late: Option<Capture> },
    FollowUp { order: usize, late: Option<Capture> },
    KeepWatching { order: usize, second: i64, review: bool },
    BeginRefund { order: usize, refund: u8, amount: Option<u32>, now: i64 },
    ResumeRefund { order: usize, run: u8, now: i64 },
    GiveUpRefund { order: usize },
    SettleRefund { order: usize, balance: Option<u32>, by_hand: bool },
}

/// Whose each order is, what it spends and what it earns.
const ORDERS: [(Option<u8>, u32, u32); 5] =
    [(None, 0, 0), (Some(1), 0, 450), (Some(1), 60, 0), (Some(2), 100, 0), (None, 0, 0)];

impl Step {
    /// The order that it is about.
    fn order(self) -> Option<usize> {
        match self {
            Step::Join { .. } => None,
            Step::Quote { order }
            | Step::Open { order, .. }
            | Step::Begin { order, .. }
            | Step::GiveUp { order, .. }
            | Step::LeaveInDoubt { order, .. }
            | Step::Settle { order, .. }
            | Step::Close { order, .. }
            | Step::FollowUp { order, .. }
            | Step::KeepWatching { order, .. }
            | Step::BeginRefund { order, .. }
            | Step::ResumeRefund { order, .. }
            | Step::GiveUpRefund { order }
            | Step::SettleRefund { order, .. } => Some(order),
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<(Step, usize)>> {
    let order = || 0..ORDERS.len();
    let name = || 1..=2_u8;
    let reason = prop_oneof![Just(CloseReason::Cancelled), Just(CloseReason::Expired)];
    let late = || {
        let returned = (1..=2_u32).prop_map(|sum| Capture::Returned(Won::new(sum)));
        let capture = prop_oneof![3 => Just(Capture::Possible), 2 => Just(Capture::Returning), 1 => returned];
        proptest::option::weighted(0.9, capture)
    };
    let amount = prop_oneof![Just(None), (1..=3_000_u32).prop_map(Some)];
    let balance = prop_oneof![4 => Just(None), 1 => (0..=500_u32).prop_map(Some)];
    let step = prop_oneof![
        1 => (name(), name(), name()).prop_map(|(number, user, seal)| Step::Join { number, user, seal }),
        1 => order().prop_map(|order| Step::Quote { order }),
        2 => (order(), name()).prop_map(|(order, session)| Step::Open { order, session }),
        5 => (order(), name(), 1..=60_i64, any::<bool>())
            .prop_map(|(order, token, now, proof)| Step::Begin { order, token, now, proof }),
        1 => (order(), name()).prop_map(|(order, token)| Step::GiveUp { order, token }),
        3 => (order(), name(), 1..=60_i64, any::<bool>())
            .prop_map(|(order, token, now, proof)| Step::LeaveInDoubt { order, token, now, proof }),
        2 => (order(), 61..=62_i64).prop_map(|(order, second)| Step::Settle { order, second }),
        3 => (order(), proptest::option::of(name()), reason, late())
            .prop_map(|(order, token, reason, late)| Step::Close { order, token, reason, late }),
        4 => (order(), late()).prop_map(|(order, late)| Step::FollowUp { order, late }),
        3 => (order(), 1..=9_i64, any::<bool>())
            .prop_map(|(order, second, review)| Step::KeepWatching { order, second, review }),
        4 => (order(), name(), amount, 100..=101_i64)
            .prop_map(|(order, refund, amount, now)| Step::BeginRefund { order, refund, amount, now }),
        3 => (order(), name(), 101..=200_i64)
            .prop_map(|(order, run, now)| Step::ResumeRefund { order, run, now }),
        1 => order().prop_map(|order| Step::GiveUpRefund { order }),
        3 => (order(), balance, any::<bool>())
            .prop_map(|(order, balance, by_hand)| Step::SettleRefund { order, balance, by_hand }),
    ];
    // Whoever asks may have read the order a few changes ago.
    let ago = prop_oneof![4 => Just(0_usize), 1 => 1..=3_usize];
    let steps = proptest::collection::vec((step, ago), 1..250);
    steps.prop_map(|steps| opening().map(|step| (step, 0)).chain(steps).collect())
}

/// Everybody joins, and all orders but the last are opened: most is at stake with what is open.
fn opening() -> impl Iterator<Item = Step> {
    let join = (1..=2).map(|number| Step::Join { number, user: number, seal: 1 });
    let open = |order| [Step::Quote { order }, Step::Open { order, session: 1 }];
    join.chain((1..ORDERS.len()).flat_map(open))
}

/// The names of the orders in one shop.
struct Orders(Vec<Quoted>);

impl Orders {
    fn of(shop: &Shop) -> Orders {
        let quoted = |(member, spend, earn): (Option<u8>, u32, u32)| {
            let member = member.map(|number| newcomer(number, 0).id);
            quote(shop.new_order(), member.as_ref(), spend, earn)
        };
        Orders(ORDERS.into_iter().map(quoted).collect())
    }

    fn id(&self, order: usize) -> OrderId {
        self.0[order].quote.id
    }

    /// The order as it was opened, or as it would be.
    fn opened(&self, order: usize, stands: Option<&Order>) -> Opened {
        match stands {
            Some(Order::Opened(opened)) => opened.clone(),
            Some(Order::Approving(approving)) => approving.opened.clone(),
            Some(Order::Quoted(_) | Order::Paid(_) | Order::Closed(_)) | None => {
                let quoted = self.0[order].clone();
                let tender = tender(&quoted.quote);
                quoted.open(tender, at(2))
            }
        }
    }

    /// An attempt at the order, in the eyes of whoever makes it.
    fn approving(&self, order: usize, stands: Option<&Order>, attempt: Attempt, proved: bool) -> Approving {
        let proof = proved.then(|| proof(&attempt.token.0));
        Approving { opened: self.opened(order, stands), attempt, proof }
    }

    /// The order as it was closed, or as it would be, when this has come of its payment since.
    fn closed(&self, order: usize, stands: Option<&Order>, late: Option<Capture>) -> Closed {
        let mut as_if = expired(&self.opened(order, stands), late);
        let Some(Order::Closed(closed)) = stands else { return as_if };
        if let (Some(late), Some(before)) = (&mut as_if.late, &closed.late) {
            late.session.clone_from(&before.session);
        }
        Closed { late: as_if.late, ..closed.clone() }
    }

    /// The order as it was paid, or as it would be.
    fn paid(&self, order: usize, stands: Option<&Order>, second: i64) -> Paid {
        if let Some(Order::Paid(paid)) = stands {
            return paid.clone();
        }
        let opened = self.opened(order, stands);
        opened.clone().settle(collected(&opened), at(second)).unwrap()
    }
}

/// What came of a step.
#[derive(Debug, PartialEq)]
enum Came {
    Nothing,
    Joined(Joined),
    Quoted(bool),
    Begun(Box<Begun>),
    GivenUp(bool),
    Kept(Kept),
    Refused(RefundRefused),
}

/// Takes a step, and tells what came of it. `known` is what whoever asks for it has read before.
async fn take(store: &dyn Store, step: Step, orders: &Orders, known: Option<&Order>, balance: u32) -> Came {
    let attempt_of = |token: u8, until| attempt(&format!("attempt-{token}"), at(until));
    match step {
        Step::Join { number, user, seal } => {
            let user = UserId(format!("user-{user}"));
            let new = NewMember { user, phone: SealedPhone(vec![seal; 39]), ..newcomer(number, 100) };
            Came::Joined(store.join(&new).await.unwrap())
        }
        Step::Quote { order } => Came::Quoted(store.quote(&orders.0[order]).await.is_ok()),
        Step::Open { order, session } => {
            let mut opened = orders.opened(order, None);
            if !opened.quote.due.is_zero() {
                opened.tender = at_gateway(&format!("T{session}"));
            }
            Came::Kept(store.open(&opened).await.unwrap())
        }
        Step::Begin { order, token, now, proof: proved } => {
            let turn = Turn { now: at(now), attempt: attempt_of(token, now + 20) };
            let proof = proved.then(|| proof(&format!("{token} at {now}")));
            let begun = store.begin(orders.id(order), &turn, proof.as_ref()).await.unwrap();
            Came::Begun(Box::new(begun))
        }
        Step::GiveUp { order, token } => {
            let approving = orders.approving(order, known, attempt_of(token, 30), false);
            Came::GivenUp(store.give_up(&approving).await.unwrap())
        }
        Step::LeaveInDoubt { order, token, now, proof } => {
            let approving = orders.approving(order, known, attempt_of(token, 30), proof);
            store.leave_in_doubt(&approving, at(now)).await.unwrap();
            Came::Nothing
        }
        Step::Settle { order, second } => {
            let opened = orders.opened(order, known);
            let paid = opened.clone().settle(collected(&opened), at(second)).unwrap();
            Came::Kept(store.settle(&paid).await.unwrap())
        }
        Step::Close { order, token, reason, late } => {
            let opened = orders.opened(order, known);
            let closed = match late {
                Some(capture) => opened.close_late(reason, at(62), capture),
                None => opened.close(reason, at(62)),
            };
            let token = token.map(|token| attempt_of(token, 30).token);
            Came::Kept(store.close(&closed, token.as_ref()).await.unwrap())
        }
        Step::FollowUp { order, late } => {
            let closed = orders.closed(order, known, late);
            Came::Kept(store.follow_up(&closed).await.unwrap())
        }
        Step::KeepWatching { order, second, review } => {
            let looked_at = known.cloned().unwrap_or_else(|| Order::Quoted(orders.0[order].clone()));
            let watch = if review { Watch::Review(at(second)) } else { Watch::From(at(second)) };
            let looks = Looks::default().and(Saw::Pending, at(1)).and(Saw::Failed, at(second));
            store.keep_watching(&Watched { order: looked_at, looks, watch: Some(watch) }).await.unwrap();
            Came::Nothing
        }
        Step::BeginRefund { order, refund, amount, now } => {
            let paid = orders.paid(order, known, 61);
            let id = refund_id(&format!("r{refund}"));
            if paid.refunding.is_some() || paid.refund_of(&id).is_some() {
                return Came::Nothing;
            }
            let (amount, reason) = (amount.map(Won::new), "식은 커피".to_owned());
            match paid.refund(id, amount, reason, &turn("run-1", at(now), at(130))) {
                Ok(running) => {
                    let running = Paid { refunding: Some(running), ..paid };
                    Came::Kept(store.begin_refund(&running).await.unwrap())
                }
                Err(refused) => Came::Refused(refused),
            }
        }
        Step::ResumeRefund { order, run, now } => {
            let paid = orders.paid(order, known, 61);
            if paid.refunding.is_none() {
                return Came::Nothing;
            }
            let resumed = taken_over(&paid, &format!("run-{run}"), at(now + 30));
            Came::Kept(store.resume_refund(&resumed, at(now)).await.unwrap())
        }
        Step::GiveUpRefund { order } => {
            store.give_up_refund(&orders.paid(order, known, 61)).await.unwrap();
            Came::Nothing
        }
        Step::SettleRefund { order, balance: told, by_hand } => {
            let paid = orders.paid(order, known, 61);
            let Some(running) = &paid.refunding else { return Came::Nothing };
            let settled = if by_hand { refunded_by_hand } else { refunded };
            let settled = settled(&paid, told.unwrap_or(balance));
            Came::Kept(store.settle_refund(&settled, &running.id).await.unwrap())
        }
    }
}

/// What has stood under each order's name, and been read by somebody.
struct Read(Vec<Vec<Order>>);

impl Read {
    async fn again(&mut self, model: &Model, orders: &Orders) {
        for (order, read) in self.0.iter_mut().enumerate() {
            let stands = model.order(orders.id(order)).await.unwrap();
            // What was quoted tells nobody anything yet.
            let news =
                stands.filter(|stands| !matches!(stands, Order::Quoted(_)) && read.last() != Some(stands));
            read.extend(news);
        }
    }

    /// What stands, or what stood so many changes ago. A refund is decided on a paid order, and what may
    /// come of its payment on a closed one.
    fn known(&self, step: Step, ago: usize) -> Option<&Order> {
        let read = &self.0[step.order()?];
        let follows_up = matches!(step, Step::FollowUp { .. });
        let refunds = matches!(
            step,
            Step::BeginRefund { .. }
                | Step::ResumeRefund { .. }
                | Step::GiveUpRefund { .. }
                | Step::SettleRefund { .. }
        );
        let is_of_use = |order: &&Order| {
            (!follows_up || matches!(order, Order::Closed(_)))
                && (!refunds || matches!(order, Order::Paid(_)))
        };
        let of_use = || read.iter().filter(is_of_use);
        of_use().rev().nth(ago).or_else(|| of_use().next_back())
    }
}

async fn agree(shop: &Shop, steps: Vec<(Step, usize)>) {
    let model = Model::default();
    let orders = Orders::of(shop);
    let members = [1, 2].map(|number| shop.will_see_member(newcomer(number, 0).id));
    let mut read = Read(vec![Vec::new(); ORDERS.len()]);
    for (number, (step, ago)) in steps.into_iter().enumerate() {
        let known = read.known(step, ago);
        let owner = step.order().and_then(|order| orders.0[order].quote.member.clone());
        let balance = match owner {
            Some(member) => model.member(&member).await.unwrap().map_or(0, |member| member.balance.get()),
            None => 0,
        };
        let modelled = take(&model, step, &orders, known, balance).await;
        let kept = take(&shop.store, step, &orders, known, balance).await;
        assert_eq!(kept, modelled, "step {number}, {step:?}");
        read.again(&model, &orders).await;
        if let Some(order) = step.order() {
            let id = orders.id(order);
            let (kept, modelled) = (shop.watched(id).await.unwrap(), model.watched(id).await.unwrap());
            assert_eq!(kept, modelled, "step {number}, {step:?}");
        }
        for id in &members {
            let (kept, modelled) = (shop.member(id).await.unwrap(), model.member(id).await.unwrap());
            assert_eq!(kept, modelled, "step {number}, {step:?}");
        }
    }
    for quoted in &orders.0 {
        let id = quoted.quote.id;
        assert_eq!(shop.watched(id).await.unwrap(), model.watched(id).await.unwrap());
    }
    for id in &members {
        assert_eq!(shop.entries(id).await.unwrap(), model.entries(id).await.unwrap());
    }
    // Orders of the same second come in no particular order.
    let sorted = |mut ids: Vec<OrderId>| {
        ids.sort_unstable();
        ids
    };
    for now in [at(10), at(60), at(10_000)] {
        let (kept, modelled) = (shop.due(now, 10).await.unwrap(), model.due(now, 10).await.unwrap());
        assert_eq!(sorted(kept), sorted(modelled));
    }
    let (kept, modelled) = (shop.in_review(10).await.unwrap(), model.in_review(10).await.unwrap());
    assert_eq!(sorted(kept), sorted(modelled));
    shop.audit().await;
}

/// The same sequences in every run.
fn sequences_agree(cases: u32, client: impl Fn() -> Client) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let agreed = runner.run(&steps(), |steps| {
        runtime.block_on(async { agree(&Shop::on(client()).await, steps).await });
        Ok(())
    });
    agreed.unwrap();
}

mod embedded {
    #[test]
    fn whatever_the_order_of_steps_the_books_agree() {
        super::sequences_agree(24, || super::Embedded::in_memory().client());
    }
}

mod dynamodb_local {
    #[test]
    fn whatever_the_order_of_steps_the_books_agree() {
        // Each step is slower here, and what it does has been compared with the embedded one already.
        super::sequences_agree(4, super::dynamodb_local);
    }
}
