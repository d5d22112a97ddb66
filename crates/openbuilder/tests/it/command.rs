//! The command that checks answers from files and pipes.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const GOOD: &str = r#"{"version":"2.0","template":{"outputs":[{"simpleText":{"text":"네"}}]}}"#;
const BAD: &str = r#"{"version":"2.0","template":{"outputs":[{"simpleText":{"txt":"네"}}]}}"#;

/// Runs the command: what it prints, and its exit code.
fn check(arguments: &[&str], stdin: &str) -> (String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_openbuilder-check"));
    let command = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    // A command that reads no input may have ended by now.
    let _ = running.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = running.wait_with_output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (String::from_utf8(printed).unwrap(), output.status.code().unwrap())
}

#[test]
fn findings_are_lines_and_an_exit_code() {
    assert_eq!(check(&["-"], GOOD), (String::new(), 0));
    let found = "-: template.outputs[0].simpleText.text: is missing\n";
    assert_eq!(check(&["-"], BAD), (found.to_owned(), 1));

    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("answer.json");
    std::fs::write(&file, BAD).unwrap();
    let name = file.to_str().unwrap();
    let (printed, code) = check(&[name, "-"], "<html>");
    assert_eq!((printed.lines().count(), code), (2, 1), "{printed}");
    assert!(printed.starts_with(&format!("{name}: template.outputs[0]")), "{printed}");

    let (printed, code) = check(&["no-such-file.json", "-"], BAD);
    assert_eq!(code, 2);
    assert!(printed.contains(found) && printed.contains("no-such-file.json: cannot be read"), "{printed}");
    assert_eq!((check(&[], "").1, check(&["--help"], "").1), (2, 0));
}
