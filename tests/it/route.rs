//! `aigw route`: what is configured, and what would be asked.

use std::time::Duration;

use aigw::providers::catalog::Tier;
use aigw::providers::client::Client;
use aigw::router::{OnBrokenStream, OnContentFilter, Strategy};
use insta::assert_snapshot;

use super::support::{TestEnv, nothing_local, stand};

/// Three providers with keys and a route over them.
fn env(strategy: &str) -> TestEnv {
    let env = TestEnv::new().var("GROQ_API_KEY", "k-groq").var("OPENAI_API_KEY", "k-1,k-2");
    env.config(&format!(
        "default_route = \"mine\"\n[routes.mine]\nstrategy = \"{strategy}\"\npatience = \"1s\"\nmodels = [\n\
         \"openai/gpt-6-luna\", {{ model = \"groq/openai/gpt-oss-20b\", weight = 3 }}, \"cerebras\"]\n\
         [aliases]\nquick = \"groq\"\nboth = [\"groq\", \"openai\"]\n[providers.groq]\nlimits = {{ rpm = 30 }}\n{}",
        nothing_local()
    ));
    env
}

#[test]
fn routes_and_aliases_are_listed() {
    assert_snapshot!(env("weighted").run(&["route", "ls"]), @"
    exit 0
    --- stdout
    ROUTE  KIND        STRATEGY  DEFAULT  MODELS
    auto   built in    priority           groq/openai/gpt-oss-20b, openai/gpt-6-luna
    mine   configured  weighted  yes      openai/gpt-6-luna, groq/openai/gpt-oss-20b, cerebras
    both   alias                          groq, openai
    quick  alias                          groq
    --- stderr
    ");
    assert_snapshot!(TestEnv::new().run(&["route", "ls"]), @"
    exit 0
    --- stdout
    ROUTE  KIND      STRATEGY  DEFAULT  MODELS
    auto   built in  priority  yes      local servers
    --- stderr
    ");
    assert_snapshot!(env("weighted").run(&["route", "show"]), @r#"
    exit 0
    --- stdout
    mine
    content_filter     "fail"  (default)
    max_attempts       5  (default)
    on_broken_stream   "resume"  (default)
    patience           "1s"  ([HOME]/config/config.toml:4)
    strategy           "weighted"  ([HOME]/config/config.toml:3)

    MODEL                    STATE   KEYS  WEIGHT  TIER     WINDOW  $/M IN  $/M OUT
    openai/gpt-6-luna        on         2       1  small   1050000     0.1      0.5
    groq/openai/gpt-oss-20b  on         1       3  small    131072   0.075      0.3
    cerebras/gpt-oss-120b    no key     0       1  medium   131072    0.35     0.75
    --- stderr
    "#);
    assert_snapshot!(env("weighted").run(&["route", "show", "quick"]), @r#"
    exit 0
    --- stdout
    quick
    content_filter     "fail"  (default)
    max_attempts       5  (default)
    on_broken_stream   "resume"  (default)
    patience           "2s"  (default)
    strategy           "priority"  (default)

    MODEL                    STATE  KEYS  WEIGHT  TIER   WINDOW  $/M IN  $/M OUT
    groq/openai/gpt-oss-20b  on        1       1  small  131072   0.075      0.3
    --- stderr
    "#);
    assert_snapshot!(env("weighted").run(&["route", "show", "mien"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no route, provider or model `mien`
    hint: did you mean `mine`?
    ");
    let listed = env("cost").run(&["--json", "route", "ls"]).exits(0).json();
    assert_eq!(listed[1]["strategy"], "cost");
    assert_eq!(listed[2]["models"], serde_json::json!(["groq", "openai"]));
    let limits = env("cost").run(&["--json", "provider", "show", "groq"]).exits(0).json();
    assert_eq!(limits["limits"]["rpm"], 30);
}

#[test]
fn a_plan_says_who_and_why() {
    assert_snapshot!(env("priority").run(&["route", "explain"]), @"
    exit 0
    --- stdout
    mine: priority, for 1000 tokens and an answer of 512
    #  MODEL                    KEY       STATE  WEIGHED
    1  openai/gpt-6-luna        7c35c5a1  ready  as listed
    2  openai/gpt-6-luna        ab846092  ready  as listed
    3  groq/openai/gpt-oss-20b  76157d80  ready  as listed
    --- stderr
    ");
    assert_snapshot!(env("cost").run(&["route", "explain", "--tokens", "1000000", "--down", "openai"]), @"
    exit 0
    --- stdout
    mine: cost, for 1000000 tokens and an answer of 512
    #  MODEL                    KEY       STATE                                                                   WEIGHED
    -  openai/gpt-6-luna        7c35c5a1  left out: taken for down                                                $0.100256
    -  openai/gpt-6-luna        ab846092  left out: taken for down                                                $0.100256
    -  groq/openai/gpt-oss-20b  76157d80  left out: at least 1000000 tokens do not fit into its window of 131072  $0.075154; it may be too long
    --- stderr
    nobody could be asked
    ");
    assert_snapshot!(env("cost").run(&["route", "explain", "--down", "nobody"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no provider `nobody`
    hint: `aigw provider ls --all` lists them; your own go into the configuration
    ");
    let plan = env("cost").run(&["--json", "route", "explain", "mine", "--down", "groq"]).exits(0).json();
    assert_eq!(plan["strategy"], "cost");
    assert_eq!(plan["candidates"][0]["provider"], "openai");
    assert_eq!(plan["candidates"][0]["position"], 1);
    assert!(plan["candidates"][0]["weighed"]["cost_usd"].as_f64().unwrap() > 0.0);
    assert_eq!((&plan["skipped"][0]["state"], &plan["skipped"][0]["again_in"]), (&"down".into(), &().into()));
    let drawn = env("weighted").run(&["route", "explain"]).exits(0);
    assert!(drawn.stderr.contains("each request draws anew"), "{drawn}");
    drop(env("cost").run(&["route", "explain", "-h"]).exits(0));
    drop(env("cost").run(&["route", "explain", "nope"]).exits(6));
    // Anything that -m takes can be explained.
    let alias = env("cost").run(&["--json", "route", "explain", "both"]).exits(0).json();
    assert_eq!((&alias["route"], &alias["candidates"][0]["provider"]), (&"both".into(), &"groq".into()));
}

#[test]
fn names_that_hide_others_are_refused() {
    let complaint = |text: &str| {
        let env = TestEnv::new();
        env.config(text);
        env.run(&["config", "validate"]).exits(3).stderr
    };
    let route = "[routes.mine]\nmodels = [\"groq\"]\n";
    assert_snapshot!(complaint("[aliases]\ngroq = \"openai\"\n"), @"
    error: [HOME]/config/config.toml:2:1: `aliases.groq`: `groq` is a provider, and an alias must not hide it
    hint: call the alias something else
    ");
    assert_snapshot!(complaint(&format!("{route}[aliases]\nmine = \"openai\"\n")), @"
    error: [HOME]/config/config.toml:4:1: `aliases.mine`: `mine` is a route, and an alias must not hide it
    hint: call the alias something else
    ");
    assert_snapshot!(complaint("[aliases]\nauto = \"openai\"\n"), @"
    error: [HOME]/config/config.toml:2:1: `aliases.auto`: `auto` is a route, and an alias must not hide it
    hint: call the alias something else
    ");
    assert_snapshot!(complaint("[aliases]\n\"groq/x\" = \"openai\"\n"), @"
    error: [HOME]/config/config.toml:2:1: `aliases.groq/x`: `groq/x` is a model of the provider `groq`, and an alias must not hide it
    hint: call the alias something else
    ");
    assert_snapshot!(complaint("[aliases]\na = \"opnai\"\n"), @"
    error: [HOME]/config/config.toml:2:1: `aliases.a`: there is no route, provider or model `opnai`
    hint: did you mean `openai`?
    ");
    assert_snapshot!(complaint("[aliases]\na = [\"groq\", \"b\"]\nb = \"a\"\n"), @"
    error: [HOME]/config/config.toml:2:14: `aliases.a[1]`: `b` is an alias itself
    hint: name what it stands for
    ");
    assert_snapshot!(complaint(&format!("{route}[aliases]\na = [\"groq\", \"mine\"]\n")), @"
    error: [HOME]/config/config.toml:4:14: `aliases.a[1]`: `mine` is a route, and a list cannot go to another one
    hint: name its models here as well
    ");
    assert_snapshot!(complaint("[aliases]\na = []\n"), @"error: [HOME]/config/config.toml:2:1: `aliases.a`: it stands for nothing");
    assert_snapshot!(complaint("[aliases]\na = \"auto\"\n[routes.mine]\nmodels = [\"a\"]\n"), @"
    error: [HOME]/config/config.toml:4:11: `routes.mine.models[0]`: `auto` is a route, and a route cannot go to another one
    hint: name its models here as well
    ");
    assert_snapshot!(complaint("[routes.mine]\nmodels = [{ model = \"groq\", weight = 0 }]\n"), @"
    error: [HOME]/config/config.toml:2:29: `routes.mine.models[0].weight`: it must be at least 1
    hint: leave the model out if it shall get no requests
    ");
    assert_snapshot!(complaint("[providers.groq]\nlimits = { tpm = 0 }\n"), @"
    error: [HOME]/config/config.toml:2:12: `providers.groq.limits.tpm`: it must be at least 1
    hint: leave it out for no limit; `enabled = false` switches the provider off
    ");
    assert_snapshot!(complaint("[routes.mine]\nmodels = [\"groq\"]\nhedge_after = \"0s\"\n"), @"error: [HOME]/config/config.toml:3:1: `routes.mine.hedge_after`: it must be longer than nothing, such as `30s`");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_is_asked_by_its_name() {
    let (groq, openai) = (stand("groq", &["503"]).await, stand("openai", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &openai]);
    let text = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&format!("{text}[aliases]\ngpt-4o = \"test\"\nboth = [\"groq\", \"openai\"]\n"));
    for alias in ["gpt-4o", "both"] {
        let answer = env.run(&["--json", "chat", "-m", alias, "what is 2+3"]).exits(0).json();
        assert_eq!((&answer["route"], &answer["provider"]), (&alias.into(), &"openai".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filtered_answer_goes_on_only_where_the_route_says_so() {
    let (groq, openai) = (stand("groq", &["filter"]).await, stand("openai", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &openai]);
    drop(env.run(&["chat", "what is 2+3"]).exits(4));
    let text = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&text.replace("[routes.test]\n", "[routes.test]\ncontent_filter = \"next\"\n"));
    assert_eq!(env.run(&["--json", "chat", "what is 2+3"]).exits(0).json()["provider"], "openai");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_route_says_reaches_the_router() {
    let env = env("least_busy");
    let text = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    let more = "[routes.mine]\nhedge_after = \"3s\"\non_broken_stream = \"restart\"\ncontent_filter = \"next\"\n\
                min_tier = \"medium\"\nmax_attempts = 7\n";
    env.config(
        &text
            .replace("[routes.mine]\n", more)
            .replace("[providers.groq]\n", "[providers.groq]\napi_keys = [\"k\"]\n"),
    );
    let app = env.app();
    let route = app.route(&Client::new().unwrap(), &["mine".to_owned()]).await.unwrap();
    assert_eq!((route.strategy, route.min_tier), (Strategy::LeastBusy, Some(Tier::Medium)));
    assert_eq!((route.hedge_after, route.max_attempts), (Some(Duration::from_secs(3)), 7));
    assert_eq!(route.on_broken_stream, OnBrokenStream::Restart);
    assert_eq!(route.on_content_filter, OnContentFilter::Next);
    // Of the three only one has a key in this environment.
    assert_eq!(route.stops.iter().map(|stop| stop.weight).collect::<Vec<_>>(), [3]);
    assert_eq!(app.account("groq").unwrap().limits.rpm, Some(30));
}
