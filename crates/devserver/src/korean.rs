//! Times as they are read in Korea, whatever the machine's own zone is.

use jiff::tz::{TimeZone, offset};
use jiff::{SignedDuration, Timestamp, Zoned};

/// The time in Korea, which has no daylight saving.
pub(crate) fn korean(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::fixed(offset(9)))
}

/// `2026-11-21 19:03:05`, which spreadsheets take for a time.
pub(crate) fn second(at: Timestamp) -> String {
    korean(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `11월 21일 19:03:05`.
pub(crate) fn short(at: Timestamp) -> String {
    let at = korean(at);
    format!("{}월 {}일 {}", at.month(), at.day(), at.strftime("%H:%M:%S"))
}

/// `2일 3시간 5분`; the seconds of what lasts minutes are left out.
pub(crate) fn lasting(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    let parts = [(minutes / 1_440, "일"), (minutes / 60 % 24, "시간"), (minutes % 60, "분")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let told: Vec<_> = parts.map(|(count, unit)| format!("{count}{unit}")).collect();
    if told.is_empty() { format!("{}초", duration.as_secs()) } else { told.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_korean() {
        let at = "2026-11-21T15:30:05.7Z".parse().unwrap();
        assert_eq!((&*second(at), &*short(at)), ("2026-11-22 00:30:05", "11월 22일 00:30:05"));
    }

    #[test]
    fn a_duration_is_told_to_the_minute() {
        let told = [7, 60, 960, 86_400, 93_900].map(|seconds| lasting(SignedDuration::from_secs(seconds)));
        assert_eq!(told, ["7초", "1분", "16분", "1일", "1일 2시간 5분"]);
    }
}
