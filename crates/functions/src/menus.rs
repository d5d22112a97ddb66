//! The menu as it stands now: an owner changes it without a compiler, and nobody restarts anything.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use cafe_core::cafe::{BadMenu, Menu};
use cafe_core::payment::BoxError;
use jiff::{SignedDuration, Timestamp};

/// The menu that is packaged with the functions, for whoever keeps none elsewhere.
const PACKAGED: &str = include_str!("../../../menu.toml");

/// Where the text of a menu is kept.
#[async_trait]
pub trait MenuSource: Send + Sync {
    /// The text of `menu.toml` as it stands now.
    ///
    /// # Errors
    /// Where it cannot be read; the menu that was read last stays in force.
    async fn text(&self) -> Result<String, BoxError>;
}

/// The menu, read anew from time to time.
#[derive(Clone)]
pub struct Menus(Arc<Kept>);

struct Kept {
    source: Option<Arc<dyn MenuSource>>,
    /// How old what was read may grow.
    fresh_for: SignedDuration,
    current: Mutex<Read>,
}

#[derive(Clone)]
struct Read {
    menu: Arc<Menu>,
    at: Timestamp,
}

impl Menus {
    /// The packaged menu, for good.
    ///
    /// # Errors
    /// [`BadMenu`] says what to mend in `menu.toml`; the function must not start.
    pub fn packaged() -> Result<Menus, BadMenu> {
        let menu = Arc::new(Menu::parse(PACKAGED)?);
        let current = Mutex::new(Read { menu, at: Timestamp::MIN });
        Ok(Menus(Arc::new(Kept { source: None, fresh_for: SignedDuration::MAX, current })))
    }

    /// The menu that `source` keeps, read now and again whenever it is older than `fresh_for`.
    ///
    /// # Errors
    /// Where it cannot be read, or is none; the function must not start.
    pub async fn kept(
        source: Arc<dyn MenuSource>,
        fresh_for: SignedDuration,
        now: Timestamp,
    ) -> Result<Menus, BoxError> {
        let menu = Arc::new(Menu::parse(&source.text().await?)?);
        let current = Mutex::new(Read { menu, at: now });
        Ok(Menus(Arc::new(Kept { source: Some(source), fresh_for, current })))
    }

    /// The menu in force. One that cannot be sold from is logged, and the one before it stays.
    pub async fn now(&self, now: Timestamp) -> Arc<Menu> {
        let current = self.current();
        let Some(source) = &self.0.source else { return current.menu };
        if now.duration_since(current.at) < self.0.fresh_for {
            return current.menu;
        }
        // Whatever comes of it, the next to ask is not the next customer.
        self.keep(Read { menu: current.menu.clone(), at: now });
        let read = async { Ok::<_, BoxError>(Menu::parse(&source.text().await?)?) };
        match read.await {
            Ok(menu) => {
                let menu = Arc::new(menu);
                self.keep(Read { menu: menu.clone(), at: now });
                menu
            }
            Err(error) => {
                crate::reply::log("the menu could not be read anew", &*error);
                current.menu
            }
        }
    }

    fn keep(&self, read: Read) {
        *self.0.current.lock().unwrap_or_else(PoisonError::into_inner) = read;
    }

    fn current(&self) -> Read {
        self.0.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Menus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Menus")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;
    use cafe_core::payment::BoxError;
    use jiff::{SignedDuration, Timestamp};

    use super::{MenuSource, Menus};

    struct Board(Mutex<String>);

    #[async_trait]
    impl MenuSource for Board {
        async fn text(&self) -> Result<String, BoxError> {
            Ok(self.0.lock().unwrap().clone())
        }
    }

    fn menu(price: &str) -> String {
        format!("demo = {{ name = 'x', quantity = 1, total = 1 }}\n[[drink]]\nname = '물'\nprice = {price}")
    }

    #[tokio::test]
    async fn a_changed_menu_counts_once_the_old_one_is_stale_and_a_broken_one_never() {
        let board = Arc::new(Board(Mutex::new(menu("100"))));
        let start = Timestamp::UNIX_EPOCH;
        let at = |second| start + SignedDuration::from_secs(second);
        let menus = Menus::kept(board.clone(), SignedDuration::from_secs(60), start).await.unwrap();
        let price = |menu: &cafe_core::cafe::Menu| menu.drink("물").unwrap().price.get();

        *board.0.lock().unwrap() = menu("200");
        assert_eq!(price(&*menus.now(at(59)).await), 100);
        assert_eq!(price(&*menus.now(at(60)).await), 200);

        *board.0.lock().unwrap() = menu("free");
        assert_eq!(price(&*menus.now(at(120)).await), 200);
        *board.0.lock().unwrap() = menu("300");
        assert_eq!(price(&*menus.now(at(180)).await), 300);
    }
}
