//! The driver between the store and a simulated Azure DevOps: edits go out, changes come in, tokens come and go.
//!
//! Edits are appended as handlers append them, and read back from the store; nothing here goes through a page.

use std::collections::BTreeMap;
use std::time::Duration;

use azdo::{FieldName, Fields, Rev, Versions, WorkItemId};
use azdo_sim::{Accepted, AcceptedKind};
use lockstep_server::app::{App, Flavour};
use lockstep_server::config::Config;
use lockstep_server::connections::clients::token_aad;
use lockstep_server::ids::{CompanyId, ConnectionId, EditId, ItemId, MemberId};
use lockstep_server::live::Noun;
use lockstep_server::simulator::{SimulatorConfig, SimulatorHandle, spawn};
use lockstep_server::store::StoreError;
use lockstep_server::store::connections::ConnectionRow;
use lockstep_server::store::credentials::CredentialRow;
use lockstep_server::store::edits::NewEdit;
use lockstep_server::store::notices::{Fate, HookNotice};
use lockstep_server::sync::driver;
use lockstep_sync::edit::{Act, Ending, Hold};
use lockstep_sync::item::{Item, Presence};
use serde_json::{Value, json};
use sqlx::types::Json;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::world::{Browser, World, on_both_with};

/// Long enough that nothing in a story waits for it.
const NEVER_MS: u64 = 3_600_000;

fn polled_every(poll_interval_ms: u64) -> impl Fn(&mut Config, &mut Flavour) {
    move |config, _flavour| config.poll_interval_ms = poll_interval_ms
}

/// Stores a connection as its page does once it was found to work.
pub async fn insert_connection(app: &App, company: Uuid, server_url: &str, without_own_token: &str) -> ConnectionId {
    let connection = ConnectionRow {
        id: Uuid::now_v7(),
        company_id: company,
        label: "Harbour".to_owned(),
        server_url: server_url.to_owned(),
        organization: "harbour".to_owned(),
        instance_id: "harbour".to_owned(),
        flavor: "services".to_owned(),
        versions: Json(Versions::services()),
        is_enabled: true,
        without_own_token: without_own_token.to_owned(),
        conflict_rule: "ask".to_owned(),
        notes_on_behalf_create: true,
        notes_on_behalf_update: true,
        allows_plain_http: true,
        time_zone: None,
        defaults: None,
        projects: Json(Vec::new()),
        health_state: "new".to_owned(),
        health_detail: None,
        health_since_us: 0,
        last_poll_us: None,
        created_us: 0,
    };
    let mut tx = app.store.begin().await.unwrap();
    tx.insert_connection(&connection).await.unwrap();
    tx.commit().await.unwrap();
    ConnectionId(connection.id)
}

/// A company in step with the sample world.
struct Harbour<'w> {
    world: &'w World,
    admin: Browser,
    simulator: SimulatorHandle,
    company: CompanyId,
    connection: ConnectionRow,
    driver: JoinHandle<()>,
}

impl<'w> Harbour<'w> {
    async fn new(world: &'w World, without_own_token: &str) -> Self {
        let admin = world.admin().await;
        let company = world.app.store.companies().await.unwrap()[0].id;
        let simulator = spawn(SimulatorConfig::default()).await.unwrap();
        let connection = insert_connection(&world.app, company, &simulator.organization_url(), without_own_token).await;
        let connection = world
            .app
            .store
            .connection(CompanyId(company), connection)
            .await
            .unwrap()
            .unwrap();
        let driver = tokio::spawn(driver::run(world.app.clone()));
        let harbour = Self {
            world,
            admin,
            simulator,
            company: CompanyId(company),
            connection,
            driver,
        };
        let text = harbour.simulator.token("connection").to_owned();
        harbour.store_token(None, "svc-lockstep", &text).await;
        harbour
    }

    fn app(&self) -> &App {
        &self.world.app
    }

    fn connection(&self) -> ConnectionId {
        ConnectionId(self.connection.id)
    }

    fn ring(&self) {
        self.app().wake.ring(self.connection());
    }

    /// A member with the own token of somebody in Azure DevOps, if one is named.
    async fn member(&self, name: &str, own_token_of: Option<&str>) -> MemberId {
        let browser = self.world.member(&self.admin, name, "member").await;
        let member = MemberId(browser.my_id().await.parse().unwrap());
        if let Some(person) = own_token_of {
            let text = self.simulator.token(person).to_owned();
            self.store_token(Some(member), person, &text).await;
        }
        member
    }

    /// Stores the token of `person` as the tokens' pages do once it was found to work.
    async fn store_token(&self, member: Option<MemberId>, person: &str, text: &str) {
        let row = self.row().await;
        let owner = self
            .simulator
            .sim()
            .people()
            .into_iter()
            .find(|p| p.display_name == person)
            .unwrap();
        let row = CredentialRow {
            id: Uuid::now_v7(),
            company_id: self.company.0,
            connection_id: self.connection.id,
            member_id: member.map(|member| member.0),
            sealed: self.app().vault.seal(&token_aad(&row, member), text.as_bytes()),
            fingerprint: self.app().vault.fingerprint(text.as_bytes()),
            identity_id: owner.id,
            identity_name: owner.display_name,
            identity_unique_name: Some(owner.unique_name),
            expires_on: None,
            state: "ok".to_owned(),
            state_detail: None,
            verified_us: 0,
            created_us: 0,
        };
        let mut tx = self.app().store.begin().await.unwrap();
        tx.replace_credential(&row).await.unwrap();
        tx.commit().await.unwrap();
        self.ring();
    }

    /// An item with the edit that makes a work item of it.
    async fn push(&self, author: MemberId, title: &str) -> ItemId {
        let item = ItemId(Uuid::now_v7());
        let store = &self.app().store;
        let mut tx = store.begin().await.unwrap();
        let change = tx.number_change(self.company, Noun::ActionItem, item.0).await.unwrap();
        tx.insert_unborn(self.company, self.connection(), item, change, 1)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let act = Act::Create {
            project: "Harbour".to_owned(),
            work_item_type: "Task".to_owned(),
            fields: Fields::from([(FieldName::from("System.Title"), json!(title))]),
        };
        self.edit(author, item, act).await;
        item
    }

    async fn edit(&self, author: MemberId, item: ItemId, act: Act) -> EditId {
        let id = EditId(Uuid::now_v7());
        let mut tx = self.app().store.begin().await.unwrap();
        let change = tx.number_change(self.company, Noun::ActionItem, item.0).await.unwrap();
        let edit = NewEdit {
            id,
            author,
            at_us: self.app().now_us(),
            act,
            board: None,
            is_draft: false,
        };
        tx.append_edits(self.company, self.connection(), item, change, &[edit])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.ring();
        id
    }

    async fn set_title(&self, author: MemberId, item: ItemId, to: &str) -> EditId {
        let was = self.load(item).await.local(&FieldName::from("System.Title")).clone();
        let act = Act::Set {
            field: FieldName::from("System.Title"),
            was,
            to: json!(to),
        };
        self.edit(author, item, act).await
    }

    async fn load(&self, item: ItemId) -> Item {
        self.app().store.item(self.company, item).await.unwrap().unwrap()
    }

    /// The item once `holds` says so. What never comes is stopped by the test's runner.
    async fn until(&self, item: ItemId, holds: impl Fn(&Item) -> bool) -> Item {
        loop {
            let now = self.load(item).await;
            if holds(&now) {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The item once nothing about it is open.
    async fn settled(&self, item: ItemId) -> Item {
        self.until(item, |item| {
            item.edits.is_empty() && item.attempt.is_none() && item.remote.is_some()
        })
        .await
    }

    async fn ending(&self, edit: EditId) -> Option<Ending> {
        let row = self.app().store.edit(self.company, edit).await.unwrap().unwrap();
        row.ending().cloned()
    }

    /// What a person changes in Azure DevOps.
    fn person_sets(&self, person: &str, id: WorkItemId, field: &str, value: Value) -> Rev {
        let now_us = self.app().now_us();
        Rev(self
            .simulator
            .sim()
            .person_update(now_us, person, id.0, &[(field, value)])
            .unwrap())
    }

    /// What Azure DevOps accepted about a work item, oldest first.
    fn accepted(&self, id: WorkItemId) -> Vec<Accepted> {
        let sim = self.simulator.sim();
        sim.ground_truth()
            .iter()
            .filter(|accepted| accepted.work_item_id == id.0)
            .cloned()
            .collect()
    }

    /// A notification of a service hook, kept as its handler keeps it.
    async fn hear(&self, id: WorkItemId, rev: Rev) {
        let notice = HookNotice {
            subscription_id: Some("s".to_owned()),
            notification_id: Some(rev.0),
            event_id: None,
            event_type: "workitem.updated".to_owned(),
            work_item: Some(id),
            rev: Some(rev),
            body: Some(b"{}".to_vec()),
            received_us: self.app().now_us(),
            fate: Fate::Pending,
        };
        let notices = [(self.company, self.connection(), &notice)];
        self.app().store.accept_notices(notices.into_iter()).await.unwrap();
        self.ring();
    }

    /// Another way to the same organization: the connection's row and its token are made for it.
    async fn lead_to(&self, url: &str) {
        let row = ConnectionRow {
            server_url: url.to_owned(),
            ..self.row().await
        };
        let mut tx = self.app().store.begin().await.unwrap();
        tx.update_connection(&row).await.unwrap();
        tx.commit().await.unwrap();
        let text = self.simulator.token("connection").to_owned();
        self.store_token(None, "svc-lockstep", &text).await;
    }

    async fn health(&self) -> String {
        self.row().await.health_state
    }

    async fn row(&self) -> ConnectionRow {
        self.app()
            .store
            .connection(self.company, self.connection())
            .await
            .unwrap()
            .unwrap()
    }

    async fn enable(&self, is_enabled: bool) {
        let row = ConnectionRow {
            is_enabled,
            ..self.row().await
        };
        let mut tx = self.app().store.begin().await.unwrap();
        tx.update_connection(&row).await.unwrap();
        tx.commit().await.unwrap();
        self.ring();
    }

    /// Stops the driver as SIGTERM would, and waits for its end.
    async fn stop(self) {
        self.app().shutdown.cancel();
        self.driver.await.expect("the driver does not panic");
        self.simulator.stop().await;
    }
}

fn title(item: &Item) -> &Value {
    item.remote_value(&FieldName::from("System.Title"))
}

const MARA: &str = "mara.lindqvist@northquay.example";

#[tokio::test]
async fn each_edit_is_written_once_under_its_authors_name() {
    on_both_with(polled_every(NEVER_MS), async |world| {
        let harbour = Harbour::new(world, "write_as_connection").await;
        let mara = harbour.member("Mara", Some("Mara Lindqvist")).await;
        let tom = harbour.member("Tom", Some("Tom Okafor")).await;
        let ines = harbour.member("Ines", None).await;
        let item = harbour.push(mara, "Order lamps").await;
        let id = harbour.settled(item).await.work_item.unwrap();
        harbour.set_title(tom, item, "Order two lamps").await;
        harbour.settled(item).await;
        harbour.set_title(ines, item, "Order three lamps").await;
        let at_rest = harbour.settled(item).await;
        assert_eq!(title(&at_rest), &json!("Order three lamps"));
        let written: Vec<_> = harbour
            .accepted(id)
            .into_iter()
            .map(|a| (a.kind, a.token_name.unwrap()))
            .collect();
        assert_eq!(
            written,
            [
                (AcceptedKind::Created, "Mara Lindqvist".to_owned()),
                (AcceptedKind::Updated, "Tom Okafor".to_owned()),
                (AcceptedKind::Updated, "connection".to_owned()),
            ]
        );
        assert!(
            harbour
                .accepted(id)
                .iter()
                .skip(1)
                .all(|accepted| accepted.tested_rev == Some(accepted.rev - 1))
        );
        let attempts = harbour
            .app()
            .store
            .attempts_of_item(harbour.company, item)
            .await
            .unwrap();
        let audit: Vec<_> = attempts
            .iter()
            .map(|a| (MemberId(a.author), a.identity_name.as_str(), a.rev))
            .collect();
        assert_eq!(
            audit,
            [
                (mara, "Mara Lindqvist", Some(1)),
                (tom, "Tom Okafor", Some(2)),
                (ines, "svc-lockstep", Some(3))
            ]
        );
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn without_an_own_token_an_edit_waits_until_one_is_stored() {
    on_both_with(polled_every(NEVER_MS), async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let ines = harbour.member("Ines", None).await;
        let item = harbour.push(ines, "Paint the quay").await;
        harbour
            .until(item, |item| item.has_held(|hold| *hold == Hold::NeedsToken))
            .await;
        let text = harbour.simulator.token("Ines Duarte").to_owned();
        harbour.store_token(Some(ines), "Ines Duarte", &text).await;
        let id = harbour.settled(item).await.work_item.unwrap();
        assert_eq!(harbour.accepted(id)[0].identity, "ines.duarte@northquay.example");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_revoked_token_holds_its_owners_edits_until_it_is_replaced() {
    on_both_with(polled_every(NEVER_MS), async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let mara = harbour.member("Mara", Some("Mara Lindqvist")).await;
        let item = harbour.push(mara, "Order lamps").await;
        let id = harbour.settled(item).await.work_item.unwrap();
        let revoked = harbour.simulator.token("Mara Lindqvist").to_owned();
        harbour.simulator.sim().revoke_token(&revoked);
        harbour.set_title(mara, item, "Order two lamps").await;
        harbour
            .until(item, |item| item.has_held(|hold| *hold == Hold::NeedsToken))
            .await;
        let stored = harbour
            .app()
            .store
            .credential(harbour.company, harbour.connection(), Some(mara))
            .await
            .unwrap();
        assert_eq!(stored.unwrap().state, "refused");
        assert_eq!(
            harbour.health().await,
            "in_lockstep",
            "a person's token says nothing about the connection"
        );
        let fresh = harbour.simulator.sim().add_token(azdo_sim::TokenSpec {
            name: "Mara again".to_owned(),
            person: MARA.to_owned(),
            scopes: vec!["vso.work_write".to_owned()],
            organization: None,
            expires_us: None,
        });
        harbour.store_token(Some(mara), "Mara Lindqvist", &fresh).await;
        harbour.settled(item).await;
        assert_eq!(harbour.accepted(id)[1].token_name.as_deref(), Some("Mara again"));
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_connections_token_replaced_brings_everything_back() {
    on_both_with(polled_every(1000), async |world| {
        let harbour = Harbour::new(world, "write_as_connection").await;
        let ines = harbour.member("Ines", None).await;
        let item = harbour.push(ines, "Order lamps").await;
        harbour.settled(item).await;
        let revoked = harbour.simulator.token("connection").to_owned();
        harbour.simulator.sim().revoke_token(&revoked);
        while harbour.health().await != "token_refused" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        harbour.set_title(ines, item, "Order two lamps").await;
        let fresh = harbour.simulator.sim().add_token(azdo_sim::TokenSpec {
            name: "connection again".to_owned(),
            person: "svc-lockstep@northquay.example".to_owned(),
            scopes: vec!["vso.work_write".to_owned(), "vso.project".to_owned()],
            organization: None,
            expires_us: None,
        });
        harbour.store_token(None, "svc-lockstep", &fresh).await;
        assert_eq!(title(&harbour.settled(item).await), &json!("Order two lamps"));
        assert_eq!(harbour.health().await, "in_lockstep");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_kept_notice_brings_the_change_without_any_poll() {
    on_both_with(polled_every(NEVER_MS), async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let mara = harbour.member("Mara", Some("Mara Lindqvist")).await;
        let item = harbour.push(mara, "Order lamps").await;
        let id = harbour.settled(item).await.work_item.unwrap();
        let rev = harbour.person_sets(
            "tom.okafor@northquay.example",
            id,
            "System.Title",
            json!("Order lanterns"),
        );
        harbour.hear(id, rev).await;
        let item = harbour
            .until(item, |item| title(item) == &json!("Order lanterns"))
            .await;
        assert_eq!(item.remote.unwrap().rev, rev);
        while !pending(&harbour).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let seen = harbour
            .app()
            .store
            .observations(harbour.company, item.id)
            .await
            .unwrap();
        assert_eq!(seen.last().unwrap().by_name.as_deref(), Some("Tom Okafor"));
        harbour.stop().await;
    })
    .await;
}

async fn pending(harbour: &Harbour<'_>) -> Result<Vec<WorkItemId>, StoreError> {
    let notices = harbour
        .app()
        .store
        .pending_notices(harbour.company, harbour.connection())
        .await?;
    Ok(notices.into_iter().map(|notice| notice.work_item).collect())
}

#[tokio::test]
async fn polling_alone_brings_the_change() {
    on_both_with(polled_every(1000), async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let mara = harbour.member("Mara", Some("Mara Lindqvist")).await;
        let item = harbour.push(mara, "Order lamps").await;
        let id = harbour.settled(item).await.work_item.unwrap();
        harbour.person_sets(MARA, id, "System.Title", json!("Order lanterns"));
        harbour
            .until(item, |item| title(item) == &json!("Order lanterns"))
            .await;
        let now_us = harbour.app().now_us();
        harbour.simulator.sim().person_delete(now_us, MARA, id.0).unwrap();
        harbour.until(item, |item| item.presence == Presence::Deleted).await;
        harbour.simulator.sim().person_restore(now_us, MARA, id.0).unwrap();
        harbour.until(item, |item| item.presence == Presence::Present).await;
        assert!(harbour.row().await.last_poll_us.is_some());
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_field_changed_on_both_sides_is_asked_about() {
    on_both_with(polled_every(NEVER_MS), async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let mara = harbour.member("Mara", Some("Mara Lindqvist")).await;
        let item = harbour.push(mara, "Order lamps").await;
        let id = harbour.settled(item).await.work_item.unwrap();
        harbour.person_sets(
            "tom.okafor@northquay.example",
            id,
            "System.Title",
            json!("Order lanterns"),
        );
        let edit = harbour.set_title(mara, item, "Order two lamps").await;
        let held = harbour
            .until(item, |item| item.has_held(|hold| matches!(hold, Hold::Conflict { .. })))
            .await;
        let theirs = Hold::Conflict {
            theirs: json!("Order lanterns"),
            theirs_by: Some("Tom Okafor".to_owned()),
        };
        assert_eq!(held.edits[0].hold(), Some(&theirs));
        let choice = lockstep_sync::edit::Choice::Theirs {
            seen: json!("Order lanterns"),
        };
        harbour.edit(mara, item, Act::Decide { edit, choice }).await;
        harbour.settled(item).await;
        assert_eq!(
            harbour.ending(edit).await,
            Some(Ending::LostConflict {
                theirs: json!("Order lanterns")
            })
        );
        assert_eq!(harbour.accepted(id).len(), 2);
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_disabled_connection_is_left_alone_and_goes_on_where_it_was() {
    on_both_with(polled_every(NEVER_MS), async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let mara = harbour.member("Mara", Some("Mara Lindqvist")).await;
        let item = harbour.push(mara, "Order lamps").await;
        let id = harbour.settled(item).await.work_item.unwrap();
        harbour.enable(false).await;
        harbour.set_title(mara, item, "Order two lamps").await;
        // What must not happen can't be waited for: a moment in which it would have.
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(harbour.accepted(id).len(), 1);
        harbour.enable(true).await;
        harbour.settled(item).await;
        assert_eq!(harbour.accepted(id).len(), 2);
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_is_overtaken_loads_again_and_goes_on() {
    on_both_with(polled_every(NEVER_MS), async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let ines = harbour.member("Ines", None).await;
        let mara = harbour.member("Mara", Some("Mara Lindqvist")).await;
        let item = harbour.push(ines, "Order lamps").await;
        harbour
            .until(item, |item| item.has_held(|hold| *hold == Hold::NeedsToken))
            .await;
        // Behind the worker's back: what it holds in memory is wrong now.
        let edit = harbour.load(item).await.edits[0].id;
        let scope = lockstep_server::store::records::Scope {
            company: harbour.company,
            connection: harbour.connection(),
            now_us: 1,
        };
        let settle = lockstep_sync::record::Record::EditSettled(edit, Ending::GivenUp { by: ines });
        let mut tx = harbour.app().store.begin().await.unwrap();
        tx.apply_records(scope, &rules(), &[settle]).await.unwrap();
        tx.commit().await.unwrap();
        let text = harbour.simulator.token("Ines Duarte").to_owned();
        harbour.store_token(Some(ines), "Ines Duarte", &text).await;
        let other = harbour.push(mara, "Order lanterns").await;
        harbour.settled(other).await;
        assert_eq!(harbour.ending(edit).await, Some(Ending::GivenUp { by: ines }));
        assert!(harbour.load(item).await.work_item.is_none());
        harbour.stop().await;
    })
    .await;
}

fn rules() -> lockstep_sync::rules::Rules {
    lockstep_sync::rules::Rules {
        without_own_token: lockstep_sync::rules::WithoutOwnToken::Hold,
        conflict: lockstep_sync::rules::ConflictRule::Ask,
        notes_on_behalf_create: false,
        notes_on_behalf_update: false,
        marker_base: String::new(),
        collection_url: String::new(),
        delay_bound_us: 0,
        request_timeout_us: 0,
        poll_interval_us: 0,
        readable_projects: None,
        connection_token: None,
        own_tokens: BTreeMap::new(),
        unusable_tokens: Default::default(),
        names: BTreeMap::new(),
        nodes: BTreeMap::new(),
        scopes: Vec::new(),
        restored: None,
    }
}

#[tokio::test]
async fn a_creation_where_the_connection_cannot_read_is_refused_here() {
    on_both_with(polled_every(NEVER_MS), async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let mara = harbour.member("Mara", Some("Mara Lindqvist")).await;
        let item = harbour.push(mara, "Order lamps").await;
        harbour.settled(item).await;
        let hidden = ItemId(Uuid::now_v7());
        let mut tx = harbour.app().store.begin().await.unwrap();
        tx.insert_unborn(harbour.company, harbour.connection(), hidden, 1, 1)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let act = Act::Create {
            project: "Nowhere".to_owned(),
            work_item_type: "Task".to_owned(),
            fields: Fields::new(),
        };
        harbour.edit(mara, hidden, act).await;
        harbour
            .until(hidden, |item| {
                item.has_held(|hold| matches!(hold, Hold::Refused { .. }))
            })
            .await;
        assert_eq!(
            harbour
                .app()
                .store
                .attempts_of_item(harbour.company, hidden)
                .await
                .unwrap()
                .len(),
            0
        );
        harbour.stop().await;
    })
    .await;
}

/// In front of the simulated organization: an answer to a read of work items is made at once and held back while the gate
/// is closed, so that what it says may be out of date when it comes.
struct SlowAnswers {
    url: String,
    n_read: watch::Receiver<usize>,
    gate: watch::Sender<bool>,
}

impl SlowAnswers {
    async fn before(simulator: &SimulatorHandle) -> Self {
        let (gate, gate_seen) = watch::channel(true);
        let (n_read_to, n_read) = watch::channel(0);
        let sim = simulator.sim.clone();
        let answer = move |request: axum::extract::Request| {
            let (sim, n_read_to, mut gate) = (sim.clone(), n_read_to.clone(), gate_seen.clone());
            async move {
                let (head, body) = request.into_parts();
                let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                let path_and_query = head.uri.path_and_query().unwrap().to_string();
                let is_read = path_and_query.contains("workitemsbatch");
                let headers = head.headers.iter();
                let request = azdo_sim::HttpRequest {
                    method: head.method.to_string(),
                    path_and_query,
                    headers: headers
                        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                        .collect(),
                    body: body.to_vec(),
                };
                let answered = sim.lock().unwrap().handle(lockstep_server::app::now_us(), &request);
                if is_read {
                    n_read_to.send_modify(|n| *n += 1);
                    gate.wait_for(|is_open| *is_open).await.unwrap();
                }
                let mut response = axum::response::Response::builder().status(answered.status);
                for (name, value) in answered.headers {
                    response = response.header(name, value);
                }
                response.body(axum::body::Body::from(answered.body)).unwrap()
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/harbour", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
        Self { url, n_read, gate }
    }
}

#[tokio::test]
async fn what_is_heard_while_a_work_item_is_being_read_has_it_read_again() {
    on_both_with(polled_every(NEVER_MS), async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let mut slow = SlowAnswers::before(&harbour.simulator).await;
        harbour.lead_to(&slow.url).await;
        let mara = harbour.member("Mara", Some("Mara Lindqvist")).await;
        let item = harbour.push(mara, "Order lamps").await;
        let id = harbour.settled(item).await.work_item.unwrap();
        slow.gate.send(false).unwrap();
        let n_before = *slow.n_read.borrow();
        let rev = harbour.person_sets(MARA, id, "System.Title", json!("Order lanterns"));
        harbour.hear(id, rev).await;
        slow.n_read.wait_for(|n| *n > n_before).await.unwrap();
        // The read under way was answered already, and doesn't know of this.
        let rev = harbour.person_sets(MARA, id, "System.Title", json!("Order candles"));
        harbour.hear(id, rev).await;
        while pending(&harbour).await.unwrap().len() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        slow.gate.send(true).unwrap();
        harbour.until(item, |item| title(item) == &json!("Order candles")).await;
        harbour.stop().await;
    })
    .await;
}
