//! A conflict that nobody decided about for seven days: Azure DevOps' value stands.
//!
//! What was wanted here stays in the history and can be put back. The decision is appended like a person's, under the edit's
//! own author, and carried out by the engine.

use std::time::Duration;

use lockstep_sync::edit::{Act, Choice, Edit, Hold};
use uuid::Uuid;

use crate::action_items::item::{Pair, Stored};
use crate::action_items::load;
use crate::app::App;
use crate::ids::{CompanyId, EditId, ItemId};
use crate::live::Noun;
use crate::store::StoreError;
use crate::store::edits::NewEdit;

/// How long a conflict waits for a person, microseconds.
const CONFLICT_WAITS_US: i64 = 7 * 24 * 3600 * 1_000_000;
/// How often it is looked for.
const LOOK_EVERY: Duration = Duration::from_secs(3600);

/// Lets old conflicts go until the server is asked to stop.
pub async fn run(app: App) {
    let mut clock = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _now = clock.tick() => {}
        }
        if let Err(error) = let_go(&app, app.now_us()).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "Old conflicts could not be looked for"
            );
        }
    }
}

/// Decides for Azure DevOps' value in every conflict that is seven days old at `now_us`. Says how many there were.
pub async fn let_go(app: &App, now_us: i64) -> Result<usize, StoreError> {
    let mut n_let_go = 0;
    for company in app.store.companies().await? {
        let company = CompanyId(company.id);
        let rows = app.store.action_items(company).await?;
        for stored in load::with_work_items(app, company, rows).await? {
            n_let_go += let_go_of(app, company, &stored, now_us).await?;
        }
    }
    Ok(n_let_go)
}

async fn let_go_of(app: &App, company: CompanyId, stored: &Stored, now_us: i64) -> Result<usize, StoreError> {
    // Of several instances the one that works the connection decides.
    let Some(pair) = stored
        .pushed()
        .filter(|pair| app.leases.hold(pair.connection).is_some())
    else {
        return Ok(0);
    };
    let decisions: Vec<NewEdit> = pair
        .item
        .edits
        .iter()
        .filter_map(|edit| decision(pair, edit, now_us))
        .collect();
    if decisions.is_empty() {
        return Ok(0);
    }
    let item = ItemId(stored.row.id);
    let mut tx = app.store.begin().await?;
    let change = tx.number_change(company, Noun::ActionItem, item.0).await?;
    tx.append_edits(company, pair.connection, item, change, &decisions)
        .await?;
    tx.commit().await?;
    app.wake.ring(pair.connection);
    Ok(decisions.len())
}

/// The decision about an edit, if it is in a conflict that is old enough.
fn decision(pair: &Pair, edit: &Edit, now_us: i64) -> Option<NewEdit> {
    let Some(Hold::Conflict { theirs, .. }) = edit.hold() else {
        return None;
    };
    // A conflict is as old as the later of the two changes, at most; anything read since makes it younger, never older.
    let since_us = edit.at_us.max(pair.changed_us);
    if now_us - since_us < CONFLICT_WAITS_US {
        return None;
    }
    let seen = theirs.clone();
    Some(NewEdit {
        // One decision for one state of the conflict, however often the clock looks.
        id: EditId(Uuid::new_v5(&edit.id.0, format!("old conflict {since_us}").as_bytes())),
        author: edit.author,
        at_us: now_us,
        act: Act::Decide {
            edit: edit.id,
            choice: Choice::Theirs { seen },
        },
        board: None,
        is_draft: false,
    })
}
