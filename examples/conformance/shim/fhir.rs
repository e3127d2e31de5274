use iomt::fhir::{Context, Identity, MedicationAdministration, Observation, Resource, Upload};
use iomt::reading::{Metric, WaveformError};
use serde_json::json;

use super::Answer;
use super::error::Failure;
use super::exact;
use super::records_write::{basal, bolus, dose, named, untimed};
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
    let resource = match medication(request, &context)? {
        Some(medication) => medication.into(),
        None => match of_record(request, &context)? {
            Some(made) => made,
            None => observation(request, &context)?.into(),
        },
    };
    let resource = exact::read(&resource.to_json());
    let resource = resource.map_err(|error| Failure::BadRequest(error.to_string()))?;
    Ok(json!({ "resource": resource }))
}

/// A record that becomes one resource as it stands.
fn of_record(request: &Request<'_>, context: &Context<'_>) -> Result<Option<Resource>, Failure> {
    let names = ["waveform", "descriptor"];
    let Some(name) = names.into_iter().find(|name| request.has(name)) else {
        return Ok(None);
    };
    let json = named(name, &request.object(name)?)?;
    let record = json.record().map_err(|_| Failure::Class("out_of_range"))?;
    let made = Resource::of_record(&record, context).map_err(|error| match error {
        WaveformError::UnknownCodec(_) => Failure::Class("unsupported_codec"),
        WaveformError::Damaged(error) => error.into(),
        _ => Failure::Class("out_of_range"),
    })?;
    Ok(made.into_iter().next())
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
