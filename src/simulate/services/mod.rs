//! Stand-ins for the services that tools ask: weather, shares, news, searches, an encyclopedia.
//!
//! One loopback server plays them all, each under its own name as the first part of the path. They are strict where the
//! real ones are: who asks, with which parameters, with the key in which place. What they tell is made up, except for the
//! shape. On demand each fails in its own way, which is often one with status 200.

mod asked;
mod damage;
mod news;
mod search;
mod stand;
mod stocks;
mod weather;
mod wikipedia;

use std::time::Duration;

pub use asked::Asked;
pub use stand::ServiceStand;

use super::reply::Reply;
use asked::Complaint;

/// How a service lets those down who ask it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It has nothing to say about anything.
    Empty,
    /// It does not know what it is asked about.
    NotFound,
    /// Too many requests in a short time.
    Limit,
    /// What the day or the account allows is used up.
    Quota,
    /// A page that wants to see a person, with status 200.
    Challenge,
    /// The key is refused.
    Key,
    /// It fails with this status.
    Status(u16),
    /// What comes is nothing that it ever gives.
    Garbage,
    /// What comes does not end for a long time.
    Flood,
    /// It sends its visitors elsewhere.
    Redirect,
    /// It takes this long.
    Slow(Duration),
    /// It says what it usually says, with damage; each number is another one.
    Damage(u32),
}

/// A service as it is played.
struct Role {
    /// Its name in the configuration.
    name: &'static str,
    /// What it says.
    play: fn(&Asked) -> Result<Reply, Complaint>,
    /// How it says what is wrong, where it has words of its own for that.
    fail: fn(&Asked, Fault) -> Option<Reply>,
}

/// All services.
const ROLES: &[Role] = &[
    Role { name: "open_meteo", play: weather::open_meteo, fail: weather::open_meteo_fails },
    Role { name: "wttr", play: weather::wttr, fail: weather::wttr_fails },
    Role { name: "openweathermap", play: weather::openweathermap, fail: weather::openweathermap_fails },
    Role { name: "yahoo", play: stocks::yahoo, fail: stocks::yahoo_fails },
    Role { name: "finnhub", play: stocks::finnhub, fail: stocks::finnhub_fails },
    Role { name: "twelve_data", play: stocks::twelve_data, fail: stocks::twelve_data_fails },
    Role { name: "alpha_vantage", play: stocks::alpha_vantage, fail: stocks::alpha_vantage_fails },
    Role { name: "stooq", play: stocks::stooq, fail: stocks::stooq_fails },
    Role { name: "feeds", play: news::feeds, fail: news::feeds_fail },
    Role { name: "google_news", play: news::google_news, fail: news::google_news_fails },
    Role { name: "gdelt", play: news::gdelt, fail: news::gdelt_fails },
    Role { name: "hacker_news", play: news::hacker_news, fail: news::hacker_news_fails },
    Role { name: "newsapi", play: news::newsapi, fail: news::newsapi_fails },
    Role { name: "gnews", play: news::gnews, fail: news::gnews_fails },
    Role { name: "searxng", play: search::searxng, fail: search::searxng_fails },
    Role { name: "tavily", play: search::tavily, fail: search::tavily_fails },
    Role { name: "exa", play: search::exa, fail: search::exa_fails },
    Role { name: "keenable", play: search::keenable, fail: search::keenable_fails },
    Role { name: "brave", play: search::brave, fail: search::brave_fails },
    Role { name: "serper", play: search::serper, fail: search::serper_fails },
    Role { name: "serpapi", play: search::serpapi, fail: search::serpapi_fails },
    Role { name: "duckduckgo", play: search::duckduckgo, fail: search::duckduckgo_fails },
    Role { name: "wikipedia", play: wikipedia::play, fail: wikipedia::fail },
];

/// The names of the services that are played.
pub fn names() -> impl Iterator<Item = &'static str> {
    ROLES.iter().map(|role| role.name)
}

/// What any service may say when it fails.
fn usual(fault: Fault) -> Reply {
    let plain = |status, text: &str| Reply::text(status, "text/plain", text.to_owned());
    match fault {
        Fault::NotFound => plain(404, "not found"),
        Fault::Limit => with(plain(429, "Too Many Requests"), "retry-after", "30"),
        Fault::Quota => plain(402, "Payment Required"),
        Fault::Key => plain(401, "Unauthorized"),
        Fault::Status(status) => plain(status, "something broke"),
        Fault::Challenge => page(
            "<title>Just a moment...</title><form id=\"challenge-form\" action=\"/__verify\">Enable JavaScript and \
             show that you are human.</form>",
        ),
        Fault::Flood => plain(200, &"quack ".repeat(600_000)),
        Fault::Redirect => with(plain(302, ""), "location", "https://consent.example.org/m?continue=x"),
        Fault::Empty | Fault::Garbage | Fault::Slow(_) | Fault::Damage(_) => {
            plain(200, "\u{1}quack {\"quack\": [}")
        }
    }
}

fn page(body: &str) -> Reply {
    Reply::text(200, "text/html", format!("<!DOCTYPE html><html><body>{body}</body></html>"))
}

fn with(mut reply: Reply, name: &str, value: &str) -> Reply {
    reply.headers.push((name.to_owned(), value.to_owned()));
    reply
}
