//! Quantities as the Kubernetes API writes them: exact, so that what was read is written back the same.

/// Billionths: the smallest part that the API knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Quantity(i128);

const NANO: i128 = 1_000_000_000;
pub(crate) const MEBI: Quantity = Quantity((1 << 20) * NANO);
pub(crate) const MILLI: Quantity = Quantity(NANO / 1000);

const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

impl Quantity {
    /// `None` for what is not one, or larger than the API takes. A part smaller than the smallest counts as one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let digits_after_point = i32::try_from(fraction.len()).ok()?;
        if let Some(power) = BINARY.iter().skip(1).position(|it| *it == suffix) {
            let unit = 1_i128 << (10 * (power + 1));
            return scaled(digits.checked_mul(unit)?, 9 - digits_after_point).map(Self);
        }
        let exponent = match DECIMAL.iter().find(|(it, _)| *it == suffix) {
            Some((_, exponent)) => *exponent,
            None => suffix.strip_prefix(['e', 'E'])?.parse().ok()?,
        };
        scaled(digits, exponent.checked_add(9)?.checked_sub(digits_after_point)?).map(Self)
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left without `other`, and nothing where that is more.
    pub(crate) fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).max(0))
    }

    /// So many times as much, rounded down.
    pub(crate) fn times(self, factor: Self) -> Self {
        Self(self.0.saturating_mul(factor.0) / NANO)
    }

    /// In whole `unit`s, rounded down.
    pub(crate) fn whole(self, unit: Self) -> Self {
        Self(self.0 / unit.0 * unit.0)
    }

    /// The part that is contained `ratio` times, rounded up to whole `unit`s.
    pub(crate) fn part(self, ratio: Self, unit: Self) -> Self {
        if ratio.0 <= 0 {
            return self;
        }
        let exact = self.0.saturating_mul(NANO).div_ceil_positive(ratio.0);
        Self(exact.div_ceil_positive(unit.0) * unit.0)
    }

    /// As the API server writes it: of memory in powers of two, else in thousandths where it is not whole.
    pub(crate) fn written(self, binary: bool) -> String {
        if self.0 % NANO != 0 {
            let milli = self.0.div_ceil_positive(MILLI.0);
            return format!("{milli}m");
        }
        let mut number = self.0 / NANO;
        if !binary || number == 0 {
            return number.to_string();
        }
        let mut power = 0;
        while number % 1024 == 0 && power + 1 < BINARY.len() {
            number /= 1024;
            power += 1;
        }
        format!("{number}{}", BINARY[power])
    }
}

trait DivCeil {
    fn div_ceil_positive(self, divisor: Self) -> Self;
}

impl DivCeil for i128 {
    fn div_ceil_positive(self, divisor: Self) -> Self {
        (self + divisor - 1) / divisor
    }
}

/// `digits · 10^exponent`, rounded up.
fn scaled(digits: i128, exponent: i32) -> Option<i128> {
    let power = 10_i128.checked_pow(exponent.unsigned_abs());
    match (exponent >= 0, power) {
        (true, power) => digits.checked_mul(power?),
        (false, Some(power)) => Some(digits.div_ceil_positive(power)),
        (false, None) => Some(digits.min(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_and_written_as_the_api_does() {
        for (text, decimal, binary) in [
            ("1", "1", "1"),
            ("100m", "100m", "100m"),
            ("0.1", "100m", "100m"),
            ("1.5", "1500m", "1500m"),
            ("2000m", "2", "2"),
            ("1e3", "1000", "1000"),
            ("1E", "1000000000000000000", "976562500000000Ki"),
            ("12e-1", "1200m", "1200m"),
            ("512Mi", "536870912", "512Mi"),
            ("1024Mi", "1073741824", "1Gi"),
            ("0.5Gi", "536870912", "512Mi"),
            ("128M", "128000000", "125000Ki"),
            (".5", "500m", "500m"),
            ("1.", "1", "1"),
            ("1n", "1m", "1m"),
            ("0", "0", "0"),
        ] {
            let quantity = Quantity::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (quantity.written(false).as_str(), quantity.written(true).as_str()),
                (decimal, binary)
            );
        }
        for text in ["", "Gi", "1 Gi", "2gb", "-1", "1.2.3", "1e", "0x10", "."] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_part_times_the_ratio_is_no_less_than_the_whole() {
        let of = |text: &str| Quantity::parse(text).unwrap();
        for (whole, ratio, unit, expect) in [
            ("1", "4", MILLI, "250m"),
            ("1", "3", MILLI, "334m"),
            ("1Gi", "3", MEBI, "342Mi"),
            ("256Mi", "2.5", MEBI, "103Mi"),
            ("256Mi", "1", MEBI, "256Mi"),
        ] {
            assert_eq!(of(whole).part(of(ratio), unit), of(expect), "{whole} {ratio}");
        }
    }
}
