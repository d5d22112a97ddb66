#![doc = include_str!("../README.md")]

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

/// Any cause of a failure; its text is logged, so it carries no secret.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Where a value is kept, and how it is read.
#[async_trait]
pub trait Source<T>: Send + Sync {
    /// The value as it stands now.
    ///
    /// # Errors
    /// Where it cannot be read, or is none; the value that was read last stays in force.
    async fn read(&self) -> Result<T, BoxError>;
}

/// A value that is kept elsewhere. All clones of it are the same.
pub struct Parameter<T>(Arc<Inner<T>>);

struct Inner<T> {
    /// By which the log tells of it.
    name: &'static str,
    /// Where it comes from, and how old what was read may grow; none for a value that never changes.
    source: Option<(Box<dyn Source<T>>, SignedDuration)>,
    current: Mutex<Read<T>>,
}

struct Read<T> {
    value: Arc<T>,
    at: Timestamp,
}

impl<T> Parameter<T> {
    /// A value that never changes.
    pub fn fixed(name: &'static str, value: T) -> Parameter<T> {
        Parameter::of(name, None, value, Timestamp::MIN)
    }

    /// What `source` keeps, read now, and again whenever it is older than `fresh_for`.
    ///
    /// # Errors
    /// Where it cannot be read, or is none: nothing was good before.
    pub async fn kept(
        name: &'static str,
        source: impl Source<T> + 'static,
        fresh_for: SignedDuration,
        now: Timestamp,
    ) -> Result<Parameter<T>, BoxError> {
        let value = source.read().await?;
        Ok(Parameter::read_before(name, value, source, fresh_for, now))
    }

    /// The same, for a value that was read at `now` by another way: together with others, say.
    pub fn read_before(
        name: &'static str,
        value: T,
        source: impl Source<T> + 'static,
        fresh_for: SignedDuration,
        now: Timestamp,
    ) -> Parameter<T> {
        Parameter::of(name, Some((Box::new(source), fresh_for)), value, now)
    }

    fn of(
        name: &'static str,
        source: Option<(Box<dyn Source<T>>, SignedDuration)>,
        value: T,
        at: Timestamp,
    ) -> Parameter<T> {
        let current = Mutex::new(Read { value: Arc::new(value), at });
        Parameter(Arc::new(Inner { name, source, current }))
    }

    /// The value in force. It is read anew where it is stale; where that fails, the one before it stays.
    pub async fn now(&self, now: Timestamp) -> Arc<T> {
        let Inner { name, source, .. } = &*self.0;
        let Some((source, fresh_for)) = source else { return self.current(|read| read.value.clone()) };
        let (value, stale) = self.current(|read| {
            let stale = now.duration_since(read.at) >= *fresh_for;
            if stale {
                // Whatever comes of it, the next to ask is not the next caller.
                read.at = now;
            }
            (read.value.clone(), stale)
        });
        if !stale {
            return value;
        }
        match source.read().await {
            Ok(value) => {
                let value = Arc::new(value);
                self.current(|read| read.value = value.clone());
                value
            }
            Err(error) => {
                tracing::error!(parameter = name, %error, "it could not be read anew; what was read last counts");
                value
            }
        }
    }

    fn current<R>(&self, with: impl FnOnce(&mut Read<T>) -> R) -> R {
        with(&mut self.0.current.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Clone for Parameter<T> {
    fn clone(&self) -> Parameter<T> {
        Parameter(self.0.clone())
    }
}

/// Without its value, which may be a secret.
impl<T> fmt::Debug for Parameter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parameter({})", self.0.name)
    }
}
