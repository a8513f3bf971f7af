#!/bin/sh
# The quick start as one run: plan, apply, an edit behind git's back, drift, repair. It needs
# `clerkform` on PATH and nothing else, works on a copy, and leaves nothing behind.
set -eu

command -v clerkform >/dev/null || {
  echo 'demo.sh: there is no clerkform on PATH; `make demo` at the root of the repository makes one' >&2
  exit 1
}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
copy=$(mktemp -d "${TMPDIR:-/tmp}/clerkform-demo.XXXXXX")
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$copy/project"
cp "$here/clerkform.yaml" "$here/clerk.yaml" "$copy/project"
cd "$copy/project"
XDG_STATE_HOME=$copy/state # what the sandbox holds goes with the copy
export XDG_STATE_HOME

step() {
  printf '\n--- %s\n' "$*"
}

# run WANTED COMMAND...: show the command, run it, and stop unless it exits with WANTED.
run() {
  wanted=$1
  shift
  printf '$ %s\n' "$*"
  got=0
  "$@" || got=$?
  if [ "$got" -ne "$wanted" ]; then
    printf 'demo.sh: expected exit code %s from the command above, got %s\n' "$wanted" "$got" >&2
    exit 1
  fi
}

step 'A new instance, in a sandbox: everything is to be created (exit code 2: changes are pending)'
run 2 clerkform plan -e sandbox --detailed-exitcode

step 'Create it'
run 0 clerkform apply -e sandbox --auto-approve

step 'The secret of the new API key is in its file, readable by its owner alone'
run 0 test -s .secrets/billing.env

step 'Plan again: nothing to do (exit code 0)'
run 0 clerkform plan -e sandbox --detailed-exitcode

step 'A colleague applies an edit of their own and never commits it'
mv clerk.yaml committed
mv .clerkform/ledger.sandbox.json ours # a checkout of their own has a ledger of its own
cat > clerk.yaml <<'END'
jwt_templates: [{name: backend, lifetime: 3600}]
redirect_urls: [{url: "myapp://callback", absent: true}]
END
run 0 clerkform apply -e sandbox --auto-approve
mv committed clerk.yaml
mv ours .clerkform/ledger.sandbox.json

step 'drift, as cron would run it, finds both differences (exit code 2)'
run 2 clerkform drift -e sandbox

step 'Put it back as git has it'
run 0 clerkform apply -e sandbox --auto-approve

step 'No drift any more (exit code 0)'
run 0 clerkform drift -e sandbox

printf '\nDone. The copy this ran in, %s, is deleted.\n' "$copy"
