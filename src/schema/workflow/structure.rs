//! What the grammar says of a workflow or an action: keys, types, events, values, and what expressions may use where.

use super::expressions::Scopes;
use crate::artifact::Kind as FileKind;
use crate::diagnostic::Diagnostic;
use crate::model::{FileFacts, Model};
use crate::schema::expression::{Whole, check_scalar};
use crate::schema::table::{Table, Type};
use crate::schema::tables::WORKFLOWS;
use crate::schema::walk::{Consumer, Extent, Versions, Walk};
use crate::yaml::{Kind, Node};

/// GitHub's service, which reads the grammar: a null is a value, and a number is a string where one is asked for (`TemplateReader`).
struct Service<'s, 'd> {
    scopes: &'s Scopes<'d>,
    /// What is wrong with expressions.
    found: Vec<Diagnostic>,
}

impl<'d> Consumer<'d> for Service<'_, 'd> {
    const NULL_IS_ABSENT: bool = false;
    const TURNS_INTO_STRINGS: bool = true;

    fn expression(&mut self, scalar: Node<'d>, table: Table<'_>, of: Type) {
        let Some(context) = of.context else { return };
        // Most scalars are just texts, and most of those have no dollar.
        let is_text = memchr::memchr(b'$', scalar.source().as_bytes()).is_none();
        if is_text && !may_be_condition(scalar) {
            return;
        }
        let allowed: Vec<&str> = table.group(context).collect();
        let whole = Whole::of(scalar, &allowed);
        self.found.extend(check_scalar(scalar, &allowed, whole, &self.scopes.names_at(scalar)));
    }
}

/// Whether a scalar may stand under `if`, by the characters before it.
fn may_be_condition(scalar: Node<'_>) -> bool {
    let before = scalar.document().text().get(..scalar.span().start as usize).unwrap_or_default().trim_end();
    scalar.has_properties() || ["if:", "if\":", "if':"].iter().any(|key| before.ends_with(key))
}

/// What a file holds that the grammar of GitHub does not take. A file with nothing in it is on its way.
pub fn findings<'d>(model: &Model<'d>, file: FileFacts<'d>, root: Node<'d>) -> Vec<Diagnostic> {
    let name = if file.artifact.kind == FileKind::Action { "action" } else { "workflow" };
    let Some(found) = WORKFLOWS.root("", name).filter(|_| root.kind() != Kind::Empty) else {
        return Vec::new();
    };
    let scopes = Scopes::new(model, file, root);
    let service = Service { scopes: &scopes, found: Vec::new() };
    let mut walk = Walk::new(WORKFLOWS, Versions::ONE, Extent::Whole, service);
    walk.node(root, found.holds);
    let mut found = walk.found;
    found.extend(walk.consumer.found);
    found
}

#[cfg(test)]
mod tests {
    use crate::schema::testing::found;

    fn of(path: &str, text: &str) -> Vec<String> {
        found(&[(path, text)]).into_iter().map(|line| line[path.len() + 1..].to_owned()).collect()
    }

    #[test]
    fn a_workflow_is_held_to_the_grammar_of_github() {
        let text = "on:\n  push:\n    branch: main\n  issues:\n    types: [created]\n  crate:\npermission: read-all\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: a/b@v1\n        run: x\n      - nmae: x\n    timeout-minutes: soon\n  b:\n    uses: o/r/.github/workflows/b.yml@v1\n    steps: []\n  c:\n    steps: []\n";
        assert_eq!(
            of(".github/workflows/a.yml", text),
            [
                "3:5 unknown-key \"branch\": unknown key `branch` in `on.push` | did you mean `branches`?",
                "5:13 invalid-value \"created\": `on.issues.types[0]` is `created`, but must be one of the known values | it may be `opened`, `edited`, `deleted`, `transferred`, `pinned`, `unpinned`, `closed`, `reopened`, `assigned`, `unassigned`, `labeled`, `unlabeled`, `locked`, `unlocked`, `milestoned`, `demilestoned`, `field_added`, `field_removed`, `typed` or `untyped`",
                "6:3 unknown-key \"crate\": unknown key `crate` in `on` | did you mean `create`?",
                "7:1 unknown-key \"permission\": unknown key `permission` in this file | did you mean `permissions`?",
                "12:9 exclusive-keys \"uses\": `uses` does not go with `run` | remove one of the two",
                "14:9 missing-key \"nmae\": `jobs.a.steps[1]` has neither `run` nor `uses` | one of them says what it is",
                "15:22 wrong-type \"soon\": `timeout-minutes` must be a number, but it is a string",
                "18:5 exclusive-keys \"steps\": `steps` does not go with `uses` | remove one of the two",
                "19:3 missing-key \"c\": `jobs.c` has no `runs-on` | add `runs-on`, a string, a list or a mapping",
                "20:5 invalid-value \"steps\": `jobs.c.steps` is empty | give it an item, or remove the key",
            ]
        );
    }

    #[test]
    fn an_action_is_held_to_it_too() {
        let text = "name: x\nruns:\n  using: composite\n  main: x\n  steps:\n    - run: x\n    - {uses: a/b@v1, shell: bash}\nbranding: {color: pink}\n";
        assert_eq!(
            of("action.yml", text),
            [
                "4:3 exclusive-keys \"main\": `main` does not go with `using: composite` | remove one of the two",
                "6:7 missing-key \"run\": `runs.steps[0]` has no `shell` | add `shell`, a string",
                "7:22 exclusive-keys \"shell\": `shell` does not go with `uses` | remove one of the two",
                "8:19 invalid-value \"pink\": `color` is `pink`, but must be `white`, `yellow`, `blue`, `green`, `orange`, `red`, `purple`, `gray-dark` or `black`",
            ]
        );
        assert_eq!(
            of("action.yml", "inputs: {a: {required: 'true', default: 1}}\nruns: {using: nod20, main: x}\n"),
            [
                "2:15 invalid-value \"nod20\": `using` is `nod20`, which is not `docker`, `composite`, `node12`, `node16`, `node20` or `node24` | did you mean `node20`?"
            ]
        );
    }

    #[test]
    fn what_the_service_takes_is_no_finding() {
        for text in [
            "on: [push, repository_dispatch]\njobs: {a: {runs-on: [self-hosted, x], steps: [{run: 1}]}}",
            "on: {create: {tags: v*}, workflow_dispatch: {inputs: {a: }}, workflow_call: {secrets: }}\nname:\nenv: {A: 1, B: true, C: }\njobs: {a: {uses: ./.github/workflows/b.yml, with: {a: 1}, secrets: inherit}}",
            "on: push\nenv: ${{ github.ref }}\npermissions: {}\njobs: {a: {runs-on: {group: x}, timeout-minutes: \"${{ github.ref }}\", strategy: {matrix: \"${{ github.ref }}\"}, steps: [{uses: a/b@v1, with: {a: 1}}]}}",
        ] {
            assert_eq!(of(".github/workflows/a.yml", text), Vec::<String>::new(), "{text}");
        }
        for path in [".gitea/workflows/a.yml", ".forgejo/workflows/a.yml"] {
            assert_eq!(of(path, "on: push\njobs: {a: {x: y}}"), Vec::<String>::new());
        }
    }
}
