//! The change that a rule offers with a finding: where it is made, and what is written there.

use super::asking::{Asking, own_words};
use crate::artifact::Artifact;
use crate::change::{Change, removal, written};
use crate::diagnostic::{Edit, Fix, Quote, QuoteOrigin};
use crate::expr::{Origin, Value};
use crate::model;
use crate::rule::{OfferedChange, Stopped};
use crate::source::{FileId, Place};
use crate::yaml::{Document, Kind, Node, Style};

impl<'v> Asking<'_, 'v, '_, '_> {
    /// The fix of a finding, where everything in it has a value and a place. Adds what its title repeats.
    pub fn offer(&mut self, scope: &[Value<'v>], quotes: &mut Vec<Quote>) -> Result<Option<Fix>, Stopped> {
        let Some(offer) = &self.check.fix else { return Ok(None) };
        let (edits, title) = match &offer.change {
            OfferedChange::Replace { place, with } => {
                let place = self.value(place, scope)?;
                let mut unknown = false;
                let with = with
                    .render(scope, self.budget, &mut |value, _| {
                        let plain = value.plain();
                        unknown |= plain.is_none();
                        plain
                    })
                    .map_err(|stop| with.stopped(stop))?;
                let Some(edit) = self.replacement(&place, &with).filter(|_| !unknown) else {
                    return Ok(None);
                };
                let before = "write `";
                let title = format!("{before}{with}` instead");
                let own = own_words(&with, &self.check.words);
                let quote = Quote { origin: self.made(), text: with, at: Some(before.len()), own };
                (vec![edit], (title, Some(quote)))
            }
            OfferedChange::Remove(node) => {
                let node = self.value(node, scope)?;
                let Some((node, edits)) = self.removal(&node) else { return Ok(None) };
                let key = if node.is_implicit_key() { Some(node) } else { node.previous_sibling() };
                let key = key.filter(|key| key.is_implicit_key());
                let title =
                    key.map_or("remove the item".to_owned(), |key| format!("remove `{}`", key.text()));
                let quote = key.map(|key| Quote::new(QuoteOrigin::Place(key.place()), key.text()));
                (edits, (title, quote))
            }
        };
        let title = if let Some(title) = &offer.title {
            self.render(title, scope, quotes)?
        } else {
            quotes.extend(title.1);
            title.0
        };
        Ok(Some(Fix { title, safety: offer.safety, edits }))
    }

    /// The edit that writes a text in the place of another one; `None` where that cannot be told, or nothing would change.
    fn replacement(&self, value: &Value<'_>, with: &str) -> Option<Edit> {
        let old = value.standing()?;
        let mut place = old.place()?;
        let sources = self.engine.model.sources;
        let file = sources.get(place.file);
        let mut documents = model::documents(sources, self.artifact(place.file)?);
        let scalar = documents.find_map(|document| scalar_at(document, place));
        // What a shell or make put together stands for something else than the text.
        let stands = match old.origin {
            Origin::Node { .. } => true,
            _ => place.span.of(&file.text) == old.text,
        };
        let (mut old, mut with) = (&*old.text, with);
        if let Some(block) = scalar.filter(|it| matches!(it.style(), Style::Literal | Style::Folded))
            && old.ends_with('\n')
        {
            // The line breaks that it ends with are a matter of its header.
            place.span.end = place.span.end.min(block.text_end()).max(place.span.start);
            (old, with) = (old.trim_end_matches('\n'), with.trim_end_matches('\n'));
        }
        let text = written(with, scalar, &file.text)?;
        (stands && old != with).then_some(Edit { place, text })
    }

    /// The node that a value is, and the edits that remove it.
    fn removal<'n>(&self, value: &Value<'n>) -> Option<(Node<'n>, Vec<Edit>)> {
        let node = match value {
            Value::Node(node) => *node,
            Value::Text(text) => match text.origin {
                Origin::Node { node, start: 0 } if node.text() == text.text => node,
                _ => return None,
            },
            _ => return None,
        };
        let file = node.document().file();
        self.artifact(file)?;
        let edit = |Change { span, text }| Edit { place: Place { file, span }, text };
        Some((node, removal(node)?.into_iter().map(edit).collect()))
    }

    /// The artifact that a file is; none for the configuration and the rules, which are not changed.
    fn artifact(&self, file: FileId) -> Option<&Artifact> {
        let artifacts = self.engine.model.artifacts;
        let index = artifacts.binary_search_by_key(&file, |artifact| artifact.file).ok()?;
        artifacts.get(index)
    }
}

/// The scalar that holds a place.
fn scalar_at(document: &Document, place: Place) -> Option<Node<'_>> {
    let node = document.last_before(place.span.start + 1)?;
    (node.kind() == Kind::Scalar && node.span().contains(place.span)).then_some(node)
}
