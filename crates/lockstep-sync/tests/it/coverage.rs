//! Which faults of the catalogue have been met, by the numbers they have in it. One that never fires fails the run.

use std::collections::BTreeMap;

use lockstep_sync::edit::{Act, AttemptKind, Ending, Hold, Outcome};
use lockstep_sync::item::Presence;
use lockstep_sync::record::{Record, TokenTrouble};

use crate::world::World;

/// How Lockstep's own words begin where an edit names a node that is gone.
const NO_NODE: &str = "The area or iteration";

/// A fault, what it is, and the counters that tell of it.
pub type Fault = (&'static str, &'static str, &'static [&'static str]);

/// The faults that the seeds make happen.
pub const FAULTS: [Fault; 49] = [
    ("P01", "the process dies at any instant", &["crash"]),
    ("P02", "it dies again while it comes back", &["crash at the start"]),
    ("N01", "refused before a byte was written", &["unsent"]),
    ("N03", "applied, and the answer is lost", &["lost_answer"]),
    ("N04", "applied late, after it was given up", &["late_apply"]),
    (
        "N05",
        "created, and what follows is refused",
        &["refused after the creation"],
    ),
    (
        "N06",
        "500, 502, 503, 504, 408, applied or not",
        &["error_5xx_applied", "error_5xx_not_applied"],
    ),
    (
        "N09",
        "an answer cut off, or a page in its place",
        &["truncated_json", "html_sign_in_203"],
    ),
    ("N14", "one of a batch can't be read", &["out of sight"]),
    ("N15", "a query or feed from minutes ago", &["stale_feed"]),
    ("N18", "an outage of hours", &["outage"]),
    ("W01", "a notice twice", &["notice_doubled"]),
    ("W02", "notices in another order", &["notice_delayed"]),
    ("W03", "a notice late", &["notice_delayed"]),
    ("W04", "a notice lost for ever", &["notice_lost"]),
    ("W08", "a forged notice", &["a forged notice"]),
    ("W09", "an old notice again", &["an old notice again"]),
    ("W10", "a notice of what is not ours", &["a notice of nothing"]),
    (
        "W12",
        "a notice before the answer to our own creation",
        &["notice before the answer"],
    ),
    ("R01", "Retry-After on a 200", &["retry_after_on_200"]),
    ("R02", "429, once and for an hour", &["throttled_429", "busy"]),
    ("R03", "every answer half a minute late", &["every answer late"]),
    (
        "A01",
        "the connection's token dies and is renewed",
        &["connection token refused"],
    ),
    (
        "A02",
        "an own token dies between click and send",
        &["own token refused"],
    ),
    ("A03", "a right to read is taken away and given back", &["rights"]),
    (
        "A06",
        "203, 302, 401 and pages for a refused token",
        &["html_sign_in_203", "own token refused"],
    ),
    ("T02", "the server's clock is minutes off", &["skewed clock"]),
    ("C01", "both sides change different fields", &["rev moved"]),
    (
        "C02",
        "both sides change one field",
        &["conflict held", "lost conflict"],
    ),
    ("C03", "both sides set the same value", &["already there"]),
    ("C05", "a deletion here", &["deletion sent"]),
    ("C06", "deleted there, edited here", &["held as deleted"]),
    ("C08", "a robot revises again and again", &["a robot"]),
    (
        "C09",
        "an edit while the one before is on its way",
        &["edited while sending"],
    ),
    ("C11", "two people change one field", &["superseded by somebody else"]),
    ("C12", "tags added on both sides", &["tags sent"]),
    ("L01", "deleted to the recycle bin", &["seen deleted"]),
    ("L02", "restored", &["seen restored"]),
    ("L04", "no longer readable", &["out of sight"]),
    ("L07", "leaves a board's scope and comes back", &["left", "entered"]),
    ("L10", "a copy carries our marker", &["a copy with our marker"]),
    ("L11", "our marker is taken away", &["our marker taken away"]),
    ("V02", "a refused state or value", &["refused"]),
    ("V06", "one refused among several", &["refused among others"]),
    ("V07", "refused, then retried or given up", &["given up"]),
    ("S01", "a node is renamed", &["rename"]),
    ("S02", "a node is deleted", &["a node deleted"]),
    ("S03", "an edit waits for a deleted node", &["held for a node"]),
    ("K06", "links move without a revision", &["link removal sent"]),
];

/// Faults marked for simulation that the seeds do not make: where else they are met, or that they are not met yet.
pub const ELSEWHERE: [(&str, &str); 17] = [
    (
        "P04, P06, P07",
        "torture runs with two instances, one of them frozen; server tests of leases",
    ),
    ("P05", "not met: a panic in one task"),
    ("P09", "seeds of their own, see `restoring`"),
    ("D04, D07", "torture runs: a full disk, PostgreSQL restarted"),
    (
        "D06",
        "a second writer is told to come again, a store test; slow databases are not met",
    ),
    ("D08, D10", "not met: failures of serialization, replicas"),
    ("N02", "torture runs: connections cut at any byte"),
    (
        "N07, N16, N17",
        "not met: a repeated request, a collection rolled back or renamed",
    ),
    (
        "N11, N13",
        "redirects: transport tests; one connection of many cut off is not met",
    ),
    (
        "W05, W13",
        "not met as such: the state of subscriptions, events of what is being deleted here",
    ),
    ("W15", "parser tests with Microsoft's samples"),
    (
        "R04, R05",
        "the pace of imports has unit tests; shared budgets of the engine are not met",
    ),
    (
        "A04, A07, A08",
        "not met: somebody else's token stored by mistake, people who leave, conditional access",
    ),
    (
        "T01, T03",
        "the engine is told the time and orders by change number and rev; not met by the seeds",
    ),
    ("C04, C07, C10, C13", "planner property test, store tests, import tests"),
    (
        "L03, L05, L06, L08, L09, S04-S11",
        "not met: destroyed, moved, another type; states, people, processes",
    ),
    (
        "V01, V03-V05, K01-K05, K07, K08, K10",
        "simulator, planner and value tests, in part",
    ),
];

impl World {
    /// Counts what a record tells of.
    pub fn count_record(&mut self, record: &Record) {
        let edit_of = |id| {
            let mut edits = self
                .store
                .items
                .values()
                .flat_map(|item| item.edits.iter().map(move |edit| (item, edit)));
            edits.find(|(_, edit)| edit.id == id)
        };
        let what = match record {
            Record::Adopted { .. } => Some("adopted"),
            Record::Entered { .. } => Some("entered"),
            Record::Left { .. } => Some("left"),
            Record::AttemptBegun(attempt) if attempt.sets_parent() => Some("parent sent"),
            Record::AttemptBegun(attempt) if attempt.removes_links() => Some("link removal sent"),
            Record::AttemptBegun(attempt) if attempt.kind == AttemptKind::Delete => Some("deletion sent"),
            Record::AttemptBegun(attempt) => {
                let has_tags = attempt.fields.keys().any(|field| field.as_str() == azdo::field::TAGS);
                has_tags.then_some("tags sent")
            }
            Record::AttemptEnded {
                outcome: Outcome::RevMoved,
                ..
            } => Some("rev moved"),
            Record::EditHeld(_, Hold::Conflict { .. }) => Some("conflict held"),
            Record::EditHeld(_, Hold::WorkItemDeleted) => Some("held as deleted"),
            Record::EditHeld(id, Hold::Refused { answer, .. }) => match edit_of(*id) {
                _ if answer.starts_with(NO_NODE) => Some("held for a node"),
                Some((item, _)) if item.edits.len() > 1 => Some("refused among others"),
                _ => Some("refused"),
            },
            Record::EditSettled(_, Ending::AlreadyThere) => Some("already there"),
            Record::EditSettled(_, Ending::LostConflict { .. }) => Some("lost conflict"),
            Record::EditSettled(id, Ending::GivenUp { .. }) => {
                edit_of(*id).and_then(|(_, edit)| edit.hold().map(|_| "given up"))
            }
            Record::EditSettled(id, Ending::SupersededBy { edit }) => {
                let authors = [*id, *edit].map(|id| edit_of(id).map(|(_, edit)| edit.author));
                (authors[0] != authors[1]).then_some("superseded by somebody else")
            }
            Record::PresenceChanged { presence, item, .. } => match (presence, self.store.items[item].presence) {
                (Presence::Deleted, _) => Some("seen deleted"),
                (Presence::OutOfSight, _) => Some("out of sight"),
                (Presence::Present, Presence::Deleted) => Some("seen restored"),
                _ => None,
            },
            Record::TokenRefused(lockstep_sync::edit::Whom::Connection, trouble) => {
                (*trouble != TokenTrouble::LacksRight).then_some("connection token refused")
            }
            Record::TokenRefused(_, trouble) => (*trouble != TokenTrouble::LacksRight).then_some("own token refused"),
            _ => None,
        };
        let has_more = match record {
            // What was born with it is refused apart.
            Record::EditHeld(id, Hold::Refused { .. }) => edit_of(*id).is_some_and(|(item, edit)| {
                item.work_item.is_some()
                    && !matches!(edit.act, Act::Create { .. })
                    && !self.store.adopted.contains(&item.id)
            }),
            _ => false,
        };
        if has_more {
            self.count("refused after the creation");
        }
        if let Some(what) = what {
            self.count(what);
        }
    }
}

/// How often each fault was met.
pub fn met(counts: &BTreeMap<String, u64>) -> Vec<(Fault, u64)> {
    let n_of = |counter: &&str| counts.get(*counter).copied().unwrap_or(0);
    FAULTS
        .into_iter()
        .map(|fault| (fault, fault.2.iter().map(n_of).sum()))
        .collect()
}
