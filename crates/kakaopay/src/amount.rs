//! A sum of money and what it is made of.

use crate::answer::{BadAnswer, Fields};

/// A sum in whole won. All parts are *inside* `total`; a part that was not given is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// All of it: what was asked for, however the payer paid it.
    pub total: u32,
    /// The part without tax.
    pub tax_free: u32,
    /// The value added tax in it.
    pub vat: u32,
    /// What the payer paid with KakaoPay's own points.
    pub point: u32,
    /// What KakaoPay's own promotion paid.
    pub discount: u32,
    /// The deposit on a cup.
    pub green_deposit: u32,
}

impl Amount {
    pub(crate) fn read(it: &Fields<'_>) -> Result<Amount, BadAnswer> {
        let part = |name| it.maybe_number(name).map(Option::unwrap_or_default);
        Ok(Amount {
            total: it.number("total")?,
            tax_free: part("tax_free")?,
            vat: part("vat")?,
            point: part("point")?,
            discount: part("discount")?,
            green_deposit: part("green_deposit")?,
        })
    }
}
