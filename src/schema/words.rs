//! The words that messages about all kinds of files are made of: texts of a file cut short, names in a row, and the name that was
//! probably meant.

pub use super::say::{one_of, shown, type_of};

use crate::shape::suggest;
use crate::yaml::Node;
use std::cell::Cell;

/// Names that a message lists at most.
const LISTED: usize = 16;

/// The longest name, in bytes, that is compared with others.
const LONGEST: usize = 64;

/// Names that are compared with wrong ones in one file.
const COMPARED: usize = 10_000;

/// A text of a file as a message repeats it, in backticks.
pub fn quoted(text: &str) -> String {
    format!("`{}`", shown(text))
}

/// That the value of a key is of another type than the one that is expected.
pub fn mistyped(key: &str, expected: &str, value: Node<'_>) -> String {
    format!("{} must be {expected}, but it is {}", quoted(key), type_of(value.resolve()))
}

/// Names of a file in backticks, with a word before the last; of very many the first.
pub fn listed<'n>(names: impl IntoIterator<Item = &'n str>, word: &str) -> String {
    let mut names = names.into_iter();
    let first: Vec<String> = names.by_ref().take(LISTED).map(shown).collect();
    if names.next().is_none() {
        return one_of(first.iter().map(String::as_str), word);
    }
    format!("`{}`, …", first.join("`, `"))
}

/// The name that was probably meant by a wrong one. What is longer than any name that somebody gives is compared with nothing, and
/// nothing with what cannot be near.
pub fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let most = (wrong.len() / 3).max(2);
    let names = names.into_iter().filter(|name| name.len().abs_diff(wrong.len()) <= most);
    (wrong.len() <= LONGEST).then(|| suggest(wrong, names)).flatten()
}

/// The question whether the nearest name is meant, where there is one.
pub fn near<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(wrong, names).map(|near| format!("did you mean {}?", quoted(near)))
}

/// How many names of one file may still be compared with wrong ones.
pub struct Guesses(Cell<usize>);

impl Default for Guesses {
    fn default() -> Self {
        Self(Cell::new(COMPARED))
    }
}

impl Guesses {
    /// The question whether the nearest name is meant, where there is one and not too many were compared before.
    pub fn near<'n>(&self, wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
        let left = self.0.get();
        let mut compared = 0;
        let found = near(wrong, names.into_iter().take(left).inspect(|_| compared += 1));
        self.0.set(left - compared);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_repeats_one_short_line_of_a_text() {
        assert_eq!(quoted("web"), "`web`");
        assert_eq!(quoted("x\ny"), "`x…`");
        assert_eq!(quoted(&"é".repeat(61)), format!("`{}…`", "é".repeat(60)));
    }

    #[test]
    fn names_are_listed_up_to_a_limit() {
        assert_eq!(listed(["a"], "and"), "`a`");
        assert_eq!(listed(["a", "b\nc", "d"], "or"), "`a`, `b…` or `d`");
        assert_eq!(listed(["a"; 17], "and"), format!("{}…", "`a`, ".repeat(16)));
    }

    #[test]
    fn a_near_name_is_asked_for_until_many_were_compared() {
        let (guesses, names) = (Guesses::default(), vec!["deploy"; COMPARED / 2]);
        for asked in [true, true, false] {
            let near = guesses.near("delpoy", names.iter().copied());
            assert_eq!(near.is_some(), asked);
        }
        assert_eq!(near("open", ["opened", "closed"]).as_deref(), Some("did you mean `opened`?"));
        assert_eq!(near(&"x".repeat(LONGEST + 1), [&*"x".repeat(LONGEST)]), None);
    }

    #[test]
    fn no_text_of_a_file_makes_a_message_long_or_breaks_its_line() {
        // A key is at most 1024 characters long.
        let long = "x".repeat(900);
        let workflow = format!(
            "on:\n  push: {{branches: [{long}/]}}\n  schedule: [{{cron: '{long} * * * *', timezone: {long}}}]\n  \
             workflow_dispatch:\n    inputs:\n      {long}: {{type: choice, options: [a, {long}, {long}], default: b{long}}}\n\
             jobs:\n  {long}:\n    runs-on: [ubuntu-latest, windows-{long}]\n    needs: [\"x\\ny\", {long}b]\n    \
             strategy: {{matrix: {{{long}: [{long}, {long}], b: [], exclude: [{{c{long}: d, {long}: e}}]}}}}\n    steps:\n    \
             - {{uses: {long}}}\n    - {{uses: a/{long}}}\n    - {{uses: ../{long}}}\n    \
             - {{run: a, shell: {long}, id: {long}, env: {{a={long}: b, \"c {long}\": d}}}}\n    \
             - run: ${{{{ {long} }}}} ${{{{ {long}() }}}} ${{{{ steps.{long}z.outputs.a }}}} ${{{{ matrix.{long}z }}}} ${{{{ 'a'.{long} }}}}\n  \
             b: {{uses: ./.github/workflows/{long}.yml}}\n  c: {{needs: d{long}, uses: ./.github/workflows/b.yml, with: {{{long}: a, n: {long}}}}}\n  \
             d{long}: {{needs: c, uses: {long}}}\n"
        );
        let called = format!(
            "on: {{workflow_call: {{inputs: {{n: {{type: number}}, b{long}: {{type: string, required: true}}}}}}}}\njobs: {{}}\n"
        );
        let compose = format!(
            "services:\n  {long}:\n    depends_on: [\"x\\ny\", {long}]\n    networks: [{long}]\n    cpu_count: {long}\n    \
             ports: [{long}]\n    volumes: ['{long}:b', 'a:b:c:{long}']\n    restart: {long}\n    image: ${{{long}!}}\n    extra_hosts: [{long}]\n    \
             healthcheck: {{test: [{long}]}}\nsecrets: {{{long}: {{}}}}\nvolumes: {{{long}: {{external: true, driver: {long}}}}}\n"
        );
        let chart = format!(
            "apiVersion: v2\nname: a/{long}\nversion: {long}\nicon: {long}\nkubeVersion: {long}\n\
             maintainers: [{{name: a, email: {long}, url: 'a {long}'}}]\n\
             dependencies: [{{name: {long}, version: {long}, repository: {long}, alias: a.{long}}}, {{name: {long}, version: 1.x.x, alias: a.{long}, repository: 'file://../{long}'}}]\n"
        );
        let schema = format!(
            r#"{{"required": ["{long}"], "additionalProperties": false, "properties": {{
                "a": {{"enum": ["{long}"]}}, "b": {{"const": "{long}"}}, "c": {{"pattern": "{long}"}}, "{long}": {{"type": "string"}}}}}}"#
        );
        let values = format!("a: x\nb: x\nc: y\n{long}: 1\nd{long}: 1\n");
        let files = [
            (".github/workflows/a.yml", &*workflow),
            (".github/workflows/b.yml", &*called),
            ("compose.yaml", &*compose),
            ("web/Chart.yaml", &*chart),
            ("web/values.schema.json", &*schema),
            ("web/values.yaml", &*values),
            ("kustomization.yaml", &*format!("resources: [{long}, {long}]\n")),
        ];
        let lines = crate::schema::testing::found(&files);
        assert!(lines.len() > 50, "{}", lines.len());
        for line in lines {
            let said = line.rsplit_once(&"x".repeat(100)).map_or(&*line, |(_, said)| said);
            assert!(said.contains("\": ") && said.len() < 700, "{line}");
            assert!(!line.contains('\n'), "{line}");
        }
    }
}
