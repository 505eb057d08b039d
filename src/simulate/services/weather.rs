//! Those who know the weather. It is the same everywhere, except where there is nothing: at places called Nowhere.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::super::reply::Reply;
use super::asked::{Asked, Complaint};
use super::{Fault, page};

/// The first day of all forecasts.
const TODAY: Date = date(2026, 11, 22);

fn is_unknown(place: &str) -> bool {
    place.to_lowercase().contains("nowhere")
}

/// So many days, from today.
fn days(count: usize) -> Vec<Date> {
    TODAY.series(jiff::Span::new().days(1)).take(count).collect()
}

pub(super) fn open_meteo(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    if asked.path == "/v1/search" {
        let name = asked.need("name")?;
        asked.must("format", "json")?;
        asked.count("count", 100)?;
        return Ok(if is_unknown(name) { no_place() } else { Reply::json(200, &gazetteer(name)) });
    }
    asked.at("GET", "/v1/forecast")?;
    asked.must("latitude", "47.5")?;
    asked.must("longitude", "15.25")?;
    asked.must("timezone", "auto")?;
    for variable in ["temperature_2m", "weather_code", "wind_speed_10m"] {
        if !asked.need("current")?.split(',').any(|named| named == variable) {
            return Err(format!("`{variable}` is not asked for"));
        }
    }
    asked.need("daily")?;
    let days = days(asked.count("forecast_days", 16)?);
    Ok(Reply::json(200, &forecast(&days)))
}

fn gazetteer(name: &str) -> Value {
    json!({"generationtime_ms": 0.5, "results": [{"id": 1, "name": name, "latitude": 47.5, "longitude": 15.25,
        "country_code": "AT", "country": "Austria", "admin1": "Styria", "timezone": "Europe/Vienna"}]})
}

fn forecast(days: &[Date]) -> Value {
    let all = |value: Value| vec![value; days.len()];
    let at = |time: &str| days.iter().map(|day| json!(format!("{day}T{time}"))).collect::<Vec<_>>();
    json!({
        "latitude": 47.5, "longitude": 15.25, "utc_offset_seconds": 3600, "timezone": "Europe/Vienna",
        "current": {"time": "2026-11-22T13:00", "interval": 900, "temperature_2m": 4.5, "relative_humidity_2m": 81,
            "apparent_temperature": 2.1, "precipitation": 0.0, "weather_code": 3, "cloud_cover": 97, "pressure_msl": 1013.2,
            "wind_speed_10m": 12.5, "wind_direction_10m": 270, "wind_gusts_10m": 30.0},
        "daily": {"time": days, "weather_code": all(json!(61)), "temperature_2m_max": all(json!(6.5)),
            "temperature_2m_min": all(json!(-1.5)), "sunrise": at("07:10"), "sunset": at("16:20"),
            "precipitation_sum": all(json!(2.5)), "precipitation_probability_max": all(json!(70)),
            "wind_speed_10m_max": all(json!(25.0))},
    })
}

/// A list without anything in it is left out.
fn no_place() -> Reply {
    Reply::json(200, &json!({"generationtime_ms": 0.5}))
}

pub(super) fn open_meteo_fails(_: &Asked, fault: Fault) -> Option<Reply> {
    let error = |status, reason: &str| Reply::json(status, &json!({"error": true, "reason": reason}));
    match fault {
        Fault::Empty | Fault::NotFound => Some(no_place()),
        Fault::Limit => Some(error(429, "Minutely API request limit exceeded. Come back in a minute.")),
        Fault::Quota => Some(error(429, "Daily API request limit exceeded. Come back tomorrow.")),
        _ => None,
    }
}

pub(super) fn wttr(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.must("format", "j1")?;
    let place = asked.path.trim_start_matches('/');
    if asked.method != "GET" || place.is_empty() || place.contains('/') {
        return Err(format!("{} {} is not served", asked.method, asked.path));
    }
    if is_unknown(place) {
        return Ok(Reply::text(404, "text/plain", "location not found".to_owned()));
    }
    Ok(wttr_at(place))
}

fn wttr_at(place: &str) -> Reply {
    let hours = ["0", "1200", "2100"].map(|time| {
        json!({"time": time, "weatherDesc": [{"value": "Light rain "}], "precipMM": "0.5", "chanceofrain": "70",
            "windspeedKmph": "20"})
    });
    let day = |day: Date| {
        json!({"date": day, "mintempC": "-2", "maxtempC": "6", "hourly": hours,
            "astronomy": [{"sunrise": "07:10 AM", "sunset": "04:20 PM"}]})
    };
    let value = |text: &str| json!([{"value": text}]);
    let body = json!({
        "current_condition": [{"temp_C": "4", "FeelsLikeC": "2", "humidity": "81", "precipMM": "0.0", "cloudcover": "97",
            "pressure": "1013", "windspeedKmph": "12", "winddirDegree": "270", "weatherDesc": value("Overcast "),
            "localObsDateTime": "2026-11-22 01:00 PM", "observation_time": "12:00 PM"}],
        "nearest_area": [{"areaName": value(place), "region": value("Styria"), "country": value("Austria"),
            "latitude": "47.500", "longitude": "15.250"}],
        "weather": days(3).into_iter().map(day).collect::<Vec<_>>(),
    });
    Reply::json(200, &body)
}

pub(super) fn wttr_fails(_: &Asked, fault: Fault) -> Option<Reply> {
    match fault {
        Fault::NotFound => Some(Reply::text(404, "text/plain", "location not found".to_owned())),
        // It takes people to the coldest place that it knows.
        Fault::Empty => Some(wttr_at("Oymyakon")),
        _ => None,
    }
}

pub(super) fn openweathermap(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.need("appid")?;
    if asked.path == "/geo/1.0/direct" {
        let name = asked.need("q")?;
        let place = json!([{"name": name, "lat": 47.5, "lon": 15.25, "country": "AT", "state": "Styria"}]);
        return Ok(Reply::json(200, &if is_unknown(name) { json!([]) } else { place }));
    }
    asked.must("lat", "47.5")?;
    asked.must("lon", "15.25")?;
    asked.must("units", "metric")?;
    let noon = 1_795_348_800;
    let step = |dt: i64| {
        json!({"dt": dt, "main": {"temp": 4.5, "feels_like": 2.1, "temp_min": -1.5, "temp_max": 6.5, "humidity": 81,
                "pressure": 1013},
            "weather": [{"id": 500, "description": "light rain"}], "wind": {"speed": 3.5, "deg": 270}, "pop": 0.7})
    };
    match asked.path.as_str() {
        "/data/2.5/weather" => {
            let mut now = step(noon);
            now["timezone"] = json!(3600);
            now["cod"] = json!(200);
            Ok(Reply::json(200, &now))
        }
        "/data/2.5/forecast" => {
            let steps: Vec<Value> = (0..40).map(|index| step(noon + index * 10_800)).collect();
            Ok(Reply::json(200, &json!({"cod": "200", "list": steps})))
        }
        other => Err(format!("{other} is not served")),
    }
}

pub(super) fn openweathermap_fails(asked: &Asked, fault: Fault) -> Option<Reply> {
    let error =
        |status: u16, message: String| Reply::json(status, &json!({"cod": status, "message": message}));
    match fault {
        Fault::Empty => Some(Reply::json(200, &json!([]))),
        Fault::NotFound => Some(Reply::json(404, &json!({"cod": "404", "message": "city not found"}))),
        Fault::Limit => {
            Some(error(429, "Your account is blocked for a while: too many requests.".to_owned()))
        }
        // It is not the only one to quote keys.
        Fault::Key => {
            Some(error(401, format!("Invalid API key {}.", asked.field("appid").unwrap_or_default())))
        }
        Fault::Challenge => Some(page("<title>Attention</title><div class=\"g-recaptcha\"></div>")),
        _ => None,
    }
}
