//! What a board has to come to after the gestures of an event, told from the gestures alone, in the order of their numbers.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;

/// A card as it has to be in the end.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Card {
    /// None where it was made in the event.
    pub number: Option<i64>,
    /// Of the level of features.
    is_feature: bool,
    is_open: bool,
    /// Position of its row; -1 none.
    pub team: i64,
    /// Position of its column; -1 none.
    pub column: i64,
    /// Its title.
    pub title: String,
    /// Its load.
    pub points: Option<f64>,
    /// Its tags in order of their letters.
    pub tags: BTreeSet<String>,
    /// The item it hangs on.
    pub parent: Option<String>,
    /// E-mail of who it was assigned to in the event.
    pub assigned: Option<String>,
}

/// The board, by item.
#[derive(Debug, Default)]
pub struct Expected {
    /// Cards.
    pub cards: BTreeMap<String, Card>,
    /// Giver and taker, with what was agreed in the event.
    pub links: BTreeMap<(String, String), Option<String>>,
    /// What was said, by item.
    pub comments: Vec<(String, String)>,
    /// Cards that were made in the event.
    pub made: BTreeSet<String>,
}

impl Expected {
    /// The board after the gestures of a ledger.
    pub fn of(ledger: &Value) -> Result<Self> {
        let mut board = Self::default();
        for card in list(&ledger["before"]["cards"]) {
            board.cards.insert(text(&card["item"])?, read(card)?);
        }
        for link in list(&ledger["before"]["links"]) {
            board.links.insert((text(&link[0])?, text(&link[1])?), None);
        }
        let mut gestures: Vec<&Value> = list(&ledger["gestures"]).collect();
        gestures.sort_by_key(|gesture| gesture["change"].as_i64());
        let mails: BTreeMap<&str, &str> = list(&ledger["planners"])
            .filter_map(|planner| Some((planner["id"].as_str()?, planner["user"].as_str()?)))
            .collect();
        for gesture in gestures {
            for act in list(&gesture["acts"]) {
                board.act(act, &mails).with_context(|| format!("in {act}"))?;
            }
        }
        Ok(board)
    }

    fn act(&mut self, act: &Value, mails: &BTreeMap<&str, &str>) -> Result<()> {
        match act["kind"].as_str().unwrap_or_default() {
            "move" => self.put(act),
            "set" => self.set(act, mails),
            "create" => self.create(act),
            "comment" => {
                self.comments.push((text(&act["item"])?, text(&act["text"])?));
                Ok(())
            }
            "unlink" => {
                self.links.remove(&ends(act)?);
                Ok(())
            }
            "link" => {
                self.links.insert(ends(act)?, Some("proposed".to_owned()));
                Ok(())
            }
            "agree" => {
                self.links.insert(ends(act)?, Some(text(&act["agreement"])?));
                Ok(())
            }
            kind => anyhow::bail!("an act of kind {kind} is not followed"),
        }
    }

    /// A story goes where it is put; a feature takes its open stories of the cell along and is itself nowhere else.
    fn put(&mut self, act: &Value) -> Result<()> {
        let item = text(&act["item"])?;
        let to = (act["team"].as_i64(), act["column"].as_i64().context("a column")?);
        let is_feature = self.cards.get(&item).is_some_and(|card| card.is_feature);
        let from = (act["from"][0].as_i64(), act["from"][1].as_i64());
        for (id, card) in &mut self.cards {
            let is_in_cell = from.0.is_none() || from == (Some(card.team), Some(card.column));
            let goes_along = card.parent.as_ref() == Some(&item) && card.is_open && is_in_cell;
            if (is_feature && goes_along) || (!is_feature && *id == item) {
                card.team = to.0.unwrap_or(card.team);
                card.column = to.1;
            }
        }
        Ok(())
    }

    fn set(&mut self, act: &Value, mails: &BTreeMap<&str, &str>) -> Result<()> {
        let (item, to) = (text(&act["item"])?, &act["to"]);
        let card = self.cards.get_mut(&item).context("a card of the board")?;
        match act["field"].as_str().unwrap_or_default() {
            "title" => card.title = text(to)?,
            "points" => card.points = to.as_f64(),
            "tags" => card.tags = tags(to),
            "assignee" => {
                let member = to["member_id"].as_str().and_then(|member| mails.get(member));
                card.assigned = Some((*member.context("a planner")?).to_owned());
            }
            field => anyhow::bail!("the field {field} is not followed"),
        }
        Ok(())
    }

    fn create(&mut self, act: &Value) -> Result<()> {
        let item = text(&act["item"])?;
        let card = Card {
            is_open: true,
            team: act["team"].as_i64().context("a team")?,
            column: act["column"].as_i64().context("a column")?,
            title: text(&act["title"])?,
            points: act["points"].as_f64(),
            parent: act["parent"].as_str().map(str::to_owned),
            ..Card::default()
        };
        self.made.insert(item.clone());
        self.cards.insert(item, card);
        Ok(())
    }
}

fn read(card: &Value) -> Result<Card> {
    Ok(Card {
        number: card["number"].as_i64(),
        is_feature: card["level"] == "feature",
        is_open: card["is_open"] == true,
        team: card["team"].as_i64().context("a team")?,
        column: card["column"].as_i64().context("a column")?,
        title: text(&card["title"])?,
        points: card["points"].as_f64(),
        tags: tags(&card["tags"]),
        parent: card["parent"].as_str().map(str::to_owned),
        assigned: None,
    })
}

fn ends(act: &Value) -> Result<(String, String)> {
    Ok((text(&act["from"])?, text(&act["to"])?))
}

/// The parts of a list; of anything else, none.
pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A text.
pub fn text(value: &Value) -> Result<String> {
    Ok(value
        .as_str()
        .with_context(|| format!("{value} is no text"))?
        .to_owned())
}

/// Tags in the order of their letters.
pub fn tags(value: &Value) -> BTreeSet<String> {
    list(value).filter_map(Value::as_str).map(str::to_owned).collect()
}
