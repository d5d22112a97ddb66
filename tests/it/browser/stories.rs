//! Whole stories in the chat window, clicked, typed and tabbed through.

use reqwest::StatusCode;

use super::driver::{Browser, ENTER};
use crate::cafe::{Cafe, KAKAOTALK, story, story_with};

/// The number that the window's first customer is offered.
const MINA: &str = "010-1111-2222";

/// Opens the chat and joins.
async fn joins(browser: &Browser<'_>) {
    browser.goes("/_dev/chat").await;
    browser.sees("log", "한모금카페입니다.").await;
    taps(browser, "회원가입").await;
    taps(browser, MINA).await;
    browser.sees("log", "가입 선물로 100P를 드렸습니다.").await;
}

/// Types something into the chat, and waits for the bot's answer.
async fn says(browser: &Browser<'_>, words: &str) {
    let field = browser.finds("//*[@id='text']").await;
    browser.clicks(&field).await;
    says_by_keyboard(browser, words).await;
}

/// The same where the field has the focus already.
async fn says_by_keyboard(browser: &Browser<'_>, words: &str) {
    browser.types(words).await;
    browser.types(ENTER).await;
    is_answered(browser, words).await;
}

/// Taps a button of a card or a quick reply, and waits for the bot's answer.
async fn taps(browser: &Browser<'_>, label: &str) {
    browser.presses(label).await;
    is_answered(browser, label).await;
}

/// Waits until what the bot said last is an answer to these words.
async fn is_answered(browser: &Browser<'_>, words: &str) {
    let said = format!("preceding-sibling::li[1][contains(., '{words}')]");
    browser.finds(&format!("//*[@id='log']/li[last()][@class='bot']/{said}")).await;
}

/// Orders in the chat, up to the card with the link or the question that comes before it.
async fn orders(browser: &Browser<'_>, words: &str, how: &str) {
    says(browser, words).await;
    taps(browser, MINA).await;
    taps(browser, how).await;
}

/// Looks the points up in the chat.
async fn has(browser: &Browser<'_>, points: &str) {
    taps(browser, "포인트 조회").await;
    taps(browser, MINA).await;
    browser.sees("log", &format!("010-****-2222님의 포인트는 {points}입니다.")).await;
}

/// Follows the card's button to the gateway's page, in a tab of its own. Gives the window of the chat.
async fn to_the_gateway(browser: &Browser<'_>) -> String {
    let button = browser.named("결제하기").await;
    let chat = browser.follows_to_tabs(1, browser.clicks(&button)).await;
    browser.sees("main", "결제 기한").await;
    chat
}

#[tokio::test]
async fn a_customer_pays_the_full_price_and_reloads_and_goes_back() {
    story(async |cafe| {
        let browser = cafe.browser().await;
        joins(&browser).await;
        orders(&browser, "아아 2잔 주문할게요", "네, 주문하겠습니다").await;
        browser.sees("log", "결제하시면 440P가 적립됩니다.").await;
        let chat = to_the_gateway(&browser).await;
        browser.presses("결제하기").await;
        let receipt = browser.sees("main", "결제가 완료되었습니다").await;
        let read = browser.text(&receipt).await;
        for line in ["4,400원", "4,000원", "400원", "440P"] {
            assert!(read.contains(line), "{line} in {read}");
        }
        let calls = cafe.calls();
        for _ in 0..2 {
            browser.reloads().await;
            let again = browser.sees("main", "결제가 완료되었습니다").await;
            assert_eq!(browser.text(&again).await, read);
        }
        // The browser shows the gateway's page as it was; to press its button again changes nothing.
        let address = browser.address().await;
        browser.goes_back().await;
        browser.presses("결제하기").await;
        browser.sees("main", "이미 처리된 거래입니다").await;
        browser.goes(&address).await;
        browser.sees("main", "결제가 완료되었습니다").await;
        assert_eq!(cafe.calls(), calls);
        browser.switches(&chat).await;
        has(&browser, "540P").await;
    })
    .await;
}

#[tokio::test]
async fn a_customer_pays_partly_with_points() {
    story(async |cafe| {
        let browser = cafe.browser().await;
        joins(&browser).await;
        orders(&browser, "에스프레소 한 잔 주문할게요", "포인트로 결제하기").await;
        taps(&browser, "100P").await;
        browser.sees("log", "100P 사용, 1,400원 결제").await;
        let chat = to_the_gateway(&browser).await;
        browser.presses("결제하기").await;
        let receipt = browser.sees("main", "결제가 완료되었습니다").await;
        assert!(browser.text(&receipt).await.contains("1,400원"));
        browser.switches(&chat).await;
        has(&browser, "0P").await;
    })
    .await;
}

#[tokio::test]
async fn a_customer_chooses_where_to_pay_and_reads_it_on_the_receipt() {
    story_with(&[("GATEWAYS", "kakaopay,tosspayments,portone")], async |cafe| {
        let browser = cafe.browser().await;
        joins(&browser).await;
        for (way, paid_with, points) in
            [("토스페이먼츠", "토스페이먼츠 카드", "540P"), ("카드", "카드", "980P")]
        {
            orders(&browser, "아아 2잔 주문할게요", "네, 주문하겠습니다").await;
            browser.sees("log", "결제하시면 440P가 적립됩니다.").await;
            let button = browser.named("결제하기").await;
            let chat = browser.follows_to_tabs(1, browser.clicks(&button)).await;
            let choice = browser.sees("main", "어떻게 결제하시겠어요?").await;
            assert!(browser.text(&choice).await.contains("4,400원"));
            browser.presses(way).await;
            browser.within_frame(browser.presses("카드로 결제하기")).await;
            let receipt = browser.sees("main", "결제가 완료되었습니다").await;
            let read = browser.text(&receipt).await;
            assert!(read.contains(paid_with) && read.contains("440P"), "{read}");
            browser.switches(&chat).await;
            has(&browser, points).await;
        }
        assert!(cafe.kakaopay().payments().is_empty());
        assert_eq!((cafe.tosspayments().payments().len(), cafe.portone().payments().len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn points_that_cover_everything_need_no_gateway() {
    story(async |cafe| {
        let browser = cafe.browser().await;
        joins(&browser).await;
        // Enough points first.
        orders(&browser, "아아 20잔 주문할게요", "네, 주문하겠습니다").await;
        let chat = to_the_gateway(&browser).await;
        browser.presses("결제하기").await;
        browser.sees("main", "결제가 완료되었습니다").await;
        browser.switches(&chat).await;
        let calls = cafe.calls();
        orders(&browser, "에스프레소 한 잔 주문할게요", "포인트로 결제하기").await;
        says(&browser, "1500").await;
        browser.sees("log", "1,500P 사용").await;
        let button = browser.named("포인트로 결제하기").await;
        browser.follows_to_tabs(1, browser.clicks(&button)).await;
        browser.sees("main", "결제가 완료되었습니다").await;
        assert_eq!(cafe.calls(), calls);
        browser.switches(&chat).await;
        has(&browser, "3,000P").await;
    })
    .await;
}

#[tokio::test]
async fn cancelled_failed_and_expired_payments_give_the_points_back() {
    story(async |cafe| {
        let browser = cafe.browser().await;
        joins(&browser).await;
        let chat = browser.windows().await.pop().unwrap();
        for (button, told) in [
            ("취소", "결제를 취소했습니다"),
            ("실패", "결제하지 못했습니다"),
            ("시간 초과", "결제하지 못했습니다"),
        ] {
            browser.switches(&chat).await;
            orders(&browser, "에스프레소 한 잔 주문할게요", "포인트로 결제하기").await;
            taps(&browser, "100P").await;
            browser.sees("log", "100P 사용, 1,400원 결제").await;
            to_the_gateway(&browser).await;
            browser.presses(button).await;
            browser.sees("main", told).await;
        }
        browser.switches(&chat).await;
        has(&browser, "100P").await;
    })
    .await;
}

#[tokio::test]
async fn nobody_comes_back_and_the_owner_moves_the_clock() {
    story(async |cafe| {
        let browser = cafe.browser().await;
        joins(&browser).await;
        orders(&browser, "에스프레소 한 잔 주문할게요", "포인트로 결제하기").await;
        taps(&browser, "100P").await;
        browser.sees("log", "100P 사용, 1,400원 결제").await;
        to_the_gateway(&browser).await;
        let late = browser.address().await;
        browser.goes("/_dev/orders").await;
        browser.sees("orders", "결제 대기").await;
        browser.presses("+15분").await;
        browser.sees("moved", "reconcile이 할 일은 없었습니다.").await;
        browser.presses("+1분").await;
        browser.sees("moved", "닫음 1건. 잡아 둔 포인트 100P → 0P.").await;
        browser.sees("orders", "만료됨").await;
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
        browser.goes(&late).await;
        browser.sees("h1", "결제 시간이 지났습니다").await;
    })
    .await;
}

#[tokio::test]
async fn pressed_twice_is_paid_once() {
    story(async |cafe| {
        let browser = cafe.browser().await;
        joins(&browser).await;
        orders(&browser, "아아 2잔 주문할게요", "네, 주문하겠습니다").await;
        let button = browser.named("결제하기").await;
        browser.follows_to_tabs(2, browser.double_clicks(&button)).await;
        let pay = browser.named("결제하기").await;
        browser.double_clicks(&pay).await;
        browser.sees("main", "결제가 완료되었습니다").await;
        let payments = cafe.kakaopay().payments();
        assert_eq!(payments.len(), 1);
        assert_eq!((payments[0].collected, payments[0].approvals), (4_400, 1));
    })
    .await;
}

#[tokio::test]
async fn a_keyboard_is_enough() {
    story(async |cafe| {
        let browser = cafe.browser().await;
        browser.goes("/_dev/chat").await;
        browser.sees("log", "한모금카페입니다.").await;
        for words in ["회원가입", MINA, "아아 2잔 주문할게요", MINA] {
            says_by_keyboard(&browser, words).await;
        }
        browser.tabs_to("네, 주문하겠습니다").await;
        browser.types(ENTER).await;
        browser.sees("log", "결제하시면 440P가 적립됩니다.").await;
        browser.tabs_to("결제하기").await;
        browser.follows_to_tabs(1, browser.types(ENTER)).await;
        browser.sees("main", "결제 기한").await;
        browser.tabs_to("결제하기").await;
        browser.types(ENTER).await;
        browser.sees("main", "결제가 완료되었습니다").await;
    })
    .await;
}

#[tokio::test]
async fn bad_input_is_shown_as_text_and_answered_politely() {
    story(async |cafe: &Cafe| {
        let browser = cafe.browser().await;
        browser.goes("/_dev/chat").await;
        let long = "가".repeat(2_000);
        for words in ["<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">", &long, "-3"] {
            let field = "const f = document.getElementById('text'); f.value = arguments[0]; f.focus()";
            browser.runs(field, serde_json::json!([words])).await;
            browser.types(ENTER).await;
            let last = browser.finds("//*[@id='log']/li[last()][@class='bot' and starts-with(@id, 'answer-')][contains(., '잘 알아듣지 못했습니다.')]").await;
            let said = "return document.querySelector('#log .you:nth-last-child(2) .bubble').lastChild.textContent";
            assert_eq!(browser.runs(said, serde_json::json!([])).await, words);
            assert!(!browser.text(&last).await.contains(words));
        }
        assert_ne!(browser.runs("return document.title", serde_json::json!([])).await, "taken");
        assert_eq!(cafe.requests_page(reqwest::Method::GET, "/_dev/chat", KAKAOTALK).await.status, StatusCode::OK);
    })
    .await;
}
