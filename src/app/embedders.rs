//! From `[memory] embed` to the models that are asked for vectors.

use std::sync::Arc;

use super::{App, ResolveError};
use crate::agents::{Embedder, Meanings};
use crate::chat::ModelId;
use crate::config::ConfigError;
use crate::providers::Ability;
use crate::providers::client::Client;
use crate::router::Route;

impl App {
    /// What makes vectors and searches by them.
    pub async fn meanings(&self, client: &Arc<Client>) -> Result<Meanings<Arc<Client>>, ResolveError> {
        let embedders = self.embedders(client).await?;
        Ok(Meanings { embedders, ..self.no_meanings(client) })
    }

    /// The same by words only.
    pub fn no_meanings(&self, client: &Arc<Client>) -> Meanings<Arc<Client>> {
        let (router, memory) = (self.router(Arc::clone(client)), Arc::clone(&self.memory));
        Meanings { router, memory, embedders: Vec::new() }
    }

    /// Whether entries are to have vectors.
    pub fn has_embedders(&self) -> bool {
        !self.embed_models().is_empty()
    }

    /// The models that make vectors of what is remembered, in order; none where none is set. Those of one name are one
    /// model, served by several.
    async fn embedders(&self, client: &Client) -> Result<Vec<Embedder>, ResolveError> {
        let mut embedders: Vec<Embedder> = Vec::new();
        let mut unusable = None;
        for (target, same_as) in self.embed_models() {
            let ways = match self.ways(self.meant(target)) {
                Ok(ways) => ways,
                // Another one may do.
                Err(error) => {
                    unusable = unusable.or(Some(error));
                    continue;
                }
            };
            for way in ways {
                let stop = match self.stop(client, way).await {
                    Ok(stop) => stop,
                    Err(error) => {
                        unusable = unusable.or(Some(error));
                        continue;
                    }
                };
                let name = identity(same_as.unwrap_or(&stop.model.id));
                match embedders.iter_mut().find(|embedder| embedder.name == name) {
                    Some(embedder) => embedder.route.stops.push(stop),
                    None => embedders.push(Embedder { route: Route::new("memory.embed", vec![stop]), name }),
                }
            }
        }
        match unusable.filter(|_| embedders.is_empty()) {
            Some(error) => Err(error),
            None => Ok(embedders),
        }
    }

    fn embed_models(&self) -> Vec<(&str, Option<&str>)> {
        let target = self.config.document.values.memory.embed.as_ref();
        target.map(|target| target.models()).unwrap_or_default()
    }

    /// Checks that what is to make vectors is there, and can.
    pub(super) fn check_embedders(&self) -> Result<(), ConfigError> {
        for (index, (name, _)) in self.embed_models().into_iter().enumerate() {
            let listed = format!("memory.embed[{index}]");
            let path =
                if self.config.document.position(&listed).is_some() { &listed } else { "memory.embed" };
            let is_alone = path != listed;
            if !(is_alone && self.is_route(self.meant(name))) {
                self.check_model(path, name, "a list")?;
            }
            let ways = self.everywhere(self.meant(name)).unwrap_or_default();
            for id in ways.iter().filter_map(super::Way::model_id) {
                let model = self.catalog.model(&id);
                if model.abilities.is_some() && !model.has(Ability::Embeddings) {
                    let error = self.config.document.error(path, format!("`{id}` makes no vectors"));
                    return Err(match self.embedder_of(&id) {
                        Some(other) => error.hinted(format!("did you mean `{other}`?")),
                        None => error.hinted("`aigw model ls` lists what models can do"),
                    });
                }
            }
        }
        Ok(())
    }

    /// A model that makes vectors at the same provider.
    fn embedder_of(&self, id: &ModelId) -> Option<ModelId> {
        let mut models = self.catalog.models().iter();
        let found = models.find(|model| model.provider == id.provider && model.has(Ability::Embeddings));
        found.map(crate::providers::Model::model_id)
    }
}

/// Which model it is, whoever serves it: the last part of its name, without what says how it is served.
fn identity(id: &str) -> String {
    let last = id.rsplit_once('/').map_or(id, |(_, last)| last).to_lowercase();
    ["latest", "free"]
        .iter()
        .find_map(|tag| last.strip_suffix(&format!(":{tag}")))
        .unwrap_or(&last)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::identity;

    #[test]
    fn a_model_is_the_same_wherever_it_is_served() {
        for id in ["BAAI/bge-m3", "bge-m3", "baai/bge-m3:free", "bge-m3:latest"] {
            assert_eq!(identity(id), "bge-m3");
        }
        // Sizes are other models.
        assert_eq!(identity("qwen3-embedding:4b"), "qwen3-embedding:4b");
    }
}
