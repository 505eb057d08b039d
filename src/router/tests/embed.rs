//! Vectors by the same loop.

use super::*;
use crate::chat::EmbedRequest;

async fn embed(rig: &Rig, length: Option<usize>) -> Result<Embedded, RouteError> {
    let request = EmbedRequest { texts: vec!["tide".into(), "quay".into()], ..EmbedRequest::default() };
    let ask = EmbedAsk {
        id: "e".into(),
        request: &request,
        route: &rig.route,
        length,
        deadline: None,
        max_wait: Duration::ZERO,
    };
    rig.router.embed(&ask).await
}

#[tokio::test(start_paused = true)]
async fn who_refuses_is_followed_by_the_next_and_rests() {
    let rig = rig(&[&[throttled(Some(Duration::from_secs(40)))], &[Act::Says("four")]]);
    let embedded = embed(&rig, None).await.unwrap();
    assert_eq!(embedded.embeddings.vectors, [[4.0, 0.0], [4.0, 1.0]]);
    assert_eq!((embedded.model.provider.as_str(), embedded.attempts.len()), ("b", 2));
    // The rest is everybody's: an answer is not asked for there either.
    assert_eq!(embed(&rig, None).await.unwrap().attempts.len(), 1);
    assert_eq!(rig.asked(), "abb");
    assert_eq!(rig.classes(), [Some(C::RateLimited), None, None]);
}

#[tokio::test(start_paused = true)]
async fn a_broken_server_is_asked_once_more_and_silence_never() {
    let again = rig(&[&[refuses(C::Server), Act::Says("four")], &[Act::Says("b")]]);
    assert_eq!(embed(&again, None).await.unwrap().model.provider, "a");
    let silent = rig(&[&[refuses(C::Timeout)], &[Act::Says("b")]]);
    assert_eq!(embed(&silent, None).await.unwrap().model.provider, "b");
    assert_eq!((again.asked().as_str(), silent.asked().as_str()), ("aa", "ab"));
}

#[tokio::test(start_paused = true)]
async fn vectors_of_another_length_are_of_another_model() {
    let rig = rig(&[&[Act::Declines("")], &[Act::Says("four")]]);
    assert_eq!(embed(&rig, Some(2)).await.unwrap().model.provider, "b");
    let error = embed(&rig, Some(5)).await.unwrap_err();
    assert!(matches!(error.kind, RouteErrorKind::Exhausted));
    assert!(error.attempts.iter().all(|attempt| attempt.failure.as_ref().unwrap().class == C::Unsupported));
}

#[tokio::test(start_paused = true)]
async fn texts_do_not_share_a_window() {
    let mut rig = rig(&[&[Act::Says("four")]]);
    Arc::make_mut(&mut rig.route.stops[0].model).window = Some(1);
    assert!(embed(&rig, None).await.is_ok());
}
