//! A certificate authority of our own, which copies of the functions take for one of the world's. So what is deployed is
//! seen to speak TLS, and nothing that is deployed trusts anybody for that.

use std::path::Path;
use std::sync::Arc;

use cafe_core::payment::BoxError;
use memchr::memmem::{find, find_iter};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, IsCa, Issuer, KeyPair,
    PublicKeyData as _,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::upstreams::listens;

/// The authority in whose place ours stands: one with a key of the kind that is made here, which functions trust where
/// they ask gateways, and where they ask AWS.
const COUNTRY: &str = "US";
const ORGANIZATION: &str = "Amazon";
const NAME: &str = "Amazon Root CA 3";

/// What the functions trust where they speak to AWS.
const AMAZON_ROOTS: &str = include_str!("../../crates/functions/certs/amazon.pem");

/// What a certificate ends with, where it is written as text.
const END: &str = "-----END CERTIFICATE-----\n";

/// How a public key in DER begins that is this short: what it is, and how long. Trust anchors are kept without.
const HEADER_BYTES: usize = 2;

/// An authority that nobody else knows.
#[derive(Debug)]
pub struct Authority {
    /// Its certificate, as text.
    certificate: String,
    /// Its key, as trust anchors have it.
    public_key: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes one.
    ///
    /// # Errors
    /// Where this machine gives no randomness.
    pub fn new() -> Result<Authority, BoxError> {
        let key = KeyPair::generate()?;
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, DnValue::PrintableString(COUNTRY.try_into()?));
        name.push(DnType::OrganizationName, DnValue::PrintableString(ORGANIZATION.try_into()?));
        name.push(DnType::CommonName, DnValue::PrintableString(NAME.try_into()?));
        let mut params = CertificateParams::default();
        params.distinguished_name = name;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key)?.pem().replace("\r\n", "\n");
        let public_key = key.subject_public_key_info().split_off(HEADER_BYTES);
        Ok(Authority { certificate, public_key, issuer: Issuer::new(params, key) })
    }

    /// Writes a copy of a function to `copy`, which trusts this authority in the other's place, and is the same else.
    ///
    /// # Errors
    /// Where the function cannot be read or its copy written, or it does not trust the other to speak for AWS.
    pub fn is_trusted_by_a_copy(&self, function: &Path, copy: &Path) -> Result<(), BoxError> {
        let mut program = std::fs::read(function)?;
        let mut anchors = webpki_roots::TLS_SERVER_ROOTS.iter();
        let anchor = anchors.find(|anchor| anchor.subject.ends_with(NAME.as_bytes()));
        let their_key =
            &anchor.ok_or("the other is none of the world's authorities")?.subject_public_key_info;
        let mut certificates = AMAZON_ROOTS.split_inclusive(END);
        let theirs = certificates.find(|certificate| {
            let certificate = CertificateDer::from_pem_slice(certificate.as_bytes());
            certificate.is_ok_and(|certificate| find(&certificate, their_key).is_some())
        });
        let theirs = theirs.ok_or("the other is none of AWS's authorities")?;
        // What is between certificates is not read.
        let ours = format!("{:\n<width$}", self.certificate, width = theirs.len());
        if replace(&mut program, theirs.as_bytes(), ours.as_bytes())? == 0 {
            return Err("the function does not trust the authority that is to be replaced".into());
        }
        // It is not there where no gateway is asked.
        replace(&mut program, their_key, &self.public_key)?;
        // With it comes that it may be run.
        std::fs::copy(function, copy)?;
        Ok(std::fs::write(copy, program)?)
    }

    /// Answers over TLS, in that version, for whom `url` leads to on loopback, as long as `serving` is. Gives the URL.
    ///
    /// # Errors
    /// Where this machine gives no port on loopback.
    pub async fn answers_for(
        &self,
        url: &str,
        version: &'static SupportedProtocolVersion,
        serving: &mut JoinSet<()>,
    ) -> Result<String, BoxError> {
        let key = KeyPair::generate()?;
        let certificate =
            CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (listener, _) = listens().await?;
        let port = listener.local_addr()?.port();
        let behind = url.trim_start_matches("http://").to_owned();
        serving.spawn(serve(listener, acceptor, behind));
        Ok(format!("https://localhost:{port}"))
    }
}

/// Opens each connection, and hands on what is in it.
async fn serve(listener: TcpListener, acceptor: TlsAcceptor, behind: String) {
    let mut connections = JoinSet::new();
    while let Ok((sealed, _)) = listener.accept().await {
        let (acceptor, behind) = (acceptor.clone(), behind.clone());
        connections.spawn(async move {
            // Whoever breaks off finds out by it.
            let _ = hand_on(sealed, &acceptor, &behind).await;
        });
    }
}

async fn hand_on(sealed: TcpStream, acceptor: &TlsAcceptor, behind: &str) -> std::io::Result<()> {
    let mut behind = TcpStream::connect(behind).await?;
    for stream in [&sealed, &behind] {
        // What is written at once is sent at once, and waits for no acknowledgement of what went before.
        stream.set_nodelay(true)?;
    }
    let mut opened = acceptor.accept(sealed).await?;
    copy_bidirectional(&mut opened, &mut behind).await?;
    Ok(())
}

/// Puts `new` wherever `old` is in a program. Gives how often it was there.
///
/// # Errors
/// Where the two are not as long as each other.
fn replace(program: &mut [u8], old: &[u8], new: &[u8]) -> Result<usize, BoxError> {
    if new.len() != old.len() {
        return Err(format!("{} bytes do not fit where there are {}", new.len(), old.len()).into());
    }
    let places: Vec<usize> = find_iter(program, old).collect();
    for place in &places {
        program[*place..place + new.len()].copy_from_slice(new);
    }
    Ok(places.len())
}
