//! How a gateway behaves where gateways differ: stated once by each, and read by recovery, so that no flow asks
//! which gateway it is.

use jiff::{SignedDuration, Timestamp};

use super::PaymentRef;

/// How a gateway behaves where gateways differ.
///
/// It says nothing about money by itself: what has happened is always looked up. It says what a look-up may rely on,
/// how long something may still happen, and which request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// What the gateway takes for the same request, so that repeating it does nothing twice.
    pub idempotency: Idempotency,
    /// By what [`Gateway::lookup`](super::Gateway::lookup) finds a payment.
    pub lookup: LookupKey,
    /// Who makes the money move once the payer has agreed.
    pub capture: CaptureBy,
    /// What a message that the gateway sends by itself is worth.
    pub notices: NoticeTrust,
    /// What the gateway makes of a cancellation without an amount. An implementation never sends one where a part
    /// is meant.
    pub cancel_without_amount: CancelWithoutAmount,
    /// How long a payer is given from the opening on: no longer than the gateway gives them where we collect.
    pub pay_within: SignedDuration,
    /// How long a payment that was opened may still be collected, as the gateway counts. Where the gateway captures by
    /// itself, an order that is given up earlier must be watched that long.
    pub open_for: SignedDuration,
    /// How long after it was last asked to collect the gateway's word that a payment failed is final.
    pub failed_after: SignedDuration,
    /// How long after it was last asked to collect nobody believes any more that it is about to, though a late answer of
    /// some bank cannot be excluded.
    pub released_after: SignedDuration,
    /// How long after it was first asked to give money back nobody believes any more that a request for it is on its way.
    pub refund_lost_after: SignedDuration,
}

/// How long a payment that is made in the last moment may take to be seen.
const SHOWN_AFTER: SignedDuration = SignedDuration::from_mins(1);

impl Behaviour {
    /// Whether the money moves although nobody asks for it, so that nothing but a look-up tells what was collected, and
    /// only of its own moment.
    #[must_use]
    pub const fn captures_by_itself(&self) -> bool {
        match self.capture {
            CaptureBy::Approve => false,
            CaptureBy::Itself => true,
        }
    }

    /// Whether a payment that could be begun at `since` and was not collected at `now` may still be, although nobody asks
    /// for it.
    #[must_use]
    pub fn may_capture_at(&self, since: Timestamp, now: Timestamp) -> bool {
        self.captures_by_itself() && now.duration_since(since) < self.open_for + SHOWN_AFTER
    }

    /// Whether a payer's agreement of `since` or before has run out at `now`, so that nothing is collected by it any more,
    /// nor by a request that was sent for it.
    #[must_use]
    pub fn has_run_out(&self, since: Timestamp, now: Timestamp) -> bool {
        now.duration_since(since) >= self.open_for + SHOWN_AFTER
    }

    /// Whether a refund that was first asked for at `since` and does not show at `now` was lost on its way, so that it may be
    /// asked for anew or given up.
    #[must_use]
    pub fn has_lost_refund(&self, since: Timestamp, now: Timestamp) -> bool {
        now.duration_since(since) >= self.refund_lost_after
    }

    /// Whether a payment whose key nobody has learned is found.
    #[must_use]
    pub const fn finds_by_order(&self) -> bool {
        match self.lookup {
            LookupKey::Key => false,
            LookupKey::KeyOrOrder | LookupKey::Order => true,
        }
    }

    /// Whether it knows of no such payment because nobody has come as far as beginning it. Else it should know it, and was
    /// perhaps asked with another account than the payment's.
    #[must_use]
    pub const fn has_nobody_begun(&self, payment: &PaymentRef) -> bool {
        match self.lookup {
            LookupKey::Key => false,
            LookupKey::KeyOrOrder => payment.key.is_none(),
            LookupKey::Order => true,
        }
    }
}

/// What a gateway takes for the same request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// Nothing: what stands in the way of a second effect is the payment's state, and at cancelling the balance that
    /// is sent along ([`Returning::left`](super::Returning::left)).
    ByState,
    /// The payment's own name, for ever: it cannot be paid twice under one name.
    ByPayment,
    /// A key that is sent along. The first answer, a refusal as well, is given again to whoever sends the same key
    /// within its life; after that the request is a new one.
    ByKey {
        /// What belongs to the key.
        scope: KeyScope,
        /// How long it is remembered, from its first use.
        life: SignedDuration,
    },
}

/// What belongs to an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyScope {
    /// Account, method and URL, but not the body: one key sent with two payments to one URL gets the answer of the
    /// first. So a key must be made of all that the request says.
    WithoutBody,
    /// The body as well: the same key with another body is refused.
    WithBody,
}

/// By what a payment is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupKey {
    /// Only by the gateway's own key: a payment whose key never reached us cannot be found, nor paid.
    Key,
    /// By the gateway's own key, and by the order's id where that never reached us.
    KeyOrOrder,
    /// By the order's id, which is the payment's name there as well.
    Order,
}

/// Who makes the money move once the payer has agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureBy {
    /// We do, with [`Gateway::approve`](super::Gateway::approve): without it nothing is ever collected.
    Approve,
    /// The gateway does, whether anybody comes back or not; `approve` only asks what has become of it.
    Itself,
}

/// What a message that a gateway sends by itself is worth. Whatever it is worth, it is a nudge: the truth is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeTrust {
    /// It sends none: who does not come back must be looked up.
    Silent,
    /// Anybody can send one, so each may cost one look-up and no more.
    Unsigned,
    /// It is signed, so one that is not the gateway's costs nothing.
    Signed,
}

/// What a gateway makes of a cancellation without an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelWithoutAmount {
    /// It is refused.
    Refused,
    /// It gives everything back.
    Everything,
    /// It gives everything back, and so does an amount of zero.
    EverythingAndForZero,
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEHAVIOUR: Behaviour = Behaviour {
        idempotency: Idempotency::ByState,
        lookup: LookupKey::KeyOrOrder,
        capture: CaptureBy::Approve,
        notices: NoticeTrust::Unsigned,
        cancel_without_amount: CancelWithoutAmount::Everything,
        pay_within: SignedDuration::from_mins(10),
        open_for: SignedDuration::from_mins(20),
        failed_after: SignedDuration::from_mins(1),
        released_after: SignedDuration::from_mins(10),
        refund_lost_after: SignedDuration::from_mins(5),
    };

    #[test]
    fn what_is_not_known_was_not_begun_only_where_the_gateway_cannot_know_it_by_another_name() {
        let named = |key: Option<&str>| PaymentRef {
            order: "order".to_owned(),
            key: key.map(str::to_owned),
            payer: None,
        };
        for (lookup, with_key, without, by_order) in [
            (LookupKey::Key, false, false, false),
            (LookupKey::KeyOrOrder, false, true, true),
            (LookupKey::Order, true, true, true),
        ] {
            let behaviour = Behaviour { lookup, ..BEHAVIOUR };
            assert_eq!(behaviour.has_nobody_begun(&named(Some("key"))), with_key, "{lookup:?}");
            assert_eq!(behaviour.has_nobody_begun(&named(None)), without, "{lookup:?}");
            assert_eq!(behaviour.finds_by_order(), by_order, "{lookup:?}");
        }
    }

    #[test]
    fn an_agreement_runs_out_and_a_refund_is_lost_after_the_gateway_s_own_time() {
        let at = |minutes: i64| Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap();
        let run_out = |minutes| BEHAVIOUR.has_run_out(at(0), at(minutes));
        assert_eq!([0, 20, 21].map(run_out), [false, false, true], "a minute longer than it is open");
        let lost = |minutes| BEHAVIOUR.has_lost_refund(at(0), at(minutes));
        assert_eq!([0, 4, 5].map(lost), [false, false, true]);
    }

    #[test]
    fn only_what_a_gateway_captures_by_itself_may_come_after_everybody_has_left() {
        let at = |minutes: i64| Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap();
        assert!(!BEHAVIOUR.may_capture_at(at(0), at(0)));
        let by_itself = Behaviour { capture: CaptureBy::Itself, ..BEHAVIOUR };
        assert_eq!(
            [0, 20, 21].map(|minutes| by_itself.may_capture_at(at(0), at(minutes))),
            [true, true, false]
        );
    }
}
