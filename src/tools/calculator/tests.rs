use proptest::prelude::*;

use super::*;

fn result(expression: &str) -> String {
    calculate(expression).unwrap_or_else(|error| panic!("{expression}: {error}")).result
}

#[test]
fn what_comes_out() {
    for (expression, expected) in [
        ("0.1 + 0.2", "0.3"),
        ("1/3 + 1/3 + 1/3", "1"),
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("2^3^2", "512"),
        ("2**10", "1024"),
        ("-2^2", "-4"),
        ("2^-2", "0.25"),
        ("(-2)^2", "4"),
        ("--3 - -4", "7"),
        ("+5 - +3", "2"),
        ("7 - 4 - 2", "1"),
        ("100 / 10 / 5", "2"),
        ("9223372036854775807 + 1", "9223372036854775808"),
        ("2^100", "1267650600228229401496703205376"),
        ("30!", "265252859812191058636308480000000"),
        ("50!", "3.04140932017134e64"),
        ("3!!", "720"),
        ("-3!", "-6"),
        ("15%", "0.15"),
        ("200 * 15%", "30"),
        ("10 % 3", "1"),
        ("-7 % 3", "2"),
        ("5.5 % 2", "1.5"),
        ("50% - 10%", "0.4"),
        ("1_000_000 * 1.5", "1500000"),
        ("1e3 + 1.5E-3", "1000.0015"),
        ("2e", "!"),
        (".5 + 5.", "5.5"),
        ("0xff + 0b11 + 0o17", "273"),
        ("6 × 7 ÷ 2 − 1 · 3", "18"),
        ("√16 + √2^2", "6"),
        ("sqrt(2)^2", "2"),
        ("sqrt(144/25)", "2.4"),
        ("SQRT (2)", "1.4142135623731"),
        ("sin(pi)", "0"),
        ("sin(pi/6) + cos(0)", "1.5"),
        ("tan(rad(45))", "1"),
        ("deg(pi)", "180"),
        ("ln(e^2)", "2"),
        ("log(1000) + log(8, 2) + log2(1024)", "16"),
        ("round(2.5) + round(-2.5)", "0"),
        ("round(2.675, 2)", "2.68"),
        ("round(1234567, -3)", "1235000"),
        ("floor(-1.5) + ceil(-1.5) + trunc(-1.5)", "-4"),
        ("abs(-3/7) * 7", "3"),
        ("max(1, 5/2, 2) - min(3, -1)", "3.5"),
        ("avg(1, 2, 4)", "2.33333333333333"),
        ("median(5, 1, 3, 2) + sum(1, 2)", "5.5"),
        ("gcd(12, 18) + lcm(4, 6)", "18"),
        ("hypot(3, 4)", "5"),
        ("sign(-2) + sign(0) + sign(9)", "0"),
        ("mod(10, 4) + pow(2, 0.5)^2", "4"),
        ("1/7", "0.142857142857143"),
        ("10/4", "2.5"),
        ("1e30 * 1e30", "1e60"),
        ("1/1024^3", "0.000000000931322574615478515625"),
        ("0.000001", "0.000001"),
        ("(-1)^1000000000001", "-1"),
        ("1^99999999999999999999", "1"),
        ("0^0 + 0 * 5", "1"),
        ("170141183460469231731687303715884105727 + 1", "1.70141183460469e38"),
        ("1000 * 1.05^10", "1628.894626777441406250000"),
    ] {
        if expected == "!" {
            assert!(calculate(expression).is_err(), "{expression}");
            continue;
        }
        let expected = if expected.contains('.') { expected.trim_end_matches('0') } else { expected };
        assert_eq!(result(expression), expected, "{expression}");
    }
}

#[test]
fn errors_say_where() {
    for (expression, what) in [
        ("", "a number is missing (at character 1, the end)"),
        ("2 +", "a number is missing (at character 4, the end)"),
        ("2 + * 3", "a number is expected here (at character 5: `* 3`)"),
        ("(1 + 2", "this `(` is not closed (at character 1: `(1 + 2`)"),
        ("1 + 2)", "this `)` closes nothing (at character 6: `)`)"),
        ("2(3)", "an operator is missing; write `*` to multiply (at character 2: `(3)`)"),
        ("2 pi", "an operator is missing"),
        ("3 x 4", "an operator is missing"),
        ("1,000 + 1", "thousands are written 1_000 (at character 2"),
        ("sqrt(1,000)", "sqrt takes one argument, not 2"),
        ("1 / (2 - 2)", "division by zero (at character 3: `/ (2 - 2)`)"),
        ("5 % 0", "division by zero"),
        ("0^-1", "division by zero"),
        ("sqrt(-1)", "no square root"),
        ("(-8)^(1/3)", "no real number"),
        ("ln(0)", "above zero"),
        ("asin(2)", "from -1 to 1"),
        ("tan(pi/2)", "no value there"),
        ("171!", "170! is the largest"),
        ("2.5!", "only whole numbers"),
        ("(-1)!", "only whole numbers"),
        ("1e300 * 1e300", "the result is too large"),
        ("9^9^9", "the result is too large"),
        ("sinn(1)", "did you mean sin"),
        ("quux + 1", "there is no `quux`; there are pi"),
        ("sqrt 2", "in parentheses, as sqrt(2)"),
        ("x * 2", "x stands for nothing"),
        ("2 = 2", "not equations"),
        ("1..2", "an operator is missing"),
        ("0xzz", "base 16"),
        ("1 $ 2", "this is not understood (at character 3: `$ 2`)"),
        ("round(1, 99)", "up to 30 digits"),
        ("gcd(1.5, 2)", "whole numbers"),
        ("max()", "at least one"),
        ("1 != 2", "this is not understood"),
    ] {
        let error = calculate(expression).unwrap_err().to_string();
        assert!(error.contains(what), "{expression}: {error}");
    }
    for deep in ["(".repeat(1000), "-".repeat(1000), "2^".repeat(900), "sin(".repeat(300), "√".repeat(500)]
    {
        assert!(calculate(&deep).unwrap_err().to_string().contains("deep"), "{deep}");
    }
    assert!(calculate(&"1+".repeat(2000)).unwrap_err().to_string().contains("longer"));
}

#[tokio::test]
async fn a_model_is_told_what_is_exact() {
    let tool = Calculator;
    let answer = tool.call(&json!({"expression": " 2/3 "})).await.unwrap();
    assert_eq!((answer.text.as_str(), answer.foreign), ("2/3 ≈ 0.666666666666667 (exactly 2/3)", false));
    let calculation: Calculation = serde_json::from_value(answer.data.unwrap()).unwrap();
    assert_eq!(calculation.fraction.as_deref(), Some("2/3"));
    assert_eq!(tool.call(&json!({"expression": "1/8"})).await.unwrap().text, "1/8 = 0.125");
    assert_eq!(tool.call(&json!({"expression": "pi"})).await.unwrap().text, "pi ≈ 3.14159265358979");
    assert!(tool.call(&json!({"expression": "1 +"})).await.is_err());
}

/// An expression, what floating point makes of it, and how far that may be off.
#[derive(Debug, Clone)]
struct Sum(String, f64, f64);

impl Sum {
    fn new(text: String, value: f64, off: f64) -> Self {
        Self(text, value, off + value.abs() * 1e-15)
    }

    fn quotient(&self, other: &Self) -> Self {
        let (value, sure) = (self.1 / other.1, other.1.abs() - other.2);
        let off = if sure > 0.0 { (self.2 + value.abs() * other.2) / sure } else { f64::INFINITY };
        Self::new(format!("({}/({}))", self.0, other.0), value, off)
    }

    fn root(&self) -> Self {
        let off = if self.1 > self.2 { self.2 / self.1.sqrt() } else { f64::INFINITY };
        Self::new(format!("sqrt({})", self.0), self.1.sqrt(), off)
    }
}

fn sums() -> impl Strategy<Value = Sum> {
    let leaf = prop_oneof![
        (0_u32..1000).prop_map(|number| Sum(number.to_string(), f64::from(number), 0.0)),
        (0_u32..100_000).prop_map(|number| {
            Sum::new(format!("{}.{:03}", number / 1000, number % 1000), f64::from(number) / 1000.0, 0.0)
        }),
    ];
    leaf.prop_recursive(6, 40, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(a, b)| Sum::new(format!("({} + {})", a.0, b.0), a.1 + b.1, a.2 + b.2)),
            pair.clone().prop_map(|(a, b)| Sum::new(format!("({}-{})", a.0, b.0), a.1 - b.1, a.2 + b.2)),
            pair.clone().prop_map(|(a, b)| {
                let off = a.1.abs() * b.2 + b.1.abs() * a.2 + a.2 * b.2;
                Sum::new(format!("({}) * {}", a.0, b.0), a.1 * b.1, off)
            }),
            pair.clone().prop_map(|(a, b)| a.quotient(&b)),
            pair.prop_map(|(a, b)| {
                // What is not a number on one side is none on the whole.
                let off = a.2.max(b.2) + (a.1 + b.1) * 0.0;
                Sum::new(format!("max({}, {})", a.0, b.0), a.1.max(b.1), off)
            }),
            inner.clone().prop_map(|a| Sum::new(format!("(-({}))", a.0), -a.1, a.2)),
            inner.clone().prop_map(|a| Sum::new(format!("abs({})", a.0), a.1.abs(), a.2)),
            inner.clone().prop_map(|a| Sum::new(
                format!("({})^2", a.0),
                a.1 * a.1,
                a.2 * (2.0 * a.1.abs() + a.2)
            )),
            inner.prop_map(|a| a.root()),
        ]
    })
}

proptest! {
    #[test]
    fn it_agrees_with_floating_point(Sum(expression, float, off) in sums()) {
        if float.is_finite() && off.is_finite() {
            let result = calculate(&format!("({expression})")).unwrap().result;
            let number: f64 = result.parse().unwrap();
            let near = (number - float).abs() <= 4.0 * off + 1e-13 * number.abs();
            prop_assert!(near, "{expression}: {number} and not {float}");
        }
    }

    #[test]
    fn nothing_makes_it_panic(expression in "[-+*/^!%(),.0-9eEpixsqrtlnmaxroundgcd_√ ]{0,60}") {
        if let Ok(calculation) = calculate(&expression) {
            let number: f64 = calculation.result.parse().unwrap();
            prop_assert!(number.is_finite(), "{expression}: {}", calculation.result);
        }
    }

    #[test]
    fn no_text_makes_it_panic(expression in "\\PC{0,40}") {
        prop_assert!(calculate(&expression).is_err() || calculate(&expression).is_ok());
    }
}
