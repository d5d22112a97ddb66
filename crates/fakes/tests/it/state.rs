//! What outlives the fake, and the clock it lives by.

use fakes::clock::Clock;
use fakes::kakaopay::{Endpoint, Fault, KakaoPay, Options};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::shop::{Shop, TEN, approve_fields, cancel_fields};

#[test]
fn a_fake_goes_on_where_it_was_left() {
    for mut shop in Shop::both() {
        let paid = shop.paid();
        let (agreed, token) = shop.agreed();
        shop.fake.inject(Endpoint::Order, Fault::UserLocked);
        let before = (shop.fake.payments(), shop.fake.snapshot());
        let text = shop.fake.snapshot().to_string();

        let snapshot = serde_json::from_str(&text).unwrap();
        shop.fake = KakaoPay::restore(Options::default(), shop.clock.clone(), &snapshot).unwrap();
        assert_eq!((shop.fake.payments(), shop.fake.snapshot()), before);
        assert_eq!(shop.fake.calls(Endpoint::Approve), 1);
        assert_eq!(shop.order(&paid).code(), -780);
        assert_eq!(shop.ask("approve", &approve_fields(&agreed, &token)).code(), 0);
        assert_eq!(shop.ask("cancel", &cancel_fields(&paid, 4_400)).code(), 0);
        let tids = [paid, agreed, shop.ready()];
        assert!(tids[2] != tids[0] && tids[2] != tids[1], "no id comes twice");
    }
}

#[test]
fn only_a_snapshot_can_be_restored() {
    let clock = Clock::real();
    let error = KakaoPay::restore(Options::default(), clock, &json!({ "payments": [] })).unwrap_err();
    assert_eq!(error.to_string(), "not a snapshot of this fake");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_fixed_clock_moves_when_it_is_told_for_all_who_hold_it() {
    let ten: Timestamp = TEN.parse().unwrap();
    let clock = Clock::fixed(ten);
    let other = clock.clone();
    assert_eq!(clock.now(), ten);
    other.advance(SignedDuration::from_mins(15));
    assert_eq!(clock.now().duration_since(ten), SignedDuration::from_mins(15));
    other.advance(SignedDuration::MAX);
    assert_eq!(clock.now(), Timestamp::MAX);
}

#[test]
fn a_real_clock_keeps_its_lead() {
    let clock = Clock::real();
    clock.advance(SignedDuration::from_hours(1));
    let lead = clock.now().duration_since(Timestamp::now());
    assert!(lead > SignedDuration::from_mins(59) && lead <= SignedDuration::from_hours(1), "{lead:?}");
}
