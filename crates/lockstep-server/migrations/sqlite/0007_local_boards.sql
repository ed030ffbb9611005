-- A local board has a connection of its own that leads nowhere: never listed, never worked on, without a token.

alter table connections add column is_local integer not null default 0 check (is_local in (0, 1));
