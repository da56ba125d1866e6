#!/usr/bin/env bash
# Writes the public members of Abstractions, Modules and Framework anew into their PublicAPI.Unshipped.txt, from what the
# analyzer says is missing (RS0016). Run it after public members have changed, and read the difference before committing it.
set -euo pipefail
cd "$(dirname "$0")/.."
for project in Abstractions Modules Framework; do
  folder=src/IRConStyle.$project
  echo '#nullable enable' > "$folder/PublicAPI.Unshipped.txt"
  dotnet build "$folder" -c Release -v q -nologo 2>&1 \
    | sed -n "s/.*error RS0016: Symbol '\(.*\)' is not part of the declared public API.*/\1/p" \
    | LC_ALL=C sort -u > "$folder/obj/public-api.txt" || true
  cat "$folder/obj/public-api.txt" >> "$folder/PublicAPI.Unshipped.txt"
  echo "$folder: $(wc -l < "$folder/obj/public-api.txt") members"
done
