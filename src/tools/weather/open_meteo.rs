//! Open-Meteo: a gazetteer and a forecast, without a key for what is not commercial.
//!
//! A place that is not known comes with status 200 and without `results`; a variable that no model has is `null`.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{Day, Now, Place, Question, Units, Weather, coordinates};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::{number, text};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, after};

/// A place does not move.
const PLACES_KEEP: Duration = Duration::from_hours(30 * 24);

static CARD: Card = Card {
    id: "open_meteo",
    name: "Open-Meteo",
    url: "https://open-meteo.com",
    attribution: "Weather data by Open-Meteo.com (CC BY 4.0), places © GeoNames",
    warning: None,
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct OpenMeteo {
    /// Where forecasts are.
    pub access: Access,
    /// What stands before the gazetteer's paths.
    pub geocoding_url: String,
}

impl Service<Weather> for OpenMeteo {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn access(&self) -> &Access {
        &self.access
    }

    fn ask<'a>(&'a self, desk: &'a Desk, query: &'a Question) -> BoxFuture<'a, Result<Weather, Trouble>> {
        Box::pin(async move {
            let place = self.place(desk, &query.city).await?;
            let request = forecast_request(&self.access.base_url, &place, query.days);
            read_forecast(&self.access.send(desk, &request).await?, place)
        })
    }
}

impl OpenMeteo {
    async fn place(&self, desk: &Desk, city: &str) -> Result<Place, Trouble> {
        if let Some((latitude, longitude)) = coordinates(city) {
            let (latitude, longitude) = (Some(latitude), Some(longitude));
            return Ok(Place { name: city.to_owned(), latitude, longitude, ..Place::default() });
        }
        let key = format!("place {} {}", self.geocoding_url, city.to_lowercase());
        let known = desk.kept().get(&key).and_then(|(text, _)| serde_json::from_str(&text).ok());
        if let Some(place) = known {
            return Ok(place);
        }
        let request = place_request(&self.geocoding_url, city);
        let place = read_place(&self.access.send(desk, &request).await?, city)?;
        if let (Ok(text), Some(until)) = (serde_json::to_string(&place), after(desk.now(), PLACES_KEEP)) {
            desk.kept().put(&key, text, until);
        }
        Ok(place)
    }
}

fn place_request(base_url: &str, city: &str) -> Request {
    Request::get(format!("{base_url}/v1/search"))
        .with("name", city)
        .with("count", 1)
        .with("language", "en")
        .with("format", "json")
        .key(KeyPlace::Query("apikey"))
}

fn forecast_request(base_url: &str, place: &Place, days: usize) -> Request {
    Request::get(format!("{base_url}/v1/forecast"))
        .with("latitude", place.latitude.unwrap_or_default())
        .with("longitude", place.longitude.unwrap_or_default())
        .with(
            "current",
            "temperature_2m,relative_humidity_2m,apparent_temperature,precipitation,weather_code,cloud_cover,\
             pressure_msl,wind_speed_10m,wind_direction_10m,wind_gusts_10m",
        )
        .with(
            "daily",
            "weather_code,temperature_2m_max,temperature_2m_min,sunrise,sunset,precipitation_sum,\
             precipitation_probability_max,wind_speed_10m_max",
        )
        .with("timezone", "auto")
        .with("forecast_days", days)
        .key(KeyPlace::Query("apikey"))
}

/// The body, or what its error says. Limits name the minute, the hour or the day that is used up.
fn body(answer: &Answer) -> Result<Value, Trouble> {
    let body = answer.good_json(|body| text(&body["reason"]));
    let body = match body {
        Ok(body) if body["error"] == json!(true) => {
            return Err(reason(answer, &text(&body["reason"]).unwrap_or_default()));
        }
        Ok(body) => body,
        Err(trouble) if answer.status == 429 => return Err(reason(answer, &trouble.said)),
        Err(trouble) => return Err(trouble),
    };
    Ok(body)
}

fn reason(answer: &Answer, reason: &str) -> Trouble {
    let lower = reason.to_lowercase();
    if !lower.contains("limit exceeded") {
        let status = if answer.is_good() { 400 } else { answer.status };
        return Answer { status, ..answer.clone() }.trouble(reason);
    }
    if lower.contains("daily") || lower.contains("tomorrow") {
        return Trouble::out_for_the_day(answer.at, reason);
    }
    let wait = if lower.contains("hour") { Duration::from_hours(1) } else { Duration::from_mins(1) };
    Trouble::limited_for(wait, answer.at, reason)
}

fn read_place(answer: &Answer, city: &str) -> Result<Place, Trouble> {
    let body = body(answer)?;
    // What is empty is left out.
    let Some(results) = body.get("results") else {
        let is_whole = body.get("generationtime_ms").is_some()
            || body.as_object().is_some_and(serde_json::Map::is_empty);
        return Err(if is_whole { Trouble::not_found(city) } else { Trouble::shape("no list of places") });
    };
    let first = results.get(0).ok_or_else(|| Trouble::not_found(city))?;
    let place = Place {
        name: text(&first["name"]).unwrap_or_else(|| city.to_owned()),
        region: text(&first["admin1"]),
        country: text(&first["country"]).or_else(|| text(&first["country_code"])),
        latitude: number(&first["latitude"]),
        longitude: number(&first["longitude"]),
    };
    if place.latitude.is_none() || place.longitude.is_none() {
        return Err(Trouble::shape("a place without coordinates"));
    }
    Ok(place)
}

fn read_forecast(answer: &Answer, place: Place) -> Result<Weather, Trouble> {
    let body = body(answer)?;
    let (current, daily) = (&body["current"], &body["daily"]);
    if number(&current["temperature_2m"]).is_none() && !daily["time"].is_array() {
        return Err(Trouble::shape("a forecast without temperatures"));
    }
    let now = Now {
        time: text(&current["time"]).map(|time| time.replace('T', " ")),
        condition: number(&current["weather_code"]).and_then(condition),
        temperature: number(&current["temperature_2m"]),
        feels_like: number(&current["apparent_temperature"]),
        humidity: number(&current["relative_humidity_2m"]),
        precipitation: number(&current["precipitation"]),
        cloud_cover: number(&current["cloud_cover"]),
        pressure: number(&current["pressure_msl"]),
        wind: number(&current["wind_speed_10m"]),
        gusts: number(&current["wind_gusts_10m"]),
        wind_direction: number(&current["wind_direction_10m"]),
    };
    let dates = daily["time"].as_array().map(Vec::as_slice).unwrap_or_default();
    let day = |(index, date): (usize, &Value)| {
        let of = |name: &str| number(&daily[name][index]);
        let clock = |name: &str| text(&daily[name][index])?.split_once('T').map(|(_, time)| time.to_owned());
        let day = Day {
            date: text(date)?,
            condition: of("weather_code").and_then(condition),
            low: of("temperature_2m_min"),
            high: of("temperature_2m_max"),
            precipitation: of("precipitation_sum"),
            precipitation_chance: of("precipitation_probability_max"),
            wind: of("wind_speed_10m_max"),
            sunrise: clock("sunrise"),
            sunset: clock("sunset"),
        };
        // Beyond the end of the models there are dates without weather.
        (day.condition.is_some() || day.high.is_some()).then_some(day)
    };
    let days = dates.iter().enumerate().filter_map(day).collect();
    let now = now.temperature.is_some().then_some(now);
    Ok(Weather { place, time_zone: text(&body["timezone"]), units: Units::Metric, now, days })
}

/// The words of a WMO code.
fn condition(code: f64) -> Option<String> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float that is out of range saturates, and is no code"
    )]
    let words = match code as i64 {
        0 => "clear sky",
        1 => "mainly clear",
        2 => "partly cloudy",
        3 => "overcast",
        45 => "fog",
        48 => "rime fog",
        51 => "light drizzle",
        53 => "drizzle",
        55 => "dense drizzle",
        56 | 57 => "freezing drizzle",
        61 => "light rain",
        63 => "rain",
        65 => "heavy rain",
        66 | 67 => "freezing rain",
        71 => "light snow",
        73 => "snow",
        75 => "heavy snow",
        77 => "snow grains",
        80 => "light showers",
        81 => "showers",
        82 => "violent showers",
        85 | 86 => "snow showers",
        95 => "thunderstorm",
        96 | 99 => "thunderstorm with hail",
        _ => return None,
    };
    Some(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::service::Topic as _;
    use crate::tools::trouble::{Why, wait};

    const PLACE: &str = r#"{"results": [{"name": "Graz", "latitude": 47.07, "longitude": 15.44, "country": "Austria",
        "admin1": "Styria"}], "generationtime_ms": 0.1}"#;
    const FORECAST: &str = r#"{"timezone": "Europe/Vienna", "current": {"time": "2026-11-22T13:15", "temperature_2m": 4.5,
        "weather_code": 61, "wind_speed_10m": 8.6, "wind_direction_10m": 180, "pressure_msl": null},
        "daily": {"time": ["2026-11-22", "2026-11-23", "2026-11-24"], "weather_code": [61, 3, null],
        "temperature_2m_max": [5.5, 7, null], "temperature_2m_min": [1, -2.5, null], "precipitation_sum": [4.2, 0, null],
        "precipitation_probability_max": [80, null, null], "sunrise": ["2026-11-22T07:11", null, null]}}"#;

    fn answer(status: u16, body: &str) -> Answer {
        Answer::test(status, &[], body)
    }

    #[test]
    fn a_forecast_is_read() {
        let place = read_place(&answer(200, PLACE), "graz").unwrap();
        let request = forecast_request("https://x", &place, 3);
        assert_eq!(request.query[0], ("latitude", "47.07".to_owned()));
        assert!(request.query.contains(&("timezone", "auto".to_owned())));
        let weather = read_forecast(&answer(200, FORECAST), place).unwrap();
        assert_eq!(
            weather.for_model(),
            "Weather in Graz, Styria, Austria (47.07, 15.44); times in Europe/Vienna\n\
             Now (2026-11-22 13:15): light rain, 4.5 °C, wind 8.6 km/h from S\n\
             2026-11-22: light rain, 1 to 5.5 °C, precipitation 4.2 mm (80 % chance), sunrise 07:11\n\
             2026-11-23: overcast, -2.5 to 7 °C, precipitation 0 mm"
        );
    }

    #[test]
    fn no_results_are_no_such_place() {
        let why = |body: &str| read_place(&answer(200, body), "x").unwrap_err().why;
        assert_eq!(why(r#"{"generationtime_ms": 0.2}"#), Why::NotFound);
        assert_eq!(why("{}"), Why::NotFound);
        assert_eq!(why(r#"{"results": []}"#), Why::NotFound);
        assert_eq!(why(r#"{"message": "moved"}"#), Why::Shape);
        assert_eq!(why(r#"{"results": [{"name": "Graz"}]}"#), Why::Shape);
        assert_eq!(read_forecast(&answer(200, "{}"), Place::default()).unwrap_err().why, Why::Shape);
    }

    #[test]
    fn limits_name_their_window() {
        let until = |reason: &str| {
            let body = json!({"error": true, "reason": reason}).to_string();
            let trouble = body_of(429, &body);
            (wait(trouble.rests_until(answer(429, "").at).unwrap(), answer(429, "").at), trouble.why)
        };
        assert_eq!(until("Minutely API request limit exceeded. Wait one minute.").0, "60s");
        assert_eq!(until("Hourly API request limit exceeded. Wait for the next hour.").0, "60m");
        let (wait, why) = until("Daily API request limit exceeded. Come back tomorrow.");
        assert!(wait == "12h 0m" && matches!(why, Why::Quota { .. }));
        assert_eq!(body_of(400, r#"{"error": true, "reason": "no such variable"}"#).why, Why::BadRequest);
        assert_eq!(body_of(200, r#"{"error": true, "reason": "no such variable"}"#).why, Why::BadRequest);
        assert_eq!(body_of(200, "<html>Just a moment...").why, Why::Challenge);
    }

    fn body_of(status: u16, text: &str) -> Trouble {
        body(&answer(status, text)).unwrap_err()
    }
}
