//! Measures nhd on a cluster of its own and prints a table.
#![expect(clippy::print_stdout, reason = "a table on standard output is what it is for")]

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use nhd_tests::bench::figures::Figure;
use nhd_tests::bench::{clients, forward, live, memory, save, scale, start, status, streams, trees};
use nhd_tests::shared::SharedCluster;

#[derive(Debug, Parser)]
struct Arguments {
    /// What to measure; everything without it.
    subjects: Vec<Subject>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Subject {
    Memory,
    Status,
    Clients,
    Live,
    Save,
    SmallFiles,
    LargeFiles,
    ChangedFiles,
    Forward,
    Start,
    Streams,
    Sessions,
    Files,
}

impl Subject {
    async fn measure(self, cluster: &SharedCluster) -> Result<Vec<Figure>> {
        match self {
            Self::Memory => memory::measure(cluster).await,
            Self::Status => status::measure(cluster).await,
            Self::Clients => clients::measure(cluster).await,
            Self::Live => live::measure(cluster).await,
            Self::Save => save::measure(cluster).await,
            Self::SmallFiles => trees::SMALL_FILES.measure(cluster).await,
            Self::LargeFiles => trees::LARGE_FILES.measure(cluster).await,
            Self::ChangedFiles => trees::CHANGED_FILES.measure(cluster).await,
            Self::Forward => forward::measure(cluster).await,
            Self::Streams => Box::pin(streams::measure(cluster)).await,
            Self::Sessions => scale::sessions(cluster).await,
            Self::Files => scale::files(cluster).await,
            Self::Start => Box::pin(start::measure(cluster)).await,
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { mut subjects } = Arguments::parse();
    if subjects.is_empty() {
        subjects = Subject::value_variants().to_vec();
    }
    let own = std::env::current_exe()?;
    let binary: PathBuf = own.with_file_name("nhd-test-cluster");
    let cluster = SharedCluster::start(&binary.display().to_string()).await?;
    for subject in subjects {
        let figures = subject.measure(&cluster).await.with_context(|| format!("measure {subject:?}"))?;
        for figure in figures {
            println!("{figure}");
        }
    }
    cluster.stop().await
}
