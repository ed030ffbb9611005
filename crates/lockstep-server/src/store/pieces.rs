//! Many long texts for one statement: one after the other in one piece, each named by where it begins and how long it is.
//!
//! Inside a JSON list they would be written out and read again for every column that SQLite takes of their row. A statement
//! takes a piece with `substr(bytes, at, n)`, which is the same in both databases.

/// Long texts, one after the other.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    bytes: Vec<u8>,
}

impl Pieces {
    /// Adds one. Returns where it begins, counted from one as both databases do, and how long it is.
    pub(super) fn add(&mut self, bytes: &[u8]) -> (usize, usize) {
        let at = self.bytes.len() + 1;
        self.bytes.extend_from_slice(bytes);
        (at, bytes.len())
    }

    /// All of them.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How long they are together.
    pub(super) fn n_bytes(&self) -> usize {
        self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_named_by_where_it_begins_and_how_long_it_is() {
        let mut pieces = Pieces::default();
        let named = ["harbour", "", "é"].map(|text| pieces.add(text.as_bytes()));
        assert_eq!(named, [(1, 7), (8, 0), (8, 2)]);
        assert_eq!((pieces.bytes(), pieces.n_bytes()), ("harbouré".as_bytes(), 9));
    }
}
