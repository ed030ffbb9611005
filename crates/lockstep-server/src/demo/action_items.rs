//! The sample action items of the demo, made by people of Northquay.
//!
//! Most end in step; a few are left as a day leaves them: an edit that waits for a token, a conflict, a refusal, some in the
//! bin. Dates stand around today.

use std::collections::BTreeMap;

use anyhow::Context;
use azdo_sim::Permission;
use serde_json::{Value, json};
use uuid::Uuid;

use super::northquay::{Northquay, PEOPLE, day, mail, text};

/// An action item as somebody makes it.
struct Sample {
    title: &'static str,
    status: &'static str,
    owner: Option<&'static str>,
    /// Days from today.
    due_in: i32,
    team: Option<&'static str>,
    origin: &'static str,
    priority: i64,
    tags: &'static [&'static str],
    description: &'static str,
    /// Who makes and pushes it; pushed to the team's area.
    by: &'static str,
    is_pushed: bool,
}

const FIBRE: &str = "Order fibre for terminal 2 gate";
const GUIDE: &str = "Write broker onboarding guide";
const QUOTA: &str = "Raise events quota in staging";
const CARRIERS: &str = "Invite two carriers to the webhook trial";
const STANDUP: &str = "Move the stand-up to 09:15";
const MAPS: &str = "Print new gate maps";

#[rustfmt::skip]
const SAMPLES: [Sample; 11] = [
    Sample { title: FIBRE, status: "open", owner: Some("Ravi Shah"), due_in: -3, team: Some("Quay"), origin: "retrospective", priority: 1,
        tags: &["gate", "terminal 2"], description: "<p>The kiosk at <b>terminal 2</b> runs on a mobile link. Two pairs of fibre, one spare.</p><ul><li>Ask the harbour office for the duct plan</li><li>Offer by Friday</li></ul>",
        by: "Ravi Shah", is_pushed: true },
    Sample { title: "Agree hold reasons with customs office", status: "open", owner: Some("Jonas Weber"), due_in: 4, team: Some("Customs"), origin: "inspect_adapt", priority: 2,
        tags: &["customs"], description: "<p>The list has 41 reasons. Brokers know 12 of them.</p>", by: "Mara Lindqvist", is_pushed: true },
    Sample { title: "Book room for PI review", status: "open", owner: None, due_in: 11, team: None, origin: "other", priority: 3,
        tags: &[], description: "", by: "Tom Okafor", is_pushed: false },
    Sample { title: GUIDE, status: "in_progress", owner: Some("Ines Duarte"), due_in: 1, team: Some("Customs"), origin: "retrospective", priority: 2,
        tags: &["brokers", "guide"], description: "<p>One page that a broker can follow without calling us.</p>", by: "Mara Lindqvist", is_pushed: true },
    Sample { title: QUOTA, status: "blocked", owner: Some("Aisha Bello"), due_in: 0, team: Some("Beacon"), origin: "inspect_adapt", priority: 1,
        tags: &["staging"], description: "<p>Load tests stop at 2 000 events a minute.</p>", by: "Aisha Bello", is_pushed: true },
    Sample { title: CARRIERS, status: "in_progress", owner: Some("Mara Lindqvist"), due_in: 6, team: Some("Beacon"), origin: "assessment", priority: 2,
        tags: &["carriers"], description: "<p>One with a large fleet, one that ships reefers.</p>", by: "Mara Lindqvist", is_pushed: true },
    Sample { title: "Lower sprint 43 capacity for the holiday", status: "done", owner: Some("Tom Okafor"), due_in: -10, team: Some("Quay"), origin: "retrospective", priority: 2,
        tags: &[], description: "", by: "Tom Okafor", is_pushed: true },
    Sample { title: "Renew staging licences", status: "done", owner: Some("Elena Petrova"), due_in: -13, team: Some("Tideway"), origin: "other", priority: 3,
        tags: &["staging"], description: "", by: "Tom Okafor", is_pushed: true },
    Sample { title: "Second daily for night shift", status: "wont_do", owner: Some("Ravi Shah"), due_in: -6, team: Some("Customs"), origin: "retrospective", priority: 3,
        tags: &[], description: "<p>The handover note does it.</p>", by: "Ravi Shah", is_pushed: false },
    Sample { title: STANDUP, status: "open", owner: None, due_in: -2, team: Some("Quay"), origin: "retrospective", priority: 4,
        tags: &[], description: "", by: "Ines Duarte", is_pushed: false },
    Sample { title: MAPS, status: "open", owner: Some("Tom Okafor"), due_in: 8, team: Some("Quay"), origin: "other", priority: 3,
        tags: &["gate"], description: "", by: "Tom Okafor", is_pushed: true },
];

/// Makes them, and waits until they are in step.
pub(super) async fn fill(northquay: &Northquay<'_>) -> anyhow::Result<()> {
    let mut ids = BTreeMap::new();
    for sample in &SAMPLES {
        ids.insert(sample.title, northquay.make(sample).await?);
    }
    northquay.say(&ids).await?;
    for sample in SAMPLES.iter().filter(|sample| sample.is_pushed) {
        northquay.push(sample, &ids[sample.title]).await?;
    }
    northquay.settle().await?;
    northquay.leave_as_a_day_leaves_it(&ids).await
}

impl Northquay<'_> {
    async fn make(&self, sample: &Sample) -> anyhow::Result<String> {
        let item = json!({
            "title": sample.title,
            "description_html": sample.description,
            "status": sample.status,
            "owner_id": sample.owner.map(|name| &self.ids[name]),
            "priority": sample.priority,
            "due_on": day(sample.due_in)?,
            "tags": sample.tags,
            "team": sample.team,
            "origin": sample.origin,
        });
        let made = self.ask(sample.by, "POST", "/api/action-items", item).await?;
        text(&made["id"])
    }

    /// Comments from before the push; they go with it under their authors' names.
    async fn say(&self, ids: &BTreeMap<&str, String>) -> anyhow::Result<()> {
        for (who, title, said) in [
            ("Ravi Shah", FIBRE, "The harbour office answers on Tuesdays."),
            (
                "Mara Lindqvist",
                CARRIERS,
                "Carrier 1 said yes. Waiting for the second.",
            ),
        ] {
            let path = format!("/api/action-items/{}/comments", ids[title]);
            self.ask(who, "POST", &path, json!({"id": Uuid::now_v7(), "text": said}))
                .await?;
        }
        Ok(())
    }

    async fn push(&self, sample: &Sample, id: &str) -> anyhow::Result<()> {
        let push = json!({
            "id": Uuid::now_v7(),
            "connection_id": self.connection,
            "project_id": "Harbour",
            "work_item_type": "Task",
            "area_path": sample.team.map(|team| format!("Harbour\\{team}")),
            "iteration_path": "Harbour\\PI 26.4\\Sprint 42",
        });
        self.ask(sample.by, "POST", &format!("/api/action-items/{id}/push"), push)
            .await?;
        Ok(())
    }

    /// Waits until every pushed item has its work item and nothing is on its way.
    async fn settle(&self) -> anyhow::Result<()> {
        let is_at_rest = |item: &Value| {
            item["work_item"].is_null() || (item["work_item"]["id"].is_i64() && item["sync"]["state"] == "in_lockstep")
        };
        self.wait("/api/action-items", |list| {
            list["items"]
                .as_array()
                .is_some_and(|items| items.iter().all(is_at_rest))
        })
        .await
    }

    /// An edit that waits for a token, a refusal, a conflict, two in the bin, and a word from Azure DevOps.
    async fn leave_as_a_day_leaves_it(&self, ids: &BTreeMap<&str, String>) -> anyhow::Result<()> {
        self.edit("Ines Duarte", &ids[GUIDE], json!({"priority": 1})).await?;
        let aisha = mail("Aisha Bello");
        let beacon = Permission::EditWorkItems {
            area: Some("Harbour\\Beacon".to_owned()),
        };
        self.simulator.sim().set_permission(&aisha, beacon, false);
        self.edit("Aisha Bello", &ids[QUOTA], json!({"tags": ["staging", "events"]}))
            .await?;
        self.person_sets(
            "Tom Okafor",
            &ids[FIBRE],
            "System.History",
            json!("Duct plan is in. Offer requested."),
        )
        .await?;
        self.person_deletes("Yuki Tanabe", &ids[MAPS]).await?;
        let gone = json!({"id": Uuid::now_v7(), "work_item": "leave"});
        self.ask(
            "Ines Duarte",
            "POST",
            &format!("/api/action-items/{}/delete", ids[STANDUP]),
            gone,
        )
        .await?;
        self.conflict(&ids[CARRIERS]).await?;
        let is_gone = |list: &Value| list["items"].as_array().is_some_and(|items| items.len() == 2);
        self.wait("/api/action-items?bin=true", is_gone).await
    }

    /// A title changed on both sides: here while nothing is sent, there by somebody else.
    async fn conflict(&self, id: &str) -> anyhow::Result<()> {
        let connection = format!("/api/connections/{}", self.connection);
        self.ask(PEOPLE[0].0, "PATCH", &connection, json!({"is_enabled": false}))
            .await?;
        self.edit(
            "Mara Lindqvist",
            id,
            json!({"title": "Invite three carriers to the webhook trial"}),
        )
        .await?;
        let theirs = json!("Invite two carriers and a forwarder to the webhook trial");
        self.person_sets("Yuki Tanabe", id, "System.Title", theirs).await?;
        self.ask(PEOPLE[0].0, "PATCH", &connection, json!({"is_enabled": true}))
            .await?;
        let needs_both = |health: &Value| health["needs_decision"].as_array().is_some_and(|rows| rows.len() >= 2);
        self.wait("/api/sync", needs_both).await
    }

    async fn edit(&self, who: &str, id: &str, changes: Value) -> anyhow::Result<()> {
        let edit = json!({"id": Uuid::now_v7(), "changes": changes});
        self.ask(who, "POST", &format!("/api/action-items/{id}/edits"), edit)
            .await?;
        Ok(())
    }

    async fn person_sets(&self, who: &str, id: &str, field: &str, value: Value) -> anyhow::Result<()> {
        let (number, now_us) = (self.work_item(id).await?, self.app.now_us());
        self.simulator
            .sim()
            .person_update(now_us, &mail(who), number, &[(field, value)])?;
        Ok(())
    }

    async fn person_deletes(&self, who: &str, id: &str) -> anyhow::Result<()> {
        let (number, now_us) = (self.work_item(id).await?, self.app.now_us());
        Ok(self.simulator.sim().person_delete(now_us, &mail(who), number)?)
    }

    async fn work_item(&self, id: &str) -> anyhow::Result<i64> {
        let detail = self
            .ask(PEOPLE[0].0, "GET", &format!("/api/action-items/{id}"), Value::Null)
            .await?;
        detail["item"]["work_item"]["id"]
            .as_i64()
            .context("a pushed sample has its work item")
    }
}
