//! Every integration test, in one binary.

mod cel_spec;
mod check;
mod cli;
mod commands;
mod config;
mod discover;
mod go_oracle;
mod guide;
mod init;
mod joins;
mod reference;
mod report;
mod rules;
mod settings;
mod support;
mod test_command;
mod truth;
mod user_rules;
mod yaml_hostile;
mod yaml_oracles;
mod yaml_places;
mod yaml_properties;
mod yaml_suite;
