//! What holds for every input.

use std::collections::HashMap;

use kakaopay::approve::Approve;
use kakaopay::cancel::Cancel;
use kakaopay::order::Order;
use kakaopay::ready::{Ready, vat};
use kakaopay::subscription::Subscription;
use kakaopay::subscription_inactive::SubscriptionInactive;
use kakaopay::subscription_status::SubscriptionStatus;
use kakaopay::{Api, Call, Error};
use proptest::prelude::*;

use crate::{TID, account, ready, response};

const SAMPLES: [&str; 7] = [
    include_str!("../../testdata/ready.json"),
    include_str!("../../testdata/approve_card.json"),
    include_str!("../../testdata/approve_sequential.json"),
    include_str!("../../testdata/order_part_cancelled.json"),
    include_str!("../../testdata/cancel.json"),
    include_str!("../../testdata/subscription_status.json"),
    include_str!("../../testdata/error_open.json"),
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
    read::<Ready>(status, body);
    read::<Approve>(status, body);
    read::<Order>(status, body);
    read::<Cancel>(status, body);
    read::<Subscription>(status, body);
    read::<SubscriptionInactive>(status, body);
    read::<SubscriptionStatus>(status, body);
}

#[test]
fn vat_is_what_kakaopay_computes() {
    for (total, tax_free, expected) in [
        (2_200, 0, 200),
        (4_500, 0, 409),
        (2_800, 0, 255),
        (5, 0, 0),
        (6, 0, 1),
        (0, 0, 0),
        (4_500, 4_500, 0),
        (4_500, 2_300, 200),
        (1, 2, 0),
        (u32::MAX, 0, 390_451_572),
    ] {
        assert_eq!(vat(total, tax_free), expected, "{total} of which {tax_free} without tax");
    }
}

#[test]
fn a_very_deep_answer_is_unreadable() {
    let deep = "{\"a\":".repeat(100_000);
    read_everywhere(200, deep.as_bytes());
    read_everywhere(400, "[".repeat(100_000).as_bytes());
}

proptest! {
    #[test]
    fn vat_is_the_nearest_eleventh(total: u32, tax_free: u32) {
        let taxed = i64::from(total.saturating_sub(tax_free));
        let off = 11 * i64::from(vat(total, tax_free)) - taxed;
        prop_assert!((-5..=5).contains(&off), "{off} elevenths off");
    }

    #[test]
    fn a_form_is_read_as_it_was_meant(
        item_name in "\\PC{1,100}",
        partner_order_id in "[ -~]{1,100}",
        payload in any::<String>(),
    ) {
        let ready = Ready { item_name: item_name.clone(), partner_order_id: partner_order_id.clone(), ..ready() };
        let request = ready.request(&account(Api::Legacy)).unwrap();
        prop_assert!(request.body().iter().all(u8::is_ascii_graphic));
        let form: HashMap<String, String> = serde_urlencoded::from_bytes(request.body()).unwrap();
        prop_assert_eq!(&form["item_name"], &item_name);
        prop_assert_eq!(&form["partner_order_id"], &partner_order_id);
        prop_assert_eq!(&form["approval_url"], &ready.approval_url);
        prop_assert_eq!(form.len(), 9 + 1);

        let payload: String = payload.chars().take(200).collect();
        let cancel = Cancel {
            tid: TID.to_owned(),
            cancel_amount: 1,
            cancel_tax_free_amount: 0,
            cancel_vat_amount: None,
            cancel_available_amount: None,
            payload: Some(payload.clone()),
        };
        let request = cancel.request(&account(Api::Legacy)).unwrap();
        let form: HashMap<String, String> = serde_urlencoded::from_bytes(request.body()).unwrap();
        prop_assert_eq!(&form["payload"], &payload);
    }

    #[test]
    fn json_is_read_as_it_was_meant(item_name in any::<String>(), total_amount: u32) {
        let item_name: String = item_name.chars().take(100).chain("!".chars()).take(100).collect();
        let ready = Ready { item_name: item_name.clone(), total_amount, ..ready() };
        let request = ready.request(&account(Api::Open)).unwrap();
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        prop_assert_eq!(body["item_name"].as_str(), Some(item_name.as_str()));
        prop_assert_eq!(body["total_amount"].as_u64(), Some(u64::from(total_amount)));
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
            any::<String>().prop_map(serde_json::Value::from),
            any::<bool>().prop_map(serde_json::Value::from),
            Just(serde_json::json!([null, 1, {}])),
            Just(serde_json::json!({ "total": -1 })),
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
