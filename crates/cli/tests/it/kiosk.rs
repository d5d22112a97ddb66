//! A whole cafe as `cargo dev` serves it, with customers who order and pay over HTTP, and its owner's `cafe`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;

use cafe_core::payment::OrderId;
use devserver::{DevServer, Options};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

/// The numbers of the people here, as they type them.
pub(crate) const MINA: &str = "010-1234-5678";
pub(crate) const JUN: &str = "010 8765 4321";

/// A running cafe.
pub(crate) struct Kiosk {
    pub(crate) server: DevServer,
    /// Its menu, which the owner may change.
    pub(crate) menu: PathBuf,
}

/// What a command said, and what it ended with.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Drop for Kiosk {
    fn drop(&mut self) {
        // It is in a folder for such things, so nobody minds what stays.
        let _ = std::fs::remove_file(&self.menu);
    }
}

impl Kiosk {
    pub(crate) async fn opens() -> Kiosk {
        let menu = include_str!("../../../../menu.toml");
        let kept = std::env::temp_dir().join(format!("cafe-menu-{}.toml", OrderId::new(now(), random())));
        std::fs::write(&kept, menu).unwrap();
        let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenario.toml").into();
        let server = DevServer::start(Options {
            port: 0,
            fake_port: 0,
            dynamodb_port: 0,
            data: None,
            menu: kept.clone(),
            scenario,
            environment: HashMap::new(),
        });
        Kiosk { server: server.await.unwrap(), menu: kept }
    }

    /// Runs `cafe`, which hears nothing from its standard input.
    pub(crate) async fn cafe(&self, arguments: &[&str]) -> Said {
        self.cafe_with("", arguments).await
    }

    /// Runs `cafe`, and answers what it asks.
    pub(crate) async fn cafe_with(&self, answer: &str, arguments: &[&str]) -> Said {
        let api = &self.server.api_url;
        let mut command = Command::new(env!("CARGO_BIN_EXE_cafe"));
        command
            .env_clear()
            .args(["--dev", "--endpoint-url", self.server.dynamodb_url.as_deref().unwrap()])
            .args(["--lambda-url", &format!("{api}/_dev/lambda"), "--ssm-url", &format!("{api}/_dev/ssm")])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut running = command.spawn().unwrap();
        let mut stdin = running.stdin.take().unwrap();
        // Whoever does not ask does not listen, and may be gone.
        let _ = stdin.write_all(answer.as_bytes()).await;
        drop(stdin);
        let output = running.wait_with_output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// What a skill says to a customer.
    pub(crate) async fn skill(&self, skill: &str, user: &str, parameters: Value) -> String {
        let payload = json!({
            "action": { "params": parameters },
            "userRequest": { "user": { "id": user } },
        });
        let answer = ask(&self.server.api_url, &format!("/skill/{skill}"), Some(&payload.to_string())).await;
        answer.body
    }

    pub(crate) async fn joins(&self, user: &str, phone: &str) -> String {
        self.skill("sign-up", user, json!({ "phone": phone })).await
    }

    pub(crate) async fn points(&self, user: &str, phone: &str) -> String {
        self.skill("point-lookup", user, json!({ "phone": phone })).await
    }

    /// Orders at full price, or with points, and gives the order.
    pub(crate) async fn orders(&self, user: &str, phone: &str, spend: u32) -> OrderId {
        let (skill, mut parameters) =
            ("general-payment-preprocess", json!({ "menu": "아이스아메리카노", "num": "2", "phone": phone }));
        let skill = if spend > 0 {
            parameters["paypoint"] = spend.to_string().into();
            "point-payment-preprocess"
        } else {
            skill
        };
        let card = self.skill(skill, user, parameters).await;
        let (_, after) = card.split_once("/pay/").unwrap_or_else(|| panic!("{card}"));
        OrderId::parse(&after[..26]).unwrap()
    }

    /// Follows the payment link, and gives where it leads.
    pub(crate) async fn opens_link(&self, order: OrderId) -> Option<String> {
        ask(&self.server.api_url, &format!("/pay/{order}"), None).await.location
    }

    /// Orders and pays.
    pub(crate) async fn pays(&self, user: &str, phone: &str, spend: u32) -> OrderId {
        let order = self.orders(user, phone, spend).await;
        let page = self.opens_link(order).await.unwrap();
        self.agrees(&page).await;
        order
    }

    /// Agrees at the gateway's page, and comes back.
    pub(crate) async fn agrees(&self, page: &str) {
        let (fake, path) = split(page);
        let back = ask(fake, path, Some("action=pay")).await.location.unwrap();
        let (api, path) = split(&back);
        let receipt = ask(api, path, None).await;
        assert!(receipt.body.contains("결제가 완료되었습니다"), "{}", receipt.body);
    }
}

/// An answer of a server's.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

/// A `GET`, or a `POST` of JSON or of a form.
pub(crate) async fn ask(origin: &str, path: &str, body: Option<&str>) -> Answer {
    let (method, body) = (if body.is_some() { "POST" } else { "GET" }, body.unwrap_or_default());
    let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
    ask_by(method, origin, path, kind, body).await
}

/// A request with a body of that content type.
pub(crate) async fn ask_by(method: &str, origin: &str, path: &str, kind: &str, body: &str) -> Answer {
    let host = origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nx-skill-key: dev\r\n\
         content-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let location = head.lines().find_map(|line| line.strip_prefix("location: ")).map(str::to_owned);
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, location, body: body.to_owned() }
}

/// An address as its origin and the rest.
fn split(address: &str) -> (&str, &str) {
    address.split_at("http://".len() + address["http://".len()..].find('/').unwrap())
}

fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

fn random() -> [u8; 10] {
    functions::World::real().random()
}

/// What a command said, without what is another each time: times, and these ids.
pub(crate) fn steady(text: &str, ids: &[(&str, &str)]) -> String {
    let text = ids.iter().fold(text.to_owned(), |text, (id, name)| text.replace(id, name));
    let mut told = String::new();
    let mut rest = &*text;
    while let Some(at) = rest.find("20") {
        let (before, from) = rest.split_at(at);
        told += before;
        let end = from.find(|letter: char| !(letter.is_ascii_digit() || "-:.TZ".contains(letter)));
        let (word, after) = from.split_at(end.unwrap_or(from.len()));
        if word.len() >= 20 && word.contains('T') && word.ends_with('Z') {
            told += "TIME";
            rest = after;
        } else {
            told += &from[..2];
            rest = &from[2..];
        }
    }
    told + rest
}
