pub(crate) mod words;
