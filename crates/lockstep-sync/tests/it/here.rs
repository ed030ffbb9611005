//! What people do in Lockstep: create, edit, move, link, plan, publish, discard, decide.

use azdo::{FieldName, WorkItemId, field};
use lockstep_sync::call::try_out;
use lockstep_sync::edit::{Act, Choice, Edit, EditState, Hold, Target};
use lockstep_sync::item::{Item, Presence};
use lockstep_sync::plan::tries;
use lockstep_sync::replica::Input;
use lockstep_sync::{EditId, ItemId, MemberId, PARENT};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::wire::run;
use crate::world::{BOARD, PEOPLE, PROJECT, World};

/// Links that are made and taken away here.
const LINKS: [&str; 2] = ["System.LinkTypes.Related", "System.LinkTypes.Dependency-Reverse"];
/// What they say.
const AGREEMENTS: [Option<&str>; 3] = [None, Some("Lockstep: proposed"), Some("Lockstep: accepted")];
/// Items that are made here, at most.
const ITEMS_MAX: usize = 5;

/// Links of an item that could be taken away here.
fn links_of(item: &Item) -> Vec<(String, WorkItemId)> {
    let relations = item.remote.as_ref().filter(|_| item.presence == Presence::Present);
    let relations = relations.map(|remote| remote.relations.as_slice()).unwrap_or_default();
    let links = relations.iter().filter(|r| LINKS.contains(&r.rel.as_str()));
    links.filter_map(|r| Some((r.rel.clone(), r.work_item_id()?))).collect()
}

impl World {
    pub fn value(&mut self, what: &str) -> String {
        self.n_values += 1;
        format!("{what} {}", self.n_values)
    }

    pub fn one_of<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        (!list.is_empty()).then(|| list[self.dice.below(list.len() as u64) as usize].clone())
    }

    /// Somebody acts in Lockstep.
    pub fn act_here(&mut self) {
        let author = self.members[self.dice.below(3) as usize];
        // What lives in Lockstep alone is not the engine's business.
        let is_followed = |item: &&Item| item.work_item.is_some() || item.is_to_be_created();
        let items: Vec<ItemId> = self
            .store
            .items
            .values()
            .filter(is_followed)
            .map(|item| item.id)
            .collect();
        if items.is_empty() || (items.len() < ITEMS_MAX && self.dice.below(4) == 0) {
            self.create(author, &items);
            return;
        }
        let Some(mut id) = self.one_of(&items) else { return };
        let has_drafts = self.store.items[&id].edits.iter().any(|edit| edit.is_draft);
        if has_drafts && self.dice.below(4) == 0 {
            self.end_drafts(id, author);
            return;
        }
        let act = if self.dice.below(12) == 0 {
            // Links come and go, so one is looked for where there are some.
            let has_links = |id: &ItemId| !links_of(&self.store.items[id]).is_empty();
            let linked: Vec<ItemId> = items.iter().copied().filter(has_links).collect();
            id = self.one_of(&linked).unwrap_or(id);
            let item = self.store.load(&self.store.items[&id]);
            self.some_link_there(&item)
        } else {
            self.some_act(id)
        };
        if let Some(act) = act {
            let is_draft = !matches!(act, Act::Decide { .. }) && self.dice.below(4) == 0;
            self.edit(id, vec![(author, act, is_draft)]);
        }
    }

    fn create(&mut self, author: MemberId, others: &[ItemId]) {
        let item = ItemId(Uuid::from_u128(
            u128::from(self.dice.next_u64()) << 64 | u128::from(self.dice.next_u64()),
        ));
        let mut values = vec![(field::TITLE, json!(self.value("born"))), (field::TAGS, json!("here"))];
        if self.dice.coin() {
            // Hidden before Lockstep has learned its number, a creation can't be found by anybody: a stated limit.
            values.push((
                field::AREA_ID,
                json!(self.dice.pick(&[self.places.root, self.places.quay])),
            ));
            values.push((field::ITERATION_ID, json!(self.dice.pick(&self.places.iterations))));
        }
        if self.dice.below(3) == 0
            && let Some(parent) = self.one_of(others)
        {
            values.push((PARENT, self.end_of(parent)));
        }
        let fields = values
            .into_iter()
            .map(|(name, value)| (FieldName::from(name), value))
            .collect();
        let act = Act::Create {
            project: PROJECT.to_owned(),
            work_item_type: "Task".to_owned(),
            fields,
        };
        let is_draft = self.dice.below(3) == 0;
        let is_card = self.has_board && self.dice.coin();
        if is_card {
            self.store.put_on_board(item, BOARD);
        }
        self.edit(item, vec![(author, act, is_draft)]);
    }

    /// An item as a value of the parent: by its number, or by ours while it has none.
    fn end_of(&self, item: ItemId) -> Value {
        match self.store.items[&item].work_item {
            Some(number) => json!(number.0),
            None => json!({ "item": item }),
        }
    }

    /// Drafts of an item are tried, and published or discarded, some or all, by whoever comes along.
    fn end_drafts(&mut self, id: ItemId, author: MemberId) {
        let item = self.store.load(&self.store.items[&id]);
        if self.dice.coin() {
            self.try_drafts(&item);
        }
        let is_some = self.dice.below(3) == 0;
        let choice = match self.dice.below(3) {
            0 => Choice::GiveUp,
            _ => Choice::Publish,
        };
        self.count(if choice == Choice::Publish {
            "publish"
        } else {
            "discard"
        });
        let drafts: Vec<EditId> = item
            .edits
            .iter()
            .filter(|edit| edit.is_draft)
            .map(|edit| edit.id)
            .collect();
        let chosen = drafts.into_iter().filter(|_| !is_some || self.dice.coin());
        let decisions = chosen
            .map(|edit| {
                let choice = choice.clone();
                (author, Act::Decide { edit, choice }, false)
            })
            .collect();
        self.edit(id, decisions);
    }

    /// Asks what the server would say of an item's drafts; whatever it says, nothing is written.
    fn try_drafts(&mut self, item: &Item) {
        let n_written = |world: &World| world.wire.sim.lock().unwrap().ground_truth().len();
        *self.wire.request_id.lock().unwrap() = "a try".to_owned();
        *self.wire.now_us.lock().unwrap() = self.there_us();
        for tried in tries(item, &self.rules) {
            let before = n_written(self);
            let answer = run(try_out(&self.tokens, &tried));
            self.count("try");
            self.tell(|| format!("tried {:?}: {answer:?}", tried.edits));
            assert_eq!(before, n_written(self), "trying writes nothing: {tried:?}");
        }
    }

    fn some_act(&mut self, id: ItemId) -> Option<Act> {
        let item = self.store.load(&self.store.items[&id]);
        let held: Vec<Edit> = item
            .edits
            .iter()
            .filter(|edit| edit.hold().is_some())
            .cloned()
            .collect();
        if !held.is_empty() && self.dice.below(3) == 0 {
            let edit = self.one_of(&held)?;
            let EditState::Held { hold } = &edit.state else {
                return None;
            };
            let choice = match (hold, self.dice.below(4)) {
                (_, 0) => Choice::GiveUp,
                // What may have been written unseen is given up oftener: much can go wrong there.
                (_, 1 | 2) if edit.doubt.is_some() => Choice::GiveUp,
                (Hold::Conflict { theirs, .. }, 1) => Choice::Theirs { seen: theirs.clone() },
                (Hold::Conflict { theirs, .. }, _) => Choice::Ours { seen: theirs.clone() },
                (Hold::Unsure, 1) => Choice::SearchAgain,
                (Hold::Unsure, _) => Choice::CreateAnyway,
                _ => Choice::Retry,
            };
            return Some(Act::Decide { edit: edit.id, choice });
        }
        let pick = self.dice.below(31);
        let field = FieldName::from(match pick {
            0..5 => field::TITLE,
            5..8 => field::DESCRIPTION,
            8..11 => field::STATE,
            11..13 => field::PRIORITY,
            13..15 => field::TAGS,
            15 => {
                return Some(Act::Comment {
                    html: self.value("said"),
                });
            }
            16 | 17 => return self.some_link(&item),
            18 => return Some(Act::Delete),
            19 => return Some(Act::Restore),
            20 | 21 => PARENT,
            22 | 23 => field::AREA_ID,
            24 => field::ITERATION_ID,
            25 | 26 => return self.some_link(&item),
            27 => PARENT,
            28 | 29 => field::DESCRIPTION,
            _ => field::ASSIGNED_TO,
        });
        let was = item.local(&field).clone();
        let to = match field.as_str() {
            PARENT => self.some_parent(id),
            _ => self.some_value(&field, &was),
        };
        Some(Act::Set { field, was, to })
    }

    fn some_parent(&mut self, of: ItemId) -> Value {
        let is_other = |item: &&Item| item.id != of && (item.work_item.is_some() || item.is_to_be_created());
        let others: Vec<ItemId> = self.store.items.values().filter(is_other).map(|item| item.id).collect();
        match self.one_of(&others).filter(|_| self.dice.below(4) > 0) {
            Some(parent) => self.end_of(parent),
            None => Value::Null,
        }
    }

    /// A value that somebody on either side could give a field, after `was`.
    pub fn some_value(&mut self, name: &FieldName, was: &Value) -> Value {
        match name.as_str() {
            field::TITLE => json!(self.value("title")),
            field::DESCRIPTION if self.dice.below(5) == 0 => Value::Null,
            field::DESCRIPTION => {
                let text = self.value("text");
                json!(match self.dice.below(4) {
                    0 => format!("<DIV class='b' id=a>{text} &amp; more<br></DIV>"),
                    1 => format!("<p>{text}</p>"),
                    2 => format!("<div>{text}&nbsp;<script>x</script></div>"),
                    _ => text,
                })
            }
            // Some of them are no states of a task.
            field::STATE => json!(self.dice.pick(&["New", "Active", "Closed", "Removed", "Bogus"])),
            field::PRIORITY => json!(1 + self.dice.below(4)),
            field::AREA_ID => json!(self.dice.pick(&self.places.areas())),
            field::ITERATION_ID => json!(self.dice.pick(&self.places.iterations)),
            field::TAGS => {
                let mut tags = lockstep_sync::value::tags(was.as_str().unwrap_or_default());
                let tag = self.dice.pick(&["red", "Blue", "green", "here"]).to_owned();
                if tags.remove(&tag.to_lowercase()).is_none() {
                    tags.insert(tag.to_lowercase(), tag);
                }
                json!(tags.into_values().collect::<Vec<_>>().join("; "))
            }
            _ => match self.dice.below(4) {
                0 => Value::Null,
                n => json!(PEOPLE[n as usize - 1]),
            },
        }
    }

    fn some_link(&mut self, item: &Item) -> Option<Act> {
        if self.dice.coin()
            && let Some(act) = self.some_link_there(item)
        {
            return Some(act);
        }
        let is_other = |other: &&Item| other.id != item.id && (other.work_item.is_some() || other.is_to_be_created());
        let others: Vec<(ItemId, Option<WorkItemId>)> = self
            .store
            .items
            .values()
            .filter(is_other)
            .map(|other| (other.id, other.work_item))
            .collect();
        let (end, number) = self.one_of(&others)?;
        let target = number.map_or(Target::Item { item: end }, Target::WorkItem);
        Some(Act::Link {
            rel: self.dice.pick(&LINKS).to_owned(),
            target,
            is_added: true,
            comment: self.dice.pick(&AGREEMENTS).map(str::to_owned),
        })
    }

    /// A link that is there is taken away, or says something else.
    fn some_link_there(&mut self, item: &Item) -> Option<Act> {
        let (rel, target) = self.one_of(&links_of(item))?;
        if self.dice.coin()
            && let Some(number) = item.work_item
        {
            // Just before, somebody moves the links there.
            self.move_links(number.0);
        }
        let is_added = self.dice.below(3) == 0;
        let comment = self.dice.pick(&AGREEMENTS).map(str::to_owned);
        Some(Act::Link {
            rel,
            target: Target::WorkItem(target),
            is_added,
            comment: comment.filter(|_| is_added),
        })
    }

    /// Edits of an item are accepted in one go: stored, then the engine hears of them.
    pub fn edit(&mut self, item: ItemId, acts: Vec<(MemberId, Act, bool)>) {
        for (author, act, is_draft) in acts {
            self.count("edit");
            if self
                .store
                .items
                .get(&item)
                .is_some_and(|item| item.edits.iter().any(Edit::is_sending))
            {
                self.count("edited while sending");
            }
            self.n_values += 1;
            let id = EditId(Uuid::from_u128(u128::from(self.n_values) << 32 | 0xED17));
            self.tell(|| format!("edit {id} of {item} by {author}, draft {is_draft}: {act:?}"));
            if is_draft {
                self.planned.insert(id);
            }
            let edit = Edit {
                id,
                change: 0,
                author,
                at_us: self.now_us,
                act,
                state: EditState::Waiting,
                is_draft,
                doubt: None,
            };
            self.accepted.push((item, edit.clone()));
            self.store.append(item, edit);
        }
        // The bell is a hint and may ring late, but the store has it.
        if let Some(stored) = self.store.items.get(&item) {
            let stored = self.store.load(stored);
            self.feed(Input::Edited(vec![stored]));
        }
    }
}
