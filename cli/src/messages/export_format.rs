//! The archive's items as the lines of a file, which `messages export` writes and `messages import` reads. Pure.
//!
//! In either format a line holds one whole item, so a file can be cut after any line and continued there. In a csv file
//! the last column is the item; the others are for people, and no program reads them. An item must survive a
//! spreadsheet that opens the file and saves it, perhaps in another encoding, so that column is ASCII.

use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use chathook_archive::RawItem;
use clap::ValueEnum;
use jiff::Timestamp;

/// The longest line that is read. An item has 400 KiB at most, and a byte of it becomes at most six in a line.
pub const MAX_LINE: u64 = 8 << 20;

/// A byte order mark, which spreadsheets need in order to read UTF-8.
const MARK: &str = "\u{feff}";

const ITEM: &str = "Item";

/// The columns of a csv file.
const COLUMNS: [&str; 18] = [
    "MsgTime",
    "EventTime",
    "CallbackCommand",
    "From_Account",
    "To_Account",
    "GroupId",
    "TopicId",
    "Operator_Account",
    "MsgSeq",
    "MsgKey",
    "Text",
    "SendMsgResult",
    "ErrorCode",
    "Report_Account",
    "LastReadTime",
    "Outcome",
    "Rules",
    ITEM,
];

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A JSON object a line, with every attribute
    Jsonl,
    /// A row for each item, for spreadsheets; its last column is the line of jsonl
    Csv,
}

impl Format {
    /// The header of a file: its first line, if that is not an item; else empty.
    pub fn header(self) -> anyhow::Result<String> {
        match self {
            Self::Jsonl => Ok(String::new()),
            Self::Csv => Ok(format!("{MARK}{}", record(&COLUMNS)?)),
        }
    }

    /// How the lines after the header are laid out.
    pub fn layout(self) -> Layout {
        match self {
            Self::Jsonl => Layout::Jsonl,
            Self::Csv => Layout::Csv(COLUMNS.len() - 1),
        }
    }

    /// An item as a line, the line break included.
    pub fn line(self, item: &RawItem) -> anyhow::Result<String> {
        let json = item.to_json()?;
        match self {
            Self::Jsonl => Ok(json + "\n"),
            Self::Csv => record(&COLUMNS.map(|name| if name == ITEM { ascii(&json) } else { cell(name, item) })),
        }
    }

    /// Whether these bytes may be the beginning of a file of this format. They may end anywhere in its first line.
    pub fn may_begin(self, bytes: &[u8]) -> anyhow::Result<bool> {
        let header = self.header()?;
        let start = if header.is_empty() { r#"{"pk":""# } else { &header };
        let common = bytes.len().min(start.len());
        Ok(bytes[..common] == start.as_bytes()[..common])
    }
}

fn record(cells: &[impl AsRef<[u8]>]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells)?;
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// The same JSON without characters that another encoding may lack, and without the list separator of some countries.
fn ascii(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for c in json.chars() {
        // JSON has both only in strings.
        if c.is_ascii() && c != ';' {
            ascii.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    ascii
}

/// An attribute as people see it.
fn cell(name: &str, item: &RawItem) -> String {
    let value = item.attribute(name).unwrap_or_default();
    let number = || value.parse::<i64>().ok();
    let moment = match name {
        "MsgTime" | "LastReadTime" => number().and_then(|seconds| Timestamp::from_second(seconds).ok()),
        "EventTime" => number().and_then(|ms| Timestamp::from_millisecond(ms).ok()),
        _ => None,
    };
    moment.map_or_else(|| harmless(value), |moment| moment.to_string())
}

/// `text` on one line, changed so that no spreadsheet takes any part of it for a formula. Senders may write anything.
fn harmless(text: &str) -> String {
    let shown = |c: char| match c {
        // In some countries it begins the next cell.
        ';' => '；',
        '\u{2028}' | '\u{2029}' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    let line: String = text.chars().map(shown).collect();
    // Spreadsheets in Chinese and Japanese accept the wide signs too.
    let begins = line.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if begins && !line.strip_prefix('-').is_some_and(is_number) { format!("'{line}") } else { line }
}

/// How the items of a file are laid out. Its first line shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Each line is an item.
    Jsonl,
    /// Each line after the first has the item in the column of this number.
    Csv(usize),
}

impl Layout {
    /// Recognises a file by its first line.
    pub fn of(first: &[u8]) -> anyhow::Result<Self> {
        let first = first.strip_prefix(MARK.as_bytes()).unwrap_or(first).trim_ascii();
        if first.starts_with(b"{") {
            return Ok(Self::Jsonl);
        }
        let column = fields(first)?.iter().position(|name| name == ITEM.as_bytes());
        let column = column.with_context(|| {
            format!("neither an item nor a header that names a column `{ITEM}`, with commas between the columns")
        })?;
        Ok(Self::Csv(column))
    }

    /// The item of a line.
    pub fn item(self, line: &[u8]) -> anyhow::Result<RawItem> {
        let text = |bytes| std::str::from_utf8(bytes).context("not UTF-8; save the file in that encoding");
        let line = line.strip_prefix(MARK.as_bytes()).unwrap_or(line);
        match self {
            Self::Jsonl => Ok(RawItem::from_json(text(line)?)?),
            Self::Csv(column) => {
                let fields = fields(line)?;
                let field = fields.get(column).with_context(|| format!("the line has no column `{ITEM}`"))?;
                RawItem::from_json(text(field)?).with_context(|| format!("column `{ITEM}`"))
            }
        }
    }
}

/// The fields of one line of csv; none if the line is empty.
fn fields(line: &[u8]) -> anyhow::Result<csv::ByteRecord> {
    // The csv reader would end the line there, and the rest would be lost.
    let breaks = line.trim_ascii_end().contains(&b'\r');
    ensure!(!breaks, "a line break of an old kind (CR) within; save the file with LF or CR LF at the end of lines");
    let mut record = csv::ByteRecord::new();
    csv::ReaderBuilder::new().has_headers(false).from_reader(line).read_byte_record(&mut record)?;
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn item(text: &str) -> RawItem {
        let item = json!({
            "pk": "c2c#ana#bo", "sk": "00000000001557481126#1#2", "From_Account": "ana", "Text": text,
            "MsgTime": 1_557_481_126, "EventTime": 1_557_481_126_070_u64, "SendMsgResult": -1,
        });
        RawItem::from_json(&item.to_string()).unwrap()
    }

    #[test]
    fn a_row_is_for_people_and_has_the_whole_item() {
        let line = Format::Csv.line(&item("one, \"two\"\r\nthree")).unwrap();
        let fields = cells(&line);
        let mut expected = ["2019-05-10T09:38:46Z", "2019-05-10T09:38:46.07Z", "", "ana"].to_vec();
        expected.extend(["", "", "", "", "", "", "one, \"two\"  three", "-1", "", "", "", "", ""]);
        assert_eq!(fields[..17], expected);
        assert_eq!(Format::Csv.line(&RawItem::from_json(&fields[17]).unwrap()).unwrap(), line);
        assert_eq!(line.trim_end().lines().count(), 1);
    }

    #[test]
    fn no_encoding_and_no_separator_changes_the_item_of_a_row() {
        let item = item("你好; 😀 \u{e9}");
        let line = Format::Csv.line(&item).unwrap();
        let cell = cells(&line).pop().unwrap();
        assert!(cell.is_ascii() && !cell.contains(';'), "{cell}");
        // A western ANSI code page puts a question mark where it has nothing.
        let saved: String = line.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
        assert_eq!(Layout::Csv(17).item(saved.as_bytes()).unwrap(), item);
    }

    #[test]
    fn lines_that_are_joined_are_not_taken_for_one() {
        let line = Format::Csv.line(&item("x")).unwrap();
        let joined = line.replace('\n', "\r").repeat(2);
        assert!(Layout::Csv(17).item(joined.as_bytes()).unwrap_err().to_string().contains("CR"));
    }

    #[test]
    fn no_cell_is_a_formula_or_breaks_the_line() {
        for (text, shown) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-", "'-"),
            ("-1", "-1"),
            ("-1+1", "'-1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "' =1"),
            ("\r\n@x", "'  @x"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("＝1", "'＝1"),
            ("a=1", "a=1"),
            ("a;=1;b", "a；=1；b"),
            ("a\u{0}\u{b}\u{85}\u{2028}b", "a    b"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), shown, "{text:?}");
        }
    }

    #[test]
    fn a_file_is_recognised_by_its_first_line() {
        let header = Format::Csv.header().unwrap();
        for (first, layout) in [
            (header.as_str(), Some(Layout::Csv(17))),
            (header.trim_start_matches(MARK), Some(Layout::Csv(17))),
            ("Item\r\n", Some(Layout::Csv(0))),
            ("\"MsgTime\",\"Item\"\r\n", Some(Layout::Csv(1))),
            ("{}\n", Some(Layout::Jsonl)),
            ("\u{feff} {\"pk\"", Some(Layout::Jsonl)),
            ("garbage\n", None),
            ("MsgTime,Text\n", None),
            ("MsgTime;Item\n", None),
            ("\"MsgTime\";\"Item\"\n", None),
            ("MsgTime,Item\r2026,\"{}\"\r", None),
        ] {
            assert_eq!(Layout::of(first.as_bytes()).ok(), layout, "{first:?}");
        }
    }

    #[test]
    fn a_format_is_told_by_any_part_of_its_beginning() {
        for (format, line) in [(Format::Jsonl, Format::Jsonl.line(&item("x"))), (Format::Csv, Format::Csv.header())] {
            let line = line.unwrap();
            assert!((0..=line.len()).all(|end| format.may_begin(&line.as_bytes()[..end]).unwrap()), "{line}");
            for other in ["[", "pk", "{\"sk\"", "MsgTime,Text"] {
                assert!(!format.may_begin(other.as_bytes()).unwrap(), "{other}");
            }
        }
    }

    fn cells(line: &str) -> Vec<String> {
        fields(line.as_bytes()).unwrap().iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
    }

    proptest! {
        #[test]
        fn any_item_survives_either_format(
            texts in prop::collection::vec(any::<String>(), COLUMNS.len()),
            awkward in "[ \t\r\n\"',;=+@\\\\\u{0}\u{85}\u{2028}{}-]{0,20}",
            digits in "-?[1-9][0-9]{0,37}",
        ) {
            let text = |name: &str, text: &str| format!("{}:{}", json!(name), json!(text));
            let mut fields: Vec<_> = COLUMNS.iter().zip(&texts).map(|(name, value)| text(name, value)).collect();
            // In place of `Text`.
            fields[10] = text("Text", &awkward);
            fields.extend([text("pk", "p"), text("sk", "s"), format!("\"Digits\":{digits}")]);
            let item = RawItem::from_json(&format!("{{{}}}", fields.join(","))).unwrap();
            for format in Format::value_variants() {
                let line = format.line(&item).unwrap();
                let inside = line.strip_suffix('\n').unwrap();
                let breaks = ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{85}', '\u{2028}', '\u{2029}'];
                prop_assert!(!inside.contains(breaks), "{:?}", line);
                let header = format.header().unwrap();
                let first = if header.is_empty() { &line } else { &header };
                let layout = Layout::of(first.as_bytes()).unwrap();
                prop_assert_eq!(&layout.item(line.as_bytes()).unwrap(), &item);
                // As a spreadsheet may save it.
                prop_assert_eq!(&layout.item(format!("{inside}\r\n").as_bytes()).unwrap(), &item);
                if *format == Format::Csv {
                    for cell in &cells(&line)[..17] {
                        let is_formula = cell.trim_start().starts_with(['=', '+', '@', '-']);
                        prop_assert!(!is_formula || cell.parse::<i64>().is_ok(), "{:?}", cell);
                    }
                }
            }
        }
    }
}
