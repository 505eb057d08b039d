//! What a page draws, as text: its operators in the order in which they stand, with spaces and line ends where the
//! signs are apart.

use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::super::DocumentError;
use super::super::guard::Deadline;
use super::font::Font;
use super::place::{Between, Matrix, between};
use super::{MOST_INFLATED, MOST_TEXT};

/// Drawings within drawings. Real ones go three deep.
const DEEPEST: u32 = 8;
/// Saved states of drawing.
const MOST_SAVED: usize = 512;
/// Between two looks at the clock.
const OPERATORS: u32 = 1024;

/// Reads the pages of one document.
pub(super) struct Reader<'a> {
    document: &'a Document,
    path: &'a Path,
    deadline: Deadline,
    fonts: HashMap<ObjectId, Rc<Font>>,
    operators: u32,
    /// How many signs nobody knows the letters of.
    pub(super) unmapped: usize,
}

/// The text of a page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) text: String,
    /// Something could not be read.
    pub(super) damaged: bool,
    /// Where the last sign ended.
    end: Option<[f32; 2]>,
}

/// The state of drawing.
#[derive(Clone)]
struct State {
    page: Matrix,
    font: Option<Rc<Font>>,
    size: f32,
    leading: f32,
    sign_space: f32,
    word_space: f32,
    stretch: f32,
}

/// A stretch of drawing: a page, or a form on it.
struct Drawing<'a> {
    resources: Vec<&'a Dictionary>,
    depth: u32,
    state: State,
    saved: Vec<State>,
    line: Matrix,
    text: Matrix,
}

impl<'a> Reader<'a> {
    pub(super) fn new(document: &'a Document, path: &'a Path, deadline: Deadline) -> Self {
        Self { document, path, deadline, fonts: HashMap::new(), operators: 0, unmapped: 0 }
    }

    /// Reads a page. Only the end of time is an error: what is damaged is passed over.
    pub(super) fn page(&mut self, id: ObjectId) -> Result<Page, DocumentError> {
        self.deadline.check(self.path)?;
        let mut page = Page::default();
        let (own, shared) = self.document.get_page_resources(id).unwrap_or_default();
        let shared = shared.into_iter().filter_map(|id| self.document.get_dictionary(id).ok());
        let resources = own.into_iter().chain(shared).collect();
        match self.document.get_page_content_with_limit(id, MOST_INFLATED) {
            Ok(content) => self.draw(&mut page, Drawing::new(resources, 0, State::new()), &content)?,
            Err(_) => page.damaged = true,
        }
        Ok(page)
    }

    fn draw(
        &mut self,
        page: &mut Page,
        mut drawing: Drawing<'a>,
        content: &[u8],
    ) -> Result<(), DocumentError> {
        for operation in Content::decode_iter(content) {
            let Ok(operation) = operation else {
                page.damaged = true;
                break;
            };
            self.operators = self.operators.wrapping_add(1);
            if self.operators.is_multiple_of(OPERATORS) {
                self.deadline.check(self.path)?;
            }
            if page.text.len() > MOST_TEXT {
                break;
            }
            let operands = &operation.operands[..];
            match operation.operator.as_str() {
                "Tf" => drawing.state.font = operands.first().and_then(|name| self.font(&drawing, name)),
                "Do" => self.form(page, &drawing, operands)?,
                "'" | "\"" => drawing.new_line(),
                _ => {}
            }
            match operation.operator.as_str() {
                "Tj" | "'" | "\"" | "TJ" => {
                    if operation.operator == "\""
                        && let [word_space, sign_space, _] = operands
                    {
                        drawing.state.word_space = word_space.as_float().unwrap_or(0.0);
                        drawing.state.sign_space = sign_space.as_float().unwrap_or(0.0);
                    }
                    self.show(page, &mut drawing, operands.last());
                }
                operator => drawing.apply(operator, operands),
            }
        }
        Ok(())
    }

    /// A resource by its name.
    fn resource(&self, drawing: &Drawing<'a>, kind: &[u8], name: &Object) -> Option<&'a Object> {
        let name = name.as_name().ok()?;
        let all = drawing.resources.iter();
        all.filter_map(|resources| resources.get_deref(kind, self.document).and_then(Object::as_dict).ok())
            .find_map(|named| named.get(name).ok())
    }

    fn font(&mut self, drawing: &Drawing<'a>, name: &Object) -> Option<Rc<Font>> {
        let object = self.resource(drawing, b"Font", name)?;
        let (id, font) = self.document.dereference(object).ok()?;
        let font = font.as_dict().ok()?;
        if let Some(known) = id.and_then(|id| self.fonts.get(&id)) {
            return Some(Rc::clone(known));
        }
        let font = Rc::new(Font::read(font, self.document));
        if let Some(id) = id {
            self.fonts.insert(id, Rc::clone(&font));
        }
        Some(font)
    }

    /// Draws what stands for itself elsewhere.
    fn form(
        &mut self,
        page: &mut Page,
        drawing: &Drawing<'a>,
        operands: &[Object],
    ) -> Result<(), DocumentError> {
        let object = operands.first().and_then(|name| self.resource(drawing, b"XObject", name));
        let form = object.and_then(|object| self.document.dereference(object).ok());
        let Some((_, Object::Stream(form))) = form else { return Ok(()) };
        let is_form = form.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Form");
        if !is_form || drawing.depth >= DEEPEST {
            return Ok(());
        }
        let Ok(content) = form.get_plain_content_with_limit(MOST_INFLATED) else {
            page.damaged = true;
            return Ok(());
        };
        let own = form.dict.get_deref(b"Resources", self.document).and_then(Object::as_dict).ok();
        let resources = own.map_or_else(|| drawing.resources.clone(), |own| vec![own]);
        let matrix = form.dict.get_deref(b"Matrix", self.document).and_then(Object::as_array).ok();
        let matrix = matrix.and_then(|numbers| Matrix::read(numbers)).unwrap_or(Matrix::IDENTITY);
        let mut state = drawing.state.clone();
        state.page = matrix.then(state.page);
        self.draw(page, Drawing::new(resources, drawing.depth + 1, state), &content)
    }

    /// Shows a string, or strings with numbers between them that move the next one back.
    fn show(&mut self, page: &mut Page, drawing: &mut Drawing<'a>, operand: Option<&Object>) {
        match operand {
            Some(Object::String(string, _)) => self.string(page, drawing, string),
            Some(Object::Array(parts)) => {
                for part in parts {
                    if let Object::String(string, _) = part {
                        self.string(page, drawing, string);
                    } else if let Ok(back) = part.as_float() {
                        drawing.advance(-back / 1000.0 * drawing.state.size);
                    }
                }
            }
            _ => {}
        }
    }

    fn string(&mut self, page: &mut Page, drawing: &mut Drawing<'a>, string: &[u8]) {
        let Some(font) = drawing.state.font.clone() else {
            self.unmapped += string.len();
            return;
        };
        for sign in font.signs(string) {
            match &sign.text {
                Some(text) => page.push(text, drawing),
                None => self.unmapped += 1,
            }
            let state = &drawing.state;
            let word_space = if sign.space { state.word_space } else { 0.0 };
            drawing.advance(sign.width * state.size + state.sign_space + word_space);
            if sign.text.is_some() {
                page.end = Some(drawing.place().origin());
            }
        }
    }
}

impl Page {
    fn push(&mut self, text: &str, drawing: &Drawing<'_>) {
        let between =
            self.end.map_or(Between::Nothing, |end| between(end, drawing.place(), drawing.state.size));
        let apart = match between {
            Between::Nothing => "",
            Between::Space => " ",
            Between::Line => "\n",
            Between::Paragraph => "\n\n",
        };
        let is_space = text.chars().all(char::is_whitespace);
        if between == Between::Space && (is_space || self.text.ends_with(char::is_whitespace)) {
            self.text.push_str(text);
            return;
        }
        self.text.push_str(apart);
        // Fonts draw all kinds of signs; those that would steer whoever shows the text are none.
        self.text.extend(text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }));
    }
}

impl State {
    fn new() -> Self {
        Self {
            page: Matrix::IDENTITY,
            font: None,
            size: 1.0,
            leading: 0.0,
            sign_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
        }
    }
}

impl<'a> Drawing<'a> {
    fn new(resources: Vec<&'a Dictionary>, depth: u32, state: State) -> Self {
        let (line, text) = (Matrix::IDENTITY, Matrix::IDENTITY);
        Self { resources, depth, state, saved: Vec::new(), line, text }
    }

    fn apply(&mut self, operator: &str, operands: &[Object]) {
        let number =
            |index: usize| operands.get(index).and_then(|operand| operand.as_float().ok()).unwrap_or(0.0);
        match operator {
            "q" if self.saved.len() < MOST_SAVED => self.saved.push(self.state.clone()),
            "Q" => self.state = self.saved.pop().unwrap_or_else(|| self.state.clone()),
            "cm" => {
                let matrix = Matrix::read(operands).unwrap_or(Matrix::IDENTITY);
                self.state.page = matrix.then(self.state.page);
            }
            "BT" => (self.line, self.text) = (Matrix::IDENTITY, Matrix::IDENTITY),
            "Tf" => self.state.size = number(1),
            "TL" => self.state.leading = number(0),
            "Tc" => self.state.sign_space = number(0),
            "Tw" => self.state.word_space = number(0),
            "Tz" => self.state.stretch = number(0) / 100.0,
            "Td" => self.move_line(number(0), number(1)),
            "TD" => {
                self.state.leading = -number(1);
                self.move_line(number(0), number(1));
            }
            "T*" => self.new_line(),
            "Tm" => {
                self.line = Matrix::read(operands).unwrap_or(self.line);
                self.text = self.line;
            }
            _ => {}
        }
    }

    fn new_line(&mut self) {
        self.move_line(0.0, -self.state.leading);
    }

    fn move_line(&mut self, x: f32, y: f32) {
        self.line = Matrix::shift(x, y).then(self.line);
        self.text = self.line;
    }

    fn advance(&mut self, by: f32) {
        self.text = Matrix::shift(by * self.state.stretch, 0.0).then(self.text);
    }

    /// Where the next sign goes.
    fn place(&self) -> Matrix {
        self.text.then(self.state.page)
    }
}
