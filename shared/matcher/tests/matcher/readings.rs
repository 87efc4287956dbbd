//! What is read as a term, and what is not, kind by kind: a term, texts that hold it, texts that do not.

use crate::Terms;

type Case<'c> = (&'c str, &'c [&'c str], &'c [&'c str]);

fn check(cases: &[Case<'_>]) {
    let mut wrong = Vec::new();
    for (term, hits, others) in cases {
        let terms = Terms::evasive(&[term]);
        wrong.extend(hits.iter().filter(|text| terms.hits(text).is_empty()).map(|text| format!("{term} in {text}")));
        wrong.extend(
            others.iter().filter(|text| !terms.hits(text).is_empty()).map(|text| format!("no {term} in {text}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_sign_beside_a_word_is_no_letter_of_it() {
    check(&[
        ("kill", &["kill!", "KILL!!", "kill|x", "x|kill", "kill❗", "k!ll!", "kill1"], &["skill!", "killi", "k!!"]),
        ("linda", &["¡linda!", "|linda|", "!linda", "hola|linda"], &[]),
        ("casino", &["casino™", "①casino", "casino©", "🅰casino", "casinoⓈ", "ⓒⓐⓢⓘⓝⓞ"], &["ⓒⓐⓢⓘⓝⓞⓢ", "casinos™"]),
        ("savvy", &["savvy", "SAVVY", "savvvvy", "s.a.v.v.y"], &["saw y"]),
        ("window", &["vvindow", "windovv"], &["vvindows"]),
    ]);
}

#[test]
fn a_term_of_signs_is_found_as_it_is_written() {
    check(&[
        ("$$$", &["make $$$ now", "$$$"], &["sss", "$$", "s$s"]),
        ("<3", &["i <3 u", "<3"], &["c3", "<30", "{3"]),
        ("@$$", &["kiss my @$$", "@$$!"], &["ass"]),
        ("wow!", &["wow!", "Wow!!"], &["wow"]),
        ("a$$", &["a$$", "A$$!", "a$$$$"], &["ass", "a$"]),
    ]);
}

#[test]
fn letters_are_doubled_swapped_and_crossed_out_unless_that_is_another_word() {
    check(&[
        ("fuck", &["fuuck", "fvck", "f8ck", "fuxk", "FVCK", "fuckk"], &["f88ck", "fcuk", "funk"]),
        ("god", &["godd", "gooood"], &["good", "g o o d", "GOOD"]),
        ("bitch", &["bltch", "biitch", "b2tch", "bitxh"], &["batch"]),
        ("fail", &["faill"], &["fall", "foil"]),
        ("boner", &["bonner's bonerr", "b0xer b@ner"], &["boxer"]),
        ("ficken", &["flcken", "fickken"], &["flicken"]),
        ("dud", &["duud"], &["dvd", "DVD"]),
        ("cum", &["cuum"], &["cvm"]),
        ("coma*", &[], &["comma", "commander"]),
        ("whoring", &["wh@ring", "whor1ng", "whorlng"], &["whirling"]),
        ("sexy", &["6exy", "se*y", "s3xy"], &["exy"]),
        ("motherfucker", &["m@therfvcker", "motherfuckker"], &[]),
    ]);
}

#[test]
fn a_number_beside_a_word_is_no_part_of_it() {
    check(&[
        ("casino", &["casino888", "888casino", "24casino7", "casino0", "casino100mg"], &["casin4s", "2casinos"]),
        ("ster", &["ster2020"], &["m4ster", "ster3o"]),
        ("av", &["1av2", "123av456"], &["1av", "av2", "3av4f", "have"]),
        ("mp", &[], &["mp3", "mp34", "2mp"]),
    ]);
}

#[test]
fn signs_divide_chinese_words_but_do_not_join_clauses() {
    check(&[
        (
            "赌场",
            &["【赌】【场】", "「赌」「场」", "赌·场", "赌 场", "赌-场", "\"赌\"\"场\""],
            &["赌.场", "赌…场", "赌”场", "赌\n场", "赌a场"],
        ),
        ("操我", &["操我"], &["情操......我们", "体操……我"]),
        (
            "加微信",
            &["加.微.信", "加，微，信", "加a微b信", "加1微2信", "加\n微\n信"],
            &["加.微信", "加微，信", "加a微信"],
        ),
    ]);
}

#[test]
fn digits_are_numerals_and_letters_only_where_they_are_read_so() {
    check(&[
        ("下三滥", &["下3滥", "下③滥", "下３滥", "下⒊滥", "下❸滥"], &["下33滥", "下4滥"]),
        ("下3滥", &["下三滥", "下3滥"], &["下四滥", "下e滥"]),
        ("六合彩", &["⑥合彩", "6合彩"], &["16合彩"]),
        ("三八", &["三八"], &["38度", "138元"]),
        ("SB", &["你个SB", "ＳＢ"], &["三星S6", "S8和S9", "5B"]),
        ("装B", &["装b", "装-B", "装 B", "装Ⓑ"], &["家庭装8个", "装6件", "装⑧"]),
        ("2B", &["你个2B"], &["28号"]),
    ]);
}

#[test]
fn forms_of_an_ideograph_are_one_but_two_traditional_ones_are_not() {
    check(&[
        ("干", &["幹", "乾", "干"], &[]),
        ("幹", &["幹", "干"], &["乾淨"]),
        ("發", &["发", "發", "発"], &["頭髮"]),
        ("変態", &["變態", "变态"], &[]),
        ("发票", &["発票", "發票"], &[]),
        ("国产", &["囯产", "國產"], &[]),
        ("赌场", &["赌塲", "賭場"], &[]),
    ]);
}

#[test]
fn characters_are_spelled_as_they_sound() {
    check(&[
        ("发票", &["fa票", "代开fa票", "发piao", "FA票"], &["fapiao", "ta票", "fa 票", "fab票", "发p", "fa1票"]),
        ("微信", &["加wei信聊"], &["weixin", "gewei信"]),
        ("代理票据", &["代理票j", "代理piao据", "dailipiaoju"], &["代理p据", "代理票jx", "dailipiao"]),
        ("性服务", &["xingfuwu", "come for xingfuwu now"], &["xingfuwus", "xing fu wu"]),
        ("傻逼", &["sha逼"], &["shabir是", "shabi"]),
        ("干", &[], &["you can do it", "gan"]),
    ]);
}

#[test]
fn letters_of_other_scripts_are_latin_only_beside_latin_ones() {
    check(&[
        ("fuck", &["千uck", "fuc҉k", "千ㄩ匚K", "fऀuऀcऀk", "ᖴᑌᑕK"], &["千ㄩ匚"]),
        ("nx", &["刀x"], &["刀ﾒ"]),
        ("lobster", &["l०bster", "l๐bster", "lംbster"], &[]),
        ("vin", &["ѵın"], &["טוח"]),
        ("casino", &["ርልነጎክዐ", "cﾑ丂ﾉ刀o", "ɔɐsᴉuo", "ɔɒƨino", "Ɔ∀SINO", "ƆAƧIИO"], &["casiuo"]),
        ("blowjob", &["qloʍɾoq"], &["qlowjoq"]),
        ("bitch", &["βιτ⊂η"], &[]),
    ]);
}
