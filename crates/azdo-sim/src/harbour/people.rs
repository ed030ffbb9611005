//! Who works at Northquay, in which teams, and how much each team can take on in each sprint.

use crate::clock;
use crate::{MemberCapacity, Sim, TokenSpec};

pub(super) const MAIL: &str = "northquay.example";

/// Key, name, whether an administrator.
pub(super) const PEOPLE: &[(&str, &str, bool)] = &[
    ("ML", "Mara Lindqvist", true),
    ("TO", "Tom Okafor", false),
    ("ID", "Ines Duarte", false),
    ("YT", "Yuki Tanabe", false),
    ("RS", "Ravi Shah", false),
    ("EP", "Elena Petrova", false),
    ("JW", "Jonas Weber", false),
    ("AB", "Aisha Bello", false),
];

pub(super) const QUAY: usize = 0;
pub(super) const MANIFEST: usize = 1;
pub(super) const CUSTOMS: usize = 2;
pub(super) const BEACON: usize = 3;
pub(super) const TIDEWAY: usize = 4;
pub(super) const DOCKSIDE: usize = 5;
pub(super) const LEDGER: usize = 6;
pub(super) const RELAY: usize = 7;

/// A team of the harbour.
pub(super) struct TeamPlan {
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Points closed a sprint, on average.
    pub velocity: i64,
    /// Key of a person and hours a day.
    pub members: &'static [(&'static str, f64)],
    /// Per sprint: days on which nobody works, and who else is away for how many days.
    pub away: [(usize, &'static [(&'static str, usize)]); 5],
    /// Sprints it did not choose for its own backlog.
    pub left_out: &'static [usize],
}

/// Velocity times availability (hours that are left of all hours) gives the capacities of the mock-ups.
#[rustfmt::skip]
pub(super) const TEAMS: [TeamPlan; 8] = [
    TeamPlan { name: "Quay", about: "Gate and yard", velocity: 24, members: &[("ML", 6.0), ("TO", 6.0), ("ID", 6.0)],
        away: [(0, &[]), (0, &[]), (1, &[]), (0, &[]), (5, &[])], left_out: &[] },
    TeamPlan { name: "Manifest", about: "Cargo data", velocity: 26, members: &[("YT", 6.0), ("EP", 4.0)],
        away: [(0, &[]), (0, &[]), (0, &[("EP", 2)]), (0, &[]), (4, &[("YT", 1)])], left_out: &[] },
    TeamPlan { name: "Customs", about: "Pre-clearance", velocity: 24, members: &[("RS", 6.0), ("JW", 6.0), ("ID", 3.0)],
        away: [(1, &[("JW", 2)]), (0, &[("RS", 1), ("ID", 2)]), (0, &[("JW", 4)]), (0, &[("ID", 4)]), (5, &[("RS", 2)])], left_out: &[] },
    TeamPlan { name: "Beacon", about: "Events, telemetry", velocity: 22, members: &[("AB", 6.0), ("ID", 3.0)],
        away: [(0, &[]), (0, &[]), (1, &[("AB", 1)]), (0, &[]), (4, &[("AB", 2)])], left_out: &[] },
    TeamPlan { name: "Tideway", about: "Platform", velocity: 20, members: &[("EP", 6.0), ("JW", 6.0)],
        away: [(0, &[]), (0, &[]), (0, &[]), (0, &[]), (5, &[])], left_out: &[3] },
    TeamPlan { name: "Dockside", about: "Cranes, berths", velocity: 18, members: &[("ID", 3.0), ("TO", 6.0)],
        away: [(0, &[]), (0, &[]), (1, &[]), (0, &[]), (5, &[("TO", 1)])], left_out: &[] },
    TeamPlan { name: "Ledger", about: "Tariffs, fees", velocity: 16, members: &[("YT", 6.0), ("RS", 6.0)],
        away: [(0, &[]), (0, &[]), (0, &[("YT", 2)]), (0, &[]), (5, &[])], left_out: &[] },
    TeamPlan { name: "Relay", about: "Carrier portal", velocity: 20, members: &[("AB", 6.0), ("JW", 6.0)],
        away: [(0, &[]), (0, &[]), (1, &[]), (0, &[]), (5, &[])], left_out: &[] },
];

impl Sim {
    /// Everybody, the service account last.
    pub(super) fn add_people(&mut self) {
        for (_, name, is_administrator) in PEOPLE {
            self.add_person(name, &unique_name(name), *is_administrator);
        }
        self.add_person("svc-lockstep", &format!("svc-lockstep@{MAIL}"), true);
    }

    /// The teams with their sprints (node id and first day) and what they can do in each.
    pub(super) fn add_teams(&mut self, pi: i64, past: &[i64], sprints: &[(i64, String)]) {
        for (team_at, team) in TEAMS.iter().enumerate() {
            let members: Vec<String> = team.members.iter().map(|(key, _)| who(key)).collect();
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            self.add_team("Harbour", team.name, &members);
            self.set_team_description("Harbour", team.name, team.about);
            self.set_backlog_iteration("Harbour", team.name, Some(pi));
            let chosen = sprints.iter().enumerate().filter(|(at, _)| !team.left_out.contains(at));
            let own: Vec<i64> = past.iter().copied().chain(chosen.map(|(_, (id, _))| *id)).collect();
            self.set_team_iterations("Harbour", team.name, &own);
            for (at, (id, start)) in sprints.iter().enumerate() {
                self.add_capacity(team_at, at, *id, start);
            }
        }
        let everybody: Vec<String> = PEOPLE.iter().map(|(_, name, _)| unique_name(name)).collect();
        for project in &mut self.organization.projects {
            project.teams[0].members = everybody.clone();
        }
    }

    /// Members are away from the first Tuesday on, the team from the second Monday on, so that no day counts twice.
    fn add_capacity(&mut self, team_at: usize, sprint: usize, id: i64, start: &str) {
        let team = &TEAMS[team_at];
        let (team_days, members_away) = team.away[sprint];
        let from = |first: usize, n: usize| {
            let day = |at: usize| clock::date_of(clock::day_us(start).unwrap_or_default() + at as i64 * clock::DAY_US);
            (day(first), day(first + n - 1))
        };
        let member = |(key, hours): &(&str, f64)| {
            let away = members_away.iter().find(|(other, _)| other == key);
            MemberCapacity {
                person: who(key),
                activities: vec![("Development".to_owned(), *hours)],
                days_off: away.map(|(_, n)| from(1, *n)).into_iter().collect(),
            }
        };
        let capacities = team.members.iter().map(member).collect();
        self.set_capacities("Harbour", team.name, id, capacities);
        if team_days > 0 {
            self.set_team_days_off("Harbour", team.name, id, vec![from(7, team_days)]);
        }
    }

    /// `connection` of svc-lockstep, one of each person, and some that do not do.
    pub(super) fn add_tokens(&mut self) {
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

/// The unique name behind a key.
pub(super) fn who(key: &str) -> String {
    PEOPLE
        .iter()
        .find(|(k, ..)| *k == key)
        .map(|(_, name, _)| unique_name(name))
        .unwrap_or_default()
}

pub(super) fn unique_name(name: &str) -> String {
    format!("{}@{MAIL}", name.to_lowercase().replace(' ', "."))
}
