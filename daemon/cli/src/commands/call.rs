//! `nhd-cli call`: a method by its name, as is, for scripts and for trying things out.

use crate::arguments::CallArguments;
use crate::failure::Failure;
use crate::render::Screen;
use nhd_client::Client;

pub(crate) async fn run(
    arguments: &CallArguments,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let result = client.call_raw(&arguments.method, arguments.params.clone()).await?;
    Ok(screen.result(&result, |_| String::new())?)
}
