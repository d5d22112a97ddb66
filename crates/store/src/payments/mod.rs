//! The payments service's [`Records`] over one table: a record's item, those of its notices beside it, and the
//! two by which it is found.

mod item;
mod lock;
mod moving;
mod vault;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem};
use cafe_core::payment::{
    BoxError, Claim, Claimed, Counted, Guesses, History, Kept, Locked, Notice, Outstanding, PasswordHash,
    Payment, RecordId, RecordName, Records, Reservation, Reserved, Run, Source, StoreError, Told, VendorCode,
};
use jiff::{SignedDuration, Timestamp};

use self::item::{DEAD, KEY, NOTICE, OPEN, PAYMENT, RECORD, RESERVATION, TELL};
pub use self::moving::{Moved, Moving};
pub use self::vault::{BadStoreKey, Vault};
use crate::change::Change;
use crate::failure::{refused, unavailable, unbuildable};
use crate::item::{Item, number, text, time};
use crate::writes::{self, put};

/// How long a notice that was taken is kept, to be told once more by hand.
const TAKEN_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The payments service's records in DynamoDB.
#[derive(Clone)]
pub struct DynamoRecords {
    client: Client,
    table: String,
    vault: Arc<Vault>,
}

impl DynamoRecords {
    /// Keeps everything in `table`, which must exist.
    #[must_use]
    pub fn new(client: Client, table: String, vault: Vault) -> DynamoRecords {
        DynamoRecords { client, table, vault: Arc::new(vault) }
    }

    fn change(&self, id: RecordId) -> Change {
        Change::of(&self.table, ("id", format!("{PAYMENT}{id}"))).range("part", RECORD)
    }

    fn change_notice(&self, history: RecordId, part: &str) -> Change {
        Change::of(&self.table, ("id", format!("{PAYMENT}{history}"))).range("part", part)
    }

    fn put(&self, item: Item) -> Result<TransactWriteItem, StoreError> {
        put(&self.table, "id", item)
    }

    /// An item that is taken away if the condition, with these values, holds.
    fn delete(
        &self,
        (id, part): (String, &str),
        condition: &str,
        values: &[(&str, &str)],
    ) -> Result<TransactWriteItem, StoreError> {
        let mut delete = Delete::builder()
            .table_name(&self.table)
            .key("id", text(id))
            .key("part", text(part))
            .condition_expression(condition);
        for (name, value) in values {
            delete = delete
                .expression_attribute_names(format!("#{name}"), *name)
                .expression_attribute_values(format!(":{name}"), text(*value));
        }
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(unbuildable)?).build())
    }

    async fn get(&self, id: String, part: &str) -> Result<Option<Item>, StoreError> {
        let got = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("id", text(id))
            .key("part", text(part))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        Ok(got.item)
    }

    /// The record that a key leads to.
    async fn found(&self, tag: &str) -> Result<Option<RecordId>, StoreError> {
        let key = item::key_of(tag);
        let item = self.get(key.clone(), KEY).await?;
        item.map(|item| item::found(&item).map_err(unreadable(&key))).transpose()
    }

    fn read_payment(&self, id: RecordId, item: Item) -> Result<Locked<Payment>, StoreError> {
        item::payment(&self.vault, item).map_err(unreadable(&id.to_string()))
    }

    /// Makes one change of a payment. `wanted` is how it should stand afterwards: if it does already, an earlier
    /// try of this very write was ours.
    async fn write(&self, change: Change, wanted: &Payment) -> Result<Kept, StoreError> {
        match writes::write(&self.client, change).await? {
            Ok(_) => Ok(Kept::Done),
            Err(stands) => self.stands(stands, wanted),
        }
    }

    fn stands(&self, stands: Option<Item>, wanted: &Payment) -> Result<Kept, StoreError> {
        let id = match wanted {
            Payment::Claimed(claim) => claim.id,
            Payment::Kept(history) => history.id,
        };
        let stands = stands.map(|item| self.read_payment(id, item)).transpose()?;
        let is_ours = stands.is_some_and(|stands| stands.for_ourselves() == *wanted);
        Ok(if is_ours { Kept::Done } else { Kept::Otherwise })
    }

    /// What a gateway shows, as it stands on a payment.
    fn showing(&self, change: Change, history: &History) -> Result<Change, StoreError> {
        let facts = &history.facts;
        let shown = item::shown(&self.vault, history).map_err(StoreError::Unavailable)?;
        let change = change
            .set("version", number(history.version))
            .set("currency", text(&*facts.currency))
            .set("price", number(facts.price.get()))
            .set("refund", number(facts.refund.get()))
            .set_or_remove("paid_at", facts.paid_at.map(time))
            .set("shown", shown);
        let names = history.cancelled_as.iter().map(|id| text(id.to_string())).collect();
        Ok(change.set("cancelled_as", AttributeValue::L(names)))
    }

    /// The refund that is on its way, watched from when its run is over.
    fn cancelling(&self, change: Change, history: &History) -> Result<Change, StoreError> {
        let Some(cancelling) = &history.cancelling else { return Ok(change) };
        let item = item::cancelling(&self.vault, history.id, cancelling).map_err(StoreError::Unavailable)?;
        Ok(change
            .set("cancelling", item)
            .set("watch", text(OPEN))
            .set("look_at", number(cancelling.run.until.as_second())))
    }

    /// The payments in one partition of the index, each once, the longest due first.
    async fn watched(&self, watch: &str, now: Timestamp, most: u32) -> Result<Vec<RecordId>, StoreError> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("watch")
            .key_condition_expression("#watch = :watch AND #look_at <= :now")
            .expression_attribute_names("#watch", "watch")
            .expression_attribute_names("#look_at", "look_at")
            .expression_attribute_values(":watch", text(watch))
            .expression_attribute_values(":now", number(now.as_second()))
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(unavailable)?;
        let mut ids = Vec::new();
        for item in found.items.unwrap_or_default() {
            let key = item.get("id").and_then(|id| id.as_s().ok()).map(String::as_str).unwrap_or_default();
            // One that is none must not keep the others from being looked at.
            match key.strip_prefix(PAYMENT).map(RecordId::parse) {
                Some(Ok(id)) if !ids.contains(&id) => ids.push(id),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => tracing::error!(key, "a payment's key is no id"),
            }
        }
        Ok(ids)
    }

    /// A history's notices, those whose `state` is that alone where one is given.
    async fn notices(&self, history: RecordId, state: Option<&str>) -> Result<Vec<Item>, StoreError> {
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#id = :id AND begins_with(#part, :notice)")
            .expression_attribute_names("#id", "id")
            .expression_attribute_names("#part", "part")
            .expression_attribute_values(":id", text(format!("{PAYMENT}{history}")))
            .expression_attribute_values(":notice", text(NOTICE))
            .consistent_read(true);
        if let Some(state) = state {
            query = query
                .filter_expression("#state = :state")
                .expression_attribute_names("#state", "state")
                .expression_attribute_values(":state", text(state));
        }
        let mut pages = query.into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            items.push(item.map_err(unavailable)?);
        }
        Ok(items)
    }
}

#[async_trait]
impl Records for DynamoRecords {
    async fn claim(&self, claim: &Claim, password: &PasswordHash) -> Result<Claimed, StoreError> {
        let tags = [
            self.vault.tag_of_source(PAYMENT, &claim.source),
            self.vault.tag_of_uid(PAYMENT, claim.vendor.code, &claim.vendor.uid),
        ];
        let item = item::of_claim(&self.vault, claim, password).map_err(StoreError::Unavailable)?;
        let parts = vec![
            self.put(item)?,
            self.put(item::of_key(&tags[0], claim.id))?,
            self.put(item::of_key(&tags[1], claim.id))?,
        ];
        let Err(reasons) = writes::transact(&self.client, parts).await? else { return Ok(Claimed::Done) };
        for (tag, part) in tags.iter().zip(1..) {
            let Some(stands) = refused(&reasons, part).and_then(|refused| refused.stands) else { continue };
            let id = item::found(&stands).map_err(unreadable(tag))?;
            return Ok(match self.payment(id).await? {
                // Our own earlier try.
                Some(taken) if taken.clone().for_ourselves() == Payment::Claimed(claim.clone()) => {
                    Claimed::Done
                }
                Some(taken) => Claimed::Taken(Box::new(taken)),
                None => Claimed::Gone,
            });
        }
        Ok(Claimed::Gone)
    }

    async fn take_over(&self, claim: &Claim, now: Timestamp) -> Result<Kept, StoreError> {
        let change = self
            .change(claim.id)
            .set("run", text(claim.run.token.to_string()))
            .set("run_until_ms", number(claim.run.until.as_millisecond()))
            .set("look_at", number(claim.run.until.as_second()))
            .value("claimed", text("claimed"))
            .value("now_ms", number(now.as_millisecond()))
            .when("#stage = :claimed AND #run_until_ms <= :now_ms");
        self.write(change, &Payment::Claimed(claim.clone())).await
    }

    async fn complete(&self, claim: &Claim, history: &History) -> Result<Kept, StoreError> {
        let change = self
            .showing(self.change(claim.id), history)?
            .set("stage", text("kept"))
            .remove("run")
            .remove("run_until_ms")
            .remove("watch")
            .remove("look_at")
            .value("claimed", text("claimed"))
            .value("token", text(claim.run.token.to_string()))
            .when("#stage = :claimed AND #run = :token");
        self.write(change, &Payment::Kept(history.clone())).await
    }

    async fn release(&self, claim: &Claim) -> Result<Kept, StoreError> {
        let (id, token) = (claim.id.to_string(), claim.run.token.to_string());
        let source = item::key_of(&self.vault.tag_of_source(PAYMENT, &claim.source));
        let uid = item::key_of(&self.vault.tag_of_uid(PAYMENT, claim.vendor.code, &claim.vendor.uid));
        let record = [("record", id.as_str())];
        let parts = vec![
            self.delete(
                (format!("{PAYMENT}{id}"), RECORD),
                "#stage = :stage AND #run = :run",
                &[("stage", "claimed"), ("run", &token)],
            )?,
            self.delete((source, KEY), "#record = :record", &record)?,
            self.delete((uid, KEY), "#record = :record", &record)?,
        ];
        let Err(_) = writes::transact(&self.client, parts).await? else { return Ok(Kept::Done) };
        // Our own earlier try leaves nothing behind.
        Ok(if self.payment(claim.id).await?.is_none() { Kept::Done } else { Kept::Otherwise })
    }

    async fn payment(&self, id: RecordId) -> Result<Option<Locked<Payment>>, StoreError> {
        let item = self.get(format!("{PAYMENT}{id}"), RECORD).await?;
        item.map(|item| self.read_payment(id, item)).transpose()
    }

    async fn payment_of(&self, source: &Source) -> Result<Option<Locked<Payment>>, StoreError> {
        match self.found(&self.vault.tag_of_source(PAYMENT, source)).await? {
            Some(id) => self.payment(id).await,
            None => Ok(None),
        }
    }

    async fn payment_at(&self, vendor: VendorCode, uid: &str) -> Result<Option<Locked<Payment>>, StoreError> {
        match self.found(&self.vault.tag_of_uid(PAYMENT, vendor, uid)).await? {
            Some(id) => self.payment(id).await,
            None => Ok(None),
        }
    }

    async fn begin_cancel(&self, history: &History) -> Result<Kept, StoreError> {
        let change = self
            .cancelling(self.change(history.id), history)?
            .set("version", number(history.version))
            .value("kept", text("kept"))
            .value("before", number(history.version.saturating_sub(1)))
            .when("#stage = :kept AND #version = :before AND attribute_not_exists(#cancelling)");
        self.write(change, &Payment::Kept(history.clone())).await
    }

    async fn resume_cancel(&self, history: &History, now: Timestamp) -> Result<Kept, StoreError> {
        let Some(cancelling) = &history.cancelling else { return Ok(Kept::Otherwise) };
        let change = self
            .cancelling(self.change(history.id), history)?
            .value("refund_id", text(cancelling.id.to_string()))
            .value("now_ms", number(now.as_millisecond()))
            .when("#cancelling.#id = :refund_id AND #cancelling.#run_until_ms <= :now_ms");
        self.write(change, &Payment::Kept(history.clone())).await
    }

    async fn give_up_cancel(&self, history: &History) -> Result<(), StoreError> {
        let Some(cancelling) = &history.cancelling else { return Ok(()) };
        let change = self
            .change(history.id)
            .remove("cancelling")
            .remove("watch")
            .remove("look_at")
            .value("refund_id", text(cancelling.id.to_string()))
            .value("token", text(cancelling.run.token.to_string()))
            .when("#cancelling.#id = :refund_id AND #cancelling.#run = :token");
        writes::write(&self.client, change).await.map(|_| ())
    }

    async fn change(&self, history: &History, notice: Option<&Notice>) -> Result<Kept, StoreError> {
        let mut change = self
            .showing(DynamoRecords::change(self, history.id), history)?
            .value("kept", text("kept"))
            .value("before", number(history.version.saturating_sub(1)))
            .when("#stage = :kept AND #version = :before");
        if history.cancelling.is_none() {
            change = change.remove("cancelling").remove("watch").remove("look_at");
        }
        let Some(notice) = notice else { return self.write(change, &Payment::Kept(history.clone())).await };
        let told = item::of_notice(&self.vault, notice).map_err(StoreError::Unavailable)?;
        let parts = vec![change.part().map_err(unbuildable)?, self.put(told)?];
        let Err(reasons) = writes::transact(&self.client, parts).await? else { return Ok(Kept::Done) };
        let stands = refused(&reasons, 0).and_then(|refused| refused.stands);
        self.stands(stands, &Payment::Kept(history.clone()))
    }

    async fn reserve(
        &self,
        reservation: &Reservation,
        password: &PasswordHash,
    ) -> Result<Reserved, StoreError> {
        let Reservation { id, vendor, source, .. } = reservation;
        let item =
            item::of_reservation(&self.vault, reservation, password).map_err(StoreError::Unavailable)?;
        let parts = vec![
            self.put(item)?,
            self.put(item::of_key(&self.vault.tag_of_source(RESERVATION, source), *id))?,
            self.put(item::of_key(&self.vault.tag_of_uid(RESERVATION, vendor.code, &vendor.uid), *id))?,
        ];
        let Err(reasons) = writes::transact(&self.client, parts).await? else { return Ok(Reserved::Done) };
        // Its id is fresh randomness, so one that stands is our own earlier try.
        Ok(if refused(&reasons, 0).is_some() { Reserved::Done } else { Reserved::Taken })
    }

    async fn reservation(&self, id: RecordId) -> Result<Option<Locked<Reservation>>, StoreError> {
        let item = self.get(format!("{RESERVATION}{id}"), RECORD).await?;
        let read = |item| item::reservation(&self.vault, item).map_err(unreadable(&id.to_string()));
        item.map(read).transpose()
    }

    async fn reservation_of(&self, source: &Source) -> Result<Option<Locked<Reservation>>, StoreError> {
        match self.found(&self.vault.tag_of_source(RESERVATION, source)).await? {
            Some(id) => self.reservation(id).await,
            None => Ok(None),
        }
    }

    async fn count_guess(
        &self,
        record: RecordName,
        before: Option<Guesses>,
        after: Option<Guesses>,
    ) -> Result<Counted, StoreError> {
        self.write_guesses(record, before, after).await
    }

    async fn left_behind(&self, now: Timestamp, most: u32) -> Result<Vec<RecordId>, StoreError> {
        self.watched(OPEN, now, most).await
    }

    async fn put_off(&self, id: RecordId, until: Timestamp) -> Result<(), StoreError> {
        let change = DynamoRecords::change(self, id)
            .set("look_at", number(until.as_second()))
            .value("open", text(OPEN))
            .when("#watch = :open");
        writes::write(&self.client, change).await.map(|_| ())
    }

    async fn to_be_told(&self, now: Timestamp, most: u32) -> Result<Vec<RecordId>, StoreError> {
        self.watched(TELL, now, most).await
    }

    async fn outstanding(&self, history: RecordId) -> Result<Vec<Outstanding>, StoreError> {
        let items = self.notices(history, Some("waiting")).await?.into_iter();
        let read = |item| item::outstanding(&self.vault, item).map_err(unreadable(&history.to_string()));
        items.map(read).collect()
    }

    async fn take_up(&self, outstanding: &Outstanding, run: &Run) -> Result<Kept, StoreError> {
        let notice = &outstanding.notice;
        let change = self
            .change_notice(notice.current.id, &item::part_of(notice))
            .set("run", text(run.token.to_string()))
            .set("look_at", number(run.until.as_second()))
            .set("attempts", number(outstanding.attempts.saturating_add(1)))
            .value("waiting", text("waiting"))
            .value("attempts_before", number(outstanding.attempts))
            // Each who takes it up counts, and who holds it up does not.
            .when("#state = :waiting AND #attempts = :attempts_before");
        match writes::write(&self.client, change).await? {
            Ok(_) => Ok(Kept::Done),
            Err(stands) => {
                let token = stands.as_ref().and_then(|item| item.get("run")?.as_s().ok());
                // Our own earlier try.
                let is_ours = token.is_some_and(|token| *token == run.token.to_string());
                Ok(if is_ours { Kept::Done } else { Kept::Otherwise })
            }
        }
    }

    async fn hold_up(&self, outstanding: &Outstanding, until: Timestamp) -> Result<(), StoreError> {
        let notice = &outstanding.notice;
        let change = self
            .change_notice(notice.current.id, &item::part_of(notice))
            .set("look_at", number(until.as_second()))
            .value("waiting", text("waiting"))
            .value("attempts_before", number(outstanding.attempts))
            .when("#state = :waiting AND #attempts = :attempts_before AND #look_at < :look_at");
        writes::write(&self.client, change).await.map(|_| ())
    }

    async fn put_down(&self, notice: &Notice, run: &Run, outcome: Told) -> Result<(), StoreError> {
        let change = self.change_notice(notice.current.id, &item::part_of(notice)).remove("run");
        let change = match outcome {
            Told::Taken => {
                let keep_until = notice.at.checked_add(TAKEN_FOR).unwrap_or(Timestamp::MAX);
                change
                    .set("state", text("taken"))
                    .set("expires_at", number(keep_until.as_second()))
                    .remove("watch")
                    .remove("look_at")
            }
            Told::Again(at) => change.set("look_at", number(at.as_second())),
            Told::Never => change.set("state", text("never")).set("watch", text(DEAD)),
        };
        let change = change.value("token", text(run.token.to_string())).when("#run = :token");
        writes::write(&self.client, change).await.map(|_| ())
    }

    async fn tell_again(
        &self,
        history: RecordId,
        notice: RecordId,
        now: Timestamp,
    ) -> Result<Kept, StoreError> {
        let id = notice.to_string();
        let wanted = |item: &Item| item.get("notice").and_then(|id| id.as_s().ok()) == Some(&id);
        let Some(item) = self.notices(history, None).await?.into_iter().find(wanted) else {
            return Ok(Kept::Otherwise);
        };
        let part = item.get("part").and_then(|part| part.as_s().ok()).cloned().unwrap_or_default();
        let change = self
            .change_notice(history, &part)
            .set("state", text("waiting"))
            .set("watch", text(TELL))
            .set("look_at", number(now.as_second()))
            .set("since", time(now))
            .set("attempts", number(0))
            .remove("expires_at")
            .remove("run")
            .value("notice_id", text(id))
            .when("#notice = :notice_id");
        Ok(writes::write(&self.client, change).await?.map_or(Kept::Otherwise, |_| Kept::Done))
    }
}

fn unreadable(key: &str) -> impl FnOnce(BoxError) -> StoreError {
    move |source| StoreError::Unreadable { key: key.to_owned(), source }
}

impl fmt::Debug for DynamoRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoRecords").field("table", &self.table).finish_non_exhaustive()
    }
}
