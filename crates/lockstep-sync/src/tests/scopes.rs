//! What comes to a board and what leaves it.

use azdo::field;

use super::*;
use crate::call::PageEntry;
use crate::record::Disposition;
use crate::replica::Heard;
use crate::scope::{Reason, Scope};
use crate::{BoardId, NoticeId};

const BOARD: BoardId = BoardId(Uuid::from_u128(40));
const QUAY: i64 = 11;
const GATE: i64 = 12;

fn scope() -> Scope {
    Scope {
        board: BOARD,
        projects: vec!["harbour".to_owned()],
        area_ids: [QUAY].into(),
        types: ["User Story".to_owned()].into(),
        iteration_ids: None,
        n_cards: 100,
        is_query: false,
        is_stopped: false,
        kept: Default::default(),
    }
}

fn with(scope: Scope) -> Rules {
    Rules {
        scopes: vec![scope],
        ..rules()
    }
}

fn story(area: i64) -> BTreeMap<FieldName, Value> {
    let fields = [
        (field::TEAM_PROJECT, json!("Harbour")),
        (field::WORK_ITEM_TYPE, json!("User Story")),
        (field::AREA_ID, json!(area)),
        (field::ITERATION_ID, json!(21)),
    ];
    fields
        .into_iter()
        .map(|(name, value)| (FieldName::from(name), value))
        .collect()
}

/// An item paired with a story of this number.
fn card(number: i64, boards: &[BoardId]) -> Item {
    Item {
        work_item: Some(WorkItemId(number)),
        remote: Some(Remote::of(Rev(3), story(QUAY), Vec::new())),
        presence: Presence::Present,
        boards: boards.iter().copied().collect(),
        ..Item::unborn(ItemId(Uuid::from_u128(1000 + number as u128)))
    }
}

fn read_of(number: i64, area: i64) -> WorkItem {
    WorkItem {
        id: WorkItemId(number),
        rev: Rev(4),
        fields: story(area),
        relations: Vec::new(),
    }
}

fn notice(n: i64) -> NoticeId {
    NoticeId(Uuid::from_u128(n as u128))
}

fn heard(notice_of: i64, number: i64, item: Option<Item>) -> Heard {
    Heard {
        notice: notice(notice_of),
        work_item: WorkItemId(number),
        item,
    }
}

fn is_read(call: &Call) -> bool {
    matches!(call, Call::ReadItems(_))
}

/// What is saved when `items` are heard of and read to be in `area`.
fn after_reading(rules: Rules, items: Vec<Item>, area: i64) -> Running {
    let mut running = Running::load_with(rules, Vec::new());
    let reads = items
        .iter()
        .map(|item| read_of(item.work_item.unwrap().0, area))
        .collect();
    let numbered = items.into_iter().enumerate();
    let told = numbered.map(|(n, item)| heard(n as i64, item.work_item.unwrap().0, Some(item)));
    running.tell(Input::HeardOf(told.collect()));
    running.answer(is_read, Answer::Items(reads));
    running
}

fn moves(running: &Running) -> Vec<Record> {
    let is_move = |record: &&Record| {
        matches!(
            record,
            Record::Entered { .. } | Record::Left { .. } | Record::Adopted { .. } | Record::ScopeStopped { .. }
        )
    };
    running.saved.iter().filter(is_move).cloned().collect()
}

#[track_caller]
fn check_judged(scope: &Scope, name: &str, value: Value, expected: Option<Result<(), Reason>>) {
    let mut fields = story(QUAY);
    fields.insert(FieldName::from(name), value.clone());
    assert_eq!(scope.judge(&fields), expected, "{name} = {value}");
}

#[test]
fn a_scope_is_judged_by_project_type_area_and_iteration() {
    let scope = Scope {
        iteration_ids: Some([21].into()),
        ..scope()
    };
    check_judged(&scope, field::TITLE, json!("a"), Some(Ok(())));
    check_judged(&scope, field::TEAM_PROJECT, json!("HARBOUR"), Some(Ok(())));
    check_judged(&scope, field::TEAM_PROJECT, json!("Canal"), Some(Err(Reason::Project)));
    check_judged(&scope, field::WORK_ITEM_TYPE, json!("Bug"), Some(Err(Reason::Type)));
    check_judged(&scope, field::AREA_ID, json!(GATE), Some(Err(Reason::Area)));
    check_judged(&scope, field::ITERATION_ID, json!(20), Some(Err(Reason::Iteration)));
    check_judged(&scope, field::AREA_ID, Value::Null, None);
}

#[test]
fn what_only_the_server_can_evaluate_is_not_judged_here() {
    for scope in [
        Scope {
            is_query: true,
            ..scope()
        },
        Scope {
            area_ids: Default::default(),
            ..scope()
        },
    ] {
        assert_eq!(scope.judge(&story(QUAY)), None);
        assert!(!scope.may_hold(None, None));
        let running = after_reading(with(scope), vec![card(1, &[BOARD])], GATE);
        assert!(moves(&running).is_empty());
    }
}

#[test]
fn what_comes_into_the_scope_enters_the_board() {
    let item = card(1, &[]);
    let id = item.id;
    let running = after_reading(with(scope()), vec![item], QUAY);
    assert_eq!(moves(&running), [Record::Entered { item: id, board: BOARD }]);
}

#[test]
fn what_is_on_the_board_already_does_not_enter_again() {
    let running = after_reading(with(scope()), vec![card(1, &[BOARD])], QUAY);
    assert!(moves(&running).is_empty());
}

#[test]
fn what_leaves_the_scope_leaves_the_board_and_is_not_deleted() {
    let item = card(1, &[BOARD]);
    let id = item.id;
    let running = after_reading(with(scope()), vec![item], GATE);
    let left = Record::Left {
        item: id,
        board: BOARD,
        why: Reason::Area,
    };
    assert_eq!(moves(&running), [left]);
    assert!(
        !running
            .saved
            .iter()
            .any(|record| matches!(record, Record::PresenceChanged { .. }))
    );
    assert!(running.documents().is_empty());
}

#[test]
fn what_a_person_keeps_on_the_board_stays() {
    let item = card(1, &[BOARD]);
    let kept = Scope {
        kept: [item.id].into(),
        ..scope()
    };
    assert!(moves(&after_reading(with(kept), vec![item], GATE)).is_empty());
}

#[test]
fn a_card_dragged_out_of_the_scope_leaves_when_that_is_written() {
    let mut item = card(7, &[BOARD]);
    set(&mut item, MARA, field::AREA_ID, json!(QUAY), json!(GATE));
    let mut rules = with(scope());
    rules.nodes.insert(GATE, "Harbour\\Gate".to_owned());
    let mut running = Running::load_with(rules, vec![item]);
    assert!(moves(&running).is_empty(), "the scope is judged by what is there");
    running.answer(
        |call| matches!(call, Call::Update { .. }),
        Answer::Written(read_of(7, GATE)),
    );
    assert!(matches!(moves(&running)[..], [Record::Left { .. }]));
}

#[test]
fn when_many_would_leave_at_once_they_stay_and_a_person_is_asked() {
    let items: Vec<Item> = (1..=21).map(|n| card(n, &[BOARD])).collect();
    let ids = items.iter().map(|item| item.id).collect();
    let mut running = after_reading(with(scope()), items, GATE);
    assert_eq!(
        moves(&running),
        [Record::ScopeStopped {
            board: BOARD,
            items: ids
        }]
    );
    running.tell(Input::HeardOf(vec![heard(90, 5, Some(card(5, &[BOARD])))]));
    running.answer(is_read, Answer::Items(vec![read_of(5, GATE)]));
    assert_eq!(moves(&running).len(), 1, "it is told once");
}

#[test]
fn a_tenth_of_a_large_board_may_leave() {
    let items: Vec<Item> = (1..=30).map(|n| card(n, &[BOARD])).collect();
    let large = Scope {
        n_cards: 300,
        ..scope()
    };
    assert_eq!(moves(&after_reading(with(large), items, GATE)).len(), 30);
}

#[test]
fn many_that_leave_in_several_reads_of_one_pass_are_many() {
    let items: Vec<Item> = (1..=15).map(|n| card(n, &[BOARD])).collect();
    let mut running = after_reading(with(scope()), items, GATE);
    let more = (16..=30).map(|n| heard(n, n, Some(card(n, &[BOARD])))).collect();
    running.tell(Input::HeardOf(more));
    running.answer(is_read, Answer::Items((16..=30).map(|n| read_of(n, GATE)).collect()));
    assert_eq!(moves(&running).len(), 16);
    assert!(matches!(moves(&running)[15], Record::ScopeStopped { .. }));
}

#[test]
fn once_a_person_has_let_them_go_others_leave_by_themselves_again() {
    let items: Vec<Item> = (1..=21).map(|n| card(n, &[BOARD])).collect();
    let mut running = after_reading(with(scope()), items, GATE);
    let stopped = Scope {
        is_stopped: true,
        ..scope()
    };
    running.tell(Input::Rules(Box::new(with(stopped))));
    running.tell(Input::HeardOf(vec![heard(90, 50, Some(card(50, &[BOARD])))]));
    running.answer(is_read, Answer::Items(vec![read_of(50, GATE)]));
    assert!(matches!(moves(&running)[1], Record::ScopeStopped { ref items, .. } if items.len() == 1));
    running.tell(Input::Rules(Box::new(with(scope()))));
    running.tell(Input::HeardOf(vec![heard(91, 51, Some(card(51, &[BOARD])))]));
    running.answer(is_read, Answer::Items(vec![read_of(51, GATE)]));
    assert!(matches!(moves(&running)[2], Record::Left { .. }));
}

#[test]
fn a_stranger_in_the_scope_becomes_a_card() {
    let mut running = Running::load_with(with(scope()), Vec::new());
    running.tell(Input::HeardOf(vec![heard(1, 60, None)]));
    running.answer(is_read, Answer::Items(vec![read_of(60, QUAY)]));
    let [
        Record::Adopted {
            work_item,
            observation,
            boards,
            ..
        },
    ] = &moves(&running)[..]
    else {
        panic!("it is taken up")
    };
    assert_eq!((*work_item, observation.remote.rev), (WorkItemId(60), Rev(4)));
    assert_eq!(*boards, [BOARD].into());
    let applied = Record::NoticesSettled(vec![notice(1)], Disposition::Applied);
    assert!(running.saved.contains(&applied));
}

#[test]
fn a_stranger_outside_the_scope_stays_one() {
    let mut running = Running::load_with(with(scope()), Vec::new());
    running.tell(Input::HeardOf(vec![heard(1, 60, None)]));
    running.answer(is_read, Answer::Items(vec![read_of(60, GATE)]));
    assert!(moves(&running).is_empty());
    let settled = Record::NoticesSettled(vec![notice(1)], Disposition::OutOfScope);
    assert!(running.saved.contains(&settled));
}

#[test]
fn a_stranger_with_a_marker_of_ours_is_not_taken_up_twice() {
    let mut running = Running::load_with(with(scope()), Vec::new());
    running.tell(Input::HeardOf(vec![heard(1, 60, None)]));
    let mut read = read_of(60, QUAY);
    read.relations = vec![Relation {
        rel: "Hyperlink".to_owned(),
        url: format!("https://old-name.example/x/{}", Uuid::from_u128(9).simple()),
        attributes: Default::default(),
    }];
    running.answer(is_read, Answer::Items(vec![read]));
    assert!(moves(&running).is_empty());
}

#[test]
fn nobody_reads_strangers_where_no_board_could_have_them() {
    let mut running = Running::load(Vec::new());
    running.tell(Input::HeardOf(vec![heard(1, 60, None)]));
    assert!(!running.calls.iter().any(|(_, call)| is_read(call)));
}

#[test]
fn what_is_heard_of_a_stranger_while_it_is_read_is_read_again() {
    let mut running = Running::load_with(with(scope()), Vec::new());
    running.tell(Input::HeardOf(vec![heard(1, 60, None)]));
    running.tell(Input::HeardOf(vec![heard(1, 60, None), heard(2, 60, None)]));
    running.answer(is_read, Answer::Items(vec![read_of(60, QUAY)]));
    assert_eq!(moves(&running).len(), 1);
    running.answer(is_read, Answer::Items(vec![read_of(60, GATE)]));
    assert!(matches!(moves(&running)[1], Record::Left { .. }));
    let settled = running
        .saved
        .iter()
        .filter(|record| matches!(record, Record::NoticesSettled(ids, _) if ids.len() == 1));
    assert_eq!(settled.count(), 2);
}

#[test]
fn a_read_of_strangers_that_fails_is_made_again() {
    let mut running = Running::load_with(with(scope()), Vec::new());
    running.tell(Input::HeardOf(vec![heard(1, 60, None)]));
    running.answer(is_read, Answer::Failed(crate::call::Failure::NotNow));
    running.pass(600_000_000);
    running.answer(is_read, Answer::Items(vec![read_of(60, QUAY)]));
    assert_eq!(moves(&running).len(), 1);
}

#[test]
fn a_feed_keeps_strangers_by_project_and_type() {
    let mut running = Running::load_with(with(scope()), Vec::new());
    let entry = |number: i64, project: &str, work_item_type: &str, is_deleted| PageEntry {
        mention: Mention {
            work_item: WorkItemId(number),
            rev: Some(Rev(1)),
            is_deleted,
        },
        changed_us: None,
        project: Some(project.to_owned()),
        work_item_type: Some(work_item_type.to_owned()),
    };
    let entries = vec![
        entry(1, "Harbour", "User Story", false),
        entry(2, "Canal", "User Story", false),
        entry(3, "Harbour", "Bug", false),
        entry(4, "Harbour", "User Story", true),
    ];
    let page = || Answer::Page {
        entries: entries.clone(),
        token: Some("t".to_owned()),
        is_last: true,
    };
    running.answer(|call| matches!(call, Call::Poll(Feed::Revisions, _)), page());
    running.answer(|call| matches!(call, Call::Poll(Feed::Links, _)), page());
    let kept: Vec<(Feed, Vec<i64>)> = running
        .saved
        .iter()
        .filter_map(|record| match record {
            Record::Heard {
                feed,
                entries,
                keeps_strangers: true,
            } => Some((*feed, entries.iter().map(|entry| entry.work_item.0).collect())),
            _ => None,
        })
        .collect();
    assert_eq!(kept, [(Feed::Revisions, vec![1])]);
}
