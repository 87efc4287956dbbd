//! What is measured.

pub const HARMLESS: [&str; 8] = [
    "I think the new office on the third floor will be ready for us by the end of the mont",
    "Can you send me the notes from yesterday's class, I was at the dentist and missed it ",
    "We are driving to the lake on Saturday morning, there are two seats left if you want ",
    "The server was down between 10:30 and 11:15, it is fine now, sorry for all the troubl",
    "My brother has moved to Berlin and works for a small company that makes wooden furnit",
    "Did you see the match last night? What a goal, I could not believe that he scored aga",
    "Please remember to bring your own cup, the kitchen has run out and we try to save pap",
    "It costs $25.50 for two, or $40 for four people, which is not bad for a place like th",
];

pub const DISGUISED: [&str; 6] = [
    "Join us at the c@s1n0 tonight, the first round is free and so is the second one, frie",
    "Hey, the best j a c k p o t in town is waiting for you, just come over and have a loo",
    "They sell рhаrmа and v\u{200B}i\u{200B}a\u{200B}g\u{200B}r\u{200B}a for next to nothing, ask me............",
    "Make a quick pr*fit with us, no questions asked, and bring your friends along next we",
    "He lost all he had at the rouuuulette table and then came to ask me for a little mone",
    "C.R.Y.P.T.O is the future my friend, send me a message and I will show you how it's d",
];

/// 142 bytes.
pub const CHINESE_MESSAGE: &str =
    "这家店的服务态度真的很好,我上周和朋友一起去吃饭,味道不错价格也合理,下次还会再来,推荐给大家,真的好!";

/// Terms of two to five ideographs, half of them common ones, as in the message.
pub fn chinese_terms(count: usize) -> Vec<String> {
    const COMMON: &str = "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感店务态度真周朋友吃饭味错价格合理推荐";
    let common: Vec<char> = COMMON.chars().collect();
    let mut state = 1_u64;
    let mut roll = |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % sides
    };
    let mut terms = std::collections::BTreeSet::new();
    while terms.len() < count {
        let length = 2 + roll(4);
        let term: String = (0..length)
            .map(|_| match roll(2) {
                0 => common[roll(common.len())],
                _ => char::from_u32(0x4E00 + roll(0x1800) as u32).unwrap_or('一'),
            })
            .collect();
        terms.insert(term);
    }
    terms.into_iter().collect()
}
