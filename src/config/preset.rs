//! The presets: named, frozen lists of rules that ship. What a version holds never changes once it is released, so that no rule appears
//! in a repository with an upgrade; a rule that comes later goes into the next version.

/// A version of a preset.
#[derive(Debug)]
pub struct Preset {
    /// Its name under `extends`.
    pub name: &'static str,
    /// The profile it is a version of; also rules of the user may say that they belong to it.
    pub profile: &'static str,
    /// The ids of its rules, sorted.
    pub rules: &'static [&'static str],
}

/// The preset of a configuration that names none.
pub const DEFAULT: &Preset = &PRESETS[0];

/// Every version of every preset. Only a version that is not released yet may change.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "plimsoll:recommended@1",
        profile: "recommended",
        rules: &[
            "deploy-outside-pipeline",
            "missing-healthcheck",
            "missing-probe",
            "obsolete-compose-version",
            "plaintext-secret",
            "plaintext-secret-in-sample",
            "retired-service",
            "retired-service-mention",
        ],
    },
    Preset { name: "plimsoll:hardening@1", profile: "hardening", rules: &["self-hosted-outside-pipeline"] },
];

impl Preset {
    /// The preset of a name.
    pub fn of(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// Whether it holds a rule that ships.
    pub fn holds(&self, rule: &str) -> bool {
        self.rules.binary_search(&rule).is_ok()
    }
}
