//! The bot: who is talking and what was said go in, what to say or which skill to call comes out. No I/O.

use std::collections::BTreeMap;

use cafe_core::cafe::{Drink, Menu};
use jiff::{SignedDuration, Timestamp};
use openbuilder::limits;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::chat::entity::{self, Found, squeezed};
use crate::chat::scenario::{Block, Button, Entity, Offer, Parameter, Scenario};

/// How many blocks a context outlives, and for how long, as the admin centre proposes.
const LIFE_SPAN: u32 = 5;
const TTL_SECONDS: i64 = 600;

/// What the bot knows beyond the conversation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bot<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) menu: &'a Menu,
    pub(crate) now: Timestamp,
}

/// What a customer said or tapped.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    pub(crate) text: String,
    /// The id of the block to which a button leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) block: Option<String>,
    /// What a button hands to the next skill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extra: Option<Map<String, Value>>,
    #[serde(default)]
    pub(crate) trigger: Trigger,
}

/// How it was said, by the names on the wire.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Trigger {
    #[default]
    TextInput,
    CardButtonMessage,
    CardButtonBlock,
    ListItemMessage,
    ListItemBlock,
    #[serde(rename = "QUICKREPLY_BUTTON_MESSAGE")]
    QuickReplyMessage,
    #[serde(rename = "QUICKREPLY_BUTTON_BLOCK")]
    QuickReplyBlock,
}

/// What is known of a block's parameters, by their names.
pub(crate) type Known = BTreeMap<String, Found>;

/// Where a conversation stands.
#[derive(Debug)]
pub(crate) struct Talk {
    /// The customer's own telephone number, to be offered.
    phone: String,
    asking: Option<Asking>,
    contexts: Vec<Context>,
    last_block: Option<String>,
}

/// A question that is open.
#[derive(Debug)]
struct Asking {
    block: String,
    parameter: String,
    known: Known,
}

/// Values that stay with the conversation for a while.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) name: String,
    pub(crate) blocks_left: u32,
    pub(crate) until: Timestamp,
    pub(crate) known: Known,
}

/// What the bot made of it.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) block: String,
    pub(crate) known: Known,
    pub(crate) step: Step,
}

/// What happens next.
#[derive(Debug)]
pub(crate) enum Step {
    /// The bot says this by itself: an answer in JSON, as a skill would give it.
    Say(String),
    /// The skill at this path is asked.
    Call {
        path: String,
        /// The contexts that the block takes in.
        contexts: Vec<Context>,
        /// The block before this one.
        last_block: Option<String>,
    },
}

impl Talk {
    /// A conversation in which nothing was said yet.
    pub(crate) fn new(phone: String) -> Talk {
        Talk { phone, asking: None, contexts: Vec::new(), last_block: None }
    }

    /// The bot's first words.
    pub(crate) fn opens(&mut self, bot: &Bot<'_>) -> Heard {
        let said = Said::default();
        self.enter(bot, bot.scenario.welcome(), Known::new(), &said)
    }

    /// Takes a customer's words.
    pub(crate) fn hear(&mut self, bot: &Bot<'_>, said: &Said) -> Heard {
        self.contexts.retain(|context| context.until > bot.now && context.blocks_left > 0);
        let find = |entity| entity::find(entity, &said.text, bot.menu, bot.scenario);
        let pressed = said.block.as_deref().and_then(|id| bot.scenario.block_of_id(id));
        // A block that is called by its name is meant, whatever else was being asked.
        if let Some(block) = pressed.or_else(|| self.named(bot, &said.text)) {
            // Tapping a button tells of no drink and no number, whatever its label says.
            let known = if pressed.is_some() { Known::new() } else { self.mentioned(bot, block, said) };
            return self.enter(bot, block, known, said);
        }
        if let Some(asking) = self.asking.take()
            && let (Some(block), Some(parameter)) =
                (bot.scenario.block(&asking.block), bot.scenario.parameter(&asking.parameter))
        {
            let Asking { parameter: name, mut known, .. } = asking;
            if let Some(found) = find(parameter.entity) {
                // Whatever else was told along with it need not be asked for.
                let more = self.mentioned(bot, block, said).into_iter().filter(|(other, _)| {
                    bot.scenario.parameter(other).is_some_and(|other| other.entity != parameter.entity)
                });
                known.insert(name, found);
                for (name, found) in more {
                    known.entry(name).or_insert(found);
                }
                return self.go_on(bot, block, known, said);
            }
            let question = parameter.again.as_deref().unwrap_or(&parameter.ask);
            let step = Step::Say(ask(bot, &self.phone, parameter, question));
            let heard = Heard { block: block.name.clone(), known: known.clone(), step };
            self.asking = Some(Asking { block: block.name.clone(), parameter: name, known });
            return heard;
        }
        if let Some(block) = self.like(bot, &said.text) {
            let known = self.mentioned(bot, block, said);
            return self.enter(bot, block, known, said);
        }
        self.enter(bot, bot.scenario.fallback(), Known::new(), said)
    }

    /// Keeps the contexts that a skill's answer sets, and forgets those that it ends. Only what the block declares
    /// as its output counts.
    pub(crate) fn keep(&mut self, bot: &Bot<'_>, block: &str, answer: &Value) {
        let declared = bot.scenario.block(block).and_then(|block| block.output_context.as_deref());
        let values = answer["context"]["values"].as_array().into_iter().flatten();
        for value in values.filter(|value| declared.is_some_and(|name| value["name"] == name)) {
            let name = declared.unwrap_or_default();
            let params = value["params"].as_object().into_iter().flatten();
            let known = params.filter_map(|(name, value)| {
                let value = value.as_str()?.to_owned();
                Some((name.clone(), Found { origin: value.clone(), value }))
            });
            let blocks_left = value["lifeSpan"].as_u64().and_then(|turns| turns.try_into().ok());
            let seconds =
                value["ttl"].as_u64().and_then(|ttl| i64::try_from(ttl).ok()).unwrap_or(TTL_SECONDS);
            self.set(bot, name, blocks_left.unwrap_or_default(), seconds, known.collect());
        }
    }

    fn set(&mut self, bot: &Bot<'_>, name: &str, blocks_left: u32, seconds: i64, known: Known) {
        self.contexts.retain(|context| context.name != name);
        // A time too far to be written down is as good as never.
        let until = bot.now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
        if blocks_left > 0 {
            self.contexts.push(Context { name: name.to_owned(), blocks_left, until, known });
        }
    }

    /// The block that has these very words among its examples.
    fn named<'a>(&self, bot: &Bot<'a>, text: &str) -> Option<&'a Block> {
        let said = plain(text);
        self.open_blocks(bot).find(|block| block.says.iter().any(|example| plain(example) == said))
    }

    /// The block of which the longest example stands in these words.
    fn like<'a>(&self, bot: &Bot<'a>, text: &str) -> Option<&'a Block> {
        let said = plain(text);
        let examples =
            self.open_blocks(bot).flat_map(|block| block.says.iter().map(move |says| (block, plain(says))));
        // A word of one letter stands in too many others.
        let in_text = examples.filter(|(_, example)| example.chars().count() > 1 && said.contains(example));
        Some(in_text.max_by_key(|(_, example)| example.len())?.0)
    }

    /// The blocks that words can lead to: one with an input context only while that is there.
    fn open_blocks<'a>(&self, bot: &Bot<'a>) -> impl Iterator<Item = &'a Block> {
        bot.scenario
            .blocks()
            .iter()
            .filter(|block| block.input_context.as_deref().is_none_or(|name| self.context(name).is_some()))
    }

    fn context(&self, name: &str) -> Option<&Context> {
        self.contexts.iter().find(|context| context.name == name)
    }

    /// What the words tell of a block's parameters. Each number is one parameter's, the first that takes it.
    fn mentioned(&self, bot: &Bot<'_>, block: &Block, said: &Said) -> Known {
        let mut taken: Vec<Entity> = vec![Entity::Text];
        let mut known = Known::new();
        for name in &block.ask {
            let Some(parameter) = bot.scenario.parameter(name) else { continue };
            let in_context = block.input_context.as_deref().and_then(|name| self.context(name));
            if taken.contains(&parameter.entity)
                || in_context.is_some_and(|context| context.known.contains_key(name))
            {
                continue;
            }
            if let Some(found) = entity::find(parameter.entity, &said.text, bot.menu, bot.scenario) {
                taken.push(parameter.entity);
                known.insert(name.clone(), found);
            }
        }
        known
    }

    fn enter(&mut self, bot: &Bot<'_>, block: &Block, mut known: Known, said: &Said) -> Heard {
        self.asking = None;
        if let Some(context) = block.input_context.as_deref().and_then(|name| self.context(name)) {
            for name in &block.ask {
                if let Some(found) = context.known.get(name) {
                    known.entry(name.clone()).or_insert_with(|| found.clone());
                }
            }
        }
        for context in &mut self.contexts {
            context.blocks_left = context.blocks_left.saturating_sub(1);
        }
        self.go_on(bot, block, known, said)
    }

    /// Asks for what is still missing, or does what the block is for.
    fn go_on(&mut self, bot: &Bot<'_>, block: &Block, known: Known, said: &Said) -> Heard {
        let handed_over = |name: &str| said.extra.as_ref().is_some_and(|extra| extra.contains_key(name));
        let missing = block.ask.iter().find(|name| !known.contains_key(*name) && !handed_over(name));
        if let Some((name, parameter)) = missing.and_then(|name| Some((name, bot.scenario.parameter(name)?)))
        {
            let step = Step::Say(ask(bot, &self.phone, parameter, &parameter.ask));
            let (block, name) = (block.name.clone(), name.clone());
            self.asking = Some(Asking { block: block.clone(), parameter: name, known: known.clone() });
            return Heard { block, known, step };
        }
        let last_block = self.last_block.replace(block.name.clone());
        let contexts =
            self.contexts.iter().filter(|context| block.input_context.as_ref() == Some(&context.name));
        let contexts = contexts.cloned().collect();
        if let Some(name) = &block.output_context {
            self.set(bot, name, LIFE_SPAN, TTL_SECONDS, known.clone());
        }
        let step = match &block.skill {
            Some(path) => Step::Call { path: path.clone(), contexts, last_block },
            None => Step::Say(answer(bot, block, &known)),
        };
        Heard { block: block.name.clone(), known, step }
    }
}

/// Words without what people leave out: spaces, commas, full stops, question marks.
fn plain(text: &str) -> String {
    squeezed(text).chars().filter(|c| !matches!(c, ',' | '.' | '?' | '!' | '~')).collect()
}

/// What the bot says where a skill gave no answer that can be shown.
pub(crate) fn apology(bot: &Bot<'_>) -> String {
    answer(bot, bot.scenario.fallback(), &Known::new())
}

/// A question, as the bot would send it.
fn ask(bot: &Bot<'_>, phone: &str, parameter: &Parameter, question: &str) -> String {
    let mut outputs = vec![json!({ "simpleText": { "text": question } })];
    let mut replies: Vec<&str> = parameter.replies.iter().map(String::as_str).collect();
    match parameter.offer {
        Some(Offer::Menu) => outputs.extend(menu_cards(bot)),
        Some(Offer::Phone) => replies.insert(0, phone),
        None => {}
    }
    response(&outputs, replies)
}

/// What a block says by itself.
fn answer(bot: &Bot<'_>, block: &Block, known: &Known) -> String {
    if let Some(answer) = &block.answer {
        return answer.clone();
    }
    let mut text = block.text.clone().unwrap_or_default();
    for (name, found) in known {
        text = text.replace(&format!("{{{name}}}"), &shown(found));
    }
    let button = |button: &Button| {
        let id = bot.scenario.block(&button.block).map(Block::id);
        json!({ "label": button.label, "action": "block", "blockId": id })
    };
    let output = if block.buttons.is_empty() {
        json!({ "simpleText": { "text": text } })
    } else {
        let buttons: Vec<_> = block.buttons.iter().map(button).collect();
        json!({ "textCard": { "description": text, "buttons": buttons } })
    };
    response(&[output], block.replies.iter().map(String::as_str))
}

fn response<'a>(outputs: &[Value], replies: impl IntoIterator<Item = &'a str>) -> String {
    let mut template = json!({ "outputs": outputs });
    let replies = quick_replies(replies);
    if !replies.is_empty() {
        template["quickReplies"] = json!(replies);
    }
    format!("{{\"version\":\"2.0\",\"template\":{template}}}")
}

/// Words to tap, as quick replies that say them.
pub(crate) fn quick_replies<'a>(replies: impl IntoIterator<Item = &'a str>) -> Vec<Value> {
    let reply = |text| json!({ "label": text, "action": "message", "messageText": text });
    replies.into_iter().map(reply).collect()
}

/// A value as people read it: the amount of a number.
fn shown(found: &Found) -> String {
    let amount = serde_json::from_str::<Value>(&found.value).ok();
    let amount = amount.and_then(|value| Some(value.get("amount")?.to_string()));
    amount.unwrap_or_else(|| found.value.clone())
}

/// All drinks as cards to tap: lists side by side hold more than quick replies do. What the customer cannot tap on a
/// menu that is longer still, they can say.
fn menu_cards(bot: &Bot<'_>) -> Vec<Value> {
    const MOST: usize = limits::CAROUSEL_LIST_CARDS * limits::LIST_ITEMS_CAROUSEL;
    let drinks = bot.menu.drinks();
    let item = |drink: &Drink| {
        let mut item = json!({ "title": drink.name, "description": drink.price.to_string(), "action": "message", "messageText": drink.name });
        if let Some(image) = &drink.image {
            item["imageUrl"] = json!(image);
        }
        item
    };
    let carousel = |drinks: &[Drink]| {
        let cards = drinks.len().div_ceil(limits::LIST_ITEMS_CAROUSEL);
        let pages = drinks.chunks(limits::LIST_ITEMS_CAROUSEL).enumerate().map(|(page, drinks)| {
            let items: Vec<_> = drinks.iter().map(item).collect();
            let title = if cards == 1 { "메뉴".to_owned() } else { format!("메뉴 {}/{cards}", page + 1) };
            json!({ "header": { "title": title }, "items": items })
        });
        json!({ "carousel": { "type": "listCard", "items": pages.collect::<Vec<_>>() } })
    };
    drinks.chunks(MOST).take(limits::OUTPUTS - 1).map(carousel).collect()
}

#[cfg(test)]
mod tests {
    use cafe_core::cafe::Menu;
    use jiff::{SignedDuration, Timestamp};
    use serde_json::{Value, json};

    use super::{Bot, Said, Step, Talk, Trigger};
    use crate::chat::scenario::Scenario;
    use crate::chat::scenario::tests::SHIPPED;

    /// A conversation with the bot of the shipped scenario.
    struct Chat {
        scenario: Scenario,
        menu: Menu,
        now: Timestamp,
        talk: Talk,
    }

    impl Chat {
        fn new() -> Chat {
            let menu = Menu::parse(include_str!("../../../../menu.toml")).unwrap();
            let scenario = Scenario::parse(SHIPPED).unwrap();
            Chat { scenario, menu, now: Timestamp::UNIX_EPOCH, talk: Talk::new("010-1111-2222".to_owned()) }
        }

        fn hear(&mut self, said: &Said) -> String {
            let bot = Bot { scenario: &self.scenario, menu: &self.menu, now: self.now };
            let heard = self.talk.hear(&bot, said);
            let known = heard.known.iter().map(|(name, found)| format!("{name}={}", found.value));
            let known = known.collect::<Vec<_>>().join(" ");
            match heard.step {
                Step::Say(answer) => {
                    let answer = serde_json::from_str(&answer).unwrap();
                    assert_eq!(openbuilder::check::response(&answer), [], "{answer:#}");
                    text(&answer)
                }
                Step::Call { path, contexts, .. } => {
                    format!(
                        "{path} [{}] {known}",
                        contexts.iter().map(|context| &*context.name).collect::<String>()
                    )
                }
            }
        }

        fn says(&mut self, text: &str) -> String {
            self.hear(&Said { text: text.to_owned(), ..Said::default() })
        }

        /// Taps a button of a card that leads to a block.
        fn taps(&mut self, block: &str) -> String {
            let id = self.scenario.block(block).unwrap().id();
            let said = Said {
                text: block.to_owned(),
                block: Some(id),
                extra: None,
                trigger: Trigger::CardButtonBlock,
            };
            self.hear(&said)
        }
    }

    /// The words of the first bubble.
    fn text(answer: &Value) -> String {
        let output = &answer["template"]["outputs"][0];
        let text =
            output["simpleText"]["text"].as_str().or_else(|| output["textCard"]["description"].as_str());
        text.unwrap().to_owned()
    }

    const ASKED: &str = "어떤 음료를 드릴까요?";
    const COUNTED: &str = "몇 잔 드릴까요?";
    const REACHED: &str = "휴대전화 번호를 알려 주세요.";
    const TWO: &str = "num={\"amount\": 2, \"unit\": null}";

    #[test]
    fn an_order_is_asked_for_step_by_step_and_then_the_skill_is_called() {
        let mut chat = Chat::new();
        assert_eq!(chat.says("주문하기"), ASKED);
        assert_eq!(chat.says("아아"), COUNTED);
        assert_eq!(chat.says("2잔"), REACHED);
        assert_eq!(
            chat.says("010-1234-5678"),
            "아이스아메리카노 2잔을 주문하시겠어요?\n연락처: 010-1234-5678"
        );
        let order = format!("menu=아이스아메리카노 {TWO}");
        assert_eq!(
            chat.says("네, 주문하겠습니다"),
            format!("/skill/general-payment-preprocess [order] {order} phone=010-1234-5678")
        );
        // The order stays known for a while, so that the customer may still choose otherwise.
        assert_eq!(chat.taps("포인트 결제"), "포인트를 얼마나 쓸까요?");
        assert_eq!(
            chat.says("500P"),
            format!(
                "/skill/point-payment-preprocess [order] {order} paypoint={} phone=010-1234-5678",
                "{\"amount\": 500, \"unit\": null}"
            )
        );
    }

    #[test]
    fn what_was_told_at_once_is_not_asked_for() {
        let mut chat = Chat::new();
        assert_eq!(chat.says("아아 두 잔 주문할게요"), REACHED);
        chat.says("처음으로");
        assert_eq!(chat.says("커피 한 잔"), ASKED);
        assert_eq!(chat.says("핫카페라떼"), REACHED);
        assert_eq!(chat.says("010-1234-5678"), "핫카페라떼 1잔을 주문하시겠어요?\n연락처: 010-1234-5678");
        chat.says("주문하기");
        assert_eq!(chat.says("에스프레소 3잔이요"), REACHED);
    }

    #[test]
    fn what_is_no_answer_is_asked_for_again_and_another_block_s_name_leads_there() {
        let mut chat = Chat::new();
        chat.says("주문하기");
        let again = "메뉴에서 찾지 못했습니다. 아래에서 골라 주세요.";
        for nothing in ["☕️🙏", "<script>alert(1)</script>", &"가".repeat(2_000), "-3", "", "{menu}"] {
            assert_eq!(chat.says(nothing), again, "{nothing}");
        }
        assert_eq!(chat.says("포인트 조회"), REACHED);
        assert_eq!(chat.says("010-1234-5678"), "/skill/point-lookup [] phone=010-1234-5678");
        assert!(chat.says("무슨 말이야").starts_with("잘 알아듣지"));
    }

    #[test]
    fn numbers_that_make_no_sense_are_the_skill_s_to_refuse() {
        let mut chat = Chat::new();
        chat.says("주문하기");
        chat.says("에스프레소");
        assert_eq!(chat.says("−3잔"), REACHED);
        assert_eq!(chat.says("010-1234-5678"), "에스프레소 -3잔을 주문하시겠어요?\n연락처: 010-1234-5678");
    }

    #[test]
    fn yes_means_nothing_without_an_order_or_long_after_it() {
        let mut chat = Chat::new();
        assert!(chat.says("네").starts_with("잘 알아듣지"));
        for text in ["에스프레소 1잔 주문", "010-1234-5678"] {
            chat.says(text);
        }
        chat.now += SignedDuration::from_secs(601);
        assert!(chat.says("네").starts_with("잘 알아듣지"));
        // Its button stands in the chat for ever, and then asks anew.
        assert_eq!(chat.taps("일반 결제"), ASKED);
    }

    #[test]
    fn a_context_also_ends_after_five_blocks() {
        let mut chat = Chat::new();
        for text in ["에스프레소 1잔 주문", "010-1234-5678"] {
            chat.says(text);
        }
        for _ in 0..5 {
            chat.says("처음으로");
        }
        assert!(chat.says("네").starts_with("잘 알아듣지"));
    }

    #[test]
    fn a_button_may_hand_over_what_would_be_asked_for() {
        let mut chat = Chat::new();
        let id = chat.scenario.block("회원가입").unwrap().id();
        let extra = json!({ "phone": "010-1234-5678" }).as_object().cloned();
        let said = Said { text: "가입".into(), block: Some(id), extra, trigger: Trigger::CardButtonBlock };
        assert_eq!(chat.hear(&said), "/skill/sign-up [] ");
    }

    #[test]
    fn a_skill_may_set_and_end_the_context_that_its_block_declares() {
        let text = SHIPPED
            .replace("skill = \"/skill/sign-up\"", "skill = \"/skill/sign-up\"\noutput_context = \"order\"");
        let mut chat = Chat { scenario: Scenario::parse(&text).unwrap(), ..Chat::new() };
        let answer = |life_span: u32| {
            let order = json!({ "name": "order", "lifeSpan": life_span, "params": { "menu": "에스프레소", "num": "1", "phone": "010-1234-5678" } });
            json!({ "context": { "values": [order, { "name": "other", "lifeSpan": 1 }] } })
        };
        let bot = Bot { scenario: &chat.scenario, menu: &chat.menu, now: chat.now };
        chat.talk.keep(&bot, "회원가입", &answer(3));
        chat.talk.keep(&bot, "포인트 조회", &answer(0));
        assert_eq!(chat.talk.contexts.len(), 1);
        assert!(chat.says("네").ends_with("menu=에스프레소 num=1 phone=010-1234-5678"));
        let bot = Bot { scenario: &chat.scenario, menu: &chat.menu, now: chat.now };
        chat.talk.keep(&bot, "회원가입", &answer(0));
        assert_eq!(chat.talk.contexts.len(), 0);
    }

    #[test]
    fn the_whole_menu_is_there_to_tap() {
        let mut chat = Chat::new();
        let bot = Bot { scenario: &chat.scenario, menu: &chat.menu, now: chat.now };
        let heard = chat.talk.hear(&bot, &Said { text: "주문하기".into(), ..Said::default() });
        let Step::Say(answer) = heard.step else { panic!("a question was expected") };
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let cards = answer["template"]["outputs"][1]["carousel"]["items"].as_array().unwrap();
        let lengths: Vec<_> = cards.iter().map(|card| card["items"].as_array().unwrap().len()).collect();
        assert_eq!(lengths, [4, 4, 4, 4, 1]);
    }
}
