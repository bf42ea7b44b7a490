//! The lines of a text, for what is removed with the lines that it stands on.

use crate::source::Span;

/// A text by its lines.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'t>(pub &'t str);

impl Lines<'_> {
    /// The start of the line of an offset, if nothing stands before that in it.
    pub fn beginning_with(self, offset: u32) -> Option<u32> {
        let before = self.0[..offset as usize].trim_end_matches([' ', '\t']);
        let is_first = before.is_empty() || before.ends_with(['\n', '\r', '\u{feff}']);
        is_first.then_some(before.len() as u32)
    }

    /// Where the line of an offset ends, before its break.
    pub fn end(self, offset: u32) -> u32 {
        let rest = &self.0[offset as usize..];
        offset + memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len()) as u32
    }

    /// Where the line behind that of an offset begins, if that ends with a break.
    pub fn next(self, offset: u32) -> Option<u32> {
        let end = self.end(offset);
        let rest = &self.0[end as usize..];
        let length = if rest.starts_with("\r\n") { 2 } else { u32::from(!rest.is_empty()) };
        (length > 0).then_some(end + length)
    }

    /// Whether nothing but a comment stands behind an offset in its line.
    pub fn is_bare(self, offset: u32) -> bool {
        let rest = Span::new(offset, self.end(offset)).of(self.0).trim_start_matches([' ', '\t']);
        rest.is_empty() || rest.starts_with('#')
    }

    /// Whole lines with their breaks, from the one that begins at `first` to that of `last`. Blank lines behind them go too if what stands
    /// before ends with one, or is nothing. Where the last line has no break, the last one that is left has none.
    pub fn whole(self, first: u32, last: u32) -> Span {
        let before = &self.0[..first as usize];
        let Some(mut end) = self.next(last) else {
            let kept = before.trim_end_matches(['\n', '\r']);
            return Span::new(kept.len() as u32, self.0.len() as u32);
        };
        let above = before.lines().next_back().unwrap_or_default();
        if matches!(above.trim_start_matches('\u{feff}').trim_end(), "" | "---") {
            while Span::new(end, self.end(end)).of(self.0).trim().is_empty()
                && let Some(next) = self.next(end)
            {
                end = next;
            }
        }
        Span::new(first, end)
    }
}
