//! plimsoll: a policy linter for deployment artifacts.
//!
//! # The way data flows
//!
//! [`cli`] turns arguments into a request; [`discover`] finds the files; [`artifact`] reads each of them once, has [`yaml`] make it a
//! spanned document (or [`makefile`] rules) and says what it is; [`config`] and [`rule`] read what the user and the rule authors wrote, [`policy`] holds the
//! two against each other; [`model`] derives what the deployment consists of and offers it as targets; [`schema`] says where a file is not
//! what its consumer takes; [`engine`] asks every rule at
//! every visit, by the expressions of [`expr`] (to which [`shell`] says what a script runs), and yields [`diagnostic`]s; [`suppress`]
//! takes out those that a file itself excuses, [`known`] those that were there before, in the [`baseline`] or in a revision that [`git`]
//! reads, by what [`fingerprint`] makes of them; [`report`] renders the rest behind one sanitiser and one mask over [`secret`]s.
//! [`check`] is these stages in order; [`fix`] makes the [`change`]s that findings offer and runs them again; [`verify`] runs the
//! examples inside rule files the same way, and [`init`] proposes a first
//! configuration. A stage knows the ones before it, never the ones after it.
//!
//! # Three kinds of failure
//!
//! An artifact that is wrong is a diagnostic, never an `Err`. A configuration or a rule that is wrong is a [`shape::Mistake`] with its own
//! span, drawn the same way, and the run does not begin. When plimsoll itself is wrong, the panic becomes an `internal-error` and the
//! rest of the run goes on.
//!
//! A newcomer reads [`source`], [`diagnostic`] and [`yaml`] first, then [`model`], [`rule`] and [`engine`].

pub mod artifact;
pub mod baseline;
pub mod change;
pub mod check;
pub mod checks;
pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod discover;
pub mod engine;
pub mod expr;
pub mod fingerprint;
pub mod fix;
pub mod git;
pub mod glob;
pub mod init;
pub mod known;
pub mod makefile;
pub mod model;
pub mod policy;
pub mod progress;
pub mod report;
pub mod rule;
pub mod schema;
pub mod secret;
pub mod shape;
pub mod shell;
pub mod source;
pub mod suppress;
pub mod verify;
pub mod waiver;
pub mod yaml;
