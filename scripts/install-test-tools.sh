#!/bin/sh
# Installs what the tests drive from outside, on Debian and Ubuntu: Chromium and the AWS CLI. Does nothing where both are there.
set -eu
missing=''
[ -x /usr/bin/chromium ] || missing="$missing chromium"
command -v aws >/dev/null || missing="$missing awscli"
[ -n "$missing" ] || exit 0
as_root=''
[ "$(id -u)" -eq 0 ] || as_root=sudo
$as_root apt-get update -qq
# shellcheck disable=SC2086 -- one word a package
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
