//! Members who move and leave, as DynamoDB requests, and who joins with a number that was somebody's before.
//!
//! A member's id is the tag of the number that they joined with, for good: their ledger and orders name it. Who changes
//! their number gets the attribute `number`, and the item under that number's tag the attribute `holder`. So a look-up by
//! a number that was never changed stays one read.
//!
//! Where nobody is, the item says so in full (`user` is empty, `phone` too), and not by leaving attributes out: so the
//! version before reads it, as somebody else's.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{
    CancellationReason, Delete, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use cafe_core::cafe::{
    CodeMac, Entry, Joined, KeptCode, Member, MemberId, Moved, NewMember, Points, Roster, SealedPhone, Store,
    StoreError, UserId,
};
use jiff::Timestamp;

use crate::change::Change;
use crate::dynamo::DynamoStore;
use crate::failure::{Refused, refused, unavailable, unbuildable};
use crate::item::{
    BindingItem, EntryItem, Item, MemberItem, NO_PAYER, NOBODY, Slot, Stands, VERSION, binding_key, bytes,
    number, read, text, time,
};
use crate::writes::put;

/// That nobody has the number with which they joined: none did, or they have another, or are forgotten.
const FREE: &str = "(attribute_not_exists(#user) OR attribute_exists(#number) \
    OR (#user = :nobody AND attribute_not_exists(#unbound_since)))";

impl DynamoStore {
    /// What stands under the tag of a number, or under a member's id.
    pub(crate) async fn slot(&self, tag: &MemberId) -> Result<Option<Slot>, StoreError> {
        let got = self
            .client
            .get_item()
            .table_name(&self.tables.members)
            .key("id", text(tag.as_str()))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        got.item.map(|item| read::<MemberItem, Slot>(tag.as_str(), item)).transpose()
    }

    /// Whose the number is under whose tag the slot stands: who joined with it, or who has it by now.
    pub(crate) async fn whose(&self, slot: Slot) -> Result<Stands, StoreError> {
        let Some(holder) = slot.holder else { return Ok(slot.stands) };
        Ok(self.slot(&holder).await?.map_or(Stands::Nobody, |slot| slot.stands))
    }

    /// Joins with a number that was somebody's before. Whoever was forgotten with it last is who they become again;
    /// otherwise they become somebody new, who has the number by now. Neither is given a present.
    pub(crate) async fn join_again(&self, new: &NewMember, slot: Slot) -> Result<Joined, StoreError> {
        match self.whose(slot).await? {
            Stands::Member(member) if member.number == new.id && member.is_free_to_join() => {
                self.speak_for(new, &member).await
            }
            Stands::Member(member) if member.number == new.id => Ok(heard(member, new)),
            Stands::Forgotten { id, number, .. } if number == new.id => self.revive(new, &id).await,
            Stands::Member(_) | Stands::Forgotten { .. } | Stands::Nobody => self.succeed(new).await,
        }
    }

    /// Who was forgotten is a member again.
    async fn revive(&self, new: &NewMember, id: &MemberId) -> Result<Joined, StoreError> {
        let member = self
            .member_change(id)
            .set("user", text(&*new.user.0))
            .set("payer", text(new.user.payer().0))
            .set("phone", bytes(&new.phone.0))
            .set("joined_at", time(new.joined_at))
            .remove("forgotten_at")
            .when("attribute_exists(#forgotten_at)");
        let parts = vec![member.part().map_err(unbuildable)?, self.bind(&new.user, id)?];
        self.joined_again(new, self.transact(parts).await?, 1).await
    }

    /// Who was carried over without points becomes who joins with their number: there is nothing that a code would guard.
    async fn speak_for(&self, new: &NewMember, member: &Member) -> Result<Joined, StoreError> {
        let change = self
            .member_change(&member.id)
            .set("user", text(&*new.user.0))
            .set("payer", text(new.user.payer().0))
            .set("phone", bytes(&new.phone.0))
            .remove("unbound_since")
            .remove("code")
            .remove("code_until_ms")
            .remove("code_tries")
            .value("none", number(0))
            .when("attribute_exists(#unbound_since) AND #balance = :none AND #held = :none")
            .and_when(if member.number == member.id {
                "attribute_not_exists(#number)"
            } else {
                "#number = :number"
            });
        let change = if member.number == member.id {
            change
        } else {
            change.value("number", text(member.number.as_str()))
        };
        let parts = vec![change.part().map_err(unbuildable)?, self.bind(&new.user, &member.id)?];
        self.joined_again(new, self.transact(parts).await?, 1).await
    }

    /// Somebody new has a number that others had.
    async fn succeed(&self, new: &NewMember) -> Result<Joined, StoreError> {
        let heir = NewMember { id: new.id_of_their_own(), bonus: Points::ZERO, ..new.clone() };
        let holder = self
            .held_by(&new.id, &heir.id, heir.joined_at)
            // Not if it is somebody's by now, or again whose it first was.
            .when(&format!("attribute_not_exists(#holder) AND {FREE}"));
        let parts = vec![
            holder.part().map_err(unbuildable)?,
            put(&self.tables.members, "id", MemberItem::of(&heir, Some(&new.id)))?,
            self.bind(&heir.user, &heir.id)?,
            put(&self.tables.ledger, "entry", EntryItem::of(&heir.entry()))?,
        ];
        self.joined_again(new, self.transact(parts).await?, 2).await
    }

    /// What became of joining with a number that was somebody's, whose binding was the part of that number.
    async fn joined_again(
        &self,
        new: &NewMember,
        written: Result<(), Vec<CancellationReason>>,
        binding: usize,
    ) -> Result<Joined, StoreError> {
        if let Err(reasons) = &written
            && refused(reasons, 0).is_none()
            && refused(reasons, binding).is_some()
        {
            return Ok(Joined::UserTaken);
        }
        match (self.member(&new.id).await?, written) {
            (Some(member), _) => Ok(heard(member, new)),
            (None, Ok(()) | Err(_)) => Err(StoreError::Unavailable("the number was changing hands".into())),
        }
    }

    /// A number becomes another's than who joined with it. Where nobody did, its item says so.
    fn held_by(&self, tag: &MemberId, holder: &MemberId, joined_at: Timestamp) -> Change {
        self.member_change(tag)
            .set("holder", text(holder.as_str()))
            .set_if_absent("v", number(VERSION))
            .set_if_absent("user", text(NOBODY))
            .set_if_absent("phone", bytes(&[]))
            .set_if_absent("balance", number(0))
            .set_if_absent("held", number(0))
            .set_if_absent("joined_at", time(joined_at))
            .value("nobody", text(NOBODY))
    }

    fn member_change(&self, id: &MemberId) -> Change {
        Change::of(&self.tables.members, ("id", id.as_str().to_owned()))
    }

    /// A chatbot user who is nobody yet becomes that member's.
    fn bind(&self, user: &UserId, member: &MemberId) -> Result<TransactWriteItem, StoreError> {
        put(&self.tables.members, "id", BindingItem::of(user, member))
    }

    /// A member's chatbot user is nobody any more. There is nothing to do where nobody spoke for them.
    fn unbind(&self, member: &Member) -> Result<Option<TransactWriteItem>, StoreError> {
        let Some(user) = &member.user else { return Ok(None) };
        let delete = Delete::builder()
            .table_name(&self.tables.members)
            .key("id", text(binding_key(user)))
            .condition_expression("#member = :member")
            .expression_attribute_names("#member", "member")
            .expression_attribute_values(":member", text(member.id.as_str()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(unbuildable)?;
        Ok(Some(TransactWriteItem::builder().delete(delete).build()))
    }

    /// Whether the first part's condition failed on a member who is as they were to be: an earlier try was ours.
    fn stands(
        reasons: &[CancellationReason],
        is_wanted: impl FnOnce(&Stands) -> bool,
    ) -> Result<Option<Moved>, StoreError> {
        let Some(Refused { stands }) = refused(reasons, 0) else { return Ok(None) };
        let slot = stands.map(|item| read::<MemberItem, Slot>(&key(&item), item)).transpose()?;
        let is_wanted = slot.is_some_and(|slot| is_wanted(&slot.stands));
        Ok(Some(if is_wanted { Moved::Done } else { Moved::Otherwise }))
    }
}

/// What somebody hears who joins with a number that is a member's.
fn heard(member: Member, new: &NewMember) -> Joined {
    match &member.user {
        // Sealed with the same fresh randomness: by us, just now.
        Some(user) if *user == new.user && member.phone == new.phone => Joined::Again(member),
        Some(user) if *user == new.user => Joined::Already(member),
        Some(_) => Joined::NumberTaken,
        None => Joined::NumberCarried,
    }
}

/// Who spends a member's points, as the member's item names them.
fn spender(member: &Member) -> &str {
    member.user.as_ref().map_or(NOBODY, |user| &user.0)
}

/// The member says who spends, and that user's binding says otherwise: not this program's doing.
fn not_bound(member: &Member) -> StoreError {
    let source = "a member's chatbot user is not bound to them".into();
    StoreError::Unreadable { key: member.id.to_string(), source }
}

fn key(item: &Item) -> String {
    item.get("id").and_then(|id| id.as_s().ok()).cloned().unwrap_or_default()
}

#[async_trait]
impl Roster for DynamoStore {
    async fn member_by_id(&self, id: &MemberId) -> Result<Option<Member>, StoreError> {
        Ok(match self.slot(id).await?.map(|slot| slot.stands) {
            Some(Stands::Member(member)) => Some(member),
            Some(Stands::Forgotten { .. } | Stands::Nobody) | None => None,
        })
    }

    async fn keep_code(&self, member: &MemberId, code: &KeptCode) -> Result<bool, StoreError> {
        let change = self
            .member_change(member)
            .set("code", bytes(&code.mac.0))
            .set("code_until_ms", number(code.until.as_millisecond()))
            .set("code_tries", number(code.tries))
            .value("nobody", text(NOBODY))
            .when("(attribute_exists(#user) AND #user <> :nobody) OR attribute_exists(#unbound_since)");
        Ok(self.write(change).await?.is_ok())
    }

    async fn try_code(&self, member: &MemberId, now: Timestamp) -> Result<Option<CodeMac>, StoreError> {
        let change = self
            .member_change(member)
            .add("code_tries", number(-1))
            .value("none", number(0))
            .value("now_ms", number(now.as_millisecond()))
            .when("#code_tries > :none AND #code_until_ms > :now_ms AND attribute_exists(#code)");
        let Ok(stood) = self.write(change).await? else { return Ok(None) };
        let code = stood.as_ref().and_then(|item| item.get("code")?.as_b().ok());
        Ok(code.map(|mac| CodeMac(mac.as_ref().to_vec())))
    }

    async fn rebind(&self, member: &Member, user: &UserId, code: &CodeMac) -> Result<Moved, StoreError> {
        let change = self
            .member_change(&member.id)
            .set("user", text(&*user.0))
            .set("payer", text(user.payer().0))
            .remove("unbound_since")
            .remove("code")
            .remove("code_until_ms")
            .remove("code_tries")
            .value("before", text(spender(member)))
            .value("mac", bytes(&code.0))
            .when("#user = :before AND #code = :mac");
        let mut parts = vec![change.part().map_err(unbuildable)?, self.bind(user, &member.id)?];
        parts.extend(self.unbind(member)?);
        let Err(reasons) = self.transact(parts).await? else { return Ok(Moved::Done) };
        let is_theirs = |stands: &Stands| matches!(stands, Stands::Member(member) if member.is_of(user));
        if let Some(moved) = Self::stands(&reasons, is_theirs)? {
            return Ok(moved);
        }
        if refused(&reasons, 1).is_some() {
            return Ok(Moved::Taken);
        }
        Err(not_bound(member))
    }

    async fn renumber(
        &self,
        member: &Member,
        tag: &MemberId,
        phone: &SealedPhone,
    ) -> Result<Moved, StoreError> {
        let change = self
            .member_change(&member.id)
            .set("phone", bytes(&phone.0))
            .value("before", text(spender(member)));
        // Nobody speaks for who was forgotten, nor for who was carried over.
        let (change, is_as_it_was) = if member.number == member.id {
            (
                change,
                "#user = :before AND attribute_not_exists(#forgotten_at) AND attribute_not_exists(#number)",
            )
        } else {
            (
                change.value("number_before", text(member.number.as_str())),
                "#user = :before AND attribute_not_exists(#forgotten_at) AND #number = :number_before",
            )
        };
        let mut parts = Vec::new();
        if *tag == member.id {
            // The number that they joined with is theirs again, unless it is somebody else's by now.
            let change = change.remove("number").when(is_as_it_was).and_when("attribute_not_exists(#holder)");
            parts.push(change.part().map_err(unbuildable)?);
        } else {
            let change = change.set("number", text(tag.as_str())).when(is_as_it_was);
            parts.push(change.part().map_err(unbuildable)?);
            let holder = self.held_by(tag, &member.id, member.joined_at).when(&format!(
                "attribute_not_exists(#holder) AND attribute_not_exists(#forgotten_at) AND {FREE}"
            ));
            parts.push(holder.part().map_err(unbuildable)?);
        }
        if member.number != member.id {
            let holder =
                self.member_change(&member.number).remove("holder").value("holder", text(member.id.as_str()));
            parts.push(holder.when("#holder = :holder").part().map_err(unbuildable)?);
        }
        let Err(reasons) = self.transact(parts).await? else { return Ok(Moved::Done) };
        let is_moved = |stands: &Stands| matches!(stands, Stands::Member(stands) if stands.number == *tag && stands.phone == *phone);
        match Self::stands(&reasons, is_moved)? {
            Some(Moved::Otherwise) if *tag == member.id => {
                // Either they changed, or the number did: only one of the two can be tried again.
                let is_same = self.member_by_id(&member.id).await?.as_ref() == Some(member);
                Ok(if is_same { Moved::Taken } else { Moved::Otherwise })
            }
            Some(moved) => Ok(moved),
            None => Ok(Moved::Taken),
        }
    }

    async fn forget(
        &self,
        member: &Member,
        forfeit: Option<&Entry>,
        at: Timestamp,
    ) -> Result<Moved, StoreError> {
        let change = self
            .member_change(&member.id)
            .set("user", text(NOBODY))
            .set("phone", bytes(&[]))
            .set("payer", text(NO_PAYER))
            .set("forgotten_at", time(at))
            .set("balance", number(0))
            .remove("unbound_since")
            .remove("code")
            .remove("code_until_ms")
            .remove("code_tries")
            .value("before", text(spender(member)))
            .value("balance_before", number(member.balance.get()))
            .value("none", number(0))
            .when(
                "#user = :before AND attribute_not_exists(#forgotten_at) \
                 AND #balance = :balance_before AND #held = :none",
            );
        let mut parts = vec![change.part().map_err(unbuildable)?];
        parts.extend(self.unbind(member)?);
        if let Some(forfeit) = forfeit {
            parts.push(put(&self.tables.ledger, "entry", EntryItem::of(forfeit))?);
        }
        let Err(reasons) = self.transact(parts).await? else { return Ok(Moved::Done) };
        let is_forgotten = |stands: &Stands| matches!(stands, Stands::Forgotten { .. });
        Self::stands(&reasons, is_forgotten)?.ok_or_else(|| not_bound(member))
    }
}
