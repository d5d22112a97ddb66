//! The windows that our page opens with a gateway's script: paid in, closed, left, and not there at all.

use super::driver::Browser;
use crate::cafe::{Bubble, Cafe, KAKAOTALK, story_with};

/// Each gateway whose window a script opens, by its name in the settings.
const EACH: [(&str, &str); 3] = [("portone", "v2"), ("portone", "v1"), ("tosspayments", "v2")];

const PAY: &str = "카드로 결제하기";

/// In a cafe that takes one gateway alone, for each.
async fn with_each(tell: impl AsyncFn(&Cafe, &Browser<'_>)) {
    for (gateway, api) in EACH {
        story_with(&[("GATEWAYS", gateway), ("PORTONE_API", api)], async |cafe| {
            let browser = cafe.browser().await;
            tell(cafe, &browser).await;
        })
        .await;
    }
}

async fn orders(cafe: &Cafe) -> Bubble {
    cafe.orders("jun", crate::cafe::JUN, 2, "아이스아메리카노").await
}

/// Waits for the receipt, and sees that what was to be paid was collected, once.
async fn has_paid(cafe: &Cafe, browser: &Browser<'_>, card: &Bubble) {
    let receipt = browser.sees("main", "결제가 완료되었습니다").await;
    let read = browser.text(&receipt).await;
    assert!(read.contains("4,400원"), "{read}");
    assert_eq!(cafe.collected(card.order()), 4_400);
}

#[tokio::test]
async fn on_a_computer_it_is_paid_in_a_frame_of_our_page() {
    with_each(async |cafe, browser| {
        let card = orders(cafe).await;
        browser.goes(card.link()).await;
        assert!(browser.address().await.ends_with("/window"));
        browser.within_frame(browser.presses(PAY)).await;
        has_paid(cafe, browser, &card).await;
        browser.goes(&format!("/pay/{}/window", card.order())).await;
        has_paid(cafe, browser, &card).await;
    })
    .await;
}

#[tokio::test]
async fn on_a_phone_it_is_paid_on_the_gateway_s_own_page() {
    with_each(async |cafe, browser| {
        browser.sized(360, false).await;
        browser.is_called(KAKAOTALK).await;
        let card = orders(cafe).await;
        browser.goes(card.link()).await;
        browser.presses(PAY).await;
        has_paid(cafe, browser, &card).await;
    })
    .await;
}

#[tokio::test]
async fn a_window_that_was_closed_is_opened_again_or_given_up() {
    with_each(async |cafe, browser| {
        let card = orders(cafe).await;
        browser.goes(card.link()).await;
        browser.within_frame(browser.presses("취소")).await;
        let told = browser.finds("//p[@data-when='closed' and not(@hidden)]").await;
        assert!(browser.text(&told).await.contains("결제창이 닫혔습니다."));
        browser.presses("다시 시도").await;
        browser.within_frame(browser.presses(PAY)).await;
        has_paid(cafe, browser, &card).await;

        let card = orders(cafe).await;
        browser.goes(card.link()).await;
        browser.within_frame(browser.presses("취소")).await;
        browser.presses("결제하지 않기").await;
        browser.sees("main", "결제를 취소했습니다").await;
        assert_eq!(cafe.collected(card.order()), 0);
        browser.goes(&format!("/pay/{}/window", card.order())).await;
        browser.sees("main", "결제를 취소했습니다").await;
    })
    .await;
}

#[tokio::test]
async fn a_sum_that_somebody_changes_in_their_browser_is_not_what_is_paid() {
    story_with(&[("GATEWAYS", "portone")], async |cafe| {
        let browser = cafe.browser().await;
        let card = orders(cafe).await;
        let window = cafe.window_of(&cafe.opens_link(card.link()).await).await;
        let cheaper = window.replace("totalAmount=4400", "totalAmount=44");
        assert_ne!(cheaper, window);
        browser.goes(&cheaper).await;
        browser.presses(PAY).await;
        browser.sees("main", "결제하지 못했습니다").await;
        assert_eq!(cafe.collected(card.order()), 0);
    })
    .await;
}

#[tokio::test]
async fn a_script_that_cannot_be_loaded_is_said_and_can_be_tried_again() {
    let nowhere = ("PORTONE_V2_SCRIPT_URL", "http://127.0.0.1:9/browser-sdk.js");
    story_with(&[("GATEWAYS", "portone"), nowhere], async |cafe| {
        let browser = cafe.browser().await;
        let card = orders(cafe).await;
        browser.goes(card.link()).await;
        for _ in 0..2 {
            let told = browser.finds("//p[@data-when='unopened' and not(@hidden)]").await;
            assert!(browser.text(&told).await.contains("결제창을 열지 못했습니다."));
            browser.presses("다시 시도").await;
        }
        browser.finds("//p[@data-when='unopened' and not(@hidden)]").await;
        // Nor is anything opened for who only goes back to the page: it asks first.
        browser.goes("/_dev").await;
        browser.goes_back().await;
        browser.finds("//p[@data-when='left' and not(@hidden)]").await;
        browser.presses("결제하지 않기").await;
        browser.sees("main", "결제를 취소했습니다").await;
        assert_eq!(cafe.collected(card.order()), 0);
    })
    .await;
}
