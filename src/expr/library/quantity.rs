//! Amounts as Kubernetes writes them: `500m`, `1.5Gi`, `2e3` (apimachinery's `resource.Quantity`).

/// A number, exact to the billionth.
///
/// What is more precise is rounded away from zero, as Kubernetes does it; what passes 10²⁹ stays there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quantity {
    /// In billionths.
    nano: i128,
    /// Whether it is written without a fraction: `1`, `2k`, `3Mi`, but not `1000m`, which Kubernetes takes for no integer either.
    whole: bool,
}

const NANO: i128 = 1_000_000_000;

impl Quantity {
    /// Reads a quantity; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        // No amount needs more digits.
        if text.len() > 100 {
            return None;
        }
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.contains('.') || integer.len() + fraction.len() == 0 {
            return None;
        }
        let suffix = Suffix::parse(suffix)?;
        let fraction = fraction.trim_end_matches('0');
        let places = fraction.len() as i64;
        let digits = integer.bytes().chain(fraction.bytes());
        let digits =
            digits.fold(0i128, |sum, digit| sum.saturating_mul(10).saturating_add(i128::from(digit - b'0')));
        let (nano, whole) = match suffix {
            Suffix::Binary(power) => (scaled(digits.saturating_mul(1 << power), 9 - places), places == 0),
            // The largest exponents only decide between nothing and everything.
            Suffix::Decimal(power) => {
                (scaled(digits, power.clamp(-100, 100) + 9 - places), power - places >= 0)
            }
        };
        // Binary quantities end at the largest integer.
        let most = if matches!(suffix, Suffix::Binary(_)) { i128::from(i64::MAX) * NANO } else { i128::MAX };
        let nano = nano.min(most);
        Some(Self { nano: if negative { -nano } else { nano }, whole })
    }

    /// The integer it is.
    pub fn integer(self) -> Option<i64> {
        if self.whole { i64::try_from(self.nano / NANO).ok() } else { None }
    }

    /// The number nearest to it.
    pub fn float(self) -> f64 {
        let (whole, rest) = (self.nano / NANO, self.nano % NANO);
        whole as f64 + rest as f64 / NANO as f64
    }

    /// -1, 0 or 1.
    pub fn sign(self) -> i64 {
        self.nano.signum() as i64
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Self {
        Self { nano: self.nano.saturating_add(other.nano), whole: self.whole && other.whole }
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Self {
        Self { nano: self.nano.saturating_sub(other.nano), whole: self.whole && other.whole }
    }
}

impl From<i64> for Quantity {
    fn from(value: i64) -> Self {
        Self { nano: i128::from(value) * NANO, whole: true }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nano == other.nano
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.nano.cmp(&other.nano)
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (size, sign) = (self.nano.unsigned_abs(), if self.nano < 0 { "-" } else { "" });
        let nano = NANO.unsigned_abs();
        let (whole, rest) = (size / nano, size % nano);
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        write!(f, "{sign}{whole}.{}", format!("{rest:09}").trim_end_matches('0'))
    }
}

enum Suffix {
    /// The power of two.
    Binary(u32),
    /// The power of ten.
    Decimal(i64),
}

impl Suffix {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "" => Self::Decimal(0),
            "n" => Self::Decimal(-9),
            "u" => Self::Decimal(-6),
            "m" => Self::Decimal(-3),
            "k" => Self::Decimal(3),
            "M" => Self::Decimal(6),
            "G" => Self::Decimal(9),
            "T" => Self::Decimal(12),
            "P" => Self::Decimal(15),
            "E" => Self::Decimal(18),
            "Ki" => Self::Binary(10),
            "Mi" => Self::Binary(20),
            "Gi" => Self::Binary(30),
            "Ti" => Self::Binary(40),
            "Pi" => Self::Binary(50),
            "Ei" => Self::Binary(60),
            _ => Self::Decimal(text.strip_prefix(['e', 'E'])?.parse().ok()?),
        })
    }
}

/// `digits` times a power of ten, rounded up.
fn scaled(digits: i128, power: i64) -> i128 {
    let factor = 10i128.checked_pow(power.unsigned_abs() as u32);
    match (power < 0, factor) {
        _ if digits == 0 => 0,
        (false, Some(factor)) => digits.saturating_mul(factor),
        (false, None) => i128::MAX,
        (true, Some(factor)) => digits / factor + i128::from(digits % factor != 0),
        (true, None) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Quantity::parse(text).map_or_else(|| "none".to_owned(), |quantity| quantity.to_string())
    }

    #[test]
    fn every_suffix_is_read() {
        for (text, value) in [
            ("0", "0"),
            ("1", "1"),
            ("+1", "1"),
            ("-1.50", "-1.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("500m", "0.5"),
            ("1n", "0.000000001"),
            ("3u", "0.000003"),
            ("2k", "2000"),
            ("2M", "2000000"),
            ("2G", "2000000000"),
            ("2T", "2000000000000"),
            ("2P", "2000000000000000"),
            ("2E", "2000000000000000000"),
            ("1Ki", "1024"),
            ("1.5Mi", "1572864"),
            ("1Gi", "1073741824"),
            ("1Ti", "1099511627776"),
            ("1Pi", "1125899906842624"),
            ("1Ei", "1152921504606846976"),
            ("1e3", "1000"),
            ("1E3", "1000"),
            ("12e-1", "1.2"),
            ("1e+2", "100"),
            ("0.1n", "0.000000001"),
            ("-0.1n", "-0.000000001"),
            ("1e-99999999999", "0.000000001"),
            ("0e99999999999", "0"),
            ("100Ei", "9223372036854775807"),
            ("0.0000000001Ki", "0.000000103"),
        ] {
            assert_eq!(shown(text), value, "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in [
            "", ".", "-", "+-1", "1.1.1", "1 ", " 1", "1i", "1mi", "1KI", "1kI", "1ki", "1e", "1e1.5", "1e-",
            "aoeu", "1Kb", "1é", "1e1Ki", "1,5", "0x1",
        ] {
            assert_eq!(shown(text), "none", "{text}");
        }
    }

    #[test]
    fn quantities_are_compared_added_and_converted() {
        let of = |text| Quantity::parse(text).expect("a quantity");
        assert!(of("1Gi") > of("1G"));
        assert_eq!(of("1000m"), of("1"));
        assert_eq!(of("0.5").plus(of("500m")), of("1"));
        assert_eq!(of("1Ki").minus(of("1k")), of("24"));
        assert_eq!(of("1Ki").plus(Quantity::from(1)), of("1025"));
        assert_eq!(of("50k").integer(), Some(50_000));
        assert_eq!(of("1.5k").integer(), Some(1500));
        assert_eq!((of("1000m").integer(), of("1.5").integer(), of("100E").integer()), (None, None, None));
        assert_eq!(of("-50.5").sign(), -1);
        assert!((of("50.703k").float() - 50703.0).abs() < 1e-9);
        assert!(of("9e99999").float() > 1e28, "{}", of("9e99999"));
        assert_eq!(of("9e40").plus(of("9e40")), of("9e41"), "what is too large stays at the end");
    }
}
