//! The last resort: a WebSocket for each connection, in a protocol that all API servers have.

pub(super) mod stream;
