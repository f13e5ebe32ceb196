//! What the model test puts in the place of the cluster, of syncthing and of death, for all that runs on its thread.
//! Only tests are compiled with it.

use std::cell::RefCell;
use std::rc::Rc;

use tokio::sync::watch;

use crate::cluster::ClusterClient;

/// Whether the modelled syncthings have everything, and with which pod.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct InStep {
    pub(crate) connected: bool,
    pub(crate) in_sync: bool,
    /// Another number is another connection.
    pub(crate) connection: u64,
}

type Moment = dyn Fn(&str, &str);

/// The world as the model has it.
#[derive(Clone)]
pub(crate) struct StandIn {
    pub(crate) cluster: Rc<dyn Fn() -> ClusterClient>,
    pub(crate) sync: watch::Receiver<InStep>,
    /// Told of every fault point; it may unwind, which is the daemon's death.
    pub(crate) moment: Rc<Moment>,
}

thread_local! {
    static STAND_IN: RefCell<Option<StandIn>> = const { RefCell::new(None) };
}

/// Puts the model's world in the place of the real one for this thread, or takes it away.
pub(crate) fn install(stand_in: Option<StandIn>) {
    STAND_IN.set(stand_in);
}

fn stand_in() -> Option<StandIn> {
    STAND_IN.with_borrow(Clone::clone)
}

pub(crate) fn cluster() -> Option<ClusterClient> {
    stand_in().map(|stand_in| (stand_in.cluster)())
}

pub(crate) fn sync() -> Option<watch::Receiver<InStep>> {
    stand_in().map(|stand_in| stand_in.sync)
}

pub(crate) fn moment(step: &str, moment: &str) {
    if let Some(stand_in) = stand_in() {
        (stand_in.moment)(step, moment);
    }
}
