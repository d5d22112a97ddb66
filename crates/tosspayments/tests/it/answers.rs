//! What Toss Payments agrees with, in both generations of its API, as documented and as it has been seen.

use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tosspayments::billing::{Delete, Issue};
use tosspayments::cash_receipt::{CancelAll, IssueStatus, Purpose};
use tosspayments::confirm::Confirm;
use tosspayments::look_up::ByKey;
use tosspayments::{BadAnswer, Call, Code, Error, Kind, Meaning, Method, Payment, Progress, Status};

use crate::{PAYMENT_KEY, answer, response};

const CARD: &str = include_str!("../../testdata/payment_card.json");
const CARD_1_3: &str = include_str!("../../testdata/payment_card_1_3.json");
const VIRTUAL_ACCOUNT: &str = include_str!("../../testdata/payment_virtual_account.json");
const EXPIRED: &str = include_str!("../../testdata/payment_expired.json");
const BILLING: &str = include_str!("../../testdata/billing.json");
const BILLING_1_3: &str = include_str!("../../testdata/billing_1_3.json");
const CASH_RECEIPT: &str = include_str!("../../testdata/cash_receipt.json");

fn payment(body: &'static str) -> Payment {
    answer::<Confirm>(body)
}

/// Reads a sample in which one field (a JSON pointer) was replaced.
fn read_with(sample: &str, pointer: &str, value: Value) -> Result<Payment, Error> {
    let mut body: Value = serde_json::from_str(sample).unwrap();
    *body.pointer_mut(pointer).unwrap() = value;
    ByKey::answer(&response(200, body.to_string()))
}

fn read_without(sample: &str, field: &str) -> Result<Payment, Error> {
    let mut body: Value = serde_json::from_str(sample).unwrap();
    body.as_object_mut().unwrap().remove(field).unwrap();
    ByKey::answer(&response(200, body.to_string()))
}

fn wrong_field<T>(result: Result<T, Error>) -> Option<&'static str> {
    let Error::Unreadable { http_status, source: BadAnswer::Field(field) } = result.err()? else {
        panic!("no field of it is wrong")
    };
    assert_eq!(http_status, 200);
    Some(field)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_card_payment_says_what_was_collected() {
    let paid = payment(CARD);
    assert_eq!((paid.payment_key.as_str(), paid.order_id.as_str()), (PAYMENT_KEY, "o-01J9Z0"));
    assert_eq!((&paid.status, paid.progress()), (&Status::Done, Progress::Paid));
    assert_eq!((paid.total_amount, paid.balance_amount, paid.cancelled_amount()), (4_500, 4_500, Some(0)));
    assert_eq!((paid.vat, paid.tax_free_amount, paid.currency.as_deref()), (Some(409), Some(0), Some("KRW")));
    assert_eq!((paid.method, paid.kind), (Some(Method::Card), Some(Kind::Normal)));
    assert_eq!(paid.last_transaction_key.as_deref(), Some("9C62B18EEF0DE3EB7F4422EB6D14BC6E"));
    assert_eq!(paid.requested_at, Some(at("2026-11-21T01:00:00Z")));
    assert_eq!(paid.approved_at, Some(at("2026-11-21T01:01:07Z")));
    assert_eq!((paid.is_partial_cancelable, paid.version.as_deref()), (Some(true), Some("2022-11-16")));
    let card = paid.card.unwrap();
    let read = [&card.issuer_code, &card.acquirer_code, &card.number, &card.card_type, &card.acquire_status];
    assert_eq!(read.map(Option::as_deref), ["71", "71", "12345678****000*", "신용", "READY"].map(Some));
    assert_eq!((card.company, card.installment_plan_months), (None, Some(0)));
    let easy = paid.easy_pay.unwrap();
    assert_eq!((easy.provider.as_deref(), easy.amount), (Some("토스페이"), Some(0)));
    assert_eq!(paid.receipt_url.unwrap().path(), "/receipt/1");
    assert!(paid.checkout.unwrap().0.path().ends_with("/checkout"));
    assert!(paid.failure.is_none() && paid.virtual_account.is_none() && paid.cash_receipt.is_none());
}

#[test]
fn the_older_look_has_names_of_its_own() {
    let paid = payment(CARD_1_3);
    assert_eq!((paid.status.clone(), paid.progress()), (Status::PartialCanceled, Progress::PartlyRefunded));
    assert_eq!(
        (paid.total_amount, paid.balance_amount, paid.cancelled_amount()),
        (10_000, 7_000, Some(3_000))
    );
    let [first, second] = paid.cancels.as_slice() else { panic!("there are two") };
    assert_eq!((first.cancel_amount, first.refundable_amount), (1_000, Some(9_000)));
    assert_eq!(second.cancel_reason.as_deref(), Some("두 잔 취소"));
    assert_eq!(second.canceled_at, Some(at("2026-11-21T02:30:00Z")));
    assert_eq!(paid.last_transaction_key.as_deref(), Some("8B4F646A829571D870A3011A4E13D640"));
    let card = paid.card.unwrap();
    assert_eq!((card.company.as_deref(), card.issuer_code), (Some("신한"), None));
    assert_eq!(paid.easy_pay.unwrap().provider.as_deref(), Some("페이코"));
    assert_eq!(paid.receipt_url.unwrap().path(), "/receipt/2");
    let receipt = paid.cash_receipt.unwrap();
    assert_eq!((receipt.kind.as_deref(), receipt.amount), (Some("소득공제"), Some(10_000)));
    assert!(paid.checkout.is_none());
}

#[test]
fn a_virtual_account_waits_and_may_be_given_up() {
    let waiting = payment(VIRTUAL_ACCOUNT);
    assert_eq!(
        (waiting.progress(), waiting.method.clone()),
        (Progress::WaitingForDeposit, Some(Method::VirtualAccount))
    );
    assert_eq!(waiting.approved_at, None);
    assert_eq!(waiting.secret.unwrap().expose_secret(), "ps_eqRGgYO1r57E4Z541ZMW3QnN2Eya");
    let account = waiting.virtual_account.unwrap();
    assert_eq!((account.bank.as_deref(), account.expired), (Some("20"), Some(false)));
    assert_eq!(account.due_date.as_deref(), Some("2026-11-24T23:59:59+09:00"));

    let given_up = read_with(VIRTUAL_ACCOUNT, "/status", json!("CANCELED")).unwrap();
    assert_eq!(given_up.progress(), Progress::Failed, "nothing was ever collected");
    assert_eq!(read_with(CARD, "/status", json!("CANCELED")).unwrap().progress(), Progress::Refunded);
}

#[test]
fn an_expired_payment_says_why() {
    let expired = payment(EXPIRED);
    assert_eq!((expired.progress(), expired.method, expired.order_name), (Progress::Failed, None, None));
    let failure = expired.failure.unwrap();
    assert_eq!((failure.code.as_str(), failure.code.meaning()), ("EXPIRED_PAYMENT", Meaning::Expired));
    assert_eq!(failure.message, "결제가 만료되었습니다.");
}

#[test]
fn a_billing_key_is_read_in_both_looks() {
    let billing = answer::<Issue>(BILLING);
    assert_eq!(billing.billing_key.0, "Z_t5vOvQxrj4499PeiJcjen28-V2RyqgYTwN44Rdzk0=");
    assert_eq!((billing.customer_key.as_str(), billing.method), ("u-7f3a", Some(Method::Card)));
    assert_eq!(billing.card.unwrap().issuer_code.as_deref(), Some("61"));
    let older = answer::<Issue>(BILLING_1_3).card.unwrap();
    assert_eq!((older.company.as_deref(), older.number.as_deref()), (Some("현대"), Some("4330123412341234")));
    for status in [200, 204] {
        Delete::answer(&response(status, "")).unwrap();
    }
}

#[test]
fn a_cash_receipt_is_read() {
    let receipt = answer::<CancelAll>(CASH_RECEIPT);
    assert_eq!(
        (receipt.receipt_key.as_str(), receipt.purpose),
        ("c_0Wb1gXGyRjkeM4dE", Some(Purpose::Income))
    );
    assert_eq!((receipt.amount, receipt.issue_status), (Some(30_000), Some(IssueStatus::InProgress)));
    assert_eq!(
        (receipt.number.as_deref(), receipt.transaction_type.as_deref()),
        (Some("G12345678"), Some("CANCEL"))
    );
    assert_eq!(receipt.requested_at, Some(at("2026-11-21T06:00:00Z")));
    let older = r#"{"receiptKey":"r1","approvalNumber":"7","approvedAt":"2026-11-21T15:00:00+09:00","canceledAt":null}"#;
    let older = answer::<CancelAll>(older);
    assert_eq!((older.number.as_deref(), older.requested_at), (Some("7"), Some(at("2026-11-21T06:00:00Z"))));
}

#[test]
fn what_was_sent_stays_beside_what_was_read() {
    for sample in [CARD, CARD_1_3, VIRTUAL_ACCOUNT, EXPIRED] {
        assert_eq!(payment(sample).raw.as_str(), sample);
        assert_eq!(payment(sample).raw.bytes(), sample.as_bytes());
    }
    assert_eq!(answer::<Issue>(BILLING).raw.as_str(), BILLING);
    assert_eq!(answer::<CancelAll>(CASH_RECEIPT).raw.as_str(), CASH_RECEIPT);
}

#[test]
fn debug_shows_no_card_no_account_no_key_and_no_page() {
    let text = format!("{:?} {:?} {:?}", payment(CARD), payment(VIRTUAL_ACCOUNT), answer::<Issue>(BILLING));
    assert!(text.contains(PAYMENT_KEY) && text.contains("o-01J9Z1"));
    for secret in ["12345678****", "ps_", "79019639679511", "김미나", "Z_t5vOvQ", "43301234", "/checkout"]
    {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let text = format!("{:?}", answer::<CancelAll>(CASH_RECEIPT));
    assert!(!text.contains("01012345678"), "{text}");
}

#[test]
fn unknown_words_are_kept() {
    let odd = read_with(CARD, "/status", json!("PAUSED")).unwrap();
    assert_eq!((odd.progress(), odd.status), (Progress::Unrecognised, Status::Other("PAUSED".to_owned())));
    assert_eq!(
        read_with(CARD, "/method", json!("달러")).unwrap().method,
        Some(Method::Other("달러".to_owned()))
    );
    assert_eq!(read_with(CARD, "/method", json!("EASY_PAY")).unwrap().method, Some(Method::EasyPay));
}

#[test]
fn an_amount_is_whole_however_it_is_written() {
    for total in [json!(4500), json!("4500"), json!(4500.0), json!("4500.00")] {
        assert_eq!(read_with(CARD, "/totalAmount", total.clone()).unwrap().total_amount, 4_500, "{total}");
    }
    let wrong = [
        json!(4500.5),
        json!(-1),
        json!("4,500"),
        json!(""),
        json!(4_294_967_296_u64),
        json!(true),
        json!(null),
        json!(1e300),
    ];
    for total in wrong {
        assert_eq!(
            wrong_field(read_with(CARD, "/totalAmount", total.clone())),
            Some("totalAmount"),
            "{total}"
        );
        let part = read_with(CARD_1_3, "/cancels/1/cancelAmount", total.clone());
        assert_eq!(wrong_field(part), Some("cancelAmount"), "{total}");
    }
    let most = read_with(CARD_1_3, "/cancels/0/cancelAmount", json!(u32::MAX)).unwrap();
    assert_eq!(most.cancelled_amount(), None, "the sum does not fit");
}

#[test]
fn what_identifies_or_decides_has_to_be_there() {
    for field in ["paymentKey", "orderId", "status", "totalAmount", "balanceAmount"] {
        assert_eq!(wrong_field(read_without(CARD, field)), Some(field));
        for nothing in [json!(null), json!(""), json!({}), json!([])] {
            assert_eq!(wrong_field(read_with(CARD, &format!("/{field}"), nothing)), Some(field));
        }
    }
    assert_eq!(wrong_field(read_with(CARD_1_3, "/cancels", json!("two"))), Some("cancels"));
    assert_eq!(wrong_field(Issue::answer(&response(200, r#"{"customerKey":"u"}"#))), Some("billingKey"));
}

#[test]
fn what_only_describes_never_stands_in_the_way() {
    let decides = ["paymentKey", "orderId", "status", "totalAmount", "balanceAmount"];
    for sample in [CARD, VIRTUAL_ACCOUNT] {
        let body: Value = serde_json::from_str(sample).unwrap();
        for field in body.as_object().unwrap().keys().filter(|field| !decides.contains(&field.as_str())) {
            read_without(sample, field).unwrap();
            for odd in [json!(null), json!(""), json!({}), json!([])] {
                read_with(sample, &format!("/{field}"), odd).unwrap();
            }
            if field != "cancels" {
                for odd in [json!(0.5), json!({ "url": 7 }), json!([true]), json!("yesterday")] {
                    read_with(sample, &format!("/{field}"), odd).unwrap();
                }
            }
        }
    }
    let page = read_with(CARD, "/checkout/url", json!("javascript:alert(1)")).unwrap();
    assert!(page.checkout.is_none(), "no browser is sent there");
    assert_eq!(read_with(EXPIRED, "/failure/code", json!("a sentence")).unwrap().failure, None);
    assert_eq!(Code::parse("a sentence"), None);
}

#[test]
fn a_time_may_be_more_exact_or_without_an_offset() {
    let read = |text| read_with(CARD, "/approvedAt", json!(text)).unwrap().approved_at;
    assert_eq!(read("2026-11-21T10:01:07.250+09:00"), Some(at("2026-11-21T01:01:07.25Z")));
    assert_eq!(read("2026-11-21T10:01:07"), Some(at("2026-11-21T01:01:07Z")));
    assert_eq!(read("2026-11-21T01:01:07Z"), Some(at("2026-11-21T01:01:07Z")));
}
