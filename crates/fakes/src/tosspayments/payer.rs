//! What the payer does, on the fake's page or without a browser, and what banks and people do without the merchant.

use jiff::Timestamp;

use super::Options;
use super::desk::Desk;
use super::state::{Cancel, Card, Method, Payment, State, Status};
use super::{cancel, webhook};

/// What a payer can do on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Agrees to pay by card.
    Pay,
    /// Chooses a virtual account.
    Deposit,
    Cancel,
    Fail,
    TimeOut,
}

/// Why that cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayerError {
    /// There is no such payment, or none with a page.
    NoSuchPayment,
    /// It is too far for that.
    Finished(Status),
    /// It is not paid that way.
    OtherMethod,
}

impl std::fmt::Display for PayerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PayerError::NoSuchPayment => f.write_str("no such payment"),
            PayerError::Finished(status) => write!(f, "the payment is already {}", status.as_str()),
            PayerError::OtherMethod => f.write_str("the payment is not paid that way"),
        }
    }
}

impl std::error::Error for PayerError {}

/// Whom something happens to, and when.
#[derive(Debug)]
pub(crate) struct World<'a> {
    pub(crate) options: &'a Options,
    pub(crate) state: &'a mut State,
    pub(crate) now: Timestamp,
}

impl World<'_> {
    /// The payer presses a button. Gives the address that the browser is sent to.
    pub(crate) fn act(&mut self, payment_key: &str, act: Act) -> Result<String, PayerError> {
        let now = self.now;
        let payment = self.state.payment_mut(payment_key).ok_or(PayerError::NoSuchPayment)?;
        let window = payment.window.clone().ok_or(PayerError::NoSuchPayment)?;
        if payment.status != Status::Ready {
            return Err(PayerError::Finished(payment.status));
        }
        let failed = |code: &str, message: &str, order: Option<&str>| {
            let mut pairs = vec![("code", code), ("message", message)];
            pairs.extend(order.map(|order| ("orderId", order)));
            with_query(&window.fail_url, &pairs)
        };
        let next = match act {
            Act::Deposit if !window.takes_deposits => return Err(PayerError::OtherMethod),
            Act::Pay | Act::Deposit => {
                payment.status = Status::InProgress;
                payment.agreed_at = Some(now);
                let amount = payment.total.to_string();
                with_query(
                    &window.success_url,
                    &[
                        ("paymentType", "NORMAL"),
                        ("paymentKey", &payment.key),
                        ("orderId", &payment.order_id),
                        ("amount", &amount),
                    ],
                )
            }
            // The window closes and the payment stays as it is: it can be opened again until it expires. The order is left
            // out, as documented.
            Act::Cancel => failed("PAY_PROCESS_CANCELED", "사용자에 의해 결제가 취소되었습니다.", None),
            Act::Fail => {
                let (code, message) = ("REJECT_CARD_COMPANY", "결제 승인이 거절되었습니다.");
                payment.status = Status::Aborted;
                payment.failure = Some((code.into(), message.into()));
                failed(code, message, Some(&payment.order_id))
            }
            Act::TimeOut => {
                payment.expire();
                let message = "결제 진행 중 승인에 실패하여 결제가 중단되었습니다.";
                failed("PAY_PROCESS_ABORTED", message, Some(&payment.order_id))
            }
        };
        if act == Act::Pay {
            payment.method = Some(Method::Card);
            payment.card = Some(Card { number: "4330123412341234".into(), months: 0 });
        } else if act == Act::Deposit {
            payment.method = Some(Method::VirtualAccount);
            self.give_account(payment_key);
        }
        if act != Act::Cancel {
            webhook::queue(self.state, self.options, now, payment_key);
        }
        Ok(next)
    }

    /// The number stands on the page and in the payment; whoever pays in before the confirmation pays nothing.
    fn give_account(&mut self, payment_key: &str) {
        let Some(merchant) = self
            .state
            .payment(payment_key)
            .and_then(|payment| self.options.merchants.iter().find(|merchant| merchant.m_id == payment.m_id))
        else {
            return;
        };
        let desk = Desk { options: self.options, state: &mut *self.state, merchant, now: self.now };
        let hours = desk.usual_hours();
        let account = desk.account("20".into(), "김토스".into(), hours);
        if let Some(payment) = self.state.payment_mut(payment_key) {
            payment.account = Some(account);
        }
    }

    /// Somebody pays into a virtual account.
    pub(crate) fn deposit(&mut self, payment_key: &str) -> Result<(), PayerError> {
        let now = self.now;
        self.change(payment_key, |payment| {
            if payment.method != Some(Method::VirtualAccount) {
                return Err(PayerError::OtherMethod);
            }
            if payment.status != Status::WaitingForDeposit {
                return Err(PayerError::Finished(payment.status));
            }
            collect(payment, now);
            Ok(())
        })
    }

    /// The bank takes a deposit back: the account waits for it again.
    pub(crate) fn reverse_deposit(&mut self, payment_key: &str) -> Result<(), PayerError> {
        self.change(payment_key, |payment| {
            if payment.method != Some(Method::VirtualAccount) {
                return Err(PayerError::OtherMethod);
            }
            if payment.status != Status::Done {
                return Err(PayerError::Finished(payment.status));
            }
            payment.status = Status::WaitingForDeposit;
            payment.approved_at = None;
            payment.approvals -= 1;
            Ok(())
        })
    }

    /// The card company collects after all, whatever the time and whoever has given up: `sum` where that is another one
    /// than was asked for.
    pub(crate) fn capture(&mut self, payment_key: &str, sum: Option<i64>) -> Result<(), PayerError> {
        let now = self.now;
        self.change(payment_key, |payment| {
            if payment.approved_at.is_some() {
                return Err(PayerError::Finished(payment.status));
            }
            payment.total = sum.unwrap_or(payment.total);
            payment.method = payment.method.or(Some(Method::Card));
            payment.failure = None;
            collect(payment, now);
            Ok(())
        })
    }

    /// The card company gives up: whatever the payer agreed to, the payment has failed.
    pub(crate) fn give_up(&mut self, payment_key: &str) -> Result<(), PayerError> {
        self.change(payment_key, |payment| {
            if payment.approved_at.is_some() {
                return Err(PayerError::Finished(payment.status));
            }
            payment.status = Status::Aborted;
            payment.failure = Some(("COMMON_ERROR".into(), "일시적인 오류가 발생했습니다.".into()));
            Ok(())
        })
    }

    /// A person gives `sum` back at Toss Payments' own desk, or as much of it as is there.
    pub(crate) fn give_back(&mut self, payment_key: &str, sum: i64) -> Result<(), PayerError> {
        let (now, transaction_key) = (self.now, self.state.transaction());
        self.change(payment_key, |payment| {
            let amount = if payment.approved_at.is_some() { sum.clamp(0, payment.left()) } else { 0 };
            if amount == 0 {
                return Err(PayerError::Finished(payment.status));
            }
            let left = payment.left() - amount;
            let reason = "상점관리자에서 취소".to_owned();
            payment.cancels.push(Cancel { amount, tax_free: 0, reason, left, at: now, transaction_key });
            cancel::settle(payment);
            Ok(())
        })
    }

    /// A mix-up: the payment names another order of the merchant's from now on.
    pub(crate) fn rename(&mut self, payment_key: &str, order_id: &str) -> Result<(), PayerError> {
        self.change(payment_key, |payment| {
            order_id.clone_into(&mut payment.order_id);
            Ok(())
        })
    }

    fn change(
        &mut self,
        payment_key: &str,
        change: impl FnOnce(&mut Payment) -> Result<(), PayerError>,
    ) -> Result<(), PayerError> {
        change(self.state.payment_mut(payment_key).ok_or(PayerError::NoSuchPayment)?)?;
        webhook::queue(self.state, self.options, self.now, payment_key);
        Ok(())
    }

    /// What ends by itself has ended.
    pub(crate) fn expire(&mut self) {
        let now = self.now;
        let over: Vec<String> = self
            .state
            .payments
            .iter()
            .filter(|payment| payment.ends_at().is_some_and(|end| now > end))
            .map(|payment| payment.key.clone())
            .collect();
        for payment_key in over {
            if let Some(payment) = self.state.payment_mut(&payment_key) {
                payment.expire();
            }
            webhook::queue(self.state, self.options, now, &payment_key);
        }
    }
}

fn collect(payment: &mut Payment, now: Timestamp) {
    payment.status = Status::Done;
    payment.approved_at = Some(now);
    payment.approvals += 1;
}

/// The address with more in its query, before its fragment.
fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    match url::Url::parse(address) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(pairs);
            url.into()
        }
        // It was read as a URL when it came in.
        Err(_) => address.to_owned(),
    }
}
