#!/bin/sh
# Runs the tests of bootstrap and teardown where Python has moto and its harness is there; says so where they are not run.
set -eu
cd "$(dirname "$0")/../.."
if ! python3 -c 'import moto.server' 2>/dev/null; then
  echo 'NOT RUN: the tests of bootstrap and teardown. They need moto 5 with its server for python3.'
elif [ ! -f "${SALLYPORT_AWS_CHECK:-../shared/aws-check}/aws_check.py" ] && [ ! -f ../../shared/aws-check/aws_check.py ]; then
  echo 'NOT RUN: the tests of bootstrap and teardown. SALLYPORT_AWS_CHECK has to name the harness that runs functions on moto.'
else
  exec node_modules/.bin/vitest run --config tests/bootstrap/vitest.config.ts "$@"
fi
