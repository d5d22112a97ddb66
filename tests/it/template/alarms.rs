//! What an owner sees and is woken by: alarms, their pages in the runbook, and the dashboard.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use functions::metrics::{Measured, Metrics};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{TEMPLATE, functions, kebab_case, reference, resources, substituted};

/// What AWS tells of us, and by what.
const AWS_METRICS: [(&str, &str, &[&str]); 7] = [
    ("AWS/ApiGateway", "4xx", &["ApiId"]),
    ("AWS/ApiGateway", "5xx", &["ApiId"]),
    ("AWS/Lambda", "Errors", &["FunctionName"]),
    ("AWS/Lambda", "Errors", &["FunctionName", "Resource"]),
    ("AWS/Lambda", "Throttles", &["FunctionName"]),
    ("AWS/Lambda", "Throttles", &["FunctionName", "Resource"]),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", &["QueueName"]),
];

/// A metric, as far as somebody must tell it: its namespace, its name, and the names of its dimensions.
type Metric = (String, String, Vec<String>);

/// What the functions tell of themselves, as `CloudWatch` reads it out of their logs.
static TOLD: LazyLock<BTreeSet<Metric>> = LazyLock::new(|| {
    let metrics = Metrics::of("cafe");
    for measured in [
        Measured::order("paid"),
        Measured::won_collected(1),
        Measured::won_refunded(1),
        Measured::points("earn", 1),
        Measured::settle_failure(),
        Measured::gateway_latency("open", Duration::ZERO),
        Measured::gateway_error("unknown"),
        Measured::skill_latency("sign-up", Duration::ZERO),
        Measured::cold_start("sign-up"),
        Measured::panic("sign-up"),
        Measured::orders_in_doubt(1),
        Measured::oldest_doubt_seconds(1),
        Measured::orders_in_review(1),
        Measured::histories_in_doubt(1),
        Measured::late_notice(),
    ] {
        metrics.measure(measured);
    }
    let mut told = BTreeSet::new();
    for line in metrics.take(Timestamp::UNIX_EPOCH) {
        let line: Value = serde_json::from_str(&line).unwrap();
        for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            for metric in directive["Metrics"].as_array().unwrap() {
                for dimensions in directive["Dimensions"].as_array().unwrap() {
                    let dimensions = dimensions.as_array().unwrap().iter().map(text).collect();
                    told.insert((text(&directive["Namespace"]), text(&metric["Name"]), dimensions));
                }
            }
        }
    }
    told
});

/// Whether anybody tells this metric.
fn is_told(metric: &Metric) -> bool {
    let (namespace, name, dimensions) = metric;
    let by_aws = |(space, known, by): &(&str, &str, &[&str])| {
        (space, known) == (&&**namespace, &&**name) && dimensions == by
    };
    TOLD.contains(metric) || AWS_METRICS.iter().any(by_aws)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// The alarms, each by its name without `Alarm`, and with its properties.
fn alarms() -> Vec<(&'static str, &'static Value)> {
    let alarms = resources("AWS::CloudWatch::Alarm").into_iter();
    alarms.map(|(name, alarm)| (name.strip_suffix("Alarm").unwrap(), &alarm["Properties"])).collect()
}

/// What an alarm watches, and for whom: each metric with the values of its dimensions.
fn watched(alarm: &Value) -> Vec<(Metric, Vec<Value>)> {
    let metric = |metric: &Value| {
        let dimensions = metric["Dimensions"].as_array().unwrap();
        let names = dimensions.iter().map(|dimension| text(&dimension["Name"])).collect();
        let values = dimensions.iter().map(|dimension| dimension["Value"].clone()).collect();
        ((text(&metric["Namespace"]), text(&metric["MetricName"]), names), values)
    };
    let Some(metrics) = alarm["Metrics"].as_array() else { return vec![metric(alarm)] };
    metrics.iter().filter_map(|query| query.get("MetricStat")).map(|stat| metric(&stat["Metric"])).collect()
}

fn runbook() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/runbook")
}

/// The dashboard, as it reads before anything is filled in.
fn widgets() -> Vec<Value> {
    let body = &TEMPLATE["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["!Sub"];
    let dashboard: Value = serde_json::from_str(body.as_str().unwrap()).unwrap();
    dashboard["widgets"].as_array().unwrap().clone()
}

/// The metrics that a widget draws.
fn drawn(widget: &Value) -> Vec<Metric> {
    let rows = widget["properties"]["metrics"].as_array().into_iter().flatten();
    rows.map(|row| {
        let words: Vec<_> =
            row.as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let Some(([namespace, name], dimensions)) = words.split_first_chunk() else {
            return searched(row[0]["expression"].as_str().unwrap());
        };
        let (names, values) = dimensions.as_chunks::<2>().0.iter().map(|[name, value]| (name, value)).unzip();
        let (names, values): (Vec<_>, Vec<&String>) = (names, values);
        assert!(values[0].starts_with("${"), "{row:?} is of one stack");
        (namespace.clone(), name.clone(), names.into_iter().cloned().collect())
    })
    .collect()
}

/// The metric of `SEARCH('{Cafe,stack,code} MetricName="GatewayErrors" stack="…"', 'Sum', 300)`.
fn searched(expression: &str) -> Metric {
    let (schema, rest) = expression.strip_prefix("SEARCH('{").unwrap().split_once('}').unwrap();
    let name = rest.split('"').nth(1).unwrap();
    assert!(
        rest.starts_with(" MetricName=") && rest.contains(r#" stack="${AWS::StackName}""#),
        "{expression}"
    );
    let mut words = schema.split(',').map(str::to_owned);
    (words.next().unwrap(), name.to_owned(), words.collect())
}

#[test]
fn every_alarm_watches_what_somebody_tells() {
    for (name, alarm) in alarms() {
        for (metric, values) in watched(alarm) {
            assert!(is_told(&metric), "{name} watches {metric:?}, which nobody tells");
            if metric.0 == "Cafe" {
                assert_eq!(values, [reference("AWS::StackName")], "{name} watches another stack");
            }
        }
    }
}

#[test]
fn every_function_that_fails_or_is_throttled_sets_an_alarm_off() {
    let watched_for = |kind: &str| -> BTreeSet<String> {
        let all = alarms().into_iter().flat_map(|(_, alarm)| watched(alarm));
        let metrics = all.filter(|((namespace, name, _), _)| namespace == "AWS/Lambda" && name == kind);
        let name = |(_, values): (_, Vec<Value>)| {
            let name = text(&values[0]["!Ref"]);
            // Preflight invokes versions, with an event that some cannot read; everybody else is led to the alias.
            let led = json!({ "!Sub": format!("${{{name}}}:live") });
            let alias = if name == "PreflightFunction" { &[][..] } else { &[led][..] };
            assert_eq!(values[1..], *alias, "{name} is watched where nobody but preflight meets it");
            name
        };
        metrics.map(name).collect()
    };
    let names: BTreeSet<_> = functions().into_iter().map(|(name, _)| format!("{name}Function")).collect();
    assert_eq!(watched_for("Errors"), names);
    // Turning away a second run is what the reserve is there for.
    let reserved = |name: &String| {
        TEMPLATE["Resources"][name]["Properties"].get("ReservedConcurrentExecutions").is_some()
    };
    assert_eq!(watched_for("Throttles"), names.into_iter().filter(|name| !reserved(name)).collect());
}

#[test]
fn every_alarm_reaches_the_owner_when_it_goes_off_and_when_it_is_over() {
    for (name, alarm) in alarms() {
        for actions in ["AlarmActions", "OKActions"] {
            assert_eq!(alarm[actions], json!([reference("AlarmTopic")]), "{name}");
        }
        assert!(alarm["TreatMissingData"].is_string(), "{name} does not say what silence means");
        // CloudWatch takes no more in one alarm.
        assert!(watched(alarm).len() <= 10, "{name} adds up too much");
    }
    let mail = &TEMPLATE["Resources"]["AlarmMail"];
    assert_eq!(mail["Condition"], "HasAlarmEmail");
    assert_eq!(mail["Properties"]["Endpoint"], reference("AlarmEmail"));
}

#[test]
fn every_alarm_has_a_page_and_every_page_an_alarm() {
    let index = fs::read_to_string(runbook().join("README.md")).unwrap();
    let mut names = BTreeSet::from(["README.md".to_owned()]);
    for (name, alarm) in alarms() {
        let name = kebab_case(name);
        assert_eq!(alarm["AlarmName"], json!({ "!Sub": format!("${{AWS::StackName}}-{name}") }));
        let page = fs::read_to_string(runbook().join(format!("{name}.md")));
        let page = page.unwrap_or_else(|error| panic!("docs/runbook/{name}.md: {error}"));
        // The mail says in a sentence what the page begins with, and names the page.
        let told = text(&alarm["AlarmDescription"]);
        let sentence =
            told.strip_suffix(&format!(" docs/runbook/{name}.md")).unwrap_or_else(|| panic!("{told}"));
        let begins = format!("# {name}\n\n> {sentence}\n\n## What it means\n\n");
        assert!(page.starts_with(&begins), "{name}.md does not begin with its alarm's own words");
        for part in ["\n## What to look at\n", "\n## What to do\n"] {
            assert!(page.contains(part), "{name}.md does not say{part}");
        }
        assert!(index.contains(&format!("[{name}]({name}.md)")), "{name} is missing in the list of pages");
        names.insert(format!("{name}.md"));
    }
    let pages = fs::read_dir(runbook()).unwrap().map(|page| page.unwrap().file_name().into_string().unwrap());
    assert_eq!(pages.collect::<BTreeSet<_>>(), names);
}

#[test]
fn the_dashboard_draws_all_that_is_told_and_nothing_else() {
    let metrics: Vec<_> = widgets().iter().flat_map(drawn).collect();
    for metric in &metrics {
        assert!(is_told(metric), "the dashboard draws {metric:?}, which nobody tells");
    }
    for (_, name, _) in &*TOLD {
        assert!(metrics.iter().any(|(_, drawn, _)| drawn == name), "{name} is not on the dashboard");
    }
    let body = TEMPLATE["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["!Sub"].as_str().unwrap();
    for (name, _) in alarms() {
        assert!(substituted(body).contains(&*format!("{name}Alarm.Arn")), "{name} is not on the dashboard");
    }
    for (name, _) in functions() {
        assert!(substituted(body).contains(&*format!("{name}Function")), "{name} is not on the dashboard");
    }
}

#[test]
fn the_dashboard_is_one_screen_that_its_owner_can_read() {
    let mut taken = BTreeSet::new();
    for widget in widgets() {
        let title = text(&widget["properties"]["title"]);
        assert!(title.chars().any(|c| ('가'..='힣').contains(&c)), "{title} is no Korean");
        let [x, y, width, height] = ["x", "y", "width", "height"].map(|side| widget[side].as_u64().unwrap());
        for cell in (x..x + width).flat_map(|x| (y..y + height).map(move |y| (x, y))) {
            assert!(cell.0 < 24 && cell.1 < 18, "{title} is off the screen");
            assert!(taken.insert(cell), "{title} covers another");
        }
    }
}
