//! What we add to CEL for deployments: images, commands, namespaces, globs.

use super::Call;
use crate::expr::library::{command, image};
use crate::expr::program::{Budget, Fault};
use crate::expr::value::{Origin, Text, Value};
use crate::expr::view::View;
use crate::shell::Dialect;
use std::borrow::Cow;

type Answer<'a> = Result<Value<'a>, Fault>;

/// `image(text)`
pub(super) fn image<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    let text = call.text(0, budget)?;
    budget.spend_text(8 * text.text.len())?;
    Ok(image::ImageSource::Text(text).image())
}

/// `shell(text)`, `shell(text, 'sh')`
pub(super) fn shell<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    let text = call.text(0, budget)?;
    // Some 50 ns a byte, where a step is some 10 ns.
    budget.spend(1000 + 20 * text.text.len())?;
    let dialect = match call.args.get(1) {
        Some(_) if matches!(&*call.str(1, budget)?, "sh" | "dash" | "ash") => Dialect::Posix,
        _ => Dialect::Bash,
    };
    let reading = budget.scripts.read(&text.text, dialect);
    let commands = command::commands(&text, &reading);
    // The facts of a command are derived at once.
    budget.spend(80 * commands.len())?;
    Ok(Value::List(commands.into()))
}

/// The names of an option behind the receiver.
fn names<'c>(call: &'c Call<'_, '_>, budget: &Budget) -> Result<Vec<Cow<'c, str>>, Fault> {
    (1..call.args.len()).map(|at| call.str(at, budget)).collect()
}

/// `command.has(name, …)`
pub(super) fn has<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    let names = names(call, budget)?;
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    match &call.args[0] {
        Value::Made(made) => {
            spend_args(made, budget)?;
            command::has(made, &names)
        }
        _ => None,
    }
    .ok_or_else(|| call.fault("is a method of commands"))
}

/// `command.flag(name, …)`
pub(super) fn flag<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    let names = names(call, budget)?;
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    match &call.args[0] {
        Value::Made(made) => {
            spend_args(made, budget)?;
            command::flag(made, &names)
        }
        _ => None,
    }
    .ok_or_else(|| call.fault("is a method of commands"))
}

fn spend_args(made: &crate::expr::value::Made<'_>, budget: &mut Budget) -> Result<(), Fault> {
    let args = made.facts.iter().map(|fact| if let Value::List(list) = fact { list.len() } else { 0 }).sum();
    budget.spend_elements(args)
}

/// `namespace(object)`: where it is not said, it is marked at the object's name.
#[expect(clippy::unnecessary_wraps)] // the table's type
pub(super) fn namespace<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    let mut field = |of: &Value<'a>, name: &str| of.entry(&Value::made(name.to_owned()), budget);
    let metadata = field(&call.args[0], "metadata");
    let said = metadata.as_ref().and_then(|metadata| field(metadata, "namespace"));
    let name = metadata.as_ref().and_then(|metadata| field(metadata, "name"));
    Ok(match said {
        Some(said) if !said.is_null() && !matches!(said.view(budget), View::Str(text) if text.is_empty()) => {
            said
        }
        _ => {
            let origin = name.and_then(|name| name.place()).map_or(Origin::None, Origin::Place);
            Value::Text(Text { text: Cow::Borrowed("default"), origin })
        }
    })
}

fn matches<'a>(call: &Call<'_, 'a>, pattern: usize, path: usize, budget: &mut Budget) -> Answer<'a> {
    let (pattern, path) = (call.str(pattern, budget)?, call.str(path, budget)?);
    budget.spend(100 + 8 * (pattern.len() + path.len()))?;
    let glob = budget.globs.compile(&pattern);
    match &*glob {
        Ok(glob) => Ok(Value::Bool(glob.matches(&path))),
        Err(reason) => Err(call.fault(format_args!("cannot read its pattern: {reason}"))),
    }
}

/// `glob(pattern, path)`
pub(super) fn glob<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    matches(call, 0, 1, budget)
}

/// `path.glob(pattern)`
pub(super) fn globs<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    matches(call, 1, 0, budget)
}

#[cfg(test)]
mod tests {
    use crate::expr::{Budget, Expected, Mode, Scope, Stop, Type, Value, compile};
    use crate::yaml::{Document, Options, parse};

    const STEP: &str = "\
run: |
  kubectl -n \"${{ inputs.ns }}\" apply -f a.yaml
  bash -c \"helm upgrade 'web' ./chart $HELM_ARGS\"
  docker run redis:7 ls
folded: \"kubectl\\tdelete ns\\n\"
image: ghcr.io/a/b:${TAG}
metadata: {name: web, namespace: prod}
";

    fn evaluate(document: &Document, source: &str) -> String {
        let scope = Scope::new(&[("x", Type::Node)]);
        let program = compile(source, &scope).unwrap_or_else(|problems| panic!("{source}: {problems:?}"));
        let slots = [document.roots().next().map_or(Value::Null, Value::Node)];
        match program.evaluate(&slots, &mut Budget::default()) {
            Ok(value) => value.show(),
            Err(Stop::Budget) => "over budget".to_owned(),
            Err(Stop::Error { message, .. }) => format!("error: {message}"),
        }
    }

    #[test]
    fn commands_are_asked_about_and_what_is_not_known_is_unknown() {
        let document = parse(STEP, Options::default());
        for (source, expected) in [
            ("shell(x.run).map(c, c.name)", "kubectl, bash, helm, docker, ls"),
            ("shell(x.run)[0].flag('-n')", "(unknown)"),
            ("shell(x.run)[0].flag('n', 'namespace')[0] == 'prod'", "(unknown)"),
            ("shell(x.run)[0].has('n')", "true"),
            ("shell(x.run)[0].has('--dry-run')", "false"),
            ("shell(x.run)[2].has('--wait')", "(unknown)"),
            ("shell(x.run)[2].how", "script"),
            ("shell(x.run)[2].args", "upgrade, web, ./chart, (unknown)"),
            ("shell(x.run).filter(c, c.how == 'container')[0].text", "ls"),
            ("shell(x.run).exists(c, c.name == 'kubectl' && 'apply' in c.subcommand)", "true"),
            ("shell('kubectl $X')[0].subcommand == ['apply']", "(unknown)"),
            ("shell(x.absent)", "(none)"),
            ("shell('a', 'sh')[0].certain", "true"),
            ("{'a': 1}.has('b')", "error: `has` is a method of commands"),
            ("shell('a <<E\\nb\\nE\\n')[0].stdin", "b\n"),
            ("image(x.image).tag == 'a'", "(unknown)"),
            ("image(x.image).repository", "a/b"),
            ("image('redis').registry", "docker.io"),
            ("namespace(x)", "prod"),
            ("namespace({})", "default"),
            ("'a/b.yaml'.glob('**/*.yaml') && !glob('*.yaml', 'a/b.yaml')", "true"),
        ] {
            assert_eq!(evaluate(&document, source), expected, "{source}");
        }
        assert!(evaluate(&document, "glob('[', 'a')").starts_with("error: `glob` cannot read its pattern"));
    }

    #[test]
    fn words_keep_their_places_in_the_file() {
        let document = parse(STEP, Options::default());
        for (condition, marked) in [
            ("!shell(x.run).exists(c, c.name == 'helm')", "helm"),
            ("shell(x.run).all(c, c.subcommand != ['apply'])", "apply"),
            ("shell(x.run).all(c, c.args.all(a, a != 'web'))", "web"),
            ("shell(x.folded).all(c, c.name != 'kubectl')", "kubectl"),
            ("shell(x.folded).all(c, !c.has('force') && c.args[1] != 'ns')", "ns"),
            ("namespace(x) != 'prod'", "prod"),
            ("image(x.image).repository != 'a/b'", "a/b"),
        ] {
            let program = compile(condition, &Scope::new(&[("x", Type::Node)])).expect(condition);
            let slots = [document.roots().next().map_or(Value::Null, Value::Node)];
            let failures =
                program.failures(Expected::True, &slots, &[], &mut Budget::default()).expect(condition);
            let places: Vec<_> = failures
                .iter()
                .flat_map(|failure| {
                    failure.place.into_iter().chain(failure.related.iter().map(|(place, _)| *place))
                })
                .map(|place| place.span.of(STEP))
                .collect();
            assert!(places.contains(&marked), "{condition}: {places:?}");
        }
    }

    #[test]
    fn misspelt_facts_are_errors_when_a_rule_loads() {
        for (source, help) in [
            ("shell('x').exists(c, c.nmae == 'kubectl')", "did you mean `name`?"),
            ("image('x').tga", "did you mean `tag`?"),
        ] {
            let problems = compile(source, &Scope::default()).expect_err(source);
            assert_eq!(problems[0].help.as_deref(), Some(help), "{source}");
        }
    }

    #[test]
    fn scripts_are_paid_for() {
        let script = "a; ".repeat(10_000);
        let source = format!("shell('{script}').size()");
        let program = compile(&source, &Scope::default().with_mode(Mode::Lenient)).expect("it compiles");
        assert!(matches!(program.evaluate(&[], &mut Budget::new(100_000)), Err(Stop::Budget)));
    }
}
