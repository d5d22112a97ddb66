//! The chat: what a customer says to the bot, and the bubble they read.

use std::fmt;

use cafe_core::payment::OrderId;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};

use super::Cafe;
use super::browser::without_ids;

pub(crate) const SIGN_UP: &str = "sign-up";
pub(crate) const POINT_LOOKUP: &str = "point-lookup";
pub(crate) const ORDER_IN_FULL: &str = "general-payment-preprocess";
pub(crate) const ORDER_WITH_POINTS: &str = "point-payment-preprocess";

/// What a customer reads in the chat.
#[derive(Clone, Debug)]
pub(crate) struct Bubble {
    text: String,
    link: Option<String>,
}

impl Bubble {
    /// Where its button leads.
    pub(crate) fn link(&self) -> &str {
        self.link.as_deref().unwrap_or_else(|| panic!("no link: {self}"))
    }

    /// Whether it has a button.
    pub(crate) fn has_link(&self) -> bool {
        self.link.is_some()
    }

    /// The order that its button pays.
    pub(crate) fn order(&self) -> OrderId {
        OrderId::parse(self.link().rsplit('/').next().unwrap()).unwrap()
    }

    /// Reads an answer, in which no documented limit may be broken.
    fn read(body: &str) -> Bubble {
        let answer: Value = serde_json::from_str(body).unwrap();
        assert_eq!(openbuilder::check::response(&answer), [], "{answer:#}");
        let [output] = &answer["template"]["outputs"].as_array().unwrap()[..] else {
            panic!("one bubble was expected: {answer:#}");
        };
        if let Some(text) = output["simpleText"]["text"].as_str() {
            return Bubble { text: text.to_owned(), link: None };
        }
        let card = &output["commerceCard"];
        let [button] = &card["buttons"].as_array().unwrap()[..] else {
            panic!("one button was expected: {answer:#}");
        };
        let said = |value: &Value| value.as_str().unwrap().to_owned();
        let mut lines = vec![said(&card["title"]), said(&card["description"]), card["price"].to_string()];
        lines.extend(card.get("discount").map(|discount| format!("-{discount}")));
        lines.push(format!("[{}]", said(&button["label"])));
        Bubble { text: lines.join("\n"), link: Some(said(&button["webLinkUrl"])) }
    }
}

impl fmt::Display for Bubble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_ids(&self.text))
    }
}

/// A number as the bot's entity `sys.number` hands it over.
pub(crate) fn wrapped(number: i64) -> Value {
    json!(format!("{{\"amount\": {number}, \"unit\": null}}"))
}

/// A turn of the conversation, as Kakao posts it.
pub(crate) fn payload(user: &str, params: &Value) -> Value {
    let details: Map<String, Value> = params
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), json!({ "origin": value, "value": value, "groupName": "" })))
        .collect();
    json!({
        "bot": { "id": "65f0a1b2c3d4e5f6a7b8c9d0!", "name": "한모금카페" },
        "intent": { "id": "65f0a1b2c3d4e5f6a7b8c9e1", "name": "결제", "extra": { "reason": { "code": 1, "message": "OK" } } },
        "action": {
            "id": "65f0a1b2c3d4e5f6a7b8c9f2",
            "name": "skill",
            "params": params,
            "detailParams": details,
            "clientExtra": null,
        },
        "userRequest": {
            "timezone": "Asia/Seoul",
            "lang": "ko",
            "utterance": "결제할게요\n",
            "params": { "surface": "Kakaotalk.plusfriend", "ignoreMe": "true" },
            "block": { "id": "65f0a1b2c3d4e5f6a7b8c9e1", "name": "결제" },
            "user": {
                "id": user,
                "type": "botUserKey",
                "properties": { "botUserKey": user, "plusfriendUserKey": format!("{user}-plusfriend"), "isFriend": true },
            },
        },
        "contexts": [],
    })
}

impl Cafe {
    /// A customer's turn, and what they read.
    pub(crate) async fn says(&self, user: &str, skill: &str, params: Value) -> Bubble {
        self.posts(skill, payload(user, &params).to_string()).await
    }

    /// A customer's turn where a function may die over it: then they read nothing of ours.
    pub(crate) async fn tries_to_say(&self, user: &str, skill: &str, params: Value) -> Option<Bubble> {
        let turn = payload(user, &params).to_string();
        let (status, body) = self.posts_with(Some(&self.server.skill_key), skill, turn).await;
        if status == StatusCode::BAD_GATEWAY {
            return None;
        }
        assert_eq!(status, StatusCode::OK, "{body}");
        Some(Bubble::read(&body))
    }

    /// Any body to a skill, with its secret. Whatever is wrong with it, a customer reads a bubble.
    pub(crate) async fn posts(&self, skill: &str, body: impl Into<reqwest::Body>) -> Bubble {
        let (status, body) = self.posts_with(Some(&self.server.skill_key), skill, body).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        Bubble::read(&body)
    }

    /// Any body to a skill, with any secret or none.
    pub(crate) async fn posts_with(
        &self,
        secret: Option<&str>,
        skill: &str,
        body: impl Into<reqwest::Body>,
    ) -> (StatusCode, String) {
        let url = format!("{}/skill/{skill}", self.url);
        let mut request = self.http.post(url).header(CONTENT_TYPE, "application/json").body(body);
        if let Some(secret) = secret {
            request = request.header("x-skill-key", secret);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    pub(crate) async fn joins(&self, user: &str, phone: &str) -> Bubble {
        self.says(user, SIGN_UP, json!({ "phone": phone })).await
    }

    /// What a customer reads about the points of a number.
    pub(crate) async fn points(&self, user: &str, phone: &str) -> String {
        self.says(user, POINT_LOOKUP, json!({ "phone": phone })).await.to_string()
    }

    pub(crate) async fn orders(&self, user: &str, phone: &str, cups: i64, drink: &str) -> Bubble {
        let params = json!({ "menu": drink, "num": wrapped(cups), "phone": phone });
        self.says(user, ORDER_IN_FULL, params).await
    }

    pub(crate) async fn orders_with_points(
        &self,
        (user, phone): (&str, &str),
        (cups, drink): (i64, &str),
        points: i64,
    ) -> Bubble {
        let params =
            json!({ "menu": drink, "num": wrapped(cups), "phone": phone, "paypoint": wrapped(points) });
        self.says(user, ORDER_WITH_POINTS, params).await
    }

    /// The usual beginning: Mina joins and orders two cups for 4,400 won, to earn 440 points.
    pub(crate) async fn mina_orders(&self) -> Bubble {
        self.joins("mina", super::MINA).await;
        self.orders("mina", super::MINA, 2, "아이스아메리카노").await
    }
}
