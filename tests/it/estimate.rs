//! The estimate of tokens against the counts of real tokenizers.
//!
//! `support/tokens.json` holds texts that were written for this and what each tokenizer makes of them: o200k (GPT-4o, gpt-oss),
//! Llama 3, Qwen 3, Gemma 3 and DeepSeek V3, counted once with their published vocabularies.

use std::collections::BTreeMap;
use std::fmt::Write;

use aigw::chat::Tokens;
use insta::assert_snapshot;

#[derive(serde::Deserialize)]
struct Sample {
    kind: String,
    tokens: BTreeMap<String, f64>,
    text: String,
}

fn samples() -> Vec<Sample> {
    serde_json::from_str(include_str!("support/tokens.json")).unwrap()
}

/// Kinds of text that all tokenizers count alike: there the estimate is within 15 % of each.
const AGREED: [&str; 12] = [
    "english",
    "arabic",
    "base64",
    "html",
    "json",
    "json_pretty",
    "latex",
    "markdown",
    "math",
    "python",
    "table",
    "uuid",
];

/// What is dense with rare words is more than the estimate says: by so much at most.
fn floor(kind: &str) -> f64 {
    if kind == "chemistry" { 0.72 } else { 0.85 }
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "texts are short")]
fn no_tokenizer_finds_much_more_or_fewer_than_estimated() {
    for Sample { kind, tokens, text } in samples() {
        let estimate = Tokens::of_text(&text);
        let hungriest = tokens.values().copied().fold(0.0, f64::max);
        for (tokenizer, count) in &tokens {
            let (most, least) = (estimate.most as f64 / count, estimate.least as f64 / count);
            assert!(most >= floor(&kind), "{kind}, {tokenizer}: {most:.2} of {count}");
            assert!(least <= 1.0, "{kind}, {tokenizer}: at least {least:.2} of {count}");
            let agreed = AGREED.contains(&kind.as_str());
            assert!(!agreed || most <= 1.15, "{kind}, {tokenizer}: {most:.2} of {count}");
        }
        let over = estimate.most as f64 / hungriest;
        assert!(over <= 1.2, "{kind}: {over:.2} of what the hungriest tokenizer finds");
    }
}

/// How far above the count of each tokenizer the estimate is, in percent. Far above is it where their vocabularies
/// differ; there a model's own ratio is to be learned from what its provider reports.
#[test]
#[expect(clippy::cast_precision_loss, reason = "texts are short")]
fn how_far_above() {
    let mut table = String::new();
    for Sample { kind, tokens, text } in samples() {
        write!(table, "{kind:20}").unwrap();
        for (tokenizer, count) in &tokens {
            let over = (Tokens::of_text(&text).most as f64 / count - 1.0) * 100.0;
            write!(table, " {tokenizer} {over:+4.0}").unwrap();
        }
        table += "\n";
    }
    assert_snapshot!(table, @"
    english              deepseek3   -4 gemma3   -3 llama3   -5 o200k   -4 qwen3   -5
    german               deepseek3  +21 gemma3  +40 llama3  +13 o200k  +40 qwen3  +12
    french               deepseek3  +26 gemma3  +52 llama3  +19 o200k  +60 qwen3  +21
    turkish              deepseek3  -11 gemma3  +52 llama3  +38 o200k  +40 qwen3  +16
    vietnamese           deepseek3   +4 gemma3  +54 llama3  +45 o200k  +38 qwen3  +45
    russian              deepseek3   -5 gemma3  +19 llama3   +4 o200k  +16 qwen3   +3
    greek                deepseek3  +64 gemma3 +103 llama3 +103 o200k +109 qwen3  -10
    arabic               deepseek3   +0 gemma3   +9 llama3   -3 o200k  +12 qwen3   -5
    hebrew               deepseek3 +100 gemma3  +93 llama3  -12 o200k +145 qwen3 +140
    hindi                deepseek3  +44 gemma3 +220 llama3  +63 o200k +158 qwen3  -11
    thai                 deepseek3  +51 gemma3  +67 llama3   +8 o200k  +40 qwen3   -7
    chinese              deepseek3  +50 gemma3  +22 llama3   +6 o200k   +6 qwen3  +33
    japanese             deepseek3  +17 gemma3  +38 llama3  +10 o200k   -1 qwen3  +21
    korean               deepseek3   -7 gemma3  +17 llama3   +9 o200k  +11 qwen3  -10
    emoji                deepseek3   +7 gemma3  +49 llama3   -5 o200k  +21 qwen3  +18
    json                 deepseek3   +4 gemma3   -7 llama3   +8 o200k   +8 qwen3   -5
    json_pretty          deepseek3  +12 gemma3   -9 llama3  +15 o200k  +15 qwen3   +9
    rust                 deepseek3   +6 gemma3   -5 llama3  +18 o200k  +14 qwen3  +18
    python               deepseek3   +8 gemma3   -3 llama3  +13 o200k  +13 qwen3  +13
    javascript           deepseek3   +9 gemma3   -3 llama3  +16 o200k  +13 qwen3  +16
    html                 deepseek3   +7 gemma3  +13 llama3   +8 o200k   +9 qwen3   +6
    sql                  deepseek3  +20 gemma3   -2 llama3  +27 o200k  +26 qwen3  +17
    log                  deepseek3  +23 gemma3  -11 llama3  +24 o200k  +24 qwen3  -10
    base64               deepseek3   -5 gemma3   -5 llama3   -7 o200k   -3 qwen3   -9
    hex                  deepseek3  +48 gemma3   -6 llama3  +50 o200k  +48 qwen3   -6
    digits               deepseek3 +176 gemma3   -6 llama3 +176 o200k +176 qwen3   -6
    table                deepseek3  +12 gemma3   -6 llama3   +0 o200k   +0 qwen3  -13
    csv                  deepseek3  +13 gemma3   -8 llama3  +16 o200k  +16 qwen3   -5
    markdown             deepseek3  +12 gemma3   -7 llama3  +13 o200k  +12 qwen3   +6
    url                  deepseek3  +16 gemma3   -8 llama3  +31 o200k  +29 qwen3  +24
    diff                 deepseek3  +18 gemma3   -9 llama3  +20 o200k  +19 qwen3  +11
    math                 deepseek3   -8 gemma3  -14 llama3   -9 o200k  -10 qwen3  -11
    latex                deepseek3   +3 gemma3   -6 llama3   -6 o200k   -7 qwen3   -6
    spanish              deepseek3  +12 gemma3  +39 llama3  +10 o200k  +36 qwen3  +14
    italian              deepseek3   +6 gemma3  +24 llama3   +3 o200k  +18 qwen3   +3
    dutch                deepseek3   +6 gemma3  +11 llama3   +0 o200k  +24 qwen3   +0
    polish               deepseek3   +8 gemma3  +35 llama3   -4 o200k  +16 qwen3  +14
    finnish              deepseek3   -7 gemma3  +13 llama3  -14 o200k  +11 qwen3  -14
    indonesian           deepseek3  +15 gemma3  +41 llama3   -2 o200k  +25 qwen3   -2
    swedish              deepseek3   +0 gemma3  +12 llama3   +3 o200k  +19 qwen3   +3
    ukrainian            deepseek3   -7 gemma3  +39 llama3  +37 o200k  +18 qwen3  -14
    persian              deepseek3  +15 gemma3  +54 llama3  +42 o200k  +38 qwen3  -12
    bengali              deepseek3 +175 gemma3 +350 llama3  -10 o200k +260 qwen3   +2
    tamil                deepseek3 +134 gemma3 +439 llama3  -10 o200k +296 qwen3   +8
    georgian             deepseek3 +120 gemma3 +267 llama3  -11 o200k +318 qwen3  +64
    chinese_traditional  deepseek3  +34 gemma3  +15 llama3  -13 o200k  -14 qwen3  +25
    uuid                 deepseek3   +9 gemma3   -7 llama3   +9 o200k   +9 qwen3   -6
    shouting             deepseek3   -9 gemma3  +19 llama3  +19 o200k  +10 qwen3  +19
    chemistry            deepseek3   -9 gemma3  +24 llama3  -25 o200k  -18 qwen3  -25
    pinned               deepseek3  -10 gemma3  -14 llama3   -5 o200k   -5 qwen3  -10
    ");
}
