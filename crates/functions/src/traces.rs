//! Each call to DynamoDB and to a gateway as a subsegment of X-Ray's, told to Lambda's daemon by UDP as it ends; nothing
//! where traces are off, or where this event is not among those that are traced.
//!
//! A subsegment names the service, the operation, how it ended and when. No URL, no id of ours and no key is in it. Its form
//! is X-Ray's "segment document", under the header that the daemon expects before it.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use cafe_core::payment::BoxError;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::world::World;

/// What stands before each document, so that the daemon takes it for one.
const HEADER: &str = "{\"format\":\"json\",\"version\":1}\n";

tokio::task_local! {
    /// The segment of the event that is handled.
    static SEGMENT: Segment;
}

/// Where calls are told of, if anywhere.
#[derive(Clone, Default)]
pub struct Traces(Option<Arc<Daemon>>);

struct Daemon {
    socket: UdpSocket,
    world: World,
}

/// An event's segment, which Lambda itself makes: its trace, and its own id.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    trace: String,
    id: String,
}

/// A call that has begun.
#[derive(Debug)]
pub struct Begun {
    segment: Segment,
    at: Timestamp,
}

/// How a call ended, in X-Ray's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// As asked.
    Well,
    /// It was refused: our side's fault, or a condition that did not hold.
    Error,
    /// No answer that could be used.
    Fault,
}

impl Traces {
    /// Told to the daemon at that address, from now on.
    ///
    /// # Errors
    /// Where the system gives no socket; the function must not start.
    pub fn to(daemon: SocketAddr, world: World) -> io::Result<Traces> {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.connect(daemon)?;
        // A daemon that is busy is not waited for: a customer is.
        socket.set_nonblocking(true)?;
        Ok(Traces(Some(Arc::new(Daemon { socket, world }))))
    }

    /// Whether anybody is told.
    #[must_use]
    pub const fn are_on(&self) -> bool {
        self.0.is_some()
    }

    /// A call begins; none where nobody traces it.
    #[must_use]
    pub fn begins(&self) -> Option<Begun> {
        let daemon = self.0.as_ref()?;
        let segment = SEGMENT.try_with(Segment::clone).ok()?;
        Some(Begun { segment, at: daemon.world.now() })
    }

    /// A gateway has answered, or will not.
    pub fn gateway(&self, begun: Option<Begun>, gateway: &str, call: &str, ended: Ended) {
        self.tell(begun, gateway, ended, json!({ "namespace": "remote", "annotations": { "call": call } }));
    }

    fn aws(
        &self,
        begun: Option<Begun>,
        (service, operation): (&str, &str),
        status: Option<u16>,
        ended: Ended,
    ) {
        let mut more = json!({ "namespace": "aws", "aws": { "operation": operation } });
        if let Some(status) = status {
            more["http"] = json!({ "response": { "status": status } });
        }
        self.tell(begun, service, ended, more);
    }

    fn tell(&self, begun: Option<Begun>, name: &str, ended: Ended, mut document: Value) {
        let (Some(daemon), Some(Begun { segment, at })) = (&self.0, begun) else { return };
        document["type"] = json!("subsegment");
        document["id"] = json!(format!("{:016x}", u64::from_be_bytes(daemon.world.random())));
        document["name"] = json!(name);
        document["trace_id"] = json!(segment.trace);
        document["parent_id"] = json!(segment.id);
        document["start_time"] = json!(seconds(at));
        document["end_time"] = json!(seconds(daemon.world.now()));
        match ended {
            Ended::Well => {}
            Ended::Error => document["error"] = json!(true),
            Ended::Fault => document["fault"] = json!(true),
        }
        // A trace that is lost is no reason to fail what it is about.
        let _ = daemon.socket.send(format!("{HEADER}{document}").as_bytes());
    }
}

/// Unix seconds with a fraction, as X-Ray has them.
fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

/// Handles an event within the segment that `header` names, if it is traced: `Root=…;Parent=…;Sampled=1`.
pub(crate) async fn within<T>(header: Option<&str>, handling: impl Future<Output = T>) -> T {
    match header.and_then(Segment::read) {
        Some(segment) => SEGMENT.scope(segment, handling).await,
        None => handling.await,
    }
}

impl Segment {
    fn read(header: &str) -> Option<Segment> {
        let part = |name: &str| {
            let part =
                header.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))?;
            let fits = part.len() <= 64 && part.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
            fits.then(|| part.to_owned())
        };
        let sampled = part("Sampled")? == "1";
        sampled.then_some(Segment { trace: part("Root")?, id: part("Parent")? })
    }
}

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Traces(on)" } else { "Traces(off)" })
    }
}

/// A call of the SDK's that has begun, kept with the call itself.
#[derive(Debug)]
struct Call(std::sync::Mutex<Option<Begun>>);

impl Storable for Call {
    type Storer = StoreReplace<Call>;
}

/// Stands in a client of AWS's, tries and waits between them included.
impl Intercept for Traces {
    fn name(&self) -> &'static str {
        "traces"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(begun) = self.begins() {
            config.interceptor_state().store_put(Call(Some(begun).into()));
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let begun = config.load::<Call>().and_then(|Call(begun)| begun.lock().ok()?.take());
        let Some(called) = config.load::<Metadata>().filter(|_| begun.is_some()) else { return Ok(()) };
        let status = context.response().map(|response| response.status().as_u16());
        let ended = match (context.output_or_error(), status) {
            (Some(Ok(_)), _) => Ended::Well,
            (_, Some(status)) if (400..500).contains(&status) => Ended::Error,
            (Some(Err(_)) | None, _) => Ended::Fault,
        };
        self.aws(begun, (called.service(), called.name()), status, ended);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Segment;

    #[test]
    fn only_a_sampled_event_with_both_ids_is_traced() {
        let root = "Root=1-6b0175f5-3c1f0e2b9d84453c6aa01f2e";
        let segment = Segment::read(&format!("{root};Parent=53995c3f42cd8ad8;Sampled=1")).unwrap();
        assert_eq!(
            (&*segment.trace, &*segment.id),
            ("1-6b0175f5-3c1f0e2b9d84453c6aa01f2e", "53995c3f42cd8ad8")
        );
        for header in [
            "",
            root,
            &format!("{root};Parent=53995c3f42cd8ad8"),
            &format!("{root};Parent=53995c3f42cd8ad8;Sampled=0"),
            &format!("{root};Sampled=1"),
            "Parent=53995c3f42cd8ad8;Sampled=1",
            "Root=010 1234;Parent=53995c3f42cd8ad8;Sampled=1",
        ] {
            assert_eq!(Segment::read(header), None, "{header}");
        }
    }
}
