//! The secrets that are written out where they take effect, or taken from where secrets do not belong.
//!
//! `name` and `value` decide, `inside` knows what gives itself away, `tree` walks YAML, `lines` reads everything that is lines,
//! and `commands` the words of those that run. `quoted` says where a shell fills nothing in.

mod commands;
mod inside;
mod lines;
mod name;
mod quoted;
mod tree;
mod value;
mod words;

use super::facts::{Emit, FileFacts, OWNER, Owner, facts, string};
use super::target::TargetKind;
use crate::artifact::{Embedded, Kind};
use crate::expr::{Text, Type, Value};
use crate::secret;
use crate::source::Span;
use crate::yaml::{Document, Node};
use aho_corasick::{AhoCorasick, MatchKind};
use name::Promise;
use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;
use value::{Dollar, Written};

/// Where a secret comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The value of an entry, as it stands.
    Literal,
    /// The default of a reference.
    Default,
    /// A reference to a `ConfigMap`.
    ConfigMap,
    /// The password in a URL.
    Url,
    /// A password or key in a connection string.
    ConnectionString,
    /// An argument of a command.
    Argument,
    /// The data of a Kubernetes `Secret`.
    Data,
    /// A token known by its form.
    Token,
    /// A private key.
    PrivateKey,
}

impl Source {
    const fn name(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Default => "default",
            Self::ConfigMap => "configMapKeyRef",
            Self::Url => "url",
            Self::ConnectionString => "connectionString",
            Self::Argument => "argument",
            Self::Data => "data",
            Self::Token => "token",
            Self::PrivateKey => "privateKey",
        }
    }
}

/// A secret and where it stands.
#[derive(Clone)]
pub struct SecretVisit<'m> {
    name: Option<Text<'m>>,
    value: Text<'m>,
    source: Source,
    fallback: Option<Text<'m>>,
    placeholder: bool,
    throwaway: bool,
    sample: bool,
    owner: Owner<'m>,
}

facts!(SECRET = "secret" for SecretVisit, |this| {
    #[doc = "Name of the entry, option or variable that it stands under; null where its form alone gives it away."]
    "name": Type::String => this.name.clone().map_or(Value::Null, Value::Text);
    #[doc = "The secret; masked in every output. Where a ConfigMap holds it, the word `configMapKeyRef`."]
    "value": Type::String => Value::Text(this.value.clone());
    #[doc = "`literal` (as it stands), `default` (of a reference, as in `${X:-dev}`, and the literal operand of an expression), `argument` (of a command), `url` and `connectionString` (a password in one), `data` (of a Kubernetes Secret), `configMapKeyRef`, or, by its form, `token` and `privateKey`."]
    "source": Type::String => string(this.source.name());
    #[doc = "The operator of a reference and the default behind it, where that is all of the secret: `:-dev` of `${X:-dev}`. A shell and Compose take `:?` for it, which stops where nothing is set."]
    "fallback": Type::String => this.fallback.clone().map_or(Value::Null, Value::Text);
    #[doc = "Whether it says that it cannot work as it is: `<token>`, `your_key`, `xxx`. `changeme` works."]
    "placeholder": Type::Bool => Value::Bool(this.placeholder);
    #[doc = "Whether it lives as long as a run of CI: of a service container, of `docker run` in a step, of an entry of a matrix, of a database on the runner, of a dotenv file that a step writes, or of what says that it is for tests."]
    "throwaway": Type::Bool => Value::Bool(this.throwaway);
    #[doc = "Whether the file is a sample that is copied and filled in: `.env.example`."]
    "sample": Type::Bool => Value::Bool(this.sample);
    #[doc = "The container, service, job, step, object or file that it belongs to."]
    "owner": Type::Record(&OWNER) => Value::Facts(&this.owner);
} subject Value::Facts(this); text Some(this.value.clone()); place this.value.place());

/// Visits the secrets of a file.
pub fn visit<'m>(file: FileFacts<'m>, emit: Emit<'_, 'm>) {
    let hits = Hits::new(&file.source.text);
    if hits.offsets.is_empty() {
        return;
    }
    let embedded = super::embedded(file);
    if embedded.is_empty() {
        find(file, &hits, None, &mut |visit| emit(TargetKind::Secret, None, &visit));
        return;
    }
    let span = |visit: &SecretVisit<'_>| visit.value.place().map_or_else(Span::default, |place| place.span);
    let mut found: Vec<SecretVisit<'m>> = Vec::new();
    for Embedded { document, .. } in embedded {
        find(file, &hits, Some(document), &mut |visit| found.push(visit));
    }
    // The lines of a manifest are read as what they are; where it cannot be read, what they look like has to do.
    let manifests = embedded.iter().filter(|embedded| !embedded.fragment);
    let manifests: Vec<Span> = manifests.flat_map(|read| read.document.roots()).map(Node::span).collect();
    let mut seen: Vec<Span> = found.iter().map(span).chain(manifests).collect();
    seen = secret::disjoint(seen);
    find(file, &hits, None, &mut |visit| {
        let Span { start, end } = span(&visit);
        let next = seen.partition_point(|seen| seen.end <= start);
        if seen.get(next).is_none_or(|seen| end <= seen.start) {
            found.push(visit);
        }
    });
    found.sort_by_key(|visit| span(visit).start);
    for visit in &found {
        emit(TargetKind::Secret, None, visit);
    }
}

/// Finds the secrets of a file as it is, or of a manifest inside it.
fn find<'m>(
    file: FileFacts<'m>,
    hits: &Hits,
    manifest: Option<&'m Document>,
    tell: &mut dyn FnMut(SecretVisit<'m>),
) {
    let mut finder = Finder {
        sample: is_sample(&file.source.path),
        on_runner: matches!(file.artifact.kind, Kind::Workflow | Kind::Action),
        ..Finder::new(tell)
    };
    if let Some(document) = manifest {
        tree::walk(&mut finder, document, Kind::Manifest, hits);
        return;
    }
    match (&file.artifact.document, file.artifact.kind) {
        (Some(document), kind) => tree::walk(&mut finder, document, kind, hits),
        (None, Kind::Script) => {
            let verbatim = OnceCell::new();
            let mut tell = |mut visit: SecretVisit<'m>| {
                visit.fallback.take_if(|fallback| {
                    let verbatim = verbatim.get_or_init(|| quoted::verbatim(&file.source.text));
                    fallback.place().is_none_or(|place| is_in(place.span, verbatim))
                });
                (finder.emit)(visit);
            };
            lines::file(&mut Finder { sample: finder.sample, ..Finder::new(&mut tell) }, file, hits);
        }
        (None, Kind::Env | Kind::Makefile | Kind::Dockerfile | Kind::Template) => {
            lines::file(&mut finder, file, hits);
        }
        _ => {}
    }
}

/// Whether a span begins in one of those that are sorted and disjoint.
fn is_in(span: Span, spans: &[Span]) -> bool {
    let next = spans.partition_point(|other| other.end <= span.start);
    spans.get(next).is_some_and(|other| other.start <= span.start)
}

/// What no output may show of a file: its secrets as rules see them, and all that looks like one; sorted and disjoint.
pub fn hidden(file: FileFacts<'_>) -> Vec<Span> {
    let inside = super::embedded(file).iter().map(|embedded| &embedded.document);
    let mut spans = secret::secret_spans(file.source, file.artifact.document.iter().chain(inside));
    visit(file, &mut |_, _, visit| spans.extend(visit.place().map(|place| place.span)));
    secret::disjoint(spans)
}

/// Who is told of secrets, and what is known of them all where the search is.
pub struct Finder<'f, 'm> {
    emit: &'f mut dyn FnMut(SecretVisit<'m>),
    owner: Owner<'m>,
    throwaway: bool,
    sample: bool,
    /// Whether the file is a workflow or an action, whose containers live as long as a run.
    on_runner: bool,
    /// What `$$` stands for in a value.
    dollar: Dollar,
    runner: Runner,
}

/// What lives as long as a job.
#[derive(Default)]
struct Runner {
    /// Names of its service containers.
    hosts: HashSet<String>,
    /// Secrets of its service containers.
    secrets: HashSet<String>,
}

impl<'f, 'm> Finder<'f, 'm> {
    fn new(emit: &'f mut dyn FnMut(SecretVisit<'m>)) -> Self {
        Self {
            emit,
            owner: Owner::named("file", None),
            throwaway: false,
            sample: false,
            on_runner: false,
            dollar: Dollar::Open,
            runner: Runner::default(),
        }
    }

    /// Tells of a secret in a text.
    fn found(&mut self, name: Option<&Text<'m>>, text: &Text<'m>, range: Range<usize>, source: Source) {
        let fallback = value::fallback(&text.text, &range).filter(|_| source == Source::Default);
        let value = text.cut(range);
        let placeholder = value::is_placeholder(&value.text);
        self.tell(name, &value, source, placeholder, fallback.map(|range| text.cut(range)));
    }

    /// Tells of a secret that is known to be a placeholder or none.
    fn found_as(&mut self, name: Option<&Text<'m>>, value: &Text<'m>, source: Source, placeholder: bool) {
        self.tell(name, value, source, placeholder, None);
    }

    fn tell(
        &mut self,
        name: Option<&Text<'m>>,
        value: &Text<'m>,
        source: Source,
        placeholder: bool,
        fallback: Option<Text<'m>>,
    ) {
        let served = self.runner.secrets.contains(&*value.text);
        let issued = matches!(source, Source::Token | Source::PrivateKey);
        let test = self.on_runner
            && !issued
            && (says_test(&value.text) || name.is_some_and(|name| says_test(&name.text)));
        (self.emit)(SecretVisit {
            name: name.cloned(),
            value: value.clone(),
            source,
            fallback,
            placeholder,
            throwaway: self.throwaway || served || test,
            sample: self.sample,
            owner: self.owner,
        });
    }

    /// Whether a host is the runner of a job or one of the job's service containers.
    fn is_runner(&self, host: &str) -> bool {
        self.on_runner
            && (matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0") || self.runner.hosts.contains(host))
    }

    /// Judges the value under a name; tells whether it writes a secret out.
    fn judge(&mut self, name: Option<&Text<'m>>, promise: Promise, value: &Text<'m>, source: Source) -> bool {
        let found = value::secrets(&value.text, promise, self.dollar);
        for (range, written) in &found {
            let source = if *written == Written::Default { Source::Default } else { source };
            self.found(name, value, range.clone(), source);
        }
        !found.is_empty()
    }

    /// Does some work where secrets are thrown away after the run, if `throwaway` says so.
    fn thrown_away<T>(&mut self, throwaway: bool, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.throwaway;
        self.throwaway |= throwaway;
        let done = work(self);
        self.throwaway = before;
        done
    }
}

/// Where a text may hold a secret, or the name of one: offsets, in order.
pub struct Hits {
    offsets: Vec<u32>,
}

impl Hits {
    fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let real = |at: usize, found: &str| {
            // A key must be the key of something.
            !found.eq_ignore_ascii_case("key")
                || at.checked_sub(1).is_some_and(|at| {
                    bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'-' | b'.')
                })
        };
        let found = HINTS.find_iter(text).filter(|found| real(found.start(), &text[found.range()]));
        Self { offsets: found.map(|found| found.start() as u32).collect() }
    }

    fn touches(&self, span: Span) -> bool {
        let next = self.offsets.partition_point(|&offset| offset < span.start);
        self.offsets.get(next).is_some_and(|&offset| offset < span.end)
    }
}

/// What every name of a secret, every secret known by its form and every tool that takes one by a short option holds.
#[rustfmt::skip]
const TELLING: &[&str] = &[
    "pass", "psw", "pwd", "secret", "token", "credential", "authoriz", "masterauth", "key", "://", "@tcp(", "-----begin",
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "akia", "asia", "xoxa-", "xoxb-", "xoxe-",
    "xoxo-", "xoxp-", "xoxr-", "xoxs-", "sk-", "rk_live", "rk_test", "sk_live", "sk_test", "eyj", "aiza", "npm_",
    "hf_", "dckr_pat_", "pypi-", "sg.", "hooks.slack", "mysql", "mariadb", "login", "curl", "redis-cli", "alias set",
    "ldap",
];

static HINTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostFirst)
        .build(TELLING)
        .expect("some short texts make an automaton")
});

/// Whether a name or a secret says that it is for tests: `TEST_PASSWORD`, `test12345`.
fn says_test(written: &str) -> bool {
    let says = |word: &str| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        matches!(
            word,
            "test"
                | "tests"
                | "testing"
                | "tester"
                | "dummy"
                | "fake"
                | "mock"
                | "testpass"
                | "testpassword"
                | "testsecret"
                | "testtoken"
                | "testkey"
                | "testuser"
        )
    };
    written.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(says)
}

/// Whether a file is a sample that is copied under its real name.
fn is_sample(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let sample = |word: &str| matches!(word, "example" | "sample" | "template" | "dist" | "tmpl");
    let yaml = matches!(name.rsplit('.').next(), Some("yaml" | "yml"));
    // A manifest or a chart's values may be an example and still be applied.
    (!yaml || name.contains("compose")) && name.split(['.', '-', '_']).any(sample)
}
