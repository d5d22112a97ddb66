//! The functions as Lambda starts them: real processes, which refuse to start half set up, and which answer one
//! event after the other by the Lambda Runtime API.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Output;
use std::sync::Mutex;

use axum::Router;
use bytes::Bytes;
use cafe_core::cafe::flow::{Cup, order_by_link};
use cafe_core::payment::OrderId;
use functions::settings::{Part, stack};
use functions::{BadSettings, Settings};
use http::StatusCode;
use rustls::version::{TLS12, TLS13};
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::{Value, json};
use tests::authority::Authority;
use tests::process::Process;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::cafe::Cafe;
use crate::events;
use crate::lambda::{BINARIES, FLOOR, Instance, LAMBDA, Running, function};

const TEMPLATE: &str = include_str!("../../template.yaml");

const SKILL: &[&str] = &["MEMBERS_TABLE", "SKILL_KEY", "PHONE_KEY"];
const SERVICE: &[&str] = &["PAYMENTS_TABLE", "PAYMENTS_STORE_KEY", "PAYMENTS_ACCOUNTS"];
const BODY: &[&str] = &["PAYMENTS_BODY_KEY", "PAYMENTS_BODY_IV"];
const PAYMENTS: &[&str] = &["MEMBERS_TABLE", "LEDGER_TABLE", "ORDERS_TABLE", "KAKAOPAY_KEY"];

/// What each function does not start without: something of everybody's, and something of its own.
const NEEDS: [(&str, &[&str], &[&str]); 14] = [
    ("general-payment-preprocess", SKILL, &["ORDERS_TABLE"]),
    ("monitors", &[], &[]),
    ("payment-approve", PAYMENTS, &[]),
    ("payment-close", PAYMENTS, &[]),
    ("payment-ready", PAYMENTS, &[]),
    ("payments-api", SERVICE, BODY),
    ("payments-dispatch", SERVICE, BODY),
    ("payments-webhook", SERVICE, &[]),
    ("point-lookup", SKILL, &[]),
    ("point-payment-preprocess", SKILL, &["ORDERS_TABLE"]),
    ("preflight", &[], &["CHECKED_VERSIONS"]),
    ("reconcile", PAYMENTS, &[]),
    ("refund", PAYMENTS, &[]),
    ("sign-up", SKILL, &["LEDGER_TABLE"]),
];

/// How many times the processor time of a function that does nothing a first answer may take. Built to be tested, ours
/// takes about five times as much. One table or pattern that is built on the way to it, or a library that gathers its
/// own entropy, adds ten.
const MOST_FLOORS: u64 = 10;

/// Settings that the template must not hold, only where they are kept.
const SECRETS: [&str; 10] = [
    "KAKAOPAY_KEY",
    "PAYMENTS_ACCOUNTS",
    "PAYMENTS_BODY_IV",
    "PAYMENTS_BODY_KEY",
    "PAYMENTS_SIGNING_SECRET",
    "PAYMENTS_STORE_KEY",
    "PHONE_KEY",
    "PORTONE_ACCOUNT",
    "SKILL_KEY",
    "TOSS_SECRET_KEY",
];

/// Starts a function that must not start. Gives the one line it says.
fn refusal(name: &str, environment: &[(&str, &str)]) -> String {
    let Output { status, stdout, stderr } = function(name, environment).output().unwrap();
    assert_eq!(status.code(), Some(1), "{name}");
    let said = String::from_utf8([stdout, stderr].concat()).unwrap();
    let [line] = said.lines().collect::<Vec<_>>()[..] else { panic!("{name}: {said}") };
    line.strip_prefix("Error: ").unwrap_or_else(|| panic!("{name}: {said}")).to_owned()
}

/// The settings that a line says are missing.
fn missing(line: &str) -> BTreeSet<&str> {
    let line = line.strip_prefix("settings missing or wrong: ").unwrap_or(line);
    line.split("; ").map(|problem| problem.split_once(" is missing").unwrap().0).collect()
}

fn needs(name: &str) -> BTreeSet<&'static str> {
    let (_, shared, own) = NEEDS.iter().find(|(function, ..)| *function == name).unwrap();
    shared.iter().chain(*own).copied().collect()
}

/// A Systems Manager on loopback that keeps what is written here, and lets nobody read what begins with `/closed`.
async fn systems_manager(kept: &'static [(&str, &str)]) -> (String, JoinSet<()>) {
    let answer = async move |body: Bytes| {
        let asked: Value = serde_json::from_slice(&body).unwrap();
        let names: Vec<_> =
            asked["Names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        if names.iter().any(|name| name.starts_with("/closed")) {
            let refused = r#"{"__type":"AccessDeniedException","Message":"canary"}"#;
            return (StatusCode::BAD_REQUEST, refused.to_owned());
        }
        let (known, unknown): (Vec<_>, Vec<_>) =
            names.iter().partition(|name| kept.iter().any(|(known, _)| *known == **name));
        let value = |name: &&str| kept.iter().find(|(known, _)| known == name).unwrap().1;
        let parameters: Vec<_> =
            known.iter().map(|name| json!({ "Name": name, "Value": value(name) })).collect();
        let answer = json!({ "Parameters": parameters, "InvalidParameters": unknown });
        (StatusCode::OK, answer.to_string())
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });
    (url, serving)
}

/// Starts a function that must not start, while something on this machine is asked.
async fn refusal_after_asking(name: &'static str, environment: &[(&str, &str)]) -> String {
    let environment: Vec<_> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let refusing = move || {
        let environment: Vec<_> = environment.iter().map(|(name, value)| (&**name, &**value)).collect();
        refusal(name, &[&LAMBDA[..], &environment].concat())
    };
    tokio::task::spawn_blocking(refusing).await.unwrap()
}

/// The variables that the template hands to each function, by its binary.
fn handed_over() -> BTreeMap<String, BTreeSet<String>> {
    let documents = Yaml::load_from_str(TEMPLATE).unwrap();
    let resources = documents[0].as_mapping_get("Resources").unwrap().as_mapping().unwrap();
    let mut handed_over = BTreeMap::new();
    for resource in resources.values() {
        let at = |path: &[&str]| path.iter().try_fold(resource, |yaml, name| yaml.as_mapping_get(name));
        let Some(binary) = at(&["Metadata", "BuildProperties", "Binary"]) else { continue };
        let variables =
            at(&["Properties", "Environment", "Variables"]).map(|yaml| yaml.as_mapping().unwrap());
        let variables = variables.into_iter().flat_map(|variables| variables.keys());
        let variables = variables.map(|name| name.as_str().unwrap().to_owned());
        handed_over.insert(binary.as_str().unwrap().to_owned(), variables.collect());
    }
    handed_over
}

/// All that a function that needs `parts` looks for in its environment.
fn looked_for(parts: &[Part]) -> Result<BTreeSet<String>, BadSettings> {
    let names = Mutex::new(BTreeSet::new());
    let value = |name: &str| {
        names.lock().unwrap().insert(name.to_owned());
        // A secret is looked for first by itself, and then where it is kept.
        let value = match name {
            "SIGN_UP_BONUS" | "POINT_PERCENT" => "1",
            "TRACES" => "xray",
            "GATEWAYS" => "kakaopay,tosspayments,portone",
            "AWS_XRAY_DAEMON_ADDRESS" => "127.0.0.1:2000",
            "CHECKED_VERSIONS" => "arn:aws:lambda:ap-northeast-2:123456789012:function:cafe:1",
            _ => "something",
        };
        let unset = SECRETS.contains(&name) || name.ends_with("_URL") || name.ends_with("_API");
        (!unset).then(|| value.to_owned())
    };
    stack(value);
    Settings::read(value, parts)?;
    Ok(names.into_inner().unwrap())
}

#[test]
fn each_function_names_all_that_is_missing_in_one_line_and_does_not_start() {
    assert_eq!(BINARIES.keys().map(String::as_str).collect::<Vec<_>>(), NEEDS.map(|(name, ..)| name));
    for (name, ..) in NEEDS.into_iter().filter(|(name, ..)| !needs(name).is_empty()) {
        let line = refusal(name, &LAMBDA);
        assert!(line.starts_with("settings missing or wrong: "), "{name}: {line}");
        assert_eq!(missing(&line), needs(name), "{name}");
        for secret in needs(name).intersection(&SECRETS.into()) {
            assert!(
                line.contains(&format!("{secret} is missing, and so is {secret}_PARAMETER")),
                "{name}: {line}"
            );
        }
    }
    // What Lambda itself always sets is named with the rest where somebody starts a function by hand.
    let of_aws = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let all: BTreeSet<_> = needs("refund").into_iter().chain(of_aws).collect();
    assert_eq!(missing(&refusal("refund", &[])), all);
    let set = [("MEMBERS_TABLE", "a"), ("LEDGER_TABLE", "b"), ("ORDERS_TABLE", "c"), ("KAKAOPAY_KEY", "d")];
    assert_eq!(missing(&refusal("refund", &set)), of_aws.into());
}

#[test]
fn a_setting_that_is_wrong_is_named_and_not_repeated() {
    const CANARY: &str = "canary";
    let tables = [("MEMBERS_TABLE", "a"), ("LEDGER_TABLE", "b"), ("ORDERS_TABLE", "c")];
    let start = |name: &str, more: &[(&str, &str)]| refusal(name, &[&LAMBDA[..], &tables, more].concat());
    let wrong = [
        start("payment-ready", &[("KAKAOPAY_KEY", "key"), ("KAKAOPAY_API", CANARY), ("PUBLIC_URL", CANARY)]),
        start("payment-ready", &[("KAKAOPAY_KEY", "canary\u{1}")]),
        start("sign-up", &[("SKILL_KEY", "dev"), ("PHONE_KEY", CANARY)]),
        start("sign-up", &[("SKILL_KEY", "canary,canary,canary"), ("PHONE_KEY", &"x".repeat(32))]),
    ];
    for (line, told) in
        wrong.iter().zip(["PUBLIC_URL must be an https", "key", "32 characters", "SKILL_KEY holds"])
    {
        assert!(line.contains(told) && !line.contains(CANARY), "{line}");
    }
    assert!(wrong[0].contains("KAKAOPAY_API must be open or legacy"), "{}", wrong[0]);
}

#[tokio::test]
async fn a_secret_and_a_menu_that_are_none_are_named_with_all_the_rest() {
    let (ssm, _serving) = systems_manager(&[
        ("/cafe/menu", "[[drink]]"),
        ("/cafe/short", "canary"),
        ("/cafe/key", "canary\u{1}"),
    ])
    .await;
    let (ssm, clear) = (("AWS_ENDPOINT_URL_SSM", &*ssm), ("PUBLIC_URL", "http://cafe.example"));
    let menu = ("MENU_PARAMETER", "/cafe/menu");

    let skill = "general-payment-preprocess";
    let all =
        [ssm, clear, menu, ("SKILL_KEY_PARAMETER", "/cafe/gone"), ("PHONE_KEY_PARAMETER", "/cafe/short")];
    let line = refusal_after_asking(skill, &all).await;
    for told in [
        "settings missing or wrong: MEMBERS_TABLE is missing; ORDERS_TABLE is missing; PUBLIC_URL must be an https address",
        "; SKILL_KEY_PARAMETER names no parameter of SSM's that could be read",
        "32 characters",
        "; MENU_PARAMETER: ",
    ] {
        assert!(line.contains(told), "{told}: {line}");
    }

    let closed = [ssm, menu, ("SKILL_KEY_PARAMETER", "/closed/a"), ("PHONE_KEY_PARAMETER", "/closed/b")];
    let line = refusal_after_asking(skill, &closed).await;
    for told in ["SKILL_KEY_PARAMETER", "PHONE_KEY_PARAMETER"] {
        assert!(
            line.contains(&format!("; {told} cannot be read: SSM refused with AccessDeniedException")),
            "{line}"
        );
    }
    assert!(line.contains("; MENU_PARAMETER: "), "{line}");

    let account = [ssm, menu, ("KAKAOPAY_KEY_PARAMETER", "/cafe/key"), ("LEDGER_TABLE", "ledger")];
    let line = refusal_after_asking("payment-ready", &account).await;
    let expected = "settings missing or wrong: MEMBERS_TABLE is missing; ORDERS_TABLE is missing; ";
    assert!(line.starts_with(expected) && line.contains("; MENU_PARAMETER: "), "{line}");
    assert_eq!(line.matches("; ").count(), 3, "{line}");

    // Nobody is asked, and yet all is named.
    let given = [("SKILL_KEY", "a,,b"), ("PHONE_KEY", "canary"), ("MEMBERS_TABLE", "members")];
    let line = refusal_after_asking("point-lookup", &given).await;
    assert!(line.contains("SKILL_KEY holds") && line.contains("32 characters"), "{line}");
    for line in [line, refusal_after_asking(skill, &all).await, refusal_after_asking(skill, &closed).await] {
        assert!(!line.contains("canary") && !line.contains("://"), "{line}");
    }
}

#[test]
fn the_template_hands_over_what_is_needed_and_nothing_that_nobody_reads() {
    let handed_over = handed_over();
    assert_eq!(handed_over.keys().map(String::as_str).collect::<Vec<_>>(), NEEDS.map(|(name, ..)| name));
    for (name, variables) in handed_over {
        for need in needs(&name) {
            let need = if SECRETS.contains(&need) { format!("{need}_PARAMETER") } else { need.to_owned() };
            assert!(variables.contains(&need), "{name} needs {need}, and the template does not hand it over");
        }
        let parts: &[Part] = match needs(&name) {
            needs if needs.contains("SKILL_KEY") => &[Part::SkillKey, Part::PhoneKey],
            needs if needs.contains("KAKAOPAY_KEY") => &[Part::Gateways],
            needs if needs.contains("CHECKED_VERSIONS") => &[Part::CheckedVersions],
            needs if needs.contains("PAYMENTS_BODY_KEY") => {
                &[Part::StoreKey, Part::Accounts, Part::BodyPair, Part::SigningSecretIfAny]
            }
            needs if needs.contains("PAYMENTS_STORE_KEY") => &[Part::StoreKey, Part::Accounts],
            _ => &[Part::BodyPairIfAny],
        };
        let looked_for = looked_for(parts).unwrap();
        for variable in &variables {
            assert!(looked_for.contains(variable), "{name} never looks for {variable}");
            assert!(!SECRETS.contains(&&**variable), "{name} has {variable} in the template");
            let unneeded_table = variable.ends_with("_TABLE") && !needs(&name).contains(&**variable);
            assert!(!unneeded_table, "{name} does not use {variable}");
        }
    }
}

/// Starts a function of a cafe.
async fn started(cafe: &Cafe, name: &str) -> Instance {
    Instance::starts(name, cafe.environment(), Running::default()).await
}

/// The text of a skill's only bubble, out of the answer to API Gateway.
fn bubble(answer: &Value) -> String {
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    body["template"]["outputs"][0]["simpleText"]["text"]
        .as_str()
        .unwrap_or_else(|| panic!("{body}"))
        .to_owned()
}

#[tokio::test]
async fn a_skill_answers_one_event_after_the_other() {
    let cafe = Cafe::opens(&[]).await;
    let mut sign_up = started(&cafe, "sign-up").await;

    let joined = sign_up.handles(events::text("sign-up.v2")).await.unwrap();
    assert_eq!((&joined["statusCode"], &joined["isBase64Encoded"]), (&json!(200), &json!(false)));
    assert_eq!(joined["headers"]["content-type"], "application/json; charset=utf-8");
    assert!(bubble(&joined).contains("가입 선물로 100P를 드렸습니다."), "{joined}");

    // A REST API reads its headers elsewhere.
    let again = sign_up.handles(events::text("sign-up.v1")).await.unwrap();
    assert_eq!(again["multiValueHeaders"]["content-type"], json!(["application/json; charset=utf-8"]));
    assert!(bubble(&again).contains("이미 가입하신 회원입니다."), "{again}");

    let refused = sign_up.handles(events::text("sign-up.without-key.v2")).await.unwrap();
    assert_eq!(refused["statusCode"], 401);
    let told: Vec<_> = sign_up.ends().iter().map(|line| line["message"].clone()).collect();
    assert_eq!(told, ["a skill request without the secret was refused"]);
}

#[tokio::test]
async fn a_payment_is_opened_at_kakaopay_and_a_picture_is_sent_as_one() {
    let cafe = Cafe::opens(&[]).await;
    let mut ready = started(&cafe, "payment-ready").await;
    let (parts, now) = (cafe.parts(), cafe.now());
    let cup = Cup { drink: "아이스아메리카노".to_owned(), cups: 2 };
    let id = OrderId::parse(events::ORDER).unwrap();
    order_by_link(&*parts.store, &*parts.menus.now(now).await, &cup, None, (id, now)).await.unwrap();

    let mut locations = Vec::new();
    for (name, headers) in [("payment-ready.v2", "headers"), ("payment-ready.v1", "multiValueHeaders")] {
        let answer = ready.handles(events::text(name)).await.unwrap();
        assert_eq!(answer["statusCode"], 301, "{answer}");
        let location = &answer[headers]["location"];
        locations.push(location.as_str().or_else(|| location[0].as_str()).unwrap().to_owned());
    }
    assert!(locations[0].starts_with(cafe.kakaopay_url()) && locations[0] == locations[1], "{locations:?}");
    let [payment] = &cafe.kakaopay().payments()[..] else { panic!("one payment was expected") };
    assert_eq!((payment.total, &*payment.partner_order_id), (4_400, events::ORDER));

    let picture = ready.handles(events::text("payment-ready.picture.v2")).await.unwrap();
    assert_eq!(
        (&picture["headers"]["content-type"], &picture["isBase64Encoded"]),
        (&json!("image/png"), &json!(true))
    );
    // What every PNG begins with, in Base64.
    assert!(picture["body"].as_str().unwrap().starts_with("iVBORw0KGgo"));
    assert_eq!(ready.ends(), [json!(null); 0]);
}

#[tokio::test]
async fn what_is_invoked_directly_answers_with_its_own_words() {
    let cafe = Cafe::opens(&[]).await;
    let mut reconcile = started(&cafe, "reconcile").await;
    let report = reconcile.handles(events::text("reconcile")).await.unwrap();
    assert!(report.as_object().unwrap().values().all(|count| *count == json!(0)), "{report}");
    let log = reconcile.ends();
    assert_eq!(log[0]["message"], "orders were looked at");
    assert_eq!(log[0]["span"]["requestId"], "8f1c6c1e-0000-4000-8000-000000000001");

    let mut refund = started(&cafe, "refund").await;
    let answer = refund.handles(events::text("refund")).await.unwrap();
    assert_eq!(answer["outcome"], "refused", "{answer}");
    // Somebody who guesses at fields is told, and nothing is given back.
    let error =
        refund.handles(r#"{ "order": "01", "reason": "x", "request": "r1", "amout": 1 }"#).await.unwrap_err();
    assert!(error["errorMessage"].as_str().unwrap().contains("unknown field `amout`"), "{error}");
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_an_error_and_the_next_one_is_answered() {
    let cafe = Cafe::opens(&[]).await;
    let mut sign_up = started(&cafe, "sign-up").await;
    let broken = |change: fn(&mut Value)| {
        let mut event = serde_json::from_str(&events::text("sign-up.base64.v2")).unwrap();
        change(&mut event);
        event.to_string()
    };
    for event in [
        "{}".to_owned(),
        "not JSON".to_owned(),
        broken(|event| event["requestContext"] = Value::Null),
        broken(|event| event["body"] = json!("=not Base64=")),
        broken(|event| event["headers"]["host"] = json!("no host")),
        broken(|event| event["rawQueryString"] = json!("a b")),
    ] {
        let error = sign_up.handles(event).await.unwrap_err();
        assert!(error["errorType"].is_string() && error["errorMessage"].is_string(), "{error}");
        let text = error.to_string();
        assert!(!text.contains("1234") && !text.contains("5678"), "{error}");
    }
    let joined = sign_up.handles(events::text("sign-up.base64.v2")).await.unwrap();
    assert!(bubble(&joined).contains("가입 선물로 100P를 드렸습니다."), "{joined}");
    sign_up.ends();
}

/// The processor time of a function's first answer, start included, in microseconds: the least of several times, as all
/// that disturbs adds to it.
async fn first_answer(binary: &Path, environment: &[(&str, String)], event: &Value) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..5 {
        let mut process = Process::starts(binary, environment).await.unwrap();
        let answer = process.handles(event).await.unwrap();
        assert!(answer["statusCode"].as_u64().unwrap() < 400, "{answer}");
        least = least.min(process.cpu_us().unwrap());
    }
    least
}

#[tokio::test]
async fn a_first_answer_over_tls_takes_little_more_than_any_function_takes() {
    let cafe = Cafe::opens(&[]).await;
    let (authority, mut serving) = (Authority::new().unwrap(), JoinSet::new());
    let ready = Path::new(env!("CARGO_TARGET_TMPDIR")).join("payment-ready-that-trusts-us");
    authority.is_trusted_by_a_copy(&BINARIES["payment-ready"], &ready).unwrap();
    let mut environment = cafe.environment();
    for (name, version) in [("AWS_ENDPOINT_URL_DYNAMODB", &TLS13), ("KAKAOPAY_URL", &TLS12)] {
        let url = environment.iter_mut().find(|(setting, _)| *setting == name);
        let url = &mut url.unwrap().1;
        *url = authority.answers_for(url, version, &mut serving).await.unwrap();
    }
    let event = events::value("payment-ready.item.v2");
    let floor = first_answer(&FLOOR, &[], &event).await;
    let taken = first_answer(&ready, &environment, &event).await;
    assert!(taken < floor * MOST_FLOORS, "{taken} µs, where nothing takes {floor} µs");
    std::fs::remove_file(ready).unwrap();

    // Whoever is not given another authority trusts only the world's.
    let mut distrustful = Process::starts(&BINARIES["payment-ready"], &environment).await.unwrap();
    let refused = distrustful.handles(&event).await.unwrap();
    assert_eq!(refused["statusCode"], 503, "{refused}");
}
