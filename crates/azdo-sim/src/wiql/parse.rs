//! From text to a query tree.

use super::token::{Token, tokens};
use super::{refuse, wrong};
use crate::fields;
use crate::refusal::Refusal;

/// A query taken apart; fields by reference name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    pub columns: Vec<String>,
    pub condition: Option<Condition>,
    pub order: Vec<(String, bool)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Test {
        field: String,
        operator: Operator,
        values: Vec<Literal>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    In,
    Under,
    Contains,
    ContainsWords,
    IsEmpty,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Number(f64),
    Me,
    Project,
    /// So many days after today.
    Today(i64),
}

pub(super) fn parse(text: &str) -> Result<Query, Refusal> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        unknown: None,
    };
    parser.expect_word("select")?;
    let mut columns = vec![parser.field()?];
    while parser.takes(&Token::Sign(",")) {
        columns.push(parser.field()?);
    }
    if !parser.takes_word("from") {
        return Err(parser.expected("TF51006: The query statement is missing a FROM clause"));
    }
    if !parser.takes_word("workitems") {
        return Err(refuse("Only flat queries FROM WorkItems are served here."));
    }
    let condition = if parser.takes_word("where") {
        Some(parser.or()?)
    } else {
        None
    };
    let mut order = Vec::new();
    if parser.takes_word("order") {
        parser.expect_word("by")?;
        loop {
            let field = parser.field()?;
            let descending = parser.takes_word("desc");
            if !descending {
                parser.takes_word("asc");
            }
            order.push((field, descending));
            if !parser.takes(&Token::Sign(",")) {
                break;
            }
        }
    }
    if parser.peek().is_some() {
        return Err(parser.expected("Expecting end of string"));
    }
    match parser.unknown {
        None => Ok(Query {
            columns,
            condition,
            order,
        }),
        Some(name) => Err(wrong(
            "TF51005: The query references a field that does not exist",
            Some(&format!("[{name}]")),
        )),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// The first field that does not exist: told only of a query that is well formed.
    unknown: Option<String>,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn takes(&mut self, token: &Token) -> bool {
        let is_it = self.peek() == Some(token);
        self.at += usize::from(is_it);
        is_it
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Token::Word(other)) if other.eq_ignore_ascii_case(word));
        self.at += usize::from(is_it);
        is_it
    }

    fn expect_word(&mut self, word: &str) -> Result<(), Refusal> {
        if self.takes_word(word) {
            return Ok(());
        }
        Err(self.expected(&format!("Expecting {}", word.to_uppercase())))
    }

    /// What was expected where the parser stands.
    fn expected(&self, what: &str) -> Refusal {
        wrong(what, self.peek().map(|token| token as &dyn std::fmt::Display))
    }

    fn field(&mut self) -> Result<String, Refusal> {
        let Some(Token::Field(name) | Token::Word(name)) = self.peek().cloned() else {
            return Err(self.expected("Expecting field name"));
        };
        self.at += 1;
        let Some(field) = fields::find(&name) else {
            self.unknown.get_or_insert_with(|| name.clone());
            return Ok(name);
        };
        Ok(field.reference_name.to_owned())
    }

    fn or(&mut self) -> Result<Condition, Refusal> {
        let mut left = self.and()?;
        while self.takes_word("or") {
            left = Condition::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Condition, Refusal> {
        let mut left = self.not()?;
        while self.takes_word("and") {
            left = Condition::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Condition, Refusal> {
        if self.takes_word("not") {
            return Ok(Condition::Not(Box::new(self.not()?)));
        }
        if self.takes(&Token::Sign("(")) {
            let inside = self.or()?;
            if !self.takes(&Token::Sign(")")) {
                return Err(self.expected("Expecting closing parenthesis"));
            }
            return Ok(inside);
        }
        self.test()
    }

    fn test(&mut self) -> Result<Condition, Refusal> {
        let field = self.field()?;
        if self.takes_word("is") {
            let is_negated = self.takes_word("not");
            self.expect_word("empty")?;
            return Ok(negated(
                is_negated,
                Condition::Test {
                    field,
                    operator: Operator::IsEmpty,
                    values: Vec::new(),
                },
            ));
        }
        let is_negated = self.takes_word("not");
        let operator = self.operator()?;
        let values = match operator {
            Operator::In => self.literals()?,
            _ => vec![self.literal()?],
        };
        Ok(negated(
            is_negated,
            Condition::Test {
                field,
                operator,
                values,
            },
        ))
    }

    fn operator(&mut self) -> Result<Operator, Refusal> {
        let token = self.next();
        let operator = match &token {
            Some(Token::Sign("=")) => Operator::Equal,
            Some(Token::Sign("<>")) => Operator::NotEqual,
            Some(Token::Sign("<")) => Operator::Less,
            Some(Token::Sign(">")) => Operator::Greater,
            Some(Token::Sign("<=")) => Operator::LessOrEqual,
            Some(Token::Sign(">=")) => Operator::GreaterOrEqual,
            Some(Token::Word(word)) => match word.to_lowercase().as_str() {
                "in" if !matches!(self.peek(), Some(Token::Word(_))) => Operator::In,
                "under" => Operator::Under,
                "contains" if self.takes_word("words") => Operator::ContainsWords,
                "contains" => Operator::Contains,
                _ => {
                    return Err(refuse(&format!(
                        "The operator {} is not served here.",
                        word.to_uppercase()
                    )));
                }
            },
            _ => {
                self.at -= 1;
                return Err(self.expected("Expecting comparison operator"));
            }
        };
        Ok(operator)
    }

    fn literals(&mut self) -> Result<Vec<Literal>, Refusal> {
        if !self.takes(&Token::Sign("(")) {
            return Err(self.expected("Expecting left parenthesis"));
        }
        let mut values = vec![self.literal()?];
        while self.takes(&Token::Sign(",")) {
            values.push(self.literal()?);
        }
        if !self.takes(&Token::Sign(")")) {
            return Err(self.expected("Expecting closing parenthesis"));
        }
        Ok(values)
    }

    fn literal(&mut self) -> Result<Literal, Refusal> {
        match self.next() {
            Some(Token::Text(text)) => Ok(Literal::Text(text)),
            Some(Token::Number(number)) => Ok(Literal::Number(number)),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") => {
                Ok(Literal::Text(word))
            }
            Some(Token::Macro(name)) => match name.to_lowercase().as_str() {
                "me" => Ok(Literal::Me),
                "project" => Ok(Literal::Project),
                "today" => Ok(Literal::Today(self.days()?)),
                _ => Err(refuse(&format!("The macro @{name} is not served here."))),
            },
            Some(Token::Field(name)) => Err(refuse(&format!(
                "Comparing a field with the field [{name}] is not served here."
            ))),
            _ => {
                self.at -= 1;
                Err(self.expected("Expecting constant value"))
            }
        }
    }

    /// `- 7` or `+ 7` behind @today.
    fn days(&mut self) -> Result<i64, Refusal> {
        let sign = if self.takes(&Token::Sign("-")) {
            -1
        } else if self.takes(&Token::Sign("+")) {
            1
        } else {
            return Ok(0);
        };
        match self.next() {
            Some(Token::Number(days)) => Ok(sign * days as i64),
            _ => {
                self.at -= 1;
                Err(self.expected("Expecting constant value"))
            }
        }
    }
}

fn negated(is_negated: bool, condition: Condition) -> Condition {
    if is_negated {
        Condition::Not(Box::new(condition))
    } else {
        condition
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_closer_than_or() {
        let query =
            parse("SELECT [System.Id] FROM workitems WHERE [State] = 'A' OR [State] = 'B' AND [Priority] > 1").unwrap();
        assert!(matches!(query.condition, Some(Condition::Or(_, right)) if matches!(*right, Condition::And(_, _))));
    }

    #[test]
    fn a_doubled_quote_is_one() {
        let query = parse("select System.Id from WorkItems where System.Title = 'Tom''s'").unwrap();
        assert!(
            matches!(query.condition, Some(Condition::Test { values, .. }) if values == [Literal::Text("Tom's".to_owned())])
        );
    }

    #[test]
    fn what_is_wrong_is_said_in_the_servers_words() {
        let said = |text: &str| parse(text).unwrap_err().message;
        let from = "SELECT [System.Id] FROM workitems";
        for (text, words) in [
            (
                "SELECT TOP 5 [System.Id] FROM workitems".to_owned(),
                "TF51006: The query statement is missing a FROM clause. The error is caused by «5».",
            ),
            (
                "SELECT [System.Id] WHERE [System.Id] = 1".to_owned(),
                "TF51006: The query statement is missing a FROM clause. The error is caused by «WHERE».",
            ),
            (
                format!("{from} WHERE [System.Sprint] = 'x'"),
                "TF51005: The query references a field that does not exist. The error is caused by «[System.Sprint]».",
            ),
            (
                format!("{from} WHERE [System.Id] IN ()"),
                "Expecting constant value. The error is caused by «)».",
            ),
            (
                format!("{from} WHERE [System.Id] ( 5"),
                "Expecting comparison operator. The error is caused by «(».",
            ),
            (
                format!("{from} WHERE [System.Id] = 5 [System.Rev]"),
                "Expecting end of string. The error is caused by «[System.Rev]».",
            ),
            (format!("{from} WHERE"), "Expecting field name."),
        ] {
            assert_eq!(said(&text), words, "{text}");
        }
    }

    #[test]
    fn what_is_not_served_is_said() {
        for text in [
            "SELECT [System.Id] FROM workitemLinks",
            "SELECT [System.Id] FROM workitems WHERE [System.State] EVER 'New'",
            "SELECT [System.Id] FROM workitems WHERE [System.AssignedTo] IN GROUP 'x'",
            "SELECT [System.Id] FROM workitems WHERE [System.IterationPath] = @CurrentIteration",
            "SELECT [System.Id] FROM workitems ASOF '2026-01-01'",
            "SELECT [No.Such] FROM workitems",
            "SELECT [System.Id] FROM workitems WHERE",
        ] {
            assert_eq!(parse(text).unwrap_err().status, 400, "{text}");
        }
    }
}
