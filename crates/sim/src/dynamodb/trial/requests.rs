//! Random requests: those that the cafe's store makes, others that their grammar allows, and wrong ones.
//!
//! Few keys and few values, so that conditions meet what they ask about, and transactions meet each other.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::Request;

const STAGES: &[&str] = &["quoted", "opened", "approving", "paid"];
const ORDERS: &[&str] = &["a", "b", "c"];
const MEMBERS: &[&str] = &["m", "n"];
const ENTRIES: &[&str] = &["e1", "e2", "e3", "e4"];

/// The requests of a seed: some that change, and then some that look at all that may have changed. Every
/// key begins with `prefix`, so that sequences can share tables; all else depends on the seed alone.
pub(super) fn sequence(seed: u64, prefix: &str) -> Vec<Request> {
    let mut maker = Maker { rng: Rng::with_seed(seed), prefix, transactions: Vec::new() };
    let mut requests = Vec::new();
    for _ in 0..maker.rng.u8(5..=30) {
        requests.push(maker.request());
    }
    requests.extend(maker.looks());
    requests
}

struct Maker<'a> {
    rng: Rng,
    prefix: &'a str,
    /// Those with a token so far, which may come again.
    transactions: Vec<Request>,
}

/// An item by its table and its key's values.
#[derive(Clone, Copy, PartialEq)]
enum Target {
    Order(usize),
    Member(usize),
    Entry(usize, usize),
}

/// Expressions as they are made, with what their placeholders stand for.
#[derive(Default)]
struct Text {
    names: BTreeMap<String, Value>,
    values: BTreeMap<String, Value>,
}

impl Text {
    fn name(&mut self, name: &str) -> String {
        let placeholder = format!("#{name}");
        self.names.insert(placeholder.clone(), json!(name));
        placeholder
    }

    fn value(&mut self, value: Value) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    fn put_into(self, body: &mut Value) {
        if !self.names.is_empty() {
            body["ExpressionAttributeNames"] = Value::Object(self.names.into_iter().collect());
        }
        if !self.values.is_empty() {
            body["ExpressionAttributeValues"] = Value::Object(self.values.into_iter().collect());
        }
    }
}

impl Maker<'_> {
    fn one_in(&mut self, times: u32) -> bool {
        self.rng.u32(..times) == 0
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.rng.usize(..choices.len())]
    }

    fn target(&mut self) -> Target {
        match self.rng.u8(..10) {
            0..6 => Target::Order(self.rng.usize(..ORDERS.len())),
            6..8 => Target::Member(self.rng.usize(..MEMBERS.len())),
            _ => Target::Entry(self.rng.usize(..MEMBERS.len()), self.rng.usize(..ENTRIES.len())),
        }
    }

    fn table(target: Target) -> &'static str {
        match target {
            Target::Order(_) => "orders",
            Target::Member(_) => "members",
            Target::Entry(..) => "ledger",
        }
    }

    fn right_key(&self, target: Target) -> Map<String, Value> {
        let text = |name: &str| json!({"S": format!("{}{name}", self.prefix)});
        let key = match target {
            Target::Order(order) => json!({"id": text(ORDERS[order])}),
            Target::Member(member) => json!({"id": text(MEMBERS[member])}),
            Target::Entry(member, entry) => {
                json!({"member": text(MEMBERS[member]), "entry": {"S": ENTRIES[entry]}})
            }
        };
        key.as_object().cloned().unwrap_or_default()
    }

    /// A key, which is now and then a wrong one.
    fn key(&mut self, target: Target) -> Map<String, Value> {
        let mut key = self.right_key(target);
        if !self.one_in(60) {
            return key;
        }
        let name = key.keys().next().cloned().unwrap_or_default();
        match self.rng.u8(..4) {
            0 => key.insert(name, json!({"N": "7"})),
            1 => key.insert(name, json!({"S": ""})),
            2 => key.remove(&name),
            _ => key.insert("stage".to_owned(), json!({"S": "quoted"})),
        };
        key
    }

    /// The name of an attribute, and a value for it: mostly of the type that it has with the store.
    fn attribute(&mut self, target: Target) -> (&'static str, Value) {
        let name = match target {
            Target::Order(_) => self.pick(&[
                "stage",
                "stage",
                "attempt",
                "attempt_until_ms",
                "refund_count",
                "refunding",
                "watch",
                "watch",
                "look_at",
                "look_at",
                "refunds",
                "note",
            ]),
            Target::Member(_) => self.pick(&["balance", "balance", "held", "held", "phone", "note"]),
            Target::Entry(..) => self.pick(&["points", "kind", "note"]),
        };
        (name, self.value_for(name, target))
    }

    fn value_for(&mut self, name: &str, target: Target) -> Value {
        if self.one_in(25) {
            return self.any_value(0);
        }
        let number = |number: i64| json!({"N": number.to_string()});
        match name {
            "stage" => json!({"S": self.pick(STAGES)}),
            "attempt" => json!({"S": self.pick(&["first", "second"])}),
            "watch" => json!({"S": format!("{}open", self.prefix)}),
            // No two items have the same, as DynamoDB does not say which of them would come first.
            "look_at" => {
                let own = if let Target::Order(order) = target { order } else { 0 };
                number(self.rng.i64(0..4) * 10 + i64::try_from(own).unwrap_or(0))
            }
            "refunding" => {
                json!({"M": {"id": {"S": self.pick(&["r1", "r2"])}, "amount": number(self.rng.i64(0..3))}})
            }
            "refunds" => {
                let refunds = (0..self.rng.u8(..3)).map(|n| json!({"M": {"id": {"S": format!("r{n}")}}}));
                json!({"L": refunds.collect::<Vec<_>>()})
            }
            "phone" => json!({"B": self.pick(&["AQID", "AQI=", ""])}),
            "kind" => json!({"S": self.pick(&["bonus", "earned"])}),
            "note" => self.any_value(0),
            _ => number(self.rng.i64(-2..5)),
        }
    }

    fn any_value(&mut self, depth: u8) -> Value {
        match self.rng.u8(..if depth < 2 { 8 } else { 6 }) {
            0 => json!({"S": self.pick(&["", "x", "opened", "커피 \"둘\"\n"])}),
            1 => json!({"N": self.pick(&["0", "-0", "007", "12345678901234567890", "-3"])}),
            2 => json!({"B": self.pick(&["", "AA==", "AQID"])}),
            3 => json!({"BOOL": self.rng.bool()}),
            4 => json!({"NULL": true}),
            5 => json!({"M": {}}),
            6 => {
                let values = (0..self.rng.u8(..3)).map(|_| self.any_value(depth + 1)).collect::<Vec<_>>();
                json!({"L": values})
            }
            _ => {
                let names = ["id", "x", "오늘"].into_iter().take(self.rng.usize(..4));
                json!({"M": names.map(|name| (name.to_owned(), self.any_value(depth + 1))).collect::<Map<_, _>>()})
            }
        }
    }

    /// A path to an attribute, mostly to one at the top.
    fn path(&mut self, target: Target, text: &mut Text) -> (String, Value) {
        if self.one_in(8) {
            let (outer, inner) =
                self.pick(&[("refunding", "id"), ("refunding", "amount"), ("note", "x"), ("stage", "id")]);
            let value = match inner {
                "amount" => json!({"N": self.rng.u8(..3).to_string()}),
                "id" => json!({"S": self.pick(&["r1", "r2"])}),
                _ => self.any_value(1),
            };
            return (format!("{}.{}", text.name(outer), text.name(inner)), value);
        }
        let (name, value) = self.attribute(target);
        (text.name(name), value)
    }

    fn condition(&mut self, target: Target, text: &mut Text, depth: u8) -> String {
        if depth < 3 && self.one_in(3) {
            let one = self.condition(target, text, depth + 1);
            let other = self.condition(target, text, depth + 1);
            return match self.rng.u8(..6) {
                0 => format!("NOT {one}"),
                1 => format!("({one}) AND {other}"),
                2 => format!("{one} OR ({other})"),
                3 => format!("NOT ({one} AND {other})"),
                4 => format!("{one} and {other}"),
                _ => format!("{one} OR {other}"),
            };
        }
        let (path, value) = self.path(target, text);
        match self.rng.u8(..20) {
            0..3 => format!("attribute_exists({path})"),
            3..7 => format!("attribute_not_exists({path})"),
            7..11 => format!("{path} = {}", text.value(value)),
            11 => format!("{path} <> {}", text.value(value)),
            12..16 => {
                let ordered = matches!(
                    value.as_object().and_then(|value| value.keys().next()).map(String::as_str),
                    Some("S" | "N" | "B")
                );
                let comparator = if ordered { self.pick(&["<", "<=", ">", ">="]) } else { "=" };
                format!("{path} {comparator} {}", text.value(value))
            }
            16 => {
                let (other, _) = self.path(target, text);
                let comparator = self.pick(&["=", "<>", "<", ">="]);
                if other == path {
                    format!("attribute_exists({path})")
                } else {
                    format!("{path} {comparator} {other}")
                }
            }
            17 => {
                let bounds = (self.rng.u8(..3), self.rng.u8(2..5));
                let lower = text.value(json!({"N": bounds.0.to_string()}));
                format!("{path} BETWEEN {lower} AND {}", text.value(json!({"N": bounds.1.to_string()})))
            }
            18 => {
                let first = text.value(value);
                format!("{path} IN ({first}, {})", text.value(json!({"S": "paid"})))
            }
            _ => format!("begins_with({path}, {})", text.value(json!({"S": self.pick(&["", "o", "r1"])}))),
        }
    }

    /// One of the conditions that the store has, or any other; or none.
    fn condition_for(&mut self, target: Target, text: &mut Text) -> Option<String> {
        if self.one_in(4) {
            return None;
        }
        if self.one_in(3) {
            return Some(self.condition(target, text, 0));
        }
        Some(match target {
            Target::Order(_) => match self.rng.u8(..6) {
                0 => format!("{} = {}", text.name("stage"), text.value(json!({"S": self.pick(STAGES)}))),
                1 => format!(
                    "{stage} = {} OR ({stage} = {} AND {} < {})",
                    text.value(json!({"S": "opened"})),
                    text.value(json!({"S": "approving"})),
                    text.name("attempt_until_ms"),
                    text.value(json!({"N": self.rng.u8(..5).to_string()})),
                    stage = text.name("stage"),
                ),
                2 => format!("attribute_exists({})", text.name("watch")),
                3 => format!(
                    "{} = {} AND attribute_not_exists({}) AND {} = {}",
                    text.name("stage"),
                    text.value(json!({"S": "paid"})),
                    text.name("refunding"),
                    text.name("refund_count"),
                    text.value(json!({"N": self.rng.u8(..3).to_string()})),
                ),
                4 => format!(
                    "{}.{} = {}",
                    text.name("refunding"),
                    text.name("id"),
                    text.value(json!({"S": self.pick(&["r1", "r2"])}))
                ),
                _ => format!("attribute_not_exists({})", text.name("id")),
            },
            Target::Member(_) if self.one_in(4) => format!("attribute_not_exists({})", text.name("id")),
            Target::Member(_) => format!(
                "{} >= {} AND {} >= {}",
                text.name("balance"),
                text.value(json!({"N": self.rng.u8(..4).to_string()})),
                text.name("held"),
                text.value(json!({"N": self.rng.u8(..3).to_string()})),
            ),
            Target::Entry(..) => format!("attribute_not_exists({})", text.name("entry")),
        })
    }

    fn update(&mut self, target: Target, text: &mut Text) -> String {
        let (mut sets, mut removes, mut taken) = (Vec::new(), Vec::new(), Vec::<String>::new());
        for _ in 0..self.rng.u8(1..5) {
            let (path, value) = self.path(target, text);
            let top = path.split('.').next().unwrap_or_default().to_owned();
            if taken.contains(&top) && !self.one_in(15) {
                continue;
            }
            taken.push(top);
            if self.one_in(4) {
                removes.push(path);
                continue;
            }
            let number = json!({"N": self.rng.i8(-2..4).to_string()});
            let from = match self.rng.u8(..12) {
                0..2 => format!("{path} + {}", text.value(number)),
                2 => format!("{path} - {}", text.value(number)),
                3 => format!("if_not_exists({path}, {})", text.value(value)),
                4 => format!(
                    "if_not_exists({path}, {}) + {}",
                    text.value(number),
                    text.value(json!({"N": "1"}))
                ),
                5 => self.path(target, text).0,
                _ => text.value(value),
            };
            sets.push(format!("{path} = {from}"));
        }
        if self.one_in(60) {
            let name = if let Target::Entry(..) = target { "entry" } else { "id" };
            sets.push(format!("{} = {}", text.name(name), text.value(json!({"S": "other"}))));
        }
        let sets = if sets.is_empty() { String::new() } else { format!("SET {}", sets.join(", ")) };
        let removes =
            if removes.is_empty() { String::new() } else { format!("REMOVE {}", removes.join(", ")) };
        if self.rng.bool() { format!("{sets} {removes}") } else { format!("{removes} {sets}") }
            .trim()
            .to_owned()
    }

    /// Now and then something is wrong with a write.
    fn spoil(&mut self, body: &mut Value, text: &mut Text) {
        if !self.one_in(30) {
            return;
        }
        match self.rng.u8(..6) {
            0 if body.get("ConditionExpression").is_some() || body.get("UpdateExpression").is_some() => {
                text.names.insert("#unused".to_owned(), json!("unused"));
            }
            1 if body.get("ConditionExpression").is_some() || body.get("UpdateExpression").is_some() => {
                text.values.insert(":unused".to_owned(), json!({"S": "unused"}));
            }
            2 => {
                text.names.pop_first();
            }
            3 => {
                text.values.pop_last();
            }
            4 => {
                let wrong =
                    ["", "((attribute_exists(#id)))", "#id =", "#id = :v0 AND", "= :v0", "(#id = :v0"];
                body["ConditionExpression"] = json!(self.pick(&wrong));
            }
            _ => body["TableName"] = json!("nowhere"),
        }
    }

    /// A write of one item, as it is in a transaction.
    fn write(&mut self, target: Target) -> (&'static str, Value) {
        let kind = match self.rng.u8(..20) {
            0..7 => "Put",
            7..17 => "Update",
            17..19 => "Delete",
            _ => "ConditionCheck",
        };
        let mut text = Text::default();
        let mut body = json!({"TableName": Self::table(target)});
        let key = self.key(target);
        if kind == "Put" {
            let mut item = key;
            for _ in 0..self.rng.u8(..6) {
                let (name, value) = self.attribute(target);
                item.insert(name.to_owned(), value);
            }
            body["Item"] = Value::Object(item);
        } else {
            body["Key"] = Value::Object(key);
        }
        if kind == "Update" {
            body["UpdateExpression"] = json!(self.update(target, &mut text));
        }
        let mut condition = self.condition_for(target, &mut text);
        if kind == "ConditionCheck" && condition.is_none() {
            condition = Some(self.condition(target, &mut text, 0));
        }
        if let Some(condition) = condition {
            body["ConditionExpression"] = json!(condition);
        }
        if self.one_in(2) {
            body["ReturnValuesOnConditionCheckFailure"] = json!(self.pick(&["ALL_OLD", "ALL_OLD", "NONE"]));
        }
        self.spoil(&mut body, &mut text);
        text.put_into(&mut body);
        (kind, body)
    }

    fn transaction(&mut self) -> Request {
        if !self.transactions.is_empty() && self.one_in(4) {
            let before = self.rng.usize(..self.transactions.len());
            let mut again = self.transactions[before].clone();
            if self.one_in(4) {
                again.body["TransactItems"].as_array_mut().map(Vec::pop);
            }
            return again;
        }
        let mut targets = Vec::new();
        for _ in 0..self.rng.u8(1..5) {
            let target = self.target();
            if !targets.contains(&target) || self.one_in(20) {
                targets.push(target);
            }
        }
        let parts = targets.into_iter().map(|target| {
            let (kind, body) = self.write(target);
            Value::Object(Map::from_iter([(kind.to_owned(), body)]))
        });
        let mut body = json!({"TransactItems": parts.collect::<Vec<_>>()});
        let with_token = self.one_in(2);
        if with_token {
            body["ClientRequestToken"] = json!(format!("{}t{}", self.prefix, self.rng.u8(..6)));
        }
        let request = Request { operation: "TransactWriteItems", body };
        if with_token {
            self.transactions.push(request.clone());
        }
        request
    }

    fn ledger(&mut self, member: usize) -> Request {
        let mut body = json!({
            "TableName": "ledger",
            "KeyConditionExpression": "#member = :member",
            "ExpressionAttributeNames": {"#member": "member"},
            "ExpressionAttributeValues": {":member": {"S": format!("{}{}", self.prefix, MEMBERS[member])}},
            "ConsistentRead": true,
        });
        if self.one_in(3) {
            let (condition, values) = match self.rng.u8(..4) {
                0 => ("#entry BETWEEN :one AND :other", vec![":one", ":other"]),
                1 => ("begins_with(#entry, :one)", vec![":one"]),
                2 => ("#entry > :one", vec![":one"]),
                _ => ("#entry <= :one", vec![":one"]),
            };
            body["KeyConditionExpression"] = json!(format!("#member = :member AND {condition}"));
            body["ExpressionAttributeNames"]["#entry"] = json!("entry");
            for value in values {
                let entry = if value == ":other" { "e4" } else { self.pick(&["e1", "e2", "e3"]) };
                body["ExpressionAttributeValues"][value] = json!({"S": entry});
            }
        }
        if self.one_in(3) {
            let (filter, value) = match self.rng.u8(..5) {
                0 => ("attribute_exists(#kind)", None),
                1 => ("NOT #kind = :kind", Some(json!({"S": "bonus"}))),
                2 => ("#points >= :kind", Some(json!({"N": "1"}))),
                // A filter may not ask about the keys.
                3 => ("#entry = :kind", Some(json!({"S": "e1"}))),
                _ => ("#kind = :kind", Some(json!({"S": "bonus"}))),
            };
            body["FilterExpression"] = json!(filter);
            let name = filter.find('#').map_or("", |at| &filter[at + 1..]);
            let name = name.split([' ', ')']).next().unwrap_or_default();
            body["ExpressionAttributeNames"][format!("#{name}")] = json!(name);
            if let Some(value) = value {
                body["ExpressionAttributeValues"][":kind"] = value;
            }
        }
        self.page(&mut body);
        Request { operation: "Query", body }
    }

    fn watch(&mut self) -> Request {
        let comparator = self.pick(&["<=", "<=", "<=", "<", ">=", "="]);
        let mut body = json!({
            "TableName": "orders",
            "IndexName": "watch",
            "KeyConditionExpression": format!("#watch = :watch AND #look_at {comparator} :now"),
            "ExpressionAttributeNames": {"#watch": "watch", "#look_at": "look_at"},
            "ExpressionAttributeValues": {
                ":watch": {"S": format!("{}open", self.prefix)},
                ":now": {"N": self.rng.u8(..40).to_string()},
            },
        });
        self.page(&mut body);
        Request { operation: "Query", body }
    }

    fn page(&mut self, body: &mut Value) {
        if self.one_in(2) {
            body["Limit"] = json!(self.rng.u8(1..4));
        }
        if self.one_in(5) {
            body["ScanIndexForward"] = json!(self.rng.bool());
        }
        if self.one_in(40) {
            body["IndexName"] = json!("nowhere");
        }
    }

    fn request(&mut self) -> Request {
        match self.rng.u8(..20) {
            0 => {
                let target = self.target();
                let body = json!({"TableName": Self::table(target), "Key": self.key(target), "ConsistentRead": true});
                Request { operation: "GetItem", body }
            }
            1 => {
                let member = self.rng.usize(..MEMBERS.len());
                self.ledger(member)
            }
            2..4 => self.watch(),
            4..10 => self.transaction(),
            _ => {
                let target = self.target();
                let (kind, mut body) = self.write(target);
                let (operation, returned): (_, &[&str]) = match kind {
                    "Put" => ("PutItem", &["NONE", "ALL_OLD"]),
                    "Update" => ("UpdateItem", &["NONE", "ALL_OLD", "ALL_OLD", "ALL_NEW"]),
                    "Delete" => ("DeleteItem", &["NONE", "ALL_OLD"]),
                    _ => return self.transaction(),
                };
                if self.rng.bool() {
                    body["ReturnValues"] = json!(self.pick(returned));
                }
                Request { operation, body }
            }
        }
    }

    /// Everything there can be, read.
    fn looks(&mut self) -> Vec<Request> {
        let orders = (0..ORDERS.len()).map(Target::Order);
        let targets = orders.chain((0..MEMBERS.len()).map(Target::Member)).collect::<Vec<_>>();
        let gets = targets.into_iter().map(|target| Request {
            operation: "GetItem",
            body: json!({
                "TableName": Self::table(target),
                "Key": self.right_key(target),
                "ConsistentRead": true,
            }),
        });
        let mut looks = gets.collect::<Vec<_>>();
        looks.extend([self.ledger(0), self.ledger(1), self.watch()]);
        looks
    }
}
