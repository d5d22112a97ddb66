//! `POST /v1/payments`: makes a payment and names the page to send the payer to, without a script in our own page.
//!
//! How sure this is: the payment object documents `checkout.url` as the address at which the payment window opens, and
//! real payments show `https://api.tosspayments.com/v1/payments/{paymentKey}/checkout` there. The request itself is used in
//! public code, with these fields, but does not stand in the published reference, which opens windows from the
//! JavaScript SDK. Try it with your own key before you count on it.

use bytes::Bytes;
use http::{Request, Response};

use crate::body::{Body, check_customer_key};
use crate::call::sealed::Sealed;
use crate::{Account, BadRequest, Call, Error, Payment, Post, WindowMethod, limits};

/// Makes a payment that waits for its payer, for [`limits::READY`]. Nothing is collected, whatever comes back. Its page is
/// [`Payment::checkout`]; an answer without one opens nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWindow {
    /// How it is to be paid.
    pub method: WindowMethod,
    /// The merchant's order number.
    pub order_id: String,
    /// What is bought, as the payer reads it, up to 100 characters.
    pub order_name: String,
    /// How much, in won, at least 1.
    pub amount: u32,
    /// The part of it without tax, in won.
    pub tax_free_amount: Option<u32>,
    /// The merchant's own id of the payer.
    pub customer_key: Option<String>,
    /// Where the browser comes back once the payer is done. Toss Payments adds `paymentKey`, `orderId` and `amount` to its
    /// query: see [`redirect`](crate::redirect).
    pub success_url: String,
    /// Where the browser comes when the payer gave up, or it failed. A hint, no proof.
    pub fail_url: String,
}

impl Sealed for OpenWindow {}

impl Call for OpenWindow {
    type Answer = Payment;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::new();
        body.put("method", self.method.as_str());
        body.order_id(&self.order_id)?;
        body.text("orderName", &self.order_name, limits::ORDER_NAME_CHARS)?;
        body.number("amount", self.amount, 1..=u32::MAX)?;
        body.some_number("taxFreeAmount", self.tax_free_amount, 0..=self.amount)?;
        if let Some(key) = &self.customer_key {
            check_customer_key(key)?;
            body.put("customerKey", key.as_str());
        }
        body.text("successUrl", &self.success_url, limits::URL_CHARS)?;
        body.text("failUrl", &self.fail_url, limits::URL_CHARS)?;
        Ok(account.post("/v1/payments", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        Payment::answer(response)
    }
}

impl Post for OpenWindow {}
