//! Many who ask at once are answered together: those that come while one round is under way are in the next.
//!
//! A bulk edit in Azure DevOps sends thousands of notifications within seconds. With a question to the database and a
//! commit of its own each would wait for a disk; together they wait for one. A round begins after everybody in it has
//! asked, so nobody is answered with something older than their question.

use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

/// Those who wait for the next round.
pub struct Together<Q, A> {
    waiting: Mutex<Vec<(Q, oneshot::Sender<A>)>>,
    turn: tokio::sync::Mutex<()>,
    round_max: usize,
    waiting_max: usize,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// Too many wait already.
    #[error("too many wait already")]
    Full,
    /// The round could not be answered, or broke off.
    #[error("the round was not answered")]
    BrokenOff,
}

impl<Q, A> Together<Q, A> {
    /// Rounds of at most `round_max`; of more than `waiting_max` who wait, the last are turned away.
    pub fn new(round_max: usize, waiting_max: usize) -> Self {
        Self {
            waiting: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            round_max,
            waiting_max,
        }
    }

    /// Asks, and is answered by whoever has the turn: by this caller with `answer`, for all who wait by then, or by another.
    ///
    /// `answer` gives an answer to each question in order, or none at all. A caller who hangs up in its turn breaks off the
    /// round of others, so this is to run on a task of its own.
    pub async fn ask<F>(&self, question: Q, answer: impl FnOnce(Vec<Q>) -> F) -> Result<A, Unanswered>
    where
        F: Future<Output = Option<Vec<A>>>,
    {
        let (done, mut is_done) = oneshot::channel();
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.len() >= self.waiting_max {
                return Err(Unanswered::Full);
            }
            waiting.push((question, done));
        }
        // Who is answered no longer waits for the turn: a queue of those who are done would leave the ones that come
        // meanwhile a round each.
        let turn = tokio::select! {
            biased;
            answer = &mut is_done => return answer.map_err(|_broken_off| Unanswered::BrokenOff),
            turn = self.turn.lock() => turn,
        };
        let (questions, done): (Vec<Q>, Vec<_>) = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let n = waiting.len().min(self.round_max);
            waiting.drain(..n).unzip()
        };
        if !questions.is_empty() {
            for (done, answer) in done.into_iter().zip(answer(questions).await.unwrap_or_default()) {
                // Whoever gave up waiting is answered by nobody.
                let _is_waiting = done.send(answer);
            }
        }
        drop(turn);
        is_done.await.map_err(|_broken_off| Unanswered::BrokenOff)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    /// `n` who ask while the first round is held up; how many rounds it took, and what each was answered.
    async fn rounds(n: usize, round_max: usize, fails: bool) -> (usize, Vec<Result<usize, Unanswered>>) {
        let together = Arc::new(Together::new(round_max, n));
        let (gate, n_rounds) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..n)
            .map(|question| {
                let (together, gate, n_rounds) = (together.clone(), gate.clone(), n_rounds.clone());
                tokio::spawn(async move {
                    let answer = async |questions: Vec<usize>| {
                        n_rounds.fetch_add(1, Ordering::SeqCst);
                        let _held_up = gate.acquire().await;
                        (!fails).then(|| questions.into_iter().map(|question| question * 10).collect())
                    };
                    together.ask(question, answer).await
                })
            })
            .collect();
        while together.waiting.lock().unwrap().len() < n.saturating_sub(round_max.min(1)) {
            tokio::task::yield_now().await;
        }
        gate.add_permits(1);
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        (n_rounds.load(Ordering::SeqCst), answers)
    }

    #[tokio::test]
    async fn those_that_come_while_a_round_is_under_way_share_the_next() {
        let (n_rounds, answers) = rounds(100, 500, false).await;
        assert_eq!(n_rounds, 2, "one for the first, one for all others");
        let expected: Vec<_> = (0..100).map(|question| Ok(question * 10)).collect();
        assert_eq!(answers, expected);
    }

    #[tokio::test]
    async fn a_round_has_a_bound() {
        let (n_rounds, answers) = rounds(100, 33, false).await;
        assert_eq!(n_rounds, 4);
        assert!(answers.iter().all(Result::is_ok));
    }

    #[tokio::test]
    async fn a_round_that_fails_answers_nobody() {
        let (_, answers) = rounds(10, 500, true).await;
        assert!(answers.iter().all(|answer| *answer == Err(Unanswered::BrokenOff)));
    }

    #[tokio::test]
    async fn too_many_are_turned_away() {
        let together = Together::<usize, usize>::new(10, 0);
        let answer = async |_questions: Vec<usize>| None;
        assert_eq!(together.ask(1, answer).await, Err(Unanswered::Full));
    }
}
