//! RSS and Atom: the items of a feed, whatever its dialect.
//!
//! The reader pulls one event after the other and nests without recursion. A feed with a document type is refused: no feed
//! needs one, and whoever declares entities has something in mind. What entities there are besides the five of XML and
//! numbers stays as it stands.

use jiff::Timestamp;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use url::Url;

use super::reading::{folded, plain};

/// How deep elements may stand in each other.
const DEEPEST: usize = 64;
/// The most items that are read.
const MOST_ITEMS: usize = 200;
/// The most text of one field that is read.
const MOST_TEXT: usize = 32 << 10;

/// One item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Item {
    /// The headline.
    pub(super) title: String,
    /// Where it is.
    pub(super) link: String,
    /// Who published it, where the feed is of several.
    pub(super) source: Option<String>,
    /// When.
    pub(super) published: Option<Timestamp>,
    /// What it is about, as text.
    pub(super) summary: Option<String>,
}

/// A feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Feed {
    /// What it is called.
    pub(super) title: String,
    /// The items, in its order.
    pub(super) items: Vec<Item>,
}

/// Reads a feed. The error says what is wrong with it.
pub(super) fn read(text: &str) -> Result<Feed, String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim_start());
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_dangling_amp = true;
    let mut reading = Reading::default();
    loop {
        let event = reader.read_event().map_err(|error| format!("no XML: {error}"));
        match event {
            Ok(Event::Eof) => break,
            Ok(Event::DocType(_)) => {
                return Err("it declares a document type, which no feed needs".to_owned());
            }
            Ok(Event::Start(tag)) => {
                reading.open(&tag);
                if reading.path.len() > DEEPEST {
                    return Err(format!("elements stand in each other more than {DEEPEST} deep"));
                }
            }
            Ok(Event::Empty(tag)) => {
                reading.open(&tag);
                reading.close();
            }
            Ok(Event::End(_)) => reading.close(),
            Ok(Event::Text(text)) => reading.text(&text.xml_content(XmlVersion::Implicit1_0)),
            Ok(Event::CData(text)) => reading.text(&text.xml_content(XmlVersion::Implicit1_0)),
            Ok(Event::GeneralRef(name)) => {
                let known = match name.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    _ => entity(&name.xml_content(XmlVersion::Implicit1_0)),
                };
                reading.text(&known);
            }
            Ok(_) => {}
            // What came before the damage is worth having.
            Err(_) if !reading.feed.items.is_empty() => break,
            Err(error) => return Err(error),
        }
        if reading.feed.items.len() >= MOST_ITEMS {
            break;
        }
    }
    if reading.is_feed { Ok(reading.feed) } else { Err("it is neither RSS nor Atom".to_owned()) }
}

fn entity(name: &str) -> String {
    match name {
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        // That of HTML, as careless feeds have it: the reader of markup knows it.
        other => format!("&{other};"),
    }
}

#[derive(Default)]
struct Reading {
    feed: Feed,
    is_feed: bool,
    /// The elements that are open, outermost first, without their prefixes.
    path: Vec<String>,
    /// The item that is open, and at which depth.
    item: Option<(Item, usize)>,
    text: String,
    /// Where an open `<link rel="alternate">` leads.
    href: Option<String>,
}

impl Reading {
    fn open(&mut self, tag: &BytesStart<'_>) {
        // `media:title` is not the title.
        let name = tag.name();
        let name = name.as_ref();
        let name = match name.split_once(':') {
            Some(("dc" | "atom" | "rdf" | "rss" | "a10", local)) => local,
            Some((prefix, local)) => &format!("{prefix}_{local}"),
            None => name,
        };
        let name = name.to_ascii_lowercase();
        self.is_feed |= self.path.is_empty() && matches!(name.as_str(), "rss" | "feed" | "rdf");
        self.path.push(name);
        self.text.clear();
        match self.path.last().map(String::as_str) {
            Some("item" | "entry") if self.item.is_none() => {
                self.item = Some((Item::default(), self.path.len()));
            }
            Some("link") => self.href = href(tag),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.text.len() < MOST_TEXT {
            self.text.push_str(text);
        }
    }

    fn close(&mut self) {
        let depth = self.path.len();
        let Some(name) = self.path.pop() else { return };
        let text = std::mem::take(&mut self.text);
        let href = if name == "link" { self.href.take() } else { None };
        match &mut self.item {
            Some((_, begun)) if *begun == depth => {
                let item = self.item.take().map(|(item, _)| item).unwrap_or_default();
                if !(item.title.is_empty() || item.link.is_empty()) {
                    self.feed.items.push(item);
                }
            }
            Some((item, begun)) if *begun + 1 == depth => field(item, &name, &text, href),
            // The source of an entry is a feed of its own, with a title.
            Some((item, begun))
                if *begun + 2 == depth
                    && name == "title"
                    && self.path.last().is_some_and(|it| it == "source") =>
            {
                item.source = some(plain(&text));
            }
            Some(_) => {}
            None if name == "title" && depth <= 3 && self.feed.title.is_empty() => {
                self.feed.title = plain(&text);
            }
            None => {}
        }
    }
}

fn field(item: &mut Item, name: &str, text: &str, href: Option<String>) {
    match name {
        "title" => item.title = plain(text),
        "link" => {
            let link = href.or_else(|| address(text));
            if let (true, Some(link)) = (item.link.is_empty(), link) {
                item.link = link;
            }
        }
        // An address by habit, where there is no other.
        "guid" | "id" if item.link.is_empty() => item.link = address(text).unwrap_or_default(),
        "source" => item.source = some(plain(text)).or(item.source.take()),
        "pubdate" | "published" | "date" => item.published = moment(text),
        "updated" if item.published.is_none() => item.published = moment(text),
        "description" | "summary" => item.summary = some(plain(text)),
        "content" | "content_encoded" if item.summary.is_none() => item.summary = some(plain(text)),
        _ => {}
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Where a link of Atom leads, if it leads to the item itself.
fn href(tag: &BytesStart<'_>) -> Option<String> {
    let value = |name: &str| {
        let attribute = tag.html_attributes().flatten().find(|attribute| attribute.key.as_ref() == name)?;
        attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
    };
    let is_itself = value("rel").is_none_or(|rel| rel == "alternate");
    is_itself.then(|| address(&value("href")?)).flatten()
}

/// A web address, or none.
fn address(text: &str) -> Option<String> {
    let text = folded(text);
    let url = Url::parse(&text).ok()?;
    ["http", "https"].contains(&url.scheme()).then_some(text)
}

/// The time of an item: RFC 822 as RSS has it, or RFC 3339 as Atom has it.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = folded(text);
    let rfc = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    rfc.parse_timestamp(&text).ok().or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rss_is_read() {
        let feed = read(
            "\u{feff}<?xml version='1.0'?><rss version='2.0' xmlns:media='m'><channel><title>All &amp; sundry</title>
             <link>https://x.y/</link><image><title>logo</title></image>
             <item><title>Ducks &amp;amp; drakes - The Pond</title><link>https://x.y/1?a=1&amp;b=2</link>
             <media:title>other</media:title><pubDate>Thu, 16 Jul 2026 14:15:07 GMT</pubDate>
             <description>&lt;a href=\"#\"&gt;Ducks&lt;/a&gt;&amp;nbsp;&#8211; more</description>
             <source url='https://pond.org'>The Pond</source></item>
             <item><title><![CDATA[Only <b>here</b>]]></title><guid>https://x.y/2</guid><dc:date>2026-07-16T14:15:07Z</dc:date></item>
             <item><title>No address</title></item>
             <item><title>Bad address</title><link>javascript:alert(1)</link></item></channel></rss>",
        )
        .unwrap();
        assert_eq!(feed.title, "All & sundry");
        assert_eq!(feed.items.len(), 2);
        let first = &feed.items[0];
        assert_eq!(
            (first.title.as_str(), first.link.as_str()),
            ("Ducks & drakes - The Pond", "https://x.y/1?a=1&b=2")
        );
        assert_eq!(
            (first.source.as_deref(), first.summary.as_deref()),
            (Some("The Pond"), Some("Ducks – more"))
        );
        assert_eq!(first.published, feed.items[1].published);
        assert_eq!(
            (feed.items[1].title.as_str(), feed.items[1].link.as_str()),
            ("Only here", "https://x.y/2")
        );
    }

    #[test]
    fn atom_is_read() {
        let feed = read(
            "<feed xmlns='http://www.w3.org/2005/Atom'><title type='text'>News</title><entry><title>One</title>
             <link rel='self' href='https://x.y/self'/><link href='https://x.y/1?a&amp;b'/><id>tag:x</id>
             <updated>2026-07-16T16:15:07+02:00</updated><summary type='html'>&lt;p>Short&lt;/p></summary>
             <source><title>Elsewhere</title></source></entry></feed>",
        )
        .unwrap();
        let expected = Item {
            title: "One".into(),
            link: "https://x.y/1?a&b".into(),
            source: Some("Elsewhere".into()),
            published: "2026-07-16T14:15:07Z".parse().ok(),
            summary: Some("Short".into()),
        };
        assert_eq!(feed, Feed { title: "News".into(), items: vec![expected] });
    }

    #[test]
    fn rdf_is_read_and_damage_ends_it() {
        let rdf = "<rdf:RDF><channel><title>Old</title></channel><item><title>One</title><link>http://x.y/1</link></item>";
        let feed = read(rdf).unwrap();
        assert_eq!((feed.title.as_str(), feed.items.len()), ("Old", 1));
        assert_eq!(read(&format!("{rdf}<item><title>two</ti <<")).unwrap().items.len(), 1);
        assert!(read("<html><p>hello").unwrap_err().contains("neither"));
        assert!(read("hello").is_err());
        assert_eq!(read("<rss><channel><title>Empty</title></channel></rss>").unwrap().items, []);
    }

    #[test]
    fn bombs_do_not_go_off() {
        let bomb = "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><rss><channel><title>&b;</title></channel></rss>";
        assert!(read(bomb).unwrap_err().contains("document type"));
        let undeclared = "<rss><channel><title>&bomb; &eacute;</title></channel></rss>";
        assert_eq!(read(undeclared).unwrap().title, "&bomb; é");
        let deep = format!("<rss>{}", "<a>".repeat(100_000));
        assert!(read(&deep).unwrap_err().contains("deep"));
        let item = "<item><title>x</title><link>http://x.y/</link></item>";
        assert_eq!(read(&format!("<rss>{}</rss>", item.repeat(1000))).unwrap().items.len(), MOST_ITEMS);
    }

    proptest! {
        #[test]
        fn no_feed_makes_it_panic(
            parts in proptest::collection::vec(
                "(<rss>|<feed>|<item>|<entry>|</item>|</entry>|<title>|</title>|<link href='[a-z:/]{0,9}'/>|<link>|</link>|<!\\[CDATA\\[|\\]\\]>|&[a-z#0-9]{0,4};?|<|>|\\PC{0,4})",
                0..60,
            ),
        ) {
            let text = parts.concat();
            drop(read(&text));
            drop(read(&format!("<rss><channel>{text}")));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(read(&String::from_utf8_lossy(&bytes)));
        }
    }
}
