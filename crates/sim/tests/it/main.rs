//! The simulator's own tests, in one program: it is linked once.

mod histories;
mod service;
mod stories;
mod zoo;

/// A third of a history is making and dropping small things.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
