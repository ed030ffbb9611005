//! What publishing an item's drafts would send, to be tried without writing anything.
//!
//! The server checks a document against its rules and says what it would refuse (`validateOnly`). What can't be tried is
//! left out: what waits for an item that has no number yet, what has no token to go with, a later step of a state, what
//! is in conflict, a deletion.

use crate::call::Call;
use crate::document::draft;
use crate::edit::{Act, Edit, Whom};
use crate::item::{Errand, Item, unborn_parent};
use crate::merge::settle_fields;
use crate::plan::{choose, settle_life};
use crate::rules::Rules;
use crate::{EditId, MemberId, PARENT};

/// A request that is made to see what the server says of it; nothing is written.
#[derive(Debug, Clone)]
pub struct Try {
    /// Whose drafts.
    pub author: MemberId,
    /// Whose token.
    pub whom: Whom,
    /// Which drafts.
    pub edits: Vec<EditId>,
    /// A creation or an update, for [`crate::call::try_out`] and nothing else.
    pub call: Call,
}

/// The documents that publishing all drafts of `item` would send, one for each author.
pub fn tries(item: &Item, rules: &Rules) -> Vec<Try> {
    let mut planned = Item {
        attempt: None,
        errand: Errand::default(),
        ..item.clone()
    };
    planned.edits.retain(|edit| edit.is_draft && can_be_tried(edit));
    for edit in &mut planned.edits {
        edit.is_draft = false;
        if let Act::Create { fields, .. } = &mut edit.act {
            // The creation can be tried without a parent that is yet to come.
            fields.retain(|field, value| field.as_str() != PARENT || unborn_parent(value).is_none());
        }
    }
    settle_fields(&mut planned, rules);
    settle_life(&mut planned);
    let mut tries = Vec::new();
    while let (_, Ok(batch)) = choose(&mut planned, rules, 0) {
        let edits: Vec<&Edit> = batch.positions.iter().map(|&i| &planned.edits[i]).collect();
        let ids: Vec<EditId> = edits.iter().map(|edit| edit.id).collect();
        if let Ok(draft) = draft(&planned, rules, &batch, true) {
            tries.push(Try {
                author: batch.author,
                whom: batch.whom,
                edits: ids.clone(),
                call: draft.call,
            });
        }
        // A further step builds on what was only tried.
        let tried = planned.edits.clone();
        let is_further = |edit: &Edit| {
            let of_same = |other: &&Edit| ids.contains(&other.id) && other.subject() == edit.subject();
            edit.subject().is_some() && tried.iter().any(|other| of_same(&other))
        };
        planned
            .edits
            .retain(|edit| !ids.contains(&edit.id) && !is_further(edit));
    }
    tries
}

fn can_be_tried(edit: &Edit) -> bool {
    matches!(
        edit.act,
        Act::Create { .. } | Act::Set { .. } | Act::Comment { .. } | Act::Link { .. }
    )
}
