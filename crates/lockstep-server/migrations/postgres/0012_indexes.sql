-- Every statement names a company, and without statistics a database takes an index on the company alone for a good one: it
-- walked through all that a company has where a handful was asked for by number.
drop index work_items_by_company;
drop index edits_unsettled_by_company;
drop index attempts_by_item;
create index attempts_by_item on attempts (item_id, company_id, started_us);
-- How many cards each board has is asked at every look.
create index cards_there on cards (board_id, company_id, left_us) where left_us is null;
