//! Saves while syncthing rests: the courier brings them, in their order, and only where the sync itself may.

use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nhd::sync::SyncState;
use nhd::sync::syncthing::rest::Rest;
use tokio_util::sync::CancellationToken;

use crate::bed::{BOUND, Bed, FOLDER};

const SAVES: u32 = 60;
/// So that several are saved within one rest.
const PAUSE: Duration = Duration::from_millis(70);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saves_one_upon_the_other_are_brought_by_the_courier_and_never_go_back() {
    let mut bed = Bed { remote_api: true, ..Bed::new().await }.started().await;
    let rest = Rest::new(bed.remote_socket(), bed.identity.api_key.clone());
    let courier = bed.courier.device_id().unwrap();
    assert!(!rest.holds(FOLDER, "first", &courier).await.unwrap(), "nobody has dialled yet");
    for least in [100, 200] {
        let looking = Looking::at(bed.there("first"));
        let mut saved = Vec::new();
        for number in (1..=SAVES).map(|number| least + number) {
            saved.push((number, Instant::now()));
            bed.save("first", &number.to_string());
            tokio::time::sleep(PAUSE).await;
        }
        bed.barrier().await.unwrap();
        assert!(rest.holds(FOLDER, "first", &courier).await.unwrap(), "{least}: {}", bed.remote_log());
        let seen = looking.end();
        assert!(seen.is_sorted_by_key(|(number, _)| *number), "{seen:?}");
        print_times(&saved, &seen);
        if least == 100 {
            // The connection is lost, and with it what was announced on it.
            bed.kill_remote().await;
            bed.start_remote().await;
            bed.engine().kick();
            bed.save("first", "200");
            bed.arrives("first", "200").await;
        }
    }
    bed.end().await;
}

/// Reads a file in the container again and again.
struct Looking {
    ended: CancellationToken,
    thread: JoinHandle<Vec<(u32, Instant)>>,
}

impl Looking {
    fn at(path: PathBuf) -> Self {
        let ended = CancellationToken::new();
        let until = ended.clone();
        let thread = std::thread::spawn(move || {
            let mut seen = Vec::new();
            while !until.is_cancelled() {
                // Syncthing removes a file before it gives its name to the new one, and a save in place begins with an
                // empty file. A part of what was written is never there.
                if let Ok(text) = std::fs::read_to_string(&path)
                    && !text.is_empty()
                {
                    seen.push((text.parse().unwrap(), Instant::now()));
                }
                std::thread::sleep(Duration::from_micros(500));
            }
            seen
        });
        Self { ended, thread }
    }

    fn end(self) -> Vec<(u32, Instant)> {
        self.ended.cancel();
        self.thread.join().unwrap()
    }
}

fn print_times(saved: &[(u32, Instant)], seen: &[(u32, Instant)]) {
    let arrived = |saved: &u32| seen.iter().find(|(number, _)| number >= saved).map(|(_, at)| *at);
    let mut took: Vec<Duration> = saved
        .iter()
        .filter_map(|(number, at)| Some(arrived(number)?.saturating_duration_since(*at)))
        .collect();
    took.sort();
    println!("saves {PAUSE:?} apart: p50 {:?}, p95 {:?}", took[took.len() / 2], took[took.len() * 95 / 100]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_saved_while_the_sync_is_held_is_not_brought() {
    let bed = Bed::synced().await;
    for number in 0..6 {
        bed.save("first", &number.to_string());
        tokio::time::sleep(PAUSE).await;
    }
    bed.arrives("first", "5").await;
    bed.engine().pause(true);
    bed.wait_for(|status| status.state == SyncState::Paused && !status.connected).await;
    for number in 6..12 {
        bed.save("first", &number.to_string());
        tokio::time::sleep(PAUSE).await;
    }
    assert_eq!(std::fs::read_to_string(bed.there("first")).unwrap(), "5");
    bed.engine().pause(false);
    bed.arrives("first", "11").await;
    bed.end().await;
}

/// What one session may save at once is no measure of what may come: all of it arrives, brought by whom it may be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_however_fast_it_is_saved() {
    let bed = Bed::synced().await;
    let begun = Instant::now();
    let mut round = 0_u32;
    while begun.elapsed() < Duration::from_secs(4) {
        round += 1;
        for name in ["a", "b", "c"] {
            bed.save(name, &format!("{round} {name}").repeat(1 + (round as usize % 7) * 9_000));
        }
        std::fs::rename(bed.here("a"), bed.here("moved")).unwrap();
        if round.is_multiple_of(3) {
            std::fs::remove_file(bed.here("b")).unwrap();
        }
        if round.is_multiple_of(10) {
            bed.save("large", &format!("{round}").repeat(1 << 20));
        }
        tokio::time::sleep(Duration::from_millis(u64::from(round % 5) * 15)).await;
    }
    bed.barrier().await.unwrap();
    for name in ["moved", "b", "c", "large"] {
        let text = |path| std::fs::read(path).ok();
        assert!(
            text(bed.here(name)) == text(bed.there(name)),
            "{name} after {round} rounds within {BOUND:?}"
        );
    }
    assert!(!bed.there("a").exists());
    bed.end().await;
}
