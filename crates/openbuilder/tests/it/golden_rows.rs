//! Lists, rows and carousels, as they go over the wire.

use openbuilder::response::{
    Alignment, BasicCard, Button, ButtonLayout, Carousel, CarouselHeader, CommerceCard, ImageTitle, ItemCard,
    ItemProfile, ItemRow, ItemSummary, ItemThumbnail, Link, ListCard, ListItem, Output, TextCard, Thumbnail,
};

use crate::golden::{Done, IMAGE, bubble};

#[test]
fn list_card() -> Done {
    let americano =
        ListItem::new("아메리카노")?.description("4,500원")?.image(IMAGE)?.link(Link::web(IMAGE)?);
    let latte =
        ListItem::new("카페라떼")?.block("b1")?.saying("카페라떼 주세요")?.extra("menu", "카페라떼")?;
    let tea = ListItem::new("녹차")?.message("녹차 주세요")?;
    let card = ListCard::new("오늘의 메뉴", [americano, latte])?
        .item(tea)?
        .item(ListItem::new("물")?)?
        .button(Button::message("더 보기", "메뉴 더 보기")?)?
        .layout(ButtonLayout::Vertical)?;
    insta::assert_snapshot!(bubble(card), @r#"
    {
      "listCard": {
        "header": {
          "title": "오늘의 메뉴"
        },
        "items": [
          {
            "title": "아메리카노",
            "description": "4,500원",
            "imageUrl": "https://cdn.cafe.example/iced-americano.png",
            "link": {
              "web": "https://cdn.cafe.example/iced-americano.png"
            }
          },
          {
            "title": "카페라떼",
            "action": "block",
            "blockId": "b1",
            "messageText": "카페라떼 주세요",
            "extra": {
              "menu": "카페라떼"
            }
          },
          {
            "title": "녹차",
            "action": "message",
            "messageText": "녹차 주세요"
          },
          {
            "title": "물"
          }
        ],
        "buttons": [
          {
            "label": "더 보기",
            "action": "message",
            "messageText": "메뉴 더 보기"
          }
        ],
        "buttonLayout": "vertical"
      }
    }
    "#);
    assert!(ListCard::new("물", [ListItem::new("물")?])?.forwardable().is_ok());
    Ok(())
}

#[test]
fn item_card() -> Done {
    let card = ItemCard::new([ItemRow::new("메뉴", "아이스아메리카노 2잔")?])?
        .row(ItemRow::new("주문번호", "o-01J9Z0")?)?
        .thumbnail(ItemThumbnail::wide(IMAGE)?.alt_text("영수증")?.link(Link::web(IMAGE)?))
        .head("영수증")?
        .image_title(ImageTitle::new("결제 완료")?.description("카카오페이")?.image(IMAGE)?)
        .alignment(Alignment::Right)
        .summary(ItemSummary::new("합계", "9,000원")?)
        .title_and_description("고맙습니다", "또 오세요")?
        .button(Button::share("공유")?)?
        .layout(ButtonLayout::Horizontal)?;
    insta::assert_snapshot!(bubble(card), @r#"
    {
      "itemCard": {
        "thumbnail": {
          "imageUrl": "https://cdn.cafe.example/iced-americano.png",
          "altText": "영수증",
          "link": {
            "web": "https://cdn.cafe.example/iced-americano.png"
          },
          "width": 800,
          "height": 400
        },
        "head": {
          "title": "영수증"
        },
        "imageTitle": {
          "title": "결제 완료",
          "description": "카카오페이",
          "imageUrl": "https://cdn.cafe.example/iced-americano.png"
        },
        "itemList": [
          {
            "title": "메뉴",
            "description": "아이스아메리카노 2잔"
          },
          {
            "title": "주문번호",
            "description": "o-01J9Z0"
          }
        ],
        "itemListAlignment": "right",
        "itemListSummary": {
          "title": "합계",
          "description": "9,000원"
        },
        "title": "고맙습니다",
        "description": "또 오세요",
        "buttons": [
          {
            "label": "공유",
            "action": "share"
          }
        ],
        "buttonLayout": "horizontal"
      }
    }
    "#);

    let profile = ItemProfile::new("한모금카페")?.image(IMAGE)?.size(80, 80);
    let card = ItemCard::new([ItemRow::new("포인트", "1,200P")?])?
        .head("이 제목은 프로필로 바뀝니다")?
        .profile(profile)
        .thumbnail(ItemThumbnail::square(IMAGE)?)
        .alignment(Alignment::Left)
        .title("고맙습니다")?
        .forwardable()?;
    insta::assert_snapshot!(bubble(card), @r#"
    {
      "itemCard": {
        "thumbnail": {
          "imageUrl": "https://cdn.cafe.example/iced-americano.png",
          "width": 800,
          "height": 800
        },
        "profile": {
          "title": "한모금카페",
          "imageUrl": "https://cdn.cafe.example/iced-americano.png",
          "width": 80,
          "height": 80
        },
        "itemList": [
          {
            "title": "포인트",
            "description": "1,200P"
          }
        ],
        "itemListAlignment": "left",
        "title": "고맙습니다",
        "forwardable": true
      }
    }
    "#);
    Ok(())
}

#[test]
fn carousels_of_every_kind() -> Done {
    let thumbnail = || Thumbnail::new(IMAGE);
    let header = || CarouselHeader::new("오늘의 음료", "시원하게\n한 모금", IMAGE);

    let basic = Carousel::new([BasicCard::new(thumbnail()?).title("하나")?, BasicCard::new(thumbnail()?)])?;
    insta::assert_snapshot!(bubble(basic.header(header()?)), @r#"
    {
      "carousel": {
        "type": "basicCard",
        "header": {
          "title": "오늘의 음료",
          "description": "시원하게\n한 모금",
          "thumbnail": {
            "imageUrl": "https://cdn.cafe.example/iced-americano.png"
          }
        },
        "items": [
          {
            "title": "하나",
            "thumbnail": {
              "imageUrl": "https://cdn.cafe.example/iced-americano.png"
            }
          },
          {
            "thumbnail": {
              "imageUrl": "https://cdn.cafe.example/iced-americano.png"
            }
          }
        ]
      }
    }
    "#);

    let text = Carousel::new([TextCard::titled("하나")?])?.card(TextCard::new("둘")?)?;
    insta::assert_snapshot!(serde_json::to_string(&Output::from(text)).unwrap(), @r#"{"carousel":{"type":"textCard","items":[{"title":"하나"},{"description":"둘"}]}}"#);

    let commerce = Carousel::new([CommerceCard::new(4_500, thumbnail()?)])?.header(header()?);
    insta::assert_snapshot!(serde_json::to_string(&Output::from(commerce)).unwrap(), @r#"{"carousel":{"type":"commerceCard","header":{"title":"오늘의 음료","description":"시원하게\n한 모금","thumbnail":{"imageUrl":"https://cdn.cafe.example/iced-americano.png"}},"items":[{"price":4500,"currency":"won","thumbnails":[{"imageUrl":"https://cdn.cafe.example/iced-americano.png"}]}]}}"#);

    let list = Carousel::new([ListCard::new("메뉴", [ListItem::new("물")?])?])?;
    insta::assert_snapshot!(serde_json::to_string(&Output::from(list)).unwrap(), @r#"{"carousel":{"type":"listCard","items":[{"header":{"title":"메뉴"},"items":[{"title":"물"}]}]}}"#);

    let item = Carousel::new([ItemCard::new([ItemRow::new("합계", "4,500원")?])?])?.header(header()?);
    insta::assert_snapshot!(serde_json::to_string(&Output::from(item)).unwrap(), @r#"{"carousel":{"type":"itemCard","header":{"title":"오늘의 음료","description":"시원하게\n한 모금","thumbnail":{"imageUrl":"https://cdn.cafe.example/iced-americano.png"}},"items":[{"itemList":[{"title":"합계","description":"4,500원"}]}]}}"#);
    Ok(())
}
