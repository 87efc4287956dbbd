//! What is not there is not found.

use crate::Terms;
use crate::corpus::{CHINESE, ENGLISH, SPANISH, carry};
use crate::disguise::Dice;

/// Short and common words, of the kind that a word filter trips over.
const TOUCHY: [&str; 40] = [
    "invest", "escort", "casino", "betting", "bet", "scam", "vape", "loan", "sex", "porn", "ass", "hell", "damn",
    "tits", "cock", "anal", "rape", "cum", "tit", "nude", "spam", "slots", "bingo", "hacker", "heroin", "meth",
    "opium", "lottery", "crypto", "forex", "cash", "prize", "winner", "lot", "god", "pot", "top", "cop", "steroid",
    "cheats",
];

fn false_hits(terms: &[&str], texts: impl Iterator<Item = String>) -> (usize, Vec<String>) {
    let terms = Terms::evasive(terms);
    let mut count = 0;
    let mut hit = Vec::new();
    for text in texts {
        count += 1;
        let found = terms.hits(&text);
        if !found.is_empty() {
            hit.push(format!("{text}: {found:?}"));
        }
    }
    (count, hit)
}

#[test]
fn innocent_words_that_contain_a_term_are_not_hit() {
    let words = || include_str!("innocent_words.txt").split_whitespace();
    // Each by itself, and each shouted in a sentence.
    let texts = words().map(str::to_owned).chain(words().map(|word| format!("I said: {}!", word.to_uppercase())));
    let (count, hit) = false_hits(&TOUCHY, texts);
    assert!(hit.len() * 100 <= count, "{} of {count}: {hit:#?}", hit.len());
    // The list is about these terms.
    for word in words() {
        assert!(TOUCHY.iter().any(|term| word.contains(term)), "{word} contains no term");
    }
}

/// Sentences whose letters nearly spell a term.
const TRAPS: [&str; 60] = [
    "I'm in vest and tie",
    "She sat as sign and symbol",
    "he said he'll be at the meeting",
    "es cort a palabra",
    "the cas in o'clock",
    "what a pit, a pat, a pot-holder",
    "l o v e is all you need",
    "I *really* mean **it** and _that_ too",
    "c/o Mr. Smith, 5*3=15 and a*b=c",
    "B2B sales, 4x4 cars, mp3 files, h264 video",
    "it costs $5.50, or 5$ each, 100% sure",
    "call +1 (555) 0100 or 555-0199 after 10:30",
    "on 2026-11-21 at 5:05 we had 505 people and 70705 views",
    "https://example.com/a/b/c?d=e&f=g#h",
    "let x = a[i] + b[j] * c[k]; // s.e.t",
    "if (a|b|c) { return d; }",
    "v1.0.5-rc2+build.7",
    "1st, 2nd, 3rd, 4th and 5th place",
    "a) red b) green c) blue d) black",
    "A - B - C - D - E",
    "x y z, p q r, t u v",
    "5am to 9pm, 15mins, 60fps, 20gb, 100k",
    "MIT, IBM, U.S.A., U.K., e.g., i.e., a.m., p.m.",
    "that's a t-shirt, an x-ray and an e-mail",
    "he got a C+ and a B- in maths",
    "well... I - I don't know... maybe?!",
    "yes!!! yes!!! yes!!!",
    "noooooo waaaaay",
    "hahahahaha",
    "To be, or not to be: that is the question",
    "a b c d e f g h i j k l m n o p",
    "1 2 3 4 5 6 7 8 9 0",
    "me too! al! was here, poo! said the bear",
    "(at) home, (old) and (new), <the> {and}",
    "name (at) example (dot) com",
    "#tag1 #tag2 @friend @other",
    "😀😃😄 great 👍🏽 ❤️",
    "C# and F# and .NET, C++ and Rust",
    "the pass was blocked by the class of the grass",
    "assess the assets, assist the assistant",
    "title, titan, constitution, petite",
    "cockpit, peacock, cocktail, hancock",
    "analysis, canal, banal, analog",
    "document, cucumber, accumulate, circumstance",
    "a sh*t-free zone has no sh-t",
    "Is it l8 or gr8? c u 2nite m8",
    "r0b0t b33p b00p",
    "100$ + 20€ = 3 tickets",
    "i/o error, n/a, w/o, b/c, 24/7",
    "snake_case_name, camelCaseName, kebab-case-name",
    "look at my lo-fi hi-fi wi-fi",
    "p.s. I love you. P.P.S. so do I",
    "Best, T. S. Eliot and J. R. R. Tolkien",
    "on the p. 45, l. 12, vol. 3",
    "he asked: s? e? x? no idea",
    "x = 5, s = 3, e = 2",
    "good food, wood and a loot box, beet soup, a coop, a poot",
    "hop on the bus, get a shot at the shop",
    "нет, спасибо, рот закрой, вор, сор, хор, тор",
    "Το νερό, το ποτό και η νύχτα",
];

const CHINESE_HARMLESS: [&str; 14] = [
    "今天天气很好,我们去公园散步吧。",
    "他爱赌,场面很大",
    "请在网上下单,注意查收",
    "这家银行网点多,贷款部在二楼",
    "我买了一张电影票",
    "明天下雨,注意保暖",
    "各位老师,同学,大家好!",
    "1、苹果 2、香蕉 3、橘子",
    "会议时间:9:30-11:00,地点:三楼",
    "价格是100元,不是200元",
    "我的手机号是13800138000",
    "你好吗?我很好。谢谢!",
    "加油!微笑面对每一天",
    "第一,色彩;第二,情感",
];

/// Everyday sentences from everyday words.
#[allow(clippy::too_many_lines, reason = "they are words")]
fn sentences(count: usize) -> impl Iterator<Item = String> {
    const WHO: [&str; 16] = [
        "I",
        "we",
        "they",
        "my sister",
        "the teacher",
        "a friend",
        "our team",
        "Tom",
        "Ana",
        "the kids",
        "nobody",
        "he",
        "she",
        "you",
        "my boss",
        "the dog",
    ];
    const DO: [&str; 20] = [
        "saw",
        "bought",
        "lost",
        "found",
        "liked",
        "painted",
        "cooked",
        "sold",
        "fixed",
        "passed",
        "assessed",
        "investigated",
        "discussed",
        "carried",
        "hated",
        "shook",
        "tasted",
        "washed",
        "is looking at",
        "can't stand",
    ];
    const WHAT: [&str; 28] = [
        "a house",
        "the asteroid photos",
        "some shiitake",
        "two tickets",
        "a cocktail",
        "the class notes",
        "a grape",
        "his document",
        "the canal",
        "an mp3",
        "4x4 tyres",
        "50 eggs",
        "the titanium ring",
        "a scampi dish",
        "a heroine's story",
        "9 lives",
        "the lot",
        "a potato",
        "her glasses",
        "3.5 litres of milk",
        "a B2B deal",
        "$20",
        "the cashew nuts",
        "a landscape",
        "my loaner car",
        "the skyscraper",
        "a Dickens novel",
        "Essex",
    ];
    const HOW: [&str; 18] = [
        "",
        " today",
        " at 5:30",
        " on 12/05/2026",
        " for $9.99",
        " in town",
        ", ok?",
        "!!!",
        "...",
        " :)",
        " 😀",
        " (really)",
        " - twice",
        " *again*",
        " @ home",
        " & more",
        ", i.e. never",
        " / always",
    ];
    const AND: [&str; 8] = [".", ". ", ", and ", "; ", "! ", "? ", " - ", "\n"];
    let mut dice = Dice::new(11);
    (0..count).map(move |_| {
        let mut text = String::new();
        for nth in 0..=dice.roll(2) {
            if nth > 0 {
                text.push_str(dice.pick::<&str>(&AND));
            }
            for part in [WHO[dice.roll(16)], " ", DO[dice.roll(20)], " ", WHAT[dice.roll(28)], HOW[dice.roll(18)]] {
                text.push_str(part);
            }
        }
        text
    })
}

/// Numbers, prices, dates, phone numbers, codes.
fn numbers(count: usize) -> impl Iterator<Item = String> {
    let mut dice = Dice::new(13);
    (0..count).map(move |_| {
        let number =
            |dice: &mut Dice, digits: usize| (0..digits).map(|_| dice.roll(10).to_string()).collect::<String>();
        let digits = 1 + dice.roll(6);
        let number = match dice.roll(8) {
            0 => number(&mut dice, digits),
            1 => format!("{}.{}", number(&mut dice, digits), number(&mut dice, 2)),
            2 => format!("+{} {} {}", number(&mut dice, 2), number(&mut dice, 3), number(&mut dice, 4)),
            3 => format!("{}:{}", number(&mut dice, 2), number(&mut dice, 2)),
            4 => format!("{}-{}-{}", number(&mut dice, 4), number(&mut dice, 2), number(&mut dice, 2)),
            5 => format!("${},{}", number(&mut dice, 2), number(&mut dice, 3)),
            6 => format!("{}k", number(&mut dice, digits)),
            _ => (0..digits).map(|_| dice.roll(10).to_string()).collect::<Vec<_>>().join(" "),
        };
        carry(dice.pick::<&str>(&["{}", "it was {}", "{} of them", "no. {}, please", "is {} ok?"]), &number)
    })
}

#[test]
fn harmless_sentences_are_not_hit() {
    let terms: Vec<&str> = TOUCHY.into_iter().chain(ENGLISH).chain(SPANISH).chain(CHINESE).collect();
    let traps = TRAPS.into_iter().chain(CHINESE_HARMLESS).map(str::to_owned);
    let (count, hit) = false_hits(&terms, traps.chain(sentences(3_000)).chain(numbers(2_000)));
    // A few of the generated sentences really hold a term.
    let hit: Vec<_> = hit.into_iter().filter(|hit| !is_honest(hit)).collect();
    assert!(hit.len() * 1_000 <= count, "{} of {count}: {hit:#?}", hit.len());
}

/// Whether the term stands in the sentence as it is, as in "the lot".
fn is_honest(hit: &str) -> bool {
    ["the lot", "SEX", "a pot-holder"].iter().any(|words| hit.contains(words))
}
