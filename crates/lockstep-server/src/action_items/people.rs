//! Members and identities: who in Lockstep is who in Azure DevOps.
//!
//! A member is matched by the identity of their own token, else by a sign-in name equal to their e-mail address, else by a
//! name that only one of each has. Nobody is guessed beyond that: an owner without a match is shown by the name Azure DevOps
//! has, and never overwritten.

use std::collections::BTreeMap;

use azdo::Identity;

use crate::ids::MemberId;

/// A member, as far as matching needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: MemberId,
    /// As others see it.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Colour of the initials, 1 to 6.
    pub avatar: i64,
    /// Whether the member may sign in.
    pub is_active: bool,
}

/// The members of a company, and the identities of one connection that are known.
#[derive(Debug, Clone, Default)]
pub struct People {
    members: BTreeMap<MemberId, Person>,
    /// Owners of own tokens at this connection.
    owners: BTreeMap<MemberId, Identity>,
    /// Identities seen in work items of this connection, by folded sign-in name.
    seen: BTreeMap<String, Identity>,
}

/// How a member is written in Azure DevOps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// It is known who this is there.
    Sure(String),
    /// Nobody knows; the e-mail address may be the sign-in name, and Azure DevOps will say if it is not.
    Perhaps(String),
}

impl Match {
    /// What to write.
    pub fn name(&self) -> &str {
        match self {
            Self::Sure(name) | Self::Perhaps(name) => name,
        }
    }
}

impl People {
    /// The members of a company, before anything is known of a connection.
    pub fn new(members: impl IntoIterator<Item = Person>) -> Self {
        Self {
            members: members.into_iter().map(|person| (person.id, person)).collect(),
            ..Self::default()
        }
    }

    /// Notes whom an own token belongs to.
    pub fn owns_token(&mut self, member: MemberId, owner: Identity) {
        self.owners.insert(member, owner);
    }

    /// Notes an identity that was seen in a work item.
    pub fn saw(&mut self, identity: Identity) {
        let key = identity
            .unique_name
            .clone()
            .unwrap_or_else(|| identity.display_name.clone());
        if !key.is_empty() {
            self.seen.entry(key.to_lowercase()).or_insert(identity);
        }
    }

    /// A member.
    pub fn member(&self, id: MemberId) -> Option<&Person> {
        self.members.get(&id)
    }

    /// Whether these are the same members with the same tokens, whoever else was seen.
    pub fn has_same_members(&self, other: &Self) -> bool {
        self.members == other.members && self.owners == other.owners
    }

    /// The members who may sign in.
    pub fn active(&self) -> impl Iterator<Item = &Person> {
        self.members.values().filter(|person| person.is_active)
    }

    /// A member's name; a few words where the member is unknown.
    pub fn name(&self, id: MemberId) -> &str {
        self.members.get(&id).map_or("Somebody", |person| &person.name)
    }

    /// The member that an identity belongs to, if that is known.
    pub fn member_of(&self, identity: &Identity) -> Option<&Person> {
        let by_token = self
            .owners
            .iter()
            .find(|(_, owner)| is_one_person(owner, identity))
            .map(|(id, _)| *id);
        if let Some(id) = by_token {
            return self.members.get(&id);
        }
        if let Some(unique) = identity.unique_name.as_deref() {
            let by_mail = self.members.values().find(|person| is_equal(&person.email, unique));
            // A sign-in name that belongs to nobody here may still come with a name that somebody here has.
            if by_mail.is_some() {
                return by_mail;
            }
        }
        if self.n_identities_named(&identity.display_name) > 1 {
            return None;
        }
        let person = self.only_member_named(&identity.display_name)?;
        // Whoever has a token of their own is that identity and no other.
        (!self.owners.contains_key(&person.id)).then_some(person)
    }

    /// How to write a member as an assignee.
    pub fn identity_of(&self, member: MemberId) -> Option<Match> {
        if let Some(owner) = self.owners.get(&member) {
            return Some(Match::Sure(written(owner)));
        }
        let person = self.members.get(&member)?;
        if let Some(identity) = self.seen.get(&person.email.to_lowercase()) {
            return Some(Match::Sure(written(identity)));
        }
        let mut named = self
            .seen
            .values()
            .filter(|identity| is_equal(&identity.display_name, &person.name));
        if let (Some(identity), None) = (named.next(), named.next())
            && self.only_member_named(&person.name).is_some()
        {
            return Some(Match::Sure(written(identity)));
        }
        Some(Match::Perhaps(person.email.clone()))
    }

    /// A member as text that says who it is: name and mail address.
    pub fn written(&self, member: MemberId) -> Option<String> {
        let person = self.members.get(&member)?;
        Some(format!("{} <{}>", person.name, person.email))
    }

    fn n_identities_named(&self, name: &str) -> usize {
        self.seen
            .values()
            .filter(|identity| is_equal(&identity.display_name, name))
            .count()
    }

    fn only_member_named(&self, name: &str) -> Option<&Person> {
        let mut named = self
            .members
            .values()
            .filter(|person| person.is_active && is_equal(&person.name, name));
        named.next().filter(|_| named.next().is_none())
    }
}

fn written(identity: &Identity) -> String {
    identity
        .unique_name
        .clone()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| identity.display_name.clone())
}

fn is_one_person(a: &Identity, b: &Identity) -> bool {
    let same = |a: Option<&str>, b: Option<&str>| match (a, b) {
        (Some(a), Some(b)) if !a.is_empty() => Some(is_equal(a, b)),
        _ => None,
    };
    same(a.id.as_deref(), b.id.as_deref())
        .or_else(|| same(a.unique_name.as_deref(), b.unique_name.as_deref()))
        .unwrap_or(false)
}

fn is_equal(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(n: u128) -> MemberId {
        MemberId(Uuid::from_u128(n))
    }

    fn person(n: u128, name: &str, email: &str) -> Person {
        Person {
            id: id(n),
            name: name.into(),
            email: email.into(),
            avatar: 1,
            is_active: true,
        }
    }

    fn identity(number: &str, name: &str, unique: &str) -> Identity {
        Identity {
            id: Some(number.into()),
            display_name: name.into(),
            unique_name: Some(unique.into()),
        }
    }

    fn people() -> People {
        People::new([
            person(1, "Mara Lindqvist", "mara@northquay.example"),
            person(2, "Tom Okafor", "tom@northquay.example"),
            person(3, "Ines Duarte", "i.duarte@northquay.example"),
        ])
    }

    #[track_caller]
    fn check(people: &People, identity: Identity, expected: Option<u128>) {
        assert_eq!(
            people.member_of(&identity).map(|person| person.id),
            expected.map(id),
            "{identity:?}"
        );
    }

    #[test]
    fn an_own_token_says_who_somebody_is() {
        let mut people = people();
        people.owns_token(id(1), identity("77", "M. Lindqvist", "NQ\\mlind"));
        check(&people, identity("77", "anything", "other@x.example"), Some(1));
        assert_eq!(people.identity_of(id(1)), Some(Match::Sure("NQ\\mlind".into())));
    }

    #[test]
    fn a_sign_in_name_equal_to_the_mail_address_matches_in_any_case() {
        check(&people(), identity("8", "T. Okafor", "TOM@northquay.example"), Some(2));
    }

    #[test]
    fn a_name_that_only_one_has_matches() {
        check(&people(), identity("8", "ines duarte", "NQ\\iduarte"), Some(3));
    }

    #[test]
    fn a_name_that_two_members_have_matches_nobody() {
        let people = People::new([
            person(1, "Ravi Shah", "ravi1@x.example"),
            person(2, "Ravi Shah", "ravi2@x.example"),
        ]);
        check(&people, identity("8", "Ravi Shah", "NQ\\ravi"), None);
        assert_eq!(
            people.identity_of(id(1)),
            Some(Match::Perhaps("ravi1@x.example".into()))
        );
    }

    #[test]
    fn a_name_that_two_identities_have_matches_nobody() {
        let mut people = people();
        people.saw(identity("8", "Ines Duarte", "NQ\\ines1"));
        people.saw(identity("9", "Ines Duarte", "NQ\\ines2"));
        check(&people, identity("8", "Ines Duarte", "NQ\\ines1"), None);
        assert_eq!(
            people.identity_of(id(3)),
            Some(Match::Perhaps("i.duarte@northquay.example".into()))
        );
    }

    #[test]
    fn a_stranger_matches_nobody() {
        check(&people(), identity("8", "Build Service", "build"), None);
    }

    #[test]
    fn somebody_with_a_token_is_that_identity_and_no_namesake() {
        let mut people = people();
        people.owns_token(id(2), identity("7", "Tom Okafor", "NQ\\tom"));
        check(&people, identity("8", "Tom Okafor", "NQ\\tom2"), None);
    }

    #[test]
    fn an_identity_that_was_seen_is_written_as_it_was_seen() {
        let mut people = people();
        people.saw(identity("9", "Ines Duarte", "NQ\\iduarte"));
        assert_eq!(people.identity_of(id(3)), Some(Match::Sure("NQ\\iduarte".into())));
        people.saw(identity("10", "Tom", "Tom@Northquay.Example"));
        assert_eq!(
            people.identity_of(id(2)),
            Some(Match::Sure("Tom@Northquay.Example".into()))
        );
    }

    #[test]
    fn nobody_seen_is_written_by_mail_address_and_with_a_doubt() {
        assert_eq!(
            people().identity_of(id(2)),
            Some(Match::Perhaps("tom@northquay.example".into()))
        );
        assert_eq!(people().identity_of(id(99)), None);
    }

    #[test]
    fn an_identity_of_text_alone_is_matched_by_its_name() {
        let identity = Identity {
            id: None,
            display_name: "Tom Okafor".into(),
            unique_name: None,
        };
        check(&people(), identity, Some(2));
    }

    #[test]
    fn somebody_who_left_is_not_matched_by_name() {
        let mut left = person(1, "Jonas Weber", "jonas@northquay.example");
        left.is_active = false;
        let people = People::new([left]);
        check(&people, identity("8", "Jonas Weber", "NQ\\jonas"), None);
        check(
            &people,
            identity("8", "Jonas Weber", "jonas@northquay.example"),
            Some(1),
        );
    }
}
