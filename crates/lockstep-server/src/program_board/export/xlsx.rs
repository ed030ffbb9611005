//! Tables as a workbook. Every text is typed as text, so that none is a formula; links are links, numbers numbers.

use anyhow::Result;
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet};

use super::rows::{Book, Cell, Table};

/// Longest text of a cell: what Excel itself takes.
const TEXT_CHARS_MAX: usize = 32_767;
/// Most links of a sheet: what Excel itself takes; the rest is text.
const N_LINKS_MAX: usize = 65_530;

/// The workbook of a board.
pub fn written(book: &Book) -> Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    for table in [&book.cards, &book.dependencies, &book.load] {
        fill(workbook.add_worksheet(), table)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn fill(sheet: &mut Worksheet, table: &Table) -> Result<()> {
    let head = Format::new().set_bold().set_align(FormatAlign::Left);
    sheet.set_name(table.name)?;
    for (at, (name, width)) in (0u16..).zip(&table.columns) {
        sheet.write_string_with_format(0, at, *name, &head)?;
        sheet.set_column_width(at, f64::from(*width))?;
    }
    let mut n_links = 0;
    for (row, cells) in (1u32..).zip(&table.rows) {
        for (column, cell) in (0u16..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => drop(sheet.write_string(row, column, shortened(text))?),
                Cell::Number(number) => drop(sheet.write_number(row, column, *number)?),
                Cell::Link(address) if n_links < N_LINKS_MAX => {
                    sheet.write_url(row, column, address.as_str())?;
                    n_links += 1;
                }
                Cell::Link(address) => drop(sheet.write_string(row, column, shortened(address))?),
            }
        }
    }
    let last = (u32::try_from(table.rows.len())?, u16::try_from(table.columns.len())?);
    if last.0 > 0 && last.1 > 0 {
        sheet.autofilter(0, 0, last.0, last.1 - 1)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn shortened(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    fn table(name: &'static str, rows: Vec<Vec<Cell>>) -> Table {
        Table {
            name,
            columns: vec![("Title", 10), ("Points", 5)],
            rows,
        }
    }

    fn read(cards: Vec<Vec<Cell>>) -> Xlsx<Cursor<Vec<u8>>> {
        let book = Book {
            cards: table("Cards", cards),
            dependencies: table("Dependencies", Vec::new()),
            load: table("Load", Vec::new()),
        };
        Xlsx::new(Cursor::new(written(&book).unwrap())).unwrap()
    }

    #[test]
    fn text_is_text_whatever_it_looks_like_and_no_cell_is_a_formula() {
        let risky = [
            "=1+1",
            "+1",
            "-1",
            "@a",
            "\t=1",
            "{=1}",
            "https://example.org",
            "=cmd|' /C calc'!A0",
        ];
        let mut workbook = read(
            risky
                .iter()
                .map(|text| vec![Cell::Text((*text).into()), Cell::Number(-2.5)])
                .collect(),
        );
        let sheet = workbook.worksheet_range("Cards").unwrap();
        for (row, text) in (1..).zip(risky) {
            assert_eq!(sheet.get_value((row, 0)), Some(&Data::String(text.into())));
            assert_eq!(sheet.get_value((row, 1)), Some(&Data::Float(-2.5)));
        }
        for name in workbook.sheet_names() {
            let formulas = workbook.worksheet_formula(&name).unwrap();
            assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()), "{name}");
        }
    }

    #[test]
    fn a_book_has_three_sheets_each_with_its_header() {
        let mut workbook = read(vec![vec![Cell::Link("https://example.org/1".into()), Cell::Empty]]);
        assert_eq!(workbook.sheet_names(), ["Cards", "Dependencies", "Load"]);
        let sheet = workbook.worksheet_range("Cards").unwrap();
        assert_eq!(sheet.get_value((0, 1)), Some(&Data::String("Points".into())));
        assert_eq!(
            sheet.get_value((1, 0)),
            Some(&Data::String("https://example.org/1".into()))
        );
    }

    #[test]
    fn a_text_that_excel_can_not_hold_is_cut_and_not_refused() {
        let mut workbook = read(vec![vec![Cell::Text("é".repeat(TEXT_CHARS_MAX + 5)), Cell::Empty]]);
        let sheet = workbook.worksheet_range("Cards").unwrap();
        let text = sheet.get_value((1, 0)).unwrap().to_string();
        assert_eq!(text.chars().count(), TEXT_CHARS_MAX);
    }
}
