//! An answer as KakaoTalk draws it: over-long texts cut, what it does not understand left out. No markup here.

use openbuilder::{fit, limits};
use serde_json::Value;
use url::Url;

use crate::chat::turn::{Said, Trigger};

/// What is seen of an answer.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    pub(crate) bubbles: Vec<Bubble>,
    pub(crate) replies: Vec<Button>,
}

/// One bubble.
#[derive(Debug)]
pub(crate) enum Bubble {
    Text {
        shown: String,
        /// What is folded away behind 전체 보기.
        folded: Option<String>,
    },
    Image(Picture),
    Card(Box<Card>),
    Carousel {
        header: Option<Header>,
        cards: Vec<Card>,
    },
}

/// Any card: which parts it has makes it one kind or another.
#[derive(Debug, Default)]
pub(crate) struct Card {
    /// The kind, as a class of the style sheet.
    pub(crate) kind: &'static str,
    pub(crate) picture: Option<Picture>,
    pub(crate) profile: Option<Profile>,
    pub(crate) head: Option<String>,
    pub(crate) image_title: Option<ListItem>,
    pub(crate) title: Option<String>,
    pub(crate) price: Option<Price>,
    pub(crate) description: Option<String>,
    pub(crate) rows: Vec<Row>,
    pub(crate) summary: Option<Row>,
    pub(crate) is_right_aligned: bool,
    pub(crate) items: Vec<ListItem>,
    pub(crate) buttons: Vec<Button>,
    pub(crate) is_horizontal: bool,
}

#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) url: String,
    pub(crate) alt: String,
    pub(crate) is_square: bool,
    pub(crate) link: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) picture: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Price {
    pub(crate) now: String,
    pub(crate) before: Option<String>,
    pub(crate) rate: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) title: String,
    pub(crate) description: String,
}

#[derive(Debug)]
pub(crate) struct ListItem {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) picture: Option<String>,
    pub(crate) tap: Tap,
}

/// The card in front of a carousel.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) picture: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Button {
    pub(crate) label: String,
    pub(crate) tap: Tap,
}

/// What a tap does.
#[derive(Debug)]
pub(crate) enum Tap {
    /// Speaks for the customer: a [`Said`] as JSON.
    Says(String),
    /// Opens a page.
    Opens(String),
    /// Calls a telephone.
    Calls(String),
    /// Something that only KakaoTalk itself can do, or nothing.
    Nothing,
}

/// Draws an answer; nothing is drawn of one that KakaoTalk could not read.
pub(crate) fn draw(answer: &Value) -> Drawn {
    if answer["version"] != "2.0" {
        return Drawn::default();
    }
    let template = &answer["template"];
    let outputs = list(template, "outputs").iter().take(limits::OUTPUTS);
    let replies = list(template, "quickReplies").iter().take(limits::QUICK_REPLIES);
    Drawn { bubbles: outputs.filter_map(bubble).collect(), replies: quick_replies(replies) }
}

/// Draws an answer in JSON.
pub(crate) fn draw_text(answer: &str) -> Drawn {
    serde_json::from_str(answer).map(|answer| draw(&answer)).unwrap_or_default()
}

/// Draws quick replies.
pub(crate) fn quick_replies<'a>(replies: impl IntoIterator<Item = &'a Value>) -> Vec<Button> {
    let reply = |reply| {
        let label = text(reply, "label")?.to_owned();
        Some(Button { tap: tap(reply, &label, Speaker::QuickReply), label })
    };
    replies.into_iter().filter_map(reply).collect()
}

fn bubble(output: &Value) -> Option<Bubble> {
    let entries = output.as_object().filter(|entries| entries.len() == 1)?;
    if output.to_string().len() > limits::BUBBLE_BYTES {
        return None;
    }
    let (name, component) = entries.iter().next()?;
    match name.as_str() {
        "simpleText" => {
            let text = fit(text(component, "text")?, limits::SIMPLE_TEXT);
            let fold = text.char_indices().nth(limits::SIMPLE_TEXT_UNFOLDED);
            let (shown, folded) =
                fold.map_or((&*text, None), |(at, _)| (&text[..at], Some(text[at..].to_owned())));
            Some(Bubble::Text { shown: shown.to_owned(), folded })
        }
        "simpleImage" => {
            let url = address(component, "imageUrl")?;
            let alt = cut(component, "altText", limits::ALT_TEXT).unwrap_or_default();
            Some(Bubble::Image(Picture { url, alt, is_square: false, link: None }))
        }
        "carousel" => carousel(component),
        kind => Some(Bubble::Card(Box::new(card(kind, component, false)?))),
    }
}

fn carousel(carousel: &Value) -> Option<Bubble> {
    let kind = text(carousel, "type")?;
    let most = if kind == "listCard" { limits::CAROUSEL_LIST_CARDS } else { limits::CAROUSEL_CARDS };
    let cards = list(carousel, "items").iter().take(most);
    let cards: Vec<_> = cards.filter_map(|item| card(kind, item, true)).collect();
    let header = &carousel["header"];
    let header = (header.is_object() && !matches!(kind, "textCard" | "listCard")).then(|| Header {
        title: text(header, "title").unwrap_or_default().to_owned(),
        description: text(header, "description").unwrap_or_default().to_owned(),
        picture: address(&header["thumbnail"], "imageUrl"),
    });
    (!cards.is_empty()).then_some(Bubble::Carousel { header, cards })
}

/// Draws a card, unless a part is missing without which KakaoTalk shows none.
fn card(kind: &str, card: &Value, in_carousel: bool) -> Option<Card> {
    let drawn = match kind {
        "textCard" => text_card(card, in_carousel),
        "basicCard" => basic_card(card),
        "commerceCard" => commerce_card(card),
        "listCard" => list_card(card, in_carousel),
        "itemCard" => item_card(card, in_carousel),
        _ => None,
    }?;
    let is_square = drawn.kind != "item" && drawn.picture.as_ref().is_some_and(|picture| picture.is_square);
    let is_horizontal = match card["buttonLayout"].as_str() {
        Some(layout) => layout == "horizontal",
        None => is_square,
    };
    let most = if is_horizontal { limits::BUTTONS_HORIZONTAL } else { limits::BUTTONS_VERTICAL };
    let buttons: Vec<_> = list(card, "buttons").iter().take(most).collect();
    let label_limit = if is_horizontal && buttons.len() > 1 {
        limits::BUTTON_LABEL_SIDE_BY_SIDE
    } else {
        limits::BUTTON_LABEL
    };
    let button = |button: &Value| {
        let label = cut(button, "label", label_limit)?;
        Some(Button { tap: tap(button, &label, Speaker::Card), label })
    };
    let buttons = buttons.into_iter().filter_map(button).collect();
    Some(Card { buttons, is_horizontal, ..drawn })
}

fn text_card(card: &Value, in_carousel: bool) -> Option<Card> {
    let title = cut(card, "title", limits::TEXT_CARD_TITLE);
    let room = limits::TEXT_CARD_TEXT - title.as_deref().map_or(0, |title| title.chars().count());
    let room = if in_carousel { room.min(limits::TEXT_CARD_CAROUSEL_DESCRIPTION) } else { room };
    let description = cut(card, "description", room);
    (title.is_some() || description.is_some()).then(|| Card {
        kind: "text",
        title,
        description,
        ..Card::default()
    })
}

fn basic_card(card: &Value) -> Option<Card> {
    Some(Card {
        kind: "basic",
        picture: Some(picture(&card["thumbnail"])?),
        title: cut(card, "title", limits::BASIC_CARD_TITLE),
        description: cut(card, "description", limits::BASIC_CARD_DESCRIPTION),
        ..Card::default()
    })
}

fn commerce_card(card: &Value) -> Option<Card> {
    let full = card["price"].as_u64()?;
    let discounted = card["discountedPrice"].as_u64();
    let off = card["discount"].as_u64().map(|discount| full.saturating_sub(discount));
    let now = discounted.or(off).unwrap_or(full);
    let profile = &card["profile"];
    Some(Card {
        kind: "commerce",
        picture: Some(picture(card["thumbnails"].get(0)?)?),
        profile: text(profile, "nickname")
            .map(|name| Profile { name: name.to_owned(), picture: address(profile, "imageUrl") }),
        title: cut(card, "title", limits::COMMERCE_CARD_TITLE),
        price: Some(Price {
            now: won(now),
            before: (now != full).then(|| won(full)),
            rate: card["discountRate"].as_u64().filter(|_| discounted.is_some()),
        }),
        description: cut(card, "description", limits::COMMERCE_CARD_DESCRIPTION),
        ..Card::default()
    })
}

fn list_card(card: &Value, in_carousel: bool) -> Option<Card> {
    let most = if in_carousel { limits::LIST_ITEMS_CAROUSEL } else { limits::LIST_ITEMS };
    let item = |item| {
        let title = text(item, "title")?;
        let tap = match address(&item["link"], "web").or_else(|| address(&item["link"], "pc")) {
            Some(url) => Tap::Opens(url),
            None => tap(item, title, Speaker::ListItem),
        };
        Some(ListItem { tap, ..list_item(item, title) })
    };
    let items: Vec<_> = list(card, "items").iter().take(most).filter_map(item).collect();
    let head = text(&card["header"], "title")?.to_owned();
    (!items.is_empty()).then(|| Card { kind: "list", head: Some(head), items, ..Card::default() })
}

fn item_card(card: &Value, in_carousel: bool) -> Option<Card> {
    let (most, room) = if in_carousel {
        (limits::ITEM_ROWS_CAROUSEL, limits::ITEM_CARD_TEXT_CAROUSEL)
    } else {
        (limits::ITEM_ROWS, limits::ITEM_CARD_TEXT)
    };
    let row = |row: &Value, title, description| {
        Some(Row { title: cut(row, "title", title)?, description: cut(row, "description", description)? })
    };
    let rows = list(card, "itemList").iter().take(most);
    let rows: Vec<_> = rows.filter_map(|of| row(of, limits::ITEM_ROW_TITLE, usize::MAX)).collect();
    let title = cut(card, "title", room);
    let left = room - title.as_deref().map_or(0, |title| title.chars().count());
    let (profile, image_title, thumbnail) = (&card["profile"], &card["imageTitle"], &card["thumbnail"]);
    let drawn = Card {
        kind: "item",
        picture: picture(thumbnail)
            .map(|picture| Picture { is_square: thumbnail["width"] == thumbnail["height"], ..picture }),
        profile: cut(profile, "title", limits::ITEM_PROFILE_TITLE)
            .map(|name| Profile { name, picture: address(profile, "imageUrl") }),
        head: text(&card["head"], "title").map(str::to_owned),
        image_title: text(image_title, "title").map(|title| list_item(image_title, title)),
        // A description shows under a title only.
        description: title.as_ref().and_then(|_| cut(card, "description", left)),
        title,
        summary: row(&card["itemListSummary"], limits::ITEM_SUMMARY_TITLE, limits::ITEM_SUMMARY_DESCRIPTION),
        is_right_aligned: card["itemListAlignment"] == "right",
        rows,
        ..Card::default()
    };
    (!drawn.rows.is_empty()).then_some(drawn)
}

fn list_item(item: &Value, title: &str) -> ListItem {
    let description = text(item, "description").unwrap_or_default().to_owned();
    ListItem { title: title.to_owned(), description, picture: address(item, "imageUrl"), tap: Tap::Nothing }
}

fn picture(thumbnail: &Value) -> Option<Picture> {
    let link = &thumbnail["link"];
    Some(Picture {
        url: address(thumbnail, "imageUrl")?,
        alt: cut(thumbnail, "altText", limits::ALT_TEXT).unwrap_or_default(),
        is_square: thumbnail["fixedRatio"] == true,
        link: ["web", "pc", "mobile"].into_iter().find_map(|device| address(link, device)),
    })
}

/// Where something to tap stands.
#[derive(Clone, Copy, Debug)]
enum Speaker {
    Card,
    ListItem,
    QuickReply,
}

fn tap(button: &Value, label: &str, speaker: Speaker) -> Tap {
    let (message, block) = match speaker {
        Speaker::Card => (Trigger::CardButtonMessage, Trigger::CardButtonBlock),
        Speaker::ListItem => (Trigger::ListItemMessage, Trigger::ListItemBlock),
        Speaker::QuickReply => (Trigger::QuickReplyMessage, Trigger::QuickReplyBlock),
    };
    let says = |text: &str, block: Option<&str>, trigger| {
        let extra = button["extra"].as_object().cloned();
        let said = Said { text: text.to_owned(), block: block.map(str::to_owned), extra, trigger };
        serde_json::to_string(&said).map_or(Tap::Nothing, Tap::Says)
    };
    match (button["action"].as_str(), speaker) {
        (Some("message"), _) => {
            text(button, "messageText").map_or(Tap::Nothing, |text| says(text, None, message))
        }
        (Some("block"), _) => text(button, "blockId")
            .map_or(Tap::Nothing, |id| says(text(button, "messageText").unwrap_or(label), Some(id), block)),
        (Some("webLink"), Speaker::Card) => address(button, "webLinkUrl").map_or(Tap::Nothing, Tap::Opens),
        (Some("phone"), Speaker::Card) => {
            text(button, "phoneNumber").map_or(Tap::Nothing, |number| Tap::Calls(number.to_owned()))
        }
        _ => Tap::Nothing,
    }
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The text in a field, unless it is missing or blank.
fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value[key].as_str().filter(|text| !text.trim().is_empty())
}

fn cut(value: &Value, key: &str, limit: usize) -> Option<String> {
    Some(fit(text(value, key)?, limit).into_owned())
}

/// The address in a field, if it is one that KakaoTalk opens. No script ever is.
fn address(value: &Value, key: &str) -> Option<String> {
    let url = Url::parse(text(value, key)?).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

/// `4400` as `4,400원`.
fn won(amount: u64) -> String {
    let digits = amount.to_string();
    let (first, rest) = digits.split_at((digits.len() - 1) % 3 + 1);
    let groups = rest.as_bytes().chunks(3).map(|group| String::from_utf8_lossy(group).into_owned());
    format!("{}원", std::iter::once(first.to_owned()).chain(groups).collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Bubble, Card, Tap, draw, won};

    const IMAGE: &str = "https://cafe.example/i.png";

    fn drawn(bubble: &Value) -> Option<Bubble> {
        let answer = json!({ "version": "2.0", "template": { "outputs": [bubble] } });
        draw(&answer).bubbles.pop()
    }

    fn card(bubble: &Value) -> Card {
        match drawn(bubble) {
            Some(Bubble::Card(card)) => *card,
            other => panic!("a card was expected: {other:?}"),
        }
    }

    #[test]
    fn what_kakaotalk_would_not_show_is_not_drawn() {
        for bubble in [
            json!({ "simpleText": {} }),
            json!({ "simpleText": { "text": " " } }),
            json!({ "simpleText": { "text": "네" }, "simpleImage": { "imageUrl": IMAGE } }),
            json!({ "simpleImage": { "imageUrl": "javascript:alert(1)" } }),
            json!({ "textCard": { "buttons": [] } }),
            json!({ "basicCard": { "title": "no picture" } }),
            json!({ "commerceCard": { "price": "4400", "thumbnails": [{ "imageUrl": IMAGE }] } }),
            json!({ "commerceCard": { "price": 4400, "thumbnails": [] } }),
            json!({ "listCard": { "header": { "title": "h" }, "items": [] } }),
            json!({ "itemCard": { "itemList": [{ "title": "no description" }] } }),
            json!({ "carousel": { "type": "mapCard", "items": [{}] } }),
            json!({ "mapCard": {} }),
            json!({ "basicCard": { "thumbnail": { "imageUrl": IMAGE }, "unknown": "가".repeat(12_000) } }),
            json!("text"),
            Value::Null,
        ] {
            assert!(drawn(&bubble).is_none(), "{bubble}");
        }
        for answer in [json!({ "contents": [] }), json!([]), json!({ "version": "2.0" })] {
            assert!(draw(&answer).bubbles.is_empty());
        }
    }

    #[test]
    fn what_is_too_long_is_cut_where_kakaotalk_cuts() {
        let Some(Bubble::Text { shown, folded }) =
            drawn(&json!({ "simpleText": { "text": "가".repeat(1_001) } }))
        else {
            panic!("a text was expected");
        };
        assert_eq!((shown.chars().count(), folded.unwrap().chars().count()), (500, 500));

        let button = json!({ "label": "열네글자를넘는이름표가아닌가", "action": "share" });
        let buttons = vec![button; 4];
        let thumbnail = json!({ "imageUrl": IMAGE, "fixedRatio": false });
        let long = card(&json!({ "commerceCard": {
            "title": "가".repeat(31), "description": "가".repeat(41), "price": 4400, "thumbnails": [thumbnail], "buttons": buttons
        } }));
        let length = |text: &Option<String>| text.as_ref().unwrap().chars().count();
        assert_eq!((length(&long.title), length(&long.description), long.buttons.len()), (30, 40, 3));
        assert_eq!(long.buttons[0].label, "열네글자를넘는이름표가아닌가");

        let square = card(
            &json!({ "basicCard": { "thumbnail": { "imageUrl": IMAGE, "fixedRatio": true }, "buttons": buttons } }),
        );
        assert!(square.is_horizontal && square.buttons.len() == 2);
        assert_eq!(square.buttons[0].label, "열네글자를넘는…");

        let texts =
            card(&json!({ "textCard": { "title": "가".repeat(60), "description": "가".repeat(400) } }));
        assert_eq!(length(&texts.title) + length(&texts.description), 400);

        let outputs = vec![json!({ "simpleText": { "text": "네" } }); 4];
        let replies = vec![json!({ "label": "a", "action": "message", "messageText": "a" }); 11];
        let drawn =
            draw(&json!({ "version": "2.0", "template": { "outputs": outputs, "quickReplies": replies } }));
        assert_eq!((drawn.bubbles.len(), drawn.replies.len()), (3, 10));
    }

    #[test]
    fn a_price_is_shown_as_it_was_taken_off() {
        let price = |discount: Value| {
            let mut commerce = json!({ "price": 10_000, "thumbnails": [{ "imageUrl": IMAGE }] });
            commerce.as_object_mut().unwrap().extend(discount.as_object().unwrap().clone());
            let price = card(&json!({ "commerceCard": commerce })).price.unwrap();
            (price.now, price.before.is_some(), price.rate)
        };
        assert_eq!(price(json!({})), ("10,000원".into(), false, None));
        assert_eq!(price(json!({ "discount": 500 })), ("9,500원".into(), true, None));
        assert_eq!(
            price(json!({ "discount": 500, "discountedPrice": 7_000 })),
            ("7,000원".into(), true, None)
        );
        assert_eq!(
            price(json!({ "discountRate": 30, "discountedPrice": 7_000 })),
            ("7,000원".into(), true, Some(30))
        );
        assert_eq!([0, 999, 1_000, 1_234_567].map(won), ["0원", "999원", "1,000원", "1,234,567원"]);
    }

    #[test]
    fn taps_do_what_they_say_and_no_link_runs_a_script() {
        let tap = |button: Value| {
            card(&json!({ "textCard": { "title": "t", "buttons": [button] } })).buttons.pop().unwrap().tap
        };
        let opens = |url| tap(json!({ "label": "l", "action": "webLink", "webLinkUrl": url }));
        assert!(
            matches!(opens("https://cafe.example/pay/1"), Tap::Opens(url) if url == "https://cafe.example/pay/1")
        );
        assert!(matches!(opens("javascript:alert(1)"), Tap::Nothing));
        let Tap::Says(said) =
            tap(json!({ "label": "l", "action": "block", "blockId": "b", "extra": { "menu": "물" } }))
        else {
            panic!("words were expected");
        };
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(
            said,
            json!({ "text": "l", "block": "b", "extra": { "menu": "물" }, "trigger": "CARD_BUTTON_BLOCK" })
        );
        assert!(matches!(tap(json!({ "label": "l", "action": "phone", "phoneNumber": "1" })), Tap::Calls(_)));
        assert!(matches!(tap(json!({ "label": "l", "action": "share" })), Tap::Nothing));
    }

    #[test]
    fn every_component_is_drawn() {
        let thumbnail = json!({ "imageUrl": IMAGE });
        let item = card(&json!({ "itemCard": {
            "thumbnail": { "imageUrl": IMAGE, "width": 800, "height": 400 }, "profile": { "title": "카페" },
            "imageTitle": { "title": "주문 확인" }, "itemList": [{ "title": "음료", "description": "라떼" }],
            "itemListAlignment": "right", "itemListSummary": { "title": "합계", "description": "4,400원" },
            "title": "t", "description": "d"
        } }));
        assert!(item.is_right_aligned && !item.picture.unwrap().is_square);
        assert_eq!((item.rows.len(), item.summary.unwrap().description.as_str()), (1, "4,400원"));
        let list = card(
            &json!({ "listCard": { "header": { "title": "메뉴" }, "items": [{ "title": "라떼", "link": { "web": IMAGE } }] } }),
        );
        assert!(matches!(list.items[0].tap, Tap::Opens(_)));
        let carousel = json!({ "carousel": { "type": "basicCard", "header": { "title": "h" }, "items": [{ "thumbnail": thumbnail }, {}] } });
        let Some(Bubble::Carousel { header: Some(_), cards }) = drawn(&carousel) else {
            panic!("a carousel was expected")
        };
        assert_eq!(cards.len(), 1);
    }
}
