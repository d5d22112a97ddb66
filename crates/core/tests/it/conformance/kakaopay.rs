//! KakaoPay's part in the text.

use ::kakaopay::Call as _;
use ::kakaopay::cancel::Cancel;
use bytes::Bytes;
use cafe_core::payment::{Charge, Checkout, Gateway, Proof};
use fakes::clock::Clock;
use fakes::kakaopay::{Endpoint, Fault};
use serde_json::{Map, Value};

use super::{Record, Step, Till};
use crate::kakaopay::{Shop, proof, shops};
use crate::wire::Wire;

pub(super) fn tills() -> impl Iterator<Item = Box<dyn Till>> {
    shops().into_iter().map(|shop| Box::new(shop) as Box<dyn Till>)
}

impl Till for Shop {
    fn name(&self) -> String {
        format!("{:?}", self.account)
    }

    fn gateway(&self) -> &dyn Gateway {
        &self.gateway
    }

    fn wire(&self) -> &Wire {
        &self.wire
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn pay(&self, _: &Charge, checkout: &Checkout) -> Option<Proof> {
        self.fake.pay(&checkout.session.key).ok().map(|next| proof(&next))
    }

    fn record(&self, order: &str) -> Record {
        let payments = self.fake.payments();
        let payment = payments.into_iter().find(|payment| payment.partner_order_id == order).unwrap();
        Record {
            key: payment.tid,
            collected: (payment.collected, payment.approvals),
            cancelled: (payment.cancelled, payment.cancellations),
        }
    }

    fn lose_answer(&self, step: Step) {
        let endpoint = match step {
            Step::Approve => Endpoint::Approve,
            Step::Lookup => Endpoint::Order,
            Step::Cancel => Endpoint::Cancel,
        };
        self.fake.inject(endpoint, Fault::AnswerLost);
    }

    fn cancel_saying(&self, key: &str, amount: Option<u32>) {
        let cancel = Cancel {
            tid: key.to_owned(),
            cancel_amount: 400,
            cancel_tax_free_amount: 0,
            cancel_vat_amount: None,
            cancel_available_amount: Some(4_400),
            payload: None,
        };
        let request = cancel.request(&self.account).unwrap().map(|body| said(&body, amount));
        assert!(self.fake.answer(&request).answer().is_some());
    }

    fn notices(&self) -> Vec<Vec<String>> {
        Vec::new()
    }
}

/// The body with another amount: JSON, or a form.
fn said(body: &Bytes, amount: Option<u32>) -> Bytes {
    let Ok(mut fields) = serde_json::from_slice::<Map<String, Value>>(body) else {
        let others = url::form_urlencoded::parse(body).filter(|(name, _)| name != "cancel_amount");
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(others);
        if let Some(amount) = amount {
            form.append_pair("cancel_amount", &amount.to_string());
        }
        return form.finish().into();
    };
    match amount {
        Some(amount) => fields.insert("cancel_amount".to_owned(), amount.into()),
        None => fields.remove("cancel_amount"),
    };
    Value::Object(fields).to_string().into()
}
