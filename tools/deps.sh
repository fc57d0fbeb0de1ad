#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what this machine lacks to build sedge. Debian 12 and 13; as root or with sudo. A second call
# does only what is left to do; when nothing is, it neither needs root nor talks to the network.
#
#   tools/deps.sh [--test] [--browser]
#     --test      also what the tests need
#     --browser   also a browser for the tests that drive one, where apt offers it
#
# Package names are in third_party/packages-<codename>.txt. V8 comes with Debian's libnode-dev. Where apt
# refuses that, because another vendor's nodejs is installed, the package is unpacked into build/deps
# and the installed nodejs stays as it is.
# Exit status: 0 all is there, 1 something cannot be had, 2 wrong usage.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly deps_dir=$PWD/build/deps
sections=(build)
browser=0
for argument in "$@"; do
  case $argument in
    --test) sections+=(test) ;;
    --browser) browser=1 ;;
    -h | --help) sed -n '3,14s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) echo "tools/deps.sh: unknown argument $argument; there are: --test, --browser, --help" >&2; exit 2 ;;
  esac
done

fail() {
  echo "tools/deps.sh: $*" >&2
  exit 1
}

# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
list=third_party/packages-$codename.txt
if [[ ! -e $list ]]; then
  known=$(cd third_party && printf '%s ' packages-*.txt | sed 's/packages-//g; s/\.txt//g')
  fail "this system is \"$codename\", but there are package lists only for: $known(third_party/packages-*.txt)."
fi

# section NAME: its packages.
section() {
  awk -v name="[$1]" '/^\[/ { on = ($0 == name); next } on && NF && !/^#/ { print $1 }' "$list"
}

installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

missing_of() {
  local package
  for package in "$@"; do installed "$package" || echo "$package"; done
}

is_root() { [[ $(id -u) == 0 ]]; }

can_be_root() { is_root || command -v sudo >/dev/null; }

as_root() {
  if is_root; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

updated=0
update_lists() {
  [[ $updated == 0 ]] || return 0
  updated=1
  can_be_root || return 0
  echo "tools/deps.sh: reading the package lists" >&2
  as_root apt-get update -qq || echo "tools/deps.sh: apt-get update failed; going on with the old lists" >&2
}

apt_install() {
  can_be_root || fail "missing: $*. There is no sudo here; as root, run: apt-get install $*"
  update_lists
  echo "tools/deps.sh: installing $*" >&2
  as_root apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null ||
    fail "apt-get could not install: $*. Its message is above."
}

# unpack PACKAGE...: into build/deps, without touching the system.
unpack() {
  local dir package
  update_lists
  dir=$(mktemp -d)
  chmod 755 "$dir"
  for package in "$@"; do
    echo "tools/deps.sh: unpacking $package into build/deps" >&2
    (cd "$dir" && apt-get download -qq -o APT::Sandbox::User=root "$package" >/dev/null) ||
      fail "apt-get could not download $package. Is $codename among the sources of apt?"
    dpkg -x "$dir/$package"_*.deb "$dir/root"
  done
  # Only when all are there, so that a failed download leaves no half.
  mkdir -p "$deps_dir"
  cp -a "$dir/root/." "$deps_dir/"
  # The shared libraries that they need are installed as usual: first choices, names alone.
  mapfile -t unpacked_libraries < <(for package in "$dir"/*.deb; do dpkg-deb -f "$package" Depends; done |
    tr ',' '\n' | sed 's/|.*//; s/^ *\([a-z0-9.+-]*\).*/\1/' |
    grep '^lib' | grep -v '^libnode' | sort -u)
  rm -rf "$dir"
}

# Whether apt would install these without removing anything: a trial run tells.
apt_takes() {
  update_lists
  local plan
  plan=$(LC_ALL=C apt-get install -s --no-install-recommends "$@" 2>/dev/null) || return 1
  ! grep -q '^Remv ' <<<"$plan"
}

have_v8() {
  local arch
  installed libnode-dev && return 0
  arch=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -print-multiarch)
  [[ -e $deps_dir/usr/include/node/v8.h && -e $deps_dir/usr/lib/$arch/libnode.so ]]
}

install_v8() {
  have_v8 && return
  local packages
  mapfile -t packages < <(section v8)
  if apt_takes "${packages[@]}"; then
    apt_install "${packages[@]}"
    return
  fi
  echo "tools/deps.sh: apt does not install ${packages[0]} beside this machine's nodejs" >&2
  unpack "${packages[@]}"
  local libraries
  mapfile -t libraries < <(missing_of "${unpacked_libraries[@]}")
  [[ ${#libraries[@]} == 0 ]] || apt_install "${libraries[@]}"
}

install_llhttp() {
  local packages
  mapfile -t packages < <(section unpack)
  [[ ${#packages[@]} == 0 ]] && return
  [[ -e /usr/share/llhttp/llhttp.c || -e $deps_dir/usr/share/llhttp/llhttp.c ]] && return
  unpack "${packages[@]}"
}

install_browser() {
  local package
  for package in $(section browser); do
    installed "$package" && continue
    update_lists
    if apt-cache policy "$package" | grep -q 'Candidate: [^(]'; then
      apt_install "$package"
    else
      echo "tools/deps.sh: apt offers no $package; the tests that need one will be skipped" >&2
    fi
  done
}

mapfile -t packages < <(for name in "${sections[@]}"; do section "$name"; done)
mapfile -t missing < <(missing_of "${packages[@]}")
[[ ${#missing[@]} == 0 ]] || apt_install "${missing[@]}"
install_v8
install_llhttp
[[ $browser == 0 ]] || install_browser
