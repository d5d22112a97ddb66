//! The accounts at gateways that services may name, each by its `store_id`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cafe_core::payment::{Acquirer, Acquirers, VendorCode};

/// All accounts that were set up. A store that nobody set up has none, so a service cannot reach another's money by a
/// name that it made up.
#[derive(Clone, Default)]
pub struct Accounts(BTreeMap<(VendorCode, String), Arc<dyn Acquirer>>);

impl Accounts {
    /// With one more: the gateway, as services call their account there.
    #[must_use]
    pub fn with(mut self, vendor: VendorCode, store: &str, acquirer: Arc<dyn Acquirer>) -> Accounts {
        self.0.insert((vendor, store.to_owned()), acquirer);
        self
    }
}

impl Acquirers for Accounts {
    fn of(&self, vendor: VendorCode, store: &str) -> Option<&dyn Acquirer> {
        self.0.get(&(vendor, store.to_owned())).map(|acquirer| &**acquirer)
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
