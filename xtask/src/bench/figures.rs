//! What a bench found: figures beside their reference, printed as a table and kept by name for later comparison.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::folders;

/// One figure, by name.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What was measured: `10000 cards: move acknowledged, p50`.
    pub name: String,
    /// Of Lockstep.
    pub ours: f64,
    /// Of the reference in the same run, if there is one.
    pub reference: Option<f64>,
    /// `ms`, `KB`, `x`; empty for a count.
    pub unit: &'static str,
    /// What is to be reached, if anything.
    pub goal: Option<Goal>,
}

/// What a figure is to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// At most so much.
    Max(f64),
    /// At most so many times the reference.
    TimesMax(f64),
    /// At least such a share of the reference.
    ShareMin(f64),
    /// At least so many times less than the reference.
    TimesLessMin(f64),
    /// At most so much; where the reference itself does not reach that, the machine doesn't let it be judged.
    MaxWhereReferenceDoes(f64),
    /// At most so much, or so many times the reference on a machine too slow for that.
    MaxOrTimes(f64, f64),
}

/// How a figure stands to its goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Reached.
    Met,
    /// Not reached.
    Missed,
    /// The machine is too slow to tell.
    Unjudged,
    /// There is nothing to reach.
    NoGoal,
}

impl Figure {
    /// A figure with a reference and a goal.
    pub fn new(name: impl Into<String>, ours: f64, reference: impl Into<Option<f64>>, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            ours,
            reference: reference.into(),
            unit,
            goal: None,
        }
    }

    /// It is to reach this.
    pub fn aiming_at(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }

    /// Times the reference.
    pub fn ratio(&self) -> Option<f64> {
        self.reference.map(|reference| self.ours / reference)
    }

    /// How it stands. What could not be measured is missed.
    pub fn standing(&self) -> Standing {
        let is_met = match (self.goal, self.reference) {
            (None, _) => return Standing::NoGoal,
            (Some(Goal::MaxWhereReferenceDoes(max)), Some(reference)) if self.ours > max && reference > max => {
                return Standing::Unjudged;
            }
            (Some(Goal::Max(max) | Goal::MaxWhereReferenceDoes(max)), _) => self.ours <= max,
            (Some(Goal::MaxOrTimes(max, times)), reference) => {
                self.ours <= max || reference.is_some_and(|reference| self.ours <= times * reference)
            }
            (Some(Goal::TimesMax(times)), reference) => {
                reference.is_some_and(|reference| self.ours <= times * reference)
            }
            (Some(Goal::ShareMin(share)), reference) => {
                reference.is_some_and(|reference| self.ours >= share * reference)
            }
            (Some(Goal::TimesLessMin(times)), reference) => {
                reference.is_some_and(|reference| reference >= times * self.ours)
            }
        };
        if is_met { Standing::Met } else { Standing::Missed }
    }

    fn goal_words(&self) -> String {
        match self.goal {
            None => String::new(),
            Some(Goal::Max(max) | Goal::MaxWhereReferenceDoes(max)) => format!("<= {}", amount(max, self.unit)),
            Some(Goal::TimesMax(times)) => format!("<= {times} x"),
            Some(Goal::ShareMin(share)) => format!(">= {share} x"),
            Some(Goal::TimesLessMin(times)) => format!("{times} x less"),
            Some(Goal::MaxOrTimes(max, times)) => format!("<= {} or {times} x", amount(max, self.unit)),
        }
    }

    fn json(&self) -> Value {
        json!({
            "ours": self.ours,
            "reference": self.reference,
            "ratio": self.ratio(),
            "unit": self.unit,
            "goal": self.goal_words(),
            "standing": format!("{:?}", self.standing()).to_lowercase(),
        })
    }
}

/// Prints the figures as a table.
pub fn print(figures: &[Figure]) {
    let width = figures.iter().map(|figure| figure.name.len()).max().unwrap_or(0);
    println!(
        "   {:<width$} {:>11} {:>11} {:>8}  {:<18} met",
        "figure", "Lockstep", "reference", "ratio", "goal"
    );
    for figure in figures {
        let reference = figure.reference.map(|value| amount(value, figure.unit));
        let ratio = figure.ratio().map(|ratio| format!("{ratio:.2}"));
        let met = match figure.standing() {
            Standing::Met => "yes",
            Standing::Missed => "NO",
            Standing::Unjudged => "the bare page doesn't either",
            Standing::NoGoal => "",
        };
        println!(
            "   {:<width$} {:>11} {:>11} {:>8}  {:<18} {met}",
            figure.name,
            amount(figure.ours, figure.unit),
            reference.unwrap_or_default(),
            ratio.unwrap_or_default(),
            figure.goal_words(),
        );
    }
}

/// Keeps the figures by name in `target/bench/NAME.json`.
pub fn keep(name: &str, figures: &[Figure]) -> Result<()> {
    let folder = folders::root().join("target").join("bench");
    std::fs::create_dir_all(&folder)?;
    let by_name: Map<String, Value> = figures
        .iter()
        .map(|figure| (figure.name.clone(), figure.json()))
        .collect();
    let file = folder.join(format!("{name}.json"));
    std::fs::write(&file, format!("{:#}\n", Value::Object(by_name)))
        .with_context(|| format!("could not write {}", file.display()))?;
    println!("   kept in target/bench/{name}.json");
    Ok(())
}

/// Says what was missed; whether nothing was.
pub fn is_every_goal_reached(figures: &[Figure]) -> bool {
    let missed: Vec<&Figure> = figures
        .iter()
        .filter(|figure| figure.standing() == Standing::Missed)
        .collect();
    for figure in &missed {
        println!("missed: {}", figure.name);
    }
    if missed.is_empty() {
        println!("every goal is reached");
    }
    missed.is_empty()
}

fn amount(value: f64, unit: &str) -> String {
    let digits = match value.abs() {
        _ if unit.is_empty() => 0,
        small if small < 10.0 => 2,
        middle if middle < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {unit}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(ours: f64, reference: Option<f64>, goal: Goal) -> Standing {
        Figure::new("one", ours, reference, "ms").aiming_at(goal).standing()
    }

    #[test]
    fn a_goal_is_a_bound_or_a_ratio_to_the_reference() {
        assert_eq!(standing(20.0, None, Goal::Max(20.0)), Standing::Met);
        assert_eq!(standing(20.1, None, Goal::Max(20.0)), Standing::Missed);
        assert_eq!(standing(6.0, Some(3.0), Goal::TimesMax(2.0)), Standing::Met);
        assert_eq!(standing(6.1, Some(3.0), Goal::TimesMax(2.0)), Standing::Missed);
        assert_eq!(standing(6.0, Some(10.0), Goal::ShareMin(0.6)), Standing::Met);
        assert_eq!(standing(5.9, Some(10.0), Goal::ShareMin(0.6)), Standing::Missed);
        assert_eq!(standing(1.0, Some(30.0), Goal::TimesLessMin(30.0)), Standing::Met);
        assert_eq!(standing(1.1, Some(30.0), Goal::TimesLessMin(30.0)), Standing::Missed);
        assert_eq!(standing(60.0, Some(30.0), Goal::MaxOrTimes(40.0, 2.0)), Standing::Met);
        assert_eq!(
            standing(61.0, Some(30.0), Goal::MaxOrTimes(40.0, 2.0)),
            Standing::Missed
        );
    }

    #[test]
    fn a_machine_on_which_the_reference_misses_the_bound_judges_nothing() {
        let goal = Goal::MaxWhereReferenceDoes(20.0);
        assert_eq!(standing(33.3, Some(33.3), goal), Standing::Unjudged);
        assert_eq!(standing(33.3, Some(16.7), goal), Standing::Missed);
        assert_eq!(standing(16.7, Some(33.3), goal), Standing::Met);
    }

    #[test]
    fn what_could_not_be_measured_is_missed() {
        assert_eq!(standing(f64::NAN, Some(1.0), Goal::Max(20.0)), Standing::Missed);
        assert_eq!(standing(1.0, None, Goal::TimesMax(2.0)), Standing::Missed);
    }
}
