//! Phone numbers: looked up by a keyed tag, kept sealed, shown masked, and never written down.

use std::fmt;

use ring::{aead, hkdf, hmac};

use super::member::hex;
use super::{Code, CodeMac, MemberId};

/// A Korean mobile number in its one normal form: `01012345678`.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

/// The text is not a mobile number in normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Korean mobile number in its normal form")]
pub struct BadPhone;

impl Phone {
    /// Takes a number in normal form; the edge that reads customers' spellings brings it there.
    ///
    /// # Errors
    /// [`BadPhone`] for anything but ten or eleven digits beginning with `01`.
    pub fn new(digits: &str) -> Result<Phone, BadPhone> {
        let normal = digits.starts_with("01")
            && (10..=11).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        if normal { Ok(Phone(digits.to_owned())) } else { Err(BadPhone) }
    }

    /// As it may be shown: `010-****-5678`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}-****-{}", &self.0[..3], &self.0[self.0.len() - 4..])
    }

    /// The number itself, for the owner's export. Not for a log line, an error or a URL.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

/// A phone number that only the holder of the [`PhoneKey`] can read: a nonce of 12 bytes, then the
/// AES-256-GCM text and tag, bound to the member it belongs to.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedPhone(pub Vec<u8>);

impl fmt::Debug for SealedPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedPhone([sealed])")
    }
}

/// The sealed bytes were not made with this key for this member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed phone number cannot be read with this key")]
pub struct Unsealable;

/// The text is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a phone key has at least 32 characters")]
pub struct BadPhoneKey;

/// Tags and seals phone numbers, and knows codes again. One secret gives all keys, so there is one thing to keep and
/// to lose.
pub struct PhoneKey {
    tag: hmac::Key,
    code: hmac::Key,
    seal: aead::LessSafeKey,
}

/// What each of the keys is for, as HKDF is told.
const TAG: &[&[u8]] = &[b"tag"];
const SEAL: &[&[u8]] = &[b"seal"];
const CODE: &[&[u8]] = &[b"code"];

impl PhoneKey {
    /// Makes the keys out of the owner's secret.
    ///
    /// # Errors
    /// [`BadPhoneKey`] when the secret is too short to be one.
    pub fn new(secret: &str) -> Result<PhoneKey, BadPhoneKey> {
        if secret.chars().count() < 32 {
            return Err(BadPhoneKey);
        }
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"cafe phone key v1").extract(secret.as_bytes());
        // All lengths are far below HKDF's limit, so no expansion can fail.
        let tag = root.expand(TAG, hmac::HMAC_SHA256).map_err(|_| BadPhoneKey)?;
        let seal = root.expand(SEAL, &aead::AES_256_GCM).map_err(|_| BadPhoneKey)?;
        let code = root.expand(CODE, hmac::HMAC_SHA256).map_err(|_| BadPhoneKey)?;
        let seal = aead::LessSafeKey::new(aead::UnboundKey::from(seal));
        Ok(PhoneKey { tag: hmac::Key::from(tag), code: hmac::Key::from(code), seal })
    }

    /// The member that a number belongs to, whether they have joined or not.
    #[must_use]
    pub fn tag(&self, phone: &Phone) -> MemberId {
        let tag = hmac::sign(&self.tag, phone.0.as_bytes());
        // 128 bits of it: two numbers of Korea's some hundred million do not meet.
        MemberId::new(hex(&tag.as_ref()[..16]))
    }

    /// What is kept of a member's code.
    #[must_use]
    pub fn mac(&self, member: &MemberId, code: &Code) -> CodeMac {
        CodeMac(hmac::sign(&self.code, &of_member(member, code)).as_ref().to_vec())
    }

    /// Whether a code is the one that was kept for this member, in a time that tells nothing about it.
    #[must_use]
    pub fn is_code(&self, member: &MemberId, code: &Code, kept: &CodeMac) -> bool {
        hmac::verify(&self.code, &of_member(member, code), &kept.0).is_ok()
    }

    /// Seals a number with twelve bytes of fresh randomness, which must never be used again.
    ///
    /// # Errors
    /// [`Unsealable`] never in practice: the cipher refuses only texts of gigabytes.
    pub fn seal(&self, phone: &Phone, nonce: [u8; 12]) -> Result<SealedPhone, Unsealable> {
        let bound = aead::Aad::from(self.tag(phone).as_str().to_owned());
        let mut text = phone.0.clone().into_bytes();
        self.seal
            .seal_in_place_append_tag(aead::Nonce::assume_unique_for_key(nonce), bound, &mut text)
            .map_err(|_| Unsealable)?;
        let mut sealed = nonce.to_vec();
        sealed.append(&mut text);
        Ok(SealedPhone(sealed))
    }

    /// Reads the sealed number of a member.
    ///
    /// # Errors
    /// [`Unsealable`] when it was sealed with another key, belongs to somebody else, or was touched.
    pub fn unseal(&self, member: &MemberId, sealed: &SealedPhone) -> Result<Phone, Unsealable> {
        let (nonce, text) = sealed.0.split_first_chunk::<12>().ok_or(Unsealable)?;
        let mut text = text.to_vec();
        let bound = aead::Aad::from(member.as_str());
        let digits = self
            .seal
            .open_in_place(aead::Nonce::assume_unique_for_key(*nonce), bound, &mut text)
            .map_err(|_| Unsealable)?;
        let digits = std::str::from_utf8(digits).map_err(|_| Unsealable)?;
        Phone::new(digits).map_err(|_| Unsealable)
    }
}

/// A code, bound to its member.
fn of_member(member: &MemberId, code: &Code) -> Vec<u8> {
    format!("{member} {}", code.reveal()).into_bytes()
}

impl fmt::Debug for PhoneKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::{BadPhone, Phone, PhoneKey, SealedPhone, Unsealable};
    use crate::cafe::Code;

    fn key(secret: &str) -> PhoneKey {
        PhoneKey::new(&secret.repeat(32)).unwrap()
    }

    #[test]
    fn a_number_is_found_by_its_tag_and_read_back_with_its_key_alone() {
        let phone = Phone::new("01012345678").unwrap();
        let (ours, theirs) = (key("a"), key("b"));
        let member = ours.tag(&phone);
        let sealed = ours.seal(&phone, [7; 12]).unwrap();
        assert_eq!(ours.unseal(&member, &sealed).unwrap(), phone);
        assert_ne!(theirs.tag(&phone), member);
        assert_eq!(theirs.unseal(&member, &sealed), Err(Unsealable));
        assert!(!member.as_str().contains("1234"));
    }

    #[test]
    fn a_seal_moved_to_another_member_or_touched_is_not_read() {
        let key = key("a");
        let (phone, other) = (Phone::new("01012345678").unwrap(), Phone::new("01087654321").unwrap());
        let sealed = key.seal(&phone, [7; 12]).unwrap();
        assert_eq!(key.unseal(&key.tag(&other), &sealed), Err(Unsealable));
        let mut touched = sealed.clone();
        touched.0[14] ^= 1;
        assert_eq!(key.unseal(&key.tag(&phone), &touched), Err(Unsealable));
        assert_eq!(key.unseal(&key.tag(&phone), &SealedPhone(vec![1, 2])), Err(Unsealable));
    }

    #[test]
    fn a_code_is_known_again_for_its_member_alone() {
        let (ours, theirs) = (key("a"), key("b"));
        let (phone, other) = (Phone::new("01012345678").unwrap(), Phone::new("01087654321").unwrap());
        let (member, code) = (ours.tag(&phone), Code::parse("12345678").unwrap());
        let kept = ours.mac(&member, &code);
        assert!(ours.is_code(&member, &code, &kept));
        assert!(!ours.is_code(&member, &Code::parse("12345679").unwrap(), &kept));
        assert!(!ours.is_code(&ours.tag(&other), &code, &kept));
        assert!(!theirs.is_code(&member, &code, &kept));
    }

    #[test]
    fn a_number_is_shown_masked() {
        let phone = Phone::new("01012345678").unwrap();
        assert_eq!(phone.masked(), "010-****-5678");
        assert_eq!(format!("{phone:?}"), "Phone(010-****-5678)");
        for text in ["", "010-1234-5678", "0212345678", "010123456789", "０１０12345678"] {
            assert_eq!(Phone::new(text), Err(BadPhone), "{text}");
        }
    }
}
