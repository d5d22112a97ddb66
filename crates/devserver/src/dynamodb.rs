//! DynamoDB on a laptop: one that lives in this process, and the template's tables in any.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::operation::update_table::UpdateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, ProjectionType,
    ScalarAttributeType, StreamSpecification, TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use dynoxide::{Database, DynoxideError};
pub use functions::aws::{CREDENTIALS, REGION};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::template::{Attribute, AttributeKind, Key, Projection, Table, Template};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How long a table may take to be made: on AWS it takes seconds, elsewhere it is there at once.
const MADE_WITHIN: Duration = Duration::from_mins(2);

/// A DynamoDB in this process, in memory or in a file. Its clones are the same DynamoDB.
#[derive(Clone)]
pub struct Embedded {
    database: Database,
    counts: Counts,
    /// Counts up with each write of a client in this process.
    written: Arc<watch::Sender<u64>>,
}

/// The changes of one table, as its stream tells them to Lambda. It never ends.
pub struct Changes {
    database: Database,
    iterator: String,
    written: watch::Receiver<u64>,
}

/// How many requests of each operation were made. Its clones count together.
#[derive(Clone, Debug, Default)]
pub struct Counts(Arc<Mutex<BTreeMap<String, usize>>>);

/// The embedded DynamoDB's file could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("the database in {} could not be opened", .folder.display())]
pub struct NotOpened {
    folder: PathBuf,
    #[source]
    source: BoxError,
}

/// The embedded DynamoDB is no longer served.
#[derive(Debug, thiserror::Error)]
#[error("the embedded DynamoDB could not be served: {0}")]
pub struct NotServed(String);

/// The changes of a table could not be read: it has no stream, say.
#[derive(Debug, thiserror::Error)]
#[error("the stream of the table {table} could not be read: {cause}")]
pub struct NoStream {
    table: String,
    cause: String,
}

/// A table could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the table {table} could not be made")]
pub struct NotMade {
    table: String,
    #[source]
    source: BoxError,
}

impl Embedded {
    /// A fresh one, which forgets everything with its last clone.
    ///
    /// # Panics
    /// Where there is no memory left for an empty database.
    #[must_use]
    pub fn in_memory() -> Embedded {
        let database = Database::memory().expect("an empty database in memory needs only memory");
        Embedded::of(database)
    }

    fn of(database: Database) -> Embedded {
        Embedded { database, counts: Counts::default(), written: Arc::new(watch::Sender::new(0)) }
    }

    /// The one that is kept in `folder`, which is made where it is not there.
    ///
    /// # Errors
    /// [`NotOpened`] when the folder or the file in it cannot be used.
    pub fn at(folder: &Path) -> Result<Embedded, NotOpened> {
        let open = || -> Result<Database, BoxError> {
            std::fs::create_dir_all(folder)?;
            let file = folder.join("dynamodb.sqlite");
            let database = Database::new(file.to_str().ok_or("its path is not Unicode")?)?;
            // SQLite's `synchronous = NORMAL`: a write waits for no disk, of which a busy one takes longer than all else here.
            // What a laptop loses with its power are the last moments, and nothing where only this process ends.
            database.disable_bulk_loading()?;
            Ok(database)
        };
        let database = open().map_err(|source| NotOpened { folder: folder.to_owned(), source })?;
        Ok(Embedded::of(database))
    }

    /// The changes of a table from now on. Those that come by HTTP are told with the next one that does not.
    ///
    /// # Errors
    /// [`NoStream`] where the table has none.
    pub fn changes(&self, table: &str) -> Result<Changes, NoStream> {
        let written = self.written.subscribe();
        let unreadable = |cause: String| NoStream { table: table.to_owned(), cause };
        let asked =
            ListStreamsRequest { table_name: Some(table.to_owned()), ..ListStreamsRequest::default() };
        let streams = self.database.list_streams(asked).map_err(|error| unreadable(error.to_string()))?;
        let stream =
            streams.streams.into_iter().next().ok_or_else(|| unreadable("there is none".to_owned()))?;
        let asked = GetShardIteratorRequest {
            stream_arn: stream.stream_arn,
            shard_id: dynoxide::streams::shard_id(table),
            shard_iterator_type: "LATEST".to_owned(),
            sequence_number: None,
        };
        let begins =
            self.database.get_shard_iterator(asked).map_err(|error| unreadable(error.to_string()))?;
        let iterator = begins.shard_iterator.ok_or_else(|| unreadable("it has no shard".to_owned()))?;
        Ok(Changes { database: self.database.clone(), iterator, written })
    }

    /// A client whose requests are answered in this process, without a socket. It needs a Tokio runtime.
    #[must_use]
    pub fn client(&self) -> Client {
        client_over(self.clone())
    }

    /// Counts the requests of all clients in this process; those over HTTP are not among them.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts.clone()
    }

    /// Answers over HTTP as well, until `stop` is ready: for the AWS CLI, NoSQL Workbench and the like.
    /// The listener should be on loopback, as whoever reaches it may do anything.
    ///
    /// # Errors
    /// [`NotServed`] when the listener fails.
    pub async fn serve(
        &self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), NotServed> {
        let database = self.database.clone();
        dynoxide::server::serve_with_shutdown(listener, database, stop).await.map_err(NotServed)
    }
}

impl Changes {
    /// Waits for changes, and gives the next of them: Lambda's `Records`.
    ///
    /// # Errors
    /// Where the database cannot be read any more.
    pub async fn next(&mut self) -> Result<serde_json::Value, BoxError> {
        loop {
            // What is written from here on wakes the wait below.
            self.written.borrow_and_update();
            let (database, shard_iterator) = (self.database.clone(), self.iterator.clone());
            let asked = GetRecordsRequest { shard_iterator, limit: None };
            let found = tokio::task::spawn_blocking(move || database.get_records(asked)).await?;
            let found = found.map_err(|error| error.to_string())?;
            if let Some(iterator) = found.next_shard_iterator {
                self.iterator = iterator;
            }
            if !found.records.is_empty() {
                return Ok(serde_json::to_value(found.records)?);
            }
            self.written.changed().await?;
        }
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").finish_non_exhaustive()
    }
}

/// A client whose requests go to `connector` and to no socket. It needs a Tokio runtime.
#[must_use]
pub fn client_over(connector: impl HttpConnector + 'static) -> Client {
    let connector = SharedHttpConnector::new(connector);
    let (key, secret) = CREDENTIALS;
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(Credentials::new(key, secret, None, None, "embedded"))
        .endpoint_url("http://embedded.invalid")
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .build();
    Client::from_conf(config)
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("counts", &self.counts).finish_non_exhaustive()
    }
}

impl Counts {
    /// What was counted since the last time, by the operation's name.
    #[must_use]
    pub fn take(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, operation: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(operation.to_owned()).or_default() += 1;
    }
}

/// Takes a request as the SDK would send it, and gives the answer as DynamoDB would.
impl HttpConnector for Embedded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        self.counts.add(&operation);
        let (database, written) = (self.database.clone(), self.written.clone());
        let is_write = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"]
            .contains(&&*operation);
        HttpConnectorFuture::new(async move {
            let body = request.body().bytes().unwrap_or_default().to_vec();
            // The database waits for its lock and its disk, which must not keep other tasks waiting.
            let answering = tokio::task::spawn_blocking(move || answer(&database, &operation, &body));
            let answered = answering.await.map_err(|error| ConnectorError::other(error.into(), None))?;
            if is_write {
                written.send_modify(|writes| *writes += 1);
            }
            let (status, body) = match answered {
                Ok(body) => (200, SdkBody::from(body)),
                Err(error) => (error.status_code(), SdkBody::from(error.to_json())),
            };
            let status = status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
            let mut response = HttpResponse::new(status, body);
            response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
            Ok(response)
        })
    }
}

/// Runs one operation. The emulator's own dispatcher is not to be had without its HTTP server.
fn answer(database: &Database, operation: &str, body: &[u8]) -> Result<Vec<u8>, DynoxideError> {
    match operation {
        "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
        "CreateTable" => run(body, |request| database.create_table(request)),
        "DeleteItem" => run(body, |request| database.delete_item(request)),
        "DeleteTable" => run(body, |request| database.delete_table(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "DescribeTimeToLive" => run(body, |request| database.describe_time_to_live(request)),
        "GetItem" => run(body, |request| database.get_item(request)),
        "ListTables" => run(body, |request| database.list_tables(request)),
        "PutItem" => run(body, |request| database.put_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "Scan" => run(body, |request| database.scan(request)),
        "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
        "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        "UpdateTable" => run(body, |request| database.update_table(request)),
        "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
        other => {
            let unsupported = format!("the embedded DynamoDB does not know the operation {other}");
            Err(DynoxideError::ValidationException(unsupported))
        }
    }
}

fn run<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<Vec<u8>, DynoxideError> {
    let request = serde_json::from_slice(body)
        .map_err(|error| DynoxideError::SerializationException(error.to_string()))?;
    serde_json::to_vec(&operation(request)?)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// Makes the template's tables, named by their logical ids, in any DynamoDB. A table of that name that
/// is there already is left as it is.
///
/// # Errors
/// [`NotMade`] names the first table that could not be made; repeating it is safe.
pub async fn create_tables(
    client: &Client,
    template: &Template,
    names: impl Fn(&str) -> String,
) -> Result<(), NotMade> {
    for table in &template.tables {
        let name = names(&table.logical_id);
        create_table(client, table, &name).await.map_err(|source| NotMade { table: name, source })?;
    }
    Ok(())
}

async fn create_table(client: &Client, table: &Table, name: &str) -> Result<(), BoxError> {
    let created = creation(client, table)?.table_name(name).send().await;
    let is_new = created.is_ok();
    let there = match created {
        Ok(created) => {
            let status = created.table_description.and_then(|description| description.table_status);
            status == Some(TableStatus::Active)
        }
        Err(error) => match error.as_service_error() {
            // It may be somebody else's that is being made right now, so it is waited for as well.
            Some(failed) if failed.is_resource_in_use_exception() => false,
            _ => return Err(error.into()),
        },
    };
    if !there {
        client.wait_until_table_exists().table_name(name).wait(MADE_WITHIN).await?;
    }
    match &table.stream {
        Some(view) if !is_new => let_changes_be_told(client, name, view).await?,
        Some(_) | None => {}
    }
    match &table.expires_by {
        Some(attribute) => let_items_expire(client, name, attribute).await,
        None => Ok(()),
    }
}

/// Gives a table its stream that was made when there was none.
async fn let_changes_be_told(client: &Client, table: &str, view: &str) -> Result<(), BoxError> {
    let described = client.describe_table().table_name(table).send().await?;
    if described.table.is_some_and(|table| table.latest_stream_arn.is_some()) {
        return Ok(());
    }
    let given = client.update_table().table_name(table).stream_specification(streaming(view)?).send().await;
    match given {
        Ok(_) => Ok(()),
        // Somebody else gives it one right now.
        Err(error)
            if error.as_service_error().is_some_and(UpdateTableError::is_resource_in_use_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

fn creation(client: &Client, table: &Table) -> Result<CreateTableFluentBuilder, BuildError> {
    let keys = || std::iter::once(&table.key).chain(table.indexes.iter().map(|index| &index.key));
    let attributes: BTreeMap<&str, &Attribute> = keys()
        .flat_map(|key| std::iter::once(&key.hash).chain(&key.range))
        .map(|attribute| (&*attribute.name, attribute))
        .collect();
    let mut creation = client
        .create_table()
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(key_schema(&table.key)?))
        .set_stream_specification(table.stream.as_deref().map(streaming).transpose()?);
    for attribute in attributes.values() {
        let kind = match attribute.kind {
            AttributeKind::Text => ScalarAttributeType::S,
            AttributeKind::Number => ScalarAttributeType::N,
            AttributeKind::Bytes => ScalarAttributeType::B,
        };
        let definition = AttributeDefinition::builder().attribute_name(&attribute.name).attribute_type(kind);
        creation = creation.attribute_definitions(definition.build()?);
    }
    for index in &table.indexes {
        let projection = aws_sdk_dynamodb::types::Projection::builder();
        let projection = match &index.projection {
            Projection::All => projection.projection_type(ProjectionType::All),
            Projection::KeysOnly => projection.projection_type(ProjectionType::KeysOnly),
            Projection::Include(names) => projection
                .projection_type(ProjectionType::Include)
                .set_non_key_attributes(Some(names.clone())),
        };
        let index = GlobalSecondaryIndex::builder()
            .index_name(&index.name)
            .set_key_schema(Some(key_schema(&index.key)?))
            .projection(projection.build());
        creation = creation.global_secondary_indexes(index.build()?);
    }
    Ok(creation)
}

fn streaming(view: &str) -> Result<StreamSpecification, BuildError> {
    StreamSpecification::builder().stream_enabled(true).stream_view_type(view.into()).build()
}

fn key_schema(key: &Key) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element = |attribute: &Attribute, role| {
        KeySchemaElement::builder().attribute_name(&attribute.name).key_type(role).build()
    };
    let range = key.range.as_ref().map(|range| element(range, KeyType::Range));
    std::iter::once(element(&key.hash, KeyType::Hash)).chain(range).collect()
}

/// Has items dropped some time after the moment that `attribute` says.
async fn let_items_expire(client: &Client, table: &str, attribute: &str) -> Result<(), BoxError> {
    let unknown = |code: Option<&str>| code == Some("UnknownOperationException");
    let described = match client.describe_time_to_live().table_name(table).send().await {
        Ok(described) => described.time_to_live_description,
        // Not every emulator lets items expire, and the cafe does not depend on it.
        Err(error) if unknown(error.code()) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let status = described.and_then(|described| described.time_to_live_status);
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Ok(());
    }
    let specification = TimeToLiveSpecification::builder().attribute_name(attribute).enabled(true).build()?;
    client.update_time_to_live().table_name(table).time_to_live_specification(specification).send().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{CREDENTIALS, Embedded, REGION, create_tables};
    use crate::template::Template;
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
    use aws_sdk_dynamodb::types::{AttributeValue, TimeToLiveStatus};
    use std::collections::BTreeMap;
    use tokio::net::TcpListener;

    const TEMPLATE: &str = "
Resources:
  CupsTable:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions:
        - {AttributeName: id, AttributeType: S}
        - {AttributeName: volume, AttributeType: N}
      GlobalSecondaryIndexes:
        - IndexName: volumes
          KeySchema: [{AttributeName: volume, KeyType: HASH}, {AttributeName: id, KeyType: RANGE}]
          Projection: {ProjectionType: ALL}
      TimeToLiveSpecification: {AttributeName: broken_at, Enabled: true}
";

    fn name(logical_id: &str) -> String {
        format!("my-{logical_id}")
    }

    async fn with_tables(embedded: &Embedded) -> Client {
        let client = embedded.client();
        create_tables(&client, &Template::parse(TEMPLATE).unwrap(), name).await.unwrap();
        client
    }

    async fn put(client: &Client, id: &str) {
        let put = client
            .put_item()
            .table_name(name("CupsTable"))
            .item("id", AttributeValue::S(id.to_owned()))
            .item("volume", AttributeValue::N("350".to_owned()))
            .condition_expression("attribute_not_exists(id)");
        put.send().await.unwrap();
    }

    async fn has(client: &Client, id: &str) -> bool {
        let get = client.get_item().table_name(name("CupsTable")).key("id", AttributeValue::S(id.to_owned()));
        get.send().await.unwrap().item.is_some()
    }

    #[tokio::test]
    async fn the_sdk_talks_to_it_and_understands_its_refusals() {
        let client = with_tables(&Embedded::in_memory()).await;
        put(&client, "mug").await;
        assert!(has(&client, "mug").await && !has(&client, "glass").await);
        let again = client
            .put_item()
            .table_name(name("CupsTable"))
            .item("id", AttributeValue::S("mug".to_owned()))
            .condition_expression("attribute_not_exists(id)");
        let refused = again.send().await.unwrap_err();
        assert!(refused.into_service_error().is_conditional_check_failed_exception());
        let nowhere = client.describe_table().table_name("nowhere").send().await.unwrap_err();
        assert!(nowhere.into_service_error().is_resource_not_found_exception());
    }

    #[tokio::test]
    async fn making_the_tables_again_leaves_them_as_they_are() {
        let embedded = Embedded::in_memory();
        put(&with_tables(&embedded).await, "mug").await;
        let client = with_tables(&embedded).await;
        assert!(has(&client, "mug").await);
        let ttl = client.describe_time_to_live().table_name(name("CupsTable")).send().await.unwrap();
        let ttl = ttl.time_to_live_description.unwrap();
        assert_eq!(ttl.time_to_live_status, Some(TimeToLiveStatus::Enabled));
        assert_eq!(ttl.attribute_name.as_deref(), Some("broken_at"));
        let found = client
            .query()
            .table_name(name("CupsTable"))
            .index_name("volumes")
            .key_condition_expression("volume = :volume")
            .expression_attribute_values(":volume", AttributeValue::N("350".to_owned()));
        assert_eq!(found.send().await.unwrap().count, 1);
    }

    #[tokio::test]
    async fn requests_are_counted_by_their_operation() {
        let embedded = Embedded::in_memory();
        let (client, counts) = (with_tables(&embedded).await, embedded.counts());
        let _tables = counts.take();
        put(&client, "mug").await;
        has(&client, "mug").await;
        has(&embedded.client(), "mug").await;
        let counted = BTreeMap::from([("GetItem".to_owned(), 2), ("PutItem".to_owned(), 1)]);
        assert_eq!(counts.take(), counted);
        assert_eq!(counts.take(), BTreeMap::new());
    }

    #[tokio::test]
    async fn a_stream_tells_of_each_change_and_none_where_there_is_no_stream() {
        let embedded = Embedded::in_memory();
        let client = with_tables(&embedded).await;
        assert!(embedded.changes(&name("CupsTable")).unwrap_err().to_string().contains("my-CupsTable"));
        let streaming = format!("{TEMPLATE}      StreamSpecification: {{StreamViewType: KEYS_ONLY}}\n");
        for _ in 0..2 {
            // A table of a run before there were streams is given one.
            create_tables(&client, &Template::parse(&streaming).unwrap(), name).await.unwrap();
        }
        put(&client, "before").await;
        let mut changes = embedded.changes(&name("CupsTable")).unwrap();
        let (told, ()) = tokio::join!(changes.next(), put(&client, "mug"));
        let told = told.unwrap();
        assert_eq!((told.as_array().unwrap().len(), &told[0]["eventName"]), (1, &"INSERT".into()));
        assert_eq!(told[0]["dynamodb"]["Keys"]["id"]["S"], "mug");
        assert!(told[0]["dynamodb"]["SequenceNumber"].is_string());
        put(&client, "glass").await;
        put(&client, "cup").await;
        assert_eq!(changes.next().await.unwrap().as_array().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn what_is_kept_in_a_folder_is_there_the_next_time() {
        let folder = std::env::temp_dir().join(format!("devserver-dynamodb-{}", std::process::id()));
        let inner = folder.join("made/where/missing");
        put(&with_tables(&Embedded::at(&inner).unwrap()).await, "mug").await;
        assert!(has(&with_tables(&Embedded::at(&inner).unwrap()).await, "mug").await);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_named() {
        let file = std::env::current_exe().unwrap();
        let refused = Embedded::at(&file).unwrap_err().to_string();
        assert_eq!(refused, format!("the database in {} could not be opened", file.display()));
    }

    #[tokio::test]
    async fn the_same_items_are_there_over_http_until_it_is_stopped() {
        let embedded = Embedded::in_memory();
        put(&with_tables(&embedded).await, "mug").await;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (key, secret) = CREDENTIALS;
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(Credentials::new(key, secret, None, None, "test"))
            .endpoint_url(url)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let stopped = async move {
            let _closed = stopped.await;
        };
        let looking = async {
            let client = Client::from_conf(config);
            let there = has(&client, "mug").await;
            drop(client);
            drop(stop);
            there
        };
        let (served, there) = tokio::join!(embedded.serve(listener, stopped), looking);
        served.unwrap();
        assert!(there);
    }
}
