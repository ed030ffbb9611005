//! The sample boards of the demo, made by people of Northquay the way anybody makes one: every answer as proposed, with the
//! train's milestones and days off typed in.
//!
//! The first is written live and is left as a day leaves it: a conflict, a refusal, an edit that waits for a token. The second
//! plans on hold, with moves of three people that nobody has published yet.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};
use uuid::Uuid;

use super::northquay::{Northquay, PEOPLE, mail, text};

/// Who plans the train.
const ENGINEER: &str = "Tom Okafor";
/// The board whose acts are written at once.
pub(super) const LIVE: &str = "PI 26.4 Harbour platform";
/// The board that plans first.
const HOLD: &str = "PI 26.4 what if";

/// Milestones: name, column, and how many days into it.
const MILESTONES: [(&str, &str, i64, bool); 3] = [
    ("Gate pilot", "Sprint 42", 9, false),
    ("Go-live", "Sprint 44", 4, true),
    ("PI review", "IP sprint", 9, false),
];
/// What a team can take on where people are away: team, column, points.
const AWAY: [(&str, &str, i64); 17] = [
    ("Quay", "Sprint 43", 22),
    ("Quay", "IP sprint", 12),
    ("Manifest", "Sprint 43", 24),
    ("Manifest", "IP sprint", 14),
    ("Customs", "Sprint 41", 20),
    ("Customs", "Sprint 42", 22),
    ("Customs", "Sprint 43", 20),
    ("Customs", "Sprint 44", 22),
    ("Customs", "IP sprint", 10),
    ("Beacon", "Sprint 43", 18),
    ("Beacon", "IP sprint", 10),
    ("Tideway", "IP sprint", 10),
    ("Dockside", "Sprint 43", 16),
    ("Dockside", "IP sprint", 8),
    ("Ledger", "IP sprint", 8),
    ("Relay", "Sprint 43", 18),
    ("Relay", "IP sprint", 10),
];

/// A board as it was made.
pub(super) struct Board {
    /// Its number.
    pub id: String,
    set_up: Value,
}

impl Northquay<'_> {
    /// What is proposed for a board of everything planned.
    async fn proposed(&self) -> anyhow::Result<Value> {
        let asked = json!({"connection_id": self.connection});
        let proposal = self.ask(ENGINEER, "POST", "/api/boards/proposal", asked).await?;
        Ok(proposal["set_up"].clone())
    }

    /// Makes a board and waits until its cards are there.
    async fn make_board(&self, name: &str, write_mode: &str, set_up: Value) -> anyhow::Result<Board> {
        let board = json!({
            "id": Uuid::now_v7(),
            "name": name,
            "connection_id": self.connection,
            "set_up": set_up,
            "write_mode": write_mode,
        });
        let made = self.ask(ENGINEER, "POST", "/api/boards", board).await?;
        let id = text(&made["id"])?;
        self.wait(&format!("/api/boards/{id}"), |board| {
            board["import"]["state"] == "ready"
        })
        .await?;
        Ok(Board { id, set_up })
    }

    /// Both boards, and what a day leaves on them.
    pub(super) async fn fill_boards(&self) -> anyhow::Result<()> {
        let mut set_up = self.proposed().await?;
        type_in(&mut set_up)?;
        let live = self.make_board(LIVE, "live", set_up.clone()).await?;
        self.leave_the_board_as_a_day_leaves_it(&live).await?;
        let hold = self.make_board(HOLD, "hold", set_up).await?;
        self.plan_on_hold(&hold).await
    }

    /// One board of everything there is, as proposed: a generated plan has other teams and iterations.
    pub(super) async fn fill_large_board(&self) -> anyhow::Result<()> {
        let set_up = self.proposed().await?;
        self.make_board(LIVE, "live", set_up).await.map(drop)
    }

    async fn leave_the_board_as_a_day_leaves_it(&self, board: &Board) -> anyhow::Result<()> {
        // Its rule asks for a root cause, which nobody has filled in.
        self.act(
            ENGINEER,
            board,
            |item| json!({"kind": "set", "item": item, "field": "state", "to": "Resolved"}),
            4163,
        )
        .await?;
        // Nobody has stored Yuki's token: it waits for it.
        let column = board.column("Sprint 44")?;
        self.act(
            "Yuki Tanabe",
            board,
            |item| json!({"kind": "move", "item": item, "team": null, "column": column, "after": null}),
            4099,
        )
        .await?;
        self.conflict_about_points(board).await
    }

    /// Points of a bug, changed on both sides: here while nothing is sent, there by somebody else.
    async fn conflict_about_points(&self, board: &Board) -> anyhow::Result<()> {
        const BUG: i64 = 4122;
        let connection = format!("/api/connections/{}", self.connection);
        self.ask(PEOPLE[0].0, "PATCH", &connection, json!({"is_enabled": false}))
            .await?;
        self.act(
            PEOPLE[0].0,
            board,
            |item| json!({"kind": "set", "item": item, "field": "points", "to": 5}),
            BUG,
        )
        .await?;
        let (theirs, now_us) = (json!(8), self.app.now_us());
        self.simulator.sim().person_update(
            now_us,
            &mail("Yuki Tanabe"),
            BUG,
            &[("Microsoft.VSTS.Scheduling.StoryPoints", theirs)],
        )?;
        self.ask(PEOPLE[0].0, "PATCH", &connection, json!({"is_enabled": true}))
            .await?;
        Ok(())
    }

    async fn plan_on_hold(&self, board: &Board) -> anyhow::Result<()> {
        for (who, number, to) in [
            (ENGINEER, 4135, "Sprint 44"),
            ("Ravi Shah", 4149, "Sprint 44"),
            ("Aisha Bello", 4166, "Sprint 42"),
            (ENGINEER, 4118, "Sprint 42"),
        ] {
            let column = board.column(to)?;
            self.act(
                who,
                board,
                |item| json!({"kind": "move", "item": item, "team": null, "column": column, "after": null}),
                number,
            )
            .await?;
        }
        self.act(
            "Ravi Shah",
            board,
            |item| json!({"kind": "set", "item": item, "field": "points", "to": 3}),
            4149,
        )
        .await
    }

    async fn act(&self, who: &str, board: &Board, act: impl Fn(&str) -> Value, number: i64) -> anyhow::Result<()> {
        let path = format!("/api/boards/{}", board.id);
        let snapshot = self.ask(who, "GET", &format!("{path}/snapshot"), Value::Null).await?;
        let cards = &snapshot["cards"];
        let numbers = cards["number"].as_array().context("a board has cards")?;
        let at = numbers.iter().position(|one| *one == number);
        let id = &cards["id"][at.with_context(|| format!("{number} is on the board"))?];
        let item = Uuid::from_slice(&URL_SAFE_NO_PAD.decode(text(id)?)?)?.to_string();
        let acts = json!({"id": Uuid::now_v7(), "acts": [act(&item)]});
        self.ask(who, "POST", &format!("{path}/acts"), acts).await?;
        Ok(())
    }
}

/// Adds what nobody can read from Azure DevOps.
fn type_in(set_up: &mut Value) -> anyhow::Result<()> {
    let named = |rows: &Value, name: &str| -> anyhow::Result<Value> {
        let rows = rows.as_array().context("a set-up has rows and columns")?;
        let row = rows.iter().find(|row| row["name"] == name);
        Ok(row.with_context(|| format!("{name} is proposed"))?.clone())
    };
    let mut milestones = Vec::new();
    for (name, column, n_days, is_hard) in MILESTONES {
        let start: Date = text(&named(&set_up["columns"], column)?["start_on"])?.parse()?;
        let on = start.checked_add(n_days.days())?;
        milestones.push(json!({"id": Uuid::now_v7(), "name": name, "on": on.to_string(), "is_hard": is_hard}));
    }
    let mut overrides = Vec::new();
    for (team, column, capacity) in AWAY {
        let team = named(&set_up["teams"], team)?["id"].clone();
        let column = named(&set_up["columns"], column)?["id"].clone();
        overrides.push(json!({"team_id": team, "column_id": column, "capacity": capacity}));
    }
    set_up["milestones"] = Value::Array(milestones);
    set_up["capacity"]["overrides"] = Value::Array(overrides);
    Ok(())
}

impl Board {
    fn column(&self, name: &str) -> anyhow::Result<usize> {
        let columns = self.set_up["columns"].as_array().context("a board has columns")?;
        columns
            .iter()
            .position(|column| column["name"] == name)
            .with_context(|| format!("{name} is a column"))
    }
}
