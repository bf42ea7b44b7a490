#!/usr/bin/env bash
# Compares `deploy-outside-pipeline` with the guard that the organisation of the labelled files runs on pull requests: a grep over its
# workflows. Both read the same roots and are held against the same labelled lines.
#
#   tests/compare-guard.sh [CORPUS]     CORPUS is ../shared/corpus unless it is given; PLIMSOLL names a program that is built already
set -euo pipefail
shopt -s nullglob
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
corpus=${1:-$here/../shared/corpus}
if [[ ! -f $corpus/truth/violations.tsv ]]; then
  echo "no labelled lines in $corpus; name the folder of the corpus" >&2
  exit 2
fi
corpus=$(cd "$corpus" && pwd)
if [[ -z ${PLIMSOLL:-} ]]; then
  cargo build --release --locked --quiet --manifest-path "$here/Cargo.toml"
  PLIMSOLL=$here/target/release/plimsoll
fi
PLIMSOLL=$(realpath -- "$PLIMSOLL")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The guard's pattern. In single quotes `\\[` is a backslash and an open bracket expression, whose `e-e` … `n-e` is no range: grep
# exits with 2, and `if grep` takes that for "nothing matches". Mended, the bracket is a character.
written='(kubectl[[:space:]]|kustomize[[:space:]]|runs-on:[[:space:]]*\\[self-hosted|faultmaven-enterprise-infra)'
mended='(kubectl[[:space:]]|kustomize[[:space:]]|runs-on:[[:space:]]*\[self-hosted|faultmaven-enterprise-infra)'

# Every root: the repository, the folder, the path of the folder in it. Histories hold one root a folder.
roots() {
  local repository root
  for repository in "$corpus"/faultmaven/*/; do
    repository=${repository%/}
    if [[ $repository == *-history ]]; then
      for root in "$repository"/*/; do
        printf '%s\t%s\t%s\n' "${repository##*/}" "$root" "$(basename "$root")/"
      done
    else
      printf '%s\t%s\t\n' "${repository##*/}" "$repository"
    fi
  done
}

# What the guard reports in the current folder with a pattern: `file:line` of every match in a workflow but itself.
guard() {
  local file status
  for file in .github/workflows/*.yml .github/workflows/*.yaml; do
    [[ $file == *policy-no-direct-k8s-deploy* ]] && continue
    status=0
    grep -nE -- "$1" "$file" >"$work/matches" 2>"$work/complaint" || status=$?
    if ((status > 1)); then
      cat "$work/complaint" >>"$work/complaints"
    else
      sed -n "s|^\([0-9]*\):.*|$file:\1|p" "$work/matches"
    fi
  done
}

lint() {
  local status=0
  "$PLIMSOLL" check --config "$here/tests/migration.yaml" --select deploy-outside-pipeline --output concise --quiet . \
    >"$work/found" || status=$?
  if ((status > 1)); then
    echo "plimsoll ended with $status" >&2
    exit 2
  fi
  sed -n 's/^\(.*\):\([0-9]*\):[0-9]*: error\[deploy-outside-pipeline\].*/\1:\2/p' "$work/found"
}

: >"$work/complaints"
while IFS=$'\t' read -r repository root prefix; do
  cd "$root"
  for who in written mended plimsoll; do
    case $who in
      plimsoll) lint ;;
      *) guard "${!who}" ;;
    esac | sort -u | sed "s|^|$who\t$repository/$prefix|" >>"$work/reported"
  done
done < <(roots)

sort "$work/complaints" | uniq -c | sed 's/^ *\([0-9]*\) /guard as written, on \1 files: /'
awk -F '\t' '
  FILENAME ~ /violations/ { if (FNR > 1 && $4 == "P1") label[$1 "/" $2 ":" $3] = $6; next }
  FILENAME ~ /negatives/ { if (FNR > 1 && $4 == "P1") { line = $1 "/" $2 ":" $3; if (!(line in label)) label[line] = "negative" } next }
  { reported[$1, $2] = 1; total[$1]++; kind = ($2 in label) ? label[$2] : "unlisted"; count[$1, kind]++; lines[$2] = kind }
  END {
    for (line in label) { all[label[line]]++; lines[line] = label[line] }
    split("written mended plimsoll", who, " ")
    title["written"] = "guard as written"; title["mended"] = "guard, bracket mended"; title["plimsoll"] = "plimsoll"
    printf "%-22s %13s %14s %7s %9s %9s %8s %9s\n", "", "certain found", "certain missed", "recall", "debatable", "negatives", "unlisted", "precision"
    for (i = 1; i <= 3; i++) {
      w = who[i]; found = count[w, "certain"] + 0; right = found + count[w, "debatable"]
      printf "%-22s %13d %14d %7.2f %9d %9d %8d %9s\n", title[w], found, all["certain"] - found, found / all["certain"], \
        count[w, "debatable"], count[w, "negative"], count[w, "unlisted"], total[w] ? sprintf("%.2f", right / total[w]) : "-"
    }
    print "\nlines on which they differ:"
    for (line in lines) {
      a = reported["written", line]; b = reported["mended", line]; c = reported["plimsoll", line]
      if (a + b == 0 && c || b && !c || a != b && !c)
        printf "%s\t%s\t%s%s%s\n", line, lines[line], a ? "written " : "", b ? "mended " : "", c ? "plimsoll" : "" | "sort -t: -k1,1 -k2,2n"
    }
  }
' "$corpus/truth/violations.tsv" "$corpus/truth/negatives.tsv" "$work/reported"
