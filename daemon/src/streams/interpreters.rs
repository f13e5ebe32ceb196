//! Which shell there is in a container, asked once of each. It does not know what is run by it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use super::place::ContainerPlace;
use super::script::INTERPRETERS;
use crate::cluster::ClusterError;
use crate::cluster::exec::{RunLimits, run};

const LIMITS: RunLimits = RunLimits { time: Duration::from_secs(10), bytes: 1 << 10 };
/// Of so many containers it is remembered.
const KNOWN: usize = 256;

/// What is known, by the containers' ids.
#[derive(Default)]
pub struct Interpreters(Mutex<BTreeMap<String, Option<&'static str>>>);

impl Interpreters {
    /// The shell of a container; `None` where it has none.
    pub async fn of(&self, place: &ContainerPlace) -> Result<Option<&'static str>, ClusterError> {
        let known = self.known().get(&place.container_id).copied();
        if let Some(known) = known {
            return Ok(known);
        }
        let mut found = None;
        for interpreter in INTERPRETERS {
            let command = [interpreter, "-c", ":"];
            let ran = run(&place.connection, &place.container, &command, LIMITS).await?;
            if ran.success().is_some() {
                found = Some(*interpreter);
                break;
            }
        }
        let mut known = self.known();
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(place.container_id.clone(), found);
        Ok(found)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Option<&'static str>>> {
        self.0.lock().expect("nobody panics with it in hand")
    }
}
