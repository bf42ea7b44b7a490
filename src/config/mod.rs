//! `plimsoll.yaml`: its shape, what the user wrote in it, and the settings the program runs with.

mod date;
mod locate;
mod preset;
mod raw;
mod retired;
mod settings;
mod shape;
mod twice;
mod versions;

pub use date::Date;
pub use locate::{FILE_NAME, Home, home, home_without_config};
pub use preset::{PRESETS, Preset};
pub use raw::{
    Level, RawConfig, RawOverride, RawPack, RawPipeline, RawRetired, RawWaiver, RetiredName, RuleSetting,
    Workload, packs, unknown_rules, unknown_rules_of,
};
pub use retired::{Match, Retired};
pub use settings::{Override, Pipeline, Reasons, Settings, Waiver};
pub use shape::{ARTIFACT_KINDS, CONFIG, PROFILES, SEVERITY, json_schema};
pub use versions::{KubernetesVersions, NEWEST as NEWEST_KUBERNETES, minor};
