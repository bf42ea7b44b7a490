//! What a path says about a file, before its content is looked at.

use super::{Context, Kind, Recognition};

/// What a path, or the first line, says.
pub enum Verdict {
    /// It settles the kind.
    Certain(Recognition),
    /// YAML or JSON whose content decides; what the name suggests, if it suggests anything.
    Yaml(Option<Recognition>),
}

/// Where the rules of a project stand, from its root.
pub const RULE_FOLDER: &str = ".plimsoll/rules";

/// Endings of examples that are copied to the name without them.
const EXAMPLE_SUFFIXES: [&str; 5] = [".example", ".sample", ".dist", ".template", ".tmpl"];
/// Endings of files that an engine renders.
const TEMPLATE_SUFFIXES: [&str; 7] = [".gotmpl", ".j2", ".jinja", ".jinja2", ".erb", ".tpl", ".mustache"];

/// Directory (without a closing slash, empty for the root) and file name of a path.
pub fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Whether the name alone says that no rule reads such a file, so that it need not be opened.
pub fn is_unrelated(path: &str, context: &Context<'_>) -> bool {
    if (context.set)(path).is_some() {
        return false;
    }
    // Without an extension a first line may name a shell.
    let stem = split(path).1.trim_start_matches('.');
    stem.contains('.') && matches!(by_name(path, context), Named::Unknown)
}

/// Reads a path, and the first line where a path says nothing.
pub fn recognise(path: &str, text: &str, context: &Context<'_>) -> Verdict {
    match by_name(path, context) {
        Named::Certain(kind, reason) => Verdict::Certain(Recognition::new(kind, reason)),
        Named::Yaml(presumed) => Verdict::Yaml(presumed.map(|(kind, reason)| Recognition::new(kind, reason))),
        Named::Json(presumed) if presumed.is_some() || mentions_an_object(text) => {
            Verdict::Yaml(presumed.map(|(kind, reason)| Recognition::new(kind, reason)))
        }
        Named::Json(_) => Verdict::Certain(Recognition::new(Kind::Data, "JSON without apiVersion and kind")),
        Named::TemplateFile if text.contains("{{") || text.contains("{%") || text.contains("<%") => {
            Verdict::Certain(Recognition::new(Kind::Template, "file ending of a template"))
        }
        Named::TemplateFile | Named::Unknown => Verdict::Certain(by_first_line(text)),
    }
}

fn mentions_an_object(text: &str) -> bool {
    text.contains("\"apiVersion\"") && text.contains("\"kind\"")
}

fn by_first_line(text: &str) -> Recognition {
    match shebang_shell(text) {
        Some(shell) => Recognition::new(Kind::Script, format!("first line names {shell}")),
        None => Recognition::new(Kind::Other, "no known name and no shell in its first line"),
    }
}

/// The shell that `#!` names, directly or through `env` with its options.
fn shebang_shell(text: &str) -> Option<&str> {
    let line = text.trim_start_matches('\u{feff}').lines().next()?.strip_prefix("#!")?;
    let mut words = line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    let mut program = words.next()?;
    if program == "env" {
        program = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
    }
    ["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"].into_iter().find(|&shell| shell == program)
}

enum Named {
    Certain(Kind, String),
    Yaml(Option<(Kind, String)>),
    Json(Option<(Kind, String)>),
    TemplateFile,
    Unknown,
}

fn by_name(path: &str, context: &Context<'_>) -> Named {
    let (directory, full_name) = split(path);
    let lower = full_name.to_ascii_lowercase();
    let stripped = EXAMPLE_SUFFIXES.iter().find_map(|suffix| Some((lower.strip_suffix(suffix)?, *suffix)));
    let (name, suffix) = match stripped {
        Some((name, suffix)) if !name.is_empty() => (name, suffix),
        _ => (&*lower, ""),
    };
    let because = |what: &str| match suffix {
        "" => what.to_owned(),
        _ => format!("{what}, example ending {suffix} stripped"),
    };
    let certain = |kind, what: &str| Named::Certain(kind, because(what));
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);

    if is_chart_template(directory, context) {
        return certain(Kind::Template, "in templates/ of a chart");
    }
    if matches!(full_name, "Chart.lock" | "requirements.lock") {
        return certain(Kind::Chart, "lock file of a chart's dependencies");
    }
    if TEMPLATE_SUFFIXES.iter().any(|ending| name.ends_with(ending)) {
        return Named::TemplateFile;
    }
    match extension {
        "yaml" | "yml" => return yaml_by_name(directory, name, context, &because),
        "json" if path == crate::baseline::FILE_NAME => return certain(Kind::Config, "baseline of plimsoll"),
        "json" if name == "values.schema.json" => {
            return certain(Kind::Data, "JSON Schema of a chart's values");
        }
        "json" if is_values_stem(name.trim_end_matches(".json")) => {
            return Named::Json(Some((Kind::Values, because("name of a values file"))));
        }
        "json" if name == "package.json" => return certain(Kind::Package, "name of a package's metadata"),
        "json" => return Named::Json(None),
        "md" | "markdown" => return certain(Kind::Doc, "Markdown"),
        "sh" | "bash" | "ksh" | "zsh" => return certain(Kind::Script, "file ending of a shell script"),
        "mk" => return certain(Kind::Makefile, "file ending of a makefile"),
        "dockerfile" | "containerfile" => return certain(Kind::Dockerfile, "file ending of a Dockerfile"),
        "dockerignore" => return Named::Unknown,
        _ => {}
    }
    if name == "kustomization" {
        return certain(Kind::Kustomization, "name of a kustomization");
    }
    if name == ".envrc" {
        return certain(Kind::Script, "direnv runs it in bash");
    }
    if starts_word(name, "dockerfile") || starts_word(name, "containerfile") {
        return certain(Kind::Dockerfile, "name of a Dockerfile");
    }
    if matches!(name, "makefile" | "gnumakefile" | "bsdmakefile") || name.starts_with("makefile.") {
        return certain(Kind::Makefile, "name of a makefile");
    }
    if is_dotenv(name, extension) || (name == "env" && !suffix.is_empty()) {
        return certain(Kind::Env, "name of a dotenv file");
    }
    Named::Unknown
}

fn yaml_by_name(
    directory: &str,
    name: &str,
    context: &Context<'_>,
    because: &dyn Fn(&str) -> String,
) -> Named {
    let certain = |kind, what: &str| Named::Certain(kind, because(what));
    let presumed = |kind, what: &str| Named::Yaml(Some((kind, because(what))));
    let stem = name.trim_end_matches(".yaml").trim_end_matches(".yml");
    let (above, folder) = split(directory);
    let forge = split(above).1;
    if folder == "workflows" && matches!(forge, ".github" | ".gitea" | ".forgejo") {
        return Named::Certain(Kind::Workflow, because(&format!("in {forge}/workflows")));
    }
    if directory.strip_prefix(RULE_FOLDER).is_some_and(|below| below.is_empty() || below.starts_with('/')) {
        return Named::Certain(Kind::Config, format!("rule file, in {RULE_FOLDER}"));
    }
    let in_values_folder = folder == "values" && context.in_chart(directory);
    match stem {
        "plimsoll" | ".plimsoll" => certain(Kind::Config, "configuration of plimsoll"),
        "chart" => presumed(Kind::Chart, "Chart.yaml"),
        "values" if context.charts.contains(directory) => {
            certain(Kind::Values, "values.yaml beside Chart.yaml")
        }
        "requirements" if context.charts.contains(directory) => {
            certain(Kind::Chart, "dependencies of a chart")
        }
        "kustomization" => presumed(Kind::Kustomization, "name of a kustomization"),
        "action" => presumed(Kind::Action, "name of an action's metadata"),
        "pnpm-lock" => certain(Kind::Data, "lock file of a package manager"),
        _ if is_values_stem(stem) => presumed(Kind::Values, "name of a values file"),
        _ if in_values_folder => presumed(Kind::Values, "in values/ of a chart"),
        _ if ["compose", "docker-compose", "docker-stack"].iter().any(|word| starts_word(stem, word)) => {
            presumed(Kind::Compose, "name of a Compose file")
        }
        _ => Named::Yaml(None),
    }
}

/// Whether a directory is the `templates` of a chart, or lies in one.
fn is_chart_template(directory: &str, context: &Context<'_>) -> bool {
    let mut at = directory;
    while !at.is_empty() {
        let (above, name) = split(at);
        if name == "templates" && context.in_chart(above) {
            return true;
        }
        at = above;
    }
    false
}

fn is_values_stem(stem: &str) -> bool {
    starts_word(stem, "values") || ["-values", ".values", "_values"].iter().any(|end| stem.ends_with(end))
}

/// Whether a name starts with a word that goes no further: `compose`, `compose-dev`, `compose2`; not `composer`.
fn starts_word(name: &str, word: &str) -> bool {
    name.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn is_dotenv(name: &str, extension: &str) -> bool {
    // `.env.ts` and the like are programs that declare the variables.
    let program = ["ts", "js", "mjs", "cjs", "tsx", "py", "rb", "go", "php", "toml", "html"];
    name == ".env" || (extension == "env" || name.starts_with(".env.")) && !program.contains(&extension)
}
