//! PDFs made here, whole and broken.

use std::time::Duration;

use lopdf::{
    Dictionary, Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream, dictionary,
};

use super::*;

/// A document with these drawings as its pages, and the fonts `F` (its letters are known), `T` (it explains them
/// itself), `U` (nobody knows them).
fn pdf(pages: &[&[u8]]) -> Document {
    let mut document = Document::with_version("1.5");
    let table =
        b"begincmap 1 beginbfchar <0001> <65E5672C> endbfchar 1 beginbfrange <0010> <0029> <0061> endbfrange";
    let table = document.add_object(Stream::new(Dictionary::new(), table.to_vec()));
    let composite = |table: Option<lopdf::ObjectId>| {
        let wide = dictionary! { "Type" => "Font", "Subtype" => "CIDFontType2", "DW" => 500 };
        let mut font = dictionary! {
            "Type" => "Font", "Subtype" => "Type0", "Encoding" => "Identity-H", "DescendantFonts" => vec![wide.into()],
        };
        if let Some(table) = table {
            font.set("ToUnicode", table);
        }
        font
    };
    let plain = dictionary! { "Type" => "Font", "Subtype" => "Type1", "Encoding" => "WinAnsiEncoding" };
    let fonts = dictionary! { "F" => plain, "T" => composite(Some(table)), "U" => composite(None) };
    let mut form = dictionary! { "Type" => "XObject", "Subtype" => "Form" };
    form.set("Matrix", vec![1.into(), 0.into(), 0.into(), 1.into(), 0.into(), 0.into()]);
    // A form that draws itself.
    let form = document.add_object(Stream::new(form, b"BT /F 10 Tf 10 20 Td (form) Tj ET /X Do".to_vec()));
    let resources =
        document.add_object(dictionary! { "Font" => fonts, "XObject" => dictionary! { "X" => form } });
    let root = document.new_object_id();
    let kids: Vec<Object> = pages
        .iter()
        .map(|drawing| {
            let content = document.add_object(Stream::new(Dictionary::new(), drawing.to_vec()));
            let page = dictionary! { "Type" => "Page", "Parent" => root, "Contents" => content };
            document.add_object(page).into()
        })
        .collect();
    let count = i64::try_from(kids.len()).unwrap();
    let tree = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count, "Resources" => resources };
    document.objects.insert(root, tree.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    let information = document.add_object(dictionary! { "Title" => Object::string_literal(" The  title ") });
    document.trailer.set("Root", catalog);
    document.trailer.set("Info", information);
    document
}

fn saved(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn parsed(bytes: &[u8]) -> Result<Parsed, DocumentError> {
    read(Path::new("a.pdf"), bytes, Deadline::new(Duration::from_mins(1)))
}

fn text(drawing: &str) -> String {
    parsed(&saved(pdf(&[drawing.as_bytes()]))).unwrap().text
}

#[test]
fn lines_words_and_letters_are_found() {
    let cases = [
        (
            "BT /F 10 Tf 50 700 Td (Hello wor) Tj (ld) Tj 0 -12 Td (next) Tj 0 -40 Td (new) Tj ET",
            "Hello world\nnext\n\nnew",
        ),
        ("BT /F 10 Tf 12 TL (a) Tj T* (b) Tj (c) ' 0 0 (d) \" ET", "a\nb\nc\nd"),
        ("BT /F 10 Tf [(ker) 30 (ned) -300 (apart)] TJ ET", "kerned apart"),
        ("BT /T 10 Tf <000100100011> Tj 20 0 Td <0012> Tj ET", "日本ab c"),
        (
            "q 1 0 0 1 10 10 cm BT /F 10 Tf (in) Tj ET Q q 1 0 0 1 40 10 cm BT /F 10 Tf (out) Tj ET Q",
            "in out",
        ),
        ("BT /F 10 Tf (caf\\351 \\200) Tj ET", "café €"),
        ("BT /F 10 Tf (a\\033[31mb) Tj ET", "a [31mb"),
    ];
    for (drawing, expected) in cases {
        assert_eq!(text(drawing), expected, "{drawing}");
    }
    // It stops at some depth.
    assert!(text("/X Do").starts_with("form"));
}

#[test]
fn pages_title_and_what_is_unknown() {
    let bytes = saved(pdf(&[
        b"BT /F 10 Tf (one) Tj ET",
        b"0 0 m 10 10 l S",
        b"BT /F 10 Tf (three) Tj /U 10 Tf <00010002> Tj ET",
    ]));
    let parsed = parsed(&bytes).unwrap();
    assert_eq!((parsed.title.as_deref(), parsed.text.as_str()), (Some("The title"), "one\n\nthree"));
    assert_eq!(parsed.notices, ["2 signs have no letters in their font and were left out"]);

    let document = super::super::parse(Path::new("a.pdf"), bytes).unwrap();
    let places: Vec<String> =
        document.chunks().iter().map(|chunk| format!("{} {}", chunk.place, chunk.text)).collect();
    assert_eq!(places, ["page 1 one", "page 3 three"]);
}

#[test]
fn scans_and_locked_files_are_refused() {
    let error = parsed(&saved(pdf(&[b"0 0 m 10 10 l S"]))).unwrap_err().to_string();
    assert!(error.contains("no text in it: a scan?"), "{error}");
    let error = parsed(&saved(pdf(&[b"BT /U 10 Tf <0001> Tj ET"]))).unwrap_err();
    assert!(matches!(error, DocumentError::Unmapped(_)), "{error}");

    for (password, opens) in [("secret", false), ("", true)] {
        let mut document = pdf(&[b"BT /F 10 Tf (one) Tj ET"]);
        let id = Object::string_literal("0123456789abcdef");
        document.trailer.set("ID", vec![id.clone(), id]);
        let version = EncryptionVersion::V2 {
            document: &document,
            owner_password: "owner",
            user_password: password,
            key_length: 128,
            permissions: Permissions::all(),
        };
        let state = EncryptionState::try_from(version).unwrap();
        document.encrypt(&state).unwrap();
        match parsed(&saved(document)) {
            Ok(parsed) => assert!(opens && parsed.text == "one"),
            Err(error) => assert!(!opens && matches!(error, DocumentError::Encrypted(_)), "{error}"),
        }
    }
}

#[test]
fn what_inflates_without_end_is_passed_over() {
    let mut document = pdf(&[b"BT /F 10 Tf (one) Tj ET", b""]);
    let mut bomb = Stream::new(Dictionary::new(), b"(x) Tj ".repeat(4 << 20));
    bomb.compress().unwrap();
    assert!(bomb.content.len() < 1 << 20);
    let page = document.get_pages()[&2];
    let bomb = document.add_object(bomb);
    document.get_dictionary_mut(page).unwrap().set("Contents", bomb);
    let parsed = parsed(&saved(document)).unwrap();
    assert_eq!(parsed.text, "one");
    assert_eq!(parsed.notices, ["damaged pages, of which something may be missing: 2"]);
}

#[test]
fn forms_that_draw_each_other_end_with_the_time() {
    let mut document = pdf(&[b"/X Do"]);
    let form = document.objects.iter_mut().find_map(|(_, object)| match object {
        Object::Stream(form) if form.dict.has(b"Matrix") => Some(form),
        _ => None,
    });
    form.unwrap().set_plain_content("/X Do ".repeat(2000).into_bytes());
    let bytes = saved(document);
    let error = read(Path::new("a.pdf"), &bytes, Deadline::new(Duration::from_millis(200))).unwrap_err();
    assert!(matches!(error, DocumentError::TooSlow { .. }), "{error}");
}

#[test]
fn broken_files_are_errors() {
    let whole = saved(pdf(&[b"BT /F 10 Tf (Hello world) Tj ET"]));
    let path = Path::new("a.pdf");
    let minute = Duration::from_mins(1);
    for end in (0..whole.len()).step_by(7) {
        let piece = whole[..end].to_vec();
        // Whatever comes, it is text or an error.
        drop(super::super::guard::run(path, minute, move |deadline| {
            read(Path::new("a.pdf"), &piece, deadline)
        }));
    }
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..300 {
        let mut bytes = whole.clone();
        for _ in 0..random.usize(1..12) {
            let at = random.usize(..bytes.len());
            bytes[at] = random.u8(..);
        }
        drop(super::super::guard::run(path, minute, move |deadline| {
            read(Path::new("a.pdf"), &bytes, deadline)
        }));
    }
    let nested =
        [b"%PDF-1.4\n1 0 obj\n".as_slice(), &b"[".repeat(1 << 20), b"\nendobj\ntrailer<</Root 1 0 R>>"]
            .concat();
    assert!(parsed(&nested).is_err());
}
