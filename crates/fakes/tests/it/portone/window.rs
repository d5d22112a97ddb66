//! The payment window: what the payer sees, what their buttons do, and where their browser ends up.

use fakes::portone::{Dialect, PayerError, Standing};
use jiff::SignedDuration;
use serde_json::json;

use super::shop::{Shop, V1_QUERY, V2_QUERY};

fn both() -> [(Dialect, &'static str, String); 2] {
    [(Dialect::V1, V1_QUERY), (Dialect::V2, V2_QUERY)]
        .map(|(dialect, query)| (dialect, query, format!("{}/pay?{query}", dialect.root())))
}

#[test]
fn the_page_says_what_is_paid_and_that_it_is_a_fake() {
    for (dialect, _, page) in both() {
        let shop = Shop::new();
        let (status, text, _) = shop.browse("GET", &page, "");
        assert_eq!(status, 200);
        for said in [
            "라떼",
            "4,400원",
            "o-1",
            "카드로 결제하기",
            "가상계좌 발급받기",
            "취소",
            "실패",
            "실제 결제가 아닙니다",
        ] {
            assert!(text.contains(said), "{said} is not on the page");
        }
        let payment = shop.fake.payment("o-1").unwrap();
        assert_eq!((payment.standing, payment.dialect), (Standing::Open, dialect));
        assert_eq!(shop.browse("GET", &page, "").0, 200, "as often as one likes");
        assert_eq!(shop.fake.payments().len(), 1);
        assert!(!text.contains("<script"), "no script is needed");
    }
}

#[test]
fn what_the_shop_says_is_escaped() {
    let shop = Shop::new();
    let page = format!("/portone/v2/pay?{}", V2_QUERY.replace("%EB%9D%BC%EB%96%BC", "%3Cb%3E%22"));
    assert!(!shop.browse("GET", &page, "").1.contains("<b>"));
}

#[test]
fn paying_sends_the_browser_back_as_each_dialect_does() {
    let [(_, _, v1), (_, _, v2)] = both();
    let shop = Shop::new();
    let (status, _, location) = shop.browse("POST", &v1, "action=pay");
    let imp_uid = shop.fake.payment("o-1").unwrap().imp_uid;
    let back = format!("https://cafe.example/back?a=b&imp_uid={imp_uid}&merchant_uid=o-1&imp_success=true");
    assert_eq!((status, location), (302, Some(back)));
    assert_eq!(shop.fake.payment("o-1").unwrap().collected, 4_400, "nobody has to approve");

    let shop = Shop::new();
    let (_, _, location) = shop.browse("POST", &v2, "action=pay");
    let tx = shop.fake.payment("o-1").unwrap().imp_uid;
    let back = format!("https://cafe.example/back?a=b&transactionType=PAYMENT&txId={tx}&paymentId=o-1");
    assert_eq!(location, Some(back));
}

#[test]
fn giving_up_and_failing_say_why() {
    for button in ["action=cancel", "action=fail"] {
        for (dialect, _, page) in both() {
            let shop = Shop::new();
            let location = shop.browse("POST", &page, button).2.unwrap();
            let says = match dialect {
                Dialect::V1 => "imp_success=false&error_code=F400&error_msg=",
                Dialect::V2 => "paymentId=o-1&code=FAILURE_TYPE_PG&message=",
            };
            assert!(location.contains(says), "{location}");
            assert_eq!(shop.fake.payment("o-1").unwrap().standing, Standing::Failed);
            assert_eq!(shop.browse("POST", &page, "action=pay").0, 302, "and another attempt may succeed");
            let payment = shop.fake.payment("o-1").unwrap();
            assert_eq!((payment.standing, shop.fake.payments().len()), (Standing::Paid, 2));
        }
    }
}

#[test]
fn a_paid_order_has_no_window_any_more() {
    for (dialect, query, page) in both() {
        let shop = Shop::new();
        shop.fake.pay(dialect, query).unwrap();
        for method in ["GET", "POST"] {
            let (status, text, location) = shop.browse(method, &page, "action=pay");
            assert_eq!((status, location), (400, None));
            assert!(text.contains("이미 처리된 결제"));
        }
        assert_eq!(shop.fake.pay(dialect, query), Err(PayerError::Finished(Standing::Paid)));
        assert_eq!(shop.fake.payments().len(), 1);
    }
}

#[test]
fn a_sum_that_was_changed_in_the_browser_is_not_paid() {
    for (dialect, query, _) in both() {
        let shop = Shop::new();
        match dialect {
            Dialect::V1 => {
                shop.v1("POST", "/payments/prepare", &json!({ "merchant_uid": "o-1", "amount": 4400 }))
            }
            Dialect::V2 => shop.v2("POST", "/payments/o-1/pre-register", &json!({ "totalAmount": 4400 })),
        };
        shop.fake.pay(dialect, &query.replace("4400", "44")).unwrap();
        let payment = shop.fake.payment("o-1").unwrap();
        assert_eq!((payment.standing, payment.collected), (Standing::Failed, 0));
        shop.fake.pay(dialect, query).unwrap();
        assert_eq!(shop.fake.payment("o-1").unwrap().collected, 4_400);
    }
}

#[test]
fn a_window_that_stood_open_too_long_fails() {
    for (_, _, page) in both() {
        let shop = Shop::new();
        shop.browse("GET", &page, "");
        shop.clock.advance(SignedDuration::from_secs(1_801));
        assert_eq!(shop.browse("POST", &page, "action=pay").0, 302);
        assert_eq!(shop.fake.payment("o-1").unwrap().standing, Standing::Failed);
    }
}

#[test]
fn a_virtual_account_is_issued_and_nothing_collected() {
    for (dialect, query, page) in both() {
        let shop = Shop::new();
        assert_eq!(shop.browse("POST", &page, "action=vbank").0, 302);
        let payment = shop.fake.payment("o-1").unwrap();
        assert_eq!((payment.standing, payment.collected), (Standing::Issued, 0));
        assert_eq!(payment.account.as_deref().map(str::len), Some(12));
        assert_eq!(shop.fake.pay(dialect, query), Err(PayerError::Finished(Standing::Issued)));
        shop.fake.expire("o-1").unwrap();
        assert_eq!(shop.fake.deposit("o-1"), Err(PayerError::TimedOut));
    }
}

#[test]
fn the_bank_may_be_late_and_a_person_may_give_back() {
    for (dialect, query, _) in both() {
        let shop = Shop::new();
        shop.fake.fail_payment(dialect, query).unwrap();
        shop.fake.capture("o-1", Some(4_399)).unwrap();
        let payment = shop.fake.payment("o-1").unwrap();
        assert_eq!((payment.standing, payment.collected), (Standing::Paid, 4_399));
        assert!(shop.fake.capture("o-1", None).is_err());
        shop.fake.give_back("o-1", 99).unwrap();
        assert_eq!(shop.fake.payment("o-1").unwrap().available(), 4_300);
        shop.fake.give_back("o-1", 1_000_000).unwrap();
        assert_eq!(shop.fake.give_back("o-1", 1), Err(PayerError::Finished(Standing::Refunded)));
        assert_eq!(shop.fake.capture("o-9", None), Err(PayerError::NoSuchPayment));
    }
}

#[test]
fn a_window_without_an_order_is_none() {
    let shop = Shop::new();
    for query in [
        "",
        "paymentId=o-1",
        "paymentId=o-1&orderName=x&totalAmount=0&redirectUrl=https%3A%2F%2Fa.example",
        "paymentId=o-1&orderName=x&totalAmount=1&redirectUrl=javascript:alert(1)",
        "paymentId=&orderName=x&totalAmount=1&redirectUrl=https%3A%2F%2Fa.example",
    ] {
        assert_eq!(shop.browse("GET", &format!("/portone/v2/pay?{query}"), "").0, 404, "{query}");
    }
    assert_eq!(shop.browse("POST", &format!("/portone/v2/pay?{V2_QUERY}"), "action=dance").0, 400);
    assert_eq!(shop.browse("GET", "/portone/v3/pay", "").0, 404);
    assert_eq!(shop.fake.payments().len(), 0);
}

#[test]
fn a_script_for_browsers_opens_each_dialect_s_window() {
    let shop = Shop::new();
    for (path, name) in
        [("/portone/v1/iamport.js", "window.IMP"), ("/portone/v2/browser-sdk.js", "window.PortOne")]
    {
        let (status, script, _) = shop.browse("GET", path, "");
        assert_eq!((status, script.contains(name)), (200, true), "{path}");
    }
    for other in ["/portone/v1/browser-sdk.js", "/portone/v2/iamport.js"] {
        assert_ne!(shop.browse("GET", other, "").0, 200, "{other}");
    }
}

#[test]
fn a_window_in_a_frame_tells_the_page_around_it_where_the_browser_would_go() {
    for (_, _, page) in both() {
        let (alone, framed) = (Shop::new(), Shop::new());
        let back = alone.browse("POST", &page, "action=pay").2.unwrap();
        let page = format!("{page}&frame=https%3A%2F%2Fshop.example");
        assert_eq!(framed.browse("GET", &page, "").0, 200);
        let (status, told, location) = framed.browse("POST", &page, "action=pay");
        assert_eq!((status, location), (200, None));
        let message = format!("parent.postMessage(\"{back}\", \"https://shop.example\")");
        assert!(told.contains(&message), "{told}");
    }
}
