//! A deployed stack, as its functions tell of it: what they are called, and which tables and parameters they use.
//!
//! Lambda is asked and not `CloudFormation`: what a function really uses stands in its own settings.

use std::collections::BTreeMap;

use aws_sdk_lambda::Client;
use cafe_core::payment::BoxError;

/// The names of a stack's tables, parameters and functions, by the setting that would name each.
#[derive(Debug, Default)]
pub(crate) struct Stack(BTreeMap<String, String>);

/// The functions that are invoked, by their names in the template, and the settings that would name them.
const INVOKED: [(&str, &str); 2] =
    [("RefundFunction", "REFUND_FUNCTION"), ("ReconcileFunction", "RECONCILE_FUNCTION")];

/// The alias of the version that customers meet, as the template calls it: a newer one may not have been let on to them yet.
const LIVE: &str = "live";

/// What is read of a function's own settings.
const SETTINGS: [&str; 7] = [
    "MEMBERS_TABLE",
    "LEDGER_TABLE",
    "ORDERS_TABLE",
    "MENU_PARAMETER",
    "PHONE_KEY_PARAMETER",
    "PAYMENTS_TABLE",
    "PAYMENTS_STORE_KEY_PARAMETER",
];

impl Stack {
    /// Looks for the stack's functions among all.
    ///
    /// # Errors
    /// Where they cannot be listed, or none is the stack's.
    pub(crate) async fn read(client: &Client, name: &str) -> Result<Stack, BoxError> {
        let mut stack = Stack::default();
        let mut functions = client.list_functions().into_paginator().items().send();
        while let Some(function) = functions.next().await {
            let function = function?;
            let called = function.function_name().unwrap_or_default();
            let Some(id) = logical_id(called, name) else { continue };
            if let Some((_, setting)) = INVOKED.iter().find(|(invoked, _)| *invoked == id) {
                stack.0.insert((*setting).to_owned(), format!("{called}:{LIVE}"));
            }
            let set = function.environment().and_then(|environment| environment.variables());
            for (setting, value) in set.into_iter().flatten().filter(|(_, value)| !value.is_empty()) {
                if SETTINGS.contains(&&**setting) {
                    stack.0.insert(setting.clone(), value.clone());
                }
            }
        }
        if stack.0.is_empty() {
            return Err(format!("no function of a stack {name} is in this region: look at AWS_REGION, your profile and the name").into());
        }
        Ok(stack)
    }

    /// What that setting would be.
    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    #[cfg(test)]
    pub(crate) fn of<const N: usize>(settings: [(&str, &str); N]) -> Stack {
        Stack(settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }
}

/// A function's name in the template, if the stack made it: `CloudFormation` calls it by the stack, by that name
/// and by letters of its own, none of which has a hyphen but the stack.
fn logical_id<'a>(function: &'a str, stack: &str) -> Option<&'a str> {
    let (id, own) = function.strip_prefix(stack)?.strip_prefix('-')?.split_once('-')?;
    (!id.is_empty() && !own.contains('-')).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::logical_id;

    #[test]
    fn a_function_is_known_by_the_stack_that_made_it() {
        assert_eq!(logical_id("cafe-RefundFunction-Ab12", "cafe"), Some("RefundFunction"));
        assert_eq!(logical_id("cafe-two-RefundFunction-Ab12", "cafe-two"), Some("RefundFunction"));
        for other in
            ["cafe-two-RefundFunction-Ab12", "cafes-RefundFunction-Ab12", "cafe-refund", "cafe", "refund"]
        {
            assert_eq!(logical_id(other, "cafe"), None, "{other}");
        }
    }
}
