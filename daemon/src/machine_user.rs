//! Who this daemon works for, as others see it in the cluster.

use nhd_protocol::Timestamp;

use crate::cluster::record::Owner;

/// The user and host of this machine, as the owner of something that began at a moment.
pub fn owner(since: &Timestamp) -> Owner {
    let user =
        ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok().filter(|it| !it.is_empty()));
    let user = user.unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()));
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Owner { user, host, since: since.clone() }
}
