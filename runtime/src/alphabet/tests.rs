//! Tests of alphabets and allow-lists.

use proptest::prelude::*;

use super::*;

fn hex() -> Alphabet {
    Alphabet::new("0123456789ABCDEF.-\\").unwrap()
}

/// The characters an allow-list lets through, in class order.
fn allowed(alphabet: &Alphabet, list: &AllowList) -> String {
    assert!(list.allows(BLANK), "the blank is always allowed");
    (1..=u16::MAX).zip(alphabet.chars()).filter(|(class, _)| list.allows(*class)).map(|x| x.1).collect()
}

fn parsed(pattern: &str) -> String {
    allowed(&hex(), &AllowList::parse(&hex(), pattern).unwrap())
}

fn message(result: Result<impl Sized, AlphabetError>) -> String {
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn the_first_character_is_class_one() {
    let alphabet = Alphabet::new("bµa").unwrap();
    assert_eq!(alphabet.classes(), 4);
    assert_eq!(alphabet.chars(), ['b', 'µ', 'a']);
    assert_eq!(alphabet.class_of('b'), Some(1));
    assert_eq!(alphabet.class_of('a'), Some(3));
    assert_eq!(alphabet.class_of('c'), None);
    assert_eq!(alphabet.char_of(BLANK), None);
    assert_eq!(alphabet.char_of(2), Some('µ'));
    assert_eq!(alphabet.char_of(4), None);
}

#[test]
fn an_alphabet_without_characters_is_refused() {
    assert_eq!(Alphabet::new(""), Err(AlphabetError::Empty));
}

#[test]
fn a_duplicate_is_named_with_both_its_classes() {
    let error = AlphabetError::Duplicate { char: 'µ', first: 2, second: 4 };
    assert_eq!(Alphabet::new("aµbµ"), Err(error));
    let text = message(Alphabet::new("aµbµ"));
    assert!(text.contains("U+00B5 'µ' as class 2 and again as class 4"), "{text}");
}

#[test]
fn a_line_end_in_an_alphabet_is_refused() {
    let text = message(Alphabet::new("ab\n"));
    assert!(text.contains("control character U+000A '\\n' as class 3"), "{text}");
}

#[test]
fn the_largest_alphabet_fits_and_one_more_does_not() {
    let chars = |count| ('\u{10000}'..).take(count).collect::<String>();
    let alphabet = Alphabet::new(&chars(MAX_CHARS)).unwrap();
    assert_eq!(alphabet.classes(), 65536);
    assert_eq!(alphabet.char_of(u16::MAX), Some('\u{1fffe}'));
    assert_eq!(alphabet.class_of('\u{1fffe}'), Some(u16::MAX));
    assert!(AllowList::from_chars(&alphabet, "\u{1fffe}").unwrap().allows(u16::MAX));
    assert_eq!(Alphabet::new(&chars(65536)), Err(AlphabetError::TooLong { chars: 65536 }));
}

#[test]
fn encode_names_the_character_its_place_and_the_label() {
    let text = message(hex().encode("0µF"));
    assert!(text.contains("U+00B5 'µ' at character 2 of \"0µF\""), "{text}");
    assert!(text.contains("add it to the alphabet or correct the label"), "{text}");
    assert_eq!(hex().encode(""), Ok(vec![]));
}

#[test]
fn an_alphabet_is_serialized_as_a_plain_string() {
    let json = serde_json::to_string(&Alphabet::new("a°b").unwrap()).unwrap();
    assert_eq!(json, "\"a°b\"");
    assert_eq!(serde_json::from_str::<Alphabet>(&json).unwrap().class_of('b'), Some(3));
    let refused = serde_json::from_str::<Alphabet>("\"aa\"").unwrap_err().to_string();
    assert!(refused.contains("class 1 and again as class 2"), "{refused}");
}

#[test]
fn a_description_folds_ascii_and_cuts_long_lists() {
    let ascii: String = (' '..='~').collect();
    let describe = |chars: &str| Alphabet::new(chars).unwrap().describe();
    assert_eq!(describe(&ascii), "95 characters: ASCII printable");
    assert_eq!(describe(&(ascii + "°µ")), "97 characters: ASCII printable, ° µ");
    assert_eq!(describe("abcdefghijklm"), "13 characters: a b c d e f g h i j k l …");
}

#[test]
fn an_allow_list_lets_only_its_characters_through() {
    let list = AllowList::from_chars(&hex(), "9-0").unwrap();
    assert_eq!(allowed(&hex(), &list), "09-");
    assert_eq!(list.classes(), Some(20));
    assert!(!list.allows(20) && !list.allows(u16::MAX), "nothing past the alphabet");
}

#[test]
fn the_list_of_all_lets_everything_through() {
    assert!(AllowList::all().allows(0) && AllowList::all().allows(u16::MAX));
    assert_eq!(AllowList::all().classes(), None);
    assert_eq!(AllowList::default(), AllowList::all());
}

#[test]
fn an_allow_list_of_nothing_is_refused() {
    assert_eq!(AllowList::from_chars(&hex(), ""), Err(AlphabetError::EmptyAllowList));
    assert_eq!(AllowList::parse(&hex(), ""), Err(AlphabetError::EmptyAllowList));
}

#[test]
fn an_allow_list_cannot_hold_what_the_alphabet_lacks() {
    let text = message(AllowList::from_chars(&hex(), "0x"));
    assert!(text.contains("U+0078 'x' at character 2 of the allow-list \"0x\""), "{text}");
    let text = message(AllowList::parse(&hex(), "0-9A-G"));
    assert!(text.contains("U+0047 'G' at character 4"), "{text}");
}

#[test]
fn a_pattern_reads_ranges_escapes_and_outer_dashes() {
    assert_eq!(parsed("0-3A-B."), "0123AB.");
    assert_eq!(parsed("-0"), "0-");
    assert_eq!(parsed("0-"), "0-");
    assert_eq!(parsed("-"), "-");
    assert_eq!(parsed("0-3-"), "0123-");
    assert_eq!(parsed("0\\-3"), "03-");
    assert_eq!(parsed("\\\\"), "\\");
    assert_eq!(parsed("\\0-\\3"), "0123");
    assert_eq!(parsed("--."), ".-");
    assert_eq!(parsed("7-7"), "7");
}

#[test]
fn a_pattern_that_cannot_be_read_says_where() {
    assert!(message(AllowList::parse(&hex(), "A9-0")).contains("character 2: the range runs back"));
    assert!(message(AllowList::parse(&hex(), "0-9-A")).contains("character 4: a - right after"));
    assert!(message(AllowList::parse(&hex(), "0\\")).contains("character 2: the last \\"));
}

proptest! {
    #[test]
    fn classes_lead_back_to_the_text(text in "[0-9A-F.]{0,40}") {
        let alphabet = hex();
        let classes = alphabet.encode(&text).unwrap();
        let back: Option<String> = classes.iter().map(|&class| alphabet.char_of(class)).collect();
        prop_assert_eq!(back, Some(text));
    }

    #[test]
    fn any_string_is_refused_or_kept_as_it_is(chars in ".{0,40}") {
        if let Ok(alphabet) = Alphabet::new(&chars) {
            prop_assert_eq!(String::from(alphabet), chars);
        }
    }

    #[test]
    fn escaping_every_character_equals_listing_them(chars in "[0-9A-F.\\\\-]{1,20}") {
        let escaped: String = chars.chars().flat_map(|char| ['\\', char]).collect();
        let listed = AllowList::from_chars(&hex(), &chars);
        prop_assert_eq!(AllowList::parse(&hex(), &escaped), listed);
    }

    #[test]
    fn any_pattern_is_read_or_refused(pattern in "[0-9A-G.\\\\-]{0,20}") {
        let _ = AllowList::parse(&hex(), &pattern);
    }
}

#[test]
fn a_foreign_table_may_hold_a_character_twice() {
    let alphabet = Alphabet::from_table("a\n|\nb\n|\n").unwrap();
    assert_eq!(alphabet.classes(), 5);
    assert_eq!([alphabet.char_of(2), alphabet.char_of(4)], [Some('|'); 2]);
    assert_eq!(alphabet.encode("b|").unwrap(), [3, 2]);
}

#[test]
fn a_table_line_of_several_characters_is_refused() {
    let error = Alphabet::from_table("a\nblank\n").unwrap_err();
    assert_eq!(error, AlphabetError::Entry { line: 2, entry: "blank".to_owned() });
}
