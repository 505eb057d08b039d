//! Images and documents in requests of all dialects.

use crate::chat::{Media, Source};

/// A medium at an address that the provider fetches. `usual` is its type where the address does not tell another one.
pub(super) fn by_address(url: &str, usual: &str) -> Result<Media, &'static str> {
    let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    if !path.starts_with("http://") && !path.starts_with("https://") {
        return Err("expected a data: or https: address");
    }
    // Providers look at the bytes; where one wants a type all the same, the address has to tell it.
    let mime = match path.rsplit('.').next() {
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("pdf") => "application/pdf",
        _ => usual,
    };
    Ok(Media { mime: mime.to_owned(), name: None, source: Source::Url(url.to_owned()) })
}

/// The type and the data of a `data:` address; none if it is no such address.
pub(super) fn inline(url: &str) -> Result<Option<(String, String)>, &'static str> {
    let Some(rest) = url.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:")) else {
        return Ok(None);
    };
    let (head, data) = url[rest.len()..].split_once(',').ok_or("a data: address without data")?;
    let mime = head.strip_suffix(";base64").ok_or("data: addresses are taken only in base64")?;
    let mime = mime.split(';').next().unwrap_or_default();
    if !mime.contains('/') {
        return Err("a data: address without a type");
    }
    Ok(Some((mime.to_ascii_lowercase(), data.to_owned())))
}

/// An image, inline or at an address.
pub(super) fn image(url: &str) -> Result<Media, &'static str> {
    let Some((mime, data)) = inline(url)? else { return by_address(url, "image/jpeg") };
    if !mime.starts_with("image/") {
        return Err("this is no image");
    }
    Ok(Media { mime, name: None, source: Source::Base64(data) })
}

/// A file with its data, as a `data:` address or bare.
pub(super) fn file(name: Option<String>, data: &str) -> Result<Media, &'static str> {
    let (mime, data) = match inline(data)? {
        Some(found) => found,
        None => ("application/pdf".to_owned(), data.to_owned()),
    };
    Ok(Media { mime, name, source: Source::Base64(data) })
}

/// A document that is text, as every model can read it.
pub(super) fn document(name: Option<&str>, text: &str) -> String {
    let name = name.map(|name| format!(" name=\"{}\"", name.replace('"', "'"))).unwrap_or_default();
    format!("<document{name}>\n{text}\n</document>")
}
