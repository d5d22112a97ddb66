//! Who asks: the merchants that are known, and in which manner each is answered.

use bytes::Bytes;
use http::{Request, header};

use super::Options;
use super::problem::Problem;

/// A merchant, known by its secret key.
#[derive(Clone, Debug)]
pub struct Merchant {
    /// The key, as basic authentication's user name.
    pub secret_key: String,
    /// The key that goes with it, which a browser may see: the script opens windows with it.
    pub client_key: String,
    /// What its payments say whose they are.
    pub m_id: String,
    /// How it is answered: which version of the API, as a property of the key.
    pub manner: Manner,
}

/// How a merchant is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As Toss Payments answers since 2022-11-16: its statuses and objects, whole payments in webhooks.
    Current,
    /// As the fake of `toss-payments-server-api` answers, for whoever tests with that: objects in the look of 1.3, 201 for
    /// a `POST`, its own statuses of errors, a payment that may be confirmed again, webhooks with no more than three
    /// fields. What that fake does wrong with money (a part cancelled counts as all, its balance) is not copied.
    Reference,
}

/// The merchant of a request.
pub(crate) fn of<'a>(options: &'a Options, request: &Request<Bytes>) -> Result<&'a Merchant, Problem> {
    let sent = request.headers().get(header::AUTHORIZATION).ok_or(Problem::NoKey)?;
    let credentials = sent.to_str().ok().and_then(|sent| sent.strip_prefix("Basic ")).and_then(decode);
    let credentials = credentials.ok_or(Problem::BadBasic)?;
    // Without the colon Toss Payments refuses it, which everybody meets once.
    let (key, _) = credentials.split_once(':').ok_or(Problem::BadBasic)?;
    options.merchants.iter().find(|merchant| merchant.secret_key == key).ok_or(Problem::NoKey)
}

/// Standard base64, with or without its padding; none where it is not that, or not a text.
fn decode(text: &str) -> Option<String> {
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        (bits, held) = (bits << 6 | u32::from(value), held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn base64_is_read_with_and_without_its_padding() {
        for text in ["Zm9vOg==", "Zm9vOg"] {
            assert_eq!(decode(text).as_deref(), Some("foo:"));
        }
        assert_eq!(decode("z7/Dvz4/").as_deref(), Some("\u{3ff}\u{ff}>?"));
        assert_eq!(decode("not base64!"), None);
    }
}
