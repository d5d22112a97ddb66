//! The page that opens a gateway's window: what it tells the gateway's script, what it lets a browser load, and for whom it
//! opens none.

use aws_smithy_types::base64;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::cafe::{Bubble, Cafe, DESKTOP, KAKAOTALK, MINA, SCRAPER, between, story_with, without_ids};

/// Each gateway whose window a script opens, and which of `PortOne`'s dialects.
const EACH: [(&str, &str); 3] = [("portone", "v2"), ("portone", "v1"), ("tosspayments", "v2")];

async fn with_each(tell: impl AsyncFn(&Cafe, &str)) {
    for (gateway, api) in EACH {
        story_with(&[("GATEWAYS", gateway), ("PORTONE_API", api)], async |cafe| {
            cafe.joins("mina", MINA).await;
            tell(cafe, if gateway == "portone" { api } else { gateway }).await;
        })
        .await;
    }
}

async fn espresso(cafe: &Cafe) -> Bubble {
    cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await
}

/// What our page told the script, without what differs from run to run.
fn plain(told: &Value, cafe: &Cafe) -> Value {
    let text = told.to_string().replace(cafe.kakaopay_url(), "[gateway]").replace(cafe.url(), "[cafe]");
    serde_json::from_str(&without_ids(&text)).unwrap()
}

#[tokio::test]
async fn each_script_is_told_what_it_takes_to_open_this_order_s_window() {
    with_each(async |cafe, kind| {
        let card = espresso(cafe).await;
        let page = cafe.opens_link(card.link()).await;
        assert_eq!(page, format!("{}/window", card.link()), "an address carries nothing of it");
        let shown = cafe.visit(&page, KAKAOTALK).await;
        insta::allow_duplicates! { insta::assert_snapshot!(shown, @"
        200 결제를 진행해 주세요
        결제창을 열려면 브라우저에서 자바스크립트를 켜 주세요.
        상품: 에스프레소 1개
        주문 금액: 1,500원
        사용할 포인트: 100P
        결제 금액: 1,400원
        주문 번호: …
        "); }
        let back = "[cafe]/pay/…/approve";
        let portone = fakes::portone::Options::default();
        let expected = match kind {
            "v2" => json!({
                "gateway": "portone_v2", "script": "[gateway]/portone/v2/browser-sdk.js", "back": back,
                "request": {
                    "storeId": portone.store_id, "channelKey": portone.channel_key, "payMethod": "CARD",
                    "paymentId": "…", "orderName": "에스프레소", "totalAmount": 1400, "currency": "KRW",
                    "redirectUrl": back,
                },
            }),
            "v1" => json!({
                "gateway": "portone_v1", "script": "[gateway]/portone/v1/iamport.js", "back": back,
                "merchant": portone.store_id,
                "request": {
                    "channelKey": portone.channel_key, "pay_method": "card", "merchant_uid": "…",
                    "name": "에스프레소", "amount": 1400, "m_redirect_url": back,
                },
            }),
            _ => json!({
                "gateway": "tosspayments", "script": "[gateway]/toss/v2/standard",
                "merchant": "test_ck_fake00000000000000000000",
                "request": {
                    "method": "CARD", "amount": { "currency": "KRW", "value": 1400 }, "orderId": "…",
                    "orderName": "에스프레소", "successUrl": back, "failUrl": "[cafe]/pay/…/fail",
                },
            }),
        };
        assert_eq!(plain(&cafe.told_by(&page).await, cafe), expected);
        for said in [shown, cafe.visit_in_english(&page).await] {
            assert!(!said.body.contains("test_sk") && !said.body.contains("api-secret"), "{said}");
        }
        assert!(cafe.visit_in_english(&page).await.body.contains("Please complete your payment"));
        // As often as one likes: no second window is registered, and no second hold is made.
        assert_eq!((cafe.opens_link(card.link()).await, cafe.points_of(MINA).await), (page, (0, 100)));
    })
    .await;
}

#[tokio::test]
async fn a_browser_may_run_our_script_and_the_gateway_s_and_none_that_stands_in_the_page_besides() {
    with_each(async |cafe, _| {
        let card = espresso(cafe).await;
        let shown = cafe.visit(&cafe.opens_link(card.link()).await, DESKTOP).await;
        let scripts: Vec<_> = between(&shown.body, "<script>", "</script>").collect();
        let [ours] = scripts[..] else { panic!("one script was expected: {}", shown.body) };
        let hash = base64::encode(digest(&SHA256, ours.as_bytes()));
        let gateway = cafe.kakaopay_url();
        let policy = shown.header("content-security-policy").unwrap();
        let allowed: Vec<_> = policy.split("; ").collect();
        assert_eq!(
            allowed,
            [
                "default-src 'none'",
                &format!("script-src 'sha256-{hash}' 'strict-dynamic' {gateway}"),
                &format!("connect-src https: {gateway}"),
                &format!("frame-src https: {gateway}"),
                &format!("form-action https: {gateway}"),
                &format!("img-src https: data: {gateway}"),
                "style-src 'unsafe-inline' https:",
                "font-src https: data:",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            ]
        );
        assert_eq!(shown.body.matches("<script").count(), 2, "data, and ours");
    })
    .await;
}

#[tokio::test]
async fn what_an_address_says_is_not_what_the_script_is_told() {
    with_each(async |cafe, _| {
        let card = espresso(cafe).await;
        let page = cafe.opens_link(card.link()).await;
        let told = cafe.told_by(&page).await;
        for query in [
            "storeId=store-of-a-thief&channelKey=channel-of-a-thief&totalAmount=1&redirectUrl=https://thief.example",
            "user_code=imp00000000&amount=1&m_redirect_url=https://thief.example",
            "clientKey=test_ck_of_a_thief&amount=1&successUrl=https://thief.example&orderId=other-order",
            "%FF=%FF",
        ] {
            assert_eq!(cafe.told_by(&format!("{page}?{query}")).await, told, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_may_not_pay_any_more_reads_what_the_link_says() {
    with_each(async |cafe, kind| {
        let same = async |card: &Bubble, begins: &str| {
            let [link, page] = [card.link().to_owned(), format!("{}/window", card.link())];
            let (said, here) = (cafe.returns(&link).await, cafe.returns(&page).await);
            assert_eq!(said.to_string(), here.to_string(), "{kind}");
            assert!(here.to_string().starts_with(begins) && !here.opens_a_window(), "{kind}: {here}");
        };
        let paid = espresso(cafe).await;
        let page = cafe.opens_link(paid.link()).await;
        let back = cafe.pays(&page).await;
        cafe.returns(&back).await;
        same(&paid, "200 결제가 완료되었습니다").await;
        cafe.refunds(paid.order(), None, "r1").await;
        same(&paid, "200 환불이 완료되었습니다").await;

        let cancelled = espresso(cafe).await;
        cafe.opens_link(cancelled.link()).await;
        cafe.returns(&format!("{}/cancel", cancelled.link())).await;
        same(&cancelled, "200 결제를 취소했습니다").await;

        let late = espresso(cafe).await;
        cafe.opens_link(late.link()).await;
        cafe.later(31);
        cafe.reconcile().await;
        same(&late, "410 결제 시간이 지났습니다").await;

        let never_opened = espresso(cafe).await;
        cafe.later(61);
        same(&never_opened, "410 결제 시간이 지났습니다").await;
        for nobody_s in ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "nothing", "%FF"] {
            let page = cafe.returns(&format!("/pay/{nobody_s}/window")).await;
            assert_eq!(page.status, 404, "{page}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_fresh_order_s_window_is_opened_and_a_preview_opens_none() {
    with_each(async |cafe, _| {
        let card = espresso(cafe).await;
        let page = format!("{}/window", card.link());
        assert!(cafe.visit(&page, SCRAPER).await.body.contains("og:title"));
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
        let told = cafe.told_by(&page).await;
        assert_eq!((cafe.points_of(MINA).await, cafe.told_by(&page).await), ((0, 100), told));
    })
    .await;
}

#[tokio::test]
async fn where_a_gateway_has_a_page_or_nobody_has_chosen_the_window_s_address_leads_on() {
    story_with(&[("GATEWAYS", "kakaopay,portone")], async |cafe| {
        cafe.joins("mina", MINA).await;
        let card = cafe.orders("mina", MINA, 20, "아이스아메리카노").await;
        let page = format!("{}/window", card.link());
        let choice = cafe.returns(&page).await;
        assert!(choice.to_string().starts_with("200 어떻게 결제하시겠어요?"), "{choice}");
        let kakaopay = cafe.opens_link(&format!("{}?by=kakaopay", card.link())).await;
        assert!(kakaopay.starts_with(cafe.kakaopay_url()));
        assert_eq!(cafe.opens_link(&page).await, kakaopay);
        cafe.returns(&cafe.pays(&kakaopay).await).await;
        // Points that cover everything have no window either.
        let covered = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 1_500).await;
        let back = cafe.opens_link(&format!("{}/window", covered.link())).await;
        assert_eq!(back, format!("{}/approve", covered.link()));
        cafe.returns(&back).await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_s_own_page_goes_before_ours() {
    let portone = fakes::portone::Options::default();
    let account = json!({
        "secret": portone.api_secret, "store": portone.store_id, "channel": portone.channel_key,
        "page": "https://owner.example/pay?shop=1",
    });
    story_with(&[("GATEWAYS", "portone"), ("PORTONE_ACCOUNT", &account.to_string())], async |cafe| {
        let card = cafe.orders("jun", crate::cafe::JUN, 1, "에스프레소").await;
        for link in [card.link().to_owned(), format!("{}/window", card.link())] {
            let page = cafe.opens_link(&link).await;
            assert!(page.starts_with("https://owner.example/pay?shop=1&storeId="), "{page}");
        }
    })
    .await;
}
