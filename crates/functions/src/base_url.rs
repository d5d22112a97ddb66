//! Where we are reached: what is set, or else the request's own host and stage; and paths without their stage.

use axum::extract::Request;
use http::{HeaderMap, Uri};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use url::Url;

/// Our own address as this request came in by it, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The address that is set; else API Gateway's own of this request, stage included; else the
    /// request's `Host`, in clear, as only the dev server is asked without an API Gateway before it.
    #[must_use]
    pub fn of<B>(set: Option<&Url>, request: &http::Request<B>) -> BaseUrl {
        let base = match (set, gateway(request.extensions().get::<RequestContext>())) {
            (Some(set), _) => set.as_str().trim_end_matches('/').to_owned(),
            (None, Some((domain, None))) => format!("https://{domain}"),
            (None, Some((domain, Some(stage)))) => format!("https://{domain}/{stage}"),
            (None, None) => format!("http://{}", host(request.headers())),
        };
        BaseUrl(base)
    }

    /// The address of one of our paths, which begins with a slash.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

fn host(headers: &HeaderMap) -> &str {
    headers.get(http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost")
}

/// The domain of the API, and its stage unless that is not part of paths.
fn gateway(context: Option<&RequestContext>) -> Option<(&str, Option<&str>)> {
    let (domain, stage) = match context? {
        RequestContext::ApiGatewayV1(context) => (&context.domain_name, &context.stage),
        RequestContext::ApiGatewayV2(context) => (&context.domain_name, &context.stage),
        _ => return None,
    };
    Some((domain.as_deref()?, stage.as_deref().filter(|stage| *stage != "$default")))
}

/// Takes the stage off the path, so that routes are the same behind every API: a REST API has a stage
/// in front of its paths, an HTTP API mostly none.
#[must_use]
pub fn without_stage(mut request: Request) -> Request {
    let context = request.extensions().get::<RequestContext>();
    let Some((_, Some(stage))) = gateway(context) else { return request };
    let raw = request.raw_http_path();
    let mut path = request.uri().path();
    // lambda_http puts the stage in front of whatever does not seem to begin with it.
    if !raw.starts_with(&format!("/{stage}/")) {
        path = after(path, stage).unwrap_or(path);
    }
    // Where the stage is already in what API Gateway says, it is in there once. A REST API leaves it out,
    // and then what follows may well begin like a stage.
    if !context.is_some_and(|context| leaves_stage_out(context, raw)) {
        path = after(path, stage).unwrap_or(path);
    }
    let path = if path.is_empty() { "/" } else { path };
    let path_and_query = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = request.uri().clone().into_parts();
    if let Ok(shorter) = path_and_query.parse() {
        parts.path_and_query = Some(shorter);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// What stands after the stage in a path that begins with it.
fn after<'p>(path: &'p str, stage: &str) -> Option<&'p str> {
    let rest = path.strip_prefix('/')?.strip_prefix(stage)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// Whether API Gateway gave the path without the stage that the caller's own path begins with.
fn leaves_stage_out(context: &RequestContext, raw: &str) -> bool {
    // An HTTP API leaves nothing out.
    let RequestContext::ApiGatewayV1(context) = context else { return false };
    context.path.as_deref().is_some_and(|whole| whole != raw)
}
