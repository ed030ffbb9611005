//! A board in memory: its work items with what is open about them, and the cards they come to.
//!
//! Nothing here is stored and nothing decided: [`BoardView::take`] takes in what has changed, makes the cards anew that this
//! concerns, and notes under which change number each of them became another. Where a card stands is its own place; what a
//! feature's stories make of it is the browser's.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use azdo::Identity;
use lockstep_sync::edit::{Edit, EditState, Hold, Target};
use lockstep_sync::item::Presence;
use uuid::Uuid;

use super::agreement::{self, Agreed};
use super::field_words::FieldWords;
use super::held::{CardSync, Held, Names, Parent, SeenLink};
use super::nodes::Nodes;
use super::order::Order;
use super::place::Places;
use super::set_up::{DependencyLink, SetUp};
use super::shapes::{Card, CardAssignee, CardConflict, CardLink, LinkDirection, WriteMode};
use super::snapshot::Packed;
use crate::action_items::people::People;
use crate::action_items::types::Types;
use crate::ids::{BoardId, ItemId, MemberId};
use crate::store::boards::BoardRow;

/// A board in memory.
#[derive(Debug)]
pub struct BoardView {
    /// Its row.
    pub row: BoardRow,
    /// Label of its connection.
    pub label: Option<String>,
    /// Area and iteration nodes.
    pub nodes: Nodes,
    /// Its places.
    pub places: Places,
    /// Members, matched with the identities of its connection.
    pub people: People,
    /// Work item types, which say what a state means.
    pub types: Types,
    /// Everything of the company up to this change number is in it.
    pub change: i64,
    /// The change number it was loaded at: what changed before can't be told card by card.
    pub since: i64,
    /// The change number at which something of it last became another.
    pub version: i64,
    /// The change number at which what all cards share last became another.
    pub frame_version: i64,
    /// Snapshots as they were packed last.
    pub packed: Vec<Packed>,
    /// The same for those who have a link to it.
    pub shared: Option<Packed>,
    names: Names,
    held: BTreeMap<ItemId, Held>,
    numbers: HashMap<i64, ItemId>,
    /// Who names an end: by its links, or as its parent.
    named_by: HashMap<End, BTreeSet<ItemId>>,
    cards: BTreeMap<ItemId, Card>,
    order: Order,
    /// Cards by the change number under which each became another.
    changed: BTreeSet<(i64, ItemId)>,
    n_drafts: usize,
    gone: BTreeMap<ItemId, i64>,
    assignees: HashMap<usize, CardAssignee>,
}

/// The other end of a link: by Azure DevOps' number, or by ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// A work item.
    Number(i64),
    /// An item.
    Item(ItemId),
}

/// A dependency as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// What was agreed.
    pub agreed: Agreed,
    /// How it stands with Azure DevOps.
    pub sync: CardSync,
    /// What the link says about itself, as shown.
    pub comment: Option<String>,
}

/// What of a work item and its card is new.
#[derive(Debug, Default)]
pub struct News {
    /// Items that came or changed.
    pub held: Vec<Held>,
    /// Items that are no longer on the board.
    pub gone: Vec<ItemId>,
}

impl BoardView {
    /// A board without cards yet.
    pub fn new(row: BoardRow, nodes: Nodes, people: People, change: i64) -> Self {
        let places = Places::of(&row.set_up.0, &nodes);
        Self {
            version: row.change_number,
            frame_version: row.change_number,
            row,
            label: None,
            nodes,
            places,
            people,
            types: Types::default(),
            change,
            since: change,
            packed: Vec::new(),
            shared: None,
            names: Names::default(),
            held: BTreeMap::new(),
            numbers: HashMap::new(),
            named_by: HashMap::new(),
            cards: BTreeMap::new(),
            order: Order::default(),
            changed: BTreeSet::new(),
            n_drafts: 0,
            gone: BTreeMap::new(),
            assignees: HashMap::new(),
        }
    }

    /// Its number.
    pub fn board(&self) -> BoardId {
        self.row.board()
    }

    /// Its set-up.
    pub fn set_up(&self) -> &SetUp {
        &self.row.set_up.0
    }

    /// Reference name of its unit of load.
    pub fn unit(&self) -> &str {
        &self.row.set_up.0.unit.field
    }

    /// What it does with what is done on it.
    pub fn write_mode(&self) -> WriteMode {
        WriteMode::of(&self.row.write_mode)
    }

    /// Texts and people that its cards share, to read more of them with.
    pub fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    /// Everybody its cards are assigned to.
    pub fn assignees(&self) -> &[Arc<Identity>] {
        self.names.people()
    }

    /// A work item on it, shown or not.
    pub fn held(&self, item: ItemId) -> Option<&Held> {
        self.held.get(&item)
    }

    /// Every work item on it.
    pub fn all_held(&self) -> impl Iterator<Item = &Held> {
        self.held.values()
    }

    /// The item on it that is paired with a work item.
    pub fn by_number(&self, number: i64) -> Option<ItemId> {
        self.numbers.get(&number).copied()
    }

    /// A card.
    pub fn card(&self, item: ItemId) -> Option<&Card> {
        self.cards.get(&item)
    }

    /// Every card, by item.
    pub fn cards(&self) -> impl Iterator<Item = (&ItemId, &Card)> {
        self.cards.iter()
    }

    /// How many cards.
    pub fn n_cards(&self) -> usize {
        self.cards.len()
    }

    /// Edits that wait to be published.
    pub fn drafts(&self) -> impl Iterator<Item = (&Held, &Edit)> {
        self.held.values().flat_map(|held| {
            held.edits
                .iter()
                .filter(|edit| edit.is_draft)
                .map(move |edit| (held, edit))
        })
    }

    /// How many edits wait to be published.
    pub fn n_drafts(&self) -> usize {
        self.n_drafts
    }

    /// The order of its cards.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// Cards that changed after a change number, and those that went.
    pub fn changed_after(&self, after: i64) -> (Vec<Card>, Vec<ItemId>) {
        let changed = self.changed.range((after.saturating_add(1), ItemId(Uuid::nil()))..);
        let cards = changed.filter_map(|(_, item)| self.cards.get(item)).cloned();
        let gone = self.gone.iter().filter(|(_, change)| **change > after);
        (cards.collect(), gone.map(|(item, _)| *item).collect())
    }

    /// Cards that hang on this one.
    pub fn children(&self, item: ItemId) -> Vec<ItemId> {
        let Some(held) = self.held.get(&item) else {
            return Vec::new();
        };
        let named = self
            .ends_of(held)
            .flat_map(|end| self.named_by.get(&end).into_iter().flatten());
        let is_child = |child: &ItemId| self.cards.get(child).is_some_and(|card| card.parent == Some(item.0));
        named.copied().filter(is_child).collect()
    }

    /// Whether `item` is `under`, or hangs on it, directly or not, as shown.
    pub fn hangs_on(&self, item: ItemId, under: ItemId) -> bool {
        let mut at = Some(item);
        for _ in 0..=self.cards.len() {
            match at {
                Some(here) if here == under => return true,
                Some(here) => at = self.cards.get(&here).and_then(|card| card.parent).map(ItemId),
                None => return false,
            }
        }
        true
    }

    /// What `taker` waits for, as shown: also links that lead off the board.
    pub fn waits_for(&self, taker: &Held) -> BTreeMap<End, Dependency> {
        let mut found = BTreeMap::new();
        for link in taker.links.iter().filter(|link| link.waits) {
            let dependency = Dependency {
                agreed: link.agreed.clone(),
                sync: CardSync::InStep,
                comment: link.comment.clone(),
            };
            found.insert(self.end(End::Number(link.target)), dependency);
        }
        for (target, is_added, comment, edit) in taker.wanted_links(&self.set_up().dependency) {
            let end = self.end(end_of(target));
            let sync = sync_of(edit);
            match found.get_mut(&end) {
                // A removal that is kept back leaves the link, with a mark.
                Some(held) if !is_added && edit.hold().is_some() => held.sync = sync,
                Some(_) if !is_added => drop(found.remove(&end)),
                None if !is_added => {}
                _ => {
                    let comment = comment.map(str::to_owned);
                    let agreed = agreement::read(comment.as_deref().unwrap_or_default());
                    found.insert(end, Dependency { agreed, sync, comment });
                }
            }
        }
        found
    }

    /// Takes in what is new, under the change number `change`.
    pub fn take(&mut self, news: News, change: i64) {
        self.change = change;
        if news.held.is_empty() && news.gone.is_empty() {
            return;
        }
        let mut concerned = BTreeSet::new();
        for item in news.gone {
            if let Some(old) = self.held.remove(&item) {
                self.unindex(&old, &mut concerned);
                concerned.insert(item);
            }
        }
        for held in news.held {
            if let Some(old) = self.held.remove(&held.id) {
                self.unindex(&old, &mut concerned);
            }
            concerned.insert(held.id);
            self.index(&held, &mut concerned);
            self.held.insert(held.id, held);
        }
        self.remake(concerned);
    }

    /// Takes in the row, the nodes and the people as they are now. Cards are made anew where that can change any; what all
    /// cards share has changed with the set-up and the people alone.
    pub fn reframe(&mut self, row: BoardRow, nodes: Nodes, people: People, change: i64) {
        self.change = change;
        self.version = change;
        let has_other_frame = row.set_up != self.row.set_up || !people.has_same_members(&self.people);
        if !has_other_frame && nodes == self.nodes {
            self.row = row;
            return;
        }
        self.places = Places::of(&row.set_up.0, &nodes);
        (self.row, self.nodes, self.people) = (row, nodes, people);
        for identity in self.names.people() {
            self.people.saw((**identity).clone());
        }
        self.assignees.clear();
        if has_other_frame {
            self.frame_version = change;
        }
        self.remake(self.held.keys().copied().collect());
    }

    /// Takes the work item types as they are kept now: an import reads them when the board is open already.
    pub fn retype(&mut self, types: Types, change: i64) {
        if types != self.types {
            self.types = types;
            (self.version, self.frame_version) = (change, change);
        }
    }

    /// Takes the numbers that cards had before this process knew them.
    pub fn settle_loaded(&mut self, changes: &HashMap<ItemId, i64>) {
        for (item, card) in &mut self.cards {
            card.change = changes.get(item).copied().unwrap_or(self.since);
        }
        self.changed = self.cards.iter().map(|(item, card)| (card.change, *item)).collect();
        let newest = self.cards.values().map(|card| card.change).max().unwrap_or_default();
        self.version = self.row.change_number.max(newest);
        for identity in self.names.people() {
            self.people.saw((**identity).clone());
        }
    }

    fn remake(&mut self, concerned: BTreeSet<ItemId>) {
        // Parents and the ends of links come first in no order: a card asks whether the other is shown, not what it is.
        let mut has_changed = false;
        for item in concerned {
            let made = match self.held.get(&item) {
                Some(held) if held.is_shown() => Some(self.make(item)),
                _ => None,
            };
            match (made, self.cards.get(&item)) {
                (Some(card), Some(old)) if is_equal(&card, old) => {}
                (Some(card), _) => {
                    self.gone.remove(&item);
                    let card = Card {
                        change: self.change,
                        ..card
                    };
                    self.put(item, Some(card));
                    has_changed = true;
                }
                (None, Some(_)) => {
                    self.put(item, None);
                    self.gone.insert(item, self.change);
                    has_changed = true;
                }
                (None, None) => {}
            }
        }
        if has_changed {
            self.version = self.change;
        }
    }

    /// Puts a card in the place of the one that was, or none.
    fn put(&mut self, item: ItemId, card: Option<Card>) {
        if let Some(old) = self.cards.remove(&item) {
            self.order.remove(&old);
            self.changed.remove(&(old.change, item));
        }
        if let Some(card) = card {
            self.order.insert(&card);
            self.changed.insert((card.change, item));
            self.cards.insert(item, card);
        }
    }

    fn make(&mut self, item: ItemId) -> Card {
        let unit = self.row.set_up.0.unit.field.clone();
        let held = self.held.get(&item).expect("it is on the board");
        let fields = held.shown(&unit, &mut self.names).into_owned();
        let held = self.held.get(&item).expect("it is on the board");
        let set_up = self.set_up();
        let position = |index: Option<usize>| index.and_then(|index| i32::try_from(index).ok()).unwrap_or(-1);
        let assignee = fields.assignee.as_ref().map(|who| {
            let known = self.assignees.get(&key(who));
            known.cloned().unwrap_or_else(|| assignee(who, &self.people))
        });
        let card = Card {
            id: item.0,
            number: held.number,
            r#type: fields.kind.to_string(),
            title: fields.title.clone(),
            state: fields.state.to_string(),
            team: position(fields.area.and_then(|area| self.places.team(area))),
            column: position(fields.iteration.and_then(|node| self.places.column(node))),
            points: fields.points(),
            assignee: assignee.clone(),
            parent: self.parent(fields.parent).map(|parent| parent.0),
            rank: held.rank.clone(),
            tags: fields.tag_list().map(str::to_owned).collect(),
            sync: held.sync(),
            placed: held.placed.as_ref().and_then(|(team, column)| {
                let cell = (set_up.team_index(team)?, set_up.column_index(column)?);
                Some((position(Some(cell.0)), position(Some(cell.1))))
            }),
            links: self.links(held),
            change: self.change,
            conflict: self.conflict(held),
        };
        if let (Some(who), Some(assignee)) = (&fields.assignee, assignee) {
            self.assignees.insert(key(who), assignee);
        }
        card
    }

    /// The card that a parent is, if it is one.
    fn parent(&self, parent: Parent) -> Option<ItemId> {
        let item = match parent {
            Parent::None => None,
            Parent::Number(number) => self.by_number(number),
            Parent::Item(item) => Some(item),
        };
        item.filter(|item| self.held.get(item).is_some_and(Held::is_shown))
    }

    fn links(&self, held: &Held) -> Vec<CardLink> {
        let mut links: BTreeMap<(LinkDirection, End), CardLink> = BTreeMap::new();
        for (end, dependency) in self.waits_for(held) {
            if let Some(link) = self.link(end, LinkDirection::WaitsFor, &dependency) {
                links.insert((LinkDirection::WaitsFor, end), link);
            }
        }
        for link in held.links.iter().filter(|link| !link.waits) {
            let end = self.end(End::Number(link.target));
            // Where the taker was read, it knows best.
            let is_known =
                matches!(end, End::Item(taker) if self.held.get(&taker).is_some_and(|taker| taker.rev.is_some()));
            if !is_known && let Some(link) = self.link(end, LinkDirection::NeededBy, &in_step(link)) {
                links.insert((LinkDirection::NeededBy, end), link);
            }
        }
        let takers = self
            .ends_of(held)
            .flat_map(|end| self.named_by.get(&end).into_iter().flatten());
        let takers: BTreeSet<ItemId> = takers.copied().collect();
        for taker in takers.iter().filter_map(|taker| self.held.get(taker)) {
            let end = End::Item(taker.id);
            let waits = self.waits_for(taker);
            if let Some(dependency) = waits.get(&End::Item(held.id))
                && let Some(link) = self.link(end, LinkDirection::NeededBy, dependency)
            {
                links.insert((LinkDirection::NeededBy, end), link);
            }
        }
        links.into_values().collect()
    }

    fn link(&self, end: End, direction: LinkDirection, dependency: &Dependency) -> Option<CardLink> {
        let (to_or_from, number) = match end {
            End::Number(number) => (None, Some(number)),
            End::Item(item) => {
                let other = self.held.get(&item)?;
                if !other.is_shown() {
                    return None;
                }
                (Some(item.0), other.number)
            }
        };
        Some(CardLink {
            to_or_from,
            number,
            direction,
            agreement: dependency.agreed.agreement,
            needed_by: dependency.agreed.needed_by.clone(),
            sync: dependency.sync,
        })
    }

    fn conflict(&self, held: &Held) -> Option<CardConflict> {
        let (edit, field, to, theirs, theirs_by) =
            held.edits.iter().find_map(|edit| match (&edit.act, edit.hold()) {
                (lockstep_sync::edit::Act::Set { field, to, .. }, Some(Hold::Conflict { theirs, theirs_by })) => {
                    Some((edit, field, to, theirs, theirs_by))
                }
                _ => None,
            })?;
        let words = FieldWords::of(self);
        Some(CardConflict {
            edit: edit.id.0,
            field: words.named(field).0,
            ours: words.shown(field, to),
            theirs: words.shown(field, theirs),
            theirs_by: theirs_by.clone(),
        })
    }

    /// An end as the item it is here, else as it stands.
    fn end(&self, end: End) -> End {
        match end {
            End::Number(number) => self.numbers.get(&number).map_or(end, |item| End::Item(*item)),
            End::Item(_) => end,
        }
    }

    /// How others may name an item.
    fn ends_of(&self, held: &Held) -> impl Iterator<Item = End> + use<> {
        [Some(End::Item(held.id)), held.number.map(End::Number)]
            .into_iter()
            .flatten()
    }

    fn index(&mut self, held: &Held, concerned: &mut BTreeSet<ItemId>) {
        if let Some(number) = held.number {
            self.numbers.insert(number, held.id);
        }
        for end in named(held, &self.set_up().dependency) {
            self.named_by.entry(end).or_default().insert(held.id);
        }
        self.n_drafts += n_drafts(held);
        self.concern_around(held, concerned);
    }

    fn unindex(&mut self, held: &Held, concerned: &mut BTreeSet<ItemId>) {
        self.concern_around(held, concerned);
        self.n_drafts -= n_drafts(held);
        for end in named(held, &self.set_up().dependency) {
            if let Some(namers) = self.named_by.get_mut(&end) {
                namers.remove(&held.id);
                if namers.is_empty() {
                    self.named_by.remove(&end);
                }
            }
        }
        if let Some(number) = held.number.filter(|number| self.numbers.get(number) == Some(&held.id)) {
            self.numbers.remove(&number);
        }
    }

    /// Whoever names an item, and whomever it names, may look different now.
    fn concern_around(&self, held: &Held, concerned: &mut BTreeSet<ItemId>) {
        for end in self.ends_of(held) {
            concerned.extend(self.named_by.get(&end).into_iter().flatten());
        }
        for end in named(held, &self.set_up().dependency) {
            if let End::Item(item) = self.end(end) {
                concerned.insert(item);
            }
        }
    }
}

fn n_drafts(held: &Held) -> usize {
    held.edits.iter().filter(|edit| edit.is_draft).count()
}

/// Ends that an item names: by its links, as read and as wanted, and as its parent.
fn named(held: &Held, dependency: &DependencyLink) -> BTreeSet<End> {
    let mut ends: BTreeSet<End> = held.links.iter().map(|link| End::Number(link.target)).collect();
    ends.extend(held.wanted_links(dependency).map(|(target, ..)| end_of(target)));
    let wanted = held.edits.iter().filter_map(|edit| match &edit.act {
        lockstep_sync::edit::Act::Set { field, to, .. } if field.as_str() == lockstep_sync::PARENT => {
            Some(Parent::of(to))
        }
        _ => None,
    });
    for parent in wanted.chain([held.fields.parent]) {
        match parent {
            Parent::None => {}
            Parent::Number(number) => drop(ends.insert(End::Number(number))),
            Parent::Item(item) => drop(ends.insert(End::Item(item))),
        }
    }
    ends
}

fn end_of(target: Target) -> End {
    match target {
        Target::WorkItem(number) => End::Number(number.0),
        Target::Item { item } => End::Item(item),
    }
}

fn in_step(link: &SeenLink) -> Dependency {
    Dependency {
        agreed: link.agreed.clone(),
        sync: CardSync::InStep,
        comment: link.comment.clone(),
    }
}

/// How one edit stands.
pub fn sync_of(edit: &Edit) -> CardSync {
    match &edit.state {
        EditState::Held { hold } => match hold {
            Hold::Conflict { .. } => CardSync::Conflict,
            Hold::Refused { .. } => CardSync::Refused,
            Hold::NeedsToken => CardSync::NeedsToken,
            Hold::WorkItemDeleted => CardSync::DeletedThere,
            Hold::OutOfSight => CardSync::OutOfSight,
            Hold::Unsure => CardSync::Held,
        },
        EditState::Waiting | EditState::Sending { .. } if edit.is_draft => CardSync::Draft,
        EditState::Waiting | EditState::Sending { .. } => CardSync::Waiting,
    }
}

/// Equal to people: the change number says when, not what.
fn is_equal(a: &Card, b: &Card) -> bool {
    let b = Card {
        change: a.change,
        ..b.clone()
    };
    *a == b
}

fn assignee(who: &Arc<Identity>, people: &People) -> CardAssignee {
    match people.member_of(who) {
        Some(person) => CardAssignee {
            name: person.name.clone(),
            member_id: Some(person.id.0),
        },
        None => CardAssignee {
            name: who.display_name.clone(),
            member_id: None,
        },
    }
}

/// Tells shared identities apart; they live as long as the view.
fn key(who: &Arc<Identity>) -> usize {
    Arc::as_ptr(who) as usize
}

impl BoardView {
    /// How many of a member's edits wait to be published here.
    pub fn n_drafts_of(&self, member: MemberId) -> usize {
        self.drafts().filter(|(_, edit)| edit.author == member).count()
    }

    /// Whether nothing can be said of a work item any more but that it was there.
    pub fn is_out_of_reach(&self, item: ItemId) -> bool {
        self.held
            .get(&item)
            .is_none_or(|held| matches!(held.presence, Presence::OutOfSight | Presence::Deleted))
    }
}

#[cfg(test)]
mod tests;
