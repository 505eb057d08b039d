//! What `docs/chains/` shows is what the program does. The models and services in it are stand-ins.

use std::fmt::Write as _;
use std::path::Path;

use aigw::simulate::services::ServiceStand;
use aigw::simulate::{Limits, Settings, Stand};

use crate::support::TestEnv;

/// A chain, the words behind its name, and what comes through the pipe.
const RUNS: &[(&str, &[&str], &str)] = &[
    ("research-brief", &["the history of tea"], ""),
    ("debate", &["should cities ban cars?"], ""),
    ("support-desk", &["my invoice is wrong"], ""),
    ("summarize-files", &["green.md", "black.md"], ""),
    (
        "code-review",
        &[],
        "--- a/tea.rs\n+++ b/tea.rs\n@@ -1 +1 @@\n-fn pour(cups: u8) {}\n+fn pour(cups: usize) {}\n",
    ),
    ("daily-digest", &["--input", "city=Graz"], ""),
];

async fn scene() -> (Stand, ServiceStand, TestEnv) {
    let limits = Limits { rpm: Some(1_000_000), tpm: Some(1_000_000_000), ..Limits::default() };
    let groq = Stand::start(Settings { limits, ..Settings::new("groq") }).await.unwrap();
    let services = ServiceStand::start(0).await.unwrap();
    let env = TestEnv::with_stands(&[&groq]);
    let mut config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    let named = [
        ("weather", "open_meteo"),
        ("stocks", "yahoo"),
        ("news", "google_news"),
        ("web_search", "searxng"),
        ("wikipedia", "wikipedia"),
    ];
    for (tool, service) in named {
        let base = services.base_url(service);
        let _infallible = write!(
            config,
            "\n[tools.{tool}]\norder = [\"{service}\"]\n[tools.{tool}.{service}]\nbase_url = \"{base}\"\n"
        );
        if service == "open_meteo" {
            let _infallible = writeln!(config, "geocoding_url = \"{base}\"");
        }
    }
    config += "\n[tools.fetch_url]\npermission = \"deny\"\n";
    env.config(&config);
    env.write("green.md", b"Green tea is heated soon after it is picked.");
    env.write("black.md", b"Black tea is left to wither first.");
    (groq, services, env)
}

/// A transcript without what is another one each time: ids, counts, times, the order of what ran at once, and what a stand-in
/// makes of words.
fn without_chance(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("[simulated]")) {
        let line = match line.split_once("] ").filter(|_| line.starts_with('[')) {
            Some((_number, step)) => step.rsplit_once(": ").map_or(step, |(step, _time)| step).to_owned(),
            None if line.contains("; aigw chain show ") => line.split(' ').take(2).collect(),
            None => line.to_owned(),
        };
        lines.push(line);
    }
    lines.sort();
    lines
}

/// The six chains, from a command to a result, with stand-ins for models and services. `AIGW_BLESS=1` writes the files anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_transcripts_are_true() {
    let (_groq, _services, env) = scene().await;
    #[expect(clippy::disallowed_methods, reason = "the one switch of the tests themselves")]
    let bless = std::env::var("AIGW_BLESS").is_ok();
    for (chain, words, piped) in RUNS {
        let shown: Vec<String> = words
            .iter()
            .map(|word| if word.contains(' ') { format!(" '{word}'") } else { format!(" {word}") })
            .collect();
        let pipe = if piped.is_empty() { "" } else { "git diff | " };
        let ran =
            env.run_with(&[&["chain", "run", *chain, "-y"], *words].concat(), piped.as_bytes()).exits(0);
        assert!(ran.stdout.starts_with("[simulated]"), "{ran}");
        let answer: String = ran.stdout.trim_end().chars().take(70).collect();
        let graph = env.run(&["chain", "graph", chain]).exits(0).stdout;
        let text = format!(
            "```console\n$ aigw chain graph {chain}\n{graph}\n$ {pipe}aigw chain run {chain}{} -y\n{}{answer} …\n```\n",
            shown.concat(),
            ran.stderr,
        );
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/chains/{chain}.md"));
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        let is_stale = without_chance(&written) != without_chance(&text);
        if is_stale && bless {
            std::fs::write(&path, text).unwrap();
            continue;
        }
        assert!(!is_stale, "{} is stale: AIGW_BLESS=1 cargo test transcripts\n{text}", path.display());
    }
}
