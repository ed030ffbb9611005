//! What is on its way: requests and their answers, notices, and what is held to be true as they come in.

use azdo::field;
use azdo_sim::DeliveryOutcome;
use lockstep_sync::call::{Answer, Aside, Call, perform};
use lockstep_sync::edit::{Act, Ending, Hold, Outcome, REFUSALS_MAX};
use lockstep_sync::record::Record;
use lockstep_sync::replica::Input;
use serde_json::json;

use crate::wire::run;
use crate::world::{Flying, REQUEST_TIMEOUT_US, VAULT, World};

/// How long an answer takes while all are late.
const SLOW_US: i64 = 30 * crate::world::SECOND_US;

impl World {
    /// A deletion may be believed only if it happened, and the daily reading finds nothing new.
    pub fn check_record(&self, record: &Record) {
        if let Record::Observed(observation) = record
            && let Some(held) = self
                .store
                .items
                .get(&observation.item)
                .and_then(|item| item.remote.as_ref())
        {
            let (held, read) = (held.rev, observation.remote.rev);
            assert!(held <= read, "revision {read:?} took the place of {held:?}");
        }
        if let Record::Observed(observation) = record
            && let Some(since_us) = self.audit_since_us
            && observation.before.keys().any(|name| !is_path(name.as_str()))
        {
            let id = self.store.items[&observation.item].work_item.expect("paired").0;
            let sim = self.wire.sim.lock().unwrap();
            let of_it: Vec<_> = sim
                .ground_truth()
                .iter()
                .filter(|accepted| accepted.work_item_id == id)
                .collect();
            // What comes back into sight may let an edit go that had waited, and that changes things.
            let is_recent = of_it
                .iter()
                .any(|accepted| accepted.at_us >= since_us + (self.there_us() - self.now_us));
            let areas = of_it
                .iter()
                .filter_map(|accepted| accepted.fields.get("System.AreaPath"));
            // A feed passes over what its reader may not see, so for these the daily reading is the way.
            let was_hidden = areas.map(|(_, new)| new).any(|new| new == &json!(VAULT));
            let before = &observation.before;
            assert!(
                was_hidden || is_recent,
                "the daily reading of work item {id} found what nothing had told of: {before:?}"
            );
        }
        if let Record::PresenceChanged {
            item,
            presence: lockstep_sync::item::Presence::Deleted,
            ..
        } = record
        {
            let id = self
                .store
                .items
                .get(item)
                .and_then(|item| item.work_item)
                .expect("paired");
            let sim = self.wire.sim.lock().unwrap();
            let was_deleted = sim.ground_truth().iter().any(|accepted| {
                accepted.work_item_id == id.0
                    && matches!(
                        accepted.kind,
                        azdo_sim::AcceptedKind::Deleted | azdo_sim::AcceptedKind::Destroyed
                    )
            });
            assert!(was_deleted, "work item {id} counts as deleted and never was");
        }
    }

    /// A refused edit is tried again when something has changed, and not for ever.
    pub fn check_refusals(&mut self, records: &[Record]) {
        let is_refusal = |record: &Record| {
            matches!(
                record,
                Record::AttemptEnded {
                    outcome: Outcome::Refused,
                    ..
                }
            )
        };
        let is_answer = records.iter().any(is_refusal);
        for record in records {
            match record {
                Record::EditHeld(id, Hold::Refused { .. }) if is_answer => {
                    let n = self.n_refused.entry(*id).or_insert(0);
                    *n += 1;
                    assert!(
                        *n <= REFUSALS_MAX,
                        "edit {id} was refused {n} times, and nobody was asked"
                    );
                }
                Record::EditSettled(id, Ending::CarriedOut) => {
                    let edits = self.store.items.values().flat_map(|item| &item.edits);
                    let decided = edits.filter(|edit| edit.id == *id).find_map(|edit| match edit.act {
                        Act::Decide { edit, .. } => Some(edit),
                        _ => None,
                    });
                    decided.and_then(|decided| self.n_refused.remove(&decided));
                }
                _ => {}
            }
        }
    }

    /// The request reaches the server; returns the answer and whether it got lost.
    pub fn request(&self, flying: &Flying) -> (Answer, Aside, bool) {
        *self.wire.request_id.lock().unwrap() = flying.name.clone();
        *self.wire.now_us.lock().unwrap() = self.there_us();
        *self.wire.was_lost.lock().unwrap() = false;
        let (answer, aside) = run(perform(&self.tokens, &flying.call));
        (answer, aside, *self.wire.was_lost.lock().unwrap())
    }

    /// Something happens on the way to or from the server. Returns whether anything could.
    pub fn fly(&mut self, position: usize) {
        let mut flying = self.flying.swap_remove(position);
        match flying.answer.take() {
            Some((_, answer, aside)) => {
                self.count("answer");
                self.tell(|| format!("answer {:?} {answer:?}", flying.step));
                if let Some(ms) = aside.retry_after_ms {
                    let until_us = self.now_us + ms as i64 * 1000;
                    let quiet = self.quiet_until_us.entry(flying.call.whom()).or_insert(0);
                    *quiet = until_us.max(*quiet);
                }
                if let Answer::Items(read) = &answer {
                    self.just_read = read.iter().map(|item| (item.id, flying.reached_us)).collect();
                }
                self.feed(Input::Answered(flying.step, answer, aside));
                self.just_read.clear();
            }
            None => {
                flying.reached_us = self.now_us;
                let (answer, aside, was_lost) = self.request(&flying);
                let wait_us = match was_lost {
                    true => REQUEST_TIMEOUT_US,
                    false if self.now_us < self.slow_until_us => SLOW_US,
                    false => self.dice.below(900_000) as i64,
                };
                flying.answer = Some((self.now_us + wait_us, answer, aside));
                self.flying.push(flying);
            }
        }
    }

    /// Lets notices through that have come, in any order.
    pub fn notices(&mut self) {
        let deliveries = {
            let mut sim = self.wire.sim.lock().unwrap();
            let mut faults = self.wire.faults.lock().unwrap();
            faults.apply_late(&mut sim, self.there_us());
            faults.deliveries(&mut sim, self.there_us())
        };
        for delivery in deliveries {
            let notification = azdo::Notification::parse(&delivery.body).expect("a notification");
            let is_sending = self
                .flying
                .iter()
                .any(|flying| matches!(flying.call, Call::Create { .. }));
            let is_known = |id| self.store.items.values().any(|item| item.work_item == Some(id));
            if is_sending && notification.work_item_id.is_some_and(|id| !is_known(id)) {
                self.count("notice before the answer");
            }
            let heard = notification.work_item_id.map(|id| self.store.notice(id));
            self.count("notice");
            self.tell(|| format!("notice {notification:?}"));
            // Committed, so it may be answered.
            self.wire
                .sim
                .lock()
                .unwrap()
                .delivered(self.there_us(), delivery.id, DeliveryOutcome::Status(200));
            if heard.is_some() {
                let heard = self.store.pending_notices();
                self.feed(Input::HeardOf(heard));
            }
        }
    }
}

/// What a renamed node changes without a revision, so that no feed tells of it.
fn is_path(name: &str) -> bool {
    let is_level = |tree: &str| name.starts_with(&format!("System.{tree}Level"));
    matches!(name, field::AREA_PATH | field::ITERATION_PATH | "System.NodeName")
        || is_level("Area")
        || is_level("Iteration")
}
