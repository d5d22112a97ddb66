//! Every page, looked at: a picture at each width, no accessibility rule broken, nothing wider than the screen.

use std::path::{Path, PathBuf};

use fakes::kakaopay::{Endpoint, Fault};
use serde_json::{Value, json};

use super::driver::Browser;
use crate::cafe::{Cafe, JUN, MINA, story, story_with};

/// The widths of a phone, a tablet and a desk, and a phone at night.
const SCREENS: [(u32, bool); 4] = [(360, false), (768, false), (1_280, false), (360, true)];

const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools/axe-core/axe.min.js");

/// Rules of the Web Content Accessibility Guidelines, and what is good practice. One does not count: the page of a payment
/// in doubt loads itself again. It has nothing to fill in and no time that runs out, and works without a script.
const SCAN: &str = "const tell = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'], rules: { 'meta-refresh': { enabled: false } } }).then(
        (found) => tell(found.violations.map((rule) => `${rule.id}: ${rule.help}: ${rule.nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | ')}`)),
        (error) => tell([String(error)]));";

/// Where the pictures are left.
fn screenshots() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Looks at the page that is open.
async fn looks_at(browser: &Browser<'_>, name: &str) {
    let axe = std::fs::read_to_string(AXE);
    let axe = axe.unwrap_or_else(|_| panic!("axe-core is not installed: `cargo xtask setup` installs it"));
    for (width, is_dark) in SCREENS {
        browser.sized(width, is_dark).await;
        let scheme = if is_dark { "-dark" } else { "" };
        browser.pictures(&screenshots().join(format!("{name}-{width}{scheme}.png"))).await;
        let wide = browser.runs("return document.documentElement.scrollWidth - innerWidth", json!([])).await;
        assert!(wide.as_i64() <= Some(0), "{name} is {wide} px too wide for {width}");
        browser.runs(&axe, json!([])).await;
        let violations = browser.awaits(SCAN).await;
        assert_eq!(violations, Value::Array(Vec::new()), "{name} at {width} px, dark: {is_dark}");
    }
    browser.sized(1_280, false).await;
}

#[tokio::test]
async fn pages_of_customers() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let browser = cafe.browser().await;
        let see = async |name: &str, link: &str, heading: &str| {
            browser.goes(link).await;
            browser.sees("h1", heading).await;
            looks_at(&browser, name).await;
        };
        let paid = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
        let back = cafe.opens_and_pays(paid.link()).await;
        see("receipt", &back, "결제가 완료되었습니다").await;
        cafe.refunds(paid.order(), Some(1_100), "r1").await;
        see("receipt-partly-refunded", paid.link(), "일부 환불되었습니다").await;
        let points = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await;
        let back = cafe.opens_and_pays(points.link()).await;
        see("receipt-with-points", &back, "결제가 완료되었습니다").await;

        let doubt = cafe.orders("jun", JUN, 1, "에스프레소").await;
        let back = cafe.opens_and_pays(doubt.link()).await;
        cafe.kakaopay().inject(Endpoint::Approve, Fault::AnswerLost);
        for _ in 0..40 {
            cafe.kakaopay().inject(Endpoint::Order, Fault::Unavailable503);
        }
        see("in-doubt", &back, "결제를 확인하고 있습니다").await;
        cafe.kakaopay().clear_faults();
        cafe.later(1);
        see("found", &back, "결제가 완료되었습니다").await;

        let card = cafe.orders("jun", JUN, 1, "에스프레소").await;
        let page = cafe.opens_link(card.link()).await;
        see("cancelled", &cafe.cancels(&page).await, "결제를 취소했습니다").await;
        let card = cafe.orders("jun", JUN, 1, "에스프레소").await;
        let page = cafe.opens_link(card.link()).await;
        see("failed", &cafe.fails(&page).await, "결제하지 못했습니다").await;
        let card = cafe.orders("jun", JUN, 1, "에스프레소").await;
        cafe.later(61);
        see("expired", card.link(), "결제 시간이 지났습니다").await;
        see("not-found", "/pay/nothing", "주문을 찾을 수 없습니다").await;
        see("not-on-the-menu", "/payment?item_name=녹차", "메뉴에 없는 상품입니다").await;
    })
    .await;
}

#[tokio::test]
async fn the_choice_of_a_gateway() {
    story_with(&[("GATEWAYS", "kakaopay,tosspayments,portone")], async |cafe| {
        cafe.joins("mina", MINA).await;
        let browser = cafe.browser().await;
        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await;
        browser.goes(card.link()).await;
        browser.sees("h1", "어떻게 결제하시겠어요?").await;
        looks_at(&browser, "choice").await;
        let low =
            "return [...document.querySelectorAll('nav a')].filter((way) => way.offsetHeight < 44).length";
        assert_eq!(browser.runs(low, json!([])).await, 0, "a way to pay is hard to hit");
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
    })
    .await;
}

#[tokio::test]
async fn the_page_that_opens_a_window() {
    let nowhere = ("PORTONE_V2_SCRIPT_URL", "http://127.0.0.1:9/browser-sdk.js");
    story_with(&[("GATEWAYS", "portone"), nowhere], async |cafe| {
        cafe.joins("mina", MINA).await;
        let browser = cafe.browser().await;
        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await;
        browser.goes(card.link()).await;
        browser.finds("//p[@data-when='unopened' and not(@hidden)]").await;
        looks_at(&browser, "window-unopened").await;
        let low = "return [...document.querySelectorAll('nav a, nav button')].filter((way) => way.offsetHeight < 44).length";
        assert_eq!(browser.runs(low, json!([])).await, 0, "what is to be pressed is hard to hit");
        browser.presses("결제하지 않기").await;
        browser.sees("h1", "결제를 취소했습니다").await;
    })
    .await;
}

/// Orders of every kind, for the owner's pages. Gives one that is in doubt, and one that was partly refunded.
async fn orders_of_every_kind(cafe: &Cafe) -> (String, String) {
    cafe.joins("mina", MINA).await;
    let paid = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
    let back = cafe.opens_and_pays(paid.link()).await;
    cafe.returns(&back).await;
    cafe.refunds(paid.order(), Some(1_100), "r1").await;
    let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await;
    let page = cafe.opens_link(card.link()).await;
    let back = cafe.cancels(&page).await;
    cafe.returns(&back).await;
    let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await;
    cafe.opens_link(card.link()).await;
    cafe.orders("jun", JUN, 1, "핫카푸치노").await;
    let doubt = cafe.orders("mina", MINA, 3, "아이스바닐라라떼").await;
    let back = cafe.opens_and_pays(doubt.link()).await;
    cafe.kakaopay().inject(Endpoint::Approve, Fault::AnswerLost);
    cafe.kakaopay().inject(Endpoint::Order, Fault::Reset);
    cafe.returns(&back).await;
    (doubt.order().to_string(), paid.order().to_string())
}

#[tokio::test]
async fn pages_of_the_owner() {
    story(async |cafe| {
        let (doubt, refunded) = orders_of_every_kind(cafe).await;
        let browser = cafe.browser().await;
        browser.goes("/_dev/orders").await;
        browser.sees("orders", "승인 확인 중").await;
        looks_at(&browser, "orders").await;
        browser.goes(&format!("/_dev/orders/{doubt}")).await;
        browser.sees("look", "확실하지 않습니다").await;
        looks_at(&browser, "order-in-doubt").await;
        browser.presses("지금 확인").await;
        browser.sees("told", "조회").await;
        looks_at(&browser, "order-looked-up").await;
        browser.goes(&format!("/_dev/orders/{refunded}")).await;
        browser.presses("환불하기").await;
        browser.presses("+15분").await;
        browser.sees("moved", "15분 지났습니다.").await;
        looks_at(&browser, "order-refunded").await;
        browser.presses("010-****-5678").await;
        browser.sees("sum", "원장의 합과 맞습니다").await;
        looks_at(&browser, "member").await;
        browser.goes("/_dev/orders/nothing").await;
        browser.sees("h1", "찾을 수 없습니다").await;
        looks_at(&browser, "no-such-order").await;
        browser.goes("/_dev").await;
        looks_at(&browser, "desk").await;
    })
    .await;
}

#[tokio::test]
async fn pages_of_the_fake() {
    story(async |cafe| {
        orders_of_every_kind(cafe).await;
        let browser = cafe.browser().await;
        let card = cafe.orders("jun", JUN, 1, "에스프레소").await;
        let page = cafe.opens_link(card.link()).await;
        for (name, page) in
            [("pay-on-a-phone", page.clone()), ("pay-on-a-desk", page.replace("mobile-web", "pc"))]
        {
            browser.goes(&page).await;
            browser.named("결제하기").await;
            looks_at(&browser, name).await;
        }
        browser.goes(&format!("{}/_fake/kakaopay", cafe.kakaopay_url())).await;
        looks_at(&browser, "fake-kakaopay").await;
        cafe.pays(&page).await;
        browser.goes(&page).await;
        browser.sees("h1", "이미 처리된 거래입니다").await;
        looks_at(&browser, "pay-again").await;
        // What was left in doubt would not add up.
        cafe.later(1);
        cafe.reconcile().await;
    })
    .await;
}

#[tokio::test]
async fn the_chat_window() {
    story(async |cafe| {
        let browser = cafe.browser().await;
        browser.goes("/_dev/chat").await;
        looks_at(&browser, "chat-welcome").await;
        for words in ["회원가입", "010-1111-2222", "주문하기", "아아", "2잔", "010-1111-2222"] {
            cafe.types("1", words).await;
        }
        browser.reloads().await;
        looks_at(&browser, "chat-asks").await;
        cafe.types("1", "네, 주문하겠습니다").await;
        browser.reloads().await;
        looks_at(&browser, "chat-card").await;
        browser.goes("/_dev/chat#inspector").await;
        looks_at(&browser, "chat-inspector").await;
    })
    .await;
}

#[tokio::test]
async fn every_component_of_the_chat() {
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/devserver/testdata/cards.toml");
    let cafe = Cafe::opens_with(&[], scenario.into()).await;
    let browser = cafe.browser().await;
    for (name, words) in [
        ("chat-carousel", "옆으로"),
        ("chat-list-card", "목록 카드"),
        ("chat-item-card", "표 카드"),
        ("chat-broken", "고장"),
    ] {
        cafe.types("1", words).await;
        browser.goes("/_dev/chat").await;
        looks_at(&browser, name).await;
    }
}
