//! Amounts as an answer breaks them down, and the VAT inside them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A sum of won and what it is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Amount {
    pub(crate) total: i64,
    pub(crate) tax_free: i64,
    pub(crate) vat: i64,
    pub(crate) green_deposit: i64,
}

impl Amount {
    pub(crate) fn plus(self, other: Amount) -> Amount {
        Amount {
            total: self.total + other.total,
            tax_free: self.tax_free + other.tax_free,
            vat: self.vat + other.vat,
            green_deposit: self.green_deposit + other.green_deposit,
        }
    }

    pub(crate) fn minus(self, other: Amount) -> Amount {
        Amount {
            total: self.total - other.total,
            tax_free: self.tax_free - other.tax_free,
            vat: self.vat - other.vat,
            green_deposit: self.green_deposit - other.green_deposit,
        }
    }

    /// The payer of the fake has no points and no coupons, so those parts are always nothing.
    pub(crate) fn json(self) -> Value {
        json!({
            "total": self.total,
            "tax_free": self.tax_free,
            "vat": self.vat,
            "point": 0,
            "discount": 0,
            "green_deposit": self.green_deposit,
        })
    }
}

/// The VAT that is inside a taxed sum: an eleventh, rounded half up.
pub(crate) fn vat(taxed: i64) -> i64 {
    (2 * taxed + 11) / 22
}

#[cfg(test)]
mod tests {
    use super::vat;

    #[test]
    fn vat_is_an_eleventh_rounded_half_up() {
        assert_eq!([2_200, 4_500, 2_800, 4_400, 0, 5, 6].map(vat), [200, 409, 255, 400, 0, 0, 1]);
    }
}
