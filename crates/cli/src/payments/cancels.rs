//! Where each history's cancels stand in an export: all that is held of them in memory is 32 bytes each.

use std::sync::Arc;

use cafe_core::payment::RecordId;

use crate::dump::{BadDump, Dump, Head, Pick, Row};

/// Where the cancels are, by their history.
#[derive(Debug)]
pub(crate) struct Cancels {
    places: Vec<Place>,
    heads: Vec<Arc<Head>>,
    pick: Pick,
}

#[derive(Debug)]
struct Place {
    history: RecordId,
    at: u64,
    head: u32,
    is_taken: bool,
}

impl Cancels {
    /// None yet, of this export.
    ///
    /// # Errors
    /// [`BadDump`] where it cannot be read.
    pub(crate) fn none_of(dump: &Dump) -> Result<Cancels, BadDump> {
        Ok(Cancels { places: Vec::new(), heads: Vec::new(), pick: dump.pick()? })
    }

    /// Notes where one is.
    pub(crate) fn note(&mut self, history: RecordId, row: &Row) {
        if !self.heads.last().is_some_and(|head| Arc::ptr_eq(head, &row.head)) {
            self.heads.push(row.head.clone());
        }
        let head = u32::try_from(self.heads.len() - 1).unwrap_or(u32::MAX);
        self.places.push(Place { history, at: row.at, head, is_taken: false });
    }

    /// All are noted.
    pub(crate) fn sort(&mut self) {
        self.places.sort_unstable_by_key(|place| (place.history, place.head, place.at));
    }

    /// Those of a history, in the order of the export.
    ///
    /// # Errors
    /// [`BadDump`] where the export cannot be read any more.
    pub(crate) fn of(&mut self, history: RecordId) -> Result<Vec<Row>, BadDump> {
        let first = self.places.partition_point(|place| place.history < history);
        let mut rows = Vec::new();
        for place in self.places[first..].iter_mut().take_while(|place| place.history == history) {
            place.is_taken = true;
            let Some(head) = self.heads.get(place.head as usize) else { continue };
            rows.push(self.pick.row(head, place.at)?);
        }
        Ok(rows)
    }

    /// Those whose history did not come, and whose it would be.
    pub(crate) fn left(&self) -> impl Iterator<Item = RecordId> {
        self.places.iter().filter(|place| !place.is_taken).map(|place| place.history)
    }
}
