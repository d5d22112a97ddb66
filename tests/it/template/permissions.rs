//! Who may do what: a role a function, and nothing allowed that is not named.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{TEMPLATE, functions, get_att, kebab_case, listed, reference, resources, walk};

/// What can only be allowed for everything, and why.
const EVERYTHING: [(&str, &str); 4] = [
    ("cloudwatch:DescribeAlarms", "CloudWatch lists alarms to whoever may list all of them"),
    ("dynamodb:ListStreams", "a table's streams are listed all or none"),
    ("xray:PutTelemetryRecords", "X-Ray has nothing that a policy could name here"),
    ("xray:PutTraceSegments", "X-Ray has nothing that a policy could name here"),
];

/// What every role has besides its own policy: permission to send traces, while there are any.
fn traced() -> Value {
    json!({ "!If": ["Traced", [reference("TracesPolicy")], reference("AWS::NoValue")] })
}

/// Every statement of every policy in the template, with the resource that it stands in.
fn statements() -> Vec<(&'static str, &'static Value)> {
    let mut statements = Vec::new();
    for (name, resource) in TEMPLATE["Resources"].as_object().unwrap() {
        walk(resource, &mut |value| {
            let list = value["Statement"].as_array().into_iter().flatten();
            // One that only stands there under a condition is the second of three.
            let list = list.map(|statement| statement.get("!If").map_or(statement, |branch| &branch[1]));
            statements.extend(list.map(|statement| (&**name, statement)));
        });
    }
    statements
}

#[test]
fn each_function_has_a_role_of_its_own_and_nothing_else_in_it() {
    for (name, function) in functions() {
        assert_eq!(function["Role"], get_att(&format!("{name}Role.Arn")), "{name} needs a role of its own");
        // What SAM would add to a role that it makes may write to every log of the account.
        assert_eq!(function.get("Policies"), None, "{name}: its policy belongs in {name}Role");
        let role = &TEMPLATE["Resources"][format!("{name}Role")]["Properties"];
        let assume = &role["AssumeRolePolicyDocument"]["Statement"];
        let lambda = json!({ "Service": "lambda.amazonaws.com" });
        assert_eq!(assume[0]["Principal"], lambda, "{name}");
        assert_eq!(assume.as_array().unwrap().len(), 1, "{name}");
        assert_eq!(role["ManagedPolicyArns"], traced(), "{name}");
        let policies = role["Policies"].as_array().unwrap();
        assert_eq!(policies.len(), 1, "{name}");
        assert_eq!(policies[0]["PolicyName"], kebab_case(name));
    }
    let roles = resources("AWS::IAM::Role").into_iter().map(|(name, _)| name.strip_suffix("Role").unwrap());
    let others: Vec<_> = roles.filter(|role| !functions().iter().any(|(name, _)| name == role)).collect();
    assert_eq!(others, ["Deployment"], "a role that no function has");
}

#[test]
fn a_function_writes_to_its_own_log_and_to_no_other() {
    let mut writers = BTreeMap::new();
    for (name, statement) in statements() {
        let actions = listed(&statement["Action"]);
        if actions.iter().any(|action| action.as_str().unwrap().starts_with("logs:")) {
            assert_eq!(actions, [&json!("logs:CreateLogStream"), &json!("logs:PutLogEvents")], "{name}");
            writers.insert(name.to_owned(), statement["Resource"].clone());
        }
    }
    let expected =
        functions().into_iter().map(|(name, _)| (format!("{name}Role"), get_att(&format!("{name}Logs.Arn"))));
    assert_eq!(writers, expected.collect());
}

#[test]
fn nothing_is_allowed_for_everything() {
    let statements = statements();
    assert!(statements.len() > 4 * functions().len(), "only {} statements were found", statements.len());
    let mut used = Vec::new();
    for (name, statement) in statements {
        assert_eq!(statement["Effect"], "Allow", "{name}");
        assert_eq!(statement.get("NotAction").or(statement.get("NotResource")), None, "{name}");
        let actions: Vec<_> =
            listed(&statement["Action"]).into_iter().map(|action| action.as_str().unwrap()).collect();
        for action in &actions {
            assert!(!action.contains('*'), "{name} allows {action}");
        }
        let mut everything = false;
        walk(&statement["Resource"], &mut |value| {
            everything |= value.as_str().is_some_and(|text| text.contains('*'));
        });
        if everything {
            for action in actions {
                let known = EVERYTHING.iter().any(|(known, _)| *known == action);
                assert!(
                    known,
                    "{name} allows {action} for everything: name what for, or say in EVERYTHING why not"
                );
                used.push(action);
            }
        }
        let mut anybody = false;
        walk(&statement["Principal"], &mut |value| anybody |= *value == "*");
        assert!(!anybody, "{name} lets anybody in");
    }
    used.sort_unstable();
    assert_eq!(used, EVERYTHING.map(|(action, _)| action), "EVERYTHING names what nobody needs");
}
