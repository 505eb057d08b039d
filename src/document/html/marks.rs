//! What a page says about the parts of its text: what it is about, what only stands beside it, where links lead.

use std::ops::Range;

use html5ever::tokenizer::Tag;

/// More parts in each other than any page has that somebody wrote; what is deeper belongs to the part around it.
const DEEPEST: usize = 64;
/// The most links and parts that are noted.
const MOST: usize = 20_000;

/// What a part of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// What the page is about.
    Main,
    /// A text of its own.
    Article,
    /// Menus, margins, buttons.
    Beside,
    /// Not shown.
    Hidden,
}

/// A link, and the text that it is laid on.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) text: Range<usize>,
    pub(super) href: String,
}

/// The marks of a page. All places are places in its text.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) parts: Vec<(Part, Range<usize>)>,
    pub(super) links: Vec<Link>,
    /// The level of each heading, and where its text begins.
    pub(super) headings: Vec<(u8, usize)>,
    /// What the links are relative to, if not to the page.
    pub(super) base: Option<String>,
    open: Vec<Open>,
    link: Option<(String, Option<usize>)>,
}

#[derive(Debug)]
struct Open {
    part: Part,
    begin: usize,
    name: String,
    /// How many elements of this name are open in it, itself included.
    depth: u32,
}

/// Elements that say where they end, besides those that hold others.
const ENDS: &[&str] = &[
    "a", "b", "center", "code", "details", "em", "font", "i", "label", "mark", "s", "small", "strong", "sub",
    "sup", "u",
];
/// What ends a paragraph by beginning.
const ENDS_PARAGRAPH: &[&str] = &[
    "p",
    "article",
    "aside",
    "blockquote",
    "div",
    "dl",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "main",
    "nav",
    "ol",
    "pre",
    "section",
    "table",
    "ul",
];

impl Marks {
    /// An element begins.
    pub(super) fn start(&mut self, tag: &Tag, at: usize) {
        let name: &str = &tag.name;
        match name {
            "a" => {
                self.end_link(at);
                self.link = attribute(tag, "href").map(|href| (href.trim().to_owned(), None));
            }
            "base" if self.base.is_none() => self.base = attribute(tag, "href").map(str::to_owned),
            _ => {}
        }
        // A paragraph ends where another block begins, said or not.
        if ENDS_PARAGRAPH.contains(&name) && self.open.last().is_some_and(|open| open.name == "p") {
            self.close_from(self.open.len() - 1, at);
        }
        let part = (!tag.self_closing).then(|| self.part(tag)).flatten();
        match part {
            Some(part) if self.open.len() < DEEPEST => {
                self.open.push(Open { part, begin: at, name: name.to_owned(), depth: 1 });
            }
            _ => {
                if let Some(open) = self.open.iter_mut().rev().find(|open| open.name == name) {
                    open.depth = open.depth.saturating_add(u32::from(!tag.self_closing));
                }
            }
        }
    }

    /// An element ends. What was left open in it ends as well.
    pub(super) fn end(&mut self, name: &str, at: usize) {
        if name == "a" {
            self.end_link(at);
        }
        let Some(index) = self.open.iter().rposition(|open| open.name == name) else { return };
        self.open[index].depth -= 1;
        if self.open[index].depth == 0 {
            self.close_from(index, at);
        }
    }

    /// A word begins.
    pub(super) fn word(&mut self, at: usize) {
        if let Some((_, begin @ None)) = &mut self.link {
            *begin = Some(at);
        }
    }

    /// A heading that is whole.
    pub(super) fn heading(&mut self, level: u8, begin: usize) {
        if self.headings.len() < MOST {
            self.headings.push((level, begin));
        }
    }

    /// The page ends.
    pub(super) fn close(&mut self, at: usize) {
        self.end_link(at);
        self.close_from(0, at);
    }

    fn close_from(&mut self, index: usize, at: usize) {
        for open in self.open.drain(index..) {
            if self.parts.len() < MOST && open.begin < at {
                self.parts.push((open.part, open.begin..at));
            }
        }
    }

    fn end_link(&mut self, at: usize) {
        if let Some((href, Some(begin))) = self.link.take()
            && begin < at
            && self.links.len() < MOST
        {
            self.links.push(Link { text: begin..at, href });
        }
    }

    /// What an element says that it is.
    fn part(&self, tag: &Tag) -> Option<Part> {
        let name: &str = &tag.name;
        // Only elements that say where they end: what never ends would swallow the rest.
        let block =
            ["div", "section", "ul", "ol", "table", "span", "article", "main", "aside", "nav", "header"];
        let ends = block.contains(&name) || ENDS.contains(&name) || ENDS_PARAGRAPH.contains(&name);
        if ends && is_hidden(tag) {
            return Some(Part::Hidden);
        }
        let of_role = match attribute(tag, "role").unwrap_or_default() {
            "main" => Some(Part::Main),
            "article" => Some(Part::Article),
            "navigation" | "complementary" | "contentinfo" | "search" | "menu" | "menubar" | "dialog"
            | "alertdialog" | "toolbar" => Some(Part::Beside),
            "banner" => Some(Part::Beside).filter(|_| !self.in_content()),
            _ => None,
        };
        if of_role.is_some() {
            return of_role.filter(|_| block.contains(&name) || name == "form");
        }
        match name {
            "main" => Some(Part::Main),
            "article" => Some(Part::Article),
            "nav" | "aside" | "footer" | "dialog" | "button" | "select" | "textarea" => Some(Part::Beside),
            // The head of an article has its title, the head of the page a menu.
            "header" if !self.in_content() => Some(Part::Beside),
            "div" | "section" | "ul" if is_furniture(tag) => Some(Part::Beside),
            _ => None,
        }
    }

    fn in_content(&self) -> bool {
        self.open.iter().any(|open| matches!(open.part, Part::Main | Part::Article))
    }
}

fn is_hidden(tag: &Tag) -> bool {
    let style = attribute(tag, "style").unwrap_or_default();
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    attribute(tag, "hidden").is_some_and(|hidden| hidden != "until-found")
        || attribute(tag, "aria-hidden") == Some("true")
        || ["display:none", "visibility:hidden"].iter().any(|word| style.contains(word))
}

/// Whether the names of an element are those that sites give to what stands around the text.
fn is_furniture(tag: &Tag) -> bool {
    const NAMES: &[&str] = &[
        "advertisement",
        "breadcrumb",
        "breadcrumbs",
        "cookie-banner",
        "cookie-consent",
        "cookies",
        "footer",
        "menu",
        "nav",
        "navbar",
        "navbox",
        "navigation",
        "newsletter",
        "noprint",
        "pagination",
        "related-posts",
        "share",
        "share-buttons",
        "sidebar",
        "site-footer",
        "site-header",
        "skip-link",
        "social",
        "social-share",
        "toolbar",
    ];
    let of = |name: &str| attribute(tag, name).unwrap_or_default().to_ascii_lowercase();
    let (class, id) = (of("class"), of("id"));
    class.split_ascii_whitespace().chain([id.as_str()]).any(|name| NAMES.contains(&name))
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}
