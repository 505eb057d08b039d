//! The part of `config.toml` that says what tools may do, and which services they ask.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{CommandSection, Span};

/// What may be done with a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PermissionWord {
    /// It is called when a model wants to.
    Allow,
    /// You are asked before each call.
    Ask,
    /// Models do not hear of it.
    Deny,
}

/// How often a tool may be called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QuotaSection {
    /// Calls in any minute.
    pub per_minute: Option<u32>,
    /// Calls in any 24 hours.
    pub per_day: Option<u32>,
}

/// The way to a service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceSection {
    /// All that stands before the service's own paths.
    pub base_url: Option<String>,
    /// Where its gazetteer is, if that is elsewhere (`open_meteo`).
    pub geocoding_url: Option<String>,
    /// Where the key is: `env:NAME`, `cmd:COMMAND`, `file:PATH`. Without it the service's usual variable is looked at.
    pub api_key: Option<String>,
}

/// A tool that asks services, and its own services by name.
pub trait ServiceTool {
    /// What holds for the tool itself.
    fn common(&self) -> Common<'_>;
    /// Its services.
    fn services(&self) -> Vec<(&'static str, &ServiceSection)>;
}

/// What every tool has that asks services.
#[derive(Debug, Clone, Copy)]
pub struct Common<'a> {
    /// What may be done with it.
    pub permission: Option<PermissionWord>,
    /// How often it may be called.
    pub quota: &'a QuotaSection,
    /// Which services are asked, in which order.
    pub order: Option<&'a [String]>,
    /// How long one request may take.
    pub timeout: Option<Span>,
}

/// Every such tool has the same settings, and services of its own.
macro_rules! service_tool {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $service:ident,)* } $($(#[$more:meta])* $field:ident: $type:ty,)*) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            /// What may be done with it; `allow` where nothing is set.
            pub permission: Option<PermissionWord>,
            /// How often it may be called.
            pub quota: QuotaSection,
            /// Which services are asked, in which order. Unless set: all that can be, of stocks and web_search first those
            /// that you have a key for.
            pub order: Option<Vec<String>>,
            /// How long one request to a service may take; 10 s where nothing is set.
            pub timeout: Option<Span>,
            $($(#[$more])* pub $field: $type,)*
            $($(#[$of])* pub $service: ServiceSection,)*
        }

        impl ServiceTool for $name {
            fn common(&self) -> Common<'_> {
                let Self { permission, quota, order, timeout, .. } = self;
                Common { permission: *permission, quota, order: order.as_deref(), timeout: *timeout }
            }

            fn services(&self) -> Vec<(&'static str, &ServiceSection)> {
                vec![$((stringify!($service), &self.$service)),*]
            }
        }
    };
}

service_tool! {
    /// The tool `weather`.
    WeatherSection {
        /// Open-Meteo; needs no key.
        open_meteo,
        /// wttr.in; needs no key.
        wttr,
        /// OpenWeatherMap; needs a key.
        openweathermap,
    }
}
service_tool! {
    /// The tool `stocks`.
    StocksSection {
        /// Yahoo's charts; need no key.
        yahoo,
        /// Finnhub; needs a key.
        finnhub,
        /// Twelve Data; needs a key.
        twelve_data,
        /// Alpha Vantage; needs a key.
        alpha_vantage,
        /// Stooq; asked only where `order` names it.
        stooq,
    }
}
service_tool! {
    /// The tool `news`.
    NewsSection {
        /// Google News; needs no key.
        google_news,
        /// GDELT; needs no key.
        gdelt,
        /// Hacker News; needs no key.
        hacker_news,
        /// NewsAPI; needs a key.
        newsapi,
        /// GNews; needs a key.
        gnews,
    }
    /// Addresses of feeds (RSS, Atom) that are asked first.
    feeds: Vec<String>,
}
service_tool! {
    /// The tool `web_search`.
    WebSearchSection {
        /// A SearXNG of your own; needs `base_url`.
        searxng,
        /// Tavily; a little of it without a key.
        tavily,
        /// Exa; a little of it without a key.
        exa,
        /// Keenable; a little of it without a key.
        keenable,
        /// Brave Search; needs a key.
        brave,
        /// Serper; needs a key.
        serper,
        /// SerpAPI; needs a key.
        serpapi,
        /// DuckDuckGo; needs no key.
        duckduckgo,
        /// Wikipedia; needs no key.
        wikipedia,
    }
}
service_tool! {
    /// The tool `wikipedia`.
    WikipediaSection {
        /// Wikipedia itself; `{language}` in its `base_url` stands for the language.
        wikipedia,
    }
}

/// What may be done with a tool, and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ToolSection {
    /// What may be done with it.
    pub permission: Option<PermissionWord>,
    /// How often it may be called.
    pub quota: QuotaSection,
}

/// The tool `fetch_url`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FetchSection {
    /// What may be done with it; `ask` where nothing is set.
    pub permission: Option<PermissionWord>,
    /// How often it may be called.
    pub quota: QuotaSection,
    /// Where it may go though it is not the public internet: `127.0.0.1:8080`, `10.0.0.0/8`, `myhost.lan`.
    pub allow_private: Vec<String>,
}

/// Tools: settings of the built-in ones, and commands of your own under names that you choose.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ToolsSection {
    /// The weather of a place.
    pub weather: WeatherSection,
    /// Quotes of shares, funds, currencies.
    pub stocks: StocksSection,
    /// News about something.
    pub news: NewsSection,
    /// Pages about something.
    pub web_search: WebSearchSection,
    /// Articles of the encyclopedia.
    pub wikipedia: WikipediaSection,
    /// Reading a page of the web.
    pub fetch_url: FetchSection,
    /// Arithmetic.
    pub calculator: ToolSection,
    /// The time, here and elsewhere.
    pub datetime: ToolSection,
    /// Reading a file below the working directory.
    pub read_file: ToolSection,
    /// Asking another agent.
    pub ask_agent: ToolSection,
    /// Looking up what was remembered.
    pub memory_search: ToolSection,
    /// Remembering something.
    pub memory_write: ToolSection,
    /// Forgetting something that was remembered.
    pub memory_forget: ToolSection,
    /// Commands that models may call, by the names that models call them by.
    #[serde(flatten)]
    pub commands: BTreeMap<String, CommandSection>,
}

impl ToolsSection {
    /// The tools that ask services, by name.
    pub fn of_services(&self) -> [(&'static str, &dyn ServiceTool); 5] {
        [
            ("weather", &self.weather),
            ("stocks", &self.stocks),
            ("news", &self.news),
            ("web_search", &self.web_search),
            ("wikipedia", &self.wikipedia),
        ]
    }

    /// What is set about permissions and quotas of built-in tools, by tool.
    pub fn limits(&self) -> Vec<(&'static str, Option<PermissionWord>, &QuotaSection)> {
        let plain = [
            ("calculator", &self.calculator),
            ("datetime", &self.datetime),
            ("read_file", &self.read_file),
            ("ask_agent", &self.ask_agent),
            ("memory_search", &self.memory_search),
            ("memory_write", &self.memory_write),
            ("memory_forget", &self.memory_forget),
        ];
        let services = self.of_services().into_iter().map(|(name, tool)| {
            let common = tool.common();
            (name, common.permission, common.quota)
        });
        let fetch = ("fetch_url", self.fetch_url.permission, &self.fetch_url.quota);
        let plain = plain.into_iter().map(|(name, tool)| (name, tool.permission, &tool.quota));
        services.chain([fetch]).chain(plain).collect()
    }
}
