//! What is open to the world, what is written down of it, and what an owner is asked and told.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{TEMPLATE, functions, get_att, reference, resources};

/// What may stand in a line of the access log: no address, no path, no query, no header.
const LOGGED: [&str; 5] = [
    "$context.requestId",
    "$context.requestTime",
    "$context.responseLatency",
    "$context.routeKey",
    "$context.status",
];

/// What the owner pastes: into `OpenBuilder`, and into `KakaoPay`.
const PASTED: [&str; 5] = [
    "GeneralPaymentPreprocessSkill",
    "PointLookupSkill",
    "PointPaymentPreprocessSkill",
    "SignUpSkill",
    "SiteDomain",
];

/// What the owner's command line invokes, and whoever runs the payments service.
const INVOKED: [&str; 3] = ["PaymentsDispatchFunctionName", "ReconcileFunctionName", "RefundFunctionName"];

/// What whoever runs the payments service is given, by the path of each at the API.
const SERVICE: [(&str, &str); 4] = [
    ("IamportWebhookUrl", "/payments/webhooks/iamport"),
    ("PaymentsServiceUrl", ""),
    ("PortOneWebhookUrl", "/payments/webhooks/portone"),
    ("TossWebhookUrl", "/payments/webhooks/toss"),
];

#[test]
fn a_flood_comes_to_an_end_and_the_access_log_names_nobody() {
    let [(_, api)] = resources("AWS::Serverless::HttpApi")[..] else { panic!("one API was expected") };
    let api = &api["Properties"];
    for limit in ["ThrottlingRateLimit", "ThrottlingBurstLimit"] {
        assert!(api["DefaultRouteSettings"][limit].as_u64().unwrap() > 0, "{limit}");
    }
    let log = &api["AccessLogSettings"];
    assert_eq!(log["DestinationArn"], get_att("ApiLogs.Arn"));
    let line: Value = serde_json::from_str(log["Format"].as_str().unwrap()).unwrap();
    let logged = line.as_object().unwrap().values().map(|value| value.as_str().unwrap());
    assert_eq!(logged.collect::<BTreeSet<_>>(), LOGGED.into());
}

#[test]
fn outputs_are_what_an_owner_pastes_and_what_the_command_line_invokes() {
    let outputs = TEMPLATE["Outputs"].as_object().unwrap();
    let names: BTreeSet<_> = outputs.keys().map(String::as_str).collect();
    assert_eq!(names, PASTED.into_iter().chain(INVOKED).chain(SERVICE.map(|(name, _)| name)).collect());
    for (name, output) in outputs {
        assert!(output["Description"].is_string(), "{name}");
        if let Some(function) = name.strip_suffix("Name") {
            // By the alias: whoever invokes the function itself gets a version that nobody has tried.
            assert_eq!(output["Value"], reference(&format!("{function}.Alias")));
        } else if let Some(skill) = name.strip_suffix("Skill") {
            let route = &TEMPLATE["Resources"][format!("{skill}Function")]["Properties"]["Events"]["Skill"];
            let path = route["Properties"]["Path"].as_str().unwrap();
            assert_eq!(output["Value"], json!({ "!Sub": format!("${{Api.ApiEndpoint}}{path}") }));
        }
    }
    let skills = functions().into_iter().filter(|(_, function)| function["Events"].get("Skill").is_some());
    assert_eq!(skills.count(), PASTED.len() - 1, "a skill has no output, or an output no skill");
}

#[test]
fn every_parameter_says_in_words_what_it_is_and_none_is_a_secret() {
    for (name, parameter) in TEMPLATE["Parameters"].as_object().unwrap() {
        let words = parameter["Description"].as_str().unwrap_or_default();
        assert!(words.ends_with('.') && words.len() > 20, "{name}: {words}");
        assert!(parameter.get("Default").is_some(), "{name} has no default: everybody would be asked");
        // CloudFormation would keep a secret that it is given. It is given the name of one.
        let secret = name.ends_with("Key") || name.ends_with("Secret") || name.ends_with("Password");
        assert!(!secret && parameter.get("NoEcho").is_none(), "{name} looks like a secret");
    }
}
