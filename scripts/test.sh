#!/bin/sh
# Runs the linters beside the tests, which often wait for something. Arguments go to Vitest.
set -u
found=$(mktemp)
trap 'rm -f "$found"' EXIT
npm run --silent lint >"$found" 2>&1 &
linters=$!
vitest run "$@"
tests=$?
if ! wait "$linters"; then
  cat "$found"
  echo 'npm run lint has found errors: they are listed above.' >&2
  exit 1
fi
exit "$tests"
