//! `cafe orders`: what was ordered, what waits for a person, and all that an owner may see of one order.

pub(crate) mod json;
pub(crate) mod show;

use std::fmt::Write;

use cafe_core::cafe::{Order, Store, Watch, Watched};
use cafe_core::payment::{BoxError, OrderId};
use clap::Args;
use functions::reconcile;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Books, Filed};

use crate::invoke::{NoAnswer, invoke};
use crate::progress::Line;
use crate::table::table;
use crate::told::{Told, UNKNOWN, as_text, explain, second};

/// How many are in review at most. Somebody must look at each, so a longer list would be read by nobody.
const MOST_IN_REVIEW: u32 = 1_000;

/// Which orders are listed.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// Only those at this stage.
    #[arg(long, value_parser = ["quoted", "opened", "approving", "paid", "closed"])]
    stage: Option<String>,
    /// Only those that were quoted since then: a day, which begins at midnight in Korea (`2026-11-24`), or a time
    /// (`2026-11-24T09:00:00+09:00`).
    #[arg(long, value_parser = since)]
    since: Option<Timestamp>,
    /// No more than so many, the newest.
    #[arg(long, value_name = "N", default_value_t = 50)]
    most: usize,
}

impl Wanted {
    fn takes(&self, filed: &Filed) -> bool {
        let order = &filed.watched.order;
        self.stage.as_ref().is_none_or(|stage| *stage == order.stage())
            && self.since.is_none_or(|since| order.quote().quoted_at >= since)
    }
}

fn since(text: &str) -> Result<Timestamp, String> {
    let midnight = |day: Date| Ok(day.to_zoned(TimeZone::fixed(offset(9)))?.timestamp());
    text.parse::<Timestamp>().or_else(|_| text.parse::<Date>().and_then(midnight)).map_err(
        |_: jiff::Error| "a day such as 2026-11-24, or a time such as 2026-11-24T09:00:00+09:00".to_owned(),
    )
}

/// The newest orders, newest first.
///
/// # Errors
/// Where the table cannot be read to its end.
pub(crate) async fn list(books: &Books, wanted: &Wanted, json: bool) -> Result<Told, BoxError> {
    let mut line = Line::new();
    let read = |read: u64| line.show(&format!("{read} orders read"));
    let orders = books.latest(wanted.most, |filed| wanted.takes(filed), read).await?;
    drop(line);
    if json {
        let unreadable: Vec<_> = orders.unreadable.iter().map(ToString::to_string).collect();
        let orders: Vec<_> = orders.filed.iter().map(|filed| json::order(&filed.watched)).collect();
        return Ok(Told::well(as_text(&json!({ "orders": orders, "unreadable": unreadable }))));
    }
    let rows: Vec<_> = orders.filed.iter().map(|filed| row(&filed.watched)).collect();
    let mut text = if rows.is_empty() {
        "no order\n".to_owned()
    } else {
        table(["order", "quoted", "stage", "item", "total", "points", "refunded", "watched"], &rows)
    };
    for wrong in orders.unreadable {
        writeln!(text, "- {wrong}")?;
    }
    Ok(Told::well(text))
}

fn row(Watched { order, watch, .. }: &Watched) -> [String; 8] {
    let quote = order.quote();
    let refunded = match order {
        Order::Paid(paid) if !paid.refunds.is_empty() => paid.refunded().to_string(),
        Order::Paid(_) | Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Closed(_) => {
            String::new()
        }
    };
    let watched = match watch {
        None => "",
        Some(Watch::From(_)) => "yes",
        Some(Watch::Review(_)) => "in review",
    };
    let points = if quote.spend.is_zero() { String::new() } else { quote.spend.to_string() };
    [
        quote.id.to_string(),
        second(quote.quoted_at),
        order.stage().to_owned(),
        format!("{}, {}", quote.item, quote.quantity),
        quote.total.to_string(),
        points,
        refunded,
        watched.to_owned(),
    ]
}

/// The orders that wait for a person.
///
/// # Errors
/// Where they cannot be listed, or one of them not be read.
pub(crate) async fn review(store: &dyn Store, json: bool) -> Result<Told, BoxError> {
    let mut waiting = Vec::new();
    for id in store.in_review(MOST_IN_REVIEW).await? {
        // The list is a little late: somebody may have looked meanwhile.
        let Some(watched) = store.watched(id).await? else { continue };
        if let Some(Watch::Review(since)) = watched.watch {
            waiting.push((watched, since));
        }
    }
    if json {
        let orders: Vec<_> = waiting.iter().map(|(watched, _)| json::order(watched)).collect();
        return Ok(Told::well(as_text(&Value::Array(orders))));
    }
    let mut text = String::new();
    for (Watched { order, looks, .. }, since) in &waiting {
        let (id, stage, due) = (order.id(), order.stage(), order.quote().due);
        writeln!(text, "{id}  {stage}  in review since {}  {due}", second(*since))?;
        for look in show::looks(looks) {
            writeln!(text, "    {look}")?;
        }
    }
    if waiting.is_empty() {
        "no order waits for a person\n".clone_into(&mut text);
    }
    Ok(Told::well(text))
}

/// One order, without what could be used in its customer's name.
///
/// # Errors
/// Where there is none, or it cannot be read.
pub(crate) async fn show(store: &dyn Store, id: OrderId, json: bool) -> Result<Told, BoxError> {
    let watched = find(store, id).await?;
    Told::either(json, || json::order(&watched), || show::order(&watched))
}

async fn find(store: &dyn Store, id: OrderId) -> Result<Watched, BoxError> {
    store.watched(id).await?.ok_or_else(|| no_such_order(id))
}

/// What to say of an order that is not there.
pub(crate) fn no_such_order(id: OrderId) -> BoxError {
    format!("there is no order {id}: look at the id, and at the tables' names").into()
}

/// What became of an order that was looked up, as the function says it.
#[derive(Deserialize)]
struct Looked {
    outcome: String,
}

/// Has an order looked up now, and shows it as it stands then.
///
/// # Errors
/// Where there is no such order, or no such function.
pub(crate) async fn look(
    store: &dyn Store,
    (lambda, function): (&aws_sdk_lambda::Client, &str),
    id: OrderId,
    json: bool,
) -> Result<Told, BoxError> {
    find(store, id).await?;
    let event = reconcile::Event { order: Some(id.to_string()) };
    let (outcome, said, code) = match invoke::<Looked>(lambda, function, &event).await {
        Ok(Looked { outcome }) => {
            let said = sentence(&outcome);
            (outcome, said, 0)
        }
        Err(error @ NoAnswer::NoSuchFunction(_)) => return Err(error.into()),
        Err(error @ NoAnswer::Unknown { .. }) => {
            ("unknown".to_owned(), format!("{}; look again in a minute", explain(&error)), UNKNOWN)
        }
    };
    let watched = find(store, id).await?;
    let text = if json {
        as_text(&json!({ "outcome": outcome, "order": json::order(&watched) }))
    } else {
        format!("{said}\n\n{}", show::order(&watched)?)
    };
    Ok(Told { text, code })
}

/// What the function's word means.
fn sentence(outcome: &str) -> String {
    match outcome {
        "settled" => "it was paid, and is settled now",
        "closed" => "it was not paid, and is closed now",
        "returned" => "what was collected late or wrongly has been given back now",
        "refunded" => "the refund that was left running is made now",
        "pending" => "nobody knows yet; it is looked at again by itself",
        "in_review" => "nobody can tell: a person must look at it at the gateway",
        "passed" => "nothing was to be done",
        other => return format!("the function says {other}"),
    }
    .to_owned()
}
