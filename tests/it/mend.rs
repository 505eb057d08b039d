//! Broken answers against stand-ins: a break after every chunk, whatever the manner in which the next model takes it up.

use aigw::chat::{ChatRequest, Event, Message, Role, Sampling};
use aigw::providers::client::Client;
use aigw::router::{
    Ask, Completion, Conversation, Delivery, Gone, Notice, RouteError, RouteErrorKind, Written,
};
use aigw::simulate::{Manner, Settings, Stand};
use futures_util::{StreamExt, stream};

use super::support::{TestEnv, stand};

/// A reader of text that cannot be taken back; a restart is a `|` if it can be shown.
#[derive(Default)]
struct Reader {
    text: String,
    restarts: bool,
}

impl Delivery for Reader {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        let Event::Text(text) = event else { return Ok(Written::No) };
        self.text.push_str(text);
        Ok(Written::Yes)
    }

    fn restarts(&self) -> bool {
        self.restarts
    }

    fn notice(&mut self, notice: &Notice<'_>) -> Result<(), Gone> {
        if matches!(notice, Notice::Restarting { .. }) {
            self.text.push('|');
        }
        Ok(())
    }
}

const MANNERS: [Manner; 5] =
    [Manner::Continue, Manner::RepeatTail, Manner::StartOver, Manner::RefusePrefill, Manner::Different];

async fn taking_up(provider: &str, manner: Manner) -> Stand {
    Stand::start(Settings { manner, ..Settings::new(provider) }).await.unwrap()
}

async fn ask(
    stands: &[&Stand],
    question: &str,
    temperature: f64,
    restarts: bool,
) -> (Result<Completion, RouteError>, String) {
    let env = TestEnv::with_stands(stands);
    let app = env.app();
    let client = Client::new().unwrap();
    let route = app.route(&client, &[]).await.unwrap();
    let request = ChatRequest {
        messages: vec![Message::text(Role::User, question)],
        sampling: Sampling { temperature: Some(temperature), ..Sampling::default() },
        stream: true,
        ..ChatRequest::default()
    };
    let ask = Ask {
        id: "test".into(),
        request: &request,
        route: &route,
        buffered: false,
        deadline: None,
        max_wait: std::time::Duration::ZERO,
        conversation: Conversation::default(),
    };
    let mut reader = Reader { restarts, ..Reader::default() };
    let result = app.router(client).chat(&ask, &mut reader).await;
    app.ledger.flush(std::time::Duration::from_secs(20)).unwrap();
    (result, reader.text)
}

const QUESTION: &str = "name three rivers and say something about each of them";

/// What a stand-in says that says something else.
const OTHER: &str = "[simulated] On reflection, here is another answer: the matter has two sides.";

/// One break, and what must come of it; the error says what was wrong.
async fn broken(first: &str, second: &str, fault: String, manner: Manner, whole: &str) -> Option<String> {
    let (faulty, healthy) = (stand(first, &[&format!("{fault}*1")]).await, taking_up(second, manner).await);
    let (result, text) = ask(&[&faulty, &healthy], QUESTION, 0.7, false).await;
    let right = match (&result, manner) {
        (Ok(completion), _) if text == whole => completion.answer.text() == whole,
        // What was told is how the other answer begins too: then it is that one, from end to end.
        (Ok(_), Manner::Different) => text == OTHER,
        // The first one is asked once more and says the same, or it ends honestly; never a blend.
        (Err(error), Manner::Different) => {
            matches!(error.kind, RouteErrorKind::Broken(_))
                && whole.starts_with(&text)
                && text.len() < whole.len()
        }
        _ => false,
    };
    let wrong = || format!("{first} {fault}, then {second} {manner:?}: {text:?} {result:?}\n");
    (!right).then(wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_break_is_mended_in_every_manner() {
    let whole = ask(&[&stand("openai", &[]).await], QUESTION, 0.7, false).await.1;
    let chunks = 40;
    let mut cells = Vec::new();
    for after in 0..chunks {
        for manner in MANNERS {
            // A wire for every break and every manner, and every wire in its turn.
            let seconds = ["mistral", "anthropic", "gemini", "cerebras", "replicate"];
            let second = seconds[after % seconds.len()];
            let kind = ["cut", "reset", "error", "eof"][(after / seconds.len()) % 4];
            cells.push(("deepseek", second, format!("{kind}:{after}"), manner));
        }
    }
    let results = stream::iter(cells)
        .map(|(first, second, fault, manner)| broken(first, second, fault, manner, &whole))
        .buffer_unordered(32)
        .collect::<Vec<_>>()
        .await;
    let wrong: Vec<String> = results.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_breaks_in_one_answer() {
    let whole = ask(&[&stand("openai", &[]).await], QUESTION, 0.7, false).await.1;
    let (first, second) = (stand("deepseek", &["cut:9"]).await, stand("mistral", &["reset:7"]).await);
    let third = stand("anthropic", &[]).await;
    let (result, text) = ask(&[&first, &second, &third], QUESTION, 0.7, false).await;
    assert_eq!(text, whole);
    assert_eq!(result.unwrap().attempts.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_answer_begins_behind_a_mark() {
    let whole = ask(&[&stand("openai", &[]).await], QUESTION, 0.7, false).await.1;
    let other = taking_up("mistral", Manner::Different).await;
    let first = stand("deepseek", &["cut:9", "401"]).await;
    let (result, text) = ask(&[&first, &other], QUESTION, 0.7, true).await;
    let (before, after) = text.split_once('|').unwrap();
    assert!(whole.starts_with(before) && !before.is_empty(), "{text}");
    assert_eq!(result.unwrap().answer.text(), after);
}
