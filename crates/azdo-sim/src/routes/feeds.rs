//! The two reporting feeds: revisions and links. Source: Reporting Work Item Revisions and Links in the specification.
//!
//! A token is opaque to clients; here it is the position in the log, dressed so that nobody is tempted to count on it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Answer, Call, Handled};
use crate::Sim;
use crate::clock;
use crate::fields;
use crate::organization::{LinkEntry, RevisionEntry};
use crate::refusal::Refusal;
use crate::render::View;

/// Entries in one batch unless `$maxPageSize` says less.
const BATCH_MAX: usize = 1000;
/// What a token is dressed in.
const MASK: u64 = 0x5A17_D00D;

/// A request to the revisions feed, by query or by body.
struct Wanted {
    view: View,
    types: Vec<String>,
    includes_deleted: bool,
    latest_only: bool,
    page: usize,
}

impl Sim {
    pub(super) fn reporting_revisions(&self, call: &Call) -> Handled {
        let wanted = revisions_wanted(call)?;
        let from = self.start(call, self.organization.revision_log.iter().map(|entry| entry.at_us))?;
        let log = &self.organization.revision_log;
        let end = self.end(log.iter().map(|entry| entry.at_us));
        let stop = end.min(from + wanted.page);
        let window = log.get(from..stop).unwrap_or_default();
        let latest: BTreeMap<i64, usize> = match wanted.latest_only {
            true => log[..end]
                .iter()
                .enumerate()
                .skip(from)
                .map(|(at, entry)| (entry.id, at))
                .collect(),
            false => BTreeMap::new(),
        };
        let mut shown: Vec<Value> = Vec::new();
        for (at, entry) in window.iter().enumerate() {
            if wanted.latest_only && latest.get(&entry.id) != Some(&(from + at)) {
                continue;
            }
            shown.extend(self.revision_entry(call, &wanted, entry));
        }
        Ok(Answer::Json(self.batch(
            call,
            "workItemRevisions",
            shown,
            stop,
            stop >= end,
        )))
    }

    fn revision_entry(&self, call: &Call, wanted: &Wanted, entry: &RevisionEntry) -> Option<Value> {
        let item = self
            .organization
            .items
            .get(&entry.id)
            .filter(|item| !item.is_destroyed)?;
        let is_other_project = call.project.is_some_and(|project| item.project != project);
        if is_other_project || !self.may_read(&call.caller.person, item) {
            return None;
        }
        let is_in_bin = item.deletion.is_some();
        let keeps_history = self.doubts().feed_keeps_deleted_history;
        if is_in_bin && (!wanted.includes_deleted || (!keeps_history && !entry.is_deleted)) {
            return None;
        }
        if entry.is_deleted && !wanted.includes_deleted {
            return None;
        }
        let type_name = item.revisions[entry.rev as usize - 1]
            .fields
            .get("System.WorkItemType")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !wanted.types.is_empty() && !wanted.types.iter().any(|t| t.eq_ignore_ascii_case(type_name)) {
            return None;
        }
        let mut shown = self.revision_json(item, entry.rev, &wanted.view);
        if let Some(object) = shown.as_object_mut() {
            object.remove("url");
        }
        if entry.is_deleted {
            shown["fields"]["System.IsDeleted"] = json!(true);
        } else if let Some(fields) = shown["fields"].as_object_mut() {
            fields.remove("System.IsDeleted");
        }
        Some(shown)
    }

    pub(super) fn reporting_links(&self, call: &Call) -> Handled {
        let log = &self.organization.link_log;
        let from = self.start(call, log.iter().map(|entry| entry.at_us))?;
        let end = self.end(log.iter().map(|entry| entry.at_us));
        let stop = end.min(from + BATCH_MAX);
        let names = |name: &str| -> Vec<String> {
            call.param(name)
                .map(|text| text.split(',').map(|part| part.trim().to_lowercase()).collect())
                .unwrap_or_default()
        };
        let (link_types, types) = (names("linktypes"), names("types"));
        let window = log.get(from..stop).unwrap_or_default();
        let shown: Vec<Value> = window
            .iter()
            .filter_map(|entry| self.link_entry(call, entry, &link_types, &types))
            .collect();
        Ok(Answer::Json(self.batch(
            call,
            "workItemLinks",
            shown,
            stop,
            stop >= end,
        )))
    }

    fn link_entry(&self, call: &Call, entry: &LinkEntry, link_types: &[String], types: &[String]) -> Option<Value> {
        if !link_types.is_empty()
            && !link_types.iter().any(|name| {
                entry.link_type.to_lowercase() == name.trim_end_matches("-forward").trim_end_matches("-reverse")
            })
        {
            return None;
        }
        let ends = [entry.source, entry.target].map(|id| self.organization.items.get(&id));
        let [Some(source), Some(target)] = ends else {
            return None;
        };
        let in_project = call
            .project
            .is_none_or(|project| source.project == project || target.project == project);
        let of_type = types.is_empty() || types.contains(&source.text("System.WorkItemType").to_lowercase());
        let may_see = self.may_read(&call.caller.person, source) || self.may_read(&call.caller.person, target);
        if !in_project || !of_type || !may_see {
            return None;
        }
        Some(json!({
            "rel": entry.link_type,
            "sourceId": entry.source,
            "targetId": entry.target,
            "changedDate": clock::iso(entry.at_us, self.doubts().long_fractions),
            "changedBy": self.identity_of(&entry.by, false),
            "isActive": entry.is_active,
            "changedOperation": if entry.is_active { "create" } else { "remove" },
            "comment": entry.comment,
            "sourceProjectId": self.organization.projects[source.project].id,
            "targetProjectId": self.organization.projects[target.project].id,
        }))
    }

    fn batch(&self, call: &Call, resource: &str, values: Vec<Value>, next: usize, is_last: bool) -> Value {
        let token = dress(next);
        let base = call
            .project
            .map_or_else(|| self.collection_url(), |project| self.project_url(project));
        let link = format!("{base}/_apis/wit/reporting/{resource}?continuationToken={token}&api-version=7.1");
        json!({"values": values, "nextLink": link, "continuationToken": token, "isLastBatch": is_last})
    }

    /// The position that the token or the start date names.
    fn start(&self, call: &Call, mut times: impl Iterator<Item = i64>) -> Result<usize, Refusal> {
        if let Some(token) = call.param("continuationtoken").or(call.param("watermark")) {
            return undress(token).ok_or_else(|| {
                Refusal::bad_argument(format!("VS402338: The continuation token {token} is not valid."))
            });
        }
        let Some(text) = call.param("startdatetime") else {
            return Ok(0);
        };
        let moment = clock::parse(text).ok_or_else(|| {
            Refusal::bad_argument(format!("The value '{text}' of parameter startDateTime is no date."))
        })?;
        let mut position = 0;
        while times.next().is_some_and(|at_us| at_us < moment.us) {
            position += 1;
        }
        Ok(position)
    }

    /// How many entries are there to see: all, or those up to the horizon of a read that lags.
    fn end(&self, times: impl ExactSizeIterator<Item = i64>) -> usize {
        match self.horizon_us {
            Some(horizon_us) => times.take_while(|at_us| *at_us <= horizon_us).count(),
            None => times.len(),
        }
    }
}

fn revisions_wanted(call: &Call) -> Result<Wanted, Refusal> {
    let body = match call.request.method.as_str() {
        "POST" if !call.request.body.is_empty() => call.json_body()?,
        _ => Value::Null,
    };
    let names = |name: &str| -> Vec<String> {
        match body.get(name) {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => call
                .param(&name.to_lowercase())
                .map(|text| text.split(',').map(|part| part.trim().to_owned()).collect())
                .unwrap_or_default(),
        }
    };
    let flag = |name: &str| {
        body.get(name)
            .and_then(Value::as_bool)
            .unwrap_or_else(|| call.flag(&name.to_lowercase()))
    };
    let mut wanted = Vec::new();
    for name in names("fields") {
        let unknown = || {
            Refusal::tracking(
                400,
                "WorkItemTrackingFieldDefinitionNotFoundException",
                format!("TF51535: Cannot find field {name}."),
            )
        };
        wanted.push(fields::find(&name).ok_or_else(unknown)?.reference_name.to_owned());
    }
    let has_long_text = call
        .param("$expand")
        .is_some_and(|expand| expand.eq_ignore_ascii_case("fields") || expand == "1");
    let has_names = !wanted.is_empty();
    Ok(Wanted {
        view: View {
            fields: has_names.then_some(wanted),
            all_fields: true,
            identity_text: !flag("includeIdentityRef"),
            no_long_text: !has_long_text && !has_names,
            ..View::default()
        },
        types: names("types"),
        includes_deleted: flag("includeDeleted"),
        latest_only: flag("includeLatestOnly"),
        page: call
            .number("$maxpagesize")?
            .map_or(BATCH_MAX, |size| size.clamp(1, BATCH_MAX)),
    })
}

fn dress(position: usize) -> String {
    format!("{:x};{}", (position as u64) ^ MASK, position % 7)
}

fn undress(token: &str) -> Option<usize> {
    let (dressed, check) = token.split_once(';')?;
    let position = (u64::from_str_radix(dressed, 16).ok()? ^ MASK) as usize;
    (check.parse() == Ok(position % 7)).then_some(position)
}
