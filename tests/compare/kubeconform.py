#!/usr/bin/env python3
"""Compares plimsoll with `kubeconform -strict` over the same manifests, one object a file: verdicts, and the time of the whole process.

    tests/compare/kubeconform.py CORPUS SCHEMAS PLIMSOLL KUBECONFORM [VERSION]

CORPUS is a folder with manifests; SCHEMAS the folder `kubernetes-json-schema` that
`schemas/generate` unpacks below target/schemas/; PLIMSOLL and
KUBECONFORM are the programs (`go install github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0`). Standard library only.
"""
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SCHEMA_CHECKS = {"unknown-key", "missing-key", "wrong-type", "invalid-value", "duplicate-item", "removed-api", "duplicate-key",
                 "syntax-error"}
FILES = 3000
ROUNDS = 5


def standalone(source, target):
    """Writes schemas without references, as kubeconform reads them: one that refers to itself takes everything there."""
    definitions = json.load(open(os.path.join(source, "_definitions.json")))["$defs"]

    def inline(node, above):
        if isinstance(node, list):
            return [inline(item, above) for item in node]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            name = node["$ref"].split("/")[-1]
            return {} if name in above else inline(definitions[name], above | {name})
        return {key: inline(value, above) for key, value in node.items() if not (key == "description" and isinstance(value, str))}

    os.makedirs(target)
    for name in os.listdir(source):
        if not name.startswith("_") and name != "all.json":
            schema = json.load(open(os.path.join(source, name)))
            if "x-kubernetes-group-version-kind" in schema:
                json.dump(inline(schema, frozenset()), open(os.path.join(target, name), "w"))


def objects(corpus, plimsoll, config):
    """The text of every object in the manifests of a corpus, by its file and its place in it."""
    found = []
    for root in sorted(os.scandir(corpus), key=lambda entry: entry.name):
        if not root.is_dir():
            continue
        listed = subprocess.run([plimsoll, "files", "--format", "json", "--config", config, "."], cwd=root.path, capture_output=True)
        for file in json.loads(listed.stdout or "{}").get("files", []):
            if file["kind"] != "manifest" or not file["path"].endswith((".yaml", ".yml")):
                continue
            text = open(os.path.join(root.path, file["path"]), encoding="utf-8", errors="replace").read()
            parts = re.split(r"(?m)^---[^\n]*\n", text)
            for index, part in enumerate(parts):
                if re.search(r"(?m)^kind:", part) and re.search(r"(?m)^apiVersion:", part):
                    found.append((f"{root.name}/{file['path']}#{index}", part))
    return found


def main():
    corpus, schemas, plimsoll, kubeconform = (os.path.abspath(path) for path in sys.argv[1:5])
    version = sys.argv[5] if len(sys.argv) > 5 else "1.36"
    with tempfile.TemporaryDirectory() as work:
        config = os.path.join(work, "plimsoll.yaml")
        open(config, "w").write("extends: []\nsuppressions: {}\n")
        flat = os.path.join(work, "schemas")
        standalone(os.path.join(schemas, f"v{version}.0-local-strict"), flat)
        location = os.path.join(flat, "{{.ResourceKind}}{{.KindSuffix}}.json")
        found = objects(corpus, plimsoll, config)
        one = os.path.join(work, "one")
        os.makedirs(one)
        names = {}
        for index, (name, text) in enumerate(found):
            names[f"{index:05}.yaml"] = name
            open(os.path.join(one, f"{index:05}.yaml"), "w").write(text)
        theirs_command = [kubeconform, "-strict", "-ignore-missing-schemas", "-schema-location", location, "-n", "2"]
        ours_command = [plimsoll, "check", "--config", config, "--kubernetes-version", version, "--fail-on", "never", "--quiet"]
        theirs = subprocess.run([*theirs_command, "-output", "json", "-verbose", one], capture_output=True, cwd=work)
        verdicts = {}
        for resource in json.loads(theirs.stdout)["resources"]:
            verdicts.setdefault(os.path.basename(resource["filename"]), (resource["status"], resource.get("msg", "")))
        ours = subprocess.run([*ours_command, "--output", "json", "one"], capture_output=True, cwd=work)
        said = {}
        for finding in json.loads(ours.stdout)["diagnostics"]:
            if finding["rule"] in SCHEMA_CHECKS and finding["severity"] == "error":
                said.setdefault(os.path.basename(finding["primary"]["path"]), []).append(finding)
        agree = {"valid": 0, "invalid": 0, "skipped": 0}
        only_theirs, only_ours, skipped = [], [], []
        for name in sorted(names):
            status, message = verdicts.get(name, ("statusEmpty", ""))
            bad = name in said
            if status in ("statusSkipped", "statusEmpty"):
                agree["skipped"] += 1
                if bad:
                    skipped.append(name)
            elif (status != "statusValid") == bad:
                agree["invalid" if bad else "valid"] += 1
            elif bad:
                only_ours.append(name)
            else:
                only_theirs.append((name, message))
        print(f"{len(names)} objects, Kubernetes {version}: both valid {agree['valid']}, both invalid {agree['invalid']}, "
              f"without a schema for kubeconform {agree['skipped']}")
        for title, rows in [("only kubeconform", [(name, message) for name, message in only_theirs]),
                            ("only plimsoll", [(name, said[name][0]["message"]) for name in only_ours]),
                            ("plimsoll, where kubeconform has no schema", [(name, said[name][0]["message"]) for name in skipped])]:
            print(f"\n{title}: {len(rows)}")
            for name, message in rows:
                print(f"  {names[name]}: {message[:300]}")
        many = os.path.join(work, "many")
        os.makedirs(many)
        for index in range(FILES):
            name = sorted(names)[index % len(names)]
            shutil.copy(os.path.join(one, name), os.path.join(many, f"{index:05}.yaml"))
        times = {"kubeconform": [], "plimsoll": []}
        for _ in range(ROUNDS):
            for program, command in [("kubeconform", [*theirs_command, many]), ("plimsoll", [*ours_command, "many"])]:
                start = time.perf_counter()
                subprocess.run(command, capture_output=True, cwd=work)
                times[program].append(time.perf_counter() - start)
        medians = {program: statistics.median(rounds) for program, rounds in times.items()}
        print(f"\n{FILES} manifests, whole process, median of {ROUNDS}: kubeconform {medians['kubeconform'] * 1e3:.0f} ms, "
              f"plimsoll {medians['plimsoll'] * 1e3:.0f} ms, ratio {medians['kubeconform'] / medians['plimsoll']:.1f}")


if __name__ == "__main__":
    main()
