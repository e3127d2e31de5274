use std::path::PathBuf;
use std::time::Duration;

pub(crate) const USAGE: &str = "\
conformance [options] PROGRAM [arguments]    asks the program every vector
conformance --shim                           the crate itself behind the protocol
conformance --generate                       writes tests/vectors anew
conformance --c-arrays DIR                   writes a C header for each area
conformance --help                           says this

  --profile NAMES    meter, streaming, gateway or server, with its carrier (ble, line, stream, batch, udp): meter,ble;
                     or areas; or both
  --vectors DIR      where the vector files are
  --timeout SECONDS  for each answer, 5 unless said
  --live SEEDS       plays the other side, too: every pairing, so many times
  --json FILE        the report for programs
  --junit FILE       the report for a build server
  --html FILE        the report for people, one page";

pub(super) struct Options {
    pub(super) profile: Option<String>,
    pub(super) areas: Vec<String>,
    pub(super) vectors: PathBuf,
    pub(super) timeout: Duration,
    pub(super) live: u64,
    pub(super) json: Option<PathBuf>,
    pub(super) junit: Option<PathBuf>,
    pub(super) html: Option<PathBuf>,
    pub(super) command: Vec<String>,
}

impl Options {
    /// Options up to the program, which takes the rest.
    pub(super) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            profile: None,
            areas: Vec::new(),
            vectors: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"),
            timeout: Duration::from_secs(5),
            live: 0,
            json: None,
            junit: None,
            html: None,
            command: Vec::new(),
        };
        let mut arguments = arguments.peekable();
        while let Some(name) = arguments.next_if(|argument| argument.starts_with("--")) {
            if name == "--" {
                break;
            }
            let value = arguments
                .next()
                .ok_or(format!("{name} needs a value\n\n{USAGE}"))?;
            options.set(&name, &value)?;
        }
        options.command = arguments.collect();
        match options.command.is_empty() {
            true => Err(USAGE.into()),
            false => Ok(options),
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let path = || Some(PathBuf::from(value));
        match name {
            "--profile" => {
                for name in value.split(',') {
                    self.take(&name.trim().to_lowercase())?;
                }
            }
            "--vectors" => self.vectors = value.into(),
            "--timeout" => {
                let seconds: f32 = value.parse().map_err(|_| format!("{value} is no number"))?;
                self.timeout =
                    Duration::try_from_secs_f32(seconds).map_err(|error| error.to_string())?;
            }
            "--live" => {
                self.live = value.parse().map_err(|_| format!("{value} is no number"))?;
            }
            "--json" => self.json = path(),
            "--junit" => self.junit = path(),
            "--html" => self.html = path(),
            other => return Err(format!("no option {other}\n\n{USAGE}")),
        }
        Ok(())
    }

    /// A profile, or an area.
    fn take(&mut self, name: &str) -> Result<(), String> {
        match (super::profile::is_known(name), &self.profile) {
            (true, Some(other)) => return Err(format!("{other} or {name}: one profile at a time")),
            (true, None) => self.profile = Some(name.into()),
            (false, _) => self.areas.push(name.into()),
        }
        Ok(())
    }

    /// What the report says was asked for.
    pub(super) fn scope(&self) -> String {
        let areas = self.areas.join(", ");
        let lack = match self.profile.is_some() && super::profile::lacks_carrier(&self.areas) {
            true => ", without a carrier",
            false => "",
        };
        match (&self.profile, self.areas.is_empty()) {
            (Some(profile), true) => format!("profile {profile}{lack}"),
            (Some(profile), false) => format!("profile {profile}, {areas}{lack}"),
            (None, true) => "every area".into(),
            (None, false) if areas == super::profile::NONE => "no vectors".into(),
            (None, false) => format!("areas {areas}"),
        }
    }
}
