//! Writes: of one item, and of several together.

use std::collections::BTreeSet;

use serde::Serialize;

use super::bound::{Bound, Placeholders};
use super::expression::{self, Condition, Update};
use super::failure::{Answer, Failure, NOT_SIMULATED, Reason};
use super::request::{OnFailure, Part, Returned, Transaction, Write, read};
use super::table::{BadKey, Key};
use super::value::Item;
use super::{Database, Done};

const LARGEST_ITEM_BYTES: usize = 400 * 1024;
const LARGEST_TRANSACTION_BYTES: usize = 4 * 1024 * 1024;
const MOST_PARTS: usize = 100;
const LONGEST_TOKEN: usize = 36;
const DEEPEST: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Put,
    Update,
    Delete,
    /// Looks whether a condition holds, and writes nothing.
    Check,
}

/// A write of which all is known to be right that does not depend on the tables.
struct Checked<'r> {
    kind: Kind,
    write: &'r Write<'r>,
    /// What is put, or the key of what is written.
    item: &'r Item,
    condition: Option<Bound<'r, Condition>>,
    update: Option<Bound<'r, Update>>,
}

/// What a write would do.
struct Planned {
    table: usize,
    key: Key,
    before: Option<Item>,
    after: After,
}

enum After {
    Same,
    Item(Item),
    Nothing,
}

/// Why one write would not be done.
enum Refused {
    Invalid(String),
    /// Part of a key is empty: that is told as if the whole request were wrong.
    Empty(String),
    Condition(Option<Item>),
}

impl From<BadKey> for Refused {
    fn from(bad: BadKey) -> Refused {
        match bad {
            BadKey::Wrong(message) => Refused::Invalid(message),
            BadKey::Empty(message) => Refused::Empty(message),
        }
    }
}

#[derive(Serialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Written<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<&'a Item>,
}

impl Database {
    /// `PutItem`, `UpdateItem` and `DeleteItem`.
    pub(crate) fn write(&mut self, kind: Kind, body: &[u8]) -> Done {
        let write = read::<Write<'_>>(body)?;
        let returned = match (write.return_values, kind) {
            (Some(Returned::AllNew), Kind::Put | Kind::Delete | Kind::Check) => {
                return Err(Failure::Invalid("Return values set to invalid value".to_owned()));
            }
            (returned, _) => returned.unwrap_or(Returned::None),
        };
        let checked = Checked::new(kind, &write).map_err(Failure::Invalid)?;
        let table = self.table_number(&write.table_name)?;
        let key = self.key(table, &checked).map_err(Refused::from);
        let planned =
            key.and_then(|key| self.plan(&checked, table, key)).map_err(|refused| match refused {
                Refused::Invalid(message) | Refused::Empty(message) => Failure::Invalid(message),
                Refused::Condition(item) => Failure::ConditionFailed(item),
            })?;
        let attributes = match (returned, &planned.after) {
            (Returned::None, _) | (Returned::AllNew, After::Nothing) => None,
            (Returned::AllOld, _) | (Returned::AllNew, After::Same) => planned.before.clone(),
            (Returned::AllNew, After::Item(item)) => Some(item.clone()),
        };
        self.commit(planned);
        Ok(Answer::done(&Written { attributes: attributes.as_ref() }))
    }

    /// `TransactWriteItems`.
    pub(crate) fn transact(&mut self, body: &[u8]) -> Done {
        let request = read::<Transaction<'_>>(body)?;
        let invalid = |message: &str| Failure::Invalid(message.to_owned());
        if request.transact_items.is_empty() || request.transact_items.len() > MOST_PARTS {
            return Err(invalid("Member must have length greater than or equal to 1 and at most 100"));
        }
        // DynamoDB counts less than the JSON's every byte.
        if body.len() > LARGEST_TRANSACTION_BYTES {
            return Err(invalid("Transaction payload size cannot exceed 4 MB"));
        }
        let token = request.client_request_token.as_deref();
        if token.is_some_and(|token| token.is_empty() || token.len() > LONGEST_TOKEN) {
            return Err(invalid("a token has 1 to 36 characters"));
        }
        if let Some(before) = token.and_then(|token| self.tokens.get(token)) {
            let same = **before == *body
                || read::<Transaction<'_>>(before)
                    .is_ok_and(|before| before.transact_items == request.transact_items);
            return if same { Ok(Answer::done(&Written::default())) } else { Err(Failure::TokenOfAnother) };
        }
        let reasons = self.transact_all(&request.transact_items)?;
        if !reasons.is_empty() {
            return Err(Failure::Cancelled(reasons));
        }
        if let Some(token) = token {
            // Ten minutes at DynamoDB; here there is no clock, so until the end.
            self.tokens.insert(token.into(), body.into());
        }
        Ok(Answer::done(&Written::default()))
    }

    /// Writes all parts, or gives the reasons why none was.
    fn transact_all(&mut self, parts: &[Part<'_>]) -> Result<Vec<Reason>, Failure> {
        let mut checked = Vec::with_capacity(parts.len());
        for part in parts {
            let (kind, write) = only(part).map_err(Failure::Invalid)?;
            checked.push(Checked::new(kind, write).map_err(Failure::Invalid)?);
        }
        let mut keys = Vec::with_capacity(parts.len());
        let mut seen = BTreeSet::new();
        for part in &checked {
            let table = self.table_number(&part.write.table_name)?;
            let key = self.key(table, part);
            if let Ok(key) = &key
                && !seen.insert((table, key.clone()))
            {
                let message = "Transaction request cannot include multiple operations on one item";
                return Err(Failure::Invalid(message.to_owned()));
            }
            keys.push((table, key));
        }
        let (mut planned, mut reasons) = (Vec::with_capacity(parts.len()), Vec::new());
        for (part, (table, key)) in checked.iter().zip(keys) {
            let plan = key.map_err(Refused::from).and_then(|key| self.plan(part, table, key));
            let reason = match plan {
                Ok(plan) => {
                    planned.push(plan);
                    if reasons.is_empty() {
                        continue;
                    }
                    Reason::NONE
                }
                Err(Refused::Empty(message)) => return Err(Failure::Invalid(message)),
                Err(Refused::Invalid(message)) => Reason::invalid(message),
                Err(Refused::Condition(item)) => Reason::condition_failed(item),
            };
            // Reasons are only kept from the first one on: mostly there is none.
            if reasons.is_empty() {
                reasons = vec![Reason::NONE; planned.len()];
            }
            reasons.push(reason);
        }
        if reasons.is_empty() {
            for plan in planned {
                self.commit(plan);
            }
        }
        Ok(reasons)
    }

    fn key(&self, table: usize, checked: &Checked<'_>) -> Result<Key, BadKey> {
        let table = &self.tables[table];
        if checked.kind == Kind::Put { table.key_of(checked.item) } else { table.key(checked.item) }
    }

    fn plan(&self, checked: &Checked<'_>, number: usize, key: Key) -> Result<Planned, Refused> {
        let table = &self.tables[number];
        if checked.kind == Kind::Put {
            table.check_index_keys(checked.item)?;
        }
        let before = table.get(&key).cloned();
        if let Some(condition) = &checked.condition {
            let holds = match &before {
                Some(before) => condition.holds(before),
                None => condition.holds(&Item::default()),
            };
            if !holds {
                let shown = checked.write.return_values_on_condition_check_failure == Some(OnFailure::AllOld);
                return Err(Refused::Condition(before.filter(|_| shown)));
            }
        }
        let after = match (checked.kind, &checked.update) {
            (Kind::Put, _) => After::Item(checked.item.clone()),
            (Kind::Delete, _) => After::Nothing,
            (Kind::Check, _) | (Kind::Update, None) => After::Same,
            (Kind::Update, Some(update)) => {
                if let Some(part) = update.changed().find(|name| table.shape.key.has(name)) {
                    return Err(Refused::Invalid(format!(
                        "One or more parameter values were invalid: Cannot update attribute {part}. \
                         This attribute is part of the key"
                    )));
                }
                let after =
                    update.apply(before.as_ref().unwrap_or(checked.item)).map_err(Refused::Invalid)?;
                table.check_index_keys(&after)?;
                if after.size() > LARGEST_ITEM_BYTES || after.depth() > DEEPEST {
                    let message = "Item size to update has exceeded the maximum allowed size";
                    return Err(Refused::Invalid(message.to_owned()));
                }
                // The local DynamoDBs make an item of the key alone. Others found that AWS's makes none.
                if before.is_none() && update.only_removes() {
                    let message = format!("{NOT_SIMULATED}to take attributes from an item that is not there");
                    return Err(Refused::Invalid(message));
                }
                After::Item(after)
            }
        };
        Ok(Planned { table: number, key, before, after })
    }

    fn commit(&mut self, planned: Planned) {
        let Planned { table, key, after, before } = planned;
        match after {
            After::Item(item) => self.put(table, key, Some(item)),
            After::Nothing if before.is_some() => self.put(table, key, None),
            After::Nothing | After::Same => {}
        }
    }
}

impl<'r> Checked<'r> {
    fn new(kind: Kind, write: &'r Write<'r>) -> Result<Checked<'r>, String> {
        let unexpected = || "a member is missing, or there that does not belong to this operation".to_owned();
        let item = match (kind, &write.item, &write.key) {
            (Kind::Put, Some(item), None) => item,
            (Kind::Update | Kind::Delete | Kind::Check, None, Some(key)) => key,
            _ => return Err(unexpected()),
        };
        if (kind == Kind::Update) != write.update_expression.is_some()
            || (kind == Kind::Check && write.condition_expression.is_none())
        {
            return Err(unexpected());
        }
        if kind == Kind::Put && (item.size() > LARGEST_ITEM_BYTES || item.depth() > DEEPEST) {
            return Err("Item size has exceeded the maximum allowed size".to_owned());
        }
        let mut placeholders = Placeholders::new(
            write.expression_attribute_names.as_ref(),
            write.expression_attribute_values.as_ref(),
        );
        let update = match &write.update_expression {
            None => None,
            Some(text) => Some(
                expression::update(text)
                    .and_then(|parsed| placeholders.update(parsed))
                    .map_err(|problem| format!("Invalid UpdateExpression: {problem}"))?,
            ),
        };
        let condition = match &write.condition_expression {
            None => None,
            Some(text) => Some(
                expression::condition(text)
                    .and_then(|parsed| placeholders.condition(parsed))
                    .map_err(|problem| format!("Invalid ConditionExpression: {problem}"))?,
            ),
        };
        placeholders.finish()?;
        Ok(Checked { kind, write, item, condition, update })
    }
}

/// The one write that a part of a transaction is.
fn only<'r>(part: &'r Part<'r>) -> Result<(Kind, &'r Write<'r>), String> {
    let Part { put, update, delete, condition_check } = part;
    let kinds =
        [(Kind::Put, put), (Kind::Update, update), (Kind::Delete, delete), (Kind::Check, condition_check)];
    let mut writes = kinds.into_iter().filter_map(|(kind, write)| Some((kind, write.as_ref()?)));
    let (Some(only), None) = (writes.next(), writes.next()) else {
        return Err("TransactItems can only contain one of Check, Put, Update or Delete".to_owned());
    };
    let Write { return_values, return_consumed_capacity, return_item_collection_metrics, .. } = only.1;
    if return_values.is_some()
        || return_consumed_capacity.is_some()
        || return_item_collection_metrics.is_some()
    {
        return Err("a part of a transaction returns nothing".to_owned());
    }
    Ok(only)
}
