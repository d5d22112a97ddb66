//! What OpenBuilder would post to a skill for a turn.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::chat::entity::Found;
use crate::chat::scenario::{Block, Scenario, id};
use crate::chat::turn::{Bot, Context, Heard, Known, Said, Step};

/// The payload, in the order in which Kakao writes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    intent: Value,
    user_request: Value,
    bot: Value,
    action: Value,
    contexts: Vec<Value>,
    flow: Value,
}

/// The body for the turn in which `said` was said, and `heard` was made of it. `key` is the customer's.
pub(crate) fn body(bot: &Bot<'_>, key: &str, said: &Said, heard: &Heard) -> String {
    let Step::Call { path, contexts, last_block } = &heard.step else { return String::new() };
    let scenario = bot.scenario;
    let name = |name: &str| json!({ "id": block_id(scenario, name), "name": name });
    let block = name(&heard.block);
    let last = last_block.as_deref().map(name);
    let mut intent = block.clone();
    intent["extra"] = json!({ "reason": { "code": 1, "message": "OK" } });
    let skill = path.trim_start_matches("/skill/");
    let payload = Payload {
        intent,
        user_request: json!({
            "timezone": "Asia/Seoul",
            "lang": "ko",
            // Kakao ends what was said with a line break.
            "utterance": format!("{}\n", said.text),
            "params": { "surface": "Kakaotalk.plusfriend", "ignoreMe": "true" },
            "block": block,
            "user": {
                "id": key,
                "type": "botUserKey",
                "properties": {
                    "botUserKey": key, "bot_user_key": key,
                    "plusfriendUserKey": key[..12], "plusfriend_user_key": key[..12],
                    "isFriend": true,
                },
            },
        }),
        // A bot that nobody has deployed speaks in its development channel.
        bot: json!({ "id": format!("{}!", id(&scenario.name)), "name": scenario.name }),
        action: json!({
            "id": id(skill),
            "name": skill,
            "params": values(&heard.known),
            "detailParams": details(&heard.known),
            "clientExtra": said.extra,
        }),
        contexts: contexts.iter().map(|kept| context(kept, bot.now)).collect(),
        flow: json!({ "trigger": { "type": said.trigger, "referrerBlock": last }, "lastBlock": last }),
    };
    serde_json::to_string(&payload).unwrap_or_default()
}

fn block_id(scenario: &Scenario, name: &str) -> String {
    scenario.block(name).map_or_else(|| id(name), Block::id)
}

fn values(known: &Known) -> Map<String, Value> {
    known.iter().map(|(name, found)| (name.clone(), json!(found.value))).collect()
}

fn details(known: &Known) -> Map<String, Value> {
    let detail = |found: &Found| json!({ "origin": found.origin, "value": found.value, "groupName": "" });
    known.iter().map(|(name, found)| (name.clone(), detail(found))).collect()
}

fn context(context: &Context, now: Timestamp) -> Value {
    let param = |found: &Found| json!({ "value": found.origin, "resolvedValue": found.value });
    let params: Map<_, _> = context.known.iter().map(|(name, found)| (name.clone(), param(found))).collect();
    let ttl = context.until.duration_since(now).as_secs();
    json!({ "name": context.name, "lifespan": context.blocks_left, "ttl": ttl, "params": params })
}
