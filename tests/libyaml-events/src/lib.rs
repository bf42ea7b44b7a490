//! The events of unsafe-libyaml behind safe functions, for tests and benchmarks only.
//!
//! The product forbids `unsafe`; the oracle's C-like interface needs it, so it stands alone here. A safe port of libyaml
//! would not do as yardstick: libyaml-safer is slower and panics on block scalars without a final newline.

use std::mem::MaybeUninit;
use std::ptr::addr_of_mut;
use unsafe_libyaml as sys;

/// One event, without the marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A document begins.
    DocumentStart,
    /// A document ends.
    DocumentEnd,
    /// `*name`
    Alias(String),
    /// A scalar.
    Scalar {
        /// The name after `&`.
        anchor: Option<String>,
        /// The resolved tag, only when one is written.
        tag: Option<String>,
        /// The decoded text.
        text: String,
        /// How it is written.
        style: Style,
    },
    /// A list begins.
    SequenceStart(Collection),
    /// A list ends.
    SequenceEnd,
    /// A mapping begins.
    MappingStart(Collection),
    /// A mapping ends.
    MappingEnd,
}

/// What stands before a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// The name after `&`.
    pub anchor: Option<String>,
    /// The resolved tag, only when one is written.
    pub tag: Option<String>,
    /// How it is written.
    pub style: Style,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection by indentation.
    Block,
    /// A collection in brackets.
    Flow,
}

/// The events of a text up to its end, or libyaml's reason for rejecting it.
pub fn events(text: &[u8]) -> Result<Vec<Event>, String> {
    let mut events = Vec::new();
    run(text, |event| {
        // SAFETY: `event` was filled by yaml_parser_parse; `type_` says which member of the union is set.
        events.extend(unsafe { read(event) });
    })?;
    Ok(events)
}

/// Counts the events of a text without looking into them: the bare cost of libyaml.
pub fn count(text: &[u8]) -> Result<usize, String> {
    let mut count = 0;
    run(text, |_| count += 1)?;
    Ok(count)
}

fn run(text: &[u8], mut visit: impl FnMut(&sys::yaml_event_t)) -> Result<(), String> {
    let mut parser = MaybeUninit::<sys::yaml_parser_t>::uninit();
    let parser = parser.as_mut_ptr();
    // SAFETY: the parser is initialised before any other call and deleted once at the end; `text` outlives it; each event
    // is read only after yaml_parser_parse succeeded and deleted exactly once.
    unsafe {
        if sys::yaml_parser_initialize(parser).fail {
            return Err("out of memory".to_owned());
        }
        sys::yaml_parser_set_input_string(parser, text.as_ptr(), text.len() as u64);
        let mut result = Ok(());
        loop {
            let mut event = MaybeUninit::<sys::yaml_event_t>::uninit();
            if sys::yaml_parser_parse(parser, event.as_mut_ptr()).fail {
                let problem = (&*parser).problem;
                result = Err(if problem.is_null() { "rejected".to_owned() } else { string(problem.cast()) });
                break;
            }
            let event = event.assume_init_mut();
            visit(event);
            let last = event.type_ == sys::YAML_STREAM_END_EVENT;
            sys::yaml_event_delete(event);
            if last {
                break;
            }
        }
        sys::yaml_parser_delete(addr_of_mut!(*parser));
        result
    }
}

/// # Safety
/// `event` was filled by a successful `yaml_parser_parse` and not yet deleted.
unsafe fn read(event: &sys::yaml_event_t) -> Option<Event> {
    // SAFETY: by the contract above each branch reads the member that the type names; its strings end in NUL.
    unsafe {
        Some(match event.type_ {
            sys::YAML_DOCUMENT_START_EVENT => Event::DocumentStart,
            sys::YAML_DOCUMENT_END_EVENT => Event::DocumentEnd,
            sys::YAML_ALIAS_EVENT => Event::Alias(string(event.data.alias.anchor)),
            sys::YAML_SCALAR_EVENT => {
                let scalar = &event.data.scalar;
                let bytes = std::slice::from_raw_parts(scalar.value, scalar.length as usize);
                Event::Scalar {
                    anchor: optional(scalar.anchor),
                    tag: optional(scalar.tag),
                    text: String::from_utf8_lossy(bytes).into_owned(),
                    style: match scalar.style {
                        sys::YAML_SINGLE_QUOTED_SCALAR_STYLE => Style::SingleQuoted,
                        sys::YAML_DOUBLE_QUOTED_SCALAR_STYLE => Style::DoubleQuoted,
                        sys::YAML_LITERAL_SCALAR_STYLE => Style::Literal,
                        sys::YAML_FOLDED_SCALAR_STYLE => Style::Folded,
                        _ => Style::Plain,
                    },
                }
            }
            sys::YAML_SEQUENCE_START_EVENT => {
                let start = &event.data.sequence_start;
                let flow = start.style == sys::YAML_FLOW_SEQUENCE_STYLE;
                Event::SequenceStart(collection(start.anchor, start.tag, flow))
            }
            sys::YAML_SEQUENCE_END_EVENT => Event::SequenceEnd,
            sys::YAML_MAPPING_START_EVENT => {
                let start = &event.data.mapping_start;
                let flow = start.style == sys::YAML_FLOW_MAPPING_STYLE;
                Event::MappingStart(collection(start.anchor, start.tag, flow))
            }
            sys::YAML_MAPPING_END_EVENT => Event::MappingEnd,
            _ => return None,
        })
    }
}

/// # Safety
/// Both are null or end in NUL.
unsafe fn collection(anchor: *const u8, tag: *const u8, flow: bool) -> Collection {
    let style = if flow { Style::Flow } else { Style::Block };
    // SAFETY: passed on.
    unsafe { Collection { anchor: optional(anchor), tag: optional(tag), style } }
}

/// # Safety
/// `text` is null or ends in NUL.
unsafe fn optional(text: *const u8) -> Option<String> {
    // SAFETY: passed on, checked for null.
    (!text.is_null()).then(|| unsafe { string(text) })
}

/// # Safety
/// `text` ends in NUL.
unsafe fn string(text: *const u8) -> String {
    // SAFETY: by the contract above.
    unsafe { std::ffi::CStr::from_ptr(text.cast()) }.to_string_lossy().into_owned()
}
