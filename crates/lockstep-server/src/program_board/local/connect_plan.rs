//! What a local board comes to at a connection: each card a creation with what it has now, its state, links and comments behind
//! it, all of them drafts by whoever did them.
//!
//! Pure. The edits are those that were kept here; they are put into the connection's numbers, and those that still matter are
//! opened again. The rest stays what it is: history.

use std::collections::{BTreeMap, BTreeSet};

use azdo::{FieldName, Fields, Identity, Relation, StateCategory, field};
use lockstep_sync::edit::{Act, Target};
use lockstep_sync::item::Presence;
use lockstep_sync::{ItemId, PARENT, PARENT_LINK};
use serde_json::{Value, json};
use uuid::Uuid;

use super::apply::LocalItem;
use super::connect_answer::{ConnectPreview, ConnectSample, TypeChange};
use super::connect_report::Report;
use super::connect_states::{first_state, like};
use super::process;
use crate::action_items::people::Match;
use crate::action_items::types::TypeInfo;
use crate::error::FieldProblem;
use crate::program_board::nodes::Nodes;
use crate::program_board::place::Places;
use crate::program_board::set_up::{BoardTeam, SetUp};
use crate::store::edits::EditRow;
use crate::store::local_boards::MovedEdit;

/// A card of the local board, with everything that was ever done about it, in order.
#[derive(Debug, Clone)]
pub struct LocalCard {
    /// The item.
    pub item: ItemId,
    /// As it is.
    pub held: LocalItem,
    /// What was done.
    pub edits: Vec<EditRow>,
}

/// What there is at the connection.
pub struct There<'a> {
    /// The board as it will be.
    pub set_up: &'a SetUp,
    /// Areas and iterations.
    pub nodes: &'a Nodes,
    /// Types by project.
    pub types: &'a BTreeMap<String, Vec<TypeInfo>>,
    /// What becomes of the local types.
    pub changes: &'a [TypeChange],
    /// How somebody is written there.
    pub identity_of: &'a dyn Fn(&Identity) -> Option<Match>,
}

/// What is to be kept.
#[derive(Debug, Default)]
pub struct Connecting {
    /// Items that are to be created.
    pub items: Vec<ItemId>,
    /// Every edit of the items to be created.
    pub edits: Vec<MovedEdit>,
    /// The same in numbers and words.
    pub preview: ConnectPreview,
}

/// Says what the cards of a local board come to.
///
/// Errors: cards would have no place or no type there; field by field, in words.
pub fn plan(was: &SetUp, cards: &[LocalCard], there: &There<'_>) -> Result<Connecting, Vec<FieldProblem>> {
    let mut planner = Planner::new(was, cards, there);
    // What was removed stays behind.
    for card in cards.iter().filter(|card| card.held.presence == Presence::Present) {
        planner.card(card);
    }
    planner.done()
}

struct Planner<'a> {
    was: &'a SetUp,
    there: &'a There<'a>,
    places: Places,
    numbers: BTreeMap<i64, ItemId>,
    present: BTreeSet<ItemId>,
    connecting: Connecting,
    report: Report,
}

/// Where a card goes.
struct Cell<'a> {
    team: &'a BoardTeam,
    node: i64,
    kind: &'a TypeInfo,
}

impl<'a> Planner<'a> {
    fn new(was: &'a SetUp, cards: &[LocalCard], there: &'a There<'a>) -> Self {
        let present = cards.iter().filter(|card| card.held.presence == Presence::Present);
        Self {
            was,
            there,
            places: Places::of(there.set_up, there.nodes),
            numbers: cards.iter().map(|card| (card.held.number, card.item)).collect(),
            present: present.map(|card| card.item).collect(),
            connecting: Connecting::default(),
            report: Report::default(),
        }
    }

    fn done(self) -> Result<Connecting, Vec<FieldProblem>> {
        Ok(Connecting {
            preview: self.report.told()?,
            ..self.connecting
        })
    }

    fn card(&mut self, card: &LocalCard) {
        let Some(at) = self.target(card) else { return };
        let path = |id| {
            self.there
                .nodes
                .get(id)
                .map(|node| node.path.clone())
                .unwrap_or_default()
        };
        let sample = ConnectSample {
            title: text(card, field::TITLE).to_owned(),
            area: path(at.team.area_id),
            iteration: path(at.node),
        };
        self.report
            .card(text(card, field::WORK_ITEM_TYPE), &at.kind.name, sample);
        let state = self.state(card, at.kind);
        let creation = Act::Create {
            project: at.team.project_id.clone(),
            work_item_type: at.kind.name.clone(),
            fields: self.fields(card, &at),
        };
        let mut opened: BTreeMap<Uuid, Act> = BTreeMap::new();
        let made = card.edits.iter().find(|edit| matches!(edit.act.0, Act::Create { .. }));
        if let Some(made) = made {
            opened.insert(made.id, creation);
        }
        if let Some(act) = state
            && let Some(edit) = card.edits.iter().rev().find(|edit| sets(edit, field::STATE))
        {
            opened.insert(edit.id, act);
        }
        for edit in card
            .edits
            .iter()
            .filter(|edit| matches!(edit.act.0, Act::Comment { .. }))
        {
            opened.insert(edit.id, edit.act.0.clone());
            self.report.n_comments += 1;
        }
        for link in card.held.remote.relations.iter().filter(|link| link.rel != PARENT_LINK) {
            if let Some((edit, act)) = self.link(card, link) {
                opened.insert(edit, act);
                self.report.n_links += 1;
            }
        }
        for edit in &card.edits {
            let act = opened.remove(&edit.id);
            self.connecting.edits.push(MovedEdit {
                id: edit.id,
                item: card.item,
                is_draft: act.is_some(),
                act: act.unwrap_or_else(|| self.translated(&edit.act.0, at.team)),
            });
        }
        self.connecting.items.push(card.item);
    }

    /// Where the card goes, unless it is not clear: then that is a problem.
    fn target(&mut self, card: &LocalCard) -> Option<Cell<'a>> {
        let there = self.there;
        let local_team = self
            .was
            .teams
            .iter()
            .find(|team| Some(team.area_id) == number(card, field::AREA_ID));
        // A row that is gone can't hold cards; the first one takes what slipped through.
        let local_team = local_team.or(self.was.teams.first())?;
        let Some(team) = there.set_up.team_index(&local_team.id) else {
            self.report.problem(
                "teams",
                format!("“{}” has cards; say which team it becomes", local_team.name),
            );
            return None;
        };
        let local_column = self
            .was
            .columns
            .iter()
            .find(|column| number(card, field::ITERATION_ID).is_some_and(|id| column.node_ids.contains(&id)));
        let node = match local_column {
            Some(column) => match there.set_up.column_index(&column.id) {
                Some(at) => self.places.node(there.set_up, Some(team), at),
                None => {
                    self.report.problem(
                        "columns",
                        format!("“{}” has cards; say which iteration it becomes", column.name),
                    );
                    return None;
                }
            },
            None => self.places.parking(there.set_up, Some(team)),
        };
        let team = &there.set_up.teams[team];
        let Some(node) = node.filter(|node| there.nodes.get(*node).is_some()) else {
            let what = local_column.map_or("The parking lot", |column| column.name.as_str());
            self.report.problem(
                "columns",
                format!("“{what}” has no iteration in the project of {}", team.name),
            );
            return None;
        };
        if there.nodes.get(team.area_id).is_none() {
            self.report
                .problem("teams", format!("the area of “{}” is not there", team.name));
            return None;
        }
        let from = text(card, field::WORK_ITEM_TYPE);
        let to = self.type_name(from);
        let of_project = there.types.get(&team.project_id.to_lowercase());
        let kind = of_project.and_then(|types| types.iter().find(|kind| kind.name.eq_ignore_ascii_case(to)));
        let Some(kind) = kind.filter(|kind| !kind.is_disabled) else {
            self.report
                .problem("types", format!("there is no “{to}” in the project of {}", team.name));
            return None;
        };
        if there.set_up.level(to) != self.was.level(from) {
            self.report
                .problem("types", format!("“{to}” is not on the level of “{from}” on this board"));
            return None;
        }
        Some(Cell { team, node, kind })
    }

    fn type_name<'s>(&self, from: &'s str) -> &'s str
    where
        'a: 's,
    {
        let there = self.there;
        let change = there
            .changes
            .iter()
            .find(|change| change.from.eq_ignore_ascii_case(from));
        change.map_or(from, |change| change.to.as_str())
    }

    fn fields(&mut self, card: &LocalCard, at: &Cell<'_>) -> Fields {
        let unit = self.there.set_up.unit.field.clone();
        let mut fields = Fields::new();
        fields.insert(FieldName::from(field::AREA_ID), json!(at.team.area_id));
        fields.insert(FieldName::from(field::ITERATION_ID), json!(at.node));
        for (name, value) in &card.held.remote.fields {
            match name.as_str() {
                field::AREA_ID | field::ITERATION_ID | field::WORK_ITEM_TYPE | field::TEAM_PROJECT | field::STATE => {}
                PARENT => {
                    let parent = value.as_i64().and_then(|number| self.numbers.get(&number));
                    if let Some(parent) = parent.filter(|parent| self.present.contains(parent)) {
                        fields.insert(name.clone(), json!({"item": parent}));
                    }
                }
                field::ASSIGNED_TO => {
                    if let Some(written) = self.assignee(value) {
                        fields.insert(name.clone(), json!(written));
                    }
                }
                other => {
                    let name = if other == process::POINTS { unit.as_str() } else { other };
                    if at.kind.has_field(name) {
                        fields.insert(FieldName::from(name), value.clone());
                    } else {
                        let short = name.rsplit('.').next().unwrap_or(name);
                        self.report.doubt(
                            format!("{short} of {}", at.kind.name),
                            "This type has no such field. The value stays in the history here.".to_owned(),
                        );
                    }
                }
            }
        }
        fields
    }

    fn assignee(&mut self, value: &Value) -> Option<String> {
        let who = Identity::from_value(value)?;
        match (self.there.identity_of)(&who) {
            Some(Match::Sure(written)) => Some(written),
            Some(Match::Perhaps(written)) => {
                self.report.doubt(
                    format!("Assigned to {}", who.display_name),
                    format!("Nobody of that name was seen at the connection yet; written as {written}."),
                );
                Some(written)
            }
            None => {
                self.report.doubt(
                    format!("Assigned to {}", who.display_name),
                    "This person is no member any more. Nobody is assigned instead.".to_owned(),
                );
                None
            }
        }
    }

    /// The step from the first state to the one that means the same there, where it is another.
    fn state(&mut self, card: &LocalCard, kind: &TypeInfo) -> Option<Act> {
        let from = text(card, field::STATE);
        let first = first_state(kind)?;
        let category = process::types()
            .iter()
            .find_map(|local| local.state(from).map(|_| local.category(from)))
            .unwrap_or(StateCategory::Proposed);
        let Some(to) = like(kind, from, category) else {
            self.report.doubt(
                format!("State {from} of {}", kind.name),
                format!("This type has no state that means the same; it begins as {first}."),
            );
            return None;
        };
        if to.eq_ignore_ascii_case(first) {
            return None;
        }
        self.report.state(&kind.name, from, to);
        Some(Act::Set {
            field: FieldName::from(field::STATE),
            was: json!(first),
            to: json!(to),
        })
    }

    /// A link as it is wanted there, by the edit that made it last.
    fn link(&self, card: &LocalCard, link: &Relation) -> Option<(Uuid, Act)> {
        let number = link.work_item_id()?;
        let other = self
            .numbers
            .get(&number.0)
            .filter(|other| self.present.contains(other))?;
        let made = card.edits.iter().rev().find(|edit| {
            matches!(&edit.act.0, Act::Link { rel, target: Target::WorkItem(to), is_added: true, .. }
                if *rel == link.rel && *to == number)
        })?;
        let comment = link.attributes.get("comment").and_then(Value::as_str);
        let act = Act::Link {
            rel: self.rel(&link.rel),
            target: Target::Item { item: *other },
            is_added: true,
            comment: comment.map(str::to_owned),
        };
        Some((made.id, act))
    }

    /// What was done, in the connection's numbers, for the history. What has no like there is said to be empty.
    fn translated(&self, act: &Act, team: &BoardTeam) -> Act {
        let mut act = act.clone();
        match &mut act {
            Act::Set { field, was, to } => {
                for value in [was, to] {
                    match field.as_str() {
                        field::AREA_ID => *value = json!(value.as_i64().and_then(|area| self.area(area))),
                        field::ITERATION_ID => {
                            *value = json!(value.as_i64().and_then(|node| self.iteration(node, team)));
                        }
                        PARENT => {
                            let parent = value.as_i64().and_then(|number| self.numbers.get(&number));
                            *value = parent.map_or(Value::Null, |parent| json!({"item": parent}));
                        }
                        _ => {}
                    }
                }
            }
            Act::Link { rel, target, .. } => {
                *rel = self.rel(rel);
                if let Target::WorkItem(number) = target
                    && let Some(item) = self.numbers.get(&number.0)
                {
                    *target = Target::Item { item: *item };
                }
            }
            _ => {}
        }
        act
    }

    /// The kind of a link, as the board there has dependencies.
    fn rel(&self, rel: &str) -> String {
        let is_dependency = rel == self.was.dependency.taker;
        let rel = if is_dependency {
            &self.there.set_up.dependency.taker
        } else {
            rel
        };
        rel.to_owned()
    }

    fn area(&self, area: i64) -> Option<i64> {
        let local = self.was.teams.iter().find(|team| team.area_id == area)?;
        let at = self.there.set_up.team_index(&local.id)?;
        Some(self.there.set_up.teams[at].area_id)
    }

    fn iteration(&self, node: i64, team: &BoardTeam) -> Option<i64> {
        let set_up = self.there.set_up;
        let team = set_up.team_index(&team.id);
        match self.was.columns.iter().find(|column| column.node_ids.contains(&node)) {
            Some(column) => self.places.node(set_up, team, set_up.column_index(&column.id)?),
            None if self.was.pi.as_ref().is_some_and(|pi| pi.node_id == node) => self.places.parking(set_up, team),
            None => None,
        }
    }
}

fn sets(edit: &EditRow, name: &str) -> bool {
    matches!(&edit.act.0, Act::Set { field, .. } if field.as_str() == name)
}

fn value<'c>(card: &'c LocalCard, name: &str) -> Option<&'c Value> {
    card.held.remote.fields.get(&FieldName::from(name))
}

fn number(card: &LocalCard, name: &str) -> Option<i64> {
    value(card, name).and_then(Value::as_i64)
}

fn text<'c>(card: &'c LocalCard, name: &str) -> &'c str {
    value(card, name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
