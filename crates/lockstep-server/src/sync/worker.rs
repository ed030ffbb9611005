//! One connection's worker: takes what happened to the sync engine, saves what it decides, makes the calls it asks for.
//!
//! The order is the engine's: a step's records are committed before its call is made, and steps are saved one after the
//! other, while calls run beside each other. What is in memory is stored or about to be; so where a save fails, or a row is
//! not as expected, everything in memory is dropped and loaded again. The worker decides nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use azdo::WorkItemId;
use futures_util::FutureExt;
use lockstep_sync::call::{Answer, Call};
use lockstep_sync::edit::Whom;
use lockstep_sync::record::{Feed, Health, Record, TokenTrouble};
use lockstep_sync::replica::{Heard, Input, Replica, Step, StepId};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::calls::{self, Answered, ConnectionClients};
use super::journal;
use super::knowledge::{self, Told};
use super::leases::Hold;
use crate::app::{App, now_us, random_bytes};
use crate::ids::{CompanyId, ConnectionId, NoticeId};
use crate::store::StoreError;
use crate::store::records::{Applied, SaveError, Scope};

/// Notices that are taken up in one go.
const N_NOTICES_MAX: usize = 200;
/// How long calls that can change something may take to end when the worker is asked to stop.
const STOP_WITHIN: Duration = Duration::from_secs(5);
/// Waits between two starts double up to this.
const RESTART_WAIT_MAX: Duration = Duration::from_secs(30);
/// A worker that ran so long has recovered.
const RECOVERED_AFTER: Duration = Duration::from_secs(60);
/// The shortest sleep: a clock that stands still never makes the worker spin.
const SLEEP_MIN: Duration = Duration::from_millis(2);

/// Which connection is worked, and under what.
pub struct Work {
    /// Whose.
    pub company: CompanyId,
    /// Which.
    pub connection: ConnectionId,
    /// The lease, where there are other instances.
    pub hold: Hold,
}

/// Works for the connection until asked to stop; starts over, after a wait, when it fails.
pub async fn run(app: App, work: Work, bell: Arc<Notify>, stop: CancellationToken) {
    let connection = work.connection;
    let mut n_failures = 0_u32;
    while !stop.is_cancelled() {
        let began = Instant::now();
        let session = Session::run(&app, &work, &bell, &stop);
        match AssertUnwindSafe(session).catch_unwind().await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => {
                tracing::warn!(connection.id = %connection, error = &error as &dyn std::error::Error, "Starting over with connection {connection}");
            }
            Err(_panic) => {
                tracing::error!(connection.id = %connection, "The worker of connection {connection} broke off; starting over");
            }
        }
        metrics::counter!("lockstep_worker_restarts_total").increment(1);
        n_failures = if began.elapsed() > RECOVERED_AFTER {
            1
        } else {
            n_failures + 1
        };
        let wait = Duration::from_millis(250 << n_failures.min(10)).min(RESTART_WAIT_MAX);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// The worker's clock, microseconds UTC: the machine's, but it never stands still because that one was set back.
struct Clock {
    started_us: i64,
    started: Instant,
}

impl Clock {
    fn start() -> Self {
        Self {
            started_us: now_us(),
            started: Instant::now(),
        }
    }

    fn now_us(&self) -> i64 {
        let elapsed_us = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        now_us().max(self.started_us.saturating_add(elapsed_us))
    }
}

/// What the worker holds in memory, from one load to the next.
struct Session<'w> {
    app: &'w App,
    company: CompanyId,
    connection: ConnectionId,
    stop: &'w CancellationToken,
    clients: Arc<ConnectionClients>,
    /// What the replica was told of settings, tokens and people.
    told: Told,
    /// Projects that the connection's token can read, by name and number, folded.
    projects: Option<BTreeSet<String>>,
    projects_due_us: i64,
    projects_read: mpsc::UnboundedReceiver<BTreeSet<String>>,
    projects_to: mpsc::UnboundedSender<BTreeSet<String>>,
    replica: Replica,
    clock: Clock,
    /// Edits up to this change number are in the replica.
    edits_known_to: i64,
    /// Pending notices that the replica was told of.
    notices_told: BTreeSet<NoticeId>,
    /// Whether a feed named something that the replica was not told of yet.
    has_heard: bool,
    /// Calls under way that can change something.
    writes: BTreeSet<StepId>,
    /// Calls under way that read the feed of revisions.
    polls: BTreeSet<StepId>,
    /// Work items that are being read. What is heard of them meanwhile is told after: the read may be from before it.
    reads: BTreeMap<StepId, Vec<WorkItemId>>,
    answers: mpsc::UnboundedReceiver<Answered>,
    answer_to: mpsc::UnboundedSender<Answered>,
}

impl<'w> Session<'w> {
    async fn run(app: &'w App, work: &Work, bell: &Notify, stop: &'w CancellationToken) -> Result<(), SaveError> {
        let loaded = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            loaded = Self::load(app, work, stop) => loaded?,
        };
        let Some(mut session) = loaded else { return Ok(()) };
        session.look().await?;
        session.take(Input::Clock).await?;
        loop {
            session.take_up_notices_heard().await?;
            let mut wake_at_us = session.replica.wake_at_us().min(session.projects_due_us);
            if session.has_heard {
                let calm_at_us = app.storm.wait_until_us(session.connection, session.clock.now_us());
                wake_at_us = wake_at_us.min(calm_at_us.unwrap_or_default());
            }
            let wait_us = wake_at_us.saturating_sub(session.clock.now_us()).max(0);
            let wait = Duration::from_micros(wait_us.unsigned_abs()).max(SLEEP_MIN);
            tokio::select! {
                () = stop.cancelled() => return session.finish().await,
                Some(answered) = session.answers.recv() => session.take_answer(answered).await?,
                () = bell.notified() => session.look().await?,
                Some(read) = session.projects_read.recv() => {
                    session.projects = Some(read);
                    session.projects_due_us = session.clock.now_us() + knowledge::projects_wait_us(true);
                    session.learn().await?;
                }
                () = tokio::time::sleep(wait) => {
                    session.ask_projects();
                    session.take(Input::Clock).await?;
                }
            }
        }
    }

    /// What is stored, or `None` when the connection is gone.
    async fn load(app: &'w App, work: &Work, stop: &'w CancellationToken) -> Result<Option<Self>, SaveError> {
        let (company, connection) = (work.company, work.connection);
        let clients = Arc::new(ConnectionClients {
            app: app.clone(),
            company,
            connection,
            hold: work.hold.clone(),
        });
        let Some(mut told) = Told::read(app, company, connection, None, None).await? else {
            return Ok(None);
        };
        // Before anything is sent: a creation goes only where the connection's token can read. After the token was looked
        // up: one that is stored meanwhile differs from what was told, and has them asked for again.
        let projects = knowledge::projects_soon(&clients).await;
        told.rules.readable_projects.clone_from(&projects);
        // Before the items: an edit that comes between the two reads is read twice, which the replica sorts out.
        let edits_known_to = app.store.latest_change(company).await?;
        let items = app.store.open_items(company, connection).await?;
        let cursors = app.store.cursors(company, connection).await?;
        let clock = Clock::start();
        let mut replica = Replica::load(told.rules.clone(), cursors, items, clock.now_us());
        if let Some(unread) = app.store.unread_since_restore(company, connection).await? {
            tracing::warn!(connection.id = %connection, n_unread = unread.len(), "Connection {connection} was restored from a backup; nothing is written before everything paired has been read again");
            replica.reconcile_first(unread);
        }
        let (answer_to, answers) = mpsc::unbounded_channel();
        let (projects_to, projects_read) = mpsc::unbounded_channel();
        let projects_due_us = clock.now_us() + knowledge::projects_wait_us(projects.is_some());
        Ok(Some(Self {
            app,
            company,
            connection,
            stop,
            clients,
            told,
            projects,
            projects_due_us,
            projects_read,
            projects_to,
            replica,
            clock,
            edits_known_to,
            notices_told: BTreeSet::new(),
            has_heard: false,
            writes: BTreeSet::new(),
            polls: BTreeSet::new(),
            reads: BTreeMap::new(),
            answers,
            answer_to,
        }))
    }

    /// Asks which projects can be read, when it is time to.
    fn ask_projects(&mut self) {
        if self.projects_due_us > self.clock.now_us() {
            return;
        }
        self.projects_due_us = self.clock.now_us() + knowledge::projects_wait_us(false);
        let (clients, projects_to) = (self.clients.clone(), self.projects_to.clone());
        tokio::spawn(async move {
            if let Some(read) = knowledge::projects(&clients).await {
                let _is_heard = projects_to.send(read);
            }
        });
    }

    /// Somebody rang, or time has passed: what is new in the store?
    async fn look(&mut self) -> Result<(), SaveError> {
        self.learn().await?;
        let store = &self.app.store;
        let (edited, newest) = store
            .items_edited_after(self.company, self.connection, self.edits_known_to)
            .await?;
        if !edited.is_empty() {
            let items = store.items(self.company, self.connection, &edited).await?;
            self.edits_known_to = newest;
            self.take(Input::Edited(items)).await?;
        }
        self.has_heard = true;
        self.take_up_notices_heard().await
    }

    /// Tells the replica its rules where they are no longer what it was told.
    async fn learn(&mut self) -> Result<(), SaveError> {
        // A connection that is gone is stopped by the driver.
        let Some(mut now) = self.what_there_is_to_tell().await? else {
            return Ok(());
        };
        if now.rules.connection_token != self.told.rules.connection_token {
            // Another token may read other projects, and a creation goes only where it can.
            self.projects = knowledge::projects_soon(&self.clients).await;
            self.projects_due_us = self.clock.now_us() + knowledge::projects_wait_us(self.projects.is_some());
            let Some(with_projects) = self.what_there_is_to_tell().await? else {
                return Ok(());
            };
            now = with_projects;
        }
        if now != self.told {
            self.told = now;
            self.take(Input::Rules(Box::new(self.told.rules.clone()))).await?;
        }
        Ok(())
    }

    async fn what_there_is_to_tell(&self) -> Result<Option<Told>, StoreError> {
        Told::read(
            self.app,
            self.company,
            self.connection,
            self.projects.as_ref(),
            Some(&self.told),
        )
        .await
    }

    /// Tells the replica of pending notices it was not told of yet, unless more of them are coming in a crowd.
    async fn take_up_notices_heard(&mut self) -> Result<(), SaveError> {
        if self
            .app
            .storm
            .wait_until_us(self.connection, self.clock.now_us())
            .is_some()
        {
            return Ok(());
        }
        while std::mem::take(&mut self.has_heard) {
            let being_read: BTreeSet<WorkItemId> = self.reads.values().flatten().copied().collect();
            let pending = self.app.store.pending_notices(self.company, self.connection).await?;
            let new: Vec<_> = pending
                .into_iter()
                .filter(|notice| !self.notices_told.contains(&notice.id) && !being_read.contains(&notice.work_item))
                .collect();
            for some in new.chunks(N_NOTICES_MAX) {
                let work_items = some.iter().map(|notice| notice.work_item).collect();
                let items: BTreeMap<_, _> = self
                    .app
                    .store
                    .items_by_work_item(self.company, self.connection, &work_items)
                    .await?;
                let heard = some
                    .iter()
                    .map(|notice| Heard {
                        notice: notice.id,
                        work_item: notice.work_item,
                        item: items.get(&notice.work_item).cloned(),
                    })
                    .collect();
                self.notices_told.extend(some.iter().map(|notice| notice.id));
                self.take(Input::HeardOf(heard)).await?;
            }
        }
        Ok(())
    }

    async fn take_answer(&mut self, answered: Answered) -> Result<(), SaveError> {
        let Answered { step, answer, aside } = answered;
        self.writes.remove(&step);
        self.has_heard |= self.reads.remove(&step).is_some();
        let has_polled = self.polls.remove(&step) && matches!(answer, Answer::Page { is_last: true, .. });
        self.take(Input::Answered(step, answer, aside)).await?;
        if has_polled {
            let mut tx = self.app.store.begin().await?;
            tx.set_polled(self.company, self.connection, self.clock.now_us())
                .await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Gives the replica an input and carries out the steps it answers with, in order.
    async fn take(&mut self, input: Input) -> Result<(), SaveError> {
        let dice = u64::from_le_bytes(random_bytes());
        for step in self.replica.handle(self.clock.now_us(), dice, input) {
            self.carry_out(step).await?;
        }
        Ok(())
    }

    async fn carry_out(&mut self, step: Step) -> Result<(), SaveError> {
        let is_write = step.call.as_ref().is_some_and(Call::is_write);
        let is_stopping = self.stop.is_cancelled();
        if is_stopping && is_write {
            // Not begun: its edits still wait at the next start.
            return Ok(());
        }
        if !step.save.is_empty() {
            let applied = self.save(&step.save).await?;
            self.has_heard |= applied.has_heard;
            self.note(&step.save);
        }
        if let Some(call) = step.call.filter(|_| !is_stopping) {
            if is_write {
                self.writes.insert(step.id);
            }
            match &call {
                Call::Poll(Feed::Revisions, _) => drop(self.polls.insert(step.id)),
                Call::ReadItems(ids) => drop(self.reads.insert(step.id, ids.clone())),
                Call::ReadBin(id) => drop(self.reads.insert(step.id, vec![*id])),
                _ => {}
            }
            calls::spawn(self.clients.clone(), step.id, call, self.answer_to.clone());
        }
        Ok(())
    }

    async fn save(&self, records: &[Record]) -> Result<Applied, SaveError> {
        let scope = Scope {
            company: self.company,
            connection: self.connection,
            now_us: self.clock.now_us(),
        };
        let mut tx = self.app.store.begin().await?;
        if let Hold::Lease(lease) = &self.clients.hold
            && !tx
                .holds_lease(self.company, self.connection, lease.instance, lease.term)
                .await?
        {
            return Err(SaveError::Overtaken {
                what: "lease of connection",
                id: self.connection.0,
            });
        }
        let applied = tx.apply_records(scope, &self.told.rules, records).await?;
        tx.commit().await?;
        Ok(applied)
    }

    /// What the worker itself keeps of saved records: notices that are done, tokens that are gone, lines in the log.
    fn note(&mut self, records: &[Record]) {
        for record in records {
            match record {
                Record::NoticesSettled(notices, _) => {
                    for notice in notices {
                        self.notices_told.remove(notice);
                    }
                }
                Record::TokenRefused(_, TokenTrouble::LacksRight) => self.projects_due_us = self.clock.now_us(),
                // The replica knows already; telling it again would end the pauses it keeps.
                Record::TokenRefused(Whom::Member(member), _) => {
                    self.told.rules.own_tokens.remove(member);
                    self.told.rules.unusable_tokens.insert(*member);
                }
                Record::TokenRefused(Whom::Connection, _) => self.told.is_token_ok = false,
                Record::Health(Health::InLockstep) => self.told.is_token_ok = true,
                _ => {}
            }
            journal::tell(self.connection, record);
        }
    }

    /// Waits for calls that can change something, begins nothing new. One whose answer doesn't come in time is found
    /// unanswered at the next start.
    async fn finish(&mut self) -> Result<(), SaveError> {
        let deadline = tokio::time::Instant::now() + STOP_WITHIN;
        while !self.writes.is_empty() {
            let Ok(Some(answered)) = tokio::time::timeout_at(deadline, self.answers.recv()).await else {
                break;
            };
            self.take_answer(answered).await?;
        }
        Ok(())
    }
}
