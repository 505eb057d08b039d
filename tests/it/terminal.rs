//! What is on the screen of somebody who asks something at a terminal.

use insta::assert_snapshot;

use crate::support::{Terminal, TestEnv, stand};

/// An answer with everything in it that a terminal can show.
const ANSWER: &str = "# Tea\n\nIt is **green** or `black`, and there are many words about it.\n\n- one\n- two\n\n\
    | a | b |\n|---|---|\n| 1 | 2 |\n\n```rust\nlet x = 1;\n```\nThe end.";

async fn answered(answer: &str, columns: u16, variables: &[(&str, &str)], args: &[&str]) -> (String, String) {
    let groq = stand("groq", &[]).await;
    let mut env = TestEnv::with_stands(&[&groq]);
    for (name, value) in variables {
        env = env.var(name, value);
    }
    let question = format!("say exactly: {answer}");
    let terminal = Terminal::start(&env, &[&["chat", "-n"], args, &[&question]].concat(), columns);
    let (code, screen, bytes) = terminal.end();
    assert_eq!(code, 0, "{screen}");
    (screen, String::from_utf8(bytes).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_shown_as_what_it_means() {
    let (screen, bytes) = answered(ANSWER, 40, &[], &[]).await;
    assert_snapshot!(screen, @"
    Tea

    It is green or black, and there are many
    words about it.

    • one
    • two

    a │ b
    ──┼──
    1 │ 2

    ```rust
    let x = 1;
    ```
    The end.
    ");
    assert!(bytes.contains("\u{1b}[1m\u{1b}[4mTea\u{1b}[0m"), "{bytes:?}");
    // Without colours, on a terminal that knows nothing, and as the model wrote it.
    let (plain, bytes) = answered(ANSWER, 40, &[("NO_COLOR", "1")], &[]).await;
    assert!(plain.starts_with("# Tea\n\nIt is green or `black`"), "{plain}");
    assert!(!bytes.contains("\u{1b}[1m") && !bytes.contains("\u{1b}[3"), "{bytes:?}");
    let (dumb, bytes) = answered(ANSWER, 40, &[("TERM", "dumb")], &[]).await;
    assert!(dumb.contains("- one") && !bytes.contains('\u{1b}'), "{bytes:?}");
    let (raw, _) = answered(ANSWER, 80, &[], &["--raw"]).await;
    assert_eq!(raw, ANSWER);
    let (json, _) = answered("**", 80, &[], &["--schema", "{\"type\": \"string\"}"]).await;
    assert!(json.starts_with('"'), "{json}");
}

/// What a model says moves no cursor and sets no title, however it is shown.
#[tokio::test(flavor = "multi_thread")]
async fn control_sequences_never_arrive() {
    let hostile = "a\u{1b}[2J\u{1b}[Hb\u{1b}]0;owned\u{7}c \u{1b}[31m**red**\u{9b}5m\r\u{8} `x\u{1b}[0m` end";
    for args in [&[][..], &["--raw"]] {
        let (screen, bytes) = answered(hostile, 40, &[("NO_COLOR", "1")], args).await;
        assert!(screen.contains("abc") && screen.contains("end"), "{screen}");
        // The spinner's own are all that there are.
        let shown = bytes.rsplit("\u{1b}[2K").next().unwrap();
        assert!(
            !shown.contains("\u{1b}[2J") && !shown.contains("]0;") && !shown.contains('\u{8}'),
            "{shown:?}"
        );
    }
}

/// Of an answer that broke off and began again it is seen where.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_seen() {
    let (groq, cerebras) = (stand("groq", &["cut:6"]).await, stand("cerebras", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &cerebras]);
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&config.replace("[routes.test]\n", "[routes.test]\non_broken_stream = \"restart\"\n"));
    let terminal = Terminal::start(&env, &["chat", "-n", "count to 12"], 60);
    let (code, screen, _) = terminal.end();
    assert_eq!(code, 0, "{screen}");
    assert_eq!(
        screen.matches("the answer broke off here; cerebras/gpt-oss-120b begins again").count(),
        1,
        "{screen}"
    );
    assert!(screen.contains("1 2 3 4 5 6 7 8 9 10 11 12"), "{screen}");
}

/// What comes after the window was made narrower fits into it, and nothing is there twice.
#[tokio::test(flavor = "multi_thread")]
async fn the_window_may_change_meanwhile() {
    let groq = stand("groq", &["stall:30*1"]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let words: Vec<String> = (1..=60).map(|number| format!("word{number}")).collect();
    let question = format!("say exactly: {}\n\n{}", words.join(" "), words.join(" "));
    let mut terminal = Terminal::start(&env, &["chat", "-n", "--timeout", "20s", &question], 70);
    terminal.until_shows("word20");
    terminal.resize(30);
    terminal.keys("\u{3}");
    let (code, screen, bytes) = terminal.end();
    // Ctrl-C ends it, and what had come was written once.
    assert_eq!(code, 130, "{screen}");
    let bytes = String::from_utf8(bytes).unwrap();
    assert_eq!(bytes.matches("word20 ").count(), 1, "{bytes:?}");
}
