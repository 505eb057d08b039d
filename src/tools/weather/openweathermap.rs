//! OpenWeatherMap: with a key. Three requests: where the place is, the weather now, and the next days in steps of three
//! hours.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::future::try_join;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::Value;

use super::{Day, Now, Place, Question, Units, Weather, coordinates};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::{number, text};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

/// From metres per second to kilometres per hour.
const KMH: f64 = 3.6;

static CARD: Card = Card {
    id: "openweathermap",
    name: "OpenWeatherMap",
    url: "https://openweathermap.org",
    attribution: "Weather data provided by OpenWeather",
    warning: None,
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct OpenWeatherMap(pub Access);

impl Service<Weather> for OpenWeatherMap {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn access(&self) -> &Access {
        &self.0
    }

    fn ask<'a>(&'a self, desk: &'a Desk, query: &'a Question) -> BoxFuture<'a, Result<Weather, Trouble>> {
        Box::pin(async move {
            let base_url = &self.0.base_url;
            let place = match coordinates(&query.city) {
                Some((latitude, longitude)) => {
                    let (latitude, longitude) = (Some(latitude), Some(longitude));
                    Place { name: query.city.clone(), latitude, longitude, ..Place::default() }
                }
                None => {
                    read_place(&self.0.send(desk, &place_request(base_url, &query.city)).await?, &query.city)?
                }
            };
            let (now, days) = (request(base_url, "weather", &place), request(base_url, "forecast", &place));
            let (now, days) = try_join(self.0.send(desk, &now), self.0.send(desk, &days)).await?;
            read(&now, &days, place, query.days)
        })
    }
}

fn place_request(base_url: &str, city: &str) -> Request {
    Request::get(format!("{base_url}/geo/1.0/direct"))
        .with("q", city)
        .with("limit", 1)
        .key(KeyPlace::Query("appid"))
}

fn request(base_url: &str, what: &str, place: &Place) -> Request {
    Request::get(format!("{base_url}/data/2.5/{what}"))
        .with("lat", place.latitude.unwrap_or_default())
        .with("lon", place.longitude.unwrap_or_default())
        .with("units", "metric")
        .with("lang", "en")
        .key(KeyPlace::Query("appid"))
}

/// The body of a good answer. `cod` is the status once more, as a number or a text, and counts.
fn body(answer: &Answer) -> Result<Value, Trouble> {
    let body = answer.good_json(|body| text(&body["message"]));
    let inside = match &body {
        Ok(body) => number(&body["cod"]).filter(|cod| *cod >= 300.0),
        Err(trouble) if answer.status == 404 => return Err(Trouble::new(Why::NotFound, &trouble.said)),
        Err(_) => None,
    };
    let Some(cod) = inside else { return body };
    let said = body.ok().and_then(|body| text(&body["message"])).unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float that is out of range saturates"
    )]
    let status = cod as u16;
    Err(match status {
        404 => Trouble::not_found(said),
        _ => Answer { status, ..answer.clone() }.trouble(said),
    })
}

fn read_place(answer: &Answer, city: &str) -> Result<Place, Trouble> {
    let body = body(answer)?;
    let list = body.as_array().ok_or_else(|| Trouble::shape("no list of places"))?;
    let first = list.first().ok_or_else(|| Trouble::not_found(city))?;
    let place = Place {
        name: text(&first["name"]).unwrap_or_else(|| city.to_owned()),
        region: text(&first["state"]),
        country: text(&first["country"]),
        latitude: number(&first["lat"]),
        longitude: number(&first["lon"]),
    };
    let is_somewhere = place.latitude.is_some() && place.longitude.is_some();
    if is_somewhere { Ok(place) } else { Err(Trouble::shape("a place without coordinates")) }
}

fn read(now: &Answer, days: &Answer, place: Place, wanted: usize) -> Result<Weather, Trouble> {
    let (now, days) = (body(now)?, body(days)?);
    if number(&now["main"]["temp"]).is_none() {
        return Err(Trouble::shape("no current weather"));
    }
    let seconds = now["timezone"].as_i64().and_then(|seconds| i32::try_from(seconds).ok());
    let offset = seconds.and_then(|seconds| Offset::from_seconds(seconds).ok()).unwrap_or(Offset::UTC);
    let clock = |value: &Value, format: &str| Some(local(value, offset)?.strftime(format).to_string());
    let rain = [&now["rain"]["1h"], &now["snow"]["1h"]].into_iter().filter_map(number).reduce(|a, b| a + b);
    let current = Now {
        time: clock(&now["dt"], "%Y-%m-%d %H:%M"),
        condition: text(&now["weather"][0]["description"]),
        temperature: number(&now["main"]["temp"]),
        feels_like: number(&now["main"]["feels_like"]),
        humidity: number(&now["main"]["humidity"]),
        precipitation: rain,
        cloud_cover: number(&now["clouds"]["all"]),
        pressure: number(&now["main"]["pressure"]),
        wind: number(&now["wind"]["speed"]).map(kmh),
        gusts: number(&now["wind"]["gust"]).map(kmh),
        wind_direction: number(&now["wind"]["deg"]),
    };
    let mut steps: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for step in days["list"].as_array().map(Vec::as_slice).unwrap_or_default() {
        if let Some(date) = clock(&step["dt"], "%Y-%m-%d") {
            steps.entry(date).or_default().push(step);
        }
    }
    let days = steps.into_iter().take(wanted).map(|(date, steps)| day(date, &steps, offset)).collect();
    let zone = format!("UTC{offset}");
    Ok(Weather { place, time_zone: Some(zone), units: Units::Metric, now: Some(current), days })
}

fn local(seconds: &Value, offset: Offset) -> Option<jiff::civil::DateTime> {
    Some(offset.to_datetime(Timestamp::from_second(seconds.as_i64()?).ok()?))
}

fn day(date: String, steps: &[&Value], offset: Offset) -> Day {
    let of = |path: &str| steps.iter().filter_map(|step| number(step.pointer(path)?)).collect::<Vec<_>>();
    let most = |path: &str| of(path).into_iter().reduce(f64::max);
    let rain = of("/rain/3h").into_iter().chain(of("/snow/3h")).fold(0.0, |sum, depth| sum + depth);
    let from_noon = |step: &&&Value| local(&step["dt"], offset).map_or(24, |time| (time.hour() - 12).abs());
    let noon = steps.iter().min_by_key(from_noon);
    Day {
        date,
        condition: noon.and_then(|step| text(&step["weather"][0]["description"])),
        low: of("/main/temp_min").into_iter().reduce(f64::min),
        high: most("/main/temp_max"),
        precipitation: Some((rain * 10.0).round() / 10.0),
        precipitation_chance: most("/pop").map(|chance| (chance * 100.0).round()),
        wind: most("/wind/speed").map(kmh),
        sunrise: None,
        sunset: None,
    }
}

fn kmh(speed: f64) -> f64 {
    (speed * KMH * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::service::Topic as _;

    const NOW: &str = r#"{"weather": [{"description": "light rain"}], "main": {"temp": 4.2, "humidity": 90},
        "wind": {"speed": 10, "deg": 270}, "rain": {"1h": 0.4}, "dt": 1795348800, "timezone": 3600, "cod": 200}"#;
    const DAYS: &str = r#"{"cod": "200", "list": [
        {"dt": 1795348800, "main": {"temp_min": 2, "temp_max": 5}, "weather": [{"description": "rain"}], "pop": 0.8,
         "wind": {"speed": 5}, "rain": {"3h": 1.25}},
        {"dt": 1795384800, "main": {"temp_min": 1, "temp_max": 3}, "weather": [{"description": "fog"}], "pop": 0.1},
        {"dt": 1795392000, "main": {"temp_min": -1, "temp_max": 0}, "weather": [{"description": "snow"}]}]}"#;

    fn answer(status: u16, body: &str) -> Answer {
        Answer::test(status, &[], body)
    }

    #[test]
    fn steps_become_days() {
        let place = r#"[{"name": "Graz", "lat": 47.07, "lon": 15.44, "country": "AT"}]"#;
        let place = read_place(&answer(200, place), "graz").unwrap();
        let weather = read(&answer(200, NOW), &answer(200, DAYS), place, 2).unwrap();
        assert_eq!(
            weather.for_model(),
            "Weather in Graz, AT (47.07, 15.44); times in UTC+01\n\
             Now (2026-11-22 13:00): light rain, 4.2 °C, humidity 90 %, precipitation 0.4 mm, wind 36 km/h from W\n\
             2026-11-22: rain, 1 to 5 °C, precipitation 1.3 mm (80 % chance), wind up to 18 km/h\n\
             2026-11-23: snow, -1 to 0 °C, precipitation 0 mm"
        );
    }

    #[test]
    fn its_own_status_counts() {
        let why = |status, body: &str| super::body(&answer(status, body)).unwrap_err().why;
        assert_eq!(why(401, r#"{"cod": 401, "message": "Invalid API key."}"#), Why::Auth);
        assert_eq!(why(200, r#"{"cod": 401, "message": "Invalid API key."}"#), Why::Auth);
        assert_eq!(why(404, r#"{"cod": "404", "message": "city not found"}"#), Why::NotFound);
        assert_eq!(why(200, r#"{"cod": "404", "message": "city not found"}"#), Why::NotFound);
        assert_eq!(why(429, r#"{"cod": 429, "message": "blocked"}"#), Why::RateLimited { until: None });
        assert_eq!(read_place(&answer(200, "[]"), "x").unwrap_err().why, Why::NotFound);
        assert_eq!(read_place(&answer(200, "{}"), "x").unwrap_err().why, Why::Shape);
    }
}
