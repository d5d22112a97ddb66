//! `cargo cafe`: the owner's command line. It reads the tables, and so far it changes nothing.

mod audit;
mod orders;
mod place;

use std::io::Write;
use std::process::ExitCode;

use cafe_core::payment::{BoxError, OrderId};
use clap::{Parser, Subcommand};
use store::{Auditor, DynamoStore};

use crate::place::Place;

/// The cafe's books, for its owner. Without more, it reads those tables on AWS that your credentials and
/// region lead to.
#[derive(Debug, Parser)]
#[command(name = "cafe", version)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Reads every member, ledger line and order, and names each that does not add up. It may be run while
    /// the cafe is open.
    ///
    /// It ends with 0 where all adds up, with 1 where something does not, and with 2 where that cannot be told.
    Audit {
        /// Tells it for programs.
        #[arg(long)]
        json: bool,
    },
    /// Looks at orders.
    #[command(subcommand)]
    Orders(Orders),
}

#[derive(Debug, Subcommand)]
enum Orders {
    /// Lists the orders that wait for a person, the longest waiting first, and what look-ups showed of them.
    Review,
    /// Shows one order.
    Show {
        /// Its id, as in its payment link.
        #[arg(value_parser = OrderId::parse)]
        order: OrderId,
    },
}

/// What a command has to say, and whether all is well.
struct Told {
    text: String,
    code: u8,
}

/// The code of what could not be done.
const NOT_DONE: u8 = 2;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let told = match run(Arguments::parse()).await {
        Ok(told) => told,
        Err(error) => {
            // Where nobody can be told, the code says it.
            let _ = writeln!(std::io::stderr(), "{}", explain(&*error));
            return NOT_DONE.into();
        }
    };
    match std::io::stdout().write_all(told.text.as_bytes()) {
        Ok(()) => told.code.into(),
        Err(_) => NOT_DONE.into(),
    }
}

async fn run(Arguments { place, command }: Arguments) -> Result<Told, BoxError> {
    let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let (client, tables) = (place.client(environment).await?, place.tables(environment));
    match command {
        Command::Audit { json } => audit::audit(&Auditor::new(client, tables), json).await,
        Command::Orders(Orders::Review) => orders::review(&DynamoStore::new(client, tables)).await,
        Command::Orders(Orders::Show { order }) => {
            orders::show(&DynamoStore::new(client, tables), order).await
        }
    }
}

/// An error and its causes, in one line.
fn explain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |&cause| cause.source()).map(ToString::to_string);
    causes.collect::<Vec<_>>().join(": ")
}
