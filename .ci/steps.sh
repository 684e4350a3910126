# Steps of a CI run, for .ci/run: one after the other, or two at a time.

step() { printf '\n== %s\n' "$*"; }

# Runs steps two at a time, begun in their order. What a step prints comes whole, once it and those before it have ended.
# Ends the script with 1 if any failed, when all have ended. Not to be called behind `if`, `!`, `&&` or `||`: `set -e` is off there.
# side_by_side TITLE FUNCTION [TITLE FUNCTION]...
side_by_side() {
  local logs titles=() failed=() at=0 running
  logs=$(mktemp -d)
  while [ $# -gt 0 ] || [ "$at" -lt "${#titles[@]}" ]; do
    running=$(jobs -rp | wc -l)
    if [ $# -gt 0 ] && [ "$running" -lt 2 ]; then
      run_step "$2" "$logs/${#titles[@]}" &
      titles+=("$1")
      shift 2
    elif [ -e "$logs/$at.status" ] || [ "$running" -eq 0 ]; then
      step "${titles[at]}"
      cat "$logs/$at.log"
      # A step without a status was killed.
      [ "$(cat "$logs/$at.status" 2>&1)" = 0 ] || failed+=("${titles[at]}")
      at=$((at + 1))
    else
      sleep 0.2
    fi
  done
  rm -r "$logs"
  [ ${#failed[@]} -eq 0 ] && return
  printf '\nfailed: %s\n' "${failed[@]}" >&2
  exit 1
}

# Runs a function until its first command that fails, and leaves its status beside what it printed.
# run_step FUNCTION PATH
run_step() {
  local began=$SECONDS status
  set +e
  (
    set -e
    "$1"
  ) >"$2.log" 2>&1 </dev/null
  status=$?
  printf '(%s s)\n' $((SECONDS - began)) >>"$2.log"
  # At once whole, since the other side looks whether it is there.
  echo "$status" >"$2.status.next"
  mv "$2.status.next" "$2.status"
}
