//! Steps in any order, on the store and on its model: every answer and every book must agree.

use aws_sdk_dynamodb::Client;
use cafe_core::cafe::{
    Approving, CloseReason, NewMember, Opened, Order, Paid, Quoted, RefundId, SealedPhone, Store, UserId,
};
use cafe_core::payment::{OrderId, Won};
use devserver::dynamodb::Embedded;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::model::Model;
use super::shop::{Shop, at, at_gateway, attempt, collected, newcomer, quote, refunded, tender, token};
use crate::support::dynamodb_local::client as dynamodb_local;

/// A step that somebody may ask for at any time. Orders, members and names are few, so that they meet.
#[derive(Clone, Copy, Debug)]
enum Step {
    Join { number: u8, user: u8, seal: u8 },
    Quote { order: usize },
    Open { order: usize, session: u8 },
    Begin { order: usize, token: u8, now: i64 },
    GiveUp { order: usize, token: u8 },
    Settle { order: usize, second: i64 },
    Close { order: usize, token: Option<u8>, reason: CloseReason },
    LookAgain { order: usize, second: i64 },
    BeginRefund { order: usize, refund: u8, amount: Option<u32> },
    GiveUpRefund { order: usize },
    SettleRefund { order: usize, balance: Option<u32> },
}

/// Whose each order is, what it spends and what it earns.
const ORDERS: [(Option<u8>, u32, u32); 4] =
    [(Some(1), 0, 450), (Some(1), 60, 0), (Some(2), 100, 0), (None, 0, 0)];

impl Step {
    /// The order that it is about.
    fn order(self) -> Option<usize> {
        match self {
            Step::Join { .. } => None,
            Step::Quote { order }
            | Step::Open { order, .. }
            | Step::Begin { order, .. }
            | Step::GiveUp { order, .. }
            | Step::Settle { order, .. }
            | Step::Close { order, .. }
            | Step::LookAgain { order, .. }
            | Step::BeginRefund { order, .. }
            | Step::GiveUpRefund { order }
            | Step::SettleRefund { order, .. } => Some(order),
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<(Step, usize)>> {
    let order = || 0..ORDERS.len();
    let name = || 1..=2_u8;
    let reason = prop_oneof![Just(CloseReason::Cancelled), Just(CloseReason::Expired)];
    let amount = prop_oneof![Just(None), (1..=3_000_u32).prop_map(Some)];
    let balance = prop_oneof![4 => Just(None), 1 => (0..=500_u32).prop_map(Some)];
    let step = prop_oneof![
        2 => (name(), name(), name()).prop_map(|(number, user, seal)| Step::Join { number, user, seal }),
        4 => order().prop_map(|order| Step::Quote { order }),
        4 => (order(), name()).prop_map(|(order, session)| Step::Open { order, session }),
        3 => (order(), name(), 1..=60_i64).prop_map(|(order, token, now)| Step::Begin { order, token, now }),
        1 => (order(), name()).prop_map(|(order, token)| Step::GiveUp { order, token }),
        4 => (order(), 61..=62_i64).prop_map(|(order, second)| Step::Settle { order, second }),
        2 => (order(), proptest::option::of(name()), reason)
            .prop_map(|(order, token, reason)| Step::Close { order, token, reason }),
        1 => (order(), 1..=9_i64).prop_map(|(order, second)| Step::LookAgain { order, second }),
        4 => (order(), name(), amount)
            .prop_map(|(order, refund, amount)| Step::BeginRefund { order, refund, amount }),
        1 => order().prop_map(|order| Step::GiveUpRefund { order }),
        6 => (order(), balance).prop_map(|(order, balance)| Step::SettleRefund { order, balance }),
    ];
    // Whoever asks may have read the order a few changes ago.
    let ago = prop_oneof![4 => Just(0_usize), 1 => 1..=3_usize];
    proptest::collection::vec((step, ago), 1..150)
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

    /// The order as it was paid, or as it would be.
    fn paid(&self, order: usize, stands: Option<&Order>, second: i64) -> Paid {
        if let Some(Order::Paid(paid)) = stands {
            return paid.clone();
        }
        let opened = self.opened(order, stands);
        opened.clone().settle(collected(&opened), at(second)).unwrap()
    }
}

/// Takes a step, and tells in words what came of it. `known` is what whoever asks for it has read before.
async fn take(store: &dyn Store, step: Step, orders: &Orders, known: Option<&Order>, balance: u32) -> String {
    match step {
        Step::Join { number, user, seal } => {
            let user = UserId(format!("user-{user}"));
            let new = NewMember { user, phone: SealedPhone(vec![seal; 39]), ..newcomer(number, 100) };
            format!("{:?}", store.join(&new).await.unwrap())
        }
        Step::Quote { order } => format!("{:?}", store.quote(&orders.0[order]).await.is_ok()),
        Step::Open { order, session } => {
            let mut opened = orders.opened(order, None);
            if !opened.quote.due.is_zero() {
                opened.tender = at_gateway(&format!("T{session}"));
            }
            format!("{:?}", store.open(&opened).await.unwrap())
        }
        Step::Begin { order, token, now } => {
            let attempt = attempt(&format!("attempt-{token}"), at(now + 20));
            format!("{:?}", store.begin(orders.id(order), &attempt, at(now)).await.unwrap())
        }
        Step::GiveUp { order, token } => {
            let opened = orders.opened(order, known);
            let attempt = attempt(&format!("attempt-{token}"), at(30));
            format!("{:?}", store.give_up(&Approving { opened, attempt }).await.unwrap())
        }
        Step::Settle { order, second } => {
            let opened = orders.opened(order, known);
            let paid = opened.clone().settle(collected(&opened), at(second)).unwrap();
            format!("{:?}", store.settle(&paid).await.unwrap())
        }
        Step::Close { order, token: attempt, reason } => {
            let closed = orders.opened(order, known).close(reason, at(62));
            let attempt = attempt.map(|name| token(&format!("attempt-{name}")));
            format!("{:?}", store.close(&closed, attempt.as_ref()).await.unwrap())
        }
        Step::LookAgain { order, second } => {
            format!("{:?}", store.look_again(orders.id(order), at(second)).await.unwrap())
        }
        Step::BeginRefund { order, refund, amount } => {
            let paid = orders.paid(order, known, 61);
            let id = RefundId::parse(&format!("r{refund}")).unwrap();
            if paid.refunding.is_some() || paid.refund_of(&id).is_some() {
                return "nothing is asked for".to_owned();
            }
            match paid.refund(id, amount.map(Won::new), "식은 커피".to_owned(), at(100)) {
                Ok(running) => {
                    let running = Paid { refunding: Some(running), ..paid };
                    format!("{:?}", store.begin_refund(&running).await.unwrap())
                }
                Err(refused) => refused.to_string(),
            }
        }
        Step::GiveUpRefund { order } => {
            let paid = orders.paid(order, known, 61);
            format!("{:?}", store.give_up_refund(&paid).await.unwrap())
        }
        Step::SettleRefund { order, balance: told } => {
            let paid = orders.paid(order, known, 61);
            if paid.refunding.is_none() {
                return "nothing is asked for".to_owned();
            }
            let made = refunded(&paid, told.unwrap_or(balance));
            format!("{:?}", store.settle_refund(&made).await.unwrap())
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

    /// What stands, or what stood so many changes ago. A refund is decided on a paid order.
    fn known(&self, step: Step, ago: usize) -> Option<&Order> {
        let read = &self.0[step.order()?];
        let refunds =
            matches!(step, Step::BeginRefund { .. } | Step::GiveUpRefund { .. } | Step::SettleRefund { .. });
        let of_use = || read.iter().filter(|order| !refunds || matches!(order, Order::Paid(_)));
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
            assert_eq!(shop.stands(id).await, model.order(id).await.unwrap(), "step {number}, {step:?}");
        }
        for id in &members {
            let (kept, modelled) = (shop.member(id).await.unwrap(), model.member(id).await.unwrap());
            assert_eq!(kept, modelled, "step {number}, {step:?}");
        }
    }
    for quoted in &orders.0 {
        let id = quoted.quote.id;
        assert_eq!(shop.stands(id).await, model.order(id).await.unwrap());
    }
    for id in &members {
        assert_eq!(shop.entries(id).await.unwrap(), model.entries(id).await.unwrap());
    }
    for now in [at(10), at(60), at(10_000)] {
        let (mut kept, mut modelled) = (shop.due(now, 10).await.unwrap(), model.due(now, 10).await.unwrap());
        // Orders of the same second come in no particular order.
        kept.sort_unstable();
        modelled.sort_unstable();
        assert_eq!(kept, modelled);
    }
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
        super::sequences_agree(32, || super::Embedded::in_memory().client());
    }
}

mod dynamodb_local {
    #[test]
    fn whatever_the_order_of_steps_the_books_agree() {
        // Each step is slower here, and what it does has been compared with the embedded one already.
        super::sequences_agree(4, super::dynamodb_local);
    }
}
