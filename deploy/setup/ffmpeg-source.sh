# shellcheck shell=bash disable=SC2154 # the variables named below are set by ffmpeg.sh
# Sourced by ffmpeg.sh: gets FFmpeg's source tarball and proves that it is the right one.
# Uses cache, version, sha256, say and die of ffmpeg.sh.

# fetch_source DIR sets `tarball`, `version` and `sha256` to a source that can be trusted: the
# pinned one from the download folder, else what Debian's archive serves under its signature.
fetch_source() {
	local dir=$1
	tarball=$cache/downloads/ffmpeg_$version.orig.tar.xz
	if [[ -f $tarball ]]; then
		if sha256sum --status --check <<<"$sha256  $tarball"; then
			say "source: $tarball"
			return
		fi
		say "$tarball is not the pinned source (SHA-256 differs); leaving it alone"
	fi
	fetch_with_apt "$dir/apt" || no_source
}

# no_source is the one message for a machine that cannot reach the source.
no_source() {
	die "the source of FFmpeg $version could not be had. Any one of these helps:" \
		" 1. let this machine reach a Debian mirror that serves trixie's source packages;" \
		" 2. put the upstream tarball (Debian calls it ffmpeg_$version.orig.tar.xz, ffmpeg.org" \
		"    ffmpeg-$version.tar.xz; the bytes are the same, SHA-256" \
		"    $sha256) at" \
		"    $cache/downloads/ffmpeg_$version.orig.tar.xz" \
		" 3. FFMPEG=system, where the system has FFmpeg 7.1 with headers (libavcodec 61)."
}

# own_mirrors prints the mirrors this machine itself uses for Debian, one a line.
own_mirrors() {
	local ID='' VERSION_CODENAME=''
	# shellcheck source=/dev/null
	[[ -r /etc/os-release ]] && source /etc/os-release
	[[ $ID != debian ]] || listed_mirrors "$VERSION_CODENAME" /etc/apt
}

# listed_mirrors CODENAME DIR reads both kinds of source list (sources.list(5)) in the apt folder
# DIR and prints the URIs that serve the release's main component: its suite itself, not the
# security, updates or backports suites, which may live elsewhere.
listed_mirrors() {
	local codename=$1 dir=$2 files=()
	mapfile -t files < <(compgen -G "$dir/sources.list"; compgen -G "$dir/sources.list.d/*.list"; compgen -G "$dir/sources.list.d/*.sources")
	((${#files[@]} > 0)) || return 0
	awk -v code="$codename" '
		function suite(s) { return s == code || s ~ /^(stable|oldstable|testing|unstable|sid|trixie)$/ }
		function flush(  i, n, u) {
			if (types ~ /deb/ && wanted && main && enabled != "no") {
				n = split(uris, u, " ")
				for (i = 1; i <= n; i++) if (u[i] !~ /^cdrom:/ && !seen[u[i]]++) print u[i]
			}
			types = uris = enabled = field = ""; wanted = main = 0
		}
		FNR == 1 { flush() }
		/^[ \t]*#/ { next }
		FILENAME ~ /\.list$/ {
			sub(/\[[^]]*\]/, "")
			if ($1 !~ /^deb(-src)?$/ || !suite($3)) next
			types = $1; uris = $2; wanted = 1
			for (i = 4; i <= NF; i++) if ($i == "main") main = 1
			flush(); next
		}
		/^[ \t]*$/ { flush(); next }
		/^[A-Za-z-]+:/ { field = tolower($1); sub(/:.*/, "", field); sub(/^[^:]*:/, "") }
		field == "types" { types = types " " $0 }
		field == "uris" { uris = uris " " $0 }
		field == "enabled" { enabled = $1 }
		field == "suites" { for (i = 1; i <= NF; i++) if (suite($i)) wanted = 1 }
		field == "components" { for (i = 1; i <= NF; i++) if ($i == "main") main = 1 }
		END { flush() }
	' "${files[@]}"
}

# fetch_with_apt DIR downloads Debian 13's source package in a folder of its own: own list, own
# indexes, own cache. The system's lists and cache are not touched, and root is not needed.
fetch_with_apt() {
	local dir=$1 mirror
	command -v apt-get >/dev/null || return 1
	mkdir -p "$dir"/{lists,archives}/partial "$dir/got"
	# The machine's way to the network (proxy, certificates) is kept; its hooks are not run.
	apt-config dump Acquire >"$dir/apt.conf"
	cat >>"$dir/apt.conf" <<-CONF
		Dir::Etc::main "/dev/null";
		Dir::Etc::parts "/dev/null";
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "-";
		Dir::State::lists "$dir/lists";
		Dir::Cache "$dir";
		Dir::Cache::archives "$dir/archives";
		APT::Sandbox::User "$(id -un)";
	CONF
	for mirror in $(own_mirrors); do
		say "asking $(without_password "$mirror") for the source package"
		fetch_from_mirror "$dir" "$mirror" && return
		say "no FFmpeg 7.1 source there: $(grep -m 1 -E '^[EW]: ' "$dir/log")"
	done
	return 1
}

# without_password prints the URI without a user's name and password.
without_password() { sed -E 's#//[^/@]*@#//#' <<<"$1"; }

# fetch_from_mirror DIR URI downloads, checks and keeps the tarball. apt verifies the archive's
# signature over the index, the index over the .dsc, and the .dsc over the tarball.
fetch_from_mirror() {
	local dir=$1 mirror=$2 keyring=/usr/share/keyrings/debian-archive-keyring.gpg option='' got=()
	[[ -r $keyring ]] && option="[signed-by=$keyring] "
	printf 'deb-src %s%s trixie main\n' "$option" "$mirror" >"$dir/sources.list"
	local -x APT_CONFIG=$dir/apt.conf
	apt-get --quiet=2 --error-on=any update >"$dir/log" 2>&1 || return 1
	(cd "$dir/got" && apt-get --quiet=2 source --download-only ffmpeg) >>"$dir/log" 2>&1 || return 1
	got=("$dir"/got/ffmpeg_7.1.*.orig.tar.xz)
	[[ ${#got[@]} -eq 1 && -f ${got[0]} ]] || return 1
	accept "${got[0]}"
}

# accept FILE keeps a tarball that apt vouches for and sets tarball, version and sha256 by it. The
# pinned version must have the pinned digest; another 7.1.x is used, loudly, under its own key.
accept() {
	local file=$1 served digest
	served=$(basename "$file" .orig.tar.xz)
	served=${served#ffmpeg_}
	digest=$(sha256sum "$file")
	digest=${digest%% *}
	if [[ $served == "$version" && $digest != "$sha256" ]]; then
		die "Debian serves FFmpeg $served with another digest than the pinned one:" \
			" served $digest" " pinned $sha256" "Refusing to build it."
	fi
	if [[ $served != "$version" ]]; then
		say "NOTE: Debian serves FFmpeg $served, the pin is $version (deploy/setup/ffmpeg.version)."
		say "NOTE: building $served, which apt has verified; decoded pixels may differ from a build with the pin."
	fi
	version=$served sha256=$digest
	tarball=$cache/downloads/ffmpeg_$served.orig.tar.xz
	{ cp "$file" "$tarball.part" && mv "$tarball.part" "$tarball"; } || die "cannot write $tarball"
	say "source: FFmpeg $version, SHA-256 $sha256"
}
