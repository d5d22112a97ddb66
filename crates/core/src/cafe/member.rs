//! Members: who may collect points, and which chatbot user may spend them.

use std::fmt;

use jiff::Timestamp;
use ring::digest;

use super::{Entry, EntryKind, Points, SealedPhone};
use crate::payment::PayerId;

/// A member's key: the keyed tag of the phone number, 32 hexadecimal digits. It says nothing about
/// the number to anybody without the key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(String);

impl MemberId {
    /// Takes a tag as [`super::PhoneKey::tag`] made it, or as it was stored.
    #[must_use]
    pub fn new(tag: String) -> MemberId {
        MemberId(tag)
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemberId({})", self.0)
    }
}

/// A chatbot user, as OpenBuilder names them to this one bot (`botUserKey`, at most 70 characters).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub String);

/// Whoever has it can speak to the bot's skills as this user, were it not for the skills' secret.
impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserId([redacted])")
    }
}

impl UserId {
    /// What a gateway may know this user by: always the same, and saying nothing about them.
    #[must_use]
    pub fn payer(&self) -> PayerId {
        let digest = digest::digest(&digest::SHA256, self.0.as_bytes());
        PayerId(format!("u-{}", hex(&digest.as_ref()[..16])))
    }
}

/// Two hexadecimal digits a byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Somebody who has joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who they are: the tag of the number that they joined with, for good.
    pub id: MemberId,
    /// The tag of the number that they have now: the id, until they change their number.
    pub number: MemberId,
    /// The only chatbot user who may spend the points and see the balance; none yet, where they were carried over and
    /// have not spoken here.
    pub user: Option<UserId>,
    /// The number itself, sealed, to be shown masked.
    pub phone: SealedPhone,
    /// What can be spent now: points that are held for an open payment are not in it.
    pub balance: Points,
    /// What is held for payments that are open.
    pub held: Points,
    /// When they joined, or were carried over.
    pub joined_at: Timestamp,
}

/// Somebody about to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember {
    /// By phone number.
    pub id: MemberId,
    /// Who will spend the points.
    pub user: UserId,
    /// The number itself, sealed.
    pub phone: SealedPhone,
    /// The welcome present.
    pub bonus: Points,
    /// When.
    pub joined_at: Timestamp,
}

/// Somebody who was a member at the cafe's system before this one, and has not spoken here yet. What they had there is
/// theirs as soon as the owner has bound them by a code; a number that somebody types proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedMember {
    /// By phone number.
    pub id: MemberId,
    /// The number itself, sealed.
    pub phone: SealedPhone,
    /// What they had there.
    pub points: Points,
    /// When they were carried over.
    pub carried_at: Timestamp,
}

impl Member {
    /// Whether that is who spends.
    #[must_use]
    pub fn is_of(&self, user: &UserId) -> bool {
        self.user.as_ref() == Some(user)
    }

    /// Whether they may be who they are by joining, as anybody with a new number: nobody speaks for them, and there is
    /// nothing that another could take.
    #[must_use]
    pub fn is_free_to_join(&self) -> bool {
        self.user.is_none() && self.balance.is_zero() && self.held.is_zero()
    }
}

impl CarriedMember {
    /// The first line of the member's ledger, also where they had nothing: by it they are known to have been carried over.
    #[must_use]
    pub fn entry(&self) -> Entry {
        Entry {
            member: self.id.clone(),
            order: None,
            refund: None,
            kind: EntryKind::Carry,
            points: self.points,
            at: self.carried_at,
        }
    }
}

impl NewMember {
    /// The first line of the member's ledger.
    #[must_use]
    pub fn entry(&self) -> Entry {
        Entry {
            member: self.id.clone(),
            order: None,
            refund: None,
            kind: EntryKind::Bonus,
            points: self.bonus,
            at: self.joined_at,
        }
    }

    /// An id for who joins with a number whose tag is another's id: always the same for this try of joining, and no other's,
    /// as the number was sealed with fresh randomness.
    #[must_use]
    pub fn id_of_their_own(&self) -> MemberId {
        MemberId(hex(&digest::digest(&digest::SHA256, &self.phone.0).as_ref()[..16]))
    }

    /// The member they become.
    #[must_use]
    pub fn into_member(self) -> Member {
        Member {
            number: self.id.clone(),
            id: self.id,
            user: Some(self.user),
            phone: self.phone,
            balance: self.bonus,
            held: Points::ZERO,
            joined_at: self.joined_at,
        }
    }
}
