//! The simulated DynamoDB beside AWS's own local one.

use std::sync::Arc;

use devserver::dynamodb::create_tables;
use devserver::template::Template;
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use sim::dynamodb::trial::{self, Other, Reply, Request};

use crate::support::dynamodb_local;

const SEQUENCES: u64 = 150;

/// The cafe's tables are called otherwise here than in the template.
fn name(logical_id: &str) -> String {
    logical_id.trim_end_matches("Table").to_ascii_lowercase()
}

struct Beside(reqwest::Client);

impl Other for Beside {
    async fn ask(&self, request: &Request) -> Reply {
        let answer = self
            .0
            .post(dynamodb_local::url())
            .header("x-amz-target", format!("DynamoDB_20120810.{}", request.operation))
            .header("content-type", "application/x-amz-json-1.0")
            // It looks for who asks, and does not look at the signature.
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=local/20260101/ap-northeast-2/dynamodb/aws4_request, \
                 SignedHeaders=host, Signature=none",
            )
            .body(request.body.to_string());
        let answer = answer.send().await.unwrap();
        let status = answer.status().as_u16();
        // It keeps the sign of a zero that is not at the top of its item.
        let text = answer.text().await.unwrap().replace(r#"{"N":"-0"}"#, r#"{"N":"0"}"#);
        let mut body: Value = serde_json::from_str(&text).unwrap();
        // It tells what some requests cost that did not ask for it.
        body.as_object_mut().unwrap().remove("ConsumedCapacity");
        Reply { status, body }
    }

    fn is_known_to_say(&self, request: &Request, ours: &Reply, theirs: &Reply) -> bool {
        let kind =
            |reply: &Reply, wanted| reply.body["__type"].as_str().is_some_and(|kind| kind.ends_with(wanted));
        let cancelled = |reply| kind(reply, "#TransactionCanceledException");
        let invalid = |reply| kind(reply, "#ValidationException");
        let codes = |reply: &Reply| -> Vec<String> {
            let reasons = reply.body["CancellationReasons"].as_array();
            let codes = reasons.into_iter().flatten().filter_map(|reason| reason["Code"].as_str());
            codes.map(str::to_owned).collect()
        };
        let with_wrong_part = cancelled(ours) && codes(ours).iter().any(|code| code == "ValidationError");
        let same_item =
            || ours.body["message"].as_str().is_some_and(|text| text.contains("multiple operations"));
        request.operation == "TransactWriteItems"
            && theirs.status == 400
            // What is wrong with a part only because of the item that stands there is told as if the whole
            // request were wrong, and not as that part's reason,
            // or there are no reasons but this.
            && ((with_wrong_part && (invalid(theirs) || codes(theirs) == ["ValidationError"]))
                // That two parts are about one item is found out after their conditions,
                || (invalid(ours) && same_item() && (cancelled(theirs) || invalid(theirs)))
                // and so is that a table is not there.
                || kind(ours, "#ResourceNotFoundException")
                // A token of another request is looked for when all else is right.
                || (kind(ours, "#IdempotentParameterMismatchException") && invalid(theirs)))
    }
}

/// A client that speaks to this machine alone, so it trusts nobody.
fn http_client() -> reqwest::Client {
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap()
}

#[tokio::test]
async fn it_answers_as_dynamodb_local_does() {
    create_tables(&dynamodb_local::client(), &Template::of_this_build().unwrap(), name).await.unwrap();
    let other = Beside(http_client());
    for seed in 0..SEQUENCES {
        if let Err(difference) = trial::compare(&other, seed).await {
            panic!("{difference}");
        }
    }
}
