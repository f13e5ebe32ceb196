//! One connection to a syncthing that listens on loopback: TLS in which each side knows the other by its certificate's hash, the
//! greeting, and messages in frames. It does not know what the messages are about.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use futures::{SinkExt as _, StreamExt as _};
use prost::Message;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme, version};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::codec::{Decoder, Encoder, Framed};

use super::messages::{Header, Hello, Kind};
use crate::sync::syncthing::identity::{DeviceId, KeyPair};

const HELLO_MAGIC: u32 = 0x2EA7_D90B;
/// What syncthing itself takes from others, and far more than it says.
const HELLO_BYTES: usize = 32 << 10;
/// Syncthing cuts its indexes at a quarter of a megabyte.
const FRAME_BYTES: usize = 16 << 20;
const SEND_BOUND: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum BepError {
    #[error("the keys are not what rustls takes")]
    Keys(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("failed to speak with the syncthing in the pod")]
    Io(#[from] io::Error),
    #[error("the syncthing in the pod said what cannot be understood: {0}")]
    Malformed(&'static str),
    #[error("the syncthing in the pod sent a message that cannot be read")]
    Decode(#[from] prost::DecodeError),
    #[error("the syncthing in the pod takes nothing for {} s", SEND_BOUND.as_secs())]
    Stuck,
    #[error("the syncthing in the pod ended the connection")]
    Ended,
    #[error("the syncthing in the pod does not share the folder with this device")]
    NotShared,
}

pub struct BepConnection {
    frames: Framed<TlsStream<TcpStream>, Frames>,
}

/// A message whose kind is known and that is not decoded yet.
pub struct Frame {
    pub kind: Kind,
    pub body: Bytes,
}

impl Frame {
    pub fn decode<M: Message + Default>(self) -> Result<M, BepError> {
        Ok(M::decode(self.body)?)
    }
}

impl BepConnection {
    /// Dials, and returns once both sides know each other. Bounded by the caller.
    pub async fn dial(port: u16, own: &KeyPair, peer: &DeviceId) -> Result<Self, BepError> {
        let config = Arc::new(tls(own, peer)?);
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("syncthing").expect("a DNS name");
        let mut stream = TlsConnector::from(config).connect(name, stream).await?;
        greet(&mut stream).await?;
        Ok(Self { frames: Framed::new(stream, Frames) })
    }

    pub async fn send(&mut self, kind: Kind, message: &impl Message) -> Result<(), BepError> {
        let frame = Frame { kind, body: message.encode_to_vec().into() };
        timeout(SEND_BOUND, self.frames.send(frame)).await.map_err(|_| BepError::Stuck)?
    }

    /// Safe to drop and call again.
    pub async fn receive(&mut self) -> Result<Frame, BepError> {
        self.frames.next().await.unwrap_or(Err(BepError::Ended))
    }
}

async fn greet(stream: &mut TlsStream<TcpStream>) -> Result<(), BepError> {
    let hello = Hello {
        device_name: "nhd".to_owned(),
        client_name: "nhd".to_owned(),
        client_version: crate::VERSION.to_owned(),
    };
    let hello = hello.encode_to_vec();
    let length = u16::try_from(hello.len()).expect("a few words");
    let mut text = BytesMut::new();
    text.put_u32(HELLO_MAGIC);
    text.put_u16(length);
    text.extend_from_slice(&hello);
    stream.write_all(&text).await?;
    stream.flush().await?;
    if stream.read_u32().await? != HELLO_MAGIC {
        return Err(BepError::Malformed("a greeting"));
    }
    let length = usize::from(stream.read_u16().await?);
    if length > HELLO_BYTES {
        return Err(BepError::Malformed("the length of a greeting"));
    }
    let mut text = vec![0; length];
    stream.read_exact(&mut text).await?;
    Hello::decode(text.as_slice())?;
    Ok(())
}

/// Two lengths, each before what it is of: a header and a message.
struct Frames;

impl Encoder<Frame> for Frames {
    type Error = BepError;

    fn encode(&mut self, frame: Frame, into: &mut BytesMut) -> Result<(), BepError> {
        let header = Header { kind: frame.kind.into(), compression: 0 }.encode_to_vec();
        let too_long = |_| BepError::Malformed("a message of our own is too long");
        into.put_u16(u16::try_from(header.len()).map_err(too_long)?);
        into.extend_from_slice(&header);
        into.put_u32(u32::try_from(frame.body.len()).map_err(too_long)?);
        into.extend_from_slice(&frame.body);
        Ok(())
    }
}

impl Decoder for Frames {
    type Item = Frame;
    type Error = BepError;

    fn decode(&mut self, from: &mut BytesMut) -> Result<Option<Frame>, BepError> {
        let mut rest: &[u8] = from;
        let Some(header) = rest.split_off(..2).map(|mut length| usize::from(length.get_u16())) else {
            return Ok(None);
        };
        let Some(header) = rest.split_off(..header) else { return Ok(None) };
        let Some(length) = rest.split_off(..4).map(|mut length| length.get_u32()) else { return Ok(None) };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > FRAME_BYTES {
            return Err(BepError::Malformed("the length of a message"));
        }
        if rest.len() < length {
            return Ok(None);
        }
        let header = Header::decode(header)?;
        if header.compression != 0 {
            return Err(BepError::Malformed("compressed, which this device does not take"));
        }
        let kind = Kind::try_from(header.kind).map_err(|_| BepError::Malformed("the kind of a message"))?;
        let begins = from.len() - rest.len();
        from.advance(begins);
        Ok(Some(Frame { kind, body: from.split_to(length).freeze() }))
    }
}

fn tls(own: &KeyPair, peer: &DeviceId) -> Result<ClientConfig, BepError> {
    let provider = Arc::new(ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(own.certificate_pem.as_bytes()).map_err(keys)?;
    let key = PrivateKeyDer::from_pem_slice(own.private_key_pem.as_bytes()).map_err(keys)?;
    let verifier = Arc::new(ByDevice { peer: peer.clone(), provider: provider.clone() });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&version::TLS13])
        .map_err(keys)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_auth_cert(vec![certificate], key)
        .map_err(keys)?;
    config.alpn_protocols = vec![b"bep/1.0".to_vec()];
    Ok(config)
}

fn keys(error: impl std::error::Error + Send + Sync + 'static) -> BepError {
    BepError::Keys(Box::new(error))
}

/// Takes the certificate whose hash is the device's id, as syncthing does: nobody signs these but their owners.
#[derive(Debug)]
struct ByDevice {
    peer: DeviceId,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for ByDevice {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _stapled: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if DeviceId::of_certificate(certificate) == self.peer {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::General("another device answered".to_owned()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::bep::messages::Request;

    #[test]
    fn a_message_is_read_once_all_of_it_is_there() {
        let request = Request { id: 7, name: "a/b".to_owned(), ..Request::default() };
        let mut sent = BytesMut::new();
        for _ in 0..2 {
            let body = request.encode_to_vec().into();
            Frames.encode(Frame { kind: Kind::Request, body }, &mut sent).unwrap();
        }
        let mut arrived = BytesMut::new();
        let mut read = 0;
        for byte in sent {
            arrived.put_u8(byte);
            if let Some(frame) = Frames.decode(&mut arrived).unwrap() {
                assert_eq!(frame.kind, Kind::Request);
                assert_eq!(frame.decode::<Request>().unwrap(), request);
                read += 1;
            }
        }
        assert_eq!((read, arrived.len()), (2, 0));
    }

    #[test]
    fn what_is_too_long_compressed_or_of_no_kind_is_an_error() {
        // Lengths, and within them a header that names field 1 (the kind) or 2 (the compression).
        for (text, what) in [
            (&[0, 0, 0xFF, 0, 0, 0][..], "too long"),
            (&[0, 2, 0x10, 1, 0, 0, 0, 0], "compressed"),
            (&[0, 2, 0x08, 99, 0, 0, 0, 0], "of no kind"),
            (&[0, 1, 0xFF, 0, 0, 0, 0], "not a header"),
        ] {
            assert!(Frames.decode(&mut BytesMut::from(text)).is_err(), "{what}");
        }
    }
}
