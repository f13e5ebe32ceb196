//! The messages on the wire, by the protocol's own numbers; fields that nobody here reads or sets are left out, as
//! protobuf allows. From `bep.proto` of syncthing 1.19, which later versions only add to.

use prost::{Enumeration, Message};

/// Files are hashed and handed out in blocks of this size, as far as they are small; larger ones are not brought.
pub const BLOCK_BYTES: usize = 128 << 10;

#[derive(Clone, PartialEq, Message)]
pub struct Hello {
    #[prost(string, tag = "1")]
    pub device_name: String,
    #[prost(string, tag = "2")]
    pub client_name: String,
    #[prost(string, tag = "3")]
    pub client_version: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Header {
    #[prost(enumeration = "Kind", tag = "1")]
    pub kind: i32,
    /// 0 is none. The other side sends none to a device that its configuration says so of.
    #[prost(int32, tag = "2")]
    pub compression: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enumeration)]
#[repr(i32)]
pub enum Kind {
    ClusterConfig = 0,
    Index = 1,
    IndexUpdate = 2,
    Request = 3,
    Response = 4,
    DownloadProgress = 5,
    Ping = 6,
    Close = 7,
}

#[derive(Clone, PartialEq, Message)]
pub struct ClusterConfig {
    #[prost(message, repeated, tag = "1")]
    pub folders: Vec<Folder>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Folder {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(bool, tag = "6")]
    pub disable_temp_indexes: bool,
    #[prost(bool, tag = "7")]
    pub paused: bool,
    #[prost(message, repeated, tag = "16")]
    pub devices: Vec<Device>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Device {
    /// The hash of its certificate.
    #[prost(bytes = "vec", tag = "1")]
    pub id: Vec<u8>,
    /// Of its index: what the sender of this message has of it.
    #[prost(int64, tag = "6")]
    pub max_sequence: i64,
    #[prost(uint64, tag = "8")]
    pub index_id: u64,
}

/// An index or an update of it.
#[derive(Clone, PartialEq, Message)]
pub struct Index {
    #[prost(string, tag = "1")]
    pub folder: String,
    #[prost(message, repeated, tag = "2")]
    pub files: Vec<FileInfo>,
}

/// A regular file; the kinds of all others have numbers of their own in a field that is left out here.
#[derive(Clone, PartialEq, Message)]
pub struct FileInfo {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(int64, tag = "3")]
    pub size: i64,
    #[prost(uint32, tag = "4")]
    pub permissions: u32,
    #[prost(int64, tag = "5")]
    pub modified_s: i64,
    #[prost(bool, tag = "8")]
    pub no_permissions: bool,
    #[prost(message, optional, tag = "9")]
    pub version: Option<Vector>,
    #[prost(int64, tag = "10")]
    pub sequence: i64,
    #[prost(int32, tag = "11")]
    pub modified_ns: i32,
    #[prost(uint64, tag = "12")]
    pub modified_by: u64,
    #[prost(int32, tag = "13")]
    pub block_size: i32,
    #[prost(message, repeated, tag = "16")]
    pub blocks: Vec<BlockInfo>,
    /// The hash of the hashes of all blocks.
    #[prost(bytes = "vec", tag = "18")]
    pub blocks_hash: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct BlockInfo {
    #[prost(int64, tag = "1")]
    pub offset: i64,
    #[prost(int32, tag = "2")]
    pub size: i32,
    #[prost(bytes = "vec", tag = "3")]
    pub hash: Vec<u8>,
}

/// How often each device has changed a file: what makes one version later than another.
#[derive(Clone, PartialEq, Message)]
pub struct Vector {
    #[prost(message, repeated, tag = "1")]
    pub counters: Vec<Counter>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Counter {
    #[prost(uint64, tag = "1")]
    pub id: u64,
    #[prost(uint64, tag = "2")]
    pub value: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct Request {
    #[prost(int32, tag = "1")]
    pub id: i32,
    #[prost(string, tag = "2")]
    pub folder: String,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(int64, tag = "4")]
    pub offset: i64,
    #[prost(int32, tag = "5")]
    pub size: i32,
    #[prost(bytes = "vec", tag = "6")]
    pub hash: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Response {
    #[prost(int32, tag = "1")]
    pub id: i32,
    #[prost(bytes = "bytes", tag = "2")]
    pub data: bytes::Bytes,
    /// 0 where there is data.
    #[prost(int32, tag = "3")]
    pub code: i32,
}

impl Response {
    pub const NO_SUCH_FILE: i32 = 2;
}
