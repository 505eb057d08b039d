//! What a tool gave, for a person.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::{CommandError, Context};
use crate::tools::Answer;
use crate::tools::finding::Finding;
use crate::tools::news::Articles;
use crate::tools::stocks::Quote;
use crate::tools::weather::{Day, Weather};
use crate::tools::web_search::SearchResults;
use crate::ui::{Table, Ui};

/// Columns of a chart.
const CHART: usize = 24;

/// Shows it: as a table or a list where it is one, else as its text.
pub(super) fn show(context: &Context, tool: &str, answer: &Answer) -> Result<(), CommandError> {
    let (ui, data) = (&context.ui, answer.data.as_ref());
    let shown = match tool {
        "weather" => found(data).map(|finding| (weather(ui, &finding.data), about(&finding))),
        "stocks" => found(data).map(|finding| (quote(ui, &finding.data), about(&finding))),
        "news" => found(data).map(|finding| (articles(ui, &finding.data), about(&finding))),
        "web_search" => found(data).map(|finding| (results(ui, &finding.data), about(&finding))),
        _ => None,
    };
    let Some((shown, about)) = shown else { return Ok(ui.line(answer.text.trim_end())?) };
    shown?;
    for line in &about {
        ui.note(line);
    }
    Ok(())
}

fn found<A: DeserializeOwned>(data: Option<&Value>) -> Option<Finding<A>> {
    serde_json::from_value(data?.clone()).ok()
}

/// Where it comes from, and what must be said about it.
fn about<A>(finding: &Finding<A>) -> Vec<String> {
    let at = finding.retrieved_at.strftime("%Y-%m-%d %H:%M UTC");
    let kept = if finding.cached { ", kept from an earlier call" } else { "" };
    let source = &finding.source;
    let attribution =
        if source.attribution.is_empty() { source.name.clone() } else { source.attribution.clone() };
    let first = format!("{attribution}, {at}{kept}");
    let warnings = finding.warnings.iter().cloned();
    let passed = finding.passed_over.iter().map(|failed| format!("passed over: {failed}"));
    std::iter::once(first).chain(warnings).chain(passed).collect()
}

type Shown = std::io::Result<()>;

fn weather(ui: &Ui, weather: &Weather) -> Shown {
    let zone = weather.time_zone.as_ref().map(|zone| format!(", times in {zone}")).unwrap_or_default();
    ui.heading(&format!("{}{zone}", weather.place))?;
    if let Some(now) = &weather.now {
        ui.line(&format!("now: {}", now.parts(weather.units).join(", ")))?;
    }
    let temperatures = || weather.days.iter().flat_map(|day| [day.low, day.high]).flatten();
    let (coldest, warmest) =
        (temperatures().fold(f64::MAX, f64::min), temperatures().fold(f64::MIN, f64::max));
    let unit = weather.units.of_temperature();
    let number = |value: Option<f64>| value.map(|value| format!("{value} {unit}")).unwrap_or_default();
    let mut table = Table::new(["day", "", "low", "", "high", "rain"]).right([2, 4]);
    for day in &weather.days {
        table.row([
            day.date.clone(),
            day.condition.clone().unwrap_or_default(),
            number(day.low),
            bar(day, coldest, warmest, ui.look().unicode),
            number(day.high),
            rain(day, weather.units.of_depth()),
        ]);
    }
    ui.table(&table, "there is no forecast")
}

/// The span of a day's temperatures, among those of all days.
fn bar(day: &Day, coldest: f64, warmest: f64, unicode: bool) -> String {
    let (Some(low), Some(high)) = (day.low, day.high) else { return String::new() };
    let width = (warmest - coldest).max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "between 0 and the width"
    )]
    let at = |degrees: f64| {
        ((degrees - coldest) / width * (CHART - 1) as f64).round().clamp(0.0, (CHART - 1) as f64) as usize
    };
    let (from, to) = (at(low), at(high));
    let sign = if unicode { "━" } else { "=" };
    format!("{}{}{}", " ".repeat(from), sign.repeat(to - from + 1), " ".repeat(CHART - 1 - to))
}

fn rain(day: &Day, depth: &str) -> String {
    let amount = day.precipitation.filter(|amount| *amount > 0.0).map(|amount| format!("{amount} {depth}"));
    let chance = day.precipitation_chance.map(|chance| format!("{chance} %"));
    [amount, chance].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn quote(ui: &Ui, quote: &Quote) -> Shown {
    let name = quote.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let currency = quote.currency.as_ref().map(|currency| format!(" {currency}")).unwrap_or_default();
    let change = quote.change.zip(quote.change_percent);
    let change = change.map(|(by, percent)| format!(", {by:+.2} ({percent:+.2} %)")).unwrap_or_default();
    ui.heading(&format!("{}{name}: {}{currency}{change}", quote.symbol, quote.price))?;
    let mut table = Table::new(["", ""]);
    let prices = [
        ("open", quote.open),
        ("high", quote.high),
        ("low", quote.low),
        ("previous close", quote.previous_close),
        ("year high", quote.year_high),
        ("year low", quote.year_low),
        ("volume", quote.volume),
    ];
    let texts = [("exchange", &quote.exchange), ("time", &quote.time), ("time zone", &quote.time_zone)];
    for (label, price) in prices {
        if let Some(price) = price {
            table.row([label.to_owned(), price.to_string()]);
        }
    }
    for (label, text) in texts {
        if let Some(text) = text {
            table.row([label.to_owned(), text.clone()]);
        }
    }
    ui.table(&table, "")?;
    if quote.history.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(["time", "close"]).right([1]);
    for bar in &quote.history {
        table.row([bar.time.clone(), bar.close.to_string()]);
    }
    ui.table(&table, "")
}

fn articles(ui: &Ui, articles: &Articles) -> Shown {
    if articles.articles.is_empty() {
        return ui.line("no articles were found");
    }
    for article in &articles.articles {
        let day = article.published.map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
        let about: Vec<String> = [article.outlet.clone(), day].into_iter().flatten().collect();
        ui.heading(&article.title)?;
        ui.line(&format!("  {}", about.join(", ")))?;
        ui.line(&format!("  {}", article.url))?;
    }
    Ok(())
}

fn results(ui: &Ui, results: &SearchResults) -> Shown {
    if results.results.is_empty() {
        return ui.line("nothing was found");
    }
    for result in &results.results {
        ui.heading(&result.title)?;
        ui.line(&format!("  {}", result.url))?;
        if !result.snippet.is_empty() {
            ui.line(&format!("  {}", result.snippet))?;
        }
    }
    Ok(())
}
