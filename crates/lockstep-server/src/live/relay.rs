//! Carries announcements between instances that share a database: what one commits, ends or is asked for, all hear.
//!
//! A bell can be lost with the connection that carries it. So after a loss, and whenever none has rung for [`LOOK_EVERY`],
//! the change numbers are looked at: streams fill the gap from the store, whichever bell they missed.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::{self, error::RecvError};
use uuid::Uuid;

use super::{ChangeNotice, Noun};
use crate::app::App;
use crate::ids::{BoardId, ConnectionId, MemberId};
use crate::store::StoreError;
use crate::store::bells::{Bell, Heard};

/// How often the change numbers are looked at without a bell.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// How long it waits before it tries again to listen.
const AGAIN_AFTER: Duration = Duration::from_secs(2);
/// Words that may wait to be told.
const N_WORDS_MAX: usize = 1024;

/// What is told the other instances beside changes of the database. All are hints: each is also found without them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Word {
    /// There is something to do for a connection.
    Ring(ConnectionId),
    /// Somebody is on a board, and looks at a card.
    Present {
        /// The board.
        board: BoardId,
        /// Who.
        member: MemberId,
        /// The card.
        item: Option<Uuid>,
    },
    /// Somebody does not want to be seen.
    Unseen(MemberId),
}

/// Where words for the other instances are left.
#[derive(Debug, Clone)]
pub struct Relay(Arc<broadcast::Sender<Word>>);

impl Default for Relay {
    fn default() -> Self {
        Self(Arc::new(broadcast::Sender::new(N_WORDS_MAX)))
    }
}

impl Relay {
    /// Tells the other instances, if there can be any.
    pub fn tell(&self, word: Word) {
        let _listeners = self.0.send(word);
    }
}

/// Tells and hears until the server is asked to stop. Ends at once where there can't be another instance.
pub async fn run(app: App) {
    if !app.store.is_shared() {
        return;
    }
    let telling = tell(&app);
    let hearing = async {
        loop {
            if let Err(error) = hear(&app).await {
                tracing::warn!(error = crate::error::chain(&error), "Other instances can't be heard");
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    };
    tokio::select! {
        () = app.shutdown.cancelled() => {}
        () = telling => {}
        () = hearing => {}
    }
}

async fn tell(app: &App) {
    let mut words = app.relay.0.subscribe();
    loop {
        let mut some = match words.recv().await {
            Ok(word) => vec![word],
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        while let Ok(word) = words.try_recv() {
            if !some.contains(&word) {
                some.push(word);
            }
        }
        // What this instance works itself is nobody else's to hear of.
        some.retain(|word| !matches!(word, Word::Ring(connection) if app.leases.hold(*connection).is_some()));
        if let Err(error) = app.store.tell_others(&some).await {
            tracing::debug!(error = crate::error::chain(&error), "Other instances could not be told");
        }
    }
}

async fn hear(app: &App) -> Result<(), StoreError> {
    let Some(mut bells) = app.store.bells().await? else {
        return Ok(());
    };
    // Listening begins before the first look, so that nothing falls between the two.
    look(app).await?;
    loop {
        match tokio::time::timeout(LOOK_EVERY, bells.next()).await {
            Ok(Ok(Heard::Bell(bell))) => announce(app, &bell),
            Ok(Ok(Heard::Missed)) | Err(_) => look(app).await?,
            Ok(Err(error)) => return Err(error),
        }
    }
}

fn announce(app: &App, bell: &Bell) {
    for notice in bell.changes() {
        app.live.announce(notice);
    }
    for ended in bell.ended() {
        app.live.end(*ended);
    }
    for word in bell.words() {
        match *word {
            Word::Ring(connection) => app.wake.ring_here(connection),
            Word::Present { board, member, item } => {
                app.boards.presences.note(board, member, item, app.now_us());
            }
            Word::Unseen(member) => app.boards.presences.forget(member),
        }
    }
}

/// Announces the last change of each company that has one which was not announced here.
async fn look(app: &App) -> Result<(), StoreError> {
    for (company, change) in app.store.latest_changes().await? {
        if app.live.latest(company) >= Some(change) {
            continue;
        }
        let last = app.store.changes_after(company, change - 1, 1).await?;
        let Some(row) = last.first() else { continue };
        app.live.announce(ChangeNotice {
            company,
            change: row.change,
            noun: Noun::ALL
                .into_iter()
                .find(|noun| noun.as_str() == row.noun)
                .unwrap_or(Noun::Sync),
            id: row.noun_id,
        });
    }
    Ok(())
}
