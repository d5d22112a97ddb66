//! The payer: what a customer does on the gateway's own page.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, LOCATION};

use super::Cafe;

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

    /// Opens the page and presses a button on it.
    async fn presses(&self, button: &str, page: &str) -> String {
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
