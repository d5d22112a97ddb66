//! A store and a gateway that measure what passes through them, at the edge, and change nothing of it.

use std::time::Instant;

use async_trait::async_trait;
use cafe_core::cafe::{
    Approving, AttemptToken, Begun, Capture, Closed, CodeMac, Collected, Entry, Joined, Kept, KeptCode, Late,
    Member, MemberId, Moved, NewMember, Opened, Order, Paid, Points, Quoted, RefundId, Roster, SealedPhone,
    Store, StoreError, Turn, UserId, Watched,
};
use cafe_core::payment::{
    Behaviour, Cancellation, Charge, Checkout, Collection, Document, Gateway, GatewayError, OrderId,
    PaymentRef, Proof, Provider, Returns, Snapshot,
};
use jiff::Timestamp;
use tracing::Span;

use crate::metrics::{Measured, Metrics};
use crate::parts::{SharedGateway, SharedStore};
use crate::subject::about_order;
use crate::traces::{self, Ended, Traces};

/// A store or a gateway, measured.
#[derive(Clone, Debug)]
pub struct Metered<T> {
    inner: T,
    metrics: Metrics,
    traces: Traces,
}

impl<T> Metered<T> {
    /// Measures what passes through `inner`.
    pub fn new(inner: T, metrics: Metrics) -> Metered<T> {
        Metered { inner, metrics, traces: Traces::default() }
    }

    /// The same, with each call of a gateway traced.
    #[must_use]
    pub fn traced(self, traces: Traces) -> Metered<T> {
        Metered { traces, ..self }
    }

    fn points(&self, entries: &[Entry]) {
        for entry in entries {
            self.metrics.measure(Measured::points(entry.kind.as_str(), entry.points.get().into()));
        }
    }

    /// A write that is made after the gateway has moved money for it, and that could not be made. Where somebody
    /// else was first, they have made it.
    fn after_the_gateway(&self, written: &Result<Kept, StoreError>) {
        if matches!(written, Err(_) | Ok(Kept::PointsShort)) {
            self.metrics.measure(Measured::settle_failure());
        }
    }
}

/// What is counted is what was written; a write whose answer was lost, and that is found to stand when it is made
/// again, counts then.
#[async_trait]
impl Store for Metered<SharedStore> {
    async fn member(&self, number: &MemberId) -> Result<Option<Member>, StoreError> {
        self.inner.member(number).await
    }

    async fn balance(&self, member: &MemberId, quoted_at: Timestamp) -> Result<Points, StoreError> {
        self.inner.balance(member, quoted_at).await
    }

    async fn join(&self, new: &NewMember) -> Result<Joined, StoreError> {
        let joined = self.inner.join(new).await;
        if matches!(joined, Ok(Joined::New)) {
            self.points(&[new.entry()]);
        }
        joined
    }

    async fn quote(&self, quoted: &Quoted) -> Result<(), StoreError> {
        // From here on it has a name, which lines of the log are found by.
        about_order(&Span::current(), quoted.quote.id);
        let written = self.inner.quote(quoted).await;
        if written.is_ok() {
            self.metrics.measure(Measured::order("quoted"));
        }
        written
    }

    async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        self.inner.order(id).await
    }

    async fn open(&self, opened: &Opened) -> Result<Kept, StoreError> {
        let written = self.inner.open(opened).await;
        if matches!(written, Ok(Kept::Done)) {
            self.metrics.measure(Measured::order("opened"));
            self.points(&opened.entries());
        }
        written
    }

    async fn begin(&self, id: OrderId, turn: &Turn, proof: Option<&Proof>) -> Result<Begun, StoreError> {
        let begun = self.inner.begin(id, turn, proof).await;
        if matches!(begun, Ok(Begun::First(_) | Begun::Again(_))) {
            self.metrics.measure(Measured::order("approving"));
        }
        begun
    }

    async fn give_up(&self, approving: &Approving) -> Result<bool, StoreError> {
        self.inner.give_up(approving).await
    }

    async fn leave_in_doubt(&self, approving: &Approving, now: Timestamp) -> Result<(), StoreError> {
        self.inner.leave_in_doubt(approving, now).await
    }

    async fn settle(&self, paid: &Paid) -> Result<Kept, StoreError> {
        let written = self.inner.settle(paid).await;
        if matches!(written, Ok(Kept::Done)) {
            self.metrics.measure(Measured::order("paid"));
            if let Collected::Gateway { approval, .. } = &paid.collected {
                self.metrics.measure(Measured::won_collected(approval.amount.get().into()));
            }
            self.points(&paid.entries());
        }
        if matches!(paid.collected, Collected::Gateway { .. }) {
            self.after_the_gateway(&written);
        }
        written
    }

    async fn close(&self, closed: &Closed, attempt: Option<&AttemptToken>) -> Result<Kept, StoreError> {
        let written = self.inner.close(closed, attempt).await;
        if matches!(written, Ok(Kept::Done)) {
            self.metrics.measure(Measured::order("closed"));
            self.points(&closed.entries());
        }
        if was_captured(closed) {
            self.after_the_gateway(&written);
        }
        written
    }

    async fn follow_up(&self, closed: &Closed) -> Result<Kept, StoreError> {
        let written = self.inner.follow_up(closed).await;
        if was_captured(closed) {
            self.after_the_gateway(&written);
        }
        written
    }

    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<OrderId>, StoreError> {
        self.inner.due(now, most).await
    }

    async fn in_review(&self, most: u32) -> Result<Vec<OrderId>, StoreError> {
        self.inner.in_review(most).await
    }

    async fn watched(&self, id: OrderId) -> Result<Option<Watched>, StoreError> {
        self.inner.watched(id).await
    }

    async fn keep_watching(&self, watched: &Watched) -> Result<(), StoreError> {
        self.inner.keep_watching(watched).await
    }

    async fn begin_refund(&self, paid: &Paid) -> Result<Kept, StoreError> {
        self.inner.begin_refund(paid).await
    }

    async fn resume_refund(&self, paid: &Paid, now: Timestamp) -> Result<Kept, StoreError> {
        self.inner.resume_refund(paid, now).await
    }

    async fn give_up_refund(&self, paid: &Paid) -> Result<(), StoreError> {
        self.inner.give_up_refund(paid).await
    }

    async fn settle_refund(&self, paid: &Paid, running: &RefundId) -> Result<Kept, StoreError> {
        let written = self.inner.settle_refund(paid, running).await;
        if matches!(written, Ok(Kept::Done)) {
            self.metrics.measure(Measured::order("refunded"));
            if let Some(refund) = paid.refunds.last() {
                self.metrics.measure(Measured::won_refunded(refund.amount.get().into()));
            }
            self.points(&paid.refund_entries());
        }
        // A balance that fell meanwhile is read again, and what is not there then is forgiven.
        if !matches!(written, Ok(Kept::PointsShort)) {
            self.after_the_gateway(&written);
        }
        written
    }

    async fn entries(&self, member: &MemberId) -> Result<Vec<Entry>, StoreError> {
        self.inner.entries(member).await
    }
}

#[async_trait]
impl Roster for Metered<SharedStore> {
    async fn member_by_id(&self, id: &MemberId) -> Result<Option<Member>, StoreError> {
        self.inner.member_by_id(id).await
    }

    async fn keep_code(&self, member: &MemberId, code: &KeptCode) -> Result<bool, StoreError> {
        self.inner.keep_code(member, code).await
    }

    async fn try_code(&self, member: &MemberId, now: Timestamp) -> Result<Option<CodeMac>, StoreError> {
        self.inner.try_code(member, now).await
    }

    async fn rebind(&self, member: &Member, user: &UserId, code: &CodeMac) -> Result<Moved, StoreError> {
        self.inner.rebind(member, user, code).await
    }

    async fn renumber(
        &self,
        member: &Member,
        number: &MemberId,
        phone: &SealedPhone,
    ) -> Result<Moved, StoreError> {
        self.inner.renumber(member, number, phone).await
    }

    async fn forget(
        &self,
        member: &Member,
        forfeit: Option<&Entry>,
        at: Timestamp,
    ) -> Result<Moved, StoreError> {
        let forgotten = self.inner.forget(member, forfeit, at).await;
        if matches!(forgotten, Ok(Moved::Done)) {
            self.points(forfeit.map(std::slice::from_ref).unwrap_or_default());
        }
        forgotten
    }
}

/// Whether the gateway has collected for an order that is closed, or has given that back.
fn was_captured(closed: &Closed) -> bool {
    match &closed.late {
        Some(Late { capture: Capture::Returning | Capture::Returned(_), .. }) => true,
        Some(Late { capture: Capture::Possible, .. }) | None => false,
    }
}

/// A call of the gateway's that is under way. One that is dropped has no answer either, and took as long.
struct Call<'a> {
    metered: &'a Metered<SharedGateway>,
    name: &'static str,
    began: Instant,
    traced: Option<traces::Begun>,
    ended: Option<Ended>,
}

impl<'a> Call<'a> {
    fn of(metered: &'a Metered<SharedGateway>, name: &'static str) -> Call<'a> {
        Call { metered, name, began: Instant::now(), traced: metered.traces.begins(), ended: None }
    }

    fn ended<T>(mut self, answer: Result<T, GatewayError>) -> Result<T, GatewayError> {
        let (code, ended) = match &answer {
            Ok(_) => (None, Ended::Well),
            Err(GatewayError::Declined { refusal, .. }) => (Some(&*refusal.code), Ended::Error),
            Err(GatewayError::Unreached(..)) => (Some("unreached"), Ended::Fault),
            Err(GatewayError::Unknown(..)) => (Some("unknown"), Ended::Fault),
        };
        if let Some(code) = code {
            self.metered.metrics.measure(Measured::gateway_error(code));
        }
        self.ended = Some(ended);
        answer
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let Metered { inner, metrics, traces } = self.metered;
        metrics.measure(Measured::gateway_latency(self.name, self.began.elapsed()));
        if self.ended.is_none() {
            metrics.measure(Measured::gateway_error("unknown"));
        }
        let ended = self.ended.unwrap_or(Ended::Fault);
        traces.gateway(self.traced.take(), inner.provider().as_str(), self.name, ended);
    }
}

#[async_trait]
impl Gateway for Metered<SharedGateway> {
    fn provider(&self) -> Provider {
        self.inner.provider()
    }

    fn behaviour(&self) -> Behaviour {
        self.inner.behaviour()
    }

    async fn open(&self, charge: &Charge, returns: &Returns) -> Result<Checkout, GatewayError> {
        let call = Call::of(self, "open");
        call.ended(self.inner.open(charge, returns).await)
    }

    async fn approve(&self, payment: &PaymentRef, collection: &Collection) -> Result<Snapshot, GatewayError> {
        let call = Call::of(self, "approve");
        call.ended(self.inner.approve(payment, collection).await)
    }

    async fn lookup(&self, payment: &PaymentRef) -> Result<Snapshot, GatewayError> {
        let call = Call::of(self, "lookup");
        call.ended(self.inner.lookup(payment).await)
    }

    async fn cancel(
        &self,
        payment: &PaymentRef,
        cancellation: &Cancellation,
    ) -> Result<Option<Snapshot>, GatewayError> {
        let call = Call::of(self, "cancel");
        call.ended(self.inner.cancel(payment, cancellation).await)
    }

    async fn stored_method(&self, key: &str, customer: &str) -> Result<Document, GatewayError> {
        let call = Call::of(self, "stored_method");
        call.ended(self.inner.stored_method(key, customer).await)
    }
}
