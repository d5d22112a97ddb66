//! Orders at full price, from the chat to the receipt.

use axum::body::Body;
use fakes::kakaopay::{Options, Status};
use functions::{payment_approve, payment_close};
use http::{Method, Request, StatusCode};
use serde_json::json;
use tower::ServiceExt;

use crate::cafe::{ANDROID, DESKTOP, IPHONE, JUN, KAKAOTALK, MINA, story, story_with};

#[tokio::test]
async fn a_member_orders_pays_and_earns() {
    story(async |cafe| {
        insta::assert_snapshot!(cafe.joins("mina", MINA).await, @"
        환영합니다! 한모금카페의 회원이 되셨습니다.
        가입 선물로 100P를 드렸습니다.
        ");
        let card = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
        insta::assert_snapshot!(card, @"
        아이스아메리카노 2잔
        결제하시면 440P가 적립됩니다.
        4400
        [결제하기]
        ");
        assert_eq!(cafe.points_of(MINA).await, (100, 0));

        let page = cafe.opens_link(card.link()).await;
        let back = cafe.pays(&page).await;
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (0, (100, 0)));
        let receipt = cafe.returns(&back).await;
        insta::assert_snapshot!(receipt, @"
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 아이스아메리카노 2개
        주문 금액: 4,400원
        결제 금액: 4,400원
        공급가액: 4,000원
        부가세: 400원
        적립 포인트: 440P
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (4_400, (540, 0)));

        // Looking again, with or without the token, shows the very same page and collects nothing more.
        let without_token = back.split('?').next().unwrap();
        for link in [&back, without_token, card.link()] {
            assert_eq!(cafe.returns(link).await.body, receipt.body, "{link}");
        }
        assert_eq!(cafe.calls(), [("approve", 1), ("ready", 1)].into());
        insta::assert_snapshot!(cafe.points("mina", MINA).await, @"010-****-5678님의 포인트는 540P입니다.");
    })
    .await;
}

#[tokio::test]
async fn the_redirect_is_permanent_and_kept_by_nobody() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        let answer = cafe.visit(card.link(), KAKAOTALK).await;
        assert_eq!(answer.status.as_u16(), 301);
        let [payment] = &cafe.kakaopay().payments()[..] else { panic!("one payment was expected") };
        let mobile = payment.pc_path.replace("/pc/", "/mobile-web/");
        assert!(answer.location().ends_with(&mobile), "{}", answer.location());
        assert_eq!(answer.header("cache-control"), Some("no-cache, no-store, must-revalidate"));
        assert_eq!(answer.header("pragma"), Some("no-cache"));
        assert_eq!(answer.header("expires"), Some("0"));
    })
    .await;
}

#[tokio::test]
async fn phones_are_sent_to_the_mobile_page_and_computers_to_the_one_with_a_code() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        for phone in [KAKAOTALK, IPHONE, ANDROID] {
            let answer = cafe.visit(card.link(), phone).await;
            insta::allow_duplicates! {
                insta::assert_snapshot!(answer, @"301 → /mockup/bridge/mobile-web/pg/one-time/payment/…");
            }
        }
        insta::assert_snapshot!(cafe.visit(card.link(), DESKTOP).await, @"301 → /mockup/bridge/pc/pg/one-time/payment/…");
        // Whichever page was opened first, it is the same payment.
        assert_eq!(cafe.calls(), [("ready", 1)].into());
    })
    .await;
}

#[tokio::test]
async fn a_stranger_may_order_and_earns_nothing() {
    story(async |cafe| {
        let card = cafe.orders("jun", JUN, 1, "핫카페라떼").await;
        insta::assert_snapshot!(card, @"
        핫카페라떼 1잔
        회원이 되시면 포인트가 적립됩니다.
        2500
        [결제하기]
        ");
        let back = cafe.opens_and_pays(card.link()).await;
        insta::assert_snapshot!(cafe.returns(&back).await, @"
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 핫카페라떼 1개
        주문 금액: 2,500원
        결제 금액: 2,500원
        공급가액: 2,273원
        부가세: 227원
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
        assert_eq!(cafe.collected(card.order()), 2_500);
        insta::assert_snapshot!(cafe.points("jun", JUN).await, @"이 카카오톡 계정으로 가입하신 회원이 아닙니다. 먼저 회원가입을 해 주세요.");
    })
    .await;
}

#[tokio::test]
async fn who_joins_after_ordering_earns_nothing_for_it() {
    story(async |cafe| {
        let card = cafe.orders("jun", JUN, 1, "핫카페라떼").await;
        cafe.joins("jun", JUN).await;
        let back = cafe.opens_and_pays(card.link()).await;
        cafe.returns(&back).await;
        assert_eq!(cafe.points_of(JUN).await, (100, 0));
    })
    .await;
}

#[tokio::test]
async fn a_tenth_is_earned_and_rounded_down() {
    story_with(&[("POINT_PERCENT", "7")], async |cafe| {
        // 7 % of 2,300 won is 161, of 3 × 2,500 won 525, of 1,500 won 105, of 3,200 won 224.
        cafe.joins("mina", MINA).await;
        let mut balance = 100;
        for (cups, drink, earned) in
            [(1, "핫카푸치노", 161), (3, "핫카페라떼", 525), (1, "아이스화이트모카", 224)]
        {
            let card = cafe.orders("mina", MINA, cups, drink).await;
            let back = cafe.opens_and_pays(card.link()).await;
            cafe.returns(&back).await;
            balance += earned;
            assert_eq!(cafe.points_of(MINA).await, (balance, 0), "{drink}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_payer_is_known_to_the_gateway_by_a_name_that_says_nothing() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        cafe.opens_link(card.link()).await;
        let [payment] = &cafe.kakaopay().payments()[..] else { panic!("one payment was expected") };
        assert_eq!(payment.status, Status::Ready);
        assert_eq!(payment.item_name.as_deref(), Some("아이스아메리카노"));
        assert!(payment.partner_user_id.starts_with("u-") && !payment.partner_user_id.contains("mina"));
    })
    .await;
}

#[tokio::test]
async fn the_older_interface_of_the_gateway_serves_as_well() {
    let key = &Options::default().admin_keys[0];
    story_with(&[("KAKAOPAY_API", "legacy"), ("KAKAOPAY_KEY", key)], async |cafe| {
        let card = cafe.mina_orders().await;
        insta::assert_snapshot!(cafe.visit(card.link(), DESKTOP).await, @"301 → /mockup/v1/…/info");
        let back = cafe.opens_and_pays(card.link()).await;
        insta::assert_snapshot!(cafe.returns(&back).await, @"
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 아이스아메리카노 2개
        주문 금액: 4,400원
        결제 금액: 4,400원
        공급가액: 4,000원
        부가세: 400원
        적립 포인트: 440P
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (4_400, (540, 0)));
        insta::assert_snapshot!(cafe.refunds(card.order(), None, "r1").await, @r#"{"amount":4400,"left":0,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":0,"points_reversed":440,"refunded":4400,"request":"r1"}"#);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (0, (100, 0)));
    })
    .await;
}

#[tokio::test]
async fn a_quote_that_nobody_opens_is_gone_after_an_hour() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        cafe.later(59);
        let other = cafe.orders("mina", MINA, 1, "에스프레소").await;
        cafe.later(1);
        insta::assert_snapshot!(cafe.returns(card.link()).await, @"
        410 결제 시간이 지났습니다
        결제된 금액은 없습니다. 다시 주문해 주세요.
        ");
        assert_eq!(cafe.calls(), [].into());
        insta::assert_snapshot!(cafe.returns(other.link()).await, @"301 → /mockup/bridge/mobile-web/pg/one-time/payment/…");
    })
    .await;
}

#[tokio::test]
async fn a_link_can_be_followed_by_whoever_asks_only_for_headers_and_ways_back_cannot() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 60).await;
        let page = cafe.opens_link(card.link()).await;
        let answer = cafe.requests_page(Method::HEAD, card.link(), KAKAOTALK).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (301, &*page));
        let back = cafe.pays(&page).await;
        let _before = cafe.requests();
        let parts = cafe.parts();
        let functions = payment_approve::router(parts.clone()).merge(payment_close::router(parts.clone()));
        for link in ["cancel", "fail"].map(|end| format!("{}/{end}", card.link())).iter().chain([&back]) {
            // No route leads there, and if one did, the function itself would refuse.
            let answer = cafe.requests_page(Method::HEAD, link, KAKAOTALK).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{link}");
            let request = Request::head(link).body(Body::empty()).unwrap();
            let answer = functions.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{link}");
        }
        assert_eq!((cafe.requests(), cafe.calls()), ([].into(), [("ready", 1)].into()));
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (0, (40, 60)));
    })
    .await;
}

#[tokio::test]
async fn cups_are_counted_in_whatever_form_the_bot_sends_a_number() {
    story(async |cafe| {
        for cups in
            [json!(3), json!("3"), json!("３"), json!("3잔"), json!("{\"amount\": 3}"), json!(" 3 개 ")]
        {
            let params = json!({ "menu": "핫 아메리카노", "num": cups, "phone": JUN });
            let card = cafe.says("jun", crate::cafe::ORDER_IN_FULL, params).await;
            insta::allow_duplicates! {
                insta::assert_snapshot!(card, @"
                핫아메리카노 3잔
                회원이 되시면 포인트가 적립됩니다.
                6000
                [결제하기]
                ");
            }
        }
    })
    .await;
}
