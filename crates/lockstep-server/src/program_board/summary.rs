//! What lists and headers say of a board, and what the one who asks may do with it.

use super::shapes::{
    BoardConnection, BoardDetail, BoardImport, BoardLeaving, BoardPerson, BoardSee, BoardSummary, ImportState,
    WriteMode,
};
use super::view::BoardView;
use crate::access::{BoardRights, Member};
use crate::app::App;
use crate::error::{ApiError, Kind, Refusal};
use crate::ids::{BoardId, MemberId};
use crate::store::boards::{BoardMemberRow, BoardRow};

/// What is counted of a board.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Cards on it.
    pub n_cards: usize,
    /// Edits that wait to be published.
    pub n_drafts: usize,
    /// The company's change number of its last change.
    pub change: i64,
}

/// Who may see a board, as it is stored.
pub fn see(row: &BoardRow) -> BoardSee {
    if row.see == BoardSee::Listed.as_str() {
        BoardSee::Listed
    } else {
        BoardSee::Company
    }
}

/// What a member may do on a board, where it is known whether they are listed on it.
pub fn rights(member: &Member, row: &BoardRow, listed: Option<bool>) -> BoardRights {
    BoardRights::of(member.role, see(row) == BoardSee::Company, listed)
}

/// Looks at a board as one who may see it.
///
/// Errors: [`ApiError::NotFound`], there is no such board, or not for this member.
pub async fn look<R>(
    app: &App,
    member: &Member,
    board: BoardId,
    see: impl FnOnce(&mut BoardView, BoardRights) -> R,
) -> Result<R, ApiError> {
    let listed = app.store.listed_on_board(member.company, board, member.id).await?;
    super::views::look(app, member.company, board, |view| {
        let rights = rights(member, &view.row, listed);
        rights.may_see.then(|| see(view, rights))
    })
    .await?
    .ok_or(ApiError::NotFound)
}

/// Goes on only with whoever may plan on a board that lets something be done.
pub fn may_act(rights: BoardRights, row: &BoardRow) -> Result<(), ApiError> {
    if !rights.may_edit {
        return Err(
            Refusal::new(Kind::Forbidden, "board_not_yours", "You look on at this board")
                .detail("Somebody who manages boards has set who plans on it.")
                .next_step("Ask them to let you plan on it.")
                .into(),
        );
    }
    if WriteMode::of(&row.write_mode) == WriteMode::ReadOnly {
        return Err(
            Refusal::new(Kind::Conflict, "board_read_only", "This board is read-only")
                .detail("It shows what Azure DevOps has and writes nothing.")
                .next_step("Whoever manages boards can set it to live or to hold.")
                .into(),
        );
    }
    Ok(())
}

/// A board as lists and headers show it.
pub fn of(row: &BoardRow, label: Option<String>, counts: Counts, rights: BoardRights) -> BoardSummary {
    let detail = &row.import_detail.0;
    BoardSummary {
        id: row.id,
        name: row.name.clone(),
        connection: label.map(|label| BoardConnection {
            id: row.connection_id,
            label,
        }),
        is_local: row.set_up.is_local(),
        write_mode: WriteMode::of(&row.write_mode),
        n_cards: counts.n_cards,
        n_drafts: counts.n_drafts,
        import: BoardImport {
            state: match row.import_state.as_str() {
                "importing" => ImportState::Importing,
                "stopped" => ImportState::Stopped,
                _ => ImportState::Ready,
            },
            n_found: detail.n_found,
            n_read: detail.n_read,
            detail: detail.detail.clone(),
            leaving: detail.leaving.as_ref().map(|leaving| BoardLeaving {
                n: leaving.items.len(),
                since_us: leaving.since_us,
            }),
        },
        may_edit: rights.may_edit,
        may_manage: rights.may_manage,
        change: counts.change.max(row.change_number),
    }
}

/// A board in memory as headers show it.
pub fn of_view(view: &BoardView, rights: BoardRights) -> BoardSummary {
    let counts = Counts {
        n_cards: view.n_cards(),
        n_drafts: view.n_drafts(),
        change: view.version,
    };
    of(&view.row, view.label.clone(), counts, rights)
}

/// A board with its set-up.
pub fn detail(view: &BoardView, rights: BoardRights, listed: &[BoardMemberRow]) -> BoardDetail {
    let people = listed.iter().filter(|person| person.board_id == view.row.id);
    BoardDetail {
        board: of_view(view, rights),
        set_up: view.set_up().clone(),
        created_by: view.people.name(MemberId(view.row.created_by)).to_owned(),
        created_us: view.row.created_us,
        see: see(&view.row),
        people: people
            .map(|person| BoardPerson {
                member_id: person.member_id,
                may_edit: person.may_edit,
            })
            .collect(),
    }
}
