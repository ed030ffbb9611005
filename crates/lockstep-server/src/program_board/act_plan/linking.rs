//! Dependencies: made, taken away, agreed on.

use lockstep_sync::ItemId;
use lockstep_sync::edit::{Act, Target};

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
        self.relink(to, target, [None, Some(Some(agreement::written(&agreed)))]);
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
        self.relink(to, target, [Some(comment), None]);
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
        let said = [comment.unwrap_or_default(), agreement::written(&after)];
        self.relink(to, target, said.map(|said| Some(Some(said))));
        Ok(())
    }

    /// A dependency as it was and as it is to be: none, or one with what it says, if it says anything.
    fn relink(&mut self, item: ItemId, target: Target, [was, to_be]: [Option<Option<String>>; 2]) {
        let rel = &self.view.set_up().dependency.taker;
        let link = |wanted: Option<Option<String>>| Act::Link {
            rel: rel.clone(),
            target,
            is_added: wanted.is_some(),
            comment: wanted.flatten(),
        };
        let (there, back) = (link(to_be), link(was));
        self.plan.steps.push(Step::Edit { item, act: there });
        self.plan.inverse.push(Step::Edit { item, act: back });
    }
}
