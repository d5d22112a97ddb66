//! Toss Payments' part in the text: on its own page, or on one of ours.

use std::num::NonZeroU32;

use ::tosspayments::cancel::CancelAmount;
use ::tosspayments::{Call as _, WindowMethod};
use cafe_core::gateway::tosspayments::TossPayments;
use cafe_core::payment::{Charge, Checkout, Gateway, Proof};
use fakes::clock::Clock;
use fakes::tosspayments::{Endpoint, Fault, Manner};
use serde_json::{Map, Value};

use super::{Record, Step, Till};
use crate::tosspayments::{Shop, on_a_page, shops};
use crate::wire::Wire;

/// A shop, and the gateway as it opens payments there.
struct Counter {
    shop: Shop,
    gateway: TossPayments,
    place: &'static str,
}

pub(super) fn tills() -> impl Iterator<Item = Box<dyn Till>> {
    // The older look knows no page of its own.
    let its_own = shops().into_iter().filter(|shop| shop.manner == Manner::Current);
    let its_own = its_own.map(|shop| Counter { gateway: shop.gateway.clone(), shop, place: "its own page" });
    let ours =
        shops().into_iter().map(|shop| Counter { gateway: on_a_page(&shop), shop, place: "a page of ours" });
    its_own.chain(ours).map(|counter| Box::new(counter) as Box<dyn Till>)
}

impl Till for Counter {
    fn name(&self) -> String {
        format!("{:?} {:?} on {}", self.shop.manner, self.shop.account, self.place)
    }

    fn gateway(&self) -> &dyn Gateway {
        &self.gateway
    }

    fn wire(&self) -> &Wire {
        &self.shop.wire
    }

    fn clock(&self) -> &Clock {
        &self.shop.clock
    }

    fn pay(&self, charge: &Charge, checkout: &Checkout) -> Option<Proof> {
        let key = match &*checkout.session.key {
            "" => self.shop.window(&charge.order.to_string(), WindowMethod::Card).payment_key,
            known => known.to_owned(),
        };
        self.shop.fake.pay(&key).ok().map(|_| Proof(key))
    }

    fn record(&self, order: &str) -> Record {
        let mut payments = self.shop.fake.payments();
        payments.retain(|payment| payment.order_id == order);
        let collected = payments.iter().map(|payment| payment.collected).sum();
        let approvals = payments.iter().map(|payment| payment.approvals).sum();
        let cancelled = payments.iter().map(|payment| payment.cancelled).sum();
        let cancellations = payments.iter().map(|payment| payment.cancellations).sum();
        Record {
            key: payments.swap_remove(0).payment_key,
            collected: (collected, approvals),
            cancelled: (cancelled, cancellations),
        }
    }

    fn lose_answer(&self, step: Step) {
        let endpoint = match step {
            Step::Approve => Endpoint::Confirm,
            Step::Lookup => Endpoint::LookUp,
            Step::Cancel => Endpoint::Cancel,
        };
        self.shop.fake.inject(endpoint, Fault::AnswerLost);
    }

    fn cancel_saying(&self, key: &str, amount: Option<u32>) {
        let part = CancelAmount {
            payment_key: key.to_owned(),
            cancel_reason: "a cold cup".to_owned(),
            cancel_amount: NonZeroU32::new(400).unwrap(),
            tax_free_amount: None,
            refundable_amount: NonZeroU32::new(4_400),
            refund_account: None,
        };
        let request = part.request(&self.shop.account).unwrap().map(|body| {
            let mut fields: Map<String, Value> = serde_json::from_slice(&body).unwrap();
            match amount {
                Some(amount) => fields.insert("cancelAmount".to_owned(), amount.into()),
                None => fields.remove("cancelAmount"),
            };
            Value::Object(fields).to_string().into()
        });
        assert!(self.shop.fake.answer(&request).answer().is_some());
    }

    fn notices(&self) -> Vec<Vec<String>> {
        self.shop.fake.webhooks().iter().map(|_| Vec::new()).collect()
    }
}
