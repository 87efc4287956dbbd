//! What reading a whole table costs.

use chathook_archive::{Archive, TableSize};
use indicatif::DecimalBytes;

/// AWS's price of a million read units on demand in us-east-1, in USD.
const USD_PER_MILLION_READ_UNITS: f64 = 0.125;

/// How much there is to read in the whole table and what that costs, as the end of a sentence. A local table is free.
pub fn of_reading(archive: &Archive, size: TableSize) -> String {
    let items = format!(": about {} items, {}", size.items, DecimalBytes(size.bytes));
    if !archive.is_on_aws() {
        return items;
    }
    let units = size.read_units();
    #[expect(clippy::cast_precision_loss, reason = "a price is not exact")]
    let usd = units as f64 * USD_PER_MILLION_READ_UNITS / 1e6;
    let usd = if usd < 0.01 { "less than 0.01".to_owned() } else { format!("{usd:.2}") };
    format!(
        "{items}, {units} read units, {usd} USD at {USD_PER_MILLION_READ_UNITS} USD a million (us-east-1; DynamoDB \
         counts items every six hours)"
    )
}
