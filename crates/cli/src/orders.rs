//! `cafe orders`: what waits for a person, and all that an owner may see of one order.

use std::fmt::Write;

use cafe_core::cafe::{
    Capture, Closed, Collected, Looks, Order, Paid, Quote, Refund, Refunding, Store, Watch, Watched,
};
use cafe_core::payment::{BoxError, OrderId};
use jiff::Timestamp;

use crate::Told;

/// How many are listed at most. Somebody must look at each, so a longer list would be read by nobody.
const MOST: u32 = 1_000;

/// The orders that wait for a person.
///
/// # Errors
/// Where they cannot be listed, or one of them not be read.
pub(crate) async fn review(store: &dyn Store) -> Result<Told, BoxError> {
    let mut text = String::new();
    for id in store.in_review(MOST).await? {
        // The list is a little late: somebody may have looked meanwhile.
        let Some(watched) = store.watched(id).await? else { continue };
        if let Some(Watch::Review(since)) = watched.watch {
            let (stage, due) = (watched.order.stage(), watched.order.quote().due);
            writeln!(text, "{id}  {stage}  in review since {}  {due}", second(since))?;
            for look in looks(&watched.looks) {
                writeln!(text, "    {look}")?;
            }
        }
    }
    if text.is_empty() {
        "no order waits for a person\n".clone_into(&mut text);
    }
    Ok(Told { text, code: 0 })
}

/// One order, without what could be used in its customer's name.
///
/// # Errors
/// Where there is none, or it cannot be read.
pub(crate) async fn show(store: &dyn Store, id: OrderId) -> Result<Told, BoxError> {
    let Watched { order, looks: seen, watch } =
        store.watched(id).await?.ok_or_else(|| format!("there is no order {id}"))?;
    let Quote { item, quantity, total, spend, due, earn, member, quoted_at, .. } = order.quote();
    let mut text = String::new();
    let mut tell = |name: &str, value: String| writeln!(text, "{name:<10} {value}");
    tell("order", id.to_string())?;
    tell("stage", stage(&order))?;
    tell("item", format!("{item}, {quantity}"))?;
    tell("total", format!("{total}: {spend} to spend and {due} to pay"))?;
    tell("earns", earn.to_string())?;
    tell("member", member.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string))?;
    tell("quoted", second(*quoted_at))?;
    tell("watched", watched(watch))?;
    if let Order::Paid(paid) = &order {
        tell("collected", collected(paid))?;
        for refund in &paid.refunds {
            tell("refund", refunded(refund))?;
        }
        if let Some(running) = &paid.refunding {
            tell("refunding", refunding(running))?;
        }
    }
    for look in looks(&seen) {
        tell("seen", look)?;
    }
    Ok(Told { text, code: 0 })
}

fn stage(order: &Order) -> String {
    let name = order.stage();
    match order {
        Order::Quoted(quoted) => format!("{name}, until {}", second(quoted.expires_at())),
        Order::Opened(opened) => format!("{name}, {}", second(opened.opened_at)),
        Order::Approving(approving) => {
            format!("{name}, the last attempt until {}", second(approving.attempt.until))
        }
        Order::Paid(paid) => format!("{name}, {}", second(paid.paid_at)),
        Order::Closed(closed) => {
            let late = late(closed).map(|late| format!(", {late}")).unwrap_or_default();
            format!("{name} as {}, {}{late}", closed.reason.as_str(), second(closed.closed_at))
        }
    }
}

fn late(closed: &Closed) -> Option<String> {
    Some(match closed.late.as_ref()?.capture {
        Capture::Possible => "may still be collected".to_owned(),
        Capture::Returning => "what was collected is being given back".to_owned(),
        Capture::Returned(sum) => format!("{sum} were collected and given back"),
    })
}

fn watched(watch: Option<Watch>) -> String {
    match watch {
        None => "no".to_owned(),
        Some(Watch::From(at)) => format!("from {}", second(at)),
        Some(Watch::Review(since)) => format!("waits for a person since {}", second(since)),
    }
}

fn collected(paid: &Paid) -> String {
    match &paid.collected {
        Collected::Points => "points alone".to_owned(),
        Collected::Gateway { session, approval } => {
            let method = approval.method.as_ref().map(|method| format!(", {}", method.as_str()));
            format!("{} by {}{}", approval.amount, session.provider.as_str(), method.unwrap_or_default())
        }
    }
}

fn refunded(refund: &Refund) -> String {
    let Refund { id, amount, returned, reversed, forgiven, reason, refunded_at } = refund;
    let (id, at) = (id.as_str(), second(*refunded_at));
    format!("{id}, {amount}, {returned} returned, {reversed} reversed, {forgiven} forgiven, {at}: {reason}")
}

fn refunding(running: &Refunding) -> String {
    let Refunding { id, amount, returns, reverses, reason, asked_at, .. } = running;
    let (id, at) = (id.as_str(), second(*asked_at));
    format!("{id}, {amount}, {returns} to return, {reverses} to reverse, asked {at}: {reason}")
}

/// What look-ups showed, a line each, oldest first.
fn looks(looks: &Looks) -> impl Iterator<Item = String> {
    looks.0.iter().map(|look| match look.times {
        1 => format!("{}  {}", second(look.first), look.saw),
        times => format!("{}  {}, {times} times until {}", second(look.first), look.saw, second(look.last)),
    })
}

/// A time to the second, which is all that a person reads.
fn second(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}
