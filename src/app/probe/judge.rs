//! What an answer, or its absence, says about a model. Pure.

use serde_json::Value;

use super::Verdict;
use super::ask::{GOES_ON, TOOL};
use crate::chat::{Answer, Failure, FailureClass, FinishReason, ToolCall};

/// What came back.
#[derive(Debug)]
pub(super) enum Reply {
    /// A whole answer.
    Said(Answer),
    /// The model said what is no answer to this: nothing, or not in the form that was asked for.
    Unfit(String),
    /// Such a request is refused.
    Refused(Failure),
    /// Nothing that says anything about the model.
    None(Failure),
}

/// What a request that got no answer says, by why it failed and by how the model ended, if it did.
pub(super) fn failed(failure: Option<Failure>, finish: Option<FinishReason>) -> Reply {
    let Some(failure) = failure else {
        return Reply::None(Failure::new(FailureClass::Cancelled, "it was not asked"));
    };
    let ended = matches!(finish, Some(FinishReason::Stop | FinishReason::ToolCalls));
    // A provider that answers with a client's error that the model has failed has looked at what the model said.
    let seen_to_fail = failure.status.is_some_and(|status| (400..500).contains(&status));
    match failure.class {
        FailureClass::Unsupported | FailureClass::BadRequest => Reply::Refused(failure),
        FailureClass::Malformed if ended || seen_to_fail => Reply::Unfit(failure.message),
        _ => Reply::None(failure),
    }
}

/// Whether it calls tools, whether several at once, and whether it was refused, so that asking again is no use.
pub(super) fn calls(reply: &Reply) -> (Verdict, Verdict, bool) {
    let both = |verdict: Verdict, refused| (verdict.clone(), verdict, refused);
    match reply {
        Reply::Refused(failure) => both(refused(failure), true),
        Reply::None(failure) => both(Verdict::Unclear(failure.clone()), false),
        Reply::Unfit(how) => both(Verdict::Unable(how.clone()), false),
        Reply::Said(answer) => match answer.tool_calls().filter(|call| is_good(call)).count() {
            // What was cut off might have been a call.
            0 if answer.finish == Some(FinishReason::Length) => {
                let cut = "the output limit was reached before any call";
                both(Verdict::Unclear(Failure::new(FailureClass::Malformed, cut)), false)
            }
            0 => both(Verdict::Unable("it answered in words and called no tool".to_owned()), false),
            1 => (
                Verdict::Able,
                Verdict::Unable("it made one call where two were asked for".to_owned()),
                false,
            ),
            _ => (Verdict::Able, Verdict::Able, false),
        },
    }
}

/// A call of the tool that was offered, with the argument that it takes.
fn is_good(call: &ToolCall) -> bool {
    let arguments: Option<Value> = serde_json::from_str(&call.arguments).ok();
    call.name == TOOL && arguments.is_some_and(|arguments| arguments["city"].is_string())
}

/// Whether it answers to a schema; the router holds every answer to it.
pub(super) fn schema(reply: Reply) -> Verdict {
    match reply {
        Reply::Said(_) => Verdict::Able,
        Reply::Unfit(how) => Verdict::Unable(how),
        Reply::Refused(failure) => refused(&failure),
        Reply::None(failure) => Verdict::Unclear(failure),
    }
}

/// Whether it goes straight on. A blank before the rest of a word would tear it apart, so it counts.
pub(super) fn prefill(reply: Reply) -> Verdict {
    match reply {
        Reply::Said(answer) if answer.text().starts_with(GOES_ON) => Verdict::Able,
        Reply::Said(answer) if answer.text().is_empty() && answer.finish == Some(FinishReason::Length) => {
            let cut = "the output limit was reached before any answer";
            Verdict::Unclear(Failure::new(FailureClass::Malformed, cut))
        }
        Reply::Said(_) => Verdict::Unable("it answered anew instead of going on".to_owned()),
        Reply::Unfit(how) => Verdict::Unable(how),
        Reply::Refused(failure) => refused(&failure),
        Reply::None(failure) => Verdict::Unclear(failure),
    }
}

fn refused(failure: &Failure) -> Verdict {
    Verdict::Unable(format!("{}: {}", failure.class.as_str(), failure.message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Event;

    fn said(events: &[Event]) -> Reply {
        let mut answer = Answer::default();
        for event in events {
            answer.push(event);
        }
        Reply::Said(answer)
    }

    fn call(name: &str, arguments: &str) -> Event {
        let (name, arguments) = (name.to_owned(), arguments.to_owned());
        Event::ToolCall(ToolCall { id: "1".into(), name, arguments, signature: None })
    }

    fn text(text: &str) -> Event {
        Event::Text(text.to_owned())
    }

    fn none(class: FailureClass) -> Reply {
        Reply::None(Failure::new(class, "x"))
    }

    #[test]
    fn calls_count_when_they_are_the_ones_that_were_asked_for() {
        let able = |events: &[Event]| {
            let (tools, parallel, _) = calls(&said(events));
            (tools == Verdict::Able, parallel == Verdict::Able)
        };
        let (paris, rome) = (call(TOOL, r#"{"city":"Paris"}"#), call(TOOL, r#"{"city":"Rome"}"#));
        assert_eq!(able(&[paris.clone(), rome]), (true, true));
        assert_eq!(able(&[text("I look."), paris.clone()]), (true, false));
        assert_eq!(able(&[call("get_time", r#"{"city":"Paris"}"#)]), (false, false));
        assert_eq!(able(&[paris, call(TOOL, r#"{"town":"Rome"}"#)]), (true, false));
        assert_eq!(able(&[text("It is sunny.")]), (false, false));
        let cut = calls(&said(&[text("Let me"), Event::Finish(FinishReason::Length)]));
        assert!(matches!(cut, (Verdict::Unclear(_), Verdict::Unclear(_), false)));
        let refusal = Reply::Refused(Failure::new(FailureClass::Unsupported, "no tools"));
        assert!(
            matches!(calls(&refusal), (Verdict::Unable(how), Verdict::Unable(_), true) if how.contains("no tools"))
        );
    }

    #[test]
    fn only_who_goes_straight_on_takes_a_prefill() {
        let able = |answer: &str| prefill(said(&[text(answer)])) == Verdict::Able;
        assert!(able("day Thursday Friday"));
        for anew in
            ["Monday Tuesday Wednesday", " day Thursday", "Wednesday Thursday", "Sure! day", "Day Thursday"]
        {
            assert!(!able(anew), "{anew}");
        }
        assert!(matches!(prefill(Reply::Unfit("an empty answer".into())), Verdict::Unable(_)));
    }

    #[test]
    fn nothing_is_held_against_a_model_that_was_not_heard() {
        for class in
            [FailureClass::RateLimited, FailureClass::Timeout, FailureClass::Auth, FailureClass::Malformed]
        {
            assert!(matches!(calls(&none(class)), (Verdict::Unclear(_), Verdict::Unclear(_), false)));
            assert!(matches!(schema(none(class)), Verdict::Unclear(_)));
            assert!(matches!(prefill(none(class)), Verdict::Unclear(_)));
        }
        assert!(matches!(failed(None, None), Reply::None(_)));
    }

    #[test]
    fn only_what_the_model_or_its_provider_says_of_the_request_counts() {
        use FailureClass as C;
        let stop = Some(FinishReason::Stop);
        let failure = |class, status| Some(Failure { status, ..Failure::new(class, "x") });
        for class in [C::Unsupported, C::BadRequest] {
            assert!(matches!(failed(failure(class, Some(400)), None), Reply::Refused(_)));
        }
        // It said something and ended, or its provider saw it fail; a web page or half a stream is neither.
        assert!(matches!(failed(failure(C::Malformed, None), stop), Reply::Unfit(_)));
        assert!(matches!(failed(failure(C::Malformed, Some(400)), None), Reply::Unfit(_)));
        assert!(matches!(failed(failure(C::Malformed, Some(200)), None), Reply::None(_)));
        assert!(matches!(failed(failure(C::Malformed, None), Some(FinishReason::Length)), Reply::None(_)));
        for class in [C::Server, C::Timeout, C::Unreachable, C::NotFound, C::BrokenStream, C::ContentFilter] {
            assert!(matches!(failed(failure(class, Some(400)), None), Reply::None(_)), "{class:?}");
        }
    }
}
