//! `cafe refund`: shows what a refund would do, asks, and has it made. Safe to repeat by the request's name.

use std::fmt::Write;

use cafe_core::cafe::{Collected, Order, Paid, RefundId, Refunding, Store};
use cafe_core::payment::{BoxError, OrderId, Won};
use clap::Args;
use functions::World;
use functions::refund::{Answer, Request};

use crate::ask::agree;
use crate::invoke::{NoAnswer, invoke};
use crate::orders::no_such_order;
use crate::told::{NOT_DONE, Told, UNKNOWN, as_text, explain};

/// What is to be given back.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The order's id, as in its payment link.
    #[arg(value_parser = OrderId::parse)]
    order: OrderId,
    /// How much; all that is left without it.
    #[arg(long, value_name = "WON", value_parser = won, allow_negative_numbers = true)]
    amount: Option<Won>,
    /// Why, in 1 to 200 characters; kept with the order.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
    /// The request's own name: the same name is the same refund, however often it is sent. Without it one is made up,
    /// and told.
    #[arg(long, value_name = "ID", value_parser = request)]
    request: Option<RefundId>,
    /// Does not ask.
    #[arg(long)]
    yes: bool,
}

fn won(text: &str) -> Result<Won, &'static str> {
    let won = text.replace(',', "").parse().ok().filter(|won| *won > 0).map(Won::new);
    won.ok_or("a refund is of at least 1 won, in whole won; leave --amount out to give back all that is left")
}

fn reason(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let fits = (1..=200).contains(&text.chars().count());
    fits.then(|| text.to_owned()).ok_or("say in 1 to 200 characters why")
}

fn request(text: &str) -> Result<RefundId, &'static str> {
    RefundId::parse(text).ok_or("1 to 64 printable characters without space or #")
}

/// Gives back, if the owner agrees.
///
/// # Errors
/// Where it cannot be given back, or the owner does not agree: nothing has moved.
pub(crate) async fn refund(
    store: &dyn Store,
    (lambda, function): (&aws_sdk_lambda::Client, &str),
    asked: Asked,
    json: bool,
) -> Result<Told, BoxError> {
    let Asked { order: id, amount, reason, request, yes } = asked;
    let world = World::real();
    let name = match request {
        Some(name) => name,
        None => {
            RefundId::parse(&world.order_id(world.now()).to_string()).ok_or("no name could be made up")?
        }
    };
    let paid = match store.order(id).await?.ok_or_else(|| no_such_order(id))? {
        Order::Paid(paid) => paid,
        other @ (Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Closed(_)) => {
            let stage = other.stage();
            return Err(format!("order {id} is {stage}: only what is paid can be given back; `cafe orders look {id}` looks it up now").into());
        }
    };
    // One that was made before is only told again.
    if paid.refund_of(&name).is_none() {
        let running = paid.refund(name.clone(), amount, reason.clone(), &world.turn())?;
        agree(&what_will_happen(&paid, &running)?, "Give it back?", yes)?;
    }
    let amount = amount.map(|amount| i64::from(amount.get()));
    let event = Request { order: id.to_string(), amount, reason, request: Some(name.as_str().to_owned()) };
    let answer = match invoke(lambda, function, &event).await {
        Ok(answer) => answer,
        Err(error @ NoAnswer::NoSuchFunction(_)) => return Err(error.into()),
        Err(error @ NoAnswer::Unknown { .. }) => {
            Answer::Pending { request: name.as_str().to_owned(), reason: explain(&error) }
        }
    };
    told(id, &answer, json)
}

fn what_will_happen(paid: &Paid, refunding: &Refunding) -> Result<String, BoxError> {
    let (quote, mut text) = (&paid.quote, String::new());
    writeln!(text, "order     {}: {}, {}", quote.id, quote.item, quote.quantity)?;
    let by = match &paid.collected {
        Collected::Gateway { session, .. } => {
            format!("{} of {} by {}", paid.refundable(), quote.due, session.provider)
        }
        Collected::Points => format!("{} that were spent", quote.spend),
    };
    writeln!(text, "is left   {by}")?;
    let mut back = Vec::new();
    if !refunding.amount.is_zero() {
        back.push(refunding.amount.to_string());
    }
    if !refunding.returns.is_zero() {
        back.push(format!("{} to the member", refunding.returns));
    }
    writeln!(text, "goes back {}", back.join(" and "))?;
    if !refunding.reverses.is_zero() {
        writeln!(text, "is taken  {} that were earned, as far as they are there", refunding.reverses)?;
    }
    writeln!(text, "reason    {}", refunding.reason)?;
    writeln!(text, "request   {}", refunding.id.as_str())?;
    Ok(text)
}

fn told(id: OrderId, answer: &Answer, json: bool) -> Result<Told, BoxError> {
    let code = match answer {
        Answer::Refunded { .. } => 0,
        Answer::Refused { .. } => NOT_DONE,
        Answer::Pending { .. } => UNKNOWN,
    };
    if json {
        return Ok(Told { text: as_text(&serde_json::to_value(answer)?), code });
    }
    let text = match answer {
        Answer::Refused { reason } => return Err(format!("nothing was given back: {reason}").into()),
        Answer::Pending { request, reason } => format!(
            "nobody knows yet whether the money went back: {reason}\n\
             repeat `cafe refund {id} --request {request}` with the same amount and reason in a minute: it finds \
             out, and gives nothing back twice\n"
        ),
        Answer::Refunded {
            order: _,
            request,
            amount,
            points_returned,
            points_reversed,
            points_forgiven,
            refunded,
            left,
        } => {
            let [amount, refunded, left] = [amount, refunded, left].map(|won| Won::new(*won));
            format!(
                "given back  {amount}\npoints      {points_returned}P returned, {points_reversed}P taken back, \
                 {points_forgiven}P forgiven\nin all      {refunded}, and {left} are left\nrequest     {request}\n"
            )
        }
    };
    Ok(Told { text, code })
}
