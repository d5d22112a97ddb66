//! A gateway in memory: it collects, gives back and is looked up, and fails on demand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use cafe_core::payment::{
    Acquirer, Acquirers, AskError, Cancel, Collection, Document, Facts, Observed, Refusal, Return, Standing,
    VendorCode, Won,
};
use jiff::Timestamp;

use super::office::at;

const BANK: VendorCode = VendorCode::TossPayments;

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
    ) -> Result<Observed, AskError> {
        let mut state = self.0.lock().unwrap();
        let fault = state.faults.pop_front();
        let lost = |why: &'static str| AskError::Unknown(BANK, why.into());
        match fault {
            Some(Fault::Unreached) => return Err(AskError::Unreached(BANK, "no connection".into())),
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
        Ok(observed(uid, &state.accounts[uid]))
    }
}

fn refused(status: u16, code: &str) -> AskError {
    let refusal = Refusal {
        status,
        code: code.to_owned(),
        path: "/v1/payments".to_owned(),
        text: format!("{{\"code\":\"{code}\"}}"),
    };
    AskError::Refused { vendor: BANK, refusal }
}

fn observed(uid: &str, account: &Account) -> Observed {
    let refund = account.cancels.iter().map(|cancel| cancel.price.get()).sum();
    let standing = if account.paid_at.is_some() && refund == account.price {
        Standing::Cancelled
    } else {
        account.standing.clone()
    };
    Observed {
        uid: uid.to_owned(),
        order: account.order.clone(),
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

#[async_trait]
impl Acquirer for Bank {
    async fn collect(&self, collection: Collection<'_>) -> Result<Observed, AskError> {
        let Collection { uid, order, price, key } = collection;
        self.moves(uid, format!("collect {key}"), |account| {
            let agreed = account.standing == Standing::Agreed;
            if account.order != order || account.price != price.get() || !agreed {
                // One that collects by itself, or has collected, is only looked at.
                return if agreed { Err(()) } else { Ok(()) };
            }
            (account.standing, account.paid_at) = (Standing::Paid, Some(at(1)));
            Ok(())
        })
    }

    async fn look_up(&self, uid: &str) -> Result<Observed, AskError> {
        let mut state = self.0.lock().unwrap();
        state.look_ups += 1;
        state
            .accounts
            .get(uid)
            .map(|account| observed(uid, account))
            .ok_or_else(|| refused(404, "NOT_FOUND_PAYMENT"))
    }

    async fn give_back(&self, request: Return<'_>) -> Result<Observed, AskError> {
        let Return { uid, returning, reason, key, .. } = request;
        self.moves(uid, format!("give back {key}"), |account| {
            let left = account.price - account.cancels.iter().map(|cancel| cancel.price.get()).sum::<u32>();
            if account.paid_at.is_none() || returning.left().get() != left {
                return Err(());
            }
            let (price, reason) = (returning.amount(), reason.to_owned());
            account.cancels.push(Cancel { price, reason, created_at: at(10) });
            Ok(())
        })
    }

    async fn stored_method(&self, uid: &str, customer: &str) -> Result<Document, AskError> {
        let known = self.0.lock().unwrap().accounts.get(uid).is_some_and(|account| account.order == customer);
        known
            .then(|| Document(format!(r#"{{"billingKey":"{uid}"}}"#)))
            .ok_or_else(|| refused(403, "NOT_MATCHES_CUSTOMER_KEY"))
    }
}

impl Acquirers for Bank {
    fn of(&self, vendor: VendorCode, store: &str) -> Option<&dyn Acquirer> {
        (vendor == BANK && store == "shop").then_some(self)
    }
}
