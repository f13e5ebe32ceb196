//! What somebody may have meant by a word that is not known.

/// The known word that is nearest, if any is near enough: other capitals, or a slip or two.
pub(super) fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let slips = |candidate: &str| {
        strsim::damerau_levenshtein(&word.to_ascii_lowercase(), &candidate.to_ascii_lowercase())
    };
    let (slips, candidate) = known.into_iter().map(|it| (slips(it), it)).min_by_key(|(slips, _)| *slips)?;
    (slips <= 2 && slips < candidate.len().min(word.len())).then_some(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_or_two_is_understood_and_no_more() {
        for (word, expect) in [
            ("image", Some("image")),
            ("Image", Some("image")),
            ("imgae", Some("image")),
            ("workdir", Some("workDir")),
            ("wrkDri", Some("workDir")),
            ("x", None),
            ("env2", Some("env")),
            ("completely", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, ["image", "workDir", "env"]), expect, "{word}");
        }
    }
}
