//! Log lines and numbers about what was saved. Ids, revs and outcomes; never a token, a title, a value or an address.

use lockstep_sync::edit::Outcome;
use lockstep_sync::record::{Health, Record, TokenTrouble};

use crate::ids::ConnectionId;

/// Tells of one saved record.
pub fn tell(connection: ConnectionId, record: &Record) {
    match record {
        Record::AttemptEnded {
            attempt, outcome, rev, ..
        } => {
            let name = outcome_name(*outcome);
            metrics::counter!("lockstep_attempts_total", "outcome" => name).increment(1);
            tracing::info!(connection.id = %connection, attempt.id = %attempt, rev = rev.map(|rev| rev.0), "Request {attempt} ended: {name}");
        }
        Record::AttemptUnknown(attempt, search) if search.n_lookups == 0 => {
            metrics::counter!("lockstep_attempts_unanswered_total").increment(1);
            tracing::warn!(connection.id = %connection, attempt.id = %attempt, "Request {attempt} was not answered; looking for its effect");
        }
        Record::Paired(item, work_item) => {
            tracing::info!(connection.id = %connection, item.id = %item, work_item.id = %work_item, "Item {item} is work item {work_item}");
        }
        Record::NoticesSettled(notices, _) => {
            metrics::counter!("lockstep_notices_settled_total").increment(notices.len() as u64);
        }
        Record::TokenRefused(whom, trouble) => {
            let trouble = match trouble {
                TokenTrouble::Expired => "has expired",
                TokenTrouble::Refused => "is refused",
                TokenTrouble::LacksRight => "lacks a right",
            };
            tracing::warn!(connection.id = %connection, ?whom, "A token of connection {connection} {trouble}");
        }
        Record::Reconciled => {
            tracing::info!(connection.id = %connection, "Everything paired has been read again since the restore; writing goes on");
        }
        Record::Health(health) => {
            let health = match health {
                Health::InLockstep => "answers",
                Health::Unreachable => "does not answer",
                Health::TokenRefused => "refuses its token",
                Health::Throttled => "asks to be left alone for a while",
            };
            tracing::info!(connection.id = %connection, "Connection {connection} {health}");
        }
        _ => {}
    }
}

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "applied",
        Outcome::FoundApplied => "found applied",
        Outcome::FoundAbsent => "found absent",
        Outcome::RevMoved => "the work item had moved on",
        Outcome::Refused => "refused",
        Outcome::Unsent => "not sent",
    }
}
