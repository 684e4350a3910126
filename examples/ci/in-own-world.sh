#!/usr/bin/env bash
# Runs a command in a world of its own on a simulator that many jobs share, as in
#   ESIMULATOR_URL=http://simulator:4010 ESIMULATOR_TOKEN=... ./in-own-world.sh npm test
# The command finds base URLs and credentials in its environment. What a job that is
# killed leaves behind goes by itself after an hour.
set -euo pipefail

: "${1:?give the command to run, as in npm test}"

world="ci-${CI_JOB_ID:-$$-$RANDOM}"

npx esimulator world create "$world" --ttl 1h
trap 'npx esimulator world remove "$world"' EXIT

variables=$(npx esimulator world env "$world")
eval "$variables"

"$@"
