//! `POST /v1/virtual-accounts`: makes an account that the customer pays into, without a window.

use bytes::Bytes;
use http::{Request, Response};
use jiff::civil::DateTime;

use crate::body::Body;
use crate::call::sealed::Sealed;
use crate::{Account, BadRequest, Call, Error, Payment, Post, limits};

/// Makes a virtual account. No money moves until somebody pays into it, which a webhook tells and a look-up proves. After
/// no answer look it up by its order number: it may be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueVirtualAccount {
    /// The merchant's order number.
    pub order_id: String,
    /// What is bought, up to 100 characters.
    pub order_name: String,
    /// How much, in won, at least 1.
    pub amount: u32,
    /// The part of it without tax, in won.
    pub tax_free_amount: Option<u32>,
    /// The bank's two characters, or in older versions its Korean name.
    pub bank: String,
    /// Who pays in, up to 100 characters.
    pub customer_name: String,
    /// Until when it can be paid into; a week where nothing is said.
    pub due: Option<Due>,
}

/// Until when a virtual account can be paid into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// So many hours from now, 1 to 2,160.
    Hours(u32),
    /// That time in Korea, within 90 days.
    At(DateTime),
}

impl Sealed for IssueVirtualAccount {}

impl Call for IssueVirtualAccount {
    type Answer = Payment;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::new();
        body.order_id(&self.order_id)?;
        body.text("orderName", &self.order_name, limits::ORDER_NAME_CHARS)?;
        body.number("amount", self.amount, 1..=u32::MAX)?;
        body.some_number("taxFreeAmount", self.tax_free_amount, 0..=self.amount)?;
        body.given("bank", &self.bank)?;
        body.text("customerName", &self.customer_name, limits::CUSTOMER_CHARS)?;
        match self.due {
            Some(Due::Hours(hours)) => body.number("validHours", hours, 1..=limits::VALID_HOURS)?,
            Some(Due::At(at)) => body.put("dueDate", at.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
            None => {}
        }
        Ok(account.post("/v1/virtual-accounts", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        Payment::answer(response)
    }
}

impl Post for IssueVirtualAccount {}
