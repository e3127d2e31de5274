use iomt::fhir::{Context, Identity, Observation, Upload};
use iomt::reading::Metric;
use serde_json::json;

use super::Answer;
use super::error::Failure;
use super::exact;
use super::records_write::untimed;
use super::request::Request;

pub(super) fn to_fhir(request: &Request<'_>) -> Answer {
    let device = request.has("device").then(|| request.text("device"));
    let identity = Identity::of_record(
        &request.bytes("scope")?,
        &request.bytes("source")?,
        request.big("run")?,
        request.big("sequence")?,
    );
    let context = Context {
        subject: request.text("subject")?,
        effective: request.text("effective")?,
        device: device.transpose()?,
        identity,
        upload: match request.text("upload")? {
            "put" => Upload::Put,
            "conditional" => Upload::Conditional,
            _ => return Err(Failure::field("upload")),
        },
    };
    let observation = if request.has("panel") {
        let parts = request.objects("parts")?;
        let parts: Result<Vec<_>, _> = parts.iter().map(untimed).collect();
        let panel = Metric::from_code(request.number("panel")?);
        Observation::panel(panel, &parts?, &context)
    } else {
        Observation::of(&untimed(&request.object("reading")?)?, &context)
    };
    let resource = serde_json::to_string(&observation).and_then(|text| exact::read(&text));
    let resource = resource.map_err(|error| Failure::BadRequest(error.to_string()))?;
    Ok(json!({ "resource": resource }))
}
