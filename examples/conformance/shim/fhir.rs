use iomt::fhir::{Context, Identity, MedicationAdministration, Observation, Upload};
use iomt::reading::Metric;
use serde_json::json;

use super::Answer;
use super::error::Failure;
use super::exact;
use super::records_write::{basal, bolus, dose, untimed};
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
    let text = match medication(request, &context)? {
        Some(medication) => serde_json::to_string(&medication),
        None => serde_json::to_string(&observation(request, &context)?),
    };
    let resource = text.and_then(|text| exact::read(&text));
    let resource = resource.map_err(|error| Failure::BadRequest(error.to_string()))?;
    Ok(json!({ "resource": resource }))
}

fn medication(
    request: &Request<'_>,
    context: &Context<'_>,
) -> Result<Option<MedicationAdministration>, Failure> {
    Ok(if request.has("dose") {
        let dose = dose(&request.object("dose")?)?;
        Some(MedicationAdministration::of(&dose, context))
    } else if request.has("basal") {
        let basal = basal(&request.object("basal")?)?;
        Some(MedicationAdministration::of_basal(&basal, context))
    } else if request.has("bolus") {
        let bolus = bolus(&request.object("bolus")?)?;
        Some(MedicationAdministration::of_bolus(&bolus, context))
    } else {
        None
    })
}

fn observation(request: &Request<'_>, context: &Context<'_>) -> Result<Observation, Failure> {
    Ok(if request.has("panel") {
        let parts = request.objects("parts")?;
        let parts: Result<Vec<_>, _> = parts.iter().map(untimed).collect();
        let panel = Metric::from_code(request.number("panel")?);
        Observation::panel(panel, &parts?, context)
    } else {
        Observation::of(&untimed(&request.object("reading")?)?, context)
    })
}
