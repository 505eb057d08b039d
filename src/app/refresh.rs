//! What providers serve now, beside what the catalogue knows.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;

use super::{Account, App, local};
use crate::chat::{Failure, ModelId};
use crate::providers::client::{Client, Listing};
use crate::providers::{Ability, ListedModel, Model};

/// How long a provider may take to list its models, all pages of them.
const PATIENCE: Duration = Duration::from_secs(10);

/// A provider's models, as far as they could be learnt.
#[derive(Debug)]
pub struct Refreshed<'a> {
    /// The provider.
    pub account: &'a Account,
    /// Its models: the catalogue's in its order, then new ones by name.
    pub models: Vec<(Model, Standing)>,
    /// Why its list was not read; then the models are the catalogue's alone.
    pub unread: Option<Unread>,
    /// Whether the list is longer than what was read of it.
    pub cut: bool,
}

/// What is known about a model's being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The provider lists it and so does the catalogue.
    Served,
    /// The provider lists it, the catalogue does not know it.
    New,
    /// The catalogue knows it, the provider does not list it any more.
    Gone,
    /// Only the catalogue says so: the provider was not asked, its list was not read to the end, or leaves out models of
    /// this kind.
    Catalogue,
}

impl Standing {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Catalogue => "catalogue",
        }
    }
}

/// Why a provider's list was not read.
#[derive(Debug)]
pub enum Unread {
    /// There is no key, or it could not be had.
    NoKey(Option<String>),
    /// It does not say what it serves.
    NoList,
    /// It gave something else.
    Failed(Failure),
    /// It is not to be asked.
    Off,
}

impl App {
    /// Asks providers what they serve, all at once. Local servers that nobody has set up and that do not answer are
    /// left out.
    pub async fn refresh<'a>(&self, client: &Client, accounts: Vec<&'a Account>) -> Vec<Refreshed<'a>> {
        let asked = accounts.into_iter().map(|account| async move {
            let listed = list(client, account).await;
            let stray = account.is_local() && !account.configured;
            if stray && listed.is_err() { None } else { Some(self.merged(account, listed)) }
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    fn merged<'a>(&self, account: &'a Account, listed: Result<Listing, Unread>) -> Refreshed<'a> {
        let id = &account.provider.id;
        let known = self.catalog.models().iter().filter(|model| model.provider == *id);
        match listed {
            Err(unread) => {
                let models = known.map(|model| (model.clone(), Standing::Catalogue)).collect();
                Refreshed { account, models, unread: Some(unread), cut: false }
            }
            Ok(listing) => {
                let cut = !listing.whole;
                let models = merge(id, &known.collect::<Vec<_>>(), listing);
                Refreshed { account, models, unread: None, cut }
            }
        }
    }
}

async fn list(client: &Client, account: &Account) -> Result<Listing, Unread> {
    if !account.is_on() {
        return Err(if account.enabled { Unread::NoKey(None) } else { Unread::Off });
    }
    if !account.provider.has_model_list() {
        return Err(Unread::NoList);
    }
    let key = match account.keys.first() {
        Some(source) => Some(source.get().await.map_err(|error| Unread::NoKey(Some(error)))?),
        None => None,
    };
    let patience = if account.is_local() { local::PATIENCE } else { PATIENCE };
    client.models(&account.provider, key.as_ref(), patience).await.map_err(Unread::Failed)
}

/// Figures that the provider itself states are newer than the catalogue's.
fn merge(provider: &str, known: &[&Model], listing: Listing) -> Vec<(Model, Standing)> {
    let Listing { models: mut listed, whole } = listing;
    let mut seen = HashSet::new();
    listed.retain(|model| seen.insert(model.id.clone()));
    let mut merged = Vec::new();
    for model in known {
        let place = listed.iter().position(|listed| listed.id == model.id);
        let standing = match place {
            Some(place) => {
                merged.push((updated((*model).clone(), listed.remove(place)), Standing::Served));
                continue;
            }
            None if listed.iter().any(|listed| is_another_name(&model.id, listed)) => Standing::Served,
            // Lists of models that one can talk to do not name those for embeddings.
            None if model.has(Ability::Embeddings) || !whole => Standing::Catalogue,
            None => Standing::Gone,
        };
        merged.push(((*model).clone(), standing));
    }
    listed.sort_by(|a, b| a.id.cmp(&b.id));
    let new = listed.into_iter().map(|listed| {
        let is_known = known.iter().any(|model| is_dated(&model.id, &listed.id));
        let unknown = Model::unknown(&ModelId::new(provider, &listed.id));
        let source = Some(format!("{provider}'s own list"));
        let standing = if is_known { Standing::Served } else { Standing::New };
        (Model { source, ..updated(unknown, listed) }, standing)
    });
    merged.extend(new);
    merged
}

fn updated(model: Model, listed: ListedModel) -> Model {
    Model {
        window: listed.window.or(model.window),
        max_output: listed.max_output.or(model.max_output),
        input_price: listed.input_price.or(model.input_price),
        output_price: listed.output_price.or(model.output_price),
        // The catalogue knows more about a model's ways than lists say.
        abilities: model.abilities.or(listed.abilities),
        ..model
    }
}

/// `ID:cheapest` of a model that is passed on; `claude-x` beside the `claude-x-20260101` that it stands for.
fn is_another_name(id: &str, listed: &ListedModel) -> bool {
    let suffixed = id.strip_prefix(listed.id.as_str()).is_some_and(|rest| rest.starts_with(':'));
    is_dated(id, &listed.id) || (listed.passed_on && suffixed)
}

fn is_dated(id: &str, listed: &str) -> bool {
    let date = listed.strip_prefix(id).and_then(|rest| rest.strip_prefix('-'));
    date.is_some_and(|date| {
        let digits = date.bytes().filter(u8::is_ascii_digit).count();
        digits == 8 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(id: &str) -> Model {
        Model { window: Some(8), ..Model::unknown(&ModelId::new("p", id)) }
    }

    fn listed(id: &str, window: Option<u64>) -> ListedModel {
        ListedModel { id: id.into(), window, ..ListedModel::default() }
    }

    #[test]
    fn lists_and_catalogue_are_one() {
        let (kept, alias, gone, policy) = (known("kept"), known("alias"), known("gone"), known("m:cheapest"));
        let vectors = Model { abilities: Some(vec![Ability::Embeddings]), ..known("vectors") };
        let known = [&kept, &alias, &gone, &policy, &vectors];
        let there = vec![
            listed("new", None),
            listed("kept", Some(16)),
            listed("alias-2026-01-31", None),
            ListedModel { passed_on: true, ..listed("m", None) },
            listed("new", None),
        ];
        let merged = merge("p", &known, Listing { models: there, whole: true });
        let shown: Vec<_> = merged
            .iter()
            .map(|(model, standing)| (model.id.as_str(), model.window, standing.as_str()))
            .collect();
        let expected = [
            ("kept", Some(16), "served"),
            ("alias", Some(8), "served"),
            ("gone", Some(8), "gone"),
            ("m:cheapest", Some(8), "served"),
            ("vectors", Some(8), "catalogue"),
            ("alias-2026-01-31", None, "served"),
            ("m", None, "new"),
            ("new", None, "new"),
        ];
        assert_eq!(shown, expected);
        // What was not found in the beginning of a list may stand in the rest.
        let cut = Listing { models: vec![listed("new", None)], whole: false };
        assert_eq!(merge("p", &[&gone], cut)[0].1, Standing::Catalogue);
    }
}
