//! What people do in Azure DevOps: everything they may do there, and what an administrator does to nodes and rights.

use azdo::{FieldName, field};
use azdo_sim::Permission;
use lockstep_sync::PARENT_LINK;
use lockstep_sync::replica::Input;
use serde_json::{Value, json};

use crate::world::{CONNECTION_PERSON, PEOPLE, PROJECT, VAULT, World};

impl World {
    /// Somebody acts in Azure DevOps.
    pub fn act_there(&mut self) {
        let ids: Vec<i64> = self.wire.sim.lock().unwrap().all_ids();
        let person = self.dice.pick(&[PEOPLE[0], PEOPLE[1], PEOPLE[2], CONNECTION_PERSON]);
        let now_us = self.there_us();
        let sim = self.wire.sim.clone();
        self.count("act there");
        if ids.is_empty() || self.dice.below(25) == 0 {
            let title = self.value("theirs");
            let area = self.dice.pick(&self.places.areas());
            let area = self.path_of(area);
            let work_item_type = self.dice.pick(&["Task", "Task", "User Story"]);
            let values = [(field::TITLE, json!(title)), (field::AREA_PATH, json!(area))];
            let _ = sim
                .lock()
                .unwrap()
                .person_create(now_us, person, PROJECT, work_item_type, &values);
            return;
        }
        let id = ids[self.dice.below(ids.len() as u64) as usize];
        let pick = self.dice.below(26);
        let result = match pick {
            0 | 1 => sim.lock().unwrap().person_delete(now_us, person, id),
            2 | 3 => sim.lock().unwrap().person_restore(now_us, person, id),
            4..7 => {
                let target = ids[self.dice.below(ids.len() as u64) as usize];
                let rel = self.dice.pick(&[
                    "System.LinkTypes.Related",
                    "System.LinkTypes.Dependency-Reverse",
                    PARENT_LINK,
                ]);
                sim.lock().unwrap().person_add_link(now_us, person, id, rel, target)
            }
            7..10 => self.remove_some_link(person, id),
            10 => {
                let said = self.value("they said");
                sim.lock()
                    .unwrap()
                    .person_update(now_us, person, id, &[(field::HISTORY, json!(said))])
                    .map(drop)
            }
            13 | 14 => {
                let target = ids[self.dice.below(ids.len() as u64) as usize];
                self.reparent(person, id, target)
            }
            11 | 12 => {
                let (name, places) = match self.dice.coin() {
                    true => (field::AREA_PATH, self.places.areas()),
                    false => (field::ITERATION_PATH, self.places.iterations.clone()),
                };
                let node = self.dice.pick(&places);
                let path = json!(self.path_of(node));
                sim.lock()
                    .unwrap()
                    .person_update(now_us, person, id, &[(name, path)])
                    .map(drop)
            }
            _ => {
                let names = [
                    field::TITLE,
                    field::DESCRIPTION,
                    field::STATE,
                    field::TAGS,
                    field::PRIORITY,
                ];
                let name = FieldName::from(self.dice.pick(&names));
                let was = sim.lock().unwrap().work_item_snapshot(id);
                let was = was
                    .and_then(|s| s.fields.get(name.as_str()).cloned())
                    .unwrap_or(Value::Null);
                let value = self.some_value(&name, &was);
                sim.lock()
                    .unwrap()
                    .person_update(now_us, person, id, &[(name.as_str(), value)])
                    .map(drop)
            }
        };
        self.tell(|| format!("{person} acts on {id} in Azure DevOps ({pick}): {result:?}"));
    }

    /// Somebody adds a link to a work item, or takes one away.
    pub fn move_links(&mut self, id: i64) {
        let ids: Vec<i64> = self.wire.sim.lock().unwrap().all_ids();
        let target = self.dice.pick(&ids);
        let sim = self.wire.sim.clone();
        let result = match self.dice.coin() {
            true => self.remove_some_link(PEOPLE[0], id),
            false => {
                let mut sim = sim.lock().unwrap();
                sim.person_add_link(self.there_us(), PEOPLE[0], id, "System.LinkTypes.Related", target)
            }
        };
        self.tell(|| format!("the links of {id} move in Azure DevOps: {result:?}"));
    }

    /// Puts a work item under another parent.
    fn reparent(&mut self, person: &str, id: i64, parent: i64) -> Result<(), azdo_sim::SimError> {
        let sim = self.wire.sim.clone();
        let mut sim = sim.lock().unwrap();
        let relations = sim.work_item_snapshot(id).map(|s| s.relations).unwrap_or_default();
        let held = relations.iter().find(|(rel, _)| rel == PARENT_LINK);
        if let Some(held) = held.and_then(|(_, url)| url.rsplit('/').next()?.parse().ok()) {
            sim.person_remove_link(self.there_us(), person, id, PARENT_LINK, held)?;
        }
        sim.person_add_link(self.there_us(), person, id, PARENT_LINK, parent)
    }

    /// Removes a link that is there, if there is one.
    fn remove_some_link(&mut self, person: &str, id: i64) -> Result<(), azdo_sim::SimError> {
        let sim = self.wire.sim.clone();
        let mut sim = sim.lock().unwrap();
        let relations = sim.work_item_snapshot(id).map(|s| s.relations).unwrap_or_default();
        let links: Vec<(String, i64)> = relations
            .into_iter()
            .filter(|(_, url)| url.contains("/workItems/"))
            .filter_map(|(rel, url)| Some((rel, url.rsplit('/').next()?.parse().ok()?)))
            .collect();
        let Some((rel, target)) = self.one_of(&links) else {
            return Ok(());
        };
        sim.person_remove_link(self.there_us(), person, id, &rel, target)
    }

    /// The connection's account loses sight of an area, or gets it back; a work item may be moved there.
    pub fn change_rights(&mut self) {
        self.count("rights");
        let is_hidden = !self.is_hidden;
        self.is_hidden = is_hidden;
        let sim = self.wire.sim.clone();
        let mut sim = sim.lock().unwrap();
        sim.set_permission(
            CONNECTION_PERSON,
            Permission::ReadWorkItems {
                area: Some(VAULT.to_owned()),
            },
            !is_hidden,
        );
        // Hidden before Lockstep has learned its number, a creation can't be found by anybody: that is a stated limit.
        let ids: Vec<i64> = self
            .store
            .items
            .values()
            .filter_map(|item| item.work_item)
            .map(|id| id.0)
            .collect();
        if !ids.is_empty() {
            let id = ids[self.dice.below(ids.len() as u64) as usize];
            let quay = sim.areas(PROJECT).into_iter().find(|node| node.id == self.places.quay);
            let quay = quay.expect("it is renamed and never removed").path;
            let area = if self.dice.coin() { VAULT.to_owned() } else { quay };
            let _ = sim.person_update(self.there_us(), PEOPLE[0], id, &[(field::AREA_PATH, json!(area))]);
        }
        drop(sim);
        self.tell(|| format!("the vault is hidden: {is_hidden}"));
    }

    /// A node gets another name, or Lockstep reads the names anew.
    pub fn change_nodes(&mut self) {
        if self.dice.coin() {
            self.read_nodes();
            return;
        }
        self.count("rename");
        let nodes = [self.places.quay, self.places.gate, self.places.iterations[0]];
        let node = self.dice.pick(&nodes);
        let name = self.value("renamed");
        let sim = self.wire.sim.clone();
        let result = sim.lock().unwrap().rename_node(self.there_us(), PEOPLE[0], node, &name);
        self.tell(|| format!("node {node} is called {name}: {result:?}"));
    }

    /// Lockstep reads areas and iterations, as the server does every now and then.
    pub fn read_nodes(&mut self) {
        self.rules.nodes = self.nodes();
        let n_cards = self.store.items.values().filter(|item| !item.boards.is_empty()).count();
        for scope in &mut self.rules.scopes {
            scope.n_cards = n_cards;
        }
        self.feed(Input::Rules(Box::new(self.rules.clone())));
    }

    /// The path of a node; of one that is gone, that of the root.
    fn path_of(&self, node: i64) -> String {
        let nodes = self.nodes();
        nodes.get(&node).unwrap_or(&nodes[&self.places.root]).clone()
    }
}
