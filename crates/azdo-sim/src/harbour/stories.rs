//! The stories under the features: titles, and how a card's points and its ratio of closed ones are spread over them.

use super::people::TEAMS;
use super::plan::Card;

/// One story to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Story {
    /// 0: the next free one.
    pub id: i64,
    pub title: &'static str,
    pub state: char,
    pub who: &'static str,
    /// None: nobody estimated it.
    pub points: Option<i64>,
}

/// Feature, id, title, state, who, points: those that the lens of Customs shows.
#[rustfmt::skip]
const NAMED: &[(i64, i64, &str, char, &str, i64)] = &[
    (4108, 4231, "Read the EU declaration form", 'c', "RS", 5),
    (4108, 4232, "Reject incomplete declarations", 'c', "RS", 5),
    (4108, 4233, "Show the broker what is missing", 'r', "JW", 3),
    (4140, 4234, "Search tariff codes by word", 'c', "RS", 3),
    (4140, 4235, "Remember the last ten codes", 'c', "RS", 2),
    (4112, 4241, "Decide from declaration and manifest", 'a', "RS", 8),
    (4112, 4242, "Give the reason with each decision", 'a', "JW", 5),
    (4113, 4243, "Invite a broker by e-mail", 'a', "JW", 5),
    (4113, 4244, "Brokers see only their own lines", 'n', "JW", 3),
    (4116, 4245, "Agree hold reasons with the office", 'n', "ID", 5),
    (4144, 4251, "Send an event when a hold starts", 'n', "RS", 5),
    (4144, 4252, "Send an event on release", 'n', "RS", 3),
    (4146, 4253, "Broker appeals with documents", 'n', "JW", 5),
    (4115, 4261, "One queue for all three lists", 'n', "JW", 5),
    (4115, 4262, "Take, hand over, give back", 'n', "ID", 3),
    (4147, 4263, "Print the open holds at 22:00", 'n', "RS", 3),
];

/// The other stories of each feature. Beside named ones they carry no points: small things nobody estimated.
#[rustfmt::skip]
const TITLES: &[(i64, &[&str])] = &[
    (4102, &["Offer free slots of a day", "Book a slot for a truck", "Send the slot as a code to the driver", "Refuse a second slot for the same box", "Open the barrier at the booked time"]),
    (4103, &["Read plates of three countries", "Ask the clerk when a plate is unclear", "Keep the picture for 30 days"]),
    (4104, &["Scan the driver's card", "Show the lane on the big screen", "Print a ticket when the phone is empty", "Four languages at the first touch", "Call the clerk from the kiosk"]),
    (4121, &["Move a slot to another hour", "Cancel up to one hour before", "Tell the carrier what changed"]),
    (4106, &["Positions from the crane scanner", "Positions from the straddle carriers", "Boxes without a position stand out", "Refresh the yard every ten seconds"]),
    (4127, &["Keep check-ins while the line is down", "Send kept check-ins in their order"]),
    (4131, &["Drag a box to another stack", "Warn of reefers away from a plug", "Undo the last move on the map"]),
    (4133, &["Measure from the queue to the barrier", "Show waiting times of the last week"]),
    (4087, &["Read files of 40 000 lines", "Show progress by line", "Stop and go on where it stopped", "Keep the old import for one sprint", "Tell who imported what"]),
    (4089, &["Read attachments of the ship's agent", "Answer with what was imported", "Refuse unknown senders"]),
    (4088, &["Check weights against the booking", "Check the seal of every box", "Mark wrong lines, keep the others", "Correct a line in place", "Errors by line as a file"]),
    (4090, &["Check digit on import", "Look the ship up in the register"]),
    (4110, &["Send lines as soon as they are checked", "Send again what Customs did not confirm", "Show which lines are out", "Stop the feed for one ship"]),
    (4092, &["Import a manifest in parts", "Show what is still missing"]),
    (4094, &["Select lines by port of loading", "Set one value on all of them", "Ask before more than 500 lines"]),
    (4097, &["Compare two versions line by line", "Show only what changed", "Send the differences to the agent"]),
    (4108, &["Number declarations by office", "Keep the scan beside the form", "Office hours on the first page"]),
    (4112, &["Rules of the office as a table", "Test set of 200 old decisions", "Ask for a second opinion"]),
    (4113, &["Terms to accept on first sign-in", "Lock an account after ten tries"]),
    (4116, &["Translate the reasons for brokers"]),
    (4144, &["Events keep their order per box"]),
    (4146, &["Answer an appeal within two days"]),
    (4115, &["Filter the queue by ship", "Show how long a box waits"]),
    (4098, &["Three nodes in the harbour's cellar", "Topics for gate, yard and berth", "Keep events for seven days", "Alarm when a node is gone", "Move the old queue over", "Write down how to restart it"]),
    (4101, &["Every sensor with its place", "Say when a sensor is silent"]),
    (4150, &["Notice two hours before arrival", "Notice when the box is on the quay", "Stop notices for one carrier"]),
    (4151, &["Import contacts from the portal", "More than one contact for a carrier", "Ask carriers to check once a year"]),
    (4152, &["Alarm when a reefer warms up", "Alarm when a plug is pulled", "Quiet hours by carrier", "Show the curve of the last day"]),
    (4155, &["Carrier names an address", "Sign every call", "Try again for a day", "Show the last hundred calls", "Stop a webhook that always fails"]),
    (4170, &["Sign in with the carrier's own account", "Map groups to rights", "Sign out everywhere", "Fall back to a code by e-mail"]),
    (4171, &["Store and read secrets by service", "Log who read what"]),
    (4172, &["Take entries from every service", "Search by person and by box", "Entries cannot be changed", "Export a month for the auditor"]),
    (4175, &["New database passwords every month", "Two secrets are valid for a day"]),
    (4176, &["A fresh stage from one command", "Stages go away after three days"]),
    (4177, &["One rule for each kind of data", "Tell owners a week before", "Keep what a court asked for"]),
    (4179, &["Move old events to tape", "Bring a day back within an hour", "Check the tapes every quarter"]),
    (4180, &["Count storage by tenant", "A bill for every team"]),
    (4301, &["Time stamps of every lift", "Cycle times by crane and shift", "Leave breaks out", "Compare with last year"]),
    (4302, &["Notes by crane, read on the next shift", "Say that a note was read"]),
    (4303, &["Read the port's berth plan", "Match ships by IMO number", "Show berths on the week's page", "Warn of a draught that is too deep", "Take changes every hour", "Correct a berth by hand"]),
    (4304, &["Checklist on the foreman's phone", "Photo of every line made fast"]),
    (4307, &["Read fault codes of two makers", "Words for the fifty common faults", "Call the workshop on a stop"]),
    (4306, &["Two ships at one berth stand out", "Tell both agents", "Offer the next free berth"]),
    (4308, &["Boarding time from the pilot station", "Move the berth time with it"]),
    (4401, &["Load the new tables", "Old tables for old bookings", "Compare 200 invoices", "Sign-off by the tariff desk"]),
    (4408, &["Fees by carrier and month", "Why a fee was waived", "Export for the auditor"]),
    (4402, &["Free days by kind of box", "Fee from the first hour after", "Stop while Customs holds the box", "Show the fee at the gate"]),
    (4403, &["Draft of the next invoice", "Explain every line"]),
    (4404, &["Days by contract", "Holidays of three countries", "Split between shipper and carrier", "Warn one day before"]),
    (4405, &["Credit a part of an invoice", "Two people approve above 1 000"]),
    (4406, &["Carrier disputes one line", "Answer with the events as proof"]),
    (4407, &["Close a test year in staging"]),
    (4501, &["Start page with open tasks", "Menu by role", "Sign in and out", "Help on every page", "Works on a phone"]),
    (4502, &["Say what is down and since when", "Subscribe by e-mail"]),
    (4503, &["Offer unused slots at noon", "First come, first served", "Refuse an offer", "Show what was saved"]),
    (4504, &["All texts in one place", "Switch the language on every page"]),
    (4505, &["Book a slot by a call", "List own bookings", "Limits by carrier", "Examples in two languages"]),
    (4506, &["Signed time of arrival", "Send it with the invoice"]),
    (4509, &["Every page by keyboard", "Contrast of all states"]),
    (4507, &["On-time rate by carrier", "Booked against used slots", "Send it every Monday"]),
    (4508, &["Programme and rooms for the day"]),
    (4191, &["Read planned times of all agents", "Overlap in time at one berth", "Overlap in length", "Cranes that two ships need", "Ask the planner to decide", "Measure how often it happens"]),
    (4192, &["Choose month and carrier", "Lines as the carrier's file", "Send it by the first workday", "Say what was left out"]),
    (4194, &["Tide tables of the year", "Window for a ship's draught", "Warn when the window closes"]),
    (4196, &["Fly the west yard at night", "Match pictures with positions", "Permission of the harbour police", "Costs against a yard clerk's round"]),
];

/// The stories of a feature in its own cell.
pub(super) fn of(card: &Card) -> Vec<Story> {
    let mut stories: Vec<Story> = NAMED
        .iter()
        .filter(|(feature, ..)| *feature == card.id)
        .map(|&(_, id, title, state, who, points)| Story {
            id,
            title,
            state,
            who,
            points: Some(points),
        })
        .collect();
    let titles = TITLES
        .iter()
        .find(|(feature, _)| *feature == card.id)
        .map_or(&[][..], |(_, titles)| titles);
    let rest = card.stories - stories.len();
    assert_eq!(titles.len(), rest, "feature {} lacks titles or has too many", card.id);
    let left = card.points - stories.iter().filter_map(|story| story.points).sum::<i64>();
    let n_closed = stories.iter().filter(|story| story.state == 'c').count();
    let mut has_active = stories.iter().any(|story| story.state == 'a');
    let people = assignees(card);
    for (at, title) in titles.iter().enumerate() {
        let state = match card.state {
            _ if at < card.closed - n_closed => 'c',
            'r' => 'r',
            'a' if !has_active => {
                has_active = true;
                'a'
            }
            _ => 'n',
        };
        stories.push(Story {
            id: 0,
            title,
            state,
            who: people[at % people.len()],
            points: share(left, at, rest),
        });
    }
    stories
}

/// The `at`-th of `n` about equal parts; none of nothing.
pub(super) fn share(points: i64, at: usize, n: usize) -> Option<i64> {
    let n = n as i64;
    (points > 0).then(|| points / n + i64::from((at as i64) < points % n))
}

/// Who takes the stories of a card in turn: its own assignee first, then the others of the team.
fn assignees(card: &Card) -> Vec<&'static str> {
    let team = card.team.map(|at| &TEAMS[at]);
    let others = team.into_iter().flat_map(|team| team.members).map(|(key, _)| *key);
    if card.who.is_empty() {
        return vec![""];
    }
    std::iter::once(card.who)
        .chain(others.filter(|key| *key != card.who))
        .collect()
}
