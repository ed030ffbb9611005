//! Links as they were read: which are there, where they stand in the list, what they say.
//!
//! A link is one record with two ends, written from one of them and seen from both. Its position is good for a removal
//! right after a read and for nothing else, since links move without a rev.

use azdo::{Relation, WorkItem, WorkItemId};

/// Whether `relations` hold a link to `target`.
pub fn has_relation(relations: &[Relation], rel: &str, target: WorkItemId) -> bool {
    relation_index(relations, rel, target).is_some()
}

/// Position of a link, in the list as read.
pub fn relation_index(relations: &[Relation], rel: &str, target: WorkItemId) -> Option<usize> {
    relations
        .iter()
        .position(|r| r.rel == rel && r.work_item_id() == Some(target))
}

/// What a link says about itself.
pub fn comment_of(relation: &Relation) -> &str {
    let comment = relation.attributes.get("comment");
    comment.and_then(|comment| comment.as_str()).unwrap_or_default().trim()
}

/// Whether a link is there that says `comment`; `None` is content with any.
pub fn says(relations: &[Relation], rel: &str, target: WorkItemId, comment: Option<&str>) -> bool {
    relation_index(relations, rel, target)
        .is_some_and(|index| comment.is_none_or(|comment| comment_of(&relations[index]) == comment.trim()))
}

/// Whether a work item carries the marker of any item, whatever this server was called when it was made.
pub fn is_marked(relations: &[Relation]) -> bool {
    let is_marker = |url: &str| {
        let mut parts = url.rsplit('/');
        let number = parts.next().unwrap_or_default();
        number.len() == 32 && number.bytes().all(|b| b.is_ascii_hexdigit()) && parts.next() == Some("x")
    };
    relations.iter().any(|r| r.rel == "Hyperlink" && is_marker(&r.url))
}

/// Whether a work item carries `marker`: its number part is compared, for the host may have changed since.
pub fn carries_marker(read: &WorkItem, marker: &str) -> bool {
    let number = marker.rsplit('/').next().unwrap_or(marker);
    !number.is_empty()
        && read
            .relations
            .iter()
            .any(|r| r.rel == "Hyperlink" && r.url.rsplit('/').next() == Some(number))
}
