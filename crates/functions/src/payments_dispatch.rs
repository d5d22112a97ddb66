//! Services are told what has changed: from the table's stream at once, and every minute what the stream has missed or
//! is sent again. What was left behind half-way is finished every minute as well. By direct invoke with
//! `{"history": …, "notice": …}` one notice is told once more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use batches::in_order;
use cafe_core::payment::flow::{Finished, Messenger, NotTold, finish, tell, tell_all};
use cafe_core::payment::{BoxError, Kept, Notice, RecordId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::metrics::{Measured, Metrics};
use crate::reply;
use crate::service::Service;
use crate::world::World;

/// As many as one run looks at.
const MOST_NOTICES: u32 = 100;
const MOST_PAYMENTS: u32 = 100;

/// How long a run finishes payments, and how long it tells services: slow ones are cut off there, which is safe anywhere,
/// before Lambda ends the function after 300 seconds. The next minute's run goes on.
const FINISHES_FOR: Duration = Duration::from_mins(2);
const TELLS_FOR: Duration = Duration::from_secs(150);

/// How many histories' services are told beside each other, of a batch of the stream's.
const TOGETHER: usize = 8;

/// From when on a notice that its service does not take is late. By then it was sent a dozen times.
const LATE_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// What the dispatcher works with.
#[derive(Clone)]
pub struct Dispatch {
    /// Records and gateways.
    pub service: Service,
    /// Who carries notices.
    pub messenger: Arc<dyn Messenger>,
    /// What it measures.
    pub metrics: Metrics,
}

impl std::fmt::Debug for Dispatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dispatch").field("service", &self.service).finish_non_exhaustive()
    }
}

/// What the function is invoked with. The schedule sends much, of which nothing is needed.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Event {
    /// Changes of the table, as its stream tells them.
    #[serde(default, rename = "Records")]
    pub changes: Vec<Change>,
    /// The history whose notice is to be told once more.
    pub history: Option<String>,
    /// That notice.
    pub notice: Option<String>,
}

/// A change of one item.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Change {
    /// `INSERT`, `MODIFY` or `REMOVE`.
    #[serde(default, rename = "eventName")]
    pub kind: String,
    /// What of it is read.
    pub dynamodb: Option<Changed>,
}

/// Which item changed. The stream tells no more; what stands there is read from the table itself.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Changed {
    /// Its keys.
    #[serde(default, rename = "Keys")]
    pub keys: Keys,
    /// The change's own name in its stream.
    #[serde(default, rename = "SequenceNumber")]
    pub number: String,
}

/// The keys of the payments' table.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Keys {
    /// Which record.
    #[serde(default)]
    pub id: Text,
    /// Which part of it.
    #[serde(default)]
    pub part: Text,
}

/// A text, as DynamoDB writes it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Text {
    /// The text itself.
    #[serde(default, rename = "S")]
    pub text: String,
}

/// What was done, as the log and whoever invokes it by hand read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Notices that their services took.
    pub told: u32,
    /// Payments taken on, and refunds made, that were left behind.
    pub finished: u32,
    /// Those that came to nothing.
    pub given_up: u32,
    /// Those of which nobody knows yet.
    pub pending: u32,
    /// Changes that the stream is to send again, as Lambda reads them.
    #[serde(rename = "batchItemFailures", skip_serializing_if = "Vec::is_empty")]
    pub undone: Vec<Undone>,
}

/// A change of the stream's that was not seen to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// Its number in the stream.
    #[serde(rename = "itemIdentifier")]
    pub number: String,
}

impl Change {
    /// The history that a new notice is about, if that is what the change is.
    #[must_use]
    pub fn history(&self) -> Option<RecordId> {
        let keys = &self.dynamodb.as_ref()?.keys;
        let is_new = self.kind == "INSERT" && keys.part.text.starts_with("notice#");
        RecordId::parse(keys.id.text.strip_prefix("payment#").filter(|_| is_new)?).ok()
    }
}

/// Does what the event asks for.
///
/// # Errors
/// Where the store did not answer: nothing is lost by it, and the next minute's run does the rest.
pub async fn handle(app: &Dispatch, event: Event) -> Result<Report, BoxError> {
    match event.history {
        Some(history) => app.tell_again(&history, event.notice.as_deref()).await,
        None if !event.changes.is_empty() => Ok(app.tell_of(event.changes).await),
        None => app.look_after_all().await,
    }
}

impl Dispatch {
    async fn tell_again(&self, history: &str, notice: Option<&str>) -> Result<Report, BoxError> {
        let notice = notice.ok_or("notice is missing: which one is to be told once more?")?;
        let (history, notice) = (RecordId::parse(history)?, RecordId::parse(notice)?);
        let (records, now) = (&*self.service.records, self.service.turn().now);
        if records.tell_again(history, notice, now).await? == Kept::Otherwise {
            return Err("no such notice is kept".into());
        }
        Ok(Report { told: self.tell(history).await?, ..Report::default() })
    }

    /// What happened to one history is told in its order, and one history waits for no other.
    async fn tell_of(&self, changes: Vec<Change>) -> Report {
        let changes: Vec<_> = changes
            .into_iter()
            .filter_map(|change| Some((change.history()?, change.dynamodb?.number)))
            .collect();
        let told = &AtomicU32::new(0);
        let undone = in_order(
            &changes,
            |(history, _)| *history,
            TOGETHER,
            |(history, _)| async {
                let some = self.tell(*history).await?;
                told.fetch_add(some, Ordering::Relaxed);
                Ok::<_, BoxError>(())
            },
        );
        let undone = undone.await;
        for error in undone.iter().filter_map(|undone| undone.error.as_deref()) {
            reply::log("a service is told later", error);
        }
        let undone = undone.iter().map(|undone| Undone { number: undone.record.1.clone() }).collect();
        Report { told: told.load(Ordering::Relaxed), undone, ..Report::default() }
    }

    async fn tell(&self, history: RecordId) -> Result<u32, BoxError> {
        let (records, turns) = (&*self.service.records, || self.service.turn());
        Ok(tell(records, &self.measured(), history, &turns).await?)
    }

    async fn look_after_all(&self) -> Result<Report, BoxError> {
        let (records, turns) = (&*self.service.records, || self.service.turn());
        let accounts = self.service.accounts().await;
        let finishing = finish(records, &*accounts, MOST_PAYMENTS, &turns);
        let Finished { done, given_up, pending, passed: _ } =
            if let Ok(finished) = timeout(FINISHES_FOR, finishing).await {
                finished?
            } else {
                tracing::warn!("gateways are slow, so payments are looked at later");
                // How many there are is not known, but there is the one at which it was cut off.
                Finished { pending: 1, ..Finished::default() }
            };
        self.metrics.measure(Measured::histories_in_doubt(pending.into()));
        let messenger = self.measured();
        let telling = tell_all(records, &messenger, MOST_NOTICES, &turns);
        let told = if let Ok(told) = timeout(TELLS_FOR, telling).await {
            told?
        } else {
            tracing::warn!("services are slow, so some are told later");
            0
        };
        tracing::info!(told, done, given_up, pending, "payments were looked at");
        Ok(Report { told, finished: done, given_up, pending, undone: Vec::new() })
    }

    fn measured(&self) -> Measuring<'_> {
        Measuring { messenger: &*self.messenger, metrics: &self.metrics, world: &self.service.world }
    }
}

/// A messenger whose failures count once they last.
struct Measuring<'a> {
    messenger: &'a dyn Messenger,
    metrics: &'a Metrics,
    world: &'a World,
}

#[async_trait]
impl Messenger for Measuring<'_> {
    async fn carry(&self, notice: &Notice) -> Result<(), NotTold> {
        let carried = self.messenger.carry(notice).await;
        if carried.is_err() && self.world.now().duration_since(notice.at) > LATE_AFTER {
            self.metrics.measure(Measured::late_notice());
        }
        carried
    }
}
