//! The weather of a place, now and in the next days.
//!
//! Services give metric units; other ones are made of these here, so that it is done once and in one way.

mod open_meteo;
mod openweathermap;
mod wttr;

use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ToolError;
use super::service::{Topic, spec, words};
use crate::chat::ToolSpec;
pub use open_meteo::OpenMeteo;
pub use openweathermap::OpenWeatherMap;
pub use wttr::Wttr;

/// Days that are told where nothing is said.
const USUAL_DAYS: u64 = 3;
/// The most days.
const MOST_DAYS: u64 = 14;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    /// The place: a name, or `latitude,longitude`.
    pub city: String,
    /// How many days, today first.
    pub days: usize,
    /// In which units; services do not hear of it.
    #[serde(skip)]
    pub units: Units,
}

/// Units of measure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Units {
    /// °C, km/h, mm.
    #[default]
    Metric,
    /// °F, mph, inches.
    Imperial,
}

/// The weather of a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weather {
    /// Which place it is, in full: there are many of one name.
    pub place: Place,
    /// The zone of all times here: `Europe/Berlin`, or `UTC+02:00` where only that is known.
    pub time_zone: Option<String>,
    /// The units of all numbers here.
    pub units: Units,
    /// The weather now.
    pub now: Option<Now>,
    /// The days, today first.
    pub days: Vec<Day>,
}

/// A place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// The region.
    pub region: Option<String>,
    /// The country, or its code.
    pub country: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
}

/// The weather at a time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Now {
    /// Local time, to the minute.
    pub time: Option<String>,
    /// In words.
    pub condition: Option<String>,
    /// Temperature.
    pub temperature: Option<f64>,
    /// What it feels like.
    pub feels_like: Option<f64>,
    /// Relative humidity in percent.
    pub humidity: Option<f64>,
    /// Rain and snow.
    pub precipitation: Option<f64>,
    /// Percent of the sky.
    pub cloud_cover: Option<f64>,
    /// Pressure at sea level in hPa.
    pub pressure: Option<f64>,
    /// Speed of the wind.
    pub wind: Option<f64>,
    /// Speed of its gusts.
    pub gusts: Option<f64>,
    /// Where it comes from, in degrees.
    pub wind_direction: Option<f64>,
}

/// The weather of a day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Day {
    /// The date.
    pub date: String,
    /// In words.
    pub condition: Option<String>,
    /// The lowest temperature.
    pub low: Option<f64>,
    /// The highest temperature.
    pub high: Option<f64>,
    /// Rain and snow.
    pub precipitation: Option<f64>,
    /// How likely there is any, in percent.
    pub precipitation_chance: Option<f64>,
    /// The strongest wind.
    pub wind: Option<f64>,
    /// Local time.
    pub sunrise: Option<String>,
    /// Local time.
    pub sunset: Option<String>,
}

impl Topic for Weather {
    const TOOL: &'static str = "weather";
    type Query = Question;

    fn spec() -> ToolSpec {
        spec(
            Self::TOOL,
            "The weather of a place: now and the forecast for the next days.",
            "city",
            &json!({
                "city": {"type": "string", "description": "a place, such as `Paris` or `Paris, Texas`"},
                "days": {"type": "integer", "minimum": 1, "maximum": MOST_DAYS, "description": "today counts; usually 3"},
                "units": {"type": "string", "description": "`metric` (usual) or `imperial`"},
            }),
        )
    }

    fn query(arguments: &Value) -> Result<Question, ToolError> {
        let days = arguments["days"].as_u64().unwrap_or(USUAL_DAYS).clamp(1, MOST_DAYS);
        let units = match arguments["units"].as_str().unwrap_or_default().trim().to_lowercase().as_str() {
            "" | "metric" | "celsius" | "c" | "°c" | "si" => Units::Metric,
            "imperial" | "fahrenheit" | "f" | "°f" | "us" | "standard" => Units::Imperial,
            other => return Err(ToolError(format!("`units` is `metric` or `imperial`, not `{other}`"))),
        };
        let days = usize::try_from(days).unwrap_or(usize::MAX);
        Ok(Question { city: words(arguments, "city", 120)?, days, units })
    }

    fn keeps(&self) -> Duration {
        Duration::from_mins(10)
    }

    fn fitted(self, query: &Question) -> Self {
        if query.units == Units::Imperial && self.units == Units::Metric { self.imperial() } else { self }
    }

    fn warnings(&self, query: &Question) -> Vec<String> {
        let short = self.days.len() < query.days;
        let told = format!("the forecast has {} of {} days", self.days.len(), query.days);
        short.then_some(told).into_iter().collect()
    }

    fn for_model(&self) -> String {
        let mut text = format!("Weather in {}", self.place);
        if let Some(zone) = &self.time_zone {
            // Writing to a String cannot fail.
            let _infallible = write!(text, "; times in {zone}");
        }
        if let Some(now) = &self.now {
            let time = now.time.as_ref().map_or(String::new(), |time| format!(" ({time})"));
            let _infallible = write!(text, "\nNow{time}: {}", now.parts(self.units).join(", "));
        }
        for day in &self.days {
            let _infallible = write!(text, "\n{}: {}", day.date, day.parts(self.units).join(", "));
        }
        text
    }
}

impl Weather {
    fn imperial(mut self) -> Self {
        self.units = Units::Imperial;
        if let Some(now) = &mut self.now {
            [&mut now.temperature, &mut now.feels_like].into_iter().for_each(fahrenheit);
            [&mut now.wind, &mut now.gusts].into_iter().for_each(miles);
            inches(&mut now.precipitation);
        }
        for day in &mut self.days {
            [&mut day.low, &mut day.high].into_iter().for_each(fahrenheit);
            miles(&mut day.wind);
            inches(&mut day.precipitation);
        }
        self
    }
}

fn fahrenheit(celsius: &mut Option<f64>) {
    *celsius = celsius.map(|degrees| rounded(degrees * 1.8 + 32.0, 10.0));
}

fn miles(kilometres: &mut Option<f64>) {
    *kilometres = kilometres.map(|speed| rounded(speed / 1.609_344, 10.0));
}

fn inches(millimetres: &mut Option<f64>) {
    *millimetres = millimetres.map(|depth| rounded(depth / 25.4, 100.0));
}

fn rounded(number: f64, steps: f64) -> f64 {
    (number * steps).round() / steps
}

impl Units {
    /// Its sign.
    pub fn of_temperature(self) -> &'static str {
        if self == Self::Metric { "°C" } else { "°F" }
    }
    /// Its sign.
    pub fn of_speed(self) -> &'static str {
        if self == Self::Metric { "km/h" } else { "mph" }
    }
    /// Its sign.
    pub fn of_depth(self) -> &'static str {
        if self == Self::Metric { "mm" } else { "in" }
    }
}

impl Now {
    /// What is known, in words.
    pub fn parts(&self, units: Units) -> Vec<String> {
        let (degrees, speed, depth) = (units.of_temperature(), units.of_speed(), units.of_depth());
        let from = self.wind_direction.map_or(String::new(), |from| format!(" from {}", point(from)));
        let gusts = self.gusts.map_or(String::new(), |gusts| format!(" (gusts {gusts} {speed})"));
        [
            self.condition.clone(),
            self.temperature.map(|it| format!("{it} {degrees}")),
            self.feels_like.map(|it| format!("feels like {it} {degrees}")),
            self.humidity.map(|it| format!("humidity {it} %")),
            self.precipitation.map(|it| format!("precipitation {it} {depth}")),
            self.wind.map(|it| format!("wind {it} {speed}{from}{gusts}")),
            self.cloud_cover.map(|it| format!("clouds {it} %")),
            self.pressure.map(|it| format!("pressure {it} hPa")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Day {
    fn parts(&self, units: Units) -> Vec<String> {
        let (degrees, speed, depth) = (units.of_temperature(), units.of_speed(), units.of_depth());
        let chance = self.precipitation_chance.map(|it| format!("{it} % chance"));
        let rain = match (self.precipitation, chance) {
            (Some(it), Some(chance)) => Some(format!("precipitation {it} {depth} ({chance})")),
            (Some(it), None) => Some(format!("precipitation {it} {depth}")),
            (None, chance) => chance.map(|chance| format!("precipitation: {chance}")),
        };
        [
            self.condition.clone(),
            self.low.zip(self.high).map(|(low, high)| format!("{low} to {high} {degrees}")),
            rain,
            self.wind.map(|it| format!("wind up to {it} {speed}")),
            self.sunrise.as_ref().map(|time| format!("sunrise {time}")),
            self.sunset.as_ref().map(|time| format!("sunset {time}")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        for part in [&self.region, &self.country].into_iter().flatten() {
            if *part != self.name {
                write!(f, ", {part}")?;
            }
        }
        match self.latitude.zip(self.longitude) {
            Some((latitude, longitude)) => write!(f, " ({latitude:.2}, {longitude:.2})"),
            None => Ok(()),
        }
    }
}

/// The point of the compass of a direction in degrees.
fn point(degrees: f64) -> &'static str {
    const POINTS: [&str; 16] =
        ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"];
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 16, or saturated"
    )]
    let index = (degrees.rem_euclid(360.0) / 22.5).round() as usize;
    POINTS[index % POINTS.len()]
}

/// `latitude,longitude`, if that is what is asked for.
fn coordinates(city: &str) -> Option<(f64, f64)> {
    let (latitude, longitude) = city.split_once(',')?;
    let (latitude, longitude): (f64, f64) = (latitude.trim().parse().ok()?, longitude.trim().parse().ok()?);
    (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some((latitude, longitude))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_as_models_ask_them() {
        let ask = |arguments: Value| Weather::query(&arguments);
        let plain = ask(json!({"city": " Berlin \n"})).unwrap();
        assert_eq!(plain, Question { city: "Berlin".into(), days: 3, units: Units::Metric });
        let other = ask(json!({"city": "X", "days": 99, "units": "Fahrenheit"})).unwrap();
        assert_eq!((other.days, other.units), (14, Units::Imperial));
        assert!(ask(json!({"city": "X", "units": "kelvin"})).unwrap_err().0.contains("kelvin"));
        assert!(ask(json!({})).unwrap_err().0.contains("`city` is empty"));
        assert_eq!(coordinates("48.85, -2.35"), Some((48.85, -2.35)));
        assert_eq!(coordinates("Paris, France"), None);
        assert_eq!(coordinates("148, 2"), None);
        assert_eq!([0.0, 350.0, 259.0, -90.0, f64::NAN].map(point), ["N", "N", "W", "W", "N"]);
    }

    #[test]
    fn other_units_are_made_here() {
        let day =
            Day { date: "2026-10-03".into(), low: Some(-40.0), precipitation: Some(25.4), ..Day::default() };
        let now = Now { temperature: Some(20.0), wind: Some(16.09344), ..Now::default() };
        let place = Place { name: "X".into(), ..Place::default() };
        let weather =
            Weather { place, time_zone: None, units: Units::Metric, now: Some(now), days: vec![day] };
        let query = Question { city: "X".into(), days: 3, units: Units::Imperial };
        let imperial = weather.fitted(&query);
        assert_eq!(imperial.days[0].low, Some(-40.0));
        assert_eq!(
            imperial.for_model(),
            "Weather in X\nNow: 68 °F, wind 10 mph\n2026-10-03: precipitation 1 in"
        );
        assert_eq!(imperial.warnings(&query), ["the forecast has 1 of 3 days"]);
        // What is kept is not converted twice.
        assert_eq!(imperial.clone().fitted(&query), imperial);
    }
}
