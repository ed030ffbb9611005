//! The network between Lockstep and Azure DevOps: a proxy that cuts after any byte, delays, and swallows answers.
//!
//! Each TCP connection draws its fate when it is taken. What was cut on the way there may or may not have arrived whole;
//! what was swallowed on the way back has been carried out, and nobody says so.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use azdo_sim::Dice;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Bytes after which a connection may be cut, at most: a few requests and their answers.
const CUT_WITHIN: u64 = 12_000;
/// How long a swallowed answer keeps its connection open.
const SWALLOWED_FOR: Duration = Duration::from_millis(2_000);

/// How the ways are at the moment and what happened on them.
#[derive(Debug, Default)]
pub struct Ways {
    /// Connections in a hundred that have trouble at once.
    trouble: AtomicU64,
    /// Bytes after which any other one is cut, at most.
    lives_for: AtomicU64,
    /// Requests cut before they were whole, or after.
    pub n_requests_cut: AtomicU64,
    /// Answers cut in their middle.
    pub n_answers_cut: AtomicU64,
    /// Answers that never came at all.
    pub n_swallowed: AtomicU64,
    /// Connections refused.
    pub n_refused: AtomicU64,
}

impl Ways {
    /// So many connections in a hundred have trouble from now on, and the others are cut within so many bytes.
    pub fn spoil(&self, percent: u64, lives_for: u64) {
        self.lives_for.store(lives_for, Ordering::Relaxed);
        self.trouble.store(percent, Ordering::Relaxed);
    }

    /// All is well from now on.
    pub fn mend(&self) {
        self.trouble.store(0, Ordering::Relaxed);
    }

    /// What happened, in all.
    pub fn n_troubles(&self) -> u64 {
        let all = [
            &self.n_requests_cut,
            &self.n_answers_cut,
            &self.n_swallowed,
            &self.n_refused,
        ];
        all.iter().map(|n| n.load(Ordering::Relaxed)).sum()
    }
}

/// A running proxy; dropping it closes everything.
pub struct Cutter {
    /// Where it listens.
    pub address: SocketAddr,
    /// How the ways are.
    pub ways: Arc<Ways>,
    task: JoinHandle<()>,
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Debug, Clone, Copy)]
enum Fate {
    Passes,
    Refused,
    RequestCut(u64),
    AnswerCut(u64),
    Swallowed,
}

impl Cutter {
    /// Listens on a free port and passes on to `to`.
    pub async fn start(to: SocketAddr, seed: u64) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let ways = Arc::new(Ways::default());
        let dice = Arc::new(Mutex::new(Dice::new(seed)));
        let task = tokio::spawn({
            let ways = ways.clone();
            async move {
                while let Ok((here, _)) = listener.accept().await {
                    let (fate, slow_ms) = draw(&ways, &mut dice.lock().expect("nobody panics with it"));
                    tokio::spawn(pass(here, to, fate, slow_ms, ways.clone()));
                }
            }
        });
        Ok(Self { address, ways, task })
    }
}

fn draw(ways: &Ways, dice: &mut Dice) -> (Fate, u64) {
    let percent = ways.trouble.load(Ordering::Relaxed);
    if percent == 0 {
        return (Fate::Passes, 0);
    }
    if dice.below(100) >= percent {
        // No connection lives for ever on bad ways: the client keeps good ones.
        return (
            Fate::AnswerCut(1 + dice.below(ways.lives_for.load(Ordering::Relaxed))),
            0,
        );
    }
    let slow_ms = if dice.below(3) == 0 { dice.below(120) } else { 0 };
    let fate = match dice.below(8) {
        0 => Fate::Refused,
        1 | 2 => Fate::RequestCut(1 + dice.below(CUT_WITHIN)),
        3 | 4 => Fate::AnswerCut(1 + dice.below(CUT_WITHIN)),
        5 | 6 => Fate::Swallowed,
        _ => Fate::Passes,
    };
    (fate, slow_ms)
}

async fn pass(here: TcpStream, to: SocketAddr, fate: Fate, slow_ms: u64, ways: Arc<Ways>) {
    let note = |n: &AtomicU64| {
        n.fetch_add(1, Ordering::Relaxed);
    };
    if matches!(fate, Fate::Refused) {
        note(&ways.n_refused);
        return;
    }
    let Ok(there) = TcpStream::connect(to).await else {
        return;
    };
    let (from_here, to_here) = here.into_split();
    let (from_there, to_there) = there.into_split();
    let (n_there, n_back) = match fate {
        Fate::RequestCut(n) => (n, u64::MAX),
        Fate::AnswerCut(n) => (u64::MAX, n),
        _ => (u64::MAX, u64::MAX),
    };
    let going = carry(from_here, to_there, n_there, slow_ms);
    if matches!(fate, Fate::Swallowed) {
        // The request goes through whole; what comes back is read by nobody here.
        let swallowed = tokio::time::timeout(SWALLOWED_FOR, async {
            tokio::join!(going, swallow(from_there));
        });
        let _is_over = swallowed.await;
        note(&ways.n_swallowed);
        drop(to_here);
        return;
    }
    let coming = carry(from_there, to_here, n_back, slow_ms);
    // Either way closes both: a cut connection is gone.
    tokio::select! {
        was_cut = going => if was_cut { note(&ways.n_requests_cut) },
        was_cut = coming => if was_cut { note(&ways.n_answers_cut) },
    }
}

/// Carries up to `n_max` bytes, then ends. Returns whether it was cut.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, n_max: u64, slow_ms: u64) -> bool {
    let mut left = n_max;
    let mut held = vec![0; 4096];
    loop {
        let Ok(n) = from.read(&mut held).await else {
            return false;
        };
        if n == 0 {
            return false;
        }
        if slow_ms > 0 {
            tokio::time::sleep(Duration::from_millis(slow_ms)).await;
        }
        let n_passed = left.min(n as u64) as usize;
        if to.write_all(&held[..n_passed]).await.is_err() {
            return false;
        }
        left -= n_passed as u64;
        if left == 0 {
            return true;
        }
    }
}

async fn swallow(mut from: OwnedReadHalf) {
    let mut held = vec![0; 4096];
    while from.read(&mut held).await.is_ok_and(|n| n > 0) {}
}
