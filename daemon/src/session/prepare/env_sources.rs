//! Whether the ConfigMaps and Secrets are there that `envFrom` names: without one the dev container would never start.

use nhd_plan::{EnvSource, EnvSourceKind};
use nhd_protocol::error::{ErrorData, ErrorInfo, ErrorLocation};
use nhd_protocol::message::{Arguments, error, warning};
use nhd_protocol::workload::WorkloadRef;

use crate::cluster::Reason;
use crate::cluster::objects::{CONFIG_MAPS, Objects, SECRETS};
use crate::session::failure::Failure;

/// What is to be said of those that cannot be seen. Nothing of what they hold is kept.
pub(super) async fn check(
    objects: &Objects,
    workload: &WorkloadRef,
    sources: &[EnvSource],
) -> Result<Vec<String>, Failure> {
    let mut warnings = Vec::new();
    for source in sources {
        let resource = match source.kind {
            EnvSourceKind::ConfigMap => CONFIG_MAPS,
            EnvSourceKind::Secret => SECRETS,
        };
        let object = format!("{}/{}", resource.word, source.name);
        let found = objects.get(resource, Some(&workload.namespace), &source.name).await;
        match found {
            Ok(_) => {}
            Err(error) if error.reason == Reason::NotFound => {
                return Err(Failure::fatal(missing(workload, &object, source)));
            }
            Err(error) if error.reason == Reason::Forbidden => {
                warnings.push(warning::ENV_SOURCE_UNSEEN.say(&[("object", &object)]));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(warnings)
}

fn missing(workload: &WorkloadRef, object: &str, source: &EnvSource) -> ErrorInfo {
    let place = &source.place;
    let arguments: Arguments<'_> =
        &[("workload", workload), ("place", place), ("object", &object), ("namespace", &workload.namespace)];
    let location = ErrorLocation { file: place.file.clone(), line: place.line, column: place.column };
    ErrorInfo::of(&error::ENV_SOURCE_MISSING, arguments)
        .with_data(ErrorData { location: Some(location), ..ErrorData::default() })
}
