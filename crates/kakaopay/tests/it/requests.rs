//! What goes over the wire, in both dialects.

use http::header::AUTHORIZATION;
use insta::assert_snapshot;
use kakaopay::approve::Approve;
use kakaopay::cancel::Cancel;
use kakaopay::order::Order;
use kakaopay::ready::{Ready, ReadyOptions};
use kakaopay::subscription::{Sid, Subscription};
use kakaopay::subscription_inactive::SubscriptionInactive;
use kakaopay::subscription_status::SubscriptionStatus;
use kakaopay::{Api, Call, CardIssuer, PaymentMethod, TEST_SUBSCRIPTION_CID};
use secrecy::SecretString;
use serde_json::Value;

use crate::{TID, account, ready, shown};

fn open(call: &impl Call) -> String {
    shown(&call.request(&account(Api::Open)).unwrap())
}

fn legacy(call: &impl Call) -> String {
    shown(&call.request(&account(Api::Legacy)).unwrap())
}

fn ready_with_everything() -> Ready {
    let custom = serde_json::json!({ "auto_close": "Y" });
    let Value::Object(custom) = custom else { unreachable!("it is an object") };
    Ready {
        options: ReadyOptions {
            item_code: Some("americano \"ice\"".to_owned()),
            vat_amount: Some(409),
            green_deposit: Some(300),
            available_cards: vec![CardIssuer::Shinhan, CardIssuer::Kb],
            payment_method_type: Some(PaymentMethod::Card),
            install_month: Some(3),
            use_share_installment: Some(true),
            custom_json: Some(custom),
        },
        ..ready()
    }
}

fn approve() -> Approve {
    Approve {
        tid: TID.to_owned(),
        partner_order_id: "o-01J9Z0".to_owned(),
        partner_user_id: "u-7f3a".to_owned(),
        pg_token: "9f0e1d2c3b4a".to_owned(),
        payload: Some("1+1 행사".to_owned()),
        total_amount: Some(4_500),
    }
}

fn cancel() -> Cancel {
    Cancel {
        tid: TID.to_owned(),
        cancel_amount: 2_800,
        cancel_tax_free_amount: 0,
        cancel_vat_amount: Some(255),
        cancel_available_amount: Some(4_500),
        payload: None,
    }
}

fn subscription() -> Subscription {
    Subscription {
        cid: Some(TEST_SUBSCRIPTION_CID.to_owned()),
        sid: Sid("S6a7f0c7c41e2b9d0001".to_owned()),
        partner_order_id: "o-01J9Z1".to_owned(),
        partner_user_id: "u-7f3a".to_owned(),
        item_name: Some("커피 구독".to_owned()),
        item_code: None,
        quantity: 1,
        total_amount: 9_900,
        tax_free_amount: 0,
        vat_amount: None,
        payload: None,
    }
}

#[test]
fn ready_says_what_is_bought_and_where_to_come_back() {
    assert_snapshot!(open(&ready()), @r#"
    POST https://open-api.kakaopay.com/online/v1/payment/ready
    authorization: SECRET_KEY [redacted]
    content-type: application/json

    {"cid":"TC0ONETIME",
    "partner_order_id":"o-01J9Z0",
    "partner_user_id":"u-7f3a",
    "item_name":"아이스 아메리카노",
    "quantity":2,
    "total_amount":4500,
    "tax_free_amount":0,
    "approval_url":"https://cafe.example/pay/o-01J9Z0/approve?a=1&b=2",
    "cancel_url":"https://cafe.example/pay/o-01J9Z0/cancel",
    "fail_url":"https://cafe.example/pay/o-01J9Z0/fail"}
    "#);
    assert_snapshot!(legacy(&ready()), @r"
    POST https://kapi.kakao.com/v1/payment/ready
    authorization: KakaoAK [redacted]
    content-type: application/x-www-form-urlencoded;charset=utf-8

    cid=TC0ONETIME
    &partner_order_id=o-01J9Z0
    &partner_user_id=u-7f3a
    &item_name=%EC%95%84%EC%9D%B4%EC%8A%A4+%EC%95%84%EB%A9%94%EB%A6%AC%EC%B9%B4%EB%85%B8
    &quantity=2
    &total_amount=4500
    &tax_free_amount=0
    &approval_url=https%3A%2F%2Fcafe.example%2Fpay%2Fo-01J9Z0%2Fapprove%3Fa%3D1%26b%3D2
    &cancel_url=https%3A%2F%2Fcafe.example%2Fpay%2Fo-01J9Z0%2Fcancel
    &fail_url=https%3A%2F%2Fcafe.example%2Fpay%2Fo-01J9Z0%2Ffail
    ");
}

#[test]
fn ready_takes_every_option() {
    assert_snapshot!(open(&ready_with_everything()), @r#"
    POST https://open-api.kakaopay.com/online/v1/payment/ready
    authorization: SECRET_KEY [redacted]
    content-type: application/json

    {"cid":"TC0ONETIME",
    "partner_order_id":"o-01J9Z0",
    "partner_user_id":"u-7f3a",
    "item_name":"아이스 아메리카노",
    "item_code":"americano \"ice\"",
    "quantity":2,
    "total_amount":4500,
    "tax_free_amount":0,
    "vat_amount":409,
    "green_deposit":300,
    "approval_url":"https://cafe.example/pay/o-01J9Z0/approve?a=1&b=2",
    "cancel_url":"https://cafe.example/pay/o-01J9Z0/cancel",
    "fail_url":"https://cafe.example/pay/o-01J9Z0/fail",
    "available_cards":["SHINHAN",
    "KB"],
    "payment_method_type":"CARD",
    "install_month":3,
    "use_share_installment":"Y",
    "custom_json":{"auto_close":"Y"}}
    "#);
    assert_snapshot!(legacy(&ready_with_everything()), @r"
    POST https://kapi.kakao.com/v1/payment/ready
    authorization: KakaoAK [redacted]
    content-type: application/x-www-form-urlencoded;charset=utf-8

    cid=TC0ONETIME
    &partner_order_id=o-01J9Z0
    &partner_user_id=u-7f3a
    &item_name=%EC%95%84%EC%9D%B4%EC%8A%A4+%EC%95%84%EB%A9%94%EB%A6%AC%EC%B9%B4%EB%85%B8
    &item_code=americano+%22ice%22
    &quantity=2
    &total_amount=4500
    &tax_free_amount=0
    &vat_amount=409
    &green_deposit=300
    &approval_url=https%3A%2F%2Fcafe.example%2Fpay%2Fo-01J9Z0%2Fapprove%3Fa%3D1%26b%3D2
    &cancel_url=https%3A%2F%2Fcafe.example%2Fpay%2Fo-01J9Z0%2Fcancel
    &fail_url=https%3A%2F%2Fcafe.example%2Fpay%2Fo-01J9Z0%2Ffail
    &available_cards=%5B%22SHINHAN%22%2C%22KB%22%5D
    &payment_method_type=CARD
    &install_month=3
    &use_share_installment=Y
    &custom_json=%7B%22auto_close%22%3A%22Y%22%7D
    ");
}

#[test]
fn approve_hands_the_token_back() {
    assert_snapshot!(open(&approve()), @r#"
    POST https://open-api.kakaopay.com/online/v1/payment/approve
    authorization: SECRET_KEY [redacted]
    content-type: application/json

    {"cid":"TC0ONETIME",
    "tid":"T6a7f0c2be19d4835af0",
    "partner_order_id":"o-01J9Z0",
    "partner_user_id":"u-7f3a",
    "pg_token":"9f0e1d2c3b4a",
    "payload":"1+1 행사",
    "total_amount":4500}
    "#);
    assert_snapshot!(legacy(&approve()), @r"
    POST https://kapi.kakao.com/v1/payment/approve
    authorization: KakaoAK [redacted]
    content-type: application/x-www-form-urlencoded;charset=utf-8

    cid=TC0ONETIME
    &tid=T6a7f0c2be19d4835af0
    &partner_order_id=o-01J9Z0
    &partner_user_id=u-7f3a
    &pg_token=9f0e1d2c3b4a
    &payload=1%2B1+%ED%96%89%EC%82%AC
    &total_amount=4500
    ");
}

#[test]
fn what_is_optional_may_be_left_out() {
    let approve = Approve { payload: None, total_amount: None, ..approve() };
    assert_snapshot!(open(&approve), @r#"
    POST https://open-api.kakaopay.com/online/v1/payment/approve
    authorization: SECRET_KEY [redacted]
    content-type: application/json

    {"cid":"TC0ONETIME",
    "tid":"T6a7f0c2be19d4835af0",
    "partner_order_id":"o-01J9Z0",
    "partner_user_id":"u-7f3a",
    "pg_token":"9f0e1d2c3b4a"}
    "#);
    let cancel = Cancel { cancel_vat_amount: None, cancel_available_amount: None, ..cancel() };
    assert_snapshot!(legacy(&cancel), @r"
    POST https://kapi.kakao.com/v1/payment/cancel
    authorization: KakaoAK [redacted]
    content-type: application/x-www-form-urlencoded;charset=utf-8

    cid=TC0ONETIME
    &tid=T6a7f0c2be19d4835af0
    &cancel_amount=2800
    &cancel_tax_free_amount=0
    ");
}

#[test]
fn order_asks_by_tid() {
    let order = Order { tid: TID.to_owned() };
    assert_snapshot!(open(&order), @r#"
    POST https://open-api.kakaopay.com/online/v1/payment/order
    authorization: SECRET_KEY [redacted]
    content-type: application/json

    {"cid":"TC0ONETIME",
    "tid":"T6a7f0c2be19d4835af0"}
    "#);
    assert_snapshot!(legacy(&order), @r"
    POST https://kapi.kakao.com/v1/payment/order
    authorization: KakaoAK [redacted]
    content-type: application/x-www-form-urlencoded;charset=utf-8

    cid=TC0ONETIME
    &tid=T6a7f0c2be19d4835af0
    ");
}

#[test]
fn cancel_says_how_much_should_be_left() {
    assert_snapshot!(open(&cancel()), @r#"
    POST https://open-api.kakaopay.com/online/v1/payment/cancel
    authorization: SECRET_KEY [redacted]
    content-type: application/json

    {"cid":"TC0ONETIME",
    "tid":"T6a7f0c2be19d4835af0",
    "cancel_amount":2800,
    "cancel_tax_free_amount":0,
    "cancel_vat_amount":255,
    "cancel_available_amount":4500}
    "#);
    assert_snapshot!(legacy(&cancel()), @r"
    POST https://kapi.kakao.com/v1/payment/cancel
    authorization: KakaoAK [redacted]
    content-type: application/x-www-form-urlencoded;charset=utf-8

    cid=TC0ONETIME
    &tid=T6a7f0c2be19d4835af0
    &cancel_amount=2800
    &cancel_tax_free_amount=0
    &cancel_vat_amount=255
    &cancel_available_amount=4500
    ");
}

#[test]
fn subscription_charges_by_sid() {
    assert_snapshot!(open(&subscription()), @r#"
    POST https://open-api.kakaopay.com/online/v1/payment/subscription
    authorization: SECRET_KEY [redacted]
    content-type: application/json

    {"cid":"TCSUBSCRIP",
    "sid":"S6a7f0c7c41e2b9d0001",
    "partner_order_id":"o-01J9Z1",
    "partner_user_id":"u-7f3a",
    "item_name":"커피 구독",
    "quantity":1,
    "total_amount":9900,
    "tax_free_amount":0}
    "#);
    assert_snapshot!(legacy(&subscription()), @r"
    POST https://kapi.kakao.com/v1/payment/subscription
    authorization: KakaoAK [redacted]
    content-type: application/x-www-form-urlencoded;charset=utf-8

    cid=TCSUBSCRIP
    &sid=S6a7f0c7c41e2b9d0001
    &partner_order_id=o-01J9Z1
    &partner_user_id=u-7f3a
    &item_name=%EC%BB%A4%ED%94%BC+%EA%B5%AC%EB%8F%85
    &quantity=1
    &total_amount=9900
    &tax_free_amount=0
    ");
}

#[test]
fn subscription_inactive_ends_it() {
    let end = SubscriptionInactive { cid: None, sid: subscription().sid };
    assert_snapshot!(open(&end), @r#"
    POST https://open-api.kakaopay.com/online/v1/payment/manage/subscription/inactive
    authorization: SECRET_KEY [redacted]
    content-type: application/json

    {"cid":"TC0ONETIME",
    "sid":"S6a7f0c7c41e2b9d0001"}
    "#);
    assert_snapshot!(legacy(&end), @r"
    POST https://kapi.kakao.com/v1/payment/manage/subscription/inactive
    authorization: KakaoAK [redacted]
    content-type: application/x-www-form-urlencoded;charset=utf-8

    cid=TC0ONETIME
    &sid=S6a7f0c7c41e2b9d0001
    ");
}

#[test]
fn subscription_status_asks_about_it() {
    let status = SubscriptionStatus { cid: subscription().cid, sid: subscription().sid };
    assert_snapshot!(open(&status), @r#"
    POST https://open-api.kakaopay.com/online/v1/payment/manage/subscription/status
    authorization: SECRET_KEY [redacted]
    content-type: application/json

    {"cid":"TCSUBSCRIP",
    "sid":"S6a7f0c7c41e2b9d0001"}
    "#);
    assert_snapshot!(legacy(&status), @r"
    POST https://kapi.kakao.com/v1/payment/manage/subscription/status
    authorization: KakaoAK [redacted]
    content-type: application/x-www-form-urlencoded;charset=utf-8

    cid=TCSUBSCRIP
    &sid=S6a7f0c7c41e2b9d0001
    ");
}

#[test]
fn the_merchant_codes_secret_goes_with_that_code_only() {
    let secret = SecretString::from("0a1b2c3d4e5f6a7b8c9d0e1f");
    let account = account(Api::Open).with_cid_secret(&secret).unwrap();
    let order = Order { tid: TID.to_owned() };
    assert_snapshot!(shown(&order.request(&account).unwrap()), @r#"
    POST https://open-api.kakaopay.com/online/v1/payment/order
    authorization: SECRET_KEY [redacted]
    content-type: application/json

    {"cid":"TC0ONETIME",
    "cid_secret":"0a1b2c3d4e5f6a7b8c9d0e1f",
    "tid":"T6a7f0c2be19d4835af0"}
    "#);
    let of_account = SubscriptionStatus { cid: Some(account.cid().to_owned()), sid: subscription().sid };
    assert!(shown(&of_account.request(&account).unwrap()).contains("cid_secret"));
    let of_another = SubscriptionStatus { cid: subscription().cid, sid: subscription().sid };
    assert!(!shown(&of_another.request(&account).unwrap()).contains("cid_secret"));
    let moved = account.with_cid(TEST_SUBSCRIPTION_CID).unwrap();
    assert!(!shown(&order.request(&moved).unwrap()).contains("cid_secret"));
}

#[test]
fn the_key_is_marked_as_a_secret() {
    for api in [Api::Open, Api::Legacy] {
        let request = ready().request(&account(api)).unwrap();
        assert!(request.headers()[AUTHORIZATION].is_sensitive());
        assert!(!format!("{request:?}").contains(crate::KEY));
    }
}

#[test]
fn debug_does_not_show_tokens() {
    let text = format!("{:?} {:?}", approve(), subscription());
    assert!(text.contains(TID) && !text.contains("9f0e1d2c3b4a") && !text.contains("S6a7f0c7"), "{text}");
}
