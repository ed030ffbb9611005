//! The sample world of the mock-ups: the projects Harbour, Yard and Gate pilot, eight teams, one PI of five sprints.
//!
//! Names, ids, states, points, links and capacities are those of the mock-ups; dates too, moved by whole weeks so that
//! the second sprint is the current one at the start of the simulation. The sum of the stories of a feature in a cell is
//! what its card shows there.

mod beside;
mod making;
mod past;
mod people;
mod plan;
mod stories;

use serde_json::{Map, Value, json};

use crate::clock;
use crate::patch::{Change, Document};
use crate::{RequiredInState, SECOND_US, Sim, SimConfig, SimError};

use making::{Making, expect, maker};
use people::{TEAMS, who};
use plan::{Card, DEPENDENCIES, EPIC, PAPERLESS, SHADOWS};
use stories::share;

/// First and last day as in the mock-ups.
const SPRINTS: &[(&str, &str, &str)] = &[
    ("Sprint 41", "2026-09-28", "2026-10-09"),
    ("Sprint 42", "2026-10-12", "2026-10-23"),
    ("Sprint 43", "2026-10-26", "2026-11-06"),
    ("Sprint 44", "2026-11-09", "2026-11-20"),
    ("IP sprint", "2026-11-23", "2026-12-04"),
];

const PI: &str = "PI 26.4";
/// From so many cards asked for, the plan is whole, with everything beside it.
const WHOLE: usize = 60;
/// Where the stories that the mock-ups don't number begin.
const FIRST_STORY_ID: i64 = 4600;
const PREDECESSOR: &str = "System.LinkTypes.Dependency-Reverse";
const ROOT_CAUSE: &str = "Custom.RootCause";
/// The bug that was Active before its root cause was required: it takes no change.
const WITHOUT_ROOT_CAUSE: i64 = 4163;

impl Sim {
    /// The mock-ups' sample world. Fewer than 60 cards: only the first so many, each with its stories; else the whole
    /// plan (75 cards, 350 work items in all).
    ///
    /// Tokens: `connection` of svc-lockstep (Work Items read & write, Project and Team read), one of each person.
    pub fn harbour(config: SimConfig, n_cards: usize) -> Sim {
        let mut sim = Sim::new(config);
        let is_whole = n_cards >= WHOLE;
        sim.add_people();
        for project in ["Harbour", "Yard", "Gate pilot"] {
            sim.add_project(project);
        }
        let moved_us = sim.moved_us();
        sim.add_sprints(moved_us);
        if is_whole {
            sim.add_past(moved_us);
        }
        sim.add_plan(if is_whole { usize::MAX } else { n_cards }, moved_us);
        sim.add_queries();
        sim.add_tokens();
        sim.add_rule(RequiredInState {
            work_item_type: "Bug".to_owned(),
            state: "Active".to_owned(),
            field: ROOT_CAUSE.to_owned(),
        });
        sim
    }

    /// How far the dates of the mock-ups are moved: whole sprints, so that the second one is the current one.
    fn moved_us(&self) -> i64 {
        let second_us = clock::day_us(SPRINTS[1].1).unwrap_or_default();
        (self.config.start_us - second_us).div_euclid(14 * clock::DAY_US) * 14 * clock::DAY_US
    }

    fn add_sprints(&mut self, moved_us: i64) {
        let moved = |date: &str| clock::date_of(clock::day_us(date).unwrap_or_default() + moved_us);
        let mut add = |path: String, start: &str, finish: &str| {
            let (start, finish) = (moved(start), moved(finish));
            (self.add_iteration(&path, Some((&start, &finish))), start)
        };
        let (pi, _) = add(format!("Harbour\\{PI}"), SPRINTS[0].1, SPRINTS[4].2);
        let sprints: Vec<(i64, String)> = SPRINTS
            .iter()
            .map(|(name, start, finish)| add(format!("Harbour\\{PI}\\{name}"), start, finish))
            .collect();
        let last = past::SPRINTS.len() - 1;
        add(
            format!("Harbour\\{}", past::PI),
            past::SPRINTS[0].1,
            past::SPRINTS[last].2,
        );
        let before: Vec<i64> = past::SPRINTS
            .iter()
            .map(|(name, start, finish)| add(format!("Harbour\\{}\\{name}", past::PI), start, finish).0)
            .collect();
        self.add_teams(pi, &before, &sprints);
    }

    fn add_plan(&mut self, n_cards: usize, moved_us: i64) {
        let mut now_us = self.config.start_us - 40 * clock::DAY_US;
        let mut next_story = FIRST_STORY_ID;
        let is_whole = n_cards == usize::MAX;
        let epic = is_whole.then_some(EPIC);
        for card in epic.into_iter().chain(plan::cards()).take(n_cards) {
            now_us += 60 * SECOND_US;
            self.organization.next_id = card.id;
            self.add_card(now_us, &card, is_whole);
            for story in stories::of(&card) {
                now_us += 20 * SECOND_US;
                let making = story_of(&card, story.title, story.points);
                let place = place(card.sprint);
                let making = Making {
                    iteration: Some(&place),
                    area: card.team.map(|team| TEAMS[team].name),
                    ..making
                };
                let at = self.add_numbered(&mut next_story, story.id, now_us, &making, story.who);
                self.step_to(now_us, &maker(story.who), at, story.state);
            }
        }
        if is_whole {
            now_us = self.add_shadows(now_us, &mut next_story);
            self.add_left_out(now_us);
            self.add_elsewhere(now_us);
        }
        self.organization.next_id = next_story;
        for (giver, taker, state, day) in DEPENDENCIES {
            now_us += SECOND_US;
            self.add_dependency(now_us, *giver, *taker, &agreement(state, day, moved_us));
        }
    }

    /// A card, but not its stories.
    fn add_card(&mut self, now_us: i64, card: &Card, has_epic: bool) {
        let description = json!(format!(
            "<div>{}: what it is for and when it is done.</div>",
            card.title
        ));
        let mut fields: Vec<(&str, Value)> = Vec::new();
        if card.kind == 'F' {
            fields.push(("System.Description", description));
        }
        if card.id == 4112 {
            fields.push(("System.Tags", json!("customs; go-live")));
            fields.push(("Microsoft.VSTS.Common.Priority", json!(1)));
        }
        if card.kind == 'B' && card.id != WITHOUT_ROOT_CAUSE {
            fields.push((ROOT_CAUSE, json!("Found on the quay, not in a test")));
        }
        let (maker, place) = (maker(card.who), place(card.sprint));
        let parent = (has_epic && PAPERLESS.contains(&card.id)).then_some(EPIC.id);
        let making = Making {
            project: "Harbour",
            kind: card.kind,
            title: card.title,
            maker: &maker,
            is_assigned: !card.who.is_empty(),
            area: card.team.map(|team| TEAMS[team].name),
            iteration: Some(&place),
            points: (card.points > 0).then_some(card.points),
            parent,
            fields: &fields,
        };
        let id = self.make(now_us, &making);
        self.step_to(now_us, &maker, id, card.state);
    }

    /// A story under its own number, or under the next free one if it has none (0).
    fn add_numbered(&mut self, next: &mut i64, id: i64, now_us: i64, making: &Making, key: &str) -> i64 {
        self.organization.next_id = if id == 0 { *next } else { id };
        *next += i64::from(id == 0);
        let maker = maker(key);
        self.make(
            now_us,
            &Making {
                maker: &maker,
                is_assigned: !key.is_empty(),
                ..*making
            },
        )
    }

    fn add_shadows(&mut self, mut now_us: i64, next: &mut i64) -> i64 {
        for (team, sprint, feature, key, points, titles) in SHADOWS {
            for (at, title) in titles.iter().enumerate() {
                now_us += 20 * SECOND_US;
                let place = place(*sprint);
                let making = Making {
                    project: "Harbour",
                    kind: 'S',
                    title,
                    area: Some(TEAMS[*team].name),
                    iteration: Some(&place),
                    points: share(*points, at, titles.len()),
                    parent: Some(*feature),
                    ..Making::default()
                };
                self.add_numbered(next, 0, now_us, &making, key);
            }
        }
        now_us
    }

    /// Written from the taker, as Lockstep does; nothing if one of the two is not there.
    fn add_dependency(&mut self, now_us: i64, giver: i64, taker: i64, comment: &str) {
        let items = &self.organization.items;
        if !items.contains_key(&giver) || !items.contains_key(&taker) {
            return;
        }
        let by = items[&taker].text("System.AssignedTo").to_owned();
        let by = if by.is_empty() { who("ML") } else { by };
        let mut attributes = Map::new();
        if !comment.is_empty() {
            attributes.insert("comment".to_owned(), json!(comment));
        }
        let document = Document {
            changes: vec![Change::AddRelation {
                rel: PREDECESSOR.to_owned(),
                url: self.work_item_url(giver),
                attributes,
            }],
            ..Document::default()
        };
        let author = expect(self.person_author(&by));
        let done = self.update_work_item(now_us, &author, taker, &document, false);
        expect(done.map_err(SimError::from));
    }
}

fn story_of<'a>(card: &Card, title: &'a str, points: Option<i64>) -> Making<'a> {
    Making {
        project: "Harbour",
        kind: 'S',
        title,
        points,
        parent: Some(card.id),
        ..Making::default()
    }
}

/// The iteration of a sprint, below the project.
fn place(sprint: usize) -> String {
    match SPRINTS.get(sprint) {
        Some((name, ..)) => format!("{PI}\\{name}"),
        None => PI.to_owned(),
    }
}

/// The comment of a link that says what was agreed: `Lockstep: accepted, needed by 2026-10-30`.
fn agreement(state: &str, day: &str, moved_us: i64) -> String {
    match (state.is_empty(), clock::day_us(day)) {
        (true, _) => String::new(),
        (false, None) => format!("Lockstep: {state}"),
        (false, Some(us)) => format!("Lockstep: {state}, needed by {}", clock::date_of(us + moved_us)),
    }
}
