//! Order inside a cell: a fractional index. A rank is a string, and between any two there is room for another.
//!
//! A rank is a whole part and a fraction, in 62 digits that sort as bytes do. The first letter of the whole part says how
//! many digits follow it, so ranks that are only ever appended stay short. Nothing is renumbered, and no float is involved.
//!
//! Source: the scheme is David Greenspan's "Implementing Fractional Indexing".

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The first rank of all.
const ZERO: &str = "a0";

/// A rank behind `after` and before `before`; `None` is the very start or the very end.
///
/// Ranks that are not ours, or that stand the wrong way round, count as not there: order is then kept as well as it can.
pub fn between(after: Option<&str>, before: Option<&str>) -> String {
    let after = after.filter(|rank| is_rank(rank));
    let before = before.filter(|rank| is_rank(rank) && after.is_none_or(|after| after < *rank));
    match (after, before) {
        (None, None) => ZERO.to_owned(),
        (Some(after), None) => following(after),
        (None, Some(before)) => preceding(before),
        (Some(after), Some(before)) => amid(after, before),
    }
}

/// `n` ranks in order, all behind `after`.
pub fn following_n(after: Option<&str>, n: usize) -> Vec<String> {
    let mut ranks: Vec<String> = Vec::with_capacity(n);
    for _ in 0..n {
        let last = ranks.last().map(String::as_str).or(after);
        ranks.push(between(last, None));
    }
    ranks
}

/// Whether a text is a rank that [`between`] could have made.
pub fn is_rank(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_whole = bytes
        .first()
        .and_then(|head| whole_len(*head))
        .is_some_and(|len| len <= bytes.len());
    has_whole
        && bytes.iter().all(|byte| digit(*byte).is_some())
        && !(text.len() > whole(text).len() && text.ends_with('0'))
}

fn following(after: &str) -> String {
    let (front, fraction) = after.split_at(whole(after).len());
    match incremented(front) {
        Some(next) => next,
        // The largest whole part there is: only its fraction can grow.
        None => format!("{front}{}", midpoint(fraction, None)),
    }
}

fn preceding(before: &str) -> String {
    let (front, fraction) = before.split_at(whole(before).len());
    match decremented(front) {
        _ if !fraction.is_empty() => front.to_owned(),
        Some(less) => less,
        None => format!("{front}{}", midpoint("", Some(fraction))),
    }
}

fn amid(after: &str, before: &str) -> String {
    let (front, fraction) = after.split_at(whole(after).len());
    let (front_before, fraction_before) = before.split_at(whole(before).len());
    if front == front_before {
        return format!("{front}{}", midpoint(fraction, Some(fraction_before)));
    }
    match incremented(front) {
        Some(next) if next.as_str() < before => next,
        _ => format!("{front}{}", midpoint(fraction, None)),
    }
}

/// A fraction behind `after` and before `before`; neither ends with the digit 0, nor does what is returned.
fn midpoint(after: &str, before: Option<&str>) -> String {
    let at = |text: &str, index: usize| text.as_bytes().get(index).copied().unwrap_or(b'0');
    if let Some(before) = before {
        let n_same = (0..before.len())
            .take_while(|index| at(after, *index) == at(before, *index))
            .count();
        if n_same > 0 {
            let rest = after.get(n_same..).unwrap_or_default();
            return format!("{}{}", &before[..n_same], midpoint(rest, Some(&before[n_same..])));
        }
    }
    let low = after.bytes().next().and_then(digit).unwrap_or(0);
    let high = before
        .and_then(|before| before.bytes().next())
        .and_then(digit)
        .unwrap_or(DIGITS.len());
    if high - low > 1 {
        return char::from(DIGITS[(low + high).div_ceil(2)]).to_string();
    }
    match before {
        // The next digit alone lies between, because `before` goes on behind it.
        Some(before) if before.len() > 1 => before[..1].to_owned(),
        _ => format!(
            "{}{}",
            char::from(DIGITS[low]),
            midpoint(after.get(1..).unwrap_or_default(), None)
        ),
    }
}

/// The whole part of a rank.
fn whole(rank: &str) -> &str {
    let len = rank.bytes().next().and_then(whole_len).unwrap_or(rank.len());
    &rank[..len.min(rank.len())]
}

/// How long the whole part is, its first letter included.
fn whole_len(head: u8) -> Option<usize> {
    match head {
        b'a'..=b'z' => Some(usize::from(head - b'a') + 2),
        b'A'..=b'Z' => Some(usize::from(b'Z' - head) + 2),
        _ => None,
    }
}

fn digit(byte: u8) -> Option<usize> {
    DIGITS.iter().position(|digit| *digit == byte)
}

fn incremented(whole: &str) -> Option<String> {
    let mut bytes = whole.as_bytes().to_vec();
    for byte in bytes.iter_mut().skip(1).rev() {
        match DIGITS.get(digit(*byte)? + 1) {
            Some(next) => {
                *byte = *next;
                return String::from_utf8(bytes).ok();
            }
            None => *byte = DIGITS[0],
        }
    }
    // Every digit has turned over: one letter on, which is one digit more or less.
    match bytes[0] {
        b'Z' => Some(ZERO.to_owned()),
        b'z' => None,
        head => {
            let head = head + 1;
            let len = whole_len(head)?;
            Some(format!("{}{}", char::from(head), "0".repeat(len - 1)))
        }
    }
}

fn decremented(whole: &str) -> Option<String> {
    let mut bytes = whole.as_bytes().to_vec();
    for byte in bytes.iter_mut().skip(1).rev() {
        match digit(*byte)?.checked_sub(1) {
            Some(index) => {
                *byte = DIGITS[index];
                return String::from_utf8(bytes).ok();
            }
            None => *byte = DIGITS[DIGITS.len() - 1],
        }
    }
    match bytes[0] {
        b'a' => Some("Zz".to_owned()),
        b'A' => None,
        head => {
            let head = head - 1;
            let len = whole_len(head)?;
            Some(format!("{}{}", char::from(head), "z".repeat(len - 1)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(after: Option<&str>, before: Option<&str>, expected: &str) {
        let rank = between(after, before);
        assert_eq!(rank, expected);
        assert!(is_rank(&rank), "{rank}");
        assert!(after.is_none_or(|after| after < rank.as_str()));
        assert!(before.is_none_or(|before| rank.as_str() < before));
    }

    #[test]
    fn the_first_rank_leaves_room_on_both_sides() {
        check(None, None, "a0");
        check(None, Some("a0"), "Zz");
        check(Some("a0"), None, "a1");
    }

    #[test]
    fn between_two_ranks_lies_a_third() {
        check(Some("a0"), Some("a1"), "a0V");
        check(Some("a0"), Some("a0V"), "a0G");
        check(Some("a0V"), Some("a1"), "a0l");
        check(Some("a0"), Some("a2"), "a1");
        check(Some("Zz"), Some("a0"), "ZzV");
        check(Some("a01"), Some("a02"), "a01V");
        check(Some("a0"), Some("a001"), "a000V");
    }

    #[test]
    fn appending_turns_over_into_longer_whole_parts() {
        check(Some("az"), None, "b00");
        check(Some("bzz"), None, "c000");
        check(None, Some("b00"), "az");
        check(None, Some("Z0"), "Yzz");
    }

    #[test]
    fn ten_thousand_appended_ranks_stay_in_order_and_short() {
        let ranks = following_n(None, 10_000);
        assert!(ranks.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ranks.iter().all(|rank| rank.len() <= 4));
        assert_eq!(following_n(Some("a0"), 2), ["a1", "a2"]);
    }

    #[test]
    fn a_thousand_drops_on_one_spot_keep_their_order() {
        let (first, mut last) = ("a0".to_owned(), "a1".to_owned());
        for _ in 0..1000 {
            let rank = between(Some(&first), Some(&last));
            assert!(first < rank && rank < last && is_rank(&rank), "{rank}");
            last = rank;
        }
        let (mut first, last) = ("a0".to_owned(), "a1".to_owned());
        for _ in 0..1000 {
            let rank = between(Some(&first), Some(&last));
            assert!(first < rank && rank < last && is_rank(&rank), "{rank}");
            first = rank;
        }
    }

    #[test]
    fn what_is_no_rank_counts_as_not_there() {
        assert_eq!(between(Some("not a rank"), None), "a0");
        assert_eq!(between(Some("a5"), Some("a1")), "a6");
        assert_eq!(between(Some("a5"), Some("a5")), "a6");
        assert!(!is_rank("") && !is_rank("b1") && !is_rank("a00") && is_rank("a0"));
    }
}
