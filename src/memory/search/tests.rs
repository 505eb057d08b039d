use proptest::prelude::{ProptestConfig, prop, prop_assert, proptest};

use super::*;
use crate::memory::Draft;

fn memory(contents: &[&str]) -> (tempfile::TempDir, Memory) {
    let directory = tempfile::tempdir().unwrap();
    let memory = Memory::new(directory.path());
    for content in contents {
        memory.add(Draft::note(*content)).unwrap();
    }
    (directory, memory)
}

fn query(text: &str) -> Query {
    Query { text: text.into(), limit: 10, ..Query::default() }
}

fn found(memory: &Memory, query: &Query) -> Vec<String> {
    memory.search(query).unwrap().into_iter().map(|hit| hit.entry.draft.content).collect()
}

const TEXTS: [&str; 9] = [
    "The capital of France is Paris, a city on the Seine.",
    "Черновик отчёта лежит в папке проекта.",
    "茶は緑色の飲み物で、日本でよく飲まれる。",
    "ภาษาไทยไม่มีช่องว่างระหว่างคำ",
    "اللغة العربية تكتب من اليمين إلى اليسار",
    "हिन्दी भारत में बोली जाती है",
    "Café crème und Straßenbahn",
    "deploy fails with error_code E1234 in v1.2.3 🎉",
    "서울은 대한민국의 수도이다",
];

#[test]
fn entries_are_found_from_the_first_one_on_in_any_script() {
    let (_directory, memory) = memory(&TEXTS);
    for (question, place) in [
        ("which city is the capital of france", 0),
        ("rivers: seine?", 0),
        ("отчёта", 1),
        ("日本", 2),
        ("緑", 2),
        ("ช่องว่าง", 3),
        ("العربية", 4),
        ("भारत", 5),
        ("cafe creme", 6),
        ("error_code", 7),
        ("V1.2.3", 7),
        ("🎉", 7),
        ("수도", 8),
    ] {
        assert_eq!(
            found(&memory, &query(question)).first().map(String::as_str),
            Some(TEXTS[place]),
            "{question}"
        );
    }
    // Stems: another form of the word.
    assert_eq!(found(&memory, &query("deploying failed"))[0], TEXTS[7]);
}

#[test]
fn nothing_that_is_asked_is_syntax() {
    let (_directory, memory) = memory(&TEXTS);
    let long = "x ".repeat(5 << 20);
    for question in [
        "\"",
        "text:paris",
        "NOT paris",
        "a* OR (",
        "NEAR(a b)",
        "{text}:",
        "-",
        "\0",
        "^paris",
        "the of and",
        "",
        &long,
    ] {
        drop(memory.search(&query(question)).unwrap());
    }
    assert_eq!(found(&memory, &query("NOT paris AND (")), [TEXTS[0]]);
    assert_eq!(found(&memory, &query("is the")), [""; 0]);
}

#[test]
fn who_may_not_see_it_is_not_in_its_way() {
    let (_directory, memory) = memory(&[]);
    let of = |scope: &str, content: &str| Draft { scope: scope.parse().unwrap(), ..Draft::note(content) };
    for number in 0..40 {
        memory.add(of("agent:other", &format!("secret tea tea tea {number}"))).unwrap();
    }
    memory.add(of("shared", "tea is one of many things in this long text about gardens and hills")).unwrap();
    memory.add(of("session:1", "tea of the session")).unwrap();
    let scopes = vec![Scope::Shared, Scope::Session("1".into())];
    let mine = Query { scopes, limit: 3, ..query("tea") };
    assert_eq!(found(&memory, &mine).len(), 2);
    assert_eq!(found(&memory, &query("tea")).len(), 10);
}

#[test]
fn kinds_tags_agents_and_times_narrow_a_search() {
    let (_directory, memory) = memory(&["tea is a note"]);
    let fact = Draft {
        kind: Kind::Fact,
        tags: vec!["Drink".into()],
        agent: Some("writer".into()),
        ..Draft::note("tea is a fact")
    };
    memory.add(fact).unwrap();
    let gone = Draft { expires: Some("2020-01-01T00:00:00Z".parse().unwrap()), ..Draft::note("tea is gone") };
    memory.add(gone).unwrap();
    assert_eq!(found(&memory, &query("tea")).len(), 2);
    for narrow in [
        Query { kinds: vec![Kind::Fact], ..query("tea") },
        Query { tags: vec!["drink".into()], ..query("tea") },
        Query { agent: Some("writer".into()), ..query("tea") },
        // Tags and authors are words, too.
        query("drink"),
        query("writer"),
    ] {
        assert_eq!(found(&memory, &narrow), ["tea is a fact"], "{narrow:?}");
    }
    let later = Query { since: Some("2100-01-01T00:00:00Z".parse().unwrap()), ..query("tea") };
    assert_eq!(found(&memory, &later), [""; 0]);
}

#[test]
fn what_was_changed_or_forgotten_is_not_found_by_what_it_said() {
    let (_directory, memory) = memory(&[]);
    let keyed = |content: &str| Draft { key: Some("drink".into()), ..Draft::note(content) };
    let id = memory.set(keyed("green tea")).unwrap().id;
    memory.set(keyed("black coffee")).unwrap();
    assert_eq!(found(&memory, &query("tea")), [""; 0]);
    assert_eq!(found(&memory, &query("coffee")), ["black coffee"]);
    memory.forget(vec![id]).unwrap();
    assert_eq!(found(&memory, &query("coffee")), [""; 0]);
    memory.add(Draft::note("zebra crossing")).unwrap();
    let id = memory.search(&query("zebra")).unwrap()[0].entry.id.clone();
    memory.forget(vec![id]).unwrap();
    memory.tidy(None).unwrap();
    let file = std::fs::read(memory.path()).unwrap();
    assert!(!file.windows(5).any(|bytes| bytes == b"zebra"), "the word is still in the file");
}

#[test]
fn a_large_memory_leaves_out_what_nearly_all_have() {
    let (_directory, memory) = memory(&[]);
    let fill = |db: &Connection| {
        for number in 0..12_000 {
            let draft = Draft::note(format!("common words everywhere number{number}"));
            let entry = Entry::new(format!("x{number}"), draft, Timestamp::now());
            table::insert(db, &entry, &table::Traces::of(&entry.draft))?;
        }
        Ok(())
    };
    memory.database.commit(crate::memory::PATIENCE, fill).unwrap();
    let asked = |text: &str| memory.database.read(|db| choose(db, terms(text))).unwrap();
    assert_eq!(asked("common words everywhere number77"), ["number77"]);
    assert_eq!(asked("common"), ["common"]);
    assert_eq!(found(&memory, &query("common number77")), ["common words everywhere number77"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_is_kept_is_found_by_each_of_its_words(contents in prop::collection::vec("\\PC{1,40}", 1..5), question in "\\PC*") {
        let (_directory, memory) = memory(&[]);
        for content in contents.iter().filter(|content| !content.trim().is_empty()) {
            memory.add(Draft::note(content.clone())).unwrap();
            for term in terms(content) {
                let hits = found(&memory, &Query { limit: 100, ..query(&term) });
                prop_assert!(hits.iter().any(|hit| terms(hit).contains(&term)), "{term:?} of {content:?}");
            }
        }
        drop(memory.search(&query(&question)).unwrap());
    }
}
