//! Which program of this machine listens on a local port, where the system lets that be seen: on Linux, of the user's own
//! processes. Reads `/proc` alone.

use nhd_protocol::error::PortHolder;

/// More processes are not looked through: this is said along with an error, and is not worth a long wait.
#[cfg(target_os = "linux")]
const PROCESSES: usize = 4_096;

/// What has the port of 127.0.0.1, as far as it can be known.
#[must_use]
pub fn of(port: u16) -> PortHolder {
    let found = listener(port);
    let (pid, program) = found.unzip();
    PortHolder { port, pid, program, session: None, workload: None, remote_port: None }
}

/// Whether the process that was found once is still there.
#[must_use]
pub fn is_there(holder: &PortHolder) -> bool {
    holder.pid.is_some_and(|pid| std::path::Path::new("/proc").join(pid.to_string()).exists())
}

#[cfg(not(target_os = "linux"))]
fn listener(_port: u16) -> Option<(u32, String)> {
    None
}

#[cfg(target_os = "linux")]
fn listener(port: u16) -> Option<(u32, String)> {
    let sockets: Vec<String> = ["/proc/self/net/tcp", "/proc/self/net/tcp6"]
        .iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
        .flat_map(|table| inodes(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if sockets.is_empty() {
        return None;
    }
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.take(PROCESSES).find_map(|pid| {
        // Those of other users cannot be read.
        let files = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.flatten();
        let mut links = files.filter_map(|file| std::fs::read_link(file.path()).ok());
        links.any(|link| link.to_str().is_some_and(|link| sockets.iter().any(|it| it == link))).then(|| {
            let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            (pid, name.trim_end().to_owned())
        })
    })
}

/// The inodes of the sockets that listen on the port, on the loopback or on every address. Lines are
/// `sl local_address rem_address st … inode`, addresses in hexadecimal with the port behind a colon.
#[cfg(any(target_os = "linux", test))]
fn inodes(table: &str, port: u16) -> Vec<String> {
    const LISTEN: &str = "0A";
    let listening = table.lines().skip(1).filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (address, local) = columns.get(1)?.split_once(':')?;
        let is_local = address.bytes().all(|digit| digit == b'0')
            || ["0100007F", "0000000000000000FFFF00000100007F"].contains(&address);
        let is_it = is_local && columns.get(3) == Some(&LISTEN) && u16::from_str_radix(local, 16) == Ok(port);
        is_it.then(|| columns.get(9).map(|inode| (*inode).to_owned())).flatten()
    });
    listening.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_found_by_port_state_and_address() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 100 0 0\n\
            1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12 1 0 100 0 0\n\
            2: 0200007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 13 1 0 100 0 0\n\
            3: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 14 1 0 100 0 0\n\
            4: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 15 1 0 100 0 0\n\
            short line\n";
        assert_eq!(inodes(table, 8080), ["11", "12"]);
        assert_eq!(inodes(table, 8081), ["15"]);
        assert_eq!(inodes("", 8081), [""; 0]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_port_of_this_process_is_known_to_be_so() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let holder = of(port);
        assert_eq!((holder.port, holder.pid), (port, Some(std::process::id())));
        assert!(holder.program.as_deref().is_some_and(|name| !name.is_empty()), "{holder:?}");
        assert!(is_there(&holder));
        drop(listener);
        assert_eq!(of(port).pid, None);
    }
}
