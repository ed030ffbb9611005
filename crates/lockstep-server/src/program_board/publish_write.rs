//! Publishing and discarding as edits: what becomes of drafts is decided by decisions, which the engine carries out.

use lockstep_sync::edit::{Act, Choice};
use uuid::Uuid;

use crate::access::Member;
use crate::ids::{EditId, ItemId};
use crate::store::boards::BoardRow;
use crate::store::edits::{EditRow, NewEdit};
use crate::store::{StoreError, Tx};

/// Lets drafts go.
pub async fn give_up(
    tx: &mut Tx,
    member: &Member,
    board: &BoardRow,
    drafts: &[EditRow],
    change: i64,
    now_us: i64,
) -> Result<(), StoreError> {
    decide(tx, member, board, drafts, &Choice::GiveUp, change, now_us).await
}

/// Means drafts from now on: they go out.
pub async fn publish(
    tx: &mut Tx,
    member: &Member,
    board: &BoardRow,
    drafts: &[EditRow],
    change: i64,
    now_us: i64,
) -> Result<(), StoreError> {
    decide(tx, member, board, drafts, &Choice::Publish, change, now_us).await
}

async fn decide(
    tx: &mut Tx,
    member: &Member,
    board: &BoardRow,
    drafts: &[EditRow],
    choice: &Choice,
    change: i64,
    now_us: i64,
) -> Result<(), StoreError> {
    for draft in drafts {
        let decision = NewEdit {
            // One decision of a kind about an edit, however often it is asked for.
            id: EditId(Uuid::new_v5(&draft.id, format!("{choice:?} {change}").as_bytes())),
            author: member.id,
            at_us: now_us,
            act: Act::Decide {
                edit: EditId(draft.id),
                choice: choice.clone(),
            },
            board: Some(board.board()),
            is_draft: false,
        };
        tx.append_edits(
            member.company,
            board.connection(),
            ItemId(draft.item_id),
            change,
            &[decision],
        )
        .await?;
    }
    Ok(())
}
