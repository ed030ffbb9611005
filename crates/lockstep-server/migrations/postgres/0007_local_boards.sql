-- A local board has a connection of its own that leads nowhere: never listed, never worked on, without a token.

alter table connections add column is_local boolean not null default false;
