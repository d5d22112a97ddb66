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
    point_lookup, point_payment_preprocess, sign_up,
};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use tower::{Service, ServiceExt};

use crate::template::Template;

/// All functions behind their routes.
#[derive(Clone)]
pub struct Api(Arc<Routes>);

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
    /// Puts every function behind the routes that the template gives it.
    ///
    /// # Errors
    /// [`Misrouted`] names the route of the template that no function can serve.
    pub fn new(template: &Template, skills: &Skills, payments: &Payments) -> Result<Api, Misrouted> {
        let process = Process::starts(&payments.world);
        let mut by_path: BTreeMap<String, BTreeMap<String, Router>> = BTreeMap::new();
        for function in &template.functions {
            for route in &function.routes {
                let router = router(&function.binary, skills, payments, &process).ok_or_else(|| {
                    Misrouted::NoSuchFunction { binary: function.binary.clone(), path: route.path.clone() }
                })?;
                by_path.entry(route.path.clone()).or_default().insert(route.method.clone(), router);
            }
        }
        let mut routes = Routes::new();
        for (path, methods) in by_path {
            routes.insert(path.clone(), methods).map_err(|source| Misrouted::Ambiguous { path, source })?;
        }
        Ok(Api(Arc::new(routes)))
    }
}

/// The router of a function that takes requests.
fn router(binary: &str, skills: &Skills, payments: &Payments, process: &Process) -> Option<Router> {
    Some(match binary {
        "sign-up" => sign_up::router(skills.clone()),
        "point-lookup" => point_lookup::router(skills.clone()),
        "general-payment-preprocess" => general_payment_preprocess::router(skills.clone()),
        "point-payment-preprocess" => point_payment_preprocess::router(skills.clone()),
        "payment-ready" => payment_ready::router(payments.clone()),
        "payment-approve" => payment_approve::router(payments.clone()),
        "payment-close" => payment_close::router(payments.clone()),
        "monitors" => monitors::router(process.clone()),
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
        let found = self.0.at(request.uri().path()).ok();
        let router = found.and_then(|found| found.value.get(request.method().as_str())).cloned();
        Box::pin(async move {
            match router {
                Some(router) => router.oneshot(request).await,
                // As API Gateway says it.
                None => Ok((
                    StatusCode::NOT_FOUND,
                    [(CONTENT_TYPE, "application/json")],
                    r#"{"message":"Not Found"}"#,
                )
                    .into_response()),
            }
        })
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Api")
    }
}
