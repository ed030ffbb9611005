//! Counting what passed and failed, from the summaries that test runners print.

/// What one suite or check came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Tests or checks that held.
    pub passed: u32,
    /// Tests or checks that did not.
    pub failed: u32,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Whose summary to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summary {
    /// No summary: the program's end is the one check.
    None,
    /// `cargo test`: one line per binary.
    CargoTest,
    /// `cargo nextest run`.
    Nextest,
    /// `vitest run`.
    Vitest,
    /// `node --test`.
    NodeTest,
}

impl Summary {
    /// Reads the count from what a program printed and how it ended.
    ///
    /// A suite that ran nothing has failed, and so has one that ended badly without naming a failed test.
    pub fn count(self, printed: &str, has_succeeded: bool) -> Count {
        let mut count = Count::default();
        if self == Self::None {
            count.passed = u32::from(has_succeeded);
        }
        for line in printed.lines() {
            count += self.count_line(line.trim());
        }
        let is_silent = count.passed == 0 && count.failed == 0;
        if count.failed == 0 && (!has_succeeded || is_silent) {
            count.failed = 1;
        }
        count
    }

    fn count_line(self, line: &str) -> Count {
        match self {
            Self::None => Count::default(),
            Self::CargoTest if line.starts_with("test result:") => Count {
                passed: number_before(line, "passed"),
                failed: number_before(line, "failed"),
            },
            Self::Nextest if line.starts_with("Summary [") => {
                let run = number_before(line, "tests run").max(number_before(line, "test run"));
                let passed = number_before(line, "passed");
                Count {
                    passed,
                    failed: run.saturating_sub(passed),
                }
            }
            Self::Vitest if line.starts_with("Tests ") => Count {
                passed: number_before(line, "passed"),
                failed: number_before(line, "failed"),
            },
            Self::NodeTest => match line.trim_start_matches(['ℹ', '#', ' ']).split_once(' ') {
                Some(("pass", n)) => Count {
                    passed: n.parse().unwrap_or(0),
                    failed: 0,
                },
                Some(("fail" | "cancelled", n)) => Count {
                    passed: 0,
                    failed: n.parse().unwrap_or(0),
                },
                _ => Count::default(),
            },
            _ => Count::default(),
        }
    }
}

/// The number that stands before `word`: 3 in `2 failed, 3 passed` for `passed`; 0 where there is none.
fn number_before(line: &str, word: &str) -> u32 {
    let Some(at) = line.find(&format!(" {word}")) else {
        return 0;
    };
    let digits = line[..at].rsplit(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(summary: Summary, printed: &str, has_succeeded: bool, passed: u32, failed: u32) {
        assert_eq!(summary.count(printed, has_succeeded), Count { passed, failed });
    }

    #[test]
    fn a_plain_check_counts_by_its_end() {
        check(Summary::None, "anything", true, 1, 0);
        check(Summary::None, "anything", false, 0, 1);
    }

    #[test]
    fn cargo_test_is_summed_over_its_binaries() {
        let printed = "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured\n\
                       test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured";
        check(Summary::CargoTest, printed, false, 15, 2);
    }

    #[test]
    fn nextest_counts_every_test_that_ran_and_did_not_pass() {
        check(
            Summary::Nextest,
            "     Summary [   0.123s] 12 tests run: 12 passed, 0 skipped",
            true,
            12,
            0,
        );
        check(
            Summary::Nextest,
            "     Summary [   0.123s] 1 test run: 1 passed, 0 skipped",
            true,
            1,
            0,
        );
        let printed = "     Summary [  61.0s] 12 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 3 skipped";
        check(Summary::Nextest, printed, false, 9, 3);
    }

    #[test]
    fn vitest_counts_tests_and_not_files() {
        let printed = " Test Files  1 failed | 8 passed (9)\n      Tests  2 failed | 45 passed (47)";
        check(Summary::Vitest, printed, false, 45, 2);
    }

    #[test]
    fn node_counts_cancelled_tests_as_failed() {
        check(
            Summary::NodeTest,
            "ℹ tests 4\nℹ pass 2\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0",
            false,
            2,
            2,
        );
    }

    #[test]
    fn a_suite_that_ran_nothing_has_failed() {
        check(Summary::CargoTest, "test result: ok. 0 passed; 0 failed", true, 0, 1);
        check(Summary::Vitest, "no tests", true, 0, 1);
    }

    #[test]
    fn a_bad_end_without_a_failed_test_is_a_failure() {
        check(Summary::NodeTest, "ℹ pass 2\nℹ fail 0", false, 2, 1);
    }
}
