//! This version and the one before it over the same records, as while traffic shifts from one to the other, or back:
//! stories in which each step is done by either version, in every way that there is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cafe_core::payment::OrderId;
use fakes::kakaopay::{Endpoint, Fault};
use reqwest::StatusCode;
use serde_json::json;

use crate::cafe::{Bubble, Cafe, DESKTOP, SIGN_UP};
use crate::lambda::{self, Deployed, Function, Instance, Kind, Platform, Running, Start};

/// Where `cargo xtask` keeps the functions of the version before this one.
const PREVIOUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/previous/bin");

const ESPRESSO: (i64, &str) = (1, "에스프레소");

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Version {
    Previous,
    This,
}

/// Every way in which so many steps are done by two versions.
fn every_way<const STEPS: usize>() -> impl Iterator<Item = [Version; STEPS]> {
    let version =
        |way: u32, step: usize| if way >> step & 1 == 0 { Version::Previous } else { Version::This };
    (0..1 << STEPS).map(move |way| std::array::from_fn(|step| version(way, step)))
}

/// A cafe with both versions of its functions.
struct Both {
    deployed: Deployed,
    functions: BTreeMap<(Version, String), Arc<Function>>,
}

/// Somebody who joins for one story.
struct Customer {
    user: String,
    phone: String,
}

impl Customer {
    fn of(story: u32, way: usize) -> Customer {
        Customer { user: format!("user-{story}-{way}"), phone: format!("010-{:04}-{way:04}", 7_000 + story) }
    }

    fn name(&self) -> (&str, &str) {
        (&self.user, &self.phone)
    }
}

impl Both {
    async fn open() -> Both {
        lambda::build();
        assert!(
            Path::new(PREVIOUS).is_dir(),
            "the version before this one is not built: `cargo xtask setup` builds it"
        );
        let deployed = Deployed::of(Cafe::opens(&[]).await, Kind::Http, Platform::Ours, "").await;
        let mut functions = BTreeMap::new();
        for name in deployed.names() {
            let binary = PathBuf::from(PREVIOUS).join(&name);
            let this = deployed.start(&name).await;
            let versions = [(Version::Previous, binary), (Version::This, this.binary.clone())];
            // A function that was not there before answers for nothing here.
            for (version, binary) in versions.into_iter().filter(|(_, binary)| binary.is_file()) {
                // Not every version can be told where else secrets are kept, so each is given them.
                let given =
                    deployed.cafe.environment().into_iter().map(|(name, value)| (name.to_owned(), value));
                let environment = this.environment.clone().into_iter().chain(given).collect();
                let start = Start { binary, environment, frozen_between_events: false, ..this.clone() };
                let function = Function::of(vec![Instance::begins(start, Running::default()).await]);
                functions.insert((version, name.clone()), function);
            }
        }
        Both { deployed, functions }
    }

    /// Has one version answer for everything from now on.
    fn turn(&self, to: Version) -> &Deployed {
        for ((version, name), function) in &self.functions {
            if *version == to {
                self.deployed.is_run_by(name, function);
            }
        }
        &self.deployed
    }

    /// Both versions tell the same of an order, and money and points add up.
    async fn agree_on(&self, card: &Bubble, way: &[Version]) {
        let mut told = Vec::new();
        for version in [Version::Previous, Version::This] {
            let page = self.turn(version).cafe.visit(card.link(), DESKTOP).await;
            told.push((page.status, page.denies_payment(), self.deployed.looks_at(card.order()).await));
        }
        assert_eq!(told[0], told[1], "{way:?}");
    }

    async fn end(&self) {
        let audited = self.deployed.cafe.audits_the_tables().await;
        assert!(audited.discrepancies.is_empty() && audited.unsettled.is_empty(), "{audited:?}");
        self.deployed.cafe.audit().await;
        for function in self.functions.values() {
            function.ends().await;
        }
    }
}

/// What the gateway collected for an order and still has, and what its customer has and holds.
async fn money_and_points(cafe: &Cafe, order: OrderId, customer: &Customer) -> (i64, (u32, u32)) {
    (cafe.collected(order), cafe.points_of(&customer.phone).await)
}

/// KakaoPay collects, or does not, and the function hears of neither.
fn answer_is_lost(cafe: &Cafe, endpoint: Endpoint, fault: Fault) {
    cafe.kakaopay().inject(endpoint, fault);
    cafe.kakaopay().inject(Endpoint::Order, Fault::Unavailable503);
}

#[tokio::test]
async fn an_order_in_full_goes_from_one_version_to_the_other_and_back_at_every_step() {
    let both = Both::open().await;
    for (number, way) in every_way::<6>().enumerate() {
        let (customer, [joins, quotes, opens, approves, reconciles, refunds]) =
            (Customer::of(0, number), way);
        both.turn(joins).cafe.joins(&customer.user, &customer.phone).await;
        let card =
            both.turn(quotes).cafe.orders(&customer.user, &customer.phone, 2, "아이스아메리카노").await;
        let cafe = &both.turn(opens).cafe;
        let back = cafe.opens_and_pays(card.link()).await;
        answer_is_lost(cafe, Endpoint::Approve, Fault::AnswerLost);
        both.turn(approves);
        assert_eq!(cafe.returns(&back).await.status, StatusCode::ACCEPTED, "{way:?}");
        assert_eq!(both.turn(reconciles).looks_at(card.order()).await, "settled", "{way:?}");
        assert_eq!(money_and_points(cafe, card.order(), &customer).await, (4_400, (540, 0)), "{way:?}");
        both.agree_on(&card, &way).await;
        let refunded = both.turn(refunds).refunds(card.order(), Some(1_100), "r1").await;
        assert_eq!(refunded["left"], 3_300, "{way:?}: {refunded}");
        // Whoever repeats it hears the same, whichever version is asked.
        both.turn(if refunds == Version::This { Version::Previous } else { Version::This });
        let again = both.deployed.refunds(card.order(), Some(1_100), "r1").await;
        assert_eq!(
            (&again["outcome"], &again["left"]),
            (&json!("refunded"), &json!(3_300)),
            "{way:?}: {again}"
        );
        assert_eq!(money_and_points(cafe, card.order(), &customer).await, (3_300, (430, 0)), "{way:?}");
    }
    both.end().await;
}

#[tokio::test]
async fn points_go_from_one_version_to_the_other_and_back_at_every_step() {
    let both = Both::open().await;
    for (number, way) in every_way::<5>().enumerate() {
        let (customer, [quotes, opens, approves, refunds, returns]) = (Customer::of(1, number), way);
        let cafe = &both.turn(quotes).cafe;
        cafe.joins(&customer.user, &customer.phone).await;
        let card = cafe.orders_with_points(customer.name(), ESPRESSO, 100).await;
        let page = both.turn(opens).cafe.opens_link(card.link()).await;
        assert_eq!(cafe.points_of(&customer.phone).await, (0, 100), "{way:?}");
        both.turn(approves);
        assert_eq!(cafe.returns(&cafe.pays(&page).await).await.status, StatusCode::OK, "{way:?}");
        assert_eq!(money_and_points(cafe, card.order(), &customer).await, (1_400, (0, 0)), "{way:?}");
        both.agree_on(&card, &way).await;
        let part = both.turn(refunds).refunds(card.order(), Some(700), "r1").await;
        assert_eq!((&part["left"], &part["points_returned"]), (&json!(700), &json!(50)), "{way:?}: {part}");
        let rest = both.turn(returns).refunds(card.order(), None, "r2").await;
        assert_eq!((&rest["left"], &rest["points_returned"]), (&json!(0), &json!(50)), "{way:?}: {rest}");
        assert_eq!(money_and_points(cafe, card.order(), &customer).await, (0, (100, 0)), "{way:?}");
    }
    both.end().await;
}

#[tokio::test]
async fn a_member_who_moved_to_another_account_spends_their_points_by_either_version() {
    let both = Both::open().await;
    for (number, way) in every_way::<5>().enumerate() {
        let (customer, [joins, looks, quotes, opens, approves]) = (Customer::of(7, number), way);
        let cafe = &both.turn(joins).cafe;
        cafe.joins(&customer.user, &customer.phone).await;
        // A code is something that only this version knows of.
        let code = cafe.issues_code(&customer.phone).await;
        let moved = format!("moved-{}", customer.user);
        both.turn(Version::This)
            .cafe
            .says(&moved, SIGN_UP, json!({ "phone": customer.phone, "code": code }))
            .await;
        both.turn(looks);
        assert!(cafe.points(&moved, &customer.phone).await.contains("100P"), "{way:?}");
        assert!(!cafe.points(&customer.user, &customer.phone).await.contains("100P"), "{way:?}");
        both.turn(quotes);
        let card = cafe.orders_with_points((&moved, &customer.phone), ESPRESSO, 100).await;
        let page = both.turn(opens).cafe.opens_link(card.link()).await;
        both.turn(approves);
        assert_eq!(cafe.returns(&cafe.pays(&page).await).await.status, StatusCode::OK, "{way:?}");
        assert_eq!(money_and_points(cafe, card.order(), &customer).await, (1_400, (0, 0)), "{way:?}");
        both.agree_on(&card, &way).await;
    }
    both.end().await;
}

#[tokio::test]
async fn what_is_not_paid_is_closed_by_either_version_whichever_opened_it() {
    let both = Both::open().await;
    for (number, way) in every_way::<4>().enumerate() {
        let [quotes, opens, closes, repeats] = way;
        for (story, pressed_cancel) in [(2, true), (3, false)] {
            let customer = Customer::of(story, number);
            let cafe = &both.turn(quotes).cafe;
            cafe.joins(&customer.user, &customer.phone).await;
            let card = cafe.orders_with_points(customer.name(), ESPRESSO, 100).await;
            let page = both.turn(opens).cafe.opens_link(card.link()).await;
            both.turn(closes);
            let back = cafe.cancels(&page).await;
            if pressed_cancel {
                assert!(cafe.returns(&back).await.denies_payment(), "{way:?}");
            } else {
                both.deployed.grows_older(card.order(), 17).await;
                assert_eq!(both.deployed.looks_at(card.order()).await, "closed", "{way:?}");
            }
            assert_eq!(money_and_points(cafe, card.order(), &customer).await, (0, (100, 0)), "{way:?}");
            both.turn(repeats);
            cafe.returns(&back).await;
            assert_eq!(money_and_points(cafe, card.order(), &customer).await, (0, (100, 0)), "{way:?}");
            both.agree_on(&card, &way).await;
        }
    }
    both.end().await;
}

#[tokio::test]
async fn a_refund_that_one_version_left_running_is_finished_by_the_other_once() {
    let both = Both::open().await;
    for (number, way) in every_way::<3>().enumerate() {
        let [approves, refunds, finishes] = way;
        for (story, by_schedule) in [(4, true), (5, false)] {
            let customer = Customer::of(story, number);
            let cafe = &both.turn(approves).cafe;
            cafe.joins(&customer.user, &customer.phone).await;
            let card = cafe.orders(&customer.user, &customer.phone, 2, "아이스아메리카노").await;
            let back = cafe.opens_and_pays(card.link()).await;
            assert_eq!(cafe.returns(&back).await.status, StatusCode::OK, "{way:?}");
            answer_is_lost(cafe, Endpoint::Cancel, Fault::AnswerLost);
            let begun = both.turn(refunds).refunds(card.order(), Some(1_100), "r1").await;
            assert_eq!(begun["outcome"], "pending", "{way:?}: {begun}");
            both.turn(finishes).grows_older(card.order(), 1).await;
            if by_schedule {
                assert_eq!(both.deployed.looks_at(card.order()).await, "refunded", "{way:?}");
            }
            let made = both.deployed.refunds(card.order(), Some(1_100), "r1").await;
            assert_eq!(
                (&made["outcome"], &made["left"]),
                (&json!("refunded"), &json!(3_300)),
                "{way:?}: {made}"
            );
            assert_eq!(money_and_points(cafe, card.order(), &customer).await, (3_300, (430, 0)), "{way:?}");
            both.agree_on(&card, &way).await;
        }
    }
    both.end().await;
}

#[tokio::test]
async fn what_is_collected_after_all_goes_back_whichever_version_closed_it() {
    let both = Both::open().await;
    for (number, way) in every_way::<5>().enumerate() {
        let (customer, [opens, approves, looks, closes, returns]) = (Customer::of(6, number), way);
        let cafe = &both.turn(opens).cafe;
        cafe.joins(&customer.user, &customer.phone).await;
        let card = cafe.orders_with_points(customer.name(), ESPRESSO, 100).await;
        let back = cafe.opens_and_pays(card.link()).await;
        let tid = cafe.kakaopay().payments().last().unwrap().tid.clone();
        answer_is_lost(cafe, Endpoint::Approve, Fault::BankFirmUnknown { effect: false });
        both.turn(approves);
        assert_eq!(cafe.returns(&back).await.status, StatusCode::ACCEPTED, "{way:?}");
        both.turn(looks).grows_older(card.order(), 17).await;
        assert_eq!(both.deployed.looks_at(card.order()).await, "pending", "{way:?}");
        assert_eq!(both.turn(closes).looks_at(card.order()).await, "closed", "{way:?}");
        assert_eq!(money_and_points(cafe, card.order(), &customer).await, (0, (100, 0)), "{way:?}");
        cafe.kakaopay().capture(&tid, None).unwrap();
        assert_eq!(both.turn(returns).looks_at(card.order()).await, "returned", "{way:?}");
        assert_eq!(money_and_points(cafe, card.order(), &customer).await, (0, (100, 0)), "{way:?}");
        both.agree_on(&card, &way).await;
    }
    both.end().await;
}
