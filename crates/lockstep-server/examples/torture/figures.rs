//! What was counted, and what was found wrong.

use std::path::Path;

use serde_json::{Map, Value, json};

/// How many of one kind of fault are told in full.
const N_TOLD_MAX: usize = 5;

/// Figures in the order they came up.
#[derive(Debug, Default)]
pub struct Figures {
    lines: Vec<(String, Value, bool)>,
}

impl Figures {
    /// Something that is only counted.
    pub fn count(&mut self, what: &str, n: usize) {
        self.lines.push((what.to_owned(), json!(n), true));
    }

    /// Something that must not have happened; each time in words.
    pub fn none(&mut self, what: &str, found: &[String]) {
        for words in found.iter().take(N_TOLD_MAX) {
            println!("   {what}: {words}");
        }
        self.lines.push((what.to_owned(), json!(found.len()), found.is_empty()));
    }

    /// How long things took, in milliseconds: the middle and the longest.
    pub fn times(&mut self, what: &str, mut ms: Vec<f64>) {
        ms.sort_by(f64::total_cmp);
        let at = |share: f64| ms.get(((ms.len() as f64 - 1.0) * share).round() as usize).copied();
        for (name, share) in [("median", 0.5), ("longest", 1.0)] {
            let value = at(share).map_or(Value::Null, |ms| json!(ms.round()));
            self.lines.push((format!("{what}, {name} ms"), value, true));
        }
    }

    /// Whether nothing was found wrong.
    pub fn is_clean(&self) -> bool {
        self.lines.iter().all(|(_, _, is_well)| *is_well)
    }

    /// Prints them as a table.
    pub fn print(&self) {
        let width = self.lines.iter().map(|(what, ..)| what.len()).max().unwrap_or(0);
        for (what, value, is_well) in &self.lines {
            println!(
                "   {what:<width$} {value:>10}{}",
                if *is_well { "" } else { "   WRONG" }
            );
        }
        println!(
            "{}",
            if self.is_clean() {
                "nothing lost, nothing twice"
            } else {
                "FAILED"
            }
        );
    }

    /// Keeps them in a file.
    pub fn keep(&self, file: &Path) -> anyhow::Result<()> {
        let by_name: Map<String, Value> = self
            .lines
            .iter()
            .map(|(what, value, _)| (what.clone(), value.clone()))
            .collect();
        std::fs::write(file, format!("{:#}\n", Value::Object(by_name)))?;
        Ok(())
    }
}
