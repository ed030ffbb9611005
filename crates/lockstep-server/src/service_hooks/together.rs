//! Many who ask at once are answered together: those that come while one round is under way are in the next.
//!
//! A bulk edit in Azure DevOps sends thousands of notifications within seconds. With a question to the database and a
//! commit of its own each would wait for a disk; together they wait for one. A round begins after everybody in it has
//! asked, so nobody is answered with something older than their question.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Those who wait for the next round.
pub struct Together<Q, A> {
    state: Mutex<State<Q, A>>,
    round_max: usize,
    waiting_max: usize,
}

struct State<Q, A> {
    waiting: VecDeque<(Q, oneshot::Sender<A>)>,
    /// Somebody answers round after round until nobody waits.
    is_answering: bool,
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

impl<Q: Send + 'static, A: Send + 'static> Together<Q, A> {
    /// Rounds of at most `round_max`; of more than `waiting_max` who wait, the last are turned away.
    pub fn new(round_max: usize, waiting_max: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                is_answering: false,
            }),
            round_max,
            waiting_max,
        })
    }

    /// Asks. `answer` gives an answer to each question in order, or none at all.
    ///
    /// The rounds run on a task of their own: whoever hangs up breaks off nobody else's.
    pub async fn ask<F>(
        self: &Arc<Self>,
        question: Q,
        answer: impl Fn(Vec<Q>) -> F + Send + 'static,
    ) -> Result<A, Unanswered>
    where
        F: Future<Output = Option<Vec<A>>> + Send + 'static,
    {
        let (done, is_done) = oneshot::channel();
        let begins = {
            let mut state = self.state();
            if state.waiting.len() >= self.waiting_max {
                return Err(Unanswered::Full);
            }
            state.waiting.push_back((question, done));
            !std::mem::replace(&mut state.is_answering, true)
        };
        if begins {
            let rounds = Rounds {
                of: self.clone(),
                has_ended: false,
            };
            tokio::spawn(rounds.run(answer));
        }
        is_done.await.map_err(|_broken_off| Unanswered::BrokenOff)
    }

    fn state(&self) -> MutexGuard<'_, State<Q, A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Round after round, until nobody waits. Where one panics, whoever asks next begins again.
struct Rounds<Q: Send + 'static, A: Send + 'static> {
    of: Arc<Together<Q, A>>,
    has_ended: bool,
}

impl<Q: Send + 'static, A: Send + 'static> Rounds<Q, A> {
    async fn run<F>(mut self, answer: impl Fn(Vec<Q>) -> F)
    where
        F: Future<Output = Option<Vec<A>>>,
    {
        while let Some(round) = self.next() {
            let (questions, done): (Vec<Q>, Vec<_>) = round.into_iter().unzip();
            for (done, answer) in done.into_iter().zip(answer(questions).await.unwrap_or_default()) {
                // Whoever gave up waiting is answered by nobody.
                let _is_waiting = done.send(answer);
            }
        }
    }

    fn next(&mut self) -> Option<Vec<(Q, oneshot::Sender<A>)>> {
        let mut state = self.of.state();
        let n = state.waiting.len().min(self.of.round_max);
        // Under the same lock as those who ask: whoever comes after this begins anew.
        state.is_answering = n > 0;
        self.has_ended = n == 0;
        (n > 0).then(|| state.waiting.drain(..n).collect())
    }
}

impl<Q: Send + 'static, A: Send + 'static> Drop for Rounds<Q, A> {
    fn drop(&mut self) {
        // Ended by themselves, somebody else may answer by now; broken off, nobody does, and those who wait are told.
        if !self.has_ended {
            let mut state = self.of.state();
            state.is_answering = false;
            state.waiting.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    /// One who asks, and `n - 1` others who ask while that one's round is held up; how many rounds it took, and what each
    /// was answered.
    async fn rounds(n: usize, round_max: usize, fails: bool) -> (usize, Vec<Result<usize, Unanswered>>) {
        let together = Together::new(round_max, n);
        let (gate, n_rounds) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let ask = |question: usize| {
            let (together, gate, n_rounds) = (together.clone(), gate.clone(), n_rounds.clone());
            tokio::spawn(async move {
                let answer = move |questions: Vec<usize>| {
                    let (gate, n_rounds) = (gate.clone(), n_rounds.clone());
                    async move {
                        n_rounds.fetch_add(1, Ordering::SeqCst);
                        let _held_up = gate.acquire().await;
                        (!fails).then(|| questions.into_iter().map(|question| question * 10).collect())
                    }
                };
                together.ask(question, answer).await
            })
        };
        let mut tasks = vec![ask(0)];
        while n_rounds.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        tasks.extend((1..n).map(ask));
        while together.state().waiting.len() < n - 1 {
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
    async fn after_a_round_that_panicked_others_are_answered() {
        let together = Together::<bool, bool>::new(10, 10);
        let answer = |questions: Vec<bool>| async move {
            assert!(!questions.contains(&true), "the one that panics");
            Some(questions)
        };
        assert_eq!(together.ask(true, answer).await, Err(Unanswered::BrokenOff));
        assert_eq!(together.ask(false, answer).await, Ok(false));
    }

    #[tokio::test]
    async fn too_many_are_turned_away() {
        let together = Together::<usize, usize>::new(10, 0);
        let answer = |_questions: Vec<usize>| async { None };
        assert_eq!(together.ask(1, answer).await, Err(Unanswered::Full));
    }
}
