//! Work items over HTTP: read one, many, write one. Source: Work Items in the specification.

use serde_json::Value;

use super::{Answer, Call, Handled, list};
use crate::Sim;
use crate::clock;
use crate::fields;
use crate::patch::Document;
use crate::refusal::Refusal;
use crate::render::View;
use crate::work_item::WorkItem;
use crate::write::Written;

/// The most ids one read takes.
pub(crate) const BATCH_MAX: usize = 200;

impl Sim {
    pub(super) fn get_work_item(&self, call: &Call, id: i64) -> Handled {
        let item = self.readable(&call.caller.person, id)?;
        let view = view(call.param("fields"), call.param("$expand"), false)?;
        let view = View { links: true, ..view };
        Ok(Answer::Json(self.shown_as_of(
            item,
            &view,
            as_of(call.param("asof"))?,
        )?))
    }

    pub(super) fn list_work_items(&self, call: &Call) -> Handled {
        let text = call
            .param("ids")
            .ok_or_else(|| Refusal::bad_argument("The ids parameter is required."))?;
        let ids: Result<Vec<i64>, _> = text.split(',').map(|id| id.trim().parse()).collect();
        let ids =
            ids.map_err(|_| Refusal::bad_argument(format!("The value '{text}' of parameter ids is no list of ids.")))?;
        let view = view(call.param("fields"), call.param("$expand"), false)?;
        self.shown_batch(call, &ids, &view, as_of(call.param("asof"))?, call.param("errorpolicy"))
    }

    pub(super) fn batch_work_items(&self, call: &Call) -> Handled {
        let body = call.json_body()?;
        let ids = body
            .get("ids")
            .and_then(Value::as_array)
            .ok_or_else(|| Refusal::bad_argument("The ids parameter is required."))?;
        let ids: Vec<i64> = ids
            .iter()
            .filter_map(|id| id.as_i64().or_else(|| id.as_str()?.parse().ok()))
            .collect();
        let text = |name: &str| match body.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let fields = body.get("fields").and_then(Value::as_array);
        let fields = fields.map(|names| names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","));
        let view = view(
            fields.as_deref(),
            text("$expand").as_deref(),
            self.doubts().batch_takes_fields_with_expand,
        )?;
        let policy = text("errorPolicy");
        self.shown_batch(call, &ids, &view, as_of(text("asOf").as_deref())?, policy.as_deref())
    }

    fn shown_batch(
        &self,
        call: &Call,
        ids: &[i64],
        view: &View,
        as_of_us: Option<i64>,
        policy: Option<&str>,
    ) -> Handled {
        if ids.len() > BATCH_MAX {
            let message = format!(
                "VS403474: You requested {} work items which exceeds the limit of {BATCH_MAX}.",
                ids.len()
            );
            return Err(Refusal::tracking(400, "WorkItemPageSizeExceededException", message));
        }
        let omits = policy.is_some_and(|policy| policy == "2" || policy.eq_ignore_ascii_case("omit"));
        let mut shown = Vec::with_capacity(ids.len());
        for id in ids {
            match self
                .readable(&call.caller.person, *id)
                .and_then(|item| self.shown_as_of(item, view, as_of_us))
            {
                Ok(item) => shown.push(item),
                Err(_) if omits => shown.push(Value::Null),
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(list(shown))
    }

    fn shown_as_of(&self, item: &WorkItem, view: &View, as_of_us: Option<i64>) -> Result<Value, Refusal> {
        let Some(us) = as_of_us else {
            return Ok(self.work_item_json(item, view));
        };
        let (rev, _) = item.revision_at(us).ok_or_else(|| Refusal::no_work_item(item.id))?;
        Ok(self.revision_json(item, rev, view))
    }

    pub(super) fn patch_work_item(&mut self, call: &Call, id: i64) -> Handled {
        let document = read_document(call)?;
        let written = self.update_work_item(call.now_us, &call.author(), id, &document, call.flag("validateonly"))?;
        self.written_answer(call, &written)
    }

    pub(super) fn post_work_item(&mut self, call: &Call, type_name: &str) -> Handled {
        let project = call.required_project()?;
        let document = read_document(call)?;
        let written = self.create_work_item(
            call.now_us,
            &call.author(),
            project,
            type_name,
            &document,
            call.flag("validateonly"),
        )?;
        self.written_answer(call, &written)
    }

    fn written_answer(&self, call: &Call, written: &Written) -> Handled {
        let expand = call.param("$expand").unwrap_or("all");
        let view = View {
            links: true,
            all_fields: false,
            relations: true,
            ..view(None, Some(expand), false)?
        };
        let view = View {
            all_fields: call
                .param("$expand")
                .is_some_and(|e| e.eq_ignore_ascii_case("all") || e == "4"),
            ..view
        };
        Ok(Answer::Json(match written {
            Written::Item(id) => self.work_item_json(&self.organization.items[id], &view),
            Written::Checked(item) => self.work_item_json(item, &view),
        }))
    }
}

/// The document of a write; the content type must say that it is one.
fn read_document(call: &Call) -> Result<Document, Refusal> {
    let content_type = call.request.header("content-type").unwrap_or_default().to_lowercase();
    if content_type.split(';').next().map(str::trim) != Some("application/json-patch+json") {
        let message = "VS403317: The request's content type is not supported. Use application/json-patch+json.";
        return Err(Refusal::general(415, "UnsupportedMediaTypeException", message));
    }
    Document::read(&call.request.body)
}

/// What of a work item is asked for.
pub(super) fn view(names: Option<&str>, expand: Option<&str>, takes_both: bool) -> Result<View, Refusal> {
    let expand = expand.unwrap_or("none").to_lowercase();
    let (relations, all_fields, links) = match expand.as_str() {
        "none" | "0" => (false, false, false),
        "relations" | "1" => (true, false, false),
        "fields" | "2" => (false, true, false),
        "links" | "3" => (false, false, true),
        "all" | "4" => (true, true, true),
        other => {
            return Err(Refusal::bad_argument(format!(
                "The value '{other}' of parameter $expand is not known."
            )));
        }
    };
    let Some(names) = names else {
        return Ok(View {
            relations,
            all_fields,
            links,
            ..View::default()
        });
    };
    if (relations || all_fields) && !takes_both {
        let message = "The expand parameter can not be used with the fields parameter.";
        return Err(Refusal::general(400, "ConflictingParametersException", message));
    }
    let mut wanted = Vec::new();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let Some(field) = fields::find(name) else {
            return Err(Refusal::tracking(
                400,
                "WorkItemTrackingFieldDefinitionNotFoundException",
                format!("TF51535: Cannot find field {name}."),
            ));
        };
        wanted.push(field.reference_name.to_owned());
    }
    Ok(View {
        fields: Some(wanted),
        relations,
        links,
        ..View::default()
    })
}

fn as_of(text: Option<&str>) -> Result<Option<i64>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let moment = clock::parse(text)
        .ok_or_else(|| Refusal::bad_argument(format!("The value '{text}' of parameter asOf is no date.")))?;
    Ok(Some(moment.us))
}
