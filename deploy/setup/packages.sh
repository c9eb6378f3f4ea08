#!/usr/bin/env bash
# Installs the Debian packages Dokaz needs, by group; quick and offline when they are there.
#
#   packages.sh GROUP…
#     build   what `make build` needs: compiler, assembler, the two libraries FFmpeg uses
#     demo    what makes the fixture set: the ffmpeg program (a tool, never linked), a speech
#             synthesiser, sample photographs and clips
#     test    demo, and what tests compare with or run: redis-server, 7z, chromium, pdftotext, exiftool, gpg
#     check   shellcheck, for `make check`
#
# Exit 7 means that something is missing and this script may not or cannot install it.
set -euo pipefail

say() { printf 'packages: %s\n' "$*" >&2; }
die() {
	printf 'packages: %s\n' "$@" >&2
	exit 7
}

build=(gcc libc6-dev make pkg-config nasm libdav1d-dev zlib1g-dev xz-utils ca-certificates)
demo=(ffmpeg espeak-ng forensics-samples-files)
test=("${demo[@]}" redis-server p7zip-full chromium poppler-utils libimage-exiftool-perl gnupg libchromaprint-tools python3-faiss)
check=(shellcheck)

# wanted GROUP… prints the packages of the groups.
wanted() {
	local group
	for group in "$@"; do
		case $group in
		build) printf '%s\n' "${build[@]}" ;;
		demo) printf '%s\n' "${demo[@]}" ;;
		test) printf '%s\n' "${test[@]}" ;;
		check) printf '%s\n' "${check[@]}" ;;
		*)
			sed -n '2,/^set /{s/^# \{0,1\}//;/^set /d;p}' "${BASH_SOURCE[0]}" >&2
			exit 2
			;;
		esac
	done
}

# absent PACKAGE… prints those that are not installed.
absent() {
	local present
	present=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p') || true
	comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$present")
}

# as_root runs a command as root: directly, or through sudo. Without a terminal sudo must not ask.
as_root() {
	if [[ $EUID -eq 0 ]]; then
		"$@"
	elif [[ -t 0 ]]; then
		sudo -- "$@"
	else
		sudo --non-interactive -- "$@"
	fi
}

# may_install dies unless this user can become root.
may_install() {
	local packages=("$@") remedy
	remedy="as root, run: apt-get update && apt-get install --no-install-recommends ${packages[*]}"
	[[ $EUID -eq 0 ]] && return
	command -v sudo >/dev/null || die "missing: ${packages[*]}" "you are not root and there is no sudo; $remedy"
	[[ -t 0 ]] || sudo --non-interactive true 2>/dev/null ||
		die "missing: ${packages[*]}" "sudo wants a password and there is no terminal to ask on; $remedy"
}

# apt_get runs apt-get and waits its turn: dpkg's lock has an option for that, the lists' lock has none.
apt_get() {
	local errors tries
	errors=$(mktemp)
	for tries in {1..120}; do
		if as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get --quiet --option DPkg::Lock::Timeout=600 "$@" \
			</dev/null 2>"$errors" >&2; then
			rm -f "$errors"
			return
		fi
		grep -q 'Could not get lock' "$errors" || break
		((tries > 1)) || say "another apt is at work; waiting for it"
		sleep 5
	done
	cat "$errors" >&2
	rm -f "$errors"
	die "apt-get $1 failed; its own words are above"
}

# without_redis COMMAND… keeps the package redis-server from starting its service while it runs:
# tests start a redis-server of their own, and nobody asked for one of the system. A policy that
# the machine has already is left alone.
without_redis() {
	local policy=/usr/sbin/policy-rc.d ours=
	if [[ ! -e $policy ]]; then
		ours=yes
		as_root tee "$policy" >/dev/null <<-'POLICY'
			#!/bin/sh
			# Put here by Dokaz while it installs packages; safe to delete.
			case $1 in redis-server*) exit 101 ;; esac
		POLICY
		as_root chmod 755 "$policy"
		# shellcheck disable=SC2064 # the path is wanted as it is now
		trap "as_root rm -f '$policy'" EXIT
	fi
	"$@"
	if [[ $ours ]]; then
		as_root rm -f "$policy"
		trap - EXIT
	fi
}

main() {
	(($# > 0)) || wanted ''
	local packages missing
	packages=$(wanted "$@")
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		say "not a Debian system; please see to it that these, or what is called so here, are installed:"
		say "${packages//$'\n'/ }"
		return
	fi
	# shellcheck disable=SC2086 # one word per package
	missing=$(absent $packages)
	[[ -n $missing ]] || return 0
	# shellcheck disable=SC2086
	may_install $missing
	say "installing ${missing//$'\n'/ }"
	apt_get update
	# shellcheck disable=SC2086
	without_redis apt_get install --yes --no-install-recommends $missing
	if [[ $missing == *redis-server* ]] && [[ -d /run/systemd/system ]]; then
		as_root systemctl --quiet disable redis-server.service
	fi
	# shellcheck disable=SC2086
	missing=$(absent $packages)
	[[ -z $missing ]] || die "apt-get reported success, yet these are not installed: ${missing//$'\n'/ }"
}

main "$@"
