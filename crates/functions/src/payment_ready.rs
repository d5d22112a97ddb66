//! `GET /`, `GET /payment`, `GET /pay/{order}`: payment links. Each opens its payment and sends the browser there; which may
//! be `GET /pay/{order}/window`, where a gateway has no page of its own.

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use cafe_core::cafe::flow::{Cup, Opening, OrderError, open, open_quoted, order_by_link, order_demo};
use cafe_core::cafe::{Opened, Quoted, Tender};
use cafe_core::payment::{OrderId, Provider, Returns};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use jiff::Timestamp;
use serde::Deserialize;

use crate::base_url::BaseUrl;
use crate::device::Device;
use crate::order_path::OrderInPath;
use crate::page::{self, Page, in_the_reader_s_language};
use crate::parts::Payments;
use crate::reply;
use crate::window::Window;

/// The picture on a card whose drink has none of its own.
const PICTURE: &[u8] = include_bytes!("../assets/card.png");

/// The links. `HEAD` is answered like `GET`, as axum does for every `get`.
pub fn router(app: Payments) -> Router {
    Router::new()
        .route("/", get(demo))
        .route("/payment", get(named))
        .route("/pay/{order}", get(ordered))
        .route("/pay/{order}/window", get(windowed))
        .route("/card.png", get(picture))
        .layer(from_fn(in_the_reader_s_language))
        .with_state(app)
}

/// What a link may say. All of it is text until it has been read.
#[derive(Debug, Deserialize)]
struct Link {
    item_name: Option<String>,
    quantity: Option<String>,
    total_amount: Option<String>,
}

async fn demo(State(app): State<Payments>, request: Request) -> Response {
    let visit = Visit::of(&app, &request);
    if visit.device == Device::Preview {
        return visit.preview(&app);
    }
    let now = app.world.now();
    match order_demo(&*app.store, &*app.menus.now(now).await, (app.world.order_id(now), now)).await {
        Ok(quoted) => visit.open_fresh(&app, quoted, now).await,
        Err(error) => Page::from(error).into_response(),
    }
}

async fn named(
    State(app): State<Payments>,
    link: Result<Query<Link>, QueryRejection>,
    request: Request,
) -> Response {
    let visit = Visit::of(&app, &request);
    if visit.device == Device::Preview {
        return visit.preview(&app);
    }
    let Ok(Query(link)) = link else { return Page::from(OrderError::UnknownDrink).into_response() };
    let now = app.world.now();
    // What is no number is no number of cups, and no total either.
    let number = |text: &str| text.trim().parse::<i64>().unwrap_or(-1);
    let cup =
        Cup { drink: link.item_name.unwrap_or_default(), cups: link.quantity.as_deref().map_or(1, number) };
    let said_total = link.total_amount.as_deref().map(number);
    match order_by_link(
        &*app.store,
        &*app.menus.now(now).await,
        &cup,
        said_total,
        (app.world.order_id(now), now),
    )
    .await
    {
        Ok(quoted) => visit.open_fresh(&app, quoted, now).await,
        Err(error) => Page::from(error).into_response(),
    }
}

/// What a link says that a customer has chosen.
#[derive(Debug, Deserialize)]
struct Choice {
    by: Option<String>,
}

async fn ordered(
    State(app): State<Payments>,
    OrderInPath(id): OrderInPath,
    choice: Result<Query<Choice>, QueryRejection>,
    request: Request,
) -> Response {
    let visit = Visit::of(&app, &request);
    if visit.device == Device::Preview {
        return visit.preview(&app);
    }
    let now = app.world.now();
    let by = choice.ok().and_then(|Query(choice)| Provider::from_name(&choice.by?));
    match open(&*app.store, &app.gateways, id, by, (&visit.returns(id), now)).await {
        Ok(opening) => visit.lead(&app, id, opening, now),
        Err(error) => Page::from(error).into_response(),
    }
}

/// The page that opens the gateway's window. What holds for the order's link holds here: who may not pay any more, or has
/// paid, is told so, and a payment whose gateway has a page is led there. Nothing that the address says is read.
async fn windowed(State(app): State<Payments>, OrderInPath(id): OrderInPath, request: Request) -> Response {
    let visit = Visit::of(&app, &request);
    if visit.device == Device::Preview {
        return visit.preview(&app);
    }
    let (now, returns) = (app.world.now(), visit.returns(id));
    match open(&*app.store, &app.gateways, id, None, (&returns, now)).await {
        Ok(Opening::Pay(opened)) => match Window::of(&opened, &app.scripts) {
            Some(window) => Page::window(&opened.quote, window, returns.cancel).into_response(),
            None => page::redirect(&visit.page_of(opened)),
        },
        Ok(opening) => visit.lead(&app, id, opening, now),
        Err(error) => Page::from(error).into_response(),
    }
}

async fn picture() -> impl IntoResponse {
    ([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "public, max-age=86400")], PICTURE)
}

/// Who follows a link, and by which address.
struct Visit {
    device: Device,
    base: BaseUrl,
}

impl Visit {
    fn of(app: &Payments, request: &Request) -> Visit {
        let headers: &HeaderMap = request.headers();
        Visit { device: Device::of(headers), base: BaseUrl::of(app.public_url.as_ref(), request) }
    }

    fn preview(&self, app: &Payments) -> Response {
        page::preview(&app.cafe_name, self.base.join("/card.png"))
    }

    fn returns(&self, id: OrderId) -> Returns {
        let end = |end: &str| self.base.join(&format!("/pay/{id}/{end}"));
        Returns { approve: end("approve"), cancel: end("cancel"), fail: end("fail"), window: end("window") }
    }

    async fn open_fresh(&self, app: &Payments, quoted: Quoted, now: Timestamp) -> Response {
        let id = quoted.quote.id;
        let returns = self.returns(id);
        match open_quoted(&*app.store, &app.gateways, quoted, None, (&returns, now)).await {
            // To the order's own address, so that a reload makes no other order.
            Ok(Opening::Choose(_)) => page::redirect(&self.base.join(&format!("/pay/{id}"))),
            Ok(opening) => self.lead(app, id, opening, now),
            Err(error) => Page::from(error).into_response(),
        }
    }

    fn lead(&self, app: &Payments, id: OrderId, opening: Opening, now: Timestamp) -> Response {
        match opening {
            Opening::Choose(quoted) => {
                let way = |provider| (provider, self.base.join(&format!("/pay/{id}?by={provider}")));
                Page::choice(&quoted.quote, app.gateways.offered().into_iter().map(way)).into_response()
            }
            Opening::Pay(opened) => {
                // What our page is to tell the gateway's script is nothing for an address to carry.
                let ours = Window::of(&opened, &app.scripts).map(|_| self.returns(id).window);
                page::redirect(&ours.unwrap_or_else(|| self.page_of(opened)))
            }
            Opening::Paid(paid) => Page::paid(&paid).into_response(),
            Opening::Pending => reply::pending(id, now).into_response(),
            Opening::Closed(closed) => reply::closed(&closed).into_response(),
            Opening::Expired => reply::expired().into_response(),
        }
    }

    fn page_of(&self, opened: Opened) -> String {
        match (opened.tender, self.device) {
            (Tender::Gateway { pages, .. }, Device::Mobile) => pages.mobile,
            (Tender::Gateway { pages, .. }, Device::Desktop | Device::Preview) => pages.desktop,
            // Nothing is left to pay, so there is nowhere to go but back.
            (Tender::Points, _) => self.returns(opened.quote.id).approve,
        }
    }
}
