//! Real processes, killed at random instants while people order: nothing is lost and nothing is doubled.

mod customer;
mod killer;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cafe_core::cafe::{EntryKind, Order};
use fastrand::Rng;
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;

use self::customer::{Customer, Remembered, Told};
use self::killer::Killer;
use crate::cafe::{Cafe, MINA, at_once};
use crate::lambda::{self, Function, Functions, Instance, Kind, Running};

/// Where lots start. What comes of them still depends on which request arrives first.
const SEED: u64 = 1;

const CUSTOMERS: u32 = 20;
const ORDERS_EACH: u32 = 10;

/// How often people try what does not answer, or reload what asks them to wait.
const TRIES: u32 = 4;

/// The functions, and how many instances there are of each.
const FUNCTIONS: [(&str, usize); 8] = [
    ("general-payment-preprocess", 1),
    ("payment-approve", 2),
    ("payment-close", 2),
    ("payment-ready", 2),
    ("point-payment-preprocess", 1),
    ("reconcile", 1),
    ("refund", 2),
    ("sign-up", 1),
];

/// A cafe whose functions are processes: customers reach them over HTTP, and they reach DynamoDB and KakaoPay
/// past the killer. Both are the dev server's, whose own schedule goes on every minute as a further `reconcile`.
pub(crate) struct Shop {
    cafe: Cafe,
    functions: Functions,
    killer: Arc<Killer>,
    sold: AtomicU32,
}

impl Shop {
    async fn opens(functions: &[(&str, usize)]) -> Arc<Shop> {
        let mut cafe = Cafe::opens(&[]).await;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let settings: BTreeMap<_, _> = cafe.environment().into_iter().collect();
        let dynamodb = settings["AWS_ENDPOINT_URL_DYNAMODB"].clone();
        let killer = Killer::new(SEED, dynamodb, settings["KAKAOPAY_URL"].clone());
        let running = Functions::default();
        for &(function, instances) in functions {
            let mut started = Vec::new();
            for _ in 0..instances {
                let process = Running::default();
                let way = killer.stands_before(function, process.clone()).await;
                let own = [
                    ("AWS_ENDPOINT_URL_DYNAMODB", way.clone()),
                    ("KAKAOPAY_URL", way),
                    ("PUBLIC_URL", url.clone()),
                    // Enough for orders that points cover.
                    ("SIGN_UP_BONUS", "20000".to_owned()),
                ];
                let environment: BTreeMap<_, _> = settings.clone().into_iter().chain(own).collect();
                started.push(Instance::starts(function, environment.into_iter().collect(), process).await);
            }
            running.put(function, Function::of(started));
        }
        tokio::spawn(lambda::serve(listener, running.clone(), Kind::Http));
        cafe.is_reached_at(url);
        Arc::new(Shop { cafe, functions: running, killer, sold: AtomicU32::new(0) })
    }

    /// Invokes a function directly. Nothing comes of it where its process dies.
    async fn invokes(&self, function: &str, event: &Value) -> Option<Value> {
        let answer = self.functions.get(function).unwrap().invoke(event.to_string()).await?;
        Some(serde_json::from_slice(&answer.unwrap()).unwrap())
    }

    /// A customer looks again at where they were last.
    async fn reloads(&self, remembered: &mut Remembered) {
        if let Some(answer) = self.cafe.tries(&remembered.link).await {
            remembered.hears(&self.cafe, &answer);
        }
    }

    /// The same, until a page tells of the money. Whoever is told to wait for too long puts the phone away.
    async fn reloads_until_told(&self, remembered: &mut Remembered) {
        for _ in 0..TRIES {
            self.reloads(remembered).await;
            if remembered.told != Told::Nothing {
                return;
            }
        }
    }

    /// Has the schedule run with every fifth order: it comes round sooner than every minute here.
    async fn sells_one(&self) {
        if self.sold.fetch_add(1, Ordering::Relaxed) % 5 == 4 {
            self.invokes("reconcile", &json!({})).await;
        }
    }

    /// Has the schedule go on, every second, until every attempt that was cut off has run out in real time and
    /// was taken up, or until it was long enough for most.
    async fn takes_up_what_was_cut_off(&self) {
        let soon = || self.cafe.now().checked_add(SignedDuration::from_mins(1)).unwrap();
        let mut schedule = tokio::time::interval(Duration::from_secs(1));
        let taking_up = async {
            while !self.cafe.parts().store.due(soon(), 1).await.unwrap().is_empty() {
                schedule.tick().await;
                self.invokes("reconcile", &json!({})).await;
            }
        };
        // What is left then is left for a clock that can be moved.
        let _ = timeout(Duration::from_secs(40), taking_up).await;
    }

    /// Finishes what is still open. The processes have the real time, in which an attempt runs out after half a
    /// minute, and an order closes after a quarter of an hour. So this is done in this process, by the dev
    /// server, whose clock can be moved.
    async fn time_passes(&self) {
        let store = &self.cafe.parts().store;
        let some_day = || self.cafe.now().checked_add(SignedDuration::from_hours(365 * 24)).unwrap();
        for minutes in [1, 1, 1, 5, 15, 30, 60, 360, 360] {
            self.cafe.later(minutes);
            self.cafe.reconcile().await;
        }
        assert_eq!(store.due(some_day(), 1_000).await.unwrap(), []);
        assert_eq!(store.in_review(1_000).await.unwrap(), []);
    }

    /// No order was collected twice, and the owner's audit and the stories' find nothing.
    async fn audit(&self) {
        let mut collected = BTreeSet::new();
        for payment in self.cafe.kakaopay().payments().iter().filter(|payment| payment.approvals > 0) {
            assert!(collected.insert(payment.partner_order_id.clone()), "collected twice: {payment:?}");
        }
        let audited = self.cafe.audits_the_tables().await;
        assert_eq!((audited.discrepancies, audited.unsettled), (BTreeSet::new(), BTreeSet::new()));
        self.cafe.audit().await;
    }
}

/// What a customer was told last of an order is what became of it, and each refund was made once.
async fn check(cafe: &Cafe, remembered: &Remembered) {
    let Remembered { order: id, told, refunded, .. } = remembered;
    let order = cafe.order(*id).await;
    match told {
        Told::Nothing => assert!(matches!(order, Order::Quoted(_)), "nobody told of {order:?}"),
        Told::NoneTaken => assert!(matches!(order, Order::Quoted(_) | Order::Closed(_)), "{order:?}"),
        Told::Paid => assert!(matches!(order, Order::Paid(_)), "{order:?}"),
    }
    let made = match &order {
        Order::Paid(paid) => &paid.refunds[..],
        Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Closed(_) => &[],
    };
    for (name, sum) in refunded {
        let sums = made.iter().filter(|refund| refund.id.as_str() == name);
        let sums: Vec<_> = sums.map(|refund| i64::from(refund.amount.get())).collect();
        assert_eq!(sums, [*sum], "{name} of {order:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn functions_killed_at_random_instants_lose_nothing_and_double_nothing() {
    lambda::build();
    timeout(Duration::from_mins(5), async {
        let shop = Shop::opens(&FUNCTIONS).await;
        shop.killer.begins();
        let mut customers = JoinSet::new();
        for place in 0..CUSTOMERS {
            // Two people at a time share an account, so that their points move at the same time.
            let (account, dice) = (place / 2, Rng::with_seed(SEED + u64::from(place)));
            let (user, phone) = (format!("user-{account}"), format!("010-9000-{account:04}"));
            customers.spawn(Customer { shop: shop.clone(), user, phone, dice }.lives(ORDERS_EACH));
        }
        let remembered: Vec<_> = customers.join_all().await.into_iter().flatten().collect();
        shop.takes_up_what_was_cut_off().await;
        let kills = shop.killer.rests();
        let paid = remembered.iter().filter(|one| one.told == Told::Paid).count();
        assert!(remembered.len() == 200 && paid >= 80, "{paid} of {} were paid", remembered.len());
        assert!(kills.values().sum::<u32>() >= 100, "{kills:#?}");

        shop.time_passes().await;
        let comes_back = async |mut one: Remembered| {
            // A link that was never opened would be now.
            if !matches!(shop.cafe.order(one.order).await, Order::Quoted(_)) {
                shop.reloads_until_told(&mut one).await;
            }
            check(&shop.cafe, &one).await;
        };
        at_once(remembered.into_iter().map(comes_back)).await;
        shop.audit().await;
    })
    .await
    .expect("it ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_returns_at_once_to_many_processes_collect_once() {
    lambda::build();
    timeout(
        Duration::from_mins(2),
        Box::pin(async {
            let shop = Shop::opens(&[
                ("general-payment-preprocess", 1),
                ("payment-approve", 6),
                ("payment-ready", 1),
                ("sign-up", 1),
            ])
            .await;
            let cafe = &shop.cafe;
            let card = cafe.mina_orders().await;
            let back = cafe.opens_and_pays(card.link()).await;
            let answers = at_once((0..100).map(|_| cafe.returns(&back))).await;
            let receipt = cafe.returns(&back).await;
            assert_eq!(receipt.status, StatusCode::OK);
            for answer in &answers {
                // Whoever was not first is asked to wait, or sees the first one's receipt.
                assert!(answer.status == StatusCode::ACCEPTED || answer.body == receipt.body, "{answer}");
            }
            for reloaded in at_once((0..100).map(|_| cafe.returns(&back))).await {
                assert_eq!(reloaded.body, receipt.body);
            }
            assert_eq!((cafe.calls()["approve"], cafe.collected(card.order())), (1, 4_400));
            let earned = cafe.entries_of(MINA).await;
            let earned: Vec<_> = earned.iter().filter(|entry| entry.kind == EntryKind::Earn).collect();
            assert!(matches!(earned[..], [entry] if entry.points.get() == 440), "{earned:?}");
            shop.audit().await;
        }),
    )
    .await
    .expect("it ends");
}
