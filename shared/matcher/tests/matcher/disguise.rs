//! The ways in which people disguise a word.

use chathook_random::Random;

/// A word letter by letter, to be written one behind the other with `divider` in between.
#[derive(Clone)]
pub(crate) struct Word {
    letters: Vec<String>,
    divider: String,
    brackets: Option<(&'static str, &'static str)>,
}

impl Word {
    pub(crate) fn of(term: &str) -> Self {
        Self { letters: term.chars().map(String::from).collect(), divider: String::new(), brackets: None }
    }

    pub(crate) fn text(&self) -> String {
        match self.brackets {
            Some((open, close)) => {
                let letters: Vec<_> = self.letters.iter().map(|letter| format!("{open}{letter}{close}")).collect();
                letters.join(&self.divider)
            }
            None => self.letters.join(&self.divider),
        }
    }

    /// Changes up to `most` of the letters that `change` has something for.
    fn some(&mut self, most: usize, random: &mut Random, change: impl Fn(&str, &mut Random) -> Option<String>) -> bool {
        let mut left = most;
        let begin = random.index(self.letters.len());
        let count = self.letters.len();
        for at in (begin..count).chain(0..begin) {
            if left == 0 {
                break;
            }
            if let Some(changed) = change(&self.letters[at], random) {
                self.letters[at] = changed;
                left -= 1;
            }
        }
        left < most
    }

    /// Changes every letter that `change` has something for.
    fn each(&mut self, change: impl Fn(char) -> Option<char>) -> bool {
        let mut is_changed = false;
        for letter in &mut self.letters {
            let changed: String = letter.chars().map(|letter| change(letter).unwrap_or(letter)).collect();
            is_changed |= changed != *letter;
            *letter = changed;
        }
        is_changed
    }
}

/// What a disguise works on. Of two that work on the same, only some can be combined.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Stage {
    /// Which letters there are.
    Letters,
    /// How they look.
    Style,
    /// What else is written that cannot be seen.
    Unseen,
    /// What is between them.
    Between,
}

pub(crate) struct Disguise {
    pub(crate) name: &'static str,
    pub(crate) stage: Stage,
    /// Whether it could be done.
    pub(crate) apply: fn(&mut Word, &mut Random) -> bool,
}

fn offset(first: u32, from: char) -> impl Fn(char) -> Option<char> {
    move |letter| {
        let nth = u32::from(letter).checked_sub(u32::from(from)).filter(|nth| *nth < 26)?;
        char::from_u32(first + nth)
    }
}

fn table<'t>(table: &'t [(char, &'static str)]) -> impl Fn(&str, &mut Random) -> Option<String> + 't {
    move |letter, random| {
        let (_, forms) = table.iter().find(|(from, _)| letter.chars().eq([*from]))?;
        let forms: Vec<char> = forms.chars().collect();
        Some(random.pick(&forms).to_string())
    }
}

const LEET: [(char, &str); 10] = [
    ('a', "4@"),
    ('e', "3€"),
    ('i', "1!|"),
    ('o', "0"),
    ('s', "5$"),
    ('t', "7+"),
    ('b', "8"),
    ('g', "96"),
    ('l', "1|"),
    ('z', "2"),
];
const CYRILLIC: [(char, &str); 17] = [
    ('a', "а"),
    ('c', "с"),
    ('e', "е"),
    ('o', "о"),
    ('p', "р"),
    ('x', "х"),
    ('y', "у"),
    ('i', "і"),
    ('s', "ѕ"),
    ('h', "һн"),
    ('d', "ԁ"),
    ('k', "к"),
    ('n', "п"),
    ('t', "т"),
    ('b', "в"),
    ('m', "м"),
    ('u', "ц"),
];
const GREEK: [(char, &str); 14] = [
    ('a', "α"),
    ('e', "ε"),
    ('i', "ι"),
    ('k', "κ"),
    ('n', "η"),
    ('o', "ο"),
    ('p', "ρ"),
    ('t', "τ"),
    ('u', "υ"),
    ('v', "ν"),
    ('x', "χ"),
    ('y', "γ"),
    ('w', "ω"),
    ('b', "β"),
];
const OTHERS: [(char, &str); 17] = [
    ('a', "ɑᴀ"),
    ('b', "ƅɓ"),
    ('c', "ᴄƈ"),
    ('d', "ɗԁ"),
    ('e', "ɛℯ"),
    ('g', "ɡց"),
    ('h', "հ"),
    ('i', "ıɩ"),
    ('l', "ӏł"),
    ('n', "ոɴ"),
    ('o', "օᴏ"),
    ('r', "ɾʀ"),
    ('s', "ꜱʂ"),
    ('t', "ᴛŧ"),
    ('u', "սᴜ"),
    ('y', "ყʏ"),
    ('z', "ʐᴢ"),
];
const SMALL_CAPITALS: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ";
const SUPERSCRIPT: &str = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ𐞥ʳˢᵗᵘᵛʷˣʸᶻ";

fn from_list(list: &'static str) -> impl Fn(char) -> Option<char> {
    move |letter| letter.is_ascii_lowercase().then(|| list.chars().nth(letter as usize - 'a' as usize)).flatten()
}

fn unseen(signs: &'static [char]) -> impl Fn(&mut Word, &mut Random) -> bool {
    move |word, random| {
        let count = word.letters.len();
        for letter in word.letters.iter_mut().take(count - 1) {
            letter.push(*random.pick(signs));
        }
        true
    }
}

fn between(word: &mut Word, divider: &str) -> bool {
    word.divider.push_str(divider);
    true
}

fn star(word: &mut Word, random: &mut Random, signs: &[&str]) -> bool {
    let at = 1 + random.index(word.letters.len() - 2);
    word.letters[at] = String::from(*random.pick(signs));
    true
}

fn repeat(word: &mut Word, at: usize, times: usize) -> bool {
    word.letters[at] = word.letters[at].repeat(times);
    true
}

/// For words in Latin letters.
pub(crate) const LATIN: [Disguise; 43] = [
    Disguise { name: "leet", stage: Stage::Letters, apply: |word, random| word.some(2, random, table(&LEET)) },
    Disguise { name: "cyrillic", stage: Stage::Letters, apply: |word, random| word.some(2, random, table(&CYRILLIC)) },
    Disguise { name: "greek", stage: Stage::Letters, apply: |word, random| word.some(2, random, table(&GREEK)) },
    Disguise {
        name: "other look-alikes",
        stage: Stage::Letters,
        apply: |word, random| word.some(3, random, table(&OTHERS)),
    },
    Disguise { name: "star", stage: Stage::Letters, apply: |word, random| star(word, random, &["*"]) },
    Disguise {
        name: "other star",
        stage: Stage::Letters,
        apply: |word, random| star(word, random, &["#", "_", "-", "•", "×"]),
    },
    Disguise {
        name: "repeat",
        stage: Stage::Letters,
        apply: |word, random| {
            let (at, times) = (random.index(word.letters.len()), 3 + random.index(4));
            repeat(word, at, times)
        },
    },
    Disguise {
        name: "repeat all",
        stage: Stage::Letters,
        apply: |word, _| {
            word.letters.iter_mut().for_each(|letter| *letter = letter.repeat(2));
            true
        },
    },
    Disguise {
        name: "upper case",
        stage: Stage::Style,
        apply: |word, _| word.each(|letter| letter.to_uppercase().next()),
    },
    Disguise {
        name: "mixed case",
        stage: Stage::Style,
        apply: |word, random| {
            let odd = random.index(2);
            for (at, letter) in word.letters.iter_mut().enumerate().filter(|(at, _)| at % 2 == odd) {
                let _ = at;
                *letter = letter.to_uppercase();
            }
            true
        },
    },
    Disguise {
        name: "full-width",
        stage: Stage::Style,
        apply: |word, _| {
            word.each(|letter| letter.is_ascii_graphic().then(|| char::from_u32(letter as u32 + 0xFEE0)).flatten())
        },
    },
    Disguise { name: "bold", stage: Stage::Style, apply: |word, _| word.each(offset(0x1D41A, 'a')) },
    Disguise { name: "script", stage: Stage::Style, apply: |word, _| word.each(offset(0x1D4EA, 'a')) },
    Disguise { name: "fraktur", stage: Stage::Style, apply: |word, _| word.each(offset(0x1D586, 'a')) },
    Disguise { name: "double-struck", stage: Stage::Style, apply: |word, _| word.each(offset(0x1D552, 'a')) },
    Disguise { name: "monospace", stage: Stage::Style, apply: |word, _| word.each(offset(0x1D68A, 'a')) },
    Disguise { name: "circled", stage: Stage::Style, apply: |word, _| word.each(offset(0x24D0, 'a')) },
    Disguise { name: "parenthesised", stage: Stage::Style, apply: |word, _| word.each(offset(0x249C, 'a')) },
    Disguise { name: "squared", stage: Stage::Style, apply: |word, _| word.each(offset(0x1F130, 'a')) },
    Disguise { name: "negative circled", stage: Stage::Style, apply: |word, _| word.each(offset(0x1F150, 'a')) },
    Disguise { name: "negative squared", stage: Stage::Style, apply: |word, _| word.each(offset(0x1F170, 'a')) },
    Disguise { name: "regional indicators", stage: Stage::Style, apply: |word, _| word.each(offset(0x1F1E6, 'a')) },
    Disguise { name: "small capitals", stage: Stage::Style, apply: |word, _| word.each(from_list(SMALL_CAPITALS)) },
    Disguise { name: "superscript", stage: Stage::Style, apply: |word, _| word.each(from_list(SUPERSCRIPT)) },
    Disguise {
        name: "zero-width",
        stage: Stage::Unseen,
        apply: |word, random| unseen(&['\u{200B}', '\u{200C}', '\u{200D}', '\u{2060}', '\u{FEFF}'])(word, random),
    },
    Disguise { name: "soft hyphen", stage: Stage::Unseen, apply: |word, random| unseen(&['\u{AD}'])(word, random) },
    Disguise {
        name: "bidi controls",
        stage: Stage::Unseen,
        apply: |word, random| unseen(&['\u{200E}', '\u{202A}', '\u{202C}', '\u{2067}'])(word, random),
    },
    Disguise {
        name: "variation selectors",
        stage: Stage::Unseen,
        apply: |word, random| unseen(&['\u{FE0F}', '\u{FE00}', '\u{E0101}'])(word, random),
    },
    Disguise {
        name: "tags",
        stage: Stage::Unseen,
        apply: |word, random| unseen(&['\u{E0061}', '\u{E0020}'])(word, random),
    },
    Disguise {
        name: "combining marks",
        stage: Stage::Unseen,
        apply: |word, random| {
            unseen(&['\u{301}', '\u{308}', '\u{336}', '\u{323}', '\u{20DD}', '\u{489}'])(word, random)
        },
    },
    Disguise {
        name: "zalgo",
        stage: Stage::Unseen,
        apply: |word, random| {
            (0..5).all(|_| {
                unseen(&['\u{30D}', '\u{315}', '\u{35B}', '\u{346}', '\u{1AB5}', '\u{1DC4}', '\u{FE20}'])(word, random)
            })
        },
    },
    Disguise { name: "spaces", stage: Stage::Between, apply: |word, _| between(word, " ") },
    Disguise { name: "wide spaces", stage: Stage::Between, apply: |word, _| between(word, "\u{3000}") },
    Disguise { name: "line breaks", stage: Stage::Between, apply: |word, _| between(word, "\n") },
    Disguise { name: "dots", stage: Stage::Between, apply: |word, _| between(word, ".") },
    Disguise { name: "dashes", stage: Stage::Between, apply: |word, _| between(word, "-") },
    Disguise { name: "underscores", stage: Stage::Between, apply: |word, _| between(word, "_") },
    Disguise { name: "slashes", stage: Stage::Between, apply: |word, _| between(word, "/") },
    Disguise { name: "bars", stage: Stage::Between, apply: |word, _| between(word, "|") },
    Disguise { name: "stars between", stage: Stage::Between, apply: |word, _| between(word, "*") },
    Disguise {
        name: "other signs",
        stage: Stage::Between,
        apply: |word, random| {
            between(
                word,
                random
                    .pick::<&str>(&["·", "•", "~", "+", "…", " . ", "°", "'", ",", "\t", " - ", "\\", "==", "^", "›"]),
            )
        },
    },
    Disguise {
        name: "emoji",
        stage: Stage::Between,
        apply: |word, random| between(word, random.pick::<&str>(&["🔥", "👉🏽", "❤️", "👨‍👩‍👧", "✨"])),
    },
    Disguise {
        name: "brackets",
        stage: Stage::Between,
        apply: |word, random| {
            word.brackets = Some(*random.pick(&[
                ("(", ")"),
                ("[", "]"),
                ("{", "}"),
                ("<", ">"),
                ("【", "】"),
                ("「", "」"),
                ("\"", "\""),
            ]));
            true
        },
    },
];

const TRADITIONAL: [(char, char); 30] = [
    ('红', '紅'),
    ('赌', '賭'),
    ('场', '場'),
    ('约', '約'),
    ('枪', '槍'),
    ('办', '辦'),
    ('证', '證'),
    ('贷', '貸'),
    ('债', '債'),
    ('彩', '綵'),
    ('网', '網'),
    ('钱', '錢'),
    ('奖', '獎'),
    ('药', '藥'),
    ('军', '軍'),
    ('发', '發'),
    ('币', '幣'),
    ('虚', '虛'),
    ('拟', '擬'),
    ('电', '電'),
    ('码', '碼'),
    ('机', '機'),
    ('卖', '賣'),
    ('烟', '菸'),
    ('马', '馬'),
    ('会', '會'),
    ('员', '員'),
    ('货', '貨'),
    ('单', '單'),
    ('号', '號'),
];

/// For words in ideographs.
pub(crate) const CHINESE: [Disguise; 14] = [
    Disguise {
        name: "traditional",
        stage: Stage::Letters,
        apply: |word, _| word.each(|letter| TRADITIONAL.iter().find(|(from, _)| *from == letter).map(|(_, to)| *to)),
    },
    Disguise {
        name: "repeat",
        stage: Stage::Letters,
        apply: |word, random| {
            let at = random.index(word.letters.len());
            repeat(word, at, 3)
        },
    },
    Disguise {
        name: "zero-width",
        stage: Stage::Unseen,
        apply: |word, random| unseen(&['\u{200B}', '\u{200C}', '\u{2060}', '\u{FEFF}'])(word, random),
    },
    Disguise {
        name: "variation selectors",
        stage: Stage::Unseen,
        apply: |word, random| unseen(&['\u{FE00}', '\u{E0101}'])(word, random),
    },
    Disguise {
        name: "combining marks",
        stage: Stage::Unseen,
        apply: |word, random| unseen(&['\u{336}', '\u{20DD}', '\u{301}'])(word, random),
    },
    Disguise {
        name: "spaces",
        stage: Stage::Between,
        apply: |word, random| between(word, random.pick::<&str>(&[" ", "  ", "\u{3000}"])),
    },
    // Between two ideographs alone, a line or a sentence ends.
    Disguise {
        name: "line breaks",
        stage: Stage::Between,
        apply: |word, _| word.letters.len() > 2 && between(word, "\n"),
    },
    Disguise {
        name: "stops",
        stage: Stage::Between,
        apply: |word, random| {
            word.letters.len() > 2 && between(word, random.pick::<&str>(&[".", "。", "，", "…", "!"]))
        },
    },
    Disguise {
        name: "dots",
        stage: Stage::Between,
        apply: |word, random| between(word, random.pick::<&str>(&["·", "•", "・", "∙"])),
    },
    Disguise {
        name: "dashes",
        stage: Stage::Between,
        apply: |word, random| between(word, random.pick::<&str>(&["-", "—", "_", "~", "～"])),
    },
    Disguise {
        name: "slashes",
        stage: Stage::Between,
        apply: |word, random| between(word, random.pick::<&str>(&["/", "|", "｜", "\\"])),
    },
    Disguise {
        name: "signs",
        stage: Stage::Between,
        apply: |word, random| between(word, random.pick::<&str>(&["*", "+", "#", "^", "&", "※", "★"])),
    },
    Disguise {
        name: "emoji",
        stage: Stage::Between,
        apply: |word, random| between(word, random.pick::<&str>(&["🔥", "❤️", "👨‍👩‍👧"])),
    },
    Disguise {
        name: "brackets",
        stage: Stage::Between,
        apply: |word, random| {
            word.brackets = Some(*random.pick(&[
                ("【", "】"),
                ("[", "]"),
                ("(", ")"),
                ("（", "）"),
                ("「", "」"),
                ("《", "》"),
                ("『", "』"),
                ("{", "}"),
            ]));
            true
        },
    },
];

/// Whether two disguises can be put on one word, and a person still reads it.
pub(crate) fn combine(one: &Disguise, other: &Disguise) -> bool {
    let pair = (one.name, other.name);
    if one.stage != other.stage {
        // Greek capitals look like other letters. What is full of stars has none to read a letter from; letters stand out only against other letters.
        return !matches!(
            pair,
            ("star" | "other star", "stars between" | "dashes" | "underscores" | "other signs")
                | ("leet", "bars" | "other signs" | "brackets")
                | ("greek", "upper case" | "mixed case")
                | ("other star", "bars")
        );
    }
    match one.stage {
        Stage::Letters => !matches!(
            pair,
            ("star", "other star") | ("star" | "other star", "repeat" | "repeat all") | ("repeat", "repeat all")
        ),
        Stage::Style | Stage::Between => false,
        Stage::Unseen => true,
    }
}
