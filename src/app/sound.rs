//! Checks of the configuration that need to know every name, so that a typo shows at once and not when it is used.

use super::{App, ResolveError};
use crate::chat::ModelId;
use crate::config::ConfigError;

impl App {
    /// Checks that every name in the configuration leads somewhere.
    pub(super) fn check_names(&self) -> Result<(), ConfigError> {
        self.check_aliases()?;
        self.check_routes()?;
        self.check_embedders()?;
        if let Some(target) = &self.config.document.values.default_route
            && !self.is_route(self.meant(target))
        {
            self.find(target).map_err(|error| self.unknown("default_route", &error))?;
        }
        Ok(())
    }

    fn check_routes(&self) -> Result<(), ConfigError> {
        for (name, section) in &self.config.document.values.routes {
            if section.models.is_empty() {
                let path = format!("routes.{name}");
                return Err(self.config.document.error(&path, "the route has no `models`"));
            }
            for (index, model) in section.models.iter().enumerate() {
                self.check_model(&format!("routes.{name}.models[{index}]"), model.name(), "a route")?;
            }
        }
        Ok(())
    }

    fn check_aliases(&self) -> Result<(), ConfigError> {
        let aliases = &self.config.document.values.aliases;
        for (alias, target) in aliases {
            let path = format!("aliases.{alias}");
            if let Some(taken) = self.taken(alias) {
                let message = format!("{taken}, and an alias must not hide it");
                return Err(self
                    .config
                    .document
                    .error(&path, message)
                    .hinted("call the alias something else"));
            }
            let names = target.names();
            if names.is_empty() {
                return Err(self.config.document.error(&path, "it stands for nothing"));
            }
            for (index, name) in names.iter().enumerate() {
                let listed = format!("{path}[{index}]");
                let path = if self.config.document.position(&listed).is_some() { &listed } else { &path };
                if aliases.contains_key(name) {
                    let message = format!("`{name}` is an alias itself");
                    let error = self.config.document.error(path, message);
                    return Err(error.hinted("name what it stands for"));
                }
                if names.len() > 1 || !self.is_route(name) {
                    self.check_model(path, name, "a list")?;
                }
            }
        }
        Ok(())
    }

    /// What else a name stands for already.
    fn taken(&self, name: &str) -> Option<String> {
        if self.is_route(name) {
            return Some(format!("`{name}` is a route"));
        }
        if self.account(name).is_some() {
            return Some(format!("`{name}` is a provider"));
        }
        let ModelId { provider, .. } = name.parse().ok()?;
        self.account(&provider).map(|_| format!("`{name}` is a model of the provider `{provider}`"))
    }

    /// Checks a name that must be that of a model or provider.
    pub(super) fn check_model(&self, path: &str, name: &str, holder: &str) -> Result<(), ConfigError> {
        let Err(error) = self.find(name) else { return Ok(()) };
        Err(match error {
            ResolveError::Unknown { name, .. } if self.is_route(&name) => {
                let message = format!("`{name}` is a route, and {holder} cannot go to another one");
                self.config.document.error(path, message).hinted("name its models here as well")
            }
            ResolveError::Unknown { name, .. } => {
                let nearest = self.nearest_model(&name);
                self.unknown(path, &ResolveError::Unknown { name, nearest })
            }
            error => self.unknown(path, &error),
        })
    }

    fn unknown(&self, path: &str, error: &ResolveError) -> ConfigError {
        let wrong = self.config.document.error(path, error.to_string());
        match error {
            ResolveError::Unknown { nearest: Some(near), .. } => {
                wrong.hinted(format!("did you mean `{near}`?"))
            }
            _ => wrong,
        }
    }
}
