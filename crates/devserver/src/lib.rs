//! The cafe on a laptop: what `template.yaml` deploys, without an AWS account.

pub mod dynamodb;
pub mod template;
