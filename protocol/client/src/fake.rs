//! A server for tests on a socket in a temporary folder, with the methods that the test registers.

use std::path::Path;

use jsonrpsee::RpcModule;
use jsonrpsee::server::{Server, ServerHandle, serve_with_graceful_shutdown, stop_channel};
use jsonrpsee::types::ErrorObjectOwned;
use nhd_protocol::PROTOCOL_VERSION;
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::hello::HelloResult;
use nhd_protocol::methods::{Hello, Method};
use tempfile::TempDir;
use tokio::net::UnixListener;

use crate::paths::Paths;

pub struct FakeDaemon {
    pub paths: Paths,
    _folder: TempDir,
    _server: ServerHandle,
}

pub fn paths_in(folder: &Path) -> Paths {
    Paths {
        home: folder.to_owned(),
        runtime: folder.to_owned(),
        socket: folder.join("nhd.sock"),
        config: folder.join("config.yaml"),
    }
}

/// A module that says hello.
pub fn hello_module() -> RpcModule<()> {
    hello_module_of(PROTOCOL_VERSION)
}

pub fn hello_module_of(protocol: u32) -> RpcModule<()> {
    let mut module = RpcModule::new(());
    on::<Hello>(&mut module, move |hello| {
        assert!(hello.client.starts_with("nhd-cli "), "{hello:?}");
        Ok(HelloResult {
            version: "9.9.9".to_owned(),
            protocol,
            pid: std::process::id(),
            home: "/home".to_owned(),
            socket: "/socket".to_owned(),
            started_at: "2026-11-23T08:24:26.123Z".to_owned(),
            features: Vec::new(),
        })
    });
    module
}

/// Answers a method as the daemon would.
pub fn on<M: Method>(
    module: &mut RpcModule<()>,
    answer: impl Fn(M::Params) -> Result<M::Output, ErrorInfo> + Send + Sync + 'static,
) {
    module
        .register_method(M::NAME, move |params, (), _| {
            answer(params.parse().expect("flat params"))
                .map_err(|info| ErrorObjectOwned::owned(info.kind.code(), info.message.clone(), Some(info)))
        })
        .expect("a new method");
}

/// Serves on a socket that is there when this returns.
pub fn serve(module: RpcModule<()>) -> FakeDaemon {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths_in(folder.path());
    let server = serve_on(&paths, module);
    FakeDaemon { paths, _folder: folder, _server: server }
}

pub fn serve_on(paths: &Paths, module: RpcModule<()>) -> ServerHandle {
    let listener = UnixListener::bind(&paths.socket).expect("a free socket");
    let (stop, handle) = stop_channel();
    let builder = Server::builder().to_service_builder();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = builder.clone().build(module.clone(), stop.clone());
            tokio::spawn(serve_with_graceful_shutdown(stream, service, stop.clone().shutdown()));
        }
    });
    handle
}
