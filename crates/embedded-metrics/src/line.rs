//! A line of the log, and as few of them as a number of measurements needs.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value, json};

use crate::limits;
use crate::measurement::{BadMeasurement, Measurement, Unit};

/// A line of the log in the embedded metric format, as its `Display` writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    namespace: String,
    at_ms: i64,
    /// What metrics are kept apart by, each with its one value in this line.
    dimensions: BTreeMap<String, String>,
    directives: Vec<Directive>,
    /// By the metric's name.
    values: BTreeMap<String, Vec<u64>>,
}

/// The metrics that are kept apart by the same dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Directive {
    sets: Vec<Vec<String>>,
    metrics: Vec<(String, Unit)>,
}

/// Why a measurement is not in a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdded {
    /// Not in this line: one of its names stands for something else there, or there is no room.
    #[error("the metric {0} needs another line")]
    AnotherLine(String),
    /// Not in any.
    #[error(transparent)]
    Bad(#[from] BadMeasurement),
}

/// As few lines as the measurements need, all of one time: `at_ms`, in Unix milliseconds. CloudWatch takes times of
/// the last two weeks and the next two hours.
///
/// # Errors
/// [`BadMeasurement`] names the first that no line has a place for.
pub fn lines(
    namespace: &str,
    at_ms: i64,
    measurements: &[Measurement<'_>],
) -> Result<Vec<String>, BadMeasurement> {
    let mut lines: Vec<Line> = Vec::new();
    'measurements: for measurement in measurements {
        for line in &mut lines {
            match line.add(measurement) {
                Ok(()) => continue 'measurements,
                Err(NotAdded::AnotherLine(_)) => {}
                Err(NotAdded::Bad(error)) => return Err(error),
            }
        }
        let mut line = Line::new(namespace, at_ms)?;
        match line.add(measurement) {
            Ok(()) => lines.push(line),
            Err(NotAdded::Bad(error)) => return Err(error),
            // An empty line has room for any measurement that fits into one at all.
            Err(NotAdded::AnotherLine(name)) => return Err(BadMeasurement::Name(name)),
        }
    }
    Ok(lines.iter().map(Line::to_string).collect())
}

impl Line {
    /// A line without measurements, which CloudWatch would take for an ordinary one.
    ///
    /// # Errors
    /// [`BadMeasurement::Namespace`] where that is empty or too long.
    pub fn new(namespace: &str, at_ms: i64) -> Result<Line, BadMeasurement> {
        if !(1..=limits::NAME).contains(&namespace.chars().count()) {
            return Err(BadMeasurement::Namespace);
        }
        Ok(Line {
            namespace: namespace.to_owned(),
            at_ms,
            dimensions: BTreeMap::new(),
            directives: Vec::new(),
            values: BTreeMap::new(),
        })
    }

    /// Adds a measurement.
    ///
    /// # Errors
    /// [`NotAdded`] says whether another line would take it; this one is as it was.
    pub fn add(&mut self, measurement: &Measurement<'_>) -> Result<(), NotAdded> {
        measurement.check()?;
        let another = || NotAdded::AnotherLine(measurement.name.to_owned());
        if !self.agrees_with(measurement) {
            return Err(another());
        }
        let sets = sets_of(measurement);
        let metric = (measurement.name.to_owned(), measurement.unit);
        if let Some(values) = self.values.get_mut(measurement.name) {
            // It is here already: as the same metric, or as another.
            let same = self.directives.iter().any(|one| one.sets == sets && one.metrics.contains(&metric));
            if !same || values.len() == limits::VALUES {
                return Err(another());
            }
            values.push(measurement.value);
            return Ok(());
        }
        match self.directives.iter_mut().find(|one| one.sets == sets) {
            Some(directive) if directive.metrics.len() == limits::METRICS => return Err(another()),
            Some(directive) => directive.metrics.push(metric),
            None => self.directives.push(Directive { sets, metrics: vec![metric] }),
        }
        for (name, value) in measurement.dimensions.iter().copied().flatten() {
            self.dimensions.insert((*name).to_owned(), (*value).to_owned());
        }
        self.values.insert(measurement.name.to_owned(), vec![measurement.value]);
        Ok(())
    }

    /// Whether each of a measurement's names means the same here, or nothing yet.
    fn agrees_with(&self, measurement: &Measurement<'_>) -> bool {
        let mut dimensions = measurement.dimensions.iter().copied().flatten();
        !self.dimensions.contains_key(measurement.name)
            && dimensions.all(|(name, value)| {
                !self.values.contains_key(*name)
                    && self.dimensions.get(*name).is_none_or(|known| known == value)
            })
    }
}

fn sets_of(measurement: &Measurement<'_>) -> Vec<Vec<String>> {
    let names = |set: &&[(&str, &str)]| set.iter().map(|(name, _)| (*name).to_owned()).collect();
    measurement.dimensions.iter().map(names).collect()
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let directive = |Directive { sets, metrics }: &Directive| {
            let metric = |(name, unit): &(String, Unit)| json!({ "Name": name, "Unit": unit.as_str() });
            let metrics: Vec<_> = metrics.iter().map(metric).collect();
            json!({ "Namespace": self.namespace, "Dimensions": sets, "Metrics": metrics })
        };
        let directives: Vec<_> = self.directives.iter().map(directive).collect();
        let mut line = Map::new();
        line.insert("_aws".to_owned(), json!({ "Timestamp": self.at_ms, "CloudWatchMetrics": directives }));
        line.extend(self.dimensions.iter().map(|(name, value)| (name.clone(), json!(value))));
        for (name, values) in &self.values {
            let value = if let [value] = values[..] { json!(value) } else { json!(values) };
            line.insert(name.clone(), value);
        }
        Value::Object(line).fmt(f)
    }
}
