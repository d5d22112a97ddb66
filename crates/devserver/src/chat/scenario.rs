//! The bot's blocks as a bot builder wrote them into `scenario.toml`, checked so that every name in it leads somewhere.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// What the bot says, asks and calls.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// The bot's name, which stands over its bubbles.
    pub(crate) name: String,
    welcome: String,
    fallback: String,
    parameter: BTreeMap<String, Parameter>,
    block: Vec<Block>,
    /// What else a drink is called.
    #[serde(default)]
    pub(crate) synonyms: BTreeMap<String, Vec<String>>,
}

/// Something that a skill must know.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameter {
    pub(crate) entity: Entity,
    pub(crate) ask: String,
    pub(crate) again: Option<String>,
    pub(crate) offer: Option<Offer>,
    #[serde(default)]
    pub(crate) replies: Vec<String>,
}

/// What counts as an answer, in the admin centre's words.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum Entity {
    #[serde(rename = "@메뉴")]
    Menu,
    #[serde(rename = "@sys.number")]
    Number,
    #[serde(rename = "@sys.phone.number")]
    Phone,
    #[serde(rename = "@sys.text")]
    Text,
}

/// What the bot itself knows to offer.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Offer {
    Menu,
    Phone,
}

/// A block.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Block {
    pub(crate) name: String,
    /// The block's id in the admin centre, for skills whose answers name it.
    id: Option<String>,
    #[serde(default)]
    pub(crate) says: Vec<String>,
    #[serde(default)]
    pub(crate) ask: Vec<String>,
    pub(crate) input_context: Option<String>,
    pub(crate) output_context: Option<String>,
    pub(crate) skill: Option<String>,
    pub(crate) text: Option<String>,
    /// An answer in JSON, as a skill would give it.
    pub(crate) answer: Option<String>,
    #[serde(default)]
    pub(crate) buttons: Vec<Button>,
    #[serde(default)]
    pub(crate) replies: Vec<String>,
}

/// A button of a block's own text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Button {
    pub(crate) label: String,
    pub(crate) block: String,
}

/// What to mend in `scenario.toml`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadScenario {
    #[error("scenario.toml cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    #[error("scenario.toml is not written as it must be. {0}")]
    Syntax(#[from] toml::de::Error),
    #[error("scenario.toml has two blocks of the name {name:?}: give one another name")]
    Twice { name: String },
    #[error("scenario.toml: {place} leads to the block {name:?}, and there is none of that name")]
    NoSuchBlock { place: String, name: String },
    #[error("scenario.toml: the block {block:?} speaks of {name:?}, and there is no [parameter.{name}]")]
    NoSuchParameter { block: String, name: String },
    #[error("scenario.toml: the block {block:?} needs one of skill, text and answer")]
    Answer { block: String },
    #[error("scenario.toml: the answer of the block {block:?} is not JSON: {source}")]
    Json { block: String, source: serde_json::Error },
    #[error("scenario.toml: the block {block:?} calls {skill:?}, and a skill begins with /skill/")]
    Skill { block: String, skill: String },
    #[error(
        "scenario.toml: the block {block:?} needs a text and may ask for nothing, as it is said when nothing else can be"
    )]
    Speechless { block: String },
}

impl Scenario {
    /// Reads a scenario from the text of `scenario.toml`.
    ///
    /// # Errors
    /// [`BadScenario`] names the line or the block to mend.
    pub(crate) fn parse(text: &str) -> Result<Scenario, BadScenario> {
        let scenario: Scenario = toml::from_str(text)?;
        for (index, block) in scenario.block.iter().enumerate() {
            if scenario.block[..index].iter().any(|other| other.name == block.name) {
                return Err(BadScenario::Twice { name: block.name.clone() });
            }
            scenario.check(block)?;
        }
        for (place, name) in [("welcome", &scenario.welcome), ("fallback", &scenario.fallback)] {
            let place = place.to_owned();
            let Some(block) = scenario.block(name) else {
                return Err(BadScenario::NoSuchBlock { place, name: name.clone() });
            };
            if block.text.is_none() || !block.ask.is_empty() {
                return Err(BadScenario::Speechless { block: name.clone() });
            }
        }
        Ok(scenario)
    }

    fn check(&self, block: &Block) -> Result<(), BadScenario> {
        let name = || block.name.clone();
        let answers = [&block.skill, &block.text, &block.answer];
        if answers.into_iter().flatten().count() != 1 {
            return Err(BadScenario::Answer { block: name() });
        }
        if let Some(Err(source)) = block.answer.as_deref().map(serde_json::from_str::<IgnoredAny>) {
            return Err(BadScenario::Json { block: name(), source });
        }
        if let Some(skill) = block.skill.as_ref().filter(|skill| !skill.starts_with("/skill/")) {
            return Err(BadScenario::Skill { block: name(), skill: skill.clone() });
        }
        for button in &block.buttons {
            if self.block(&button.block).is_none() {
                let place = format!("the button {:?} of {:?}", button.label, block.name);
                return Err(BadScenario::NoSuchBlock { place, name: button.block.clone() });
            }
        }
        let spoken_of = block.text.as_deref().map(placeholders).unwrap_or_default();
        for parameter in block.ask.iter().map(String::as_str).chain(spoken_of) {
            if !self.parameter.contains_key(parameter) {
                return Err(BadScenario::NoSuchParameter { block: name(), name: parameter.to_owned() });
            }
        }
        Ok(())
    }

    pub(crate) fn blocks(&self) -> &[Block] {
        &self.block
    }

    pub(crate) fn block(&self, name: &str) -> Option<&Block> {
        self.block.iter().find(|block| block.name == name)
    }

    /// The block of that id, which is what buttons on the wire name.
    pub(crate) fn block_of_id(&self, id: &str) -> Option<&Block> {
        self.block.iter().find(|block| block.id() == id)
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameter.get(name)
    }

    /// The block that opens a conversation.
    pub(crate) fn welcome(&self) -> &Block {
        self.block(&self.welcome).unwrap_or(&self.block[0])
    }

    /// The block for what nobody understands.
    pub(crate) fn fallback(&self) -> &Block {
        self.block(&self.fallback).unwrap_or(&self.block[0])
    }
}

impl Block {
    /// The block's id: as it is written, or one that looks like Kakao's and stays the same for the same name.
    pub(crate) fn id(&self) -> String {
        self.id.clone().unwrap_or_else(|| id(&self.name))
    }
}

/// An id such as Kakao gives blocks, skills and bots, which stays the same for the same name.
pub(crate) fn id(name: &str) -> String {
    format!("65f0a1b2{:016x}", hash(name))
}

/// FNV-1a: the same on every machine and in every version.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The names in braces.
fn placeholders(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Entity, Offer, Scenario};

    /// The scenario that everybody begins with.
    pub(crate) const SHIPPED: &str = include_str!("../../../../scenario.toml");

    #[test]
    fn the_scenario_that_everybody_begins_with_is_a_good_one() {
        let scenario = Scenario::parse(SHIPPED).unwrap();
        assert_eq!((scenario.welcome().name.as_str(), scenario.fallback().name.as_str()), ("웰컴", "폴백"));
        let skills: Vec<_> = scenario.blocks().iter().filter_map(|block| block.skill.as_deref()).collect();
        assert_eq!(
            skills,
            [
                "/skill/general-payment-preprocess",
                "/skill/point-payment-preprocess",
                "/skill/sign-up",
                "/skill/sign-up",
                "/skill/point-lookup"
            ]
        );
        let menu = scenario.parameter("menu").unwrap();
        assert_eq!((menu.entity, menu.offer), (Entity::Menu, Some(Offer::Menu)));
        let order = scenario.block("주문하기").unwrap();
        assert_eq!(scenario.block_of_id(&order.id()).unwrap().name, "주문하기");
        assert_eq!(order.id().len(), 24);
    }

    #[test]
    fn a_mistake_is_told_in_a_sentence_that_says_where() {
        let told = |from: &str, to: &str| {
            assert!(SHIPPED.contains(from), "{from}");
            Scenario::parse(&SHIPPED.replacen(from, to, 1)).unwrap_err().to_string()
        };
        for (from, to, told_of) in [
            ("name = \"폴백\"", "name = \"웰컴\"", "two blocks of the name \"웰컴\""),
            ("welcome = \"웰컴\"", "welcome = \"환영\"", "welcome leads to the block \"환영\""),
            (
                "block = \"회원가입\"",
                "block = \"가입\"",
                "the button \"회원가입\" of \"웰컴\" leads to the block \"가입\"",
            ),
            ("{menu} {num}잔", "{drink} {num}잔", "\"주문하기\" speaks of \"drink\""),
            ("ask = [\"phone\"]", "ask = [\"tel\"]", "no [parameter.tel]"),
            ("skill = \"/skill/sign-up\"", "", "the block \"회원가입\" needs one of skill, text and answer"),
            ("\"/skill/sign-up\"", "\"sign-up\"", "begins with /skill/"),
            ("fallback = \"폴백\"", "fallback = \"회원가입\"", "\"회원가입\" needs a text"),
            ("entity = \"@sys.number\"", "entity = \"@sys.numbr\"", "unknown variant `@sys.numbr`"),
            ("text = \"잘", "answer = \"{잘", "the answer of the block \"폴백\" is not JSON: key must be"),
            ("offer = \"phone\"", "ofer = \"phone\"", "unknown field `ofer`"),
            ("\n[[block]]", "\n[[block]", "TOML parse error at line "),
        ] {
            let told = told(from, to);
            assert!(told.starts_with("scenario.toml") && told.contains(told_of), "{told}");
        }
    }
}
