//! The chat window: what a person who plays the customer does in it, without a script, and what they see.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, LOCATION, ORIGIN};
use serde_json::Value;

use super::{Cafe, between};

/// The window as it looks after something was done.
pub(crate) struct Window {
    pub(crate) body: String,
}

impl Window {
    /// The last bubble's words, without markup.
    pub(crate) fn last(&self) -> String {
        let last = self.body.rsplit("<li class=\"bot\"").next().unwrap();
        let words = last
            .split_once("<span class=\"name\">")
            .unwrap()
            .1
            .split_once("<div class=\"under\">")
            .unwrap()
            .0;
        let lines: Vec<_> =
            plain(words).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        lines[1..].join("\n")
    }

    /// What the customer said last, as the browser shows it.
    pub(crate) fn said(&self) -> String {
        let last =
            between(&self.body, "<div class=\"bubble say\"><span class=\"hidden\">나: </span>", "</div>")
                .last();
        unescaped(last.unwrap())
    }

    /// What there is to tap at the bottom.
    pub(crate) fn replies(&self) -> Vec<String> {
        let replies = between(&self.body, "<div id=\"replies\"", "</div>").next().unwrap();
        between(replies, "\">", "</button>")
            .map(|button| button.rsplit('>').next().unwrap().to_owned())
            .collect()
    }

    /// Where the last card's button leads.
    pub(crate) fn link(&self) -> String {
        between(&self.body, "<a class=\"button\" href=\"", "\"").last().unwrap().to_owned()
    }

    /// The chat without the inspector.
    fn chat(&self) -> &str {
        self.body.split_once("<section id=\"inspector\"").unwrap().0
    }

    /// Where something to tap leads, as the form would send it.
    fn tap(&self, label: &str) -> String {
        let end = format!("\">{label}</button>");
        let before =
            self.chat().rsplit_once(&end).unwrap_or_else(|| panic!("nothing says {label}: {}", self.body)).0;
        unescaped(before.rsplit_once("value=\"").unwrap().1)
    }

    /// The part of the inspector with that id, as text.
    pub(crate) fn inspected(&self, id: &str) -> Option<String> {
        let (before, part) = self.body.split_once(&format!(" id=\"{id}\""))?;
        let tag = before.rsplit_once('<')?.1;
        let part = part.split_once('>')?.1;
        Some(plain(part.split_once(&format!("</{tag}>"))?.0))
    }
}

/// A text without its tags.
fn plain(html: &str) -> String {
    let first = html.split('<').next().unwrap_or_default().to_owned();
    let rest = html.split('<').skip(1).map(|tag| {
        let (tag, text) = tag.split_once('>').unwrap();
        let is_block = ["div", "/p", "/h2", "/button", "/a", "/li", "span class=\"description"]
            .iter()
            .any(|name| tag.starts_with(name));
        format!("{}{text}", if is_block { "\n" } else { "" })
    });
    unescaped(&(first + &rest.collect::<String>()))
}

fn unescaped(html: &str) -> String {
    [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")]
        .iter()
        .fold(html.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

impl Cafe {
    /// Looks at a customer's chat.
    pub(crate) async fn window(&self, query: &str) -> Window {
        let url = format!("{}/_dev/chat{query}", self.server.api_url);
        let answer = self.http.get(url).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
        let body = answer.text().await.unwrap();
        for foreign in ["<script>", "onclick", "style=\"", "src=\"//", "href=\"javascript:"] {
            assert!(!body.contains(foreign), "{foreign} in {body}");
        }
        Window { body }
    }

    /// Sends a form of the window, and follows it back.
    pub(crate) async fn sends(&self, path: &str, form: &[(&str, &str)]) -> Window {
        let fields = form.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let url = format!("{}/_dev/chat{path}", self.server.api_url);
        let request = self.http.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.header(ORIGIN, &self.server.api_url).body(fields.collect::<Vec<_>>().join("&"));
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let location = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        let query = location.trim_start_matches("/_dev/chat").split('#').next().unwrap();
        self.window(query).await
    }

    /// Sends any form from anywhere.
    pub(crate) async fn posts_form(&self, path: &str, headers: &[(&str, &str)], body: &'static str) -> u16 {
        let url = format!("{}{path}", self.server.api_url);
        let mut request =
            self.http.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    }

    /// Types something into the window. Gives the bot's answer.
    pub(crate) async fn types(&self, customer: &str, text: &str) -> Window {
        self.sends("", &[("customer", customer), ("text", text)]).await
    }

    /// Taps the last button or quick reply of that name.
    pub(crate) async fn taps(&self, customer: &str, window: &Window, label: &str) -> Window {
        self.sends("", &[("customer", customer), ("tap", &window.tap(label))]).await
    }

    /// Runs what the inspector gives to copy, in a shell.
    pub(crate) async fn runs(&self, command: String) -> Option<Value> {
        let run = move || std::process::Command::new("sh").arg("-c").arg(command).output();
        let output = tokio::task::spawn_blocking(run).await.unwrap().ok()?;
        serde_json::from_slice(&output.stdout).ok()
    }
}
