//! What the sync engine decided, stored and read back, on both databases.

use std::collections::{BTreeMap, BTreeSet};

use azdo::{FieldName, Fields, Relation, Rev, WorkItemId};
use lockstep_server::ids::{AttemptId, CompanyId, ConnectionId, EditId, ItemId, MemberId, NoticeId};
use lockstep_server::live::Noun;
use lockstep_server::store::edits::NewEdit;
use lockstep_server::store::records::{Applied, SaveError, Scope};
use lockstep_server::store::{Db, Store, StoreError};
use lockstep_sync::edit::{
    Act, Attempt, AttemptKind, AttemptState, Doubt, EditState, Ending, Hold, LetGo, Outcome, Search, Target, Whom,
};
use lockstep_sync::item::{Item, Presence, Remote};
use lockstep_sync::record::{Disposition, Feed, FieldChange, Health, Mention, Observation, Record, TokenTrouble};
use lockstep_sync::rules::{ConflictRule, Rules, TokenOwner, WithoutOwnToken};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{World, on_both};

/// A company with a connection, a member, and an item on its way to becoming a work item.
struct Plan<'w> {
    store: &'w Store,
    company: CompanyId,
    connection: ConnectionId,
    member: MemberId,
    item: ItemId,
    rules: Rules,
}

const NOW_US: i64 = 1_800_000_000_000_000;

impl<'w> Plan<'w> {
    async fn new(world: &'w World) -> Self {
        let admin = world.admin().await;
        let member = MemberId(admin.my_id().await.parse().unwrap());
        let store = &world.app.store;
        let company = store.companies().await.unwrap()[0].id;
        let connection = ConnectionId(Uuid::now_v7());
        run(
            store,
            "insert into connections (id, company_id, label, server_url, organization, instance_id, flavor, versions, is_enabled,
                without_own_token, notes_on_behalf_create, notes_on_behalf_update, allows_plain_http, projects, health_state,
                health_since_us, created_us)
            values ($1, $2, 'Harbour', 'https://dev.azure.com/northquay', 'northquay', 'i', 'services', $4, $3,
                'hold', $3, $3, $3, $4, 'new', 0, 0)",
            connection.0,
            company,
        )
        .await;
        let item = ItemId(Uuid::now_v7());
        let mut tx = store.begin().await.unwrap();
        let change = tx
            .number_change(CompanyId(company), Noun::ActionItem, item.0)
            .await
            .unwrap();
        tx.insert_unborn(CompanyId(company), connection, item, change, NOW_US)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        Self {
            store,
            company: CompanyId(company),
            connection,
            member,
            item,
            rules: rules(),
        }
    }

    /// An edit, appended and committed.
    async fn edit(&self, act: Act) -> EditId {
        self.edit_as(act, false).await
    }

    async fn edit_as(&self, act: Act, is_draft: bool) -> EditId {
        let id = EditId(Uuid::now_v7());
        let mut tx = self.store.begin().await.unwrap();
        let change = tx
            .number_change(self.company, Noun::ActionItem, self.item.0)
            .await
            .unwrap();
        let edit = NewEdit {
            id,
            author: self.member,
            at_us: NOW_US,
            act,
            board: None,
            is_draft,
        };
        assert_eq!(
            tx.append_edits(self.company, self.connection, self.item, change, &[edit])
                .await
                .unwrap(),
            1
        );
        tx.commit().await.unwrap();
        id
    }

    async fn save(&self, records: &[Record]) -> Applied {
        self.try_save(records).await.unwrap()
    }

    async fn try_save(&self, records: &[Record]) -> Result<Applied, SaveError> {
        let mut tx = self.store.begin().await?;
        let applied = tx.apply_records(self.scope(), &self.rules, records).await?;
        tx.commit().await?;
        Ok(applied)
    }

    fn scope(&self) -> Scope {
        Scope {
            company: self.company,
            connection: self.connection,
            now_us: NOW_US,
        }
    }

    async fn load(&self) -> Item {
        self.store.item(self.company, self.item).await.unwrap().unwrap()
    }

    /// The item paired with work item 7 at `rev`.
    async fn paired(&self, rev: i64) {
        self.save(&[
            Record::Paired(self.item, WorkItemId(7)),
            self.read(rev, &[("System.Title", json!("Quay wall"))], &[]),
            self.presence(Presence::Present, None),
        ])
        .await;
    }

    fn read(&self, rev: i64, now: &[(&str, Value)], before: &[(&str, Value)]) -> Record {
        Record::Observed(Box::new(Observation {
            item: self.item,
            remote: Remote {
                rev: Rev(rev),
                fields: fields(now),
                relations: vec![hyperlink()],
            },
            before: fields(before),
            has_new_relations: false,
            is_own: false,
        }))
    }

    fn presence(&self, presence: Presence, by: Option<&str>) -> Record {
        Record::PresenceChanged {
            item: self.item,
            presence,
            by: by.map(str::to_owned),
        }
    }

    fn attempt(&self, kind: AttemptKind, edits: &[EditId]) -> Attempt {
        Attempt {
            id: AttemptId(Uuid::now_v7()),
            item: self.item,
            kind,
            edits: edits.to_vec(),
            author: self.member,
            whom: Whom::Member(self.member),
            identity_id: "4f2a".to_owned(),
            identity_name: "Mara Lindqvist".to_owned(),
            fingerprint: "f1".to_owned(),
            expected_rev: Some(Rev(3)),
            fields: fields(&[("System.Title", json!("Quay"))]),
            links: Vec::new(),
            started_us: NOW_US,
            supposed_since_us: None,
            state: AttemptState::Sending,
        }
    }
}

fn rules() -> Rules {
    Rules {
        without_own_token: WithoutOwnToken::Hold,
        conflict: ConflictRule::Ask,
        notes_on_behalf_create: true,
        notes_on_behalf_update: false,
        marker_base: "https://lockstep.example/x/".to_owned(),
        collection_url: "https://dev.azure.com/northquay".to_owned(),
        delay_bound_us: 1,
        request_timeout_us: 1,
        poll_interval_us: 1,
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

fn fields(pairs: &[(&str, Value)]) -> Fields {
    pairs
        .iter()
        .map(|(name, value)| (FieldName::from(*name), value.clone()))
        .collect()
}

fn hyperlink() -> Relation {
    Relation {
        rel: "Hyperlink".to_owned(),
        url: "https://lockstep.example/x/1".to_owned(),
        attributes: Default::default(),
    }
}

fn set_title(was: &str, to: &str) -> Act {
    Act::Set {
        field: FieldName::from("System.Title"),
        was: json!(was),
        to: json!(to),
    }
}

/// Runs one statement with `$1` and `$2` ids, `$3` true and `$4` an empty JSON object.
async fn run(store: &Store, text: &'static str, first: Uuid, second: Uuid) {
    let outcome = match store.db() {
        Db::Sqlite { write, .. } => {
            let query = sqlx::query(text)
                .bind(first)
                .bind(second)
                .bind(true)
                .bind(sqlx::types::Json(json!({})));
            query.execute(write).await.map(|_| ())
        }
        Db::Pg(pool) => {
            let query = sqlx::query(text)
                .bind(first)
                .bind(second)
                .bind(true)
                .bind(sqlx::types::Json(json!({})));
            query.execute(pool).await.map(|_| ())
        }
    };
    outcome.unwrap();
}

async fn one<T>(store: &Store, text: &'static str, id: Uuid) -> T
where
    T: Send
        + Unpin
        + for<'r> sqlx::Decode<'r, sqlx::Sqlite>
        + sqlx::Type<sqlx::Sqlite>
        + for<'r> sqlx::Decode<'r, sqlx::Postgres>
        + sqlx::Type<sqlx::Postgres>,
{
    match store.db() {
        Db::Sqlite { read, .. } => sqlx::query_scalar(text).bind(id).fetch_one(read).await.unwrap(),
        Db::Pg(pool) => sqlx::query_scalar(text).bind(id).fetch_one(pool).await.unwrap(),
    }
}

#[tokio::test]
async fn an_edit_is_read_back_as_it_was_appended_and_a_repeat_changes_nothing() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        let act = Act::Create {
            project: "Harbour".to_owned(),
            work_item_type: "Task".to_owned(),
            fields: fields(&[("System.Title", json!("Quay \"wall\"\n✓"))]),
        };
        let id = plan.edit(act.clone()).await;
        let item = plan.load().await;
        assert_eq!(
            (item.edits.len(), &item.edits[0].act, &item.edits[0].state),
            (1, &act, &EditState::Waiting)
        );
        let mut tx = plan.store.begin().await.unwrap();
        let again = NewEdit {
            id,
            author: plan.member,
            at_us: 1,
            act: Act::Delete,
            board: None,
            is_draft: false,
        };
        assert_eq!(
            tx.append_edits(plan.company, plan.connection, plan.item, 99, &[again])
                .await
                .unwrap(),
            0
        );
        tx.commit().await.unwrap();
        assert_eq!(plan.load().await, item);
    })
    .await;
}

#[tokio::test]
async fn edits_of_one_change_keep_their_order() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        let mut ids: Vec<EditId> = (0..6).map(|_| EditId(Uuid::new_v4())).collect();
        let edit = |id: &EditId| NewEdit {
            id: *id,
            author: plan.member,
            at_us: 1,
            act: Act::Comment { html: id.to_string() },
            board: None,
            is_draft: false,
        };
        let mut tx = plan.store.begin().await.unwrap();
        let change = tx
            .number_change(plan.company, Noun::ActionItem, plan.item.0)
            .await
            .unwrap();
        let edits: Vec<NewEdit> = ids.iter().map(edit).collect();
        tx.append_edits(plan.company, plan.connection, plan.item, change, &edits[..4])
            .await
            .unwrap();
        tx.append_edits(plan.company, plan.connection, plan.item, change, &edits[4..])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        ids.push(plan.edit(Act::Delete).await);
        let stored: Vec<EditId> = plan.load().await.edits.iter().map(|edit| edit.id).collect();
        assert_eq!(stored, ids);
    })
    .await;
}

#[tokio::test]
async fn items_with_edits_after_a_change_number_are_found() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.edit(Act::Delete).await;
        let known = plan.store.latest_change(plan.company).await.unwrap();
        let newer = plan
            .store
            .items_edited_after(plan.company, plan.connection, known)
            .await
            .unwrap();
        assert_eq!(newer, (BTreeSet::new(), known));
        plan.edit(Act::Restore).await;
        let newer = plan
            .store
            .items_edited_after(plan.company, plan.connection, known)
            .await
            .unwrap();
        assert_eq!(newer, (BTreeSet::from([plan.item]), known + 1));
        let items = plan.store.items(plan.company, plan.connection, &newer.0).await.unwrap();
        assert_eq!(items, vec![plan.load().await]);
        assert_eq!(items[0].edits.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn another_company_reads_nothing_of_it() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.edit(Act::Delete).await;
        let other = CompanyId(Uuid::now_v7());
        assert!(plan.store.item(other, plan.item).await.unwrap().is_none());
        assert!(plan.store.open_items(other, plan.connection).await.unwrap().is_empty());
        assert!(plan.store.unsettled_edits(other).await.unwrap().is_empty());
        assert!(plan.store.edits_of_item(other, plan.item).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_attempt_runs_from_sending_to_its_end() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        let edit = plan.edit(set_title("Quay wall", "Quay")).await;
        let attempt = plan.attempt(AttemptKind::Update, &[edit]);
        let applied = plan.save(&[Record::AttemptBegun(Box::new(attempt.clone()))]).await;
        assert_eq!(applied.touched, BTreeSet::from([plan.item]));
        let item = plan.load().await;
        assert_eq!(item.attempt.as_ref(), Some(&attempt));
        assert_eq!(item.edits[0].state, EditState::Sending { attempt: attempt.id });

        let search = Search {
            n_lookups: 2,
            next_us: 9,
            ..Search::default()
        };
        let applied = plan.save(&[Record::AttemptUnknown(attempt.id, search.clone())]).await;
        assert!(applied.change.is_some(), "people see that the answer was lost");
        assert_eq!(
            plan.load().await.attempt.unwrap().state,
            AttemptState::Unknown { search: search.clone() }
        );
        let search = Search { n_lookups: 3, ..search };
        let applied = plan.save(&[Record::AttemptUnknown(attempt.id, search)]).await;
        assert_eq!(applied, Applied::default(), "looking on is nothing new");

        plan.save(&[
            Record::AttemptEnded {
                attempt: attempt.id,
                outcome: Outcome::FoundApplied,
                answer: None,
                rev: Some(Rev(4)),
            },
            Record::EditSettled(
                edit,
                Ending::Applied {
                    rev: Some(Rev(4)),
                    attempt: Some(attempt.id),
                },
            ),
        ])
        .await;
        let item = plan.load().await;
        assert_eq!((item.edits.len(), item.attempt), (0, None));
        assert!(
            plan.store
                .open_items(plan.company, plan.connection)
                .await
                .unwrap()
                .is_empty()
        );
        let rows = plan.store.attempts_of_item(plan.company, plan.item).await.unwrap();
        assert_eq!(
            (rows[0].outcome(), rows[0].rev, rows[0].ended_us),
            (Some(Outcome::FoundApplied), Some(4), Some(NOW_US))
        );
        assert_eq!(plan.store.recent_attempts(plan.company, 5).await.unwrap().len(), 1);
        let row = plan.store.edit(plan.company, edit).await.unwrap().unwrap();
        assert_eq!(
            row.ending(),
            Some(&Ending::Applied {
                rev: Some(Rev(4)),
                attempt: Some(attempt.id)
            })
        );
    })
    .await;
}

#[tokio::test]
async fn an_edit_is_held_waits_and_starts_from_another_value() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        let edit = plan.edit(set_title("Quay wall", "Quay")).await;
        let hold = Hold::Conflict {
            theirs: json!("Pier"),
            theirs_by: Some("Tom Okafor".to_owned()),
        };
        plan.save(&[Record::EditHeld(edit, hold.clone())]).await;
        assert_eq!(plan.load().await.edits[0].hold(), Some(&hold));
        let doubt = Some(Doubt {
            rev: Rev(3),
            identity_id: "4f2a".to_owned(),
            until_us: 0,
            is_of_backup: false,
        });
        plan.save(&[
            Record::EditRebased(edit, json!("Pier")),
            Record::EditWaiting {
                edit,
                doubt: doubt.clone(),
            },
        ])
        .await;
        let stored = plan.load().await.edits.remove(0);
        assert_eq!(
            (stored.act, stored.state, stored.doubt),
            (set_title("Pier", "Quay"), EditState::Waiting, doubt)
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_let_go_in_doubt_is_loaded_until_the_doubt_is_cleared() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        let (let_go, applied) = (
            plan.edit(set_title("Pier", "Quay")).await,
            plan.edit(set_title("Quay", "Dock")).await,
        );
        let doubt = Doubt {
            rev: Rev(3),
            identity_id: "mara".to_owned(),
            until_us: 0,
            is_of_backup: false,
        };
        for edit in [let_go, applied] {
            plan.save(&[Record::EditWaiting {
                edit,
                doubt: Some(doubt.clone()),
            }])
            .await;
        }
        let is_applied = Ending::Applied {
            rev: Some(Rev(4)),
            attempt: None,
        };
        plan.save(&[
            Record::EditSettled(let_go, Ending::GivenUp { by: plan.member }),
            Record::EditSettled(applied, is_applied),
        ])
        .await;
        let item = plan.load().await;
        assert!(item.edits.is_empty());
        let act = set_title("Pier", "Quay");
        assert_eq!(
            item.let_go,
            [LetGo {
                edit: let_go,
                act,
                doubt
            }]
        );
        plan.save(&[Record::DoubtCleared(let_go)]).await;
        assert!(plan.load().await.let_go.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_draft_can_not_be_sent_until_it_is_published() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        let edit = plan.edit_as(Act::Delete, true).await;
        assert!(plan.load().await.edits[0].is_draft);
        let begun = Record::AttemptBegun(Box::new(plan.attempt(AttemptKind::Delete, &[edit])));
        let early = plan.try_save(std::slice::from_ref(&begun)).await;
        assert!(
            matches!(early, Err(SaveError::Overtaken { what: "edit", .. })),
            "{early:?}"
        );
        plan.save(&[Record::EditPublished(edit), begun]).await;
        let item = plan.load().await;
        assert!(!item.edits[0].is_draft && item.edits[0].is_sending());
    })
    .await;
}

#[tokio::test]
async fn an_item_is_loaded_with_the_numbers_of_what_its_edits_name() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        let mut tx = plan.store.begin().await.unwrap();
        let giver = ItemId(Uuid::now_v7());
        let change = tx.number_change(plan.company, Noun::ActionItem, giver.0).await.unwrap();
        tx.insert_unborn(plan.company, plan.connection, giver, change, NOW_US)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let link = Act::Link {
            rel: "System.LinkTypes.Dependency-Reverse".to_owned(),
            target: Target::Item { item: giver },
            is_added: true,
            comment: None,
        };
        plan.edit(link).await;
        let target = async || match &plan.load().await.edits[0].act {
            Act::Link { target, .. } => *target,
            act => panic!("{act:?} is no link"),
        };
        // Nothing is open about it and it has no number: it is not going to be created.
        assert_eq!(plan.load().await.unmade, [giver].into());
        let creation = NewEdit {
            id: EditId(Uuid::now_v7()),
            author: plan.member,
            at_us: NOW_US,
            act: Act::Create {
                project: "Harbour".to_owned(),
                work_item_type: "Task".to_owned(),
                fields: Fields::new(),
            },
            board: None,
            is_draft: true,
        };
        let mut tx = plan.store.begin().await.unwrap();
        tx.append_edits(plan.company, plan.connection, giver, change, &[creation])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(plan.load().await.unmade.is_empty());
        assert_eq!(target().await, Target::Item { item: giver });
        plan.save(&[Record::Paired(giver, WorkItemId(8))]).await;
        assert_eq!(target().await, Target::WorkItem(WorkItemId(8)));
    })
    .await;
}

#[tokio::test]
async fn a_settled_edit_stays_settled_and_whoever_tries_again_is_told() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        let edit = plan.edit(Act::Delete).await;
        plan.save(&[Record::EditSettled(edit, Ending::AlreadyThere)]).await;
        for record in [
            Record::EditSettled(edit, Ending::GivenUp { by: plan.member }),
            Record::EditWaiting { edit, doubt: None },
            Record::EditHeld(edit, Hold::NeedsToken),
            Record::EditRebased(edit, json!(1)),
            Record::AttemptBegun(Box::new(plan.attempt(AttemptKind::Delete, &[edit]))),
        ] {
            let outcome = plan.try_save(&[record]).await;
            assert!(
                matches!(outcome, Err(SaveError::Overtaken { what: "edit", .. })),
                "{outcome:?}"
            );
        }
        let row = plan.store.edit(plan.company, edit).await.unwrap().unwrap();
        assert_eq!(
            (row.state.as_str(), row.ending()),
            ("settled", Some(&Ending::AlreadyThere))
        );
    })
    .await;
}

#[tokio::test]
async fn an_attempt_ends_once_and_an_item_has_one_open() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        let (a, b) = (plan.edit(Act::Delete).await, plan.edit(Act::Restore).await);
        let first = plan.attempt(AttemptKind::Delete, &[a]);
        plan.save(&[Record::AttemptBegun(Box::new(first.clone()))]).await;
        let second = Record::AttemptBegun(Box::new(plan.attempt(AttemptKind::Restore, &[b])));
        let outcome = plan.try_save(std::slice::from_ref(&second)).await;
        assert!(
            matches!(outcome, Err(SaveError::Store(StoreError::Taken { .. }))),
            "{outcome:?}"
        );
        let end = Record::AttemptEnded {
            attempt: first.id,
            outcome: Outcome::Unsent,
            answer: None,
            rev: None,
        };
        plan.save(&[end.clone(), Record::EditWaiting { edit: a, doubt: None }])
            .await;
        assert!(matches!(
            plan.try_save(&[end]).await,
            Err(SaveError::Overtaken { what: "attempt", .. })
        ));
        plan.save(&[second]).await;
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_is_not_committed_leaves_the_plan_as_it_was() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        let edit = plan.edit(set_title("Quay wall", "Quay")).await;
        let (item, change) = (plan.load().await, plan.store.latest_change(plan.company).await.unwrap());
        let records = [
            Record::AttemptBegun(Box::new(plan.attempt(AttemptKind::Update, &[edit]))),
            plan.read(
                4,
                &[("System.Title", json!("Pier"))],
                &[("System.Title", json!("Quay wall"))],
            ),
            Record::CursorMoved(Feed::Links, "l".to_owned()),
            Record::Heard {
                feed: Feed::Links,
                entries: vec![mention(7, None)],
                keeps_strangers: false,
            },
        ];
        let mut tx = plan.store.begin().await.unwrap();
        tx.apply_records(plan.scope(), &plan.rules, &records).await.unwrap();
        drop(tx);
        // A record that can't be carried out takes those before it along.
        let impossible = Record::EditSettled(EditId(Uuid::now_v7()), Ending::AlreadyThere);
        let with_impossible: Vec<Record> = records.iter().cloned().chain([impossible]).collect();
        assert!(plan.try_save(&with_impossible).await.is_err());
        assert_eq!(plan.load().await, item);
        assert_eq!(plan.store.latest_change(plan.company).await.unwrap(), change);
        assert!(
            plan.store
                .cursors(plan.company, plan.connection)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            plan.store
                .pending_notices(plan.company, plan.connection)
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn a_read_is_kept_with_what_it_changed_and_an_older_one_changes_nothing() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        assert_eq!(
            plan.store.observations(plan.company, plan.item).await.unwrap().len(),
            0,
            "a first read changes nothing"
        );
        let by = json!({"displayName": "Tom Okafor", "uniqueName": "tom@example.org"});
        let now = [("System.Title", json!("Pier")), ("System.ChangedBy", by)];
        let applied = plan
            .save(&[plan.read(5, &now, &[("System.Title", json!("Quay wall"))])])
            .await;
        let item = plan.load().await;
        assert_eq!(item.remote.as_ref().map(|remote| remote.rev), Some(Rev(5)));
        assert_eq!(item.remote.unwrap().relations, vec![hyperlink()]);
        let seen = plan.store.observations(plan.company, plan.item).await.unwrap();
        let title = FieldChange {
            field: FieldName::from("System.Title"),
            was: json!("Quay wall"),
            to: json!("Pier"),
        };
        assert_eq!(
            (seen[0].rev, seen[0].by_name.as_deref(), &seen[0].changes.0),
            (5, Some("Tom Okafor"), &vec![title])
        );
        assert_eq!(Some(seen[0].change_number), applied.change);
        let row = plan.store.work_item(plan.company, plan.item).await.unwrap().unwrap();
        assert_eq!(Some(row.change_number), applied.change);
        let older = plan.try_save(&[plan.read(4, &[], &[])]).await;
        assert!(matches!(older, Err(SaveError::Overtaken { what: "item", .. })));
    })
    .await;
}

#[tokio::test]
async fn what_azure_devops_hands_out_is_stored_whatever_is_in_it() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        let odd = [
            ("System.Title", json!("a\u{0}b")),
            ("Custom.Effort", json!(2.50)),
            ("Custom.Big", json!(9_007_199_254_740_993_i64)),
        ];
        plan.save(&[plan.read(4, &odd, &[("System.Title", json!("\u{0}"))])])
            .await;
        let fields = plan.load().await.remote.unwrap().fields;
        assert_eq!(fields[&FieldName::from("System.Title")], json!("a\u{fffd}b"));
        assert_eq!(fields[&FieldName::from("Custom.Effort")], json!(2.5));
        assert_eq!(fields[&FieldName::from("Custom.Big")], json!(9_007_199_254_740_993_i64));
    })
    .await;
}

#[tokio::test]
async fn an_item_is_paired_once_and_a_work_item_with_one_item() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        let again = plan.try_save(&[Record::Paired(plan.item, WorkItemId(8))]).await;
        assert!(matches!(again, Err(SaveError::Overtaken { what: "item", .. })));
        let by_number = plan
            .store
            .items_by_work_item(
                plan.company,
                plan.connection,
                &BTreeSet::from([WorkItemId(7), WorkItemId(8)]),
            )
            .await
            .unwrap();
        assert_eq!(by_number.keys().copied().collect::<Vec<_>>(), vec![WorkItemId(7)]);
        let other = ItemId(Uuid::now_v7());
        let mut tx = plan.store.begin().await.unwrap();
        tx.insert_unborn(plan.company, plan.connection, other, 1, 1)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let twin = plan.try_save(&[Record::Paired(other, WorkItemId(7))]).await;
        assert!(matches!(twin, Err(SaveError::Store(StoreError::Taken { .. }))));
        assert_eq!(plan.store.n_paired(plan.company, plan.connection).await.unwrap(), 1);
    })
    .await;
}

fn mention(work_item: i64, rev: Option<i64>) -> Mention {
    Mention {
        work_item: WorkItemId(work_item),
        rev: rev.map(Rev),
        is_deleted: false,
    }
}

async fn pending(plan: &Plan<'_>) -> Vec<i64> {
    let notices = plan.store.pending_notices(plan.company, plan.connection).await.unwrap();
    notices.into_iter().map(|notice| notice.work_item.0).collect()
}

#[tokio::test]
async fn a_page_of_a_feed_leaves_news_alone() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        let page = |entries: Vec<Mention>, keeps_strangers| {
            vec![
                Record::Heard {
                    feed: Feed::Revisions,
                    entries,
                    keeps_strangers,
                },
                Record::CursorMoved(Feed::Revisions, "r1".to_owned()),
            ]
        };
        let applied = plan
            .save(&page(vec![mention(7, Some(3)), mention(8, Some(1))], false))
            .await;
        assert!(!applied.has_heard, "a rev that is held, a work item nobody follows");
        let applied = plan
            .save(&page(
                vec![mention(7, Some(4)), mention(7, Some(5)), mention(8, Some(1))],
                false,
            ))
            .await;
        assert!(applied.has_heard);
        assert_eq!(pending(&plan).await, vec![7]);
        plan.save(&page(vec![mention(9, Some(1))], true)).await;
        assert_eq!(pending(&plan).await, vec![7, 9]);
        let cursors = plan.store.cursors(plan.company, plan.connection).await.unwrap();
        assert_eq!(cursors, BTreeMap::from([(Feed::Revisions, "r1".to_owned())]));
        let notices = plan.store.pending_notices(plan.company, plan.connection).await.unwrap();
        let ids: Vec<NoticeId> = notices.iter().map(|notice| notice.id).collect();
        plan.save(&[Record::NoticesSettled(ids, Disposition::Applied)]).await;
        assert!(pending(&plan).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_is_out_of_sight_is_looked_for_again() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        assert!(!plan.save(&[Record::Sweep { part: 0, parts: 144 }]).await.has_heard);
        plan.save(&[plan.presence(Presence::OutOfSight, None)]).await;
        assert!(plan.save(&[Record::Sweep { part: 0, parts: 144 }]).await.has_heard);
        assert_eq!(pending(&plan).await, vec![7]);
    })
    .await;
}

#[tokio::test]
async fn a_work_item_deleted_there_takes_its_action_item_into_the_bin_and_back() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        action_item(&plan).await;
        plan.save(&[plan.presence(Presence::Deleted, Some("Tom Okafor"))]).await;
        assert_eq!(
            bin(&plan).await,
            Some(("azure_devops".to_owned(), Some("Tom Okafor".to_owned())))
        );
        plan.save(&[plan.presence(Presence::OutOfSight, None)]).await;
        assert!(bin(&plan).await.is_some(), "out of sight is no proof of anything");
        plan.save(&[plan.presence(Presence::Present, None)]).await;
        assert_eq!(bin(&plan).await, None);
    })
    .await;
}

#[tokio::test]
async fn what_was_deleted_here_comes_back_by_a_restoration_alone() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        plan.paired(3).await;
        action_item(&plan).await;
        run(
            plan.store,
            "update action_items set deleted_us = 5, deleted_by = 'Ada', deleted_where = 'here' where id = $1 and id <> $2 and $3 and '{}' = $4",
            plan.item.0,
            Uuid::nil(),
        )
        .await;
        plan.save(&[plan.presence(Presence::Deleted, Some("svc-lockstep"))]).await;
        assert_eq!(bin(&plan).await, Some(("here".to_owned(), Some("Ada".to_owned()))));
        plan.save(&[plan.presence(Presence::Present, None)]).await;
        assert!(bin(&plan).await.is_some());
        let edit = plan.edit(Act::Restore).await;
        plan.save(&[Record::EditSettled(edit, Ending::Applied { rev: None, attempt: None })]).await;
        assert_eq!(bin(&plan).await, None);
    })
    .await;
}

async fn action_item(plan: &Plan<'_>) {
    run(
        plan.store,
        "insert into action_items (id, company_id, number, title, description_html, status, tags, origin, is_blocked, created_by,
            created_us, changed_us, change_number)
        select $1, $2, 1, 'Quay wall', '', 'open', $4, 'other', not $3, id, 0, 0, 0 from members",
        plan.item.0,
        plan.company.0,
    )
    .await;
}

/// Where the action item was deleted, and by whom.
async fn bin(plan: &Plan<'_>) -> Option<(String, Option<String>)> {
    let place: Option<String> = one(
        plan.store,
        "select deleted_where from action_items where id = $1",
        plan.item.0,
    )
    .await;
    let by: Option<String> = one(
        plan.store,
        "select deleted_by from action_items where id = $1",
        plan.item.0,
    )
    .await;
    place.map(|place| (place, by))
}

#[tokio::test]
async fn a_refused_token_is_marked_and_one_stored_since_is_not() {
    on_both(async |world| {
        let mut plan = Plan::new(world).await;
        run(
            plan.store,
            "insert into credentials (id, company_id, connection_id, member_id, kind, sealed, fingerprint, identity_id, identity_name,
                state, verified_us, created_us)
            select c.id, c.company_id, c.id, s.member_id, 'pat', s.secret_digest, 'f1', '4f2a', 'Mara Lindqvist', 'ok', 0, 0
            from connections c join sessions s on s.company_id = c.company_id where c.id = $1 and c.id <> $2 and $3 and $4 = $4",
            plan.connection.0,
            Uuid::nil(),
        )
        .await;
        let state = async |plan: &Plan<'_>| -> String {
            one(plan.store, "select state from credentials where connection_id = $1", plan.connection.0).await
        };
        let refusal = |trouble| Record::TokenRefused(Whom::Member(plan.member), trouble);
        let [lacks, refused] = [refusal(TokenTrouble::LacksRight), refusal(TokenTrouble::Refused)];
        let owner = |fingerprint: &str| TokenOwner {
            identity_id: "4f2a".to_owned(),
            unique_name: String::new(),
            name: "Mara Lindqvist".to_owned(),
            fingerprint: fingerprint.to_owned(),
        };
        plan.rules.own_tokens.insert(plan.member, owner("f0"));
        plan.save(std::slice::from_ref(&refused)).await;
        assert_eq!(state(&plan).await, "ok");
        plan.rules.own_tokens.insert(plan.member, owner("f1"));
        plan.save(&[lacks]).await;
        assert_eq!(state(&plan).await, "ok");
        plan.save(&[refused]).await;
        assert_eq!(state(&plan).await, "refused");
        plan.save(&[Record::TokenWorks(Whom::Member(plan.member))]).await;
        assert_eq!(state(&plan).await, "ok");
    })
    .await;
}

#[tokio::test]
async fn how_a_connection_fares_is_announced() {
    on_both(async |world| {
        let plan = Plan::new(world).await;
        let before = plan.store.latest_change(plan.company).await.unwrap();
        plan.save(&[Record::Health(Health::Unreachable)]).await;
        let health: String = one(
            plan.store,
            "select health_state from connections where id = $1",
            plan.connection.0,
        )
        .await;
        assert_eq!(health, "unreachable");
        let changes = plan.store.changes_after(plan.company, before, 10).await.unwrap();
        assert_eq!(
            (changes.len(), changes[0].noun.as_str(), changes[0].noun_id),
            (1, "connection", plan.connection.0)
        );
    })
    .await;
}
