//! Tables that fit: columns shrink and wrap; where not even that is readable, a row becomes a list. Pure.

use super::inline;
use super::text::{Line, Span, Style, width, wrap};

/// No column is narrower.
const NARROWEST: usize = 4;

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    Centre,
}

/// A table's lines.
pub(super) fn lines(rows: &[String], columns: usize, color: bool, unicode: bool) -> Vec<Line> {
    let [head, delimiters, body @ ..] = rows else { return Vec::new() };
    let mut sides: Vec<Side> = cells(delimiters).iter().map(|cell| side(cell)).collect();
    // A row with more cells than there are columns loses none of them.
    let most = rows.iter().map(|row| cells(row).len()).max().unwrap_or(0);
    sides.resize(most.max(1), Side::Left);
    let read = |row: &str, style: Style| -> Vec<Vec<Span>> {
        let mut cells: Vec<_> =
            cells(row).iter().map(|cell| inline::read(cell, style, color).spans).collect();
        cells.resize(sides.len(), Vec::new());
        cells
    };
    let head = read(head, Style::BOLD);
    let body: Vec<_> = body.iter().map(|row| read(row, Style::PLAIN)).collect();
    let natural: Vec<usize> = (0..sides.len())
        .map(|column| {
            let of = |row: &Vec<Vec<Span>>| row[column].iter().map(|span| width(&span.text)).sum::<usize>();
            std::iter::once(&head).chain(&body).map(of).max().unwrap_or(0).max(1)
        })
        .collect();
    let between = 3 * sides.len().saturating_sub(1);
    let Some(widths) = fit(&natural, columns.saturating_sub(between)) else {
        return as_list(&head, &body, columns);
    };
    let bar = Span::new(if unicode { " │ " } else { " | " }, Style::DIM);
    let mut lines = row(&head, &widths, &sides, &bar);
    let (dash, cross) = if unicode { ("─", "─┼─") } else { ("-", "-+-") };
    let rule = widths.iter().map(|width| dash.repeat(*width)).collect::<Vec<_>>().join(cross);
    lines.push(vec![Span::new(rule, Style::DIM)]);
    lines.extend(body.iter().flat_map(|cells| row(cells, &widths, &sides, &bar)));
    lines
}

/// The texts between bars; `\|` is a bar itself, and so is one within code.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let (mut cells, mut cell, mut in_code, mut escaped) = (Vec::new(), String::new(), false, false);
    for c in row.chars() {
        match c {
            '|' if escaped => {
                cell.pop();
                cell.push('|');
            }
            '|' if !in_code => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            _ => cell.push(c),
        }
        in_code ^= c == '`';
        escaped = c == '\\' && !escaped;
    }
    if !cell.trim().is_empty() {
        cells.push(cell.trim().to_owned());
    }
    cells
}

fn side(cell: &str) -> Side {
    match (cell.starts_with(':'), cell.ends_with(':')) {
        (true, true) => Side::Centre,
        (false, true) => Side::Right,
        _ => Side::Left,
    }
}

/// Widths that fit: the widest columns give way first. None where they would be too narrow.
fn fit(natural: &[usize], room: usize) -> Option<Vec<usize>> {
    let mut widths = natural.to_vec();
    while widths.iter().sum::<usize>() > room {
        let widest = widths.iter_mut().max()?;
        if *widest <= NARROWEST {
            return None;
        }
        *widest -= 1;
    }
    Some(widths)
}

fn row(cells: &[Vec<Span>], widths: &[usize], sides: &[Side], bar: &Span) -> Vec<Line> {
    let wrapped: Vec<Vec<Line>> =
        cells.iter().zip(widths).map(|(cell, width)| wrap(cell, *width, &[], &[])).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    (0..height)
        .map(|at| {
            let mut line = Line::new();
            for (column, (cell, room)) in wrapped.iter().zip(widths).enumerate() {
                let (cell, is_last) =
                    (cell.get(at).map_or(&[][..], Vec::as_slice), column + 1 == widths.len());
                let ends = is_last && cell.is_empty();
                if column > 0 {
                    let bar = if ends { bar.text.trim_end() } else { &bar.text };
                    line.push(Span::new(bar, Style::DIM));
                }
                if !ends {
                    pad(cell, *room, sides[column], is_last, &mut line);
                }
            }
            line
        })
        .collect()
}

fn pad(cell: &[Span], room: usize, side: Side, is_last: bool, line: &mut Line) {
    let used: usize = cell.iter().map(|span| width(&span.text)).sum();
    let left = room.saturating_sub(used);
    let before = match side {
        Side::Left => 0,
        Side::Right => left,
        Side::Centre => left / 2,
    };
    // Nothing stands behind the last column.
    let after = if is_last { 0 } else { left - before };
    line.push(Span::new(" ".repeat(before), Style::PLAIN));
    line.extend_from_slice(cell);
    line.push(Span::new(" ".repeat(after), Style::PLAIN));
}

/// A row as lines of `heading: value`, for terminals that are too narrow.
fn as_list(head: &[Vec<Span>], body: &[Vec<Vec<Span>>], columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (number, row) in body.iter().enumerate() {
        if number > 0 {
            lines.push(Line::new());
        }
        for (name, value) in head.iter().zip(row) {
            let mut spans = name.clone();
            spans.push(Span::new(": ", Style::BOLD));
            spans.extend(value.iter().cloned());
            lines.extend(wrap(&spans, columns, &[], &[Span::new("  ", Style::PLAIN)]));
        }
    }
    if body.is_empty() {
        lines.extend(head.iter().flat_map(|name| wrap(name, columns, &[], &[])));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(rows: &[&str], columns: usize) -> String {
        let rows: Vec<String> = rows.iter().map(|&row| row.to_owned()).collect();
        let mut out = String::new();
        for line in lines(&rows, columns, false, true) {
            super::super::text::write(&line, false, &mut out);
        }
        out
    }

    const ROWS: [&str; 4] = ["| Name | Size |", "|:--|--:|", "| a `x|y` pipe | 5 |", "| 日本 | 1024 |"];

    #[test]
    fn columns_are_aligned_and_shrink() {
        insta::assert_snapshot!(shown(&ROWS, 80), @"
        Name         │ Size
        ─────────────┼─────
        a `x|y` pipe │    5
        日本         │ 1024
        ");
        insta::assert_snapshot!(shown(&ROWS, 16), @"
        Name      │ Size
        ──────────┼─────
        a `x|y`   │    5
        pipe      │
        日本      │ 1024
        ");
        insta::assert_snapshot!(shown(&ROWS, 9), @"
        Name: a
          `x|y`
          pipe
        Size: 5

        Name: 日
          本
        Size:
          1024
        ");
        insta::assert_snapshot!(shown(&["a|b", "-|-", "1"], 80), @"
        a │ b
        ──┼──
        1 │
        ");
    }
}
