//! What the fixes of a rule make of an example, held against what its author says they do.

use super::accept::{Remedy, rewritten};
use super::{Fault, Looked, Run};
use crate::check::Edited;
use crate::diagnostic::Safety;
use crate::fix::{self, Made, Stop, Wish};
use crate::rule::RuleText;
use crate::source::Span;
use std::convert::Infallible;

impl Run<'_, '_> {
    /// What is wrong with the `fixed` texts of the example, where it has some: all fixes are made, and nothing else may change.
    pub(super) fn fixed(&self, looked: &Looked, look: &dyn Fn(&[Edited]) -> Looked) -> (Vec<Fault>, Remedy) {
        let mut faults = Vec::new();
        let mut remedy = Remedy::Edits(Vec::new());
        if self.example.fixed.is_empty() {
            return (faults, remedy);
        }
        let wish = Wish { up_to: Safety::Unsafe, refuses: &|_| None };
        let made = fix::make(looked, &wish, &mut |edited| Ok::<_, Infallible>(look(edited)));
        let Made { after, files, refused, .. } = match made {
            Ok(made) => made,
            Err(Stop::Moved) => {
                let message = "other files are there after the fixes".to_owned();
                return (
                    vec![Fault { place: self.example.place, message }],
                    Remedy::None("mend the rule first"),
                );
            }
        };
        let last = after.as_ref().unwrap_or(looked);
        faults.extend(refused.into_iter().map(|(found, why)| Fault {
            place: self.place_of(found.primary.place, &last.sources),
            message: format!("found here, and not fixed: {why}"),
        }));
        for file in &self.example.files {
            let said = self.example.fixed.iter().find(|(path, _)| path.value == file.path);
            let made = files.iter().find(|made| *made.path == file.path);
            let is = made.map_or(&*file.text, |made| &made.after);
            match (said, made) {
                (Some((_, said)), None) if said.value == file.text => faults.push(Fault {
                    place: said.place,
                    message: "the fixes change nothing in this file".to_owned(),
                }),
                (Some((_, said)), _) if said.value != is => {
                    faults.push(first_difference(said, is));
                    remedy = remedy.and(rewritten(&self.source.text, said, is));
                }
                (None, Some(made)) => {
                    let at = made.changes.list().first().map_or(Span::empty(0), |change| change.span);
                    faults.push(Fault {
                        place: file.place_of(at),
                        message: "the fixes change this: say under `fixed` what the file is afterwards"
                            .to_owned(),
                    });
                    remedy = Remedy::None("write the file under `fixed`, too");
                }
                _ => {}
            }
        }
        (faults, remedy)
    }
}

/// The first line that is not what is said.
fn first_difference(said: &RuleText, is: &str) -> Fault {
    let mut offset = 0;
    let mut lines = is.split_inclusive('\n');
    for full in said.value.split_inclusive('\n') {
        let line = lines.next();
        if line != Some(full) {
            let span = Span::from(offset..offset + full.trim_end_matches(['\n', '\r']).len());
            let message = match line.map(|line| line.trim_end_matches(['\n', '\r'])) {
                None => "the fixes leave no such line".to_owned(),
                Some(line) if line == full.trim_end_matches(['\n', '\r']) => {
                    "the fixes leave another line break here".to_owned()
                }
                Some(line) => format!("the fixes leave `{}` here", line.trim()),
            };
            return Fault { place: said.place_of(span), message };
        }
        offset += full.len();
    }
    let more = lines.next().unwrap_or_default().trim();
    let end = Span::empty(offset as u32);
    Fault { place: said.place_of(end), message: format!("the fixes leave more: `{more}`") }
}
