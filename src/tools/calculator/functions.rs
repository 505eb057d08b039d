//! The functions and constants that have names.

use super::number::Number;

/// The largest number whose factorial a float can hold.
const LARGEST_FACTORIAL: i128 = 170;
/// Digits behind the point that rounding may be asked for.
const MOST_DIGITS: i128 = 30;
/// What is smaller than this is what floating point makes of nothing.
const NOTHING: f64 = 1e-15;

/// All functions, for whoever mistypes one.
pub(super) const NAMES: &[&str] = &[
    "abs",
    "acos",
    "asin",
    "atan",
    "atan2",
    "avg",
    "cbrt",
    "ceil",
    "cos",
    "cosh",
    "deg",
    "exp",
    "factorial",
    "floor",
    "gcd",
    "hypot",
    "lcm",
    "ln",
    "log",
    "log10",
    "log2",
    "max",
    "mean",
    "median",
    "min",
    "mod",
    "pow",
    "rad",
    "round",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "sum",
    "tan",
    "tanh",
    "trunc",
];

/// A constant.
pub(super) fn constant(name: &str) -> Option<Number> {
    use std::f64::consts;
    Some(Number::About(match name {
        "pi" | "π" => consts::PI,
        "e" => consts::E,
        "tau" | "τ" => consts::TAU,
        "phi" => f64::midpoint(1.0, 5_f64.sqrt()),
        _ => return None,
    }))
}

/// Calls a function. The error says what is wrong with the arguments.
pub(super) fn call(name: &str, arguments: &[Number]) -> Result<Number, String> {
    if let Some(result) = of_any_number(name, arguments) {
        return result;
    }
    match *arguments {
        [one] => of_one(name, one),
        [one, two] => of_two(name, one, two),
        _ => Err(wrong_number(name, arguments.len())),
    }
}

fn wrong_number(name: &str, given: usize) -> String {
    let wants = match name {
        "round" | "log" => "one or two arguments",
        "atan2" | "mod" | "pow" => "two arguments",
        _ => "one argument",
    };
    format!("{name} takes {wants}, not {given}; a comma parts arguments, and thousands are written 1_000")
}

fn of_any_number(name: &str, arguments: &[Number]) -> Option<Result<Number, String>> {
    if !["min", "max", "sum", "avg", "mean", "median", "gcd", "lcm", "hypot"].contains(&name) {
        return None;
    }
    let Some((&first, rest)) = arguments.split_first() else {
        return Some(Err(format!("{name} takes at least one argument")));
    };
    let sum = || rest.iter().fold(first, |sum, number| sum.plus(*number));
    let count = Number::whole(i128::try_from(arguments.len()).unwrap_or(i128::MAX));
    Some(Ok(match name {
        "min" => {
            rest.iter().fold(first, |least, number| if number.is_less_than(least) { *number } else { least })
        }
        "max" => {
            rest.iter().fold(first, |most, number| if most.is_less_than(*number) { *number } else { most })
        }
        "sum" => sum(),
        "median" => median(arguments),
        "gcd" | "lcm" => return Some(divisors(name, arguments)),
        "hypot" => {
            let squares = arguments.iter().map(|number| number.times(*number));
            squares.fold(Number::whole(0), Number::plus).root()
        }
        _ => sum().by(count),
    }))
}

fn median(arguments: &[Number]) -> Number {
    let mut sorted = arguments.to_vec();
    // Nothing here is not a number: such a result never becomes an argument.
    sorted.sort_by(|one, two| one.float().total_cmp(&two.float()));
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        sorted[middle - 1].plus(sorted[middle]).by(Number::whole(2))
    }
}

fn divisors(name: &str, arguments: &[Number]) -> Result<Number, String> {
    let whole = |number: &Number| {
        let whole = number.as_whole().and_then(i128::checked_abs);
        whole.ok_or_else(|| format!("{name} is for whole numbers, and {number} is none"))
    };
    let numbers = arguments.iter().map(whole).collect::<Result<Vec<_>, _>>()?;
    let common = |mut one: i128, mut two: i128| {
        while two != 0 {
            (one, two) = (two, one % two);
        }
        one
    };
    let multiple = |one: i128, two: i128| match common(one, two) {
        0 => Some(0),
        divisor => (one / divisor).checked_mul(two),
    };
    let result = match name {
        "gcd" => Some(numbers.iter().fold(0, |one, two| common(one, *two))),
        _ => numbers.iter().try_fold(1, |one, two| multiple(one, *two)),
    };
    result.map(Number::whole).ok_or_else(|| format!("the result of {name} is too large"))
}

fn of_two(name: &str, one: Number, two: Number) -> Result<Number, String> {
    match name {
        "atan2" => Ok(Number::About(one.float().atan2(two.float()))),
        "pow" => power(one, two),
        "mod" => remainder(one, two),
        "log" => logarithm(one, |number| number.ln() / two.float().ln()),
        "round" => {
            let digits = two.as_whole().filter(|digits| digits.abs() <= MOST_DIGITS);
            let digits = digits.ok_or_else(|| format!("round takes up to {MOST_DIGITS} digits"))?;
            let shift = Number::whole(10).to_the(Number::whole(digits));
            Ok(rounded(one.times(shift)).by(shift))
        }
        _ => Err(wrong_number(name, 2)),
    }
}

fn of_one(name: &str, number: Number) -> Result<Number, String> {
    let float = number.float();
    let within = |range: std::ops::RangeInclusive<f64>, result: f64| {
        let within = range.contains(&float);
        within
            .then_some(result)
            .ok_or_else(|| format!("{name} is for numbers from -1 to 1, not for {number}"))
    };
    let is_negative = number.is_less_than(Number::whole(0));
    Ok(Number::About(match name {
        "sqrt" if is_negative => return Err(format!("{number} is negative and has no square root")),
        "sqrt" => return Ok(number.root()),
        "abs" => return Ok(if is_negative { number.negative() } else { number }),
        "floor" => return Ok(number.floor()),
        "ceil" => return Ok(number.negative().floor().negative()),
        "trunc" if is_negative => return Ok(number.negative().floor().negative()),
        "trunc" => return Ok(number.floor()),
        "round" => return Ok(rounded(number)),
        "sign" => return Ok(Number::whole(i128::from(!number.is_zero()) * if is_negative { -1 } else { 1 })),
        "factorial" => return factorial(number),
        "log" | "log10" => return logarithm(number, f64::log10),
        "log2" => return logarithm(number, f64::log2),
        "ln" => return logarithm(number, f64::ln),
        "cbrt" => float.cbrt(),
        "exp" => float.exp(),
        "sin" => nothing(float.sin()),
        "cos" => nothing(float.cos()),
        "tan" if nothing(float.cos()) == 0.0 => return Err("tan has no value there".into()),
        "tan" => nothing(float.tan()),
        "asin" => within(-1.0..=1.0, float.asin())?,
        "acos" => within(-1.0..=1.0, float.acos())?,
        "atan" => float.atan(),
        "sinh" => float.sinh(),
        "cosh" => float.cosh(),
        "tanh" => float.tanh(),
        "deg" => float.to_degrees(),
        "rad" => float.to_radians(),
        _ => return Err(wrong_number(name, 1)),
    }))
}

/// Multiples of pi are not exact, so what is nothing there comes out as next to nothing.
fn nothing(number: f64) -> f64 {
    if number.abs() < NOTHING { 0.0 } else { number }
}

/// To the next whole number, halves away from zero.
fn rounded(number: Number) -> Number {
    let half = Number::whole(1).by(Number::whole(2));
    if number.is_less_than(Number::whole(0)) {
        number.negative().plus(half).floor().negative()
    } else {
        number.plus(half).floor()
    }
}

fn logarithm(number: Number, of: impl Fn(f64) -> f64) -> Result<Number, String> {
    if !Number::whole(0).is_less_than(number) {
        return Err(format!("only numbers above zero have a logarithm, and {number} is not"));
    }
    Ok(Number::About(of(number.float())))
}

/// `!`
pub(super) fn factorial(number: Number) -> Result<Number, String> {
    let whole = number.as_whole().filter(|number| *number >= 0);
    let whole = whole
        .ok_or_else(|| format!("only whole numbers from 0 on have a factorial, and {number} is none"))?;
    if whole > LARGEST_FACTORIAL {
        return Err(format!("the factorial of {whole} is too large; {LARGEST_FACTORIAL}! is the largest"));
    }
    Ok((2..=whole).map(Number::whole).fold(Number::whole(1), Number::times))
}

/// `^`
pub(super) fn power(base: Number, exponent: Number) -> Result<Number, String> {
    if base.is_zero() && exponent.is_less_than(Number::whole(0)) {
        return Err("zero to a negative power is a division by zero".into());
    }
    if base.is_less_than(Number::whole(0)) && exponent.floor() != exponent {
        return Err(format!(
            "{base} is negative, and {exponent} is not whole: there is no real number for that power"
        ));
    }
    Ok(base.to_the(exponent))
}

/// `/`
pub(super) fn quotient(one: Number, two: Number) -> Result<Number, String> {
    if two.is_zero() { Err("division by zero".into()) } else { Ok(one.by(two)) }
}

/// `%` between two numbers.
pub(super) fn remainder(one: Number, two: Number) -> Result<Number, String> {
    if two.is_zero() { Err("division by zero".into()) } else { Ok(one.remainder(two)) }
}
