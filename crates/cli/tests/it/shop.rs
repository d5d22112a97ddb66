//! A cafe with books of every sort, written by the real store.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::cafe::{
    Approving, Attempt, AttemptToken, Begun, Capture, CloseReason, Closed, Collected, Joined, Kept, Looks,
    MemberId, NewMember, Opened, Order, Paid, Points, Quote, Quoted, RefundId, Saw, SealedPhone, Store,
    Tender, Turn, UserId, Watch, Watched,
};
use cafe_core::payment::{Approval, Method, OrderId, Pages, PayerId, Proof, Provider, Session, Won};
use devserver::dynamodb::{Embedded, create_tables};
use devserver::template::Template;
use jiff::Timestamp;
use store::{Audited, Auditor, DynamoStore, Tables};

/// What all drinks here cost.
const PRICE: u32 = 4_500;

/// What must never be shown.
pub(crate) const SECRETS: [&str; 5] = ["pg-token-1", "T6a7f0c2b", "pay.example", "attempt-1", "A6a7f"];

pub(crate) struct Shop {
    pub(crate) embedded: Embedded,
    pub(crate) client: Client,
    pub(crate) store: DynamoStore,
    pub(crate) tables: Tables,
}

/// An order's number makes its id, and its member's number theirs.
pub(crate) fn id(number: u32) -> OrderId {
    let mut random = [0; 10];
    random[6..].copy_from_slice(&number.to_be_bytes());
    OrderId::new(at(1), random)
}

pub(crate) fn member(number: u32) -> MemberId {
    MemberId::new(format!("{number:032x}"))
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_millisecond(1_790_000_000_500 + 1_000 * second).unwrap()
}

fn turn(second: i64) -> Turn {
    let attempt = Attempt { token: AttemptToken("attempt-1".to_owned()), until: at(second + 30) };
    Turn { now: at(second), attempt }
}

impl Shop {
    /// Opens a shop with fresh tables, as `template.yaml` declares them, and nothing in them.
    pub(crate) async fn empty() -> Shop {
        let (embedded, tables) = (Embedded::in_memory(), Tables::default());
        let client = embedded.client();
        let names = |logical_id: &str| match logical_id {
            "MembersTable" => tables.members.clone(),
            "LedgerTable" => tables.ledger.clone(),
            "OrdersTable" => tables.orders.clone(),
            other => other.to_owned(),
        };
        create_tables(&client, &Template::of_this_build().unwrap(), names).await.unwrap();
        let store = DynamoStore::new(client.clone(), tables.clone());
        Shop { embedded, client, store, tables }
    }

    /// A shop with two members, and an order of every sort: 1 quoted, 2 opened, 3 approving and in review, 4 closed,
    /// 5 closed and perhaps collected, 6 paid with points and refunded in two parts, 7 paid in full, refunded and
    /// with what it earned gone, 8 paid by a stranger, 9 paid with a refund running, 10 paid with points alone.
    pub(crate) async fn busy() -> Shop {
        let shop = Shop::empty().await;
        shop.join(1, 10_000).await;
        shop.join(2, 0).await;
        shop.quote(1, Some(1), 100, 0).await;
        shop.open(2, Some(1), 200, 0).await;
        shop.in_review(3).await;
        let opened = shop.open(4, Some(1), 400, 0).await;
        shop.close(opened.close(CloseReason::Cancelled, at(50)), None).await;
        let opened = shop.open(5, Some(1), 500, 0).await;
        shop.close(opened.close_late(CloseReason::Expired, at(50), Capture::Possible), None).await;
        let paid = shop.paid(6, Some(1), 700, 0).await;
        let paid = shop.refund(paid, "r1", Some(1_000)).await;
        shop.refund(paid, "r2", None).await;
        let earned = shop.paid(7, Some(2), 0, 450).await;
        shop.open(11, Some(2), 400, 0).await;
        shop.refund(earned, "r1", None).await;
        shop.paid(8, None, 0, 0).await;
        let paid = shop.paid(9, Some(1), 0, 450).await;
        shop.begin_refund(paid, "r1", Some(1_000)).await;
        shop.paid(10, Some(1), PRICE, 0).await;
        shop
    }

    pub(crate) async fn join(&self, number: u32, bonus: u32) {
        let new = NewMember {
            id: member(number),
            user: UserId(format!("user-{number}")),
            phone: SealedPhone(vec![7; 39]),
            bonus: Points::new(bonus),
            joined_at: at(0),
        };
        assert_eq!(self.store.join(&new).await.unwrap(), Joined::New);
    }

    pub(crate) async fn quote(&self, number: u32, of: Option<u32>, spend: u32, earn: u32) -> Quoted {
        self.quote_of("아이스 아메리카노", number, of, spend, earn).await
    }

    pub(crate) async fn quote_of(
        &self,
        item: &str,
        number: u32,
        of: Option<u32>,
        spend: u32,
        earn: u32,
    ) -> Quoted {
        let quote = Quote {
            id: id(number),
            item: item.to_owned(),
            quantity: 1,
            total: Won::new(PRICE),
            spend: Points::new(spend),
            due: Won::new(PRICE - spend),
            earn: Points::new(earn),
            member: of.map(member),
            payer: PayerId("u-7f3a".to_owned()),
            quoted_at: at(1),
        };
        let quoted = Quoted { quote };
        self.store.quote(&quoted).await.unwrap();
        quoted
    }

    pub(crate) async fn open(&self, number: u32, of: Option<u32>, spend: u32, earn: u32) -> Opened {
        let quoted = self.quote(number, of, spend, earn).await;
        let tender = if quoted.quote.due.is_zero() {
            Tender::Points
        } else {
            Tender::Gateway {
                session: Session { provider: Provider::KakaoPay, key: "T6a7f0c2b".to_owned() },
                pages: Pages {
                    desktop: "https://pay.example/pc".to_owned(),
                    mobile: "https://pay.example/mobile".to_owned(),
                },
            }
        };
        let opened = quoted.open(tender, at(2));
        assert_eq!(self.store.open(&opened).await.unwrap(), Kept::Done);
        opened
    }

    async fn begin(&self, opened: &Opened) -> Approving {
        let proof = Proof("pg-token-1".to_owned());
        match self.store.begin(opened.quote.id, &turn(30), Some(&proof)).await.unwrap() {
            Begun::First(approving) => approving,
            otherwise @ (Begun::Again(_) | Begun::Otherwise(_)) => panic!("{otherwise:?}"),
        }
    }

    pub(crate) async fn paid(&self, number: u32, of: Option<u32>, spend: u32, earn: u32) -> Paid {
        let opened = self.open(number, of, spend, earn).await;
        let opened = self.begin(&opened).await.opened;
        let collected = match opened.tender.clone() {
            Tender::Points => Collected::Points,
            Tender::Gateway { session, .. } => Collected::Gateway {
                session,
                approval: Approval {
                    amount: opened.quote.due,
                    number: Some("A6a7f".to_owned()),
                    method: Some(Method::Card),
                    at: Some(at(60)),
                },
            },
        };
        let paid = opened.settle(collected, at(61)).unwrap();
        assert_eq!(self.store.settle(&paid).await.unwrap(), Kept::Done);
        paid
    }

    pub(crate) async fn close(&self, closed: Closed, attempt: Option<&AttemptToken>) {
        assert_eq!(self.store.close(&closed, attempt).await.unwrap(), Kept::Done);
    }

    async fn begin_refund(&self, paid: Paid, name: &str, amount: Option<u32>) -> Paid {
        let (name, reason) = (RefundId::parse(name).unwrap(), "식은 커피".to_owned());
        let running = paid.refund(name, amount.map(Won::new), reason, &turn(100)).unwrap();
        let paid = Paid { refunding: Some(running), ..paid };
        assert_eq!(self.store.begin_refund(&paid).await.unwrap(), Kept::Done);
        paid
    }

    pub(crate) async fn refund(&self, paid: Paid, name: &str, amount: Option<u32>) -> Paid {
        let paid = self.begin_refund(paid, name, amount).await;
        let running = paid.refunding.clone().unwrap();
        loop {
            let balance = match &paid.quote.member {
                Some(member) => self.store.member(member).await.unwrap().unwrap().balance,
                None => Points::ZERO,
            };
            let refunded = paid.clone().refunded_with(running.clone(), balance, at(101));
            match self.store.settle_refund(&refunded, &running.id).await.unwrap() {
                Kept::Done => return refunded,
                Kept::PointsShort => {}
                Kept::Otherwise(other) => panic!("{other:?}"),
            }
        }
    }

    async fn in_review(&self, number: u32) {
        let opened = self.open(number, Some(1), 300, 0).await;
        let order = Order::Approving(self.begin(&opened).await);
        let looks = Looks::default()
            .and(Saw::Pending, at(120))
            .and(Saw::Pending, at(180))
            .and(Saw::Unrecognised("NEW WORD".to_owned()), at(240));
        let watch = Some(Watch::Review(at(300)));
        self.store.keep_watching(&Watched { order, looks, watch }).await.unwrap();
    }

    pub(crate) fn auditor(&self) -> Auditor {
        Auditor::new(self.client.clone(), self.tables.clone())
    }

    pub(crate) async fn audit(&self) -> Audited {
        self.auditor().audit(|_| {}).await.unwrap()
    }

    /// Changes an item by hand, as an update expression says it, where `:value` is the value and `#name` the attribute.
    pub(crate) async fn harm(&self, table: &str, key: &[(&str, &str)], update: &str, value: AttributeValue) {
        let request =
            key.iter().fold(self.client.update_item().table_name(table), |request, (name, value)| {
                request.key(*name, AttributeValue::S((*value).to_owned()))
            });
        let request = if update.contains(":value") {
            request.expression_attribute_values(":value", value)
        } else {
            request
        };
        let names = update.split_whitespace().filter(|word| word.starts_with('#'));
        let request =
            names.fold(request, |request, name| request.expression_attribute_names(name, &name[1..]));
        request.update_expression(update).send().await.unwrap();
    }
}
