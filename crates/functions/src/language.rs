//! In which language a browser wants its page: Korean, unless it says that it would rather have English.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

use crate::page::Text;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// What the cafe's customers speak.
    Korean,
    /// For everybody else.
    English,
}

impl Language {
    /// By `Accept-Language`: English where something other than Korean is wanted more than Korean.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Language {
        let said = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (mut korean, mut other) = (0, 0);
        for (tag, weight) in said.split(',').filter_map(weighed) {
            let best = if tag == "*" {
                continue;
            } else if tag == "ko" || tag.starts_with("ko-") {
                &mut korean
            } else {
                &mut other
            };
            *best = weight.max(*best);
        }
        if other > korean { Language::English } else { Language::Korean }
    }

    /// As HTML names it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Language::Korean => "ko",
            Language::English => "en",
        }
    }

    /// The text in this language.
    #[must_use]
    pub fn of_text(self, text: &Text) -> &str {
        match self {
            Language::Korean => text.ko(),
            Language::English => text.en(),
        }
    }
}

/// A language and how much it is wanted, in thousandths: `en;q=0.7`.
fn weighed(said: &str) -> Option<(String, u32)> {
    let mut parts = said.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty())?.to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1_000), thousandths)?;
    Some((tag, weight))
}

/// `0.7` as 700; none for what is no weight.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{fraction:0<3}");
    let (whole, fraction) = (whole.parse::<u32>().ok()?, digits.get(..3)?.parse::<u32>().ok()?);
    Some((whole.min(1) * 1_000 + fraction).min(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_unless_another_language_is_wanted_more() {
        let korean = [
            "",
            "*",
            "ko",
            "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7",
            "en;q=0.5, ko;q=0.9",
            "en;q=nonsense",
            "KO-kr",
            "en;q=0",
            "en, ko",
            "\u{e9}",
        ];
        let english =
            ["en", "en-US,en;q=0.9,ko;q=0.8", "ja,ko;q=0.5", "de", "ko;q=0.2,en;q=0.25", "fr;q=0.001"];
        for (said, expected) in korean
            .map(|said| (said, Language::Korean))
            .into_iter()
            .chain(english.map(|said| (said, Language::English)))
        {
            let mut headers = HeaderMap::new();
            if let Ok(value) = said.parse() {
                headers.insert(ACCEPT_LANGUAGE, value);
            }
            assert_eq!(Language::of(&headers), expected, "{said:?}");
        }
    }
}
