//! Numbers: fractions for as long as they fit, so that 0.1 + 0.2 is 0.3 and a third three times is one; then floating
//! point, and whoever reads the result is told.

use std::fmt;

/// Digits of a result that is not exact. Floating point has hardly more.
const DIGITS: usize = 15;
/// A decimal with more places is shown rounded.
const MOST_PLACES: u32 = 30;
/// The largest exponent with which a power is worked out exactly; a fraction that still fits has no larger one.
const MOST_EXACT: i128 = 256;

/// A number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// Exactly this.
    Exact(Fraction),
    /// About this.
    About(f64),
}

/// A fraction in lowest terms. Its lower part is greater than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fraction {
    upper: i128,
    lower: i128,
}

impl Fraction {
    /// Nothing if it does not fit.
    fn new(upper: i128, lower: i128) -> Option<Self> {
        let common = i128::try_from(common_divisor(upper.unsigned_abs(), lower.unsigned_abs())).ok()?;
        if lower == 0 || common == 0 {
            return None;
        }
        let (upper, lower) = (upper / common, lower / common);
        if lower < 0 {
            Some(Self { upper: upper.checked_neg()?, lower: lower.checked_neg()? })
        } else {
            Some(Self { upper, lower })
        }
    }

    fn plus(self, other: Self) -> Option<Self> {
        let left = self.upper.checked_mul(other.lower)?;
        let right = other.upper.checked_mul(self.lower)?;
        Self::new(left.checked_add(right)?, self.lower.checked_mul(other.lower)?)
    }

    fn times(self, other: Self) -> Option<Self> {
        // Shortened crosswise first, which keeps the parts small.
        let (one, two) = (Self::new(self.upper, other.lower)?, Self::new(other.upper, self.lower)?);
        Self::new(one.upper.checked_mul(two.upper)?, one.lower.checked_mul(two.lower)?)
    }

    fn inverse(self) -> Option<Self> {
        Self::new(self.lower, self.upper)
    }

    fn to_the(self, exponent: i128) -> Option<Self> {
        let (mut base, mut rest) = if exponent < 0 { (self.inverse()?, -exponent) } else { (self, exponent) };
        let mut result = Self { upper: 1, lower: 1 };
        while rest > 0 {
            if rest % 2 == 1 {
                result = result.times(base)?;
            }
            rest /= 2;
            if rest > 0 {
                base = base.times(base)?;
            }
        }
        Some(result)
    }

    fn root(self) -> Option<Self> {
        let root = |number: i128| {
            let number = u128::try_from(number).ok()?;
            let root = number.isqrt();
            (root * root == number).then(|| i128::try_from(root).ok()).flatten()
        };
        Some(Self { upper: root(self.upper)?, lower: root(self.lower)? })
    }

    /// The digits behind the point that it takes, where it ends at all.
    fn places(self) -> Option<u32> {
        let (mut rest, mut twos, mut fives) = (self.lower, 0, 0);
        while rest % 2 == 0 {
            (rest, twos) = (rest / 2, twos + 1);
        }
        while rest % 5 == 0 {
            (rest, fives) = (rest / 5, fives + 1);
        }
        (rest == 1).then_some(twos.max(fives)).filter(|places| *places <= MOST_PLACES)
    }
}

fn common_divisor(mut one: u128, mut two: u128) -> u128 {
    while two > 0 {
        (one, two) = (two, one % two);
    }
    one
}

impl Number {
    pub(super) fn whole(number: i128) -> Self {
        Self::Exact(Fraction { upper: number, lower: 1 })
    }

    /// A number as it is written: digits, a point, an exponent.
    pub(super) fn read(text: &str) -> Option<Self> {
        let about = || text.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::About);
        let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (before, behind) = digits.split_once('.').unwrap_or((digits, ""));
        let exact = || {
            let all = format!("{before}{behind}").parse().ok()?;
            let exponent = exponent.parse::<i128>().ok()?.checked_sub(i128::try_from(behind.len()).ok()?)?;
            let ten =
                Fraction { upper: 10, lower: 1 }.to_the(Some(exponent).filter(|e| e.abs() <= MOST_EXACT)?)?;
            Fraction { upper: all, lower: 1 }.times(ten)
        };
        exact().map(Self::Exact).or_else(about)
    }

    pub(super) fn float(self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "this is what asking for a float means")]
            Self::Exact(Fraction { upper, lower }) => upper as f64 / lower as f64,
            Self::About(number) => number,
        }
    }

    pub(super) fn is_zero(self) -> bool {
        self.float() == 0.0
    }

    /// It as a whole number, if it is exactly one.
    pub(super) fn as_whole(self) -> Option<i128> {
        match self {
            Self::Exact(Fraction { upper, lower: 1 }) => Some(upper),
            _ => None,
        }
    }

    /// The two parts of a fraction that no decimal shows exactly.
    pub(super) fn as_fraction(self) -> Option<String> {
        match self {
            Self::Exact(fraction) if fraction.places().is_none() => {
                Some(format!("{}/{}", fraction.upper, fraction.lower))
            }
            _ => None,
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        self.joined(other, Fraction::plus, |one, two| one + two)
    }

    pub(super) fn minus(self, other: Self) -> Self {
        self.plus(other.negative())
    }

    pub(super) fn times(self, other: Self) -> Self {
        self.joined(other, Fraction::times, |one, two| one * two)
    }

    /// By something that is not zero.
    pub(super) fn by(self, other: Self) -> Self {
        self.joined(other, |one, two| one.times(two.inverse()?), |one, two| one / two)
    }

    /// What is left when it is divided, with the sign of the divisor, which is not zero.
    pub(super) fn remainder(self, other: Self) -> Self {
        let times = self.by(other).floor();
        self.minus(times.times(other))
    }

    pub(super) fn to_the(self, exponent: Self) -> Self {
        let exact = match (self, exponent.as_whole()) {
            // These stay small however high the exponent is.
            (Self::Exact(base), Some(exponent)) if base.lower == 1 && base.upper.abs() <= 1 => {
                base.to_the(if base.upper == -1 { exponent.rem_euclid(2) } else { exponent.signum() })
            }
            (Self::Exact(base), Some(exponent)) if exponent.abs() <= MOST_EXACT => base.to_the(exponent),
            _ => None,
        };
        exact.map_or_else(|| Self::About(self.float().powf(exponent.float())), Self::Exact)
    }

    pub(super) fn root(self) -> Self {
        match self {
            Self::Exact(fraction) => fraction.root().map(Self::Exact),
            Self::About(_) => None,
        }
        .unwrap_or_else(|| Self::About(self.float().sqrt()))
    }

    pub(super) fn negative(self) -> Self {
        match self {
            Self::Exact(Fraction { upper, lower }) => match upper.checked_neg() {
                Some(upper) => Self::Exact(Fraction { upper, lower }),
                None => Self::About(-self.float()),
            },
            Self::About(number) => Self::About(-number),
        }
    }

    /// The next whole number that is not greater.
    pub(super) fn floor(self) -> Self {
        match self {
            Self::Exact(Fraction { upper, lower }) => Self::whole(upper.div_euclid(lower)),
            Self::About(number) => Self::About(number.floor()),
        }
    }

    pub(super) fn is_less_than(self, other: Self) -> bool {
        match (self, other, self.minus(other)) {
            (Self::Exact(_), Self::Exact(_), Self::Exact(difference)) => difference.upper < 0,
            _ => self.float() < other.float(),
        }
    }

    fn joined(
        self,
        other: Self,
        exact: impl Fn(Fraction, Fraction) -> Option<Fraction>,
        about: impl Fn(f64, f64) -> f64,
    ) -> Self {
        let exact = match (self, other) {
            (Self::Exact(one), Self::Exact(two)) => exact(one, two),
            _ => None,
        };
        exact.map_or_else(|| Self::About(about(self.float(), other.float())), Self::Exact)
    }

    /// Whether what is shown is all that there is.
    pub(super) fn is_shown_exactly(self) -> bool {
        matches!(self, Self::Exact(fraction) if fraction.places().is_some())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Exact(fraction) = self
            && let Some(places) = fraction.places()
            && let Some(digits) = 10_u128
                .checked_pow(places)
                .map(|power| power / fraction.lower.unsigned_abs())
                .and_then(|times| fraction.upper.unsigned_abs().checked_mul(times))
        {
            let sign = if fraction.upper < 0 { "-" } else { "" };
            let places = places as usize;
            let digits = format!("{digits:0>width$}", width = places + 1);
            let (before, behind) = digits.split_at(digits.len() - places);
            let point = if behind.is_empty() { "" } else { "." };
            return write!(f, "{sign}{before}{point}{behind}");
        }
        f.write_str(&shortened(self.float()))
    }
}

/// A float as people write it: no more digits than it is good for, and an exponent only where it saves zeros.
fn shortened(number: f64) -> String {
    let scientific = format!("{number:.*e}", DIGITS - 1);
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let plain = |text: &str| {
        let shorter = text.trim_end_matches('0').trim_end_matches('.');
        if text.contains('.') { shorter.to_owned() } else { text.to_owned() }
    };
    match exponent.parse::<i32>() {
        // Rounded to as many digits as count, then written out: the shortest text of that float has no more.
        Ok(-7..=20) => {
            scientific.parse::<f64>().map_or(scientific, |rounded| plain(&format!("{}", rounded + 0.0)))
        }
        _ => format!("{}e{exponent}", plain(digits)),
    }
}
