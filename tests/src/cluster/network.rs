//! A bridge and a subnet for the pods of one cluster, and free ports for its components; two clusters on a machine
//! never share one. It does not know who is attached.

use std::net::TcpListener;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::process::run;

const ATTEMPTS: usize = 20;

/// The subnet 10.`second`.`third`.0/24; the bridge has address 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subnet {
    second: u8,
    third: u8,
}

impl Subnet {
    fn random() -> Self {
        Self { second: 64 + rand::random::<u8>() % 128, third: rand::random() }
    }

    fn prefix(self) -> String {
        format!("10.{}.{}.", self.second, self.third)
    }
}

/// An interface name has at most 15 characters.
fn bridge(id: &str) -> String {
    format!("nhdt{id}")
}

/// Makes the bridge on a subnet that no route of the machine knows. The address is set at once: its route is what
/// reserves the subnet against another cluster that starts at the same time.
pub(super) fn create_bridge(id: &str) -> Result<Subnet> {
    for _ in 0..ATTEMPTS {
        let subnet = Subnet::random();
        if run("ip", ["-4", "route"])?.contains(&subnet.prefix()) {
            continue;
        }
        let (bridge, address) = (bridge(id), format!("{}1/24", subnet.prefix()));
        run("ip", ["link", "add", &bridge, "type", "bridge"]).context("make the pods' bridge")?;
        run("ip", ["address", "add", &address, "dev", &bridge])?;
        run("ip", ["link", "set", &bridge, "up"])?;
        return Ok(subnet);
    }
    bail!("no free subnet for pods in 10.64.0.0 to 10.191.255.0 after {ATTEMPTS} attempts")
}

/// Deletes the bridge, if there is one.
pub(super) fn delete_bridge(id: &str) {
    let _ = run("ip", ["link", "delete", &bridge(id)]);
}

/// The configuration for the CNI plugins. Pods get no default route: their traffic stays on the bridge.
pub(super) fn cni(id: &str, subnet: Subnet, data: &str) -> Value {
    let subnet = format!("{}0/24", subnet.prefix());
    json!({
        "cniVersion": "0.4.0",
        "name": bridge(id),
        "plugins": [
            {
                "type": "bridge",
                "bridge": bridge(id),
                "isGateway": true,
                "ipMasq": false,
                "ipam": { "type": "host-local", "dataDir": data, "ranges": [[{ "subnet": subnet }]] },
            },
            { "type": "portmap", "capabilities": { "portMappings": true } },
        ],
    })
}

/// `N` different ports that are free on the loopback now.
pub(super) fn free_ports<const N: usize>() -> Result<[u16; N]> {
    // All are held until all are chosen, or one could come twice.
    let mut listeners = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("find a free port")?;
        *port = listener.local_addr()?.port();
        listeners.push(listener);
    }
    Ok(ports)
}
