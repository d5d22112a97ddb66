//! One request to a skill and what came back: what was really sent, how long it took, what is wrong with the answer.

use std::time::{Duration, Instant};

use bytes::Bytes;
use cafe_core::payment::{Http, SendError};
use functions::client::Client;
use http::header::{CONTENT_TYPE, HOST};
use http::{Request, StatusCode};
use openbuilder::{check, limits};
use serde_json::Value;

/// A request as it is sent, and as it can be sent again.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Where the API listens.
    pub(crate) api: String,
    /// By which name the browser knows it, so that payment links lead there too.
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) skill_key: String,
    pub(crate) body: String,
}

/// A request, and what came of it.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) call: Call,
    pub(crate) answer: Result<(StatusCode, Bytes), String>,
    pub(crate) took: Duration,
}

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) path: String,
    pub(crate) problem: String,
}

impl From<check::Finding> for Mark {
    fn from(finding: check::Finding) -> Mark {
        Mark { path: finding.path, problem: finding.problem }
    }
}

impl Call {
    /// Sends it, as Kakao would.
    pub(crate) async fn send(self, client: &Client) -> Exchange {
        let started = Instant::now();
        let answer = match self.request() {
            Ok(request) => client.send(request).await.map_err(|error| no_answer(&error)),
            Err(error) => Err(error.to_string()),
        };
        let took = started.elapsed();
        let answer = answer.map(|response| (response.status(), response.into_body()));
        Exchange { call: self, answer, took }
    }

    fn request(&self) -> Result<Request<Bytes>, http::Error> {
        Request::post(format!("{}{}", self.api, self.path))
            .header(HOST, &self.host)
            .header(CONTENT_TYPE, "application/json")
            .header("x-skill-key", &self.skill_key)
            .body(Bytes::from(self.body.clone()))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}{}", self.host, self.path)
    }

    /// The same request as a command for any shell.
    pub(crate) fn curl(&self) -> String {
        let url = quoted(&self.url());
        let key = quoted(&format!("x-skill-key: {}", self.skill_key));
        let body = quoted(&self.body);
        format!("curl -sS {url} \\\n  -H 'content-type: application/json' -H {key} \\\n  --data-raw {body}")
    }
}

/// A text as one word of a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn no_answer(error: &SendError) -> String {
    match error {
        SendError::NotSent(_) => "was not reached".to_owned(),
        SendError::NoAnswer(_) => "gave no answer".to_owned(),
    }
}

impl Exchange {
    /// Everything that is wrong with it.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        match &self.answer {
            Ok((status, body)) => check::turn(*status, self.took, body).into_iter().map(Mark::from).collect(),
            Err(problem) => {
                let problem = format!("did not come: the skill {problem} in {} ms", self.took.as_millis());
                vec![Mark { path: String::new(), problem }]
            }
        }
    }

    /// What a customer gets to see of it; `None` where Kakao shows the bot's own words instead.
    pub(crate) fn shown(&self) -> Option<Value> {
        let (status, body) = self.answer.as_ref().ok()?;
        let in_time = *status == StatusCode::OK && self.took <= limits::ANSWER_TIME;
        in_time.then(|| serde_json::from_slice(body).ok())?
    }

    pub(crate) fn body(&self) -> String {
        let body = self.answer.as_ref().map(|(_, body)| String::from_utf8_lossy(body).into_owned());
        body.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use http::StatusCode;

    use super::{Call, Exchange};

    fn call(body: &str) -> Call {
        let text = str::to_owned;
        Call {
            api: text("http://127.0.0.1:9"),
            host: text("localhost:9"),
            path: text("/skill/sign-up"),
            skill_key: text("dev"),
            body: text(body),
        }
    }

    #[test]
    fn the_command_is_one_word_a_value_for_any_shell() {
        assert_eq!(
            call(r#"{"utterance":"it's $HOME `id` \"!\""}"#).curl(),
            r#"curl -sS 'http://localhost:9/skill/sign-up' \
  -H 'content-type: application/json' -H 'x-skill-key: dev' \
  --data-raw '{"utterance":"it'\''s $HOME `id` \"!\""}'"#
        );
    }

    #[test]
    fn only_an_answer_in_time_with_status_200_is_shown() {
        let exchange = |status, ms| Exchange {
            call: call("{}"),
            answer: Ok((status, Bytes::from_static(br#"{"version":"2.0","data":{}}"#))),
            took: Duration::from_millis(ms),
        };
        let good = exchange(StatusCode::OK, 5_000);
        assert!(good.shown().is_some() && good.marks().is_empty());
        let late = exchange(StatusCode::OK, 5_001);
        assert!(late.shown().is_none() && late.marks()[0].problem.contains("took 5001 ms"));
        let broken = exchange(StatusCode::INTERNAL_SERVER_ERROR, 1);
        assert!(broken.shown().is_none() && broken.marks().len() == 1);
        let none = Exchange { answer: Err("gave no answer".to_owned()), ..exchange(StatusCode::OK, 12_000) };
        assert!(none.shown().is_none());
        assert_eq!(none.marks()[0].problem, "did not come: the skill gave no answer in 12000 ms");
    }
}
