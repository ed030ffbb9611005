//! Facts about Azure DevOps that nobody could check, each a switch.
//!
//! The handbook marks them doubtful, or its sources disagree. Until a real organization settles one, the seeds turn
//! it both ways, so the product may rely on neither side.

use crate::dice::Dice;

/// Which ends of a link get a new rev when only the link changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkRev {
    /// No end: only a new update shows it.
    Neither,
    /// The end that was written.
    Source,
    /// Both ends.
    Both,
}

/// How a token that is unknown, revoked or made for another organization is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalFace {
    /// 401 with the error envelope.
    Json401,
    /// 401 with an HTML page.
    Html401,
    /// 203 with the sign-in page.
    SignIn203,
    /// 302 to the sign-in page.
    Redirect302,
}

macro_rules! doubts {
    ($($(#[$doc:meta])* $name:ident: $likely:literal;)*) => {
        /// One side for every doubt.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Doubts {
            /// Which ends get a new rev when only a link changes.
            pub link_change_moves_rev: LinkRev,
            /// How a token that means nothing here is refused, unless the request asks for no redirect.
            pub refusal_face: RefusalFace,
            $($(#[$doc])* pub $name: bool,)*
        }

        impl Doubts {
            /// The sides held most likely.
            pub fn likely() -> Doubts {
                Doubts { link_change_moves_rev: LinkRev::Source, refusal_face: RefusalFace::SignIn203, $($name: $likely,)* }
            }

            /// A side for every doubt, thrown with `seed`.
            pub fn from_seed(seed: u64) -> Doubts {
                let mut dice = Dice::new(seed ^ 0xD0B7);
                Doubts {
                    link_change_moves_rev: dice.pick(&[LinkRev::Neither, LinkRev::Source, LinkRev::Both]),
                    refusal_face: dice.pick(&[RefusalFace::Json401, RefusalFace::Html401, RefusalFace::SignIn203, RefusalFace::Redirect302]),
                    $($name: dice.coin(),)*
                }
            }

            /// Every doubt by name with the side it is on.
            pub fn names_and_sides(&self) -> Vec<(&'static str, String)> {
                vec![
                    ("link_change_moves_rev", format!("{:?}", self.link_change_moves_rev)),
                    ("refusal_face", format!("{:?}", self.refusal_face)),
                    $((stringify!($name), self.$name.to_string()),)*
                ]
            }
        }
    };
}

doubts! {
    /// Moving to the recycle bin makes a new revision.
    delete_bumps_rev: true;
    /// A comment written as `System.History` is not listed by the comments route.
    comment_in_history_only: false;
    /// A comment fires `workitem.updated` besides `workitem.commented`.
    comment_fires_updated: true;
    /// A link written on one end fires `workitem.updated` for the other end too.
    link_fires_updated_on_target: true;
    /// Links of a deleted work item vanish from the items at their other end.
    delete_removes_links_elsewhere: true;
    /// A restored work item has its links again.
    restore_brings_links_back: true;
    /// Destroying fires `workitem.deleted`.
    destroy_fires_deleted: false;
    /// DELETE answers 204 without a body, as Microsoft's example shows, not 200 with one, as its schema says.
    delete_answers_204: false;
    /// `suppressNotifications` silences service hooks too.
    suppress_silences_hooks: false;
    /// Renaming a node makes a revision of every work item under it.
    node_rename_makes_revisions: false;
    /// Only the transitions of the Agile process are allowed; else every state follows every other.
    transitions_restricted: false;
    /// A work item can be created in a state other than the first.
    create_in_any_state: true;
    /// A caller without a usable token gets connectionData as the anonymous identity, with 200.
    anonymous_connection_data: true;
    /// An expired token gets the sign-in page on GET and POST; else 401 in words on every verb.
    expired_shows_sign_in: false;
    /// A token without the scope is answered 403; else 401.
    missing_scope_is_403: false;
    /// A person without the right to edit is answered 403; else 400 with TF237111.
    denied_edit_is_403: true;
    /// A refused area or iteration path is named in RuleValidationErrors; else in the message alone.
    tree_refusal_names_field: false;
    /// A refused state is worded with TF401320; else with the field's friendly name alone.
    state_refusal_says_tf401320: true;
    /// A link that exists already is refused as RelationAlreadyExistsException; else as TF201036.
    duplicate_link_has_own_key: true;
    /// A link to an item that can't be read is refused with 404; else with 400.
    missing_link_target_is_404: true;
    /// Relations are listed by type and target; else in the order they came.
    relations_sorted: false;
    /// Work item URLs in answers name the project.
    urls_name_project: true;
    /// Whole numbers in fields of type double read back as `5.0`.
    doubles_keep_point: true;
    /// Dates carry seven digits of a second; else three at most, trailing zeros dropped.
    long_fractions: false;
    /// Blanks around a title are cut off.
    title_trimmed: true;
    /// `<br>` reads back as `<br />`.
    html_br_closed: false;
    /// A no-break space in HTML reads back as `&nbsp;`; else as the character.
    html_nbsp_entity: true;
    /// A `replace` of a field without a value is taken as `add`; else refused.
    replace_adds: true;
    /// A notification nobody answered is tried again at once; else the subscription is on probation.
    no_answer_is_transient: true;
    /// A batch read takes `fields` together with `$expand=relations`; else the two conflict.
    batch_takes_fields_with_expand: true;
    /// The revisions feed lists deleted items' earlier revisions too when asked for deleted ones.
    feed_keeps_deleted_history: true;
}

#[cfg(test)]
mod tests {
    use super::Doubts;
    use std::collections::BTreeSet;

    #[test]
    fn seeds_turn_every_doubt_both_ways() {
        let mut seen: BTreeSet<(&str, String)> = BTreeSet::new();
        for seed in 0..64 {
            seen.extend(Doubts::from_seed(seed).names_and_sides());
        }
        for (name, _) in Doubts::likely().names_and_sides() {
            assert!(
                seen.iter().filter(|(n, _)| *n == name).count() >= 2,
                "{name} stayed on one side"
            );
        }
    }

    #[test]
    fn same_seed_gives_same_sides() {
        assert_eq!(Doubts::from_seed(9), Doubts::from_seed(9));
    }
}
