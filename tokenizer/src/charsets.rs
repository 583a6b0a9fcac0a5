//! The single-byte encodings in which a text may wrongly have been read.
//!
//! Each table holds the 128 characters of the bytes 0x80–0xFF as the Unicode Consortium's mapping
//! files give them; a byte without a character stands for the control character of the same
//! number, because programs that write such text let it through.

/// One single-byte encoding.
pub(super) struct Charset {
    /// The characters of the bytes 0x80–0xFF.
    upper: &'static str,
    /// Byte 0x1A stands for U+FFFD: what a lossy conversion has left of an unknown byte.
    pub(super) lossy: bool,
    /// A byte 0xA0 in it may have become a plain space. Not so in Mac Roman, where the same bytes
    /// are an en dash and a space.
    pub(super) space_may_be_a0: bool,
}

impl Charset {
    /// The bytes that this encoding has for the text; `None` where it lacks a character.
    pub(super) fn encode(&self, text: &str) -> Option<Vec<u8>> {
        text.chars().map(|c| self.byte(c)).collect()
    }

    fn byte(&self, c: char) -> Option<u8> {
        match c {
            '\u{1a}' if self.lossy => None,
            '\u{fffd}' if self.lossy => Some(0x1a),
            c if c.is_ascii() => Some(c as u8),
            c => self.upper.chars().position(|known| known == c).map(|i| 0x80 + i as u8),
        }
    }
}

/// The character that a byte of 0x80–0x9F is in Windows-1252; `None` for the five unassigned ones.
pub(super) fn windows_1252(c1: char) -> Option<char> {
    let index = (c1 as u32).checked_sub(0x80)?;
    WINDOWS_1252.chars().nth(index as usize).filter(|&c| c != c1)
}

/// In the order in which they are tried: the likelier first.
pub(super) static CHARSETS: [Charset; 10] = [
    charset(LATIN_1, false),
    charset(WINDOWS_1252, true),
    charset(WINDOWS_1251, true),
    charset(WINDOWS_1250, true),
    charset(WINDOWS_1253, true),
    charset(WINDOWS_1254, true),
    charset(WINDOWS_1257, true),
    charset(ISO_8859_2, false),
    Charset { upper: MAC_ROMAN, lossy: false, space_may_be_a0: false },
    charset(CP437, false),
];

const fn charset(upper: &'static str, lossy: bool) -> Charset {
    Charset { upper, lossy, space_may_be_a0: true }
}

const LATIN_1: &str = "\
    \u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8a}\u{8b}\u{8c}\u{8d}\u{8e}\u{8f}\
    \u{90}\u{91}\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9a}\u{9b}\u{9c}\u{9d}\u{9e}\u{9f}\
    \u{a0}¡¢£¤¥¦§\u{a8}©ª«¬\u{ad}®\u{af}\
    °±²³\u{b4}µ¶·\u{b8}¹º»¼½¾¿\
    ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ\
    ÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß\
    àáâãäåæçèéêëìíîï\
    ðñòóôõö÷øùúûüýþÿ";
const WINDOWS_1252: &str = "\
    €\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\
    \u{90}‘’“”•–—\u{2dc}™š›œ\u{9d}žŸ\
    \u{a0}¡¢£¤¥¦§\u{a8}©ª«¬\u{ad}®\u{af}\
    °±²³\u{b4}µ¶·\u{b8}¹º»¼½¾¿\
    ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ\
    ÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß\
    àáâãäåæçèéêëìíîï\
    ðñòóôõö÷øùúûüýþÿ";
const WINDOWS_1251: &str = "\
    ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏ\
    ђ‘’“”•–—\u{98}™љ›њќћџ\
    \u{a0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{ad}®Ї\
    °±Ііґµ¶·ё№є»јЅѕї\
    АБВГДЕЖЗИЙКЛМНОП\
    РСТУФХЦЧШЩЪЫЬЭЮЯ\
    абвгдежзийклмноп\
    рстуфхцчшщъыьэюя";
const WINDOWS_1250: &str = "\
    €\u{81}‚\u{83}„…†‡\u{88}‰Š‹ŚŤŽŹ\
    \u{90}‘’“”•–—\u{98}™š›śťžź\
    \u{a0}ˇ\u{2d8}Ł¤Ą¦§\u{a8}©Ş«¬\u{ad}®Ż\
    °±\u{2db}ł\u{b4}µ¶·\u{b8}ąş»Ľ\u{2dd}ľż\
    ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎ\
    ĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢß\
    ŕáâăäĺćçčéęëěíîď\
    đńňóôőö÷řůúűüýţ\u{2d9}";
const WINDOWS_1253: &str = "\
    €\u{81}‚ƒ„…†‡\u{88}‰\u{8a}‹\u{8c}\u{8d}\u{8e}\u{8f}\
    \u{90}‘’“”•–—\u{98}™\u{9a}›\u{9c}\u{9d}\u{9e}\u{9f}\
    \u{a0}\u{385}Ά£¤¥¦§\u{a8}©ª«¬\u{ad}®―\
    °±²³\u{384}µ¶·ΈΉΊ»Ό½ΎΏ\
    ΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟ\
    ΠΡÒΣΤΥΦΧΨΩΪΫάέήί\
    ΰαβγδεζηθικλμνξο\
    πρςστυφχψωϊϋόύώÿ";
const WINDOWS_1254: &str = "\
    €\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}\u{8e}\u{8f}\
    \u{90}‘’“”•–—\u{2dc}™š›œ\u{9d}\u{9e}Ÿ\
    \u{a0}¡¢£¤¥¦§\u{a8}©ª«¬\u{ad}®\u{af}\
    °±²³\u{b4}µ¶·\u{b8}¹º»¼½¾¿\
    ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ\
    ĞÑÒÓÔÕÖ×ØÙÚÛÜİŞß\
    àáâãäåæçèéêëìíîï\
    ğñòóôõö÷øùúûüışÿ";
const WINDOWS_1257: &str = "\
    €\u{81}‚\u{83}„…†‡\u{88}‰\u{8a}‹\u{8c}\u{a8}ˇ\u{b8}\
    \u{90}‘’“”•–—\u{98}™\u{9a}›\u{9c}\u{af}\u{2db}\u{9f}\
    \u{a0}¡¢£¤¥¦§Ø©Ŗ«¬\u{ad}®Æ\
    °±²³\u{b4}µ¶·ø¹ŗ»¼½¾æ\
    ĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻ\
    ŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽß\
    ąįāćäåęēčéźėģķīļ\
    šńņóōõö÷ųłśūüżž\u{2d9}";
const ISO_8859_2: &str = "\
    \u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8a}\u{8b}\u{8c}\u{8d}\u{8e}\u{8f}\
    \u{90}\u{91}\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9a}\u{9b}\u{9c}\u{9d}\u{9e}\u{9f}\
    \u{a0}Ą\u{2d8}Ł¤ĽŚ§\u{a8}ŠŞŤŹ\u{ad}ŽŻ\
    °ą\u{2db}ł\u{b4}ľśˇ\u{b8}šşťź\u{2dd}žż\
    ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎ\
    ĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢß\
    ŕáâăäĺćçčéęëěíîď\
    đńňóôőö÷řůúűüýţ\u{2d9}";
const MAC_ROMAN: &str = "\
    ÄÅÇÉÑÖÜáàâäãåçéè\
    êëíìîïñóòôöõúùûü\
    †°¢£§•¶ß®©™\u{b4}\u{a8}≠ÆØ\
    ∞±≤≥¥µ∂∑∏π∫ªºΩæø\
    ¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ\
    –—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ\
    ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\
    \u{f8ff}ÒÚÛÙıˆ\u{2dc}\u{af}\u{2d8}\u{2d9}\u{2da}\u{b8}\u{2dd}\u{2db}ˇ";
const CP437: &str = "\
    ÇüéâäàåçêëèïîìÄÅ\
    ÉæÆôöòûùÿÖÜ¢£¥₧ƒ\
    áíóúñÑªº¿⌐¬½¼¡«»\
    ░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧\
    ╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
    αßΓπΣσµτΦΘΩδ∞φε∩\
    ≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
