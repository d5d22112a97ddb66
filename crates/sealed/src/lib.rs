#![doc = include_str!("../README.md")]

use std::fmt;

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use aes::{Aes128, Aes256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

/// The SDK's documented key, which everybody knows: good for a laptop, and for nothing else.
pub const PUBLIC_KEY: &str = "MCKOxv9B23r7EatArCFcBP03nfaS03T8";

/// The SDK's documented iv.
pub const PUBLIC_IV: &str = "9haeYD1tIf4v8xs7";

const IV_BYTES: usize = 16;

/// The key and the iv that both sides of a connection know.
#[derive(Clone)]
pub struct Pair {
    key: SecretString,
    iv: [u8; IV_BYTES],
    size: Size,
}

/// Which AES a key is for; its length says so.
#[derive(Clone, Copy)]
enum Size {
    Aes128,
    Aes256,
}

/// The two texts are no pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPair {
    /// The key has another length.
    #[error("the key must have 32 bytes (AES-256) or 16 (AES-128)")]
    Key,
    /// The iv has another length.
    #[error("the iv must have 16 bytes")]
    Iv,
}

/// The body was not sealed with this pair, or is no text. It does not say more, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body cannot be opened with this pair")]
pub struct Unopenable;

impl Pair {
    /// Takes the bytes of both texts as they are: nothing is hashed or decoded.
    ///
    /// # Errors
    /// [`BadPair`] where a length is none of AES's.
    pub fn new(key: &str, iv: &str) -> Result<Pair, BadPair> {
        let size = match key.len() {
            16 => Size::Aes128,
            32 => Size::Aes256,
            _ => return Err(BadPair::Key),
        };
        let iv = iv.as_bytes().try_into().map_err(|_| BadPair::Iv)?;
        Ok(Pair { key: key.into(), iv, size })
    }

    /// Seals a text: standard base64 with padding, in one line.
    #[must_use]
    pub fn seal(&self, text: &str) -> String {
        let (key, iv, text) =
            (self.key.expose_secret().as_bytes(), self.iv.as_slice().into(), text.as_bytes());
        STANDARD.encode(match self.size {
            Size::Aes128 => {
                cbc::Encryptor::<Aes128>::new(key.into(), iv).encrypt_padded_vec_mut::<Pkcs7>(text)
            }
            Size::Aes256 => {
                cbc::Encryptor::<Aes256>::new(key.into(), iv).encrypt_padded_vec_mut::<Pkcs7>(text)
            }
        })
    }

    /// Opens a body, which may stand between white space.
    ///
    /// # Errors
    /// [`Unopenable`], whatever is wrong: base64, length, padding or UTF-8.
    pub fn open(&self, body: &[u8]) -> Result<String, Unopenable> {
        let (key, iv) = (self.key.expose_secret().as_bytes(), self.iv.as_slice().into());
        let sealed = STANDARD.decode(body.trim_ascii()).map_err(|_| Unopenable)?;
        let text = match self.size {
            Size::Aes128 => {
                cbc::Decryptor::<Aes128>::new(key.into(), iv).decrypt_padded_vec_mut::<Pkcs7>(&sealed)
            }
            Size::Aes256 => {
                cbc::Decryptor::<Aes256>::new(key.into(), iv).decrypt_padded_vec_mut::<Pkcs7>(&sealed)
            }
        };
        String::from_utf8(text.map_err(|_| Unopenable)?).map_err(|_| Unopenable)
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pair([redacted])")
    }
}
