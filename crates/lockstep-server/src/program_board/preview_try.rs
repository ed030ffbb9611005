//! Tries a move to the next sprint on a few stories, with `validateOnly`: nothing is saved, and a refusal comes in Azure
//! DevOps' own words.

use std::collections::BTreeSet;
use std::sync::Arc;

use azdo::{Client, Error, FieldName, Update, field};
use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::nodes::Nodes;
use super::preview::PlacedCard;
use super::preview_answer::{Refused, Sample};
use super::set_up::SetUp;
use crate::sync::transport::HttpsTransport;

/// Most stories that are tried.
const N_TRIED_MAX: usize = 20;
/// Tries at once.
const N_AT_ONCE: usize = 8;

/// Tries the stories, chosen over teams, states and types, and tells which of them would be refused.
///
/// Errors: what says nothing about the story itself (no connection, a token that is not taken).
pub async fn try_moves(
    client: &Client<Arc<HttpsTransport>>,
    set_up: &SetUp,
    nodes: &Nodes,
    stories: &[PlacedCard<'_>],
) -> Result<Refused, Error> {
    let tried: Vec<(&PlacedCard<'_>, String)> = sample(stories)
        .into_iter()
        .filter_map(|story| Some((story, next_sprint(set_up, nodes, story)?)))
        .collect();
    let asked: Vec<_> = tried
        .iter()
        .map(|(story, path)| try_move(client, set_up, story, path))
        .collect();
    let answers: Vec<Result<Option<Sample>, Error>> = stream::iter(asked).buffered(N_AT_ONCE).collect().await;
    let mut refused = Refused {
        n_tried: tried.len(),
        samples: Vec::new(),
    };
    for answer in answers {
        refused.samples.extend(answer?);
    }
    Ok(refused)
}

/// Tries one story; what it answers where it would be refused.
async fn try_move(
    client: &Client<Arc<HttpsTransport>>,
    set_up: &SetUp,
    story: &PlacedCard<'_>,
    path: &str,
) -> Result<Option<Sample>, Error> {
    let update = Update::at(story.item.rev).set(&FieldName::from(field::ITERATION_PATH), Value::from(path));
    match client.update_work_item(story.item.id, &update, true).await {
        // Moved on since it was read: that says nothing. Nor does a token that can't write at all say it of the story.
        Ok(_)
        | Err(Error::RevMoved | Error::NotFound { .. } | Error::TransientConflict | Error::MissingScope { .. }) => {
            Ok(None)
        }
        Err(Error::RuleBroken { message, .. } | Error::Refused { message, .. } | Error::Forbidden { message }) => {
            Ok(Some(Sample {
                answer: Some(message),
                ..Sample::of(story.item, set_up)
            }))
        }
        Err(error) => Err(error),
    }
}

/// One of each team, type and state before a second one of any: rules go by these.
fn sample<'s, 'r>(stories: &'s [PlacedCard<'r>]) -> Vec<&'s PlacedCard<'r>> {
    let kind = |story: &PlacedCard<'_>| {
        let text = |name: &str| {
            let value = story.item.fields.get(&FieldName::from(name)).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        (text(field::WORK_ITEM_TYPE), text(field::STATE), story.team)
    };
    let mut seen = BTreeSet::new();
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for story in stories {
        if seen.insert(kind(story)) {
            first.push(story);
        } else {
            rest.push(story);
        }
    }
    first.extend(rest);
    first.truncate(N_TRIED_MAX);
    first
}

/// Path of the column behind the story's, or of the first one for a story in the parking lot or the last column.
fn next_sprint(set_up: &SetUp, nodes: &Nodes, story: &PlacedCard<'_>) -> Option<String> {
    let next = story.column.map_or(0, |column| column + 1);
    let column = set_up.columns.get(next).or_else(|| set_up.columns.first())?;
    let project = set_up.teams.get(story.team).map(|team| team.project_id.as_str());
    let in_project = |id: &&i64| {
        nodes
            .get(**id)
            .is_some_and(|node| Some(node.project_id.as_str()) == project)
    };
    let id = column
        .node_ids
        .iter()
        .find(in_project)
        .or_else(|| column.node_ids.first())?;
    Some(nodes.get(*id)?.path.clone())
}
