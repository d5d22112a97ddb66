//! The chat window: a person plays the customer, the bot plays its scenario, and the skills are really asked.

mod bubble;
mod customer;
mod entity;
mod exchange;
mod json_lines;
mod page;
mod payload;
mod scenario;
mod turn;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cafe_core::cafe::Menu;
use cafe_core::payment::BoxError;
use fakes::clock::Clock;
use functions::client::Client;
use functions::menus::Menus;
use jiff::Timestamp;

use crate::chat::customer::{Customer, Way};
use crate::chat::exchange::Call;
use crate::chat::scenario::{BadScenario, Scenario};
use crate::chat::turn::{Bot, Said};

pub(crate) use crate::chat::page::router;

/// The most customers at once: this is for people to try things, and nothing here is ever forgotten.
const MOST_CUSTOMERS: usize = 12;

/// What the chat works with.
pub(crate) struct Parts {
    /// The scenario, read anew for each turn.
    pub(crate) scenario: PathBuf,
    pub(crate) menus: Menus,
    pub(crate) clock: Clock,
    /// Where the API listens.
    pub(crate) api: String,
    pub(crate) fake: String,
    pub(crate) skill_key: String,
}

/// All conversations.
#[derive(Clone)]
pub(crate) struct Chat(Arc<Inner>);

struct Inner {
    parts: Parts,
    client: Client,
    customers: Mutex<Vec<Customer>>,
}

impl Chat {
    /// A chat with its first customers.
    ///
    /// # Errors
    /// Where no HTTP client can be made.
    pub(crate) fn new(parts: Parts) -> Result<Chat, BoxError> {
        let customers = Mutex::new((1..=3).map(Customer::new).collect());
        Ok(Chat(Arc::new(Inner { parts, client: Client::of_this_machine()?, customers })))
    }

    fn parts(&self) -> &Parts {
        &self.0.parts
    }

    async fn scenario(&self) -> Result<Scenario, BadScenario> {
        Scenario::parse(&tokio::fs::read_to_string(&self.parts().scenario).await?)
    }

    fn customers(&self) -> MutexGuard<'_, Vec<Customer>> {
        self.0.customers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with a customer, if there is one of that number.
    fn with<T>(&self, number: usize, does: impl FnOnce(&mut Customer) -> T) -> Option<T> {
        self.customers().iter_mut().find(|customer| customer.number == number).map(does)
    }

    /// Another customer comes, unless there are too many; gives the number of the last one.
    fn another(&self) -> usize {
        let mut customers = self.customers();
        if customers.len() < MOST_CUSTOMERS {
            let number = customers.len() + 1;
            customers.push(Customer::new(number));
        }
        customers.len()
    }

    /// What the bot knows now.
    async fn knows(&self) -> Result<(Scenario, Arc<Menu>, Timestamp), BadScenario> {
        let now = self.parts().clock.now();
        Ok((self.scenario().await?, self.parts().menus.now(now).await, now))
    }

    /// A customer opens the chat, and the bot welcomes them the first time.
    async fn enters(&self, number: usize) -> Result<Scenario, BadScenario> {
        let (scenario, menu, now) = self.knows().await?;
        self.with(number, |customer| customer.enters(&Bot { scenario: &scenario, menu: &menu, now }));
        Ok(scenario)
    }

    /// A customer says something, and has an answer when this returns. Nobody waits meanwhile: another window may
    /// look at the conversation, and see that the answer is awaited.
    async fn says(&self, number: usize, said: Said, host: &str) -> Result<(), BadScenario> {
        let (scenario, menu, now) = self.knows().await?;
        let bot = Bot { scenario: &scenario, menu: &menu, now };
        let way = Way { api: &self.parts().api, host, skill_key: &self.parts().skill_key };
        let call = self.with(number, |customer| {
            customer.enters(&bot);
            customer.says(&bot, said, way)
        });
        if let Some((turn, call)) = call.flatten() {
            let exchange = call.send(&self.0.client).await;
            let bot = Bot { now: self.parts().clock.now(), ..bot };
            self.with(number, |customer| customer.hears(&bot, turn, exchange));
        }
        Ok(())
    }

    /// Sends a turn's request once more, byte for byte; the conversation goes on as if nothing had been said.
    async fn replay(&self, number: usize, turn: usize) {
        let call = self.with(number, |customer| Some(customer.turn(turn)?.exchange()?.call.clone()));
        let Some(call): Option<Call> = call.flatten() else { return };
        let exchange = call.send(&self.0.client).await;
        self.with(number, |customer| {
            if let Some(turn) = customer.turn_mut(turn) {
                turn.again = Some(exchange);
            }
        });
    }
}

impl fmt::Debug for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chat")
    }
}
