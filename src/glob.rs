//! Globs over paths from the project root, with `/` between components.
//!
//! `*` and `?` stay within a component, `**` crosses components, `{a,b}` and `[a-z]` choose. A glob that matches a
//! folder holds for everything in it, so `vendor`, `vendor/` and `vendor/**` mean the same.

use crate::source::Spanned;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// One glob.
#[derive(Clone, Debug)]
pub struct Glob {
    set: GlobSet,
}

impl Glob {
    /// Compiles a pattern. The error says what is wrong with it, in half a sentence.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let mut builder = GlobSetBuilder::new();
        add(&mut builder, pattern)?;
        Ok(Self { set: builder.build().map_err(|error| error.kind().to_string())? })
    }

    /// Whether a path, or a folder it lies in, matches.
    pub fn matches(&self, path: &str) -> bool {
        self.set.is_match(path)
    }
}

/// Several globs, matched at once.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    set: GlobSet,
    /// The patterns as written, in order.
    pub patterns: Vec<Spanned<String>>,
}

impl Globs {
    /// Compiles patterns. The error names the first one that is no glob, by its index, and says why.
    pub fn new(patterns: Vec<Spanned<String>>) -> Result<Self, (usize, String)> {
        let mut builder = GlobSetBuilder::new();
        for (index, pattern) in patterns.iter().enumerate() {
            add(&mut builder, &pattern.value).map_err(|fault| (index, fault))?;
        }
        let set = builder.build().map_err(|error| (0, error.kind().to_string()))?;
        Ok(Self { set, patterns })
    }

    /// Whether any of them matches a path or a folder it lies in.
    pub fn matches(&self, path: &str) -> bool {
        self.set.is_match(path)
    }

    /// The first pattern that matches a path or a folder it lies in, as an index into `patterns`.
    pub fn matching(&self, path: &str) -> Option<usize> {
        // Two globs stand in the set for each pattern, see `add`.
        self.set.matches(path).into_iter().min().map(|first| first / 2)
    }
}

/// Adds the two globs of a pattern: itself, and everything beneath it.
fn add(builder: &mut GlobSetBuilder, pattern: &str) -> Result<(), String> {
    if pattern.contains('\\') {
        return Err("`\\` stands where `/` separates folders".into());
    }
    if pattern.starts_with('/') {
        return Err("it starts with `/`, but paths start at the project root".into());
    }
    if pattern.split('/').any(|component| component == "..") {
        return Err("`..` leads out of the project root".into());
    }
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let pattern = pattern.strip_suffix("/**").filter(|folder| !folder.is_empty()).unwrap_or(pattern);
    if pattern.is_empty() {
        return Err("it names no path".into());
    }
    for pattern in [pattern, &format!("{pattern}/**")] {
        let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(false).build();
        builder.add(glob.map_err(|error| error.kind().to_string())?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        Glob::new(pattern).is_ok_and(|glob| glob.matches(path))
    }

    #[test]
    fn a_star_stays_within_a_component_and_two_cross_them() {
        assert!(matches("deploy/*.yaml", "deploy/web.yaml"));
        assert!(!matches("deploy/*.yaml", "deploy/dev/web.yaml"));
        assert!(matches("deploy/**/*.yaml", "deploy/web.yaml"));
        assert!(matches("**/*.{yml,yaml}", "a/b/c.yml"));
        assert!(!matches("web.yaml", "deploy/web.yaml"));
    }

    #[test]
    fn a_folder_holds_for_everything_in_it() {
        for pattern in ["vendor", "vendor/", "vendor/**", "./vendor"] {
            assert!(matches(pattern, "vendor/a/b.yaml"), "{pattern}");
            assert!(!matches(pattern, "vendored.yaml"), "{pattern}");
        }
    }

    #[test]
    fn faults_are_said_in_half_a_sentence() {
        let fault = |pattern| Glob::new(pattern).err().unwrap_or_default();
        assert_eq!(fault("a[b"), "unclosed character class; missing ']'");
        assert_eq!(fault("a\\b"), "`\\` stands where `/` separates folders");
        assert_eq!(fault("../x"), "`..` leads out of the project root");
        assert_eq!(fault("/etc"), "it starts with `/`, but paths start at the project root");
        assert_eq!(fault("./"), "it names no path");
    }

    #[test]
    fn the_first_matching_pattern_is_known() {
        let spanned = |value: &str| Spanned {
            value: value.to_owned(),
            place: crate::source::Place {
                file: crate::source::FileId(0),
                span: crate::source::Span::empty(0),
            },
        };
        let globs = Globs::new(vec![spanned("a"), spanned("**/*.md"), spanned("b/**")]);
        let matching = |path| globs.as_ref().ok().and_then(|globs| globs.matching(path));
        assert_eq!(matching("b/x.md"), Some(1));
        assert_eq!(matching("b/x"), Some(2));
        assert_eq!(matching("c"), None);
    }
}
