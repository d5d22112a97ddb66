//! The service's description of itself, to which every request and every answer of these tests is held.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use functions::service::openapi;
use jsonschema::Validator;
use sealed::Pair;
use serde_json::{Map, Value, json};

use super::counter::{Counter, PASSWORD, accessor, cancellation, source};

static DESCRIPTION: LazyLock<Description> = LazyLock::new(|| Description::read(&openapi::document()));

struct Description(Vec<Operation>);

struct Operation {
    method: String,
    path: String,
    asked: Option<Contents>,
    /// By the status, `4XX` for all that are not described by themselves.
    answers: BTreeMap<String, Contents>,
}

/// What a body may be, by its media type; none where it is empty.
type Contents = BTreeMap<String, Content>;

struct Content {
    is_sealed: bool,
    schema: Validator,
}

impl Description {
    fn read(document: &Value) -> Description {
        let lenient = &document["components"];
        let mut strict = lenient.clone();
        close(&mut strict);
        let mut operations = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let answers = operation["responses"].as_object().unwrap().iter();
                let answers = answers.map(|(status, answer)| (status.clone(), contents(answer, &strict)));
                let asked = operation.get("requestBody").map(|asked| contents(asked, lenient));
                let (method, path) = (method.to_uppercase(), path.clone());
                operations.push(Operation { method, path, asked, answers: answers.collect() });
            }
        }
        Description(operations)
    }

    /// All that may be answered with that status.
    fn answering(&self, status: &str) -> BTreeSet<String> {
        let answers = |operation: &&Operation| operation.answers.contains_key(status);
        self.0
            .iter()
            .filter(answers)
            .map(|operation| format!("{} {}", operation.method, operation.path))
            .collect()
    }

    /// What is asked by a method and a path. A path that is written out wins over one with an id.
    fn operation(&self, call: &str) -> Option<&Operation> {
        let (method, path) = call.split_once(' ').unwrap();
        let matches = |operation: &&Operation| {
            let described = operation.path.split('/');
            operation.method == method
                && operation.path.split('/').count() == path.split('/').count()
                && described.zip(path.split('/')).all(|(one, other)| one == other || one == "{id}")
        };
        self.0.iter().filter(matches).min_by_key(|operation| operation.path.contains('{'))
    }
}

/// Nothing may be answered that is not described, though readers should expect it.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.get("properties").is_some_and(|properties| !properties.is_boolean()) {
                fields.entry("additionalProperties").or_insert(json!(false));
            }
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn contents(body: &Value, components: &Value) -> Contents {
    let read = |(kind, content): (&String, &Value)| {
        let is_sealed = content["x-nestia-encrypted"] == true;
        // Beside its components, so that what it refers to is found.
        let schema = json!({ "allOf": [content["schema"]], "components": components });
        let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        (kind.clone(), Content { is_sealed, schema })
    };
    body.get("content")
        .and_then(Value::as_object)
        .map(|all| all.iter().map(read).collect())
        .unwrap_or_default()
}

/// The JSON of a body, if it is one.
fn json(pair: &Pair, is_sealed: bool, text: &str) -> Option<Value> {
    let text = if is_sealed { pair.open(text.as_bytes()).ok()? } else { text.to_owned() };
    // What is sealed of nothing is a text without letters.
    if text.is_empty() { Some(json!("")) } else { serde_json::from_str(&text).ok() }
}

fn essence(kind: &str) -> &str {
    kind.split(';').next().unwrap_or_default().trim()
}

/// The way to ask that a call is one of, as `PATCH /payments/histories/{id}`.
pub(super) fn way(call: &str) -> String {
    let operation = DESCRIPTION.operation(call).unwrap();
    format!("{} {}", operation.method, operation.path)
}

/// All ways to ask that are described to be answered with that status.
pub(super) fn answering(status: &str) -> BTreeSet<String> {
    DESCRIPTION.answering(status)
}

/// Whether a request and its answer are as they are described. A request is a content type and a body, an answer a status
/// before them.
pub(super) fn holds(pair: &Pair, call: &str, request: (&str, &str), answer: (u16, &str, &str)) {
    let (status, kind, text) = answer;
    let Some(operation) = DESCRIPTION.operation(call) else {
        assert!(
            matches!(status, 404 | 405) && text.is_empty(),
            "{call} is described nowhere, and answers {status}"
        );
        return;
    };
    let contents = operation.answers.get(&status.to_string());
    let contents = contents.or_else(|| operation.answers.get(&format!("{}XX", status / 100)));
    let contents = contents.unwrap_or_else(|| panic!("{call} is not described to answer {status}: {text}"));
    let told = if contents.is_empty() {
        assert!(kind.is_empty() && text.is_empty(), "{call} answers {status} with {kind} {text}");
        Value::Null
    } else {
        let content =
            &contents.get(essence(kind)).unwrap_or_else(|| panic!("{call} answers {status} with {kind}"));
        let told = json(pair, content.is_sealed, text).unwrap();
        let violations: Vec<_> =
            content.schema.iter_errors(&told).map(|violation| violation.to_string()).collect();
        assert!(violations.is_empty(), "{call} answers {status} with {told}: {violations:?}");
        told
    };

    let Some(asked) = &operation.asked else { return };
    let content = asked.get(essence(request.0));
    let asked = content.and_then(|content| json(pair, content.is_sealed, request.1));
    let fits = content.zip(asked.as_ref()).is_some_and(|(content, asked)| content.schema.is_valid(asked));
    assert!(fits || matches!(status, 400 | 401 | 413), "{call} takes {asked:?}, which is not described");
    // Which addresses a service may have is described in words alone.
    let is_violation = told["path"].as_str().is_some_and(|path| path.starts_with("$input"));
    assert!(
        !fits || !is_violation || told["path"] == "$input.webhook_url",
        "{call} does not take {asked:?}: {told}"
    );
}

#[tokio::test]
async fn the_description_is_served_and_tells_of_each_way_to_ask_that_there_is() {
    let counter = Counter::open().await;
    let (status, kind, text) = counter.send("GET /payments/openapi.json", "", &[], "").await;
    assert_eq!((status, &*kind), (200, "application/json"));
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document, openapi::document());
    assert_eq!(document["openapi"], "3.1.0");

    let described: BTreeSet<_> =
        DESCRIPTION.0.iter().map(|operation| format!("{} {}", operation.method, operation.path)).collect();
    let known = [
        "GET /monitors/health",
        "GET /monitors/performance",
        "GET /monitors/system",
        "GET /payments/openapi.json",
        "PATCH /payments/histories/get",
        "PATCH /payments/histories/{id}",
        "PATCH /payments/reservations/get",
        "PATCH /payments/reservations/{id}",
        "POST /payments/histories",
        "POST /payments/internal/webhook",
        "POST /payments/reservations",
        "POST /payments/webhooks/iamport",
        "POST /payments/webhooks/portone",
        "POST /payments/webhooks/toss",
        "PUT /payments/histories/cancel",
    ];
    assert_eq!(described, known.iter().map(|route| (*route).to_owned()).collect());
    for call in described {
        let (status, _, text) = counter.send(&call, "text/plain", &[], "").await;
        assert!(status == 200 || !text.is_empty(), "{call} is routed nowhere: {status}");
    }
}

#[tokio::test]
async fn an_answer_with_more_or_less_than_is_described_would_be_seen() {
    let counter = Counter::open().await;
    let history = counter.history("iamport", &counter.order(), 1_000).await;
    let schema =
        &DESCRIPTION.operation("POST /payments/histories").unwrap().answers["201"]["text/plain"].schema;
    assert!(schema.is_valid(&history));
    let fields = history.as_object().unwrap();
    for name in fields.keys() {
        let mut less = fields.clone();
        less.remove(name);
        assert!(!schema.is_valid(&less.into()), "{name}");
    }
    for (name, value) in
        [("more", json!(1)), ("price", json!("1000")), ("paid_at", json!("yesterday")), ("id", json!("1"))]
    {
        let mut other = fields.clone();
        other.insert(name.to_owned(), value);
        assert!(!schema.is_valid(&other.into()), "{name}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_told_as_it_is_described() {
    let counter = Counter::open().await;
    let large = "a".repeat(300_000);
    for operation in DESCRIPTION.0.iter().filter(|operation| operation.asked.is_some()) {
        let call = format!("{} {}", operation.method, operation.path);
        assert_eq!(counter.send(&call, "text/plain", &[], &large).await.0, 413, "{call}");
    }
}

/// Every request that differs from one in one place, which is gone or holds something else.
fn spoilt(request: &Value) -> Vec<Value> {
    let others = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0.5),
        json!(7),
        json!(""),
        json!("text"),
        json!([]),
        json!({}),
    ];
    let Value::Object(fields) = request else { return others.into() };
    let with = |name: &str, value: Option<Value>| {
        let mut fields: Map<String, Value> = fields.clone();
        fields.remove(name);
        fields.extend(value.map(|value| (name.to_owned(), value)));
        Value::Object(fields)
    };
    let mut all: Vec<_> = others.into();
    for (name, value) in fields {
        all.push(with(name, None));
        all.extend(spoilt(value).into_iter().map(|value| with(name, Some(value))));
    }
    all
}

#[tokio::test]
async fn exactly_what_is_described_is_taken() {
    let counter = Counter::open().await;
    let order = counter.order();
    let history = counter.history("toss.payments", &order, 1_000).await;
    let mut cancel = cancellation(&order, 1);
    cancel["account"] = json!({ "bank": "088", "account": "110", "holder": "Kim", "mobile": "010" });
    let reservation = json!({
        "vendor": { "code": "iamport", "store_id": "shop", "uid": "nobody" },
        "source": source(&order),
        "title": "the usual card",
        "password": PASSWORD,
    });
    let by_id = format!("PATCH /payments/histories/{}", history["id"].as_str().unwrap());
    let nudge = json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": { "paymentKey": "nobody's", "status": "DONE" } });
    let (mut taken, mut refused) = (0, 0);
    for (call, request) in [
        ("POST /payments/histories", counter.creation("toss.payments", "nobody's", &order, 1)),
        ("PUT /payments/histories/cancel", cancel),
        ("POST /payments/reservations", reservation),
        ("PATCH /payments/reservations/get", accessor(&order, PASSWORD)),
        (&by_id, json!({ "password": PASSWORD })),
        ("POST /payments/webhooks/iamport", json!({ "imp_uid": "nobody's", "status": "paid" })),
        ("POST /payments/webhooks/toss", nudge),
    ] {
        let is_sealed = !call.contains("webhooks");
        for request in spoilt(&request).into_iter().chain([request]) {
            let text = request.to_string();
            let (kind, body) =
                if is_sealed { ("text/plain", counter.pair.seal(&text)) } else { ("application/json", text) };
            // Where the description and the service differ, this fails.
            let (status, _, _) = counter.send(call, kind, &[], &body).await;
            *(if status == 400 { &mut refused } else { &mut taken }) += 1;
        }
    }
    assert!(taken > 50 && refused > 200, "{taken} taken, {refused} refused");
}
