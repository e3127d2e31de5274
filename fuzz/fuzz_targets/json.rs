//! Texts of others: JSON of records, FHIR resources, times. What is understood is written again to an equal text.
#![no_main]

use iomt::fhir::{Resource, date_time, parse_date_time};
use iomt::wire::RecordJson;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(read) = text.parse::<RecordJson<'_>>()
        && let Ok(record) = read.record()
    {
        let json = RecordJson::from(&record).to_json();
        let again: RecordJson<'_> = json.parse().expect("what was written is read");
        assert_eq!(again.to_json(), json);
    }
    if let Ok(resource) = Resource::from_json(text) {
        let json = resource.to_json();
        assert_eq!(
            Resource::from_json(&json).expect("what was written is read"),
            resource
        );
    }
    if let Some(clock) = parse_date_time(text) {
        // At the ends of the calendar, the nearest day that has every offset.
        assert!(parse_date_time(&date_time(&clock)).is_some());
    }
});
