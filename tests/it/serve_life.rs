//! The gateway as a service that is stopped and killed while it is busy.

#![cfg(unix)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aigw::ledger::Ledger;
use aigw::simulate::{Limits, Pace, Settings, Stand};
use aigw::store::inspect;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::serve::{Service, post};
use super::support::{SWEAT, TestEnv};

/// Streams that are open when the service is told to stop.
const STREAMS: usize = 500;

async fn stand(pace: Pace) -> Stand {
    let limits = Limits { rpm: Some(1_000_000), tpm: Some(1_000_000_000), ..Limits::default() };
    Stand::start(Settings { limits, pace, ..Settings::new("groq") }).await.unwrap()
}

/// Every answer that has begun is told to its end, and nobody new is let in.
#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_streams_survive_a_stop() {
    let _alone = SWEAT.lock().await;
    let groq = stand(Pace { first_token: Duration::ZERO, between: Duration::from_millis(60) }).await;
    let env = TestEnv::with_stands(&[&groq]);
    let service = Service::start(&env, &[]);
    let addr = service.addr;
    let body =
        json!({"model": "test", "stream": true, "messages": [{"role": "user", "content": "count to 60"}]});
    let begun = Arc::new(tokio::sync::Semaphore::new(0));
    let mut streams = JoinSet::new();
    for _ in 0..STREAMS {
        let (request, begun) = (post(addr, "/v1/chat/completions", &body), Arc::clone(&begun));
        streams.spawn(async move {
            let mut stream = TcpStream::connect(addr).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut bytes = Vec::new();
            while !String::from_utf8_lossy(&bytes).contains("\"content\":\"") {
                assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "it did not begin");
            }
            begun.add_permits(1);
            stream.read_to_end(&mut bytes).await.unwrap();
            String::from_utf8(bytes).unwrap().contains("data: [DONE]")
        });
    }
    drop(begun.acquire_many(u32::try_from(STREAMS).unwrap()).await.unwrap());
    service.signal("-TERM");
    let whole = streams.join_all().await.into_iter().filter(|whole| *whole).count();
    assert_eq!(whole, STREAMS);
    let (code, told) = service.ended();
    assert_eq!((code, told.contains("cut")), (Some(0), false), "{told}");
}

/// Whatever was answered counts against its budget, though the service was killed in the middle of its work; no row is
/// half there.
#[tokio::test(flavor = "multi_thread")]
async fn budgets_are_right_though_the_service_is_killed() {
    let _alone = SWEAT.lock().await;
    let groq = stand(Pace::default()).await;
    let env = TestEnv::with_stands(&[&groq]);
    let created = env.run(&["key", "create", "ci", "--tokens-per-day", "100000000"]).exits(0);
    let key = created.stdout.trim().to_owned();
    let ledger = Ledger::new(&env.data_dir());
    let id = ledger.keys().unwrap().remove(0).id;
    let used = Arc::new(AtomicU64::new(0));
    for round in 0..4 {
        let service = Service::start(&env, &[]);
        let addr = service.addr;
        let answered = Arc::new(AtomicU64::new(0));
        let mut clients = JoinSet::new();
        for _ in 0..8 {
            let body = json!({"model": "test", "max_tokens": 40, "messages": [{"role": "user", "content": "count to 9"}]});
            let request = post(addr, "/v1/chat/completions", &body).replace("the-clients-own", &key);
            let (used, answered) = (Arc::clone(&used), Arc::clone(&answered));
            clients.spawn(async move {
                while let Some(tokens) = ask(addr, &request).await {
                    used.fetch_add(tokens, Ordering::Relaxed);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        while answered.load(Ordering::Relaxed) < 30 + 17 * round {
            tokio::task::yield_now().await;
        }
        service.signal("-KILL");
        clients.join_all().await;
        let (today, _) = ledger.spending(&id).unwrap();
        assert!(today.tokens >= used.load(Ordering::Relaxed), "{today:?} {used:?}");
        assert_eq!(inspect(ledger.path(), Duration::from_mins(1)).unwrap().sound, Some(true));
    }
    assert!(used.load(Ordering::Relaxed) > 0);
}

/// The tokens of an answer; none if there was none.
async fn ask(addr: std::net::SocketAddr, request: &str) -> Option<u64> {
    let mut stream = TcpStream::connect(addr).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let answer: Value = serde_json::from_str(text.split_once("\r\n\r\n")?.1).ok()?;
    answer["usage"]["total_tokens"].as_u64()
}
