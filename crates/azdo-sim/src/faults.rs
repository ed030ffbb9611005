//! Seeded trouble around [`Sim::handle`]: lost answers, late application, throttling, sign-in pages, stale feeds, and
//! notices that are lost, doubled or delayed.
//!
//! Every fault has a rate and a counter; a rate of zero never fires. Healing ([`Faults::stop`]) leaves what is already
//! under way (late requests, delayed notices) to come out in its time.

use std::collections::BTreeMap;

use crate::dice::Dice;
use crate::hooks::{Delivery, DeliveryOutcome};
use crate::http::{HttpRequest, HttpResponse};
use crate::{SECOND_US, Sim};

/// The longest a request that was given up is still applied afterwards.
pub const LATE_APPLY_MAX_S: u64 = 300;
/// The longest a notice is delayed.
pub const NOTICE_DELAY_MAX_S: u64 = 900;
/// The longest a read may lag behind.
pub const STALE_MAX_S: u64 = 120;

macro_rules! fault_rates {
    ($($(#[$doc:meta])* $name:ident)*) => {
        /// Probability of each fault: per request, or per delivery for those named `notice_…`.
        #[derive(Debug, Clone, PartialEq)]
        pub struct FaultRates {
            $($(#[$doc])* pub $name: f64,)*
        }

        impl FaultRates {
            /// No trouble at all.
            pub fn none() -> FaultRates {
                FaultRates { $($name: 0.0,)* }
            }

            /// Swarm: a random subset is fully off, the rest has rates of its own, all decided by `seed`.
            pub fn from_seed(seed: u64) -> FaultRates {
                let mut dice = Dice::new(seed ^ 0xFA17);
                FaultRates {
                    $($name: {
                        let rate = (1 + dice.below(100)) as f64 / 1000.0;
                        if dice.coin() { rate } else { 0.0 }
                    },)*
                }
            }

            /// Turns one off; what is not the name of a fault changes nothing.
            pub fn turn_off(&mut self, name: &str) {
                $(if name == stringify!($name) {
                    self.$name = 0.0;
                })*
            }

            /// Every rate by name.
            pub fn names_and_rates(&self) -> Vec<(&'static str, f64)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }

        fn counters() -> BTreeMap<&'static str, u64> {
            BTreeMap::from([$((stringify!($name), 0),)*])
        }
    };
}

fault_rates! {
    /// Applied, and the answer never arrives.
    lost_answer
    /// Refused before a byte was written: provably not applied.
    unsent
    /// Given up by the caller, applied up to [`LATE_APPLY_MAX_S`] later. Writes only; of a read the answer is lost.
    late_apply
    /// Applied, answered 500, 502, 503, 504 or 408.
    error_5xx_applied
    /// Not applied, answered 500, 502, 503, 504 or 408.
    error_5xx_not_applied
    /// Not applied, 429 with Retry-After.
    throttled_429
    /// Applied, 200 with Retry-After.
    retry_after_on_200
    /// Not applied, 203 with the sign-in page.
    html_sign_in_203
    /// Applied, the JSON cut off.
    truncated_json
    /// A query or feed is answered from up to [`STALE_MAX_S`] ago.
    stale_feed
    /// The receiver never gets the notice.
    notice_lost
    /// The receiver gets the notice twice.
    notice_doubled
    /// The notice comes late, so after others.
    notice_delayed
}

/// Trouble that lasts and meets every request while it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spell {
    /// Maintenance: 503, nothing is applied.
    Outage,
    /// Blocked for using too much: 429, nothing is applied.
    Busy,
}

impl Spell {
    /// Under which name its requests are counted.
    pub fn name(self) -> &'static str {
        match self {
            Spell::Outage => "outage",
            Spell::Busy => "busy",
        }
    }
}

/// What came of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// An answer.
    Answer(HttpResponse),
    /// Nothing was written, so nothing was applied.
    NotSent,
    /// Written, and no answer: the caller can't know whether it was applied.
    Lost,
}

/// The trouble itself: seeded dice, what is under way, and counters.
#[derive(Debug, Clone)]
pub struct Faults {
    dice: Dice,
    rates: FaultRates,
    counts: BTreeMap<&'static str, u64>,
    spell: Option<(Spell, i64)>,
    late: Vec<(i64, HttpRequest)>,
    held: Vec<(i64, Delivery)>,
}

impl Faults {
    /// Trouble decided by `seed` at `rates`.
    pub fn new(seed: u64, rates: FaultRates) -> Faults {
        Faults {
            dice: Dice::new(seed),
            rates,
            counts: counters(),
            spell: None,
            late: Vec::new(),
            held: Vec::new(),
        }
    }

    /// Heals: no new trouble from here on.
    pub fn stop(&mut self) {
        self.rates = FaultRates::none();
        self.spell = None;
    }

    /// Trouble that meets every request before `until_us`.
    pub fn begin(&mut self, spell: Spell, until_us: i64) {
        self.spell = Some((spell, until_us));
    }

    /// How often each fault fired.
    pub fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// One request through the trouble.
    pub fn exchange(&mut self, sim: &mut Sim, now_us: i64, request: &HttpRequest) -> Exchange {
        let rates = self.rates.clone();
        if let Some((spell, _)) = self.spell.filter(|(_, until_us)| now_us < *until_us) {
            *self.counts.entry(spell.name()).or_insert(0) += 1;
            return Exchange::Answer(match spell {
                Spell::Outage => unavailable(503),
                Spell::Busy => throttled(30 + self.dice.below(270)),
            });
        }
        if self.fires("unsent", rates.unsent) {
            return Exchange::NotSent;
        }
        if self.fires("late_apply", rates.late_apply) {
            if is_write(request) {
                let due_us = now_us + self.seconds(LATE_APPLY_MAX_S);
                self.late.push((due_us, request.clone()));
            }
            return Exchange::Lost;
        }
        if self.fires("throttled_429", rates.throttled_429) {
            return Exchange::Answer(throttled(1 + self.dice.below(30)));
        }
        if self.fires("html_sign_in_203", rates.html_sign_in_203) {
            return Exchange::Answer(crate::authenticate::sign_in_page(203));
        }
        if self.fires("error_5xx_not_applied", rates.error_5xx_not_applied) {
            return Exchange::Answer(self.server_error());
        }
        let mut answer = if is_lagging(request) && self.fires("stale_feed", rates.stale_feed) {
            sim.handle_as_of(now_us, now_us - self.seconds(STALE_MAX_S), request)
        } else {
            sim.handle(now_us, request)
        };
        if self.fires("lost_answer", rates.lost_answer) {
            return Exchange::Lost;
        }
        if self.fires("error_5xx_applied", rates.error_5xx_applied) {
            return Exchange::Answer(self.server_error());
        }
        if !answer.body.is_empty() && self.fires("truncated_json", rates.truncated_json) {
            let keep = self.dice.below(answer.body.len() as u64) as usize;
            answer.body.truncate(keep);
        } else if answer.status == 200 && self.fires("retry_after_on_200", rates.retry_after_on_200) {
            answer
                .headers
                .push(("Retry-After".to_owned(), (1 + self.dice.below(30)).to_string()));
        }
        Exchange::Answer(answer)
    }

    /// Applies the given-up requests whose time has come; nobody sees their answers.
    pub fn apply_late(&mut self, sim: &mut Sim, now_us: i64) {
        let (due, waiting) = self.late.drain(..).partition(|(due_us, _)| *due_us <= now_us);
        self.late = waiting;
        let mut due: Vec<(i64, HttpRequest)> = due;
        due.sort_by_key(|(due_us, _)| *due_us);
        for (_, request) in due {
            sim.handle(now_us, &request);
        }
    }

    /// The notices that reach the receiver now. Lost ones are reported to the simulator here; of every other the caller
    /// reports the outcome, of a doubled one as often as it likes.
    pub fn deliveries(&mut self, sim: &mut Sim, now_us: i64) -> Vec<Delivery> {
        for delivery in sim.due_deliveries(now_us) {
            let rates = self.rates.clone();
            if self.fires("notice_lost", rates.notice_lost) {
                // A middlebox that says 200 loses it for ever; one that says nothing leaves it to be tried again.
                let outcome = if self.dice.coin() {
                    DeliveryOutcome::Status(200)
                } else {
                    DeliveryOutcome::NoAnswer
                };
                sim.delivered(now_us, delivery.id, outcome);
                continue;
            }
            if self.fires("notice_doubled", rates.notice_doubled) {
                let due_us = now_us + self.seconds(NOTICE_DELAY_MAX_S);
                self.held.push((due_us, delivery.clone()));
            }
            let due_us = match self.fires("notice_delayed", rates.notice_delayed) {
                true => now_us + self.seconds(NOTICE_DELAY_MAX_S),
                false => now_us,
            };
            self.held.push((due_us, delivery));
        }
        let (mut due, waiting): (Vec<_>, Vec<_>) = self.held.drain(..).partition(|(due_us, _)| *due_us <= now_us);
        self.held = waiting;
        due.sort_by_key(|(due_us, _)| *due_us);
        due.into_iter().map(|(_, delivery)| delivery).collect()
    }

    /// When something that is under way here comes out next.
    pub fn next_us(&self) -> Option<i64> {
        let late = self.late.iter().map(|(due_us, _)| *due_us);
        late.chain(self.held.iter().map(|(due_us, _)| *due_us)).min()
    }

    fn fires(&mut self, name: &'static str, rate: f64) -> bool {
        let fires = self.dice.chance(rate);
        if fires {
            *self.counts.entry(name).or_default() += 1;
        }
        fires
    }

    /// Between one and `most_s` seconds, in microseconds.
    fn seconds(&mut self, most_s: u64) -> i64 {
        (1 + self.dice.below(most_s)) as i64 * SECOND_US
    }

    fn server_error(&mut self) -> HttpResponse {
        unavailable(self.dice.pick(&[500, 502, 503, 504, 408]))
    }
}

fn unavailable(status: u16) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())],
        body: format!("<html><head><title>{status}</title></head><body>The service is unavailable.</body></html>")
            .into_bytes(),
    }
}

/// Blocked for using too much. Source: rate-limits page, TF400733.
pub(crate) fn throttled(retry_after_s: u64) -> HttpResponse {
    let text = "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource Concurrency in namespace User.";
    HttpResponse {
        status: 429,
        headers: vec![
            ("Content-Type".to_owned(), "text/plain; charset=utf-8".to_owned()),
            ("Retry-After".to_owned(), retry_after_s.to_string()),
            ("X-RateLimit-Resource".to_owned(), "Concurrency/User".to_owned()),
            ("X-RateLimit-Delay".to_owned(), format!("{retry_after_s}.000")),
            ("X-RateLimit-Limit".to_owned(), "200".to_owned()),
            ("X-RateLimit-Remaining".to_owned(), "0".to_owned()),
        ],
        body: text.as_bytes().to_vec(),
    }
}

/// Whether the request can change something.
fn is_write(request: &HttpRequest) -> bool {
    let path = request.path().to_lowercase();
    match request.method.as_str() {
        "PATCH" | "PUT" | "DELETE" => true,
        "POST" => ![
            "/wiql",
            "/workitemsbatch",
            "/subscriptionsquery",
            "/notificationsquery",
            "/workitemrevisions",
        ]
        .iter()
        .any(|read| path.ends_with(read)),
        _ => false,
    }
}

/// Whether the answer may come from a replica that lags.
fn is_lagging(request: &HttpRequest) -> bool {
    let path = request.path().to_lowercase();
    path.contains("/wit/reporting/") || path.contains("/wit/wiql")
}
