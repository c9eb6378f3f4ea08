#!/usr/bin/env bash
# Finds or builds the private FFmpeg that Dokaz links: static, decoders only, no network.
# Why it is private: docs/decisions/0001-private-ffmpeg.md.
#
#   ffmpeg.sh                      build it unless it is there already
#   ffmpeg.sh --print-env          shell exports for `go build -tags "libav nodynamic"`
#   ffmpeg.sh --prefix             where it lies
#   ffmpeg.sh --check-binary FILE  fail if FILE links a libav of the system
#
# FFMPEG=system   link the system's libav instead (must be FFmpeg 7.1: libavcodec 61)
# XDG_CACHE_HOME  default ~/.cache; everything lies in its dokaz/ folder
#
# Exit 7 means that a dependency is missing; the message says which and how to get it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dokaz
libraries=(libavcodec libavdevice libavfilter libavformat libavutil libswresample libswscale)

# shellcheck source=deploy/setup/ffmpeg-source.sh
source "$here/ffmpeg-source.sh"
# shellcheck source=deploy/setup/ffmpeg-compile.sh
source "$here/ffmpeg-compile.sh"

say() { printf 'ffmpeg: %s\n' "$*" >&2; }
die() {
	printf 'ffmpeg: %s\n' "$@" >&2
	exit 7
}

# pinned KEY prints the value of KEY in ffmpeg.version.
pinned() {
	local key value
	while IFS='=' read -r key value; do
		if [[ $key == "$1" ]]; then printf '%s\n' "$value"; fi
	done <"$here/ffmpeg.version"
}

# load_switches fills the array `switches` with the arguments of configure.
load_switches() {
	switches=(
		--disable-everything --disable-programs --disable-doc --disable-network
		--disable-autodetect --disable-debug --enable-zlib --enable-libdav1d
		--enable-static --disable-shared --enable-pic
		# What this code reads is hostile; Debian builds its own FFmpeg with these too.
		'--extra-cflags=-fstack-protector-strong -D_FORTIFY_SOURCE=2'
	)
	local kind names name
	while read -r kind names; do
		[[ -z $kind || $kind == '#'* ]] && continue
		for name in $names; do switches+=("--enable-$kind=$name"); done
	done <"$here/ffmpeg.components"
}

# recipe prints a short hash of all that shapes the build but the FFmpeg version: the switches,
# the processor, and the distribution release (the archives need its libc and its libdav1d).
recipe() {
	local ID='' VERSION_ID='' sum
	# shellcheck source=/dev/null
	[[ -r /etc/os-release ]] && source /etc/os-release
	sum=$(printf '%s\n' "${switches[@]}" "$HOSTTYPE" "$ID-$VERSION_ID" | sha256sum)
	printf '%s\n' "${sum:0:12}"
}

# find_prefix prints the finished build to use: the pinned version, else the newest later 7.1.x
# with the same switches, which exists only where Debian no longer served the pinned one.
find_prefix() {
	local found
	if [[ -f $cache/ffmpeg-$version-$recipe/stamp ]]; then
		printf '%s\n' "$cache/ffmpeg-$version-$recipe"
		return
	fi
	found=$(compgen -G "$cache/ffmpeg-7.1.*-$recipe/stamp" | sort -V | tail -n 1) || return 1
	printf '%s\n' "${found%/stamp}"
}

# print_env prints the environment for the Go tool. cgo's build cache does not look at what
# pkg-config answers, so the define carries the build's identity into the cache key: without it a
# changed FFmpeg would be linked against objects that were compiled for the old one.
print_env() {
	local identity=$1
	printf 'export CGO_ENABLED=1\n'
	printf 'export CGO_CPPFLAGS=%q\n' "-DDOKAZ_FFMPEG=${identity//[!A-Za-z0-9]/_}"
}

print_private_env() {
	local prefix=$1
	print_env "$prefix"
	printf 'export PKG_CONFIG=%q\n' "$prefix/bin/pkg-config-static"
	printf 'export PKG_CONFIG_PATH=%q\n' "$prefix/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
}

# system_version prints the system's libavcodec version, or dies: go-astiav v0.39 speaks to 61.
system_version() {
	local found
	found=$(pkg-config --modversion libavcodec 2>/dev/null) || found=none
	if [[ $found == 61.* ]] && pkg-config --exists "${libraries[@]}"; then
		printf '%s\n' "$found"
		return
	fi
	die "FFMPEG=system needs FFmpeg 7.1 with its headers (libavcodec 61); pkg-config finds: $found." \
		"Install ${libraries[*]/%/-dev} of FFmpeg 7.1, or leave FFMPEG unset to build the private one."
}

# check_binary fails if the file links a shared libav: the private one is static, so a shared one
# would be the system's, silently mixed in.
check_binary() {
	local file=$1 linked found
	if [[ ${FFMPEG:-private} == system ]]; then
		say "FFMPEG=system: $file links the system's libav, as asked"
		return
	fi
	linked=$(ldd "$file")
	if found=$(grep -E 'libav(codec|device|filter|format|util)|libsw(resample|scale)|libpostproc' <<<"$linked"); then
		printf 'ffmpeg: %s links a libav of the system beside the private one:\n%s\n' "$file" "$found" >&2
		exit 1
	fi
}

# ready succeeds if a finished build is there, and says which.
ready() {
	local prefix
	prefix=$(find_prefix) || return 1
	if [[ $prefix == "$cache/ffmpeg-$version-$recipe" ]]; then
		say "ready in $prefix"
	else
		say "ready in $prefix (NOTE: later than the pinned $version, which Debian did not serve)"
	fi
}

# ensure builds the private FFmpeg unless it is there. Two at once: the second waits and finds it.
ensure() {
	ready && return
	[[ $cache == *[[:space:]]* ]] && die "the cache folder \"$cache\" has a blank in its name, which cgo cannot take; set XDG_CACHE_HOME to another folder."
	mkdir -p "$cache/downloads" "$cache/logs"
	exec 9>"$cache/ffmpeg.lock"
	if ! flock --nonblock 9; then
		say "another build is under way; waiting for it"
		flock 9
	fi
	ready && return
	rm -rf "$cache"/scratch.* # left by a build that was killed; ours is the only one now
	scratch=$(mktemp -d "$cache/scratch.XXXXXX")
	trap 'rm -rf "$scratch"' EXIT
	need_tools
	fetch_source "$scratch"
	compile "$scratch"
}

main() {
	version=$(pinned version)
	sha256=$(pinned sha256)
	load_switches
	recipe=$(recipe)
	case ${FFMPEG:-private} in
	private | system) ;;
	*) die "FFMPEG=$FFMPEG is not known; it is \"system\" or unset." ;;
	esac
	local prefix system mode=${FFMPEG:-private}${1:-}
	case $mode in
	*--check-binary) check_binary "${2:?which file?}" ;;
	private) ensure ;;
	private--print-env | private--prefix)
		prefix=$(find_prefix) || die "not built yet; run: make setup"
		if [[ $1 == --prefix ]]; then printf '%s\n' "$prefix"; else print_private_env "$prefix"; fi
		;;
	system)
		system=$(system_version)
		say "using the system's: libavcodec $system"
		;;
	system--print-env)
		system=$(system_version)
		print_env "system_$system"
		;;
	system--prefix) pkg-config --variable=prefix libavcodec ;;
	*)
		sed -n '2,/^set /{s/^# \{0,1\}//;/^set /d;p}' "${BASH_SOURCE[0]}" >&2
		exit 2
		;;
	esac
}

main "$@"
