#!/bin/sh
# Prints a commit message for what is staged: git commit -F <(examples/commit-message.sh) -e
set -eu

if git diff --cached --quiet; then
    echo "nothing is staged" >&2
    exit 1
fi
# The answer goes to stdout, what aigw has to say about it to stderr. No tools, no memory: the diff is all there is to know.
git diff --cached --stat --patch |
    aigw chat --no-memory --max-tokens 400 \
        "Write a commit message for this change: one line of at most 72 characters that says what is different now, a blank line, then why, if the change shows it. Nothing else."
