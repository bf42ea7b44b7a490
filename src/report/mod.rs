//! What a run says and in which form: one file per format, behind one sanitiser and one mask over secrets.
//!
//! No format can print what it likes. What a file, a path, a rule, a configuration or an argument says reaches it as
//! [`Untrusted`](sanitise) text: secrets masked, without `Display`, its string private to `sanitise`, which turns it into what is safe in
//! the one format or the other. The files and the diagnostics themselves are private to `run`, a folder of its own so that no format
//! lies below it. So a format that forgets to escape does not compile; it can only choose between escaped forms.

mod concise;
mod format;
mod full;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod run;
mod sanitise;
mod sarif;
mod summary;

pub use format::Format;
pub use full::{Charset, Color, Look, windows};
pub use markdown::job_summary;
pub use run::{About, Change, Finding, Mark, Masks, Material, Run, Snippet};
pub use sanitise::{Clean, Untrusted, object, text};
pub use summary::{Summary, plural, summary_line};
