//! What the fakes' pages have in common: how they are rendered, and how Korea writes money and time.

use askama::Template;
use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use jiff::tz::{self, TimeZone};

use crate::wire;

/// Renders a page; one that cannot be rendered is a slip of the fake's own.
pub(crate) fn render(status: StatusCode, page: &impl Template) -> Response<Bytes> {
    match page.render() {
        Ok(text) => wire::html(status, text),
        Err(error) => wire::html(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

/// `4400` as `4,400원`.
pub(crate) fn won(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut text = String::from(if amount < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push('원');
    text
}

/// Korean local time without an offset, as `2026-11-21T10:00:00`.
pub(crate) fn local_time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(tz::offset(9))).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn won_is_grouped_by_thousands() {
        let written = [0, 999, 4_400, 1_234_567, -50_000].map(won);
        assert_eq!(written, ["0원", "999원", "4,400원", "1,234,567원", "-50,000원"]);
    }

    #[test]
    fn local_time_is_korean_and_names_no_offset() {
        assert_eq!(local_time("2026-11-21T15:30:00Z".parse().unwrap()), "2026-11-22T00:30:00");
    }
}
