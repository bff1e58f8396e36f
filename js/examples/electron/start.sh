#!/bin/sh
# Runs the app against a backend of one's own. Needs the Electron binary (`npm install` here fetches it), and a running
#   agent-identity serve --token-file token --account acct-1 --user user-1
# whose address is the first argument, as in
#   ./start.sh http://127.0.0.1:8080 ../path/to/token
set -eu
cd "$(dirname "$0")"
origin=${1:?the address that agent-identity serve printed}
token=${2:?the token file that agent-identity serve was given}
export EXAMPLE_AUTHAPI_BASE="$origin/api/accounts" EXAMPLE_RESPONSES_URL="$origin/backend-api/codex/responses"
export EXAMPLE_ACCOUNT=acct-1 EXAMPLE_USER=user-1 EXAMPLE_TOKEN_FILE="$token"
exec ./node_modules/.bin/electron .
