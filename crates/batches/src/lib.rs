#![doc = include_str!("../README.md")]

use std::collections::HashMap;
use std::hash::Hash;

use futures_util::StreamExt;
use futures_util::stream;

/// A record that was not handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone<R, E> {
    /// Which.
    pub record: R,
    /// Why it failed; none where it was not tried, as one before it of the same key had failed.
    pub error: Option<E>,
}

/// Handles records of one key one after the other, in the order in which they come, and at most `together` keys beside
/// each other (at least one). Gives those that were not handled, in the order in which they came.
///
/// Nothing is spawned: when the future is dropped, whatever it was at ends there.
pub async fn in_order<R, K, E>(
    records: impl IntoIterator<Item = R>,
    key: impl Fn(&R) -> K,
    together: usize,
    handle: impl AsyncFn(&R) -> Result<(), E>,
) -> Vec<Undone<R, E>>
where
    K: Eq + Hash,
{
    let mut places = HashMap::new();
    let mut lanes: Vec<Vec<(usize, R)>> = Vec::new();
    for (index, record) in records.into_iter().enumerate() {
        let place = *places.entry(key(&record)).or_insert(lanes.len());
        if place == lanes.len() {
            lanes.push(Vec::new());
        }
        lanes[place].push((index, record));
    }
    let handle = &handle;
    let lanes = stream::iter(lanes).map(|lane| one_after_the_other(lane, handle));
    let mut undone: Vec<_> = lanes.buffer_unordered(together.max(1)).concat().await;
    undone.sort_by_key(|(index, _)| *index);
    undone.into_iter().map(|(_, undone)| undone).collect()
}

async fn one_after_the_other<R, E>(
    lane: Vec<(usize, R)>,
    handle: &impl AsyncFn(&R) -> Result<(), E>,
) -> Vec<(usize, Undone<R, E>)> {
    let mut undone = Vec::new();
    for (index, record) in lane {
        let error = if undone.is_empty() {
            match handle(&record).await {
                Ok(()) => continue,
                Err(error) => Some(error),
            }
        } else {
            None
        };
        undone.push((index, Undone { record, error }));
    }
    undone
}
