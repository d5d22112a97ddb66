#![doc = include_str!("../README.md")]

mod line;
mod measurement;

/// What the format allows, by its specification and the JSON schema that belongs to it.
pub mod limits {
    /// Metrics that one directive names.
    pub const METRICS: usize = 100;
    /// Values of one metric in one line.
    pub const VALUES: usize = 100;
    /// Dimensions by which one metric is kept apart.
    pub const DIMENSIONS: usize = 30;
    /// Characters of a namespace and of a metric's name.
    pub const NAME: usize = 1024;
    /// Characters of a dimension's name.
    pub const DIMENSION_NAME: usize = 250;
    /// Characters of a dimension's value.
    pub const DIMENSION_VALUE: usize = 1024;
}

pub use line::{Line, NotAdded, lines};
pub use measurement::{BadMeasurement, Measurement, Unit};
