//! Trouble beside what happens to single requests: spells, tokens that die, notices that nobody sent, things that an
//! administrator or a robot does in Azure DevOps. Which kinds a world knows is a matter of its seed.

use azdo::{Token, WorkItemId, field};
use azdo_sim::{Dice, Spell, TokenSpec};
use lockstep_sync::edit::Whom;
use lockstep_sync::replica::Input;
use serde_json::json;

use crate::world::{CONNECTION_PERSON, PEOPLE, PROJECT, SECOND_US, World};

/// A number that no work item has.
const NOBODY: WorkItemId = WorkItemId(9_999_999);
/// Revisions that the robot makes in one go.
const ROBOT_BURST: u64 = 6;

/// A kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Outage,
    Busy,
    Slow,
    TokenDies,
    TokenIsRenewed,
    ForgedNotice,
    StrangeNotice,
    ReplayedNotice,
    Robot,
    Copy,
    MarkerTakenAway,
    NodeDeleted,
}

/// Every kind, by the name under which it is counted and can be turned off.
pub const TROUBLES: [(Trouble, &str); 12] = [
    (Trouble::Outage, "an outage"),
    (Trouble::Busy, "a spell of 429"),
    (Trouble::Slow, "every answer late"),
    (Trouble::TokenDies, "a token dies"),
    (Trouble::TokenIsRenewed, "a token is renewed"),
    (Trouble::ForgedNotice, "a forged notice"),
    (Trouble::StrangeNotice, "a notice of nothing"),
    (Trouble::ReplayedNotice, "an old notice again"),
    (Trouble::Robot, "a robot"),
    (Trouble::Copy, "a copy with our marker"),
    (Trouble::MarkerTakenAway, "our marker taken away"),
    (Trouble::NodeDeleted, "a node deleted"),
];

/// The kinds that a world knows: about half of them. What ends trouble is in every world.
pub fn of_seed(seed: u64, is_off: impl Fn(&str) -> bool) -> Vec<Trouble> {
    let mut dice = Dice::new(seed ^ 0x7120);
    let mut known = Vec::new();
    for (trouble, name) in TROUBLES {
        if (dice.coin() || trouble == Trouble::TokenIsRenewed) && !is_off(name) {
            known.push(trouble);
        }
    }
    known
}

impl World {
    /// Something of what this world knows happens.
    pub fn trouble(&mut self) {
        let Some(trouble) = self.one_of(&self.troubles.clone()) else {
            return;
        };
        let name = TROUBLES
            .iter()
            .find(|(kind, _)| *kind == trouble)
            .expect("each has a name")
            .1;
        self.tell(|| name.to_owned());
        let has_happened = match trouble {
            Trouble::Outage => self.spell(Spell::Outage),
            Trouble::Busy => self.spell(Spell::Busy),
            Trouble::Slow => {
                self.slow_until_us = self.now_us + 600 * SECOND_US;
                true
            }
            Trouble::TokenDies => self.token_dies(),
            Trouble::TokenIsRenewed => self.renew_tokens(),
            Trouble::ForgedNotice => self.hear_of_some_item(),
            Trouble::StrangeNotice => self.hear_of(NOBODY),
            Trouble::ReplayedNotice => {
                let old: Vec<WorkItemId> = self.store.notices.values().map(|(id, _)| *id).collect();
                self.one_of(&old).is_some_and(|id| self.hear_of(id))
            }
            Trouble::Robot => self.robot(),
            Trouble::Copy => self.copy(),
            Trouble::MarkerTakenAway => self.take_marker_away(),
            Trouble::NodeDeleted => self.delete_node(),
        };
        if has_happened {
            self.count(name);
        }
    }

    /// Mostly of minutes, so that something happens beside it; now and then of hours.
    fn spell(&mut self, spell: Spell) -> bool {
        let minutes = match self.dice.below(5) {
            0 => 60 + self.dice.below(300),
            _ => 1 + self.dice.below(15),
        };
        let until_us = self.there_us() + minutes as i64 * 60 * SECOND_US;
        self.wire.faults.lock().unwrap().begin(spell, until_us);
        true
    }

    fn token_dies(&mut self) -> bool {
        let whoms: Vec<Whom> = self.token_texts.keys().copied().collect();
        let Some(whom) = self.one_of(&whoms) else { return false };
        let text = self.token_texts.remove(&whom).expect("it was picked from there");
        let there_us = self.there_us();
        let mut sim = self.wire.sim.lock().unwrap();
        if self.dice.coin() {
            sim.revoke_token(&text);
        } else {
            sim.expire_token(&text, there_us);
        }
        true
    }

    /// Everybody whose token died stores a new one.
    pub fn renew_tokens(&mut self) -> bool {
        let people = std::iter::once(CONNECTION_PERSON).chain(PEOPLE);
        let whoms = std::iter::once(Whom::Connection).chain(self.members.clone().into_iter().map(Whom::Member));
        let dead: Vec<(Whom, &str)> = whoms
            .zip(people)
            .filter(|(whom, _)| self.tokens.tokens.contains_key(whom) && !self.token_texts.contains_key(whom))
            .collect();
        for (whom, person) in &dead {
            let text = self.wire.sim.lock().unwrap().add_token(token_of(person));
            self.tokens.tokens.insert(*whom, Token::parse(&text).expect("a token"));
            self.token_texts.insert(*whom, text);
        }
        if !dead.is_empty() {
            self.feed(Input::Rules(Box::new(self.rules.clone())));
        }
        !dead.is_empty()
    }

    /// A notice comes in, whoever sent it: it names a work item and says nothing that is believed.
    fn hear_of(&mut self, id: WorkItemId) -> bool {
        self.store.notice(id);
        let heard = self.store.pending_notices();
        self.feed(Input::HeardOf(heard));
        true
    }

    fn hear_of_some_item(&mut self) -> bool {
        let paired: Vec<WorkItemId> = self.store.items.values().filter_map(|item| item.work_item).collect();
        self.one_of(&paired).is_some_and(|id| self.hear_of(id))
    }

    /// A rule or another tool makes one revision after the other, where an edit waits for somebody if there is one.
    fn robot(&mut self) -> bool {
        let paired = |is_held: bool| {
            let items = self.store.items.values();
            let such = items.filter(|item| !is_held || item.has_held(|_| true));
            such.filter_map(|item| item.work_item).collect::<Vec<_>>()
        };
        let (held, all) = (paired(true), paired(false));
        let Some(id) = self.one_of(if held.is_empty() { &all } else { &held }) else {
            return false;
        };
        for _ in 0..ROBOT_BURST {
            let tags = self.value("robot");
            let there_us = self.there_us();
            let mut sim = self.wire.sim.lock().unwrap();
            let _ = sim.person_update(there_us, PEOPLE[2], id.0, &[(field::REASON, json!(tags))]);
            let _ = sim.person_update(there_us, PEOPLE[2], id.0, &[(field::DESCRIPTION, json!(tags))]);
            drop(sim);
            self.hear_of(id);
            for _ in 0..8 {
                self.operate(true);
            }
        }
        true
    }

    /// Somebody copies a work item of ours: the copy carries the same marker.
    fn copy(&mut self) -> bool {
        let is_paired = |item: &&lockstep_sync::item::Item| item.work_item.is_some();
        let ours: Vec<_> = self
            .store
            .items
            .values()
            .filter(is_paired)
            .map(|item| item.id)
            .collect();
        let Some(item) = self.one_of(&ours) else { return false };
        let marker = self.rules.marker(item);
        let title = self.value("copied");
        let there_us = self.there_us();
        let mut sim = self.wire.sim.lock().unwrap();
        let copy = sim.person_create(there_us, PEOPLE[1], PROJECT, "Task", &[(field::TITLE, json!(title))]);
        copy.is_ok_and(|copy| sim.person_add_hyperlink(there_us, PEOPLE[1], copy, &marker).is_ok())
    }

    fn take_marker_away(&mut self) -> bool {
        let paired: Vec<WorkItemId> = self.store.items.values().filter_map(|item| item.work_item).collect();
        let Some(id) = self.one_of(&paired) else { return false };
        let there_us = self.there_us();
        let mut sim = self.wire.sim.lock().unwrap();
        sim.person_remove_hyperlink(there_us, PEOPLE[0], id.0).is_ok()
    }

    /// An area is deleted; what was in it goes to the root, and who plans with it is asked.
    fn delete_node(&mut self) -> bool {
        let (far, root, there_us) = (self.places.far, self.places.root, self.there_us());
        let mut sim = self.wire.sim.lock().unwrap();
        sim.delete_node_to(there_us, PEOPLE[0], far, root).is_ok()
    }
}

/// A token as everybody here has one.
pub fn token_of(person: &str) -> TokenSpec {
    TokenSpec {
        name: person.to_owned(),
        person: person.to_owned(),
        scopes: vec!["vso.work_write".to_owned(), "vso.project".to_owned()],
        organization: None,
        expires_us: None,
    }
}
