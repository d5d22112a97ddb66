//! Expressions with their placeholders filled in: checked, and worked out on an item.

use std::cmp::Ordering;
use std::rc::Rc;

use super::expression::{Comparator, Condition, Operand, Parsed, Path, Setting, Term, Update};
use super::failure::NOT_SIMULATED;
use super::request::{Names, Values};
use super::value::{Item, Name, Value, fits};

const PATH: &str = "The document path provided in the update expression is invalid for update";
const MISSING: &str = "The provided expression refers to an attribute that does not exist in the item";
const OPERAND: &str = "An operand in the update expression has an incorrect data type";

/// What a request's placeholders stand for, and which of them its expressions have used.
pub(crate) struct Placeholders<'r> {
    names: Option<&'r Names<'r>>,
    values: Option<&'r Values<'r>>,
    names_used: Vec<bool>,
    values_used: Vec<bool>,
}

/// An expression with what its placeholders stand for.
pub(crate) struct Bound<'r, T> {
    parsed: Rc<Parsed<T>>,
    names: Vec<&'r Name>,
    values: Vec<&'r Value>,
}

impl<'r> Placeholders<'r> {
    pub(crate) fn new(names: Option<&'r Names<'r>>, values: Option<&'r Values<'r>>) -> Placeholders<'r> {
        Placeholders {
            names,
            values,
            names_used: vec![false; names.map_or(0, |names| names.0.len())],
            values_used: vec![false; values.map_or(0, |values| values.0.len())],
        }
    }

    fn fill_in<T>(&mut self, parsed: Rc<Parsed<T>>) -> Result<Bound<'r, T>, String> {
        let mut names = Vec::with_capacity(parsed.names.len());
        for placeholder in &parsed.names {
            let found = self.names.and_then(|names| Some((names, names.find(placeholder)?)));
            let Some((all, at)) = found else {
                return Err(format!(
                    "An expression attribute name used in the document path is not defined; \
                     attribute name: {placeholder}"
                ));
            };
            self.names_used[at] = true;
            names.push(&all.0[at].1);
        }
        let mut values = Vec::with_capacity(parsed.values.len());
        for placeholder in &parsed.values {
            let found = self.values.and_then(|values| Some((values, values.find(placeholder)?)));
            let Some((all, at)) = found else {
                return Err(format!(
                    "An expression attribute value used in expression is not defined; \
                     attribute value: {placeholder}"
                ));
            };
            self.values_used[at] = true;
            values.push(&all.0[at].1);
        }
        Ok(Bound { parsed, names, values })
    }

    pub(crate) fn condition(
        &mut self,
        parsed: Rc<Parsed<Condition>>,
    ) -> Result<Bound<'r, Condition>, String> {
        let bound = self.fill_in(parsed)?;
        bound.check(&bound.parsed.tree)?;
        Ok(bound)
    }

    pub(crate) fn update(&mut self, parsed: Rc<Parsed<Update>>) -> Result<Bound<'r, Update>, String> {
        let bound = self.fill_in(parsed)?;
        bound.check_update()?;
        Ok(bound)
    }

    /// Every placeholder must have been used.
    pub(crate) fn finish(self) -> Result<(), String> {
        if self.names.is_some_and(|names| names.0.is_empty()) {
            return Err("ExpressionAttributeNames must not be empty".to_owned());
        }
        if self.values.is_some_and(|values| values.0.is_empty()) {
            return Err("ExpressionAttributeValues must not be empty".to_owned());
        }
        let unused = |used: &[bool]| used.iter().position(|used| !used);
        if let (Some(names), Some(at)) = (self.names, unused(&self.names_used)) {
            let name = &*names.0[at].0;
            return Err(format!(
                "Value provided in ExpressionAttributeNames unused in expressions: keys: {{{name}}}"
            ));
        }
        if let (Some(values), Some(at)) = (self.values, unused(&self.values_used)) {
            let value = &*values.0[at].0;
            return Err(format!(
                "Value provided in ExpressionAttributeValues unused in expressions: keys: {{{value}}}"
            ));
        }
        Ok(())
    }
}

impl<T> Bound<'_, T> {
    fn name(&self, number: usize) -> &Name {
        self.names[number]
    }

    pub(crate) fn value(&self, number: usize) -> &Value {
        self.values[number]
    }

    fn path<'i>(&self, path: &Path, item: &'i Item) -> Option<&'i Value> {
        let (first, deeper) = path.0.split_first()?;
        let mut value = item.get(self.name(*first))?;
        for level in deeper {
            let Value::Map(map) = value else { return None };
            value = map.get(self.name(*level))?;
        }
        Some(value)
    }

    /// Whether the two name the same attributes as far as both go, by whatever placeholders.
    fn overlap(&self, one: &Path, other: &Path) -> bool {
        one.0.iter().zip(&other.0).all(|(one, other)| self.name(*one) == self.name(*other))
    }
}

impl Bound<'_, Condition> {
    pub(crate) fn tree(&self) -> &Condition {
        &self.parsed.tree
    }

    /// A path that has one level.
    pub(crate) fn top(&self, path: &Path) -> Option<&str> {
        if let [only] = *path.0 { Some(self.name(only)) } else { None }
    }

    /// The attributes that it asks about, each by the first level of its path.
    pub(crate) fn tops(&self) -> impl Iterator<Item = &str> {
        let mut paths = Vec::new();
        gather(self.tree(), &mut paths);
        paths.into_iter().map(|path| &**self.name(path.0[0]))
    }

    /// What is wrong whatever the item.
    fn check(&self, condition: &Condition) -> Result<(), String> {
        match condition {
            Condition::And(one, other) | Condition::Or(one, other) => {
                self.check(one)?;
                self.check(other)
            }
            Condition::Not(inner) => self.check(inner),
            Condition::Exists(_) | Condition::Missing(_) | Condition::BeginsWith(_, Operand::Path(_)) => {
                Ok(())
            }
            Condition::Compare(left, comparator, right) => {
                if let Comparator::Equal | Comparator::Unequal = comparator {
                    return self.check_distinct(left, std::slice::from_ref(right));
                }
                self.check_ordered(left)?;
                self.check_ordered(right)?;
                self.check_distinct(left, std::slice::from_ref(right))
            }
            Condition::In(left, operands) => self.check_distinct(left, operands),
            Condition::Between(left, lower, upper) => {
                for operand in [left, lower, upper] {
                    self.check_ordered(operand)?;
                }
                let (Operand::Value(lower), Operand::Value(upper)) = (lower, upper) else { return Ok(()) };
                match self.value(*lower).order(self.value(*upper)) {
                    Some(Ordering::Less | Ordering::Equal) => Ok(()),
                    Some(Ordering::Greater) => Err("The BETWEEN operator requires upper bound to be \
                                                    greater than or equal to lower bound"
                        .to_owned()),
                    None => {
                        Err("The BETWEEN operator requires same data type for lower and upper bounds"
                            .to_owned())
                    }
                }
            }
            Condition::BeginsWith(_, Operand::Value(prefix)) => match self.value(*prefix) {
                Value::Text(_) | Value::Bytes(_) => Ok(()),
                other
                @ (Value::Number(_) | Value::Bool(_) | Value::Null | Value::List(_) | Value::Map(_)) => {
                    Err(incorrect_operand("begins_with", other))
                }
            },
        }
    }

    fn check_ordered(&self, operand: &Operand) -> Result<(), String> {
        match operand {
            Operand::Value(value) if self.value(*value).order(self.value(*value)).is_none() => {
                Err(incorrect_operand("comparator", self.value(*value)))
            }
            Operand::Value(_) | Operand::Path(_) => Ok(()),
        }
    }

    fn check_distinct(&self, first: &Operand, rest: &[Operand]) -> Result<(), String> {
        let same = |other: &Operand| match (first, other) {
            (Operand::Path(one), Operand::Path(other)) => {
                one.0.len() == other.0.len() && self.overlap(one, other)
            }
            (Operand::Value(one), Operand::Value(other)) => one == other,
            (Operand::Path(_), Operand::Value(_)) | (Operand::Value(_), Operand::Path(_)) => false,
        };
        if rest.iter().any(same) {
            return Err("The first operand must be distinct from the remaining operands for this operator \
                        or function"
                .to_owned());
        }
        Ok(())
    }

    /// Whether it is true of the item; one that is not there has no attributes.
    pub(crate) fn holds(&self, item: &Item) -> bool {
        self.is_true(&self.parsed.tree, item)
    }

    fn operand<'i>(&'i self, operand: &Operand, item: &'i Item) -> Option<&'i Value> {
        match operand {
            Operand::Path(path) => self.path(path, item),
            Operand::Value(value) => Some(self.value(*value)),
        }
    }

    fn is_true(&self, condition: &Condition, item: &Item) -> bool {
        let operand = |wanted| self.operand(wanted, item);
        match condition {
            Condition::And(one, other) => self.is_true(one, item) && self.is_true(other, item),
            Condition::Or(one, other) => self.is_true(one, item) || self.is_true(other, item),
            Condition::Not(inner) => !self.is_true(inner, item),
            Condition::Exists(path) => self.path(path, item).is_some(),
            Condition::Missing(path) => self.path(path, item).is_none(),
            Condition::Compare(left, comparator, right) => {
                compare(operand(left), *comparator, operand(right))
            }
            Condition::In(left, operands) => {
                operands.iter().any(|other| compare(operand(left), Comparator::Equal, operand(other)))
            }
            Condition::Between(left, lower, upper) => {
                compare(operand(lower), Comparator::LessOrEqual, operand(left))
                    && compare(operand(left), Comparator::LessOrEqual, operand(upper))
            }
            Condition::BeginsWith(path, prefix) => match (self.path(path, item), operand(prefix)) {
                (Some(Value::Text(text)), Some(Value::Text(prefix))) => text.starts_with(&**prefix),
                (Some(Value::Bytes(bytes)), Some(Value::Bytes(prefix))) => bytes.starts_with(prefix),
                _ => false,
            },
        }
    }
}

fn gather<'c>(condition: &'c Condition, paths: &mut Vec<&'c Path>) {
    let mut operand = |operand: &'c Operand| {
        if let Operand::Path(path) = operand {
            paths.push(path);
        }
    };
    match condition {
        Condition::Compare(left, _, right) => [left, right].into_iter().for_each(operand),
        Condition::Between(value, lower, upper) => [value, lower, upper].into_iter().for_each(operand),
        Condition::In(value, among) => std::iter::once(value).chain(among).for_each(operand),
        Condition::BeginsWith(path, prefix) => {
            operand(prefix);
            paths.push(path);
        }
        Condition::Exists(path) | Condition::Missing(path) => paths.push(path),
        Condition::Not(inner) => gather(inner, paths),
        Condition::And(one, other) | Condition::Or(one, other) => {
            gather(one, paths);
            gather(other, paths);
        }
    }
}

/// What is not there equals nothing, and is neither less nor greater than anything.
fn compare(left: Option<&Value>, comparator: Comparator, right: Option<&Value>) -> bool {
    let equal = || left.zip(right).is_some_and(|(left, right)| left == right);
    let order = || left.zip(right).and_then(|(left, right)| left.order(right));
    match comparator {
        Comparator::Equal => equal(),
        Comparator::Unequal => !equal(),
        Comparator::Less => order().is_some_and(Ordering::is_lt),
        Comparator::LessOrEqual => order().is_some_and(Ordering::is_le),
        Comparator::Greater => order().is_some_and(Ordering::is_gt),
        Comparator::GreaterOrEqual => order().is_some_and(Ordering::is_ge),
    }
}

impl Bound<'_, Update> {
    /// What is wrong whatever the item.
    fn check_update(&self) -> Result<(), String> {
        let targets = self.targets().collect::<Vec<_>>();
        for (number, one) in targets.iter().enumerate() {
            if targets[..number].iter().any(|other| self.overlap(one, other)) {
                return Err("Two document paths overlap with each other; \
                            must remove or rewrite one of these paths"
                    .to_owned());
            }
        }
        for (_, setting) in &self.parsed.tree.sets {
            if let Setting::Sum(left, right) | Setting::Difference(left, right) = setting {
                self.check_term(left)?;
                self.check_term(right)?;
            }
        }
        Ok(())
    }

    fn check_term(&self, term: &Term) -> Result<(), String> {
        match term {
            Term::Value(value) if !matches!(self.value(*value), Value::Number(_)) => {
                Err(incorrect_operand("+ or -", self.value(*value)))
            }
            Term::Value(_) | Term::Path(_) => Ok(()),
            Term::IfMissing(_, otherwise) => self.check_term(otherwise),
        }
    }

    fn targets(&self) -> impl Iterator<Item = &Path> {
        let Update { sets, removes } = &self.parsed.tree;
        sets.iter().map(|(path, _)| path).chain(removes)
    }

    /// The attributes that it changes, or changes something in.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &str> {
        self.targets().map(|path| &**self.name(path.0[0]))
    }

    /// Whether it only takes attributes away.
    pub(crate) fn only_removes(&self) -> bool {
        self.parsed.tree.sets.is_empty()
    }

    /// What becomes of the item. Every value is worked out on the item as it was.
    pub(crate) fn apply(&self, before: &Item) -> Result<Item, String> {
        let Update { sets, removes } = &self.parsed.tree;
        let mut after = before.clone();
        for (path, setting) in sets {
            let value = self.setting(setting, before)?;
            let Some((name, map)) = self.parent(path, &mut after) else { return Err(PATH.to_owned()) };
            map.insert(name, value);
        }
        for path in removes {
            let Some((name, map)) = self.parent(path, &mut after) else { return Err(PATH.to_owned()) };
            map.remove(name);
        }
        Ok(after)
    }

    /// The map that holds the last level of the path, and the name there.
    fn parent<'s, 'i>(&'s self, path: &Path, item: &'i mut Item) -> Option<(&'s Name, &'i mut Item)> {
        let (last, above) = path.0.split_last()?;
        let mut map = item;
        for level in above {
            let Value::Map(deeper) = map.get_mut(self.name(*level))? else { return None };
            map = deeper;
        }
        Some((self.name(*last), map))
    }

    fn setting(&self, setting: &Setting, item: &Item) -> Result<Value, String> {
        let (left, right, subtract) = match setting {
            Setting::To(term) => return self.term(term, item).cloned(),
            Setting::Sum(left, right) => (left, right, false),
            Setting::Difference(left, right) => (left, right, true),
        };
        let (left, right) = (self.term(left, item)?, self.term(right, item)?);
        let (Value::Number(left), Value::Number(right)) = (left, right) else {
            return Err(OPERAND.to_owned());
        };
        let result = if subtract { left.checked_sub(*right) } else { left.checked_add(*right) };
        match result {
            Some(result) if fits(result) => Ok(Value::Number(result)),
            _ => Err(format!("{NOT_SIMULATED}a sum of more than 38 digits")),
        }
    }

    fn term<'i>(&'i self, term: &Term, item: &'i Item) -> Result<&'i Value, String> {
        match term {
            Term::Value(value) => Ok(self.value(*value)),
            Term::Path(path) => self.path(path, item).ok_or_else(|| MISSING.to_owned()),
            Term::IfMissing(path, otherwise) => match self.path(path, item) {
                Some(value) => Ok(value),
                None => self.term(otherwise, item),
            },
        }
    }
}

fn incorrect_operand(operator: &str, value: &Value) -> String {
    format!(
        "Incorrect operand type for operator or function; operator or function: {operator}, operand type: {}",
        value.kind()
    )
}
