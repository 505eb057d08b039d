//! Cuts a stretch of text into pieces of a good length.

use std::ops::Range;

use super::seam::{Rank, Seam, seams};

/// The length that pieces are made for, in characters: some 300 tokens, a thought or two.
pub(super) const GOOD: usize = 1200;
/// The longest. Code and tables go up to it rather than to be cut.
pub(super) const MOST: usize = 2000;
/// A cut before it is not looked for, unless what follows must stay in one piece.
const LEAST: usize = 400;
/// What is left over and little goes with the last piece.
const LAST: usize = 1500;
/// How far is looked beyond the longest piece.
const AHEAD: usize = 16;

/// A text, and what should not be cut in it.
pub(super) struct Cutter<'a> {
    text: &'a str,
    blocks: Vec<Block>,
}

/// Code or a table.
struct Block {
    range: Range<usize>,
    /// Whether it can be a piece by itself. Otherwise it is cut between its lines.
    fits: bool,
}

impl<'a> Cutter<'a> {
    pub(super) fn new(text: &'a str, whole: &[Range<usize>]) -> Self {
        let block = |range: &Range<usize>| Block {
            range: range.clone(),
            fits: range.len() <= 4 * MOST && text[range.clone()].chars().count() <= MOST,
        };
        Self { text, blocks: whole.iter().map(block).collect() }
    }

    /// The pieces of a stretch, one after the other without a gap.
    pub(super) fn cut(&self, stretch: Range<usize>) -> Vec<Range<usize>> {
        let mut pieces = Vec::new();
        let mut start = stretch.start;
        while start < stretch.end {
            let end = self.next(start..stretch.end);
            pieces.push(start..end);
            start = end;
        }
        pieces
    }

    /// Where the piece ends that begins with the range.
    fn next(&self, range: Range<usize>) -> usize {
        let rest = &self.text[range.clone()];
        if rest.char_indices().nth(LAST).is_none() {
            return range.end;
        }
        // Some more than the longest piece, since what stands after a place counts as well. Without this bound a letter
        // with millions of marks would be read to its end for each piece.
        let window = rest.char_indices().nth(MOST + AHEAD).map_or(rest, |(end, _)| &rest[..end]);
        let lined = |at: usize| self.block(range.start + at).is_some();
        let better =
            |best: Option<Seam>, seam: Seam| best.filter(|best| best.rank > seam.rank).or(Some(seam));
        let (mut early, mut good) = (None, None);
        for mut seam in seams(window, lined) {
            let at = range.start + seam.at;
            if seam.characters > MOST {
                break;
            }
            if self.block(at).is_some_and(|block| block.fits) {
                continue;
            }
            if self.is_edge(at) {
                seam.rank = Rank::Paragraph;
            }
            if seam.characters < LEAST {
                early = better(early, seam);
            } else if seam.characters <= GOOD {
                good = better(good, seam);
            } else if good.is_none() {
                // All places before are within what must stay in one piece, and here that ends.
                good = Some(seam);
            } else {
                break;
            }
        }
        // A text without any place to cut has thousands of marks on one letter, and nobody reads it.
        let anywhere = || rest.char_indices().nth(MOST).map_or(rest.len(), |(at, _)| at);
        range.start + good.or(early).map_or_else(anywhere, |seam| seam.at)
    }

    /// The block that a place is within.
    fn block(&self, at: usize) -> Option<&Block> {
        let next = self.blocks.partition_point(|block| block.range.end <= at);
        self.blocks.get(next).filter(|block| block.range.start < at)
    }

    /// Whether a block begins or ends there.
    fn is_edge(&self, at: usize) -> bool {
        let next = self.blocks.partition_point(|block| block.range.end < at);
        self.blocks.get(next).is_some_and(|block| block.range.end == at || block.range.start == at)
    }
}
