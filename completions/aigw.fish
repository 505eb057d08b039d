# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_aigw_global_optspecs
    string join \n config= output= json q/quiet v/verbose color= h/help V/version
end

function __fish_aigw_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_aigw_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_aigw_using_subcommand
    set -l cmd (__fish_aigw_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c aigw -n "__fish_aigw_needs_command" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_needs_command" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_needs_command" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_needs_command" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_needs_command" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_needs_command" -s V -l version -d 'Print version'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "init" -d 'Set up providers, step by step: find keys, try them, write a configuration'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "chat" -d 'Ask a question and get one answer'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "repl" -d 'Talk with one agent or several at the keyboard'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "session" -d 'List, show and change conversations'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "agent" -d 'List, show, write and change agents'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "chain" -d 'Run agents, tools and people as a graph, and go on with runs that were stopped'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "memory" -d 'Show and change what all agents remember'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "provider" -d 'List, show, test and probe providers, and switch them off and on'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "model" -d 'List and show models'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "route" -d 'List, show and explain routes'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "mcp" -d 'Use tools of MCP servers, and offer yours'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "usage" -d 'Show what was used and what it cost'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "auth" -d 'Store and remove provider keys'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "doctor" -d 'Check the installation: files, keys, databases, the network'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "config" -d 'Show and check the configuration'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "trust" -d 'Let a project\'s own settings, agents and chains be used'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "tool" -d 'List and call tools, and say who may call them'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "serve" -d 'Answer HTTP clients that speak OpenAI\'s, Anthropic\'s or Gemini\'s format'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "key" -d 'Who may ask through `aigw serve`, for what and how much'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "audit" -d 'Show who was given which right, and when'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "drill" -d 'Rehearse outages with your own route, and see how it comes through'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "simulate" -d 'Run wire-accurate stand-ins for providers, with faults on demand'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "demo" -d 'Take a tour on stand-ins: no key, no network'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "completions" -d 'Print completions for a shell'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "man" -d 'Print the manual page, or write all of them'
complete -c aigw -n "__fish_aigw_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand init" -l provider -d 'Set up this one, without asking which' -r
complete -c aigw -n "__fish_aigw_using_subcommand init" -l from -d 'Take over what another tool\'s configuration says, without questions' -r -f -a "aichat\t'config.yaml of sigoden/aichat'
llm\t'keys.json, aliases.json and extra-openai-models.yaml of simonw/llm'
mods\t'mods.yml of charmbracelet/mods'"
complete -c aigw -n "__fish_aigw_using_subcommand init" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand init" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand init" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand init" -l force -d 'Replace a configuration that is there; it is kept under another name'
complete -c aigw -n "__fish_aigw_using_subcommand init" -l with-keys -d 'Keep the keys that stand in that configuration as well, as `aigw auth login` does'
complete -c aigw -n "__fish_aigw_using_subcommand init" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand init" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand init" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand chat" -s m -l model -d 'Whom to ask: a model (provider/model), a provider or a route; give several to have them tried in order' -r
complete -c aigw -n "__fish_aigw_using_subcommand chat" -s a -l agent -d 'Who answers: an agent by name' -r
complete -c aigw -n "__fish_aigw_using_subcommand chat" -s s -l session -d 'Go on in this session, or begin one of this name' -r
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l then -d 'Have another agent work on the answer; may be repeated' -r
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l system -d 'Instructions that stand above the question; a session keeps them' -r
complete -c aigw -n "__fish_aigw_using_subcommand chat" -s f -l file -d 'Send a file along: text, an image or a PDF; `-` is stdin' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand chat" -s t -l tool -d 'Give the agent this tool as well' -r
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l allow-tool -d 'Let this tool be called, which would have to be asked for' -r
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l temperature -d 'How freely to choose words: 0 is as repeatable as the model can be' -r
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l max-tokens -d 'The longest answer, in tokens' -r
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l schema -d 'Hold the answer to a JSON Schema: the JSON itself or a file with it' -r
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l timeout -d 'How long all of it may take, such as 30s or 2m' -r
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand chat" -s c -l continue -d 'Go on where the last session ended'
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l no-tools -d 'Call no tools'
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l no-memory -d 'Recall nothing, and keep nothing of this'
complete -c aigw -n "__fish_aigw_using_subcommand chat" -s x -l extract -d 'Print only the first code block of the answer, or all of it if there is none'
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l raw -d 'Print the answer as the model wrote it; on a terminal its Markdown is shown as what it means'
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l no-stream -d 'Have the provider send the answer in one piece'
complete -c aigw -n "__fish_aigw_using_subcommand chat" -s n -l no-stdin -d 'Never look at stdin'
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l dry-run -d 'Show who would be asked and what would be sent, and send nothing'
complete -c aigw -n "__fish_aigw_using_subcommand chat" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand chat" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand chat" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand chat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand repl" -s a -l agent -d 'Who answers; `aigw agent ls` lists them' -r
complete -c aigw -n "__fish_aigw_using_subcommand repl" -s m -l model -d 'Ask this model or route; may be repeated, the first one goes first' -r
complete -c aigw -n "__fish_aigw_using_subcommand repl" -s s -l session -d 'Go on in this session, or begin it' -r
complete -c aigw -n "__fish_aigw_using_subcommand repl" -l system -d 'Instructions for the session' -r
complete -c aigw -n "__fish_aigw_using_subcommand repl" -s f -l file -d 'Have this file go along with the first question: text, an image, a PDF; may be repeated' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand repl" -l temperature -d 'How freely to choose words: 0 is as repeatable as the model can be' -r
complete -c aigw -n "__fish_aigw_using_subcommand repl" -l max-tokens -d 'The longest answer, in tokens' -r
complete -c aigw -n "__fish_aigw_using_subcommand repl" -l timeout -d 'How long an answer may take, such as 30s or 2m' -r
complete -c aigw -n "__fish_aigw_using_subcommand repl" -s t -l tool -d 'Let every agent call this tool' -r
complete -c aigw -n "__fish_aigw_using_subcommand repl" -l allow-tool -d 'Let this tool be called, which would have to be asked for' -r
complete -c aigw -n "__fish_aigw_using_subcommand repl" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand repl" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand repl" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand repl" -s c -l continue -d 'Go on in the last session'
complete -c aigw -n "__fish_aigw_using_subcommand repl" -l no-tools -d 'Call no tools'
complete -c aigw -n "__fish_aigw_using_subcommand repl" -l no-memory -d 'Recall nothing, and keep nothing of this'
complete -c aigw -n "__fish_aigw_using_subcommand repl" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand repl" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand repl" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand repl" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -f -a "ls" -d 'List the newest sessions'
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -f -a "show" -d 'Show what was said in a session, and who answered'
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -f -a "rename" -d 'Give a session a name, or another one'
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -f -a "fork" -d 'Copy a session, to go on in two ways; the copy takes no room'
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -f -a "export" -d 'Print a session whole, as Markdown or JSON'
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -f -a "rm" -d 'Forget sessions: what was said only there is gone'
complete -c aigw -n "__fish_aigw_using_subcommand session; and not __fish_seen_subcommand_from ls show rename fork export rm help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from ls" -l limit -d 'How many at most' -r
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from ls" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from ls" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from ls" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from show" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from show" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rename" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rename" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rename" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rename" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rename" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rename" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rename" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from fork" -l turns -d 'Only the first turns' -r
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from fork" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from fork" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from fork" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from fork" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from fork" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from fork" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from fork" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from export" -l format -d 'In which form; --json is JSON as well' -r -f -a "markdown\t''
json\t''"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from export" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from export" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from export" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from export" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rm" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rm" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rm" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rm" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List the newest sessions'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what was said in a session, and who answered'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from help" -f -a "rename" -d 'Give a session a name, or another one'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from help" -f -a "fork" -d 'Copy a session, to go on in two ways; the copy takes no room'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from help" -f -a "export" -d 'Print a session whole, as Markdown or JSON'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from help" -f -a "rm" -d 'Forget sessions: what was said only there is gone'
complete -c aigw -n "__fish_aigw_using_subcommand session; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -f -a "ls" -d 'List all agents, and where they come from'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -f -a "show" -d 'Show an agent as it is understood'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -f -a "new" -d 'Write a file for a new agent, with a comment for everything that can be set'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -f -a "edit" -d 'Change an agent in your editor; a built-in one is copied first'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -f -a "rm" -d 'Remove an agent of yours'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -f -a "path" -d 'Print where your agents are, or the file of one'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and not __fish_seen_subcommand_from ls show new edit rm path help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from ls" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from ls" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from ls" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from show" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from show" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from new" -l description -d 'What it is for; other agents go by it' -r
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from new" -l model -d 'A model, a provider or a route; the default route if none is named' -r
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from new" -l from -d 'Begin with what this agent is' -r
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from new" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from new" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from new" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from new" -l project -d 'Put it into the project\'s .aigw instead of your own directory'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from new" -l edit -d 'Open it in your editor'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from new" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from new" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from edit" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from edit" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from edit" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from edit" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from rm" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from rm" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from rm" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do not ask'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from rm" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from path" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from path" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from path" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from path" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List all agents, and where they come from'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show an agent as it is understood'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from help" -f -a "new" -d 'Write a file for a new agent, with a comment for everything that can be set'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from help" -f -a "edit" -d 'Change an agent in your editor; a built-in one is copied first'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from help" -f -a "rm" -d 'Remove an agent of yours'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from help" -f -a "path" -d 'Print where your agents are, or the file of one'
complete -c aigw -n "__fish_aigw_using_subcommand agent; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -f -a "ls" -d 'List all chains, and where they come from'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -f -a "validate" -d 'Check chains: every mistake with its file and line, before anything is asked'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -f -a "graph" -d 'Draw a chain: what comes after what'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -f -a "run" -d 'Run a chain'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -f -a "resume" -d 'Go on with a run that was stopped, killed, or waits for an answer'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -f -a "runs" -d 'List the newest runs'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -f -a "show" -d 'Show a run: who did what, how long it took, what it cost'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and not __fish_seen_subcommand_from ls validate graph run resume runs show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from ls" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from ls" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from ls" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from validate" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from validate" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from validate" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from validate" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from validate" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from validate" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from graph" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from graph" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from graph" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from graph" -l mermaid -d 'As a Mermaid flowchart'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from graph" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from graph" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from graph" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from graph" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -s a -l agent -d 'Make a chain of this agent and those after it' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -s m -l model -d 'Whom agents ask: a model, a provider or a route; give several to have them tried in order' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -s i -l input -d 'An input' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l input-file -d 'An input from a file; `-` is stdin' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l from -d 'Take the results of the newest run for everything before this step' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l timeout -d 'How long all of it may take, such as 30s or 10m' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l max-tokens -d 'The tokens that all of it may use' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l max-cost -d 'What all of it may cost in USD' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l allow-tool -d 'Let this tool be called, which would have to be asked for' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l answer -d 'What a step that asks a person is answered' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -s n -l no-stdin -d 'Never look at stdin'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l plan -d 'Show what would run, whom it would ask and what it would cost, and run nothing'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l no-cache -d 'Answer nothing from results that are there'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -s y -l yes -d 'Let the tools that steps of the chain name be called without asking'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -l from -d 'Do this step and all after it again' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -l timeout -d 'How long all of it may take, such as 30s or 10m' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -l max-tokens -d 'The tokens that all of it may use' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -l max-cost -d 'What all of it may cost in USD' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -l allow-tool -d 'Let this tool be called, which would have to be asked for' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -l answer -d 'What a step that asks a person is answered' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -l no-cache -d 'Answer nothing from results that are there'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -s y -l yes -d 'Let the tools that steps of the chain name be called without asking'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from runs" -s n -l limit -d 'How many at most' -r
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from runs" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from runs" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from runs" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from runs" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from runs" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from runs" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from runs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from show" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from show" -l full -d 'Show what each step was asked and what it gave as well'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from show" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List all chains, and where they come from'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from help" -f -a "validate" -d 'Check chains: every mistake with its file and line, before anything is asked'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from help" -f -a "graph" -d 'Draw a chain: what comes after what'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from help" -f -a "run" -d 'Run a chain'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from help" -f -a "resume" -d 'Go on with a run that was stopped, killed, or waits for an answer'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from help" -f -a "runs" -d 'List the newest runs'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a run: who did what, how long it took, what it cost'
complete -c aigw -n "__fish_aigw_using_subcommand chain; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -f -a "ls" -d 'List the newest entries'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -f -a "get" -d 'Print what an entry says'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -f -a "set" -d 'Give a key a value, in place of the one that it has'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -f -a "add" -d 'Remember something'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -f -a "rm" -d 'Forget entries for good, with their history'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -f -a "search" -d 'Find what fits some words best'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -f -a "embed" -d 'Make vectors of all that has none, so that it is found by what it means'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -f -a "stats" -d 'Show how much is remembered, and of what'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -f -a "export" -d 'Print entries whole, one JSON object a line'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -f -a "import" -d 'Take entries that were exported'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -f -a "gc" -d 'Remove what has expired, and give its room back'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and not __fish_seen_subcommand_from ls get set add rm search embed stats export import gc help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -l scope -d 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -l agent -d 'Only what this agent wrote' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -l tag -d 'Only what has this tag; may be repeated' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -l kind -d 'Only what is of this kind' -r -f -a "fact\t''
note\t''
result\t''
summary\t''
document\t''"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -l since -d 'Only what was written or changed since then: a span such as 24h, or a date such as 2026-11-01 (UTC)' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -l limit -d 'How many at most' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from get" -l scope -d 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from get" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from get" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from get" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from get" -l history -d 'What it said before as well, the newest first'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from get" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from get" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from get" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -l kind -d 'What it is' -r -f -a "note\t''
fact\t''
result\t''
summary\t''"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -l scope -d 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -l tag -d 'A word to find it by; may be repeated' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -l agent -d 'In the name of this agent' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -l at -d 'When what it says was so: a date or a time (UTC)' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -l expires -d 'When it is to be forgotten: in a span such as 30d, or on a date (UTC)' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -s n -l no-stdin -d 'Never look at stdin'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -s f -l file -d 'Remember a document: a file, a folder or a pattern such as \'docs/**/*.md\'; may be repeated' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -l kind -d 'What it is' -r -f -a "note\t''
fact\t''
result\t''
summary\t''"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -l scope -d 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -l tag -d 'A word to find it by; may be repeated' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -l agent -d 'In the name of this agent' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -l at -d 'When what it says was so: a date or a time (UTC)' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -l expires -d 'When it is to be forgotten: in a span such as 30d, or on a date (UTC)' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -s n -l no-stdin -d 'Never look at stdin'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -l scope -d 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -l agent -d 'Only what this agent wrote' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -l tag -d 'Only what has this tag; may be repeated' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -l kind -d 'Only what is of this kind' -r -f -a "fact\t''
note\t''
result\t''
summary\t''
document\t''"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -l since -d 'Only what was written or changed since then: a span such as 24h, or a date such as 2026-11-01 (UTC)' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -l source -d 'All pieces of this document' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do not ask'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -l scope -d 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -l agent -d 'Only what this agent wrote' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -l tag -d 'Only what has this tag; may be repeated' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -l kind -d 'Only what is of this kind' -r -f -a "fact\t''
note\t''
result\t''
summary\t''
document\t''"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -l since -d 'Only what was written or changed since then: a span such as 24h, or a date such as 2026-11-01 (UTC)' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -l limit -d 'How many at most' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from search" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from embed" -l limit -d 'How many at most' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from embed" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from embed" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from embed" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from embed" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from embed" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from embed" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from embed" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from stats" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from stats" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from stats" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from stats" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from stats" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from stats" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from stats" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from export" -l scope -d 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from export" -l agent -d 'Only what this agent wrote' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from export" -l tag -d 'Only what has this tag; may be repeated' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from export" -l kind -d 'Only what is of this kind' -r -f -a "fact\t''
note\t''
result\t''
summary\t''
document\t''"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from export" -l since -d 'Only what was written or changed since then: a span such as 24h, or a date such as 2026-11-01 (UTC)' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from export" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from export" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from export" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from export" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from import" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from import" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from import" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from import" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -l older-than -d 'Also what was not changed since then: a span such as 180d, or a date (UTC)' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -l scope -d 'Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -l agent -d 'Only what this agent wrote' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -l tag -d 'Only what has this tag; may be repeated' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -l kind -d 'Only what is of this kind' -r -f -a "fact\t''
note\t''
result\t''
summary\t''
document\t''"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -l since -d 'Only what was written or changed since then: a span such as 24h, or a date such as 2026-11-01 (UTC)' -r
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -l unused -d 'Of that, only what was not recalled since then either'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -l dry-run -d 'Say what would go, and remove nothing'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -s y -l yes -d 'Do not ask'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from gc" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List the newest entries'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "get" -d 'Print what an entry says'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "set" -d 'Give a key a value, in place of the one that it has'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "add" -d 'Remember something'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "rm" -d 'Forget entries for good, with their history'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "search" -d 'Find what fits some words best'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "embed" -d 'Make vectors of all that has none, so that it is found by what it means'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "stats" -d 'Show how much is remembered, and of what'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "export" -d 'Print entries whole, one JSON object a line'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "import" -d 'Take entries that were exported'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "gc" -d 'Remove what has expired, and give its room back'
complete -c aigw -n "__fish_aigw_using_subcommand memory; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -f -a "ls" -d 'List the providers that can be used now'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -f -a "show" -d 'Show one provider: address, keys, timers, what its free tier allows, what probes found out'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -f -a "test" -d 'Ask each provider one tiny question with each of its keys: does it work, and if not, why'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -f -a "probe" -d 'Ask models what they really can do: tool calls, several at once, schemas, prefill, usage in streams'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -f -a "disable" -d 'Switch a provider off, until it is enabled again; the configuration stays as it is'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -f -a "enable" -d 'Switch a provider on that was disabled'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -f -a "reset" -d 'Forget what is known against a provider: that it rests, that a key is bad, that its limits are used up'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and not __fish_seen_subcommand_from ls show test probe disable enable reset help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from ls" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from ls" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from ls" -s a -l all -d 'List all that are known'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from ls" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from show" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from show" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from test" -s m -l model -d 'Ask this model instead of the provider\'s default one' -r
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from test" -l timeout -d 'How long one answer may take' -r
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from test" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from test" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from test" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from test" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from test" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from probe" -s m -l model -d 'Probe this model instead of the provider\'s default one' -r
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from probe" -l timeout -d 'How long one answer may take' -r
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from probe" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from probe" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from probe" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from probe" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from probe" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from probe" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from probe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from disable" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from disable" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from disable" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from disable" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from disable" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from disable" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from enable" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from enable" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from enable" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from enable" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from enable" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from enable" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from reset" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from reset" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from reset" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from reset" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from reset" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from reset" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List the providers that can be used now'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one provider: address, keys, timers, what its free tier allows, what probes found out'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "test" -d 'Ask each provider one tiny question with each of its keys: does it work, and if not, why'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "probe" -d 'Ask models what they really can do: tool calls, several at once, schemas, prefill, usage in streams'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "disable" -d 'Switch a provider off, until it is enabled again; the configuration stays as it is'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "enable" -d 'Switch a provider on that was disabled'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "reset" -d 'Forget what is known against a provider: that it rests, that a key is bad, that its limits are used up'
complete -c aigw -n "__fish_aigw_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand model; and not __fish_seen_subcommand_from ls show help" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand model; and not __fish_seen_subcommand_from ls show help" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand model; and not __fish_seen_subcommand_from ls show help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand model; and not __fish_seen_subcommand_from ls show help" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand model; and not __fish_seen_subcommand_from ls show help" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand model; and not __fish_seen_subcommand_from ls show help" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand model; and not __fish_seen_subcommand_from ls show help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand model; and not __fish_seen_subcommand_from ls show help" -f -a "ls" -d 'List the models of the providers that can be used now'
complete -c aigw -n "__fish_aigw_using_subcommand model; and not __fish_seen_subcommand_from ls show help" -f -a "show" -d 'Show one model: window, prices, abilities, where the figures come from, and what a probe found out'
complete -c aigw -n "__fish_aigw_using_subcommand model; and not __fish_seen_subcommand_from ls show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from ls" -l can -d 'Only models that can do this' -r -f -a "tools\t''
schema\t''
reasoning\t''
vision\t''
pdf\t''
embeddings\t''"
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from ls" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from ls" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from ls" -s a -l all -d 'List the models of all providers that are known'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from ls" -s r -l refresh -d 'Ask the providers what they serve now; marks what is new and what is gone'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from ls" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from show" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from show" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List the models of the providers that can be used now'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one model: window, prices, abilities, where the figures come from, and what a probe found out'
complete -c aigw -n "__fish_aigw_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand route; and not __fish_seen_subcommand_from ls show explain help" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand route; and not __fish_seen_subcommand_from ls show explain help" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand route; and not __fish_seen_subcommand_from ls show explain help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand route; and not __fish_seen_subcommand_from ls show explain help" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand route; and not __fish_seen_subcommand_from ls show explain help" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand route; and not __fish_seen_subcommand_from ls show explain help" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand route; and not __fish_seen_subcommand_from ls show explain help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand route; and not __fish_seen_subcommand_from ls show explain help" -f -a "ls" -d 'List the routes and aliases'
complete -c aigw -n "__fish_aigw_using_subcommand route; and not __fish_seen_subcommand_from ls show explain help" -f -a "show" -d 'Show one route: its settings with where they come from, and its models'
complete -c aigw -n "__fish_aigw_using_subcommand route; and not __fish_seen_subcommand_from ls show explain help" -f -a "explain" -d 'Show whom a request would be sent to, in which order and why'
complete -c aigw -n "__fish_aigw_using_subcommand route; and not __fish_seen_subcommand_from ls show explain help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from ls" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from ls" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from ls" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from show" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from show" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from explain" -l down -d 'As if this provider were down (may be repeated)' -r
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from explain" -l need -d 'As if the request needed this (may be repeated)' -r -f -a "tools\t''
schema\t''
vision\t''
pdf\t''"
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from explain" -l tokens -d 'How many tokens the request has' -r
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from explain" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from explain" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from explain" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from explain" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from explain" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from explain" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List the routes and aliases'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one route: its settings with where they come from, and its models'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from help" -f -a "explain" -d 'Show whom a request would be sent to, in which order and why'
complete -c aigw -n "__fish_aigw_using_subcommand route; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -f -a "ls" -d 'List all servers, and how they stand'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -f -a "add" -d 'Add a server, once you have seen its command and its tools'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -f -a "rm" -d 'Remove a server, and forget that it was approved'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -f -a "tools" -d 'Show the tools of a server, and whether they are those that you have approved'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -f -a "serve" -d 'Offer your tools, your memory and your agents to programs that speak MCP'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and not __fish_seen_subcommand_from ls add rm tools serve help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from ls" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from ls" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from ls" -l check -d 'Reach every approved server and say how it is'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from ls" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -l url -d 'The address of a server that speaks streamable HTTP' -r
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -l env -d 'A variable for its environment; PATH and HOME it has anyway' -r
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -l header -d 'A header for its address' -r
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -l cwd -d 'The directory that it is started in' -r
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -l from -d 'Take servers from a file of another program, which lists them under mcpServers' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -s y -l yes -d 'Do not ask'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from rm" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from rm" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from rm" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from rm" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from tools" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from tools" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from tools" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from tools" -l approve -d 'Approve the server as it is now: its command and its tools'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from tools" -s y -l yes -d 'Do not ask'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from tools" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from tools" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from tools" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from tools" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from serve" -l http -d 'Listen here instead of on stdin; any free port if it is 0' -r
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from serve" -l allow-tool -d 'Offer a tool that is asked for otherwise' -r
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from serve" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from serve" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from serve" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from serve" -l no-memory -d 'Offer nothing of the memory'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from serve" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from serve" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from serve" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List all servers, and how they stand'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a server, once you have seen its command and its tools'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "rm" -d 'Remove a server, and forget that it was approved'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "tools" -d 'Show the tools of a server, and whether they are those that you have approved'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "serve" -d 'Offer your tools, your memory and your agents to programs that speak MCP'
complete -c aigw -n "__fish_aigw_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand usage" -l by -d 'What to sum by; `request` lists the newest requests with their ids, `chain` says how many steps were answered from results that were there' -r -f -a "day\t''
provider\t''
model\t''
agent\t''
session\t''
chain\t''
request\t''"
complete -c aigw -n "__fish_aigw_using_subcommand usage" -l since -d 'Only since then: a span such as 24h, or a date such as 2026-11-01 (UTC)' -r
complete -c aigw -n "__fish_aigw_using_subcommand usage" -l request -d 'Every attempt of one request instead; the first characters of its id are enough' -r
complete -c aigw -n "__fish_aigw_using_subcommand usage" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand usage" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand usage" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand usage" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand usage" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand usage" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand usage" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and not __fish_seen_subcommand_from login logout ls help" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand auth; and not __fish_seen_subcommand_from login logout ls help" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand auth; and not __fish_seen_subcommand_from login logout ls help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand auth; and not __fish_seen_subcommand_from login logout ls help" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and not __fish_seen_subcommand_from login logout ls help" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and not __fish_seen_subcommand_from login logout ls help" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and not __fish_seen_subcommand_from login logout ls help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and not __fish_seen_subcommand_from login logout ls help" -f -a "login" -d 'Store a key: typed without being shown, or piped in'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and not __fish_seen_subcommand_from login logout ls help" -f -a "logout" -d 'Remove a provider\'s stored keys'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and not __fish_seen_subcommand_from login logout ls help" -f -a "ls" -d 'List where keys come from; keys themselves are never shown'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and not __fish_seen_subcommand_from login logout ls help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from login" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from login" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from login" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from login" -l add -d 'Keep the keys that are stored already, so that they make a pool'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from login" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from login" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from login" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from logout" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from logout" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from logout" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from logout" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from logout" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from logout" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from logout" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from ls" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from ls" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from ls" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from help" -f -a "login" -d 'Store a key: typed without being shown, or piped in'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from help" -f -a "logout" -d 'Remove a provider\'s stored keys'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List where keys come from; keys themselves are never shown'
complete -c aigw -n "__fish_aigw_using_subcommand auth; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand doctor" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand doctor" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand doctor" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand doctor" -l offline -d 'Ask nobody beyond this machine'
complete -c aigw -n "__fish_aigw_using_subcommand doctor" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand doctor" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand doctor" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand config; and not __fish_seen_subcommand_from show path schema validate help" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand config; and not __fish_seen_subcommand_from show path schema validate help" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand config; and not __fish_seen_subcommand_from show path schema validate help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand config; and not __fish_seen_subcommand_from show path schema validate help" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand config; and not __fish_seen_subcommand_from show path schema validate help" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand config; and not __fish_seen_subcommand_from show path schema validate help" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand config; and not __fish_seen_subcommand_from show path schema validate help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand config; and not __fish_seen_subcommand_from show path schema validate help" -f -a "show" -d 'Show every setting that is in force and where it comes from'
complete -c aigw -n "__fish_aigw_using_subcommand config; and not __fish_seen_subcommand_from show path schema validate help" -f -a "path" -d 'Print where the configuration file is'
complete -c aigw -n "__fish_aigw_using_subcommand config; and not __fish_seen_subcommand_from show path schema validate help" -f -a "schema" -d 'Print the JSON Schema of the configuration file'
complete -c aigw -n "__fish_aigw_using_subcommand config; and not __fish_seen_subcommand_from show path schema validate help" -f -a "validate" -d 'Check a configuration file'
complete -c aigw -n "__fish_aigw_using_subcommand config; and not __fish_seen_subcommand_from show path schema validate help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from show" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from path" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from path" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from schema" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from schema" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from schema" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from schema" -l chain -d 'That of a chain\'s file instead'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from schema" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from schema" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from schema" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from validate" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from validate" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from validate" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from validate" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from validate" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from validate" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show every setting that is in force and where it comes from'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "path" -d 'Print where the configuration file is'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "schema" -d 'Print the JSON Schema of the configuration file'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "validate" -d 'Check a configuration file'
complete -c aigw -n "__fish_aigw_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand trust" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand trust" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand trust" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand trust" -s y -l yes -d 'Do not ask'
complete -c aigw -n "__fish_aigw_using_subcommand trust" -l list -d 'List the projects that you trust'
complete -c aigw -n "__fish_aigw_using_subcommand trust" -l revoke -d 'Trust the project no more'
complete -c aigw -n "__fish_aigw_using_subcommand trust" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand trust" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand trust" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand trust" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -f -a "ls" -d 'List the tools, and what may be done with them'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -f -a "show" -d 'Show a tool: its arguments, what was decided about it, how often it was called'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -f -a "run" -d 'Call a tool'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -f -a "allow" -d 'Let a tool be called without asking'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -f -a "deny" -d 'Keep a tool from being called: models do not hear of it'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -f -a "ask" -d 'Be asked before a tool is called'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -f -a "reset" -d 'Forget what was decided about a tool'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -f -a "quota" -d 'Say how often a tool may be called'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -f -a "log" -d 'List the newest calls, and those that were refused'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and not __fish_seen_subcommand_from ls show run allow deny ask reset quota log help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ls" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ls" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ls" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from show" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from show" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from run" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from run" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from run" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from run" -l no-cache -d 'Ask services also for what is kept of earlier answers'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from run" -l for-model -d 'Show what the model would be given'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from run" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from allow" -l agent -d 'Only for this agent' -r
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from allow" -l where -d 'Only calls with an argument that looks so, such as `url=https://docs.rs/*`' -r
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from allow" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from allow" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from allow" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from allow" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from allow" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from allow" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from allow" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from deny" -l agent -d 'Only for this agent' -r
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from deny" -l where -d 'Only calls with an argument that looks so, such as `url=https://docs.rs/*`' -r
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from deny" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from deny" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from deny" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from deny" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from deny" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from deny" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from deny" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ask" -l agent -d 'Only for this agent' -r
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ask" -l where -d 'Only calls with an argument that looks so, such as `url=https://docs.rs/*`' -r
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ask" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ask" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ask" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ask" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ask" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ask" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from ask" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from reset" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from reset" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from reset" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from reset" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from reset" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from reset" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from quota" -l per-minute -d 'Calls in any minute' -r
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from quota" -l per-day -d 'Calls in any 24 hours' -r
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from quota" -l agent -d 'Only for this agent' -r
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from quota" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from quota" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from quota" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from quota" -l off -d 'As often as wanted'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from quota" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from quota" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from quota" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from quota" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from log" -l limit -d 'How many at most' -r
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from log" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from log" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from log" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from log" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from log" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from log" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from log" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List the tools, and what may be done with them'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a tool: its arguments, what was decided about it, how often it was called'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "run" -d 'Call a tool'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "allow" -d 'Let a tool be called without asking'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "deny" -d 'Keep a tool from being called: models do not hear of it'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "ask" -d 'Be asked before a tool is called'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "reset" -d 'Forget what was decided about a tool'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "quota" -d 'Say how often a tool may be called'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "log" -d 'List the newest calls, and those that were refused'
complete -c aigw -n "__fish_aigw_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand serve" -l addr -d 'Where to listen; other than this machine\'s own addresses only where clients need a key' -r
complete -c aigw -n "__fish_aigw_using_subcommand serve" -l port -d 'The port, instead of the address\'s; any free one if 0' -r
complete -c aigw -n "__fish_aigw_using_subcommand serve" -l access-log -d 'Append a line of JSON for every request, without what was asked and answered; `-` is stdout' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand serve" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand serve" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand serve" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand serve" -l check -d 'Ask the gateway that listens there whether it is ready, and exit with 0 if so'
complete -c aigw -n "__fish_aigw_using_subcommand serve" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand serve" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand serve" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -f -a "create" -d 'Make a key'
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -f -a "ls" -d 'List the keys'
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -f -a "show" -d 'Show a key: what it is good for and what it has used'
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -f -a "rotate" -d 'Make a new key in place of one'
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -f -a "revoke" -d 'Make a key good for nothing, from the next request on'
complete -c aigw -n "__fish_aigw_using_subcommand key; and not __fish_seen_subcommand_from create ls show rotate revoke help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -s m -l model -d 'A model, route or agent that may be named, such as groq/* or agent:writer; everything if none is given' -r
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l scope -d 'What may be done; chat, embeddings and agents if nothing is said. `shared` is to read and write what all agents remember' -r -f -a "chat\t''
embeddings\t''
agents\t''
shared\t''"
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l expires -d 'How long it is good, such as 30d' -r
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l rpm -d 'Requests a minute' -r
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l tpm -d 'Tokens a minute' -r
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l concurrency -d 'Requests at a time' -r
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l tokens-per-day -d 'Tokens a day, by UTC' -r
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l tokens-per-month -d 'Tokens a month, by UTC' -r
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l usd-per-day -d 'USD a day, by UTC' -r
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l usd-per-month -d 'USD a month, by UTC' -r
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l tag -d 'What else it is called by' -r
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from ls" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from ls" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from ls" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from show" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from show" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from rotate" -l grace -d 'How long the old one is still good' -r
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from rotate" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from rotate" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from rotate" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from rotate" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from rotate" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from revoke" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from revoke" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from revoke" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from revoke" -s y -l yes -d 'Do not ask'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from revoke" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from revoke" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from revoke" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "create" -d 'Make a key'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List the keys'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a key: what it is good for and what it has used'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "rotate" -d 'Make a new key in place of one'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "revoke" -d 'Make a key good for nothing, from the next request on'
complete -c aigw -n "__fish_aigw_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand audit" -s n -l limit -d 'The newest entries, at most so many' -r
complete -c aigw -n "__fish_aigw_using_subcommand audit" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand audit" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand audit" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand audit" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand audit" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand audit" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand drill" -l timing -d 'The benchmark\'s own times, or a fifth of them with a fifth of your timeouts' -r -f -a "fast\t''
full\t''"
complete -c aigw -n "__fish_aigw_using_subcommand drill" -l through -d 'How requests are made: as `aigw chat` makes them into a pipe, through the HTTP gateway, or both; through the gateway by OpenAI\'s responses, Anthropic\'s messages or Gemini\'s format; or all of these' -r -f -a "cli\t''
serve\t''
both\t''
responses\t''
messages\t''
gemini\t''
all\t''"
complete -c aigw -n "__fish_aigw_using_subcommand drill" -l only -d 'Only these scenarios (may be repeated, or with commas)' -r
complete -c aigw -n "__fish_aigw_using_subcommand drill" -l min -d 'How many must pass; all that are played if not set' -r
complete -c aigw -n "__fish_aigw_using_subcommand drill" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand drill" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand drill" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand drill" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand drill" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand drill" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand drill" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -l port -d 'The first one\'s port, the others on the ports after it; any free ports if 0' -r
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -l fault -d 'What goes wrong: `FAULT` for all, `PROVIDER=FAULT` for one; may be repeated' -r
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -l resume -d 'How half an answer is taken up: `MANNER` for all, `PROVIDER=MANNER` for one; may be repeated' -r
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -l rpm -d 'Requests per minute that each allows' -r
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -l tpm -d 'Tokens per minute that each allows' -r
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -l concurrency -d 'Requests at a time that each allows' -r
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -l first-token -d 'How long until the first token' -r
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -l between -d 'How long from token to token' -r
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand simulate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand demo" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand demo" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand demo" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand demo" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand demo" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand demo" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand completions" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand completions" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand completions" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand completions" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand completions" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand completions" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand man" -l dir -d 'Write the pages of all commands into this directory' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand man" -l config -d 'Read this configuration file instead of the usual one' -r -F
complete -c aigw -n "__fish_aigw_using_subcommand man" -l output -d 'How results are printed' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line, as things happen'"
complete -c aigw -n "__fish_aigw_using_subcommand man" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c aigw -n "__fish_aigw_using_subcommand man" -l json -d 'The same as `--output json`'
complete -c aigw -n "__fish_aigw_using_subcommand man" -s q -l quiet -d 'Print no notes and no warnings'
complete -c aigw -n "__fish_aigw_using_subcommand man" -s v -l verbose -d 'Say more about what happens; twice for still more'
complete -c aigw -n "__fish_aigw_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "init" -d 'Set up providers, step by step: find keys, try them, write a configuration'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "chat" -d 'Ask a question and get one answer'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "repl" -d 'Talk with one agent or several at the keyboard'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "session" -d 'List, show and change conversations'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "agent" -d 'List, show, write and change agents'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "chain" -d 'Run agents, tools and people as a graph, and go on with runs that were stopped'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "memory" -d 'Show and change what all agents remember'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "provider" -d 'List, show, test and probe providers, and switch them off and on'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "model" -d 'List and show models'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "route" -d 'List, show and explain routes'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "mcp" -d 'Use tools of MCP servers, and offer yours'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "usage" -d 'Show what was used and what it cost'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "auth" -d 'Store and remove provider keys'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "doctor" -d 'Check the installation: files, keys, databases, the network'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "config" -d 'Show and check the configuration'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "trust" -d 'Let a project\'s own settings, agents and chains be used'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "tool" -d 'List and call tools, and say who may call them'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "serve" -d 'Answer HTTP clients that speak OpenAI\'s, Anthropic\'s or Gemini\'s format'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "key" -d 'Who may ask through `aigw serve`, for what and how much'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "audit" -d 'Show who was given which right, and when'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "drill" -d 'Rehearse outages with your own route, and see how it comes through'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "simulate" -d 'Run wire-accurate stand-ins for providers, with faults on demand'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "demo" -d 'Take a tour on stand-ins: no key, no network'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "completions" -d 'Print completions for a shell'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "man" -d 'Print the manual page, or write all of them'
complete -c aigw -n "__fish_aigw_using_subcommand help; and not __fish_seen_subcommand_from init chat repl session agent chain memory provider model route mcp usage auth doctor config trust tool serve key audit drill simulate demo completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from session" -f -a "ls" -d 'List the newest sessions'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from session" -f -a "show" -d 'Show what was said in a session, and who answered'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from session" -f -a "rename" -d 'Give a session a name, or another one'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from session" -f -a "fork" -d 'Copy a session, to go on in two ways; the copy takes no room'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from session" -f -a "export" -d 'Print a session whole, as Markdown or JSON'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from session" -f -a "rm" -d 'Forget sessions: what was said only there is gone'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from agent" -f -a "ls" -d 'List all agents, and where they come from'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from agent" -f -a "show" -d 'Show an agent as it is understood'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from agent" -f -a "new" -d 'Write a file for a new agent, with a comment for everything that can be set'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from agent" -f -a "edit" -d 'Change an agent in your editor; a built-in one is copied first'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from agent" -f -a "rm" -d 'Remove an agent of yours'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from agent" -f -a "path" -d 'Print where your agents are, or the file of one'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from chain" -f -a "ls" -d 'List all chains, and where they come from'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from chain" -f -a "validate" -d 'Check chains: every mistake with its file and line, before anything is asked'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from chain" -f -a "graph" -d 'Draw a chain: what comes after what'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from chain" -f -a "run" -d 'Run a chain'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from chain" -f -a "resume" -d 'Go on with a run that was stopped, killed, or waits for an answer'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from chain" -f -a "runs" -d 'List the newest runs'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from chain" -f -a "show" -d 'Show a run: who did what, how long it took, what it cost'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "ls" -d 'List the newest entries'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "get" -d 'Print what an entry says'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "set" -d 'Give a key a value, in place of the one that it has'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "add" -d 'Remember something'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "rm" -d 'Forget entries for good, with their history'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "search" -d 'Find what fits some words best'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "embed" -d 'Make vectors of all that has none, so that it is found by what it means'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "stats" -d 'Show how much is remembered, and of what'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "export" -d 'Print entries whole, one JSON object a line'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "import" -d 'Take entries that were exported'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from memory" -f -a "gc" -d 'Remove what has expired, and give its room back'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "ls" -d 'List the providers that can be used now'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "show" -d 'Show one provider: address, keys, timers, what its free tier allows, what probes found out'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "test" -d 'Ask each provider one tiny question with each of its keys: does it work, and if not, why'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "probe" -d 'Ask models what they really can do: tool calls, several at once, schemas, prefill, usage in streams'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "disable" -d 'Switch a provider off, until it is enabled again; the configuration stays as it is'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "enable" -d 'Switch a provider on that was disabled'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "reset" -d 'Forget what is known against a provider: that it rests, that a key is bad, that its limits are used up'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from model" -f -a "ls" -d 'List the models of the providers that can be used now'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from model" -f -a "show" -d 'Show one model: window, prices, abilities, where the figures come from, and what a probe found out'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from route" -f -a "ls" -d 'List the routes and aliases'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from route" -f -a "show" -d 'Show one route: its settings with where they come from, and its models'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from route" -f -a "explain" -d 'Show whom a request would be sent to, in which order and why'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from mcp" -f -a "ls" -d 'List all servers, and how they stand'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from mcp" -f -a "add" -d 'Add a server, once you have seen its command and its tools'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from mcp" -f -a "rm" -d 'Remove a server, and forget that it was approved'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from mcp" -f -a "tools" -d 'Show the tools of a server, and whether they are those that you have approved'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from mcp" -f -a "serve" -d 'Offer your tools, your memory and your agents to programs that speak MCP'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from auth" -f -a "login" -d 'Store a key: typed without being shown, or piped in'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from auth" -f -a "logout" -d 'Remove a provider\'s stored keys'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from auth" -f -a "ls" -d 'List where keys come from; keys themselves are never shown'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show every setting that is in force and where it comes from'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "path" -d 'Print where the configuration file is'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "schema" -d 'Print the JSON Schema of the configuration file'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "validate" -d 'Check a configuration file'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "ls" -d 'List the tools, and what may be done with them'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "show" -d 'Show a tool: its arguments, what was decided about it, how often it was called'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "run" -d 'Call a tool'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "allow" -d 'Let a tool be called without asking'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "deny" -d 'Keep a tool from being called: models do not hear of it'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "ask" -d 'Be asked before a tool is called'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "reset" -d 'Forget what was decided about a tool'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "quota" -d 'Say how often a tool may be called'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "log" -d 'List the newest calls, and those that were refused'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from key" -f -a "create" -d 'Make a key'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from key" -f -a "ls" -d 'List the keys'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from key" -f -a "show" -d 'Show a key: what it is good for and what it has used'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from key" -f -a "rotate" -d 'Make a new key in place of one'
complete -c aigw -n "__fish_aigw_using_subcommand help; and __fish_seen_subcommand_from key" -f -a "revoke" -d 'Make a key good for nothing, from the next request on'
