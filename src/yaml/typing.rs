//! How each consumer reads a plain scalar.

use super::document::{Dialect, Scalar};
use std::borrow::Cow;

/// Reads a plain scalar.
///
/// `Core` is the core schema of YAML 1.2.2, section 10.3.2. The two Go dialects agree but for booleans: yaml.v2 also
/// takes the words of YAML 1.1. Both read a timestamp as a string here: it has no counterpart in JSON, which is what
/// Kubernetes and Compose turn YAML into.
pub(super) fn resolve(text: Cow<'_, str>, dialect: Dialect) -> Scalar<'_> {
    let known = match text.as_bytes().first() {
        None => Some(Scalar::Null),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => number(&text, dialect),
        Some(b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'o' | b'O') => {
            word(&text, dialect)
        }
        _ => None,
    };
    known.unwrap_or(Scalar::Str(text))
}

/// Reads a scalar with an explicit tag of the core schema; `None` when the tag is not one of them or does not fit.
#[expect(clippy::cast_precision_loss, reason = "the tag asks for a float")]
pub(super) fn tagged<'t>(tag: &str, text: &Cow<'t, str>, dialect: Dialect) -> Option<Scalar<'t>> {
    let plain = || resolve(text.clone(), dialect);
    match (tag, plain()) {
        ("str", _) => Some(Scalar::Str(text.clone())),
        ("null", _) => Some(Scalar::Null),
        ("bool", found @ Scalar::Bool(_))
        | ("int", found @ Scalar::Int(_))
        | ("float", found @ Scalar::Float(_)) => Some(found),
        ("float", Scalar::Int(int)) => Some(Scalar::Float(int as f64)),
        ("bool" | "int" | "float" | "timestamp", _) => None,
        // Go resolves no scalar with another tag.
        _ if dialect != Dialect::Core => Some(Scalar::Str(text.clone())),
        _ => None,
    }
}

fn word(text: &str, dialect: Dialect) -> Option<Scalar<'static>> {
    match text {
        "~" | "null" | "Null" | "NULL" => Some(Scalar::Null),
        "true" | "True" | "TRUE" => Some(Scalar::Bool(true)),
        "false" | "False" | "FALSE" => Some(Scalar::Bool(false)),
        _ if dialect != Dialect::GoYamlV2 => None,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(Scalar::Bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(Scalar::Bool(false)),
        _ => None,
    }
}

fn number(text: &str, dialect: Dialect) -> Option<Scalar<'static>> {
    let (negative, magnitude) = match text.as_bytes()[0] {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    match magnitude {
        ".inf" | ".Inf" | ".INF" if negative => return Some(Scalar::Float(f64::NEG_INFINITY)),
        ".inf" | ".Inf" | ".INF" => return Some(Scalar::Float(f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" if magnitude.len() == text.len() => return Some(Scalar::Float(f64::NAN)),
        _ => {}
    }
    if dialect == Dialect::Core {
        return match magnitude.as_bytes() {
            // The core schema knows no sign before these.
            [b'0', b'o', ..] if text.len() == magnitude.len() => integer(&magnitude[2..], 8, false),
            [b'0', b'x', ..] if text.len() == magnitude.len() => integer(&magnitude[2..], 16, false),
            _ => integer(magnitude, 10, negative).or_else(|| float(text)),
        };
    }
    let text: Cow<'_, str> = if text.contains('_') && may_drop_underscores(text) {
        text.replace('_', "").into()
    } else {
        text.into()
    };
    let magnitude = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let (digits, radix) = match magnitude.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&magnitude[2..], 16),
        [b'0', b'o' | b'O', ..] => (&magnitude[2..], 8),
        [b'0', b'b' | b'B', ..] => (&magnitude[2..], 2),
        [b'0', _, ..] => (&magnitude[1..], 8),
        _ => (magnitude, 10),
    };
    go_integer(digits, radix, &text).or_else(|| float(&text)).filter(|number| match number {
        Scalar::Float(value) => value.is_finite(),
        _ => true,
    })
}

/// Whether Go takes a number for what it is without its underscores: always, but if it begins with a dot, where an underscore
/// must stand between digits.
fn may_drop_underscores(text: &str) -> bool {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let between = |at: usize| digit(bytes.get(at.wrapping_sub(1))) && digit(bytes.get(at + 1));
    !text.starts_with('.') || memchr::memchr_iter(b'_', bytes).all(between)
}

/// An integer as Go reads it: 64 bits, or one bit more without a sign. One outside of that is for [`float`] to read.
#[expect(clippy::cast_precision_loss, reason = "a scalar has no unsigned integers")]
fn go_integer(digits: &str, radix: u32, text: &str) -> Option<Scalar<'static>> {
    if !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return None;
    }
    let magnitude = i128::from_str_radix(digits, radix).ok()?;
    let value = if text.starts_with('-') { -magnitude } else { magnitude };
    let unsigned = || u64::try_from(value).ok().filter(|_| !text.starts_with('+'));
    i64::try_from(value).map(Scalar::Int).ok().or_else(|| Some(Scalar::Float(unsigned()? as f64)))
}

/// An integer; one too large for 64 bits becomes a float.
fn integer(digits: &str, radix: u32, negative: bool) -> Option<Scalar<'static>> {
    if digits.is_empty() || !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return None;
    }
    let parsed = i128::from_str_radix(digits, radix).ok().map(|value| if negative { -value } else { value });
    if let Some(value) = parsed.and_then(|value| i64::try_from(value).ok()) {
        return Some(Scalar::Int(value));
    }
    if radix == 10 {
        let value: f64 = digits.parse().ok()?;
        return Some(Scalar::Float(if negative { -value } else { value }));
    }
    let radix = f64::from(radix);
    let value = digits
        .chars()
        .filter_map(|digit| digit.to_digit(36))
        .fold(0.0, |sum, digit| sum * radix + f64::from(digit));
    Some(Scalar::Float(if negative { -value } else { value }))
}

/// A float of the form that both the core schema and Go take: `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn float(text: &str) -> Option<Scalar<'static>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) =
        unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    let formed = digits(whole)
        && fraction.is_none_or(digits)
        && !(whole.is_empty() && fraction.is_none_or(str::is_empty))
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    formed.then(|| text.parse().ok().map(Scalar::Float)).flatten()
}
