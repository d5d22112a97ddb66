//! PortOne's part in the text, in its two dialects.

use ::portone::v1::{self, Call as _};
use ::portone::v2::{self, Call as _};
use bytes::Bytes;
use cafe_core::payment::{Charge, Checkout, Gateway, Proof};
use fakes::clock::Clock;
use fakes::portone::{Dialect, Endpoint};
use fakes::{Delivery, Trouble};
use http::Request;
use serde_json::{Map, Value};

use super::{Record, Step, Till};
use crate::portone::{Shop, query};
use crate::wire::Wire;

pub(super) fn tills() -> impl Iterator<Item = Box<dyn Till>> {
    Shop::both().into_iter().map(|shop| Box::new(shop) as Box<dyn Till>)
}

impl Till for Shop {
    fn name(&self) -> String {
        format!("{:?}", self.gateway)
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

    /// What the browser brings back proves nothing here.
    fn pay(&self, _: &Charge, checkout: &Checkout) -> Option<Proof> {
        let query = query(self.dialect, &checkout.pages.mobile);
        self.fake.pay(self.dialect, query).ok().map(|_| Proof(String::new()))
    }

    fn record(&self, order: &str) -> Record {
        let mut payments = self.fake.payments();
        payments.retain(|payment| payment.id == order);
        let sums = payments.iter().map(|payment| payment.collected);
        let collected = (sums.clone().sum(), sums.filter(|sum| *sum > 0).count());
        let cancelled = payments.iter().map(|payment| payment.cancelled).sum();
        let cancellations = payments.iter().map(|payment| payment.cancellations).sum();
        let payment = payments.swap_remove(0);
        let key = match self.dialect {
            Dialect::V1 => payment.imp_uid,
            Dialect::V2 => payment.id,
        };
        Record { key, collected, cancelled: (cancelled, cancellations) }
    }

    fn lose_answer(&self, step: Step) {
        let endpoint = match step {
            Step::Approve | Step::Lookup => Endpoint::Payment,
            Step::Cancel => Endpoint::Cancel,
        };
        self.fake.inject(endpoint, Trouble::AnswerLost);
    }

    fn cancel_saying(&self, key: &str, amount: Option<u32>) {
        let v1 = v1::cancel::CancelAmount {
            cancel: v1::cancel::Cancel {
                imp_uid: Some(key.to_owned()),
                merchant_uid: "not looked at".to_owned(),
                checksum: 4_400,
                reason: "a cold cup".to_owned(),
                refund: None,
                enable_webhook: false,
            },
            amount: 400,
            tax_free: 0,
        };
        let v2 = v2::cancel::CancelAmount {
            cancel: v2::cancel::Cancel {
                payment_id: key.to_owned(),
                current_cancellable_amount: 4_400,
                reason: "a cold cup".to_owned(),
                refund_account: None,
            },
            amount: 400,
            tax_free_amount: 0,
            vat_amount: None,
        };
        let said = |request: Request<Bytes>| {
            request.map(|body| {
                let mut fields: Map<String, Value> = serde_json::from_slice(&body).unwrap();
                match amount {
                    Some(amount) => fields.insert("amount".to_owned(), amount.into()),
                    None => fields.remove("amount"),
                };
                Value::Object(fields).to_string().into()
            })
        };
        self.answer(
            |account, token| said(v1.request(account, token).unwrap()),
            |account| said(v2.request(account).unwrap()),
        );
    }

    fn notices(&self) -> Vec<Vec<String>> {
        let headers = |notice: Delivery| notice.headers.into_iter().map(|(name, _)| name).collect();
        self.fake.take_webhooks().into_iter().map(headers).collect()
    }

    /// V1 has an envelope around its words, and around a list of them.
    fn has_said(&self, words: &str) -> bool {
        let said = self.wire.said();
        let said = std::str::from_utf8(said.body()).unwrap();
        match self.dialect {
            Dialect::V1 => {
                let answer: Value = serde_json::from_str(said).unwrap();
                let payment: Value = serde_json::from_str(words).unwrap();
                let response = &answer["response"];
                let in_a_list = response["list"].as_array().is_some_and(|list| list.contains(&payment));
                said.contains(words) && (*response == payment || in_a_list)
            }
            Dialect::V2 => said == words,
        }
    }
}
