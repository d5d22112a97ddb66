//! Exports of every sort, whole and not.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{BadDump, Dump, Row};

static FOLDERS: AtomicUsize = AtomicUsize::new(0);

/// A folder with these files, for as long as the test runs.
struct Folder(PathBuf);

impl Folder {
    fn with(files: &[(&str, &[u8])]) -> Folder {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("cafe-export-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        for (name, text) in files {
            fs::write(path.join(name), text).unwrap();
        }
        Folder(path)
    }

    fn rows(&self) -> Result<Vec<Row>, BadDump> {
        Dump::at(&self.0)?.rows(&["cups", "cards"]).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It is in a folder for such things.
        let _ = fs::remove_dir_all(&self.0);
    }
}

const DUMP: &str = "SET client_encoding = 'UTF8';\n\nCOPY shop.people (id, name) FROM stdin;\n1\tCOPY shop.cups (id) FROM stdin;\n\\.\n\nCOPY shop.cups (id, name) FROM stdin;\n1\ta\\nb\n2\t\\N\n\\.\n\n-- done\n";

fn told(row: &Row) -> String {
    let cells = row.cells().unwrap();
    format!("{} {:?} {:?}", row.head.table, cells.get("id"), cells.get("name"))
}

#[test]
fn rows_come_as_they_stand_and_each_is_found_again() {
    let csv = "id,name\r\n1,\"a\r\nb\"\r\n2,\r\n";
    let folder = Folder::with(&[
        ("a.sql", DUMP.as_bytes()),
        ("cards.csv", csv.as_bytes()),
        ("people.csv", b"id\n1\n"),
        ("notes.txt", b"\0"),
    ]);
    let rows = folder.rows().unwrap();
    assert_eq!(
        rows.iter().map(told).collect::<Vec<_>>(),
        [
            "cups Some(\"1\") Some(\"a\\nb\")",
            "cups Some(\"2\") None",
            "cards Some(\"1\") Some(\"a\\r\\nb\")",
            "cards Some(\"2\") None",
        ]
    );
    let mut pick = Dump::at(&folder.0).unwrap().pick().unwrap();
    for row in rows.iter().rev() {
        assert_eq!(told(&pick.row(&row.head, row.at).unwrap()), told(row));
    }
}

#[test]
fn an_export_that_is_cut_off_anywhere_in_a_table_is_noticed() {
    let begins = DUMP.find("COPY").unwrap();
    let ends = DUMP.rfind("\\.").unwrap() + 2;
    for end in begins..DUMP.len() {
        let folder = Folder::with(&[("a.sql", &DUMP.as_bytes()[..end])]);
        let is_between = DUMP[..end].ends_with('\n') && !DUMP[..end].ends_with("stdin;\n");
        match folder.rows() {
            Ok(rows) => assert!(is_between && (end > ends || rows.is_empty()), "{end}"),
            Err(BadDump::CutOff { .. }) => {}
            Err(other) => panic!("{end}: {other}"),
        }
    }
    for csv in ["id,name\n1,a", "id,name\n1,\"a\n", "id"] {
        let folder = Folder::with(&[("cups.csv", csv.as_bytes())]);
        assert!(matches!(folder.rows(), Err(BadDump::CutOff { .. })), "{csv}");
    }
}

#[test]
fn what_is_no_export_says_how_to_make_one() {
    for (name, text, why) in [
        ("a.sql", &b"PGDMP\x01\x0e"[..], "--format=plain"),
        ("a.sql", b"\x1f\x8b\x08", "--format=plain"),
        ("a.sql", b"SET client_encoding = 'EUC_KR';\n", "--encoding=UTF8"),
        ("a.sql", b"INSERT INTO shop.cups VALUES (1);\n", "without --inserts"),
        ("a.txt", b"", "neither a dump"),
    ] {
        let error = Folder::with(&[(name, text)]).rows().unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    assert!(matches!(Dump::at(&PathBuf::from("/nowhere/at/all")), Err(BadDump::Unreadable(..))));
}
