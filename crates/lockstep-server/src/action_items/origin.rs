//! Where an action item came from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an action item came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A team's look back.
    Retrospective,
    /// The train's look back.
    InspectAdapt,
    /// An assessment.
    Assessment,
    /// Anywhere else.
    Other,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 4] = [Self::Retrospective, Self::InspectAdapt, Self::Assessment, Self::Other];

    /// As it is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retrospective => "retrospective",
            Self::InspectAdapt => "inspect_adapt",
            Self::Assessment => "assessment",
            Self::Other => "other",
        }
    }

    /// As people read it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Retrospective => "Retrospective",
            Self::InspectAdapt => "Inspect & adapt",
            Self::Assessment => "Assessment",
            Self::Other => "Other",
        }
    }
}

/// An origin that nobody knows.
#[derive(Debug, thiserror::Error)]
#[error("no such origin")]
pub struct NoSuchOrigin;

impl TryFrom<String> for Origin {
    type Error = NoSuchOrigin;
    fn try_from(text: String) -> Result<Self, NoSuchOrigin> {
        Self::ALL
            .into_iter()
            .find(|origin| origin.as_str() == text)
            .ok_or(NoSuchOrigin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_origin_is_read_back_from_its_text() {
        for origin in Origin::ALL {
            assert_eq!(Origin::try_from(origin.as_str().to_owned()).ok(), Some(origin));
        }
    }
}
