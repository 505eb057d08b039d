//! Texts as vectors: what is asked for and what comes back.

use super::Usage;

/// Texts whose vectors are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmbedRequest {
    /// The texts, none of them empty.
    pub texts: Vec<String>,
    /// What the vectors are for; models that tell questions from documents do better when they know.
    pub purpose: Option<Purpose>,
    /// The length of the vectors, where the model can be told; its own otherwise.
    pub dimensions: Option<u32>,
}

/// What a vector is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To search with.
    Query,
    /// To be found.
    Document,
}

/// Vectors of texts, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Embeddings {
    /// One vector per text, all of one length. Whether they are of length one is the model's affair.
    pub vectors: Vec<Vec<f32>>,
    /// The model that made them, as the provider names it. Vectors of different models have nothing in common.
    pub model: Option<String>,
    /// Tokens used.
    pub usage: Usage,
}
