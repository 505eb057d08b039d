//! Whole documents, from bytes to chunks.

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::*;

fn document(name: &str, text: &str) -> Document {
    parse(Path::new(name), text.as_bytes().to_vec()).unwrap()
}

fn words(seed: &str, count: usize) -> String {
    (0..count).map(|number| format!("{seed}{number}")).collect::<Vec<_>>().join(" ")
}

/// All that is no white space.
fn ink(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn headings(document: &Document) -> Vec<String> {
    document.chunks().into_iter().map(|chunk| chunk.heading).collect()
}

#[test]
fn kinds_are_told_by_name_and_content() {
    let cases = [
        ("a.md", "<!doctype html>", Kind::Markdown),
        ("a.HTM", "x", Kind::Html),
        ("a", " \n<!DOCTYPE HTML><p>x", Kind::Html),
        ("a.txt", "<html>x", Kind::Html),
        ("a.rs", "<generic>", Kind::Text),
        ("a.txt", "about %PDF-", Kind::Text),
    ];
    for (name, text, kind) in cases {
        assert_eq!(document(name, text).kind, kind, "{name}");
    }
    let error = parse(Path::new("a.pdf"), b"not one".to_vec()).unwrap_err().to_string();
    assert!(error.starts_with("a.pdf: a damaged file"), "{error}");
}

#[test]
fn a_chunk_says_where_it_is_from() {
    let text = format!(
        "---\ntitle: T\n---\nIntroduction.\n\n# Guide\n\n## Install\n\n{}\n\n## Use\n\nRun it.\n\n## Stop\n\nKill it.\n",
        words("step", 160)
    );
    let document = document("docs/guide.md", &text);
    let chunks = document.chunks();
    let seen: Vec<(usize, &str, String)> = chunks
        .iter()
        .map(|chunk| (chunk.position, chunk.heading.as_str(), chunk.place.to_string()))
        .collect();
    assert_eq!(
        seen,
        [
            (0, "", "line 4".to_owned()),
            (1, "Guide > Install", "line 6".to_owned()),
            (2, "Guide", "line 12".to_owned())
        ]
    );
    assert_eq!((&*chunks[2].source, &*chunks[2].title), ("docs/guide.md", "T"));
    assert_eq!(chunks[2].text, "## Use\n\nRun it.\n\n## Stop\n\nKill it.");
    assert_eq!(chunks[2].hash.len(), 64);
    assert_eq!(chunks, document.chunks());
}

#[test]
fn small_neighbours_are_joined_under_what_they_share() {
    let small = document("a.md", "# A\n## B\n### C\nc\n### D\nd\n# E\n## F\n### G\ng\n");
    assert_eq!(headings(&small), ["A > B", "E > F > G"]);
    let loose = document("a.md", "# A\na\n# B\nb\n# C\n");
    assert_eq!(headings(&loose), ["A", "B", "C"]);
}

#[test]
fn fences_and_tables_stay_in_one_piece_if_they_fit() {
    let rows =
        |count: usize| (0..count).fold(String::new(), |rows, row| rows + &format!("| row {row} | cell |\n"));
    let table = format!("| a | b |\n|---|---|\n{}", rows(80));
    let fence = format!("```sh\n{}\n```", "echo one. Two\n\n".repeat(100));
    let text =
        format!("{}\n\n{fence}\n\n{}\n\n{table}\n{}", words("w", 120), words("x", 20), words("y", 400));
    let chunks = document("a.md", &text).chunks();
    for block in [fence.trim(), table.trim()] {
        assert!(block.chars().count() > 1200, "{}", block.chars().count());
        assert_eq!(chunks.iter().filter(|chunk| chunk.text.contains(block)).count(), 1);
    }
    // What does not fit is cut between its lines.
    let long = format!("| a | b |\n|---|---|\n{}", rows(400));
    let chunks = document("a.md", &long).chunks();
    assert!(chunks.len() > 3);
    assert!(chunks.iter().all(|chunk| chunk.text.starts_with('|') && chunk.text.ends_with('|')));
}

#[test]
fn a_change_stays_within_its_section() {
    let section = |name: &str| format!("# {name}\n\n{}\n\n", words(name, 500));
    let before = section("A") + &section("B") + &section("C");
    let after = before.replace("A0 ", "A0 something new and longer ");
    let hashes = |text: &str| -> Vec<(String, String)> {
        document("a.md", text).chunks().into_iter().map(|chunk| (chunk.heading, chunk.hash)).collect()
    };
    let (before, after) = (hashes(&before), hashes(&after));
    assert_ne!(before, after);
    let others = |all: &[(String, String)]| -> Vec<_> {
        all.iter().filter(|(heading, _)| heading != "A").cloned().collect()
    };
    assert_eq!(others(&before), others(&after));
}

#[test]
fn no_script_is_cut_within_a_sentence_that_fits() {
    for (sentence, end) in
        [("今日はとても良い天気ですね。", '。'), ("هذه جملة قصيرة جدا. ", '.'), ("A short one! ", '!')]
    {
        let chunks = document("a.txt", &sentence.repeat(400)).chunks();
        assert!(chunks.len() > 2);
        assert!(chunks.iter().all(|chunk| chunk.text.ends_with(end) && chunk.text.chars().count() <= 1200));
    }
    let family = "👩‍👩‍👧".repeat(1000);
    for chunk in document("a.txt", &family).chunks() {
        assert!(chunk.text.graphemes(true).all(|grapheme| grapheme == "👩‍👩‍👧"));
    }
    // A million marks on one letter are cut all the same, and in time.
    let stacked = format!("e{}", "\u{301}".repeat(1_000_000));
    let chunks = document("a.txt", &stacked).chunks();
    assert!(chunks.iter().all(|chunk| chunk.text.chars().count() <= 2000));
    assert_eq!(chunks.iter().map(|chunk| chunk.text.as_str()).collect::<String>(), stacked);
}

#[test]
fn indentation_is_kept() {
    let text = format!("{}\n\n    indented code\n", words("w", 300));
    let chunks = document("a.md", &text).chunks();
    assert!(chunks.last().unwrap().text.ends_with("\n    indented code"));
}

#[test]
fn what_could_not_be_read_is_reported() {
    let document = parse(Path::new("a.txt"), b"one caf\xe9 among many other words".to_vec()).unwrap();
    assert_eq!(document.notices, ["1 places are not valid text and were replaced by \u{fffd}"]);
}

#[test]
fn files_are_read_and_others_refused() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("note.txt");
    std::fs::write(&path, "hello").unwrap();
    assert_eq!(&*read(&path).unwrap().title, "note");
    assert!(matches!(read(home.path()), Err(DocumentError::NotAFile(_))));
    assert!(matches!(read(&home.path().join("none")), Err(DocumentError::NotFound(_))));
    let large = home.path().join("large.txt");
    std::fs::File::create(&large).unwrap().set_len(MOST_BYTES + 1).unwrap();
    let error = read(&large).unwrap_err().to_string();
    assert!(error.ends_with("too large: more than 64 MiB; split it"), "{error}");
}

/// Pieces of documents, from which proptest makes worse ones.
const PIECES: &[&str] = &[
    "# Head\n",
    "## Sub *x*\n",
    "Setext\n===\n",
    "\n",
    "\n\n",
    " ",
    "\t",
    "    ",
    "word ",
    "A sentence. ",
    "e.g. x ",
    "```\ncode. Here\n\n\n```\n",
    "~~~ never closed\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n",
    "- item\n",
    "  1. deep\n",
    "> quoted\n",
    "---\n",
    "[ref]: http://x 'y'\n",
    "[^1]: note\n",
    "<div>\n",
    "日本語。",
    "漢字「はい。」",
    "שלום עולם ",
    "👩‍👩‍👧",
    "🇩🇪🇫🇷",
    "e\u{301}",
    " \u{308}",
    "\u{200d}",
    "\u{200b}",
    "\u{feff}",
    "\u{2028}",
    "a\u{a0}b",
    "\r\n",
    "\r",
    "longwordwithoutanyend",
    "\\",
    "`",
    "***",
    "&amp;",
];

fn messy() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => "\\PC{1,8}",
        2 => (prop::sample::select(PIECES), 1usize..700).prop_map(|(piece, times)| piece.repeat(times)),
    ];
    prop::collection::vec(piece, 1..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_is_lost_and_nothing_comes_twice(text in messy(), markdown: bool) {
        let name = if markdown { "a.md" } else { "a.txt" };
        // Nothing but white space is refused, and what could be front matter is skipped.
        let text = format!("x{text}");
        let document = document(name, &text);
        let chunks = document.chunks();
        let together: String = chunks.iter().map(|chunk| chunk.text.as_str()).collect();
        let lines = text.replace("\r\n", "\n").replace('\r', "\n");
        prop_assert_eq!(ink(&together), ink(&lines));
        let mut from = 0;
        for chunk in &chunks {
            let count = chunk.text.chars().count();
            prop_assert!((1..=2000).contains(&count), "{}", count);
            // It is a piece of the text, on the line that it says, and ends where a grapheme ends.
            let at = from + lines[from..].find(&chunk.text).unwrap();
            from = at + chunk.text.len();
            let Place::Line(line) = chunk.place else { panic!() };
            prop_assert_eq!(line as usize, 1 + lines[..at].matches('\n').count());
            let mut cursor = unicode_segmentation::GraphemeCursor::new(from, lines.len(), true);
            prop_assert!(cursor.is_boundary(&lines, 0).unwrap());
        }
        prop_assert_eq!(&chunks, &document.chunks());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0usize..4) {
        let (name, start) = [("a.txt", ""), ("a.md", "# x\n"), ("a.html", "<p>"), ("a.pdf", "%PDF-1.7\n")][kind];
        let bytes = [start.as_bytes(), &bytes].concat();
        if let Ok(document) = parse(Path::new(name), bytes) {
            prop_assert!(document.chunks().iter().all(|chunk| !chunk.text.is_empty()));
        }
    }

    #[test]
    fn any_markup_is_read_in_bounds(
        tags in prop::collection::vec(prop::sample::select(&[
            "<h1>", "</h1>", "<h2>x", "</h2>", "<table>", "</table>", "<tr>", "<td>", "</td>", "<pre>", "</pre>", "<li>",
            "<script>", "</script>", "<svg>", "</svg>", "<title>", "</title>", "<p", " a='", "'>", "<!--", "-->", "&am", "é",
            "word ", "\n", "<plaintext>", "<textarea>", "</p>",
        ][..]), 0..60),
    ) {
        let html = tags.concat();
        if let Ok(document) = parse(Path::new("a.html"), html.clone().into_bytes()) {
            prop_assert!(document.text.len() <= 4 * html.len());
            let together: String = document.chunks().iter().map(|chunk| chunk.text.as_str()).collect();
            prop_assert_eq!(ink(&together), ink(&document.text));
        }
    }
}
