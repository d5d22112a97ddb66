#![doc = include_str!("../README.md")]

use std::collections::HashMap;
use std::hash::Hash;

use futures_util::StreamExt;
use futures_util::stream;

/// A record that was not handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone<'r, R, E> {
    /// Which.
    pub record: &'r R,
    /// Why it failed; none where it was not tried, as one before it of the same key had failed.
    pub error: Option<E>,
}

/// Handles records of one key one after the other, in the order in which they come, and at most `together` keys beside
/// each other (at least one). Gives those that were not handled, in the order in which they came.
///
/// Nothing is spawned: when the future is dropped, whatever it was at ends there. It is `Send` where `handle`'s are.
pub async fn in_order<'r, R, K, E, F>(
    records: &'r [R],
    key: impl Fn(&R) -> K,
    together: usize,
    handle: impl Fn(&'r R) -> F,
) -> Vec<Undone<'r, R, E>>
where
    K: Eq + Hash,
    F: Future<Output = Result<(), E>>,
{
    let mut places = HashMap::new();
    let mut lanes: Vec<Vec<(usize, &'r R)>> = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let place = *places.entry(key(record)).or_insert(lanes.len());
        if place == lanes.len() {
            lanes.push(Vec::new());
        }
        lanes[place].push((index, record));
    }
    let lanes: Vec<_> = lanes.into_iter().map(|lane| one_after_the_other(lane, &handle)).collect();
    let mut undone: Vec<_> = stream::iter(lanes).buffer_unordered(together.max(1)).concat().await;
    undone.sort_by_key(|(index, _)| *index);
    undone.into_iter().map(|(_, undone)| undone).collect()
}

async fn one_after_the_other<'r, R, E, F: Future<Output = Result<(), E>>>(
    lane: Vec<(usize, &'r R)>,
    handle: &impl Fn(&'r R) -> F,
) -> Vec<(usize, Undone<'r, R, E>)> {
    let mut undone = Vec::new();
    for (index, record) in lane {
        let error = if undone.is_empty() {
            match handle(record).await {
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
