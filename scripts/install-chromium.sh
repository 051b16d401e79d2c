#!/bin/sh
# Installs the browser that tests/browser drives, on Debian and Ubuntu. Does nothing where it is there already.
set -eu
[ -x /usr/bin/chromium ] && exit 0
as_root=''
[ "$(id -u)" -eq 0 ] || as_root=sudo
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
