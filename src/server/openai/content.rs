//! What a message holds: text, images, documents.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::super::media;
use super::super::refusal::Refusal;
use crate::chat::Part;

/// The content of a message as clients send it.
#[derive(Debug, Default)]
pub(super) enum Content {
    #[default]
    Nothing,
    Text(String),
    Parts(Vec<ContentPart>),
}

/// One part; which fields it has depends on its type.
#[derive(Debug, Deserialize)]
pub(super) struct ContentPart {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    refusal: Option<String>,
    image_url: Option<ImageUrl>,
    file: Option<File>,
}

#[derive(Debug, Deserialize)]
struct ImageUrl {
    url: String,
}

#[derive(Debug, Deserialize)]
struct File {
    filename: Option<String>,
    file_data: Option<String>,
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Content;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or an array of parts")
            }

            fn visit_unit<E>(self) -> Result<Content, E> {
                Ok(Content::Nothing)
            }

            fn visit_str<E>(self, text: &str) -> Result<Content, E> {
                Ok(Content::Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Content, E> {
                Ok(Content::Text(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Content, A::Error> {
                let mut parts = Vec::new();
                while let Some(part) = list.next_element()? {
                    parts.push(part);
                }
                Ok(Content::Parts(parts))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Content {
    /// All that a user may say; `place` is where it stands in the request.
    pub(super) fn into_parts(self, place: &str) -> Result<Vec<Part>, Refusal> {
        match self {
            Self::Nothing => Ok(Vec::new()),
            Self::Text(text) => Ok(vec![Part::Text(text)]),
            Self::Parts(parts) => {
                let read = |(at, part): (usize, ContentPart)| part.read(&format!("{place}[{at}]"));
                parts.into_iter().enumerate().map(read).collect()
            }
        }
    }

    /// Text, where nothing else may stand.
    pub(super) fn into_text(self, place: &str) -> Result<String, Refusal> {
        let mut text = String::new();
        for part in self.into_parts(place)? {
            match part {
                Part::Text(piece) => text.push_str(&piece),
                _ => return Err(Refusal::of(place, "only text can stand here")),
            }
        }
        Ok(text)
    }
}

impl ContentPart {
    fn read(self, place: &str) -> Result<Part, Refusal> {
        let missing =
            |field: &str| Refusal::of(place, format!("a part of type `{}` needs `{field}`", self.kind));
        match self.kind.as_str() {
            "text" => Ok(Part::Text(self.text.ok_or_else(|| missing("text"))?)),
            "refusal" => Ok(Part::Text(self.refusal.ok_or_else(|| missing("refusal"))?)),
            "image_url" => {
                let url = self.image_url.as_ref().ok_or_else(|| missing("image_url"))?;
                let image = media::image(&url.url).map(Part::Media);
                image.map_err(|message| Refusal::of(format!("{place}.image_url.url"), message))
            }
            "file" => {
                let file = self.file.as_ref().ok_or_else(|| missing("file"))?;
                let data =
                    file.file_data.as_deref().ok_or("files are taken only with their data, not by an id");
                let file = data.and_then(|data| media::file(file.filename.clone(), data)).map(Part::Media);
                file.map_err(|message| Refusal::of(format!("{place}.file.file_data"), message))
            }
            other => Err(Refusal::of(place, format!("parts of type `{other}` are not supported"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{Media, Source};

    fn media(mime: String, name: Option<String>, source: Source) -> Part {
        Part::Media(Media { mime, name, source })
    }

    fn part(json: &str) -> Result<Part, String> {
        serde_json::from_str::<ContentPart>(json).unwrap().read("p").map_err(|refusal| refusal.message.into())
    }

    #[test]
    fn images_come_inline_or_by_address() {
        let url = |url: &str| part(&format!(r#"{{"type":"image_url","image_url":{{"url":"{url}"}}}}"#));
        let inline = media("image/png".into(), None, Source::Base64("QUJD".into()));
        assert_eq!(url("data:image/png;base64,QUJD").unwrap(), inline);
        assert_eq!(url("DATA:IMAGE/PNG;base64,QUJD").unwrap(), inline);
        let far = url("https://example.org/a.webp?x=1.png").unwrap();
        assert!(matches!(far, Part::Media(media) if media.mime == "image/webp"));
        for wrong in
            ["file:///etc/passwd", "data:image/png,x", "data:;base64,QUJD", "data:text/html;base64,QUJD", "é"]
        {
            assert!(url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn documents_come_with_their_data() {
        let pdf = |data: &str| part(&format!(r#"{{"type":"file","file":{{"filename":"a.pdf",{data}}}}}"#));
        let read = pdf(r#""file_data":"data:application/pdf;base64,QUJD""#).unwrap();
        let name = Some("a.pdf".to_owned());
        assert_eq!(read, media("application/pdf".into(), name, Source::Base64("QUJD".into())));
        assert_eq!(pdf(r#""file_data":"QUJD""#).unwrap(), read);
        assert!(pdf(r#""file_id":"file-1""#).unwrap_err().contains("not by an id"));
        assert!(part(r#"{"type":"input_audio","input_audio":{}}"#).unwrap_err().contains("input_audio"));
    }
}
