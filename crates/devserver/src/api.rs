//! API Gateway on a laptop: exactly the routes that the template declares, each led to its function's router.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use functions::monitors::{self, Process};
use functions::{
    Payments, Skills, general_payment_preprocess, payment_approve, payment_close, payment_ready,
    payments_api, payments_webhook, point_lookup, point_payment_preprocess, sign_up,
};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, ORIGIN,
};
use http::{HeaderValue, Method, StatusCode};
use sealed::Pair;
use tower::{Service, ServiceExt};

use crate::template::{Cors, Template};

/// All functions behind their routes.
#[derive(Clone)]
pub struct Api {
    routes: Arc<Routes>,
    /// What pages of other sites may do.
    cors: Option<Arc<Cors>>,
}

/// By path, then by method.
type Routes = matchit::Router<BTreeMap<String, Router>>;

/// The template and the functions do not fit together.
#[derive(Debug, thiserror::Error)]
pub enum Misrouted {
    /// The template routes to a function that does not exist, or to one that takes no requests.
    #[error("template.yaml routes {path} to {binary}, which takes no requests")]
    NoSuchFunction {
        /// The function's binary.
        binary: String,
        /// The route's path.
        path: String,
    },
    /// Two routes cannot be told apart.
    #[error("template.yaml's route {path} cannot be told from another one")]
    Ambiguous {
        /// The route's path.
        path: String,
        /// Which other one.
        #[source]
        source: matchit::InsertError,
    },
}

impl Api {
    /// Puts every function behind the routes that the template gives it, those of the payments service with its parts.
    ///
    /// # Errors
    /// [`Misrouted`] names the route of the template that no function can serve.
    pub fn new(
        template: &Template,
        skills: &Skills,
        payments: &Payments,
        service: Option<(&functions::Service, &Pair)>,
    ) -> Result<Api, Misrouted> {
        let process = Process::starts(&payments.world);
        let mut by_path: BTreeMap<String, BTreeMap<String, Router>> = BTreeMap::new();
        for function in &template.functions {
            for route in &function.routes {
                let router =
                    router(&function.binary, skills, payments, service, &process).ok_or_else(|| {
                        Misrouted::NoSuchFunction {
                            binary: function.binary.clone(),
                            path: route.path.clone(),
                        }
                    })?;
                by_path.entry(route.path.clone()).or_default().insert(route.method.clone(), router);
            }
        }
        let mut routes = Routes::new();
        for (path, methods) in by_path {
            routes.insert(path.clone(), methods).map_err(|source| Misrouted::Ambiguous { path, source })?;
        }
        Ok(Api { routes: Arc::new(routes), cors: template.cors.clone().map(Arc::new) })
    }
}

/// The router of a function that takes requests.
fn router(
    binary: &str,
    skills: &Skills,
    payments: &Payments,
    service: Option<(&functions::Service, &Pair)>,
    process: &Process,
) -> Option<Router> {
    Some(match binary {
        "sign-up" => sign_up::router(skills.clone()),
        "point-lookup" => point_lookup::router(skills.clone()),
        "general-payment-preprocess" => general_payment_preprocess::router(skills.clone()),
        "point-payment-preprocess" => point_payment_preprocess::router(skills.clone()),
        "payment-ready" => payment_ready::router(payments.clone()),
        "payment-approve" => payment_approve::router(payments.clone()),
        "payment-close" => payment_close::router(payments.clone()),
        "payments-api" => {
            let (service, pair) = service?;
            payments_api::router(service.clone(), pair.clone())
        }
        "payments-webhook" => payments_webhook::router(service?.0.clone()),
        "monitors" => monitors::router(process.clone(), service.map(|(_, pair)| pair.clone())),
        _ => return None,
    })
}

impl Service<Request> for Api {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // API Gateway answers a browser that asks before it asks, whatever route there is.
        let from = request.headers().get(ORIGIN).cloned();
        let cors = self.cors.clone().filter(|_| from.is_some());
        if let Some(cors) = &cors
            && request.method() == Method::OPTIONS
            && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        {
            return Box::pin(std::future::ready(Ok(may_ask(cors, from.as_ref()))));
        }
        let found = self.routes.at(request.uri().path()).ok();
        let router = found.and_then(|found| found.value.get(request.method().as_str())).cloned();
        Box::pin(async move {
            let mut response = if let Some(router) = router {
                router.oneshot(request).await?
            } else {
                // As API Gateway says it.
                let kind = [(CONTENT_TYPE, "application/json")];
                (StatusCode::NOT_FOUND, kind, r#"{"message":"Not Found"}"#).into_response()
            };
            if let Some(origin) = cors.and_then(|cors| let_in(&cors, from.as_ref())) {
                response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            }
            Ok(response)
        })
    }
}

/// The origin that a browser is told may read the answer, if the one that it asks from may.
fn let_in(cors: &Cors, from: Option<&HeaderValue>) -> Option<HeaderValue> {
    if cors.origins.iter().any(|origin| origin == "*") {
        return Some(HeaderValue::from_static("*"));
    }
    from.filter(|from| cors.origins.iter().any(|origin| from.as_bytes() == origin.as_bytes())).cloned()
}

/// What API Gateway says to a browser before that asks for a page of another site.
fn may_ask(cors: &Cors, from: Option<&HeaderValue>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let list = |list: &[String]| HeaderValue::try_from(list.join(",")).ok();
    let headers = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, let_in(cors, from)),
        (ACCESS_CONTROL_ALLOW_METHODS, list(&cors.methods)),
        (ACCESS_CONTROL_ALLOW_HEADERS, list(&cors.headers)),
    ];
    for (name, value) in headers {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Api")
    }
}
