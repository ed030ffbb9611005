//! Azure DevOps in its own words. No I/O: a [`Transport`] carries the bytes.
//!
//! Covers Azure DevOps Services, Azure DevOps Server 2019 to 2022 and TFS 2018, REST 4.0 to 7.1. Which version a
//! request names is chosen for each server and each route ([`Versions`]).
//!
//! The crate never opens a socket, reads a clock, throws dice, retries, follows a redirect or logs. One method of
//! [`Client`] is one request, or one list read page by page with a bound; what to do about a refusal is the caller's
//! choice, and [`Error`] has one variant for each choice.
//!
//! Facts come from Microsoft's OpenAPI files and their examples (MicrosoftDocs/vsts-rest-api-specs), from the
//! published code of Microsoft's clients, and from public bug reports where neither says anything. Items that rest
//! on the weaker sources say so.

mod backlogs;
mod body;
mod classification;
mod client;
mod collection;
mod connection_data;
mod date;
mod envelope;
mod error;
mod metadata;
mod patch;
pub mod planted;
mod projects;
mod queries;
mod recycle_bin;
mod refusal;
mod reporting;
mod service_hooks;
mod team_settings;
mod throttle;
mod token;
mod transport;
mod updates;
mod url;
mod version;
pub mod wiql;
mod work_items;

pub mod model;

pub use backlogs::{BacklogLevel, Backlogs, FEATURE_CATEGORY, REQUIREMENT_CATEGORY};
pub use classification::{ClassificationNode, Tree};
pub use client::Client;
pub use collection::{Collection, CollectionError};
pub use connection_data::{ConnectionData, Discovered};
pub use date::{format_us, parse_us};
pub use error::{AuthFailure, Error, RuleError};
pub use metadata::{Field, RelationType, StateCategory, TypeField, WorkItemState, WorkItemType};
pub use model::*;
pub use patch::{Creation, Update};
pub use projects::{Project, Team};
pub use queries::{QueryKind, SavedQuery};
pub use recycle_bin::DeletedWorkItem;
pub use reporting::{FeedStart, LinkEntry, LinksPage, RevisionEntry, RevisionsPage};
pub use service_hooks::{
    MaskedSecretError, Notification, NotificationError, Subscription, SubscriptionSpec, SubscriptionStatus,
};
pub use team_settings::{
    BugsBehavior, DateRange, MemberCapacity, TeamFieldValue, TeamFieldValues, TeamIteration, TeamSettings, TimeFrame,
};
pub use throttle::Throttle;
pub use token::{Token, TokenFormatError};
pub use transport::{Method, Request, Response, Transport, TransportError, TransportErrorKind};
pub use updates::{FieldChange, RelationChanges, WorkItemUpdate};
pub use version::{Flavor, Versions};
pub use work_items::WORK_ITEMS_PER_READ_MAX;
