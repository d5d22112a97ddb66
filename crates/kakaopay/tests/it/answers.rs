//! What KakaoPay agrees with, as documented and as it has been seen.

use jiff::civil::date;
use kakaopay::approve::Approve;
use kakaopay::cancel::Cancel;
use kakaopay::order::{Action, Order};
use kakaopay::ready::Ready;
use kakaopay::subscription::{Sid, Subscription};
use kakaopay::subscription_inactive::SubscriptionInactive;
use kakaopay::subscription_status::{SidStatus, SubscriptionStatus};
use kakaopay::{Amount, BadAnswer, Call, Error, PaymentMethod, Progress, Status};
use serde_json::{Value, json};

use crate::{TID, answer, response};

const READY: &str = include_str!("../../testdata/ready.json");
const APPROVE_MONEY: &str = include_str!("../../testdata/approve_money.json");
const APPROVE_CARD: &str = include_str!("../../testdata/approve_card.json");
const APPROVE_LEGACY: &str = include_str!("../../testdata/approve_legacy.json");
const APPROVE_SEQUENTIAL: &str = include_str!("../../testdata/approve_sequential.json");
const ORDER_READY: &str = include_str!("../../testdata/order_ready.json");
const ORDER_PART_CANCELLED: &str = include_str!("../../testdata/order_part_cancelled.json");
const CANCEL: &str = include_str!("../../testdata/cancel.json");
const SUBSCRIPTION_INACTIVE: &str = include_str!("../../testdata/subscription_inactive.json");
const SUBSCRIPTION_STATUS: &str = include_str!("../../testdata/subscription_status.json");

/// All taxed, and paid without points.
fn taxed(total: u32, vat: u32) -> Amount {
    Amount { total, tax_free: 0, vat, point: 0, discount: 0, green_deposit: 0 }
}

/// Reads a sample in which one field (a JSON pointer) was replaced.
fn read_with<C: Call>(sample: &str, pointer: &str, value: Value) -> Result<C::Answer, Error> {
    let mut body: Value = serde_json::from_str(sample).unwrap();
    *body.pointer_mut(pointer).unwrap() = value;
    C::answer(&response(200, body.to_string()))
}

fn read_without<C: Call>(sample: &str, field: &str) -> Result<C::Answer, Error> {
    let mut body: Value = serde_json::from_str(sample).unwrap();
    body.as_object_mut().unwrap().remove(field).unwrap();
    C::answer(&response(200, body.to_string()))
}

fn wrong_field<T>(result: Result<T, Error>) -> Option<&'static str> {
    let Error::Unreadable { http_status, source: BadAnswer::Field(field) } = result.err()? else {
        panic!("no field of it is wrong")
    };
    assert_eq!(http_status, 200);
    Some(field)
}

#[test]
fn ready_names_three_pages() {
    let prepared = answer::<Ready>(READY);
    assert_eq!(prepared.tid, TID);
    let page = |way| format!("https://pay.example/mockup/bridge/{way}/pg/one-time/payment/3f9a0c51");
    assert_eq!(prepared.next_redirect_app_url.as_str(), page("mobile-app"));
    assert_eq!(prepared.next_redirect_mobile_url.as_str(), page("mobile-web"));
    assert_eq!(prepared.next_redirect_pc_url.as_str(), page("pc"));
    let scheme = "kakaotalk://kakaopay/pg?url=https://pay.example/pay/mockup/3f9a0c51";
    assert_eq!(prepared.android_app_scheme.as_deref(), Some(scheme));
    assert_eq!(prepared.ios_app_scheme.as_deref(), Some(scheme));
    assert_eq!(prepared.created_at, Some(date(2026, 11, 21).at(10, 0, 0, 0)));
}

#[test]
fn a_page_is_a_web_page() {
    for page in [json!("javascript:alert(1)"), json!("kakaotalk://pay"), json!("/pay"), json!(""), json!(7)] {
        let read = read_with::<Ready>(READY, "/next_redirect_mobile_url", page);
        assert_eq!(wrong_field(read), Some("next_redirect_mobile_url"));
    }
    read_with::<Ready>(READY, "/next_redirect_mobile_url", json!("http://127.0.0.1:3001/m/1")).unwrap();
}

#[test]
fn debug_does_not_show_the_pages() {
    let text = format!("{:?}", answer::<Ready>(READY));
    assert!(text.contains(TID) && !text.contains("3f9a0c51"), "{text}");
}

#[test]
fn approve_says_what_was_collected() {
    let approved = answer::<Approve>(APPROVE_MONEY);
    assert_eq!(approved.aid.as_deref(), Some("A6a7f0c7c41e2b9d0837"));
    assert_eq!((approved.tid.as_str(), approved.cid.as_str()), (TID, "TC0ONETIME"));
    assert_eq!(
        (approved.partner_order_id.as_str(), approved.partner_user_id.as_str()),
        ("o-01J9Z0", "u-7f3a")
    );
    assert_eq!(approved.payment_method_type, Some(PaymentMethod::Money));
    assert_eq!(approved.amount, Amount { point: 500, ..taxed(4_500, 409) });
    assert_eq!(approved.item_name.as_deref(), Some("아이스 아메리카노"));
    assert_eq!(approved.quantity, Some(1));
    assert_eq!(approved.created_at, Some(date(2026, 11, 21).at(10, 0, 0, 0)));
    assert_eq!(approved.approved_at, Some(date(2026, 11, 21).at(10, 1, 7, 0)));
    assert_eq!(
        (approved.sid, approved.card_info, approved.item_code, approved.payload),
        (None, None, None, None)
    );
    assert!(approved.sequential_payment_methods.is_empty());
}

#[test]
fn approve_may_come_with_a_card() {
    let approved = answer::<Approve>(APPROVE_CARD);
    let parts = Amount { tax_free: 5_000, green_deposit: 300, ..taxed(60_000, 5_000) };
    assert_eq!(approved.amount, parts);
    assert_eq!(approved.item_code.as_deref(), Some("beans-12"));
    assert_eq!(approved.payload.as_deref(), Some("table 4"));
    let card = approved.card_info.unwrap();
    let read = [
        card.kakaopay_purchase_corp.as_deref(),
        card.kakaopay_purchase_corp_code.as_deref(),
        card.kakaopay_issuer_corp.as_deref(),
        card.kakaopay_issuer_corp_code.as_deref(),
        card.bin.as_deref(),
        card.card_type.as_deref(),
        card.install_month.as_deref(),
        card.approved_id.as_deref(),
        card.card_mid.as_deref(),
        card.interest_free_install.as_deref(),
        card.installment_type.as_deref(),
        card.card_item_code.as_deref(),
        card.purchase_corp.as_deref(),
    ];
    let sent = [
        Some("가나카드"),
        Some("901"),
        Some("다라카드"),
        Some("902"),
        Some("123456"),
        Some("신용"),
        Some("03"),
        Some("00011122"),
        Some("998877665"),
        Some("Y"),
        Some("CARD_INSTALLMENT"),
        Some("800001"),
        None,
    ];
    assert_eq!(read, sent);
}

#[test]
fn the_older_card_has_names_of_its_own() {
    let approved = answer::<Approve>(APPROVE_LEGACY);
    assert_eq!(approved.amount, taxed(4_500, 409));
    let card = approved.card_info.unwrap();
    let read = [&card.purchase_corp, &card.purchase_corp_code, &card.issuer_corp, &card.issuer_corp_code];
    let sent = ["가나카드", "01", "다라카드", "02"];
    assert_eq!(read.map(Option::as_deref), sent.map(Some));
    assert_eq!(card.card_item_code, None);
}

#[test]
fn debug_shows_no_card_and_no_subscription_key() {
    let text = format!("{:?} {:?}", answer::<Approve>(APPROVE_CARD), answer::<Order>(ORDER_PART_CANCELLED));
    assert!(!text.contains("123456") && !text.contains("가나카드"), "{text}");
    let text = format!("{:?}", answer::<Approve>(APPROVE_SEQUENTIAL));
    assert!(text.contains("TCSEQUENCE") && !text.contains("S6a7f0c7"), "{text}");
}

#[test]
fn a_first_subscription_payment_brings_its_keys() {
    let approved = answer::<Approve>(APPROVE_SEQUENTIAL);
    assert_eq!(approved.sid, Some(Sid("S6a7f0c7c41e2b9d0001".to_owned())));
    let [first, second] = approved.sequential_payment_methods.as_slice() else { panic!("there are two") };
    assert_eq!((first.payment_priority, second.payment_priority), (Some(1), Some(2)));
    assert_eq!(second.sid, Some(Sid("S6a7f0c7c41e2b9d0002".to_owned())));
    assert_eq!(second.payment_method_type, Some(PaymentMethod::Card));
    assert_eq!(first.card_info, None);
    assert_eq!(second.card_info.as_ref().unwrap().bin.as_deref(), Some("123456"));
    assert_eq!(answer::<Subscription>(APPROVE_SEQUENTIAL), approved);
}

#[test]
fn an_unpaid_order_is_mostly_empty() {
    let payment = answer::<Order>(ORDER_READY);
    assert_eq!((&payment.status, payment.status.progress()), (&Status::Ready, Progress::Pending));
    assert_eq!(payment.amount, Some(taxed(4_500, 409)));
    assert_eq!((payment.canceled_amount, payment.cancel_available_amount), (None, None));
    assert_eq!((payment.payment_method_type, payment.item_code), (None, None));
    assert_eq!((payment.approved_at, payment.canceled_at), (None, None));
    assert_eq!((payment.selected_card_info, payment.payment_action_details), (None, vec![]));
}

#[test]
fn an_order_needs_no_more_than_ids_and_a_status() {
    let body =
        r#"{"tid":"T1","cid":"C1","status":"QUIT_PAYMENT","partner_order_id":"o","partner_user_id":"u"}"#;
    let payment = answer::<Order>(body);
    assert_eq!(payment.status.progress(), Progress::Failed);
    assert_eq!(payment.amount, None);
}

#[test]
fn an_order_tells_its_story() {
    let payment = answer::<Order>(ORDER_PART_CANCELLED);
    assert_eq!(payment.status.progress(), Progress::PartlyRefunded);
    assert_eq!(payment.amount, Some(taxed(9_000, 818)));
    assert_eq!(payment.canceled_amount, Some(taxed(4_500, 409)));
    assert_eq!(payment.cancel_available_amount, Some(taxed(4_500, 409)));
    assert_eq!(payment.canceled_at, Some(date(2026, 11, 21).at(10, 30, 0, 0)));
    let card = payment.selected_card_info.unwrap();
    assert_eq!((card.card_bin.as_deref(), card.install_month), (Some("123456"), Some(0)));
    assert_eq!(
        (card.installment_type.as_deref(), card.card_corp_name.as_deref()),
        (Some("NONE"), Some("가나카드"))
    );
    assert_eq!(card.interest_free_install.as_deref(), Some("N"));
    let [paid, refunded] = payment.payment_action_details.as_slice() else { panic!("there are two") };
    assert_eq!(paid.aid.as_deref(), Some("A6a7f0c7c41e2b9d0837"));
    assert_eq!((paid.amount, &paid.payment_action_type), (Some(9_000), &Some(Action::Payment)));
    assert_eq!((paid.point_amount, paid.discount_amount, paid.green_deposit), (Some(0), Some(0), Some(0)));
    assert_eq!(
        (paid.approved_at, &paid.payment_method_type, &paid.payload),
        (payment.approved_at, &payment.payment_method_type, &None)
    );
    assert_eq!((refunded.amount, &refunded.payment_action_type), (None, &Some(Action::Cancel)));
    assert_eq!((refunded.discount_amount, refunded.payload.as_deref()), (None, Some("spilled")));
}

#[test]
fn an_unknown_status_is_kept() {
    let payment = read_with::<Order>(ORDER_READY, "/status", json!("ON_THE_MOON")).unwrap();
    assert_eq!(payment.status, Status::Other("ON_THE_MOON".to_owned()));
    assert_eq!(payment.status.progress(), Progress::Unrecognised);
}

#[test]
fn cancel_says_what_is_left() {
    let cancelled = answer::<Cancel>(CANCEL);
    assert_eq!(cancelled.status, Status::PartCancelPayment);
    assert_eq!(cancelled.aid.as_deref(), Some("A6a7f0c7c41e2b9d0838"));
    assert_eq!((cancelled.tid.as_str(), cancelled.cid.as_str()), (TID, "TC0ONETIME"));
    assert_eq!(
        (cancelled.partner_order_id.as_str(), cancelled.partner_user_id.as_str()),
        ("o-01J9Z0", "u-7f3a")
    );
    assert_eq!(cancelled.amount, taxed(9_000, 818));
    assert_eq!(cancelled.approved_cancel_amount, taxed(2_800, 255));
    assert_eq!(cancelled.canceled_amount, taxed(5_600, 510));
    assert_eq!(cancelled.cancel_available_amount, taxed(3_400, 308));
    assert_eq!(cancelled.payment_method_type, Some(PaymentMethod::Money));
    assert_eq!((cancelled.item_code, cancelled.quantity), (None, Some(2)));
    assert_eq!(cancelled.canceled_at, Some(date(2026, 11, 21).at(10, 30, 0, 0)));
    assert_eq!(cancelled.payload.as_deref(), Some("spilled"));
}

#[test]
fn subscriptions_tell_whether_they_go_on() {
    let ended = answer::<SubscriptionInactive>(SUBSCRIPTION_INACTIVE);
    assert_eq!((ended.cid.as_str(), ended.status), ("TCSUBSCRIP", SidStatus::Inactive));
    assert_eq!(ended.sid, Sid("S6a7f0c7c41e2b9d0001".to_owned()));
    assert_eq!(ended.last_approved_at, Some(date(2026, 12, 21).at(9, 0, 0, 0)));
    assert_eq!(ended.inactivated_at, Some(date(2027, 1, 2).at(15, 30, 0, 0)));

    let state = answer::<SubscriptionStatus>(SUBSCRIPTION_STATUS);
    assert_eq!((state.available, state.status), (true, SidStatus::Active));
    assert_eq!(state.payment_method_type, Some(PaymentMethod::Card));
    assert_eq!((state.item_name.as_deref(), state.inactivated_at), (Some("커피 구독"), None));

    let read = |flag| read_with::<SubscriptionStatus>(SUBSCRIPTION_STATUS, "/available", flag);
    assert!(!read(json!("false")).unwrap().available);
    assert_eq!(wrong_field(read(json!("maybe"))), Some("available"));
    assert_eq!(wrong_field(read(json!(1))), Some("available"));
}

#[test]
fn numbers_may_be_written_as_texts() {
    let amount = json!({ "total": "4500", "tax_free": "0", "vat": "409", "point": "", "discount": null });
    let approved = read_with::<Approve>(APPROVE_MONEY, "/amount", amount).unwrap();
    assert_eq!(approved.amount, taxed(4_500, 409));
    assert_eq!(read_with::<Approve>(APPROVE_MONEY, "/quantity", json!("3")).unwrap().quantity, Some(3));
}

#[test]
fn an_amount_is_whole_won_or_nothing() {
    for total in [
        json!(4500.0),
        json!(4500.5),
        json!(-4500),
        json!("-4500"),
        json!("+4500"),
        json!("4,500"),
        json!("4500원"),
        json!(4_294_967_296_u64),
        json!("4294967296"),
        json!(true),
        json!(null),
        json!({}),
    ] {
        let approved = read_with::<Approve>(APPROVE_MONEY, "/amount/total", total.clone());
        assert_eq!(wrong_field(approved), Some("amount"), "{total}");
        let payment =
            read_with::<Order>(ORDER_PART_CANCELLED, "/cancel_available_amount/total", total.clone());
        assert_eq!(wrong_field(payment), Some("cancel_available_amount"), "{total}");
    }
    let points = read_with::<Approve>(APPROVE_MONEY, "/amount/point", json!("many"));
    assert_eq!(wrong_field(points), Some("amount"));
    assert_eq!(wrong_field(read_with::<Approve>(APPROVE_MONEY, "/amount", json!(4500))), Some("amount"));
    // What only describes must not keep a payment from being looked up.
    let odd = read_with::<Order>(ORDER_PART_CANCELLED, "/payment_action_details/0/amount", json!(0.5));
    assert_eq!(odd.unwrap().payment_action_details[0].amount, None);
}

#[test]
fn what_identifies_a_payment_has_to_be_there() {
    for field in ["tid", "cid", "partner_order_id", "partner_user_id", "amount"] {
        assert_eq!(wrong_field(read_without::<Approve>(APPROVE_MONEY, field)), Some(field));
        for nothing in [json!(null), json!(""), json!({}), json!([])] {
            let approved = read_with::<Approve>(APPROVE_MONEY, &format!("/{field}"), nothing);
            assert_eq!(wrong_field(approved), Some(field));
        }
    }
    for field in ["tid", "cid", "status", "partner_order_id", "partner_user_id"] {
        assert_eq!(wrong_field(read_without::<Order>(ORDER_PART_CANCELLED, field)), Some(field));
    }
    for field in ["status", "amount", "approved_cancel_amount", "canceled_amount", "cancel_available_amount"]
    {
        assert_eq!(wrong_field(read_without::<Cancel>(CANCEL, field)), Some(field));
    }
    for field in ["tid", "next_redirect_app_url", "next_redirect_mobile_url", "next_redirect_pc_url"] {
        assert_eq!(wrong_field(read_without::<Ready>(READY, field)), Some(field));
    }
    for field in ["cid", "sid", "status"] {
        let ended = read_without::<SubscriptionInactive>(SUBSCRIPTION_INACTIVE, field);
        assert_eq!(wrong_field(ended), Some(field));
        let state = read_without::<SubscriptionStatus>(SUBSCRIPTION_STATUS, field);
        assert_eq!(wrong_field(state), Some(field));
    }
}

#[test]
fn what_only_describes_never_stands_in_the_way() {
    let decides = ["tid", "cid", "status", "partner_order_id", "partner_user_id"];
    let sample: Value = serde_json::from_str(ORDER_PART_CANCELLED).unwrap();
    for field in sample.as_object().unwrap().keys().filter(|field| !decides.contains(&field.as_str())) {
        read_without::<Order>(ORDER_PART_CANCELLED, field).unwrap();
        for nothing in [json!(null), json!(""), json!({}), json!([])] {
            read_with::<Order>(ORDER_PART_CANCELLED, &format!("/{field}"), nothing).unwrap();
        }
    }
    for odd in [json!("yesterday"), json!(1_795_222_800), json!({ "year": 2026 }), json!([true])] {
        for field in ["approved_at", "item_name", "quantity", "selected_card_info", "payment_method_type"] {
            read_with::<Order>(ORDER_PART_CANCELLED, &format!("/{field}"), odd.clone()).unwrap();
        }
    }
}

#[test]
fn a_date_may_be_more_exact_than_documented() {
    let read =
        |text| read_with::<Approve>(APPROVE_MONEY, "/approved_at", json!(text)).unwrap().approved_at.unwrap();
    assert_eq!(read("2026-11-21T10:01:07.250"), date(2026, 11, 21).at(10, 1, 7, 250_000_000));
    assert_eq!(read("2026-11-21T10:01:07+09:00"), date(2026, 11, 21).at(10, 1, 7, 0));
}
