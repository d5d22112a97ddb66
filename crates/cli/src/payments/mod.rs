//! `cafe payments`: moving another server's histories and reservations here.

mod cancels;
mod keys;
mod migrate;
mod reference;
mod report;
mod survey;

use std::path::PathBuf;

use cafe_core::payment::BoxError;
use clap::{Args, Subcommand};
use functions::service::messenger::Reach;
use store::{DynamoRecords, Vault};

use self::keys::Keys;
use self::migrate::Migration;
use self::survey::Survey;
use crate::ask::agree;
use crate::dump::Dump;
use crate::parameter;
use crate::place::{Environment, Found};
use crate::told::Told;

/// What can be done with other backends' payments.
#[derive(Debug, Subcommand)]
pub(crate) enum Payments {
    /// Moves histories, their cancels and reservations of a reference server's PostgreSQL here. It may be run again: what
    /// is here already is left as it is.
    ///
    /// The keys of that server's encrypted columns are `PAYMENT_HISTORY_ENCRYPTION_KEY` and `_IV`, and
    /// `PAYMENT_RESERVATION_ENCRYPTION_KEY` and `_IV`, in the environment or in the file of --keys; what records are sealed
    /// with here is `PAYMENTS_STORE_KEY`, or the parameter that keeps it. It ends with 0 where every row is here, and
    /// with 1 where one was refused.
    Migrate(Wanted),
}

/// What is to move.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// A dump in plain SQL, or a directory with one or with a CSV file for each table.
    #[arg(long, value_name = "FILE or DIR")]
    from: PathBuf,
    /// A file of `NAME=value` lines with the old server's keys, such as its own `.env`.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Reads, checks and compares all rows, and writes nothing.
    #[arg(long)]
    check: bool,
    /// Does not ask.
    #[arg(long)]
    yes: bool,
}

/// What records are sealed with: from the environment, or from the parameter that keeps it.
async fn vault(found: &Found) -> Result<Vault, BoxError> {
    if let Some(key) = found.payments_store_key() {
        return Ok(Vault::new(&key)?);
    }
    let name = found.payments_store_key_parameter()?;
    let key = parameter::read(&found.ssm().await?, &name, true).await?;
    let key =
        key.ok_or_else(|| format!("there is no parameter {name}: set PAYMENTS_STORE_KEY to the key itself"))?;
    Ok(Vault::new(&key)?)
}

/// Moves all of an export here.
///
/// # Errors
/// Where it cannot be read, its keys do not open it, or the owner does not agree: nothing was written. Where the table
/// does not answer any more, what was written stays, and the same command goes on.
pub(crate) async fn migrate(
    found: &Found,
    wanted: Wanted,
    environment: Environment,
    json: bool,
) -> Result<Told, BoxError> {
    let keys = Keys::read(wanted.keys.as_deref(), environment)?;
    let dump = Dump::at(&wanted.from)?;
    let table = found.payments_table()?;
    let records = DynamoRecords::new(found.dynamodb().await?, table.clone(), vault(found).await?);
    let reach = if found.is_dev() { Reach::ThisMachineToo } else { Reach::Public };
    let surveyed = Survey::of(&dump, &keys)?;
    if !wanted.check {
        agree(&surveyed.tell(&table), "Write them?", wanted.yes)?;
    }
    Migration { dump, keys, records, reach, writes: !wanted.check, json }.run(surveyed).await
}
