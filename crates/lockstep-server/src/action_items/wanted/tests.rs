use serde_json::json;

use super::*;

fn of(changes: serde_json::Value) -> Result<Wanted, Refusal> {
    checked(serde_json::from_value(changes).unwrap())
}

#[track_caller]
fn check_refused(changes: serde_json::Value) {
    assert!(of(changes.clone()).is_err(), "{changes}");
}

#[test]
fn a_title_is_one_line_that_azure_devops_takes() {
    check_refused(json!({"title": "  "}));
    check_refused(json!({"title": "two\nlines"}));
    check_refused(json!({"title": "x".repeat(256)}));
    check_refused(json!({"title": "😀".repeat(128)}));
    assert!(of(json!({"title": "😀".repeat(127)})).is_ok());
    assert!(of(json!({"title": "ü".repeat(255)})).is_ok());
}

#[test]
fn dates_priorities_tags_and_teams_are_checked() {
    for date in ["2026-02-30", "23.10.2026", "2026-10-23T00:00", "", "20261023"] {
        check_refused(json!({"due_on": date}));
    }
    check_refused(json!({"priority": 5}));
    check_refused(json!({"priority": 0}));
    check_refused(json!({"tags": ["a;b"]}));
    check_refused(json!({"tags": (0..101).map(|n| format!("t{n}")).collect::<Vec<_>>()}));
    check_refused(json!({"team": "x".repeat(201)}));
}

#[test]
fn a_tag_is_one_tag_however_it_is_spelled() {
    let wanted = of(json!({"tags": ["Night ", "night", "", "day"]})).unwrap();
    assert_eq!(wanted.tags.unwrap(), ["Night", "day"]);
}

#[test]
fn pasted_lines_lose_their_bullets_and_nothing_else() {
    let pasted = "- Order fibre\n* Agree hold reasons\n\n  3. Book room\n• Renew licences\n- [ ] Call\n2026 budget\n12) Twelve\n- \n";
    assert_eq!(
        lines(pasted).unwrap(),
        [
            "Order fibre",
            "Agree hold reasons",
            "Book room",
            "Renew licences",
            "Call",
            "2026 budget",
            "Twelve"
        ]
    );
}

#[test]
fn ten_lines_are_ten_items_and_two_hundred_and_one_are_too_many() {
    let of = |n: usize| (0..n).map(|n| format!("line {n}\r\n")).collect::<String>();
    assert_eq!(lines(&of(10)).unwrap().len(), 10);
    assert_eq!(lines(&of(N_LINES_MAX)).unwrap().len(), N_LINES_MAX);
    assert!(lines(&of(N_LINES_MAX + 1)).is_err());
    assert!(lines(" \n\n").is_err());
}

#[test]
fn a_comment_needs_words() {
    assert_eq!(comment("a < b\nc").unwrap(), "a &lt; b<br>c");
    assert!(comment(" \n").is_err());
}
