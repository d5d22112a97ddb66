//! What holds for whatever comes.

use openbuilder::callback::CallbackUrl;
use openbuilder::response::{
    Alignment, BasicCard, Button, ButtonLayout, Carousel, CarouselHeader, CommerceCard, ContextValue,
    Discount, ImageTitle, ItemCard, ItemProfile, ItemRow, ItemSummary, ItemThumbnail, Link, ListCard,
    ListItem, Profile, QuickReply, SimpleImage, SimpleText, SkillResponse, TextCard, Thumbnail,
};
use openbuilder::{LimitError, Payload, PhoneNumber, check, fit, validation};
use proptest::prelude::*;
use serde_json::Value;

/// Anything that JSON can say, with the keys that payloads use, so that it gets far into the reader.
fn any_json() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "bot",
        "intent",
        "action",
        "params",
        "clientExtra",
        "contexts",
        "userRequest",
        "user",
        "properties",
        "id",
        "name",
        "value",
        "resolvedValue",
        "flow",
        "trigger",
        "type",
        "amount",
        "extra",
        "knowledge",
        "template",
        "matchedKnowledges",
        "categories",
        "detailParams",
        "p",
        "outputs",
        "quickReplies",
        "version",
        "context",
        "values",
        "carousel",
        "items",
        "basicCard",
        "itemCard",
        "commerceCard",
        "thumbnails",
        "buttons",
        "label",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[+-]?[0-9０-９,.]{0,25}[잔P]?".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|fields| fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

fn read_everything(payload: &Payload) {
    let _ = (payload.user(), payload.user_id(), payload.utterance(), payload.block(), payload.flow());
    let _ =
        (payload.bot().is_dev_channel(), payload.intent(), payload.knowledge().count(), payload.is_friend());
    let _ = (payload.detail_params().count(), payload.contexts().count(), format!("{payload:?}"));
    if let Some(param) = payload.param("p") {
        let _ = (param.text(), param.integer(), param.phone());
    }
    let _ = payload.callback_url().map(CallbackUrl::parse);
}

/// What a builder is made from.
#[derive(Debug, Clone)]
struct Seed {
    kind: u8,
    texts: [String; 4],
    numbers: [u64; 2],
    n: usize,
    flags: [bool; 5],
}

fn seed() -> impl Strategy<Value = Seed> {
    // Mostly texts that fit, some that do not, some of several lines, some that escape to more bytes.
    let text = prop_oneof![4 => "[가-힣a-z ]{1,8}", 2 => "\\PC{0,60}", 1 => "[가-힣\n\"\\\\]{1,260}"];
    let texts = [text.clone(), text.clone(), text.clone(), text];
    let numbers = [0..20_000_u64, 0..10_000_u64];
    (0..16_u8, texts, numbers, 1..7_usize, any::<[bool; 5]>())
        .prop_map(|(kind, texts, numbers, n, flags)| Seed { kind, texts, numbers, n, flags })
}

const IMAGE: &str = "https://cafe.example/i.png";

fn thumbnail(seed: &Seed) -> Result<Thumbnail, LimitError> {
    let thumbnail = Thumbnail::new(IMAGE)?.alt_text(fit(&seed.texts[0], 50))?;
    let thumbnail = if seed.flags[0] { thumbnail.square() } else { thumbnail };
    Ok(if seed.flags[1] { thumbnail.link(Link::per_device(IMAGE, IMAGE)?) } else { thumbnail })
}

fn button(seed: &Seed) -> Result<Button, LimitError> {
    let [label, text, ..] = &seed.texts;
    match seed.n {
        1 => Button::web_link(label.as_str(), "https://cafe.example/결제"),
        2 => Button::message(label.as_str(), text)?.extra(text, seed.numbers[0]),
        3 => Button::block(label.as_str(), text)?.saying(text)?.extra("menu", text.as_str()),
        4 => Button::phone(label.as_str(), "02-123-4567"),
        5 => Button::operator(label.as_str()),
        _ => Button::share(label.as_str()),
    }
}

fn layout(seed: &Seed) -> ButtonLayout {
    if seed.flags[2] { ButtonLayout::Horizontal } else { ButtonLayout::Vertical }
}

fn text_card(seed: &Seed) -> Result<TextCard, LimitError> {
    let card = TextCard::new(&seed.texts[2])?.title(&seed.texts[3])?.layout(layout(seed))?;
    if seed.flags[3] { card.forwardable() } else { card.button(button(seed)?)?.button(button(seed)?) }
}

fn basic_card(seed: &Seed) -> Result<BasicCard, LimitError> {
    let card = BasicCard::new(thumbnail(seed)?).title(&seed.texts[2])?.description(&seed.texts[3])?;
    let card = (1..seed.n).try_fold(card, |card, _| card.button(button(seed)?))?;
    if seed.flags[3] { card.layout(layout(seed)) } else { Ok(card) }
}

fn commerce_card(seed: &Seed) -> Result<CommerceCard, LimitError> {
    let [price, less] = seed.numbers;
    let card = CommerceCard::new(price, thumbnail(seed)?)
        .title(fit(&seed.texts[2], 30))?
        .description(fit(&seed.texts[3], 40))?
        .profile(Profile::new(&seed.texts[0])?.image(IMAGE)?)
        .button(button(seed)?)?;
    match seed.n {
        1 => card.discount(less),
        2 => card.discounted(Discount::To(less)),
        3 => card.discounted(Discount::Percent { rate: 30, discounted_price: less }),
        _ => Ok(card),
    }
}

fn list_card(seed: &Seed) -> Result<ListCard, LimitError> {
    let item = ListItem::new(&seed.texts[1])?.description(&seed.texts[2])?.image(IMAGE)?;
    let item = match seed.n {
        1 => item.link(Link::web(IMAGE)?),
        2 => item.message(&seed.texts[0])?.extra("a", 1)?,
        _ => item.block("b1")?.saying(&seed.texts[0])?,
    };
    ListCard::new(&seed.texts[3], vec![item; seed.n])?.button(button(seed)?)
}

fn item_card(seed: &Seed) -> Result<ItemCard, LimitError> {
    let [first, second, third, fourth] = &seed.texts;
    let row = ItemRow::new(fit(first, 6), second)?;
    let card = ItemCard::new(vec![row; seed.n])?
        .head(second)?
        .image_title(ImageTitle::new(third)?.description(fourth)?.image(IMAGE)?)
        .summary(ItemSummary::new(fit(first, 6), fit(second, 14))?)
        .alignment(if seed.flags[0] { Alignment::Left } else { Alignment::Right })
        .title_and_description(third, fourth)?
        .layout(layout(seed))?
        .button(button(seed)?)?;
    let wide = if seed.flags[1] { ItemThumbnail::wide(IMAGE)? } else { ItemThumbnail::square(IMAGE)? };
    let card = if seed.flags[2] { card.thumbnail(wide.alt_text(fit(first, 50))?) } else { card };
    Ok(if seed.flags[3] {
        card.profile(ItemProfile::new(fit(first, 15))?.image(IMAGE)?.size(1, 2))
    } else {
        card
    })
}

fn add(answer: SkillResponse, seed: &Seed) -> Result<SkillResponse, LimitError> {
    let [first, second, third, _] = &seed.texts;
    let header = || CarouselHeader::new(second, third, IMAGE);
    match seed.kind {
        0 => answer.output(SimpleText::new(first)?.forwardable()),
        1 => answer.output(SimpleImage::new(IMAGE, first)?),
        2 => answer.output(text_card(seed)?),
        3 => answer.output(basic_card(seed)?),
        4 => answer.output(commerce_card(seed)?),
        5 => answer.output(list_card(seed)?),
        6 => answer.output(item_card(seed)?),
        7 => answer.output(Carousel::new(vec![text_card(seed)?; seed.n])?),
        8 => answer.output(Carousel::new(vec![basic_card(seed)?; seed.n])?.header(header()?)),
        9 => answer.output(Carousel::new(vec![commerce_card(seed)?; seed.n])?.header(header()?)),
        10 => answer.output(Carousel::new(vec![list_card(seed)?; seed.n])?),
        11 => answer.output(Carousel::new(vec![item_card(seed)?; seed.n])?.header(header()?)),
        12 => answer.quick_reply(QuickReply::message(first, second)?.extra(third, second.as_str())),
        13 => answer.quick_reply(QuickReply::block(first, second)?.saying(third)?),
        14 => Ok(answer.context(ContextValue::new(first, 3)?.ttl_seconds(60).param(second, seed.n))),
        _ => Ok(answer.data(first, third.as_str())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_payload_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(payload) = Payload::parse(&bytes) {
            read_everything(&payload);
        }
        let _ = (validation::Request::parse(&bytes), check::response_bytes(&bytes));
    }

    #[test]
    fn no_json_makes_a_payload_panic_nor_the_checker(json in any_json()) {
        if let Ok(payload) = Payload::parse(json.to_string().as_bytes()) {
            read_everything(&payload);
        }
        let _ = check::response(&json);
        let _ = check::response(&serde_json::json!({ "version": "2.0", "template": { "outputs": [json] } }));
    }

    #[test]
    fn whatever_stands_in_a_parameter_is_read_or_refused(json in any_json()) {
        let payload = crate::payload_with(&json);
        read_everything(&payload);
        if let Some(Ok(number)) = json.as_i64().map(|_| payload.param("p").unwrap().integer()) {
            prop_assert_eq!(Some(number), json.as_i64());
        }
    }

    #[test]
    fn a_number_is_the_same_in_every_form(n in any::<i64>()) {
        let forms = [
            Value::from(n),
            Value::from(n.to_string()),
            Value::from(format!(" {n}.0 ")),
            Value::from(format!("{n}P")),
            Value::from(format!("{{\"amount\": {n}, \"unit\": null}}")),
            serde_json::json!({ "amount": n }),
        ];
        for form in forms {
            prop_assert_eq!(crate::payload_with(&form).param("p").unwrap().integer(), Ok(n), "{}", form);
        }
    }

    #[test]
    fn whatever_the_builders_make_passes_the_checker(seeds in prop::collection::vec(seed(), 1..6)) {
        // A refused part is left out; what is left must be right.
        let answer = seeds.iter().fold(SkillResponse::new(), |answer, seed| {
            add(answer.clone(), seed).unwrap_or(answer)
        });
        if let Ok(bytes) = answer.to_bytes() {
            prop_assert_eq!(check::response_bytes(&bytes), []);
        }
    }

    #[test]
    fn normalising_a_phone_number_twice_changes_nothing(text in "(\\+82|0082|82|0)?[- ]?1[0-9][- .(]?[0-9]{3,4}[- )]?[0-9]{4}") {
        if let Ok(phone) = PhoneNumber::parse(&text) {
            prop_assert_eq!(PhoneNumber::parse(phone.as_str()).unwrap(), phone.clone());
            prop_assert_eq!(PhoneNumber::parse(&phone.e164()).unwrap(), phone.clone());
            prop_assert!(phone.as_str().starts_with("01") && matches!(phone.as_str().len(), 10 | 11));
            prop_assert!(!phone.masked().contains(&phone.as_str()[3..7]));
        }
    }

    #[test]
    fn no_text_makes_a_phone_number_panic(text in "\\PC{0,30}") {
        let _ = PhoneNumber::parse(&text);
    }

    #[test]
    fn a_fitted_text_fits(text in "\\PC{0,80}", limit in 1..60_usize) {
        let fitted = fit(&text, limit);
        prop_assert!(fitted.chars().count() <= limit);
        prop_assert_eq!(fitted == text, text.chars().count() <= limit);
    }
}

#[test]
fn the_generator_makes_most_components_now_and_then() {
    // A property over answers that are all refused would prove nothing.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut made = [0; 16];
    for _ in 0..4_000 {
        let seed = proptest::strategy::ValueTree::current(&seed().new_tree(&mut runner).unwrap());
        made[usize::from(seed.kind)] += usize::from(add(SkillResponse::new(), &seed).is_ok());
    }
    assert!(made.iter().all(|n| *n >= 10), "{made:?}");
}
