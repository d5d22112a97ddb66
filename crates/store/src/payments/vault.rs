//! What of a payment only we can read: sealed with a key of its record's own, and found by keyed tags.

use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::payment::{BoxError, RecordId, Source, VendorCode};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{aead, hkdf, hmac};

/// The version of the sealed format: a byte of it, eight of the key's name, twelve of a nonce, then the
/// AES-256-GCM text and tag.
const FORMAT: u8 = 1;
const NAME_BYTES: usize = 8;
const NONCE_BYTES: usize = 12;

/// Seals and tags what the payments service keeps.
///
/// Each record has a key of its own (HKDF-SHA-256 of a secret and the record's id), and what is sealed is bound to
/// that id and to the attribute that holds it. The first secret seals; each opens what it sealed, known by its name.
/// The last one also makes the tags, so it has to stay while the others are replaced.
pub struct Vault {
    secrets: Vec<Secret>,
    tags: hmac::Key,
    random: SystemRandom,
}

struct Secret {
    name: [u8; NAME_BYTES],
    root: hkdf::Prk,
}

/// The setting holds no secret that could be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a store key has at least 32 characters; several stand with a comma between, the newest first")]
pub struct BadStoreKey;

/// What was sealed was not sealed by these secrets, for this record and attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed attribute {0} cannot be read with this key")]
pub(crate) struct Unsealable(&'static str);

impl Vault {
    /// Reads the owner's secrets: one, or several with commas between, the newest first.
    ///
    /// # Errors
    /// [`BadStoreKey`] where one is too short to be one.
    pub fn new(setting: &str) -> Result<Vault, BadStoreKey> {
        let mut secrets = Vec::new();
        for secret in setting.split(',').map(str::trim) {
            if secret.chars().count() < 32 {
                return Err(BadStoreKey);
            }
            let root =
                hkdf::Salt::new(hkdf::HKDF_SHA256, b"payments store key v1").extract(secret.as_bytes());
            let mut name = [0; NAME_BYTES];
            // A length far below HKDF's limit, here and below, so no expansion can fail.
            let named =
                root.expand(&[b"name"], Length(NAME_BYTES)).and_then(|name_of| name_of.fill(&mut name));
            named.map_err(|_| BadStoreKey)?;
            secrets.push(Secret { name, root });
        }
        let last = secrets.last().ok_or(BadStoreKey)?;
        let tags = last.root.expand(&[b"tag"], hmac::HMAC_SHA256).map_err(|_| BadStoreKey)?.into();
        Ok(Vault { secrets, tags, random: SystemRandom::new() })
    }

    /// Seals what `attribute` of `record` is to hold.
    pub(crate) fn seal(
        &self,
        record: RecordId,
        attribute: &'static str,
        text: &[u8],
    ) -> Result<AttributeValue, BoxError> {
        let secret = self.secrets.first().ok_or(BadStoreKey)?;
        let mut nonce = [0; NONCE_BYTES];
        self.random.fill(&mut nonce).map_err(|_| "the operating system gives no randomness")?;
        let mut body = text.to_vec();
        secret
            .key_of(record)
            .and_then(|key| {
                let nonce = aead::Nonce::assume_unique_for_key(nonce);
                key.seal_in_place_append_tag(nonce, bound(record, attribute), &mut body)
            })
            .map_err(|_| Unsealable(attribute))?;
        let sealed = [&[FORMAT][..], &secret.name, &nonce, &body].concat();
        Ok(AttributeValue::B(Blob::new(sealed)))
    }

    /// Opens what `attribute` of `record` holds.
    pub(crate) fn open(
        &self,
        record: RecordId,
        attribute: &'static str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, Unsealable> {
        let unsealable = Unsealable(attribute);
        let (&format, rest) = sealed.split_first().ok_or(unsealable)?;
        let (name, rest) = rest.split_at_checked(NAME_BYTES).ok_or(unsealable)?;
        let (nonce, body) = rest.split_at_checked(NONCE_BYTES).ok_or(unsealable)?;
        let secret = self.secrets.iter().find(|secret| secret.name == name).ok_or(unsealable)?;
        if format != FORMAT {
            return Err(unsealable);
        }
        let nonce = aead::Nonce::try_assume_unique_for_key(nonce).map_err(|_| unsealable)?;
        let key = secret.key_of(record).map_err(|_| unsealable)?;
        let mut body = body.to_vec();
        let opened = key.open_in_place(nonce, bound(record, attribute), &mut body).map_err(|_| unsealable)?;
        Ok(opened.to_vec())
    }

    /// By which the record of a source is found; `kind` keeps payments and reservations apart.
    pub(crate) fn tag_of_source(&self, kind: &str, source: &Source) -> String {
        self.tag(&[kind, "source", &source.schema, &source.table, &source.id.to_ascii_lowercase()])
    }

    /// By which the record of a gateway's payment or stored method is found.
    pub(crate) fn tag_of_uid(&self, kind: &str, vendor: VendorCode, uid: &str) -> String {
        self.tag(&[kind, "uid", vendor.as_str(), uid])
    }

    fn tag(&self, parts: &[&str]) -> String {
        let mut context = hmac::Context::with_key(&self.tags);
        for part in parts {
            // With its length, so that no two lists of parts read the same.
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part.as_bytes());
        }
        // 128 bits of it.
        context.sign().as_ref()[..16].iter().fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"))
    }
}

impl Secret {
    fn key_of(&self, record: RecordId) -> Result<aead::LessSafeKey, ring::error::Unspecified> {
        let record = record.to_string();
        let key = self.root.expand(&[b"record", record.as_bytes()], &aead::AES_256_GCM)?.into();
        Ok(aead::LessSafeKey::new(key))
    }
}

/// How many bytes HKDF is to give.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn bound(record: RecordId, attribute: &str) -> aead::Aad<String> {
    aead::Aad::from(format!("{record} {attribute}"))
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({} secrets redacted)", self.secrets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{BadStoreKey, Vault};
    use aws_sdk_dynamodb::types::AttributeValue;
    use cafe_core::payment::{RecordId, Source, VendorCode};

    const OLD: &str = "the first secret of a test's payments";
    const NEW: &str = "the secret that replaced the first one";

    fn vault(setting: &str) -> Vault {
        Vault::new(setting).unwrap()
    }

    fn id(number: u8) -> RecordId {
        RecordId::new([number; 16])
    }

    fn sealed(vault: &Vault, record: RecordId, attribute: &'static str) -> Vec<u8> {
        let AttributeValue::B(blob) = vault.seal(record, attribute, b"4242").unwrap() else { panic!() };
        blob.into_inner()
    }

    #[test]
    fn what_is_sealed_opens_for_its_record_and_attribute_alone() {
        let vault = vault(OLD);
        let body = sealed(&vault, id(1), "shown");
        assert_eq!(vault.open(id(1), "shown", &body).unwrap(), b"4242");
        assert!(vault.open(id(2), "shown", &body).is_err());
        assert!(vault.open(id(1), "identity", &body).is_err());
        assert!(!body.windows(4).any(|window| window == b"4242"));
        for end in 0..body.len() {
            assert!(vault.open(id(1), "shown", &body[..end]).is_err(), "{end}");
        }
        for place in 0..body.len() {
            let mut other = body.clone();
            other[place] ^= 1;
            assert!(vault.open(id(1), "shown", &other).is_err(), "{place}");
        }
    }

    #[test]
    fn the_same_text_is_never_sealed_alike() {
        let vault = vault(OLD);
        assert_ne!(sealed(&vault, id(1), "shown"), sealed(&vault, id(1), "shown"));
    }

    #[test]
    fn a_secret_is_replaced_while_the_old_one_still_opens_and_still_tags() {
        let (old, both) = (vault(OLD), vault(&format!("{NEW}, {OLD}")));
        let source = Source { schema: "shop".to_owned(), table: "orders".to_owned(), id: id(3).to_string() };
        assert!(both.open(id(1), "shown", &sealed(&old, id(1), "shown")).is_ok());
        assert!(old.open(id(1), "shown", &sealed(&both, id(1), "shown")).is_err());
        assert_eq!(old.tag_of_source("payment", &source), both.tag_of_source("payment", &source));
        assert_ne!(old.tag_of_source("payment", &source), vault(NEW).tag_of_source("payment", &source));
    }

    #[test]
    fn tags_tell_kinds_parts_and_gateways_apart_and_not_the_case_of_a_uuid() {
        let vault = vault(OLD);
        let source = |schema: &str, table: &str, id: &str| Source {
            schema: schema.to_owned(),
            table: table.to_owned(),
            id: id.to_owned(),
        };
        let tag = |kind, one: &Source| vault.tag_of_source(kind, one);
        let one = source("a", "bc", "0f");
        assert_ne!(tag("payment", &one), tag("payment", &source("ab", "c", "0f")));
        assert_ne!(tag("payment", &one), tag("reservation", &one));
        assert_eq!(tag("payment", &one), tag("payment", &source("a", "bc", "0F")));
        let uid = |vendor| vault.tag_of_uid("payment", vendor, "imp_1");
        assert_ne!(uid(VendorCode::Iamport), uid(VendorCode::TossPayments));
    }

    #[test]
    fn a_short_secret_is_refused_and_none_is_printed() {
        for setting in ["", "short", &format!("{NEW},")] {
            assert_eq!(Vault::new(setting).unwrap_err(), BadStoreKey);
        }
        assert_eq!(format!("{:?}", vault(OLD)), "Vault(1 secrets redacted)");
    }
}
