//! Words after the chore's name. A word nobody asked for is an error, never ignored.

use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// What is left of the command line.
pub struct Arguments {
    words: Vec<String>,
}

impl Arguments {
    /// The words after the chore's name.
    pub fn new(words: &[String]) -> Self {
        Self { words: words.to_vec() }
    }

    /// Takes `--name` if it is there.
    pub fn flag(&mut self, name: &str) -> bool {
        let at = self.words.iter().position(|word| word == name);
        if let Some(at) = at {
            self.words.remove(at);
        }
        at.is_some()
    }

    /// Takes `--name VALUE` or `--name=VALUE` if it is there.
    pub fn value<T>(&mut self, name: &str) -> Result<Option<T>>
    where
        T: FromStr,
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        let prefix = format!("{name}=");
        let Some(at) = self
            .words
            .iter()
            .position(|word| word == name || word.starts_with(&prefix))
        else {
            return Ok(None);
        };
        let word = self.words.remove(at);
        let text = match word.strip_prefix(&prefix) {
            Some(text) => text.to_owned(),
            None if at < self.words.len() => self.words.remove(at),
            None => bail!("`{name}` needs a value"),
        };
        let value = text
            .parse()
            .with_context(|| format!("`{text}` is not a value for `{name}`"))?;
        Ok(Some(value))
    }

    /// Everything must have been taken.
    pub fn finish(&mut self) -> Result<()> {
        match self.words.first() {
            Some(word) => bail!("`{word}` is not understood here"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Arguments {
        Arguments::new(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_value_is_taken_in_both_spellings() {
        assert_eq!(arguments("--port 81").value::<u16>("--port").unwrap(), Some(81));
        assert_eq!(arguments("--port=81").value::<u16>("--port").unwrap(), Some(81));
        assert_eq!(arguments("--no-open").value::<u16>("--port").unwrap(), None);
    }

    #[test]
    fn a_wrong_or_missing_value_is_an_error() {
        assert!(arguments("--port many").value::<u16>("--port").is_err());
        assert!(arguments("--port").value::<u16>("--port").is_err());
    }

    #[test]
    fn a_word_nobody_took_is_an_error() {
        let mut left = arguments("--no-open --fast");
        assert!(left.flag("--no-open"));
        assert!(left.finish().is_err());
    }
}
