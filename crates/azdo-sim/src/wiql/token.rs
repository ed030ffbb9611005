//! From text to the words of a query.

use std::fmt;

use super::{refuse, wrong};
use crate::refusal::Refusal;

/// One word of a query.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    Field(String),
    Text(String),
    Number(f64),
    Macro(String),
    Sign(&'static str),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Token::Word(word) => write!(f, "{word}"),
            Token::Field(name) => write!(f, "[{name}]"),
            Token::Text(text) => write!(f, "'{text}'"),
            Token::Number(number) => write!(f, "{number}"),
            Token::Macro(name) => write!(f, "@{name}"),
            Token::Sign(sign) => write!(f, "{sign}"),
        }
    }
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '[' => {
                let end = rest
                    .find(']')
                    .ok_or_else(|| wrong("Expecting closing square bracket", Some(&rest)))?;
                (Token::Field(rest[1..end].trim().to_owned()), &rest[end + 1..])
            }
            '\'' | '"' => quoted(rest, first)?,
            '@' => {
                let (word, after) = word(&rest[1..]);
                (Token::Macro(word.to_owned()), after)
            }
            '0'..='9' => number(rest)?,
            '-' if rest[1..].starts_with(|c: char| c.is_ascii_digit())
                && !matches!(tokens.last(), Some(Token::Macro(_))) =>
            {
                number(rest)?
            }
            '<' if rest.starts_with("<>") => (Token::Sign("<>"), &rest[2..]),
            '<' if rest.starts_with("<=") => (Token::Sign("<="), &rest[2..]),
            '>' if rest.starts_with(">=") => (Token::Sign(">="), &rest[2..]),
            '<' => (Token::Sign("<"), &rest[1..]),
            '>' => (Token::Sign(">"), &rest[1..]),
            '=' => (Token::Sign("="), &rest[1..]),
            '(' => (Token::Sign("("), &rest[1..]),
            ')' => (Token::Sign(")"), &rest[1..]),
            ',' => (Token::Sign(","), &rest[1..]),
            '+' => (Token::Sign("+"), &rest[1..]),
            '-' => (Token::Sign("-"), &rest[1..]),
            c if c.is_alphabetic() || c == '_' => {
                let (word, after) = word(rest);
                (Token::Word(word.to_owned()), after)
            }
            other => return Err(wrong("Unexpected character", Some(&other))),
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.')
        .unwrap_or(text.len());
    text.split_at(end)
}

fn number(text: &str) -> Result<(Token, &str), Refusal> {
    let end = text[1..]
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .map_or(text.len(), |at| at + 1);
    let (digits, after) = text.split_at(end);
    let number = digits.parse().map_err(|_| refuse(&format!("{digits} is no number.")))?;
    Ok((Token::Number(number), after))
}

/// A string in quotes; a doubled quote stands for one.
fn quoted(text: &str, quote: char) -> Result<(Token, &str), Refusal> {
    let mut value = String::new();
    let mut rest = &text[1..];
    loop {
        let end = rest
            .find(quote)
            .ok_or_else(|| wrong("Expecting closing quote", Some(&text)))?;
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix(quote) {
            Some(after) => {
                value.push(quote);
                rest = after;
            }
            None => return Ok((Token::Text(value), rest)),
        }
    }
}
