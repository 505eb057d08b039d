//! The REPL, through a pseudo-terminal.

use std::time::{Duration, Instant};

use crate::support::{Terminal, TestEnv, stand};

async fn room(faults: &[&str]) -> (TestEnv, aigw::simulate::Stand) {
    let groq = stand("groq", faults).await;
    (TestEnv::with_stands(&[&groq]), groq)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_had_and_kept() {
    let (env, groq) = room(&[]).await;
    let mut terminal = Terminal::start(&env, &["repl", "-s", "tea"], 80);
    terminal.until_shows("assistant (tea)>");
    terminal.keys("count to 5\r");
    terminal.until(|screen| screen.contains("1 2 3 4 5") && screen.contains("tokens in"));
    terminal.keys("/system my key is gsk_0123456789abcdefghijklmnop\r");
    terminal.keys("what is 2+3\r");
    terminal.until_shows("2 + 3 = 5");
    terminal.keys("/session\r");
    terminal.until_shows("session tea, 2 turns");
    // Ctrl-D leaves and asks nothing.
    terminal.keys("\u{4}");
    let (code, screen, _) = terminal.end();
    assert_eq!(code, 0, "{screen}");
    let sent = groq.requests().last().unwrap().body["messages"].to_string();
    assert!(sent.contains("count to 5") && sent.contains("1 2 3 4 5"), "{sent}");
    let shown = env.run(&["session", "show", "tea"]).exits(0).stdout;
    assert!(shown.contains("2 + 3 = 5"), "{shown}");
    // What was typed is there the next time, and secrets are not.
    let history = std::fs::read_to_string(env.data_dir().join("history.txt")).unwrap();
    assert!(history.contains("count to 5") && !history.contains("gsk_"), "{history}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(env.data_dir().join("history.txt")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_completed_and_explained() {
    let (env, _groq) = room(&[]).await;
    let mut terminal = Terminal::start(&env, &[], 80);
    terminal.until_shows("assistant>");
    terminal.keys("/remem\t");
    terminal.until_shows("/remember TEXT");
    terminal.keys("The kettle is red.\r");
    terminal.until_shows("remembered: ");
    terminal.keys("/serch kettle\r");
    terminal.until_shows("did you mean /search?");
    terminal.keys("/search kettle\r");
    terminal.until_shows("] The kettle is red.");
    // What there is to choose from is explained.
    terminal.keys("/model groq/openai/gpt-oss-\t\t");
    terminal.until_shows("takes 131072 tokens");
    terminal.keys("\u{15}/agent wri\t\r");
    terminal.until_shows("writer>");
    terminal.keys("/help\r");
    terminal.until_shows("ask everybody in the room at once");
    terminal.keys("/quit\r");
    assert_eq!(terminal.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_agents_are_in_one_room() {
    let (env, groq) = room(&[]).await;
    let mut terminal = Terminal::start(&env, &["repl", "--no-tools"], 100);
    terminal.until_shows("assistant>");
    terminal.keys("@writer count to 3\r");
    terminal.until_shows("writer: groq");
    terminal.keys("/room critic\r");
    terminal.until_shows("in the room: assistant, critic, writer");
    terminal.keys("@all count to 4\r");
    let screen = terminal.until(|screen| screen.matches("1 2 3 4").count() == 3);
    for name in ["assistant", "critic", "writer"] {
        let line = screen.lines().find(|line| line.starts_with(name) && line.contains("1 2 3 4"));
        assert!(line.is_some(), "{name}: {screen}");
    }
    terminal.until(|screen| screen.lines().last().is_some_and(|line| line.starts_with("assistant>")));
    terminal.keys("/session\r");
    terminal.until_shows("4 turns");
    // What the others have said goes along.
    terminal.keys("what is 1+1\r");
    terminal.until_shows("1 + 1 = 2");
    let sent = groq.requests().last().unwrap().body["messages"].to_string();
    // The same question is told once for all who stand beside each other.
    assert!(sent.matches("count to 4").count() < 3, "{sent}");
    assert!(sent.contains("<said by=\\\"critic\\\">\\n[simulated] 1 2 3 4"), "{sent}");
    terminal.keys("@nobody hello\r");
    terminal.until_shows("there is no agent `nobody`");
    terminal.keys("\u{4}");
    assert_eq!(terminal.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_the_answer_and_keeps_what_came() {
    let (env, _groq) = room(&["stall:12*1"]).await;
    let mut terminal = Terminal::start(&env, &["repl", "-s", "tea"], 20);
    terminal.until_shows("assistant (tea)>");
    terminal.keys("count to 40\r");
    terminal.until_shows("1 2 3");
    terminal.keys("\u{3}");
    terminal.until_shows("stopped");
    // It goes on, and Ctrl-C on an empty line leaves nobody.
    let prompts = |count: usize| move |screen: &str| screen.matches("assistant (tea)>").count() == count;
    terminal.until(prompts(2));
    terminal.keys("/session\r");
    terminal.until_shows("session tea, 1");
    terminal.until(prompts(3));
    terminal.keys("\u{3}");
    terminal.until(prompts(4));
    terminal.keys("what is 3+4\r");
    terminal.until_shows("3 + 4 =\n7");
    terminal.keys("\u{4}");
    let (code, screen, _) = terminal.end();
    assert_eq!(code, 0, "{screen}");
    let shown = env.run(&["session", "show", "tea"]).exits(0).stdout;
    assert!(shown.contains("1 2 3") && shown.contains("interrupted"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_lines_are_one_text() {
    let (env, groq) = room(&[]).await;
    let mut terminal = Terminal::start(&env, &["repl"], 60);
    terminal.until_shows("assistant>");
    terminal.keys("\"\"\"first\rsecond\"\"\"\r");
    terminal.until_shows("tokens in");
    let sent = groq.requests().last().unwrap().body["messages"].to_string();
    assert!(sent.contains("first\\nsecond"), "{sent}");
    terminal.keys("one\ntwo\r");
    terminal.until(|screen| screen.matches("tokens in").count() == 2);
    let sent = groq.requests().last().unwrap().body["messages"].to_string();
    assert!(sent.contains("one\\ntwo"), "{sent}");
    // Undo goes back in a copy; retry asks again.
    terminal.keys("/undo\r");
    terminal.until_shows("a copy with 1 turn");
    terminal.keys("/retry\r");
    terminal.until(|screen| screen.matches("tokens in").count() == 3);
    terminal.keys("\u{4}");
    assert_eq!(terminal.end().0, 0);
}

/// A room in which answers take their time.
async fn slow_room(pause: u64) -> (TestEnv, aigw::simulate::Stand) {
    let mut settings = aigw::simulate::Settings::new("groq");
    settings.pace.between = Duration::from_millis(pause);
    let groq = aigw::simulate::Stand::start(settings).await.unwrap();
    (TestEnv::with_stands(&[&groq]), groq)
}

/// What is typed is seen at once, whoever speaks, and what they say comes line by line above it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_seen_while_others_speak() {
    let (env, _groq) = slow_room(15).await;
    let mut terminal = Terminal::start(&env, &["repl", "--no-tools", "--no-memory"], 60);
    terminal.until_shows("assistant>");
    terminal.keys("/room writer critic\r@all count to 400\r");
    terminal.until(|screen| screen.matches(" │ ").count() > 3);
    let mut spans = Vec::new();
    let mut typed = String::from("assistant> ");
    for key in "and what is 20+30".chars() {
        typed.push(key);
        let begin = Instant::now();
        terminal.keys(&key.to_string());
        terminal.until(|screen| screen.lines().last() == Some(typed.trim_end()));
        if key != ' ' {
            spans.push(begin.elapsed());
        }
    }
    let screen = terminal.until(|screen| screen.matches(" │ ").count() > 8);
    assert_eq!(screen.matches(" tokens in, ").count(), 0, "they should still speak: {screen}");
    spans.sort();
    let (median, longest) = (spans[spans.len() / 2], spans[spans.len() - 1]);
    println!("from key to echo: median {median:.1?}, longest {longest:.1?}");
    assert!(median < Duration::from_millis(10), "{spans:?}");
    // Enter while they speak: it is asked afterwards. Ctrl-C stops them and leaves what is typed alone.
    terminal.keys("\r");
    terminal.until_shows("(asked after this answer)");
    terminal.keys("begun");
    terminal.until(|screen| screen.lines().last() == Some("assistant> begun"));
    terminal.keys("\u{3}");
    terminal.until_shows("stopped; what came is kept");
    let screen = terminal.until_shows("20 + 30 = 50");
    terminal.until(|screen| screen.lines().last() == Some("assistant> begun"));
    // Each line is whole, under its name, and there once.
    for name in ["assistant", "writer", "critic"] {
        let said: Vec<&str> = screen
            .lines()
            .filter_map(|line| line.split_once(" │ ").filter(|(who, _)| who.trim() == name))
            .flat_map(|(_, said)| said.split_whitespace())
            .filter(|word| word.parse::<u32>().is_ok())
            .collect();
        let counted: Vec<String> = (1..=said.len()).map(|number| number.to_string()).collect();
        assert!(said.len() > 10 && said == counted, "{name}: {screen}");
    }
    terminal.keys("\u{15}\u{4}");
    assert_eq!(terminal.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_may_change_while_an_answer_comes() {
    let (env, _groq) = slow_room(10).await;
    let mut terminal = Terminal::start(&env, &["repl", "--no-memory"], 80);
    terminal.until_shows("assistant>");
    terminal.keys("count to 120\r");
    terminal.until_shows("1 2 3");
    terminal.keys("half a line");
    terminal.resize(40);
    terminal.until(|screen| screen.lines().last() == Some("assistant> half a line"));
    let screen = terminal.until_shows("tokens in");
    // Lines that stood there are as they were; those that came later fit.
    let long = screen.lines().filter(|line| line.starts_with(char::is_numeric) && line.len() > 40).count();
    assert!(long <= 1, "{screen}");
    let numbers: Vec<u32> = screen
        .split("assistant:")
        .next()
        .unwrap()
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    let (first, last) = (numbers.iter().position(|number| *number == 60).unwrap(), numbers.len());
    assert_eq!(numbers[first..last], (60..=120).collect::<Vec<u32>>(), "{screen}");
    terminal.keys("\u{15}\u{4}");
    assert_eq!(terminal.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_stream_is_mended_or_begins_again_and_is_marked_once() {
    for (policy, mark) in [("resume", "the answer broke off; "), ("restart", "the answer broke off here; ")] {
        let (groq, cerebras) = (stand("groq", &["cut:6"]).await, stand("cerebras", &[]).await);
        let env = TestEnv::with_stands(&[&groq, &cerebras]);
        let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
        let policy = format!("[routes.test]\non_broken_stream = \"{policy}\"\n");
        env.config(&config.replace("[routes.test]\n", &policy));
        let mut terminal = Terminal::start(&env, &["repl"], 70);
        terminal.until_shows("assistant>");
        terminal.keys("count to 12\r");
        let screen = terminal.until_shows("tokens in");
        assert_eq!(screen.matches(mark).count(), 1, "{screen}");
        let whole = screen.split("count to 12").nth(1).unwrap().replace('\n', " ");
        assert!(whole.contains("9 10 11 12"), "{screen}");
        terminal.keys("\u{4}");
        let (code, _, bytes) = terminal.end();
        assert_eq!(code, 0);
        let bytes = String::from_utf8(bytes).unwrap();
        if policy.contains("resume") {
            assert!(bytes.contains("\u{1b}[2mthe answer broke off; "), "{bytes:?}");
        }
    }
}

/// Lines from before are found again, also in another run.
#[tokio::test(flavor = "multi_thread")]
async fn lines_from_before_are_found_again() {
    let (env, _groq) = room(&[]).await;
    for again in [false, true] {
        let mut terminal = Terminal::start(&env, &["repl"], 80);
        terminal.until_shows("assistant>");
        if again {
            terminal.keys("\u{12}is 4");
            terminal.until_shows("what is 4+5");
            terminal.keys("\r");
        } else {
            terminal.keys("what is 4+5\r");
            terminal.until_shows("4 + 5 = 9");
            terminal.keys("/agents\r");
            terminal.until_shows("triage");
            terminal.keys("\u{1b}[A\u{1b}[A\r");
        }
        let count = if again { 1 } else { 2 };
        terminal.until(|screen| screen.matches("4 + 5 = 9").count() == count);
        terminal.keys("\u{4}");
        assert_eq!(terminal.end().0, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrow_terminal_and_one_that_knows_nothing_will_do() {
    let (env, _groq) = room(&[]).await;
    let mut narrow = Terminal::start(&env, &["repl"], 40);
    narrow.until_shows("assistant>");
    narrow.keys("say exactly: # Tea\u{a}Many words that do not fit into forty columns.\r");
    let screen = narrow.until_shows("tokens in");
    assert!(screen.contains("Tea\nMany words that do not fit into forty\ncolumns."), "{screen}");
    narrow.keys("/help\r");
    narrow.until_shows("/quit");
    narrow.keys("\u{4}");
    assert_eq!(narrow.end().0, 0);
    let (env, _groq) = room(&[]).await;
    let env = env.var("TERM", "dumb");
    let mut dumb = Terminal::start(&env, &["repl"], 60);
    dumb.until_shows("assistant>");
    dumb.keys("what is 6+7\r");
    dumb.until_shows("6 + 7 = 13");
    dumb.until(|screen| screen.lines().last() == Some("assistant>"));
    dumb.keys("/quit\r");
    let (code, screen, bytes) = dumb.end();
    assert!(code == 0 && screen.contains("assistant> what is 6+7"), "{screen}");
    assert!(!bytes.contains(&0x1b), "{:?}", String::from_utf8_lossy(&bytes));
}

/// The terminal is as it was found, however the program ends.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_is_left_as_it_was() {
    let (env, _groq) = room(&["stall:12*1"]).await;
    let mut terminal = Terminal::start(&env, &["repl", "-s", "tea"], 20);
    terminal.until_shows("assistant (tea)>");
    terminal.keys("count to 40\r");
    terminal.until_shows("1 2 3");
    assert!(!terminal.echoes());
    terminal.terminate();
    let (code, screen, bytes) = terminal.wait();
    assert_eq!(code, 130, "{screen}");
    let last = String::from_utf8_lossy(&bytes).rfind("\u{1b}[?2004l");
    assert!(last > String::from_utf8_lossy(&bytes).rfind("\u{1b}[?2004h"), "{screen}");
    assert!(terminal.echoes());
    let shown = env.run(&["session", "show", "tea"]).exits(0).stdout;
    assert!(shown.contains("1 2 3") && shown.contains("interrupted"), "{shown}");
}

/// What a question is made of besides what is typed: files, another editor, other words for the last one.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn questions_come_from_files_and_editors_too() {
    use std::os::unix::fs::PermissionsExt;
    let (env, groq) = room(&[]).await;
    let editor = env.write("editor", b"#!/bin/sh\nsed -i 's/1+1/20+22/' \"$1\"\n");
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o700)).unwrap();
    env.write("my notes.txt", b"The kettle is red.");
    let env = env.var("EDITOR", editor.to_str().unwrap());
    env.write("first.txt", b"The pot is blue.");
    let args = ["repl", "-f", "first.txt", "--temperature", "0.25", "--max-tokens", "200"];
    let mut terminal = Terminal::start(&env, &args, 100);
    terminal.until_shows("assistant>");
    terminal.keys("/file my\t\r");
    terminal.until_shows("with the next question: first.txt, my notes.txt");
    terminal.keys("what is 1+1\r");
    terminal.until_shows("1 + 1 = 2");
    let asked = groq.requests().last().unwrap().body.clone();
    let said = asked["messages"].to_string();
    assert!(said.contains("The kettle is red.") && said.contains("The pot is blue."), "{said}");
    assert_eq!(asked["temperature"], 0.25);
    terminal.keys("/edit\r");
    terminal.until_shows("20 + 22 = 42");
    let sent = groq.requests().last().unwrap().body["messages"].to_string();
    assert!(sent.contains("The kettle is red.") && !sent.contains("1 + 1"), "{sent}");
    terminal.keys("/session\r");
    terminal.until_shows(", 1 turn");
    terminal.keys("what is 1+1+2\u{18}\u{5}");
    terminal.until(|screen| screen.lines().last() == Some("assistant> what is 20+22+2"));
    terminal.keys("\u{15}/save tea.md\r");
    terminal.until_shows("saved: tea.md");
    terminal.keys("/save tea.md\r");
    terminal.until_shows("tea.md is there already");
    terminal.keys("/copy\r");
    terminal.until_shows("into the clipboard");
    terminal.keys("\u{4}");
    let (code, screen, bytes) = terminal.end();
    assert_eq!(code, 0, "{screen}");
    // OSC 52 with "[simulated] 20 + 22 = 42".
    assert!(
        String::from_utf8_lossy(&bytes).contains("\u{1b}]52;c;W3NpbXVsYXRlZF0gMjAgKyAyMiA9IDQy\u{7}"),
        "{screen}"
    );
    let saved = std::fs::read_to_string(env.path().join("tea.md")).unwrap();
    assert!(saved.contains("## assistant\n\n[simulated] 20 + 22 = 42"), "{saved}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_is_asked_and_what_it_took_can_be_seen() {
    let (groq, cerebras) = (stand("groq", &["503*2"]).await, stand("cerebras", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &cerebras]);
    let mut terminal = Terminal::start(&env, &["repl"], 100);
    terminal.until_shows("assistant>");
    terminal.keys("/route\r");
    terminal.until_shows("as the configuration says");
    terminal.keys("/route nowhere\r");
    terminal.until_shows("there is no route `nowhere`");
    terminal.keys("what is 1+1\r");
    terminal.until_shows("tokens in");
    terminal.keys("what is 2+2\r");
    terminal.until_shows("2 + 2 = 4");
    terminal.keys("what is 3+3\r");
    terminal.until_shows("3 + 3 = 6");
    terminal.keys("/usage\r");
    let screen = terminal.until_shows("COST $");
    assert!(
        screen.lines().any(|line| line.starts_with("assistant ") && line.contains("/gpt-oss-120b")),
        "{screen}"
    );
    terminal.keys("/explain\r");
    terminal.until_shows("next, by the route test");
    terminal.until_shows("1. ");
    terminal.keys("/compact\r");
    terminal.until_shows("from now on; the session keeps them all");
    terminal.keys("\u{4}");
    let (code, screen, _) = terminal.end();
    assert!(code == 0 && screen.contains("answered by cerebras/gpt-oss-120b"), "{screen}");
}

#[test]
fn without_a_terminal_or_a_provider_it_says_what_to_do() {
    let env = TestEnv::new();
    let ran = env.run(&["repl"]).exits(2);
    assert!(ran.stderr.contains("there is no terminal to type at"), "{ran}");
    env.config(&crate::support::nothing_local());
    let terminal = Terminal::start(&env, &[], 80);
    let (code, screen, _) = terminal.end();
    assert!(code == 3 && screen.contains("aigw demo"), "{screen}");
}
