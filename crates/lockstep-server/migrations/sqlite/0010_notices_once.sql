-- The same event sent by several subscriptions is kept once: a rule of the table, so that it holds whoever writes.
drop index notices_by_event;
create unique index notices_event_once on notices (connection_id, event_id, event_type, work_item_id, rev)
    where source = 'hook' and event_id is not null and work_item_id is not null and rev is not null;
