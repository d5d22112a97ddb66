//! What a browser brings back.

use tosspayments::Meaning;
use tosspayments::redirect::{BadRedirect, Failed, Success};

#[test]
fn a_success_names_key_order_and_amount() {
    let success =
        Success::read("paymentType=NORMAL&orderId=o-01J9Z0&paymentKey=k%2F1&amount=4500&a=b").unwrap();
    assert_eq!(success.payment_key, "k/1");
    assert_eq!((success.order_id.as_str(), success.amount), ("o-01J9Z0", 4_500));
    let text = format!("{success:?}");
    assert!(text.contains("o-01J9Z0") && !text.contains("k/1"), "{text}");
}

#[test]
fn what_is_missing_or_no_amount_is_refused() {
    for query in [
        "",
        "orderId=o-01J9Z0&amount=4500",
        "paymentKey=k1&amount=4500",
        "paymentKey=k1&orderId=o-01J9Z0",
        "paymentKey=&orderId=o-01J9Z0&amount=4500",
        "paymentKey=k1&orderId=o-01J9Z0&amount=4,500",
        "paymentKey=k1&orderId=o-01J9Z0&amount=-1",
        "paymentKey=k1&orderId=o-01J9Z0&amount=%2B1",
        "paymentKey=k1&orderId=o-01J9Z0&amount=4294967296",
    ] {
        assert_eq!(Success::read(query), Err(BadRedirect), "{query}");
    }
}

#[test]
fn a_failure_says_why_as_far_as_it_is_a_code() {
    let cancelled = Failed::read("code=PAY_PROCESS_CANCELED&message=%EC%B7%A8%EC%86%8C");
    assert_eq!((cancelled.code.unwrap().meaning(), cancelled.order_id), (Meaning::PayerCancelled, None));
    let rejected = Failed::read("code=REJECT_CARD_COMPANY&message=no&orderId=o-01J9Z0");
    assert_eq!(rejected.order_id.as_deref(), Some("o-01J9Z0"));
    let typed = Failed::read("code=%3Cscript%3E");
    assert_eq!(typed, Failed { code: None, order_id: None });
}
