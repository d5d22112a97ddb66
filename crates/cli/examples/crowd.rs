//! A long-grown cafe to measure the audit on: 100,000 members, three ledger lines and an order each, served over HTTP.
#![expect(clippy::print_stdout, reason = "what a person reads")]

use std::time::Instant;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use devserver::dynamodb::{Embedded, create_tables};
use devserver::template::Template;
use store::Tables;
use tokio::net::TcpListener;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How many items one request may write.
const BATCH: usize = 25;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = std::env::args().skip(1);
    let members: u32 = arguments.next().as_deref().unwrap_or("100000").parse()?;
    let port: u16 = arguments.next().as_deref().unwrap_or("8000").parse()?;
    let (embedded, tables) = (Embedded::in_memory(), Tables::default());
    let names = |logical_id: &str| match logical_id {
        "MembersTable" => tables.members.clone(),
        "LedgerTable" => tables.ledger.clone(),
        "OrdersTable" => tables.orders.clone(),
        other => other.to_owned(),
    };
    let client = embedded.client();
    create_tables(&client, &Template::of_this_build()?, names).await?;

    let started = Instant::now();
    fill(&client, &tables.members, (0..members).flat_map(|number| [account(number), binding(number)]))
        .await?;
    fill(&client, &tables.orders, (0..members).map(order)).await?;
    fill(&client, &tables.ledger, (0..members).flat_map(lines)).await?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("{members} members after {:.0?}, on http://{}", started.elapsed(), listener.local_addr()?);
    embedded.serve(listener, std::future::pending()).await?;
    Ok(())
}

type Item = Vec<(&'static str, AttributeValue)>;

async fn fill(client: &Client, table: &str, items: impl Iterator<Item = Item>) -> Result<(), BoxError> {
    let mut items = items.peekable();
    while items.peek().is_some() {
        let mut writes = Vec::new();
        for item in items.by_ref().take(BATCH) {
            let item = item.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let put = PutRequest::builder().set_item(Some(item)).build()?;
            writes.push(WriteRequest::builder().put_request(put).build());
        }
        client.batch_write_item().request_items(table, writes).send().await?;
    }
    Ok(())
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn number(number: u32) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn member(number: u32) -> String {
    format!("{number:032x}")
}

fn order_id(number: u32) -> String {
    // Digits are all in Crockford's base 32, and the first of a ULID is at most 7.
    format!("{number:026}")
}

fn at() -> AttributeValue {
    text("2026-09-21T13:53:21.5Z")
}

fn account(of: u32) -> Item {
    vec![
        ("id", text(member(of))),
        ("v", number(1)),
        ("user", text(format!("{of:070}"))),
        ("phone", AttributeValue::B(vec![7; 39].into())),
        ("balance", number(60)),
        ("held", number(0)),
        ("joined_at", at()),
    ]
}

fn binding(of: u32) -> Item {
    vec![("id", text(format!("user#{of:070}"))), ("v", number(1)), ("member", text(member(of)))]
}

fn order(of: u32) -> Item {
    vec![
        ("id", text(order_id(of))),
        ("v", number(1)),
        ("stage", text("paid")),
        ("item", text("아이스 아메리카노")),
        ("quantity", number(1)),
        ("total", number(4_500)),
        ("spend", number(40)),
        ("due", number(4_460)),
        ("earn", number(0)),
        ("member", text(member(of))),
        ("payer", text(format!("u-{of:032x}"))),
        ("quoted_at", at()),
        ("provider", text("kakaopay")),
        ("session", text(format!("T{of:019}"))),
        ("desktop_page", text(format!("https://pay.example/{of:064}/pc"))),
        ("mobile_page", text(format!("https://pay.example/{of:064}/mobile"))),
        ("opened_at", at()),
        ("collected", number(4_460)),
        ("approval", text(format!("A{of:019}"))),
        ("method", text("card")),
        ("approved_at", at()),
        ("paid_at", at()),
        ("refund_count", number(0)),
    ]
}

fn lines(of: u32) -> [Item; 3] {
    let line = |key: String, kind: &str, points, order: Option<String>| {
        let order = order.map(|order| ("order", text(order)));
        let line = [
            ("member", text(member(of))),
            ("entry", text(key)),
            ("v", number(1)),
            ("kind", text(kind)),
            ("points", number(points)),
            ("at", at()),
        ];
        line.into_iter().chain(order).collect()
    };
    let order = order_id(of);
    [
        line("0#bonus".to_owned(), "bonus", 100, None),
        line(format!("{order}#hold"), "hold", 40, Some(order.clone())),
        line(format!("{order}#spend"), "spend", 40, Some(order.clone())),
    ]
}
