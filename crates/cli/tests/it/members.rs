//! Members against `cargo dev`: what is kept about them, moving to another account or number, and leaving.

use serde_json::{Value, json};

use crate::kiosk::{JUN, Kiosk, MINA, steady};

impl Kiosk {
    async fn id_of(&self, phone: &str) -> String {
        let found = self.cafe(&["members", "find", phone, "--json"]).await;
        let found: Value = serde_json::from_str(&found.stdout).unwrap();
        found["member"].as_str().unwrap().to_owned()
    }

    async fn audit(&self) {
        let audited = self.cafe(&["audit"]).await;
        assert!(audited.code == 0 && audited.stdout.ends_with(": all adds up\n"), "{audited:?}");
    }

    async fn joins_with(&self, user: &str, phone: &str, code: &str) -> String {
        self.skill("sign-up", user, json!({ "phone": phone, "code": code })).await
    }
}

#[tokio::test]
async fn a_member_is_found_and_their_number_is_not_told() {
    let kiosk = Kiosk::opens().await;
    kiosk.joins("mina", MINA).await;
    kiosk.pays("mina", MINA, 0).await;
    let found = kiosk.cafe(&["members", "find", "+82 10-1234-5678"]).await;
    assert_eq!((found.code, &*found.stderr), (0, ""));
    let id = kiosk.id_of(MINA).await;
    insta::assert_snapshot!(steady(&found.stdout, &[(&id, "MEMBER")]), @r"
    member   MEMBER
    phone    010-****-5678
    balance  540P
    held     0P
    joined   TIME
    lines    2 in the ledger
    ");
    assert_eq!(kiosk.cafe(&["members", "find", "--member", &id]).await.stdout, found.stdout);
    for (arguments, why) in [
        (&["010-8765-4321"][..], "nobody has joined with 010-****-4321"),
        (&["02-123-4567"], "not a Korean mobile number"),
        (&["--member", "1"], "a member's id has 32 hexadecimal digits"),
        (&["--member", "00000000000000000000000000000000"], "there is no member 0000"),
        (&[], "required"),
        (&[MINA, "--member", &id], "cannot be used with"),
        (&[MINA, "--phone-key-parameter", "/cafe/other"], "there is no parameter /cafe/other"),
    ] {
        let said = kiosk.cafe(&[&["members", "find"], arguments].concat()).await;
        assert!(said.code == 2 && said.stderr.contains(why), "{}", said.stderr);
        assert!(!said.stderr.contains("8765"), "{}", said.stderr);
    }
}

#[tokio::test]
async fn all_that_is_kept_about_a_member_is_theirs_to_have() {
    let kiosk = Kiosk::opens().await;
    kiosk.joins("mina", MINA).await;
    kiosk.joins("jun", JUN).await;
    let (first, _) = (kiosk.pays("mina", MINA, 0).await, kiosk.pays("jun", JUN, 0).await);
    let second = kiosk.pays("mina", MINA, 100).await;
    kiosk
        .cafe(&[
            "refund",
            &first.to_string(),
            "--amount",
            "1100",
            "--reason",
            "식은 커피",
            "--request",
            "r1",
            "--yes",
        ])
        .await;
    let id = kiosk.id_of(MINA).await;
    let exported = kiosk.cafe(&["members", "export", MINA]).await;
    assert_eq!((exported.code, &*exported.stderr), (0, ""));
    let names = [(&*id, "MEMBER"), (&*first.to_string(), "FIRST"), (&*second.to_string(), "SECOND")];
    // The ledger and the orders a line each.
    let mut told: Value = serde_json::from_str(&exported.stdout).unwrap();
    let lists = ["ledger", "orders"].map(|list| told.as_object_mut().unwrap().remove(list).unwrap());
    let lines = lists.iter().flat_map(|list| list.as_array().unwrap());
    let lines: Vec<_> = [&told].into_iter().chain(lines).map(Value::to_string).collect();
    insta::assert_snapshot!(steady(&lines.join("\n"), &names), @r#"
    {"balance":330,"chatbot_user":"mina","held":0,"joined_at":"TIME","member":"MEMBER","phone":"01012345678"}
    {"at":"TIME","kind":"bonus","order":null,"points":100,"refund":null}
    {"at":"TIME","kind":"earn","order":"FIRST","points":440,"refund":null}
    {"at":"TIME","kind":"reverse","order":"FIRST","points":110,"refund":"r1"}
    {"at":"TIME","kind":"hold","order":"SECOND","points":100,"refund":null}
    {"at":"TIME","kind":"spend","order":"SECOND","points":100,"refund":null}
    {"collected":{"amount":4300,"by":"kakaopay","method":"balance"},"due":4300,"earn":0,"item":"아이스아메리카노","left":4300,"looks":[],"member":"MEMBER","order":"SECOND","paid_at":"TIME","quantity":2,"quoted_at":"TIME","refunded":0,"refunding":null,"refunds":[],"spend":100,"stage":"paid","total":4400,"watch":null}
    {"collected":{"amount":4400,"by":"kakaopay","method":"balance"},"due":4400,"earn":440,"item":"아이스아메리카노","left":3300,"looks":[],"member":"MEMBER","order":"FIRST","paid_at":"TIME","quantity":2,"quoted_at":"TIME","refunded":1100,"refunding":null,"refunds":[{"amount":1100,"points_forgiven":0,"points_returned":0,"points_reversed":110,"reason":"식은 커피","refunded_at":"TIME","request":"r1"}],"spend":0,"stage":"paid","total":4400,"watch":null}
    "#);
    for (arguments, why) in [(&["010-1111-2222"][..], "nobody has joined"), (&[], "required")] {
        let said = kiosk.cafe(&[&["members", "export"], arguments].concat()).await;
        assert!(said.code == 2 && said.stderr.contains(why), "{}", said.stderr);
    }
}

#[tokio::test]
async fn with_a_code_a_member_spends_from_another_account() {
    let kiosk = Kiosk::opens().await;
    kiosk.joins("mina", MINA).await;
    let issued = kiosk.cafe(&["members", "code", MINA]).await;
    assert_eq!((issued.code, &*issued.stderr), (0, ""));
    let code = issued.stdout.lines().next().unwrap().strip_prefix("code  ").unwrap().to_owned();
    assert_eq!(code.len(), "1234 5678".len());
    insta::assert_snapshot!(steady(&issued.stdout, &[(&code, "CODE")]), @r"
    code  CODE
    for   010-****-5678, to be typed in the chat from the new account when joining
    until TIME, 5 tries, once; it is not shown again
    ");
    assert!(kiosk.joins_with("new", MINA, &code).await.contains("이제 이 카카오톡 계정에서"));
    assert!(kiosk.points("new", MINA).await.contains("100P"));
    assert!(kiosk.points("mina", MINA).await.contains("회원이 아닙니다"));
    // It was used up, and a third account has nothing of it.
    assert!(kiosk.joins_with("third", MINA, &code).await.contains("코드가 맞지 않거나"));

    let issued = kiosk.cafe(&["members", "code", MINA, "--json"]).await;
    let issued: Value = serde_json::from_str(&issued.stdout).unwrap();
    assert_eq!((issued["code"].as_str().unwrap().len(), &issued["tries"]), (8, &json!(5)));
    let nobody = kiosk.cafe(&["members", "code", JUN]).await;
    assert!(nobody.code == 2 && nobody.stderr.contains("nobody has joined"), "{}", nobody.stderr);
    kiosk.audit().await;
}

#[tokio::test]
async fn a_member_gets_another_number_and_keeps_all_else() {
    let kiosk = Kiosk::opens().await;
    kiosk.joins("mina", MINA).await;
    kiosk.pays("mina", MINA, 0).await;
    let id = kiosk.id_of(MINA).await;
    let to = ["--to", "010-5555-6666"];
    let not_yes = kiosk.cafe_with("no\n", &[&["members", "move", MINA], &to[..]].concat()).await;
    assert_eq!((not_yes.code, &*not_yes.stdout), (2, ""));
    insta::assert_snapshot!(steady(&not_yes.stderr, &[(&id, "MEMBER")]), @r"
    member  MEMBER, with 540P
    number  010-****-5678 before, 010-****-6666 from now on
    The chatbot user stays who they were; a new account needs a code besides (`cafe members code`).
    Change it? [yes/no] nothing was done, as the answer was not yes (--yes says it beforehand)
    ");
    let moved = kiosk.cafe_with("yes\n", &[&["members", "move", MINA], &to[..]].concat()).await;
    assert_eq!((moved.code, moved.stdout), (0, format!("member {id} has the number 010-****-6666\n")));
    assert!(kiosk.points("mina", "010-5555-6666").await.contains("540P"));
    assert!(kiosk.points("mina", MINA).await.contains("회원이 아닙니다"));
    assert_eq!(kiosk.id_of("010-5555-6666").await, id);
    // Doing it again changes nothing, and the spent points are the same member's.
    let again = kiosk.cafe(&[&["members", "move", "--member", &id, "--json"], &to[..]].concat()).await;
    assert_eq!(
        (again.code, serde_json::from_str(&again.stdout).unwrap()),
        (0, json!({ "member": id, "phone": "010-****-6666" }))
    );
    kiosk.pays("mina", "010-5555-6666", 500).await;
    assert!(kiosk.points("mina", "010-5555-6666").await.contains("40P"));
    kiosk.audit().await;

    // The old number is free for whoever has it by now, without a second present.
    let joined = kiosk.joins("jun", MINA).await;
    assert!(joined.contains("환영합니다!") && !joined.contains("선물"), "{joined}");
    for (arguments, why) in [
        (&["010-5555-6666", "--to", MINA, "--yes"][..], "the new number belongs to another member"),
        (&[JUN, "--to", MINA, "--yes"], "nobody has joined"),
        (&[MINA, "--to", "12345", "--yes"], "not a Korean mobile number"),
        (&[MINA, "--yes"], "--to"),
    ] {
        let said = kiosk.cafe(&[&["members", "move"], arguments].concat()).await;
        assert!(said.code == 2 && said.stderr.contains(why), "{}", said.stderr);
    }
    kiosk.audit().await;
}

#[tokio::test]
async fn who_leaves_is_forgotten_and_their_points_are_forfeited() {
    let kiosk = Kiosk::opens().await;
    kiosk.joins("mina", MINA).await;
    let id = kiosk.id_of(MINA).await;
    let paid = kiosk.pays("mina", MINA, 60).await.to_string();
    let open = kiosk.orders("mina", MINA, 30).await;
    let page = kiosk.opens_link(open).await.unwrap();
    let held = kiosk.cafe(&["members", "delete", MINA, "--yes"]).await;
    assert!(held.code == 2 && held.stderr.contains("30P of this member are held"), "{}", held.stderr);
    kiosk.agrees(&page).await;

    let not_yes = kiosk.cafe_with("n\n", &["members", "delete", MINA]).await;
    assert_eq!(not_yes.code, 2);
    insta::assert_snapshot!(steady(&not_yes.stderr, &[(&id, "MEMBER")]), @r"
    member  MEMBER, 010-****-5678
    forfeits 10P
    The number, the chatbot user and any code are forgotten. The ledger and the orders stay, under a tag that says nothing without the phone key; the number will be given no second present.
    Forget them for good? [yes/no] nothing was done, as the answer was not yes (--yes says it beforehand)
    ");
    let gone = kiosk.cafe_with("yes\n", &["members", "delete", MINA]).await;
    assert_eq!((gone.code, gone.stdout), (0, format!("member {id} is forgotten; 10P are forfeited\n")));
    kiosk.audit().await;
    for arguments in [&["members", "delete", MINA, "--yes"][..], &["members", "find", "--member", &id]] {
        let said = kiosk.cafe(arguments).await;
        assert_eq!((said.code, &*said.stdout), (2, ""), "{}", said.stderr);
    }
    // A refund gives back the money, and the points stand with the number until somebody joins with it.
    let refunded = kiosk.cafe(&["refund", &paid, "--reason", "late", "--yes", "--json"]).await;
    let refunded: Value = serde_json::from_str(&refunded.stdout).unwrap();
    assert_eq!((&refunded["outcome"], &refunded["points_returned"]), (&json!("refunded"), &json!(60)));
    let joined = kiosk.joins("mina", MINA).await;
    assert!(joined.contains("60P") && !joined.contains("선물"), "{joined}");
    kiosk.audit().await;
}
