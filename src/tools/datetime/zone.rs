//! Which time zone a word means.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// How many names are offered where none is right.
const MOST_OFFERED: usize = 3;

/// The zone that a word means: a name of the tz database, a city in one, or an offset.
pub(super) fn read(word: &str) -> Result<TimeZone, String> {
    let word = word.trim();
    if ["z", "utc", "gmt", "zulu"].iter().any(|utc| word.eq_ignore_ascii_case(utc)) {
        return Ok(TimeZone::UTC);
    }
    if let Some(offset) = offset(word) {
        return Ok(TimeZone::fixed(offset));
    }
    let name = word.replace(' ', "_");
    jiff::tz::db().get(&name).or_else(|_| city(&name).ok_or_else(|| unknown(word)))
}

/// `+02:00`, `UTC-3:30`, `GMT+5`.
fn offset(word: &str) -> Option<Offset> {
    let start = word.get(..3).filter(|start| ["utc", "gmt"].contains(&start.to_ascii_lowercase().as_str()));
    let rest = word[start.map_or(0, str::len)..].trim().replace('−', "-");
    let (sign, digits) = match (rest.strip_prefix('+'), rest.strip_prefix('-')) {
        (Some(digits), _) => (1, digits),
        (_, Some(digits)) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "0"),
    };
    let part = |text: &str| {
        Some(text).filter(|text| text.len() <= 2 && !text.starts_with(['+', '-']))?.parse::<i32>().ok()
    };
    let (hours, minutes) = (part(hours)?, part(minutes).filter(|minutes| *minutes < 60)?);
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// All names, without those that only say how leap seconds are counted.
fn names() -> Vec<String> {
    let names = jiff::tz::db().available().map(|name| name.to_string());
    names.filter(|name| !name.starts_with("posix/") && !name.starts_with("right/")).collect()
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The zone of a city. Of several names for one the shortest is the usual one.
fn city(city: &str) -> Option<TimeZone> {
    let names = names();
    let fits = names.iter().filter(|name| name.contains('/') && last(name).eq_ignore_ascii_case(city));
    jiff::tz::db().get(fits.min_by_key(|name| name.len())?).ok()
}

fn unknown(word: &str) -> String {
    let wanted = last(word).replace(' ', "_").to_lowercase();
    let likeness = |name: &String| strsim::jaro_winkler(&wanted, &last(name).to_lowercase());
    let mut near: Vec<_> = names().into_iter().map(|name| (likeness(&name), name)).collect();
    near.retain(|(likeness, _)| *likeness >= 0.85);
    near.sort_by(|one, two| two.0.total_cmp(&one.0));
    let near: Vec<_> = near.into_iter().take(MOST_OFFERED).map(|(_, name)| name).collect();
    let meant =
        if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
    format!(
        "there is no time zone `{word}`{meant} Write a name such as Europe/Berlin or an offset such as +02:00; \
         abbreviations such as IST stand for several"
    )
}

/// What a zone is called at some time.
pub(super) fn called(zone: &TimeZone, at: Timestamp) -> String {
    let offset = || format!("UTC{}", zone.to_offset(at));
    zone.iana_name().map_or_else(offset, str::to_owned)
}
