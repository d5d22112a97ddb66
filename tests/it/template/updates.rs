//! What happens when a new version is deployed, and that every change makes one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{TEMPLATE, functions, get_att, listed, reference, resources, substituted, walk};

/// The alarms that mean money, or customers who are turned away.
const ROLL_BACK: [&str; 4] =
    ["PaymentInDoubtAlarm", "SettleFailedAlarm", "SkillSlowAlarm", "FunctionPanickedAlarm"];

fn globals() -> &'static Value {
    &TEMPLATE["Globals"]["Function"]
}

/// The template's parameters that a value takes by `!Ref`.
fn parameters_of(value: &Value) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    walk(value, &mut |value| names.extend(value["!Ref"].as_str()));
    names.retain(|name| TEMPLATE["Parameters"].get(name).is_some());
    names
}

#[test]
fn every_function_is_called_by_an_alias_that_is_led_to_a_new_version() {
    assert_eq!(globals()["AutoPublishAlias"], "live");
    let preference = &globals()["DeploymentPreference"];
    assert_eq!(preference["Type"], reference("TrafficShift"));
    assert_eq!(preference["Role"], get_att("DeploymentRole.Arn"));
    for (name, function) in functions() {
        assert_eq!(function.get("AutoPublishAlias"), None, "{name} has an alias of its own");
        // Who checks the others is not led to: it is invoked as it stands.
        let own = (name == "Preflight").then(|| json!({ "Enabled": false }));
        assert_eq!(function.get("DeploymentPreference"), own.as_ref(), "{name} goes its own way");
    }
    let types = &TEMPLATE["Parameters"]["TrafficShift"]["AllowedValues"];
    for wanted in ["Canary10Percent5Minutes", "AllAtOnce"] {
        assert!(types.as_array().unwrap().contains(&json!(wanted)), "{wanted} cannot be chosen");
    }
}

/// Those that are led to a new version: all but the one that checks them.
fn led() -> Vec<&'static str> {
    functions().into_iter().map(|(name, _)| name).filter(|name| *name != "Preflight").collect()
}

/// The resources that the only policy of a role lets it do something with, in the order of the template.
fn allowed(role: &str, action: &str) -> Vec<&'static Value> {
    let policy = &TEMPLATE["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"];
    let statements = policy["Statement"].as_array().unwrap().iter();
    let allowing = statements.filter(|statement| listed(&statement["Action"]).contains(&&json!(action)));
    allowing.flat_map(|statement| listed(&statement["Resource"])).collect()
}

/// As a set: `Value` has no order.
fn set<'a>(values: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    values.into_iter().map(Value::to_string).collect()
}

fn substitution(text: &str) -> Value {
    json!({ "!Sub": text })
}

#[test]
fn who_deploys_may_lead_each_alias_and_ask_the_one_that_checks() {
    let lambda = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function";
    let name = substitution("${AWS::StackName}-preflight");
    assert_eq!(TEMPLATE["Resources"]["PreflightFunction"]["Properties"]["FunctionName"], name);
    let preflight = substitution(&format!("{lambda}:${{AWS::StackName}}-preflight"));
    assert_eq!(allowed("DeploymentRole", "lambda:InvokeFunction"), [&preflight]);
    let expected: Vec<_> = led()
        .into_iter()
        .flat_map(|name| {
            [get_att(&format!("{name}Function.Arn")), substitution(&format!("${{{name}Function.Arn}}:live"))]
        })
        .collect();
    for action in ["lambda:GetAlias", "lambda:UpdateAlias"] {
        assert_eq!(set(allowed("DeploymentRole", action)), set(&expected));
    }
}

#[test]
fn every_new_version_is_started_before_a_customer_meets_it() {
    let versions: Vec<_> =
        led().into_iter().map(|name| reference(&format!("{name}Function.Version"))).collect();
    let preflight = &TEMPLATE["Resources"]["PreflightFunction"]["Properties"];
    let checked = &preflight["Environment"]["Variables"]["CHECKED_VERSIONS"]["!Join"];
    assert_eq!(checked[0], ",");
    assert_eq!(set(listed(&checked[1])), set(&versions));
    // Before traffic shifts, and the first time, when there is nothing to shift from.
    assert_eq!(globals()["DeploymentPreference"]["Hooks"]["PreTraffic"], reference("PreflightFunction"));
    let resource = &TEMPLATE["Resources"]["Preflight"];
    assert_eq!(resource["Type"], "Custom::Preflight");
    assert_eq!(resource["Properties"]["ServiceToken"], get_att("PreflightFunction.Arn"));
    // A change of these is what has CloudFormation ask again.
    assert_eq!(set(listed(&resource["Properties"]["Versions"])), set(&versions));
    let [told, waits] = [&resource["Properties"]["ServiceTimeout"], &preflight["Timeout"]];
    assert!(told.as_u64() > waits.as_u64(), "CloudFormation gives up before the function does");

    assert_eq!(set(allowed("PreflightRole", "lambda:InvokeFunction")), set(&versions));
    let groups: Vec<_> = led()
        .into_iter()
        .map(|name| {
            let application = "deploymentgroup:${ServerlessDeploymentApplication}";
            let region = "arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}";
            substitution(&format!("{region}:{application}/${{{name}FunctionDeploymentGroup}}"))
        })
        .collect();
    assert_eq!(
        set(allowed("PreflightRole", "codedeploy:PutLifecycleEventHookExecutionStatus")),
        set(&groups)
    );
}

#[test]
fn what_means_money_ends_a_shift_unless_all_is_shifted_at_once() {
    let alarms = &globals()["DeploymentPreference"]["Alarms"]["!If"];
    assert_eq!(*alarms, json!(["ShiftsStepByStep", ROLL_BACK.map(reference), [reference("AWS::NoValue")]]));
    let condition = json!({ "!Not": [{ "!Equals": [reference("TrafficShift"), "AllAtOnce"] }] });
    assert_eq!(TEMPLATE["Conditions"]["ShiftsStepByStep"], condition);
    for name in ROLL_BACK {
        let alarm = &TEMPLATE["Resources"][name]["Properties"];
        // What nobody has told of is no reason to go back: at night nobody orders.
        assert_eq!(alarm["TreatMissingData"], "notBreaching", "{name}");
        // An alarm that waits for a second minute leaves the canary less time.
        assert_eq!((&alarm["Period"], &alarm["EvaluationPeriods"]), (&json!(60), &json!(1)), "{name}");
    }
}

#[test]
fn a_shift_lasts_until_a_doubt_of_the_new_version_is_old_enough_to_end_it() {
    let shift = TEMPLATE["Parameters"]["TrafficShift"]["Default"].as_str().unwrap();
    let minutes = shift.strip_prefix("Canary10Percent").and_then(|rest| rest.strip_suffix("Minutes"));
    let seconds = minutes.unwrap().parse::<u64>().unwrap() * 60;
    let alarm = &TEMPLATE["Resources"]["PaymentInDoubtAlarm"]["Properties"];
    let [threshold, period] = ["Threshold", "Period"].map(|name| alarm[name].as_u64().unwrap());
    assert_eq!(threshold, 300);
    // It is measured once a minute, by reconcile, and judged once a period.
    assert!(seconds > threshold + 60 + period, "{shift}");
}

#[test]
fn whatever_changes_is_a_new_version_of_just_the_functions_that_it_changes() {
    for (name, function) in functions() {
        // SAM looks at what is written in the template, and so not at a parameter's value: CloudFormation
        // publishes anew where the description is another. But Lambda refuses to publish what has not changed.
        assert_eq!(function["AutoPublishAliasAllProperties"], true, "{name}");
        let described = function["VersionDescription"]["!Sub"].as_str().unwrap_or_else(|| panic!("{name}"));
        let environment = [&function["Environment"], &globals()["Environment"]].map(parameters_of);
        let handed: BTreeSet<_> = environment.into_iter().flatten().collect();
        assert_eq!(substituted(described), handed, "VersionDescription of {name}");
    }
}

#[test]
fn a_version_is_described_in_as_many_characters_as_lambda_takes_whatever_is_set() {
    for (name, function) in functions() {
        let described = function["VersionDescription"]["!Sub"].as_str().unwrap_or_else(|| panic!("{name}"));
        let names = substituted(described);
        let written =
            names.iter().fold(described.to_owned(), |text, name| text.replace(&format!("${{{name}}}"), ""));
        let most = written.chars().count() + names.iter().map(|name| longest(name)).sum::<usize>();
        assert!(most <= 256, "{name}: {most}");
    }
}

/// How many characters the longest value of a parameter has.
fn longest(name: &str) -> usize {
    let parameter = &TEMPLATE["Parameters"][name];
    let written = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).len();
    let allowed = parameter["AllowedValues"].as_array().and_then(|values| values.iter().map(written).max());
    let number = parameter["MaxValue"].as_u64().map(|most| most.to_string().len());
    let most = parameter["MaxLength"].as_u64().and_then(|most| usize::try_from(most).ok());
    let most = allowed.or(number).or(most);
    most.unwrap_or_else(|| panic!("a version's description must not grow with {name}"))
}

#[test]
fn a_version_that_was_rolled_back_is_not_in_the_way_of_the_next_try() {
    assert_eq!(globals()["VersionDeletionPolicy"], "Delete");
    for (name, function) in resources("AWS::Serverless::Function") {
        assert_eq!(function.get("DeletionPolicy"), None, "{name} would stay when the stack goes");
    }
}
