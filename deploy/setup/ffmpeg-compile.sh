# shellcheck shell=bash disable=SC2154 # the variables named below are set by ffmpeg.sh
# Sourced by ffmpeg.sh: turns the tarball into an installed prefix, whole or not at all.
# Uses cache, version, sha256, recipe, switches, libraries, tarball, here, say and die of ffmpeg.sh.

need_tools() {
	local tool missing=()
	for tool in gcc make pkg-config xz tar; do command -v "$tool" >/dev/null || missing+=("$tool"); done
	[[ $HOSTTYPE != x86_64 ]] || command -v nasm >/dev/null || missing+=(nasm)
	pkg-config --exists dav1d 2>/dev/null || missing+=(libdav1d-dev)
	pkg-config --exists zlib 2>/dev/null || missing+=(zlib1g-dev)
	((${#missing[@]} == 0)) || die "missing for the build: ${missing[*]}; run: $here/packages.sh build"
}

# compile DIR builds in DIR and moves the result to its place with one rename.
compile() {
	local dir=$1 began=$SECONDS
	local prefix=$cache/ffmpeg-$version-$recipe log=$cache/logs/ffmpeg-$version-$recipe.log
	mkdir "$dir/source"
	tar --extract --xz --file="$tarball" --directory="$dir/source" --strip-components=1
	(
		cd "$dir/source" || exit
		# What the caller's make and shell have set is not in the cache key, so it may not matter.
		unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES CFLAGS CPPFLAGS LDFLAGS ASFLAGS
		say "configuring FFmpeg $version"
		./configure --prefix="$prefix" "${switches[@]}" >"$log" 2>&1 || build_failed configure "$log"
		check_configuration "$log"
		say "compiling FFmpeg $version, once, on $(nproc) cores (log: $log)"
		local objects
		objects=$(make --dry-run 2>/dev/null | grep -c '^printf "\(CC\|X86ASM\|AS\)\\t') || objects=0
		nice make -j"$(nproc)" 2>&1 | tee -a "$log" | progress "$objects" || build_failed make "$log"
		make install DESTDIR="$dir/installed" >>"$log" 2>&1 || build_failed 'make install' "$log"
	)
	finish "$dir/installed$prefix" "$prefix"
	say "built in $((SECONDS - began)) s: $prefix"
}

build_failed() {
	tail -n 25 "$2" >&2
	die "$1 failed; the whole log is $2"
}

# check_configuration LOG fails unless configure took every switch, and took nothing that opens
# files, the network or devices by itself, nor code under another licence.
check_configuration() {
	local log=$1 bad
	if bad=$(grep -E 'did not match anything|^WARNING: Disabled' "$log"); then
		die "configure left out what was asked for (log: $log):" "$bad"
	fi
	if bad=$(grep -E '^#define CONFIG_(GPL|NONFREE|VERSION3|NETWORK) 1' config.h); then
		die "configure turned on what must stay off: $bad"
	fi
	bad=$(grep -E '^#define CONFIG_(.*_(ENCODER|MUXER|PROTOCOL|INDEV|OUTDEV|HWACCEL)|(HLS|DASH|CONCAT|IMAGE2|IMF|SDP|RTSP|RTP|WEBM_DASH_MANIFEST)_DEMUXER) 1' config_components.h) || return 0
	die "configure took in components that must not be in the binary:" "$bad"
}

# progress TOTAL reads make's output and shows how far it is: a line that rewrites itself on a
# terminal, a line every ten seconds elsewhere.
progress() {
	local total=$1 line done=0 shown=$SECONDS began=$SECONDS
	while IFS= read -r line; do
		[[ $line == CC$'\t'* || $line == X86ASM$'\t'* || $line == AS$'\t'* ]] && done=$((done + 1))
		if [[ -t 2 ]] && ((SECONDS > shown)); then
			printf '\rffmpeg: %d of %d objects, %d s ' "$done" "$total" "$((SECONDS - began))" >&2
			shown=$SECONDS
		elif ((SECONDS >= shown + 10)); then
			say "$done of $total objects, $((SECONDS - began)) s"
			shown=$SECONDS
		fi
	done
	if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
}

# finish STAGED PREFIX completes the staged tree and renames it into place. The stamp is written
# last inside it, so that a prefix with a stamp is a whole one.
finish() {
	local staged=$1 prefix=$2 library
	for library in "${libraries[@]}"; do
		[[ -f $staged/lib/pkgconfig/$library.pc && -f $staged/lib/$library.a ]] ||
			die "the build left no $library; without it the system's would be linked"
	done
	mkdir -p "$staged/bin"
	# A static library's own dependencies are printed with --static only, and cgo cannot say it.
	printf '#!/bin/sh\nexec pkg-config --static "$@"\n' >"$staged/bin/pkg-config-static"
	chmod +x "$staged/bin/pkg-config-static"
	printf 'version=%s\nsha256=%s\nrecipe=%s\nconfigure=%s\n' \
		"$version" "$sha256" "$recipe" "${switches[*]}" >"$staged/stamp"
	rm -rf "$prefix"
	mv "$staged" "$prefix"
}
