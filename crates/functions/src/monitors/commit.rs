//! The commit that this was built from, as the build script wrote it down.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// What stands where nothing was written down.
const UNKNOWN: &str = "unknown";

/// A commit, in the words and the letters of the payments server's `System`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Commit {
    short_hash: String,
    branch: String,
    hash: String,
    subject: String,
    sanitized_subject: String,
    body: String,
    author: Person,
    committer: Person,
    #[serde(rename = "authored_at")]
    authored_at: String,
    /// Its name is misspelt on the wire, and known by that.
    #[serde(rename = "commited_at")]
    committed_at: String,
    /// Unix seconds, as text.
    authored_on: String,
    committed_on: String,
    tags: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
struct Person {
    name: String,
    email: String,
}

impl Commit {
    /// The commit of this build.
    pub(super) fn of_this_build() -> Commit {
        Commit::read(include_str!(concat!(env!("OUT_DIR"), "/commit")))
    }

    /// Reads what the build script wrote; unknown in each field where it wrote nothing.
    fn read(written: &str) -> Commit {
        let fields: Vec<_> = written.split('\0').collect();
        let [
            short,
            hash,
            subject,
            sanitized,
            body,
            author,
            its_mail,
            committer,
            their_mail,
            at,
            on,
            branch,
            tags,
        ] = fields[..]
        else {
            return Commit::unknown();
        };
        let person = |name: &str, email: &str| Person { name: name.to_owned(), email: email.to_owned() };
        Commit {
            short_hash: short.to_owned(),
            branch: branch.to_owned(),
            hash: hash.to_owned(),
            subject: subject.to_owned(),
            sanitized_subject: sanitized.to_owned(),
            body: body.trim_end().to_owned(),
            author: person(author, its_mail),
            committer: person(committer, their_mail),
            authored_at: time(at),
            committed_at: time(on),
            authored_on: at.to_owned(),
            committed_on: on.to_owned(),
            tags: tags.lines().map(str::to_owned).collect(),
        }
    }

    /// The same, and nobody learns whose it is.
    pub(super) fn without_persons(self) -> Commit {
        Commit { author: Person::nobody(), committer: Person::nobody(), ..self }
    }

    fn unknown() -> Commit {
        let unknown = || UNKNOWN.to_owned();
        let nobody = Person::nobody;
        Commit {
            short_hash: unknown(),
            branch: unknown(),
            hash: unknown(),
            subject: unknown(),
            sanitized_subject: unknown(),
            body: unknown(),
            author: nobody(),
            committer: nobody(),
            authored_at: unknown(),
            committed_at: unknown(),
            authored_on: unknown(),
            committed_on: unknown(),
            tags: Vec::new(),
        }
    }
}

impl Person {
    fn nobody() -> Person {
        Person { name: UNKNOWN.to_owned(), email: UNKNOWN.to_owned() }
    }
}

/// Unix seconds as a clock on Lambda shows them, which is in UTC.
fn time(seconds: &str) -> String {
    let at = seconds.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    at.map_or_else(|| UNKNOWN.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Commit;

    #[test]
    fn what_the_build_script_wrote_is_told_in_the_payments_server_s_shape() {
        let written = "0c6bac4\x000c6bac4fc7\x00a subject: of it\x00a-subject-of-it\x00Why.\n\n\x00Kim\x00k@cafe.example\x00Lee\
                       \x00l@cafe.example\x001795257845\x001795257905\x00main\x00v0.1.0\nv0.1";
        assert_eq!(
            serde_json::to_value(Commit::read(written)).unwrap(),
            json!({
                "shortHash": "0c6bac4", "branch": "main", "hash": "0c6bac4fc7",
                "subject": "a subject: of it", "sanitizedSubject": "a-subject-of-it", "body": "Why.",
                "author": { "name": "Kim", "email": "k@cafe.example" },
                "committer": { "name": "Lee", "email": "l@cafe.example" },
                "authored_at": "2026-11-21 10:44:05", "commited_at": "2026-11-21 10:45:05",
                "authoredOn": "1795257845", "committedOn": "1795257905", "tags": ["v0.1.0", "v0.1"],
            })
        );
        let told = serde_json::to_value(Commit::read(written).without_persons()).unwrap();
        assert_eq!(
            (&told["author"]["name"], &told["committer"]["email"]),
            (&json!("unknown"), &json!("unknown"))
        );
        assert_eq!(told["hash"], "0c6bac4fc7");
        assert_eq!(Commit::read(&written[..=written.rfind('\0').unwrap()]).tags, [""; 0]);
    }

    #[test]
    fn without_a_checkout_every_field_is_there_and_unknown() {
        let unknown = serde_json::to_value(Commit::read("")).unwrap();
        let known = serde_json::to_value(Commit::read(&"1\0".repeat(12))).unwrap();
        let names =
            |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&unknown), names(&known));
        assert_eq!((&unknown["hash"], &unknown["author"]["email"]), (&json!("unknown"), &json!("unknown")));
        assert_eq!(unknown["commited_at"], "unknown");
    }
}
