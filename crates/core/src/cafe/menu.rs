//! The menu: what the cafe sells and for how much. The only place a price comes from.

use serde::Deserialize;

use crate::payment::Won;

/// What the cafe sells, as its owner wrote it into `menu.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    drinks: Vec<Drink>,
    most_cups: u32,
    demo: DemoItem,
}

/// One drink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drink {
    /// As it stands in the bot's entity `메뉴`, spaces included; at most 30 characters, so that it and
    /// the number of cups fit a card.
    pub name: String,
    /// Of one cup.
    pub price: Won,
    /// A public picture of it, https; the card shows the cafe's own picture where there is none.
    pub image: Option<String>,
}

/// The item behind `GET /`: something to pay for without a chatbot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoItem {
    /// As the payer reads it.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// Of all of them together.
    pub total: Won,
}

/// How many cups of something: at least one, and no more than the menu allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cups(u32);

impl Cups {
    /// How many.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// No cups, fewer, or more than the cafe makes at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("between 1 and {most} cups can be ordered at once")]
pub struct TooManyCups {
    /// The most that can be ordered at once.
    pub most: u32,
}

/// What is wrong with a menu, and where.
#[derive(Debug, thiserror::Error)]
pub enum BadMenu {
    /// Not a menu at all: the text tells the line.
    #[error("menu.toml cannot be read")]
    Syntax(#[from] toml::de::Error),
    /// Nothing to sell.
    #[error("menu.toml names no drink")]
    Empty,
    /// A drink without a name, or with one that fits no card.
    #[error("menu.toml: the name {name:?} must have 1 to 30 characters and no space at its ends")]
    Name {
        /// The name as written.
        name: String,
    },
    /// The same drink twice: which price should count?
    #[error("menu.toml names {name:?} twice")]
    Twice {
        /// The name as written.
        name: String,
    },
    /// A price of nothing, or one with which an order could not be added up.
    #[error("menu.toml: the price of {name:?} must be between 1 and 1,000,000 won")]
    Price {
        /// Whose price.
        name: String,
    },
    /// A picture that KakaoTalk could not show.
    #[error("menu.toml: the image of {name:?} must be an https address")]
    Image {
        /// Whose picture.
        name: String,
    },
    /// A largest order that makes no sense.
    #[error("menu.toml: most_cups must be between 1 and 1,000")]
    MostCups,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default = "twenty")]
    most_cups: u32,
    #[serde(default)]
    drink: Vec<DrinkLine>,
    demo: DemoLine,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DrinkLine {
    name: String,
    price: u32,
    image: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoLine {
    name: String,
    quantity: u32,
    total: u32,
}

const fn twenty() -> u32 {
    20
}

impl Menu {
    /// Reads a menu from the text of `menu.toml`.
    ///
    /// # Errors
    /// [`BadMenu`] names the line or the drink that must be mended.
    pub fn parse(text: &str) -> Result<Menu, BadMenu> {
        let file: File = toml::from_str(text)?;
        if !(1..=1_000).contains(&file.most_cups) {
            return Err(BadMenu::MostCups);
        }
        if file.drink.is_empty() {
            return Err(BadMenu::Empty);
        }
        let demo = line(file.demo.name, file.demo.total, None)?;
        let mut drinks: Vec<Drink> = Vec::with_capacity(file.drink.len());
        for written in file.drink {
            let drink = line(written.name, written.price, written.image)?;
            if drinks.iter().any(|known| squeezed(&known.name) == squeezed(&drink.name)) {
                return Err(BadMenu::Twice { name: drink.name });
            }
            drinks.push(drink);
        }
        let demo = DemoItem { name: demo.name, quantity: file.demo.quantity.max(1), total: demo.price };
        Ok(Menu { drinks, most_cups: file.most_cups, demo })
    }

    /// All drinks, in the owner's order.
    #[must_use]
    pub fn drinks(&self) -> &[Drink] {
        &self.drinks
    }

    /// The drink of that name. Spaces do not count: `핫아메리카노더블` is the `핫아메리카노 더블`.
    #[must_use]
    pub fn drink(&self, name: &str) -> Option<&Drink> {
        let name = squeezed(name);
        self.drinks.iter().find(|drink| squeezed(&drink.name) == name)
    }

    /// The most cups that can be ordered at once.
    #[must_use]
    pub fn most_cups(&self) -> u32 {
        self.most_cups
    }

    /// The item of the demo link.
    #[must_use]
    pub fn demo(&self) -> &DemoItem {
        &self.demo
    }

    /// Takes a number of cups.
    ///
    /// # Errors
    /// [`TooManyCups`] unless it is between one and the most that can be ordered at once.
    pub fn cups(&self, number: i64) -> Result<Cups, TooManyCups> {
        match u32::try_from(number) {
            Ok(cups) if (1..=self.most_cups).contains(&cups) => Ok(Cups(cups)),
            Ok(_) | Err(_) => Err(TooManyCups { most: self.most_cups }),
        }
    }
}

/// A line of the menu, checked.
fn line(name: String, price: u32, image: Option<String>) -> Result<Drink, BadMenu> {
    if name.is_empty() || name.trim() != name || name.chars().count() > 30 {
        return Err(BadMenu::Name { name });
    }
    // A thousand cups at a million won still fit an amount.
    if !(1..=1_000_000).contains(&price) {
        return Err(BadMenu::Price { name });
    }
    if image.as_deref().is_some_and(|address| !address.starts_with("https://")) {
        return Err(BadMenu::Image { name });
    }
    Ok(Drink { name, price: Won::new(price), image })
}

fn squeezed(name: &str) -> String {
    name.chars().filter(|character| !character.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::{BadMenu, Menu};

    const DEMO: &str = "demo = { name = '초코파이', quantity = 1, total = 2200 }\n";

    fn menu(drinks: &str) -> Result<Menu, BadMenu> {
        Menu::parse(&format!("{DEMO}{drinks}"))
    }

    #[test]
    fn a_drink_is_found_by_its_name_whatever_the_spaces() {
        let menu = menu("[[drink]]\nname = '핫아메리카노 더블'\nprice = 4000").unwrap();
        assert_eq!(menu.drink(" 핫아메리카노더블 ").unwrap().price.get(), 4_000);
        assert_eq!(menu.drink("핫아메리카노"), None);
    }

    #[test]
    fn twenty_cups_are_the_most_unless_the_owner_says_otherwise() {
        let menu = menu("[[drink]]\nname = '물'\nprice = 1").unwrap();
        assert_eq!(menu.cups(20).unwrap().get(), 20);
        for cups in [0, -1, 21, i64::MAX, i64::MIN] {
            assert!(menu.cups(cups).is_err(), "{cups}");
        }
    }

    #[test]
    fn a_menu_that_cannot_be_sold_from_is_refused_with_the_line_to_mend() {
        let said = |drinks: &str| menu(drinks).unwrap_err().to_string();
        assert_eq!(said(""), "menu.toml names no drink");
        assert!(said("[[drink]]\nname = '물'\nprice = 0").contains("price of \"물\""));
        assert!(said("[[drink]]\nname = ' 물'\nprice = 1").contains("\" 물\""));
        assert!(said("[[drink]]\nname = '물'\nprice = 1\nimage = 'http://x'").contains("https"));
        assert!(
            said("[[drink]]\nname = '찬물'\nprice = 1\n[[drink]]\nname = '찬 물'\nprice = 2")
                .contains("twice")
        );
        assert!(matches!(menu("[[drink]]\nname = '물'\nprise = 1"), Err(BadMenu::Syntax(_))));
        assert!(matches!(menu("[[drink]]\nname = '물'\nprice = -1"), Err(BadMenu::Syntax(_))));
    }
}
