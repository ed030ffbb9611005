//! What two teams agreed about a dependency, kept in the comment of its link so that Azure DevOps shows it too.
//!
//! The comment is read by people as much as by us: `Lockstep: accepted, needed by 2026-11-06`. Whatever else a link says
//! is somebody else's and left alone.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far two teams have come about a dependency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Nothing was said.
    #[default]
    None,
    /// The taker asks.
    Proposed,
    /// The giver has said yes.
    Accepted,
    /// The giver has said no.
    Refused,
    /// Delivered.
    Done,
}

/// What was agreed, and by when it is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreed {
    /// How far it has come.
    pub agreement: Agreement,
    /// The day it is needed, ISO.
    pub needed_by: Option<String>,
}

const OURS: &str = "Lockstep:";
const NEEDED_BY: &str = "needed by";

impl Agreement {
    const ALL: [Self; 5] = [Self::None, Self::Proposed, Self::Accepted, Self::Refused, Self::Done];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Done => "done",
        }
    }

    /// Its place in the list that snapshots count in.
    pub const fn index(self) -> u8 {
        self as u8
    }
}

/// Reads a link's comment.
pub fn read(comment: &str) -> Agreed {
    let Some(said) = comment.trim().strip_prefix(OURS) else {
        return Agreed::default();
    };
    let (word, rest) = said.trim().split_once(',').unwrap_or((said.trim(), ""));
    let agreement = Agreement::ALL
        .into_iter()
        .find(|agreement| agreement.as_str().eq_ignore_ascii_case(word.trim()));
    let day = rest.trim().strip_prefix(NEEDED_BY).map(str::trim).and_then(day);
    Agreed {
        agreement: agreement.unwrap_or_default(),
        needed_by: day,
    }
}

/// What a link's comment says.
pub fn written(agreed: &Agreed) -> String {
    match &agreed.needed_by {
        Some(day) => format!("{OURS} {}, {NEEDED_BY} {day}", agreed.agreement.as_str()),
        None => format!("{OURS} {}", agreed.agreement.as_str()),
    }
}

/// A date as ISO writes it, if it is one.
pub fn day(text: &str) -> Option<String> {
    let date = text.get(..10).filter(|date| date.len() == text.len())?;
    date.parse::<jiff::civil::Date>().ok().map(|date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(comment: &str, agreement: Agreement, needed_by: Option<&str>) {
        let expected = Agreed {
            agreement,
            needed_by: needed_by.map(str::to_owned),
        };
        assert_eq!(read(comment), expected, "{comment}");
    }

    #[test]
    fn what_is_written_is_read_back() {
        for agreement in Agreement::ALL {
            for needed_by in [None, Some("2026-11-06".to_owned())] {
                let agreed = Agreed { agreement, needed_by };
                assert_eq!(read(&written(&agreed)), agreed);
            }
        }
        assert_eq!(
            written(&read("Lockstep: proposed, needed by 2026-11-06")),
            "Lockstep: proposed, needed by 2026-11-06"
        );
    }

    #[test]
    fn what_others_say_means_nothing_here() {
        check("", Agreement::None, None);
        check("needed by 2026-11-06", Agreement::None, None);
        check("Waits for the lock gates", Agreement::None, None);
    }

    #[test]
    fn a_comment_that_people_touched_is_read_as_far_as_it_goes() {
        check("  Lockstep: Accepted ", Agreement::Accepted, None);
        check("Lockstep: accepted, needed by soon", Agreement::Accepted, None);
        check(
            "Lockstep: perhaps, needed by 2026-11-06",
            Agreement::None,
            Some("2026-11-06"),
        );
    }
}
