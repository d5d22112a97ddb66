//! `/_dev/chat`: the page with the chat and the inspector, and what its forms do. Works without a script.

use askama::Template;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;

use crate::chat::Chat;
use crate::chat::bubble::{Bubble, Button, Tap};
use crate::chat::customer::{Answer, Customer, Turn};
use crate::chat::exchange::{Exchange, Mark};
use crate::chat::json_lines::{Line, lines};
use crate::chat::scenario::{Block, Scenario};
use crate::chat::turn::Said;
use crate::korean::korean;

const STYLE: &str = include_str!("../../assets/chat.css");
const SCRIPT: &str = include_str!("../../assets/chat.js");
const CUP: &str = include_str!("../../assets/cup.svg");

/// The chat's routes, under `/_dev`.
pub(crate) fn router(chat: Chat) -> Router {
    let file = |kind, text| get(move || async move { ([(CONTENT_TYPE, kind)], text) });
    Router::new()
        .route("/chat", get(show).post(say))
        .route("/chat/customers", post(add_customer))
        .route("/chat/replay", post(replay))
        .route("/chat.css", file("text/css; charset=utf-8", STYLE))
        .route("/chat.js", file("text/javascript; charset=utf-8", SCRIPT))
        .route("/cup.svg", file("image/svg+xml", CUP))
        .with_state(chat)
}

/// Which customer, and which of their turns is looked into.
#[derive(Debug, Deserialize)]
struct Look {
    #[serde(default = "first")]
    customer: usize,
    turn: Option<usize>,
}

const fn first() -> usize {
    1
}

/// What a form sends: words, or something that was tapped.
#[derive(Debug, Deserialize)]
struct Words {
    customer: usize,
    #[serde(default)]
    text: String,
    tap: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Again {
    customer: usize,
    turn: usize,
}

async fn show(State(chat): State<Chat>, look: Result<Query<Look>, QueryRejection>) -> Response {
    let Ok(Query(look)) = look else { return Redirect::to("/_dev/chat").into_response() };
    let entered = chat.enters(look.customer).await;
    let customers = chat.customers();
    let Some(customer) = customers.iter().find(|customer| customer.number == look.customer) else {
        return Redirect::to("/_dev/chat").into_response();
    };
    let (scenario, problem) = match &entered {
        Ok(scenario) => (Some(scenario), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let last = customer.turns.last();
    let inspected = look.turn.and_then(|number| customer.turn(number)).or(last);
    let page = ChatPage {
        name: scenario.map_or("챗봇", |scenario| &scenario.name),
        problem,
        understood: scenario.map(understood).unwrap_or_default(),
        customers: &customers,
        customer,
        day: customer.turns.first().map(|turn| day(turn.at)).unwrap_or_default(),
        replies: last.map(|turn| turn.drawn.replies.as_slice()).unwrap_or_default(),
        is_full: customers.len() >= super::MOST_CUSTOMERS,
        inspected: inspected.map(Inspected::of),
        fake: &chat.parts().fake,
    };
    match page.render() {
        Ok(html) => document(html),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn say(
    State(chat): State<Chat>,
    headers: HeaderMap,
    words: Result<Form<Words>, FormRejection>,
) -> Response {
    let words = match words {
        Ok(Form(words)) => words,
        Err(rejection) => return (rejection.status(), rejection.body_text()).into_response(),
    };
    let said = match words.tap.as_deref().map(serde_json::from_str::<Said>) {
        Some(Ok(said)) => said,
        Some(Err(error)) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
        None => Said { text: words.text, ..Said::default() },
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    // A scenario that cannot be read is told of on the page that comes next.
    let _ = chat.says(words.customer, said, host).await;
    Redirect::to(&format!("/_dev/chat?customer={}", words.customer)).into_response()
}

async fn add_customer(State(chat): State<Chat>) -> Redirect {
    Redirect::to(&format!("/_dev/chat?customer={}", chat.another()))
}

async fn replay(State(chat): State<Chat>, again: Result<Form<Again>, FormRejection>) -> Response {
    match again {
        Ok(Form(Again { customer, turn })) => {
            chat.replay(customer, turn).await;
            Redirect::to(&format!("/_dev/chat?customer={customer}&turn={turn}#inspector")).into_response()
        }
        Err(rejection) => (rejection.status(), rejection.body_text()).into_response(),
    }
}

fn understood(scenario: &Scenario) -> Vec<&Block> {
    scenario.blocks().iter().filter(|block| !block.says.is_empty()).collect()
}

fn document(html: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        // Pictures of cards come from wherever a skill says; all else is ours.
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' https:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, html).into_response()
}

#[derive(Template)]
#[template(path = "chat/page.html")]
struct ChatPage<'a> {
    name: &'a str,
    problem: Option<String>,
    /// The blocks that words lead to.
    understood: Vec<&'a Block>,
    customers: &'a [Customer],
    customer: &'a Customer,
    day: String,
    replies: &'a [Button],
    is_full: bool,
    inspected: Option<Inspected<'a>>,
    fake: &'a str,
}

/// A turn under the glass.
struct Inspected<'a> {
    turn: &'a Turn,
    marks: Vec<Mark>,
    /// What was sent; nothing where the bot answered by itself.
    request: Option<Request>,
    answer: Vec<Line>,
    /// What came back from sending it again.
    again: Option<Replayed>,
    is_replaced: bool,
}

struct Request {
    url: String,
    lines: Vec<Line>,
    curl: String,
    status: String,
    took: String,
}

struct Replayed {
    status: String,
    took: String,
    is_same: bool,
    answer: Vec<Line>,
}

impl<'a> Inspected<'a> {
    fn of(turn: &'a Turn) -> Inspected<'a> {
        let marks = turn.marks();
        let (request, answer, is_replaced) = match &turn.answer {
            Answer::Own(answer) => (None, lines(answer, &marks), false),
            Answer::Awaited => (None, Vec::new(), false),
            Answer::Skill { exchange, is_replaced } => {
                let request = Request {
                    url: exchange.call.url(),
                    lines: lines(&exchange.call.body, &[]),
                    curl: exchange.call.curl(),
                    status: status(exchange),
                    took: took(exchange),
                };
                (Some(request), lines(&exchange.body(), &marks), *is_replaced)
            }
        };
        let again = turn.again.as_ref().map(|again| Replayed {
            status: status(again),
            took: took(again),
            is_same: turn.exchange().is_some_and(|first| first.body() == again.body()),
            answer: lines(&again.body(), &again.marks()),
        });
        Inspected { turn, marks, request, answer, again, is_replaced }
    }
}

fn status(exchange: &Exchange) -> String {
    exchange
        .answer
        .as_ref()
        .map_or_else(|_| "no answer".to_owned(), |(status, _)| status.as_u16().to_string())
}

/// A time as people compare it: `4.2 ms`, `380 ms`, `6.1 s`.
fn took(exchange: &Exchange) -> String {
    let micros = exchange.took.as_micros();
    match micros {
        0..10_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
    }
}

impl Turn {
    /// `오후 3:07`, as under a bubble.
    fn time(&self) -> String {
        let at = korean(self.at);
        let half = if at.hour() < 12 { "오전" } else { "오후" };
        let hour = if at.hour() % 12 == 0 { 12 } else { at.hour() % 12 };
        format!("{half} {hour}:{:02}", at.minute())
    }

    fn is_awaited(&self) -> bool {
        matches!(self.answer, Answer::Awaited)
    }

    /// Who answered, in a word: the skill, or the bot.
    fn answerer(&self) -> &str {
        self.exchange().map_or("bot", |exchange| exchange.call.path.trim_start_matches("/skill/"))
    }

    fn time_taken(&self) -> String {
        self.exchange().map(took).unwrap_or_default()
    }

    fn problems(&self) -> usize {
        self.marks().len()
    }
}

/// `2026년 11월 21일 토요일`.
fn day(at: Timestamp) -> String {
    const DAYS: [&str; 7] = ["월", "화", "수", "목", "금", "토", "일"];
    let at = korean(at);
    let day = usize::try_from(at.weekday().to_monday_zero_offset()).ok().and_then(|day| DAYS.get(day));
    format!("{}년 {}월 {}일 {}요일", at.year(), at.month(), at.day(), day.unwrap_or(&""))
}
