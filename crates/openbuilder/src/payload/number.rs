//! Whole numbers as bots send them, read from their digits: no floating point takes part.

use serde_json::Value;

/// Why a parameter is not a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotANumber {
    /// No digits, or digits with something beside them that is not a known counter.
    #[error("the parameter is not a number")]
    Unreadable,
    /// A number with a fraction, such as 2.5.
    #[error("the parameter is not a whole number")]
    NotWhole,
    /// A whole number that does not fit, or that lost digits on its way here.
    #[error("the parameter is too large a number")]
    OutOfRange,
}

/// What may follow the digits. A word that multiplies them (천, 만) must never stand here.
const COUNTERS: [&str; 14] =
    ["잔", "개", "컵", "병", "캔", "명", "번", "세트", "원", "점", "포인트", "p", "pt", "point"];

/// Above this, a JSON number with a fraction has already lost digits (2^53).
const LARGEST_EXACT_FRACTION: i64 = 9_007_199_254_740_992;

pub(super) fn read(value: &Value) -> Result<i64, NotANumber> {
    match value {
        Value::String(text) if text.trim_start().starts_with('{') => {
            let inner: Value = serde_json::from_str(text).map_err(|_| NotANumber::Unreadable)?;
            amount(&inner)
        }
        Value::Object(_) => amount(value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => plain(value),
    }
}

/// `{"amount": 2, "unit": null}`; the amount itself is never wrapped again.
fn amount(wrapper: &Value) -> Result<i64, NotANumber> {
    wrapper.get("amount").map_or(Err(NotANumber::Unreadable), plain)
}

fn plain(value: &Value) -> Result<i64, NotANumber> {
    match value {
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Ok(whole),
            (None, Some(_)) => Err(NotANumber::OutOfRange),
            (None, None) => scientific(&number.to_string()),
        },
        Value::String(text) => typed(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(NotANumber::Unreadable),
    }
}

/// What a person typed, or an entity resolved: `2`, `２`, ` 1,000 `, `2.0`, `500 P`.
fn typed(text: &str) -> Result<i64, NotANumber> {
    let text: String = text.trim().chars().map(half_width).collect();
    let end = text.find(|c| !matches!(c, '0'..='9' | '+' | '-' | ',' | '.')).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let counter = rest.trim().to_lowercase();
    if !counter.is_empty() && !COUNTERS.contains(&counter.as_str()) {
        return Err(NotANumber::Unreadable);
    }
    decimal(&without_commas(digits).ok_or(NotANumber::Unreadable)?, 0)
}

/// Full-width forms stand at a fixed distance from their ASCII twins.
pub(super) fn half_width(c: char) -> char {
    match c {
        '！'..='～' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Commas must group by three: `1,000` is a thousand, `1,0` is a slip of the finger.
fn without_commas(digits: &str) -> Option<String> {
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let (first, mut groups) = {
        let mut groups = whole.split(',');
        (groups.next()?, groups)
    };
    let leading = first.trim_start_matches(['+', '-']).len();
    let is_grouped =
        !whole.contains(',') || (1..=3).contains(&leading) && groups.all(|group| group.len() == 3);
    let is_plain_fraction = fraction.is_none_or(|fraction| !fraction.contains(','));
    (is_grouped && is_plain_fraction).then(|| digits.replace(',', ""))
}

/// A JSON number as it prints itself: `2.0`, `1e16`, `2.5e-7`.
fn scientific(text: &str) -> Result<i64, NotANumber> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent = exponent.parse::<i32>().map_err(|_| NotANumber::OutOfRange)?;
    let whole = decimal(mantissa, exponent)?;
    if whole.unsigned_abs() > LARGEST_EXACT_FRACTION.unsigned_abs() {
        Err(NotANumber::OutOfRange)
    } else {
        Ok(whole)
    }
}

/// `[+-]digits[.digits]` times ten to the power of `exponent`, if that is whole.
fn decimal(text: &str, exponent: i32) -> Result<i64, NotANumber> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((_, "")) => return Err(NotANumber::Unreadable),
        Some(parts) => parts,
        None => (unsigned, ""),
    };
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return Err(NotANumber::Unreadable);
    }
    // Write all digits in a row, and move the point: what is left of it must be all there is.
    let digits = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len()).map_err(|_| NotANumber::OutOfRange)? + i64::from(exponent);
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    let significant_length = i64::try_from(significant.len()).map_err(|_| NotANumber::OutOfRange)?;
    if significant_length > point {
        return Err(NotANumber::NotWhole);
    }
    let zeros = usize::try_from(point - significant_length).map_err(|_| NotANumber::OutOfRange)?;
    // Twenty digits never fit; and a huge exponent must not become a huge string.
    if zeros > 20 {
        return Err(NotANumber::OutOfRange);
    }
    let number = format!("{sign}{significant}{}", "0".repeat(zeros));
    number.parse().map_err(|_| NotANumber::OutOfRange)
}
