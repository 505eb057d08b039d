use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::record::{Begun, Caller, Ending, Granted, Opening, Record};
use super::*;
use crate::chat::ToolCall;

/// A tool that says `ä` so often; `outside` comes from outside and names an address, `effect` could carry data out, `go`
/// to the address that it is given.
struct Echo(&'static str, Permission);

impl Tool for Echo {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: self.0.into(),
            description: String::new(),
            parameters: json!({"type": "object", "properties": {"times": {"type": "integer"}}, "required": ["times"]}),
            strict: false,
        }
    }

    fn permission(&self) -> Permission {
        self.1
    }

    fn carries_out(&self) -> bool {
        matches!(self.0, "effect" | "go")
    }

    fn leads_to(&self, arguments: &Value) -> Option<String> {
        (self.0 == "go").then(|| arguments["to"].as_str().unwrap().to_owned())
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>> {
        let times = usize::try_from(arguments["times"].as_u64().unwrap()).unwrap();
        Box::pin(async move {
            if self.0 == "slow" {
                std::future::pending::<()>().await;
            }
            let foreign = self.0 == "outside";
            let address = if foreign { " https://known.example/a?key=" } else { "" };
            Ok(Answer { text: "ä".repeat(times) + address, data: None, foreign })
        })
    }
}

/// Remembers what it is told; a call of `full` is over its quota, one of `unkept` cannot be kept.
#[derive(Default)]
struct Notes {
    told: Mutex<Vec<String>>,
    decided: Mutex<Vec<Rule>>,
    before: Mutex<Option<Begun>>,
}

impl Notes {
    fn note(&self, text: String) {
        self.told.lock().unwrap().push(text);
    }
}

impl Record for Notes {
    fn rules(&self) -> Result<Vec<Rule>, String> {
        Ok(Vec::new())
    }

    fn counts(&self, tool: &str) -> bool {
        tool == "unkept_counted"
    }

    fn decide(&self, rule: Rule) -> BoxFuture<'_, Result<(), String>> {
        self.decided.lock().unwrap().push(rule);
        async { Ok(()) }.boxed()
    }

    fn begin(&self, call: Opening) -> BoxFuture<'_, Result<Begun, String>> {
        self.note(format!("{} {:?} {}", call.tool, call.granted, call.ordinal));
        let begun = self.before.lock().unwrap().take();
        async move {
            match call.tool.as_str() {
                "full" => Ok(Begun::Over { quota: "the quota of full".into(), until: Timestamp::UNIX_EPOCH }),
                "unkept" | "unkept_effect" | "unkept_counted" => Err("disk full".into()),
                _ => Ok(begun.unwrap_or(Begun::New(1))),
            }
        }
        .boxed()
    }

    fn end(&self, _: i64, ending: Ending) -> BoxFuture<'_, Result<(), String>> {
        self.note(format!("ended, {}", if ending.is_error { "failed" } else { "done" }));
        async { Ok(()) }.boxed()
    }

    fn refuse(&self, call: Opening, why: String) -> BoxFuture<'_, Result<(), String>> {
        self.note(format!("refused {}: {why}", call.tool));
        async { Ok(()) }.boxed()
    }
}

/// Always says the same.
struct Says(Reply, AtomicU32);

impl Asks for Says {
    fn ask<'a>(&'a self, _: &'a Proposed<'a>) -> BoxFuture<'a, Reply> {
        self.1.fetch_add(1, Ordering::Relaxed);
        async { self.0 }.boxed()
    }
}

fn all() -> Vec<Arc<dyn Tool>> {
    use Permission::{Allow, Ask, Deny};
    let tools = [
        ("free", Allow),
        ("careful", Ask),
        ("never", Deny),
        ("outside", Allow),
        ("effect", Allow),
        ("go", Ask),
        ("full", Allow),
        ("slow", Allow),
        ("unkept", Allow),
        ("unkept_effect", Ask),
        ("unkept_counted", Allow),
    ];
    tools.into_iter().map(|(name, permission)| Arc::new(Echo(name, permission)) as Arc<dyn Tool>).collect()
}

fn agent() -> Caller {
    Caller { agent: Some("writer".into()), session: None }
}

fn gate(notes: &Arc<Notes>) -> Gate {
    Gate::new(Arc::clone(notes) as _, Vec::new())
}

fn call(name: &str, arguments: &str) -> ToolCall {
    ToolCall { id: "1".into(), name: name.into(), arguments: arguments.into(), signature: None }
}

/// Makes calls in a turn; gives the first word of each result, or the error.
async fn made(gate: Gate, names: &[&str]) -> Vec<String> {
    let toolbox = Toolbox::new(Arc::new(gate), agent(), all());
    let calls = TurnCalls::of("t");
    let mut results = Vec::new();
    for (times, name) in names.iter().enumerate() {
        let made = toolbox.call(&call(name, &format!("{{\"times\": {times}}}")), &calls).await;
        results.push(made.map_or_else(|error| error.to_string(), |_| "done".to_owned()));
    }
    results
}

#[test]
fn tools_are_offered_as_far_as_they_are_allowed() {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let offered = |wished: &[&str], allowed: &[&str], asks: Option<Arc<dyn Asks>>| {
        let gate = gate(&Arc::default()).allowing(&words(allowed), "").asking(asks, Grants::default());
        let tools = all().into_iter().take(3);
        let (toolbox, held) = Toolbox::new(Arc::new(gate), agent(), tools).offered(&words(wished));
        (toolbox.names().join(" "), held.join(" "))
    };
    let asks = || Some(Arc::new(Says(Reply::No, AtomicU32::new(0))) as Arc<dyn Asks>);
    assert_eq!(offered(&["*"], &[], None), ("free".into(), "careful".into()));
    assert_eq!(offered(&["*"], &["careful"], None), ("free careful".into(), String::new()));
    assert_eq!(offered(&["*"], &[], asks()), ("free careful".into(), String::new()));
    assert_eq!(offered(&["never", "unknown"], &["*"], asks()), (String::new(), String::new()));
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_told() {
    let toolbox = Toolbox::new(Arc::new(gate(&Arc::default())), agent(), all());
    let calls = TurnCalls::of("t");
    let made = async |name: &str, arguments: &str| toolbox.call(&call(name, arguments), &calls).await;
    assert_eq!(made("free", r#"{"times": 2}"#).await.unwrap().text, "ää");
    for (name, arguments, what) in [
        ("fre", "{}", "there are: free, careful"),
        ("free", "{", "not JSON"),
        ("free", "", "times"),
        ("free", r#"{"times": "two"}"#, "integer"),
        ("never", r#"{"times": 1}"#, "never is denied"),
        ("full", r#"{"times": 1}"#, "the quota of full is used up until 1970"),
    ] {
        let error = made(name, arguments).await.unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
    let result = made("free", r#"{"times": 40000}"#).await.unwrap();
    assert!(result.text.len() < MAX_RESULT + 100 && result.text.contains("of 80000 bytes"));
}

#[tokio::test(start_paused = true)]
async fn calls_are_limited_in_time_and_in_number() {
    let notes = Arc::new(Notes::default());
    let toolbox = Toolbox::new(Arc::new(gate(&notes)), agent(), all());
    let calls = TurnCalls::of("t");
    let error = toolbox.call(&call("slow", r#"{"times": 1}"#), &calls).await.unwrap_err();
    assert_eq!(error.to_string(), "slow took longer than 60 s and was stopped");
    // Keys in another order are the same call.
    for count in 0..5 {
        let arguments = if count % 2 == 0 { r#"{"times": 1, "b": 2}"# } else { r#"{"b": 2, "times": 1}"# };
        let made = toolbox.call(&call("free", arguments), &calls).await;
        assert_eq!(made.is_ok(), count < 3, "{count}: {made:?}");
    }
    let told = notes.told.lock().unwrap().join("; ");
    assert!(told.starts_with("slow Rule 0; ended, failed; free Rule 0; ended, done; free Rule 1"), "{told}");
    assert!(
        told.ends_with("refused free: free was called with these arguments 4 times in this turn"),
        "{told}"
    );
}

#[tokio::test]
async fn whoever_can_be_asked_is_asked() {
    for (reply, expected, asked, kept) in [
        (Reply::No, "the user has said no to this call; do without it", 2, 0),
        (Reply::Once, "done", 2, 0),
        (Reply::Session, "done", 1, 0),
        (Reply::Always, "done", 1, 1),
    ] {
        let (notes, says) = (Arc::new(Notes::default()), Arc::new(Says(reply, AtomicU32::new(0))));
        let gate = gate(&notes).asking(Some(Arc::clone(&says) as _), Grants::default());
        assert_eq!(made(gate, &["careful", "careful"]).await, [expected, expected], "{reply:?}");
        assert_eq!((says.1.load(Ordering::Relaxed), notes.decided.lock().unwrap().len()), (asked, kept));
    }
    let gate = gate(&Arc::default()).allowing(&[], "with --allow-tool NAME");
    let refused = made(gate, &["careful"]).await.concat();
    assert!(refused.ends_with("it has to be allowed, with --allow-tool careful"), "{refused}");
}

/// After somebody else's words were read, what could carry data out is asked for even where it is allowed.
#[tokio::test]
async fn words_from_outside_make_careful() {
    let alone = made(gate(&Arc::default()), &["effect", "outside", "free", "effect"]).await;
    assert_eq!(alone[..3], ["done", "done", "done"]);
    assert!(
        alone[3].starts_with("text from outside was read before, and effect is not allowed"),
        "{alone:?}"
    );
    let says = Arc::new(Says(Reply::Once, AtomicU32::new(0)));
    let asked = made(
        gate(&Arc::default()).asking(Some(Arc::clone(&says) as _), Grants::default()),
        &["effect", "outside", "effect"],
    )
    .await;
    assert_eq!((asked.join(" "), says.1.load(Ordering::Relaxed)), ("done done done".into(), 1));
    // A yes from before that was about something else.
    let says = Arc::new(Says(Reply::Session, AtomicU32::new(0)));
    let rules = vec![Rule { tool: "effect".into(), agent: None, pattern: None, permission: Permission::Ask }];
    let gate_of = Gate::new(Arc::new(Notes::default()), rules);
    let asked = made(
        gate_of.asking(Some(Arc::clone(&says) as _), Grants::default()),
        &["effect", "effect", "outside", "effect", "effect"],
    );
    assert_eq!(
        (asked.await.join(" "), says.1.load(Ordering::Relaxed)),
        ("done done done done done".into(), 2)
    );
    // Whoever has named it for this run has meant it.
    let flagged = gate(&Arc::default()).allowing(&["effect".into()], "");
    assert_eq!(made(flagged, &["outside", "effect"]).await, ["done", "done"]);
}

/// Nobody is led to an address that stood nowhere: a secret may be in it. Neither a flag nor a rule about the tool changes
/// that; a rule about the place does.
#[tokio::test]
async fn after_words_from_outside_only_known_addresses_are_gone_to() {
    let rule = |glob: Option<&str>| Rule {
        tool: "go".into(),
        agent: None,
        pattern: glob.map(|glob| Pattern { argument: "to".into(), glob: glob.into() }),
        permission: Permission::Allow,
    };
    let flagged = || gate(&Arc::default()).allowing(&["go".into()], "");
    let ruled = |glob| Gate::new(Arc::new(Notes::default()), vec![rule(glob)]);
    for (gate, secret, elsewhere) in [
        (flagged(), false, false),
        (ruled(None), false, false),
        (ruled(Some("https://known.example/*")), true, false),
    ] {
        let toolbox = Toolbox::new(Arc::new(gate), agent(), all());
        let calls = TurnCalls::of("t");
        calls.has_read("What is at https://asked.example/?");
        let mut go = 0;
        let mut made = async |name: &str, to: &str| {
            go += 1;
            let arguments = json!({"times": go, "to": to}).to_string();
            toolbox.call(&call(name, &arguments), &calls).await.map_err(|error| error.to_string())
        };
        assert!(made("outside", "").await.is_ok());
        assert_eq!(made("go", "https://known.example/a?key=secret").await.is_ok(), secret);
        let refused = made("go", "https://other.example/").await;
        assert_eq!(refused.is_ok(), elsewhere);
        assert!(refused.unwrap_err().contains("the address stands nowhere in what was read"));
        if !secret {
            continue;
        }
        assert!(made("go", "https://known.example/a?key=").await.is_ok());
    }
    let toolbox = Toolbox::new(Arc::new(flagged()), agent(), all());
    let calls = TurnCalls::of("t");
    calls.has_read("What is at https://asked.example/?");
    for (name, to) in [
        ("go", "https://anywhere.example/"), // nothing from outside was read yet
        ("outside", ""),
        ("go", "https://known.example/a?key=#top"),
        ("go", "https://asked.example/?"),
    ] {
        let arguments = json!({"times": 1, "to": to}).to_string();
        let made = toolbox.call(&call(name, &arguments), &calls).await;
        assert!(made.is_ok(), "{name} {to}: {made:?}");
    }
}

#[tokio::test]
async fn what_is_on_record_is_not_done_again() {
    let toolbox = |notes: &Arc<Notes>| Toolbox::new(Arc::new(gate(notes)), agent(), all());
    let notes = Arc::new(Notes::default());
    let ending = Ending { text: "before".into(), is_error: false, foreign: true, took: Duration::ZERO };
    *notes.before.lock().unwrap() = Some(Begun::Made(ending));
    let calls = TurnCalls::of("t");
    let answer = toolbox(&notes).call(&call("free", r#"{"times": 1}"#), &calls).await.unwrap();
    assert_eq!((answer.text.as_str(), calls.read_foreign()), ("before", true));
    *notes.before.lock().unwrap() = Some(Begun::Unclear);
    // Nobody knows whether it was done: what does no harm is done again, and nothing else.
    let answer = toolbox(&notes).call(&call("free", r#"{"times": 2}"#), &calls).await.unwrap();
    assert!(answer.text == "ää" && !calls.had_unclear());
    *notes.before.lock().unwrap() = Some(Begun::Unclear);
    let effects = Toolbox::new(Arc::new(gate(&notes).allowing(&["*".into()], "")), agent(), all());
    let error = effects.call(&call("effect", r#"{"times": 2}"#), &calls).await.unwrap_err();
    assert!(error.to_string().contains("not done again") && calls.had_unclear(), "{error}");
    assert_eq!(notes.told.lock().unwrap().join("; "), "free Rule 0; free Rule 0; effect Flag 0");
    // Without a record what has no effect is done, and nothing else.
    let gate = gate(&notes).allowing(&["*".into()], "");
    let results = made(gate, &["unkept", "unkept_effect", "unkept_counted"]).await;
    assert_eq!(results[0], "done");
    assert!(results[1..].iter().all(|it| it.contains("cannot be recorded: disk full")), "{results:?}");
}

/// What a person calls needs no permission, and is on record all the same.
#[tokio::test]
async fn a_person_needs_no_permission() {
    let notes = Arc::new(Notes::default());
    let toolbox = Toolbox::new(Arc::new(gate(&notes)), Caller::default(), all());
    let made = toolbox.call(&call("never", r#"{"times": 1}"#), &TurnCalls::of("t")).await;
    assert!(made.is_ok() && notes.told.lock().unwrap()[0] == format!("never {:?} 0", Granted::User));
}
