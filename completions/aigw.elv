
use builtin;
use str;

set edit:completion:arg-completer[aigw] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'aigw'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'aigw'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand init 'Set up providers, step by step: find keys, try them, write a configuration'
            cand chat 'Ask a question and get one answer'
            cand repl 'Talk with one agent or several at the keyboard'
            cand session 'List, show and change conversations'
            cand agent 'List, show, write and change agents'
            cand chain 'Run agents, tools and people as a graph, and go on with runs that were stopped'
            cand memory 'Show and change what all agents remember'
            cand provider 'List, show, test and probe providers, and switch them off and on'
            cand model 'List and show models'
            cand route 'List, show and explain routes'
            cand mcp 'Use tools of MCP servers, and offer yours'
            cand usage 'Show what was used and what it cost'
            cand auth 'Store and remove provider keys'
            cand doctor 'Check the installation: files, keys, databases, the network'
            cand config 'Show and check the configuration'
            cand trust 'Let a project''s own settings, agents and chains be used'
            cand tool 'List and call tools, and say who may call them'
            cand serve 'Answer HTTP clients that speak OpenAI''s, Anthropic''s or Gemini''s format'
            cand key 'Who may ask through `aigw serve`, for what and how much'
            cand audit 'Show who was given which right, and when'
            cand drill 'Rehearse outages with your own route, and see how it comes through'
            cand simulate 'Run wire-accurate stand-ins for providers, with faults on demand'
            cand demo 'Take a tour on stand-ins: no key, no network'
            cand completions 'Print completions for a shell'
            cand man 'Print the manual page, or write all of them'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;init'= {
            cand --provider 'Set up this one, without asking which'
            cand --from 'Take over what another tool''s configuration says, without questions'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --force 'Replace a configuration that is there; it is kept under another name'
            cand --with-keys 'Keep the keys that stand in that configuration as well, as `aigw auth login` does'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;chat'= {
            cand -m 'Whom to ask: a model (provider/model), a provider or a route; give several to have them tried in order'
            cand --model 'Whom to ask: a model (provider/model), a provider or a route; give several to have them tried in order'
            cand -a 'Who answers: an agent by name'
            cand --agent 'Who answers: an agent by name'
            cand -s 'Go on in this session, or begin one of this name'
            cand --session 'Go on in this session, or begin one of this name'
            cand --then 'Have another agent work on the answer; may be repeated'
            cand --system 'Instructions that stand above the question; a session keeps them'
            cand -f 'Send a file along: text, an image or a PDF; `-` is stdin'
            cand --file 'Send a file along: text, an image or a PDF; `-` is stdin'
            cand -t 'Give the agent this tool as well'
            cand --tool 'Give the agent this tool as well'
            cand --allow-tool 'Let this tool be called, which would have to be asked for'
            cand --temperature 'How freely to choose words: 0 is as repeatable as the model can be'
            cand --max-tokens 'The longest answer, in tokens'
            cand --schema 'Hold the answer to a JSON Schema: the JSON itself or a file with it'
            cand --timeout 'How long all of it may take, such as 30s or 2m'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand -c 'Go on where the last session ended'
            cand --continue 'Go on where the last session ended'
            cand --no-tools 'Call no tools'
            cand --no-memory 'Recall nothing, and keep nothing of this'
            cand -x 'Print only the first code block of the answer, or all of it if there is none'
            cand --extract 'Print only the first code block of the answer, or all of it if there is none'
            cand --raw 'Print the answer as the model wrote it; on a terminal its Markdown is shown as what it means'
            cand --no-stream 'Have the provider send the answer in one piece'
            cand -n 'Never look at stdin'
            cand --no-stdin 'Never look at stdin'
            cand --dry-run 'Show who would be asked and what would be sent, and send nothing'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;repl'= {
            cand -a 'Who answers; `aigw agent ls` lists them'
            cand --agent 'Who answers; `aigw agent ls` lists them'
            cand -m 'Ask this model or route; may be repeated, the first one goes first'
            cand --model 'Ask this model or route; may be repeated, the first one goes first'
            cand -s 'Go on in this session, or begin it'
            cand --session 'Go on in this session, or begin it'
            cand --system 'Instructions for the session'
            cand -f 'Have this file go along with the first question: text, an image, a PDF; may be repeated'
            cand --file 'Have this file go along with the first question: text, an image, a PDF; may be repeated'
            cand --temperature 'How freely to choose words: 0 is as repeatable as the model can be'
            cand --max-tokens 'The longest answer, in tokens'
            cand --timeout 'How long an answer may take, such as 30s or 2m'
            cand -t 'Let every agent call this tool'
            cand --tool 'Let every agent call this tool'
            cand --allow-tool 'Let this tool be called, which would have to be asked for'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand -c 'Go on in the last session'
            cand --continue 'Go on in the last session'
            cand --no-tools 'Call no tools'
            cand --no-memory 'Recall nothing, and keep nothing of this'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;session'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand ls 'List the newest sessions'
            cand show 'Show what was said in a session, and who answered'
            cand rename 'Give a session a name, or another one'
            cand fork 'Copy a session, to go on in two ways; the copy takes no room'
            cand export 'Print a session whole, as Markdown or JSON'
            cand rm 'Forget sessions: what was said only there is gone'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;session;ls'= {
            cand --limit 'How many at most'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;session;show'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;session;rename'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;session;fork'= {
            cand --turns 'Only the first turns'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;session;export'= {
            cand --format 'In which form; --json is JSON as well'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;session;rm'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;session;help'= {
            cand ls 'List the newest sessions'
            cand show 'Show what was said in a session, and who answered'
            cand rename 'Give a session a name, or another one'
            cand fork 'Copy a session, to go on in two ways; the copy takes no room'
            cand export 'Print a session whole, as Markdown or JSON'
            cand rm 'Forget sessions: what was said only there is gone'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;session;help;ls'= {
        }
        &'aigw;session;help;show'= {
        }
        &'aigw;session;help;rename'= {
        }
        &'aigw;session;help;fork'= {
        }
        &'aigw;session;help;export'= {
        }
        &'aigw;session;help;rm'= {
        }
        &'aigw;session;help;help'= {
        }
        &'aigw;agent'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand ls 'List all agents, and where they come from'
            cand show 'Show an agent as it is understood'
            cand new 'Write a file for a new agent, with a comment for everything that can be set'
            cand edit 'Change an agent in your editor; a built-in one is copied first'
            cand rm 'Remove an agent of yours'
            cand path 'Print where your agents are, or the file of one'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;agent;ls'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;agent;show'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;agent;new'= {
            cand --description 'What it is for; other agents go by it'
            cand --model 'A model, a provider or a route; the default route if none is named'
            cand --from 'Begin with what this agent is'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --project 'Put it into the project''s .aigw instead of your own directory'
            cand --edit 'Open it in your editor'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;agent;edit'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;agent;rm'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;agent;path'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;agent;help'= {
            cand ls 'List all agents, and where they come from'
            cand show 'Show an agent as it is understood'
            cand new 'Write a file for a new agent, with a comment for everything that can be set'
            cand edit 'Change an agent in your editor; a built-in one is copied first'
            cand rm 'Remove an agent of yours'
            cand path 'Print where your agents are, or the file of one'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;agent;help;ls'= {
        }
        &'aigw;agent;help;show'= {
        }
        &'aigw;agent;help;new'= {
        }
        &'aigw;agent;help;edit'= {
        }
        &'aigw;agent;help;rm'= {
        }
        &'aigw;agent;help;path'= {
        }
        &'aigw;agent;help;help'= {
        }
        &'aigw;chain'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand ls 'List all chains, and where they come from'
            cand validate 'Check chains: every mistake with its file and line, before anything is asked'
            cand graph 'Draw a chain: what comes after what'
            cand run 'Run a chain'
            cand resume 'Go on with a run that was stopped, killed, or waits for an answer'
            cand runs 'List the newest runs'
            cand show 'Show a run: who did what, how long it took, what it cost'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;chain;ls'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;chain;validate'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;chain;graph'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --mermaid 'As a Mermaid flowchart'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;chain;run'= {
            cand -a 'Make a chain of this agent and those after it'
            cand --agent 'Make a chain of this agent and those after it'
            cand -m 'Whom agents ask: a model, a provider or a route; give several to have them tried in order'
            cand --model 'Whom agents ask: a model, a provider or a route; give several to have them tried in order'
            cand -i 'An input'
            cand --input 'An input'
            cand --input-file 'An input from a file; `-` is stdin'
            cand --from 'Take the results of the newest run for everything before this step'
            cand --timeout 'How long all of it may take, such as 30s or 10m'
            cand --max-tokens 'The tokens that all of it may use'
            cand --max-cost 'What all of it may cost in USD'
            cand --allow-tool 'Let this tool be called, which would have to be asked for'
            cand --answer 'What a step that asks a person is answered'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand -n 'Never look at stdin'
            cand --no-stdin 'Never look at stdin'
            cand --plan 'Show what would run, whom it would ask and what it would cost, and run nothing'
            cand --no-cache 'Answer nothing from results that are there'
            cand -y 'Let the tools that steps of the chain name be called without asking'
            cand --yes 'Let the tools that steps of the chain name be called without asking'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;chain;resume'= {
            cand --from 'Do this step and all after it again'
            cand --timeout 'How long all of it may take, such as 30s or 10m'
            cand --max-tokens 'The tokens that all of it may use'
            cand --max-cost 'What all of it may cost in USD'
            cand --allow-tool 'Let this tool be called, which would have to be asked for'
            cand --answer 'What a step that asks a person is answered'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --no-cache 'Answer nothing from results that are there'
            cand -y 'Let the tools that steps of the chain name be called without asking'
            cand --yes 'Let the tools that steps of the chain name be called without asking'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;chain;runs'= {
            cand -n 'How many at most'
            cand --limit 'How many at most'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;chain;show'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --full 'Show what each step was asked and what it gave as well'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;chain;help'= {
            cand ls 'List all chains, and where they come from'
            cand validate 'Check chains: every mistake with its file and line, before anything is asked'
            cand graph 'Draw a chain: what comes after what'
            cand run 'Run a chain'
            cand resume 'Go on with a run that was stopped, killed, or waits for an answer'
            cand runs 'List the newest runs'
            cand show 'Show a run: who did what, how long it took, what it cost'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;chain;help;ls'= {
        }
        &'aigw;chain;help;validate'= {
        }
        &'aigw;chain;help;graph'= {
        }
        &'aigw;chain;help;run'= {
        }
        &'aigw;chain;help;resume'= {
        }
        &'aigw;chain;help;runs'= {
        }
        &'aigw;chain;help;show'= {
        }
        &'aigw;chain;help;help'= {
        }
        &'aigw;memory'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand ls 'List the newest entries'
            cand get 'Print what an entry says'
            cand set 'Give a key a value, in place of the one that it has'
            cand add 'Remember something'
            cand rm 'Forget entries for good, with their history'
            cand search 'Find what fits some words best'
            cand embed 'Make vectors of all that has none, so that it is found by what it means'
            cand stats 'Show how much is remembered, and of what'
            cand export 'Print entries whole, one JSON object a line'
            cand import 'Take entries that were exported'
            cand gc 'Remove what has expired, and give its room back'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;memory;ls'= {
            cand --scope 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID'
            cand --agent 'Only what this agent wrote'
            cand --tag 'Only what has this tag; may be repeated'
            cand --kind 'Only what is of this kind'
            cand --since 'Only what was written or changed since then: a span such as 24h, or a date such as 2026-11-01 (UTC)'
            cand --limit 'How many at most'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;memory;get'= {
            cand --scope 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --history 'What it said before as well, the newest first'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;memory;set'= {
            cand --kind 'What it is'
            cand --scope 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID'
            cand --tag 'A word to find it by; may be repeated'
            cand --agent 'In the name of this agent'
            cand --at 'When what it says was so: a date or a time (UTC)'
            cand --expires 'When it is to be forgotten: in a span such as 30d, or on a date (UTC)'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand -n 'Never look at stdin'
            cand --no-stdin 'Never look at stdin'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;memory;add'= {
            cand -f 'Remember a document: a file, a folder or a pattern such as ''docs/**/*.md''; may be repeated'
            cand --file 'Remember a document: a file, a folder or a pattern such as ''docs/**/*.md''; may be repeated'
            cand --kind 'What it is'
            cand --scope 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID'
            cand --tag 'A word to find it by; may be repeated'
            cand --agent 'In the name of this agent'
            cand --at 'When what it says was so: a date or a time (UTC)'
            cand --expires 'When it is to be forgotten: in a span such as 30d, or on a date (UTC)'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand -n 'Never look at stdin'
            cand --no-stdin 'Never look at stdin'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;memory;rm'= {
            cand --scope 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID'
            cand --agent 'Only what this agent wrote'
            cand --tag 'Only what has this tag; may be repeated'
            cand --kind 'Only what is of this kind'
            cand --since 'Only what was written or changed since then: a span such as 24h, or a date such as 2026-11-01 (UTC)'
            cand --source 'All pieces of this document'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;memory;search'= {
            cand --scope 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID'
            cand --agent 'Only what this agent wrote'
            cand --tag 'Only what has this tag; may be repeated'
            cand --kind 'Only what is of this kind'
            cand --since 'Only what was written or changed since then: a span such as 24h, or a date such as 2026-11-01 (UTC)'
            cand --limit 'How many at most'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;memory;embed'= {
            cand --limit 'How many at most'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;memory;stats'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;memory;export'= {
            cand --scope 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID'
            cand --agent 'Only what this agent wrote'
            cand --tag 'Only what has this tag; may be repeated'
            cand --kind 'Only what is of this kind'
            cand --since 'Only what was written or changed since then: a span such as 24h, or a date such as 2026-11-01 (UTC)'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;memory;import'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;memory;gc'= {
            cand --older-than 'Also what was not changed since then: a span such as 180d, or a date (UTC)'
            cand --scope 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID'
            cand --agent 'Only what this agent wrote'
            cand --tag 'Only what has this tag; may be repeated'
            cand --kind 'Only what is of this kind'
            cand --since 'Only what was written or changed since then: a span such as 24h, or a date such as 2026-11-01 (UTC)'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --unused 'Of that, only what was not recalled since then either'
            cand --dry-run 'Say what would go, and remove nothing'
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;memory;help'= {
            cand ls 'List the newest entries'
            cand get 'Print what an entry says'
            cand set 'Give a key a value, in place of the one that it has'
            cand add 'Remember something'
            cand rm 'Forget entries for good, with their history'
            cand search 'Find what fits some words best'
            cand embed 'Make vectors of all that has none, so that it is found by what it means'
            cand stats 'Show how much is remembered, and of what'
            cand export 'Print entries whole, one JSON object a line'
            cand import 'Take entries that were exported'
            cand gc 'Remove what has expired, and give its room back'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;memory;help;ls'= {
        }
        &'aigw;memory;help;get'= {
        }
        &'aigw;memory;help;set'= {
        }
        &'aigw;memory;help;add'= {
        }
        &'aigw;memory;help;rm'= {
        }
        &'aigw;memory;help;search'= {
        }
        &'aigw;memory;help;embed'= {
        }
        &'aigw;memory;help;stats'= {
        }
        &'aigw;memory;help;export'= {
        }
        &'aigw;memory;help;import'= {
        }
        &'aigw;memory;help;gc'= {
        }
        &'aigw;memory;help;help'= {
        }
        &'aigw;provider'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand ls 'List the providers that can be used now'
            cand show 'Show one provider: address, keys, timers, what its free tier allows, what probes found out'
            cand test 'Ask each provider one tiny question with each of its keys: does it work, and if not, why'
            cand probe 'Ask models what they really can do: tool calls, several at once, schemas, prefill, usage in streams'
            cand disable 'Switch a provider off, until it is enabled again; the configuration stays as it is'
            cand enable 'Switch a provider on that was disabled'
            cand reset 'Forget what is known against a provider: that it rests, that a key is bad, that its limits are used up'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;provider;ls'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand -a 'List all that are known'
            cand --all 'List all that are known'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;provider;show'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;provider;test'= {
            cand -m 'Ask this model instead of the provider''s default one'
            cand --model 'Ask this model instead of the provider''s default one'
            cand --timeout 'How long one answer may take'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;provider;probe'= {
            cand -m 'Probe this model instead of the provider''s default one'
            cand --model 'Probe this model instead of the provider''s default one'
            cand --timeout 'How long one answer may take'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;provider;disable'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;provider;enable'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;provider;reset'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;provider;help'= {
            cand ls 'List the providers that can be used now'
            cand show 'Show one provider: address, keys, timers, what its free tier allows, what probes found out'
            cand test 'Ask each provider one tiny question with each of its keys: does it work, and if not, why'
            cand probe 'Ask models what they really can do: tool calls, several at once, schemas, prefill, usage in streams'
            cand disable 'Switch a provider off, until it is enabled again; the configuration stays as it is'
            cand enable 'Switch a provider on that was disabled'
            cand reset 'Forget what is known against a provider: that it rests, that a key is bad, that its limits are used up'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;provider;help;ls'= {
        }
        &'aigw;provider;help;show'= {
        }
        &'aigw;provider;help;test'= {
        }
        &'aigw;provider;help;probe'= {
        }
        &'aigw;provider;help;disable'= {
        }
        &'aigw;provider;help;enable'= {
        }
        &'aigw;provider;help;reset'= {
        }
        &'aigw;provider;help;help'= {
        }
        &'aigw;model'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand ls 'List the models of the providers that can be used now'
            cand show 'Show one model: window, prices, abilities, where the figures come from, and what a probe found out'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;model;ls'= {
            cand --can 'Only models that can do this'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand -a 'List the models of all providers that are known'
            cand --all 'List the models of all providers that are known'
            cand -r 'Ask the providers what they serve now; marks what is new and what is gone'
            cand --refresh 'Ask the providers what they serve now; marks what is new and what is gone'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;model;show'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;model;help'= {
            cand ls 'List the models of the providers that can be used now'
            cand show 'Show one model: window, prices, abilities, where the figures come from, and what a probe found out'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;model;help;ls'= {
        }
        &'aigw;model;help;show'= {
        }
        &'aigw;model;help;help'= {
        }
        &'aigw;route'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand ls 'List the routes and aliases'
            cand show 'Show one route: its settings with where they come from, and its models'
            cand explain 'Show whom a request would be sent to, in which order and why'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;route;ls'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;route;show'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;route;explain'= {
            cand --down 'As if this provider were down (may be repeated)'
            cand --need 'As if the request needed this (may be repeated)'
            cand --tokens 'How many tokens the request has'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;route;help'= {
            cand ls 'List the routes and aliases'
            cand show 'Show one route: its settings with where they come from, and its models'
            cand explain 'Show whom a request would be sent to, in which order and why'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;route;help;ls'= {
        }
        &'aigw;route;help;show'= {
        }
        &'aigw;route;help;explain'= {
        }
        &'aigw;route;help;help'= {
        }
        &'aigw;mcp'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand ls 'List all servers, and how they stand'
            cand add 'Add a server, once you have seen its command and its tools'
            cand rm 'Remove a server, and forget that it was approved'
            cand tools 'Show the tools of a server, and whether they are those that you have approved'
            cand serve 'Offer your tools, your memory and your agents to programs that speak MCP'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;mcp;ls'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --check 'Reach every approved server and say how it is'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;mcp;add'= {
            cand --url 'The address of a server that speaks streamable HTTP'
            cand --env 'A variable for its environment; PATH and HOME it has anyway'
            cand --header 'A header for its address'
            cand --cwd 'The directory that it is started in'
            cand --from 'Take servers from a file of another program, which lists them under mcpServers'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;mcp;rm'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;mcp;tools'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --approve 'Approve the server as it is now: its command and its tools'
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;mcp;serve'= {
            cand --http 'Listen here instead of on stdin; any free port if it is 0'
            cand --allow-tool 'Offer a tool that is asked for otherwise'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --no-memory 'Offer nothing of the memory'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;mcp;help'= {
            cand ls 'List all servers, and how they stand'
            cand add 'Add a server, once you have seen its command and its tools'
            cand rm 'Remove a server, and forget that it was approved'
            cand tools 'Show the tools of a server, and whether they are those that you have approved'
            cand serve 'Offer your tools, your memory and your agents to programs that speak MCP'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;mcp;help;ls'= {
        }
        &'aigw;mcp;help;add'= {
        }
        &'aigw;mcp;help;rm'= {
        }
        &'aigw;mcp;help;tools'= {
        }
        &'aigw;mcp;help;serve'= {
        }
        &'aigw;mcp;help;help'= {
        }
        &'aigw;usage'= {
            cand --by 'What to sum by; `request` lists the newest requests with their ids, `chain` says how many steps were answered from results that were there'
            cand --since 'Only since then: a span such as 24h, or a date such as 2026-11-01 (UTC)'
            cand --request 'Every attempt of one request instead; the first characters of its id are enough'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;auth'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand login 'Store a key: typed without being shown, or piped in'
            cand logout 'Remove a provider''s stored keys'
            cand ls 'List where keys come from; keys themselves are never shown'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;auth;login'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --add 'Keep the keys that are stored already, so that they make a pool'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;auth;logout'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;auth;ls'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;auth;help'= {
            cand login 'Store a key: typed without being shown, or piped in'
            cand logout 'Remove a provider''s stored keys'
            cand ls 'List where keys come from; keys themselves are never shown'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;auth;help;login'= {
        }
        &'aigw;auth;help;logout'= {
        }
        &'aigw;auth;help;ls'= {
        }
        &'aigw;auth;help;help'= {
        }
        &'aigw;doctor'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --offline 'Ask nobody beyond this machine'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;config'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Show every setting that is in force and where it comes from'
            cand path 'Print where the configuration file is'
            cand schema 'Print the JSON Schema of the configuration file'
            cand validate 'Check a configuration file'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;config;show'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;config;path'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;config;schema'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --chain 'That of a chain''s file instead'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;config;validate'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;config;help'= {
            cand show 'Show every setting that is in force and where it comes from'
            cand path 'Print where the configuration file is'
            cand schema 'Print the JSON Schema of the configuration file'
            cand validate 'Check a configuration file'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;config;help;show'= {
        }
        &'aigw;config;help;path'= {
        }
        &'aigw;config;help;schema'= {
        }
        &'aigw;config;help;validate'= {
        }
        &'aigw;config;help;help'= {
        }
        &'aigw;trust'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand --list 'List the projects that you trust'
            cand --revoke 'Trust the project no more'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;tool'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand ls 'List the tools, and what may be done with them'
            cand show 'Show a tool: its arguments, what was decided about it, how often it was called'
            cand run 'Call a tool'
            cand allow 'Let a tool be called without asking'
            cand deny 'Keep a tool from being called: models do not hear of it'
            cand ask 'Be asked before a tool is called'
            cand reset 'Forget what was decided about a tool'
            cand quota 'Say how often a tool may be called'
            cand log 'List the newest calls, and those that were refused'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;tool;ls'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;tool;show'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;tool;run'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --no-cache 'Ask services also for what is kept of earlier answers'
            cand --for-model 'Show what the model would be given'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;tool;allow'= {
            cand --agent 'Only for this agent'
            cand --where 'Only calls with an argument that looks so, such as `url=https://docs.rs/*`'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;tool;deny'= {
            cand --agent 'Only for this agent'
            cand --where 'Only calls with an argument that looks so, such as `url=https://docs.rs/*`'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;tool;ask'= {
            cand --agent 'Only for this agent'
            cand --where 'Only calls with an argument that looks so, such as `url=https://docs.rs/*`'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;tool;reset'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;tool;quota'= {
            cand --per-minute 'Calls in any minute'
            cand --per-day 'Calls in any 24 hours'
            cand --agent 'Only for this agent'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --off 'As often as wanted'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;tool;log'= {
            cand --limit 'How many at most'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;tool;help'= {
            cand ls 'List the tools, and what may be done with them'
            cand show 'Show a tool: its arguments, what was decided about it, how often it was called'
            cand run 'Call a tool'
            cand allow 'Let a tool be called without asking'
            cand deny 'Keep a tool from being called: models do not hear of it'
            cand ask 'Be asked before a tool is called'
            cand reset 'Forget what was decided about a tool'
            cand quota 'Say how often a tool may be called'
            cand log 'List the newest calls, and those that were refused'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;tool;help;ls'= {
        }
        &'aigw;tool;help;show'= {
        }
        &'aigw;tool;help;run'= {
        }
        &'aigw;tool;help;allow'= {
        }
        &'aigw;tool;help;deny'= {
        }
        &'aigw;tool;help;ask'= {
        }
        &'aigw;tool;help;reset'= {
        }
        &'aigw;tool;help;quota'= {
        }
        &'aigw;tool;help;log'= {
        }
        &'aigw;tool;help;help'= {
        }
        &'aigw;serve'= {
            cand --addr 'Where to listen; other than this machine''s own addresses only where clients need a key'
            cand --port 'The port, instead of the address''s; any free one if 0'
            cand --access-log 'Append a line of JSON for every request, without what was asked and answered; `-` is stdout'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --check 'Ask the gateway that listens there whether it is ready, and exit with 0 if so'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;key'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand create 'Make a key'
            cand ls 'List the keys'
            cand show 'Show a key: what it is good for and what it has used'
            cand rotate 'Make a new key in place of one'
            cand revoke 'Make a key good for nothing, from the next request on'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;key;create'= {
            cand -m 'A model, route or agent that may be named, such as groq/* or agent:writer; everything if none is given'
            cand --model 'A model, route or agent that may be named, such as groq/* or agent:writer; everything if none is given'
            cand --scope 'What may be done; chat, embeddings and agents if nothing is said. `shared` is to read and write what all agents remember'
            cand --expires 'How long it is good, such as 30d'
            cand --rpm 'Requests a minute'
            cand --tpm 'Tokens a minute'
            cand --concurrency 'Requests at a time'
            cand --tokens-per-day 'Tokens a day, by UTC'
            cand --tokens-per-month 'Tokens a month, by UTC'
            cand --usd-per-day 'USD a day, by UTC'
            cand --usd-per-month 'USD a month, by UTC'
            cand --tag 'What else it is called by'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;key;ls'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;key;show'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;key;rotate'= {
            cand --grace 'How long the old one is still good'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;key;revoke'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;key;help'= {
            cand create 'Make a key'
            cand ls 'List the keys'
            cand show 'Show a key: what it is good for and what it has used'
            cand rotate 'Make a new key in place of one'
            cand revoke 'Make a key good for nothing, from the next request on'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;key;help;create'= {
        }
        &'aigw;key;help;ls'= {
        }
        &'aigw;key;help;show'= {
        }
        &'aigw;key;help;rotate'= {
        }
        &'aigw;key;help;revoke'= {
        }
        &'aigw;key;help;help'= {
        }
        &'aigw;audit'= {
            cand -n 'The newest entries, at most so many'
            cand --limit 'The newest entries, at most so many'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;drill'= {
            cand --timing 'The benchmark''s own times, or a fifth of them with a fifth of your timeouts'
            cand --through 'How requests are made: as `aigw chat` makes them into a pipe, through the HTTP gateway, or both; through the gateway by OpenAI''s responses, Anthropic''s messages or Gemini''s format; or all of these'
            cand --only 'Only these scenarios (may be repeated, or with commas)'
            cand --min 'How many must pass; all that are played if not set'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;simulate'= {
            cand --port 'The first one''s port, the others on the ports after it; any free ports if 0'
            cand --fault 'What goes wrong: `FAULT` for all, `PROVIDER=FAULT` for one; may be repeated'
            cand --resume 'How half an answer is taken up: `MANNER` for all, `PROVIDER=MANNER` for one; may be repeated'
            cand --rpm 'Requests per minute that each allows'
            cand --tpm 'Tokens per minute that each allows'
            cand --concurrency 'Requests at a time that each allows'
            cand --first-token 'How long until the first token'
            cand --between 'How long from token to token'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;demo'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;completions'= {
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;man'= {
            cand --dir 'Write the pages of all commands into this directory'
            cand --config 'Read this configuration file instead of the usual one'
            cand --output 'How results are printed'
            cand --color 'When to use colours'
            cand --json 'The same as `--output json`'
            cand -q 'Print no notes and no warnings'
            cand --quiet 'Print no notes and no warnings'
            cand -v 'Say more about what happens; twice for still more'
            cand --verbose 'Say more about what happens; twice for still more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'aigw;help'= {
            cand init 'Set up providers, step by step: find keys, try them, write a configuration'
            cand chat 'Ask a question and get one answer'
            cand repl 'Talk with one agent or several at the keyboard'
            cand session 'List, show and change conversations'
            cand agent 'List, show, write and change agents'
            cand chain 'Run agents, tools and people as a graph, and go on with runs that were stopped'
            cand memory 'Show and change what all agents remember'
            cand provider 'List, show, test and probe providers, and switch them off and on'
            cand model 'List and show models'
            cand route 'List, show and explain routes'
            cand mcp 'Use tools of MCP servers, and offer yours'
            cand usage 'Show what was used and what it cost'
            cand auth 'Store and remove provider keys'
            cand doctor 'Check the installation: files, keys, databases, the network'
            cand config 'Show and check the configuration'
            cand trust 'Let a project''s own settings, agents and chains be used'
            cand tool 'List and call tools, and say who may call them'
            cand serve 'Answer HTTP clients that speak OpenAI''s, Anthropic''s or Gemini''s format'
            cand key 'Who may ask through `aigw serve`, for what and how much'
            cand audit 'Show who was given which right, and when'
            cand drill 'Rehearse outages with your own route, and see how it comes through'
            cand simulate 'Run wire-accurate stand-ins for providers, with faults on demand'
            cand demo 'Take a tour on stand-ins: no key, no network'
            cand completions 'Print completions for a shell'
            cand man 'Print the manual page, or write all of them'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'aigw;help;init'= {
        }
        &'aigw;help;chat'= {
        }
        &'aigw;help;repl'= {
        }
        &'aigw;help;session'= {
            cand ls 'List the newest sessions'
            cand show 'Show what was said in a session, and who answered'
            cand rename 'Give a session a name, or another one'
            cand fork 'Copy a session, to go on in two ways; the copy takes no room'
            cand export 'Print a session whole, as Markdown or JSON'
            cand rm 'Forget sessions: what was said only there is gone'
        }
        &'aigw;help;session;ls'= {
        }
        &'aigw;help;session;show'= {
        }
        &'aigw;help;session;rename'= {
        }
        &'aigw;help;session;fork'= {
        }
        &'aigw;help;session;export'= {
        }
        &'aigw;help;session;rm'= {
        }
        &'aigw;help;agent'= {
            cand ls 'List all agents, and where they come from'
            cand show 'Show an agent as it is understood'
            cand new 'Write a file for a new agent, with a comment for everything that can be set'
            cand edit 'Change an agent in your editor; a built-in one is copied first'
            cand rm 'Remove an agent of yours'
            cand path 'Print where your agents are, or the file of one'
        }
        &'aigw;help;agent;ls'= {
        }
        &'aigw;help;agent;show'= {
        }
        &'aigw;help;agent;new'= {
        }
        &'aigw;help;agent;edit'= {
        }
        &'aigw;help;agent;rm'= {
        }
        &'aigw;help;agent;path'= {
        }
        &'aigw;help;chain'= {
            cand ls 'List all chains, and where they come from'
            cand validate 'Check chains: every mistake with its file and line, before anything is asked'
            cand graph 'Draw a chain: what comes after what'
            cand run 'Run a chain'
            cand resume 'Go on with a run that was stopped, killed, or waits for an answer'
            cand runs 'List the newest runs'
            cand show 'Show a run: who did what, how long it took, what it cost'
        }
        &'aigw;help;chain;ls'= {
        }
        &'aigw;help;chain;validate'= {
        }
        &'aigw;help;chain;graph'= {
        }
        &'aigw;help;chain;run'= {
        }
        &'aigw;help;chain;resume'= {
        }
        &'aigw;help;chain;runs'= {
        }
        &'aigw;help;chain;show'= {
        }
        &'aigw;help;memory'= {
            cand ls 'List the newest entries'
            cand get 'Print what an entry says'
            cand set 'Give a key a value, in place of the one that it has'
            cand add 'Remember something'
            cand rm 'Forget entries for good, with their history'
            cand search 'Find what fits some words best'
            cand embed 'Make vectors of all that has none, so that it is found by what it means'
            cand stats 'Show how much is remembered, and of what'
            cand export 'Print entries whole, one JSON object a line'
            cand import 'Take entries that were exported'
            cand gc 'Remove what has expired, and give its room back'
        }
        &'aigw;help;memory;ls'= {
        }
        &'aigw;help;memory;get'= {
        }
        &'aigw;help;memory;set'= {
        }
        &'aigw;help;memory;add'= {
        }
        &'aigw;help;memory;rm'= {
        }
        &'aigw;help;memory;search'= {
        }
        &'aigw;help;memory;embed'= {
        }
        &'aigw;help;memory;stats'= {
        }
        &'aigw;help;memory;export'= {
        }
        &'aigw;help;memory;import'= {
        }
        &'aigw;help;memory;gc'= {
        }
        &'aigw;help;provider'= {
            cand ls 'List the providers that can be used now'
            cand show 'Show one provider: address, keys, timers, what its free tier allows, what probes found out'
            cand test 'Ask each provider one tiny question with each of its keys: does it work, and if not, why'
            cand probe 'Ask models what they really can do: tool calls, several at once, schemas, prefill, usage in streams'
            cand disable 'Switch a provider off, until it is enabled again; the configuration stays as it is'
            cand enable 'Switch a provider on that was disabled'
            cand reset 'Forget what is known against a provider: that it rests, that a key is bad, that its limits are used up'
        }
        &'aigw;help;provider;ls'= {
        }
        &'aigw;help;provider;show'= {
        }
        &'aigw;help;provider;test'= {
        }
        &'aigw;help;provider;probe'= {
        }
        &'aigw;help;provider;disable'= {
        }
        &'aigw;help;provider;enable'= {
        }
        &'aigw;help;provider;reset'= {
        }
        &'aigw;help;model'= {
            cand ls 'List the models of the providers that can be used now'
            cand show 'Show one model: window, prices, abilities, where the figures come from, and what a probe found out'
        }
        &'aigw;help;model;ls'= {
        }
        &'aigw;help;model;show'= {
        }
        &'aigw;help;route'= {
            cand ls 'List the routes and aliases'
            cand show 'Show one route: its settings with where they come from, and its models'
            cand explain 'Show whom a request would be sent to, in which order and why'
        }
        &'aigw;help;route;ls'= {
        }
        &'aigw;help;route;show'= {
        }
        &'aigw;help;route;explain'= {
        }
        &'aigw;help;mcp'= {
            cand ls 'List all servers, and how they stand'
            cand add 'Add a server, once you have seen its command and its tools'
            cand rm 'Remove a server, and forget that it was approved'
            cand tools 'Show the tools of a server, and whether they are those that you have approved'
            cand serve 'Offer your tools, your memory and your agents to programs that speak MCP'
        }
        &'aigw;help;mcp;ls'= {
        }
        &'aigw;help;mcp;add'= {
        }
        &'aigw;help;mcp;rm'= {
        }
        &'aigw;help;mcp;tools'= {
        }
        &'aigw;help;mcp;serve'= {
        }
        &'aigw;help;usage'= {
        }
        &'aigw;help;auth'= {
            cand login 'Store a key: typed without being shown, or piped in'
            cand logout 'Remove a provider''s stored keys'
            cand ls 'List where keys come from; keys themselves are never shown'
        }
        &'aigw;help;auth;login'= {
        }
        &'aigw;help;auth;logout'= {
        }
        &'aigw;help;auth;ls'= {
        }
        &'aigw;help;doctor'= {
        }
        &'aigw;help;config'= {
            cand show 'Show every setting that is in force and where it comes from'
            cand path 'Print where the configuration file is'
            cand schema 'Print the JSON Schema of the configuration file'
            cand validate 'Check a configuration file'
        }
        &'aigw;help;config;show'= {
        }
        &'aigw;help;config;path'= {
        }
        &'aigw;help;config;schema'= {
        }
        &'aigw;help;config;validate'= {
        }
        &'aigw;help;trust'= {
        }
        &'aigw;help;tool'= {
            cand ls 'List the tools, and what may be done with them'
            cand show 'Show a tool: its arguments, what was decided about it, how often it was called'
            cand run 'Call a tool'
            cand allow 'Let a tool be called without asking'
            cand deny 'Keep a tool from being called: models do not hear of it'
            cand ask 'Be asked before a tool is called'
            cand reset 'Forget what was decided about a tool'
            cand quota 'Say how often a tool may be called'
            cand log 'List the newest calls, and those that were refused'
        }
        &'aigw;help;tool;ls'= {
        }
        &'aigw;help;tool;show'= {
        }
        &'aigw;help;tool;run'= {
        }
        &'aigw;help;tool;allow'= {
        }
        &'aigw;help;tool;deny'= {
        }
        &'aigw;help;tool;ask'= {
        }
        &'aigw;help;tool;reset'= {
        }
        &'aigw;help;tool;quota'= {
        }
        &'aigw;help;tool;log'= {
        }
        &'aigw;help;serve'= {
        }
        &'aigw;help;key'= {
            cand create 'Make a key'
            cand ls 'List the keys'
            cand show 'Show a key: what it is good for and what it has used'
            cand rotate 'Make a new key in place of one'
            cand revoke 'Make a key good for nothing, from the next request on'
        }
        &'aigw;help;key;create'= {
        }
        &'aigw;help;key;ls'= {
        }
        &'aigw;help;key;show'= {
        }
        &'aigw;help;key;rotate'= {
        }
        &'aigw;help;key;revoke'= {
        }
        &'aigw;help;audit'= {
        }
        &'aigw;help;drill'= {
        }
        &'aigw;help;simulate'= {
        }
        &'aigw;help;demo'= {
        }
        &'aigw;help;completions'= {
        }
        &'aigw;help;man'= {
        }
        &'aigw;help;help'= {
        }
    ]
    $completions[$command]
}
