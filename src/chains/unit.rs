//! One execution of a step: which step, in which round, for which item. Its path is the name under which its result is kept.

use std::fmt;

/// One execution of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unit {
    /// The step.
    pub step: usize,
    /// The round, from one.
    pub round: u32,
    /// The item, from zero, where there are several.
    pub item: Option<usize>,
}

/// The path of a unit: `draft`, `draft.2` in the second round, `look[3]` for the fourth item.
pub(super) struct Path<'a>(pub(super) &'a str, pub(super) Unit);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)?;
        if self.1.round > 1 {
            write!(f, ".{}", self.1.round)?;
        }
        self.1.item.map_or(Ok(()), |item| write!(f, "[{item}]"))
    }
}

/// The id of the step of a path: that of the outermost chain.
pub fn step_of(path: &str) -> &str {
    path.split(['.', '[', '/']).next().unwrap_or(path)
}
