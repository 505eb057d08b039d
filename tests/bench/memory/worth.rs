//! What a search is worth: nDCG@10 by words, by meaning, and by both.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aigw::agents::{Time, Understood};
use aigw::app::App;
use aigw::config::Env;
use aigw::memory::Memory;
use aigw::memory::search::Query;
use aigw::memory::vectors::Meaning;
use aigw::providers::client::Client;

use crate::scifact::{SciFact, ndcg};

/// The least that words alone must be worth, and both with a good model.
const LEAST_BY_WORDS: f64 = 0.68;
const LEAST_BY_BOTH: f64 = 0.72;
/// What a search by both may be worse than the better of the two.
const WORSE: f64 = 0.005;
/// Models that are no good.
const BAD: [&str; 5] = ["static", "hashing", "shuffled", "noise", "constant"];

pub(crate) fn measure(scifact: &SciFact, embedders: Option<&str>) {
    let home = tempfile::tempdir().unwrap();
    let memory = Memory::new(home.path());
    let imported = memory.import(&mut BufReader::new(File::open(&scifact.corpus).unwrap())).unwrap();
    assert_eq!((imported.new, imported.bad), (5183, 0));
    let by_words = mean(scifact, |question| found(&memory, question, None));
    println!("SciFact, words            nDCG@10 {by_words:.4}");
    assert!(by_words >= LEAST_BY_WORDS);
    let Some(address) = embedders else {
        return println!("AIGW_EMBEDDERS is not set: searches by meaning are not measured");
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for model in ["minilm"].iter().chain(&BAD) {
        let (by_both, by_meaning) = runtime.block_on(by_both(home.path(), address, model, scifact));
        let better = by_meaning.map_or(by_words, |by_meaning| by_words.max(by_meaning));
        let alone = by_meaning.map_or("not used".to_owned(), |worth| format!("{worth:.4}"));
        println!("SciFact, words + {model:<8} nDCG@10 {by_both:.4}   its vectors alone {alone}");
        assert!(by_both >= better - WORSE, "{by_both} is worse than {better}");
        assert!(*model != "minilm" || by_both >= LEAST_BY_BOTH);
    }
}

/// By words and a model's vectors, and by the vectors alone, where the program uses them at all.
async fn by_both(home: &Path, address: &str, model: &str, scifact: &SciFact) -> (f64, Option<f64>) {
    let config = format!(
        "[memory]\nembed = \"box/{model}\"\n[providers.box]\nwire = \"openai\"\nbase_url = \"{address}\"\ntimeout.total = \"900s\"\n"
    );
    std::fs::write(home.join("config.toml"), config).unwrap();
    let variables =
        ["AIGW_CONFIG_DIR", "AIGW_DATA_DIR"].map(|name| (name.to_owned(), home.display().to_string()));
    let app = App::new(variables.into_iter().collect::<Env>(), None).unwrap();
    let meanings = app.meanings(&Arc::new(Client::new().unwrap())).await.unwrap();
    let time = Time { end: (Instant::now() + Duration::from_hours(4)).into(), max_wait: Duration::ZERO };
    let made = meanings.catch_up(usize::MAX, time).await.unwrap();
    assert!(made.trouble.is_none() && made.made == 5183, "{made:?}");
    let mut known = Vec::new();
    for question in &scifact.questions {
        known.push(match meanings.of(&question.text).await.unwrap() {
            Understood::Yes(meaning) => Some(meaning),
            Understood::Unasked => None,
            Understood::No(error) => panic!("{error:?}"),
        });
    }
    let mut next = known.iter();
    let by_both = mean(scifact, |question| found(&app.memory, question, next.next().unwrap().as_ref()));
    let mut next = known.iter();
    let is_used = known.iter().all(Option::is_some);
    let by_meaning =
        is_used.then(|| mean(scifact, |_| found(&app.memory, "", next.next().unwrap().as_ref())));
    (by_both, by_meaning)
}

fn mean(scifact: &SciFact, mut found: impl FnMut(&str) -> Vec<String>) -> f64 {
    let worths = scifact.questions.iter().map(|question| ndcg(&found(&question.text), &question.relevant));
    worths.sum::<f64>() / scifact.questions.len() as f64
}

fn found(memory: &Memory, text: &str, meaning: Option<&Meaning>) -> Vec<String> {
    let query = Query { text: text.to_owned(), limit: 10, ..Query::default() };
    let hits = memory.search_by(&query, meaning).unwrap();
    hits.into_iter().map(|hit| hit.entry.draft.source.unwrap()).collect()
}
