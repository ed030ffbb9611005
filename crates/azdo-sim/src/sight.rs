//! What a person may see and change of work items.
//!
//! Unknown, deleted and out of sight are answered alike, so that nobody learns what is hidden from them.

use crate::Sim;
use crate::access::Person;
use crate::refusal::Refusal;
use crate::work_item::WorkItem;
use crate::write::Author;

impl Sim {
    /// The work item, if this person may know of it.
    pub(crate) fn readable(&self, person: &Person, id: i64) -> Result<&WorkItem, Refusal> {
        let item = self.organization.items.get(&id).filter(|item| item.is_live());
        item.filter(|item| self.may_read(person, item))
            .ok_or_else(|| Refusal::no_work_item(id))
    }

    pub(crate) fn may_read(&self, person: &Person, item: &WorkItem) -> bool {
        self.access.may_read(person, &self.organization.area_of(item))
    }

    pub(crate) fn require_edit(&self, author: &Author, area: i64) -> Result<(), Refusal> {
        let area = self.organization.node_path(area);
        if self.access.may_edit(&author.person, &area) {
            return Ok(());
        }
        let message = format!(
            "TF237111: The current user does not have permissions to save work items under the specified area path. {area}"
        );
        let status = if self.doubts().denied_edit_is_403 { 403 } else { 400 };
        Err(Refusal::tracking(
            status,
            "WorkItemUnauthorizedAccessException",
            message,
        ))
    }
}
