//! What a read of a payment takes, as another backend asks for it: a sealed body, a password, a function a caller.
//!
//! One record is read under the hashes of three passwords: ours; one as it is moved here, which is what the reference
//! checks at each read; and one that takes next to nothing, which leaves what else there is to a read. And how soon a
//! service is told.

use std::path::Path;
use std::time::Instant;

use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::payment::BoxError;
use fakes::clock::Clock;
use fakes::tosspayments::{Options, PREFIX, TossPayments};
use futures_util::future::try_join_all;
use sealed::{PUBLIC_IV, PUBLIC_KEY, Pair};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tosspayments::window::OpenWindow;
use tosspayments::{Account, Api, Call as _, WindowMethod};

use super::start::FLOOR;
use super::told;
use crate::process::{Process, median};
use crate::table::{self, number, ratio};
use crate::upstreams::{Upstreams, listens};

/// The function that is read by.
const FUNCTION: &str = "payments-api";

/// How many ask at once, and how often each does.
const CALLERS: usize = 8;
const READS: usize = 60;

/// How often the function is started, and the floor in turns with it.
const STARTS: usize = 31;

/// The reference server, as it was measured elsewhere: processor time of a read, and the memory it holds when idle.
const REFERENCE: &str = "the reference server, measured elsewhere";
const REFERENCE_CPU_US: u64 = 100_000;
const REFERENCE_KIB: u64 = 101 * 1024;

/// What nobody has measured.
const UNKNOWN: &str = "–";

const TABLE: &str = "PaymentsTable";
const STORE: &str = "shop";
const ORDER: &str = "00000000-0000-4000-8000-000000000001";
const PRICE: u32 = 4_400;
const PASSWORD: &str = "some-password";

/// That password's hash by bcrypt at cost 10, and by argon2id with 8 KiB and one pass.
const BCRYPT: &str = "$2a$10$abcdefghijklmnopqrstuu1U5bScMvQUI5QLzji5BJDcOTDHxqKSC";
const HARDLY_ANY: &str =
    "$argon2id$v=19$m=8,t=1,p=1$c29tZS1zYWx0LW9mLTE2Yg$S1xkBHG3uRC+aUbV79q1NjZeI6DAHe+v7Sy7DA7QNc0";

/// Measures the function of a folder, beside the floor there, and writes tables.
///
/// # Errors
/// Where either does not start, or does not answer as it should.
pub async fn measure(folder: &Path) -> Result<String, BoxError> {
    let (service, floor) = (folder.join(FUNCTION), folder.join("examples").join(FLOOR));
    let mut backend = Backend::opens().await?;
    let mut first = Process::starts(&service, &backend.environment).await?;
    backend.registers(&mut first).await?;
    let ours = backend.hash().await?;

    let (mut started, mut nothing) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        nothing.push(First::of(&floor, &[], &backend).await?);
        started.push(First::of(&service, &backend.environment, &backend).await?);
    }
    let starts = table::write(
        [
            "function",
            "first answer, µs",
            "processor, µs",
            "of the floor's",
            "memory when ready, KiB",
            "most memory, KiB",
        ],
        [
            First::row(FLOOR, &nothing, &nothing),
            First::row(FUNCTION, &started, &nothing),
            [REFERENCE, UNKNOWN, UNKNOWN, UNKNOWN, &number(REFERENCE_KIB), UNKNOWN].map(str::to_owned),
        ],
    );

    let mut processes = Vec::new();
    for _ in 0..CALLERS {
        processes.push(Process::starts(&service, &backend.environment).await?);
    }
    let mut reads = Vec::new();
    for (hash, words) in [
        (&*ours, "argon2id, as ours is"),
        (BCRYPT, "bcrypt at cost 10"),
        (HARDLY_ANY, "argon2id, next to nothing"),
    ] {
        backend.is_locked_by(hash).await?;
        let alone = backend.reads(&mut processes[..1]).await?;
        let together = backend.reads(&mut processes).await?;
        reads.push((words, alone, together));
    }
    let (_, by_bcrypt, _) = reads.get(1).ok_or("it is the second")?;
    let by_bcrypt_us = by_bcrypt.cpu_us;
    let rows = reads.iter().map(|(words, alone, together)| {
        [
            (*words).to_owned(),
            number(alone.cpu_us),
            ratio(alone.cpu_us, by_bcrypt_us),
            number(1_000_000 / alone.cpu_us.max(1)),
            number(alone.wait_us(50)),
            number(alone.wait_us(99)),
            number(together.wait_us(50)),
            number(together.wait_us(99)),
            number(together.a_second()),
        ]
    });
    let theirs = [
        REFERENCE.to_owned(),
        number(REFERENCE_CPU_US),
        ratio(REFERENCE_CPU_US, by_bcrypt_us),
        number(1_000_000 / REFERENCE_CPU_US),
    ];
    let unknown = std::iter::repeat_n(UNKNOWN.to_owned(), 5);
    let theirs: Vec<_> = theirs.into_iter().chain(unknown).collect();
    let theirs = theirs.try_into().map_err(|_| "there are nine columns")?;
    let rows = rows.chain([theirs]);
    let head = [
        "a read, the password hashed by",
        "processor, µs",
        "of bcrypt's",
        "a second and core",
        "one caller: p50, µs",
        "p99, µs",
        "eight callers: p50, µs",
        "p99, µs",
        "a second",
    ];
    let reads = table::write(head, rows);
    Ok(format!("{starts}\n{reads}\n{}", told::measure().await?))
}

/// A backend with one payment.
struct Backend {
    upstreams: Upstreams,
    environment: Vec<(&'static str, String)>,
    pair: Pair,
    toss: TossPayments,
    account: Account,
    /// The record that it was given.
    record: String,
    _serving: JoinSet<()>,
}

impl Backend {
    async fn opens() -> Result<Backend, BoxError> {
        let upstreams = Upstreams::are_served().await?;
        let (listener, origin) = listens().await?;
        let url = format!("{origin}{PREFIX}");
        let options = Options { origin, ..Options::default() };
        let key = options.merchants.first().ok_or("the fake knows a merchant")?.secret_key.clone();
        let toss = TossPayments::new(options, Clock::real());
        let (mut serving, pages) = (JoinSet::new(), toss.router());
        serving.spawn(async move {
            // It ends with this set, and not before.
            let _ = axum::serve(listener, pages).await;
        });
        let accounts = json!([{ "vendor": "toss.payments", "store_id": STORE, "secret_key": &key }]);
        let mut environment = upstreams.environment();
        environment.extend([
            ("PAYMENTS_TABLE", TABLE.to_owned()),
            ("PAYMENTS_STORE_KEY", "the store key of a service that is measured".to_owned()),
            ("PAYMENTS_ACCOUNTS", accounts.to_string()),
            ("PAYMENTS_BODY_KEY", PUBLIC_KEY.to_owned()),
            ("PAYMENTS_BODY_IV", PUBLIC_IV.to_owned()),
            ("TOSS_URL", url.clone()),
        ]);
        let account = Account::new(Api::Current, &SecretString::from(key))?.with_base_url(&url)?;
        let pair = Pair::new(PUBLIC_KEY, PUBLIC_IV)?;
        let record = String::new();
        Ok(Backend { upstreams, environment, pair, toss, account, record, _serving: serving })
    }

    /// Has its customer pay, and registers the payment.
    async fn registers(&mut self, process: &mut Process) -> Result<(), BoxError> {
        let window = OpenWindow {
            method: WindowMethod::Card,
            order_id: ORDER.to_owned(),
            order_name: "라떼".to_owned(),
            amount: PRICE,
            tax_free_amount: None,
            customer_key: None,
            success_url: "https://shop.example/paid".to_owned(),
            fail_url: "https://shop.example/failed".to_owned(),
        };
        let opened = self.toss.answer(&window.request(&self.account)?).answer();
        let uid = OpenWindow::answer(&opened.ok_or("the fake answers")?)?.payment_key;
        self.toss.pay(&uid)?;
        let creation = json!({
            "vendor": { "code": "toss.payments", "store_id": STORE, "uid": uid },
            "source": { "schema": "shop", "table": "orders", "id": ORDER },
            "price": PRICE,
            "password": PASSWORD,
            "webhook_url": "https://shop.example/told",
        });
        let told = process.handles(&self.event("POST", "/payments/histories", &creation)).await?;
        let history = self.opened(&told, 201)?;
        history["id"].as_str().ok_or("a history has an id")?.clone_into(&mut self.record);
        Ok(())
    }

    /// A request as API Gateway hands it on.
    fn event(&self, method: &str, path: &str, body: &Value) -> Value {
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": "",
            "headers": { "content-type": "text/plain", "host": "payments.example", "x-forwarded-proto": "https" },
            "requestContext": {
                "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7" },
                "requestId": "JKJaXmPLvHcESHA=",
                "stage": "$default",
            },
            "body": self.pair.seal(&body.to_string()),
            "isBase64Encoded": false,
        })
    }

    fn read(&self) -> Value {
        let path = format!("/payments/histories/{}", self.record);
        self.event("PATCH", &path, &json!({ "password": PASSWORD }))
    }

    /// What is in an answer.
    fn opened(&self, told: &Value, status: u16) -> Result<Value, BoxError> {
        if told["statusCode"] != json!(status) {
            return Err(format!("{status} was expected: {told}").into());
        }
        let body = told["body"].as_str().unwrap_or_default();
        Ok(serde_json::from_str(&self.pair.open(body.as_bytes())?)?)
    }

    fn key(&self) -> [(&'static str, AttributeValue); 2] {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        [("id", text(&format!("payment#{}", self.record))), ("part", text("record"))]
    }

    /// What its password was hashed to.
    async fn hash(&self) -> Result<String, BoxError> {
        let get = self.upstreams.embedded.client().get_item().table_name(TABLE);
        let item =
            get.set_key(Some(self.key().map(|(name, value)| (name.to_owned(), value)).into())).send().await?;
        let hash = item.item.as_ref().and_then(|item| item.get("password")?.as_s().ok());
        Ok(hash.ok_or("the record has a password")?.clone())
    }

    /// Puts another hash of the same password in its place.
    async fn is_locked_by(&self, hash: &str) -> Result<(), BoxError> {
        let update = self.upstreams.embedded.client().update_item().table_name(TABLE);
        update
            .set_key(Some(self.key().map(|(name, value)| (name.to_owned(), value)).into()))
            .update_expression("SET password = :hash")
            .expression_attribute_values(":hash", AttributeValue::S(hash.to_owned()))
            .send()
            .await?;
        Ok(())
    }

    /// Reads the record by all of these at once, each with a caller of its own. Their first reads are not counted.
    async fn reads(&self, processes: &mut [Process]) -> Result<Reads, BoxError> {
        let event = self.read();
        for process in &mut *processes {
            let history = self.opened(&process.handles(&event).await?, 200)?;
            if history["price"] != json!(PRICE) {
                return Err(format!("another payment was expected: {history}").into());
            }
        }
        let before = cpu_us(processes)?;
        let began = Instant::now();
        let callers = processes.iter_mut().map(async |process| {
            let mut waits_us = Vec::new();
            for _ in 0..READS {
                let asked = Instant::now();
                let told = process.handles(&event).await?;
                waits_us.push(u64::try_from(asked.elapsed().as_micros())?);
                if told["statusCode"] != json!(200) {
                    return Err(format!("a read failed: {told}").into());
                }
            }
            Ok::<_, BoxError>(waits_us)
        });
        let waits_us = try_join_all(callers).await?;
        let took_us = u64::try_from(began.elapsed().as_micros())?;
        let mut waits_us = waits_us.concat();
        waits_us.sort_unstable();
        let cpu_us = (cpu_us(processes)? - before) / waits_us.len() as u64;
        Ok(Reads { cpu_us, waits_us, took_us })
    }
}

/// What so many in a hundred did not wait longer than, of waits in their order.
pub(super) fn at(waits_us: &[u64], percent: usize) -> u64 {
    waits_us.get((waits_us.len() * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
}

/// Processor time that all of them have used.
fn cpu_us(processes: &[Process]) -> Result<u64, BoxError> {
    processes.iter().map(Process::cpu_us).sum()
}

/// What reads took.
#[expect(clippy::struct_field_names, reason = "a unit stands at the end of a name")]
struct Reads {
    /// Processor time of the function, for one of them.
    cpu_us: u64,
    /// From each question to its answer, the shortest first.
    waits_us: Vec<u64>,
    /// From the first question to the last answer.
    took_us: u64,
}

impl Reads {
    fn wait_us(&self, percent: usize) -> u64 {
        at(&self.waits_us, percent)
    }

    fn a_second(&self) -> u64 {
        self.waits_us.len() as u64 * 1_000_000 / self.took_us.max(1)
    }
}

/// A start, up to the first answer.
struct First {
    answered_us: u64,
    cpu_us: u64,
    ready_kib: u64,
    peak_kib: u64,
}

impl First {
    async fn of(binary: &Path, environment: &[(&str, String)], backend: &Backend) -> Result<First, BoxError> {
        let mut process = Process::starts(binary, environment).await?;
        let ready_kib = process.peak_kib()?;
        let told = process.handles(&backend.read()).await?;
        let answered_us = u64::try_from(process.age().as_micros())?;
        if told["statusCode"] != json!(200) {
            return Err(format!("a first read failed: {told}").into());
        }
        Ok(First { answered_us, cpu_us: process.cpu_us()?, ready_kib, peak_kib: process.peak_kib()? })
    }

    fn row(name: &str, starts: &[First], floor: &[First]) -> [String; 6] {
        let of = |starts: &[First], figure: fn(&First) -> u64| median(starts.iter().map(figure).collect());
        let cpu_us = of(starts, |start| start.cpu_us);
        [
            name.to_owned(),
            number(of(starts, |start| start.answered_us)),
            number(cpu_us),
            ratio(cpu_us, of(floor, |start| start.cpu_us)),
            number(of(starts, |start| start.ready_kib)),
            number(of(starts, |start| start.peak_kib)),
        ]
    }
}
