//! The tables that are part of the program, as `schemas/generate` makes them.

mod rows;

use super::table::{Format, Keys, Limit, ListId, MappingId, Table, Twice};
use rows::{e, f, l, m, n, o, r, t, v};

/// What Kubernetes serves.
pub static KUBERNETES: Table<'static> = include!("../../schemas/kubernetes.rs");

/// What a Compose file may hold.
pub static COMPOSE: Table<'static> = include!("../../schemas/compose.rs");

/// Workflows and actions.
pub static WORKFLOWS: Table<'static> = include!("../../schemas/workflows.rs");

/// Every table.
pub static ALL: &[Table<'static>] = &[KUBERNETES, COMPOSE, WORKFLOWS];

/// A kind under an API version of Kubernetes itself, and the minor versions of Kubernetes 1 that it came and went with; 0 stands for never.
#[derive(Clone, Copy, Debug)]
pub struct Api {
    /// As `apps/v1`.
    pub api_version: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// The first version that serves it.
    pub first: u8,
    /// The version that deprecates it.
    pub deprecated: u8,
    /// The first version that does not serve it any more.
    pub removed: u8,
    /// The API version that takes its place, with a blank and a kind behind it where that is another one; empty where there is none.
    pub replacement: &'static str,
}

/// Every kind under every API version, sorted.
pub static APIS: &[Api] = include!("../../schemas/apis.rs");
