//! Base64, and strings as literals.

use super::Call;
use crate::expr::program::{Budget, Fault};
use crate::expr::value::Value;
use crate::expr::view::View;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `base64.encode(bytes)`
pub(super) fn encode<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let View::Bytes(bytes) = call.args[0].view(budget) else { return Err(call.wrong(0, budget)) };
    budget.spend_text(bytes.len() * 2)?;
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place > group.len() { '=' } else { char::from(digit) });
        }
    }
    Ok(Value::made(out))
}

/// `base64.decode(text)`: padding may be left out.
pub(super) fn decode<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let text = call.str(0, budget)?;
    budget.spend_text(text.len() * 2)?;
    let bytes = decoded(text.as_bytes());
    bytes
        .map(|bytes| Value::Bytes(bytes.into()))
        .ok_or_else(|| Fault::Message("this string is not base64".to_owned()))
}

/// The bytes that a text is the base64 of, if it is any's; padding may be left out.
pub fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    if digits.len() < text.len() && !text.len().is_multiple_of(4) || digits.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        let mut bits = 0;
        for digit in group {
            bits = bits << 6 | ALPHABET.iter().position(|known| known == digit)?;
        }
        bits <<= 6 * (4 - group.len());
        let bytes = [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8];
        out.extend_from_slice(&bytes[..group.len() - 1]);
    }
    Some(out)
}

/// `strings.quote(text)`: as a literal in double quotes.
pub(super) fn quote<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let text = call.str(0, budget)?;
    budget.spend_text(text.len() * 2)?;
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        let escape = match c {
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\u{b}' => 'v',
            '\\' | '"' => c,
            _ => {
                out.push(c);
                continue;
            }
        };
        out.extend(['\\', escape]);
    }
    out.push('"');
    Ok(Value::made(out))
}
