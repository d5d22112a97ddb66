//! Says everything that is wrong with an answer, whoever wrote it: for tests, development servers and other SDKs.
//!
//! The builders of [`crate::response`] cannot make an answer that is found fault with here. The checker reads plain
//! JSON and shares with them nothing but the numbers in [`crate::limits`], so each keeps an eye on the other.
//! Unknown fields pass, because Kakao adds some; `null` counts as missing.
//!
//! ```
//! let answer = br#"{"version":"2.0","template":{"outputs":[{"simpleText":{"txt":"hello"}}]}}"#;
//! let findings = openbuilder::check::response_bytes(answer);
//!
//! assert_eq!(findings[0].to_string(), "template.outputs[0].simpleText.text: is missing");
//! ```

mod cards;
mod node;
mod parts;

use std::fmt;
use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use crate::limits;
use node::{Node, Report};

/// One broken rule: where, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Where, such as `template.outputs[0].commerceCard.title`. Empty for the answer as a whole.
    pub path: String,
    /// Which rule, as a sentence that goes on from the path, such as `has 31 characters, and 30 fit`.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() { "the answer" } else { &self.path };
        write!(f, "{place}: {}", self.problem)
    }
}

/// Every documented rule that a whole turn breaks: by its status, by the time it took, and by its body.
///
/// ```
/// use std::time::Duration;
///
/// let answer = br#"{"version":"2.0","template":{"outputs":[{"simpleText":{"text":"hello"}}]}}"#;
/// let findings = openbuilder::check::turn(http::StatusCode::OK, Duration::from_millis(5_200), answer);
///
/// assert_eq!(findings[0].to_string(), "the answer: took 5200 ms, and Kakao waits for 5000 ms");
/// ```
#[must_use]
pub fn turn(status: StatusCode, took: Duration, body: &[u8]) -> Vec<Finding> {
    let whole = |problem| Finding { path: String::new(), problem };
    let waits = limits::ANSWER_TIME;
    let late = (took > waits).then(|| {
        whole(format!("took {} ms, and Kakao waits for {} ms", took.as_millis(), waits.as_millis()))
    });
    let refused = (status != StatusCode::OK).then(|| {
        whole(format!("has status {}, and only 200 is shown: say what is wrong in a bubble", status.as_u16()))
    });
    late.into_iter().chain(refused).chain(response_bytes(body)).collect()
}

/// Every documented rule that the body of an answer breaks. A body that is not JSON breaks one.
#[must_use]
pub fn response_bytes(body: &[u8]) -> Vec<Finding> {
    match serde_json::from_slice(body) {
        Ok(answer) => response(&answer),
        Err(error) => vec![Finding { path: String::new(), problem: format!("is not JSON: {error}") }],
    }
}

/// Every documented rule that an answer breaks; none where it can be sent as it is.
#[must_use]
pub fn response(answer: &Value) -> Vec<Finding> {
    let mut report = Report::default();
    whole(&mut report, &Node::root(answer));
    report.findings
}

fn whole(report: &mut Report, answer: &Node<'_>) {
    if !report.is_object(answer) {
        return;
    }
    match answer.get("version") {
        None => {
            report.add_at(answer, "version", "is missing: the answer would be read as the retired version 1");
        }
        Some(version) if version.value.as_str() != Some("2.0") => {
            report.add(&version, "must be the text \"2.0\"");
        }
        Some(_) => {}
    }
    let is_late = answer.get("useCallback").is_some_and(|flag| report.flag(&flag));
    if let Some(context) = answer.get("context") {
        contexts(report, &context);
    }
    if let Some(data) = answer.get("data") {
        report.is_object(&data);
    }
    match answer.get("template") {
        // A late answer brings its bubbles later; what stands here is not looked at.
        _ if is_late => {}
        Some(template) => self::template(report, &template),
        None if answer.get("data").is_none() && answer.get("context").is_none() => {
            report.add_at(
                answer,
                "template",
                "is missing, and so are data and context: nothing would be shown",
            );
        }
        None => {}
    }
}

fn template(report: &mut Report, template: &Node<'_>) {
    if !report.is_object(template) {
        return;
    }
    for output in report.list(template, "outputs", 1, limits::OUTPUTS) {
        bubble(report, &output);
    }
    for reply in report.optional_list(template, "quickReplies", limits::QUICK_REPLIES) {
        parts::quick_reply(report, &reply);
    }
}

fn bubble(report: &mut Report, output: &Node<'_>) {
    if !report.is_object(output) {
        return;
    }
    let components = output.entries();
    let [(name, component)] = components.as_slice() else {
        report.add(
            output,
            format!("has {} keys, and needs exactly one: the component's name", components.len()),
        );
        return;
    };
    if !report.is_object(component) {
        return;
    }
    let bytes = output.value.to_string().len();
    if bytes > limits::BUBBLE_BYTES {
        let limit = limits::BUBBLE_BYTES;
        report.add(output, format!("takes {bytes} bytes as JSON, and {limit} are delivered"));
    }
    match *name {
        "simpleText" => cards::simple_text(report, component),
        "simpleImage" => cards::simple_image(report, component),
        "carousel" => cards::carousel(report, component),
        name => match cards::CardKind::named(name) {
            Some(kind) => cards::card(report, component, kind, cards::Place::Alone),
            None => report.add(component, "is no component that Kakao knows"),
        },
    }
}

fn contexts(report: &mut Report, context: &Node<'_>) {
    if !report.is_object(context) {
        return;
    }
    for value in report.list(context, "values", 0, usize::MAX) {
        if !report.is_object(&value) {
            continue;
        }
        report.need_text(&value, "name");
        if value.get("lifespan").is_some() && value.get("lifeSpan").is_none() {
            report.add_at(&value, "lifespan", "is spelled lifeSpan in answers");
        } else {
            report.need_whole(&value, "lifeSpan");
        }
        report.optional_whole(&value, "ttl");
        let Some(params) = value.get("params").filter(|params| report.is_object(params)) else { continue };
        for (_, param) in params.entries() {
            if !param.value.is_string() {
                report.add(&param, "must be a text: contexts hold nothing else");
            }
        }
    }
}
