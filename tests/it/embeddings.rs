//! Vectors, from every provider that has them.

use std::time::Duration;

use aigw::chat::{EmbedRequest, Embeddings, Failure, FailureClass, ModelId, Purpose};
use aigw::providers::Catalog;
use aigw::providers::client::{Client, EmbedCall};
use aigw::secret::Secret;
use aigw::simulate::{Stand, providers};
use tokio::time::Instant;

use super::support::{TestEnv, http, provider_section, raw_server, stand};

fn request(texts: &[&str]) -> EmbedRequest {
    EmbedRequest {
        texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        purpose: Some(Purpose::Document),
        dimensions: None,
    }
}

async fn embed(section: &str, provider: &str, request: &EmbedRequest) -> Result<Embeddings, Failure> {
    let env = TestEnv::new();
    env.config(section);
    let app = env.app();
    let account = app.account(provider).unwrap();
    let call = EmbedCall {
        provider: &account.provider,
        model: &Catalog::built_in().model(&ModelId::new(provider, embedder(provider))),
        key: Some(&Secret::new("test-key")),
        request,
        deadline: Instant::now() + Duration::from_secs(20),
    };
    Client::new().unwrap().embed(call).await
}

async fn from_stand(stand: &Stand, request: &EmbedRequest) -> Result<Embeddings, Failure> {
    embed(&provider_section(stand), stand.provider(), request).await
}

/// A model that the provider makes vectors with.
fn embedder(provider: &str) -> &str {
    if provider == "gemini" { "gemini-embedding-001" } else { "org/embedder" }
}

/// Wire formats without embeddings.
fn has_none(provider: &str) -> bool {
    ["anthropic", "replicate"].contains(&provider)
}

#[tokio::test]
async fn every_provider_gives_the_same_text_the_same_vector() {
    for provider in providers() {
        let stand = stand(provider, &[]).await;
        let several = from_stand(&stand, &request(&["tide", "quay", "tide"])).await;
        if has_none(provider) {
            assert_eq!(several.unwrap_err().class, FailureClass::Unsupported, "{provider}");
            assert!(stand.requests().is_empty(), "{provider} was asked all the same");
            continue;
        }
        let vectors = several.unwrap_or_else(|failure| panic!("{provider}: {failure:?}")).vectors;
        assert_eq!(vectors.len(), 3, "{provider}");
        assert!(vectors[0] == vectors[2] && vectors[0] != vectors[1], "{provider}");
        let one = from_stand(&stand, &request(&["quay"])).await.unwrap().vectors;
        assert_eq!(one, [vectors[1].clone()], "{provider}");
    }
}

#[tokio::test]
async fn refusals_have_their_class_and_not_the_key() {
    for (fault, class) in
        [("429:7", FailureClass::RateLimited), ("401", FailureClass::Auth), ("503", FailureClass::Server)]
    {
        let failure = from_stand(&stand("openai", &[fault]).await, &request(&["a"])).await.unwrap_err();
        assert_eq!(failure.class, class);
        assert!(!failure.message.contains("test-key"));
    }
}

#[tokio::test]
async fn a_model_without_a_pipeline_is_asked_by_its_bare_path() {
    let stand = stand("hf-inference", &["400*1"]).await;
    assert_eq!(from_stand(&stand, &request(&["a", "b"])).await.unwrap().vectors.len(), 2);
    let paths: Vec<String> = stand.requests().into_iter().map(|request| request.path).collect();
    assert!(paths[0].ends_with("/org/embedder/pipeline/feature-extraction"), "{paths:?}");
    assert!(paths[1].ends_with("/org/embedder"), "{paths:?}");
}

#[tokio::test]
async fn what_is_no_list_of_vectors_is_malformed() {
    let texts = request(&["a", "b"]);
    for (body, said) in [
        (r#"{"data":[{"index":0,"embedding":[1,2]}]}"#, "1 vectors for 2 texts"),
        (r#"{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1]}]}"#, "different lengths"),
        (r#"{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}"#, "a vector that is none"),
        (
            r#"{"data":[{"index":0,"embedding":"AAAAA"},{"index":1,"embedding":[1]}]}"#,
            "a vector that is none",
        ),
        ("[[[1,2]],[[1,2]]]", "a vector that is none"),
        ("<html>", "a web page"),
        ("", "an empty body"),
    ] {
        let address = raw_server(&http("200 OK", "application/json", body));
        let section = format!("[providers.mybox]\nwire = \"openai\"\nbase_url = \"{address}\"\n");
        let failure = embed(&section, "mybox", &texts).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Malformed, "{body}");
        assert!(failure.message.contains(said), "{body}: {}", failure.message);
    }
}

#[tokio::test]
async fn vectors_are_put_in_order_and_unpacked() {
    // 1.0 and -2.0 in base64.
    let body = r#"{"model":"m-1","data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":"AACAPwAAAMA="}],"usage":{"prompt_tokens":5}}"#;
    let address = raw_server(&http("200 OK", "application/json", body));
    let section = format!("[providers.mybox]\nwire = \"openai\"\nbase_url = \"{address}\"\n");
    let embeddings = embed(&section, "mybox", &request(&["a", "b"])).await.unwrap();
    assert_eq!(embeddings.vectors, [[1.0, -2.0], [3.0, 4.0]]);
    assert_eq!((embeddings.model.as_deref(), embeddings.usage.input_tokens), (Some("m-1"), Some(5)));
}
