#!/bin/sh
# Reads lines and prints a JSON object for each: printf 'it crashed\n' | classify.sh
# Exit codes say what to do: 4 means that nobody could answer now, so whoever calls may try again later.
set -u

schema='{"type": "object", "additionalProperties": false, "required": ["kind", "urgent"],
         "properties": {"kind": {"enum": ["bug", "wish", "question"]}, "urgent": {"type": "boolean"}}}'

while IFS= read -r line; do
    # -n: the rest of stdin is the next line, not a part of the question.
    answer=$(aigw chat -n --no-memory --quiet --schema "$schema" "Classify this message of a user: $line")
    case $? in
    0) printf '%s\n' "$answer" ;;
    4) echo "nobody answers now; stopped before: $line" >&2; exit 4 ;;
    *) echo "left out: $line" >&2 ;;
    esac
done
