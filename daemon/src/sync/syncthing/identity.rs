//! Who the two sides of a session are: a fresh key pair each, the device id that syncthing derives from a certificate,
//! and the key of the local REST API. Nothing here is constant between sessions.

use std::fmt;

use data_encoding::{BASE32_NOPAD, BASE64};
use rand::TryRngCore;
use rand::distr::{Alphanumeric, SampleString};
use rand::rngs::OsRng;
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyUsagePurpose};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The name that syncthing demands of the other side's certificate.
const COMMON_NAME: &str = "syncthing";
const API_KEY_CHARACTERS: usize = 32;
/// A device id in groups: 52 characters of base32 become four times thirteen and a check character.
const CHUNK: usize = 13;
const GROUP: usize = 7;

#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("failed to make a key pair for syncthing")]
    Generate(#[source] rcgen::Error),
    #[error("the stored certificate of syncthing is not PEM")]
    NotPem,
}

impl IdentityError {
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Generate(_) => None,
            Self::NotPem => Some("end the session and start it again: that makes new keys".into()),
        }
    }
}

/// What a session stores about its sync: our own keys, who the other side is, the key of our REST API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncIdentity {
    pub local: KeyPair,
    pub remote_device: DeviceId,
    pub api_key: ApiKey,
}

impl SyncIdentity {
    /// Makes both sides. The remote's key pair goes into the cluster's Secret and is not kept here.
    pub fn generate() -> Result<(Self, KeyPair), IdentityError> {
        let remote = KeyPair::generate()?;
        let identity = Self {
            local: KeyPair::generate()?,
            remote_device: remote.device_id()?,
            api_key: ApiKey::generate(),
        };
        Ok((identity, remote))
    }
}

/// A self-signed certificate and its private key, both PEM, as the files cert.pem and key.pem hold them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPair {
    pub certificate_pem: String,
    pub private_key_pem: String,
}

impl KeyPair {
    pub fn generate() -> Result<Self, IdentityError> {
        // Syncthing checks the name as a DNS name of the certificate, not only as its common name.
        let mut parameters =
            CertificateParams::new(vec![COMMON_NAME.to_owned()]).map_err(IdentityError::Generate)?;
        parameters.distinguished_name = DistinguishedName::new();
        parameters.distinguished_name.push(DnType::CommonName, COMMON_NAME);
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        parameters.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        // Wide, so that a clock that is wrong on a node does not refuse a session.
        parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2099, 1, 1);
        let key = rcgen::KeyPair::generate().map_err(IdentityError::Generate)?;
        let certificate = parameters.self_signed(&key).map_err(IdentityError::Generate)?;
        Ok(Self { certificate_pem: certificate.pem(), private_key_pem: key.serialize_pem() })
    }

    pub fn device_id(&self) -> Result<DeviceId, IdentityError> {
        let der = pem_body(&self.certificate_pem).ok_or(IdentityError::NotPem)?;
        Ok(DeviceId::of_certificate(&der))
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyPair(..)")
    }
}

/// How syncthing names a device: the hash of its certificate, with check characters, in groups of seven.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(String);

impl DeviceId {
    pub fn of_certificate(der: &[u8]) -> Self {
        let hash = BASE32_NOPAD.encode(&Sha256::digest(der));
        let mut checked = String::with_capacity(hash.len() + hash.len() / CHUNK);
        for chunk in hash.as_bytes().chunks(CHUNK) {
            checked.extend(chunk.iter().map(|byte| char::from(*byte)));
            checked.push(check_character(chunk));
        }
        let groups: Vec<&str> =
            (0..checked.len()).step_by(GROUP).map(|at| &checked[at..at + GROUP]).collect();
        Self(groups.join("-"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash of the certificate; nothing where this is not an id.
    pub fn hash(&self) -> Vec<u8> {
        let letters: Vec<u8> = self.0.bytes().filter(|letter| *letter != b'-').collect();
        let chunks = letters.chunks(CHUNK + 1).flat_map(|checked| &checked[..checked.len().min(CHUNK)]);
        BASE32_NOPAD.decode(&chunks.copied().collect::<Vec<u8>>()).unwrap_or_default()
    }

    /// The part of the hash by which versions of files name a device.
    pub fn short_id(&self) -> u64 {
        self.hash().first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
    }

    /// How syncthing's REST API names the same, with fewer bits.
    pub fn short_name(&self) -> &str {
        self.0.get(..GROUP).unwrap_or_default()
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The key that the local REST API asks for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiKey(String);

impl ApiKey {
    pub fn generate() -> Self {
        Self(Alphanumeric.sample_string(&mut OsRng.unwrap_err(), API_KEY_CHARACTERS))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey(..)")
    }
}

/// Syncthing's own variant of the Luhn algorithm over base32: the factor starts at one and runs from the left.
fn check_character(chunk: &[u8]) -> char {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut sum = 0;
    for (at, byte) in chunk.iter().enumerate() {
        let value = ALPHABET.iter().position(|letter| letter == byte).unwrap_or_default();
        let product = value * (1 + at % 2);
        sum += product / ALPHABET.len() + product % ALPHABET.len();
    }
    char::from(ALPHABET[(ALPHABET.len() - sum % ALPHABET.len()) % ALPHABET.len()])
}

fn pem_body(pem: &str) -> Option<Vec<u8>> {
    let start = pem.find("-----BEGIN CERTIFICATE-----")? + "-----BEGIN CERTIFICATE-----".len();
    let end = pem.find("-----END CERTIFICATE-----")?;
    let body: String = pem.get(start..end)?.split_whitespace().collect();
    BASE64.decode(body.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `syncthing generate` 1.19.2, with the id that `syncthing --device-id` prints for it.
    const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIICHTCCAaOgAwIBAgIJAI+zGZHiP0uLMAoGCCqGSM49BAMCMEoxEjAQBgNVBAoT
CVN5bmN0aGluZzEgMB4GA1UECxMXQXV0b21hdGljYWxseSBHZW5lcmF0ZWQxEjAQ
BgNVBAMTCXN5bmN0aGluZzAeFw0yNjExMjMwMDAwMDBaFw00NjExMTgwMDAwMDBa
MEoxEjAQBgNVBAoTCVN5bmN0aGluZzEgMB4GA1UECxMXQXV0b21hdGljYWxseSBH
ZW5lcmF0ZWQxEjAQBgNVBAMTCXN5bmN0aGluZzB2MBAGByqGSM49AgEGBSuBBAAi
A2IABHouT7lhzwZ/IY2cMS6wtfOxnbfKLIBPX+TdNm5VCgqtrn+BbxodZD+Hoswg
SyRolKeoOFcgXzWQuSXHDKr2HfWaOoUqhnJy2pl/+AF8zAVc1TTggRUGjd+/JBlA
AcYxgqNVMFMwDgYDVR0PAQH/BAQDAgWgMB0GA1UdJQQWMBQGCCsGAQUFBwMBBggr
BgEFBQcDAjAMBgNVHRMBAf8EAjAAMBQGA1UdEQQNMAuCCXN5bmN0aGluZzAKBggq
hkjOPQQDAgNoADBlAjB/g33bY6qiZjDpobXCvsuHsohdRiRqRnGlZT4jkUguvRlQ
oIEnzWev4XVKjCnqKUQCMQDP2wOG2wALlm/KMOI1W3Jfs9G9krUsL5pqtZ4HxOxr
MvgdJ0jrO5SdI2JrPqmfXig=
-----END CERTIFICATE-----";
    const DEVICE_ID: &str = "KCH3OOJ-DH3L4KP-5CWLVUK-PWWSRY5-YKAEXRS-CIQRKKE-PG5TMBV-JICG6A5";

    #[test]
    fn the_device_id_is_the_one_that_syncthing_derives() {
        let pair = KeyPair { certificate_pem: CERTIFICATE.into(), private_key_pem: String::new() };
        let id = pair.device_id().unwrap();
        assert_eq!(id.as_str(), DEVICE_ID);
        let hash = Sha256::digest(pem_body(CERTIFICATE).unwrap()).to_vec();
        assert_eq!(id.hash(), hash);
        assert_eq!(
            (id.short_name(), id.short_id().to_be_bytes()[..].to_vec()),
            ("KCH3OOJ", hash[..8].to_vec())
        );
        assert_eq!((DeviceId("no id".into()).hash(), DeviceId(String::new()).short_id()), (Vec::new(), 0));
    }

    #[test]
    fn two_sides_of_two_sessions_are_four_devices() {
        let (one, one_remote) = SyncIdentity::generate().unwrap();
        let (two, two_remote) = SyncIdentity::generate().unwrap();
        let ids: std::collections::HashSet<_> =
            [&one.local, &one_remote, &two.local, &two_remote].map(|pair| pair.device_id().unwrap()).into();
        assert_eq!(ids.len(), 4);
        assert_eq!(one.remote_device, one_remote.device_id().unwrap());
        assert_ne!(one.api_key, two.api_key);
        assert_eq!(one.api_key.as_str().len(), API_KEY_CHARACTERS);
    }

    #[test]
    fn an_identity_survives_the_store_and_hides_its_secrets() {
        let (identity, _) = SyncIdentity::generate().unwrap();
        let stored = serde_json::to_string(&identity).unwrap();
        assert_eq!(serde_json::from_str::<SyncIdentity>(&stored).unwrap(), identity);
        let shown = format!("{identity:?}");
        assert!(!shown.contains(identity.api_key.as_str()) && !shown.contains("PRIVATE"), "{shown}");
    }

    #[test]
    fn a_certificate_that_is_not_pem_is_a_typed_error() {
        let pair = KeyPair { certificate_pem: "nothing".into(), private_key_pem: String::new() };
        assert!(matches!(pair.device_id(), Err(IdentityError::NotPem)));
    }
}
