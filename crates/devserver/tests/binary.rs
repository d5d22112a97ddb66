//! `cargo dev` as it is really started: it says when it is open, and stays small.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should fail")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// The most memory that it may hold, in kB.
const MOST_KB: u64 = 80 * 1024;

/// Ended with the test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is for the test to notice.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn get(host: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// What the system says of a process, such as the most memory that it ever had (`VmHWM`).
fn kilobytes(process: u32, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn it_opens_answers_on_every_page_and_stays_small() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_devserver"));
    command.args(["--memory", "--port", "0", "--fake-port", "0", "--dynamodb-port", "0"]);
    let mut running = Running(command.env_clear().stdout(Stdio::piped()).spawn().unwrap());
    let mut said = BufReader::new(running.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = said.next().unwrap();
    assert!(first.starts_with("The cafe is open (") && first.ends_with(" ms)."), "{first}");
    let mut said = said.take_while(|line| !line.starts_with("Ctrl-C"));
    let mut host_of =
        |page| said.find_map(|line| Some(line.split_once("http://")?.1.split_once(page)?.0.to_owned()));
    let (host, fakes) = (host_of("/_dev/chat").unwrap(), host_of("/_fake/kakaopay").unwrap());
    for page in ["/_dev", "/_dev/chat", "/_dev/orders", "/_dev/orders.csv", "/"] {
        let answer = get(&host, page);
        assert!(answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.1 301"), "{page}: {answer}");
    }
    for (page, status) in [
        ("/_fake/kakaopay", "200"),
        ("/_fake/tosspayments", "200"),
        ("/toss/v1/payments/nothing", "401"),
        ("/toss/v1/payments/nothing/checkout", "404"),
    ] {
        assert!(get(&fakes, page).starts_with(&format!("HTTP/1.1 {status}")), "{page}");
    }
    let held = kilobytes(running.0.id(), "VmHWM");
    assert!(held <= MOST_KB, "it held {held} kB");
}
