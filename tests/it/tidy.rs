//! What no compiler checks: the same names everywhere, arrows that point one way, and nothing left lying about.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use devserver::template::Template;
use serde_json::Value;

use crate::events;

/// The functions, and what each answers. These names are in people's templates, bots and links.
const FUNCTIONS: [(&str, &[&str]); 14] = [
    ("general-payment-preprocess", &["POST /skill/general-payment-preprocess"]),
    ("monitors", &["GET /monitors/health", "GET /monitors/performance", "GET /monitors/system"]),
    ("payment-approve", &["GET /pay/{order}/approve"]),
    ("payment-close", &["GET /pay/{order}/cancel", "GET /pay/{order}/fail"]),
    (
        "payment-ready",
        &[
            "GET /",
            "HEAD /",
            "GET /payment",
            "HEAD /payment",
            "GET /pay/{order}",
            "HEAD /pay/{order}",
            "GET /pay/{order}/window",
            "HEAD /pay/{order}/window",
            "GET /card.png",
        ],
    ),
    (
        "payments-api",
        &[
            "POST /payments/histories",
            "PATCH /payments/histories/get",
            "PATCH /payments/histories/{id}",
            "PUT /payments/histories/cancel",
            "POST /payments/reservations",
            "PATCH /payments/reservations/get",
            "PATCH /payments/reservations/{id}",
            "POST /payments/internal/webhook",
            "GET /payments/openapi.json",
        ],
    ),
    ("payments-dispatch", &[]),
    (
        "payments-webhook",
        &[
            "POST /payments/webhooks/iamport",
            "POST /payments/webhooks/portone",
            "POST /payments/webhooks/toss",
        ],
    ),
    ("point-lookup", &["POST /skill/point-lookup"]),
    ("point-payment-preprocess", &["POST /skill/point-payment-preprocess"]),
    ("preflight", &[]),
    ("reconcile", &[]),
    ("refund", &[]),
    ("sign-up", &["POST /skill/sign-up"]),
];

/// Which of our crates each may use, its tests aside. An arrow never points back.
const ARROWS: [(&str, &[&str]); 18] = [
    ("batches", &[]),
    ("cafe-core", &["kakaopay", "portone", "tosspayments"]),
    ("cli", &["cafe-core", "functions", "openbuilder", "sealed", "store"]),
    ("devserver", &["cafe-core", "fakes", "functions", "openbuilder", "parameters", "sealed", "store"]),
    ("embedded-metrics", &[]),
    ("fakes", &[]),
    (
        "functions",
        &[
            "batches",
            "cafe-core",
            "embedded-metrics",
            "kakaopay",
            "openbuilder",
            "parameters",
            "portone",
            "sealed",
            "store",
            "tosspayments",
        ],
    ),
    ("idempotency", &[]),
    ("kakaopay", &[]),
    ("openbuilder", &[]),
    ("parameters", &[]),
    ("payments-client", &["sealed"]),
    ("portone", &[]),
    ("sealed", &[]),
    (
        "sim",
        &["cafe-core", "fakes", "functions", "kakaopay", "openbuilder", "portone", "store", "tosspayments"],
    ),
    ("store", &["cafe-core"]),
    ("tosspayments", &[]),
    ("xtask", &[]),
];

/// Crates that decide, and leave sockets, clocks and runtimes to others.
const PURE: [&str; 10] = [
    "batches",
    "cafe-core",
    "embedded-metrics",
    "kakaopay",
    "openbuilder",
    "parameters",
    "payments-client",
    "portone",
    "sealed",
    "tosspayments",
];

/// What a pure crate has no use for.
const IMPURE: [&str; 9] =
    ["async-std", "aws-", "axum", "hyper", "lambda_", "reqwest", "rustls", "tokio", "tower"];

/// Folders that hold nothing of ours.
const FOREIGN: [&str; 4] = [".aws-sam", ".git", "artefacts", "target"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file of ours, by its path from the root.
fn files() -> Vec<String> {
    let (mut files, mut folders) = (Vec::new(), vec![root()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (name, kind) = (entry.file_name().into_string().unwrap(), entry.file_type().unwrap());
            if FOREIGN.contains(&&*name) {
                continue;
            }
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path().strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    files.sort();
    files
}

fn files_ending(end: &str) -> Vec<String> {
    files().into_iter().filter(|path| path.ends_with(end)).collect()
}

/// The lines of all text files, each with its place.
fn lines() -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for path in files() {
        let Ok(text) = String::from_utf8(fs::read(root().join(&path)).unwrap()) else { continue };
        let place = |(index, line): (usize, &str)| (format!("{path}:{}", index + 1), line.to_owned());
        lines.extend(text.lines().enumerate().map(place));
    }
    lines
}

/// The packages of the workspace and their manifests, by name.
fn packages() -> BTreeMap<String, (String, toml::Table)> {
    let manifests = files_ending("Cargo.toml").into_iter().filter(|path| path != "Cargo.toml");
    let package = |path: String| {
        let manifest: toml::Table = toml::from_str(&read(&path)).unwrap();
        let name = manifest["package"]["name"].as_str().unwrap().to_owned();
        (name, (path.strip_suffix("/Cargo.toml").unwrap().to_owned(), manifest))
    };
    manifests.map(package).collect()
}

/// What a package needs to be built, wherever its manifest says it.
fn needs(manifest: &toml::Table) -> BTreeSet<String> {
    let platforms =
        manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values);
    let tables = platforms.filter_map(toml::Value::as_table).chain([manifest]);
    let sections =
        tables.flat_map(|table| ["dependencies", "build-dependencies"].map(|name| table.get(name)));
    let sections = sections.flatten().filter_map(toml::Value::as_table);
    sections.flat_map(|section| section.keys().cloned()).collect()
}

fn template() -> Template {
    Template::of_this_build().unwrap()
}

fn pascal_case(kebab: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    kebab.split('-').map(capital).collect()
}

#[test]
fn bins_template_and_events_name_the_same_functions() {
    let functions: BTreeSet<_> = FUNCTIONS.iter().map(|(name, _)| (*name).to_owned()).collect();

    let bins = files_ending(".rs").into_iter().filter_map(|path| {
        Some(path.strip_prefix("crates/functions/src/bin/")?.strip_suffix(".rs")?.to_owned())
    });
    assert_eq!(bins.collect::<BTreeSet<_>>(), functions);

    let deployed = template().functions.into_iter().map(|function| (function.binary, function.logical_id));
    let expected = functions.iter().map(|name| (name.clone(), format!("{}Function", pascal_case(name))));
    assert_eq!(deployed.collect::<BTreeSet<_>>(), expected.collect());

    let names = events::names();
    let sampled = names.iter().map(|name| events::function_of(name).to_owned());
    assert_eq!(sampled.collect::<BTreeSet<_>>(), functions);
    for (function, routes) in FUNCTIONS {
        let versions: &[&str] = if routes.is_empty() { &[""] } else { &[".v1", ".v2"] };
        for version in versions {
            assert!(
                names.contains(&format!("{function}{version}")),
                "events/{function}{version}.json is missing"
            );
        }
    }
}

#[test]
fn routes_are_those_that_links_and_bots_know() {
    let deployed = template().functions.into_iter().map(|function| {
        let routes = function.routes.into_iter().map(|route| format!("{} {}", route.method, route.path));
        (function.binary, routes.collect::<BTreeSet<_>>())
    });
    let routes = |routes: &[&str]| routes.iter().map(|route| (*route).to_owned()).collect();
    let expected = FUNCTIONS.iter().map(|(name, known)| ((*name).to_owned(), routes(known)));
    assert_eq!(deployed.collect::<BTreeMap<_, _>>(), expected.collect());

    let scheduled = template().functions.into_iter().filter(|function| function.schedule.is_some());
    assert_eq!(
        scheduled.map(|function| function.binary).collect::<Vec<_>>(),
        ["reconcile", "payments-dispatch"]
    );
}

#[test]
fn every_route_has_a_sample_and_every_sample_a_route() {
    let mut sampled = BTreeSet::new();
    for name in events::names() {
        let event: Value = serde_json::from_str(&events::text(&name)).unwrap();
        let route = match (&event["routeKey"], &event["httpMethod"], &event["resource"]) {
            (Value::String(route), ..) => route.clone(),
            (_, Value::String(method), Value::String(resource)) => format!("{method} {resource}"),
            _ => continue,
        };
        let (_, routes) =
            FUNCTIONS.iter().find(|(function, _)| *function == events::function_of(&name)).unwrap();
        // API Gateway would not even call us for a HEAD that no route is for; an ANY in somebody's own template would.
        assert!(routes.contains(&&*route.replace("HEAD", "GET")), "{name}: {route}");
        sampled.insert(route);
    }
    for (function, routes) in FUNCTIONS {
        for route in routes.iter().filter(|route| !route.starts_with("HEAD")) {
            assert!(sampled.contains(*route), "{function}: no event for {route}");
        }
    }
}

#[test]
fn dependencies_point_one_way() {
    let packages = packages();
    for (name, (_, manifest)) in &packages {
        let ours: BTreeSet<_> =
            needs(manifest).into_iter().filter(|need| packages.contains_key(need)).collect();
        if name == "tests" {
            continue; // Nobody needs it, and it may need anybody.
        }
        let (_, allowed) = ARROWS.iter().find(|(known, _)| known == name).unwrap_or_else(|| {
            panic!("{name} is new: say in ARROWS of whom it may know, and in ARCHITECTURE.md what it is")
        });
        let wrong: Vec<_> = ours.iter().filter(|need| !allowed.contains(&need.as_str())).collect();
        assert!(wrong.is_empty(), "{name} must not know of {wrong:?}");
    }
    for (name, _) in ARROWS {
        assert!(packages.contains_key(name), "{name} is gone");
    }
}

#[test]
fn who_decides_knows_no_socket_no_runtime_and_no_cloud() {
    let packages = packages();
    for name in PURE {
        for need in needs(&packages[name].1) {
            assert!(!IMPURE.iter().any(|impure| need.starts_with(impure)), "{name} must not need {need}");
        }
    }
}

#[test]
fn every_package_keeps_the_workspaces_lints_versions_and_says_what_it_is() {
    let workspace: toml::Table = toml::from_str(&read("Cargo.toml")).unwrap();
    let shared = workspace["workspace"]["dependencies"].as_table().unwrap();
    for (name, (folder, manifest)) in packages() {
        let inherits = |table: &toml::Value| table.get("workspace") == Some(&toml::Value::Boolean(true));
        assert!(manifest.get("lints").is_some_and(inherits), "{name} has lints of its own");
        for field in ["version", "edition", "rust-version", "license"] {
            assert!(manifest["package"].get(field).is_some_and(inherits), "{name} has a {field} of its own");
        }
        for need in needs(&manifest).into_iter().filter(|need| shared.contains_key(need)) {
            let dependency = &manifest["dependencies"][&need];
            assert!(inherits(dependency), "{name} has a version of {need} of its own");
        }
        let told = ["README.md", "src/lib.rs", "src/main.rs"].map(|file| root().join(&folder).join(file));
        let told = told.iter().filter_map(|path| fs::read_to_string(path).ok());
        let begins = |text: String| {
            text.starts_with("//! ") || text.starts_with(char::is_alphabetic) || text.starts_with("# ")
        };
        assert!(told.into_iter().any(begins), "{name} says nowhere what it is");
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for path in files_ending(".rs") {
        let text = read(&path);
        let begins = text.starts_with("//! ") || text.starts_with("#![doc = include_str!(");
        assert!(begins, "{path} does not begin with a sentence");
    }
}

#[test]
fn nothing_is_left_undone_switched_off_or_let_pass() {
    // In two halves, as this file is one of those it reads.
    let needles = [
        ("#[ign", "ore"),
        ("#[all", "ow("),
        ("#![all", "ow("),
        ("to", "do!("),
        ("unimple", "mented!("),
        ("db", "g!("),
        ("FIX", "ME"),
        ("<<<<", "<<<"),
    ];
    let needles = needles.map(|(one, two)| format!("{one}{two}"));
    for (place, line) in lines() {
        for needle in &needles {
            assert!(!line.contains(needle), "{place}: {line}");
        }
    }
}

#[test]
fn nothing_depends_on_one_machine() {
    let needles = [
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("/ho", "me/"),
        ("/Us", "ers/"),
        ("C:", "\\Users"),
        ("replace", "-with"),
        ("index", "-url"),
        ("--reg", "istry"),
        ("[sou", "rce."),
        ("[regis", "tries"),
    ];
    let needles = needles.map(|(one, two)| format!("{one}{two}"));
    for (place, line) in lines() {
        for needle in &needles {
            assert!(!line.contains(needle), "{place}: {line}");
        }
    }
    let lock: toml::Table = toml::from_str(&read("Cargo.lock")).unwrap();
    for package in lock["package"].as_array().unwrap() {
        let source = package.get("source").and_then(toml::Value::as_str);
        let public = "registry+https://github.com/rust-lang/crates.io-index";
        assert!(source.is_none_or(|source| source == public), "{package:?}");
    }
}

#[test]
fn snapshots_stand_in_the_tests_themselves() {
    for end in [".snap", ".snap.new", ".pending-snap"] {
        assert_eq!(files_ending(end), [""; 0], "accept or remove them");
    }
}

/// The commands that a document tells people to type: lines of its code blocks and cells of its tables.
fn commands(text: &str) -> Vec<String> {
    let (mut commands, mut block) = (Vec::new(), None);
    for line in text.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            block = block.is_none().then_some(language);
        } else if matches!(block, Some("sh" | "console" | "")) {
            commands.push(line.trim_start_matches("$ ").split(" # ").next().unwrap().to_owned());
        } else if line.starts_with('|') {
            commands.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    commands
}

#[test]
fn documents_tell_of_commands_that_exist() {
    let config: toml::Table = toml::from_str(&read(".cargo/config.toml")).unwrap();
    let aliases: Vec<_> = config["alias"].as_table().unwrap().keys().cloned().collect();
    let tasks = read("xtask/src/main.rs");
    let tasks = tasks.split_once("enum Task {").unwrap().1.split_once("\n}").unwrap().0;
    let tasks: BTreeSet<_> = tasks
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with(char::is_uppercase))
        .map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_lowercase())
        .collect();
    let options = read("crates/devserver/src/main.rs");
    let packages = packages();

    let mut seen = 0;
    for path in files_ending(".md") {
        for command in commands(&read(&path)) {
            let words: Vec<_> = command.split_whitespace().collect();
            let Some(cargo) = words.iter().position(|word| *word == "cargo") else { continue };
            let [task, arguments @ ..] = &words[cargo + 1..] else { continue };
            seen += 1;
            match *task {
                "xtask" => {
                    let known = arguments.first().is_some_and(|task| tasks.contains(*task));
                    assert!(known, "{path}: `{command}`");
                }
                "dev" => {
                    for option in arguments.iter().filter_map(|word| word.strip_prefix("--")) {
                        let field = format!("\n    {}: ", option.replace('-', "_"));
                        assert!(options.contains(&field), "{path}: `{command}`");
                    }
                }
                task => {
                    let cargos_own = [
                        "build", "clippy", "doc", "fmt", "install", "lambda", "run", "rustc", "test", "tree",
                    ];
                    let known = cargos_own.contains(&task) || aliases.iter().any(|alias| alias == task);
                    assert!(known, "{path}: `{command}`");
                }
            }
            let package = arguments.iter().position(|word| ["-p", "--package"].contains(word));
            if let Some(name) = package.and_then(|option| arguments.get(option + 1)) {
                assert!(packages.contains_key(*name), "{path}: `{command}`");
            }
        }
    }
    assert!(seen > 2, "the documents tell of {seen} commands");
    for alias in ["cafe", "dev", "xtask"] {
        assert!(aliases.iter().any(|known| known == alias), "cargo {alias} is gone");
    }
}

#[test]
fn documents_link_to_files_that_exist() {
    for path in files_ending(".md") {
        let text = read(&path);
        let folder = root().join(&path).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next()) {
            let ours = !link.is_empty() && !link.contains("://") && !link.contains("::");
            assert!(!ours || folder.join(link).exists(), "{path} links to {link}");
        }
    }
}
