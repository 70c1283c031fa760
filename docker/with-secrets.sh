#!/bin/sh
# Runs a command with the secrets that its program takes only from the environment: NAME_FILE=path becomes NAME=value.
set -eu
for name in DATABASE_URL REDIS_URL; do
  eval "file=\${${name}_FILE:-}"
  [ -n "$file" ] || continue
  value=$(cat "$file")
  export "$name=$value"
done
exec "$@"
