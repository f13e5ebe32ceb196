//! Whether the first sync comes further: more of the source is read, then the container has ever more of it. Pure; how
//! long a halt may last is for others to say.

use tokio::time::Instant;

use super::progress::Observation;

/// When it last came further, and how far it has come.
#[derive(Debug, Default)]
pub(super) struct Advance {
    moved: Option<Instant>,
    read: (u64, u64),
    /// What there was to sync when the least was lacked, and the least that was lacked of it: paths and bytes.
    best: Option<((u64, u64), (u64, u64))>,
}

impl Advance {
    pub(super) fn moved(&self) -> Option<Instant> {
        self.moved
    }

    pub(super) fn met(&self) -> bool {
        self.best.is_some()
    }

    pub(super) fn note(&mut self, seen: &Observation, now: Instant) {
        let folder = &seen.folder;
        let all = (folder.global_total_items, folder.global_bytes);
        if !seen.scanned {
            // A large file is read for a long time before it counts.
            let reads = folder.state.starts_with("scan");
            if reads || all > self.read {
                self.moved = Some(now);
            }
            self.read = self.read.max(all);
            return;
        }
        if !seen.connected || !seen.confirmed {
            return;
        }
        let lacks = (seen.completion.need_items + seen.completion.need_deletes, seen.completion.need_bytes);
        match &mut self.best {
            // Whatever is tried again and fails again is no progress: only less than ever before is.
            Some((of, least)) if *of == all => {
                if lacks.0 < least.0 || lacks.1 < least.1 {
                    self.moved = Some(now);
                    *least = (least.0.min(lacks.0), least.1.min(lacks.1));
                }
            }
            // What was saved meanwhile is lacked in addition.
            Some(best) => *best = (all, lacks),
            None => {
                self.best = Some((all, lacks));
                self.moved = Some(now);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sync::syncthing::rest::answer::{Completion, FolderStatus};

    fn seen(state: &str, all: u64, lacks: u64) -> Observation {
        Observation {
            begun: Instant::now(),
            connected: true,
            connection: 1,
            folder: FolderStatus {
                state: state.into(),
                global_total_items: all,
                global_bytes: 10 * all,
                ..FolderStatus::default()
            },
            completion: Completion { need_items: lacks, need_bytes: 10 * lacks, ..Completion::default() },
            confirmed: true,
            scanned: true,
            lacking: Vec::new(),
            pending: false,
            unreadable: Vec::new(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_leads_further_counts() {
        let unread = |state, all| Observation { scanned: false, confirmed: false, ..seen(state, all, 0) };
        let alone = |lacks| Observation { connected: false, ..seen("idle", 9, lacks) };
        let guessed = |lacks| Observation { confirmed: false, ..seen("idle", 9, lacks) };
        let steps = [
            ("syncthing starts", unread("idle", 0), false),
            ("it reads a large file", unread("scanning", 0), true),
            ("it reads on", unread("scanning", 0), true),
            ("it has read some", unread("idle", 4), true),
            ("it reads no more", unread("idle", 4), false),
            ("nobody is there", alone(9), false),
            ("what the other side has is a guess", guessed(0), false),
            ("it has said what it has", seen("idle", 9, 9), true),
            ("it takes nothing", seen("idle", 9, 9), false),
            ("it takes some", seen("idle", 9, 5), true),
            ("it loses that", seen("idle", 9, 9), false),
            ("it takes it again", seen("idle", 9, 5), false),
            ("connections come and go", Observation { connection: 7, ..seen("idle", 9, 5) }, false),
            ("something is saved", seen("idle", 11, 7), false),
            ("it takes that", seen("idle", 11, 5), true),
            ("it takes the rest", seen("idle", 11, 0), true),
            ("it has everything", seen("idle", 11, 0), false),
        ];
        let (start, mut advance) = (Instant::now(), Advance::default());
        for (index, (what, seen, further)) in (0..).zip(steps) {
            let now = start + Duration::from_secs(index);
            advance.note(&seen, now);
            assert_eq!(advance.moved() == Some(now), further, "{what}");
        }
    }
}
