//! A browser as a test uses it: WebDriver, spoken in plain HTTP.

use std::path::Path;
use std::time::{Duration, Instant};

use aws_smithy_types::base64;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use super::chromium::running;
use crate::cafe::Cafe;

/// How long the driver looks for what is not there yet, in milliseconds.
const PATIENCE_MS: u64 = 15_000;

/// By which WebDriver names an element in JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub(crate) const TAB: &str = "\u{e004}";
pub(crate) const ENTER: &str = "\u{e007}";

/// The one session. A driver does one thing at a time, so whoever tests waits for their turn.
static SESSION: OnceCell<String> = OnceCell::const_new();
static TURN: Mutex<()> = Mutex::const_new(());

/// The browser, for as long as it is somebody's turn.
pub(crate) struct Browser<'c> {
    cafe: &'c Cafe,
    session: String,
    _turn: MutexGuard<'static, ()>,
}

/// An element of the page that is shown.
#[derive(Clone)]
pub(crate) struct Element(String);

impl Cafe {
    /// Somebody sits down at the browser, in a new window.
    pub(crate) async fn browser(&self) -> Browser<'_> {
        let turn = TURN.lock().await;
        let session = SESSION.get_or_init(|| begin(self)).await.clone();
        let browser = Browser { cafe: self, session, _turn: turn };
        let left = browser.windows().await;
        browser.opens_window().await;
        let own = browser.get("/window").await;
        for window in left {
            browser.switches(&window).await;
            browser.delete("/window").await;
        }
        browser.switches(own.as_str().unwrap()).await;
        browser.sized(1280, false).await;
        browser
    }

    async fn drives(&self, method: Method, url: &str, body: Option<&Value>) -> Result<Value, String> {
        let request = self.http().request(method, url).header(CONTENT_TYPE, "application/json");
        let request = match body {
            Some(body) => request.body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.unwrap().text().await.unwrap();
        let mut answer: Value = serde_json::from_str(&answer).unwrap();
        let value = answer["value"].take();
        match value["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", value["message"].as_str().unwrap_or_default())),
            None => Ok(value),
        }
    }
}

async fn begin(cafe: &Cafe) -> String {
    let wanted = json!({ "capabilities": { "alwaysMatch": {
        "goog:chromeOptions": { "debuggerAddress": running().debugger },
        "timeouts": { "implicit": PATIENCE_MS, "pageLoad": 60_000, "script": 60_000 },
        "unhandledPromptBehavior": "ignore",
    }}});
    let url = format!("{}/session", running().driver);
    let session = cafe.drives(Method::POST, &url, Some(&wanted)).await.unwrap();
    format!("{url}/{}", session["sessionId"].as_str().unwrap())
}

impl Browser<'_> {
    async fn command(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let done = self.cafe.drives(method, &format!("{}{path}", self.session), body).await;
        match done {
            Ok(value) => value,
            Err(error) => panic!("{path} {}: {error}", body.unwrap_or(&Value::Null)),
        }
    }

    async fn get(&self, path: &str) -> Value {
        self.command(Method::GET, path, None).await
    }

    async fn delete(&self, path: &str) {
        self.command(Method::DELETE, path, None).await;
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.command(Method::POST, path, Some(&body)).await
    }

    /// Opens an address; a path is one of the cafe's.
    pub(crate) async fn goes(&self, to: &str) {
        let url = if to.starts_with('/') { format!("{}{to}", self.cafe.api_url()) } else { to.to_owned() };
        self.post("/url", json!({ "url": url })).await;
    }

    /// Where it is.
    pub(crate) async fn address(&self) -> String {
        self.get("/url").await.as_str().unwrap().to_owned()
    }

    pub(crate) async fn reloads(&self) {
        self.post("/refresh", json!({})).await;
    }

    pub(crate) async fn goes_back(&self) {
        self.post("/back", json!({})).await;
    }

    /// The element that an XPath leads to, once it is there.
    pub(crate) async fn finds(&self, xpath: &str) -> Element {
        let found = self.post("/element", json!({ "using": "xpath", "value": xpath })).await;
        Element(found[ELEMENT].as_str().unwrap().to_owned())
    }

    /// Waits until the page says something within an element, by that element's id or tag.
    pub(crate) async fn sees(&self, within: &str, text: &str) -> Element {
        self.finds(&format!("//*[@id='{within}' or name()='{within}'][contains(., {})]", quoted(text))).await
    }

    /// The last link or button with that name, once it is there.
    pub(crate) async fn named(&self, name: &str) -> Element {
        let name = quoted(name);
        let shown = "not(ancestor::details[not(@open)])";
        self.finds(&format!("(//*[self::a or self::button][{shown}][normalize-space()={name}])[last()]"))
            .await
    }

    pub(crate) async fn clicks(&self, element: &Element) {
        self.post(&format!("/element/{}/click", element.0), json!({})).await;
    }

    /// Presses the last link or button with that name.
    pub(crate) async fn presses(&self, name: &str) {
        let element = self.named(name).await;
        self.clicks(&element).await;
    }

    pub(crate) async fn double_clicks(&self, element: &Element) {
        let (down, up) =
            (json!({ "type": "pointerDown", "button": 0 }), json!({ "type": "pointerUp", "button": 0 }));
        let to = json!({ "type": "pointerMove", "origin": { ELEMENT: element.0 }, "x": 0, "y": 0 });
        let actions = json!([{ "type": "pointer", "id": "mouse", "actions": [to, down, up, down, up] }]);
        self.post("/actions", json!({ "actions": actions })).await;
    }

    /// Types into whatever has the focus, as a keyboard does.
    pub(crate) async fn types(&self, text: &str) {
        let focused = self.get("/element/active").await;
        let path = format!("/element/{}/value", focused[ELEMENT].as_str().unwrap());
        self.post(&path, json!({ "text": text })).await;
    }

    /// Moves the focus with the Tab key until it is on what has that name.
    pub(crate) async fn tabs_to(&self, name: &str) {
        for _ in 0..100 {
            self.types(TAB).await;
            let focus = "const e = document.activeElement; return (e.ariaLabel || e.innerText || '').trim()";
            if self.runs(focus, json!([])).await == name {
                return;
            }
        }
        panic!("the Tab key does not lead to {name}");
    }

    pub(crate) async fn text(&self, element: &Element) -> String {
        self.get(&format!("/element/{}/text", element.0)).await.as_str().unwrap().to_owned()
    }

    /// What a script returns.
    pub(crate) async fn runs(&self, script: &str, arguments: Value) -> Value {
        self.post("/execute/sync", json!({ "script": script, "args": arguments })).await
    }

    /// What a script gives to the function that is its last argument.
    pub(crate) async fn awaits(&self, script: &str) -> Value {
        self.post("/execute/async", json!({ "script": script, "args": [] })).await
    }

    /// Does something within the frame that the page has, or will have.
    pub(crate) async fn within_frame(&self, doing: impl Future<Output = ()>) {
        let frame = self.finds("//iframe").await;
        self.post("/frame", json!({ "id": { ELEMENT: frame.0 } })).await;
        doing.await;
        self.post("/frame", json!({ "id": null })).await;
    }

    /// As a browser that calls itself so, from the next page on.
    pub(crate) async fn is_called(&self, agent: &str) {
        self.devtools("Emulation.setUserAgentOverride", json!({ "userAgent": agent })).await;
    }

    pub(crate) async fn windows(&self) -> Vec<String> {
        let windows = self.get("/window/handles").await;
        windows.as_array().unwrap().iter().map(|window| window.as_str().unwrap().to_owned()).collect()
    }

    pub(crate) async fn switches(&self, window: &str) {
        self.post("/window", json!({ "handle": window })).await;
    }

    async fn opens_window(&self) {
        let window = self.post("/window/new", json!({ "type": "tab" })).await;
        self.switches(window["handle"].as_str().unwrap()).await;
    }

    /// Does something that opens as many tabs, and goes to the last one. Gives the window that it came from.
    pub(crate) async fn follows_to_tabs(&self, tabs: usize, opening: impl Future<Output = ()>) -> String {
        let before = self.windows().await;
        opening.await;
        let began = Instant::now();
        loop {
            let now = self.windows().await;
            if now.len() >= before.len() + tabs {
                let from = self.get("/window").await;
                let new = now.into_iter().rev().find(|window| !before.contains(window)).unwrap();
                self.switches(&new).await;
                return from.as_str().unwrap().to_owned();
            }
            assert!(began.elapsed() < Duration::from_millis(PATIENCE_MS), "no tab was opened");
        }
    }

    /// As on a screen of that width, light or dark.
    pub(crate) async fn sized(&self, width: u32, is_dark: bool) {
        let screen = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await;
        let scheme = if is_dark { "dark" } else { "light" };
        let feature = |name, value| json!({ "name": name, "value": value });
        // What still moves is not where it is clicked.
        let still = feature("prefers-reduced-motion", "reduce");
        let media = json!({ "features": [feature("prefers-color-scheme", scheme), still] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// Keeps a picture of the page, all of it.
    pub(crate) async fn pictures(&self, file: &Path) {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = self.devtools("Page.captureScreenshot", whole).await;
        let picture = base64::decode(picture["data"].as_str().unwrap()).unwrap();
        std::fs::write(file, picture).unwrap();
    }
}

/// A text as XPath 1 quotes it, which has no escapes.
fn quoted(text: &str) -> String {
    assert!(!text.contains('"'), "XPath cannot quote {text}");
    format!("\"{text}\"")
}
