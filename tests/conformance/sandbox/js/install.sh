#!/bin/sh
# Installs Clerk's JavaScript SDK and its command line, at the versions of package.json, for
# test_javascript.py and test_cli.py. Needs Node 20.9 or newer and a package registry.
set -eu
cd "$(dirname "$0")"
exec npm install
