//! The conversation of `aigw init`, with whoever answers: a person at a terminal, or a script in a test.
//!
//! A key is stored when it was tried and found good (or when the person insists); the configuration is written at the
//! very end. Whoever stops before that finds no configuration, and no half of one.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use super::answers::places;
use super::key::are_stored;
use crate::app::{Account, App};
use crate::config::ConfigError;
use crate::config::draft::{Entry, draft, put};
use crate::providers::Billing;
use crate::providers::client::Client;

/// How often a question is asked before it is given up.
pub(super) const TRIES: usize = 3;

/// Whoever answers.
pub trait Dialogue {
    /// Says something.
    fn say(&mut self, text: &str);

    /// Asks for a line.
    fn line(&mut self, question: &str) -> impl Future<Output = Result<String, Ended>>;

    /// Asks for a line that is not shown while it is typed.
    fn secret(&mut self, question: &str) -> impl Future<Output = Result<String, Ended>>;
}

/// There are no more answers.
#[derive(Debug)]
pub enum Ended {
    /// The input has ended.
    NoInput,
    /// The terminal cannot be read or written.
    Terminal(std::io::Error),
}

/// Why no configuration was written.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The input has ended.
    #[error("the answers ended, so no configuration was written")]
    Ended,
    /// The terminal cannot be read or written.
    #[error("the terminal cannot be used ({0}), so no configuration was written")]
    Terminal(std::io::Error),
    /// An answer could not be understood, again and again.
    #[error("that was not understood, so no configuration was written")]
    NoAnswer,
    /// There is nothing to put into it.
    #[error("no provider can be used yet, so no configuration was written")]
    NothingUsable,
    /// A file cannot be read or written.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl From<Ended> for Unfinished {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::NoInput => Self::Ended,
            Ended::Terminal(error) => Self::Terminal(error),
        }
    }
}

/// What was done.
#[derive(Debug)]
pub struct Done {
    /// The configuration.
    pub file: PathBuf,
    /// Where the one that was there before is kept.
    pub backup: Option<PathBuf>,
}

/// What the conversation works with.
pub struct Setup<'a> {
    /// The program, without the configuration that is to be replaced.
    pub app: &'a App,
    /// The client.
    pub client: Arc<Client>,
    /// Whether a configuration that is there may be replaced.
    pub replace: bool,
}

/// A provider that can be used from now on.
struct Usable<'a> {
    account: &'a Account,
    /// Variables that must be named, because they serve other purposes too.
    variables: Vec<String>,
}

impl<'a> Setup<'a> {
    /// Holds the conversation and writes the configuration. With a provider named, nobody is asked which.
    pub async fn hold<D: Dialogue>(
        &self,
        dialogue: &mut D,
        provider: Option<&str>,
    ) -> Result<Done, Unfinished> {
        let named = provider.and_then(|id| self.app.account(id));
        let running = self.app.local_servers(&self.client).await;
        let found = self.found(dialogue, &running);
        // Whoever is named is tried below.
        let tried: Vec<&Account> = found
            .iter()
            .copied()
            .filter(|account| named.is_none_or(|named| named.provider.id != account.provider.id))
            .collect();
        let (mut usable, refused) = self.tried(dialogue, &tried).await;
        let chosen = match named {
            Some(account) => vec![account],
            None => self.choose(dialogue, usable.is_empty()).await?,
        };
        for account in chosen {
            if usable.iter().any(|one| one.account.provider.id == account.provider.id) {
                continue;
            }
            if account.is_local() && !found.iter().any(|found| found.provider.id == account.provider.id) {
                let (id, url) = (&account.provider.id, &account.provider.base_url);
                dialogue.say(&format!("{id} does not answer at {url} yet: start it before you ask it."));
            }
            let refused = refused.contains(&account.provider.id.as_str());
            if self.add(dialogue, account, refused).await? {
                usable.push(Usable { account, variables: variables(account) });
            }
        }
        if usable.is_empty() {
            return Err(Unfinished::NothingUsable);
        }
        let order = self.order(dialogue, usable).await?;
        self.write(&order)
    }

    /// Says what is there already. What serves other purposes too is not taken unless it is asked for.
    fn found<D: Dialogue>(&self, dialogue: &mut D, running: &[(&'a Account, String)]) -> Vec<&'a Account> {
        let mut lines = Vec::new();
        let mut found = Vec::new();
        let keyed = |account: &&Account| !account.keys.is_empty() && account.default_model.is_some();
        for account in self.app.accounts.iter().filter(keyed) {
            let only = if account.incidental { "; used on request only, unless you add it" } else { "" };
            for key in &account.keys {
                let print = key.ready().map(|key| format!("{} ", key.fingerprint())).unwrap_or_default();
                lines.push(format!("  {}: key {print}from {}{only}", account.provider.id, key.origin));
            }
            if !account.incidental {
                found.push(account);
            }
        }
        for (account, model) in running {
            lines.push(format!(
                "  {}: answers at {} ({model})",
                account.provider.id, account.provider.base_url
            ));
            found.push(*account);
        }
        if lines.is_empty() {
            dialogue.say("No key and no local server was found.");
        } else {
            dialogue.say(&format!("Found:\n{}", lines.join("\n")));
        }
        found
    }

    /// Tries what was found: what can be taken, and whose keys are refused.
    async fn tried<D: Dialogue>(
        &self,
        dialogue: &mut D,
        found: &[&'a Account],
    ) -> (Vec<Usable<'a>>, Vec<&'a str>) {
        let (mut usable, mut refused) = (Vec::new(), Vec::new());
        for &account in found {
            if account.is_local() || !self.are_refused(dialogue, account).await {
                usable.push(Usable { account, variables: Vec::new() });
                continue;
            }
            let id = account.provider.id.as_str();
            if are_stored(account) {
                dialogue.say(&format!("  name {id} below to give another one"));
            }
            refused.push(id);
        }
        (usable, refused)
    }

    /// Asks which providers to add.
    async fn choose<D: Dialogue>(
        &self,
        dialogue: &mut D,
        nothing_found: bool,
    ) -> Result<Vec<&'a Account>, Unfinished> {
        let offered: Vec<&Account> = self
            .app
            .accounts
            .iter()
            .filter(|account| account.needs_key() && account.default_model.is_some())
            .collect();
        let names: Vec<&str> = offered.iter().map(|account| account.provider.id.as_str()).collect();
        dialogue.say("\nProviders:");
        for (number, account) in (1..).zip(&offered) {
            let trains = account.row.is_some_and(|row| row.trains_on_inputs);
            let trains = if trains { ", may train on what you send" } else { "" };
            let key = if account.keys.is_empty() { "" } else { ", key found" };
            let billing = self.app.billing(account).as_str();
            dialogue.say(&format!("  {number:>2} {} ({billing}{trains}{key})", account.provider.id));
        }
        // Where nothing can be used yet, the first that a key can be typed for.
        let usual = offered.iter().position(|account| nothing_found && are_stored(account));
        let enter = format!("Enter: {}", usual.map_or("none", |place| names[place]));
        let question = format!("Which to add? Numbers or names ({enter}): ");
        let places = numbers(dialogue, &question, &names).await?;
        let places = if places.is_empty() { usual.into_iter().collect() } else { places };
        Ok(places.iter().filter_map(|place| offered.get(*place).copied()).collect())
    }

    /// Asks in which order the providers are asked: the free ones first, unless somebody knows better.
    async fn order<D: Dialogue>(
        &self,
        dialogue: &mut D,
        mut usable: Vec<Usable<'a>>,
    ) -> Result<Vec<Usable<'a>>, Unfinished> {
        usable.sort_by_key(|one| self.app.billing(one.account));
        if usable.len() < 2 {
            return Ok(usable);
        }
        dialogue.say("\nThey are asked in this order, one when the other fails:");
        for (number, one) in (1..).zip(&usable) {
            let billing = self.app.billing(one.account).as_str();
            dialogue.say(&format!("  {number:>2} {} ({billing})", one.account.provider.id));
        }
        let names: Vec<&str> = usable.iter().map(|one| one.account.provider.id.as_str()).collect();
        let first =
            numbers(dialogue, "Another order? Those that come first (Enter: keep it): ", &names).await?;
        let mut ordered: Vec<(usize, Usable<'a>)> = usable.into_iter().enumerate().collect();
        // Whoever was not named comes after the others, as before.
        ordered.sort_by_key(|(place, _)| first.iter().position(|named| named == place).unwrap_or(usize::MAX));
        Ok(ordered.into_iter().map(|(_, one)| one).collect())
    }

    fn write(&self, order: &[Usable<'_>]) -> Result<Done, Unfinished> {
        let entries: Vec<Entry> = order
            .iter()
            .map(|one| Entry {
                id: one.account.provider.id.clone(),
                comment: match self.app.billing(one.account) {
                    Billing::Local => "on this machine".to_owned(),
                    billing => format!("{}, {}", one.account.name, billing.as_str()),
                },
                variables: one.variables.clone(),
            })
            .collect();
        let date = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        let file = self.app.paths.config_file.clone();
        let backup = put(&file, &draft(&entries, &date), self.replace)
            .map_err(|error| ConfigError::new(format!("cannot write it: {error}")).at(&file, None))?;
        Ok(Done { file, backup })
    }
}

/// Variables that the configuration must name, so that a key in them counts.
fn variables(account: &Account) -> Vec<String> {
    let keys = account.keys.iter().filter(|_| account.incidental);
    let mut names: Vec<String> =
        keys.filter_map(|key| key.origin.strip_prefix("env ").map(str::to_owned)).collect();
    // A variable may hold a list of keys.
    names.dedup();
    names
}

/// Asks for numbers or names of a list until they are understood.
async fn numbers<D: Dialogue>(
    dialogue: &mut D,
    question: &str,
    names: &[&str],
) -> Result<Vec<usize>, Unfinished> {
    for _ in 0..TRIES {
        match places(&dialogue.line(question).await?, names) {
            Ok(places) => return Ok(places),
            Err(what) => dialogue.say(&what),
        }
    }
    Err(Unfinished::NoAnswer)
}
