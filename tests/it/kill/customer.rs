//! A customer of the shop: orders, pays or does not, reloads what does not answer, and remembers what they were told.

use std::collections::BTreeMap;
use std::sync::Arc;

use cafe_core::payment::OrderId;
use fastrand::Rng;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Shop, TRIES};
use crate::cafe::{Answer, Bubble, Cafe, ORDER_IN_FULL, ORDER_WITH_POINTS, SIGN_UP, at_once};

/// What an espresso costs, which points can cover.
const ESPRESSO: &str = "1500";

pub(crate) struct Customer {
    pub(crate) shop: Arc<Shop>,
    pub(crate) user: String,
    pub(crate) phone: String,
    pub(crate) dice: Rng,
}

/// What a customer remembers of an order.
pub(crate) struct Remembered {
    pub(crate) order: OrderId,
    /// Where they were last.
    pub(crate) link: String,
    /// What they were told last.
    pub(crate) told: Told,
    /// What they were told of refunds, by the request's name: the sum.
    pub(crate) refunded: BTreeMap<String, i64>,
}

/// What a page tells of the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Nothing, or to wait.
    Nothing,
    /// That it is paid.
    Paid,
    /// That none was taken.
    NoneTaken,
}

impl Told {
    fn by(answer: &Answer) -> Told {
        if answer.denies_payment() {
            Told::NoneTaken
        } else if answer.status == StatusCode::OK && answer.body.contains("주문 금액") {
            Told::Paid
        } else {
            Told::Nothing
        }
    }
}

impl Remembered {
    /// Believes what a page says. What it says of the money must be true at that moment.
    pub(crate) fn hears(&mut self, cafe: &Cafe, answer: &Answer) {
        let (told, collected) = (Told::by(answer), cafe.collected(self.order));
        assert!(told != Told::NoneTaken || collected == 0, "{collected} collected, and yet {answer}");
        // Of several tabs the slowest may still ask to wait.
        if self.told != Told::Paid || told == Told::NoneTaken {
            self.told = told;
        }
    }
}

impl Customer {
    /// Joins, orders so many times, and comes back to what was left open. Gives all that they remember.
    pub(crate) async fn lives(mut self, orders: u32) -> Vec<Remembered> {
        let join = json!({ "phone": self.phone });
        while self.shop.cafe.tries_to_say(&self.user, SIGN_UP, join.clone()).await.is_none() {}
        let mut all = Vec::new();
        for _ in 0..orders {
            let remembered = self.orders().await;
            all.push(remembered);
            self.shop.sells_one().await;
            // Whoever waits for a page looks at it again between other things.
            for open in all.iter_mut().filter(|one| one.told == Told::Nothing) {
                self.shop.reloads(open).await;
            }
        }
        all
    }

    async fn orders(&mut self) -> Remembered {
        let card = self.chooses().await;
        let (order, link) = (card.order(), card.link().to_owned());
        let mut remembered = Remembered { order, link, told: Told::Nothing, refunded: BTreeMap::new() };
        let Some(page) = self.follows(&mut remembered).await else { return remembered };
        self.is_at_the_gateway(&mut remembered, page).await;
        if remembered.told == Told::Paid && self.dice.u32(..4) == 0 {
            self.wants_money_back(&mut remembered).await;
        }
        remembered
    }

    /// Tells the bot what to make, until it has a card for it.
    async fn chooses(&mut self) -> Bubble {
        loop {
            let cups = self.dice.i64(1..4).to_string();
            let (skill, mut params) = match self.dice.u32(..4) {
                0 => (ORDER_WITH_POINTS, json!({ "menu": "에스프레소", "num": "1", "paypoint": ESPRESSO })),
                1 => {
                    let points = self.dice.i64(1..200).to_string();
                    (ORDER_WITH_POINTS, json!({ "menu": "핫카페라떼", "num": cups, "paypoint": points }))
                }
                _ => (ORDER_IN_FULL, json!({ "menu": "아이스아메리카노", "num": cups })),
            };
            params["phone"] = json!(self.phone);
            // No answer, or too few points: they say something else.
            let said = self.shop.cafe.tries_to_say(&self.user, skill, params).await;
            if let Some(card) = said.filter(Bubble::has_link) {
                return card;
            }
        }
    }

    /// Follows the link until it leads somewhere.
    async fn follows(&mut self, remembered: &mut Remembered) -> Option<String> {
        for _ in 0..TRIES {
            let Some(answer) = self.shop.cafe.tries(&remembered.link).await else { continue };
            if answer.status == StatusCode::MOVED_PERMANENTLY {
                // Whatever they were told before, they go on to pay.
                remembered.told = Told::Nothing;
                return Some(answer.location().to_owned());
            }
            remembered.hears(&self.shop.cafe, &answer);
        }
        None
    }

    /// Does on the gateway's page what people do there, and comes back, or does not.
    async fn is_at_the_gateway(&mut self, remembered: &mut Remembered, page: String) {
        let cafe = &self.shop.cafe;
        if !page.starts_with(cafe.kakaopay_url()) {
            // Points cover it, so they are back already.
            return self.is_back_at(remembered, &[page]).await;
        }
        let links = match self.dice.u32(..20) {
            0 => return,
            1 => return drop(cafe.pays(&page).await),
            2..4 => vec![cafe.cancels(&page).await],
            4 => vec![cafe.fails(&page).await],
            5..7 => vec![cafe.pays(&page).await, format!("{}/cancel", remembered.link)],
            7..9 => vec![cafe.pays(&page).await; 2],
            _ => vec![cafe.pays(&page).await],
        };
        self.is_back_at(remembered, &links).await;
    }

    /// Comes back, in several tabs at once where there are several links, and then looks at the first.
    async fn is_back_at(&mut self, remembered: &mut Remembered, links: &[String]) {
        remembered.link.clone_from(&links[0]);
        let answers = at_once(links.iter().map(|link| self.shop.cafe.tries(link))).await;
        for answer in answers.iter().flatten() {
            remembered.hears(&self.shop.cafe, answer);
        }
        if remembered.told == Told::Nothing {
            self.shop.reloads_until_told(remembered).await;
        }
    }

    /// Has the owner give some or all of it back, who asks again where nothing is heard.
    async fn wants_money_back(&mut self, remembered: &mut Remembered) {
        let amounts: &[Option<i64>] = match self.dice.u32(..3) {
            0 => &[None],
            1 => &[Some(500)],
            _ => &[Some(300), Some(200), None],
        };
        for (place, amount) in amounts.iter().enumerate() {
            let name = format!("refund-{place}");
            let mut event =
                json!({ "order": remembered.order.to_string(), "reason": "식은 커피", "request": name });
            if let Some(amount) = amount {
                event["amount"] = json!(amount);
            }
            for _ in 0..TRIES {
                let hands = self.dice.usize(1..3);
                let answers = at_once((0..hands).map(|_| self.shop.invokes("refund", &event))).await;
                let made = |answer: &Value| answer["outcome"] == "refunded";
                if let Some(answer) = answers.into_iter().flatten().find(made) {
                    remembered.refunded.insert(name, answer["amount"].as_i64().unwrap());
                    break;
                }
            }
        }
    }
}
