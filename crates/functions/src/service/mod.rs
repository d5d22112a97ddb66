//! The payments service for other backends: what its functions share.

pub mod accounts;
pub mod body;
pub mod messenger;
pub mod openapi;
pub mod password;
mod problem;
pub mod violation;
pub mod wire;

use std::fmt;
use std::sync::Arc;

use cafe_core::payment::flow::Turn;
use cafe_core::payment::{RecordId, Records, Run};
use jiff::{SignedDuration, Timestamp};
use parameters::Parameter;

use self::accounts::Accounts;
use self::messenger::Reach;
pub(crate) use self::problem::not_found;
use crate::world::World;

/// How long one request can be alive: no less than the function's time-out.
const RUN_FOR: SignedDuration = SignedDuration::from_secs(30);

/// What the payments service's functions work with.
#[derive(Clone)]
pub struct Service {
    /// Histories, reservations, and what services are still to be told.
    pub records: Arc<dyn Records>,
    /// The accounts at gateways that services may name, which their owner may replace while functions run.
    pub accounts: Parameter<Accounts>,
    /// Which addresses services may have themselves told at.
    pub reach: Reach,
    /// The time and randomness.
    pub world: World,
}

impl Service {
    /// The accounts as they stand now.
    pub async fn accounts(&self) -> Arc<Accounts> {
        self.accounts.now(self.world.now()).await
    }

    /// A chance to act now, for a request of a function that ends within 28 seconds.
    #[must_use]
    pub fn turn(&self) -> Turn {
        // Whole milliseconds, as they are stored.
        let whole = |at: Timestamp| Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
        let now = whole(self.world.now());
        let until = now.checked_add(RUN_FOR).map_or(Timestamp::MAX, whole);
        let id = || RecordId::new(self.world.random());
        Turn { now, run: Run { token: id(), until }, record: id(), notice: id() }
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("reach", &self.reach).finish_non_exhaustive()
    }
}
