//! This version and the one before it over the same records, as while traffic shifts from one to the other, or back:
//! stories in which each step is done by either version, in every way that there is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cafe_core::cafe::Points;
use cafe_core::payment::OrderId;
use fakes::kakaopay::{Endpoint, Fault};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::json;

use crate::cafe::{Bubble, Cafe, DESKTOP, SIGN_UP};
use crate::lambda::{self, Deployed, Function, Instance, Kind, Platform, Running, Start};

/// Where `cargo xtask` keeps the functions of the version before this one.
const PREVIOUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/previous/bin");

/// How the answers to three kinds of people begin.
const WELCOME: &str = "환영합니다!";
const TAKEN: &str = "이미 다른 카카오톡 계정으로 가입된 번호입니다.";
const NO_MEMBER: &str = "이 카카오톡 계정으로 가입하신 회원이 아닙니다.";

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

    /// An espresso that is paid with so many points, all of it done by one version.
    async fn pays_with_points(&self, version: Version, customer: (&str, &str), points: i64) -> OrderId {
        let cafe = &self.turn(version).cafe;
        let card = cafe.orders_with_points(customer, ESPRESSO, points).await;
        let back = cafe.opens_and_pays(card.link()).await;
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);
        card.order()
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
async fn a_member_who_changed_their_number_is_who_they_were_to_this_version_and_a_stranger_to_the_one_before()
{
    let both = Both::open().await;
    for (number, way) in every_way::<6>().enumerate() {
        let (customer, [joins, opens, asks, orders, succeeds, refunds]) = (Customer::of(8, number), way);
        let Customer { user, phone } = &customer;
        let new = Customer::of(108, number).phone;
        let cafe = &both.turn(joins).cafe;
        cafe.joins(user, phone).await;
        let spent = both.pays_with_points(joins, (user, phone), 60).await;
        let before = cafe.orders_with_points((user, phone), ESPRESSO, 10).await;
        cafe.changes_number(phone, &new).await;
        // What was quoted before is theirs, whoever opens it.
        let page = both.turn(opens).cafe.opens_link(before.link()).await;
        assert_eq!(cafe.returns(&cafe.pays(&page).await).await.status, StatusCode::OK, "{way:?}");
        assert_eq!(cafe.points_of(&new).await, (30, 0), "{way:?}");

        // By the new number only this version knows them; the one before still does by the old one.
        both.turn(asks);
        let (by_new, by_old) = (cafe.points(user, &new).await, cafe.points(user, phone).await);
        let known = if asks == Version::This { (&by_new, &by_old) } else { (&by_old, &by_new) };
        assert!(known.0.contains("30P") && known.1.starts_with(NO_MEMBER), "{way:?}: {known:?}");
        // Nobody joins with it, and nobody has a second present.
        assert!(cafe.joins("other", &new).await.to_string().starts_with(TAKEN), "{way:?}");
        cafe.joins(user, &new).await;
        assert_eq!(cafe.points_of(&new).await, (30, 0), "{way:?}");

        both.turn(orders);
        let card = cafe.orders(user, &new, 1, "에스프레소").await;
        let earns = cafe.order(card.order()).await.quote().member.is_some();
        assert_eq!(earns, orders == Version::This, "{way:?}");
        let known_by = if orders == Version::This { &new } else { phone };
        both.pays_with_points(orders, (user, known_by), 10).await;
        assert_eq!(cafe.points_of(&new).await, (20, 0), "{way:?}");

        // The old number is free, as soon as this version is asked.
        let heir = format!("heir-{user}");
        let joined = both.turn(succeeds).cafe.joins(&heir, phone).await.to_string();
        assert!(joined.starts_with(if succeeds == Version::This { WELCOME } else { TAKEN }), "{way:?}");
        both.turn(Version::This).cafe.joins(&heir, phone).await;
        assert_eq!(cafe.points_of(phone).await, (0, 0), "{way:?}");
        let theirs = both.turn(succeeds).cafe.points(&heir, phone).await;
        assert_eq!(theirs.starts_with(NO_MEMBER), succeeds == Version::Previous, "{way:?}: {theirs}");
        let refunded = both.turn(refunds).refunds(spent, None, "r1").await;
        assert_eq!(refunded["points_returned"], 60, "{way:?}: {refunded}");
        assert_eq!((cafe.points_of(&new).await, cafe.points_of(phone).await), ((80, 0), (0, 0)), "{way:?}");
    }
    both.end().await;
}

#[tokio::test]
async fn a_member_who_was_forgotten_is_nobody_to_either_version() {
    let both = Both::open().await;
    for (number, way) in every_way::<6>().enumerate() {
        let (customer, [pays, opens, asks, refunds, joins, spends]) = (Customer::of(9, number), way);
        let Customer { user, phone } = &customer;
        let cafe = &both.turn(pays).cafe;
        cafe.joins(user, phone).await;
        let in_full = cafe.orders(user, phone, 2, "아이스아메리카노").await;
        let back = cafe.opens_and_pays(in_full.link()).await;
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK, "{way:?}");
        let spent = both.pays_with_points(pays, (user, phone), 60).await;
        let before = cafe.orders_with_points((user, phone), ESPRESSO, 100).await;
        assert_eq!(cafe.forgets(phone).await, Points::new(480), "{way:?}");
        let id = cafe.member(phone);
        let stand = async || cafe.parts().store.balance(&id, Timestamp::MAX).await.unwrap().get();

        both.turn(opens);
        assert_eq!(cafe.returns(before.link()).await.status, StatusCode::CONFLICT, "{way:?}");
        // What was earned is gone and forgiven; what was spent comes back, and stands with the number.
        both.turn(refunds);
        let forgiven = both.deployed.refunds(in_full.order(), None, "r1").await;
        assert_eq!(forgiven["points_forgiven"], 440, "{way:?}: {forgiven}");
        let returned = both.deployed.refunds(spent, None, "r1").await;
        assert_eq!((&returned["points_returned"], stand().await), (&json!(60), 60), "{way:?}: {returned}");

        // Nobody is told of it, spends it, or earns; who asks may have a coffee.
        both.turn(asks);
        for asks in [user, "other"] {
            assert!(cafe.points(asks, phone).await.starts_with(NO_MEMBER), "{way:?}");
            assert!(!cafe.orders_with_points((asks, phone), ESPRESSO, 10).await.has_link(), "{way:?}");
            let card = cafe.orders(asks, phone, 1, "에스프레소").await;
            assert_eq!(cafe.order(card.order()).await.quote().member, None, "{way:?}");
        }
        assert_eq!(stand().await, 60, "{way:?}");

        // The number has a member again as soon as this version is asked, and no second present from either.
        let later = format!("later-{user}");
        let joined = both.turn(joins).cafe.joins(&later, phone).await.to_string();
        assert!(joined.starts_with(if joins == Version::This { WELCOME } else { TAKEN }), "{way:?}");
        both.turn(Version::This).cafe.joins(&later, phone).await;
        assert_eq!(cafe.points_of(phone).await, (60, 0), "{way:?}");
        both.pays_with_points(spends, (&later, phone), 60).await;
        assert_eq!(cafe.points_of(phone).await, (0, 0), "{way:?}");
        // The chatbot user who was forgotten is free, and joins with another number.
        let other = Customer::of(109, number).phone;
        assert!(cafe.joins(user, &other).await.to_string().starts_with(WELCOME), "{way:?}");
    }
    both.end().await;
}

#[tokio::test]
async fn who_was_carried_over_is_nobodys_to_either_version_until_they_have_a_code() {
    let both = Both::open().await;
    for (number, way) in every_way::<4>().enumerate() {
        let (customer, [joins, asks, looks, spends]) = (Customer::of(10, number), way);
        let Customer { user, phone } = &customer;
        let cafe = &both.turn(joins).cafe;
        cafe.carries_over(phone, 120).await;
        // The one before knows no code, and sends them to the cafe all the same.
        let said = cafe.joins(user, phone).await.to_string();
        let expected = if joins == Version::This { "매장에서 코드를 받아" } else { TAKEN };
        assert!(said.contains(expected) && said.contains("매장"), "{way:?}: {said}");
        both.turn(asks);
        assert!(cafe.points(user, phone).await.starts_with(NO_MEMBER), "{way:?}");
        assert!(!cafe.orders_with_points((user, phone), ESPRESSO, 10).await.has_link(), "{way:?}");
        let card = cafe.orders(user, phone, 1, "에스프레소").await;
        assert_eq!(cafe.order(card.order()).await.quote().member, None, "{way:?}");
        assert_eq!(cafe.points_of(phone).await, (120, 0), "{way:?}");

        let code = cafe.issues_code(phone).await;
        both.turn(Version::This).cafe.says(user, SIGN_UP, json!({ "phone": phone, "code": code })).await;
        assert!(both.turn(looks).cafe.points(user, phone).await.contains("120P"), "{way:?}");
        both.pays_with_points(spends, (user, phone), 100).await;
        assert_eq!(cafe.points_of(phone).await, (20, 0), "{way:?}");
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
