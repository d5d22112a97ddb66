//! Least privilege, exactly: the stories are told by processes, and what each function asked of AWS meanwhile is what
//! `template.yaml` lets it ask. Nothing is missing, nothing is unused, and nothing is allowed for more than one thing.

use std::collections::BTreeSet;

use cafe_core::payment::OrderId;
use fakes::kakaopay::{Endpoint, Fault};
use fakes::tosspayments as fake_toss;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::cafe::{Bubble, Cafe, DESKTOP, JUN, MINA, SIGN_UP};
use crate::events;
use crate::lambda::{self, Deployed, Deployment, Kind, MENU, Permission, Platform, TEMPLATE};
use crate::payments::{Backend, PASSWORD};

const ESPRESSO: (i64, &str) = (1, "에스프레소");

/// Toss Payments does not answer, and does nothing.
const DOWN: fake_toss::Fault = fake_toss::Fault::ServerErrorHtml { http_status: 503, effect: false };

/// The functions that the stories below are about.
const TOLD_OF: [&str; 14] = [
    "general-payment-preprocess",
    "monitors",
    "payment-approve",
    "payment-close",
    "payment-ready",
    "payments-api",
    "payments-dispatch",
    "payments-webhook",
    "point-lookup",
    "point-payment-preprocess",
    "preflight",
    "reconcile",
    "refund",
    "sign-up",
];

/// What is wrong with what a function is allowed, a sentence each.
fn problems(function: &str, asked: &BTreeSet<Permission>, allowed: &BTreeSet<Permission>) -> Vec<String> {
    if !TOLD_OF.contains(&function) {
        let new =
            "is new and may ask something of AWS: tell a story of it here, so that it shows whether it does";
        return if allowed.is_empty() && asked.is_empty() {
            Vec::new()
        } else {
            vec![format!("{function} {new}")]
        };
    }
    let comparable: BTreeSet<_> = allowed.iter().map(comparable).collect();
    let missing =
        asked.difference(&comparable).map(|asked| format!("{function} needs {asked}, which is not allowed"));
    let unused = comparable
        .difference(asked)
        .map(|allowed| format!("{function} is allowed {allowed}, and never asks"));
    let wide = allowed.iter().filter(|allowed| format!("{allowed}").contains(['*', '?']));
    let wide = wide.map(|allowed| format!("{function} is allowed {allowed}, which is more than one thing"));
    missing.chain(unused).chain(wide).collect()
}

/// A permission as far as a request shows what it is needed for: CodeDeploy is told of a deployment, whose group only
/// CodeDeploy knows.
fn comparable(allowed: &Permission) -> Permission {
    match allowed.resource.split_once(":deploymentgroup:") {
        Some(_) => Permission::of(&allowed.action, "deploymentgroup"),
        None => allowed.clone(),
    }
}

impl Deployed {
    fn problems(&self) -> Vec<String> {
        self.names().iter().flat_map(|name| problems(name, &self.asked(name), &self.allowed(name))).collect()
    }

    /// An order of Mina's that is paid in full, and earns points.
    async fn is_paid(&self, cups: i64) -> OrderId {
        let card = self.cafe.orders("mina", MINA, cups, "아이스아메리카노").await;
        let back = self.cafe.opens_and_pays(card.link()).await;
        assert_eq!(self.cafe.returns(&back).await.status, StatusCode::OK);
        card.order()
    }

    /// An order of Mina's that is opened, and holds some of her points.
    async fn holds_points(&self) -> (Bubble, String) {
        let card = self.cafe.orders_with_points(("mina", MINA), ESPRESSO, 100).await;
        let page = self.cafe.opens_link(card.link()).await;
        (card, page)
    }

    /// What KakaoPay calls the payment that was opened last.
    fn payment(&self) -> String {
        self.cafe.kakaopay().payments().last().unwrap().tid.clone()
    }

    async fn people_join(&self) {
        self.cafe.joins("mina", MINA).await;
        self.cafe.joins("mina", MINA).await;
        self.cafe.joins("jun", MINA).await;
        self.cafe.points("mina", MINA).await;
        // Jun has another account from now on.
        self.cafe.joins("jun", JUN).await;
        let code = self.cafe.issues_code(JUN).await;
        let moved = self.cafe.says("june", SIGN_UP, json!({ "phone": JUN, "code": code })).await;
        assert!(moved.to_string().contains("100P"), "{moved}");
    }

    async fn orders_are_paid(&self) {
        let cafe = &self.cafe;
        let card = cafe.orders("mina", MINA, 20, "아이스아메리카노").await;
        let page = cafe.opens_link(card.link()).await;
        cafe.opens_link(card.link()).await;
        assert_eq!(
            cafe.requests_page(Method::HEAD, card.link(), DESKTOP).await.status,
            StatusCode::MOVED_PERMANENTLY
        );
        let approve = format!("{}/approve", card.link());
        assert_eq!(cafe.returns(&approve).await.status, StatusCode::BAD_REQUEST);
        let back = cafe.pays(&page).await;
        for link in [&back, &back, &approve, &format!("{}/cancel", card.link())] {
            assert_eq!(cafe.returns(link).await.status, StatusCode::OK);
        }
        let (_, page) = self.holds_points().await;
        assert_eq!(cafe.returns(&cafe.pays(&page).await).await.status, StatusCode::OK);
        let covered = cafe.orders_with_points(("mina", MINA), ESPRESSO, 1_500).await;
        let back = cafe.opens_link(covered.link()).await;
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);
    }

    async fn orders_come_by_link(&self) {
        for path in ["/", "/payment?item_name=에스프레소&quantity=1"] {
            let opened = self.cafe.visit(path, DESKTOP).await;
            assert_eq!(opened.status, StatusCode::MOVED_PERMANENTLY, "{opened}");
        }
        assert_eq!(self.cafe.requests_page(Method::GET, "/card.png", DESKTOP).await.status, StatusCode::OK);
    }

    async fn orders_are_not_paid(&self) {
        let cafe = &self.cafe;
        let (_, page) = self.holds_points().await;
        assert!(cafe.returns(&cafe.cancels(&page).await).await.denies_payment());
        let card = cafe.orders("jun", JUN, 1, "에스프레소").await;
        let page = cafe.opens_link(card.link()).await;
        assert!(cafe.returns(&cafe.fails(&page).await).await.denies_payment());
        // KakaoPay refuses, and shows that it has given up.
        let (_, page) = self.holds_points().await;
        let back = cafe.pays(&page).await;
        cafe.kakaopay().inject(Endpoint::Approve, Fault::named("declined").unwrap());
        cafe.kakaopay().give_up(&self.payment()).unwrap();
        assert!(cafe.returns(&back).await.denies_payment());
        // KakaoPay is not reached, so it can be tried again.
        let (card, page) = self.holds_points().await;
        let back = cafe.pays(&page).await;
        cafe.kakaopay().inject(Endpoint::Approve, Fault::UserLocked);
        assert!(cafe.returns(&back).await.denies_payment());
        self.grows_older(card.order(), 17).await;
        assert_eq!(self.invokes("reconcile", &events::value("reconcile")).await["closed"], 1);
    }

    async fn doubts_are_ended(&self) {
        let cafe = &self.cafe;
        // It was paid while the customer pressed cancel.
        for with_points in [false, true] {
            let card = if with_points {
                self.holds_points().await.0
            } else {
                cafe.orders("mina", MINA, 1, "에스프레소").await
            };
            cafe.opens_link(card.link()).await;
            cafe.kakaopay().capture(&self.payment(), None).unwrap();
            assert_eq!(cafe.returns(&format!("{}/cancel", card.link())).await.status, StatusCode::OK);
        }
        for with_points in [false, true] {
            let card = if with_points {
                cafe.orders_with_points(("mina", MINA), ESPRESSO, 100).await
            } else {
                cafe.orders("mina", MINA, 1, "에스프레소").await
            };
            let back = cafe.opens_and_pays(card.link()).await;
            cafe.kakaopay().inject(Endpoint::Approve, Fault::AnswerLost);
            cafe.kakaopay().inject(Endpoint::Order, Fault::Unavailable503);
            assert_eq!(cafe.returns(&back).await.status, StatusCode::ACCEPTED);
            cafe.kakaopay().inject(Endpoint::Order, Fault::Unavailable503);
            assert_eq!(self.looks_at(card.order()).await, "pending");
            assert_eq!(self.looks_at(card.order()).await, "settled");
        }
        // Another sum was collected, which goes back.
        let (card, _) = self.holds_points().await;
        cafe.kakaopay().capture(&self.payment(), Some(1)).unwrap();
        assert_eq!(self.looks_at(card.order()).await, "returned");
    }

    async fn money_goes_back(&self) {
        let cafe = &self.cafe;
        let order = self.is_paid(2).await;
        for (amount, request) in [(Some(500), "r1"), (Some(500), "r1"), (None, "r2")] {
            assert_eq!(self.refunds(order, amount, request).await["outcome"], "refunded");
        }
        let (card, page) = self.holds_points().await;
        cafe.returns(&cafe.pays(&page).await).await;
        assert_eq!(self.refunds(card.order(), None, "r1").await["outcome"], "refunded");
        // Nobody hears that the money is back: whoever looks next goes on, the owner or the schedule.
        for by_schedule in [false, true] {
            let order = self.is_paid(1).await;
            cafe.kakaopay().inject(Endpoint::Cancel, Fault::AnswerLost);
            cafe.kakaopay().inject(Endpoint::Order, Fault::Unavailable503);
            assert_eq!(self.refunds(order, None, "r1").await["outcome"], "pending");
            self.grows_older(order, 1).await;
            if by_schedule {
                assert_eq!(self.looks_at(order).await, "refunded");
            }
            assert_eq!(self.refunds(order, None, "r1").await["outcome"], "refunded");
        }
        // Neither does KakaoPay return anything.
        cafe.kakaopay().inject(Endpoint::Cancel, Fault::named("declined").unwrap());
        let order = self.is_paid(1).await;
        assert_eq!(self.refunds(order, None, "r1").await["outcome"], "refused");
    }

    /// Another backend has payments taken on and given back, its gateway tells of a deposit, and some answers are lost.
    async fn a_backend_is_served(&self) {
        let (backend, toss) = (&Backend::of(&self.cafe).await, self.cafe.toss());
        // The dev server would follow it, by its own functions.
        toss.set_webhook_url(None);
        let creates = async |uid: &str, order: &str, price: u32| {
            let mut creation = backend.creation(uid, order, price);
            // On AWS nobody is told on this machine; that nobody takes a notice is written down as well.
            creation["webhook_url"] = json!("https://shop.invalid/told");
            backend.ask("POST /payments/histories", &creation).await.0
        };
        let cancels = async |order: &str| {
            let source = json!({ "schema": "shop", "table": "orders", "id": order });
            let asked = json!({ "source": source, "password": PASSWORD, "price": 300, "reason": "x", "account": null });
            backend.ask("PUT /payments/histories/cancel", &asked).await.0
        };
        let order = backend.order();
        assert_eq!(creates(&backend.agreed(&order, 1_000), &order, 1_000).await, 201);
        assert_eq!(creates(&backend.agreed(&order, 1_000), &order, 1_000).await, 409);
        assert_eq!(cancels(&order).await, 200);
        let unknown = backend.order();
        assert_eq!(creates("nobody's", &unknown, 1_000).await, 404);

        let awaited = backend.order();
        let uid = backend.awaited(&awaited, 1_000);
        assert_eq!(creates(&uid, &awaited, 1_000).await, 201);
        toss.deposit(&uid).unwrap();
        assert_eq!(backend.nudge(&uid, "DONE").await, 200);

        // One is collected, one is not, and one is given back, of which nobody hears.
        for fault in [fake_toss::Fault::AnswerLost, fake_toss::Fault::Reset] {
            let order = backend.order();
            let uid = backend.agreed(&order, 1_000);
            toss.inject(fake_toss::Endpoint::Confirm, fault.clone());
            toss.inject(fake_toss::Endpoint::LookUp, DOWN);
            assert_eq!(creates(&uid, &order, 1_000).await, 503);
            if fault == fake_toss::Fault::Reset {
                toss.give_up(&uid).unwrap();
            }
        }
        toss.inject(fake_toss::Endpoint::Cancel, fake_toss::Fault::AnswerLost);
        toss.inject(fake_toss::Endpoint::LookUp, DOWN);
        assert_eq!(cancels(&order).await, 503);
        self.records_grow_older(20).await;
        let report = self.invokes("payments-dispatch", &events::value("payments-dispatch")).await;
        let ended = (&report["finished"], &report["given_up"], &report["pending"]);
        assert_eq!(ended, (&json!(2), &json!(1), &json!(0)), "{report}");
    }

    async fn it_is_deployed(&self) {
        let mut resource = events::value("preflight.resource");
        resource["ResponseURL"] = json!(format!("{}/answer", self.way("preflight").await));
        let report = self.invokes("preflight", &resource).await;
        assert_eq!(report["not_started"], json!([]), "{report}");
        // As soon as the template lets it tell CodeDeploy, it is a hook of CodeDeploy's.
        if self.allowed("preflight").iter().any(|allowed| allowed.action.starts_with("codedeploy:")) {
            self.invokes("preflight", &events::value("preflight")).await;
        }
    }
}

#[tokio::test]
async fn each_function_asks_of_aws_all_that_it_is_allowed_and_nothing_else() {
    lambda::build();
    let cafe = Deployed::opens(Cafe::opens(&[]).await, Kind::Http, Platform::Ours).await;
    cafe.people_join().await;
    cafe.orders_are_paid().await;
    cafe.orders_come_by_link().await;
    cafe.orders_are_not_paid().await;
    cafe.doubts_are_ended().await;
    cafe.money_goes_back().await;
    cafe.it_is_deployed().await;
    cafe.cafe.audit().await;
    // What is paid for another backend is in none of the cafe's books.
    cafe.a_backend_is_served().await;
    assert_eq!(cafe.problems(), [""; 0]);
    cafe.ends().await;
}

#[tokio::test]
async fn who_has_the_packaged_menu_may_not_read_another() {
    lambda::build();
    let cafe = Deployed::of(Cafe::opens(&[]).await, Kind::Http, Platform::Ours, "").await;
    let parameters = |asked: BTreeSet<Permission>| -> Vec<_> {
        asked.into_iter().filter(|asked| asked.action == "ssm:GetParameters").collect()
    };
    for name in cafe.names() {
        cafe.runs(&name, cafe.start(&name).await).await;
        // Whatever it makes of that, it has started.
        let _ = cafe.handles(&name, "{}").await;
        let asked = parameters(cafe.asked(&name));
        assert!(!asked.iter().any(|asked| asked.resource.ends_with(MENU)), "{name}");
        assert_eq!(asked, parameters(cafe.allowed(&name)), "{name}");
    }
}

#[test]
fn what_is_missing_unused_or_too_wide_is_told() {
    let of = |action: &str, resource: &str| Permission::of(action, resource);
    let read = of("dynamodb:GetItem", "table/orders");
    let asked = BTreeSet::from([read.clone(), of("dynamodb:Query", "table/orders/index/watch")]);
    let told = |function: &str, allowed: &[Permission]| {
        problems(function, &asked, &allowed.iter().cloned().collect()).join("\n").replace("arn:aws:", "")
    };
    assert_eq!(told("refund", &asked.iter().cloned().collect::<Vec<_>>()), "");
    insta::assert_snapshot!(told("refund", &[read, of("dynamodb:PutItem", "table/*")]), @"
    refund needs dynamodb:Query on dynamodb:ap-northeast-2:123456789012:table/orders/index/watch, which is not allowed
    refund is allowed dynamodb:PutItem on dynamodb:ap-northeast-2:123456789012:table/*, and never asks
    refund is allowed dynamodb:PutItem on dynamodb:ap-northeast-2:123456789012:table/*, which is more than one thing
    ");
    assert!(told("grind", &[]).starts_with("grind is new"));
    assert_eq!(problems("grind", &BTreeSet::new(), &BTreeSet::new()), [""; 0]);
}

#[test]
fn a_policy_is_read_as_cloudformation_works_it_out() {
    let named = [("OrdersTable", "orders"), ("MembersTable", "members"), ("LedgerTable", "ledger")];
    let kept = Deployment::of(TEMPLATE, &[("MenuParameter", "/my/menu")], &named);
    let packaged = Deployment::of(TEMPLATE, &[], &named);
    let menu = Permission::of("ssm:GetParameters", "parameter/my/menu");
    assert!(kept.allowed("payment-ready").contains(&menu));
    assert_eq!(packaged.allowed("payment-ready").len() + 1, kept.allowed("payment-ready").len());
    // A secret is read by whoever has named it, and by nobody else.
    let toss = [("TossSecretKeyParameter", "/my/toss-key"), ("Gateways", "tosspayments")];
    let toss = Deployment::of(TEMPLATE, &toss, &named);
    let key = Permission::of("ssm:GetParameters", "parameter/my/toss-key");
    for function in ["payment-ready", "payment-approve", "payment-close", "reconcile", "refund"] {
        assert!(toss.allowed(function).contains(&key), "{function}");
        assert_eq!(toss.allowed(function).len(), packaged.allowed(function).len() + 1, "{function}");
    }
    let watched = Permission::of("dynamodb:Query", "table/orders/index/watch");
    assert!(kept.allowed("reconcile").contains(&watched) && !kept.allowed("refund").contains(&watched));
    // What one statement more would allow is allowed.
    let wider = TEMPLATE.replacen("Action: dynamodb:Query", "Action: [dynamodb:Query, dynamodb:Scan]", 1);
    let wider = Deployment::of(&wider, &[], &named).allowed("reconcile");
    assert!(wider.contains(&Permission::of("dynamodb:Scan", "table/orders/index/watch")));
    let environment = kept.environment("payment-ready");
    assert_eq!((&*environment["ORDERS_TABLE"], &*environment["MENU_PARAMETER"]), ("orders", "/my/menu"));
}
