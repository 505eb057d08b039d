//! A provider's key in the conversation of `aigw init`: the one that is there is tried, another one is asked for, tried
//! and stored.

use std::sync::Arc;
use std::time::Duration;

use super::answers::{key, yes};
use super::talk::{Dialogue, Setup, TRIES, Unfinished};
use crate::app::Account;
use crate::app::trial::{Outcome, Trial};
use crate::chat::FailureClass;
use crate::cli::provider::test::todo;
use crate::config::Credentials;
use crate::secret::{KeySource, Secret};

/// How long one answer of a provider may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Where keys come from that `aigw auth login` has stored.
const STORED: &str = "credentials";

impl Setup<'_> {
    /// Adds a provider: with the keys that are there, unless they were refused already, or with one that is asked for.
    /// False if it cannot be used.
    pub(super) async fn add<D: Dialogue>(
        &self,
        dialogue: &mut D,
        account: &Account,
        refused: bool,
    ) -> Result<bool, Unfinished> {
        if account.is_local() {
            // Whether it answers was said by the one who asks; it may be started later.
            return Ok(true);
        }
        if !account.keys.is_empty() {
            if !refused && !self.are_refused(dialogue, account).await {
                return Ok(true);
            }
            // A key that is stored would not be used: the one from elsewhere goes first.
            if !are_stored(account) {
                let (id, origin) = (&account.provider.id, &account.keys[0].origin);
                dialogue.say(&format!("{id} is left out until the key from {origin} is a good one."));
                return Ok(false);
            }
        }
        self.ask(dialogue, account).await
    }

    /// Tries the keys that are there, each of them, and says whether all are refused.
    pub(super) async fn are_refused<D: Dialogue>(&self, dialogue: &mut D, account: &Account) -> bool {
        let mut refused = 0;
        for key in &account.keys {
            let trial = self.try_key(dialogue, account, Arc::clone(key)).await;
            refused += usize::from(judge(dialogue, account, &trial) == Some(FailureClass::Auth));
        }
        refused > 0 && refused == account.keys.len()
    }

    /// Asks for a key until one is good or none is given; stores it. What is stored already is refused, and goes.
    async fn ask<D: Dialogue>(&self, dialogue: &mut D, account: &Account) -> Result<bool, Unfinished> {
        let id = &account.provider.id;
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
                self.store(dialogue, account, secret)?;
            }
            return Ok(keep);
        }
        dialogue.say(&format!("{id} is left out; `aigw auth login {id}` takes a key at any time."));
        Ok(false)
    }

    async fn try_key<D: Dialogue>(&self, dialogue: &mut D, account: &Account, key: Arc<KeySource>) -> Trial {
        let id = &account.provider.id;
        // Which one is worth saying where there are several.
        let which = match key.ready().filter(|_| account.keys.len() > 1) {
            Some(key) => format!(" with the key {}", key.fingerprint()),
            None => String::new(),
        };
        dialogue.say(&format!("Asking {id}{which} …"));
        let model = account.default_model.as_deref().unwrap_or_default();
        self.app.trial(&self.client, account, model, Some(key), PATIENCE).await
    }

    fn store<D: Dialogue>(
        &self,
        dialogue: &mut D,
        account: &Account,
        secret: Secret,
    ) -> Result<(), Unfinished> {
        let (id, file) = (&account.provider.id, self.app.paths.credentials_file());
        let print = secret.fingerprint();
        let refused = account.keys.iter().filter_map(|key| key.ready());
        Credentials::change(&file, |credentials| {
            refused.for_each(|key| credentials.drop_key(id, key));
            credentials.add(id, secret)
        })?;
        let instead = if account.keys.is_empty() { "" } else { ", in place of what was refused" };
        dialogue.say(&format!("Stored the key {print} in {}{instead}.", file.display()));
        Ok(())
    }
}

/// Whether all its keys, if it has any, are where another one would be stored.
pub(super) fn are_stored(account: &Account) -> bool {
    account.keys.iter().all(|key| key.origin == STORED)
}

/// Says how a test went; the class if it failed.
fn judge<D: Dialogue>(dialogue: &mut D, account: &Account, trial: &Trial) -> Option<FailureClass> {
    let id = &account.provider.id;
    match &trial.outcome {
        Outcome::Failed(failure) => {
            let class = failure.class.as_str();
            dialogue.say(&format!("{id} gave no answer, {class}: {}", failure.message));
            // About a key that was just typed, or is about to be, there is nothing to say but to try again.
            let another = failure.class == FailureClass::Auth && are_stored(account);
            if let Some(todo) = todo(account, trial).filter(|_| !another) {
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
