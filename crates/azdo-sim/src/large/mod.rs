//! A generated organization of any size: teams, a program increment of sprints, features with their stories, history,
//! links, people. For measuring and for trying out what the sample world is too small for.
//!
//! Everything goes through the same writes as in the sample world, so it obeys the same rules; the same seed gives the
//! same organization. It begins with an empty ground truth: a checker holds it against what happens afterwards.

pub(crate) mod words;

use serde_json::{Map, Value, json};

use crate::clock;
use crate::dice::Dice;
use crate::patch::{Change, Document};
use crate::write::{Author, Written};
use crate::{SECOND_US, Sim, SimConfig, SimError, TokenSpec};

const PROJECT: &str = "Harbour";
const PI: &str = "PI 26.4";
const MAIL: &str = "northquay.example";
const N_PEOPLE: usize = 60;
/// Work items that one more team takes, within the bounds below.
const ITEMS_OF_TEAM: usize = 400;
const N_TEAMS: (usize, usize) = (8, 40);
const N_SPRINTS: (usize, usize) = (5, 10);
/// Weeks of a sprint.
const SPRINT_DAYS: i64 = 14;
const PREDECESSOR: &str = "System.LinkTypes.Dependency-Reverse";

#[rustfmt::skip]
const GIVEN: &[&str] = &[
    "Ada", "Bela", "Cleo", "Dario", "Esther", "Fatou", "Goran", "Hana", "Ivo", "Jana", "Kofi", "Lena", "Milan", "Nadia", "Omar",
    "Pia", "Quentin", "Rosa", "Sven", "Tara", "Ugo", "Vera", "Wim", "Xenia", "Yara", "Zoran", "Amir", "Britt", "Celia", "Dov",
];
#[rustfmt::skip]
const FAMILY: &[&str] = &[
    "Anders", "Barros", "Castell", "Dlamini", "Eriksen", "Fontaine", "Ganz", "Haddad", "Ito", "Jansen", "Kovac", "Lopez", "Mbeki",
    "Novak", "Olsen", "Park", "Quist", "Rossi", "Silva", "Tamm", "Ueda", "Varga", "Wolff", "Xu", "Yilmaz", "Zhou",
];
#[rustfmt::skip]
const TEAM_NAMES: &[&str] = &[
    "Anchor", "Barge", "Beacon", "Berth", "Bollard", "Bridge", "Buoy", "Capstan", "Chart", "Compass", "Crane", "Current", "Dock",
    "Drift", "Ferry", "Fender", "Gangway", "Gate", "Harbourmaster", "Hawser", "Helm", "Jetty", "Keel", "Lantern", "Ledger", "Lock",
    "Manifest", "Mast", "Mooring", "Pilot", "Pontoon", "Quay", "Rudder", "Sextant", "Slipway", "Sounding", "Tide", "Tug", "Wharf", "Winch",
];

/// Where things go and who does them.
struct Plan {
    teams: Vec<String>,
    /// Last parts of their paths.
    sprints: Vec<String>,
    people: Vec<Author>,
    now_us: i64,
}

/// One work item to make.
struct Wanted {
    kind: &'static str,
    title: String,
    team: usize,
    /// None: the program increment itself.
    sprint: Option<usize>,
    points: Option<i64>,
    parent: Option<i64>,
    who: Option<usize>,
}

impl Sim {
    /// An organization with exactly so many work items: features with about six stories each, in 8 to 40 teams and 5 to
    /// 10 sprints, links and several revisions each, 60 people.
    ///
    /// Tokens as in [`Sim::harbour`]: `connection` of svc-lockstep, one of each person.
    pub fn large_world(config: SimConfig, n_items: usize) -> Sim {
        let mut dice = Dice::new(config.seed ^ 0x1A26E);
        let mut sim = Sim::new(config);
        sim.add_project(PROJECT);
        let mut plan = sim.add_large_organization(n_items);
        let mut features: Vec<i64> = Vec::new();
        while sim.organization.items.len() < n_items {
            let left = n_items - sim.organization.items.len();
            let feature = sim.add_feature(&mut dice, &mut plan, left);
            if features.len() % 8 == 7 {
                let giver = dice.pick(&features);
                sim.add_large_dependency(&mut dice, &mut plan, giver, feature);
            }
            features.push(feature);
            sim.truth.clear();
        }
        sim.truth = Vec::new();
        sim
    }

    fn add_large_organization(&mut self, n_items: usize) -> Plan {
        let bounded = |(least, most): (usize, usize), n: usize| n.clamp(least, most);
        let n_teams = bounded(N_TEAMS, n_items / ITEMS_OF_TEAM);
        let n_sprints = bounded(N_SPRINTS, n_items / 2000);
        self.add_person("svc-lockstep", &format!("svc-lockstep@{MAIL}"), true);
        let names: Vec<String> = (0..N_PEOPLE)
            .map(|at| {
                format!(
                    "{} {}",
                    GIVEN[at % GIVEN.len()],
                    FAMILY[(at * 7 + at / GIVEN.len()) % FAMILY.len()]
                )
            })
            .collect();
        let mails: Vec<String> = names
            .iter()
            .map(|name| format!("{}@{MAIL}", name.to_lowercase().replace(' ', ".")))
            .collect();
        let scopes = vec!["vso.work_write".to_owned(), "vso.project".to_owned()];
        let token = |name: &str, person: &str| TokenSpec {
            name: name.to_owned(),
            person: person.to_owned(),
            scopes: scopes.clone(),
            organization: None,
            expires_us: None,
        };
        self.add_token(token("connection", &format!("svc-lockstep@{MAIL}")));
        for (at, (name, mail)) in names.iter().zip(&mails).enumerate() {
            self.add_person(name, mail, at == 0);
            self.add_token(token(name, mail));
        }
        let sprints = self.add_large_sprints(n_sprints);
        let pi = self.add_iteration(&format!("{PROJECT}\\{PI}"), None);
        let ids: Vec<i64> = sprints.iter().map(|(_, id)| *id).collect();
        let teams: Vec<String> = TEAM_NAMES[..n_teams].iter().map(|name| (*name).to_owned()).collect();
        for (at, team) in teams.iter().enumerate() {
            let members: Vec<&str> = mails
                .iter()
                .map(String::as_str)
                .skip(at % n_teams)
                .step_by(n_teams)
                .collect();
            self.add_team(PROJECT, team, &members);
            self.set_team_iterations(PROJECT, team, &ids);
            self.set_backlog_iteration(PROJECT, team, Some(pi));
        }
        self.organization.projects[0].teams[0].members = mails.clone();
        let author = |mail: &String| Author {
            person: self
                .organization
                .person(mail)
                .cloned()
                .unwrap_or_else(|| unreachable!("added above")),
            token_name: None,
            request_id: None,
            bypass_rules: false,
            suppress_notifications: true,
        };
        Plan {
            teams,
            sprints: sprints.into_iter().map(|(name, _)| name).collect(),
            people: mails.iter().map(author).collect(),
            now_us: self.config.start_us - 60 * clock::DAY_US,
        }
    }

    /// The second sprint is the current one at the start; their names and node ids.
    fn add_large_sprints(&mut self, n: usize) -> Vec<(String, i64)> {
        // The first day of 1970 was a Thursday.
        let today = self.config.start_us.div_euclid(clock::DAY_US);
        let monday = today - (today + 3).rem_euclid(7);
        let day = |at: i64| clock::date_of((monday + at) * clock::DAY_US);
        let whole = (day(-SPRINT_DAYS), day((n as i64 - 1) * SPRINT_DAYS - 3));
        self.add_iteration(&format!("{PROJECT}\\{PI}"), Some((&whole.0, &whole.1)));
        (0..n)
            .map(|at| {
                let name = format!("Sprint {}", 41 + at);
                let first = (at as i64 - 1) * SPRINT_DAYS;
                let dates = (day(first), day(first + SPRINT_DAYS - 3));
                let id = self.add_iteration(&format!("{PROJECT}\\{PI}\\{name}"), Some((&dates.0, &dates.1)));
                (name, id)
            })
            .collect()
    }

    /// A feature with its stories, at most `left` work items together; its id.
    fn add_feature(&mut self, dice: &mut Dice, plan: &mut Plan, left: usize) -> i64 {
        let team = dice.below(plan.teams.len() as u64) as usize;
        let n_sprints = plan.sprints.len();
        let sprint = dice.below(n_sprints as u64) as usize;
        let is_parked = dice.chance(0.03);
        let feature = Wanted {
            kind: "Feature",
            title: words::feature(dice),
            team,
            sprint: (!is_parked).then_some(sprint),
            points: None,
            parent: None,
            who: Some(dice.below(N_PEOPLE as u64) as usize),
        };
        let feature = self.add_large(dice, plan, &feature);
        let n_stories = (3 + dice.below(7) as usize).min(left - 1);
        for _ in 0..n_stories {
            let is_elsewhere = dice.chance(0.12);
            let is_later = dice.chance(0.25);
            let story = Wanted {
                kind: if dice.chance(0.12) { "Bug" } else { "User Story" },
                title: words::story(dice),
                team: if is_elsewhere {
                    dice.below(plan.teams.len() as u64) as usize
                } else {
                    team
                },
                sprint: (!is_parked).then_some((sprint + usize::from(is_later)).min(n_sprints - 1)),
                points: dice.chance(0.9).then(|| dice.pick(&[1, 2, 3, 3, 5, 5, 8])),
                parent: Some(feature),
                who: dice.chance(0.85).then(|| dice.below(N_PEOPLE as u64) as usize),
            };
            self.add_large(dice, plan, &story);
        }
        feature
    }

    fn add_large(&mut self, dice: &mut Dice, plan: &mut Plan, wanted: &Wanted) -> i64 {
        let area = format!("{PROJECT}\\{}", plan.teams[wanted.team]);
        let iteration = match wanted.sprint {
            Some(at) => format!("{PROJECT}\\{PI}\\{}", plan.sprints[at]),
            None => format!("{PROJECT}\\{PI}"),
        };
        let mut changes: Vec<(&str, Value)> = vec![
            ("System.Title", json!(wanted.title)),
            ("System.AreaPath", json!(area)),
            ("System.IterationPath", json!(iteration)),
        ];
        changes.extend(
            wanted
                .points
                .map(|points| ("Microsoft.VSTS.Scheduling.StoryPoints", json!(points))),
        );
        let author = plan.people[wanted.who.unwrap_or_default()].clone();
        let who = json!(author.person.unique_name);
        let is_taken_at_once = dice.coin();
        if wanted.who.is_some() && is_taken_at_once {
            changes.push(("System.AssignedTo", who.clone()));
        }
        if dice.chance(0.2) {
            changes.push((
                "System.Tags",
                json!(dice.pick(&["go-live", "audit; go-live", "night shift", "terminal 2"])),
            ));
        }
        let mut document = Document::of_fields(&changes);
        document.changes.extend(
            wanted
                .parent
                .map(|parent| self.large_link(crate::link_types::PARENT, parent, "")),
        );
        plan.now_us += SECOND_US;
        let made = self.create_work_item(plan.now_us, &author, 0, wanted.kind, &document, false);
        let id = match expect(made.map_err(SimError::from)) {
            Written::Item(id) => id,
            Written::Checked(item) => item.id,
        };
        let mut steps: Vec<(&str, Value)> = Vec::new();
        if wanted.who.is_some() && !is_taken_at_once {
            steps.push(("System.AssignedTo", who));
        }
        steps.push(("Microsoft.VSTS.Common.Priority", json!(1 + dice.below(4))));
        let n_states = match wanted.sprint {
            Some(0) => 1 + dice.below(3),
            Some(1) => dice.below(3),
            _ => u64::from(dice.chance(0.1)),
        };
        let states = [json!("Active"), json!("Closed")];
        steps.extend(
            states
                .into_iter()
                .take(n_states as usize)
                .map(|state| ("System.State", state)),
        );
        for (field, value) in steps {
            plan.now_us += SECOND_US;
            let document = Document::of_fields(&[(field, value)]);
            let done = self.update_work_item(plan.now_us, &author, id, &document, false);
            expect(done.map_err(SimError::from));
        }
        id
    }

    /// The earlier feature gives, the later one takes: no circle can come of it.
    fn add_large_dependency(&mut self, dice: &mut Dice, plan: &mut Plan, giver: i64, taker: i64) {
        let comment = dice.pick(&["", "Lockstep: proposed", "Lockstep: accepted", "Lockstep: done"]);
        let document = Document {
            changes: vec![self.large_link(PREDECESSOR, giver, comment)],
            ..Document::default()
        };
        plan.now_us += SECOND_US;
        let author = plan.people[0].clone();
        let done = self.update_work_item(plan.now_us, &author, taker, &document, false);
        expect(done.map_err(SimError::from));
    }

    fn large_link(&self, rel: &str, target: i64, comment: &str) -> Change {
        let mut attributes = Map::new();
        if !comment.is_empty() {
            attributes.insert("comment".to_owned(), json!(comment));
        }
        Change::AddRelation {
            rel: rel.to_owned(),
            url: self.work_item_url(target),
            attributes,
        }
    }
}

/// The generated world obeys the rules whatever the doubts say; a refusal here is a mistake in this file.
fn expect<T>(done: Result<T, SimError>) -> T {
    done.unwrap_or_else(|error| panic!("the generated world breaks a rule: {error}"))
}
