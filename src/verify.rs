//! Runs the examples of rules: each is a small repository that goes through the engine, and what its marks and the findings of its rule
//! do not agree in is a fault of the example.

mod accept;

pub use accept::{Edit, Remedy, apply};

use crate::artifact::{self, Kind};
use crate::config::{Date, FILE_NAME, RawConfig, RuleSetting, Settings, unknown_rules_of};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::discover::{self, Origin, Outcome};
use crate::engine::{self, Job};
use crate::model::Model;
use crate::policy::Runs;
use crate::progress::Progress;
use crate::rule::{self, Catalog, Example, Finding, RawRule, Rule, Verdict};
use crate::shape::{Mistake, to_json};
use crate::source::{FileId, Place, SourceFile, Sources, Span};
use crate::yaml::{self, Document, Options};
use rayon::prelude::*;
use std::sync::Arc;

/// The day on which examples run, so that dates in them mean the same for ever.
pub const TODAY: &str = "2026-01-01";

/// A rule whose examples were run.
#[derive(Debug)]
pub struct Tested {
    /// Its id in its file.
    pub id: Arc<str>,
    /// Where that stands.
    pub place: Place,
    /// Its examples, in the order of the file.
    pub trials: Vec<Trial>,
}

/// An example that was run.
#[derive(Debug)]
pub struct Trial {
    /// What it shows.
    pub verdict: Verdict,
    /// Which of the rule's examples of this verdict it is, from 1.
    pub number: usize,
    /// Where it stands.
    pub place: Place,
    /// What is wrong with it, in the order of the text; empty if it holds.
    pub faults: Vec<Fault>,
    /// What makes it hold.
    pub remedy: Remedy,
}

/// Something in an example that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where, in the rule file.
    pub place: Place,
    /// What, in a few words.
    pub message: String,
}

impl Tested {
    /// Whether any example shows what the rule finds.
    pub fn has_bad(&self) -> bool {
        self.trials.iter().any(|trial| trial.verdict == Verdict::Bad)
    }
}

impl Trial {
    /// The example in words: `bad example 2`.
    pub fn name(&self) -> String {
        format!("{} example {}", self.verdict.name(), self.number)
    }

    /// The finding that draws its faults, under the name of its rule; `None` if it holds.
    pub fn diagnostic(&self, rule: &Arc<str>) -> Option<Diagnostic> {
        let (first, rest) = self.faults.split_first()?;
        let what = match rest.len() {
            0 => first.message.clone(),
            more => format!("{} things do not hold", more + 1),
        };
        let message = format!("{}: {what}", self.name());
        let mut diagnostic = Diagnostic::new(rule.clone(), Severity::Error, first.place, message);
        if !rest.is_empty() {
            diagnostic.primary.text.clone_from(&first.message);
        }
        let label = |fault: &Fault| Label { place: fault.place, text: fault.message.clone() };
        diagnostic.related = rest.iter().map(label).collect();
        diagnostic.help = match &self.remedy {
            Remedy::Edits(edits) if edits.is_empty() => None,
            Remedy::Edits(_) => {
                Some("mend the rule or the example; `plimsoll test --accept` marks what is found".into())
            }
            Remedy::None(why) => Some((*why).into()),
        };
        Some(diagnostic)
    }
}

/// Runs the examples of the rules of one file that `wanted` chooses, in parallel. Places are in `file`; `known` are the names of rules
/// and checks that configurations in examples may use beside those of the file. The error is what is wrong with the file.
pub fn examples(
    source: &SourceFile,
    file: FileId,
    known: &[&str],
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<Tested>, Vec<Mistake>> {
    let in_file = |mut mistake: Mistake| {
        mistake.place.file = file;
        for label in &mut mistake.related {
            label.place.file = file;
        }
        mistake
    };
    // The rule file is the first of each example's sources.
    let catalog = rule::load([(&*source.path, &*source.text)], &mut Sources::default());
    let catalog = catalog.map_err(|mistakes| mistakes.into_iter().map(in_file).collect::<Vec<_>>())?;
    let document = yaml::parse(source.text.clone(), Options::default());
    let rules =
        rule::read(&document).map_err(|mistakes| mistakes.into_iter().map(in_file).collect::<Vec<_>>())?;
    let rules: Vec<_> = rules.into_iter().filter(|rule| wanted(&rule.id.value)).collect();
    Ok(rules.par_iter().map(|raw| tested(source, file, &catalog, known, raw)).collect())
}

fn tested(source: &SourceFile, file: FileId, catalog: &Catalog, known: &[&str], raw: &RawRule<'_>) -> Tested {
    let trials = raw.examples.par_iter().enumerate().map(|(index, example)| {
        let same = raw.examples[..=index].iter().filter(|other| other.verdict == example.verdict);
        let (mut faults, remedy) = Run { source, catalog, known, rule: &raw.id.value, example }.trial();
        for fault in &mut faults {
            fault.place.file = file;
        }
        faults.sort();
        faults.dedup();
        let place = Place { file, ..example.place };
        Trial { verdict: example.verdict, number: same.count(), place, faults, remedy }
    });
    let place = Place { file, ..raw.id.place };
    Tested { id: raw.id.value.as_str().into(), place, trials: trials.collect() }
}

/// One example of one rule.
struct Run<'r, 'd> {
    source: &'r SourceFile,
    catalog: &'r Catalog,
    known: &'r [&'r str],
    rule: &'r str,
    example: &'r Example<'d>,
}

/// A finding of the rule in the example.
struct Found {
    path: Arc<str>,
    line: u32,
    slice: String,
    place: Place,
    message: String,
}

impl Run<'_, '_> {
    fn trial(&self) -> (Vec<Fault>, Remedy) {
        let example = self.example;
        let mut sources = Sources::default();
        sources.add(SourceFile::new(self.source.path.clone(), self.source.text.clone()));
        let config = self.configuration(&mut sources);
        let settings = match self.settings(config.as_ref()) {
            Ok(settings) => settings,
            Err(faults) => return (faults, Remedy::None("mend the example first")),
        };
        let found = example.files.iter().map(|file| discover::Found {
            path: file.path.clone(),
            os_path: file.path.as_str().into(),
            origin: Origin::Explicit,
            outcome: Outcome::Given(file.text.clone().into_bytes()),
        });
        let mut found: Vec<_> = found.collect();
        found.sort_by(|a, b| a.path.cmp(&b.path));
        let set = |path: &str| settings.kind(path).and_then(|kind| Kind::from_name(&kind.value));
        let loaded = artifact::load(found, &set, &mut sources);
        let model = Model::new(&sources, &loaded.artifacts, &settings, config.as_ref());
        let outcome = engine::run(
            &model,
            &Job {
                catalog: self.catalog,
                selected: &|rule: &Rule| if *rule.id == *self.rule { Runs::Everywhere } else { Runs::Never },
                found: &[],
                whole: false,
                scope: &|_| true,
                // The constant is a day.
                today: Date::parse(TODAY).unwrap_or(Date::from_days(0)),
                progress: &Progress::default(),
            },
        );
        if !outcome.failures.is_empty() {
            let fault = |failure: &Diagnostic| {
                let at = failure.related.first().unwrap_or(&failure.primary).place;
                Fault { place: self.place_of(at, &sources), message: failure.message.clone() }
            };
            return (outcome.failures.iter().map(fault).collect(), Remedy::None("mend the rule first"));
        }
        let broken = outcome.diagnostics.iter().filter(|found| &*found.rule == "syntax-error");
        let broken = broken.map(|found| Fault {
            place: self.place_of(found.primary.place, &sources),
            message: format!("the example is broken: {}", found.message),
        });
        let broken: Vec<Fault> = broken.collect();
        if !broken.is_empty() {
            return (broken, Remedy::None("mend the example first"));
        }
        let own = outcome.diagnostics.iter().filter(|found| &*found.rule == self.rule);
        let found: Vec<_> = own
            .map(|found| {
                let file = sources.get(found.file());
                Found {
                    path: file.path.clone(),
                    line: file.position(found.span().start).line,
                    slice: sources.slice(found.primary.place).to_owned(),
                    place: self.place_of(found.primary.place, &sources),
                    message: found.message.clone(),
                }
            })
            .collect();
        let faults = self.faults(&found);
        let remedy = match (example.verdict, faults.is_empty()) {
            (_, true) => Remedy::Edits(Vec::new()),
            (Verdict::Good, false) => Remedy::None("mend the rule, or move the example to `bad`"),
            (Verdict::Bad, false) if outcome.asked.0 == 0 => {
                Remedy::None("the rule visits nothing in it: nothing there is of the kind that `each` names")
            }
            (Verdict::Bad, false) if outcome.asked.1 == 0 => {
                Remedy::None("the rule applies nowhere in it: `when` is false at every visit")
            }
            (Verdict::Bad, false) if found.is_empty() => {
                Remedy::None("nothing is found in it at all: mend the rule, or move the example to `good`")
            }
            (Verdict::Bad, false) => accept::remedy(&self.source.text, example, &found),
        };
        (faults, remedy)
    }

    /// What marks and findings do not agree in.
    fn faults(&self, found: &[Found]) -> Vec<Fault> {
        let findings: Vec<_> =
            found.iter().map(|it| Finding { path: &it.path, line: it.line, slice: &it.slice }).collect();
        let expected = &self.example.expected;
        let fault = |mismatch: rule::Mismatch| match (mismatch.place, mismatch.finding) {
            (_, Some(index)) => Fault {
                place: found[index].place,
                message: match self.example.verdict {
                    Verdict::Bad => format!("found here, which nothing marks: {}", found[index].message),
                    Verdict::Good => format!("found here: {}", found[index].message),
                },
            },
            (place, None) => {
                let mark = expected.iter().find(|mark| Some(mark.place) == place);
                let there = mark.is_some_and(|mark| {
                    findings.iter().any(|it| it.path == mark.path && it.line == mark.line)
                });
                let what = if there {
                    "marked, but the finding stands elsewhere on the line"
                } else {
                    "marked, but not found"
                };
                Fault { place: place.unwrap_or(self.example.place), message: what.to_owned() }
            }
        };
        rule::compare(expected, &findings).into_iter().map(fault).collect()
    }

    /// The configuration as a document: the file of the example, or what stands under `config`.
    fn configuration(&self, sources: &mut Sources) -> Option<Document> {
        let file = self.example.files.iter().find(|file| file.path == FILE_NAME);
        let text = match (file, self.example.config) {
            (Some(file), _) => file.text.clone(),
            (None, Some(node)) => format!("{:#}\n", to_json(node).unwrap_or_default()),
            (None, None) => return None,
        };
        let file = sources.add(SourceFile::new(FILE_NAME, text.as_str()));
        Some(yaml::parse(text, Options { file, ..Options::default() }))
    }

    /// The settings of the example, its params included.
    fn settings<'c>(&'c self, config: Option<&'c Document>) -> Result<Settings<'c>, Vec<Fault>> {
        let written = self.example.files.iter().find(|file| file.path == FILE_NAME);
        let (raw, root) = match (written, config, self.example.config) {
            (Some(_), _, Some(node)) => {
                let message = format!("`config` stands beside the file `{FILE_NAME}`");
                return Err(vec![Fault { place: node.place(), message }]);
            }
            (Some(_), Some(document), None) => (RawConfig::read(document), document.roots().next()),
            (_, _, Some(node)) => (Ok(RawConfig::from_node(node)), Some(node)),
            _ => (Ok(RawConfig::default()), None),
        };
        let own = self.catalog.rules.iter().map(|rule| &*rule.id);
        let known: Vec<_> = own.chain(self.known.iter().copied()).collect();
        let mut mistakes = root.map(|root| unknown_rules_of(root, &known)).unwrap_or_default();
        let settings = raw.and_then(Settings::new).map(|mut settings| {
            let params = self.example.params.clone();
            if let (false, Some(first)) = (params.is_empty(), params.first()) {
                let id = first.0.clone().map(|_| self.rule.to_owned());
                settings.rules.push(RuleSetting { id, level: None, params });
            }
            settings
        });
        if let Ok(settings) = &settings {
            let all = settings.rules.iter().chain(settings.overrides.iter().flat_map(|entry| &entry.rules));
            mistakes.extend(
                all.filter_map(|setting| Some(self.catalog.get(&setting.id.value)?.mistakes_in(setting)))
                    .flatten(),
            );
            let rule = self.catalog.get(self.rule);
            let is_set = |name: &str| {
                settings.rules.iter().any(|setting| {
                    setting.id.value == self.rule
                        && setting.params.iter().any(|(param, _)| param.value == name)
                })
            };
            mistakes.extend(
                rule.into_iter().flat_map(Rule::required).filter(|param| !is_set(&param.name)).map(|param| {
                    let message = format!(
                        "the example must set the param `{0}`: `params: {{{0}: …}}` beside `files`",
                        param.name
                    );
                    Mistake::new(self.example.place, message)
                }),
            );
        }
        match settings {
            Ok(settings) if mistakes.is_empty() => Ok(settings),
            settings => {
                mistakes.extend(settings.err().unwrap_or_default());
                let fault = |mistake: Mistake| {
                    let place = match (written, config) {
                        (Some(file), Some(config)) if mistake.place.file == config.file() => {
                            file.place_of(mistake.place.span)
                        }
                        _ => mistake.place,
                    };
                    Fault { place, message: mistake.message }
                };
                Err(mistakes.into_iter().map(fault).collect())
            }
        }
    }

    /// The place in the rule file of a place in a file of the example.
    fn place_of(&self, place: Place, sources: &Sources) -> Place {
        if place.file == FileId(0) {
            return place;
        }
        let path = &sources.get(place.file).path;
        let file = self.example.files.iter().find(|file| *file.path == **path);
        file.map_or(self.example.place, |file| {
            let end = place.span.end.min(file.text.len() as u32);
            file.place_of(Span::new(place.span.start.min(end), end))
        })
    }
}
