//! Saved queries over HTTP, and queries run: by their text or by the id of a saved one. Source: Queries and Wiql in the
//! specification and their examples. The parsed clauses of a query are not shown, only its text.

use serde_json::{Value, json};

use super::{Answer, Call, Handled, list};
use crate::Sim;
use crate::clock;
use crate::fields;
use crate::refusal::Refusal;
use crate::saved_queries::SavedQuery;
use crate::wiql;

/// How deep a tree of queries is shown at once.
const DEPTH_MAX: usize = 2;

/// What of a query is asked for.
struct View {
    depth: usize,
    with_text: bool,
    is_minimal: bool,
}

impl Sim {
    pub(super) fn list_queries(&self, call: &Call) -> Handled {
        let project = call.required_project()?;
        let view = view(call)?;
        let roots = self.organization.query_roots(project, &call.caller.person.unique_name);
        Ok(list(
            roots
                .iter()
                .map(|root| self.query_json(call, root, &view, view.depth))
                .collect(),
        ))
    }

    pub(super) fn get_query(&self, call: &Call, id_or_path: &str) -> Handled {
        let view = view(call)?;
        let query = self.saved_query(call, id_or_path)?;
        Ok(Answer::Json(self.query_json(call, &query, &view, view.depth)))
    }

    fn saved_query(&self, call: &Call, id_or_path: &str) -> Result<SavedQuery, Refusal> {
        let person = &call.caller.person.unique_name;
        let found = self.organization.query(call.required_project()?, person, id_or_path);
        found.ok_or_else(|| {
            let message =
                format!("TF401243: The query {id_or_path} does not exist, or you do not have permission to read it.");
            Refusal::tracking(404, "QueryItemNotFoundException", message)
        })
    }

    fn query_json(&self, call: &Call, query: &SavedQuery, view: &View, depth: usize) -> Value {
        let base = format!("{}/_apis/wit", self.project_url(query.project));
        let url = format!("{base}/queries/{}", query.id);
        let mut shown = json!({"id": query.id, "name": query.name(), "path": query.path});
        if view.is_minimal {
            return shown;
        }
        let by = self.identity_of(&query.made_by, false);
        let at = clock::iso(clock::stored(query.made_us), self.doubts().long_fractions);
        shown["createdBy"] = by.clone();
        shown["createdDate"] = json!(at);
        shown["lastModifiedBy"] = by;
        shown["lastModifiedDate"] = json!(at);
        shown["isPublic"] = json!(query.owner.is_none());
        let mut links = json!({
            "self": {"href": url},
            "html": {"href": format!("{}/_queries/query/{}", self.project_url(query.project), query.id)},
        });
        let person = &call.caller.person.unique_name;
        let above = query
            .folder()
            .and_then(|path| self.organization.query(query.project, person, path));
        if let Some(above) = above {
            links["parent"] = json!({"href": format!("{base}/queries/{}", above.id)});
        }
        match &query.wiql {
            None => {
                let children = self.organization.queries_in(query, person);
                shown["isFolder"] = json!(true);
                shown["hasChildren"] = json!(!children.is_empty());
                if depth > 0 && !children.is_empty() {
                    let inside = children
                        .iter()
                        .map(|child| self.query_json(call, child, view, depth - 1));
                    shown["children"] = inside.collect();
                }
            }
            Some(text) => {
                shown["queryType"] = json!("flat");
                if view.with_text {
                    shown["wiql"] = json!(text);
                    match wiql::shape(text) {
                        Ok((columns, order)) => {
                            shown["columns"] = columns.iter().map(|name| self.field_reference(name)).collect();
                            shown["sortColumns"] = self.sort_json(&order);
                        }
                        Err(_) => shown["isInvalidSyntax"] = json!(true),
                    }
                }
                links["wiql"] = json!({"href": format!("{base}/wiql/{}", query.id)});
            }
        }
        shown["_links"] = links;
        shown["url"] = json!(url);
        shown
    }

    pub(super) fn query_by_wiql(&self, call: &Call) -> Handled {
        let body = call.json_body()?;
        let text = body
            .get("query")
            .and_then(Value::as_str)
            .ok_or_else(|| Refusal::bad_argument("The query parameter is required."))?;
        self.run_query(call, text)
    }

    pub(super) fn query_by_id(&self, call: &Call, id: &str) -> Handled {
        let query = self.saved_query(call, id)?;
        let Some(text) = &query.wiql else {
            let message = format!("TF401245: {} is a folder, not a query.", query.path);
            return Err(Refusal::tracking(400, "QueryException", message));
        };
        self.run_query(call, text)
    }

    fn run_query(&self, call: &Call, text: &str) -> Handled {
        let top = call.number("$top")?;
        let context = wiql::Context {
            now_us: call.now_us,
            as_of_us: self.horizon_us,
            project: call.project,
            person: &call.caller.person,
            has_time_precision: call.flag("timeprecision"),
        };
        let found = wiql::run(self, &context, text, top)?;
        let mut shown = json!({
            "queryType": "flat",
            "queryResultType": "workItem",
            "asOf": clock::iso(self.horizon_us.unwrap_or(call.now_us), self.doubts().long_fractions),
            "columns": found.columns.iter().map(|name| self.field_reference(name)).collect::<Vec<_>>(),
        });
        if !found.order.is_empty() {
            shown["sortColumns"] = self.sort_json(&found.order);
        }
        let reference =
            |id: &i64| json!({"id": id, "url": format!("{}/_apis/wit/workItems/{id}", self.collection_url())});
        shown["workItems"] = found.ids.iter().map(reference).collect();
        Ok(Answer::Json(shown))
    }

    fn sort_json(&self, order: &[(String, bool)]) -> Value {
        order
            .iter()
            .map(|(name, descending)| json!({"field": self.field_reference(name), "descending": descending}))
            .collect()
    }

    /// A field by its two names, as other answers point at it.
    pub(super) fn field_reference(&self, name: &str) -> Value {
        let friendly = fields::find(name).map_or(name, |field| field.name);
        json!({"referenceName": name, "name": friendly, "url": format!("{}/_apis/wit/fields/{name}", self.collection_url())})
    }
}

fn view(call: &Call) -> Result<View, Refusal> {
    let depth = call.number("$depth")?.unwrap_or(0);
    if depth > DEPTH_MAX {
        let message = format!("The value specified for $depth must be between 0 and {DEPTH_MAX}.");
        return Err(Refusal::general(400, "VssPropertyValidationException", message));
    }
    let expand = call.param("$expand").unwrap_or("none").to_lowercase();
    let (with_text, is_minimal) = match expand.as_str() {
        "none" | "0" => (false, false),
        "wiql" | "1" | "clauses" | "2" | "all" | "3" => (true, false),
        "minimal" | "4" => (false, true),
        other => {
            return Err(Refusal::bad_argument(format!(
                "The value '{other}' of parameter $expand is not known."
            )));
        }
    };
    Ok(View {
        depth,
        with_text,
        is_minimal,
    })
}
