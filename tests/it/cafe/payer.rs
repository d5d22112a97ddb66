//! The payer: what a customer does on the gateway's own page, which our page's script may have opened.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, LOCATION};

use serde_json::Value;
use url::Url;

use super::{Cafe, between};

impl Cafe {
    /// Agrees to pay. Gives the address that the browser is sent to.
    pub(crate) async fn pays(&self, page: &str) -> String {
        self.presses("pay", page).await
    }

    /// Presses cancel. Gives the address that the browser is sent to.
    pub(crate) async fn cancels(&self, page: &str) -> String {
        self.presses("cancel", page).await
    }

    /// Has no money. Gives the address that the browser is sent to.
    pub(crate) async fn fails(&self, page: &str) -> String {
        self.presses("fail", page).await
    }

    /// Comes too late for the page. Gives the address that the browser is sent to.
    pub(crate) async fn is_late_for(&self, page: &str) -> String {
        let shown = self.http.get(page).send().await.unwrap();
        assert_eq!(shown.status(), StatusCode::FOUND);
        shown.headers()[LOCATION].to_str().unwrap().to_owned()
    }

    /// What a page of ours tells the script that it loads.
    pub(crate) async fn told_by(&self, page: &str) -> Value {
        let shown = self.returns(page).await;
        let told = "<script type=\"application/json\" id=\"told\">";
        let told = between(&shown.body, told, "</script>").next();
        serde_json::from_str(told.unwrap_or_else(|| panic!("{page} opens no window: {shown}"))).unwrap()
    }

    /// The gateway's page, as its script opens it on a phone for what our page tells it.
    pub(crate) async fn window_of(&self, page: &str) -> String {
        let told = self.told_by(page).await;
        let beside = if told["gateway"] == "tosspayments" { "window" } else { "pay" };
        let script: Url = told["script"].as_str().unwrap().parse().unwrap();
        let mut window = script.join(beside).unwrap();
        let said = told["request"].as_object().unwrap();
        let merchant = ("clientKey", &told["merchant"]);
        for (name, value) in said.iter().map(|(name, value)| (&**name, value)).chain([merchant]) {
            let value = if value.is_object() { &value["value"] } else { value };
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            window.query_pairs_mut().append_pair(name, &text);
        }
        if beside == "pay" {
            return window.into();
        }
        let made = self.http.get(window).send().await.unwrap();
        made.headers()[LOCATION].to_str().unwrap().to_owned()
    }

    /// Opens the page and presses a button on it.
    async fn presses(&self, button: &str, page: &str) -> String {
        let opened;
        let page = if page.starts_with(&self.url) && page.ends_with("/window") {
            opened = self.window_of(page).await;
            &opened
        } else {
            page
        };
        assert!(page.starts_with(&self.server.fake_url), "{page} is not the gateway's");
        let shown = self.http.get(page).send().await.unwrap();
        assert_eq!(shown.status(), StatusCode::OK);
        let form = self.http.post(page).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let pressed = form.body(format!("action={button}")).send().await.unwrap();
        assert_eq!(pressed.status(), StatusCode::FOUND);
        pressed.headers()[LOCATION].to_str().unwrap().to_owned()
    }

    /// From the link in the chat to the way back: opens it, and agrees to pay.
    pub(crate) async fn opens_and_pays(&self, link: &str) -> String {
        let page = self.opens_link(link).await;
        self.pays(&page).await
    }
}
