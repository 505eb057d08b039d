//! Where things are drawn.

use lopdf::Object;

/// A transformation `[a b c d e f]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub(super) [f32; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn shift(x: f32, y: f32) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// A matrix of six numbers.
    pub(super) fn read(operands: &[Object]) -> Option<Self> {
        let mut numbers = [0.0; 6];
        for (number, operand) in numbers.iter_mut().zip(operands.get(..6)?) {
            *number = operand.as_float().ok()?;
        }
        Some(Self(numbers))
    }

    /// First this one, then the other.
    pub(super) fn then(self, other: Self) -> Self {
        let (m, n) = (self.0, other.0);
        let row = |x: f32, y: f32| (x * n[0] + y * n[2], x * n[1] + y * n[3]);
        let (right, up, shift) = (row(m[0], m[1]), row(m[2], m[3]), row(m[4], m[5]));
        Self([right.0, right.1, up.0, up.1, shift.0 + n[4], shift.1 + n[5]])
    }

    /// Where the origin goes.
    pub(super) fn origin(self) -> [f32; 2] {
        [self.0[4], self.0[5]]
    }

    /// Where the horizontal goes, and how long one step is then.
    fn horizontal(self) -> ([f32; 2], f32) {
        let [a, b, ..] = self.0;
        let length = a.hypot(b);
        if length > f32::EPSILON { ([a / length, b / length], length) } else { ([1.0, 0.0], 1.0) }
    }
}

/// What lies between two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Between {
    Nothing,
    Space,
    Line,
    Paragraph,
}

/// What lies between the end of one sign and the beginning of another, which is drawn with this matrix and size.
pub(super) fn between(end: [f32; 2], begin: Matrix, size: f32) -> Between {
    let ([x, y], step) = begin.horizontal();
    let em = (step * size.abs()).max(f32::EPSILON);
    let [to_x, to_y] = begin.origin();
    let (right, up) = (to_x - end[0], to_y - end[1]);
    let (along, across) = ((right * x + up * y) / em, (up * x - right * y).abs() / em);
    if across > 1.8 {
        Between::Paragraph
    // Raised and lowered signs stay in their line. What goes far back has begun a new column or cell.
    } else if across > 0.6 || along < -2.0 {
        Between::Line
    } else if along > 0.15 {
        Between::Space
    } else {
        Between::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_seen_in_any_direction() {
        let at = |x, y| Matrix::shift(x, y);
        assert_eq!(between([100.0, 50.0], at(100.5, 50.0), 10.0), Between::Nothing);
        assert_eq!(between([100.0, 50.0], at(103.0, 53.0), 10.0), Between::Space);
        assert_eq!(between([100.0, 50.0], at(10.0, 38.0), 10.0), Between::Line);
        assert_eq!(between([100.0, 50.0], at(10.0, 20.0), 10.0), Between::Paragraph);
        assert_eq!(between([100.0, 50.0], at(10.0, 50.0), 10.0), Between::Line);
        // Upwards.
        let turned = Matrix([0.0, 1.0, -1.0, 0.0, 50.0, 103.0]);
        assert_eq!(between([50.0, 100.0], turned, 10.0), Between::Space);
        // Twice as large.
        let large = Matrix([2.0, 0.0, 0.0, 2.0, 101.5, 50.0]);
        assert_eq!(between([100.0, 50.0], large, 10.0), Between::Nothing);
        assert_eq!(Matrix::shift(1.0, 2.0).then(large), Matrix([2.0, 0.0, 0.0, 2.0, 103.5, 54.0]));
    }
}
