//! The browser: what a customer gets when they follow a link. Every page they ever get must keep the pages' rules.

use std::fmt;

use cafe_core::payment::OrderId;
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderMap, LOCATION, USER_AGENT};
use reqwest::{Method, StatusCode};

use super::Cafe;

pub(crate) const KAKAOTALK: &str = "Mozilla/5.0 (Linux; Android 15; SM-S928N Build/AP3A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.6778.39 Mobile Safari/537.36;KAKAOTALK 2411090";
pub(crate) const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
pub(crate) const ANDROID: &str = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
pub(crate) const DESKTOP: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
pub(crate) const SCRAPER: &str =
    "facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/scrap/33984";

/// How long a page may be.
const MOST_BYTES: usize = 20 * 1024;

/// What must stand on everything a browser is given, so that it keeps nothing.
const NEVER_CACHED: [(&str, &str); 3] =
    [("cache-control", "no-cache, no-store, must-revalidate"), ("pragma", "no-cache"), ("expires", "0")];

/// What a browser got.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// Where it sends the browser.
    pub(crate) fn location(&self) -> &str {
        self.header(LOCATION.as_str()).unwrap_or_else(|| panic!("no redirect: {self}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Whether the customer is told that no money has moved.
    pub(crate) fn denies_payment(&self) -> bool {
        self.body.contains("결제된 금액은 없습니다")
    }

    /// Whether it is the page that opens a gateway's window, which alone has scripts.
    pub(crate) fn opens_a_window(&self) -> bool {
        self.body.contains("id=\"told\"")
    }

    fn is_page(&self) -> bool {
        self.header("content-type") == Some("text/html; charset=utf-8")
    }

    /// What holds for every answer, whatever was asked, in whichever language.
    fn check(&self, path: &str, language: &str) {
        for (name, value) in NEVER_CACHED {
            assert_eq!(self.header(name), Some(value), "{path}: {name}");
        }
        if self.status == StatusCode::MOVED_PERMANENTLY {
            assert!(self.body.is_empty(), "{path}: {self}");
            return;
        }
        assert!(self.is_page(), "{path}: {self}");
        let policy = self.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; "), "{path}: {policy}");
        let opens_a_window = self.opens_a_window();
        assert_eq!(policy.contains("script"), opens_a_window, "{path}: {policy}");
        let referrer = if opens_a_window { "strict-origin" } else { "no-referrer" };
        assert_eq!(self.header("referrer-policy"), Some(referrer), "{path}");
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"), "{path}");
        let mut page = self.body.to_lowercase();
        if opens_a_window {
            let (before, scripts) = page.split_once("\n<script").unwrap();
            let (_, after) = scripts.rsplit_once("</script>").unwrap();
            page = [before, after].concat();
        }
        let begins = format!("<!doctype html>\n<html lang=\"{language}\">");
        assert!(page.starts_with(&begins), "{path}: {page}");
        for foreign in ["<script", "javascript:", "panicked", "error", "<link", "<img"] {
            assert!(!page.contains(foreign), "{path}: {foreign} in {page}");
        }
        assert!(self.body.len() <= MOST_BYTES, "{path}: {} bytes", self.body.len());
        for order in ids(&self.body) {
            assert!(path.contains(order), "{path} tells of order {order}");
        }
    }
}

/// As a customer reads it: the heading, the sentence, the lines of the receipt. Ids and times differ from
/// run to run, so they are only said to be there.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status.as_u16())?;
        if let Some(location) = self.header("location") {
            let (_, path) = location.split_once("://").and_then(|(_, rest)| rest.split_once('/')).unwrap();
            return write!(f, " → /{}", without_ids(path));
        }
        if !self.is_page() {
            return write!(f, " {}", self.body);
        }
        let main = between(&self.body, "<main>", "</main>").next().unwrap_or_default();
        for heading in between(main, "<h1>", "</h1>") {
            write!(f, " {heading}")?;
        }
        for sentence in between(main, "<p>", "</p>") {
            write!(f, "\n{sentence}")?;
        }
        for row in between(main, "<div><dt>", "</dd></div>") {
            let (label, value) = row.split_once("</dt><dd>").unwrap();
            let value = if ["결제 시각", "Paid at"].contains(&label) { "…" } else { value };
            write!(f, "\n{label}: {}", without_ids(value))?;
        }
        for seconds in between(&self.body, "http-equiv=\"refresh\" content=\"", "\"") {
            write!(f, "\n({seconds}초마다 다시)")?;
        }
        Ok(())
    }
}

/// What stands between `open` and the next `close`, each time.
pub(crate) fn between<'t>(text: &'t str, open: &'t str, close: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(open).skip(1).filter_map(move |rest| Some(rest.split_once(close)?.0))
}

/// The order ids that a text names.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| OrderId::parse(word).is_ok())
}

/// A text without what differs from run to run: order ids, and the names of the gateway's pages.
pub(crate) fn without_ids(text: &str) -> String {
    let mut plain = text.to_owned();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    for word in words.filter(|word| OrderId::parse(word).is_ok() || word.len() == 64) {
        plain = plain.replace(word, "…");
    }
    plain
}

impl Cafe {
    /// Follows a link of ours, or types a path of ours.
    pub(crate) async fn visit(&self, link: &str, agent: &str) -> Answer {
        let answer = self.requests_page(Method::GET, link, agent).await;
        answer.check(link, "ko");
        answer
    }

    /// The same by somebody who would rather read English.
    pub(crate) async fn visit_in_english(&self, link: &str) -> Answer {
        let answer = self.requests_page_in(Method::GET, link, DESKTOP, "en-GB,en;q=0.9,ko;q=0.5").await;
        answer.check(link, "en");
        answer
    }

    /// Follows a link where a function may die over it: then there is no page.
    pub(crate) async fn tries(&self, link: &str) -> Option<Answer> {
        let answer = self.requests_page(Method::GET, link, KAKAOTALK).await;
        if answer.status == StatusCode::BAD_GATEWAY && !answer.is_page() {
            return None;
        }
        answer.check(link, "ko");
        Some(answer)
    }

    /// Any request for a page; what comes back may be no page.
    pub(crate) async fn requests_page(&self, method: Method, link: &str, agent: &str) -> Answer {
        self.requests_page_in(method, link, agent, "").await
    }

    async fn requests_page_in(&self, method: Method, link: &str, agent: &str, languages: &str) -> Answer {
        let url = if link.starts_with('/') { format!("{}{link}", self.url) } else { link.to_owned() };
        assert!(url.starts_with(&self.url), "{url} is not ours");
        let mut request = self.http.request(method, url).header(USER_AGENT, agent);
        if !languages.is_empty() {
            request = request.header(ACCEPT_LANGUAGE, languages);
        }
        let answer = request.send().await.unwrap();
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        if headers.get(CONTENT_TYPE).is_none() {
            headers.remove(CONTENT_TYPE);
        }
        Answer { status, headers, body: answer.text().await.unwrap() }
    }

    /// Follows a payment link on the phone. Gives the page that the customer is sent to.
    pub(crate) async fn opens_link(&self, link: &str) -> String {
        let answer = self.visit(link, KAKAOTALK).await;
        assert_eq!(answer.status, StatusCode::MOVED_PERMANENTLY, "{answer}");
        answer.location().to_owned()
    }

    /// Comes back on the phone, or looks again.
    pub(crate) async fn returns(&self, link: &str) -> Answer {
        self.visit(link, KAKAOTALK).await
    }
}
