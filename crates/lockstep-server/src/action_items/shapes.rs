//! What the browser gets about action items.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::origin::Origin;
use super::status::Status;

/// The company's action items.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActionItemList {
    /// By number; in the bin the latest first.
    pub items: Vec<ActionItem>,
    /// The company's change number that this list is at least as new as.
    pub change: i64,
}

/// An action item with all that is open about it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActionItem {
    /// Its number for programs.
    pub id: Uuid,
    /// Its number for people.
    pub number: i64,
    /// Title.
    pub title: String,
    /// Description, cleaned.
    pub description_html: String,
    /// Whether our editor can give the description back as it was; if not, it is edited in Azure DevOps.
    pub is_description_editable: bool,
    /// Status, a view of the work item's state.
    pub status: Status,
    /// 1 to 4.
    pub priority: Option<i64>,
    /// Due date, ISO.
    pub due_on: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Team.
    pub team: Option<String>,
    /// Where it came from.
    pub origin: Origin,
    /// Who owns it.
    pub owner: Option<Owner>,
    /// Its work item, made or about to be.
    pub work_item: Option<WorkItemRef>,
    /// How the two sides stand.
    pub sync: ItemSync,
    /// What is not settled, in order.
    pub open_edits: Vec<OpenEdit>,
    /// When it was made.
    pub created_us: i64,
    /// Who made it.
    pub created_by: String,
    /// When something of it changed.
    pub changed_us: i64,
    /// Since when it is in the bin, if it is.
    pub deleted: Option<Deleted>,
    /// Change number of its last change.
    pub change: i64,
}

/// Who owns an action item.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ActionItemOwner)]
pub struct Owner {
    /// The member; `null` for somebody who is in Azure DevOps alone.
    pub member_id: Option<Uuid>,
    /// Name.
    pub name: String,
    /// One or two letters.
    pub initials: String,
    /// Colour of the initials, 1 to 6; `null` for somebody who is in Azure DevOps alone.
    pub avatar: Option<i64>,
}

/// The work item of an action item.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkItemRef {
    /// The connection it is at.
    pub connection_id: Uuid,
    /// The connection's label.
    pub connection_label: String,
    /// Its number there; `null` until it is created.
    pub id: Option<i64>,
    /// Its type.
    pub r#type: String,
    /// The type's colour, `RRGGBB`.
    pub type_color: Option<String>,
    /// Its state, as shown here.
    pub state: Option<String>,
    /// What the state means: `Proposed`, `InProgress`, `Resolved`, `Completed`, `Removed`, `Unknown`.
    pub state_category: Option<String>,
    /// The state's colour, `RRGGBB`.
    pub state_color: Option<String>,
    /// Its project.
    pub project: String,
    /// Its area.
    pub area_path: String,
    /// Its iteration.
    pub iteration_path: String,
    /// The page a person sees it on.
    pub url: Option<String>,
    /// The revision last read.
    pub rev: Option<i64>,
}

/// How the two sides of an action item stand.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ItemSync {
    /// The worst of what is open.
    pub state: SyncState,
    /// Edits that are not settled.
    pub n_waiting: usize,
    /// The same in words, where there is something to say.
    pub detail: Option<String>,
}

/// How an action item stands with Azure DevOps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// It lives here alone.
    Local,
    /// Both sides agree.
    InLockstep,
    /// Edits are to be written.
    Waiting,
    /// An edit waits for its author's token.
    NeedsToken,
    /// A field was changed on both sides.
    Conflict,
    /// Azure DevOps refused an edit.
    Refused,
    /// An edit is kept back.
    Held,
    /// Nobody knows whether a request took effect.
    Unknown,
    /// The connection can no longer read the work item.
    OutOfSight,
}

/// An edit that is not settled.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenEdit {
    /// Its number.
    pub id: Uuid,
    /// `title`, `status`, ... or `create`, `delete`, `restore`, `comment`.
    pub field: String,
    /// The same for people.
    pub label: String,
    /// Who acted.
    pub author: EditAuthor,
    /// When.
    pub at_us: i64,
    /// Where it stands.
    pub state: OpenEditState,
    /// What its author saw.
    pub was: Option<String>,
    /// What its author wants.
    pub to: Option<String>,
    /// What Azure DevOps has, where both sides changed it.
    pub theirs: Option<String>,
    /// Who changed it there.
    pub theirs_by: Option<String>,
    /// The server's own words, where it refused.
    pub answer: Option<String>,
    /// What to do about it.
    pub next_step: Option<String>,
    /// Whether the one who asks may decide about it.
    pub may_decide: bool,
    /// What can be decided.
    pub acts: Vec<DecideAct>,
}

/// Who made an edit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EditAuthor {
    /// The member.
    pub member_id: Uuid,
    /// Name.
    pub name: String,
    /// One or two letters.
    pub initials: String,
}

/// Where an open edit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenEditState {
    /// To be written.
    Waiting,
    /// On its way.
    Sending,
    /// Changed on both sides.
    Conflict,
    /// Refused by Azure DevOps.
    Refused,
    /// Its author has no token that works.
    NeedsToken,
    /// Kept back: the work item is deleted or out of sight.
    Held,
    /// The answer was lost.
    Unknown,
}

/// What can be decided about an open edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecideAct {
    /// Try it once more.
    Retry,
    /// Let it go.
    GiveUp,
    /// Write ours.
    Ours,
    /// Keep theirs.
    Theirs,
    /// Look once more for what may have been created.
    SearchAgain,
    /// Create it, knowing that it may be there.
    CreateAnyway,
}

/// Since when an action item is in the bin.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Deleted {
    /// When it was deleted.
    pub at_us: i64,
    /// By whom, as far as that is known.
    pub by: String,
    /// On which side.
    pub r#where: Side,
    /// Until when the bin shows it.
    pub until_us: i64,
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum Side {
    /// Here: in the bin `here`, in a history `lockstep`.
    #[serde(rename = "here")]
    Here,
    /// There.
    #[serde(rename = "azure_devops")]
    AzureDevops,
}

/// An action item with its history and comments.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActionItemDetail {
    /// The item.
    pub item: ActionItem,
    /// What happened to it, the latest first.
    pub history: Vec<HistoryRow>,
    /// What was said about it, the oldest first.
    pub comments: Vec<CommentRow>,
}

/// One line of a history, as whom.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HistoryRow {
    /// Tells the line from the others.
    pub id: String,
    /// When.
    pub at_us: i64,
    /// Who did it.
    pub who: String,
    /// Where.
    pub r#where: Place,
    /// `title`, `status`, ... or `create`, `push`, `delete`, `restore`, `comment`.
    pub what: String,
    /// Before.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
    /// How it ended, or where it stands.
    pub state: HistoryState,
    /// The owner of the token, as Azure DevOps shows them.
    pub written_as: Option<String>,
    /// Whose token it was.
    pub written_with: Option<WrittenWith>,
    /// The revision it made.
    pub rev: Option<i64>,
    /// The server's own words, where it refused.
    pub answer: Option<String>,
}

/// Where something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Here.
    Lockstep,
    /// There.
    AzureDevops,
}

/// How something ended, or where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HistoryState {
    /// Done.
    Settled,
    /// To be written.
    Waiting,
    /// On its way.
    Sending,
    /// Kept back.
    Held,
    /// A later edit took its place before it was written.
    Superseded,
    /// Their value stood.
    LostConflict,
    /// A person let it go.
    GivenUp,
}

/// Whose token a request carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WrittenWith {
    /// The author's own.
    OwnToken,
    /// The connection's.
    ConnectionToken,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CommentRow {
    /// Tells it from the others.
    pub id: String,
    /// When.
    pub at_us: i64,
    /// Who said it.
    pub who: String,
    /// Where.
    pub r#where: Place,
    /// What, cleaned.
    pub html: String,
    /// Where it stands.
    pub state: HistoryState,
}
