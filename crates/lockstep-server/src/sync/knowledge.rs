//! What the sync engine is told of a connection: its settings, whose tokens work, people's names, readable projects.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use lockstep_sync::call::Clients;
use lockstep_sync::edit::Whom;
use lockstep_sync::rules::{ConflictRule, Rules, TokenOwner, WithoutOwnToken};

use super::calls::ConnectionClients;
use crate::app::App;
use crate::config::Config;
use crate::ids::{BoardId, CompanyId, ConnectionId, MemberId};
use crate::program_board::nodes::{Nodes, scope_of};
use crate::store::StoreError;
use crate::store::connections::ConnectionRow;
use crate::store::credentials::CredentialRow;
use crate::store::members::MemberRow;

/// How often the readable projects are asked for, microseconds.
const PROJECTS_EVERY_US: i64 = 3600 * 1_000_000;
/// The same, while they are not known.
const PROJECTS_RETRY_US: i64 = 30 * 1_000_000;
/// How long anybody waits for them.
const PROJECTS_WITHIN: Duration = Duration::from_secs(10);

/// What the engine was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// As the engine takes it.
    pub rules: Rules,
    /// Whether the connection's token counts as taken. It is tried again when that changes.
    pub is_token_ok: bool,
    /// As of which changes of the boards their nodes and scopes were told.
    boards: BTreeMap<BoardId, (i64, usize)>,
}

impl Told {
    /// What there is to tell now, or `None` when the connection is gone.
    pub async fn read(
        app: &App,
        company: CompanyId,
        connection: ConnectionId,
        projects: Option<&BTreeSet<String>>,
        before: Option<&Self>,
    ) -> Result<Option<Self>, StoreError> {
        let Some(row) = app.store.connection(company, connection).await? else {
            return Ok(None);
        };
        let credentials = app.store.credentials(company, connection).await?;
        let members = app.store.members(company).await?;
        let mut told = Self {
            rules: rules(&app.config, &row, &credentials, &members, projects),
            is_token_ok: credentials.iter().any(|c| c.member_id.is_none() && c.state == "ok"),
            boards: BTreeMap::new(),
        };
        told.rules.restored = app
            .store
            .restore_of(company, connection)
            .await?
            .map(|row| row.restored());
        told.read_boards(app, company, connection, before).await?;
        Ok(Some(told))
    }

    /// Scopes of the boards and paths of the nodes; as they were told before where no board has changed, since a node that
    /// changes is a change of the boards.
    async fn read_boards(
        &mut self,
        app: &App,
        company: CompanyId,
        connection: ConnectionId,
        before: Option<&Self>,
    ) -> Result<(), StoreError> {
        let boards = app.store.boards_of_connection(company, connection).await?;
        if boards.is_empty() {
            return Ok(());
        }
        let n_cards: BTreeMap<BoardId, i64> = app.store.n_cards(company).await?.into_iter().collect();
        let n_cards = |board: BoardId| about(n_cards.get(&board).copied().unwrap_or(0));
        self.boards = boards
            .iter()
            .map(|board| (board.board(), (board.change_number, n_cards(board.board()))))
            .collect();
        if let Some(before) = before.filter(|before| before.boards == self.boards) {
            self.rules.nodes.clone_from(&before.rules.nodes);
            self.rules.scopes.clone_from(&before.rules.scopes);
            return Ok(());
        }
        let nodes = Nodes::of(app.store.nodes(company, connection).await?);
        self.rules.nodes = nodes.rows().map(|node| (node.node_id, node.path.clone())).collect();
        self.rules.scopes = boards
            .iter()
            .map(|board| scope_of(board, &nodes, n_cards(board.board())))
            .collect();
        Ok(())
    }
}

/// A number of cards by its two highest bits: it says how many may leave at once, and a card more or less is no news.
fn about(n_cards: i64) -> usize {
    let n_cards = usize::try_from(n_cards).unwrap_or(0);
    let step = 1_usize << n_cards.checked_ilog2().unwrap_or(0).saturating_sub(1);
    n_cards / step * step
}

/// The rules that follow from the rows.
pub fn rules(
    config: &Config,
    connection: &ConnectionRow,
    credentials: &[CredentialRow],
    members: &[MemberRow],
    projects: Option<&BTreeSet<String>>,
) -> Rules {
    let active: BTreeMap<MemberId, &MemberRow> = members
        .iter()
        .filter(|m| m.is_active)
        .map(|m| (MemberId(m.id), m))
        .collect();
    let own_tokens = credentials
        .iter()
        .filter(|c| c.state == "ok")
        .filter_map(|c| Some((MemberId(c.member_id?), owner(c))))
        // Somebody who left writes nothing more under their name.
        .filter(|(member, _)| active.contains_key(member));
    let unusable = credentials.iter().filter(|c| c.state != "ok");
    Rules {
        without_own_token: match connection.without_own_token.as_str() {
            "write_as_connection" => WithoutOwnToken::WriteAsConnection,
            _ => WithoutOwnToken::Hold,
        },
        conflict: match connection.conflict_rule.as_str() {
            "azure_devops_wins" => ConflictRule::AzureDevopsWins,
            "lockstep_wins" => ConflictRule::LockstepWins,
            _ => ConflictRule::Ask,
        },
        notes_on_behalf_create: connection.notes_on_behalf_create,
        notes_on_behalf_update: connection.notes_on_behalf_update,
        marker_base: format!("{}/x/", config.public_url),
        collection_url: connection.server_url.clone(),
        delay_bound_us: micros(config.creation_delay_bound_ms),
        request_timeout_us: micros(config.request_timeout_ms),
        poll_interval_us: micros(config.poll_interval_ms),
        readable_projects: projects.cloned(),
        // A refused one stays in use: it is tried again, less and less often.
        connection_token: credentials
            .iter()
            .find(|c| c.member_id.is_none() && c.state != "reenter")
            .map(owner),
        own_tokens: own_tokens.collect(),
        unusable_tokens: unusable.filter_map(|c| c.member_id).map(MemberId).collect(),
        names: members.iter().map(|m| (MemberId(m.id), m.name.clone())).collect(),
        nodes: BTreeMap::new(),
        scopes: Vec::new(),
        restored: None,
    }
}

/// Projects that the connection's token can read, by name and by number, folded; `None` when they could not be asked for.
pub async fn projects(clients: &ConnectionClients) -> Option<BTreeSet<String>> {
    let client = clients.client(Whom::Connection).await?;
    let projects = client.projects().await.ok()?;
    Some(
        projects
            .into_iter()
            .flat_map(|project| [project.id, project.name])
            .map(|text| text.to_lowercase())
            .collect(),
    )
}

/// The same, within a bound: somebody waits.
pub async fn projects_soon(clients: &ConnectionClients) -> Option<BTreeSet<String>> {
    tokio::time::timeout(PROJECTS_WITHIN, projects(clients))
        .await
        .ok()
        .flatten()
}

/// When to ask again, microseconds from now.
pub fn projects_wait_us(are_known: bool) -> i64 {
    if are_known {
        PROJECTS_EVERY_US
    } else {
        PROJECTS_RETRY_US
    }
}

fn owner(credential: &CredentialRow) -> TokenOwner {
    TokenOwner {
        identity_id: credential.identity_id.clone(),
        unique_name: credential.identity_unique_name.clone().unwrap_or_default(),
        name: credential.identity_name.clone(),
        fingerprint: credential.fingerprint.clone(),
    }
}

fn micros(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX).saturating_mul(1000)
}
