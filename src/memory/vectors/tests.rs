//! Vectors in a memory.

use super::*;
use crate::memory::Draft;

/// A memory of these texts, the first one in row 1, with the vectors of a model.
fn memory(texts: &[(&str, [f32; 2])]) -> (tempfile::TempDir, Memory) {
    let directory = tempfile::tempdir().unwrap();
    let memory = Memory::new(directory.path());
    for (text, _) in texts {
        memory.add(Draft::note(*text)).unwrap();
    }
    let vector = |entry: &Unembedded| {
        let found = texts.iter().find(|(text, _)| *text == entry.text);
        found.unwrap().1.to_vec()
    };
    let entries = memory.unembedded("m", 1000).unwrap();
    let vectors: Vec<Vec<f32>> = entries.iter().map(vector).collect();
    assert!(memory.keep_vectors("m", entries, &vectors).unwrap());
    (directory, memory)
}

fn meaning(embedder: &str, vector: &[f32]) -> Meaning {
    Meaning { embedder: embedder.into(), vector: vector.to_vec() }
}

fn rows(memory: &Memory, meaning: &Meaning, scopes: &[Scope]) -> Vec<i64> {
    memory
        .database
        .read(|db| with_meaning(db, Vec::new(), meaning, scopes))
        .unwrap()
        .into_iter()
        .map(|(row, _)| row)
        .collect()
}

fn execute(memory: &Memory, sql: &'static str) {
    memory.database.commit(PATIENCE, move |db| db.execute_batch(sql)).unwrap();
}

#[test]
fn the_nearest_come_first_and_only_of_the_same_model() {
    let (_home, memory) = memory(&[("north", [0.0, 1.0]), ("east", [1.0, 0.0]), ("north-east", [2.0, 2.1])]);
    assert_eq!(rows(&memory, &meaning("m", &[0.0, 5.0]), &[]), [1, 3, 2]);
    assert_eq!(rows(&memory, &meaning("m", &[3.0, 0.1]), &[]), [2, 3, 1]);
    // Another model, another length, and nowhere.
    for other in [meaning("n", &[0.0, 5.0]), meaning("m", &[0.0, 5.0, 1.0]), meaning("m", &[0.0, 0.0])] {
        assert!(rows(&memory, &other, &[]).is_empty());
    }
    assert!(memory.unembedded("m", 10).unwrap().is_empty());
    assert_eq!(memory.unembedded("n", 10).unwrap().len(), 3);
    assert_eq!((memory.waiting_for_vectors("m").unwrap(), memory.waiting_for_vectors("n").unwrap()), (0, 3));
    // Another model of the same name.
    let entries = memory.unembedded("n", 1).unwrap();
    assert!(memory.keep_vectors("n", entries.clone(), &[vec![1.0; 3]]).unwrap());
    assert!(!memory.keep_vectors("n", entries, &[vec![1.0; 4]]).unwrap());
    assert!(memory.forget_embedder("m").unwrap() && !memory.forget_embedder("m").unwrap());
    assert!(rows(&memory, &meaning("m", &[0.0, 5.0]), &[]).is_empty());
}

#[test]
fn what_goes_or_changes_takes_its_vector_with_it() {
    let (_home, memory) = memory(&[("a", [0.0, 1.0]), ("b", [0.0, 1.0]), ("c", [0.0, 1.0])]);
    execute(&memory, "DELETE FROM entries WHERE row = 1");
    execute(&memory, "UPDATE entries SET content = 'd', digest = 7 WHERE row = 2");
    execute(&memory, "UPDATE entries SET content = 'C', tags = '[\"x\"]', uses = 3 WHERE row = 3");
    assert_eq!(rows(&memory, &meaning("m", &[0.0, 1.0]), &[]), [3]);
    let left = memory.unembedded("m", 10).unwrap();
    assert_eq!(left.len(), 1);
    // It changes once more while somebody makes a vector of what it said.
    execute(&memory, "UPDATE entries SET content = 'e', digest = 8 WHERE row = 2");
    assert!(memory.keep_vectors("m", left, &[vec![0.0, 1.0]]).unwrap());
    assert_eq!(rows(&memory, &meaning("m", &[0.0, 1.0]), &[]), [3]);
    assert_eq!(memory.embedders().unwrap()[0].vectors, 1);
}

#[test]
fn who_may_not_be_seen_takes_nobodys_place() {
    let texts: Vec<(String, [f32; 2])> = (0..200).map(|number| (format!("n{number}"), [0.0, 1.0])).collect();
    let mut texts: Vec<(&str, [f32; 2])> =
        texts.iter().map(|(text, vector)| (text.as_str(), *vector)).collect();
    texts.push(("mine", [1.0, 1.0]));
    let (_home, memory) = memory(&texts);
    execute(&memory, "UPDATE entries SET scope = 'agent:me' WHERE content = 'mine'");
    let asked = meaning("m", &[0.0, 1.0]);
    assert_eq!(rows(&memory, &asked, &[Scope::Agent("me".into())]), [201]);
    assert_eq!(rows(&memory, &asked, &[]).len(), DEPTH);
    assert!(!rows(&memory, &asked, &[]).contains(&201));
    // What has expired is not found either.
    execute(&memory, "UPDATE entries SET expires_ms = 1 WHERE content <> 'mine'");
    assert_eq!(rows(&memory, &asked, &[]), [201]);
    assert!(rows(&memory, &asked, &[Scope::Shared]).is_empty());
}

#[test]
fn a_model_that_is_worth_nothing_changes_nothing() {
    let (_home, memory) = memory(&[("a", [0.0, 1.0]), ("b", [1.0, 0.0])]);
    let (words, asked) = (vec![(1, 9.0), (2, 3.0)], meaning("m", &[1.0, 0.0]));
    let order = |weight| {
        memory.weigh_embedder("m", weight).unwrap();
        let ranked = memory.database.read(|db| with_meaning(db, words.clone(), &asked, &[])).unwrap();
        ranked.into_iter().map(|(row, _)| row).collect::<Vec<i64>>()
    };
    assert_eq!(
        memory
            .database
            .read(|db| with_meaning(db, words.clone(), &meaning("unknown", &[1.0, 0.0]), &[]))
            .unwrap(),
        words
    );
    assert_eq!((order(Some(0.0)), order(Some(1.0))), (vec![1, 2], vec![1, 2]));
    assert_eq!(memory.database.read(|db| with_meaning(db, vec![(1, 9.0)], &asked, &[])).unwrap().len(), 2);
}

#[test]
fn a_text_that_is_refused_is_not_asked_for_again() {
    let (_home, memory) = memory(&[("a", [0.0, 1.0])]);
    memory.add(Draft { key: Some("k".into()), ..Draft::note("bad") }).unwrap();
    let refused = |memory: &Memory, name| memory.unembedded(name, 1).unwrap().remove(0);
    assert_eq!(refused(&memory, "m").text, "k: bad");
    // It is not known yet whether the model makes any at all.
    assert!(!memory.keep_no_vector("n", refused(&memory, "n")).unwrap());
    assert!(memory.keep_no_vector("m", refused(&memory, "m")).unwrap());
    assert!(memory.unembedded("m", 10).unwrap().is_empty());
    assert_eq!(rows(&memory, &meaning("m", &[0.0, 1.0]), &[]), [1]);
}

#[test]
fn a_model_is_tried_when_it_is_time_to() {
    let long = |number: usize| (0..20).map(|word| format!("w{number}x{word}")).collect::<Vec<_>>().join(" ");
    let texts: Vec<(String, [f32; 2])> = (0..30).map(|number| (long(number), [0.0, 1.0])).collect();
    let texts: Vec<(&str, [f32; 2])> = texts.iter().map(|(text, vector)| (text.as_str(), *vector)).collect();
    let (_few, few) = memory(&texts[..trial::FEWEST - 1]);
    assert_eq!(few.trial("m").unwrap(), None);
    let (_home, memory) = memory(&texts);
    assert_eq!(memory.trial("m").unwrap().unwrap().questions.len(), 30);
    memory.weigh_embedder("m", Some(0.4)).unwrap();
    assert_eq!(memory.trial("m").unwrap(), None);
    let standing = memory.embedders().unwrap().remove(0);
    assert_eq!((standing.weight, standing.tried_with, standing.vectors), (Some(0.4), 30, 30));
    // Where there is nothing to try it with, that is noted, too.
    let short: Vec<String> = (0..40).map(|number| number.to_string()).collect();
    let short: Vec<(&str, [f32; 2])> = short.iter().map(|text| (text.as_str(), [0.0, 1.0])).collect();
    let (_short, memory) = self::memory(&short);
    assert_eq!(memory.trial("m").unwrap(), None);
    let standing = memory.embedders().unwrap().remove(0);
    assert_eq!((standing.weight, standing.tried_with), (None, 40));
}
