//! Bells between the instances that share a PostgreSQL database: what one commits, the others announce too.
//!
//! A bell is part of its transaction, so it rings when that is committed and in the order of commits. It can be lost with a
//! connection; whoever listens looks at the change numbers then, and now and again anyway.

use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgListener};
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

use super::{Db, Inner, Store, StoreError, Tx};
use crate::ids::CompanyId;
use crate::live::relay::Word;
use crate::live::{ChangeNotice, Ended, Noun};

const CHANNEL: &str = "lockstep";
/// Of PostgreSQL alone, so not among the statements that both databases know.
const RING: &str = "select pg_notify('lockstep', $1)";
/// Sessions that wait for bells: the last they asked for was to listen.
const LISTENING: &str =
    "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen %'";
/// Sessions of servers, and of commands that work with the database.
const WORKING: &str =
    "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'lockstep'";
/// What one bell tells at most: PostgreSQL takes 8000 bytes, and each of these is some 110.
const N_PER_BELL: usize = 50;

/// What an instance tells the others.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Bell {
    from: Uuid,
    changes: Vec<(CompanyId, i64, Noun, Uuid)>,
    ended: Vec<Ended>,
    words: Vec<Word>,
}

/// Hears what other instances tell.
pub struct Bells {
    listener: PgListener,
    own: Uuid,
}

/// What was heard.
pub enum Heard {
    /// A bell.
    Bell(Bell),
    /// The connection was lost for a while: bells may have rung unheard.
    Missed,
}

/// Makes sure that no other process works with a PostgreSQL database.
///
/// Errors: [`StoreError::InUse`], one does.
pub(super) async fn refuse_company(url: &str) -> Result<(), StoreError> {
    let options: PgConnectOptions = url.parse().map_err(|error| StoreError::Address(Box::new(error)))?;
    let mut session = options.application_name("lockstep (alone)").connect().await?;
    let n: i64 = sqlx::query_scalar(WORKING).fetch_one(&mut session).await?;
    session.close().await?;
    if n > 0 {
        return Err(StoreError::InUse {
            what: "its sessions in PostgreSQL".to_owned(),
        });
    }
    Ok(())
}

impl Bell {
    /// The changes it tells of.
    pub fn changes(&self) -> impl Iterator<Item = ChangeNotice> {
        self.changes.iter().map(|(company, change, noun, id)| ChangeNotice {
            company: *company,
            change: *change,
            noun: *noun,
            id: *id,
        })
    }

    /// The sessions that ended.
    pub fn ended(&self) -> &[Ended] {
        &self.ended
    }

    /// What else it tells.
    pub fn words(&self) -> &[Word] {
        &self.words
    }
}

impl Bells {
    /// The next of another instance.
    pub async fn next(&mut self) -> Result<Heard, StoreError> {
        loop {
            let Some(notification) = self.listener.try_recv().await? else {
                return Ok(Heard::Missed);
            };
            // Another release may tell what this one doesn't know: then it looks.
            match serde_json::from_str::<Bell>(notification.payload()) {
                Ok(bell) if bell.from == self.own => {}
                Ok(bell) => return Ok(Heard::Bell(bell)),
                Err(_unknown) => return Ok(Heard::Missed),
            }
        }
    }
}

impl Store {
    /// Hears other instances from now on; `None` where there can't be any.
    pub async fn bells(&self) -> Result<Option<Bells>, StoreError> {
        let Db::Pg(pool) = &self.db else { return Ok(None) };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Some(Bells {
            listener,
            own: self.instance,
        }))
    }

    /// How many instances hear bells now.
    pub async fn n_listening(&self) -> Result<i64, StoreError> {
        let Db::Pg(pool) = &self.db else { return Ok(0) };
        Ok(sqlx::query_scalar(LISTENING).fetch_one(pool).await?)
    }

    /// Tells the other instances something that is no change of the database.
    pub async fn tell_others(&self, words: &[Word]) -> Result<(), StoreError> {
        let Db::Pg(pool) = &self.db else { return Ok(()) };
        for some in words.chunks(N_PER_BELL) {
            let bell = Bell {
                from: self.instance,
                words: some.to_vec(),
                ..Bell::default()
            };
            sqlx::query(RING).bind(text(&bell)).execute(pool).await?;
        }
        Ok(())
    }
}

impl Tx {
    /// Tells the other instances of what this transaction changes, once it is committed.
    pub(super) async fn ring_other_instances(&mut self) -> Result<(), StoreError> {
        let Inner::Pg(tx) = &mut self.inner else { return Ok(()) };
        let changes = self.numbered.chunks(N_PER_BELL).map(|some| Bell {
            from: self.instance,
            changes: some
                .iter()
                .map(|notice| (notice.company, notice.change, notice.noun, notice.id))
                .collect(),
            ..Bell::default()
        });
        let ended = self.ended.chunks(N_PER_BELL).map(|some| Bell {
            from: self.instance,
            ended: some.to_vec(),
            ..Bell::default()
        });
        for bell in changes.chain(ended) {
            sqlx::query(RING).bind(text(&bell)).execute(&mut **tx).await?;
        }
        Ok(())
    }
}

fn text(bell: &Bell) -> String {
    serde_json::to_string(bell).expect("numbers and our own words have a JSON form")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{BoardId, MemberId};

    #[test]
    fn the_longest_bell_is_within_what_postgresql_takes() {
        let id = Uuid::from_u128(u128::MAX);
        let bell = Bell {
            from: id,
            changes: vec![(CompanyId(id), i64::MAX, Noun::ActionItem, id); N_PER_BELL],
            ..Bell::default()
        };
        assert!(text(&bell).len() < 8000, "{}", text(&bell).len());
        let present = Word::Present {
            board: BoardId(id),
            member: MemberId(id),
            item: Some(id),
        };
        let bell = Bell {
            from: id,
            words: vec![present; N_PER_BELL],
            ..Bell::default()
        };
        assert!(text(&bell).len() < 8000, "{}", text(&bell).len());
    }
}
