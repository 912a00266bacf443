//! Texts within XML and Markdown: a label may hold any character, and must come out as it is and never as markup.

use std::fmt::Write;

/// A text within XML 1.0, be it in an element or in an attribute of either quote.
///
/// Line ends and tabs become references, which parsers leave as they are in attributes too. Characters that XML 1.0
/// cannot hold in any form become U+FFFD.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => reference(&mut escaped, character),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A text within a cell of a Markdown table.
///
/// Whatever Markdown or HTML could take for markup becomes a character reference, and so do blanks that would be lost: at
/// the ends and after another.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut after_blank = true;
    while let Some(character) = characters.next() {
        let blank = character == ' ';
        if blank && (after_blank || characters.peek().is_none()) {
            escaped.push_str("&nbsp;");
        } else if character.is_alphanumeric() || " .,/-+%()".contains(character) {
            escaped.push(character);
        } else if character.is_control() {
            escaped.push(char::REPLACEMENT_CHARACTER);
        } else {
            reference(&mut escaped, character);
        }
        after_blank = blank;
    }
    escaped
}

/// A character by its number.
fn reference(escaped: &mut String, character: char) {
    write!(escaped, "&#{};", u32::from(character)).expect("a string takes all that is written");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a parser makes of the references in a text.
    fn resolved(text: &str) -> String {
        let mut parts = text.split('&');
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once(';').unwrap();
            let named = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", ' ')];
            let known = named.iter().find(|(of, _)| *of == name).map(|&(_, character)| character);
            let number = || name.strip_prefix('#')?.parse().ok().and_then(char::from_u32);
            out.push(known.or_else(number).unwrap());
            out.push_str(rest);
        }
        out
    }

    #[test]
    fn markup_in_a_label_is_text() {
        assert_eq!(xml("<a b=\"c\">'&'\n\u{7}"), "&lt;a b=&quot;c&quot;&gt;&apos;&amp;&apos;&#10;\u{fffd}");
        assert_eq!(markdown("a|b `*_<i>"), "a&#124;b &#96;&#42;&#95;&#60;i&#62;");
        assert_eq!(markdown("  5 kg "), "&nbsp;&nbsp;5 kg&nbsp;");
    }

    proptest! {
        #[test]
        fn every_text_comes_out_as_it_is(text in "\\PC*") {
            prop_assume!(!text.contains(['\u{fffe}', '\u{ffff}']));
            prop_assert_eq!(resolved(&xml(&text)), text.clone());
            prop_assert_eq!(resolved(&markdown(&text)), text);
        }

        #[test]
        fn no_text_has_markup_in_it(text in any::<String>()) {
            prop_assert!(!xml(&text).contains(['<', '>', '"', '\'', '\n', '\t', '\0']));
            prop_assert!(!markdown(&text).contains(['<', '|', '`', '*', '_', '[', '\\', '\n', '\r']));
        }
    }
}
