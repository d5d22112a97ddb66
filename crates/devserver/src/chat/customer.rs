//! A customer of the chat window: who they are, where their conversation stands, and every turn of it.

use jiff::Timestamp;
use openbuilder::fit;

use crate::chat::bubble::{self, Drawn};
use crate::chat::exchange::{Call, Exchange, Mark};
use crate::chat::payload;
use crate::chat::scenario::{Scenario, hash};
use crate::chat::turn::{self, Bot, Heard, Known, Said, Step, Talk};

/// The first customers; whoever comes after them is a number.
const NAMES: [&str; 3] = ["미나", "준호", "하늘"];

/// The most characters of one message.
const MOST_CHARACTERS: usize = 5_000;

/// The most turns that a conversation keeps.
const MOST_TURNS: usize = 200;

/// A customer.
#[derive(Debug)]
pub(crate) struct Customer {
    pub(crate) number: usize,
    pub(crate) name: String,
    /// `botUserKey`: the same after a restart, as members are bound to it.
    pub(crate) key: String,
    pub(crate) turns: Vec<Turn>,
    talk: Talk,
    next: usize,
}

/// What was said, and what came of it.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) number: usize,
    pub(crate) at: Timestamp,
    /// Nothing where the bot opened the conversation.
    pub(crate) said: Option<String>,
    pub(crate) block: String,
    pub(crate) known: Known,
    pub(crate) answer: Answer,
    /// The same request, sent once more.
    pub(crate) again: Option<Exchange>,
    pub(crate) drawn: Drawn,
}

/// Who answered.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The bot itself, in JSON as a skill would give it.
    Own(String),
    /// Nobody yet.
    Awaited,
    /// A skill.
    Skill {
        exchange: Exchange,
        /// Whether the bot had to speak for it.
        is_replaced: bool,
    },
}

/// By which way a skill is reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way<'a> {
    pub(crate) api: &'a str,
    pub(crate) host: &'a str,
    pub(crate) skill_key: &'a str,
}

impl Customer {
    /// The customer of that number, from 1.
    pub(crate) fn new(number: usize) -> Customer {
        let name = NAMES.get(number - 1).map_or_else(|| format!("손님 {number}"), ToString::to_string);
        let phone = format!("010-{:04}-{:04}", 1_111 * number % 10_000, 2_222 * number % 10_000);
        let part = |part| format!("{:016x}", hash(&format!("customer {number}, {part}")));
        let key = [1, 2, 3, 4].map(part).concat();
        let talk = Talk::new(phone);
        Customer { number, name, key, turns: Vec::new(), talk, next: 1 }
    }

    /// The letter on their picture.
    pub(crate) fn initial(&self) -> String {
        if self.number <= NAMES.len() { self.name.chars().take(1).collect() } else { self.number.to_string() }
    }

    pub(crate) fn turn(&self, number: usize) -> Option<&Turn> {
        self.turns.iter().find(|turn| turn.number == number)
    }

    pub(crate) fn turn_mut(&mut self, number: usize) -> Option<&mut Turn> {
        self.turns.iter_mut().find(|turn| turn.number == number)
    }

    /// Enters the chat, once: the bot speaks first.
    pub(crate) fn enters(&mut self, bot: &Bot<'_>) {
        if self.turns.is_empty() {
            let heard = self.talk.opens(bot);
            if let Step::Say(answer) = &heard.step {
                let answer = Answer::Own(answer.clone());
                self.record(None, heard, answer, bot.now);
            }
        }
    }

    /// Says something. Where a skill must be asked, gives the turn and what to send.
    pub(crate) fn says(&mut self, bot: &Bot<'_>, said: Said, way: Way<'_>) -> Option<(usize, Call)> {
        let said = Said { text: fit(said.text.trim(), MOST_CHARACTERS).into_owned(), ..said };
        if said.text.is_empty() {
            return None;
        }
        let heard = self.talk.hear(bot, &said);
        match &heard.step {
            Step::Say(answer) => {
                let answer = Answer::Own(answer.clone());
                self.record(Some(said.text), heard, answer, bot.now);
                None
            }
            Step::Call { path, .. } => {
                let call = Call {
                    api: way.api.to_owned(),
                    host: way.host.to_owned(),
                    path: path.clone(),
                    skill_key: way.skill_key.to_owned(),
                    body: payload::body(bot, &self.key, &said, &heard),
                };
                Some((self.record(Some(said.text), heard, Answer::Awaited, bot.now), call))
            }
        }
    }

    /// Gets a skill's answer.
    pub(crate) fn hears(&mut self, bot: &Bot<'_>, number: usize, exchange: Exchange) {
        let Some(turn) = self.turns.iter_mut().find(|turn| turn.number == number) else { return };
        let shown = exchange.shown();
        if let Some(answer) = &shown {
            self.talk.keep(bot, &turn.block, answer);
        }
        let drawn = shown.as_ref().map(bubble::draw).filter(|drawn| !drawn.bubbles.is_empty());
        let is_replaced = drawn.is_none();
        turn.drawn = drawn.unwrap_or_else(|| bubble::draw_text(&turn::apology(bot)));
        if turn.drawn.replies.is_empty() {
            turn.drawn.replies = block_replies(bot.scenario, &turn.block);
        }
        turn.answer = Answer::Skill { exchange, is_replaced };
    }

    fn record(&mut self, said: Option<String>, heard: Heard, answer: Answer, at: Timestamp) -> usize {
        let number = self.next;
        self.next += 1;
        if self.turns.len() >= MOST_TURNS {
            self.turns.remove(0);
        }
        let drawn = match &answer {
            Answer::Own(answer) => bubble::draw_text(answer),
            Answer::Awaited | Answer::Skill { .. } => Drawn::default(),
        };
        let Heard { block, known, .. } = heard;
        self.turns.push(Turn { number, at, said, block, known, answer, again: None, drawn });
        number
    }
}

/// The block's own quick replies, which stand under an answer that has none.
fn block_replies(scenario: &Scenario, block: &str) -> Vec<bubble::Button> {
    let replies = scenario.block(block).map(|block| block.replies.iter().map(String::as_str));
    let replies = turn::quick_replies(replies.into_iter().flatten());
    bubble::quick_replies(&replies)
}

impl Turn {
    /// Everything that is wrong with the answer, whoever gave it.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        match &self.answer {
            Answer::Own(answer) => {
                let findings = openbuilder::check::response_bytes(answer.as_bytes());
                findings.into_iter().map(Mark::from).collect()
            }
            Answer::Awaited => Vec::new(),
            Answer::Skill { exchange, .. } => exchange.marks(),
        }
    }

    /// The request to the skill and its answer, if one was asked and has answered.
    pub(crate) fn exchange(&self) -> Option<&Exchange> {
        match &self.answer {
            Answer::Skill { exchange, .. } => Some(exchange),
            Answer::Own(_) | Answer::Awaited => None,
        }
    }
}
