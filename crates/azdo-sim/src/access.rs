//! Who may do what: people, tokens with scopes, permissions of a person.
//!
//! Scope names are the specifications' (`vso.work` …). Tokens are made from the seed, so a world is the same every time.

use std::collections::BTreeMap;

use crate::dice::Dice;

/// Somebody who can be assigned and can act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The identity's GUID.
    pub id: String,
    /// What a list shows.
    pub display_name: String,
    /// The sign-in name, an e-mail address on Services.
    pub unique_name: String,
    /// May manage subscriptions and destroy work items unless told otherwise.
    pub is_administrator: bool,
}

impl Person {
    /// `Display Name <unique name>`, the form older answers use.
    pub fn combined(&self) -> String {
        format!("{} <{}>", self.display_name, self.unique_name)
    }
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct TokenSpec {
    /// What its owner calls it.
    pub name: String,
    /// Unique name of the owner.
    pub person: String,
    /// `vso.work_write`, `vso.project`, …; `app_token` stands for full access.
    pub scopes: Vec<String>,
    /// The organization it is good for, if not this one.
    pub organization: Option<String>,
    /// When it stops working, microseconds UTC.
    pub expires_us: Option<i64>,
}

/// A token that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenInfo {
    /// What its owner calls it.
    pub name: String,
    /// The token text.
    pub token: String,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// Unique name of the owner.
    pub person: String,
}

/// A right that a person has or lacks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Change work items, everywhere or under an area path.
    EditWorkItems {
        /// `Project\Area`; everywhere if none.
        area: Option<String>,
    },
    /// See work items, everywhere or under an area path.
    ReadWorkItems {
        /// `Project\Area`; everywhere if none.
        area: Option<String>,
    },
    /// Move to the recycle bin and restore.
    DeleteWorkItems,
    /// Delete for good.
    DestroyWorkItems,
    /// Create, change and delete service hook subscriptions.
    EditSubscriptions,
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub name: String,
    pub person: String,
    pub scopes: Vec<String>,
    pub organization: Option<String>,
    pub expires_us: Option<i64>,
    pub is_revoked: bool,
}

/// Every token and every explicit permission.
#[derive(Debug, Clone, Default)]
pub(crate) struct Access {
    tokens: BTreeMap<String, Token>,
    order: Vec<String>,
    permissions: BTreeMap<(String, Permission), bool>,
}

impl Access {
    pub fn add_token(&mut self, dice: &mut Dice, spec: TokenSpec) -> String {
        let text = token_text(dice);
        self.tokens.insert(
            text.clone(),
            Token {
                name: spec.name,
                person: spec.person,
                scopes: spec.scopes,
                organization: spec.organization,
                expires_us: spec.expires_us,
                is_revoked: false,
            },
        );
        self.order.push(text.clone());
        text
    }

    pub fn token(&self, text: &str) -> Option<&Token> {
        self.tokens.get(text)
    }

    pub fn revoke(&mut self, text: &str) {
        if let Some(token) = self.tokens.get_mut(text) {
            token.is_revoked = true;
        }
    }

    pub fn expire(&mut self, text: &str, at_us: i64) {
        if let Some(token) = self.tokens.get_mut(text) {
            token.expires_us = Some(at_us);
        }
    }

    pub fn infos(&self) -> Vec<TokenInfo> {
        self.order
            .iter()
            .filter_map(|text| self.tokens.get(text).map(|token| (text, token)))
            .filter(|(_, token)| !token.is_revoked)
            .map(|(text, token)| TokenInfo {
                name: token.name.clone(),
                token: text.clone(),
                scopes: token.scopes.clone(),
                person: token.person.clone(),
            })
            .collect()
    }

    pub fn set_permission(&mut self, person: &str, permission: Permission, allowed: bool) {
        self.permissions.insert((person.to_lowercase(), permission), allowed);
    }

    pub fn may_read(&self, person: &Person, area: &str) -> bool {
        self.on_area(person, area, |area| Permission::ReadWorkItems { area })
    }

    pub fn may_edit(&self, person: &Person, area: &str) -> bool {
        self.on_area(person, area, |area| Permission::EditWorkItems { area })
    }

    pub fn may(&self, person: &Person, permission: Permission) -> bool {
        let otherwise = match permission {
            Permission::EditSubscriptions | Permission::DestroyWorkItems => person.is_administrator,
            _ => true,
        };
        *self
            .permissions
            .get(&(person.unique_name.to_lowercase(), permission))
            .unwrap_or(&otherwise)
    }

    /// The nearest explicit setting up the area tree counts, then the general one; allowed if none says anything.
    fn on_area(&self, person: &Person, area: &str, permission: fn(Option<String>) -> Permission) -> bool {
        let who = person.unique_name.to_lowercase();
        let mut path = area;
        loop {
            if let Some(allowed) = self.permissions.get(&(who.clone(), permission(Some(path.to_owned())))) {
                return *allowed;
            }
            match path.rfind('\\') {
                Some(at) => path = &path[..at],
                None => break,
            }
        }
        *self.permissions.get(&(who, permission(None))).unwrap_or(&true)
    }
}

impl Token {
    /// Whether one of the token's scopes covers `scope`.
    pub fn covers(&self, scope: &str) -> bool {
        self.scopes
            .iter()
            .any(|held| held == scope || implied(held).contains(&scope))
    }
}

fn implied(held: &str) -> &'static [&'static str] {
    match held {
        "app_token" => &[
            "vso.work",
            "vso.work_write",
            "vso.work_full",
            "vso.project",
            "vso.project_write",
            "vso.profile",
        ],
        "vso.work_full" => &["vso.work_write", "vso.work"],
        "vso.work_write" => &["vso.work"],
        "vso.project_manage" => &["vso.project_write", "vso.project"],
        "vso.project_write" => &["vso.project"],
        _ => &[],
    }
}

/// 84 characters with the signature where newer tokens have it; opaque to a client all the same.
fn token_text(dice: &mut Dice) -> String {
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut text: String = (0..76)
        .map(|_| ALPHABET[dice.below(ALPHABET.len() as u64) as usize] as char)
        .collect();
    text.push_str("AZDO");
    text.extend((0..4).map(|_| ALPHABET[dice.below(ALPHABET.len() as u64) as usize] as char));
    text
}
