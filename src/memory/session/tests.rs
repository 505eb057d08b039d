use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};

use super::*;
use crate::chat::{Media, Part, Role, Signature, Source, ToolCall};

fn memory() -> (tempfile::TempDir, Memory) {
    let directory = tempfile::tempdir().unwrap();
    let memory = Memory::new(directory.path());
    (directory, memory)
}

fn beginning(session: &Session, turn: &str, question: &str) -> Beginning {
    Beginning {
        session: session.clone(),
        turn: turn.into(),
        agent: "assistant".into(),
        question: vec![Message::text(Role::User, question)],
        recalled: vec!["e1".into()],
    }
}

fn ending(session: &Session, turn: &str, question: &str, answer: &str) -> Ending {
    Ending {
        beginning: beginning(session, turn, question),
        state: TurnState::Whole,
        said: vec![Message::text(Role::Assistant, answer)],
        provenance: Provenance {
            agent: "assistant".into(),
            route: Some("auto".into()),
            model: Some(ModelId::new("groq", "a/b")),
            key: Some("0badcafe".into()),
            attempts: 2,
            failed: 1,
            resumed: Some("replay".into()),
            recalled: vec!["e1".into()],
            input_tokens: Some(3),
            output_tokens: Some(4),
            cost_usd: Some(0.5),
            problem: None,
            began: "2026-11-22T10:00:00Z".parse().unwrap(),
            first_token: Some(Duration::from_millis(120)),
            ended: Some("2026-11-22T10:00:01Z".parse().unwrap()),
        },
    }
}

fn texts(turns: &[Turn]) -> Vec<String> {
    turns.iter().flat_map(|turn| &turn.messages).map(Message::joined_text).collect()
}

fn rows(memory: &Memory, table: &str) -> i64 {
    memory
        .database
        .read(|db| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)))
        .unwrap()
}

#[test]
fn a_turn_comes_back_with_its_provenance_and_is_written_once() {
    let (_directory, memory) = memory();
    let session = Session { models: vec!["groq".into()], ..Session::new(Some("work".into())) };
    let ending = ending(&session, "t1", "What is it?\nmore", "It is.");
    memory.begin_turn(ending.beginning.clone());
    for _ in 0..2 {
        memory.end_turn(ending.clone()).unwrap();
    }
    let Found::One(found) = memory.session("work").unwrap() else { panic!("not found") };
    assert_eq!((found.title.as_str(), found.turns, &found.models), ("What is it?", 1, &session.models));
    let turns = memory.turns(&found).unwrap();
    assert_eq!((turns[0].state, &turns[0].provenance), (TurnState::Whole, &ending.provenance));
    assert_eq!(texts(&turns), ["What is it?\nmore", "It is."]);
    assert_eq!(memory.latest_session().unwrap().unwrap().id, session.id);
}

#[test]
fn sessions_are_found_by_name_id_and_beginning() {
    let (_directory, memory) = memory();
    for (id, name) in [("aa11", Some("x")), ("aa22", None), ("bb33", Some("aa"))] {
        let session = Session { id: id.into(), ..Session::new(name.map(str::to_owned)) };
        memory.end_turn(ending(&session, id, "q", "a")).unwrap();
    }
    let id = |name: &str| match memory.session(name).unwrap() {
        Found::One(session) => session.id,
        Found::None => "none".into(),
        Found::Several(some) => format!("{}", some.len()),
    };
    let found = ["x", "aa", "aa22", "aa1", "a", "c", "", "%", "b"].map(id);
    assert_eq!(found, ["aa11", "bb33", "aa22", "aa11", "2", "none", "none", "none", "bb33"]);
}

#[test]
fn two_in_one_conversation_lose_nothing_to_each_other() {
    let (_directory, memory) = memory();
    let session = Session::new(Some("both".into()));
    // The second one begins before the first has written anything, with another id for the same name.
    let other = Session::new(Some("both".into()));
    memory.begin_turn(beginning(&session, "t1", "one"));
    memory.begin_turn(beginning(&other, "t2", "two"));
    memory.end_turn(ending(&other, "t2", "two", "2")).unwrap();
    memory.end_turn(ending(&session, "t1", "one", "1")).unwrap();
    assert_eq!(texts(&memory.turns(&session).unwrap()), ["two", "2", "one", "1"]);
    assert_eq!(rows(&memory, "sessions"), 1);
}

#[test]
fn a_fork_shares_what_was_said_and_goes_its_own_way() {
    let (_directory, memory) = memory();
    let session = Session::new(None);
    for (turn, question) in [("t1", "one"), ("t2", "two"), ("t3", "three")] {
        memory.end_turn(ending(&session, turn, question, "so")).unwrap();
    }
    let messages = rows(&memory, "messages");
    assert_eq!(messages, 4);
    let early = memory.fork_session(&session, Some("early".into()), Some(1)).unwrap();
    let whole = memory.fork_session(&session, None, None).unwrap();
    assert_eq!((early.turns, whole.turns, rows(&memory, "messages")), (1, 3, messages));
    memory.end_turn(ending(&early, "t4", "other", "way")).unwrap();
    assert_eq!(texts(&memory.turns(&early).unwrap()), ["one", "so", "other", "way"]);
    assert_eq!(texts(&memory.turns(&session).unwrap()), texts(&memory.turns(&whole).unwrap()));
    // What is shared stays until the last one goes.
    memory.remove_session(&session).unwrap();
    assert_eq!(memory.turns(&whole).unwrap().len(), 3);
    memory.remove_session(&whole).unwrap();
    assert_eq!(texts(&memory.turns(&early).unwrap()), ["one", "so", "other", "way"]);
    memory.remove_session(&early).unwrap();
    for table in ["sessions", "turns", "turn_messages", "messages"] {
        assert_eq!(rows(&memory, table), 0, "{table}");
    }
}

#[test]
fn what_had_come_of_a_killed_turn_is_kept_and_marked() {
    let (_directory, memory) = memory();
    let session = Session::new(None);
    memory.end_turn(ending(&session, "t1", "one", "1")).unwrap();
    memory.begin_turn(beginning(&session, "t2", "two"));
    memory.keep_partial("t2", "half an ans".into());
    memory.begin_turn(beginning(&session, "t3", "never heard of"));
    memory.begin_turn(beginning(&session, "t4", "still alive"));
    // No process has this number.
    let kill = |db: &rusqlite::Connection| {
        db.execute("UPDATE turns SET process = 2147483646 WHERE id IN ('t2', 't3')", []).map(drop)
    };
    memory.database.write(kill);
    memory.database.flush(PATIENCE).unwrap();
    let turns = memory.turns(&session).unwrap();
    let shown: Vec<_> = turns.iter().map(|turn| (turn.id.as_str(), turn.state)).collect();
    let (whole, killed) = (TurnState::Whole, TurnState::Interrupted);
    assert_eq!(shown, [("t1", whole), ("t2", killed), ("t3", killed)]);
    assert_eq!(texts(&turns), ["one", "1", "two", "half an ans", "never heard of"]);
    // Whoever was thought dead and comes back has lost.
    memory.end_turn(ending(&session, "t2", "two", "2")).unwrap();
    memory.end_turn(ending(&session, "t4", "still alive", "4")).unwrap();
    assert_eq!(texts(&memory.turns(&session).unwrap()).last().unwrap(), "4");
    assert_eq!(memory.turns(&session).unwrap().len(), 4);
}

#[test]
fn a_name_is_given_once() {
    let (_directory, memory) = memory();
    let sessions = [Session::new(Some("a".into())), Session::new(None)];
    for (turn, session) in sessions.iter().enumerate() {
        memory.end_turn(ending(session, &turn.to_string(), "q", "a")).unwrap();
    }
    assert!(!memory.rename_session(&sessions[1], "a").unwrap());
    assert!(memory.rename_session(&sessions[1], "b").unwrap());
    assert!(memory.rename_session(&sessions[0], "a").unwrap());
}

#[test]
fn a_summary_stands_at_its_turn() {
    let (_directory, memory) = memory();
    let session = Session::new(None);
    for turn in ["t1", "t2"] {
        memory.end_turn(ending(&session, turn, turn, "so")).unwrap();
    }
    for content in ["first", "second"] {
        memory.summarise("t1", content.into(), "groq/m".into()).unwrap();
    }
    let summaries: Vec<_> = memory.turns(&session).unwrap().into_iter().map(|turn| turn.summary).collect();
    assert_eq!(summaries, [Some("second".into()), None]);
}

/// How messages are kept is an interface between versions.
#[test]
fn the_form_of_kept_messages_is_stable() {
    let message = Message {
        role: Role::Assistant,
        parts: vec![
            Part::Text("a".into()),
            Part::Media(Media {
                mime: "image/png".into(),
                name: None,
                source: Source::Base64("AA==".into()),
            }),
            Part::Reasoning {
                text: "b".into(),
                signature: Some(Signature { wire: "anthropic".into(), data: "s".into(), redacted: false }),
            },
            Part::ToolCall(ToolCall {
                id: "1".into(),
                name: "n".into(),
                arguments: "{}".into(),
                signature: None,
            }),
            Part::ToolResult { call_id: "1".into(), name: "n".into(), content: "c".into(), is_error: true },
        ],
    };
    let json = serde_json::to_string(&message).unwrap();
    assert_eq!(
        json,
        r#"{"role":"assistant","parts":[{"text":"a"},{"media":{"mime":"image/png","source":{"base64":"AA=="}}},{"reasoning":{"text":"b","signature":{"wire":"anthropic","data":"s"}}},{"tool_call":{"id":"1","name":"n","arguments":"{}"}},{"tool_result":{"call_id":"1","name":"n","content":"c","is_error":true}}]}"#
    );
    assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
}

fn message() -> impl Strategy<Value = Message> {
    let part = prop_oneof![
        any::<String>().prop_map(Part::Text),
        (any::<String>(), any::<String>(), any::<bool>()).prop_map(|(id, content, is_error)| {
            Part::ToolResult { call_id: id.clone(), name: id, content, is_error }
        }),
        any::<String>().prop_map(|text| Part::Reasoning { text, signature: None }),
    ];
    (
        prop_oneof![Just(Role::User), Just(Role::Assistant), Just(Role::Tool)],
        prop::collection::vec(part, 0..4),
    )
        .prop_map(|(role, parts)| Message { role, parts })
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_was_said_comes_back(said in prop::collection::vec(message(), 0..6)) {
        let (_directory, memory) = memory();
        let session = Session::new(None);
        let ending = Ending { said: said.clone(), ..ending(&session, "t", "q", "a") };
        memory.end_turn(ending).unwrap();
        let turns = memory.turns(&session).unwrap();
        prop_assert_eq!(&turns[0].messages[1..], &said[..]);
    }
}
