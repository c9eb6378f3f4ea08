#!/usr/bin/env bash
# Fetches axe-core, which judges pages for people who use screen readers and keyboards, for the tests alone: nothing of it is built into
# Dokaz. Takes one pinned version from the npm registry, checks its digest, and keeps it in the cache.
#
#   axe.sh            prints where axe.min.js lies
#
# Exit 7 means that it is not here and cannot be fetched.
set -euo pipefail

version=4.14.1
sha512=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5

cache=${XDG_CACHE_HOME:-$HOME/.cache}/dokaz/axe-core-$version
if [[ ! -f $cache/axe.min.js ]]; then
	command -v npm >/dev/null || {
		printf 'axe: no npm here to fetch axe-core with; install the package npm to have pages judged\n' >&2
		exit 7
	}
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	(cd "$work" && npm pack --silent "axe-core@$version" >/dev/null) || {
		printf 'axe: npm could not fetch axe-core %s\n' "$version" >&2
		exit 7
	}
	printf '%s  %s\n' "$sha512" "$work/axe-core-$version.tgz" | sha512sum --check --quiet
	mkdir -p "$cache"
	tar -xzf "$work/axe-core-$version.tgz" -C "$work" package/axe.min.js
	mv "$work/package/axe.min.js" "$cache/axe.min.js"
fi
printf '%s\n' "$cache/axe.min.js"
