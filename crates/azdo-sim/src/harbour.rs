//! The sample world of the mock-ups: organization with the projects Harbour, Yard and Gate pilot, five teams, one PI.
//!
//! Names, ids, states, points and dependencies are those of the mock-ups; dates too, moved by whole weeks so that the
//! second sprint is the current one at the start of the simulation.

use serde_json::{Value, json};

use crate::clock;
use crate::link_types::CHILD;
use crate::{SECOND_US, Sim, SimConfig, TokenSpec};

const SUCCESSOR: &str = "System.LinkTypes.Dependency-Forward";
const MAIL: &str = "northquay.example";

/// Key, name, whether an administrator.
const PEOPLE: &[(&str, &str, bool)] = &[
    ("ML", "Mara Lindqvist", true),
    ("TO", "Tom Okafor", false),
    ("ID", "Ines Duarte", false),
    ("YT", "Yuki Tanabe", false),
    ("RS", "Ravi Shah", false),
    ("EP", "Elena Petrova", false),
    ("JW", "Jonas Weber", false),
    ("AB", "Aisha Bello", false),
];

const TEAMS: &[(&str, &[&str])] = &[
    ("Quay", &["ML", "TO", "ID"]),
    ("Manifest", &["YT", "EP"]),
    ("Customs", &["RS", "JW"]),
    ("Beacon", &["AB", "ID"]),
    ("Tideway", &["EP", "JW"]),
];

/// First and last day as in the mock-ups.
const SPRINTS: &[(&str, &str, &str)] = &[
    ("Sprint 41", "2026-09-28", "2026-10-09"),
    ("Sprint 42", "2026-10-12", "2026-10-23"),
    ("Sprint 43", "2026-10-26", "2026-11-06"),
    ("Sprint 44", "2026-11-09", "2026-11-20"),
    ("IP sprint", "2026-11-23", "2026-12-04"),
];

const PI: &str = "PI 26.4";

/// One card: project, team (empty: none yet), sprint (5: none yet), type, id, title, state, who, points, (closed, stories).
type Card = (
    &'static str,
    &'static str,
    usize,
    char,
    i64,
    &'static str,
    char,
    &'static str,
    i64,
    (i64, i64),
);

#[rustfmt::skip]
const CARDS: &[Card] = &[
    ("Harbour", "", 5, 'E', 4019, "Paperless gate", 'a', "ML", 0, (0, 0)),
    ("Harbour", "Quay", 0, 'F', 4102, "Gate slot booking", 'r', "ML", 8, (4, 5)),
    ("Harbour", "Quay", 0, 'F', 4103, "Lane cameras read plates", 'c', "TO", 5, (3, 3)),
    ("Harbour", "Quay", 0, 'S', 4118, "Slot calendar, read only", 'c', "TO", 5, (0, 0)),
    ("Harbour", "Quay", 1, 'F', 4104, "Driver check-in kiosk", 'a', "ML", 8, (2, 5)),
    ("Harbour", "Quay", 1, 'F', 4121, "Move and cancel a slot", 'a', "TO", 8, (1, 3)),
    ("Harbour", "Quay", 1, 'B', 4122, "Kiosk loses its reader", 'a', "TO", 3, (0, 0)),
    ("Harbour", "Quay", 2, 'F', 4106, "Live yard positions", 'n', "ID", 13, (0, 4)),
    ("Harbour", "Quay", 2, 'F', 4127, "Kiosk offline mode", 'n', "TO", 5, (0, 2)),
    ("Harbour", "Quay", 3, 'F', 4131, "Move boxes on the map", 'n', "", 8, (0, 3)),
    ("Harbour", "Quay", 3, 'F', 4133, "Gate waiting times", 'n', "ID", 5, (0, 2)),
    ("Harbour", "Quay", 4, 'S', 4135, "Gate drill, terminal 2", 'n', "ML", 3, (0, 0)),
    ("Harbour", "Manifest", 0, 'F', 4087, "Manifest import v2", 'r', "YT", 13, (4, 5)),
    ("Harbour", "Manifest", 0, 'F', 4089, "Import from e-mail", 'c', "EP", 5, (3, 3)),
    ("Harbour", "Manifest", 1, 'F', 4088, "Line-level validation", 'a', "YT", 8, (2, 5)),
    ("Harbour", "Manifest", 1, 'F', 4090, "Check IMO numbers", 'a', "EP", 5, (1, 2)),
    ("Harbour", "Manifest", 1, 'B', 4163, "Duplicates on re-import", 'a', "EP", 3, (0, 0)),
    ("Harbour", "Manifest", 2, 'F', 4110, "Pre-clearance feed", 'n', "YT", 8, (0, 4)),
    ("Harbour", "Manifest", 2, 'F', 4092, "Partial manifests", 'n', "EP", 5, (0, 2)),
    ("Harbour", "Manifest", 3, 'F', 4094, "Correct many lines", 'n', "", 8, (0, 3)),
    ("Harbour", "Manifest", 3, 'F', 4097, "Manifest diff", 'n', "EP", 8, (0, 3)),
    ("Harbour", "Manifest", 4, 'S', 4099, "Load test, 40 000 lines", 'n', "EP", 3, (0, 0)),
    ("Harbour", "Customs", 0, 'F', 4108, "Declaration intake", 'r', "RS", 13, (5, 6)),
    ("Harbour", "Customs", 0, 'F', 4140, "Tariff code lookup", 'c', "RS", 5, (2, 2)),
    ("Harbour", "Customs", 1, 'F', 4112, "Pre-clearance decision", 'a', "RS", 13, (2, 5)),
    ("Harbour", "Customs", 1, 'F', 4113, "Broker accounts", 'a', "JW", 8, (1, 4)),
    ("Harbour", "Customs", 1, 'F', 4116, "Hold reasons list", 'a', "JW", 5, (0, 2)),
    ("Harbour", "Customs", 2, 'F', 4144, "Hold and release events", 'n', "RS", 8, (0, 3)),
    ("Harbour", "Customs", 2, 'F', 4146, "Appeal a hold", 'n', "JW", 5, (0, 2)),
    ("Harbour", "Customs", 3, 'F', 4115, "Officer work queue", 'n', "JW", 8, (0, 4)),
    ("Harbour", "Customs", 3, 'F', 4147, "Night shift handover", 'n', "RS", 3, (0, 1)),
    ("Harbour", "Customs", 4, 'S', 4149, "Dry run, two brokers", 'n', "JW", 2, (0, 0)),
    ("Harbour", "Beacon", 0, 'F', 4098, "Event bus on premises", 'c', "AB", 13, (6, 6)),
    ("Harbour", "Beacon", 0, 'F', 4101, "Sensor registry", 'c', "AB", 5, (2, 2)),
    ("Harbour", "Beacon", 1, 'F', 4150, "Arrival notices", 'a', "AB", 5, (1, 3)),
    ("Harbour", "Beacon", 1, 'F', 4151, "Carrier contact book", 'n', "ID", 8, (0, 3)),
    ("Harbour", "Beacon", 2, 'F', 4152, "Reefer alerts", 'n', "AB", 8, (0, 4)),
    ("Harbour", "Beacon", 2, 'B', 4166, "Late events keep time", 'n', "", 3, (0, 0)),
    ("Harbour", "Beacon", 3, 'F', 4155, "Carrier webhooks", 'n', "AB", 13, (0, 5)),
    ("Harbour", "Tideway", 0, 'F', 4170, "Carrier single sign-on", 'r', "EP", 8, (3, 4)),
    ("Harbour", "Tideway", 0, 'F', 4171, "Secret store", 'c', "JW", 5, (2, 2)),
    ("Harbour", "Tideway", 1, 'F', 4172, "Audit trail service", 'a', "EP", 8, (1, 4)),
    ("Harbour", "Tideway", 1, 'F', 4175, "Rotate secrets", 'a', "JW", 5, (1, 2)),
    ("Harbour", "Tideway", 1, 'F', 4176, "Staging on demand", 'n', "EP", 5, (0, 2)),
    ("Harbour", "Tideway", 2, 'F', 4177, "Retention rules", 'n', "EP", 8, (0, 3)),
    ("Harbour", "Tideway", 3, 'F', 4179, "Cold storage export", 'n', "", 8, (0, 3)),
    ("Harbour", "Tideway", 3, 'F', 4180, "Cost per tenant", 'n', "JW", 5, (0, 2)),
    ("Harbour", "Tideway", 4, 'S', 4181, "Restore drill", 'n', "JW", 5, (0, 0)),
    ("Harbour", "", 5, 'F', 4191, "Berth conflict detection", 'n', "ML", 20, (0, 6)),
    ("Harbour", "", 5, 'F', 4192, "Carrier invoice export", 'n', "", 13, (0, 4)),
    ("Harbour", "", 5, 'F', 4194, "Tide window planner", 'n', "", 8, (0, 3)),
    ("Harbour", "", 5, 'F', 4196, "Drone yard survey pilot", 'n', "", 13, (0, 4)),
    ("Yard", "", 5, 'F', 4301, "Crane cycle times", 'r', "ID", 8, (0, 0)),
    ("Yard", "", 5, 'F', 4302, "Shift handover notes", 'c', "ID", 5, (0, 0)),
    ("Yard", "", 5, 'F', 4303, "Berth plan import", 'a', "ID", 13, (0, 0)),
    ("Gate pilot", "", 5, 'F', 4501, "Carrier portal shell", 'r', "AB", 8, (0, 0)),
    ("Gate pilot", "", 5, 'F', 4502, "Status page", 'c', "JW", 3, (0, 0)),
];

/// The first is needed by the second.
const DEPENDENCIES: &[(i64, i64)] = &[
    (4087, 4121),
    (4098, 4113),
    (4112, 4110),
    (4144, 4152),
    (4115, 4106),
    (4172, 4155),
    (4090, 4112),
    (4104, 4106),
    (4110, 4131),
];

/// The features of the epic.
const PAPERLESS: &[i64] = &[4102, 4103, 4104, 4121, 4127, 4133];

/// What the stories of a feature are called, in order.
const STORY_STEPS: &[&str] = &[
    "first cut",
    "happy path",
    "errors and empty states",
    "access rights",
    "reports",
    "load and clean-up",
];

impl Sim {
    /// The mock-ups' sample world with about as many work items as asked for: first the cards of the board, then the
    /// stories of its features, then further ones.
    ///
    /// Tokens: `connection` of svc-lockstep (Work Items read & write, Project and Team read), one of each person.
    pub fn harbour(config: SimConfig, n_items: usize) -> Sim {
        let mut sim = Sim::new(config);
        for (_, name, is_administrator) in PEOPLE {
            sim.add_person(name, &unique_name(name), *is_administrator);
        }
        sim.add_person("svc-lockstep", &format!("svc-lockstep@{MAIL}"), true);
        for project in ["Harbour", "Yard", "Gate pilot"] {
            sim.add_project(project);
        }
        sim.add_sprints();
        sim.add_cards(n_items);
        sim.add_tokens();
        sim
    }

    fn add_sprints(&mut self) {
        let second_us = clock::day_us(SPRINTS[1].1).unwrap_or_default();
        let weeks = (self.config.start_us - second_us).div_euclid(14 * clock::DAY_US) * 2;
        let moved = |date: &str| clock::date_of(clock::day_us(date).unwrap_or_default() + weeks * 7 * clock::DAY_US);
        let (first, last) = (moved(SPRINTS[0].1), moved(SPRINTS[4].2));
        self.add_iteration(&format!("Harbour\\{PI}"), Some((&first, &last)));
        let ids: Vec<i64> = SPRINTS
            .iter()
            .map(|(name, start, finish)| {
                self.add_iteration(&format!("Harbour\\{PI}\\{name}"), Some((&moved(start), &moved(finish))))
            })
            .collect();
        for (team, members) in TEAMS {
            let members: Vec<String> = members.iter().map(|key| who(key)).collect();
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            self.add_team("Harbour", team, &members);
            self.set_team_iterations("Harbour", team, &ids);
        }
        let everybody: Vec<String> = PEOPLE.iter().map(|(_, name, _)| unique_name(name)).collect();
        for project in &mut self.organization.projects {
            project.teams[0].members = everybody.clone();
        }
    }

    fn add_cards(&mut self, n_items: usize) {
        let mut now_us = self.config.start_us - 40 * clock::DAY_US;
        for card in CARDS.iter().take(n_items) {
            self.organization.next_id = card.4;
            now_us += 60 * SECOND_US;
            self.add_card(now_us, card, card.5);
        }
        self.organization.next_id = 4600;
        let is_there = |sim: &Sim, id: i64| sim.organization.items.contains_key(&id);
        let mut link = |sim: &mut Sim, source: i64, rel: &str, target: i64| {
            now_us += SECOND_US;
            if is_there(sim, source) && is_there(sim, target) {
                expect(sim.person_add_link(now_us, &who("ML"), source, rel, target));
            }
        };
        for feature in PAPERLESS {
            link(self, 4019, CHILD, *feature);
        }
        for (needed, needs) in DEPENDENCIES {
            link(self, *needed, SUCCESSOR, *needs);
        }
        self.add_stories(now_us, n_items);
    }

    fn add_card(&mut self, now_us: i64, card: &Card, title: &str) {
        let (project, team, sprint, kind, _, _, state, key, points, _) = *card;
        let mut changes: Vec<(&str, Value)> = vec![("System.Title", json!(title))];
        if !team.is_empty() {
            changes.push(("System.AreaPath", json!(format!("{project}\\{team}"))));
        }
        if let Some((name, ..)) = SPRINTS.get(sprint) {
            changes.push(("System.IterationPath", json!(format!("{project}\\{PI}\\{name}"))));
        }
        if !key.is_empty() {
            changes.push(("System.AssignedTo", json!(who(key))));
        }
        let points_field = if matches!(kind, 'E' | 'F') {
            "Microsoft.VSTS.Scheduling.Effort"
        } else {
            "Microsoft.VSTS.Scheduling.StoryPoints"
        };
        if points > 0 {
            changes.push((points_field, json!(points)));
        }
        if card.4 == 4112 {
            changes.push(("System.Tags", json!("customs; go-live")));
            changes.push(("Microsoft.VSTS.Common.Priority", json!(1)));
        }
        if kind == 'F' {
            changes.push((
                "System.Description",
                json!(format!("<div>{title}: what it is for and when it is done.</div>")),
            ));
        }
        let maker = if key.is_empty() { who("ML") } else { who(key) };
        let id = expect(self.person_create(now_us, &maker, project, type_name(kind), &changes));
        self.step_to(now_us, &maker, id, state);
    }

    /// The states on the way, one revision each, as a person goes through them.
    fn step_to(&mut self, now_us: i64, maker: &str, id: i64, state: char) {
        let way: &[&str] = match state {
            'a' => &["Active"],
            'r' => &["Active", "Resolved"],
            'c' => &["Active", "Closed"],
            _ => &[],
        };
        for (at, state) in way.iter().enumerate() {
            let later_us = now_us + (at as i64 + 1) * clock::DAY_US;
            expect(self.person_update(later_us, maker, id, &[("System.State", json!(state))]));
        }
    }

    /// Stories under the features, the first of each feature first, until there are `n_items`.
    fn add_stories(&mut self, mut now_us: i64, n_items: usize) {
        let is_there = |card: &&Card| card.3 == 'F' && self.organization.items.contains_key(&card.4);
        let features: Vec<&Card> = CARDS.iter().filter(is_there).collect();
        for (round, step) in STORY_STEPS.iter().enumerate() {
            for card in &features {
                let (closed, all) = card.9;
                if self.organization.items.len() >= n_items || round as i64 >= all {
                    continue;
                }
                now_us += 20 * SECOND_US;
                let points = card.8 / all + i64::from((round as i64) < card.8 % all);
                let state = if (round as i64) < closed { 'c' } else { 'n' };
                self.add_story(now_us, card, card.4, state, points, step);
            }
        }
        self.fill_up(now_us, &features, n_items);
    }

    /// Further parts of the same features with stories of their own, until there are `n_items`.
    fn fill_up(&mut self, mut now_us: i64, features: &[&Card], n_items: usize) {
        let mut part = 1;
        while !features.is_empty() && self.organization.items.len() < n_items {
            part += 1;
            for card in features {
                if self.organization.items.len() >= n_items {
                    return;
                }
                now_us += 20 * SECOND_US;
                let feature = self.organization.next_id;
                let new = (card.0, card.1, card.2, 'F', feature, "", 'n', card.7, card.8, (0, 0));
                self.add_card(now_us, &new, &format!("{}, part {part}", card.5));
                for step in STORY_STEPS {
                    if self.organization.items.len() < n_items {
                        now_us += 20 * SECOND_US;
                        self.add_story(now_us, card, feature, 'n', 2, step);
                    }
                }
            }
        }
    }

    fn add_story(&mut self, now_us: i64, card: &Card, feature: i64, state: char, points: i64, step: &str) {
        let id = self.organization.next_id;
        let story = (card.0, card.1, card.2, 'S', id, "", state, card.7, points, (0, 0));
        self.add_card(now_us, &story, &format!("{}: {step}", card.5));
        let maker = if card.7.is_empty() { who("ML") } else { who(card.7) };
        expect(self.person_add_link(now_us + 3 * SECOND_US, &maker, feature, CHILD, id));
    }

    fn add_tokens(&mut self) {
        let scopes = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let own = scopes(&["vso.work_write", "vso.project"]);
        let svc = format!("svc-lockstep@{MAIL}");
        let mut add =
            |name: &str, person: &str, scopes: Vec<String>, organization: Option<&str>, expires_us: Option<i64>| {
                self.add_token(TokenSpec {
                    name: name.to_owned(),
                    person: person.to_owned(),
                    scopes,
                    organization: organization.map(str::to_owned),
                    expires_us,
                });
            };
        add("connection", &svc, own.clone(), None, None);
        for (_, name, _) in PEOPLE {
            add(name, &unique_name(name), own.clone(), None, None);
        }
        add("read only", &svc, scopes(&["vso.work", "vso.project"]), None, None);
        add("no project scope", &svc, scopes(&["vso.work_write"]), None, None);
        add("other organization", &svc, own.clone(), Some("somewhere-else"), None);
        add("expired", &svc, own, None, Some(0));
    }
}

fn who(key: &str) -> String {
    PEOPLE
        .iter()
        .find(|(k, ..)| *k == key)
        .map(|(_, name, _)| unique_name(name))
        .unwrap_or_default()
}

fn unique_name(name: &str) -> String {
    format!("{}@{MAIL}", name.to_lowercase().replace(' ', "."))
}

fn type_name(kind: char) -> &'static str {
    match kind {
        'E' => "Epic",
        'F' => "Feature",
        'B' => "Bug",
        _ => "User Story",
    }
}

/// The sample world obeys the rules whatever the doubts say; a refusal here is a mistake in this file.
fn expect<T>(done: Result<T, crate::SimError>) -> T {
    done.unwrap_or_else(|error| panic!("the sample world breaks a rule: {error}"))
}
