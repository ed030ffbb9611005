//! Dependencies: made, taken away, agreed on.

use lockstep_sync::ItemId;
use lockstep_sync::edit::Act;

use super::{Planner, Step};
use crate::error::{Kind, Refusal};
use crate::program_board::agreement::{self, Agreed, Agreement};
use crate::program_board::held::Held;
use crate::program_board::view::End;

impl Planner<'_> {
    pub(super) fn link(&mut self, from: ItemId, to: ItemId, agreed: Agreed) -> Result<(), Refusal> {
        if from == to {
            return Err(Refusal::new(Kind::Conflict, "circle", "A card can’t wait for itself")
                .next_step("Choose another card."));
        }
        let target = self.target(from)?;
        if !self.born.contains_key(&to) {
            let (_, held) = self.card(to)?;
            if self.dependency(from, held).is_some() {
                return Ok(());
            }
        }
        let rel = &self.view.set_up().dependency.taker;
        let link = |is_added, comment| Act::Link {
            rel: rel.clone(),
            target,
            is_added,
            comment,
        };
        self.plan.steps.push(Step::Edit {
            item: to,
            act: link(true, Some(agreement::written(&agreed))),
        });
        self.plan.inverse.push(Step::Edit {
            item: to,
            act: link(false, None),
        });
        Ok(())
    }

    pub(super) fn dependency(&self, from: ItemId, to: &Held) -> Option<(Agreed, Option<String>)> {
        let found = self.view.waits_for(to).remove(&End::Item(from))?;
        Some((found.agreed, found.comment))
    }

    pub(super) fn unlink(&mut self, from: ItemId, to: ItemId) -> Result<(), Refusal> {
        let target = self.target(from)?;
        let (_, held) = self.card(to)?;
        let Some((_, comment)) = self.dependency(from, held) else {
            return Ok(());
        };
        let rel = &self.view.set_up().dependency.taker;
        let link = |is_added, comment| Act::Link {
            rel: rel.clone(),
            target,
            is_added,
            comment,
        };
        self.plan.steps.push(Step::Edit {
            item: to,
            act: link(false, None),
        });
        self.plan.inverse.push(Step::Edit {
            item: to,
            act: link(true, comment),
        });
        Ok(())
    }

    pub(super) fn agree(
        &mut self,
        from: ItemId,
        to: ItemId,
        agreement: Agreement,
        needed_by: Option<String>,
    ) -> Result<(), Refusal> {
        let target = self.target(from)?;
        let (_, held) = self.card(to)?;
        let (before, comment) = self.dependency(from, held).ok_or_else(|| {
            Refusal::new(Kind::Conflict, "no_dependency", "This dependency is gone")
                .detail("Somebody took it away meanwhile.")
                .next_step("Draw it again, if it is still needed.")
        })?;
        let after = Agreed {
            agreement,
            needed_by: needed_by.or_else(|| before.needed_by.clone()),
        };
        if after == before {
            return Ok(());
        }
        let rel = &self.view.set_up().dependency.taker;
        let link = |comment| Act::Link {
            rel: rel.clone(),
            target,
            is_added: true,
            comment,
        };
        self.plan.steps.push(Step::Edit {
            item: to,
            act: link(Some(agreement::written(&after))),
        });
        self.plan.inverse.push(Step::Edit {
            item: to,
            act: link(Some(comment.unwrap_or_default())),
        });
        Ok(())
    }
}
