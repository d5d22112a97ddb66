//! `cargo cafe`: the owner's command line, against a deployed stack through IAM and against `cargo dev`.

mod ask;
mod audit;
mod dump;
mod invoke;
mod members;
mod menu;
mod orders;
mod parameter;
mod payments;
mod place;
mod progress;
mod refund;
mod stack;
mod table;
mod told;

use std::io::Write;
use std::process::ExitCode;

use cafe_core::cafe::Phone;
use cafe_core::payment::{BoxError, OrderId};
use clap::{Parser, Subcommand};
use functions::World;
use store::{Auditor, Books, DynamoStore};

use crate::orders::Wanted;
use crate::place::{Found, Place};
use crate::told::{NOT_DONE, Told, explain};

/// The cafe, for its owner: orders, refunds, the menu and the books. Without more, it works on what your AWS
/// profile and region lead to.
///
/// It ends with 0 where all is well; with 1 where an audit found something, or a row could not be moved here; with 2 where something could not be done,
/// or was not agreed to, and nothing has changed; and with 3 where nobody knows yet, and the same command, repeated,
/// finds out.
#[derive(Debug, Parser)]
#[command(name = "cafe", version)]
struct Arguments {
    /// Tells it for programs, as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Looks at orders.
    #[command(subcommand)]
    Orders(Orders),
    /// Gives back some or all of what an order was paid with, once it has shown what will happen and was told yes.
    Refund(refund::Asked),
    /// Finds members, and lets them move and leave. It needs the key of phone numbers, from `PHONE_KEY` or from the
    /// parameter that keeps it.
    #[command(subcommand)]
    Members(Members),
    /// What is sold.
    #[command(subcommand)]
    Menu(Menu),
    /// Other backends' payments.
    #[command(subcommand)]
    Payments(payments::Payments),
    /// Reads every member, ledger line and order, and names each that does not add up. It may be run while
    /// the cafe is open.
    ///
    /// It ends with 0 where all adds up, with 1 where something does not, and with 2 where that cannot be told.
    Audit,
}

#[derive(Debug, Subcommand)]
enum Orders {
    /// Lists the newest orders, newest first. It reads the whole table, for which AWS charges by its weight.
    List(Wanted),
    /// Lists the orders that wait for a person, the longest waiting first, and what look-ups showed of them.
    Review,
    /// Shows one order.
    Show {
        /// Its id, as in its payment link.
        #[arg(value_parser = OrderId::parse)]
        order: OrderId,
    },
    /// Has one order looked up at the gateway now, whether that is due or not, and shows it.
    Look {
        /// Its id, as in its payment link.
        #[arg(value_parser = OrderId::parse)]
        order: OrderId,
    },
}

#[derive(Debug, Subcommand)]
enum Members {
    /// Shows one member, the number masked.
    Find(members::Whose),
    /// Prints all that is kept about one member as JSON, for that person: the number, the ledger and every order. It
    /// reads the whole table of orders.
    Export(members::Whose),
    /// Makes a code with which a member may spend their points from another KakaoTalk account: eight digits, shown once,
    /// good for ten minutes and five tries. They join in the chat with their number and the code; the old account
    /// can spend nothing more then.
    Code(members::Whose),
    /// Gives a member another phone number.
    Move {
        #[command(flatten)]
        whose: members::Whose,
        /// The new number, as people type it.
        #[arg(long, value_name = "PHONE", value_parser = members::phone)]
        to: Phone,
        /// Does not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Carries the members of the cafe's system before this one over, each with the points of its table `cafe_point`. It
    /// may be run again: who is here already is left as they are.
    ///
    /// Nobody speaks for them at first: each gets their points in the chat with a code of `members code`. It ends with 0
    /// where every row is here, and with 1 where one was refused.
    Migrate(members::migrate::Wanted),
    /// Forgets a member: their number and their chatbot user go, and what they could have spent is forfeited.
    Delete {
        #[command(flatten)]
        whose: members::Whose,
        /// Does not ask.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Menu {
    /// Shows the menu that is kept in its parameter.
    Show,
    /// Sells another one from now on: reads it first, shows what changes, and asks.
    Set(menu::Written),
}

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

async fn run(Arguments { json, command, place }: Arguments) -> Result<Told, BoxError> {
    let found = place.find(environment).await?;
    match command {
        Command::Audit => audit::audit(&Auditor::new(found.dynamodb().await?, found.tables()), json).await,
        Command::Orders(Orders::List(wanted)) => {
            orders::list(&Books::new(found.dynamodb().await?, found.tables()), &wanted, json).await
        }
        Command::Orders(Orders::Review) => orders::review(&store(&found).await?, json).await,
        Command::Orders(Orders::Show { order }) => orders::show(&store(&found).await?, order, json).await,
        Command::Orders(Orders::Look { order }) => {
            let function = (&found.lambda().await?, &*found.reconcile_function()?);
            orders::look(&store(&found).await?, function, order, json).await
        }
        Command::Refund(asked) => {
            let function = (&found.lambda().await?, &*found.refund_function()?);
            refund::refund(&store(&found).await?, function, asked, json).await
        }
        Command::Members(command) => {
            let (store, key) = (store(&found).await?, members::phone_key(&found).await?);
            let desk = members::Desk { store: &store, key, world: World::real(), json };
            match command {
                Members::Find(whose) => desk.find(&whose).await,
                Members::Export(whose) => {
                    desk.export(&Books::new(found.dynamodb().await?, found.tables()), &whose).await
                }
                Members::Code(whose) => desk.code(&whose).await,
                Members::Move { whose, to, yes } => desk.renumber(&whose, &to, yes).await,
                Members::Migrate(wanted) => {
                    let tables = found.tables();
                    let books = Books::new(found.dynamodb().await?, tables.clone());
                    members::migrate::Migration { desk: &desk, store: &store, books, tables }
                        .run(wanted)
                        .await
                }
                Members::Delete { whose, yes } => desk.delete(&whose, yes).await,
            }
        }
        Command::Payments(payments::Payments::Migrate(wanted)) => {
            payments::migrate(&found, wanted, environment, json).await
        }
        Command::Menu(menu) => {
            let parameter = found.menu_parameter().ok_or(
                "no parameter keeps the menu, so the functions sell the packaged one: deploy with MenuParameter, or name it with --menu-parameter",
            )?;
            match menu {
                Menu::Show => menu::show(&found.ssm().await?, &parameter, json).await,
                Menu::Set(written) => menu::set(&found.ssm().await?, &parameter, written, json).await,
            }
        }
    }
}

/// A variable that says nothing counts as none.
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

async fn store(found: &Found) -> Result<DynamoStore, BoxError> {
    Ok(DynamoStore::new(found.dynamodb().await?, found.tables()))
}
