//! Where providers depart from their wire format: data, so that a codec knows no provider by name.

use serde::Deserialize;

/// Where a provider departs from its wire format, mostly OpenAI's. The defaults are that format.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quirks {
    /// Request fields that it refuses; they are never sent.
    pub drop: Vec<String>,
    /// Its name for the output limit.
    pub max_tokens: Option<String>,
    /// Its name for the seed.
    pub seed: Option<String>,
    /// Its word for a tool choice that demands a call.
    pub required: Option<String>,
    /// How an answer is held to a schema.
    pub schema: SchemaManner,
    /// How JSON without a schema is asked for.
    pub json: JsonManner,
    /// The field in which earlier reasoning goes back, if it does.
    pub reasoning_history: Option<String>,
    /// What ids of tool calls must look like.
    pub tool_ids: Option<ToolIds>,
    /// It takes images only as `data:` URIs.
    pub inline_images: bool,
    /// It ignores a demanded tool call.
    pub forced_tools: Option<bool>,
    /// It refuses `stream_options`.
    pub stream_usage: Option<bool>,
    /// Its thoughts may stand in the text as `<think>…</think>`.
    pub inline_think: bool,
    /// It does not show what a model thinks, so that a thinking model looks silent.
    pub hidden_thoughts: bool,
    /// Domains of its own, besides that of `base_url`, to which it may send us on.
    pub domains: Vec<String>,
    /// How vectors are asked for.
    pub embeddings: EmbeddingsManner,
    /// Its name for the length of vectors.
    pub dimensions: Option<String>,
    /// The path of the chat endpoint; `{model}` stands for the model's id.
    pub path: Option<String>,
    /// The largest output limit that is worth asking for, where it is reserved up front.
    pub max_requested: Option<u32>,
}

/// How an answer is held to a schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaManner {
    /// `response_format: {type: json_schema, json_schema: {name, schema, strict}}`.
    #[default]
    JsonSchema,
    /// JSON mode and an instruction that contains the schema.
    JsonObject,
    /// `response_format: {type: json_object, value: SCHEMA}`.
    JsonObjectValue,
}

/// How vectors are asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmbeddingsManner {
    /// `/embeddings` with `input`.
    #[default]
    Embeddings,
    /// `/MODEL/pipeline/feature-extraction` with `inputs`, or `/MODEL` where a model has no such pipeline.
    FeatureExtraction,
}

/// How JSON without a schema is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JsonManner {
    /// `response_format: {type: json_object}`.
    #[default]
    JsonObject,
    /// A schema that any object satisfies.
    JsonSchema,
}

/// What ids of tool calls must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolIds {
    /// Nine letters or digits.
    NineAlphanumeric,
}
