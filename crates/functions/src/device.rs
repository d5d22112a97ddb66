//! Who is asking, by their user agent: a phone, a computer, or a robot that only wants a preview.

use http::HeaderMap;
use http::header::USER_AGENT;

/// Who follows a payment link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// A phone or tablet, KakaoTalk's own browser among them.
    Mobile,
    /// A computer.
    Desktop,
    /// Something that makes a preview of a link somebody sent on. It must not open a payment.
    Preview,
}

/// What previewers call themselves, in lower case: KakaoTalk's and other messengers' first.
const PREVIEWERS: [&str; 12] = [
    "kakaotalk-scrap",
    "facebookexternalhit",
    "slackbot",
    "telegrambot",
    "twitterbot",
    "discordbot",
    "whatsapp/",
    "yeti/",
    "crawler",
    "spider",
    "preview",
    "bot/",
];

/// What phones call themselves, in lower case.
const PHONES: [&str; 6] = ["kakaotalk", "android", "iphone", "ipad", "ipod", "mobile"];

impl Device {
    /// Reads the user agent. Whoever does not say is taken for a computer: its page works on a phone
    /// too, if with a code to scan, and the other way round it would not.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Device {
        let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let agent = agent.to_ascii_lowercase();
        let names = |known: &[&str]| known.iter().any(|name| agent.contains(name));
        if names(&PREVIEWERS) {
            Device::Preview
        } else if names(&PHONES) {
            Device::Mobile
        } else {
            Device::Desktop
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Device;
    use http::{HeaderMap, HeaderValue, header::USER_AGENT};

    fn device(agent: &str) -> Device {
        let headers = HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_str(agent).unwrap())]);
        Device::of(&headers)
    }

    #[test]
    fn phones_computers_and_previewers_are_told_apart() {
        let kakaotalk = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 KAKAOTALK 25.4.1 (INAPP)";
        let android = "Mozilla/5.0 (Linux; Android 15; SM-S928N) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
        let desktop = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
        let scraper =
            "facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/scrap/33984";
        assert_eq!(device(kakaotalk), Device::Mobile);
        assert_eq!(device(android), Device::Mobile);
        assert_eq!(device(desktop), Device::Desktop);
        assert_eq!(device(scraper), Device::Preview);
        assert_eq!(
            device("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
            Device::Preview
        );
        assert_eq!(Device::of(&HeaderMap::new()), Device::Desktop);
    }
}
