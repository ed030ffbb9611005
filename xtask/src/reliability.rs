//! The figures of `docs/reliability.md`: what the simulation printed, as the section between two marks.

use anyhow::{Context, Result, bail};

/// Where the figures stand in the page.
const BEGIN: &str = "<!-- figures: written by `cargo xtask simulate --report` -->";
const END: &str = "<!-- end of the figures -->";

/// The page with its figures replaced.
pub fn with_figures(page: &str, figures: &str) -> Result<String> {
    let (before, rest) = page.split_once(BEGIN).context("the page has no place for figures")?;
    let (_, after) = rest.split_once(END).context("the figures of the page have no end")?;
    Ok(format!("{before}{BEGIN}\n\n{figures}\n{END}{after}"))
}

/// What the seeds and the planted bugs printed, as Markdown.
pub fn figures(commit: &str, seeds: &str, planted: &str) -> Result<String> {
    let Some(summary) = seeds.lines().find(|line| line.ends_with("0 violations")) else {
        bail!("the seeds did not end well");
    };
    let least = seeds
        .lines()
        .find_map(|line| line.strip_prefix("least: "))
        .unwrap_or_default();
    let mut page = format!("Of commit {commit}: {summary}. In every seed at least {least}.\n\n");
    page.push_str("| fault | what happens | times |\n| --- | --- | ---: |\n");
    for line in seeds.lines().filter_map(|line| line.trim().strip_prefix("fault ")) {
        let (what, times) = line.rsplit_once(": ").context("a fault is followed by how often")?;
        let (id, what) = what.split_once(' ').context("a fault has a number")?;
        page.push_str(&format!("| {id} | {what} | {times} |\n"));
    }
    page.push_str("\nFaults marked for simulation that the seeds do not make:\n\n");
    for line in seeds
        .lines()
        .filter_map(|line| line.trim().strip_prefix("not by the seeds: "))
    {
        page.push_str(&format!("- {line}\n"));
    }
    page.push_str("\n| planted bug | found by seed |\n| --- | ---: |\n");
    let mut found: Vec<(&str, &str)> = planted.lines().filter_map(found).collect();
    found.sort_unstable();
    for (name, seed) in found {
        page.push_str(&format!("| {name} | {seed} |\n"));
    }
    Ok(page)
}

/// The name of a planted bug and the seed that found it.
fn found(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix("planted: ")?.split_once(": found by seed ")?;
    Some((name, rest.split(':').next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEDS: &str = "2 seeds, 20 operations, 9 requests, 0 violations\nleast: 10 operations and 4 faults\n  \
         fault P01 the process dies: at any instant: 12\n  not by the seeds: P09: a restored backup\n  crash: 12\n";
    const PLANTED: &str =
        "planted: no rev test: found by seed 3: it broke: here\nplanted: a lost edit: found by seed 1: x\n";

    #[test]
    fn the_page_says_what_was_met_and_what_was_found() {
        let figures = figures("abc", SEEDS, PLANTED).unwrap();
        assert!(figures.contains("Of commit abc: 2 seeds, 20 operations, 9 requests, 0 violations."));
        assert!(figures.contains("at least 10 operations and 4 faults"));
        assert!(figures.contains("| P01 | the process dies: at any instant | 12 |"));
        assert!(figures.contains("- P09: a restored backup"));
        assert!(figures.contains("| a lost edit | 1 |\n| no rev test | 3 |"));
    }

    #[test]
    fn a_run_that_ended_badly_makes_no_page() {
        assert!(figures("abc", "seed 4 breaks an invariant", PLANTED).is_err());
    }

    #[test]
    fn the_rest_of_the_page_stays() {
        let page = format!("# Page\n\n{BEGIN}\nold\n{END}\nend\n");
        let page = with_figures(&page, "new").unwrap();
        assert_eq!(page, format!("# Page\n\n{BEGIN}\n\nnew\n{END}\nend\n"));
        assert!(with_figures("# Page", "new").is_err());
    }
}
