//! Where an accepted request is dealt with: what each endpoint can see, and what they have in common.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::endpoint::{Endpoint, Target};
use super::fields::{Fields, bad};
use super::merchant::{Manner, Merchant};
use super::problem::Problem;
use super::state::{Account, Card, Method, Payment, State, Status};
use super::{Options, billing, cancel, cash_receipt, confirm, object, webhook};

/// What an endpoint sees while it deals with one request.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    pub(crate) options: &'a Options,
    pub(crate) state: &'a mut State,
    pub(crate) merchant: &'a Merchant,
    pub(crate) now: Timestamp,
}

/// What is to be paid.
#[derive(Debug)]
pub(crate) struct Sale {
    pub(crate) order_id: String,
    pub(crate) order_name: String,
    pub(crate) total: i64,
    pub(crate) tax_free: i64,
}

impl Desk<'_> {
    pub(crate) fn perform(&mut self, target: &Target, fields: &Fields) -> Result<Value, Problem> {
        match target.endpoint {
            Endpoint::Window => self.open_window(fields),
            Endpoint::Confirm => confirm::perform(self, &target.named, fields),
            Endpoint::LookUp => self.look_up(target),
            Endpoint::Cancel => cancel::perform(self, &target.named, fields),
            Endpoint::KeyIn => self.key_in(fields),
            Endpoint::VirtualAccount => self.issue_account(fields),
            Endpoint::BillingIssue => billing::issue(self, fields),
            Endpoint::BillingLookUp => billing::look_up(self, &target.named, fields),
            Endpoint::BillingPay => billing::pay(self, &target.named, fields),
            Endpoint::BillingDelete => billing::delete(self, &target.named),
            Endpoint::CashReceipt => cash_receipt::issue(self, fields),
            Endpoint::CashReceiptCancel => cash_receipt::cancel(self, &target.named, fields),
        }
    }

    /// The payment that is meant. One of another merchant is as good as none.
    pub(crate) fn payment(&mut self, payment_key: &str) -> Result<&mut Payment, Problem> {
        let m_id = &self.merchant.m_id;
        let payment = self.state.payment_mut(payment_key);
        payment.filter(|payment| payment.m_id == *m_id).ok_or(Problem::NoSuchPayment)
    }

    pub(crate) fn show(&self, payment: &Payment) -> Value {
        object::payment(payment, self.merchant.manner, &self.options.origin)
    }

    /// A payment has another status now: whoever has registered is told.
    pub(crate) fn tell(&mut self, payment_key: &str) {
        webhook::queue(self.state, self.options, self.now, payment_key);
    }

    pub(crate) fn sale(&self, fields: &Fields, name: Name) -> Result<Sale, Problem> {
        let total = fields.amount("amount")?;
        let tax_free = fields.optional_whole("taxFreeAmount")?.unwrap_or(0);
        if tax_free > total {
            return Err(bad("taxFreeAmount", "is more than amount"));
        }
        let is_current = self.merchant.manner == Manner::Current;
        if is_current && self.options.smallest_amount.is_some_and(|smallest| total < smallest) {
            return Err(Problem::BelowMinimum);
        }
        let order_name = match name {
            Name::Needed => fields.text("orderName", 100)?,
            // The reference's own sales are all called so.
            Name::Optional => fields.optional_text("orderName", 100)?.unwrap_or_else(|| "test".to_owned()),
        };
        Ok(Sale { order_id: fields.order_id()?, order_name, total, tax_free })
    }

    /// An order number that was collected under before collects no more.
    pub(crate) fn is_new_order(&self, order_id: &str) -> Result<(), Problem> {
        let taken = self.state.payments.iter().any(|payment| {
            payment.order_id == order_id && payment.m_id == self.merchant.m_id && payment.approvals > 0
        });
        match self.merchant.manner {
            Manner::Current if taken => Err(Problem::DuplicatedOrder),
            Manner::Current | Manner::Reference => Ok(()),
        }
    }

    /// A payment that nobody has paid yet.
    pub(crate) fn fresh(&mut self, sale: Sale) -> Payment {
        Payment {
            key: self.state.key("tfake"),
            m_id: self.merchant.m_id.clone(),
            order_id: sale.order_id,
            order_name: sale.order_name,
            total: sale.total,
            tax_free: sale.tax_free,
            is_billing: false,
            method: None,
            window: None,
            status: Status::Ready,
            requested_at: self.now,
            agreed_at: None,
            approved_at: None,
            transaction_key: None,
            secret: self.state.ids.hex("ps_", 27),
            card: None,
            account: None,
            cancels: Vec::new(),
            receipt: None,
            failure: None,
            shown_status: None,
            approvals: 0,
        }
    }

    /// Collects it, here and now.
    pub(crate) fn collect(&mut self, payment: &mut Payment) {
        payment.status = Status::Done;
        payment.approved_at = Some(self.now);
        payment.transaction_key = Some(self.state.transaction());
        payment.approvals += 1;
    }

    pub(crate) fn keep(&mut self, payment: Payment) -> Value {
        let (answer, key) = (self.show(&payment), payment.key.clone());
        self.state.payments.push(payment);
        self.tell(&key);
        answer
    }

    pub(crate) fn open_window(&mut self, fields: &Fields) -> Result<Value, Problem> {
        let method = fields.text("method", 40)?;
        let takes_deposits = match method.as_str() {
            "CARD" | "카드" => false,
            "VIRTUAL_ACCOUNT" | "가상계좌" => true,
            _ => return Err(bad("method", "is none of this fake's")),
        };
        let sale = self.sale(fields, Name::Needed)?;
        let address = |name| -> Result<String, Problem> {
            let url: url::Url = fields.text(name, 2_048)?.parse().map_err(|_| bad(name, "is not a URL"))?;
            Ok(url.into())
        };
        let window = super::state::Window {
            success_url: address("successUrl")?,
            fail_url: address("failUrl")?,
            takes_deposits,
        };
        let mut payment = self.fresh(sale);
        payment.window = Some(window);
        Ok(self.keep(payment))
    }

    /// Guess: that a payment is found before it was confirmed, and which is found of an order's several.
    fn look_up(&mut self, target: &Target) -> Result<Value, Problem> {
        let m_id = &self.merchant.m_id;
        let meant = |payment: &&Payment| {
            let name = if target.by_order { &payment.order_id } else { &payment.key };
            payment.m_id == *m_id && *name == target.named
        };
        let of_order = || self.state.payments.iter().filter(meant);
        let collected = of_order().find(|payment| payment.approvals > 0);
        let payment = collected.or_else(|| of_order().next_back()).ok_or(Problem::NoSuchPayment)?;
        Ok(self.show(payment))
    }

    fn key_in(&mut self, fields: &Fields) -> Result<Value, Problem> {
        let sale = self.sale(fields, Name::Optional)?;
        let card = card(fields)?;
        self.is_new_order(&sale.order_id)?;
        let mut payment = self.fresh(sale);
        payment.method = Some(Method::Card);
        payment.card = Some(card);
        payment.agreed_at = Some(self.now);
        payment.status = Status::InProgress;
        if fields.flag("__approved") != Some(false) {
            self.collect(&mut payment);
        }
        Ok(self.keep(payment))
    }

    fn issue_account(&mut self, fields: &Fields) -> Result<Value, Problem> {
        let sale = self.sale(fields, Name::Needed)?;
        let (bank, customer_name) = (fields.text("bank", 30)?, fields.text("customerName", 100)?);
        // Guess: with both, the hours win; and a `dueDate` says no more than how many hours it is away.
        let hours = fields.optional_whole("validHours")?.unwrap_or(self.usual_hours());
        if !(1..=2_160).contains(&hours) {
            return Err(bad("validHours", "is not 1 to 2160"));
        }
        self.is_new_order(&sale.order_id)?;
        let mut payment = self.fresh(sale);
        payment.account = Some(self.account(bank, customer_name, hours));
        payment.method = Some(Method::VirtualAccount);
        payment.status = Status::WaitingForDeposit;
        payment.transaction_key = Some(self.state.transaction());
        Ok(self.keep(payment))
    }

    /// A week, as documented; three days with the reference.
    pub(crate) fn usual_hours(&self) -> i64 {
        match self.merchant.manner {
            Manner::Current => 168,
            Manner::Reference => 72,
        }
    }

    pub(crate) fn account(&self, bank: String, customer_name: String, hours: i64) -> Account {
        Account {
            number: "110417532896".into(),
            bank,
            customer_name,
            due: self.now.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX),
            expired: false,
            refund: "NONE".into(),
        }
    }
}

/// Whether what is bought must be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Needed,
    Optional,
}

/// A card, as its owner types it in.
pub(crate) fn card(fields: &Fields) -> Result<Card, Problem> {
    let number = fields.digits("cardNumber", 10, 20)?;
    fields.digits("cardExpirationYear", 2, 2)?;
    let month = fields.digits("cardExpirationMonth", 2, 2)?;
    if !("01"..="12").contains(&month.as_str()) {
        return Err(bad("cardExpirationMonth", "is no month"));
    }
    let months = fields.optional_whole("cardInstallmentPlan")?.unwrap_or(0);
    if months > 12 { Err(bad("cardInstallmentPlan", "is more than 12")) } else { Ok(Card { number, months }) }
}
