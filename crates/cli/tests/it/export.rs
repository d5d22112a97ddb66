//! A file of a test's own, for as long as the test runs.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

static FILES: AtomicUsize = AtomicUsize::new(0);

/// What another system wrote.
pub(crate) struct Export(PathBuf);

impl Export {
    pub(crate) fn of(name: &str, text: impl AsRef<[u8]>) -> Export {
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("cafe-export-{}-{number}-{name}", std::process::id()));
        fs::write(&path, text).unwrap();
        Export(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        // It is in a folder for such things.
        let _ = fs::remove_file(&self.0);
    }
}
