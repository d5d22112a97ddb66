//! Every limit, met exactly and missed by one.

use openbuilder::LimitError::{
    self, Conflict, Empty, NotAWebAddress, TooLarge, TooLong, TooMany, TooManyLines,
};
use openbuilder::response::{
    BasicCard, Button, ButtonLabel, ButtonLayout, Carousel, CarouselHeader, CommerceCard, ContextValue,
    Discount, ImageTitle, ItemCard, ItemProfile, ItemRow, ItemSummary, ItemThumbnail, Link, ListCard,
    ListItem, Profile, QuickReply, SimpleImage, SimpleText, SkillResponse, TextCard, Thumbnail,
};
use openbuilder::{fit, limits};

const IMAGE: &str = "https://cafe.example/i.png";

fn thumb() -> Thumbnail {
    Thumbnail::new(IMAGE).unwrap()
}

fn rows(n: usize) -> Vec<ItemRow> {
    vec![ItemRow::new("이름", "값").unwrap(); n]
}

fn items(n: usize) -> Vec<ListItem> {
    vec![ListItem::new("물").unwrap(); n]
}

fn buttons<C>(card: C, n: usize, add: impl Fn(C, Button) -> Result<C, LimitError>) -> Result<C, LimitError> {
    (0..n).try_fold(card, |card, _| add(card, Button::share("공유")?))
}

fn carousel_text(card: TextCard) -> Result<(), LimitError> {
    Carousel::new([card]).map(drop)
}

/// What is built from `n`: characters, lines or entries.
type Build = fn(usize) -> Result<(), LimitError>;

#[test]
fn texts_fit_up_to_the_limit_in_characters() {
    let table: [(&str, usize, Build); 22] = [
        ("simpleText.text", 1_000, |n| SimpleText::new("가".repeat(n)).map(drop)),
        ("simpleImage.altText", 50, |n| SimpleImage::new(IMAGE, "가".repeat(n)).map(drop)),
        ("thumbnail.altText", 50, |n| thumb().alt_text("가".repeat(n)).map(drop)),
        ("thumbnail.altText", 50, |n| ItemThumbnail::wide(IMAGE)?.alt_text("가".repeat(n)).map(drop)),
        ("button.label", 14, |n| ButtonLabel::new("가".repeat(n)).map(drop)),
        ("button.label", 14, |n| Button::operator("가".repeat(n)).map(drop)),
        ("button.label", 8, |n| {
            let first =
                TextCard::titled("t")?.layout(ButtonLayout::Horizontal)?.button(Button::share("공유")?)?;
            first.button(Button::share("가".repeat(n))?).map(drop)
        }),
        ("button.label", 14, |n| {
            TextCard::titled("t")?
                .layout(ButtonLayout::Horizontal)?
                .button(Button::share("가".repeat(n))?)
                .map(drop)
        }),
        ("textCard.title", 50, |n| TextCard::titled("가".repeat(n)).map(drop)),
        ("textCard.title + description", 400, |n| TextCard::new("가".repeat(n)).map(drop)),
        ("textCard.title + description", 400, |n| {
            TextCard::new("가".repeat(n - 50))?.title("가".repeat(50)).map(drop)
        }),
        ("textCard.description in a carousel", 128, |n| carousel_text(TextCard::new("가".repeat(n))?)),
        ("basicCard.title", 50, |n| BasicCard::new(thumb()).title("가".repeat(n)).map(drop)),
        ("basicCard.description", 230, |n| BasicCard::new(thumb()).description("가".repeat(n)).map(drop)),
        ("commerceCard.title", 30, |n| CommerceCard::new(1, thumb()).title("가".repeat(n)).map(drop)),
        ("commerceCard.description", 40, |n| {
            CommerceCard::new(1, thumb()).description("가".repeat(n)).map(drop)
        }),
        ("itemList.title", 6, |n| ItemRow::new("가".repeat(n), "값").map(drop)),
        ("itemListSummary.title", 6, |n| ItemSummary::new("가".repeat(n), "값").map(drop)),
        ("itemListSummary.description", 14, |n| ItemSummary::new("합", "가".repeat(n)).map(drop)),
        ("itemCard.profile.title", 15, |n| ItemProfile::new("가".repeat(n)).map(drop)),
        ("itemCard.title + description", 200, |n| {
            ItemCard::new(rows(1))?.title_and_description("가".repeat(50), "가".repeat(n - 50)).map(drop)
        }),
        ("itemCard.title + description", 100, |n| {
            Carousel::new([ItemCard::new(rows(1))?.title("가".repeat(n))?]).map(drop)
        }),
    ];
    for (field, limit, build) in table {
        assert_eq!(build(limit), Ok(()), "{field} at {limit}");
        assert_eq!(build(limit + 1), Err(TooLong { field, limit, actual: limit + 1 }));
    }
}

#[test]
fn lines_are_counted_where_they_are_limited() {
    let table: [(&str, usize, Build); 6] = [
        ("itemList.description", 2, |n| ItemRow::new("이름", vec!["값"; n].join("\n")).map(drop)),
        ("itemCard.title + description", 12, |n| {
            ItemCard::new(rows(1))?.title_and_description("제목", vec!["글"; n - 1].join("\n")).map(drop)
        }),
        ("basicCard.title in a carousel", 2, |n| {
            Carousel::new([BasicCard::new(thumb()).title(vec!["글"; n].join("\r\n"))?]).map(drop)
        }),
        ("basicCard.description in a carousel", 2, |n| {
            Carousel::new([BasicCard::new(thumb()).description(vec!["글"; n].join("\n"))?]).map(drop)
        }),
        ("carousel.header.title", 2, |n| {
            CarouselHeader::new(vec!["글"; n].join("\n"), "글", IMAGE).map(drop)
        }),
        ("carousel.header.description", 3, |n| {
            CarouselHeader::new("글", vec!["글"; n].join("\n"), IMAGE).map(drop)
        }),
    ];
    for (field, limit, build) in table {
        assert_eq!(build(limit), Ok(()), "{field} at {limit}");
        assert_eq!(build(limit + 1), Err(TooManyLines { field, limit, actual: limit + 1 }));
    }
}

#[test]
fn entries_are_counted() {
    let table: [(&str, usize, Build); 17] = [
        ("template.outputs", 3, |n| {
            (0..n).try_fold(SkillResponse::new(), |all, _| all.output(SimpleText::new("네")?)).map(drop)
        }),
        ("template.quickReplies", 10, |n| {
            let reply = || QuickReply::message("네", "네");
            (0..n).try_fold(SkillResponse::new(), |all, _| all.quick_reply(reply()?)).map(drop)
        }),
        ("buttons", 3, |n| buttons(TextCard::titled("t")?, n, TextCard::button).map(drop)),
        ("buttons", 3, |n| buttons(BasicCard::new(thumb()), n, BasicCard::button).map(drop)),
        ("buttons", 2, |n| buttons(BasicCard::new(thumb().square()), n, BasicCard::button).map(drop)),
        ("buttons", 3, |n| {
            let card = BasicCard::new(thumb().square()).layout(ButtonLayout::Vertical)?;
            buttons(card, n, BasicCard::button).map(drop)
        }),
        ("buttons", 3, |n| buttons(CommerceCard::new(1, thumb()), n, CommerceCard::button).map(drop)),
        ("buttons", 2, |n| {
            buttons(CommerceCard::new(1, thumb().square()), n, CommerceCard::button).map(drop)
        }),
        ("buttons", 3, |n| buttons(ListCard::new("h", items(1))?, n, ListCard::button).map(drop)),
        ("buttons", 2, |n| {
            buttons(ItemCard::new(rows(1))?, n, ItemCard::button)?.layout(ButtonLayout::Horizontal).map(drop)
        }),
        ("listCard.items", 5, |n| ListCard::new("h", items(n)).map(drop)),
        ("listCard.items", 5, |n| ListCard::new("h", items(n - 1))?.item(ListItem::new("물")?).map(drop)),
        ("listCard.items in a carousel", 4, |n| Carousel::new([ListCard::new("h", items(n))?]).map(drop)),
        ("itemCard.itemList", 10, |n| ItemCard::new(rows(n - 1))?.row(ItemRow::new("이름", "값")?).map(drop)),
        ("itemCard.itemList in a carousel", 5, |n| Carousel::new([ItemCard::new(rows(n))?]).map(drop)),
        ("carousel.items", 10, |n| Carousel::new(vec![TextCard::titled("t")?; n]).map(drop)),
        ("carousel.items", 5, |n| Carousel::new(vec![ListCard::new("h", items(1))?; n]).map(drop)),
    ];
    for (field, limit, build) in table {
        assert_eq!(build(limit), Ok(()), "{field} at {limit}");
        assert_eq!(build(limit + 1), Err(TooMany { field, limit, actual: limit + 1 }));
    }
}

#[test]
fn what_must_not_be_empty_is_not() {
    let table: [(&str, Result<(), LimitError>); 19] = [
        ("simpleText.text", SimpleText::new(" \n").map(drop)),
        ("simpleImage.altText", SimpleImage::new(IMAGE, "").map(drop)),
        ("button.label", Button::share("").map(drop)),
        ("button.messageText", Button::message("네", "").map(drop)),
        ("button.blockId", Button::block("네", "").map(drop)),
        ("button.phoneNumber", Button::phone("네", "").map(drop)),
        ("quickReply.label", QuickReply::message("", "네").map(drop)),
        ("quickReply.messageText", QuickReply::message("네", "").map(drop)),
        ("quickReply.blockId", QuickReply::block("네", "").map(drop)),
        ("profile.nickname", Profile::new("").map(drop)),
        ("context.name", ContextValue::new("", 1).map(drop)),
        ("listCard.header.title", ListCard::new("", items(1)).map(drop)),
        ("listCard.items", ListCard::new("h", items(0)).map(drop)),
        ("listItem.title", ListItem::new("").map(drop)),
        ("itemCard.itemList", ItemCard::new(rows(0)).map(drop)),
        ("itemList.description", ItemRow::new("이름", "").map(drop)),
        ("imageTitle.title", ImageTitle::new("").map(drop)),
        ("carousel.items", Carousel::<TextCard>::new([]).map(drop)),
        ("template.outputs", SkillResponse::new().to_bytes().map(drop)),
    ];
    for (field, built) in table {
        assert_eq!(built, Err(Empty { field }));
    }
    let replies_alone =
        SkillResponse::new().data("a", 1).quick_reply(QuickReply::message("네", "네").unwrap());
    assert_eq!(replies_alone.unwrap().to_bytes(), Err(Empty { field: "template.outputs" }));
}

#[test]
fn only_web_addresses_are_opened() {
    for address in
        ["", "/i.png", "cafe.example", "ftp://cafe.example", "javascript:alert(1)", "https://", "tel:119"]
    {
        assert_eq!(Thumbnail::new(address).unwrap_err(), NotAWebAddress { field: "thumbnail.imageUrl" });
        assert_eq!(
            Button::web_link("네", address).unwrap_err(),
            NotAWebAddress { field: "button.webLinkUrl" }
        );
        assert_eq!(Link::web(address).unwrap_err(), NotAWebAddress { field: "link.web" });
        assert_eq!(Link::per_device(IMAGE, address).unwrap_err(), NotAWebAddress { field: "link.mobile" });
    }
    assert!(Button::web_link("네", "http://cafe.example").is_ok());
    assert!(Button::web_link("네", url::Url::parse(IMAGE).unwrap()).is_ok());
}

#[test]
fn things_that_do_not_go_together_say_so() -> Result<(), LimitError> {
    let field = |error: LimitError| {
        let Conflict { field, .. } = error else { panic!("{error:?}") };
        field
    };
    let share = || Button::share("공유");
    assert_eq!(field(share()?.extra("a", 1).unwrap_err()), "button.extra");
    assert_eq!(field(Button::web_link("네", IMAGE)?.extra("a", 1).unwrap_err()), "button.extra");
    assert_eq!(field(Button::message("네", "네")?.saying("네").unwrap_err()), "button.messageText");
    assert_eq!(field(ListItem::new("물")?.extra("a", 1).unwrap_err()), "listItem.extra");
    assert_eq!(
        field(ListItem::new("물")?.link(Link::web(IMAGE)?).saying("네").unwrap_err()),
        "listItem.messageText"
    );

    let forwardable = TextCard::titled("t")?.forwardable()?;
    assert_eq!(field(forwardable.clone().button(share()?).unwrap_err()), "forwardable");
    assert_eq!(field(TextCard::titled("t")?.button(share()?)?.forwardable().unwrap_err()), "forwardable");
    assert_eq!(field(carousel_text(forwardable).unwrap_err()), "forwardable");

    let card = || CommerceCard::new(1_000, thumb());
    assert!(card().discount(1_000).is_ok());
    assert_eq!(field(card().discount(1_001).unwrap_err()), "commerceCard.discount");
    assert_eq!(field(card().discounted(Discount::To(1_001)).unwrap_err()), "commerceCard.discount");
    let percent = |rate| card().discounted(Discount::Percent { rate, discounted_price: 0 });
    assert!(percent(100).is_ok());
    assert_eq!(field(percent(101).unwrap_err()), "commerceCard.discountRate");

    let mixed = Carousel::new([BasicCard::new(thumb()), BasicCard::new(thumb().square())]);
    assert_eq!(field(mixed.unwrap_err()), "carousel.items");
    let item = |thumbnail| Ok::<_, LimitError>(ItemCard::new(rows(1))?.thumbnail(thumbnail));
    let (wide, square) = (item(ItemThumbnail::wide(IMAGE)?)?, item(ItemThumbnail::square(IMAGE)?)?);
    let without = ItemCard::new(rows(1))?;
    assert_eq!(field(Carousel::new([without, wide, square]).unwrap_err()), "carousel.items");
    Ok(())
}

#[test]
fn a_bubble_is_weighed_in_bytes() {
    let answer = |n: usize| {
        let button = Button::message("네", "네").unwrap().extra("x", "가".repeat(n)).unwrap();
        SkillResponse::new().output(TextCard::titled("t").unwrap().button(button).unwrap()).unwrap()
    };
    let bubble = |n| {
        let json: serde_json::Value = serde_json::to_value(answer(n)).unwrap();
        json["template"]["outputs"][0].to_string().len()
    };
    // 3 bytes a syllable: the most that fit, and one more.
    let most = (limits::BUBBLE_BYTES - bubble(0)) / 3;
    assert!(answer(most).to_bytes().is_ok());
    let actual = bubble(most + 1);
    assert_eq!(answer(most + 1).to_bytes(), Err(TooLarge { field: "textCard", limit: 30_720, actual }));
}

#[test]
fn errors_say_what_to_do() {
    let message = |error: LimitError| error.to_string();
    insta::assert_snapshot!(
        message(SimpleText::new("가".repeat(1_001)).unwrap_err()),
        @"simpleText.text has 1001 characters, and 1000 fit: shorten it, or cut it with `openbuilder::fit`"
    );
    insta::assert_snapshot!(
        message(Thumbnail::new("i.png").unwrap_err()),
        @"thumbnail.imageUrl is not an absolute http or https address: only those can be opened"
    );
    assert_eq!(Thumbnail::new("i.png").unwrap_err().field(), "thumbnail.imageUrl");
}

#[test]
fn fit_cuts_at_a_character() {
    assert_eq!(fit("카페라떼", 4), "카페라떼");
    assert_eq!(fit("카페라떼", 3), "카페…");
    assert_eq!(fit("카페 라떼", 4), "카페…");
    assert_eq!(fit("카페라떼", 1), "…");
    assert_eq!(fit("카페라떼", 0), "");
    // A family of three people and two joiners: never a joiner before the ellipsis.
    assert_eq!(fit("👨\u{200D}👩\u{200D}👧!", 3), "👨…");
}
