//! What every gateway does in every dialect, however it says it: the three are translations of one text.

mod behaviour;
mod doubt;
mod kakaopay;
mod payment;
mod portone;
mod refund;
mod tosspayments;

use cafe_core::payment::{
    Behaviour, Charge, Checkout, Decline, Facts, Gateway, GatewayError, LookupKey, PaymentRef, Proof,
    Snapshot, Standing,
};
use fakes::clock::Clock;

use crate::asked::{charge, collection, returns};
use crate::wire::Wire;

/// A gateway with its fake at the other end, where payers come and of which the records can be seen.
trait Till {
    fn name(&self) -> String;
    fn gateway(&self) -> &dyn Gateway;
    fn wire(&self) -> &Wire;
    fn clock(&self) -> &Clock;

    /// The payer goes where they are sent and agrees; gives what their browser brings back. Nothing where the gateway
    /// does not let them.
    fn pay(&self, charge: &Charge, checkout: &Checkout) -> Option<Proof>;

    /// What its fake has of an order.
    fn record(&self, order: &str) -> Record;

    /// The next request of that kind is carried out, and its answer is lost.
    fn lose_answer(&self, step: Step);

    /// Asks for a cancellation of a payment of 4,400 won in the protocol's own words, with `amount` in the place of what
    /// they have there, or nothing.
    fn cancel_saying(&self, key: &str, amount: Option<u32>);

    /// What its fake has to tell by itself so far, each as the names of the headers that only it has.
    fn notices(&self) -> Vec<Vec<String>>;

    /// Whether these are the gateway's own words, to the byte, of what it said last.
    fn has_said(&self, words: &str) -> bool {
        self.wire().said().body() == words.as_bytes()
    }
}

/// What a gateway is asked for.
#[derive(Clone, Copy, Debug)]
enum Step {
    Approve,
    Lookup,
    Cancel,
}

/// What really happened to an order. Sums are in won.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    /// The gateway's name for its payment.
    key: String,
    /// What was collected, and how often.
    collected: (i64, usize),
    /// What was given back, and how often.
    cancelled: (i64, usize),
}

fn tills() -> Vec<Box<dyn Till>> {
    kakaopay::tills().chain(tosspayments::tills()).chain(portone::tills()).collect()
}

/// An order of ours that was opened.
struct Opened {
    charge: Charge,
    checkout: Checkout,
    payment: PaymentRef,
}

async fn open(till: &dyn Till, seed: u8) -> Opened {
    let charge = charge(seed);
    let checkout = till.gateway().open(&charge, &returns()).await.unwrap();
    let payment = PaymentRef {
        order: charge.order.to_string(),
        key: Some(checkout.session.key.clone()).filter(|key| !key.is_empty()),
        payer: Some(charge.payer.clone()),
    };
    Opened { charge, checkout, payment }
}

impl Opened {
    /// The payer agrees.
    fn agree(&self, till: &dyn Till) -> Proof {
        till.pay(&self.charge, &self.checkout).unwrap()
    }

    async fn approve(&self, till: &dyn Till, name: &str, proof: &Proof) -> Result<Snapshot, GatewayError> {
        till.gateway().approve(&self.payment, &collection(name, 4_400, Some(proof))).await
    }
}

/// An order that was paid, and all names by which its payment may be asked about: as we keep it, by what the gateway
/// calls it, and by its order alone where that is enough.
async fn paid(till: &dyn Till, seed: u8) -> (PaymentRef, Vec<PaymentRef>) {
    let opened = open(till, seed).await;
    let proof = opened.agree(till);
    let shown = opened.approve(till, "c1", &proof).await.unwrap();
    names(till.gateway().behaviour(), &opened.payment, &shown)
}

fn names(behaviour: Behaviour, payment: &PaymentRef, shown: &Snapshot) -> (PaymentRef, Vec<PaymentRef>) {
    let by_key = PaymentRef { key: Some(shown.key.clone()), ..payment.clone() };
    let kept = if payment.key.is_some() { payment.clone() } else { by_key.clone() };
    let mut names = vec![kept.clone(), by_key];
    match behaviour.lookup {
        LookupKey::Key => {}
        LookupKey::KeyOrOrder | LookupKey::Order => names.push(PaymentRef { key: None, ..payment.clone() }),
    }
    (kept, names)
}

/// All of what is shown that does not depend on which question it answers.
fn told(shown: &Snapshot) -> (&str, &str, bool, &Standing, &Facts) {
    (&shown.key, &shown.order, shown.is_ours, &shown.standing, &shown.facts)
}

/// Whether nothing was collected yet, and may still be.
fn is_open(till: &dyn Till, payment: &PaymentRef, looked: &Result<Snapshot, GatewayError>) -> bool {
    match looked {
        Ok(shown) => shown.standing.is_open() && shown.is_ours,
        Err(error) => {
            error.decline() == Some(Decline::NotFound) && till.gateway().behaviour().has_nobody_begun(payment)
        }
    }
}
