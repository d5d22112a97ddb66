//! Texts and addresses, measured as Kakao documents them.

use std::borrow::Cow;

use url::Url;

use crate::LimitError;

/// Cuts `text` to at most `limit` characters, the last of them `…`, and leaves a text that fits as it is.
///
/// For names and descriptions that come from data and may be of any length. Characters are Unicode scalar values;
/// an emoji made of several is never left with a dangling joiner.
///
/// ```
/// use openbuilder::{fit, limits};
///
/// assert_eq!(fit("아이스아메리카노", 30), "아이스아메리카노");
/// assert_eq!(fit("아이스아메리카노", 4), "아이스…");
/// assert_eq!(fit("아이스 아메리카노", limits::ITEM_ROW_TITLE), "아이스 아…");
/// ```
#[must_use]
pub fn fit(text: &str, limit: usize) -> Cow<'_, str> {
    if text.chars().count() <= limit {
        return Cow::Borrowed(text);
    }
    let Some(kept) = limit.checked_sub(1) else { return Cow::Borrowed("") };
    let end = text.char_indices().nth(kept).map_or(text.len(), |(at, _)| at);
    let is_dangling = |c: char| c.is_whitespace() || matches!(c, '\u{200D}');
    let mut cut = text[..end].trim_end_matches(is_dangling).to_owned();
    cut.push('…');
    Cow::Owned(cut)
}

/// The number of characters of `text`, as every limit here counts them.
pub(crate) fn length(text: &str) -> usize {
    text.chars().count()
}

/// The number of explicit lines. `\r\n` is one break.
pub(crate) fn lines(text: &str) -> usize {
    text.split('\n').count()
}

pub(crate) fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// The address if it is one that KakaoTalk opens.
pub(crate) fn web_url(address: &str) -> Option<Url> {
    Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

pub(crate) fn not_empty(field: &'static str, text: impl Into<String>) -> Result<String, LimitError> {
    let text = text.into();
    if is_blank(&text) { Err(LimitError::Empty { field }) } else { Ok(text) }
}

pub(crate) fn at_most(
    field: &'static str,
    limit: usize,
    text: impl Into<String>,
) -> Result<String, LimitError> {
    let text = not_empty(field, text)?;
    short_enough(field, limit, length(&text))?;
    Ok(text)
}

pub(crate) fn short_enough(field: &'static str, limit: usize, actual: usize) -> Result<(), LimitError> {
    if actual > limit { Err(LimitError::TooLong { field, limit, actual }) } else { Ok(()) }
}

pub(crate) fn few_lines(field: &'static str, limit: usize, actual: usize) -> Result<(), LimitError> {
    if actual > limit { Err(LimitError::TooManyLines { field, limit, actual }) } else { Ok(()) }
}

pub(crate) fn few_enough(field: &'static str, limit: usize, actual: usize) -> Result<(), LimitError> {
    if actual > limit { Err(LimitError::TooMany { field, limit, actual }) } else { Ok(()) }
}

pub(crate) fn at_least_one(field: &'static str, actual: usize) -> Result<(), LimitError> {
    if actual == 0 { Err(LimitError::Empty { field }) } else { Ok(()) }
}

/// The address in its canonical (ASCII) spelling, so that Korean paths survive every client.
pub(crate) fn web_address(field: &'static str, address: impl AsRef<str>) -> Result<String, LimitError> {
    web_url(address.as_ref()).map(Into::into).ok_or(LimitError::NotAWebAddress { field })
}
