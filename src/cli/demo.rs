//! `aigw demo`: a short tour with a real failover, on stand-ins, in a temporary data directory.

use clap::Args;

use super::{CommandError, Context, memory, simulate, usage};
use crate::cli::chat::{self, ChatArgs};
use crate::simulate::services::{Fault, ServiceStand};
use crate::simulate::{FaultSpec, Settings, Stand};

/// Take a tour on stand-ins: no key, no network.
///
/// Two providers are played by stand-ins on this machine. You see an answer, an outage that nobody notices, what one agent
/// remembered for another, a tool, and the ledger. Nothing is kept.
#[derive(Debug, Args)]
pub struct DemoArgs {}

/// Runs the tour.
pub async fn run(_args: &DemoArgs, context: Context) -> Result<(), CommandError> {
    let failed = |what: &str| CommandError::failed(format!("the tour cannot begin: {what}"));
    let directory = tempfile::Builder::new()
        .prefix("aigw-demo-")
        .tempdir()
        .map_err(|error| failed(&error.to_string()))?;
    let mut stands = Vec::new();
    for provider in ["groq", "cerebras"] {
        stands.push(Stand::start(Settings::new(provider)).await.map_err(|error| failed(&error.to_string()))?);
    }
    let services = ServiceStand::start(0).await.map_err(|error| failed(&error.to_string()))?;
    services.fail("open_meteo", Fault::Status(503));
    let file = directory.path().join("config.toml");
    let text = simulate::configuration(&stands) + &weather(&services);
    std::fs::write(&file, text).map_err(|error| failed(&error.to_string()))?;
    let tour = Tour { context, directory: directory.path().display().to_string() };
    tour.walk(&stands[0]).await
}

/// The tour and where it takes place.
struct Tour {
    context: Context,
    directory: String,
}

impl Tour {
    async fn walk(&self, first: &Stand) -> Result<(), CommandError> {
        self.say("Two providers are played by stand-ins on this machine: groq, then cerebras.")?;
        self.ask("1. Both are well: the first one answers.", "what is the capital of France").await?;

        first.inject(fault("503")?);
        self.ask(
            "2. groq is down (503). The question is asked once more there, then cerebras answers.",
            "what is 17 + 25",
        )
        .await?;

        first.clear();
        first.inject(fault("cut:4")?);
        let title = "3. groq breaks off in the middle. The answer was not shown yet (--schema), so you see a whole one.";
        let schema = r#"{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"#;
        self.chat(title, ChatArgs { schema: Some(schema.into()), ..words("name a city") }).await?;

        first.clear();
        let title = "4. One agent is told something, and keeps it in the memory that all agents share.";
        let told = words("Remember this: \"The harbour office opens at nine.\"");
        self.chat(title, ChatArgs { agent: Some("researcher".into()), ..told }).await?;
        self.say("\nIt is there:")?;
        self.context.ui.heading("$ aigw memory ls")?;
        memory::run(memory::MemoryArgs::list(), &self.context()).await?;
        let title =
            "Another agent is asked: what fits the question went along with it, with who wrote it and when.";
        let asked = words("When does the harbour office open?");
        self.chat(title, ChatArgs { agent: Some("writer".into()), ..asked }).await?;

        first.clear();
        let title =
            "5. A tool: the first weather service is down, so the second one is asked, and the model told.";
        let asked = words("what is the weather in Graz");
        self.chat(title, ChatArgs { tool: vec!["weather".into()], ..asked }).await?;

        self.say("\n6. Every attempt is in the ledger:  aigw usage --by provider")?;
        usage::run(&usage::UsageArgs::by_provider(), &self.context())?;

        self.say("\nThat was all on stand-ins. For real answers set a key, such as GROQ_API_KEY or CEREBRAS_API_KEY, or")?;
        self.say("run `aigw auth login PROVIDER`; then:  aigw chat hello")
    }

    async fn ask(&self, title: &str, question: &str) -> Result<(), CommandError> {
        self.chat(title, words(question)).await
    }

    async fn chat(&self, title: &str, args: ChatArgs) -> Result<(), CommandError> {
        self.say(&format!("\n{title}"))?;
        let schema = if args.schema.is_some() { " --schema city.json" } else { "" };
        let agent = args.agent.as_ref().map(|agent| format!(" -a {agent}")).unwrap_or_default();
        let tools: String = args.tool.iter().flat_map(|tool| [" -t ", tool]).collect();
        let command = format!("$ aigw chat{agent}{tools}{schema} {}", args.words.join(" "));
        self.context.ui.heading(&command)?;
        Box::pin(chat::run(args, self.context())).await
    }

    fn say(&self, text: &str) -> Result<(), CommandError> {
        Ok(self.context.ui.line(text)?)
    }

    /// The same terminal, another home: nothing of the user's is read or written.
    fn context(&self) -> Context {
        let home = ["HOME", "AIGW_CONFIG_DIR", "AIGW_DATA_DIR"]
            .map(|name| (name.to_owned(), self.directory.clone()));
        let mut global = self.context.global.clone();
        global.config = None;
        let (ui, interrupt) = (self.context.ui.clone(), self.context.interrupt.clone());
        Context { global, ui, env: home.into_iter().collect(), interrupt }
    }
}

fn words(question: &str) -> ChatArgs {
    ChatArgs { words: vec![question.to_owned()], no_stdin: true, ..ChatArgs::default() }
}

/// Two weather services, played here.
fn weather(services: &ServiceStand) -> String {
    let base = |service: &str| {
        format!("\n[tools.weather.{service}]\nbase_url = \"{}\"\n", services.base_url(service))
    };
    format!("\n[tools.weather]\norder = [\"open_meteo\", \"wttr\"]\n{}{}", base("open_meteo"), base("wttr"))
}

fn fault(text: &str) -> Result<FaultSpec, CommandError> {
    text.parse().map_err(|error| CommandError::failed(format!("{error}")))
}
