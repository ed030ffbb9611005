-- What an item is loaded with: edits not settled, and those let go of which a request may still take effect.
create index edits_open_by_item on edits (item_id) where state <> 'settled' or doubt is not null;
