//! `nhd-cli call`: a method by its name, as is, for scripts and for trying things out.

use super::arguments::CallArguments;
use super::client::Client;
use super::failure::Failure;
use super::render::Screen;

pub(crate) async fn run(
    arguments: &CallArguments,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let result = client.call_raw(&arguments.method, arguments.params.clone()).await?;
    Ok(screen.result(&result, |_| String::new())?)
}
