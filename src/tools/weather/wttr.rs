//! wttr.in: weather by the name of a place, a landmark or an airport, without a key.
//!
//! Every number is a text. A place that it does not know has been answered in several ways over time, one of them the
//! weather of Oymyakon.

use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::civil::{DateTime, Time};
use serde_json::Value;

use super::{Day, Now, Place, Question, Units, Weather};
use crate::tools::http::{Answer, Request, segment};
use crate::tools::reading::{number, text};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::Trouble;

static CARD: Card = Card {
    id: "wttr",
    name: "wttr.in",
    url: "https://wttr.in",
    attribution: "Data by World Weather Online",
    warning: None,
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct Wttr(pub Access);

impl Service<Weather> for Wttr {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn access(&self) -> &Access {
        &self.0
    }

    fn ask<'a>(&'a self, desk: &'a Desk, query: &'a Question) -> BoxFuture<'a, Result<Weather, Trouble>> {
        Box::pin(async move {
            let request = request(&self.0.base_url, &query.city);
            read(&self.0.send(desk, &request).await?, query)
        })
    }
}

fn request(base_url: &str, city: &str) -> Request {
    Request::get(format!("{base_url}/{}", segment(city))).with("format", "j1").with("lang", "en")
}

fn read(answer: &Answer, query: &Question) -> Result<Weather, Trouble> {
    let lower = answer.text.to_lowercase();
    let lost = ["unable to find", "unknown location", "location not found", "no weather data"];
    let is_short = lower.len() < 4096;
    if is_short && lost.iter().any(|words| lower.contains(words)) {
        return Err(Trouble::not_found(&query.city));
    }
    if answer.status == 404 && !answer.is_challenge() {
        return Err(Trouble::not_found(&query.city));
    }
    let body = answer.good_json(|body| text(&body["message"]))?;
    // Some versions put all of it into `data`.
    let body = if body["data"].is_object() { &body["data"] } else { &body };
    let current = &body["current_condition"][0];
    if number(&current["temp_C"]).is_none() {
        return Err(Trouble::shape("no current weather"));
    }
    let area = &body["nearest_area"][0];
    let name = text(&area["areaName"][0]["value"]).unwrap_or_else(|| query.city.clone());
    if name.to_lowercase().contains("oymyakon") && !query.city.to_lowercase().contains("oymyakon") {
        return Err(Trouble::not_found(&query.city));
    }
    let place = Place {
        name,
        region: text(&area["region"][0]["value"]),
        country: text(&area["country"][0]["value"]),
        latitude: number(&area["latitude"]),
        longitude: number(&area["longitude"]),
    };
    let time = text(&current["localObsDateTime"]).and_then(|time| local(&time));
    let zone = time.zip(text(&current["observation_time"])).and_then(|(time, utc)| offset(time, &utc));
    let now = Now {
        time: time.map(|time| time.strftime("%Y-%m-%d %H:%M").to_string()),
        condition: words(current),
        temperature: number(&current["temp_C"]),
        feels_like: number(&current["FeelsLikeC"]),
        humidity: number(&current["humidity"]),
        precipitation: number(&current["precipMM"]),
        cloud_cover: number(&current["cloudcover"]),
        pressure: number(&current["pressure"]),
        wind: number(&current["windspeedKmph"]),
        gusts: None,
        wind_direction: number(&current["winddirDegree"]),
    };
    let days = body["weather"].as_array().map(Vec::as_slice).unwrap_or_default();
    let days = days.iter().take(query.days).filter_map(day).collect();
    Ok(Weather { place, time_zone: zone, units: Units::Metric, now: Some(now), days })
}

fn day(day: &Value) -> Option<Day> {
    let hours = day["hourly"].as_array().map(Vec::as_slice).unwrap_or_default();
    let most = |name: &str| hours.iter().filter_map(|hour| number(&hour[name])).reduce(f64::max);
    let rain = hours.iter().filter_map(|hour| number(&hour["precipMM"])).reduce(|a, b| a + b);
    let noon = hours.iter().find(|hour| number(&hour["time"]) == Some(1200.0)).or(hours.get(hours.len() / 2));
    let clock = |name: &str| {
        let time = text(&day["astronomy"][0][name])?;
        Some(Time::strptime("%I:%M %p", &time).ok()?.strftime("%H:%M").to_string())
    };
    Some(Day {
        date: text(&day["date"])?,
        condition: noon.and_then(words),
        low: number(&day["mintempC"]),
        high: number(&day["maxtempC"]),
        precipitation: rain.map(|rain| (rain * 10.0).round() / 10.0),
        precipitation_chance: most("chanceofrain").into_iter().chain(most("chanceofsnow")).reduce(f64::max),
        wind: most("windspeedKmph"),
        sunrise: clock("sunrise"),
        sunset: clock("sunset"),
    })
}

fn words(weather: &Value) -> Option<String> {
    text(&weather["weatherDesc"][0]["value"]).map(|words| words.to_lowercase())
}

fn local(time: &str) -> Option<DateTime> {
    DateTime::strptime("%Y-%m-%d %I:%M %p", time).ok()
}

/// The zone, by what the clocks there and in Greenwich show.
fn offset(local: DateTime, utc: &str) -> Option<String> {
    let minutes = |time: Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
    let ahead = minutes(local.time()) - minutes(Time::strptime("%I:%M %p", utc).ok()?);
    // Zones reach from twelve hours behind to fourteen ahead.
    let ahead = (ahead + 599).rem_euclid(1440) - 599;
    let sign = if ahead < 0 { '-' } else { '+' };
    Some(format!("UTC{sign}{:02}:{:02}", ahead.abs() / 60, ahead.abs() % 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::service::Topic as _;
    use crate::tools::trouble::Why;

    const WEATHER: &str = r#"{"current_condition": [{"FeelsLikeC": "1", "temp_C": "4", "humidity": "81", "precipMM": "0.3",
        "windspeedKmph": "11", "winddirDegree": "45", "localObsDateTime": "2026-11-22 01:37 PM", "observation_time":
        "12:37 PM", "weatherDesc": [{"value": "Light Rain "}]}], "nearest_area": [{"areaName": [{"value": "Graz"}],
        "country": [{"value": "Austria"}], "region": [{"value": "Steiermark"}], "latitude": "47.067", "longitude": "15.450"}],
        "weather": [{"date": "2026-11-22", "maxtempC": "6", "mintempC": "-1", "astronomy": [{"sunrise": "07:11 AM",
        "sunset": "04:17 PM"}], "hourly": [{"time": "0", "precipMM": "0.1", "chanceofrain": "20", "windspeedKmph": "9"},
        {"time": "1200", "precipMM": "0.4", "chanceofrain": "75", "windspeedKmph": "14", "weatherDesc": [{"value": "Rain"}]}]},
        {"date": "2026-11-23"}]}"#;

    fn query(city: &str) -> Question {
        Question { city: city.into(), days: 1, units: Units::Metric }
    }

    fn why(status: u16, body: &str) -> Why {
        read(&Answer::test(status, &[], body), &query("X")).unwrap_err().why
    }

    #[test]
    fn weather_is_read() {
        let request = request("https://x", "Eiffel Tower/ä");
        assert_eq!(request.url, "https://x/Eiffel%20Tower%2F%C3%A4");
        let weather = read(&Answer::test(200, &[], WEATHER), &query("Graz")).unwrap();
        assert_eq!(
            weather.for_model(),
            "Weather in Graz, Steiermark, Austria (47.07, 15.45); times in UTC+01:00\n\
             Now (2026-11-22 13:37): light rain, 4 °C, feels like 1 °C, humidity 81 %, precipitation 0.3 mm, wind 11 km/h \
             from NE\n\
             2026-11-22: rain, -1 to 6 °C, precipitation 0.5 mm (75 % chance), wind up to 14 km/h, sunrise 07:11, sunset 16:17"
        );
    }

    #[test]
    fn places_that_it_does_not_know() {
        assert_eq!(why(404, "no such place"), Why::NotFound);
        assert_eq!(why(500, "Unknown location; please try another one"), Why::NotFound);
        assert_eq!(why(200, &WEATHER.replace("Graz", "Oymyakon")), Why::NotFound);
        assert_eq!(why(500, "<html>oops"), Why::Upstream { status: 500 });
        assert_eq!(why(200, "Sorry, we are running out of queries"), Why::Shape);
        assert_eq!(why(200, "{}"), Why::Shape);
    }

    #[test]
    fn zones_by_the_clocks() {
        let zone = |local: &str, utc: &str| offset(super::local(local).unwrap(), utc).unwrap();
        assert_eq!(zone("2026-04-03 10:37 PM", "08:37 PM"), "UTC+02:00");
        assert_eq!(zone("2026-04-03 01:00 AM", "07:30 PM"), "UTC+05:30");
        assert_eq!(zone("2026-04-03 10:00 PM", "06:00 AM"), "UTC-08:00");
        assert_eq!(zone("2026-04-03 02:00 PM", "12:00 AM"), "UTC+14:00");
    }
}
