//! The sixteen faults, and what earns which mark.
//!
//! They are those of Failover Bench, a public benchmark of what gateways do when their providers fail; its marks are kept.

use std::time::Duration;

use serde::Serialize;

use super::scaled;
use super::seen::{Ending, Seen};

/// The answer that every provider gives: sixty words.
pub const WORDS: &str = "When the first light touched the harbour the old boats began to move and every captain called \
    the same two words across the water because nobody wanted to be the last one home before the storm that had been \
    drawn on the charts since Monday and which now stood like a grey wall behind the lighthouse on the northern \
    rocks";

/// How long the spans of a drill are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Timing {
    /// As in life.
    Full,
    /// A tenth of that, the route's own timers too.
    Fast,
}

/// A mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// A truncated or blended answer that looked whole, or no end at all.
    Fail,
    /// An honest error.
    Safe,
    /// A whole answer, later or with more attempts than it should take.
    Partial,
    /// All that can be asked for.
    Pass,
}

impl Verdict {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Safe => "safe",
            Self::Partial => "partial",
            Self::Pass => "pass",
        }
    }
}

/// One fault.
#[derive(Debug)]
pub struct Scenario {
    /// Its id in the benchmark.
    pub id: &'static str,
    /// What the first provider does.
    pub does: &'static str,
    /// What earns full marks.
    pub wanted: &'static str,
    /// Whether it takes another provider to pass.
    pub needs_fallback: bool,
    /// Whether the others refuse to go on from an unfinished turn.
    pub refuses_prefill: bool,
    /// After how long nobody waits any more.
    pub limit: Duration,
    faults: [&'static str; 2],
    full_marks: fn(&Seen, Timing) -> bool,
}

const MINUTE: Duration = Duration::from_mins(1);

const fn fault(
    id: &'static str,
    does: &'static str,
    wanted: &'static str,
    faults: [&'static str; 2],
    full_marks: fn(&Seen, Timing) -> bool,
) -> Scenario {
    let (needs_fallback, refuses_prefill, limit) = (true, false, MINUTE);
    Scenario { id, does, wanted, needs_fallback, refuses_prefill, limit, faults, full_marks }
}

const fn alone(mut scenario: Scenario) -> Scenario {
    scenario.needs_fallback = false;
    scenario
}

/// All of them. The faults are in the words of `aigw simulate --fault`, in full and in fast timing.
pub static SCENARIOS: [Scenario; 16] = [
    alone(fault(
        "S01",
        "429 with Retry-After: 2 once",
        "asked again there after 1.8 s, and it answers",
        ["429:2*1"; 2],
        |seen, _| {
            let early = seen.first_asked.iter().filter(|at| **at < Duration::from_millis(1500)).count();
            let again = seen.first_asked.get(1).is_some_and(|at| *at >= Duration::from_millis(1800));
            again && early <= 2 && seen.others_asked == 0
        },
    )),
    fault(
        "S02",
        "429 always, without a hint",
        "at most 4 attempts in 3 s and 6 in all, then the fallback",
        ["429"; 2],
        |seen, _| {
            let early = seen.first_asked.iter().filter(|at| **at < Duration::from_secs(3)).count();
            early <= 4 && seen.first() <= 6 && seen.others_asked > 0
        },
    ),
    alone(fault("S03", "500 once", "asked once more there, and it answers", ["500*1"; 2], |seen, _| {
        seen.first() == 2 && seen.others_asked == 0
    })),
    fault("S04", "503 always", "at most 6 attempts, then the fallback", ["503"; 2], |seen, _| {
        seen.first() <= 6 && seen.others_asked > 0
    }),
    alone(fault("S05", "resets the connection once, before any byte", "answered", ["reset*1"; 2], |_, _| {
        true
    })),
    Scenario {
        limit: Duration::from_secs(100),
        ..fault(
            "S06",
            "accepts and never answers",
            "one attempt, then the fallback, within 100 s",
            ["hang"; 2],
            |seen, _| seen.first() == 1,
        )
    },
    fault(
        "S07",
        "the first token takes 20 s",
        "the fallback answers within 15 s",
        ["slow:20s", "slow:2s"],
        |seen, timing| seen.took <= scaled(Duration::from_secs(15), timing) && seen.others_asked > 0,
    ),
    alone(fault("S08", "breaks off after 40 of 60 words", "the whole answer", ["cut:40*1"; 2], |_, _| true)),
    alone(fault(
        "S09",
        "falls silent after 20 words for 30 s, then closes",
        "the whole answer within 45 s, and well afterwards",
        ["stall:20:30s*1", "stall:20:3s*1"],
        |seen, timing| seen.took <= scaled(Duration::from_secs(45), timing) && seen.afterwards == Some(true),
    )),
    alone(fault("S10", "one event is no JSON", "the whole answer", ["malformed:10"; 2], |_, _| true)),
    alone(fault(
        "S11",
        "a whole answer without its [DONE]",
        "ended within 8 s, with its usage",
        ["no_done"; 2],
        |seen, _| seen.took <= Duration::from_secs(8) && seen.output_tokens.is_some() && seen.first() == 1,
    )),
    fault(
        "S12",
        "400: the input does not fit, always",
        "one attempt, then the fallback",
        ["context"; 2],
        |seen, _| seen.first() == 1 && seen.others_asked > 0,
    ),
    alone(fault(
        "S13",
        "400: content policy",
        "its reason as a clean error after one attempt",
        ["filter"; 2],
        |_, _| false,
    )),
    Scenario {
        refuses_prefill: true,
        ..fault(
            "S14",
            "breaks off after 40 words; the fallback refuses a prefill",
            "the whole answer",
            ["cut:40"; 2],
            |_, _| true,
        )
    },
    fault(
        "S15",
        "503 for 60 s, then well; a question every 4 s",
        "all answered, few attempts meanwhile, used again within 30 s of its recovery",
        ["down:60s", "down:6s"],
        |seen, _| {
            seen.series.as_ref().is_some_and(|series| {
                let back = series.back_after.is_some_and(|after| after <= Duration::from_secs(30));
                back && series.whole == series.asked && series.meanwhile <= 10
            })
        },
    ),
    fault(
        "S16",
        "503 always",
        "the caller sees the fallback's name and usage; failures are not billed",
        ["503"; 2],
        |seen, _| {
            seen.model.is_some()
                && seen.output_tokens.is_some()
                && seen.others_asked > 0
                && seen.billed_failures == 0
        },
    ),
];

impl Scenario {
    /// The fault, in the words of `aigw simulate --fault`.
    pub fn fault(&self, timing: Timing) -> &'static str {
        match timing {
            Timing::Full => self.faults[0],
            Timing::Fast => self.faults[1],
        }
    }

    /// Whether many questions are asked in a row.
    pub fn is_series(&self) -> bool {
        self.id == "S15"
    }

    /// Whether one more question is asked afterwards.
    pub fn asks_again(&self) -> bool {
        self.id == "S09"
    }

    /// The mark for what was seen. A healthy answer is compared word for word.
    pub fn judge(&self, seen: &Seen, timing: Timing) -> Verdict {
        let beginning = WORDS.starts_with(seen.text.trim_end());
        match &seen.ending {
            Ending::Hung => Verdict::Fail,
            Ending::Error(_) if !beginning => Verdict::Fail,
            // Nobody else is to be asked what one provider's filter refuses.
            Ending::Error(class) if self.id == "S13" => {
                let clean = class == "content_filter" && seen.first() == 1 && seen.others_asked == 0;
                if clean && seen.text.is_empty() { Verdict::Pass } else { Verdict::Safe }
            }
            Ending::Error(_) => Verdict::Safe,
            Ending::Whole if seen.text != WORDS => Verdict::Fail,
            Ending::Whole if (self.full_marks)(seen, timing) => Verdict::Pass,
            Ending::Whole => Verdict::Partial,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::seen::Series;
    use super::*;

    fn seen() -> Seen {
        Seen {
            ending: Ending::Whole,
            text: WORDS.to_owned(),
            took: Duration::from_secs(1),
            model: Some("b/m".into()),
            output_tokens: Some(80),
            first_asked: vec![Duration::ZERO],
            others_asked: 1,
            billed_failures: 0,
            afterwards: None,
            series: None,
        }
    }

    fn judged(id: &str, seen: &Seen) -> Verdict {
        let scenario = SCENARIOS.iter().find(|scenario| scenario.id == id).unwrap();
        scenario.judge(seen, Timing::Full)
    }

    #[test]
    fn the_answer_has_sixty_words() {
        assert_eq!(WORDS.split_whitespace().count(), 60);
        for scenario in &SCENARIOS {
            for timing in [Timing::Full, Timing::Fast] {
                scenario.fault(timing).parse::<crate::simulate::FaultSpec>().unwrap();
            }
        }
    }

    #[test]
    fn what_looks_whole_and_is_not_fails_everywhere() {
        let cut = Seen { text: WORDS[..100].to_owned(), ..seen() };
        let blended = Seen { text: format!("{WORDS} and then some"), ..seen() };
        let hung = Seen { ending: Ending::Hung, text: String::new(), ..seen() };
        let foreign = Seen { ending: Ending::Error("server".into()), text: "Sorry".into(), ..seen() };
        for scenario in &SCENARIOS {
            for bad in [&cut, &blended, &hung, &foreign] {
                assert_eq!(scenario.judge(bad, Timing::Full), Verdict::Fail, "{}", scenario.id);
            }
        }
    }

    #[test]
    fn an_honest_error_is_safe() {
        let half =
            Seen { ending: Ending::Error("broken_stream".into()), text: WORDS[..50].to_owned(), ..seen() };
        assert_eq!(judged("S08", &half), Verdict::Safe);
        assert_eq!(judged("S04", &Seen { text: String::new(), ..half }), Verdict::Safe);
    }

    #[test]
    fn full_marks_are_earned() {
        let at = |millis: &[u64]| millis.iter().map(|at| Duration::from_millis(*at)).collect::<Vec<_>>();
        let there = |first_asked| Seen { others_asked: 0, first_asked, ..seen() };
        assert_eq!(judged("S01", &there(at(&[0, 2003]))), Verdict::Pass);
        assert_eq!(judged("S01", &there(at(&[0, 900]))), Verdict::Partial);
        assert_eq!(judged("S01", &seen()), Verdict::Partial);
        assert_eq!(judged("S02", &Seen { first_asked: at(&[0, 9, 10, 11, 12]), ..seen() }), Verdict::Partial);
        assert_eq!(judged("S03", &there(at(&[0, 150]))), Verdict::Pass);
        assert_eq!(judged("S06", &Seen { first_asked: at(&[0, 9]), ..seen() }), Verdict::Partial);
        assert_eq!(judged("S07", &Seen { took: Duration::from_secs(16), ..seen() }), Verdict::Partial);
        assert_eq!(judged("S09", &Seen { afterwards: Some(true), ..seen() }), Verdict::Pass);
        assert_eq!(judged("S09", &Seen { afterwards: Some(false), ..seen() }), Verdict::Partial);
        assert_eq!(judged("S11", &Seen { output_tokens: None, ..seen() }), Verdict::Partial);
        assert_eq!(judged("S16", &Seen { billed_failures: 1, ..seen() }), Verdict::Partial);
        let refused = Seen {
            ending: Ending::Error("content_filter".into()),
            text: String::new(),
            others_asked: 0,
            ..seen()
        };
        assert_eq!(judged("S13", &refused), Verdict::Pass);
        assert_eq!(judged("S13", &Seen { others_asked: 1, ..refused }), Verdict::Safe);
        assert_eq!(judged("S13", &seen()), Verdict::Partial);
        let series = |meanwhile, after| {
            let back_after = Some(Duration::from_secs(after));
            Seen { series: Some(Series { asked: 20, whole: 20, meanwhile, back_after }), ..seen() }
        };
        assert_eq!(judged("S15", &series(7, 20)), Verdict::Pass);
        assert_eq!(judged("S15", &series(7, 31)), Verdict::Partial);
        assert_eq!(judged("S15", &series(16, 2)), Verdict::Partial);
    }
}
