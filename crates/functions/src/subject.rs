//! What an event is about, for each line that is logged while it is handled: whose requests it was, and the order and
//! the cause that it names. No more of an event is ever logged.

use cafe_core::cafe::RefundId;
use cafe_core::payment::OrderId;
use lambda_http::request::RequestContext;
use lambda_runtime::Context;
use tracing::Span;
use tracing::field::{Empty, display};

use crate::{payments_dispatch, preflight, reconcile, refund};

/// What an event is about, as far as it says so in a form that only an id of ours has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The order.
    pub order: Option<OrderId>,
    /// Which of its refunds.
    pub refund: Option<RefundId>,
}

/// An event that says what it is about.
pub trait About {
    /// What it is about.
    fn subject(&self) -> Subject;
}

impl About for reconcile::Event {
    fn subject(&self) -> Subject {
        Subject { order: self.order.as_deref().and_then(order), refund: None }
    }
}

impl About for refund::Request {
    fn subject(&self) -> Subject {
        Subject { order: order(&self.order), refund: RefundId::parse(&refund::name_of(self)) }
    }
}

/// A history has an id that no order has, and each line about one names it.
impl About for payments_dispatch::Event {
    fn subject(&self) -> Subject {
        Subject::default()
    }
}

impl About for preflight::Event {
    fn subject(&self) -> Subject {
        Subject::default()
    }
}

/// The span of an event that Lambda was invoked with directly, or by its schedule.
pub(crate) fn span_of_event(context: &Context, subject: &Subject) -> Span {
    let span = span(&context.request_id, None);
    subject.order.inspect(|order| about_order(&span, *order));
    if let Some(refund) = &subject.refund {
        span.record("refund", refund.as_str());
    }
    span
}

/// The span of a request that came by API Gateway. Its path may name an order.
pub(crate) fn span_of_request<B>(request: &http::Request<B>) -> Span {
    let extensions = request.extensions();
    let lambda = extensions.get::<Context>().map_or("", |context| &context.request_id);
    let api = match extensions.get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV1(context)) => context.request_id.as_deref(),
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.as_deref(),
        _ => None,
    };
    let span = span(lambda, api);
    request.uri().path().split('/').find_map(order).inspect(|order| about_order(&span, *order));
    span
}

/// Says which order the lines from here on are about, where that came up only now.
pub(crate) fn about_order(span: &Span, order: OrderId) {
    span.record("order", display(order));
}

fn span(lambda: &str, api: Option<&str>) -> Span {
    tracing::info_span!("event", requestId = lambda, apiRequestId = api, order = Empty, refund = Empty)
}

fn order(text: &str) -> Option<OrderId> {
    OrderId::parse(text).ok()
}

#[cfg(test)]
mod tests {
    use super::{About, Subject};
    use crate::{reconcile, refund};

    #[test]
    fn only_what_is_an_id_of_ours_is_told() {
        let id = "01M7YV223V4X7Y9Z0A1B2C3D4E";
        for (said, told) in [(id, Some(id)), ("010-1234-5678", None), ("", None)] {
            let event = reconcile::Event { order: Some(said.to_owned()) };
            assert_eq!(event.subject().order.map(|order| order.to_string()).as_deref(), told);
        }
        let request = |request: Option<&str>| refund::Request {
            order: id.to_owned(),
            amount: None,
            reason: "spilt".to_owned(),
            request: request.map(str::to_owned),
        };
        let name = |said| request(said).subject().refund.map(|refund| refund.as_str().to_owned());
        assert_eq!(name(Some("r1")).as_deref(), Some("r1"));
        assert_eq!(name(Some("two words")), None);
        assert!(name(None).unwrap().starts_with("auto-"));
        assert_eq!(reconcile::Event::default().subject(), Subject::default());
    }
}
