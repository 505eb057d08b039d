#!/bin/sh
# Runs a command; when it fails, asks why, and fails with the same code: why.sh cargo build
set -u

log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$@" >"$log" 2>&1
code=$?
cat "$log"
[ "$code" -eq 0 ] && exit 0

# The end of it is where the error is. If nobody can answer, the command's own output was shown all the same.
tail -c 8000 "$log" |
    aigw chat --no-memory --timeout 60s "This is how \`$*\` failed, with code $code. Say in a few lines why, and what to do." >&2
exit "$code"
