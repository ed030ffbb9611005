//! What is told of connecting a board: what comes, what is doubtful, and what stands in the way.

use std::collections::BTreeMap;

use super::connect_answer::{ConnectPreview, ConnectSample, Doubt, StateComes, TypeComes};
use crate::error::FieldProblem;

/// Cards that are shown of each type.
const N_SAMPLES: usize = 3;

/// What was gathered card by card.
#[derive(Debug, Default)]
pub struct Report {
    /// Dependencies that come.
    pub n_links: usize,
    /// Comments that come.
    pub n_comments: usize,
    types: BTreeMap<(String, String), TypeComes>,
    states: BTreeMap<(String, String, String), usize>,
    doubts: BTreeMap<(String, String), usize>,
    problems: BTreeMap<String, String>,
}

impl Report {
    /// A card comes, as this type.
    pub fn card(&mut self, from: &str, to: &str, sample: ConnectSample) {
        let known = self.types.entry((from.to_owned(), to.to_owned()));
        let known = known.or_insert_with(|| TypeComes {
            from: from.to_owned(),
            to: to.to_owned(),
            n: 0,
            samples: Vec::new(),
        });
        known.n += 1;
        if known.samples.len() < N_SAMPLES {
            known.samples.push(sample);
        }
    }

    /// A card of a type takes a step to another state than the first.
    pub fn state(&mut self, kind: &str, from: &str, to: &str) {
        let key = (kind.to_owned(), from.to_owned(), to.to_owned());
        *self.states.entry(key).or_default() += 1;
    }

    /// Something of a card does not go along, or may be refused.
    pub fn doubt(&mut self, what: String, why: String) {
        *self.doubts.entry((what, why)).or_default() += 1;
    }

    /// A card has no place or no type. The first of each field is told.
    pub fn problem(&mut self, field: &str, message: String) {
        self.problems.entry(field.to_owned()).or_insert(message);
    }

    /// All of it, unless something stands in the way.
    pub fn told(self) -> Result<ConnectPreview, Vec<FieldProblem>> {
        if !self.problems.is_empty() {
            let problems = self.problems.into_iter();
            return Err(problems
                .map(|(field, message)| FieldProblem { field, message })
                .collect());
        }
        let types: Vec<TypeComes> = self.types.into_values().collect();
        Ok(ConnectPreview {
            n_items: types.iter().map(|kind| kind.n).sum(),
            n_links: self.n_links,
            n_comments: self.n_comments,
            types,
            states: self
                .states
                .into_iter()
                .map(|((r#type, from, to), n)| StateComes { r#type, from, to, n })
                .collect(),
            doubts: self
                .doubts
                .into_iter()
                .map(|((what, why), n)| Doubt { what, why, n })
                .collect(),
        })
    }
}
