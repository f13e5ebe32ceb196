//! Differences between two manifests, for a line of text.

use nhd_plan::Difference;

/// Differences named in a warning; more would not be read.
const NAMED_DIFFERENCES: usize = 5;

/// The first differences, and how many more there are.
pub fn named(differences: &[Difference]) -> String {
    let named: Vec<String> = differences.iter().take(NAMED_DIFFERENCES).map(Difference::to_string).collect();
    let more = differences.len().saturating_sub(NAMED_DIFFERENCES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    named.join("; ") + &more
}
