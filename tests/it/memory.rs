//! What all agents remember, by the command line.

use std::process::{Child, Stdio};

use aigw::store::inspect;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Ran, TestEnv, stand};

/// The same with ids and times replaced.
fn stable(ran: &Ran) -> String {
    let mut text = ran.to_string();
    let ids: Vec<String> = words(&text).filter(|word| is_id(word)).map(str::to_owned).collect();
    for id in ids {
        // As wide as it was: tables stay tables.
        text = text.replace(&id, "[ID------]");
    }
    let date = |word: &str| word.len() >= 10 && word.starts_with("20") && word.as_bytes()[4] == b'-';
    let clock = |word: &str| word.len() == 5 && word.as_bytes()[2] == b':';
    let mut out = String::new();
    for piece in text.split_inclusive([' ', '\n', '"', ',']) {
        let word = piece.trim_end_matches([' ', '\n', '"', ',']);
        out += if date(word) || clock(word) { "[TIME]" } else { word };
        out += &piece[word.len()..];
    }
    out
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
}

/// Ten of the letters and digits of ids, and no word of ours.
fn is_id(word: &str) -> bool {
    let known = |c: char| c.is_ascii_digit() || (c.is_ascii_lowercase() && !"ilou".contains(c));
    word.len() == 10 && word.chars().all(known) && !["researcher", "remembered"].contains(&word)
}

fn add(env: &TestEnv, args: &[&str]) -> String {
    let ran = env.run(&[&["memory"], args].concat()).exits(0);
    ran.stdout.trim().to_owned()
}

fn list(env: &TestEnv) -> Vec<Value> {
    env.run(&["memory", "ls", "--json"]).exits(0).json().as_array().unwrap().clone()
}

fn contents(env: &TestEnv) -> Vec<String> {
    let mut all: Vec<_> = list(env).iter().map(|row| row["content"].as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}

#[test]
fn an_empty_memory_says_so_and_is_not_created() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["memory", "ls"]), @"
    exit 0
    --- stdout
    --- stderr
    nothing is remembered yet: `aigw memory add WORDS` remembers something
    ");
    assert_snapshot!(env.run(&["memory", "stats"]), @"
    exit 0
    --- stdout
    --- stderr
    nothing is remembered yet: `aigw memory add WORDS` remembers something
    ");
    assert_snapshot!(env.run(&["memory", "get", "tea"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no entry `tea`
    hint: `aigw memory ls` lists the newest
    ");
    assert_snapshot!(env.run(&["memory", "rm", "--tag", "tea"]), @"
    exit 0
    --- stdout
    --- stderr
    there is no such entry
    ");
    assert_snapshot!(env.run(&["memory", "gc"]), @"
    exit 0
    --- stdout
    gone: 0 expired, 0 old; 0 bytes given back
    --- stderr
    ");
    assert_eq!(env.run(&["memory", "export"]).exits(0).stdout, "");
    assert_eq!(env.run(&["memory", "ls", "--json"]).exits(0).stdout, "[]\n");
    assert!(!env.data_dir().join("memory.db").exists());
    // Until something is to be kept, the words are looked at.
    assert_snapshot!(env.run(&["memory", "add"]), @"
    exit 2
    --- stdout
    --- stderr
    error: there is nothing to remember: the text is empty
    ");
    assert_snapshot!(env.run(&["memory", "rm"]), @"
    exit 2
    --- stdout
    --- stderr
    error: say which entries: by name, or by --scope, --tag, --kind, …
    hint: `aigw memory ls` lists them
    ");
    assert_snapshot!(env.run(&["memory", "add", "x", "--scope", "team"]), @"
    exit 2
    --- stdout
    --- stderr
    error: invalid value 'team' for '--scope <SCOPE>': `team` is no scope: expected shared, agent:NAME, session:NAME, project:PATH or run:ID

    For more information, try '--help'.
    ");
    assert_snapshot!(env.run(&["memory", "add", "x", "--expires", "yesterday"]), @"
    exit 2
    --- stdout
    --- stderr
    error: invalid value 'yesterday' for '--expires <WHEN>': expected a span such as `30d` or a date such as `2026-11-01`

    For more information, try '--help'.
    ");
    assert_snapshot!(env.run(&["memory", "gc", "--tag", "x"]), @"
    exit 2
    --- stdout
    --- stderr
    error: --older-than says what goes besides what has expired
    hint: `aigw memory rm --tag TAG` and the like remove by other things
    ");
    assert!(!env.data_dir().join("memory.db").exists());
}

/// Three entries, one of them with a history.
fn filled() -> TestEnv {
    let env = TestEnv::new();
    add(&env, &["add", "Tea", "is green", "--tag", "tea", "--at", "2026-01-01"]);
    let long = "Much is to be said about this. ".repeat(20);
    add(&env, &["add", &long, "--kind", "result", "--agent", "researcher", "--scope", "agent:researcher"]);
    add(&env, &["set", "editor", "vi"]);
    add(&env, &["set", "editor", "helix", "--agent", "writer"]);
    env
}

#[test]
fn what_is_remembered_is_listed() {
    let env = filled();
    assert_snapshot!(stable(&env.run(&["memory", "set", "editor", "helix", "--agent", "writer"])), @"
    exit 0
    --- stdout
    [ID------]
    --- stderr
    ");
    assert_snapshot!(stable(&env.run(&["memory", "ls"])), @"
    exit 0
    --- stdout
    ID          KIND    SCOPE             AGE  CONTENT
    [ID------]  fact    shared            now  editor = helix
    [ID------]  result  agent:researcher  now  Much is to be said about this. Much is to be said about thi…
    [ID------]  note    shared            now  Tea is green
    --- stderr
    ");
    assert_snapshot!(stable(&env.run(&["memory", "ls", "--kind", "fact", "--json"])), @r#"
    exit 0
    --- stdout
    [
      {
        "id": "[ID------]",
        "scope": "shared",
        "key": "editor",
        "kind": "fact",
        "content": "helix",
        "tags": [],
        "origin": "user",
        "agent": "writer",
        "session": null,
        "run": null,
        "source": null,
        "place": null,
        "happened": null,
        "expires": null,
        "created": "[TIME]",
        "updated": "[TIME]",
        "used": null,
        "uses": 0
      }
    ]
    --- stderr
    "#);
    assert_snapshot!(env.run(&["memory", "ls", "--tag", "coffee"]), @"
    exit 0
    --- stdout
    --- stderr
    there is no such entry
    ");
    assert_eq!(env.run(&["memory", "ls", "--limit", "1"]).exits(0).stdout.lines().count(), 2);
}

#[test]
fn an_entry_is_shown_with_its_history() {
    let env = filled();
    assert_snapshot!(env.run(&["memory", "get", "editor"]), @"
    exit 0
    --- stdout
    helix
    --- stderr
    ");
    assert_snapshot!(stable(&env.run(&["memory", "get", "editor", "--history"])), @"
    exit 0
    --- stdout
    [TIME] [TIME] by writer
    helix

    [TIME] [TIME], set [TIME] [TIME]
    vi
    --- stderr
    ");
    assert_snapshot!(stable(&env.run(&["memory", "get", "editor", "--json"])), @r#"
    exit 0
    --- stdout
    {
      "id": "[ID------]",
      "scope": "shared",
      "key": "editor",
      "kind": "fact",
      "content": "helix",
      "tags": [],
      "origin": "user",
      "agent": "writer",
      "session": null,
      "run": null,
      "source": null,
      "place": null,
      "happened": null,
      "expires": null,
      "created": "[TIME]",
      "updated": "[TIME]",
      "used": null,
      "uses": 0,
      "history": [
        {
          "content": "vi",
          "tags": [],
          "agent": null,
          "updated": "[TIME]",
          "replaced": "[TIME]",
          "why": "set"
        }
      ]
    }
    --- stderr
    "#);
    assert_snapshot!(env.run(&["memory", "get", "editr"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no entry `editr`
    hint: did you mean `editor`?
    ");
}

#[test]
fn what_is_remembered_is_counted_and_forgotten() {
    let env = filled();
    let stats = stable(&env.run(&["memory", "stats"]));
    let (shown, size) = stats.split_once("; the file has ").unwrap();
    assert!(size.trim_end_matches(" bytes\n").parse::<u64>().unwrap() > 10_000, "{size}");
    assert_snapshot!(shown, @"
    exit 0
    --- stdout
                      ENTRIES  BYTES
    shared                  2     17
    agent:researcher        1    620
    kind fact               1      5
    kind note               1     12
    kind result             1    620
    agent none              1     12
    agent researcher        1    620
    agent writer            1      5
    all                     3    637
    --- stderr
    from [TIME] to [TIME] 1 earlier version, 0 documents, 0 expired
    ");
    let stats = env.run(&["memory", "stats", "--json"]).exits(0).json();
    assert_eq!((&stats["entries"], &stats["versions"]), (&3.into(), &1.into()));
    assert_snapshot!(env.run(&["memory", "rm", "editor", "lost"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no entry `lost`
    hint: `aigw memory ls` lists the newest
    ");
    assert_snapshot!(env.run(&["memory", "rm", "--scope", "shared"]), @"
    exit 5
    --- stdout
    --- stderr
    error: 2 entries are not forgotten without --yes
    hint: `aigw memory ls` shows which
    ");
    assert_eq!(list(&env).len(), 3);
    assert_snapshot!(env.run(&["memory", "rm", "editor"]), @"
    exit 0
    --- stdout
    --- stderr
    1 entry is forgotten
    ");
    assert_snapshot!(env.run(&["memory", "rm", "--scope", "shared", "--yes"]), @"
    exit 0
    --- stdout
    --- stderr
    1 entry is forgotten
    ");
    assert_eq!(list(&env).len(), 1);
    env.run(&["memory", "rm", "x", "--tag", "tea"]).exits(2);
}

#[test]
fn the_same_is_kept_once_and_an_ambiguous_name_is_told() {
    let env = TestEnv::new();
    let id = add(&env, &["add", "Tea is green"]);
    assert_snapshot!(stable(&env.run(&["memory", "add", "tea is  GREEN", "--json"])), @r#"
    exit 0
    --- stdout
    {
      "id": "[ID------]",
      "merged": true
    }
    --- stderr
    it was there already, or nearly so: it is one entry now
    "#);
    assert_eq!(env.run(&["memory", "get", &id[..6]]).exits(0).stdout, "tea is  GREEN\n");
    let lines = "{\"id\":\"aa1\",\"content\":\"one\"}\n{\"id\":\"aa2\",\"content\":\"two\"}\n";
    env.run_with(&["memory", "import"], lines.as_bytes()).exits(0);
    let ran = env.run(&["memory", "get", "aa"]).exits(6);
    assert!(ran.stderr.contains("aa1  shared  one") && ran.stderr.contains("aa2  shared  two"), "{ran}");
}

#[test]
fn text_comes_from_words_and_stdin() {
    let env = TestEnv::new();
    env.run_with(&["memory", "add", "the log says:"], b"all is well\n").exits(0);
    env.run_with(&["memory", "add", "-"], b"only this\r\n").exits(0);
    env.run_with(&["memory", "add"], b"or this").exits(0);
    env.run_with(&["memory", "set", "k", "-n", "not that"], b"that").exits(0);
    env.run_with(&["memory", "add", "--", "--json", "-5"], b"").exits(0);
    let expected = ["--json -5", "not that", "only this", "or this", "the log says:\n\nall is well"];
    assert_eq!(contents(&env), expected);
}

/// Whatever it says, it comes back as it was, and does no harm to the terminal or the database.
#[test]
fn hostile_texts_come_back_as_they_were() {
    let env = TestEnv::new();
    let hostile = [
        "\" OR 1=1; DROP TABLE entries; --",
        "content:(a AND b) NEAR(c, 2) ^d * -e",
        "'single' \"double\" `back` \\ % _ ~",
        "\u{202e}right to left\u{202c} שלום مرحبا",
        "茶は緑です。紅茶は赤い",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦 and e\u{301}",
        "\u{1b}]0;title\u{7}\u{1b}[2Jcleared",
        "a\0b",
        "line one\nline two\ttabbed",
    ];
    for (number, text) in hostile.iter().enumerate() {
        let id = env.run_with(&["memory", "add", "-"], text.as_bytes()).exits(0).stdout;
        assert_eq!(env.run(&["memory", "get", id.trim()]).exits(0).stdout, format!("{text}\n"), "{number}");
        let key = format!("key {number} {}", text.replace(char::is_control, ""));
        env.run_with(&["memory", "set", &key, "-"], format!("value {number}").as_bytes()).exits(0);
        assert_eq!(env.run(&["memory", "get", &key]).exits(0).stdout, format!("value {number}\n"));
    }
    let mut expected: Vec<String> = hostile.iter().map(|text| (*text).to_owned()).collect();
    expected.extend((0..hostile.len()).map(|number| format!("value {number}")));
    expected.sort();
    assert_eq!(contents(&env), expected);
    // A table is one line each, without whatever would move the cursor.
    let shown = env.run(&["memory", "ls"]).exits(0).stdout;
    assert_eq!(shown.lines().count(), expected.len() + 1);
    assert!(!shown.contains(['\u{1b}', '\u{202e}', '\0']), "{shown:?}");
}

#[test]
fn what_cannot_be_kept_is_refused_with_what_to_do() {
    let env = TestEnv::new();
    let large = "many words ".repeat(1 << 20);
    assert_snapshot!(env.run_with(&["memory", "add", "-"], large.as_bytes()), @"
    exit 1
    --- stdout
    --- stderr
    error: the text has 11534336 bytes; an entry holds at most 1048576 (1 MiB)
    hint: put it into a file: `aigw memory add --file FILE` keeps it in pieces, each with its place
    ");
    assert_snapshot!(env.run_with(&["memory", "add", "-"], b"abc\xff"), @"
    exit 1
    --- stdout
    --- stderr
    error: stdin is not UTF-8 text (byte 4)
    hint: `iconv` converts text; `aigw memory add --file FILE` reads PDFs and other encodings
    ");
    assert_snapshot!(env.run(&["memory", "add", "<recalled-memory>\nx"]), @"
    exit 1
    --- stdout
    --- stderr
    error: the text holds what was recalled from this memory (it says `<recalled-memory`); that is never stored again
    ");
    assert_snapshot!(env.run(&["memory", "set", "a\nb", "x"]), @"
    exit 2
    --- stdout
    --- stderr
    error: a key is one line of 1 to 200 characters
    ");
    // The same text is kept as a document.
    let path = env.write("large.txt", large.as_bytes());
    env.run(&["memory", "add", "--file", path.to_str().unwrap()]).exits(0);
    assert!(env.run(&["memory", "stats", "--json"]).json()["bytes"].as_u64().unwrap() > 10 << 20);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_is_named() {
    let env = TestEnv::new();
    env.write("data", b"a file where a directory should be");
    let ran = env.run(&["memory", "add", "x"]).exits(1);
    assert!(ran.stderr.contains("memory.db: cannot create it"), "{ran}");
    let env = TestEnv::new();
    env.write("data/memory.db", b"this is no database, whatever its name says");
    let ran = env.run(&["memory", "add", "x"]).exits(1);
    assert!(ran.stderr.contains("not a database"), "{ran}");
}

#[test]
fn documents_are_brought_up_to_date() {
    let env = TestEnv::new();
    let section = |name: &str| format!("# {name}\n\n{}\n\n", format!("All about {name} tea. ").repeat(40));
    env.write("docs/tea.md", (section("Green") + &section("Black")).as_bytes());
    env.write("docs/old.txt", b"a text that will be gone");
    env.write("docs/scan.bin", b"\0\0");
    assert_snapshot!(env.run(&["memory", "add", "--file", "docs", "--tag", "manual"]), @"
    exit 0
    --- stdout
    docs/old.txt: 1 new piece
    docs/tea.md: 2 new pieces
    --- stderr
    warning: docs/scan.bin is left out: not text
    ");
    let before = list(&env);
    env.write("docs/tea.md", (section("White") + &section("Black")).as_bytes());
    std::fs::remove_file(env.path().join("docs/old.txt")).unwrap();
    assert_snapshot!(env.run(&["memory", "add", "--file", "docs", "--tag", "manual"]), @"
    exit 0
    --- stdout
    docs/tea.md: 1 new piece, 1 unchanged, 1 gone
    --- stderr
    warning: docs/scan.bin is left out: not text
    warning: [HOME]/docs/old.txt is not there any more, and is still remembered: `aigw memory rm --source '[HOME]/docs/old.txt'` forgets it
    ");
    let ids = |rows: &[Value], what: &str| -> Vec<String> {
        let rows = rows.iter().filter(|row| row["content"].as_str().unwrap().contains(what));
        rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let after = list(&env);
    assert_eq!(ids(&before, "Black"), ids(&after, "Black"));
    assert!(ids(&after, "Green").is_empty() && !ids(&after, "White").is_empty());
    assert_snapshot!(env.run(&["memory", "add", "--file", "docs/old.txt"]), @"
    exit 1
    --- stdout
    --- stderr
    error: docs/old.txt: there is no such file or folder
    hint: it is still remembered as it was: `aigw memory rm --source 'docs/old.txt'` forgets it
    ");
    assert_snapshot!(env.run(&["memory", "rm", "--source", "docs/old.txt"]), @"
    exit 0
    --- stdout
    --- stderr
    1 entry is forgotten
    ");
    assert_snapshot!(env.run(&["memory", "rm", "--source", "docs/tee.md"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no document `docs/tee.md`
    hint: `aigw memory ls --kind document --json` shows them
    ");
    let ran = env.run(&["memory", "add", "--file", "docs/scan.bin", "--file", "docs/tea.md"]).exits(1);
    assert!(ran.stdout.starts_with("docs/tea.md: 0 new pieces"), "{ran}");
    env.run(&["memory", "add", "words", "--file", "docs/tea.md"]).exits(2);
}

#[test]
fn an_export_moves_into_another_home_and_bad_lines_are_told() {
    let (one, two) = (TestEnv::new(), TestEnv::new());
    add(&one, &["set", "port", "80"]);
    add(&one, &["set", "port", "8080"]);
    add(&one, &["add", "a\u{1f980}\nb", "--tag", "x", "--expires", "30d"]);
    let exported = one.run(&["memory", "export"]).exits(0).stdout;
    for expected in ["2 new, 0 newer, 0 known, 0 expired\n", "0 new, 0 newer, 2 known, 0 expired\n"] {
        assert_eq!(two.run_with(&["memory", "import", "-"], exported.as_bytes()).exits(0).stderr, expected);
        assert_eq!(two.run(&["memory", "export"]).exits(0).stdout, exported);
    }
    assert_snapshot!(one.run(&["memory", "export", "all.jsonl"]), @"
    exit 0
    --- stdout
    --- stderr
    2 entries in all.jsonl
    ");
    assert_eq!(std::fs::read_to_string(one.path().join("all.jsonl")).unwrap(), exported);
    assert_snapshot!(one.run(&["memory", "export", "all.jsonl"]), @"
    exit 1
    --- stdout
    --- stderr
    error: all.jsonl is there already
    hint: name another file, or remove that one
    ");
    let mut lines = exported.into_bytes();
    lines.extend_from_slice(b"{\"content\":\"\xff\"}\nnonsense\n{\"content\":\"the last\"}");
    assert_snapshot!(two.run_with(&["memory", "import"], &lines), @"
    exit 1
    --- stdout
    --- stderr
    1 new, 0 newer, 2 known, 0 expired
    stdin, line 3: it is not UTF-8 (byte 13)
    stdin, line 4: expected ident (column 2)
    error: 2 lines could not be taken
    hint: a line is a JSON object with at least `content`, of at most 1 MiB
    ");
    assert_snapshot!(two.run_with(&["memory", "import", "--json"], &lines), @r#"
    exit 1
    --- stdout
    {
      "new": 0,
      "newer": 0,
      "known": 3,
      "expired": 0,
      "bad": 2,
      "bad_lines": [
        {
          "line": 3,
          "message": "it is not UTF-8 (byte 13)"
        },
        {
          "line": 4,
          "message": "expected ident (column 2)"
        }
      ]
    }
    --- stderr
    stdin, line 3: it is not UTF-8 (byte 13)
    stdin, line 4: expected ident (column 2)
    "#);
    assert!(contents(&two).contains(&"the last".to_owned()));
    assert_snapshot!(two.run(&["memory", "import", "lost.jsonl"]), @"
    exit 1
    --- stdout
    --- stderr
    error: lost.jsonl: cannot read: No such file or directory (os error 2)
    ");
}

#[test]
fn old_things_go_when_they_are_told_to() {
    let env = TestEnv::new();
    let lines = "{\"content\":\"old\",\"updated\":\"2020-01-01T00:00:00Z\"}\n\
        {\"content\":\"old and of use\",\"updated\":\"2020-01-01T00:00:00Z\",\"used\":\"2125-01-01T00:00:00Z\"}\n\
        {\"content\":\"new\"}\n";
    env.run_with(&["memory", "import"], lines.as_bytes()).exits(0);
    let gc = ["memory", "gc", "--older-than", "1y", "--unused"];
    assert_snapshot!(env.run(&[&gc[..], &["--dry-run"]].concat()), @"
    exit 0
    --- stdout
    would go: 0 expired, 1 old
    --- stderr
    ");
    assert_snapshot!(env.run(&gc), @"
    exit 5
    --- stdout
    --- stderr
    error: 1 entry is not forgotten without --yes
    hint: `aigw memory ls` shows which
    hint: --dry-run says how many would go
    ");
    assert_eq!(list(&env).len(), 3);
    let tidied = env.run(&[&gc[..], &["--yes", "--json"]].concat()).exits(0).json();
    assert_eq!((&tidied["retired"], &tidied["dry_run"]), (&1.into(), &false.into()));
    assert_eq!(contents(&env), ["new", "old and of use"]);
    env.run(&["memory", "gc", "--unused"]).exits(2);
}

#[test]
fn two_and_twelve_processes_begin_at_once() {
    for count in [2, 12] {
        let env = TestEnv::new();
        let child = |number: u32| {
            let text = format!("entry number {number}");
            let mut command = env.command(&["memory", "add", &text]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<Child> = (0..count).map(child).collect();
        for child in children {
            let ran = env.ran(child.wait_with_output().unwrap()).exits(0);
            assert_eq!(ran.stderr, "");
        }
        assert_eq!(list(&env).len(), usize::try_from(count).unwrap());
    }
}

#[test]
fn what_was_added_is_found_shown_and_forgotten() {
    let env = TestEnv::new();
    let id =
        env.run(&["memory", "add", "the staging server is down on Sundays", "--tag", "ops"]).exits(0).stdout;
    let id = id.trim();
    env.run(&["memory", "set", "editor", "helix"]).exits(0);
    env.run(&["memory", "set", "editor", "vim"]).exits(0);
    assert_eq!(env.run(&["memory", "get", "editor"]).exits(0).stdout, "vim\n");
    assert_eq!(
        env.run(&["memory", "get", &id[..6]]).exits(0).stdout,
        "the staging server is down on Sundays\n"
    );
    let found = env.run(&["memory", "search", "which", "servers are DOWN?", "--json"]).exits(0).json();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (1, &json!(id)));
    for hostile in ["\"", "a* OR (", "NEAR(", "--", "茶", "\u{202e}x"] {
        env.run(&["memory", "search", "--", hostile]).exits(0);
    }
    assert_eq!(env.run(&["memory", "ls", "--json"]).exits(0).json().as_array().unwrap().len(), 2);
    env.run(&["memory", "rm", id]).exits(0);
    env.run(&["memory", "get", id]).exits(6);
    assert_eq!(env.run(&["memory", "search", "server", "--json"]).exits(0).json(), json!([]));
}

/// What one agent was told goes along when another one is asked.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_goes_along_with_the_next_question() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    env.run(&["memory", "add", "The harbour office opens at nine."]).exits(0);
    let answer =
        env.run(&["chat", "--json", "-a", "writer", "when does the harbour office open?"]).exits(0).json();
    assert_eq!(answer["recalled"][0]["content"], "The harbour office opens at nine.");
    assert_eq!(answer["agent"], "writer");
    let sent = groq.requests()[0].body["messages"].to_string();
    assert!(sent.contains("<recalled-memory") && sent.contains("opens at nine"), "{sent}");
    // What was recalled is no part of what was said.
    let session = answer["session"].as_str().unwrap();
    let shown = env.run(&["session", "export", session]).exits(0).stdout;
    assert!(!shown.contains("recalled-memory"), "{shown}");
    env.run(&["chat", "--no-memory", "when does the harbour office open?"]).exits(0);
    assert!(!groq.requests().last().unwrap().body.to_string().contains("recalled-memory"));
}

#[test]
fn what_is_found_is_shown_with_whose_it_is() {
    let env = TestEnv::new();
    let long = format!(
        "{} The harbour office opens at nine. {}",
        "Much before. ".repeat(20),
        "Much after. ".repeat(20)
    );
    add(&env, &["add", &long, "--agent", "researcher", "--scope", "agent:researcher"]);
    add(&env, &["set", "office", "the office is on the second floor"]);
    assert_snapshot!(stable(&env.run(&["memory", "search", "harbours", "offices"])), @"
    exit 0
    --- stdout
    [ID------], shared, now, user, office
        the office is on the second floor
    [ID------], agent:researcher, now, researcher
        …before. Much before. The harbour office opens at nine. Much after. Much af…
    --- stderr
    ");
    let colored = env.run(&["memory", "search", "floor", "--color", "always"]).exits(0).stdout;
    assert!(colored.contains("second \u{1b}[1mfloor\u{1b}[0m"), "{colored:?}");
    assert_snapshot!(env.run(&["memory", "search", "llama"]), @"
    exit 0
    --- stdout
    --- stderr
    nothing that is remembered has these words
    ");
}

/// The check of the pages sees the index of the words, too.
#[test]
fn a_damaged_index_is_found_by_the_doctor() {
    let env = TestEnv::new();
    add(&env, &["add", "some words that are looked for"]);
    let sound = |env: &TestEnv| {
        inspect(&env.data_dir().join("memory.db"), std::time::Duration::from_mins(1)).unwrap().sound
    };
    assert_eq!(sound(&env), Some(true));
    let db = rusqlite::Connection::open(env.data_dir().join("memory.db")).unwrap();
    assert!(db.execute("UPDATE words_data SET block = x'00000000' WHERE id > 10", []).unwrap() > 0);
    drop(db);
    assert_eq!(sound(&env), Some(false));
    assert!(env.run(&["doctor", "--offline"]).exits(1).stdout.contains("memory.db: it is damaged"));
}
