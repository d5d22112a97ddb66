//! Members, and which chatbot user has joined with which number.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::cafe::audit::{Account, Binding};
use cafe_core::cafe::{Member, MemberId, NewMember, Points, SealedPhone, UserId};
use cafe_core::payment::BoxError;
use serde::Deserialize;

use super::{Item, VERSION, number, read_time, text, time};

/// A member, under the tag of their phone number.
#[derive(Deserialize)]
pub(crate) struct MemberItem {
    id: String,
    user: String,
    #[serde(with = "serde_bytes_vec")]
    phone: Vec<u8>,
    balance: i64,
    held: i64,
    joined_at: String,
}

impl MemberItem {
    pub(crate) fn of(new: &NewMember) -> Item {
        Item::from([
            ("id".to_owned(), text(new.id.as_str())),
            ("v".to_owned(), number(VERSION)),
            ("user".to_owned(), text(&*new.user.0)),
            ("phone".to_owned(), AttributeValue::B(Blob::new(new.phone.0.clone()))),
            ("balance".to_owned(), number(new.bonus.get())),
            ("held".to_owned(), number(0)),
            ("joined_at".to_owned(), time(new.joined_at)),
        ])
    }
}

impl TryFrom<MemberItem> for Member {
    type Error = BoxError;

    fn try_from(item: MemberItem) -> Result<Member, BoxError> {
        Ok(Member {
            id: MemberId::new(item.id),
            user: UserId(item.user),
            phone: SealedPhone(item.phone),
            balance: Points::new(item.balance.try_into()?),
            held: Points::new(item.held.try_into()?),
            joined_at: read_time(&item.joined_at)?,
        })
    }
}

impl TryFrom<MemberItem> for Account {
    type Error = BoxError;

    fn try_from(item: MemberItem) -> Result<Account, BoxError> {
        read_time(&item.joined_at)?;
        Ok(Account {
            id: MemberId::new(item.id),
            user: UserId(item.user),
            balance: item.balance,
            held: item.held,
        })
    }
}

/// That a chatbot user has joined, and with which number's tag: one user, one number.
#[derive(Deserialize)]
pub(crate) struct BindingItem {
    id: String,
    member: String,
}

/// What a binding's key begins with. A member's key is a tag of hexadecimal digits, so the two never meet.
pub(crate) const BINDING: &str = "user#";

/// The key under which a chatbot user's binding stands, beside the members.
pub(crate) fn binding_key(user: &UserId) -> String {
    format!("{BINDING}{}", user.0)
}

impl BindingItem {
    pub(crate) fn of(new: &NewMember) -> Item {
        Item::from([
            ("id".to_owned(), text(binding_key(&new.user))),
            ("v".to_owned(), number(VERSION)),
            ("member".to_owned(), text(new.id.as_str())),
        ])
    }
}

impl TryFrom<BindingItem> for Binding {
    type Error = BoxError;

    fn try_from(item: BindingItem) -> Result<Binding, BoxError> {
        let user = item.id.strip_prefix(BINDING).ok_or("the key is not a binding's")?;
        Ok(Binding { user: UserId(user.to_owned()), member: MemberId::new(item.member) })
    }
}

/// Bytes come out of DynamoDB as a binary attribute, which serde reads as bytes and not as a list.
mod serde_bytes_vec {
    use std::fmt;

    use serde::Deserializer;
    use serde::de::{Error, Visitor};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a binary attribute")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }

            fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(bytes)
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}
