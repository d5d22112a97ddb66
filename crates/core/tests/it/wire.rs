//! The wire between a gateway and its fake, which is asked in process: what goes wrong on the way, and what was said.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use cafe_core::payment::{Http, SendError};
use fakes::Reply;
use http::{Request, Response};

type Ask = dyn Fn(&Request<Bytes>) -> Reply + Send + Sync;

/// A fake at the other end. What it cuts is taken for what a client sees of it: no answer.
pub(crate) struct Wire {
    fake: Box<Ask>,
    way: Mutex<Way>,
}

#[derive(Default)]
struct Way {
    is_down: bool,
    asked: Vec<String>,
    said: Option<Response<Bytes>>,
    instead: Option<(&'static str, Response<Bytes>)>,
}

impl Wire {
    pub(crate) fn to(fake: impl Fn(&Request<Bytes>) -> Reply + Send + Sync + 'static) -> Arc<Wire> {
        Arc::new(Wire { fake: Box::new(fake), way: Mutex::default() })
    }

    /// Whether no connection is made from now on.
    pub(crate) fn set_down(&self, is_down: bool) {
        self.way().is_down = is_down;
    }

    /// The next request whose path has `part` in it is carried out, and answered with what was said to another.
    pub(crate) fn mix_up(&self, part: &'static str, said: Response<Bytes>) {
        self.way().instead = Some((part, said));
    }

    /// What was asked since this was last called, each as its method, path and body.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.way().asked)
    }

    /// The last answer.
    pub(crate) fn said(&self) -> Response<Bytes> {
        self.way().said.clone().unwrap()
    }

    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Http for Wire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        let path = request.uri().path();
        let mut way = self.way();
        if way.is_down {
            return Err(SendError::NotSent("down".into()));
        }
        let body = String::from_utf8_lossy(request.body());
        way.asked.push(format!("{} {path} {body}", request.method()));
        let Some(said) = (self.fake)(&request).answer() else {
            return Err(SendError::NoAnswer("cut".into()));
        };
        let said = match way.instead.take_if(|(part, _)| path.contains(*part)) {
            Some((_, anothers)) => anothers,
            None => said,
        };
        way.said = Some(said.clone());
        Ok(said)
    }
}
