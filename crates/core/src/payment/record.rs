//! What every record of the payments service is known by: its id, what it belongs to, and whose payment it is.

use std::fmt;

use super::Lock;

/// The name of a record or of a notice: a random UUID (version 4), written `8-4-4-4-12` in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 16]);

/// The text is no UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID: 32 hexadecimal digits as 8-4-4-4-12 were expected")]
pub struct BadUuid;

impl RecordId {
    /// A fresh id, out of randomness from a cryptographic source.
    #[must_use]
    pub const fn new(random: [u8; 16]) -> RecordId {
        let mut bytes = random;
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        RecordId(bytes)
    }

    /// Reads any UUID, in either case.
    ///
    /// # Errors
    /// [`BadUuid`] for anything but `8-4-4-4-12` hexadecimal digits.
    pub fn parse(text: &str) -> Result<RecordId, BadUuid> {
        let groups: Vec<&str> = text.split('-').collect();
        if groups.iter().map(|group| group.len()).ne([8, 4, 4, 4, 12])
            || !text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
        {
            return Err(BadUuid);
        }
        u128::from_str_radix(&groups.concat(), 16)
            .map(|number| RecordId(number.to_be_bytes()))
            .map_err(|_| BadUuid)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordId({self})")
    }
}

/// What in the service's own database a record belongs to. Only one record of a kind belongs to it.
///
/// Its id is also the gateway's name of the order (Toss's `orderId`, Iamport's `merchant_uid`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// The service's schema.
    pub schema: String,
    /// The table in it.
    pub table: String,
    /// The row in that: a UUID, kept as it was written.
    pub id: String,
}

impl Source {
    /// Names a row.
    ///
    /// # Errors
    /// [`BadUuid`] where the row's id is none.
    pub fn new(schema: String, table: String, id: String) -> Result<Source, BadUuid> {
        RecordId::parse(&id)?;
        Ok(Source { schema, table, id })
    }
}

/// Whose payments a record can be about.
///
/// Closed on purpose: a new one shows every place that must decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VendorCode {
    /// 아임포트, which is 포트원 V1 today.
    Iamport,
    /// 카카오페이. The service collects there itself, with what its payer brings back; only afterwards it is taken on here.
    KakaoPay,
    /// 포트원 V2.
    PortOne,
    /// 토스페이먼츠.
    TossPayments,
}

impl VendorCode {
    /// All of them.
    pub const ALL: [VendorCode; 4] =
        [VendorCode::Iamport, VendorCode::KakaoPay, VendorCode::PortOne, VendorCode::TossPayments];

    /// How it is written on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            VendorCode::Iamport => "iamport",
            VendorCode::KakaoPay => "kakaopay",
            VendorCode::PortOne => "portone",
            VendorCode::TossPayments => "toss.payments",
        }
    }

    /// Reads what [`VendorCode::as_str`] wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Option<VendorCode> {
        VendorCode::ALL.into_iter().find(|code| code.as_str() == name)
    }
}

impl fmt::Display for VendorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A payment or a stored method at a gateway. Only one record of a kind is about it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Vendor {
    /// Whose.
    pub code: VendorCode,
    /// Under which of the service's accounts there.
    pub store: String,
    /// What the gateway calls it. Whoever knows it may collect or return by it, given the account's key.
    pub uid: String,
}

impl fmt::Debug for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vendor({}, {})", self.code, self.store)
    }
}

/// What a gateway said of a payment or a stored method: its JSON, to the byte. It names cards and people, so it
/// is neither printed nor logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Document(pub String);

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes)", self.0.len())
    }
}

/// A record's password as it is kept: hashed, in the PHC string format or bcrypt's.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([redacted])")
    }
}

/// A record that whoever asks for it may see only with its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked<T> {
    record: T,
    lock: Lock,
}

/// The password is not this record's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password is not this record's")]
pub struct WrongPassword;

impl<T> Locked<T> {
    /// Locks a record as it is kept.
    pub const fn new(record: T, lock: Lock) -> Locked<T> {
        Locked { record, lock }
    }

    /// What it is locked with.
    pub const fn lock(&self) -> &Lock {
        &self.lock
    }

    /// The record, for whoever knows its password; `fits` compares one with a hash. It counts nothing: whoever may guess
    /// goes by [`flow::unlock`](super::flow::unlock).
    ///
    /// # Errors
    /// [`WrongPassword`] where it does not fit.
    pub fn unlock(self, fits: impl FnOnce(&PasswordHash) -> bool) -> Result<T, WrongPassword> {
        if fits(&self.lock.password) { Ok(self.record) } else { Err(WrongPassword) }
    }

    /// The record, for our own work on it: nothing of it may be shown to whoever caused that.
    pub fn for_ourselves(self) -> T {
        self.record
    }
}

#[cfg(test)]
mod tests {
    use super::{BadUuid, Lock, Locked, PasswordHash, RecordId, Source, VendorCode, WrongPassword};
    use crate::payment::RecordName;

    #[test]
    fn an_id_is_a_random_uuid_and_reads_back() {
        let id = RecordId::new([0xff; 16]);
        assert_eq!(id.to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(RecordId::new([0; 16]).to_string(), "00000000-0000-4000-8000-000000000000");
        assert_eq!(RecordId::parse(&id.to_string()), Ok(id));
        assert_eq!(RecordId::parse(&id.to_string().to_uppercase()), Ok(id));
    }

    #[test]
    fn what_is_no_uuid_is_refused() {
        for text in [
            "",
            "get",
            "ffffffffffff4fffbfffffffffffffff",
            "ffffffff-ffff-4fff-bfff-fffffffffff",
            "fffffff--ffff-4fff-bfff-ffffffffffff",
            "gfffffff-ffff-4fff-bfff-ffffffffffff",
            "+fffffff-ffff-4fff-bfff-ffffffffffff",
            "ffffffff-ffff-4fff-bfff-ffffffffffff-",
        ] {
            assert_eq!(RecordId::parse(text), Err(BadUuid), "{text}");
            assert!(Source::new("shop".to_owned(), "orders".to_owned(), text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_vendor_is_known_by_its_name_on_the_wire() {
        for code in VendorCode::ALL {
            assert_eq!(VendorCode::from_name(code.as_str()), Some(code));
        }
        assert_eq!(VendorCode::from_name("paypal"), None);
    }

    #[test]
    fn a_locked_record_opens_to_its_password_alone() {
        let name = RecordName::Payment(RecordId::new([7; 16]));
        let password = PasswordHash("hash".to_owned());
        let locked = Locked::new(7, Lock { name, password, guesses: None });
        assert_eq!(locked.clone().unlock(|hash| hash.0 == "hash"), Ok(7));
        assert_eq!(locked.unlock(|_| false), Err(WrongPassword));
    }
}
