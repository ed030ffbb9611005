//! Names and dates of a set-up that came from iteration nodes follow them; what somebody called otherwise stays.

use std::collections::BTreeMap;

use super::nodes::NodeRow;
use super::set_up::SetUp;

/// Takes over what nodes are called now and when they are. Returns whether anything became another.
pub fn follow(set_up: &mut SetUp, before: &BTreeMap<i64, NodeRow>, now: &BTreeMap<i64, NodeRow>) -> bool {
    let other = |id: &i64| before.get(id).zip(now.get(id)).filter(|(before, now)| before != now);
    let mut has_followed = false;
    let mut name = |is: &mut String, before: &NodeRow, now: &NodeRow| {
        if *is == before.name && *is != now.name {
            is.clone_from(&now.name);
            has_followed = true;
        }
    };
    let mut has_other_dates = false;
    for column in &mut set_up.columns {
        for (before, now) in column.node_ids.iter().filter_map(other) {
            name(&mut column.name, before, now);
            let was = (&before.start_on, &before.finish_on);
            let is = (&now.start_on, &now.finish_on);
            if was != is && (&column.start_on, &column.finish_on) == was {
                (column.start_on, column.finish_on) = (now.start_on.clone(), now.finish_on.clone());
                has_other_dates = true;
            }
        }
    }
    if let Some(pi) = &mut set_up.pi
        && let Some((before, now)) = other(&pi.node_id)
    {
        name(&mut pi.name, before, now);
    }
    has_followed || has_other_dates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program_board::samples;

    fn nodes() -> BTreeMap<i64, NodeRow> {
        samples::nodes().rows().map(|row| (row.node_id, row.clone())).collect()
    }

    /// The samples' set-up, its second column as its node has it.
    fn set_up(nodes: &BTreeMap<i64, NodeRow>) -> (SetUp, i64) {
        let mut set_up = samples::board(Vec::new()).row.set_up.0.clone();
        let column = &mut set_up.columns[1];
        let id = column.node_ids[0];
        let node = &nodes[&id];
        column.name = node.name.clone();
        (column.start_on, column.finish_on) = (node.start_on.clone(), node.finish_on.clone());
        (set_up, id)
    }

    #[test]
    fn a_column_is_renamed_with_its_node_and_takes_its_dates() {
        let before = nodes();
        let (mut set_up, id) = set_up(&before);
        let mut now = before.clone();
        let node = now.get_mut(&id).unwrap();
        node.name = "Sprint 42b".into();
        node.finish_on = Some("2027-01-31".into());
        let others: Vec<_> = set_up.columns.iter().skip(2).cloned().collect();
        assert!(follow(&mut set_up, &before, &now));
        let column = &set_up.columns[1];
        assert_eq!(
            (column.name.as_str(), column.finish_on.as_deref()),
            ("Sprint 42b", Some("2027-01-31"))
        );
        assert_eq!(set_up.columns[2..], others[..]);
        assert!(!follow(&mut set_up, &before, &now), "what has followed is settled");
    }

    #[test]
    fn what_somebody_called_otherwise_or_dated_otherwise_stays() {
        let before = nodes();
        let (mut set_up, id) = set_up(&before);
        set_up.columns[1].name = "The one before the fair".into();
        set_up.columns[1].finish_on = Some("2026-12-24".into());
        let mut now = before.clone();
        let node = now.get_mut(&id).unwrap();
        node.name = "Sprint 42b".into();
        node.finish_on = Some("2027-01-31".into());
        let mine = set_up.clone();
        assert!(!follow(&mut set_up, &before, &now));
        assert_eq!(set_up, mine);
    }
}
