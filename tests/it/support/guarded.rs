//! Other programs that tests start: whatever becomes of this process, they end with it.

use std::process::{Command, Stdio};

/// Runs a program, and ends it as soon as the standard input ends. This process holds the other end of that,
/// and says nothing: however it ends, its end of the pipe is closed.
const GUARDED: &str = r#"
    exec 3<&0
    "$@" </dev/null 3<&- &
    child=$!
    { read -r _ <&3; kill -KILL "$child"; } &
    exec 3<&-
    wait "$child"
"#;

/// `program`, to be given its arguments and spawned. What comes of that must be kept as long as the program is needed.
pub(crate) fn guarded(program: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", GUARDED, "sh", program]).stdin(Stdio::piped());
    command
}
