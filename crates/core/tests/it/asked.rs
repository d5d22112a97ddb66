//! What is asked of every gateway: one order of 4,400 won, by a payer of ours or by a service.

use cafe_core::payment::{
    Cancellation, Charge, Collection, OrderId, PayerId, PaymentRef, Proof, Returning, Returns, Won,
};
use jiff::{SignedDuration, Timestamp};

/// What a service calls its order.
pub(crate) const ORDER: &str = "8d3cd4f7-1f1c-4a2b-9a52-3f6a5a0a6f10";

pub(crate) fn opened_at() -> Timestamp {
    "2026-11-21T01:00:00Z".parse().unwrap()
}

pub(crate) fn a_minute_later() -> Timestamp {
    opened_at().checked_add(SignedDuration::from_mins(1)).unwrap()
}

/// One of ours; another seed is another order.
pub(crate) fn charge(seed: u8) -> Charge {
    Charge {
        order: OrderId::new(opened_at(), [seed; 10]),
        payer: PayerId("u-7f3a".to_owned()),
        item: "라떼 & 케이크".to_owned(),
        quantity: 2,
        amount: Won::new(4_400),
    }
}

pub(crate) fn returns() -> Returns {
    let to = |end: &str| format!("https://cafe.example/pay/{end}?a=b");
    let window = "https://cafe.example/pay/window".to_owned();
    Returns { approve: to("approve"), cancel: to("cancel"), fail: to("fail"), window }
}

/// A payment that a service opened, of which nothing but its two names is known.
pub(crate) fn of_a_service(key: &str) -> PaymentRef {
    PaymentRef { order: ORDER.to_owned(), key: Some(key.to_owned()), payer: None }
}

pub(crate) fn collection(name: &str, amount: u32, proof: Option<&Proof>) -> Collection {
    Collection { name: name.to_owned(), amount: Won::new(amount), proof: proof.cloned() }
}

/// So much of what is left.
pub(crate) fn cancellation(name: &str, amount: u32, left: u32) -> Cancellation {
    cancellation_of(name, Returning::new(Won::new(amount), Won::new(left)).unwrap())
}

pub(crate) fn cancellation_of(name: &str, returning: Returning) -> Cancellation {
    Cancellation { name: name.to_owned(), returning, reason: "a cold cup".to_owned(), account: None }
}

/// What nobody means to send, and what a gateway may take for everything.
pub(crate) fn nothing_at_all() -> [Returning; 2] {
    let left = Won::new(4_400);
    [Returning::Part { amount: Won::ZERO, left }, Returning::All { left: Won::ZERO }]
}
