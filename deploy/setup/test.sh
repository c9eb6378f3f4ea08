#!/usr/bin/env bash
# Tests of the set-up scripts that need neither network nor root; `make check` runs them. They
# expect the private FFmpeg to be built and the ffmpeg program (which links the system's libav).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=deploy/setup/ffmpeg-source.sh
source "$here/ffmpeg-source.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# equal NAME GOT WANT
equal() {
	[[ $2 == "$3" ]] && return
	printf 'FAIL %s\n  got  %q\n  want %q\n' "$1" "$2" "$3" >&2
	failures=$((failures + 1))
}

# Mirrors are read out of either kind of list, and only those that serve the release itself.
mirrors_of() {
	rm -rf "$scratch/apt"
	mkdir -p "$scratch/apt/sources.list.d"
	cat >"$scratch/apt/$1"
	listed_mirrors bookworm "$scratch/apt" | tr '\n' ' '
}
mirrors=$(
	mirrors_of sources.list <<-'LIST'
		# deb http://comment.example/debian bookworm main
		deb cdrom:[Debian GNU/Linux 12.0.0 _Bookworm_ - Official amd64 DVD 20230610-10:23]/ bookworm main
		deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian bookworm main contrib
		deb http://one.example/debian bookworm-updates main
		deb http://security.example/debian-security bookworm-security main
		deb-src http://two.example/debian stable main
		deb http://docker.example/linux/debian bookworm stable
		deb http://pgdg.example/pub bookworm-pgdg main
	LIST
)
equal 'one-line list' "$mirrors" 'http://one.example/debian http://two.example/debian '
mirrors=$(
	mirrors_of sources.list.d/debian.sources <<-'LIST'
		Types: deb deb-src
		# a comment between fields
		URIs: http://a.example/debian
		 http://b.example/debian
		Suites: bookworm bookworm-updates
		Components: main
		Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

		Types: deb
		URIs: http://security.example/debian-security
		Suites: bookworm-security
		Components: main

		Enabled: no
		Types: deb
		URIs: http://off.example/debian
		Suites: bookworm
		Components: main
	LIST
)
equal 'deb822' "$mirrors" 'http://a.example/debian http://b.example/debian '
mirrors=$(mirrors_of sources.list.d/x.list <<<'deb https://x.example/apt nodistro main')
equal 'a list of others' "$mirrors" ''
equal 'a password is not shown' "$(without_password http://user:secret@mirror.example/debian)" 'http://mirror.example/debian'

if [[ ${FFMPEG:-} == system ]]; then
	echo 'set-up scripts: FFMPEG=system, so the private build is not tested' >&2
	exit $((failures > 0))
fi

# A binary with the system's libav in it is refused; that is how the mixture would look.
status=0
"$here/ffmpeg.sh" --check-binary "$(command -v ffmpeg)" 2>/dev/null || status=$?
equal 'a system libav is refused' "$status" 1
status=0
"$here/ffmpeg.sh" --check-binary "$(command -v bash)" || status=$?
equal 'a binary without libav passes' "$status" 0

# The environment names the private build, for cgo's pkg-config as for its cache.
# shellcheck disable=SC2016 # expanded by the inner shell
equal 'the private libavdevice is found' "$(bash -c 'eval "$("$1" --print-env)"; "$PKG_CONFIG" --variable=prefix libavdevice' - "$here/ffmpeg.sh")" "$("$here/ffmpeg.sh" --prefix)"
status=0
XDG_CACHE_HOME=$scratch/empty "$here/ffmpeg.sh" --print-env >/dev/null 2>&1 || status=$?
equal 'no environment before the build' "$status" 7
status=0
FFMPEG=sytem "$here/ffmpeg.sh" 2>/dev/null || status=$?
equal 'a mistyped FFMPEG' "$status" 7

# A later 7.1.x that stands in for the pinned one is found again; a half-made prefix is not.
prefix=$(basename "$("$here/ffmpeg.sh" --prefix)")
later=$scratch/cache/dokaz/ffmpeg-7.1.10-${prefix##*-}
mkdir -p "$later" "$scratch/cache/dokaz/ffmpeg-7.1.9-${prefix##*-}" "$scratch/cache/dokaz/ffmpeg-7.1.11-${prefix##*-}"
touch "$later/stamp" "$scratch/cache/dokaz/ffmpeg-7.1.9-${prefix##*-}/stamp"
equal 'a later version stands in' "$(XDG_CACHE_HOME=$scratch/cache "$here/ffmpeg.sh" --prefix)" "$later"

((failures == 0)) || exit 1
echo 'set-up scripts: ok' >&2
