//! SQL texts and the macros that run them on whichever database there is; how to use them stands in [`super`].

/// Which text of a statement to use where the databases differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// One statement in both dialects.
#[derive(Debug, Clone, Copy)]
pub struct Both {
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
}

impl Both {
    /// The text for `dialect`.
    pub const fn on(self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }
}

/// A statement as the preparing test sees it.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// The constant's name.
    pub name: &'static str,
    /// Its text or texts.
    pub text: Both,
}

/// Declares the SQL constants of a store file and `ALL`, the list of them.
#[macro_export]
macro_rules! sql {
    (@one $text:literal) => { $text };
    (@ty $text:literal) => { &'static str };
    (@ty { sqlite: $s:literal, postgres: $p:literal }) => { $crate::store::Both };
    (@one { sqlite: $s:literal, postgres: $p:literal }) => { $crate::store::Both { sqlite: $s, postgres: $p } };
    (@both $text:literal) => { $crate::store::Both { sqlite: $text, postgres: $text } };
    (@both { sqlite: $s:literal, postgres: $p:literal }) => { $crate::store::Both { sqlite: $s, postgres: $p } };
    ($($(#[$doc:meta])* $name:ident = $text:tt;)*) => {
        $( $(#[$doc])* const $name: $crate::sql!(@ty $text) = $crate::sql!(@one $text); )*
        /// Every statement of this file, for the test that prepares them on both databases.
        pub const ALL: &[$crate::store::Statement] =
            &[$($crate::store::Statement { name: stringify!($name), text: $crate::sql!(@both $text) }),*];
    };
}

/// Runs one read on whichever database there is: `db!(store, |c| sqlx::query_as::<_, Row>(SQL).bind(x).fetch_all(c))`.
#[macro_export]
macro_rules! db {
    ($store:expr, |$c:ident| $call:expr) => {
        $crate::db!($store, |$c, _dialect| $call)
    };
    ($store:expr, |$c:ident, $dialect:ident| $call:expr) => {
        match $store.db() {
            $crate::store::Db::Sqlite { read, .. } => {
                let ($c, $dialect) = (read, $crate::store::Dialect::Sqlite);
                $call.await.map_err($crate::store::StoreError::from)
            }
            $crate::store::Db::Pg(pool) => {
                let ($c, $dialect) = (pool, $crate::store::Dialect::Postgres);
                $call.await.map_err($crate::store::StoreError::from)
            }
        }
    };
}

/// Runs one read inside a transaction: `tx!(tx, |c| sqlx::query_scalar(SQL).bind(x).fetch_one(c))`.
#[macro_export]
macro_rules! tx {
    ($tx:expr, |$c:ident| $call:expr) => {
        $crate::tx!($tx, |$c, _dialect| $call)
    };
    ($tx:expr, |$c:ident, $dialect:ident| $call:expr) => {
        match $tx.on() {
            $crate::store::On::Sqlite(connection) => {
                let ($c, $dialect) = (connection, $crate::store::Dialect::Sqlite);
                $call.await.map_err($crate::store::StoreError::from)
            }
            $crate::store::On::Pg(connection) => {
                let ($c, $dialect) = (connection, $crate::store::Dialect::Postgres);
                $call.await.map_err($crate::store::StoreError::from)
            }
        }
    };
}

/// Runs one write inside a transaction and gives how many rows it touched: `run!(tx, sqlx::query(SQL).bind(x))`.
#[macro_export]
macro_rules! run {
    ($tx:expr, |$dialect:ident| $query:expr) => {
        match $tx.on() {
            $crate::store::On::Sqlite(connection) => {
                let $dialect = $crate::store::Dialect::Sqlite;
                $query
                    .execute(connection)
                    .await
                    .map(|done| done.rows_affected())
                    .map_err($crate::store::StoreError::from)
            }
            $crate::store::On::Pg(connection) => {
                let $dialect = $crate::store::Dialect::Postgres;
                $query
                    .execute(connection)
                    .await
                    .map(|done| done.rows_affected())
                    .map_err($crate::store::StoreError::from)
            }
        }
    };
    ($tx:expr, $query:expr) => {
        $crate::run!($tx, |_dialect| $query)
    };
}
