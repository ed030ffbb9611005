//! A personal access token, held so that it can't be shown by mistake.
//!
//! No length is checked beyond a bound: Microsoft asks to treat tokens as opaque, and the length changed in 2024.

use std::fmt;

/// Longest token that is taken, in bytes. Known ones have 52 or 84 characters.
const TOKEN_BYTES_MAX: usize = 512;

/// A personal access token (PAT).
///
/// It has no `Display`, no `Serialize`, and its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Token(String);

/// Why a pasted text is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFormatError {
    /// Nothing was pasted, or blanks alone.
    #[error("the token is empty")]
    Empty,
    /// Longer than any token.
    #[error("the token is longer than {TOKEN_BYTES_MAX} bytes")]
    TooLong,
    /// Holds something no token holds: a blank in the middle, a control character, a letter beyond ASCII.
    #[error("the token holds a character that no token has")]
    BadCharacter,
}

impl Token {
    /// Takes a token as somebody pasted it: blanks and line ends around and inside a wrapped paste go.
    ///
    /// A stray `=` at an end goes too: it is no character of a token, and one makes Azure DevOps answer 401 on some
    /// routes and not on others (microsoft/azure-devops-mcp#1452).
    pub fn parse(pasted: &str) -> Result<Token, TokenFormatError> {
        let joined: String = pasted.chars().filter(|c| !matches!(c, '\r' | '\n' | '\t')).collect();
        let token = joined.trim_matches(|c: char| c.is_whitespace() || c == '=' || c == '\u{feff}');
        if token.is_empty() {
            return Err(TokenFormatError::Empty);
        }
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenFormatError::TooLong);
        }
        if !token.chars().all(|c| c.is_ascii_graphic()) {
            return Err(TokenFormatError::BadCharacter);
        }
        Ok(Token(token.to_owned()))
    }

    /// The token itself: for sealing it and for the header, nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pasted: &str, expected: Result<&str, TokenFormatError>) {
        assert_eq!(
            Token::parse(pasted).as_ref().map(Token::reveal),
            expected.as_ref().copied()
        );
    }

    #[test]
    fn blanks_and_line_ends_of_a_paste_go() {
        check("  abc123\r\n", Ok("abc123"));
        check("abc\n123\n", Ok("abc123"));
        check("\u{feff}abc\t", Ok("abc"));
    }

    #[test]
    fn a_stray_equals_sign_goes() {
        check("abc123==", Ok("abc123"));
        check("=abc123", Ok("abc123"));
    }

    #[test]
    fn what_is_no_token_is_refused_with_words() {
        check(" \n", Err(TokenFormatError::Empty));
        check("=", Err(TokenFormatError::Empty));
        check("abc 123", Err(TokenFormatError::BadCharacter));
        check("abc\u{0}", Err(TokenFormatError::BadCharacter));
        check("påt", Err(TokenFormatError::BadCharacter));
        check(&"a".repeat(513), Err(TokenFormatError::TooLong));
    }

    #[test]
    fn any_length_up_to_the_bound_is_taken() {
        for length in [1, 52, 84, 512] {
            check(&"a".repeat(length), Ok(&"a".repeat(length)));
        }
    }

    #[test]
    fn debug_shows_no_character_of_it() {
        assert_eq!(format!("{:?}", Token::parse("zzz").unwrap()), "Token(..)");
    }
}
