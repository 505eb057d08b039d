use std::io::BufReader;

use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};

use super::*;

fn memory() -> (tempfile::TempDir, Memory) {
    let directory = tempfile::tempdir().unwrap();
    let memory = Memory::new(directory.path());
    (directory, memory)
}

fn one(memory: &Memory, name: &str) -> Entry {
    match memory.get(name, None).unwrap() {
        Found::One(entry) => entry,
        other => panic!("{name}: {other:?}"),
    }
}

fn words(from: u32, to: u32) -> String {
    (from..to).map(|number| format!("word{number}")).collect::<Vec<_>>().join(" ")
}

fn tagged(content: impl Into<String>, tags: &[&str]) -> Draft {
    Draft { tags: tags.iter().map(|tag| (*tag).to_owned()).collect(), ..Draft::note(content) }
}

fn keyed(key: &str, content: &str) -> Draft {
    Draft { key: Some(key.into()), kind: Kind::Fact, ..Draft::note(content) }
}

fn ago(hours: i64) -> jiff::Timestamp {
    jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours)
}

fn exported(memory: &Memory) -> String {
    let mut text = String::new();
    memory
        .export(&Filter::default(), |records| {
            for record in records {
                text += &serde_json::to_string(record).unwrap();
                text.push('\n');
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    text
}

fn imported(memory: &Memory, text: impl AsRef<[u8]>) -> Imported {
    // A small buffer: lines are longer than what comes at once.
    memory.import(&mut BufReader::with_capacity(7, text.as_ref())).unwrap()
}

#[test]
fn what_was_remembered_comes_back() {
    let (_directory, memory) = memory();
    let draft = Draft {
        scope: Scope::Agent("researcher".into()),
        key: Some("capital".into()),
        kind: Kind::Fact,
        tags: vec!["geo".into(), "fr".into()],
        origin: Origin::Agent,
        agent: Some("researcher".into()),
        session: Some("s".into()),
        source: Some("https://example.org".into()),
        place: Some("line 3".into()),
        happened: Some("2020-01-01T00:00:00Z".parse().unwrap()),
        expires: Some("2130-01-01T00:00:00Z".parse().unwrap()),
        ..Draft::note("Paris is the capital of France.\0\u{202e}")
    };
    let added = memory.add(draft.clone()).unwrap();
    let entry = memory.entry(&added.id).unwrap().unwrap();
    assert_eq!((entry.draft, entry.uses, entry.created), (draft, 0, entry.updated));
    assert_eq!(memory.entry("nobody").unwrap(), None);
}

#[test]
fn what_says_the_same_becomes_one_entry() {
    let (_directory, memory) = memory();
    let first = memory.add(tagged("Tea is green", &["tea"])).unwrap();
    assert!(!first.merged);
    memory.database.write(|db| db.execute("UPDATE entries SET uses = 7", []).map(drop));
    let again = memory.add(tagged("tea  is\nGREEN", &["colour", "tea"])).unwrap();
    assert_eq!((again.id.as_str(), again.merged), (first.id.as_str(), true));
    let entry = one(&memory, &first.id);
    assert_eq!((entry.draft.content.as_str(), entry.uses), ("tea  is\nGREEN", 7));
    assert_eq!(entry.draft.tags, ["tea", "colour"]);
    let history = memory.history(&first.id).unwrap();
    assert_eq!((history[0].content.as_str(), history[0].why), ("Tea is green", Why::Merged));
    // Nothing changes: there is no version that says what is there already.
    memory.add(tagged("tea  is\nGREEN", &[])).unwrap();
    assert_eq!(memory.history(&first.id).unwrap().len(), 1);
    // In another scope it is another one.
    let theirs = Draft { scope: Scope::Agent("a".into()), ..Draft::note("Tea is green") };
    assert!(!memory.add(theirs).unwrap().merged);
}

#[test]
fn what_says_nearly_the_same_becomes_one_entry_and_the_value_of_a_key_does_not() {
    let (_directory, memory) = memory();
    let first = memory.add(Draft::note(words(0, 40))).unwrap();
    let longer = words(0, 41);
    assert_eq!(memory.add(Draft::note(&*longer)).unwrap(), Added { id: first.id.clone(), merged: true });
    assert_eq!(one(&memory, &first.id).draft.content, longer);
    assert!(!memory.add(Draft::note(words(0, 30))).unwrap().merged);
    let fact = Draft { kind: Kind::Fact, ..Draft::note(words(0, 42)) };
    assert!(!memory.add(fact).unwrap().merged, "of another kind");
    let value = words(100, 140);
    memory.set(keyed("k", &value)).unwrap();
    let near = Draft { kind: Kind::Fact, ..Draft::note(words(100, 141)) };
    assert!(!memory.add(near).unwrap().merged);
    assert_eq!(one(&memory, "k").draft.content, value);
}

#[test]
fn a_key_has_one_value_in_a_scope_and_a_history() {
    let (_directory, memory) = memory();
    let first = memory.set(Draft { tags: vec!["t".into()], ..keyed("port", "1") }).unwrap();
    let second = memory.set(keyed("port", "2")).unwrap();
    assert_eq!(second, Added { id: first.id.clone(), merged: true });
    let entry = one(&memory, "port");
    assert_eq!(
        (entry.draft.content.as_str(), entry.draft.tags.as_slice()),
        ("2", ["t".to_owned()].as_slice())
    );
    assert_eq!(memory.history(&first.id).unwrap()[0].content, "1");
    // A draft with a key that is added is set.
    assert!(memory.add(keyed("port", "3")).unwrap().merged);
    assert!(matches!(memory.set(Draft::note("x")), Err(MemoryError::Refused(Refusal::BadKey))));
    // Others may use the name; what everybody sees comes first.
    let theirs = |agent: &str| Draft { scope: Scope::Agent(agent.into()), ..keyed("port", "9") };
    memory.set(theirs("a")).unwrap();
    assert_eq!(one(&memory, "port").draft.content, "3");
    let scope = Scope::Agent("a".into());
    assert!(
        matches!(memory.get("port", Some(&scope)).unwrap(), Found::One(entry) if entry.draft.content == "9")
    );
    memory.forget(vec![first.id]).unwrap();
    memory.set(theirs("b")).unwrap();
    assert!(matches!(memory.get("port", None).unwrap(), Found::Several(some) if some.len() == 2));
}

#[test]
fn the_beginning_of_an_id_is_enough_where_it_is_unique() {
    let (_directory, memory) = memory();
    assert_eq!(memory.get("a", None).unwrap(), Found::None);
    assert!(!memory.path().exists(), "looking creates nothing");
    imported(&memory, "{\"id\":\"aaa1\",\"content\":\"1\"}\n{\"id\":\"aab2\",\"content\":\"2\"}");
    assert_eq!(one(&memory, "aab").id, "aab2");
    assert!(matches!(memory.get("aa", None).unwrap(), Found::Several(some) if some.len() == 2));
    for nobody in ["", "%", "aac", "AAA1"] {
        assert_eq!(memory.get(nobody, None).unwrap(), Found::None, "{nobody:?}");
    }
}

#[test]
fn what_has_expired_is_not_there_and_goes_at_last() {
    let (_directory, memory) = memory();
    let old = Draft { expires: Some(ago(1)), ..keyed("k", "old news") };
    let gone = memory.set(old).unwrap();
    assert_eq!(memory.get("k", None).unwrap(), Found::None);
    assert_eq!(memory.get(&gone.id, None).unwrap(), Found::None);
    assert_eq!(memory.list(&Filter::default(), 10).unwrap(), []);
    assert_eq!((memory.stats().unwrap().entries, memory.stats().unwrap().expired), (0, 1));
    assert_eq!(exported(&memory), "");
    // A new value is a new entry, without the history of what should be forgotten.
    let new = memory.set(keyed("k", "new")).unwrap();
    assert!(!new.merged && memory.history(&new.id).unwrap().is_empty());
    memory.add(Draft { expires: Some(ago(1)), ..Draft::note("old news") }).unwrap();
    assert!(!memory.add(Draft::note("old news")).unwrap().merged);
    assert_eq!(memory.untidy(None).unwrap().expired, 1);
    assert_eq!(memory.tidy(None).unwrap().expired, 1);
    assert_eq!(memory.stats().unwrap().expired, 0);
}

#[test]
fn filters_narrow_what_is_listed_and_the_newest_come_first() {
    let (_directory, memory) = memory();
    let line = |id: &str, rest: &str| format!("{{\"id\":\"{id}\",\"content\":\"about {id}\"{rest}}}\n");
    let text = [
        line("a", r#","updated":"2026-01-01T00:00:00Z","tags":["Tea","x"]"#),
        line("b", r#","updated":"2026-03-01T00:00:00Z","scope":"agent:r","agent":"r","tags":["tea"]"#),
        line("c", r#","updated":"2026-02-01T00:00:00Z","kind":"fact","used":"2026-02-03T00:00:00Z""#),
        line("d", r#","updated":"2026-01-15T00:00:00Z","source":"/x","kind":"document""#),
    ];
    assert_eq!(imported(&memory, text.concat()).new, 4);
    let ids = |filter: &Filter| {
        let listed = memory.list(filter, 10).unwrap();
        assert_eq!(memory.count(filter).unwrap(), listed.len() as u64);
        listed.into_iter().map(|entry| entry.id).collect::<String>()
    };
    let time = |text: &str| Some(text.parse().unwrap());
    let all = Filter::default();
    assert_eq!(ids(&all), "bcda");
    assert_eq!(ids(&Filter { scope: Some(Scope::Shared), ..all.clone() }), "cda");
    assert_eq!(ids(&Filter { agent: Some("r".into()), ..all.clone() }), "b");
    assert_eq!(ids(&Filter { tags: vec!["TEA".into()], ..all.clone() }), "ba");
    assert_eq!(ids(&Filter { tags: vec!["tea".into(), "x".into()], ..all.clone() }), "a");
    assert_eq!(ids(&Filter { kind: Some(Kind::Fact), ..all.clone() }), "c");
    assert_eq!(ids(&Filter { source: Some("/x".into()), ..all.clone() }), "d");
    assert_eq!(ids(&Filter { since: time("2026-02-01T00:00:00Z"), ..all.clone() }), "bc");
    let old = Filter { before: time("2026-02-02T00:00:00Z"), ..all.clone() };
    assert_eq!(ids(&old), "cda");
    assert_eq!(ids(&Filter { unused: true, ..old.clone() }), "da");
    assert_eq!(memory.list(&all, 2).unwrap().len(), 2);
    assert_eq!(memory.tidy(Some(Filter { unused: true, ..old })).unwrap().retired, 2);
    assert_eq!(ids(&all), "bc");
}

#[test]
fn what_is_forgotten_is_in_no_file_any_more() {
    let (directory, memory) = memory();
    let added = memory.set(keyed("k", "zebra-one and quagga")).unwrap();
    memory.set(keyed("k", "zebra-two and okapi")).unwrap();
    memory.add(Draft::note("the zebra-three stays")).unwrap();
    let holds = |what: &str| {
        let files = std::fs::read_dir(directory.path()).unwrap();
        let holds = |bytes: Vec<u8>| memchr::memmem::find(&bytes, what.as_bytes()).is_some();
        files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).any(holds)
    };
    assert!(holds("zebra-one") && holds("zebra-two") && holds("quagga"));
    assert_eq!(memory.forget(vec![added.id.clone(), "nobody".into()]).unwrap(), 1);
    assert!(!holds("zebra-one") && !holds("zebra-two") && holds("zebra-three"));
    assert!(!holds("quagga") && !holds("okapi"), "in the index neither");
    assert_eq!(memory.forget(vec![added.id]).unwrap(), 0);
    assert_eq!(memory.forget_all(Filter::default()).unwrap(), 1);
    assert!(!holds("zebra-three"));
}

#[test]
fn histories_do_not_grow_without_end() {
    let (_directory, memory) = memory();
    let id = memory.set(keyed("k", "0")).unwrap().id;
    for number in 1..=120 {
        memory.set(keyed("k", &number.to_string())).unwrap();
    }
    let history = memory.history(&id).unwrap();
    assert_eq!((history.len(), history[0].content.as_str()), (100, "119"));
    for letter in ["a", "b", "c", "d", "e", "f", "g"] {
        memory.set(keyed("k", &letter.repeat(MOST_BYTES))).unwrap();
    }
    assert_eq!(memory.history(&id).unwrap().len(), 4);
}

#[test]
fn importing_twice_is_importing_once() {
    let (_directory, memory) = memory();
    let text = r#"{"content":"only a text"}
{"id":"k1","key":"port","kind":"fact","content":"8080","updated":"2026-01-02T00:00:00Z","history":[{"content":"80","updated":"2026-01-01T00:00:00Z","replaced":"2026-01-02T00:00:00Z","why":"set"}]}
"#;
    assert_eq!(imported(&memory, text), Imported { new: 2, ..Imported::default() });
    let before = exported(&memory);
    assert_eq!(imported(&memory, text), Imported { known: 2, ..Imported::default() });
    assert_eq!(imported(&memory, "{\"content\":\" Only a TEXT\"}").known, 1);
    assert_eq!(exported(&memory), before);
    // The newer version wins, whichever comes last, and what was there is its history.
    let newer = r#"{"id":"k1","key":"port","content":"9090","updated":"2026-01-03T00:00:00Z","uses":3}"#;
    assert_eq!(imported(&memory, newer).newer, 1);
    assert_eq!(imported(&memory, text).known, 2);
    let said = |id: &str| memory.history(id).unwrap().into_iter().map(|version| version.content);
    assert_eq!((one(&memory, "port").draft.content.as_str(), one(&memory, "port").uses), ("9090", 3));
    assert_eq!(said("k1").collect::<Vec<_>>(), ["8080", "80"]);
    // Another memory has given the key to another entry.
    let other = r#"{"id":"k2","key":"port","content":"7070","updated":"2026-01-04T00:00:00Z"}"#;
    assert_eq!((imported(&memory, other).newer, imported(&memory, other).known), (1, 1));
    assert_eq!((one(&memory, "port").draft.content.as_str(), said("k1").count()), ("7070", 3));
}

#[test]
fn bad_lines_are_told_and_hide_no_other() {
    let (_directory, memory) = memory();
    let long = format!("{{\"content\":\"{}\"}}", "x".repeat(MOST_BYTES + 1));
    let lines: Vec<&[u8]> = vec![
        b"{\"content\":\"one\"}\r",
        b"",
        b"{\"content\":\"\xff\"}",
        b"nonsense",
        long.as_bytes(),
        b"{\"content\":\"a\\u0000b\"}",
        b"{\"content\":\"a\0b\"}",
        b"{\"content\":\"x\",\"created\":\"yesterday\"}",
        b"{\"content\":\"x\",\"scope\":\"team\"}",
        b"{\"content\":\"x\",\"id\":\"../a\"}",
        b"{\"content\":\"over\",\"expires\":\"2020-01-01T00:00:00Z\"}",
        b"{\"content\":\"last, without an end\"}",
    ];
    let imported = imported(&memory, lines.join(&b'\n'));
    assert_eq!((imported.new, imported.expired, imported.bad), (3, 1, 7));
    let told: Vec<String> =
        imported.told.iter().map(|line| format!("{}: {}", line.line, line.message)).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    3: it is not UTF-8 (byte 13)
    4: expected ident (column 2)
    5: the text has 1048577 bytes; an entry holds at most 1048576 (1 MiB)
    7: control character (\u0000-\u001F) found while parsing a string (column 14)
    8: `created` is no time such as 2026-11-01T12:00:00Z
    9: `team` is no scope: expected shared, agent:NAME, session:NAME, project:PATH or run:ID
    10: `id` is one word of letters and digits
    ");
}

#[test]
fn a_line_without_an_end_takes_no_room() {
    let (_directory, memory) = memory();
    let text = format!("{}\n{{\"content\":\"after it\"}}", " ".repeat(40 << 20));
    let imported = memory.import(&mut BufReader::new(text.as_bytes())).unwrap();
    assert_eq!((imported.new, imported.bad, imported.told[0].line), (1, 1, 1));
}

#[test]
fn a_document_that_changed_keeps_what_did_not() {
    let (_directory, memory) = memory();
    let draft = Draft { source: Some("/tea.md".into()), tags: vec!["tea".into()], ..Draft::note("") };
    let shelve = |text: &str| {
        let document = crate::document::parse(Path::new("tea.md"), text.as_bytes().to_vec()).unwrap();
        memory.shelve(&draft, &document).unwrap()
    };
    let section = |name: &str, from: u32| format!("# {name}\n\n{}\n\n", words(from, from + 150));
    let (green, black, white) = (section("Green", 0), section("Black", 1000), section("White", 2000));
    let first = shelve(&format!("{green}{black}"));
    assert!(first.new >= 2 && first.kept == 0 && first.gone == 0, "{first:?}");
    let ids = || {
        let entries =
            memory.list(&Filter { source: draft.source.clone(), ..Filter::default() }, 100).unwrap();
        entries
            .into_iter()
            .map(|entry| (entry.draft.content.clone(), entry))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let before = ids();
    let again = shelve(&format!("{green}{black}"));
    assert_eq!((again.new, again.gone, again.kept), (0, 0, before.len()));
    assert_eq!(ids(), before);
    // The first section is another one; the second one stands elsewhere and keeps its id.
    let second = shelve(&format!("{white}{white}{black}"));
    assert!(second.kept >= 1 && second.new >= 1 && second.gone >= 1, "{second:?}");
    for (content, entry) in ids() {
        if let Some(old) = before.get(&content) {
            assert_eq!((&entry.id, entry.created), (&old.id, old.created));
            assert_ne!(entry.draft.place, old.draft.place);
        }
    }
    // A note that says the same is no piece of the document.
    let text = before.keys().next().unwrap().clone();
    assert!(!memory.add(Draft::note(text)).unwrap().merged);
    assert_eq!(memory.stats().unwrap().documents, 1);
}

fn any_entry() -> impl Strategy<Value = Draft> {
    let scopes = [Scope::Shared, Scope::Agent("a".into()), Scope::Project("/p".into())];
    let content =
        prop_oneof!["[a-c]( [a-c]){0,30}", "\\PC{1,40}", Just("\0\u{202e}é\u{1f980}\n茶".to_owned())];
    let kind = prop::sample::select(vec![Kind::Fact, Kind::Note, Kind::Result, Kind::Summary]);
    let tags = prop::collection::vec("[a-c]{1,2}", 0..3);
    (prop::sample::select(scopes.to_vec()), prop::option::of("[k-l]"), kind, content, tags, any::<bool>())
        .prop_map(|(scope, key, kind, content, tags, agent)| Draft {
            scope,
            key,
            kind,
            tags,
            agent: agent.then(|| "writer".to_owned()),
            happened: agent.then_some(jiff::Timestamp::UNIX_EPOCH),
            ..Draft::note(content)
        })
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    /// What leaves one memory and arrives in another leaves that one as it left the first.
    #[test]
    fn an_export_is_whole(drafts in prop::collection::vec(any_entry(), 0..12)) {
        let ((_one, first), (_two, second)) = (memory(), memory());
        for draft in drafts {
            if let Err(error) = first.add(draft) {
                assert!(matches!(error, MemoryError::Refused(Refusal::Empty)), "{error}");
            }
        }
        let text = exported(&first);
        for _ in 0..2 {
            prop_assert_eq!(imported(&second, &text).bad, 0);
            prop_assert_eq!(&exported(&second), &text);
        }
    }
}
