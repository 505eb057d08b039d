//! The tools that ask services: which ones, where they are, with which keys, in which order.

use std::sync::Arc;
use std::time::Duration;

use super::App;
use crate::config::Config;
use crate::config::keys;
use crate::config::tools::{Common, ServiceSection, ServiceTool as Section};
use crate::providers::client::{Client, ClientError};
use crate::secret::KeySource;
use crate::tools::Tool;
use crate::tools::http::Http;
use crate::tools::news::{Articles, Feeds, GNews, Gdelt, GoogleNews, HackerNews, NewsApi};
use crate::tools::service::{Access, Desk, Service, Topic};
use crate::tools::services::{ServiceTool, Services};
use crate::tools::stocks::{AlphaVantage, Finnhub, Quote, Stooq, TwelveData, Yahoo};
use crate::tools::weather::{OpenMeteo, OpenWeatherMap, Weather, Wttr};
use crate::tools::web_search::{
    Brave, DuckDuckGo, Exa, Keenable, SearchResults, Searxng, SerpApi, Serper, Tavily, WikipediaSearch,
};
use crate::tools::wikipedia::Wikipedia;

/// How long one request may take where nothing is set.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A service as it is without being configured.
struct Row {
    id: &'static str,
    /// All that stands before its paths. Empty where nobody can know it.
    base_url: &'static str,
    /// Where its keys are looked for.
    variables: &'static [&'static str],
    /// Whether it does nothing without a key.
    needs_key: bool,
    /// Whether it is asked without being named in `order`.
    usual: bool,
    /// Whether it goes, with a key, before those that answer everybody: they give little, or unofficially.
    ahead: bool,
}

const fn open(id: &'static str, base_url: &'static str) -> Row {
    Row { id, base_url, variables: &[], needs_key: false, usual: true, ahead: false }
}

const fn keyed(id: &'static str, base_url: &'static str, variables: &'static [&'static str]) -> Row {
    Row { id, base_url, variables, needs_key: true, usual: true, ahead: true }
}

/// One that gives a little to everybody, and more for a key.
const fn either(id: &'static str, base_url: &'static str, variables: &'static [&'static str]) -> Row {
    Row { id, base_url, variables, needs_key: false, usual: true, ahead: true }
}

const WEATHER: &[Row] = &[
    either("open_meteo", "https://api.open-meteo.com", &["OPEN_METEO_API_KEY"]),
    open("wttr", "https://wttr.in"),
    Row {
        ahead: false,
        ..keyed(
            "openweathermap",
            "https://api.openweathermap.org",
            &["OPENWEATHER_API_KEY", "OPENWEATHERMAP_API_KEY"],
        )
    },
];
const STOCKS: &[Row] = &[
    open("yahoo", "https://query1.finance.yahoo.com"),
    keyed("finnhub", "https://finnhub.io/api/v1", &["FINNHUB_API_KEY"]),
    keyed("twelve_data", "https://api.twelvedata.com", &["TWELVE_DATA_API_KEY", "TWELVEDATA_API_KEY"]),
    keyed("alpha_vantage", "https://www.alphavantage.co", &["ALPHA_VANTAGE_API_KEY", "ALPHAVANTAGE_API_KEY"]),
    Row { usual: false, ..open("stooq", "https://stooq.com") },
];
const NEWS: &[Row] = &[
    open("google_news", "https://news.google.com"),
    open("gdelt", "https://api.gdeltproject.org"),
    open("hacker_news", "https://hn.algolia.com"),
    // News that is a day old is not better for a key.
    Row { ahead: false, ..keyed("newsapi", "https://newsapi.org", &["NEWSAPI_API_KEY", "NEWS_API_KEY"]) },
    Row { ahead: false, ..keyed("gnews", "https://gnews.io", &["GNEWS_API_KEY"]) },
];
const WEB_SEARCH: &[Row] = &[
    open("searxng", ""),
    either("tavily", "https://api.tavily.com", &["TAVILY_API_KEY"]),
    either("exa", "https://api.exa.ai", &["EXA_API_KEY"]),
    either("keenable", "https://api.keenable.ai", &["KEENABLE_API_KEY"]),
    keyed("brave", "https://api.search.brave.com", &["BRAVE_API_KEY", "BRAVE_SEARCH_API_KEY"]),
    keyed("serper", "https://google.serper.dev", &["SERPER_API_KEY"]),
    keyed("serpapi", "https://serpapi.com", &["SERPAPI_API_KEY", "SERPAPI_KEY"]),
    open("duckduckgo", "https://html.duckduckgo.com"),
    open("wikipedia", "https://en.wikipedia.org"),
];
const WIKIPEDIA: &[Row] = &[open("wikipedia", "https://{language}.wikipedia.org")];

/// Where Exa answers those without a key.
const EXA_FOR_ALL: &str = "https://mcp.exa.ai";
/// Where Open-Meteo's gazetteer is, and where both are for those with a key.
const GAZETTEER: &str = "https://geocoding-api.open-meteo.com";
const OPEN_METEO_KEYED: &str = "https://customer-api.open-meteo.com";
const GAZETTEER_KEYED: &str = "https://customer-geocoding-api.open-meteo.com";
/// The variable with the address of a SearXNG.
const SEARXNG_URL: &str = "SEARXNG_URL";

/// A service that can be asked: its name, the way to it, and what else is set.
type Found<'a> = (&'static str, Access, &'a ServiceSection);

impl App {
    /// The tools that ask services, as they are configured.
    pub(super) fn service_tools(&self, client: &Client) -> Result<Vec<Arc<dyn Tool>>, ClientError> {
        let http = Http::new(client.plain(false)?, client.plain(true)?);
        let desk = Arc::new(Desk::new(http, Arc::clone(&self.kept)));
        let tools = &self.config.document.values.tools;
        let found = |section, rows| found(&self.config, section, rows);
        Ok(vec![
            tool(found(&tools.weather, WEATHER), &desk, weather),
            tool(found(&tools.stocks, STOCKS), &desk, stocks),
            tool_of(self.news(), &desk),
            tool(found(&tools.web_search, WEB_SEARCH), &desk, web_search),
            tool(found(&tools.wikipedia, WIKIPEDIA), &desk, |_, access, _| Box::new(Wikipedia(access))),
        ])
    }

    fn news(&self) -> Vec<Box<dyn Service<Articles>>> {
        let section = &self.config.document.values.tools.news;
        let access = Access { base_url: String::new(), key: None, timeout: timeout(&section.common()) };
        let feeds = Feeds { access, addresses: section.feeds.clone() };
        let feeds = (!section.feeds.is_empty()).then(|| Box::new(feeds) as Box<dyn Service<Articles>>);
        let others = found(&self.config, section, NEWS).into_iter().map(
            |(id, access, _)| -> Box<dyn Service<Articles>> {
                match id {
                    "gdelt" => Box::new(Gdelt(access)),
                    "hacker_news" => Box::new(HackerNews(access)),
                    "newsapi" => Box::new(NewsApi(access)),
                    "gnews" => Box::new(GNews(access)),
                    _ => Box::new(GoogleNews(access)),
                }
            },
        );
        feeds.into_iter().chain(others).collect()
    }
}

fn timeout(common: &Common<'_>) -> Duration {
    common.timeout.map_or(TIMEOUT, |span| span.0)
}

/// The services that can be asked, in order.
fn found<'a>(config: &Config, section: &'a dyn Section, rows: &'static [Row]) -> Vec<Found<'a>> {
    let (common, services) = (section.common(), section.services());
    let named = common
        .order
        .map(|order| order.iter().filter_map(|id| rows.iter().find(|row| row.id == id)).collect());
    let is_named = named.is_some();
    let rows: Vec<&Row> = named.unwrap_or_else(|| rows.iter().filter(|row| row.usual).collect());
    let found = rows.into_iter().filter_map(|row| {
        let (_, section) = services.iter().find(|(id, _)| *id == row.id)?;
        let key = key(config, section, row);
        if row.needs_key && key.is_none() {
            return None;
        }
        let set = section
            .base_url
            .clone()
            .or_else(|| config.env.get(SEARXNG_URL).filter(|_| row.id == "searxng").map(str::to_owned));
        let usual = match (row.id, &key) {
            ("open_meteo", Some(_)) => OPEN_METEO_KEYED,
            ("exa", None) => EXA_FOR_ALL,
            _ => row.base_url,
        };
        let base_url = set.unwrap_or_else(|| usual.to_owned());
        let base_url = base_url.trim_end_matches('/').to_owned();
        // What nobody else can know is the user's own.
        let ahead = row.base_url.is_empty() || (row.ahead && key.is_some());
        let access = Access { base_url, key, timeout: timeout(&common) };
        (!access.base_url.is_empty()).then_some((ahead, (row.id, access, *section)))
    });
    let (ahead, others): (Vec<_>, Vec<_>) = found.partition(|(ahead, _)| *ahead || is_named);
    ahead.into_iter().chain(others).map(|(_, found)| found).collect()
}

/// The key of a service: what is configured, else its variables.
fn key(config: &Config, section: &ServiceSection, row: &Row) -> Option<Arc<KeySource>> {
    let variables: Vec<String> = row.variables.iter().map(|&name| name.to_owned()).collect();
    let listed = section.api_key.as_slice();
    let configured = keys::from_config(listed, &config.env);
    configured.into_iter().chain(keys::from_env(&variables, &config.env)).next()
}

fn tool<A: Topic>(
    found: Vec<Found<'_>>,
    desk: &Arc<Desk>,
    make: impl Fn(&str, Access, &ServiceSection) -> Box<dyn Service<A>>,
) -> Arc<dyn Tool> {
    tool_of(found.into_iter().map(|(id, access, section)| make(id, access, section)).collect(), desk)
}

fn tool_of<A: Topic>(services: Vec<Box<dyn Service<A>>>, desk: &Arc<Desk>) -> Arc<dyn Tool> {
    Arc::new(ServiceTool(Services::new(services, Arc::clone(desk))))
}

fn weather(id: &str, access: Access, section: &ServiceSection) -> Box<dyn Service<Weather>> {
    match id {
        "wttr" => Box::new(Wttr(access)),
        "openweathermap" => Box::new(OpenWeatherMap(access)),
        _ => {
            // A stand-in for the forecast is one for the gazetteer too.
            let usual = match (&section.base_url, &access.key) {
                (Some(_), _) => access.base_url.as_str(),
                (None, Some(_)) => GAZETTEER_KEYED,
                (None, None) => GAZETTEER,
            };
            let geocoding_url = section.geocoding_url.clone().unwrap_or_else(|| usual.to_owned());
            Box::new(OpenMeteo { access, geocoding_url })
        }
    }
}

fn stocks(id: &str, access: Access, _: &ServiceSection) -> Box<dyn Service<Quote>> {
    match id {
        "finnhub" => Box::new(Finnhub(access)),
        "twelve_data" => Box::new(TwelveData(access)),
        "alpha_vantage" => Box::new(AlphaVantage(access)),
        "stooq" => Box::new(Stooq(access)),
        _ => Box::new(Yahoo(access)),
    }
}

fn web_search(id: &str, access: Access, _: &ServiceSection) -> Box<dyn Service<SearchResults>> {
    match id {
        "searxng" => Box::new(Searxng(access)),
        "tavily" => Box::new(Tavily(access)),
        "exa" => Box::new(Exa(access)),
        "keenable" => Box::new(Keenable(access)),
        "brave" => Box::new(Brave(access)),
        "serper" => Box::new(Serper(access)),
        "serpapi" => Box::new(SerpApi(access)),
        "duckduckgo" => Box::new(DuckDuckGo(access)),
        _ => Box::new(WikipediaSearch(access)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Document;
    use crate::config::Env;

    fn config(text: &str, variables: &[(&str, &str)]) -> Config {
        let env =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Env>();
        let document = Document::parse(std::path::Path::new("config.toml"), text).unwrap();
        Config { document, env, ..Config::default() }
    }

    fn names(text: &str, variables: &[(&str, &str)]) -> String {
        let config = config(text, variables);
        let section = &config.document.values.tools.web_search;
        let found = found(&config, section, WEB_SEARCH);
        found.iter().map(|(id, access, _)| format!("{id} {}", access.base_url)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn services_are_asked_as_far_as_they_can_be() {
        insta::assert_snapshot!(names("", &[]), @r"
        tavily https://api.tavily.com
        exa https://mcp.exa.ai
        keenable https://api.keenable.ai
        duckduckgo https://html.duckduckgo.com
        wikipedia https://en.wikipedia.org
        ");
        let variables =
            [("BRAVE_API_KEY", "b"), ("EXA_API_KEY", "e"), ("SEARXNG_URL", "http://127.0.0.1:8888/")];
        insta::assert_snapshot!(names("", &variables), @r"
        searxng http://127.0.0.1:8888
        exa https://api.exa.ai
        brave https://api.search.brave.com
        tavily https://api.tavily.com
        keenable https://api.keenable.ai
        duckduckgo https://html.duckduckgo.com
        wikipedia https://en.wikipedia.org
        ");
        let text = "[tools.web_search]\norder = [\"wikipedia\", \"brave\", \"tavily\"]\n[tools.web_search.tavily]\nbase_url = \"http://127.0.0.1:1\"";
        insta::assert_snapshot!(names(text, &[]), @r"
        wikipedia https://en.wikipedia.org
        tavily http://127.0.0.1:1
        ");
    }

    #[test]
    fn every_service_has_its_settings() {
        let config = config("", &[]);
        for ((name, section), rows) in config
            .document
            .values
            .tools
            .of_services()
            .into_iter()
            .zip([WEATHER, STOCKS, NEWS, WEB_SEARCH, WIKIPEDIA])
        {
            let settings: Vec<&str> = section.services().into_iter().map(|(id, _)| id).collect();
            assert_eq!(settings, rows.iter().map(|row| row.id).collect::<Vec<_>>(), "{name}");
        }
    }
}
