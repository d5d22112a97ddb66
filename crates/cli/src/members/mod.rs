//! `cafe members`: who a member is and what is kept about them; moving to another number or account, leaving, and being
//! carried over from the cafe's system before this one.

mod cafe_point;
pub(crate) mod migrate;
mod report;

use cafe_core::cafe::flow::{forget, issue_code, renumber};
use cafe_core::cafe::{CODE_TRIES, Entry, Member, MemberId, Phone, PhoneKey, RefundId, Roster};
use cafe_core::payment::BoxError;
use clap::Args;
use functions::World;
use openbuilder::PhoneNumber;
use serde_json::{Value, json};
use store::Books;

use crate::ask::agree;
use crate::orders;
use crate::parameter;
use crate::place::Found;
use crate::progress::Line;
use crate::told::{Told, as_text, second};

/// Which member.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Whose {
    /// By phone number, as people type it.
    #[arg(value_parser = phone)]
    phone: Option<Phone>,
    /// By id, as it stands with orders.
    #[arg(long, value_name = "ID", value_parser = member_id)]
    member: Option<MemberId>,
}

/// Reads a phone number as people type it.
pub(crate) fn phone(text: &str) -> Result<Phone, String> {
    let number = PhoneNumber::parse(text).map_err(|error| error.to_string())?;
    Phone::new(number.as_str()).map_err(|error| error.to_string())
}

fn member_id(text: &str) -> Result<MemberId, &'static str> {
    let is_tag = text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_tag.then(|| MemberId::new(text.to_owned())).ok_or("a member's id has 32 hexadecimal digits")
}

/// What the commands here work with.
pub(crate) struct Desk<'a> {
    pub(crate) store: &'a dyn Roster,
    pub(crate) key: PhoneKey,
    pub(crate) world: World,
    pub(crate) json: bool,
}

/// The key of phone numbers: from the environment, or from the parameter that keeps it.
///
/// # Errors
/// Where it is in neither.
pub(crate) async fn phone_key(found: &Found) -> Result<PhoneKey, BoxError> {
    if let Some(key) = found.phone_key() {
        return Ok(PhoneKey::new(&key)?);
    }
    let name = found.phone_key_parameter()?;
    let key = parameter::read(&found.ssm().await?, &name, true).await?;
    let key = key.ok_or_else(|| format!("there is no parameter {name}: set PHONE_KEY to the key itself"))?;
    Ok(PhoneKey::new(&key)?)
}

impl Desk<'_> {
    /// The member that is meant.
    async fn one(&self, whose: &Whose) -> Result<Member, BoxError> {
        let (member, none) = match (&whose.phone, &whose.member) {
            (Some(phone), _) => {
                let masked = phone.masked();
                let none =
                    format!("nobody has joined with {masked}: look at the number, and at the phone key");
                (self.store.member(&self.key.tag(phone)).await?, none)
            }
            (None, Some(id)) => (
                self.store.member_by_id(id).await?,
                format!("there is no member {id}, or they were forgotten"),
            ),
            (None, None) => return Err("name a phone number, or an id with --member".into()),
        };
        Ok(member.ok_or(none)?)
    }

    /// A member, their number masked.
    ///
    /// # Errors
    /// Where there is none, or they cannot be read.
    pub(crate) async fn find(&self, whose: &Whose) -> Result<Told, BoxError> {
        let member = self.one(whose).await?;
        let lines = self.store.entries(&member.id).await?.len();
        let phone = self.masked(&member);
        let Member { id, balance, held, joined_at, .. } = &member;
        let joined = second(*joined_at);
        let is_bound = member.user.is_some();
        let unbound = if is_bound {
            ""
        } else {
            ", carried over, and nobody speaks for them yet (`cafe members code`)"
        };
        Told::either(
            self.json,
            || {
                json!({
                    "member": id.as_str(),
                    "phone": phone,
                    "balance": balance.get(),
                    "held": held.get(),
                    "joined_at": joined_at.to_string(),
                    "bound": is_bound,
                    "lines": lines,
                })
            },
            || {
                Ok(format!(
                    "member   {id}\nphone    {phone}\nbalance  {balance}\nheld     {held}\njoined   {joined}{unbound}\n\
                     lines    {lines} in the ledger\n"
                ))
            },
        )
    }

    /// The number as it may be shown; or that the key is another one than it was sealed with.
    fn masked(&self, member: &Member) -> String {
        let phone = self.key.unseal(&member.number, &member.phone);
        phone.map_or_else(|_| "sealed with another key".to_owned(), |phone| phone.masked())
    }

    /// All that is kept about a member, for that person: it names their number, and is always JSON.
    ///
    /// # Errors
    /// Where there is none, or something cannot be read.
    pub(crate) async fn export(&self, books: &Books, whose: &Whose) -> Result<Told, BoxError> {
        let member = self.one(whose).await?;
        let phone = self.key.unseal(&member.number, &member.phone)?;
        // What is older is somebody else's, who had the number before and was forgotten.
        let mut lines = self.store.entries(&member.id).await?;
        lines.retain(|line| line.at >= member.joined_at);
        let mut line = Line::new();
        let read = |read: u64| line.show(&format!("{read} orders read"));
        let theirs = |filed: &store::Filed| {
            let quote = filed.watched.order.quote();
            quote.member.as_ref() == Some(&member.id) && quote.quoted_at >= member.joined_at
        };
        let orders = books.latest(usize::MAX, theirs, read).await?;
        drop(line);
        let told = json!({
            "member": member.id.as_str(),
            "phone": phone.reveal(),
            "chatbot_user": member.user.as_ref().map(|user| &user.0),
            "balance": member.balance.get(),
            "held": member.held.get(),
            "joined_at": member.joined_at.to_string(),
            "ledger": lines.iter().map(entry).collect::<Vec<_>>(),
            "orders": orders.filed.iter().map(|filed| orders::json::order(&filed.watched)).collect::<Vec<_>>(),
        });
        Ok(Told::well(as_text(&told)))
    }

    /// A code with which a member may speak from another account.
    ///
    /// # Errors
    /// Where there is no such member, or it cannot be kept.
    pub(crate) async fn code(&self, whose: &Whose) -> Result<Told, BoxError> {
        let member = self.one(whose).await?;
        let (random, now) = (self.world.random(), self.world.now());
        let issued = issue_code(self.store, &self.key, &member, random, now).await?;
        let (code, until) = issued.ok_or("the member has just been forgotten")?;
        let (digits, phone) = (code.reveal(), self.masked(&member));
        Told::either(
            self.json,
            || json!({ "code": digits, "until": until.to_string(), "tries": CODE_TRIES }),
            || {
                Ok(format!(
                    "code  {} {}\nfor   {phone}, to be typed in the chat from the new account when joining\n\
                     until {}, {CODE_TRIES} tries, once; it is not shown again\n",
                    &digits[..4],
                    &digits[4..],
                    second(until)
                ))
            },
        )
    }

    /// Gives a member another number.
    ///
    /// # Errors
    /// Where it is another's, or the owner does not agree: they keep the one they have.
    pub(crate) async fn renumber(&self, whose: &Whose, to: &Phone, yes: bool) -> Result<Told, BoxError> {
        let member = self.one(whose).await?;
        let number = self.key.tag(to);
        let (before, after) = (self.masked(&member), to.masked());
        if member.number != number {
            let told = format!(
                "member  {}, with {}\nnumber  {before} before, {after} from now on\n\
                 The chatbot user stays who they were; a new account needs a code besides (`cafe members code`).\n",
                member.id, member.balance
            );
            agree(&told, "Change it?", yes)?;
            let phone = self.key.seal(to, self.world.random())?;
            renumber(self.store, &member.id, (&number, &phone)).await?;
        }
        Told::either(
            self.json,
            || json!({ "member": member.id.as_str(), "phone": after }),
            || Ok(format!("member {} has the number {after}\n", member.id)),
        )
    }

    /// Forgets a member.
    ///
    /// # Errors
    /// Where something of theirs is open, or the owner does not agree: they are still a member.
    pub(crate) async fn delete(&self, whose: &Whose, yes: bool) -> Result<Told, BoxError> {
        let member = self.one(whose).await?;
        let (phone, Member { id, balance, .. }) = (self.masked(&member), &member);
        let told = format!(
            "member  {id}, {phone}\nforfeits {balance}\n\
             The number, the chatbot user and any code are forgotten. The ledger and the orders stay, under a tag that \
             says nothing without the phone key; the number will be given no second present.\n"
        );
        agree(&told, "Forget them for good?", yes)?;
        let forfeited = forget(self.store, id, self.world.now()).await?;
        Told::either(
            self.json,
            || json!({ "member": id.as_str(), "forfeited": forfeited.get() }),
            || Ok(format!("member {id} is forgotten; {forfeited} are forfeited\n")),
        )
    }
}

fn entry(entry: &Entry) -> Value {
    json!({
        "kind": entry.kind.as_str(),
        "points": entry.points.get(),
        "order": entry.order.map(|order| order.to_string()),
        "refund": entry.refund.as_ref().map(RefundId::as_str),
        "at": entry.at.to_string(),
    })
}
