//! Who buys, as far as the merchant tells PortOne.

use std::fmt;

use crate::body::Body;
use crate::{
    BUYER_ADDRESS_CHARS, BUYER_EMAIL_CHARS, BUYER_NAME_CHARS, BUYER_POSTCODE_CHARS, BUYER_TEL_CHARS,
    BadRequest,
};

/// Who buys; all of it may be left out. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Buyer {
    /// Up to 16 characters.
    pub name: Option<String>,
    /// Up to 64 characters.
    pub email: Option<String>,
    /// Up to 16 characters.
    pub tel: Option<String>,
    /// Up to 128 characters.
    pub address: Option<String>,
    /// Up to 8 characters.
    pub postcode: Option<String>,
}

impl Buyer {
    /// As a payment's `buyer_…` fields.
    pub(crate) fn put_as_buyer(&self, body: &mut Body) -> Result<(), BadRequest> {
        self.put(body, ["buyer_name", "buyer_email", "buyer_tel", "buyer_addr", "buyer_postcode"])
    }

    /// As a stored card's `customer_…` fields. (The payments SDK spells the address `customr_addr`; PortOne's schema
    /// does not.)
    pub(crate) fn put_as_customer(&self, body: &mut Body) -> Result<(), BadRequest> {
        self.put(
            body,
            ["customer_name", "customer_email", "customer_tel", "customer_addr", "customer_postcode"],
        )
    }

    fn put(&self, body: &mut Body, fields: [&'static str; 5]) -> Result<(), BadRequest> {
        let [name, email, tel, address, postcode] = fields;
        body.some_text(name, self.name.as_deref(), BUYER_NAME_CHARS)?;
        body.some_text(email, self.email.as_deref(), BUYER_EMAIL_CHARS)?;
        body.some_text(tel, self.tel.as_deref(), BUYER_TEL_CHARS)?;
        body.some_text(address, self.address.as_deref(), BUYER_ADDRESS_CHARS)?;
        body.some_text(postcode, self.postcode.as_deref(), BUYER_POSTCODE_CHARS)
    }
}

impl fmt::Debug for Buyer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buyer").finish_non_exhaustive()
    }
}
