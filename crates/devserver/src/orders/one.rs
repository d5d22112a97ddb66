//! One order: its sums, its timeline, what is in doubt, and what an owner can do.

use askama::Template;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use cafe_core::cafe::{Entry, Order, Paid, RefundId, Watch};
use cafe_core::payment::{BoxError, OrderId, Won};
use fakes::kakaopay::PaymentView;
use functions::reconcile::{self, Report};
use functions::refund::{self, Answer};
use http::StatusCode;
use serde::Deserialize;
use store::Filed;

use super::timeline::{Event, timeline};
use super::words;
use crate::korean::short;
use crate::pages::{Desk, Frame, failed, missing, page_with};

/// What was just done, told once.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    /// What a look-up came to.
    looked: Option<String>,
    /// The name of a refund that was asked for.
    refund: Option<String>,
}

/// What the refund form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    part: String,
    amount: String,
    reason: String,
    /// By this a form that is sent twice is one refund.
    request: String,
}

/// Something to tell above everything else.
struct Told {
    text: String,
    tone: &'static str,
}

/// What can be given back, and how.
struct Refundable {
    left: String,
    /// Points go back whole.
    is_points_only: bool,
    request: String,
}

/// What the gateway itself has.
struct AtGateway {
    tid: String,
    status: &'static str,
    collected: Won,
    cancelled: Won,
}

#[derive(Template)]
#[template(path = "orders/one.html")]
struct OrderPage<'a> {
    frame: Frame<'a>,
    id: String,
    state: &'static str,
    tone: &'static str,
    told: Option<Told>,
    doubt: Option<String>,
    /// When it is looked up next.
    next_look: Option<String>,
    sums: Vec<(&'static str, String)>,
    member: Option<(String, String)>,
    events: Vec<Event>,
    refundable: Option<Refundable>,
    asked: Asked,
    at_gateway: Option<AtGateway>,
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    done: Result<Query<Done>, QueryRejection>,
) -> Response {
    let done = done.map(|Query(done)| done).unwrap_or_default();
    respond(&desk, &id, StatusCode::OK, |filed| told(filed, &done), Asked::default()).await
}

pub(crate) async fn look(State(desk): State<Desk>, Path(id): Path<String>) -> Response {
    let Ok(order) = OrderId::parse(&id) else { return missing(&desk) };
    let event = reconcile::Event { order: Some(order.to_string()) };
    match reconcile::handle(&desk.payments, event).await {
        Ok(Report::One { order, outcome }) => {
            Redirect::to(&format!("/_dev/orders/{order}?looked={outcome}")).into_response()
        }
        Ok(Report::Run { .. }) => Redirect::to(&format!("/_dev/orders/{order}")).into_response(),
        Err(error) => failed(&desk, &*error),
    }
}

pub(crate) async fn refund(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    asked: Result<Form<Asked>, FormRejection>,
) -> Response {
    let Ok(order) = OrderId::parse(&id) else { return missing(&desk) };
    let asked = match asked {
        Ok(Form(asked)) => asked,
        Err(rejection) => return (rejection.status(), rejection.body_text()).into_response(),
    };
    let answer = match amount(&asked) {
        Ok(amount) => {
            let (reason, request) = (asked.reason.clone(), Some(asked.request.clone()));
            refund::handle(
                &desk.payments,
                refund::Request { order: order.to_string(), amount, reason, request },
            )
            .await
        }
        Err(reason) => Answer::Refused { reason: reason.to_owned() },
    };
    match answer {
        Answer::Refunded { request, .. } | Answer::Pending { request, .. } => {
            Redirect::to(&format!("/_dev/orders/{order}?refund={request}")).into_response()
        }
        Answer::Refused { reason } => {
            let told = |_: &Filed| {
                Some(Told { text: format!("환불하지 않았습니다: {reason}"), tone: "bad" })
            };
            respond(&desk, &id, StatusCode::UNPROCESSABLE_ENTITY, told, asked).await
        }
    }
}

/// How much to give back; none for all that is left.
fn amount(asked: &Asked) -> Result<Option<i64>, &'static str> {
    let digits: String =
        asked.amount.trim().trim_end_matches('원').chars().filter(|c| !matches!(c, ',' | ' ')).collect();
    match &*asked.part {
        "all" if digits.is_empty() => Ok(None),
        "all" => Err("금액을 적었다면 일부를 골라 주세요."),
        "some" => digits.parse().map(Some).map_err(|_| "얼마를 돌려줄지 숫자로 적어 주세요."),
        _ => Err("남은 전부인지 일부인지 골라 주세요."),
    }
}

async fn respond(
    desk: &Desk,
    id: &str,
    status: StatusCode,
    told: impl FnOnce(&Filed) -> Option<Told>,
    asked: Asked,
) -> Response {
    let Ok(id) = OrderId::parse(id) else { return missing(desk) };
    match read(desk, id).await {
        Ok(Some((filed, entries, phone))) => {
            let told = told(&filed);
            page_with(status, &of(desk, &filed, entries, phone, told, asked))
        }
        Ok(None) => missing(desk),
        Err(error) => failed(desk, &*error),
    }
}

/// The order, the lines of its member's ledger that name it, and the member's masked number.
async fn read(desk: &Desk, id: OrderId) -> Result<Option<(Filed, Vec<Entry>, Option<String>)>, BoxError> {
    let Some(filed) = desk.books.order(id).await? else { return Ok(None) };
    let Some(member) = filed.watched.order.quote().member.clone() else {
        return Ok(Some((filed, Vec::new(), None)));
    };
    let phone = super::phone(desk, &member).await?;
    let mut entries = desk.payments.store.entries(&member).await?;
    entries.retain(|entry| entry.order == Some(id));
    Ok(Some((filed, entries, Some(phone))))
}

fn of<'a>(
    desk: &'a Desk,
    filed: &Filed,
    entries: Vec<Entry>,
    phone: Option<String>,
    told: Option<Told>,
    asked: Asked,
) -> OrderPage<'a> {
    let now = desk.kept.clock.now();
    let order = &filed.watched.order;
    let (state, tone) = words::state(order, now);
    let next_look = match filed.watched.watch {
        Some(Watch::From(at)) => Some(short(at)),
        Some(Watch::Review(_)) | None => None,
    };
    let member = order.quote().member.as_ref().zip(phone);
    OrderPage {
        frame: Frame::of(desk, format!("/_dev/orders/{}", order.id())),
        id: order.id().to_string(),
        state,
        tone: tone.class(),
        told,
        doubt: words::doubt(&filed.watched, now),
        next_look,
        sums: sums(order),
        member: member.map(|(id, phone)| (id.as_str().to_owned(), phone)),
        events: timeline(filed, entries, now),
        refundable: refundable(order),
        asked,
        at_gateway: at_gateway(desk, order.id()),
    }
}

fn sums(order: &Order) -> Vec<(&'static str, String)> {
    let quote = order.quote();
    let mut sums = vec![
        ("상품", format!("{} {}개", quote.item, quote.quantity)),
        ("주문 금액", quote.total.to_string()),
    ];
    if !quote.spend.is_zero() {
        sums.push(("포인트 사용", format!("−{}", quote.spend)));
    }
    sums.push(("결제 금액", quote.due.to_string()));
    let earned = match order {
        Order::Paid(_) => Some("적립"),
        Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) => Some("적립 예정"),
        Order::Closed(_) => None,
    };
    sums.extend(earned.filter(|_| !quote.earn.is_zero()).map(|label| (label, format!("+{}", quote.earn))));
    if let Order::Paid(paid) = order
        && !paid.refunds.is_empty()
    {
        sums.push(("환불", format!("−{}", paid.refunded())));
        sums.push(("남은 금액", paid.refundable().to_string()));
    }
    sums
}

/// A name of its own for each next refund: sent twice, it is one.
fn refundable(order: &Order) -> Option<Refundable> {
    let Order::Paid(paid) = order else { return None };
    let is_points_only = paid.quote.due.is_zero();
    let is_left = if is_points_only { paid.refunds.is_empty() } else { !paid.refundable().is_zero() };
    let left = if is_points_only { paid.quote.spend.to_string() } else { paid.refundable().to_string() };
    let request = format!("desk-{}", paid.refunds.len() + 1);
    (is_left && paid.refunding.is_none()).then_some(Refundable { left, is_points_only, request })
}

/// What the fake has of it; nothing where another gateway was asked.
fn at_gateway(desk: &Desk, id: OrderId) -> Option<AtGateway> {
    let name = id.to_string();
    let payments = desk.kept.kakaopay.payments();
    let payment: PaymentView = payments.into_iter().rev().find(|payment| payment.partner_order_id == name)?;
    let status = payment.status.as_str();
    let won = |sum: i64| Won::new(u32::try_from(sum).unwrap_or_default());
    let (collected, cancelled) = (won(payment.collected), won(payment.cancelled));
    Some(AtGateway { tid: payment.tid, status, collected, cancelled })
}

fn told(filed: &Filed, done: &Done) -> Option<Told> {
    if let Some(text) = done.looked.as_deref().and_then(words::outcome) {
        return Some(Told { text: text.to_owned(), tone: "good" });
    }
    // Told by what is written, and not by what an address says.
    let id = RefundId::parse(done.refund.as_deref()?)?;
    let Order::Paid(paid) = &filed.watched.order else { return None };
    refund_told(paid, &id)
}

fn refund_told(paid: &Paid, id: &RefundId) -> Option<Told> {
    if let Some(refund) = paid.refund_of(id) {
        let parts = [
            (!refund.amount.is_zero()).then(|| format!("{} 환불", refund.amount)),
            (!refund.returned.is_zero()).then(|| format!("쓴 포인트 {} 돌려줌", refund.returned)),
            (!refund.reversed.is_zero()).then(|| format!("적립 포인트 {} 회수", refund.reversed)),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        return Some(Told {
            text: format!("환불을 마쳤습니다: {}.", parts.join(", ")), tone: "good"
        });
    }
    let running = paid.refunding.as_ref().filter(|running| running.id == *id)?;
    let text = format!("{} 환불이 끝났는지 아직 모릅니다. 지금 확인을 누르면 알아봅니다.", running.amount);
    Some(Told { text, tone: "doubt" })
}
