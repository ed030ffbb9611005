//! A plan that nobody disturbs: what several people have drafted goes out in one request for each item and author.

use azdo::{FieldName, field};
use azdo_sim::Dice;
use lockstep_sync::edit::{Act, Choice, Ending, Target};
use lockstep_sync::item::Item;
use lockstep_sync::plan::tries;
use lockstep_sync::rules::{ConflictRule, WithoutOwnToken};
use lockstep_sync::{EditId, ItemId, MemberId, PARENT};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::board_checks::requests_of;
use crate::checks::check;
use crate::settings::Settings;
use crate::world::{PROJECT, SECOND_US, World};

/// A world without trouble.
fn calm(seed: u64) -> World {
    let mut world = World::new(&Settings::of(seed));
    world.rules.without_own_token = WithoutOwnToken::WriteAsConnection;
    world.rules.conflict = ConflictRule::Ask;
    world.heal();
    world
}

fn rest(world: &mut World) {
    let until_us = world.now_us + 600 * SECOND_US;
    world.rest_until(until_us);
}

fn create(world: &mut World, n: u128, parent: Option<ItemId>, is_draft: bool) -> ItemId {
    let item = ItemId(Uuid::from_u128(0x1_0000 + n));
    let mut values = vec![
        (field::TITLE, json!(format!("item {n}"))),
        (field::AREA_ID, json!(world.places.quay)),
    ];
    values.extend(parent.map(|parent| (PARENT, json!({ "item": parent }))));
    let fields = values
        .into_iter()
        .map(|(name, value)| (FieldName::from(name), value))
        .collect();
    let act = Act::Create {
        project: PROJECT.to_owned(),
        work_item_type: "Task".to_owned(),
        fields,
    };
    let author = world.members[0];
    world.edit(item, vec![(author, act, is_draft)]);
    item
}

fn set(world: &World, item: ItemId, name: &str, to: Value) -> Act {
    let field = FieldName::from(name);
    let was = world.store.load(&world.store.items[&item]).local(&field).clone();
    Act::Set { field, was, to }
}

fn publish(world: &mut World, item: ItemId, by: MemberId) {
    let drafts = world.store.items[&item].edits.iter().filter(|edit| edit.is_draft);
    let decisions = drafts.map(|edit| {
        let choice = Choice::Publish;
        (by, Act::Decide { edit: edit.id, choice }, false)
    });
    let decisions = decisions.collect();
    world.edit(item, decisions);
}

fn stored(world: &World, item: ItemId) -> Item {
    world.store.load(&world.store.items[&item])
}

/// Drafts of three people on one item, interleaved as the dice fall.
fn plan_one(seed: u64) {
    let mut dice = Dice::new(seed);
    let mut world = calm(seed);
    let [one, parent, giver] = [1, 2, 3].map(|n| create(&mut world, n, None, false));
    rest(&mut world);
    let before = requests_of(&world, one).len();
    assert_eq!(before, 1, "it was created");
    let number = |world: &World, item: ItemId| world.store.items[&item].work_item.expect("created");
    let mut acts = vec![
        set(&world, one, field::TITLE, json!("planned")),
        set(&world, one, field::PRIORITY, json!(1)),
        set(&world, one, field::AREA_ID, json!(world.places.gate)),
        set(&world, one, field::ITERATION_ID, json!(world.places.iterations[1])),
        set(&world, one, field::TAGS, json!("planned; quay")),
        set(&world, one, PARENT, json!(number(&world, parent).0)),
        Act::Link {
            rel: "System.LinkTypes.Dependency-Reverse".to_owned(),
            target: Target::WorkItem(number(&world, giver)),
            is_added: true,
            comment: Some("Lockstep: proposed, needed by 2026-11-06".to_owned()),
        },
    ];
    let mut authors = Vec::new();
    while !acts.is_empty() {
        let act = acts.remove(dice.below(acts.len() as u64) as usize);
        let author = world.members[dice.below(3) as usize];
        authors.push(author);
        world.edit(one, vec![(author, act, true)]);
    }
    rest(&mut world);
    assert_eq!(
        requests_of(&world, one).len(),
        before,
        "nothing went out before it was published"
    );
    authors.sort();
    authors.dedup();
    let tried = tries(&stored(&world, one), &world.rules);
    assert_eq!(tried.len(), authors.len(), "what is tried is what will be sent");
    let n_before = n_requests(&world, one);
    let by = world.members[1];
    publish(&mut world, one, by);
    rest(&mut world);
    assert!(stored(&world, one).edits.is_empty(), "everything went out");
    let n = n_requests(&world, one) - n_before;
    assert_eq!(n, authors.len(), "one request for each author");
    check(&world);
}

fn n_requests(world: &World, item: ItemId) -> usize {
    requests_of(world, item).values().map(|requests| requests.len()).sum()
}

#[test]
fn what_several_people_planned_is_one_request_for_each_of_them() {
    (1..=20).for_each(plan_one);
}

#[test]
fn a_planned_feature_is_created_before_its_planned_stories_and_they_before_their_links() {
    let mut world = calm(7);
    let feature = create(&mut world, 1, None, true);
    let stories = [2, 3].map(|n| create(&mut world, n, Some(feature), true));
    let link = Act::Link {
        rel: "System.LinkTypes.Dependency-Reverse".to_owned(),
        target: Target::Item { item: stories[1] },
        is_added: true,
        comment: Some("Lockstep: proposed".to_owned()),
    };
    let author = world.members[0];
    world.edit(stories[0], vec![(author, link, true)]);
    rest(&mut world);
    assert!(
        world.store.attempts.is_empty(),
        "nothing went out before it was published"
    );
    // In the order that helps least.
    for item in [stories[0], stories[1], feature] {
        publish(&mut world, item, author);
    }
    rest(&mut world);
    for item in [feature, stories[0], stories[1]] {
        assert!(stored(&world, item).edits.is_empty());
    }
    let parent = world.store.items[&feature].work_item.expect("created");
    for story in stories {
        let remote = world.store.items[&story].remote.clone().expect("created");
        assert_eq!(remote.fields[&FieldName::from(PARENT)], json!(parent.0));
    }
    assert_eq!((n_requests(&world, stories[0]), n_requests(&world, stories[1])), (2, 1));
    check(&world);
}

#[test]
fn an_agreement_changes_what_a_link_says_in_one_request() {
    let mut world = calm(5);
    let [taker, giver] = [1, 2].map(|n| create(&mut world, n, None, false));
    rest(&mut world);
    let author = world.members[0];
    let target = Target::WorkItem(world.store.items[&giver].work_item.expect("created"));
    let link = |is_added, comment: Option<&str>| Act::Link {
        rel: "System.LinkTypes.Dependency-Reverse".to_owned(),
        target,
        is_added,
        comment: comment.map(str::to_owned),
    };
    world.edit(taker, vec![(author, link(true, Some("Lockstep: proposed")), false)]);
    rest(&mut world);
    let n_before = n_requests(&world, taker);
    let again = vec![
        (author, link(false, None), false),
        (author, link(true, Some("Lockstep: accepted")), false),
    ];
    world.edit(taker, again);
    rest(&mut world);
    assert_eq!(n_requests(&world, taker) - n_before, 1);
    let relations = world.store.items[&taker].remote.clone().expect("created").relations;
    let said: Vec<&str> = relations
        .iter()
        .filter(|r| r.work_item_id().is_some())
        .map(lockstep_sync::links::comment_of)
        .collect();
    assert_eq!(said, ["Lockstep: accepted"]);
    check(&world);
}

#[test]
fn a_discarded_plan_leaves_what_hangs_on_it_to_a_person() {
    let mut world = calm(11);
    let feature = create(&mut world, 1, None, true);
    let story = create(&mut world, 2, Some(feature), false);
    rest(&mut world);
    let (by, creation): (MemberId, EditId) = (world.members[1], world.store.items[&feature].edits[0].id);
    let choice = Choice::GiveUp;
    world.edit(feature, vec![(by, Act::Decide { edit: creation, choice }, false)]);
    rest(&mut world);
    let ending = &world.store.settled[&creation].1;
    assert_eq!(*ending, Ending::GivenUp { by });
    assert!(
        stored(&world, story).edits[0].hold().is_some(),
        "its parent never comes"
    );
    let to = Value::Null;
    let act = set(&world, story, PARENT, to);
    world.edit(story, vec![(by, act, false)]);
    rest(&mut world);
    assert!(stored(&world, story).edits.is_empty() && stored(&world, story).work_item.is_some());
    check(&world);
}
