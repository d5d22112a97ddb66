//! Pages: what every one of them has, whatever it says. Each page that a story looks at is held to the same rules;
//! here is one of every kind.

use cafe_core::cafe::Order;
use fakes::kakaopay::{Endpoint, Fault};
use jiff::tz::{TimeZone, offset};

use crate::cafe::{Answer, Cafe, DESKTOP, JUN, KAKAOTALK, MINA, SCRAPER, between, story};

#[tokio::test]
async fn one_of_every_kind_keeps_the_rules() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let mut seen = Vec::new();
        let mut look = async |cafe: &Cafe, link: &str| {
            let answer = cafe.visit(link, KAKAOTALK).await;
            let heading = between(&answer.body, "<h1>", "</h1>").next().unwrap_or("-").to_owned();
            let title = between(&answer.body, "<title>", "</title>").next().unwrap().to_owned();
            assert_eq!(title, heading, "{link}");
            seen.push(format!("{} {heading}", answer.status.as_u16()));
        };
        let orders = async |cafe: &Cafe| cafe.orders("mina", MINA, 1, "에스프레소").await;

        let card = orders(cafe).await;
        let link = card.link();
        let back = cafe.opens_and_pays(link).await;
        look(cafe, &format!("{link}/approve")).await;
        look(cafe, &format!("{link}/approve?pg_token=forged")).await;
        cafe.kakaopay().inject(Endpoint::Approve, Fault::UserLocked);
        look(cafe, &back).await;
        cafe.kakaopay().inject(Endpoint::Approve, Fault::AnswerLost);
        cafe.kakaopay().inject(Endpoint::Order, Fault::Reset);
        look(cafe, &back).await;
        cafe.later(1);
        look(cafe, &back).await;
        cafe.refunds(card.order(), Some(500), "r1").await;
        look(cafe, link).await;
        cafe.refunds(card.order(), None, "r2").await;
        look(cafe, link).await;

        let card = orders(cafe).await;
        let link = card.link();
        cafe.opens_link(link).await;
        look(cafe, &format!("{link}/approve?pg_token=early")).await;
        look(cafe, &format!("{link}/cancel")).await;
        let card = orders(cafe).await;
        let link = card.link();
        cafe.kakaopay().inject(Endpoint::Ready, Fault::Reset);
        look(cafe, link).await;
        let page = cafe.opens_link(link).await;
        let back = cafe.fails(&page).await;
        look(cafe, &back).await;
        let card = orders(cafe).await;
        let link = card.link();
        cafe.later(60);
        look(cafe, link).await;
        look(cafe, "/pay/nothing").await;
        look(cafe, "/payment?item_name=녹차").await;
        look(cafe, "/payment?item_name=에스프레소&quantity=21").await;
        look(cafe, "/payment?item_name=에스프레소&total_amount=1").await;
        insta::assert_snapshot!(seen.join("\n"), @"
        400 잘못된 결제 주소입니다
        402 결제가 승인되지 않았습니다
        402 결제하지 못했습니다
        202 결제를 확인하고 있습니다
        200 결제가 완료되었습니다
        200 일부 환불되었습니다
        200 환불이 완료되었습니다
        402 결제가 끝나지 않았습니다
        200 결제를 취소했습니다
        502 지금은 결제할 수 없습니다
        200 결제하지 못했습니다
        410 결제 시간이 지났습니다
        404 주문을 찾을 수 없습니다
        404 메뉴에 없는 상품입니다
        400 주문할 수 없는 수량입니다
        400 금액이 맞지 않습니다
        ");
    })
    .await;
}

#[tokio::test]
async fn a_preview_is_the_cafe_s_name_and_picture_and_opens_nothing() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        let _before = cafe.requests();
        for link in [card.link(), "/", "/payment?item_name=에스프레소", "/pay/nothing-at-all"] {
            let answer = cafe.visit(link, SCRAPER).await;
            if link.ends_with("at-all") {
                assert_eq!(answer.status, 404, "{answer}");
                continue;
            }
            assert_eq!(answer.status, 200, "{link}");
            let tags: Vec<_> = between(&answer.body, "<meta property=\"", "\">").collect();
            let [kind, title, description, image] = &tags[..] else { panic!("{tags:?}") };
            assert_eq!(*kind, "og:type\" content=\"website");
            assert_eq!(*title, "og:title\" content=\"한모금카페");
            assert_eq!(*description, "og:description\" content=\"결제하려면 눌러 주세요.");
            let picture = image.strip_prefix("og:image\" content=\"").unwrap();
            let picture = cafe.requests_page(reqwest::Method::GET, picture, SCRAPER).await;
            assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, Some("image/png")));
        }
        assert_eq!((cafe.requests(), cafe.calls()), ([].into(), [].into()));
        assert!(matches!(cafe.order(card.order()).await, Order::Quoted(_)));
    })
    .await;
}

#[tokio::test]
async fn a_page_repeats_nothing_that_a_link_says() {
    story(async |cafe| {
        let tag = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
        for link in [
            format!("/payment?item_name={tag}"),
            format!("/payment?item_name=에스프레소&quantity={tag}"),
            format!("/payment?item_name=에스프레소&total_amount={tag}"),
            format!("/pay/{tag}"),
            format!("/pay/{tag}/approve?pg_token={tag}"),
            format!("/pay/01ARZ3NDEKTSV4RRFFQ69G5FAV/approve?pg_token={tag}"),
        ] {
            let answer = cafe.visit(&link, DESKTOP).await;
            assert!(answer.status.is_client_error() && !answer.body.contains("alert"), "{link}: {answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_receipt_says_korean_time_and_nobody_s_number() {
    story(async |cafe| {
        let card = cafe.orders("jun", JUN, 1, "에스프레소").await;
        let back = cafe.opens_and_pays(card.link()).await;
        let korean = |cafe: &Cafe| {
            let seoul = cafe.now().to_zoned(TimeZone::fixed(offset(9)));
            seoul.strftime("%Y-%m-%d %H:%M").to_string()
        };
        let before = korean(cafe);
        let receipt = cafe.returns(&back).await;
        // A minute may begin in between.
        assert!([before, korean(cafe)].iter().any(|time| receipt.body.contains(time)), "{}", receipt.body);
        assert!(!receipt.body.contains("8765") && !receipt.body.contains("u-"));
    })
    .await;
}

#[tokio::test]
async fn who_would_rather_read_english_does() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        let back = cafe.opens_and_pays(card.link()).await;
        let korean = cafe.returns(&back).await;
        let english = cafe.visit_in_english(&back).await;
        insta::assert_snapshot!(english, @"
        200 Your payment is complete
        Thank you for your order.
        Item: 아이스아메리카노 × 2
        Order total: ₩4,400
        Amount paid: ₩4,400
        Supply price: ₩4,000
        VAT: ₩400
        Points earned: 440P
        Paid with: KakaoPay Money
        Paid at: …
        Order number: …
        ");
        // The same page, line by line; and no cache takes one for the other.
        let lines = |answer: &Answer| between(&answer.body, "<dt>", "</dt>").count();
        assert_eq!((lines(&english), english.header("vary")), (lines(&korean), Some("accept-language")));
        assert!(between(&english.body, "Paid at</dt><dd>", "</dd>").next().unwrap().ends_with(" KST"));

        let card = cafe.orders("jun", JUN, 1, "에스프레소").await;
        let page = cafe.opens_link(card.link()).await;
        let mut told = Vec::new();
        for link in [&*cafe.cancels(&page).await, "/pay/nothing", "/payment?item_name=녹차"] {
            told.push(cafe.visit_in_english(link).await.to_string());
        }
        insta::assert_snapshot!(told.join("\n"), @"
        200 Your payment was cancelled
        No money was taken.
        Order number: …
        404 There is no such order
        Please order again.
        404 This is not on the menu
        Please look at the menu and order again.
        ");
    })
    .await;
}
