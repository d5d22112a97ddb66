//! What must not get lost: tables, logs, and events that came to nothing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{TEMPLATE, functions, get_att, kebab_case, listed, reference, resources};

const FOURTEEN_DAYS: u64 = 14 * 24 * 60 * 60;

#[test]
fn tables_are_sealed_and_outlive_whatever_happens_to_the_stack() {
    let tables = resources("AWS::DynamoDB::Table");
    assert!(tables.len() >= 3);
    for (name, table) in tables {
        assert_eq!(table["DeletionPolicy"], "Retain", "{name}");
        assert_eq!(table["UpdateReplacePolicy"], "Retain", "{name}");
        let properties = &table["Properties"];
        assert_eq!(properties["DeletionProtectionEnabled"], true, "{name}");
        assert_eq!(properties["SSESpecification"]["SSEEnabled"], true, "{name}");
        let recovery = &properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"];
        assert_eq!(*recovery, true, "{name}");
        assert_eq!(properties["BillingMode"], "PAY_PER_REQUEST", "{name}");
    }
}

#[test]
fn every_function_has_a_log_of_its_own_name_and_every_log_comes_to_an_end() {
    for (name, function) in functions() {
        assert_eq!(function["LoggingConfig"]["LogGroup"], reference(&format!("{name}Logs")), "{name}");
        let log = &TEMPLATE["Resources"][format!("{name}Logs")]["Properties"];
        // The runbook's commands name it.
        let named = json!({ "!Sub": format!("/${{AWS::StackName}}/{}", kebab_case(name)) });
        assert_eq!(log["LogGroupName"], named);
    }
    for (name, log) in resources("AWS::Logs::LogGroup") {
        assert_eq!(log["Properties"]["RetentionInDays"], reference("LogDays"), "{name}");
    }
}

#[test]
fn what_nobody_waits_for_says_how_often_it_is_tried_and_leaves_a_dead_letter() {
    let mut scheduled = Vec::new();
    for (name, function) in functions() {
        for (event, source) in function["Events"].as_object().into_iter().flatten() {
            let properties = &source["Properties"];
            match source["Type"].as_str().unwrap() {
                "HttpApi" => {} // Somebody waits, and is told.
                "Schedule" => {
                    let retries = &properties["RetryPolicy"];
                    is_said(name, retries, &["MaximumRetryAttempts", "MaximumEventAgeInSeconds"]);
                    is_queue(name, &properties["DeadLetterConfig"]["Arn"]);
                    let invoked = &function["EventInvokeConfig"];
                    is_said(name, invoked, &["MaximumRetryAttempts", "MaximumEventAgeInSeconds"]);
                    is_queue(name, &invoked["DestinationConfig"]["OnFailure"]["Destination"]);
                    scheduled.push(get_att(&format!("{name}Function{event}.Arn")));
                }
                _ => {
                    is_said(name, properties, &["MaximumRetryAttempts"]);
                    is_queue(name, &properties["DestinationConfig"]["OnFailure"]["Destination"]);
                }
            }
        }
    }
    let policy = &TEMPLATE["Resources"]["DeadLettersPolicy"]["Properties"]["PolicyDocument"];
    let allowed = policy["Statement"].as_array().unwrap().iter();
    let allowed = allowed
        .flat_map(|statement| listed(&statement["Condition"]["ArnEquals"]["aws:SourceArn"]))
        .map(Value::to_string);
    let scheduled: BTreeSet<_> = scheduled.iter().map(Value::to_string).collect();
    assert_eq!(allowed.collect::<BTreeSet<_>>(), scheduled, "who may leave a letter is who is scheduled");
}

fn is_said(function: &str, properties: &Value, names: &[&str]) {
    for name in names {
        assert!(properties[name].is_u64(), "{function} does not say its {name}");
    }
}

/// That a destination is one of our queues, and the function may write to it.
fn is_queue(function: &str, destination: &Value) {
    let queue = destination["!GetAtt"].as_str().and_then(|attribute| attribute.strip_suffix(".Arn"));
    let queue = queue.unwrap_or_else(|| panic!("{function} leaves no dead letter"));
    assert_eq!(TEMPLATE["Resources"][queue]["Type"], "AWS::SQS::Queue", "{function}");
    let role = &TEMPLATE["Resources"][format!("{function}Role")]["Properties"];
    let allowed = role["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
    let send = json!({ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": destination });
    assert!(allowed.contains(&send), "{function} may not write to {queue}");
}

#[test]
fn dead_letters_are_sealed_and_kept_as_long_as_can_be() {
    for (name, queue) in resources("AWS::SQS::Queue") {
        assert_eq!(queue["Properties"]["SqsManagedSseEnabled"], true, "{name}");
        assert_eq!(queue["Properties"]["MessageRetentionPeriod"], FOURTEEN_DAYS, "{name}");
    }
}

#[test]
fn runs_of_reconcile_wait_for_each_other_where_the_account_can_reserve_any() {
    let reconcile = &TEMPLATE["Resources"]["ReconcileFunction"]["Properties"];
    let one = json!({ "!If": ["ReservesConcurrency", 1, reference("AWS::NoValue")] });
    assert_eq!(reconcile["ReservedConcurrentExecutions"], one);
    assert_eq!(TEMPLATE["Parameters"]["ReserveConcurrency"]["Default"], "yes");
}
