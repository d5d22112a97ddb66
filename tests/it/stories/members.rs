//! Joining, and whose number is whose.

use serde_json::json;

use crate::cafe::{JUN, MINA, POINT_LOOKUP, SIGN_UP, at_once, payload, story, story_with};

#[tokio::test]
async fn the_present_is_given_once() {
    story(async |cafe| {
        insta::assert_snapshot!(cafe.joins("mina", MINA).await, @"
        환영합니다! 한모금카페의 회원이 되셨습니다.
        가입 선물로 100P를 드렸습니다.
        ");
        insta::assert_snapshot!(cafe.joins("mina", MINA).await, @"이미 가입하신 회원입니다. 지금 포인트는 100P입니다.");
        // The same number, however it is typed.
        for spelling in ["01012345678", "+82 10-1234-5678", "０１０－１２３４－５６７８", "(010) 1234.5678"]
        {
            let answer = cafe.joins("mina", spelling).await;
            assert!(answer.to_string().starts_with("이미 가입하신 회원입니다."), "{spelling}: {answer}");
        }
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
    })
    .await;
}

#[tokio::test]
async fn a_number_belongs_to_one_user_and_a_user_has_one_number() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        insta::assert_snapshot!(cafe.joins("jun", MINA).await, @"이미 다른 카카오톡 계정으로 가입된 번호입니다. 본인의 번호라면 매장에 문의해 주세요.");
        insta::assert_snapshot!(cafe.joins("mina", JUN).await, @"이미 다른 번호로 가입하셨습니다. 가입하신 번호로 이용해 주세요.");
        insta::assert_snapshot!(cafe.joins("jun", JUN).await, @"
        환영합니다! 한모금카페의 회원이 되셨습니다.
        가입 선물로 100P를 드렸습니다.
        ");
        assert_eq!((cafe.points_of(MINA).await, cafe.points_of(JUN).await), ((100, 0), (100, 0)));
    })
    .await;
}

#[tokio::test]
async fn who_joins_ten_times_at_once_joins_once() {
    story(async |cafe| {
        let joining = (0..10).map(|_| cafe.joins("mina", MINA));
        let answers = at_once(joining).await;
        let welcomes = answers.iter().filter(|answer| answer.to_string().starts_with("환영합니다!")).count();
        assert_eq!((welcomes, cafe.points_of(MINA).await), (1, (100, 0)), "{answers:?}");
    })
    .await;
}

#[tokio::test]
async fn an_owner_sets_another_present() {
    story_with(&[("SIGN_UP_BONUS", "0"), ("CAFE_NAME", "두모금카페")], async |cafe| {
        insta::assert_snapshot!(cafe.joins("mina", MINA).await, @"환영합니다! 두모금카페의 회원이 되셨습니다.");
        assert_eq!(cafe.points_of(MINA).await, (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_number_may_come_from_the_chat_s_memory() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let mut turn = payload("mina", &json!({ "phone": "" }));
        turn["contexts"] = json!([
            { "name": "member", "lifespan": 3, "ttl": 600, "params": { "phone": { "value": MINA, "resolvedValue": MINA } } }
        ]);
        insta::assert_snapshot!(cafe.posts(POINT_LOOKUP, turn.to_string()).await, @"010-****-5678님의 포인트는 100P입니다.");
    })
    .await;
}

#[tokio::test]
async fn either_of_two_secrets_opens_while_one_is_replaced_and_no_other() {
    story_with(&[("SKILL_KEY", "old,new")], async |cafe| {
        let body = || payload("mina", &json!({ "phone": MINA })).to_string();
        for (secret, status) in [
            (None, 401),
            (Some(""), 401),
            (Some("ol"), 401),
            (Some("old,new"), 401),
            (Some("dev"), 401),
            (Some("old"), 200),
            (Some("new"), 200),
        ] {
            let (answered, text) = cafe.posts_with(secret, SIGN_UP, body()).await;
            assert_eq!(answered, status, "{secret:?}: {text}");
            if status == 401 {
                assert_eq!(cafe.requests(), [].into(), "{secret:?}");
            }
        }
    })
    .await;
}
