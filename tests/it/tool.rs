//! `aigw tool`, and tools in the hands of agents.

use aigw::config::Env;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Terminal, TestEnv, http, raw_server, stand};

/// A gazetteer and a forecast in one: each reader takes what it knows.
fn sky() -> String {
    let body = json!({
        "results": [{"name": "Paris", "country": "France", "admin1": "Île-de-France", "latitude": 48.85, "longitude": 2.35}],
        "timezone": "Europe/Paris",
        "current": {"time": "2026-11-23T18:00", "temperature_2m": 7.5, "weather_code": 3, "wind_speed_10m": 12.0},
        "daily": {
            "time": ["2026-11-23", "2026-11-24"],
            "weather_code": [3, 61],
            "temperature_2m_min": [2.0, 4.0],
            "temperature_2m_max": [9.0, 12.0],
            "precipitation_sum": [0.0, 3.2],
            "precipitation_probability_max": [5, 80]
        }
    });
    raw_server(&http("200 OK", "application/json", &body.to_string()))
}

fn weather_at(url: &str) -> String {
    format!("[tools.weather]\norder = [\"open_meteo\"]\n[tools.weather.open_meteo]\nbase_url = \"{url}\"\n")
}

#[test]
fn a_tool_is_called_by_hand() {
    let env = TestEnv::new();
    env.config(&weather_at(&sky()));
    let ran = env.run(&["tool", "run", "weather", "{\"city\": \"Paris\", \"days\": 2}"]).exits(0);
    assert_snapshot!(ran.stdout, @"
    Paris, Île-de-France, France (48.85, 2.35), times in Europe/Paris
    now: overcast, 7.5 °C, wind 12 km/h
    DAY                      LOW                             HIGH  RAIN
    2026-11-23  overcast    2 °C  ━━━━━━━━━━━━━━━━━          9 °C  5 %
    2026-11-24  light rain  4 °C       ━━━━━━━━━━━━━━━━━━━  12 °C  3.2 mm, 80 %
    ");
    assert!(ran.stderr.contains("Open-Meteo.com (CC BY 4.0)"), "{ran}");
    let data = env.run(&["tool", "run", "weather", "city=Paris", "days=2", "--json"]).exits(0).json();
    assert_eq!(data["data"]["place"]["name"], "Paris");
    assert_eq!(data["data"]["days"][1]["high"], 12.0);
    assert_eq!(data["source"]["service"], "open_meteo");
    let told = env.run(&["tool", "run", "weather", "city=Paris", "--for-model"]).exits(0).stdout;
    assert!(told.starts_with("Weather in Paris") && told.contains("Source: Open-Meteo"), "{told}");
    assert_eq!(
        env.run(&["tool", "run", "calculator", "expression=0.1+0.2"]).exits(0).stdout.trim(),
        "0.1+0.2 = 0.3"
    );
    let log = env.run(&["tool", "log", "--json"]).exits(0).json();
    assert_eq!(log.as_array().unwrap().len(), 4);
    assert_eq!(
        (&log[0]["tool"], &log[0]["state"], &log[0]["granted"]),
        (&json!("calculator"), &json!("done"), &json!("user"))
    );
    // What is wrong is said, with what to do.
    let wrong = env.run(&["tool", "run", "weather", "town=Paris"]).exits(2).stderr;
    assert!(
        wrong.contains("the arguments of weather are wrong") && wrong.contains("aigw tool show weather"),
        "{wrong}"
    );
    let unknown = env.run(&["tool", "run", "wether"]).exits(6).stderr;
    assert!(unknown.contains("did you mean `weather`?"), "{unknown}");
    env.config(&weather_at("http://127.0.0.1:1"));
    let failed = env.run(&["tool", "run", "weather", "city=Paris"]).exits(1).stderr;
    assert!(failed.contains("Open-Meteo"), "{failed}");
}

#[test]
fn what_is_decided_about_tools_holds_and_is_shown() {
    let env = TestEnv::new();
    env.config("[tools.news]\npermission = \"ask\"\nquota.per_day = 9\n");
    assert_snapshot!(env.run(&["tool", "ls"]).exits(0).stdout, @"
    TOOL           PERMISSION  QUOTA    FOR
    calculator     allow                Works out an arithmetic expression exactly where possible
    datetime       allow                The current date and time, in any time zone; converts between zones, adds spans, measures the time between dates, tells weekdays
    fetch_url      ask                  Reads a public web page, text, JSON or PDF file and returns its main text, with links as numbered references
    memory_forget  ask                  Forget something that was remembered, by its id
    memory_search  allow                Look up what was remembered, by you and by others
    memory_write   allow                Remember something that will be of use later, in one complete sentence or a short text
    news           ask         9 a day  Recent news articles about something
    read_file      ask                  Reads a text file below the user's working directory, with line numbers
    stocks         allow                The price of a share, fund, index, currency pair or coin, and on demand its past
    weather        allow                The weather of a place
    web_search     allow                Search the web
    wikipedia      allow                Look something up in Wikipedia
    ");
    for decision in [
        &["allow", "news"][..],
        &["deny", "web_search", "--agent", "writer"],
        &["allow", "fetch_url", "--where", "url=https://docs.rs/*"],
        &["quota", "news", "--per-minute", "2"],
    ] {
        let said = env.run(&[&["tool"], decision].concat()).exits(0);
        assert!(!said.stderr.is_empty(), "{said}");
    }
    let row = |name: &str| {
        let rows = env.run(&["tool", "ls", "--json"]).exits(0).json();
        rows.as_array().unwrap().iter().find(|row| row["name"] == name).unwrap().clone()
    };
    assert_eq!(
        (&row("news")["permission"], &row("news")["quotas"][0]["per_minute"]),
        (&json!("allow"), &json!(2))
    );
    assert_eq!(row("web_search")["rules"], json!(["deny for writer"]));
    let shown = env.run(&["tool", "show", "fetch_url"]).exits(0).stdout;
    assert!(shown.contains("permission: ask\n  allow where url=https://docs.rs/*"), "{shown}");
    assert_eq!(env.run(&["tool", "reset", "news"]).exits(0).stdout, "");
    assert_eq!(row("news")["permission"], "ask");
    for (args, code) in [
        (&["allow", "nothing"][..], 6),
        (&["allow", "news", "--agent", "nobody"], 6),
        (&["allow", "news", "--where", "x"], 2),
        (&["quota", "news"], 2),
    ] {
        let ran = env.run(&[&["tool"], args].concat()).exits(code);
        assert!(ran.stderr.contains("hint: ") || ran.stderr.contains("ARGUMENT=GLOB"), "{ran}");
    }
}

/// Quotas are exact, however many processes call at once.
#[test]
fn many_processes_share_a_quota() {
    let count =
        |name: &str, usual: usize| Env::of_process().get(name).map_or(usual, |text| text.parse().unwrap());
    let (processes, most) = (count("AIGW_QUOTA_PROCESSES", 8), count("AIGW_QUOTA", 12));
    let env = TestEnv::new();
    env.config("");
    let _set = env.run(&["tool", "quota", "calculator", "--per-day", &most.to_string()]).exits(0);
    let each = 2 * most / processes + 1;
    let passed: usize = std::thread::scope(|scope| {
        let work = || {
            let codes = (0..each).map(|_| env.run(&["tool", "run", "calculator", "expression=6*7"]));
            codes
                .map(|ran| {
                    assert!(matches!(ran.code, Some(0 | 5)), "{ran}");
                    usize::from(ran.code == Some(0))
                })
                .sum::<usize>()
        };
        let workers: Vec<_> = (0..processes).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    println!("{processes} processes, {} calls: {passed} passed of a quota of {most}", processes * each);
    assert_eq!(passed, most);
    let refused = env.run(&["tool", "run", "calculator", "expression=1"]).exits(5).stderr;
    assert!(refused.contains("the quota of calculator is used up until"), "{refused}");
}

/// An agent calls a tool, streaming and not, and tells what came of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_calls_tools() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&format!("{config}\n{}", weather_at(&sky())));
    for args in [&[][..], &["--no-stream"]] {
        let asked = ["chat", "-n", "-t", "weather", "--json", "what is the weather in Paris"];
        let answer = env.run(&[&asked[..], args].concat()).exits(0).json();
        assert_eq!(answer["tool_calls"][0]["name"], "weather", "{answer}");
        assert!(answer["text"].as_str().unwrap().contains("7.5 °C"), "{answer}");
    }
    let log = env.run(&["tool", "log", "weather", "--json"]).exits(0).json();
    assert_eq!(
        (&log[0]["agent"], &log[0]["granted"], &log[0]["outside"]),
        (&json!("assistant"), &json!("rule"), &json!(true))
    );
    // Where nobody can be asked, what has to be asked for is not offered, and how to allow it is said.
    let told = env.run(&["chat", "-n", "-t", "fetch_url", "fetch a page"]).exits(0).stderr;
    assert!(told.contains("fetch_url is not offered") && told.contains("--allow-tool fetch_url"), "{told}");
    // A tool that is denied is not even named.
    let _denied = env.run(&["tool", "deny", "weather"]).exits(0);
    let _answer = env.run(&["chat", "-n", "-t", "weather", "what is the weather in Paris"]).exits(0);
    assert!(groq.requests().last().unwrap().body.get("tools").is_none());
}

/// Whoever sits at the keyboard is asked, sees the exact call, and is believed.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_sits_there_is_asked() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&format!("{config}\n{}", weather_at(&sky()).replace("order", "permission = \"ask\"\norder")));
    let mut terminal = Terminal::start(&env, &["repl", "-t", "weather", "--no-memory"], 100);
    terminal.until_shows("assistant>");
    terminal.keys("what is the weather in Paris\r");
    terminal.until_shows("assistant wants to call weather {\"city\":\"Paris\"}");
    // What is no answer is no loss either: it waits for its turn.
    terminal.keys("what is 2+2\r");
    terminal.until_shows("the question above still waits: y, s, a or n");
    terminal.keys("n\r");
    terminal.until_shows("the user has said no to this call");
    terminal.until_shows("2 + 2 = 4");
    terminal.until(|screen| screen.matches("tokens in").count() == 2);
    terminal.keys("what is the weather in Paris\r");
    terminal.until(|screen| screen.matches("wants to call weather").count() == 2);
    terminal.keys("s\r");
    terminal.until_shows("7.5 °C");
    terminal.until(|screen| screen.matches("tokens in").count() == 3);
    // Once for all while it runs.
    terminal.keys("what is the weather in Paris\r");
    let screen = terminal.until(|screen| screen.matches("tokens in").count() == 4);
    assert_eq!(screen.matches("wants to call weather").count(), 2, "{screen}");
    terminal.keys("/tools\r");
    terminal.until_shows("aigw tool allow|deny|quota");
    terminal.keys("/tool calculator expression=6*7\r");
    terminal.until(|screen| screen.lines().any(|line| line == "6*7 = 42"));
    terminal.keys("\u{4}");
    assert_eq!(terminal.end().0, 0);
}

/// Asking another agent is a call like any other: on record, and denied where somebody says so.
#[tokio::test(flavor = "multi_thread")]
async fn asking_another_agent_passes_the_gate() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    env.write(
        "config/agents/lead.md",
        b"---\nname: lead\ndescription: Asks others.\ntools: [ask_agent]\n---\nAsk.\n",
    );
    let offered = || {
        let body = groq.requests().last().unwrap().body.clone();
        body["tools"]
            .as_array()
            .is_some_and(|tools| tools.iter().any(|tool| tool["function"]["name"] == "ask_agent"))
    };
    let asked = ["chat", "-n", "-a", "lead", "hello"];
    let _plain = env.run(&asked).exits(0);
    assert!(offered());
    let _none = env.run(&[&asked[..], &["--no-tools"]].concat()).exits(0);
    assert!(!offered());
    let _called = env.run(&["chat", "-n", "-a", "lead", "ask another agent a question"]).exits(0);
    let log = env.run(&["tool", "log", "--json"]).exits(0).json();
    assert!(
        log.as_array().unwrap().iter().any(|call| call["tool"] == "ask_agent" && call["agent"] == "lead"),
        "{log}"
    );
    let _denied = env.run(&["tool", "deny", "ask_agent"]).exits(0);
    let _without = env.run(&asked).exits(0);
    assert!(!offered());
}

#[test]
fn what_is_wrong_with_a_tool_is_said_by_validate() {
    let env = TestEnv::new();
    env.config("[tools.deploy]\ncommand = [\"./deploy\"]\n");
    let said = env.run(&["config", "validate"]).exits(3).stderr;
    assert!(said.contains("`tools.deploy`: it has no description"), "{said}");
    env.config("[tools.fetch_url]\nallow_private = [\"10.0.0.1/8\"]\n");
    let said = env.run(&["config", "validate"]).exits(3).stderr;
    assert!(said.contains("allow_private[0]"), "{said}");
}

/// A model that knows no tool calls makes them in words, whether a list says so, a probe, or its provider's refusal.
#[tokio::test(flavor = "multi_thread")]
async fn who_knows_no_tools_calls_them_in_words() {
    let novita = stand("novita", &[]).await;
    let env = TestEnv::with_stands(&[&novita]);
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&format!("{config}\n{}", weather_at(&sky())));
    for (model, attempts) in [("no-tools", 2), ("refuses-tools", 3), ("refuses-tools", 2)] {
        let name = format!("novita/{model}");
        if model == "no-tools" {
            drop(env.run(&["provider", "probe", "-m", &name]).exits(0));
        }
        for stream in [&[][..], &["--no-stream"]].into_iter().skip(attempts - 2) {
            let asked =
                ["chat", "-n", "-m", &name, "-t", "weather", "--json", "what is the weather in Paris"];
            let answer = env.run(&[&asked[..], stream].concat()).exits(0).json();
            assert_eq!(answer["tool_calls"][0]["name"], "weather", "{answer}");
            assert!(answer["text"].as_str().unwrap().contains("7.5 °C"), "{answer}");
            // Asked twice: for the calls, and with what they gave. What was refused once is not tried again.
            assert_eq!(answer["attempts"].as_array().map(Vec::len), Some(attempts), "{answer}");
        }
    }
}

/// Each tool from one end to the other: a model calls it, is told what it gave, and says so; streaming and not.
#[tokio::test(flavor = "multi_thread")]
async fn every_tool_is_called_by_an_agent() {
    let services = aigw::simulate::services::ServiceStand::start(0).await.unwrap();
    let page = raw_server(&http("200 OK", "text/html", "<title>Tea</title><p>All about tea."));
    let authority = page.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut config = format!("\n[tools.fetch_url]\nallow_private = [\"{authority}\"]\n");
    for (tool, service) in [
        ("weather", "open_meteo"),
        ("stocks", "yahoo"),
        ("news", "google_news"),
        ("web_search", "searxng"),
        ("wikipedia", "wikipedia"),
    ] {
        let base = services.base_url(service);
        config.extend([format!(
            "[tools.{tool}]\norder = [\"{service}\"]\n[tools.{tool}.{service}]\nbase_url = \"{base}\"\n"
        )]);
        if service == "open_meteo" {
            config.extend([format!("geocoding_url = \"{base}\"\n")]);
        }
    }
    let asker =
        b"---\nname: asker\ndescription: asks\ntools: ask_agent\nmemory: { recall_tokens: 0 }\n---\nAsk.\n";
    for stream in [&[][..], &["--no-stream"]] {
        let novita = stand("novita", &[]).await;
        let env = TestEnv::with_stands(&[&novita]);
        let text = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
        env.config(&format!("{text}{config}"));
        env.write("config/agents/asker.md", asker);
        env.write("notes.md", b"the kettle is blue");
        let _kept = env.run(&["memory", "add", "The tea is green."]).exits(0);
        let id = env.run(&["memory", "ls", "--json"]).exits(0).json()[0]["id"].as_str().unwrap().to_owned();
        for (tool, question, expected) in [
            ("weather", "what is the weather in Graz", "Weather in"),
            ("stocks", "stocks price of \"AAPL\"", "AAPL"),
            ("news", "news of \"ducks\"", "ucks"),
            ("web_search", "search the web for \"ducks\"", "ducks"),
            ("wikipedia", "wikipedia about \"ducks\"", "wikipedia"),
            ("fetch_url", &format!("use fetch_url for \"{page}\""), "All about tea."),
            ("calculator", "calculator \"6*7\"", "42"),
            ("datetime", "datetime in \"UTC\"", "UTC"),
            ("read_file", "read_file \"notes.md\"", "the kettle is blue"),
            ("memory_search", "memory_search \"green tea\"", "The tea is green."),
            ("memory_write", "memory_write \"The cup is white.\"", "remembered"),
            ("memory_forget", &format!("memory_forget \"{id}\""), "forgotten"),
            ("ask_agent", "ask_agent critic \"what is 2 + 3\"", "simulated"),
        ] {
            let args = ["chat", "-n", "-a", "asker", "--json", "--allow-tool", tool, "-t", tool];
            let answer = env.run(&[&args[..], stream, &[question]].concat()).exits(0).json();
            assert_eq!(answer["tool_calls"][0]["name"], tool, "{answer}");
            assert!(answer["text"].as_str().unwrap().contains(expected), "{tool}: {answer}");
            let log = env.run(&["tool", "log", tool, "--json"]).exits(0).json();
            assert_eq!(log[0]["state"], "done", "{log}");
        }
    }
}
