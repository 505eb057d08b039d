//! The REPL, through a pseudo-terminal.

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
    terminal.keys("/agent wri\t\r");
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
    assert_eq!(sent.matches("count to 4").count(), 3, "{sent}");
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
    terminal.keys("\u{3}");
    terminal.until(prompts(3));
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
    terminal.until_shows("a copy with 1 turns");
    terminal.keys("/retry\r");
    terminal.until(|screen| screen.matches("tokens in").count() == 3);
    terminal.keys("\u{4}");
    assert_eq!(terminal.end().0, 0);
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
