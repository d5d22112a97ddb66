//! An earlier cafe's table `cafe_point`, carried over: real dumps of made-up people, and what becomes of their points.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::binary::{Served, cafe, run};
use crate::export::Export;
use crate::kiosk::{Kiosk, MINA, steady};
use crate::shop::Shop;

const PHONE_KEY: &str = "the phone key of a cafe that was another before";

/// What is in a file in clear, and must never be told.
const NUMBERS: [&str; 4] = ["1234", "8765", "7777", "seoul"];

/// As `mariadb-dump` 10.19 writes it, with another table before.
const DUMP: &str = include_str!("../fixtures/cafe_point/dump.sql");

/// A cafe without a member.
struct Counter(Served);

impl Counter {
    async fn opens() -> Counter {
        Counter(Served::of(Shop::empty().await).await)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = cafe(&["members", "migrate"]);
        command
            .args(arguments)
            .env("AWS_ENDPOINT_URL_DYNAMODB", &self.0.url)
            .env("PHONE_KEY", PHONE_KEY)
            .stdin(Stdio::null());
        command
    }

    /// Runs it, and sees that it tells no number.
    async fn migrates(&self, arguments: &[&str]) -> (i32, String, String) {
        let said = run(self.command(arguments)).await;
        for number in NUMBERS {
            assert!(!said.1.contains(number) && !said.2.contains(number), "{number} in {said:?}");
        }
        said
    }

    /// The code; the members and points that were written and were here already; and the rows that were refused.
    async fn counts(&self, arguments: &[&str]) -> (i32, [[u64; 2]; 2], Vec<u64>) {
        let (code, told, why) = self.migrates(&[arguments, &["--yes", "--json"]].concat()).await;
        let told: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{why}"));
        let sum = |sum: &str| ["rows", "points"].map(|count| told[sum][count].as_u64().unwrap());
        let refused = told["refused"].as_array().unwrap().iter().map(|row| row["row"].as_u64().unwrap());
        (code, ["written", "already_here"].map(sum), refused.collect())
    }

    /// How many items the members' table and the ledger have.
    async fn items(&self) -> [usize; 2] {
        let count = async |table: &String| {
            self.0.shop.client.scan().table_name(table).send().await.unwrap().items().len()
        };
        let tables = &self.0.shop.tables;
        [count(&tables.members).await, count(&tables.ledger).await]
    }

    /// Sees that all adds up, with so many members.
    async fn adds_up(&self, members: u64) {
        let audited = self.0.shop.audit().await;
        assert_eq!((audited.discrepancies.len(), audited.members), (0, members), "{audited:?}");
    }
}

#[tokio::test]
async fn a_dump_is_carried_over_and_tells_no_number() {
    let counter = Counter::opens().await;
    let export = Export::of("dump.sql", DUMP);
    let (code, told, why) = counter.migrates(&["--from", export.path(), "--check"]).await;
    assert_eq!((code, &*why), (0, ""));
    insta::assert_snapshot!(told, @r"
    cafe_point     rows  points
    to be written  4     2320
    already here   0     0
    refused        0
    ");
    assert_eq!(counter.items().await, [0, 0], "a check writes nothing");

    let (code, told, why) = counter.migrates(&["--from", export.path(), "--yes"]).await;
    assert_eq!(code, 0, "{why}");
    insta::assert_snapshot!(told, @r"
    cafe_point    rows  points
    written       4     2320
    already here  0     0
    refused       0
    ");
    insta::assert_snapshot!(why, @r"
    cafe_point  4 rows, 4 members with 2320 points together
    go to the tables cafe-members and cafe-ledger; whoever is there already stays as they are
    ");
    counter.adds_up(4).await;
    let (code, told, _) = run({
        let mut command = cafe(&["members", "find", "010-1234-5678"]);
        command.env("AWS_ENDPOINT_URL_DYNAMODB", &counter.0.url).env("PHONE_KEY", PHONE_KEY);
        command
    })
    .await;
    let (member, rest) = told.split_once('\n').unwrap();
    assert!(code == 0 && member.starts_with("member   "), "{told}");
    insta::assert_snapshot!(steady(rest, &[]), @r"
    phone    010-****-5678
    balance  120P
    held     0P
    joined   TIME, carried over, and nobody speaks for them yet (`cafe members code`)
    lines    1 in the ledger
    ");
}

#[tokio::test]
async fn whatever_mysqldump_is_told_the_rows_are_the_same() {
    for dump in [
        include_str!("../fixtures/cafe_point/compact.sql"),
        include_str!("../fixtures/cafe_point/complete-insert.sql"),
        include_str!("../fixtures/cafe_point/skip-extended-insert.sql"),
    ] {
        let (counter, export) = (Counter::opens().await, Export::of("dump.sql", dump));
        assert_eq!(counter.counts(&["--from", export.path()]).await, (0, [[4, 2_320], [0, 0]], vec![]));
    }
}

#[tokio::test]
async fn every_way_of_writing_the_table_says_the_same() {
    let rows =
        [("'010-1234-5678'", "'   120'"), ("'01087654321'", "'002200'"), ("'+82 10-7777-0001'", "'0'")];
    let values = |between: &str| {
        let rows = rows.map(|(phone, points)| format!("({phone},{points})"));
        rows.join(between)
    };
    let csv = "phone,point\n010-1234-5678,   120\n\"01087654321\",\"002200\"\n+82 10-7777-0001,0\n";
    let in_korean = csv.replace("phone,point", "전화번호,포인트").replace('\n', "\r\n");
    let with_bom = format!("\u{feff}{csv}");
    let one_each = rows.map(|(phone, points)| {
        format!("INSERT INTO cafe_point (phone, point) VALUES ({phone}, {points});\n")
    });
    let table = "CREATE TABLE cafe_point (phone varchar(20), point char(8), PRIMARY KEY (phone));\n";
    for (name, text) in [
        ("dump.sql", format!("{table}INSERT INTO `cafe_point` VALUES {};\n", values(","))),
        ("dump.sql", format!("{table}INSERT INTO `cafe`.`cafe_point`\nVALUES\n{};\n", values(",\n"))),
        ("dump.sql", one_each.concat()),
        ("dump", format!("REPLACE INTO cafe_point (phone, point) VALUES {};\n", values(", "))),
        ("points.csv", csv.to_owned()),
        ("members.CSV", in_korean),
        ("cafe_point.csv", with_bom),
    ] {
        let (counter, export) = (Counter::opens().await, Export::of(name, &text));
        let told = counter.counts(&["--from", export.path()]).await;
        assert_eq!(told, (0, [[3, 2_320], [0, 0]], vec![]), "{name}: {text}");
        counter.adds_up(3).await;
    }
}

#[tokio::test]
async fn who_is_here_is_carried_over_once_however_often_it_is_done() {
    let counter = Counter::opens().await;
    let export = Export::of("dump.sql", large(100));
    let from = ["--from", export.path()];
    let (one, other) = tokio::join!(counter.counts(&from), counter.counts(&from));
    assert_eq!((one.0, other.0), (0, 0));
    for (one, other) in [(one.1, other.1), (other.1, one.1)] {
        assert_eq!((one[0][0] + one[1][0], one[0][0] + other[0][0]), (100, 100), "each was written by one");
    }
    assert_eq!(counter.items().await, [100, 100]);
    assert_eq!(counter.counts(&from).await, (0, [[0, 0], [100, 5_050]], vec![]));
    assert_eq!(counter.items().await, [100, 100]);
    counter.adds_up(100).await;
}

/// A dump of that many people, of whom each has a point more than the one before.
fn large(count: u32) -> String {
    let rows = (1..=count).map(|number| format!("({number},'010-7777-{number:04}','{number:08}',NULL)"));
    let rows: Vec<_> = rows.collect();
    let statements =
        rows.chunks(40).map(|rows| format!("INSERT INTO `cafe_point` VALUES {};\n", rows.join(",")));
    let (before, after) = DUMP.split_once("INSERT INTO `cafe_point` VALUES\n").unwrap();
    let (_, after) = after.split_once(";\n").unwrap();
    format!("{before}{}{after}", statements.collect::<String>())
}

#[tokio::test]
async fn a_run_that_was_cut_off_is_taken_up_by_the_next() {
    let counter = Counter::opens().await;
    let export = Export::of("dump.sql", large(300));
    let mut running = counter.command(&["--from", export.path(), "--yes"]);
    let mut running = running.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while counter.items().await[0] == 0 {
        assert!(running.try_wait().unwrap().is_none(), "it ended without a word");
    }
    running.kill().unwrap();
    running.wait().unwrap();
    let [there, _] = counter.items().await;
    assert!(there > 0);
    let audited = counter.0.shop.audit().await;
    assert_eq!(audited.discrepancies.len(), 0, "whole members, and no halves: {audited:?}");
    let (code, [[written, _], [here, _]], refused) = counter.counts(&["--from", export.path()]).await;
    assert_eq!((code, written + here, refused), (0, 300, vec![]));
    assert!(here >= there as u64, "{here} of {there}");
    assert_eq!(counter.items().await, [300, 300]);
    counter.adds_up(300).await;
}

#[tokio::test]
async fn a_row_that_is_no_member_is_told_by_its_number_and_keeps_no_other_back() {
    for (before, after, why) in [
        ("'00000120'", "'-120'", "row 1 of cafe_point: its points are below zero"),
        ("'00000120'", "'120.5'", "row 1 of cafe_point: its points are no whole number"),
        ("'00000120'", "'many'", "row 1 of cafe_point: its points are no whole number"),
        ("'00000120'", "'4294967296'", "row 1 of cafe_point: its points are more than fit"),
        ("'00000120'", "NULL", "row 1 of cafe_point: it has no points, not even 0"),
        ("'00000120'", "'    '", "row 1 of cafe_point: it has no points, not even 0"),
        ("'00000120'", "now()", "row 1 of cafe_point: one of its values cannot be made out"),
        ("'00000120',", "", "row 1 of cafe_point: it has 3 values for 4 columns"),
        ("'010-8765-4321'", "'02-8765-4321'", "row 2 of cafe_point: its number is none of a Korean mobile"),
        ("'010-8765-4321'", "NULL", "row 2 of cafe_point: its number is none of a Korean mobile"),
        ("'010-8765-4321'", "'1087654321'", "row 2 of cafe_point: its number is none of a Korean mobile"),
    ] {
        let counter = Counter::opens().await;
        assert!(DUMP.contains(before), "{before}");
        let export = Export::of("dump.sql", DUMP.replacen(before, after, 1));
        let (code, _, said) = counter.migrates(&["--from", export.path(), "--yes"]).await;
        assert!(code == 1 && said.contains(why), "{after}: {said}");
        assert_eq!(counter.items().await, [3, 3], "{after}");
        counter.adds_up(3).await;
    }
}

#[tokio::test]
async fn a_number_that_is_in_two_rows_is_refused_in_both() {
    let counter = Counter::opens().await;
    for again in ["'00000120'", "'00000121'", "'many'"] {
        // The same number, typed in another way.
        let rows = format!("(9,'+82 10 1234 5678',{again},NULL);");
        let export =
            Export::of("dump.sql", DUMP.replacen("'    0',NULL);", &format!("'    0',NULL),{rows}"), 1));
        let (code, _, said) = counter.migrates(&["--from", export.path(), "--check"]).await;
        let why = "its number is in 2 rows, the first of them row 1, and which of them counts nobody knows";
        assert_eq!(said, format!("row 1 of cafe_point: {why}\nrow 5 of cafe_point: {why}\n"));
        assert_eq!((code, counter.items().await), (1, [0, 0]));
        let (code, _, said) = counter.migrates(&["--from", export.path()]).await;
        assert!(said.starts_with("cafe_point  5 rows, 3 members with 2200 points together\n"), "{said}");
        assert_eq!((code, counter.items().await), (2, [0, 0]), "nobody has agreed");
    }
}

#[tokio::test]
async fn a_file_that_is_none_or_was_cut_off_carries_nobody_over() {
    let counter = Counter::opens().await;
    let utf16: Vec<u8> = DUMP.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cut = |end: &str| DUMP.split_once(end).unwrap().0.as_bytes().to_vec();
    let renamed = |from: &str, to: &str| DUMP.replacen(from, to, 1).into_bytes();
    for (name, text, why) in [
        ("dump.sql", cut("4321'"), "ends in the middle of its statements"),
        ("dump.sql", cut("-- Dump completed"), "ends in the middle of its statements"),
        ("dump.sql", utf16, "--result-file"),
        ("dump.sql", renamed("SET NAMES utf8mb4", "SET NAMES euckr"), "is written in euckr"),
        ("dump.sql", DUMP.replace("`cafe_point`", "`cafe_points`").into(), "there is no table cafe_point"),
        (
            "dump.sql",
            renamed("`phone` varchar", "`who` varchar"),
            "name it with --phone-column. It has id, who, point",
        ),
        ("dump.sql", renamed("`point` char", "`saved` char"), "name it with --points-column"),
        ("dump.sql", renamed("CREATE TABLE `cafe_point`", "CREATE TABLE `other`"), "--complete-insert"),
        ("dump.sql", renamed("'00000120',NULL),", "'00000120',NULL) "), "cannot be made out"),
        ("points.csv", b"phone,point\n010-1234-5678,12".to_vec(), "ends in the middle of cafe_point"),
        ("points.csv", b"phone,point\n".to_vec(), "cafe_point has no row"),
        (
            "points.csv",
            b"010-1234-5678,120\n010-8765-4321,200\n".to_vec(),
            "begins with a line that names its columns",
        ),
        ("points.csv", b"".to_vec(), "there is no table cafe_point"),
        ("points.csv", b"\xb9\xf8\xc8\xa3,point\n1,1\n".to_vec(), "written as CSV in UTF-8"),
    ] {
        let export = Export::of(name, text);
        let (code, told, said) = counter.migrates(&["--from", export.path(), "--yes"]).await;
        assert!(code == 2 && told.is_empty() && said.contains(why), "{why}: {said}");
    }
    let (code, _, said) = counter.migrates(&["--from", "nowhere.sql", "--yes"]).await;
    assert!(code == 2 && said.contains("nowhere.sql cannot be read"), "{said}");
    let export = Export::of("dump.sql", DUMP);
    let (code, _, said) = counter.migrates(&["--from", export.path()]).await;
    assert!(code == 2 && said.contains("the answer was not yes"), "{said}");
    assert_eq!(counter.items().await, [0, 0]);
}

#[tokio::test]
async fn columns_may_be_named() {
    let counter = Counter::opens().await;
    let text =
        DUMP.replacen("`phone` varchar", "`who` varchar", 1).replacen("`point` char", "`saved` char", 1);
    let export = Export::of("dump.sql", text);
    let named = ["--from", export.path(), "--phone-column", "who", "--points-column", "saved"];
    assert_eq!(counter.counts(&named).await, (0, [[4, 2_320], [0, 0]], vec![]));
    let (code, _, said) =
        counter.migrates(&[&named[..4], &["--points-column", "other", "--yes"]].concat()).await;
    assert!(code == 2 && said.contains("--points-column"), "{said}");
}

#[tokio::test]
async fn other_points_than_before_and_another_phone_key_are_told_and_change_nothing() {
    let counter = Counter::opens().await;
    let export = Export::of("dump.sql", DUMP);
    assert_eq!(counter.counts(&["--from", export.path()]).await.0, 0);
    let changed = Export::of("dump.sql", DUMP.replacen("'00000120'", "'00000130'", 1));
    for check in [&["--check"][..], &["--yes"]] {
        let (code, _, said) = counter.migrates(&[&["--from", changed.path()], check].concat()).await;
        assert!(
            code == 1 && said.contains("row 1 of cafe_point: its number was carried over with other"),
            "{said}"
        );
    }
    assert_eq!(counter.counts(&["--from", changed.path()]).await, (1, [[0, 0], [3, 2_200]], vec![1]));
    let mut command = counter.command(&["--from", export.path(), "--yes"]);
    command.env("PHONE_KEY", "another phone key than that of this cafe");
    let (code, _, said) = run(command).await;
    assert!(code == 2 && said.contains("sealed with another phone key"), "{said}");
    assert_eq!(counter.items().await, [4, 4]);
    counter.adds_up(4).await;
}

#[tokio::test]
async fn who_is_carried_over_gets_their_points_with_a_code_and_spends_them() {
    let kiosk = Kiosk::opens().await;
    kiosk.joins("jun", "010-8765-4321").await;
    let export = Export::of("dump.sql", DUMP);
    let migrated = kiosk.cafe(&["members", "migrate", "--from", export.path(), "--yes"]).await;
    assert_eq!(migrated.code, 1, "one has joined here");
    let taken = "row 2 of cafe_point: somebody has joined with its number here, or had it; that was left\n";
    assert!(migrated.stderr.ends_with(taken), "{}", migrated.stderr);

    // Whoever types the number is told what to do, and gets nothing.
    let said = kiosk.joins("thief", MINA).await;
    assert!(said.contains("매장에서 코드를 받아") && !said.contains("120"), "{said}");
    for user in ["thief", "mina"] {
        assert!(kiosk.points(user, MINA).await.contains("회원이 아닙니다"));
        let card = kiosk
            .skill(
                "point-payment-preprocess",
                user,
                json!({ "menu": "아이스아메리카노", "num": "1", "phone": MINA, "paypoint": "10" }),
            )
            .await;
        assert!(card.contains("회원이 아닙니다") && !card.contains("/pay/"), "{card}");
    }
    // A stranger may have a coffee, and earns nothing for her.
    kiosk.pays("thief", MINA, 0).await;
    let exported = kiosk.cafe(&["members", "export", MINA]).await;
    let exported: Value = serde_json::from_str(&exported.stdout).unwrap();
    assert_eq!(
        (&exported["chatbot_user"], &exported["balance"], &exported["phone"], &exported["ledger"][0]["kind"]),
        (&Value::Null, &json!(120), &json!("01012345678"), &json!("carry"))
    );
    assert_eq!(exported["orders"], json!([]));

    let code = kiosk.cafe(&["members", "code", MINA, "--json"]).await;
    let code: Value = serde_json::from_str(&code.stdout).unwrap();
    let join = json!({ "phone": MINA, "code": code["code"] });
    let said = kiosk.skill("sign-up", "mina", join.clone()).await;
    assert!(said.contains("지금 포인트는 120P입니다"), "{said}");
    assert!(kiosk.skill("sign-up", "thief", join).await.contains("코드가 맞지 않거나"));
    assert!(kiosk.points("mina", MINA).await.contains("120P"));
    kiosk.pays("mina", MINA, 100).await;
    assert!(kiosk.points("mina", MINA).await.contains("20P"));
    // What she spent does not come again, and a number without points needs no code.
    let again = kiosk.cafe(&["members", "migrate", "--from", export.path(), "--yes", "--json"]).await;
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!((&again["written"]["rows"], &again["already_here"]["rows"]), (&json!(0), &json!(3)));
    let joined = kiosk.joins("bora", "010-7777-0002").await;
    assert!(joined.contains("환영합니다!") && !joined.contains("선물"), "{joined}");
    let left = kiosk.cafe(&["members", "delete", "010-7777-0001", "--yes"]).await;
    assert!(left.code == 0 && left.stdout.ends_with("is forgotten; 2,000P are forfeited\n"), "{left:?}");
    let audited = kiosk.cafe(&["audit"]).await;
    assert!(audited.code == 0 && audited.stdout.ends_with(": all adds up\n"), "{audited:?}");
}
