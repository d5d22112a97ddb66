//! The store's flows as DynamoDB requests.

use std::fmt;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use cafe_core::cafe::{
    Approving, AttemptToken, Begun, Capture, Closed, Collected, Effect, Entry, Joined, Kept, LOOK_AFTER,
    Late, Member, MemberId, NewMember, Opened, Order, PAY_WITHIN, Paid, Points, Quoted, RefundId, Refunding,
    Store, StoreError, Tender, Turn, Watch, Watched, look_again_at,
};
use cafe_core::payment::{OrderId, PayerId, Proof};
use jiff::{SignedDuration, Timestamp};

use crate::change::Change;
use crate::failure::{Refused, refused, unavailable, unbuildable};
use crate::item::{
    BindingItem, EntryItem, Item, LookItem, MemberItem, OrderItem, REVIEW, RefundItem, RefundingItem, Slot,
    Stands, WATCH, number, read, text, time,
};
use crate::writes::{self, Written, put};

/// How soon the schedule looks at an order that an attempt has just left in doubt.
const LOOK_AFTER_DOUBT: SignedDuration = SignedDuration::from_secs(5);

/// The names of the three tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// Members by the tag of their number, and chatbot users by their id. Key: `id`.
    pub members: String,
    /// Ledger lines. Keys: `member`, `entry`.
    pub ledger: String,
    /// Orders. Key: `id`; index `watch` with the keys `watch` and `look_at`.
    pub orders: String,
}

/// The names where nothing else is said, as on a laptop.
impl Default for Tables {
    fn default() -> Tables {
        Tables {
            members: "cafe-members".to_owned(),
            ledger: "cafe-ledger".to_owned(),
            orders: "cafe-orders".to_owned(),
        }
    }
}

/// The cafe's store in DynamoDB.
#[derive(Clone)]
pub struct DynamoStore {
    pub(crate) client: Client,
    pub(crate) tables: Tables,
}

impl DynamoStore {
    /// Keeps everything in `tables`, which must exist.
    #[must_use]
    pub fn new(client: Client, tables: Tables) -> DynamoStore {
        DynamoStore { client, tables }
    }

    fn change(&self, id: OrderId) -> Change {
        Change::of(&self.tables.orders, ("id", id.to_string()))
    }

    pub(crate) async fn write(&self, change: Change) -> Result<Written, StoreError> {
        writes::write(&self.client, change).await
    }

    pub(crate) async fn transact(
        &self,
        parts: Vec<TransactWriteItem>,
    ) -> Result<Result<(), Vec<CancellationReason>>, StoreError> {
        writes::transact(&self.client, parts).await
    }

    /// Changes an order and moves the points of its ledger lines with it. `wanted` is the order as it
    /// should stand afterwards: if it does already, an earlier try of this very write was ours.
    async fn keep(&self, change: Change, entries: &[Entry], wanted: Order) -> Result<Kept, StoreError> {
        let Some(first) = entries.first() else {
            return match self.write(change).await? {
                Ok(_) => Ok(Kept::Done),
                Err(stands) => kept(stands, &wanted),
            };
        };
        let mut parts = vec![change.part().map_err(unbuildable)?];
        let points = self.move_points(&first.member, Effect::of(entries));
        let points = match &wanted {
            Order::Opened(opened) => only_for(points, &opened.quote.payer),
            Order::Quoted(_) | Order::Approving(_) | Order::Paid(_) | Order::Closed(_) => points,
        };
        parts.push(points.part().map_err(unbuildable)?);
        for entry in entries {
            parts.push(put(&self.tables.ledger, "entry", EntryItem::of(entry))?);
        }
        let Err(reasons) = self.transact(parts).await? else { return Ok(Kept::Done) };
        if let Some(refused) = refused(&reasons, 0) {
            return kept(refused.stands, &wanted);
        }
        if refused(&reasons, 1).is_some() {
            return Ok(Kept::PointsShort);
        }
        // The order has not made this step, and yet its ledger line stands: not this program's doing.
        let source = "a ledger line stands without its order's step".into();
        Err(StoreError::Unreadable { key: wanted.id().to_string(), source })
    }

    /// Moves a member's points by what their ledger lines say, never below zero.
    fn move_points(&self, member: &MemberId, effect: Effect) -> Change {
        let needed = |delta: i64| number(delta.saturating_neg().max(0));
        Change::of(&self.tables.members, ("id", member.as_str().to_owned()))
            .add("balance", number(effect.balance))
            .add("held", number(effect.held))
            .value("balance_needed", needed(effect.balance))
            .value("held_needed", needed(effect.held))
            .when("#balance >= :balance_needed AND #held >= :held_needed")
    }

    /// A change that only this attempt may make, while it is the last.
    fn attempt(&self, approving: &Approving) -> Change {
        self.change(approving.opened.quote.id)
            .value("approving", text("approving"))
            .value("token", text(&*approving.attempt.token.0))
            .when("#stage = :approving AND #attempt = :token")
    }

    /// What may still come, or came, of a closed order's payment; watched while something may.
    fn follow(&self, closed: &Closed) -> Change {
        let change = self.change(closed.quote.id);
        let watch_from = |change: Change, at: Timestamp| {
            change.set("watch", text(WATCH)).set("look_at", number(at.as_second()))
        };
        let Some(Late { capture, .. }) = &closed.late else {
            return change.remove("watch").remove("look_at").remove("late");
        };
        let change = change.set("late", text(capture.as_str()));
        match capture {
            Capture::Possible => watch_from(change, look_again_at(closed.closed_at, closed.closed_at)),
            Capture::Returning => watch_from(change, closed.closed_at),
            Capture::Returned(sum) => {
                change.set("late_returned", number(sum.get())).remove("watch").remove("look_at")
            }
        }
    }

    /// A running refund, watched from when its run is over.
    fn refunding(&self, paid: &Paid, refunding: &Refunding) -> Result<Change, StoreError> {
        Ok(self
            .change(paid.quote.id)
            .set("refunding", item_of(&RefundingItem::from(refunding))?)
            .set("watch", text(WATCH))
            .set("look_at", number(refunding.run.until.as_second())))
    }

    async fn order_item(&self, id: OrderId) -> Result<Option<Item>, StoreError> {
        let got = self
            .client
            .get_item()
            .table_name(&self.tables.orders)
            .key("id", text(id.to_string()))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        Ok(got.item)
    }

    /// The orders of one partition of the index, the longest there first.
    async fn watched_as(&self, watch: &str, until: Timestamp, most: u32) -> Result<Vec<OrderId>, StoreError> {
        let found = self
            .client
            .query()
            .table_name(&self.tables.orders)
            .index_name("watch")
            .key_condition_expression("#watch = :watch AND #look_at <= :until")
            .expression_attribute_names("#watch", "watch")
            .expression_attribute_names("#look_at", "look_at")
            .expression_attribute_values(":watch", text(watch))
            .expression_attribute_values(":until", number(until.as_second()))
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(unavailable)?;
        let ids = found.items.unwrap_or_default().into_iter().filter_map(|item| {
            let key = item.get("id").and_then(|id| id.as_s().ok())?;
            // One that is none must not keep the others from being looked at.
            OrderId::parse(key)
                .inspect_err(|error| tracing::error!(key, %error, "an order's key is no id"))
                .ok()
        });
        Ok(ids.collect())
    }

    fn read_order(item: Item) -> Result<Order, StoreError> {
        let key = item.get("id").and_then(|id| id.as_s().ok()).cloned().unwrap_or_default();
        read::<OrderItem, Order>(&key, item)
    }
}

/// Points that only the chatbot user may move to whom the order was quoted. A member who never changed theirs says
/// nothing about it, as there was no other.
fn only_for(points: Change, payer: &PayerId) -> Change {
    points.value("payer", text(&*payer.0)).and_when("(attribute_not_exists(#payer) OR #payer = :payer)")
}

/// What a failed condition means: written before by ourselves, or by somebody else.
fn kept(stands: Option<Item>, wanted: &Order) -> Result<Kept, StoreError> {
    match stands.map(DynamoStore::read_order).transpose()? {
        Some(order) if order == *wanted => Ok(Kept::Done),
        stands => Ok(Kept::Otherwise(stands.map(Box::new))),
    }
}

#[async_trait]
impl Store for DynamoStore {
    async fn member(&self, number: &MemberId) -> Result<Option<Member>, StoreError> {
        let Some(slot) = self.slot(number).await? else { return Ok(None) };
        Ok(match self.whose(slot).await? {
            Stands::Member(member) if member.number == *number => Some(member),
            Stands::Member(_) | Stands::Forgotten { .. } | Stands::Nobody => None,
        })
    }

    async fn balance(&self, member: &MemberId, quoted_at: Timestamp) -> Result<Points, StoreError> {
        let slot = self.slot(member).await?;
        Ok(match slot.map_or(Stands::Nobody, |slot| slot.stands) {
            // In milliseconds, as an order's own time is kept.
            Stands::Member(member) if member.joined_at.as_millisecond() > quoted_at.as_millisecond() => {
                Points::ZERO
            }
            Stands::Member(member) => member.balance,
            Stands::Forgotten { balance, .. } => balance,
            Stands::Nobody => Points::ZERO,
        })
    }

    async fn join(&self, new: &NewMember) -> Result<Joined, StoreError> {
        let parts = vec![
            put(&self.tables.members, "id", MemberItem::of(new, None))?,
            put(&self.tables.members, "id", BindingItem::of(&new.user, &new.id))?,
            put(&self.tables.ledger, "entry", EntryItem::of(&new.entry()))?,
        ];
        let Err(reasons) = self.transact(parts).await? else { return Ok(Joined::New) };
        if let Some(Refused { stands: Some(item) }) = refused(&reasons, 0) {
            let slot = read::<MemberItem, Slot>(new.id.as_str(), item)?;
            return match slot.stands {
                // Sealed with the same fresh randomness: our own earlier try.
                Stands::Member(member)
                    if member.is_of(&new.user) && member.phone == new.phone && slot.is_first =>
                {
                    Ok(Joined::New)
                }
                Stands::Member(_) | Stands::Forgotten { .. } | Stands::Nobody => {
                    self.join_again(new, slot).await
                }
            };
        }
        if refused(&reasons, 1).is_some() {
            return Ok(Joined::UserTaken);
        }
        let source = "a bonus stands without its member".into();
        Err(StoreError::Unreadable { key: new.id.as_str().to_owned(), source })
    }

    async fn quote(&self, quoted: &Quoted) -> Result<(), StoreError> {
        let request = self
            .client
            .put_item()
            .table_name(&self.tables.orders)
            .set_item(Some(OrderItem::of(quoted)))
            .condition_expression("attribute_not_exists(#id)")
            .expression_attribute_names("#id", "id")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = request.send().await else { return Ok(()) };
        if let Some(PutItemError::ConditionalCheckFailedException(failed)) = error.as_service_error()
            && kept(failed.item.clone(), &Order::Quoted(quoted.clone()))? == Kept::Done
        {
            return Ok(());
        }
        Err(unavailable(error))
    }

    async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        self.order_item(id).await?.map(DynamoStore::read_order).transpose()
    }

    async fn open(&self, opened: &Opened) -> Result<Kept, StoreError> {
        let change = self
            .change(opened.quote.id)
            .set("stage", text("opened"))
            .set("opened_at", time(opened.opened_at))
            .set("watch", text(WATCH))
            .set("look_at", number(opened.first_look_at().as_second()))
            .remove("expires_at")
            .value("quoted", text("quoted"))
            .when("#stage = :quoted");
        let change = match &opened.tender {
            Tender::Points => change,
            Tender::Gateway { session, pages } => change
                .set("provider", text(session.provider.as_str()))
                .set("session", text(&*session.key))
                .set("desktop_page", text(&*pages.desktop))
                .set("mobile_page", text(&*pages.mobile)),
        };
        // Of most orders they are the same, and what stands in every order costs in every write.
        let unless_usual = |change: Change, name, time: SignedDuration, usual| {
            if time == usual { change } else { change.set(name, number(time.as_secs())) }
        };
        let change = unless_usual(change, "pay_within_s", opened.pay_within, PAY_WITHIN);
        let change = unless_usual(change, "look_after_s", opened.look_after, LOOK_AFTER);
        self.keep(change, &opened.entries(), Order::Opened(opened.clone())).await
    }

    async fn begin(&self, id: OrderId, turn: &Turn, proof: Option<&Proof>) -> Result<Begun, StoreError> {
        let attempt = &turn.attempt;
        let change = self
            .change(id)
            .set("stage", text("approving"))
            .set("attempt", text(&*attempt.token.0))
            .set("attempt_until_ms", number(attempt.until.as_millisecond()))
            .set("watch", text(WATCH))
            .set("look_at", number(attempt.until.as_second()))
            .value("opened", text("opened"))
            .value("now_ms", number(turn.now.as_millisecond()))
            .when("#stage = :opened OR (#stage = :stage AND #attempt_until_ms <= :now_ms)");
        let change = match proof {
            Some(proof) => change.set("proof", text(&*proof.0)),
            None => change,
        };
        let begun = |opened, kept: Option<Proof>| {
            let proof = proof.cloned().or(kept);
            Approving { opened, attempt: attempt.clone(), proof }
        };
        let (stood, ours) = match self.write(change).await? {
            Ok(stood) => (stood, true),
            Err(stands) => (stands, false),
        };
        Ok(match (stood.map(DynamoStore::read_order).transpose()?, ours) {
            (Some(Order::Opened(opened)), true) => Begun::First(begun(opened, None)),
            (Some(Order::Approving(before)), true) => Begun::Again(begun(before.opened, before.proof)),
            // An earlier try of this very write was ours; what stood before it is not known any more.
            (Some(Order::Approving(before)), false) if before.attempt.token == attempt.token => {
                Begun::Again(begun(before.opened, before.proof))
            }
            (other, _) => Begun::Otherwise(other.map(Box::new)),
        })
    }

    async fn give_up(&self, approving: &Approving) -> Result<bool, StoreError> {
        let change = self
            .attempt(approving)
            .set("stage", text("opened"))
            .set("watch", text(WATCH))
            .set("look_at", number(approving.opened.first_look_at().as_second()))
            .remove("attempt")
            .remove("attempt_until_ms")
            .remove("proof");
        match self.write(change).await? {
            Ok(_) => Ok(true),
            // An earlier try of this very write was ours, or somebody else has taken over.
            Err(stands) => {
                let order = stands.map(DynamoStore::read_order).transpose()?;
                Ok(matches!(order, Some(Order::Opened(_))))
            }
        }
    }

    async fn leave_in_doubt(&self, approving: &Approving, now: Timestamp) -> Result<(), StoreError> {
        let look_at = now.checked_add(LOOK_AFTER_DOUBT).unwrap_or(Timestamp::MAX);
        let change = self
            .attempt(approving)
            .set("attempt_until_ms", number(now.as_millisecond()))
            .set("watch", text(WATCH))
            .set("look_at", number(look_at.as_second()))
            .set_or_remove("proof", approving.proof.as_ref().map(|proof| text(&*proof.0)));
        self.write(change).await.map(|_| ())
    }

    async fn settle(&self, paid: &Paid) -> Result<Kept, StoreError> {
        let change = self
            .change(paid.quote.id)
            .set("stage", text("paid"))
            .set("paid_at", time(paid.paid_at))
            .set("refund_count", number(0))
            .remove("watch")
            .remove("look_at")
            .remove("attempt")
            .remove("attempt_until_ms")
            .remove("proof")
            .value("opened", text("opened"))
            .value("approving", text("approving"))
            .when("#stage = :opened OR #stage = :approving");
        let change = match &paid.collected {
            Collected::Points => change,
            Collected::Gateway { approval, .. } => change
                .set("collected", number(approval.amount.get()))
                .set_or_remove("approval", approval.number.as_deref().map(text))
                .set_or_remove("method", approval.method.as_ref().map(|method| text(method.as_str())))
                .set_or_remove("approved_at", approval.at.map(time)),
        };
        self.keep(change, &paid.entries(), Order::Paid(paid.clone())).await
    }

    async fn close(&self, closed: &Closed, attempt: Option<&AttemptToken>) -> Result<Kept, StoreError> {
        let change = self
            .follow(closed)
            .set("stage", text("closed"))
            .set("reason", text(closed.reason.as_str()))
            .set("closed_at", time(closed.closed_at))
            .remove("attempt")
            .remove("attempt_until_ms")
            .remove("proof");
        let change = match attempt {
            None => change.value("opened", text("opened")).when("#stage = :opened"),
            Some(token) => change
                .value("approving", text("approving"))
                .value("token", text(&*token.0))
                .when("#stage = :approving AND #attempt = :token"),
        };
        self.keep(change, &closed.entries(), Order::Closed(closed.clone())).await
    }

    async fn follow_up(&self, closed: &Closed) -> Result<Kept, StoreError> {
        let change = self.follow(closed).value("possible", text(Capture::Possible.as_str()));
        let change = match closed.late.as_ref().map(|late| late.capture) {
            Some(Capture::Returned(_)) => change
                .value("returning", text(Capture::Returning.as_str()))
                .when("#late = :possible OR #late = :returning"),
            Some(Capture::Possible | Capture::Returning) | None => change.when("#late = :possible"),
        };
        self.keep(change, &[], Order::Closed(closed.clone())).await
    }

    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<OrderId>, StoreError> {
        self.watched_as(WATCH, now, most).await
    }

    async fn in_review(&self, most: u32) -> Result<Vec<OrderId>, StoreError> {
        self.watched_as(REVIEW, Timestamp::MAX, most).await
    }

    async fn watched(&self, id: OrderId) -> Result<Option<Watched>, StoreError> {
        let item = self.order_item(id).await?;
        item.map(|item| read::<OrderItem, Watched>(&id.to_string(), item)).transpose()
    }

    async fn keep_watching(&self, watched: &Watched) -> Result<(), StoreError> {
        let Some(watch) = watched.watch else { return Ok(()) };
        let (name, at) = match watch {
            Watch::From(at) => (WATCH, at),
            Watch::Review(at) => (REVIEW, at),
        };
        let looks: Vec<_> = watched.looks.0.iter().map(LookItem::from).collect();
        let change = self
            .change(watched.order.id())
            .set("watch", text(name))
            .set("look_at", number(at.as_second()))
            .set("looks", item_of(&looks)?)
            .value("stage", text(watched.order.stage()));
        let change = match &watched.order {
            // Another attempt has a deadline of its own.
            Order::Approving(approving) => change
                .value("token", text(&*approving.attempt.token.0))
                .when("attribute_exists(#watch) AND #stage = :stage AND #attempt = :token"),
            Order::Quoted(_) | Order::Opened(_) | Order::Paid(_) | Order::Closed(_) => {
                change.when("attribute_exists(#watch) AND #stage = :stage")
            }
        };
        self.write(change).await.map(|_| ())
    }

    async fn begin_refund(&self, paid: &Paid) -> Result<Kept, StoreError> {
        let Some(refunding) = &paid.refunding else { return Ok(Kept::Done) };
        let change = self
            .refunding(paid, refunding)?
            .remove("looks")
            .value("paid", text("paid"))
            .value("refunds_before", number(count(paid.refunds.len())))
            .when("#stage = :paid AND attribute_not_exists(#refunding) AND #refund_count = :refunds_before");
        self.keep(change, &[], Order::Paid(paid.clone())).await
    }

    async fn resume_refund(&self, paid: &Paid, now: Timestamp) -> Result<Kept, StoreError> {
        let Some(refunding) = &paid.refunding else { return Ok(Kept::Done) };
        let change = self
            .refunding(paid, refunding)?
            .value("refund", text(refunding.id.as_str()))
            .value("asked_at", time(refunding.asked_at))
            .value("refunds_before", number(count(paid.refunds.len())))
            .value("now_ms", number(now.as_millisecond()))
            // The very one: it may have been given up and asked for again, when less was left.
            .when(
                "#refunding.#id = :refund AND #refunding.#asked_at = :asked_at \
                 AND #refunding.#run_until_ms <= :now_ms AND #refund_count = :refunds_before",
            );
        self.keep(change, &[], Order::Paid(paid.clone())).await
    }

    async fn give_up_refund(&self, paid: &Paid) -> Result<(), StoreError> {
        let Some(refunding) = &paid.refunding else { return Ok(()) };
        let change = self
            .change(paid.quote.id)
            .remove("refunding")
            .remove("watch")
            .remove("look_at")
            .value("refund", text(refunding.id.as_str()))
            .value("run", text(&*refunding.run.token.0))
            .when("#refunding.#id = :refund AND #refunding.#run = :run");
        self.write(change).await.map(|_| ())
    }

    async fn settle_refund(&self, paid: &Paid, running: &RefundId) -> Result<Kept, StoreError> {
        let refunds = paid.refunds.iter().map(RefundItem::from).collect::<Vec<_>>();
        let change = self
            .change(paid.quote.id)
            .set("refunds", item_of(&refunds)?)
            .set("refund_count", number(count(paid.refunds.len())))
            .remove("refunding")
            .remove("watch")
            .remove("look_at")
            .value("refund", text(running.as_str()))
            .value("refunds_before", number(count(paid.refunds.len()) - 1))
            .when("#refunding.#id = :refund AND #refund_count = :refunds_before");
        self.keep(change, &paid.refund_entries(), Order::Paid(paid.clone())).await
    }

    async fn entries(&self, member: &MemberId) -> Result<Vec<Entry>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.tables.ledger)
            .key_condition_expression("#member = :member")
            .expression_attribute_names("#member", "member")
            .expression_attribute_values(":member", text(member.as_str()))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut entries = Vec::new();
        while let Some(item) = pages.next().await {
            entries.push(read::<EntryItem, Entry>(member.as_str(), item.map_err(unavailable)?)?);
        }
        Ok(entries)
    }
}

/// How many, as DynamoDB counts. An order has a handful of refunds.
fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn item_of(twin: &impl serde::Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(twin).map_err(|error| StoreError::Unavailable(Box::new(error)))
}

impl fmt::Debug for DynamoStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoStore").field("tables", &self.tables).finish_non_exhaustive()
    }
}
