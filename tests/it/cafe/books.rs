//! The auditor: whatever a story did, points and money must add up at its end.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::cafe::{Effect, EntryKind, MemberId, Order, Points};
use cafe_core::payment::OrderId;

use super::{Cafe, JUN, MINA, Payment};

/// The points that an order moved, by kind.
type Moves = BTreeMap<(OrderId, EntryKind), u32>;

impl Cafe {
    /// Looks at every item in every table, and at every payment at the gateway.
    pub(crate) async fn audit(&self) {
        let mut orders = Vec::new();
        for id in self.keys("ORDERS_TABLE", "id").await {
            orders.push(self.order(OrderId::parse(&id).unwrap()).await);
        }
        let members = self.keys("MEMBERS_TABLE", "id").await;
        let members: Vec<_> = members.into_iter().filter(|id| !id.starts_with("user#")).collect();
        let owners = self.keys("LEDGER_TABLE", "member").await;
        assert!(owners.iter().all(|owner| members.contains(owner)), "a ledger without a member");

        let mut moved = Moves::new();
        for id in members {
            self.audit_member(MemberId::new(id), &orders, &mut moved).await;
        }
        assert_eq!(moved, expected_moves(&orders), "the ledger does not tell what the orders tell");
        self.audit_money(&orders);
        self.audit_secrets().await;
    }

    /// The member's balance and what is held are the sums of their ledger.
    async fn audit_member(&self, id: MemberId, orders: &[Order], moved: &mut Moves) {
        let store = &self.server.payments.store;
        let entries = store.entries(&id).await.unwrap();
        // Who was forgotten has no points held, and what stands with the number is still a sum.
        let (balance, held) = match store.member_by_id(&id).await.unwrap() {
            Some(member) => (member.balance, member.held),
            None => (store.balance(&id, jiff::Timestamp::MAX).await.unwrap(), Points::ZERO),
        };
        let (balance, held) = (balance.get().into(), held.get().into());
        assert_eq!(Effect::of(&entries), Effect { balance, held }, "{id:?}");
        let open = orders.iter().filter(|order| matches!(order, Order::Opened(_) | Order::Approving(_)));
        let open = open.filter(|order| order.quote().member.as_ref() == Some(&id));
        assert_eq!(open.map(|order| i64::from(order.quote().spend.get())).sum::<i64>(), held, "{id:?}");
        for entry in entries {
            if let Some(order) = entry.order {
                *moved.entry((order, entry.kind)).or_default() += entry.points.get();
            } else {
                assert!(
                    matches!(entry.kind, EntryKind::Bonus | EntryKind::Carry | EntryKind::Forfeit),
                    "{id:?}"
                );
            }
        }
    }

    /// What the gateway has is what our orders say, and no payment was collected twice.
    fn audit_money(&self, orders: &[Order]) {
        let mut known = 0;
        for order in orders {
            let quote = order.quote();
            let kept = match order {
                Order::Paid(paid) => i64::from(quote.due.get()) - i64::from(paid.refunded().get()),
                Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Closed(_) => 0,
            };
            assert_eq!(self.collected(quote.id), kept, "{order:?}");
            assert_eq!(quote.due.get() + quote.spend.get(), quote.total.get(), "{order:?}");
            let payments = self.payments_anywhere();
            let payments = payments.iter().filter(|payment| payment.order == quote.id.to_string());
            for payment in payments {
                known += 1;
                // Another sum than was due can only have been given back.
                let agreed = payment.total == i64::from(quote.due.get());
                assert!(agreed || payment.available == 0, "{payment:?}");
                assert!(payment.approvals <= 1, "{payment:?}");
            }
        }
        let strange = |payment: &Payment| OrderId::parse(&payment.order).is_err();
        let strangers: Vec<_> = self.payments_anywhere().into_iter().filter(strange).collect();
        assert!(strangers.iter().all(|payment| payment.available == 0), "{strangers:?}");
        known += strangers.len();
        assert_eq!(self.payments_anywhere().len(), known, "the gateway knows a payment that we do not");
    }

    /// Nobody who reads the tables reads a phone number.
    async fn audit_secrets(&self) {
        for table in self.tables.keys() {
            let items = format!("{:?}", self.items(table).await);
            for phone in [MINA, JUN] {
                let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
                assert!(!items.contains(phone) && !items.contains(&digits), "{phone} in {table}");
            }
        }
    }

    /// The values of a key attribute, each once.
    async fn keys(&self, table: &str, key: &str) -> Vec<String> {
        let items = self.items(table).await;
        let mut keys: Vec<_> = items.iter().map(|item| item[key].as_s().unwrap().clone()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Everything in the table of that setting.
    pub(crate) async fn items(&self, table: &str) -> Vec<HashMap<String, AttributeValue>> {
        let scan = self.dynamodb().scan().table_name(self.table(table)).into_paginator().items().send();
        scan.collect::<Result<_, _>>().await.unwrap()
    }
}

/// The points that these orders must have moved.
fn expected_moves(orders: &[Order]) -> Moves {
    let mut moves = Moves::new();
    for order in orders {
        let quote = order.quote();
        let mut move_points = |kind, points| {
            if points > 0 {
                *moves.entry((quote.id, kind)).or_default() += points;
            }
        };
        let spend = quote.spend.get();
        match order {
            Order::Quoted(_) => {}
            Order::Opened(_) | Order::Approving(_) => move_points(EntryKind::Hold, spend),
            Order::Closed(_) => {
                move_points(EntryKind::Hold, spend);
                move_points(EntryKind::Release, spend);
            }
            Order::Paid(paid) => {
                move_points(EntryKind::Hold, spend);
                move_points(EntryKind::Spend, spend);
                move_points(EntryKind::Earn, quote.earn.get());
                for refund in &paid.refunds {
                    move_points(EntryKind::Return, refund.returned.get());
                    move_points(EntryKind::Reverse, refund.reversed.get());
                }
            }
        }
    }
    moves
}
