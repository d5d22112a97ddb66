//! Members who move to another KakaoTalk account with the owner's code, or to the cafe's new system, and who leave.

use cafe_core::cafe::Points;
use cafe_core::cafe::flow::{ForgetError, forget};
use serde_json::json;

use crate::cafe::{Bubble, Cafe, JUN, MINA, SIGN_UP, at_once, story};

/// Joins with a code, as typed in the chat.
async fn joins_with(cafe: &Cafe, user: &str, phone: &str, code: &str) -> Bubble {
    cafe.says(user, SIGN_UP, json!({ "phone": phone, "code": code })).await
}

/// Another code than this one.
fn other(code: &str) -> String {
    if code == "00000000" { "11111111".to_owned() } else { "00000000".to_owned() }
}

#[tokio::test]
async fn with_the_owners_code_a_member_spends_from_another_account_and_no_more_from_the_old_one() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let before = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 60).await;
        let code = cafe.issues_code(MINA).await;
        insta::assert_snapshot!(joins_with(cafe, "new", MINA, &other(&code)).await, @"코드가 맞지 않거나 쓸 수 있는 시간이 지났습니다. 매장에서 새 코드를 받아 주세요.");
        insta::assert_snapshot!(joins_with(cafe, "new", MINA, "1234").await, @"매장에서 받은 코드 8자리를 숫자로 알려 주세요.");
        insta::assert_snapshot!(joins_with(cafe, "new", MINA, &format!("{} {}", &code[..4], &code[4..])).await, @r"
        010-****-5678님의 포인트를 이제 이 카카오톡 계정에서 사용하실 수 있습니다.
        지금 포인트는 100P입니다.
        ");
        insta::assert_snapshot!(cafe.points("new", MINA).await, @"010-****-5678님의 포인트는 100P입니다.");
        // Whose answer was lost says it again; nobody else can.
        insta::assert_snapshot!(joins_with(cafe, "new", MINA, &code).await, @r"
        010-****-5678님의 포인트를 이제 이 카카오톡 계정에서 사용하실 수 있습니다.
        지금 포인트는 100P입니다.
        ");
        insta::assert_snapshot!(joins_with(cafe, "third", MINA, &code).await, @"코드가 맞지 않거나 쓸 수 있는 시간이 지났습니다. 매장에서 새 코드를 받아 주세요.");

        insta::assert_snapshot!(cafe.points("mina", MINA).await, @"이 카카오톡 계정으로 가입하신 회원이 아닙니다. 먼저 회원가입을 해 주세요.");
        let refused = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 60).await;
        assert!(!refused.has_link(), "{refused}");
        insta::assert_snapshot!(cafe.returns(before.link()).await, @r"
        409 포인트가 부족합니다
        결제된 금액은 없습니다. 포인트를 확인하고 다시 주문해 주세요.
        ");
        let card = cafe.orders_with_points(("new", MINA), (1, "에스프레소"), 60).await;
        let back = cafe.opens_and_pays(card.link()).await;
        cafe.returns(&back).await;
        assert_eq!(cafe.points_of(MINA).await, (40, 0));
        // The old account is nobody's, and joins with a number of its own.
        assert!(cafe.joins("mina", JUN).await.to_string().starts_with("환영합니다!"));
    })
    .await;
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes_and_for_its_own_number() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        cafe.joins("jun", JUN).await;
        let code = cafe.issues_code(MINA).await;
        let refused = "코드가 맞지 않거나 쓸 수 있는 시간이 지났습니다. 매장에서 새 코드를 받아 주세요.";
        assert_eq!(joins_with(cafe, "new", JUN, &code).await.to_string(), refused);
        assert_eq!(joins_with(cafe, "new", "010-9999-0000", &code).await.to_string(), refused);
        insta::assert_snapshot!(joins_with(cafe, "jun", MINA, &code).await, @"이미 다른 번호로 가입하셨습니다. 가입하신 번호로 이용해 주세요.");
        cafe.later(10);
        assert_eq!(joins_with(cafe, "new", MINA, &code).await.to_string(), refused);
        // As the bot's entity for numbers hands it over.
        let wrapped = json!({ "phone": MINA, "code": format!("{{\"amount\": {}, \"unit\": null}}", cafe.issues_code(MINA).await) });
        let moved = cafe.says("new", SIGN_UP, wrapped).await.to_string();
        assert!(moved.contains("사용하실 수 있습니다"), "{moved}");
        // A code left empty is none.
        assert!(joins_with(cafe, "third", "010-9999-0000", " ").await.to_string().starts_with("환영합니다!"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_once_are_five_and_end_the_code() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let code = cafe.issues_code(MINA).await;
        let wrong = other(&code);
        let answers = at_once((0..20).map(|_| joins_with(cafe, "thief", MINA, &wrong))).await;
        assert!(
            answers.iter().all(|answer| !answer.to_string().contains("사용하실 수 있습니다")),
            "{answers:?}"
        );
        // However many collided, the right code comes too late once five have been tried.
        for _ in 0..5 {
            joins_with(cafe, "thief", MINA, &wrong).await;
        }
        let late = joins_with(cafe, "new", MINA, &code).await.to_string();
        assert!(late.starts_with("코드가 맞지 않거나"), "{late}");
        assert_eq!(cafe.points("mina", MINA).await, "010-****-5678님의 포인트는 100P입니다.");
        // Another code may be had, and only the last one counts.
        let (second, third) = (cafe.issues_code(MINA).await, cafe.issues_code(MINA).await);
        assert!(
            joins_with(cafe, "new", MINA, &second).await.to_string().starts_with("코드가") || second == third
        );
        assert!(joins_with(cafe, "new", MINA, &third).await.to_string().contains("사용하실 수 있습니다"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_who_have_the_code_moves_in() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let code = cafe.issues_code(MINA).await;
        let users = ["one", "two", "three", "four"];
        let answers = at_once(users.map(|user| joins_with(cafe, user, MINA, &code))).await;
        let moved =
            answers.iter().filter(|answer| answer.to_string().contains("사용하실 수 있습니다")).count();
        assert!(moved <= 1, "{answers:?}");
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
    })
    .await;
}

#[tokio::test]
async fn who_leaves_is_forgotten_once_nothing_of_theirs_is_open() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let (store, id) = (&cafe.parts().store, cafe.member(MINA));
        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 60).await;
        let page = cafe.opens_link(card.link()).await;
        let leaves = async || forget(&**store, &id, cafe.now()).await;
        let held = leaves().await.unwrap_err();
        assert!(matches!(held, ForgetError::Held { held } if held == Points::new(60)), "{held:?}");
        let back = cafe.pays(&page).await;
        cafe.returns(&back).await;
        let in_full = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
        cafe.opens_link(in_full.link()).await;
        let open = leaves().await.unwrap_err();
        assert!(matches!(open, ForgetError::OpenOrder { order } if order == in_full.order()), "{open:?}");
        cafe.later(16);
        cafe.reconcile().await;
        assert_eq!(leaves().await.unwrap(), Points::new(40));
        assert!(matches!(leaves().await.unwrap_err(), ForgetError::NotAMember));

        insta::assert_snapshot!(cafe.points("mina", MINA).await, @"이 카카오톡 계정으로 가입하신 회원이 아닙니다. 먼저 회원가입을 해 주세요.");
        // Her order can still be refunded, and its points stand with the number.
        insta::assert_snapshot!(cafe.refunds(card.order(), None, "r1").await, @r#"{"amount":1440,"left":0,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":60,"points_reversed":0,"refunded":1440,"request":"r1"}"#);
        insta::assert_snapshot!(cafe.joins("mina", MINA).await, @r"
        환영합니다! 한모금카페의 회원이 되셨습니다.
        지금 포인트는 60P입니다.
        ");
        assert_eq!(cafe.points_of(MINA).await, (60, 0));
        assert_eq!(cafe.audits_the_tables().await.discrepancies.into_iter().collect::<Vec<_>>(), []);
    })
    .await;
}

#[tokio::test]
async fn whose_points_were_carried_over_gets_them_with_the_owners_code_alone() {
    story(async |cafe| {
        cafe.carries_over(MINA, 120).await;
        insta::assert_snapshot!(cafe.joins("mina", MINA).await, @"예전부터 회원이신 번호이니, 본인의 번호라면 매장에서 코드를 받아 번호와 함께 다시 알려 주세요.");
        insta::assert_snapshot!(cafe.points("mina", MINA).await, @"이 카카오톡 계정으로 가입하신 회원이 아닙니다. 먼저 회원가입을 해 주세요.");
        assert!(!cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 60).await.has_link());
        let code = cafe.issues_code(MINA).await;
        insta::assert_snapshot!(joins_with(cafe, "mina", MINA, &other(&code)).await, @"코드가 맞지 않거나 쓸 수 있는 시간이 지났습니다. 매장에서 새 코드를 받아 주세요.");
        insta::assert_snapshot!(joins_with(cafe, "mina", MINA, &code).await, @r"
        010-****-5678님의 포인트를 이제 이 카카오톡 계정에서 사용하실 수 있습니다.
        지금 포인트는 120P입니다.
        ");
        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 60).await;
        let back = cafe.opens_and_pays(card.link()).await;
        cafe.returns(&back).await;
        assert_eq!(cafe.points_of(MINA).await, (60, 0));
        insta::assert_snapshot!(cafe.joins("third", MINA).await, @"이미 다른 카카오톡 계정으로 가입된 번호입니다. 본인의 번호라면 매장에 문의해 주세요.");
    })
    .await;
}

#[tokio::test]
async fn who_was_carried_over_without_points_joins_as_anybody_and_has_no_second_present() {
    story(async |cafe| {
        cafe.carries_over(JUN, 0).await;
        insta::assert_snapshot!(cafe.joins("jun", JUN).await, @"환영합니다! 한모금카페의 회원이 되셨습니다.");
        cafe.orders("jun", JUN, 1, "에스프레소").await;
        assert_eq!(cafe.points_of(JUN).await, (0, 0));
    })
    .await;
}
