//! The menu as it stands now: an owner changes it without a compiler, and nobody restarts anything.

use std::sync::Arc;

use async_trait::async_trait;
use cafe_core::cafe::{BadMenu, Menu};
use cafe_core::payment::BoxError;
use jiff::{SignedDuration, Timestamp};
use parameters::{Parameter, Source};

/// The menu that is packaged with the functions, for whoever keeps none elsewhere.
const PACKAGED: &str = include_str!("../../../menu.toml");

/// By which the log tells of it.
const NAME: &str = "menu";

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
#[derive(Clone, Debug)]
pub struct Menus(Parameter<Menu>);

/// A menu out of its text.
struct Written(Arc<dyn MenuSource>);

#[async_trait]
impl Source<Menu> for Written {
    async fn read(&self) -> Result<Menu, BoxError> {
        Ok(Menu::parse(&self.0.text().await?)?)
    }
}

impl Menus {
    /// The packaged menu, for good.
    ///
    /// # Errors
    /// [`BadMenu`] says what to mend in `menu.toml`; the function must not start.
    pub fn packaged() -> Result<Menus, BadMenu> {
        Ok(Menus(Parameter::fixed(NAME, Menu::parse(PACKAGED)?)))
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
        Ok(Menus(Parameter::kept(NAME, Written(source), fresh_for, now).await?))
    }

    /// The menu in force. One that cannot be sold from is logged, and the one before it stays.
    pub async fn now(&self, now: Timestamp) -> Arc<Menu> {
        self.0.now(now).await
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
