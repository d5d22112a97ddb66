//! What holds for every input.

use proptest::prelude::*;
use tosspayments::billing::{Delete, Issue};
use tosspayments::cash_receipt;
use tosspayments::confirm::Confirm;
use tosspayments::look_up::ByKey;
use tosspayments::redirect::{Failed, Success};
use tosspayments::webhook::Webhook;
use tosspayments::window::OpenWindow;
use tosspayments::{Api, Call, Error};

use crate::requests::window;
use crate::{account, response};

const SAMPLES: [&str; 9] = [
    include_str!("../../testdata/payment_card.json"),
    include_str!("../../testdata/payment_card_1_3.json"),
    include_str!("../../testdata/payment_virtual_account.json"),
    include_str!("../../testdata/payment_expired.json"),
    include_str!("../../testdata/billing.json"),
    include_str!("../../testdata/cash_receipt.json"),
    include_str!("../../testdata/error.json"),
    include_str!("../../testdata/webhook_payment.json"),
    include_str!("../../testdata/webhook_deposit.json"),
];

/// Every endpoint reads it, or says that it cannot.
fn read_everywhere(status: u16, body: &[u8]) {
    fn read<C: Call>(status: u16, body: &[u8]) {
        match C::answer(&response(status, body.to_vec())) {
            Ok(_) => assert!((200..300).contains(&status)),
            Err(Error::Refused(_)) => assert!(!(200..300).contains(&status)),
            Err(Error::Unreadable { http_status, .. }) => assert_eq!(http_status, status),
        }
    }
    read::<Confirm>(status, body);
    read::<Issue>(status, body);
    read::<Delete>(status, body);
    read::<cash_receipt::CancelAll>(status, body);
    let _ = Webhook::read(body);
}

#[test]
fn a_very_deep_answer_is_unreadable() {
    let deep = "{\"a\":".repeat(100_000);
    read_everywhere(200, deep.as_bytes());
    read_everywhere(400, "[".repeat(100_000).as_bytes());
}

proptest! {
    #[test]
    fn json_is_read_as_it_was_meant(order_name in any::<String>(), amount in 1_u32..) {
        let order_name: String = order_name.chars().take(99).chain("!".chars()).collect();
        let window = OpenWindow { order_name: order_name.clone(), amount, ..window() };
        let request = window.request(&account(Api::Current)).unwrap();
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        prop_assert_eq!(body["orderName"].as_str(), Some(order_name.as_str()));
        prop_assert_eq!(body["amount"].as_u64(), Some(u64::from(amount)));
    }

    #[test]
    fn a_key_in_a_path_is_one_segment_that_means_the_key(payment_key in "\\PC{1,200}") {
        prop_assume!(payment_key != "." && payment_key != "..");
        let request = ByKey { payment_key: payment_key.clone() }.request(&account(Api::Current)).unwrap();
        let segments: Vec<_> = request.uri().path().split('/').collect();
        prop_assert_eq!(&segments[..3], &["", "v1", "payments"]);
        prop_assert_eq!(segments.len(), 4);
        let decoded: Vec<_> = url::form_urlencoded::parse(format!("k={}", segments[3]).as_bytes())
            .map(|(_, value)| value.into_owned())
            .collect();
        prop_assert_eq!(decoded, vec![payment_key]);
        prop_assert!(request.uri().query().is_none());
    }

    #[test]
    fn no_query_whatever_panics(query in any::<String>()) {
        let _ = (Success::read(&query), Failed::read(&query));
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
    fn no_odd_value_in_any_field_panics(
        sample in proptest::sample::select(&SAMPLES[..]),
        field: prop::sample::Index,
        value in prop_oneof![
            any::<i64>().prop_map(serde_json::Value::from),
            any::<f64>().prop_map(serde_json::Value::from),
            any::<String>().prop_map(serde_json::Value::from),
            any::<bool>().prop_map(serde_json::Value::from),
            Just(serde_json::json!([null, 1, {}])),
            Just(serde_json::json!({ "url": -1 })),
        ],
    ) {
        let mut body: serde_json::Value = serde_json::from_str(sample).unwrap();
        let fields = body.as_object_mut().unwrap();
        let name = fields.keys().nth(field.index(fields.len())).unwrap().clone();
        fields.insert(name, value);
        read_everywhere(200, body.to_string().as_bytes());
        read_everywhere(400, body.to_string().as_bytes());
    }
}
