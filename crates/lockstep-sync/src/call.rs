//! Calls to Azure DevOps and their answers, and [`perform`], which turns one into the other through the client.
//!
//! The product's driver and the simulation both go through [`perform`], so every byte that the product sends has been
//! simulated. It decides nothing: what an answer means is the replica's business.

use std::future::Future;

use azdo::{
    AuthFailure, Client, Creation, Error, FeedStart, Identity, Rev, Transport, Update, WorkItem, WorkItemId,
    WorkItemUpdate,
};

use crate::edit::Whom;
use crate::links::carries_marker;
use crate::record::{Feed, Mention, TokenTrouble};
use crate::tries::Try;

/// One thing to ask of Azure DevOps.
#[derive(Debug, Clone)]
pub enum Call {
    /// Read work items in one batch, at most 200, relations included.
    ReadItems(Vec<WorkItemId>),
    /// Read what happened to a work item.
    ReadUpdates(WorkItemId),
    /// Look for a work item in the recycle bin.
    ReadBin(WorkItemId),
    /// Make a work item.
    Create {
        /// Whose token.
        whom: Whom,
        /// Project.
        project: String,
        /// Type.
        work_item_type: String,
        /// Fields and the marker.
        creation: Creation,
    },
    /// Change a work item that is still at the rev the update tests.
    Update {
        /// Whose token.
        whom: Whom,
        /// Which.
        work_item: WorkItemId,
        /// What to change.
        update: Update,
    },
    /// Move a work item to the recycle bin.
    Delete {
        /// Whose token.
        whom: Whom,
        /// Its project.
        project: String,
        /// Which.
        work_item: WorkItemId,
    },
    /// Take a work item out of the recycle bin.
    Restore {
        /// Whose token.
        whom: Whom,
        /// Which.
        work_item: WorkItemId,
    },
    /// Look for the work item that carries a marker, among those its creator made since.
    FindMarker {
        /// Project.
        project: String,
        /// Type.
        work_item_type: String,
        /// Sign-in name of the creator, where that is known.
        creator: Option<String>,
        /// Only younger ones, microseconds UTC.
        since_us: i64,
        /// The marker.
        marker: String,
    },
    /// Read one page of a feed.
    Poll(Feed, FeedStart),
}

/// What came back.
#[derive(Debug)]
pub enum Answer {
    /// Work items that could be read; others that were asked for could not.
    Items(Vec<WorkItem>),
    /// What happened to a work item, oldest first.
    Updates(Vec<WorkItemUpdate>),
    /// Whether it is in the recycle bin, and who put it there.
    Bin(Option<Option<Identity>>),
    /// The work item after a write, at the rev it made.
    Written(WorkItem),
    /// A deletion or restoration was accepted.
    Moved,
    /// The work item with the marker, if one was found.
    Found(Option<WorkItem>),
    /// A page of a feed.
    Page {
        /// What it named.
        entries: Vec<PageEntry>,
        /// Where to go on.
        token: Option<String>,
        /// Whether there is no further page now.
        is_last: bool,
    },
    /// It did not work.
    Failed(Failure),
}

/// One entry of a feed.
#[derive(Debug, Clone)]
pub struct PageEntry {
    /// What it named.
    pub mention: Mention,
    /// When it changed by the server's clock, microseconds UTC.
    pub changed_us: Option<i64>,
    /// Project and type, where the feed says.
    pub project: Option<String>,
    /// Work item type, where the feed says.
    pub work_item_type: Option<String>,
}

/// Why a call did not work, by what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// Nothing was changed, for certain, and nothing is wrong with the request: try again later.
    NotNow,
    /// It may have been carried out; nobody knows.
    MaybeDone,
    /// The work item has moved past the rev that was tested. Nothing was changed.
    RevMoved,
    /// The server refuses. Nothing was changed.
    Refused {
        /// In its own words.
        answer: String,
        /// Fields that it named.
        fields: Vec<azdo::FieldName>,
    },
    /// The link is there already. Nothing was changed.
    AlreadyExists,
    /// It does not exist, or this token may not see it; in the server's words, where it has any.
    NotFound(Option<String>),
    /// The token is not taken.
    Token(TokenTrouble),
    /// The token lacks a right, in the server's words.
    LacksRight(String),
    /// Leave this identity alone for so long, milliseconds. Nothing was changed.
    Throttled(u64),
    /// There is no token to send it with. Nothing was sent.
    NoToken,
}

/// What the driver learned beside the answer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Aside {
    /// The server asked this identity to wait so long, milliseconds; it can come with a success.
    pub retry_after_ms: Option<u64>,
    /// The server's clock, microseconds UTC.
    pub server_time_us: Option<i64>,
    /// The server leaves the links out of its answer to a write.
    pub lacks_links: bool,
}

/// Where clients come from: one for each token.
pub trait Clients {
    /// What carries the bytes.
    type Transport: Transport;
    /// A client with that token, or `None` when there is none to use.
    fn client(&self, whom: Whom) -> impl Future<Output = Option<Client<Self::Transport>>> + Send;
}

impl Call {
    /// Whose token the call carries. Observations are the connection's alone.
    pub fn whom(&self) -> Whom {
        match self {
            Call::Create { whom, .. }
            | Call::Update { whom, .. }
            | Call::Delete { whom, .. }
            | Call::Restore { whom, .. } => *whom,
            _ => Whom::Connection,
        }
    }

    /// Whether it can change something in Azure DevOps.
    pub fn is_write(&self) -> bool {
        matches!(
            self,
            Call::Create { .. } | Call::Update { .. } | Call::Delete { .. } | Call::Restore { .. }
        )
    }
}

/// Carries out one call. One request, or a few reads; never a second write.
pub async fn perform<C: Clients>(clients: &C, call: &Call) -> (Answer, Aside) {
    carry_out(clients, call, false).await
}

/// Asks what the server would say of a request, and writes nothing: [`Answer::Written`] is what there would be.
pub async fn try_out<C: Clients>(clients: &C, what: &Try) -> Answer {
    if !matches!(what.call, Call::Create { .. } | Call::Update { .. }) {
        // Nothing else can be asked without doing it.
        return Answer::Failed(Failure::NotNow);
    }
    carry_out(clients, &what.call, true).await.0
}

async fn carry_out<C: Clients>(clients: &C, call: &Call, is_try: bool) -> (Answer, Aside) {
    let Some(client) = clients.client(call.whom()).await else {
        return (Answer::Failed(Failure::NoToken), Aside::default());
    };
    let answer = match ask(&client, call, is_try).await {
        Ok(answer) => answer,
        Err(Error::Unauthenticated { reason }) => Answer::Failed(doubt_token(&client, reason, call).await),
        Err(error) => Answer::Failed(failure(&error)),
    };
    let throttle = client.take_throttle();
    (
        answer,
        Aside {
            retry_after_ms: throttle.retry_after_ms,
            server_time_us: client.server_time_us(),
            lacks_links: !client.versions().answers_with_relations(),
        },
    )
}

async fn ask<T: Transport>(client: &Client<T>, call: &Call, is_try: bool) -> Result<Answer, Error> {
    Ok(match call {
        Call::ReadItems(ids) => Answer::Items(client.work_items(ids).await?),
        Call::ReadUpdates(id) => Answer::Updates(client.updates(*id).await?),
        Call::ReadBin(id) => Answer::Bin(client.deleted_work_item(*id).await?.map(|deleted| deleted.deleted_by)),
        Call::Create {
            project,
            work_item_type,
            creation,
            ..
        } => Answer::Written(
            client
                .create_work_item(project, work_item_type, creation, is_try)
                .await?,
        ),
        Call::Update { work_item, update, .. } => {
            Answer::Written(client.update_work_item(*work_item, update, is_try).await?)
        }
        Call::Delete { project, work_item, .. } => {
            client.delete_work_item(project, *work_item).await?;
            Answer::Moved
        }
        Call::Restore { work_item, .. } => {
            client.restore_work_item(*work_item).await?;
            Answer::Moved
        }
        Call::FindMarker {
            project,
            work_item_type,
            creator,
            since_us,
            marker,
        } => Answer::Found(find_marker(client, project, work_item_type, creator.as_deref(), *since_us, marker).await?),
        Call::Poll(Feed::Revisions, from) => {
            let page = client.revisions_feed(from).await?;
            let entries = page.values.iter().map(|entry| PageEntry {
                mention: Mention {
                    work_item: entry.id,
                    rev: Some(entry.rev),
                    is_deleted: entry.is_deleted(),
                },
                changed_us: entry.changed_us(),
                project: text_of(&entry.fields, azdo::field::TEAM_PROJECT),
                work_item_type: text_of(&entry.fields, azdo::field::WORK_ITEM_TYPE),
            });
            Answer::Page {
                entries: entries.collect(),
                token: page.continuation_token,
                is_last: page.is_last_batch,
            }
        }
        Call::Poll(Feed::Links, from) => {
            let page = client.links_feed(from).await?;
            // Either end may have a row here, and either may show the change.
            let entries = page
                .values
                .iter()
                .flat_map(|entry| [entry.source_id, entry.target_id])
                .map(|id| PageEntry {
                    mention: Mention {
                        work_item: id,
                        rev: None,
                        is_deleted: false,
                    },
                    changed_us: None,
                    project: None,
                    work_item_type: None,
                });
            Answer::Page {
                entries: entries.collect(),
                token: page.continuation_token,
                is_last: page.is_last_batch,
            }
        }
    })
}

fn text_of(fields: &azdo::Fields, name: &str) -> Option<String> {
    Some(fields.get(&azdo::FieldName::from(name))?.as_str()?.to_owned())
}

/// WIQL names candidates, reading them by number shows the marker. WIQL alone may lag and can't see a hyperlink.
async fn find_marker<T: Transport>(
    client: &Client<T>,
    project: &str,
    work_item_type: &str,
    creator: Option<&str>,
    since_us: i64,
    marker: &str,
) -> Result<Option<WorkItem>, Error> {
    let since = jiff::Timestamp::from_microsecond(since_us).unwrap_or_default();
    let by = creator.map_or_else(String::new, |creator| {
        format!("AND [System.CreatedBy] = {} ", azdo::wiql::quote(creator))
    });
    let wiql = format!(
        "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = {} AND [System.WorkItemType] = {} \
         {by}AND [System.CreatedDate] >= '{since:.3}' ORDER BY [System.Id]",
        azdo::wiql::quote(project),
        azdo::wiql::quote(work_item_type),
    );
    let ids = client.query(Some(project), &wiql, Some(1000)).await?;
    for batch in ids.chunks(200) {
        let found = client
            .work_items(batch)
            .await?
            .into_iter()
            .filter(|item| carries_marker(item, marker));
        // The lowest number is kept, should a middlebox have repeated the request.
        if let Some(item) = found.min_by_key(|item| item.id) {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

/// One refusal is no proof: some answers of a healthy server look like one. The token is asked for by itself.
async fn doubt_token<T: Transport>(client: &Client<T>, reason: AuthFailure, _call: &Call) -> Failure {
    match client.connection_data().await {
        Ok(data) if !data.is_anonymous => Failure::NotNow,
        Ok(_) | Err(Error::Unauthenticated { .. }) => Failure::Token(match reason {
            AuthFailure::Expired => TokenTrouble::Expired,
            _ => TokenTrouble::Refused,
        }),
        Err(_) => Failure::NotNow,
    }
}

/// What an error means for what comes next.
fn failure(error: &Error) -> Failure {
    match error {
        Error::RevMoved => Failure::RevMoved,
        Error::RuleBroken { message, rules } => Failure::Refused {
            answer: message.clone(),
            fields: rules.iter().map(|rule| rule.field.clone()).collect(),
        },
        Error::Refused { message, .. } => Failure::Refused {
            answer: message.clone(),
            fields: Vec::new(),
        },
        Error::Forbidden { message } => Failure::Refused {
            answer: message.clone(),
            fields: Vec::new(),
        },
        Error::MissingScope { message } => Failure::LacksRight(message.clone()),
        Error::NotFound { message } => Failure::NotFound(message.clone()),
        Error::AlreadyExists => Failure::AlreadyExists,
        Error::Throttled { retry_after_ms } => Failure::Throttled(*retry_after_ms),
        Error::Transport(error) if error.is_unsent => Failure::NotNow,
        error if error.is_definite() => Failure::NotNow,
        _ => Failure::MaybeDone,
    }
}

/// Which update of a work item is the one that an attempt made.
///
/// The request tested `expected`, so if it took effect it made the very next revision. That revision is ours if it is
/// by the identity of the token and touches each field that was sent; what else it touches, the server's rules set.
pub fn own_update<'a>(
    updates: &'a [WorkItemUpdate],
    expected: Rev,
    identity_id: &str,
    sent: &azdo::Fields,
    was_equal: impl Fn(&azdo::FieldName, &serde_json::Value) -> bool,
) -> Option<&'a WorkItemUpdate> {
    updates.iter().find(|update| {
        update.rev == Rev(expected.0 + 1)
            && update
                .revised_by
                .id
                .as_deref()
                .is_some_and(|id| id.eq_ignore_ascii_case(identity_id))
            && sent.iter().all(|(field, value)| {
                let change = update.fields.get(field);
                let now = change
                    .and_then(|change| change.new_value.as_ref())
                    .unwrap_or(&serde_json::Value::Null);
                // A field that already had the value is not in the update.
                change.map_or_else(
                    || was_equal(field, value),
                    |_| crate::value::is_kept_form(field, value, now),
                )
            })
    })
}
