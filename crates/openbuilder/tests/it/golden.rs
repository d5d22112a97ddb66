//! Envelopes, texts, pictures and priced cards, as they go over the wire.

use openbuilder::LimitError;
use openbuilder::response::{
    BasicCard, Button, ButtonLabel, ButtonLayout, CommerceCard, ContextValue, Discount, Link, Output,
    Profile, QuickReply, SimpleImage, SimpleText, SkillResponse, TextCard, Thumbnail,
};

pub(crate) const IMAGE: &str = "https://cdn.cafe.example/iced-americano.png";

pub(crate) type Done = Result<(), LimitError>;

/// One bubble, indented. What is written must also pass the checker.
pub(crate) fn bubble(output: impl Into<Output>) -> String {
    let output = output.into();
    checked(&SkillResponse::new().output(output.clone()).unwrap());
    serde_json::to_string_pretty(&output).unwrap()
}

fn checked(answer: &SkillResponse) -> &SkillResponse {
    assert_eq!(openbuilder::check::response_bytes(&answer.to_bytes().unwrap()), []);
    answer
}

#[test]
fn a_plain_answer_is_as_short_as_can_be() -> Done {
    let answer = SkillResponse::new().output(SimpleText::new("주문이 취소되었습니다.")?)?;
    insta::assert_snapshot!(answer.to_json()?, @r#"{"version":"2.0","template":{"outputs":[{"simpleText":{"text":"주문이 취소되었습니다."}}]}}"#);
    assert_eq!(answer.clone().into_bytes()?, answer.to_json()?.into_bytes());
    Ok(())
}

#[test]
fn a_payment_answer() -> Done {
    let card = CommerceCard::new(4_400, Thumbnail::new(IMAGE)?.alt_text("아이스 아메리카노")?)
        .title("아이스아메리카노 2잔")?
        .description("포인트 500P 사용 · 남은 포인트 1,200P")?
        .discount(500)?
        .profile(Profile::new("한모금카페")?)
        .button(Button::web_link("결제하기", "https://api.cafe.example/pay/o-01J9Z0")?)?;
    let answer = SkillResponse::new()
        .output(card)?
        .quick_reply(QuickReply::block("처음으로", "65f0a1b2c3d4e5f6a7b8c900")?)?;
    insta::assert_snapshot!(serde_json::to_string_pretty(checked(&answer)).unwrap(), @r#"
    {
      "version": "2.0",
      "template": {
        "outputs": [
          {
            "commerceCard": {
              "title": "아이스아메리카노 2잔",
              "description": "포인트 500P 사용 · 남은 포인트 1,200P",
              "price": 4400,
              "discount": 500,
              "currency": "won",
              "thumbnails": [
                {
                  "imageUrl": "https://cdn.cafe.example/iced-americano.png",
                  "altText": "아이스 아메리카노"
                }
              ],
              "profile": {
                "nickname": "한모금카페"
              },
              "buttons": [
                {
                  "label": "결제하기",
                  "action": "webLink",
                  "webLinkUrl": "https://api.cafe.example/pay/o-01J9Z0"
                }
              ]
            }
          }
        ],
        "quickReplies": [
          {
            "label": "처음으로",
            "action": "block",
            "blockId": "65f0a1b2c3d4e5f6a7b8c900"
          }
        ]
      }
    }
    "#);
    Ok(())
}

#[test]
fn contexts_and_data() -> Done {
    let answer = SkillResponse::new()
        .output(SimpleText::new("네")?)?
        .context(ContextValue::new("order", 3)?.ttl_seconds(600).param("menu", "카페라떼").param("num", 2))
        .context(ContextValue::delete("older")?)
        .data("points", 1_200)
        .data("name", "한모금카페");
    insta::assert_snapshot!(answer.to_json()?, @r#"{"version":"2.0","template":{"outputs":[{"simpleText":{"text":"네"}}]},"context":{"values":[{"name":"order","lifeSpan":3,"ttl":600,"params":{"menu":"카페라떼","num":"2"}},{"name":"older","lifeSpan":0}]},"data":{"name":"한모금카페","points":1200}}"#);

    let data_only = SkillResponse::new().data("points", 1_200);
    insta::assert_snapshot!(data_only.to_json()?, @r#"{"version":"2.0","data":{"points":1200}}"#);
    Ok(())
}

#[test]
fn quick_replies() -> Done {
    let answer = SkillResponse::new()
        .output(SimpleText::new("더 필요하신 것은요?")?)?
        .quick_reply(QuickReply::message("처음으로", "처음으로")?.extra("from", "order"))?
        .quick_reply(QuickReply::block("포인트", "b1")?.saying("포인트 조회")?.extra("n", 1))?
        .quick_reply(QuickReply::message("메뉴", "메뉴")?.saying("메뉴 보여줘")?)?;
    insta::assert_snapshot!(checked(&answer).to_json()?, @r#"{"version":"2.0","template":{"outputs":[{"simpleText":{"text":"더 필요하신 것은요?"}}],"quickReplies":[{"label":"처음으로","action":"message","messageText":"처음으로","extra":{"from":"order"}},{"label":"포인트","action":"block","blockId":"b1","messageText":"포인트 조회","extra":{"n":1}},{"label":"메뉴","action":"message","messageText":"메뉴 보여줘"}]}}"#);
    Ok(())
}

#[test]
fn simple_text_and_image() -> Done {
    insta::assert_snapshot!(bubble(SimpleText::new("안녕하세요")?.forwardable()), @r#"
    {
      "simpleText": {
        "text": "안녕하세요",
        "forwardable": true
      }
    }
    "#);
    insta::assert_snapshot!(bubble(SimpleImage::new(IMAGE, "아이스 아메리카노")?.forwardable()), @r#"
    {
      "simpleImage": {
        "imageUrl": "https://cdn.cafe.example/iced-americano.png",
        "altText": "아이스 아메리카노",
        "forwardable": true
      }
    }
    "#);
    Ok(())
}

#[test]
fn text_card_with_every_button() -> Done {
    let first = TextCard::new("무엇을 도와드릴까요?")?
        .title("한모금카페")?
        .button(Button::web_link("홈페이지", "https://cafe.example/메뉴")?)?
        .button(Button::message("메뉴", "메뉴 보여줘")?.extra("page", 1)?)?
        .button(
            Button::block(ButtonLabel::new("주문하기")?, "b1")?
                .saying("주문할게요")?
                .extra("menu", "카페라떼")?,
        )?;
    insta::assert_snapshot!(bubble(first), @r#"
    {
      "textCard": {
        "title": "한모금카페",
        "description": "무엇을 도와드릴까요?",
        "buttons": [
          {
            "label": "홈페이지",
            "action": "webLink",
            "webLinkUrl": "https://cafe.example/%EB%A9%94%EB%89%B4"
          },
          {
            "label": "메뉴",
            "action": "message",
            "messageText": "메뉴 보여줘",
            "extra": {
              "page": 1
            }
          },
          {
            "label": "주문하기",
            "action": "block",
            "blockId": "b1",
            "messageText": "주문할게요",
            "extra": {
              "menu": "카페라떼"
            }
          }
        ]
      }
    }
    "#);

    let second = TextCard::titled("문의")?
        .button(Button::phone("전화하기", "02-123-4567")?)?
        .button(Button::share("공유하기")?)?
        .button(Button::operator(String::from("상담원"))?)?
        .layout(ButtonLayout::Vertical)?;
    insta::assert_snapshot!(bubble(second), @r#"
    {
      "textCard": {
        "title": "문의",
        "buttons": [
          {
            "label": "전화하기",
            "action": "phone",
            "phoneNumber": "02-123-4567"
          },
          {
            "label": "공유하기",
            "action": "share"
          },
          {
            "label": "상담원",
            "action": "operator"
          }
        ],
        "buttonLayout": "vertical"
      }
    }
    "#);
    insta::assert_snapshot!(bubble(TextCard::titled("알림")?.forwardable()?), @r#"
    {
      "textCard": {
        "title": "알림",
        "forwardable": true
      }
    }
    "#);
    Ok(())
}

#[test]
fn basic_card() -> Done {
    let thumbnail =
        Thumbnail::new(IMAGE)?.link(Link::per_device("https://cafe.example", "https://m.cafe.example")?);
    let card = BasicCard::new(thumbnail.square())
        .title("아이스아메리카노")?
        .description("시원합니다")?
        .button(Button::share("공유")?)?
        .button(Button::message("주문", "주문")?)?
        .layout(ButtonLayout::Horizontal)?;
    insta::assert_snapshot!(bubble(card), @r#"
    {
      "basicCard": {
        "title": "아이스아메리카노",
        "description": "시원합니다",
        "thumbnail": {
          "imageUrl": "https://cdn.cafe.example/iced-americano.png",
          "link": {
            "pc": "https://cafe.example/",
            "mobile": "https://m.cafe.example/"
          },
          "fixedRatio": true
        },
        "buttons": [
          {
            "label": "공유",
            "action": "share"
          },
          {
            "label": "주문",
            "action": "message",
            "messageText": "주문"
          }
        ],
        "buttonLayout": "horizontal"
      }
    }
    "#);
    insta::assert_snapshot!(bubble(BasicCard::new(Thumbnail::new(IMAGE)?).forwardable()?), @r#"
    {
      "basicCard": {
        "thumbnail": {
          "imageUrl": "https://cdn.cafe.example/iced-americano.png"
        },
        "forwardable": true
      }
    }
    "#);
    Ok(())
}

#[test]
fn commerce_card_discounts() -> Done {
    let card = || Ok::<_, LimitError>(CommerceCard::new(10_000, Thumbnail::new(IMAGE)?));
    let percent = Discount::Percent { rate: 15, discounted_price: 8_500 };
    let profile = Profile::new("한모금카페")?.image("https://cdn.cafe.example/logo.png")?;
    insta::assert_snapshot!(bubble(card()?.discount(1)?.discounted(percent)?.profile(profile)), @r#"
    {
      "commerceCard": {
        "price": 10000,
        "discountRate": 15,
        "discountedPrice": 8500,
        "currency": "won",
        "thumbnails": [
          {
            "imageUrl": "https://cdn.cafe.example/iced-americano.png"
          }
        ],
        "profile": {
          "nickname": "한모금카페",
          "imageUrl": "https://cdn.cafe.example/logo.png"
        }
      }
    }
    "#);
    let to = card()?.discounted(Discount::To(8_000))?.layout(ButtonLayout::Horizontal)?;
    insta::assert_snapshot!(serde_json::to_string(&to).unwrap(), @r#"{"price":10000,"discountedPrice":8000,"currency":"won","thumbnails":[{"imageUrl":"https://cdn.cafe.example/iced-americano.png"}],"buttonLayout":"horizontal"}"#);
    insta::assert_snapshot!(serde_json::to_string(&card()?.forwardable()?).unwrap(), @r#"{"price":10000,"currency":"won","thumbnails":[{"imageUrl":"https://cdn.cafe.example/iced-americano.png"}],"forwardable":true}"#);
    Ok(())
}
