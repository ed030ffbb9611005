//! Delete, recycle bin, restore, destroy over HTTP. Source: Recyclebin and Work Items - Delete in the specification.

use serde_json::{Value, json};

use super::{Answer, Call, Handled, list};
use crate::Sim;
use crate::clock;
use crate::refusal::Refusal;
use crate::render::View;
use crate::work_item::WorkItem;

impl Sim {
    pub(super) fn delete_work_item_route(&mut self, call: &Call, id: i64) -> Handled {
        if call.flag("destroy") {
            self.destroy_work_item(call.now_us, &call.author(), id)?;
            return Ok(Answer::Nothing);
        }
        self.delete_work_item(call.now_us, &call.author(), id)?;
        if self.doubts().delete_answers_204 {
            return Ok(Answer::Nothing);
        }
        Ok(Answer::Json(self.deleted_json(&self.organization.items[&id])))
    }

    pub(super) fn delete_work_items(&mut self, call: &Call) -> Handled {
        let body = call.json_body()?;
        let is_destroy = body.get("destroy").and_then(Value::as_bool).unwrap_or_default();
        let ids = body.get("ids").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut results = Vec::new();
        for id in ids.iter().filter_map(Value::as_i64) {
            let done = match is_destroy {
                true => self.destroy_work_item(call.now_us, &call.author(), id),
                false => self.delete_work_item(call.now_us, &call.author(), id),
            };
            results.push(match done {
                Ok(()) => self.deleted_json(&self.organization.items[&id]),
                Err(refusal) => json!({"id": id, "code": refusal.status, "message": refusal.message}),
            });
        }
        Ok(Answer::Json(json!({"results": results})))
    }

    pub(super) fn list_recycle_bin(&self, call: &Call) -> Handled {
        let author = call.author();
        if let Some(text) = call.param("ids") {
            let mut shown = Vec::new();
            for id in text.split(',') {
                let id = id
                    .trim()
                    .parse()
                    .map_err(|_| Refusal::bad_argument(format!("{id} is no id.")))?;
                let mut reference = self.deleted_json(self.in_bin(&author, id)?);
                if let Some(object) = reference.as_object_mut() {
                    object.remove("resource");
                }
                shown.push(reference);
            }
            return Ok(list(shown));
        }
        let ids = self
            .organization
            .items
            .keys()
            .filter(|id| self.in_bin(&author, **id).is_ok());
        let in_project = |id: &&i64| {
            call.project
                .is_none_or(|project| self.organization.items[id].project == project)
        };
        let reference = |id: &i64| json!({"id": id, "url": self.bin_url(&self.organization.items[id])});
        Ok(list(ids.filter(in_project).map(reference).collect()))
    }

    pub(super) fn get_deleted(&self, call: &Call, id: i64) -> Handled {
        Ok(Answer::Json(self.deleted_json(self.in_bin(&call.author(), id)?)))
    }

    pub(super) fn restore_deleted(&mut self, call: &Call, id: i64) -> Handled {
        let body = call.json_body()?;
        let wants = body
            .get("IsDeleted")
            .or_else(|| body.get("isDeleted"))
            .and_then(Value::as_bool);
        if wants != Some(false) {
            return Err(Refusal::bad_argument(
                "VS402330: Restoring takes the body {\"IsDeleted\": false}.",
            ));
        }
        self.restore_work_item(call.now_us, &call.author(), id)?;
        Ok(Answer::Json(self.deleted_json(&self.organization.items[&id])))
    }

    pub(super) fn destroy_deleted(&mut self, call: &Call, id: i64) -> Handled {
        self.in_bin(&call.author(), id)?;
        self.destroy_work_item(call.now_us, &call.author(), id)?;
        Ok(Answer::Nothing)
    }

    fn bin_url(&self, item: &WorkItem) -> String {
        format!("{}/_apis/wit/recycleBin/{}", self.project_url(item.project), item.id)
    }

    fn deleted_json(&self, item: &WorkItem) -> Value {
        let mut shown = json!({
            "id": item.id,
            "type": item.text("System.WorkItemType"),
            "name": item.text("System.Title"),
            "project": self.organization.projects[item.project].name,
        });
        if let Some(deletion) = &item.deletion {
            shown["deletedDate"] = json!(clock::iso(clock::stored(deletion.at_us), self.doubts().long_fractions));
            shown["deletedBy"] = self.identity_of(&deletion.by, true);
        }
        shown["code"] = json!(200);
        shown["url"] = json!(self.bin_url(item));
        // What the bin shows carries no relations: they are gone until the item is restored.
        shown["resource"] = self.work_item_json(
            item,
            &View {
                links: true,
                ..View::default()
            },
        );
        shown
    }
}
