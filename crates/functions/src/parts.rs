//! What a function works with: the parts of a skill, and the parts of whatever touches money.

use std::sync::Arc;

use cafe_core::cafe::flow::Rules;
use cafe_core::cafe::{BadMenu, Menu, PhoneKey, Store};
use cafe_core::gateway::kakaopay::KakaoPay;
use cafe_core::payment::{BoxError, Gateway, Http};
use kakaopay::Account;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::settings::KakaoPaySettings;
use crate::skill::SkillKeys;
use crate::world::World;

/// The menu as the owner last wrote it, packaged with the function.
const MENU: &str = include_str!("../../../menu.toml");

/// What a skill works with. It has no gateway: OpenBuilder gives it five seconds.
#[derive(Clone, Debug)]
pub struct Skills {
    /// Members, ledger and orders.
    pub store: SharedStore,
    /// What is sold.
    pub menu: Arc<Menu>,
    /// What the owner decided about points.
    pub rules: Rules,
    /// Tags and seals phone numbers.
    pub phone_key: Arc<PhoneKey>,
    /// Who may call.
    pub keys: SkillKeys,
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
    pub gateway: SharedGateway,
    /// What is sold.
    pub menu: Arc<Menu>,
    /// Where the gateway sends customers back to; the request's own host where nothing is set.
    pub public_url: Option<Url>,
    /// What the cafe is called.
    pub cafe_name: Arc<str>,
    /// The time and randomness.
    pub world: World,
}

/// The store, shared by all requests.
#[derive(Clone)]
pub struct SharedStore(Arc<dyn Store>);

/// The gateway, shared by all requests.
#[derive(Clone)]
pub struct SharedGateway(Arc<dyn Gateway>);

impl SharedStore {
    /// Shares a store.
    pub fn new(store: impl Store + 'static) -> SharedStore {
        SharedStore(Arc::new(store))
    }
}

impl SharedGateway {
    /// Shares a gateway.
    pub fn new(gateway: impl Gateway + 'static) -> SharedGateway {
        SharedGateway(Arc::new(gateway))
    }
}

impl std::ops::Deref for SharedStore {
    type Target = dyn Store;

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

/// The packaged menu.
///
/// # Errors
/// [`BadMenu`] says what to mend in `menu.toml`; the function must not start.
pub fn packaged_menu() -> Result<Arc<Menu>, BadMenu> {
    Menu::parse(MENU).map(Arc::new)
}

/// The keys of phone numbers, out of the owner's secret.
///
/// # Errors
/// Where the secret is too short to be one; the function must not start.
pub fn phone_key(secret: &SecretString) -> Result<Arc<PhoneKey>, BoxError> {
    Ok(Arc::new(PhoneKey::new(secret.expose_secret())?))
}

/// KakaoPay with the owner's account.
///
/// # Errors
/// Where KakaoPay could not take the key or the merchant code; the function must not start.
pub fn kakaopay(
    settings: &KakaoPaySettings,
    key: &SecretString,
    http: Arc<dyn Http>,
) -> Result<KakaoPay, BoxError> {
    let mut account = Account::new(settings.api, key, settings.cid.clone())?;
    if let Some(url) = &settings.url {
        account = account.with_base_url(url.as_str())?;
    }
    if let Some(prefix) = &settings.key_prefix {
        account = account.with_key_prefix(prefix)?;
    }
    Ok(KakaoPay::new(account, http))
}
