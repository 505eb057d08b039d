//! The services that tools ask, over real sockets: every one in every kind of trouble, one standing in for another.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aigw::providers::client::Client;
use aigw::secret::{KeySource, Secret};
use aigw::simulate::services::{Fault, ServiceStand};
use aigw::tools::finding::{Exhausted, Finding};
use aigw::tools::http::Http;
use aigw::tools::kept::Kept;
use aigw::tools::service::{Access, Desk, Service, Topic};
use aigw::tools::services::Services;
use aigw::tools::{news, stocks, weather, web_search, wikipedia};
use insta::assert_snapshot;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::support::TestEnv;

/// A service as a test names it: with its key, if it is to have one.
type Named = (&'static str, bool);

const WEATHER: &[Named] = &[("open_meteo", false), ("openweathermap", true), ("wttr", false)];
const STOCKS: &[Named] =
    &[("yahoo", false), ("finnhub", true), ("twelve_data", true), ("alpha_vantage", true), ("stooq", false)];
const NEWS: &[Named] = &[
    ("feeds", false),
    ("google_news", false),
    ("gdelt", false),
    ("hacker_news", false),
    ("newsapi", true),
    ("gnews", true),
];
const WEB_SEARCH: &[Named] = &[
    ("searxng", false),
    ("tavily", true),
    ("tavily", false),
    ("exa", true),
    ("exa", false),
    ("keenable", true),
    ("keenable", false),
    ("brave", true),
    ("serper", true),
    ("serpapi", true),
    ("duckduckgo", false),
    ("wikipedia", false),
];
const WIKIPEDIA: &[Named] = &[("wikipedia", false)];

/// What every service may do to those who ask, and what is made of it.
const ANYWHERE: &[(Fault, &str)] = &[
    (Fault::Challenge, "challenge"),
    (Fault::Redirect, "challenge"),
    (Fault::Status(500), "upstream"),
    (Fault::Garbage, "shape"),
    (Fault::Flood, "shape"),
    (Fault::Slow(Duration::from_hours(1)), "timeout"),
];

/// What each does in its own words.
const IN_OWN_WORDS: &[(Fault, &str)] =
    &[(Fault::Limit, "rate_limited"), (Fault::Quota, "quota"), (Fault::Key, "auth")];

struct Scene {
    stand: ServiceStand,
    http: Http,
    seconds: Arc<AtomicI64>,
    timeout: Duration,
}

impl Scene {
    async fn new() -> Self {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let client = Client::new().unwrap();
        Self {
            stand: ServiceStand::start(0).await.unwrap(),
            http: Http::new(client.plain(false).unwrap(), client.plain(true).unwrap()),
            seconds: Arc::new(AtomicI64::new(now.as_second())),
            timeout: Duration::from_secs(20),
        }
    }

    fn forward(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// A desk on which nothing lies.
    fn desk(&self) -> Arc<Desk> {
        let seconds = Arc::clone(&self.seconds);
        let clock = move || Timestamp::from_second(seconds.load(Ordering::Relaxed)).unwrap();
        Arc::new(Desk::new(self.http.clone(), Arc::new(Kept::new(Arc::new(clock)))))
    }

    fn access(&self, (name, keyed): Named) -> Access {
        let key = || KeySource::key("test", Secret::new(&format!("canary-{name}-0123456789")));
        let key = keyed.then(|| Arc::new(key()));
        Access { base_url: self.stand.base_url(name), key, timeout: self.timeout }
    }

    fn asked(&self, name: &str) -> usize {
        self.stand.asked().iter().filter(|asked| asked.service == name).count()
    }
}

fn make_weather(access: Access, name: &str) -> Box<dyn Service<weather::Weather>> {
    match name {
        "open_meteo" => {
            let geocoding_url = access.base_url.clone();
            Box::new(weather::OpenMeteo { access, geocoding_url })
        }
        "wttr" => Box::new(weather::Wttr(access)),
        _ => Box::new(weather::OpenWeatherMap(access)),
    }
}

fn make_stocks(access: Access, name: &str) -> Box<dyn Service<stocks::Quote>> {
    match name {
        "yahoo" => Box::new(stocks::Yahoo(access)),
        "finnhub" => Box::new(stocks::Finnhub(access)),
        "twelve_data" => Box::new(stocks::TwelveData(access)),
        "alpha_vantage" => Box::new(stocks::AlphaVantage(access)),
        _ => Box::new(stocks::Stooq(access)),
    }
}

fn make_news(access: Access, name: &str) -> Box<dyn Service<news::Articles>> {
    match name {
        "feeds" => {
            let addresses =
                vec![format!("{}/moved.rss", access.base_url), format!("{}/lake.atom", access.base_url)];
            Box::new(news::Feeds { access, addresses })
        }
        "google_news" => Box::new(news::GoogleNews(access)),
        "gdelt" => Box::new(news::Gdelt(access)),
        "hacker_news" => Box::new(news::HackerNews(access)),
        "newsapi" => Box::new(news::NewsApi(access)),
        _ => Box::new(news::GNews(access)),
    }
}

fn make_search(access: Access, name: &str) -> Box<dyn Service<web_search::SearchResults>> {
    match name {
        "searxng" => Box::new(web_search::Searxng(access)),
        "tavily" => Box::new(web_search::Tavily(access)),
        "exa" => Box::new(web_search::Exa(access)),
        "keenable" => Box::new(web_search::Keenable(access)),
        "brave" => Box::new(web_search::Brave(access)),
        "serper" => Box::new(web_search::Serper(access)),
        "serpapi" => Box::new(web_search::SerpApi(access)),
        "duckduckgo" => Box::new(web_search::DuckDuckGo(access)),
        _ => Box::new(web_search::WikipediaSearch(access)),
    }
}

fn make_wikipedia(access: Access, _: &str) -> Box<dyn Service<wikipedia::Article>> {
    Box::new(wikipedia::Wikipedia(access))
}

type Make<A> = fn(Access, &str) -> Box<dyn Service<A>>;

fn services<A: Topic>(scene: &Scene, all: &[Named], make: Make<A>) -> Services<A> {
    let services = all.iter().map(|named| make(scene.access(*named), named.0)).collect();
    Services::new(services, scene.desk())
}

async fn find<A: Topic>(services: &Services<A>, arguments: Value) -> Result<Finding<A>, Exhausted> {
    services.find(&A::query(&arguments).unwrap()).await
}

/// What came of it in a word, and all that anybody is told.
fn told<A: Topic>(outcome: Result<Finding<A>, Exhausted>) -> (String, String) {
    match outcome {
        Ok(found) => {
            let word = if found.data.is_empty() { "nothing" } else { "found" };
            (word.to_owned(), format!("{}\n{}", found.for_model(), serde_json::to_value(&found).unwrap()))
        }
        Err(error) => {
            let trouble = serde_json::to_value(&error.failed[0].trouble).unwrap();
            let rests = if error.failed[0].again_at.is_some() { "" } else { "!" };
            let word = format!("{}{rests}", trouble["why"].as_str().unwrap());
            (word, format!("{error}\n{error:?}\n{trouble}"))
        }
    }
}

/// A service that makes something else of a fault than the others.
type Exception = (Named, Fault, &'static str);

/// Every service in every trouble. `nothing` is what it is called that there is nothing: an empty answer, or that it is not
/// known, after which the service may be asked something else at once (`!`).
async fn check<A: Topic>(
    all: &[Named],
    make: Make<A>,
    arguments: Value,
    nothing: &'static str,
    exceptions: &[Exception],
) {
    let mut scene = Scene::new().await;
    let none = [(Fault::Empty, nothing), (Fault::NotFound, nothing)];
    for named in all {
        let (word, text) = met(&mut scene, *named, None, make, &arguments).await;
        assert_eq!(word, "found", "{}: {text}", named.0);
        for (fault, usual) in ANYWHERE.iter().chain(IN_OWN_WORDS).chain(&none) {
            let exception = exceptions.iter().find(|(other, of, _)| other == named && of == fault);
            let expected = exception.map_or(*usual, |(_, _, word)| word);
            let (word, text) = met(&mut scene, *named, Some(*fault), make, &arguments).await;
            assert_eq!(word, expected, "{named:?} {fault:?}: {text}");
        }
    }
    let asked = scene.stand.asked();
    let complaints: Vec<_> = asked.iter().filter_map(|asked| asked.complaint.as_ref()).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

/// What comes of it if a service has this fault. No key is told by anybody.
async fn met<A: Topic>(
    scene: &mut Scene,
    named: Named,
    fault: Option<Fault>,
    make: Make<A>,
    arguments: &Value,
) -> (String, String) {
    scene.stand.mend();
    if let Some(fault) = fault {
        scene.stand.fail(named.0, fault);
    }
    let is_slow = matches!(fault, Some(Fault::Slow(_)));
    scene.timeout = if is_slow { Duration::from_millis(200) } else { Duration::from_secs(20) };
    let services = services(scene, &[named], make);
    let (word, text) = told(find(&services, arguments.clone()).await);
    assert!(!text.contains("canary"), "{}, {fault:?}: {text}", named.0);
    (word, text)
}

#[tokio::test]
async fn weather_in_every_trouble() {
    let arguments = json!({"city": "Graz", "units": "imperial"});
    check(WEATHER, make_weather, arguments, "not_found!", &[]).await;
}

#[tokio::test]
async fn stocks_in_every_trouble() {
    // It knows no other limit.
    let exceptions = [(("stooq", false), Fault::Limit, "quota")];
    check(STOCKS, make_stocks, json!({"symbol": "pond"}), "not_found!", &exceptions).await;
}

#[tokio::test]
async fn news_in_every_trouble() {
    // A feed that is not there is no feed without news.
    let exceptions = [(("feeds", false), Fault::NotFound, "upstream")];
    check(NEWS, make_news, json!({"query": "ducks", "limit": 3}), "nothing", &exceptions).await;
}

#[tokio::test]
async fn searches_in_every_trouble() {
    let exceptions = [
        // Its engines are blocked; its settings do not allow JSON.
        (("searxng", false), Fault::Limit, "upstream"),
        (("searxng", false), Fault::Key, "challenge"),
        // It says only that it is enough, and not for how long.
        (("exa", false), Fault::Quota, "rate_limited"),
        (("duckduckgo", false), Fault::Limit, "challenge"),
    ];
    check(WEB_SEARCH, make_search, json!({"query": "ducks & drakes"}), "nothing", &exceptions).await;
}

#[tokio::test]
async fn wikipedia_in_every_trouble() {
    check(WIKIPEDIA, make_wikipedia, json!({"query": "Duck", "language": "de"}), "nothing", &[]).await;
}

/// Whatever is damaged in an answer: it is read or refused, and nobody falls over.
async fn batter<A: Topic>(all: &[Named], make: Make<A>, arguments: &Value) {
    let mut scene = Scene::new().await;
    for named in all {
        let mut refused = 0;
        for number in 0..150 {
            let (word, _) = met(&mut scene, *named, Some(Fault::Damage(number)), make, arguments).await;
            refused += usize::from(word != "found");
        }
        assert!((1..150).contains(&refused), "{}: {refused}", named.0);
    }
}

#[tokio::test]
async fn damage_does_no_harm() {
    batter(WEATHER, make_weather, &json!({"city": "Graz", "units": "imperial"})).await;
    batter(STOCKS, make_stocks, &json!({"symbol": "pond"})).await;
    batter(&STOCKS[2..], make_stocks, &json!({"symbol": "pond", "range": "1mo"})).await;
    batter(&STOCKS[..1], make_stocks, &json!({"symbol": "pond", "range": "1y"})).await;
    batter(NEWS, make_news, &json!({"query": "ducks"})).await;
    batter(WEB_SEARCH, make_search, &json!({"query": "ducks"})).await;
    batter(WIKIPEDIA, make_wikipedia, &json!({"query": "Duck"})).await;
}

/// Each service answers when all before it fail; when all fail, each is told.
async fn chain<A: Topic>(all: &[Named], make: Make<A>, arguments: Value) {
    let scene = Scene::new().await;
    // One that is asked with and without a key fails in both ways.
    let mut chain: Vec<Named> = Vec::new();
    for named in all {
        if chain.iter().all(|(name, _)| *name != named.0) {
            chain.push(*named);
        }
    }
    for (index, (name, _)) in chain.iter().enumerate() {
        let found = find(&services(&scene, &chain, make), arguments.clone()).await.unwrap();
        assert_eq!((found.source.service.as_str(), found.passed_over.len()), (*name, index));
        assert!(!found.data.is_empty(), "{name}");
        scene.stand.fail(name, Fault::Status(503));
    }
    let services = services(&scene, &chain, make);
    let error = find(&services, arguments.clone()).await.err().unwrap();
    let text = error.to_string();
    assert!(text.contains("that does not mean that there is nothing"), "{text}");
    assert_eq!(text.matches("; try again in 30s").count(), chain.len(), "{text}");
    // While they are left alone nobody is asked; then the first one again.
    scene.stand.mend();
    let before = scene.stand.asked().len();
    assert!(find(&services, arguments.clone()).await.is_err());
    assert_eq!(scene.stand.asked().len(), before);
    scene.forward(31);
    assert_eq!(find(&services, arguments).await.unwrap().source.service, chain[0].0);
}

#[tokio::test]
async fn each_stands_in_for_the_one_before() {
    chain(WEATHER, make_weather, json!({"city": "Graz"})).await;
    chain(STOCKS, make_stocks, json!({"symbol": "POND"})).await;
    chain(NEWS, make_news, json!({"query": "ducks"})).await;
    chain(WEB_SEARCH, make_search, json!({"query": "ducks"})).await;
}

#[tokio::test]
async fn a_limit_is_kept_for_as_long_as_the_service_says() {
    let scene = Scene::new().await;
    let services = services(&scene, &[("brave", true), ("wikipedia", false)], make_search);
    let ask = |query: &str| json!({"query": query});
    scene.stand.fail("brave", Fault::Quota);
    let found = find(&services, ask("ducks")).await.unwrap();
    assert!(
        found.for_model().contains("Passed over: Brave Search: its quota is used up"),
        "{}",
        found.for_model()
    );
    scene.stand.mend();
    // It says that the month begins anew in a day.
    for (forward, source) in [(0, "wikipedia"), (86_000, "wikipedia"), (401, "brave")] {
        scene.forward(forward);
        let found = find(&services, ask(&format!("ducks {forward}"))).await.unwrap();
        assert_eq!(found.source.service, source);
    }
    assert_eq!(scene.asked("brave"), 2);
}

#[tokio::test]
async fn what_is_known_is_not_asked_twice() {
    let scene = Scene::new().await;
    let services = services(&scene, &[("open_meteo", false)], make_weather);
    let first = find(&services, json!({"city": "Graz"})).await.unwrap();
    let again = find(&services, json!({"city": " Graz ", "units": "imperial"})).await.unwrap();
    assert!(!first.cached && again.cached);
    assert!(again.for_model().contains("°F") && first.for_model().contains("°C"));
    assert_eq!(scene.asked("open_meteo"), 2);
    // The forecast of another number of days is another one; the place is where it was.
    find(&services, json!({"city": "graz", "days": 5})).await.unwrap();
    assert_eq!(scene.asked("open_meteo"), 3);
    scene.forward(601);
    find(&services, json!({"city": "Graz"})).await.unwrap();
    assert_eq!(scene.asked("open_meteo"), 4);
}

#[tokio::test]
async fn nothing_is_said_only_by_those_who_are_well() {
    let scene = Scene::new().await;
    let all = [("searxng", false), ("tavily", false), ("duckduckgo", false)];
    let services = services(&scene, &all, make_search);
    let nothing = find(&services, json!({"query": "qwzx"})).await.unwrap();
    assert!(nothing.data.is_empty() && nothing.passed_over.is_empty());
    assert_eq!((scene.asked("tavily"), scene.asked("duckduckgo")), (1, 0));
    // One whose engines are silent, one that asks for a person, one that is out: nobody has said that there is nothing.
    scene.stand.fail("searxng", Fault::Limit);
    scene.stand.fail("tavily", Fault::Quota);
    scene.stand.fail("duckduckgo", Fault::Challenge);
    let error = find(&services, json!({"query": "qwzx again"})).await.unwrap_err().to_string();
    assert_snapshot!(error, @r"
    no service for web_search answered; that does not mean that there is nothing
    - SearXNG: failed on its own side (its engines did not answer: google (Suspended: too many requests), bing (timeout)); try again in 30s
    - Tavily: its quota is used up (That was all.); try again in 2h 0m; a key of one's own or another service in `[tools.web_search]` helps
    - DuckDuckGo: wants to see a person and no program; try again in 60m; leave it out of `order` in `[tools.web_search]` if it stays like that
    ");
}

#[tokio::test]
async fn the_past_of_prices_comes_from_whoever_has_it() {
    let scene = Scene::new().await;
    let ask = json!({"symbol": "POND", "range": "5 days"});
    for named in STOCKS {
        let services = services(&scene, &[*named], make_stocks);
        let outcome = find(&services, ask.clone()).await;
        if named.0 == "finnhub" {
            assert!(outcome.unwrap_err().to_string().contains("is set up that can answer this"));
            continue;
        }
        let quote = outcome.unwrap().data;
        let closes: Vec<f64> = quote.history.iter().map(|bar| bar.close).collect();
        assert_eq!(closes, [99.0, 100.0, 102.5], "{}", named.0);
        assert!((quote.price - 102.5).abs() < 1e-9 && quote.change_percent.is_some(), "{}", named.0);
    }
    assert!(scene.stand.asked().iter().all(|asked| asked.complaint.is_none()));
}

#[tokio::test]
async fn nobody_there_is_told_as_that() {
    let scene = Scene::new().await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let access = Access { base_url: format!("http://{gone}"), ..scene.access(("finnhub", true)) };
    let services = Services::new(vec![make_stocks(access, "finnhub")], scene.desk());
    let (word, text) = told(find(&services, json!({"symbol": "POND"})).await);
    assert_eq!(word, "unreachable");
    assert!(text.contains("Finnhub: cannot be reached") && !text.contains("canary"), "{text}");
}

#[tokio::test]
async fn many_ask_at_once() {
    let scene = Scene::new().await;
    scene.stand.fail("searxng", Fault::Status(502));
    let services = services(&scene, &[("searxng", false), ("keenable", false)], make_search);
    let asking = (0..30).map(|number| find(&services, json!({"query": format!("ducks {number}")})));
    let found = futures_util::future::join_all(asking).await;
    assert!(found.iter().all(|found| found.as_ref().unwrap().source.service == "keenable"));
}

#[tokio::test]
async fn the_tools_ask_where_the_configuration_says() {
    let stand = ServiceStand::start(0).await.unwrap();
    let env = TestEnv::new();
    let key = env.write("key", b"canary-key\n");
    let mut text = String::new();
    let sections: &[(&str, &[&str])] = &[
        ("weather", &["open_meteo", "wttr"]),
        ("stocks", &["finnhub", "yahoo"]),
        ("news", &["google_news", "gdelt"]),
        ("web_search", &["brave", "wikipedia"]),
        ("wikipedia", &["wikipedia"]),
    ];
    for (tool, names) in sections {
        let order: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        writeln!(text, "[tools.{tool}]\norder = [{}]", order.join(", ")).unwrap();
        for name in *names {
            writeln!(text, "[tools.{tool}.{name}]\nbase_url = \"{}/\"", stand.base_url(name)).unwrap();
            if ["finnhub", "brave"].contains(name) {
                writeln!(text, "api_key = \"file:{}\"", key.display()).unwrap();
            }
        }
    }
    env.config(&text);
    let app = env.app();
    let tools = app.tools(&Client::new().unwrap()).unwrap();
    stand.fail("open_meteo", Fault::Limit);
    stand.fail("brave", Fault::Key);
    let mut said = String::new();
    for (name, arguments) in [
        ("weather", json!({"city": "Graz", "days": 1})),
        ("stocks", json!({"symbol": "POND"})),
        ("news", json!({"query": "ducks", "limit": 1})),
        ("web_search", json!({"query": "ducks", "limit": 1})),
        ("wikipedia", json!({"query": "Duck", "language": "de"})),
    ] {
        let tool = tools.iter().find(|tool| tool.spec().name == name).unwrap();
        let answer = tool.call(&arguments).await.unwrap();
        let data = answer.data.unwrap();
        assert!(answer.foreign && !data.to_string().contains("canary"), "{data}");
        let at: Timestamp = data["retrieved_at"].as_str().unwrap().parse().unwrap();
        let at = at.strftime("%Y-%m-%d %H:%M UTC").to_string();
        writeln!(said, "{}\n", answer.text.replace(&at, "[NOW]")).unwrap();
    }
    assert_snapshot!(said, @r"
    Weather in Graz, Styria, Austria (47.50, 15.25); times in UTC+01:00
    Now (2026-11-22 13:00): overcast, 4 °C, feels like 2 °C, humidity 81 %, precipitation 0 mm, wind 12 km/h from W, clouds 97 %, pressure 1013 hPa
    2026-11-22: light rain, -2 to 6 °C, precipitation 1.5 mm (70 % chance), wind up to 20 km/h, sunrise 07:10, sunset 16:20
    Source: wttr.in (https://wttr.in), [NOW]. Data by World Weather Online
    Passed over: Open-Meteo: too many requests (Minutely API request limit exceeded. Come back in a minute.); try again in 60s

    POND: 102.50, as of 2026-11-20 17:00 UTC
    Change: +2.50 (+2.50 %)
    Previous close: 100.00
    Open: 100.00
    Day: 99.50 to 103.50
    Source: Finnhub (https://finnhub.io), [NOW]
    Note: the service does not say the currency

    1. ducks returns to the pond (The Pond, 2026-11-22 11:00 UTC)
       https://news.google.com/rss/articles/25?oc=5
    Source: Google News (https://news.google.com), [NOW]
    Note: Google's feed is for personal, non-commercial use; its links lead on to the outlets

    1. ducks
       https://en.wikipedia.org/wiki/ducks
       About ducks & others
    Source: Wikipedia (https://en.wikipedia.org), [NOW]. Text of Wikipedia is CC BY-SA 4.0
    Note: only Wikipedia was searched
    Passed over: Brave Search: the key is missing or was refused (The token [key] is wrong.); try again in 60m

    Duck
    https://de.wikipedia.org/wiki/Duck
    Duck is what this article is about.
    It is made up.
    Other articles: Duck in art; Duck (disambiguation)
    Source: Wikipedia (https://www.wikipedia.org), [NOW]. Text of Wikipedia is CC BY-SA 4.0
    ");
    assert!(stand.asked().iter().all(|asked| asked.complaint.is_none()), "{:?}", stand.asked());
}

/// What one process has found, or been told to wait for, the next one knows; who asks anew asks.
#[tokio::test(flavor = "multi_thread")]
async fn processes_share_what_they_found_and_whom_they_leave_alone() {
    let stand = ServiceStand::start(0).await.unwrap();
    let env = TestEnv::new();
    let mut config = "[tools.weather]\norder = [\"open_meteo\", \"wttr\"]\n".to_owned();
    for service in ["open_meteo", "wttr"] {
        let _written =
            write!(config, "[tools.weather.{service}]\nbase_url = \"{}\"\n", stand.base_url(service));
    }
    env.config(&config);
    let asked = |service: &str| stand.asked().iter().filter(|asked| asked.service == service).count();
    stand.fail("open_meteo", Fault::Limit);
    let ask = |city: &str, more: &[&str]| {
        let city = format!("city={city}");
        env.run(&[&["tool", "run", "weather", &city, "--json"], more].concat()).exits(0).json()
    };
    let first = ask("Graz", &[]);
    assert_eq!((&first["source"]["service"], &first["cached"]), (&json!("wttr"), &json!(false)));
    let (limited, answered) = (asked("open_meteo"), asked("wttr"));
    let again = ask("Graz", &[]);
    assert_eq!((&again["retrieved_at"], &again["cached"]), (&first["retrieved_at"], &json!(true)));
    assert_eq!((asked("open_meteo"), asked("wttr")), (limited, answered));
    let elsewhere = ask("Linz", &[]);
    assert_eq!(elsewhere["passed_over"][0]["left_alone"], true, "{elsewhere}");
    assert_eq!((asked("open_meteo"), asked("wttr")), (limited, answered + 1));
    assert_eq!(ask("Graz", &["--no-cache"])["cached"], false);
    assert_eq!((asked("open_meteo"), asked("wttr")), (limited, answered + 2));
    // Another account is another service.
    env.config(
        &format!("{config}[tools.weather.openweathermap]\napi_key = \"k\"\n")
            .replace("wttr\"]", "wttr\", \"openweathermap\"]"),
    );
    assert_eq!(ask("Graz", &[])["cached"], false);
    // The file may be damaged or deleted at any time.
    // Its log by itself would mend it.
    for ending in ["-wal", "-shm"] {
        let _none = std::fs::remove_file(env.data_dir().join(format!("cache.db{ending}")));
    }
    env.write("data/cache.db", &[7; 9000]);
    assert_eq!(ask("Graz", &[])["cached"], false);
    assert_eq!(ask("Graz", &[])["cached"], true);
}
