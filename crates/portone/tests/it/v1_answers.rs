//! What V1 agrees with, as documented and as the payments SDK's fake server answers.

use jiff::Timestamp;
use portone::BadAnswer;
use portone::v1::cancel::CancelAll;
use portone::v1::certifications::{Carrier, GetCertification};
use portone::v1::customers::GetCustomer;
use portone::v1::payments::{FindPayments, GetPayment};
use portone::v1::receipts::{GetReceipt, ReceiptType};
use portone::v1::{Call, Error, Method, Payment, Progress, Status};
use serde_json::{Value, json};

use crate::{response, with, without};

const CARD: &str = include_str!("../../testdata/v1_payment_card.json");
const PART: &str = include_str!("../../testdata/v1_payment_part_cancelled.json");
const VBANK: &str = include_str!("../../testdata/v1_payment_vbank.json");
const PAYMENTS: &str = include_str!("../../testdata/v1_payments.json");
const CUSTOMER: &str = include_str!("../../testdata/v1_customer.json");
const RECEIPT: &str = include_str!("../../testdata/v1_receipt.json");
const CERTIFICATION: &str = include_str!("../../testdata/v1_certification.json");

fn read(body: impl Into<bytes::Bytes>) -> Result<Payment, Error> {
    GetPayment::answer(&response(200, body))
}

fn wrong_field<T>(result: Result<T, Error>) -> Option<&'static str> {
    let Error::Unreadable { source: BadAnswer::Field(field), .. } = result.err()? else {
        panic!("no field of it is wrong")
    };
    Some(field)
}

fn unix(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

#[test]
fn a_paid_card_tells_all_of_itself() {
    let payment = read(CARD).unwrap();
    assert_eq!((payment.imp_uid.as_str(), payment.merchant_uid.as_str()), ("imp_448280090638", "o-01J9Z0"));
    assert_eq!((&payment.status, payment.progress()), (&Status::Paid, Progress::Paid));
    assert_eq!((payment.amount, payment.cancel_amount, payment.currency.as_str()), (4_500, 0, "KRW"));
    assert_eq!(payment.pay_method, Some(Method::Card));
    assert_eq!((payment.started_at, payment.paid_at), (Some(unix(1_795_222_800)), Some(unix(1_795_222_867))));
    assert_eq!((payment.failed_at, payment.cancelled_at), (None, None), "0 is no time");
    let card = payment.card.unwrap();
    assert_eq!((card.card_name.as_deref(), card.card_quota), (Some("가나카드"), Some(0)));
    assert_eq!(card.apply_num.as_deref(), Some("00011122"));
    assert_eq!((payment.vbank, payment.fail_reason, payment.customer_uid), (None, None, None));
}

#[test]
fn a_part_refund_is_told_by_the_sums() {
    let payment = CancelAll::answer(&response(201, PART)).unwrap();
    assert_eq!((&payment.status, payment.progress()), (&Status::Cancelled, Progress::PartlyRefunded));
    let [cancellation] = payment.cancellations.as_slice() else { panic!("there is one") };
    assert_eq!((cancellation.amount, cancellation.cancelled_at), (Some(4_500), Some(unix(1_795_224_600))));
    assert_eq!(cancellation.cancellation_id.as_deref(), Some("imp_cancel_1"));
    assert_eq!(payment.cancel_reason.as_deref(), Some("spilled"));
}

#[test]
fn the_sums_decide_where_the_status_says_too_little() {
    for (status, cancelled, progress) in [
        ("paid", 0, Progress::Paid),
        ("paid", 1, Progress::PartlyRefunded),
        ("paid", 9_000, Progress::Refunded),
        ("cancelled", 0, Progress::Unrecognised),
        ("cancelled", 8_999, Progress::PartlyRefunded),
        ("cancelled", 9_000, Progress::Refunded),
        ("failed", 0, Progress::Failed),
        ("ready", 0, Progress::Pending),
        ("on_the_moon", 0, Progress::Unrecognised),
    ] {
        let body =
            with(&with(PART, "/response/status", json!(status)), "/response/cancel_amount", json!(cancelled));
        assert_eq!(read(body).unwrap().progress(), progress, "{status} {cancelled}");
    }
}

#[test]
fn a_virtual_account_waits() {
    let payment = read(VBANK).unwrap();
    assert_eq!((payment.progress(), payment.paid_at, payment.name), (Progress::Pending, None, None));
    assert_eq!(payment.started_at, Some(unix(1_795_222_800)), "a fraction is cut off");
    let vbank = payment.vbank.unwrap();
    assert_eq!(
        (vbank.vbank_num.as_deref(), vbank.due_at),
        (Some("56211234567890"), Some(unix(1_795_827_600)))
    );
    assert!(!format!("{vbank:?}").contains("5621"));
}

#[test]
fn every_attempt_under_an_order_is_listed_as_it_came() {
    let payments = FindPayments::answer(&response(200, PAYMENTS)).unwrap();
    let told: Vec<_> =
        payments.iter().map(|payment| (payment.imp_uid.as_str(), payment.progress())).collect();
    assert_eq!(told, [("imp_2", Progress::Paid), ("imp_1", Progress::Failed)]);
    assert!(payments[1].raw.as_str().starts_with(r#"{ "imp_uid": "imp_1", "merchant_uid""#));

    let none = with(PAYMENTS, "/response/list", json!([]));
    assert_eq!(FindPayments::answer(&response(200, none)).unwrap(), []);
    let odd = with(PAYMENTS, "/response/list/1/amount", json!(0.5));
    assert_eq!(wrong_field(FindPayments::answer(&response(200, odd))), Some("amount"));
    let gone = without(PAYMENTS, "/response", "list");
    assert_eq!(wrong_field(FindPayments::answer(&response(200, gone))), Some("list"));
}

#[test]
fn what_came_is_kept_to_the_byte() {
    let odd = r#"{"code":0,"message":null,"response": { "imp_uid":"imp_1","merchant_uid":"o-1","status":"paid",
        "amount":4500.0,"cancel_amount":"0","currency":"KRW","z":1.50,"a":[1e2,{"b":null}], "한":"\u0041" } }"#;
    let payment = read(odd).unwrap();
    let inner = odd.split_once("response\": ").unwrap().1.strip_suffix(" }").unwrap();
    assert_eq!(payment.raw.as_str(), inner);
    assert_eq!(payment.raw.value()["한"], "A");
    assert_eq!((payment.amount, payment.cancel_amount), (4_500, 0));
    assert!(!format!("{payment:?}").contains("1.50"));
}

#[test]
fn an_amount_is_whole_or_nothing() {
    for amount in [
        json!(4500.5),
        json!(-4500),
        json!("+4500"),
        json!("4,500"),
        json!(4_294_967_296_u64),
        json!(1e20),
        json!(true),
        json!(null),
        json!({}),
    ] {
        assert_eq!(wrong_field(read(with(CARD, "/response/amount", amount))), Some("amount"));
    }
    assert_eq!(
        wrong_field(read(with(CARD, "/response/cancel_amount", json!("some")))),
        Some("cancel_amount")
    );
}

#[test]
fn what_identifies_a_payment_has_to_be_there() {
    let decides = ["imp_uid", "merchant_uid", "status", "amount", "currency"];
    for field in decides {
        assert_eq!(wrong_field(read(without(CARD, "/response", field))), Some(field));
        for nothing in [json!(null), json!(""), json!({}), json!([])] {
            assert_eq!(wrong_field(read(with(CARD, &format!("/response/{field}"), nothing))), Some(field));
        }
    }
    let sample: Value = serde_json::from_str(CARD).unwrap();
    let rest =
        sample["response"].as_object().unwrap().keys().filter(|field| !decides.contains(&field.as_str()));
    for field in rest {
        read(without(CARD, "/response", field)).unwrap();
        for odd in [json!(null), json!({ "odd": true }), json!([true])] {
            let read = read(with(CARD, &format!("/response/{field}"), odd));
            // Only what was given back decides about money, and must not be misread.
            assert!(read.is_ok() || field == "cancel_amount", "{field}");
        }
    }
}

#[test]
fn stored_cards_receipts_and_persons_are_read() {
    let customer = GetCustomer::answer(&response(200, CUSTOMER)).unwrap();
    assert_eq!((customer.customer_uid.as_str(), customer.card_code.as_deref()), ("card-7f3a", Some("366")));
    assert_eq!(
        (customer.inserted, &customer.raw.value()["card_type"]),
        (Some(unix(1_795_222_800)), &json!(0))
    );

    let receipt = GetReceipt::answer(&response(200, RECEIPT)).unwrap();
    assert_eq!(
        (receipt.receipt_type, receipt.amount, receipt.vat),
        (Some(ReceiptType::Person), 40_000, Some(3_636))
    );
    assert_eq!((receipt.applied_at, receipt.cancelled_at), (Some(unix(1_795_222_900)), None));

    let person = GetCertification::answer(&response(200, CERTIFICATION)).unwrap();
    assert_eq!(
        (person.certified, person.carrier.clone(), person.foreigner),
        (true, Some(Carrier::Skt), Some(false))
    );
    assert_eq!(person.unique_key.as_deref(), Some("CI0001"));
    let text = format!("{person:?}");
    assert!(
        text.contains("certified: true") && !text.contains("홍길동") && !text.contains("0101234"),
        "{text}"
    );
    let silent = without(CERTIFICATION, "/response", "certified");
    assert!(!GetCertification::answer(&response(200, silent)).unwrap().certified, "unsaid is unproven");
}
