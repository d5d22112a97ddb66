//! Lines as CloudWatch reads them, and nothing that it would drop.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should fail")]

use embedded_metrics::{BadMeasurement, Line, Measurement, NotAdded, Unit, limits, lines};
use serde_json::{Value, json};

const AT_MS: i64 = 1_795_257_845_123;
const STACK: (&str, &str) = ("stack", "cafe");

fn orders<'a>(dimensions: &'a [&'a [(&'a str, &'a str)]]) -> Measurement<'a> {
    Measurement { name: "Orders", unit: Unit::Count, value: 1, dimensions }
}

fn read(lines: &[String]) -> Vec<Value> {
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_line_is_what_the_specification_shows() {
    let measured = [orders(&[&[STACK], &[STACK, ("state", "paid")]])];
    insta::assert_snapshot!(lines("Cafe", AT_MS, &measured).unwrap().join("\n"), @r#"{"Orders":1,"_aws":{"CloudWatchMetrics":[{"Dimensions":[["stack"],["stack","state"]],"Metrics":[{"Name":"Orders","Unit":"Count"}],"Namespace":"Cafe"}],"Timestamp":1795257845123},"stack":"cafe","state":"paid"}"#);
}

#[test]
fn measurements_share_a_line_unless_a_name_would_mean_two_things_in_it() {
    let state = |state| [STACK, ("state", state)];
    let (paid, opened) = (state("paid"), state("opened"));
    let by_call = [STACK, ("call", "approve")];
    let by_call: [&[_]; 2] = [&[STACK], &by_call];
    let latency =
        |value| Measurement { name: "GatewayLatency", unit: Unit::Milliseconds, value, dimensions: &by_call };
    let (paid, opened): ([&[_]; 2], [&[_]; 2]) = ([&[STACK], &paid], [&[STACK], &opened]);
    let measured = [orders(&opened), latency(40), orders(&paid), latency(2), orders(&paid)];
    let [first, second] = &read(&lines("Cafe", AT_MS, &measured).unwrap())[..] else { panic!("two lines") };
    assert_eq!(
        (&first["state"], &first["Orders"], &first["call"]),
        (&json!("opened"), &json!(1), &json!("approve"))
    );
    assert_eq!(
        (&first["GatewayLatency"], first["_aws"]["CloudWatchMetrics"].as_array().unwrap().len()),
        (&json!([40, 2]), 2)
    );
    assert_eq!(
        (&second["state"], &second["Orders"], &second["call"]),
        (&json!("paid"), &json!([1, 1]), &Value::Null)
    );

    // A name that is a dimension in one and a metric in the other.
    let called = Measurement { name: "call", ..orders(&[&[STACK]]) };
    assert_eq!(lines("Cafe", AT_MS, &[latency(1), called]).unwrap().len(), 2);
    assert_eq!(lines("Cafe", AT_MS, &[called, latency(1)]).unwrap().len(), 2);
    // The same metric, kept apart in another way, or in another unit.
    let otherwise = Measurement { unit: Unit::None, ..orders(&paid) };
    assert_eq!(lines("Cafe", AT_MS, &[orders(&paid), orders(&[&[STACK]]), otherwise]).unwrap().len(), 3);
    assert_eq!(lines("Cafe", AT_MS, &[]).unwrap(), [""; 0]);
}

#[test]
fn a_line_holds_a_hundred_metrics_a_directive_and_a_hundred_values_a_metric() {
    let names: Vec<_> = (0..=limits::METRICS).map(|number| format!("M{number}")).collect();
    let metric = |name: &'static str| Measurement { name, ..orders(&[&[STACK]]) };
    let many: Vec<_> = names.iter().map(|name| Measurement { name, ..metric("") }).collect();
    let lengths = |measured: &[Measurement<'_>]| -> Vec<_> {
        let count = |line: &Value| {
            let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap().len();
            (metrics, line["Orders"].as_array().map(Vec::len))
        };
        read(&lines("Cafe", AT_MS, measured).unwrap()).iter().map(count).collect()
    };
    assert_eq!(lengths(&many), [(100, None), (1, None)]);
    assert_eq!(lengths(&vec![metric("Orders"); 202]), [(1, Some(100)), (1, Some(100)), (1, Some(2))]);
}

#[test]
fn what_the_format_forbids_is_named_and_leaves_the_line_as_it_was() {
    let many: Vec<_> = (0..31).map(|number| (format!("d{number}"), "x")).collect();
    let many: Vec<_> = many.iter().map(|(name, value)| (&**name, *value)).collect();
    let long = "x".repeat(1_025);
    let mut line = Line::new("Cafe", AT_MS).unwrap();
    line.add(&orders(&[&many[1..], &[]])).unwrap();
    let before = line.clone();
    let dimension =
        |name: &str| BadMeasurement::Dimension { metric: "Orders".to_owned(), dimension: name.to_owned() };
    for (bad, expected) in [
        (Measurement { name: "", ..orders(&[&[]]) }, BadMeasurement::Name(String::new())),
        (Measurement { name: "_aws", ..orders(&[&[]]) }, BadMeasurement::Name("_aws".to_owned())),
        (Measurement { name: &long, ..orders(&[&[]]) }, BadMeasurement::Name(long.clone())),
        (orders(&[]), BadMeasurement::NoSet("Orders".to_owned())),
        (orders(&[&many]), BadMeasurement::Dimensions("Orders".to_owned())),
        (orders(&[&[(":state", "x")]]), dimension(":state")),
        (orders(&[&[("상태", "x")]]), dimension("상태")),
        (orders(&[&[(&long[..251], "x")]]), dimension(&long[..251])),
        (orders(&[&[("state", " ")]]), dimension("state")),
        (orders(&[&[("state", "결제")]]), dimension("state")),
        (orders(&[&[("state", "a\nb")]]), dimension("state")),
        (orders(&[&[("state", &long)]]), dimension("state")),
        (orders(&[&[("state", "x"), ("state", "x")]]), dimension("state")),
        (orders(&[&[("state", "x")], &[("state", "y")]]), dimension("state")),
        (orders(&[&[("Orders", "x")]]), dimension("Orders")),
        (orders(&[&[("_aws", "x")]]), dimension("_aws")),
    ] {
        assert_eq!(line.add(&bad), Err(NotAdded::Bad(expected.clone())), "{bad:?}");
        assert_eq!(lines("Cafe", AT_MS, &[orders(&[&[]]), bad]), Err(expected));
    }
    assert_eq!(line, before);
    for namespace in ["", &long] {
        assert_eq!(Line::new(namespace, AT_MS), Err(BadMeasurement::Namespace));
    }
}
