//! A place in the document, and the list of what is wrong.

use serde_json::Value;

use crate::check::Finding;
use crate::text;

/// A value, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node<'v> {
    pub(super) path: String,
    pub(super) value: &'v Value,
}

impl<'v> Node<'v> {
    pub(super) fn root(value: &'v Value) -> Self {
        Self { path: String::new(), value }
    }

    /// The field `key`, unless it is missing or `null`.
    pub(super) fn get(&self, key: &str) -> Option<Node<'v>> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(Node { path: self.path_of(key), value })
    }

    /// The text in the field `key`, unless it is missing, blank or no text.
    pub(super) fn text(&self, key: &str) -> Option<&'v str> {
        self.value.get(key)?.as_str().filter(|text| !text::is_blank(text))
    }

    /// The flag in the field `key`; anything but `true` is `false`.
    pub(super) fn is_set(&self, key: &str) -> bool {
        self.value.get(key).and_then(Value::as_bool) == Some(true)
    }

    pub(super) fn entries(&self) -> Vec<(&'v str, Node<'v>)> {
        let entries = self.value.as_object().into_iter().flatten();
        entries.map(|(key, value)| (key.as_str(), Node { path: self.path_of(key), value })).collect()
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) findings: Vec<Finding>,
}

impl Report {
    pub(super) fn add(&mut self, node: &Node<'_>, problem: impl Into<String>) {
        self.findings.push(Finding { path: node.path.clone(), problem: problem.into() });
    }

    /// Like [`add`](Self::add), for a field that may not be there.
    pub(super) fn add_at(&mut self, parent: &Node<'_>, key: &str, problem: impl Into<String>) {
        self.findings.push(Finding { path: parent.path_of(key), problem: problem.into() });
    }

    pub(super) fn is_object(&mut self, node: &Node<'_>) -> bool {
        if !node.value.is_object() {
            self.add(node, "must be an object");
        }
        node.value.is_object()
    }

    /// Checks that the node is a flag, and says whether it is set.
    pub(super) fn flag(&mut self, node: &Node<'_>) -> bool {
        if !node.value.is_boolean() {
            self.add(node, "must be true or false");
        }
        node.value == &Value::Bool(true)
    }

    pub(super) fn optional_flag(&mut self, parent: &Node<'_>, key: &str) {
        if let Some(node) = parent.get(key) {
            self.flag(&node);
        }
    }

    pub(super) fn need<'v>(&mut self, parent: &Node<'v>, key: &str) -> Option<Node<'v>> {
        let node = parent.get(key);
        if node.is_none() {
            self.add_at(parent, key, "is missing");
        }
        node
    }

    /// A mandatory text, if it is there and says something.
    pub(super) fn need_text<'v>(&mut self, parent: &Node<'v>, key: &str) -> Option<&'v str> {
        let node = self.need(parent, key)?;
        let text = self.is_text(&node)?;
        if text::is_blank(text) {
            self.add(&node, "is empty");
        }
        Some(text)
    }

    pub(super) fn optional_text<'v>(&mut self, parent: &Node<'v>, key: &str) -> Option<&'v str> {
        let node = parent.get(key)?;
        self.is_text(&node)
    }

    fn is_text<'v>(&mut self, node: &Node<'v>) -> Option<&'v str> {
        let text = node.value.as_str();
        if text.is_none() {
            self.add(node, "must be a text");
        }
        text
    }

    pub(super) fn need_short(&mut self, parent: &Node<'_>, key: &str, limit: usize) {
        if let Some(text) = self.need_text(parent, key) {
            self.short(parent, key, limit, text::length(text));
        }
    }

    pub(super) fn optional_short(&mut self, parent: &Node<'_>, key: &str, limit: usize) {
        if let Some(text) = self.optional_text(parent, key) {
            self.short(parent, key, limit, text::length(text));
        }
    }

    pub(super) fn short(&mut self, parent: &Node<'_>, key: &str, limit: usize, actual: usize) {
        if actual > limit {
            self.add_at(parent, key, format!("has {actual} characters, and {limit} fit"));
        }
    }

    pub(super) fn few_lines(&mut self, parent: &Node<'_>, key: &str, limit: usize, actual: usize) {
        if actual > limit {
            self.add_at(parent, key, format!("has {actual} lines, and {limit} are shown"));
        }
    }

    pub(super) fn need_url(&mut self, parent: &Node<'_>, key: &str) {
        if let Some(address) = self.need_text(parent, key) {
            self.url(parent, key, address);
        }
    }

    pub(super) fn optional_url(&mut self, parent: &Node<'_>, key: &str) {
        if let Some(address) = self.optional_text(parent, key).filter(|address| !address.is_empty()) {
            self.url(parent, key, address);
        }
    }

    fn url(&mut self, parent: &Node<'_>, key: &str, address: &str) {
        if !text::is_blank(address) && text::web_url(address).is_none() {
            self.add_at(parent, key, "is not an absolute http or https address");
        }
    }

    pub(super) fn need_whole(&mut self, parent: &Node<'_>, key: &str) -> Option<u64> {
        self.need(parent, key)?;
        self.optional_whole(parent, key)
    }

    /// A whole number that is not negative: prices, sizes, turns and seconds all are.
    pub(super) fn optional_whole(&mut self, parent: &Node<'_>, key: &str) -> Option<u64> {
        let node = parent.get(key)?;
        let number = node.value.as_u64();
        if number.is_none() {
            self.add(&node, "must be a whole number, not negative, without quotes or a fraction");
        }
        number
    }

    pub(super) fn list<'v>(
        &mut self,
        parent: &Node<'v>,
        key: &str,
        least: usize,
        most: usize,
    ) -> Vec<Node<'v>> {
        if self.need(parent, key).is_none() {
            return Vec::new();
        }
        let entries = self.optional_list(parent, key, most);
        if entries.len() < least && parent.get(key).is_some_and(|node| node.value.is_array()) {
            self.add_at(parent, key, format!("has {} entries, and needs {least}", entries.len()));
        }
        entries
    }

    pub(super) fn optional_list<'v>(&mut self, parent: &Node<'v>, key: &str, most: usize) -> Vec<Node<'v>> {
        let Some(node) = parent.get(key) else { return Vec::new() };
        let Some(values) = node.value.as_array() else {
            self.add(&node, "must be a list");
            return Vec::new();
        };
        if values.len() > most {
            self.add(&node, format!("has {} entries, and {most} are allowed", values.len()));
        }
        let entry = |(at, value)| Node { path: format!("{}[{at}]", node.path), value };
        values.iter().enumerate().map(entry).collect()
    }

    pub(super) fn optional_choice(&mut self, parent: &Node<'_>, key: &str, choices: &[&str]) {
        if let Some(node) = parent.get(key)
            && !node.value.as_str().is_some_and(|choice| choices.contains(&choice))
        {
            self.add(&node, format!("must be one of: {}", choices.join(", ")));
        }
    }
}
