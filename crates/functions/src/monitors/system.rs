//! What this process is: its own name, since when it runs, and what it was built from.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::commit::Commit;
use crate::world::World;

/// This process, as it was when it started.
#[derive(Clone, Debug)]
pub struct Process {
    uid: String,
    arguments: Vec<String>,
    started_at: Timestamp,
}

/// The payments server's `System`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct System<'a> {
    uid: &'a str,
    arguments: &'a [String],
    /// When the process started: ISO 8601 in UTC, with milliseconds.
    created_at: String,
    commit: Commit,
    package: Package,
}

/// The package as its manifest describes it; maps that only npm has stay empty.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    name: &'static str,
    version: &'static str,
    description: &'static str,
    scripts: BTreeMap<String, String>,
    repository: Repository,
    author: &'static str,
    license: &'static str,
    bugs: Bugs,
    homepage: &'static str,
    dev_dependencies: BTreeMap<String, String>,
    dependencies: BTreeMap<String, String>,
}

#[derive(Debug, JsonSchema, Serialize)]
struct Repository {
    r#type: &'static str,
    url: &'static str,
}

#[derive(Debug, JsonSchema, Serialize)]
struct Bugs {
    url: &'static str,
}

impl Process {
    /// The process that starts now.
    #[must_use]
    pub fn starts(world: &World) -> Process {
        let arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
        Process { uid: uuid(world.random()), arguments: arguments.collect(), started_at: world.now() }
    }

    /// What is told, the persons who wrote it only where they are to be named.
    pub(super) fn system(&self, with_persons: bool) -> System<'_> {
        let commit = Commit::of_this_build();
        System {
            uid: &self.uid,
            arguments: &self.arguments,
            created_at: format!("{:.3}", self.started_at),
            commit: if with_persons { commit } else { commit.without_persons() },
            package: Package {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
                description: env!("CARGO_PKG_DESCRIPTION"),
                scripts: BTreeMap::new(),
                repository: Repository { r#type: "git", url: env!("CARGO_PKG_REPOSITORY") },
                author: env!("CARGO_PKG_AUTHORS"),
                license: env!("CARGO_PKG_LICENSE"),
                bugs: Bugs { url: "" },
                homepage: env!("CARGO_PKG_HOMEPAGE"),
                dev_dependencies: BTreeMap::new(),
                dependencies: BTreeMap::new(),
            },
        }
    }
}

/// A UUID of version 4 out of randomness (RFC 9562, section 5.4).
fn uuid(mut random: [u8; 16]) -> String {
    random[6] = random[6] & 0x0F | 0x40;
    random[8] = random[8] & 0x3F | 0x80;
    random.iter().enumerate().fold(String::with_capacity(36), |mut text, (index, byte)| {
        let dash = if matches!(index, 4 | 6 | 8 | 10) { "-" } else { "" };
        // Writing into a text does not fail.
        let _ = write!(text, "{dash}{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{Process, uuid};
    use crate::world::World;

    #[test]
    fn a_uuid_says_its_version_and_variant_whatever_the_randomness() {
        assert_eq!(uuid([0xFF; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn a_process_began_when_it_was_started_and_is_no_other() {
        let world = World::with_clock(|| "2026-11-21T10:44:05.123456Z".parse().unwrap());
        let (one, other) = (Process::starts(&world), Process::starts(&world));
        assert_ne!(one.uid, other.uid);
        let told = serde_json::to_value(one.system(false)).unwrap();
        assert_eq!(
            (&told["created_at"], &told["package"]["name"]),
            (&"2026-11-21T10:44:05.123Z".into(), &"functions".into())
        );
        assert!(told["arguments"][0].is_string(), "{told}");
    }
}
