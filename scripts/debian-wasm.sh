#!/bin/sh
# The wasm target from Debian's packages, for machines where `rustup target add` cannot reach its server. Needs root:
#
#     sudo sh scripts/debian-wasm.sh
#
# Installs Debian's Rust for the web, the standard library's source and a linker; builds the standard library once for
# wasm32 and puts it into Debian's own sysroot. Rust from rustup is left alone: only builds for wasm use what is made here.
set -eu

bin=${EDGEGATE_DEBIAN_BIN:-/usr/bin} # tests put stand-ins here
target=wasm32-unknown-unknown
packages="rustc-web cargo-web rust-web-src lld-22"

# Another apt-get may hold a lock that no option waits for.
try() {
  for wait in 5 15 30; do
    "$@" && return 0
    echo "once more in $wait s: $*" >&2
    sleep "${EDGEGATE_RETRY_WAIT:-$wait}"
  done
  "$@"
}

export DEBIAN_FRONTEND=noninteractive
try apt-get update -q
try apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends $packages

unset RUSTUP_TOOLCHAIN RUSTC RUSTC_WRAPPER CARGO_BUILD_TARGET CARGO_TARGET_DIR CARGO_ENCODED_RUSTFLAGS 2>/dev/null || true
PATH=$bin:$PATH
export PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/src"
: >"$work/src/lib.rs"
printf '[package]\nname = "std-for-wasm"\nversion = "0.0.0"\nedition = "2021"\n' >"$work/Cargo.toml"
# embed-bitcode lets a release build with `lto = true` link against it; `test` is for wasm-bindgen-test.
(cd "$work" && RUSTFLAGS="-C embed-bitcode=yes" RUSTC_BOOTSTRAP=1 "$bin/cargo" build --release --target $target \
  -Z build-std=std,panic_abort,test)

lib=$("$bin/rustc" --print target-libdir --target $target)
mkdir -p "$lib"
rm -f "$lib"/*.rlib "$lib/edgegate-stamp"
cp "$work/target/$target/release/deps/"*.rlib "$lib/"
"$bin/rustc" --version >"$lib/edgegate-stamp" # a later compiler cannot read this library: the stamp tells
echo "Debian's Rust can build for $target now: $lib"
