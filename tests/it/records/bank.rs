//! A gateway in memory: it collects, gives back and is looked up, and fails on demand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use cafe_core::payment::{
    Accounts, Behaviour, Cancel, CancelWithoutAmount, Cancellation, CaptureBy, Charge, Checkout, Collection,
    Decline, Document, Facts, Gateway, GatewayError, Idempotency, KeyScope, LookupKey, NoticeTrust,
    PaymentRef, Provider, Refusal, Returns, Snapshot, Standing, VendorCode, Won,
};
use jiff::{SignedDuration, Timestamp};

use super::office::at;

const BANK: Provider = Provider::TossPayments;

/// What goes wrong with a request that moves money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It never arrives.
    Lost,
    /// It works, and the answer never arrives.
    Unanswered,
    /// It is not even sent.
    Unreached,
}

/// A payment at the bank.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) order: String,
    pub(super) price: u32,
    pub(super) standing: Standing,
    pub(super) paid_at: Option<Timestamp>,
    pub(super) cancels: Vec<Cancel>,
}

/// The gateway.
#[derive(Debug, Default)]
pub(super) struct Bank(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    accounts: BTreeMap<String, Account>,
    faults: VecDeque<Fault>,
    keys: BTreeMap<String, Result<(), ()>>,
    look_ups: usize,
    movements: usize,
}

impl Bank {
    /// A customer has agreed to pay, or has paid into a virtual account or not.
    pub(super) fn opens(&self, uid: &str, order: &str, price: u32, standing: Standing) {
        let paid_at = (standing == Standing::Paid).then(|| at(0));
        let account = Account { order: order.to_owned(), price, standing, paid_at, cancels: Vec::new() };
        self.0.lock().unwrap().accounts.insert(uid.to_owned(), account);
    }

    /// What happens at the bank by itself.
    pub(super) fn changes(&self, uid: &str, change: impl FnOnce(&mut Account)) {
        change(self.0.lock().unwrap().accounts.get_mut(uid).unwrap());
    }

    pub(super) fn fails(&self, fault: Fault) {
        self.0.lock().unwrap().faults.push_back(fault);
    }

    /// What it collected of a payment, less what it gave back.
    pub(super) fn holds(&self, uid: &str) -> u32 {
        let state = self.0.lock().unwrap();
        let account = &state.accounts[uid];
        let collected = if account.paid_at.is_some() { account.price } else { 0 };
        collected - account.cancels.iter().map(|cancel| cancel.price.get()).sum::<u32>()
    }

    /// How often it was looked up since the last time.
    pub(super) fn look_ups(&self) -> usize {
        std::mem::take(&mut self.0.lock().unwrap().look_ups)
    }

    /// How often money moved.
    pub(super) fn movements(&self) -> usize {
        self.0.lock().unwrap().movements
    }

    /// Does something once for each key, as Toss does.
    fn moves(
        &self,
        uid: &str,
        key: String,
        change: impl FnOnce(&mut Account) -> Result<(), ()>,
    ) -> Result<Snapshot, GatewayError> {
        let mut state = self.0.lock().unwrap();
        let fault = state.faults.pop_front();
        let lost = |why: &'static str| GatewayError::Unknown(BANK, why.into());
        match fault {
            Some(Fault::Unreached) => return Err(GatewayError::Unreached(BANK, "no connection".into())),
            Some(Fault::Lost) => return Err(lost("it never arrived")),
            Some(Fault::Unanswered) | None => {}
        }
        let done = if let Some(done) = state.keys.get(&key) {
            *done
        } else {
            let account = state.accounts.get_mut(uid).ok_or_else(|| refused(404, "NOT_FOUND_PAYMENT"))?;
            let done = change(account);
            state.movements += usize::from(done.is_ok());
            state.keys.insert(key, done);
            done
        };
        if fault == Some(Fault::Unanswered) {
            return Err(lost("its answer was lost"));
        }
        done.map_err(|()| refused(400, "NOT_THAT"))?;
        Ok(shown(uid, &state.accounts[uid]))
    }
}

fn refused(status: u16, code: &str) -> GatewayError {
    let refusal = Refusal {
        status,
        code: code.to_owned(),
        path: "/v1/payments".to_owned(),
        text: format!("{{\"code\":\"{code}\"}}"),
    };
    let decline = if status == 404 { Decline::NotFound } else { Decline::Refused };
    GatewayError::Declined { provider: BANK, decline, refusal }
}

fn shown(uid: &str, account: &Account) -> Snapshot {
    let refund = account.cancels.iter().map(|cancel| cancel.price.get()).sum();
    let standing = if account.paid_at.is_some() && refund == account.price {
        Standing::Cancelled
    } else {
        account.standing.clone()
    };
    Snapshot {
        key: uid.to_owned(),
        order: account.order.clone(),
        is_ours: true,
        method: None,
        number: None,
        standing,
        facts: Facts {
            currency: "KRW".to_owned(),
            price: Won::new(account.price),
            refund: Won::new(refund),
            paid_at: account.paid_at,
            cancels: account.cancels.clone(),
        },
        data: Document(format!(r#"{{"paymentKey":"{uid}","card":"4330123412341234","refund":{refund}}}"#)),
    }
}

fn key(payment: &PaymentRef) -> &str {
    payment.key.as_deref().unwrap()
}

#[async_trait]
impl Gateway for Bank {
    fn provider(&self) -> Provider {
        BANK
    }

    fn behaviour(&self) -> Behaviour {
        Behaviour {
            idempotency: Idempotency::ByKey {
                scope: KeyScope::WithoutBody,
                life: SignedDuration::from_hours(24),
            },
            lookup: LookupKey::Key,
            capture: CaptureBy::Approve,
            notices: NoticeTrust::Unsigned,
            cancel_without_amount: CancelWithoutAmount::Everything,
            pay_within: SignedDuration::from_mins(10),
            open_for: SignedDuration::from_mins(14),
            failed_after: SignedDuration::from_mins(1),
            released_after: SignedDuration::from_mins(10),
            refund_lost_after: SignedDuration::from_mins(10),
        }
    }

    /// Customers come to it from elsewhere.
    async fn open(&self, _: &Charge, _: &Returns) -> Result<Checkout, GatewayError> {
        Err(GatewayError::Unreached(BANK, "it opens nothing".into()))
    }

    async fn approve(&self, payment: &PaymentRef, collection: &Collection) -> Result<Snapshot, GatewayError> {
        self.moves(key(payment), format!("collect {}", collection.name), |account| {
            let agreed = account.standing == Standing::Collectable;
            if account.order != payment.order || account.price != collection.amount.get() || !agreed {
                // One that collects by itself, or has collected, is only looked at.
                return if agreed { Err(()) } else { Ok(()) };
            }
            (account.standing, account.paid_at) = (Standing::Paid, Some(at(1)));
            Ok(())
        })
    }

    async fn lookup(&self, payment: &PaymentRef) -> Result<Snapshot, GatewayError> {
        let mut state = self.0.lock().unwrap();
        state.look_ups += 1;
        let uid = key(payment);
        state
            .accounts
            .get(uid)
            .map(|account| shown(uid, account))
            .ok_or_else(|| refused(404, "NOT_FOUND_PAYMENT"))
    }

    async fn cancel(
        &self,
        payment: &PaymentRef,
        cancellation: &Cancellation,
    ) -> Result<Option<Snapshot>, GatewayError> {
        let Cancellation { name, returning, reason, .. } = cancellation;
        let done = self.moves(key(payment), format!("give back {name}"), |account| {
            let left = account.price - account.cancels.iter().map(|cancel| cancel.price.get()).sum::<u32>();
            if account.paid_at.is_none() || returning.left().get() != left {
                return Err(());
            }
            let (price, reason) = (returning.amount(), reason.clone());
            account.cancels.push(Cancel { price, reason, created_at: at(10) });
            Ok(())
        });
        done.map(Some)
    }

    async fn stored_method(&self, key: &str, customer: &str) -> Result<Document, GatewayError> {
        let known = self.0.lock().unwrap().accounts.get(key).is_some_and(|account| account.order == customer);
        known
            .then(|| Document(format!(r#"{{"billingKey":"{key}"}}"#)))
            .ok_or_else(|| refused(403, "NOT_MATCHES_CUSTOMER_KEY"))
    }
}

impl Accounts for Bank {
    fn of(&self, vendor: VendorCode, store: &str) -> Option<&dyn Gateway> {
        (vendor == VendorCode::TossPayments && store == "shop").then_some(self)
    }

    fn all_of(&self, vendor: VendorCode) -> Vec<&dyn Gateway> {
        self.of(vendor, "shop").into_iter().collect()
    }
}
