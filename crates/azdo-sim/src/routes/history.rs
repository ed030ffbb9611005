//! Updates, revisions and comments over HTTP. Source: Updates, Revisions, Comments in the specification.

use serde_json::{Value, json};

use super::core::page;
use super::work_items::view;
use super::{Answer, Call, Handled, list};
use crate::Sim;
use crate::patch::{Change, Document};
use crate::refusal::Refusal;
use crate::render::View;
use crate::work_item::{Comment, WorkItem};

impl Sim {
    pub(super) fn list_updates(&self, call: &Call, id: i64) -> Handled {
        let item = self.readable(&call.caller.person, id)?;
        let top = call.number("$top")?.unwrap_or(200);
        let skip = call.number("$skip")?.unwrap_or(0);
        let ids = (1..=item.updates.len() as i64).skip(skip).take(top);
        Ok(list(ids.map(|update| self.update_json(item, update)).collect()))
    }

    pub(super) fn get_update(&self, call: &Call, id: i64, number: i64) -> Handled {
        let item = self.readable(&call.caller.person, id)?;
        if number < 1 || number > item.updates.len() as i64 {
            return Err(no_such("update", number, id));
        }
        Ok(Answer::Json(self.update_json(item, number)))
    }

    pub(super) fn list_revisions(&self, call: &Call, id: i64) -> Handled {
        let item = self.readable(&call.caller.person, id)?;
        let view = view(None, call.param("$expand"), false)?;
        let all = (1..=item.rev())
            .map(|rev| self.revision_json(item, rev, &view))
            .collect();
        Ok(list(page(call, all, 200)?))
    }

    pub(super) fn get_revision(&self, call: &Call, id: i64, rev: i64) -> Handled {
        let item = self.readable(&call.caller.person, id)?;
        if rev < 1 || rev > item.rev() {
            return Err(no_such("revision", rev, id));
        }
        let view = View {
            links: true,
            ..view(None, call.param("$expand"), false)?
        };
        Ok(Answer::Json(self.revision_json(item, rev, &view)))
    }

    pub(super) fn list_comments(&self, call: &Call, id: i64) -> Handled {
        let item = self.readable(&call.caller.person, id)?;
        let mut all: Vec<&Comment> = item.comments.iter().filter(|comment| comment.is_listed).collect();
        // The newest first unless asked otherwise.
        if !call
            .param("order")
            .is_some_and(|order| order.eq_ignore_ascii_case("asc") || order == "1")
        {
            all.reverse();
        }
        let total = all.len();
        let skip: usize = call
            .param("continuationtoken")
            .and_then(|token| token.parse().ok())
            .unwrap_or(0);
        let top = call.number("$top")?.unwrap_or(200);
        let shown: Vec<Value> = all
            .into_iter()
            .skip(skip)
            .take(top)
            .map(|comment| self.comment_json(item, comment))
            .collect();
        let mut answer = json!({"totalCount": total, "count": shown.len(), "comments": shown});
        if skip + top < total {
            let next = skip + top;
            answer["continuationToken"] = json!(next.to_string());
            answer["nextPage"] = json!(format!(
                "{}/comments?continuationToken={next}&$top={top}",
                self.work_item_url(id)
            ));
        }
        Ok(Answer::Json(answer))
    }

    pub(super) fn get_comment(&self, call: &Call, id: i64, comment: i64) -> Handled {
        let item = self.readable(&call.caller.person, id)?;
        Ok(Answer::Json(self.comment_json(item, find_comment(item, comment)?)))
    }

    pub(super) fn post_comment(&mut self, call: &Call, id: i64) -> Handled {
        let body = call.json_body()?;
        let text = body.get("text").and_then(Value::as_str).unwrap_or_default();
        if text.trim().is_empty() {
            return Err(Refusal::bad_argument("The text of a comment is required."));
        }
        let change = Change::Field {
            name: "System.History".to_owned(),
            value: json!(text),
            is_replace: false,
        };
        let document = Document {
            changes: vec![change],
            ..Document::default()
        };
        self.update_work_item(call.now_us, &call.author(), id, &document, false)?;
        let comment = self
            .organization
            .items
            .get_mut(&id)
            .and_then(|item| item.comments.last_mut());
        let comment = comment.map(|comment| {
            // Made through the comments route itself, so listed there whatever the doubt says.
            comment.is_listed = true;
            comment.id
        });
        let item = &self.organization.items[&id];
        Ok(Answer::Json(
            self.comment_json(item, find_comment(item, comment.unwrap_or_default())?),
        ))
    }
}

fn find_comment(item: &WorkItem, comment: i64) -> Result<&Comment, Refusal> {
    item.comments
        .iter()
        .find(|c| c.id == comment && c.is_listed)
        .ok_or_else(|| no_such("comment", comment, item.id))
}

fn no_such(what: &str, number: i64, id: i64) -> Refusal {
    Refusal::tracking(
        404,
        "WorkItemResourceNotFoundException",
        format!("VS402328: Work item {id} has no {what} {number}."),
    )
}
