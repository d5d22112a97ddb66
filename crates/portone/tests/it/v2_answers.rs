//! What V2 agrees with, as documented.

use jiff::Timestamp;
use portone::BadAnswer;
use portone::v2::billing_keys::{BillingKeyStatus, DeleteBillingKey, GetBillingKey, IssueBillingKey};
use portone::v2::cancel::CancelAmount;
use portone::v2::cash_receipts::{CashReceiptStatus, GetCashReceipt};
use portone::v2::charges::PayInstantly;
use portone::v2::identity_verifications::{GetIdentityVerification, IdentityStatus};
use portone::v2::payments::GetPayment;
use portone::v2::pre_register::{PreRegister, PreRegistered};
use portone::v2::resend_webhook::ResendWebhook;
use portone::v2::virtual_accounts::CloseVirtualAccount;
use portone::v2::{Amount, Call, CancellationStatus, Error, MethodType, Payment, Progress, Status};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::{response, with, without};

const PAID: &str = include_str!("../../testdata/v2_payment_paid.json");
const PART: &str = include_str!("../../testdata/v2_payment_part_cancelled.json");
const VBANK: &str = include_str!("../../testdata/v2_payment_vbank.json");
const CANCELLED: &str = include_str!("../../testdata/v2_cancelled.json");

fn read(body: impl Into<bytes::Bytes>) -> Result<Payment, Error> {
    GetPayment::answer(&response(200, body))
}

fn wrong_field<T>(result: Result<T, Error>) -> Option<&'static str> {
    let Error::Unreadable { source: BadAnswer::Field(field), .. } = result.err()? else {
        panic!("no field of it is wrong")
    };
    Some(field)
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_paid_card_tells_all_of_itself() {
    let payment = read(PAID).unwrap();
    assert_eq!((payment.id.as_str(), payment.store_id.as_deref()), ("o-01J9Z0", Some("store-4f6d")));
    assert_eq!((&payment.status, payment.status.progress()), (&Status::Paid, Progress::Paid));
    let amount = Amount {
        total: 4_500,
        tax_free: 0,
        vat: 409,
        discount: 0,
        paid: 4_500,
        cancelled: 0,
        cancelled_tax_free: 0,
    };
    assert_eq!(
        (payment.amount, payment.currency.as_str(), payment.cancellable()),
        (amount, "KRW", Some(4_500))
    );
    let method = payment.method.unwrap();
    assert_eq!((method.kind, method.provider, method.virtual_account), (MethodType::Card, None, None));
    let card = method.card.unwrap();
    assert_eq!((card.name.as_deref(), card.approval_number.as_deref()), (Some("가나카드"), Some("00011122")));
    assert_eq!((card.bin.as_deref(), card.instalment_months), (Some("123412"), Some(0)));
    assert_eq!(payment.paid_at, Some(time("2026-11-21T01:01:07.25Z")));
    assert_eq!(payment.pg_tx_id.as_deref(), Some("nictest00m01012611210101070001"));
    assert_eq!((payment.failure, payment.cancellations), (None, vec![]));
    assert_eq!(payment.raw.as_str(), PAID.trim(), "to the byte");
}

#[test]
fn a_part_refund_tells_its_refunds() {
    let payment = read(PART).unwrap();
    assert_eq!((payment.status.progress(), payment.cancellable()), (Progress::PartlyRefunded, Some(6_200)));
    let [failed, done] = payment.cancellations.as_slice() else { panic!("there are two") };
    assert_eq!((&failed.status, failed.total_amount), (&CancellationStatus::Failed, 9_000));
    assert_eq!((&done.status, done.total_amount), (&CancellationStatus::Succeeded, 2_800));
    assert_eq!(done.cancelled_at, Some(time("2026-11-21T01:30:00Z")));
    let wallet = payment.method.unwrap();
    assert_eq!((wallet.kind, wallet.provider.as_deref()), (MethodType::EasyPay, Some("KAKAOPAY")));
    assert_eq!(wallet.card.unwrap().approval_number.as_deref(), Some("00011123"));
}

#[test]
fn a_virtual_account_waits() {
    let payment = read(VBANK).unwrap();
    assert_eq!((payment.status.progress(), payment.paid_at), (Progress::Pending, None));
    let method = payment.method.unwrap();
    assert!(!format!("{method:?}").contains("5621"));
    let account = method.virtual_account.unwrap();
    assert_eq!(
        (account.bank.as_deref(), account.account_number.as_deref()),
        (Some("SHINHAN"), Some("56211234567890"))
    );
    assert_eq!(account.expired_at, Some(time("2026-11-28T01:00:00Z")));
}

#[test]
fn a_failure_says_why() {
    let failed = r#"{"status":"FAILED","id":"o-1","amount":{"total":1},"currency":"KRW","failedAt":"2026-11-21T01:00:00Z",
        "failure":{"reason":"declined","pgCode":"2013"}}"#;
    let payment = read(failed).unwrap();
    assert_eq!(
        (payment.status.progress(), payment.failed_at),
        (Progress::Failed, Some(time("2026-11-21T01:00:00Z")))
    );
    let failure = payment.failure.unwrap();
    assert_eq!((failure.pg_code.as_deref(), failure.pg_message), (Some("2013"), None));
}

#[test]
fn cancel_says_what_became_of_it() {
    let cancelled = CancelAmount::answer(&response(200, CANCELLED)).unwrap().cancellation;
    assert_eq!((cancelled.status, cancelled.total_amount), (CancellationStatus::Succeeded, 2_800));
    let asked = with(CANCELLED, "/cancellation/status", json!("REQUESTED"));
    let asked = CancelAmount::answer(&response(200, asked)).unwrap().cancellation;
    assert_eq!(asked.status, CancellationStatus::Requested);
    for field in ["status", "id", "totalAmount"] {
        let gone = without(CANCELLED, "/cancellation", field);
        assert_eq!(wrong_field(CancelAmount::answer(&response(200, gone))), Some(field));
    }
    assert_eq!(wrong_field(CancelAmount::answer(&response(200, "{}"))), Some("cancellation"));
}

#[test]
fn unknown_words_are_kept() {
    let payment = read(with(PAID, "/status", json!("ON_THE_MOON"))).unwrap();
    assert_eq!(payment.status, Status::Other("ON_THE_MOON".to_owned()));
    assert_eq!(payment.status.progress(), Progress::Unrecognised);
    let payment = read(with(PAID, "/method/type", json!("PaymentMethodShell"))).unwrap();
    assert_eq!(payment.method.unwrap().kind, MethodType::Other("PaymentMethodShell".to_owned()));
}

#[test]
fn what_identifies_a_payment_has_to_be_there() {
    let decides = ["status", "id", "amount", "currency"];
    for field in decides {
        assert_eq!(wrong_field(read(without(PAID, "", field))), Some(field));
        for nothing in [json!(null), json!(""), json!({}), json!([])] {
            assert_eq!(wrong_field(read(with(PAID, &format!("/{field}"), nothing))), Some(field));
        }
    }
    for part in ["total", "taxFree", "vat", "discount", "paid", "cancelled", "cancelledTaxFree"] {
        for odd in [json!(0.5), json!(-1), json!("many"), json!(4_294_967_296_u64)] {
            assert_eq!(wrong_field(read(with(PAID, &format!("/amount/{part}"), odd))), Some("amount"));
        }
    }
    assert_eq!(wrong_field(read(without(PAID, "/amount", "total"))), Some("amount"));
    let sample: Value = serde_json::from_str(PAID).unwrap();
    for field in sample.as_object().unwrap().keys().filter(|field| !decides.contains(&field.as_str())) {
        read(without(PAID, "", field)).unwrap();
        for odd in [json!(null), json!(""), json!({ "odd": true }), json!(7), json!([true])] {
            read(with(PAID, &format!("/{field}"), odd)).unwrap();
        }
    }
}

#[test]
fn a_refund_that_cannot_be_read_is_not_passed_over() {
    let odd = with(PART, "/cancellations/1/totalAmount", json!(0.5));
    assert_eq!(wrong_field(read(odd)), Some("totalAmount"));
}

#[test]
fn the_rest_is_read() {
    let charged = r#"{"payment":{"pgTxId":"nic-1","paidAt":"2026-11-21T01:00:00Z"}}"#;
    let charged = PayInstantly::answer(&response(200, charged)).unwrap();
    assert_eq!(
        (charged.pg_tx_id.as_deref(), Some(charged.paid_at)),
        (Some("nic-1"), Some(time("2026-11-21T01:00:00Z")))
    );
    assert_eq!(wrong_field(PayInstantly::answer(&response(200, r#"{"payment":{"a":1}}"#))), Some("paidAt"));

    assert_eq!(PreRegister::answer(&response(200, "{}")).unwrap(), PreRegistered);

    let closed = CloseVirtualAccount::answer(&response(200, r#"{"closedAt":"2026-11-21T01:00:00Z"}"#));
    assert_eq!(closed.unwrap().closed_at, Some(time("2026-11-21T01:00:00Z")));

    let receipt = r#"{"status":"ISSUED","paymentId":"o-1","amount":40000,"issueNumber":"300001111","url":"https://pay.example/r"}"#;
    let receipt = GetCashReceipt::answer(&response(200, receipt)).unwrap();
    assert_eq!((receipt.status, receipt.amount), (CashReceiptStatus::Issued, Some(40_000)));

    let resent = ResendWebhook::answer(&response(200, r#"{"webhook":{"id":"wh-1","url":"x"}}"#)).unwrap();
    assert_eq!(resent.webhook_id, "wh-1");
}

#[test]
fn billing_keys_are_read_and_not_shown() {
    let issued = r#"{"billingKeyInfo":{"billingKey":"billing-key-1","issuedAt":"2026-11-21T01:00:00Z"}}"#;
    let issued = IssueBillingKey::answer(&response(200, issued)).unwrap();
    assert_eq!(issued.billing_key.expose_secret(), "billing-key-1");
    let key = r#"{"status":"ISSUED","billingKey":"billing-key-1","storeId":"store-4f6d","customer":{"name":"홍길동"}}"#;
    let key = GetBillingKey::answer(&response(200, key)).unwrap();
    assert_eq!(
        (&key.status, &key.raw.value()["customer"]["name"]),
        (&BillingKeyStatus::Issued, &json!("홍길동"))
    );
    let deleted =
        DeleteBillingKey::answer(&response(200, r#"{"deletedAt":"2026-11-21T01:00:00Z"}"#)).unwrap();
    assert_eq!(deleted.deleted_at, Some(time("2026-11-21T01:00:00Z")));
    let text = format!("{issued:?} {key:?}");
    assert!(!text.contains("billing-key-1") && !text.contains("홍길동"), "{text}");
}

#[test]
fn a_person_is_read_and_not_shown() {
    let person = r#"{"status":"VERIFIED","id":"iv-1","verifiedCustomer":{"name":"홍길동","phoneNumber":"01012345678",
        "birthDate":"1990-01-01","ci":"CI0001","isForeigner":false},"verifiedAt":"2026-11-21T01:00:00Z"}"#;
    let person = GetIdentityVerification::answer(&response(200, person)).unwrap();
    assert_eq!((&person.status, person.id.as_str()), (&IdentityStatus::Verified, "iv-1"));
    let text = format!("{person:?}");
    assert!(!text.contains("홍길동") && !text.contains("0101234"), "{text}");
    let customer = person.verified_customer.unwrap();
    assert_eq!((customer.ci.as_deref(), customer.is_foreigner), (Some("CI0001"), Some(false)));
}
