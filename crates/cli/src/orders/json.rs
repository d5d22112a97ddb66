//! One order as JSON, without what could be used in its customer's name.

use cafe_core::cafe::{
    Capture, Closed, Collected, Look, MemberId, Order, Paid, Refund, Refunding, Watch, Watched,
};
use cafe_core::payment::Method;
use serde_json::{Value, json};

/// All that an owner may see of an order. What its stage does not have is null.
pub(crate) fn order(watched: &Watched) -> Value {
    let Watched { order, looks, watch } = watched;
    let quote = order.quote();
    let mut told = json!({
        "order": quote.id.to_string(),
        "stage": order.stage(),
        "item": quote.item,
        "quantity": quote.quantity,
        "total": quote.total.get(),
        "spend": quote.spend.get(),
        "due": quote.due.get(),
        "earn": quote.earn.get(),
        "member": quote.member.as_ref().map(MemberId::as_str),
        "quoted_at": quote.quoted_at.to_string(),
        "watch": watch.map(|watch| match watch {
            Watch::From(at) => json!({ "from": at.to_string() }),
            Watch::Review(since) => json!({ "in_review_since": since.to_string() }),
        }),
        "looks": looks.0.iter().map(look).collect::<Vec<_>>(),
    });
    let more = match order {
        Order::Quoted(quoted) => json!({ "expires_at": quoted.expires_at().to_string() }),
        Order::Opened(opened) => json!({ "opened_at": opened.opened_at.to_string() }),
        Order::Approving(approving) => json!({
            "opened_at": approving.opened.opened_at.to_string(),
            "attempt_until": approving.attempt.until.to_string(),
        }),
        Order::Paid(order) => paid(order),
        Order::Closed(order) => closed(order),
    };
    if let (Value::Object(told), Value::Object(more)) = (&mut told, more) {
        told.extend(more);
    }
    told
}

fn paid(paid: &Paid) -> Value {
    let collected = match &paid.collected {
        Collected::Points => Value::Null,
        Collected::Gateway { session, approval } => json!({
            "amount": approval.amount.get(),
            "by": session.provider.as_str(),
            "method": approval.method.as_ref().map(Method::as_str),
        }),
    };
    json!({
        "paid_at": paid.paid_at.to_string(),
        "collected": collected,
        "refunds": paid.refunds.iter().map(refund).collect::<Vec<_>>(),
        "refunding": paid.refunding.as_ref().map(refunding),
        "refunded": paid.refunded().get(),
        "left": paid.refundable().get(),
    })
}

fn refund(refund: &Refund) -> Value {
    json!({
        "request": refund.id.as_str(),
        "amount": refund.amount.get(),
        "points_returned": refund.returned.get(),
        "points_reversed": refund.reversed.get(),
        "points_forgiven": refund.forgiven.get(),
        "reason": refund.reason,
        "refunded_at": refund.refunded_at.to_string(),
    })
}

fn refunding(running: &Refunding) -> Value {
    json!({
        "request": running.id.as_str(),
        "amount": running.amount.get(),
        "points_to_return": running.returns.get(),
        "points_to_reverse": running.reverses.get(),
        "reason": running.reason,
        "asked_at": running.asked_at.to_string(),
    })
}

fn closed(closed: &Closed) -> Value {
    let late = closed.late.as_ref().map(|late| match late.capture {
        Capture::Possible | Capture::Returning => json!({ "payment": late.capture.as_str() }),
        Capture::Returned(sum) => json!({ "payment": late.capture.as_str(), "returned": sum.get() }),
    });
    json!({ "closed_at": closed.closed_at.to_string(), "reason": closed.reason.as_str(), "late": late })
}

fn look(look: &Look) -> Value {
    let (first, last) = (look.first.to_string(), look.last.to_string());
    json!({ "saw": look.saw.to_string(), "first": first, "last": last, "times": look.times })
}
