//! What listens in the dev pod: read from the kernel's own tables, which need no tool but `cat`.

use std::collections::BTreeMap;
use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::inside::{ForwardWaitParams, ListeningPort};
use tokio::time::{Instant, sleep};

use super::container::{DevContainer, absent};
use crate::session::SessionManager;
use crate::session::manager::SessionPlace;

const DEFAULT_LIMIT: Duration = Duration::from_secs(30);
const LONGEST_LIMIT: Duration = Duration::from_secs(3_600);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// A line is 150 bytes, and busy servers have thousands of connections.
const TABLE_BYTES: usize = 4 << 20;
/// The state of a socket that listens, in the kernel's tables.
const LISTENS: &str = "0A";

/// The ports on which something listens in the pod, without that of our own syncthing.
pub(super) async fn ports(
    place: &SessionPlace,
    container: &DevContainer,
) -> Result<Vec<ListeningPort>, ErrorInfo> {
    // A kernel without IPv6 has no second table: then `cat` fails, and has said the first.
    let ran = container.in_network(&["cat", "/proc/net/tcp", "/proc/net/tcp6"], TABLE_BYTES).await?;
    let own = place.status.borrow().forward.as_ref().map(|forward| forward.remote_port);
    let mut ports = read(&String::from_utf8_lossy(&ran.stdout));
    ports.retain(|listening| Some(listening.port) != own);
    Ok(ports)
}

pub async fn wait(manager: &SessionManager, params: ForwardWaitParams) -> Result<ListeningPort, ErrorInfo> {
    if params.remote_port == 0 {
        return Err(ErrorInfo::new(ErrorKind::InvalidRequest, "remotePort must be a port from 1 to 65535"));
    }
    let limit = params.timeout_ms.map_or(DEFAULT_LIMIT, Duration::from_millis).min(LONGEST_LIMIT);
    let (deadline, mut pause) = (Instant::now() + limit, FIRST_PAUSE);
    loop {
        let place = manager.place(&params.selector).await?;
        let error = match look(&place, params.remote_port, limit).await {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        // A pod may come, a program start, a network return; a shell does not grow in an image.
        let passes = matches!(
            error.kind,
            ErrorKind::Timeout
                | ErrorKind::PodNotReady
                | ErrorKind::ClusterUnreachable
                | ErrorKind::ClusterError
        );
        if !passes || Instant::now() + pause >= deadline {
            return Err(error);
        }
        sleep(pause).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

async fn look(place: &SessionPlace, port: u16, limit: Duration) -> Result<ListeningPort, ErrorInfo> {
    let container = DevContainer::at(place).ok_or_else(|| absent(place))?;
    let listening = ports(place, &container).await?;
    let found = listening.iter().find(|listening| listening.port == port);
    found.cloned().ok_or_else(|| {
        let message = format!(
            "nothing listens on {port} in {} after {} s; {}",
            container.dev,
            limit.as_secs_f32(),
            those(&listening)
        );
        let hint = "start the program, or name the port that it listens on";
        container.about(ErrorInfo::new(ErrorKind::Timeout, message).with_hint(hint))
    })
}

fn those(listening: &[ListeningPort]) -> String {
    let ports: Vec<String> = listening.iter().map(|listening| listening.port.to_string()).collect();
    match ports.as_slice() {
        [] => "nothing listens on any other".to_owned(),
        [one] => format!("listening is {one}"),
        several => format!("listening are {}", several.join(", ")),
    }
}

/// Reads `/proc/net/tcp` and `tcp6`, by port.
fn read(tables: &str) -> Vec<ListeningPort> {
    let mut ports: BTreeMap<u16, bool> = BTreeMap::new();
    for line in tables.lines() {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (Some(local), Some(_), Some(LISTENS)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        let Some((address, port)) = local.split_once(':') else { continue };
        let Ok(port) = u16::from_str_radix(port, 16) else { continue };
        let loopback = is_loopback(address);
        ports.entry(port).and_modify(|only| *only &= loopback).or_insert(loopback);
    }
    ports.into_iter().map(|(port, loopback_only)| ListeningPort { port, loopback_only }).collect()
}

/// Addresses are in words of four bytes, each in the order of the machine: little-endian wherever containers run.
fn is_loopback(address: &str) -> bool {
    let mapped = address.strip_prefix("0000000000000000FFFF0000").unwrap_or(address);
    match mapped.len() {
        8 => mapped.ends_with("7F"),
        _ => address == "00000000000000000000000001000000",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:240D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   2: 0100007F:0BB8 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   3: 0200007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
   0: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
   1: 00000000000000000000000001000000:1538 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
   2: 0000000000000000FFFF00000100007F:1539 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
   3: 00000000000000000000000000000000:240D 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
damaged line
   4: nonsense 0:0 0A
";

    #[test]
    fn the_kernels_tables_tell_what_listens_and_whether_only_on_the_loopback() {
        let found: Vec<(u16, bool)> =
            read(TABLES).into_iter().map(|it| (it.port, it.loopback_only)).collect();
        let expect = [(80, true), (3000, false), (5432, true), (5433, true), (8080, false), (9229, false)];
        assert_eq!(found, expect);
        assert_eq!(read(""), []);
    }

    #[test]
    fn what_listens_instead_is_said() {
        let listening = |ports: &[u16]| -> Vec<ListeningPort> {
            ports.iter().map(|&port| ListeningPort { port, loopback_only: false }).collect()
        };
        assert_eq!(those(&listening(&[3000, 9229])), "listening are 3000, 9229");
        assert_eq!(those(&listening(&[80])), "listening is 80");
        assert_eq!(those(&[]), "nothing listens on any other");
    }
}
