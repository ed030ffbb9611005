//! A store that came out of a backup, while Azure DevOps went on.

use std::collections::BTreeSet;

use super::*;
use crate::NoticeId;
use crate::replica::Heard;
use crate::restored::Restored;

const NOTICE: NoticeId = NoticeId(Uuid::from_u128(70));
const RESTORED: Restored = Restored {
    since_us: 500,
    at_us: 900,
    change: 10,
    is_feed_read: true,
};

fn restored_rules() -> Rules {
    Rules {
        restored: Some(RESTORED),
        poll_interval_us: i64::MAX / 4,
        ..rules()
    }
}

/// What was open in the backup is doubtful.
fn doubted(mut item: Item) -> Item {
    let rev = crate::merge::held_rev(&item);
    for edit in &mut item.edits {
        edit.doubt = Restored::doubt(edit, rev, 900);
    }
    item
}

/// A replica just loaded from a backup; `has_paired`: work item 7 is still to be read.
fn running(rules: Rules, item: Item, has_paired: bool) -> Running {
    let item = doubted(item);
    let mut running = Running {
        replica: Replica::load(rules, BTreeMap::new(), vec![item.clone()], 1000),
        now_us: 1000,
        calls: Vec::new(),
        saved: Vec::new(),
    };
    let unread = if has_paired {
        BTreeSet::from([NOTICE])
    } else {
        BTreeSet::new()
    };
    running.replica.reconcile_first(unread);
    running.tell(Input::Clock);
    if has_paired {
        let heard = Heard {
            notice: NOTICE,
            work_item: WorkItemId(7),
            item: Some(item),
        };
        running.tell(Input::HeardOf(vec![heard]));
    }
    running
}

fn read(running: &mut Running, rev: i64, title: &str) {
    while running.calls.iter().any(|(_, call)| matches!(call, Call::ReadItems(_))) {
        let read = WorkItem {
            id: WorkItemId(7),
            rev: Rev(rev),
            fields: BTreeMap::from([(FieldName::from(TITLE), json!(title))]),
            relations: Vec::new(),
        };
        running.answer(|call| matches!(call, Call::ReadItems(_)), Answer::Items(vec![read]));
    }
}

fn tell_updates(running: &mut Running, updates: &[(i64, &str, &str)]) {
    let updates = updates.iter().map(|(rev, field, value)| WorkItemUpdate {
        rev: Rev(*rev),
        revised_by: Identity::default(),
        ..own_update(&[(field, json!(value))])
    });
    let answer = Answer::Updates(updates.collect());
    running.answer(|call| matches!(call, Call::ReadUpdates(_)), answer);
}

fn is_reconciled(running: &Running) -> bool {
    running.saved.contains(&Record::Reconciled)
}

#[test]
fn nothing_is_written_before_everything_paired_was_read_again() {
    let mut item = item(&[(TITLE, json!("a"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let mut running = running(restored_rules(), item, true);
    running.pass(1);
    assert!(running.documents().is_empty() && !is_reconciled(&running));
    read(&mut running, 3, "a");
    assert!(is_reconciled(&running));
    assert_eq!(running.documents().len(), 1);
}

#[test]
fn what_was_applied_since_the_backup_is_settled_and_what_is_newer_stands() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let edit = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let mut running = running(restored_rules(), item, true);
    read(&mut running, 6, "theirs");
    tell_updates(&mut running, &[(5, TITLE, "b"), (6, TITLE, "theirs")]);
    assert_eq!(settled(&running.saved, edit), Some(&Ending::AlreadyThere));
    assert!(running.documents().is_empty());
}

#[test]
fn what_was_said_since_the_backup_is_not_said_twice() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let html = "well done".to_owned();
    let said = add(&mut item, MARA, Act::Comment { html });
    let mut running = running(restored_rules(), item, true);
    read(&mut running, 5, "a");
    let text = "well done<br>Written by Lockstep on behalf of Ines.";
    tell_updates(&mut running, &[(5, "System.History", text)]);
    assert!(running.is_settled(said) && running.documents().is_empty());
}

#[test]
fn what_was_never_applied_asks_where_somebody_wrote_since_even_where_lockstep_wins() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let edit = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let rules = Rules {
        conflict: ConflictRule::LockstepWins,
        ..restored_rules()
    };
    let mut running = running(rules, item, true);
    read(&mut running, 5, "newer");
    tell_updates(&mut running, &[(5, TITLE, "newer")]);
    let is_asked = |record: &Record| matches!(record, Record::EditHeld(id, Hold::Conflict { .. }) if *id == edit);
    assert!(running.saved.iter().any(is_asked) && running.documents().is_empty());
}

#[test]
fn an_edit_behind_which_a_later_one_was_applied_has_made_room_for_it() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let first = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let second = set(&mut item, MARA, TITLE, json!("b"), json!("c"));
    let mut running = running(restored_rules(), item, true);
    read(&mut running, 4, "c");
    tell_updates(&mut running, &[(4, TITLE, "c")]);
    assert_eq!(
        settled(&running.saved, first),
        Some(&Ending::SupersededBy { edit: second })
    );
    assert_eq!(settled(&running.saved, second), Some(&Ending::AlreadyThere));
}

#[test]
fn a_deletion_of_what_has_changed_since_waits_to_be_meant_again() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let deleted = add(&mut item, MARA, Act::Delete);
    let mut running = running(restored_rules(), item, true);
    read(&mut running, 5, "a");
    tell_updates(&mut running, &[(5, TITLE, "a")]);
    let is_held = |record: &Record| matches!(record, Record::EditHeld(id, Hold::Refused { .. }) if *id == deleted);
    assert!(running.saved.iter().any(is_held));
    assert!(!running.calls.iter().any(|(_, call)| call.is_write()));
}

#[test]
fn a_creation_of_the_backup_is_looked_for_whoever_made_it_and_paired() {
    let mut running = running(restored_rules(), unborn(MARA, &[(TITLE, json!("a"))]), false);
    let looked_for = running.calls.iter().find_map(|(_, call)| match call {
        Call::FindMarker { creator, since_us, .. } => Some((creator.clone(), *since_us)),
        _ => None,
    });
    assert_eq!(looked_for, Some((None, 500 - 15 * 60 * 1_000_000)));
    let found = WorkItem {
        id: WorkItemId(12),
        rev: Rev(1),
        fields: BTreeMap::from([(FieldName::from(TITLE), json!("a"))]),
        relations: Vec::new(),
    };
    running.answer(
        |call| matches!(call, Call::FindMarker { .. }),
        Answer::Found(Some(found)),
    );
    assert!(
        running
            .saved
            .iter()
            .any(|record| matches!(record, Record::Paired(_, WorkItemId(12))))
    );
    assert!(!running.calls.iter().any(|(_, call)| call.is_write()));
}

#[test]
fn a_creation_of_the_backup_that_is_nowhere_is_made_once() {
    let rules = Rules {
        poll_interval_us: 60_000_000,
        ..restored_rules()
    };
    let mut running = running(rules, unborn(MARA, &[(TITLE, json!("a"))]), false);
    for _ in 0..60 {
        running.pass(120_000_000);
        let (polls, finds): (Vec<_>, Vec<_>) = std::mem::take(&mut running.calls)
            .into_iter()
            .partition(|(_, call)| matches!(call, Call::Poll(..)));
        for (step, _) in polls {
            let quiet = Answer::Page {
                entries: Vec::new(),
                token: None,
                is_last: true,
            };
            running.tell(Input::Answered(step, quiet, Aside::default()));
        }
        running.calls.extend(finds);
        if running.calls.iter().any(|(_, call)| call.is_write()) {
            return;
        }
        if running
            .calls
            .iter()
            .any(|(_, call)| matches!(call, Call::FindMarker { .. }))
        {
            running.answer(|call| matches!(call, Call::FindMarker { .. }), Answer::Found(None));
        }
    }
    panic!("it is never made");
}

#[test]
fn a_creation_of_the_backup_that_may_have_been_deleted_since_is_for_a_person_to_decide() {
    let rules = Rules {
        poll_interval_us: 60_000_000,
        ..restored_rules()
    };
    let item = unborn(MARA, &[(TITLE, json!("a"))]);
    let creation = item.edits[0].id;
    let mut running = running(rules, item, false);
    let deleted = crate::call::PageEntry {
        mention: Mention {
            work_item: WorkItemId(12),
            rev: Some(Rev(2)),
            is_deleted: true,
        },
        changed_us: Some(700),
        project: Some("Harbour".to_owned()),
        work_item_type: Some("User Story".to_owned()),
    };
    let mut entries = vec![deleted];
    for _ in 0..60 {
        running.pass(120_000_000);
        while let Some(position) = running
            .calls
            .iter()
            .position(|(_, call)| matches!(call, Call::Poll(..)))
        {
            let (step, _) = running.calls.remove(position);
            let page = Answer::Page {
                entries: std::mem::take(&mut entries),
                token: None,
                is_last: true,
            };
            running.tell(Input::Answered(step, page, Aside::default()));
        }
        if running
            .calls
            .iter()
            .any(|(_, call)| matches!(call, Call::FindMarker { .. }))
        {
            running.answer(|call| matches!(call, Call::FindMarker { .. }), Answer::Found(None));
        }
    }
    let is_asked = |record: &Record| matches!(record, Record::EditHeld(id, Hold::Unsure) if *id == creation);
    assert!(running.saved.iter().any(is_asked));
    assert!(!running.calls.iter().any(|(_, call)| call.is_write()));
}
