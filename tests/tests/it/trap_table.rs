//! The table of what the Kubernetes API does to the unwary (`tests/README.md`) names tests that there are.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

const TABLE: &str = include_str!("../../README.md");

/// `it::MODULE::NAME` or `plan::MODULE::NAME`, where a module may lie in others, and whether its file has a test of
/// that name.
fn exists(test: &str) -> Result<bool> {
    let (module, name) = test.rsplit_once("::").context("a module and a name")?;
    let (place, module) = module.split_once("::").context("a place and a module")?;
    let root = if place == "it" { "tests/it" } else { "../daemon/plan/src" };
    let file = format!("{root}/{}.rs", module.replace("::", "/"));
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file))
        .with_context(|| format!("{test} is said to be in {file}"))?;
    Ok(text.contains(&format!("fn {name}(")))
}

#[test]
fn every_trap_has_a_test() -> Result<()> {
    let mut numbers = BTreeSet::new();
    for row in TABLE.lines().filter(|line| line.starts_with("| ") && line.contains("::")) {
        numbers.insert(row.split('|').nth(1).context("a number")?.trim().parse::<u32>()?);
        for test in row.split('`').filter(|it| it.starts_with("it::") || it.starts_with("plan::")) {
            ensure!(exists(test)?, "there is no test {test}");
        }
    }
    ensure!(numbers == (1..=25).collect(), "rows are missing: {numbers:?}");
    Ok(())
}
