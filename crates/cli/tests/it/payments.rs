//! Another server's payments moved here: a real `pg_dump` of made-up rows, and what becomes of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use functions::service::accounts::Accounts;
use functions::service::messenger::Reach;
use functions::{Service, World, payments_api};
use http::Request;
use http::header::CONTENT_TYPE;
use parameters::Parameter;
use sealed::{PUBLIC_IV, PUBLIC_KEY, Pair};
use serde_json::{Value, json};
use store::{DynamoRecords, Vault};
use tower::ServiceExt as _;

use crate::binary::{Served, cafe, run};
use crate::export::Export;
use crate::shop::Shop;

const STORE_KEY: &str = "the store key of a service that moves here";

/// What is in the dump in clear, and must never be told.
const CONTENTS: [&str; 6] = ["tviva_1", "imp_3", "433012", "1234-1234", "식은", "$2a$10$"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reference").join(name)
}

fn dump() -> String {
    fs::read_to_string(fixture("dump.sql")).unwrap()
}

/// A payments service without a record.
struct Counter(Served);

impl Counter {
    async fn opens() -> Counter {
        Counter(Served::of(Shop::empty().await).await)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let keys = fixture("keys.env");
        let mut command = cafe(&["payments", "migrate", "--keys", keys.to_str().unwrap()]);
        command
            .args(arguments)
            .env("AWS_ENDPOINT_URL_DYNAMODB", &self.0.url)
            .env("PAYMENTS_TABLE", "PaymentsTable")
            .env("PAYMENTS_STORE_KEY", STORE_KEY)
            .stdin(Stdio::null());
        command
    }

    /// Runs it, and sees that it tells nothing of what it moves.
    async fn migrates(&self, arguments: &[&str]) -> (i32, String, String) {
        let said = run(self.command(arguments)).await;
        for text in CONTENTS {
            assert!(!said.1.contains(text) && !said.2.contains(text), "{text} in {said:?}");
        }
        said
    }

    /// The code, and what is written, here already and refused, of the three tables.
    async fn counts(&self, arguments: &[&str]) -> (i32, [[u64; 3]; 3]) {
        let (code, told, why) = self.migrates(&[arguments, &["--yes", "--json"]].concat()).await;
        let told: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{why}"));
        let of = |table: &str| {
            ["written", "already_here", "refused"].map(|count| told["tables"][table][count].as_u64().unwrap())
        };
        (code, ["payment_histories", "payment_history_cancels", "payment_reservations"].map(of))
    }

    /// What a service gets with a password.
    async fn asks(&self, path: &str, password: &str) -> (u16, String) {
        let pair = Pair::new(PUBLIC_KEY, PUBLIC_IV).unwrap();
        let vault = Vault::new(STORE_KEY).unwrap();
        let client = self.0.shop.client.clone();
        let service = Service {
            records: Arc::new(DynamoRecords::new(client, "PaymentsTable".to_owned(), vault)),
            accounts: Parameter::fixed("PAYMENTS_ACCOUNTS", Accounts::default()),
            reach: Reach::Public,
            world: World::real(),
        };
        let body = pair.seal(&json!({ "password": password }).to_string());
        let request = Request::patch(path).header(CONTENT_TYPE, "text/plain").body(Body::from(body)).unwrap();
        let response = payments_api::router(service, pair.clone()).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let text = pair.open(&body).unwrap_or_else(|_| String::from_utf8(body.into()).unwrap());
        (status, text)
    }

    /// What all records of the dump are here.
    async fn records(&self) -> Vec<String> {
        let mut records = Vec::new();
        for (kind, letter, count) in [("histories", 'a', 5), ("reservations", 'd', 2)] {
            for number in 1..=count {
                let path = format!("/payments/{kind}/0000000{letter}-0000-4000-8000-{number:012x}");
                let (status, text) = self.asks(&path, "some-password").await;
                assert_eq!(status, 200, "{path}: {text}");
                records.push(text);
            }
        }
        records
    }

    async fn items(&self) -> usize {
        let scanned = self.0.shop.client.scan().table_name("PaymentsTable").send().await.unwrap();
        scanned.items().len()
    }
}

fn history(number: u32) -> String {
    format!("0000000a-0000-4000-8000-{number:012x}")
}

#[tokio::test]
async fn a_dump_moves_here_whole_and_its_old_passwords_open_it() {
    let counter = Counter::opens().await;
    let dump = fixture("dump.sql");
    let (code, told, why) = counter.migrates(&["--from", dump.to_str().unwrap(), "--yes"]).await;
    assert_eq!(code, 0, "{why}");
    insta::assert_snapshot!(told, @r"
    table                    rows  written  already here  refused
    payment_histories        5     5        0             0
    payment_history_cancels  3     3        0             0
    payment_reservations     2     2        0             0

    PAYMENTS_ACCOUNTS needs these, by vendor and store_id:
    vendor         store_id     records
    iamport        second shop  1
    iamport        shop         3
    toss.payments  shop         3
    ");
    insta::assert_snapshot!(why, @r"
    payment_histories        5 rows
    payment_history_cancels  3 rows
    payment_reservations     2 rows
    go to the table PaymentsTable; what is there already stays as it is
    payment_histories 0000000a-0000-4000-8000-000000000003: its webhook_url is none that is told here: that takes https and a public address
    ");

    let records = counter.records().await;
    let read: Vec<Value> = records.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let mut given_back = read[1].clone();
    let data = given_back.as_object_mut().unwrap().remove("data").unwrap();
    assert_eq!(
        given_back,
        json!({
            "id": history(2),
            "vendor_code": "toss.payments",
            "vendor": { "code": "toss.payments", "uid": "tviva_2", "store_id": "shop" },
            "source": { "schema": "shop", "table": "orders", "id": "0000000b-0000-4000-8000-000000000002" },
            "currency": "KRW",
            "price": 4_400,
            "refund": 1_400,
            "webhook_url": "https://shop.example/told",
            "created_at": "2026-03-02T01:00:00.118Z",
            "paid_at": "2026-03-02T00:59:58.000Z",
            "cancelled_at": "2026-03-03T01:00:00.000Z",
            "cancels": [
                { "price": 1_000, "reason": "식은\t커피\n\"두 잔\" \\N, it's", "created_at": "2026-03-03T01:00:00.000Z" },
                { "price": 400, "reason": "", "created_at": "2026-03-04T01:00:00.500Z" },
            ],
        })
    );
    assert_eq!(data["card"]["number"], "433012******1234");
    // The gateway's own words, to the byte.
    let words = "\"data\":{\"mId\":\"tosspayments\",\"version\":\"2022-11-16\",\"paymentKey\":\"tviva_1\",";
    assert!(records[0].contains(words), "{}", records[0]);
    assert_eq!((&read[2]["paid_at"], &read[2]["refund"]), (&Value::Null, &Value::Null));
    // Of two refunds that are alike the dump holds one, and of what went back before it none.
    assert_eq!(read[3]["cancels"].as_array().unwrap().len(), 2);
    assert_eq!(read[4]["cancels"][0]["reason"], "by hand");
    assert_eq!(read[4]["cancelled_at"], "2026-03-02T01:00:00.000Z");
    assert_eq!(
        (&read[5]["title"], &read[5]["data"]["billingKey"]),
        (&json!("회사\t카드"), &json!("billing_1"))
    );

    let path = format!("/payments/histories/{}", history(1));
    assert_eq!(counter.asks(&path, "some-passwore").await.0, 403);
}

#[tokio::test]
async fn files_of_csv_say_the_same_as_the_dump() {
    let (from_dump, from_csv) = (Counter::opens().await, Counter::opens().await);
    let moved = (0, [[5, 0, 0], [3, 0, 0], [2, 0, 0]]);
    assert_eq!(from_dump.counts(&["--from", fixture("dump.sql").to_str().unwrap()]).await, moved);
    let folder = std::env::temp_dir().join(format!("cafe-csv-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for table in ["payment_histories", "payment_history_cancels", "payment_reservations"] {
        let name = format!("{table}.csv");
        fs::copy(fixture(&name), folder.join(&name)).unwrap();
    }
    assert_eq!(from_csv.counts(&["--from", folder.to_str().unwrap()]).await, moved);
    assert_eq!(from_dump.records().await, from_csv.records().await);
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn what_is_here_is_written_once_however_often_it_is_moved() {
    let counter = Counter::opens().await;
    let dump = fixture("dump.sql");
    let dump = ["--from", dump.to_str().unwrap()];
    let (one, other) = tokio::join!(counter.counts(&dump), counter.counts(&dump));
    assert_eq!((one.0, other.0), (0, 0));
    for ((one, other), rows) in one.1.into_iter().zip(other.1).zip([5, 3, 2]) {
        assert_eq!(
            (one[0] + other[0], one[1] + other[1]),
            (rows, rows),
            "each row was written by one of them"
        );
    }
    let (items, records) = (counter.items().await, counter.records().await);
    assert_eq!(items, 3 * 7);
    assert_eq!(counter.counts(&dump).await, (0, [[0, 5, 0], [0, 3, 0], [0, 2, 0]]));
    assert_eq!((counter.items().await, counter.records().await), (items, records));
}

/// A dump of that many histories, all like the first one.
fn large(count: u32) -> String {
    let dump = dump();
    let row = dump.lines().find(|line| line.starts_with(&history(1))).unwrap();
    let rows = (1..=count).map(|number| {
        let [old, new] = [1, number].map(|number| format!("-8000-{number:012x}"));
        row.replace(&old, &new).replace("tviva_1", &format!("tviva_1_{number}"))
    });
    let rows: Vec<String> = rows.collect();
    let other_rows = |line: &&str| !line.starts_with("0000000a") && !line.starts_with("0000000c");
    let text: Vec<&str> = dump.lines().filter(other_rows).collect();
    let text = text.join("\n") + "\n";
    let (before, after) = text.split_once("cancelled_at) FROM stdin;\n").unwrap();
    format!("{before}cancelled_at) FROM stdin;\n{}\n{after}", rows.join("\n"))
}

#[tokio::test]
async fn a_run_that_was_cut_off_is_taken_up_by_the_next() {
    let counter = Counter::opens().await;
    let export = Export::of("dump.sql", large(300));
    let mut running = counter.command(&["--from", export.path(), "--yes"]);
    let mut running = running.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while counter.items().await == 0 {}
    running.kill().unwrap();
    running.wait().unwrap();
    let there = counter.items().await as u64 / 3;
    assert!(there > 0);
    let (code, [[written, here, refused], _, _]) = counter.counts(&["--from", export.path()]).await;
    assert_eq!((code, written + here, refused), (0, 300, 0));
    assert!(here >= there, "{here} of {there}");
    assert_eq!(counter.items().await, 3 * 302);
}

#[tokio::test]
async fn a_dump_that_was_cut_off_moves_nothing() {
    let counter = Counter::opens().await;
    let dump = dump();
    for (end, why) in [
        ("식은", "ends in the middle of payment_history_cancels"),
        ("\\.\n\n\n--\n-- Data for Name: payment_history_cancels", "ends in the middle of payment_histories"),
        ("--\n-- Data for Name: payment_reservations", "no table payment_reservations"),
    ] {
        let (part, _) = dump.split_once(end).unwrap();
        let export = Export::of("dump.sql", part);
        let (code, told, said) = counter.migrates(&["--from", export.path(), "--yes"]).await;
        assert!(code == 2 && told.is_empty() && said.contains(why), "{end}: {said}");
    }
    assert_eq!(counter.items().await, 0);
}

#[tokio::test]
async fn a_row_that_is_none_is_named_and_keeps_no_other_back() {
    for (before, after, why) in [
        ("\t4400\t\\N\t", "\t4400.5\t\\N\t", "price is no whole number"),
        ("\t4400\t\\N\t", "\t-1\t\\N\t", "price is no whole number"),
        ("\t4400\t\\N\t", "\t4294967296\t\\N\t", "price is no whole number"),
        ("\t4400\t\\N\t", "\t4400\t4401\t", "more was given back than was paid"),
        ("\ttoss.payments\ttviva_1", "\tpaypal\ttviva_1", "vendor_code is neither"),
        ("\torders\t0000000b-0000-4000-8000-000000000001", "\torders\tone", "source_id is no UUID"),
        ("0000000a-0000-4000-8000-000000000001", "1", "id is no UUID"),
        ("2026-03-02 09:59:58+09", "yesterday", "paid_at is no time"),
        ("2026-03-02 09:59:58+09", "infinity", "paid_at is no time"),
        ("f66vvvbHWMC92H//lseDdtq0", "f66vvvbHWMC92H//lseDdtq1", "data "),
        ("$2a$10$abcdefghij", "$2a$10$", "password is no hash"),
        ("\tKRW\t4400\t\\N\t", "\t\\N\t4400\t\\N\t", "currency is null"),
        ("\ttviva_1\tshop\tKRW", "\ttviva_1\tKRW", "15 values for 16 columns"),
    ] {
        let counter = Counter::opens().await;
        let export = Export::of("dump.sql", dump().replacen(before, after, 1));
        let (code, _, said) = counter.migrates(&["--from", export.path(), "--yes"]).await;
        assert_eq!(code, 1, "{after}: {said}");
        assert!(said.contains("payment_histories") && said.contains(why), "{after}: {said}");
        assert_eq!(counter.items().await, 3 * 6, "{after}");
    }
}

#[tokio::test]
async fn cancels_that_do_not_add_up_keep_their_history_back() {
    for (before, after, why) in [
        ("\t1000\t식은", "\t1001\t식은", "cancels add up to more"),
        ("\t1000\t식은", "\tmany\t식은", "a cancel of it: amount is no whole number"),
        ("2026-03-03 10:00:00+09", "2026-03-01 10:00:00+09", "given back before it was paid"),
        (
            "\t0000000a-0000-4000-8000-000000000002\t1000",
            "\t0000000a-0000-4000-8000-0000000000ff\t1000",
            "its history is not in the export",
        ),
        ("\t0000000a-0000-4000-8000-000000000002\t1000", "\tnone\t1000", "payment_history_id is no UUID"),
    ] {
        let counter = Counter::opens().await;
        let export = Export::of("dump.sql", dump().replacen(before, after, 1));
        let (code, _, said) = counter.migrates(&["--from", export.path(), "--yes"]).await;
        assert!(code == 1 && said.contains(why), "{after}: {said}");
    }
}

#[tokio::test]
async fn a_check_tells_what_would_be_and_writes_nothing() {
    let counter = Counter::opens().await;
    let dump = dump();
    let export = Export::of("dump.sql", &dump);
    let (code, told, _) = counter.migrates(&["--from", export.path(), "--check"]).await;
    assert_eq!(code, 0);
    insta::assert_snapshot!(told, @r"
    table                    rows  to be written  already here  refused
    payment_histories        5     5              0             0
    payment_history_cancels  3     3              0             0
    payment_reservations     2     2              0             0

    PAYMENTS_ACCOUNTS needs these, by vendor and store_id:
    vendor         store_id     records
    iamport        second shop  1
    iamport        shop         3
    toss.payments  shop         3
    ");
    assert_eq!(counter.items().await, 0);
    // A second row for the same payment, which PostgreSQL would not have let in.
    let row = dump.lines().find(|line| line.starts_with(&history(1))).unwrap();
    let again = row.replace("-8000-000000000001", "-8000-000000000009");
    let export = Export::of("dump.sql", dump.replacen(row, &format!("{row}\n{again}"), 1));
    let (code, _, said) = counter.migrates(&["--from", export.path(), "--check"]).await;
    assert!(code == 1 && said.contains("another row has its id, its source, or its payment"), "{said}");
    let (code, _, said) = counter.migrates(&["--from", export.path(), "--yes"]).await;
    assert!(code == 1 && said.contains("has another record here"), "{said}");
    assert_eq!(counter.items().await, 3 * 7);
}

#[tokio::test]
async fn what_stands_here_is_never_written_over() {
    let counter = Counter::opens().await;
    let export = Export::of("dump.sql", dump());
    assert_eq!(counter.counts(&["--from", export.path()]).await.0, 0);
    let records = counter.records().await;
    let changed = Export::of(
        "dump.sql",
        dump().replacen("\t4400\t\\N\t", "\t4500\t\\N\t", 1).replace("billing_1\tshop", "billing_1\tother"),
    );
    let (code, counts) = counter.counts(&["--from", changed.path()]).await;
    assert_eq!((code, counts), (1, [[0, 4, 1], [0, 3, 0], [0, 1, 1]]));
    let (_, _, said) = counter.migrates(&["--from", changed.path(), "--yes"]).await;
    assert!(
        said.contains(&format!("payment_histories {}: another record has its id here", history(1))),
        "{said}"
    );
    assert_eq!(counter.records().await, records);
}

#[tokio::test]
async fn nothing_is_written_with_the_wrong_keys_or_against_the_owners_word() {
    let counter = Counter::opens().await;
    let export = Export::of("dump.sql", dump());
    let (code, _, said) = counter.migrates(&["--from", export.path()]).await;
    assert!(code == 2 && said.contains("5 rows") && said.contains("the answer was not yes"), "{said}");
    let keys = fs::read_to_string(fixture("keys.env")).unwrap();
    let swapped =
        Export::of("dump.sql", keys.replace("7BqAGp1HPY9Ox66w", "7BqAGp1HPY9Ox66x").replace("MTls", "MTLS"));
    let (code, _, said) =
        counter.migrates(&["--from", export.path(), "--keys", swapped.path(), "--yes"]).await;
    assert!(code == 2, "{said}");
    let wrong = ["--from", export.path(), "--yes"];
    let mut command = cafe(&["payments", "migrate", "--keys", swapped.path()]);
    command
        .args(wrong)
        .env("AWS_ENDPOINT_URL_DYNAMODB", &counter.0.url)
        .env("PAYMENTS_TABLE", "PaymentsTable")
        .env("PAYMENTS_STORE_KEY", STORE_KEY);
    let (code, _, said) = run(command).await;
    assert!(code == 2 && said.contains("open none of the first 5 rows of payment_histories"), "{said}");
    assert_eq!(counter.items().await, 0);

    assert_eq!(counter.counts(&["--from", export.path()]).await.0, 0);
    let mut command = counter.command(&["--from", export.path(), "--yes"]);
    command.env("PAYMENTS_STORE_KEY", "another key than the one of this service");
    let (code, _, said) = run(command).await;
    assert!(code == 2 && said.contains("sealed with another key"), "{said}");
    assert_eq!(counter.items().await, 3 * 7);
}
