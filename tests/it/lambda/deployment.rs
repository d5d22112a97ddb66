//! What `template.yaml` deploys once its parameters have values, as CloudFormation works it out: what each function
//! finds in its environment, and what its policies let it ask of AWS.
//!
//! It knows the intrinsic functions that the template uses, in their short form, and says so where there is another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use devserver::dynamodb::REGION;
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::{Map, Value};

use crate::template::plain;

pub(crate) const TEMPLATE: &str = include_str!("../../../template.yaml");

/// What Lambda asks of a stream that a function is fed from.
const STREAM: [&str; 4] =
    ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"];

/// The account that everything is deployed to.
const ACCOUNT: &str = "123456789012";

/// What the stack is called.
pub(crate) const STACK: &str = "cafe";

/// Something that may be asked of AWS, as IAM writes it down: an action, and what it is done to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Permission {
    pub(crate) action: String,
    pub(crate) resource: String,
}

impl Permission {
    /// For something of ours in the service that the action belongs to, by its name within that.
    pub(crate) fn of(action: &str, resource: &str) -> Permission {
        let service = action.split(':').next().unwrap();
        Permission { action: action.to_owned(), resource: arn(service, resource) }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.action, self.resource)
    }
}

/// The full name of something of ours.
fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

/// The template with values for its parameters, and names for its resources.
pub(crate) struct Deployment {
    template: Value,
    parameters: BTreeMap<String, Value>,
    names: BTreeMap<String, String>,
}

impl Deployment {
    /// Deploys a template. What is not among `parameters` has its default, and what is not among `names` is called as
    /// in the template, with the stack's name before it.
    pub(crate) fn of(template: &str, parameters: &[(&str, &str)], names: &[(&str, &str)]) -> Deployment {
        let documents = Yaml::load_from_str(template).unwrap();
        let template = plain(&documents[0]);
        let declared = template["Parameters"].as_object().unwrap();
        let default =
            |(name, parameter): (&String, &Value)| Some((name.clone(), parameter.get("Default")?.clone()));
        let mut values: BTreeMap<_, _> = declared.iter().filter_map(default).collect();
        for (name, value) in parameters {
            assert!(declared.contains_key(*name), "template.yaml has no parameter {name}");
            values.insert((*name).to_owned(), Value::from(*value));
        }
        let names = names.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect();
        Deployment { template, parameters: values, names }
    }

    /// The functions, by their binaries: their names in the template.
    pub(crate) fn functions(&self) -> BTreeMap<String, String> {
        let resources = self.template["Resources"].as_object().unwrap().iter();
        let functions = resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function");
        let binary =
            |resource: &Value| resource["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap().to_owned();
        functions.map(|(id, resource)| (binary(resource), id.clone())).collect()
    }

    /// The functions' binaries, by what the functions are called at AWS.
    pub(crate) fn binaries(&self) -> BTreeMap<String, String> {
        self.functions().into_iter().map(|(binary, id)| (self.name(&id), binary)).collect()
    }

    /// What a function finds in its environment.
    pub(crate) fn environment(&self, binary: &str) -> BTreeMap<String, String> {
        let places = [&self.template["Globals"]["Function"], &self.function(binary)["Properties"]];
        let variables = places.into_iter().filter_map(|place| place["Environment"]["Variables"].as_object());
        let value = |(name, value): (&String, &Value)| Some((name.clone(), text(&self.resolved(value)?)));
        variables.flatten().filter_map(value).collect()
    }

    /// What a function's role lets it ask of AWS. What Lambda does by that role beside the function is left out: its
    /// log, its events that came to nothing, and the stream that it is fed from.
    pub(crate) fn allowed(&self, binary: &str) -> BTreeSet<Permission> {
        let properties = &self.function(binary)["Properties"];
        assert!(properties.get("Policies").is_none(), "{binary}: its policies belong in its role");
        let role = properties["Role"]["!GetAtt"].as_str().and_then(|role| role.strip_suffix(".Arn"));
        let role = role.unwrap_or_else(|| panic!("{binary} has no role that stands in the template"));
        let policies = self.resolved(&self.template["Resources"][role]["Properties"]["Policies"]);
        let failed = &properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"];
        let failed = self.resolved(failed);
        let mut events = properties["Events"].as_object().into_iter().flatten();
        let is_fed = events.any(|(_, event)| event["Type"] == "DynamoDB");
        let mut allowed = BTreeSet::new();
        for policy in list(&policies.unwrap_or_default()) {
            for statement in list(&policy["PolicyDocument"]["Statement"]) {
                assert_eq!(statement["Effect"], "Allow", "{binary}: only what is allowed is read here");
                for (action, resource) in pairs(&list(&statement["Action"]), &list(&statement["Resource"])) {
                    let own_log = ["logs:CreateLogStream", "logs:PutLogEvents"].contains(&&*action);
                    let of_failures = action == "sqs:SendMessage" && failed == Some(Value::from(&*resource));
                    let of_stream = is_fed && STREAM.contains(&&*action);
                    if !own_log && !of_failures && !of_stream {
                        allowed.insert(Permission { action, resource });
                    }
                }
            }
        }
        allowed
    }

    fn function(&self, binary: &str) -> &Value {
        let id = &self.functions()[binary];
        &self.template["Resources"][id]
    }

    /// The value of a part of the template; none for `AWS::NoValue`.
    fn resolved(&self, part: &Value) -> Option<Value> {
        match part {
            Value::Array(items) => Some(items.iter().filter_map(|item| self.resolved(item)).collect()),
            Value::Object(fields) => {
                if let Some((function, argument)) = intrinsic(fields) {
                    return self.called(function, argument);
                }
                let fields = fields.iter();
                let resolved = fields.filter_map(|(name, part)| Some((name.clone(), self.resolved(part)?)));
                Some(Value::Object(resolved.collect()))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(part.clone()),
        }
    }

    fn called(&self, function: &str, argument: &Value) -> Option<Value> {
        let part = |index: usize| &argument[index];
        match function {
            "Ref" if argument == "AWS::NoValue" => None,
            "Ref" => Some(self.referred(&text(argument))),
            "GetAtt" => {
                let (id, attribute) =
                    text(argument).split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
                Some(Value::from(self.attribute(&id, &attribute)))
            }
            "Sub" => Some(Value::from(self.substituted(&text(argument)))),
            "If" => self.resolved(part(if self.holds(&text(part(0))) { 1 } else { 2 })),
            "Join" => {
                let parts = list(&self.resolved(part(1))?);
                Some(Value::from(parts.iter().map(text).collect::<Vec<_>>().join(&text(part(0)))))
            }
            "Equals" => Some(Value::from(text(&self.resolved(part(0))?) == text(&self.resolved(part(1))?))),
            "Not" => Some(Value::from(self.resolved(part(0))? == false)),
            "And" => {
                Some(Value::from(list(argument).iter().all(|part| self.resolved(part) == Some(true.into()))))
            }
            "Or" => {
                Some(Value::from(list(argument).iter().any(|part| self.resolved(part) == Some(true.into()))))
            }
            "Condition" => Some(Value::from(self.holds(&text(argument)))),
            other => panic!("template.yaml uses !{other}, which is not known here yet"),
        }
    }

    fn holds(&self, condition: &str) -> bool {
        let condition =
            self.template["Conditions"].get(condition).unwrap_or_else(|| panic!("no condition {condition}"));
        self.resolved(condition) == Some(true.into())
    }

    /// What `!Ref` gives: a parameter's value, or what a resource is called.
    fn referred(&self, name: &str) -> Value {
        if let Some(value) = self.parameters.get(name) {
            return value.clone();
        }
        Value::from(match name {
            "AWS::StackName" => STACK.to_owned(),
            "AWS::Region" => REGION.to_owned(),
            "AWS::AccountId" => ACCOUNT.to_owned(),
            "AWS::Partition" => "aws".to_owned(),
            id => match id.split_once('.') {
                // What SAM makes of a function beside it.
                Some((function, "Alias")) => format!("{}:live", self.attribute(function, "Arn")),
                Some((function, "Version")) => format!("{}:1", self.attribute(function, "Arn")),
                Some(other) => panic!("template.yaml refers to {other:?}, which is not known here yet"),
                None => self.name(id),
            },
        })
    }

    fn name(&self, id: &str) -> String {
        let resources = &self.template["Resources"];
        // SAM makes an application for CodeDeploy, and a group in it for each function.
        let function = id.strip_suffix("DeploymentGroup").unwrap_or("ServerlessDeploymentApplication");
        let is_made = id == "ServerlessDeploymentApplication" || resources.get(function).is_some();
        assert!(is_made || resources.get(id).is_some(), "template.yaml has nothing called {id}");
        self.names.get(id).cloned().unwrap_or_else(|| format!("{STACK}-{id}"))
    }

    fn attribute(&self, id: &str, attribute: &str) -> String {
        let name = self.name(id);
        match (self.template["Resources"][id]["Type"].as_str().unwrap(), attribute) {
            ("AWS::DynamoDB::Table", "StreamArn") => {
                arn("dynamodb", &format!("table/{name}/stream/2026-11-21T01:00:00.000"))
            }
            ("AWS::DynamoDB::Table", "Arn") => arn("dynamodb", &format!("table/{name}")),
            ("AWS::Serverless::Function", "Arn") => arn("lambda", &format!("function:{name}")),
            (_, attribute) => format!("{name}.{attribute}"),
        }
    }

    /// A text with each `${NAME}` replaced.
    fn substituted(&self, text_with: &str) -> String {
        let mut parts = text_with.split("${");
        let mut whole = parts.next().unwrap().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap();
            let of_sam = [".Alias", ".Version"].iter().any(|end| name.ends_with(end));
            let is_attribute = name.contains('.') && !of_sam;
            let value = match name.split_once('.') {
                Some((id, attribute)) if is_attribute => self.attribute(id, attribute),
                _ => text(&self.referred(name)),
            };
            whole += &value;
            whole += rest;
        }
        whole
    }
}

/// Every action on every resource.
fn pairs(actions: &[Value], resources: &[Value]) -> Vec<(String, String)> {
    let on_each = |action: &Value| {
        let action = text(action);
        resources.iter().map(move |resource| (action.clone(), text(resource)))
    };
    actions.iter().flat_map(on_each).collect()
}

/// A list, or the one thing that stands for a list of one; nothing for none.
fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![value.clone()],
    }
}

/// A scalar as text: the template need not quote a number.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => panic!("{value} is no text"),
    }
}

/// A call of an intrinsic function, and what it is called with.
fn intrinsic(fields: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = fields.iter().next().filter(|_| fields.len() == 1)?;
    assert!(!name.starts_with("Fn::"), "template.yaml uses the long form {name}, which is not known here");
    Some((name.strip_prefix('!')?, argument))
}
