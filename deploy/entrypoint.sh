#!/bin/sh
# Secrets are mounted as files, each named like the variable that the program reads it from.
set -eu
umask 077
for file in "${SECRETS:-/run/secrets}"/*; do
    if [ -f "$file" ]; then
        export "$(basename "$file")=$(cat "$file")"
    fi
done
exec lachan "$@"
