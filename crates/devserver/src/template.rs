//! What `template.yaml` deploys, as far as a laptop needs it: functions with their triggers, and tables.
//!
//! What is read here must be written literally in the template: an intrinsic function has no value
//! before the deployment. Everything else in the template may be anything.

use std::collections::BTreeMap;
use std::time::Duration;

use saphyr::{LoadableYamlNode, Yaml};

/// A deployment's functions and tables, in the template's order, and what its API lets browsers do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// What pages of other sites may do, where its `AWS::Serverless::HttpApi` says it.
    pub cors: Option<Cors>,
    /// Its `AWS::Serverless::Function` resources.
    pub functions: Vec<Function>,
    /// Its `AWS::DynamoDB::Table` resources.
    pub tables: Vec<Table>,
}

/// What pages of other sites may ask of an API, by its `CorsConfiguration`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    /// Which sites.
    pub origins: Vec<String>,
    /// By which methods.
    pub methods: Vec<String>,
    /// With which headers.
    pub headers: Vec<String>,
}

/// A function and what starts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name in the template.
    pub logical_id: String,
    /// The binary it runs.
    pub binary: String,
    /// The requests it answers.
    pub routes: Vec<Route>,
    /// How often it runs by itself, if it does.
    pub schedule: Option<Duration>,
    /// The table whose changes it is told of, by that one's name in the template.
    pub changes_of: Option<String>,
}

/// A request that a function answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method in capitals.
    pub method: String,
    /// The path, its parameters in braces.
    pub path: String,
}

/// A table, as far as requests depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name in the template.
    pub logical_id: String,
    /// What its items are told apart by.
    pub key: Key,
    /// Its global secondary indexes.
    pub indexes: Vec<Index>,
    /// The attribute that says when an item has had its day, if there is one.
    pub expires_by: Option<String>,
    /// What its stream tells of a change, if it has one: `KEYS_ONLY`, say.
    pub stream: Option<String>,
}

/// The key of a table or an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The attribute that items are spread by.
    pub hash: Attribute,
    /// The attribute that items of one hash are sorted by.
    pub range: Option<Attribute>,
}

/// An attribute that is part of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: AttributeKind,
}

/// What an attribute of a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeKind {
    /// Text: `S`.
    Text,
    /// A number: `N`.
    Number,
    /// Bytes: `B`.
    Bytes,
}

/// A global secondary index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// What it is sorted by.
    pub key: Key,
    /// What it holds of an item.
    pub projection: Projection,
}

/// What an index holds of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Projection {
    /// Everything.
    All,
    /// The keys of the table and of the index.
    KeysOnly,
    /// The keys and these attributes.
    Include(Vec<String>),
}

/// Why a template could not be read. A place is written as the way to it: `OrdersTable.Properties.KeySchema`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BadTemplate {
    /// It is not one YAML document.
    #[error("the template is not a YAML document")]
    Yaml(#[source] Option<saphyr::ScanError>),
    /// Something is not there.
    #[error("{place} is missing in the template")]
    Missing {
        /// What is missing.
        place: String,
    },
    /// Something is not what can be read here.
    #[error("{place} must be {expected}")]
    Not {
        /// What is wrong.
        place: String,
        /// What it should be.
        expected: &'static str,
    },
}

impl Template {
    /// Reads the text of a template.
    ///
    /// # Errors
    /// [`BadTemplate`] names the resource, and what is missing or wrong in it.
    pub fn parse(text: &str) -> Result<Template, BadTemplate> {
        let documents = Yaml::load_from_str(text).map_err(|error| BadTemplate::Yaml(Some(error)))?;
        let [document] = documents.as_slice() else { return Err(BadTemplate::Yaml(None)) };
        let root = Node { yaml: document, place: String::new() };
        let mut template = Template { cors: None, functions: Vec::new(), tables: Vec::new() };
        for (logical_id, mut resource) in root.child("Resources")?.entries()? {
            // A place begins with the resource's own name: the one that people search the file for.
            resource.place.clone_from(&logical_id);
            match resource.child("Type")?.text()? {
                "AWS::Serverless::Function" => template.functions.push(function(logical_id, &resource)?),
                "AWS::Serverless::HttpApi" => template.cors = cors(&resource)?,
                "AWS::DynamoDB::Table" => template.tables.push(table(logical_id, &resource)?),
                _ => {}
            }
        }
        Ok(template)
    }

    /// The function that runs this binary.
    ///
    /// # Errors
    /// [`BadTemplate::Missing`].
    pub fn function(&self, binary: &str) -> Result<&Function, BadTemplate> {
        let found = self.functions.iter().find(|function| function.binary == binary);
        found.ok_or_else(|| BadTemplate::Missing { place: binary.to_owned() })
    }

    /// The template that this program was built beside.
    ///
    /// # Errors
    /// [`BadTemplate`] as [`Template::parse`] does.
    pub fn of_this_build() -> Result<Template, BadTemplate> {
        Template::parse(include_str!("../../../template.yaml"))
    }
}

fn cors(resource: &Node<'_>) -> Result<Option<Cors>, BadTemplate> {
    let properties = resource.find("Properties");
    let Some(cors) = properties.and_then(|properties| properties.find("CorsConfiguration")) else {
        return Ok(None);
    };
    Ok(Some(Cors {
        origins: cors.child("AllowOrigins")?.texts()?,
        methods: cors.child("AllowMethods")?.texts()?,
        headers: cors.child("AllowHeaders")?.texts()?,
    }))
}

fn function(logical_id: String, resource: &Node<'_>) -> Result<Function, BadTemplate> {
    let binary = resource.child("Metadata")?.child("BuildProperties")?.child("Binary")?.text()?.to_owned();
    let mut function = Function { logical_id, binary, routes: Vec::new(), schedule: None, changes_of: None };
    let Some(events) = resource.child("Properties")?.find("Events") else { return Ok(function) };
    for (_, event) in events.entries()? {
        let kind = event.child("Type")?;
        let properties = event.child("Properties")?;
        match kind.text()? {
            "HttpApi" => function.routes.push(route(&properties)?),
            "Schedule" if function.schedule.is_none() => {
                function.schedule = Some(rate(&properties.child("Schedule")?)?);
            }
            "Schedule" => return Err(kind.not("the function's only schedule")),
            "DynamoDB" if function.changes_of.is_none() => {
                function.changes_of = Some(properties.child("Stream")?.stream_of()?);
            }
            "DynamoDB" => return Err(kind.not("the function's only stream")),
            // Left out silently, it would be a difference between the laptop and the deployment.
            _ => return Err(kind.not("HttpApi, Schedule or DynamoDB")),
        }
    }
    Ok(function)
}

fn route(properties: &Node<'_>) -> Result<Route, BadTemplate> {
    let path = properties.child("Path")?;
    let text = path.text()?;
    if !text.starts_with('/') {
        return Err(path.not("a path that begins with /"));
    }
    let method = properties.child("Method")?.text()?.to_ascii_uppercase();
    Ok(Route { method, path: text.to_owned() })
}

/// Reads `rate(5 minutes)`.
fn rate(node: &Node<'_>) -> Result<Duration, BadTemplate> {
    let expected = "a rate, such as rate(5 minutes)";
    let rate = || {
        let inside = node.text().ok()?.strip_prefix("rate(")?.strip_suffix(')')?;
        let (number, unit) = inside.split_once(' ')?;
        let minutes = match unit.trim().trim_end_matches('s') {
            "minute" => 1,
            "hour" => 60,
            "day" => 24 * 60,
            _ => return None,
        };
        let number = number.parse::<u64>().ok().filter(|number| *number > 0)?;
        Some(Duration::from_secs(number.checked_mul(minutes * 60)?))
    };
    rate().ok_or_else(|| node.not(expected))
}

fn table(logical_id: String, resource: &Node<'_>) -> Result<Table, BadTemplate> {
    let properties = resource.child("Properties")?;
    if let Some(local) = properties.find("LocalSecondaryIndexes") {
        return Err(local.not("left out: only global indexes are made on a laptop"));
    }
    let mut kinds = BTreeMap::new();
    for definition in properties.child("AttributeDefinitions")?.items()? {
        let kind = definition.child("AttributeType")?;
        let read = match kind.text()? {
            "S" => AttributeKind::Text,
            "N" => AttributeKind::Number,
            "B" => AttributeKind::Bytes,
            _ => return Err(kind.not("S, N or B")),
        };
        kinds.insert(definition.child("AttributeName")?.text()?, read);
    }
    let mut indexes = Vec::new();
    for index in properties.find("GlobalSecondaryIndexes").map_or(Ok(Vec::new()), |node| node.items())? {
        indexes.push(Index {
            name: index.child("IndexName")?.text()?.to_owned(),
            key: key(&index.child("KeySchema")?, &kinds)?,
            projection: projection(&index.child("Projection")?)?,
        });
    }
    let expires_by = match properties.find("TimeToLiveSpecification") {
        Some(ttl) if ttl.child("Enabled")?.flag()? => Some(ttl.child("AttributeName")?.text()?.to_owned()),
        Some(_) | None => None,
    };
    let stream = match properties.find("StreamSpecification") {
        Some(stream) => Some(stream.child("StreamViewType")?.text()?.to_owned()),
        None => None,
    };
    let key = key(&properties.child("KeySchema")?, &kinds)?;
    Ok(Table { logical_id, key, indexes, expires_by, stream })
}

fn key(schema: &Node<'_>, kinds: &BTreeMap<&str, AttributeKind>) -> Result<Key, BadTemplate> {
    let (mut hash, mut range) = (None, None);
    for part in schema.items()? {
        let name = part.child("AttributeName")?;
        let kind = *kinds.get(name.text()?).ok_or_else(|| name.not("one of the AttributeDefinitions"))?;
        let attribute = Attribute { name: name.text()?.to_owned(), kind };
        let role = part.child("KeyType")?;
        match role.text()? {
            "HASH" => hash = Some(attribute),
            "RANGE" => range = Some(attribute),
            _ => return Err(role.not("HASH or RANGE")),
        }
    }
    Ok(Key { hash: hash.ok_or_else(|| schema.not("a list with a HASH key"))?, range })
}

fn projection(node: &Node<'_>) -> Result<Projection, BadTemplate> {
    let kind = node.child("ProjectionType")?;
    match kind.text()? {
        "ALL" => Ok(Projection::All),
        "KEYS_ONLY" => Ok(Projection::KeysOnly),
        "INCLUDE" => {
            let attributes = node.child("NonKeyAttributes")?.items()?;
            let names = attributes.iter().map(|attribute| Ok(attribute.text()?.to_owned()));
            Ok(Projection::Include(names.collect::<Result<_, _>>()?))
        }
        _ => Err(kind.not("ALL, KEYS_ONLY or INCLUDE")),
    }
}

/// A part of the template, and the way to it.
struct Node<'a> {
    yaml: &'a Yaml<'a>,
    place: String,
}

impl<'a> Node<'a> {
    fn find(&self, name: &str) -> Option<Node<'a>> {
        Some(Node { yaml: self.yaml.as_mapping_get(name)?, place: self.place_of(name) })
    }

    fn child(&self, name: &str) -> Result<Node<'a>, BadTemplate> {
        self.find(name).ok_or_else(|| BadTemplate::Missing { place: self.place_of(name) })
    }

    fn place_of(&self, name: &str) -> String {
        if self.place.is_empty() { name.to_owned() } else { format!("{}.{name}", self.place) }
    }

    fn entries(&self) -> Result<Vec<(String, Node<'a>)>, BadTemplate> {
        let mapping = self.yaml.as_mapping().ok_or_else(|| self.not("a mapping"))?;
        let named = |(name, yaml): (&'a Yaml<'a>, &'a Yaml<'a>)| {
            let name = name.as_str().ok_or_else(|| self.not("a mapping whose keys are text"))?;
            Ok((name.to_owned(), Node { yaml, place: self.place_of(name) }))
        };
        mapping.iter().map(named).collect()
    }

    fn items(&self) -> Result<Vec<Node<'a>>, BadTemplate> {
        let items = self.yaml.as_vec().ok_or_else(|| self.not("a list"))?;
        let numbered = |(index, yaml)| Node { yaml, place: format!("{}[{index}]", self.place) };
        Ok(items.iter().enumerate().map(numbered).collect())
    }

    /// The table of `!GetAtt CupsTable.StreamArn`, which has no value before the deployment, and says enough.
    fn stream_of(&self) -> Result<String, BadTemplate> {
        let table = || {
            let Yaml::Tagged(tag, attribute) = self.yaml else { return None };
            attribute.as_str()?.strip_suffix(".StreamArn").filter(|_| tag.suffix == "GetAtt")
        };
        table()
            .map(str::to_owned)
            .ok_or_else(|| self.not("!GetAtt and the StreamArn of a table of the template's"))
    }

    fn texts(&self) -> Result<Vec<String>, BadTemplate> {
        self.items()?.iter().map(|item| Ok(item.text()?.to_owned())).collect()
    }

    fn text(&self) -> Result<&'a str, BadTemplate> {
        self.yaml.as_str().ok_or_else(|| self.not("a text, written literally"))
    }

    fn flag(&self) -> Result<bool, BadTemplate> {
        self.yaml.as_bool().ok_or_else(|| self.not("true or false, written literally"))
    }

    fn not(&self, expected: &'static str) -> BadTemplate {
        BadTemplate::Not { place: self.place.clone(), expected }
    }
}

#[cfg(test)]
mod tests {
    use super::{Attribute, AttributeKind, Cors, Function, Index, Key, Projection, Route, Table, Template};
    use std::time::Duration;

    fn refusal(text: &str) -> String {
        Template::parse(text).unwrap_err().to_string()
    }

    /// A template with these lines under one function's `Properties`.
    fn function_with(properties: &str) -> String {
        format!(
            "Resources:\n  Brew:\n    Type: AWS::Serverless::Function\n    \
             Metadata: {{BuildProperties: {{Binary: brew}}}}\n    Properties: {properties}\n"
        )
    }

    fn table_with(properties: &str) -> String {
        format!("Resources:\n  Cups:\n    Type: AWS::DynamoDB::Table\n    Properties: {properties}\n")
    }

    fn attribute(name: &str, kind: AttributeKind) -> Attribute {
        Attribute { name: name.to_owned(), kind }
    }

    #[test]
    fn functions_come_with_what_starts_them() {
        let template = Template::parse(
            "
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Architectures: [!Ref Architecture]}}
Conditions:
  HasUrl: !Not [!Equals [!Ref Url, '']]
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties: {CorsConfiguration: {AllowOrigins: ['*'], AllowMethods: [GET, POST], AllowHeaders: [x-cup]}}
  BrewFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: brew}}
    Properties:
      Environment: {Variables: {URL: !If [HasUrl, !Ref Url, !Ref AWS::NoValue]}}
      Policies: !Sub arn:${AWS::Partition}:x
      Events:
        Look: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: '/cups/{cup}', Method: get}}
        Pour: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /, Method: POST}}
  CleanFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: clean}}
    Properties:
      Events:
        Often: {Type: Schedule, Properties: {Schedule: rate(2 hours)}}
        Dirty: {Type: DynamoDB, Properties: {Stream: !GetAtt CupsTable.StreamArn, BatchSize: 10}}
  WeighFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: weigh}}
    Properties: {}
",
        )
        .unwrap();
        let route = |method: &str, path: &str| Route { method: method.to_owned(), path: path.to_owned() };
        let function = |name: &str, routes, schedule| Function {
            logical_id: format!("{name}Function"),
            binary: name.to_ascii_lowercase(),
            routes,
            schedule,
            changes_of: (name == "Clean").then(|| "CupsTable".to_owned()),
        };
        assert_eq!(
            template.functions,
            [
                function("Brew", vec![route("GET", "/cups/{cup}"), route("POST", "/")], None),
                function("Clean", vec![], Some(Duration::from_hours(2))),
                function("Weigh", vec![], None),
            ]
        );
        assert_eq!(template.tables, []);
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let cors =
            Cors { origins: texts(&["*"]), methods: texts(&["GET", "POST"]), headers: texts(&["x-cup"]) };
        assert_eq!(template.cors, Some(cors));
    }

    #[test]
    fn tables_come_with_keys_indexes_and_the_end_of_their_items() {
        let template = Template::parse(
            "
Resources:
  CupsTable:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: !Sub ${AWS::StackName}-cups
      KeySchema:
        - {AttributeName: shelf, KeyType: HASH}
        - {AttributeName: place, KeyType: RANGE}
      AttributeDefinitions:
        - {AttributeName: shelf, AttributeType: S}
        - {AttributeName: place, AttributeType: N}
        - {AttributeName: seal, AttributeType: B}
      GlobalSecondaryIndexes:
        - IndexName: seals
          KeySchema: [{AttributeName: seal, KeyType: HASH}]
          Projection: {ProjectionType: INCLUDE, NonKeyAttributes: [colour]}
      TimeToLiveSpecification: {AttributeName: broken_at, Enabled: true}
      StreamSpecification: {StreamViewType: KEYS_ONLY}
  PlainTable:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      TimeToLiveSpecification: {AttributeName: broken_at, Enabled: false}
",
        )
        .unwrap();
        let cups = Table {
            logical_id: "CupsTable".to_owned(),
            key: Key {
                hash: attribute("shelf", AttributeKind::Text),
                range: Some(attribute("place", AttributeKind::Number)),
            },
            indexes: vec![Index {
                name: "seals".to_owned(),
                key: Key { hash: attribute("seal", AttributeKind::Bytes), range: None },
                projection: Projection::Include(vec!["colour".to_owned()]),
            }],
            expires_by: Some("broken_at".to_owned()),
            stream: Some("KEYS_ONLY".to_owned()),
        };
        let plain = Table {
            logical_id: "PlainTable".to_owned(),
            key: Key { hash: attribute("id", AttributeKind::Text), range: None },
            indexes: vec![],
            expires_by: None,
            stream: None,
        };
        assert_eq!(template.tables, [cups, plain]);
    }

    #[test]
    fn a_refusal_names_the_resource_and_what_is_missing_or_wrong() {
        let event = |event: &str| refusal(&function_with(&format!("{{Events: {{Look: {event}}}}}")));
        for (said, expected) in [
            (refusal("Outputs: {}"), "Resources is missing in the template"),
            (refusal("Resources: {Api: {}}"), "Api.Type is missing in the template"),
            (
                refusal("Resources: {Brew: {Type: AWS::Serverless::Function}}"),
                "Brew.Metadata is missing in the template",
            ),
            (
                event("{Type: HttpApi, Properties: {Path: /}}"),
                "Brew.Properties.Events.Look.Properties.Method is missing in the template",
            ),
            (
                event("{Type: HttpApi, Properties: {Path: !Ref Path, Method: GET}}"),
                "Brew.Properties.Events.Look.Properties.Path must be a text, written literally",
            ),
            (
                event("{Type: SQS, Properties: {}}"),
                "Brew.Properties.Events.Look.Type must be HttpApi, Schedule or DynamoDB",
            ),
            (
                event("{Type: Schedule, Properties: {Schedule: cron(0 9 * * ? *)}}"),
                "Brew.Properties.Events.Look.Properties.Schedule must be a rate, such as rate(5 minutes)",
            ),
            (
                event("{Type: DynamoDB, Properties: {Stream: 'arn:aws:dynamodb:somewhere'}}"),
                "Brew.Properties.Events.Look.Properties.Stream must be !GetAtt and the StreamArn of a table of the \
                 template's",
            ),
            (refusal(&table_with("{}")), "Cups.Properties.AttributeDefinitions is missing in the template"),
            (
                refusal(&table_with(
                    "{AttributeDefinitions: [], KeySchema: [{AttributeName: id, KeyType: HASH}]}",
                )),
                "Cups.Properties.KeySchema[0].AttributeName must be one of the AttributeDefinitions",
            ),
            (
                refusal(&table_with("{AttributeDefinitions: [], KeySchema: []}")),
                "Cups.Properties.KeySchema must be a list with a HASH key",
            ),
        ] {
            assert_eq!(said, expected);
        }
        assert_eq!(refusal("Resources: ["), "the template is not a YAML document");
    }

    #[test]
    fn the_template_of_this_build_can_be_read() {
        let template = Template::of_this_build().unwrap();
        let reconcile = template.functions.iter().find(|function| function.binary == "reconcile").unwrap();
        assert_eq!(reconcile.schedule, Some(Duration::from_mins(1)));
        let ready = template.functions.iter().find(|function| function.binary == "payment-ready").unwrap();
        assert!(ready.routes.contains(&Route { method: "GET".to_owned(), path: "/pay/{order}".to_owned() }));
        let dispatch =
            template.functions.iter().find(|function| function.binary == "payments-dispatch").unwrap();
        assert_eq!(dispatch.changes_of.as_deref(), Some("PaymentsTable"));
        let payments = template.tables.iter().find(|table| table.logical_id == "PaymentsTable").unwrap();
        assert_eq!(payments.stream.as_deref(), Some("KEYS_ONLY"));
        let orders = template.tables.iter().find(|table| table.logical_id == "OrdersTable").unwrap();
        assert_eq!(orders.expires_by.as_deref(), Some("expires_at"));
        assert_eq!(
            orders.indexes,
            [Index {
                name: "watch".to_owned(),
                key: Key {
                    hash: attribute("watch", AttributeKind::Text),
                    range: Some(attribute("look_at", AttributeKind::Number)),
                },
                projection: Projection::KeysOnly,
            }]
        );
    }
}
