//! `cafe menu`: what is sold, and another menu in its place.

use std::path::PathBuf;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::ParameterType;
use cafe_core::cafe::{DemoItem, Drink, Menu};
use cafe_core::payment::BoxError;
use clap::Args;
use serde_json::{Value, json};

use crate::ask::agree;
use crate::parameter;
use crate::table::table;
use crate::told::{Told, explain};

/// What a standard parameter of Systems Manager holds.
const MOST_BYTES: usize = 4_096;

/// The menu that is to be sold.
#[derive(Debug, Args)]
pub(crate) struct Written {
    /// The file, written as menu.toml is.
    file: PathBuf,
    /// Does not ask.
    #[arg(long)]
    yes: bool,
}

/// What is sold.
///
/// # Errors
/// Where it cannot be read, or is no menu.
pub(crate) async fn show(ssm: &Client, parameter: &str, json: bool) -> Result<Told, BoxError> {
    let text = kept(ssm, parameter).await?.ok_or_else(|| {
        format!("there is no parameter {parameter} yet: `cafe menu set menu.toml` makes it")
    })?;
    let menu = Menu::parse(&text)?;
    Told::either(json, || as_json(&menu), || Ok(as_table(&menu)))
}

/// Sells another menu from now on.
///
/// # Errors
/// Where the file is no menu, or the owner does not agree: the old one is sold on.
pub(crate) async fn set(
    ssm: &Client,
    parameter: &str,
    Written { file, yes }: Written,
    json: bool,
) -> Result<Told, BoxError> {
    let name = file.display();
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{name}: {error}"))?;
    let menu = Menu::parse(&text).map_err(|error| explain(&error))?;
    if text.len() > MOST_BYTES {
        let bytes = text.len();
        return Err(format!(
            "{name} has {bytes} bytes, and a parameter holds {MOST_BYTES}: leave comments and pictures out"
        )
        .into());
    }
    let before = match kept(ssm, parameter).await? {
        Some(text) => Menu::parse(&text).ok(),
        None => None,
    };
    let changes = changes(before.as_ref(), &menu);
    if changes.is_empty() {
        return Told::either(json, || json!({ "changes": [] }), || Ok("nothing changes\n".to_owned()));
    }
    let mut told =
        table(["", "what", "before", "after"], &changes.iter().map(Change::row).collect::<Vec<_>>());
    if before.is_none() {
        told.insert_str(0, "No menu that can be read is kept there yet.\n");
    }
    agree(&told, "Sell this from now on?", yes)?;
    let put = ssm.put_parameter().name(parameter).value(text).r#type(ParameterType::String).overwrite(true);
    put.send().await?;
    let drinks = menu.drinks().len();
    Told::either(
        json,
        || json!({ "changes": changes.iter().map(Change::as_json).collect::<Vec<_>>() }),
        || Ok(format!("{drinks} drinks are sold from now on; functions read it anew within five minutes\n")),
    )
}

async fn kept(ssm: &Client, parameter: &str) -> Result<Option<String>, BoxError> {
    parameter::read(ssm, parameter, false).await
}

/// What is otherwise from now on.
struct Change {
    how: &'static str,
    what: String,
    before: String,
    after: String,
}

impl Change {
    fn row(&self) -> [String; 4] {
        [self.how.to_owned(), self.what.clone(), self.before.clone(), self.after.clone()]
    }

    fn as_json(&self) -> Value {
        json!({ "how": self.how, "what": self.what, "before": self.before, "after": self.after })
    }
}

fn changes(before: Option<&Menu>, after: &Menu) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut tell = |how, what: &str, before: String, after: String| {
        changes.push(Change { how, what: what.to_owned(), before, after });
    };
    let price = |drink: &Drink| drink.price.to_string();
    let picture = |drink: &Drink| drink.image.clone().unwrap_or_else(|| "the cafe's own".to_owned());
    for drink in after.drinks() {
        let Some(old) = before.and_then(|before| before.drink(&drink.name)) else {
            tell("added", &drink.name, String::new(), price(drink));
            continue;
        };
        if old.price != drink.price {
            tell("price", &drink.name, price(old), price(drink));
        }
        if old.name != drink.name {
            tell("name", &drink.name, old.name.clone(), drink.name.clone());
        }
        if old.image != drink.image {
            tell("picture", &drink.name, picture(old), picture(drink));
        }
    }
    for drink in before.map(Menu::drinks).unwrap_or_default() {
        if after.drink(&drink.name).is_none() {
            tell("removed", &drink.name, price(drink), String::new());
        }
    }
    if let Some(before) = before {
        if before.most_cups() != after.most_cups() {
            tell(
                "cups",
                "most cups of one order",
                before.most_cups().to_string(),
                after.most_cups().to_string(),
            );
        }
        if before.demo() != after.demo() {
            tell("demo", "the demo item", as_sold(before.demo()), as_sold(after.demo()));
        }
    }
    changes
}

fn as_sold(demo: &DemoItem) -> String {
    format!("{}, {}, {}", demo.name, demo.quantity, demo.total)
}

fn as_table(menu: &Menu) -> String {
    let row = |drink: &Drink| {
        [drink.name.clone(), drink.price.to_string(), drink.image.clone().unwrap_or_default()]
    };
    let drinks = table(["drink", "price", "picture"], &menu.drinks().iter().map(row).collect::<Vec<_>>());
    format!("{drinks}\nmost cups of one order: {}\ndemo item: {}\n", menu.most_cups(), as_sold(menu.demo()))
}

fn as_json(menu: &Menu) -> Value {
    let drink =
        |drink: &Drink| json!({ "name": drink.name, "price": drink.price.get(), "image": drink.image });
    let demo = menu.demo();
    json!({
        "drinks": menu.drinks().iter().map(drink).collect::<Vec<_>>(),
        "most_cups": menu.most_cups(),
        "demo": { "name": demo.name, "quantity": demo.quantity, "total": demo.total.get() },
    })
}
