//! The list of orders, newest first, and the same as a table for Excel.

use std::collections::HashMap;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use cafe_core::cafe::audit::Discrepancy;
use cafe_core::cafe::{MemberId, Order, StoreError, Watch};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Filed;

use super::{csv, words};
use crate::korean::short;
use crate::pages::{Desk, Frame, failed, page};

/// How many orders stand on one page.
const A_PAGE: usize = 100;

/// Which orders are wanted, and which hundred of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    show: Show,
    page: usize,
}

/// Which orders are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Show {
    #[default]
    All,
    Doubt,
    Review,
    Quoted,
    Opened,
    Approving,
    Paid,
    Closed,
}

impl Show {
    const ALL: [Show; 8] = [
        Show::All,
        Show::Doubt,
        Show::Review,
        Show::Quoted,
        Show::Opened,
        Show::Approving,
        Show::Paid,
        Show::Closed,
    ];

    /// As it stands in an address.
    const fn name(self) -> &'static str {
        match self {
            Show::All => "all",
            Show::Doubt => "doubt",
            Show::Review => "review",
            Show::Quoted => "quoted",
            Show::Opened => "opened",
            Show::Approving => "approving",
            Show::Paid => "paid",
            Show::Closed => "closed",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Show::All => "모두",
            Show::Doubt => "확실하지 않음",
            Show::Review => "사람이 확인",
            Show::Quoted => "주문함",
            Show::Opened => "결제 대기",
            Show::Approving => "승인 중",
            Show::Paid => "결제됨",
            Show::Closed => "닫힘",
        }
    }

    fn takes(self, filed: &Filed, now: Timestamp) -> bool {
        let order = &filed.watched.order;
        match self {
            Show::All => true,
            Show::Doubt => words::doubt(&filed.watched, now).is_some(),
            Show::Review => matches!(filed.watched.watch, Some(Watch::Review(_))),
            Show::Quoted => matches!(order, Order::Quoted(_)),
            Show::Opened => matches!(order, Order::Opened(_)),
            Show::Approving => matches!(order, Order::Approving(_)),
            Show::Paid => matches!(order, Order::Paid(_)),
            Show::Closed => matches!(order, Order::Closed(_)),
        }
    }
}

/// A way to show fewer orders.
struct Filter {
    show: Show,
    count: usize,
    is_chosen: bool,
}

/// An order in a line.
struct Row {
    id: String,
    at: String,
    state: &'static str,
    tone: &'static str,
    doubt: Option<String>,
    item: String,
    quantity: u32,
    total: String,
    due: String,
    spend: Option<String>,
    earn: Option<String>,
    refunded: Option<String>,
    member: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "orders/list.html")]
struct ListPage<'a> {
    frame: Frame<'a>,
    filters: Vec<Filter>,
    show: Show,
    rows: Vec<Row>,
    /// As `101–200 / 345`.
    range: String,
    newer: Option<usize>,
    older: Option<usize>,
    unreadable: Vec<Discrepancy>,
}

pub(crate) async fn show(State(desk): State<Desk>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Ok(Query(asked)) = asked else { return Redirect::to("/_dev/orders").into_response() };
    match list(&desk, &asked).await {
        Ok(response) => response,
        Err(error) => failed(&desk, &error),
    }
}

async fn list(desk: &Desk, asked: &Asked) -> Result<Response, StoreError> {
    let now = desk.kept.clock.now();
    let orders = desk.books.orders().await?;
    let filters = Show::ALL.map(|show| Filter {
        show,
        count: orders.filed.iter().filter(|order| show.takes(order, now)).count(),
        is_chosen: show == asked.show,
    });
    let chosen: Vec<_> = orders.filed.iter().filter(|order| asked.show.takes(order, now)).collect();
    let last = chosen.len().saturating_sub(1) / A_PAGE + 1;
    let number = asked.page.clamp(1, last);
    let skipped = (number - 1) * A_PAGE;
    let shown: Vec<_> = chosen.iter().copied().skip(skipped).take(A_PAGE).collect();
    let phones = phones(desk, &shown).await?;
    let range = format!("{}–{} / {}", skipped + 1, skipped + shown.len(), chosen.len());
    let here = format!("/_dev/orders?show={}&page={number}", asked.show.name());
    Ok(page(&ListPage {
        frame: Frame::of(desk, here),
        filters: filters.into(),
        show: asked.show,
        rows: shown.iter().map(|order| row(order, &phones, now)).collect(),
        range,
        newer: (number > 1).then(|| number - 1),
        older: (number < last).then_some(number + 1),
        unreadable: orders.unreadable,
    }))
}

fn row(filed: &Filed, phones: &HashMap<MemberId, String>, now: Timestamp) -> Row {
    let order = &filed.watched.order;
    let quote = order.quote();
    let (state, tone) = words::state(order, now);
    let paid = match order {
        Order::Paid(paid) => Some(paid),
        Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Closed(_) => None,
    };
    let refunded = paid.filter(|paid| !paid.refunds.is_empty()).map(|paid| paid.refunded().to_string());
    let member = quote.member.as_ref().map(|id| {
        let phone = phones.get(id).cloned().unwrap_or_default();
        (id.as_str().to_owned(), phone)
    });
    Row {
        id: quote.id.to_string(),
        at: short(quote.quoted_at),
        state,
        tone: tone.class(),
        doubt: words::doubt(&filed.watched, now),
        item: quote.item.clone(),
        quantity: quote.quantity,
        total: quote.total.to_string(),
        due: quote.due.to_string(),
        spend: (!quote.spend.is_zero()).then(|| quote.spend.to_string()),
        earn: (paid.is_some() && !quote.earn.is_zero()).then(|| quote.earn.to_string()),
        refunded,
        member,
    }
}

/// The masked numbers of those who ordered.
async fn phones(desk: &Desk, orders: &[&Filed]) -> Result<HashMap<MemberId, String>, StoreError> {
    let mut phones = HashMap::new();
    for id in orders.iter().filter_map(|order| order.watched.order.quote().member.as_ref()) {
        if !phones.contains_key(id) {
            phones.insert(id.clone(), super::phone(desk, id).await?);
        }
    }
    Ok(phones)
}

pub(crate) async fn download(
    State(desk): State<Desk>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let show = asked.map(|Query(asked)| asked.show).unwrap_or_default();
    match table(&desk, show).await {
        Ok(table) => {
            let headers = [
                (CONTENT_TYPE, "text/csv; charset=utf-8"),
                (CONTENT_DISPOSITION, "attachment; filename=\"orders.csv\""),
            ];
            (headers, table).into_response()
        }
        Err(error) => failed(&desk, &error),
    }
}

async fn table(desk: &Desk, show: Show) -> Result<String, StoreError> {
    let now = desk.kept.clock.now();
    let orders = desk.books.orders().await?;
    let chosen: Vec<_> = orders.filed.iter().filter(|order| show.takes(order, now)).collect();
    let phones = phones(desk, &chosen).await?;
    Ok(csv::table(chosen, &phones, now))
}
