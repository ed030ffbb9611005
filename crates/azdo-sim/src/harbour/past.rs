//! Sprints that are over: what each team closed in them, so that its velocity can be read.

use crate::clock;
use crate::large::words;
use crate::{Dice, Sim};

use super::making::Making;
use super::people::{TEAMS, who};
use super::{plan, stories};

/// First and last day as in the mock-ups.
pub(super) const SPRINTS: &[(&str, &str, &str)] = &[
    ("Sprint 38", "2026-08-17", "2026-08-28"),
    ("Sprint 39", "2026-08-31", "2026-09-11"),
    ("Sprint 40", "2026-09-14", "2026-09-25"),
];

pub(super) const PI: &str = "PI 26.3";

/// The id of the first item of those sprints.
const FIRST_ID: i64 = 3700;
/// How points of one sprint are cut into stories.
const SIZES: [i64; 6] = [5, 3, 8, 5, 2, 3];

impl Sim {
    /// Closed stories of every team in the three sprints before the PI. The mean of the last three is the velocity,
    /// whether counted from the start of the PI or, as now, from its second sprint.
    pub(super) fn add_past(&mut self, moved_us: i64) {
        let mut dice = Dice::new(self.config.seed ^ 0x9A57);
        self.organization.next_id = FIRST_ID;
        let begun_us = clock::day_us(SPRINTS[0].1).unwrap_or_default() + moved_us;
        let features: Vec<i64> = TEAMS
            .iter()
            .map(|team| {
                let maker = who(team.members[0].0);
                let title = words::feature(&mut dice);
                let made = Making {
                    project: "Harbour",
                    kind: 'F',
                    title: &title,
                    maker: &maker,
                    is_assigned: true,
                    area: Some(team.name),
                    iteration: Some(PI),
                    ..Making::default()
                };
                let id = self.make(begun_us, &made);
                self.step_to(begun_us, &maker, id, 'c');
                id
            })
            .collect();
        for (sprint, (name, start, _)) in SPRINTS.iter().enumerate() {
            let start_us = clock::day_us(start).unwrap_or_default() + moved_us;
            for (team_at, team) in TEAMS.iter().enumerate() {
                let first = closed_in_first_sprint(team_at);
                let rest = 3 * team.velocity - first;
                let mut left = [first, rest / 2, rest - rest / 2][sprint];
                for n in 0.. {
                    if left == 0 {
                        break;
                    }
                    let points = SIZES[n % SIZES.len()].min(left);
                    left -= points;
                    let maker = who(team.members[n % team.members.len()].0);
                    let title = words::story(&mut dice);
                    let made = Making {
                        project: "Harbour",
                        kind: 'S',
                        title: &title,
                        maker: &maker,
                        is_assigned: true,
                        area: Some(team.name),
                        iteration: Some(&format!("{PI}\\{name}")),
                        points: Some(points),
                        parent: Some(features[team_at]),
                        ..Making::default()
                    };
                    let at_us = start_us + n as i64 * 3_600_000_000;
                    let id = self.make(at_us, &made);
                    self.step_to(at_us, &maker, id, 'c');
                }
            }
        }
    }
}

/// Points of the stories and single items that a team has closed in the first sprint of the PI.
fn closed_in_first_sprint(team: usize) -> i64 {
    plan::cards()
        .filter(|card| card.team == Some(team) && card.sprint == 0)
        .map(|card| match card.kind {
            'F' => stories::of(&card)
                .iter()
                .filter(|story| story.state == 'c')
                .filter_map(|story| story.points)
                .sum(),
            _ if card.state == 'c' => card.points,
            _ => 0,
        })
        .sum()
}
