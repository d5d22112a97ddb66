//! One order as text: all that an owner may see of it, without what could be used in its customer's name.

use std::fmt::Write;

use cafe_core::cafe::{
    Capture, Closed, Collected, Looks, Order, Paid, Quote, Refund, Refunding, Watch, Watched,
};
use cafe_core::payment::BoxError;

use crate::told::second;

/// All that an owner may see of an order, a line each.
///
/// # Errors
/// Never in practice: a string takes whatever is written into it.
pub(crate) fn order(watched: &Watched) -> Result<String, BoxError> {
    let Watched { order, looks: seen, watch } = watched;
    let id = order.id();
    let Quote { item, quantity, total, spend, due, earn, member, quoted_at, .. } = order.quote();
    let mut text = String::new();
    let mut tell = |name: &str, value: String| writeln!(text, "{name:<10} {value}");
    tell("order", id.to_string())?;
    tell("stage", stage(order))?;
    tell("item", format!("{item}, {quantity}"))?;
    tell("total", format!("{total}: {spend} to spend and {due} to pay"))?;
    tell("earns", earn.to_string())?;
    tell("member", member.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string))?;
    tell("quoted", second(*quoted_at))?;
    tell("watched", as_watched(*watch))?;
    if let Order::Paid(paid) = order {
        tell("collected", collected(paid))?;
        for refund in &paid.refunds {
            tell("refund", refunded(refund))?;
        }
        if let Some(running) = &paid.refunding {
            tell("refunding", refunding(running))?;
        }
    }
    for look in looks(seen) {
        tell("seen", look)?;
    }
    Ok(text)
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

fn as_watched(watch: Option<Watch>) -> String {
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
pub(crate) fn looks(looks: &Looks) -> impl Iterator<Item = String> {
    looks.0.iter().map(|look| match look.times {
        1 => format!("{}  {}", second(look.first), look.saw),
        times => format!("{}  {}, {times} times until {}", second(look.first), look.saw, second(look.last)),
    })
}
