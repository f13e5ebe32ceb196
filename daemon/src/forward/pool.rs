//! The tunnels to a pod, and which connection goes through which; and the way that the cluster's API server offers,
//! found out once.
//!
//! As no server has flow control within a tunnel (see [`super::spdy`]), a connection gets one of its own while there are
//! enough: whoever is slow is then slow alone, and several have more than one core's worth of TLS and copying between
//! here and the pod. Tunnels are kept for whoever comes next, and there is always one ready, so that a connection costs
//! two frames. Where many come at once they share what there is, and more is opened behind them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, Semaphore};

use super::dial::{Dial, OpenError};
use super::spdy::{self, Tunnel};
use super::stream::PodStream;
use super::target::PodTarget;
use super::upgrade::{Protocol, upgrade};
use super::websocket;
use crate::cluster::connection::Connection;

/// To one pod. Each holds a TLS session and about 100 KiB here, and goroutines in API server, kubelet and runtime.
const LIMITS: Limits = Limits { waited_for: 32, all: 256 };
/// Where each connection is a WebSocket of its own, with a TLS session and about 256 KiB of buffers.
const MAX_WEBSOCKETS: usize = 256;
/// A tunnel may turn out to be gone when it is to be used.
const ATTEMPTS: usize = 3;

/// Whoever holds a way to a cluster has the same tunnels as all others that hold it.
static ALL: Mutex<Vec<Weak<Tunnels>>> = Mutex::new(Vec::new());

pub(super) struct Tunnels {
    cluster: Connection,
    /// What the API server offers, once that is known. Held while it is found out.
    way: AsyncMutex<Option<Way>>,
    pod: Mutex<Option<Arc<PodTunnels>>>,
    websockets: Arc<Semaphore>,
    limits: Limits,
}

/// How many tunnels there may be.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// So many are opened for a connection that waits for its own. Beyond that, one that finds none that is free and ready
    /// shares one: opening a tunnel costs all those between here and the pod some milliseconds, and hundreds of
    /// connections at once would wait for each other.
    waited_for: usize,
    all: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Tunnel(Protocol),
    /// A WebSocket for each connection.
    Each,
}

enum Dialed {
    Tunnel(Tunnel),
    Stream(PodStream),
}

struct PodTunnels {
    target: PodTarget,
    slots: Mutex<Vec<Arc<Slot>>>,
}

/// A place for a tunnel.
#[derive(Default)]
struct Slot {
    tunnel: Mutex<Option<Tunnel>>,
    /// Held by whoever opens the tunnel.
    dialing: AsyncMutex<()>,
    /// The tunnel is being opened for whoever comes next.
    warming: AtomicBool,
    /// Connections that use the tunnel and may still want much of it.
    live: AtomicUsize,
}

/// A connection's share of a tunnel.
pub(super) struct Lease(Arc<Slot>);

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.live.fetch_sub(1, Relaxed);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Slot {
    /// The tunnel, where there is one that takes connections.
    fn tunnel(&self) -> Option<Tunnel> {
        let mut tunnel = locked(&self.tunnel);
        if tunnel.as_ref().is_some_and(|it| !it.is_accepting()) {
            *tunnel = None;
        }
        tunnel.clone()
    }

    fn is_free(&self) -> bool {
        self.live.load(Relaxed) == 0
    }
}

impl PodTunnels {
    /// A place in a tunnel that nobody else uses, if there is one or can be one; else in that which fewest use.
    fn lease(&self, limits: Limits) -> Lease {
        let mut slots = locked(&self.slots);
        slots.retain(|slot| !slot.is_free() || slot.warming.load(Relaxed) || slot.tunnel().is_some());
        let ready = |slot: &&Arc<Slot>| slot.is_free() && slot.tunnel().is_some();
        let waits = slots.len() < limits.waited_for;
        // One that is being opened is there sooner than another one.
        let free = slots.iter().find(ready).or_else(|| slots.iter().find(|slot| waits && slot.is_free()));
        let slot = match free {
            Some(slot) => slot.clone(),
            None if waits => {
                slots.push(Arc::default());
                slots[slots.len() - 1].clone()
            }
            None => {
                let used = slots.iter().filter(|slot| !slot.is_free());
                let fewest = used.min_by_key(|slot| slot.live.load(Relaxed)).or_else(|| slots.first());
                fewest.expect("the limit is not zero").clone()
            }
        };
        slot.live.fetch_add(1, Relaxed);
        Lease(slot)
    }

    /// A new place for whoever comes next, where there is none that is free.
    fn spare(&self, limits: Limits) -> Option<Arc<Slot>> {
        let mut slots = locked(&self.slots);
        if slots.len() >= limits.all || slots.iter().any(|slot| slot.is_free()) {
            return None;
        }
        let slot = Arc::new(Slot { warming: AtomicBool::new(true), ..Slot::default() });
        slots.push(slot.clone());
        Some(slot)
    }
}

impl Tunnels {
    /// Those of all who have this connection.
    pub(super) fn of(cluster: &Connection) -> Arc<Self> {
        let mut all = locked(&ALL);
        all.retain(|tunnels| tunnels.strong_count() > 0);
        let mut living = all.iter().filter_map(Weak::upgrade);
        if let Some(found) = living.find(|tunnels| tunnels.cluster.is_same(cluster)) {
            return found;
        }
        let tunnels = Arc::new(Self::new(cluster.clone(), LIMITS));
        all.push(Arc::downgrade(&tunnels));
        tunnels
    }

    fn new(cluster: Connection, limits: Limits) -> Self {
        Self {
            cluster,
            way: AsyncMutex::new(None),
            pod: Mutex::new(None),
            websockets: Arc::new(Semaphore::new(MAX_WEBSOCKETS)),
            limits,
        }
    }

    /// Those to this pod. Tunnels to another are let go of: each ends with its last connection.
    fn to(&self, target: &PodTarget) -> Arc<PodTunnels> {
        let mut pod = locked(&self.pod);
        match &*pod {
            Some(pod) if pod.target == *target => pod.clone(),
            _ => {
                let tunnels = Arc::new(PodTunnels { target: target.clone(), slots: Mutex::default() });
                pod.insert(tunnels).clone()
            }
        }
    }

    async fn open(self: &Arc<Self>, target: &PodTarget, port: u16) -> Result<PodStream, OpenError> {
        let pod = self.to(target);
        for attempt in 0..ATTEMPTS {
            if *self.way.lock().await == Some(Way::Each) {
                return match self.open_known(target, port, Way::Each).await? {
                    Dialed::Stream(stream) => Ok(stream),
                    Dialed::Tunnel(tunnel) => first_of(&tunnel, target, port).await,
                };
            }
            let lease = pod.lease(self.limits);
            if attempt > 0 {
                // What ended one has mostly ended all, and to find that out of each takes seconds.
                *locked(&lease.0.tunnel) = None;
            }
            let tunnel = match self.tunnel(&lease.0, target, port).await? {
                Dialed::Tunnel(tunnel) => tunnel,
                Dialed::Stream(stream) => return Ok(stream),
            };
            if let Some(stream) = tunnel.open(port).await {
                self.keep_a_spare(&pod);
                return Ok(PodStream::spdy(stream, Some(lease)));
            }
        }
        Err(OpenError::Gone { pod: target.to_string() })
    }

    /// The tunnel of a slot, opened where there is none.
    async fn tunnel(&self, slot: &Slot, target: &PodTarget, port: u16) -> Result<Dialed, OpenError> {
        if let Some(tunnel) = slot.tunnel() {
            return Ok(Dialed::Tunnel(tunnel));
        }
        let _dialing = slot.dialing.lock().await;
        if let Some(tunnel) = slot.tunnel() {
            return Ok(Dialed::Tunnel(tunnel));
        }
        let known = *self.way.lock().await;
        let dialed = match known {
            Some(way) => self.open_known(target, port, way).await?,
            None => self.find_way(target, port).await?,
        };
        if let Dialed::Tunnel(tunnel) = &dialed {
            *locked(&slot.tunnel) = Some(tunnel.clone());
        }
        Ok(dialed)
    }

    /// By the way that worked before, unless it is what does not work any more.
    async fn open_known(&self, target: &PodTarget, port: u16, way: Way) -> Result<Dialed, OpenError> {
        match self.open_by(target, port, way).await {
            Err(error) if error.must_be_the_protocol() => {
                let mut known = self.way.lock().await;
                if *known == Some(way) {
                    *known = None;
                }
                drop(known);
                // Where no other way leads there either, the way is not to blame.
                self.find_way(target, port).await.map_err(|_| error)
            }
            opened => opened,
        }
    }

    async fn find_way(&self, target: &PodTarget, port: u16) -> Result<Dialed, OpenError> {
        let mut known = self.way.lock().await;
        if let Some(way) = *known {
            // Somebody else has found it meanwhile.
            drop(known);
            return self.open_by(target, port, way).await;
        }
        let mut refusal: Option<OpenError> = None;
        for way in [Way::Tunnel(Protocol::SpdyInWebSocket), Way::Tunnel(Protocol::Spdy), Way::Each] {
            match self.open_by(target, port, way).await {
                Ok(Dialed::Tunnel(tunnel)) if !tunnel.answers().await => {
                    tracing::info!(?way, "a tunnel to a pod was opened and carries nothing");
                    refusal = Some(OpenError::Gone { pod: target.to_string() });
                }
                Ok(dialed) => {
                    tracing::info!(?way, pod = %target, "found the way into pods of this cluster");
                    *known = Some(way);
                    return Ok(dialed);
                }
                Err(error) if error.may_be_the_protocol() => {
                    tracing::debug!(?way, error = &error as &dyn std::error::Error, "no way into a pod");
                    // What may be otherwise in a moment says more than that a way does not exist.
                    if refusal.as_ref().is_none_or(|it| it.is_final() && !error.is_final()) {
                        refusal = Some(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(refusal.expect("all ways were tried and none was found"))
    }

    async fn open_by(&self, target: &PodTarget, port: u16, way: Way) -> Result<Dialed, OpenError> {
        let Way::Tunnel(protocol) = way else {
            let Ok(place) = self.websockets.clone().try_acquire_owned() else {
                return Err(OpenError::Full { limit: MAX_WEBSOCKETS });
            };
            let wire = upgrade(&self.cluster, target, Protocol::WebSocket { port }).await?;
            let stream = websocket::pair(wire, port).await;
            return Ok(Dialed::Stream(PodStream::websocket(stream, Some(place))));
        };
        let upgraded = upgrade(&self.cluster, target, protocol).await?;
        let (reader, writer) = match protocol {
            Protocol::Spdy => spdy::plain(upgraded),
            Protocol::SpdyInWebSocket | Protocol::WebSocket { .. } => spdy::websocket(upgraded).await,
        };
        Ok(Dialed::Tunnel(Tunnel::begin(reader, writer)))
    }

    /// Opens a tunnel in the background, where the last free one was just taken.
    fn keep_a_spare(self: &Arc<Self>, pod: &PodTunnels) {
        let Some(slot) = pod.spare(self.limits) else { return };
        let (tunnels, target) = (self.clone(), pod.target.clone());
        tokio::spawn(async move {
            tunnels.warm(&slot, &target).await;
            slot.warming.store(false, Relaxed);
        });
    }

    async fn warm(&self, slot: &Slot, target: &PodTarget) {
        let _dialing = slot.dialing.lock().await;
        let way = *self.way.lock().await;
        // A connection may have been here sooner.
        if slot.tunnel().is_none()
            && let Some(way @ Way::Tunnel(_)) = way
            && let Ok(Dialed::Tunnel(tunnel)) = self.open_by(target, 0, way).await
        {
            *locked(&slot.tunnel) = Some(tunnel);
        }
    }
}

async fn first_of(tunnel: &Tunnel, target: &PodTarget, port: u16) -> Result<PodStream, OpenError> {
    let opened = tunnel.open(port).await.map(|stream| PodStream::spdy(stream, None));
    opened.ok_or_else(|| OpenError::Gone { pod: target.to_string() })
}

impl Dial for Arc<Tunnels> {
    async fn dial(&self, pod: &PodTarget, port: u16) -> Result<PodStream, OpenError> {
        self.open(pod, port).await
    }
}

#[cfg(test)]
mod tests;
