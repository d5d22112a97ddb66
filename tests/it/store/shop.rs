//! A shop with tables of its own, whose books are audited after every step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::cafe::{
    Approving, Attempt, AttemptToken, Begun, Capture, CloseReason, Closed, Collected, Effect, Entry,
    EntryKind, Joined, Kept, Late, Member, MemberId, NewMember, Opened, Order, Paid, Points, Quote, Quoted,
    RefundId, Refunding, Roster, SealedPhone, Store, StoreError, Tender, Turn, UserId, Watch, Watched,
};
use cafe_core::payment::{Approval, Method, OrderId, Pages, PayerId, Proof, Provider, Session, Won};
use devserver::dynamodb::create_tables;
use devserver::template::Template;
use jiff::{SignedDuration, Timestamp};
use store::{DynamoStore, Tables};

/// The store under test, with an auditor who looks at everything after each step.
///
/// It is a [`Store`] itself. Where steps overlap, no single step can be audited, so those are done on
/// [`Shop::store`].
pub(super) struct Shop {
    pub(super) store: DynamoStore,
    pub(super) client: Client,
    pub(super) tables: Tables,
    seen: Mutex<Seen>,
    orders: AtomicUsize,
}

/// What the auditor looks at.
#[derive(Default)]
struct Seen {
    members: BTreeSet<MemberId>,
    orders: BTreeSet<OrderId>,
}

/// Shops share a DynamoDB, and differ in the names of their tables.
static SHOPS: AtomicUsize = AtomicUsize::new(0);

/// What all drinks here cost.
pub(super) const PRICE: u32 = 4_500;

/// So many seconds after the shop opened, and half a second.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_millisecond(1_790_000_000_500 + 1_000 * second).unwrap()
}

/// The smallest difference that deadlines have.
const MOMENT: SignedDuration = SignedDuration::from_millis(1);

pub(super) fn before(at: Timestamp) -> Timestamp {
    at.checked_sub(MOMENT).unwrap()
}

pub(super) fn after(at: Timestamp) -> Timestamp {
    at.checked_add(MOMENT).unwrap()
}

/// To be looked at from then on, as it is read back: in whole seconds.
pub(super) fn watch_from(at: Timestamp) -> Watch {
    Watch::From(Timestamp::from_second(at.as_second()).unwrap())
}

/// Waiting for a person since then, as it is read back.
pub(super) fn review_since(at: Timestamp) -> Watch {
    Watch::Review(Timestamp::from_second(at.as_second()).unwrap())
}

/// Somebody with a number and a chatbot user of their own, who is about to join.
pub(super) fn newcomer(number: u8, bonus: u32) -> NewMember {
    NewMember {
        id: MemberId::new(format!("{number:032x}")),
        user: UserId(format!("user-{number}")),
        phone: SealedPhone(vec![number; 39]),
        bonus: Points::new(bonus),
        joined_at: at(0),
    }
}

/// An agreement over one drink at [`PRICE`].
pub(super) fn quote(id: OrderId, member: Option<&MemberId>, spend: u32, earn: u32) -> Quoted {
    Quoted {
        quote: Quote {
            id,
            item: "아이스 아메리카노".to_owned(),
            quantity: 1,
            total: Won::new(PRICE),
            spend: Points::new(spend),
            due: Won::new(PRICE - spend),
            earn: Points::new(earn),
            member: member.cloned(),
            payer: PayerId("u-7f3a".to_owned()),
            quoted_at: at(1),
        },
    }
}

/// A payment opened at the gateway, known to it by `key`.
pub(super) fn at_gateway(key: &str) -> Tender {
    Tender::Gateway {
        session: Session { provider: Provider::KakaoPay, key: key.to_owned() },
        pages: Pages {
            desktop: format!("https://pay.example/{key}/pc"),
            mobile: format!("https://pay.example/{key}/mobile"),
        },
    }
}

/// How an agreement is opened: at the gateway, unless points cover it.
pub(super) fn tender(quote: &Quote) -> Tender {
    if quote.due.is_zero() { Tender::Points } else { at_gateway("T6a7f0c2be19d4835af0") }
}

/// What the gateway says after it collected all that was due.
pub(super) fn approval(opened: &Opened) -> Approval {
    Approval {
        amount: opened.quote.due,
        number: Some("A6a7f".to_owned()),
        method: Some(Method::Card),
        at: Some(at(60)),
    }
}

/// As whoever was to pay has paid.
pub(super) fn collected(opened: &Opened) -> Collected {
    match opened.tender.clone() {
        Tender::Gateway { session, .. } => Collected::Gateway { session, approval: approval(opened) },
        Tender::Points => Collected::Points,
    }
}

/// What becomes of `opened` when it is paid.
pub(super) fn paid(opened: &Opened) -> Paid {
    opened.clone().settle(collected(opened), at(61)).unwrap()
}

/// What becomes of `opened` when the customer cancels it.
pub(super) fn cancelled(opened: &Opened) -> Closed {
    opened.clone().close(CloseReason::Cancelled, at(62))
}

/// What becomes of `opened` when nobody paid it in time, and this of its payment; nothing, where none.
pub(super) fn expired(opened: &Opened, capture: impl Into<Option<Capture>>) -> Closed {
    let (opened, reason) = (opened.clone(), CloseReason::Expired);
    match capture.into() {
        Some(capture) => opened.close_late(reason, at(62), capture),
        None => opened.close(reason, at(62)),
    }
}

pub(super) fn token(name: &str) -> AttemptToken {
    AttemptToken(name.to_owned())
}

pub(super) fn attempt(name: &str, until: Timestamp) -> Attempt {
    Attempt { token: token(name), until }
}

/// A step that is taken now, in the name of somebody who can be alive until then.
pub(super) fn turn(name: &str, now: Timestamp, until: Timestamp) -> Turn {
    Turn { now, attempt: attempt(name, until) }
}

/// What the payer brought back for the attempt of this name.
pub(super) fn proof(name: &str) -> Proof {
    Proof(format!("pg_token of {name}"))
}

pub(super) fn refund_id(name: &str) -> RefundId {
    RefundId::parse(name).unwrap()
}

/// `paid` with a refund of `amount` recorded, or of all that is left. Its first run is over at 130.
pub(super) fn refunding(paid: &Paid, name: &str, amount: Option<u32>) -> Paid {
    let (amount, reason) = (amount.map(Won::new), "식은 커피".to_owned());
    let running = paid.refund(refund_id(name), amount, reason, &turn("first", at(100), at(130))).unwrap();
    Paid { refunding: Some(running), ..paid.clone() }
}

/// `paid` with the refund that is running taken over by a run of this name.
pub(super) fn taken_over(paid: &Paid, name: &str, until: Timestamp) -> Paid {
    let running = paid.refunding.clone().unwrap();
    Paid { refunding: Some(Refunding { run: attempt(name, until), ..running }), ..paid.clone() }
}

/// `paid` with the refund that was running made, when its member had `balance`.
pub(super) fn refunded(paid: &Paid, balance: u32) -> Paid {
    let running: Refunding = paid.refunding.clone().unwrap();
    paid.clone().refunded_with(running, Points::new(balance), at(101))
}

/// As [`refunded`], where what the gateway was found to have given back is written down as done by hand.
pub(super) fn refunded_by_hand(paid: &Paid, balance: u32) -> Paid {
    let running = paid.refunding.clone().unwrap();
    let id = RefundId::by_hand(paid.refunded().checked_add(running.amount).unwrap());
    refunded(&Paid { refunding: Some(Refunding { id, ..running }), ..paid.clone() }, balance)
}

pub(super) fn otherwise(order: impl Into<Option<Order>>) -> Kept {
    Kept::Otherwise(order.into().map(Box::new))
}

impl Shop {
    /// Opens a shop with fresh tables, as `template.yaml` declares them.
    pub(super) async fn on(client: Client) -> Shop {
        let number = SHOPS.fetch_add(1, Ordering::Relaxed);
        let name = |table: &str| format!("shop-{number}-{table}");
        create_tables(&client, &Template::of_this_build().unwrap(), name).await.unwrap();
        let tables = Tables {
            members: name("MembersTable"),
            ledger: name("LedgerTable"),
            orders: name("OrdersTable"),
        };
        let store = DynamoStore::new(client.clone(), tables.clone());
        Shop { store, client, tables, seen: Mutex::default(), orders: AtomicUsize::new(0) }
    }

    /// A name that no other order here has, younger than all before it.
    pub(super) fn new_order(&self) -> OrderId {
        let number = self.orders.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut random = [0; 10];
        random[2..].copy_from_slice(&number);
        self.will_see(OrderId::new(at(1), random))
    }

    /// Has the auditor look at an order that is made behind their back.
    pub(super) fn will_see(&self, id: OrderId) -> OrderId {
        self.seen.lock().unwrap().orders.insert(id);
        id
    }

    /// Has the auditor look at somebody who may join behind their back.
    pub(super) fn will_see_member(&self, id: MemberId) -> MemberId {
        self.seen.lock().unwrap().members.insert(id.clone());
        id
    }

    /// Somebody who has joined, with this present.
    pub(super) async fn joined(&self, number: u8, bonus: u32) -> MemberId {
        let new = newcomer(number, bonus);
        assert_eq!(self.join(&new).await.unwrap(), Joined::New);
        new.id
    }

    /// An order that is quoted.
    pub(super) async fn quoted(&self, member: Option<&MemberId>, spend: u32, earn: u32) -> Quoted {
        let quoted = quote(self.new_order(), member, spend, earn);
        self.quote(&quoted).await.unwrap();
        quoted
    }

    /// An order that is opened.
    pub(super) async fn opened(&self, member: Option<&MemberId>, spend: u32, earn: u32) -> Opened {
        let quoted = self.quoted(member, spend, earn).await;
        let tender = tender(&quoted.quote);
        let opened = quoted.open(tender, at(2));
        assert_eq!(self.open(&opened).await.unwrap(), Kept::Done);
        opened
    }

    /// An opened order that is being collected, by an attempt of this name with its proof.
    pub(super) async fn approving(&self, opened: &Opened, name: &str, until: Timestamp) -> Approving {
        let turn = turn(name, at(3), until);
        match self.begin(opened.quote.id, &turn, Some(&proof(name))).await.unwrap() {
            Begun::First(approving) => approving,
            other @ (Begun::Again(_) | Begun::Otherwise(_)) => panic!("{other:?}"),
        }
    }

    /// An order that is paid.
    pub(super) async fn paid(&self, member: Option<&MemberId>, spend: u32, earn: u32) -> Paid {
        let opened = self.opened(member, spend, earn).await;
        let paid = paid(&opened);
        assert_eq!(self.settle(&paid).await.unwrap(), Kept::Done);
        paid
    }

    /// An order of which all is being refunded, as r1.
    pub(super) async fn running(&self, member: Option<&MemberId>, spend: u32, earn: u32) -> Paid {
        let running = refunding(&self.paid(member, spend, earn).await, "r1", None);
        assert_eq!(self.begin_refund(&running).await.unwrap(), Kept::Done);
        running
    }

    /// An order that is closed.
    pub(super) async fn closed(&self, member: Option<&MemberId>, spend: u32, earn: u32) -> Closed {
        let closed = cancelled(&self.opened(member, spend, earn).await);
        assert_eq!(self.close(&closed, None).await.unwrap(), Kept::Done);
        closed
    }

    /// What stands under an order's name.
    pub(super) async fn stands(&self, id: OrderId) -> Option<Order> {
        self.store.order(id).await.unwrap()
    }

    /// How an order is watched.
    pub(super) async fn watch(&self, id: OrderId) -> Option<Watch> {
        self.store.watched(id).await.unwrap().unwrap().watch
    }

    /// Has a person look at an order, as it stands, since then.
    pub(super) async fn needs_review(&self, id: OrderId, since: Timestamp) {
        let watched = self.watched(id).await.unwrap().unwrap();
        self.keep_watching(&Watched { watch: Some(Watch::Review(since)), ..watched }).await.unwrap();
        assert_eq!(self.watch(id).await, Some(review_since(since)));
    }

    /// What a member can spend, and what is held.
    pub(super) async fn points(&self, id: &MemberId) -> (u32, u32) {
        let member = self.store.member(id).await.unwrap().unwrap();
        (member.balance.get(), member.held.get())
    }

    /// How many lines of each kind a member's ledger has.
    pub(super) async fn lines(&self, id: &MemberId) -> BTreeMap<EntryKind, usize> {
        let mut lines = BTreeMap::new();
        for entry in self.store.entries(id).await.unwrap() {
            *lines.entry(entry.kind).or_default() += 1;
        }
        lines
    }

    /// Looks at every member and every order, and at what must be true of them at every moment.
    pub(super) async fn audit(&self) {
        let (members, ids) = {
            let seen = self.seen.lock().unwrap();
            (seen.members.clone(), seen.orders.clone())
        };
        let (mut orders, mut due, mut in_review) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for id in ids {
            let Some(Watched { order, watch, .. }) = self.store.watched(id).await.unwrap() else { continue };
            assert_eq!(self.stands(id).await.as_ref(), Some(&order), "there is one truth about an order");
            let kept = self.attributes(id).await;
            let keeps = |name: &str| kept.contains(name);
            let quoted = matches!(order, Order::Quoted(_));
            assert_eq!(keeps("expires_at"), quoted, "only a quote that nobody opened expires: {order:?}");
            let approving = matches!(order, Order::Approving(_));
            assert_eq!(keeps("attempt"), approving, "an attempt ends with its stage: {order:?}");
            assert!(approving || !keeps("proof"), "a proof goes with the doubt: {order:?}");
            assert_eq!(watch.is_some(), is_watched(&order), "what may go on is watched: {order:?}");
            match watch {
                Some(Watch::From(_)) => due.insert(id),
                Some(Watch::Review(_)) => in_review.insert(id),
                None => false,
            };
            orders.push(order);
        }
        let listed = self.store.due(Timestamp::MAX, 1_000).await.unwrap();
        assert_eq!(BTreeSet::from_iter(listed), due, "the schedule will look at these, no more");
        let listed = self.store.in_review(1_000).await.unwrap();
        assert_eq!(BTreeSet::from_iter(listed), in_review, "a person will look at these, no more");

        for id in members {
            let entries = self.store.entries(&id).await.unwrap();
            // Who was forgotten has no points held, and what stands with the number is still a sum.
            let (balance, held) = match self.store.member_by_id(&id).await.unwrap() {
                Some(member) => (member.balance, member.held),
                None => (self.store.balance(&id, Timestamp::MAX).await.unwrap(), Points::ZERO),
            };
            let sum = Effect { balance: i64::from(balance.get()), held: i64::from(held.get()) };
            assert_eq!(Effect::of(&entries), sum, "the points are the sum of the ledger: {entries:?}");
            let mut written: Vec<_> =
                entries.iter().filter(|entry| entry.order.is_some()).map(line).collect();
            let own = orders.iter().filter(|order| order.quote().member.as_ref() == Some(&id));
            let mut caused: Vec<_> = own.flat_map(lines_of).collect();
            written.sort();
            caused.sort();
            assert_eq!(written, caused, "the ledger tells what happened to the orders");
        }
    }

    /// What is kept of an order, by name.
    pub(super) async fn attributes(&self, id: OrderId) -> BTreeSet<String> {
        let key = AttributeValue::S(id.to_string());
        let got = self.client.get_item().table_name(&self.tables.orders).key("id", key).send().await.unwrap();
        got.item.unwrap_or_default().into_keys().collect()
    }
}

/// Whether more can come of an order that is at this stage.
fn is_watched(order: &Order) -> bool {
    match order {
        Order::Opened(_) | Order::Approving(_) => true,
        Order::Closed(closed) => match &closed.late {
            Some(Late { capture: Capture::Possible | Capture::Returning, .. }) => true,
            Some(Late { capture: Capture::Returned(_), .. }) | None => false,
        },
        Order::Paid(paid) => paid.refunding.is_some(),
        Order::Quoted(_) => false,
    }
}

/// A ledger line without its member and its time.
type Line = (OrderId, EntryKind, Option<String>, u32);

fn line(entry: &Entry) -> Line {
    let refund = entry.refund.as_ref().map(|id| id.as_str().to_owned());
    (entry.order.unwrap(), entry.kind, refund, entry.points.get())
}

/// The ledger lines that must stand for an order that has come so far.
fn lines_of(order: &Order) -> Vec<Line> {
    let quote = order.quote();
    let mut lines = Vec::new();
    let mut add = |kind, refund: Option<&RefundId>, points: Points| {
        if !points.is_zero() {
            lines.push((quote.id, kind, refund.map(|id| id.as_str().to_owned()), points.get()));
        }
    };
    match order {
        Order::Quoted(_) => {}
        Order::Opened(_) | Order::Approving(_) => add(EntryKind::Hold, None, quote.spend),
        Order::Closed(_) => {
            add(EntryKind::Hold, None, quote.spend);
            add(EntryKind::Release, None, quote.spend);
        }
        Order::Paid(paid) => {
            add(EntryKind::Hold, None, quote.spend);
            add(EntryKind::Spend, None, quote.spend);
            add(EntryKind::Earn, None, quote.earn);
            for refund in &paid.refunds {
                add(EntryKind::Return, Some(&refund.id), refund.returned);
                add(EntryKind::Reverse, Some(&refund.id), refund.reversed);
            }
        }
    }
    lines
}

/// Seconds as the core counts them.
pub(super) fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

#[async_trait]
impl Store for Shop {
    async fn member(&self, id: &MemberId) -> Result<Option<Member>, StoreError> {
        self.store.member(id).await
    }

    async fn balance(&self, id: &MemberId, quoted_at: Timestamp) -> Result<Points, StoreError> {
        self.store.balance(id, quoted_at).await
    }

    async fn join(&self, new: &NewMember) -> Result<Joined, StoreError> {
        self.will_see_member(new.id.clone());
        let joined = self.store.join(new).await;
        self.audit().await;
        joined
    }

    async fn quote(&self, quoted: &Quoted) -> Result<(), StoreError> {
        let kept = self.store.quote(quoted).await;
        self.audit().await;
        kept
    }

    async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        self.store.order(id).await
    }

    async fn open(&self, opened: &Opened) -> Result<Kept, StoreError> {
        let kept = self.store.open(opened).await;
        self.audit().await;
        kept
    }

    async fn begin(&self, id: OrderId, turn: &Turn, proof: Option<&Proof>) -> Result<Begun, StoreError> {
        let begun = self.store.begin(id, turn, proof).await;
        self.audit().await;
        begun
    }

    async fn give_up(&self, approving: &Approving) -> Result<bool, StoreError> {
        let given_up = self.store.give_up(approving).await;
        self.audit().await;
        given_up
    }

    async fn leave_in_doubt(&self, approving: &Approving, now: Timestamp) -> Result<(), StoreError> {
        let left = self.store.leave_in_doubt(approving, now).await;
        self.audit().await;
        left
    }

    async fn settle(&self, paid: &Paid) -> Result<Kept, StoreError> {
        let kept = self.store.settle(paid).await;
        self.audit().await;
        kept
    }

    async fn close(&self, closed: &Closed, attempt: Option<&AttemptToken>) -> Result<Kept, StoreError> {
        let kept = self.store.close(closed, attempt).await;
        self.audit().await;
        kept
    }

    async fn follow_up(&self, closed: &Closed) -> Result<Kept, StoreError> {
        let kept = self.store.follow_up(closed).await;
        self.audit().await;
        kept
    }

    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<OrderId>, StoreError> {
        self.store.due(now, most).await
    }

    async fn in_review(&self, most: u32) -> Result<Vec<OrderId>, StoreError> {
        self.store.in_review(most).await
    }

    async fn watched(&self, id: OrderId) -> Result<Option<Watched>, StoreError> {
        self.store.watched(id).await
    }

    async fn keep_watching(&self, watched: &Watched) -> Result<(), StoreError> {
        let kept = self.store.keep_watching(watched).await;
        self.audit().await;
        kept
    }

    async fn begin_refund(&self, paid: &Paid) -> Result<Kept, StoreError> {
        let kept = self.store.begin_refund(paid).await;
        self.audit().await;
        kept
    }

    async fn resume_refund(&self, paid: &Paid, now: Timestamp) -> Result<Kept, StoreError> {
        let kept = self.store.resume_refund(paid, now).await;
        self.audit().await;
        kept
    }

    async fn give_up_refund(&self, paid: &Paid) -> Result<(), StoreError> {
        let given_up = self.store.give_up_refund(paid).await;
        self.audit().await;
        given_up
    }

    async fn settle_refund(&self, paid: &Paid, running: &RefundId) -> Result<Kept, StoreError> {
        let kept = self.store.settle_refund(paid, running).await;
        self.audit().await;
        kept
    }

    async fn entries(&self, member: &MemberId) -> Result<Vec<Entry>, StoreError> {
        self.store.entries(member).await
    }
}
