//! What the bot finds in a customer's words: a drink, a number, a telephone number.

use cafe_core::cafe::Menu;
use openbuilder::PhoneNumber;

use crate::chat::scenario::{Entity, Scenario};

/// Something that was said, and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The customer's own words.
    pub(crate) origin: String,
    /// What a skill gets.
    pub(crate) value: String,
}

/// One to twenty as people count cups: `두 잔`.
const COUNTED: [&str; 20] = [
    "한",
    "두",
    "세",
    "네",
    "다섯",
    "여섯",
    "일곱",
    "여덟",
    "아홉",
    "열",
    "열한",
    "열두",
    "열세",
    "열네",
    "열다섯",
    "열여섯",
    "열일곱",
    "열여덟",
    "열아홉",
    "스무",
];

/// Finds what `entity` stands for in `text`, if it is there.
pub(crate) fn find(entity: Entity, text: &str, menu: &Menu, scenario: &Scenario) -> Option<Found> {
    match entity {
        Entity::Menu => drink(text, menu, scenario),
        Entity::Number => number(text),
        Entity::Phone => phone(text),
        Entity::Text => {
            let text = text.trim();
            (!text.is_empty()).then(|| Found { origin: text.to_owned(), value: text.to_owned() })
        }
    }
}

/// The drink with the longest name among those that are named, as `핫아메리카노` is in `핫아메리카노 더블` as well.
fn drink(text: &str, menu: &Menu, scenario: &Scenario) -> Option<Found> {
    let said = squeezed(text);
    let names = menu.drinks().iter().flat_map(|drink| {
        let synonyms = scenario.synonyms.get(&drink.name).into_iter().flatten();
        synonyms.chain([&drink.name]).map(|name| (name, &drink.name))
    });
    let told = names.filter(|(name, _)| !name.trim().is_empty() && said.contains(&squeezed(name)));
    let (name, drink) = told.max_by_key(|(name, _)| squeezed(name).len())?;
    Some(Found { origin: name.clone(), value: drink.clone() })
}

/// The first number, in digits or counted in words, as `@sys.number` hands it over: JSON in a text.
fn number(text: &str) -> Option<Found> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let in_digits = match phone(text) {
        Some(telephone) => digits(&text.replace(&telephone.origin, " ")),
        None => digits(text),
    };
    let (origin, amount) = in_digits.or_else(|| {
        words.iter().enumerate().find_map(|(index, word)| {
            let next = words.get(index + 1).copied().unwrap_or_default();
            let (counted, amount) = COUNTED.iter().zip(1..).find(|(counted, _)| {
                let counter = word.strip_prefix(**counted);
                let counter = counter.map(|rest| if rest.is_empty() { next } else { rest });
                counter.is_some_and(|counter| counter.starts_with(['잔', '개', '컵']))
            })?;
            Some(((*counted).to_owned(), amount.to_string()))
        })
    })?;
    Some(Found { origin, value: format!("{{\"amount\": {amount}, \"unit\": null}}") })
}

/// The first number in digits: as it was typed, and as JSON writes it.
fn digits(text: &str) -> Option<(String, String)> {
    let ascii = |c: char| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        '−' | '－' => '-',
        other => other,
    };
    let text: Vec<char> = text.chars().collect();
    let is_digit = |c: &char| ascii(*c).is_ascii_digit();
    let first = text.iter().position(is_digit)?;
    let is_negative = first > 0 && ascii(text[first - 1]) == '-';
    let begin = if is_negative { first - 1 } else { first };
    let in_number = |(index, c): (usize, &char)| {
        // A comma or a point belongs to it where digits follow.
        is_digit(c) || (matches!(c, ',' | '.') && text.get(first + index + 1).is_some_and(is_digit))
    };
    let length = text[first..].iter().enumerate().take_while(|&(index, c)| in_number((index, c))).count();
    let origin: String = text[begin..first + length].iter().collect();
    let plain: String =
        text[first..first + length].iter().copied().map(ascii).filter(|&c| c != ',').collect();
    let (whole, fraction) =
        plain.split_once('.').map_or((&*plain, None), |(whole, rest)| (whole, Some(rest)));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if is_negative { "-" } else { "" };
    let number = match fraction {
        Some(fraction) => format!("{sign}{whole}.{}", fraction.replace('.', "")),
        None => format!("{sign}{whole}"),
    };
    Some((origin, number))
}

/// The first mobile number, as it was typed.
fn phone(text: &str) -> Option<Found> {
    let in_phone = |c: char| c.is_numeric() || c.is_whitespace() || "+-.()－−".contains(c);
    let spans = text.split(|c: char| !in_phone(c)).map(str::trim);
    let origin = spans.filter(|span| PhoneNumber::parse(span).is_ok()).map(str::to_owned).next()?;
    Some(Found { value: origin.clone(), origin })
}

/// A text without spaces, and in one case.
pub(crate) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use cafe_core::cafe::Menu;

    use super::find;
    use crate::chat::scenario::tests::SHIPPED;
    use crate::chat::scenario::{Entity, Scenario};

    fn found(entity: Entity, text: &str) -> Option<(String, String)> {
        let menu = Menu::parse(include_str!("../../../../menu.toml")).unwrap();
        let found = find(entity, text, &menu, &Scenario::parse(SHIPPED).unwrap())?;
        Some((found.origin, found.value))
    }

    #[test]
    fn a_drink_is_found_by_its_longest_name_or_a_synonym() {
        let drink = |text| found(Entity::Menu, text).map(|(_, value)| value);
        assert_eq!(drink("핫 아메리카노 더블 주세요").unwrap(), "핫아메리카노 더블");
        assert_eq!(drink("핫아메리카노요").unwrap(), "핫아메리카노");
        assert_eq!(found(Entity::Menu, "아아 두 잔").unwrap(), ("아아".into(), "아이스아메리카노".into()));
        assert_eq!(drink("아아더블").unwrap(), "아이스아메리카노 더블");
        for none in ["녹차", "", "☕️", "<script>alert(1)</script>"] {
            assert_eq!(drink(none), None, "{none}");
        }
    }

    #[test]
    fn a_number_is_found_in_digits_and_in_words_and_never_in_a_telephone_number() {
        for (text, origin, amount) in [
            ("2", "2", "2"),
            ("2잔이요", "2", "2"),
            ("아아 두 잔", "두", "2"),
            ("열두잔 주세요", "열두", "12"),
            ("스무 잔", "스무", "20"),
            ("２잔", "２", "2"),
            ("1,000P", "1,000", "1000"),
            ("-3", "-3", "-3"),
            ("−3잔", "−3", "-3"),
            ("1.5잔", "1.5", "1.5"),
            ("007", "007", "7"),
            ("010-1234-5678로 3잔", "3", "3"),
            ("99999999999999999999", "99999999999999999999", "99999999999999999999"),
        ] {
            let (said, value) = found(Entity::Number, text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (said.as_str(), value),
                (origin, format!("{{\"amount\": {amount}, \"unit\": null}}")),
                "{text}"
            );
        }
        for none in ["네", "한 번만", "☕️☕️", "010-1234-5678", "", "-", "스물두 잔"] {
            assert_eq!(found(Entity::Number, none), None, "{none}");
        }
    }

    #[test]
    fn a_telephone_number_is_found_as_it_was_typed() {
        for (text, number) in [
            ("010-1234-5678", "010-1234-5678"),
            ("제 번호는 010 1234 5678 이에요", "010 1234 5678"),
            ("+82 10-1234-5678", "+82 10-1234-5678"),
            ("01012345678", "01012345678"),
        ] {
            assert_eq!(found(Entity::Phone, text).unwrap(), (number.into(), number.into()), "{text}");
        }
        for none in ["02-123-4567", "아무거나", "010-1234", ""] {
            assert_eq!(found(Entity::Phone, none), None, "{none}");
        }
    }
}
