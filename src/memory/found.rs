//! What a name or the beginning of an id leads to.

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<T> {
    /// This one.
    One(T),
    /// Nothing.
    None,
    /// Several; some of them.
    Several(Vec<T>),
}

impl<T> Found<T> {
    /// How many of several are told.
    pub(super) const SHOWN: u32 = 10;

    /// What a search for a beginning gave.
    pub(super) fn of(mut some: Vec<T>) -> Self {
        match some.len() {
            0 => Self::None,
            1 => some.pop().map_or(Self::None, Self::One),
            _ => Self::Several(some),
        }
    }
}
