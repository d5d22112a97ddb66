//! A shop with tables of its own, whose books are audited after every step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::cafe::{
    Approving, Attempt, AttemptToken, Begun, CloseReason, Closed, Collected, Effect, Entry, EntryKind,
    Joined, Kept, Member, MemberId, NewMember, Opened, Order, Paid, Points, Quote, Quoted, RefundId,
    Refunding, SealedPhone, Store, StoreError, Tender, UserId,
};
use cafe_core::payment::{Approval, Method, OrderId, Pages, PayerId, Provider, Session, Won};
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

pub(super) fn token(name: &str) -> AttemptToken {
    AttemptToken(name.to_owned())
}

pub(super) fn attempt(name: &str, until: Timestamp) -> Attempt {
    Attempt { token: token(name), until }
}

/// `paid` with a refund of `amount` recorded, or of all that is left.
pub(super) fn refunding(paid: &Paid, name: &str, amount: Option<u32>) -> Paid {
    let id = RefundId::parse(name).unwrap();
    let running = paid.refund(id, amount.map(Won::new), "식은 커피".to_owned(), at(100)).unwrap();
    Paid { refunding: Some(running), ..paid.clone() }
}

/// `paid` with the refund that was running made, when its member had `balance`.
pub(super) fn refunded(paid: &Paid, balance: u32) -> Paid {
    let running: Refunding = paid.refunding.clone().unwrap();
    paid.clone().refunded_with(running, Points::new(balance), at(101))
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

    /// An opened order that is being collected, by an attempt of this name.
    pub(super) async fn approving(&self, opened: &Opened, name: &str, until: Timestamp) -> Approving {
        match self.begin(opened.quote.id, &attempt(name, until), at(3)).await.unwrap() {
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
        let mut orders = Vec::new();
        for id in ids {
            let order = self.store.order(id).await.unwrap();
            let expires = self.expires(id).await;
            let quoted = matches!(order, Some(Order::Quoted(_)));
            assert_eq!(expires, quoted, "only a quote that nobody opened expires: {order:?}");
            orders.extend(order);
        }

        let open = |order: &&Order| matches!(order, Order::Opened(_) | Order::Approving(_));
        let open: BTreeSet<_> = orders.iter().filter(open).map(Order::id).collect();
        let due = self.store.due(Timestamp::MAX, 1_000).await.unwrap();
        assert_eq!(BTreeSet::from_iter(due), open, "what is open or in doubt will be looked at, no more");

        for id in members {
            let entries = self.store.entries(&id).await.unwrap();
            let Some(member) = self.store.member(&id).await.unwrap() else {
                assert_eq!(entries, [], "only members have a ledger");
                continue;
            };
            let sum = Effect { balance: i64::from(member.balance.get()), held: i64::from(member.held.get()) };
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

    /// Whether DynamoDB will drop the order some day.
    async fn expires(&self, id: OrderId) -> bool {
        let key = AttributeValue::S(id.to_string());
        let got = self.client.get_item().table_name(&self.tables.orders).key("id", key).send().await.unwrap();
        got.item.is_some_and(|item| item.contains_key("expires_at"))
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

    async fn begin(&self, id: OrderId, attempt: &Attempt, now: Timestamp) -> Result<Begun, StoreError> {
        let begun = self.store.begin(id, attempt, now).await;
        self.audit().await;
        begun
    }

    async fn give_up(&self, approving: &Approving) -> Result<bool, StoreError> {
        let given_up = self.store.give_up(approving).await;
        self.audit().await;
        given_up
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

    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<OrderId>, StoreError> {
        self.store.due(now, most).await
    }

    async fn look_again(&self, id: OrderId, at: Timestamp) -> Result<(), StoreError> {
        let put_off = self.store.look_again(id, at).await;
        self.audit().await;
        put_off
    }

    async fn begin_refund(&self, paid: &Paid) -> Result<Kept, StoreError> {
        let kept = self.store.begin_refund(paid).await;
        self.audit().await;
        kept
    }

    async fn give_up_refund(&self, paid: &Paid) -> Result<(), StoreError> {
        let given_up = self.store.give_up_refund(paid).await;
        self.audit().await;
        given_up
    }

    async fn settle_refund(&self, paid: &Paid) -> Result<Kept, StoreError> {
        let kept = self.store.settle_refund(paid).await;
        self.audit().await;
        kept
    }

    async fn entries(&self, member: &MemberId) -> Result<Vec<Entry>, StoreError> {
        self.store.entries(member).await
    }
}
