//! The conversation of `aigw init`, with whoever answers: a person at a terminal, or a script in a test.
//!
//! A key is stored when it was tried and found good (or when the person insists); the configuration is written at the
//! very end. Whoever stops before that finds no configuration, and no half of one.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::answers::{key, places, yes};
use crate::app::trial::{Outcome, Trial};
use crate::app::{Account, App};
use crate::chat::FailureClass;
use crate::cli::provider::test::todo;
use crate::config::draft::{Entry, draft, put};
use crate::config::{ConfigError, Credentials};
use crate::providers::Billing;
use crate::providers::client::Client;
use crate::secret::{KeySource, Secret};

/// How long one answer of a provider may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a question is asked before it is given up.
const TRIES: usize = 3;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended;

/// Why no configuration was written.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The input has ended.
    #[error("the answers ended, so no configuration was written")]
    Ended,
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
    fn from(_: Ended) -> Self {
        Self::Ended
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
        let running = self.app.local_servers(&self.client).await;
        let mut usable = self.found(dialogue, &running);
        let chosen = match provider.and_then(|id| self.app.account(id)) {
            Some(account) => vec![account],
            None => self.choose(dialogue, usable.is_empty()).await?,
        };
        for account in chosen {
            let known = usable.iter().position(|one| one.account.provider.id == account.provider.id);
            if account.is_local() && known.is_none() {
                let (id, url) = (&account.provider.id, &account.provider.base_url);
                dialogue.say(&format!("{id} does not answer at {url} yet: start it before you ask it."));
            }
            let works = self.add(dialogue, account).await?;
            match (works, known) {
                (true, None) => usable.push(Usable { account, variables: variables(account) }),
                (false, Some(place)) => drop(usable.remove(place)),
                _ => {}
            }
        }
        if usable.is_empty() {
            return Err(Unfinished::NothingUsable);
        }
        let order = self.order(dialogue, usable).await?;
        self.write(&order)
    }

    /// Says what is there already, and takes it.
    fn found<D: Dialogue>(&self, dialogue: &mut D, running: &[(&'a Account, String)]) -> Vec<Usable<'a>> {
        let mut lines = Vec::new();
        let mut usable = Vec::new();
        let keyed = |account: &&Account| !account.keys.is_empty() && account.default_model.is_some();
        for account in self.app.accounts.iter().filter(keyed) {
            let key = &account.keys[0];
            let print = key.ready().map(|key| format!("{} ", key.fingerprint())).unwrap_or_default();
            let only = if account.incidental { "; used on request only, unless you add it" } else { "" };
            lines.push(format!("  {}: key {print}from {}{only}", account.provider.id, key.origin));
            if !account.incidental {
                usable.push(Usable { account, variables: Vec::new() });
            }
        }
        for (account, model) in running {
            lines.push(format!(
                "  {}: answers at {} ({model})",
                account.provider.id, account.provider.base_url
            ));
            usable.push(Usable { account, variables: Vec::new() });
        }
        if lines.is_empty() {
            dialogue.say("No key and no local server was found.");
        } else {
            dialogue.say(&format!("Found:\n{}", lines.join("\n")));
        }
        usable
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
        let usual: &[usize] = if nothing_found { &[0] } else { &[] };
        let enter = match usual.first().and_then(|place| names.get(*place)) {
            Some(name) => format!("Enter: {name}"),
            None => "Enter: none".to_owned(),
        };
        let question = format!("Which to add? Numbers or names ({enter}): ");
        let places = numbers(dialogue, &question, &names).await?;
        let places = if places.is_empty() { usual } else { &places };
        Ok(places.iter().filter_map(|place| offered.get(*place).copied()).collect())
    }

    /// Adds a provider: with the key that is there, or with one that is asked for. False if it cannot be used.
    async fn add<D: Dialogue>(&self, dialogue: &mut D, account: &Account) -> Result<bool, Unfinished> {
        let id = &account.provider.id;
        if account.is_local() {
            // Whether it answers was said by the one who asks; it may be started later.
            return Ok(true);
        }
        if let Some(key) = account.keys.first() {
            let trial = self.try_key(dialogue, account, Arc::clone(key)).await;
            return Ok(judge(dialogue, account, &trial) != Some(FailureClass::Auth));
        }
        if let Some(page) = account.row.and_then(|row| row.keys_page.as_deref()) {
            dialogue.say(&format!("\nKeys for {} are had at {page}", account.name));
        }
        for _ in 0..TRIES {
            let answer = dialogue.secret(&format!("Key for {id}, not shown (Enter: leave it out): ")).await?;
            if answer.trim().is_empty() {
                dialogue.say(&format!("{id} is left out."));
                return Ok(false);
            }
            let Some(secret) = key(&answer) else {
                dialogue.say("That is no key: it is one word of letters, digits and signs.");
                continue;
            };
            let typed = Arc::new(KeySource::key("what you typed", secret.clone()));
            let trial = self.try_key(dialogue, account, typed).await;
            let keep = match judge(dialogue, account, &trial) {
                None => true,
                Some(FailureClass::Auth) => continue,
                Some(_) => insists(dialogue).await?,
            };
            if keep {
                self.store(dialogue, id, secret)?;
            }
            return Ok(keep);
        }
        dialogue.say(&format!("{id} is left out; `aigw auth login {id}` takes a key at any time."));
        Ok(false)
    }

    async fn try_key<D: Dialogue>(&self, dialogue: &mut D, account: &Account, key: Arc<KeySource>) -> Trial {
        dialogue.say(&format!("Asking {} …", account.provider.id));
        let model = account.default_model.as_deref().unwrap_or_default();
        self.app.trial(&self.client, account, model, Some(key), PATIENCE).await
    }

    fn store<D: Dialogue>(&self, dialogue: &mut D, id: &str, secret: Secret) -> Result<(), Unfinished> {
        let file = self.app.paths.credentials_file();
        let print = secret.fingerprint();
        Credentials::change(&file, |credentials| credentials.add(id, secret))?;
        dialogue.say(&format!("Stored the key {print} in {}.", file.display()));
        Ok(())
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

/// Says how a test went; the class if it failed.
fn judge<D: Dialogue>(dialogue: &mut D, account: &Account, trial: &Trial) -> Option<FailureClass> {
    let id = &account.provider.id;
    match &trial.outcome {
        Outcome::Failed(failure) => {
            let class = failure.class.as_str();
            dialogue.say(&format!("{id} gave no answer, {class}: {}", failure.message));
            // About a key that was just typed there is nothing to say but to try again.
            let typed = failure.class == FailureClass::Auth && account.keys.is_empty();
            if let Some(todo) = todo(account, trial).filter(|_| !typed) {
                dialogue.say(&format!("  {todo}"));
            }
            Some(failure.class)
        }
        Outcome::Works { latency, .. } => {
            dialogue.say(&format!("{id} works ({:.1} s).", latency.as_secs_f64()));
            None
        }
        Outcome::NoKey | Outcome::Disabled | Outcome::NoChatModel => None,
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

/// Whether to keep a key that could not be proved.
async fn insists<D: Dialogue>(dialogue: &mut D) -> Result<bool, Unfinished> {
    for _ in 0..TRIES {
        let answer = dialogue.line("The key may be good all the same. Keep it? (Y/n): ").await?;
        if let Some(yes) = yes(&answer, true) {
            return Ok(yes);
        }
        dialogue.say("y or n, please.");
    }
    Err(Unfinished::NoAnswer)
}
