//! Services are told what has changed: from the table's stream at once, and every minute what the stream has missed or
//! is sent again. What was left behind half-way is finished every minute as well. By direct invoke with
//! `{"history": …, "notice": …}` one notice is told once more.

use std::sync::Arc;

use cafe_core::payment::flow::{Finished, Messenger, finish, tell, tell_all};
use cafe_core::payment::{BoxError, Kept, RecordId};
use serde::{Deserialize, Serialize};

use crate::service::Service;

/// As many as one run can do well within its time.
const MOST_NOTICES: u32 = 100;
const MOST_PAYMENTS: u32 = 100;

/// What the dispatcher works with.
#[derive(Clone)]
pub struct Dispatch {
    /// Records and gateways.
    pub service: Service,
    /// Who carries notices.
    pub messenger: Arc<dyn Messenger>,
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

/// Which item changed. Its images are sealed, and are read from the table itself.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Changed {
    /// Its keys.
    #[serde(default, rename = "Keys")]
    pub keys: Keys,
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
/// Where the store did not answer: the stream sends its changes again, and the next minute's run does the rest.
pub async fn handle(app: &Dispatch, event: Event) -> Result<Report, BoxError> {
    let (records, messenger) = (&*app.service.records, &*app.messenger);
    let turns = || app.service.turn();
    if let Some(history) = event.history {
        let notice = event.notice.ok_or("notice is missing: which one is to be told once more?")?;
        let (history, notice) = (RecordId::parse(&history)?, RecordId::parse(&notice)?);
        if records.tell_again(history, notice, turns().now).await? == Kept::Otherwise {
            return Err("no such notice is kept".into());
        }
        let told = tell(records, messenger, history, &turns).await?;
        return Ok(Report { told, ..Report::default() });
    }
    if !event.changes.is_empty() {
        let mut histories: Vec<_> = event.changes.iter().filter_map(Change::history).collect();
        histories.dedup();
        let mut report = Report::default();
        for history in histories {
            report.told += tell(records, messenger, history, &turns).await?;
        }
        return Ok(report);
    }
    let Finished { done, given_up, pending, passed: _ } =
        finish(records, &*app.service.acquirers, MOST_PAYMENTS, &turns).await?;
    let told = tell_all(records, messenger, MOST_NOTICES, &turns).await?;
    tracing::info!(told, done, given_up, pending, "payments were looked at");
    Ok(Report { told, finished: done, given_up, pending })
}
