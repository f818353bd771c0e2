#!/usr/bin/env bash
# What the tests need beside Python: brought by apt-get where that may be, else named, with what is skipped without it.
set -u
missing=()
command -v chromium >/dev/null 2>&1 || missing+=(chromium fonts-noto-cjk)
command -v pdftotext >/dev/null 2>&1 || missing+=(poppler-utils)
compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || command -v initdb >/dev/null 2>&1 || missing+=(postgresql)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 && exit 0
fi
echo "not on this machine, and could not be installed here: ${missing[*]}"
echo "the tests that need them are skipped and say so; install them with: apt-get install ${missing[*]}"
