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
        }
        let over = estimate.most as f64 / hungriest;
        assert!(over <= 1.22, "{kind}: {over:.2} of what the hungriest tokenizer finds");
    }
}

/// How far above the count of each tokenizer the estimate is, in percent: it follows the hungriest, which is another
/// one for each script. For the rest a model's own ratio is learned from what its provider reports.
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
    english              deepseek3   +0 gemma3   +1 llama3   -1 o200k   +0 qwen3   -1
    german               deepseek3  +20 gemma3  +39 llama3  +12 o200k  +39 qwen3  +11
    french               deepseek3  +29 gemma3  +55 llama3  +22 o200k  +64 qwen3  +23
    turkish              deepseek3  -10 gemma3  +54 llama3  +40 o200k  +42 qwen3  +17
    vietnamese           deepseek3  +10 gemma3  +63 llama3  +55 o200k  +47 qwen3  +55
    russian              deepseek3   +6 gemma3  +32 llama3  +15 o200k  +29 qwen3  +14
    greek                deepseek3  +82 gemma3 +125 llama3 +125 o200k +132 qwen3   +0
    arabic               deepseek3  +10 gemma3  +19 llama3   +6 o200k  +23 qwen3   +5
    hebrew               deepseek3 +124 gemma3 +116 llama3   -2 o200k +175 qwen3 +169
    hindi                deepseek3  +63 gemma3 +261 llama3  +84 o200k +191 qwen3   +0
    thai                 deepseek3  +69 gemma3  +87 llama3  +21 o200k  +56 qwen3   +4
    chinese              deepseek3  +62 gemma3  +32 llama3  +15 o200k  +15 qwen3  +44
    japanese             deepseek3  +29 gemma3  +53 llama3  +22 o200k   +9 qwen3  +33
    korean               deepseek3   +4 gemma3  +30 llama3  +22 o200k  +24 qwen3   +0
    emoji                deepseek3  +19 gemma3  +64 llama3   +5 o200k  +33 qwen3  +31
    json                 deepseek3  +13 gemma3   +1 llama3  +17 o200k  +17 qwen3   +3
    json_pretty          deepseek3  +24 gemma3   +1 llama3  +27 o200k  +27 qwen3  +21
    rust                 deepseek3  +14 gemma3   +2 llama3  +26 o200k  +21 qwen3  +26
    python               deepseek3  +15 gemma3   +3 llama3  +21 o200k  +21 qwen3  +21
    javascript           deepseek3  +17 gemma3   +4 llama3  +25 o200k  +22 qwen3  +25
    html                 deepseek3  +16 gemma3  +22 llama3  +17 o200k  +18 qwen3  +14
    sql                  deepseek3  +28 gemma3   +5 llama3  +36 o200k  +34 qwen3  +25
    log                  deepseek3  +31 gemma3   -5 llama3  +32 o200k  +32 qwen3   -4
    base64               deepseek3   +0 gemma3   +0 llama3   -2 o200k   +3 qwen3   -4
    hex                  deepseek3  +57 gemma3   -0 llama3  +59 o200k  +57 qwen3   +0
    digits               deepseek3 +194 gemma3   +0 llama3 +194 o200k +194 qwen3   +0
    table                deepseek3  +19 gemma3   +0 llama3   +6 o200k   +6 qwen3   -8
    csv                  deepseek3  +23 gemma3   +0 llama3  +26 o200k  +26 qwen3   +3
    markdown             deepseek3  +22 gemma3   +1 llama3  +23 o200k  +22 qwen3  +15
    url                  deepseek3  +24 gemma3   -1 llama3  +40 o200k  +38 qwen3  +33
    diff                 deepseek3  +28 gemma3   -2 llama3  +30 o200k  +29 qwen3  +20
    math                 deepseek3   -1 gemma3   -7 llama3   -2 o200k   -4 qwen3   -5
    latex                deepseek3  +10 gemma3   +1 llama3   +1 o200k   +0 qwen3   +1
    spanish              deepseek3  +13 gemma3  +41 llama3  +12 o200k  +38 qwen3  +15
    italian              deepseek3   +6 gemma3  +24 llama3   +3 o200k  +18 qwen3   +3
    dutch                deepseek3   +5 gemma3  +10 llama3   -1 o200k  +22 qwen3   -1
    polish               deepseek3   +9 gemma3  +37 llama3   -2 o200k  +17 qwen3  +15
    finnish              deepseek3   -7 gemma3  +13 llama3  -14 o200k  +11 qwen3  -14
    indonesian           deepseek3  +12 gemma3  +38 llama3   -4 o200k  +23 qwen3   -4
    swedish              deepseek3   +3 gemma3  +16 llama3   +7 o200k  +23 qwen3   +7
    ukrainian            deepseek3   -6 gemma3  +41 llama3  +39 o200k  +20 qwen3  -13
    persian              deepseek3  +23 gemma3  +64 llama3  +52 o200k  +47 qwen3   -7
    bengali              deepseek3 +207 gemma3 +403 llama3   +0 o200k +302 qwen3  +14
    tamil                deepseek3 +162 gemma3 +503 llama3   +1 o200k +342 qwen3  +21
    georgian             deepseek3 +148 gemma3 +316 llama3   +0 o200k +373 qwen3  +85
    chinese_traditional  deepseek3  +46 gemma3  +25 llama3   -5 o200k   -6 qwen3  +36
    uuid                 deepseek3  +15 gemma3   -2 llama3  +15 o200k  +15 qwen3   -1
    shouting             deepseek3   +0 gemma3  +30 llama3  +30 o200k  +21 qwen3  +30
    chemistry            deepseek3  -11 gemma3  +21 llama3  -27 o200k  -20 qwen3  -27
    pinned               deepseek3   -3 gemma3   -7 llama3   +3 o200k   +3 qwen3   -3
    ");
}
