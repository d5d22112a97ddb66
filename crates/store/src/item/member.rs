//! Members, and which chatbot user has joined with which number.

use cafe_core::cafe::audit::{Account, Binding, Holding};
use cafe_core::cafe::{CarriedMember, Member, MemberId, NewMember, Points, SealedPhone, UserId};
use cafe_core::payment::BoxError;
use serde::Deserialize;

use super::{Item, VERSION, binary, bytes, needed, number, read_time, text, time};

/// What an item names as its chatbot user where there is none. The version before takes it for another user than
/// whoever speaks, and so tells nothing, spends nothing and joins nobody.
pub(crate) const NOBODY: &str = "";

/// What a quote to a member whom nobody speaks for would have to name as its payer to hold points: no payer's name.
pub(crate) const NO_PAYER: &str = "nobody";

/// What stands under the tag of a number: a member who joined with it, or what stays of one who was forgotten; and whose
/// the number is by now, where it is another's.
#[derive(Deserialize)]
pub(crate) struct MemberItem {
    id: String,
    user: Option<String>,
    #[serde(default, with = "binary::maybe")]
    phone: Option<Vec<u8>>,
    balance: Option<i64>,
    held: Option<i64>,
    joined_at: Option<String>,
    forgotten_at: Option<String>,
    unbound_since: Option<String>,
    payer: Option<String>,
    number: Option<String>,
    holder: Option<String>,
}

/// The same, read.
pub(crate) struct Slot {
    /// Who joined with the number.
    pub(crate) stands: Stands,
    /// Whose the number is, where it is another's.
    pub(crate) holder: Option<MemberId>,
    /// Whether the first chatbot user who joined with it is still the one who spends.
    pub(crate) is_first: bool,
}

/// Who joined with a number.
pub(crate) enum Stands {
    /// A member, who may have another number by now, and may be bound to nobody yet.
    Member(Member),
    /// One who was forgotten.
    Forgotten {
        /// Who they were.
        id: MemberId,
        /// The tag of the last number that they had.
        number: MemberId,
        /// What stands with it.
        balance: Points,
    },
    /// Nobody: others had the number.
    Nobody,
}

/// The same as the audit takes it.
pub(crate) struct Numbered {
    /// Who joined with the number.
    pub(crate) account: Option<Account>,
    /// Whether that is a member, and not who was forgotten or never was.
    pub(crate) is_member: bool,
    /// Whose it is, where it is another's.
    pub(crate) holding: Option<Holding>,
}

impl MemberItem {
    /// A new member, whose number is another than their id where somebody had it before.
    pub(crate) fn of(new: &NewMember, tag: Option<&MemberId>) -> Item {
        let mut item = Item::from([
            ("id".to_owned(), text(new.id.as_str())),
            ("v".to_owned(), number(VERSION)),
            ("user".to_owned(), text(&*new.user.0)),
            ("phone".to_owned(), bytes(&new.phone.0)),
            ("balance".to_owned(), number(new.bonus.get())),
            ("held".to_owned(), number(0)),
            ("joined_at".to_owned(), time(new.joined_at)),
        ]);
        if let Some(tag) = tag {
            item.insert("number".to_owned(), text(tag.as_str()));
        }
        item
    }

    /// A member whom nobody speaks for yet, who says so besides.
    pub(crate) fn of_carried(carried: &CarriedMember) -> Item {
        Item::from([
            ("id".to_owned(), text(carried.id.as_str())),
            ("v".to_owned(), number(VERSION)),
            ("user".to_owned(), text(NOBODY)),
            ("payer".to_owned(), text(NO_PAYER)),
            ("phone".to_owned(), bytes(&carried.phone.0)),
            ("balance".to_owned(), number(carried.points.get())),
            ("held".to_owned(), number(0)),
            ("joined_at".to_owned(), time(carried.carried_at)),
            ("unbound_since".to_owned(), time(carried.carried_at)),
        ])
    }

    /// The chatbot user who spends. Nobody is written as the empty name, which no user has; an earlier form of this
    /// version left the attribute out, which the version before cannot read.
    fn user(&self) -> Option<UserId> {
        self.user.clone().filter(|user| *user != NOBODY).map(UserId)
    }

    /// Whether it is a member's, whom a chatbot user speaks for, or nobody yet.
    fn is_member(&self) -> bool {
        self.user().is_some() || (self.unbound_since.is_some() && self.forgotten_at.is_none())
    }

    /// Whether it says of a number that nobody who joined with it is there any more, or ever was.
    fn is_nobodys(&self) -> bool {
        self.user.is_some() || self.balance.is_none()
    }

    fn number(&self) -> MemberId {
        MemberId::new(self.number.as_ref().unwrap_or(&self.id).clone())
    }

    fn holder(&self) -> Option<MemberId> {
        self.holder.clone().map(MemberId::new)
    }
}

impl TryFrom<MemberItem> for Slot {
    type Error = BoxError;

    fn try_from(item: MemberItem) -> Result<Slot, BoxError> {
        let (number, holder, is_first) = (item.number(), item.holder(), item.payer.is_none());
        let points =
            |points: Option<i64>, name| Ok::<_, BoxError>(Points::new(needed(points, name)?.try_into()?));
        let stands = match (item.user(), &item.forgotten_at) {
            (user, _) if item.is_member() => Stands::Member(Member {
                id: MemberId::new(item.id),
                number,
                user,
                phone: SealedPhone(needed(item.phone, "phone")?),
                balance: points(item.balance, "balance")?,
                held: points(item.held, "held")?,
                joined_at: read_time(needed(item.joined_at.as_deref(), "joined_at")?)?,
            }),
            (_, Some(_)) => Stands::Forgotten {
                id: MemberId::new(item.id),
                number,
                balance: points(item.balance, "balance")?,
            },
            (_, None) if item.is_nobodys() => Stands::Nobody,
            (_, None) => return Err("the attribute user is missing".into()),
        };
        Ok(Slot { stands, holder, is_first })
    }
}

impl TryFrom<MemberItem> for Numbered {
    type Error = BoxError;

    fn try_from(item: MemberItem) -> Result<Numbered, BoxError> {
        let (number, holder) = (item.number(), item.holder());
        for time in [&item.joined_at, &item.forgotten_at, &item.unbound_since].into_iter().flatten() {
            read_time(time)?;
        }
        let (user, is_member) = (item.user(), item.is_member());
        let account = match (&user, &item.forgotten_at) {
            (None, None) if item.balance.is_none() => None,
            (None, None) if !item.is_nobodys() => return Err("the attribute user is missing".into()),
            (Some(_), _) | (None, Some(_) | None) => {
                if is_member {
                    needed(item.phone, "phone")?;
                    needed(item.joined_at, "joined_at")?;
                }
                Some(Account {
                    id: MemberId::new(item.id.clone()),
                    number,
                    user,
                    balance: needed(item.balance, "balance")?,
                    held: needed(item.held, "held")?,
                })
            }
        };
        let holding = holder.map(|holder| Holding { number: MemberId::new(item.id), holder });
        Ok(Numbered { account, is_member, holding })
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
    pub(crate) fn of(user: &UserId, member: &MemberId) -> Item {
        Item::from([
            ("id".to_owned(), text(binding_key(user))),
            ("v".to_owned(), number(VERSION)),
            ("member".to_owned(), text(member.as_str())),
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
