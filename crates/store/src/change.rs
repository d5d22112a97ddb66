//! One conditional change of one item, written once and used alone or within a transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

/// A conditional change of one item.
///
/// In the expressions an attribute is written `#name` and a value `:name`; every `#name` stands for
/// the attribute of that name, so reserved words need no thought.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    table: String,
    key: (&'static str, String),
    range: Option<(&'static str, String)>,
    sets: Vec<String>,
    removes: Vec<String>,
    condition: String,
    values: HashMap<String, AttributeValue>,
}

impl Change {
    /// Of the item of `table` whose key attribute has that value.
    pub(crate) fn of(table: &str, key: (&'static str, String)) -> Change {
        Change {
            table: table.to_owned(),
            key,
            range: None,
            sets: Vec::new(),
            removes: Vec::new(),
            condition: String::new(),
            values: HashMap::new(),
        }
    }

    /// Of the item whose second key attribute has that value besides.
    pub(crate) fn range(mut self, name: &'static str, value: &str) -> Change {
        self.range = Some((name, value.to_owned()));
        self
    }

    /// Gives an attribute a value.
    pub(crate) fn set(mut self, name: &str, value: AttributeValue) -> Change {
        self.sets.push(format!("#{name} = :{name}"));
        self.value(name, value)
    }

    /// Gives an attribute a value, or takes it away where there is none.
    pub(crate) fn set_or_remove(self, name: &str, value: Option<AttributeValue>) -> Change {
        match value {
            Some(value) => self.set(name, value),
            None => self.remove(name),
        }
    }

    /// Gives an attribute a value, unless it has one.
    pub(crate) fn set_if_absent(mut self, name: &str, value: AttributeValue) -> Change {
        self.sets.push(format!("#{name} = if_not_exists(#{name}, :{name})"));
        self.value(name, value)
    }

    /// Adds to a number that is there.
    pub(crate) fn add(mut self, name: &str, value: AttributeValue) -> Change {
        self.sets.push(format!("#{name} = #{name} + :{name}"));
        self.value(name, value)
    }

    /// Takes an attribute away.
    pub(crate) fn remove(mut self, name: &str) -> Change {
        self.removes.push(format!("#{name}"));
        self
    }

    /// Only if this holds.
    pub(crate) fn when(mut self, condition: &str) -> Change {
        condition.clone_into(&mut self.condition);
        self
    }

    /// Only if this holds as well.
    pub(crate) fn and_when(mut self, condition: &str) -> Change {
        self.condition = format!("{} AND {condition}", self.condition);
        self
    }

    /// What `:name` stands for.
    pub(crate) fn value(mut self, name: &str, value: AttributeValue) -> Change {
        self.values.insert(format!(":{name}"), value);
        self
    }

    fn keys(&self) -> HashMap<String, AttributeValue> {
        let keys = [Some(&self.key), self.range.as_ref()].into_iter().flatten();
        keys.map(|(name, value)| ((*name).to_owned(), AttributeValue::S(value.clone()))).collect()
    }

    fn update(&self) -> String {
        let mut update = Vec::new();
        if !self.sets.is_empty() {
            update.push(format!("SET {}", self.sets.join(", ")));
        }
        if !self.removes.is_empty() {
            update.push(format!("REMOVE {}", self.removes.join(", ")));
        }
        update.join(" ")
    }

    fn names(&self) -> HashMap<String, String> {
        let expressions = format!("{} {}", self.update(), self.condition);
        expressions
            .split(|character: char| {
                !(character.is_ascii_alphanumeric() || character == '_' || character == '#')
            })
            .filter(|word| word.starts_with('#'))
            .map(|word| (word.to_owned(), word[1..].to_owned()))
            .collect()
    }

    /// As a write of its own. A failed condition brings back the item as it stands.
    pub(crate) fn request(self, client: &Client) -> UpdateItemFluentBuilder {
        client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(self.keys()))
            .update_expression(self.update())
            .condition_expression(&self.condition)
            .set_expression_attribute_names(Some(self.names()))
            .set_expression_attribute_values(Some(self.values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    /// As a part of a transaction. A failed condition brings back the item as it stands.
    pub(crate) fn part(self) -> Result<TransactWriteItem, BuildError> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(self.keys()))
            .update_expression(self.update())
            .condition_expression(&self.condition)
            .set_expression_attribute_names(Some(self.names()))
            .set_expression_attribute_values(Some(self.values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}
