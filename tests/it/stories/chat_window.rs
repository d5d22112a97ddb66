//! The chat window of the dev server: the customer's way through it, and what a bot builder sees beside it.

use reqwest::StatusCode;

use crate::cafe::{Cafe, KAKAOTALK, story};

/// The number that the window's first customer is offered.
const MINA: &str = "010-1111-2222";

#[tokio::test]
async fn a_customer_joins_orders_pays_and_sees_the_points_change() {
    story(async |cafe| {
        let window = cafe.window("").await;
        assert!(window.last().starts_with("안녕하세요, 한모금카페입니다."), "{}", window.last());

        let window = cafe.taps("1", &window, "회원가입").await;
        assert_eq!(
            (window.last().as_str(), window.replies()),
            ("휴대전화 번호를 알려 주세요.", vec![MINA.into()])
        );
        let window = cafe.taps("1", &window, MINA).await;
        insta::assert_snapshot!(window.last(), @"
        환영합니다! 한모금카페의 회원이 되셨습니다.
        가입 선물로 100P를 드렸습니다.
        ");

        let window = cafe.taps("1", &window, "주문하기").await;
        assert!(
            window.last().starts_with("어떤 음료를 드릴까요?\n메뉴 1/5\n에스프레소\n1,500원"),
            "{}",
            window.last()
        );
        let window = cafe.types("1", "아아").await;
        assert_eq!(window.replies(), ["1잔", "2잔", "3잔", "4잔", "5잔"]);
        let window = cafe.taps("1", &window, "2잔").await;
        let window = cafe.taps("1", &window, MINA).await;
        insta::assert_snapshot!(window.last(), @"
        아이스아메리카노 2잔을 주문하시겠어요?
        연락처: 010-1111-2222
        네, 주문하겠습니다
        포인트로 결제하기
        ");
        let window = cafe.taps("1", &window, "네, 주문하겠습니다").await;
        insta::assert_snapshot!(window.last(), @"
        한모금카페
        아이스아메리카노 2잔
        4,400원
        결제하시면 440P가 적립됩니다.
        결제하기
        ");
        let back = cafe.opens_and_pays(&window.link()).await;
        assert_eq!(cafe.visit(&back, KAKAOTALK).await.status, StatusCode::OK);

        let window = cafe.taps("1", &window, "포인트 조회").await;
        let window = cafe.taps("1", &window, MINA).await;
        assert_eq!(window.last(), "010-****-2222님의 포인트는 540P입니다.");
        // Somebody else, in the same window, is somebody else.
        cafe.types("2", "포인트 조회").await;
        let other = cafe.types("2", MINA).await;
        assert!(
            other.last().starts_with("이 카카오톡 계정으로 가입하신 회원이 아닙니다."),
            "{}",
            other.last()
        );
        assert_eq!(cafe.window("?customer=1").await.last(), window.last());
    })
    .await;
}

#[tokio::test]
async fn an_order_with_points_is_asked_for_how_many() {
    story(async |cafe| {
        cafe.types("1", "회원가입").await;
        cafe.types("1", MINA).await;
        cafe.types("1", "에스프레소 한 잔 주문할게요").await;
        let window = cafe.types("1", MINA).await;
        let window = cafe.taps("1", &window, "포인트로 결제하기").await;
        assert_eq!(window.last(), "포인트를 얼마나 쓸까요?");
        let window = cafe.taps("1", &window, "100P").await;
        insta::assert_snapshot!(window.last(), @"
        한모금카페
        에스프레소 1잔
        1,400원 1,500원
        100P 사용, 1,400원 결제
        결제하기
        ");
        // What a bot really sends: each parameter as it was said and as it was understood, and the context.
        let sent = window.inspected("request").unwrap();
        for part in [
            "\"paypoint\": \"{\\\"amount\\\": 100, \\\"unit\\\": null}\"",
            "\"origin\": \"한\"",
            "\"lifespan\": 4",
            "\"resolvedValue\": \"에스프레소\"",
            "\"name\": \"포인트 결제\"",
        ] {
            assert!(sent.contains(part), "{part} in {sent}");
        }
        cafe.opens_and_pays(&window.link()).await;
    })
    .await;
}

#[tokio::test]
async fn whatever_is_typed_is_shown_as_text_and_answered_politely() {
    story(async |cafe| {
        let long = "가".repeat(2_000);
        let html = "<script>alert('네')</script><img src=x onerror=alert()>&amp;";
        for (asked, again) in [
            ("주문하기", "메뉴에서 찾지 못했습니다."),
            ("에스프레소", "몇 잔인지 숫자로 알려 주세요."),
            ("2잔", "휴대전화 번호를 010-1234-5678처럼 알려 주세요."),
        ] {
            cafe.types("1", asked).await;
            for text in ["☕️🙏👨‍👩‍👧‍👦", &*long, html, "   ㅁ\u{0}\u{202e}   ", "{menu} {{ }} %s"]
            {
                let window = cafe.types("1", text).await;
                assert_eq!(window.said(), text.trim(), "{text}");
                assert!(window.last().starts_with(again), "{text}: {}", window.last());
            }
        }
        cafe.types("1", "처음으로").await;
        for text in ["☕️", &*long, html, "-3"] {
            let window = cafe.types("1", text).await;
            assert!(window.last().starts_with("잘 알아듣지 못했습니다."), "{}", window.last());
        }
        // Nothing is said by saying nothing.
        let before = cafe.window("").await.body;
        assert_eq!(cafe.types("1", " \n ").await.body, before);

        cafe.types("1", "에스프레소 −3잔 주문할게요").await;
        cafe.types("1", MINA).await;
        let window = cafe.types("1", "네").await;
        assert_eq!(
            window.last(),
            "몇 잔인지 숫자로 알려 주세요. 한 번에 1잔부터 20잔까지 주문하실 수 있습니다."
        );
    })
    .await;
}

#[tokio::test]
async fn a_request_can_be_replayed_and_copied() {
    story(async |cafe| {
        cafe.types("1", "회원가입").await;
        let window = cafe.types("1", "it's 010-1111-2222 \"$HOME\" `id` \\ 번이요").await;
        assert_eq!(
            (window.inspected("status").unwrap(), window.inspected("verdict").unwrap()),
            ("200".into(), "✓ keeps every documented limit".into())
        );
        assert!(window.inspected("took").unwrap().ends_with(" ms"));
        assert!(window.inspected("answer").unwrap().contains("환영합니다!"));
        let sent = window.inspected("request").unwrap();
        assert!(sent.contains("it's 010-1111-2222 \\\"$HOME\\\" `id` \\\\ 번이요"), "{sent}");

        // Joining twice is answered otherwise: the skill was really asked again, and the chat stands still.
        let replayed = cafe.sends("/replay", &[("customer", "1"), ("turn", "3")]).await;
        let again = replayed.inspected("again").unwrap();
        assert!(again.contains("≠ another answer") && again.contains("이미 가입하신 회원입니다."), "{again}");
        assert!(replayed.inspected("answer").unwrap().contains("환영합니다!"));
        assert_eq!(replayed.last(), window.last());

        let curl = window.inspected("curl").unwrap();
        assert!(curl.starts_with("curl -sS 'http://127.0.0.1:"), "{curl}");
        assert!(curl.contains("-H 'x-skill-key: dev'") && curl.contains("it'\\''s 010"), "{curl}");
        let answer = cafe.runs(curl).await.unwrap();
        assert_eq!(openbuilder::check::response(&answer), []);
        assert!(answer.to_string().contains("이미 가입하신 회원입니다."), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn customers_come_until_there_are_enough() {
    story(async |cafe| {
        let mut last = String::new();
        for _ in 0..12 {
            last = cafe.sends("/customers", &[]).await.body;
        }
        assert!(last.contains("손님 12") && !last.contains("손님 13") && !last.contains("id=\"another\""));
        cafe.types("12", "회원가입").await;
        let window = cafe.window("?customer=12").await;
        assert_eq!(window.replies(), ["010-3332-6664"]);
    })
    .await;
}

#[tokio::test]
async fn other_sites_and_odd_requests_do_nothing() {
    story(async |cafe| {
        let before = cafe.window("").await.body;
        for (headers, body, status) in [
            (vec![("origin", "https://evil.example")], "customer=1&text=hi", 403),
            (vec![("host", "evil.example")], "customer=1&text=hi", 403),
            (vec![], "customer=one&text=hi", 422),
            (vec![], "customer=1&tap={", 400),
            (vec![], "customer=99&text=hi", 303),
        ] {
            assert_eq!(cafe.posts_form("/_dev/chat", &headers, body).await, status, "{body}");
        }
        assert_eq!(cafe.posts_form("/_dev/chat/replay", &[], "customer=1&turn=1").await, 303);
        assert_eq!(cafe.window("").await.body, before);
        let answer = cafe.requests_page(reqwest::Method::GET, "/_dev/chat?customer=99", KAKAOTALK).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/_dev/chat"));
        for asset in ["/_dev/chat.css", "/_dev/chat.js", "/_dev/cup.svg"] {
            let answer = cafe.requests_page(reqwest::Method::GET, asset, KAKAOTALK).await;
            assert!(answer.status.is_success() && !answer.body.contains("http://cdn"), "{asset}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_scenario_is_played_as_it_is_saved_and_a_broken_one_says_what_to_mend() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("scenario.toml");
    let shipped = include_str!("../../../scenario.toml");
    std::fs::write(&file, shipped).unwrap();
    let cafe = Cafe::opens_with(&[], file.clone()).await;
    assert!(cafe.types("1", "폰").await.last().starts_with("잘 알아듣지"));

    std::fs::write(&file, shipped.replace("says = [\"회원가입\"", "says = [\"폰\"")).unwrap();
    assert_eq!(cafe.types("1", "폰").await.last(), "휴대전화 번호를 알려 주세요.");

    for (broken, told) in [
        (shipped.replace("fallback = \"폴백\"", "fallback = \"없음\""), "fallback leads to the block"),
        (shipped.replace("[parameter.menu]", "[parameter.menu"), "TOML parse error at line"),
        (String::new(), "missing field"),
    ] {
        std::fs::write(&file, broken).unwrap();
        let window = cafe.types("1", "주문하기").await;
        assert!(window.body.contains(told) && window.body.contains("role=\"alert\""), "{}", window.body);
        // Nothing was said meanwhile, and what was said before is still there.
        assert_eq!(window.last(), "휴대전화 번호를 알려 주세요.");
    }
    std::fs::remove_file(&file).unwrap();
    assert!(cafe.window("").await.body.contains("scenario.toml cannot be read"));
    std::fs::write(&file, shipped).unwrap();
    assert!(!cafe.window("").await.body.contains("role=\"alert\""));
}

#[tokio::test]
async fn every_component_is_drawn_and_what_is_wrong_is_marked() {
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/devserver/testdata/cards.toml");
    let cafe = Cafe::opens_with(&[], scenario.into()).await;
    let mut window = cafe.window("").await;
    assert_eq!(window.replies().len(), 10);
    for (name, drawn) in [
        (
            "글",
            "<div class=\"bubble text\">첫 줄\n둘째 줄 &#60;b&#62;굵게&#60;/b&#62; &#38; &#34;따옴표&#34; ☕️</div>",
        ),
        ("그림", "alt=\"아이스아메리카노 한 잔\""),
        ("글 카드", "href=\"tel:02-123-4567\""),
        ("기본 카드", "<div class=\"buttons horizontal\">"),
        ("상품 카드", "<span class=\"rate\">20%</span> <strong>2,000원</strong> <s>2,500원</s>"),
        ("목록 카드", "<a href=\"https://cafe.example/1\" target=\"_blank\" rel=\"noopener\">"),
        ("표 카드", "<div class=\"summary\"><dt>합계</dt><dd>4,400원</dd></div>"),
        ("옆으로", "<div class=\"card header\">"),
        ("긴 글", "<summary>전체 보기</summary>"),
    ] {
        window = cafe.types("1", name).await;
        assert!(window.body.contains(drawn), "{name}: {}", window.body);
        assert_eq!(window.inspected("verdict").unwrap(), "✓ keeps every documented limit", "{name}");
    }
    let window = cafe.types("1", "고장").await;
    insta::assert_snapshot!(window.inspected("findings").unwrap().trim(), @"
    template.outputs[0].commerceCard.title has 38 characters, and 30 fit

    template.outputs[0].commerceCard.price must be a whole number, not negative, without quotes or a fraction

    template.outputs[0].commerceCard.currency must be one of: won

    template.outputs[1].basicCard.buttons[0].label has 17 characters, and 14 fit

    template.outputs[1].basicCard.buttons[0].webLinkUrl is not an absolute http or https address

    template.outputs[2].mapCard is no component that Kakao knows
    ");
    assert!(!window.last().contains("서른 글자를"));
    // A quick reply that leads to a block, by the id that the block has in the admin centre.
    let window = cafe.types("1", "글").await;
    assert!(cafe.taps("1", &window, "기본 카드").await.last().contains("2:1 그림"));
}
