//! What the container changes comes back, and nothing is lost by it.

use crate::bed::{Bed, files_below, names, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_a_file_of_the_container_arrives_here() {
    let bed = Bed::both_ways().await;
    std::fs::write(bed.there("generated"), "by the container").unwrap();
    bed.comes_back("generated", "by the container").await;
    bed.save("first", "mine");
    bed.arrives("first", "mine").await;
    assert_eq!(names(&bed.here("")), ["first", "generated"]);
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_a_conflict_keeps_both_versions() {
    let mut bed = Bed::both_ways().await;
    bed.kill_remote().await;
    bed.wait_for(|status| !status.connected).await;
    bed.save("first", "mine, made here");
    std::fs::write(bed.there("first"), "theirs, made in the container").unwrap();
    bed.start_remote().await;
    bed.engine().kick();
    until("both versions are here", || {
        let texts: Vec<String> = files_below(&bed.here(""))
            .iter()
            .filter_map(|name| std::fs::read_to_string(bed.here(name)).ok())
            .collect();
        ["mine, made here", "theirs, made in the container"]
            .iter()
            .all(|version| texts.iter().any(|text| text == version))
    })
    .await;
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_a_new_container_deletes_nothing() {
    let mut bed = Bed::both_ways().await;
    std::fs::create_dir(bed.here("folder")).unwrap();
    bed.save("folder/second", "2");
    bed.barrier().await.unwrap();
    for round in 0..3 {
        bed.kill_remote().await;
        bed.wait_for(|status| !status.connected).await;
        std::fs::remove_dir_all(bed.place.path().join("container")).unwrap();
        std::fs::remove_dir_all(bed.there("")).unwrap();
        std::fs::create_dir(bed.there("")).unwrap();
        bed.save("meanwhile", &round.to_string());
        bed.start_remote().await;
        bed.engine().kick();
        bed.wait_for(|status| status.connected && status.in_sync).await;
        bed.arrives("meanwhile", &round.to_string()).await;
        bed.arrives("folder/second", "2").await;
        let everything = ["first", "folder/second", "meanwhile"];
        assert_eq!(files_below(&bed.here("")), everything);
        assert_eq!(files_below(&bed.there("")), everything);
        assert_eq!(bed.kept(), [""; 0]);
    }
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_what_the_container_deletes_or_changes_is_kept() {
    let bed = Bed::both_ways().await;
    std::fs::create_dir(bed.here("folder")).unwrap();
    bed.save("folder/second", "the original");
    bed.barrier().await.unwrap();
    // The oldest version is kept, however often it is changed after that.
    for round in 0..3 {
        let text = format!("version {round} of the container");
        std::fs::write(bed.there("folder/second"), &text).unwrap();
        bed.comes_back("folder/second", &text).await;
    }
    std::fs::remove_dir_all(bed.there("folder")).unwrap();
    std::fs::remove_file(bed.there("first")).unwrap();
    until("it is gone here", || !bed.here("folder").exists() && !bed.here("first").exists()).await;
    let kept = bed.kept();
    assert!(
        kept.iter().any(|text| text == "1") && kept.iter().any(|text| text == "the original"),
        "{kept:?}"
    );
    bed.end().await;
}
