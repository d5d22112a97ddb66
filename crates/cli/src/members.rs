//! `cafe members`: who a member is, and what is kept about them.

use cafe_core::cafe::{Entry, Member, MemberId, Phone, PhoneKey, Store};
use cafe_core::payment::BoxError;
use clap::Args;
use openbuilder::PhoneNumber;
use serde_json::{Value, json};

use crate::parameter;
use crate::place::Found;
use crate::told::{Told, second};

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
    Ok(PhoneKey::new(
        &key.ok_or_else(|| format!("there is no parameter {name}: set PHONE_KEY to the key itself"))?,
    )?)
}

/// The member that is meant.
///
/// # Errors
/// Where there is none.
pub(crate) async fn find_one(store: &dyn Store, key: &PhoneKey, whose: &Whose) -> Result<Member, BoxError> {
    let (id, none) = match (&whose.phone, &whose.member) {
        (Some(phone), _) => (
            key.tag(phone),
            format!("nobody has joined with {}: look at the number, and at the phone key", phone.masked()),
        ),
        (None, Some(id)) => (id.clone(), format!("there is no member {id}")),
        (None, None) => return Err("name a phone number, or an id with --member".into()),
    };
    Ok(store.member(&id).await?.ok_or(none)?)
}

/// A member, their number masked.
///
/// # Errors
/// Where there is none, or they cannot be read.
pub(crate) async fn find(
    store: &dyn Store,
    key: &PhoneKey,
    whose: &Whose,
    json: bool,
) -> Result<Told, BoxError> {
    let member = find_one(store, key, whose).await?;
    let lines = store.entries(&member.id).await?;
    Told::either(json, || as_json(key, &member, &lines), || Ok(as_text(key, &member, &lines)))
}

/// The number as it may be shown; or that the key is another one than it was sealed with.
fn masked(key: &PhoneKey, member: &Member) -> String {
    let phone = key.unseal(&member.id, &member.phone);
    phone.map_or_else(|_| "sealed with another key".to_owned(), |phone| phone.masked())
}

fn as_text(key: &PhoneKey, member: &Member, lines: &[Entry]) -> String {
    let Member { id, balance, held, joined_at, .. } = member;
    format!(
        "member   {id}\nphone    {}\nbalance  {balance}\nheld     {held}\njoined   {}\nlines    {} in the ledger\n",
        masked(key, member),
        second(*joined_at),
        lines.len()
    )
}

fn as_json(key: &PhoneKey, member: &Member, lines: &[Entry]) -> Value {
    json!({
        "member": member.id.as_str(),
        "phone": masked(key, member),
        "balance": member.balance.get(),
        "held": member.held.get(),
        "joined_at": member.joined_at.to_string(),
        "lines": lines.len(),
    })
}
