//! Who has which board open, and which card they look at. In memory alone: it is true for less than a minute.

use std::collections::BTreeMap;
use std::sync::Mutex;

use uuid::Uuid;

use super::shapes::BoardPresent;
use crate::accounts::initials;
use crate::action_items::people::People;
use crate::ids::{BoardId, MemberId};

/// Somebody who was not heard of for this long is gone, microseconds.
const PRESENT_US: i64 = 45 * 1_000_000;
/// Most that are remembered at once.
const N_PRESENT_MAX: usize = 10_000;

/// Who is where.
#[derive(Debug, Default)]
pub struct Presences(Mutex<BTreeMap<(BoardId, MemberId), Seen>>);

#[derive(Debug, Clone, Copy)]
struct Seen {
    at_us: i64,
    item: Option<Uuid>,
}

impl Presences {
    /// Somebody is on a board now. Returns whether that is news to the others.
    pub fn note(&self, board: BoardId, member: MemberId, item: Option<Uuid>, now_us: i64) -> bool {
        let mut seen = self.0.lock().expect("nobody panics while holding it");
        seen.retain(|_, seen| now_us - seen.at_us < PRESENT_US);
        if seen.len() >= N_PRESENT_MAX {
            return false;
        }
        let before = seen.insert((board, member), Seen { at_us: now_us, item });
        before.is_none_or(|before| before.item != item)
    }

    /// Somebody does not want to be seen any more, wherever they are.
    pub fn forget(&self, member: MemberId) {
        let mut seen = self.0.lock().expect("nobody panics while holding it");
        seen.retain(|(_, one), _| *one != member);
    }

    /// How many are remembered.
    pub fn n_present(&self) -> usize {
        self.0.lock().expect("nobody panics while holding it").len()
    }

    /// Who is on a board now.
    pub fn on(&self, board: BoardId, people: &People, now_us: i64) -> Vec<BoardPresent> {
        let seen = self.0.lock().expect("nobody panics while holding it");
        let here = seen
            .iter()
            .filter(|((on, _), seen)| *on == board && now_us - seen.at_us < PRESENT_US);
        let present = here.filter_map(|((_, member), seen)| {
            let person = people.member(*member).filter(|person| person.is_active)?;
            Some(BoardPresent {
                member_id: member.0,
                name: person.name.clone(),
                initials: initials(&person.name),
                avatar: person.avatar,
                item: seen.item,
            })
        });
        present.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action_items::people::Person;

    const BOARD: BoardId = BoardId(Uuid::from_u128(1));
    const MARA: MemberId = MemberId(Uuid::from_u128(2));

    fn people() -> People {
        People::new([Person {
            id: MARA,
            name: "Mara Lindqvist".into(),
            email: "mara@northquay.example".into(),
            avatar: 3,
            is_active: true,
        }])
    }

    #[test]
    fn somebody_is_there_until_they_are_not_heard_of() {
        let presences = Presences::default();
        let card = Some(Uuid::from_u128(9));
        assert!(presences.note(BOARD, MARA, card, 0));
        assert!(!presences.note(BOARD, MARA, card, 20_000_000), "nothing new");
        let here = presences.on(BOARD, &people(), 60_000_000);
        assert_eq!((here.len(), here[0].initials.as_str(), here[0].item), (1, "ML", card));
        assert_eq!(presences.on(BOARD, &people(), 66_000_000), []);
        assert_eq!(presences.on(BoardId(Uuid::nil()), &people(), 20_000_000), []);
    }

    #[test]
    fn somebody_who_does_not_want_to_be_seen_is_seen_nowhere() {
        let presences = Presences::default();
        for board in [BOARD, BoardId(Uuid::from_u128(7))] {
            presences.note(board, MARA, None, 0);
            presences.forget(MARA);
            assert_eq!(presences.on(board, &people(), 1), []);
        }
    }
}
