//! `POST /v1/payments/key-in`: collects at once from a card's number, without a window.

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};

use crate::body::Body;
use crate::call::sealed::Sealed;
use crate::{Account, BadRequest, Call, Error, Payment, Post, limits};

/// A card, as its owner would type it in. **For tests**: whoever takes real cards' numbers needs a contract of its own
/// with Toss Payments, and answers for them. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct CardNumber {
    /// The number, 10 to 20 digits.
    pub number: String,
    /// The year until which it is valid, two digits.
    pub expiration_year: String,
    /// The month until which it is valid, `01` to `12`.
    pub expiration_month: String,
    /// The first two digits of its password, where the contract wants them.
    pub password: Option<String>,
    /// Its owner's birthday (`YYMMDD`) or business number (10 digits), where the contract wants it.
    pub owner_number: Option<String>,
}

/// Collects from a card by its number. **For tests**: see [`CardNumber`]. After anything but a [`Payment`], **money may
/// have moved**: look it up by its order number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyIn {
    /// The merchant's order number.
    pub order_id: String,
    /// What is bought, up to 100 characters.
    pub order_name: String,
    /// How much, in won, at least 1.
    pub amount: u32,
    /// The part of it without tax, in won.
    pub tax_free_amount: Option<u32>,
    /// From which card.
    pub card: CardNumber,
    /// The months of the card's instalment, 0 to 12.
    pub card_installment_plan: Option<u32>,
}

impl CardNumber {
    /// Puts the card in. Both names of its owner's number are sent, for versions before 1.4 know only the first.
    pub(crate) fn put(&self, body: &mut Body) -> Result<(), BadRequest> {
        body.digits("cardNumber", &self.number, limits::CARD_NUMBER_DIGITS)?;
        body.digits("cardExpirationYear", &self.expiration_year, 2..=2)?;
        body.digits("cardExpirationMonth", &self.expiration_month, 2..=2)?;
        if let Some(password) = &self.password {
            body.digits("cardPassword", password, 2..=2)?;
        }
        if let Some(number) = &self.owner_number {
            body.digits("customerBirthday", number, 6..=10)?;
            body.digits("customerIdentityNumber", number, 6..=10)?;
        }
        Ok(())
    }
}

impl Sealed for KeyIn {}

impl Call for KeyIn {
    type Answer = Payment;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::new();
        body.order_id(&self.order_id)?;
        body.text("orderName", &self.order_name, limits::ORDER_NAME_CHARS)?;
        body.number("amount", self.amount, 1..=u32::MAX)?;
        body.some_number("taxFreeAmount", self.tax_free_amount, 0..=self.amount)?;
        self.card.put(&mut body)?;
        body.some_number("cardInstallmentPlan", self.card_installment_plan, 0..=limits::INSTALLMENT_MONTHS)?;
        Ok(account.post("/v1/payments/key-in", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        Payment::answer(response)
    }
}

impl Post for KeyIn {}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardNumber").finish_non_exhaustive()
    }
}
