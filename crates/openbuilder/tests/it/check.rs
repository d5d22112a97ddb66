//! The checker, on answers that others wrote.

use openbuilder::check::{response, response_bytes};
use serde_json::{Value, json};

const IMAGE: &str = "https://cafe.example/i.png";

/// What is found in an answer of one bubble, without the path that leads to the bubble.
fn found(bubble: &Value) -> Vec<String> {
    let answer = json!({ "version": "2.0", "template": { "outputs": [bubble] } });
    let findings = response(&answer);
    findings.iter().map(|f| f.to_string().replace("template.outputs[0]", "")).collect()
}

#[test]
fn good_answers_pass() {
    let thumbnail = json!({ "imageUrl": IMAGE, "altText": null, "unknown": 1 });
    for bubble in [
        json!({ "simpleText": { "text": "네" } }),
        json!({ "simpleImage": { "imageUrl": IMAGE } }),
        json!({ "textCard": { "description": "네", "buttons": [{ "label": "o", "action": "osLink" }] } }),
        json!({ "basicCard": { "thumbnail": thumbnail, "title": "", "social": {} } }),
        json!({ "commerceCard": { "price": 0, "thumbnails": [thumbnail], "discountRate": 10, "discountedPrice": 0 } }),
        json!({ "listCard": { "header": { "title": "h" }, "items": [{ "title": "i", "link": { "web": IMAGE } }] } }),
        json!({ "itemCard": { "itemList": [{ "title": "i", "description": "d" }], "head": null } }),
        json!({ "carousel": { "type": "textCard", "items": [{ "title": "t" }] } }),
    ] {
        assert_eq!(found(&bubble), Vec::<String>::new());
    }
    assert_eq!(response(&json!({ "version": "2.0", "data": { "a": 1 } })), []);
    assert_eq!(response(&json!({ "version": "2.0", "useCallback": true, "template": "not looked at" })), []);
}

#[test]
fn the_envelope() {
    let first = |answer: Value| response(&answer)[0].to_string();
    insta::assert_snapshot!(response_bytes(b"<html>")[0].to_string(), @"the answer: is not JSON: expected value at line 1 column 1");
    insta::assert_snapshot!(first(json!([])), @"the answer: must be an object");
    insta::assert_snapshot!(first(json!({ "contents": [] })), @"version: is missing: the answer would be read as the retired version 1");
    insta::assert_snapshot!(first(json!({ "version": 2.0, "data": {} })), @r#"version: must be the text "2.0""#);
    insta::assert_snapshot!(first(json!({ "version": "2.0" })), @"template: is missing, and so are data and context: nothing would be shown");
    insta::assert_snapshot!(first(json!({ "version": "2.0", "template": {} })), @"template.outputs: is missing");
    insta::assert_snapshot!(first(json!({ "version": "2.0", "template": { "outputs": [] } })), @"template.outputs: has 0 entries, and needs 1");
    insta::assert_snapshot!(first(json!({ "version": "2.0", "template": { "outputs": {} } })), @"template.outputs: must be a list");
    insta::assert_snapshot!(first(json!({ "version": "2.0", "data": "x" })), @"data: must be an object");
    insta::assert_snapshot!(first(json!({ "version": "2.0", "data": {}, "useCallback": "true" })), @"useCallback: must be true or false");
    let text = json!({ "simpleText": { "text": "네" } });
    insta::assert_snapshot!(first(json!({ "version": "2.0", "template": { "outputs": vec![text; 4] } })), @"template.outputs: has 4 entries, and 3 are allowed");
}

#[test]
fn a_turn_is_also_its_status_and_its_time() {
    let text = json!({ "simpleText": { "text": "네" } });
    let answer = json!({ "version": "2.0", "template": { "outputs": [text] } }).to_string();
    let found = |status, ms, body: &str| {
        let took = std::time::Duration::from_millis(ms);
        let findings = openbuilder::check::turn(status, took, body.as_bytes());
        findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(found(http::StatusCode::OK, 5_000, &answer), "");
    insta::assert_snapshot!(found(http::StatusCode::INTERNAL_SERVER_ERROR, 5_001, ""), @r"
    the answer: took 5001 ms, and Kakao waits for 5000 ms
    the answer: has status 500, and only 200 is shown: say what is wrong in a bubble
    the answer: is not JSON: EOF while parsing a value at line 1 column 0
    ");
}

#[test]
fn contexts_and_quick_replies() {
    let answer = json!({
        "version": "2.0",
        "template": {
            "outputs": [{ "simpleText": { "text": "네" } }],
            "quickReplies": [
                { "label": "", "action": "message" },
                { "label": "a", "action": "webLink" },
                { "label": "b", "action": "block", "extra": "x" },
                "처음으로"
            ]
        },
        "context": { "values": [
            { "name": "order", "lifespan": 3 },
            { "lifeSpan": 1.5, "ttl": -1, "params": { "num": 2, "menu": "카페라떼" } },
            7
        ] }
    });
    let findings: Vec<_> = response(&answer).iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(findings.join("\n"), @r#"
    context.values[0].lifespan: is spelled lifeSpan in answers
    context.values[1].name: is missing
    context.values[1].lifeSpan: must be a whole number, not negative, without quotes or a fraction
    context.values[1].ttl: must be a whole number, not negative, without quotes or a fraction
    context.values[1].params.num: must be a text: contexts hold nothing else
    context.values[2]: must be an object
    template.quickReplies[0].label: is empty
    template.quickReplies[0].messageText: is missing
    template.quickReplies[1].action: must be one of: message, block
    template.quickReplies[2].blockId: is missing
    template.quickReplies[2].extra: must be an object
    template.quickReplies[3]: must be an object
    "#);
}

#[test]
fn every_component_is_looked_into() {
    let bubbles = [
        json!({ "simpleTxt": { "text": "네" } }),
        json!({ "simpleText": { "text": "네" }, "simpleImage": {} }),
        json!({ "simpleText": "네" }),
        json!({ "x.simpleText": { "text": "네" } }),
        json!({ "simpleText": { "text": "가".repeat(1_001), "forwardable": "yes" } }),
        json!({ "simpleImage": { "imageUrl": "i.png", "altText": "가".repeat(51) } }),
        json!({ "textCard": { "title": "가".repeat(51), "description": "가".repeat(350) } }),
        json!({ "textCard": { "title": " " } }),
        json!({ "basicCard": { "title": 7, "description": "가".repeat(231), "buttonLayout": "diagonal" } }),
        json!({ "commerceCard": {
            "title": "가".repeat(31), "description": "가".repeat(41), "price": 4400.0, "currency": "usd",
            "discountRate": "10", "dicountedPrice": 1, "thumbnails": [], "profile": {}
        } }),
        json!({ "commerceCard": { "price": "4400", "thumbnail": {} } }),
        json!({ "commerceCard": { "price": 1, "thumbnails": [{ "imageUrl": IMAGE }, { "imageUrl": IMAGE }] } }),
        json!({ "listCard": { "header": "h", "items": [{ "action": "share" }, {}, {}, {}, {}, {}] } }),
        json!({ "itemCard": {
            "thumbnail": { "imageUrl": IMAGE, "width": "800" },
            "head": { "title": "h" }, "profile": { "title": "가".repeat(16) }, "imageTitle": {},
            "itemList": [{ "title": "가".repeat(7), "description": "1\n2\n3" }], "itemListAlignment": "center",
            "itemListSummary": { "title": "가".repeat(7), "description": "가".repeat(15) },
            "description": format!("{}{}", "가".repeat(190), "\n".repeat(12))
        } }),
    ];
    let all: Vec<_> = bubbles.iter().map(|bubble| found(bubble).join("\n")).collect();
    insta::assert_snapshot!(all.join("\n\n"), @r#"
    .simpleTxt: is no component that Kakao knows

    : has 2 keys, and needs exactly one: the component's name

    .simpleText: must be an object

    .x.simpleText: is no component that Kakao knows

    .simpleText.text: has 1001 characters, and 1000 fit
    .simpleText.forwardable: must be true or false

    .simpleImage.imageUrl: is not an absolute http or https address
    .simpleImage.altText: has 51 characters, and 50 fit

    .textCard.title: has 51 characters, and 50 fit
    .textCard: has 401 characters of title and description, and 400 fit

    .textCard: has neither a title nor a description

    .basicCard.title: must be a text
    .basicCard.description: has 231 characters, and 230 fit
    .basicCard.thumbnail: is missing
    .basicCard.buttonLayout: must be one of: vertical, horizontal

    .commerceCard.title: has 31 characters, and 30 fit
    .commerceCard.description: has 41 characters, and 40 fit
    .commerceCard.price: must be a whole number, not negative, without quotes or a fraction
    .commerceCard.currency: must be one of: won
    .commerceCard.discountRate: must be a whole number, not negative, without quotes or a fraction
    .commerceCard.dicountedPrice: is a misspelling from the guide's table: write discountedPrice
    .commerceCard.discountRate: needs a discountedPrice beside it
    .commerceCard.thumbnails: has 0 entries, and needs 1
    .commerceCard.profile.nickname: is missing

    .commerceCard.price: must be a whole number, not negative, without quotes or a fraction
    .commerceCard.thumbnails: is missing

    .commerceCard.thumbnails: has 2 entries, and 1 are allowed

    .listCard.header: must be an object
    .listCard.items: has 6 entries, and 5 are allowed
    .listCard.items[0].title: is missing
    .listCard.items[0].action: must be one of: message, block
    .listCard.items[1].title: is missing
    .listCard.items[2].title: is missing
    .listCard.items[3].title: is missing
    .listCard.items[4].title: is missing
    .listCard.items[5].title: is missing

    .itemCard.thumbnail.width: must be a whole number, not negative, without quotes or a fraction
    .itemCard.head: stands beside a profile: an itemCard has one of the two
    .itemCard.profile.title: has 16 characters, and 15 fit
    .itemCard.imageTitle.title: is missing
    .itemCard.itemList[0].title: has 7 characters, and 6 fit
    .itemCard.itemList[0].description: has 3 lines, and 2 are shown
    .itemCard.itemListAlignment: must be one of: left, right
    .itemCard.itemListSummary.title: has 7 characters, and 6 fit
    .itemCard.itemListSummary.description: has 15 characters, and 14 fit
    .itemCard.description: needs a title beside it
    .itemCard: has 202 characters of title and description, and 200 fit
    .itemCard: has 13 lines of title and description, and 12 are shown
    "#);
}

#[test]
fn buttons() {
    let button = |label: &str| json!({ "label": label, "action": "share" });
    let card = |layout: Option<&str>, buttons: Value| json!({ "basicCard": { "thumbnail": { "imageUrl": IMAGE }, "buttons": buttons, "buttonLayout": layout } });
    let nine = button("아홉글자의이름표임");
    assert_eq!(found(&card(None, json!([nine, nine, nine]))), Vec::<String>::new());
    assert_eq!(found(&card(Some("horizontal"), json!([nine]))), Vec::<String>::new());

    let mut square = card(None, json!([button("a"), button("b"), nine]));
    square["basicCard"]["thumbnail"]["fixedRatio"] = json!(true);
    let bubbles = [
        card(None, json!([button("a"), button("b"), button("c"), button("d")])),
        card(Some("horizontal"), json!([nine, button("b")])),
        square,
        card(None, json!([{ "label": "a", "action": "webLink", "webLinkUrl": "kakaotalk://x" }])),
        card(None, json!([{ "label": "a", "action": "webLink" }, { "label": "b", "action": "message" }])),
        card(
            None,
            json!([{ "action": "block" }, { "label": "c", "action": "phone" }, { "label": "d", "action": "call" }]),
        ),
        card(None, json!([{ "label": "a" }, 7])),
        json!({ "textCard": { "title": "t", "forwardable": true, "buttons": [button("a")] } }),
    ];
    let all: Vec<_> = bubbles.iter().map(|bubble| found(bubble).join("\n")).collect();
    insta::assert_snapshot!(all.join("\n\n"), @r#"
    .basicCard.buttons: has 4 entries, and 3 are allowed

    .basicCard.buttons[0].label: has 9 characters, and 8 fit

    .basicCard.buttons: has 3 entries, and 2 are allowed
    .basicCard.buttons[2].label: has 9 characters, and 8 fit

    .basicCard.buttons[0].webLinkUrl: is not an absolute http or https address

    .basicCard.buttons[0].webLinkUrl: is missing
    .basicCard.buttons[1].messageText: is missing

    .basicCard.buttons[0].label: is missing
    .basicCard.buttons[0].blockId: is missing
    .basicCard.buttons[1].phoneNumber: is missing
    .basicCard.buttons[2].action: must be one of: webLink, message, block, phone, share, operator

    .basicCard.buttons[0].action: is missing
    .basicCard.buttons[1]: must be an object

    .textCard.forwardable: does not work beside buttons
    "#);
}

#[test]
fn carousels() {
    let carousel = |kind: &str, items: Value| json!({ "carousel": { "type": kind, "items": items } });
    let basic = |square: bool| json!({ "thumbnail": { "imageUrl": IMAGE, "fixedRatio": square } });
    let list = |n: usize| json!({ "header": { "title": "h" }, "items": vec![json!({ "title": "i" }); n] });
    let item = |n: usize| json!({ "itemList": vec![json!({ "title": "i", "description": "d" }); n] });
    let mut headed = carousel("textCard", json!([{ "title": "t" }]));
    headed["carousel"]["header"] =
        json!({ "title": "1\n2\n3", "description": "1\n2\n3\n4", "thumbnail": {} });
    let mut long = item(6);
    long["title"] = json!("가".repeat(101));
    let bubbles = [
        carousel("simpleText", json!([])),
        carousel("textCard", json!([])),
        carousel("textCard", json!(vec![json!({ "title": "t" }); 11])),
        carousel(
            "textCard",
            json!([{ "description": "가".repeat(129) }, { "title": "t", "forwardable": true }, 7]),
        ),
        carousel("listCard", json!(vec![list(5); 6])),
        carousel("itemCard", json!([long])),
        carousel("basicCard", json!([basic(true), basic(false)])),
        carousel("basicCard", json!([{ "thumbnail": { "imageUrl": IMAGE }, "title": "1\n2\n3" }])),
        headed,
    ];
    let all: Vec<_> = bubbles.iter().map(|bubble| found(bubble).join("\n")).collect();
    insta::assert_snapshot!(all.join("\n\n"), @r#"
    .carousel.type: must be one of: basicCard, textCard, commerceCard, listCard, itemCard

    .carousel.items: has 0 entries, and needs 1

    .carousel.items: has 11 entries, and 10 are allowed

    .carousel.items[0].description: has 129 characters, and 128 fit
    .carousel.items[1].forwardable: does not work in a carousel
    .carousel.items[2]: must be an object

    .carousel.items: has 6 entries, and 5 are allowed
    .carousel.items[0].items: has 5 entries, and 4 are allowed
    .carousel.items[1].items: has 5 entries, and 4 are allowed
    .carousel.items[2].items: has 5 entries, and 4 are allowed
    .carousel.items[3].items: has 5 entries, and 4 are allowed
    .carousel.items[4].items: has 5 entries, and 4 are allowed
    .carousel.items[5].items: has 5 entries, and 4 are allowed

    .carousel.items[0].itemList: has 6 entries, and 5 are allowed
    .carousel.items[0]: has 101 characters of title and description, and 100 fit

    .carousel.items: have pictures of different shapes: make all square, or none

    .carousel.items[0].title: has 3 lines, and 2 are shown

    .carousel.header: does not work over textCards or listCards
    .carousel.header.title: has 3 lines, and 2 are shown
    .carousel.header.description: has 4 lines, and 3 are shown
    .carousel.header.thumbnail.imageUrl: is missing
    "#);
}

#[test]
fn a_heavy_bubble_is_weighed() {
    let extra = json!({ "x": "가".repeat(11_000) });
    let button = json!({ "label": "a", "action": "message", "messageText": "a", "extra": extra });
    let heavy = json!({ "textCard": { "title": "t", "buttons": [button] } });
    assert_eq!(found(&heavy), [": takes 33106 bytes as JSON, and 30720 are delivered"]);
}
