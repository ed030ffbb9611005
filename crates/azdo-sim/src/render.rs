//! What a client sees of what is stored: work items, revisions, updates, identities, URLs.
//!
//! Shapes follow the examples of the specification at 7.1; identities are objects, in the reporting feed text unless
//! asked for as objects.

use serde_json::{Map, Value, json};

use crate::Sim;
use crate::access::Person;
use crate::clock;
use crate::fields::{self, Access, Field, Kind};
use crate::link_types;
use crate::nodes::Tree;
use crate::work_item::{Comment, Fields, Relation, Target, Update, WorkItem};

/// How much of a work item is shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    /// Only these fields, by reference name.
    pub fields: Option<Vec<String>>,
    /// The hidden fields too.
    pub all_fields: bool,
    pub relations: bool,
    pub links: bool,
    /// Identities as text.
    pub identity_text: bool,
    /// Leave out long text.
    pub no_long_text: bool,
}

impl Sim {
    /// `{base}/{organization}`
    pub(crate) fn collection_url(&self) -> String {
        format!("{}/{}", self.config.base_url, self.organization.name)
    }

    pub(crate) fn project_url(&self, project: usize) -> String {
        format!("{}/{}", self.collection_url(), self.organization.projects[project].id)
    }

    pub(crate) fn work_item_url(&self, id: i64) -> String {
        match self.organization.items.get(&id) {
            Some(item) if self.doubts().urls_name_project => {
                format!("{}/_apis/wit/workItems/{id}", self.project_url(item.project))
            }
            _ => format!("{}/_apis/wit/workItems/{id}", self.collection_url()),
        }
    }

    pub(crate) fn identity(&self, person: &Person) -> Value {
        let descriptor = format!("aad.{}", person.id.replace('-', ""));
        json!({
            "displayName": person.display_name,
            "url": format!("{}/_apis/Identities/{}", self.collection_url(), person.id),
            "_links": {"avatar": {"href": format!("{}/_apis/GraphProfile/MemberAvatars/{descriptor}", self.collection_url())}},
            "id": person.id,
            "uniqueName": person.unique_name,
            "imageUrl": format!("{}/_apis/GraphProfile/MemberAvatars/{descriptor}", self.collection_url()),
            "descriptor": descriptor,
        })
    }

    pub(crate) fn identity_of(&self, unique_name: &str, as_text: bool) -> Value {
        match self.organization.person(unique_name) {
            Some(person) if as_text => json!(person.combined()),
            Some(person) => self.identity(person),
            None => json!(unique_name),
        }
    }

    /// A work item at its current revision.
    pub(crate) fn work_item_json(&self, item: &WorkItem, view: &View) -> Value {
        self.revision_json(item, item.rev(), view)
    }

    /// A work item at a revision; the current one shows the relations as they stand.
    pub(crate) fn revision_json(&self, item: &WorkItem, rev: i64, view: &View) -> Value {
        let revision = &item.revisions[rev as usize - 1];
        let is_current = rev == item.rev();
        let relations = if is_current {
            &item.relations
        } else {
            &revision.relations
        };
        let mut shown =
            json!({"id": item.id, "rev": rev, "fields": self.fields_json(item, rev, &revision.fields, view)});
        if view.relations && !relations.is_empty() {
            shown["relations"] = relations.iter().map(|relation| self.relation_json(relation)).collect();
        }
        if let Some(comment) = item
            .comments
            .iter()
            .rfind(|comment| comment.rev == rev && view.fields.is_none())
        {
            let url = format!("{}/comments/{}/versions/1", self.work_item_url(item.id), comment.id);
            shown["commentVersionRef"] = json!({"commentId": comment.id, "version": 1, "url": url});
        }
        if view.links {
            shown["_links"] = self.links_json(item);
        }
        let url = self.work_item_url(item.id);
        shown["url"] = json!(if is_current {
            url
        } else {
            format!("{url}/revisions/{rev}")
        });
        shown
    }

    pub(crate) fn relation_json(&self, relation: &Relation) -> Value {
        let mut attributes = Map::new();
        let relation_type = link_types::find(&relation.rel);
        if let Some(link) = relation_type.filter(|t| t.is_work_item_link()) {
            attributes.insert("isLocked".to_owned(), json!(false));
            attributes.insert("name".to_owned(), json!(link.name));
        }
        attributes.extend(relation.attributes.clone());
        let (rel, url) = self.relation_pair(relation);
        json!({"rel": rel, "url": url, "attributes": attributes})
    }

    /// (rel, target URL)
    pub(crate) fn relation_pair(&self, relation: &Relation) -> (String, String) {
        let url = match &relation.target {
            Target::WorkItem(id) => self.work_item_url(*id),
            Target::Url(url) => url.clone(),
        };
        (relation.rel.clone(), url)
    }

    fn links_json(&self, item: &WorkItem) -> Value {
        let url = self.work_item_url(item.id);
        let project = self.project_url(item.project);
        let type_name = item.text("System.WorkItemType").replace(' ', "%20");
        json!({
            "self": {"href": url},
            "workItemUpdates": {"href": format!("{url}/updates")},
            "workItemRevisions": {"href": format!("{url}/revisions")},
            "workItemComments": {"href": format!("{url}/comments")},
            "html": {"href": format!("{project}/_workitems/edit/{}", item.id)},
            "workItemType": {"href": format!("{project}/_apis/wit/workItemTypes/{type_name}")},
            "fields": {"href": format!("{project}/_apis/wit/fields")},
        })
    }

    fn fields_json(&self, item: &WorkItem, rev: i64, stored: &Fields, view: &View) -> Value {
        let mut shown = Map::new();
        if let Some(names) = &view.fields {
            for name in names {
                let value = self.field_json(item, rev, stored, name, view.identity_text);
                let is_left_out = view.no_long_text && fields::find(name).is_some_and(Field::is_long);
                if let (Some(value), false) = (value, is_left_out) {
                    shown.insert(name.clone(), value);
                }
            }
            return Value::Object(shown);
        }
        for field in fields::FIELDS {
            let name = field.reference_name;
            if (!view.all_fields && field.access == Access::Hidden) || (view.no_long_text && field.is_long()) {
                continue;
            }
            if let Some(value) = self.field_json(item, rev, stored, name, view.identity_text) {
                shown.insert(name.to_owned(), value);
            }
        }
        if view.all_fields {
            self.levels(stored, &mut shown);
        }
        Value::Object(shown)
    }

    /// One field of the current revision, as a client sees it.
    pub(crate) fn shown_field(&self, item: &WorkItem, stored: &Fields, name: &str) -> Option<Value> {
        self.field_json(item, item.rev(), stored, fields::find(name)?.reference_name, false)
    }

    fn field_json(&self, item: &WorkItem, rev: i64, stored: &Fields, name: &str, identity_text: bool) -> Option<Value> {
        let node = |name: &str| stored.get(name).and_then(Value::as_i64);
        match name {
            "System.Id" => Some(json!(item.id)),
            "System.Rev" => Some(json!(rev)),
            "System.AreaPath" => Some(json!(self.organization.node_path(node("System.AreaId")?))),
            "System.IterationPath" => Some(json!(self.organization.node_path(node("System.IterationId")?))),
            "System.NodeName" => self
                .organization
                .nodes
                .get(node("System.AreaId")?)
                .map(|node| json!(node.name)),
            "System.TeamProject" => Some(json!(self.organization.projects[item.project].name)),
            "System.AuthorizedDate" => stored.get("System.ChangedDate").cloned(),
            "System.RevisedDate" => Some(json!(self.revised_date(item, rev))),
            "System.Parent" if rev == item.rev() => item.linked(link_types::PARENT).map(|id| json!(id)),
            "System.Parent" => None,
            _ => {
                let value = stored.get(name)?;
                let is_identity = fields::find(name).is_some_and(|field| field.kind == Kind::Identity);
                Some(if is_identity {
                    self.identity_of(value.as_str().unwrap_or_default(), identity_text)
                } else {
                    value.clone()
                })
            }
        }
    }

    fn levels(&self, stored: &Fields, shown: &mut Map<String, Value>) {
        for (name, id) in [("Area", "System.AreaId"), ("Iteration", "System.IterationId")] {
            let Some(id) = stored.get(id).and_then(Value::as_i64) else {
                continue;
            };
            for (at, level) in self.organization.nodes.levels(id).into_iter().enumerate() {
                shown.insert(format!("System.{name}Level{}", at + 1), json!(level));
            }
        }
    }

    fn revised_date(&self, item: &WorkItem, rev: i64) -> String {
        let next = item.revisions.get(rev as usize);
        next.map_or_else(
            || clock::FAR_FUTURE.to_owned(),
            |revision| clock::iso(revision.at_us, self.doubts().long_fractions),
        )
    }

    /// One update; ids count from 1.
    pub(crate) fn update_json(&self, item: &WorkItem, update_id: i64) -> Value {
        let update = &item.updates[update_id as usize - 1];
        let revised = item.updates.get(update_id as usize).map_or(i64::MAX, |next| next.at_us);
        let revised = if revised == i64::MAX {
            clock::FAR_FUTURE.to_owned()
        } else {
            clock::iso(revised, self.doubts().long_fractions)
        };
        let mut shown = json!({
            "id": update_id,
            "workItemId": item.id,
            "rev": update.rev,
            "revisedBy": self.identity_of(&update.by, false),
            "revisedDate": revised,
        });
        if update.is_revision {
            shown["fields"] = self.update_fields_json(item, update);
        }
        let mut relations = Map::new();
        for (word, list) in [
            ("added", &update.added),
            ("removed", &update.removed),
            ("updated", &update.updated),
        ] {
            if !list.is_empty() {
                relations.insert(
                    word.to_owned(),
                    list.iter().map(|relation| self.relation_json(relation)).collect(),
                );
            }
        }
        if !relations.is_empty() {
            shown["relations"] = Value::Object(relations);
        }
        shown["url"] = json!(format!("{}/updates/{update_id}", self.work_item_url(item.id)));
        shown
    }

    fn update_fields_json(&self, item: &WorkItem, update: &Update) -> Value {
        let mut shown = Map::new();
        let mut show = |name: &str, old: Option<Value>, new: Option<Value>| {
            let mut change = Map::new();
            change.extend(old.map(|old| ("oldValue".to_owned(), old)));
            change.extend(new.map(|new| ("newValue".to_owned(), new)));
            shown.insert(name.to_owned(), Value::Object(change));
        };
        if update.rev == 1 {
            show("System.Id", None, Some(json!(item.id)));
            show(
                "System.TeamProject",
                None,
                Some(json!(self.organization.projects[item.project].name)),
            );
        }
        for (name, (old, new)) in &item.changed_by(update) {
            let path = |value: &Option<Value>| {
                value
                    .as_ref()
                    .and_then(Value::as_i64)
                    .map(|id| json!(self.organization.node_path(id)))
            };
            match name.as_str() {
                "System.AreaId" => show("System.AreaPath", path(old), path(new)),
                "System.IterationId" => show("System.IterationPath", path(old), path(new)),
                _ => {}
            }
            let is_identity = fields::find(name).is_some_and(|field| field.kind == Kind::Identity);
            let shape = |value: &Option<Value>| match value {
                Some(Value::String(who)) if is_identity => Some(self.identity_of(who, false)),
                value => value.clone(),
            };
            show(name, shape(old), shape(new));
            if name == "System.ChangedDate" {
                show("System.AuthorizedDate", old.clone(), new.clone());
                show(
                    "System.RevisedDate",
                    old.as_ref().and(new.clone()),
                    Some(json!(clock::FAR_FUTURE)),
                );
            }
        }
        Value::Object(shown)
    }

    pub(crate) fn comment_json(&self, item: &WorkItem, comment: &Comment) -> Value {
        let at = clock::iso(comment.at_us, self.doubts().long_fractions);
        let by = self.identity_of(&comment.by, false);
        json!({
            "workItemId": item.id,
            "id": comment.id,
            "version": 1,
            "text": comment.text,
            "createdBy": by,
            "createdDate": at,
            "modifiedBy": by,
            "modifiedDate": at,
            "format": "html",
            "renderedText": comment.text,
            "url": format!("{}/comments/{}", self.work_item_url(item.id), comment.id),
        })
    }

    /// A node with its children down to `depth` levels.
    pub(crate) fn node_json(&self, id: i64, depth: i64) -> Value {
        let Some(node) = self.organization.nodes.get(id) else {
            return Value::Null;
        };
        let children = self.organization.nodes.children(id);
        let levels = self.organization.nodes.levels(id);
        let hidden = if node.tree == Tree::Area { "Area" } else { "Iteration" };
        let mut path = format!("\\{}\\{hidden}", levels[0]);
        let mut url = format!(
            "{}/_apis/wit/classificationNodes/{}",
            self.project_url(node.project),
            node.tree.group()
        );
        for level in &levels[1..] {
            path.push_str(&format!("\\{level}"));
            url.push_str(&format!(
                "/{}",
                percent_encoding::utf8_percent_encode(level, percent_encoding::NON_ALPHANUMERIC)
            ));
        }
        let mut shown = json!({
            "id": node.id,
            "identifier": node.guid,
            "name": node.name,
            "structureType": node.tree.word(),
            "hasChildren": !children.is_empty(),
        });
        if let Some((start, finish)) = &node.dates {
            shown["attributes"] =
                json!({"startDate": format!("{start}T00:00:00Z"), "finishDate": format!("{finish}T00:00:00Z")});
        }
        shown["path"] = json!(path);
        if depth > 0 && !children.is_empty() {
            shown["children"] = children
                .iter()
                .map(|child| self.node_json(child.id, depth - 1))
                .collect();
        }
        shown["_links"] = json!({"self": {"href": url}});
        shown["url"] = json!(url);
        shown
    }
}
