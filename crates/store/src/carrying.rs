//! Members whom the cafe's system before this one had: carried over once, read back, and never written over.

use cafe_core::cafe::{CarriedMember, Entry, EntryKind, MemberId, PhoneKey, StoreError};

use crate::books::Books;
use crate::dynamo::DynamoStore;
use crate::failure::unavailable;
use crate::item::{EntryItem, MemberItem, Slot, Stands, read, text};
use crate::shelf::Shelf;
use crate::writes::put;

/// How many items are looked through for a member.
const LOOKED_THROUGH: i32 = 100;

/// How a member who is carried over stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// They were not here, and are now.
    Now,
    /// They were carried over before, with the same points. What has become of those since is their own affair.
    Before,
    /// They are not here.
    NotYet,
    /// They were carried over before, with other points. That stays as it is.
    Differently,
    /// Somebody has joined with the number here, or had it. That stays as it is.
    NumberTaken,
}

/// None of it is for the functions: nobody else's word makes points.
impl DynamoStore {
    /// Writes a member down with what they had, unless anything of that number is there, and reads back what stands
    /// then. One transaction and one read; two where they were not written.
    ///
    /// # Errors
    /// [`StoreError`]: they may be here; repeating it is safe, and says so.
    pub async fn carry(&self, carried: &CarriedMember) -> Result<Carried, StoreError> {
        let parts = vec![
            put(&self.tables.members, "id", MemberItem::of_carried(carried))?,
            put(&self.tables.ledger, "entry", EntryItem::of(&carried.entry()))?,
        ];
        let written = self.transact(parts).await?;
        let stands = self.how_they_stand(carried).await?;
        Ok(if written.is_ok() && stands == Carried::Before { Carried::Now } else { stands })
    }

    /// Whether a member is here. One read, or two; it writes nothing.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    pub async fn how_they_stand(&self, carried: &CarriedMember) -> Result<Carried, StoreError> {
        if let Some(entry) = self.carried_line(&carried.id).await? {
            return Ok(if entry.points == carried.points { Carried::Before } else { Carried::Differently });
        }
        Ok(if self.slot(&carried.id).await?.is_some() { Carried::NumberTaken } else { Carried::NotYet })
    }

    /// The line that says what somebody had. It stays, whatever becomes of them.
    async fn carried_line(&self, member: &MemberId) -> Result<Option<Entry>, StoreError> {
        let key = EntryKind::Carry.key_without_order();
        let got = self
            .client
            .get_item()
            .table_name(&self.tables.ledger)
            .key("member", text(member.as_str()))
            .key("entry", text(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        got.item.map(|item| read::<EntryItem, Entry>(member.as_str(), item)).transpose()
    }
}

impl Books {
    /// Whether the key opens the number of a member who is here already; so it is where there is none. Part of one scan.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    pub async fn is_kept_under(&self, key: &PhoneKey) -> Result<bool, StoreError> {
        let Shelf { client, tables } = &self.shelf;
        let found = client
            .scan()
            .table_name(&tables.members)
            .filter_expression("attribute_exists(#held)")
            .expression_attribute_names("#held", "held")
            .limit(LOOKED_THROUGH)
            .send()
            .await
            .map_err(unavailable)?;
        for item in found.items.unwrap_or_default() {
            // One that cannot be made out is the audit's matter.
            let slot = read::<MemberItem, Slot>("a member", item);
            if let Ok(Slot { stands: Stands::Member(member), .. }) = slot {
                return Ok(key.unseal(&member.number, &member.phone).is_ok());
            }
        }
        Ok(true)
    }
}
