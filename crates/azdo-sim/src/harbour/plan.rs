//! The program board of the mock-ups: its cards, the shadows they throw into other rows, and what waits for what.

use super::people::{BEACON, CUSTOMS, DOCKSIDE, LEDGER, MANIFEST, QUAY, RELAY, TIDEWAY};

/// Behind the last sprint: in the PI, in no sprint.
pub(super) const PARKED: usize = 5;

/// One card.
#[derive(Debug, Clone, Copy)]
pub(super) struct Card {
    /// Index of a team; none: in the project's own area.
    pub team: Option<usize>,
    /// Index of a sprint, or [`PARKED`].
    pub sprint: usize,
    /// `E`pic, `F`eature, `S`tory, `B`ug.
    pub kind: char,
    pub id: i64,
    pub title: &'static str,
    /// `n`ew, `a`ctive, `r`esolved, `c`losed.
    pub state: char,
    /// Key of a person; empty: nobody.
    pub who: &'static str,
    /// Of a feature: the sum of its stories in this very cell.
    pub points: i64,
    /// How many of its stories here are closed, and how many there are.
    pub closed: usize,
    pub stories: usize,
}

type Row = (
    usize,
    usize,
    char,
    i64,
    &'static str,
    char,
    &'static str,
    i64,
    (usize, usize),
);

/// Team, sprint, kind, id, title, state, who, points, (closed, stories).
#[rustfmt::skip]
const ROWS: &[Row] = &[
    (QUAY, 0, 'F', 4102, "Gate slot booking", 'r', "ML", 8, (4, 5)),
    (QUAY, 0, 'F', 4103, "Lane cameras read plates", 'c', "TO", 5, (3, 3)),
    (QUAY, 0, 'S', 4118, "Slot calendar, read only", 'c', "TO", 5, (0, 0)),
    (QUAY, 1, 'F', 4104, "Driver check-in kiosk", 'a', "ML", 8, (2, 5)),
    (QUAY, 1, 'F', 4121, "Move and cancel a slot", 'a', "TO", 8, (1, 3)),
    (QUAY, 1, 'B', 4122, "Kiosk loses its reader", 'a', "TO", 3, (0, 0)),
    (QUAY, 2, 'F', 4106, "Live yard positions", 'n', "ID", 13, (0, 4)),
    (QUAY, 2, 'F', 4127, "Kiosk offline mode", 'n', "TO", 5, (0, 2)),
    (QUAY, 3, 'F', 4131, "Move boxes on the map", 'n', "", 8, (0, 3)),
    (QUAY, 3, 'F', 4133, "Gate waiting times", 'n', "ID", 5, (0, 2)),
    (QUAY, 4, 'S', 4135, "Gate drill, terminal 2", 'n', "ML", 3, (0, 0)),
    (MANIFEST, 0, 'F', 4087, "Manifest import v2", 'r', "YT", 13, (4, 5)),
    (MANIFEST, 0, 'F', 4089, "Import from e-mail", 'c', "EP", 5, (3, 3)),
    (MANIFEST, 1, 'F', 4088, "Line-level validation", 'a', "YT", 8, (2, 5)),
    (MANIFEST, 1, 'F', 4090, "Check IMO numbers", 'a', "EP", 5, (1, 2)),
    (MANIFEST, 1, 'B', 4163, "Duplicates on re-import", 'a', "EP", 3, (0, 0)),
    (MANIFEST, 2, 'F', 4110, "Pre-clearance feed", 'n', "YT", 8, (0, 4)),
    (MANIFEST, 2, 'F', 4092, "Partial manifests", 'n', "EP", 5, (0, 2)),
    (MANIFEST, 3, 'F', 4094, "Correct many lines", 'n', "", 8, (0, 3)),
    (MANIFEST, 3, 'F', 4097, "Manifest diff", 'n', "EP", 8, (0, 3)),
    (MANIFEST, 4, 'S', 4099, "Load test, 40 000 lines", 'n', "EP", 3, (0, 0)),
    (CUSTOMS, 0, 'F', 4108, "Declaration intake", 'r', "RS", 13, (5, 6)),
    (CUSTOMS, 0, 'F', 4140, "Tariff code lookup", 'c', "RS", 5, (2, 2)),
    (CUSTOMS, 1, 'F', 4112, "Pre-clearance decision", 'a', "RS", 13, (2, 5)),
    (CUSTOMS, 1, 'F', 4113, "Broker accounts", 'a', "JW", 8, (1, 4)),
    (CUSTOMS, 1, 'F', 4116, "Hold reasons list", 'a', "JW", 5, (0, 2)),
    (CUSTOMS, 2, 'F', 4144, "Hold and release events", 'n', "RS", 8, (0, 3)),
    (CUSTOMS, 2, 'F', 4146, "Appeal a hold", 'n', "JW", 5, (0, 2)),
    (CUSTOMS, 3, 'F', 4115, "Officer work queue", 'n', "JW", 8, (0, 4)),
    (CUSTOMS, 3, 'F', 4147, "Night shift handover", 'n', "RS", 3, (0, 1)),
    (CUSTOMS, 4, 'S', 4149, "Dry run, two brokers", 'n', "JW", 2, (0, 0)),
    (BEACON, 0, 'F', 4098, "Event bus on premises", 'c', "AB", 13, (6, 6)),
    (BEACON, 0, 'F', 4101, "Sensor registry", 'c', "AB", 5, (2, 2)),
    (BEACON, 1, 'F', 4150, "Arrival notices", 'a', "AB", 5, (1, 3)),
    (BEACON, 1, 'F', 4151, "Carrier contact book", 'n', "ID", 8, (0, 3)),
    (BEACON, 2, 'F', 4152, "Reefer alerts", 'n', "AB", 8, (0, 4)),
    (BEACON, 2, 'B', 4166, "Late events keep time", 'n', "", 3, (0, 0)),
    (BEACON, 3, 'F', 4155, "Carrier webhooks", 'n', "AB", 13, (0, 5)),
    (TIDEWAY, 0, 'F', 4170, "Carrier single sign-on", 'r', "EP", 8, (3, 4)),
    (TIDEWAY, 0, 'F', 4171, "Secret store", 'c', "JW", 5, (2, 2)),
    (TIDEWAY, 1, 'F', 4172, "Audit trail service", 'a', "EP", 8, (1, 4)),
    (TIDEWAY, 1, 'F', 4175, "Rotate secrets", 'a', "JW", 5, (1, 2)),
    (TIDEWAY, 1, 'F', 4176, "Staging on demand", 'n', "EP", 5, (0, 2)),
    (TIDEWAY, 2, 'F', 4177, "Retention rules", 'n', "EP", 8, (0, 3)),
    (TIDEWAY, 3, 'F', 4179, "Cold storage export", 'n', "", 8, (0, 3)),
    (TIDEWAY, 3, 'F', 4180, "Cost per tenant", 'n', "JW", 5, (0, 2)),
    (TIDEWAY, 4, 'S', 4181, "Restore drill", 'n', "JW", 5, (0, 0)),
    (DOCKSIDE, 0, 'F', 4301, "Crane cycle times", 'r', "ID", 8, (3, 4)),
    (DOCKSIDE, 0, 'F', 4302, "Shift handover notes", 'c', "ID", 5, (2, 2)),
    (DOCKSIDE, 1, 'F', 4303, "Berth plan import", 'a', "ID", 13, (2, 6)),
    (DOCKSIDE, 2, 'F', 4304, "Mooring checklist", 'n', "TO", 5, (0, 2)),
    (DOCKSIDE, 2, 'F', 4307, "Crane faults feed", 'n', "ID", 8, (0, 3)),
    (DOCKSIDE, 3, 'F', 4306, "Berth conflict alerts", 'n', "ID", 8, (0, 3)),
    (DOCKSIDE, 3, 'F', 4308, "Pilot boarding times", 'n', "TO", 5, (0, 2)),
    (LEDGER, 0, 'F', 4401, "Tariff tables 26.4", 'c', "YT", 8, (4, 4)),
    (LEDGER, 0, 'F', 4408, "Fee audit report", 'r', "YT", 5, (2, 3)),
    (LEDGER, 1, 'F', 4402, "Storage fee engine", 'a', "YT", 8, (1, 4)),
    (LEDGER, 1, 'F', 4403, "Invoice preview", 'a', "RS", 5, (1, 2)),
    (LEDGER, 2, 'F', 4404, "Demurrage rules", 'n', "YT", 8, (0, 4)),
    (LEDGER, 3, 'F', 4405, "Credit notes", 'n', "RS", 5, (0, 2)),
    (LEDGER, 3, 'F', 4406, "Fee disputes", 'n', "YT", 5, (0, 2)),
    (LEDGER, 4, 'F', 4407, "Year-end dry run", 'n', "YT", 3, (0, 1)),
    (RELAY, 0, 'F', 4501, "Carrier portal shell", 'r', "AB", 8, (4, 5)),
    (RELAY, 0, 'F', 4502, "Status page", 'c', "JW", 3, (2, 2)),
    (RELAY, 1, 'F', 4503, "Slot offers to carriers", 'a', "AB", 8, (1, 4)),
    (RELAY, 1, 'F', 4504, "Portal in two languages", 'a', "JW", 5, (1, 2)),
    (RELAY, 2, 'F', 4505, "Booking by API", 'n', "AB", 8, (0, 4)),
    (RELAY, 2, 'F', 4506, "Proof of arrival", 'n', "JW", 5, (0, 2)),
    (RELAY, 2, 'F', 4509, "Portal accessibility", 'n', "JW", 3, (0, 2)),
    (RELAY, 3, 'F', 4507, "Carrier scorecard", 'n', "AB", 8, (0, 3)),
    (RELAY, 4, 'F', 4508, "Carrier onboarding day", 'n', "JW", 2, (0, 1)),
    // The parking lot. A board takes what is in the areas of its teams, so these are in one already.
    (QUAY, PARKED, 'F', 4191, "Berth conflict detection", 'n', "ML", 20, (0, 6)),
    (BEACON, PARKED, 'F', 4192, "Carrier invoice export", 'n', "", 13, (0, 4)),
    (QUAY, PARKED, 'F', 4194, "Tide window planner", 'n', "", 8, (0, 3)),
    (QUAY, PARKED, 'F', 4196, "Drone yard survey pilot", 'n', "", 13, (0, 4)),
];

/// The epic, in the project's own area.
pub(super) const EPIC: Card = Card {
    team: None,
    sprint: PARKED,
    kind: 'E',
    id: 4019,
    title: "Paperless gate",
    state: 'a',
    who: "ML",
    points: 0,
    closed: 0,
    stories: 0,
};

/// The features of the epic, three of them closed.
pub(super) const PAPERLESS: &[i64] = &[4089, 4102, 4103, 4104, 4108, 4121, 4127, 4133, 4140];

/// Every card but the epic, row by row.
pub(super) fn cards() -> impl Iterator<Item = Card> {
    ROWS.iter().map(
        |&(team, sprint, kind, id, title, state, who, points, (closed, stories))| Card {
            team: Some(team),
            sprint,
            kind,
            id,
            title,
            state,
            who,
            points,
            closed,
            stories,
        },
    )
}

/// Team, sprint, feature, who, points, titles.
type Shadow = (usize, usize, i64, &'static str, i64, &'static [&'static str]);

/// Stories of a feature in another team's row.
#[rustfmt::skip]
pub(super) const SHADOWS: &[Shadow] = &[
    (MANIFEST, 2, 4112, "YT", 5, &["Carry the decision into the manifest"]),
    (TIDEWAY, 2, 4104, "EP", 3, &["Keep the kiosk's keys in the secret store"]),
    (TIDEWAY, 4, 4155, "JW", 2, &["Rehearse a day of webhooks in staging"]),
    (LEDGER, 2, 4115, "RS", 3, &["Fees of a held box stop in the queue"]),
    (RELAY, 3, 4155, "AB", 5, &["Carriers set their webhook in the portal", "Show the last deliveries to a carrier"]),
];

/// What somebody agreed to, and until which day of the mock-ups; an empty state: just a link.
#[rustfmt::skip]
pub(super) const DEPENDENCIES: &[(i64, i64, &str, &str)] = &[
    // The first is needed by the second.
    (4087, 4121, "done", ""),
    (4098, 4113, "accepted", ""),
    (4112, 4110, "accepted", "2026-10-30"),
    (4144, 4152, "proposed", "2026-11-06"),
    (4115, 4106, "refused", "2026-10-26"),
    (4172, 4155, "", ""),
    (4090, 4112, "accepted", "2026-10-16"),
    (4104, 4106, "accepted", "2026-10-26"),
    (4110, 4131, "proposed", "2026-11-11"),
    (4401, 4402, "done", ""),
    (4301, 4303, "accepted", "2026-10-14"),
    (4502, 4503, "done", ""),
    (4503, 4403, "proposed", "2026-10-19"),
    (4306, 4505, "proposed", "2026-10-28"),
    (4404, 4507, "", ""),
];
