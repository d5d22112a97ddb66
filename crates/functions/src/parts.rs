//! What a function works with: the parts of a skill, and the parts of whatever touches money.

use std::sync::Arc;
use std::time::Duration;

use cafe_core::cafe::flow::Rules;
use cafe_core::cafe::{PhoneKey, Roster};
use cafe_core::payment::{BoxError, Gateway, Gateways};
use parameters::Parameter;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::menus::Menus;
use crate::metered::Metered;
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::skill::SkillKeys;
use crate::traces::Traces;
use crate::window::Scripts;
use crate::world::World;

/// What a skill works with. It has no gateway: OpenBuilder gives it five seconds.
#[derive(Clone, Debug)]
pub struct Skills {
    /// Members, ledger and orders.
    pub store: SharedStore,
    /// What is sold.
    pub menus: Menus,
    /// What the owner decided about points.
    pub rules: Rules,
    /// Tags and seals phone numbers.
    pub phone_key: Arc<PhoneKey>,
    /// Who may call.
    pub keys: Parameter<SkillKeys>,
    /// Where payment links lead; the request's own host where nothing is set.
    pub public_url: Option<Url>,
    /// What the cafe is called.
    pub cafe_name: Arc<str>,
    /// The time and randomness.
    pub world: World,
}

/// What a function works with that opens, collects, closes or refunds payments.
#[derive(Clone, Debug)]
pub struct Payments {
    /// Members, ledger and orders.
    pub store: SharedStore,
    /// Who collects.
    pub gateways: Gateways,
    /// What is sold.
    pub menus: Menus,
    /// Where the gateways' scripts for browsers are.
    pub scripts: Arc<Scripts>,
    /// Where the gateway sends customers back to; the request's own host where nothing is set.
    pub public_url: Option<Url>,
    /// What the cafe is called.
    pub cafe_name: Arc<str>,
    /// The time and randomness.
    pub world: World,
}

/// How long a customer waits for an answer of ours at most: Lambda ends the function after 28 seconds,
/// and API Gateway answers in its own words after 30.
pub const PATIENCE: Duration = Duration::from_secs(25);

/// The store, shared by all requests.
#[derive(Clone)]
pub struct SharedStore(Arc<dyn Roster>);

/// The gateway, shared by all requests.
#[derive(Clone)]
pub struct SharedGateway(Arc<dyn Gateway>);

impl SharedStore {
    /// Shares a store.
    pub fn new(store: impl Roster + 'static) -> SharedStore {
        SharedStore(Arc::new(store))
    }

    /// The same, and what passes through it is measured.
    #[must_use]
    pub fn metered(self, metrics: Metrics) -> SharedStore {
        SharedStore::new(Metered::new(self, metrics))
    }
}

impl SharedGateway {
    /// Shares a gateway.
    pub fn new(gateway: impl Gateway + 'static) -> SharedGateway {
        SharedGateway(Arc::new(gateway))
    }

    /// The same, and what passes through it is measured, and traced.
    #[must_use]
    pub fn metered(self, metrics: Metrics, traces: Traces) -> SharedGateway {
        SharedGateway::new(Metered::new(self, metrics).traced(traces))
    }
}

/// One alone, which nobody needs to choose.
impl From<SharedGateway> for Gateways {
    fn from(only: SharedGateway) -> Gateways {
        Gateways::new([only])
    }
}

impl From<SharedGateway> for Arc<dyn Gateway> {
    fn from(shared: SharedGateway) -> Arc<dyn Gateway> {
        shared.0
    }
}

impl std::ops::Deref for SharedStore {
    type Target = dyn Roster;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl std::ops::Deref for SharedGateway {
    type Target = dyn Gateway;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl std::fmt::Debug for SharedStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedStore")
    }
}

impl std::fmt::Debug for SharedGateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SharedGateway({})", self.0.provider())
    }
}

impl Skills {
    /// The parts of a skill, out of its settings and secrets.
    ///
    /// # Errors
    /// Where a secret cannot be one; the function must not start.
    pub fn new(
        settings: &Settings,
        store: SharedStore,
        menus: Menus,
        (skill_key, phone_key): (&SecretString, &SecretString),
        world: World,
    ) -> Result<Skills, BoxError> {
        let keys = Parameter::fixed("SKILL_KEY", SkillKeys::new(skill_key)?);
        let phone_key = PhoneKey::new(phone_key.expose_secret())?;
        Ok(Skills::of(settings, store, menus, (keys, phone_key), world))
    }

    /// The same, out of secrets that were looked at before.
    #[must_use]
    pub fn of(
        settings: &Settings,
        store: SharedStore,
        menus: Menus,
        (keys, phone_key): (Parameter<SkillKeys>, PhoneKey),
        world: World,
    ) -> Skills {
        Skills {
            store,
            menus,
            rules: settings.rules,
            phone_key: Arc::new(phone_key),
            keys,
            public_url: settings.public_url.clone(),
            cafe_name: settings.cafe_name.as_str().into(),
            world,
        }
    }
}

impl Payments {
    /// The parts of a function that touches money, out of its settings.
    #[must_use]
    pub fn new(
        settings: &Settings,
        store: SharedStore,
        gateways: impl Into<Gateways>,
        menus: Menus,
        world: World,
    ) -> Payments {
        let (public_url, cafe_name) = (settings.public_url.clone(), settings.cafe_name.as_str().into());
        let scripts = settings.scripts.clone();
        Payments { store, gateways: gateways.into(), menus, scripts, public_url, cafe_name, world }
    }
}
