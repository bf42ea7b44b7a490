//! `text.format(values)`: the verbs of a format string.

use super::Call;
use crate::expr::compare;
use crate::expr::eval::Tri;
use crate::expr::program::{Budget, Fault};
use crate::expr::value::Value;
use crate::expr::view::{View, article};
use std::fmt::Write;
use std::ops::ControlFlow;

/// Most digits behind a point.
const MAX_PRECISION: usize = 100;
/// How deep a list in a list is written.
const MAX_DEPTH: u32 = 64;

fn holds_unknown(value: &Value<'_>, budget: &mut Budget, depth: u32) -> Result<bool, Fault> {
    budget.spend(1)?;
    match value.view(budget) {
        View::Unknown => Ok(true),
        View::List | View::Map if depth > 0 => {
            for element in value.elements() {
                let entry = value.entry(&element, budget);
                if holds_unknown(entry.as_ref().unwrap_or(&element), budget, depth - 1)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}

/// `text.format(values)`
pub(super) fn format<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let pattern = call.str(0, budget)?;
    budget.spend_text(pattern.len())?;
    let values = call.elements(1, budget)?;
    for value in &values {
        if holds_unknown(value, budget, MAX_DEPTH)? {
            return Ok(Value::Unknown);
        }
    }
    let mut values = values.iter();
    let mut out = String::new();
    let mut rest = &*pattern;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('%') {
            out.push('%');
            rest = behind;
            continue;
        }
        let precision = precision(&mut rest).ok_or_else(|| call.fault("met a precision it cannot read"))?;
        let Some(verb) = rest.chars().next() else { return Err(call.fault("met a `%` without a verb")) };
        rest = &rest[verb.len_utf8()..];
        if !"sdfexXob".contains(verb) {
            return Err(call.fault(format!("does not know the verb `%{}`", verb.escape_debug())));
        }
        let Some(value) = values.next() else { return Err(call.fault("has more verbs than values")) };
        if let View::Unknown = value.view(budget) {
            return Ok(Value::Unknown);
        }
        let before = out.len();
        write(verb, precision, value, &mut out, budget)?;
        budget.spend_text(out.len() - before)?;
    }
    out.push_str(rest);
    Ok(Value::made(out))
}

/// Reads `.3`; 6 without it, and none if it is not one.
fn precision(rest: &mut &str) -> Option<usize> {
    let Some(behind) = rest.strip_prefix('.') else { return Some(6) };
    let len = behind.bytes().take_while(u8::is_ascii_digit).count();
    *rest = &behind[len..];
    behind[..len].parse().ok().filter(|precision| *precision <= MAX_PRECISION)
}

fn write(
    verb: char,
    precision: usize,
    value: &Value<'_>,
    out: &mut String,
    budget: &mut Budget,
) -> Result<(), Fault> {
    if verb == 's' {
        return plain(value, out, budget, 0);
    }
    let view = value.view(budget);
    // Writing to a `String` cannot fail.
    let _ = match (verb, &view) {
        ('d' | 'f' | 'e', View::Double(value)) if !value.is_finite() => {
            out.push_str(special(*value));
            Ok(())
        }
        ('d', View::Int(value)) => write!(out, "{value}"),
        ('d', View::Uint(value)) => write!(out, "{value}"),
        ('f' | 'e', View::Int(_) | View::Uint(_) | View::Double(_)) => {
            #[allow(clippy::cast_precision_loss)] // as every conversion to a double
            let value = match view {
                View::Int(value) => value as f64,
                View::Uint(value) => value as f64,
                View::Double(value) => value,
                _ => 0.0,
            };
            if verb == 'f' { write!(out, "{value:.precision$}") } else { exponent(value, precision, out) }
        }
        ('x' | 'X', View::Str(text)) => hex(text.as_bytes(), verb, out),
        ('x' | 'X', View::Bytes(bytes)) => hex(bytes, verb, out),
        ('x' | 'X' | 'o' | 'b', View::Int(_) | View::Uint(_)) => {
            let (sign, magnitude) = match view {
                View::Int(value) => (if value < 0 { "-" } else { "" }, value.unsigned_abs()),
                View::Uint(value) => ("", value),
                _ => ("", 0),
            };
            out.push_str(sign);
            match verb {
                'x' => write!(out, "{magnitude:x}"),
                'X' => write!(out, "{magnitude:X}"),
                'o' => write!(out, "{magnitude:o}"),
                _ => write!(out, "{magnitude:b}"),
            }
        }
        ('b', View::Bool(value)) => write!(out, "{}", u8::from(*value)),
        (_, other) => {
            return Err(Fault::Message(format!("`%{verb}` cannot write {}", article(other.type_name()))));
        }
    };
    Ok(())
}

fn special(value: f64) -> &'static str {
    match value {
        _ if value.is_nan() => "NaN",
        _ if value > 0.0 => "Infinity",
        _ => "-Infinity",
    }
}

fn hex(bytes: &[u8], verb: char, out: &mut String) -> std::fmt::Result {
    bytes.iter().try_for_each(
        |byte| {
            if verb == 'x' { write!(out, "{byte:02x}") } else { write!(out, "{byte:02X}") }
        },
    )
}

/// `1.5e+00`: the exponent has a sign and at least two digits.
fn exponent(value: f64, precision: usize, out: &mut String) -> std::fmt::Result {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    write!(out, "{mantissa}e{sign}{digits:0>2}")
}

/// `%s`: any value; maps by the text of their keys.
fn plain(value: &Value<'_>, out: &mut String, budget: &mut Budget, depth: u32) -> Result<(), Fault> {
    budget.spend(1)?;
    if depth > MAX_DEPTH {
        return Err(Fault::Message(format!("`%s` writes lists to a depth of {MAX_DEPTH}")));
    }
    match value.view(budget) {
        View::Null => out.push_str("null"),
        View::Double(number) if !number.is_finite() => out.push_str(special(number)),
        View::List => {
            budget.spend_elements(value.count())?;
            out.push('[');
            for (at, element) in value.elements().iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                plain(element, out, budget, depth + 1)?;
            }
            out.push(']');
        }
        View::Map => {
            budget.spend_elements(value.count() * 2)?;
            let mut entries = Vec::new();
            value.each_pair(false, |key, value| {
                entries.push((key, value));
                ControlFlow::Continue(())
            });
            let mut written = Vec::with_capacity(entries.len());
            for (key, value) in &entries {
                let (mut name, mut text) = (String::new(), String::new());
                plain(key, &mut name, budget, depth + 1)?;
                plain(value, &mut text, budget, depth + 1)?;
                written.push((name, text));
            }
            written.sort();
            let joined: Vec<_> = written.iter().map(|(name, text)| format!("{name}: {text}")).collect();
            out.push('{');
            out.push_str(&joined.join(", "));
            out.push('}');
        }
        View::Optional
            if compare::equal(value, &Value::Optional(Value::nothing().into()), budget)? == Tri::True =>
        {
            out.push_str("optional.none()");
        }
        View::Object(object) => out.push_str(&object.show()),
        _ => {
            let text = value.to_string();
            budget.spend_text(text.len())?;
            out.push_str(&text);
        }
    }
    Ok(())
}
