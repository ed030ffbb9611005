//! The fields of the Agile process, and how a value of each is read.
//!
//! Names and types are those of the specification's examples (`fields`, `workItemTypesField`).

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Integer,
    Double,
    DateTime,
    Html,
    PlainText,
    TreePath,
    Identity,
    Boolean,
    History,
}

impl Kind {
    /// The word the fields route uses.
    pub fn word(self) -> &'static str {
        match self {
            Kind::String | Kind::Identity => "string",
            Kind::Integer => "integer",
            Kind::Double => "double",
            Kind::DateTime => "dateTime",
            Kind::Html => "html",
            Kind::PlainText => "plainText",
            Kind::TreePath => "treePath",
            Kind::Boolean => "boolean",
            Kind::History => "history",
        }
    }
}

/// Who may set a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// A client.
    Client,
    /// The server; a client only with bypassRules.
    Server,
    /// The server alone, and shown only when expanded or asked for by name.
    Hidden,
}

/// One field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub reference_name: &'static str,
    pub name: &'static str,
    pub kind: Kind,
    pub access: Access,
    /// The types that have it, by name; empty for all.
    pub types: &'static [&'static str],
}

const BACKLOG: &[&str] = &["Epic", "Feature", "User Story"];
const PLANNED: &[&str] = &["Epic", "Feature", "User Story", "Bug"];
const WORK: &[&str] = &["Task", "Bug"];

const fn field(
    reference_name: &'static str,
    name: &'static str,
    kind: Kind,
    access: Access,
    types: &'static [&'static str],
) -> Field {
    Field {
        reference_name,
        name,
        kind,
        access,
        types,
    }
}

/// Every field there is, by reference name.
pub(crate) const FIELDS: &[Field] = &[
    // Added by the organization, as inherited processes name such fields.
    field("Custom.RootCause", "Root cause", Kind::String, Access::Client, &["Bug"]),
    field(
        "Microsoft.VSTS.Common.AcceptanceCriteria",
        "Acceptance Criteria",
        Kind::Html,
        Access::Client,
        &["User Story", "Bug"],
    ),
    field(
        "Microsoft.VSTS.Common.ActivatedBy",
        "Activated By",
        Kind::Identity,
        Access::Client,
        &[],
    ),
    field(
        "Microsoft.VSTS.Common.ActivatedDate",
        "Activated Date",
        Kind::DateTime,
        Access::Client,
        &[],
    ),
    field(
        "Microsoft.VSTS.Common.Activity",
        "Activity",
        Kind::String,
        Access::Client,
        WORK,
    ),
    field(
        "Microsoft.VSTS.Common.BusinessValue",
        "Business Value",
        Kind::Integer,
        Access::Client,
        &["Epic", "Feature"],
    ),
    field(
        "Microsoft.VSTS.Common.ClosedBy",
        "Closed By",
        Kind::Identity,
        Access::Client,
        &[],
    ),
    field(
        "Microsoft.VSTS.Common.ClosedDate",
        "Closed Date",
        Kind::DateTime,
        Access::Client,
        &[],
    ),
    field(
        "Microsoft.VSTS.Common.Priority",
        "Priority",
        Kind::Integer,
        Access::Client,
        &[],
    ),
    field(
        "Microsoft.VSTS.Common.ResolvedBy",
        "Resolved By",
        Kind::Identity,
        Access::Client,
        &[],
    ),
    field(
        "Microsoft.VSTS.Common.ResolvedDate",
        "Resolved Date",
        Kind::DateTime,
        Access::Client,
        &[],
    ),
    field(
        "Microsoft.VSTS.Common.Risk",
        "Risk",
        Kind::String,
        Access::Client,
        BACKLOG,
    ),
    field(
        "Microsoft.VSTS.Common.Severity",
        "Severity",
        Kind::String,
        Access::Client,
        &["Bug"],
    ),
    field(
        "Microsoft.VSTS.Common.StackRank",
        "Stack Rank",
        Kind::Double,
        Access::Client,
        &[],
    ),
    field(
        "Microsoft.VSTS.Common.StateChangeDate",
        "State Change Date",
        Kind::DateTime,
        Access::Server,
        &[],
    ),
    field(
        "Microsoft.VSTS.Common.TimeCriticality",
        "Time Criticality",
        Kind::Double,
        Access::Client,
        &["Epic", "Feature"],
    ),
    field(
        "Microsoft.VSTS.Common.ValueArea",
        "Value Area",
        Kind::String,
        Access::Client,
        PLANNED,
    ),
    field(
        "Microsoft.VSTS.Scheduling.CompletedWork",
        "Completed Work",
        Kind::Double,
        Access::Client,
        WORK,
    ),
    field(
        "Microsoft.VSTS.Scheduling.DueDate",
        "Due Date",
        Kind::DateTime,
        Access::Client,
        &["Issue"],
    ),
    field(
        "Microsoft.VSTS.Scheduling.Effort",
        "Effort",
        Kind::Double,
        Access::Client,
        &["Epic", "Feature"],
    ),
    field(
        "Microsoft.VSTS.Scheduling.FinishDate",
        "Finish Date",
        Kind::DateTime,
        Access::Client,
        &["User Story", "Task"],
    ),
    field(
        "Microsoft.VSTS.Scheduling.OriginalEstimate",
        "Original Estimate",
        Kind::Double,
        Access::Client,
        WORK,
    ),
    field(
        "Microsoft.VSTS.Scheduling.RemainingWork",
        "Remaining Work",
        Kind::Double,
        Access::Client,
        WORK,
    ),
    field(
        "Microsoft.VSTS.Scheduling.StartDate",
        "Start Date",
        Kind::DateTime,
        Access::Client,
        &["Epic", "Feature", "User Story", "Task"],
    ),
    field(
        "Microsoft.VSTS.Scheduling.StoryPoints",
        "Story Points",
        Kind::Double,
        Access::Client,
        &["User Story", "Bug"],
    ),
    field(
        "Microsoft.VSTS.Scheduling.TargetDate",
        "Target Date",
        Kind::DateTime,
        Access::Client,
        &["Epic", "Feature"],
    ),
    field(
        "Microsoft.VSTS.TCM.ReproSteps",
        "Repro Steps",
        Kind::Html,
        Access::Client,
        &["Bug"],
    ),
    field("System.AreaId", "Area ID", Kind::Integer, Access::Hidden, &[]),
    field("System.AreaPath", "Area Path", Kind::TreePath, Access::Client, &[]),
    field("System.AssignedTo", "Assigned To", Kind::Identity, Access::Client, &[]),
    field(
        "System.AuthorizedDate",
        "Authorized Date",
        Kind::DateTime,
        Access::Hidden,
        &[],
    ),
    field("System.ChangedBy", "Changed By", Kind::Identity, Access::Server, &[]),
    field(
        "System.ChangedDate",
        "Changed Date",
        Kind::DateTime,
        Access::Server,
        &[],
    ),
    field(
        "System.CommentCount",
        "Comment Count",
        Kind::Integer,
        Access::Server,
        &[],
    ),
    field("System.CreatedBy", "Created By", Kind::Identity, Access::Server, &[]),
    field(
        "System.CreatedDate",
        "Created Date",
        Kind::DateTime,
        Access::Server,
        &[],
    ),
    field("System.Description", "Description", Kind::Html, Access::Client, &[]),
    field("System.History", "History", Kind::History, Access::Client, &[]),
    field("System.Id", "ID", Kind::Integer, Access::Hidden, &[]),
    field("System.IsDeleted", "Is Deleted", Kind::Boolean, Access::Hidden, &[]),
    field("System.IterationId", "Iteration ID", Kind::Integer, Access::Hidden, &[]),
    field(
        "System.IterationPath",
        "Iteration Path",
        Kind::TreePath,
        Access::Client,
        &[],
    ),
    field("System.NodeName", "Node Name", Kind::String, Access::Hidden, &[]),
    field("System.Parent", "Parent", Kind::Integer, Access::Server, &[]),
    field("System.Reason", "Reason", Kind::String, Access::Client, &[]),
    field("System.Rev", "Rev", Kind::Integer, Access::Hidden, &[]),
    field(
        "System.RevisedDate",
        "Revised Date",
        Kind::DateTime,
        Access::Hidden,
        &[],
    ),
    field("System.State", "State", Kind::String, Access::Client, &[]),
    field("System.Tags", "Tags", Kind::PlainText, Access::Client, &[]),
    field("System.TeamProject", "Team Project", Kind::String, Access::Client, &[]),
    field("System.Title", "Title", Kind::String, Access::Client, &[]),
    field("System.Watermark", "Watermark", Kind::Integer, Access::Hidden, &[]),
    field(
        "System.WorkItemType",
        "Work Item Type",
        Kind::String,
        Access::Client,
        &[],
    ),
];

/// The field of this reference name or friendly name, in any case.
pub(crate) fn find(name: &str) -> Option<&'static Field> {
    if let Ok(at) = FIELDS.binary_search_by(|field| field.reference_name.cmp(name)) {
        return Some(&FIELDS[at]);
    }
    FIELDS
        .iter()
        .find(|field| field.reference_name.eq_ignore_ascii_case(name) || field.name.eq_ignore_ascii_case(name))
}

impl Field {
    /// Whether it holds long text.
    pub fn is_long(&self) -> bool {
        matches!(self.kind, Kind::Html | Kind::History)
    }

    /// Whether work items of this type have the field.
    pub fn is_of(&self, work_item_type: &str) -> bool {
        self.types.is_empty() || self.types.contains(&work_item_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_in_order_so_that_they_are_found() {
        assert!(
            FIELDS
                .windows(2)
                .all(|pair| pair[0].reference_name < pair[1].reference_name)
        );
        assert_eq!(find("state").map(|field| field.reference_name), Some("System.State"));
        assert_eq!(find("SYSTEM.TITLE").map(|field| field.name), Some("Title"));
    }
}
