//! Link types and other relation types with their rules.
//!
//! Source: Work Item Relation Types in the specification's examples.

/// One end of a link type, or a relation to something outside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RelationType {
    pub reference_name: &'static str,
    pub name: &'static str,
    /// `workItemLink` or `resourceLink`.
    pub usage: &'static str,
    /// The other end; for links between work items.
    pub opposite: &'static str,
    /// `tree`, `dependency`, `network`, `none`.
    pub topology: &'static str,
    pub is_acyclic: bool,
    /// At most one from this end.
    pub is_single: bool,
    pub is_forward: bool,
}

const fn link(
    reference_name: &'static str,
    name: &'static str,
    opposite: &'static str,
    topology: &'static str,
    is_single: bool,
    is_forward: bool,
) -> RelationType {
    let is_acyclic = !matches!(topology.as_bytes(), b"network");
    RelationType {
        reference_name,
        name,
        usage: "workItemLink",
        opposite,
        topology,
        is_acyclic,
        is_single,
        is_forward,
    }
}

const fn resource(reference_name: &'static str, name: &'static str) -> RelationType {
    RelationType {
        reference_name,
        name,
        usage: "resourceLink",
        opposite: "",
        topology: "none",
        is_acyclic: false,
        is_single: false,
        is_forward: false,
    }
}

pub(crate) const CHILD: &str = "System.LinkTypes.Hierarchy-Forward";
pub(crate) const PARENT: &str = "System.LinkTypes.Hierarchy-Reverse";

/// Every relation type there is.
pub(crate) const RELATION_TYPES: &[RelationType] = &[
    link(
        "System.LinkTypes.Dependency-Forward",
        "Successor",
        "System.LinkTypes.Dependency-Reverse",
        "dependency",
        false,
        true,
    ),
    link(
        "System.LinkTypes.Dependency-Reverse",
        "Predecessor",
        "System.LinkTypes.Dependency-Forward",
        "dependency",
        false,
        false,
    ),
    link(
        "System.LinkTypes.Duplicate-Forward",
        "Duplicate",
        "System.LinkTypes.Duplicate-Reverse",
        "tree",
        false,
        true,
    ),
    link(
        "System.LinkTypes.Duplicate-Reverse",
        "Duplicate Of",
        "System.LinkTypes.Duplicate-Forward",
        "tree",
        true,
        false,
    ),
    link(CHILD, "Child", PARENT, "tree", false, true),
    link(PARENT, "Parent", CHILD, "tree", true, false),
    link(
        "System.LinkTypes.Related",
        "Related",
        "System.LinkTypes.Related",
        "network",
        false,
        false,
    ),
    resource("AttachedFile", "Attached File"),
    resource("Hyperlink", "Hyperlink"),
    resource("ArtifactLink", "Artifact Link"),
];

/// The relation type of this reference name, in any case.
pub(crate) fn find(reference_name: &str) -> Option<&'static RelationType> {
    RELATION_TYPES
        .iter()
        .find(|t| t.reference_name.eq_ignore_ascii_case(reference_name))
}

impl RelationType {
    pub fn is_work_item_link(&self) -> bool {
        self.usage == "workItemLink"
    }

    /// The name of the link type both ends share: `System.LinkTypes.Hierarchy`.
    pub fn link_type(&self) -> &'static str {
        self.reference_name
            .trim_end_matches("-Forward")
            .trim_end_matches("-Reverse")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposite_ends_name_each_other() {
        for end in RELATION_TYPES.iter().filter(|end| end.is_work_item_link()) {
            assert_eq!(find(end.opposite).unwrap().opposite, end.reference_name);
        }
    }
}
