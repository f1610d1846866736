#!/usr/bin/env bash
# The whole job without a person: check.sh LETSPING [DIR]. `./run --check` calls it after set-up.
#
# Test data, a free port, the stock client as agent and the test approver as the person. Prints
# `check NAME ok` or `check NAME FAILED DETAIL` per step, last `check passed` or `check failed`.
# Steps after a failed one still run where they can: each line stands for itself.
set -uo pipefail
letsping=$(realpath "$1")
keep=${2:-}
python=build/venv/bin/python

work=$(mktemp -d)
# A long path on purpose: the admin socket must work where a socket address has no room for it.
home=${keep:-$work/$(printf 'a-directory-with-a-long-name-%.0s' 1 2 3 4 5)}
data=$home/data
mkdir -p "$home"
server= agents=() api_key=
clean_up() {
  for agent in "${agents[@]}"; do kill "$agent" 2>/dev/null; done
  [ -n "$server" ] && kill -KILL "$server" 2>/dev/null
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

failures=0
ok() { printf 'check %s ok\n' "$1"; }
failed() {
  printf 'check %s FAILED %s\n' "$1" "$(tr '\n' ' ' <<<"$2" | cut -c1-400)"
  failures=$((failures + 1))
}
# check NAME COMMAND…: in this shell; what the command said is the detail of its failure.
check() {
  local name=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    ok "$name"
  else
    set -- $?
    failed "$name" "$(tail -n 5 "$work/said" | grep . || echo "exit status $1")"
  fi
}
# eventually SECONDS COMMAND…: tries again until it succeeds.
eventually() {
  local end=$((SECONDS + $1)) said
  shift
  until said=$("$@" 2>&1); do
    [ $SECONDS -lt "$end" ] || { printf '%s\n' "$said"; return 1; }
    sleep 0.1
  done
}
holds() { grep -qF -- "$1" "$2" || { tail -n 3 "$2"; return 1; }; }

start_server() {
  : >"$work/out"
  "$letsping" serve --data "$data" --listen 127.0.0.1:0 >"$work/out" 2>>"$work/server.log" &
  server=$!
  eventually 10 grep -q '^listening ' "$work/out" || { tail -n 5 "$work/server.log"; return 1; }
}
server_address() { sed -n 's/^listening //p' "$work/out"; }
base_url() { server_address | sed 's|localhost\(.*\)|127.0.0.1\1/api|'; }
stop_server() {
  local stopping=$server
  server=
  kill -TERM "$stopping" && wait "$stopping"
}

make_key() {
  api_key=$("$letsping" key create --data "$data" --project default --role agent --name check \
    --json | demo/field key)
}

# The key to the content and the mark inside it: in memory here, never in a file or an argument.
content_key=$(head -c 32 /dev/urandom | base64 -w0)
marker=plaintext-$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
# with_key COMMAND…: the command as an approver or agent that holds the content key.
with_key() { LETSPING_ENCRYPTION_KEY=$content_key "$@"; }

start_agent() {  # start_agent NAME
  LETSPING_BASE_URL=$(base_url) \
    LETSPING_API_KEY=$api_key DEMO_MARKER=$marker \
    with_key "$python" demo/agent.py --links "$(server_address)" --json --timeout 60 \
    >"$work/$1.agent" 2>"$work/$1.error" &
  agents+=($!)
  eventually 15 grep -q '"asked"' "$work/$1.agent" || { cat "$work/$1.error"; return 1; }
}
asked_id() { grep '"asked"' "$work/$1.agent" | demo/field id; }
agent_decided() {  # agent_decided NAME TEXT
  eventually 30 holds '"decided"' "$work/$1.agent" && holds "$2" "$work/$1.agent"
}
review() { with_key "$letsping" review "$@" --data "$data"; }
listed() { review list --json | grep -F -- "$1"; }
status_is() {  # status_is ID STATUS, as the agent sees it
  LETSPING_BASE_URL=$(base_url) LETSPING_API_KEY=$api_key "$python" -c '
import sys, letsping
status = letsping.LetsPing().get_request_status(sys.argv[1])["status"]
sys.exit(0 if status == sys.argv[2] else f"{status} instead of {sys.argv[2]}")' "$1" "$2"
}
rejecting_again() {
  review reject "$1" --test-approver --reason "too late"
  local status=$?
  [ $status = 7 ] || { echo "exit status $status instead of 7"; return 1; }
}
logged() { "$letsping" log show --data "$data" --project default --json | grep -F -- "$1"; }
# What a third party pins at the beginning, and then holds the log against.
pin_keys() { "$letsping" trust export --data "$data" --project default >"$work/trust.json"; }
verify_log() {
  "$letsping" log verify --data "$data" --project default --trust "$work/trust.json" --allow-test
}
# Where TEXT stands in what the server wrote: data, signer state, log, standard output.
written() { grep -rlaF -e "$1" "$data" "$data.signer" "$work/server.log" "$work/out"; }
absent() { ! written "$1"; }

# ---- the steps ----------------------------------------------------------------------------------
check init "$letsping" init --data "$data" --test
check serve start_server
check key make_key
check ask start_agent first
first=$(asked_id first 2>/dev/null)
check listed eventually 5 listed "$first"
check approve review approve "$first" --test-approver
check wake-up agent_decided first '"status": "APPROVED"'
check same-payload holds '"unchanged": true' "$work/first.agent"
check decided-once rejecting_again "$first"

check ask-again start_agent second
second=$(asked_id second 2>/dev/null)
check reject review reject "$second" --test-approver --reason "not on a Friday"
check reason agent_decided second 'not on a Friday'

check logged logged decision.approved
check logged-rejection logged decision.rejected
check trust pin_keys
check log-verify verify_log
check search-finds written "$first"  # the two that follow could not fail otherwise
check blind-payload absent "$marker"
check blind-key absent "$content_key"
check stop stop_server
check restart start_server
check still-approved status_is "$first" APPROVED
check still-rejected status_is "$second" REJECTED
check log-verify-again verify_log
check stop-again stop_server

[ -z "$keep" ] || echo "kept $data and $data.signer"
if [ $failures = 0 ]; then
  echo "check passed"
else
  tail -n 20 "$work/server.log" >&2
  echo "check failed"
  exit 1
fi
