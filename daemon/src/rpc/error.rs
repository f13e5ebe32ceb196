//! Errors on the wire: the kind's code, the message, and the whole error as data.

use jsonrpsee::types::ErrorObjectOwned;
use jsonrpsee::types::error::INVALID_PARAMS_CODE;
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::error;

/// An error as a JSON-RPC error object. Plugins branch on `data.kind`.
pub fn to_wire(error: ErrorInfo) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(error.kind.code(), error.message.clone(), Some(error))
}

/// Parameters that are not what the method takes: JSON-RPC's own code, and our data.
pub fn invalid_params(method: &str, found: &ErrorObjectOwned) -> ErrorObjectOwned {
    let detail = found.data().map_or_else(|| found.message().to_owned(), |data| data.get().to_owned());
    let info = ErrorInfo::of(&error::PARAMS_WRONG, &[("method", &method), ("cause", &detail)]);
    ErrorObjectOwned::owned(INVALID_PARAMS_CODE, info.message.clone(), Some(info))
}
