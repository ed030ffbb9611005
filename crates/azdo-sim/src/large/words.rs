//! Titles as people of a harbour write them, made from a few hundred words: varied, 20 to 70 characters, the same for
//! the same dice.

use crate::Dice;

#[rustfmt::skip]
const VERBS: &[&str] = &[
    "Show", "Print", "Check", "Import", "Export", "Archive", "Correct", "Merge", "Split", "Count", "Sort", "Filter",
    "Approve", "Reject", "Reserve", "Release", "Hold", "Weigh", "Scan", "Label", "Track", "Plan", "Forecast",
    "Compare", "Reconcile", "Validate", "Translate", "Sign", "Encrypt", "Measure", "Announce", "Confirm", "Cancel",
    "Move", "Assign", "Publish", "Explain", "Highlight", "Group", "Remember",
];

#[rustfmt::skip]
const ADJECTIVES: &[&str] = &[
    "late", "early", "missing", "overweight", "refrigerated", "dangerous", "damaged", "duplicate", "unclaimed",
    "empty", "sealed", "unsealed", "customs-cleared", "held", "released", "pre-booked", "walk-in", "disputed",
    "unpaid", "partial", "outsized", "tall", "short-term", "long-stay", "inbound", "outbound", "transit", "coastal",
    "night", "weekend", "planned", "actual", "expected", "confirmed", "rejected", "archived", "hourly", "monthly",
    "first-time", "frequent",
];

#[rustfmt::skip]
const NOUNS: &[&str] = &[
    "containers", "reefers", "tank containers", "flat racks", "pallets", "seals", "bills of lading", "manifests",
    "manifest lines", "declarations", "tariff codes", "invoices", "storage fees", "demurrage charges", "credit notes",
    "deposits", "gate slots", "truck visits", "driver cards", "number plates", "lane cameras", "barriers",
    "weighbridge tickets", "berth plans", "vessel calls", "tide windows", "pilot orders", "tug orders",
    "mooring lines", "crane moves", "crane faults", "straddle carriers", "yard blocks", "stack heights",
    "reach stackers", "reefer plugs", "temperature curves", "gas readings", "inspection results", "hold reasons",
    "appeals", "broker accounts", "carrier contacts", "shipping agents", "terminal operators", "shift reports",
    "incident notes", "safety briefings", "permits", "dock leases", "rail wagons", "train slots", "barge calls",
    "customs seals", "arrival notices", "webhooks", "event streams", "audit entries", "access rights",
    "sensor alarms",
];

#[rustfmt::skip]
const BEHIND: &[&str] = &[
    "on the yard map", "in the daily report", "by carrier and month", "for the night shift", "at gate 3",
    "before the vessel arrives", "after the barrier opens", "when the line is down", "within two hours",
    "without a second click", "for the port authority", "in the carrier portal", "on the big screen",
    "with the reason beside it", "from the last voyage", "by port of loading", "in both languages",
    "for brokers with many files", "at the weighbridge", "under the crane", "on the driver's phone",
    "from the customs feed", "before the month is closed", "with two signatures", "in the order they came",
    "when a sensor is silent", "for terminal 2", "per yard block", "against last year", "on one page", "for auditors",
    "during a storm warning", "in case of a strike", "with proof of delivery", "by e-mail every Monday",
    "until the berth is free", "across all terminals", "for dangerous goods", "on a small screen",
    "in the test harbour",
];

#[rustfmt::skip]
const THINGS: &[&str] = &[
    "planner", "overview", "import", "registry", "archive", "dashboard", "billing", "matching", "tracking",
    "forecast", "hand-over", "check-in", "self-service", "audit", "simulation", "calendar", "approval",
    "reconciliation", "alerts", "clearance", "inspection", "allocation", "reporting", "exchange", "replay",
    "optimization", "booking", "scoring",
];

#[rustfmt::skip]
const SUBJECTS: &[&str] = &[
    "Berth", "Crane", "Gate", "Yard", "Rail", "Barge", "Reefer", "Customs", "Tariff", "Manifest", "Carrier", "Broker",
    "Pilot", "Tug", "Mooring", "Weighbridge", "Storage fee", "Demurrage", "Dangerous goods", "Empty depot", "Driver",
    "Vessel call", "Tide window", "Seal", "Inspection", "Shift", "Incident", "Sensor", "Event bus", "Access",
    "Terminal 2", "Night gate", "Transit cargo", "Coastal feeder", "Slot", "Invoice", "Permit", "Lease", "Webhook",
    "Audit trail",
];

/// The title of a story, a bug or a task.
pub(crate) fn story(dice: &mut Dice) -> String {
    let (verb, noun) = (dice.pick(VERBS), dice.pick(NOUNS));
    match dice.below(5) {
        0 => format!("{verb} {noun} {}", dice.pick(BEHIND)),
        1 => format!("{verb} {} {noun}", dice.pick(ADJECTIVES)),
        2 => format!("{verb} {} and {} {noun}", dice.pick(ADJECTIVES), dice.pick(ADJECTIVES)),
        3 => format!("{verb} {} {noun} {}", dice.pick(ADJECTIVES), dice.pick(BEHIND)),
        _ => format!("{verb} {noun} and {}", dice.pick(NOUNS)),
    }
}

/// The title of a feature.
pub(crate) fn feature(dice: &mut Dice) -> String {
    let (subject, thing) = (dice.pick(SUBJECTS), dice.pick(THINGS));
    match dice.below(4) {
        0 => format!("{subject} {thing} for {}", dice.pick(NOUNS)),
        1 => format!("{subject} {thing} and {}", dice.pick(THINGS)),
        2 => format!("{subject} {thing} {}", dice.pick(BEHIND)),
        _ => format!("{subject} {thing} for {} {}", dice.pick(ADJECTIVES), dice.pick(NOUNS)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{feature, story};
    use crate::Dice;

    #[test]
    fn titles_vary_and_keep_a_readable_length() {
        let mut dice = Dice::new(3);
        let titles: Vec<String> = (0..10_000)
            .map(|at| {
                if at % 7 == 0 {
                    feature(&mut dice)
                } else {
                    story(&mut dice)
                }
            })
            .collect();
        let lengths = titles.iter().map(|title| title.chars().count());
        assert!(lengths.clone().all(|length| (10..=80).contains(&length)));
        let usual = lengths.filter(|length| (20..=70).contains(length)).count();
        assert!(usual > 9_300, "{usual} of 10000 are 20 to 70 characters long");
        assert!(titles.iter().collect::<BTreeSet<_>>().len() > 9_000);
    }
}
