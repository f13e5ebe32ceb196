//! The cluster's certificate authority and what it signs; it knows no component by name.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};

const OBJECT_ID_OF_ORGANIZATION: &[u64] = &[2, 5, 4, 10];

/// A certificate and its key, as PEM text.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// Signs certificates; its own is in `ca.pem` and `ca.key` of its folder, so that other processes can sign, too.
#[derive(Debug)]
pub(super) struct Authority {
    pub(super) folder: PathBuf,
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes a new authority in `folder`.
    pub(super) fn create(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder).with_context(|| format!("make {folder:?}"))?;
        let key = KeyPair::generate()?;
        let certificate = Self::params().self_signed(&key)?.pem();
        fs::write(folder.join("ca.pem"), &certificate)?;
        fs::write(folder.join("ca.key"), key.serialize_pem())?;
        Ok(Self { folder, certificate, issuer: Issuer::new(Self::params(), key) })
    }

    /// Opens the authority that another process made in `folder`.
    pub(super) fn open(folder: PathBuf) -> Result<Self> {
        let read = |name: &str| fs::read_to_string(folder.join(name)).with_context(|| format!("read {name}"));
        let certificate = read("ca.pem")?;
        let key = KeyPair::from_pem(&read("ca.key")?)?;
        Ok(Self { folder, certificate, issuer: Issuer::new(Self::params(), key) })
    }

    pub(super) fn certificate(&self) -> &str {
        &self.certificate
    }

    pub(super) fn certificate_path(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Signs a certificate for `user` in `groups`, good as a client's and, with `names`, as a server's.
    pub(super) fn sign(&self, user: &str, groups: &[&str], names: &[&str]) -> Result<Identity> {
        let mut params =
            CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, user);
        // rcgen keeps one value for each attribute type; a second organization passes as a custom type.
        let types = [DnType::OrganizationName, DnType::CustomDnType(OBJECT_ID_OF_ORGANIZATION.to_vec())];
        if groups.len() > types.len() {
            bail!("at most {} groups fit into a certificate, not {groups:?}", types.len());
        }
        for (kind, &group) in types.into_iter().zip(groups) {
            params.distinguished_name.push(kind, group);
        }
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        if !names.is_empty() {
            params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
        }
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Identity { certificate, key: key.serialize_pem() })
    }

    /// Signs as `sign` does, and writes `NAME.pem` and `NAME.key` into the folder.
    pub(super) fn sign_into_files(
        &self,
        name: &str,
        user: &str,
        groups: &[&str],
        names: &[&str],
    ) -> Result<(PathBuf, PathBuf)> {
        let identity = self.sign(user, groups, names)?;
        let certificate = self.folder.join(format!("{name}.pem"));
        let key = self.folder.join(format!("{name}.key"));
        fs::write(&certificate, identity.certificate)?;
        fs::write(&key, identity.key)?;
        Ok((certificate, key))
    }

    fn params() -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "nhd-tests");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
    }
}

/// Makes the key pair that signs service-account tokens: the private key, the public key.
pub(super) fn token_keys(folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let key = KeyPair::generate()?;
    let (private, public) = (folder.join("tokens.key"), folder.join("tokens.pub"));
    fs::write(&private, key.serialize_pem())?;
    fs::write(&public, key.public_key_pem())?;
    Ok((private, public))
}
