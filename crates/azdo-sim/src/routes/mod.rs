//! From a request to an answer: organization, caller, route, version, scope, project, then the handler.

mod backlogs;
mod classification;
mod core;
mod feeds;
mod history;
mod metadata;
mod queries;
mod recycle;
mod service_hooks;
mod table;
mod team_settings;
mod work_items;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::Sim;
use crate::authenticate::{Caller, json_answer};
use crate::clock;
use crate::faults::throttled;
use crate::http::{HttpRequest, HttpResponse, decode};
use crate::locations::LOCATIONS;
use crate::refusal::Refusal;
use crate::versions;
use crate::write::Author;
use table::{Endpoint, Route};

/// One request, read.
pub(crate) struct Call<'a> {
    pub now_us: i64,
    pub request: &'a HttpRequest,
    /// Names in lower case.
    pub query: BTreeMap<String, String>,
    pub project: Option<usize>,
    /// Name or id.
    pub team: Option<String>,
    pub caller: Caller,
}

/// What a handler gives: an answer to send as JSON, or one already made.
pub(crate) enum Answer {
    Json(Value),
    /// 204.
    Nothing,
}

pub(crate) type Handled = Result<Answer, Refusal>;

impl Call<'_> {
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    pub fn flag(&self, name: &str) -> bool {
        self.param(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    pub fn number(&self, name: &str) -> Result<Option<usize>, Refusal> {
        let Some(text) = self.param(name) else { return Ok(None) };
        text.parse()
            .map(Some)
            .map_err(|_| Refusal::bad_argument(format!("The value '{text}' of parameter {name} is no number.")))
    }

    pub fn json_body(&self) -> Result<Value, Refusal> {
        serde_json::from_slice(&self.request.body)
            .map_err(|_| Refusal::bad_argument("Value cannot be null. Parameter name: the body is no JSON."))
    }

    pub fn author(&self) -> Author {
        Author {
            person: self.caller.person.clone(),
            token_name: Some(self.caller.token.name.clone()),
            request_id: self.request.header("x-request-id").map(str::to_owned),
            bypass_rules: self.flag("bypassrules"),
            suppress_notifications: self.flag("suppressnotifications"),
        }
    }

    pub fn required_project(&self) -> Result<usize, Refusal> {
        self.project
            .ok_or_else(|| Refusal::bad_argument("A project name is required in order to perform this operation."))
    }
}

/// `{"count": n, "value": […]}`
pub(crate) fn list(values: Vec<Value>) -> Answer {
    Answer::Json(json!({"count": values.len(), "value": values}))
}

impl Sim {
    /// One request in, one answer out: real REST paths, `/{organization}/[{project}/[{team}/]]_apis/…`.
    pub fn handle(&mut self, now_us: i64, request: &HttpRequest) -> HttpResponse {
        let query = request.query();
        let segments: Vec<String> = request
            .path()
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(decode)
            .collect();
        let apis = segments
            .iter()
            .position(|segment| segment.eq_ignore_ascii_case("_apis"));
        let is_ours = segments
            .first()
            .is_some_and(|name| name.eq_ignore_ascii_case(&self.organization.name));
        let mut answer = match apis {
            Some(at) if is_ours && at >= 1 => {
                self.answer(now_us, request, query, &segments[1..at], &segments[at + 1..])
            }
            _ => not_found_page(),
        };
        self.finish(now_us, request, &mut answer);
        answer
    }

    /// As [`Sim::handle`], but feeds and queries know nothing newer than `as_of_us`.
    pub(crate) fn handle_as_of(&mut self, now_us: i64, as_of_us: i64, request: &HttpRequest) -> HttpResponse {
        self.horizon_us = Some(as_of_us);
        let answer = self.handle(now_us, request);
        self.horizon_us = None;
        answer
    }

    fn answer(
        &mut self,
        now_us: i64,
        request: &HttpRequest,
        query: BTreeMap<String, String>,
        prefix: &[String],
        tail: &[String],
    ) -> HttpResponse {
        let route = table::find(&request.method, prefix.len(), tail);
        let caller = match self.authenticate(now_us, request) {
            Ok(caller) => caller,
            Err(_)
                if matches!(&route, Ok(route) if route.endpoint == Endpoint::ConnectionData)
                    && self.doubts().anonymous_connection_data =>
            {
                return json_answer(200, &self.connection_data(None));
            }
            Err(why) => return self.refuse_caller(request, why),
        };
        if request.method == "OPTIONS" {
            return locations_answer(tail.first().map(String::as_str));
        }
        if let Some(blocked) = self.spend(now_us, &caller) {
            return blocked;
        }
        let route = match route {
            Ok(route) => route,
            Err(refusal) => return refused(&refusal),
        };
        if let Err(refusal) = versions::check(request, query.get("api-version"), route.location.location()) {
            return refused(&refusal);
        }
        if let Err(answer) = self.require_scope(&caller, route.scopes) {
            return answer;
        }
        let project = match prefix.first().map(|name| (name, self.organization.project(name))) {
            Some((name, None)) => return refused(&Refusal::no_project(name)),
            Some((_, project)) => project,
            None => None,
        };
        let call = Call {
            now_us,
            request,
            query,
            project,
            team: prefix.get(1).cloned(),
            caller,
        };
        match self.dispatch(&call, &route) {
            Ok(Answer::Json(body)) => json_answer(200, &body),
            Ok(Answer::Nothing) => HttpResponse {
                status: 204,
                headers: Vec::new(),
                body: Vec::new(),
            },
            Err(refusal) => refused(&refusal),
        }
    }

    fn dispatch(&mut self, call: &Call, route: &Route) -> Handled {
        let method = call.request.method.as_str();
        match &route.endpoint {
            Endpoint::ConnectionData => Ok(Answer::Json(self.connection_data(Some(&call.caller.person)))),
            // As servers on premises answer: clients then use the connection's own URL for everything.
            Endpoint::ResourceAreas => Ok(list(Vec::new())),
            Endpoint::Projects => self.list_projects(call),
            Endpoint::Project(id) => self.get_project(id),
            Endpoint::AllTeams => self.list_all_teams(call),
            Endpoint::Teams(project) => self.list_teams(call, project),
            Endpoint::Team(project, team) => self.get_team(project, team),
            Endpoint::TeamMembers(project, team) => self.list_team_members(call, project, team),
            Endpoint::TeamSettings => self.get_team_settings(call),
            Endpoint::TeamIterations => self.list_team_iterations(call),
            Endpoint::TeamIteration(id) => self.get_team_iteration(call, id),
            Endpoint::TeamFieldValues => self.get_team_field_values(call),
            Endpoint::Capacities(iteration) => self.get_capacities(call, iteration),
            Endpoint::TeamDaysOff(iteration) => self.get_team_days_off(call, iteration),
            Endpoint::Backlogs => self.list_backlogs(call),
            Endpoint::Backlog(id) => self.get_backlog(call, id),
            Endpoint::BacklogConfiguration => self.get_backlog_configuration(call),
            Endpoint::ProcessConfiguration => self.get_process_configuration(call),
            Endpoint::Types => self.list_types(call),
            Endpoint::Type(name) => self.get_type(call, name),
            Endpoint::States(name) => self.list_states(call, name),
            Endpoint::TypeFields(name) => self.list_type_fields(call, name),
            Endpoint::TypeField(name, field) => self.get_type_field(call, name, field),
            Endpoint::Categories => self.list_categories(call),
            Endpoint::Category(name) => self.get_category(call, name),
            Endpoint::Fields => self.list_fields(call),
            Endpoint::Field(name) => self.get_field(call, name),
            Endpoint::RelationTypes => self.list_relation_types(),
            Endpoint::RelationType(name) => self.get_relation_type(name),
            Endpoint::Tags => self.list_tags(call),
            Endpoint::NodeRoots => self.list_node_roots(call),
            Endpoint::Node(tree, path) => match method {
                "GET" => self.get_node(call, *tree, path),
                "POST" => self.create_node(call, *tree, path),
                "PATCH" => self.update_node(call, *tree, path),
                _ => self.delete_node(call, *tree, path),
            },
            Endpoint::Wiql => self.query_by_wiql(call),
            Endpoint::WiqlById(id) => self.query_by_id(call, id),
            Endpoint::Queries => self.list_queries(call),
            Endpoint::Query(id) => self.get_query(call, id),
            Endpoint::WorkItems => self.list_work_items(call),
            Endpoint::WorkItemsBatch => self.batch_work_items(call),
            Endpoint::NewWorkItem(name) => self.post_work_item(call, name),
            Endpoint::WorkItem(id) => match method {
                "GET" => self.get_work_item(call, *id),
                "PATCH" => self.patch_work_item(call, *id),
                _ => self.delete_work_item_route(call, *id),
            },
            Endpoint::WorkItemsDelete => self.delete_work_items(call),
            Endpoint::Updates(id) => self.list_updates(call, *id),
            Endpoint::Update(id, number) => self.get_update(call, *id, *number),
            Endpoint::Revisions(id) => self.list_revisions(call, *id),
            Endpoint::Revision(id, rev) => self.get_revision(call, *id, *rev),
            Endpoint::Comments(id) if method == "POST" => self.post_comment(call, *id),
            Endpoint::Comments(id) => self.list_comments(call, *id),
            Endpoint::Comment(id, comment) => self.get_comment(call, *id, *comment),
            Endpoint::RecycleBin => self.list_recycle_bin(call),
            Endpoint::Deleted(id) => match method {
                "GET" => self.get_deleted(call, *id),
                "PATCH" => self.restore_deleted(call, *id),
                _ => self.destroy_deleted(call, *id),
            },
            Endpoint::ReportingRevisions => self.reporting_revisions(call),
            Endpoint::ReportingLinks => self.reporting_links(call),
            Endpoint::Publishers => Ok(list(vec![self.publisher()])),
            Endpoint::Publisher(id) => self.get_publisher(id),
            Endpoint::EventTypes(id) => self.list_event_types(id),
            Endpoint::EventType(id, event_type) => self.get_event_type(id, event_type),
            Endpoint::Consumers => Ok(list(vec![self.consumer()])),
            Endpoint::Consumer(id) => self.get_consumer(id),
            Endpoint::Subscriptions if method == "POST" => self.post_subscription(call),
            Endpoint::Subscriptions => self.list_subscriptions(call),
            Endpoint::Subscription(id) => match method {
                "GET" => self.get_subscription(id),
                "PUT" => self.put_subscription(call, id),
                _ => self.delete_subscription(call, id),
            },
            Endpoint::SubscriptionsQuery => self.query_subscriptions(call),
            Endpoint::Notifications(id) => self.list_notifications(call, id),
            Endpoint::Notification(id, number) => self.get_notification(id, *number),
        }
    }

    /// Counts the request against the caller's budget, if there is one.
    fn spend(&mut self, now_us: i64, caller: &Caller) -> Option<HttpResponse> {
        let limit = self.rate_limit?;
        let window = self.spent.entry(caller.person.unique_name.clone()).or_default();
        window.retain(|at_us| *at_us > now_us - 300 * crate::SECOND_US);
        if window.len() >= limit as usize {
            return Some(throttled(30));
        }
        window.push(now_us);
        None
    }

    /// The headers every answer has.
    fn finish(&mut self, now_us: i64, request: &HttpRequest, answer: &mut HttpResponse) {
        let activity = self.dice.guid();
        let mut add = |name: &str, value: String| answer.headers.push((name.to_owned(), value));
        add("Date", clock::http_date(now_us));
        add("ActivityId", activity.clone());
        add(
            "X-VSS-E2EID",
            request
                .header("x-tfs-session")
                .map_or_else(|| activity.clone(), str::to_owned),
        );
        add(
            "X-TFS-Session",
            request.header("x-tfs-session").map_or(activity, str::to_owned),
        );
        add("X-TFS-ProcessId", self.organization.account_id.clone());
        let Ok(caller) = self.authenticate(now_us, request) else {
            return;
        };
        add(
            "X-VSS-UserData",
            format!("{}:{}", caller.person.id, caller.person.unique_name),
        );
        if let Some(limit) = self.rate_limit {
            // Sent before delays start, not from the first request on.
            let spent = self.spent.get(&caller.person.unique_name).map_or(0, Vec::len) as u64;
            if spent * 2 >= limit && answer.status != 429 {
                add("X-RateLimit-Resource", "Concurrency/User".to_owned());
                add("X-RateLimit-Limit", limit.to_string());
                add("X-RateLimit-Remaining", limit.saturating_sub(spent).to_string());
                add("X-RateLimit-Reset", (now_us / crate::SECOND_US + 300).to_string());
            }
        }
    }
}

pub(crate) fn refused(refusal: &Refusal) -> HttpResponse {
    let mut answer = json_answer(refusal.status, &refusal.envelope());
    let text = percent_encoding::utf8_percent_encode(&refusal.message, percent_encoding::NON_ALPHANUMERIC).to_string();
    answer.headers.push(("X-TFS-ServiceError".to_owned(), text));
    answer
}

/// What somebody sees who asks for an organization that does not exist.
fn not_found_page() -> HttpResponse {
    let body = "<!DOCTYPE html><html><head><title>Azure DevOps Services | 404 - Not Found</title></head><body><h1>404 - Page not found</h1></body></html>";
    HttpResponse {
        status: 404,
        headers: vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}

fn locations_answer(area: Option<&str>) -> HttpResponse {
    let entries: Vec<Value> = LOCATIONS
        .iter()
        .filter(|location| area.is_none_or(|area| location.area.eq_ignore_ascii_case(area)))
        .map(|location| {
            json!({
                "id": location.id,
                "area": location.area,
                "resourceName": location.resource_name,
                "routeTemplate": location.route_template,
                "resourceVersion": location.resource_version,
                "minVersion": location.min_version,
                "maxVersion": location.max_version,
                "releasedVersion": location.released_version,
            })
        })
        .collect();
    json_answer(200, &json!({"count": entries.len(), "value": entries}))
}
