//! One measurement, and what is wrong with it.

use crate::limits;

/// One thing that was measured once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measurement<'a> {
    /// What was measured: 1 to 1,024 characters.
    pub name: &'a str,
    /// In what.
    pub unit: Unit,
    /// How much.
    pub value: u64,
    /// By what it is kept apart: one metric a set, of at most 30 dimensions, each a name (1 to 250 characters of
    /// ASCII, no colon first) and a value (1 to 1,024 characters of ASCII, not all of them spaces). The empty set
    /// is the metric without dimensions.
    pub dimensions: &'a [&'a [(&'a str, &'a str)]],
}

/// A unit as CloudWatch knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// So many.
    Count,
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Kilobytes.
    Kilobytes,
    /// Of a hundred.
    Percent,
    /// A number of something that CloudWatch has no word for.
    None,
}

impl Unit {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Unit::Count => "Count",
            Unit::Microseconds => "Microseconds",
            Unit::Milliseconds => "Milliseconds",
            Unit::Seconds => "Seconds",
            Unit::Bytes => "Bytes",
            Unit::Kilobytes => "Kilobytes",
            Unit::Percent => "Percent",
            Unit::None => "None",
        }
    }
}

/// The format has no place for this, in any line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMeasurement {
    /// The namespace is empty or longer than 1,024 characters.
    #[error("a namespace has 1 to 1024 characters")]
    Namespace,
    /// A name is empty or longer than 1,024 characters, or is the format's own `_aws`.
    #[error("the metric {0:?} must have a name of 1 to 1024 characters, other than _aws")]
    Name(String),
    /// There is no set at all: nothing would be measured.
    #[error("the metric {0} has no set of dimensions, not even the empty one")]
    NoSet(String),
    /// A set has more than 30 dimensions.
    #[error("the metric {0} has a set of more than 30 dimensions")]
    Dimensions(String),
    /// A dimension's name or value cannot be one, or it is said twice, or is called like the metric itself.
    #[error("the metric {metric} cannot have the dimension {dimension:?}, or not with that value")]
    Dimension {
        /// Which metric.
        metric: String,
        /// Which dimension.
        dimension: String,
    },
}

impl Measurement<'_> {
    pub(crate) fn check(&self) -> Result<(), BadMeasurement> {
        let name = || self.name.to_owned();
        if !(1..=limits::NAME).contains(&self.name.chars().count()) || self.name == "_aws" {
            return Err(BadMeasurement::Name(name()));
        }
        if self.dimensions.is_empty() {
            return Err(BadMeasurement::NoSet(name()));
        }
        if self.dimensions.iter().any(|set| set.len() > limits::DIMENSIONS) {
            return Err(BadMeasurement::Dimensions(name()));
        }
        let all = || self.dimensions.iter().flat_map(|set| set.iter());
        for set in self.dimensions {
            for (index, (dimension, value)) in set.iter().enumerate() {
                let twice = set[..index].iter().any(|(before, _)| before == dimension)
                    || all().any(|(other, another)| other == dimension && another != value);
                if twice || *dimension == self.name || !is_name(dimension) || !is_value(value) {
                    return Err(BadMeasurement::Dimension {
                        metric: name(),
                        dimension: (*dimension).to_owned(),
                    });
                }
            }
        }
        Ok(())
    }
}

fn is_name(dimension: &str) -> bool {
    (1..=limits::DIMENSION_NAME).contains(&dimension.len())
        && dimension.chars().all(is_printable)
        && !dimension.starts_with(':')
        && dimension != "_aws"
}

fn is_value(value: &str) -> bool {
    value.len() <= limits::DIMENSION_VALUE && value.chars().all(is_printable) && !value.trim().is_empty()
}

fn is_printable(character: char) -> bool {
    character.is_ascii() && !character.is_ascii_control()
}
