use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::{
    Context, Number, Observation, Quantity, SampledData, date_time, parse_date_time, terms,
};
use crate::reading::{self, Cadence, Decimal, Series, Value, WaveformError};
use crate::time::{Duration, WallClock};

impl Observation {
    /// The Observations of a series: one with sampled data, or one for each value.
    ///
    /// The second where its metric has a vital-signs profile, which takes single values alone, where its times are
    /// listed, and where its status withholds the values. The context's time is that of the start; each value is at
    /// its own, and named by the identity's part of its index. Where the context's time is no instant, such as a day, it is
    /// that of each.
    ///
    /// # Errors
    ///
    /// [`WaveformError`] where values or times can not be decompressed.
    pub fn series(series: &Series<'_>, context: &Context<'_>) -> Result<Vec<Self>, WaveformError> {
        let count = usize::from(series.count);
        let mut mantissas = vec![0; count];
        let mantissas = series.decode(&mut mantissas)?;
        let is_vital_sign = terms::profile(series.metric).is_some();
        match series.cadence {
            Cadence::Every(interval)
                if !is_vital_sign && series.status.permits_use() && is_period(interval) =>
            {
                Ok(vec![sampled(series, interval, mantissas, context)])
            }
            _ => {
                let mut times = vec![0; count];
                let times = series.times_ms(&mut times)?;
                Ok(single(series, mantissas, times, context))
            }
        }
    }
}

/// Whether sampled data can have this period: one millisecond at least, and 31 bits of them.
fn is_period(interval: Duration) -> bool {
    i32::try_from(interval.as_millis()).is_ok_and(|millis| millis > 0)
}

fn sampled(
    series: &Series<'_>,
    interval: Duration,
    mantissas: &[i32],
    context: &Context<'_>,
) -> Observation {
    let millis = i32::try_from(interval.as_millis()).unwrap_or(i32::MAX);
    let data: Vec<String> = mantissas.iter().map(ToString::to_string).collect();
    Observation {
        value_quantity: None,
        value_sampled_data: Some(SampledData {
            origin: Quantity::of(Decimal::from(0), series.unit),
            period: Number(Decimal::from(millis)),
            factor: Some(Number(series.value(1))),
            dimensions: 1,
            data: Some(data.join(" ")).filter(|data| !data.is_empty()),
        }),
        ..Observation::of(&observation(series, 0), context)
    }
}

fn single(
    series: &Series<'_>,
    mantissas: &[i32],
    times_ms: &[i32],
    context: &Context<'_>,
) -> Vec<Observation> {
    let start = parse_date_time(context.effective);
    let values = mantissas.iter().zip(times_ms).zip(0..);
    values
        .map(|((mantissa, millis), index)| {
            let effective = match start {
                Some(start) => date_time(&WallClock {
                    unix_millis: start.unix_millis.saturating_add((*millis).into()),
                    ..start
                }),
                None => context.effective.to_string(),
            };
            let context = Context {
                effective: &effective,
                identity: context.identity.part(index),
                ..*context
            };
            Observation::of(&observation(series, *mantissa), &context)
        })
        .collect()
}

fn observation(series: &Series<'_>, mantissa: i32) -> reading::Observation {
    reading::Observation {
        status: series.status,
        ..reading::Observation::new(
            series.metric,
            series.unit,
            series.start,
            Value::Number(series.value(mantissa)),
        )
    }
}
