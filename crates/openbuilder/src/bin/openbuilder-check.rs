//! `openbuilder-check FILE…`: says which documented rules an answer breaks, whatever language made it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool tells what it finds")]

use std::io::Read;
use std::process::ExitCode;

const USAGE: &str = "usage: openbuilder-check FILE…

Each FILE is the body of a skill's answer, - the standard input.
Prints a line for each documented rule that one breaks: the file, the place, the rule.
Exit code: 0 none is broken, 1 some are, 2 a file could not be read.";

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() || files.iter().any(|file| ["-h", "--help"].contains(&file.as_str())) {
        println!("{USAGE}");
        return if files.is_empty() { ExitCode::from(2) } else { ExitCode::SUCCESS };
    }
    let (mut findings, mut unreadable) = (0, 0);
    for file in &files {
        match read(file) {
            Ok(body) => {
                for finding in openbuilder::check::response_bytes(&body) {
                    println!("{file}: {finding}");
                    findings += 1;
                }
            }
            Err(error) => {
                eprintln!("{file}: cannot be read: {error}");
                unreadable += 1;
            }
        }
    }
    match (unreadable, findings) {
        (0, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::FAILURE,
        _ => ExitCode::from(2),
    }
}

fn read(file: &str) -> std::io::Result<Vec<u8>> {
    if file != "-" {
        return std::fs::read(file);
    }
    let mut body = Vec::new();
    std::io::stdin().read_to_end(&mut body)?;
    Ok(body)
}
