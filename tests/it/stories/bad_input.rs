//! Input that is wrong: answered politely, and nothing has changed afterwards.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::cafe::{
    Cafe, JUN, KAKAOTALK, MINA, ORDER_IN_FULL, ORDER_WITH_POINTS, POINT_LOOKUP, SIGN_UP, payload, story,
};

const SKILLS: [&str; 4] = [SIGN_UP, POINT_LOOKUP, ORDER_IN_FULL, ORDER_WITH_POINTS];

/// An id that no order has.
const UNKNOWN: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// What was written since the last time.
fn writes(cafe: &Cafe) -> Vec<String> {
    cafe.requests().into_keys().filter(|operation| !["GetItem", "Query"].contains(&&**operation)).collect()
}

/// Turns of Mina's with each of these in one parameter, and what she reads: a line a turn, those with the same
/// answer together.
async fn answers(cafe: &Cafe, skill: &str, right: &Value, name: &str, wrong: &[Value]) -> String {
    let _before = cafe.requests();
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for value in wrong {
        let mut params = right.clone();
        params[name] = value.clone();
        let bubble = cafe.says("mina", skill, params).await;
        assert!(!bubble.has_link(), "{name}={value}: {bubble}");
        assert_eq!(writes(cafe), [""; 0], "{name}={value}");
        let bubble = bubble.to_string();
        match told.iter_mut().find(|(answer, _)| *answer == bubble) {
            Some((_, values)) => values.push(value.to_string()),
            None => told.push((bubble, vec![value.to_string()])),
        }
    }
    assert_eq!(cafe.points_of(MINA).await, (100, 0));
    let lines = told.into_iter().map(|(answer, values)| format!("{}\n    {answer}", values.join("  ")));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn drinks_that_are_none() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let right = json!({ "menu": "에스프레소", "num": 1, "phone": MINA });
        let wrong = [
            json!("녹차"),
            json!("초코파이"),
            json!("에스프레"),
            json!(""),
            Value::Null,
            json!(1),
            json!([]),
            json!({}),
        ];
        insta::assert_snapshot!(answers(cafe, ORDER_IN_FULL, &right, "menu", &wrong).await, @r#"
        "녹차"  "초코파이"  "에스프레"  1
            메뉴에 없는 음료입니다. 메뉴를 확인하고 다시 주문해 주세요.
        ""  null  []  {}
            주문하실 음료를 알려 주세요.
        "#);
    })
    .await;
}

#[tokio::test]
async fn cups_that_nobody_can_order() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let right = json!({ "menu": "에스프레소", "num": 1, "phone": MINA, "paypoint": 10 });
        let wrong = [
            json!(0),
            json!(21),
            json!(-1),
            json!("두 잔"),
            json!(""),
            Value::Null,
            json!(1.5),
            json!("1,0"),
            json!("{\"amount\": 0}"),
            json!("{\"amount\": null}"),
            json!("99999999999999999999"),
            json!(true),
            json!([2]),
        ];
        let told = answers(cafe, ORDER_IN_FULL, &right, "num", &wrong).await;
        insta::assert_snapshot!(told, @r#"
        0  21  -1  "두 잔"  ""  null  1.5  "1,0"  "{\"amount\": 0}"  "{\"amount\": null}"  "99999999999999999999"  true  [2]
            몇 잔인지 숫자로 알려 주세요. 한 번에 1잔부터 20잔까지 주문하실 수 있습니다.
        "#);
        assert_eq!(answers(cafe, ORDER_WITH_POINTS, &right, "num", &wrong).await, told);
    })
    .await;
}

#[tokio::test]
async fn numbers_that_are_no_telephone_s() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let right = json!({ "menu": "에스프레소", "num": 1, "paypoint": 10 });
        let wrong = [
            json!("02-123-4567"),
            json!("010-1234-567"),
            json!("010-1234-56789"),
            json!("전화번호"),
            json!(""),
            Value::Null,
            json!({}),
        ];
        let told = answers(cafe, SIGN_UP, &right, "phone", &wrong).await;
        insta::assert_snapshot!(told, @r#"
        "02-123-4567"  "010-1234-567"  "010-1234-56789"  "전화번호"  ""  null  {}
            휴대전화 번호를 010-1234-5678처럼 알려 주세요.
        "#);
        for skill in SKILLS {
            assert_eq!(answers(cafe, skill, &right, "phone", &wrong).await, told, "{skill}");
        }
    })
    .await;
}

#[tokio::test]
async fn points_that_cannot_be_spent() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let right = json!({ "menu": "에스프레소", "num": 1, "phone": MINA });
        let wrong = [
            json!(0),
            json!(-5),
            json!(101),
            json!(9_999_999_999_i64),
            json!("전부"),
            json!(""),
            Value::Null,
            json!(0.5),
        ];
        insta::assert_snapshot!(answers(cafe, ORDER_WITH_POINTS, &right, "paypoint", &wrong).await, @r#"
        0  -5
            포인트는 1P부터 사용하실 수 있습니다.
        101  9999999999
            포인트가 부족합니다. 사용하실 수 있는 포인트는 100P입니다.
        "전부"  ""  null  0.5
            사용하실 포인트를 1 이상의 숫자로 알려 주세요.
        "#);
    })
    .await;
}

#[tokio::test]
async fn more_points_than_the_order_costs() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let large = cafe.orders("mina", MINA, 20, "에스프레소").await;
        let back = cafe.opens_and_pays(large.link()).await;
        cafe.returns(&back).await;
        let _before = cafe.requests();
        let refused = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 1_501).await;
        insta::assert_snapshot!(refused, @"주문 금액보다 많은 포인트는 사용하실 수 없습니다. 주문 금액은 1,500원입니다.");
        assert_eq!((writes(cafe), cafe.points_of(MINA).await), (vec![], (3_100, 0)));
    })
    .await;
}

#[tokio::test]
async fn parameters_that_are_not_there() {
    story(async |cafe| {
        let _before = cafe.requests();
        let mut told = Vec::new();
        for skill in SKILLS {
            for params in [json!({}), Value::Null, json!("text"), json!([1])] {
                let bubble = cafe.says("mina", skill, params.clone()).await;
                told.push(format!("{skill} {params}: {bubble}"));
            }
            let mut without = payload("mina", &Value::Null);
            without.as_object_mut().unwrap().remove("action");
            told.push(format!("{skill} without an action: {}", cafe.posts(skill, without.to_string()).await));
        }
        insta::assert_snapshot!(told.join("\n"), @r#"
        sign-up {}: 휴대전화 번호를 010-1234-5678처럼 알려 주세요.
        sign-up null: 휴대전화 번호를 010-1234-5678처럼 알려 주세요.
        sign-up "text": 휴대전화 번호를 010-1234-5678처럼 알려 주세요.
        sign-up [1]: 휴대전화 번호를 010-1234-5678처럼 알려 주세요.
        sign-up without an action: 휴대전화 번호를 010-1234-5678처럼 알려 주세요.
        point-lookup {}: 휴대전화 번호를 010-1234-5678처럼 알려 주세요.
        point-lookup null: 휴대전화 번호를 010-1234-5678처럼 알려 주세요.
        point-lookup "text": 휴대전화 번호를 010-1234-5678처럼 알려 주세요.
        point-lookup [1]: 휴대전화 번호를 010-1234-5678처럼 알려 주세요.
        point-lookup without an action: 휴대전화 번호를 010-1234-5678처럼 알려 주세요.
        general-payment-preprocess {}: 주문하실 음료를 알려 주세요.
        general-payment-preprocess null: 주문하실 음료를 알려 주세요.
        general-payment-preprocess "text": 주문하실 음료를 알려 주세요.
        general-payment-preprocess [1]: 주문하실 음료를 알려 주세요.
        general-payment-preprocess without an action: 주문하실 음료를 알려 주세요.
        point-payment-preprocess {}: 주문하실 음료를 알려 주세요.
        point-payment-preprocess null: 주문하실 음료를 알려 주세요.
        point-payment-preprocess "text": 주문하실 음료를 알려 주세요.
        point-payment-preprocess [1]: 주문하실 음료를 알려 주세요.
        point-payment-preprocess without an action: 주문하실 음료를 알려 주세요.
        "#);
        assert_eq!(cafe.requests(), [].into());
    })
    .await;
}

#[tokio::test]
async fn bodies_that_are_no_payload() {
    story(async |cafe| {
        let _before = cafe.requests();
        let mut nameless = payload("mina", &json!({ "phone": MINA }));
        nameless["userRequest"]["user"] = json!({});
        let right = payload("mina", &json!({ "phone": MINA })).to_string();
        let bodies: [(&str, Vec<u8>); 10] = [
            ("nothing", vec![]),
            ("no JSON", b"phone=01012345678".to_vec()),
            ("half of it", right.as_bytes()[..right.len() / 2].to_vec()),
            ("an array", b"[]".to_vec()),
            ("null", b"null".to_vec()),
            ("text", b"\"text\"".to_vec()),
            ("no UTF-8", vec![b'{', b'"', 0xFF, b'"', b'}']),
            ("base64", b"eyJ1c2VyUmVxdWVzdCI6e319".to_vec()),
            ("a megabyte", format!("{right}{}", " ".repeat(1 << 20)).into_bytes()),
            ("nobody's", nameless.to_string().into_bytes()),
        ];
        for skill in SKILLS {
            let mut told = Vec::new();
            for (name, body) in &bodies {
                told.push(format!("{name}: {}", cafe.posts(skill, body.clone()).await));
            }
            insta::allow_duplicates! {
                insta::assert_snapshot!(told.join("\n"), @"
                nothing: 요청을 읽지 못했습니다. 처음부터 다시 시도해 주세요.
                no JSON: 요청을 읽지 못했습니다. 처음부터 다시 시도해 주세요.
                half of it: 요청을 읽지 못했습니다. 처음부터 다시 시도해 주세요.
                an array: 요청을 읽지 못했습니다. 처음부터 다시 시도해 주세요.
                null: 요청을 읽지 못했습니다. 처음부터 다시 시도해 주세요.
                text: 요청을 읽지 못했습니다. 처음부터 다시 시도해 주세요.
                no UTF-8: 요청을 읽지 못했습니다. 처음부터 다시 시도해 주세요.
                base64: 요청을 읽지 못했습니다. 처음부터 다시 시도해 주세요.
                a megabyte: 요청을 읽지 못했습니다. 처음부터 다시 시도해 주세요.
                nobody's: 테스트 요청을 받았습니다. 카카오톡 채널에서 이용해 주세요.
                ");
            }
        }
        assert_eq!(cafe.requests(), [].into());
    })
    .await;
}

#[tokio::test]
async fn a_skill_without_its_secret_is_refused_whatever_it_says() {
    story(async |cafe| {
        let _before = cafe.requests();
        let right = json!({ "menu": "에스프레소", "num": 1, "phone": JUN, "paypoint": 10 });
        for skill in SKILLS {
            for secret in [None, Some(""), Some("DEV"), Some("devdev"), Some("dev,dev")] {
                for body in [payload("jun", &right).to_string(), String::new()] {
                    let (status, text) = cafe.posts_with(secret, skill, body).await;
                    assert_eq!(status, StatusCode::UNAUTHORIZED, "{skill} {secret:?}: {text}");
                }
            }
        }
        assert_eq!(cafe.requests(), [].into());
    })
    .await;
}

#[tokio::test]
async fn orders_that_do_not_exist() {
    story(async |cafe| {
        let calls = cafe.calls();
        let _before = cafe.requests();
        for order in [
            UNKNOWN,
            "1",
            "01arz3ndektsv4rrffq69g5fav",
            "01ARZ3NDEKTSV4RRFFQ69G5FA",
            "주문",
            "%FF",
            "..%2F..",
        ] {
            for end in ["", "/approve", "/approve?pg_token=any", "/cancel", "/fail"] {
                let answer = cafe.returns(&format!("/pay/{order}{end}")).await;
                insta::allow_duplicates! {
                    insta::assert_snapshot!(answer, @"
                    404 주문을 찾을 수 없습니다
                    다시 주문해 주세요.
                    ");
                }
                // A name that cannot be an order's is not even looked up.
                let requests = cafe.requests();
                assert!(order == UNKNOWN || requests.is_empty(), "{order}{end}: {requests:?}");
                // To collect, the order is read by the write that begins it, whose condition refuses here.
                let refused = if end.contains("pg_token") { "UpdateItem" } else { "GetItem" };
                assert!(order != UNKNOWN || requests == [(refused.to_owned(), 1)].into(), "{requests:?}");
            }
        }
        assert_eq!(cafe.calls(), calls);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_is_over_stays_so_by_every_path() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await;
        let back = cafe.opens_and_pays(card.link()).await;
        cafe.later(17);
        cafe.reconcile().await;
        let (stands, calls) = (cafe.order(card.order()).await, cafe.calls());
        let ways = ["", "/approve", "/cancel", "/fail"].map(|end| format!("{}{end}", card.link()));
        for link in ways.iter().chain([&back]) {
            let answer = cafe.returns(link).await;
            insta::allow_duplicates! {
                insta::assert_snapshot!(answer, @"
                410 결제 시간이 지났습니다
                결제된 금액은 없습니다. 사용하려던 포인트는 돌려 드렸습니다.
                주문 번호: …
                ");
            }
        }
        assert_eq!((cafe.order(card.order()).await, cafe.calls()), (stands, calls));
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
    })
    .await;
}

#[tokio::test]
async fn routes_that_are_not_there() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        let _before = cafe.requests();
        let id = card.order();
        for (method, path) in [
            (Method::GET, "/nowhere".to_owned()),
            (Method::GET, "/pay".to_owned()),
            (Method::GET, "/pay/".to_owned()),
            (Method::GET, format!("/pay/{id}/")),
            (Method::GET, format!("/pay/{id}/refund")),
            (Method::GET, format!("/pay/{id}/approve/now")),
            (Method::GET, "/skill/sign-up".to_owned()),
            (Method::GET, "/.env".to_owned()),
            (Method::POST, "/".to_owned()),
            (Method::POST, "/payment?item_name=에스프레소".to_owned()),
            (Method::POST, format!("/pay/{id}")),
            (Method::POST, format!("/pay/{id}/approve?pg_token=any")),
            (Method::DELETE, format!("/pay/{id}/cancel")),
            (Method::PUT, format!("/pay/{id}/fail")),
        ] {
            let answer = cafe.requests_page(method.clone(), &path, KAKAOTALK).await;
            // No function is invoked: these are API Gateway's own words.
            assert_eq!(answer.to_string(), r#"404 {"message":"Not Found"}"#, "{method} {path}");
        }
        assert_eq!((cafe.requests(), cafe.calls()), ([].into(), [].into()));
    })
    .await;
}
