//! Samples, what they come to, and the table that they end in; does not know what is measured.

use std::fmt;
use std::time::Duration;

/// Durations of the same thing, measured again and again.
#[derive(Debug, Default, Clone)]
pub struct Samples {
    sorted: Vec<f64>,
}

impl Samples {
    pub fn add(&mut self, took: Duration) {
        self.add_number(took.as_secs_f64() * 1000.0);
    }

    pub fn add_number(&mut self, number: f64) {
        let place = self.sorted.partition_point(|other| *other < number);
        self.sorted.insert(place, number);
    }

    /// The value that so many percent do not exceed; zero of none.
    pub fn percentile(&self, percent: usize) -> f64 {
        let last = self.sorted.len().saturating_sub(1);
        self.sorted.get((last * percent).div_ceil(100)).copied().unwrap_or_default()
    }

    pub fn median(&self) -> f64 {
        self.percentile(50)
    }

    /// The median, and between what the samples lie.
    pub fn spread(&self, unit: &str) -> String {
        let (median, least, most) = (self.median(), self.percentile(0), self.percentile(100));
        format!("{} {unit} ({}–{})", digits(median), digits(least), digits(most))
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct Figure {
    pub what: &'static str,
    pub value: String,
    /// What it is compared with.
    pub peer: String,
    pub ratio: Option<f64>,
    pub aim: &'static str,
    pub missed: bool,
}

impl Figure {
    /// A figure without peer or aim.
    pub fn new(what: &'static str, value: String) -> Self {
        Self { what, value, peer: String::new(), ratio: None, aim: "", missed: false }
    }

    #[must_use]
    pub fn beside(self, peer: String, ratio: f64) -> Self {
        Self { peer, ratio: Some(ratio), ..self }
    }

    #[must_use]
    pub fn aiming(self, aim: &'static str, reached: bool) -> Self {
        Self { aim, missed: !reached, ..self }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self.ratio.map(|ratio| format!("{}×", digits(ratio))).unwrap_or_default();
        let aim = if self.missed { format!("{} MISSED", self.aim) } else { self.aim.to_owned() };
        let Self { what, value, peer, .. } = self;
        write!(formatter, "{what:44}  {value:28}  {peer:44}  {ratio:>7}  {aim}")
    }
}

/// A number with as many digits as mean something.
pub fn digits(number: f64) -> String {
    match number {
        _ if number >= 100.0 => format!("{number:.0}"),
        _ if number >= 10.0 => format!("{number:.1}"),
        _ if number >= 1.0 => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples() {
        let mut samples = Samples::default();
        for number in [3.0, 1.0, 2.0, 5.0, 4.0] {
            samples.add_number(number);
        }
        assert_eq!([0, 50, 95, 100].map(|percent| samples.percentile(percent)), [1.0, 3.0, 5.0, 5.0]);
        assert_eq!(Samples::default().median(), 0.0);
    }
}
