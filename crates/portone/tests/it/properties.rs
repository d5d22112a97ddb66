//! What holds for every input.

use portone::v1::customers::GetCustomer;
use portone::v1::payments::{FindPayments, GetPayment};
use portone::v1::prepare::Prepare;
use portone::v1::token::GetToken;
use portone::v1::webhook::Webhook;
use portone::{Error, v1, v2};
use proptest::prelude::*;
use serde_json::Value;

use crate::{response, ten, token, v1_account, v2_account};

const SAMPLES: [&str; 9] = [
    include_str!("../../testdata/v1_token.json"),
    include_str!("../../testdata/v1_payment_card.json"),
    include_str!("../../testdata/v1_payment_part_cancelled.json"),
    include_str!("../../testdata/v1_payments.json"),
    include_str!("../../testdata/v1_customer.json"),
    include_str!("../../testdata/v2_payment_part_cancelled.json"),
    include_str!("../../testdata/v2_payment_vbank.json"),
    include_str!("../../testdata/v2_cancelled.json"),
    include_str!("../../testdata/v2_error.json"),
];

fn fits<T, R: std::error::Error>(status: u16, answer: &Result<T, Error<R>>) {
    match answer {
        Ok(_) => assert!((200..300).contains(&status)),
        Err(Error::Refused(_)) => {}
        Err(Error::Unreadable { http_status, .. }) => assert_eq!(http_status.as_u16(), status),
    }
}

/// Every endpoint reads it, or says that it cannot.
fn read_everywhere(status: u16, body: &[u8]) {
    let response = response(status, body.to_vec());
    fits(status, &GetToken::answer(&response, ten()));
    fits(status, &<GetPayment as v1::Call>::answer(&response));
    fits(status, &<FindPayments as v1::Call>::answer(&response));
    fits(status, &<GetCustomer as v1::Call>::answer(&response));
    fits(status, &<v1::receipts::GetReceipt as v1::Call>::answer(&response));
    fits(status, &<v1::certifications::GetCertification as v1::Call>::answer(&response));
    fits(status, &<v2::payments::GetPayment as v2::Call>::answer(&response));
    fits(status, &<v2::cancel::CancelAll as v2::Call>::answer(&response));
    fits(status, &<v2::charges::PayInstantly as v2::Call>::answer(&response));
    fits(status, &<v2::billing_keys::GetBillingKey as v2::Call>::answer(&response));
    fits(status, &<v2::identity_verifications::GetIdentityVerification as v2::Call>::answer(&response));
    // Whatever comes in unasked must not do harm either.
    let _ = Webhook::read("application/json", body);
    let _ = Webhook::read("application/x-www-form-urlencoded", body);
    let _ = v2::webhook::Webhook::read(body);
}

#[test]
fn a_very_deep_answer_is_unreadable() {
    read_everywhere(200, "{\"response\":".repeat(100_000).as_bytes());
    read_everywhere(400, "[".repeat(100_000).as_bytes());
}

proptest! {
    #[test]
    fn json_is_read_as_it_was_meant(merchant_uid in "\\PC{1,40}", amount in 1_u32..) {
        let prepare = Prepare { merchant_uid: merchant_uid.clone(), amount };
        let request = v1::Call::request(&prepare, &v1_account(), &token()).unwrap();
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        prop_assert_eq!(body["merchant_uid"].as_str(), Some(merchant_uid.as_str()));
        prop_assert_eq!(body["amount"].as_u64(), Some(u64::from(amount)));
    }

    #[test]
    fn any_id_is_one_step_of_a_path(id in "\\PC{1,40}") {
        prop_assume!(id != "." && id != "..");
        let call = v2::payments::GetPayment { payment_id: id.clone() };
        let request = v2::Call::request(&call, &v2_account()).unwrap();
        let url = url::Url::parse(&request.uri().to_string()).unwrap();
        let steps: Vec<_> = url.path_segments().unwrap().collect();
        let [payments, step] = steps[..] else { panic!("{url}") };
        prop_assert_eq!(payments, "payments");
        // Read as a form's value, which knows the same escapes, and of which `+` is none of ours.
        let read = url::form_urlencoded::parse(format!("id={step}").as_bytes()).next().unwrap().1.into_owned();
        prop_assert_eq!(read, id);
    }

    #[test]
    fn no_bytes_whatever_panic(status in 100_u16..1000, body: Vec<u8>) {
        read_everywhere(status, &body);
    }

    #[test]
    fn no_damaged_sample_panics(
        sample in proptest::sample::select(&SAMPLES[..]),
        status in prop_oneof![Just(200_u16), Just(400_u16)],
        at: prop::sample::Index,
        put in "(null|\"\"|\\{\\}|\\[\\]|-1|1e9|0\\.5|\"x\"|,|\\PC{0,4})",
        cut in 0_usize..6,
    ) {
        let mut body: Vec<char> = sample.chars().collect();
        let from = at.index(body.len());
        let to = (from + cut).min(body.len());
        body.splice(from..to, put.chars());
        read_everywhere(status, body.into_iter().collect::<String>().as_bytes());
    }

    #[test]
    fn what_was_read_stands_in_what_came(amount: u32, name in "\\PC{0,20}", extra: i64) {
        let inner = serde_json::json!({
            "imp_uid": "imp_1", "merchant_uid": "o-1", "status": "paid", "amount": amount,
            "currency": "KRW", "name": name, "extra": extra,
        });
        let body = format!("{{\"response\":{inner},\"code\":0}}");
        let payment = <GetPayment as v1::Call>::answer(&response(200, body)).unwrap();
        prop_assert_eq!(payment.raw.as_str(), inner.to_string());
        prop_assert_eq!(payment.amount, amount);
    }
}
