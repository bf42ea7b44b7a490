#!/usr/bin/env python3
"""Holds plimsoll's findings in workflows against actionlint's, line by line.

    tests/compare/actionlint.py FOLDER PLIMSOLL ACTIONLINT

FOLDER holds workflow files (each is looked at as one of a repository of its own); PLIMSOLL and ACTIONLINT are the programs
(`go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12`). Standard library only.
"""
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile


def said(command, folder):
    """What a program prints as JSON in a folder."""
    return json.loads(subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout or "[]")


def main():
    folder, plimsoll, actionlint = (os.path.abspath(path) for path in sys.argv[1:4])
    files = sorted(name for name in os.listdir(folder) if name.endswith((".yaml", ".yml")))
    kinds = collections.defaultdict(lambda: [0, 0])
    ours_only, theirs_only = 0, []
    for name in files:
        with tempfile.TemporaryDirectory() as work:
            workflows = os.path.join(work, ".github", "workflows")
            os.makedirs(workflows)
            subprocess.run(["git", "init", "--quiet", work], check=True)
            shutil.copy(os.path.join(folder, name), workflows)
            with open(os.path.join(work, "plimsoll.yaml"), "w", encoding="utf-8") as config:
                config.write("extends: []\n")
            report = said([plimsoll, "check", "--output", "json", "--quiet"], work)
            ours = {it["primary"]["start"]["line"] for it in report["diagnostics"]}
            theirs = said([actionlint, "-no-color", "-shellcheck=", "-pyflakes=", "-format", "{{json .}}"], work)
        for it in theirs:
            kinds[it["kind"]][1] += 1
            if it["line"] in ours:
                kinds[it["kind"]][0] += 1
            else:
                theirs_only.append(f"{name}:{it['line']} {it['kind']}: {it['message'][:160]}")
        ours_only += len(ours - {it["line"] for it in theirs})
    both, all_of_them = (sum(counts[index] for counts in kinds.values()) for index in (0, 1))
    print(f"{len(files)} files: actionlint {all_of_them} findings, {both} of them on a line of ours; {ours_only} lines are ours alone")
    for kind, (found, count) in sorted(kinds.items()):
        print(f"  {kind}: {found} of {count}")
    print("\n".join(["only actionlint:", *theirs_only]))


if __name__ == "__main__":
    main()
