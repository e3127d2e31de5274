//! Waveforms and devices as FHIR has them, and panels that are none.

use serde_json::{Value, json};

use super::area::{Area, Group};
use crate::shim;

fn asks(what: &str, members: Value) -> Value {
    let mut request = json!({ "subject": "Patient/7", "effective": "2026-03-29T07:08:09+02:00", "scope": "636c696e6963", "source": "646576696365203137", "run": "4660", "sequence": "44", "upload": "put" });
    request[what] = members;
    request
}

fn with(mut request: Value, path: &str, value: Value) -> Value {
    *request.pointer_mut(path).unwrap() = value;
    request
}

pub(super) fn groups(area: &mut Area) {
    let group = area.group("to_fhir", "waveforms", &["IOMT-FHIR-007"], "Waveform");
    waveforms(group);
    let group = area.group(
        "to_fhir",
        "waveforms that can not be read",
        &["IOMT-FHIR-007", "IOMT-REC-035"],
        "Damaged",
    );
    damaged(group);
    let group = area.group("to_fhir", "devices", &["IOMT-FHIR-008"], "Device");
    devices(group);
    let group = area.group(
        "to_fhir",
        "panels that lack a part, or have one twice",
        &["IOMT-FHIR-005"],
        "Profile",
    );
    panels(group);
    let group = area.group(
        "to_fhir",
        "vital signs with a code of their own",
        &["IOMT-FHIR-004"],
        "Unit",
    );
    for (value, status) in [("58e0", 0), ("58e0", 0x4000), ("<30e0", 0), ("nan", 0)] {
        let resting = json!({ "metric": 4_294_934_530_u32, "unit": 264_864, "value": value, "status": status });
        let comment = format!("a resting heart rate of {value}, status {status:#06x}");
        group.valid(comment, asks("reading", resting));
    }
}

fn block(codec: u8, samples: &[i32]) -> Value {
    let packed = shim::outcome(
        "waveform_encode",
        &json!({ "codec": codec, "values": samples }),
    );
    asks(
        "waveform",
        json!({
            "metric": 131_330, "unit": 266_418, "start": "5000000", "rate": 360_000, "firstIndex": "1800", "scale": "5e-3",
            "zero": 1_024, "codec": codec, "count": samples.len(), "samples": packed["result"]["samples"],
        }),
    )
}

const BEAT: [i32; 8] = [1_024, 1_030, 1_041, 1_029, 1_400, 900, 1_020, 1_024];

fn waveforms(group: &mut Group) {
    let usual = || block(1, &BEAT);
    group.valid("the small codec", usual());
    group.valid("the large codec", block(2, &BEAT));
    for rate in [1, 1_000, 62_472, 250_000, 512_000, 999_999, u32::MAX] {
        let comment = format!("{rate} samples in a thousand seconds");
        group.valid(comment, with(usual(), "/waveform/rate", rate.into()));
    }
    for scale in ["1e0", "500e-5", "-2e-1", "3e2"] {
        let comment = format!("a step of {scale}");
        group.valid(comment, with(usual(), "/waveform/scale", scale.into()));
    }
    for zero in [0, i32::MIN, i32::MAX] {
        let comment = format!("zero is {zero}");
        group.valid(comment, with(usual(), "/waveform/zero", zero.into()));
    }
    group.valid("one sample", block(1, &[7]));
    group.valid("no sample", block(1, &[]));
    let far = [-8_000_000, 8_000_000, 0];
    group.valid("samples that are far from each other", block(1, &far));
    let pulse = with(usual(), "/waveform/metric", 147_842.into());
    let pulse = with(pulse, "/waveform/unit", 264_864.into());
    group.valid("a heart rate has no profile as a waveform", pulse);
    let odd = with(usual(), "/waveform/unit", 268_000_123.into());
    group.valid("a unit that is not in the table", odd);
    let named = with(usual(), "/upload", "conditional".into());
    group.valid("by identifier", named);
}

fn damaged(group: &mut Group) {
    let usual = || block(1, &BEAT);
    for codec in [0, 3, 4, 127, 255] {
        let comment = format!("codec {codec}");
        let unknown = with(usual(), "/waveform/codec", codec.into());
        group.invalid(comment, "unsupported_codec", unknown);
    }
    let whole = usual()["waveform"]["samples"].as_str().unwrap().to_owned();
    for len in [0, 2, whole.len() - 2] {
        let cut = whole.get(..len).unwrap();
        let comment = format!("{} octets of {}", len / 2, whole.len() / 2);
        let cut = with(usual(), "/waveform/samples", cut.into());
        group.invalid(comment, "malformed", cut);
    }
    let long = with(usual(), "/waveform/samples", format!("{whole}00").into());
    group.invalid("an octet behind the block", "malformed", long);
    for count in [40, 65_535] {
        let comment = format!("{count} samples, of which there are 8");
        let more = with(usual(), "/waveform/count", count.into());
        group.invalid(comment, "malformed", more);
    }
    let still = with(usual(), "/waveform/rate", 0.into());
    group.invalid("a rate of zero", "out_of_range", still);
}

fn devices(group: &mut Group) {
    let usual = || {
        let members = json!({ "manufacturer": "Maker", "model": "Mödel 3", "serial": "SN 12", "firmware": "1.2.3", "udiDevice": "(01)09506000134352", "udiProduction": "(11)240315(17)290315(10)A7(21)12" });
        asks("descriptor", members)
    };
    group.valid("all of it", usual());
    let nothing = json!({ "manufacturer": "", "model": "", "serial": "", "firmware": "", "udiDevice": "", "udiProduction": "" });
    group.valid("nothing", asks("descriptor", nothing));
    for name in [
        "manufacturer",
        "model",
        "serial",
        "firmware",
        "udiDevice",
        "udiProduction",
    ] {
        let path = format!("/descriptor/{name}");
        group.valid(format!("no {name}"), with(usual(), &path, "".into()));
    }
    for (comment, production) in [
        ("a month without its day", "(17)290300"),
        ("a day of a leap year", "(11)240229"),
        ("a day that no year has", "(11)230229(10)A7"),
        ("a month that no year has", "(17)291300"),
        ("a lot twice", "(10)A7(10)B8"),
        ("a lot with a bracket", "(10)A(7)B(21)12"),
        ("an element without content", "(10)(21)12"),
        ("elements that nobody here knows", "(240)X(10)A7"),
        ("no brackets", "10A7"),
    ] {
        let request = with(usual(), "/descriptor/udiProduction", production.into());
        group.valid(comment, with(request, "/descriptor/serial", "".into()));
    }
    let named = with(usual(), "/upload", "conditional".into());
    group.valid("by identifier", named);
}

fn panels(group: &mut Group) {
    let part = |(metric, unit, value): (u32, u32, &str)| json!({ "metric": metric, "unit": unit, "value": value, "status": 0 });
    const MMHG: u32 = 266_016;
    const KPA: u32 = 265_987;
    let (systolic, diastolic) = ((150_021, MMHG, "138e0"), (150_022, MMHG, "88e0"));
    let mean = (150_023, MMHG, "104e0");
    for (comment, parts) in [
        ("systolic alone", &[systolic][..]),
        ("diastolic alone", &[diastolic]),
        ("mean alone", &[mean]),
        ("systolic and mean", &[systolic, mean]),
        ("diastolic and mean", &[diastolic, mean]),
        ("systolic twice", &[systolic, systolic, diastolic]),
        ("diastolic twice", &[systolic, diastolic, diastolic]),
        ("both twice", &[systolic, diastolic, systolic, diastolic]),
        ("diastolic first", &[diastolic, systolic]),
        ("mean twice", &[systolic, diastolic, mean, mean]),
        (
            "a heart rate beside both",
            &[systolic, diastolic, (147_842, 264_864, "72e0")],
        ),
        ("one in kPa", &[systolic, (150_022, KPA, "117e-1")]),
        ("systolic in kPa alone", &[(150_021, KPA, "184e-1")]),
        ("one in mV", &[systolic, (150_022, 266_418, "88e0")]),
        ("no part", &[]),
    ] {
        let parts: Vec<_> = parts.iter().copied().map(part).collect();
        let mut request = asks("panel", 150_020.into());
        request["parts"] = parts.into();
        group.valid(comment, request);
    }
}
