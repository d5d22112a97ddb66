//! The owner's day against `cargo dev`: refunds, look-ups and the menu, as an owner types them.

use crate::kiosk::{Kiosk, MINA, ask, ask_by, steady};
use sealed::{PUBLIC_IV, PUBLIC_KEY, Pair};
use serde_json::{Value, json};

/// A name of the owner's own, by which a refund may be repeated.
const R1: [&str; 2] = ["--request", "r1"];

#[tokio::test]
async fn a_refund_shows_what_it_does_asks_and_tells_what_it_did() {
    let kiosk = Kiosk::opens().await;
    kiosk.joins("mina", MINA).await;
    let id = kiosk.pays("mina", MINA, 0).await.to_string();
    let asked = [&["refund", &id, "--amount", "1,100", "--reason", "spilt one"][..], &R1].concat();

    let not_yes = kiosk.cafe_with("no\n", &asked).await;
    assert_eq!((not_yes.code, &*not_yes.stdout), (2, ""));
    insta::assert_snapshot!(steady(&not_yes.stderr, &[(&id, "ORDER")]), @r"
    order     ORDER: 아이스아메리카노, 2
    is left   4,400원 of 4,400원 by kakaopay
    goes back 1,100원
    is taken  110P that were earned, as far as they are there
    reason    spilt one
    request   r1
    Give it back? [yes/no] nothing was done, as the answer was not yes (--yes says it beforehand)
    ");
    assert!(kiosk.points("mina", MINA).await.contains("540P"));
    // Nobody answers.
    assert_eq!(kiosk.cafe(&asked).await.code, 2);

    let yes = kiosk.cafe_with("yes\n", &asked).await;
    assert_eq!(yes.code, 0);
    insta::assert_snapshot!(yes.stdout, @r"
    given back  1,100원
    points      0P returned, 110P taken back, 0P forgiven
    in all      1,100원, and 3,300원 are left
    request     r1
    ");
    // The same request is the same refund, and nobody is asked about what is done.
    let again = kiosk.cafe(&asked).await;
    assert_eq!((again.code, &again.stdout, &*again.stderr), (0, &yes.stdout, ""));
    assert!(kiosk.points("mina", MINA).await.contains("430P"));

    let rest = kiosk.cafe(&["refund", &id, "--reason", "all of it", "--yes", "--json"]).await;
    let told: Value = serde_json::from_str(&rest.stdout).unwrap();
    let (request, left) = (told["request"].as_str().unwrap(), &told["left"]);
    assert_eq!(
        (rest.code, &told["outcome"], &told["amount"], left),
        (0, &json!("refunded"), &json!(3_300), &json!(0))
    );
    // The name that was made up was told before the answer could be lost.
    assert!(rest.stderr.contains(&format!("request   {request}\n")), "{}", rest.stderr);
    let over = kiosk.cafe(&["refund", &id, "--reason", "more", "--yes"]).await;
    assert_eq!((over.code, &*over.stderr), (2, "this order has been refunded in full\n"));
}

#[tokio::test]
async fn another_servers_payments_move_here_with_nothing_set() {
    let kiosk = Kiosk::opens().await;
    let from = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference");
    let asked =
        ["payments", "migrate", "--from", &format!("{from}/dump.sql"), "--keys", &format!("{from}/keys.env")];
    let moved = kiosk.cafe(&[&asked[..], &["--yes", "--json"]].concat()).await;
    assert_eq!(moved.code, 0, "{}", moved.stderr);
    let told: Value = serde_json::from_str(&moved.stdout).unwrap();
    assert_eq!(told["tables"]["payment_histories"]["written"], json!(5));

    // The service has the same key: it opens what was sealed.
    let pair = Pair::new(PUBLIC_KEY, PUBLIC_IV).unwrap();
    let path = "/payments/histories/0000000a-0000-4000-8000-000000000001";
    let asked = pair.seal(&json!({ "password": "some-password" }).to_string());
    let answer = ask_by("PATCH", &kiosk.server.api_url, path, "text/plain", &asked).await;
    assert_eq!(answer.status, 200);
    let history: Value = serde_json::from_str(&pair.open(answer.body.as_bytes()).unwrap()).unwrap();
    assert_eq!(history["price"], json!(4_400));
}

#[tokio::test]
async fn a_refund_that_cannot_be_says_why_and_moves_nothing() {
    let kiosk = Kiosk::opens().await;
    kiosk.joins("mina", MINA).await;
    let paid = kiosk.pays("mina", MINA, 100).await.to_string();
    let quoted = kiosk.orders("mina", MINA, 0).await.to_string();
    let nobody = "01M7YV40Y5X7D1HJS70DFMYCZX";
    let too_long = "z".repeat(201);
    let mut told = String::new();
    for (order, more) in [
        (&*paid, &["--amount", "0", "--reason", "x"][..]),
        (&paid, &["--amount", "-5", "--reason", "x"]),
        (&paid, &["--amount", "12.5", "--reason", "x"]),
        (&paid, &["--amount", "4301", "--reason", "x"]),
        (&paid, &["--reason", " "]),
        (&paid, &["--reason", &too_long]),
        (&paid, &["--reason", "x", "--request", "a b"]),
        (&paid, &[]),
        (&quoted, &["--reason", "x"]),
        (nobody, &["--reason", "x"]),
        ("1", &["--reason", "x"]),
    ] {
        let said = kiosk.cafe(&[&["refund", order, "--yes"], more].concat()).await;
        assert_eq!((said.code, &*said.stdout), (2, ""), "{more:?}");
        let why = said.stderr.lines().next().unwrap().replace(&too_long, "zzz");
        told += &steady(&why, &[(&paid, "PAID"), (&quoted, "QUOTED")]);
        told.push('\n');
    }
    insta::assert_snapshot!(told, @r"
    error: invalid value '0' for '--amount <WON>': a refund is of at least 1 won, in whole won; leave --amount out to give back all that is left
    error: invalid value '-5' for '--amount <WON>': a refund is of at least 1 won, in whole won; leave --amount out to give back all that is left
    error: invalid value '12.5' for '--amount <WON>': a refund is of at least 1 won, in whole won; leave --amount out to give back all that is left
    only 4,300원 of this order can still be refunded
    error: invalid value ' ' for '--reason <TEXT>': say in 1 to 200 characters why
    error: invalid value 'zzz' for '--reason <TEXT>': say in 1 to 200 characters why
    error: invalid value 'a b' for '--request <ID>': 1 to 64 printable characters without space or #
    error: the following required arguments were not provided:
    order QUOTED is quoted: only what is paid can be given back; `cafe orders look QUOTED` looks it up now
    there is no order 01M7YV40Y5X7D1HJS70DFMYCZX: look at the id, and at the tables' names
    error: invalid value '1' for '<ORDER>': not an order id: 26 characters of Crockford's base 32 were expected
    ");
    let told = kiosk.cafe(&["orders", "show", &paid, "--json"]).await;
    let told: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!((&told["refunded"], &told["left"]), (&json!(0), &json!(4_300)));
}

#[tokio::test]
async fn a_function_that_is_not_there_or_does_not_answer_leaves_no_doubt_about_what_to_do() {
    let kiosk = Kiosk::opens().await;
    let id = kiosk.pays("mina", MINA, 0).await.to_string();
    let asked = [&["refund", &id, "--reason", "x", "--yes"][..], &R1].concat();
    let said = kiosk.cafe(&[&asked[..], &["--refund-function", "refunds"]].concat()).await;
    assert_eq!(said.code, 2);
    assert!(
        said.stderr
            .ends_with("there is no function refunds: name the stack with --stack, or look at the region\n")
    );

    // One that answers with a failure may have done anything.
    let said = kiosk.cafe(&[&asked[..], &["--refund-function", "payment-ready"]].concat()).await;
    assert_eq!(said.code, 3);
    insta::assert_snapshot!(steady(&said.stdout, &[(&id, "ORDER")]), @r"
    nobody knows yet whether the money went back: the function payment-ready gave no answer: payment-ready is not invoked directly: it takes requests of the API
    repeat `cafe refund ORDER --request r1` with the same amount and reason in a minute: it finds out, and gives nothing back twice
    ");
    let said = kiosk.cafe(&[&asked[..], &["--lambda-url", "http://127.0.0.1:1", "--json"]].concat()).await;
    let told: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((said.code, &told["outcome"], &told["request"]), (3, &json!("pending"), &json!("r1")));
    assert_eq!(kiosk.cafe(&asked).await.code, 0);
}

#[tokio::test]
async fn an_order_is_looked_up_now() {
    let kiosk = Kiosk::opens().await;
    let order = kiosk.orders("jun", MINA, 0).await;
    kiosk.opens_link(order).await.unwrap();
    let id = order.to_string();
    let looked = kiosk.cafe(&["orders", "look", &id]).await;
    assert_eq!(looked.code, 0, "{}", looked.stderr);
    insta::assert_snapshot!(steady(&looked.stdout, &[(&id, "ORDER")]), @r"
    nobody knows yet; it is looked at again by itself

    order      ORDER
    stage      opened, TIME
    item       아이스아메리카노, 2
    total      4,400원: 0P to spend and 4,400원 to pay
    earns      0P
    member     none
    quoted     TIME
    watched    from TIME
    seen       TIME  pending
    ");
    let looked = kiosk.cafe(&["orders", "look", &id, "--json"]).await;
    let told: Value = serde_json::from_str(&looked.stdout).unwrap();
    assert_eq!(told["order"]["order"], json!(id));
    let nobody = kiosk.cafe(&["orders", "look", "01M7YV40Y5X7D1HJS70DFMYCZX"]).await;
    assert!(nobody.code == 2 && nobody.stderr.contains("there is no order"), "{}", nobody.stderr);
}

#[tokio::test]
async fn another_menu_is_shown_before_it_is_sold() {
    let kiosk = Kiosk::opens().await;
    let shown = kiosk.cafe(&["menu", "show"]).await;
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    insta::assert_snapshot!(shown.stdout.lines().take(3).collect::<Vec<_>>().join("\n"), @r"
    drink                  price    picture
    에스프레소             1,500원
    핫아메리카노           2,000원
    ");
    let written = std::fs::read_to_string(&kiosk.menu).unwrap();
    let other = kiosk.menu.with_extension("other");
    let path = other.to_str().unwrap();
    let text = written.replacen("price = 1500", "price = 1700", 1).replacen("핫카푸치노", "유자차", 1);
    std::fs::write(&other, &text).unwrap();

    let not_yes = kiosk.cafe_with("\n", &["menu", "set", path]).await;
    assert_eq!((not_yes.code, &*std::fs::read_to_string(&kiosk.menu).unwrap()), (2, &*written));
    insta::assert_snapshot!(not_yes.stderr, @r"
             what        before   after
    price    에스프레소  1,500원  1,700원
    added    유자차               2,300원
    removed  핫카푸치노  2,300원
    Sell this from now on? [yes/no] nothing was done, as the answer was not yes (--yes says it beforehand)
    ");
    let set = kiosk.cafe(&["menu", "set", path, "--yes"]).await;
    assert_eq!(set.code, 0, "{}", set.stderr);
    insta::assert_snapshot!(set.stdout, @"17 drinks are sold from now on; functions read it anew within five minutes");
    assert_eq!(std::fs::read_to_string(&kiosk.menu).unwrap(), text);
    assert_eq!(kiosk.cafe(&["menu", "set", path]).await.stdout, "nothing changes\n");
    let shown = kiosk.cafe(&["menu", "show", "--json"]).await;
    let menu: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(menu["drinks"][0], json!({ "name": "에스프레소", "price": 1_700, "image": null }));

    for (broken, why) in [
        (
            text.replacen("price = 1700", "price = 0", 1),
            "menu.toml: the price of \"에스프레소\" must be between 1 and 1,000,000 won",
        ),
        ("drinks".to_owned(), "menu.toml cannot be read"),
        (text.clone() + &"#".repeat(4_096), "leave comments and pictures out"),
    ] {
        std::fs::write(&other, broken).unwrap();
        let said = kiosk.cafe(&["menu", "set", path, "--yes"]).await;
        assert!(said.code == 2 && said.stderr.contains(why), "{}", said.stderr);
    }
    std::fs::remove_file(&other).unwrap();
    let said = kiosk.cafe(&["menu", "set", path]).await;
    assert!(said.code == 2 && said.stderr.contains(path), "{}", said.stderr);
    assert_eq!(std::fs::read_to_string(&kiosk.menu).unwrap(), text);
}

#[tokio::test]
async fn what_is_invoked_answers_as_lambda_does() {
    let kiosk = Kiosk::opens().await;
    let invoke = async |name: &str, event: &str| {
        let path = format!("/_dev/lambda/2015-03-31/functions/{name}/invocations");
        let answer = ask(&kiosk.server.api_url, &path, Some(event)).await;
        (answer.status, answer.body)
    };
    let arn = "arn:aws:lambda:ap-northeast-2:123456789012:function:refund";
    for name in ["refund", "RefundFunction", arn, &arn.replace(':', "%3A")] {
        let (status, told) = invoke(name, r#"{"order":"1","reason":"x"}"#).await;
        assert_eq!(
            (status, &*told),
            (200, r#"{"outcome":"refused","reason":"order is not an order id"}"#),
            "{name}"
        );
    }
    let (status, told) = invoke("reconcile", "").await;
    assert!(status == 200 && told.starts_with(r#"{"settled":0,"#), "{told}");
    let (status, told) = invoke("refund", r#"{"order":"1"}"#).await;
    assert!(status == 200 && told.contains("errorMessage") && told.contains("missing field"), "{told}");
    let (status, told) = invoke("brew", "{}").await;
    assert_eq!((status, &*told), (404, r#"{"Message":"Function not found: brew","Type":"User"}"#));
}
