//! Reading a parameter of Systems Manager.

use aws_sdk_ssm::Client;
use cafe_core::payment::BoxError;

/// The parameter's value, if there is one. A secret is decrypted, for which its key must let the owner.
///
/// # Errors
/// Where it cannot be read.
pub(crate) async fn read(ssm: &Client, name: &str, is_secret: bool) -> Result<Option<String>, BoxError> {
    let found = ssm.get_parameters().names(name).with_decryption(is_secret).send().await?;
    Ok(found.parameters.unwrap_or_default().into_iter().find_map(|parameter| parameter.value))
}
