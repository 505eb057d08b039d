//! What a search costs in a large memory, and what it takes to fill one.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use aigw::memory::Memory;
use aigw::memory::search::Query;
use aigw::memory::vectors::Meaning;
use serde_json::{Value, json};

use crate::scifact::SciFact;
use crate::{median, ms};

const AIGW: &str = env!("CARGO_BIN_EXE_aigw");
/// Words of a text, at least and less than.
const WORDS: std::ops::Range<usize> = 10..70;
/// Words there are where no collection gives some.
const VOCABULARY: usize = 40_000;
/// Vectors there may be: making more up takes longer than it is worth.
const MOST_VECTORS: usize = 100_000;
/// Numbers of a vector, as small models make them.
const LENGTH: usize = 384;
/// Questions that are asked by the command.
const BY_COMMAND: usize = 60;

pub(crate) fn measure(entries: usize, scifact: Option<&SciFact>) {
    let home = tempfile::tempdir().unwrap();
    let zipf = Zipf::new(scifact);
    let questions = zipf.questions(scifact);
    let file = home.path().join("entries.jsonl");
    zipf.write(&file, entries);

    let started = Instant::now();
    let memory = Memory::new(home.path());
    let imported = memory.import(&mut BufReader::new(File::open(&file).unwrap())).unwrap();
    let took = started.elapsed();
    assert_eq!(imported.new, entries as u64);
    println!("{entries} entries");
    println!("  taken in            {:>9.0} /s", entries as f64 / took.as_secs_f64());
    std::fs::remove_file(&file).unwrap();

    let search = |text: &str| {
        let started = Instant::now();
        memory.search(&Query { text: text.to_owned(), limit: 10, ..Query::default() }).unwrap();
        started.elapsed()
    };
    // Once before, for what the machine has to read once.
    for question in questions.iter().take(20) {
        search(question);
    }
    let mut spans: Vec<Duration> = questions.iter().map(|question| search(question)).collect();
    spans.sort();
    let middle = spans[spans.len() / 2];
    println!(
        "  search, median      {:>9.2} ms    95 of 100 within {:.2} ms",
        ms(middle),
        ms(spans[spans.len() * 19 / 20])
    );
    let command =
        median(questions.iter().take(BY_COMMAND).map(|question| ask(home.path(), question)).collect());
    println!("  as a command        {:>9.2} ms    {:.2} ms more", ms(command), ms(command) - ms(middle));

    if entries <= MOST_VECTORS {
        by_meaning(&memory, &questions);
    }
    let empty = tempfile::tempdir().unwrap();
    Memory::new(empty.path()).add(aigw::memory::Draft::note("one")).unwrap();
    let open = |directory: &Path| {
        let started = Instant::now();
        assert!(Memory::new(directory).entry("nothing").unwrap().is_none());
        started.elapsed()
    };
    let big = median((0..50).map(|_| open(home.path())).collect());
    let small = median((0..50).map(|_| open(empty.path())).collect());
    println!("  opened in           {:>9.2} ms    with one entry {:.2} ms", ms(big), ms(small));
}

/// The same by vectors as well, one for each entry. What they say does not matter here.
fn by_meaning(memory: &Memory, questions: &[String]) {
    let mut random = fastrand::Rng::with_seed(4);
    let mut vector = || (0..LENGTH).map(|_| random.f32() - 0.5).collect::<Vec<f32>>();
    loop {
        let some = memory.unembedded("bench", 10_000).unwrap();
        if some.is_empty() {
            break;
        }
        let vectors: Vec<_> = some.iter().map(|_| vector()).collect();
        assert!(memory.keep_vectors("bench", some, &vectors).unwrap());
    }
    let spans = questions.iter().map(|question| {
        let meaning = Meaning { embedder: "bench".to_owned(), vector: vector() };
        let started = Instant::now();
        let query = Query { text: question.clone(), limit: 10, ..Query::default() };
        memory.search_by(&query, Some(&meaning)).unwrap();
        started.elapsed()
    });
    println!("  by meaning as well  {:>9.2} ms    {LENGTH} numbers each", ms(median(spans.collect())));
}

fn ask(home: &Path, question: &str) -> Duration {
    let mut command = Command::new(AIGW);
    command.args(["memory", "search", "--", question]).env_clear();
    command.envs([("HOME", home), ("AIGW_CONFIG_DIR", home), ("AIGW_DATA_DIR", home)]);
    let started = Instant::now();
    let status =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).status().unwrap();
    assert!(status.success());
    started.elapsed()
}

/// Text in which the second word is half as common as the first one, the third a third, and so on.
struct Zipf {
    words: Vec<String>,
    /// Of each word, how many of all words it and the more common ones are.
    sums: Vec<f64>,
}

impl Zipf {
    /// Over a collection's words as common as they are there, or over made-up ones.
    fn new(scifact: Option<&SciFact>) -> Self {
        let words = scifact.map_or_else(made_up, words_of);
        let mut sum = 0.0;
        let sums = (1..=words.len()).map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        });
        Self { sums: sums.collect(), words }
    }

    fn word(&self, random: &mut fastrand::Rng) -> &str {
        let at = random.f64() * self.sums.last().unwrap();
        &self.words[self.sums.partition_point(|sum| *sum < at)]
    }

    fn text(&self, random: &mut fastrand::Rng) -> String {
        let count = random.usize(WORDS);
        (0..count).map(|_| self.word(random)).collect::<Vec<_>>().join(" ")
    }

    fn questions(&self, scifact: Option<&SciFact>) -> Vec<String> {
        let mut random = fastrand::Rng::with_seed(2);
        let made_up = || {
            (0..300).map(|_| (0..12).map(|_| self.word(&mut random)).collect::<Vec<_>>().join(" ")).collect()
        };
        scifact.map_or_else(made_up, |it| it.questions.iter().map(|question| question.text.clone()).collect())
    }

    fn write(&self, path: &Path, entries: usize) {
        let mut random = fastrand::Rng::with_seed(1);
        let mut file = BufWriter::new(File::create(path).unwrap());
        for _ in 0..entries {
            writeln!(file, "{}", json!({"content": self.text(&mut random)})).unwrap();
        }
        file.into_inner().unwrap();
    }
}

/// The words of a collection, the most common first.
fn words_of(scifact: &SciFact) -> Vec<String> {
    let mut counts = std::collections::HashMap::<String, u32>::new();
    for line in BufReader::new(File::open(&scifact.corpus).unwrap()).lines() {
        let entry: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let text = entry["content"].as_str().unwrap().to_lowercase();
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
    }
    let mut words: Vec<(u32, String)> = counts.into_iter().map(|(word, count)| (count, word)).collect();
    words.sort_by(|one, other| other.cmp(one));
    words.into_iter().map(|(_, word)| word).collect()
}

fn made_up() -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(3);
    let mut word =
        || (0..random.usize(2..5)).map(|_| *random.choice(&SYLLABLES).unwrap()).collect::<String>();
    (0..VOCABULARY).map(|_| word()).collect()
}

const SYLLABLES: [&str; 24] = [
    "ba", "cel", "di", "er", "fo", "gan", "hi", "ju", "kar", "lo", "mi", "nu", "or", "pel", "qua", "ri",
    "sta", "tu", "vo", "wen", "xi", "yor", "zu", "th",
];
