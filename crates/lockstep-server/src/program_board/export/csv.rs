//! A table as comma-separated text (RFC 4180) that no spreadsheet takes for formulas.
//!
//! A byte order mark goes ahead, or Excel reads it in the code page of the country.

use super::rows::{Cell, Table};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The table with its header.
pub fn written(table: &Table) -> Vec<u8> {
    let mut text = BYTE_ORDER_MARK.to_owned();
    line(&mut text, table.columns.iter().map(|(name, _)| (*name).to_owned()));
    for row in &table.rows {
        line(&mut text, row.iter().map(field));
    }
    text.into_bytes()
}

fn line(text: &mut String, fields: impl Iterator<Item = String>) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&quoted(&field));
    }
    text.push_str("\r\n");
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => harmless(text),
        // A number is written by us, sign and all.
        Cell::Number(number) => number.to_string(),
        Cell::Link(address) => address.clone(),
    }
}

/// Text that could begin a formula gets an apostrophe ahead, also behind blanks that a spreadsheet passes over.
fn harmless(text: &str) -> String {
    let begins = |c: char| {
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠'
        )
    };
    let is_risky = text.starts_with(begins) || text.trim_start().starts_with(begins);
    if is_risky { format!("'{text}") } else { text.to_owned() }
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n', ';', '\t']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cell: Cell, expected: &str) {
        let table = Table {
            name: "Cards",
            columns: vec![("Title", 10)],
            rows: vec![vec![cell]],
        };
        let text = String::from_utf8(written(&table)).unwrap();
        assert_eq!(text, format!("\u{feff}Title\r\n{expected}\r\n"));
    }

    #[test]
    fn what_could_be_a_formula_is_marked_as_text() {
        for risky in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "＝1",
            "＋1",
            "－1",
            "＠a",
            " =1",
            "=HYPERLINK('x')",
        ] {
            check(Cell::Text(risky.into()), &format!("'{risky}"));
        }
        check(Cell::Text("\t=1".into()), "\"'\t=1\"");
        check(Cell::Text("\r=1".into()), "\"'\r=1\"");
        check(Cell::Text("=cmd|' /C calc'!A0".into()), "'=cmd|' /C calc'!A0");
        for plain in ["Gate - slots", "a=b", "4111", "'quoted'"] {
            check(Cell::Text(plain.into()), plain);
        }
        check(Cell::Number(-2.5), "-2.5");
    }

    #[test]
    fn commas_quotes_and_line_ends_are_kept_inside_quotes() {
        check(Cell::Text("a, b".into()), "\"a, b\"");
        check(Cell::Text("so \"called\"".into()), "\"so \"\"called\"\"\"");
        check(Cell::Text("a\nb".into()), "\"a\nb\"");
        check(Cell::Text("=\"a\",b".into()), "\"'=\"\"a\"\",b\"");
        check(Cell::Empty, "");
    }
}
