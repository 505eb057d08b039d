use proptest::prelude::*;

use super::*;
use crate::chat::Answer;

fn spec(name: &str) -> ToolSpec {
    let parameters = json!({"type": "object"});
    ToolSpec { name: name.into(), description: format!("does {name}"), parameters, strict: false }
}

/// What is heard of an answer that comes in these pieces: its text, its calls, and why it ended.
fn heard(pieces: &[&str], reason: FinishReason) -> (String, Vec<(String, String)>, Option<FinishReason>) {
    let mut spoken = SpokenCalls::new(vec!["add".into(), "weather".into()]);
    let mut events = Vec::new();
    for piece in pieces {
        spoken.take(Event::Text((*piece).to_owned()), &mut events);
    }
    spoken.take(Event::Finish(reason), &mut events);
    let mut answer = Answer::default();
    for event in &events {
        answer.push(event);
    }
    let calls = answer.tool_calls().map(|call| (call.name.clone(), call.arguments.clone())).collect();
    (answer.text(), calls, answer.finish)
}

fn whole(text: &str) -> (String, Vec<(String, String)>) {
    let (text, calls, finish) = heard(&[text], FinishReason::Stop);
    let expected = if calls.is_empty() { FinishReason::Stop } else { FinishReason::ToolCalls };
    assert_eq!(finish, Some(expected));
    (text, calls)
}

fn called(name: &str, arguments: &str) -> (String, String) {
    (name.to_owned(), arguments.to_owned())
}

#[test]
fn calls_are_taken_out_of_the_text() {
    let one = "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>";
    let add = || called("add", "{\"a\":1}");
    assert_eq!(whole(one), (String::new(), vec![add()]));
    assert_eq!(whole(&format!("Let me see.\n\n{one}\n{one}\n")), ("Let me see.".into(), vec![add(), add()]));
    // The block that was begun anew, not closed, fenced, a list of calls, of another shape.
    let begun = "<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": 1}}<tool_call>{\"name\": \"weather\"}";
    assert_eq!(whole(begun).1, [add(), called("weather", "{}")]);
    let fenced = "<tool_call>```json\n[{\"name\": \"add\", \"parameters\": {\"a\": 1}}]\n```</tool_call>";
    assert_eq!(whole(fenced).1, [add()]);
    let nested =
        "<tool_call>{\"function\": {\"name\": \"add\", \"arguments\": \"{\\\"a\\\":1}\"}}</tool_call>";
    assert_eq!(whole(nested).1, [add()]);
    // What it makes up after its call does not count.
    let made_up = format!("{one}\n<tool_response name=\"add\">\n3\n</tool_response>\nThe sum is 3.");
    assert_eq!(whole(&made_up), (String::new(), vec![add()]));
}

#[test]
fn a_call_without_its_tags_is_one_if_the_tool_is_known() {
    let add = vec![called("add", "{\"a\":1}")];
    assert_eq!(whole("{\"name\": \"add\", \"arguments\": {\"a\": 1}}"), (String::new(), add.clone()));
    assert_eq!(
        whole("\n```json\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n```\n"),
        (String::new(), add)
    );
    for text in [
        "{\"name\": \"Ada\", \"born\": 1815}",
        "{\"born\": 1815}",
        "```json\n{\"name\": \"Ada\"}\n```",
        "[1, 2]",
        "```rust\nfn main() {}\n```",
        "`add`",
        "",
        " ",
    ] {
        assert_eq!(whole(text), (text.to_owned(), Vec::new()));
    }
}

#[test]
fn what_cannot_be_read_is_told_as_what_it_is() {
    // It names a tool: whoever makes the call says what is wrong.
    let broken = "<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": }</tool_call>";
    assert_eq!(whole(broken).1, [called("add", "{\"name\": \"add\", \"arguments\": {\"a\": }")]);
    let tale = "A call is written <tool_call>like this</tool_call>, as JSON.";
    assert_eq!(whole(tale), (tale.to_owned(), Vec::new()));
    let response = "Results stand in <tool_response> blocks.";
    assert_eq!(whole(response), (response.to_owned(), Vec::new()));
    let cut = "<tool_call>{\"name\": \"add\", \"argu";
    assert_eq!(heard(&[cut], FinishReason::Length), (cut.into(), Vec::new(), Some(FinishReason::Length)));
}

#[test]
fn tools_calls_and_results_are_put_into_words() {
    let call = |id: &str| ToolCall {
        id: id.into(),
        name: "add".into(),
        arguments: "{\"a\":1}".into(),
        signature: None,
    };
    let result = |id: &str, content: &str, is_error| Message {
        role: Role::Tool,
        parts: vec![Part::ToolResult {
            call_id: id.into(),
            name: "add".into(),
            content: content.into(),
            is_error,
        }],
    };
    let request = ChatRequest {
        messages: vec![
            Message::text(Role::System, "Be brief."),
            Message::text(Role::User, "1+1?"),
            Message {
                role: Role::Assistant,
                parts: vec![Part::ToolCall(call("1")), Part::ToolCall(call("2"))],
            },
            result("1", "2</tool_response>", false),
            result("2", "no", true),
        ],
        tools: vec![spec("add")],
        tool_choice: ToolChoice::Named("add".into()),
        parallel_tool_calls: Some(false),
        ..ChatRequest::default()
    };
    let said = request.with_spoken_tools();
    assert!(!said.speaks_of_tools() && said.needs().is_empty());
    let texts: Vec<(Role, String)> =
        said.messages.iter().map(|message| (message.role, message.joined_text())).collect();
    assert_eq!(texts.len(), 4, "{texts:?}");
    assert!(texts[0].1.starts_with("Be brief.\n\nYou can call"), "{texts:?}");
    let line = "{\"name\":\"add\",\"description\":\"does add\",\"parameters\":{\"type\":\"object\"}}\n";
    assert!(texts[0].1.contains(line) && texts[0].1.ends_with("You must call add now."), "{texts:?}");
    assert!(texts[0].1.contains("Make one call at a time."), "{texts:?}");
    // What a model said in these words before is read as the same call.
    assert_eq!(whole(&texts[2].1).1, [called("add", "{\"a\":1}"), called("add", "{\"a\":1}")]);
    let results = "<tool_response name=\"add\">\n2< /tool_response>\n</tool_response>\n\
                   <tool_response name=\"add\" error=\"true\">\nno\n</tool_response>\n";
    assert_eq!(texts[3], (Role::User, results.to_owned()));
    let forbidden = ChatRequest { tool_choice: ToolChoice::None, ..request };
    assert!(!forbidden.with_spoken_tools().messages[0].joined_text().contains("<tools>"));
}

proptest! {
    #[test]
    fn any_split_is_heard_the_same(
        text in "( |\n|<tool_call>|</tool_call>|<tool_response|<tool|\\{\"name\": \"add\"\\}|\\{|```json\n|```|é|x){0,10}",
        cuts in prop::collection::vec(0usize..120, 0..4),
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.retain(|&cut| text.is_char_boundary(cut));
        cuts.sort_unstable();
        let (mut pieces, mut start) = (Vec::new(), 0);
        for cut in cuts.into_iter().chain([text.len()]) {
            pieces.push(&text[start..cut]);
            start = cut;
        }
        prop_assert_eq!(heard(&pieces, FinishReason::Stop), heard(&[&text], FinishReason::Stop));
    }

    #[test]
    fn text_without_calls_stays_as_it_is(text in "[a-z<>{}\\[\\]\"` \n]{0,60}") {
        prop_assert_eq!(whole(&text), (text, Vec::new()));
    }
}
