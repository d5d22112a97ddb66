//! What histories and reservations share: whose they are, and what they are called.

use std::fmt;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

/// A record's own name: a UUID.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct RecordId(String);

/// The text is no UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is no UUID")]
pub struct NoId;

impl RecordId {
    /// Reads a UUID: 32 hexadecimal digits in five groups.
    ///
    /// # Errors
    /// [`NoId`] where it is none.
    pub fn parse(text: &str) -> Result<RecordId, NoId> {
        let is_dash = |place| matches!(place, 8 | 13 | 18 | 23);
        let fits =
            |(place, byte): (usize, u8)| if is_dash(place) { byte == b'-' } else { byte.is_ascii_hexdigit() };
        if text.len() == 36 && text.bytes().enumerate().all(fits) {
            Ok(RecordId(text.to_owned()))
        } else {
            Err(NoId)
        }
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RecordId {
    type Error = NoId;

    fn try_from(text: String) -> Result<RecordId, NoId> {
        RecordId::parse(&text)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum VendorCode {
    /// Iamport, which is `PortOne` V1.
    #[serde(rename = "iamport")]
    Iamport,
    /// KakaoPay, once this backend has collected there.
    #[serde(rename = "kakaopay")]
    KakaoPay,
    /// `PortOne` V2.
    #[serde(rename = "portone")]
    PortOne,
    /// Toss Payments.
    #[serde(rename = "toss.payments")]
    TossPayments,
}

/// Where a payment was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendor {
    /// At which gateway.
    pub code: VendorCode,
    /// Through which account there, by the name that was set up for it.
    pub store_id: String,
    /// What the gateway calls it: `paymentKey` or `billingKey`; `imp_uid` or `customer_uid`; `paymentId` or `billingKey`; `tid`
    /// or `sid`.
    pub uid: String,
}

/// What in this backend's own database a record belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The schema.
    pub schema: String,
    /// The table.
    pub table: String,
    /// A UUID, which the gateway was told as the order's id, too.
    pub id: String,
}

/// By what one record is read.
pub(crate) fn accessor(source: &Source, password: &SecretString) -> Value {
    let password = password.expose_secret();
    json!({ "schema": source.schema, "table": source.table, "id": source.id, "password": password })
}

/// The same, by its id.
pub(crate) fn password(password: &SecretString) -> Value {
    json!({ "password": password.expose_secret() })
}

pub(crate) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

pub(crate) fn time_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}

#[cfg(test)]
mod tests {
    use super::RecordId;

    #[test]
    fn an_id_cannot_lead_to_another_path() {
        assert!(RecordId::parse("5B2f7b1e-0d6c-4a53-9d38-1f6f2c1a8f10").is_ok());
        for text in ["", "get", "../../monitors/health", "5b2f7b1e00d6c-4a53-9d38-1f6f2c1a8f10"] {
            assert!(RecordId::parse(text).is_err(), "{text}");
        }
    }
}
