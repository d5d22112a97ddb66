//! All that is left to chance in a history: a list of numbers, drawn from a seed, and to be taken again.

use fastrand::Rng;

/// A list of choices. 0 is always the dullest of them: nothing goes wrong, the oldest goes first, it ends here.
#[derive(Clone, Debug)]
pub struct Choices {
    rng: Option<Rng>,
    taken: Vec<u32>,
    /// Where in the list a deed begins.
    deeds: Vec<usize>,
    at: usize,
}

impl Choices {
    /// Those of a seed.
    #[must_use]
    pub fn of_seed(seed: u64) -> Choices {
        Choices { rng: Some(Rng::with_seed(seed)), taken: Vec::new(), deeds: Vec::new(), at: 0 }
    }

    /// These, and then nothing but 0.
    #[must_use]
    pub fn again(taken: Vec<u32>) -> Choices {
        Choices { rng: None, taken, deeds: Vec::new(), at: 0 }
    }

    /// The next choice: a number below `end`.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        let choice = match &mut self.rng {
            Some(rng) => {
                let choice = rng.u32(..end);
                self.taken.push(choice);
                choice
            }
            // Of a list with pieces cut out of it a number may be too large here.
            None => self.taken.get(self.at).map_or(0, |choice| choice % end),
        };
        self.at += 1;
        choice
    }

    /// One of `all`, of which the first is the dullest.
    pub(crate) fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.index(all.len())]
    }

    pub(crate) fn index(&mut self, len: usize) -> usize {
        self.below(u32::try_from(len).unwrap_or(u32::MAX)) as usize
    }

    /// One in two.
    pub(crate) fn coin(&mut self) -> bool {
        self.below(2) == 1
    }

    pub(crate) fn deed_begins(&mut self) {
        self.deeds.push(self.at);
    }

    /// The numbers taken, and where among them each deed began.
    #[must_use]
    pub fn into_taken(mut self) -> (Vec<u32>, Vec<usize>) {
        self.taken.truncate(self.at);
        (self.taken, self.deeds)
    }
}
