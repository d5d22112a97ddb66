//! The page that opens a gateway's payment window with the gateway's own script, for gateways that have no page of their own.
//!
//! What the script is told was written down when the payment was opened, as the query of this page's address. It is read
//! from there, and never from the request: a link that somebody has changed opens the same window.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cafe_core::cafe::{Opened, Tender};
use ring::digest;
use serde_json::{Value, json};
use url::Url;

/// Opens the window, and says how that went. It is the same on every page, so the page's policy can name it by its hash.
pub(crate) const OPENER: &str = include_str!("../templates/window.js");

/// Where the gateways' scripts for browsers are.
#[derive(Clone, Debug)]
pub struct Scripts {
    /// `PortOne` V1's.
    pub portone_v1: Url,
    /// `PortOne` V2's.
    pub portone_v2: Url,
    /// Toss Payments'.
    pub tosspayments: Url,
}

/// The gateways' own.
impl Default for Scripts {
    fn default() -> Scripts {
        let at = |url: &str| Url::parse(url).expect("it is written out here");
        Scripts {
            portone_v1: at("https://cdn.iamport.kr/v1/iamport.js"),
            portone_v2: at("https://cdn.portone.io/v2/browser-sdk.js"),
            tosspayments: at("https://js.tosspayments.com/v2/standard"),
        }
    }
}

/// A window that our page opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The gateway's script.
    script: Url,
    /// All that is said to the script and to ours.
    told: Value,
}

impl Window {
    /// The window of an opened payment, unless the page that it was opened with is somebody else's.
    #[must_use]
    pub fn of(opened: &Opened, scripts: &Scripts) -> Option<Window> {
        let Tender::Gateway { pages, .. } = &opened.tender else { return None };
        let page = Url::parse(&pages.mobile).ok()?;
        // By the end of its path: an order may have been opened by another address or stage of ours.
        if !page.path().ends_with(&format!("/pay/{}/window", opened.quote.id)) {
            return None;
        }
        let said = Said(&page);
        said.to_portone_v2(scripts).or_else(|| said.to_portone_v1(scripts)).or_else(|| said.to_toss(scripts))
    }

    /// What the page's scripts read. It can stand in a page as it is: nothing in it ends a script's element.
    pub(crate) fn told(&self) -> String {
        self.told.to_string().replace('<', "\\u003c")
    }

    /// What a browser may load into the page: our script, the gateway's, and what that one brings. Gateways behind it have
    /// scripts, frames and forms at addresses of their own, which nobody lists; so what the gateway's script loads is trusted
    /// as it is (`strict-dynamic`), and nothing that stands in the page is but ours.
    pub(crate) fn policy(&self) -> String {
        let own = BASE64_STANDARD.encode(digest::digest(&digest::SHA256, OPENER.as_bytes()));
        let theirs = self.script.origin().ascii_serialization();
        format!(
            "default-src 'none'; script-src 'sha256-{own}' 'strict-dynamic' {theirs}; connect-src https: {theirs}; frame-src https: {theirs}; form-action https: {theirs}; img-src https: data: {theirs}; style-src 'unsafe-inline' https:; font-src https: data:; base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

/// What the address of our page says, as it was written down.
struct Said<'a>(&'a Url);

impl Said<'_> {
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.query_pairs().find(|(said, _)| said == name).map(|(_, value)| value)
    }

    fn won(&self, name: &str) -> Option<u32> {
        self.text(name)?.parse().ok()
    }

    fn to_portone_v2(&self, scripts: &Scripts) -> Option<Window> {
        let script = scripts.portone_v2.clone();
        let told = json!({
            "gateway": "portone_v2",
            "script": script.as_str(),
            "back": self.text("redirectUrl")?,
            "request": {
                "storeId": self.text("storeId")?,
                "channelKey": self.text("channelKey")?,
                "payMethod": self.text("payMethod")?,
                "paymentId": self.text("paymentId")?,
                "orderName": self.text("orderName")?,
                "totalAmount": self.won("totalAmount")?,
                "currency": self.text("currency")?,
                "redirectUrl": self.text("redirectUrl")?,
            },
        });
        Some(Window { script, told })
    }

    fn to_portone_v1(&self, scripts: &Scripts) -> Option<Window> {
        let script = scripts.portone_v1.clone();
        let told = json!({
            "gateway": "portone_v1",
            "script": script.as_str(),
            "back": self.text("m_redirect_url")?,
            "merchant": self.text("user_code")?,
            "request": {
                "channelKey": self.text("channelKey")?,
                "pay_method": self.text("pay_method")?,
                "merchant_uid": self.text("merchant_uid")?,
                "name": self.text("name")?,
                "amount": self.won("amount")?,
                "m_redirect_url": self.text("m_redirect_url")?,
            },
        });
        Some(Window { script, told })
    }

    fn to_toss(&self, scripts: &Scripts) -> Option<Window> {
        let script = scripts.tosspayments.clone();
        let told = json!({
            "gateway": "tosspayments",
            "script": script.as_str(),
            "merchant": self.text("clientKey")?,
            "request": {
                "method": "CARD",
                "amount": { "currency": "KRW", "value": self.won("amount")? },
                "orderId": self.text("orderId")?,
                "orderName": self.text("orderName")?,
                "successUrl": self.text("successUrl")?,
                "failUrl": self.text("failUrl")?,
            },
        });
        Some(Window { script, told })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_cannot_end_the_element_that_it_stands_in() {
        let script = Scripts::default().portone_v2;
        let told = json!({ "orderName": "</script><script>alert(1)</script><!--" });
        let written = Window { script, told: told.clone() }.told();
        assert!(!written.contains('<'), "{written}");
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), told);
    }

    #[test]
    fn an_address_that_says_too_little_opens_nothing() {
        let window = |query: &str| {
            let page = Url::parse(&format!("https://cafe.example/pay/1/window?{query}")).unwrap();
            let (said, scripts) = (Said(&page), Scripts::default());
            let v2 = said.to_portone_v2(&scripts);
            v2.or_else(|| said.to_portone_v1(&scripts)).or_else(|| said.to_toss(&scripts))
        };
        let all = "clientKey=k&orderId=1&orderName=n&amount=100&successUrl=s&failUrl=f";
        assert!(window(all).is_some());
        for part in all.split('&') {
            let name = part.split('=').next().unwrap();
            assert_eq!(window(&all.replace(part, "")), None, "without {name}");
        }
        for amount in ["amount=", "amount=-1", "amount=1.5", "amount=99999999999"] {
            assert_eq!(window(&all.replace("amount=100", amount)), None, "{amount}");
        }
    }

    #[test]
    fn scripts_are_loaded_over_tls() {
        let Scripts { portone_v1, portone_v2, tosspayments } = Scripts::default();
        for script in [portone_v1, portone_v2, tosspayments] {
            assert_eq!(script.scheme(), "https", "{script}");
        }
    }
}
