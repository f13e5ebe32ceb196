//! Dev images to choose from, each with why. No registry is asked: whether one can be pulled shows in the cluster.

mod languages;

use std::path::{Path, PathBuf};
use std::time::Duration;

use nhd_protocol::browse::images::{
    ImageReason, ImageSuggestParams, ImageSuggestion, ImageSuggestions, LastChoice,
};
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::workload::WorkloadKind;
use serde_json::Value;

use super::describe;
use super::glance::pod_spec;
use crate::blocking::blocking;
use crate::config::Flags;
use crate::session::SessionManager;
use crate::session::requests::check::{address, wrong};
use crate::session::requests::configure::{Asked, ConfiguredImage, configured_image};
use crate::session::requests::place::Place;

/// A source folder on a network disk that hangs must not hold a client for ever.
const LOOK_LIMIT: Duration = Duration::from_secs(5);

pub async fn suggest(
    manager: &SessionManager,
    params: ImageSuggestParams,
) -> Result<ImageSuggestions, ErrorInfo> {
    let given = blocking(|| params.source.as_deref().map(folder).transpose())?;
    let address = address(params.kubeconfig.as_deref(), params.context, params.environment)?;
    let namespace = params.namespace.filter(|namespace| !namespace.is_empty());
    let place = Place::find(&address, namespace.as_deref()).await?;
    let workload = place.workload(params.kind, &params.name);
    let object = describe::read(&place.objects, &workload).await?;
    let last_choice = manager.last_choice(&place, &workload);
    let source = given.or_else(|| last_choice.as_ref().map(|last| PathBuf::from(&last.source)));
    let container = params.container.or_else(|| last_choice.as_ref()?.container.clone());
    let mut warnings = Vec::new();
    let flags = Flags { container: container.clone(), ..Flags::default() };
    let asked = Asked {
        workload: &workload,
        flags: &flags,
        source: source.as_deref(),
        environment: &address.environment,
    };
    // What is wrong with the configuration a start says; the other images are good all the same.
    let configured = configured_image(manager.paths(), &place, &asked).await.unwrap_or_else(|error| {
        warnings.push(error.message);
        None
    });
    let languages = match &source {
        Some(source) => look(source.clone()).await.unwrap_or_else(|warning| {
            warnings.push(warning);
            Vec::new()
        }),
        None => Vec::new(),
    };
    let found = Found {
        configured,
        last: last_choice.as_ref(),
        languages,
        own: own_images(params.kind, &object, container.as_deref()),
    };
    Ok(ImageSuggestions { images: found.in_order(), last_choice, warnings })
}

/// The source folder as a client names it.
fn folder(source: &str) -> Result<PathBuf, ErrorInfo> {
    let path = PathBuf::from(source);
    if !path.is_absolute() {
        return Err(wrong("source", "an absolute path", source));
    }
    let missing = |why: String| {
        ErrorInfo::new(
            ErrorKind::SourceMissing,
            format!("cannot look into the source folder {source:?}: {why}"),
        )
        .with_hint("name a folder that exists")
    };
    let folder = std::fs::canonicalize(&path).map_err(|error| missing(error.to_string()))?;
    if folder.is_dir() { Ok(folder) } else { Err(missing("it is no folder".to_owned())) }
}

/// The images for the languages of a folder.
async fn look(source: PathBuf) -> Result<Vec<ImageSuggestion>, String> {
    let name = source.display().to_string();
    let looking = tokio::task::spawn_blocking(move || languages::of_folder(&source));
    match tokio::time::timeout(LOOK_LIMIT, looking).await {
        Ok(Ok(found)) => found.map_err(|error| format!("failed to look into {name}: {error}")),
        Ok(Err(_)) => Err(format!("looking into {name} was interrupted")),
        Err(_) => Err(format!("{name} could not be looked into within {} s", LOOK_LIMIT.as_secs())),
    }
}

/// The images of the containers to develop in: of the one that is named, or of all.
fn own_images(kind: WorkloadKind, object: &Value, container: Option<&str>) -> Vec<(String, String)> {
    // In DevMode the original has them.
    let origin = nhd_plan::Edit::recovered(object, None).map(|edit| edit.origin);
    let containers = pod_spec(kind, origin.as_ref().unwrap_or(object))["containers"].as_array();
    let named =
        containers.into_iter().flatten().filter_map(|it| Some((it["name"].as_str()?, it["image"].as_str()?)));
    let meant = named.filter(|(name, _)| container.is_none_or(|container| container == *name));
    meant.map(|(name, image)| (name.to_owned(), image.to_owned())).collect()
}

/// What there is to suggest, by its reasons.
struct Found<'a> {
    configured: Option<ConfiguredImage>,
    last: Option<&'a LastChoice>,
    languages: Vec<ImageSuggestion>,
    /// By the names of the containers.
    own: Vec<(String, String)>,
}

impl Found<'_> {
    /// The best guess first, and each image once, with its best reason.
    fn in_order(self) -> Vec<ImageSuggestion> {
        let suggest = |image: String, reason, text: String| ImageSuggestion { image, reason, text };
        let configured = self.configured.map(|configured| {
            let text = format!("{} names it", configured.source);
            suggest(configured.image, ImageReason::Configured, text)
        });
        let last = self.last.map(|last| {
            let text = format!("it was used the last time, at {}", last.at);
            suggest(last.image.clone(), ImageReason::LastUsed, text)
        });
        let own = self.own.into_iter().map(|(container, image)| {
            let text = format!("container {container} runs it; it may lack what builds the program");
            suggest(image, ImageReason::Container, text)
        });
        let mut images: Vec<ImageSuggestion> = Vec::new();
        for suggestion in configured.into_iter().chain(last).chain(self.languages).chain(own) {
            if images.iter().all(|there| there.image != suggestion.image) {
                images.push(suggestion);
            }
        }
        images
    }
}

/// The name of a file in messages.
fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_image_is_suggested_once_with_its_best_reason_and_the_best_guess_comes_first() {
        let last = LastChoice {
            image: "golang:1.24".into(),
            container: None,
            source: "/src".into(),
            at: "2026-01-01T00:00:00.000Z".into(),
        };
        let language = |image: &str| ImageSuggestion {
            image: image.into(),
            reason: ImageReason::Language,
            text: String::new(),
        };
        let configured =
            ConfiguredImage { image: "team/dev:1".into(), source: "/src/.nocalhost/config.yaml".into() };
        let found = |configured, last| Found {
            configured,
            last,
            languages: vec![language("golang:1.24"), language("node:22")],
            own: vec![("web".into(), "shop/web:3".into()), ("gauge".into(), "node:22".into())],
        };
        let shown = |found: Found<'_>| -> Vec<String> {
            found.in_order().into_iter().map(|it| format!("{} {:?}", it.image, it.reason)).collect()
        };
        assert_eq!(
            shown(found(Some(configured), Some(&last))),
            ["team/dev:1 Configured", "golang:1.24 LastUsed", "node:22 Language", "shop/web:3 Container"]
        );
        assert_eq!(
            shown(found(None, None)),
            ["golang:1.24 Language", "node:22 Language", "shop/web:3 Container"]
        );
    }

    #[test]
    fn the_image_of_the_container_that_is_meant_is_its_own() {
        let spec = json!({"containers": [{"name": "a", "image": "one"}, {"name": "b", "image": "two"}]});
        let object =
            json!({"kind": "Deployment", "metadata": {"name": "w"}, "spec": {"template": {"spec": spec}}});
        let of = |container| own_images(WorkloadKind::Deployment, &object, container);
        assert_eq!(of(Some("b")), [("b".to_owned(), "two".to_owned())]);
        assert_eq!(of(None).len(), 2);
        assert!(of(Some("c")).is_empty());
    }

    #[test]
    fn a_source_that_is_no_folder_is_refused() {
        let folder_of = |source: &str| folder(source).map_err(|error| error.kind).err();
        assert_eq!(folder_of("relative"), Some(ErrorKind::InvalidRequest));
        assert_eq!(folder_of("/nowhere/at/all"), Some(ErrorKind::SourceMissing));
        assert_eq!(folder_of("/dev/null"), Some(ErrorKind::SourceMissing));
        assert_eq!(folder_of("/"), None);
        assert_eq!(name_of(Path::new("/a/b.csproj")), "b.csproj");
    }
}
