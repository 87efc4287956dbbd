//! How fast the matcher is, beside others in the same run. See `RESULTS.md`.

#[path = "../../corpora/mod.rs"]
#[allow(dead_code, reason = "the tests use other parts of it")]
mod corpora;
mod data;

use std::hint::black_box;
use std::time::{Duration, Instant};

use chathook_matcher::{Form, Match, Matcher, Segment, Term};
use daachorse::CharwiseDoubleArrayAhoCorasick;
use peak_alloc::PeakAlloc;
use rustrict::{Censor, CensorStr};
use unicode_normalization::UnicodeNormalization;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// The median time of one call, from batches that are long enough to be measured.
fn time(mut call: impl FnMut()) -> Duration {
    let mut batch = 1;
    let once = loop {
        let start = Instant::now();
        (0..batch).for_each(|_| call());
        let elapsed = start.elapsed();
        if elapsed > Duration::from_millis(20) || batch > 1 << 24 {
            break elapsed / batch;
        }
        batch *= 2;
    };
    let batch = (20_000_000 / once.as_nanos().max(1)).clamp(1, 1 << 24) as u32;
    let mut times: Vec<_> = (0..15)
        .map(|_| {
            let start = Instant::now();
            (0..batch).for_each(|_| call());
            start.elapsed() / batch
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// A matcher of terms that are found under any disguise.
fn matcher<'t>(terms: impl IntoIterator<Item = &'t str>) -> Matcher {
    let evasive = |text: &str| Term { text: text.to_owned(), form: Form::Evasive };
    Matcher::new(&terms.into_iter().map(evasive).collect::<Vec<_>>()).expect("few terms")
}

/// The English terms.
fn english_terms() -> Vec<&'static str> {
    [corpora::ENGLISH, corpora::MORE_ENGLISH].into_iter().flat_map(corpora::lines).collect()
}

fn find(matcher: &Matcher, text: &str) -> Vec<Match> {
    matcher.find(&[Segment { text, joins: false }])
}

fn line(name: &str, time: Duration, note: &str) {
    println!("| {name} | {:.2} us | {note} |", time.as_nanos() as f64 / 1e3);
}

fn main() {
    english();
    chinese();
    hostile();
}

fn english() {
    println!(
        "\n## 85-byte English messages, {} terms\n\n| engine | a message | |\n|---|---|---|",
        english_terms().len()
    );
    let matcher = matcher(english_terms());
    let mut of_both = [Duration::ZERO; 3];
    for (name, messages) in [("harmless", &data::HARMLESS[..]), ("with a disguised term", &data::DISGUISED)] {
        let count = messages.len() as u32;
        for message in messages {
            assert_eq!(message.len(), 85, "{message}");
            assert_eq!(find(&matcher, message).is_empty(), name == "harmless", "{message}");
        }
        let ours = time(|| messages.iter().for_each(|message| drop(black_box(find(&matcher, black_box(message))))));
        let is_inappropriate = time(|| {
            for message in messages {
                black_box(black_box(message).is_inappropriate());
            }
        });
        let censor = time(|| {
            for message in messages {
                black_box(Censor::from_str(black_box(message)).censor_and_analyze());
            }
        });
        let times = [ours, is_inappropriate, censor].map(|time| time / count);
        english_lines(name, times);
        for (mean, time) in of_both.iter_mut().zip(times) {
            *mean += time / 2;
        }
    }
    english_lines("one as often as the other", of_both);
}

/// Our time, then those of two of rustrict's calls.
fn english_lines(name: &str, [ours, is_inappropriate, censor]: [Duration; 3]) {
    line(&format!("chathook, {name}"), ours, "");
    for (call, theirs) in [("is_inappropriate", is_inappropriate), ("censor_and_analyze", censor)] {
        let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
        line(&format!("rustrict {call}, {name}"), theirs, &format!("chathook is {ratio:.1} times as fast"));
    }
}

fn chinese() {
    let terms = data::chinese_terms(50_000);
    println!(
        "\n## A {}-byte Chinese message, {} terms\n\n| engine | a message | |\n|---|---|---|",
        data::CHINESE_MESSAGE.len(),
        terms.len()
    );
    let before = HEAP.current_usage();
    let matcher = matcher(terms.iter().map(String::as_str));
    let built = HEAP.current_usage() - before;
    compare("of which the message has several", &terms);
    let others: Vec<String> = data::chinese_terms(50_400)
        .into_iter()
        .filter(|term| !data::CHINESE_MESSAGE.contains(term.as_str()))
        .take(50_000)
        .collect();
    compare("of which it has none", &others);
    let one: Vec<String> =
        terms.iter().filter(|term| data::CHINESE_MESSAGE.contains(term.as_str())).take(1).cloned().collect();
    compare("of which it has one", &[&one, &others[1..]].concat());

    let bytes = matcher.to_bytes();
    drop(matcher);
    let load = time(|| drop(black_box(Matcher::from_bytes(black_box(&bytes)))));
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage();
    let loaded = Matcher::from_bytes(&bytes).expect("what was packed");
    let (heap, peak) = (HEAP.current_usage() - before, HEAP.peak_usage() - before);
    assert!(!find(&loaded, &terms[0]).is_empty());
    println!("\n## The packed {} terms\n\n| | |\n|---|---|", terms.len());
    println!("| artefact | {:.2} MB |", bytes.len() as f64 / 1e6);
    println!("| loads in | {:.2} ms |", load.as_secs_f64() * 1e3);
    println!(
        "| heap of the loaded matcher | {:.2} MB, at most {:.2} MB while loading |",
        heap as f64 / 1e6,
        peak as f64 / 1e6
    );
    println!("| heap of the built matcher | {:.2} MB |", built as f64 / 1e6);
}

/// Bare NFKC and an automaton, and what chathook takes for the same message and the same terms.
fn compare(name: &str, terms: &[String]) {
    let matcher = matcher(terms.iter().map(String::as_str));
    let automaton = CharwiseDoubleArrayAhoCorasick::<u32>::new(terms).expect("50,000 terms");
    let bare = time(|| {
        let text: String = black_box(data::CHINESE_MESSAGE).nfkc().collect();
        black_box(automaton.find_overlapping_iter(&text).count());
    });
    let ours = time(|| drop(black_box(find(&matcher, black_box(data::CHINESE_MESSAGE)))));
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    line(&format!("bare NFKC + daachorse charwise, terms {name}"), bare, "");
    let hits = find(&matcher, data::CHINESE_MESSAGE).len();
    line(&format!("chathook, terms {name}"), ours, &format!("{ratio:.2} times the time, {hits} hits"));
}

fn hostile() {
    println!(
        "\n## Hostile messages\n\nNanoseconds a byte, by the length of the message: what is linear stays the same.\n"
    );
    println!("| message | 4 KiB | 32 KiB | 256 KiB | all of 256 KiB |\n|---|---|---|---|---|");
    let english: Vec<String> =
        english_terms().into_iter().map(str::to_owned).chain(corpora::HOSTILE_TERMS.map(str::to_owned)).collect();
    let chinese = data::chinese_terms(50_000);
    let terms = english.iter().chain(&chinese).map(String::as_str);
    let matcher = matcher(terms);
    for (name, unit) in corpora::HOSTILE {
        let mut columns = String::new();
        let mut last = Duration::ZERO;
        for length in [4 << 10, 32 << 10, 256 << 10] {
            let text = unit.repeat(length / unit.len());
            let mut times: Vec<_> = (0..3)
                .map(|_| {
                    let start = Instant::now();
                    black_box(find(&matcher, black_box(&text)));
                    start.elapsed()
                })
                .collect();
            times.sort_unstable();
            last = times[0];
            columns += &format!(" {:.0} |", last.as_nanos() as f64 / text.len() as f64);
        }
        println!("| {name} |{columns} {:.0} ms |", last.as_secs_f64() * 1e3);
    }
}
